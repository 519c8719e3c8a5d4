"""The path of least cost over a terrain, alike in all headings or not, around what is blocked.

Arrivals are marched outward from the start over the cells; the path goes back down them off the
cell centres and is then pulled taut against the cost itself, the line integral of the cost of a
metre, which runs bilinearly between cell centres.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.errors import InputError, PhysicsError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.geometry.kernels.direction_march import march_directed
from marsward.geometry.kernels.fast_marching import EDGE, march
from marsward.geometry.kernels.path_lines import (
    cast_seeds,
    costs_along,
    line_cost,
    thinned,
    tightened,
    traced,
)
from marsward.geometry.local_terrain import LocalTerrain
from marsward.geometry.traverse_cost import IsotropicCost, TraverseCost

__all__ = ["Path", "arrival_field", "path_cost", "trace_path", "traverse_path"]

Array = NDArray[np.float64]
Point = tuple[float, float]
_SEED_REACH = 6  # cells about the start that straight lines lead to
_NEAR = 2.0  # cells: from so far the path goes straight to the start
_STRIDE = 0.75  # cells of a step back down the arrivals
_FINE = 0.25  # cells: parts of a line over which its cost is summed up
_FINE_PULL = 0.5  # while it is pulled
_WIDEST, _ROUNDS = 64, 5  # hats of the pull
_LONGEST = 24.0  # cells of one straight part
_MARGIN = 6.0  # cells of typical ground to march on beyond the goal
_WIDTH = 0.5  # of a bucket, in steps across the cheaper cells
_BUCKETS = (64, 1 << 17)

add_fields(
    FieldRow("x", "m", "distance east of the site"),
    FieldRow("y", "m", "distance north of the site"),
    FieldRow("path_cost", "1", "cost from the start of the path", low=0.0),
    FieldRow("path_length", "m", "length of the path on the map from its start", low=0.0),
)


@dataclass(frozen=True, eq=False, repr=False)
class Path:
    """A line over a terrain and what it costs.

    x, y : (n,) vertices [m]
    cost : (n,) from the start to each vertex, in the unit of the cost of a metre times metres
    terrain : on which it lies
    arrival : (ny, nx) cost from the start of its last leg to the cells, if it was asked for
    """

    x: Array
    y: Array
    cost: Array
    terrain: LocalTerrain
    arrival: NDArray[np.float64] | None = None

    @property
    def total(self) -> float:
        """Cost of the whole path."""
        return float(self.cost[-1])

    @property
    def distance(self) -> Array:
        """Length on the map from the start to each vertex (n,) [m]."""
        parts = np.hypot(np.diff(self.x), np.diff(self.y))
        return np.concatenate([[0.0], np.cumsum(parts)])

    @property
    def length(self) -> float:
        """Length on the map [m]."""
        return float(self.distance[-1])

    @property
    def height(self) -> Array:
        """Height of the ground at the vertices [m]."""
        return self.terrain.at(self.x, self.y)

    def lonlat(self) -> tuple[Array, Array]:
        """Longitudes and latitudes of the vertices [deg]."""
        return self.terrain.lonlat(self.x, self.y)

    def points(self, every: float) -> tuple[Array, Array]:
        """x, y [m] of points so far apart [m] along it; the ends included."""
        count = max(2, math.ceil(self.length / every) + 1)
        at = np.linspace(0.0, self.length, count)
        return np.interp(at, self.distance, self.x), np.interp(at, self.distance, self.y)

    def dataset(self) -> xr.Dataset:
        """Vertices with place, length, cost and height."""
        lon, lat = self.lonlat()
        return xr.Dataset(
            {
                "x": field("x", self.x, "vertex"),
                "y": field("y", self.y, "vertex"),
                "lon": field("lon", lon, "vertex"),
                "lat": field("lat", lat, "vertex"),
                "elevation": field("elevation", self.height, "vertex"),
                "path_length": field("path_length", self.distance, "vertex"),
                "path_cost": field("path_cost", self.cost, "vertex"),
            },
            attrs={"terrain": self.terrain.source},
        )

    def __repr__(self) -> str:
        return f"<Path of {self.length:.1f} m, {self.x.size} vertices, cost {self.total:.6g}>"


def traverse_path(
    cost: TraverseCost,
    start: Point,
    goal: Point | Sequence[Point],
    *,
    order: int = 2,
    pull: bool = True,
    arrival: bool = False,
) -> Path:
    """The path of least cost from a place to another, or through several in turn.

    Parameters
    ----------
    cost
        `IsotropicCost` or `DirectionalCost`; lines never enter its blocked cells, nor pass between
        two that touch at a corner.
    start, goal
        x, y [m]; a list of goals is visited in its order.
    order
        1 or 2, of fast marching where the cost is alike in all headings.
    pull
        Whether the path is pulled taut against the cost. Without it is as the arrivals gave it.
    arrival
        Keep the arrivals of the last leg, over the whole terrain.

    Raises
    ------
    InputError
        Places off the terrain, an order that is none.
    PhysicsError
        Start or goal is blocked or no way leads there; it names the nearest place that can be had.
    """
    if order not in (1, 2):
        raise InputError(f"order = {order!r}: fast marching is of order 1 or 2")
    goals = [goal] if np.ndim(goal) == 1 else list(goal)
    if not goals:
        raise InputError("a path needs a goal; give x, y in metres")
    terrain = cost.terrain
    xs, ys, costs = [np.array([float(start[0])])], [np.array([float(start[1])])], [np.zeros(1)]
    field_of = None
    for here, there in zip([start, *goals[:-1]], goals, strict=True):
        whole = arrival and there is goals[-1]
        row, col, field_of = _leg(cost, here, there, order, pull, whole)
        along = costs_along(cost.ground, row, col, _FINE)
        xs.append(terrain.x[0] + col[1:] * terrain.cell)
        ys.append(terrain.y[0] - row[1:] * terrain.cell)
        costs.append(costs[-1][-1] + along[1:])
    x, y = np.concatenate(xs), np.concatenate(ys)
    return Path(x, y, np.concatenate(costs), terrain, field_of if arrival else None)


def arrival_field(
    cost: TraverseCost, start: Point, *, goals: Sequence[Point] = (), order: int = 2
) -> Array:
    """Cost of the best way from a start to each cell (ny, nx), inf where none leads.

    With goals the march ends soon after it has reached them all; cells further off stay inf.

    Raises InputError for places off the terrain, PhysicsError for a start that is blocked.
    """
    row, col = _place(cost, start, "start")
    ground = cost.ground
    shape = cost.terrain.shape
    if ground[4][round(row), round(col)]:
        raise PhysicsError(_blocked_start(cost, start, row, col))
    if isinstance(cost, IsotropicCost):
        return _marched(cost, (row, col), [_cell(cost, g) for g in goals], order)
    T = np.full(shape[0] * shape[1], np.inf)
    seeds = cast_seeds(ground, T.reshape(shape), row, col, _SEED_REACH, _FINE)
    flat = seeds[:, 0] * shape[1] + seeds[:, 1]
    ends = [j * shape[1] + i for j, i in (_cell(cost, g) for g in goals)]
    cell, table = cost.terrain.cell, ground[5]
    finite = table[np.isfinite(table)]
    typical = float(np.quantile(finite, 0.05))
    delta, buckets = _buckets(typical * cell, 2.3 * float(finite.max()) * cell)
    march_directed(
        ground[2], ground[3], ground[4], table, ground[6], cell, cost.table.least, T, flat,
        np.array(ends, dtype=np.int64), delta, buckets, _MARGIN * typical * cell,
    )  # fmt: skip
    return T.reshape(shape)


def _marched(cost: IsotropicCost, start: Point, goals: list[tuple[int, int]], order: int) -> Array:
    """Arrivals where the cost is alike in all headings; start in rows and columns."""
    rows, columns = cost.terrain.shape
    width, cell = columns + 2 * EDGE, cost.terrain.cell
    inner = slice(EDGE, EDGE + rows), slice(EDGE, EDGE + columns)
    per_cell = np.zeros((rows + 2 * EDGE, width), np.float32)
    np.multiply(cost.cost, np.float32(cell), out=per_cell[inner])
    T = np.full(per_cell.shape, np.inf)
    seeds = cast_seeds(cost.ground, T[inner], *start, _SEED_REACH, _FINE)
    flat = (seeds[:, 0] + EDGE) * width + seeds[:, 1] + EDGE
    ends = np.array([(j + EDGE) * width + i + EDGE for j, i in goals], dtype=np.int64)
    delta, buckets = _buckets(cost.typical * cell, cost.dearest * cell)
    margin = _MARGIN * cost.typical * cell
    march(per_cell.ravel(), width, T.ravel(), flat, ends, delta, buckets, order, margin)
    return np.ascontiguousarray(T[inner])


def path_cost(cost: TraverseCost, x: Array, y: Array) -> float:
    """Cost of a line through places x, y (n,) [m]; inf where it meets a blocked cell."""
    row, col = cost.terrain.row_col(x, y)
    return float(costs_along(cost.ground, np.array(row), np.array(col), _FINE)[-1])


def trace_path(
    cost: TraverseCost, arrivals: Array, start: Point, goal: Point, *, pull: bool = True
) -> Path:
    """The path to a goal down arrivals (ny, nx) that were marched from a start.

    Parameters
    ----------
    arrivals
        As `arrival_field` gives them, or whoever else, for the same cost.
    pull
        Whether the path is pulled taut against the cost.

    Raises
    ------
    InputError
        Places off the terrain, arrivals of another shape.
    PhysicsError
        The goal is blocked or was not reached; it names the nearest place that was.
    """
    terrain = cost.terrain
    if arrivals.shape != terrain.shape:
        raise InputError(f"arrivals of shape {arrivals.shape} do not fit {terrain.shape}")
    begin, end = _place(cost, start, "start"), _place(cost, goal, "goal")
    row, col = _traced(cost, arrivals, begin, end, goal, pull)
    along = costs_along(cost.ground, row, col, _FINE)
    x, y = terrain.x[0] + col * terrain.cell, terrain.y[0] - row * terrain.cell
    return Path(x, y, along, terrain)


def _leg(cost, start, goal, order, pull, whole) -> tuple[Array, Array, Array]:
    """Rows and columns of the path of one leg, and the arrivals."""
    begin, end = _place(cost, start, "start"), _place(cost, goal, "goal")
    shut = bool(cost.blocked[round(end[0]), round(end[1])])
    T = arrival_field(cost, start, goals=() if whole or shut else (goal,), order=order)
    row, col = _traced(cost, T, begin, end, goal, pull)
    return row, col, T


def _traced(cost, T, begin, end, goal, pull) -> tuple[Array, Array]:
    """Rows and columns of the path down arrivals."""
    ground = cost.ground
    shut = bool(cost.blocked[round(end[0]), round(end[1])])
    if shut or not np.isfinite(T[round(end[0]), round(end[1])]):
        raise PhysicsError(_no_way(cost, T, goal, end, shut))
    direct = line_cost(ground, begin[0], begin[1], end[0], end[1], _FINE)
    for stride in (_STRIDE, 0.0):
        row, col = traced(ground, T, begin[0], begin[1], end[0], end[1], _NEAR, stride)
        if np.isfinite(costs_along(ground, row, col, _FINE)[-1]):
            break
    else:
        raise PhysicsError(
            f"the way to the goal ({goal[0]:g}, {goal[1]:g}) m is so narrow that no line of cells "
            "leads there; choose smaller cells"
        )
    row, col = _shorter(ground, row, col, direct, begin, end)
    if pull and row.size > 2:
        tightened(ground, row, col, _WIDEST, _ROUNDS, _FINE_PULL)
        row, col = thinned(ground, row, col, _LONGEST, _FINE)
    return row, col


def _shorter(ground, row, col, direct, begin, end) -> tuple[Array, Array]:
    """The straight line where it is no dearer than the traced one."""
    if np.isfinite(direct) and direct <= costs_along(ground, row, col, _FINE)[-1]:
        share = np.linspace(0.0, 1.0, max(2, row.size))
        return (
            begin[0] + share * (end[0] - begin[0]),
            begin[1] + share * (end[1] - begin[1]),
        )
    return row, col


def _buckets(least: float, most: float) -> tuple[float, int]:
    """Width and number of buckets for steps between two costs."""
    delta = max(_WIDTH * least, 4.0 * most / _BUCKETS[1])
    count = max(2 * (int(most / delta) + 2), _BUCKETS[0])
    return delta, 1 << (count - 1).bit_length()


def _cell(cost: TraverseCost, point: Point) -> tuple[int, int]:
    """Row and column of the cell of a goal."""
    row, col = _place(cost, point, "goal")
    return round(row), round(col)


def _place(cost: TraverseCost, point: Point, name: str) -> tuple[float, float]:
    """Row and column of a place; cells' outermost halves belong to the grid."""
    x, y = (float(v) for v in point)
    terrain = cost.terrain
    if not bool(terrain.contains(x, y)):
        raise InputError(
            f"the {name} ({x:g}, {y:g}) m is off the terrain, whose edges are {terrain._edges()}"
        )
    row, col = (float(v) for v in terrain.row_col(x, y))
    low = -0.5 + 1e-9
    return (
        min(max(row, low), terrain.shape[0] - 0.5 - 1e-9),
        min(max(col, low), terrain.shape[1] - 0.5 - 1e-9),
    )


def _blocked_start(cost, start, row, col) -> str:
    open_ = ground_open(cost)
    x, y, away = _nearest(cost.terrain, open_, row, col)
    return (
        f"the start ({start[0]:g}, {start[1]:g}) m is on blocked ground; the nearest open place is "
        f"({x:g}, {y:g}) m, {away:.0f} m away"
    )


def ground_open(cost: TraverseCost) -> NDArray[np.bool_]:
    """Which cells (ny, nx) a path may enter."""
    assert cost.blocked is not None
    return ~cost.blocked


def _no_way(cost, T, goal, end, shut) -> str:
    x, y, away = _nearest(cost.terrain, np.isfinite(T), *end)
    why = "is on blocked ground" if shut else "cannot be reached"
    return (
        f"the goal ({goal[0]:g}, {goal[1]:g}) m {why}; the nearest place that can be reached is "
        f"({x:g}, {y:g}) m, {away:.0f} m away"
    )


def _nearest(terrain: LocalTerrain, cells: NDArray[np.bool_], row: float, col: float):
    """x, y [m] of the cell nearest to a place among some, and how far it is [m]."""
    j, i = np.nonzero(cells)
    k = int(np.argmin((j - row) ** 2 + (i - col) ** 2))
    away = math.hypot(j[k] - row, i[k] - col) * terrain.cell
    return float(terrain.x[i[k]]), float(terrain.y[j[k]]), away
