"""Presets, and `heed standards`: what holds, as a file to begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.working_time import Hours
from heed.presets import PRESETS, path_of, resolved
from heed.standards_command import standards_text
from schemas.instant import HOUR, MINUTE, SECOND, instant
from schemas.standards import BadStandards, Standards, load, parse, working_days
from streams.errors import Unusable


def test_there_are_four_presets() -> None:
    assert PRESETS == ("bank", "clinic", "hotel", "shop")


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_taken_and_says_why(preset: str) -> None:
    path = path_of(preset)
    standards = load(path)
    assert standards.base != Standards().base
    lines = path.read_text("utf-8").splitlines()
    assert sum(line.startswith("# ") for line in lines) > 8
    assert all(len(line) <= 100 for line in lines)


@pytest.mark.parametrize("preset", PRESETS)
def test_what_is_printed_of_a_preset_says_the_same(preset: str) -> None:
    text, standards = standards_text(preset, None), load(path_of(preset))
    printed = parse(text)
    assert text.startswith(f"# The defaults, changed by {preset}.toml.\n")
    assert printed.base == standards.base
    assert printed.overrides == standards.overrides
    assert printed.own == standards.own
    assert printed.base_hours == standards.base_hours


def test_without_anything_the_defaults_are_printed() -> None:
    text = standards_text(None, None)
    assert text.startswith("# The defaults.\n")
    assert parse(text).base == Standards().base


def test_a_file_is_printed_whole(tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    path.write_text('[answer_late]\nwithin = "7 s"\nteam = "desk"\n', encoding="utf-8")
    printed = parse(standards_text(None, path)).base
    assert printed.answer_late.within == 7 * SECOND
    assert printed.answer_late.team == "desk"


def test_a_preset_can_stand_for_a_file() -> None:
    assert resolved(Path("preset:bank")) == path_of("bank")
    assert resolved(Path("house.toml")) == Path("house.toml")
    assert resolved(None) is None
    with pytest.raises(BadStandards, match=r"'zoo' is no preset: expected one of bank, clinic"):
        resolved(Path("preset:zoo"))
    with pytest.raises(BadStandards, match=r"'\.\./x' is no preset"):
        path_of("../x")


def test_one_of_both_says_which() -> None:
    with pytest.raises(Unusable, match="give one of them"):
        standards_text("bank", Path("house.toml"))


def test_the_line_for_lost_cards_is_never_closed() -> None:
    bank = load(path_of("bank"))
    night = instant("2026-11-22T03:00:00Z")
    assert not Hours(bank.hours(None, None, None)).is_open(night)
    assert Hours(bank.hours(None, None, None, None, "card_loss")).is_open(night)
    urgent = bank.thresholds(None, None, None, None, "card_loss")
    assert urgent.answer_late.within == 10 * SECOND
    assert urgent.complaint_unresolved.within == working_days(10)


def test_a_clinic_rests_at_midday() -> None:
    clinic = load(path_of("clinic"))
    hours = Hours(clinic.base_hours)
    # A Monday, in winter: 12:00 in Berlin.
    noon = instant("2026-11-23T11:00:00Z")
    assert hours.add(noon, HOUR) == noon + 2 * HOUR + 30 * MINUTE


def test_a_hotel_never_closes() -> None:
    hotel = load(path_of("hotel"))
    assert Hours(hotel.base_hours).always
    assert [own.team for own in hotel.own] == ["concierge", "kitchen", "engineering"]
