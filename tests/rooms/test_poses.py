"""Poses of a camera against SPICE and against what they are made of."""

import numpy as np
import pytest
import spiceypy
from mars_orbiter import CAMPAIGN, CRAFT, load_spice, nadir, orbiter

from marsward.core import frames
from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import DataError, InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.geometry.ellipsoid import nearest_point
from marsward.geometry.light_path import light_paths
from marsward.geometry.poses import poses


@pytest.fixture(scope="module")
def flight():
    trajectory = orbiter(CAMPAIGN)
    at = Epoch.et((CAMPAIGN + np.array([5.0, 600.0, 1300.0])).et)
    return trajectory, at, np.stack([nadir(trajectory, one) for one in at])


def test_without_correction_a_pose_is_the_geometric_one(flight, shared_data, tmp_path):
    trajectory, at, attitude = flight
    load_spice(tmp_path, trajectory, shared_data / "spice" / "pck00011.tpc")
    try:
        plain = poses(trajectory, attitude, at, correction="NONE")
        for k, et in enumerate(at.et):
            there = spiceypy.spkezr(str(CRAFT), et, "IAU_MARS", "NONE", "MARS")[0][:3] * 1e3
            turn = spiceypy.pxform("J2000", "IAU_MARS", et) @ attitude[k].T
            sun = spiceypy.spkezr("SUN", et, "IAU_MARS", "NONE", "MARS")[0][:3] * 1e3
            assert np.abs(plain.observer[k] - there).max() < 1e-3
            assert np.abs(plain.axes[k] - turn).max() < 1e-10
            below = nearest_point(plain.observer[k], plain.body.radii)[0]
            assert plain.sun_distance[k] == pytest.approx(np.linalg.norm(sun - below), rel=2e-8)
            assert np.abs(plain.sun[k] * plain.sun_distance[k] - (sun - below)).max() < 2e4
        height = nearest_point(plain.observer, plain.body.radii)[1]
        assert np.allclose(plain.light_time * float(SPEED_OF_LIGHT), height, rtol=1e-4)
    finally:
        spiceypy.kclear()


def test_light_moves_a_pose_by_its_velocity_over_the_ground(flight):
    trajectory, at, attitude = flight
    plain = poses(trajectory, attitude, at, correction="NONE")
    seen = poses(trajectory, attitude, at)
    motion = frames.state_rotation("J2000", "IAU_MARS", at)
    state = np.einsum("nij,nj->ni", motion, trajectory.at(at, wrt="mars"))
    back = -state[:, 3:] * seen.light_time[:, None]
    shift = seen.observer - plain.observer
    across = np.eye(3) - np.einsum("ni,nj->nij", seen.axes[..., 2], seen.axes[..., 2])
    off = np.einsum("nij,nj->ni", across, shift - back)
    # the axes turn by spin times light time: 7e-5 rad/s * 1 ms * 265 km = 2 cm on the ground
    assert np.abs(off).max() < 0.03
    assert 2.0 < np.linalg.norm(back, axis=1).min() < 4.0
    height = nearest_point(plain.observer, plain.body.radii)[1]
    assert np.allclose(seen.light_time * float(SPEED_OF_LIGHT), height, rtol=1e-4)
    assert np.allclose(np.linalg.det(seen.axes), 1.0, atol=1e-12)


def test_an_index_gives_one_and_a_slice_some(flight):
    trajectory, at, attitude = flight
    for made in (poses(trajectory, attitude, at), light_paths(trajectory, attitude, at)):
        assert len(made) == 3
        one, some = made[1], made[1:]
        assert one.axes.shape == (3, 3)
        assert one.light_time.shape == ()
        assert len(some) == 2
        assert np.array_equal(some[0].axes, one.axes)
        assert float(one.epoch.et) == float(at.et[1])
    alone = poses(trajectory, attitude[1], at[1])
    assert len(alone) == 1
    assert np.allclose(alone.observer[0], poses(trajectory, attitude, at).observer[1], atol=1e-6)


def test_a_camera_that_sees_the_limb_or_the_sky_has_a_pose_too(flight):
    trajectory, at, attitude = flight
    seen = poses(trajectory, -attitude[..., ::-1, :] * np.array([1.0, 1.0, -1.0])[:, None], at)
    assert np.isfinite(seen.observer).all()
    away = np.stack([np.diag([1.0, -1.0, -1.0]) @ turn for turn in attitude])
    back = poses(trajectory, away, at)
    assert np.isfinite(back.observer).all()
    assert np.abs(np.linalg.norm(back.observer, axis=1) / 3.66e6 - 1.0).max() < 0.01


def test_wrong_calls_are_refused(flight):
    trajectory, at, attitude = flight
    with pytest.raises(InputError, match="type one of NONE"):
        poses(trajectory, attitude, at, correction="XLT")
    with pytest.raises(InputError, match="attitude is"):
        poses(trajectory, attitude[:2], at)
    with pytest.raises(InputError, match="rotation from J2000"):
        poses(trajectory, 2.0 * attitude, at)
    with pytest.raises(InputError, match="no size or rotation"):
        poses(trajectory, attitude, at, body="mars barycenter")
    with pytest.raises(InputError, match="epoch must be an Epoch"):
        poses(trajectory, attitude, at.et)
    with pytest.raises((PhysicsError, DataError)):
        poses(trajectory, attitude, at + 1e6)


def test_an_orbit_below_the_surface_is_refused(flight):
    _, at, attitude = flight

    class Sunken:
        def at(self, epoch, *, wrt=None, ephemeris=None):
            deep = np.array([3.2e6, 0.0, 0.0, 0.0, 3.5e3, 0.0])
            return ephemeris.state("mars", wrt=wrt, at=epoch) + deep

    with pytest.raises(InputError, match="inside mars at 3 of 3 epochs"):
        poses(Sunken(), attitude, at)
