"""Rays to the ellipsoid against SPICE, closed forms and numpy."""

import math

import numpy as np
import pytest
import spiceypy
from mars_orbiter import CAMPAIGN, NEAR_J2000, load_spice, nadir, orbiter, sample_rays, spice_sights

from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.geometry.kernels.arc import arc, arc_of_cosine
from marsward.geometry.light_path import light_paths
from marsward.geometry.pinhole import Pinhole
from marsward.geometry.poses import Poses, poses
from marsward.geometry.rays import RayTable, angles_and_places, ellipsoid_rays

POINT = 1e-3  # m
ANGLE = 1e-9  # rad
# An epoch of SPICE is one double, 1.2e-7 s wide in 2021: half of that at the 24 km/s of Mars about
# the barycentre is what its converged positions are uncertain by, in metres and, from the 265 km of
# the orbit, in radians.
GRAIN = 1.8e-3
GRAIN_ANGLE = GRAIN / 265e3 * 1.1


@pytest.fixture(
    scope="module",
    params=[(NEAR_J2000, 0.0), (NEAR_J2000, 0.58), (CAMPAIGN, 0.0), (CAMPAIGN, 0.58)],
    ids=["2000 low", "2000 high", "2021 low", "2021 high"],
)
def flight(request, shared_data, tmp_path_factory):
    """A flight, an epoch on it, rays of a camera that looks down; loaded into SPICE too."""
    epoch, eccentricity = request.param
    trajectory = orbiter(epoch, eccentricity)
    folder = tmp_path_factory.mktemp("kernels")
    load_spice(folder, trajectory, shared_data / "spice" / "pck00011.tpc")
    at = Epoch.et(float((epoch + (3500.0 if eccentricity else 10.0)).et))
    rays = sample_rays() if eccentricity == 0.0 else sample_rays(12.0, 9.0)
    yield trajectory, at, nadir(trajectory, at), rays
    spiceypy.kclear()


@pytest.mark.parametrize("correction", ["NONE", "LT", "LT+S", "CN", "CN+S"])
def test_points_and_angles_are_those_of_sincpt_and_ilumin(flight, correction):
    trajectory, at, attitude, rays = flight
    points, angles = spice_sights(float(at.et), rays.reshape(-1, 3) @ attitude, correction)
    paths = light_paths(trajectory, attitude, at, correction=correction)
    seen = ellipsoid_rays(rays, paths[0])
    late = correction.startswith("CN") and at.et > 1e8
    off = np.linalg.norm(seen.xyz.reshape(3, -1).T - points, axis=1)
    assert off.max() <= (GRAIN if late else POINT)
    cosines = np.stack(seen[:3]).reshape(3, -1).T
    assert np.abs(np.arccos(cosines) - angles).max() <= (GRAIN_ANGLE if late else ANGLE)


def test_angles_and_places_are_those_of_spice(flight):
    trajectory, at, attitude, rays = flight
    points, angles = spice_sights(float(at.et), rays.reshape(-1, 3) @ attitude, "LT+S")
    seen = ellipsoid_rays(rays, light_paths(trajectory, attitude, at)[0])
    places = angles_and_places(seen)
    ours = np.radians(np.stack(places[:3]).reshape(3, -1).T)
    assert np.abs(ours - angles).max() <= ANGLE
    for k, point in enumerate(points):
        _, lon, lat = spiceypy.reclat(point)
        assert abs(math.sin(math.radians(places.lon.flat[k]) - lon)) < ANGLE
        assert abs(math.radians(places.lat.flat[k]) - lat) < ANGLE
    labelled = places.dataset()
    assert labelled.incidence.attrs["units"] == "degree"
    assert labelled.lon.dims == ("y", "x")


def test_effective_poses_are_right_at_the_centre(flight):
    """Straight rays from the effective pose: the boresight to a millimetre, the rest to metres."""
    trajectory, at, attitude, rays = flight
    exact = ellipsoid_rays(rays, light_paths(trajectory, attitude, at, correction="CN+S")[0])
    straight = ellipsoid_rays(rays, poses(trajectory, attitude, at, correction="CN+S")[0])
    off = np.linalg.norm(exact.xyz - straight.xyz, axis=0)
    high = np.linalg.norm(trajectory.at(at)[:3]) > 4e6
    assert off[3, 3] < 1e-4
    assert 0.1 < off.max() < (6.0 if high else 0.75)
    for one, other in zip(exact[:3], straight[:3], strict=True):
        assert np.abs(one - other).max() < (1e-5 if high else 1e-6)


def pose_over(lon=40.0, lat=-25.0, radius=3661e3, turned=0.0):
    """A pose looking straight down, made by hand."""
    up = np.array([
        math.cos(math.radians(lat)) * math.cos(math.radians(lon)),
        math.cos(math.radians(lat)) * math.sin(math.radians(lon)),
        math.sin(math.radians(lat)),
    ])  # fmt: skip
    x = np.cross(-up, [math.sin(turned), 0.0, math.cos(turned)])
    x /= np.linalg.norm(x)
    axes = np.stack([x, np.cross(-up, x), -up], axis=-1)
    sun = np.array([0.6, 0.48, 0.64])
    return Poses(
        Epoch.et(0.0), radius * up, axes, sun, np.array(2.2e11), np.array(0.0), body("mars")
    )


def test_numpy_twin():
    pose = pose_over()
    rays = sample_rays(80.0, 70.0, 41)
    seen = ellipsoid_rays(rays, pose)
    radii = np.array(body("mars").radii)
    d = rays @ pose.axes.T
    o, e = pose.observer / radii, d / radii
    a, b = np.sum(e * e, axis=-1), e @ o
    disc = b * b - a * (o @ o - 1.0)
    hit = (disc > 0.0) & (b < 0.0)
    assert 0.2 < hit.mean() < 0.9
    assert np.array_equal(hit, np.isfinite(seen.cos_i))
    assert all(np.array_equal(hit, np.isfinite(plane)) for plane in (*seen[:3], *seen.xyz))
    t = (-b - np.sqrt(np.where(hit, disc, np.nan))) / a
    point = pose.observer + t[..., None] * d
    n = point / radii**2
    n /= np.linalg.norm(n, axis=-1, keepdims=True)
    assert np.nanmax(np.abs(point - np.moveaxis(seen.xyz, 0, -1))) < 1e-6
    assert np.nanmax(np.abs(n @ pose.sun - seen.cos_i)) < 1e-11
    assert np.nanmax(np.abs(-np.sum(n * d, axis=-1) - seen.cos_e)) < 1e-11
    assert np.nanmax(np.abs(-(d @ pose.sun) - seen.cos_g)[hit]) < 1e-14
    surface = np.sum((np.moveaxis(seen.xyz, 0, -1) / radii) ** 2, axis=-1)
    assert np.nanmax(np.abs(surface - 1.0)) < 1e-13


def test_looking_away_sees_nothing():
    pose = pose_over()
    away = -sample_rays()
    away[..., 2] = -np.abs(away[..., 2])
    seen = ellipsoid_rays(away, pose)
    assert np.isnan(seen.xyz).all()
    places = angles_and_places(seen)
    assert all(np.isnan(plane).all() for plane in places)


def test_pushbroom_is_its_lines(flight):
    trajectory, at, attitude, _ = flight
    rays = sample_rays(5.9, 1.0, 9)[4]
    lines = at + np.linspace(-2.0, 2.0, 5)
    for make in (poses, light_paths):
        where = make(trajectory, attitude, lines)
        strip = ellipsoid_rays(rays, where)
        assert strip.cos_i.shape == (5, 9)
        assert strip.xyz.shape == (3, 5, 9)
        for k in range(5):
            line = ellipsoid_rays(rays, where[k])
            assert np.array_equal(strip.xyz[:, k], line.xyz)
            assert np.array_equal(strip.cos_e[k], line.cos_e)


def test_table_of_a_camera_undoes_its_distortion():
    camera = Pinhole(64, 48, 70.0, distortion=(-0.08, 0.01, 1e-3, -5e-4, 0.0))
    table = RayTable.of(camera)
    assert table.shape == (48, 64)
    back = camera.project(table.planes.T).reshape(48, 64, 2)
    assert np.abs(back[..., 0] - np.arange(64)).max() < 1e-9
    assert np.abs(back[..., 1] - np.arange(48)[:, None]).max() < 1e-9
    some = RayTable.of(camera, rows=slice(10, 20))
    assert np.array_equal(some.planes.reshape(3, 10, 64), table.planes.reshape(3, 48, 64)[:, 10:20])
    pose = pose_over()
    whole, part = ellipsoid_rays(camera, pose), ellipsoid_rays(some, pose)
    assert np.array_equal(whole.xyz[:, 10:20], part.xyz)
    room = np.empty((6, 1, 640))
    again = ellipsoid_rays(some, pose, out=room)
    assert np.shares_memory(again.xyz, room)
    assert np.array_equal(again.cos_i, part.cos_i)


def test_arcs():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 2000)) * 10.0 ** rng.uniform(-6, 6, (2, 2000))
    edge = [(0.0, 1.0), (0.0, -1.0), (1.0, 0.0), (-1.0, 0.0), (1.0, 1.0), (-1.0, -1.0)]
    for a, b in [*zip(y, x, strict=True), *edge]:
        assert arc(a, b) == pytest.approx(math.atan2(a, b), abs=1e-15 * 4)
    assert arc(0.0, 0.0) == 0.0
    for angle in np.linspace(0.0, math.pi, 101):
        assert arc_of_cosine(math.cos(angle)) == pytest.approx(angle, abs=3e-8)
    assert arc_of_cosine(1.0 + 1e-16) == 0.0
    assert arc_of_cosine(-1.0) == pytest.approx(math.pi)


def test_wrong_calls_are_refused():
    pose = pose_over()
    with pytest.raises(InputError, match="unit vectors"):
        ellipsoid_rays(np.ones((4, 3)), pose)
    with pytest.raises(InputError, match="shape"):
        ellipsoid_rays(np.ones((4, 2)), pose)
    with pytest.raises(InputError, match=r"\(6, 1, 49\)"):
        ellipsoid_rays(sample_rays(), pose, out=np.empty((6, 1, 48)))
    with pytest.raises(InputError, match="Poses or LightPaths"):
        ellipsoid_rays(sample_rays(), pose.observer)
