"""The Faust agent of customers: batches of interactions in, alerts out, state in between."""

from typing import Any, get_args

from agents.alerts import SEVERITIES
from agents.decide import Customers
from agents.explain.teller import CustomerTeller
from agents.groups import agent as groups
from agents.groups.book import GroupBook
from agents.groups.decide import Groups
from agents.kinds import every_kind
from agents.rulebook import Rulebook
from agents.text import classifier
from schemas import playbooks as playbooks_file
from schemas import standards as standards_file
from schemas.customer import Customer
from schemas.playbooks import BadPlaybooks, Playbooks
from schemas.profile import ChangeKind
from schemas.standards import BadStandards, Standards
from streams.errors import Unusable
from streams.metrics import Metrics
from streams.questions import Questions
from streams.settings import Settings
from streams.worker import Worker

COUNTERS = {
    "interactions": "Interactions decided about.",
    "duplicates": "Interactions dropped because their id was among the customer's last 64.",
    "alerts": "Alerts told, by what became of them.",
    "lifecycle_transitions": "Changes of customers' stages of life.",
    "alert_feedback": "What teams have said about alerts; `unknown` of one that does not stand.",
    "excluded": "Interactions of customers whom the house excludes.",
    "unknown_language": "Messages in a language that the classifier of texts does not know.",
    "identity_changes": "Aliases linked, merged, in conflict, shared, unlinked and let go.",
    "signal_errors": "Failures of a signal on one customer; at an interaction, it is rejected.",
    "observations_told": "Observations told the groups agent.",
}
RATIOS = {
    "identified_ratio": (
        "Share of the interactions of a channel whose customer is known.",
        "identified",
        "heard",
    ),
}
GAUGES = {
    "alerts_open": "Alerts that stand.",
    "value_at_risk": "Money at risk in alerts that stand.",
    "customers": "Customers, by stage of life.",
}
LABELS = {
    "interactions": ("channel", "type"),
    "alerts": ("signal", "severity", "status"),
    "lifecycle_transitions": ("from", "to"),
    "alert_feedback": ("type", "result"),
    "identity_changes": ("change",),
    "signal_errors": ("signal",),
    "alerts_open": ("signal", "team"),
    "value_at_risk": ("currency", "team"),
    "customers": ("stage",),
    "identified_ratio": ("channel",),
}
REASONS = (
    "not_json", "invalid_field", "missing_field", "unknown_type", "no_identity",
    "from_the_future", "too_large", "signal_error", "forward_loop", "erased",
)  # fmt: skip


def metrics() -> Metrics:
    """The metrics of a worker of customers; what will surely be counted stands at zero."""
    out = Metrics(LABELS)
    out.declare(COUNTERS, GAUGES, RATIOS)
    for change in get_args(ChangeKind):
        out.counters["identity_changes"].labels(change)
    for reason in REASONS:
        out.rejected.labels(reason)
    for kind in every_kind().values():
        status = "notice" if kind.notice else "open"
        out.counters["alerts"].labels(kind.name, SEVERITIES[kind.severity], status)
    return out


def load_standards(settings: Settings) -> Standards:
    """The house's standards. Raises Unusable."""
    if settings.standards is None:
        return Standards()
    try:
        return standards_file.load(settings.standards)
    except BadStandards as why:
        raise Unusable(str(why)) from None


def load_playbooks(settings: Settings) -> Playbooks:
    """The house's playbooks. Raises Unusable."""
    if settings.playbooks is None:
        return playbooks_file.built_in()
    try:
        return playbooks_file.load(settings.playbooks, every_kind())
    except BadPlaybooks as why:
        raise Unusable(str(why)) from None


def team_topics(settings: Settings) -> tuple[str, ...]:
    """The roles of the topics of the house's teams. Raises Unusable."""
    return tuple(Rulebook(load_standards(settings)).router().roles.values())


def worker(settings: Settings) -> Worker[Customer]:
    """A worker with the customers agent on it, and beside it the groups agent."""
    watched = settings.groups == "on"
    standards, playbooks = load_standards(settings), load_playbooks(settings)
    logic = Customers(
        Rulebook(standards, classifier(settings.text), playbooks, observed=watched),
        future=settings.future,
        warm_up_until=settings.warm_up,
        internal_key=settings.internal_key,
    )
    made = Worker(settings, logic, metrics())
    if settings.explain != "off":
        asked = Questions(
            settings,
            CustomerTeller(logic.rulebook),
            made.partitions,
            made.app.owners,
            made.restored.is_set,
        )
        made.page.add(asked.route, asked.serve)
        made.app.address = lambda: asked.address(made.web_port)

    @made.app.agent(made.input, name="customers")  # type: ignore[untyped-decorator]
    async def customers(stream: Any) -> None:
        """Every batch goes to its partition; offsets are committed there, not by Faust."""
        async for event in stream.noack().events():
            await made.submit(event.value)

    if watched:
        logic_of_groups = Groups(
            GroupBook(standards, playbooks),
            warm_up_until=settings.warm_up,
            internal_key=settings.internal_key,
        )
        made.beside.append(groups.worker(settings, logic_of_groups, made.metrics))
    return made
