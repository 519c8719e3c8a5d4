"""Draws of landings, their ellipse and what makes it."""

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.vehicles.landing_ellipse import landing_ellipse, sensitivities
from marsward.vehicles.landing_scatter import Dispersions, draw_landings

EPOCH = Epoch.utc("2021-02-18T20:37")
STATE = np.array([2.1e6, -2.5e6, 1.3e6, 3200.0, 3900.0, -1500.0])
WIDE = np.diag([1e6, 4e6, 9e6, 0.01, 0.04, 0.09])
KNOWN = np.diag([1e5] * 3 + [0.04] * 3)


def drawn(members, seed=4, **options):
    return draw_landings(STATE, EPOCH, WIDE, KNOWN, members=members, seed=seed, **options)


def test_members_do_not_depend_on_how_many_there_are():
    few, many = drawn(7), drawn(900)
    np.testing.assert_array_equal(few.standard, many.standard[:7])
    np.testing.assert_array_equal(few.state.cartesian, many.state.cartesian[:7])
    np.testing.assert_array_equal(few.descent.chute_factor, many.descent.chute_factor[:7])
    assert not np.allclose(few.standard, drawn(7, seed=5).standard)


def test_states_scatter_by_their_covariance():
    states = drawn(6000).state.inertial()
    np.testing.assert_allclose(np.cov((states - STATE).T), WIDE, atol=0.07 * 9e6)
    spread = states.std(axis=0)
    np.testing.assert_allclose(spread, np.sqrt(np.diag(WIDE)), rtol=0.05)


def test_what_is_known_scatters_by_its_own():
    quiet = Dispersions(attitude="0 deg")  # type: ignore[arg-type]
    scatter = drawn(6000, dispersions=quiet)
    place = np.asarray(scatter.entry.nav_position)
    np.testing.assert_allclose(place.std(axis=0), np.sqrt(1e5), rtol=0.06)
    speed = np.asarray(scatter.entry.nav_velocity)
    np.testing.assert_allclose(speed.std(axis=0), 0.2, rtol=0.2)  # and the planet's turn
    assert np.std(scatter.entry.drag) == pytest.approx(quiet.drag, rel=0.05)


def test_matrices_that_are_none_are_refused():
    with pytest.raises(InputError, match="negative variance"):
        draw_landings(STATE, EPOCH, -WIDE, KNOWN, members=3, seed=1)
    with pytest.raises(InputError, match="finite"):
        draw_landings(STATE, EPOCH, WIDE[:3], KNOWN, members=3, seed=1)
    with pytest.raises(InputError, match="number of landings"):
        drawn(0)


def normal_places(n, seed=1):
    rng = np.random.default_rng(seed)
    along, across = 1500.0 * rng.standard_normal(n), 800.0 * rng.standard_normal(n)
    turn = np.radians(70.0)  # clockwise from north
    east = along * np.sin(turn) + across * np.cos(turn) + 200.0
    north = along * np.cos(turn) - across * np.sin(turn) - 100.0
    return east, north


@pytest.mark.parametrize("fit", ["covariance", "empirical"])
def test_the_ellipse_of_a_normal_scatter_is_the_known_one(fit):
    east, north = normal_places(40_000)
    found = landing_ellipse(east, north, fit=fit, draws=20)
    size = np.sqrt(-2.0 * np.log(0.01))  # 3.035
    assert found.semi_major == pytest.approx(1500.0 * size, rel=0.02)
    assert found.semi_minor == pytest.approx(800.0 * size, rel=0.02)
    assert found.angle == pytest.approx(70.0, abs=1.0)
    assert found.inside == pytest.approx(0.99, abs=0.002)
    assert (found.east, found.north) == pytest.approx((200.0, -100.0), abs=40.0)
    ring = found.ring()
    assert found.holds(*(0.999 * (ring - ring[:-1].mean(axis=0)) + ring[:-1].mean(axis=0)).T).all()


def test_the_bootstrap_holds_the_truth_and_narrows():
    widths = []
    for n in (200, 3200):
        found = landing_ellipse(*normal_places(n), draws=200)
        widths.append(found.high[0] - found.low[0])
        assert found.low[0] < found.semi_major < found.high[0]
    assert widths[1] == pytest.approx(widths[0] / 4.0, rel=0.4)


def test_regression_finds_the_causes():
    rng = np.random.default_rng(8)
    causes = {name: rng.standard_normal(5000) for name in ("density", "wind", "idle")}
    causes["none"] = np.zeros(5000)
    response = 3.0 * causes["density"] - 4.0 * causes["wind"] + rng.standard_normal(5000)
    found = sensitivities(causes, {"along": response})
    assert found.causes == ("density", "wind", "idle")
    assert found.effect[:, 0] == pytest.approx([3.0, -4.0, 0.0], abs=0.2)
    assert found.share[:, 0] == pytest.approx([9 / 26, 16 / 26, 0.0], abs=0.04)
    assert found.explained[0] == pytest.approx(25 / 26, abs=0.01)


def test_too_few_landings_are_refused():
    with pytest.raises(InputError, match="no cause varies"):
        sensitivities({"drag": np.zeros(9)}, {"miss": np.arange(9.0)})
    with pytest.raises(InputError, match="8 landings"):
        landing_ellipse(np.zeros(3), np.zeros(3))
    with pytest.raises(InputError, match="too few"):
        sensitivities({f"c{i}": np.arange(4.0) ** i for i in range(1, 5)}, {"r": np.arange(4.0)})
