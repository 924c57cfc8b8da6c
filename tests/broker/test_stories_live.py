"""All stories together through the live path: what each expects is told, and nothing else of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from heed.replay import Replay
from schemas.instant import MINUTE, rfc3339
from schemas.standards import parse
from streams.embedded import EmbeddedBroker
from streams.settings import Settings
from tests.broker.live import lived
from tests.broker.test_replay_equals_live import comparable, on_kafka, settings
from tests.stories.reading import Story
from tests.stories.test_stories import interleaved, together
from tests.support.kafka import Kafka

GROUPS = together()
PARTITIONS = 4


def values(group: list[Story]) -> list[bytes]:
    """The stories, and enough strangers after them that the clock of each partition goes on."""
    end = max(story.until for story in group) + 10 * MINUTE
    strangers: list[dict[str, Any]] = [
        {"id": f"s{number}", "type": "page_viewed", "time": rfc3339(end), "channel": "web",
         "customer_id": f"stranger-{number}"}
        for number in range(32 * PARTITIONS)
    ]  # fmt: skip
    return [orjson.dumps(each) for each in (*interleaved(group), *strangers)]


def compare(group: list[Story], standards: str, made: Settings, folder: Path) -> None:
    if standards:
        file = folder / "standards.toml"
        file.write_text(standards, encoding="utf-8")
        made.standards = file
    run = lived(values(group), made)
    assert run.rejected == 0
    assert run.slowest >= max(story.until for story in group)
    # Partitions of a topic have no order among each other: alerts are compared as a whole with
    # those of the replay, of which tests/stories shows that they are what each story expects.
    alerts = replayed_values(group, standards)
    assert comparable(run.alerts, run.slowest) == comparable(alerts, run.slowest)
    names = {alert.get("group") or alert.get("customer_id") for alert in run.alerts}
    assert all((story.groups or story.customers) & names for story in group if story.expected), (
        "the comparison is not of nothing"
    )


def replayed_values(group: list[Story], standards: str) -> list[dict[str, Any]]:
    """The alerts of the same records in a replay."""
    replay = Replay(parse(standards) if standards else None)
    return [orjson.loads(told.value) for told in replay.run(values(group))]


def test_stories_through_the_embedded_broker(tmp_path: Path) -> None:
    standards, group = max(GROUPS, key=lambda each: len(each[1]))
    with EmbeddedBroker() as broker:
        compare(
            group, standards, settings(broker.address, embedded=True, batch_records=500), tmp_path
        )


@pytest.mark.parametrize("number", range(len(GROUPS)))
def test_stories_through_kafka(kafka: Kafka, tmp_path: Path, number: int) -> None:
    standards, group = GROUPS[number]
    made = on_kafka(kafka, PARTITIONS, store="rocks", state_dir=tmp_path / "state")
    compare(group, standards, made, tmp_path)
