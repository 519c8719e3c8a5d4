"""The sky of real air for the ground's year: what columns of air send down, by sol and hour.

Column days are followed at seasons spread over the year. Their infrared is carried to every sol by
a straight line in Ls between neighbours, hour by hour; sunlight is summed anew for every sol, from
the dust of the season and a table of what a column lets through by the Sun's height.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward.core.constants import SOLAR_IRRADIANCE
from marsward.core.errors import InputError
from marsward.physics.air_day import air_day
from marsward.physics.columns import GroundColumns, asked_columns
from marsward.physics.insolation import hour_table
from marsward.physics.season import MarsYear
from marsward.physics.sky import SkyTable

__all__ = ["AirSky"]

Array = NDArray[np.float64]
SEASONS = 12
_KEYS = ("lat", "albedo", "inertia", "pressure", "ice_depth")  # by which columns are known again
_LOW = 0.02  # cosine of the Sun's zenith angle under which it lets through what it does there


@dataclass(frozen=True, eq=False, repr=False)
class AirSky:
    """A `TabledSky` of columns of air over the very ground that it is asked for.

    keys : of its columns (n, 5); ls : seasons [deg] (m,), rising
    infrared : on the ground (n, m, steps) [W m-2], hours from midnight
    cosines : of the Sun (n, m, steps) where it was up, and through : sunlight on the ground over
        that at the top there; NaN at night
    """

    keys: Array
    ls: Array
    infrared: Array
    cosines: Array
    through: Array

    def __repr__(self) -> str:
        return f"<AirSky {len(self.keys)} columns, {self.ls.size} seasons>"

    @classmethod
    def of(cls, columns: GroundColumns, *, seasons: int = SEASONS, **options: Any) -> AirSky:
        """Days of columns at even seasons; options are those of `air_day`.

        Raises
        ------
        InputError : fewer than four seasons, an `ls` among the options.
        """
        count = asked_columns(columns)
        if seasons < 4 or "ls" in options:
            raise InputError("the sky of a year takes 4 seasons or more, and chooses its own Ls")
        ls = np.arange(seasons) * (360.0 / seasons)
        if options.get("pressure") is not None:
            raise InputError("the sky of a year takes the pressure of each season from the columns")
        whole = columns.take(np.repeat(np.arange(count), seasons))
        day = air_day(whole, ls=np.tile(ls, count), **options)
        shape = (count, seasons, day.hour.size)
        at = hour_table(day.hour.size, offset=0.0)[0]
        year = options.get("year") or MarsYear()
        decline = year.at(year.sol_of_ls(np.tile(ls, count))).declination_rad
        lat = np.radians(whole.lat)
        cosine = (np.sin(lat) * np.sin(decline))[:, None]
        cosine = cosine + (np.cos(lat) * np.cos(decline))[:, None] * at[None, :]
        lit = (cosine > _LOW) & (day.top_shortwave_down > 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            through = np.where(lit, day.shortwave_down / day.top_shortwave_down, np.nan)
        return cls(
            _keys(columns), np.asarray(ls, np.float64), day.longwave_down.reshape(shape),
            np.where(lit, cosine, np.nan).reshape(shape), through.reshape(shape),
        )  # fmt: skip

    def table(self, columns: GroundColumns, year: MarsYear, steps: int) -> SkyTable:
        """Light onto the columns over one year, local true time from midnight.

        Raises InputError for columns that this sky was not made for.
        """
        place = self._places(columns)
        season = year.at(np.arange(year.sols) + 0.5)
        ls = np.degrees(season.ls_rad)
        step = 360.0 / self.ls.size
        first = np.floor(ls / step).astype(np.int64) % self.ls.size
        part = (ls / step - np.floor(ls / step))[None, :, None]
        warm = _middles(self.infrared[place], steps)
        infrared = (1.0 - part) * warm[:, first] + part * warm[:, (first + 1) % self.ls.size]
        cos_hour = hour_table(steps)[0]
        lat = np.radians(columns.lat)
        d = season.declination_rad
        cosine = (np.sin(lat)[:, None] * np.sin(d))[:, :, None] + (
            np.cos(lat)[:, None] * np.cos(d)
        )[:, :, None] * cos_hour
        top = float(SOLAR_IRRADIANCE) / season.distance_au[None, :, None] ** 2
        light = top * np.maximum(cosine, 0.0)
        for i, own in enumerate(place):
            light[i] *= self._through(own, cosine[i], first, part[0])
        return SkyTable(np.ascontiguousarray(light), np.ascontiguousarray(infrared))

    def _through(self, own: int, cosine: Array, first: NDArray[np.int64], part: Array) -> Array:
        """Share of sunlight that reaches the ground (sols, steps) of one column."""
        made = np.full((self.ls.size, *cosine.shape), np.nan)
        for m in range(self.ls.size):
            lit = np.isfinite(self.through[own, m])
            here = (first == m) | ((first + 1) % self.ls.size == m)
            if lit.any() and here.any():
                order = np.argsort(self.cosines[own, m, lit])
                known = self.cosines[own, m, lit][order], self.through[own, m, lit][order]
                made[m, here] = np.interp(cosine[here], *known)
        sols = np.arange(cosine.shape[0])
        low, high = made[first, sols], made[(first + 1) % self.ls.size, sols]
        low, high = np.where(np.isfinite(low), low, high), np.where(np.isfinite(high), high, low)
        return np.nan_to_num((1.0 - part) * low + part * high, nan=0.0)

    def _places(self, columns: GroundColumns) -> NDArray[np.int64]:
        asked = _keys(columns)
        same = (asked[:, None, :] == self.keys[None, :, :]).all(axis=2)
        if not same.any(axis=1).all():
            k = int(np.argmin(same.any(axis=1)))
            raise InputError(
                f"this sky knows no column like ground column {k} (latitude {columns.lat[k]:g}); "
                "make it with AirSky.of(columns) of the same columns"
            )
        return np.asarray(same.argmax(axis=1))


def _keys(columns: GroundColumns) -> Array:
    return np.stack([getattr(columns, name) for name in _KEYS], axis=1)


def _middles(table: Array, steps: int) -> Array:
    """Values at k/count of a sol brought to the middles of other steps, (..., steps)."""
    count = table.shape[-1]
    at = (np.arange(steps) + 0.5) / steps * count
    low = np.floor(at).astype(np.int64)
    part = at - low
    return np.asarray((1.0 - part) * table[..., low % count] + part * table[..., (low + 1) % count])
