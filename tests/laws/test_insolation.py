"""Light on tilted ground: closed forms, symmetry, vector geometry, published sky."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsward.core.errors import InputError
from marsward.physics.columns import GroundColumns
from marsward.physics.insolation import (
    daily_mean,
    hour_table,
    light,
    plane_numbers,
    sky_view,
    sun_table,
)
from marsward.physics.kernels.insolation import above_horizon, decay, sunlight
from marsward.physics.season import MarsYear
from marsward.physics.sky import STEFAN_BOLTZMANN, Sky

YEAR = MarsYear(sols=24)


def places(**fields):
    return GroundColumns(**{"albedo": 0.2, "inertia": 250.0, **fields})


def test_airless_days_have_the_mean_of_the_closed_form():
    lat = np.linspace(-90.0, 90.0, 13)
    seen = light(places(lat=lat), year=YEAR, sky=Sky.none(), steps=960).shortwave.mean(axis=2)
    season = YEAR.at(np.arange(YEAR.sols) + 0.5)
    exact = daily_mean(lat[:, None], season.declination_rad, season.distance_au)
    assert np.abs(seen - exact).max() < 2e-3 * exact.max() / 10


def test_sky_law_as_published():
    """Numbers of Schorghofer & Aharonson 2005 worked by hand at the equator, Ls 0, 600 Pa."""
    year = MarsYear(sols=1)  # noon of its one sol stands at mid-year
    season = year.at(0.5)
    flux = 1365.0 / float(season.distance_au) ** 2
    up = math.cos(float(season.declination_rad))
    table = light(places(lat=0.0, pressure=600.0), year=year, steps=5)
    noon = flux * up * 0.94 ** (1.0 / up) + 0.5 * 0.02 * flux
    assert table.shortwave[0, 0, 2] == pytest.approx(noon, rel=1e-7)
    assert table.infrared[0, 0, 0] == pytest.approx(0.04 * flux * up, rel=1e-12)
    assert table.shortwave[0, 0, 0] == 0.0
    dark = light(places(lat=89.0, pressure=600.0), year=YEAR, steps=5)
    least = 0.04 * STEFAN_BOLTZMANN * 150.0**4
    assert dark.infrared.min() == pytest.approx(least, rel=1e-12)
    thick = light(places(lat=0.0, pressure=300.0), year=year, steps=5)
    assert thick.infrared[0, 0, 0] == pytest.approx(0.02 * flux * up, rel=1e-12)


def numpy_light(lat, slope, aspect, declination, hour):
    """Cosines of the Sun with the vertical and with the slope's normal, by vectors."""
    lat, slope, aspect = (math.radians(v) for v in (lat, slope, aspect))
    sun = np.array(
        [
            -math.cos(declination) * np.sin(hour),
            math.cos(lat) * math.sin(declination)
            - math.sin(lat) * math.cos(declination) * np.cos(hour),
            math.sin(lat) * math.sin(declination)
            + math.cos(lat) * math.cos(declination) * np.cos(hour),
        ]
    )
    normal = np.array(
        [math.sin(slope) * math.sin(aspect), math.sin(slope) * math.cos(aspect), math.cos(slope)]
    )
    return sun[2], normal @ sun, sun


@given(st.floats(-90.0, 90.0), st.floats(0.0, 80.0), st.floats(0.0, 360.0), st.integers(0, 23))
def test_planes_against_vectors(lat, slope, aspect, sol):
    columns = places(lat=lat, slope=slope, aspect=aspect)
    p = plane_numbers(columns)[:, 0]
    sd, cd, _ = sun_table(YEAR)[sol]
    cos_hour, sin_hour = hour_table(48)
    hour = np.arctan2(sin_hour, cos_hour)
    up, facing, _ = numpy_light(lat, slope, aspect, math.asin(sd), hour)
    assert sd * p[3] + cd * p[4] * cos_hour == pytest.approx(up, abs=1e-12)
    assert sd * p[0] + cd * (p[1] * cos_hour + p[2] * sin_hour) == pytest.approx(facing, abs=1e-12)


def test_a_slope_is_level_ground_elsewhere():
    """Sun on a slope that faces the pole by s is that on level ground s nearer the pole."""
    tilted = places(lat=30.0, slope=20.0, aspect=0.0)
    level = places(lat=50.0)
    a = plane_numbers(tilted)[:3, 0]
    b = plane_numbers(level)[:3, 0]
    assert a == pytest.approx(b, abs=1e-12)


def test_view_of_the_sky():
    slopes = places(lat=0.0, slope=[0.0, 30.0, 60.0], aspect=[0.0, 77.0, 200.0])
    plain = sky_view(slopes)
    assert plain == pytest.approx(np.cos(np.radians([0.0, 15.0, 30.0])) ** 2)
    walled = sky_view(slopes.replace(horizon=np.zeros(36)))
    assert walled == pytest.approx(plain, abs=2e-5)
    bowl = sky_view(places(lat=0.0, horizon=np.full(12, 30.0)))
    assert bowl == pytest.approx([math.cos(math.radians(30.0)) ** 2])


def test_a_wall_takes_the_morning():
    """A high eastern horizon hides the Sun before noon and leaves the afternoon alone."""
    azimuth = np.arange(36) * 10.0
    wall = np.where((azimuth > 0.0) & (azimuth < 180.0), 60.0, 0.0)
    free = light(places(lat=0.0), year=YEAR, steps=48).shortwave[0]
    hidden = light(places(lat=0.0, horizon=wall), year=YEAR, steps=48).shortwave[0]
    view = float(sky_view(places(lat=0.0, horizon=wall))[0])
    late = slice(28, 34)
    flux = sun_table(YEAR)[:, 2:] * 0.5 * Sky().numbers(610.0)[1]
    assert hidden[:, 12:19] == pytest.approx(np.repeat(view * flux, 7, axis=1), rel=1e-12)
    assert hidden[:, late] == pytest.approx(free[:, late] - (1.0 - view) * flux, rel=1e-12)


def test_horizon_between_its_azimuths():
    sines = np.sin(np.radians([0.0, 40.0, 0.0, 0.0]))
    east45 = math.sin(math.radians(45.0))
    middle = 0.5 * sines[1]
    assert above_horizon(sines, east45, east45, middle + 1e-9)
    assert not above_horizon(sines, east45, east45, middle - 1e-9)


def test_decay_is_an_exponential():
    x = np.linspace(0.0, 30.0, 500)
    off = np.array([decay(v) for v in x]) - np.exp(-x)
    assert np.abs(off).max() < 1e-8
    assert np.abs(off[x < 2] / np.exp(-x[x < 2])).max() < 3e-9


@given(st.floats(-1.0, 1.0), st.floats(-1.0, 1.0), st.floats(0.0, 0.3))
def test_light_is_never_made(up, facing, depth):
    direct, diffuse = sunlight(up, facing, 600.0, depth, 1.0 - math.exp(-depth))
    assert 0.0 <= direct <= 600.0
    assert 0.0 <= diffuse <= 600.0
    if up <= 0.0:
        assert direct + diffuse == 0.0


@pytest.mark.parametrize(
    "bad", [{"infrared_fraction": -0.1}, {"scattered_fraction": 0.99}, {"solar_constant": 0.0}]
)
def test_skies_that_are_none(bad):
    with pytest.raises(InputError):
        Sky(**bad)


def test_air_too_thick_for_the_law():
    with pytest.raises(InputError, match="no sunlight"):
        Sky().numbers(20_000.0)


def test_a_sol_needs_steps():
    with pytest.raises(InputError, match="whole number of steps"):
        hour_table(3)
