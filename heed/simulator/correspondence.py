"""Messages in every written channel, and tickets: questions, requests, suggestions, complaints.

How fast the house answers and how long a person would wait are drawn apart from each other.
"""

from collections.abc import Iterator
from typing import Any

from heed.simulator.catalogue import ANGRY, GLAD, PLAIN
from heed.simulator.dice import about, dice, moments, within_hours
from heed.simulator.episode import Episode
from heed.simulator.people import Person
from schemas.instant import DAY, HOUR, MINUTE

# channel: how often, minutes until the house answers, minutes that a person expects (medians)
MEDIA: dict[str, tuple[float, float, float]] = {
    "email": (0.34, 420, 1500),
    "chat": (0.2, 0.7, 3),
    "messenger": (0.12, 25, 150),
    "inapp": (0.08, 30, 180),
    "sms": (0.06, 20, 120),
    "social": (0.08, 40, 200),
    "board": (0.05, 600, 2000),
    "post": (0.05, 4000, 12000),
    "fax": (0.02, 500, 1500),
}
KINDS = {"question": 0.3, "request": 0.3, "complaint": 0.3, "suggestion": 0.1}
CATEGORIES = ("delivery", "billing", "product", "website", "service")
OUTSIDE = ("regulator", "consumer_body", "press", "review_site", "court")
DIMENSIONS = ("tangibles", "reliability", "responsiveness", "assurance", "empathy")


def letters(seed: int, person: Person, end: int) -> Iterator[Episode]:
    """What a person writes: two in three are a message, the others a ticket."""
    rng = dice(seed, "correspondence", person.number)
    for number, at in enumerate(moments(rng, person.writes, person.joined, end)):
        own = dice(seed, "correspondence", person.number, at)
        begin = within_hours(own, at, 7, 22, 15)
        if own.random() < 0.65:
            letter = Episode(person, f"letter-{number}", begin, own)
            _letter(letter)
        else:
            letter = Episode(person, f"ticket-{number}", begin, own)
            ticket(letter, own.choices(list(KINDS), list(KINDS.values()))[0])
        yield letter


def _letter(letter: Episode) -> None:
    rng = letter.rng
    channel = rng.choices(list(MEDIA), [share for share, *_ in MEDIA.values()])[0]
    named = {"thread_id": letter.subject, "medium": channel}
    _, answers, expects = MEDIA[channel]
    glad = rng.random() < 0.08
    text = rng.choice(GLAD if glad else PLAIN)
    letter.tell("message_received", channel, text=text, **named)
    written = letter.at
    bears = about(rng, expects, 0.6)
    replied = about(rng, answers, 1.1) if rng.random() < 0.94 else float("inf")
    if replied > bears:
        letter.know("left_unanswered", written, subject=letter.subject)
        letter.hurt(0.45, "unanswered", written + round(bears * MINUTE))
        if rng.random() < 0.4:
            letter.at = written + round(bears * MINUTE)
            anger(letter, channel, **named)
    if replied == float("inf"):
        return
    letter.at = max(letter.at + MINUTE, written + round(replied * MINUTE))
    letter.tell("message_sent", channel, handled_by=f"agent-{rng.randrange(1, 25):02}", **named)


def anger(episode: Episode, channel: str, **named: Any) -> None:
    """A message in anger."""
    text = episode.rng.choice(ANGRY)
    episode.tell("message_received", channel, text=text, **named)
    episode.know("angry_words", subject=episode.subject)


def ticket(matter: Episode, kind: str) -> None:
    """One ticket from its opening to its end, as the house deals with it."""
    rng, person = matter.rng, matter.person
    channel = rng.choice(("web", "email", "app", "phone"))
    category = rng.choice(CATEGORIES)
    named: dict[str, Any] = {"ticket_id": matter.subject, "kind": kind}
    opened = matter.at
    matter.tell(
        "ticket_opened", channel, category=category, priority=rng.choice(("normal", "high")),
        forum="own", dimension=rng.choice(DIMENSIONS), **named,
    )  # fmt: skip
    if kind == "complaint":
        matter.hurt(0.3, "cause", opened)
    reply, settle = about(rng, 5, 1.2), about(rng, 30, 0.9)  # hours
    if rng.random() < 0.08:
        reply = float("inf")
    patience = {"complaint": 16, "request": 40, "question": 40, "suggestion": 260}[kind]
    if reply > about(rng, patience, 0.6):
        _ignored(matter, kind, opened)
    if reply == float("inf"):
        if kind == "complaint":
            _insists(matter, named, category, opened)
        return
    matter.at = opened + round(reply * HOUR)
    by = f"agent-{rng.randrange(1, 25):02}"
    matter.tell("ticket_replied", "email", handled_by=by, **named)
    if rng.random() < 0.25:
        matter.wait(1800, 90_000)
        matter.tell("ticket_customer_replied", "email", **named)
    if kind == "complaint" and reply + settle > about(rng, 90, 0.5):
        matter.know("complaint_dragged", opened, subject=matter.subject)
        matter.hurt(0.4, "complaint", opened + 3 * DAY)
    matter.at += round(settle * HOUR)
    matter.tell("ticket_resolved", "email", handled_by=by, **named)
    if kind == "complaint" and rng.random() < 0.3 - 0.2 * person.content:
        _reopened(matter, named, by)


def _ignored(matter: Episode, kind: str, opened: int) -> None:
    what = {"complaint": "complaint_ignored", "suggestion": "suggestion_ignored"}
    matter.know(what.get(kind, "request_ignored"), opened, subject=matter.subject)
    matter.hurt(0.7 if kind == "complaint" else 0.35, kind, opened + DAY)


def _insists(matter: Episode, named: dict[str, Any], category: str, opened: int) -> None:
    """Nobody answers a complaint: some write again in anger, some go elsewhere, some are quiet."""
    rng = matter.rng
    matter.at = opened + round(about(rng, 5, 0.5) * DAY)
    roll = rng.random()
    matter.know("complaint_dragged", opened, subject=matter.subject)
    if roll < 0.3:
        return
    if roll < 0.6:
        anger(matter, "email", thread_id=matter.subject, medium="email")
    again = {**named, "ticket_id": f"{matter.subject}-2", "category": category}
    forum = rng.choice(OUTSIDE) if roll > 0.75 else "own"
    matter.wait(60, 3600)
    matter.tell("ticket_opened", "post" if forum == "court" else "web", forum=forum, **again)
    matter.know("complained_outside" if forum != "own" else "complained_again")
    matter.hurt(0.8, "complaint")
    matter.wait(3600, 2 * 86_400)
    for kind in ("ticket_replied", "ticket_resolved"):
        matter.tell(kind, "email", handled_by="lead-01", **again)
        matter.wait(3600, 3 * 86_400)


def _reopened(matter: Episode, named: dict[str, Any], by: str) -> None:
    rng = matter.rng
    matter.know("not_convinced", subject=matter.subject)
    if rng.random() < 0.4:
        return  # says nothing
    matter.wait(3600, 4 * 86_400)
    matter.tell("ticket_reopened", "email", **named)
    matter.know("complained_again", subject=matter.subject)
    matter.hurt(0.5, "complaint")
    matter.wait(7200, 3 * 86_400)
    matter.tell("ticket_resolved", "email", handled_by=by, **named)
