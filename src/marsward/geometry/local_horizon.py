"""The horizon around places of a local terrain, for shadows of the Sun and views of an orbiter."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.geometry.kernels.local_horizon import rays_up, swept_horizon
from marsward.geometry.local_terrain import LocalTerrain

__all__ = ["LocalHorizon", "local_horizon", "local_horizon_map"]

Array = NDArray[np.float64]
_STRIDE = 0.5  # cells
_FEWEST, _MOST = 4, 360


@dataclass(frozen=True, eq=False, repr=False)
class LocalHorizon:
    """Elevation of the horizon at the cells of a local terrain.

    tangent : float32 (azimuths, ny, nx), tangent of the horizon's elevation over the level;
        azimuths even around from the north by the east
    terrain : whose horizon it is
    """

    tangent: NDArray[np.float32]
    terrain: LocalTerrain

    @property
    def azimuth(self) -> Array:
        """Azimuths (n,) [deg], clockwise from north."""
        count = self.tangent.shape[0]
        return np.arange(count) * 360.0 / count

    def elevation_at(self, x: ArrayLike, y: ArrayLike, azimuth: ArrayLike) -> Array:
        """Elevation of the horizon [deg] at the cells nearest to x, y [m], linear in azimuth.

        InputError for places off the terrain.
        """
        x, y, azimuth = np.broadcast_arrays(
            *(np.asarray(value, dtype=float) for value in (x, y, azimuth))
        )
        if not self.terrain.contains(x, y).all():
            raise InputError(f"a place is off the terrain, whose edges are {self.terrain._edges()}")
        row, col = self.terrain.row_col(x, y)
        count, rows, columns = self.tangent.shape
        j = np.clip(np.rint(row).astype(int), 0, rows - 1)
        i = np.clip(np.rint(col).astype(int), 0, columns - 1)
        z = (azimuth % 360.0) * count / 360.0
        k = np.floor(z).astype(int)
        share = z - k
        low, high = self.tangent[k % count, j, i], self.tangent[(k + 1) % count, j, i]
        return np.degrees(np.arctan(low * (1.0 - share) + high * share))

    def in_shadow(
        self, x: ArrayLike, y: ArrayLike, azimuth: ArrayLike, elevation: ArrayLike
    ) -> NDArray[np.bool_]:
        """True where the centre of a Sun at an azimuth and elevation [deg] is below the horizon."""
        return np.asarray(elevation, dtype=float) < self.elevation_at(x, y, azimuth)

    def __repr__(self) -> str:
        return f"<LocalHorizon, {self.tangent.shape[0]} azimuths, of {self.terrain!r}>"


def local_horizon(
    terrain: LocalTerrain, x: ArrayLike, y: ArrayLike, azimuth: ArrayLike, *, above: float = 0.0
) -> Array:
    """Elevation of the horizon [deg] seen from places, (places..., azimuths).

    Parameters
    ----------
    x, y
        Local metres, any shape.
    azimuth
        (n,) [deg] clockwise from north.
    above
        Height of the eye over the ground [m].

    The ground is looked at every half a cell as far as the terrain reaches; what stands beyond it
    is taken for level and lower. Raises InputError for places off the terrain.
    """
    x, y = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
    if not terrain.contains(x, y).all():
        raise InputError(f"a place is off the terrain, whose edges are {terrain._edges()}")
    angle = np.radians(np.atleast_1d(np.asarray(azimuth, dtype=float)))
    row, col = (np.ascontiguousarray(v) for v in terrain.row_col(x.ravel(), y.ravel()))
    out = np.empty((row.size, angle.size))
    radius = terrain.plane.radius
    rays_up(terrain.height, terrain.cell, radius, row, col, float(above), angle, _STRIDE, out)
    return np.degrees(np.arctan(out)).reshape(*x.shape, angle.size)


def local_horizon_map(
    terrain: LocalTerrain, *, azimuths: int = 16, workers: int = 1
) -> LocalHorizon:
    """The horizon around each cell of a local terrain.

    Parameters
    ----------
    azimuths
        Number of azimuths, 4 to 360; 4 bytes a cell for each.
    workers
        Threads; the result does not depend on it.

    Raises InputError for another number of azimuths or workers.
    """
    if not _FEWEST <= azimuths <= _MOST:
        raise InputError(f"azimuths = {azimuths} is not between {_FEWEST} and {_MOST}")
    if workers < 1:
        raise InputError(f"workers = {workers}: at least one thread has to work")
    out = np.zeros((azimuths, *terrain.shape), dtype=np.float32)
    radius = terrain.plane.radius

    def work(k: int) -> None:
        angle = 2.0 * math.pi * k / azimuths
        swept_horizon(terrain.height, terrain.cell, radius, angle, out[k])

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, range(azimuths)))
    return LocalHorizon(out, terrain)
