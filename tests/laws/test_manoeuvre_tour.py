"""Tours with burns on their legs: the same where none is needed, cheaper where one is."""

import numpy as np
import pytest

from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.dynamics.flyby import flyby
from marsward.dynamics.manoeuvre_tour import turned, with_manoeuvres
from marsward.dynamics.tour import fly_tour
from marsward.dynamics.tour_limits import TourLimits

DAY = 86_400.0


@pytest.fixture(scope="module")
def pushed():
    """A tour whose flyby wants some hundred m/s."""
    return fly_tour("earth venus mars", Epoch.utc(["2021-11-22", "2022-04-05", "2022-10-10"]))


def test_a_turn_about_any_angle_is_that_of_its_radius():
    rng = np.random.default_rng(2)
    first, planet = 4e3 * rng.normal(size=(6, 3)), 35e3 * rng.normal(size=(6, 3))
    radius = 6.6e6 * np.ones(6)
    after = turned(first, planet, radius, rng.uniform(-3.0, 3.0, 6), float(body("venus").gm))
    for one, two in zip(first, after, strict=True):
        found = flyby(one, two, "venus")
        assert found.radius == pytest.approx(6.6e6, rel=1e-7)
        assert found.dv == pytest.approx(0.0, abs=1e-6)


def test_a_burn_on_the_way_costs_less_than_one_at_the_flyby(pushed):
    assert pushed.flyby_dv > 300.0
    around = (pushed.epochs[0], pushed.epochs[0])
    better = with_manoeuvres(pushed, window=around, shares=(0.5,))
    assert better.saving > 50.0
    assert float(better.epochs[0] - pushed.epochs[0]) == pytest.approx(0.0, abs=1.0)
    assert better.altitudes[0] >= 300e3 - 1.0
    assert better.dv == pytest.approx(
        float(pushed.costs.injection(np.sqrt(better.c3), "earth"))
        + better.burn_dv.sum()
        + float(pushed.costs.capture(np.linalg.norm(better.incoming), "mars"))
    )
    assert "saves" in better.told


def test_limits_hold(pushed):
    held = TourLimits(max_c3=14e6, max_dla=40.0, max_v_infinity=5600.0)
    found = with_manoeuvres(pushed, limits=held, shares=(0.5,))
    assert found.c3 <= 14e6 * (1.0 + 1e-9)
    lean = abs(found.outgoing[2]) / np.linalg.norm(found.outgoing)
    assert np.degrees(np.arcsin(lean)) <= 40.0 + 1e-6
    assert np.linalg.norm(found.incoming) <= 5600.0 + 0.5


def test_whole_turns_are_refused(pushed):
    days = Epoch.utc(["2021-11-22", "2025-11-01"])
    far = fly_tour("earth mars", days, ways=((1, "low"),))
    assert far.ways[0] == (1, "low")
    with pytest.raises(InputError, match="whole turns"):
        with_manoeuvres(far)
