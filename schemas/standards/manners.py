"""Manners: how often, and when, teams are told about one customer; and which teams there are."""

import re
from typing import Annotated

from msgspec import Meta, Struct

from schemas.instant import HOUR, quoted
from schemas.standards.units import Duration

NEVER_QUIET = "never"
_QUIET = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")

URGENT = (
    "answer_late", "hold_too_long", "queue_abandoned", "contact_unanswered",
    "greeting_late", "assisted_late", "standard_missed",
)  # fmt: skip
"""The customer waits for the house at this moment: later is too late."""


class Quiet(str):
    """Hours of a day on the customer's clock, `21:00-08:00`, over midnight too; or `never`."""

    __slots__ = ()

    @property
    def stretches(self) -> tuple[str, ...]:
        """The rest of the day, as openings; the whole day where it is never quiet."""
        if self == NEVER_QUIET:
            return ("00:00-24:00",)
        begins, ends = self.split("-")
        if begins > ends:
            return (f"{ends}-{begins}",)
        parts = (f"00:00-{begins}", f"{ends}-24:00")
        return tuple(part for part in parts if part not in ("00:00-00:00", "24:00-24:00"))


def quiet(text: str) -> Quiet:
    """Quiet hours. Raises ValueError.

    >>> quiet("21:00-08:00").stretches, quiet("12:30-14:00").stretches
    (('08:00-21:00',), ('00:00-12:30', '14:00-24:00'))
    """
    if text == NEVER_QUIET:
        return Quiet(text)
    match = _QUIET.fullmatch(text)
    if match is None or text[6:] > "24:00":
        raise ValueError(f'{quoted(text)} is no quiet time such as "21:00-08:00", or "never"')
    if text[:5] == text[6:] or text == "00:00-24:00":
        raise ValueError(f"{quoted(text)} leaves no hour of the day")
    return Quiet(text)


Urgent = Annotated[tuple[str, ...], Meta(max_length=200)]


class MannersTable(Struct, frozen=True, forbid_unknown_fields=True):
    """When alerts are held back from their teams; all of them stand on `alerts` all the same.

    Within `cap` a team is told one alert of a class about a customer (abandonment, churn,
    dissatisfaction, service, relationship), and none in the `quiet` hours of the customer's zone,
    which is that of `[hours]` unless the customer has stated another. What still stands after that
    is told then. Not so the `urgent` signals, and what is critical. A snooze without an end lasts
    `snooze`; for `dismissed` after an alert was dismissed its signal is not told again.
    """

    cap: Duration = Duration(16 * HOUR)
    quiet: Quiet = Quiet("21:00-08:00")
    urgent: Urgent = URGENT
    snooze: Duration = Duration(24 * HOUR)
    dismissed: Duration = Duration(24 * HOUR)


class TeamTable(Struct, frozen=True, forbid_unknown_fields=True):
    """A team, with the topic `alerts.<team>`. An action that may cost more than `may_spend`, in the
    currency of the value at risk, needs approval."""

    may_spend: Annotated[float, Meta(ge=0, le=1e12)] | None = None


TEAMS = (
    "sales", "support", "retention", "success", "after_sales", "branch", "product", "management",
)  # fmt: skip
"""The teams of our own signals."""
