"""How high the horizon can stand: where the Sun is higher, nothing need be asked about shadows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

if TYPE_CHECKING:
    from marsward.geometry.terrain import Terrain

# Blocks along a degree; blocks within which the slope rules; doublings of the distance after which
# the ground has fallen 130 km below any level ray.
_BLOCKS, _NEAR, _DOUBLINGS = 2, 2, 4


def slopes(terrain: Terrain) -> NDArray[np.float64]:
    """Steepest gradient between each cell centre and the next ones, (rows, columns) [m/m]."""
    height = terrain.height.astype(np.float64)
    rows = height.shape[0]
    cell = math.radians(1.0 / terrain.ppd) * (min(terrain.radii) + float(height.min()))
    lat = (0.5 - (np.arange(rows) + 0.5) / rows) * math.pi
    east = np.abs(np.roll(height, -1, axis=1) - height) / (cell * np.cos(lat))[:, None]
    south = np.abs(np.diff(height, axis=0, append=height[-1:])) / cell
    # a cell of the surface lies between four centres: each takes what its neighbours have
    east = np.maximum(east, np.roll(east, -1, axis=0))
    south = np.maximum(south, np.roll(south, -1, axis=1))
    return np.hypot(east, south)


def _widest(values: NDArray[np.float64], radius: int) -> NDArray[np.float64]:
    """Highest value within `radius` blocks in every direction, around the globe and the poles."""
    rows, columns = values.shape
    tall = maximum_filter1d(values, 2 * radius + 1, axis=0, mode="nearest")
    out = np.empty_like(tall)
    for j in range(rows):
        edge = min(rows, max(j, rows - 1 - j) + 1 + radius)
        across = math.sin(math.pi * (rows - edge) / rows)
        wide = math.ceil((radius + 1) / across) if across > 0.0 else columns
        if 2 * wide + 1 >= columns:
            out[j] = tall[j].max()
        else:
            out[j] = maximum_filter1d(tall[j], 2 * wide + 1, mode="wrap")
    return out


def highest_horizon(terrain: Terrain) -> NDArray[np.float32]:
    """Sine of an angle above which no other ground stands, for blocks of half a degree.

    Near by, ground rises no more steeply than the steepest slope there; further off, no more than
    the highest point of a ring over its least distance. Rows from the north pole, columns from 0 E.
    Terrain coarser than half a degree has one number for all blocks.
    """
    steep = slopes(terrain)
    blocks = 180 * _BLOCKS
    side, rest = divmod(terrain.height.shape[0], blocks)
    if rest or side < 1:
        return np.full((1, 2), math.sin(math.atan(float(steep.max()))), dtype=np.float32)

    def gathered(values: NDArray) -> NDArray[np.float64]:
        parts = values.reshape(blocks, side, 2 * blocks, side)
        return parts.max(axis=(1, 3)).astype(np.float64)

    high, low = gathered(terrain.height), -gathered(-terrain.height)
    low = -_widest(-low, 1)
    length = math.radians(1.0 / _BLOCKS) * (min(terrain.radii) + float(low.min()))
    bound = _widest(gathered(steep), _NEAR + 1)
    for k in range(_DOUBLINGS):
        least = _NEAR * 2**k
        bound = np.maximum(bound, (_widest(high, 2 * least + 1) - low) / (least * length))
    bound[:_NEAR], bound[-_NEAR:] = bound[:_NEAR].max(), bound[-_NEAR:].max()
    return np.ascontiguousarray(np.sin(np.arctan(bound)), dtype=np.float32)
