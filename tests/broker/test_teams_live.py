"""The topics of teams on real Kafka: made at start, with what a replay tells each team."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from confluent_kafka import Consumer, TopicPartition

from agents.harness import Harness
from heed.simulator.company import company
from schemas.standards import parse
from streams.settings import Settings
from streams.topics import client_settings
from tests.broker.live import lived
from tests.broker.test_replay_equals_live import comparable, on_kafka
from tests.support.kafka import Kafka

STANDARDS = '[teams.care]\n[cart_abandoned]\nteam = "care"\n'


def everything(settings: Settings, topic: str) -> list[dict[str, Any]]:
    """All that was committed to the one partition of a topic."""
    consumer = Consumer(
        {**client_settings(settings), "group.id": "teams", "enable.auto.commit": False,
         "isolation.level": "read_committed", "enable.partition.eof": True}
    )  # fmt: skip
    try:
        known = consumer.list_topics(topic, timeout=10).topics[topic].partitions
        assert list(known) == [0]
        consumer.assign([TopicPartition(topic, 0, 0)])
        found = []
        while (message := consumer.poll(20)) is not None and message.error() is None:
            found.append(orjson.loads(message.value() or b""))
        return found
    finally:
        consumer.close()


def test_each_team_has_a_topic_with_what_a_replay_tells_it(kafka: Kafka, tmp_path: Path) -> None:
    file = tmp_path / "standards.toml"
    file.write_text(STANDARDS)
    made = on_kafka(kafka, 2, standards=file)
    values = [orjson.dumps(event) for event in company(5, 12, 40, noisy=True).interactions()]
    live = lived(values, made)
    told = Harness(parse(STANDARDS)).feed(values).finish().outputs
    teams = {output.topic for output in told if output.topic.startswith("alerts.")}
    assert {"alerts.care", "alerts.support"} <= teams
    for topic in sorted(teams):
        expected = [orjson.loads(each.value) for each in told if each.topic == topic]
        found = everything(made, made.topic(topic))
        assert comparable(found, live.slowest) == comparable(expected, live.slowest), topic
