"""Poses over Mars and pictures of plain ground, for the tests of maps."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np

from marsward.core.constants import ASTRONOMICAL_UNIT
from marsward.geometry.ellipsoid import direction

SUN_DISTANCE = 1.5 * float(ASTRONOMICAL_UNIT)


def pose_over(lon, lat, altitude, *, roll=0.0, tilt=0.0, incidence=40.0, radius=3_396_190.0):
    """A camera over (lon, lat) [deg] that looks down, tilted about +x [deg], Sun in the east."""
    up = direction(lon, lat)
    east = np.cross([0.0, 0.0, 1.0], up)
    east /= np.linalg.norm(east)
    north = np.cross(up, east)
    c, s = math.cos(roll), math.sin(roll)
    t, q = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
    x = c * east + s * north
    y = np.cross(-up, x)
    z = -t * up + q * y
    axes = np.stack([x, np.cross(z, x), z], axis=1)
    i = math.radians(incidence)
    sun = math.cos(i) * up + math.sin(i) * east
    return SimpleNamespace(
        observer=(radius + altitude) * up, axes=axes, sun=sun, sun_distance=SUN_DISTANCE
    )


def turned_pose(pose, angles):
    """The same pose with the camera turned by small angles about its own axes [rad]."""
    a, b, c = angles
    turn = np.array([[1.0, -c, b], [c, 1.0, -a], [-b, a, 1.0]])
    u, _, vt = np.linalg.svd(turn)
    return SimpleNamespace(**{**vars(pose), "axes": pose.axes @ (u @ vt)})


def albedo_at(lon, lat):
    """A smooth albedo without a seam, 0.1 to 0.3, for longitudes and latitudes [deg]."""
    u = direction(lon, lat)
    return 0.2 + 0.1 * np.sin(40.0 * u[..., 0]) * np.cos(35.0 * u[..., 1]) * np.cos(
        30.0 * u[..., 2]
    )


def radiance_of(pinhole, pose, light, *, terrain=None, albedo=albedo_at):
    """Radiance (band, y, x) of ground with that albedo, pixel centres, all bands alike."""
    from marsward.geometry.ellipsoid import angles
    from marsward.physics.haze import add_haze
    from marsward.physics.mars_photometry import radiance_factor
    from marsward.retrieval.closure import ground_points

    pixels = np.stack(
        np.meshgrid(np.arange(pinhole.width), np.arange(pinhole.height)), axis=-1
    ).astype(float)
    rays = pinhole.ray(pixels.reshape(-1, 2))
    point = ground_points(rays, pose.observer, pose.axes, terrain=terrain)[0]
    lon, lat = angles(point)
    up = point / np.array([3_396_190.0, 3_396_190.0, 3_376_200.0]) ** 2
    up /= np.linalg.norm(up, axis=-1, keepdims=True)
    normal = up if terrain is None else terrain.normal_at(lon, lat)
    to_eye = pose.observer - point
    to_eye /= np.linalg.norm(to_eye, axis=-1, keepdims=True)
    phase = np.arccos(np.clip(to_eye @ pose.sun, -1.0, 1.0))
    values = albedo(lon, lat)
    law = radiance_factor(
        values, np.maximum(normal @ pose.sun, 0.0), np.sum(normal * to_eye, -1), phase,
        photometry=light.photometry,
    )  # fmt: skip
    out = []
    for haze, factor in zip(light.hazes, light.factors(pose.sun_distance), strict=True):
        seen = add_haze(law, values, haze, up @ pose.sun, np.sum(up * to_eye, -1), phase)
        out.append((seen / factor).reshape(pinhole.height, pinhole.width))
    return np.array(out, dtype=np.float32)
