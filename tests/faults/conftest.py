"""Tests that kill, freeze and starve, against real Kafka."""

from tests.support.fixtures import kafka, own_kafka, topic

__all__ = ["kafka", "own_kafka", "topic"]
