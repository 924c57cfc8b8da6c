"""`heed explain`: what is known of one customer, from files or from running workers."""

import urllib.error
import urllib.request
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from agents.explain import Explanation, explain, points_to
from agents.explain import explanation as form
from agents.explain.timeline import moment
from agents.explain.whom import candidates
from heed.formats import STDIN, read
from heed.lived import Lived, in_order
from heed.options import names_of
from heed.progress import watched
from heed.records import Read, newest
from schemas.instant import spoken
from schemas.interaction import Rejected, decode
from schemas.standards import Standards
from streams.errors import Unusable
from streams.settings import Settings

PATIENCE_SECONDS = 15.0
MOST_REPLAYED = 10_000
"""Interactions of one customer that are replayed from Kafka."""


class Unknown(Unusable):
    """Nobody is known under that name."""


Again = Callable[[], Iterable[bytes]]
"""The same interactions from their beginning, as often as they are asked for."""


def rereadable(files: Sequence[str], format: str) -> Again:
    """The interactions of files; standard input is kept, since it comes only once."""
    if STDIN in files:
        kept = list(read(files, format))
        return lambda: watched(kept, "reading")
    return lambda: watched(read(files, format), "reading")


def from_files(
    asked: str, values: Again, standards: Standards | None, at: int | None, most: int
) -> Explanation:
    """Replay `values` up to the time `at` (their end for None) and explain who is meant.

    They are replayed again where other rows turn out to belong to it. Raises Unknown.
    """
    rows = candidates(asked, names_of(standards))
    made, lived = _explained(rows, rows, values, standards, at, most)
    theirs = {made.key, *lived.handed.get(made.key, ())}
    if not theirs.issubset(rows):
        made, lived = _explained([made.key], theirs, values, standards, at, most)
    past = lived.past(made.key)
    made.known_since = past.first or made.known_since
    made.timeline = in_order(past.newest)
    count = past.interactions
    said = f"{count} interaction{'' if count == 1 else 's'}"
    made.timeline_note = (
        f"the newest {most} moments, of {said} in these files"
        if past.moments > most
        else f"all that these files tell: {said}"
    )
    return made


def _explained(
    keys: Sequence[str],
    noted: Collection[str],
    values: Again,
    standards: Standards | None,
    at: int | None,
    most: int,
) -> tuple[Explanation, Lived]:
    """Replay, and explain the first of the rows `keys` that is there, or whom it points to."""
    lived = Lived(noted, standards, most)
    for _ in lived.run(values() if at is None else _upto(values(), at), at):
        pass
    for key in keys:
        stored = lived.stored(key)
        if stored is None:
            continue
        pointed = points_to(stored)
        if pointed is not None:
            key, stored = pointed, lived.stored(pointed) or stored
        now = lived.customers.view.clock.now
        return explain(key, stored, lived.logic.rulebook, now), lived
    raise Unknown(f"nobody is known as {keys[0].removeprefix('c:')} by that time")


def _upto(values: Iterable[bytes], at: int) -> Iterator[bytes]:
    """Those no later than `at`; what cannot be read is left for the replay to refuse."""
    for value in values:
        try:
            if decode(value).time > at:
                continue
        except Rejected:
            pass
        yield value


def from_kafka(
    asked: str, settings: Settings, standards: Standards | None, at: int, most: int
) -> Explanation:
    """The same as of `at` from the customer's own interactions, as far as Kafka has them.

    Raises Unknown, Unusable.
    """
    names = names_of(standards)
    for key in candidates(asked, names):
        read = newest([key], settings, MOST_REPLAYED, names)
        if read.values:
            break
    else:
        raise Unknown(f"{settings.input_topic} has no interaction of {asked}")
    made = from_files(key, lambda: read.values, standards, at, most)
    if made.linked:
        read = newest(made.keys, settings, MOST_REPLAYED, names)
        made = from_files(key, lambda: read.values, standards, at, most)
    made.timeline_note = _note(read, settings)
    return made


class Answer(NamedTuple):
    """What a worker says, and where its interactions come from."""

    explanation: Explanation
    bootstrap: str
    topic: str


def from_worker(asked: str, address: str, token: str | None = None) -> Answer:
    """Ask the worker whose page is at `address`; it asks the owner. Raises Unknown, Unusable."""
    url = f"{address.rstrip('/')}/customers/{quote(asked, safe='')}"
    request = urllib.request.Request(url)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            made = form.decode(answer.read())
            headers = answer.headers
    except urllib.error.HTTPError as why:
        raise _refused(why, asked, address) from None
    except (urllib.error.URLError, OSError, ValueError) as why:
        reason = why.reason if isinstance(why, urllib.error.URLError) else why
        raise Unusable(
            f"no worker answers at {address} ({reason}): start one, name its page with --worker, "
            "or give files to replay"
        ) from None
    except msgspec.MsgspecError:
        raise Unusable(f"{address} answers, and not as a worker of this version does") from None
    return Answer(made, headers.get("Heed-Bootstrap", ""), headers.get("Heed-Input", ""))


def _refused(why: urllib.error.HTTPError, asked: str, address: str) -> Unusable:
    try:
        sentence = str(msgspec.json.decode(why.read())["error"])
    except (msgspec.DecodeError, KeyError, TypeError):
        if why.code == 404:
            sentence = f"{address} is no worker that tells about customers (HEED_EXPLAIN=off?)"
        else:
            sentence = f"{address} answers with status {why.code}"
        return Unusable(sentence)
    return Unknown(sentence) if why.code == 404 else Unusable(sentence)


def with_timeline(
    made: Explanation, settings: Settings, most: int, standards: Standards | None = None
) -> Explanation:
    """Put the interactions that Kafka still has in the place of what the state remembers of them.

    What the state knows from before them stays. Where Kafka is not to be had, that is said.
    """
    try:
        read = newest(made.keys, settings, most, names_of(standards))
    except Unusable as why:
        made.timeline_note += f"; the interactions themselves could not be read: {why}"
        return made
    note = _note(read, settings)
    if not read.events:
        made.timeline_note = f"{note}; {made.timeline_note}"
        return made
    moments = [moment(event) for event in read.events]
    first = min(each.time for each in moments)
    known = {each.id for each in moments}
    kinds = {each.type for each in moments}
    rest = [
        each
        for each in made.timeline
        if each.id not in known and (each.time < first or each.type not in kinds)
    ]
    made.timeline = sorted([*rest, *moments], key=lambda each: each.time)[-most:]
    made.timeline_note = f"{note}; before them {made.timeline_note}"
    made.known_since = min(filter(None, (first, made.known_since)))
    return made


def _note(read: Read, settings: Settings) -> str:
    """How far back was read."""
    count = len(read.events)
    note = f"{count} interaction{'' if count == 1 else 's'} from {settings.input_topic}"
    if read.whole:
        return f"{note}, all that is retained there"
    return f"{note}, which was read back to {spoken(read.since)} ({read.looked_at:,} records)"
