"""Poses and rays for tests of pictures from orbit."""

import math
from types import SimpleNamespace

import numpy as np

A, C = 3396190.0, 3376200.0
AU = 1.495978707e11


def pinhole_rays(width, height, focal, cx=None, cy=None):
    """Unit rays (height, width, 3) of a camera without distortion."""
    x = np.arange(width) - ((width - 1) / 2.0 if cx is None else cx)
    y = np.arange(height) - ((height - 1) / 2.0 if cy is None else cy)
    x, y = np.meshgrid(x, y)
    out = np.stack([x, y, np.full(x.shape, float(focal))], axis=-1)
    return out / np.linalg.norm(out, axis=-1, keepdims=True)


def pose_over(lon, lat, altitude, sun, *, roll=0.0, tilt=0.0, sun_distance=1.5 * AU):
    """A camera that looks down (tilted about its columns), rows to the south when roll is 0 [deg].

    sun : direction (x, y, z), or (lon, lat) [deg] of the subsolar point
    """
    b, a = math.radians(lat), math.radians(lon)
    up = np.array([math.cos(b) * math.cos(a), math.cos(b) * math.sin(a), math.sin(b)])
    east = np.array([-math.sin(a), math.cos(a), 0.0])
    south = -np.cross(up, east)
    turn, lean = math.radians(roll), math.radians(tilt)
    x = math.cos(turn) * east + math.sin(turn) * south
    y = -math.sin(turn) * east + math.cos(turn) * south
    z = -up
    y, z = math.cos(lean) * y - math.sin(lean) * z, math.sin(lean) * y + math.cos(lean) * z
    if len(sun) == 2:
        s, t = math.radians(sun[0]), math.radians(sun[1])
        sun = (math.cos(t) * math.cos(s), math.cos(t) * math.sin(s), math.sin(t))
    sun = np.asarray(sun, dtype=float)
    radius = 1.0 / math.sqrt((math.cos(b) / A) ** 2 + (math.sin(b) / C) ** 2)
    return SimpleNamespace(
        observer=(radius + altitude) * up,
        axes=np.stack([x, y, z], axis=1),
        sun=sun / np.linalg.norm(sun),
        sun_distance=sun_distance,
    )
