"""The weighed words of one sentence, as the words around them turn and strengthen them.

Rules after VADER (Hutto and Gilbert 2014): negation, intensifiers, `but`, capitals, exclamation
marks. Ours are phrases, negations that follow ("gefällt mir nicht"), questions and conditions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.text.tokens import emoji
from agents.text.words import Words

_REACH = 3
"""Words over which a negation works; a comma or a `but` stops it."""
_MILD = 1.0
_NOT_GOOD, _NOT_BAD = -0.8, -0.5
_STRONGER, _WEAKER, _IN_CAPITALS = 1.5, 0.7, 1.25
_BEFORE_BUT, _AFTER_BUT = 0.5, 1.25
_EXCLAIMED, _MOST_MARKS = 0.1, 3
_ASKED, _STRONGEST = 0.5, -3.0
"""A question or a condition halves what is bad in it ("What if it is damaged?"), but the worst."""


@dataclass(slots=True)
class Hit:
    """A word, phrase or sign that weighs something: its place in the sentence, first and last."""

    weight: float
    first: int
    last: int
    is_mild: bool
    is_turned: bool = False

    def turn(self) -> None:
        """A negation: not good is bad, not bad is rather good. A second one changes nothing."""
        if not self.is_turned:
            self.weight *= _NOT_GOOD if self.weight > 0 else _NOT_BAD
            self.is_turned = True


def heard(lists: Words, spoken: Sequence[str], capitals: Sequence[bool]) -> list[Hit]:
    """The hits of a sentence; `spoken` are its folded words, signs and marks."""
    hits: list[Hit] = []
    place, clause, negation, scale = 0, 0, -1, 1.0
    asked = spoken.count("?") == 1 and "!" not in spoken
    while place < len(spoken):
        word = spoken[place]
        hit = _hit(lists, spoken, place)
        if hit is None:
            if word == "," or word in lists.contrast:
                clause, negation = place + 1, -1
            if word in lists.contrast:
                scale = _AFTER_BUT
                for before in hits:
                    before.weight *= _BEFORE_BUT
            elif word in lists.negation:
                negation = place
                if lists.negates_before and not _follows(lists, spoken, place):
                    _turn_back(hits, clause, place)
            elif word in lists.condition:
                # "si": French for "if" where a clause begins with it, else for "so".
                asked = asked or place == clause or word not in lists.stronger
            place += 1
            continue
        if hit.weight:
            halved = asked and hit.weight > _STRONGEST
            hit.weight *= scale * _strength(lists, spoken, max(clause, place - 2), place)
            if any(capitals[place : hit.last + 1]):
                hit.weight *= _IN_CAPITALS
            if negation >= 0 and place - negation <= _REACH:
                hit.turn()
            if halved and hit.weight < 0:
                hit.weight *= _ASKED
            hits.append(hit)
        place = hit.last + 1
    louder = 1 + _EXCLAIMED * min(_MOST_MARKS, spoken.count("!"))
    for hit in hits:
        hit.weight *= louder
    return hits


def _hit(lists: Words, spoken: Sequence[str], place: int) -> Hit | None:
    phrase = lists.phrase(spoken, place)
    if phrase is not None:
        last = place + len(phrase.words) - 1
        # A negation of its own belongs to the phrase ("no reply"), and no other turns it round.
        own = not lists.negation.isdisjoint(phrase.words)
        return Hit(phrase.weight, place, last, abs(phrase.weight) <= _MILD, is_turned=own)
    word = spoken[place]
    weight = lists.weight(word)
    if weight is None:
        weight = emoji().get(word)
    return None if weight is None else Hit(weight, place, place, abs(weight) <= _MILD)


def _strength(lists: Words, spoken: Sequence[str], first: int, place: int) -> float:
    strength = 1.0
    for word in spoken[first:place]:
        if word in lists.stronger:
            strength *= _STRONGER
        elif word in lists.weaker:
            strength *= _WEAKER
    return strength


def _follows(lists: Words, spoken: Sequence[str], place: int) -> bool:
    """Something that weighs stands within reach of a negation, in the same clause."""
    for after in range(place + 1, min(len(spoken), place + 1 + _REACH)):
        if spoken[after] == "," or spoken[after] in lists.contrast:
            return False
        hit = _hit(lists, spoken, after)
        if hit is not None and hit.weight:
            return True
    return False


def _turn_back(hits: Sequence[Hit], clause: int, place: int) -> None:
    if hits and hits[-1].last >= max(clause, place - _REACH):
        hits[-1].turn()
