"""Rays of a camera to the ground: cosines and body-fixed points; angles and places on demand.

Straight rays start from `Poses`; rays that follow the light, each at its own epoch, from
`LightPaths`. A frame camera gives one pose per frame, a pushbroom one per line.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.core.fields import field
from marsward.geometry.kernels.rays import (
    angles_of_cosines,
    light_rays,
    one_step_rays,
    places_of_points,
    straight_rays,
)
from marsward.geometry.light_path import LightPaths
from marsward.geometry.pinhole import Pinhole
from marsward.geometry.poses import Poses
from marsward.geometry.terrain import Terrain

__all__ = ["Places", "RayTable", "Sights", "angles_and_places", "ellipsoid_rays", "terrain_rays"]

Array = NDArray[np.float64]
_UNIT = 1e-9


@dataclass(frozen=True, eq=False, repr=False)
class RayTable:
    """Unit vectors in the camera frame, one plane for each component.

    planes : float64 (3, pixels)
    shape : of the pixels, such as (height, width) or (width,)
    """

    planes: Array
    shape: tuple[int, ...]

    @classmethod
    def of(cls, camera: Pinhole | RayTable | ArrayLike, *, rows: slice | None = None) -> RayTable:
        """The table of a camera (or of some of its rows), distortion undone, or of rays (..., 3).

        Raises
        ------
        InputError : the rays are no unit vectors
        PhysicsError : the camera's distortion cannot be inverted
        """
        if isinstance(camera, RayTable):
            return camera
        if isinstance(camera, Pinhole):
            down = np.arange(camera.height)[rows or slice(None)]
            pixels = np.empty((down.size, camera.width, 2))
            pixels[..., 0] = np.arange(camera.width)
            pixels[..., 1] = down[:, None]
            vectors = camera.ray(pixels)
        else:
            vectors = np.asarray(camera, dtype=float)
            if vectors.shape[-1:] != (3,):
                raise InputError(f"rays are unit vectors (..., 3), not of shape {vectors.shape}")
            off = np.abs(np.einsum("...i,...i->...", vectors, vectors) - 1.0)
            if not np.all(off < _UNIT):
                raise InputError("rays are unit vectors in the camera frame; divide by the length")
        planes = np.ascontiguousarray(vectors.reshape(-1, 3).T)
        return cls(planes, vectors.shape[:-1])

    def __repr__(self) -> str:
        return f"<RayTable {' x '.join(map(str, self.shape))}>"


class Sights(NamedTuple):
    """What rays meet; NaN where they meet nothing.

    cos_i, cos_e, cos_g : cosines of incidence, emission and phase, (poses, pixels ...)
    xyz : (3, poses, pixels ...) body-fixed points [m]
    """

    cos_i: Array
    cos_e: Array
    cos_g: Array
    xyz: Array


class Places(NamedTuple):
    """Angles and places of `Sights` [deg]; longitude 0 to 360 east, planetocentric latitude."""

    incidence: Array
    emission: Array
    phase: Array
    lon: Array
    lat: Array

    def dataset(self, dims: Any = ("y", "x")) -> xr.Dataset:
        """The same as labelled fields (backplanes)."""
        return xr.Dataset({name: field(name, getattr(self, name), dims) for name in self._fields})


def ellipsoid_rays(
    camera: Pinhole | RayTable | ArrayLike,
    where: Poses | LightPaths,
    *,
    out: Array | None = None,
) -> Sights:
    """Where the rays of a camera meet the ellipsoid, and how the light falls there.

    Parameters
    ----------
    camera
        A `Pinhole`, a `RayTable` (made once, used for many frames) or unit rays (..., 3). For a
        pushbroom the rays of its line, (width, 3).
    where
        `Poses`: straight rays and one direction to the Sun for each pose. `LightPaths`: light time,
        aberration and the Sun for each ray by itself, right to the millimetre.
    out
        (6, poses, pixels) float64 to write into, so that many frames need one array only.

    Returns
    -------
    Sights
        Of shape (poses, *pixels); a single pose, `poses[k]`, gives (*pixels).

    Raises
    ------
    InputError
        For rays that are no unit vectors or an array ``out`` that does not fit.
    """
    table = RayTable.of(camera)
    one, where = _listed(where)
    planes = _planes(out, len(where), table)
    radii = np.array(where.body.radii)
    if isinstance(where, Poses):
        straight_rays(table.planes, where.axes, where.observer, where.sun, radii, planes)
    elif where.one_step:
        one_step_rays(
            table.planes, where.axes, where.origin, where.beta, where.drift, where.spin,
            where.light_time, where.first, where.grain, where.sun, where.slowness, where.stellar,
            radii, planes,
        )  # fmt: skip
    else:
        light_rays(
            table.planes, where.axes, where.origin, where.beta, where.drift, where.spin,
            where.light_time, where.sun, where.slowness, where.stellar, radii, planes,
        )  # fmt: skip
    return _sights(planes, table, one)


def terrain_rays(
    camera: Pinhole | RayTable | ArrayLike,
    where: Poses | LightPaths,
    terrain: Terrain,
    *,
    out: Array | None = None,
) -> Sights:
    """Where the rays of a camera meet the terrain; the cosines are those of its own slopes.

    Shadows that one place casts on another are not in ``cos_i``: see `geometry.horizon`. Arguments
    and result as in `ellipsoid_rays`; with `LightPaths` the light time is the converged one.

    Raises
    ------
    InputError
        As `ellipsoid_rays`; also when the terrain belongs to another ellipsoid.
    """
    from marsward.geometry.kernels import terrain_blocks, terrain_light

    table = RayTable.of(camera)
    one, where = _listed(where)
    if not np.allclose(where.body.radii, terrain.radii, rtol=0.0, atol=1e-3):
        raise InputError(
            f"the terrain stands on radii {terrain.radii}, which are not those of "
            f"{where.body.name}, {where.body.radii}"
        )
    planes = _planes(out, len(where), table)
    if isinstance(where, Poses):
        terrain_blocks.terrain_rays(
            table.planes, where.axes, where.observer, where.sun, terrain.ground, planes
        )
    else:
        terrain_light.terrain_light_rays(
            table.planes, where.axes, where.origin, where.beta, where.drift, where.spin,
            where.light_time, where.sun, where.slowness, where.stellar, terrain.ground, planes,
        )  # fmt: skip
    return _sights(planes, table, one)


def angles_and_places(sights: Sights) -> Places:
    """Angles [deg], longitudes and latitudes [deg] of sights, to 1e-13 deg of a cosine's own."""
    shape = sights.cos_i.shape
    angles = np.empty((3, sights.cos_i.size))
    for cosine, out in zip(sights[:3], angles, strict=True):
        angles_of_cosines(np.ascontiguousarray(cosine).reshape(-1), out)
    incidence, emission, phase = angles.reshape(3, *shape)
    x, y, z = (np.ascontiguousarray(part).reshape(-1) for part in sights.xyz)
    lon, lat = np.empty(x.size), np.empty(x.size)
    places_of_points(x, y, z, lon, lat)
    return Places(incidence, emission, phase, lon.reshape(shape), lat.reshape(shape))


def _listed(where: Any) -> tuple[bool, Any]:
    """Whether it is a single pose, and the same as a list, its arrays contiguous for kernels."""
    if not isinstance(where, Poses | LightPaths):
        raise InputError(f"rays start from Poses or LightPaths, not from {type(where).__name__}")
    single = np.ndim(where.light_time) == 0
    values = {}
    for item in fields(where):
        value = getattr(where, item.name)
        if item.name == "epoch":
            values[item.name] = value.reshape(1) if single else value
        elif isinstance(value, np.ndarray | np.floating):
            stack = np.asarray(value, dtype=float)
            values[item.name] = np.ascontiguousarray(stack[None] if single else stack)
    return single, replace(where, **values)


def _planes(out: Array | None, poses: int, table: RayTable) -> Array:
    shape = (6, poses, table.planes.shape[1])
    if out is None:
        return np.empty(shape)
    if out.shape != shape or out.dtype != np.float64 or not out.flags.c_contiguous:
        raise InputError(f"out is a C-contiguous float64 array {shape}, not {out.shape}")
    return out


def _sights(planes: Array, table: RayTable, one: bool) -> Sights:
    shape = table.shape if one else (planes.shape[1], *table.shape)
    cubes = planes.reshape(6, *shape)
    return Sights(cubes[0], cubes[1], cubes[2], cubes[3:])
