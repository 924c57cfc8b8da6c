"""`make quality` on a small company, and the page that the repository holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.rulebook import Rulebook
from heed.replay import Replay
from heed.simulator.baselines import THUMBS
from heed.simulator.company import company
from heed.simulator.own_standards import OWN
from heed.simulator.quality import alarms, main, people, run
from heed.simulator.truth import OFF_BY_DEFAULT, SIGNALS
from schemas.instant import HOUR
from schemas.standards import parse

PAGE = Path(__file__).resolve().parents[3] / "docs" / "quality.md"


def test_a_run_measures_the_signals_that_there_are_and_every_rule_of_thumb() -> None:
    found = run(1, 60, 120)
    assert found.heed.keys() == Rulebook().kinds.keys() & set(SIGNALS)
    assert found.thumb.keys() == {thumb.signal for thumb in THUMBS}
    assert found.truths.keys() == set(SIGNALS)
    assert not any(found.heed[signal].alarms for signal in OFF_BY_DEFAULT)
    assert found.own["resolution_unconfirmed"].alarms > 5
    cart = found.heed["cart_abandoned"]
    assert cart.truths == found.truths["cart_abandoned"].truths > 5
    assert cart.recall is not None
    assert cart.recall > 0.9
    assert cart.precision is not None
    assert 0.2 < cart.precision < 1


def test_with_links_more_is_known_of_a_person_and_hardly_anything_mixed_up() -> None:
    found = people(1, 60, 120, {})
    linked, apart = found.pairs["Heed"], found.pairs["by the names given, nothing linked"]
    assert 0.35 < found.aliased < 0.45
    assert linked.of_one == apart.of_one
    assert linked.recall is not None
    assert apart.recall is not None
    assert linked.recall > apart.recall + 0.3
    assert linked.precision is not None
    assert linked.precision > 0.9


def test_each_alert_is_one_alarm_at_its_opening() -> None:
    made = company(1, 60, 120)
    told = list(alarms(made))
    assert told == list(alarms(made))
    assert len(set(told)) == len(told) > 50
    assert all(made.begin <= each.at <= made.end for each in told)


def test_a_late_call_back_is_told_where_the_house_has_promised_a_sooner_one() -> None:
    made = company(1, 300, 120)
    calls = [said for said in made.heard() if said.event["channel"] == "phone"]
    asked = [said.at for said in calls if said.event["type"] == "callback_requested"]
    told = [
        alarm.at
        for alarm in alarms(made, Replay(parse(OWN)), calls)
        if alarm.signal == "standard_missed"
    ]
    assert told
    assert {at - 2 * HOUR - 1 for at in told} <= set(asked)
    assert len(told) < len(asked)


def test_the_command_writes_the_page_and_prints_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "quality.md"
    main(["--seeds", "2", "--customers", "20", "--days", "40", "--out", str(out)])
    said = capsys.readouterr()
    assert said.out.strip() in out.read_text(encoding="utf-8")
    assert "2 simulated companies" in out.read_text(encoding="utf-8")
    assert "company 2 of 2" in said.err


def test_a_wrong_number_is_told_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--seeds", "0"])
    assert "1 or more" in capsys.readouterr().err


def test_the_page_has_a_row_for_every_signal_that_is_measured() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"| `{signal}` |" in page for signal in SIGNALS)
