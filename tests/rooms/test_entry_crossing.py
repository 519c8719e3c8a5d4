"""Where hyperbolas come down: against the hyperbola told another way."""

import numpy as np
import pytest

from marsward.core.bodies import body
from marsward.dynamics.entry_crossing import crossing_slope, crossings
from marsward.dynamics.entry_target import on_hyperbola
from marsward.dynamics.hyperbola import hyperbola

GM = float(body("mars").gm)
RADIUS = 3521e3
STATE = np.array([-5.2e8, 4.1e8, 1.1e8, 2080.0, -1652.0, -437.0])
POLE = np.array([0.0, 0.6, 0.8])


def placed(state, rate=0.0):
    """Figures of one state, and the same from `on_hyperbola`."""
    orbit = hyperbola(state, GM)
    there, early = on_hyperbola(orbit, orbit.impact, RADIUS)
    late = orbit.time_to_periapsis - early
    up = there[:3] / RADIUS
    mark = np.array([0.8, -0.36, 0.48])
    east = np.cross(POLE, mark)
    east /= np.linalg.norm(east)
    turned = -rate * late
    c, s = np.cos(turned), np.sin(turned)
    fixed = c * up + s * np.cross(POLE, up) + (1 - c) * (POLE @ up) * POLE
    angle = np.arcsin(there[3:] @ up / np.linalg.norm(there[3:]))
    told = RADIUS * np.array([angle, fixed @ east, fixed @ np.cross(mark, east)])
    told = np.append(told, late)
    return crossings(state[None], GM, RADIUS, POLE, rate, mark)[0], told


@pytest.mark.parametrize("rate", [0.0, 7.088e-5])
def test_crossings_are_those_of_the_hyperbola(rate):
    rng = np.random.default_rng(1)
    met = 0
    for _ in range(40):
        state = STATE + rng.normal(size=6) * [3e6, 3e6, 3e6, 2.0, 2.0, 2.0]
        if hyperbola(state, GM).periapsis_radius >= RADIUS:
            assert np.isnan(placed(state, rate)[0]).all()
            continue
        ours, theirs = placed(state, rate)
        np.testing.assert_allclose(ours, theirs, atol=1.0)
        met += 1
    assert met > 3


def test_bound_states_do_not_come():
    bound = STATE * [1, 1, 1, 0.01, 0.01, 0.01]
    assert np.isnan(crossings(bound[None], GM, RADIUS, POLE, 0.0, POLE[::-1])).all()


def test_slope_is_the_derivative():
    state = aimed()
    sphere = (GM, RADIUS, POLE, 7.088e-5, np.array([0.8, -0.36, 0.48]))
    slope = crossing_slope(state, *sphere)
    step = np.array([2e3, -1e3, 3e3, 1e-3, 2e-3, -1e-3])
    ends = crossings(np.array([state + step, state - step]), *sphere)
    np.testing.assert_allclose(slope @ step, (ends[0] - ends[1]) / 2.0, rtol=1e-4)


def aimed():
    """A state whose periapsis lies well below the sphere."""
    rng = np.random.default_rng(3)
    while True:
        state = STATE + rng.normal(size=6) * [3e6, 3e6, 3e6, 2.0, 2.0, 2.0]
        if hyperbola(state, GM).periapsis_radius < 0.9 * RADIUS:
            return state
