"""Who leaves, when and why: their fate, or a hurt that was one too many.

A hurt can only bring forward what life or a competitor has in store. Who goes to a competitor never
comes back, and often shows signs; some of those who stay show the same signs and mean nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from heed.simulator.dice import about, dice
from heed.simulator.episode import Episode, Hurt
from heed.simulator.people import Person
from schemas.instant import DAY, HOUR


@dataclass(frozen=True, slots=True)
class Stay:
    """When a person is with us: from `joined` to `left`, and again from `back` on."""

    joined: int
    left: int | None
    why: str
    """`life`, `competitor`, `service` or `once` (one order); empty for who does not leave."""
    back: int | None
    end: int
    shows_from: int = 0
    """A change to a new competitor does not show before that has opened."""

    def holds(self, at: int) -> bool:
        """Whether the person is with us at that instant."""
        if self.left is None or at < self.left:
            return at >= self.joined
        return self.back is not None and at >= self.back

    @property
    def spans(self) -> list[tuple[int, int]]:
        """The one or two spans of time."""
        spans = [(self.joined, self.left if self.left is not None else self.end)]
        return spans if self.back is None else [*spans, (self.back, self.end)]


def stay(seed: int, person: Person, hurts: Sequence[Hurt], end: int) -> Stay:
    """How long the person stays, with everything that hurt them on the way."""
    rng = dice(seed, "departure", person.number)
    left = person.leaves_at if person.fate in ("life", "competitor") else end
    shows_from = person.tempted_at
    why: str = person.fate if left < end else ""
    for hurt in sorted(hurts):
        gives_up, days, elsewhere = rng.random(), about(rng, 6), rng.random()
        if hurt.at < left and gives_up < person.tender * hurt.weight:
            goes = hurt.at + round(days * DAY)
            if goes < left:
                left, why = goes, "competitor" if elsewhere < 0.5 else "service"
                shows_from = 0
            break
    if not why:
        return Stay(person.joined, None, "", None, end)
    back = None
    if why == "life" and rng.random() < 0.5:
        back = left + round(rng.uniform(50, 140) * DAY)
    if back is not None and back > end - 20 * DAY:
        back = None
    return Stay(person.joined, left, why, back, end, shows_from)


def signs(seed: int, person: Person, stay: Stay) -> Episode:
    """What can be seen of a change to a competitor, and the same by chance of who stays."""
    rng = dice(seed, "signs", person.number)
    episode = Episode(person, "signs", stay.joined, rng)
    if stay.left is None:
        if rng.random() < 0.06:  # means nothing by it
            episode.at = stay.joined + round(rng.random() * (stay.end - stay.joined))
            _sign(episode, rng.choice(("data_exported", "profile_updated", "number_ported_out")))
        return episode
    if stay.why == "competitor":
        episode.know("went_to_competitor", stay.left)
        shown = [("data_exported", 0.45), ("profile_updated", 0.35), ("number_ported_out", 0.3)]
        for kind, chance in shown:
            if rng.random() < chance:
                shows = stay.left - round(rng.uniform(0, 12) * DAY) - HOUR
                episode.at = max(shows, stay.shows_from)
                _sign(episode, kind)
    elif stay.why != "once":
        what = {"life": "life_changed", "service": "left_over_service"}[stay.why]
        episode.know(what, stay.left, stay.back)
    if rng.random() < 0.2:
        episode.at = stay.left + round(rng.uniform(1, 20) * DAY)
        reason = {"life": "no need any more", "service": "service"}.get(stay.why, "found another")
        dimension = "responsiveness" if stay.why == "service" else "value_for_price"
        episode.tell("exit_reason_given", "survey", reason=reason, dimension=dimension)
    return episode


def _sign(episode: Episode, kind: str) -> None:
    if kind == "profile_updated":
        changed = episode.rng.sample(("email", "address", "phone"), 2)
        episode.tell(kind, "web", changed=changed, traits={"city": "elsewhere"})
    else:
        episode.tell(kind, "system" if kind == "number_ported_out" else "web")
