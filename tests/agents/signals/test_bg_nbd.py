"""BG/NBD against published figures and against itself."""

from __future__ import annotations

import pytest

from agents.mechanisms.bg_nbd import crossing, p_alive

CDNOW = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}


@pytest.mark.parametrize(
    ("x", "t_x", "t", "alive"),
    [
        (2, 30.43, 38.86, 0.726579),
        (1, 5, 38.86, 0.314786),
        (10, 20, 38.86, 0.039346),
        (7, 29.43, 38.86, 0.641756),
        (26, 30.86, 31, 0.968916),
        (3, 10, 30, 0.249209),
    ],
)
def test_the_published_probabilities(x: int, t_x: float, t: float, alive: float) -> None:
    assert p_alive(x, t_x, t, **CDNOW) == pytest.approx(alive, abs=5e-7)


@pytest.mark.parametrize(
    ("x", "t_x", "threshold", "weeks"),
    [(2, 30.43, 0.5, 62.4913), (10, 20, 0.3, 29.9954), (1, 5, 0.7, 7.2922)],
)
def test_the_crossings(x: int, t_x: float, threshold: float, weeks: float) -> None:
    assert crossing(x, t_x, threshold, **CDNOW) == pytest.approx(weeks, abs=5e-5)


def test_at_the_crossing_the_probability_is_the_threshold() -> None:
    for x in (1, 2, 5, 40, 300):
        for t_x in (0.5, 10, 150):
            for threshold in (0.05, 0.5, 0.9):
                t = crossing(x, t_x, threshold, **CDNOW)
                assert p_alive(x, t_x, t, **CDNOW) == pytest.approx(threshold)


def test_who_never_came_back_looks_alive_for_ever() -> None:
    assert p_alive(0, 0, 500, **CDNOW) == 1


def test_the_unit_of_time_does_not_matter() -> None:
    days = {**CDNOW, "alpha": CDNOW["alpha"] * 7}
    assert p_alive(2, 30.43 * 7, 38.86 * 7, **days) == pytest.approx(0.726579, abs=5e-7)
