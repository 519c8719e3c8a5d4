"""Leaving by the Moon: conics about the Earth, energies, bounds and refusals."""

import numpy as np
import pytest

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.hyperbola import hyperbola
from marsward.dynamics.lunar_swingby import lunar_swingby, velocity_on_asymptote
from marsward.dynamics.tour_search import tours

EARTH = float(body("earth").gm)
LEAN = np.radians(23.44)


def asymptote(c3, angle):
    """In the ecliptic, C3 [km2/s2]."""
    up = [np.cos(angle), np.sin(angle) * np.cos(LEAN), np.sin(angle) * np.sin(LEAN)]
    return 1e3 * np.sqrt(c3) * np.array(up)


@pytest.fixture(scope="module")
def found():
    return lunar_swingby(asymptote(2.0, 1.0), "2028-12-01")


def test_a_place_and_an_asymptote_make_one_hyperbola():
    place, out = np.array([2.9e8, 1.6e8, -0.9e8]), asymptote(5.0, 0.4)
    there = hyperbola(np.concatenate([place, velocity_on_asymptote(place, out, EARTH)]), EARTH)
    assert there.c3 == pytest.approx(5e6, rel=1e-9)
    np.testing.assert_allclose(there.outgoing, out / np.linalg.norm(out), atol=1e-12)


def test_the_moon_gives_energy_without_an_impulse(found):
    assert found.flyby.dv + found.flyby.bend < 5.0
    assert found.gain == pytest.approx(
        found.direct_dv - found.injection_dv - found.flyby.dv - found.flyby.bend
    )
    assert 100.0 < found.gain < 200.0
    # what the Moon gives is bounded by its speed and the change of velocity
    sky = default_ephemeris()
    moon = sky.state("moon", wrt="earth", at=found.epoch)
    given = found.c3 - found.c3_before
    assert 2.0e6 < given < 2.0 * np.linalg.norm(moon[3:]) * found.flyby.gained
    # energies about the Earth before and after, from the velocities at the Moon
    pull = 2.0 * EARTH / np.linalg.norm(moon[:3])
    before, after = (moon[3:] + each for each in (found.flyby.incoming, found.flyby.outgoing))
    assert before @ before - pull == pytest.approx(found.c3_before, rel=1e-6, abs=1.0)
    assert after @ after - pull == pytest.approx(found.c3, rel=1e-6)
    leaving = hyperbola(np.concatenate([moon[:3], after]), EARTH)
    np.testing.assert_allclose(leaving.outgoing, asymptote(1.0, 1.0) / 1e3, atol=1e-9)


def test_the_way_to_the_moon_starts_in_the_parking_orbit(found):
    moon = default_ephemeris().state("moon", wrt="earth", at=found.epoch)
    state = np.concatenate([moon[:3], moon[3:] + found.flyby.incoming])
    spin = np.linalg.norm(np.cross(state[:3], state[3:]))
    e = np.sqrt(1.0 + found.c3_before * spin**2 / EARTH**2)
    low = spin**2 / EARTH / (1.0 + e)
    assert low == pytest.approx(body("earth").equatorial_radius + 200e3, rel=1e-9)
    hours = float(found.epoch - found.launch) / 3600.0
    assert 30.0 < hours < 130.0


def test_a_tour_tells_what_the_moon_adds():
    table = tours("earth moon mars", launch=("2028-11-10", "2028-11-30"), step="10 d", n=1)
    assert table["body"].values.tolist() == ["earth", "mars"]
    assert "by the Moon on" in str(table["swingby_told"].values[0])
    straight = float(table["tour_injection_dv"][0])
    gain = straight - float(table["swingby_dv"][0])
    assert float(table["swingby_gain"][0]) == pytest.approx(gain, abs=1e-6)


def test_what_is_refused():
    with pytest.raises(InputError, match="three finite numbers"):
        lunar_swingby([0.0, 0.0, 0.0], "2028-12-01")
    with pytest.raises(InputError, match="0 to 180"):
        lunar_swingby(asymptote(2.0, 1.0), "2028-12-01", inclinations=(30.0, 20.0))
    with pytest.raises(PhysicsError, match=r"has an inclination .*; there are \d"):
        lunar_swingby(asymptote(2.0, 1.0), "2028-12-01", within=7e3, inclinations=(0.0, 0.01))
