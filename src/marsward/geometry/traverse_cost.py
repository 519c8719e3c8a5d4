"""What a metre of ground costs a traveller: alike in all headings, or by slope along and across."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.geometry.local_terrain import LocalTerrain
from marsward.geometry.terrain_slopes import Slopes

__all__ = ["DirectionalCost", "IsotropicCost", "SlopeCost", "TraverseCost"]

Array = NDArray[np.float64]
_TABLE = (401, 201)  # entries along (odd: level in the middle) and across


@dataclass(frozen=True, eq=False)
class SlopeCost:
    """Cost of a metre on the map by the slope along the way and the slope across it.

    along : (na,) [deg] ascending, uphill above zero, from below zero to above
    across : (nc,) [deg] ascending from 0; both sides cost the same
    cost : (na, nc) above zero; inf where the ground cannot be driven

    Between the entries linear in the tangents; ground steeper than the table cannot be driven. A
    metre on the map is 1/cos(slope) metres on the ground: whoever makes the table counts it in.
    """

    along: Array
    across: Array
    cost: Array

    def __post_init__(self) -> None:
        along, across, cost = (
            np.array(v, dtype=float) for v in (self.along, self.across, self.cost)
        )
        if cost.shape != (along.size, across.size) or min(cost.shape) < 2:
            raise InputError(
                f"a table of {cost.shape} costs does not fit {along.size} slopes along and "
                f"{across.size} across"
            )
        rising = np.all(np.diff(along) > 0.0) and np.all(np.diff(across) > 0.0)
        if not rising or not (along[0] < 0.0 < along[-1]) or across[0] != 0.0:
            raise InputError(
                "slopes of a table rise, along from below to above zero, across from zero"
            )
        if max(along[-1], -along[0], across[-1]) >= 89.0:
            raise InputError("slopes of a table are angles under 89 degrees")
        if np.isnan(cost).any() or not (cost > 0.0).all() or not np.isfinite(cost).any():
            raise InputError("costs of a table are above zero, or inf where nobody can drive")
        for name, value in (("along", along), ("across", across), ("cost", cost)):
            value.setflags(write=False)
            object.__setattr__(self, name, value)

    @cached_property
    def kernel_table(self) -> tuple[Array, tuple[float, float]]:
        """Costs on even tangents, along about zero and across from zero, and the two steps."""
        reach = math.tan(math.radians(max(self.along[-1], -self.along[0])))
        wide = math.tan(math.radians(self.across[-1]))
        na, nc = _TABLE
        along = np.linspace(-reach, reach, na)
        across = np.linspace(0.0, wide, nc)
        nodes_a, nodes_c = np.tan(np.radians(self.along)), np.tan(np.radians(self.across))
        i, u = _between(nodes_a, along)
        j, v = _between(nodes_c, across)
        low = _mixed(self.cost[i][:, j], self.cost[i + 1][:, j], u[:, None])
        high = _mixed(self.cost[i][:, j + 1], self.cost[i + 1][:, j + 1], u[:, None])
        out = _mixed(low, high, v[None, :])
        hair = 1e-9
        out[(along < nodes_a[0] - hair) | (along > nodes_a[-1] + hair)] = np.inf
        return np.ascontiguousarray(out), (2.0 * reach / (na - 1), wide / (nc - 1))

    @property
    def least(self) -> float:
        """The least cost of a metre."""
        return float(self.cost.min())


@dataclass(frozen=True, eq=False, repr=False)
class IsotropicCost:
    """Cost of a metre that is the same in all headings.

    terrain : whose cells these are
    cost : (ny, nx) above zero; what is not (NaN, inf, zero or less) is blocked
    blocked : (ny, nx) True where no way leads, besides those
    """

    terrain: LocalTerrain
    cost: NDArray[np.float32]
    blocked: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        cost = np.array(_fitting(self.cost, self.terrain, "costs"), dtype=np.float32, order="C")
        shut = ~(np.isfinite(cost) & (cost > 0.0))
        if self.blocked is not None:
            shut |= np.asarray(_fitting(self.blocked, self.terrain, "blocked cells"), dtype=bool)
        cost[shut] = 0.0
        _some_open(shut)
        object.__setattr__(self, "cost", cost)
        object.__setattr__(self, "blocked", shut)

    @cached_property
    def ground(self) -> tuple:
        """What the kernels of `path_lines` take."""
        none = np.zeros((1, 1), np.float32)
        assert self.blocked is not None
        shut = self.blocked.view(np.uint8)
        table = np.ones((3, 2))
        return 0, self.cost, none, none, shut, table, (1.0, 1.0), float(self.terrain.cell)

    @property
    def typical(self) -> float:
        """A cost of a metre that a twentieth of the open cells stay under."""
        some = self.cost[:: _thin(self.cost), :: _thin(self.cost)]
        some = some[some > 0.0]
        some = some if some.size else self.cost[self.cost > 0.0]
        return float(np.quantile(some, 0.05))

    @property
    def dearest(self) -> float:
        """The highest cost of a metre."""
        return float(self.cost.max())


@dataclass(frozen=True, eq=False, repr=False)
class DirectionalCost:
    """Cost of a metre that depends on the heading over the slope of the ground.

    slopes : of the terrain, over the length of the traveller
    table : cost of a metre by slope along and across
    blocked : (ny, nx) True where no way leads, besides cells steeper than `steepest`
    steepest : [deg] None for no bound but that of the table
    """

    slopes: Slopes
    table: SlopeCost
    blocked: NDArray[np.bool_] | None = None
    steepest: float | None = None

    def __post_init__(self) -> None:
        shut = np.zeros(self.terrain.shape, dtype=bool)
        if self.blocked is not None:
            shut |= np.asarray(_fitting(self.blocked, self.terrain, "blocked cells"), dtype=bool)
        if self.steepest is not None:
            shut |= self.slopes.gradient > math.tan(math.radians(self.steepest))
        _some_open(shut)
        object.__setattr__(self, "blocked", shut)

    @property
    def terrain(self) -> LocalTerrain:
        """Whose cells these are."""
        return self.slopes.terrain

    @cached_property
    def ground(self) -> tuple:
        """What the kernels of `path_lines` take."""
        none = np.zeros((1, 1), np.float32)
        assert self.blocked is not None
        shut = self.blocked.view(np.uint8)
        table, steps = self.table.kernel_table
        east, north = self.slopes.east, self.slopes.north
        return 1, none, east, north, shut, table, steps, float(self.terrain.cell)


TraverseCost = IsotropicCost | DirectionalCost
"""Either kind of cost."""


def _between(nodes: Array, at: Array) -> tuple[NDArray[np.int64], Array]:
    """Lower node and share of the next one."""
    i = np.clip(np.searchsorted(nodes, at, side="right") - 1, 0, nodes.size - 2)
    share = np.clip((at - nodes[i]) / (nodes[i + 1] - nodes[i]), 0.0, 1.0)
    return i, np.where(share > 1.0 - 1e-9, 1.0, np.where(share < 1e-9, 0.0, share))


def _mixed(low: Array, high: Array, share: Array) -> Array:
    """Linear between two costs; inf counts only where it has a share."""
    with np.errstate(invalid="ignore"):
        out = low * (1.0 - share) + high * share
    return np.where(share == 0.0, low, np.where(share == 1.0, high, out))


def _fitting(values: ArrayLike, terrain: LocalTerrain, what: str) -> np.ndarray:
    values = np.asarray(values)
    if values.shape != terrain.shape:
        raise InputError(f"{what} of shape {values.shape} do not fit a terrain of {terrain.shape}")
    return values


def _some_open(shut: NDArray[np.bool_]) -> None:
    if shut.all():
        raise InputError("every cell is blocked; loosen the bounds on slope or rocks")


def _thin(values: np.ndarray) -> int:
    return max(1, min(values.shape) // 256)
