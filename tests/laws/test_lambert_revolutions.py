"""Lambert's problem of whole revolutions and in lanes, against Kepler's equation and each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import hyp2f1

from marsward.core.errors import InputError
from marsward.dynamics.kernels.lambert import solve_x
from marsward.dynamics.kernels.lambert_lanes import LANES, settle_block
from marsward.dynamics.kernels.lambert_turns import fastest, solve_turns, turns_time
from marsward.dynamics.lambert import SOLVED, TOO_SHORT, lambert


def reached(position, velocity, seconds):
    """Positions after a time on ellipses by Kepler's equation, gm = 1."""
    r = np.linalg.norm(position, axis=1)
    a = 1.0 / (2.0 / r - np.sum(velocity**2, axis=1))
    n = a**-1.5
    sine = np.sum(position * velocity, axis=1) / np.sqrt(a)
    cosine = 1.0 - r / a
    turn = n * seconds
    x = turn.copy()  # difference of the eccentric anomalies
    for _ in range(60):
        f = x - cosine * np.sin(x) + sine * (1.0 - np.cos(x)) - turn
        d = 1.0 - cosine * np.cos(x) + sine * np.sin(x)
        x = x - np.clip(f / d, -0.5, 0.5)
    f = 1.0 - a / r * (1.0 - np.cos(x))
    g = seconds - (x - np.sin(x)) / n
    return f[:, None] * position + g[:, None] * velocity


@pytest.mark.parametrize("turns", [1, 2, 5])
@pytest.mark.parametrize("branch", ["low", "high"])
def test_flights_of_whole_turns_lead_where_they_should(turns, branch):
    rng = np.random.default_rng(turns)
    n = 4000
    first, last = rng.normal(size=(2, n, 3))
    seconds = 2.0 * np.pi * turns * np.exp(rng.uniform(0.0, 2.0, n))
    legs = lambert(first, last, seconds, gm=1.0, revolutions=turns, branch=branch)
    done = legs.status == SOLVED
    assert set(np.unique(legs.status)) <= {SOLVED, TOO_SHORT}
    assert 0.1 * n < done.sum()
    assert np.isnan(legs.departure[~done]).all()
    off = reached(first[done], legs.departure[done], seconds[done]) - last[done]
    size = np.linalg.norm(off, axis=1) / np.linalg.norm(last[done], axis=1)
    assert np.median(size) < 1e-11
    assert np.quantile(size, 0.99) < 1e-7  # the rest pass close by a focus
    period = (1.0 / (2.0 / np.linalg.norm(first, axis=1)[done] - np.sum(
        legs.departure[done] ** 2, axis=1))) ** 1.5 * 2.0 * np.pi  # fmt: skip
    assert (period * turns < seconds[done] * (1.0 + 1e-9)).all()
    assert (period * (turns + 1) > seconds[done] * (1.0 - 1e-9)).all()
    assert (np.cross(first, legs.departure)[done][:, 2] > 0.0).all()


def test_both_branches_part_at_the_fastest_flight():
    first, last = np.array([1.0, 0.0, 0.0]), np.array([-0.4, 1.4, 0.05])
    chord = np.linalg.norm(last - first)
    s = 0.5 * (1.0 + np.linalg.norm(last) + chord)
    lam = np.sqrt(1.0 - chord / s)
    unit = np.sqrt(s**3 / 2.0)
    x, least = fastest(lam, 1)
    times = unit * least * np.array([1.0 - 1e-9, 1.0 + 1e-6, 1.2])
    low = lambert(first, last, times, gm=1.0, revolutions=1, branch="low")
    high = lambert(first, last, times, gm=1.0, revolutions=1, branch="high")
    assert low.status.tolist() == high.status.tolist() == [TOO_SHORT, SOLVED, SOLVED]
    assert "shortest" in low.told(0)
    assert (high.x[1:] < x).all()
    assert (x < low.x[1:]).all()
    assert low.x[1] - high.x[1] < 1e-2 < low.x[2] - high.x[2]


@given(st.floats(-0.999, 0.999), st.integers(1, 6), st.floats(1e-4, 3.0))
def test_the_lone_solver_finds_what_brent_finds(lam, turns, above):
    bottom, least = fastest(lam, turns)
    near = turns_time(np.array([bottom - 1e-3, bottom + 1e-3])[0], lam, turns)
    assert near >= least
    time = least * (1.0 + above)
    for high, end in ((False, 1.0 - 1e-9), (True, -1.0 + 1e-9)):
        x, steps = solve_turns(time, lam, turns, high)
        assert steps > 0
        found = brentq(lambda v: turns_time(v, lam, turns) - time, *sorted((bottom, end)),
                       xtol=1e-15, rtol=1e-14)  # fmt: skip
        assert x == pytest.approx(found, abs=1e-9)


def test_lanes_take_the_steps_of_the_lone_solver():
    # where the polynomial of the lanes is not used, the lone solver's x comes back unchanged
    rng = np.random.default_rng(5)
    first, last = rng.normal(size=(2, 3000, 3))
    seconds = np.exp(rng.uniform(-5.0, 6.0, 3000))
    legs = lambert(first, last, seconds, gm=1.0)
    r1, r2 = np.linalg.norm(first, axis=1), np.linalg.norm(last, axis=1)
    chord = np.linalg.norm(last - first, axis=1)
    s = 0.5 * (r1 + r2 + chord)
    lam = np.sqrt(1.0 - chord / s) * np.sign(np.cross(first, last)[:, 2])
    alone = [
        solve_x(np.sqrt(2.0 / k**3) * t, g)[0] for g, t, k in zip(lam, seconds, s, strict=True)
    ]
    np.testing.assert_allclose(legs.x, alone, rtol=1e-8, atol=1e-9)


def test_the_polynomial_of_the_lanes_is_the_hypergeometric_function():
    # at the x that a time belongs to by the closed form, a step of the lanes stands still
    lam = np.linspace(-0.9, 0.9, LANES)
    x = np.full(LANES, 0.3)
    y = np.sqrt(1.0 - lam**2 * (1.0 - x**2))
    eta = y - lam * x
    time = 0.5 * eta**3 * 4.0 / 3.0 * hyp2f1(3.0, 1.0, 2.5, 0.5 * (1.0 - lam - x * eta))
    time = time + 2.0 * lam * eta
    low, zero, moved = np.full(LANES, -1.0), np.zeros(LANES), np.empty(LANES)
    settle_block(lam, 1.0 - lam**2, time, 0.0, 1.0, low, zero, x, moved, LANES)
    np.testing.assert_allclose(x, 0.3, atol=2e-14)


def test_the_other_way_round_is_that_about_the_opposite_pole():
    first, last = np.array([1.0, 0.1, 0.0]), np.array([0.3, 1.5, 0.1])
    short = lambert(first, last, 2.0, gm=1.0)
    long = lambert(first, last, 2.0, gm=1.0, about=[0.0, 0.0, -1.0])
    assert np.cross(first, short.departure)[2] > 0.0 > np.cross(first, long.departure)[2]
    assert int(long.status) == SOLVED


def test_bad_calls_are_refused():
    places = ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], 1.0)
    for wrong in ({"revolutions": -1}, {"revolutions": 1.5}, {"revolutions": 5000},
                  {"branch": "left"}):  # fmt: skip
        with pytest.raises(InputError):
            lambert(*places, gm=1.0, **wrong)
