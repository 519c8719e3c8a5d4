"""A section of ground on a grid of squares: layers of radar columns, and round rocks in them.

What `physics.ground_waves` sends its waves through. A cell that an edge cuts takes the mean of its
parts, of the permittivity and of the loss as a conductivity: right for a field across the section,
which no edge in it breaks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import check_kind, number, numbers
from marsward.core.errors import InputError
from marsward.physics.layered_reflection import RadarColumns

__all__ = ["BuriedRock", "GroundSection", "ground_section"]

Array = NDArray[np.float64]
_PARTS = 4  # to each side of a cell, where edges are looked for
_MOST_CELLS = 50_000_000


@dataclass(frozen=True)
class BuriedRock:
    """A round rock, a long cylinder across the section.

    x, depth : of its centre [m]; radius [m]; permittivity, infinite for metal; loss_tangent
    """

    x: float
    depth: float
    radius: float
    permittivity: float = 8.0
    loss_tangent: float = 0.0

    def __post_init__(self) -> None:
        for name in ("x", "depth", "radius", "loss_tangent"):
            number(getattr(self, name), f"{name} of a rock")
        if not (self.radius > 0.0 and self.loss_tangent >= 0.0):
            raise InputError(
                f"a rock has a radius above 0 and a loss tangent of at least 0, not "
                f"{self.radius:g} m and {self.loss_tangent:g}"
            )
        if not self.permittivity >= 1.0:
            raise InputError(
                f"permittivity of a rock is {self.permittivity!r}; it must be at least 1 (basalt "
                "has 8), or infinity for metal"
            )


@dataclass(frozen=True)
class GroundSection:
    """permittivity and loss_tangent (ny, nx) by cell, row 0 under the surface; cell [m]."""

    permittivity: Array
    loss_tangent: Array
    cell: float

    @property
    def x(self) -> Array:
        """Centres of the cells from the left edge [m]."""
        return np.asarray((np.arange(self.permittivity.shape[1]) + 0.5) * self.cell)

    @property
    def depth(self) -> Array:
        """Centres of the cells below the surface [m]."""
        return np.asarray((np.arange(self.permittivity.shape[0]) + 0.5) * self.cell)


def ground_section(
    columns: RadarColumns, cell: float, *,
    width: float, depth: float, x: ArrayLike | None = None, rocks: Sequence[BuriedRock] = (),
) -> GroundSection:  # fmt: skip
    """Layers and rocks painted on a grid.

    Parameters
    ----------
    columns : the layers; their roughness is left out, for it belongs to echoes
    cell : side of a cell [m]; width, depth : of the section [m], up to whole cells
    x : of the columns [m], rising; bottoms of layers go straight from one to the next, and level
        beyond the ends. A single column needs none; several then stand evenly from 0 to `width`
    rocks : later ones over earlier ones; what stands out of the ground is cut off

    Raises
    ------
    InputError : a size that is not positive, too many cells, places that do not fit the columns
    """
    side, across, down = (
        number(v, n, "m") for v, n in ((cell, "cell"), (width, "width"), (depth, "depth"))
    )
    check_kind(columns, RadarColumns, "a section's ground", "RadarColumns")
    if not (side > 0.0 and across >= 2 * side and down >= 2 * side):
        raise InputError(
            f"a section of {across:g} by {down:g} m on cells of {side:g} m cannot be: give two "
            "cells or more each way"
        )
    shape = (math.ceil(down / side - 1e-6), math.ceil(across / side - 1e-6))
    if shape[0] * shape[1] > _MOST_CELLS:
        raise InputError(
            f"a section of {shape[0]} by {shape[1]} cells is more than {_MOST_CELLS:,} cells; give "
            "coarser cells or a smaller section"
        )
    at = _columns_at(columns, x, across)
    eps, lost = np.zeros(shape), np.zeros(shape)
    parts = (np.arange(_PARTS) + 0.5) / _PARTS
    for part_x in parts:
        here = (np.arange(shape[1]) + part_x) * side
        held = _media(columns, at, here)
        for part_z in parts:
            below = (np.arange(shape[0]) + part_z) * side
            e, tan = _painted(held, below, here, rocks)
            eps += e
            lost += np.where(np.isinf(e), 0.0, tan) * np.where(np.isinf(e), 1.0, e)
    tangent = np.where(np.isinf(eps), 0.0, lost / eps)
    return GroundSection(eps / _PARTS**2, tangent, side)


def _columns_at(columns: RadarColumns, x: ArrayLike | None, width: float) -> Array:
    at = np.linspace(0.0, width, len(columns)) if x is None else numbers(x, "x of columns", "m")
    if at.shape != (len(columns),) or np.any(np.diff(at) <= 0.0):
        raise InputError(
            f"x of columns is a rising row of {len(columns)}, one for each, not of shape {at.shape}"
        )
    return np.asarray(at)


def _media(columns: RadarColumns, at: Array, x: Array) -> tuple[Array, Array, Array]:
    """Bottoms (layer, nx), permittivity and loss (medium, nx) under places."""

    def along(rows: Array) -> Array:
        return np.array([np.interp(x, at, row) for row in rows.T]).reshape(-1, x.size)

    return (
        along(columns.interface_depths), along(columns.permittivity), along(columns.loss_tangent)
    )  # fmt: skip


def _painted(
    media: tuple[Array, Array, Array], depth: Array, x: Array, rocks: Sequence[BuriedRock]
) -> tuple[Array, Array]:
    """Permittivity and loss tangent (depth, x) at points."""
    bottoms, eps, loss = media
    shape = (depth.size, x.size)
    out, tan = np.broadcast_to(eps[0], shape).copy(), np.broadcast_to(loss[0], shape).copy()
    for bottom, e, t in zip(bottoms, eps[1:], loss[1:], strict=True):
        under = depth[:, None] >= bottom
        np.copyto(out, e, where=under)
        np.copyto(tan, t, where=under)
    for rock in rocks:
        rows = slice(*np.searchsorted(depth, [rock.depth - rock.radius, rock.depth + rock.radius]))
        places = slice(*np.searchsorted(x, [rock.x - rock.radius, rock.x + rock.radius]))
        far = np.hypot(depth[rows, None] - rock.depth, x[places] - rock.x)
        out[rows, places][far <= rock.radius] = rock.permittivity
        tan[rows, places][far <= rock.radius] = rock.loss_tangent
    return out, tan
