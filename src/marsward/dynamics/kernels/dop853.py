"""Compiled Dormand-Prince integrator of order 8(5,3) with its own dense output of order 7.

Hairer, Norsett & Wanner 1993, Solving Ordinary Differential Equations I, section II.5 and II.6,
doi:10.1007/978-3-540-78862-1. Time is an offset from a whole reference second, and every step is
the difference of two such offsets, so the clock and the steps never drift apart.
"""

import math

import numpy as np
from numba import njit

from marsward.dynamics.kernels.forces import LEAVE, acceleration
from marsward.dynamics.kernels.perturbers import DISTANCE2, ENTER, GM, SURFACE, working_array

REACHED, SWITCH, IMPACT, UNDERFLOW, NOT_FINITE, TOO_MANY, PAUSED = 0, 1, 2, 3, 4, 5, 6


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True, _nrt=False)
def _combine(first, last, stage, weight, slopes, h, base, out):
    """out = base + h * the weighted sum of slopes (16, 6), over the entries of one stage."""
    a0 = a1 = a2 = a3 = a4 = a5 = 0.0
    for j in range(first, last):
        w = weight[j]
        q = stage[j]
        a0 += w * slopes[q, 0]
        a1 += w * slopes[q, 1]
        a2 += w * slopes[q, 2]
        a3 += w * slopes[q, 3]
        a4 += w * slopes[q, 4]
        a5 += w * slopes[q, 5]
    out[0] = base[0] + h * a0
    out[1] = base[1] + h * a1
    out[2] = base[2] + h * a2
    out[3] = base[3] + h * a3
    out[4] = base[4] + h * a4
    out[5] = base[5] + h * a5


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True, _nrt=False)
def _combine_columns(first, last, stage, weight, slopes, h, base, out):
    """The same for the columns of the transition matrix, (7, 6), slopes (16, 7, 6)."""
    for c in range(7):
        for i in range(6):
            out[c, i] = base[c, i]
        for j in range(first, last):
            w = h * weight[j]
            q = stage[j]
            for i in range(6):
                out[c, i] += w * slopes[q, c, i]


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False)
def _column_slopes(grad, columns, out):
    """Variational equations: d/dt of every column; the last is the one of solar pressure."""
    for c in range(7):
        for i in range(3):
            a = grad[i, 6] if c == 6 else 0.0
            for j in range(6):
                a += grad[i, j] * columns[c, j]
            out[c, i] = columns[c, 3 + i]
            out[c, 3 + i] = a


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True, _nrt=False)
def _error(slopes, e3, e5, h, y, y_new, tolerance):
    """Hairer's combined error of orders 5 and 3, scaled by the norms of position and velocity."""
    total3 = 0.0
    total5 = 0.0
    for g in range(0, 6, 3):
        old = math.sqrt(y[g] ** 2 + y[g + 1] ** 2 + y[g + 2] ** 2)
        new = math.sqrt(y_new[g] ** 2 + y_new[g + 1] ** 2 + y_new[g + 2] ** 2)
        scale = tolerance[1 + g // 3] + tolerance[0] * max(old, new)
        for i in range(g, g + 3):
            a = 0.0
            b = 0.0
            for s in range(13):
                a += e5[s] * slopes[s, i]
                b += e3[s] * slopes[s, i]
            total5 += (a / scale) ** 2
            total3 += (b / scale) ** 2
    if total5 == 0.0 and total3 == 0.0:
        return 0.0
    return abs(h) * total5 / math.sqrt((total5 + 0.01 * total3) * 6.0)


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False)
def _interpolant(slopes, d, h, y, y_new, out):
    """The seven increments of the dense output of one step, ``out`` (7, 6)."""
    for i in range(6):
        delta = y_new[i] - y[i]
        out[0, i] = delta
        out[1, i] = h * slopes[0, i] - delta
        out[2, i] = 2.0 * delta - h * (slopes[12, i] + slopes[0, i])
        for p in range(4):
            a = 0.0
            for s in range(16):
                a += d[p, s] * slopes[s, i]
            out[3 + p, i] = h * a


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False)
def _first_step(work, body, rtol):
    """A step that suits the shortest free-fall time around [s]."""
    shortest = 1e7
    for b in range(10):
        if body[GM, b] > 0.0:
            r2 = work[DISTANCE2 + b]
            shortest = min(shortest, math.sqrt(r2 * math.sqrt(r2) / body[GM, b]))
    return 2.0 * rtol**0.125 * shortest


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False)
def _lowest(y, y_new, h):
    """Least squared distance from the centre along one step, by its cubic; inf without a dip."""
    u0 = y[0] * y[3] + y[1] * y[4] + y[2] * y[5]
    u1 = y_new[0] * y_new[3] + y_new[1] * y_new[4] + y_new[2] * y_new[5]
    if h * u0 >= 0.0 or h * u1 <= 0.0:
        return np.inf
    least = np.inf
    for k in range(1, 16):
        s = k / 16.0
        a = (1.0 + 2.0 * s) * (1.0 - s) ** 2
        b = s * (1.0 - s) ** 2
        c = s * s * (3.0 - 2.0 * s)
        d = s * s * (s - 1.0)
        r2 = 0.0
        for i in range(3):
            p = a * y[i] + b * h * y[3 + i] + c * y_new[i] + d * h * y_new[3 + i]
            r2 += p * p
        least = min(least, r2)
    return least


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False)
def _verdict(y, y_new, h, work, body, centre, leave):
    """What the new node means: (status, body)."""
    for b in range(10):
        if work[DISTANCE2 + b] < body[SURFACE, b]:
            return IMPACT, b
    if centre >= 0:
        low = body[SURFACE, centre]
        if low > 0.0 and _lowest(y, y_new, h) < low:
            return IMPACT, centre
        if work[DISTANCE2 + centre] > leave:
            return SWITCH, -2
    for b in range(10):
        if work[DISTANCE2 + b] < body[ENTER, b]:
            return SWITCH, b
    return REACHED, -1


@njit(cache=True, error_model="numpy", nogil=True)
def integrate(y0, t0, t1, h0, tolerance, limit, columns, dense, model, tableau):
    """Integrate one arc.

    Parameters
    ----------
    y0 : f8 (6,), state relative to the model's centre [m, m/s]
    t0, t1 : offsets from the model's reference second [s]; t1 < t0 goes backward
    h0 : first step [s], 0 to have it chosen
    tolerance : f8 (4,): relative, absolute position [m], absolute velocity [m/s], longest step [s]
    limit : most steps
    columns : f8 (7, 6) transition columns, changed in place; (0, 6) to leave them out
    dense : whether to keep the interpolant
    model, tableau : see `marsward.dynamics.forces.Model`, `marsward.dynamics.tableau.Tableau`

    Returns
    -------
    status, body, times (n + 1,), nodes (n + 1, 6), increments (n + 1, 7, 6) with a last row of
    zeros (none at all unless dense), next step, rejected steps
    """
    partials = columns.shape[0] > 0
    slopes = np.empty((16, 6))
    shape = (16, 7, 6) if partials else (1, 7, 6)
    column_slopes = np.empty(shape)
    trial = np.empty((7, 6))
    column_new = np.empty((7, 6))
    work = working_array(model.body)
    scratch = np.zeros((9, 3))
    acc = np.empty(3)
    grad = np.zeros((3, 7))
    y = y0.copy()
    y_new = y0.copy()
    y_stage = np.empty(6)
    room = 128
    times = np.empty(room)
    nodes = np.empty((room, 6))
    kept = np.empty((room if dense else 1, 7, 6))
    times[0] = t0
    nodes[0] = y0
    n = 0
    rejected = 0
    retry = False
    sign = 1.0 if t1 >= t0 else -1.0
    t = t0
    h = sign * abs(h0)
    status, body = REACHED, -1
    tiny = 16.0 * 2.220446049250313e-16
    stage = 0
    while t != t1:
        if stage == 0 and n > 0:
            stage = 1
        if stage <= 1 and h != 0.0:
            h = sign * min(abs(h), tolerance[3])
            t_new = t + h
            # the last step ends on the target; the one before it never leaves a sliver
            if (t_new - t1) * sign >= 0.0 or abs(t1 - t_new) < 1e-9 * abs(h):
                t_new = t1
            elif (t + 2.0 * h - t1) * sign > 0.0:
                t_new = t + 0.5 * (t1 - t)
            h = t_new - t
            if abs(h) <= tiny * max(abs(t), 1e-3):
                status = UNDERFLOW
                break
        while stage <= 12:
            if stage == 0:
                for i in range(6):
                    y_stage[i] = y[i]
            else:
                a, b = tableau.start[stage], tableau.start[stage + 1]
                _combine(a, b, tableau.stage, tableau.weight, slopes, h, y, y_stage)
            acceleration(
                t + tableau.node[stage] * h, y_stage, model, partials, work, scratch, acc, grad
            )
            for i in range(3):
                slopes[stage, i] = y_stage[3 + i]
                slopes[stage, 3 + i] = acc[i]
            if partials:
                if stage == 0:
                    trial[:] = columns
                else:
                    a, b = tableau.start[stage], tableau.start[stage + 1]
                    _combine_columns(
                        a, b, tableau.stage, tableau.weight, column_slopes, h, columns, trial
                    )
                _column_slopes(grad, trial, column_slopes[stage])
            if stage == 0 and h == 0.0:
                h = sign * _first_step(work, model.body, tolerance[0])
                stage = 1
                break
            stage += 1
        if stage == 1:
            continue
        for i in range(6):
            y_new[i] = y_stage[i]
        if partials:
            column_new[:] = trial
        error = _error(slopes, tableau.e3, tableau.e5, h, y, y_new, tolerance)
        if not error < np.inf:
            status = NOT_FINITE
            break
        if error >= 1.0:
            rejected += 1
            h *= max(0.2, 0.9 * error ** (-0.125))
            retry = True
            stage = 1
            continue
        if n + 2 > room:
            room *= 2
            times = _grown(times, room)
            nodes = _grown(nodes, room)
            if dense:
                kept = _grown(kept, room)
        status, body = _verdict(y, y_new, h, work, model.body, model.centre, model.number[LEAVE])
        if dense:
            for s in range(13, 16):
                a, b = tableau.start[s], tableau.start[s + 1]
                _combine(a, b, tableau.stage, tableau.weight, slopes, h, y, y_stage)
                acceleration(
                    t + tableau.node[s] * h, y_stage, model, False, work, scratch, acc, grad
                )
                for i in range(3):
                    slopes[s, i] = y_stage[3 + i]
                    slopes[s, 3 + i] = acc[i]
            _interpolant(slopes, tableau.dense, h, y, y_new, kept[n])
        n += 1
        t = t_new
        times[n] = t
        for i in range(6):
            nodes[n, i] = y_new[i]
            y[i] = y_new[i]
            slopes[0, i] = slopes[12, i]
        if partials:
            columns[:] = column_new
            column_slopes[0] = column_slopes[12]
        factor = 6.0 if error == 0.0 else min(6.0, 0.9 * error ** (-0.125))
        h *= min(1.0, factor) if retry else factor
        retry = False
        stage = 1
        if status != REACHED:
            break
        if n >= limit and t != t1:
            status = PAUSED
            break
    if dense:
        kept[n] = 0.0
    rows = n + 1 if dense else 0
    return status, body, times[: n + 1], nodes[: n + 1], kept[:rows], h, rejected


@njit(cache=True, error_model="numpy", nogil=True)
def _grown(array, room):
    out = np.empty((room, *array.shape[1:]))
    out[: array.shape[0]] = array
    return out
