"""A window of terrain: heights of a part of Mars on a fine grid, for what looks there only."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.geometry.ellipsoid import direction

__all__ = ["TerrainWindow"]

_MARS = body("mars").radii


@dataclass(frozen=True, eq=False, repr=False)
class TerrainWindow:
    """Heights above the ellipsoid on square cells of longitude and planetocentric latitude.

    The surface runs bilinearly between cell centres and ends at the outermost ones.

    Parameters
    ----------
    height : (ny, nx) [m above the ellipsoid] at cell centres, rows from the north, columns east
    west, north : edges of the window [deg]
    ppd : cells per degree
    radii : three radii of the ellipsoid [m]; the first two are equal
    source : where the heights are from

    Raises InputError for gaps, for fewer than 2 rows or columns, and for a window beyond a pole.
    """

    height: NDArray[np.float32]
    west: float
    north: float
    ppd: float
    radii: tuple[float, float, float] = _MARS  # type: ignore[assignment]
    source: str = ""

    def __post_init__(self) -> None:
        height = np.ascontiguousarray(self.height, dtype=np.float32)
        if height.ndim != 2 or min(height.shape) < 2:
            raise InputError(
                f"a window of terrain has 2 rows and columns or more, not {height.shape}"
            )
        if not np.isfinite(height).all():
            raise InputError(
                "a window of terrain has gaps (heights that are no numbers); fill them"
            )
        if not (math.isfinite(self.ppd) and self.ppd > 0.0):
            raise InputError(f"ppd is {self.ppd}; a window has some cells per degree, above 0")
        if not (math.isfinite(self.west) and abs(self.north) <= 90.0):
            raise InputError(
                f"the corner of the window, {self.west} east and {self.north} north, is no place"
            )
        south = self.north - height.shape[0] / self.ppd
        if south < -90.0 - 1e-9 or height.shape[1] / self.ppd > 360.0 + 1e-9:
            raise InputError(
                f"a window of {height.shape[0]} rows from {self.north:g} north with {self.ppd:g} "
                f"cells per degree reaches {south:g} degrees; give a smaller one"
            )
        if height is self.height and height.flags.writeable:
            height = height.view()
        height.setflags(write=False)
        object.__setattr__(self, "height", height)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north of the outermost cell centres [deg]."""
        rows, columns = self.height.shape
        half = 0.5 / self.ppd
        return (
            self.west + half,
            self.north - rows / self.ppd + half,
            self.west + columns / self.ppd - half,
            self.north - half,
        )

    def height_at(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.float64]:
        """Height [m] at longitudes and planetocentric latitudes [deg], any shape, bilinear.

        Raises InputError for a place off the window.
        """
        lon, lat = np.broadcast_arrays(np.asarray(lon, float), np.asarray(lat, float))
        x = ((lon - self.west) % 360.0) * self.ppd - 0.5
        y = (self.north - lat) * self.ppd - 0.5
        rows, columns = self.height.shape
        off = ~((x >= 0.0) & (x <= columns - 1.0) & (y >= 0.0) & (y <= rows - 1.0))
        if off.any():
            worst = np.flatnonzero(off.ravel())[0]
            west, south, east, north = self.bounds
            raise InputError(
                f"{lat.ravel()[worst]:.4f} north, {lon.ravel()[worst]:.4f} east is off the window "
                f"of terrain, {south:g} to {north:g} north and {west:g} to {east:g} east"
            )
        i, j = np.minimum(x.astype(int), columns - 2), np.minimum(y.astype(int), rows - 2)
        x, y, h = x - i, y - j, self.height.astype(float, copy=False)
        top = h[j, i] * (1 - x) + h[j, i + 1] * x
        low = h[j + 1, i] * (1 - x) + h[j + 1, i + 1] * x
        return np.asarray(top * (1 - y) + low * y, dtype=float)

    def point_at(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.float64]:
        """Body-fixed points (..., 3) [m] of the surface at longitudes and latitudes [deg]."""
        u = direction(lon, lat)
        base = 1.0 / np.sqrt(np.sum((u / np.asarray(self.radii)) ** 2, axis=-1))
        return np.asarray(u * (base + self.height_at(lon, lat))[..., None])

    def __repr__(self) -> str:
        rows, columns = self.height.shape
        return f"<TerrainWindow {columns} x {rows}, {self.ppd:g} per degree: {self.source}>"
