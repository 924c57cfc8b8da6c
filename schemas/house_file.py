"""A TOML file that a house writes: read into typed tables, or refused by file, line and key."""

import difflib
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec

T = TypeVar("T")
Key = tuple[str | int, ...]
"""Where something stands: table and key; the name of a list of tables is followed by a number."""

_MOST_CHOICES = 24


class BadFile(ValueError):
    """A house's file cannot be used; the message gives file, line, key and what was expected."""


class HouseFile:
    """One file while it is read: its text says in which line a mistake is.

    Raises `refuses`, a BadFile, for text that is no TOML.
    """

    def __init__(self, text: str, name: str, refuses: type[BadFile]) -> None:
        self.text = text
        self.name = name
        self.refuses = refuses
        try:
            self.tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError as why:
            message = str(why)
            line = re.search(r" \(at line (\d+), column \d+\)$", message)
            place = f"{name}:{line[1]}" if line else name
            what = message[: line.start()] if line else message
            raise refuses(f"{place}: is not TOML: {what}") from None
        except RecursionError:
            raise refuses(f"{name}: is not TOML: nested too deeply") from None

    def listed(self, name: str) -> list[dict[str, Any]]:
        """The tables written `[[name]]`, taken out of the file."""
        found = self.tables.pop(name, [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise self.refusal((name,), f"write [[{name}]], with two brackets")
        return found

    def convert(
        self,
        tables: Any,
        kind: type[T],
        under: Key,
        beside: Iterable[str] = (),
        hook: Callable[[type[Any], object], object] | None = None,
    ) -> T:
        """`tables` as `kind`; `beside` is what else may stand there, for the message."""
        try:
            return msgspec.convert(tables, kind, dec_hook=hook)
        except msgspec.ValidationError as why:
            raise self._said(str(why), kind, under, beside) from None

    def refusal(self, path: Key, what: str) -> BadFile:
        """The refusal of what stands at `path`."""
        line = self._line(path)
        place = self.name if line is None else f"{self.name}:{line}"
        key = ".".join(part for part in path if isinstance(part, str))
        return self.refuses(f"{place}: {key}: {what}")

    def unknown(self, path: Key, choices: Iterable[str]) -> BadFile:
        """The refusal of a key that is not known, with those that are."""
        return self.unlisted(path, "is not known here", str(path[-1]), choices)

    def unlisted(self, path: Key, what: str, word: str, choices: Iterable[str]) -> BadFile:
        """The refusal of a word that is none of `choices`: of many, those that it is close to."""
        known = list(dict.fromkeys(choices))
        close = difflib.get_close_matches(word, known, n=3, cutoff=0.7)
        if len(known) > _MOST_CHOICES and close:
            return self.refusal(path, f"{what}: did you mean {' or '.join(close)}?")
        return self.refusal(path, f"{what}: expected one of {', '.join(known)}")

    def _said(self, message: str, kind: type[Any], under: Key, beside: Iterable[str]) -> BadFile:
        """msgspec's message in our words."""
        what, _, where = message.partition(" - at `$")
        inner = [part for part in re.sub(r"\[.*?\]", "", where).strip("`").split(".") if part]
        known: Any = kind
        for part in inner:
            known = _hints(known).get(part)
        path: Key = (*under, *inner)
        if unknown := re.match(r"Object contains unknown field `(.*)`", what):
            return self.unknown(
                (*path, unknown[1]), (*_names(known), *(() if inner else tuple(beside)))
            )
        if missing := re.match(r"Object missing required field `(.*)`", what):
            return self.refusal(path, f"says no {missing[1]}")
        if what.startswith("Invalid enum value"):
            choices = ", ".join(map(str, _choices(known)))
            return self.refusal(
                path, f"{what[len('Invalid enum value ') :]} is not one of {choices}"
            )
        return self.refusal(path, _in_toml(what))

    def _line(self, path: Key) -> int | None:
        """The line that `path`, or what encloses it, is written in."""
        lines = _lines(self.text)
        while path and path not in lines:
            path = path[:-1]
        return lines.get(path)


def text_of(path: Path, refuses: type[BadFile]) -> str:
    """The text of a file. Raises `refuses` with one sentence."""
    try:
        # Some editors begin a file with a byte order mark.
        return path.read_text(encoding="utf-8-sig")
    except OSError as why:
        raise refuses(f"{path}: cannot be read: {why.strerror}") from None
    except UnicodeDecodeError:
        raise refuses(f"{path}: is not UTF-8 text") from None
    except ValueError:
        raise refuses(f"{str(path)!r}: is no name of a file") from None


def _hints(kind: Any) -> dict[str, Any]:
    """The types of a table's keys, under the names that the file has for them."""
    if not hasattr(kind, "__struct_fields__"):
        return {}
    hints = get_type_hints(kind)
    return {
        name: hints[field]
        for field, name in zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True)
    }


def _names(kind: Any) -> tuple[str, ...]:
    return tuple(getattr(kind, "__struct_encode_fields__", ()))


def _choices(kind: Any) -> list[Any]:
    """The values of a Literal, also inside a union."""
    found: list[Any] = []
    for part in get_args(kind):
        found += _choices(part) if get_args(part) else [part] if isinstance(part, str | int) else []
    return found


_HEADER = re.compile(r"\s*(\[\[?)([^\[\]#]+)\]")
_KEY = re.compile(r"\s*((?:[\w.\s-]|\"[^\"]*\"|'[^']*')+?)\s*=")


def _lines(text: str) -> dict[Key, int]:
    """The line of every table and key; a list's name is followed by the number, from 0."""
    lines: dict[Key, int] = {}
    table: Key = ()
    seen: Counter[str] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            first, *rest = _parts(header[2])
            seen[first] += header[1] == "[["
            table = (first, seen[first] - 1, *rest) if seen[first] else (first, *rest)
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *_parts(key[1])), number)
    return lines


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]


_WORDS = {"object": "table", "str": "text", "bool": "true or false", "array": "list",
          "float": "number", "int": "whole number"}  # fmt: skip


def _in_toml(what: str) -> str:
    """msgspec's message in TOML's words."""
    said = re.sub(
        r"`([\w |]+)`",
        lambda found: " or ".join(
            _WORDS.get(word, word) for word in found[1].split(" | ") if word != "null"
        ),
        what,
    )
    return said[:1].lower() + said[1:] if said.startswith("Expected") else said
