"""The Faust agent of groups: batches of observations in, alerts and service levels out."""

from typing import Any

from agents.groups.decide import Groups
from schemas.group import Group
from streams.metrics import Metrics
from streams.settings import Settings
from streams.worker import Worker

COUNTERS = {
    "observations": "Observations of groups decided about.",
    "observations_late": "Observations that came after their window had been judged.",
}
RATIOS = {
    "service_level_ratio": (
        "Service level of the last complete interval in which somebody waited, by queue.",
        "service_level_met",
        "service_level_counted",
    ),
}
LABELS = {
    "observations": ("kind",),
    "observations_late": ("signal",),
    "service_level_ratio": ("queue",),
    "wait_seconds": ("queue",),
}
WAITS = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200, 1800, 3600)


def metrics(beside: Metrics) -> Metrics:
    """The metrics of a worker of groups, on the page of another one."""
    out = Metrics(LABELS, of="groups", beside=beside)
    out.declare(COUNTERS, {}, RATIOS)
    out.distribute("wait_seconds", "Waits in a queue, until answered or given up.", WAITS)
    return out


def worker(settings: Settings, logic: Groups, beside: Metrics) -> Worker[Group]:
    """A worker with the groups agent on it, whose metrics stand `beside` others."""
    made = Worker(settings.for_groups(), logic, metrics(beside))

    @made.app.agent(made.input, name="groups")  # type: ignore[untyped-decorator]
    async def groups(stream: Any) -> None:
        """Every batch goes to its partition, as with the customers."""
        async for event in stream.noack().events():
            await made.submit(event.value)

    return made
