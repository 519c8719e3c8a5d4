"""Cast shadows: how high the horizon stands around each place, and whether the Sun is above it."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.geometry.ellipsoid import direction
from marsward.geometry.kernels.horizon import horizon_rows
from marsward.geometry.kernels.terrain_rays import rays_meet
from marsward.geometry.terrain import Terrain

__all__ = ["HorizonMap", "horizon_map", "sun_hidden"]

_FEWEST, _MOST = 4, 360
_LIFT = 0.5  # m: shadow rays begin so far above the ground
_OWN_SLOPE = (0.02, 0.1, 0.25)  # cells: looks at the slope on which one stands
_BLOCK = 16  # rows of one piece of work


@dataclass(frozen=True, eq=False, repr=False)
class HorizonMap:
    """Elevation of the horizon at the cell centres of a terrain.

    tangent : float32 (azimuths, ny, nx), tangent of the horizon's elevation above the plane that is
        normal to the radius; azimuths even around from the north by the east
    terrain : whose horizon it is
    """

    tangent: NDArray[np.float32]
    terrain: Terrain

    @property
    def azimuth(self) -> NDArray[np.float64]:
        """Azimuths (n,) [deg], 0 north, 90 east."""
        count = self.tangent.shape[0]
        return np.arange(count) * 360.0 / count

    def elevation_at(
        self, lon: ArrayLike, lat: ArrayLike, azimuth: ArrayLike
    ) -> NDArray[np.float64]:
        """Elevation of the horizon [deg] at places and azimuths [deg], linear between all three."""
        lon, lat, azimuth = np.broadcast_arrays(
            *(np.asarray(value, dtype=float) for value in (lon, lat, azimuth))
        )
        return np.degrees(np.arctan(self._tangent(lon, lat, azimuth)))

    def in_shadow(self, lon: ArrayLike, lat: ArrayLike, sun: ArrayLike) -> NDArray[np.bool_]:
        """True where the centre of the Sun is below the horizon.

        Parameters
        ----------
        lon, lat
            Places [deg], any shape.
        sun
            (3,) or (..., 3) body-fixed vectors to the Sun.
        """
        lon, lat = np.broadcast_arrays(np.asarray(lon, float), np.asarray(lat, float))
        sun = np.asarray(sun, dtype=float)
        if sun.shape[-1:] != (3,):
            raise InputError(f"the direction of the Sun is (..., 3), not {sun.shape}")
        up = direction(lon, lat)
        east = np.stack([-up[..., 1], up[..., 0], np.zeros_like(lon)], axis=-1)
        east /= np.maximum(np.linalg.norm(east, axis=-1, keepdims=True), 1e-15)
        north = np.cross(up, east)
        rise, to_east, to_north = (np.sum(sun * axis, axis=-1) for axis in (up, east, north))
        azimuth = np.degrees(np.arctan2(to_east, to_north))
        level = np.maximum(np.hypot(to_east, to_north), 1e-15)
        return rise / level < self._tangent(lon, lat, azimuth)

    def _tangent(self, lon, lat, azimuth):
        count, rows, columns = self.tangent.shape
        x = (lon % 360.0) * columns / 360.0 - 0.5
        y = np.clip((90.0 - lat) * rows / 180.0 - 0.5, 0.0, rows - 1.0)
        z = (azimuth % 360.0) * count / 360.0
        i, j, k = np.floor(x).astype(int), np.floor(y).astype(int), np.floor(z).astype(int)
        x, y, z = x - i, y - j, z - k
        total = np.zeros(np.shape(x))
        for dz, wz in ((0, 1.0 - z), (1, z)):
            for dy, wy in ((0, 1.0 - y), (1, y)):
                for dx, wx in ((0, 1.0 - x), (1, x)):
                    value = self.tangent[
                        (k + dz) % count, np.minimum(j + dy, rows - 1), (i + dx) % columns
                    ]
                    total += wz * wy * wx * value
        return total

    def __repr__(self) -> str:
        count, rows, columns = self.tangent.shape
        return f"<HorizonMap {columns} x {rows}, {count} azimuths>"


def horizon_map(terrain: Terrain, *, azimuths: int = 16, workers: int = 1) -> HorizonMap:
    """The horizon around each cell of a terrain.

    The ground is looked at along great circles: at the slope itself, then every half a cell for the
    first degree and every cell from there on, as far as the highest place can stand above the
    lowest one's horizon.

    Parameters
    ----------
    terrain
        Some 4 cells per degree: time and memory grow with the cells, 4 bytes for each azimuth.
    azimuths
        Number of azimuths, 4 to 360.
    workers
        Threads; the result does not depend on it.

    Raises InputError for another number of azimuths or workers.
    """
    if not _FEWEST <= azimuths <= _MOST:
        raise InputError(f"azimuths = {azimuths} is not between {_FEWEST} and {_MOST}")
    if workers < 1:
        raise InputError(f"workers = {workers}: at least one thread has to work")
    rows, columns = terrain.shape
    inner = terrain.padded[:, 1:-1]
    wide = np.ascontiguousarray(np.concatenate([inner, inner, inner], axis=1))
    angle = np.arange(azimuths) * 2.0 * math.pi / azimuths
    sigmas = _looks(terrain)
    out = np.empty((azimuths, rows, columns), dtype=np.float32)
    a, _, c = terrain.radii

    def work(first: int) -> None:
        horizon_rows(wide, first, min(first + _BLOCK, rows), angle, sigmas, a, c, out)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, range(0, rows, _BLOCK)))
    return HorizonMap(out, terrain)


def _looks(terrain: Terrain) -> NDArray[np.float64]:
    """Angles [rad] from a cell at which the ground is looked at."""
    cell = math.radians(1.0 / terrain.ppd)
    low, high = float(terrain.height.min()), terrain.top
    radius = terrain.radii[2] + low
    farthest = math.acos(radius / (terrain.radii[0] + high)) + cell
    near = np.arange(1, max(2, round(2.0 * math.radians(1.0) / cell)) + 1) * 0.5 * cell
    far = np.arange(near[-1] + cell, farthest + cell, cell)
    return np.concatenate([cell * np.array(_OWN_SLOPE), near, far])


def sun_hidden(terrain: Terrain, points: ArrayLike, sun: ArrayLike) -> NDArray[np.bool_]:
    """True where the terrain keeps the centre of the Sun off points of its surface, ray by ray.

    Slower than a `HorizonMap` and free of its cells: each ray runs through the terrain itself.

    Parameters
    ----------
    points
        (..., 3) body-fixed [m], on the terrain (rays start half a metre above it).
    sun
        (3,) or (..., 3) body-fixed vectors to the Sun.
    """
    points = np.asarray(points, dtype=float)
    sun = np.asarray(sun, dtype=float)
    if points.shape[-1:] != (3,) or sun.shape[-1:] != (3,):
        raise InputError(f"points and Sun are (..., 3), not {points.shape} and {sun.shape}")
    radius = np.linalg.norm(points, axis=-1, keepdims=True)
    start = points + _LIFT * points / radius
    line = sun / np.linalg.norm(sun, axis=-1, keepdims=True)
    start, line = np.broadcast_arrays(start, line)
    out = np.empty(start.shape[:-1], dtype=np.bool_)
    rays_meet(
        np.ascontiguousarray(start.reshape(-1, 3)), np.ascontiguousarray(line.reshape(-1, 3)),
        terrain.ground, out.reshape(-1),
    )  # fmt: skip
    return out
