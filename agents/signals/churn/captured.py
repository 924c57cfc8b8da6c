"""`captured`: joint evidence that a competitor has the customer.

Each sign by itself says little; their likelihood ratios multiply. A ratio of 10 is strong evidence
on Jeffreys' scale (1961).
"""

import xxhash

from agents.alerts import ERROR, Alerts, Change, Facts, Kind
from agents.lifecycle import AWAY
from agents.mechanisms import joint
from agents.mechanisms.rhythm import returned, silent_at
from agents.mechanisms.standing import open_ones, stand, standing
from agents.signals.churn.detractor import KEPT
from agents.signals.lifecycle import came_back, had_come_back
from schemas.alert import Evidence
from schemas.customer import Customer, OpenAlert, Purchases
from schemas.habits import KIND, MAX_KINDS, Habits
from schemas.instant import DAY, day_of
from schemas.interaction import Interaction
from schemas.memory import Piece
from schemas.standards import Captured as Limits
from schemas.standards import GoneSilent

SIGNAL = "captured"
ORDER, PROFILE = "order_completed", "profile_updated"
PORTED, EXPORTED, CHANGED = "number_ported", "data_exported", "profile_changed"
TYPES = {PORTED: "number_ported_out", EXPORTED: "data_exported", CHANGED: PROFILE}
"""The pieces of evidence, and the interactions that they are of."""
COMPLAINTS = frozenset({
    "complaint", "complaint_unanswered", "complaint_unresolved", "complaint_repeated",
    "complaint_external",
})  # fmt: skip
REACHED_AT = frozenset({
    "address", "postal_address", "billing_address", "shipping_address", "street", "city",
    "postcode", "postal_code", "zip", "country", "email", "e_mail", "phone", "mobile", "employer",
})  # fmt: skip
"""What of a profile says how to reach somebody: it changes with a move to somebody else, too."""
NARROW_WINDOW, NARROW_BEFORE = 90, 365
NARROW_ORDERS, NARROW_KINDS = 3, 3
_SIGNS = (
    ("number_ported", "took the number along"),
    ("data_exported", "exported the data"),
    ("profile_changed", "changed the address"),
    ("categories_narrowed", "buys fewer kinds of things"),
    ("silent_after_complaint", "is silent after a complaint"),
)


def _terms(facts: Facts) -> Facts:
    """The likelihood ratio of each sign, None where it is missing."""
    return facts[1 : 1 + len(_SIGNS)]


def _first_terms(facts: Facts) -> Facts:
    """The same of those that it opened with: which have joined since is the last fact, in bits."""
    joined = int(facts[1 + len(_SIGNS)] or 0) if len(facts) > 1 + len(_SIGNS) else 0
    return [None if joined >> place & 1 else term for place, term in enumerate(_terms(facts))]


def _reason(facts: Facts) -> str:
    said = [
        f"{words} (x{term:g})"
        for (_, words), term in zip(_SIGNS, _terms(facts), strict=True)
        if term
    ]
    return (
        f"Probably with a competitor: {', '.join(said)}; together {float(facts[0] or 0):g} times as"
        " likely of somebody who has gone over as of somebody who has not."
    )


CAPTURED = Kind(
    name=SIGNAL,
    team="retention",
    concern="churn",
    parts=frozenset({"gone_silent", "lost"}),
    severity=ERROR,
    mechanism="joint",
    opens="number ported, data exported, profile changed, categories narrowed, silence after a "
    "complaint: likelihood ratios multiply",
    clears_if="The customer buys in their own rhythm again; after a silence the second order shows"
    " it.",
    default="likelihood ratio of 10 or more, in 180 d",
    source="Jeffreys (1961) for the 10; the ratios of the terms are ours",
    reason=_reason,
    parameters=lambda facts: {
        "likelihood_ratio": facts[0],
        **{name: term for (name, _), term in zip(_SIGNS, _terms(facts), strict=True) if term},
    },
)


class Captured:
    """Signs since the last episode, each kind once.

    >>> rule = Captured(Limits())
    >>> rule.ratio([12.0, None, None, None, None]), rule.ratio([None, 4.0, 2.0, None, None])
    (12.0, 8.0)
    """

    kinds = (CAPTURED,)
    watches = frozenset({"gone_silent", "lost", SIGNAL})

    def __init__(self, limits: Limits, model: GoneSilent | None = None) -> None:
        """`model` says when somebody has fallen silent."""
        self.limits = limits
        self.model = model or GoneSilent()
        self.terms: dict[str, float] = {
            PORTED: limits.number_ported,
            EXPORTED: limits.data_exported,
            CHANGED: limits.profile_changed,
        }
        self.kind_of = {kind: piece for piece, kind in TYPES.items()}
        self.reacts_to = frozenset({*TYPES.values(), ORDER})

    def ratio(self, terms: Facts) -> float:
        """How much likelier the signs are of somebody who has gone over; 1 without any."""
        return joint.likelihood_ratio([float(term) for term in terms if term])

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        if event.kind == ORDER:
            self._ordered(customer, event, alerts)
            return
        if event.kind == PROFILE and not _moved(event):
            return
        piece = joint.note(customer, self.kind_of[event.kind], event, keep=KEPT)
        self._weigh(customer, piece.at, alerts)

    def on_alerts(self, customer: Customer, changes: list[Change], at: int, alerts: Alerts) -> None:
        for alert, resolution in changes:
            if alert.signal == SIGNAL:
                if resolution not in (None, "late_evidence"):
                    self._over(customer, max(at, alert.opened_at))
            elif alert.signal not in self.watches:
                continue
            elif resolution is None:
                self._weigh(customer, alert.opened_at, alerts)
            elif resolution == "late_evidence":
                self._not_silent(customer, at, alerts)

    def on_merge(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """Whoever has bought under the other row since then, in their rhythm, is not captured."""
        history = customer.purchases
        if history is None:
            return
        for alert in open_ones(customer, SIGNAL):
            bought = history.last_at
            if bought < alert.opened_at:
                continue
            back = returned(history, alert.opened_at)
            had_come_back(customer, back)
            if any(self._in_rhythm(history, day) for day in history.days if day >= back):
                self._over(customer, bought)
                alerts.end(alert, bought, "recovered")

    def _ordered(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        order, at = event.properties, event.time
        if order.products:
            habits, day = customer.habits, day_of(at)
            if habits is None:
                habits = customer.habits = Habits()
            for product in order.products:
                category = product.category
                if category:
                    habits.categories = keep(habits.categories, category, day)
        if not customer.alerts:
            return
        alert, history = standing(customer, SIGNAL), customer.purchases
        if alert is None or at < alert.opened_at:
            return
        if history is None or self._in_rhythm(history, day_of(at)):
            self._over(customer, at)
            alerts.resolve(SIGNAL, None, at, "recovered")
        if customer.stage in AWAY:
            came_back(customer, at, alerts)

    def _in_rhythm(self, history: Purchases, day: int) -> bool:
        """Whether who bought on that day had not fallen silent before it."""
        before = [each for each in history.days if each < day]
        if not before:
            return True
        known = Purchases(history.first, before, history.older)
        return silent_at(known, self.model, self.model.alive) > day * DAY

    def _weigh(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """A sign of the instant `at`, not necessarily the latest one."""
        limits, habits, history = self.limits, customer.habits, customer.purchases
        if not limits.enabled:
            return
        over = habits.captured_over if habits is not None else 0
        signs = [p for p in joint.within(customer, TYPES, limits.window, _last_sign(customer, at))
                 if p.at > over]  # fmt: skip
        silent_at, complaint = self._silent(customer, over)
        at = max([at if at > over else 0, silent_at if complaint else 0, *(p.at for p in signs)])
        first = {piece.kind: piece for piece in reversed(signs)}
        terms: Facts = [self.terms[kind] if kind in first else None for kind in TYPES]
        if not at or (history is not None and history.last_at >= at):
            return  # They have bought since.
        narrowed = habits is not None and narrows(habits, history, day_of(at))
        terms.append(limits.categories_narrowed if narrowed else None)
        terms.append(limits.silent_after_complaint if complaint else None)
        found = [*first.values(), *([complaint] if complaint else [])]
        evidence = [Evidence(p.id, TYPES.get(p.kind, "ticket_opened"), p.at) for p in found]
        evidence.sort(key=_time)
        ratio, alert = self.ratio(terms), standing(customer, SIGNAL)
        if alert is not None:
            self._join(alert, at, terms, evidence, alerts)
        elif ratio >= limits.ratio and evidence:
            stand(customer, CAPTURED, limits, None, at, [ratio, *terms], evidence, alerts)

    def _join(
        self, alert: OpenAlert, at: int, terms: Facts, evidence: list[Evidence], alerts: Alerts
    ) -> None:
        """While it stands: a sign of a kind that it has not been told of is news."""
        told, first = _terms(alert.facts), _first_terms(alert.facts)
        every = [before or now for before, now in zip(told, terms, strict=True)]
        if every != told:
            joined = sum(1 << place for place, term in enumerate(every) if term != first[place])
            new = [one for one in evidence if one not in alert.evidence]
            alerts.grow(alert, at, [self.ratio(every), *every, joined], new)

    def _silent(self, customer: Customer, over: int) -> tuple[int, Piece | None]:
        """Since when they are silent, and the last complaint before that."""
        history = customer.purchases
        since = 0 if history is None else history.opened_at or history.lost_at
        if since <= over:
            return 0, None
        complaints = joint.within(customer, COMPLAINTS, self.limits.window, since)
        return since, complaints[-1] if complaints else None

    def _not_silent(self, customer: Customer, at: int, alerts: Alerts) -> None:
        """They were not silent after all: without that, is it enough?"""
        alert = standing(customer, SIGNAL)
        if alert is not None and self.ratio(_first_terms(alert.facts)[:-1]) < self.limits.ratio:
            alerts.resolve(SIGNAL, None, at, "late_evidence")

    def _over(self, customer: Customer, at: int) -> None:
        habits = _habits(customer)
        habits.captured_over = max(habits.captured_over, at)


def keep(categories: bytes, name: str, day: int) -> bytes:
    """A category as bought on that day, or later if that is known; of more than 8 the one bought
    longest ago goes.

    >>> kept = keep(keep(keep(b"", "tea", 5), "milk", 7), "tea", 3)
    >>> days(kept)
    [5, 7]
    """
    digest = xxhash.xxh32_digest(name.encode())
    bought = day.to_bytes(3, "big")
    if digest not in categories:
        if bought > categories[-3:]:
            return (categories + digest + bought)[-MAX_KINDS * KIND :]
    elif categories[-KIND:-3] == digest and bought >= categories[-3:]:
        # What was bought last is bought again: it stays where it is.
        return categories[:-KIND] + digest + bought
    rows = [categories[at : at + KIND] for at in range(0, len(categories), KIND)]
    for row in rows:
        if row[:4] == digest:
            if day <= int.from_bytes(row[4:], "big"):
                return categories
            rows.remove(row)
            break
    rows.append(digest + bought)
    rows.sort(key=_day)
    return b"".join(rows[-MAX_KINDS:])


def days(categories: bytes) -> list[int]:
    """The days on which the categories were last bought, ascending."""
    return [
        int.from_bytes(categories[at + 4 : at + 7], "big") for at in range(0, len(categories), KIND)
    ]


def narrows(habits: Habits, history: Purchases | None, day: int) -> bool:
    """Whether of three or more categories bought in the last 455 days at most a third was bought in
    the last 90, on three purchase days or more."""
    if history is None:
        return False
    edge = day - NARROW_WINDOW
    known = [on for on in days(habits.categories) if edge - NARROW_BEFORE < on <= day]
    recent = sum(1 for on in known if on > edge)
    bought = sum(1 for on in history.days if edge < on <= day)
    return len(known) >= NARROW_KINDS and 3 * recent <= len(known) and bought >= NARROW_ORDERS


def _moved(event: Interaction) -> bool:
    """Whether it is the address, e-mail or the like that was changed."""
    said = event.properties
    if said is None or not said.changed:
        return False
    for name in said.changed:
        plain = name.strip().lower().replace("-", "_").replace(" ", "_")
        if plain.partition(".")[0] in REACHED_AT or plain.rpartition(".")[2] in REACHED_AT:
            return True
    return False


def _last_sign(customer: Customer, at: int) -> int:
    """The latest sign known: what is weighed lies in the window before it."""
    return max([at, *(piece.at for piece in customer.pieces if piece.kind in TYPES)])


def _habits(customer: Customer) -> Habits:
    habits = customer.habits
    if habits is None:
        habits = customer.habits = Habits()
    return habits


def _day(row: bytes) -> bytes:
    return row[4:] + row[:4]


def _time(evidence: Evidence) -> tuple[int, str]:
    return evidence.time, evidence.id
