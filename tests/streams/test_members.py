"""Where the other workers are: addresses that travel with the group's assignment."""

from __future__ import annotations

from typing import Any

from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.coordinator.protocol import (
    ConsumerProtocolMemberAssignment,
    ConsumerProtocolMemberMetadata,
)

from streams.members import AddressedRoundRobin, Owners, reachable


class Cluster:
    """Four partitions of every topic."""

    def partitions_for_topic(self, _: str) -> set[int]:
        return {0, 1, 2, 3}


CLUSTER: Any = Cluster()


def member(address: str) -> tuple[AddressedRoundRobin, Owners]:
    owners = Owners()
    return AddressedRoundRobin(lambda: address, owners), owners


def over_the_wire(said: Any) -> Any:
    """As it comes out of Kafka."""
    return type(said).decode(said.encode())


def test_every_member_knows_where_every_partition_is() -> None:
    one, knows = member("http://one:6066")
    two, too = member("http://two:6067")
    joined = {name: over_the_wire(each.metadata(["in"])) for name, each in (("a", one), ("b", two))}
    told = one.assign(CLUSTER, joined)
    one.on_assignment(over_the_wire(told["a"]))
    two.on_assignment(over_the_wire(told["b"]))
    for owners in (knows, too):
        assert [owners.of("in", number) for number in range(4)] == [
            "http://one:6066", "http://two:6067", "http://one:6066", "http://two:6067",
        ]  # fmt: skip
        assert owners.partitions("in") == 4
        assert owners.of("in", 9) is owners.of("other", 0) is None


def test_the_partitions_are_assigned_as_ever() -> None:
    one, _ = member("http://one:6066")
    joined = {name: one.metadata(["in"]) for name in ("a", "b", "c")}
    ours, plain = one.assign(CLUSTER, joined), RoundRobinPartitionAssignor.assign(CLUSTER, joined)
    assert {m: each.assignment for m, each in ours.items()} == {
        m: each.assignment for m, each in plain.items()
    }


def test_a_member_without_a_page_and_a_leader_of_another_version_are_not_known() -> None:
    one, owners = member("http://one:6066")
    old = ConsumerProtocolMemberMetadata(0, ["in"], b"")
    told = one.assign(CLUSTER, {"a": one.metadata(["in"]), "b": old})
    one.on_assignment(told["a"])
    assert [owners.of("in", number) for number in (0, 1)] == ["http://one:6066", None]
    for said in (b"", b"\x00\x01 something else"):
        one.on_assignment(ConsumerProtocolMemberAssignment(0, [], said))
        assert (owners.of("in", 0), owners.partitions("in")) == (None, 0)


def test_a_page_that_listens_everywhere_is_reached_where_the_broker_is_reached() -> None:
    assert reachable("0.0.0.0", 6066, "127.0.0.1:9092") == "http://127.0.0.1:6066"
    assert reachable("10.1.2.3", 6066, "127.0.0.1:9092") == "http://10.1.2.3:6066"
    assert reachable("::1", 6066, "127.0.0.1:9092") == "http://[::1]:6066"
    assert reachable("", 6066, "nonsense") == "http://127.0.0.1:6066"
