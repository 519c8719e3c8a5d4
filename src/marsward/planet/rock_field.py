"""Rocks of a site: how many of each size by rock abundance, and where a seed puts them.

The share of the ground under rocks of diameter D or more is F(D) = k exp(-q D) with
q = 1.79 + 0.152/k: Golombek and Rapp 1997, doi:10.1029/96JE03319; Golombek et al. 2003,
doi:10.1029/2002JE002035.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.planet.kernels.relief import stamp_rocks

__all__ = ["RockField", "rock_count", "rock_cover"]

Array = NDArray[np.float64]
_Q = (1.79, 0.152)
_TALL = 0.5  # height in diameters: half spheres; assumed
_LARGEST = 4.0  # m
_TILE = 16.0  # m
_SALT = 0x20C4
_STEPS = 600


def rock_cover(diameter: ArrayLike, abundance: float) -> Array:
    """Share of the ground under rocks of a diameter [m] or more.

    abundance : share of the ground under all rocks, 0 to 0.4

    InputError for another abundance.
    """
    k = _abundance(abundance)
    if k == 0.0:
        return np.zeros(np.shape(diameter))
    return k * np.exp(-(_Q[0] + _Q[1] / k) * np.asarray(diameter, dtype=float))


def rock_count(diameter: ArrayLike, abundance: float) -> Array:
    """Rocks of a diameter [m] or more on a square metre.

    The cover -dF/dD divided by the area of a rock, summed up to 4 m. InputError as `rock_cover`.
    """
    k = _abundance(abundance)
    shape = np.shape(diameter)
    least = np.atleast_1d(np.asarray(diameter, dtype=float)).ravel()
    if k == 0.0:
        return np.zeros(shape)
    q = _Q[0] + _Q[1] / k
    share = np.linspace(0.0, 1.0, _STEPS)
    grid = least[:, None] * (_LARGEST / least[:, None]) ** share
    rate = k * q * np.exp(-q * grid) / (0.25 * math.pi * grid**2)
    out = np.trapezoid(rate, grid, axis=1)
    return np.where(least >= _LARGEST, 0.0, out).reshape(shape)


@dataclass(frozen=True)
class RockField:
    """Rocks of an abundance, the same wherever they are asked for.

    abundance : share of the ground under rocks
    seed : whole number, 0 or more
    smallest : diameter [m] of the smallest rocks that are drawn
    """

    abundance: float
    seed: int
    smallest: float = 0.15

    def within(self, box: tuple[float, float, float, float]) -> Array:
        """Rocks (n, 4) x, y, diameter, height [m] that reach into west, east, south, north [m]."""
        far = 0.5 * _LARGEST
        i0, i1 = (math.floor(v / _TILE) for v in (box[0] - far, box[1] + far))
        j0, j1 = (math.floor(v / _TILE) for v in (box[2] - far, box[3] + far))
        found = [np.zeros((0, 4))]
        for j in range(j0, j1 + 1):
            for i in range(i0, i1 + 1):
                found.append(self._tile(i, j))
        out = np.concatenate(found)
        far_of = 0.5 * out[:, 2]
        near = (out[:, 0] > box[0] - far_of) & (out[:, 0] < box[1] + far_of)
        near &= (out[:, 1] > box[2] - far_of) & (out[:, 1] < box[3] + far_of)
        return np.ascontiguousarray(out[near])

    def add(self, height: Array, x: Array, y: Array) -> NDArray[np.uint8]:
        """Raise heights (ny, nx) [m] by the rocks; returns where rock is (uint8)."""
        box = (float(x[0]), float(x[-1]), float(y[-1]), float(y[0]))
        return stamp_rocks(height, x, y, self.within(box))

    def _tile(self, i: int, j: int) -> Array:
        draw = np.random.default_rng([self.seed, _SALT, i & 0xFFFFFFFF, j & 0xFFFFFFFF])
        sizes, count = _sizes(self.abundance, self.smallest)
        number = draw.poisson(count[0] * _TILE**2)
        place = (np.array([i, j]) + draw.uniform(0.0, 1.0, (number, 2))) * _TILE
        rank = draw.uniform(0.0, 1.0, number) * count[0]
        size = np.exp(np.interp(rank, count[::-1], np.log(sizes[::-1])))
        return np.column_stack([place, size, _TALL * size])


@lru_cache(maxsize=8)
def _sizes(abundance: float, smallest: float) -> tuple[Array, Array]:
    sizes = np.geomspace(smallest, _LARGEST, 200)
    return sizes, rock_count(sizes, abundance)


def _abundance(value: float) -> float:
    if not 0.0 <= value <= 0.4:
        raise InputError(
            f"a rock abundance of {value!r} is outside 0 to 0.4 of the ground, which the law of "
            "sizes is for"
        )
    return float(value)
