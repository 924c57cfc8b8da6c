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


def _reason(facts: Facts) -> str:
    return f"{facts[0]} customers have asked for this within {facts[1]} days."


WISH_REPEATED = Kind(
    name="wish_repeated",
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
    """Who has asked lately: each customer counts once, by the last time."""

    kinds = (WISH_REPEATED,)
    groups = frozenset({"wish"})

    def __init__(self, limits: WishRepeated) -> None:
        self.limits = limits
        self.reacts_to = frozenset({"wish"} if limits.enabled else ())

    def on_observation(self, group: Group, observation: Observation, alerts: GroupAlerts) -> None:
        limits, askers = self.limits, group.askers or []
        newest = max([observation.time, *(asker.at for asker in askers)])
        mine = Asker(
            observation.who, observation.time, bounded(observation.id, EVENT_ID_BYTES),
            observation.type,
        )  # fmt: skip
        for asker in askers:
            if asker.who == mine.who and asker.at >= mine.at:
                mine = asker
        askers = [asker for asker in askers if asker.who != mine.who]
        askers = sorted([*askers, mine], key=_when)
        askers = [asker for asker in askers if asker.at > newest - limits.window][-MAX_ASKERS:]
        group.askers = askers
        if len(askers) >= limits.least and alerts.cool(WISH_REPEATED, limits, newest):
            evidence = [Evidence(asker.id, asker.type, asker.at) for asker in askers]
            facts: Facts = [len(askers), limits.window // DAY]
            alerts.notice(WISH_REPEATED, limits, None, newest, facts, evidence)
            # Next time as many others, or the same ones anew.
            group.askers = None

    def on_deadline(self, group: Group, now: int, alerts: GroupAlerts) -> None:
        """Nothing is waited for."""


def _when(asker: Asker) -> tuple[int, int]:
    return asker.at, asker.who
