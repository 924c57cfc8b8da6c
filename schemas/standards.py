"""What the house promises: thresholds from standards.toml, by party, brand and branch.

One table per signal, and `[[override]]` tables that change some of them where their `party`,
`brand` and `branch` all match; later ones win. Durations are a number and a unit (`"60 min"`).
"""

import fnmatch
import re
import tomllib
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from schemas.instant import DAY, HOUR, MINUTE, SECOND, WEEK

T = TypeVar("T")


class BadStandards(ValueError):
    """standards.toml cannot be used; the message names file, key and what was expected."""


class Duration(int):
    """Microseconds, written as `90 s`, `60 min`, `24 h`, `30 d` or `2 weeks`."""


_UNITS = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), SECOND),
    **dict.fromkeys(("m", "min", "minute", "minutes"), MINUTE),
    **dict.fromkeys(("h", "hour", "hours"), HOUR),
    **dict.fromkeys(("d", "day", "days"), DAY),
    **dict.fromkeys(("w", "week", "weeks"), WEEK),
}
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*")


def duration(text: str) -> Duration:
    """A duration in microseconds.

    >>> duration("1.5 min") == 90 * SECOND
    True
    """
    match = _DURATION.fullmatch(text)
    if match is None or match[2] not in _UNITS:
        raise ValueError(f'{text!r} is not a duration such as "90 s", "60 min", "24 h" or "30 d"')
    return Duration(round(float(match[1]) * _UNITS[match[2]]))


class CartAbandoned(Struct, frozen=True, forbid_unknown_fields=True):
    idle: Duration = Duration(60 * MINUTE)
    cool_down: Duration = Duration(24 * HOUR)
    expires: Duration = Duration(30 * DAY)
    enabled: bool = True


class CheckoutAbandoned(Struct, frozen=True, forbid_unknown_fields=True):
    idle: Duration = Duration(10 * MINUTE)
    cool_down: Duration = Duration(24 * HOUR)
    expires: Duration = Duration(30 * DAY)
    enabled: bool = True


class QueueAbandoned(Struct, frozen=True, forbid_unknown_fields=True):
    short_abandon: Duration = Duration(5 * SECOND)
    repeated_within: Duration = Duration(24 * HOUR)
    expires: Duration = Duration(7 * DAY)
    enabled: bool = True


class GoneSilent(Struct, frozen=True, forbid_unknown_fields=True):
    """BG/NBD parameters are per week; the defaults are the published fit of CDNOW."""

    model: Literal["bg_nbd", "own_rhythm"] = "bg_nbd"
    alive: float = 0.5
    r: float = 0.243
    alpha: float = 4.414
    a: float = 0.793
    b: float = 2.426
    percentile: float = 0.9
    factor: float = 1.5
    enabled: bool = True


class WonBack(Struct, frozen=True, forbid_unknown_fields=True):
    enabled: bool = True


class Thresholds(Struct, frozen=True, forbid_unknown_fields=True):
    """The thresholds of every signal for one kind of customer."""

    cart_abandoned: CartAbandoned = CartAbandoned()
    checkout_abandoned: CheckoutAbandoned = CheckoutAbandoned()
    queue_abandoned: QueueAbandoned = QueueAbandoned()
    gone_silent: GoneSilent = GoneSilent()
    won_back: WonBack = WonBack()


class Exclude(Struct, frozen=True, forbid_unknown_fields=True):
    """Test and bot customers, by shell pattern on the customer id or alias value."""

    customers: tuple[str, ...] = ()


_SCOPES = ("party", "brand", "branch")
Scope = tuple[str | None, str | None, str | None]


class Standards:
    """All thresholds of a house. `thresholds(party, brand, branch)` chooses."""

    def __init__(
        self,
        base: Thresholds | None = None,
        overrides: tuple[tuple[Scope, Thresholds], ...] = (),
        exclude: Exclude | None = None,
    ) -> None:
        self.base = base or Thresholds()
        self.overrides = overrides
        self.exclude = exclude or Exclude()
        self.varies = bool(overrides)

    def thresholds(self, party: str | None, brand: str | None, branch: str | None) -> Thresholds:
        """The thresholds for one scope: the last override whose every named part matches."""
        said = (party or "customer", brand, branch)
        for scope, thresholds in reversed(self.overrides):
            if all(want is None or want == have for want, have in zip(scope, said, strict=True)):
                return thresholds
        return self.base

    def excludes(self, name: str) -> bool:
        """Whether the customer of that id or alias value is a test or bot."""
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in self.exclude.customers)


def load(path: Path) -> Standards:
    """Standards from a file. Raises BadStandards with one sentence."""
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except OSError as why:
        raise BadStandards(f"{path}: cannot be read: {why.strerror}") from None
    except UnicodeDecodeError:
        raise BadStandards(f"{path}: is not UTF-8 text") from None


def parse(text: str, name: str = "standards.toml") -> Standards:
    """Standards from TOML text; `name` stands in the messages."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as why:
        raise BadStandards(f"{name}: is not TOML: {why}") from None
    overrides = tables.pop("override", [])
    exclude = _convert(tables.pop("exclude", {}), Exclude, name, "exclude", text)
    base = _convert(tables, Thresholds, name, "", text)
    _check(base, name)
    if not isinstance(overrides, list):
        raise BadStandards(f"{name}: write [[override]], with two brackets")
    scoped = []
    merged: list[tuple[Scope, dict[str, Any]]] = []
    for override in overrides:
        scope = (override.pop("party", None), override.pop("brand", None),
                 override.pop("branch", None))  # fmt: skip
        if scope == (None, None, None):
            raise BadStandards(f"{name}: an [[override]] names party, brand or branch")
        # An override stands on every earlier one whose scope it lies in, and on the defaults.
        wider = [part for outer, part in merged if _lies_in(scope, outer)]
        whole = _merge(tables, *wider, override)
        thresholds = _convert(whole, Thresholds, name, "override", text)
        _check(thresholds, name)
        merged.append((scope, override))
        scoped.append((scope, thresholds))
    return Standards(base, tuple(scoped), exclude)


def _lies_in(scope: Scope, outer: Scope) -> bool:
    return all(want is None or want == have for want, have in zip(outer, scope, strict=True))


def _merge(*tables: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for table in tables:
        for key, value in table.items():
            if isinstance(value, dict) and isinstance(out.get(key), dict):
                out[key] = {**out[key], **value}
            else:
                out[key] = value
    return out


def _hook(kind: type[Any], value: object) -> object:
    if kind is Duration and isinstance(value, str):
        return duration(value)
    raise ValueError('expected a duration such as "60 min"')


def _convert(value: Any, kind: type[T], name: str, under: str, text: str) -> T:
    try:
        return msgspec.convert(value, kind, dec_hook=_hook)
    except (msgspec.ValidationError, ValueError) as why:
        message = str(why)
        place = f"{under}: " if under else ""
        raise BadStandards(f"{name}{_line(text, message)}: {place}{message}") from None


def _line(text: str, message: str) -> str:
    """`:12` where the last key that the message names is found in the text."""
    keys = re.findall(r"\$\.([\w.]+)", message) or re.findall(r"field `(\w+)`", message)
    if not keys:
        return ""
    last = keys[-1].split(".")[-1]
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*\[*{re.escape(last)}\b|\s*\[.*\.{re.escape(last)}\]", line):
            return f":{number}"
    return ""


def _check(thresholds: Thresholds, name: str) -> None:
    silent = thresholds.gone_silent
    for key in ("r", "alpha", "a", "b", "factor"):
        if not getattr(silent, key) > 0:
            raise BadStandards(f"{name}: gone_silent.{key} must be above 0")
    for key in ("alive", "percentile"):
        if not 0 < getattr(silent, key) < 1:
            raise BadStandards(f"{name}: gone_silent.{key} must lie between 0 and 1")
