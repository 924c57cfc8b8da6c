"""A standard that the house declares itself: after one event another is expected in time."""

from typing import Annotated

from msgspec import Meta, Struct, field

from schemas.interaction import Channel
from schemas.standards.limits import Severity, Team
from schemas.standards.units import WorkingTime
from schemas.vocabulary import RequiredName

StandardName = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_]*\Z", max_length=64)]


class HouseStandard(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One `[[standard]]`: after an event of type `began`, one of type `to` is expected `within`.

    `began` is written `from`. `channel`, `brand`, `branch` and `queue` say for which first events;
    None is for all. With `hours` the time counts in the opening hours only. `reason` is the
    sentence that the alert says; None is ours.
    """

    name: StandardName
    began: RequiredName = field(name="from")
    to: RequiredName
    within: WorkingTime
    channel: Channel | None = None
    brand: RequiredName | None = None
    branch: RequiredName | None = None
    queue: RequiredName | None = None
    hours: bool = False
    severity: Severity = "warning"
    team: Team = "support"
    reason: Annotated[str, Meta(min_length=1, max_length=500)] | None = None
