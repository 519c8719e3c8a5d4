"""Observation geometry against the routines of SPICE and closed forms."""

import numpy as np
import pytest
import spiceypy

from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.data.kernel_paths import de440, leapseconds
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.geometry.ellipsoid import angles, direction, nearest_point, normal
from marsward.geometry.look import look

METHOD = "NEAR POINT/ELLIPSOID"
# [deg]: SPICE's epoch in one double and, without CN, its single light-time step
TOLERANCE = 3e-8


@pytest.fixture(scope="module")
def pck(shared_data):
    for path in (de440(), leapseconds(), shared_data / "spice" / "pck00011.tpc"):
        spiceypy.furnsh(str(path))
    yield
    spiceypy.kclear()


@pytest.fixture(scope="module")
def at():
    return Epoch.et(np.random.default_rng(6).uniform(6e8, 8e8, 25))


def turned(difference):
    return np.abs((np.asarray(difference) + 180.0) % 360.0 - 180.0)


@pytest.mark.parametrize("correction", ["NONE", "LT", "LT+S", "CN", "CN+S"])
@pytest.mark.parametrize(("target", "observer"), [("moon", "earth"), ("earth", "moon")])
def test_points_and_angles_are_those_of_spice(pck, at, target, observer, correction):
    seen = look(observer, at, target=target, correction=correction)
    frame = f"IAU_{target.upper()}"
    for i, t in enumerate(at.et):
        asked = (target, t, frame, correction, observer)
        point, _, vector = spiceypy.subpnt(METHOD, *asked)
        noon, _, _ = spiceypy.subslr(METHOD, *asked)
        _, _, phase, incidence, emission = spiceypy.ilumin("ELLIPSOID", *asked, point)
        one = seen.isel(epoch=i)
        for name, vec in (("sub_observer", point), ("sub_solar", noon)):
            _, lon, lat = spiceypy.reclat(vec)
            assert turned(float(one[f"{name}_lon"]) - np.degrees(lon)) < TOLERANCE
            assert abs(float(one[f"{name}_lat"]) - np.degrees(lat)) < TOLERANCE
        assert float(one.altitude) == pytest.approx(np.linalg.norm(vector) * 1e3, abs=0.2)
        assert float(one.incidence) == pytest.approx(np.degrees(incidence), abs=TOLERANCE)
        assert float(one.emission) == pytest.approx(np.degrees(emission), abs=1e-6)
        if correction != "CN+S":
            phase = spiceypy.phaseq(t, target, "SUN", observer, correction)
            assert float(one.phase) == pytest.approx(np.degrees(phase), abs=TOLERANCE)


def test_given_point_is_that_of_ilumin(pck, at):
    lon, lat = 40.0, -25.0
    seen = look("earth", at, target="moon", correction="CN", lon=lon, lat=lat)
    point = direction(lon, lat) * 1737.4
    for i, t in enumerate(at.et):
        _, _, _, incidence, emission = spiceypy.ilumin(
            "ELLIPSOID", "MOON", t, "IAU_MOON", "CN", "EARTH", point
        )
        assert float(seen.incidence[i]) == pytest.approx(np.degrees(incidence), abs=1e-7)
        assert float(seen.emission[i]) == pytest.approx(np.degrees(emission), abs=1e-7)


def test_mars_at_the_opposition_of_2020():
    """2020-10-13 23:20 UTC: Mars 22.3" across, 62.7 million km away."""
    at = Epoch.utc("2020-10-13T23:20:00")
    seen = look("earth", at, target="mars")
    assert float(seen.apparent_diameter) * 3600.0 == pytest.approx(22.3, abs=0.1)
    assert float(seen.range) == pytest.approx(62.7e9, rel=0.005)
    assert float(seen.elongation) > 175.0
    assert float(seen.illuminated_fraction) > 0.999
    assert float(seen.light_time) == pytest.approx(float(seen.range) / 299792458.0, abs=0.05)


def test_local_time_at_noon_and_season():
    at = Epoch.utc(["2020-07-27", "2021-02-18"])
    first = look("earth", at, target="mars")
    noon = look(
        "earth", at[0], target="mars",
        lon=float(first.sub_solar_lon[0]), lat=float(first.sub_solar_lat[0]),
    )  # fmt: skip
    assert float(noon.ltst) == pytest.approx(12.0, abs=0.02)
    assert float(noon.incidence) < 0.3
    assert float(first.ls[1]) == pytest.approx(5.2, abs=0.1)


def test_own_light_time_is_that_of_the_surface():
    """Without correction nothing is delayed; with it the point turns by the light time."""
    at = Epoch.utc("2020-10-13")
    now = look("earth", at, target="mars", correction="NONE")
    seen = look("earth", at, target="mars", correction="CN")
    turn = turned(float(seen.sub_observer_lon) - float(now.sub_observer_lon))
    expected = body("mars").rotation.pm[1] * float(seen.light_time) / 86400.0
    # motion of Mars and Earth during the light time moves the point as well, by 1e-2 deg
    assert turn == pytest.approx(expected, abs=0.02)


def test_states_and_body_give_the_same_look(at):
    states = default_ephemeris().state("earth", wrt="ssb", at=at)
    one, other = look(states, at, target="moon"), look("earth", at, target="moon")
    for name in one.data_vars:
        assert np.allclose(one[name], other[name], rtol=1e-12, atol=1e-9), name


@pytest.mark.parametrize("shape", [(), (3,), (2, 2)])
def test_shape_and_labels(shape):
    at = Epoch.et(np.full(shape, 6.5e8))
    seen = look("sun", at, target="mars", correction="NONE")
    assert seen["range"].shape == shape
    assert seen.attrs["target"] == "mars"
    assert seen["range"].attrs["units"] == "m"
    assert float(seen.phase.max()) < 1e-9  # from the Sun everything is lit
    aberrant = look("sun", at, target="mars", correction="LT+S")
    # the Sun is shifted by at most v / c = 26.5 km/s / c, 0.0051 deg
    assert 0.003 < float(aberrant.phase.max()) < 0.0052


def test_wrong_calls_are_refused():
    at = Epoch.utc("2020-07-27")
    with pytest.raises(InputError, match="no size or rotation"):
        look("earth", at, target="ssb")
    with pytest.raises(InputError, match="both lon and lat"):
        look("earth", at, target="mars", lon=10.0)
    with pytest.raises(InputError, match="receives light"):
        look("earth", at, target="mars", correction="XCN")


def test_nearest_point_of_an_ellipsoid_is_that_of_spice():
    radii = np.array([13.0, 11.4, 9.1]) * 1e3
    rng = np.random.default_rng(7)
    x = rng.normal(size=(200, 3))
    x *= (rng.uniform(9.5e3, 1e6, 200) / np.linalg.norm(x, axis=1))[:, None]
    point, height = nearest_point(x, radii)
    for i in range(200):
        other, h = spiceypy.nearpt(x[i], *radii)
        assert np.abs(point[i] - other).max() < 1e-6
        assert height[i] == pytest.approx(h, abs=1e-6)
    assert np.allclose(np.sum((point / radii) ** 2, axis=1), 1.0, rtol=0.0, atol=1e-13)
    along = (x - point) / height[:, None]
    assert np.abs(along - normal(point, radii))[np.abs(height) > 10.0].max() < 1e-7
    with pytest.raises(InputError):
        nearest_point(np.zeros(3), radii)


def test_angles_and_direction_are_inverse():
    lon, lat = np.meshgrid(np.arange(0.0, 360.0, 30.0), np.arange(-85.0, 90.0, 17.0))
    back = angles(direction(lon, lat))
    assert np.allclose(back[0], lon, atol=1e-10)
    assert np.allclose(back[1], lat, atol=1e-10)
