"""The helicopter's rotor, its hours, its flights and its dust."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from marsward.core.constants import SOL
from marsward.data.ingenuity_flights import ingenuity_flights
from marsward.mission.flight_replay_world import DAY_WIND, flight_world, fly_again
from marsward.mission.phases.phase import Given
from marsward.mission.phases.rover_looks import not_flown
from marsward.mission.phases.rover_place import Place, landing_place
from marsward.mission.world import dust_on_the_ground
from marsward.planet.atmosphere import Atmosphere, atmosphere
from marsward.vehicles.flight_plan import FlightPlan, flight_plan
from marsward.vehicles.flight_replay import flight_log, flown_profile
from marsward.vehicles.helicopter_flight import HelicopterFlight, fly
from marsward.vehicles.rotor_map import rotor_map
from marsward.vehicles.rotorcraft import trim

if TYPE_CHECKING:
    from marsward.mission.phases.helicopter import Helicopter

_DENSITIES = np.linspace(0.011, 0.0195, 13)
_SPEEDS = np.linspace(0.0, 12.0, 7)
_WARM = 233.0  # K of the rotor's map: a spring noon over Jezero
_HOURS = (np.arange(48) + 0.5) * 0.5
_NOON = 13.0  # h, at which scenarios of dust are compared


@dataclass(frozen=True)
class Study:
    """What the phase found, for the record."""

    products: Mapping[str, xr.Dataset]
    place: Place
    flight: HelicopterFlight | None
    log: str | None = None


def study(phase: Helicopter, given: Given) -> Study:
    """Everything in its order."""
    place, world = landing_place(given), given.mission.world
    home = Path(given.mission.path).parent
    dust = dust_on_the_ground(world, world.dust, place.ls, home)
    air = atmosphere("climate", dust=dust, workers=given.workers)
    given.progress.update(0.05, "the rotor")
    products = {
        "rotor_map": _rotor(phase, given), "flight_hours": _hours(phase, given, air, place),
        "rotor_dust": _dust(phase, given, place),
    }  # fmt: skip
    flight, log = None, None
    if phase.replay == "none":
        products |= dict.fromkeys(("flights", "flight_path"), not_flown("flights of another"))
    else:
        given.progress.update(0.4, "the flights")
        around = flight_world(air=air)
        again, _ = fly_again(
            phase.rotorcraft, around, helicopter=phase.body, power=phase.power,
            limits=phase.limits, workers=given.workers,
        )  # fmt: skip
        products["flights"], log = _in_joules(again), flight_log(again)
        flight = _shown(phase, given, again)
        products["flight_path"] = _path(phase, flight)
    return Study(products, place, flight, log)


def _rotor(phase: Helicopter, given: Given) -> xr.Dataset:
    """Power and margin by airfoil data, density and speed of flight."""
    found = rotor_map(
        phase.rotorcraft, density=_DENSITIES, speed=_SPEEDS, temperature=_WARM,
        workers=given.workers,
    )  # fmt: skip
    made = found.rename(airfoil="airfoils", air_speed="speed", rotor_power="shaft_power")
    made["status"] = made["status"].astype(object)
    return made.assign_attrs(rotorcraft=phase.rotorcraft.name.capitalize())


def _plan(
    phase: Helicopter, given: Given, place: Place, *, density: ArrayLike, temperature: ArrayLike,
    wind: ArrayLike, hour: ArrayLike,
) -> FlightPlan:  # fmt: skip
    """The asked flight over the landing's ground."""
    return flight_plan(
        phase.rotorcraft, density=density, temperature=temperature, distance=phase.distance,
        height=phase.height, speed=phase.speed, wind=wind, hour=hour, elevation=place.height,
        helicopter=phase.body, power=phase.power, limits=phase.limits, workers=given.workers,
    )  # fmt: skip


def _hours(phase: Helicopter, given: Given, air: Atmosphere, place: Place) -> xr.Dataset:
    """The asked flight at every half hour of a sol: air, plan, verdict."""
    ls = float((place.epoch + float(SOL) * phase.sol).ls)
    seen = air.sample(
        ls, _HOURS, place.lon, place.lat, place.height + phase.height, ground=place.height
    )
    wind = np.maximum(np.hypot(seen.eastward_wind, seen.northward_wind), DAY_WIND)
    plan = _plan(
        phase, given, place, density=seen.density, temperature=seen.temperature, wind=wind,
        hour=_HOURS,
    )  # fmt: skip
    made = xr.Dataset(
        {
            "density": ("hour", seen.density, {"units": "kg m-3"}),
            "temperature": ("hour", seen.temperature, {"units": "K"}),
            "wind": ("hour", wind, {"units": "m s-1"}),
            "thrust_margin": ("hour", plan.thrust_margin), "rpm": ("hour", plan.rpm),
            "tip_mach": ("hour", plan.tip_mach), "energy": ("hour", plan.energy, {"units": "Wh"}),
            "verdict": ("hour", np.array(plan.verdict, dtype=object)),
            "reasons": ("hour", np.array(["; ".join(r) for r in plan.reasons], dtype=object)),
        },
        {"hour": ("hour", _HOURS, {"units": "h"})},
        {"sol": phase.sol, "ls": ls},
    )  # fmt: skip
    return made


def _dust(phase: Helicopter, given: Given, place: Place) -> xr.Dataset:
    """The asked flight at one in the afternoon of the landing's season under each dust."""
    world, home = given.mission.world, Path(given.mission.path).parent
    rows: list[tuple[float, ...]] = []
    verdicts: list[str] = []
    for name in world.cases():
        dust = dust_on_the_ground(world, name, place.ls, home)
        air = atmosphere("climate", dust=dust, workers=given.workers)
        seen = air.sample(
            place.ls, _NOON, place.lon, place.lat, place.height + phase.height,
            ground=place.height,
        )  # fmt: skip
        density, warm = float(seen.density), float(seen.temperature)
        plan = _plan(
            phase, given, place, density=density, temperature=warm, wind=DAY_WIND, hour=_NOON
        )
        fixed = trim(phase.rotorcraft, density=[density], temperature=[warm],
                     airfoil=phase.limits.margin_airfoil)  # fmt: skip
        rows.append((
            density, warm, float(fixed.margin[0]), float(plan.rpm[0]), float(plan.energy[0])
        ))  # fmt: skip
        verdicts.append(plan.verdict[0])
    told = np.array(rows).T
    return xr.Dataset(
        {
            "density": ("dust", told[0], {"units": "kg m-3"}),
            "temperature": ("dust", told[1], {"units": "K"}),
            "rotor_margin": ("dust", told[2], {"units": "1"}),
            "rpm": ("dust", told[3], {"units": "rpm"}),
            "energy": ("dust", told[4], {"units": "Wh"}),
            "verdict": ("dust", np.array(verdicts, dtype=object)),
        },
        {"dust": list(world.cases())},
        {"own": world.dust, "rpm_of_margin": phase.rotorcraft.rpm},
    )  # fmt: skip


def _in_joules(again: xr.Dataset) -> xr.Dataset:
    """Every flight by our laws beside the table; energies in joules."""
    made = again.copy()
    for name in ("energy", "energy_low", "energy_high", "battery_before"):
        made[name] = (made[name] * 3600.0).assign_attrs(made[name].attrs | {"units": "J"})
    return made.rename(battery_before="battery")


def _shown(phase: Helicopter, given: Given, again: xr.Dataset) -> HelicopterFlight:
    """One flight with its controller, in the air of its hour, at its rotor speed, in gusts."""
    flown = ingenuity_flights()
    one = again.isel(flight=int(np.flatnonzero(flown.number == phase.shown)[0]))
    profile = flown_profile(flown, phase.shown, helicopter=phase.body)
    return fly(
        profile, rotorcraft=phase.rotorcraft, density=float(one["density"]),
        temperature=float(one["temperature"]), rpm=float(one["rpm"]),
        wind=(float(one["wind"]), 0.0), seed=given.seed, helicopter=phase.body, power=phase.power,
    )  # fmt: skip


def _path(phase: Helicopter, flight: HelicopterFlight) -> xr.Dataset:
    log = flight.dataset()
    time = log["flight_time"].values
    speed = np.hypot(log["velocity_east"].values, log["velocity_north"].values)
    wind = np.hypot(log["eastward_wind"].values, log["northward_wind"].values)
    columns = {
        "x": (log["east"].values, "m"), "y": (log["north"].values, "m"),
        "x_known": (log["estimated_east"].values, "m"),
        "y_known": (log["estimated_north"].values, "m"),
        "height": (log["flight_height"].values, "m"), "speed": (speed, "m s-1"),
        "height_asked": (_asked(phase, flight, time), "m"),
        "tilt": (log["flight_tilt"].values, "deg"),
        "power": (log["electric_power"].values, "W"), "wind": (wind, "m s-1"),
        "collective": (log["collective"].values, "deg"),
    }  # fmt: skip
    made = xr.Dataset({k: ("time", v, {"units": u}) for k, (v, u) in columns.items()},
                      {"time": ("time", time, {"units": "s"})})  # fmt: skip
    return made.assign_attrs(log.attrs).assign_attrs(title=f"Flight {phase.shown}")


def _asked(phase: Helicopter, flight: HelicopterFlight, time: np.ndarray) -> np.ndarray:
    """Height of the profile [m]: up, along, down; zero after its end."""
    times, top = flight.profile.times(phase.body), flight.profile.height
    end, up, down = (float(v) for v in (times.total, times.climb, times.descent))
    return np.interp(time, [0.0, up, end - down, end], [0.0, top, top, 0.0])
