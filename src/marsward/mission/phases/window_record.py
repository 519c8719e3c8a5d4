"""What the window writes down: the grid, the flight that was chosen, the launch period about it."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.bodies import body
from marsward.core.errors import PhysicsError
from marsward.dynamics.launch_choice import CHOICES, LaunchChoice, choose
from marsward.dynamics.window import window
from marsward.dynamics.window_flight import transfer_dv
from marsward.mission.launch import Launch
from marsward.mission.phases.phase import Given, Outcome, Quantity
from marsward.vehicles.launch_vehicle import LaunchVehicle

Array = NDArray[np.float64]
_DAY = 86_400.0
KEPT = (
    "c3", "v_infinity_arrival", "declination", "right_ascension", "transfer_angle", "way",
    "time_of_flight", "arrival_latitude", "arrival_solar_time",
)  # fmt: skip
"""What of every cell goes into the product."""
_PER_DAY = ("c3", "v_infinity_arrival", "declination", "time_of_flight", "transfer_angle")
CITATIONS = [
    "Izzo 2015, Revisiting Lambert's problem, doi:10.1007/s10569-014-9587-y",
    "Park et al. 2021 (DE440), doi:10.3847/1538-3881/abd414",
]


def record(phase, given: Given) -> Outcome:
    """Find the window, choose in it, and turn both into the phase's outcome."""
    launch = phase.launch(given)
    say = given.progress.update
    say(0.1, "the grid of days")
    quantities = [name for name in KEPT if launch.target == "mars" or "arrival_" not in name]
    grid = window(
        launch.origin, launch.target, launch=launch.window, arrive=launch.arrivals,
        step=launch.step * _DAY, quantities=quantities,
    )  # fmt: skip
    say(0.6, "the choice")
    held = limits(launch)
    choice = choose(
        grid, launch.choose, max_c3=held.get("max_c3"), max_dla=held.get("max_dla"),
        max_arrival_speed=held.get("max_arrival_speed"),
        max_time_of_flight=held.get("max_time_of_flight"),
    )  # fmt: skip
    say(0.8, "the launch period")
    period = launch_period(grid, launch, choice, days=phase.period)
    return Outcome(
        products={"porkchop": _small(grid), "launch_choice": choice.to_dataset(),
                  "launch_period": period},
        summary=_summary(phase, launch, choice, period, grid)
        | rocket(phase, given, choice, period),
        sentence=_sentence(choice, period),
        assumptions=_assumptions(phase, launch),
        citations=CITATIONS,
    )  # fmt: skip


def limits(launch: Launch) -> dict[str, float]:
    """The limits of a table [launch] as `choose` takes them: SI, and degrees."""
    given = {
        "max_c3": (launch.max_c3, 1e6), "max_dla": (launch.max_declination, 1.0),
        "max_arrival_speed": (launch.max_arrival_speed, 1e3),
        "max_time_of_flight": (launch.max_time_of_flight, _DAY),
    }  # fmt: skip
    return {name: value * scale for name, (value, scale) in given.items() if value is not None}


def _small(grid: xr.Dataset) -> xr.Dataset:
    """The grid in single precision: contours and tables need no more."""
    return grid.assign(
        {name: grid[name].astype(np.float32) for name in grid.data_vars
         if grid[name].dims == ("launch", "arrival") and grid[name].dtype == np.float64}
    )  # fmt: skip


def day_costs(grid: xr.Dataset, launch: Launch) -> Array:
    """(launch, arrival) what is made small, infinite where there is no flight or a limit breaks."""
    by = CHOICES[launch.choose]
    if by == "total_dv":
        cost = transfer_dv(
            launch.origin, launch.target, grid["c3"].values, grid["v_infinity_arrival"].values
        )
    elif by == "arrival":
        cost = np.broadcast_to(grid["arrival_et"].values, grid["status"].shape)
    else:
        cost = grid[by].values
    within = (grid["status"].values == 0) & np.isfinite(cost)
    names = {"max_c3": "c3", "max_dla": "declination", "max_arrival_speed": "v_infinity_arrival",
             "max_time_of_flight": "time_of_flight"}  # fmt: skip
    for name, most in limits(launch).items():
        within &= np.abs(grid[names[name]].values) <= most
    return np.asarray(np.where(within, cost, np.inf))


def launch_period(
    grid: xr.Dataset, launch: Launch, choice: LaunchChoice, *, days: float
) -> xr.Dataset:
    """The best arrival of every day of launch, of the type chosen, and the run of days about it.

    The run is of all that hold the chosen day the one whose dearest day costs least.

    Returns
    -------
    Dataset (launch,) of the days that can be flown, with `in_period` (0 or 1).
    """
    same = (grid["transfer_angle"].values > 180.0) == (choice.transfer_angle > 180.0)
    cost = np.where(same, day_costs(grid, launch), np.inf)
    can = np.isfinite(cost).any(axis=1)
    best = np.argmin(cost[can], axis=1)
    rows = grid[list(_PER_DAY)].isel(
        launch=np.flatnonzero(can), arrival=xr.DataArray(best, dims="launch")
    )
    least = cost[can][np.arange(best.size), best]
    times = rows["launch_et"].values
    inside = _run(times, least, float(choice.launch.et), days * _DAY)
    return rows.assign(in_period=("launch", inside.astype(np.int8)), cost=("launch", least))


def _run(times: Array, cost: Array, chosen: float, length: float) -> NDArray[np.bool_]:
    """Which days lie in the run of a length that holds a time and whose dearest day is cheapest."""
    best: tuple[float, NDArray[np.bool_]] | None = None
    slack = 1.0
    for begin in times:
        inside = (times >= begin - slack) & (times <= begin + length + slack)
        if not begin - _DAY <= chosen <= begin + length + _DAY:
            continue
        whole = times[inside][-1] - times[inside][0] >= min(length, times[-1] - times[0]) - _DAY
        dearest = float(cost[inside].max()) if whole else np.inf
        if best is None or dearest < best[0]:
            best = dearest, inside
    return np.zeros(times.shape, bool) if best is None else best[1]


def _summary(phase, launch, choice, period, grid) -> dict[str, Quantity]:
    inside = period["in_period"].values == 1
    origin = body(launch.origin)
    well = float(origin.gm) / (float(origin.equatorial_radius) + phase.parking_altitude)
    dv = np.sqrt(choice.c3 + 2.0 * well) - np.sqrt(well)
    dearest = period.isel(launch=inside)
    about = f"type {choice.type}, conic between the planets' centres"
    numbers = {
        "window_launch": Quantity(str(choice.launch.utc), "UTC", None, launch.choose),
        "window_arrival": Quantity(str(choice.arrival.utc), "UTC", None, about),
        "window_c3": Quantity(choice.c3 / 1e6, "km2/s2", None, about),
        "window_arrival_speed": Quantity(
            choice.v_infinity_arrival / 1e3, "km/s", None, f"at infinity; {about}"
        ),
        "window_asymptote_dec": Quantity(choice.dla, "deg", None, "departure, J2000"),
        "window_asymptote_ra": Quantity(choice.rla, "deg", None, "departure, J2000"),
        "window_days": Quantity(choice.time_of_flight / _DAY, "d", None, "launch to arrival"),
        "window_injection_dv": Quantity(
            float(dv) / 1e3, "km/s", None,
            f"from a circular orbit of {phase.parking_altitude / 1e3:.0f} km",
        ),
        "window_season": Quantity(
            float(choice.arrival.ls), "deg", None, "solar longitude Ls of Mars at the arrival"
        ),
        "window_cells": Quantity(int((grid["status"] == 0).sum()), "", None, "pairs of days"),
    }  # fmt: skip
    if inside.any():
        days = dearest["launch"].values
        numbers |= {
            "period_begin": Quantity(str(days[0])[:10], "UTC", None, "first day of launch"),
            "period_end": Quantity(str(days[-1])[:10], "UTC", None, "last day of launch"),
            "period_c3": Quantity(
                float(dearest["c3"].max()) / 1e6, "km2/s2", None, "of its dearest day"
            ),
            "period_arrival_speed": Quantity(
                float(dearest["v_infinity_arrival"].max()) / 1e3, "km/s", None, "fastest of it"
            ),
        }  # fmt: skip
    return numbers


def rocket(phase, given: Given, choice: LaunchChoice, period: xr.Dataset) -> dict[str, Quantity]:
    """What the rocket lifts on the chosen day and on the dearest of the period.

    Raises
    ------
    PhysicsError : less than the mission weighs; the sentence names the greatest C3 that it can.
    """
    vehicle = phase.launch(given).vehicle
    if vehicle is None:
        return {}
    weight = phase.least_mass or given.mission.spacecraft.mass
    lifts = float(vehicle.mass(choice.c3))
    if weight is not None and lifts < weight:
        raise PhysicsError(
            f"{vehicle.name} sends off {lifts:.0f} kg with a C3 of {choice.c3 / 1e6:.2f} km2/s2 "
            f"and the mission weighs {weight:.0f} kg; {_way_out(vehicle, weight)}"
        )
    numbers = {
        "rocket_mass": Quantity(lifts, "kg", None, f"{vehicle.name}, on the chosen day"),
    }
    inside = period["in_period"].values == 1
    if inside.any() and bool(np.all(vehicle.covers(period["c3"].values[inside]))):
        least = float(vehicle.mass(period["c3"].values[inside]).min())
        numbers["rocket_period_mass"] = Quantity(
            least, "kg", None, f"{vehicle.name}, on every day of the launch period"
        )
    if weight is not None:
        numbers["rocket_margin"] = Quantity(
            lifts - weight, "kg", None, "over the mission's mass at launch, on the chosen day"
        )
    return numbers


def _way_out(vehicle: LaunchVehicle, weight: float) -> str:
    """What could be flown instead."""
    try:
        most = float(vehicle.c3(weight))
    except PhysicsError:
        heaviest = float(vehicle.mass(vehicle.span[0]))
        return f"it never sends off more than {heaviest:.0f} kg: take a stronger rocket"
    return (
        f"with that mass it reaches {most / 1e6:.2f} km2/s2: choose a cheaper day, less mass or a "
        "stronger rocket"
    )


def _sentence(choice: LaunchChoice, period: xr.Dataset) -> str:
    text = (
        f"leaves {choice.launch.isot(digits=0)[:10]} with C3 {choice.c3 / 1e6:.2f} km²/s² and "
        f"arrives {choice.arrival.isot(digits=0)[:10]} after {choice.time_of_flight / _DAY:.0f} "
        f"days (type {choice.type}) at {choice.v_infinity_arrival / 1e3:.2f} km/s"
    )
    inside = period["in_period"].values == 1
    if inside.any():
        days = period["launch"].values[inside]
        most = float(period["c3"].values[inside].max()) / 1e6
        text += (
            f"; from {str(days[0])[:10]} to {str(days[-1])[:10]} a C3 of {most:.2f} km²/s² suffices"
        )
    return text


def _assumptions(phase, launch: Launch) -> list[str]:
    return [
        "Conics about the Sun between the centres of both bodies, less than one turn, with the "
        "planets' sense; the voyage itself is flown in the full force model.",
        f"Days every {launch.step:g} d; the choice ({launch.choose}) is sought between them "
        "too. The launch period takes the best arrival of each day, of the same type.",
        f"The injection is one impulse from a circular orbit of {phase.parking_altitude / 1e3:.0f} "
        "km, without losses.",
    ]
