"""Service levels of a month of real calls, under every formula, as polars reckons them."""

from __future__ import annotations

import msgspec
import polars as pl
import pytest

from heed.formats import read
from heed.replay import Replay
from schemas.instant import instant
from schemas.service_level import ServiceLevel, decode
from schemas.standards import Standards
from tests.support.data import data

FEBRUARY = "callcenter_anonymous_bank/data_anonymous_bank_february.txt.gz"
WITHIN, SHORT = 20, 5


@pytest.fixture(scope="module")
def told() -> dict[tuple[str, str, str], ServiceLevel]:
    """The last record of each span, by queue, kind of span and beginning."""
    replay = Replay(Standards())
    found: dict[tuple[str, str, str], ServiceLevel] = {}
    # Until the last half hour has passed as well.
    until = instant("1999-03-01T01:00:00Z")
    for output in replay.outputs(read([data(FEBRUARY)], "call-log"), until):
        if output.topic == "service_levels":
            said = decode(output.value)
            found[said.group, said.span, said.from_] = said
    return found


@pytest.fixture(scope="module")
def waits() -> pl.DataFrame:
    """Every wait of the month: its queue, its end and its length, straight from the events."""
    events = pl.DataFrame(
        [
            {
                "contact": said["properties"]["contact_id"],
                "queue": said["properties"]["queue"],
                "kind": said["type"],
                "at": said["time"],
            }
            for said in map(msgspec.json.decode, read([data(FEBRUARY)], "call-log"))
        ]
    ).with_columns(pl.col("at").str.to_datetime(time_unit="us", time_zone="UTC"))
    queued = events.filter(kind="contact_queued").select("contact", queued="at")
    ends = events.filter(pl.col("kind").is_in(["contact_answered", "contact_abandoned"]))
    return ends.join(queued, on="contact", how="left").with_columns(
        waited=(pl.col("at") - pl.col("queued")).dt.total_seconds(fractional=True).fill_null(0.0)
    )


def reckoned(waits: pl.DataFrame, every: str) -> dict[tuple[str, str], dict[str, float | None]]:
    """The level under every formula, by queue and beginning of the span."""
    answered, given_up = pl.col("kind") == "contact_answered", pl.col("kind") == "contact_abandoned"
    counted = (
        waits.with_columns(start=pl.col("at").dt.truncate(every))
        .group_by("queue", "start")
        .agg(
            answered=answered.sum(),
            met=(answered & (pl.col("waited") <= WITHIN)).sum(),
            abandoned=given_up.sum(),
            short=(given_up & (pl.col("waited") < SHORT)).sum(),
        )
    )
    a, b, s = pl.col("answered"), pl.col("abandoned"), pl.col("short")
    wholes = {"answered": a, "answered+abandoned": a + b, "answered+abandoned-short": a + b - s}
    wholes |= {f"{name}+flowouts": whole for name, whole in wholes.items()}  # nobody flowed out
    levels = counted.select(
        "queue", pl.col("start").dt.strftime("%Y-%m-%dT%H:%M:%S.%6fZ"),
        **{name: pl.when(whole > 0).then(pl.col("met") / whole) for name, whole in wholes.items()},
    )  # fmt: skip
    return {
        (f"queue:{row.pop('queue')}", row.pop("start")): row for row in levels.iter_rows(named=True)
    }


@pytest.mark.parametrize(("span", "every"), [("30m", "30m"), ("day", "1d"), ("month", "1mo")])
def test_levels_equal_those_of_polars_to_the_last_digit(
    told: dict[tuple[str, str, str], ServiceLevel], waits: pl.DataFrame, span: str, every: str
) -> None:
    found = {
        (group, start): said.levels for (group, kind, start), said in told.items() if kind == span
    }
    wanted = reckoned(waits, every)
    assert len(wanted) > (1000 if span == "30m" else 5)
    assert found == wanted
