"""The past of some rows, as a replay finds it: what landed in each, and what was handed over."""

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from agents.explain import Moment
from agents.explain.timeline import moment, told
from agents.identity import alias_key, routing_key
from agents.people import LANDED, landing
from heed.options import House, names_of
from heed.replay import Replay
from schemas import alert, lifecycle, profile
from streams.contract import Decision, Output, Refusal

_BOTH = {"alerts": alert.decode, "lifecycle": lifecycle.decode}


class Past:
    """What has been of one row: the newest moments, how many there were, and since when."""

    def __init__(self, most: int) -> None:
        self.newest = deque[Moment](maxlen=most)
        self.moments = 0
        self.interactions = 0
        self.first: str | None = None
        """When the first interaction was."""

    def hear(self, heard: Moment) -> None:
        """An interaction has landed in the row."""
        self.tell(heard)
        self.interactions += 1
        self.first = _earlier(self.first, heard.time)

    def tell(self, said: Moment) -> None:
        """Something was told of it."""
        self.newest.append(said)
        self.moments += 1

    def take(self, other: "Past") -> None:
        """What has been of the other row has been of this one."""
        both = in_order([*self.newest, *other.newest])
        self.newest.clear()
        self.newest.extend(both)
        self.moments += other.moments
        self.interactions += other.interactions
        self.first = _earlier(self.first, other.first)


class Lived(Replay):
    """A replay that notes the past of the rows `noted`, and who was handed which aliases.

    What came by an alias is of the customer who had it at that time. So it is filed under the row
    that it landed in, and goes where that row is handed over; who has the alias at the end says
    nothing about it.
    """

    def __init__(
        self,
        noted: Collection[str],
        house: House,
        most: int,
        *,
        internal_key: str | None = None,
        **place: int,
    ) -> None:
        """Of each row at least the last `most` moments are kept; the others are of `Replay`."""
        # In one partition of several there is too little of any group.
        standards, text, playbooks = house
        super().__init__(
            standards, text, playbooks, groups=not place, internal_key=internal_key, **place
        )
        if place:
            # What is handed over to other partitions stands in no order to what lands here.
            self._chunk = 1
        self.handed: dict[str, set[str]] = {}
        """By the row of a customer: the rows of aliases that were ever handed over to it."""
        self._most = most
        self._past = {row: Past(most) for row in noted}
        self._names = names_of(house.standards)
        self._spoken = [routing_key(row) for row in noted]
        self.logic.noted = frozenset(noted)

    def past(self, row: str) -> Past:
        """What has been of a row, and of those that were handed over to it."""
        return self._past.get(row) or Past(self._most)

    def _take(self, decision: Decision, refused: list[Refusal] | None) -> Iterator[Output]:
        for output in decision.outputs:
            if output.topic == LANDED:
                row, event = landing(output)
                self._past[row].hear(moment(event))
            elif output.topic == "profiles":
                self._merge(output.value)
            elif output.topic in _BOTH and self._may_name(output.value):
                self._tell(output)
        for forward in decision.forwards:
            word = self.logic.sealer.opened(forward.record)
            if word is not None and word.kind == "take" and word.state:
                self._hand_over(word.alias, word.row)
        return super()._take(decision, refused)

    def _merge(self, value: bytes) -> None:
        if b'"merged"' not in value:
            return
        said = profile.decode(value)
        if said.change is None or said.change.kind != "merged":
            return
        alias = alias_key(said.change.alias_type, said.change.alias)
        self._hand_over(alias, f"c:{said.customer_id}")

    def _hand_over(self, alias: str, row: str) -> None:
        """What was known under the alias is known of the customer, here or in another partition."""
        self.handed.setdefault(row, set()).add(alias)
        gone = self._past.get(alias)
        if gone is not None:
            self._past[alias] = Past(self._most)
            if row in self._past:
                self._past[row].take(gone)

    def _tell(self, output: Output) -> None:
        said: Any = _BOTH[output.topic](output.value)
        # Of the aliases of a row without a customer its own is the strongest.
        own = None if said.customer_id is None else f"c:{said.customer_id}"
        past = self._past.get(own or self._names.row_key_of(said.aliases))
        seen = None if past is None else told(output)
        if past is not None and seen is not None:
            past.tell(seen)

    def _may_name(self, value: bytes) -> bool:
        """Whether a row may be named there: JSON may write a name otherwise, and so may people."""
        return (
            b"\\" in value or b'"aliases"' in value or any(name in value for name in self._spoken)
        )


def in_order(moments: Iterable[Moment]) -> list[Moment]:
    """By time; an interaction comes before what was told because of it."""
    return sorted(moments, key=lambda each: (each.time, each.channel is None))


def _earlier(one: str | None, other: str | None) -> str | None:
    return min(filter(None, (one, other)), default=None)
