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
from heed.history import history
from heed.lived import Lived, in_order
from heed.options import House, names_of
from heed.progress import watched
from heed.records import Reach, Whose, hashes, newest
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


def from_files(asked: str, values: Again, house: House, at: int | None, most: int) -> Explanation:
    """Replay `values` up to the time `at` (their end for None) and explain who is meant.

    They are replayed again where other rows turn out to belong to it. Raises Unknown.
    """
    rows = candidates(asked, names_of(house.standards))
    lived = _replayed(rows, values, house, at, most)
    made = _explained(rows, lived)
    theirs = {made.key, *lived.handed.get(made.key, ())}
    if not theirs.issubset(rows):
        lived = _replayed(theirs, values, house, at, most)
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


def _replayed(
    noted: Collection[str], values: Again, house: House, at: int | None, most: int
) -> Lived:
    lived = Lived(noted, house, most)
    for _ in lived.run(values() if at is None else _upto(values(), at), at):
        pass
    return lived


def _explained(keys: Sequence[str], lived: Lived) -> Explanation:
    """Explain the first of the rows `keys` that is there, or whom it points to."""
    for key in keys:
        stored = lived.stored(key)
        if stored is None:
            continue
        pointed = points_to(stored)
        if pointed is not None:
            key, stored = pointed, lived.stored(pointed) or stored
        return explain(key, stored, lived.logic.rulebook, lived.customers.view.clock.now)
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


def from_kafka(asked: str, settings: Settings, house: House, at: int) -> Explanation:
    """The same as of `at` from what the customer's row was told, as far as Kafka has it.

    Raises Unknown, Unusable.
    """
    for key in candidates(asked, names_of(house.standards)):
        found = _as_of(key, settings, house, at)
        if found is not None:
            return found
    raise Unknown(f"{settings.input_topic} has no interaction of {asked} by that time")


def _as_of(key: str, settings: Settings, house: House, at: int) -> Explanation | None:
    """Decide once more about a row, or the one it points to; None where it is not there."""
    names = names_of(house.standards)
    told = history(key, settings, at, MOST_REPLAYED, names)
    lived = Lived(
        told.rows, house, MOST_REPLAYED, internal_key=settings.internal_key,
        partition=told.partition, partitions=told.partitions,
    )  # fmt: skip
    for _ in lived.run(told.lines, at):
        pass
    stored = lived.stored(key)
    if stored is None:
        return None
    pointed = points_to(stored)
    if pointed is not None:
        return _as_of(pointed, settings, house, at)
    made, past = _explained([key], lived), lived.past(key)
    moments, left_out = list(past.newest), told.left_out
    if told.handed:
        whose, landed = Whose(key, told.handed, told.seen), {each.id for each in moments}
        read = newest(whose, settings, MOST_REPLAYED, names)
        before = [event for event in read.events if event.time <= at and event.id not in landed]
        moments += map(moment, before)
        left_out += sum(each <= at for name, each in read.unsure.items() if name not in landed)
    made.timeline = in_order(moments)
    heard = [each.time for each in made.timeline if each.channel is not None]
    made.known_since = min(heard, default=made.known_since)
    made.timeline_note = _note(len(heard), told.reach, settings, left_out) + _sealed(told.sealed)
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
    whose = Whose(made.key, made.linked, hashes(made.seen))
    try:
        read = newest(whose, settings, most, names_of(standards))
    except Unusable as why:
        made.timeline_note += f"; the interactions themselves could not be read: {why}"
        return made
    note = _note(len(read.events), read.reach, settings, len(read.unsure))
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


def _note(count: int, reach: Reach, settings: Settings, left_out: int) -> str:
    """How far back was read, and what is left out."""
    note = f"{count} interaction{'' if count == 1 else 's'} from {settings.input_topic}"
    if reach.whole:
        note += ", all that is retained there"
    else:
        back = spoken(reach.since)
        note += f", which was read back to {back} ({reach.looked_at:,} records)"
    if left_out:
        note += f"; {left_out:,} by an alias left out, since they may have been another's"
    return note


def _sealed(words: int) -> str:
    return (
        f"; {words:,} words between workers were sealed with another key: set HEED_INTERNAL_KEY "
        "as the workers have it"
        if words
        else ""
    )
