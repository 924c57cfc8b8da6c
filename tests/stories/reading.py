"""Stories: short lives as JSON lines, with the alerts that are expected of them.

A story is `tests/stories/<signal>/<name>.jsonl`. Its first line says what it is about; then come
interactions in the order of their arrival, and what is to be told of that signal:

    {"story": "A cart left for an hour", "until": "2026-11-22T12:00:00Z"}
    {"type": "product_added", "time": "2026-11-22T10:00:00Z", "properties": {"sku": "tea"}}
    {"expect": "open", "at": "2026-11-22T11:00:00Z"}

`id`, `channel` and `customer_id` may be left out: they are then the line's number, `web`, and the
name of the story. `expect` is a status, or a resolution; `at` the instant; `severity`, `subject`,
`team`, `reason`, `stage` and whatever else an alert holds may stand beside it. All alerts of the
signal up to `until` (else: the last interaction) are to be named, in order; a story without an
`expect` line expects none. `standards` holds the text of a standards.toml. `also` names other
signals whose alerts are to be named as well, by `signal`. Where the story is of groups, `groups`
names them, and their alerts are meant; no other story may be of the same ones.

What many do stands in one line: `do` is a list of interactions, which are told `times` times,
`every` so long (as in standards.toml); `{n}` in them is the number, counted from 0, and who does it
is another customer each time:

    {"times": 40, "every": "4 h", "do": [{"type": "checkout_started", "time": "..."}]}
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemas.alert import Alert
from schemas.instant import instant, rfc3339
from schemas.standards import duration

FOLDER = Path(__file__).parent
CHANNEL = "web"
_OURS = frozenset({"expect", "at", "signal"})


@dataclass
class Story:
    """One file."""

    path: Path
    about: str
    signal: str
    standards: str
    also: tuple[str, ...]
    until: int
    groups: frozenset[str] = frozenset()
    interactions: list[dict[str, Any]] = field(default_factory=list)
    expected: list[dict[str, Any]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.signal}/{self.path.stem}"

    @property
    def customers(self) -> set[str]:
        """Everybody in it."""
        return {each["customer_id"] for each in self.interactions}

    def told(self, alerts: list[Alert]) -> list[dict[str, Any]]:
        """Of `alerts` those that the story speaks of, each with what is expected of its place."""
        wanted = {self.signal, *self.also}
        meant = [
            alert
            for alert in alerts
            if alert.signal in wanted
            and (alert.customer_id in self.customers or alert.group in self.groups)
            and instant(alert.event_time) <= self.until
        ]
        return [
            _said(alert, self.expected[place] if place < len(self.expected) else {}, self.signal)
            for place, alert in enumerate(meant)
        ]


def _said(alert: Alert, like: dict[str, Any], signal: str) -> dict[str, Any]:
    """An alert in the words of an `expect` line that is like `like`."""
    out: dict[str, Any] = {
        "expect": alert.resolution or alert.status,
        "at": _plain(alert.event_time),
    }
    if alert.signal != signal or "signal" in like:
        out["signal"] = alert.signal
    for key in like.keys() - _OURS:
        out[key] = alert.lifecycle_stage if key == "stage" else _value(getattr(alert, key, None))
    return out


def _value(value: Any) -> Any:
    if hasattr(value, "__struct_fields__"):
        return {name: getattr(value, name) for name in value.__struct_fields__}
    return value


def _plain(time: str) -> str:
    """Without the decimals, where they are zero."""
    return time.replace(".000000Z", "Z")


def read(path: Path) -> Story:
    """The story in a file. Raises ValueError with the line at which it is not one."""
    story, interactions, expected, repeats = None, [], [], False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
        except json.JSONDecodeError as why:
            raise ValueError(f"{path}:{number}: {why}") from None
        if "story" in said:
            story = said
        elif "expect" in said:
            expected.append(said)
        else:
            name = f"{path.parent.name}-{path.stem}"
            repeats |= "do" in said
            interactions += (
                _done(said, name, number)
                if "do" in said
                else [{"id": f"{name}-{number}", "channel": CHANNEL, "customer_id": name, **said}]
            )
    if story is None:
        raise ValueError(f"{path}: no line says what the story is about")
    if repeats:
        interactions.sort(key=lambda each: instant(each["time"]))
    last = max((instant(each["time"]) for each in interactions), default=0)
    return Story(
        path,
        story["story"],
        path.parent.name,
        story.get("standards", ""),
        tuple(story.get("also", ())),
        instant(story["until"]) if "until" in story else last,
        frozenset(story.get("groups", ())),
        interactions,
        expected,
    )


def _done(said: dict[str, Any], name: str, line: int) -> list[dict[str, Any]]:
    """What is done several times, each time by another customer and as much later."""
    out, text, every = [], json.dumps(said["do"]), duration(said["every"])
    for time in range(said["times"]):
        for place, each in enumerate(json.loads(text.replace("{n}", str(time)))):
            named = {
                "id": f"{name}-{line}-{time}-{place}",
                "channel": CHANNEL,
                "customer_id": f"{name}-{line}-{time}",
            }
            out.append({**named, **each, "time": rfc3339(instant(each["time"]) + time * every)})
    return out


def stories() -> list[Story]:
    """All of them."""
    return [read(path) for path in sorted(FOLDER.glob("*/*.jsonl"))]
