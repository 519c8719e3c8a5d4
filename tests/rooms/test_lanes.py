"""Lanes: many craft side by side give what each gives alone."""

import numpy as np
import pytest

from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.lanes import propagate_lanes
from marsward.dynamics.state_transition import arrive

DAY = 86400.0
START = Epoch.utc("2020-11-01T19:16:18")
STATE = np.array([1.1e11, 0.9e11, 0.4e11, -1.7e4, 1.8e4, 8.0e3])
FORCES = Forces(solar_pressure=SolarPressure(2.3e-8, shadow=False), centre_switching=False)


def craft(count: int) -> np.ndarray:
    rng = np.random.default_rng(2)
    return STATE + rng.normal(size=(count, 6)) * [1e6, 1e6, 1e6, 1.0, 1.0, 1.0]


@pytest.mark.parametrize("count", [1, 7, 64, 65, 130])
def test_every_lane_is_as_good_as_a_flight_alone(count):
    states = craft(count)
    ends = propagate_lanes(states, START, 60 * DAY, forces=FORCES)
    assert ends.shape == states.shape
    for lane in {0, count // 2, count - 1}:
        alone = arrive(states[lane], START, 60 * DAY, forces=FORCES)
        assert np.linalg.norm((ends[lane] - alone)[:3]) < 0.05


def test_own_light_pressure_for_each():
    states = np.tile(STATE, (3, 1))
    ends = propagate_lanes(
        states, START, 60 * DAY, forces=FORCES, solar_pressure=[0.0, 2.3e-8, 9e-8]
    )
    for lane, push in enumerate((0.0, 2.3e-8, 9e-8)):
        forces = Forces(solar_pressure=SolarPressure(push, shadow=False))
        alone = arrive(STATE, START, 60 * DAY, forces=forces)
        assert np.linalg.norm((ends[lane] - alone)[:3]) < 0.05


def test_backward_and_home():
    states = craft(5)
    there = propagate_lanes(states, START, 30 * DAY, forces=FORCES)
    home = propagate_lanes(there, START + 30 * DAY, START, forces=FORCES)
    assert np.linalg.norm((home - states)[:, :3], axis=1).max() < 0.02


def test_threads_change_nothing():
    states = craft(200)
    one = propagate_lanes(states, START, 20 * DAY, forces=FORCES)
    two = propagate_lanes(states, START, 20 * DAY, forces=FORCES, workers=2)
    np.testing.assert_array_equal(one, two)


def test_no_craft():
    assert propagate_lanes(np.empty((0, 6)), START, DAY, forces=FORCES).shape == (0, 6)


def test_the_given_states_stay_as_they_are():
    states = craft(3)
    before = states.copy()
    propagate_lanes(states, START, DAY, forces=FORCES)
    np.testing.assert_array_equal(states, before)


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"states": np.ones((2, 5))}, InputError, "shape"),
        ({"states": np.full((2, 6), np.nan)}, InputError, "finite"),
        ({"states": "here"}, InputError, "numbers in one even array"),
        ({"solar_pressure": [1e-8]}, InputError, "one finite number a craft"),
        ({"solar_pressure": "weak"}, InputError, "numbers in one even array"),
        ({"forces": None}, InputError, "forces must be a Forces"),
        ({"workers": 0}, InputError, "workers is a number of threads"),
        ({"forces": Forces(gravity={"mars": 4})}, InputError, "no gravity fields"),
        ({"most_steps": 2, "until": 90 * DAY}, PhysicsError, "used up their steps"),
    ],
)
def test_bad_calls_are_told(change, kind, words):
    call = {"states": craft(2), "until": DAY, "forces": FORCES} | change
    states, until = call.pop("states"), call.pop("until")
    with pytest.raises(kind, match=words):
        propagate_lanes(states, START, until, **call)
