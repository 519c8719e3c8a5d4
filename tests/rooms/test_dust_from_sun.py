"""Opacity of dust from pictures of the Sun: the way through the haze, Langley's line, errors."""

import math

import numpy as np
import pytest
from scipy import integrate

from marsward.core.errors import InputError, PhysicsError
from marsward.instruments.sun_camera import SunCamera
from marsward.physics.sun_path import air_mass
from marsward.retrieval.dust_opacity import sun_opacity

RADIUS = 3.3895e6
ANGLES = np.array([20.0, 40.0, 60.0, 70.0, 78.0, 20.0, 45.0, 65.0])
DAY = np.array([1, 1, 1, 1, 1, 2, 2, 2])
TRUE = np.where(DAY == 1, 0.5, 0.9)


@pytest.mark.parametrize("angle", [0.0, 45.0, 75.0, 85.0, 90.0])
def test_the_way_is_that_of_the_integral(angle):
    high, slant = 11e3, math.cos(math.radians(angle))

    def thin(s):
        return math.exp(-(math.sqrt(RADIUS**2 + s * s + 2.0 * RADIUS * s * slant) - RADIUS) / high)

    near = integrate.quad(thin, 0.0, 2e5, epsrel=1e-11, limit=400)[0]
    far = integrate.quad(thin, 2e5, 3e6, epsrel=1e-11, limit=400)[0]
    assert air_mass(angle, high, radius=RADIUS) == pytest.approx((near + far) / high, rel=1e-9)


def test_the_way_has_its_known_limits():
    assert air_mass(0.0) == pytest.approx(1.0, rel=1e-12)
    assert air_mass(50.0) == pytest.approx(1.0 / math.cos(math.radians(50.0)), rel=0.01)
    # Chapman's function at the horizon: sqrt(pi r/2 H) (1 + 3 H/8 r)
    want = math.sqrt(math.pi * RADIUS / 2.0 / 11e3) * (1.0 + 3.0 * 11e3 / 8.0 / RADIUS)
    assert air_mass(90.0, 11e3, radius=RADIUS) == pytest.approx(want, rel=1e-4)


def pictures(rng, noise=0.01):
    light = 1e4 / 1.5**2 * np.exp(-TRUE * air_mass(ANGLES))
    return light * (1.0 + noise * rng.standard_normal(ANGLES.size))


def test_without_noise_both_ways_are_exact():
    seen = pictures(np.random.default_rng(0), noise=0.0)
    for more in ({}, {"calibration": 1e4}):
        found = sun_opacity(seen, ANGLES, distance=1.5, group=DAY, **more)
        np.testing.assert_allclose(found["dust_opacity"], [0.5, 0.9], rtol=1e-9)
        assert found["sun_calibration"].item() == pytest.approx(math.log(1e4), rel=1e-9)


def test_errors_are_as_large_as_stated():
    rng = np.random.default_rng(3)
    langley, known, told = [], [], []
    for _ in range(150):
        seen = pictures(rng)
        free = sun_opacity(seen, ANGLES, distance=1.5, group=DAY)
        langley.append((free["dust_opacity"].values - [0.5, 0.9]) / free["dust_opacity_sigma"])
        held = sun_opacity(
            seen, ANGLES, distance=1.5, group=DAY,
            calibration=1e4 * math.exp(0.03 * rng.standard_normal()),
        )  # fmt: skip
        known.append((held["dust_opacity"].values - [0.5, 0.9]) / held["dust_opacity_sigma"])
        told.append(held.attrs["chi2"])
    assert np.mean(np.square(langley)) == pytest.approx(1.0, abs=0.25)
    assert np.mean(np.square(known)) == pytest.approx(1.0, abs=0.25)
    assert np.mean(told) == pytest.approx(1.0, abs=0.15)
    assert (held["dust_opacity_sigma"] < free["dust_opacity_sigma"]).all()


def test_one_picture_tells_what_its_calibration_lets_it():
    found = sun_opacity([1e4 * math.exp(-0.5)], [0.0], calibration=1e4, calibration_sigma=0.03)
    assert found["dust_opacity"].item() == pytest.approx(0.5)
    assert found["dust_opacity_sigma"].item() == pytest.approx(math.hypot(0.01, 0.03))
    assert found["dust_opacity_common"].item() == pytest.approx(0.03)
    low = sun_opacity([1e4 * math.exp(-0.5 * air_mass(75.0))], [75.0], calibration=1e4)
    assert low["dust_opacity_sigma"].item() < 0.3 * found["dust_opacity_sigma"].item()


def test_what_cannot_be_told_is_said():
    with pytest.raises(PhysicsError, match="calibration"):
        sun_opacity([9e3, 8.9e3], [30.0, 31.0])
    with pytest.raises(InputError, match="no light"):
        sun_opacity([0.0], [30.0], calibration=1e4)
    with pytest.raises(InputError, match="0 to 90"):
        sun_opacity([9e3], [95.0], calibration=1e4)
    with pytest.raises(InputError, match="au"):
        sun_opacity([9e3], [30.0], distance=2.3e11, calibration=1e4)
    with pytest.raises(InputError, match="fit"):
        sun_opacity([9e3, 8e3], [30.0, 40.0, 50.0])


def test_a_camera_sees_what_is_read_from_it():
    camera = SunCamera()
    off = []
    for k in range(60):
        seen = camera.observe(TRUE, ANGLES, distance=1.5, seed=k, campaign=k)
        found = sun_opacity(
            seen["light"], seen["incidence"], sigma=camera.noise, distance=1.5, group=DAY,
            calibration=1.0, calibration_sigma=camera.calibration_error,
        )  # fmt: skip
        off.append((found["dust_opacity"].values - [0.5, 0.9]) / found["dust_opacity_sigma"])
    assert 0.6 < np.mean(np.square(off)) < 1.5
    assert seen.identical(camera.observe(TRUE, ANGLES, distance=1.5, seed=59, campaign=59))
    with pytest.raises(InputError, match="0 or more"):
        camera.observe(-0.1, 30.0)
    with pytest.raises(InputError, match="au"):
        camera.observe(0.1, 30.0, distance=2e11)
