"""The bank's call log, computed directly in polars: nothing of Heed's is used.

The rules are those of docs/signals.md ("Call logs", "Queue") and docs/decisions/0012:

- A contact is `vru+line`-`call_id`; a caller with id 0 is the customer `call:<contact>`.
- From `vru_entry` over `vru_exit` and `q_start` to `q_exit`, a clock time smaller than the one
  before it in the row is on the next day. Local times are read as UTC.
- A call waited where `q_time` > 0; its wait is `q_exit` - `q_start`. AGENT was answered then, HANG
  gave up then, PHANTOM is none.
- An abandonment is a call given up after a wait of at least 5 s. It is an error if the caller
  abandoned another at most 24 h before (both ends included; of two at one instant the earlier row
  is the earlier one).
- An answer is late where the wait was longer than 20 s.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

SHORT_ABANDON_SECONDS = 5
ANSWER_WITHIN_SECONDS = 20
DAY_SECONDS = 86_400
AGAIN_SECONDS = DAY_SECONDS
CLOCKS = ("vru_entry", "vru_exit", "q_start", "q_exit")


def waits(path: Path) -> pl.DataFrame:
    """One row per call that waited in the queue, in the order of leaving it.

    Columns: contact, caller, queue, outcome (AGENT or HANG), queued and left (seconds since 1970),
    wait (seconds).
    """
    rows = pl.read_csv(path, separator="\t", infer_schema=False, quote_char=None)
    contact = pl.concat_str("vru+line", "call_id", separator="-")
    clocks = {name: _seconds(pl.col(name)) for name in CLOCKS}
    # Midnights passed before each clock time.
    leaves_menu = (clocks["vru_exit"] < clocks["vru_entry"]).cast(pl.Int64)
    queued_days = leaves_menu + (clocks["q_start"] < clocks["vru_exit"])
    left_days = queued_days + (clocks["q_exit"] < clocks["q_start"])
    midnight = pl.col("date").str.to_date("%y%m%d").dt.epoch("d").cast(pl.Int64) * DAY_SECONDS
    return (
        rows.with_row_index("row")
        .filter(pl.col("q_time").cast(pl.Int64) > 0, pl.col("outcome").is_in(["AGENT", "HANG"]))
        .select(
            "row",
            "outcome",
            contact=contact,
            caller=pl.when(pl.col("customer_id") == "0")
            .then(pl.concat_str(pl.lit("call:"), contact))
            .otherwise("customer_id"),
            queue="type",
            queued=midnight + queued_days * DAY_SECONDS + clocks["q_start"],
            left=midnight + left_days * DAY_SECONDS + clocks["q_exit"],
        )
        .with_columns(wait=pl.col("left") - pl.col("queued"))
        .sort("left", "row")
    )


def abandonments(waited: pl.DataFrame) -> pl.DataFrame:
    """The calls given up after 5 s or more, with their severity, `warning` or `error`."""
    left = waited.filter(pl.col("outcome") == "HANG", pl.col("wait") >= SHORT_ABANDON_SECONDS).sort(
        "left", "row"
    )
    since = pl.col("left") - pl.col("left").shift(1).over("caller")
    again = (since <= AGAIN_SECONDS).fill_null(value=False)
    return left.with_columns(
        severity=pl.when(again).then(pl.lit("error")).otherwise(pl.lit("warning"))
    )


def late_answers(waited: pl.DataFrame) -> pl.DataFrame:
    """The calls answered after more than 20 s: what `answer_late` has to say, call by call."""
    return waited.filter(pl.col("outcome") == "AGENT", pl.col("wait") > ANSWER_WITHIN_SECONDS)


def _seconds(clock: pl.Expr) -> pl.Expr:
    """H:MM:SS as seconds since midnight."""
    parts = clock.str.split(":").cast(pl.List(pl.Int64))
    return parts.list.get(0) * 3600 + parts.list.get(1) * 60 + parts.list.get(2)
