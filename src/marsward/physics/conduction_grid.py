"""Cells of layered ground for heat conduction: finite volumes that widen with depth.

Widths grow by a fixed ratio in units of the skin depth of the material they lie in, so that soil
and ice are cut alike finely; the upper face of the ice is a face between cells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.physics.columns import GroundColumns
from marsward.physics.season import MarsYear
from marsward.physics.soil import conductivity, skin_depth

__all__ = ["GroundGrid", "HeatLaw", "ground_grid"]

Array = NDArray[np.float64]
# Depth of the grid in annual skin depths: the yearly wave falls to exp(-5), its heat below is 1e-4.
ANNUAL_SKINS = 5.0
# Growth of the widths over the whole grid: the last cell is this many times the first.
WIDTH_SPAN = 400.0
_FEWEST = 8


@dataclass(frozen=True, eq=False)
class GroundGrid:
    """n columns of cells, counted down from the surface.

    thickness : (cells, n) [m]
    conductivity : (cells, n) [W m-1 K-1]; heat : (cells, n) volumetric heat [J m-3 K-1]
    icy : (cells, n), 1 where the cell lies in the icy layer, else 0
    """

    thickness: Array
    conductivity: Array
    heat: Array
    icy: Array

    def __post_init__(self) -> None:
        shapes = {self.thickness.shape, self.conductivity.shape, self.heat.shape, self.icy.shape}
        if len(shapes) != 1 or self.thickness.ndim != 2 or self.thickness.shape[0] < 2:
            raise InputError("a ground grid needs four arrays of one shape (cells, columns)")
        for name in ("thickness", "conductivity", "heat"):
            value = getattr(self, name)
            if not (np.isfinite(value).all() and (value > 0.0).all()):
                raise InputError(f"{name} of a ground grid must be above zero in every cell")

    @property
    def centres(self) -> Array:
        """Depth of the cells' middles (cells, n) [m]."""
        return np.asarray(np.cumsum(self.thickness, axis=0) - 0.5 * self.thickness)

    @property
    def capacity(self) -> Array:
        """Heat capacity of the cells (cells, n) [J m-2 K-1]."""
        return self.thickness * self.heat

    @property
    def half_resistance(self) -> Array:
        """Resistance of half a cell (cells, n) [K m2 W-1]."""
        return np.asarray(0.5 * self.thickness / self.conductivity)

    @property
    def link(self) -> Array:
        """Conductance to the cell above, the first to the surface (cells, n) [W m-2 K-1]."""
        half = self.half_resistance
        above = np.concatenate([np.zeros((1, half.shape[1])), half[:-1]])
        return np.asarray(1.0 / (above + half))

    def take(self, index: NDArray[np.int64] | slice) -> GroundGrid:
        """The columns of an index."""
        rows = (self.thickness, self.conductivity, self.heat, self.icy)
        return GroundGrid(*(np.ascontiguousarray(row[:, index]) for row in rows))

    def places(self, depths: ArrayLike) -> tuple[NDArray[np.int64], Array]:
        """Where depths (m,) or (n, m) [m] lie: cell above (m, n), -1 the surface, and the part.

        Between two points temperature is taken as linear in thermal resistance, as in steady flow,
        so that it is right on both sides of the ice's face. Below the last middle it is held.

        Raises
        ------
        InputError : a depth that is negative or not finite.
        """
        count = self.thickness.shape[1]
        wide = np.asarray(depths, dtype=np.float64)
        wide = np.broadcast_to(np.atleast_1d(wide), (count, np.atleast_1d(wide).shape[-1]))
        if not np.all((wide >= 0.0) & (wide < math.inf)):
            raise InputError("a depth in the ground must be 0 m or more and finite")
        faces = np.concatenate([np.zeros((1, count)), np.cumsum(self.thickness, axis=0)])
        ohms = np.concatenate([np.zeros((1, count)), np.cumsum(2.0 * self.half_resistance, axis=0)])
        middles = ohms[1:] - self.half_resistance
        cell, part = np.empty(wide.T.shape, np.int64), np.empty(wide.T.shape)
        for n in range(count):
            at = np.interp(wide[n], faces[:, n], ohms[:, n])
            points = np.concatenate([[0.0], middles[:, n]])
            low = np.clip(np.searchsorted(points, at, side="right") - 1, 0, points.size - 2)
            cell[:, n] = low - 1
            part[:, n] = np.minimum((at - points[low]) / (points[low + 1] - points[low]), 1.0)
        return np.ascontiguousarray(cell), np.ascontiguousarray(part)


@dataclass(frozen=True, kw_only=True)
class HeatLaw:
    """How a layer's conductivity and heat capacity change with temperature.

    conductivity, heat : four coefficients a0 + a1 T + a2 T^2 + a3 T^3 (T in K) of the factor on the
        values that the layer has at its reference temperature, where the factor is 1

    Raises
    ------
    InputError : a factor that is not above zero somewhere between 50 and 400 K.
    """

    conductivity: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 0.0)
    heat: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        kelvin = np.linspace(50.0, 400.0, 351)
        for name in ("conductivity", "heat"):
            row = getattr(self, name)
            if len(row) != 4:
                raise InputError(f"a heat law's {name} takes four coefficients, not {len(row)}")
            least = float(np.polyval(row[::-1], kelvin).min())
            if not least > 0.0:
                raise InputError(
                    f"a heat law's {name} falls to {least:g} between 50 and 400 K; it must stay "
                    "above zero"
                )


def ground_grid(columns: GroundColumns, year: MarsYear, *, cells: int = 80) -> GroundGrid:
    """The cells of each column, down to five annual skin depths.

    Raises
    ------
    InputError : fewer than 8 cells.
    """
    if isinstance(cells, bool) or not (cells >= _FEWEST and cells % 1 == 0):
        raise InputError(f"the ground needs {_FEWEST} cells or more, not {cells}")
    cells = int(cells)
    dry = skin_depth(columns.inertia, columns.volumetric_heat, year.sol_length)
    icy = skin_depth(columns.ice_inertia, columns.ice_volumetric_heat, year.sol_length)
    total = ANNUAL_SKINS * math.sqrt(year.sols)
    widths = np.geomspace(1.0, WIDTH_SPAN, cells)
    faces = np.concatenate([[0.0], np.cumsum(widths)]) * (total / widths.sum())
    ice = columns.ice_depth / dry  # in skin depths of the dry soil
    first = np.argmin(np.abs(faces[:, None] - np.minimum(ice, 2.0 * total)), axis=0)
    first = np.where((first == 0) & (ice > 0.0), 1, first)
    first = np.where(ice > 0.5 * (faces[-1] + faces[-2]), cells, first)
    below = np.arange(cells)[:, None] >= first
    # the face nearest the ice is drawn onto it, those above it in proportion
    reached = np.where(first < cells, ice, 1.0)
    ratio = np.where((first > 0) & (first < cells), reached / faces[np.maximum(first, 1)], 1.0)
    thickness = np.diff(faces)[:, None] * np.where(below, icy, dry * ratio)
    dry_k = conductivity(columns.inertia, columns.volumetric_heat)
    icy_k = conductivity(columns.ice_inertia, columns.ice_volumetric_heat)
    return GroundGrid(
        np.ascontiguousarray(thickness),
        np.where(below, icy_k, dry_k),
        np.where(below, columns.ice_volumetric_heat, columns.volumetric_heat),
        below.astype(np.float64),
    )
