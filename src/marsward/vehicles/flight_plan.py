"""Go or no-go for a helicopter's flight, with the reason.

Every limit is a field of `PlanLimits`. The rotor speed is the slowest of those flown or tested
that leaves the wanted thrust margin; tips must stay below the Mach number that is known to be safe;
the energy is that of the less good airfoil data and must leave the battery's share that is held
back; motors warm from the air's temperature on. Of several reasons the first in `VERDICTS` is the
verdict, and all are told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Annotated, Literal

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from pydantic import field_validator

from marsward.core.asked import fitting, numbers
from marsward.core.errors import InputError, PhysicsError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.part import Part, value
from marsward.core.quantity import QuantityRule
from marsward.physics.airfoil_table import AIRFOILS
from marsward.vehicles.flight_energy import FlightPower, flight_energy, flight_power
from marsward.vehicles.flight_profile import ProfileTimes, profile_times
from marsward.vehicles.helicopter import Helicopter
from marsward.vehicles.helicopter_power import HelicopterPower
from marsward.vehicles.rotorcraft import Rotorcraft

__all__ = [
    "VERDICTS", "FlightPlan", "PlanLimits", "chosen_rpm", "flight_plan", "motor_temperature",
    "rotor_powers",
]  # fmt: skip

Array = NDArray[np.float64]
VERDICTS = (
    "air too thin to fly", "tips too fast", "wind too strong", "ground too steep",
    "ground too rough", "too dark", "battery too weak", "motors too hot",
)  # fmt: skip
"""Reasons against a flight, the gravest first; the verdict of a flight without one is "go"."""
_REFERENCE = (0.0163, 241.0, 2537.0)
"""Air [kg/m3, K] and rotor speed [rpm] of the first flights, to which `motor_heating` belongs."""

add_fields(
    FieldRow("rpm", "rpm", "turns of the rotors", low=0.0),
    FieldRow("thrust_margin", "1", "greatest thrust over weight, less one"),
    FieldRow("tip_mach", "1", "Mach number of the advancing tip", low=0.0),
    FieldRow("hover_power", "W", "power from the battery in the hover", low=0.0),
    FieldRow("flight_duration", "s", "from take-off to touchdown", low=0.0),
    FieldRow("flight_energy", "Wh", "energy of the flight from the battery", low=0.0),
    FieldRow("flight_energy_low", "Wh", "the same with the best airfoil data", low=0.0),
    FieldRow("flight_energy_high", "Wh", "the same with the least good airfoil data", low=0.0),
    FieldRow("flight_energy_margin", "Wh", "energy left over what is held back"),
    FieldRow("motor_temperature", "K", "of the motors at touchdown", low=0.0),
)


class PlanLimits(Part):
    """What a flight must keep to."""

    rpm_choices: tuple[float, ...] = value(
        (2537.0, 2600.0, 2700.0, 2800.0), origin="published",
        ref="2537 flown, 2800 to be spun on the ground: NASA Mars Helicopter status 334, 2021; "
        "2700 on flight 14: NASA/JPL, 25 October 2021; 2600 the design: NASA/TM-20240001510",
        description="rotor speeds to choose from, slowest first",
    )  # fmt: skip
    thrust_margin: float = value(
        0.08, ge=0.0,
        ref="a choice, near what the blades' data leave at 0.012 kg/m3 and 2537 rpm, in which "
        "Ingenuity was not flown",
        description="greatest thrust over weight, less one, at least",
    )  # fmt: skip
    wanted_margin: float = value(
        0.3, ge=0.0,
        ref="a choice, near what the blades' data leave at 0.0145 kg/m3 and 2537 rpm: the thinnest "
        "air that Ingenuity was made for, NASA Mars Helicopter status 334, 2021",
        description="thrust margin for which the rotor speed is chosen",
    )  # fmt: skip
    margin_airfoil: Literal["measured-a1", "measured-a2", "neuralfoil"] = value(
        "measured-a2",
        ref="a choice: of the three the middle one in thrust, at 242 K and 2537 rpm 31 % at 0.0145 "
        "and 10 % at 0.012 kg/m3",
        description="airfoil data by which thrust margins are told",
    )  # fmt: skip
    tip_mach: float = value(
        0.82, origin="published", gt=0.1, lt=1.0,
        ref="nearly 0.8 foreseen at 2800 rpm with wind, NASA Mars Helicopter status 334, 2021",
        description="Mach number of the advancing tip, at most",
    )  # fmt: skip
    wind: Annotated[float, QuantityRule("m/s", ge=0.0)] = value(
        "9 m/s", unit="m/s", ref="Balaram et al. 2018, doi:10.2514/6.2018-0023 (from memory)",
        description="mean wind at flight height, at most",
    )  # fmt: skip
    slope: Annotated[float, QuantityRule("deg", ge=0.0, lt=90.0)] = value(
        "12 deg", unit="deg", ref="a choice; it stood at up to 16 degrees on ripples and rocks",
        description="slope of the landing place, at most",
    )  # fmt: skip
    roughness: Annotated[float, QuantityRule("m", ge=0.0)] = value(
        "0.05 m", unit="m", ref="a choice: a hand under the fuselage's 0.13 m",
        description="roughness of the landing place over the legs' span, at most",
    )  # fmt: skip
    hours: tuple[float, float] = value(
        (8.0, 18.0), ref="cameras find their way by sunlight; flown from 9.5 to 16.6 h",
        description="local true solar time of the flight, from and to [h]",
    )  # fmt: skip

    @field_validator("rpm_choices")
    @classmethod
    def _slowest_first(cls, choices: tuple[float, ...]) -> tuple[float, ...]:
        if not choices or min(choices) <= 0.0 or list(choices) != sorted(set(choices)):
            raise ValueError("rpm_choices are one rotor speed or more above 0 rpm, slowest first")
        return choices

    @field_validator("hours")
    @classmethod
    def _in_a_sol(cls, hours: tuple[float, float]) -> tuple[float, float]:
        if not 0.0 <= hours[0] < hours[1] <= 24.0:
            raise ValueError(f"hours are from and to, 0 to 24 h, the earlier first; not {hours}")
        return hours


@dataclass(frozen=True, eq=False)
class FlightPlan:
    """Verdicts on flights; arrays of one shape (n,).

    go : nothing speaks against the flight; verdict : "go" or the gravest reason; reasons : all
    rpm : chosen; thrust_margin, tip_mach : with it; duration [s]; hover_power : electric [W]
    energy, energy_low, energy_high : from the battery [Wh], nominal and over the airfoil data
    energy_margin : of what the battery holds over what is held back, with energy_high [Wh]
    motor_temperature : at touchdown [K]
    """

    go: NDArray[np.bool_]
    verdict: tuple[str, ...]
    reasons: tuple[tuple[str, ...], ...]
    rpm: Array
    thrust_margin: Array
    tip_mach: Array
    duration: Array
    hover_power: Array
    energy: Array
    energy_low: Array
    energy_high: Array
    energy_margin: Array
    motor_temperature: Array

    def dataset(self, dim: str = "flight") -> xr.Dataset:
        """Everything on one dim."""
        names = {
            "rpm": "rpm", "thrust_margin": "thrust_margin", "tip_mach": "tip_mach",
            "flight_duration": "duration", "hover_power": "hover_power", "flight_energy": "energy",
            "flight_energy_low": "energy_low", "flight_energy_high": "energy_high",
            "flight_energy_margin": "energy_margin", "motor_temperature": "motor_temperature",
        }  # fmt: skip
        out = xr.Dataset({name: field(name, getattr(self, own), dim)
                          for name, own in names.items()})  # fmt: skip
        out["verdict"] = (dim, np.array(self.verdict, dtype=object))
        out["reasons"] = (dim, np.array(["; ".join(each) for each in self.reasons], dtype=object))
        return out

    def require(self) -> None:
        """Raise PhysicsError with one sentence for the first flight that must not be flown."""
        for i, verdict in enumerate(self.verdict):
            if verdict != "go":
                raise PhysicsError(f"flight {i} is no-go: {'; '.join(self.reasons[i])}")


def flight_plan(
    rotorcraft: Rotorcraft,
    *,
    density: ArrayLike,
    temperature: ArrayLike,
    distance: ArrayLike = 0.0,
    height: ArrayLike = 5.0,
    speed: ArrayLike = 0.0,
    legs: ArrayLike = 1,
    hover: ArrayLike = 0.0,
    wind: ArrayLike = 0.0,
    slope: ArrayLike = 0.0,
    roughness: ArrayLike = 0.0,
    hour: ArrayLike = 12.0,
    charge: ArrayLike = 1.0,
    rpm: ArrayLike | None = None,
    elevation: ArrayLike = 0.0,
    helicopter: Helicopter | None = None,
    power: HelicopterPower | None = None,
    limits: PlanLimits | None = None,
    powers: Mapping[str, FlightPower] | None = None,
    workers: int = 1,
) -> FlightPlan:
    """Judge flights; all but the parts broadcast to one row.

    Parameters
    ----------
    rotorcraft : `vehicles.rotorcraft.Rotorcraft`
    density [kg/m3], temperature [K] : of the air at flight height
    distance, height, speed, legs, hover : of the profile, as in `flight_profile.profile_times`
    wind : mean speed at flight height [m/s]
    slope [deg], roughness [m] : of the landing place; hour : local true solar time [h]
    charge : of the battery before the flight, 0 to 1
    rpm : of the rotors; chosen from the limits' if None
    elevation : of the ground over the areoid [m]
    powers : by the name of the airfoil's data, of `rotor_powers` for the same flights and `rpm`,
        where they are known already; workers : threads

    Raises InputError for numbers that are none or out of range.
    """
    body, supply = helicopter or Helicopter(), power or HelicopterPower()
    rule = limits or PlanLimits()
    given = {
        "density": numbers(density, "density", "kg/m3"),
        "temperature": numbers(temperature, "temperature", "K"),
        "distance": numbers(distance, "distance", "m"), "height": numbers(height, "height", "m"),
        "speed": numbers(speed, "speed", "m/s"), "legs": numbers(legs, "legs"),
        "hover": numbers(hover, "hover", "s"), "wind": numbers(wind, "wind", "m/s"),
        "slope": numbers(slope, "slope", "deg"),
        "roughness": numbers(roughness, "roughness", "m"), "hour": numbers(hour, "hour", "h"),
        "charge": numbers(charge, "charge"), "elevation": numbers(elevation, "elevation", "m"),
    }  # fmt: skip
    if rpm is not None:
        given["rpm"] = numbers(rpm, "rpm")
    row = dict(zip(given, (np.atleast_1d(x).ravel() for x in fitting(**given)), strict=True))
    if not row["density"].size:
        raise InputError("a flight plan needs one flight or more; the arrays given are empty")
    if np.any((row["hour"] < 0.0) | (row["hour"] > 24.0)):
        raise InputError("the hour of a flight lies in 0 to 24 h, local true solar time")
    if np.any((row["charge"] < 0.0) | (row["charge"] > 1.0)):
        raise InputError("a battery's charge lies in 0 to 1")
    if np.any(row["slope"] < 0.0) or np.any(row["roughness"] < 0.0):
        raise InputError("slope and roughness of a landing place are 0 or more")
    air = {name: row[name] for name in ("density", "temperature", "speed", "wind", "elevation")}
    turns = row.get("rpm")
    if turns is None:
        turns, shaft = chosen_rpm(rotorcraft, air, limits=rule, helicopter=body, workers=workers)
        powers = rotor_powers(
            rotorcraft, air, turns, helicopter=body, workers=workers,
            known={rule.margin_airfoil: shaft},
        )  # fmt: skip
    elif powers is None:
        powers = rotor_powers(rotorcraft, air, turns, helicopter=body, workers=workers)
    shaft = replace(
        powers[rotorcraft.airfoil], thrust_margin=powers[rule.margin_airfoil].thrust_margin
    )
    times = profile_times(
        row["distance"], row["height"], row["speed"], helicopter=body, legs=row["legs"],
        hover=row["hover"],
    )  # fmt: skip
    band = _energy_band(powers, rotorcraft.airfoil, times, turns, supply, body)
    hot = motor_temperature(
        rotorcraft, band[3], times.total, row["temperature"], power=supply, helicopter=body
    )
    held = row["charge"] * supply.capacity - supply.held_back * supply.capacity
    margin = held - band[2]
    reasons = _reasons(row, rule, shaft, margin, hot, supply)
    return FlightPlan(
        go=np.array([not each for each in reasons]),
        verdict=tuple(_verdict(each) for each in reasons), reasons=reasons, rpm=turns,
        thrust_margin=shaft.thrust_margin, tip_mach=shaft.tip_mach, duration=times.total,
        hover_power=supply.electric_power(np.nan_to_num(shaft.hover)), energy=band[0],
        energy_low=band[1], energy_high=band[2], energy_margin=margin, motor_temperature=hot,
    )  # fmt: skip


def chosen_rpm(
    rotorcraft: Rotorcraft, air: Mapping[str, Array], *, limits: PlanLimits, helicopter: Helicopter,
    workers: int = 1,
) -> tuple[Array, FlightPower]:  # fmt: skip
    """Rotor speeds: the slowest that leaves the wanted margin, else the last; and powers with them
    by the airfoil data of the limits.

    air : density, temperature, speed, wind and elevation of the flights, rows of one length
    """
    turns = np.full(air["density"].shape, limits.rpm_choices[-1])
    open_ = np.ones(turns.shape, dtype=bool)
    parts: list[tuple[NDArray[np.intp], FlightPower]] = []
    for choice in limits.rpm_choices:
        if not open_.any():
            break
        found = flight_power(
            rotorcraft, rpm=choice, helicopter=helicopter, workers=workers,
            airfoil=limits.margin_airfoil, **{k: v[open_] for k, v in air.items()},
        )  # fmt: skip
        last = choice == limits.rpm_choices[-1]
        good = found.carried & (found.thrust_margin >= limits.wanted_margin) | last
        where = np.flatnonzero(open_)[good]
        turns[where] = choice
        parts.append((where, _some(found, good)))
        open_[where] = False
    out = {each.name: np.empty(turns.shape, dtype=getattr(parts[0][1], each.name).dtype)
           for each in fields(FlightPower)}  # fmt: skip
    for where, some in parts:
        for name, held in out.items():
            held[where] = getattr(some, name)
    return turns, FlightPower(**out)


def rotor_powers(
    rotorcraft: Rotorcraft, air: Mapping[str, Array], rpm: Array, *, helicopter: Helicopter,
    known: Mapping[str, FlightPower] | None = None, workers: int = 1,
) -> dict[str, FlightPower]:  # fmt: skip
    """Powers of flights by the name of the airfoil's data; those in `known` are not made again.

    air : as for `chosen_rpm`
    """
    out = dict(known or {})
    for name in AIRFOILS:
        if name not in out:
            out[name] = flight_power(
                rotorcraft, rpm=rpm, helicopter=helicopter, airfoil=name, workers=workers, **air
            )
    return out


def _some(found: FlightPower, which: NDArray[np.bool_]) -> FlightPower:
    return FlightPower(**{e.name: getattr(found, e.name)[which] for e in fields(FlightPower)})


def _energy_band(
    powers: Mapping[str, FlightPower], own: str, times: ProfileTimes, rpm: Array,
    supply: HelicopterPower, body: Helicopter,
) -> tuple[Array, Array, Array, Array]:  # fmt: skip
    """Energy [Wh]: nominal, least and greatest over the airfoil data; and the mean shaft power.

    Where the less good data do not carry the weight, the band's upper end is the drive's greatest
    power for the whole flight.
    """
    nominal, mean = flight_energy(times, powers[own], power=supply, helicopter=body, rpm=rpm)
    rows = [nominal]
    most = supply.peak_power * times.total / 3600.0
    for name, other in powers.items():
        if name != own:
            each, _ = flight_energy(times, other, power=supply, helicopter=body, rpm=rpm)
            rows.append(np.where(np.isfinite(each) & other.carried, each, most))
    return nominal, np.fmin.reduce(rows), np.fmax.reduce(rows), mean


def motor_temperature(
    rotorcraft: Rotorcraft, mean: ArrayLike, seconds: ArrayLike, air: ArrayLike, *,
    power: HelicopterPower, helicopter: Helicopter,
) -> Array:  # fmt: skip
    """Temperature of the motors [K] after seconds at a mean shaft power [W], begun at the air's.

    They warm in proportion to the power, at `motor_heating` in the hover of the first flights.
    """
    rho, t, turns = _REFERENCE
    usual = flight_power(
        rotorcraft, density=rho, temperature=t, rpm=turns, speed=0.0, helicopter=helicopter
    )
    share = np.asarray(mean) / float(usual.hover)
    return np.asarray(np.asarray(air) + power.motor_heating * share * np.asarray(seconds))


def _reasons(
    row: dict[str, Array], rule: PlanLimits, shaft: FlightPower, margin: Array, hot: Array,
    supply: HelicopterPower,
) -> tuple[tuple[str, ...], ...]:  # fmt: skip
    """For each flight the sentences that speak against it, in the order of VERDICTS."""
    out = []
    for i in range(row["density"].size):
        carried = bool(shaft.carried[i])  # energy and heat of a flight that cannot be are none
        told = (
            (
                not (shaft.carried[i] and shaft.thrust_margin[i] >= rule.thrust_margin),
                f"thrust margin {100.0 * shaft.thrust_margin[i]:.0f} % at "
                f"{row['density'][i]:.4f} kg/m3, {100.0 * rule.thrust_margin:.0f} % are needed"
                if shaft.carried[i]
                else f"{row['density'][i]:.4f} kg/m3 do not carry the weight",
            ),
            (shaft.tip_mach[i] > rule.tip_mach, f"Mach {shaft.tip_mach[i]:.2f} at the tips"),
            (row["wind"][i] > rule.wind, f"wind of {row['wind'][i]:.1f} m/s"),
            (row["slope"][i] > rule.slope, f"slope of {row['slope'][i]:.0f} degrees"),
            (row["roughness"][i] > rule.roughness, f"roughness of {row['roughness'][i]:.2f} m"),
            (not rule.hours[0] <= row["hour"][i] <= rule.hours[1], f"{row['hour'][i]:.1f} h"),
            (carried and not margin[i] >= 0.0, f"energy margin of {margin[i]:.1f} Wh"),
            (
                carried and not hot[i] <= supply.motor_limit,
                f"motors at {hot[i]:.0f} K after the flight",
            ),
        )
        out.append(
            tuple(f"{word}: {how}" for word, (bad, how) in zip(VERDICTS, told, strict=True) if bad)
        )
    return tuple(out)


def _verdict(reasons: tuple[str, ...]) -> str:
    return reasons[0].split(":")[0] if reasons else "go"
