"""Tests against real Kafka: the happy path and what only a real broker answers."""

from tests.support.fixtures import kafka, own_kafka, topic

__all__ = ["kafka", "own_kafka", "topic"]
