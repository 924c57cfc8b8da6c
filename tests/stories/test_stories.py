"""Every story, through the decisions of `heed replay`, and all of them together."""

from __future__ import annotations

from collections import Counter

import orjson
import pytest

from agents.alerts import INFO, Kind
from agents.kinds import every_kind
from heed.replay import Replay
from schemas.alert import Alert, decode
from schemas.instant import instant
from schemas.standards import parse
from tests.stories.reading import Story, stories

ALL = stories()


def replayed(records: list[dict[str, object]], standards: str, until: int) -> list[Alert]:
    replay = Replay(parse(standards) if standards else None)
    told = [decode(out.value) for out in replay.run(map(orjson.dumps, records), until)]
    assert not replay.rejected, replay.rejected
    return told


@pytest.mark.parametrize("story", ALL, ids=lambda story: story.name)
def test_story(story: Story) -> None:
    assert story.told(replayed(story.interactions, story.standards, story.until)) == story.expected


def together() -> list[tuple[str, list[Story]]]:
    """The stories of each standards.toml."""
    found: dict[str, list[Story]] = {}
    for story in ALL:
        found.setdefault(story.standards, []).append(story)
    return sorted(found.items())


def interleaved(group: list[Story]) -> list[dict[str, object]]:
    """All interactions of these stories, each at the time at which it arrived in its own."""
    arrivals = []
    for story in group:
        now = 0
        for each in story.interactions:
            now = max(now, instant(each["time"]))
            arrivals.append((now, each))
    return [each for _, each in sorted(arrivals, key=lambda arrival: arrival[0])]


@pytest.mark.parametrize("standards", [text for text, _ in together()])
def test_all_stories_together_are_told_as_each_alone(standards: str) -> None:
    group = dict(together())[standards]
    alerts = replayed(interleaved(group), standards, max(story.until for story in group))
    for story in group:
        assert story.told(alerts) == story.expected, story.name


@pytest.mark.parametrize("name", [kind.name for kind in every_kind().values() if kind.notice])
def test_a_notice_is_of_the_severity_and_team_that_the_house_wishes(name: str) -> None:
    tellers = [story for story in ALL if story.expected and name in (story.signal, *story.also)]
    story, default = next(
        (story, told)
        for story in tellers
        if (told := {alert.severity for alert in replayed(story.interactions, "", story.until)
                     if alert.signal == name})
    )  # fmt: skip
    assert default == {"info"}
    wished = f'[{name}]\nseverity = "error"\nteam = "press"'
    alerts = replayed(story.interactions, wished, story.until)
    told = {(alert.severity, alert.team) for alert in alerts if alert.signal == name}
    assert told == {("error", "press")}


def test_notices_are_declared_with_the_severity_that_they_are_told_with() -> None:
    assert {kind.severity for kind in every_kind().values() if kind.notice} == {INFO}


def test_no_two_stories_are_of_the_same_customer_or_group() -> None:
    everybody = Counter(name for story in ALL for name in story.customers)
    everybody.update(group for story in ALL for group in story.groups)
    assert [name for name, times in everybody.items() if times > 1] == []


def test_stories_are_of_signals_that_there_are() -> None:
    assert {story.signal for story in ALL} <= every_kind().keys()


# What a kind says that it is about (`concern`), where six stories are the least; else four are.
MUCH_TOLD = frozenset({"abandonment", "churn"})


def test_every_signal_has_its_stories() -> None:
    kinds, told = every_kind().values(), Counter(story.signal for story in ALL)
    assert {kind.concern for kind in kinds} >= MUCH_TOLD
    short = [f"{kind.name}: {told[kind.name]}" for kind in kinds if told[kind.name] < least(kind)]
    assert short == []


def least(kind: Kind) -> int:
    """How many stories a signal has. Those of groups state no concern."""
    return 6 if kind.concern in MUCH_TOLD else 4
