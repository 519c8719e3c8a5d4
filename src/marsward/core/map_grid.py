"""Map grids of Mars: where each cell lies, how large it is, and which CRS names it.

All grids stand on the sphere of 3396.19 km with planetocentric latitude, as the IAU codes 49900
(geographic), 49910 (equirectangular, centre 0), 49930 and 49935 (polar stereographic, true scale
at the pole) do: IAU_2015 as registered with PROJ, after Hare and Malapert 2021 (5th Planetary Data
and PSIDA, abstract 7012) and Archinal et al. 2018, doi:10.1007/s10569-017-9805-5. Projections:
Snyder 1987, "Map projections: a working manual", sections 12 and 21, doi:10.3133/pp1395.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from marsward.core.bodies import BODIES
from marsward.core.errors import InputError
from marsward.core.quantity import parse
from marsward.core.registry import unknown

__all__ = ["CRS_CODES", "MapGrid"]

CRS_CODES = {
    "geographic": "IAU_2015:49900",
    "equirectangular": "IAU_2015:49910",
    "north-polar": "IAU_2015:49930",
    "south-polar": "IAU_2015:49935",
}
"""Projection to the code of its coordinate reference system."""

SPHERE = BODIES["mars"].radii[0]
"""Radius of the sphere of those systems [m]: the equatorial one of Mars."""

_PREFIX = "map_"
_MOST_CELLS = 2**40
_SIZE = re.compile(r"\s*([0-9.]+(?:e[+-]?\d+)?)\s*([a-z/°]+)\s*(.*?)\s*", re.I)
_PPD = {"ppd", "px/deg", "px/degree", "px/°", "cells/deg"}
_WORDS = {
    "": "equirectangular", "equirectangular": "equirectangular", "cylindrical": "equirectangular",
    "geographic": "geographic", "north": "north-polar", "north-polar": "north-polar",
    "south": "south-polar", "south-polar": "south-polar",
}  # fmt: skip
# nodes and weights of three-point Gauss-Legendre quadrature on (-1/2, 1/2)
_NODES = 0.5 * np.array([-math.sqrt(0.6), 0.0, math.sqrt(0.6)])
_WEIGHTS = np.array([5.0, 8.0, 5.0]) / 18.0


@dataclass(frozen=True)
class MapGrid:
    """A raster of square cells in a map projection of Mars.

    Rows go from the top down, columns from left to right; a whole row or column number is the
    centre of a cell. Longitude is east positive, 0 to 360; latitude planetocentric.

    projection : "equirectangular", "geographic", "north-polar" or "south-polar"
    width, height : number of columns and rows
    left, top : outer corner of the first cell [m; deg for geographic]
    pixel : side of a cell [m; deg for geographic]
    radius : of the sphere of the CRS [m]
    """

    projection: str
    width: int
    height: int
    left: float
    top: float
    pixel: float
    radius: float = SPHERE

    def __post_init__(self) -> None:
        if self.projection not in CRS_CODES:
            raise InputError(unknown("map projection", self.projection, CRS_CODES))
        if self.width < 1 or self.height < 1 or self.width * self.height > _MOST_CELLS:
            raise InputError(
                f"a map of {self.width} x {self.height} cells cannot be made; "
                "choose a grid such as 16 ppd"
            )
        sizes = (self.pixel, self.radius)
        ends = (self.left, self.top)
        if not all(math.isfinite(each) for each in (*sizes, *ends)) or min(sizes) <= 0.0:
            raise InputError(
                f"a map needs a finite corner and a cell and radius above zero, not corner {ends}, "
                f"cell {self.pixel} and radius {self.radius}"
            )

    # making ---------------------------------------------------------------------------------
    @classmethod
    def equirectangular(cls, ppd: float) -> MapGrid:
        """The whole planet in IAU_2015:49910 at `ppd` cells per degree, 180 W at the left."""
        width, height = _whole_planet(ppd)
        side = math.pi * SPHERE
        return cls("equirectangular", width, height, -side, 0.5 * side, 2.0 * side / width)

    @classmethod
    def geographic(cls, ppd: float) -> MapGrid:
        """The whole planet in IAU_2015:49900, the same cells as `equirectangular` in degrees."""
        width, height = _whole_planet(ppd)
        return cls("geographic", width, height, -180.0, 90.0, 360.0 / width)

    @classmethod
    def polar(cls, pole: str, *, pixel: str | float = "8 km", lat_limit: float = 60.0) -> MapGrid:
        """Polar stereographic square about a pole, out to a latitude.

        Parameters
        ----------
        pole : "north" (IAU_2015:49930) or "south" (IAU_2015:49935)
        pixel : side of a cell at the pole, a text such as "8 km" or a number of metres
        lat_limit : latitude [deg, size without sign] that the middle of each side reaches

        Raises
        ------
        InputError : another pole, a cell that is none, a latitude outside 0 to 90.
        """
        names = {"north": "north-polar", "south": "south-polar"}
        if pole not in names:
            raise InputError(unknown("pole", pole, names))
        side = parse(pixel, "m", name="pixel") if isinstance(pixel, str) else float(pixel)
        if not (math.isfinite(side) and side > 0.0):
            raise InputError(f"a cell of {pixel} is none; write pixel='8 km'")
        if not 0.0 <= lat_limit < 90.0:
            raise InputError(
                f"lat_limit is {lat_limit}; give a latitude from 0 to under 90 degrees"
            )
        reach = 2.0 * SPHERE * math.tan(math.radians(90.0 - lat_limit) / 2.0)
        half = max(1, math.ceil(reach / side - 1e-9))
        return cls(names[pole], 2 * half, 2 * half, -half * side, half * side, side)

    @classmethod
    def parse(cls, text: str | MapGrid) -> MapGrid:
        """The grid of a text: "16 ppd", "0.25 deg", "4 ppd geographic", "8 km north".

        Raises
        ------
        InputError : what the text should have been.
        """
        if isinstance(text, MapGrid):
            return text
        match = _SIZE.fullmatch(text) if isinstance(text, str) else None
        word = (
            " ".join(match[3].lower().replace("polar", "").replace("-", " ").split())
            if match
            else ""
        )
        if match is None or word not in _WORDS:
            raise InputError(
                f'grid {text!r} is none: write "16 ppd" for the whole planet or "8 km north", '
                '"8 km south" for a pole'
            )
        projection, unit = _WORDS[word], match[2].lower()
        if projection.endswith("polar"):
            return cls.polar(projection.split("-")[0], pixel=f"{match[1]} {match[2]}")
        if unit not in _PPD and unit not in {"deg", "degree", "degrees", "°"}:
            raise InputError(
                f'grid "{text}": a map of the whole planet takes cells per degree; write "16 ppd"'
            )
        number = parse(match[1], "", name="grid")
        if number <= 0.0:
            raise InputError(f'grid "{text}" has no cells; write "16 ppd"')
        ppd = number if unit in _PPD else 1.0 / number
        return cls.geographic(ppd) if projection == "geographic" else cls.equirectangular(ppd)

    def window(self, rows: slice, cols: slice = slice(None)) -> MapGrid:
        """The part of this grid with those rows and columns."""
        r0, r1, r_step = rows.indices(self.height)
        c0, c1, c_step = cols.indices(self.width)
        if r_step != 1 or c_step != 1:
            raise InputError("a window of a map takes every row and column; leave the step out")
        return replace(
            self,
            width=c1 - c0,
            height=r1 - r0,
            left=self.left + c0 * self.pixel,
            top=self.top - r0 * self.pixel,
        )

    # what it is -----------------------------------------------------------------------------
    @property
    def crs(self) -> str:
        """Code of the coordinate reference system, as in "IAU_2015:49910"."""
        return CRS_CODES[self.projection]

    @property
    def transform(self) -> tuple[float, float, float, float, float, float]:
        """(a, b, c, d, e, f): x = a col + b row + c, y = d col + e row + f from outer corners."""
        return (self.pixel, 0.0, self.left, 0.0, -self.pixel, self.top)

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return (self.height, self.width)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(left, bottom, right, top) [m; deg for geographic]."""
        bottom = self.top - self.height * self.pixel
        return (self.left, bottom, self.left + self.width * self.pixel, self.top)

    @property
    def separable(self) -> bool:
        """Whether longitude depends on the column only and latitude on the row only."""
        return not self.projection.endswith("polar")

    @property
    def whole(self) -> bool:
        """Whether the grid covers the whole planet once."""
        return self.separable and (
            abs(self.width * self._step - 360.0) < 1e-9
            and abs(self.height * self._step - 180.0) < 1e-9
        )

    @property
    def ppd(self) -> float:
        """Cells per degree; of a polar grid at the pole."""
        return 1.0 / self._step

    @property
    def cell_size(self) -> float:
        """Side of a cell on the ground [m], at the equator or at the pole."""
        return self.radius * math.radians(self._step)

    @property
    def label(self) -> str:
        """A few words for people."""
        if self.separable:
            return f"{self.ppd:.6g} px/deg {self.projection}"
        return f"{self.pixel / 1e3:.6g} km {self.projection} stereographic"

    @cached_property
    def _step(self) -> float:
        """A cell's side [deg]; of a polar grid at the pole."""
        if self.projection == "geographic":
            return self.pixel
        return math.degrees(self.pixel / self.radius)

    # places ---------------------------------------------------------------------------------
    def x_of(self, col: Any) -> Any:
        """Easting [m; deg] of columns, cell centres at whole numbers."""
        return self.left + (np.asarray(col, dtype=float) + 0.5) * self.pixel

    def y_of(self, row: Any) -> Any:
        """Northing [m; deg] of rows, cell centres at whole numbers."""
        return self.top - (np.asarray(row, dtype=float) + 0.5) * self.pixel

    def lon_lat(self, row: Any, col: Any) -> tuple[np.ndarray, np.ndarray]:
        """Longitude [deg, 0 to 360) and latitude [deg] of rows and columns that broadcast.

        Beyond a pole of a cylindrical map both are NaN.
        """
        return self.unproject(self.x_of(col), self.y_of(row))

    def row_col(self, lon: Any, lat: Any) -> tuple[np.ndarray, np.ndarray]:
        """Rows and columns (float) of longitude and latitude [deg] that broadcast.

        Columns of a cylindrical map count eastward from its left edge, -0.5 to under
        360 ppd - 0.5, so that a longitude is found whichever way it is written.
        """
        if not self.separable:
            x, y = self.project(lon, lat)
            return (self.top - y) / self.pixel - 0.5, (x - self.left) / self.pixel - 0.5
        lon, lat = np.broadcast_arrays(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
        degree = 1.0 if self.projection == "geographic" else self.radius * math.radians(1.0)
        east = np.mod(lon - self.left / degree, 360.0)
        east = np.where(east >= 360.0, 0.0, east)
        return (self.top / degree - lat) / self._step - 0.5, east / self._step - 0.5

    def project(self, lon: Any, lat: Any) -> tuple[np.ndarray, np.ndarray]:
        """x, y [m; deg for geographic] of longitude and latitude [deg]; 180 is written -180."""
        lon, lat = np.broadcast_arrays(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
        if self.separable:
            west = np.mod(lon + 180.0, 360.0) - 180.0
            scale = 1.0 if self.projection == "geographic" else self.radius * math.radians(1.0)
            return west * scale, lat * scale
        sign = 1.0 if self.projection == "north-polar" else -1.0
        rho = 2.0 * self.radius * np.tan(np.radians(90.0 - sign * lat) / 2.0)
        turn = np.radians(lon)
        return rho * np.sin(turn), -sign * rho * np.cos(turn)

    def unproject(self, x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """Longitude [deg, 0 to 360) and latitude [deg] of x, y [m; deg for geographic]."""
        x, y = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        if self.separable:
            scale = 1.0 if self.projection == "geographic" else 1.0 / math.radians(self.radius)
            lat = y * scale
            beyond = np.abs(lat) > 90.0 + 1e-9
            lon = np.where(beyond, np.nan, _round_once(x * scale))
            return lon, np.where(beyond, np.nan, np.clip(lat, -90.0, 90.0))
        sign = 1.0 if self.projection == "north-polar" else -1.0
        lat = sign * (90.0 - np.degrees(2.0 * np.arctan(np.hypot(x, y) / (2.0 * self.radius))))
        return _round_once(np.degrees(np.arctan2(x, -sign * y))), lat

    def lon_lat_tables(self) -> tuple[np.ndarray, np.ndarray] | None:
        """(latitude of each row, longitude of each column) [deg], or None for a polar grid."""
        if not self.separable:
            return None
        lat = self.lon_lat(np.arange(self.height), 0)[1]
        return lat, self.lon_lat(0.5 * (self.height - 1), np.arange(self.width))[0]

    def points(self, rows: slice = slice(None), *, radii: Any = None) -> np.ndarray:
        """Cell centres of some rows in the body-fixed frame, (rows, columns, 3).

        Unit directions from the centre of Mars; with `radii` (a, b, c) [m] the points on that
        ellipsoid in these directions [m].
        """
        row = np.arange(*rows.indices(self.height))
        lon, lat = self.lon_lat(row[:, None], np.arange(self.width)[None, :])
        lon, lat = np.radians(lon), np.radians(lat)
        across = np.cos(lat)
        out = np.stack([across * np.cos(lon), across * np.sin(lon), np.sin(lat)], axis=-1)
        if radii is not None:
            out /= np.linalg.norm(out / np.asarray(radii, dtype=float), axis=-1)[..., None]
        return out

    def cell_area(self, rows: slice = slice(None)) -> np.ndarray:
        """Area of each cell of some rows on the sphere [m2], (rows, columns); read-only.

        Exact on cylindrical maps; on polar ones the area scale 1/k^2, with
        k = 1 + (x^2 + y^2) / 4 R^2 (Snyder 1987, section 21), is integrated over the cell by
        Gauss's rule of 3 x 3 points, which holds to 1e-9 for cells up to 100 km.
        """
        row = np.arange(*rows.indices(self.height))
        shape = (row.size, self.width)
        if self.separable:
            degree = 1.0 if self.projection == "geographic" else self.radius * math.radians(1.0)
            upper = self.top / degree - row * self._step
            edges = np.radians(np.clip([upper, upper - self._step], -90.0, 90.0))
            band = np.sin(edges[0]) - np.sin(edges[1])
            area = self.radius**2 * math.radians(self._step) * band
            return np.broadcast_to(area[:, None], shape)
        area = np.zeros(shape)
        four = 4.0 * self.radius**2
        for node_y, weight_y in zip(_NODES, _WEIGHTS, strict=True):
            y2 = self.y_of(row + node_y)[:, None] ** 2
            for node_x, weight_x in zip(_NODES, _WEIGHTS, strict=True):
                x2 = self.x_of(np.arange(self.width) + node_x)[None, :] ** 2
                area += weight_x * weight_y / (1.0 + (x2 + y2) / four) ** 2
        area *= self.pixel**2
        area.flags.writeable = False
        return area

    # datasets -------------------------------------------------------------------------------
    @property
    def attrs(self) -> dict[str, Any]:
        """Attributes that let a dataset say which grid it is on; `of` reads them."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {f"{_PREFIX}crs": self.crs, **{f"{_PREFIX}{k}": v for k, v in values.items()}}

    @classmethod
    def of(cls, dataset: Any) -> MapGrid:
        """The grid of a dataset (or of a mapping of its attributes).

        Raises
        ------
        InputError : nothing in it says which grid it is on.
        """
        attrs: Mapping[str, Any] = getattr(dataset, "attrs", dataset)
        if f"{_PREFIX}projection" in attrs:
            kinds = {"projection": str, "width": int, "height": int}
            return cls(
                **{
                    name: kinds.get(name, float)(attrs[f"{_PREFIX}{name}"])
                    for name in cls.__dataclass_fields__
                }
            )
        if isinstance(attrs.get("grid"), str | MapGrid):
            return cls.parse(attrs["grid"])
        raise InputError(
            "the dataset does not say which map grid it is on; make it with "
            "attrs=grid.attrs and coords=grid.coords()"
        )

    def coords(self) -> dict[str, tuple[str, np.ndarray, dict[str, str]]]:
        """Coordinates y and x of cell centres for a dataset with dims ("y", "x")."""
        if self.projection == "geographic":
            about = {
                "y": ("latitude", "degrees_north", "planetocentric latitude"),
                "x": ("longitude", "degrees_east", "longitude, east positive"),
            }
        else:
            about = {
                "y": ("projection_y_coordinate", "m", "northing"),
                "x": ("projection_x_coordinate", "m", "easting"),
            }
        values = {"y": self.y_of(np.arange(self.height)), "x": self.x_of(np.arange(self.width))}
        labels = ("standard_name", "units", "long_name")
        return {
            name: (name, values[name], dict(zip(labels, about[name], strict=True)))
            for name in ("y", "x")
        }

    def __str__(self) -> str:
        return f"{self.label}, {self.width} x {self.height} cells, {self.crs}"


def _whole_planet(ppd: float) -> tuple[int, int]:
    """Columns and rows of a map of the whole planet."""
    rows = 180.0 * float(ppd)
    if not math.isfinite(rows) or rows < 1.0 or abs(rows - round(rows)) > 1e-9 * rows:
        raise InputError(
            f"{ppd:g} cells per degree do not make whole rows from pole to pole; "
            "choose a number such as 4, 16 or 0.5"
        )
    return 2 * round(rows), round(rows)


def _round_once(lon: np.ndarray) -> np.ndarray:
    """Longitude in [0, 360)."""
    east = np.mod(lon, 360.0)
    return np.where(east >= 360.0, 0.0, east)
