"""Horizons and cast shadows against closed forms, dense sampling and rays to the Sun."""

import math

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.geometry.ellipsoid import direction
from marsward.geometry.horizon import horizon_map, sun_hidden
from marsward.geometry.terrain import Terrain


@pytest.fixture(scope="module")
def mars():
    return Terrain.mars(4).resampled(2)


@pytest.fixture(scope="module")
def horizon(mars):
    return horizon_map(mars, azimuths=24)


def sampled(terrain, lon, lat, azimuth, step=1e-4, farthest=0.15):
    """Elevation of the horizon [deg] by samples along the great circle, in plain numpy."""
    here = terrain.point_at(lon, lat)
    up = direction(lon, lat)
    east = np.array([-up[1], up[0], 0.0]) / math.hypot(up[0], up[1])
    north = np.cross(up, east)
    ahead = math.cos(math.radians(azimuth)) * north + math.sin(math.radians(azimuth)) * east
    sigma = np.arange(step, farthest, step)[:, None]
    u = up * np.cos(sigma) + ahead * np.sin(sigma)
    there = terrain.point_at(
        np.degrees(np.arctan2(u[:, 1], u[:, 0])), np.degrees(np.arcsin(np.clip(u[:, 2], -1, 1)))
    )
    line = there - here
    return float(np.degrees(np.arctan2(line @ up, line @ ahead)).max())


def test_horizon_of_a_sphere_dips_by_nothing_from_the_ground():
    """On the bare ellipsoid the ground falls away at once: the highest look is the nearest."""
    flat = horizon_map(Terrain.flat(), azimuths=4)
    step = 0.02 * math.radians(1.0)
    # the ellipsoid's own tangent plane is tilted by up to 0.34 deg against the radius
    assert np.degrees(np.arctan(flat.tangent)).max() == pytest.approx(0.3395, abs=0.02)
    equator = np.degrees(np.arctan(flat.tangent[1, 90]))
    assert np.allclose(equator, -math.degrees(step / 2.0), atol=1e-3)


def test_horizon_is_that_of_dense_sampling(mars, horizon):
    rng = np.random.default_rng(1)
    off = []
    for _ in range(150):
        j, i, n = rng.integers(3, 357), rng.integers(0, 720), rng.integers(0, 24)
        lon, lat = (i + 0.5) / 2.0, 90.0 - (j + 0.5) / 2.0
        truth = sampled(mars, lon, lat, horizon.azimuth[n])
        ours = float(horizon.elevation_at(lon, lat, horizon.azimuth[n]))
        assert ours == pytest.approx(math.degrees(math.atan(horizon.tangent[n, j, i])), abs=1e-5)
        off.append(truth - ours)
    off = np.array(off)
    # the tops of ridges between two looks are missed
    assert np.median(np.abs(off)) < 0.02
    assert off.max() < 0.5
    assert off.min() > -0.01


def test_shadows_are_those_of_rays_to_the_sun(mars, horizon):
    rng = np.random.default_rng(2)
    count = 4000
    lon, lat = (
        rng.uniform(0.0, 360.0, count),
        np.degrees(np.arcsin(rng.uniform(-0.99, 0.99, count))),
    )
    up = direction(lon, lat)
    level = np.cross(up, rng.normal(size=(count, 3)))
    level /= np.linalg.norm(level, axis=1, keepdims=True)
    elevation = np.radians(rng.uniform(-3.0, 8.0, count))[:, None]
    sun = np.cos(elevation) * level + np.sin(elevation) * up
    quick = horizon.in_shadow(lon, lat, sun)
    truth = sun_hidden(mars, mars.point_at(lon, lat), sun)
    assert 0.2 < truth.mean() < 0.5
    assert (quick == truth).mean() > 0.95
    high = elevation[:, 0] > math.radians(5.0)
    assert (quick == truth)[high].mean() > 0.99


def test_the_shadow_of_one_mountain():
    """A cone of 20 km under a Sun 10 deg high: where the line over its top meets the plain."""
    lon = (np.arange(1440) + 0.5) / 4.0
    lat = 90.0 - (np.arange(720) + 0.5) / 4.0
    off = np.hypot(lon - 180.125, (lat - 0.125)[:, None])
    terrain = Terrain((2e4 * np.clip(1.0 - off, 0.0, 1.0)).astype(np.float32))
    up = direction(180.125, 0.125)
    east = np.array([-up[1], up[0], 0.0]) / math.hypot(up[0], up[1])
    sun = math.cos(math.radians(10.0)) * east + math.sin(math.radians(10.0)) * up
    top = terrain.point_at(180.125, 0.125)
    back = top @ sun
    tip = top - (back - math.sqrt(back**2 - top @ top + terrain.radii[0] ** 2)) * sun
    reach = math.degrees(math.atan2(-(tip @ east), tip @ up))
    assert 2.0 < reach < 2.3
    away = np.linspace(1.02, reach + 0.5, 400)
    hidden = sun_hidden(terrain, terrain.point_at(180.125 - away, 0.125), sun)
    assert hidden[away < reach - 0.003].all()
    assert not hidden[away > reach + 0.003].any()
    quick = horizon_map(terrain, azimuths=4).in_shadow(180.125 - away, 0.125, sun)
    assert quick[away < reach - 0.15].all()
    assert not quick[away > reach + 0.15].any()


def test_any_number_of_workers_gives_the_same(mars):
    one = horizon_map(mars, azimuths=4)
    two = horizon_map(mars, azimuths=4, workers=2)
    assert np.array_equal(one.tangent, two.tangent)


def test_night_is_dark_and_noon_is_lit(mars, horizon):
    lon = np.arange(0.0, 360.0, 15.0)
    lat = np.linspace(-80.0, 80.0, lon.size)
    up = direction(lon, lat)
    assert horizon.in_shadow(lon, lat, -up).all()
    assert not horizon.in_shadow(lon, lat, up).any()
    assert sun_hidden(mars, mars.point_at(lon, lat), -up).all()
    assert not sun_hidden(mars, mars.point_at(lon, lat), up).any()


def test_wrong_calls_are_refused(mars, horizon):
    with pytest.raises(InputError, match="between 4 and 360"):
        horizon_map(mars, azimuths=2)
    with pytest.raises(InputError, match="at least one thread"):
        horizon_map(mars, workers=0)
    with pytest.raises(InputError, match=r"\(\.\.\., 3\)"):
        horizon.in_shadow(0.0, 0.0, np.zeros(2))
    with pytest.raises(InputError, match=r"\(\.\.\., 3\)"):
        sun_hidden(mars, np.zeros(2), np.zeros(3))
