"""The 203-day cruise from the first telemetry vector against an 80-bit extrapolation."""

import numpy as np
import pytest

from marsward.core.time import Epoch
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.lanes import propagate_lanes
from marsward.dynamics.propagate import propagate
from marsward.dynamics.state_transition import arrive

DAY = 86400.0
START = Epoch.utc("2020-07-23T06:27:04.157")
STATE = 1e3 * np.array(
    [
        77370211.41732779, -120040665.5773057, -52035627.25877059,
        31.626899470825165, 15.031561106807159, 7.495133460502749,
    ]
)  # fmt: skip
# tools/make_cruise_reference.py 5e-15 10: Gragg-Bulirsch-Stoer in 80 bits, good to 2 cm
REFERENCE = np.array(
    [
        13477669993.4881, 214232901124.4237, 95026650874.9955,
        -21028.431644894, 4174.518723290, 1554.573656306,
    ]
)  # fmt: skip
LIGHT = SolarPressure.of_craft(1.3, 0.006, shadow=False)
FORCES = Forces(solar_pressure=LIGHT)


def miss(state: np.ndarray) -> float:
    return float(np.linalg.norm((state - REFERENCE)[:3]))


def test_default_tolerance_is_within_five_metres():
    assert miss(arrive(STATE, START, 203 * DAY, forces=FORCES)) < 5.0


def test_tighter_tolerance_is_closer_still():
    assert miss(arrive(STATE, START, 203 * DAY, forces=FORCES, rtol=1e-13)) < 1.0


def test_trajectory_ends_where_the_plain_flight_does():
    path = propagate(STATE, START, 203 * DAY, forces=FORCES)
    assert miss(path.at(path.stop, wrt="sun")) < 5.0
    assert list(path.centre) == [399, 10]


def test_velocity_agrees():
    state = arrive(STATE, START, 203 * DAY, forces=FORCES)
    np.testing.assert_allclose(state[3:], REFERENCE[3:], atol=1e-6, rtol=0)


@pytest.mark.parametrize("centre", ["sun", "ssb", "earth"])
def test_other_centres_and_no_switching(centre):
    """Rounding of 1 au in a double, 1.5e-5 m, grows ten-thousand-fold from the perigee on."""
    forces = Forces(solar_pressure=LIGHT, centre_switching=False)
    ephemeris = default_ephemeris()
    shift = ephemeris.state("sun", wrt=centre, at=START)
    stop = START + 203 * DAY
    state = arrive(STATE + shift, START, stop, forces=forces, centre=centre, rtol=1e-13)
    assert miss(state - ephemeris.state("sun", wrt=centre, at=stop)) < 2.0


def test_switching_agrees_with_one_centre_to_a_metre():
    """Earth, then Sun; the Sun throughout; the barycentre throughout."""
    ephemeris = default_ephemeris()
    stop = START + 203 * DAY
    ends = [arrive(STATE, START, stop, forces=FORCES, rtol=1e-13)]
    fixed = Forces(solar_pressure=LIGHT, centre_switching=False)
    for centre in ("sun", "ssb"):
        state = STATE + ephemeris.state("sun", wrt=centre, at=START)
        end = arrive(state, START, stop, forces=fixed, centre=centre, rtol=1e-13)
        ends.append(end - ephemeris.state("sun", wrt=centre, at=stop))
    assert np.linalg.norm(np.ptp(np.array(ends), axis=0)[:3]) < 1.0


@pytest.mark.parametrize("centre", ["earth", "mars"])
def test_planets_as_centres_of_a_whole_cruise(centre):
    """The second derivatives of DE440's series are good to some 1e-13 m/s2 for a planet."""
    ephemeris = default_ephemeris()
    start = Epoch.utc("2020-07-28T00:00:00")
    stop = start + 190 * DAY
    state = propagate(STATE, START, start, forces=FORCES).at(start, wrt="sun")
    fixed = Forces(solar_pressure=LIGHT, centre_switching=False)
    there = state + ephemeris.state("sun", wrt=centre, at=start)
    end = arrive(there, start, stop, forces=fixed, centre=centre, rtol=1e-13)
    plain = arrive(state, start, stop, forces=fixed, rtol=1e-13)
    apart = end - ephemeris.state("sun", wrt=centre, at=stop) - plain
    assert np.linalg.norm(apart[:3]) < 5.0


@pytest.mark.parametrize(("lanes", "days", "apart"), [(8, 203, 15.0), (70, 8, 1.0)])
def test_lanes_agree_with_the_reference(lanes, days, apart):
    """The whole cruise in one block of craft, its first days in two."""
    rng = np.random.default_rng(5)
    states = np.tile(STATE, (lanes, 1))
    states[1:, 3:] += rng.normal(0.0, 1e-2, (lanes - 1, 3))
    forces = Forces(solar_pressure=LIGHT, centre_switching=False)
    ends = propagate_lanes(states, START, days * DAY, forces=forces)
    assert days < 203 or miss(ends[0]) < 10.0
    for lane in (1, 4 * lanes // 7, lanes - 1):
        alone = arrive(states[lane], START, days * DAY, forces=FORCES)
        assert np.linalg.norm((ends[lane] - alone)[:3]) < apart


def test_dense_output_is_as_good_as_the_steps():
    coarse = propagate(STATE, START, 203 * DAY, forces=FORCES)
    fine = propagate(STATE, START, 203 * DAY, forces=FORCES, rtol=1e-14)
    epochs = START + np.linspace(0.0, 203 * DAY, 1501)
    apart = np.linalg.norm(
        (coarse.at(epochs, wrt="sun") - fine.at(epochs, wrt="sun"))[:, :3], axis=1
    )
    assert apart.max() < 5.0
