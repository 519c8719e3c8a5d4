"""What years of the CO2 cycle leave: pressure, frost, caps and their budget, sol by sol."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.physics.latitude_bands import Bands
from marsward.physics.lower_air import ReliefPressure
from marsward.physics.season import MarsYear

__all__ = ["Co2Years", "CycleState"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CycleState:
    """Where the cycle stands at the end of a year: enough to go on from.

    surface : (5, n) rows of the kernel; fast, slow : of the poles; frost lies in surface
    ground : (sols, n) the last year's mean temperature of each sol, which the lower air follows
    """

    surface: Array
    fast: Array
    slow: Array
    ground: Array


@dataclass(frozen=True, eq=False)
class Co2Years:
    """Years of the cycle, by sol from Ls = 0; rows run over all years' sols.

    pressure : mean over the planet's ground [Pa] (sols,)
    frost : mass at the end of each sol, at midnight [kg m-2] (sols, n); least_frost : its least
        within the sol
    ground : mean temperature of the surface [K] (sols, n)
    air : mass of all gases, mean of each sol [kg] (sols,)
    co2_in_air : at the end of each sol, from the fluxes [kg] (sols,)
    caps : mass of frost south and north of the equator, from the frost itself [kg] (2, sols)
    residual : (CO2 in air + caps - total)/total at the end of each sol (sols,)
    energy_residual : what each column's budget of all years leaves over what came in (n,)
    growth : frost that each sol brought [kg m-2] (sols, n)
    relief : how pressure lay over heights in each of these years' sols (one year's rows)
    closure : slow poles at the start of the first year, off where they would repeat [K]
    spin_up : years before the first
    """

    bands: Bands
    year: MarsYear
    years: int
    pressure: Array
    frost: Array
    least_frost: Array
    ground: Array
    air: Array
    co2_in_air: Array
    caps: Array
    residual: Array
    energy_residual: Array
    growth: Array
    relief: ReliefPressure
    closure: float
    spin_up: int
    state: CycleState

    @cached_property
    def ls(self) -> Array:
        """Ls in the middle of each sol [deg] (sols,)."""
        middle = np.arange(self.pressure.size) + 0.5
        return np.degrees(self.year.at(middle).ls_rad)

    def at(self, ls: ArrayLike, lat: ArrayLike, height: ArrayLike) -> Array:
        """Pressure [Pa] in the last year at Ls and latitude [deg], height over the areoid [m].

        They broadcast. Sol means; heights from the ground to about 10 km.
        """
        row = self.year.sol_of_ls(ls) - 0.5
        mean = self._last(self.pressure, row)
        return np.asarray(mean * self.relief.factor(row, lat, height))

    def _last(self, values: Array, row: Array) -> Array:
        count = self.year.sols
        last = values[-count:]
        return np.interp(np.remainder(row, count), np.arange(count + 1), np.append(last, last[0]))

    def cap_edge(self, *, least: float = 0.1) -> Array:
        """Lowest latitude [deg] of frost that lasts the sol, south and north (2, sols).

        Frost counts that is nowhere within the sol under `least` [kg m-2]: what falls at night and
        goes by noon is no cap. Beyond the last column with frost its mass runs straight on down,
        for one column's width at most; 90 is no cap.
        """
        lat, area = self.bands.columns.lat, self.bands.area
        out = np.full((2, self.frost.shape[0]), 90.0)
        for side, mask in enumerate((lat < 0.0, lat > 0.0)):
            where, index = np.unique(-np.abs(lat[mask]), return_inverse=True)  # from the pole on
            if where.size < 3:
                continue
            weight = np.bincount(index, area[mask])
            depth = np.zeros((self.frost.shape[0], where.size))
            for j, k in enumerate(np.flatnonzero(mask)):
                depth[:, index[j]] += area[k] * self.least_frost[:, k]
            depth /= weight
            count = np.cumprod(depth > least, axis=1).sum(axis=1)
            day = np.arange(count.size)
            last = np.clip(count - 1, 1, where.size - 1)
            thick, inner = depth[day, last], depth[day, last - 1]
            width = where[1] - where[0]
            reach = np.where(inner > thick, thick / np.maximum(inner - thick, 1e-12), 1.0)
            edge = -where[last] - width * np.clip(reach, 0.0, 1.0)
            out[side] = np.where(count > 1, edge, 90.0)
        return out
