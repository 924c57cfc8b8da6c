"""Where the other workers are: addresses that travel with the group's own assignment.

A member joins with its address, and the leader tells every member which partitions each address
has got. So whoever is asked knows the owner of any partition of this very generation, with no
request more, and no second registry that could be wrong.
"""

import socket
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.coordinator.protocol import (
    ConsumerProtocolMemberAssignment,
    ConsumerProtocolMemberMetadata,
)

Places = dict[str, dict[str, list[int]]]
"""By address: topics and partitions."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Places).decode
_ANY_HOST = ("", "0.0.0.0", "::")


class Owners:
    """Who has which partition, as of the last assignment."""

    def __init__(self) -> None:
        self._places: Places = {}

    def learn(self, told: bytes) -> None:
        """Take over what the leader told; nothing is known where it is of another version."""
        try:
            self._places = _decode(told) if told else {}
        except msgspec.MsgspecError:
            self._places = {}

    def of(self, topic: str, partition: int) -> str | None:
        """The address of the worker that has this partition, None where it is not known."""
        for address, topics in self._places.items():
            if partition in topics.get(topic, ()):
                return address or None
        return None

    def partitions(self, topic: str) -> int:
        """How many partitions the topic has: all of them are assigned to somebody."""
        return sum(len(topics.get(topic, ())) for topics in self._places.values())


class AddressedRoundRobin:
    """Partitions in turn to members in turn, as aiokafka's own, with addresses beside them."""

    name = RoundRobinPartitionAssignor.name

    def __init__(self, address: Callable[[], str], owners: Owners) -> None:
        self._address = address
        self._owners = owners

    def metadata(self, topics: Iterable[str]) -> ConsumerProtocolMemberMetadata:
        """What this member says of itself as it joins."""
        plain = RoundRobinPartitionAssignor.metadata(topics)
        return ConsumerProtocolMemberMetadata(
            plain.version, plain.subscription, self._address().encode()
        )

    def assign(
        self, cluster: Any, members: Mapping[str, ConsumerProtocolMemberMetadata]
    ) -> dict[str, ConsumerProtocolMemberAssignment]:
        """The leader's part."""
        plain = RoundRobinPartitionAssignor.assign(cluster, members)
        places: Places = {}
        for member, assigned in plain.items():
            address = (members[member].user_data or b"").decode("utf-8", "replace")
            topics = places.setdefault(address, {})
            for topic, partitions in assigned.assignment:
                topics.setdefault(topic, []).extend(partitions)
        told = _encode(places)
        return {
            member: ConsumerProtocolMemberAssignment(each.version, each.assignment, told)
            for member, each in plain.items()
        }

    def on_assignment(self, assignment: ConsumerProtocolMemberAssignment) -> None:
        """What the leader told."""
        self._owners.learn(assignment.user_data or b"")


def reachable(host: str, port: int, bootstrap: str) -> str:
    """The address under which other workers reach a page that is served on `host` and `port`.

    One that listens everywhere is reached where this machine reaches the broker: where the broker
    is on this machine too, so are the other workers.
    """
    if host in _ANY_HOST:
        host = _own_address(bootstrap)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _own_address(bootstrap: str) -> str:
    broker, _, port = bootstrap.partition(",")[0].rpartition(":")
    try:
        family, kind, _, _, place = socket.getaddrinfo(
            broker.strip("[]"), int(port), type=socket.SOCK_DGRAM
        )[0]
        with socket.socket(family, kind) as probe:
            probe.connect(place)  # Of a datagram socket: nothing is sent.
            return str(probe.getsockname()[0])
    except (OSError, ValueError):
        return "127.0.0.1"
