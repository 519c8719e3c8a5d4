"""Compiled fall under a parachute: from its trigger to the parting of the backshell, in lanes.

Local metres x east, y north, height z over the areoid; speeds relative to the rotating planet. The
plane is bent: the curvature of Mars and Coriolis' pull are in the equations. One mass point; the
canopy's small trim force turns about the velocity.
"""

import math

import numpy as np
from numba import njit

from marsward.vehicles.kernels.descent_air import (
    air_at,
    beam_range,
    ground_below,
    normal,
    table_at,
)

# columns of `rule`, the figures that all lanes share
(GRAVITY0, RADIUS, SPIN, LATITUDE, CHUTE_AREA, LINE_TIME, FILL, GROWTH, OVERSHOOT, LOAD_LIMIT,
 CAPSULE_AREA, SHIELD_MACH, SHIELD_AFTER, SHELL_AREA, MASS_ENTRY, MASS_SHIELD, LOCK_HEIGHT,
 LOCK_AFTER, RADAR_NOISE, RADAR_FLOOR, RADAR_GAIN, SHELL_HEIGHT, SHELL_SPEED, SHELL_LOWEST, TRIM,
 ROLL, LONGEST, CHUTE_MASS, DIAMETER) = range(29)  # fmt: skip
RULES = 29
# columns of `lot`, what is drawn for each lane
(CHUTE_FACTOR, FILL_FACTOR, CAPSULE_FACTOR, HEIGHT_BIAS, RANGE_FACTOR, ROLL_START) = range(6)
LOTS = 6
# columns of `event`: time, height over ground, speed for five events, then single figures
OPEN, SHIELD, LOCK, SHELL = 0, 3, 6, 9
(OPEN_MACH, OPEN_PRESSURE, OPEN_LOAD, PEAK_LOAD_FACTOR, SHIELD_PRESSURE, SHIELD_MACH_SEEN,
 HEIGHT_TOLD) = range(12, 19)  # fmt: skip
EVENTS = 19
# how a lane ended
PARTED, GROUND_FIRST, TORN, GROUND_UNDER, TOO_LONG = 0, 1, 2, 3, 4
TO_FLY, LEFT_OUT = -1, -2
RECORD = 10
_FINE, _COARSE, _SETTLE = 0.01, 0.1, 2.0


@njit(cache=True, error_model="numpy", nogil=True)
def _pull(state, out, air, bottom, step, rule, area, mach_step, drag, lift_e, mass):
    """Rates of (x, y, z, vx, vy, vz); returns dynamic pressure and Mach number."""
    z, vx, vy, vz = state[2], state[3], state[4], state[5]
    density, sound, east, north = air_at(air, bottom, step, z)
    ax, ay = vx - east, vy - north
    speed = math.sqrt(ax * ax + ay * ay + vz * vz) + 1e-9
    mach = speed / sound
    q = 0.5 * density * speed * speed
    canopy = q * rule[CHUTE_AREA] * area * table_at(drag, mach_step, mach)
    force = canopy + q * lift_e[2]
    r = rule[RADIUS] + z
    g = rule[GRAVITY0] * (rule[RADIUS] / r) ** 2
    k = -force / (mass * speed)
    shrink = rule[RADIUS] / r
    out[0], out[1], out[2] = vx * shrink, vy * shrink, vz
    out[3], out[4], out[5] = k * ax, k * ay, k * vz - g
    if lift_e[3] > 0.0:
        # unit vectors across the wind: one level, one at right angles to both
        flat = math.sqrt(ax * ax + ay * ay) + 1e-9
        sx, sy = -ay / flat, ax / flat
        ux, uy, uz = -vz * sy / speed, vz * sx / speed, (ax * sy - ay * sx) / speed
        side = canopy * lift_e[3] / mass
        out[3] += side * (lift_e[0] * sx + lift_e[1] * ux)
        out[4] += side * (lift_e[0] * sy + lift_e[1] * uy)
        out[5] += side * lift_e[1] * uz
    up, across = (
        2.0 * rule[SPIN] * math.sin(rule[LATITUDE]),
        2.0 * rule[SPIN] * math.cos(rule[LATITUDE]),
    )
    bend = math.tan(rule[LATITUDE]) / r
    out[3] += up * vy - across * vz - vx * vz / r + vx * vy * bend
    out[4] += -up * vx - vy * vz / r - vx * vx * bend
    out[5] += across * vx + (vx * vx + vy * vy) / r
    return q, mach, canopy


@njit(cache=True, error_model="numpy", nogil=True)
def _step(state, work, dt, air, bottom, step, rule, area, mach_step, drag, lift_e, mass):
    """One Runge–Kutta step of order four; `work` is (5, 6)."""
    q, mach, canopy = _pull(
        state, work[0], air, bottom, step, rule, area, mach_step, drag, lift_e, mass
    )
    for stage in range(1, 4):
        w = dt if stage == 3 else 0.5 * dt
        for i in range(6):
            work[4, i] = state[i] + w * work[stage - 1, i]
        _pull(work[4], work[stage], air, bottom, step, rule, area, mach_step, drag, lift_e, mass)
    for i in range(6):
        state[i] += dt / 6.0 * (work[0, i] + 2.0 * (work[1, i] + work[2, i]) + work[3, i])
    return q, mach, canopy


@njit(cache=True, error_model="numpy", nogil=True)
def _mark(event, column, t, clear, state):
    event[column] = t
    event[column + 1] = clear
    event[column + 2] = math.sqrt(state[3] ** 2 + state[4] ** 2 + state[5] ** 2)


@njit(cache=True, error_model="numpy", nogil=True)
def _area(t, opened, fill_time, rule, lot):
    """Drag area of the canopy over that of the open one."""
    if fill_time > 1e29:
        return 0.0
    return lot[CHUTE_FACTOR] * min((t - opened) / fill_time + 1e-9, 1.0) ** rule[GROWTH]


@njit(cache=True, error_model="numpy", nogil=True)
def _read(state, known, land, left, top, cell, rule, lot, word, t, clear, event):
    """One radar reading into `known`: seen yet (0 or 1), height believed in, its time."""
    slant = beam_range(
        land, left, top, cell, state[0], state[1], state[2], 0.0, 0.0, -1.0, rule[LOCK_HEIGHT]
    )
    if slant >= rule[LOCK_HEIGHT]:
        return word
    word, noise = normal(word)
    sigma = max(rule[RADAR_FLOOR], rule[RADAR_NOISE] * slant)
    seen = slant * (1.0 + lot[RANGE_FACTOR]) + sigma * noise
    if known[0] == 0.0:
        known[0], known[1] = 1.0, seen
        _mark(event, LOCK, t, clear, state)
    else:
        known[1] += state[5] * (t - known[2])
        known[1] += rule[RADAR_GAIN] * (seen - known[1])
    known[2] = t
    return word


@njit(cache=True, error_model="numpy", nogil=True)
def _keep(record, rows, t, state, mass, phase):
    """One row of a history."""
    record[rows, 0], record[rows, 7], record[rows, 8], record[rows, 9] = t, 0.0, mass, phase
    for i in range(6):
        record[rows, 1 + i] = state[i]


@njit(cache=True, error_model="numpy", nogil=True)
def _span(t, opened, fill_time, filled):
    """Length of the next step [s]: fine while the canopy fills, and onto the times of its ends."""
    if t < opened:
        return min(_COARSE, opened - t)
    if not filled:
        return min(_FINE, max(opened + fill_time - t, 1e-6))
    return _FINE if t < opened + fill_time + _SETTLE else _COARSE


@njit(cache=True, error_model="numpy", nogil=True)
def _parts(rule, clear, state, lot, known, t, event):
    """Whether the backshell parts now, by the height believed in and the speed."""
    height = known[1] + state[5] * (t - known[2]) if known[0] > 0.0 else clear + lot[HEIGHT_BIAS]
    speed = math.sqrt(state[3] ** 2 + state[4] ** 2 + state[5] ** 2)
    due = height <= rule[SHELL_HEIGHT] and speed <= rule[SHELL_SPEED]
    if due or height <= rule[SHELL_LOWEST]:
        _mark(event, SHELL, t, clear, state)
        event[HEIGHT_TOLD] = height
        return True
    return False


@njit(cache=True, error_model="numpy", nogil=True)
def _lane(
    state, air, bottom, step, land, left, top, cell, rule, drag, mach_step, lot, word, event,
    record, every,
):  # fmt: skip
    """One lane; `state` (6,) is moved to where it ends. Returns ending, time, mass, rows, word."""
    work, lift, known = np.empty((5, 6)), np.zeros(4), np.zeros(3)
    mass, opened = rule[MASS_ENTRY], rule[LINE_TIME]
    t, rows, next_row, next_read, fill_time = 0.0, 0, 0.0, 1e30, 1e30
    filled, shield, q, mach = False, False, 0.0, 0.0
    while t < rule[LONGEST]:
        clear = state[2] - ground_below(land, left, top, cell, state[0], state[1])
        if clear <= 0.0:
            return GROUND_UNDER if filled else GROUND_FIRST, t, mass, rows, word
        if t >= opened - 1e-9 and fill_time > 1e29:
            speed = math.sqrt(state[3] ** 2 + state[4] ** 2 + state[5] ** 2)
            fill_time = rule[FILL] * lot[FILL_FACTOR] * rule[DIAMETER] / speed
        if fill_time < 1e29 and not filled and t >= opened + fill_time - 1e-9:
            filled = True
            _mark(event, OPEN, t, clear, state)
            event[OPEN_MACH], event[OPEN_PRESSURE] = mach, q
        if filled and not shield and mach < rule[SHIELD_MACH] and t >= rule[SHIELD_AFTER]:
            shield, next_read = True, t + rule[LOCK_AFTER]
            mass -= rule[MASS_SHIELD]
            _mark(event, SHIELD, t, clear, state)
            event[SHIELD_PRESSURE], event[SHIELD_MACH_SEEN] = q, mach
        if t >= next_read and clear < 1.3 * rule[LOCK_HEIGHT]:
            next_read = t + _COARSE
            word = _read(state, known, land, left, top, cell, rule, lot, word, t, clear, event)
        if shield and _parts(rule, clear, state, lot, known, t, event):
            return PARTED, t, mass - rule[CHUTE_MASS], rows, word
        if t >= next_row - 1e-9 and rows < record.shape[0]:
            phase = 2.0 if shield else (1.0 if fill_time < 1e29 else 0.0)
            _keep(record, rows, t, state, mass, phase)
            rows, next_row = rows + 1, next_row + every
        phase = lot[ROLL_START] + rule[ROLL] * t
        lift[0], lift[1], lift[3] = math.cos(phase), math.sin(phase), rule[TRIM] if filled else 0.0
        lift[2] = (rule[SHELL_AREA] if shield else rule[CAPSULE_AREA]) * lot[CAPSULE_FACTOR]
        dt, area = _span(t, opened, fill_time, filled), _area(t, opened, fill_time, rule, lot)
        q, mach, canopy = _step(
            state, work, dt, air, bottom, step, rule, area, mach_step, drag, lift, mass
        )
        t += dt
        early = not filled or t < opened + fill_time + 0.05
        load = canopy * (rule[OVERSHOOT] if early else 1.0)
        event[OPEN_LOAD] = max(event[OPEN_LOAD], load)
        event[PEAK_LOAD_FACTOR] = max(event[PEAK_LOAD_FACTOR], (canopy + q * lift[2]) / mass)
        if load > rule[LOAD_LIMIT]:
            return TORN, t, mass, rows, word
    return TOO_LONG, t, mass, rows, word


@njit(cache=True, error_model="numpy", nogil=True)
def fly_chute(
    state, air, draw, bottom, step, land, left, top, cell, rule, drag, mach_step, lots, words,
    event, ending, time, mass, first, last, record, every,
):  # fmt: skip
    """Lanes first to last - 1 whose `ending` is TO_FLY, each moved to its end in place.

    state : (n, 6); air : (m, k, 4); draw : (n,) which air each flies through
    land : (rows, columns) float32; drag : canopy's coefficient at Mach 0, mach_step, …
    event : (n, EVENTS), filled with NaN but the loads, which start at 0
    record : (r, RECORD): rows of the last lane at least `every` seconds apart; (0, RECORD) for none
    """
    rows = 0
    for lane in range(first, last):
        if ending[lane] != TO_FLY:
            continue
        ending[lane], time[lane], mass[lane], rows, words[lane] = _lane(
            state[lane], air[draw[lane]], bottom, step, land, left, top, cell, rule, drag,
            mach_step, lots[lane], words[lane], event[lane], record, every,
        )  # fmt: skip
    return rows
