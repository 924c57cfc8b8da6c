"""`request_unanswered` and `suggestion_unanswered`: somebody asked, or offered an idea, in vain.

An employee's or a department's request goes the same way, with the standards of its party; where it
was caused by a customer's, the alert names the customer who waits behind it.
"""

from agents.alerts import Facts, Kind
from agents.mechanisms.expected import Expected
from agents.signals.correspondence.ticket import (
    OPENED,
    REOPENED,
    REPLIED,
    REQUEST,
    RESOLVED,
    SUGGESTION,
    closes,
    in_working_time,
    opens,
    parameters,
    reopens,
    waiting,
)
from agents.working_time import ALWAYS, Hours
from schemas import standards
from schemas.instant import spoken


def _reason(what: str, facts: Facts) -> str:
    since, within, cause, _ = facts
    return (
        f"{what} of {spoken(since)} has had no answer within {in_working_time(within)}"
        f"{waiting(cause)}."
    )


def _request(facts: Facts) -> str:
    return _reason("The request", facts)


def _suggestion(facts: Facts) -> str:
    return _reason("The suggestion", facts)


REQUEST_UNANSWERED = Kind(
    name="request_unanswered",
    team="support",
    concern="abandonment",
    clears_if="The request is answered or resolved.",
    reason=_request,
    parameters=parameters,
    mechanism="expected",
    opens="a request or question, a customer's or a colleague's, has no answer in working time",
    default="24 h working time",
    source="named by the sources of the mission; the default is ours",
)
SUGGESTION_UNANSWERED = Kind(
    name="suggestion_unanswered",
    team="product",
    concern="abandonment",
    clears_if="The suggestion is answered or resolved.",
    reason=_suggestion,
    parameters=parameters,
    mechanism="expected",
    opens="a suggestion has no answer in working time",
    default="7 working days",
    source="named by the sources of the mission; the default is ours",
)


def request_unanswered(limits: standards.RequestUnanswered, hours: Hours = ALWAYS) -> Expected:
    """A request without an answer.

    >>> sorted(request_unanswered(standards.RequestUnanswered()).begins)
    ['ticket_opened', 'ticket_reopened']
    """
    return Expected(
        REQUEST_UNANSWERED,
        limits,
        begins={OPENED: opens(REQUEST, limits.within), REOPENED: reopens(REQUEST, limits.within)},
        ends={REPLIED: closes(REQUEST), RESOLVED: closes(REQUEST)},
        hours=hours,
        remembered_as=REPLIED,
    )


def suggestion_unanswered(
    limits: standards.SuggestionUnanswered, hours: Hours = ALWAYS
) -> Expected:
    """A suggestion without an answer.

    >>> suggestion_unanswered(standards.SuggestionUnanswered()).kind.team
    'product'
    """
    return Expected(
        SUGGESTION_UNANSWERED,
        limits,
        begins={
            OPENED: opens(SUGGESTION, limits.within),
            REOPENED: reopens(SUGGESTION, limits.within),
        },
        ends={REPLIED: closes(SUGGESTION), RESOLVED: closes(SUGGESTION)},
        hours=hours,
        remembered_as=REPLIED,
    )
