"""Sols and clocks of places and missions: from a sol number and an hour to an Epoch, and back.

A landed mission counts its sols at the mean solar time of one meridian, from the sol of the
landing. With the running count of mean solar days (Mars Sol Date, Allison & McEwen 2000,
doi:10.1016/S0032-0633(99)00092-6) the two are joined by one whole number: the sol date, at that
meridian, of the midnight at which the mission's sol 0 begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from marsward.core import mars_time, scales
from marsward.core.errors import InputError
from marsward.core.readings import check_epoch
from marsward.core.registry import unknown
from marsward.core.time import Epoch

__all__ = ["MISSION_CLOCKS", "SolClock", "epoch_of_season", "epoch_of_tt_days", "mission_clock"]

_NEWTON_STEPS = 6


@dataclass(frozen=True)
class SolClock:
    """The sol counter of a landed mission.

    name : of the mission
    landing : UTC of the landing, which falls in sol `first`
    lon : east longitude whose mean solar time the mission keeps [deg]
    first : number of the sol of the landing
    place : latitude and east longitude of the landing [deg] and height above the areoid [m]
    source : of these
    """

    name: str
    landing: str
    lon: float
    first: int = 0
    place: tuple[float, float, float] = (np.nan, np.nan, np.nan)
    source: str = ""

    @cached_property
    def midnight(self) -> int:
        """Sol date at the meridian of the midnight that begins sol 0."""
        days = Epoch.utc(self.landing).tt_days
        return int(np.floor(mars_time.mars_sol_date(days) + self.lon / 360.0)) - self.first

    def epoch(self, sol: ArrayLike, hours: ArrayLike = 0.0) -> Epoch:
        """Instants of sol numbers and local mean solar hours [h], which may pass 24."""
        sol, hours = np.broadcast_arrays(np.asarray(sol, float), np.asarray(hours, float))
        if not np.isfinite(sol + hours).all():
            raise InputError(f"a sol or an hour of {self.name} is not a number")
        date = self.midnight + sol + hours / 24.0 - self.lon / 360.0
        return epoch_of_tt_days(_days_of_sol_date(date))

    def reading(self, epoch: Epoch) -> tuple[Any, Any]:
        """Whole sols (int) and local mean solar hours [h] of instants."""
        check_epoch(epoch, "epoch")
        date = mars_time.mars_sol_date(np.asarray(epoch.tt_days)) + self.lon / 360.0
        whole = np.floor(date)
        return (whole - self.midnight).astype(np.int64)[()], (24.0 * (date - whole))[()]


_VIKING = (
    "Soffen 1977, doi:10.1029/JS082i028p03959; sol 1 began at 1976-07-20T20:19:29 and "
    "1976-09-04T13:28:20 (Johnson's note in KRC, vlpres.f): the landers' mean clocks were set near "
    "the true solar time of the landing, 5 degrees east of their own meridians"
)
_LANDED = (
    SolClock("viking-1", "1976-07-20T11:53:06", 316.743, 0, (22.27, 312.05, -3627.0), _VIKING),
    SolClock("viking-2", "1976-09-03T22:37:50", 139.854, 0, (47.67, 134.28, -4505.0), _VIKING),
    SolClock("curiosity", "2012-08-06T05:17:57", 137.4417, 0, (-4.5895, 137.4417, -4501.0),
             "Vasavada et al. 2014, doi:10.1002/2014JE004622"),
    SolClock("insight", "2018-11-26T19:44:52", 135.97, 0, (4.5024, 135.6234, -2613.4),
             "Golombek et al. 2020, doi:10.1038/s41467-020-14679-1"),
    SolClock("perseverance", "2021-02-18T20:43:49", 77.43, 0, (18.4447, 77.4508, -2569.0),
             "NASA/JPL; clock at the meridian of Mars24 for Mars 2020"),
    SolClock("zhurong", "2021-05-14T23:18:00", 109.925, 1, (25.066, 109.925, -4099.4),
             "Liu et al. 2022, doi:10.1038/s41550-021-01519-5; the landing falls in sol 1"),
)  # fmt: skip

MISSION_CLOCKS = MappingProxyType({clock.name: clock for clock in _LANDED})
"""Clocks of missions that have landed, by name. Places are planetocentric."""


def mission_clock(name: str) -> SolClock:
    """The clock of a mission; InputError with the nearest name when there is none."""
    if name not in MISSION_CLOCKS:
        raise InputError(unknown("mission clock", name, MISSION_CLOCKS))
    return MISSION_CLOCKS[name]


def epoch_of_tt_days(days: ArrayLike) -> Epoch:
    """Epoch of TT days past J2000 [d], good to the 0.1 µs that one double holds."""
    held = np.asarray(days, dtype=float)
    whole = np.floor(held * 86_400.0)
    frac = held * 86_400.0 - whole
    return Epoch(whole, frac + scales.tdb_minus_tt(whole, frac, "spice", given="TT"))


def epoch_of_season(ls: ArrayLike, mars_year: ArrayLike) -> Epoch:
    """Epoch at which the Sun stands at Ls [deg] in a Mars year, to 1e-9 degrees.

    Raises InputError for an Ls outside 0 to 360 or a year that is no whole number.
    """
    ls, year = np.broadcast_arrays(np.asarray(ls, float), np.asarray(mars_year, float))
    if not np.all((ls >= 0.0) & (ls <= 360.0)):
        raise InputError("an Ls is outside 0 to 360 degrees, or not a number")
    if not np.all(year == np.round(year)):
        raise InputError("a Mars year is not a whole number; write one like 34")
    start = mars_time.year_start(year)
    target = mars_time.running_longitude(start) + ls
    days = start + ls / 0.524
    for _ in range(_NEWTON_STEPS):
        rise = mars_time.running_longitude(days + 0.5) - mars_time.running_longitude(days - 0.5)
        days = days - (mars_time.running_longitude(days) - target) / rise
    return epoch_of_tt_days(days)


def _days_of_sol_date(date: Any) -> Any:
    """TT days past J2000 of a Mars Sol Date, the inverse of a straight line."""
    return (date - mars_time.mars_sol_date(0.0)) * mars_time.SOL_DAYS
