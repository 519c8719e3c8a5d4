"""The year of the caps in every world: pressure, frost, and how sure the fit makes them."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.mission.phases.climate_world import World
from marsward.mission.phases.phase import Given
from marsward.physics.co2_cycle import Co2Cycle
from marsward.physics.co2_model import Co2Model
from marsward.planet.climate import Climate as PlanetClimate
from marsward.planet.lander_heights import place_height
from marsward.planet.lander_pressure import FITTED, PUBLISHED

if TYPE_CHECKING:
    from marsward.mission.phases.climate import Climate

Array = NDArray[np.float64]
CYCLE_MEASURES = (
    ("least pressure", "Pa"), ("most pressure", "Pa"), ("air that freezes out", "%"),
    ("northern cap, most", "1e15 kg"), ("southern cap, most", "1e15 kg"),
)  # fmt: skip
_SPIN_UP, _SPIN_UP_MEMBER = 30, 8  # years at most to the repeat
_USUAL = "climatological"
_LS = np.arange(0.0, 360.0, 5.0)


@dataclass(frozen=True)
class Years:
    """The repeating year of every world, in members that differ by the errors of the fit (first
    by none, then by 1 sigma along each axis of their covariance).

    site : name, longitude, latitude at which pressures are told
    climates : by name of the world, the first member as fitted; none for a world that has the
        caps of the control
    """

    site: tuple[str, float, float]
    climates: Mapping[str, tuple[PlanetClimate, ...]]

    @classmethod
    def of(cls, phase: Climate, given: Given, worlds: list[World]) -> Years:
        """Follow the caps of all worlds that differ in them."""
        shipped = PlanetClimate.shipped()
        kinds = list({_kind(world): world for world in reversed(worlds)}.values())
        errors = _errors(shipped)
        with ThreadPoolExecutor(max_workers=max(given.workers, 1)) as pool:
            made = list(pool.map(lambda world: _members(shipped, world, errors), kinds))
        found = {world.name: members for world, members in zip(kinds, made, strict=True)}
        return cls(phase.test_place, found)

    def control(self, world: World) -> PlanetClimate:
        """The year of a world as fitted; that of the control where it has none of its own."""
        first = self.climates.get(world.name) or self.climates["control"]
        return first[0]

    def pressure(
        self, world: World, season: Array, place: tuple[str, float, float], height: Array
    ) -> Array:
        """At the ground of a place by season [Pa]."""
        _, lon, lat = place
        return np.asarray(self.control(world).pressure(season, lat, lon, height))

    def measures(self, world: World) -> Array:
        """(member, measure) as CYCLE_MEASURES has them; NaN where the caps are the control's."""
        members = self.climates.get(world.name)
        if members is None:
            return np.full((len(self.climates["control"]), len(CYCLE_MEASURES)), np.nan)
        height = place_height(self.site)
        return np.stack([_measures(member, self.site, height) for member in members])


def _kind(world: World) -> tuple:
    """What of a world the caps know of."""
    return world.dust.name, world.frost_albedo, world.year


def _errors(shipped: PlanetClimate) -> list[dict[str, float]]:
    """Errors of the fitted numbers: none, then 1 sigma along each axis of the covariance."""
    fit = shipped.calibration
    scale = np.sqrt(np.diag(fit.covariance))
    size, axes = np.linalg.eigh(fit.covariance / np.outer(scale, scale))
    rows = (axes * np.sqrt(np.maximum(size, 0.0))).T * scale
    none = dict.fromkeys(fit.names, 0.0)
    return [none, *(dict(zip(fit.names, row.tolist(), strict=True)) for row in rows)]


def of_axes(values: Array) -> Array:
    """Standard deviation (case, ...) from members (case, 1 + axes, ...) that lie 1 sigma off."""
    return np.asarray(np.sqrt(np.sum((values[:, 1:] - values[:, :1]) ** 2, axis=1)))


def _members(
    shipped: PlanetClimate, world: World, errors: list[dict[str, float]]
) -> tuple[PlanetClimate, ...]:
    """A world as fitted and with every error; the errors' years go on from the fitted one's."""
    fit, usual = shipped.calibration, world.dust.name == _USUAL
    dust = shipped.dust if usual else world.dust
    model = Co2Model(fit.bands, year=world.year, dust=dust, air=fit.air)
    state, most, made = shipped.run.state, _SPIN_UP, []
    for error in errors:
        cycle = _numbers(shipped.cycle, world.frost_albedo, error)
        run = model.run(cycle, start=state, spin_up=most)
        made.append(PlanetClimate(fit, cycle, world.year, dust, run))
        state, most = made[0].run.state, _SPIN_UP_MEMBER
    return tuple(made)


def _numbers(cycle: Co2Cycle, frost_albedo: float, error: Mapping[str, float]) -> Co2Cycle:
    """The fitted numbers with errors and a change of the frost's albedo, kept within bounds."""
    numbers = {name: getattr(cycle, name) + off for name, off in error.items()}
    for side in ("north", "south"):
        albedo, emissivity = f"{side}_albedo", f"{side}_emissivity"
        bright = numbers.get(albedo, getattr(cycle, albedo)) + frost_albedo
        numbers[albedo] = float(np.clip(bright, 0.0, 1.0))
        grey = numbers.get(emissivity, getattr(cycle, emissivity))
        numbers[emissivity] = float(np.clip(grey, 0.05, 1.0))
    return replace(cycle, **numbers)


def _measures(climate: PlanetClimate, site: tuple[str, float, float], height: float) -> Array:
    pressure = climate.pressure(_LS, site[2], site[1], height)
    caps = climate.run.caps[:, -climate.year.sols :]
    return np.array(
        [pressure.min(), pressure.max(), 100.0 * freeze_share(climate),
         caps[1].max() / 1e15, caps[0].max() / 1e15]
    )  # fmt: skip


def freeze_share(climate: PlanetClimate) -> float:
    """Share of the most air of the year that is gone at its least."""
    air = climate.run.air[-climate.year.sols :]
    return float((air.max() - air.min()) / air.max())


def pressure_cycle(phase: Climate, base: World, years: Years) -> xr.Dataset:
    """Pressure of the sites through the year with its error, and what landers read there."""
    climate = years.control(base)
    names = [name for name, _, _ in phase.places]
    lon, lat = (np.array([row[k] for row in phase.places], dtype=float) for k in (1, 2))
    height = np.array([place_height(place) for place in phase.places])
    at = [row[:, None] for row in (lat, lon, height)]
    pressure, sigma = climate.pressure(_LS, *at), climate.pressure_sigma(_LS, *at)
    rows = [
        (names.index(name), ls, value, kind)
        for kind, tables in (("published", PUBLISHED), ("fitted", FITTED))
        for name, table in tables.items()
        if name in names
        for ls, value in table
    ]
    return xr.Dataset(
        {
            "surface_pressure": (("site", "ls"), pressure, {"units": "Pa"}),
            "surface_pressure_sigma": (("site", "ls"), sigma, {"units": "Pa"}),
            "reading_site": ("reading", np.array([row[0] for row in rows], dtype=np.int64)),
            "reading_ls": ("reading", np.array([row[1] for row in rows], dtype=np.float64)),
            "reading_pressure": ("reading", np.array([row[2] for row in rows], dtype=np.float64)),
            "reading_kind": ("reading", np.array([row[3] for row in rows], dtype=str)),
        },
        {
            "name": ("site", names), "lon": ("site", lon), "lat": ("site", lat),
            "elevation": ("site", height, {"units": "m"}), "ls": ("ls", _LS, {"units": "degree"}),
        },
        {"fit_rms": climate.calibration.rms, "fit_data": str(climate.record["fitted_on"])},
    )  # fmt: skip


def year_table(base: World, years: Years) -> xr.Dataset:
    """Surface temperature and frost by latitude and season; masses of air and caps."""
    members = years.climates["control"]
    climate = members[0]
    lat = np.arange(-88.5, 90.0, 3.0)
    run, sols = climate.run, climate.year.sols
    ls = run.ls[-sols:]
    order = np.argsort(ls % 360.0)
    edge = np.stack([_by_ls(row, ls, order) for row in climate.run.cap_edge()[:, -sols:]])
    edge = np.where(edge >= 89.0, np.nan, edge)
    caps = np.stack([_by_ls(row, ls, order) for row in run.caps[:, -sols:]])
    spread = np.array([each.run.caps[:, -sols:].max(axis=1) for each in members])
    gone = np.array([freeze_share(each) for each in members])
    grid = np.meshgrid(_LS, lat)
    return xr.Dataset(
        {
            "surface_temperature": (("lat", "ls"), climate.surface_temperature(*grid),
                                    {"units": "K"}),
            "frost_mass": (("lat", "ls"), climate.frost(*grid), {"units": "kg m-2"}),
            "air_mass": ("ls", _by_ls(run.air[-sols:], ls, order), {"units": "kg"}),
            "cap_mass_north": ("ls", caps[1], {"units": "kg"}),
            "cap_mass_south": ("ls", caps[0], {"units": "kg"}),
            "cap_edge_north": ("ls", edge[1], {"units": "degree"}),
            "cap_edge_south": ("ls", -edge[0], {"units": "degree"}),
        },
        {"lat": lat, "ls": _LS},
        {
            "freeze_share": float(gone[0]), "freeze_share_sigma": float(of_axes(gone[None])[0]),
            "cap_mass_north_sigma": float(of_axes(spread[None])[0, 1]),
            "cap_mass_south_sigma": float(of_axes(spread[None])[0, 0]),
            "co2_residual": float(np.abs(run.residual).max()),
        },
    )  # fmt: skip


def _by_ls(values: Array, ls: Array, order: NDArray) -> Array:
    """A year's row of sols on even seasons."""
    return np.interp(_LS, (ls % 360.0)[order], values[order], period=360.0)
