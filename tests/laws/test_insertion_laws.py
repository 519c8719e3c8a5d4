"""A burn that is made up is found again: insertion from an aim point, manoeuvre in orbit."""

import numpy as np
import pytest

from marsward.core.bodies import body
from marsward.core.errors import PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.burn_fit import Engine, fit_finite_burn, fit_impulse
from marsward.dynamics.burns import FiniteBurn, ImpulsiveBurn
from marsward.dynamics.forces import Forces
from marsward.dynamics.insertion_fit import Approach, Insertion, fit_insertion, insert
from marsward.dynamics.orbit_determination import Quality, StateVector
from marsward.dynamics.propagate import propagate

POINT_MASSES = Forces(bodies=("sun", "mars"), relativity=False)
START = Epoch.utc("2021-02-07T12:00:00")
GOOD = Quality(10.0, 1e-4)


@pytest.fixture(scope="module")
def approach():
    """A hyperbola that passes Mars at some 3800 km, from three days out."""
    speed, aim = 2490.0, 8.12e6
    gm = float(body("mars").gm)
    away = 3.0 * 86400.0 * speed
    toward = np.array([0.8, -0.6, 0.0])
    beside = np.array([0.6, 0.8, 0.0])
    position = -away * toward + aim * beside
    fast = np.sqrt(speed**2 + 2.0 * gm / np.linalg.norm(position))
    path = propagate(
        np.concatenate([position, fast * toward]), START, 3.4 * 86400.0, centre="mars",
        forces=POINT_MASSES,
    )  # fmt: skip
    return Approach(path, np.diag([20e3, 20e3, 20e3]) ** 2)


@pytest.fixture(scope="module")
def insertion(approach):
    radii = np.linalg.norm(approach.path.nodes[:, :3], axis=1)
    low = approach.path.node_epochs[int(np.argmin(radii))]
    return Insertion(low - 440.0, 888.0, 3000.0, 321.6, 4425.0)


def test_a_made_up_insertion_is_found_again(approach, insertion):
    state = approach.path.at(insertion.ignition, wrt="mars")
    when = insertion.ignition + 4.0 * 86400.0
    flown = insert(
        state, insertion, when, forces=POINT_MASSES, strength=1.013, pitch=0.03, yaw=-0.01
    )
    vector = StateVector("made up", when, flown.at(when, wrt="mars"), "settled")
    fit = fit_insertion(approach, insertion, vector, forces=POINT_MASSES, quality=GOOD)
    # the thrust is known to a tenth of its prior sigma or better, the rest within its own sigmas
    assert fit.strength == pytest.approx(1.013, abs=4.0 * fit.sigma[3])
    assert fit.sigma[3] < 0.005
    assert fit.pitch == pytest.approx(0.03, abs=4.0 * fit.sigma[4])
    assert fit.yaw == pytest.approx(-0.01, abs=4.0 * fit.sigma[5])
    assert np.all(np.abs(fit.shift) < 4.0 * fit.sigma[:3])
    assert np.linalg.norm(fit.miss[:3]) < 100.0
    assert fit.chi_square < 6.0


def test_an_insertion_as_planned_needs_no_change(approach, insertion):
    state = approach.path.at(insertion.ignition, wrt="mars")
    when = insertion.ignition + 86400.0
    flown = insert(state, insertion, when, forces=POINT_MASSES)
    vector = StateVector("as planned", when, flown.at(when, wrt="mars"), "settled")
    fit = fit_insertion(approach, insertion, vector, forces=POINT_MASSES, quality=GOOD)
    assert fit.chi_square < 1e-6
    assert fit.strength == pytest.approx(1.0, abs=1e-7)
    assert np.abs(fit.shift).max() < 1.0


def test_a_burn_far_too_short_is_refused(approach, insertion):
    state = approach.path.at(insertion.ignition, wrt="mars")
    when = insertion.ignition + 4.0 * 86400.0
    flown = insert(state, insertion, when, forces=POINT_MASSES)
    vector = StateVector("captured", when, flown.at(when, wrt="mars"), "settled")
    short = Insertion(insertion.ignition, 60.0, 3000.0, 321.6, 4425.0)
    with pytest.raises(PhysicsError, match=r"no insertion burn near the planned .* 'captured'"):
        fit_insertion(approach, short, vector, forces=POINT_MASSES, quality=GOOD)


# manoeuvres in orbit ---------------------------------------------------------------------------
ORBIT = np.array([4.4e6, 0.0, 0.0, 0.0, 300.0, 3870.0])


def around(burn, mass=None):
    """Vectors before and after a burn half a day into an eccentric orbit."""
    end = START + 86400.0
    path = propagate(
        ORBIT, START, end, centre="mars", forces=POINT_MASSES, burns=(burn,), mass=mass
    )
    return StateVector("a", START, ORBIT, ""), StateVector("b", end, path.at(end, wrt="mars"), "")


def test_an_impulse_in_orbit_is_found_again():
    when = START + 40_000.0
    dv = (30.0, -20.0, 55.0)
    before, after = around(ImpulsiveBurn(when, dv))
    fit = fit_impulse(before, after, when + 7.0, forces=POINT_MASSES, centre="mars")
    assert np.linalg.norm(fit.dv - dv) < 1e-4
    assert abs(float(fit.epoch - when)) < 1e-2
    assert np.linalg.norm(fit.miss) < 0.5
    assert fit.dv_sigma < 1e-3


@pytest.mark.parametrize(("thrust", "known"), [(480.0, None), (505.0, 300.0)])
def test_a_burn_in_orbit_is_found_again_by_length_or_by_strength(thrust, known):
    start, direction = START + 40_000.0, (0.4, -0.3, 0.86)
    burn = FiniteBurn(start, 300.0, thrust, 290.0, direction)
    before, after = around(burn, mass=1800.0)
    fit = fit_finite_burn(
        before, after, start + 100.0, engine=Engine(480.0, 290.0), mass=1800.0,
        forces=POINT_MASSES, quality=GOOD, duration=known, centre="mars",
    )  # fmt: skip
    assert fit.duration == pytest.approx(300.0, abs=1e-3)
    assert fit.thrust == pytest.approx(thrust, abs=1e-3)
    assert abs(float(fit.start - start)) < 1e-2
    assert np.allclose(fit.direction, burn.direction, atol=1e-6)
    assert (fit.duration_sigma == 0.0) == (known is not None)
    assert (fit.thrust_sigma == 0.0) == (known is None)
