"""Osculating elements and Kepler's equation against SPICE and against themselves."""

import numpy as np
import pytest
import spiceypy

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.dynamics.elements import Elements, elements_along, osculating
from marsward.dynamics.forces import Forces
from marsward.dynamics.kepler import mean_anomaly, true_anomaly
from marsward.dynamics.propagate import propagate

GM = float(body("mars").gm)
WHEN = Epoch.utc("2021-11-09T08:10:41.020")


def sample(count=200):
    """Ellipses and hyperbolas of all tilts."""
    rng = np.random.default_rng(11)
    e = np.concatenate([rng.uniform(0.0, 0.97, count // 2), rng.uniform(1.02, 4.0, count // 2)])
    a = rng.uniform(3.6e6, 4e7, count) / (1.0 - e)
    edge = np.where(e < 1.0, np.pi, np.arccos(-1.0 / np.maximum(e, 1.0)) * 0.9)
    nu = np.degrees(rng.uniform(-1.0, 1.0, count) * edge) % 360.0
    i, node, w = np.degrees(np.arccos(rng.uniform(-1, 1, count))), *rng.uniform(0, 360, (2, count))
    return Elements(a, e, i, node, w, nu, epoch=WHEN)


def test_states_are_those_of_conics():
    orbits = sample()
    mine = orbits.state(frame="MARS_MEOD") / 1e3
    for k in range(mine.shape[0]):
        six = [
            orbits.periapsis_radius[k] / 1e3, orbits.eccentricity[k],
            *np.radians([orbits.inclination[k], orbits.node[k]]),
            np.radians(orbits.argument_of_periapsis[k]), np.radians(orbits.mean_anomaly[k]),
        ]  # fmt: skip
        theirs = spiceypy.conics([*six, 0.0, GM / 1e9], 0.0)
        off = np.abs(mine[k] - theirs)
        assert off[:3].max() < 1e-11 * np.linalg.norm(theirs[:3])
        assert off[3:].max() < 1e-11 * np.linalg.norm(theirs[3:])


def test_elements_are_those_of_oscelt():
    orbits = sample()
    again = osculating(orbits.state(), WHEN)
    states = orbits.state(frame="MARS_MEOD") / 1e3
    for k in range(states.shape[0]):
        q, e, i, node, w, m = spiceypy.oscelt(states[k], 0.0, GM / 1e9)[:6]
        assert again.periapsis_radius[k] == pytest.approx(q * 1e3, rel=1e-10)
        assert again.eccentricity[k] == pytest.approx(e, abs=1e-10)
        angles = again.inclination[k], again.node[k], again.argument_of_periapsis[k]
        off = np.radians(angles) - np.array([i, node, w])
        assert np.abs((off + np.pi) % (2 * np.pi) - np.pi).max() < 1e-9
        off = np.radians(again.mean_anomaly[k]) - m
        assert abs((off + np.pi) % (2 * np.pi) - np.pi) < 1e-8 * max(1.0, abs(m))


def test_there_and_back():
    states = sample().state()
    np.testing.assert_allclose(osculating(states, WHEN).state(), states, rtol=1e-10, atol=1e-6)
    block = osculating(states.reshape(2, 100, 6), WHEN)
    assert block.period.shape == (2, 100)
    assert np.isinf(block.period[1]).all()
    assert np.isfinite(block.period[0]).all()


def test_circles_and_equatorial_orbits_have_a_convention():
    speed = np.sqrt(GM / 4.0e6)
    flat = osculating([0.0, 4.0e6, 0.0, -speed, 0.0, 0.0], None, frame="J2000")
    assert (flat.node, flat.argument_of_periapsis) == (0.0, 0.0)
    assert flat.true_anomaly == pytest.approx(90.0, abs=1e-9)
    polar = osculating([4.0e6, 0.0, 0.0, 0.0, 0.0, speed], None, frame="J2000")
    assert (polar.inclination, polar.argument_of_periapsis) == (90.0, 0.0)


def test_kepler_equation_is_solved():
    e = np.concatenate([np.linspace(0.0, 0.999, 60), np.linspace(1.001, 5.0, 40)])[:, None]
    m = np.linspace(-15.0, 15.0, 301)
    nu = true_anomaly(m, e)
    np.testing.assert_allclose(mean_anomaly(nu, e)[:60], np.broadcast_to(m, (60, 301)), atol=3e-13)
    back = mean_anomaly(nu, e)[60:]
    np.testing.assert_allclose(back, np.broadcast_to(m, back.shape), atol=1e-9)


@pytest.mark.parametrize("gap", [1e-9, 1e-7, 1e-6, 1e-5, 1e-3])
def test_kepler_equation_is_solved_near_the_parabola(gap):
    m = np.concatenate([-np.logspace(-9.0, 3.0, 200), np.logspace(-9.0, 3.0, 200), [0.0]])
    for e in (1.0 - gap, 1.0 + gap):
        mean = m if e > 1.0 else np.clip(m, -np.pi, np.pi)
        nu = true_anomaly(mean, e)
        assert np.all(np.abs(nu) <= np.pi)
        tight = 1e-8 * np.abs(mean) + 1e-14  # the equation itself cancels where e is all but 1
        assert np.all(np.abs(mean_anomaly(nu, e) - mean) <= tight)


def test_two_body_flight_is_that_of_prop2b():
    orbits = sample()
    later = orbits.after(7000.0)
    for k, state in enumerate(orbits.state(frame="MARS_MEOD") / 1e3):
        theirs = spiceypy.prop2b(GM / 1e9, state, 7000.0) * 1e3
        mine = later.state(frame="MARS_MEOD")[k]
        assert np.linalg.norm(mine[:3] - theirs[:3]) < 1e-10 * np.linalg.norm(theirs[:3])
        assert np.linalg.norm(mine[3:] - theirs[3:]) < 1e-10 * np.linalg.norm(theirs[3:])
    assert float(later.epoch - WHEN) == 7000.0


def test_elements_along_a_trajectory_and_where_periapsis_stands():
    orbit = Elements(8.9e6, 0.586, 86.3, 105.0, 88.0, 0.0, epoch=WHEN)
    path = propagate(
        orbit.state(), WHEN, 100.0, centre="mars", forces=Forces(bodies=("sun", "mars"))
    )
    found = elements_along(path, path.start)
    assert found.inclination == pytest.approx(86.3, abs=1e-9)
    x, y, z = rotation("J2000", "IAU_MARS", WHEN) @ orbit.state()[:3]
    assert found.periapsis_longitude == pytest.approx(np.degrees(np.arctan2(y, x)) % 360, abs=1e-6)
    assert found.periapsis_latitude == pytest.approx(
        np.degrees(np.arctan2(z, np.hypot(x, y))), abs=1e-6
    )


def test_what_has_no_elements_is_refused():
    with pytest.raises(PhysicsError, match="no elements"):
        osculating([4e6, 0, 0, 1e3, 0, 0], WHEN)
    with pytest.raises(InputError, match="6 numbers"):
        osculating([4e6, 0, 0], WHEN)
    with pytest.raises(InputError, match="semi-major axis"):
        Elements(-8e6, 0.5, 0.0, 0.0, 0.0, 0.0)
    with pytest.raises(InputError, match="epoch"):
        Elements(8e6, 0.5, 10.0, 0.0, 0.0, 0.0).state()
