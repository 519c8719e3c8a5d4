"""A drive step by step: true motion with slip, the rover's belief of its place, energy and time.

The state that is believed has an error e = (x, y, heading, soil), true less believed, with a
covariance P beside it. Soil is one number of variance 1 that decays over a length; slip, crabbing
and work follow it by the mean and the deviation of the table of slopes.
"""

import math

import numpy as np
from numba import njit

# rows of the table of slopes
SLIP, SLIP_SIGMA, CRAB, CRAB_SIGMA, WORK, WORK_SIGMA, STUCK, SINKAGE = range(8)
# columns of a step
(
    X, Y, X_BELIEVED, Y_BELIEVED, HEADING_ERROR, STEP_SLIP, ALONG, ACROSS, TILT, ENERGY, SECONDS,
    SOL, VAR_X, VAR_Y, VAR_XY, VISUAL, WAY, STEP_SINKAGE, WHEELS,
) = range(19)  # fmt: skip
COLUMNS = 19
# what is believed, and what lies ahead
BELIEVED_X, BELIEVED_Y, BELIEVED_SOIL = range(3)
RISE, SIDE, TRUE_SLIP, MEANT_SLIP = range(4)
GO_ON = -1
ARRIVED, SLOPE, TILTED, SLIPPED, HELD, NO_SOLS, OFF, LOST = range(8)


@njit(cache=True, error_model="numpy", nogil=True)
def ground_height(height, x0, y0, cell, x, y):
    """Bilinear height; NaN off the grid. Row 0 is in the north, x0, y0 the north-west centre."""
    row, col = (y0 - y) / cell, (x - x0) / cell
    rows, cols = height.shape
    if not (0.0 <= row <= rows - 1.0 and 0.0 <= col <= cols - 1.0):
        return math.nan
    i, j = min(int(row), rows - 2), min(int(col), cols - 2)
    u, v = row - i, col - j
    return (1.0 - u) * ((1.0 - v) * height[i, j] + v * height[i, j + 1]) + u * (
        (1.0 - v) * height[i + 1, j] + v * height[i + 1, j + 1]
    )


@njit(cache=True, error_model="numpy", nogil=True)
def cell_of(axis, value):
    """Number of the cell of a rising axis that holds a value."""
    low, high = 0, axis.size - 1
    while high - low > 1:
        middle = (low + high) // 2
        if axis[middle] <= value:
            low = middle
        else:
            high = middle
    return low


@njit(cache=True, error_model="numpy", nogil=True)
def looked_up(table, along, across, a, c, out):
    """All rows of the table at slopes [deg]; at its edges outside it."""
    c = abs(c)
    a, c = min(max(a, along[0]), along[-1]), min(max(c, across[0]), across[-1])
    j = cell_of(along, a)
    u = (a - along[j]) / (along[j + 1] - along[j])
    i, k, v = 0, 0, 0.0
    if across.size > 1:
        i = cell_of(across, c)
        k, v = i + 1, (c - across[i]) / (across[i + 1] - across[i])
    for r in range(out.size):
        low = (1.0 - u) * table[r, i, j] + u * table[r, i, j + 1]
        high = (1.0 - u) * table[r, k, j] + u * table[r, k, j + 1]
        out[r] = (1.0 - v) * low + v * high


@njit(cache=True, error_model="numpy", nogil=True)
def measured(e, p, b, which, miss, variance):
    """Kalman's update by one measured component of the error: errors, covariance and belief."""
    total = p[which, which] + variance
    if total <= 0.0:
        return
    g0, g1, g2, g3 = (
        p[0, which] / total, p[1, which] / total, p[2, which] / total, p[3, which] / total,
    )  # fmt: skip
    gain = (g0, g1, g2, g3)
    for i in range(4):
        for j in range(i, 4):
            p[i, j] -= gain[i] * gain[j] * total
            p[j, i] = p[i, j]
        e[i] -= gain[i] * miss
    b[BELIEVED_X] += g0 * miss
    b[BELIEVED_Y] += g1 * miss
    b[BELIEVED_SOIL] += g3 * miss


@njit(cache=True, error_model="numpy", nogil=True)
def propagated(p, moved_x, moved_y, by_soil_x, by_soil_y, decay, q_place, q_heading):
    """Covariance after a step: P <- F P F' + Q, F moving the place by heading and soil."""
    for side in range(2):
        for k in range(4):
            h = p[k, 2] if side else p[2, k]
            s = p[k, 3] if side else p[3, k]
            x, y = by_soil_x * s - moved_y * h, by_soil_y * s + moved_x * h
            if side:
                p[k, 0], p[k, 1], p[k, 3] = p[k, 0] + x, p[k, 1] + y, decay * s
            else:
                p[0, k], p[1, k], p[3, k] = p[0, k] + x, p[1, k] + y, decay * s
    p[0, 0] += q_place
    p[1, 1] += q_place
    p[2, 2] += q_heading
    p[3, 3] += 1.0 - decay * decay


@njit(cache=True, error_model="numpy", nogil=True)
def slopes(height, x0, y0, cell, x, y, dx, dy, base):
    """Rise along and to the left of a direction over a base, as tangents."""
    h = 0.5 * base
    ahead = ground_height(height, x0, y0, cell, x + h * dx, y + h * dy)
    behind = ground_height(height, x0, y0, cell, x - h * dx, y - h * dy)
    left = ground_height(height, x0, y0, cell, x - h * dy, y + h * dx)
    right = ground_height(height, x0, y0, cell, x + h * dy, y - h * dx)
    return (ahead - behind) / base, (left - right) / base


@njit(cache=True, error_model="numpy", nogil=True)
def ahead(height, x0, y0, cell, place, way, base, limits, table, along, across, soils, held, g):
    """What lies ahead of a true place on a true way: slopes and slips in g, or why to stop.

    soils : believed and true
    """
    rise, side = slopes(height, x0, y0, cell, place[0], place[1], way[0], way[1], base)
    if not (math.isfinite(rise) and math.isfinite(side)):
        return OFF
    if math.hypot(rise, side) > limits[1]:
        return TILTED
    if rise > limits[0]:
        return SLOPE
    a, c = math.degrees(math.atan(rise)), math.degrees(math.atan(side))
    looked_up(table, along, across, a, c, held)
    if 0.5 * (1.0 + math.erf(soils[1] / math.sqrt(2.0))) > 1.0 - held[STUCK]:
        return HELD
    g[RISE], g[SIDE] = rise, side
    g[TRUE_SLIP] = min(max(held[SLIP] + held[SLIP_SIGMA] * soils[1], -0.9), 0.98)
    g[MEANT_SLIP] = min(max(held[SLIP] + held[SLIP_SIGMA] * soils[0], -0.9), 0.98)
    return SLIPPED if g[TRUE_SLIP] > limits[2] else GO_ON


@njit(cache=True, error_model="numpy", nogil=True)
def effort(g, held, true_soil, ds, motion):
    """Seconds and joules of a step of the map."""
    slip, steep = g[TRUE_SLIP], math.sqrt(1.0 + g[RISE] ** 2)
    by_wheel = motion[3] * ((1.0 - slip) if slip >= 0.0 else 1.0 / (1.0 + slip))
    took = steep * ds / min(motion[4], by_wheel)
    work = max(held[WORK] + held[WORK_SIGMA] * true_soil, 0.0) * steep * ds / motion[5]
    return took, work + motion[6] * took


@njit(cache=True, error_model="numpy", nogil=True)
def moved(e, p, b, g, held, ux, uy, ds, took, seeing, noise, drift, length, draw):
    """A step: true and believed motion and the covariance; returns the length of the true step.

    ux, uy : the way that is meant; what moves the rover off it is seen by cameras, or not
    """
    cos, sin = math.cos(e[2]), math.sin(e[2])
    shift = math.radians(held[CRAB_SIGMA]) * (-1.0 if g[SIDE] > 0.0 else 1.0)
    by_soil = held[SLIP_SIGMA] / (1.0 - g[MEANT_SLIP])
    sigma = noise * math.sqrt(ds)
    gone = ds * (1.0 - g[TRUE_SLIP]) / (1.0 - g[MEANT_SLIP])
    aside = ds * math.tan(shift * e[3])
    tx, ty = gone * ux - aside * uy, gone * uy + aside * ux
    mx, my = (tx, ty) if seeing else (ds * ux, ds * uy)
    e[0] += tx * cos - ty * sin - mx + sigma * draw[0]
    e[1] += tx * sin + ty * cos - my + sigma * draw[1]
    b[BELIEVED_X] += mx
    b[BELIEVED_Y] += my
    sx = sy = 0.0
    if not seeing:
        sx = -by_soil * ds * ux - shift * ds * uy
        sy = -by_soil * ds * uy + shift * ds * ux
    fade, wander = math.exp(-ds / length), drift * math.sqrt(took)
    propagated(p, mx, my, sx, sy, fade, sigma * sigma, wander * wander)
    e[2] += wander * draw[2]
    e[3] = fade * e[3] + math.sqrt(1.0 - fade * fade) * draw[3]
    b[BELIEVED_SOIL] *= fade
    if seeing and by_soil > 1e-6:
        spread = max(sigma / (by_soil * ds), 0.05)
        measured(e, p, b, 3, e[3] + spread * draw[4], spread * spread)
    return math.hypot(tx, ty)


@njit(cache=True, error_model="numpy", nogil=True)
def noted(row, e, p, b):
    """Place, belief and covariance of a step."""
    row[X], row[Y] = b[BELIEVED_X] + e[0], b[BELIEVED_Y] + e[1]
    row[X_BELIEVED], row[Y_BELIEVED] = b[BELIEVED_X], b[BELIEVED_Y]
    row[HEADING_ERROR] = e[2]
    row[VAR_X], row[VAR_Y], row[VAR_XY] = p[0, 0], p[1, 1], p[0, 1]


@njit(cache=True, error_model="numpy", nogil=True)
def aim(px, py, b, target, step):
    """The point of the path to head for, some steps on, and the way there."""
    last = px.size - 1
    gx, gy = px[target] - b[BELIEVED_X], py[target] - b[BELIEVED_Y]
    while target < last and gx * gx + gy * gy < 2.25 * step * step:
        target += 1
        gx, gy = px[target] - b[BELIEVED_X], py[target] - b[BELIEVED_Y]
    return target, gx, gy, math.hypot(gx, gy)


@njit(cache=True, error_model="numpy", nogil=True)
def run_drive(
    px, py, height, x0, y0, cell, table, along, across, hours, joules, fixes, limits, motion,
    senses, start, normal, uniform, out,
):  # fmt: skip
    """Drive along a line of points; returns the number of steps and why it ended.

    hours, joules, fixes : of each sol
    limits : steepest slope, greatest tilt [tangents], slip at which it stops
    motion : step, wheel base, length of soils [m], rim speed, way speed [m/s], efficiency, base [W]
    senses : visual, wheel [m/sqrt(m)], share of answers, heading sigma [rad], drift [rad/sqrt(s)],
        fix sigma [m]
    start : sigma of the place at the start [m], of the heading at the first sol
    normal (k + sols + 1, 5), uniform (k,) : draws, a row for each step, each sol and the start
    out : (k, COLUMNS)
    """
    step, base, length = motion[0], motion[1], motion[2]
    visual, wheel, success, sun, drift, fix = senses
    most, last = out.shape[0], px.size - 1
    e, p, b, g = np.zeros(4), np.zeros((4, 4)), np.zeros(3), np.zeros(4)
    held, draw = np.zeros(table.shape[0]), normal[most + hours.size]
    b[BELIEVED_X], b[BELIEVED_Y] = px[0], py[0]
    e[0], e[1], e[2], e[3] = start * draw[0], start * draw[1], sun * draw[2], draw[3]
    p[0, 0], p[1, 1], p[2, 2], p[3, 3] = start * start, start * start, sun * sun, 1.0
    target, n, reached = min(1, last), 0, False
    energy = seconds = way = wheels = 0.0
    for sol in range(hours.size):
        left_s, left_j = hours[sol] * 3600.0, joules[sol]
        if sol > 0:
            measured(e, p, b, 2, e[2] + sun * normal[most + sol, 0], sun * sun)
        while True:
            if n >= most:
                return n, LOST
            target, gx, gy, far = aim(px, py, b, target, step)
            reached = target == last and far < 0.5 * step
            if reached:
                break
            ds, ux, uy = min(step, far), gx / far, gy / far
            cos, sin = math.cos(e[2]), math.sin(e[2])
            place = (b[BELIEVED_X] + e[0], b[BELIEVED_Y] + e[1])
            heading = (ux * cos - uy * sin, ux * sin + uy * cos)
            soils = (b[BELIEVED_SOIL], b[BELIEVED_SOIL] + e[3])
            end = ahead(
                height, x0, y0, cell, place, heading, base, limits, table, along, across, soils,
                held, g,
            )  # fmt: skip
            if end != GO_ON:
                return n, end
            took, cost = effort(g, held, soils[1], ds, motion)
            if took > left_s or cost > left_j:
                break
            left_s, left_j = left_s - took, left_j - cost
            seeing = uniform[n] < success
            noise = visual if seeing else math.hypot(wheel, visual)
            way += moved(
                e, p, b, g, held, ux, uy, ds, took, seeing, noise, drift, length, normal[n]
            )
            energy, seconds = energy + cost, seconds + took
            wheels += ds / (1.0 - g[MEANT_SLIP])
            row = out[n]
            noted(row, e, p, b)
            row[STEP_SLIP], row[STEP_SINKAGE] = g[TRUE_SLIP], held[SINKAGE]
            row[ALONG] = math.degrees(math.atan(g[RISE]))
            row[ACROSS] = math.degrees(math.atan(g[SIDE]))
            row[TILT] = math.degrees(math.atan(math.hypot(g[RISE], g[SIDE])))
            row[ENERGY], row[SECONDS], row[SOL] = energy, seconds, sol
            row[VISUAL], row[WAY], row[WHEELS] = (1.0 if seeing else 0.0), way, wheels
            n += 1
        if fixes[sol] > 0.0:
            for k in range(2):
                measured(e, p, b, k, e[k] + fix * normal[most + sol, 1 + k], fix * fix)
            if n > 0:
                noted(out[n - 1], e, p, b)
        if reached:
            return n, ARRIVED
    return n, NO_SOLS
