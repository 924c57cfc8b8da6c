"""What could not be taken is kept whole, with where it came from and why."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import pytest

from schemas.seals import RATES, ROWS
from streams.contract import Line, Refusal
from streams.rejected import KEPT, LARGEST, reason, refuse


class Read(NamedTuple):
    """A record as it was read from Kafka."""

    value: bytes | None
    key: bytes | None = b"key"
    timestamp: int = 1_700_000_000_123
    headers: tuple[tuple[str, bytes], ...] = ()
    offset: int = 42


def refused(record: Read | Line, reason: str = "not_json", message: str = "no") -> dict[str, bytes]:
    headers = refuse(Refusal(record, reason, message), ("interactions", 3))[2]
    assert len({name for name, _ in headers}) == len(headers)
    return dict(headers)


def test_key_and_value_stay_as_they_came() -> None:
    for key, value in ((b"k", b"\xff\x00"), (None, b""), (b"", None)):
        written = refuse(Refusal(Read(value, key), "not_json", "no"), ("interactions", 3))
        assert written[:2] == (key, value)


def test_the_headers_say_where_it_came_from_and_why() -> None:
    assert refused(Read(b"{"), "not_json", "Zeile 1: ungültig") == {
        "heed-reason": b"not_json",
        "heed-message": "Zeile 1: ungültig".encode(),
        "heed-topic": b"interactions",
        "heed-partition": b"3",
        "heed-offset": b"42",
        "heed-timestamp": b"1700000000123",
    }


def test_the_producers_own_headers_stay_and_ours_cannot_be_forged() -> None:
    headers = (("trace", b"1"), ("heed-reason", b"forged"), ("heed-hops", b"2"))
    found = refused(Read(b"{", headers=headers))
    assert (found["trace"], found["heed-reason"]) == (b"1", b"not_json")
    assert "heed-hops" not in found


def test_the_seals_of_records_of_our_own_stay_but_not_without_room() -> None:
    seals = ((ROWS, b"0f" * 16), (RATES, b"f0" * 16))
    assert set(seals) <= set(refused(Read(b"\x90", headers=seals)).items())
    found = refused(Read(b"\x90", headers=((ROWS, bytes(KEPT)),)))
    assert ROWS not in found
    assert found["heed-headers-left-out"] == b"1"


def test_a_long_message_is_cut() -> None:
    assert len(refused(Read(b"{"), message="x" * 5000)["heed-message"]) == 1000


def test_a_message_that_is_no_text_is_told_all_the_same() -> None:
    assert refused(Read(b"{"), message="a\ud800b")["heed-message"] == b"a?b"


def test_a_record_that_comes_from_a_file_has_no_offset() -> None:
    assert refused(Line(b"{"))["heed-offset"] == b"-1"


@pytest.mark.parametrize("length", [LARGEST - 1, LARGEST])
def test_a_value_that_fits_is_kept_whole(length: int) -> None:
    _, value, headers = refuse(Refusal(Read(bytes(length)), "not_json", "no"), ("i", 0))[:3]
    assert len(value or b"") == length
    assert dict(headers)["heed-reason"] == b"not_json"


def test_a_value_that_does_not_fit_is_kept_as_beginning_length_and_hash() -> None:
    whole = bytes(range(256)) * ((LARGEST >> 8) + 1)
    _, value, headers = refuse(Refusal(Read(whole), "not_json", "no"), ("i", 0))[:3]
    found = dict(headers)
    assert value == whole[:KEPT]
    assert found["heed-reason"] == b"too_large"
    assert found["heed-first-reason"] == b"not_json"
    assert found["heed-length"] == b"%d" % len(whole)
    assert found["heed-sha256"] == hashlib.sha256(whole).hexdigest().encode()


def test_a_key_that_does_not_fit_is_kept_in_the_same_way() -> None:
    record = Read(b"{", key=b"k" * (KEPT + 1))
    key, value, _ = refuse(Refusal(record, "not_json", "no"), ("i", 0))[:3]
    found = refused(record)
    assert (key, value) == (b"k" * KEPT, b"{")
    assert found["heed-reason"] == b"too_large"
    assert found["heed-key-length"] == b"%d" % (KEPT + 1)
    assert found["heed-key-sha256"] == hashlib.sha256(b"k" * (KEPT + 1)).hexdigest().encode()


def test_headers_that_do_not_fit_are_left_out_and_counted() -> None:
    found = refused(Read(b"{", headers=(("small", b"1"), ("large", bytes(KEPT)))))
    assert found["heed-reason"] == b"too_large"
    assert found["heed-headers-left-out"] == b"2"
    assert not {"small", "large"} & found.keys()


def test_what_is_counted_is_the_reason_that_is_written() -> None:
    for value in (b"{", bytes(LARGEST + 1)):
        assert (
            reason(Refusal(Read(value), "not_json", "no")).encode()
            == (refused(Read(value))["heed-reason"])
        )
