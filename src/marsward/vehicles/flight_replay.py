"""Ingenuity's flights again: what ours needs for each beside what was flown.

    flights = replay(ingenuity_flights(), Rotorcraft(), density=…, temperature=…, wind=…,
                     hour=…, charge=…)

The air is given for each flight's place, date and hour. The duration law takes the flown path, top
speed and height; from the places of take-off and landing it takes whether the craft went one way
or came back. Energy is that of the flown duration: seconds beyond the law are hovered.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import fields

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import numbers
from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.data.ingenuity_flights import IngenuityFlights
from marsward.vehicles.flight_energy import FlightPower, flight_power
from marsward.vehicles.flight_plan import PlanLimits, chosen_rpm, flight_plan, rotor_powers
from marsward.vehicles.flight_profile import FlightProfile, profile_times, reach
from marsward.vehicles.helicopter import Helicopter
from marsward.vehicles.helicopter_power import HelicopterPower
from marsward.vehicles.rotorcraft import Rotorcraft

__all__ = [
    "NOTES", "PUBLISHED_RPM", "flight_legs", "flight_log", "flown_profile", "landing_offsets",
    "replay", "replay_powers", "replay_summary",
]  # fmt: skip

Array = NDArray[np.float64]
PUBLISHED_RPM = {**dict.fromkeys(range(1, 14), 2537.0), 14: 2700.0}
"""Rotor speeds that were told: NASA Mars Helicopter status 298 and 334, 2021, and NASA/JPL on
flight 14. Of later flights it is known that thin air was met by up to 2700 rpm and more."""
NOTES = {
    1: "hover of 30 s",
    2: "hover, two metres aside and back",
    6: "images out of time from second 54 on: wandered and swayed, path longer than told",
    10: "eleven waypoints with pictures",
    13: "turned and took pictures on its way",
    14: "test of 2700 rpm, a hop",
    30: "test hop after the winter",
    34: "test of software, a hop",
    53: "cut short: images out of time, 203 m and 137 s were planned",
    54: "hop to find what had cut flight 53 short",
    59: "hovers up to 20 m",
    61: "hovers up to 24 m, the highest flight",
    62: "10 m/s for the first time",
    65: "short flight to another place",
    66: "hop of some metres",
    71: "cut short: landed early over ground without features",
    72: "hop to 12 m; radio lost before touchdown, blades broke",
}
"""What was special: NASA/JPL Mars Helicopter statuses and flight log."""
DESIGN_RESERVE = 0.3
"""Charge that the design meant to keep: Balaram et al. 2018, doi:10.2514/6.2018-0023 (memory)."""
_ONE_WAY = 0.7
"""Share of the path between take-off and landing from which a flight counts as one leg."""
_LEAST_WAY = 10.0  # m of path under which a flight is a hop without legs

add_fields(
    FieldRow("flight_duration_flown", "s", "duration as flown", low=0.0),
    FieldRow("flight_distance", "m", "length of the path that the profile can reach", low=0.0),
    FieldRow("flight_distance_flown", "m", "length of the path as flown", low=0.0),
    FieldRow("wind_speed", "m s-1", "speed of the horizontal wind", "wind_speed", low=0.0),
    FieldRow("flight_height", "m", "height of the feet over the take-off place"),
    FieldRow("battery_share", "1", "charge of the battery, as a share of its capacity"),
    FieldRow("battery_before", "Wh", "energy in the battery before the flight", low=0.0),
)


def landing_offsets(flights: IngenuityFlights) -> Array:
    """Metres east and north from take-off to landing place by the table's coordinates, (n, 2)."""
    radius = body("mars").radius
    east = np.radians(flights.lon - flights.take_off_lon) * np.cos(np.radians(flights.lat))
    north = np.radians(flights.lat - flights.take_off_lat)
    return np.column_stack([radius * east, radius * north])


def flight_legs(flights: IngenuityFlights) -> NDArray[np.int64]:
    """Legs of each flight: none for a hop, one way, or there and back (two)."""
    between = np.hypot(*landing_offsets(flights).T)
    legs = np.where(between >= _ONE_WAY * flights.distance, 1, 2)
    still = (flights.max_speed <= 0.0) | (flights.distance < _LEAST_WAY)
    return np.where(still, 0, legs).astype(np.int64)


def flown_profile(
    flights: IngenuityFlights, number: int, *, helicopter: Helicopter | None = None
) -> FlightProfile:
    """A profile like one flight's for `helicopter_flight.fly`: its path length, speed and height.

    One leg on the course to the landing place, or out and back; seconds that were flown beyond the
    duration law are hovered after the climb.

    Raises InputError for a number that is no flight's.
    """
    found = np.flatnonzero(flights.number == number)
    if found.size != 1:
        raise InputError(f"flight {number} is not among flights 1 to {len(flights)}")
    i, craft = int(found[0]), helicopter or Helicopter()
    east, north = landing_offsets(flights)[i]
    legs = int(flight_legs(flights)[i])
    plain = FlightProfile.of(
        float(flights.distance[i]) if legs else 0.0, height=float(flights.max_height[i]),
        speed=float(flights.max_speed[i]), legs=legs,
        course=float(np.degrees(np.arctan2(east, north)) % 360.0),
    )  # fmt: skip
    more = float(flights.duration[i] - plain.times(craft).total)
    return dataclasses.replace(plain, hover=max(more, 0.0))


def replay(
    flights: IngenuityFlights,
    rotorcraft: Rotorcraft,
    *,
    density: ArrayLike,
    temperature: ArrayLike,
    wind: ArrayLike = 0.0,
    hour: ArrayLike = 12.0,
    charge: ArrayLike = 1.0,
    rpm: ArrayLike | None = None,
    helicopter: Helicopter | None = None,
    power: HelicopterPower | None = None,
    limits: PlanLimits | None = None,
    powers: Mapping[str, FlightPower] | None = None,
    workers: int = 1,
) -> xr.Dataset:
    """Every flight by the laws of ours, beside the table of those flown.

    Parameters
    ----------
    flights : as flown, `data.ingenuity_flights.ingenuity_flights()`
    rotorcraft : `vehicles.rotorcraft.Rotorcraft`
    density [kg/m3], temperature [K], wind [m/s] : of the air at each flight, numbers or (n,)
    hour : local true solar time [h]; charge : of the battery before, 0 to 1
    rpm : of the rotors; where None, as published, and for the other flights the slowest of the
        limits' choices that leaves the thrust margin
    powers : of `replay_powers` with the same air and `rpm`, where they are known already

    Returns
    -------
    Dataset on `flight`: number, sol, date, ltst, density, temperature, wind, rpm, rpm_source,
    duration_flown, duration, distance_flown, distance, height, speed, legs, energy, energy_low,
    energy_high, battery_before, margin, thrust_margin, tip_mach, hover_power, motor_temperature,
    verdict, reasons, note. `duration` is the law's, `distance` the path that the law reaches in
    the flown time up to the flown length, energies are of the flown duration.

    Raises InputError for arrays that do not fit.
    """
    craft, supply = helicopter or Helicopter(), power or HelicopterPower()
    given = _row(len(flights), density=density, temperature=temperature, wind=wind, hour=hour,
                 charge=charge)  # fmt: skip
    legs = flight_legs(flights)
    speed = np.where(legs > 0, flights.max_speed, 0.0)
    law = profile_times(flights.distance, flights.max_height, speed, helicopter=craft, legs=legs)
    still = law.total - law.cruise
    moving = (flights.duration - still) / np.maximum(legs, 1)
    could = legs * reach(moving, np.maximum(speed, 1e-6), craft.acceleration)
    distance = np.where(legs > 0, np.minimum(could, flights.distance), 0.0)
    if rpm is None:
        turns, told, powers = replay_powers(
            flights, rotorcraft, density=given["density"], temperature=given["temperature"],
            wind=given["wind"], helicopter=craft, limits=limits, workers=workers,
        )  # fmt: skip
    else:
        turns, told = _row(len(flights), rpm=rpm)["rpm"], ["given"] * len(flights)
    plan = flight_plan(
        rotorcraft, density=given["density"], temperature=given["temperature"],
        distance=flights.distance, height=flights.max_height, speed=speed, legs=legs,
        hover=np.maximum(flights.duration - law.total, 0.0), wind=given["wind"],
        hour=given["hour"], charge=given["charge"], rpm=turns, elevation=flights.elevation,
        helicopter=craft, power=supply, limits=limits, powers=powers, workers=workers,
    )  # fmt: skip
    out = xr.Dataset()
    held = {
        "sol": ("sol", flights.sol.astype(np.float64)), "ltst": ("ltst", given["hour"]),
        "density": ("density", given["density"]),
        "temperature": ("temperature", given["temperature"]),
        "wind": ("wind_speed", given["wind"]), "rpm": ("rpm", turns),
        "duration_flown": ("flight_duration_flown", flights.duration),
        "duration": ("flight_duration", law.total),
        "distance_flown": ("flight_distance_flown", flights.distance),
        "distance": ("flight_distance", distance),
        "height": ("flight_height", flights.max_height), "speed": ("speed", flights.max_speed),
        "energy": ("flight_energy", plan.energy),
        "energy_low": ("flight_energy_low", plan.energy_low),
        "energy_high": ("flight_energy_high", plan.energy_high),
        "battery_before": ("battery_before", given["charge"] * supply.capacity),
        "margin": ("flight_energy_margin", plan.energy_margin),
        "charge_after": ("battery_share", given["charge"] - plan.energy_high / supply.capacity),
        "thrust_margin": ("thrust_margin", plan.thrust_margin),
        "tip_mach": ("tip_mach", plan.tip_mach), "hover_power": ("hover_power", plan.hover_power),
        "motor_temperature": ("motor_temperature", plan.motor_temperature),
    }  # fmt: skip
    for name, (row, values) in held.items():
        out[name] = field(row, values, "flight", check=False)
    words = {
        "date": flights.date, "rpm_source": told, "verdict": plan.verdict,
        "reasons": ["; ".join(each) for each in plan.reasons],
        "note": [NOTES.get(int(n), "") for n in flights.number],
    }  # fmt: skip
    for name, each in words.items():
        out[name] = ("flight", np.array(each, dtype=object))
    out["number"] = ("flight", flights.number, {"long_name": "number of the flight"})
    out["legs"] = ("flight", legs, {"long_name": "legs from rest to rest"})
    return out.assign_attrs(
        title="flights of Ingenuity, flown and ours",
        source="NASA/JPL-Caltech, map server of Mars 2020; laws of marsward.vehicles",
    )


def flight_log(flights: xr.Dataset) -> str:
    """The replay as CSV text, a line a flight, flown beside ours; units in the heads."""
    columns = (
        ("Flight", "number", "d"), ("Sol", "sol", ".0f"), ("Date", "date", ""),
        ("LTST_h", "ltst", ".2f"), ("Duration_flown_s", "duration_flown", ".1f"),
        ("Duration_s", "duration", ".1f"), ("Dist_flown_m", "distance_flown", ".1f"),
        ("Dist_m", "distance", ".1f"), ("Max_Alt_m", "height", ".1f"),
        ("Max_Spd_m_s", "speed", ".2f"), ("Density_kg_m3", "density", ".5f"),
        ("Temperature_K", "temperature", ".1f"), ("Rpm", "rpm", ".0f"),
        ("Energy_Wh", "energy", ".2f"), ("Energy_low_Wh", "energy_low", ".2f"),
        ("Energy_high_Wh", "energy_high", ".2f"), ("Battery_before_Wh", "battery_before", ".2f"),
        ("Margin_Wh", "margin", ".2f"), ("Verdict", "verdict", ""),
    )  # fmt: skip
    lines = [",".join(head for head, _, _ in columns)]
    for i in range(flights.sizes["flight"]):
        lines.append(",".join(format(flights[n].values[i], how) for _, n, how in columns))
    return "\n".join(lines) + "\n"


def replay_summary(flights: xr.Dataset) -> dict[str, float]:
    """Key numbers of a replay: counts, totals, medians and spreads of residuals."""
    extra = (flights["duration_flown"] - flights["duration"]).values
    noted = np.array([bool(each) for each in flights["note"].values])
    plain = ~noted & (flights["legs"].values == 1)
    low, middle, high = (float(v) for v in np.percentile(extra[plain], [16.0, 50.0, 84.0]))
    return {
        "flights": float(flights.sizes["flight"]),
        "go": float((flights["verdict"].values == "go").sum()),
        "duration_flown": float(flights["duration_flown"].sum()),
        "duration": float(flights["duration"].sum()),
        "residual_median": middle, "residual_low": low, "residual_high": high,
        "distance_flown": float(flights["distance_flown"].sum()),
        "distance": float(flights["distance"].sum()),
        "energy_greatest": float(flights["energy"].max()),
        "energy_high_greatest": float(flights["energy_high"].max()),
        "under_design_reserve": float((flights["charge_after"] < DESIGN_RESERVE).sum()),
        "margin_least": float(flights["margin"].min()),
        "thrust_margin_least": float(flights["thrust_margin"].min()),
    }  # fmt: skip


def _row(count: int, **given: ArrayLike) -> dict[str, Array]:
    out = {}
    for name, values in given.items():
        held = numbers(values, name)
        if held.ndim > 1 or held.size not in (1, count):
            raise InputError(
                f"{name} has shape {held.shape} for {count} flights; give one number or one each"
            )
        out[name] = np.broadcast_to(held, (count,)).copy()
    return out


def replay_powers(
    flights: IngenuityFlights, rotorcraft: Rotorcraft, *, density: ArrayLike,
    temperature: ArrayLike, wind: ArrayLike = 0.0, helicopter: Helicopter | None = None,
    limits: PlanLimits | None = None, workers: int = 1,
) -> tuple[Array, list[str], dict[str, FlightPower]]:  # fmt: skip
    """Rotor speeds of flights, whence they are known, and powers by the airfoil's data.

    Arguments as in `replay`.
    """
    craft, rule = helicopter or Helicopter(), limits or PlanLimits()
    air = _row(len(flights), density=density, temperature=temperature, wind=wind)
    air["speed"] = np.where(flight_legs(flights) > 0, flights.max_speed, 0.0)
    air["elevation"] = flights.elevation.copy()
    turns, shaft = chosen_rpm(rotorcraft, air, limits=rule, helicopter=craft, workers=workers)
    known = np.array([PUBLISHED_RPM.get(int(n), np.nan) for n in flights.number])
    other = np.isfinite(known) & (known != turns)
    turns = np.where(np.isfinite(known), known, turns)
    if other.any():
        some = flight_power(
            rotorcraft, rpm=turns[other], helicopter=craft, workers=workers,
            airfoil=rule.margin_airfoil, **{name: row[other] for name, row in air.items()},
        )  # fmt: skip
        for each in fields(FlightPower):
            getattr(shaft, each.name)[other] = getattr(some, each.name)
    told = ["published" if each else "chosen" for each in np.isfinite(known)]
    powers = rotor_powers(
        rotorcraft,
        air,
        turns,
        helicopter=craft,
        known={rule.margin_airfoil: shaft},
        workers=workers,
    )
    return turns, told, powers
