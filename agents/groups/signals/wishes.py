"""`wish_repeated`: several customers ask for the same thing."""

from agents.alerts import INFO, Facts, Kind
from agents.groups.alerts import GroupAlerts
from schemas.alert import Evidence
from schemas.customer import EVENT_ID_BYTES, bounded
from schemas.group import Group
from schemas.instant import DAY
from schemas.observation import Observation
from schemas.standards import WishRepeated
from schemas.trends import MAX_ASKERS, Asker

SIGNAL = "wish_repeated"


def _reason(facts: Facts) -> str:
    return f"{facts[0]} customers have asked for this within {facts[1]} days."


WISH_REPEATED = Kind(
    name=SIGNAL,
    team="product",
    clears_if="Told once.",
    reason=_reason,
    parameters=lambda facts: {"customers": facts[0], "days": facts[1]},
    severity=INFO,
    notice=True,
    mechanism="joint",
    opens="several customers ask for the same thing",
    default="5 in 30 d",
    source="ours",
)


class Wishes:
    """Who has asked lately. Each wish is judged when all that is older has been heard."""

    kinds = (WISH_REPEATED,)
    groups = frozenset({"wish"})

    def __init__(self, limits: WishRepeated) -> None:
        self.limits = limits
        self.reacts_to = frozenset({"wish"} if limits.enabled else ())

    def on_observation(self, group: Group, observation: Observation, alerts: GroupAlerts) -> None:
        at, name = observation.time, bounded(observation.id, EVENT_ID_BYTES)
        asker = Asker(observation.who, at, name, observation.type)
        askers = sorted([*(group.askers or ()), asker], key=_when)
        group.askers = askers[:MAX_ASKERS]
        due = group.dues.get(SIGNAL)
        if due is None or at < due:
            group.wake(SIGNAL, at)

    def on_deadline(self, group: Group, now: int, alerts: GroupAlerts) -> None:
        """`now` is the time of a wish."""
        limits = self.limits
        askers = [asker for asker in group.askers or () if asker.at > now - limits.window]
        later = [asker for asker in askers if asker.at > now]
        asked = {asker.who: asker for asker in askers if asker.at <= now}
        many = limits.enabled and len(asked) >= limits.least
        if many and alerts.cool(WISH_REPEATED, limits, now):
            evidence = [Evidence(asker.id, asker.type, asker.at) for asker in asked.values()]
            evidence.sort(key=lambda seen: (seen.time, seen.id))
            facts: Facts = [len(asked), limits.window // DAY]
            alerts.notice(WISH_REPEATED, limits, None, now, facts, evidence)
            # Next time as many others, or the same ones anew.
            askers = later
        group.askers = askers or None
        group.wake(SIGNAL, later[0].at if later else None)


def _when(asker: Asker) -> tuple[int, int, str]:
    return asker.at, asker.who, asker.id
