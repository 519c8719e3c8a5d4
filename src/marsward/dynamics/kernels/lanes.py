"""Compiled propagation of many craft side by side: one ephemeris and one step for a whole block.

The method is that of `marsward.dynamics.kernels.dop853`; every loop runs over the craft of a
block, so that one instruction serves several of them, and the perturbers are evaluated once a
stage. A step is accepted when the worst craft of the block is accurate enough.
"""

import math

import numpy as np
from numba import njit

from marsward.dynamics.kernels.forces import GM_RELATIVE, LIGHT
from marsward.dynamics.kernels.gravity import body_axes, harmonic_sums
from marsward.dynamics.kernels.perturbers import (
    BODY_X,
    BODY_Y,
    BODY_Z,
    HARMONICS,
    MASS,
    centre_rates,
    perturbers,
    working_array,
)

REACHED, NOT_FINITE, UNDERFLOW, TOO_MANY = 0, 1, 2, 3


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True, _nrt=False)
def _body_pull(x, y, z, gm, state, slope):
    """Adds the attraction of a body at x, y, z [m] to the slopes of all craft."""
    for k in range(state.shape[1]):
        dx = x - state[0, k]
        dy = y - state[1, k]
        dz = z - state[2, k]
        r2 = dx * dx + dy * dy + dz * dz
        w = gm / (r2 * math.sqrt(r2))
        slope[3, k] += w * dx
        slope[4, k] += w * dy
        slope[5, k] += w * dz


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True, _nrt=False)
def _sun_pull(x, y, z, u, v, w, gm, relative, push, state, slope):
    """Adds attraction, relativity and light pressure of a Sun at x, y, z moving with u, v, w."""
    scale = relative / (LIGHT * LIGHT)
    for k in range(state.shape[1]):
        dx = state[0, k] - x
        dy = state[1, k] - y
        dz = state[2, k] - z
        a = state[3, k] - u
        b = state[4, k] - v
        c = state[5, k] - w
        r2 = dx * dx + dy * dy + dz * dz
        r = math.sqrt(r2)
        cube = 1.0 / (r2 * r)
        s = scale * cube
        radial = (push[k] - gm) * cube + s * (4.0 * gm / r - (a * a + b * b + c * c))
        along = 4.0 * s * (dx * a + dy * b + dz * c)
        slope[3, k] += radial * dx + along * a
        slope[4, k] += radial * dy + along * b
        slope[5, k] += radial * dz + along * c


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True, _nrt=False)
def _zonal_pull(x, y, z, zonal, state, slope):
    """Adds the second zonal harmonic of a body at x, y, z to the slopes of all craft.

    ``zonal`` f8 (4,): 3/2 J2 GM R^2 [m5/s2] and the pole; Montenbruck & Gill 2000, section 3.2.
    """
    px, py, pz = zonal[1], zonal[2], zonal[3]
    for k in range(state.shape[1]):
        dx = state[0, k] - x
        dy = state[1, k] - y
        dz = state[2, k] - z
        r2 = dx * dx + dy * dy + dz * dz
        up = dx * px + dy * py + dz * pz
        w = -zonal[0] / (r2 * r2 * math.sqrt(r2))
        radial = w * (1.0 - 5.0 * up * up / r2)
        polar = 2.0 * w * up
        slope[3, k] += radial * dx + polar * px
        slope[4, k] += radial * dy + polar * py
        slope[5, k] += radial * dz + polar * pz


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False)
def _less_zonal(dx, dy, dz, zonal, acc, grad):
    """Takes the second zonal harmonic and its gradient at one place off ``acc`` and ``grad``."""
    d = (dx, dy, dz)
    p = (zonal[1], zonal[2], zonal[3])
    r2 = dx * dx + dy * dy + dz * dz
    up = dx * p[0] + dy * p[1] + dz * p[2]
    w = -zonal[0] / (r2 * r2 * math.sqrt(r2))
    s = 1.0 - 5.0 * up * up / r2
    for i in range(3):
        whole = s * d[i] + 2.0 * up * p[i]
        acc[i] -= w * whole
        grad[i, i] -= w * s
        for j in range(3):
            turn = 10.0 * up * (up * d[j] / r2 - p[j]) / r2
            grad[i, j] -= w * (d[i] * turn + 2.0 * p[i] * p[j] - 5.0 * whole * d[j] / r2)


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False)
def _field_at(t, dx, dy, dz, index, scale, terms, turn, axes, work, acc, grad):
    """Sets a gravity field beyond its point mass, and its gradient, at one place; every degree.

    Arguments as `marsward.dynamics.kernels.gravity.field_attraction`; ``work`` from
    `working_array`.
    """
    body_axes(t, turn, axes)
    x = axes[0, 0] * dx + axes[0, 1] * dy + axes[0, 2] * dz
    y = axes[1, 0] * dx + axes[1, 1] * dy + axes[1, 2] * dz
    z = axes[2, 0] * dx + axes[2, 1] * dy + axes[2, 2] * dz
    o = HARMONICS
    harmonic_sums(x, y, z, scale[0], index[1], index[2], terms, 9, work, o + 9, work, o)
    w = scale[1] / (scale[0] * scale[0])
    for i in range(3):
        acc[i] = 0.0
        for p in range(3):
            acc[i] += w * axes[p, i] * work[o + p]
        for j in range(3):
            e = 0.0
            for p in range(3):
                for q in range(3):
                    k = o + 3 + min(p, q) * (5 - min(p, q)) // 2 + max(p, q)
                    e += axes[p, i] * work[k] * axes[q, j]
            grad[i, j] = w / scale[0] * e


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True, _nrt=False)
def _linear_pull(acc, grad, state, slope):
    """Adds a field that changes linearly from the first craft on."""
    x, y, z = state[0, 0], state[1, 0], state[2, 0]
    for k in range(state.shape[1]):
        dx = state[0, k] - x
        dy = state[1, k] - y
        dz = state[2, k] - z
        slope[3, k] += acc[0] + grad[0, 0] * dx + grad[0, 1] * dy + grad[0, 2] * dz
        slope[4, k] += acc[1] + grad[1, 0] * dx + grad[1, 1] * dy + grad[1, 2] * dz
        slope[5, k] += acc[2] + grad[2, 0] * dx + grad[2, 1] * dy + grad[2, 2] * dz


@njit(cache=True, error_model="numpy", nogil=True)
def _fields(t, ox, oy, oz, state, model, zonal, work, field, slope):
    """Adds the gravity fields: the second zonal harmonic of each craft's place, and what is left
    of the field, a thousandth of it, linear about the first craft of the block.

    ``ox, oy, oz`` is the model's centre; ``field`` f8 (7, 3) to work in.
    """
    acc, grad, axes = field[6], field[:3], field[3:6]
    for f in range(model.field_index.shape[0]):
        b = model.field_index[f, 0]
        x, y, z = work[BODY_X + b] - ox, work[BODY_Y + b] - oy, work[BODY_Z + b] - oz
        dx, dy, dz = state[0, 0] - x, state[1, 0] - y, state[2, 0] - z
        reach = model.field_scale[f, 2]
        if dx * dx + dy * dy + dz * dz > reach * reach:
            continue
        _field_at(
            t, dx, dy, dz, model.field_index[f], model.field_scale[f], model.field_terms,
            model.field_turn[f], axes, work, acc, grad,
        )  # fmt: skip
        _less_zonal(dx, dy, dz, zonal[f], acc, grad)
        _linear_pull(acc, grad, state, slope)
        _zonal_pull(x, y, z, zonal[f], state, slope)


@njit(cache=True, error_model="numpy", nogil=True)
def _slopes(t, state, model, push, zonal, work, rates, field, slope):
    """Right-hand side for all craft of a block."""
    perturbers(t, model.coef, model.layout, model.span, work)
    centre = model.centre
    centre_rates(t, model.layout, work, centre, rates)
    ox = oy = oz = 0.0
    if centre >= 0:
        ox, oy, oz = work[BODY_X + centre], work[BODY_Y + centre], work[BODY_Z + centre]
    for c in range(3):
        a = -rates[1, c]
        for k in range(state.shape[1]):
            slope[c, k] = state[3 + c, k]
            slope[3 + c, k] = a
    for b in range(1, 10):
        gm = work[MASS + b]
        if gm != 0.0:
            _body_pull(
                work[BODY_X + b] - ox, work[BODY_Y + b] - oy, work[BODY_Z + b] - oz, gm,
                state, slope,
            )  # fmt: skip
    _fields(t, ox, oy, oz, state, model, zonal, work, field, slope)
    u = v = w = 0.0
    if centre != 0:
        centre_rates(t, model.layout, work, 0, rates[2:])
        u = rates[2, 0] - rates[0, 0]
        v = rates[2, 1] - rates[0, 1]
        w = rates[2, 2] - rates[0, 2]
    _sun_pull(
        work[BODY_X] - ox, work[BODY_Y] - oy, work[BODY_Z] - oz, u, v, w, work[MASS],
        model.number[GM_RELATIVE], push, state, slope,
    )  # fmt: skip


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True, _nrt=False)
def _combine(first, last, stage, weight, slopes, h, base, out):
    """out = base + h * the weighted sum of slopes (13, 6 * craft), four stages at a time."""
    size = base.size
    j = first
    for k in range(size):
        out[k] = base[k]
    while j < last:
        if last - j >= 4:
            a, b, c, d = h * weight[j], h * weight[j + 1], h * weight[j + 2], h * weight[j + 3]
            p, q, r, s = stage[j], stage[j + 1], stage[j + 2], stage[j + 3]
            for k in range(size):
                out[k] += a * slopes[p, k] + b * slopes[q, k] + c * slopes[r, k] + d * slopes[s, k]
            j += 4
        else:
            a = h * weight[j]
            p = stage[j]
            for k in range(size):
                out[k] += a * slopes[p, k]
            j += 1


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True, _nrt=False)
def _group_error(g, weight, slopes, y, y_new, rtol, atol, part, total):
    """Adds the squared, scaled error of one order and group (position, velocity) per craft."""
    width = total.size
    for k in range(width):
        a = math.sqrt(y[g, k] ** 2 + y[g + 1, k] ** 2 + y[g + 2, k] ** 2)
        b = math.sqrt(y_new[g, k] ** 2 + y_new[g + 1, k] ** 2 + y_new[g + 2, k] ** 2)
        part[1, k] = 1.0 / (atol + rtol * max(a, b))
    for c in range(g, g + 3):
        for k in range(width):
            part[0, k] = 0.0
        for s in range(13):
            w = weight[s]
            if w != 0.0:
                for k in range(width):
                    part[0, k] += w * slopes[s, c, k]
        for k in range(width):
            e = part[0, k] * part[1, k]
            total[k] += e * e


@njit(cache=True, error_model="numpy", nogil=True)
def _worst(slopes, tableau, h, y, y_new, tolerance, part, total3, total5):
    """Greatest error of all craft; NaN when one of them is not finite."""
    total3[:] = 0.0
    total5[:] = 0.0
    for g in (0, 3):
        atol = tolerance[1 + g // 3]
        for e, total in ((tableau.e3, total3), (tableau.e5, total5)):
            _group_error(g, e, slopes, y, y_new, tolerance[0], atol, part, total)
    worst = 0.0
    for k in range(total3.size):
        den = total5[k] + 0.01 * total3[k]
        if den != 0.0:
            error = abs(h) * total5[k] / math.sqrt(den * 6.0)
            if not error <= worst:
                worst = error
    return worst


@njit(cache=True, error_model="numpy", nogil=True)
def integrate_lanes(state, t0, t1, first_step, tolerance, limit, push, zonal, model, tableau):
    """Integrate a block of craft to one epoch, in place.

    Parameters
    ----------
    state : f8 (6, craft), relative to the model's centre [m, m/s]; changed
    t0, t1 : offsets from the model's reference second [s]
    first_step : [s]
    tolerance : f8 (4,), see `marsward.dynamics.kernels.dop853.integrate`
    limit : most steps
    push : f8 (craft,), solar pressure at 1 au times au^2 [m3/s2]
    zonal : f8 (fields, 4), of each gravity field of the model: 3/2 J2 GM R^2 [m5/s2] and pole
    model, tableau : see `marsward.dynamics.forces.Model`, `marsward.dynamics.tableau.Tableau`

    Returns
    -------
    status, steps, rejected steps, time reached
    """
    width = state.shape[1]
    slopes = np.empty((13, 6, width))
    flat = slopes.reshape(13, 6 * width)
    trial = np.empty((6, width))
    part = np.empty((2, width))
    total3 = np.empty(width)
    total5 = np.empty(width)
    work = working_array(model.body)
    rates = np.zeros((4, 3))
    field = np.zeros((7, 3))
    sign = 1.0 if t1 >= t0 else -1.0
    t, h = t0, sign * first_step
    steps = rejected = 0
    retry = False
    _slopes(t, state, model, push, zonal, work, rates, field, slopes[0])
    while t != t1:
        if steps + rejected >= limit:
            return TOO_MANY, steps, rejected, t
        h = sign * min(abs(h), tolerance[3])
        t_new = t + h
        if (t_new - t1) * sign >= 0.0 or abs(t1 - t_new) < 1e-9 * abs(h):
            t_new = t1
        h = t_new - t
        if abs(h) <= 3.6e-15 * max(abs(t), 1e-3):
            return UNDERFLOW, steps, rejected, t
        for s in range(1, 13):
            _combine(
                tableau.start[s], tableau.start[s + 1], tableau.stage, tableau.weight, flat, h,
                state.ravel(), trial.ravel(),
            )  # fmt: skip
            _slopes(
                t + tableau.node[s] * h, trial, model, push, zonal, work, rates, field, slopes[s]
            )
        error = _worst(slopes, tableau, h, state, trial, tolerance, part, total3, total5)
        if not error < np.inf:
            return NOT_FINITE, steps, rejected, t
        if error >= 1.0:
            rejected += 1
            retry = True
            h *= max(0.2, 0.9 * error ** (-0.125))
            continue
        steps += 1
        t = t_new
        for c in range(6):
            for k in range(width):
                state[c, k] = trial[c, k]
                slopes[0, c, k] = slopes[12, c, k]
        factor = 6.0 if error == 0.0 else min(6.0, 0.9 * error ** (-0.125))
        h *= min(1.0, factor) if retry else factor
        retry = False
    return REACHED, steps, rejected, t
