"""Rays to the terrain against dense marching, over nadir, limb and poles."""

import math

import numpy as np
import pytest
from mars_orbiter import CAMPAIGN, nadir, orbiter, sample_rays

from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.geometry.ellipsoid import angles, direction
from marsward.geometry.kernels.terrain_rays import terrain_hit
from marsward.geometry.light_path import light_paths
from marsward.geometry.poses import Poses, poses
from marsward.geometry.rays import angles_and_places, ellipsoid_rays, terrain_rays
from marsward.geometry.terrain import Terrain

ALTITUDE = 265e3
SUN = np.array([0.6, 0.48, 0.64])


@pytest.fixture(scope="module")
def mars():
    return Terrain.mars(4)


@pytest.fixture(scope="module")
def rough():
    """Every cell of 15 km at a height of its own: ridges everywhere, slopes of 30 degrees."""
    height = np.random.default_rng(4).uniform(-2e3, 7e3, (720, 1440))
    return Terrain(height.astype(np.float32))


@pytest.fixture(scope="module")
def fine():
    return Terrain.mars(16)


def pose_over(lon, lat, altitude=ALTITUDE):
    """A pose that looks down at a place [deg]."""
    up = direction(lon, lat)
    x = np.cross(-up, [0.0, 0.0, 1.0])
    x = x / np.linalg.norm(x) if np.linalg.norm(x) > 1e-9 else np.array([1.0, 0.0, 0.0])
    axes = np.stack([x, np.cross(-up, x), -up], axis=-1)
    radius = body("mars").radii[0] + altitude
    return Poses(
        Epoch.et(0.0), radius * up, axes, SUN, np.array(2.2e11), np.array(0.0), body("mars")
    )


def cone(count, low, high, seed):
    """Unit rays at angles off the boresight between low and high [deg], even in angle."""
    rng = np.random.default_rng(seed)
    off = np.radians(rng.uniform(low, high, count))
    turn = rng.uniform(0.0, 2.0 * math.pi, count)
    across = np.sin(off)
    return np.stack([across * np.cos(turn), across * np.sin(turn), np.cos(off)], axis=-1)


def above_ground(terrain, point):
    """Height of points (..., 3) over the terrain [m], in plain numpy."""
    radius = np.linalg.norm(point, axis=-1)
    lon, lat = angles(point)
    base = 1.0 / np.sqrt(np.sum((point / radius[..., None] / terrain.radii) ** 2, axis=-1))
    return radius - base - terrain.height_at(lon, lat)


def marched(terrain, start, ray, step=150.0):
    """First way t at which a ray is below the terrain: even steps, then halving; inf for a miss."""
    radii = np.array(terrain.radii) + float(terrain.height.max()) + 500.0
    o, d = start / radii, ray / radii
    a, b = d @ d, o @ d
    disc = b * b - a * (o @ o - 1.0)
    if disc <= 0.0 or b >= 0.0:
        return math.inf
    first, last = (-b - math.sqrt(disc)) / a, (-b + math.sqrt(disc)) / a
    for begin in np.arange(first, last, 3000 * step):
        way = begin + step * np.arange(3001)
        under = np.flatnonzero(above_ground(terrain, start + way[:, None] * ray) <= 0.0)
        if under.size:
            clear, hit = way[under[0] - 1], way[under[0]]
            while hit - clear > 1e-4:
                middle = 0.5 * (clear + hit)
                if above_ground(terrain, start + middle * ray) > 0.0:
                    clear = middle
                else:
                    hit = middle
            return hit
    return math.inf


LIMB = math.degrees(math.asin(3386e3 / (3396.19e3 + ALTITUDE)))
SCENES = [
    ("nadir", 226.0, 18.0, 0.0, 34.0, 200),
    ("antimeridian", 0.0, -4.0, 0.0, 34.0, 200),
    ("oblique", 290.0, -10.0, 50.0, 66.0, 100),
    ("limb", 93.0, -36.0, LIMB - 0.9, LIMB + 0.8, 60),
    ("polar limb", 40.0, 78.0, LIMB - 0.9, LIMB + 0.8, 40),
    ("north pole", 30.0, 89.5, 0.0, 34.0, 200),
    ("south pole", 200.0, -88.0, 0.0, 60.0, 100),
]


@pytest.mark.parametrize(
    ("lon", "lat", "low", "high", "count"), [s[1:] for s in SCENES], ids=[s[0] for s in SCENES]
)
@pytest.mark.parametrize("kind", ["mars", "rough"])
def test_hits_are_those_of_dense_marching(kind, request, lon, lat, low, high, count):
    mars = request.getfixturevalue(kind)
    pose = pose_over(lon, lat)
    rays = cone(count, low, high, 11)
    seen = terrain_rays(rays, pose, mars)
    point = seen.xyz.T
    hit = np.isfinite(seen.cos_e)
    ways = np.array([marched(mars, pose.observer, ray) for ray in rays @ pose.axes.T])
    assert np.array_equal(hit, np.isfinite(ways))
    assert hit.any()
    assert np.abs(above_ground(mars, point[hit])).max() < 1e-3
    way = np.linalg.norm(point[hit] - pose.observer, axis=-1)
    # between its steps the march may pass a crest of less than the sagging of one step, 1 mm
    assert np.abs(way - ways[hit]).max() < 0.02


def test_thousands_of_rays_lie_on_the_fine_terrain_and_clear_of_it_before(fine):
    """16 cells per degree: nothing of the way to the hit is below the ground."""
    share = np.linspace(0.0, 1.0, 60)[:-1] ** 0.3
    for lon, lat, high in ((226.0, 18.0, 34.0), (290.0, -10.0, 66.0), (10.0, 87.0, 34.0)):
        pose = pose_over(lon, lat)
        rays = cone(1500, 0.0, high, 12)
        seen = terrain_rays(rays, pose, fine)
        point = seen.xyz.T
        assert np.isfinite(point).all()
        assert np.abs(above_ground(fine, point)).max() < 1e-3
        for part in share[-30:]:
            between = pose.observer + part * (point - pose.observer)
            assert np.all(above_ground(fine, between) > 0.0)


def test_blocks_and_single_rays_agree(mars):
    pose = pose_over(270.0, -12.0)
    rays = np.concatenate([cone(300, 0.0, 40.0, 13), cone(100, LIMB - 1.0, LIMB + 1.0, 14)])
    seen = terrain_rays(rays, pose, mars)
    places = angles_and_places(seen)
    for k, ray in enumerate(rays @ pose.axes.T):
        found = terrain_hit(*pose.observer, *ray, 0.0, mars.ground)
        if not np.isfinite(seen.cos_e[k]):
            assert found[0] == math.inf
            continue
        assert np.abs(np.array(found[1:4]) - seen.xyz[:, k]).max() < 2e-3
        assert math.degrees(found[7]) == pytest.approx(places.lon[k], abs=1e-7)
        assert math.degrees(found[8]) == pytest.approx(places.lat[k], abs=1e-7)
        assert found[9] == pytest.approx(
            float(mars.height_at(places.lon[k], places.lat[k])), abs=2e-3
        )
        normal = mars.normal_at(places.lon[k], places.lat[k])
        assert np.abs(np.array(found[4:7]) - normal).max() < 1e-5
        assert seen.cos_i[k] == pytest.approx(normal @ SUN, abs=1e-5)
        assert seen.cos_e[k] == pytest.approx(-normal @ ray, abs=1e-5)
        assert seen.cos_g[k] == pytest.approx(-SUN @ ray, abs=1e-12)


def test_flat_terrain_is_the_ellipsoid():
    flat = Terrain.flat()
    for lon, lat in ((10.0, 20.0), (180.0, 89.0), (77.0, -90.0)):
        pose = pose_over(lon, lat)
        rays = sample_rays(75.0, 75.0, 21)
        bare, seen = ellipsoid_rays(rays, pose), terrain_rays(rays, pose, flat)
        assert np.array_equal(np.isnan(bare.cos_e), np.isnan(seen.cos_e))
        sure = bare.cos_e > 0.05
        off = np.linalg.norm(bare.xyz - seen.xyz, axis=0)
        assert off[sure].max() < 1e-3
        assert np.nanmax(np.abs(bare.cos_i - seen.cos_i)) < 1e-6


def test_light_finds_the_same_ground_as_on_the_ellipsoid(mars):
    """Exact light paths: on flat ground the ellipsoid's; on relief the effective pose to 1 m."""
    trajectory = orbiter(CAMPAIGN)
    at = CAMPAIGN + 10.0
    attitude = nadir(trajectory, at)
    exact = light_paths(trajectory, attitude, at, correction="CN+S")[0]
    straight = poses(trajectory, attitude, at, correction="CN+S")[0]
    rays = sample_rays()
    bare, flat = ellipsoid_rays(rays, exact), terrain_rays(rays, exact, Terrain.flat())
    assert np.linalg.norm(bare.xyz - flat.xyz, axis=0).max() < 1e-3
    for one, other in zip(bare[:3], flat[:3], strict=True):
        assert np.abs(one - other).max() < 1e-9
    light, plain = terrain_rays(rays, exact, mars), terrain_rays(rays, straight, mars)
    off = np.linalg.norm(light.xyz - plain.xyz, axis=0)
    assert 0.1 < off.max() < 1.0
    # the relief at the centre changes the light time by 5 us, the orbit's place by 2 cm
    assert off[3, 3] < 0.1
    assert np.abs(light.cos_g - plain.cos_g).max() < 1e-6
    assert np.abs(above_ground(mars, np.moveaxis(light.xyz, 0, -1))).max() < 1e-3


def test_rays_from_below_the_highest_place(mars):
    """From the ground up and along: mountains around Hellas and Olympus, and the free sky."""
    for lon, lat in ((62.0, -33.0), (222.0, 17.0)):
        up = direction(lon, lat)
        start = mars.point_at(lon, lat) + 500.0 * up
        north = np.cross(np.cross(up, [0.0, 0.0, 1.0]), up)
        north /= np.linalg.norm(north)
        east = np.cross(north, up)
        assert terrain_hit(*start, *up, 0.0, mars.ground)[0] == math.inf
        assert terrain_hit(*start, *-up, 0.0, mars.ground)[0] == pytest.approx(500.0, abs=0.1)
        for angle in np.linspace(0.0, 2.0 * math.pi, 25)[:-1]:
            level = math.cos(angle) * north + math.sin(angle) * east
            for rise in (-0.02, 0.0, 0.01):
                ray = level + rise * up
                ray /= np.linalg.norm(ray)
                t = terrain_hit(*start, *ray, 0.0, mars.ground)[0]
                way = np.arange(0.0, min(t, 6e5) - 1.0, 200.0)
                assert np.all(above_ground(mars, start + way[:, None] * ray) > 0.0)
                if t < math.inf:
                    assert abs(above_ground(mars, start + t * ray)) < 2e-3
        sunk = mars.point_at(lon, lat) - 100.0 * up
        assert terrain_hit(*sunk, *up, 0.0, mars.ground)[0] == 0.0


def test_pushbroom_over_terrain(mars):
    trajectory = orbiter(CAMPAIGN)
    at = Epoch.et((CAMPAIGN + np.array([0.0, 1.0, 2.0])).et)
    where = poses(trajectory, nadir(trajectory, at[0]), at)
    rays = sample_rays(5.9, 1.0, 9)[4]
    strip = terrain_rays(rays, where, mars)
    assert strip.cos_i.shape == (3, 9)
    assert np.array_equal(strip.xyz[:, 1], terrain_rays(rays, where[1], mars).xyz)


def test_terrain_of_another_body_is_refused():
    moon = Terrain.flat(body("moon"))
    with pytest.raises(InputError, match="not those of mars"):
        terrain_rays(sample_rays(), pose_over(0.0, 0.0), moon)
