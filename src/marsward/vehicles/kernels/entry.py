"""Entries member by member: Dormand and Prince's pair of order 5(4) with events on its dense form.

Steps end at the periods of the guidance where there is one. At an event the last step is made
again with the length that the dense form gives, so that every state is one of the pair's own.
"""

import math

import numpy as np
from numba import njit

from marsward.vehicles.kernels.entry_motion import (
    AIRSPEED,
    DRAG,
    FLUX,
    FORCE,
    HEIGHT,
    MACH,
    PRESSURE,
    SEEN,
    motion,
    sight,
)  # fmt: skip
from marsward.vehicles.kernels.guidance import (
    BANK,
    COMMAND,
    HELM,
    PERIOD,
    RATE,
    REVERSALS,
    SIDE,
    SIDE0,
    TARGET,
    TURN,
    command,
    known,
    steer,
)  # fmt: skip

FLYING, TRIGGER, FLOOR, SKIP, LONG, LOST = 0, 1, 2, 3, 4, 5
RESULTS = 29
# places in a row of results
TIME, VERDICT, PEAK_FORCE, PEAK_FLUX, PEAK_PRESSURE, END = 8, 9, 10, 14, 18, 22
BY_NONE, BY_SPEED, BY_RANGE = 0.0, 1.0, 2.0
RECORD = 20
SAFETY, SHRINK, GROW, CARRY = 0.9, 0.2, 5.0, 0.04
LEAST_STEP = 1e-9
LOAD_FLOOR = 1e6
FIRST_STEP = 1.0

A = np.array([
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [1 / 5, 0.0, 0.0, 0.0, 0.0, 0.0],
    [3 / 40, 9 / 40, 0.0, 0.0, 0.0, 0.0],
    [44 / 45, -56 / 15, 32 / 9, 0.0, 0.0, 0.0],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729, 0.0, 0.0],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656, 0.0],
    [35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
])  # fmt: skip
E5 = np.array([71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40])
C = np.array([0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0])
DENSE = np.array([
    [1.0, -183 / 64, 37 / 12, -145 / 128],
    [0.0, 0.0, 0.0, 0.0],
    [0.0, 1500 / 371, -1000 / 159, 1000 / 371],
    [0.0, -125 / 32, 125 / 12, -375 / 64],
    [0.0, 9477 / 3392, -729 / 106, 25515 / 6784],
    [0.0, -11 / 7, 11 / 3, -55 / 28],
    [0.0, 3 / 2, -4.0, 5 / 2],
])  # fmt: skip


@njit(cache=True, error_model="numpy", nogil=True)
def stages(y, k, h, since, helm, still, planet, grid, density, weather, craft, table, work, end,
           seen):  # fmt: skip
    """One step of length h from y: k[1..6] and the state `end`; `since` the last period [s]."""
    sine, cosine = still[0], still[1]
    turning = helm[RATE] != 0.0 or helm[TURN] != 0.0
    for s in range(1, 7):
        for i in range(8):
            total = 0.0
            for j in range(s):
                total += A[s, j] * k[j, i]
            work[i] = y[i] + h * total
        if turning:
            tau = since + C[s] * h
            bank = helm[BANK] + tau * (helm[RATE] + 0.5 * helm[TURN] * tau)
            sine, cosine = math.sin(bank), math.cos(bank)
        motion(work, sine, cosine, planet, grid, density, weather, craft, table, k[s], seen)
    for i in range(8):
        end[i] = work[i]


@njit(cache=True, error_model="numpy", nogil=True)
def mistake(y, end, k, h, rtol):
    """Error of a step over what is allowed: position and velocity by their size, heat load."""
    far = rtol * math.sqrt(end[0] ** 2 + end[1] ** 2 + end[2] ** 2)
    fast = rtol * math.sqrt(end[3] ** 2 + end[4] ** 2 + end[5] ** 2)
    hot = rtol * max(LOAD_FLOOR, end[6])
    total = 0.0
    for i in range(7):
        e = 0.0
        for j in range(7):
            e += E5[j] * k[j, i]
        scale = far if i < 3 else (fast if i < 6 else hot)
        total += (h * e / scale) ** 2
    return math.sqrt(total / 7.0)


@njit(cache=True, error_model="numpy", nogil=True)
def between(y, k, h, share, out):
    """The dense form at a share of the step."""
    for i in range(8):
        total = 0.0
        for s in range(7):
            d = DENSE[s]
            total += k[s, i] * share * (d[0] + share * (d[1] + share * (d[2] + share * d[3])))
        out[i] = y[i] + h * total


@njit(cache=True, error_model="numpy", nogil=True)
def margin(which, y, t, stops, planet, plan, nav, height, position, velocity):
    """How far an event is off: it has come where this is not above nought.

    which : TRIGGER, FLOOR or SKIP; height : over the areoid [m]
    """
    if which == FLOOR:
        return height - stops[3]
    if which == SKIP:
        return stops[4] - height
    known(y, t, nav, position, velocity)
    speed = math.sqrt(velocity[0] ** 2 + velocity[1] ** 2 + velocity[2] ** 2)
    if stops[0] == BY_SPEED:
        return speed - stops[1]
    ahead, _ = sight(position, velocity, plan[TARGET : TARGET + 3])
    return min(speed - stops[1], max(speed - stops[2], 0.01 * (ahead * planet[12] - stops[5])))


@njit(cache=True, error_model="numpy", nogil=True)
def height_of(y, planet):
    """Height over the areoid [m]."""
    r = math.sqrt(y[0] ** 2 + y[1] ** 2 + y[2] ** 2)
    ux, uy, uz = y[0] / r, y[1] / r, y[2] / r
    return r - (
        planet[3] + planet[4] * ux + planet[5] * uy + planet[6] * uz
        + ux * (planet[7] * ux + planet[8] * uy + planet[9] * uz)
        + uy * (planet[10] * uy + planet[11] * uz)
    )  # fmt: skip


@njit(cache=True, error_model="numpy", nogil=True)
def share_of_event(which, y, k, h, t, stops, planet, plan, nav, work, position, velocity):
    """Share of the step at which an event comes, by bisection on the dense form."""
    low, high = 0.0, 1.0
    for _ in range(48):
        middle = 0.5 * (low + high)
        between(y, k, h, middle, work)
        off = margin(which, work, t + middle * h, stops, planet, plan, nav,
                     height_of(work, planet), position, velocity)  # fmt: skip
        if off > 0.0:
            low = middle
        else:
            high = middle
    return high


@njit(cache=True, error_model="numpy", nogil=True)
def summit(past, column, out, place):
    """Keep the highest of a quantity, by the parabola through the last three samples.

    past : rows of the last three samples, each time, height, speed, then quantities; the newest
    last. out[place:] gets the value, its time, height and speed.
    """
    a, b, c = past[0, column], past[1, column], past[2, column]
    if c > out[place]:
        out[place], out[place + 1] = c, past[2, 0]
        out[place + 2], out[place + 3] = past[2, 1], past[2, 2]
    if not (b >= a and b >= c and b >= out[place] and past[0, 0] < past[1, 0] < past[2, 0]):
        return
    p, q = past[0, 0] - past[1, 0], past[2, 0] - past[1, 0]
    bend = ((a - b) / p - (c - b) / q) / (p - q)
    slope = (a - b) / p - bend * p
    shift = -0.5 * slope / bend if bend < 0.0 else 0.0
    shift = min(max(shift, p), q)
    share = shift / q if shift > 0.0 else shift / p
    other = 2 if shift > 0.0 else 0
    out[place] = b + shift * (slope + bend * shift)
    out[place + 1] = past[1, 0] + shift
    out[place + 2] = past[1, 1] + share * (past[other, 1] - past[1, 1])
    out[place + 3] = past[1, 2] + share * (past[other, 2] - past[1, 2])


@njit(cache=True, error_model="numpy", nogil=True)
def note(past, t, seen, out):
    """Take a sample into the last three and keep the peaks."""
    for j in range(6):
        past[0, j] = past[1, j]
        past[1, j] = past[2, j]
    past[2, 0], past[2, 1], past[2, 2] = t, seen[HEIGHT], seen[AIRSPEED]
    past[2, 3], past[2, 4], past[2, 5] = seen[FORCE], seen[FLUX], seen[PRESSURE]
    summit(past, 3, out, PEAK_FORCE)
    summit(past, 4, out, PEAK_FLUX)
    summit(past, 5, out, PEAK_PRESSURE)


@njit(cache=True, error_model="numpy", nogil=True)
def write(record, row, t, y, seen, bank, told):
    """One row of a history."""
    record[row, 0] = t
    for i in range(8):
        record[row, 1 + i] = y[i]
    for i in range(SEEN):
        record[row, 9 + i] = seen[i]
    record[row, 17], record[row, 18] = bank, told


@njit(cache=True, error_model="numpy", nogil=True)
def fly(start, bank, stops, planet, grid, density, weather, craft, table, plan, reference, nav,
        rtol, every, record, out):  # fmt: skip
    """One entry from `start` (6,) to its end; returns the rows written to `record`.

    bank : at the start [rad]. stops : kind of trigger, its speed, highest speed of a trigger by
    range, lowest height, height at which a climb is an escape, range of the trigger, longest time.
    every : seconds between rows of `record` (rows, RECORD), which may be empty. out : (RESULTS,).
    """
    y, end, work, spare = np.zeros(8), np.empty(8), np.empty(8), np.empty(8)
    k = np.zeros((7, 8))
    seen, past = np.zeros(SEEN), np.zeros((3, 6))
    helm, still = np.zeros(HELM), np.zeros(2)
    position, velocity = np.empty(3), np.empty(3)
    for i in range(6):
        y[i] = start[i]
    for i in range(RESULTS):
        out[i] = 0.0
    guided = plan[PERIOD] > 0.0
    helm[BANK] = helm[COMMAND] = bank
    helm[SIDE] = plan[SIDE0]
    still[0], still[1] = math.sin(bank), math.cos(bank)
    t, tick, h, rows, before = 0.0, 0.0, FIRST_STEP, 0, 1e-4
    motion(y, still[0], still[1], planet, grid, density, weather, craft, table, k[0], seen)
    past[2, 0] = math.inf
    note(past, t, seen, out)
    if record.shape[0] > 0:
        write(record, 0, t, y, seen, bank, bank)
        rows = 1
    verdict, steps, refused = FLYING, 0, 0
    if guided:
        command(y, t, seen[DRAG], planet, plan, reference, nav, helm, position, velocity)
        steer(plan, helm)
    while verdict == FLYING:
        goal = stops[6] if not guided else min(tick + plan[PERIOD], stops[6])
        last = t + h >= goal - 1e-9
        length = goal - t if last else h
        stages(y, k, length, t - tick, helm, still, planet, grid, density, weather, craft, table,
               work, end, seen)  # fmt: skip
        error = mistake(y, end, k, length, rtol)
        if not error <= 1.0:
            h = length * (max(SHRINK, SAFETY * error**-0.2) if error < 1e12 else SHRINK)
            refused += 1
            if h < LEAST_STEP:
                verdict = LOST
            continue
        factor = SAFETY * max(error, 1e-10) ** (CARRY * 0.75 - 0.2) * before**CARRY
        factor = min(max(factor, SHRINK), GROW)
        # a step cut short by a period says little of the next one's length
        h = max(h, length * factor) if length < 0.9 * h else length * factor
        before = max(error, 1e-4)
        steps += 1

        share = 1.0
        for which in (TRIGGER, FLOOR, SKIP):
            if which == TRIGGER and stops[0] == BY_NONE:
                continue
            if which == SKIP and end[0] * end[3] + end[1] * end[4] + end[2] * end[5] <= 0.0:
                continue
            off = margin(which, end, t + length, stops, planet, plan, nav, seen[HEIGHT], position,
                         velocity)  # fmt: skip
            if off <= 0.0:
                found = share_of_event(which, y, k, length, t, stops, planet, plan, nav, work,
                                       position, velocity)  # fmt: skip
                if found < share or verdict == FLYING:
                    share, verdict = found, which
        while rows < record.shape[0] and rows * every <= t + share * length:
            part = (rows * every - t) / length
            between(y, k, length, part, work)
            tau = t - tick + part * length
            angle = helm[BANK] + tau * (helm[RATE] + 0.5 * helm[TURN] * tau)
            motion(work, math.sin(angle), math.cos(angle), planet, grid, density, weather, craft,
                   table, spare, seen)  # fmt: skip
            write(record, rows, rows * every, work, seen, angle, helm[COMMAND])
            rows += 1
        if verdict != FLYING:
            length *= share
            stages(y, k, length, t - tick, helm, still, planet, grid, density, weather, craft,
                   table, work, end, seen)  # fmt: skip
        elif record.shape[0] > 0:
            motion(end, still[0], still[1], planet, grid, density, weather, craft, table, spare,
                   seen)  # fmt: skip
        t = goal if last and verdict == FLYING else t + length
        for i in range(8):
            y[i] = end[i]
            k[0, i] = k[6, i]
        note(past, t, seen, out)
        if verdict == FLYING and t >= stops[6] - 1e-9:
            verdict = LONG
        if guided and (last or verdict != FLYING):
            tau = t - tick
            helm[BANK] += tau * (helm[RATE] + 0.5 * helm[TURN] * tau)
            helm[RATE] += helm[TURN] * tau
            helm[TURN] = 0.0
            tick = t
            still[0], still[1] = math.sin(helm[BANK]), math.cos(helm[BANK])
            if verdict == FLYING:
                command(y, t, seen[DRAG], planet, plan, reference, nav, helm, position, velocity)
                steer(plan, helm)
    for i in range(8):
        out[i] = y[i]
    out[TIME], out[VERDICT] = t, verdict
    out[END], out[END + 1], out[END + 2] = seen[MACH], seen[PRESSURE], seen[AIRSPEED]
    out[END + 3], out[END + 4] = helm[BANK], helm[REVERSALS]
    out[END + 5], out[END + 6] = steps, refused
    return rows


@njit(cache=True, error_model="numpy", nogil=True)
def fly_block(begin, stop, start, bank, stops, planet, grid, density, weather, craft, table, plan,
              reference, nav, rtol, out):  # fmt: skip
    """Members `begin` to `stop`; columns of air, plans and errors may be one for all."""
    record = np.empty((0, RECORD))
    for i in range(begin, stop):
        fly(
            start[i], bank[i], stops[i], planet, grid, density[min(i, density.shape[0] - 1)],
            weather[min(i, weather.shape[0] - 1)], craft[i], table, plan, reference, nav[i], rtol,
            1.0, record, out[i],
        )  # fmt: skip
