"""What somebody says and does in a phase, and under which of their names."""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

from tests.support.acts import Family
from tests.support.people import (
    CLAIMING,
    DAY,
    DAYS,
    EACH,
    LINKING,
    SHARED,
    START,
    Act,
    Name,
    Person,
)

PRESENCE = ("x_seen", "page_viewed", "app_opened")


class Said(NamedTuple):
    """An interaction, under one name; `aliases` are said beside it, and linked to a customer id."""

    name: Name
    kind: str
    properties: dict[str, Any]
    aliases: dict[str, str]


class Scene:
    """A phase in the life of one person.

    Orders and acts are heard under one name in each phase. Under several they may be heard in
    another order than that in which they were done, and of a good and a bad answer the later
    counts; while of presence and of carts everything adds up.
    """

    def __init__(self, rng: Random, person: Person, phase: int) -> None:
        self.rng, self.person, self.phase = rng, person, phase
        self.names = person.usable(phase)
        self.voice = rng.choice(self.names)

    def said(self, turn: int, event: str) -> Said:
        """What is said at that turn, under that event id."""
        person, rng = self.person, self.rng
        due = person.due(self.phase) if turn == LINKING else {}
        if turn == CLAIMING:
            due = person.claims.get(self.phase, {})
        if due:
            return Said(self.names[0], "identified", {}, due)
        if turn == 0 and rng.random() < 0.4:
            return self._ordered(event)
        return self._continued() or self._begun(turn, event) or self._free(turn)

    def _ordered(self, event: str) -> Said:
        """An order, some promised for the day after, and some of these delivered some day."""
        order: dict[str, Any] = {"order_id": event, "revenue": 20, "currency": "EUR"}
        if self.rng.random() < 0.3:
            order["promised_at"] = START + (DAYS[self.phase] + 1) * DAY
            delivery = "order_delivered", {"order_id": event}
            self.person.acts.append(Act([delivery], self.voice, brief=False))
        self.person.ordered = self.voice
        return Said(self.voice, "order_completed", order, {})

    def _continued(self) -> Said | None:
        """The next step of what was begun under this row, or under one that is this one by now."""
        brief = [act for act in self.person.acts if act.brief]
        mine = brief or [act for act in self.person.acts if self._is_here(act.name)]
        if not mine or not (brief or self.rng.random() < 0.5):
            return None
        act = self.rng.choice(mine)
        step = act.steps.pop(0)
        act.name = self.voice
        if not act.steps:
            self.person.acts.remove(act)
        return Said(self.voice, *step, {})

    def _begun(self, turn: int, event: str) -> Said | None:
        family = self.rng.choice(self.person.families)
        if self.rng.random() < 0.4 or not self._may_begin(family):
            return None
        first, *rest = family.made(self.rng, event)
        if family.brief and turn + 2 + len(rest) >= EACH:
            return None  # It would not be over in time.
        self.person.begun[family] += 1
        self.person.bound[family.bound] = self.voice
        if rest:
            self.person.acts.append(Act(rest, self.voice, family.brief))
        return Said(self.voice, *first, {})

    def _may_begin(self, family: Family) -> bool:
        person = self.person
        if person.begun[family] >= family.most:
            return False
        if family.orders and person.ordered is not None and not self._is_here(person.ordered):
            return False
        return not family.bound or self._is_here(person.bound.get(family.bound, self.voice))

    def _is_here(self, name: Name) -> bool:
        """Whether what was said under that name is known where the voice of this phase is heard."""
        return name.row(self.phase) == self.voice.row(self.phase)

    def _free(self, turn: int) -> Said:
        """Presence and carts, under any name."""
        name, luck = self.rng.choice(self.names), self.rng.random()
        beside = self._beside(name)
        # An order closes every cart. Of a cart that is filled before and after it a row knows
        # only the sum: so people order, if they do, before they fill the next one.
        if not turn or luck < 0.4:
            return Said(name, self.rng.choice(PRESENCE), {}, beside)
        cart = {"cart_id": f"cart{self.phase}"}
        if luck < 0.5:
            return Said(name, "checkout_started", cart, beside)
        sku = f"s{self.rng.randrange(4)}"
        return Said(name, "product_added", {**cart, "sku": sku}, beside)

    def _beside(self, name: Name) -> dict[str, str]:
        """At the shared device, which is stronger than a cookie, and yet says nothing."""
        shared = name.kind == "anonymous_id" and self.phase >= SHARED and self.rng.random() < 0.3
        return self.person.beside if shared else {}
