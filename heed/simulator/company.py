"""A seeded company: everything that is heard of its people, and what is true of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any

from heed.simulator import branch, correspondence, noise, outreach, phone, shop, subscription
from heed.simulator.aftermath import aftermath
from heed.simulator.aliases import Disguise, Lived, disguised
from heed.simulator.departure import Stay, signs, stay
from heed.simulator.dice import dice
from heed.simulator.episode import Episode, Said
from heed.simulator.house import others
from heed.simulator.looking_back import looking_back
from heed.simulator.opinion import opinions
from heed.simulator.people import Person, people
from heed.simulator.trouble import NO_TROUBLE, Troubles, planted
from heed.simulator.truth import Truth
from schemas.instant import DAY, SECOND, instant, rfc3339

BEGIN = "2025-01-01"
# The alias under which somebody is known in a channel; by their loyalty card in all others.
_KNOWN_BY = {
    "email": "email", "phone": "phone", "sms": "phone", "app": "device_id", "inapp": "device_id",
    "web": "anonymous_id", "chat": "anonymous_id",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Life:
    """One person: how long they stay, and the episodes that they live."""

    person: Person
    stay: Stay
    episodes: list[Episode]


@dataclass(frozen=True, slots=True)
class Company:
    """Everyone's life. `begin` and `end` are microseconds."""

    seed: int
    begin: int
    end: int
    lives: list[Life]
    alias_share: float
    disorder: int
    troubles: Troubles = NO_TROUBLE
    disguise: Disguise | None = None
    """With `aliased`: under which names people came."""

    def heard(self) -> list[Said]:
        """All that is heard, in the order in which it arrives.

        That is time order; with `disorder`, each comes up to that much later than it was.
        """
        if self.disguise is not None:
            said = [each for each in self.disguise.said if each.at < self.end]
        else:
            said = [each for life in self.lives for each in self._heard(life)]
        said.sort(key=lambda each: (each.at, each.event["id"]))
        if self.disorder:
            said.sort(key=self._arrival)
        return said

    def interactions(self) -> Iterator[dict[str, Any]]:
        """The same as the contract's JSON."""
        return self.wire(self.heard())

    @staticmethod
    def wire(said: Iterable[Said]) -> Iterator[dict[str, Any]]:
        """What is said as the contract's JSON."""
        for at, event in said:
            yield {"id": event["id"], "type": event["type"], "time": rfc3339(at), **event}

    def truths(self) -> list[Truth]:
        """All that is true within the company's time, in time order."""
        told = [truth for life in self.lives for each in life.episodes for truth in each.truths]
        told += (trouble.truth for trouble in self.troubles)
        if self.disguise is not None:
            told += self.disguise.truths
        if self.alias_share:
            told += (
                Truth(life.person.customer_id, "known_as", self.begin, None, life.person.alias)
                for life in self.lives
            )
        told = [truth for truth in told if truth.at < self.end]
        return sorted(told, key=lambda truth: (truth.at, truth.customer_id, truth.what))

    def _arrival(self, said: Said) -> tuple[int, str]:
        name = said.event["id"]
        return said.at + dice(self.seed, "late", name).randrange(self.disorder), name

    def _heard(self, life: Life) -> Iterator[Said]:
        for said in chain.from_iterable(episode.said for episode in life.episodes):
            if said.at >= self.end:
                continue
            share = self.alias_share
            if share and dice(self.seed, "alias", said.event["id"]).random() < share:
                yield self._under_alias(life.person, said)
            else:
                yield said

    def _under_alias(self, person: Person, said: Said) -> Said:
        kind = _KNOWN_BY.get(said.event["channel"], "loyalty_card")
        event = {name: value for name, value in said.event.items() if name != "customer_id"}
        event["aliases"] = {kind: person.alias[kind]}
        return Said(said.at, event)


def company(
    seed: int,
    customers: int = 500,
    days: int = 365,
    begin: str | datetime | float = BEGIN,
    *,
    alias_share: float = 0.0,
    aliased: float = 0.0,
    disorder: float = 0.0,
    plant: Iterable[str] = (),
    noisy: bool = False,
    often: float = 1.0,
) -> Company:
    """A company of so many customers over so many days.

    The same arguments give the same bytes; with more customers the first ones stay as they are.
    `alias_share` of the interactions (0 to 1) come under an e-mail address, a number, a device or
    a card instead of the `customer_id`, each by itself. `aliased` is the same as it comes about in
    life (see `aliases`), with what links the names to customers. With `disorder` (seconds) they
    arrive out of order. `plant` names troubles as `trouble` writes them; ValueError for one that
    cannot be planted. `noisy` gives everybody far more to do with us, at all hours (see `noise`).
    People buy `often` times as often as in the shop that it is by default.
    Everything is held in memory: about 350 MB for a year of a thousand customers.
    """
    first = instant(begin)
    end = first + days * DAY
    troubles = planted(plant, first, days)
    lives = [
        _lived(seed, replace(person, buys=person.buys * often), end, troubles, noisy)
        for person in people(seed, customers, first, end)
    ]
    lives += [
        Life(
            person,
            Stay(first, None, "", None, end),
            [*episodes, looking_back(person, episodes, end)],
        )
        for person, episodes in others(seed, first, end)
    ]
    disguise = None
    if aliased:
        lived = (Lived(life.person, life.episodes) for life in lives)
        disguise = disguised(seed, lived, aliased, end)
    late = round(disorder * SECOND)
    return Company(seed, first, end, lives, alias_share, late, troubles, disguise)


def _lived(seed: int, person: Person, end: int, troubles: Troubles, noisy: bool) -> Life:
    if noisy:
        person = noise.busy(person)
    person = troubles.tempted(seed, person)
    served = [
        episode
        for part in (
            phone.calls(seed, person, end),
            branch.visits(seed, person, end, troubles),
            correspondence.letters(seed, person, end),
        )
        for episode in part
    ]
    hurts = [hurt for episode in served for hurt in episode.hurts]
    stays = stay(seed, person, hurts, end)
    sessions = list(shop.sessions(seed, person, stays, troubles))
    if person.fate == "once":
        stays, sessions = _only_once(stays, sessions)
    orders = sorted(_orders(sessions))
    drifts = person.turns_at if person.turn == "drifted_apart" else end
    episodes = [
        episode for episode in served if stays.holds(episode.begins) and episode.begins < drifts
    ]
    after = aftermath(seed, person, stays, orders, troubles)
    hurts = [hurt for episode in chain(episodes, after) for hurt in episode.hurts]
    asked = opinions(seed, person, stays, hurts)
    episodes += sessions
    episodes += after
    episodes += (each for each in asked if each.begins < drifts)
    episodes += subscription.membership(seed, person, stays)
    episodes += outreach.reached(seed, person, stays)
    episodes += outreach.relations(seed, person, stays)
    episodes.append(signs(seed, person, stays))
    if noisy:
        episodes = list(noise.around_the_clock(seed, person, episodes))
    episodes.append(looking_back(person, episodes, end))
    return Life(person, stays, episodes)


def _orders(sessions: Iterable[Episode]) -> list[Said]:
    return [
        said
        for episode in sessions
        for said in episode.said
        if said.event["type"] == "order_completed"
    ]


def _only_once(stays: Stay, sessions: list[Episode]) -> tuple[Stay, list[Episode]]:
    """They leave with their first order, if they come to one and nothing else was earlier."""
    orders = sorted(said.at for said in _orders(sessions))
    if not orders:
        return stays, sessions
    left = orders[0] + SECOND
    kept = [episode for episode in sessions if episode.said[-1].at < left]
    return replace(stays, left=left, why="once", back=None), kept
