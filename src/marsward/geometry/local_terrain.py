"""Local terrain: heights about a landing site on a plane grid of local metres."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.quantity import parse
from marsward.data.dem_files import LocalPlane, read_dem
from marsward.geometry.kernels.local_heights import bilinear, bilinear_slopes, block_mean
from marsward.geometry.terrain import Terrain

__all__ = ["LocalTerrain", "metres"]

Array = NDArray[np.float64]
_TALLEST = 5e4  # m
_MOST_CELLS = 2**30
_SPLINE_EDGE = 12  # cells beyond the window; the spline forgets by a factor of 3.7 a cell

add_fields(FieldRow("elevation", "m", "height above the areoid"))


def metres(value: float | str, name: str = "length") -> float:
    """A length above zero [m], given as a number of metres or as text such as "24 km"."""
    length = parse(value, "m", name=name) if isinstance(value, str) else float(value)
    if not (np.isfinite(length) and length > 0.0):
        raise InputError(f'{name} is {value!r}: give a length above zero, such as "20 m"')
    return length


@dataclass(frozen=True, eq=False, repr=False)
class LocalTerrain:
    """Heights of a site; between cell centres they run bilinearly.

    Local metres: x to the east and y to the north of the origin, on the azimuthal equidistant plane
    of `LocalPlane`. The grid's middle need not be the origin: a patch keeps the metres of its site.

    height : float32 (ny, nx) [m over the areoid] at cell centres, row 0 in the north
    cell : side of a cell [m]
    lon, lat : planetocentric [deg] of the origin, x = y = 0
    source : where the heights are from, and what they are worth
    middle : x, y [m] of the middle of the grid
    """

    height: NDArray[np.float32]
    cell: float
    lon: float
    lat: float
    source: str = ""
    middle: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        height = np.ascontiguousarray(self.height, dtype=np.float32)
        if height.ndim != 2 or min(height.shape) < 2 or height.size > _MOST_CELLS:
            raise InputError(
                f"a local terrain has rows and columns, 2 or more of each, not {height.shape}"
            )
        if not np.isfinite(height).all():
            raise InputError(
                f"{int((~np.isfinite(height)).sum())} heights of the terrain are not numbers; fill "
                "the gaps first"
            )
        if np.abs(height).max() > _TALLEST:
            raise InputError(
                f"heights up to {float(np.abs(height).max()):.6g} m are no terrain of Mars; give "
                "metres above the areoid"
            )
        object.__setattr__(self, "cell", metres(self.cell, "cell"))
        LocalPlane(self.lon, self.lat)
        if height is self.height and height.flags.writeable:
            height = height.view()
        height.setflags(write=False)
        object.__setattr__(self, "height", height)

    # makers ---------------------------------------------------------------------------------
    @classmethod
    def open(
        cls, path: str | Path, *, cell: float | str | None = None,
        fill: str | float | None = None, band: int = 1,
    ) -> LocalTerrain:  # fmt: skip
        """Terrain from a raster in any reference system of Mars (see `data.dem_files.read_dem`).

        Gaps are refused unless `fill` is "smooth" or a height; heights stay as the file has them.
        """
        wanted = None if cell is None else metres(cell, "cell")
        height, plane, size, source = read_dem(path, cell=wanted, fill=fill, band=band)
        return cls(height, size, plane.lon, plane.lat, source)

    @classmethod
    def of(
        cls, terrain: Terrain, lon: float, lat: float, *, size: float | str = "24 km",
        cell: float | str = "20 m",
    ) -> LocalTerrain:  # fmt: skip
        """A square cut from a terrain of the whole planet, smooth between its cells.

        Cubic splines through the cells of the terrain; heights are told from the areoid.
        """
        side, step = metres(size, "size"), metres(cell, "cell")
        n = round(side / step)
        if n < 2:
            raise InputError(f"a terrain of {side:g} m has no two cells of {step:g} m")
        own = LocalPlane(lon, lat)
        # the shape is smooth over its own cells: splined on a few hundred nodes, then bilinear
        nodes = min(n, 1 + max(8, int(8.0 * side * np.degrees(terrain.ppd) / own.radius)))
        x = (np.arange(nodes) / (nodes - 1) - 0.5) * (n - 1) * step
        places = own.lonlat(x[None, :], -x[:, None])
        coarse = _splined(terrain, *places) - _areoid(*places)
        if nodes < n:
            from scipy.ndimage import zoom

            coarse = zoom(coarse, n / nodes, order=3, mode="nearest", grid_mode=False)
        kilometres = np.pi * terrain.radii[0] / (180.0 * terrain.ppd) / 1e3
        said = f"{terrain.source}, cells of {kilometres:.3g} km, splined between them"
        return cls(coarse.astype(np.float32), step, float(lon) % 360.0, float(lat), said)

    @classmethod
    def flat(
        cls, lon: float = 0.0, lat: float = 0.0, *, size: float | str = "1 km",
        cell: float | str = "10 m", height: float = 0.0,
    ) -> LocalTerrain:  # fmt: skip
        """Level ground at a height [m]."""
        n = max(2, round(metres(size, "size") / metres(cell, "cell")))
        return cls(np.full((n, n), height, np.float32), metres(cell), lon, lat, "level ground")

    # grid -----------------------------------------------------------------------------------
    @cached_property
    def plane(self) -> LocalPlane:
        """The plane of local metres."""
        return LocalPlane(self.lon, self.lat)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.height.shape
        return rows, columns

    @cached_property
    def x(self) -> Array:
        """x of the cell centres (nx,) [m], ascending."""
        count = self.height.shape[1]
        return self.middle[0] + (np.arange(count) - 0.5 * (count - 1)) * self.cell

    @cached_property
    def y(self) -> Array:
        """y of the cell centres (ny,) [m], descending."""
        count = self.height.shape[0]
        return self.middle[1] + (0.5 * (count - 1) - np.arange(count)) * self.cell

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """West, east, south and north edge of the cells [m]."""
        half = 0.5 * self.cell
        x, y = self.x, self.y
        return x[0] - half, x[-1] + half, y[-1] - half, y[0] + half

    def xy(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Array, Array]:
        """Local x, y [m] of longitudes and planetocentric latitudes [deg]."""
        return self.plane.xy(lon, lat)

    def lonlat(self, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
        """Longitudes and latitudes [deg] of local x, y [m]."""
        return self.plane.lonlat(x, y)

    def row_col(self, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
        """Rows and columns as real numbers, whole at cell centres."""
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        return (self.y[0] - y) / self.cell, (x - self.x[0]) / self.cell

    def contains(self, x: ArrayLike, y: ArrayLike) -> NDArray[np.bool_]:
        """Whether points lie on the grid."""
        west, east, south, north = self.extent
        x, y = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        return (x >= west) & (x <= east) & (y >= south) & (y <= north)

    # values ---------------------------------------------------------------------------------
    def at(self, x: ArrayLike, y: ArrayLike) -> Array:
        """Height [m] at local x, y [m], bilinear; InputError off the grid."""
        row, col, shape = self._inside(x, y)
        return bilinear(self.height, row, col).reshape(shape)

    def slope_at(self, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
        """Rise to the east and to the north [m/m] of the bilinear surface."""
        row, col, shape = self._inside(x, y)
        east, north = bilinear_slopes(self.height, row, col)
        return (east / self.cell).reshape(shape), (north / self.cell).reshape(shape)

    def normal(self, x: ArrayLike, y: ArrayLike) -> Array:
        """Upward unit normals (..., 3), east, north, up."""
        east, north = self.slope_at(x, y)
        out = np.stack([-east, -north, np.ones_like(east)], axis=-1)
        return out / np.linalg.norm(out, axis=-1, keepdims=True)

    # others ---------------------------------------------------------------------------------
    def crop(self, x: float, y: float, size: float | str | tuple[float, float]) -> LocalTerrain:
        """The cells of a square (or width and height) [m] about x, y, in the same local metres.

        InputError where it reaches off the grid.
        """
        width, height = size if isinstance(size, tuple) else (metres(size), metres(size))
        nx, ny = (max(2, round(each / self.cell)) for each in (width, height))
        row, col = (float(each) for each in self.row_col(x, y))
        top, left = round(row - 0.5 * (ny - 1)), round(col - 0.5 * (nx - 1))
        rows, columns = self.shape
        if top < 0 or left < 0 or top + ny > rows or left + nx > columns:
            raise InputError(
                f"a piece of {width:g} m x {height:g} m about ({x:g}, {y:g}) m reaches off the "
                f"terrain, whose edges are {self._edges()}; choose another place or size"
            )
        part = np.array(self.height[top : top + ny, left : left + nx])
        at = (
            float(self.x[left]) + 0.5 * (nx - 1) * self.cell,
            float(self.y[top]) - 0.5 * (ny - 1) * self.cell,
        )
        return self._plain(part, self.cell, at, self.source)

    def resampled(self, cell: float | str) -> LocalTerrain:
        """The same ground on other cells [m]: coarser by means where the step is whole, else as the
        bilinear surface has it at the new centres."""
        step = metres(cell, "cell")
        rows, columns = self.shape
        factor = round(step / self.cell)
        if factor >= 2 and abs(step / self.cell - factor) < 1e-6:
            ny, nx = rows // factor, columns // factor
            if min(ny, nx) < 2:
                raise InputError(f"cells of {step:g} m leave no two rows of this terrain")
            height = block_mean(self.height, factor)
            at = (
                float(self.x[0]) + 0.5 * (nx * factor - 1) * self.cell,
                float(self.y[0]) - 0.5 * (ny * factor - 1) * self.cell,
            )
            return self._plain(height, step, at, f"{self.source}; means over {step:g} m")
        ny, nx = (max(2, int(n * self.cell / step + 1e-9)) for n in (rows, columns))
        x = self.middle[0] + (np.arange(nx) - 0.5 * (nx - 1)) * step
        y = self.middle[1] + (0.5 * (ny - 1) - np.arange(ny)) * step
        height = self.at(x[None, :], y[:, None])
        return self._plain(height, step, self.middle, f"{self.source}; on cells of {step:g} m")

    def patch(self, x: float, y: float, size: float | str, cell: float | str) -> LocalTerrain:
        """A finer square about x, y in the same local metres; nothing is added between cells."""
        step = metres(cell, "cell")
        n = max(2, round(metres(size, "size") / step))
        line = (np.arange(n) - 0.5 * (n - 1)) * step
        height = self.at(x + line[None, :], y - line[:, None])
        said = f"{self.source}; bilinear on cells of {step:g} m"
        return self._plain(height, step, (float(x), float(y)), said)

    def raised(self, amount: float) -> LocalTerrain:
        """The same ground, higher by an amount [m]."""
        return replace(self, height=self.height + np.float32(amount))

    def dataset(self) -> xr.Dataset:
        """Heights on dims ("y", "x") with the places of the cells' middle lines."""
        coords = {
            "y": ("y", self.y, {"units": "m", "long_name": "distance north of the site"}),
            "x": ("x", self.x, {"units": "m", "long_name": "distance east of the site"}),
        }
        attrs: dict[str, Any] = {
            "site_lon": self.lon, "site_lat": self.lat, "cell": self.cell, "source": self.source,
            "projection": "azimuthal equidistant about the site",
        }  # fmt: skip
        height = field("elevation", self.height, ("y", "x"))
        return xr.Dataset({"elevation": height}, coords=coords, attrs=attrs)

    def _plain(self, height, cell, middle, source) -> LocalTerrain:
        return LocalTerrain(height, cell, self.lon, self.lat, source, middle)

    def _inside(self, x: ArrayLike, y: ArrayLike):
        x, y = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        good = self.contains(x, y)
        if not good.all():
            bad = np.argmin(good.ravel())
            raise InputError(
                f"the point ({x.ravel()[bad]:g}, {y.ravel()[bad]:g}) m is off the terrain, whose "
                f"edges are {self._edges()}"
            )
        row, col = self.row_col(x.ravel(), y.ravel())
        return np.ascontiguousarray(row), np.ascontiguousarray(col), x.shape

    def _edges(self) -> str:
        west, east, south, north = self.extent
        return f"x {west:g} to {east:g} m, y {south:g} to {north:g} m"

    def __repr__(self) -> str:
        rows, columns = self.height.shape
        return (
            f"<{type(self).__name__} {columns} x {rows} of {self.cell:g} m at {self.lon:.4f} E "
            f"{self.lat:.4f} N: {self.source}>"
        )


def _splined(terrain: Terrain, lon: Array, lat: Array) -> Array:
    """Heights over the ellipsoid [m] by cubic splines through the cells around some places."""
    from scipy.ndimage import map_coordinates

    rows, _columns = terrain.shape
    turn = (lon - lon.ravel()[0] + 180.0) % 360.0 - 180.0 + lon.ravel()[0]
    col, row = turn * terrain.ppd - 0.5, (90.0 - lat) * terrain.ppd - 0.5
    left, right = int(col.min()) - _SPLINE_EDGE, int(col.max()) + _SPLINE_EDGE + 2
    top, low = int(row.min()) - _SPLINE_EDGE, int(row.max()) + _SPLINE_EDGE + 2
    if top < 0 or low > rows:
        raise InputError("a site so near to a pole takes an elevation model of its own; give file=")
    part = np.take(terrain.height[top:low], np.arange(left, right), axis=1, mode="wrap")
    where = np.stack([row - top, col - left])
    return map_coordinates(part.astype(float), where, order=3, mode="nearest")


def _areoid(lon: Array, lat: Array) -> Array:
    """Height of the areoid over the ellipsoid [m]."""
    from marsward.data.areoid import areoid_height

    return Terrain(areoid_height(4)).height_at(lon, lat)
