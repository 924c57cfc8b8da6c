"""`heed explain`: what is known of one customer, from files or from running workers."""

import urllib.error
import urllib.request
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from agents.explain import Explanation, Moment, explain
from agents.explain import explanation as form
from agents.explain.timeline import moment, told
from agents.explain.whom import candidates
from agents.identity import row_key, who
from heed.records import Read, newest
from heed.replay import Replay
from schemas import alert, lifecycle
from schemas.instant import rfc3339, spoken
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


class Lived(Replay):
    """A replay that notes what happens to one customer."""

    def __init__(self, asked: str, standards: Standards | None, most: int) -> None:
        """At least the last `most` moments are kept, of each row that may be meant."""
        super().__init__(standards)
        self.wanted = candidates(asked)
        # What is told of a chunk of interactions is noted after all of them.
        self.moments = {key: deque[Moment](maxlen=4 * most) for key in self.wanted}
        self.heard: dict[str, tuple[int, str]] = {}
        """By row: how many interactions there were, and when the first was."""
        self._names = [key.partition(":")[2].encode() for key in self.wanted]

    def upto(self, values: Iterable[bytes], at: int | None) -> Iterator[bytes]:
        """Those of `values` that are no later than `at`, noted where they are of the customer."""
        for value in values:
            if at is None and not self._may_be(value):
                yield value
                continue
            try:
                event = decode(value)
                key = row_key(event)
            except Rejected:
                yield value
                continue
            if at is not None and event.time > at:
                continue
            if key in self.moments:
                self.moments[key].append(moment(event))
                count, first = self.heard.get(key, (0, rfc3339(event.time)))
                self.heard[key] = count + 1, min(first, rfc3339(event.time))
            yield value

    def _may_be(self, value: bytes) -> bool:
        """Whether it can be of the customer: an id that JSON writes otherwise has an escape."""
        return b"\\" in value or any(name in value for name in self._names)

    def _take(self, decision: Decision, refused: list[Refusal] | None) -> Iterator[Output]:
        for output in decision.outputs:
            if output.topic in _BOTH and self._may_be(output.value):
                self._note(output)
        return super()._take(decision, refused)

    def _note(self, output: Output) -> None:
        said: Any = _BOTH[output.topic](output.value)
        for key, moments in self.moments.items():
            if (said.customer_id, said.aliases) == who(key):
                seen = told(output)
                if seen is not None:
                    moments.append(seen)


def from_files(
    asked: str, values: Iterable[bytes], standards: Standards | None, at: int | None, most: int
) -> Explanation:
    """Replay `values` up to the time `at` (their end for None) and explain who is meant.

    Raises Unknown.
    """
    replay = Lived(asked, standards, most)
    for _ in replay.run(replay.upto(values, at), at):
        pass
    for key in replay.wanted:
        stored = replay.stored(key)
        if stored is not None:
            break
    else:
        raise Unknown(f"nobody is known as {asked} in these files by that time")
    made = explain(key, stored, replay.logic.rulebook, replay.customers.view.clock.now)
    count, first = replay.heard.get(key, (0, None))
    made.known_since = first or made.known_since
    made.timeline = sorted(replay.moments[key], key=lambda each: each.time)[-most:]
    made.timeline_note = (
        f"the newest {most} moments, of {count} interactions in these files"
        if len(made.timeline) >= most
        else f"all that these files tell: {count} interactions"
    )
    return made


def from_kafka(
    asked: str, settings: Settings, standards: Standards | None, at: int, most: int
) -> Explanation:
    """The same as of `at` from the customer's own interactions, as far as Kafka has them.

    Raises Unknown, Unusable.
    """
    for key in candidates(asked):
        read = newest(key, settings, MOST_REPLAYED)
        if read.values:
            break
    else:
        raise Unknown(f"{settings.input_topic} has no interaction of {asked}")
    made = from_files(key, read.values, standards, at, most)
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


def with_timeline(made: Explanation, settings: Settings, most: int) -> Explanation:
    """Put the interactions that Kafka still has in the place of what the state remembers of them.

    What the state knows from before them stays. Where Kafka is not to be had, that is said.
    """
    try:
        read = newest(made.key, settings, most)
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
