"""A rover's energy and heat through many sols: watts, charge, temperatures, awake or dormant."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import check_kind, number, numbers
from marsward.core.errors import InputError, PhysicsError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.vehicles.kernels import rover_sols as kernel
from marsward.vehicles.panel_dust import PanelDust
from marsward.vehicles.rover_power import RoverPower
from marsward.vehicles.rover_site import SOL, RoverSite

__all__ = ["AWAKE", "DORMANT", "RoverState", "last_state", "rover_sols", "sleep_and_wake"]

Array = NDArray[np.float64]
AWAKE, DORMANT = 0, 2
_LONGEST_STEP = 120.0  # s; shorter where the skin follows faster
_FASTEST = 0.3  # of a node's own time, of a step

add_fields(
    FieldRow("panel_power", "W", "power that the panels can give", low=0.0),
    FieldRow("generator_power", "W", "power of the radioisotope generator", low=0.0),
    FieldRow("used_power", "W", "power that the rover uses, heaters included", low=0.0),
    FieldRow("heater_power", "W", "power that heaters use", low=0.0),
    FieldRow("charging_power", "W", "power that goes into the battery", low=0.0),
    FieldRow("discharging_power", "W", "power that the battery gives", low=0.0),
    FieldRow("unused_power", "W", "power of the sources that nothing takes"),
    FieldRow("unserved_power", "W", "power that was asked for and not there", low=0.0),
    FieldRow("battery_charge", "1", "charge over that of the full battery", low=0.0, high=1.0),
    FieldRow("box_temperature", "K", "temperature of the electronics box", low=0.0),
    FieldRow("battery_temperature", "K", "temperature of the battery", low=0.0),
    FieldRow("store_temperature", "K", "temperature of the heat store", low=0.0),
    FieldRow("skin_temperature", "K", "temperature of the rover's skin", low=0.0),
    FieldRow("melted_share", "1", "share of the heat store that is liquid", low=0.0, high=1.0),
    FieldRow("cleanness", "1", "share of light that passes the dust on panels", low=0.0, high=1.0),
    FieldRow("rover_state", "1", "0 awake, 1 asleep by night, 2 dormant", low=0.0, high=2.0),
    FieldRow("wake_power", "W", "panels' power that the wake rule looks at", low=0.0),
    FieldRow("warmest_box", "K", "highest temperature of the electronics box in a sol", low=0.0),
    FieldRow("energy_available", "J", "energy that the sources can give in a sol", low=0.0),
    FieldRow("energy_used", "J", "energy that the rover uses in a sol", low=0.0),
    FieldRow("energy_residual", "1", "what the sol's budget of energy leaves over its throughput"),
)


@dataclass(frozen=True)
class RoverState:
    """What a rover carries from sol to sol.

    box, battery, skin : temperatures [K]; store_heat : of the paraffin over that of the solid at
    its melting point [J]; charge : of the battery, share; dormant : whether it is
    """

    box: float = 263.15
    battery: float = 263.15
    skin: float = 220.0
    store_heat: float = 0.0
    charge: float = 0.9
    dormant: bool = False

    def __post_init__(self) -> None:
        for name in ("box", "battery", "skin"):
            if not 80.0 < number(getattr(self, name), f"{name} of a rover's state", "K") < 400.0:
                raise InputError(f"{name} of a rover's state lies in 80 to 400 K")
        number(self.store_heat, "the heat of a rover's store", "J")
        if not 0.0 <= number(self.charge, "the charge of a rover's state") <= 1.0:
            raise InputError("the charge of a rover's state is a share, 0 to 1")

    @classmethod
    def landed(cls, power: RoverPower, temperature: float = 283.15) -> RoverState:
        """A rover as it comes from its lander: warm, its store melted, its battery near full."""
        number(temperature, "the temperature of a rover", "K")
        heat = kernel.store_heat(temperature, power.heat.store())
        return cls(temperature, temperature, 220.0, float(heat), 0.9)

    @classmethod
    def cold(cls, power: RoverPower, temperature: float, charge: float = 0.4) -> RoverState:
        """A dormant rover, all of it at a temperature [K]."""
        number(temperature, "the temperature of a rover", "K")
        heat = kernel.store_heat(temperature, power.heat.store())
        return cls(temperature, temperature, temperature, float(heat), charge, True)


def rover_sols(
    power: RoverPower,
    site: RoverSite,
    *,
    activities: ArrayLike | None = None,
    use: ArrayLike | None = None,
    cleanness: ArrayLike | PanelDust | None = None,
    deck: ArrayLike | None = None,
    start: RoverState | None = None,
    first_sol: float = 0.0,
    seed: int = 0,
) -> xr.Dataset:
    """Sols of a rover, one after another.

    Parameters
    ----------
    power : the rover; site : what the place gives it, n sols of h steps
    activities : watts beyond what an awake rover uses anyway, (n, h) or (h,); none while dormant
    use : watts of the awake rover (h,) or (n, h) in place of `power.use`
    cleanness : share of light that passes the dust on the panels, by sol or one number, or how
        dust falls; clean if None
    deck : the same of the windows over the heat store; as the panels if None
    start : state before the first sol; `RoverState.landed` if None
    first_sol : sols since the landing at the first, for the generator's decay
    seed : of gusts that clean panels

    Returns
    -------
    Dataset (sol, hour): panel_power, used_power, heater_power, charging_power, discharging_power,
    unused_power, unserved_power [W], battery_charge, temperatures of box, battery, store and skin
    [K], melted_share, rover_state; (sol): cleanness, wake_power, warmest_box, energy_available,
    energy_used [J], energy_residual. Values by hour are means of a step for powers, else at its
    end. `last_state` gives the state to go on from.

    Raises
    ------
    InputError : shapes that do not fit, watts below zero, a cleanness outside 0 to 1, a first sol
        that is no number.
    """
    check_kind(power, RoverPower, "power", 'a RoverPower such as RoverPower.of("zhurong")')
    check_kind(site, RoverSite, "site", "a RoverSite")
    check_kind(start, RoverState, "start", "a RoverState, or None")
    shape = site.shape
    clean = _cleanness(cleanness, site, seed)
    top = clean if deck is None else _share_by_sol(deck, shape[0], "the windows' cleanness")
    array = power.panel_watts(site, clean)
    standby = _watts(power.use(site.hours) if use is None else use, shape, "the rover's use")
    load = standby if activities is None else standby + _watts(activities, shape, "activities")
    sols = number(first_sol, "the first sol") + np.arange(shape[0], dtype=np.float64)
    generator = power.generator_watts(sols)
    heat, now = power.heat, start or RoverState.landed(power)
    around = heat.surroundings(site, top)
    longest = min(_LONGEST_STEP, _FASTEST * heat.stiffest())
    substeps = max(1, math.ceil(SOL / shape[1] / longest))
    hourly = np.empty((*shape, 12))
    daily = np.empty((shape[0], 6))
    flag = np.empty(shape[0], dtype=np.int64)
    state = np.array([now.box, now.battery, now.store_heat, now.skin])
    tables: list[Any] = [array, generator, load, standby]
    tables += [around[name] for name in ("put_store", "put_skin", "infrared", "film")]
    tables = [np.ascontiguousarray(each, dtype=np.float64) for each in [*tables, site.air]]
    _, dormant = kernel.follow_sols(
        tables[0], tables[1], tables[2], tables[3], tables[4], tables[5], tables[6], tables[7],
        tables[8], heat.nodes(), heat.store(), power.battery.numbers(), power.bus(),
        power.rule.numbers(), SOL, substeps, state, float(now.charge), bool(now.dormant),
        hourly, daily, flag,
    )  # fmt: skip
    if not (np.isfinite(hourly).all() and np.isfinite(state).all()):
        raise PhysicsError(
            "the rover's temperatures ran away; its heat capacities are too small for its links"
        )
    out = _dataset(power, site, hourly, daily, flag, array, generator, clean, load)
    out.attrs["goes_on_dormant"] = int(dormant)
    return out.assign_coords(sol=sols)


def sleep_and_wake(sols: xr.Dataset) -> dict[str, Any]:
    """The long sleep of the rover of `rover_sols`: its longest run of dormant sols.

    Returns
    -------
    dict: sleeps, wakes (sols; None if it never did), verdict ("awake", "woke again" or "dormant"),
        dormant_sols of that run, naps: dormant runs before it.
    """
    state = sols["rover_state"].values.max(axis=1) >= DORMANT
    edges = np.diff(np.concatenate([[0], state.astype(np.int8), [0]]))
    begins, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    if not begins.size:
        return {"sleeps": None, "wakes": None, "verdict": "awake", "dormant_sols": 0, "naps": 0}
    best = int(np.argmax(ends - begins))
    label, end = sols["sol"].values, int(ends[best])
    wakes = float(label[end]) if end < label.size else None
    return {
        "sleeps": float(label[begins[best]]), "wakes": wakes,
        "verdict": "dormant" if wakes is None else "woke again",
        "dormant_sols": int(ends[best] - begins[best]), "naps": best,
    }  # fmt: skip


def last_state(sols: xr.Dataset, power: RoverPower) -> RoverState:
    """State after the last sol of `rover_sols`, to go on from."""
    end = sols.isel(sol=-1, hour=-1)
    mass, melting, latent, solid, liquid = power.heat.store()
    warm, melted = float(end["store_temperature"]), float(end["melted_share"])
    over = solid * min(warm - melting, 0.0) + liquid * max(warm - melting, 0.0)
    return RoverState(
        float(end["box_temperature"]), float(end["battery_temperature"]),
        float(end["skin_temperature"]), mass * (over + latent * melted),
        float(end["battery_charge"]), bool(sols.attrs["goes_on_dormant"]),
    )  # fmt: skip


def _cleanness(given: Any, site: RoverSite, seed: int) -> Array:
    if given is None:
        return np.ones(len(site))
    if isinstance(given, PanelDust):
        return given.cleanness(site.opacity, seed=seed)
    return _share_by_sol(given, len(site), "the panels' cleanness")


def _share_by_sol(given: ArrayLike, sols: int, name: str) -> Array:
    held = numbers(given, name)
    if held.ndim > 1 or (held.ndim == 1 and held.size != sols):
        raise InputError(f"{name} is one share or one for each of {sols} sols, not {held.shape}")
    if not (held.min() >= 0.0 and held.max() <= 1.0):
        raise InputError(f"{name} is a share of light, 0 to 1; it is {held.min():g} somewhere")
    return np.array(np.broadcast_to(held, (sols,)))


def _watts(given: ArrayLike, shape: tuple[int, int], name: str) -> Array:
    held = numbers(given, name, "W")
    if held.size and held.min() < 0.0:
        raise InputError(f"{name} has {held.min():g} W somewhere; watts are zero or more")
    try:
        return np.array(np.broadcast_to(held, shape))
    except ValueError as error:
        raise InputError(f"{name} of shape {held.shape} does not fit {shape}") from error


def _dataset(
    power: RoverPower, site: RoverSite, hourly: Array, daily: Array, flag: NDArray[np.int64],
    array: Array, generator: Array, clean: Array, load: Array,
) -> xr.Dataset:  # fmt: skip
    two = ("sol", "hour")
    names = (
        "box_temperature", "battery_temperature", "store_temperature", "skin_temperature",
        "melted_share", "battery_charge", "used_power", "heater_power", "charging_power",
        "discharging_power", "unused_power", "unserved_power",
    )  # fmt: skip
    out = xr.Dataset({name: field(name, hourly[:, :, k], two) for k, name in enumerate(names)})
    out["panel_power"] = field("panel_power", array, two)
    if power.generator > 0.0:
        out["generator_power"] = field("generator_power", generator, "sol")
    quiet = np.where(load <= power.asleep_power + 1e-9, 1, AWAKE)
    state = np.where(flag[:, None] == DORMANT, DORMANT, quiet)
    out["rover_state"] = field("rover_state", state.astype(np.int8), two)
    step = SOL / site.shape[1]
    out["cleanness"] = field("cleanness", clean, "sol")
    out["wake_power"] = field("wake_power", daily[:, 0], "sol")
    out["warmest_box"] = field("warmest_box", daily[:, 1], "sol")
    available = array.sum(axis=1) * step + generator * SOL
    out["energy_available"] = field("energy_available", available, "sol")
    out["energy_used"] = field("energy_used", hourly[:, :, 6].sum(axis=1) * step, "sol")
    through = np.abs(daily[:, 2]) + np.abs(daily[:, 3]) + 1e6
    out["energy_residual"] = field("energy_residual", daily[:, 5] / through, "sol")
    out["ls"] = field("ls", np.remainder(site.ls, 360.0), "sol")
    return out.assign_coords(ls=out["ls"], ltst=field("ltst", site.hours, "hour")).assign_attrs(
        rover=power.name
    )
