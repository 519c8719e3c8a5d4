"""Small craters of a site: how many by age, where a seed puts them, and their shape."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.planet.kernels.relief import stamp_craters

__all__ = ["CraterField", "crater_density", "crater_depth"]

Array = NDArray[np.float64]
# craters per km2 of a surface of 1 Ga in bins of the square root of 2, from 2^-8 km on: Hartmann
# 2005, doi:10.1016/j.icarus.2004.11.023, table 2 with the corrections in use since Michael 2013
_BINS = np.array([
    4.04e3, 2.33e3, 1.14e3, 4.58e2, 1.91e2, 6.66e1, 2.40e1, 9.44, 3.30, 1.22, 4.37e-1, 1.47e-1,
    4.70e-2, 1.38e-2, 4.02e-3, 1.15e-3, 3.08e-4, 1.28e-4, 6.85e-5, 3.67e-5, 1.98e-5,
])  # fmt: skip
_SMALLEST = 1000.0 * 2.0**-8  # m
# N(1 km) = a (exp(b T) - 1) + c T per km2, T in Ga: Hartmann 2005 as put in numbers by Michael
# 2013, doi:10.1016/j.icarus.2013.07.004
_CHRONOLOGY = (3.79e-14, 6.93, 5.84e-4)
# log10 of the cumulative number per km2 at saturation by log10 of the diameter in km: Hartmann
# 1984, doi:10.1016/0019-1035(84)90166-6
_SATURATION = (-1.14, -1.83)
# depth = 0.14 D^0.90 in km: Garvin and Frawley 1998, doi:10.1029/1998GL900177
_DEPTH = (0.14, 0.90)
_BOWL = 1.75  # power of the cavity: Watters et al. 2015, doi:10.1002/2014JE004630
_RIM_SHARE = 0.2  # of the depth, that the rim stands over the ground around; assumed
_FALL, _REACH = 3.0, 3.0  # power of the ejecta blanket: McGetchin et al. 1973; its end: assumed
_WORN = (0.05, 0.7)  # share of the fresh depth that is left, evenly between; assumed
_TILE = 40.0  # diameters along a side of the tiles that craters are drawn for
_SALT = 0xC7A7E7


def crater_density(age: float) -> tuple[Array, Array]:
    """Least diameters [m] of the bins and craters in each [1/m2] of a surface of an age [Ga].

    Production for the age, held at saturation. Bins reach from one diameter to the square root of 2
    times it. InputError for an age outside 0 to 4.4 Ga.
    """
    if not 0.0 <= age <= 4.4:
        raise InputError(f"an age of {age:g} Ga is outside 0 to 4.4 Ga")
    a, b, c = _CHRONOLOGY
    since = (a * math.expm1(b * age) + c * age) / (a * math.expm1(b) + c)
    diameter = _SMALLEST * 2.0 ** (0.5 * np.arange(_BINS.size + 1))
    level = 10.0 ** (_SATURATION[0] + _SATURATION[1] * np.log10(diameter / 1e3))
    full = level[:-1] - level[1:]
    return diameter[:-1].astype(float), np.asarray(np.minimum(since * _BINS, full) / 1e6)


def crater_depth(diameter: Array | float) -> Array:
    """Depth from rim to floor of a fresh simple crater [m] of a diameter [m]."""
    return 1e3 * _DEPTH[0] * (np.asarray(diameter, dtype=float) / 1e3) ** _DEPTH[1]


@dataclass(frozen=True)
class CraterField:
    """Craters of a surface of an age, the same wherever and however finely they are asked for.

    age : [Ga] of crater retention
    seed : whole number, 0 or more
    largest : diameter [m] of the largest ones; larger are left to maps
    freshness : factor of all depths
    """

    age: float
    seed: int
    largest: float = 1000.0
    freshness: float = 1.0

    def within(self, box: tuple[float, float, float, float], smallest: float) -> Array:
        """Craters (n, 4) x, y, radius, depth [m] that reach into west, east, south, north [m]."""
        least, density = crater_density(self.age)
        found = [np.zeros((0, 4))]
        for number in np.flatnonzero((least >= smallest) & (least * math.sqrt(2) <= self.largest)):
            side = _TILE * least[number]
            far = _REACH * least[number] * math.sqrt(0.5)
            i0, i1 = (math.floor(v / side) for v in (box[0] - far, box[1] + far))
            j0, j1 = (math.floor(v / side) for v in (box[2] - far, box[3] + far))
            for j in range(j0, j1 + 1):
                for i in range(i0, i1 + 1):
                    drawn = _tile(self.seed, int(number), i, j, density[number] * side**2)
                    scale, corner = [side, side, least[number], 1.0], [i * side, j * side, 0.0, 0.0]
                    found.append(drawn * scale + corner)
        all_of = np.concatenate(found)
        depth = crater_depth(2.0 * all_of[:, 2]) * all_of[:, 3] * self.freshness
        far = _REACH * all_of[:, 2]
        near = (all_of[:, 0] > box[0] - far) & (all_of[:, 0] < box[1] + far)
        near &= (all_of[:, 1] > box[2] - far) & (all_of[:, 1] < box[3] + far)
        return np.ascontiguousarray(np.column_stack([all_of[:, :3], depth])[near])

    def add(self, height: Array, x: Array, y: Array, *, smallest: float) -> None:
        """Add to heights (ny, nx) [m] the craters of `smallest` diameter [m] and more."""
        box = (float(x[0]), float(x[-1]), float(y[-1]), float(y[0]))
        shape = (_RIM_SHARE, _BOWL, _FALL, _REACH)
        stamp_craters(height, x, y, self.within(box, smallest), shape)


@lru_cache(maxsize=4096)
def _tile(seed: int, number: int, i: int, j: int, mean: float) -> Array:
    """Craters of one tile: place in tiles, radius in least diameters, share of the depth left."""
    draw = np.random.default_rng([seed, _SALT, number, i & 0xFFFFFFFF, j & 0xFFFFFFFF])
    count = draw.poisson(mean)
    place = draw.uniform(0.0, 1.0, (count, 2))
    size = 0.5 * 2.0 ** (0.5 * draw.uniform(0.0, 1.0, count))
    return np.column_stack([place, size, draw.uniform(*_WORN, count)])
