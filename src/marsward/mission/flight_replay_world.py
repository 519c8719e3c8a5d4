"""The world around Ingenuity's flights: air at each, sunlight and warmth of every sol between.

Plain arrays for `vehicles.flight_replay` and `vehicles.helicopter_sols`, from one atmosphere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.time import Epoch
from marsward.data.ingenuity_flights import IngenuityFlights, ingenuity_flights
from marsward.planet.atmosphere import Atmosphere, atmosphere
from marsward.vehicles.flight_plan import PlanLimits
from marsward.vehicles.flight_replay import replay, replay_powers
from marsward.vehicles.helicopter import Helicopter
from marsward.vehicles.helicopter_power import HelicopterPower
from marsward.vehicles.helicopter_sols import SOL, HelicopterSols, helicopter_sols
from marsward.vehicles.rotorcraft import Rotorcraft
from marsward.vehicles.rover_site import RoverSite

__all__ = ["DAY_WIND", "FlightWorld", "flight_world", "fly_again"]

Array = NDArray[np.float64]
_STEPS = 96
_EVERY = 4  # sols between those that are asked of the atmosphere
_LOW = 1.0  # m over the ground at which the craft stands in the air
_FIRST = 43  # sol on which it was set down
_REFERENCE_PRESSURE = 610.0  # Pa for which dust opacities are told
_ALBEDO = 0.2
DAY_WIND = 3.2
"""Mean wind over Jezero by day [m/s], which a climate of smooth slopes lacks: Viudez-Moreiras
et al. 2022, doi:10.1029/2022JE007522 (from memory: 3.2 with a spread of 2.3)."""


@dataclass(frozen=True, eq=False)
class FlightWorld:
    """Air at the flights (n,), and sols (m, k) from its setting down to the last flight's.

    density [kg/m3], temperature [K], wind [m/s], hour (local true solar time) [h], ls [deg],
    pressure [Pa] : at each flight, at half its height
    first : number of the first sol; light [W/m2] on a level plane, air [K], opacity (m,)
    """

    density: Array
    temperature: Array
    wind: Array
    hour: Array
    ls: Array
    pressure: Array
    first: int
    light: Array
    air: Array
    opacity: Array


def flight_world(
    flights: IngenuityFlights | None = None,
    *,
    air: Atmosphere | None = None,
    least_wind: float = DAY_WIND,
) -> FlightWorld:
    """The world of the flights in an atmosphere; the shipped climate if None.

    Air at each flight is that at its place, instant and half its height; the wind is that of the
    atmosphere or `least_wind` [m/s], whichever is more.
    """
    flown, source = flights or ingenuity_flights(), air or atmosphere()
    epoch = Epoch.et(flown.et)
    here = source.at(
        epoch, flown.lon, flown.lat, flown.elevation + 0.5 * flown.max_height,
        ground=flown.elevation,
    )  # fmt: skip
    light, warmth, opacity = _sols(flown, epoch, source)
    return FlightWorld(
        density=here["density"].values,
        temperature=here["temperature"].values,
        wind=np.maximum(
            np.hypot(here["eastward_wind"].values, here["northward_wind"].values), least_wind
        ),
        hour=here["ltst"].values, ls=here["ls"].values, pressure=here["pressure"].values,
        first=_FIRST, light=light, air=warmth, opacity=opacity,
    )  # fmt: skip


def _sols(flown: IngenuityFlights, epoch: Epoch, source: Atmosphere) -> tuple[Array, Array, Array]:
    """Light and air of every sol (m, k) at the site's middle, and opacity (m,)."""
    lat, lon = float(np.median(flown.lat)), float(np.median(flown.lon))
    ground = float(np.median(flown.elevation))
    last = int(flown.sol[-1])
    some = np.unique(np.r_[np.arange(_FIRST, last, _EVERY), last])
    midnight = float(flown.et[0] - epoch.ltst(lon)[0] / 24.0 * SOL - flown.sol[0] * SOL)
    ls = Epoch.et(midnight + (some + 0.5) * SOL).ls
    hours = (np.arange(_STEPS) + 0.5) * 24.0 / _STEPS
    seen = source.sample(
        ls[:, None], hours[None, :], lon, lat, ground + _LOW, ground=ground
    )  # fmt: skip
    pressure = seen.pressure.mean(axis=1)
    opacity = source.dust.opacity(ls, lat) * pressure / _REFERENCE_PRESSURE
    site = RoverSite(
        lat=lat, ls=ls, opacity=opacity, ground=seen.temperature, air=seen.temperature,
        longwave=np.zeros((1, 1)), pressure=pressure, wind=np.zeros((1, 1)), albedo=_ALBEDO,
    )  # fmt: skip
    every = np.arange(_FIRST, last + 1)
    return (
        _between(some, site.light.level, every),
        _between(some, seen.temperature, every),
        np.interp(every, some, opacity),
    )


def _between(at: NDArray[np.int64], rows: Array, want: NDArray[np.int64]) -> Array:
    """Rows of some sols drawn straight to every sol."""
    low = np.clip(np.searchsorted(at, want, side="right") - 1, 0, at.size - 2)
    part = ((want - at[low]) / (at[low + 1] - at[low]))[:, None]
    return np.asarray(rows[low] * (1.0 - part) + rows[low + 1] * part)


def fly_again(
    rotorcraft: Rotorcraft,
    world: FlightWorld | None = None,
    *,
    flights: IngenuityFlights | None = None,
    helicopter: Helicopter | None = None,
    power: HelicopterPower | None = None,
    limits: PlanLimits | None = None,
    cleanness: float = 0.9,
    workers: int = 1,
) -> tuple[xr.Dataset, HelicopterSols]:
    """All flights by the laws, with the battery as the sols before have left it.

    The panel charges, the nights draw, each flight takes its nominal energy; the replay then judges
    every flight by the charge that stood before it.

    cleanness : share of light that the panel takes, which the rotors blow clean

    Returns
    -------
    The replay, `flight_replay.replay`, with `night_survived` of the sol of each flight, and the
    sols from the first of the world on.
    """
    flown, around = flights or ingenuity_flights(), world or flight_world(flights)
    supply = power or HelicopterPower()
    given: dict[str, Any] = {
        "density": around.density, "temperature": around.temperature, "wind": around.wind,
        "hour": around.hour, "helicopter": helicopter, "power": supply, "limits": limits,
    }  # fmt: skip
    turns, told, powers = replay_powers(
        flown, rotorcraft, density=around.density, temperature=around.temperature,
        wind=around.wind, helicopter=helicopter, limits=limits, workers=workers,
    )  # fmt: skip
    given |= {"rpm": turns, "powers": powers}
    taken = replay(flown, rotorcraft, charge=1.0, **given)
    drawn = np.zeros_like(around.light)
    row, count = flown.sol - around.first, around.light.shape[-1]
    step = np.minimum((around.hour / 24.0 * count).astype(np.intp), count - 1)
    np.add.at(drawn, (row, step), np.nan_to_num(taken["energy"].values))
    sols = helicopter_sols(supply, around.light, around.air, cleanness=cleanness, flown=drawn)
    before = sols.charge[row, np.maximum(step - 1, 0)]
    out = replay(flown, rotorcraft, charge=before, **given)
    out["rpm_source"] = ("flight", np.array(told, dtype=object))
    out["ls"] = ("flight", around.ls, {"units": "degree", "long_name": "areocentric longitude"})
    out["night_survived"] = ("flight", sols.survived[row])
    return out, sols
