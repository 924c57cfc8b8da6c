"""playbooks.toml: what to do about an alert, by signal, and by party and brand.

One table per signal, and `[[override]]` tables that change some of them for a `party`, a `brand` or
both. What a house leaves out is taken from the built-in playbook, `schemas/playbooks.toml`.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta, Struct

from schemas.house_file import BadFile, HouseFile, Key, text_of
from schemas.interaction import Party
from schemas.standards import Thresholds
from schemas.vocabulary import RequiredName

SIGNALS: tuple[str, ...] = Thresholds.__struct_fields__
BUILT_IN = Path(__file__).with_name("playbooks.toml")

Sentence = Annotated[str, Meta(min_length=1, max_length=500)]
Sentences = Annotated[tuple[Sentence, ...], Meta(max_length=20)]
Code = Annotated[
    str,
    Meta(
        pattern=r"\A[a-z][a-z0-9_]*\Z",
        max_length=64,
        description='lower case letters, digits and "_", such as "call_back"',
    ),
]
Cost = Annotated[float, Meta(ge=0, le=1e12)]


class BadPlaybooks(BadFile):
    """playbooks.toml cannot be used; the message gives file, line, key and what was expected."""


class Action(Struct, frozen=True, forbid_unknown_fields=True):
    """What to do about one kind of alert: sentences for the people who do it.

    `max_cost` is in the currency of the value at risk; None leaves it to that value. An action that
    `needs_approval` is proposed, and not done before somebody has agreed.
    """

    code: Code
    do: Sentences
    avoid: Sentences = ()
    never: Sentences = ()
    max_cost: Cost | None = None
    needs_approval: bool = False

    @property
    def text(self) -> str:
        """What to do, as one text."""
        return " ".join(self.do)


class _For(Struct, frozen=True):
    """Whom an override is for."""

    party: Party | None = None
    brand: RequiredName | None = None


class _Other(NamedTuple):
    """What differs in one action for some."""

    who: _For
    values: dict[str, Any]


class Playbooks:
    """The actions of a house. A brand's words hold over those of a party, both over the rest."""

    def __init__(
        self, actions: dict[str, Action], others: dict[str, tuple[_Other, ...]] | None = None
    ) -> None:
        self.actions = actions
        self._others = {
            signal: tuple(sorted(each, key=lambda other: other.who.brand is not None))
            for signal, each in (others or {}).items()
        }

    def action(self, signal: str, party: str | None, brand: str | None) -> Action | None:
        """What to do about that signal for a customer of that party and brand; None: nothing.

        Without a party it is a `customer`.
        """
        found = self.actions.get(signal)
        if found is None:
            return None
        for who, values in self._others.get(signal, ()):
            if who.party in (None, party or "customer") and who.brand in (None, brand):
                found = msgspec.structs.replace(found, **values)
        return found


def load(path: Path, signals: Iterable[str] = ()) -> Playbooks:
    """Playbooks from a file; `signals` are known besides ours. Raises BadPlaybooks."""
    return parse(text_of(path, BadPlaybooks), str(path), signals)


def built_in() -> Playbooks:
    """What is recommended where the house says nothing."""
    return Playbooks(_built_in_actions())


def parse(text: str, name: str = "playbooks.toml", signals: Iterable[str] = ()) -> Playbooks:
    """Playbooks from TOML text; `name` stands in the messages. Raises BadPlaybooks."""
    return _Reader(HouseFile(text, name, BadPlaybooks), _built_in_actions(), signals).playbooks()


def _built_in_actions() -> dict[str, Action]:
    file = HouseFile(text_of(BUILT_IN, BadPlaybooks), BUILT_IN.name, BadPlaybooks)
    return _Reader(file, {}, ()).playbooks().actions


class _Reader:
    """Reads one file over the actions that hold without it."""

    def __init__(self, file: HouseFile, before: dict[str, Action], signals: Iterable[str]) -> None:
        self.file = file
        self.actions = dict(before)
        self.signals = (*SIGNALS, *signals)

    def playbooks(self) -> Playbooks:
        overrides = self.file.listed("override")
        for signal, said in self.file.tables.items():
            self._changes(signal, said, (), ("override",))
            self.actions[signal] = self._action(signal, said, ())
        others: dict[str, list[_Other]] = {}
        for number, tables in enumerate(overrides):
            under: Key = ("override", number)
            parts = {part: tables.pop(part) for part in _For.__struct_fields__ if part in tables}
            who = self.file.convert(parts, _For, under)
            if who == _For():
                raise self.file.refusal(under, "names neither party nor brand")
            if not any(tables.values()):
                raise self.file.refusal(
                    under, "changes nothing: its tables are written [override.cart_abandoned]"
                )
            for signal, said in tables.items():
                keys = self._changes(signal, said, under, _For.__struct_fields__)
                action = self._action(signal, said, under)
                values = {key: getattr(action, key) for key in keys}
                others.setdefault(signal, []).append(_Other(who, values))
        return Playbooks(self.actions, {signal: tuple(each) for signal, each in others.items()})

    def _changes(self, signal: str, said: Any, under: Key, beside: tuple[str, ...]) -> list[str]:
        if signal not in self.signals:
            raise self.file.unknown((*under, signal), (*beside, *self.signals))
        if not isinstance(said, dict):
            raise self.file.refusal((*under, signal), f"expected table [{signal}]")
        return list(said)

    def _action(self, signal: str, said: dict[str, Any], under: Key) -> Action:
        """The action of a signal, with what is said over what holds without it."""
        before = self.actions.get(signal)
        known = {} if before is None else msgspec.structs.asdict(before)
        return self.file.convert({**known, **said}, Action, (*under, signal))
