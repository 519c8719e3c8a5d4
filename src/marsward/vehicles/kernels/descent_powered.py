"""Compiled powered descent in lanes: from the backshell's parting to hover, and on to the ground.

Axes and units as under the parachute. The engines push along the craft's axis, which turns and is
throttled at limited rates; guidance runs on what the craft believes: place, speed, radar height.
"""

import math

import numpy as np
from numba import njit

from marsward.vehicles.kernels.descent_air import air_at, beam_range, ground_below, normal
from marsward.vehicles.kernels.powered_law import allowed, polynomial, time_to_go, turned

# columns of `rule`
(GRAVITY0, RADIUS, SPIN, LATITUDE, LAW, THRUST_LOW, THRUST_HIGH, THRUST_RATE, EXHAUST, DRY, TILT,
 TURN_RATE, BODY_AREA, DROP, GATE_HEIGHT, GATE_SPEED, HOLD, GLIDE, LOW_HEIGHT, FINAL_SPEED,
 CUT_HEIGHT, BRIDLE, RADAR_FAR, RADAR_NOISE, RADAR_FLOOR, RADAR_GAIN,
 LONGEST) = range(27)  # fmt: skip
RULES = 27
# columns of `lot`
(ISP_FACTOR, THRUST_FACTOR, LEAN_EAST, LEAN_NORTH, EAST_BIAS, NORTH_BIAS, SPEED_EAST, SPEED_NORTH,
 SPEED_UP, RANGE_FACTOR) = range(10)  # fmt: skip
LOTS = 10
# columns of `state`: x, y, z, vx, vy, vz, mass, axis (3), thrust, height told, time
MASS, AXIS, THRUST, TOLD, CLOCK = 6, 7, 10, 11, 12
STATES = 13
# columns of `event`: times, heights over ground, speeds
IGNITION, GATE, LOW, CUT, CONTACT = 0, 3, 6, 9, 12
(GO_TIME, FINE, TOP_THRUST, DRY_AT, LEAST_HEIGHT) = range(15, 20)
EVENTS = 20
AT_GATE, ON_GROUND, TOO_LONG = 0, 1, 2
RECORD = 10
_STEP, _READ, _PLAN = 0.05, 0.1, 1.0
_NEAR = 1.5  # s before a gate from which on speed alone is held


@njit(cache=True, error_model="numpy", nogil=True)
def _move(state, rule, lot, air, bottom, step, thrust, dt):
    """One step of constant push along the axis, by the midpoint rule."""
    x, y, z = state[0], state[1], state[2]
    flow = thrust / (rule[EXHAUST] * lot[ISP_FACTOR])
    mid_mass = max(state[MASS] - 0.5 * dt * flow, rule[DRY])
    density, _, east, north = air_at(air, bottom, step, z)
    up, across = (
        2.0 * rule[SPIN] * math.sin(rule[LATITUDE]),
        2.0 * rule[SPIN] * math.cos(rule[LATITUDE]),
    )
    g = rule[GRAVITY0] * (rule[RADIUS] / (rule[RADIUS] + z)) ** 2
    ux, uy, uz = state[AXIS] + lot[LEAN_EAST], state[AXIS + 1] + lot[LEAN_NORTH], state[AXIS + 2]
    push = thrust / mid_mass
    vx, vy, vz = state[3], state[4], state[5]
    wx, wy, wz = vx, vy, vz
    ax, ay, az = 0.0, 0.0, 0.0
    for turn in range(2):
        rx, ry = wx - east, wy - north
        air_speed = math.sqrt(rx * rx + ry * ry + wz * wz)
        k = 0.5 * density * air_speed * rule[BODY_AREA] / mid_mass
        ax = push * ux - k * rx + up * wy - across * wz
        ay = push * uy - k * ry - up * wx
        az = push * uz - k * wz - g + across * wx + (wx * wx + wy * wy) / rule[RADIUS]
        if turn == 0:
            wx, wy, wz = vx + 0.5 * dt * ax, vy + 0.5 * dt * ay, vz + 0.5 * dt * az
    state[0], state[1], state[2] = x + dt * wx, y + dt * wy, z + dt * wz
    state[3], state[4], state[5] = vx + dt * ax, vy + dt * ay, vz + dt * az
    state[MASS] = max(state[MASS] - dt * flow, rule[DRY])
    state[CLOCK] += dt


@njit(cache=True, error_model="numpy", nogil=True)
def _plan(rule, gap, speed, final_speed, g, mass, gate, shortest, longest, count):
    return time_to_go(
        int(rule[LAW]), gap, speed, final_speed, g, mass, rule[THRUST_LOW], rule[THRUST_HIGH],
        rule[TILT], rule[GLIDE], gate, shortest, longest, count,
    )  # fmt: skip


@njit(cache=True, error_model="numpy", nogil=True)
def _mark(event, column, clear, state):
    event[column], event[column + 1] = state[CLOCK], clear
    event[column + 2] = math.sqrt(state[3] ** 2 + state[4] ** 2 + state[5] ** 2)


@njit(cache=True, error_model="numpy", nogil=True)
def _read(state, land, left, top, cell, rule, lot, word, dt):
    """The height that the craft believes in after a reading along its axis."""
    word, noise = normal(word)
    slant = beam_range(
        land, left, top, cell, state[0], state[1], state[2], -state[AXIS], -state[AXIS + 1],
        -state[AXIS + 2], rule[RADAR_FAR],
    )  # fmt: skip
    if slant < rule[RADAR_FAR]:
        sigma = max(rule[RADAR_FLOOR], rule[RADAR_NOISE] * slant)
        seen = (slant * (1.0 + lot[RANGE_FACTOR]) + sigma * noise) * state[AXIS + 2]
        state[TOLD] += rule[RADAR_GAIN] * (seen - state[TOLD])
    return word


@njit(cache=True, error_model="numpy", nogil=True)
def _leg(rule, gap, speed, final_speed, g, mass, gate, plan, due, pull):
    """Acceleration wanted (3,) into `pull` on the way to a gate; returns time to go, its fine."""
    go, fine = plan, 0.0
    if due:
        far = math.sqrt(gap[0] ** 2 + gap[1] ** 2 + gap[2] ** 2)
        pace = max(math.sqrt(speed[0] ** 2 + speed[1] ** 2 + speed[2] ** 2), 0.3 * math.sqrt(far))
        if plan < 0.0:
            low = max(0.5 * far / pace, 2.0)
            go, _, fine = _plan(
                rule, gap, speed, final_speed, g, mass, gate, low, 8.0 * low + 20.0, 64
            )
        else:
            go, _, fine = _plan(
                rule, gap, speed, final_speed, g, mass, gate, 0.85 * plan, 1.2 * plan, 15
            )
    law = int(rule[LAW])
    for axis in range(3):
        end = final_speed if axis == 2 else 0.0
        if go > _NEAR:
            pull[axis] = polynomial(law, gap[axis], speed[axis], end, 0.0, go)[0]
        else:
            pull[axis] = (end - speed[axis]) / 0.8 + 0.3 * gap[axis]
    return go, fine


@njit(cache=True, error_model="numpy", nogil=True)
def _throttle(state, rule, lot, pull, g, drop, dt, wish, force):
    """Turn the axis and set the thrust for a wanted acceleration; returns the thrust [N]."""
    mass = state[MASS]
    force[0], force[1], force[2] = mass * pull[0], mass * pull[1], mass * (pull[2] + g)
    size = allowed(force, rule[THRUST_LOW], rule[THRUST_HIGH], rule[TILT], wish)
    turned(state[AXIS : AXIS + 3], wish, rule[TURN_RATE] * dt)
    change = rule[THRUST_RATE] * dt
    if state[THRUST] < rule[THRUST_LOW]:
        state[THRUST] = rule[THRUST_LOW]
    state[THRUST] += min(max(size - state[THRUST], -change), change)
    if drop or mass <= rule[DRY]:
        state[THRUST] = 0.0
    return state[THRUST] * lot[THRUST_FACTOR]


@njit(cache=True, error_model="numpy", nogil=True)
def _lane(
    state, air, bottom, step, land, left, top, cell, rule, lot, target, word, event, record, every,
    land_now,
):  # fmt: skip
    """One lane: to the end of hover, or, with `land_now`, from there to the ground."""
    gap, speed, pull = np.zeros(3), np.zeros(3), np.zeros(3)
    wish, force = np.zeros(3), np.zeros(3)
    phase = 3 if land_now else 0
    if land_now and target[2] >= state[TOLD] - 1.0:
        phase = 4
    begin, plan, next_plan, next_read, rows, next_row = state[CLOCK], -1.0, 0.0, 0.0, 0, 0.0
    stop = begin + rule[LONGEST]
    held = 0.0
    while state[CLOCK] < stop:
        t, dt = state[CLOCK], _STEP
        clear = state[2] - ground_below(land, left, top, cell, state[0], state[1])
        if clear < event[LEAST_HEIGHT] and phase < 4:
            event[LEAST_HEIGHT] = clear
        if clear - (rule[BRIDLE] if phase >= 4 else 0.0) <= 0.0:
            _mark(event, CONTACT, clear, state)
            return ON_GROUND, rows, word
        if t >= next_read - 1e-9:
            word = _read(state, land, left, top, cell, rule, lot, word, dt)
            next_read = t + _READ
        for axis in range(3):
            speed[axis] = state[3 + axis] + lot[SPEED_EAST + axis]
        gap[0] = target[0] - state[0] - lot[EAST_BIAS]
        gap[1] = target[1] - state[1] - lot[NORTH_BIAS]
        g = rule[GRAVITY0]
        if phase == 0 and t - begin >= rule[DROP] - 1e-9:
            phase = 1
            _mark(event, IGNITION, clear, state)
        if phase == 1 or phase == 3:
            goal = rule[GATE_HEIGHT] if phase == 1 else target[2]
            end = -rule[GATE_SPEED] if phase == 1 else -rule[FINAL_SPEED]
            gap[2] = goal - state[TOLD]
            due = t >= next_plan and (plan < 0.0 or plan > 4.0)
            first = plan < 0.0
            plan, fine = _leg(rule, gap, speed, end, g, state[MASS], goal, plan, due, pull)
            if due:
                next_plan = t + _PLAN
            if first and phase == 1:
                event[GO_TIME], event[FINE] = plan, fine
            plan -= dt
            if plan <= 0.0:
                _mark(event, GATE if phase == 1 else LOW, clear, state)
                if phase == 1:
                    held = t
                phase += 1
        elif phase == 2:
            gap[2] = rule[GATE_HEIGHT] - state[TOLD]
            for axis in range(3):
                pull[axis] = 0.09 * gap[axis] - 0.6 * speed[axis]
            if rule[GATE_SPEED] > 0.0:
                pull[2] = (-rule[GATE_SPEED] - speed[2]) / 0.8
            if t - held >= rule[HOLD] - 1e-9:
                return AT_GATE, rows, word
        elif phase == 4:
            for axis in range(2):
                pull[axis] = 0.2 * gap[axis] - 0.9 * speed[axis]
            pull[2] = (-rule[FINAL_SPEED] - speed[2]) / 0.6
            if rule[BRIDLE] == 0.0 and state[TOLD] <= rule[CUT_HEIGHT]:
                phase = 5
                _mark(event, CUT, clear, state)
        thrust = _throttle(state, rule, lot, pull, g, phase == 0 or phase == 5, dt, wish, force)
        if state[MASS] <= rule[DRY] and math.isnan(event[DRY_AT]):
            event[DRY_AT] = t
        if thrust > event[TOP_THRUST]:
            event[TOP_THRUST] = thrust
        if t - begin >= next_row - 1e-9 and rows < record.shape[0]:
            for i in range(6):
                record[rows, 1 + i] = state[i]
            record[rows, 0], record[rows, 7], record[rows, 8] = t, thrust, state[MASS]
            record[rows, 9] = 3.0 + phase
            rows += 1
            next_row += every
        _move(state, rule, lot, air, bottom, step, thrust, dt)
        state[TOLD] += speed[2] * dt
    return TOO_LONG, rows, word


@njit(cache=True, error_model="numpy", nogil=True)
def fly_powered(
    state, air, draw, bottom, step, land, left, top, cell, rule, lots, targets, words, event,
    ending, first, last, record, every, land_now,
):  # fmt: skip
    """Lanes first to last - 1 moved in place; those whose `ending` is below 0 are left alone.

    state : (n, STATES); air : (m, k, 4); draw : (n,)
    targets : (n, 3) x, y as the craft believes them, and the height over ground where the last
        descent begins
    land_now : from hover to the ground; else from the backshell to the end of hover
    """
    rows = 0
    for lane in range(first, last):
        if ending[lane] < 0:
            continue
        ending[lane], rows, words[lane] = _lane(
            state[lane], air[draw[lane]], bottom, step, land, left, top, cell, rule, lots[lane],
            targets[lane], words[lane], event[lane], record, every, land_now,
        )  # fmt: skip
    return rows
