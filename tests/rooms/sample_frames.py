"""Frames of a camera set by hand over places of Mars, and numpy's word on what they see."""

import numpy as np
import xarray as xr

from marsward.core.bodies import body
from marsward.geometry.ellipsoid import direction
from marsward.geometry.pinhole import Pinhole

RADII = np.array(body("mars").radii)
CAMERA = Pinhole(4096, 3072, 1.0 / 0.245e-3)


def frames_over(lon, lat, height, *, tilt=0.0, turn=0.0, sun=(1.0, 0.0, 0.0), every=60.0):
    """Frames that look at the centre of Mars from over places [deg], tipped by `tilt` [deg] to
    their own +x and turned about their axis by `turn` [deg]; one each `every` seconds.
    """
    lon, lat, height, tilt, turn = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(each, float)) for each in (lon, lat, height, tilt, turn))
    )
    up = direction(lon, lat)
    observer = up * (RADII.mean() + height)[:, None]
    east = np.stack([-np.sin(np.radians(lon)), np.cos(np.radians(lon)), np.zeros(lon.size)], 1)
    z = -up
    x = east * np.cos(np.radians(turn))[:, None]
    x = x + np.cross(z, east) * np.sin(np.radians(turn))[:, None]
    c, s = np.cos(np.radians(tilt))[:, None], np.sin(np.radians(tilt))[:, None]
    x, z = c * x - s * z, c * z + s * x
    axes = np.stack([x, np.cross(z, x), z], axis=-1)
    sun = np.broadcast_to(np.asarray(sun, float), observer.shape)
    sun = sun / np.linalg.norm(sun, axis=1)[:, None]
    et = 7.0e8 + every * np.arange(lon.size)
    return xr.Dataset(
        {
            "et": ("frame", et),
            "observer": (("frame", "axis"), observer),
            "axes": (("frame", "axis", "camera_axis"), axes),
            "sun": (("frame", "axis"), sun),
        },
        attrs={"body": "mars"},
    )


def scattered(count, *, seed=1, tilt=10.0, low=250e3, high=900e3, every=6000.0):
    """Frames anywhere, poles and 180 deg included, from random heights, tipped and turned."""
    draw = np.random.default_rng(seed)
    lat = np.degrees(np.arcsin(draw.uniform(-1.0, 1.0, count)))
    lat[:4] = (89.5, -89.0, 90.0, -86.0)[:count]
    lon = draw.uniform(0.0, 360.0, count)
    lon[4:8] = (180.0, 179.0, 181.0, 0.0)[: max(0, count - 4)]
    height = draw.uniform(low, high, count)
    tilt, turn = draw.uniform(-tilt, tilt, count), draw.uniform(0.0, 360.0, count)
    sun = direction(*np.degrees(draw.normal(0.0, 0.4, (2, count))))
    return frames_over(lon, lat, height, tilt=tilt, turn=turn, sun=sun, every=every)


def looks(frames, camera, points, *, incidence=90.0, emission=90.0):
    """Per frame what numpy sees of points (k, 3): mask, distance, cosine of incidence, and the
    unit vectors to the camera.
    """
    up = points / RADII**2
    up = up / np.linalg.norm(up, axis=-1)[..., None]
    for number in range(frames.sizes["frame"]):
        away = points - frames["observer"].values[number]
        seen = away @ frames["axes"].values[number]
        distance = np.linalg.norm(away, axis=-1)
        back = -away / distance[..., None]
        inside = camera.inside(np.nan_to_num(camera.project(seen), nan=-1e9))
        light = up @ frames["sun"].values[number]
        facing = np.sum(up * back, axis=-1)
        mask = inside & (facing > 0.0) & (light >= np.cos(np.radians(incidence)))
        yield mask & (facing >= np.cos(np.radians(emission)) - 1e-15), distance, light, back
