"""Flight along a conic: against an integrator, against differences, and round whole turns."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from marsward.core.errors import InputError, PhysicsError
from marsward.dynamics.kernels.conic import conic_rows, conic_transition, fly_conic
from marsward.dynamics.primer_vector import primer_vector


def pull(_time, state):
    return np.concatenate([state[3:], -state[:3] / np.linalg.norm(state[:3]) ** 3])


def cases(count, seed):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        fast = rng.choice([0.5, 0.9, 1.6])
        yield np.concatenate([rng.normal(size=3), fast * rng.normal(size=3)]), rng.uniform(-4, 9)


def test_states_and_their_sensitivity_are_those_of_an_integrator():
    out, place = np.empty(6), np.empty((3, 6))
    for state, time in cases(8, 3):
        conic_transition(state, time, 1.0, out, place)
        flown = solve_ivp(pull, (0.0, time), state, method="DOP853", rtol=1e-12, atol=1e-13)
        assert np.abs(out - flown.y[:, -1]).max() < 1e-7
        near, far, moved = np.empty(6), np.empty(6), np.empty((3, 6))
        for j in range(6):
            step = np.zeros(6)
            step[j] = 1e-6
            fly_conic(state + step, time, 1.0, far)
            fly_conic(state - step, time, 1.0, near)
            moved[:, j] = (far - near)[:3] / 2e-6
        assert np.abs(place - moved).max() < 1e-5 * np.abs(moved).max()


def test_whole_turns_lead_back_and_rows_are_single_flights():
    state = np.array([1.0, 0.1, -0.2, 0.1, 0.9, 0.3])
    axis = 1.0 / (2.0 / np.linalg.norm(state[:3]) - state[3:] @ state[3:])
    year = 2.0 * np.pi * axis**1.5
    times = np.array([0.0, 0.3 * year, 7.3 * year, -0.7 * year])
    rows, status = np.empty((4, 6)), np.empty(4, np.int64)
    conic_rows(np.tile(state, (4, 1)), times, np.ones(4), rows, status)
    assert (status == 0).all()
    np.testing.assert_allclose(rows[0], state, atol=1e-15)
    np.testing.assert_allclose(rows[2], rows[1], atol=1e-11)
    np.testing.assert_allclose(rows[3], rows[1], atol=1e-12)


def test_what_is_no_number_is_told():
    rows, status = np.empty((1, 6)), np.empty(1, np.int64)
    conic_rows(np.full((1, 6), np.nan), np.ones(1), np.ones(1), rows, status)
    assert status[0] == 1
    assert np.isnan(rows).all()


def test_the_primer_keeps_its_ends_and_obeys_its_equation():
    state = np.array([1.0, 0.0, 0.0, 0.1, 1.1, 0.2])
    first, last = np.array([0.2, 0.9, 0.1]), np.array([-0.5, 0.3, 0.4])
    primer = primer_vector(state[:3], state[3:], 2.2, gm=1.0, first=first, last=last, points=801)
    np.testing.assert_allclose(primer.vector[0], first, atol=1e-12)
    np.testing.assert_allclose(primer.vector[-1], last, atol=1e-9)
    h = primer.seconds[1]
    out = np.empty(6)
    for k in (100, 400, 700):
        fly_conic(state, float(primer.seconds[k]), 1.0, out)
        r, p = out[:3], primer.vector[k]
        bend = (primer.vector[k + 1] - 2.0 * p + primer.vector[k - 1]) / h**2
        size = np.linalg.norm(r)
        np.testing.assert_allclose(bend, 3.0 * (r @ p) * r / size**5 - p / size**3, atol=2e-4)


def test_a_primer_of_half_a_turn_or_of_nothing_is_refused():
    state = np.array([1.0, 0.0, 0.0, 0.0, 1.0, 0.0])
    with pytest.raises(PhysicsError, match="half turn"):
        primer_vector(state[:3], state[3:], np.pi, gm=1.0, first=[1, 0, 0], last=[0, 1, 0.5])
    with pytest.raises(InputError, match="above 0 s"):
        primer_vector(state[:3], state[3:], 0.0, gm=1.0, first=[1, 0, 0], last=[0, 1, 0])
