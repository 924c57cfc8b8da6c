"""The logic of the groups agent, with a signal of the test's own."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.alerts import Kind
from agents.groups.alerts import GroupAlerts, evidence_of
from agents.groups.book import GroupBook, GroupChapter
from agents.groups.decide import Groups
from agents.groups.harness import GroupHarness, Said
from schemas import group as state
from schemas.alert import decode, encode
from schemas.customer import NewerState
from schemas.group import Group
from schemas.instant import MINUTE
from schemas.observation import CLASSES, Arrival

START = 1_700_000_040_000_000
QUIET = Kind(
    name="quiet",
    team="support",
    clears_if="Somebody arrives.",
    reason=lambda facts: f"{facts[0]} arrived, and then nobody.",
    parameters=lambda facts: {"arrived": facts[0]},
)


class Quiet:
    """Opens ten minutes after the newest arrival; the next one clears it."""

    kinds = (QUIET,)
    groups = frozenset({"queue"})
    reacts_to = frozenset({"arrival"})

    def on_observation(self, group: Group, observation: Any, alerts: GroupAlerts) -> None:
        group.told["seen"] = group.told.get("seen", 0) + 1
        alert = alerts.standing("quiet")
        if alert is not None and observation.time > alert.opened_at:
            alerts.resolve("quiet", None, observation.time, "recovered")
        group.wake("quiet", group.last_seen + 10 * MINUTE)
        if observation.id == "notice me":
            alerts.count("noticed", evidence_of(observation).id)

    def on_deadline(self, group: Group, now: int, alerts: GroupAlerts) -> None:
        if alerts.standing("quiet") is None:
            alerts.open("quiet", None, now, [group.told["seen"]], [])


class Book(GroupBook):
    def __init__(self) -> None:
        super().__init__()
        self.kinds = {"quiet": QUIET}
        self.made = GroupChapter(
            {kind: (Quiet(),) if kind == "arrival" else () for kind in CLASSES},
            {"quiet": Quiet()},
        )

    def chapter(self, key: str, group: Group) -> GroupChapter:
        return self.made


def queues(*, sizes: list[int] | None = None) -> GroupHarness:
    made = GroupHarness(logic=Groups(Book()))
    return made if sizes is None else made.batches(sizes)


def arrival(minute: float, queue: str = "sales") -> Said:
    at = START + round(minute * MINUTE)
    return f"queue:{queue}", Arrival(at, f"e{at}", "contact_queued", 7, "Acme", None)


def test_a_deadline_fires_once_the_clock_has_passed_it() -> None:
    """The clock is two minutes behind: an arrival at 12:01 has passed 9:00, not 10:00."""
    told = queues().feed([arrival(0), arrival(11.9, "other")])
    assert told.alerts == []
    told.feed([arrival(12.1, "other")])
    (alert,) = told.alerts
    assert (alert.group, alert.customer_id, alert.aliases) == ("queue:sales", None, None)
    assert (alert.brand, alert.team, alert.reason) == (
        "Acme", "support", "1 arrived, and then nobody.",
    )  # fmt: skip
    assert told.gauges == {("alerts_open", "quiet", "support"): 1}


def test_an_alert_is_told_as_the_encoder_writes_it() -> None:
    told = queues().feed([arrival(0, 'sa"les'), arrival(30, "other"), arrival(31, 'sa"les')])
    assert {alert.status for alert in told.alerts} == {"open", "resolved"}
    for output in told.outputs:
        assert encode(decode(output.value)) == output.value


def test_what_comes_late_counts_before_its_window_is_judged() -> None:
    told = queues().feed([arrival(0), arrival(11, "other"), arrival(9.5), arrival(13, "other")])
    assert told.alerts == []
    assert [a.event_time[14:19] for a in told.advance(minutes=60).alerts if a.group == "queue:sales"
            ] == ["33:30"]  # fmt: skip


def test_what_is_no_observation_is_refused_and_counted() -> None:
    from streams.contract import Line

    logic, view = Groups(Book()), queues().partition.view
    decision = logic.decide(view, [Line(b"\x00", key=b"queue:a"), Line(None)], None)
    assert [refusal.reason for refusal in decision.refusals] == ["invalid_field"] * 2


def test_state_of_a_newer_version_is_not_read() -> None:
    stored = bytearray(state.encode(Group(), 5))
    stored[8] += 1
    with pytest.raises(NewerState):
        state.decode(bytes(stored))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 300), st.sampled_from("abc")), max_size=40),
    st.lists(st.integers(1, 7), min_size=1, max_size=4),
)
def test_batches_do_not_matter(said: list[tuple[int, str]], sizes: list[int]) -> None:
    arrived = [arrival(minute / 3, queue) for minute, queue in said]
    whole, cut = queues().feed(arrived).finish(), queues(sizes=sizes).feed(arrived).finish()
    assert whole.outputs == cut.outputs
    assert whole.rows == cut.rows


class Fragile(Quiet):
    def on_observation(self, group: Group, observation: Any, alerts: GroupAlerts) -> None:
        super().on_observation(group, observation, alerts)
        if observation.time == START + 3 * MINUTE:
            raise RuntimeError("three past")

    def on_deadline(self, group: Group, now: int, alerts: GroupAlerts) -> None:
        super().on_deadline(group, now, alerts)
        if now == START + 12 * MINUTE:
            raise RuntimeError("twelve past")


def test_a_signal_that_fails_costs_one_observation_or_one_deadline() -> None:
    broken = Book()
    broken.made = broken.made._replace(
        by_kind={**broken.made.by_kind, "arrival": (Fragile(),)}, named={"quiet": Fragile()}
    )
    came = [arrival(minute) for minute in (0, 1, 2, 3)] + [arrival(1, "other")]
    harness = GroupHarness(logic=Groups(broken)).feed([*came, arrival(40, "third")])
    assert [(r.reason, r.message) for r in harness.refusals] == [
        ("signal_error", "signal quiet: RuntimeError: three past")
    ]
    assert harness.counts["signal_errors", "quiet"] == 2
    assert harness.group("queue:sales").told["seen"] == 3
    assert [alert.group for alert in harness.alerts] == ["queue:other"]
