"""Terrain: heights of a whole body's surface on a grid of longitude and latitude.

The surface: in the planetocentric direction (lon, lat) the radius is that of the ellipsoid plus a
height, which runs bilinearly between cell centres; beyond the outermost rows it runs on to the mean
of that row at the pole, so the surface is closed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import Body, body
from marsward.core.errors import InputError
from marsward.data.terrain_files import SHAPE_SOURCE, finer, read_terrain, shape_model
from marsward.geometry.ellipsoid import direction
from marsward.geometry.kernels.terrain_rays import STEP, coarser, dilated, tile_tops

__all__ = ["FINEST_TILE", "LEVELS", "Terrain"]

FINEST_TILE = 4
"""Cells along a side of the tiles of the finest level of the pyramid."""
LEVELS = 4
_MARS = body("mars").radii


@dataclass(frozen=True, eq=False, repr=False)
class Terrain:
    """Heights of a body above its ellipsoid.

    Parameters
    ----------
    height : float32 (ny, nx), m above the ellipsoid at cell centres; rows from the north pole,
        columns from longitude 0 to the east, nx = 2 ny, even
    radii : three radii of the ellipsoid [m]; the first two are equal
    source : where the heights are from
    """

    height: NDArray[np.float32]
    radii: tuple[float, float, float] = field(default=_MARS)  # type: ignore[assignment]
    source: str = ""

    def __post_init__(self) -> None:
        height = np.ascontiguousarray(self.height, dtype=np.float32)
        if height.ndim != 2 or height.shape[1] != 2 * height.shape[0] or height.shape[0] < 16:
            raise InputError(
                "a terrain covers the whole body with twice as many columns as rows, 16 rows or "
                f"more; this one has the shape {height.shape}"
            )
        if height.shape[0] % FINEST_TILE:
            raise InputError(
                f"the rows of a terrain come in fours, these are {height.shape[0]}; resample it"
            )
        if not np.isfinite(height).all():
            raise InputError("a terrain has gaps (heights that are not numbers); fill them first")
        if len(self.radii) != 3 or self.radii[0] != self.radii[1] or min(self.radii) <= 0.0:
            raise InputError(
                f"a terrain stands on an ellipsoid of revolution, not on radii {self.radii}"
            )
        if np.abs(height).max() > 0.1 * min(self.radii):
            raise InputError(
                f"heights up to {float(np.abs(height).max()):.6g} m are no terrain; give metres "
                "above the ellipsoid, not radii"
            )
        if height is self.height and height.flags.writeable:
            height = height.view()
        height.setflags(write=False)
        object.__setattr__(self, "height", height)

    # makers ---------------------------------------------------------------------------------
    @classmethod
    def mars(cls, ppd: int = 4) -> Terrain:
        """The shipped shape of Mars with 4, 8 or 16 cells per degree (see `shape_model`)."""
        return cls(shape_model(ppd), source=SHAPE_SOURCE)

    @classmethod
    def flat(cls, radii: Any = None) -> Terrain:
        """The bare ellipsoid, of Mars when no radii [m] are given."""
        if isinstance(radii, Body):
            radii = radii.radii
        a, b, c = _MARS if radii is None else radii
        return cls(np.zeros((180, 360), np.float32), (a, b, c), "ellipsoid")

    @classmethod
    def open(cls, path: str | Path, *, above: str = "ellipsoid") -> Terrain:
        """Terrain of Mars from a PDS3 image or a GeoTIFF (see `read_terrain`)."""
        height, source = read_terrain(path, above=above)
        return cls(height, source=source)

    # grid -----------------------------------------------------------------------------------
    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.height.shape
        return rows, columns

    @property
    def ppd(self) -> float:
        """Cells per degree."""
        return self.height.shape[1] / 360.0

    @cached_property
    def padded(self) -> NDArray[np.float32]:
        """Heights (ny + 2, nx + 2) with one cell more on every side, for kernels.

        Column 0 is the last one of the grid, the last column its first; the rows at the ends are
        such that halfway to them stands the mean of the polar row.
        """
        h = self.height
        top, low = np.float32(2.0 * h[0].mean()) - h[0], np.float32(2.0 * h[-1].mean()) - h[-1]
        tall = np.concatenate([top[None], h, low[None]])
        out = np.concatenate([tall[:, -1:], tall, tall[:, :1]], axis=1)
        return np.ascontiguousarray(out)

    @cached_property
    def mips(self) -> tuple[NDArray[np.float32], ...]:
        """Highest points of tiles of 4, 16, 64 ... cells together with all tiles beside them.

        No point of the surface within one tile's side of a tile is higher than its number.
        """
        tops = tile_tops(self.padded, FINEST_TILE)
        levels = [dilated(tops)]
        while len(levels) < LEVELS and not any(n % STEP for n in tops.shape):
            tops = coarser(tops)
            levels.append(dilated(tops))
        return tuple(levels)

    @cached_property
    def ground(self) -> tuple[NDArray, NDArray, NDArray, NDArray]:
        """What the kernels take: padded heights, pyramid, its table, radii and highest height."""
        begin, table = 0, []
        for number, level in enumerate(self.mips):
            table.append((begin, level.shape[1], FINEST_TILE * STEP**number))
            begin += level.size
        tops = np.concatenate([level.ravel() for level in self.mips])
        numbers = np.array([self.radii[0], self.radii[2], self.top])
        return self.padded, tops, np.array(table, dtype=np.int64), numbers

    @cached_property
    def top(self) -> float:
        """The highest height [m]."""
        return float(self.padded.max())

    # values ---------------------------------------------------------------------------------
    def height_at(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.float64]:
        """Height [m] at longitudes and planetocentric latitudes [deg], any shape, bilinear."""
        _, cell = self._cell(lon, lat)
        h00, h01, h10, h11, wx, wy = cell
        return (h00 * (1 - wx) + h01 * wx) * (1 - wy) + (h10 * (1 - wx) + h11 * wx) * wy

    def point_at(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.float64]:
        """Body-fixed points (..., 3) [m] of the surface at longitudes and latitudes [deg]."""
        u = direction(lon, lat)
        return u * (self._reference(u) + self.height_at(lon, lat))[..., None]

    def normal_at(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.float64]:
        """Outward unit normals (..., 3) of the bilinear surface, body-fixed."""
        (lon, lat), (h00, h01, h10, h11, wx, wy) = self._cell(lon, lat)
        per_radian = np.degrees(self.ppd)
        east = ((h01 - h00) * (1 - wy) + (h11 - h10) * wy) * per_radian
        north = ((h00 - h10) * (1 - wx) + (h01 - h11) * wx) * per_radian
        u = direction(lon, lat)
        radius = self._reference(u)
        rho = np.maximum(np.hypot(u[..., 0], u[..., 1]), 1e-12)
        a, _, c = self.radii
        north = north - radius**3 * u[..., 2] * rho * (1.0 / c**2 - 1.0 / a**2)
        radius = radius + self.height_at(lon, lat)
        to_east = np.stack([-u[..., 1], u[..., 0], np.zeros_like(rho)], axis=-1) / rho[..., None]
        to_north = np.cross(u, to_east)
        out = (
            u
            - (to_east * (east / rho)[..., None] + to_north * north[..., None])
            / (radius[..., None])
        )
        return out / np.linalg.norm(out, axis=-1, keepdims=True)

    def resampled(self, ppd: int) -> Terrain:
        """The same terrain with other cells: finer by a cubic spline, coarser by means.

        Raises InputError unless one fineness is a whole multiple of the other.
        """
        rows = self.height.shape[0]
        wanted = round(180 * ppd)
        if wanted < 16 or abs(wanted - 180 * ppd) > 1e-9:
            raise InputError(f"{ppd} cells per degree make no whole number of rows; choose others")
        if wanted == rows:
            return self
        if wanted % rows == 0:
            height = finer(self.height, wanted // rows)
        elif rows % wanted == 0:
            k = rows // wanted
            height = self.height.reshape(wanted, k, 2 * wanted, k).mean(axis=(1, 3), dtype=float)
        else:
            raise InputError(
                f"from {self.ppd:g} to {ppd:g} cells per degree is no whole step; choose a "
                f"multiple or a divisor of {self.ppd:g}"
            )
        return Terrain(height, self.radii, f"{self.source}; resampled to {ppd:g} per degree")

    def _reference(self, u: np.ndarray) -> np.ndarray:
        return 1.0 / np.sqrt(np.sum((u / np.asarray(self.radii)) ** 2, axis=-1))

    def _cell(self, lon: ArrayLike, lat: ArrayLike):
        lon, lat = np.broadcast_arrays(np.asarray(lon, float), np.asarray(lat, float))
        if not np.all(np.abs(lat) <= 90.0):
            raise InputError("a latitude is within 90 degrees of the equator")
        rows, columns = self.height.shape
        x = (lon % 360.0) * self.ppd + 0.5
        y = (90.0 - lat) * self.ppd + 0.5
        i = np.minimum(x.astype(int), columns)
        j = np.minimum(y.astype(int), rows)
        p = self.padded
        corners = (p[j, i], p[j, i + 1], p[j + 1, i], p[j + 1, i + 1])
        values = tuple(np.asarray(h, dtype=float) for h in corners)
        return (lon, lat), (*values, x - i, y - j)

    def __repr__(self) -> str:
        rows, columns = self.height.shape
        return f"<Terrain {columns} x {rows}, {self.ppd:g} per degree: {self.source}>"
