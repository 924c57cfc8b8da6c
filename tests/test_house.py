"""The house: which room may know which, and what no room may contain."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("heed", "agents", "streams", "schemas")
"""An import may only lead to the right."""
NO_NOUN = {"utils", "util", "common", "helpers", "helper", "misc"}
PURE = ("schemas", "agents/signals")
"""What is said and what is decided: neither waits, nor asks the time, nor rolls dice."""
IMPURE = {"asyncio", "aiokafka", "confluent_kafka", "faust", "mode", "time", "random", "secrets"}
CLOCKS = {"now", "utcnow", "today", "uuid1", "uuid4", "urandom"}
LONGEST = 400


def modules(root: Path) -> Iterator[Path]:
    """Every module of the four rooms."""
    for room in ROOMS:
        yield from sorted((root / room).rglob("*.py"))


def imports(path: Path, root: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported, at the top, in functions, and relatively."""
    package = path.relative_to(root).parent.parts
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            start = ".".join((*above, *([node.module] if node.module else [])))
            for alias in node.names:
                yield node.lineno, f"{start}.{alias.name}" if start else alias.name
        elif isinstance(node, ast.Call) and called(node.func) in ("__import__", "import_module"):
            for argument in node.args[:1]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield node.lineno, argument.value


def called(function: ast.expr) -> str:
    """The last name of what is called: `now` of `datetime.now(...)`."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def against_the_arrow(root: Path) -> Iterator[str]:
    for path in modules(root):
        room = path.relative_to(root).parts[0]
        for line, name in imports(path, root):
            to = name.partition(".")[0]
            if to in ROOMS and ROOMS.index(to) < ROOMS.index(room):
                yield f"{path.relative_to(root)}:{line}: {room} imports {name}"


def without_a_noun(root: Path) -> Iterator[str]:
    for path in modules(root):
        for part in path.relative_to(root).with_suffix("").parts:
            if part.strip("_") in NO_NOUN:
                yield f"{path.relative_to(root)}: name it for what it is about"


def impure(root: Path) -> Iterator[str]:
    for path in modules(root):
        where = path.relative_to(root)
        if not any(where.is_relative_to(pure) for pure in PURE):
            continue
        for line, name in imports(path, root):
            if name.partition(".")[0] in IMPURE:
                yield f"{where}:{line}: imports {name}"
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and called(node.func) in CLOCKS:
                yield f"{where}:{node.lineno}: calls {called(node.func)}"
            if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
                yield f"{where}:{node.lineno}: waits"


def too_long(root: Path) -> Iterator[str]:
    for path in modules(root):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST:
            yield f"{path.relative_to(root)}: {lines} lines, at most {LONGEST}"


def without_docstring(root: Path) -> Iterator[str]:
    for path in modules(root):
        public = path.name == "__init__.py" or not path.name.startswith("_")
        if public and not ast.get_docstring(parsed(path)):
            yield f"{path.relative_to(root)}: no docstring"


Rule = Callable[[Path], Iterator[str]]
RULES: list[Rule] = [against_the_arrow, without_a_noun, impure, too_long, without_docstring]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rules(rule: Rule) -> None:
    found = list(rule(ROOT))
    assert not found, "\n".join(found)


def test_there_is_something_to_keep() -> None:
    rooms = [path.relative_to(ROOT).parts[0] for path in modules(ROOT)]
    assert all(rooms.count(room) > 3 for room in ROOMS)
    assert any(path.is_relative_to(ROOT / "agents" / "signals") for path in modules(ROOT))


SAID = '"""A module."""\n'


@pytest.mark.parametrize(
    ("rule", "module", "text", "found"),
    [
        (against_the_arrow, "schemas/a.py", "import streams", "schemas/a.py:2: schemas imports"),
        (against_the_arrow, "schemas/a.py", "import agents.signals as x", "agents.signals"),
        (against_the_arrow, "streams/a.py", "from agents import decide", "agents.decide"),
        (against_the_arrow, "agents/a.py", "from heed.cli import main", "imports heed.cli.main"),
        (against_the_arrow, "agents/signals/a.py", "import os, heed.cli", "imports heed.cli"),
        (against_the_arrow, "streams/a.py", "def f():\n    from agents import decide", "a.py:3"),
        (against_the_arrow, "streams/a.py", "if 0:\n    class A:\n        import heed", "a.py:4"),
        (against_the_arrow, "agents/signals/a.py", "from ...heed import cli", "imports heed.cli"),
        (against_the_arrow, "schemas/a.py", "from .. import agents", "schemas imports agents"),
        (against_the_arrow, "schemas/a.py", "import importlib\n"
         "importlib.import_module('agents.decide')", "a.py:3: schemas imports agents.decide"),
        (without_a_noun, "heed/utils.py", "", "heed/utils.py"),
        (without_a_noun, "agents/common/a.py", "", "agents/common/a.py"),
        (without_a_noun, "streams/_helpers.py", "", "streams/_helpers.py"),
        (impure, "schemas/a.py", "import time", "imports time"),
        (impure, "schemas/a.py", "from random import choice", "imports random.choice"),
        (impure, "agents/signals/a.py", "def f():\n    import asyncio.tasks", "a.py:3"),
        (impure, "agents/signals/a.py", "import faust", "imports faust"),
        (impure, "agents/signals/a.py", "import aiokafka", "imports aiokafka"),
        (impure, "schemas/a.py", "import datetime\ndatetime.datetime.now()", "a.py:3: calls now"),
        (impure, "schemas/a.py", "from datetime import date\ndate.today()", "calls today"),
        (impure, "agents/signals/a.py", "from uuid import uuid4\nuuid4()", "calls uuid4"),
        (impure, "agents/signals/a.py", "async def f():\n    pass", "a.py:2: waits"),
        (too_long, "heed/a.py", "x = 1\n" * 400, "heed/a.py: 401 lines"),
    ],
)  # fmt: skip
def test_a_planted_violation_is_found(
    rule: Rule, module: str, text: str, found: str, tmp_path: Path
) -> None:
    path = tmp_path / module
    path.parent.mkdir(parents=True)
    path.write_text(SAID + text, encoding="utf-8")
    complaints = list(rule(tmp_path))
    assert len(complaints) == 1
    assert found in complaints[0]


def test_a_missing_docstring_is_found(tmp_path: Path) -> None:
    (tmp_path / "heed").mkdir()
    (tmp_path / "heed" / "a.py").write_text("# not said\n", encoding="utf-8")
    (tmp_path / "heed" / "_b.py").write_text("", encoding="utf-8")
    assert list(without_docstring(tmp_path)) == ["heed/a.py: no docstring"]


def test_what_follows_the_arrow_is_no_violation(tmp_path: Path) -> None:
    texts = {
        "heed/a.py": "import agents, streams, schemas\nfrom . import b\nimport time",
        "heed/b.py": "from heed.a import c\nimport agents_of_others",
        "agents/signals/a.py": "from schemas.instant import DAY\nfrom ..alerts import Alerts",
        "schemas/a.py": "from datetime import datetime\nfrom schemas import b\nnow = 1\nx = now",
    }
    for module, text in texts.items():
        path = tmp_path / module
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SAID + text, encoding="utf-8")
    assert [complaint for rule in RULES for complaint in rule(tmp_path)] == []
