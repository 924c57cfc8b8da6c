"""The metrics of a worker: those of the contract, and no other."""

from __future__ import annotations

import re

from prometheus_client import generate_latest

from agents.customers import REASONS, metrics

CONTRACT = """
heed_interactions_total{channel,type} heed_duplicates_total heed_rejected_total{reason}
heed_alerts_total{signal,severity,status} heed_alerts_open{signal,team}
heed_value_at_risk{currency,team} heed_customers{stage} heed_service_level_ratio{queue}
heed_wait_seconds{queue} heed_event_lag_seconds heed_commit_seconds heed_batch_records
heed_partition_lag{partition} heed_committed_age_seconds{partition} heed_deadlines_overdue
heed_state_bytes heed_restore_seconds heed_rebalances_total heed_build_info{version}
heed_lifecycle_transitions_total{from,to} heed_signal_errors_total{signal}
heed_unknown_language_total heed_identity_changes_total{change} heed_identified_ratio{channel}
heed_alert_feedback_total{type,result} heed_excluded_total heed_observations_told_total
"""
# Of the agent of the groups (queues, branches).
OF_GROUPS = {"heed_service_level_ratio", "heed_wait_seconds"}
HISTOGRAMS = {"heed_event_lag_seconds", "heed_commit_seconds", "heed_batch_records"}


def contract() -> dict[str, tuple[str, ...]]:
    found = re.findall(r"(heed_\w+)(?:\{([\w,]+)\})?", CONTRACT)
    return {name: tuple(labels.split(",")) if labels else () for name, labels in found}


def told() -> dict[str, tuple[str, ...]]:
    """Names as they stand on the page, with the labels that they take."""
    out = {}
    registry = metrics().registry
    for collector in registry._collector_to_names:
        kind = collector._type  # type: ignore[attr-defined]
        suffix = {"counter": "_total", "info": "_info"}.get(kind, "")
        labels = tuple(collector._labelnames)  # type: ignore[attr-defined]
        out[collector._name + suffix] = ("version",) if kind == "info" else labels  # type: ignore[attr-defined]
    return out


def test_names_and_labels_are_those_of_the_contract() -> None:
    wanted = {name: labels for name, labels in contract().items() if name not in OF_GROUPS}
    found = told()
    assert found.keys() == wanted.keys()
    assert {name: set(labels) for name, labels in found.items()} == {
        name: set(labels) for name, labels in wanted.items()
    }


def test_histograms_are_histograms() -> None:
    kinds = {metric.name: metric.type for metric in metrics().registry.collect()}
    assert {name for name, kind in kinds.items() if kind == "histogram"} == HISTOGRAMS


def test_every_reason_of_refusal_stands_at_zero_from_the_start() -> None:
    page = generate_latest(metrics().registry).decode()
    for reason in REASONS:
        assert f'heed_rejected_total{{reason="{reason}"}} 0.0' in page


def test_no_label_is_a_customer() -> None:
    labels = {label for labels in told().values() for label in labels}
    assert labels <= {"channel", "type", "reason", "signal", "severity", "status", "team", "to",
                      "change", "currency", "stage", "from", "queue", "partition",
                      "version", "result"}  # fmt: skip


def test_what_was_counted_is_on_the_page_and_in_the_totals() -> None:
    made = metrics()
    made.count({("interactions", "web", "page_viewed"): 3, ("duplicates",): 2})
    made.count({("interactions", "web", "page_viewed"): 1})
    made.reject("not_json")
    page = generate_latest(made.registry).decode()
    assert 'heed_interactions_total{channel="web",type="page_viewed"} 4.0' in page
    assert "heed_duplicates_total 2.0" in page
    assert 'heed_rejected_total{reason="not_json"} 1.0' in page
    assert made.totals["interactions", "web", "page_viewed"] == 4
    assert made.totals["rejected", "not_json"] == 1


def test_a_gauge_that_is_no_longer_shown_is_gone() -> None:
    made = metrics()
    made.show({("customers", "losing"): 2, ("customers", "retained"): 5})
    made.show({("customers", "retained"): 6})
    page = generate_latest(made.registry).decode()
    assert 'heed_customers{stage="retained"} 6.0' in page
    assert "losing" not in page


def test_a_ratio_is_of_what_all_partitions_have_counted() -> None:
    made = metrics()
    made.show({("heard", "web"): 8, ("identified", "web"): 6, ("heard", "phone"): 2})
    page = generate_latest(made.registry).decode()
    assert 'heed_identified_ratio{channel="web"} 0.75' in page
    assert 'heed_identified_ratio{channel="phone"} 0.0' in page
    assert "heed_heard" not in page
