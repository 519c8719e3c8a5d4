"""From the parachute's trigger to the ground: descents of n members in compiled lanes.

Mass points fly over a plane of local metres about the site that is bent as Mars is: curvature,
Coriolis' pull and weight with its flattening and spin at the site are kept. Left out: the change of
that weight across some kilometres (below 1e-5 of it), how the areoid bends unlike a sphere about
the site (it moves heights by some metres in 10 km), the swing of capsule and canopy about each
other, and the shock of filling on the way flown (it lasts tenths of a second).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.geometry.local_terrain import LocalTerrain
from marsward.vehicles.capsule import Capsule
from marsward.vehicles.descent_power import Powered, fly_to_ground
from marsward.vehicles.descent_scatter import DescentScatter
from marsward.vehicles.descent_setting import AIR_STEP, ROWS, Setting, local_states, setting_of
from marsward.vehicles.descent_stage import DescentStage
from marsward.vehicles.descents import Descents
from marsward.vehicles.entry_air import EntryAir
from marsward.vehicles.flight_state import FlightState
from marsward.vehicles.kernels import descent_chute as chute
from marsward.vehicles.parachute import MACH_STEP, Parachute
from marsward.vehicles.separation import separation
from marsward.vehicles.touchdown import verdicts

__all__ = ["descend"]

Array = NDArray[np.float64]
_LONGEST = 900.0
_RADAR_GAIN = 0.15
_CLEAR_GAP = 10.0  # m after 5 s, a choice


def descend(
    state: FlightState,
    *,
    capsule: Capsule,
    parachute: Parachute,
    stage: DescentStage,
    air: EntryAir,
    terrain: LocalTerrain,
    scatter: DescentScatter | None = None,
    opened: ArrayLike | None = None,
    patch_cell: float | None = None,
    seed: int = 0,
    workers: int = 1,
) -> Descents:
    """Fly from the parachute's trigger to the ground.

    Parameters
    ----------
    state : (n,) members at the trigger
    capsule, parachute, stage : the vehicle
    air : one column, or one for each member
    terrain : the ground about the site; where it has finer patches they are seen through
    scatter : what differs from member to member; none when left out
    opened : (n,) whether the trigger came at all; all when left out
    patch_cell : cell of the ground that is seen from hover and stood upon [m]; the terrain's own
        when left out
    seed : of the radar's noise where there is no scatter
    workers : threads; results do not depend on them

    Returns
    -------
    Descents, with a word for each member: no call is lost for a member that crashes.

    Raises
    ------
    InputError : counts that do not fit, masses that leave nothing to land, no air down to the
        ground, or members that are not over the terrain's part of Mars.
    """
    n = len(state)
    lots = DescentScatter.none(n, seed=seed) if scatter is None else scatter
    begun = np.ones(n, dtype=bool) if opened is None else np.asarray(opened, dtype=bool)
    if len(lots) != n or begun.shape != (n,) or air.count not in (1, n):
        raise InputError(
            f"{n} states have {len(lots)} draws, {begun.size} triggers and {air.count} columns of "
            "air; give one of each for every member"
        )
    setting = setting_of(state, capsule, parachute, stage, air, terrain, patch_cell, workers)
    start = local_states(state, terrain)
    draw = np.arange(n) if setting.air.shape[0] == n else np.zeros(n, dtype=int)

    def again(member: int, every: float) -> Array:
        pick = np.array([member])
        one = replace(setting, workers=1)
        _, _, rows = _fly(one, start[pick], draw[pick], _some(lots, pick), begun[pick], every)
        return rows

    # a canopy that is opened too fast is gone: nobody flies on
    begun = begun & (_first_mach(setting, start, draw) <= parachute.most_mach)
    fall, power, _ = _fly(setting, start, draw, lots, begun, None)
    return _descents(setting, state, start, begun, fall, power, again)


def _some(lots: DescentScatter, pick: NDArray[np.intp]) -> DescentScatter:
    return DescentScatter(**{name: getattr(lots, name)[pick] for name in lots.__dataclass_fields__})


@dataclass(frozen=True)
class _Fall:
    """Lanes where their fall under the canopy ended."""

    state: Array
    event: Array
    ending: NDArray[np.int64]
    time: Array
    mass: Array


def _fly(setting, start, draw, lots, begun, every) -> tuple[_Fall, Powered, Array]:
    """All lanes to their ends, and the rows of the last one where `every` is given."""
    words = lots.words.copy()
    fall, first = _fall(setting, start, draw, lots, begun, words, every)
    power, more = fly_to_ground(
        setting, fall.state, fall.event[:, chute.HEIGHT_TOLD], fall.time,
        fall.ending == chute.PARTED, draw, lots, words, every,
    )  # fmt: skip
    return fall, power, np.concatenate([first, more])


def _fall(setting, start, draw, lots, begun, words, every) -> tuple[_Fall, Array]:
    n = start.shape[0]
    state = start.copy()
    event = np.full((n, chute.EVENTS), np.nan)
    for column in (chute.OPEN_LOAD, chute.PEAK_LOAD_FACTOR):
        event[begun, column] = 0.0
    ending = np.where(begun, chute.TO_FLY, chute.LEFT_OUT)
    time, mass = np.zeros(n), np.full(n, setting.chute_mass)
    table = np.ascontiguousarray(np.stack(
        [lots.chute_factor, lots.fill_factor, lots.capsule_factor, lots.height_bias,
         lots.range_factor, lots.roll], axis=1,
    ))  # fmt: skip
    rule, drag = _chute_rule(setting), setting.parachute.drag_table()
    record = np.zeros((0 if every is None else ROWS, chute.RECORD))
    land, kept = setting.terrain, [0]
    left, top = float(land.x[0]), float(land.y[0])

    def block(first: int, last: int) -> None:
        kept[0] = chute.fly_chute(
            state, setting.air, draw, setting.bottom, AIR_STEP, land.height, left, top, land.cell,
            rule, drag, MACH_STEP, table, words, event, ending, time, mass, first, last, record,
            1.0 if every is None else every,
        )  # fmt: skip

    setting.in_blocks(block, n)
    return _Fall(state, event, ending, time, mass), record[: kept[0]]


def _chute_rule(setting: Setting) -> Array:
    p, s = setting.parachute, setting.stage
    area = setting.capsule.area
    rule = np.zeros(chute.RULES)
    rule[: chute.CHUTE_AREA] = setting.place
    for column, held in (
        (chute.CHUTE_AREA, p.area), (chute.LINE_TIME, p.line_time), (chute.FILL, p.fill_diameters),
        (chute.GROWTH, p.growth), (chute.OVERSHOOT, p.opening_factor),
        (chute.LOAD_LIMIT, p.load_limit), (chute.CAPSULE_AREA, s.capsule_drag * area),
        (chute.SHIELD_MACH, s.shield_mach), (chute.SHIELD_AFTER, s.shield_after),
        (chute.SHELL_AREA, s.shell_drag * area), (chute.MASS_ENTRY, setting.chute_mass),
        (chute.MASS_SHIELD, s.shield_mass), (chute.LOCK_HEIGHT, s.radar_range),
        (chute.LOCK_AFTER, s.radar_after), (chute.RADAR_NOISE, s.radar_noise),
        (chute.RADAR_FLOOR, s.radar_floor), (chute.RADAR_GAIN, _RADAR_GAIN),
        (chute.SHELL_HEIGHT, s.shell_height), (chute.SHELL_SPEED, s.shell_speed),
        (chute.SHELL_LOWEST, s.shell_lowest), (chute.TRIM, np.tan(p.trim_angle)),
        (chute.ROLL, p.roll_rate), (chute.LONGEST, _LONGEST), (chute.CHUTE_MASS, s.shell_mass),
        (chute.DIAMETER, p.diameter),
    ):  # fmt: skip
        rule[column] = held
    return rule


def _descents(setting, state, start, begun, fall, power, again) -> Descents:
    n, event = len(state), fall.event
    time, height, speed = (np.full((n, 9), np.nan) for _ in range(3))
    for i, column in enumerate((chute.OPEN, chute.SHIELD, chute.LOCK, chute.SHELL)):
        time[:, i], height[:, i], speed[:, i] = event[:, column : column + 3].T
    time[:, 4:], height[:, 4:], speed[:, 4:] = power.time, power.height, power.speed
    shield = (setting.stage.shield_mass, setting.stage.shield_fall_drag * setting.capsule.area)
    rest = setting.chute_mass - setting.stage.shield_mass
    above = setting.parachute.drag_coefficient * setting.parachute.area
    above += setting.stage.shell_drag * setting.capsule.area
    parting = separation(
        below=shield, above=(rest, above), pressure=event[:, chute.SHIELD_PRESSURE],
        speed=speed[:, 1], least=_CLEAR_GAP,
    )  # fmt: skip
    held = np.isin(fall.ending, (chute.PARTED, chute.GROUND_UNDER, chute.TOO_LONG))
    ground_first = (fall.ending == chute.GROUND_FIRST) & begun
    word = verdicts(
        setting.stage, opened=held, early_ground=ground_first, contact=power.contact,
        dry=power.dry, down=power.down, along=power.along, slope_rad=power.tilt_rad,
        step=power.step, safe=power.safe, on_map=power.on_map,
    )  # fmt: skip
    lon, lat = setting.terrain.lonlat(power.x, power.y)
    return Descents(
        time, height, speed, start[:, 2] - _ground(setting.terrain, start), state.speed.copy(),
        event[:, chute.OPEN_LOAD], event[:, chute.OPEN_MACH], event[:, chute.OPEN_PRESSURE],
        event[:, chute.PEAK_LOAD_FACTOR], np.where(np.isnan(speed[:, 1]), np.nan, parting.ratio),
        parting.distance, parting.clear, event[:, chute.HEIGHT_TOLD] - height[:, 3],
        power.divert, power.least_clearance, power.top_thrust, power.propellant,
        np.where(fall.ending == chute.PARTED, power.mass, fall.mass), power.x, power.y, lon, lat,
        power.down, power.along, power.attitude_rad, power.tilt_rad, power.step, power.safe, word,
        state.seconds + time[:, 8], again,
    )  # fmt: skip


def _ground(terrain: LocalTerrain, start: Array) -> Array:
    """Height of the ground under states [m], beyond the terrain that of its edge."""
    half = 0.5 * terrain.cell
    west, east, south, north = terrain.extent
    x = np.clip(start[:, 0], west + half, east - half)
    return terrain.at(x, np.clip(start[:, 1], south + half, north - half))


def _first_mach(setting: Setting, start: Array, draw: NDArray[np.int_]) -> Array:
    """Mach number of the members in their own air at the trigger."""
    rows = setting.air.shape[1]
    at = np.clip((start[:, 2] - setting.bottom) / AIR_STEP, 0.0, rows - 1.0)
    low = np.minimum(at.astype(int), rows - 2)
    share = (at - low)[:, None]
    here = (1.0 - share) * setting.air[draw, low] + share * setting.air[draw, low + 1]
    stream = start[:, 3:].copy()
    stream[:, :2] -= here[:, 2:4]
    return np.asarray(np.linalg.norm(stream, axis=1) / here[:, 1])
