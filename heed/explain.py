"""`heed explain`: what is known of one customer, from files or from running workers."""

import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from agents.explain import Explanation, Moment, explain, points_to
from agents.explain import explanation as form
from agents.explain.timeline import moment, told
from agents.explain.whom import candidates
from agents.identity import Names, alias_of
from heed.formats import STDIN, read
from heed.options import House, names_of
from heed.progress import watched
from heed.records import Read, newest
from heed.replay import Replay
from schemas import alert, lifecycle
from schemas.instant import spoken
from schemas.interaction import Rejected, decode
from schemas.standards import Standards
from streams.contract import Decision, Output, Refusal
from streams.errors import Unusable
from streams.settings import Settings

PATIENCE_SECONDS = 15.0
MOST_REPLAYED = 10_000
"""Interactions of one customer that are replayed from Kafka."""
_BOTH = {"alerts": alert.decode, "lifecycle": lifecycle.decode}


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


class Lived(Replay):
    """A replay that notes what is told of one person."""

    def __init__(self, keys: Sequence[str], house: House, most: int) -> None:
        """At least the last `most` of what is told of the rows `keys` is kept."""
        super().__init__(*house)
        self.told = deque[Moment](maxlen=most)
        self._ids = {key[2:] for key in keys if key.startswith("c:")}
        self._aliases = {alias_of(key) for key in keys if not key.startswith("c:")}
        self._names = [key.partition(":")[2].encode() for key in keys]

    def _take(self, decision: Decision, refused: list[Refusal] | None) -> Iterator[Output]:
        for output in decision.outputs:
            if output.topic in _BOTH and _names(self._names, output.value):
                said: Any = _BOTH[output.topic](output.value)
                seen = told(output) if self._is_theirs(said) else None
                if seen is not None:
                    self.told.append(seen)
        return super()._take(decision, refused)

    def _is_theirs(self, said: Any) -> bool:
        if said.customer_id is not None:
            return said.customer_id in self._ids
        return not self._aliases.isdisjoint((said.aliases or {}).items())


def from_files(asked: str, values: Again, house: House, at: int | None, most: int) -> Explanation:
    """Replay `values` up to the time `at` (their end for None) and explain who is meant.

    They are read again for the timeline: who is linked to whom is known at their end. Raises
    Unknown.
    """
    names = names_of(house.standards)
    made, lived = _explained(candidates(asked, names), values, house, at, most)
    if made.linked or made.key not in candidates(asked, names)[:1]:
        made, lived = _explained(made.keys, values, house, at, most)
    heard, count, first = _heard(made.keys, values(), at, most, names)
    made.known_since = first or made.known_since
    moments = [*heard, *lived.told]
    made.timeline = sorted(moments, key=lambda each: each.time)[-most:]
    said = f"{count} interaction{'' if count == 1 else 's'}"
    made.timeline_note = (
        f"the newest {most} moments, of {said} in these files"
        if len(moments) > most
        else f"all that these files tell: {said}"
    )
    return made


def _explained(
    keys: Sequence[str], values: Again, house: House, at: int | None, most: int
) -> tuple[Explanation, Lived]:
    """Replay, and explain the first of the rows `keys` that is there, or whom it points to."""
    lived = Lived(keys, house, most)
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


def _heard(
    keys: Sequence[str], values: Iterable[bytes], at: int | None, most: int, house: Names
) -> tuple[Sequence[Moment], int, str | None]:
    """The newest interactions of these rows, how many there are, and when the first was."""
    names, wanted = [key.partition(":")[2].encode() for key in keys], set(keys)
    found, count, first = deque[Moment](maxlen=most), 0, None
    for value in values:
        if not _names(names, value):
            continue
        try:
            event = decode(value)
            is_theirs = house.row_key(event) in wanted
        except Rejected:
            continue
        if is_theirs and (at is None or event.time <= at):
            count += 1
            heard = moment(event)
            found.append(heard)
            first = heard.time if first is None else min(first, heard.time)
    return found, count, first


def _names(names: Sequence[bytes], value: bytes) -> bool:
    """Whether it may be theirs: what JSON, or a person, may write otherwise is looked at too."""
    return b"\\" in value or b'"aliases"' in value or any(name in value for name in names)


def from_kafka(asked: str, settings: Settings, house: House, at: int, most: int) -> Explanation:
    """The same as of `at` from the customer's own interactions, as far as Kafka has them.

    Raises Unknown, Unusable.
    """
    names = names_of(house.standards)
    for key in candidates(asked, names):
        read = newest([key], settings, MOST_REPLAYED, names)
        if read.values:
            break
    else:
        raise Unknown(f"{settings.input_topic} has no interaction of {asked}")
    made = from_files(key, lambda: read.values, house, at, most)
    if made.linked:
        read = newest(made.keys, settings, MOST_REPLAYED, names)
        made = from_files(key, lambda: read.values, house, at, most)
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
