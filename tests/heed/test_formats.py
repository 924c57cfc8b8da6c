"""The formats that replay and publish read: what a row becomes, and what is said of a bad file."""

from __future__ import annotations

import gzip
import io
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heed import cdnow_data
from heed.formats import FORMATS, Counts, UnusableInput, open_bytes, read
from heed.formats.call_log import COLUMNS, roll
from heed.formats.online_retail import COLUMNS as RETAIL_COLUMNS
from schemas.instant import SECOND
from schemas.interaction import Interaction, decode
from tests.support.data import data

CALL_LOG = "callcenter_anonymous_bank/data_anonymous_bank_february.txt.gz"
ONLINE_RETAIL = "online_retail/online_retail_2010_2011.csv.gz"
CDNOW = "cdnow/CDNOW_master.txt.gz"

Event = dict[str, Any]


def written(folder: Path, *rows: str, name: str = "history.txt") -> Path:
    path = folder / name
    path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def events(path: Path, format: str, counts: Counts | None = None) -> list[Event]:
    return [orjson.loads(value) for value in read([path], format, counts)]


def decoded(path: Path, format: str, counts: Counts) -> list[Interaction]:
    taken = [decode(value) for value in read([path], format, counts)]
    assert [each.time for each in taken] == sorted(each.time for each in taken)
    assert len({each.id for each in taken}) == len(taken)
    return taken


def call(
    outcome: str = "AGENT",
    vru: str = "8:00:00 8:00:10",
    queue: str = "8:00:10 8:00:40",
    wait: int = 30,
    service: str = "8:00:39 8:05:00",
    customer: str = "4711",
) -> str:
    vru_entry, vru_exit, q_start, q_exit = [*vru.split(), *queue.split()]
    cells = ["AA0101", "34536", customer, "2", "PS", "990210", vru_entry, vru_exit, "10"]
    return "\t".join([*cells, q_start, q_exit, str(wait), outcome, *service.split(), "0", "DORIT"])


def calls(folder: Path, *rows: str, counts: Counts | None = None) -> list[Event]:
    return events(written(folder, "\t".join(COLUMNS), *rows), "call-log", counts)


def moments(of: list[Event]) -> list[tuple[str, str]]:
    return [(event["type"], event["time"]) for event in of]


def invoice(row: str) -> str:
    """`number code name quantity date price customer cancelled` as a line of Online Retail."""
    number, code, name, quantity, at, price, customer, cancelled = row.split("|")
    return f'{number},{code},"{name}",{quantity},{at},{price},{customer},Norway,{cancelled}'


def invoices(folder: Path, *rows: str, counts: Counts | None = None) -> list[Event]:
    lines = [",".join(RETAIL_COLUMNS), *map(invoice, rows)]
    return events(written(folder, *lines), "online-retail", counts)


# Any format


def test_the_formats_of_the_histories_are_marked_as_such() -> None:
    histories = {name for name, each in FORMATS.items() if each.is_history}
    assert histories == {"cdnow", "online-retail", "call-log"}


def test_interactions_are_passed_on_untouched_and_in_file_order(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    path.write_bytes(b'{"id" : "2"}\r\n\n   \n{"id":"1"} \n\xff not json')
    counts = Counts()
    assert list(read([path], counts=counts)) == [b'{"id" : "2"}', b'{"id":"1"} ', b"\xff not json"]
    assert counts == Counts(rows=3)


def test_gzip_is_told_by_its_first_bytes_and_not_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "packed").write_bytes(gzip.compress(b"{}\n", mtime=0))
    (tmp_path / "plain.gz").write_bytes(b"{}\n")
    assert list(read([tmp_path / "packed", tmp_path / "plain.gz"])) == [b"{}", b"{}"]


@pytest.mark.parametrize("sent", [b'{"a":1}\n', gzip.compress(b'{"a":1}\n', mtime=0)])
def test_a_dash_is_standard_input(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BufferedReader(io.BytesIO(sent)))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert list(read(["-"])) == [b'{"a":1}']
    assert not stdin.buffer.closed


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    (tmp_path / "marked").write_bytes(b"\xef\xbb\xbf{}\n")
    with open_bytes(tmp_path / "marked") as stream:
        assert stream.read(3) == b"\xef\xbb\xbf"
    assert list(read([tmp_path / "marked"])) == [b"{}"]


def test_several_histories_are_one_sorted_by_time_with_ids_of_their_own(tmp_path: Path) -> None:
    late = written(tmp_path, "00001 19970301  1   11.77", "00002 19970101  1   5.00", name="a")
    early = written(tmp_path, "00003 19970101  1   12.00", name="b")
    taken = [orjson.loads(value) for value in read([late, early], "cdnow")]
    assert [event["id"] for event in taken] == ["cdnow-2", "cdnow-3", "cdnow-1"]


# Unusable input


def test_unusable_files_are_named_before_anything_is_read(tmp_path: Path) -> None:
    good = written(tmp_path, "{}")
    for bad, why in ((tmp_path / "none", "no such file"), (tmp_path, "is a directory")):
        with pytest.raises(UnusableInput, match=why) as raised:
            read([good, bad])
        assert str(bad) in str(raised.value)
    with pytest.raises(UnusableInput, match="choose one of interactions, cdnow"):
        read([good], "excel")


@pytest.mark.parametrize(
    ("format", "content", "line"),
    [
        ("cdnow", b"00001 19970101 1 11.77\n00001 19971301 1 11.77\n", 2),
        ("cdnow", b"customer,date\n", 1),
        ("cdnow", b"\xff\xfe\x00", 1),
        ("online-retail", b"Invoice,StockCode\n", 1),
        ("online-retail", ",".join(RETAIL_COLUMNS).encode() + b"\n1,2,3\n", 2),
        ("online-retail", ",".join(RETAIL_COLUMNS).encode() + b"\n\n" + b"x" * 140_000, 3),
        ("call-log", b"vru+line\tcall_id\n", 1),
        ("call-log", "\t".join(COLUMNS).encode() + b"\n1\t2\n", 2),
        ("call-log", f"{chr(9).join(COLUMNS)}\n{call(vru='8:00:00 8:60:00')}\n".encode(), 2),
        ("call-log", f"{chr(9).join(COLUMNS)}\n{call('VANISHED')}\n".encode(), 2),
    ],
)
def test_what_is_not_of_the_format_is_said_with_file_and_line(
    tmp_path: Path, format: str, content: bytes, line: int
) -> None:
    path = tmp_path / "history"
    path.write_bytes(content)
    with pytest.raises(UnusableInput, match=rf"history, line {line}: .+\.$"):
        list(read([path], format))


def test_a_truncated_archive_is_unusable_after_its_last_good_line(tmp_path: Path) -> None:
    packed = gzip.compress(b"{}\n" * 100_000, mtime=0)
    (tmp_path / "cut.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(UnusableInput, match=r"cut\.gz, after line \d+: cannot be read further"):
        list(read([tmp_path / "cut.gz"]))


# CDNOW


def test_a_purchase_of_cdnow_is_an_order_at_the_start_of_its_day(tmp_path: Path) -> None:
    [event] = events(written(tmp_path, " 00004 19970118  3   29.73\r"), "cdnow")
    assert event == {
        "id": "cdnow-1",
        "type": "order_completed",
        "time": "1997-01-18T00:00:00Z",
        "channel": "web",
        "customer_id": "00004",
        "properties": {
            "revenue": 29.73,
            "currency": "USD",
            "products": [{"product_id": "cd", "quantity": 3}],
        },
    }


def test_identical_purchases_stay_distinct_and_column_names_are_none(tmp_path: Path) -> None:
    rows = [" customer_id  date number_of_cds  dollar_value", *[" 00001 19970101  1   11.77"] * 2]
    counts = Counts()
    taken = events(written(tmp_path, *rows), "cdnow", counts)
    assert [event["id"] for event in taken] == ["cdnow-2", "cdnow-3"]
    assert counts == Counts(rows=2)


def test_every_purchase_of_the_real_cdnow_file_is_taken() -> None:
    counts = Counts()
    taken = decoded(data(CDNOW), "cdnow", counts)
    assert len(taken) == counts.rows == 69_659
    assert len({each.customer_id for each in taken}) == 23_570
    assert not counts.skipped


# Online Retail


def test_the_lines_of_an_invoice_are_one_order(tmp_path: Path) -> None:
    at = "2010-12-01T08:26:00"
    [event] = invoices(
        tmp_path,
        f"536365|85123A|LANTERN, WHITE |6|{at}|2.55|17850|0",
        f"536365|POST|POSTAGE|1|{at}|18.0|17850|0",
    )
    assert event == {
        "id": "online-retail-2",
        "type": "order_completed",
        "time": "2010-12-01T08:26:00Z",
        "channel": "web",
        "customer_id": "17850",
        "region": "Norway",
        "properties": {
            "order_id": "536365",
            "revenue": 33.3,
            "currency": "GBP",
            "products": [
                {"product_id": "85123A", "name": "LANTERN, WHITE", "quantity": 6, "price": 2.55},
                {"product_id": "POST", "name": "POSTAGE", "quantity": 1, "price": 18.0},
            ],
        },
    }


def test_rows_without_an_invoice_are_what_one_customer_returned_at_once(tmp_path: Path) -> None:
    at = "2010-12-01T09:49:00"
    taken = invoices(
        tmp_path,
        f"||DUCKS|-2|{at}|4.65|15311|1",
        f"||Discount|-1|{at}|10.0|15311|1",
        f"||DUCKS|-1|{at}|4.65|14527|1",
    )
    assert [event["type"] for event in taken] == ["order_returned"] * 2
    assert taken[0]["properties"] == {
        "revenue": 19.3,
        "currency": "GBP",
        "products": [
            {"name": "DUCKS", "quantity": 2, "price": 4.65},
            {"name": "Discount", "quantity": 1, "price": 10.0},
        ],
    }


def test_money_back_without_goods_is_a_refund(tmp_path: Path) -> None:
    [event] = invoices(tmp_path, "||Discount|-1|2010-12-01T09:41:00|27.5|14527|1")
    assert (event["type"], event["properties"]["revenue"]) == ("order_refunded", 27.5)


def test_rows_without_a_customer_are_counted(tmp_path: Path) -> None:
    counts = Counts()
    row = "536544|21773|DISH|1|2010-12-01T14:32:00|2.51||0"
    assert invoices(tmp_path, row, row, counts=counts) == []
    assert counts == Counts(rows=2, skipped={"no_customer": 2})


def test_a_name_of_two_lines_is_one_row(tmp_path: Path) -> None:
    row = "1|2|TWO\nLINES|1|2010-12-01T14:32:00|2.5|7|0"
    first, second = invoices(tmp_path, row, row.replace("1|2|", "2|2|"))
    assert (first["id"], second["id"]) == ("online-retail-2", "online-retail-4")
    assert first["properties"]["products"][0]["name"] == "TWO\nLINES"


def test_every_invoice_of_the_real_online_retail_file_is_taken() -> None:
    counts = Counts()
    taken = decoded(data(ONLINE_RETAIL), "online-retail", counts)
    assert counts == Counts(rows=541_909, skipped={"no_customer": 135_080})
    kinds = {"order_completed": 18_566, "order_returned": 3_379, "order_refunded": 271}
    assert Counter(each.kind for each in taken) == kinds
    assert sum(len(each.properties.products) for each in taken) == 541_909 - 135_080
    assert len({each.customer_id for each in taken}) == 4_372


# Call log


def test_a_call_that_waits_is_queued_answered_and_ended(tmp_path: Path) -> None:
    taken = calls(tmp_path, call())
    assert moments(taken) == [
        ("contact_queued", "1999-02-10T08:00:10Z"),
        ("contact_answered", "1999-02-10T08:00:40Z"),
        ("contact_ended", "1999-02-10T08:05:00Z"),
    ]
    assert taken[0] == {
        "id": "call-log-2-queued",
        "type": "contact_queued",
        "time": "1999-02-10T08:00:10Z",
        "channel": "phone",
        "customer_id": "4711",
        "properties": {"contact_id": "AA0101-34536", "queue": "PS", "medium": "phone"},
    }


def test_a_call_that_does_not_wait_is_answered_when_it_leaves_the_menu(tmp_path: Path) -> None:
    row = call(queue="0:00:00 0:00:00", wait=0, service="8:00:09 8:05:00")
    assert moments(calls(tmp_path, row)) == [
        ("contact_answered", "1999-02-10T08:00:10Z"),
        ("contact_ended", "1999-02-10T08:05:00Z"),
    ]


def test_a_caller_who_hangs_up_waiting_abandons_the_queue(tmp_path: Path) -> None:
    taken = calls(tmp_path, call("HANG", service="0:00:00 0:00:00", customer="0"))
    assert moments(taken) == [
        ("contact_queued", "1999-02-10T08:00:10Z"),
        ("contact_abandoned", "1999-02-10T08:00:40Z"),
    ]
    assert {event["customer_id"] for event in taken} == {"call:AA0101-34536"}


def test_calls_that_never_reached_the_queue_are_counted(tmp_path: Path) -> None:
    counts = Counts()
    menu = call("HANG", queue="0:00:00 0:00:00", wait=0)
    assert calls(tmp_path, menu, call("PHANTOM"), menu, counts=counts) == []
    assert counts == Counts(rows=3, skipped={"hung_up_in_menu": 2, "phantom": 1})


def test_no_agent_is_named(tmp_path: Path) -> None:
    assert b"DORIT" not in b"".join(
        read([written(tmp_path, "\t".join(COLUMNS), call())], "call-log")
    )


def test_a_call_goes_on_past_midnight(tmp_path: Path) -> None:
    row = call(vru="23:59:54 23:59:54", queue="0:00:00 0:00:27", wait=27, service="0:00:26 0:01:33")
    assert moments(calls(tmp_path, row)) == [
        ("contact_queued", "1999-02-11T00:00:00Z"),
        ("contact_answered", "1999-02-11T00:00:27Z"),
        ("contact_ended", "1999-02-11T00:01:33Z"),
    ]


@pytest.mark.parametrize(
    ("queue", "service", "ended"),
    [
        ("8:00:10 8:00:40", "8:00:38 8:00:39", "1999-02-10T08:00:40Z"),  # not before the answer
        ("23:59:20 23:59:50", "23:59:49 0:00:32", "1999-02-11T00:00:32Z"),
        ("23:59:20 0:00:00", "23:59:59 0:00:32", "1999-02-11T00:00:32Z"),  # the other clock is late
        ("23:59:20 23:59:59", "0:00:00 0:00:32", "1999-02-11T00:00:32Z"),  # or early
        ("8:00:10 8:00:40", "0:00:00 0:00:00", None),  # not recorded
    ],
)
def test_service_ends_by_the_clock_of_another_machine(
    tmp_path: Path, queue: str, service: str, ended: str | None
) -> None:
    taken = calls(tmp_path, call(vru="8:00:00 8:00:10", queue=queue, service=service))
    ends = [event["time"] for event in taken if event["type"] == "contact_ended"]
    assert ends == ([ended] if ended else [])


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.lists(st.integers(0, 24 * 3600 - 1), max_size=8),
)
def test_rolling_clocks_over_midnight_gives_back_the_instants(
    first: datetime, gaps: list[int]
) -> None:
    instants = [first.replace(microsecond=0)]
    for gap in gaps:
        instants.append(instants[-1] + timedelta(seconds=gap))
    clocks = [f"{at.hour}:{at:%M:%S}" for at in instants]
    assert roll(first.replace(hour=0, minute=0, second=0, microsecond=0), clocks) == instants


def test_the_abandonments_of_the_real_call_log_are_those_that_are_known() -> None:
    counts = Counts()
    taken = decoded(data(CALL_LOG), "call-log", counts)
    assert counts == Counts(rows=33_344, skipped={"hung_up_in_menu": 1_972, "phantom": 278})
    queued = {e.properties.contact_id: e.time for e in taken if e.kind == "contact_queued"}
    waits = [
        (each.time - queued[each.properties.contact_id]) / SECOND
        for each in taken
        if each.kind == "contact_abandoned"
    ]
    assert len(waits) == sum(wait > 0 for wait in waits) == 3_932
    assert sum(wait >= 5 for wait in waits) == 3_744
    assert max(waits) == 908
    assert Counter(each.kind for each in taken)["contact_answered"] == 27_162


# The file of the demo


def test_cdnow_is_found_in_a_package_that_is_never_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "lifetimes_for_tests"
    (package / "datasets").mkdir(parents=True)
    (package / "__init__.py").write_text("raise AssertionError('imported')\n", encoding="utf-8")
    file = package / cdnow_data.DATA_FILE
    file.write_text("00001 19970101 1 11.77\n", encoding="utf-8")
    monkeypatch.setattr(cdnow_data, "PACKAGE", package.name)
    monkeypatch.syspath_prepend(tmp_path)
    assert cdnow_data.cdnow_path() == file
    (tmp_path / f"{package.name}-0.11.3.dist-info").mkdir()
    record = tmp_path / f"{package.name}-0.11.3.dist-info"
    (record / "METADATA").write_text(f"Name: {package.name}\n", encoding="utf-8")
    (record / "RECORD").write_text(f"{package.name}/{cdnow_data.DATA_FILE},,\n", encoding="utf-8")
    assert cdnow_data.cdnow_path() == file


def test_without_the_package_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cdnow_data, "PACKAGE", "no_such_package_here")
    with pytest.raises(UnusableInput, match=r"make demo.*pip install --no-deps lifetimes==0\.11"):
        cdnow_data.cdnow_path()
