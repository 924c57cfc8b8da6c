"""`heed learn`: what a history teaches, as lines that a standards.toml takes."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.identity import Names
from heed.cli import main
from heed.learn import Gaps, gaps_of
from schemas.instant import DAY, HOUR
from schemas.interaction import Interaction, decode
from schemas.standards import Standards, load
from tests.support.data import data

BEGIN = 1_735_689_600
"""The first of January 2025, in seconds."""


def order(customer: str, hours: float, brand: str | None = None, number: int = 0) -> bytes:
    said = {
        "id": f"{customer}-{hours}-{number}", "type": "order_completed", "channel": "web",
        "time": BEGIN + hours * 3600, "customer_id": customer, "properties": {},
    }  # fmt: skip
    return json.dumps(said | ({"brand": brand} if brand else {})).encode()


def learned(
    records: list[bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str], *options: str
) -> str:
    history = tmp_path / "history.jsonl"
    history.write_bytes(b"\n".join(records) + b"\n")
    with pytest.raises(SystemExit) as ended:
        main_with("learn", str(history), *options)
    assert not ended.value.code
    return capsys.readouterr().out


def main_with(*arguments: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["heed", *arguments])
        # What is captured here is closed when others log.
        patch.setattr("streams.logs.configure", lambda **_: None)
        main()


def taken(text: str, tmp_path: Path) -> Standards:
    """What a standards.toml of these lines says."""
    written = tmp_path / "standards.toml"
    written.write_text(text)
    return load(written)


def test_nine_of_ten_had_come_back_by_then(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """300 customers: the first buys again after 1 day, the second after 2 days, and so on."""
    records = []
    for number in range(1, 301):
        records += [order(f"c{number}", 1), order(f"c{number}", 1 + 24 * number)]
        records.append(order(f"once-{number}", 1))
    text = learned(records, tmp_path, capsys)
    assert "600 first-time buyers, 300 of whom have bought again, 90 % of those" in text
    assert taken(text, tmp_path).base.one_and_gone.within == 270 * DAY


def test_a_brand_that_tells_enough_has_a_gap_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records = []
    for brand, days, customers in (("north", 10, 200), ('so"uth', 30, 200), ("small", 90, 199)):
        for number in range(customers):
            name = f"{brand}-{number}"
            records += [order(name, 0), order(name, 24 * days, brand)]
    text = learned(records, tmp_path, capsys)
    standards = taken(text, tmp_path)
    within = {
        brand: standards.thresholds(None, brand, None).one_and_gone.within // DAY
        for brand in (None, "north", 'so"uth', "small")
    }
    assert within == {None: 90, "north": 10, 'so"uth': 30, "small": 90}
    assert "# Brands of which too few have bought again: 1." in text


def test_a_history_that_is_too_short_teaches_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = learned([order("a", 0), order("a", 24), order("b", 0)], tmp_path, capsys)
    assert "# 2 first-time buyers, 1 of whom have bought again:" in text
    assert taken(text, tmp_path).base.one_and_gone.within == 60 * DAY


def test_how_many_it_takes_and_who_is_a_test_the_standards_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house = tmp_path / "house.toml"
    house.write_text(
        '[one_and_gone]\nleast = 2\npercentile = 0.5\n[exclude]\ncustomers = ["test-*"]\n'
    )
    records = [order(name, hours) for name in ("a", "b", "test-c") for hours in (0, 24 * 7)]
    text = learned(records, tmp_path, capsys, "--standards", str(house))
    assert "# 2 first-time buyers, 2 of whom have bought again, 50 % of those within 7 d." in text


def test_what_is_no_interaction_is_left_out_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    history = tmp_path / "history.jsonl"
    history.write_bytes(b"{}\n" + order("a", 0) + b"\n")
    with pytest.raises(SystemExit):
        main_with("learn", str(history))
    assert "records left out: 1; `heed check` says why" in capsys.readouterr().err


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 200)), max_size=30),
    st.randoms(use_true_random=False),
)
def test_the_order_of_records_does_not_matter(told: list[tuple[str, int]], chance: object) -> None:
    """Against a direct computation: the earliest order, and the earliest of a later day."""
    moments: dict[str, list[int]] = defaultdict(list)
    for customer, hours in told:
        moments[customer].append(BEGIN * 1_000_000 + hours * HOUR)
    expected = []
    for times in moments.values():
        later = [at for at in times if at // DAY > min(times) // DAY]
        expected += [min(later) - min(times)] if later else []
    orders: list[Interaction] = [decode(order(*each)) for each in told]
    chance.shuffle(orders)  # type: ignore[attr-defined]
    found = gaps_of(orders, Names(None))[None]
    assert found == Gaps(len(moments), sorted(expected))


def test_the_gap_of_cdnow_is_that_of_a_direct_computation(
    capsys: pytest.CaptureFixture[str],
) -> None:
    import polars as pl

    path = data("cdnow/CDNOW_master.txt.gz")
    rows = [line.split()[:2] for line in _lines(path)]
    frame = pl.DataFrame(rows, schema=["customer", "day"], orient="row").with_columns(
        pl.col("day").str.to_date("%Y%m%d")
    )
    days = frame.unique().group_by("customer").agg(pl.col("day").sort())
    gaps = days.filter(pl.col("day").list.len() > 1).select(
        (pl.col("day").list.get(1) - pl.col("day").list.get(0)).dt.total_days().alias("gap")
    )
    ninth = sorted(gaps["gap"].to_list())[-(-9 * len(gaps) // 10) - 1]
    with pytest.raises(SystemExit):
        main_with("learn", "--format", "cdnow", str(path))
    told = capsys.readouterr().out
    assert f"{len(days):,} first-time buyers, {len(gaps):,} of whom" in told
    assert f'within = "{ninth} d"' in told


def _lines(path: Path) -> list[str]:
    import gzip

    return gzip.decompress(path.read_bytes()).decode().splitlines()
