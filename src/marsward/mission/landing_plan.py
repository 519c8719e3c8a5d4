"""The nominal landing: the air on its way, a guidance to the target, the way to the ground.

Planet and vehicles meet here: what the air and the ground are is the planet's, what falls through
them the vehicles'.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import PhysicsError
from marsward.core.time import Epoch
from marsward.geometry.local_terrain import LocalTerrain
from marsward.planet.atmosphere import Atmosphere
from marsward.planet.entry_profiles import EntryProfiles, EntryTrack, entry_profiles
from marsward.vehicles.capsule import Capsule
from marsward.vehicles.descent import descend
from marsward.vehicles.descent_stage import DescentStage
from marsward.vehicles.descents import Descents
from marsward.vehicles.entry import Entries, enter
from marsward.vehicles.entry_aim import aim
from marsward.vehicles.entry_air import EntryAir
from marsward.vehicles.flight_state import FlightState
from marsward.vehicles.guidance import Guidance
from marsward.vehicles.parachute import Parachute

__all__ = ["Lander", "LandingPlan", "air_of", "column_top", "plan_landing", "refused"]

Array = NDArray[np.float64]
_ROUNDS, _AIMED = 8, 2
"""Corrections of the aim, and how many of them make a new reference."""
_TRACK = ("height_above_areoid", "lon", "lat", "seconds")
_CLOSE = 30.0  # m: the aim is not moved by less
_BELOW = 4000.0  # m that the column of air goes on under the ground
_SLACK = 2000.0


@dataclass(frozen=True)
class Lander:
    """What lands: capsule, parachute and stage."""

    capsule: Capsule
    parachute: Parachute
    stage: DescentStage


@dataclass(frozen=True)
class LandingPlan:
    """A nominal landing and what its members share.

    lander : what lands
    epoch, state : nominal entry, (6,) relative to Mars in J2000 [m, m/s]
    target : longitude and latitude [deg]
    terrain : the ground about it, its origin
    ground : its height over the areoid [m]
    air : the mean atmosphere
    track, column : of the nominal entry, and the mean column along it
    guidance : steers to the place where the chute is to open
    entries, descents : the nominal flight, one member each
    """

    lander: Lander
    epoch: Epoch
    state: Array
    target: tuple[float, float]
    terrain: LocalTerrain
    ground: float
    air: Atmosphere
    track: EntryTrack
    column: EntryProfiles
    guidance: Guidance
    entries: Entries
    descents: Descents

    @property
    def miss(self) -> float:
        """Way from the nominal touchdown to the target [m]."""
        return float(np.hypot(self.descents.x[0], self.descents.y[0]))


def plan_landing(
    lander: Lander,
    epoch: Epoch,
    state: Array,
    target: tuple[float, float],
    *,
    terrain: LocalTerrain,
    air: Atmosphere,
    guided: bool = True,
    seed: int = 0,
) -> LandingPlan:
    """Find the guidance that lands the nominal entry on its target, and fly it.

    The chute opens ahead of the target: where it opens is moved until wind and glide below it lead
    to the target. The reference's range to go follows.

    Parameters
    ----------
    lander, epoch, state, target : see `LandingPlan`
    terrain : about the target
    air : the mean atmosphere
    guided : False flies the reference's bank as it stands, steering across the track only
    seed : of the radar's noise

    Raises
    ------
    PhysicsError : the target is out of reach, or the nominal entry skips out, finds no trigger or
        does not land; the sentence says which.
    """
    ground = float(terrain.at(0.0, 0.0))
    start = FlightState.from_inertial(np.asarray(state, float)[None, :], epoch)
    _check_way(start)
    top = (float(start.lon[0]), float(start.lat[0]), float(start.height[0]))
    track = EntryTrack.straight(top, (*target, ground))
    place, best = np.zeros(2), None
    for count in range(_ROUNDS):
        lon, lat = (float(each) for each in terrain.lonlat(*place))
        if count < _AIMED:
            column = entry_profiles(
                air, epoch, track, bottom=_bottom(terrain), top=column_top(top[2])
            )
            sky = air_of(column)
            guidance = aim(start, lander.capsule, sky, (lon, lat), ground=ground)
            guidance = replace(guidance, follow=guided)
        else:  # the same reference, led to a place somewhat beside
            guidance = replace(guidance, lon=lon, lat=lat)
        entries = enter(start, lander.capsule, sky, guidance=guidance, ground=ground)
        refused(entries)
        descents = descend(
            entries.final, capsule=lander.capsule, parachute=lander.parachute, stage=lander.stage,
            air=sky, terrain=terrain, seed=seed,
        )  # fmt: skip
        made = LandingPlan(
            lander, epoch, np.asarray(state, float), target, terrain, ground, air, track, column,
            guidance, entries, descents,
        )  # fmt: skip
        where = np.array([descents.x[0], descents.y[0]])
        if not np.isfinite(where).all():
            break
        if count + 1 >= _AIMED and (best is None or made.miss < best.miss):
            best = made
        if count + 1 >= _AIMED and made.miss < _CLOSE:
            break
        place = place - where
        if count + 1 < _AIMED:
            flown = entries.history(0, every=2.0)
            track = EntryTrack.of_flight(*(flown[name].values for name in _TRACK))
    made = best or made
    word = str(made.descents.verdict[0])
    if word != "landed":
        raise PhysicsError(_sentence(word, made))
    return made


def _steepest(terrain: LocalTerrain, reach: float) -> float:
    """Greatest slope on eight ways from the target, over three steps [rad]; 0 off the terrain."""
    step = max(reach, float(terrain.cell))
    turn = np.arange(8) * np.pi / 4
    far = step * np.arange(4.0)[:, None]
    rise = np.diff(terrain.at(far * np.cos(turn), far * np.sin(turn)), axis=0)
    return float(np.arctan(np.nanmax(np.abs(rise), initial=0.0) / step))


def air_of(column: EntryProfiles) -> EntryAir:
    """Columns of the planet as a capsule's solver takes them."""
    return EntryAir(
        column.height, column.log_density, column.temperature, column.eastward_wind,
        column.northward_wind,
    )  # fmt: skip


def refused(entries: Entries) -> None:
    """PhysicsError in one sentence where the nominal entry does not come to its trigger."""
    if entries.arrived.all():
        return
    word = str(entries.verdict[0])
    where = f"{entries.height[0] / 1e3:.1f} km and {entries.final.speed[0]:.0f} m/s"
    said = {
        "skip-out": "skips out of the air again; make the flight-path angle steeper",
        "ground": "comes to the ground before its parachute's trigger; make the angle shallower, "
        "the capsule lighter, or let the trigger come at a higher speed",
        "no trigger": "comes to the ground before its parachute's trigger; let it come earlier",
        "too long": "stays in flight; make the flight-path angle steeper",
    }.get(word, "cannot be followed")
    raise PhysicsError(f"the nominal entry {said} (after {entries.duration[0]:.0f} s, at {where})")


def _sentence(word: str, made: LandingPlan) -> str:
    lon, lat = made.target
    down = made.descents
    opened = float(down.trigger_height[0]) / 1e3
    steep = _steepest(made.terrain, made.lander.stage.footprint)
    if word == "crashed" and steep > made.lander.stage.most_slope:
        word = "wall"
    said = {
        "no chute": "the nominal entry opens no parachute: it is too fast for it; make the entry "
        "shallower",
        "ground before chute opened": "the nominal entry comes to the ground before its parachute "
        "is open; let the trigger come earlier",
        "crashed": f"the nominal landing strikes the ground at {float(down.down[0]):.0f} m/s; give "
        "the stage more thrust, or let the backshell part higher",
        "out of propellant": "the nominal landing runs out of propellant; give the stage more",
        "steep ground": f"the ground at the target {lat:.4f} N {lon:.4f} E is too steep to stand "
        f"on, {np.degrees(float(down.tilt_rad[0])):.0f} deg under the lander, as of a crater's "
        "wall; choose another target",
        "wall": f"the nominal landing strikes the ground at {float(down.down[0]):.0f} m/s: about "
        f"the target {lat:.4f} N {lon:.4f} E it rises or falls by {np.degrees(steep):.0f} deg, as "
        "of a crater's wall; choose another target",
        "no safe place": f"there is no safe ground within reach of the target {lat:.4f} N "
        f"{lon:.4f} E; choose another target",
        "off the terrain": "the nominal landing comes down beyond the terrain; give a larger one",
    }.get(word, f"the nominal landing ends as: {word}")
    return f"{said} (chute at {opened:.1f} km over the ground)"


def _check_way(start: FlightState) -> None:
    if float(start.angle_rad[0]) >= 0.0:
        raise PhysicsError(
            f"the nominal entry climbs, at {float(start.angle[0]):.1f} deg; give an angle below 0"
        )


def column_top(height: float) -> float:
    """Of the column [m]: 140 km, or two rows over an entry that is higher."""
    return max(140e3, 1000.0 * np.ceil(height / 1000.0) + 2000.0)


def _bottom(terrain: LocalTerrain) -> float:
    return 1000.0 * np.floor((float(terrain.height.min()) - _BELOW) / 1000.0)
