"""The dashboard in git is the one that dashboards/build.py makes."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

DASHBOARDS = Path(__file__).resolve().parents[2] / "dashboards"
BOARD: dict[str, Any] = json.loads((DASHBOARDS / "grafana" / "heed.json").read_text())


def test_the_dashboard_in_git_is_current() -> None:
    pytest.importorskip("grafana_foundation_sdk", reason="install the extra `dashboards`")
    render = runpy.run_path(str(DASHBOARDS / "build.py"))["render"]
    written = (DASHBOARDS / "grafana" / "heed.json").read_text(encoding="utf-8")
    assert render() == written, "run: python dashboards/build.py"


def test_panels_have_distinct_ids_and_say_what_they_show() -> None:
    panels = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel["title"] and panel["description"] for panel in panels)


def test_panels_lie_side_by_side() -> None:
    taken: set[tuple[int, int]] = set()
    for place in (panel["gridPos"] for panel in BOARD["panels"]):
        columns = range(place["x"], place["x"] + place["w"])
        cells = {(x, y) for x in columns for y in range(place["y"], place["y"] + place["h"])}
        assert max(columns) < 24
        assert not cells & taken
        taken |= cells
