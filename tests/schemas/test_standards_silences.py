"""A loss may not come before the silence that it takes over from, whatever layers say so."""

from __future__ import annotations

import pytest

from schemas.standards import BadStandards, parse

BEFORE = "of the same customers, so that lost would come before gone_silent: expected"

REFUSED = {
    "for all": (
        "[lost]\nalive = 0.6",
        f"house.toml:2: lost.alive: 0.6 is above gone_silent.alive {BEFORE} at most 0.5",
    ),
    "the silence under the default of the loss": (
        "[gone_silent]\n\nalive = 0.05",
        f"house.toml:3: gone_silent.alive: 0.05 is under lost.alive {BEFORE} at least 0.1",
    ),
    "both stated": (
        "[gone_silent]\nalive = 0.3\n[lost]\nalive = 0.4",
        "house.toml:4: lost.alive: 0.4 is above gone_silent.alive",
    ),
    "the gap of an own rhythm": (
        '[gone_silent]\nmodel = "own_rhythm"\n[lost]\nfactor = 1',
        f"house.toml:4: lost.factor: 1 is under gone_silent.factor {BEFORE} at least 1.5",
    ),
    "the gap of the silence": (
        '[gone_silent]\nmodel = "own_rhythm"\nfactor = 4',
        f"house.toml:3: gone_silent.factor: 4 is above lost.factor {BEFORE} at most 3",
    ),
    "a party": (
        '[[override]]\nparty = "partner"\n[override.lost]\nalive = 0.6',
        "house.toml:4: override.lost.alive: 0.6 is above gone_silent.alive",
    ),
    "a brand over the house": (
        '[lost]\nalive = 0.4\n[[override]]\nbrand = "north"\n[override.gone_silent]\nalive = 0.3',
        "house.toml:6: override.gone_silent.alive: 0.3 is under lost.alive",
    ),
    "a branch over its brand": (
        '[[override]]\nbrand = "north"\nbranch = "quay"\nlost.alive = 0.4\n'
        '[[override]]\nbrand = "north"\ngone_silent.alive = 0.3',
        "house.toml:4: override.lost.alive: 0.4 is above gone_silent.alive",
    ),
    "a segment beside another": (
        '[[override]]\nsegments = { age = "old" }\nlost.alive = 0.4\n'
        '[[override]]\nsegments = { sector = "bank" }\ngone_silent.alive = 0.3',
        "house.toml:6: override.gone_silent.alive: 0.3 is under lost.alive",
    ),
    "a queue": (
        '[[override]]\nqueue = "night"\nlost.alive = 0.6',
        "house.toml:3: override.lost.alive: 0.6 is above",
    ),
    "only those of another party than most": (
        '[[override]]\nparty = "customer"\ngone_silent.alive = 0.7\n'
        '[[override]]\nbrand = "north"\nlost.alive = 0.6',
        "house.toml:6: override.lost.alive: 0.6 is above",
    ),
    "turned on again for some": (
        "[gone_silent]\nenabled = false\n[lost]\nalive = 0.6\n"
        '[[override]]\nbrand = "north"\ngone_silent.enabled = true',
        "house.toml:4: lost.alive: 0.6 is above",
    ),
}

ALLOWED = {
    "at the same time": "[lost]\nalive = 0.5",
    "both raised": "[gone_silent]\nalive = 0.7\n[lost]\nalive = 0.6",
    "a loss alone": "[gone_silent]\nenabled = false\n[lost]\nalive = 0.6",
    "a silence alone": "[lost]\nenabled = false\nalive = 0.6",
    "what the model does not ask": '[gone_silent]\nmodel = "own_rhythm"\n[lost]\nalive = 0.6',
    "what the other model does not ask": "[lost]\nfactor = 1",
    "two brands": (
        '[[override]]\nbrand = "north"\nlost.alive = 0.4\n'
        '[[override]]\nbrand = "south"\ngone_silent.alive = 0.3'
    ),
    "two values of one axis": (
        '[[override]]\nsegments = { age = "old" }\nlost.alive = 0.4\n'
        '[[override]]\nsegments = { age = "young" }\ngone_silent.alive = 0.3'
    ),
    "what a later layer puts right": (
        '[[override]]\nbrand = "north"\ngone_silent.alive = 0.3\nlost.alive = 0.2\n'
        '[[override]]\nbrand = "north"\nbranch = "quay"\ngone_silent.alive = 0.6\nlost.alive = 0.55'
    ),
}


@pytest.mark.parametrize(("text", "told"), REFUSED.values(), ids=REFUSED)
def test_a_loss_before_its_silence_is_refused_where_it_is_stated(text: str, told: str) -> None:
    with pytest.raises(BadStandards) as refused:
        parse(text, "house.toml")
    assert str(refused.value).startswith(told)


@pytest.mark.parametrize("text", ALLOWED.values(), ids=ALLOWED)
def test_a_loss_that_cannot_come_first_is_taken(text: str) -> None:
    parse(text)
