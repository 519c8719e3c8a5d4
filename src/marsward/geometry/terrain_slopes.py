"""Slopes and roughness of a local terrain over a baseline."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.geometry.kernels.local_heights import baseline_rise, plane_misfit
from marsward.geometry.local_terrain import LocalTerrain, metres

__all__ = ["Slopes", "fitted_slopes", "rms_slope", "roughness", "slopes"]

Grid = NDArray[np.float32]
_BLOCK = 128  # rows of one piece of work

add_fields(
    FieldRow("slope", "degree", "angle of the ground to the level", low=0.0, high=90.0),
    FieldRow("slope_aspect", "degree", "azimuth that the slope faces, downhill, north by east",
             low=0.0, high=360.0),
    FieldRow("roughness", "m", "root mean square height off the plane through the ground around",
             low=0.0),
)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Slopes:
    """How the ground of a terrain leans at each cell.

    east, north : float32 (ny, nx), rise [m/m] to the east and to the north
    terrain : whose slopes they are
    baseline : [m]
    """

    east: Grid
    north: Grid
    terrain: LocalTerrain
    baseline: float

    @property
    def gradient(self) -> Grid:
        """Tangent of the slope."""
        return np.hypot(self.east, self.north)

    @property
    def slope(self) -> Grid:
        """Angle to the level [deg]."""
        return np.degrees(np.arctan(self.gradient))

    @property
    def azimuth(self) -> Grid:
        """Azimuth that the slope faces, downhill, clockwise from north [deg, 0 to 360)."""
        turn = np.degrees(np.arctan2(-self.east, -self.north)) % np.float32(360.0)
        return np.where(turn >= 360.0, np.float32(0.0), turn)

    def dataset(self) -> xr.Dataset:
        """Slope and aspect [deg] with the cells' places."""
        out = self.terrain.dataset().assign(
            slope=field("slope", self.slope, ("y", "x"), baseline_m=self.baseline),
            slope_aspect=field("slope_aspect", self.azimuth, ("y", "x")),
        )
        return out

    def __repr__(self) -> str:
        return f"<Slopes over {self.baseline:g} m of {self.terrain!r}>"


def slopes(
    terrain: LocalTerrain, baseline: float | str | None = None, *, workers: int = 1
) -> Slopes:
    """Slopes between points half a baseline to either side of each cell, along x and along y.

    Parameters
    ----------
    terrain
        The ground.
    baseline
        [m]; two cells by default. Between cell centres heights are taken linearly; at the edges of
        the grid the baseline is as short as it has to be.
    workers
        Threads; the result does not depend on it.

    Raises InputError for a baseline longer than the terrain or shorter than a cell.
    """
    length = _baseline(terrain, 2.0 * terrain.cell if baseline is None else baseline, 1.0)
    reach = 0.5 * length / terrain.cell
    east, north = (np.empty(terrain.shape, dtype=np.float32) for _ in range(2))
    height = terrain.height

    def work(first: int, last: int) -> None:
        baseline_rise(height, reach, first, last, east, north)

    _by_rows(work, terrain.shape[0], workers)
    step = np.float32(terrain.cell)
    return Slopes(east / step, north / step, terrain, length)


def fitted_slopes(
    terrain: LocalTerrain, baseline: float | str, *, workers: int = 1
) -> tuple[Slopes, Grid]:
    """The plane of least squares through a square window about each cell.

    Parameters
    ----------
    baseline
        Side of the window [m], taken to the nearest odd number of cells, three or more.

    Returns
    -------
    slopes
        Of the planes.
    roughness
        Root mean square of what stands off the plane [m], float32 (ny, nx).

    Windows are moved inward at the edges. Raises InputError for a window wider than the terrain.
    """
    length = _baseline(terrain, baseline, 3.0)
    half = max(1, round(0.5 * (length / terrain.cell - 1.0)))
    if 2 * half + 1 > min(terrain.shape):
        raise InputError(f"a window of {length:g} m is wider than the terrain; choose less")
    east, north, rough = (np.empty(terrain.shape, dtype=np.float32) for _ in range(3))
    height = terrain.height

    def work(first: int, last: int) -> None:
        plane_misfit(height, half, first, last, east, north, rough)

    _by_rows(work, terrain.shape[0], workers)
    step = np.float32(terrain.cell)
    side = (2 * half + 1) * terrain.cell
    return Slopes(east / step, north / step, terrain, side), rough


def roughness(terrain: LocalTerrain, baseline: float | str, *, workers: int = 1) -> Grid:
    """Root mean square height off the plane through a square window [m]; see `fitted_slopes`."""
    return fitted_slopes(terrain, baseline, workers=workers)[1]


def rms_slope(terrain: LocalTerrain, baseline: float | str) -> float:
    """Root mean square of the slope between points one baseline apart along rows and columns [deg].

    The two-point slope of Shepard et al. 2001, doi:10.1029/2000JE001429: the angle whose tangent
    is the root mean square height difference over the baseline, taken to whole cells.
    """
    length = _baseline(terrain, baseline, 1.0)
    step = max(1, round(length / terrain.cell))
    if step >= min(terrain.shape):
        raise InputError(f"a baseline of {length:g} m is longer than the terrain; choose less")
    height = terrain.height.astype(np.float64)
    total = count = 0.0
    for part in (height[step:] - height[:-step], height[:, step:] - height[:, :-step]):
        total += float(np.sum(part**2))
        count += part.size
    return float(np.degrees(np.arctan(np.sqrt(total / count) / (step * terrain.cell))))


def _baseline(terrain: LocalTerrain, baseline: float | str, cells: float) -> float:
    length = metres(baseline, "baseline")
    longest = (min(terrain.shape) - 1) * terrain.cell
    if not cells * terrain.cell * (1.0 - 1e-9) <= length <= max(longest, cells * terrain.cell):
        raise InputError(
            f"a baseline of {length:g} m does not fit cells of {terrain.cell:g} m in a terrain of "
            f"{longest:g} m; choose {cells * terrain.cell:g} to {longest:g} m"
        )
    return length


def _by_rows(work: Callable[[int, int], None], rows: int, workers: int) -> None:
    if workers < 1:
        raise InputError(f"workers = {workers}: at least one thread has to work")
    firsts = range(0, rows, _BLOCK)
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda first: work(first, min(first + _BLOCK, rows)), firsts))
