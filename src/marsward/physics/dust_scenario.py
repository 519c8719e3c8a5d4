"""How much dust is in the air: clear, the usual year, a regional or a global storm, a user's file.

Opacity is the visible extinction (0.67 um) of the whole column, told for a surface pressure of
610 Pa. A scenario is a background and, where it has one, a storm on top of it:

    tau(Ls, lat) = background(Ls, lat) + peak g(sols since onset) h(lat)

g rises smoothly from 0 to 1 in the sols of growth, stays through the plateau and decays
exponentially; h is 1 between two latitudes with soft edges.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import check_kind, fitting, number, numbers
from marsward.core.errors import DataError, InputError
from marsward.core.fields import FieldRow, add_fields
from marsward.core.registry import unknown
from marsward.data.dust_files import DustMaps, read_dust_maps
from marsward.physics.dust_profile import checked_angles, checked_opacity, dust_depth, dust_top
from marsward.physics.season import MarsYear

__all__ = [
    "DustScenario",
    "DustStorm",
    "MappedDust",
    "UniformDust",
    "UsualYear",
    "scenario",
    "scenario_names",
]

Array = NDArray[np.float64]
Places = NDArray[np.int64]
_YEAR = MarsYear()

add_fields(
    FieldRow("dust_opacity", "1", "visible dust opacity of the column at 610 Pa", low=0.0),
)


class DustBackground(Protocol):
    """What is in the air without a storm."""

    def opacity(self, ls: ArrayLike, lat: ArrayLike, lon: ArrayLike | None = None) -> Array:
        """Visible extinction of the column at 610 Pa; Ls, latitude, east longitude [deg]."""
        ...

    def top(self, ls: ArrayLike, lat: ArrayLike) -> Array:
        """Height of the top of the dust [m]."""
        ...


@dataclass(frozen=True)
class UniformDust:
    """The same opacity everywhere and always.

    depth : visible extinction at 610 Pa
    height : top of the dust [m]; None takes the usual one of season and latitude
    """

    depth: float = 0.0
    height: float | None = None

    def __post_init__(self) -> None:
        if checked_opacity(self.depth).ndim:
            raise InputError("uniform dust has one opacity, not a row; for maps give a netCDF file")
        if self.height is None:
            return
        if not 5e3 <= number(self.height, "the top of the dust", "m") <= 2e5:
            raise InputError(f"the top of the dust must lie in 5 to 200 km, not {self.height:g} m")

    def opacity(self, ls: ArrayLike, lat: ArrayLike, lon: ArrayLike | None = None) -> Array:
        return np.full(_places(ls, lat, lon)[0].shape, float(self.depth))

    def top(self, ls: ArrayLike, lat: ArrayLike) -> Array:
        usual = dust_top(*_places(ls, lat))
        return usual if self.height is None else np.full(usual.shape, float(self.height))


# Humps of the dusty season: height at 610 Pa, Ls of the middle and half width [deg], latitude of
# the middle and half width [deg]. See `UsualYear`.
_HUMPS = (
    (0.62, 240.0, 40.0, -8.0, 48.0),
    (0.34, 325.0, 30.0, -5.0, 42.0),
    (0.16, 180.0, 26.0, -40.0, 28.0),
    (0.38, 268.0, 26.0, -85.0, 28.0),
)
_BASE, _BASE_POLE = 0.33, 0.15
_SEASONAL = 0.09  # of the low latitudes, least near Ls 80


@dataclass(frozen=True)
class UsualYear:
    """Dust of a year without a global storm, smooth in season and latitude, the same every year.

    A sum of few soft humps: the steady background of the low latitudes, the dust of the southern
    spring and summer (regional storms "A" around Ls 235 and "C" around Ls 325 with the pause at
    the solstice between), the edge of the receding southern cap. Where and when they stand: Kass
    et al. 2016, doi:10.1002/2016GL068978; Montabone et al. 2015, doi:10.1016/j.icarus.2014.12.034.
    How high: the global mean of the climatology of Mars years 24 to 35 (Mars Climate Database 6.1,
    9.3 um absorption x 2.6), 0.375 in the year, least 0.20 at Ls 80 and most 0.76 at Ls 240, and
    the 0.4 to 0.5 and 0.8 to 1 seen from the ground at low latitudes in the two halves of the year
    (Lemmon et al. 2015, doi:10.1016/j.icarus.2014.03.029), part of it ice in the first half.

    dusty_season : factor on the humps, as years differ: 0.7 to 1.4 covers those without a global
        storm; the background between Ls 0 and 140 repeats from year to year (Smith 2004,
        doi:10.1016/j.icarus.2003.09.010)
    """

    dusty_season: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 <= number(self.dusty_season, "the dusty season's factor") <= 10.0:
            raise InputError(
                f"the dusty season's factor must lie in 0 to 10, not {self.dusty_season:g}"
            )

    def opacity(self, ls: ArrayLike, lat: ArrayLike, lon: ArrayLike | None = None) -> Array:
        season, place = _places(ls, lat, lon)
        low = np.exp(-((place / 50.0) ** 4))
        steady = _BASE_POLE + (_BASE - _BASE_POLE) * low
        steady = steady - 0.5 * _SEASONAL * low * (1.0 + np.cos(np.radians(season - 80.0)))
        total = steady + 0.0 * season
        for height, middle, width, at, breadth in _HUMPS:
            off = np.remainder(season - middle + 180.0, 360.0) - 180.0
            hump = np.exp(-((off / width) ** 2)) * np.exp(-(((place - at) / breadth) ** 2))
            total = total + self.dusty_season * height * hump
        return np.asarray(total)

    def top(self, ls: ArrayLike, lat: ArrayLike) -> Array:
        return dust_top(*_places(ls, lat))


@dataclass(frozen=True, eq=False)
class MappedDust:
    """Opacity of a user's maps, drawn straight between their seasons and places.

    Seasons run round the year; beyond the last latitudes the last values stand. Where no longitude
    is asked the zonal mean is given. The top is that of the maps, or the usual one.
    """

    maps: DustMaps

    @cached_property
    def _ls(self) -> Array:
        if self.maps.ls is not None:
            return self.maps.ls
        sol = self.maps.sol
        if sol is None:
            raise DataError(f"{self.maps.source} tells neither Ls nor sols")
        last = max(float(sol[-1]), float(_YEAR.sols))
        return np.degrees(_YEAR.at(sol * (_YEAR.sols / last) * (1 - 1e-9)).ls_rad)

    @cached_property
    def _zonal(self) -> Array:
        return np.asarray(self.maps.opacity.mean(axis=2))

    def opacity(self, ls: ArrayLike, lat: ArrayLike, lon: ArrayLike | None = None) -> Array:
        season, place = _places(ls, lat, lon)
        if lon is None or self.maps.lon.size < 2:
            return _between(self._ls, self.maps.lat, self._zonal, season, place)
        east = np.remainder(np.asarray(lon, dtype=np.float64), 360.0)
        low, high, share = _round(self.maps.lon, east, 360.0)
        season, place, low, high, share = np.broadcast_arrays(season, place, low, high, share)
        out = np.zeros(season.shape)
        for column in np.unique(np.concatenate([low.ravel(), high.ravel()])):
            here = _between(self._ls, self.maps.lat, self.maps.opacity[:, :, column], season, place)
            out += here * (
                np.where(low == column, 1 - share, 0) + np.where(high == column, share, 0)
            )
        return out

    def top(self, ls: ArrayLike, lat: ArrayLike) -> Array:
        season, place = _places(ls, lat)
        if self.maps.top is None:
            return dust_top(season, place)
        return _between(self._ls, self.maps.lat, self.maps.top, season, place)


def _places(ls: ArrayLike, lat: ArrayLike, lon: ArrayLike | None = None) -> tuple[Array, Array]:
    """Ls and latitude [deg] as arrays of one shape, the longitude's too where it is given."""
    given = {"ls": numbers(ls, "Ls", "degrees"), "lat": numbers(lat, "a latitude", "degrees")}
    if lon is not None:
        given["lon"] = numbers(lon, "a longitude", "degrees east")
    season, place, *_ = fitting(**given)
    return checked_angles(season, place)


def _round(nodes: Array, at: Array, turn: float) -> tuple[Places, Places, Array]:
    """Neighbours on a ring of rising nodes and the share of the upper one."""
    high = np.searchsorted(nodes, at, side="right")
    low = (high - 1) % nodes.size
    high = high % nodes.size
    step = np.remainder(nodes[high] - nodes[low], turn)
    off = np.remainder(at - nodes[low], turn)
    share = np.where(step > 0.0, off / np.where(step > 0.0, step, 1.0), 0.0)
    return low.astype(np.int64), high.astype(np.int64), np.asarray(share)


def _between(ls: Array, lat: Array, table: Array, season: Array, place: Array) -> Array:
    """Values of a table (ls, lat) at seasons and latitudes, which broadcast."""
    season, place = np.broadcast_arrays(np.remainder(season, 360.0), place)
    t0, t1, share = _round(ls, season, 360.0)
    y = np.clip(place, lat[0], lat[-1])
    y1 = np.clip(np.searchsorted(lat, y, side="right"), 1, lat.size - 1)
    part = (y - lat[y1 - 1]) / (lat[y1] - lat[y1 - 1])
    early = table[t0, y1 - 1] * (1 - part) + table[t0, y1] * part
    late = table[t1, y1 - 1] * (1 - part) + table[t1, y1] * part
    return np.asarray(early * (1 - share) + late * share)


@dataclass(frozen=True, kw_only=True)
class DustStorm:
    """A storm: where, when and how long.

    onset_ls : when it begins [deg], turning round at 360
    peak : opacity that it adds at 610 Pa at its height
    growth, plateau, decay : sols of rise, of rest at the peak, and of decay to 1/e
    south, north, edge : between which latitudes it lies, and how soft its rims are [deg]
    top : height that its dust reaches [m]
    """

    onset_ls: float
    peak: float
    growth: float = 10.0
    plateau: float = 0.0
    decay: float = 40.0
    south: float = -90.0
    north: float = 90.0
    edge: float = 10.0
    top: float = 70_000.0

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            number(getattr(self, name), f"{name} of a storm")
        checked_opacity(self.peak)
        if not (self.growth > 0.0 and self.decay > 0.0 and self.plateau >= 0.0):
            raise InputError("a storm grows and decays in sols above zero and rests in 0 or more")
        if not (self.south < self.north and self.edge > 0.0 and 5e3 <= self.top <= 2e5):
            raise InputError(
                "a storm lies between a southern and a northern latitude with soft rims, and its "
                "dust reaches 5 to 200 km"
            )

    def share(self, ls: ArrayLike, year: MarsYear = _YEAR) -> Array:
        """Strength over the peak, 0 to 1, at Ls [deg] of the year after the onset."""
        ls = numbers(ls, "Ls", "degrees")
        since = np.remainder(year.sol_of_ls(ls) - year.sol_of_ls(self.onset_ls), year.sols)
        x = np.minimum(since / self.growth, 1.0)
        late = np.maximum(since - self.growth - self.plateau, 0.0)
        return np.asarray(x * x * (3.0 - 2.0 * x) * np.exp(-late / self.decay))

    def reach(self, lat: ArrayLike) -> Array:
        """Share of the peak at a latitude [deg], 0 to 1."""
        place = numbers(lat, "a latitude", "degrees")
        south = np.tanh((place - self.south) / self.edge) if self.south > -90.0 else 1.0
        north = np.tanh((place - self.north) / self.edge) if self.north < 90.0 else -1.0
        return np.asarray(0.5 * (south - north) + 0.0 * place)


@dataclass(frozen=True, eq=False)
class DustScenario:
    """A background of dust and, if `storm` is given, a storm on it. `year`: whose sols count."""

    name: str
    background: DustBackground
    storm: DustStorm | None = None
    year: MarsYear = _YEAR

    @classmethod
    def uniform(cls, opacity: float, *, height: float | None = None) -> DustScenario:
        """One opacity (visible, at 610 Pa) everywhere and always; height of its top [m]."""
        made = UniformDust(opacity, height)
        return cls(f"opacity {float(made.depth):g}", made)

    @classmethod
    def open(cls, path: str | Path, *, factor: float | None = None) -> DustScenario:
        """The opacity maps of a user's netCDF file; see `data.dust_files.read_dust_maps`."""
        maps = read_dust_maps(path, factor=factor)
        return cls(maps.source, MappedDust(maps))

    def opacity(self, ls: ArrayLike, lat: ArrayLike, lon: ArrayLike | None = None) -> Array:
        """Visible extinction of the column at 610 Pa; Ls, latitude, east longitude [deg].

        They broadcast. Raises InputError for an Ls that is not finite, a latitude beyond a pole.
        """
        usual = self.background.opacity(ls, lat, lon)
        if self.storm is None:
            return usual
        ls, lat = _places(ls, lat, lon)
        added = self.storm.peak * self.storm.share(ls, self.year) * self.storm.reach(lat)
        return np.asarray(usual + added)

    def top(self, ls: ArrayLike, lat: ArrayLike) -> Array:
        """Height of the top of the dust [m] at Ls and latitude [deg]."""
        usual = self.background.top(ls, lat)
        if self.storm is None:
            return usual
        ls, lat = _places(ls, lat)
        share = np.sqrt(self.storm.share(ls, self.year) * self.storm.reach(lat))
        return np.asarray(usual + np.maximum(self.storm.top - usual, 0.0) * share)

    def layers(
        self, edges: ArrayLike, ls: ArrayLike, lat: ArrayLike, lon: ArrayLike | None = None
    ) -> Array:
        """Visible optical depth of dust by layer (n, L) in columns with edges [Pa] (n, L + 1)."""
        return dust_depth(edges, self.opacity(ls, lat, lon), self.top(ls, lat))


def _global_storm() -> DustScenario:
    # Mars year 34: onset Ls 186 (Kass et al. 2020, doi:10.1029/2019GL083931); at Gale from 1 to 8.5
    # in ten sols (Viudez-Moreiras et al. 2019, doi:10.1029/2019JE005985), at some 860 Pa, so 6 at
    # 610 Pa; from 50 N southward of 60 S for a time; decaying by 1/e in some 45 sols, back to usual
    # at Ls 270; dust up to 80 km (Kleinbohl et al. 2020, doi:10.1029/2019JE006115).
    storm = DustStorm(
        onset_ls=186.0, peak=5.5, growth=12.0, plateau=8.0, decay=45.0,
        south=-65.0, north=45.0, edge=12.0, top=80e3,
    )  # fmt: skip
    return DustScenario("global-storm", UsualYear(), storm)


def _regional_storm() -> DustScenario:
    # An "A" storm, Kass et al. 2016, doi:10.1002/2016GL068978: from the north into the southern
    # hemisphere around Ls 225; opacities of 1 to 1.5, tens of sols.
    storm = DustStorm(
        onset_ls=220.0, peak=0.7, growth=8.0, plateau=5.0, decay=25.0,
        south=-50.0, north=35.0, edge=10.0, top=68e3,
    )  # fmt: skip
    return DustScenario("regional-storm", UsualYear(), storm)


_MAKERS: dict[str, Callable[[], DustScenario]] = {
    # Low dust of the first Mars climate database: 0.1, no higher than 30 km. Lewis et al. 1999,
    # doi:10.1029/1999JE001024.
    "clear": lambda: DustScenario("clear", UniformDust(0.1, 30e3)),
    "climatological": lambda: DustScenario("climatological", UsualYear()),
    "regional-storm": _regional_storm,
    "global-storm": _global_storm,
}


def scenario_names() -> tuple[str, ...]:
    """Names of the scenarios that are built in."""
    return tuple(_MAKERS)


def scenario(
    name: str, *, dusty_season: float | None = None, year: MarsYear | None = None, **storm: float
) -> DustScenario:
    """A scenario by name: "clear", "climatological", "regional-storm" or "global-storm".

    Parameters
    ----------
    dusty_season : factor on the dust of the southern spring and summer, as years differ
    year : whose sols count; today's if None
    **storm : what to change of the storm: onset_ls, peak, growth, plateau, decay, south, north,
        edge, top (see `DustStorm`)

    Raises
    ------
    InputError : a name that is none of them, a storm's number for a scenario without a storm.
    """
    check_kind(year, MarsYear, "year", "a MarsYear, or None for today's")
    if not isinstance(name, str) or name not in _MAKERS:
        raise InputError(unknown("dust scenario", name, _MAKERS))
    made = _MAKERS[name]()
    if dusty_season is not None:
        if not isinstance(made.background, UsualYear):
            raise InputError(f"the dust of {name!r} has no season to scale; leave dusty_season out")
        made = replace(made, background=UsualYear(dusty_season))
    if storm:
        if made.storm is None:
            raise InputError(f"the dust of {name!r} has no storm; leave {', '.join(storm)} out")
        stray = set(storm) - set(DustStorm.__dataclass_fields__)
        if stray:
            raise InputError(unknown("number of a storm", min(stray), DustStorm.__annotations__))
        made = replace(made, storm=replace(made.storm, **storm))
    return made if year is None else replace(made, year=year)
