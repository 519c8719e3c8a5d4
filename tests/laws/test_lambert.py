"""Lambert's problem: the conic found leads to the other place in that time, or says why none is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsward.core.errors import InputError
from marsward.dynamics.kepler import mean_anomaly, true_anomaly
from marsward.dynamics.lambert import BAD_INPUT, NO_PLANE, SOLVED, lambert


def kepler_flight(position, velocity, seconds):
    """Positions (n, 3) after a time by Kepler's equation, gm = 1."""
    r = np.linalg.norm(position, axis=1)
    energy = np.sum(velocity**2, axis=1) / 2.0 - 1.0 / r
    h = np.cross(position, velocity)
    vector = np.cross(velocity, h) - position / r[:, None]
    e = np.linalg.norm(vector, axis=1)
    ahead = vector / e[:, None]
    side = np.cross(h / np.linalg.norm(h, axis=1)[:, None], ahead)
    nu = np.arctan2(np.sum(position * side, axis=1), np.sum(position * ahead, axis=1))
    rate = np.abs(2.0 * energy) ** 1.5
    nu = true_anomaly(mean_anomaly(nu, e) + seconds * rate, e)
    far = np.sum(h**2, axis=1) / (1.0 + e * np.cos(nu))
    return far[:, None] * (np.cos(nu)[:, None] * ahead + np.sin(nu)[:, None] * side)


def test_the_conics_lead_where_they_should():
    rng = np.random.default_rng(11)
    n = 20_000
    first, last = rng.normal(size=(2, n, 3))
    seconds = np.exp(1.2 * rng.normal(size=n))
    legs = lambert(first, last, seconds, gm=1.0)
    assert (legs.status == SOLVED).all()
    reached = kepler_flight(first, legs.departure, seconds)
    off = np.linalg.norm(reached - last, axis=1) / np.linalg.norm(last, axis=1)
    assert np.median(off) < 1e-13
    assert np.quantile(off, 0.999) < 1e-8  # the rest fly far past a near focus or for very long
    # less than one turn, and about the pole
    h = np.cross(first, legs.departure)
    assert (h[:, 2] > 0.0).all()
    assert legs.steps.mean() < 4.0


@given(
    st.floats(0.3, 5.0), st.floats(0.3, 5.0), st.floats(0.05, 6.2), st.floats(0.05, 40.0),
)  # fmt: skip
def test_energy_and_angular_momentum_are_the_same_at_both_ends(r1, r2, angle, seconds):
    if abs(angle - np.pi) < 1e-3:
        return
    first, last = np.array([r1, 0.0, 0.0]), r2 * np.array([np.cos(angle), np.sin(angle), 0.0])
    leg = lambert(first, last, seconds, gm=1.0)
    assert int(leg.status) == SOLVED
    v1, v2 = leg.departure, leg.arrival
    energy = [v @ v / 2.0 - 1.0 / r for v, r in ((v1, r1), (v2, r2))]
    scale = max(v1 @ v1 / 2.0, v2 @ v2 / 2.0, 1.0 / r1, 1.0 / r2)
    assert energy[0] == pytest.approx(energy[1], abs=1e-9 * scale)
    turn = [np.cross(p, v)[2] for p, v in ((first, v1), (last, v2))]
    assert turn[0] == pytest.approx(turn[1], rel=1e-9)


def test_the_way_back_is_the_way_there_reversed():
    there = lambert([1.0, 0.2, 0.1], [-0.3, 1.4, 0.2], 2.0, gm=1.0)
    back = lambert([-0.3, 1.4, 0.2], [1.0, 0.2, 0.1], 2.0, gm=1.0, about=[0.0, 0.0, -1.0])
    np.testing.assert_allclose(back.departure, -there.arrival, rtol=1e-12)
    np.testing.assert_allclose(back.arrival, -there.departure, rtol=1e-12)


def test_a_parabola_is_found():
    # two places of a parabola of periapsis 1 at right angles: Barker's equation tells the time
    nu = np.array([0.0, np.pi / 2.0])
    r = 2.0 / (1.0 + np.cos(nu))
    places = np.column_stack([r * np.cos(nu), r * np.sin(nu), 0.0 * nu])
    half = np.tan(nu / 2.0)
    seconds = np.sqrt(2.0) * (half[1] + half[1] ** 3 / 3.0)
    leg = lambert(places[0], places[1], seconds, gm=1.0)
    assert float(leg.x) == pytest.approx(1.0, abs=1e-9)
    np.testing.assert_allclose(leg.departure, [0.0, np.sqrt(2.0), 0.0], atol=1e-9)


def test_cases_without_an_answer_say_why_and_spoil_no_others():
    first = np.array([[1.0, 0.0, 0.0]] * 4)
    last = np.array([[-2.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [np.nan, 0.0, 0.0]])
    legs = lambert(first, last, [1.0, -1.0, 1.0, 1.0], gm=1.0)
    assert legs.status.tolist() == [NO_PLANE, BAD_INPUT, SOLVED, BAD_INPUT]
    assert np.isnan(legs.departure[[0, 1, 3]]).all()
    assert np.isfinite(legs.departure[2]).all()
    assert "one line" in legs.told(0)
    assert legs.told(2) == "solved"


def test_shapes_broadcast_and_are_refused():
    grid = lambert(np.ones((5, 1, 3)), [0.0, 2.0, 0.5], np.linspace(1.0, 3.0, 7), gm=1.0)
    assert grid.departure.shape == (5, 7, 3)
    assert grid.status.shape == (5, 7)
    with pytest.raises(InputError, match="x y z"):
        lambert([1.0, 0.0], [0.0, 1.0, 0.0], 1.0, gm=1.0)
    with pytest.raises(InputError, match="do not fit"):
        lambert(np.ones((2, 3)), np.ones((3, 3)), 1.0, gm=1.0)
