"""The nominal landing and its members as tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.time import Epoch
from marsward.mission.landing_members import Landings
from marsward.mission.landing_plan import LandingPlan
from marsward.physics.air import GRAVITY, speed_of_sound
from marsward.vehicles.descents import EVENTS
from marsward.vehicles.descents import STAGES as DESCENT_STAGES
from marsward.vehicles.flight_state import FlightState

__all__ = ["entry_events", "entry_path", "landings_table"]

Array = NDArray[np.float64]
STAGES = ("entry", *DESCENT_STAGES)
_EVERY, _EVERY_BELOW = 0.5, 0.2
_UNITS = {
    "height": ("m", "height over the areoid"),
    "ground_height": ("m", "height over the ground below"),
    "lon": ("degrees_east", "longitude"),
    "lat": ("degrees_north", "planetocentric latitude"),
    "speed": ("m s-1", "speed against the rotating planet"),
    "mach": ("1", "Mach number"),
    "flight_path_angle": ("degree", "flight-path angle, positive up"),
    "azimuth": ("degree", "azimuth of the flight, clockwise from north"),
    "dynamic_pressure": ("Pa", "dynamic pressure"),
    "deceleration": ("m s-2", "acceleration by the forces of the air and of the engines"),
    "heat_flux": ("W m-2", "convective heat flux at the stagnation point"),
    "heat_load": ("J m-2", "heat taken up at the stagnation point"),
    "bank": ("degree", "bank angle, to the right"),
    "density": ("kg m-3", "density of the air"),
    "range_to_go": ("m", "way along the ground to the target"),
    "thrust": ("N", "thrust of the engines"),
    "mass": ("kg", "mass"),
}


def entry_path(plan: LandingPlan) -> xr.Dataset:
    """The nominal flight from entry to touchdown with time [s after entry]."""
    upper, lower = _entry_rows(plan), _descent_rows(plan)
    keys = (*_UNITS, "time", "stage")
    rows = {key: np.concatenate([upper[key], lower[key]]) for key in keys}
    rows["heat_load"] = np.maximum.accumulate(np.nan_to_num(rows["heat_load"]))
    data: dict[str, Any] = {
        key: ("time", rows[key], {"units": unit, "long_name": text})
        for key, (unit, text) in _UNITS.items()
    }
    data["stage"] = ("time", rows["stage"].astype(np.int32), {"stages": ", ".join(STAGES)})
    epochs = plan.epoch + rows["time"]
    data["utc"] = ("time", epochs.datetime64)
    return xr.Dataset(
        data,
        coords={"time": ("time", rows["time"], {"units": "s", "long_name": "after the entry"})},
        attrs=_place(plan),
    )


def _entry_rows(plan: LandingPlan) -> dict[str, Array]:
    flown = plan.entries.history(0, every=_EVERY)
    time = flown["seconds"].values.astype(float)
    names = (
        "lon", "lat", "speed", "mach", "flight_path_angle", "azimuth", "dynamic_pressure",
        "deceleration", "heat_flux", "heat_load", "bank", "density",
    )  # fmt: skip
    rows = {name: flown[name].values.astype(float) for name in names}
    height = flown["height_above_areoid"].values.astype(float)
    rows |= {
        "time": time, "height": height, "ground_height": height - _ground(plan, rows),
        "range_to_go": _to_go(plan, rows["lon"], rows["lat"]), "thrust": np.zeros(time.size),
        "mass": np.full(time.size, plan.lander.capsule.mass), "stage": np.zeros(time.size),
    }  # fmt: skip
    return rows


def _descent_rows(plan: LandingPlan) -> dict[str, Array]:
    fall = plan.descents.history(0, every=_EVERY_BELOW)
    get = {str(name): fall[name].values.astype(float) for name in fall.data_vars}
    x, y, height = get["site_x"], get["site_y"], get["height_above_areoid"]
    east, north, up = get["speed_east"], get["speed_north"], get["speed_up"]
    lon, lat = plan.terrain.lonlat(x, y)
    z, column = plan.column.height, plan.column
    density = np.exp(np.interp(height, z, column.log_density[0]))
    sound = speed_of_sound(np.interp(height, z, column.temperature[0]))
    wind = [np.interp(height, z, w[0]) for w in (column.eastward_wind, column.northward_wind)]
    air_speed = np.sqrt((east - wind[0]) ** 2 + (north - wind[1]) ** 2 + up**2)
    level = np.hypot(east, north)
    start = float(plan.entries.duration[0])
    nothing = np.zeros(x.size)
    return {
        "time": start + get["since_trigger"], "height": height,
        "ground_height": height - _local_ground(plan, x, y), "lon": np.asarray(lon),
        "lat": np.asarray(lat), "speed": np.hypot(level, up), "mach": air_speed / sound,
        "flight_path_angle": np.degrees(np.arctan2(up, level)),
        "azimuth": np.degrees(np.arctan2(east, north)) % 360.0,
        "dynamic_pressure": 0.5 * density * air_speed**2,
        "deceleration": _felt(get["since_trigger"], east, north, up), "heat_flux": nothing,
        "heat_load": nothing, "bank": nothing, "density": density,
        "range_to_go": np.hypot(x, y), "thrust": get["thrust"], "mass": get["mass"],
        "stage": 1.0 + get["descent_stage"],
    }  # fmt: skip


def _felt(time: Array, east: Array, north: Array, up: Array) -> Array:
    """Acceleration that is felt: of the velocity, and the weight that is held."""
    if time.size < 3:
        return np.zeros(time.size)
    even = time + 1e-9 * np.arange(time.size)  # two rows may share one time where a stage changes
    rates = [np.gradient(v, even) for v in (east, north, up)]
    felt = np.sqrt(rates[0] ** 2 + rates[1] ** 2 + (rates[2] + GRAVITY) ** 2)
    return np.asarray(np.where(np.abs(np.gradient(even)) > 1e-6, np.minimum(felt, 1e3), 0.0))


def _ground(plan: LandingPlan, rows: dict[str, Array]) -> Array:
    """Height of the ground below [m]: near the target of the site, further off of the planet."""
    lon, lat = rows["lon"], rows["lat"]
    x, y = plan.terrain.xy(lon, lat)
    inside = plan.terrain.contains(x, y)
    out = plan.air.ground(lon, lat)
    if inside.any():
        out[inside] = plan.terrain.at(x[inside], y[inside])
    return out


def _local_ground(plan: LandingPlan, x: Array, y: Array) -> Array:
    west, east, south, north = plan.terrain.extent
    half = 0.5 * plan.terrain.cell
    return plan.terrain.at(
        np.clip(x, west + half, east - half), np.clip(y, south + half, north - half)
    )


def _to_go(plan: LandingPlan, lon: Array, lat: Array) -> Array:
    """Way along the ground to the target [m], on the sphere through it."""
    a, b = np.radians(lat), np.radians(plan.target[1])
    turn = np.radians(lon - plan.target[0])
    half = np.sin(0.5 * (a - b)) ** 2 + np.cos(a) * np.cos(b) * np.sin(0.5 * turn) ** 2
    radius = 3.3895e6 + plan.ground
    return np.asarray(2.0 * radius * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))


def entry_events(plan: LandingPlan, path: xr.Dataset) -> xr.Dataset:
    """What happens on the nominal flight, in order of time."""
    entries, down = plan.entries, plan.descents
    trigger = float(entries.duration[0])
    found = [
        ("entry", 0.0),
        ("peak heating", float(entries.peak_heat_flux_at[0, 0])),
        ("peak deceleration", float(entries.peak_deceleration_at[0, 0])),
        ("parachute trigger", trigger),
    ]
    names = {"chute": "parachute open", "heat shield": "heat shield off", "radar": "radar lock",
             "backshell": "backshell off", "ignition": "engines on"}  # fmt: skip
    for i, event in enumerate(EVENTS):
        when = float(down.time[0, i])
        if np.isfinite(when):
            found.append((names.get(event, event), trigger + when))
    found.sort(key=lambda pair: pair[1])
    time = np.array([when for _, when in found])
    at = np.maximum.accumulate(path["time"].values + 1e-9 * np.arange(path.sizes["time"]))
    keys = (
        "height", "ground_height", "speed", "mach", "lon", "lat", "dynamic_pressure",
        "deceleration", "flight_path_angle", "range_to_go",
    )  # fmt: skip
    data = {
        key: ("event", np.interp(time, at, path[key].values), dict(path[key].attrs)) for key in keys
    }
    data["deceleration"][1][:] = _nearest(time, at, path["deceleration"].values)
    peak = [name for name, _ in found].index("peak deceleration")
    data["deceleration"][1][peak] = float(entries.peak_deceleration[0])
    names_ = np.array([name for name, _ in found], object)
    last = np.flatnonzero(names_ == "touchdown")
    for i in last.tolist():
        data["lon"][1][i], data["lat"][1][i] = float(down.lon[0]) % 360.0, float(down.lat[0])
        data["height"][1][i] = float(_local_ground(plan, down.x[:1], down.y[:1])[0])
        data["ground_height"][1][i] = 0.0
        data["speed"][1][i] = float(np.hypot(down.down[0], down.along[0]))
        data["range_to_go"][1][i] = plan.miss
    utc = [_utc(plan.epoch + float(t)) for t in time]
    return xr.Dataset(
        {
            "name": ("event", names_),
            "time": ("event", time, {"units": "s", "long_name": "after the entry"}),
            "utc": ("event", np.array(utc, object)),
            **data,
        },
        attrs=_place(plan),
    )


def _nearest(time: Array, at: Array, values: Array) -> Array:
    return values[np.clip(np.searchsorted(at, time), 0, at.size - 1)]


def _utc(epoch: Epoch) -> str:
    return str(epoch.isot(digits=3))


def _place(plan: LandingPlan) -> dict[str, float | str]:
    return {
        "target_lon": plan.target[0], "target_lat": plan.target[1], "ground": plan.ground,
        "entry_utc": _utc(plan.epoch), "heights": "above the areoid",
    }  # fmt: skip


def landings_table(landings: Landings) -> xr.Dataset:
    """Every member: where it came down, how its events were, and what was drawn for it."""
    entries, read = landings.entries, landings.of_descent
    east, north = read(lambda d: d.x), read(lambda d: d.y)
    began = np.asarray(entries.duration)

    def event(name: str, column: int) -> Array:
        return read(lambda d: d.at(name)[column])

    state: FlightState = entries.final
    columns = {
        "east": (east, "m", "east of the target"),
        "north": (north, "m", "north of the target"),
        "lon": (read(lambda d: d.lon) % 360.0, "degrees_east", "longitude"),
        "lat": (read(lambda d: d.lat), "degrees_north", "planetocentric latitude"),
        "miss": (np.hypot(east, north), "m", "from the target"),
        "chute_time": (began, "s", "of the parachute's trigger after the entry"),
        "chute_height": (state.height, "m", "over the areoid at the trigger"),
        "chute_ground_height": (
            read(lambda d: d.trigger_height), "m", "over the ground at the trigger",
        ),
        "chute_speed": (state.speed, "m s-1", "at the trigger"),
        "chute_mach": (entries.mach, "1", "Mach number at the trigger"),
        "chute_dynamic_pressure": (entries.dynamic_pressure, "Pa", "at the trigger"),
        "chute_load": (read(lambda d: d.opening_load), "N", "greatest, as the canopy fills"),
        "peak_deceleration": (entries.peak_deceleration, "m s-2", "by the air"),
        "peak_heat_flux": (entries.peak_heat_flux, "W m-2", "at the stagnation point"),
        "heat_load": (entries.heat_load, "J m-2", "at the stagnation point"),
        "reversals": (entries.reversals, "1", "of the bank"),
        "shield_time": (began + event("heat shield", 0), "s", "heat shield off, after the entry"),
        "backshell_height": (event("backshell", 1), "m", "over the ground, backshell off"),
        "touchdown_time": (began + event("touchdown", 0), "s", "after the entry"),
        "touchdown_speed": (read(lambda d: np.hypot(d.down, d.along)), "m s-1", "at contact"),
        "touchdown_tilt": (read(lambda d: np.degrees(d.tilt_rad)), "degree", "at rest"),
        "propellant": (read(lambda d: d.propellant), "kg", "used"),
        "divert": (read(lambda d: d.divert), "m", "flown to a chosen place"),
    }  # fmt: skip
    causes = landings.causes()
    data: dict[str, Any] = {
        name: ("member", np.asarray(held, float), {"units": unit, "long_name": text})
        for name, (held, unit, text) in columns.items()
    }
    data["verdict"] = ("member", landings.verdict.astype(object))
    data["input"] = (
        ("member", "cause"), np.column_stack(list(causes.values())),
        {"units": "1", "long_name": "what was drawn, over its standard deviation"},
    )  # fmt: skip
    return xr.Dataset(
        data, coords={"cause": np.array(list(causes), object)}, attrs=_place(landings.plan)
    )
