"""`complaint_unanswered`, `complaint_unresolved` and `complaint_external`.

A complaint is a gift while it is answered; a slow answer turns who complained into who leaves. What
is taken to a regulator, a court or the press is known to others already.
"""

from agents.alerts import CRITICAL, Facts, Kind
from agents.mechanisms.expected import Begin, End, Expected
from agents.mechanisms.pausing import Moves, Pausing
from agents.signals.correspondence.ticket import (
    COMPLAINT,
    CUSTOMER_REPLIED,
    KEPT,
    OPENED,
    REOPENED,
    REPLIED,
    RESOLVED,
    about,
    closes,
    in_working_time,
    named,
    opens,
    parameters,
    reopens,
    waiting,
)
from agents.working_time import ALWAYS, Hours
from schemas import standards
from schemas.customer import Customer
from schemas.instant import rfc3339, spoken
from schemas.interaction import Interaction

_FORUMS = {
    "regulator": "a regulator",
    "consumer_body": "a consumer body",
    "court": "court",
    "press": "the press",
    "review_site": "a review site",
}


def _unanswered(facts: Facts) -> str:
    since, within, cause, _ = facts
    return (
        f"The complaint of {spoken(since)} has had no reply within {in_working_time(within)}"
        f"{waiting(cause)}."
    )


def _unresolved(facts: Facts) -> str:
    since, within, _, _, cause, *_ = facts
    return (
        f"The complaint of {spoken(since)} is not resolved after {in_working_time(within)},"
        f" without the time in which the customer was waited for{waiting(cause)}."
    )


def _unresolved_parameters(facts: Facts) -> dict[str, object]:
    since, within, _, _, cause, category, *moments = facts
    found = parameters([since, within, cause, category])
    if moments:
        found["paused_and_resumed"] = [rfc3339(abs(int(moment or 0))) for moment in moments]
    return found


def _external(facts: Facts) -> str:
    _, _, cause, _, forum = facts
    return f"Took a complaint to {_FORUMS[str(forum)]}{waiting(cause)}."


def _external_parameters(facts: Facts) -> dict[str, object]:
    return {**parameters(facts), "forum": facts[4]}


COMPLAINT_UNANSWERED = Kind(
    name="complaint_unanswered",
    team="support",
    concern="dissatisfaction",
    clears_if="The complaint is answered or resolved.",
    reason=_unanswered,
    parameters=parameters,
    mechanism="expected",
    opens="a complaint has no first reply in working time",
    default="8 h working time",
    source="named by the sources of the mission; the default is ours: one long working day",
)
COMPLAINT_UNRESOLVED = Kind(
    name="complaint_unresolved",
    team="support",
    concern="dissatisfaction",
    clears_if="The complaint is resolved.",
    reason=_unresolved,
    parameters=_unresolved_parameters,
    mechanism="expected",
    opens="a complaint is not resolved in working time, pausing while the customer is waited for",
    default="72 h working time; one pause 14 d at most",
    source="named by the sources of the mission; the defaults are ours",
)
COMPLAINT_EXTERNAL = Kind(
    name="complaint_external",
    team="management",
    concern="dissatisfaction",
    severity=CRITICAL,
    clears_if="The complaint is resolved.",
    reason=_external,
    parameters=_external_parameters,
    mechanism="expected",
    opens="a complaint is taken to a regulator, consumer body, court, press or review site",
    default="at once",
    source="named by the sources of the mission",
)


def complaint_unanswered(limits: standards.ComplaintUnanswered, hours: Hours = ALWAYS) -> Expected:
    """A complaint without a first reply.

    >>> complaint_unanswered(standards.ComplaintUnanswered()).name
    'complaint_unanswered'
    """
    return Expected(
        COMPLAINT_UNANSWERED,
        limits,
        begins={OPENED: opens(COMPLAINT, limits.within)},
        ends={REPLIED: closes(COMPLAINT), RESOLVED: closes(COMPLAINT)},
        hours=hours,
        remembered_as=REPLIED,
    )


def complaint_unresolved(limits: standards.ComplaintUnresolved, hours: Hours = ALWAYS) -> Pausing:
    """A complaint that is not settled.

    >>> sorted(complaint_unresolved(standards.ComplaintUnresolved()).pauses)
    ['ticket_replied']
    """
    moves: Moves = closes(COMPLAINT)
    return Pausing(
        COMPLAINT_UNRESOLVED,
        limits,
        begins={
            OPENED: opens(COMPLAINT, limits.within),
            REOPENED: reopens(COMPLAINT, limits.within),
        },
        ends={RESOLVED: closes(COMPLAINT)},
        pauses={REPLIED: moves},
        resumes={CUSTOMER_REPLIED: moves, REOPENED: moves},
        told=2,
        hours=hours,
        keeps=KEPT,
        remembered_as=RESOLVED,
        paused_as=REPLIED,
    )


def complaint_external(limits: standards.ComplaintExternal) -> Expected:
    """A complaint that others hear of.

    >>> complaint_external(standards.ComplaintExternal()).kind.severity
    3
    """
    begins = dict.fromkeys((OPENED, REOPENED, CUSTOMER_REPLIED), _elsewhere)
    return Expected(
        COMPLAINT_EXTERNAL,
        limits,
        begins=begins,
        ends={RESOLVED: _resolved},
        keeps=KEPT,
        remembered_as=RESOLVED,
    )


def _elsewhere(customer: Customer, event: Interaction) -> Begin | None:
    said = event.properties
    if said.forum is None or said.forum == "own" or said.kind not in ("complaint", None):
        return None
    return Begin(named(event), 0, [*about(event), said.forum])


def _resolved(customer: Customer, event: Interaction) -> End | None:
    return End(named(event)) if event.properties.kind in ("complaint", None) else None
