"""`mw.enter`: entries into the air of Mars in one call, without a mission file.

mw.enter(epoch="2021-02-18T20:36", lon=66.8, lat=20.6, speed=5335, angle=-16.2, azimuth=100.3)
mw.enter(..., target=(77.43, 18.46), members=500, seed=3)       # steered, and to the ground
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import check_kind, number, numbers, whole
from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.geometry.local_terrain import LocalTerrain
from marsward.mission.landing_members import fly_landings
from marsward.mission.landing_plan import Lander, air_of, plan_landing, refused
from marsward.planet.air_points import epoch_of
from marsward.planet.atmosphere import Atmosphere, atmosphere
from marsward.planet.entry_profiles import EntryTrack, entry_profiles
from marsward.planet.landing_site import landing_site
from marsward.vehicles.capsule import Capsule
from marsward.vehicles.descent_stage import DescentStage
from marsward.vehicles.entry import enter as fly_entry
from marsward.vehicles.flight_state import FlightState
from marsward.vehicles.landing_scatter import Dispersions
from marsward.vehicles.parachute import Parachute

__all__ = ["enter"]

Array = NDArray[np.float64]
_SIDE = "24 km"
_POSITION, _VELOCITY = 1000.0, 0.1


def enter(
    *,
    epoch: Epoch | str,
    state: ArrayLike | None = None,
    lon: float | None = None,
    lat: float | None = None,
    speed: float | None = None,
    angle: float | None = None,
    azimuth: float | None = None,
    height: float = 125e3,
    inertial: bool = False,
    capsule: str | Capsule = "mars-2020",
    bank: float = 0.0,
    target: tuple[float, float] | None = None,
    terrain: LocalTerrain | None = None,
    air: Atmosphere | None = None,
    dust: Any = "climatological",
    members: int = 1,
    seed: int = 0,
    covariance: ArrayLike | None = None,
    knowledge: ArrayLike | None = None,
    dispersions: Dispersions | None = None,
    history: bool = False,
    workers: int = 1,
) -> xr.Dataset:
    """Fly a capsule through the air of Mars: to its parachute, or on to the ground at a target.

    Parameters
    ----------
    epoch : of the entry, an `Epoch` or text
    state : (6,) relative to Mars, J2000 [m, m/s]; or
    lon, lat, speed, angle, azimuth : place [deg], speed [m/s], flight-path angle, negative down,
        and azimuth clockwise from north [deg], against the rotating planet
    height : over the areoid [m], where no state is given
    inertial : speed, angle and azimuth are against axes at rest
    capsule : a `Capsule`, or the name of one that has flown
    bank : constant, without target [deg]
    target : longitude and latitude of the landing place [deg]; the bank is then steered, and
        parachute and stage of the capsule's name bring it to the ground
    terrain : about the target, its origin; the shipped shape with relief if left out
    air, dust : the atmosphere, or the scenario of dust of marsward's own
    members, seed : how many are flown; one is the nominal flight
    covariance, knowledge : (6, 6) of the entry's state and of what is known of it, J2000 [m, m/s];
        1 km and 0.1 m/s in each axis if left out
    dispersions : of everything else
    history : the flight of the nominal entry with time in place of the members
    workers : threads; results do not depend on them

    Returns
    -------
    Dataset along `member`: without target what `vehicles.entry.Entries` tells, with one what
    the product `landings` of a run holds. With `history` along `time`.

    Raises
    ------
    InputError : a call that makes no sense
    PhysicsError : the nominal entry skips out, finds no trigger, cannot reach the target or does
        not land
    """
    when = epoch_of(epoch)
    if when.shape != ():
        raise InputError("an entry has one epoch")
    if whole(members, "members") > 1_000_000:
        raise InputError(f"members = {members!r}: give a whole number from 1 to 1 000 000")
    start = _start(when, state, lon, lat, speed, angle, azimuth, height, inertial)
    check_kind(capsule, (str, Capsule), "capsule", "a Capsule, or the name of one")
    craft = capsule if isinstance(capsule, Capsule) else Capsule(preset=capsule)
    sky = air if air is not None else atmosphere(dust=dust, workers=workers)
    if target is None:
        if members > 1:
            raise InputError("members are flown to a target; give target=(lon, lat)")
        return _to_the_chute(start, when, craft, sky, bank, history)
    lander = Lander(craft, Parachute(preset=_name(craft)), DescentStage(preset=_name(craft)))
    there = numbers(target, "target", "deg")
    if there.shape != (2,):
        raise InputError(f"target is {there.shape}; give longitude and latitude")
    place = (float(there[0]) % 360.0, float(there[1]))
    ground = terrain or landing_site(*place, size=_SIDE, seed=seed, workers=workers)
    nominal = np.asarray(start.inertial()[0])
    plan = plan_landing(lander, when, nominal, place, terrain=ground, air=sky, seed=seed)
    from marsward.mission.phases.entry_products import entry_path, landings_table

    if history:
        return entry_path(plan)
    wide = np.diag([_POSITION**2] * 3 + [_VELOCITY**2] * 3)
    spread, known = (
        wide if each is None else np.asarray(each, float) for each in (covariance, knowledge)
    )
    still = {"drag": 0, "lift": 0, "mass": 0, "accelerometer": 0, "attitude": "0 deg", "density": 0,
             "weather": 0, "dust": 0, "wind": "0 m/s"}  # fmt: skip
    if members == 1:
        spread = known = np.zeros((6, 6))
        dispersions = Dispersions(**still)
    flown = fly_landings(
        plan, spread, known, members=int(members), seed=seed, dispersions=dispersions,
        workers=workers,
        terrain=lambda side: plan.terrain if terrain is not None else landing_site(
            *place, size=side, cell=max(20.0, side / 1200.0), seed=seed, workers=workers
        ),
    )  # fmt: skip
    return landings_table(flown)


def _start(
    when: Epoch, state: ArrayLike | None, lon: float | None, lat: float | None,
    speed: float | None, angle: float | None, azimuth: float | None, height: float,
    inertial: bool,
) -> FlightState:  # fmt: skip
    told = {"lon": lon, "lat": lat, "speed": speed, "angle": angle, "azimuth": azimuth}
    if state is not None:
        both = [name for name, each in told.items() if each is not None]
        if both:
            raise InputError(f"give either state or {both[0]} and its like, not both")
        held = numbers(state, "state", "m and m/s")
        if held.shape != (6,):
            raise InputError(f"a state is six numbers [m, m/s], not of shape {held.shape}")
        return FlightState.from_inertial(held[None, :], when)
    missing = [name for name, each in told.items() if each is None]
    if missing:
        raise InputError(f"an entry needs {', '.join(told)}, or a state; {missing[0]} is missing")
    values = {name: number(each, name) for name, each in told.items()}
    return FlightState.of(
        **values, height=number(height, "height", "m"), inertial=inertial, epoch=when
    )


def _to_the_chute(
    start: FlightState, when: Epoch, craft: Capsule, sky: Atmosphere, bank: float, history: bool
) -> xr.Dataset:
    """One entry at a constant bank to the trigger of its parachute by speed."""
    ahead = np.radians(8.0)
    lon, lat = float(start.lon[0]), float(start.lat[0])
    heading = float(start.azimuth_rad[0])
    end_lat = float(np.clip(lat + np.degrees(ahead) * np.cos(heading), -89.0, 89.0))
    end_lon = lon + np.degrees(ahead) * np.sin(heading) / max(np.cos(np.radians(end_lat)), 0.05)
    below = float(sky.ground([end_lon % 360.0], [end_lat])[0])
    top = (lon, lat, float(start.height[0]))
    track = EntryTrack.straight(top, (end_lon, end_lat, below))
    air = air_of(entry_profiles(sky, when, track, top=max(140e3, 1e3 + np.ceil(top[2]))))
    entries = fly_entry(start, craft, air, bank=bank, until_speed=craft.trigger_speed, ground=below)
    refused(entries)
    return entries.history(0) if history else entries.dataset()


def _name(craft: Capsule) -> str:
    name = craft.preset or craft.name
    if name not in Parachute.preset_names() or name not in DescentStage.preset_names():
        known = [n for n in DescentStage.preset_names() if n in Parachute.preset_names()]
        raise InputError(
            f"no parachute and stage are known for the capsule {name!r}, which a landing needs; "
            f"take one of {', '.join(known)}, or a mission file with parts of your own"
        )
    return name
