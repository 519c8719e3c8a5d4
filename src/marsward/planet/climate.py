"""The climate of Mars by season: pressure anywhere, frost, caps, the ground's temperature.

What is shipped repeats the year that was calibrated on a lander's pressure (see `record`): the CO2
cycle of `physics.co2_cycle` on latitude bands of the shipped maps. Another orbit, other dust, other
frost or more CO2 are a call away:

    now = Climate.shipped()
    now.pressure(150.0, 22.48, 312.05, -3627.0)
    ice_age = now.with_(obliquity=35.0)
    storm = now.years(2, dust=["climatological", "global-storm"])

Pressures are means over a sol; tides, eddies and storms move them by some per cent of either sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import check_kind, fitting, number, numbers, told, whole
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields
from marsward.core.fields import field as labelled
from marsward.core.registry import unknown
from marsward.physics.co2_calibration import Co2Calibration, shipped_calibration
from marsward.physics.co2_cycle import Co2Cycle, Co2Model, Co2Years
from marsward.physics.latitude_bands import Dust
from marsward.physics.season import MarsYear
from marsward.planet.surface_pressure import checked_place, place_height

__all__ = ["Climate"]

Array = NDArray[np.float64]
_SPIN_UP = 40  # years at most to the repeat of another climate
_WARMTH, _WARMTH_SIGMA = 210.0, 5.0  # K, of the lower air, and by how much the law's is off
_FALL = 10.8e3  # m, scale height at that temperature
_FITTED_HEIGHT = -4.5e3  # m over the areoid: of the readings that were fitted
_KEPT = "kept"  # stands for "as it is" where None means something

add_fields(
    FieldRow("mean_pressure", "Pa", "mean pressure over the ground of the planet", low=0.0),
    FieldRow("air_mass", "kg", "mass of the air of the planet", low=0.0),
    FieldRow("cap_mass", "kg", "mass of CO2 frost on one hemisphere", low=0.0),
    FieldRow("cap_edge", "degree", "latitude, either sign, of the edge of lasting CO2 frost",
             low=0.0, high=90.0),
    FieldRow("co2_residual", "1", "CO2 of air and caps less the total, over the total"),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Climate:
    """A climate that repeats, year after year.

    calibration : what the numbers are from; cycle, year, dust : of this climate
    run : its year, sol by sol
    """

    calibration: Co2Calibration
    cycle: Co2Cycle
    year: MarsYear
    dust: Dust
    run: Co2Years

    @classmethod
    def shipped(cls) -> Climate:
        """Today's, as calibrated."""
        return _shipped()

    def with_(
        self,
        *,
        dust: Dust = _KEPT,
        year: MarsYear | None = None,
        cycle: Co2Cycle | None = None,
        **changes: float | None,
    ) -> Climate:
        """This climate under other conditions, spun up until it repeats.

        Parameters
        ----------
        dust : scenario or opacity, see `physics.co2_model.Co2Model`; as it is if not given
        year : the orbit; or give obliquity [deg], eccentricity, ls_perihelion [deg] by name
        cycle : all its numbers; or give fields of `Co2Cycle` by name, such as co2 or south_albedo

        Where frost lasts from year to year nothing repeats: after 40 years the climate is taken as
        it stands, and `run.closure` [K] tells how far the ground is from its repeat.

        Raises
        ------
        InputError : an unknown name, a number that is none.
        PhysicsError : the air froze out.
        """
        check_kind(year, MarsYear, "year", "a MarsYear, or obliquity and others by name")
        check_kind(cycle, Co2Cycle, "cycle", "a Co2Cycle, or its fields by name")
        orbit = {each.name for each in fields(MarsYear)}
        frost = {each.name for each in fields(Co2Cycle)}
        for name in changes:
            if name not in orbit | frost:
                known = ["dust", "year", "cycle", *sorted(orbit | frost)]
                raise InputError(unknown("condition of a climate", name, known))
            if changes[name] is not None:
                number(changes[name], name)
        with_orbit: Any = {k: v for k, v in changes.items() if k in orbit}
        at = replace(year or self.year, **with_orbit)
        with_frost: Any = {k: v for k, v in changes.items() if k in frost}
        with_cycle = replace(cycle or self.cycle, **with_frost)
        sky = self.dust if isinstance(dust, str) and dust == _KEPT else dust
        return _climate(self.calibration, with_cycle, at, sky)

    # answers ---------------------------------------------------------------------------------
    def pressure(
        self,
        ls: ArrayLike,
        lat: ArrayLike,
        lon: ArrayLike,
        height: ArrayLike | None = None,
        *,
        over_ground: ArrayLike | None = None,
    ) -> Array:
        """Mean pressure of a sol [Pa]; all broadcast.

        ls : [deg], turning round at 360; lat, lon : planetocentric and east [deg]
        height : over the areoid [m]; over_ground : over the shape's ground [m]; the ground if
            neither is given. Good to some 10 km over the areoid: see `physics.lower_air`.

        Raises
        ------
        InputError : a latitude beyond a pole, a height under the ground, an Ls that is none.
        """
        level = place_height(lat, lon, height, over_ground)
        place = np.asarray(lat, dtype=np.float64)
        return self.run.at(*fitting(ls=_season(ls), lat=place, height=level))

    def pressure_sigma(
        self,
        ls: ArrayLike,
        lat: ArrayLike,
        lon: ArrayLike,
        height: ArrayLike | None = None,
        *,
        over_ground: ArrayLike | None = None,
    ) -> Array:
        """Standard deviation of `pressure` [Pa]: of the fitted numbers, the fit and the law.

        The law carries pressure from the lander's height with one temperature of the air, which is
        taken to be off by 5 K, and by 10 K more for each 10 km over 10 km (assumed; beside the
        columns of `marsward.atmosphere` it is 24 % off on Olympus in some seasons).
        """
        value = self.pressure(ls, lat, lon, height, over_ground=over_ground)
        level = place_height(lat, lon, height, over_ground)
        off = _WARMTH_SIGMA * (1.0 + 2.0 * np.maximum(level / 1e4 - 1.0, 0.0))
        carried = off / _WARMTH * np.abs(level - _FITTED_HEIGHT) / _FALL
        return np.asarray(value * np.hypot(self.calibration.log_sigma(_season(ls)), carried))

    def share(self, ls: ArrayLike) -> Array:
        """The planet's mean pressure at Ls [deg] over its mean of the year."""
        mean = self.run.pressure
        return np.asarray(self._by_season(mean[:, None], ls, np.zeros(1))[..., 0] / mean.mean())

    def frost(self, ls: ArrayLike, lat: ArrayLike) -> Array:
        """Mass of CO2 frost at midnight [kg m-2], mean of a latitude; Ls, lat [deg] broadcast."""
        return self._zonal(self.run.frost, ls, lat)

    def surface_temperature(self, ls: ArrayLike, lat: ArrayLike) -> Array:
        """Temperature of the ground, mean of a sol and a latitude [K]; Ls, lat [deg] broadcast."""
        return self._zonal(self.run.ground, ls, lat)

    def air_temperature(self, ls: ArrayLike, lat: ArrayLike) -> Array:
        """Temperature of the lowest some 5 km of air [K] that hydrostatic balance is made with."""
        ls, lat = fitting(ls=_season(ls), lat=checked_place(lat, 0.0)[0])
        relief = self.run.relief
        return self._table(relief.temperature, relief.lat, ls, lat)

    def cap_edges(self, ls: ArrayLike) -> tuple[Array, Array]:
        """Latitudes [deg] that lasting CO2 frost reaches in the south (negative) and the north."""
        edge = self.run.cap_edge().T
        both = self._by_season(edge, ls, np.zeros(2))
        return np.asarray(-both[..., 0]), np.asarray(both[..., 1])

    @property
    def record(self) -> Mapping[str, Any]:
        """What the calibration stands on: data and their sha256, rms, covariance, versions."""
        return self.calibration.record

    # years -----------------------------------------------------------------------------------
    def years(self, count: int = 1, *, dust: Any = _KEPT) -> xr.Dataset:
        """Years from this climate on, sol by sol.

        dust : as `with_` takes it, or a list of such, one for each year; as it is if not given

        Returns
        -------
        Dataset over `time` (sols) and `lat`: mean_pressure, air_mass, cap_mass, cap_edge, frost
        and ground temperature by latitude, Ls, and the residual of the CO2 budget.
        """
        count = whole(count, "count, of whole years,")
        same = isinstance(dust, str) and dust == _KEPT
        several = isinstance(dust, list | tuple)
        each: list[Any] = list(dust) if several else [self.dust if same else dust]
        if len(each) not in (1, count):
            raise InputError(f"{count} years need one dust or {count} of them, not {len(each)}")
        state, runs = self.run.state, []
        if len(each) == 1:
            model = _model(self.calibration, self.year, each[0])
            runs = [model.run(self.cycle, years=count, start=state, spin_up=0)]
        else:
            for one in each:
                model = _model(self.calibration, self.year, one)
                runs.append(model.run(self.cycle, start=state, spin_up=0))
                state = runs[-1].state
        return _dataset(runs, self.year)

    # tables ----------------------------------------------------------------------------------
    @cached_property
    def _mean_of_latitude(self) -> Array:
        """Weights that take columns to latitudes (k, n)."""
        bands = self.run.bands
        where = np.searchsorted(self.run.relief.lat, bands.columns.lat)
        weight = np.zeros((self.run.relief.lat.size, len(bands)))
        weight[where, np.arange(len(bands))] = bands.area
        return np.asarray(weight / weight.sum(axis=1, keepdims=True))

    def _zonal(self, table: Array, ls: ArrayLike, lat: ArrayLike) -> Array:
        ls, lat = fitting(ls=_season(ls), lat=checked_place(lat, 0.0)[0])
        last = table[-self.year.sols :] @ self._mean_of_latitude.T
        return self._table(last, self.run.relief.lat, ls, lat)

    def _table(self, table: Array, lats: Array, ls: Array, lat: Array) -> Array:
        """Between sols and latitudes, straight."""
        place = np.interp(lat, lats, np.arange(lats.size))
        low = np.minimum(place.astype(int), lats.size - 2)
        part = place - low
        when = np.remainder(self.year.sol_of_ls(ls) - 0.5, self.year.sols)
        first = np.minimum(when.astype(int), self.year.sols - 1)
        then, late = (first + 1) % self.year.sols, when - first
        early = (1.0 - part) * table[first, low] + part * table[first, low + 1]
        after = (1.0 - part) * table[then, low] + part * table[then, low + 1]
        return np.asarray((1.0 - late) * early + late * after)

    def _by_season(self, table: Array, ls: ArrayLike, like: Array) -> Array:
        """Rows of a year's table (sols, k) at Ls [deg]: (..., k)."""
        last = table[-self.year.sols :]
        when = np.remainder(self.year.sol_of_ls(_season(ls)) - 0.5, self.year.sols)
        first = np.minimum(when.astype(int), self.year.sols - 1)
        late = (when - first)[..., None]
        return np.asarray(
            (1.0 - late) * last[first] + late * last[(first + 1) % self.year.sols] + like
        )

    def __repr__(self) -> str:
        mean = float(self.run.pressure[-self.year.sols :].mean())
        return f"<Climate {mean:.0f} Pa in the mean, obliquity {self.year.obliquity:g} deg>"


def _season(ls: ArrayLike) -> Array:
    try:
        season = numbers(ls, "Ls", "degrees", finite=False)
    except InputError as error:
        raise InputError(f"ls = {told(ls)} is no season; give degrees of Ls, 0 to 360") from error
    if not np.isfinite(season).all():
        raise InputError("Ls must be finite; give degrees, 0 to 360")
    return season


def _model(calibration: Co2Calibration, year: MarsYear, dust: Dust) -> Co2Model:
    return Co2Model(calibration.bands, year=year, dust=dust, air=calibration.air)


def _climate(calibration: Co2Calibration, cycle: Co2Cycle, year: MarsYear, dust: Dust) -> Climate:
    model = _model(calibration, year, dust)
    near = year == MarsYear() and cycle.residual_south is None
    start = calibration.state if near else None
    run = model.run(cycle, start=start, spin_up=_SPIN_UP)
    return Climate(calibration, cycle, year, dust, run)


@lru_cache(maxsize=1)
def _shipped() -> Climate:
    found = shipped_calibration()
    return _climate(found, found.cycle, MarsYear(), found.dust)


def _dataset(runs: list[Co2Years], year: MarsYear) -> xr.Dataset:
    def all_of(name: str, axis: int = 0) -> Array:
        return np.concatenate([np.asarray(getattr(run, name)) for run in runs], axis=axis)

    first = runs[0]
    bands, lats = first.bands, first.relief.lat
    where = np.searchsorted(lats, bands.columns.lat)
    weight = np.zeros((lats.size, len(bands)))
    weight[where, np.arange(len(bands))] = bands.area
    weight /= weight.sum(axis=1, keepdims=True)
    edge = np.concatenate([run.cap_edge() for run in runs], axis=1)
    sols = sum(run.pressure.size for run in runs)
    ls = np.degrees(year.at(np.arange(sols) + 0.5).ls_rad)
    out = xr.Dataset(
        {
            "mean_pressure": labelled("mean_pressure", all_of("pressure"), ("time",)),
            "air_mass": labelled("air_mass", all_of("air"), ("time",)),
            "cap_mass": labelled("cap_mass", all_of("caps", 1), ("hemisphere", "time")),
            "cap_edge": labelled("cap_edge", edge, ("hemisphere", "time")),
            "frost_mass": labelled("frost_mass", all_of("frost") @ weight.T, ("time", "lat")),
            "surface_temperature": labelled(
                "surface_temperature", all_of("ground") @ weight.T, ("time", "lat")
            ),
            "co2_residual": labelled("co2_residual", all_of("residual"), ("time",)),
            "ls": labelled("ls", ls, ("time",)),
        },
        coords={"lat": labelled("lat", lats, ("lat",)), "hemisphere": ["south", "north"]},
    )
    return out.assign_coords(ls=out["ls"], sol_of_years=("time", np.arange(sols) + 0.5))
