"""The rover's sols: way, power and warmth, winter, one planned sol, dust, instruments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from marsward.core.sol_clock import SolClock
from marsward.core.trajectory import Trajectory
from marsward.data.areoid import areoid_height
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.mission.phases.phase import Given
from marsward.mission.phases.rover_chemistry_looks import camera_looks, laser_looks
from marsward.mission.phases.rover_drive import Driven, driven
from marsward.mission.phases.rover_looks import not_flown, radar_looks
from marsward.mission.phases.rover_place import Place, landing_place
from marsward.mission.rover_world import rover_site
from marsward.mission.world import dust_on_the_ground
from marsward.vehicles.relay_windows import RelayPasses, relay_windows
from marsward.vehicles.rover_site import SOL, RoverSite
from marsward.vehicles.rover_sols import DORMANT, RoverState, last_state, rover_sols, sleep_and_wake
from marsward.vehicles.rover_winter import winter_cases
from marsward.vehicles.sol_plan import SolPlan, sol_plan

if TYPE_CHECKING:
    from marsward.mission.phases.rover import Rover

_HOUR = SOL / 24.0
_AREOID = 4  # cells per degree


@dataclass(frozen=True)
class Study:
    """What the phase found, for the record."""

    products: Mapping[str, xr.Dataset]
    place: Place
    way: Driven
    site: RoverSite
    sols: xr.Dataset
    sleep: Mapping[str, Any]
    plan: SolPlan
    passes: RelayPasses | None


def study(phase: Rover, given: Given) -> Study:
    """Everything in its order."""
    place, home = landing_place(given), Path(given.mission.path).parent
    world = given.mission.world
    dust = dust_on_the_ground(world, world.dust, place.ls, home)
    given.progress.update(0.0, "the sols")
    site = rover_site(
        place.lon, place.lat, place.height, place.epoch, phase.sols, dust=dust, steps=96,
        workers=given.workers,
    )  # fmt: skip
    settled = phase.panel_dust.cleanness(site.opacity, seed=given.seed)
    clean = settled if phase.power.panels else np.ones(phase.sols)
    lived = rover_sols(phase.power, site, cleanness=clean, seed=given.seed)
    given.progress.update(0.5, "the ground and the way over it")
    awake = lived["rover_state"].max("hour").values < DORMANT
    way = driven(phase, given, place, phase.hours * awake)
    passes = _passes(phase, given, place)
    plan = _plan(phase, site, clean, passes)
    far = way.way["distance"].values
    radargram, layers = radar_looks(phase, given, far)
    products = {
        "traverse_map": way.map, "traverse": way.way, "rover_sols": _by_sol(phase, lived, site),
        "rover_day": _day(phase, lived, site), "rover_winter": _winter(phase, site, lived),
        "sol_plan": _planned(plan, passes, min(phase.plan_sol, phase.sols - 1)),
        "ground_radar": radargram, "ground_radar_layers": layers,
        "laser_oxides": laser_looks(phase, given, float(far[-1])),
        "rover_spectra": camera_looks(phase, given, float(far[-1]), site),
        "rover_dust": _dust(phase, given, place),
    }  # fmt: skip
    return Study(products, place, way, site, lived, sleep_and_wake(lived), plan, passes)


def _by_sol(phase: Rover, lived: xr.Dataset, site: RoverSite) -> xr.Dataset:
    charge, cell = lived["battery_charge"], lived["battery_temperature"]
    dormant = lived["rover_state"].max("hour").values >= DORMANT
    columns = {
        "energy_in": (lived["energy_available"], "J"), "energy_used": (lived["energy_used"], "J"),
        "charge_least": (charge.min("hour"), "1"), "charge_most": (charge.max("hour"), "1"),
        "battery_least": (cell.min("hour"), "K"), "battery_most": (cell.max("hour"), "K"),
        "cleanness": (lived["cleanness"], "1"), "wake_power": (lived["wake_power"], "W"),
        "ls": (lived["ls"], "deg"),
    }  # fmt: skip
    made = xr.Dataset({k: ("sol", v.values, {"units": u}) for k, (v, u) in columns.items()})
    made["dust_opacity"] = ("sol", site.opacity, {"units": "1"})
    state = np.where(dormant, "dormant", "awake")
    rule = ""
    if phase.power.panels:
        rule = (
            f"wakes above {phase.power.wake_power:g} W and "
            f"{phase.power.wake_temperature - 273.15:g} °C"
        )
    return (
        made.assign(state=("sol", state))
        .assign_coords(sol=lived["sol"].values)
        .assign_attrs(rule=rule, rover=phase.power.name)
    )


def _day(phase: Rover, lived: xr.Dataset, site: RoverSite) -> xr.Dataset:
    sol = min(phase.plan_sol, phase.sols - 1)
    one = lived.isel(sol=sol)
    generator = float(phase.power.generator_watts(np.array([float(sol)]))[0])
    columns = {
        "power_in": one["panel_power"].values + generator, "power_used": one["used_power"].values,
        "charge": one["battery_charge"].values,
        "battery_temperature": one["battery_temperature"].values,
        "box_temperature": one["box_temperature"].values,
        "air_temperature": site.air[sol], "ground_temperature": site.ground[sol],
    }  # fmt: skip
    made = xr.Dataset({k: ("hour", v) for k, v in columns.items()}, {"hour": site.hours})
    return made.assign_attrs(sol=sol, opacity=float(site.opacity[sol]))


def _winter(phase: Rover, site: RoverSite, lived: xr.Dataset) -> xr.Dataset:
    """The sols as lived, and from the sleep on once more, cold, under dust that is told."""
    if not phase.power.panels:
        return not_flown("solar panels: its winter is as its summer")
    asleep = sleep_and_wake(lived)["sleeps"]
    cases, told = {"dust as it settles": lived}, [sleep_and_wake(lived)]
    if asleep is not None:
        again = winter_cases(
            phase.power, site, lived, asleep=asleep, design_sols=float(phase.design_sols),
            beyond=(0.0, *phase.more_dust),
        )  # fmt: skip
        for name, found in again.items():
            cases[name] = found.reindex(sol=lived["sol"])
            told.append(sleep_and_wake(found))
    names = {"peak_power": "wake_power", "battery_most": "warmest_box", "cleanness": "cleanness"}
    made = xr.Dataset(
        {new: (("case", "sol"), np.stack([d[old].values for d in cases.values()]))
         for new, old in names.items()},
        {"case": list(cases), "sol": lived["sol"].values},
        {
            "wake_power": phase.power.wake_power,
            "wake_temperature": phase.power.wake_temperature, "wake_by": phase.power.wake_by,
        },
    )  # fmt: skip
    awake = np.stack([_awake(d) for d in cases.values()])
    return made.assign(
        awake=(("case", "sol"), awake),
        verdict=("case", [_told(each, k) for k, each in enumerate(told)]),
        sleeps=("case", [_or_nan(each["sleeps"]) for each in told]),
        wakes=("case", [_or_nan(each["wakes"]) for each in told]),
    )


def _awake(lived: xr.Dataset) -> np.ndarray:
    state = lived["rover_state"].max("hour").values
    return np.asarray((state < DORMANT) & np.isfinite(state)).astype(np.int8)


def _or_nan(sol: float | None) -> float:
    return np.nan if sol is None else float(sol)


def _told(each: Mapping[str, Any], case: int) -> str:
    wakes = "does not wake" if each["wakes"] is None else f"wakes in sol {each['wakes']:.0f}"
    if case:
        return wakes
    if each["sleeps"] is None:
        return "never sleeps"
    return f"sleeps in sol {each['sleeps']:.0f}, {wakes}"


def _passes(phase: Rover, given: Given, place: Place) -> RelayPasses | None:
    if phase.orbiter is None:
        return None
    orbit = Trajectory.from_dataset(given[phase.orbiter], ephemeris=default_ephemeris())
    clock = SolClock("rover", str(place.epoch.utc), place.lon)
    height = place.height + _areoid(place.lon, place.lat)
    return relay_windows(
        orbit, lon=place.lon, lat=place.lat, height=height, link=phase.link, clock=clock
    )


def _areoid(lon: float, lat: float) -> float:
    """Height of the areoid over the ellipsoid at a place [m]."""
    grid = areoid_height(_AREOID)
    row = min(int((90.0 - lat) * _AREOID), grid.shape[0] - 1)
    return float(grid[row, int(lon % 360.0 * _AREOID) % grid.shape[1]])


def _plan(phase: Rover, site: RoverSite, clean: np.ndarray, passes: RelayPasses | None) -> SolPlan:
    sol = min(phase.plan_sol, phase.sols - 1)
    before: RoverState | None = None
    if sol:
        past = rover_sols(phase.power, site.sols(0, sol), cleanness=clean[:sol])
        before = last_state(past, phase.power)
    return sol_plan(
        phase.power, site.sols(sol, sol + 1), phase.activity,
        passes=passes.of_sol(sol) if passes is not None else (), start=before,
        cleanness=float(clean[sol]), method=phase.planner, first_sol=float(sol), strict=False,
    )  # fmt: skip


def _planned(plan: SolPlan, passes: RelayPasses | None, sol: int) -> xr.Dataset:
    told = plan.record()
    rows = {row["name"]: row for row in told["activities"]}
    names = [*rows, *told["skipped"]]
    lived = plan.dataset()
    windows = passes.of_sol(sol) if passes is not None else []
    supply = plan.problem.limits.supply
    made = xr.Dataset(
        {
            "activity": ("item", names),
            "start": ("item", [rows[n]["begin_h"] if n in rows else np.nan for n in names]),
            "stop": ("item", [rows[n]["end_h"] if n in rows else np.nan for n in names]),
            "reason": ("item", [told["skipped"].get(n, "") for n in names]),
            "power_in": ("hour", supply), "power_used": ("hour", lived["used_power"].values),
            "charge": ("hour", lived["battery_charge"].values),
        },
        {"hour": plan.problem.limits.hours},
        {"planner": f"{told['method']} planner", "sol": sol, "verdict": told["verdict"],
         "sent_bit": told["sent_bit"], "worth": told["worth"]},
    )  # fmt: skip
    if windows:
        made = made.assign(
            window=("pass", ["relay"] * len(windows)),
            window_start=("pass", [w[0] for w in windows]),
            window_stop=("pass", [w[1] for w in windows]),
            window_bits=("pass", [w[2] for w in windows]),
        )
    return made


def _dust(phase: Rover, given: Given, place: Place) -> xr.Dataset:
    """One sol after the landing under each scenario of dust: opacity, light, watts."""
    world, home = given.mission.world, Path(given.mission.path).parent
    rows = []
    for name in world.cases():
        dust = dust_on_the_ground(world, name, place.ls, home)
        site = rover_site(
            place.lon, place.lat, place.height, place.epoch, 2, dust=dust, workers=given.workers
        )
        lived = rover_sols(phase.power, site, cleanness=np.ones(2))
        light = site.light.level[0]
        rows.append((
            float(site.opacity[0]), float(light.sum() * _HOUR * 24.0 / light.size),
            float(lived["energy_available"].values[0]),
        ))  # fmt: skip
    opacity, light_sum, energy = np.array(rows).T
    return xr.Dataset(
        {"dust_opacity": ("dust", opacity, {"units": "1"}),
         "panel_energy": ("dust", light_sum, {"units": "J m-2"}),
         "rover_energy": ("dust", energy, {"units": "J"})},
        {"dust": list(world.cases())}, {"own": world.dust},
    )  # fmt: skip
