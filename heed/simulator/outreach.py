"""What the house does to reach people, and what matters to them: offers, referrals, goals, days."""

from collections.abc import Iterator

from heed.simulator.departure import Stay
from heed.simulator.dice import dice, moments, within_hours
from heed.simulator.episode import Episode
from heed.simulator.people import Person
from schemas.instant import DAY, iso_day

GOALS = ("pay_off_in_a_year", "brew_every_day", "equip_the_studio")


def reached(seed: int, person: Person, stay: Stay) -> Iterator[Episode]:
    """Campaigns and offers, month by month; also to those who have left, for a while."""
    rng = dice(seed, "outreach", person.number)
    stops = stay.end
    for number, at in enumerate(moments(rng, 1 / 28, person.joined, stay.end)):
        own = dice(seed, "outreach", person.number, at)
        mail = Episode(person, f"mail-{number}", within_hours(own, at, 8, 12, 9), own)
        if at > stops or (stay.left is not None and at > stay.left + 90 * DAY):
            return
        named = {"campaign": f"news-{at // DAY // 30}", "message_id": mail.subject}
        if own.random() < 0.02:
            mail.tell("message_bounced", "email", **named)
            yield mail
            continue
        mail.tell("message_delivered", own.choice(("email", "sms", "inapp")), **named)
        if stay.holds(at) and own.random() < 0.45:
            _heed(mail, named)
            if mail.said[-1].event["type"] == "unsubscribed":
                stops = at
        yield mail


def _heed(mail: Episode, named: dict[str, str]) -> None:
    rng = mail.rng
    mail.wait(60, 20_000)
    mail.tell("message_opened", "email", **named)
    roll = rng.random()
    if roll < 0.3:
        mail.wait(5, 90)
        mail.tell("message_clicked", "email", **named)
    elif roll < 0.34:
        mail.tell("unsubscribed", "email", **named)
    elif roll < 0.44:
        mail.tell("promotion_recalled", "survey", **named)
    elif roll < 0.56:
        mail.tell("offer_sent", "email", offer_id=mail.subject, kind="discount")
        mail.wait(600, 86_400)
        if rng.random() < 0.4:
            mail.tell("offer_accepted", "web", offer_id=mail.subject)


def relations(seed: int, person: Person, stay: Stay) -> Iterator[Episode]:
    """Referrals of the enthusiasts, goals, days that matter, and personal meetings."""
    rng = dice(seed, "relations", person.number)
    (begin, left), *_ = stay.spans
    if person.enthusiast:
        yield from _refer(seed, person, stay)
    span = left - begin
    goal = Episode(person, "goal", begin + round(rng.uniform(0.02, 0.6) * span), rng)
    if rng.random() < 0.15 and span > 0:
        name = rng.choice(GOALS)
        goal.tell("goal_set", "web", goal=name)
        if rng.random() < 0.5:
            goal.know("lost_sight_of_goal", subject=name)
        else:
            goal.wait(5 * 86_400, 110 * 86_400)
            goal.tell("goal_reached", "web", goal=name)
        if goal.at < left:
            yield goal
    if rng.random() < 0.3:
        yield _occasion(person, stay, Episode(person, "day", begin + 3600 * 10**6, rng))
    if person.turn == "drifted_apart":
        drift = Episode(person, "drift", person.turns_at, rng)
        drift.know("drifted_apart")
        yield drift
    if rng.random() < 0.12:
        met = Episode(person, "met", begin + round(rng.random() * span), rng)
        kind = rng.choice(("meeting_held", "visit_made", "interview_held"))
        met.tell(kind, "store" if kind == "meeting_held" else "system", branch=person.branch)
        yield met


def _occasion(person: Person, stay: Stay, day: Episode) -> Episode:
    """A birthday or an anniversary, once a year."""
    falls = stay.joined + round(day.rng.uniform(20, 340)) * DAY
    falls -= falls % DAY
    occasion = day.rng.choice(("birthday", "anniversary", "contract"))
    day.tell("occasion_set", "web", occasion=occasion, date=iso_day(falls // DAY))
    if falls < stay.end and stay.holds(falls):
        # It is ahead once a week is left: the time in which a house can still do something.
        day.know("occasion_ahead", falls - 7 * DAY, falls, subject=occasion)
    return day


def _refer(seed: int, person: Person, stay: Stay) -> Iterator[Episode]:
    rng = dice(seed, "referral", person.number)
    (begin, left), *_ = stay.spans
    converted = 0
    for number, at in enumerate(moments(rng, 1 / 90, begin + 20 * DAY, left)):
        gift = Episode(person, f"referral-{number}", within_hours(rng, at, 9, 21, 19), rng)
        if gift.at >= left:
            continue
        friend = {"referred_id": f"friend-{number}-of-{person.customer_id}"}
        gift.tell("referral_made", "social", **friend)
        if rng.random() < 0.5:
            gift.wait(86_400, 20 * 86_400)
            gift.tell("referral_converted", "system", **friend)
            gift.know("recommends")
            converted += 1
        yield gift
    if converted and stay.left is not None and stay.back is None:
        silent = Episode(person, "cooled", stay.left, rng)
        silent.know("advocate_cooled", stay.left)
        yield silent
