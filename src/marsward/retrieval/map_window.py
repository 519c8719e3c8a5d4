"""Which cells of a map a frame can see: a window of rows and columns, poles and date line right.

The edge of the frame is followed as a closed ring of rays to the ellipsoid, once lowered and once
raised by the relief; a frame that sees the limb is bounded by the horizon instead. On maps whose
columns are longitudes the ring is counted without a break at 180 deg, and a ring that winds round
a pole takes all columns up to it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.core.map_grid import MapGrid
from marsward.geometry.pinhole import Pinhole
from marsward.retrieval.kernels.ground import NORTH, SEPARABLE, SOUTH
from marsward.retrieval.kernels.window import frame_ring, horizon_ring, ring_bounds

Array = NDArray[np.float64]

RELIEF = (-8_300.0, 21_300.0)
"""Lowest and highest ground of Mars above the ellipsoid [m] (MOLA: floor of Hellas, top of Olympus
Mons; Smith et al. 2001, doi:10.1029/2000JE001364)."""

_EDGE = 24  # rays along each edge of a frame
_SPARE = 0.02  # of the window's extent: edges bend between two rays


class SeenFrom(Protocol):
    """Where a frame was taken from: one pose, body-fixed.

    observer (3,) [m], axes (3, 3) camera to body-fixed, sun (3,) unit vector to the Sun.
    """

    @property
    def observer(self) -> Any: ...
    @property
    def axes(self) -> Any: ...
    @property
    def sun(self) -> Any: ...


@dataclass(frozen=True)
class Window:
    """Cells of a map: rows row0 to row1 (row1 left out), `width` columns from col0 eastward.

    On a map of all longitudes col0 + width may pass the right edge and goes on at the left.
    """

    row0: int
    row1: int
    col0: int
    width: int

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return (self.row1 - self.row0, self.width)

    def columns(self, grid: MapGrid) -> NDArray[np.int64]:
        """Column numbers in the map, from west to east."""
        return (self.col0 + np.arange(self.width)) % grid.width

    def rows(self, lo: int, hi: int) -> Window | None:
        """The part between two rows of the map, or None."""
        row0, row1 = max(self.row0, lo), min(self.row1, hi)
        return Window(row0, row1, self.col0, self.width) if row1 > row0 else None


@dataclass(frozen=True, eq=False)
class GridTables:
    """What the kernels need of a map grid.

    kind : 0 separable, 1 north-polar, 2 south-polar
    numbers : left, top, pixel in radians (separable) or over the sphere's radius (polar)
    lat, lon : (rows, 2) and (columns, 2) cosine and sine; one row each for polar maps
    """

    kind: int
    numbers: Array
    lat: Array
    lon: Array

    @property
    def cell(self) -> float:
        """Side of a cell in radians of arc at the equator or the pole."""
        return float(self.numbers[2])


@lru_cache(maxsize=8)
def grid_tables(grid: MapGrid) -> GridTables:
    """The tables of a grid."""
    scale = math.radians(1.0) if grid.projection == "geographic" else 1.0 / grid.radius
    numbers = np.array([grid.left, grid.top, grid.pixel]) * scale
    if not grid.separable:
        kind = NORTH if grid.projection == "north-polar" else SOUTH
        one = np.array([[1.0, 0.0]])
        return GridTables(kind, numbers, one, one)
    lat = numbers[1] - (np.arange(grid.height) + 0.5) * numbers[2]
    lon = numbers[0] + (np.arange(grid.width) + 0.5) * numbers[2]
    tables = [np.stack([np.cos(a), np.sin(a)], axis=-1) for a in (lat, lon)]
    return GridTables(SEPARABLE, numbers, tables[0], tables[1])


@lru_cache(maxsize=16)
def edge_rays(pinhole: Pinhole) -> Array:
    """Camera rays (n, 3) round the outer edge of a detector, as a closed ring."""
    width, height = pinhole.width - 0.5, pinhole.height - 0.5
    t = np.arange(_EDGE) / _EDGE
    x, y = -0.5 + t * (width + 0.5), -0.5 + t * (height + 0.5)
    sides = [
        np.stack([x, np.full(_EDGE, -0.5)], -1),
        np.stack([np.full(_EDGE, width), y], -1),
        np.stack([x[::-1] + (width + 0.5) / _EDGE, np.full(_EDGE, height)], -1),
        np.stack([np.full(_EDGE, -0.5), y[::-1] + (height + 0.5) / _EDGE], -1),
    ]
    return np.ascontiguousarray(pinhole.ray(np.concatenate(sides)))


def frame_window(
    grid: MapGrid,
    pinhole: Pinhole,
    pose: SeenFrom,
    *,
    radii: Any,
    relief: tuple[float, float] = RELIEF,
) -> Window | None:
    """The cells of a grid that a frame can see, a little generous, or None.

    radii : of the ellipsoid [m]; relief : lowest and highest ground above it [m]
    Raises InputError for an observer below the ground.
    """
    tables = grid_tables(grid)
    radii = np.asarray(radii, dtype=np.float64)
    observer = np.ascontiguousarray(pose.observer, dtype=np.float64)
    axes = np.ascontiguousarray(pose.axes, dtype=np.float64)
    if not float(np.sum((observer / (radii + relief[0])) ** 2)) > 1.0:
        raise InputError(
            f"the camera stands {np.linalg.norm(observer) / 1e3:.1f} km from the centre, below "
            "the ground: give its place in metres in the body-fixed frame"
        )
    bounds = np.empty((2, 4))
    for k, lift in enumerate(relief):
        bounds[k] = _ring_window(pinhole, observer, axes, radii, lift, tables)
    if tables.kind == SEPARABLE:
        _same_turn(bounds, 2.0 * math.pi / tables.cell)
    spare_rows = 1.5 + _SPARE * (bounds[:, 1] - bounds[:, 0]).max()
    spare_cols = 1.5 + _SPARE * (bounds[:, 3] - bounds[:, 2]).max()
    row0 = max(0, math.floor(bounds[:, 0].min() - spare_rows))
    row1 = min(grid.height, math.ceil(bounds[:, 1].max() + spare_rows) + 1)
    if row1 <= row0:
        return None
    low, high = bounds[:, 2].min() - spare_cols, bounds[:, 3].max() + spare_cols
    return _with_columns(grid, tables, row0, row1, low, high)


def _ring_window(
    pinhole: Pinhole, observer: Array, axes: Array, radii: Array, lift: float, tables: GridTables
) -> Array:
    rays = edge_rays(pinhole)
    ring, out = np.empty_like(rays), np.empty(4)
    if frame_ring(rays, observer, axes, radii, lift, ring):
        horizon_ring(observer, float(radii.min()) + RELIEF[0], ring)
    ring_bounds(ring, tables.kind, tables.numbers, out)
    return out


def _same_turn(bounds: Array, turn: float) -> None:
    """Shift the second ring's columns by whole turns next to the first's."""
    middle = 0.5 * (bounds[:, 2] + bounds[:, 3])
    bounds[1, 2:] -= turn * round((middle[1] - middle[0]) / turn)


def _with_columns(
    grid: MapGrid, tables: GridTables, row0: int, row1: int, low: float, high: float
) -> Window | None:
    first, last = math.floor(low), math.ceil(high) + 1
    if tables.kind != SEPARABLE:
        first, last = max(0, first), min(grid.width, last)
        return Window(row0, row1, first, last - first) if last > first else None
    turn = round(2.0 * math.pi / tables.cell)
    if grid.width == turn:
        if last - first >= turn:
            return Window(row0, row1, 0, turn)
        return Window(row0, row1, first % turn, last - first)
    spans = []
    for k in range(-2, 3):
        a, b = max(0, first + k * turn), min(grid.width, last + k * turn)
        if b > a:
            spans.append((a, b))
    if not spans:
        return None
    a, b = min(s[0] for s in spans), max(s[1] for s in spans)
    return Window(row0, row1, a, b - a)
