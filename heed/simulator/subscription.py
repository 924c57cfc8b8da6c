"""Subscriptions: signing up, trials, use week by week, renewals, and making up one's mind to go."""

from collections.abc import Iterator

from heed.simulator.departure import Stay
from heed.simulator.dice import dice, moments, within_hours
from heed.simulator.episode import Episode
from heed.simulator.people import Person
from schemas.instant import DAY, HOUR, rfc3339

MONTH = 30 * DAY
TRIAL = 14 * DAY
FEATURES = ("recipes", "planner", "archive", "export", "sharing")
PRICE = 9.9


def membership(seed: int, person: Person, stay: Stay) -> Iterator[Episode]:
    """A subscription's life, if there is one, and its use."""
    if not person.membership:
        return
    rng = dice(seed, "subscription", person.number)
    account = Episode(person, "account", stay.joined + 9 * HOUR, rng)
    named = {"subscription_id": f"sub-{person.customer_id}", "plan": rng.choice(("home", "studio"))}
    account.tell("signed_up", "web", plan=named["plan"])
    account.wait(60, 600)
    account.tell("identified", "web", traits={"plan": named["plan"]})
    left = stay.left if stay.left is not None else stay.end
    unused_from = None
    if person.membership in ("trial", "unused_trial"):
        ends = account.at + TRIAL
        account.tell("trial_started", "web", ends_at=rfc3339(ends), **named)
        if person.membership == "unused_trial":
            account.know("trial_unused", account.at + 2 * DAY)
            unused_from = account.at + round(rng.uniform(0, 2) * DAY)
        account.tell("trial_ended", "system", ends, **named)
        if unused_from is None and ends < left:
            _paid(account, stay, ends + HOUR, named)
    else:
        if person.membership == "never_started":
            account.know("never_started")
            unused_from = account.at
            left = min(left, account.at + round(rng.uniform(35, 100) * DAY))
        _paid(account, stay, account.at, named, left)
    yield account
    yield from _use(seed, person, stay, account.begins, unused_from)


def _paid(
    account: Episode, stay: Stay, at: int, named: dict[str, str], left: int | None = None
) -> None:
    """Paid month by month, until they leave: said beforehand, or simply not renewed."""
    rng, paid = account.rng, {"amount": PRICE, "currency": "EUR"}
    account.tell("subscription_started", "web", at, **named, **paid)
    leaves = left if left is not None else stay.left if stay.left is not None else stay.end
    account.at = at
    while account.at + MONTH < leaves:
        account.at += MONTH
        account.tell("subscription_renewed", "system", **named, **paid)
    if leaves >= stay.end:
        if rng.random() < 0.03 and account.at + 6 * DAY < stay.end:
            account.wait(86_400, 5 * 86_400)  # cheaper, and content with it
            account.tell("subscription_downgraded", "web", **named)
        return
    ends = account.at + MONTH
    account.at = leaves
    if leaves + HOUR < ends and rng.random() < 0.7:
        account.know("meant_to_cancel")
        sign = rng.choice(("auto_renew_disabled", "page_viewed", "subscription_downgraded"))
        if sign == "page_viewed":
            for _ in range(3):
                account.tell(sign, "web", path="/account/cancel")
                account.wait(60, 900)
        else:
            account.tell(sign, "web", **named)
    account.tell("subscription_cancelled", "web", max(ends, account.at), **named)


def _use(
    seed: int, person: Person, stay: Stay, begin: int, unused_from: int | None
) -> Iterator[Episode]:
    rng = dice(seed, "usage", person.number)
    a_week = 1.5 + rng.gammavariate(3, 1.2)
    (_, left), *_ = stay.spans
    turns = person.turns_at if person.turn == "usage_fell" else stay.end
    until = min(left, unused_from if unused_from is not None else left)
    fades = max(left - 30 * DAY, stay.shows_from) if stay.why == "competitor" else stay.end
    falls = min(turns, fades, until)  # also for who leaves: what they had a use for has none now
    if begin < falls - 60 * DAY and falls < stay.end:
        whole = Episode(person, "turn", falls, rng)
        whole.know("usage_fell", falls)
        yield whole
    reached = rng.random() < 0.95
    channel = rng.choice(("app", "web", "iot"))
    for number, at in enumerate(moments(rng, a_week / 7, begin, until)):
        keeps, hour = rng.random(), within_hours(rng, at, 6, 23, 19)
        feature, amount = rng.choice(FEATURES), round(rng.gammavariate(2, 10), 1)
        if keeps > (0.25 if at >= turns else 0.6 if at >= fades else 1) or not begin < hour < until:
            continue
        use = Episode(person, f"use-{number}", hour, rng)
        if channel == "iot":
            use.tell("usage_reported", channel, metric="cups", quantity=amount)
        else:
            use.tell("feature_used", channel, feature=feature)
        if reached and number == 1:
            use.tell("value_reached", "app" if channel == "iot" else channel, feature=feature)
        yield use
