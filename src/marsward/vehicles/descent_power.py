"""The powered part of descents: where each member heads, what it sees from hover, its contact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marsward.core.constants import STANDARD_GRAVITY
from marsward.core.errors import InputError
from marsward.geometry.local_terrain import LocalTerrain
from marsward.vehicles.descent_scatter import DescentScatter
from marsward.vehicles.descent_setting import AIR_STEP, ROWS, Setting
from marsward.vehicles.hazard import Hazards, hazards, safest_place
from marsward.vehicles.kernels import descent_powered as power
from marsward.vehicles.kernels.powered_law import QUARTIC, ZEM_ZEV
from marsward.vehicles.touchdown import ground_under

__all__ = ["Powered", "fly_to_ground"]

Array = NDArray[np.float64]
_LONGEST, _GAIN = 400.0, 0.15
_SHELL_FALL = 30.0  # m/s at which backshell and canopy alone come down, about
_MARGIN = 5.0
_COLUMNS = [power.IGNITION, power.GATE, power.LOW, power.CUT, power.CONTACT]


@dataclass(frozen=True)
class Powered:
    """What came of the powered part, each (n,) but the events, which are (n, 5)."""

    time: Array
    height: Array
    speed: Array
    contact: NDArray[np.bool_]
    dry: NDArray[np.bool_]
    safe: NDArray[np.bool_]
    on_map: NDArray[np.bool_]
    divert: Array
    least_clearance: Array
    top_thrust: Array
    propellant: Array
    mass: Array
    x: Array
    y: Array
    down: Array
    along: Array
    attitude_rad: Array
    tilt_rad: Array
    step: Array


class _Lanes:
    """Arrays of the lanes while they fly."""

    def __init__(self, setting, state, time, go, draw, lots: DescentScatter, words) -> None:
        n = state.shape[0]
        self.state = np.zeros((n, power.STATES))
        self.state[:, :6] = state
        self.state[:, power.MASS] = setting.lander_mass
        self.state[:, power.AXIS + 2] = 1.0
        self.state[:, power.CLOCK] = time
        self.event = np.full((n, power.EVENTS), np.nan)
        self.event[:, power.TOP_THRUST], self.event[:, power.LEAST_HEIGHT] = 0.0, np.inf
        self.ending = np.where(go, 0, -1)
        self.target = np.zeros((n, 3))
        self.draw, self.words, self.go = draw, words, go
        self.safe = np.ones(n, dtype=bool)
        self.hovering, self.early = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
        self.under = np.full((n, 3), np.nan)
        self.divert = np.where(go, 0.0, np.nan)
        self.lots = np.ascontiguousarray(np.stack(
            [lots.isp_factor, lots.thrust_factor, lots.lean_east, lots.lean_north, lots.east_bias,
             lots.north_bias, lots.speed_east, lots.speed_north, lots.speed_up, lots.range_factor],
            axis=1,
        ))  # fmt: skip

    def fly(self, setting, rule, first, last, record, every, down, ground=None) -> int:
        """Move lanes on, over the terrain or a finer ground."""
        land = setting.terrain if ground is None else ground
        return power.fly_powered(
            self.state, setting.air, self.draw, setting.bottom, AIR_STEP, land.height,
            float(land.x[0]), float(land.y[0]), land.cell, rule, self.lots, self.target, self.words,
            self.event, self.ending, first, last, record, every, down,
        )  # fmt: skip


def fly_to_ground(
    setting: Setting,
    state: Array,
    told: Array,
    time: Array,
    go: NDArray[np.bool_],
    draw: NDArray[np.intp],
    lots: DescentScatter,
    words: NDArray[np.uint64],
    every: float | None,
) -> tuple[Powered, Array]:
    """Fly the lanes `go` from the backshell's parting to the ground.

    state : (n, 6) there; told : height believed in [m]; time : after the trigger [s]
    draw : (n,) column of air; words : (n,) of the radar's noise, moved on
    every : least time between rows [s] of the last lane; None for none

    Returns what came of them, and the rows.
    """
    lanes = _Lanes(setting, state, time, go, draw, lots, words)
    lanes.state[:, power.TOLD] = np.where(np.isnan(told), 0.0, told)
    _head(setting, lanes)
    rule, rows = _rule(setting), [_record(every), _record(every)]
    step, kept = 1.0 if every is None else every, [0, 0]

    def approach(first: int, last: int) -> None:
        kept[0] = lanes.fly(setting, rule, first, last, rows[0], step, False)

    setting.in_blocks(approach, go.size)
    lanes.hovering[:] = go & (lanes.ending == power.AT_GATE)
    lanes.early[:] = go & (lanes.ending == power.ON_GROUND)
    lanes.ending[~lanes.hovering] = -1
    if setting.patch_cell is None and setting.stage.hazard_reach > 0.0:
        _look(setting, lanes, np.flatnonzero(lanes.hovering), _judged(setting))

    def land(first: int, last: int) -> None:
        if setting.patch_cell is None:
            kept[1] = lanes.fly(setting, rule, first, last, rows[1], step, True)
            return
        for lane in range(first, last):
            if lanes.hovering[lane]:
                kept[1] = _land_on_patch(setting, lanes, rule, lane, rows[1], step)

    setting.in_blocks(land, go.size)
    flown = np.concatenate([part[:count] for part, count in zip(rows, kept, strict=True)])
    return _powered(setting, lanes), flown


def _record(every: float | None) -> Array:
    return np.zeros((0 if every is None else ROWS, power.RECORD))


def _land_on_patch(setting: Setting, lanes: _Lanes, rule, lane: int, rows, step: float) -> int:
    """See the finer ground about a lane from hover, choose, and land on it."""
    patch = _patch(setting, lanes.state[lane, 0], lanes.state[lane, 1])
    if patch is not None:
        _look(setting, lanes, np.array([lane]), _judged(setting, patch))
    kept = lanes.fly(setting, rule, lane, lane + 1, rows, step, True, patch)
    if lanes.ending[lane] == power.ON_GROUND:
        lanes.under[lane] = _under(setting, lanes, lane, patch)
    return kept


def _rule(setting: Setting) -> Array:
    s, r = setting.stage, np.zeros(power.RULES)
    r[: power.LAW] = setting.place
    for column, held in (
        (power.LAW, QUARTIC if s.law == "quartic" else ZEM_ZEV), (power.THRUST_LOW, s.thrust_low),
        (power.THRUST_HIGH, s.thrust_high), (power.THRUST_RATE, s.thrust_rate),
        (power.EXHAUST, s.specific_impulse * float(STANDARD_GRAVITY)),
        (power.DRY, setting.lander_mass - s.propellant), (power.TILT, s.tilt),
        (power.TURN_RATE, s.turn_rate), (power.BODY_AREA, s.body_area), (power.DROP, s.drop_time),
        (power.GATE_HEIGHT, s.gate_height), (power.GATE_SPEED, s.gate_speed),
        (power.HOLD, s.hover_time), (power.GLIDE, np.tan(s.glide_slope)),
        (power.LOW_HEIGHT, s.low_height), (power.FINAL_SPEED, s.final_speed),
        (power.CUT_HEIGHT, s.cut_height),
        (power.BRIDLE, s.bridle if s.gear == "skycrane" else 0.0),
        (power.RADAR_FAR, s.radar_range), (power.RADAR_NOISE, s.radar_noise),
        (power.RADAR_FLOOR, s.radar_floor), (power.RADAR_GAIN, _GAIN), (power.LONGEST, _LONGEST),
    ):  # fmt: skip
        r[column] = held
    return r


def _head(setting: Setting, lanes: _Lanes) -> None:
    """Where each lane heads: off the backshell's way, on the map where there is one."""
    s, state = setting.stage, lanes.state
    speed = np.linalg.norm(state[:, 3:6], axis=1)
    told = state[:, power.TOLD]
    go = s.drop_time + 1.7 * np.maximum(told - s.gate_height, 1.0) / np.maximum(speed, 20.0)
    x, y = state[:, 0] + state[:, 3] * go / 3.0, state[:, 1] + state[:, 4] * go / 3.0
    level = np.hypot(state[:, 3], state[:, 4]) + 1e-9
    aside = x + s.divert * state[:, 4] / level, y - s.divert * state[:, 3] / level
    place = np.stack([*aside, np.zeros(x.size)], axis=1)
    if s.map_reach > 0.0:
        fall = told / _SHELL_FALL
        off = state[:, 0] + state[:, 3] * fall, state[:, 1] + state[:, 4] * fall
        found = _judged(setting)
        px, py, score = safest_place(
            found, x, y, reach=s.map_reach, keep_off=min(s.divert, 0.9 * s.map_reach), off=off
        )
        some = score > 0.0
        lanes.safe &= some | ~lanes.go
        place[:, 0], place[:, 1] = np.where(some, px, aside[0]), np.where(some, py, aside[1])
        lanes.target[:, :2] = place[:, :2]
    else:
        lanes.target[:, 0] = place[:, 0] + lanes.lots[:, power.EAST_BIAS]
        lanes.target[:, 1] = place[:, 1] + lanes.lots[:, power.NORTH_BIAS]
    lanes.target[:, 2] = s.low_height
    lanes.divert += np.hypot(place[:, 0] - x, place[:, 1] - y)


def _judged(setting: Setting, ground: LocalTerrain | None = None) -> Hazards:
    s = setting.stage
    terrain = setting.terrain if ground is None else ground
    return hazards(
        terrain,
        footprint=s.footprint,
        most_slope_rad=s.most_slope,
        most_step=s.most_step,
        margin=max(_MARGIN, 2.0 * terrain.cell),
    )


def _patch(setting: Setting, x: float, y: float) -> LocalTerrain | None:
    """The finer ground about a lane; None where the terrain ends too near."""
    assert setting.patch_cell is not None
    size = 2.0 * (setting.stage.hazard_reach + setting.stage.footprint + 4.0 * _MARGIN)
    try:
        return setting.terrain.patch(float(x), float(y), size, setting.patch_cell)
    except InputError:
        return None


def _look(setting: Setting, lanes: _Lanes, some: NDArray[np.intp], found: Hazards) -> None:
    """From hover: choose among what is seen, and head there."""
    reach = setting.stage.hazard_reach
    x, y = lanes.state[some, 0], lanes.state[some, 1]
    if reach > 0.0 and some.size:
        px, py, score = safest_place(found, x, y, reach=reach)
        lanes.safe[some] &= score > 0.0
        lanes.divert[some] += np.hypot(px - x, py - y)
        lanes.target[some, 0] = px + lanes.lots[some, power.EAST_BIAS]
        lanes.target[some, 1] = py + lanes.lots[some, power.NORTH_BIAS]


def _under(setting: Setting, lanes: _Lanes, lane: int, patch: LocalTerrain | None):
    x, y = lanes.state[lane, 0], lanes.state[lane, 1]
    ground = setting.terrain if patch is None else patch
    found = ground_under(ground, x, y, setting.stage.footprint)
    if np.isnan(found[0]) and patch is not None:
        found = ground_under(setting.terrain, x, y, setting.stage.footprint)
    return found


def _powered(setting: Setting, lanes: _Lanes) -> Powered:
    event, state, under = lanes.event, lanes.state, lanes.under
    contact = lanes.early | (lanes.hovering & (lanes.ending == power.ON_GROUND))
    for lane in np.flatnonzero(contact & np.isnan(under[:, 0])):
        under[lane] = _under(setting, lanes, int(lane), None)
    blank, flown = np.where(contact, 0.0, np.nan), np.where(lanes.go, 0.0, np.nan)
    on_map = setting.terrain.contains(state[:, 0], state[:, 1]) & ~np.isnan(under[:, 0])
    least = event[:, power.LEAST_HEIGHT]
    lean = np.arccos(np.clip(state[:, power.AXIS + 2], -1.0, 1.0))
    return Powered(
        time=event[:, _COLUMNS], height=event[:, [c + 1 for c in _COLUMNS]],
        speed=event[:, [c + 2 for c in _COLUMNS]], contact=contact & ~lanes.early,
        dry=~np.isnan(event[:, power.DRY_AT]), safe=lanes.safe, on_map=on_map | ~contact,
        divert=lanes.divert, least_clearance=np.where(np.isinf(least), np.nan, least),
        top_thrust=event[:, power.TOP_THRUST] + flown,
        propellant=setting.lander_mass - state[:, power.MASS] + flown, mass=state[:, power.MASS],
        x=state[:, 0] + blank, y=state[:, 1] + blank, down=-state[:, 5] + blank,
        along=np.hypot(state[:, 3], state[:, 4]) + blank, attitude_rad=lean + blank,
        tilt_rad=np.arctan(np.hypot(under[:, 0], under[:, 1])) + blank, step=under[:, 2] + blank,
    )  # fmt: skip
