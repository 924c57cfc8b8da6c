"""The Grafana dashboard as code: `python dashboards/build.py` writes grafana/heed.json.

Two rows: what is true of the customers (business), and whether the workers keep up (operation).
Every number is a sum over the workers; only what a single one can be blamed for is by `instance`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import ascii_uppercase

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models import common as common_models
from grafana_foundation_sdk.models import dashboard as models

OUTPUT = Path(__file__).with_name("grafana") / "heed.json"
SOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
PER_SECOND = "suffix: /s"
QUARTER, HALF = 6, 12  # the grid is 24 wide


def query(expr: str, legend: str) -> prometheus.Dataquery:
    return prometheus.Dataquery().datasource(SOURCE).expr(expr).legend_format(legend).range()


def quantiles(histogram: str) -> list[prometheus.Dataquery]:
    """Median and 99th percentile over all workers."""
    rates = f"sum by (le) (rate({histogram}_bucket[$__rate_interval]))"
    return [query(f"histogram_quantile({q}, {rates})", f"p{round(100 * q)}") for q in (0.5, 0.99)]


def named(queries: Iterable[prometheus.Dataquery]) -> list[Builder[Dataquery]]:
    """Queries called A, B, ...: Grafana keeps only one of those that share a name."""
    return [each.ref_id(name) for name, each in zip(ascii_uppercase, queries, strict=False)]


def graph(
    title: str,
    description: str,
    *queries: prometheus.Dataquery,
    unit: str = "short",
    span: int = QUARTER,
    stacked: bool = False,
    bars: bool = False,
) -> timeseries.Panel:
    panel = (
        timeseries.Panel()
        .title(title)
        .description(description)
        .datasource(SOURCE)
        .targets(named(queries))
        .unit(unit)
        .min(0)
        .span(span)
        .height(8)
        .fill_opacity(10)
        .legend(common.VizLegendOptions().show_legend(True))
        .tooltip(common.VizTooltipOptions().mode(common_models.TooltipDisplayMode.MULTI))
    )
    if stacked:
        panel.stacking(common.StackingConfig().mode(common_models.StackingMode.NORMAL))
    if bars:
        panel.draw_style(common_models.GraphDrawStyle.BARS)
    return panel


def business() -> Iterator[timeseries.Panel]:
    yield graph(
        "Interactions by channel",
        "Accepted interactions a second.",
        query("sum by (channel) (rate(heed_interactions_total[$__rate_interval]))", "{{channel}}"),
        unit=PER_SECOND,
        stacked=True,
    )
    yield graph(
        "Alerts opened by signal",
        "New alerts a second.",
        query(
            "sum by (signal) (rate("
            'heed_alerts_total{status="open", signal=~"$signal"}[$__rate_interval]))',
            "{{signal}}",
        ),
        unit=PER_SECOND,
        stacked=True,
    )
    yield graph(
        "Open alerts by signal and team",
        "Alerts that nobody has closed and no customer has answered by coming back.",
        query(
            'sum by (signal, team) (heed_alerts_open{signal=~"$signal", team=~"$team"})',
            "{{signal}} ({{team}})",
        ),
        stacked=True,
    )
    yield graph(
        "Value at risk",
        "What the customers with an open alert are expected to be worth.",
        query(
            'sum by (currency, team) (heed_value_at_risk{team=~"$team"})', "{{currency}} {{team}}"
        ),
        stacked=True,
    )
    yield graph(
        "Customers by stage",
        "Customers known, by stage of their life with the house.",
        query("sum by (stage) (heed_customers)", "{{stage}}"),
        stacked=True,
    )
    yield graph(
        "Queue abandonment",
        "Of the contacts that joined a queue, the share that hung up before an answer.",
        query(
            'sum(rate(heed_interactions_total{type="contact_abandoned"}[$__rate_interval]))'
            ' / sum(rate(heed_interactions_total{type="contact_queued"}[$__rate_interval]))',
            "abandoned",
        ),
        unit="percentunit",
    )
    yield graph(
        "Service level by queue",
        "Of the last half hour in which somebody waited, the share answered in time.",
        query("max by (queue) (heed_service_level_ratio)", "{{queue}}"),
        unit="percentunit",
    )
    yield graph(
        "Wait by queue",
        "Nine of ten waits are over by then, answered or given up.",
        query(
            "histogram_quantile(0.9,"
            " sum by (queue, le) (rate(heed_wait_seconds_bucket[$__rate_interval])))",
            "{{queue}}",
        ),
        unit="s",
    )
    yield graph(
        "Rejected by reason",
        "Records that could not be taken; the topic `rejected` keeps them.",
        query("sum by (reason) (increase(heed_rejected_total[$__rate_interval]))", "{{reason}}"),
        stacked=True,
        bars=True,
    )
    yield graph(
        "Duplicates",
        "Interactions dropped because the customer's last 64 ids held theirs.",
        query("sum(rate(heed_duplicates_total[$__rate_interval]))", "duplicates"),
        unit=PER_SECOND,
    )


def operation() -> Iterator[timeseries.Panel | stat.Panel]:
    # max: while a partition moves, the old owner's last value is still there.
    yield graph(
        "Partition lag",
        "Committed records not yet decided.",
        query("max by (partition) (heed_partition_lag)", "{{partition}}"),
    )
    yield graph(
        "Age of the last commit",
        "Grows on an idle partition too: a fault only together with lag.",
        query("max by (partition) (heed_committed_age_seconds)", "{{partition}}"),
        unit="s",
    )
    yield graph(
        "Event lag",
        "From the instant of an interaction to the decision on it.",
        *quantiles("heed_event_lag_seconds"),
        unit="s",
    )
    yield graph("Commit", "Duration of a transaction.", *quantiles("heed_commit_seconds"), unit="s")
    yield graph("Records in a batch", "One transaction each.", *quantiles("heed_batch_records"))
    yield graph(
        "Deadlines overdue",
        "Deadlines that the clock has passed and that have not fired.",
        query("sum by (instance) (heed_deadlines_overdue)", "{{instance}}"),
    )
    yield graph(
        "State",
        "Bytes that the store holds.",
        query("sum by (instance) (heed_state_bytes)", "{{instance}}"),
        unit="bytes",
        stacked=True,
    )
    yield graph(
        "Last restore",
        "Seconds that the last restore of a worker's state took.",
        query("max by (instance) (heed_restore_seconds)", "{{instance}}"),
        unit="s",
    )
    yield graph(
        "Rebalances",
        "Times that partitions changed hands.",
        query(
            "sum by (instance) (increase(heed_rebalances_total[$__rate_interval]))", "{{instance}}"
        ),
        span=HALF,
        bars=True,
    )
    yield (
        stat.Panel()
        .title("Workers by version")
        .description("More than one version: a roll-out is under way.")
        .datasource(SOURCE)
        .targets(named([query("count by (version) (heed_build_info)", "{{version}}")]))
        .text_mode(common_models.BigValueTextMode.VALUE_AND_NAME)
        .graph_mode(common_models.BigValueGraphMode.NONE)
        .color_mode(common_models.BigValueColorMode.NONE)
        .span(HALF)
        .height(8)
    )


def filter_by(label: str, metric: str) -> dashboard.QueryVariable:
    """A drop-down of the values that a label has; all of them at first."""
    return (
        dashboard.QueryVariable(label)
        .label(label.capitalize())
        .datasource(SOURCE)
        .query(f"label_values({metric}, {label})")
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(models.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
        .current(models.VariableOption(selected=True, text=["All"], value=["$__all"]))
    )


def build() -> models.Dashboard:
    board = (
        dashboard.Dashboard("Heed")
        .uid("heed")
        .description("Who is about to be lost, and whether the workers keep up.")
        .tags(["heed"])
        .readonly()
        .refresh("10s")
        .time("now-1h", "now")
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .with_variable(
            dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus")
        )
        .with_variable(filter_by("signal", "heed_alerts_total"))
        .with_variable(filter_by("team", "heed_alerts_open"))
    )
    for title, panels in (("Business", business()), ("Operation", operation())):
        board.with_row(dashboard.Row(title))
        for panel in panels:
            board.with_panel(panel)
    return number(board.build())


def number(board: models.Dashboard) -> models.Dashboard:
    """Gives panels their ids: without them Grafana makes new ones at each load, and links break."""
    for panel_id, panel in enumerate(board.panels or [], start=1):
        panel.id_val = panel_id
    return board


def render() -> str:
    return json.dumps(build(), cls=JSONEncoder, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    OUTPUT.write_text(render(), encoding="utf-8")
