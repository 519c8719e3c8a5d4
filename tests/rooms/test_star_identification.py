"""Stars named in simulated fields: right names, false points refused, lost or not."""

from functools import lru_cache

import numpy as np
import pytest
from crescent_picture import BenchCamera, RandomStars, draw_stars, expose

from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.geometry.pinhole import Pinhole, aim
from marsward.retrieval.attitude import aberrate, small_rotation
from marsward.retrieval.detection import Sensor, find_points, sky_background
from marsward.retrieval.star_identification import FieldStars, Pointing, identify

AT = Epoch.utc("2020-07-27")
CAMERA = BenchCamera(Pinhole(1024, 768, 9775.0, distortion=(-0.3, 0.0, 1e-3, -1e-3, 0.0)))
SENSOR = Sensor(CAMERA.psf_sigma, CAMERA.gain, CAMERA.bias, CAMERA.read_noise, 39_000.0)
VELOCITY = np.array([20e3, -15e3, 8e3])


@lru_cache(maxsize=1)
def sky():
    return RandomStars.make()


def apparent():
    stars = sky()
    return FieldStars(aberrate(stars.unit, VELOCITY), stars.v, np.arange(len(stars.v)))


def field(seed, false=0):
    rng = np.random.default_rng(seed)
    look = rng.normal(size=3)
    attitude = aim(look, up=rng.normal(size=3))
    light, listed = draw_stars(CAMERA, attitude, VELOCITY, sky(), AT, 17.0)
    for _ in range(false):
        x, y = rng.integers(20, 1000), rng.integers(20, 740)
        light[y - 1 : y + 2, x - 1 : x + 2] += rng.uniform(150, 3000)
    frame = expose(CAMERA, light + 15.0, 1.0, rng)
    electrons = SENSOR.electrons(frame["dn"].to_numpy())
    level = sky_background(electrons, SENSOR)
    points = find_points(electrons, level, SENSOR, np.zeros(light.shape, dtype=bool))
    return attitude, points, listed, rng


def named(points, found):
    sigma = np.stack([points.sigma_x, points.sigma_y], axis=-1)
    return identify(points.xy, sigma, points.flux, CAMERA.pinhole, apparent(), pointing=found)


def wrong_names(points, found, listed):
    place = {int(row): (x, y) for row, x, y, _ in listed}
    misses = [
        int(s) not in place or np.hypot(*(points.xy[p] - place[int(s)])) > 1.0
        for p, s in zip(found.point, found.star, strict=True)
    ]
    return int(np.sum(misses))


def test_sky_background_finds_level_and_noise():
    rng = np.random.default_rng(2)
    flat = 40.0 + 0.01 * np.arange(512)[None, :] + rng.normal(0, 15.0, (384, 512))
    flat[100:200, 200:300] += 20_000.0
    sky_found = sky_background(flat, SENSOR)
    assert sky_found.noise == pytest.approx(15.0, rel=0.03)
    error = sky_found.level - (40.0 + 0.01 * np.arange(512)[None, :])
    assert np.abs(error[30:-30, 40:-40]).max() < 3.0


def test_centroids_are_as_good_as_they_say():
    _, points, listed, _ = field(11)
    off, size = [], []
    for x, y, sx, sy in zip(points.x, points.y, points.sigma_x, points.sigma_y, strict=True):
        near = np.argmin(np.hypot(listed[:, 1] - x, listed[:, 2] - y))
        off += [x - listed[near, 1], y - listed[near, 2]]
        size += [sx, sy]
    off, size = np.array(off), np.array(size)
    assert len(off) > 30
    good = np.abs(off) < 0.5
    assert good.mean() > 0.95
    assert np.mean((off[good] / size[good]) ** 2) == pytest.approx(1.0, abs=0.5)
    assert np.median(np.abs(off)) < 0.05


def test_flux_is_measured_without_bias():
    _, points, listed, _ = field(12)
    ratio = []
    for x, y, flux in zip(points.x, points.y, points.flux, strict=True):
        near = np.argmin(np.hypot(listed[:, 1] - x, listed[:, 2] - y))
        if np.hypot(listed[near, 1] - x, listed[near, 2] - y) < 0.3:
            ratio.append(flux / listed[near, 3])
    assert np.median(ratio) == pytest.approx(1.0, abs=0.03)


def test_names_are_right_over_many_fields_and_false_points_are_refused():
    total = wrong = real = 0
    for seed in range(12):
        attitude, points, listed, rng = field(100 + seed, false=6)
        believed = small_rotation(rng.normal(size=3) * np.radians(0.3)) @ attitude
        found = named(points, Pointing(believed, np.radians(0.3)))
        total += len(found.star)
        wrong += wrong_names(points, found, listed)
        near = np.hypot(points.x[:, None] - listed[:, 1], points.y[:, None] - listed[:, 2]).min(
            axis=1
        )
        real += int(np.sum(near < 0.5))
        turn = found.attitude.matrix @ attitude.T
        assert np.abs(turn - np.eye(3)).max() < 1e-4
    assert wrong == 0
    assert total >= 0.99 * real


def test_lost_in_space_finds_the_same_attitude():
    attitude, points, listed, _ = field(31, false=4)
    found = named(points, None)
    assert np.abs(found.attitude.matrix @ attitude.T - np.eye(3)).max() < 1e-4
    assert wrong_names(points, found, listed) == 0


def test_a_wrong_pointing_falls_back_to_the_whole_sky():
    attitude, points, _, _ = field(31)
    believed = small_rotation([0.5, 0.2, 0.1]) @ attitude
    found = named(points, Pointing(believed, np.radians(0.2)))
    assert np.abs(found.attitude.matrix @ attitude.T - np.eye(3)).max() < 1e-4


def test_noise_alone_is_refused():
    rng = np.random.default_rng(4)
    xy = rng.uniform([10, 10], [1010, 750], (20, 2))
    with pytest.raises(PhysicsError, match="no attitude explains"):
        identify(xy, np.full((20, 2), 0.05), np.ones(20), CAMERA.pinhole, apparent())
    with pytest.raises(PhysicsError, match="needs three"):
        identify(xy[:2], np.full((2, 2), 0.05), np.ones(2), CAMERA.pinhole, apparent())


def test_a_fogged_or_broken_picture_is_refused():
    with pytest.raises(InputError, match="two dimensions"):
        SENSOR.electrons(np.zeros((3, 64, 64)))
    with pytest.raises(InputError, match="not finite"):
        SENSOR.electrons(np.full((64, 64), np.nan))
