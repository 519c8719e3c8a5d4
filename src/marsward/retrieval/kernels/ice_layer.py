"""Depth of an icy layer from a year of temperatures: the posterior walked along the depth.

At each of many depths inertia and albedo of the dry layer are brought to their best (from the best
of all nodes of inertia and from the neighbouring depth's answer), and what is left, with the width
of that optimum (Laplace), is the likelihood of the depth.
"""

import math

import numpy as np
from numba import njit

from marsward.retrieval.kernels.ground_fit import (
    FROSTED,
    best_albedo,
    clear_of_frost,
    frosted,
    refine,
    weigh,
)
from marsward.retrieval.kernels.ground_table import read_row, taps

MASKED, FROST, OFF_TABLE = 1, 2, 32


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def at_depth(rows, where, weight, count, out):
    """Rows (k, albedo inertia) at one depth from rows (k, depth albedo inertia)."""
    width = out.shape[1]
    out[:, :] = 0.0
    for j in range(rows.shape[0]):
        for q in range(count):
            base = where[q] * width
            w = weight[q]
            for g in range(width):
                out[j, g] += w * rows[j, base + g]


@njit(cache=True, error_model="numpy", nogil=True)
def walk(
    rows,
    y,
    weight,
    common,
    total,
    a0,
    sa,
    axis_z,
    axis_a,
    axis_u,
    fine,
    table,
    flat,
    work_at,
    work,
    r,
    ja,
    ju,
    fit,
    other,
):
    """Fill table (depth, 7) with u, a, var u, var a, cov, chi2 and log likelihood."""
    precision = 1.0 / (sa * sa)
    where, part, bent = np.empty(4, np.int64), np.empty(4), np.empty(4)
    for m in range(fine.shape[0]):
        count = taps(fine[m], axis_z, 0.0, where, part, bent)
        at_depth(rows, where, part, count, flat)
        start_u, start_a, least = axis_u[0], a0, math.inf
        a = min(max(a0, axis_a[0]), axis_a[-1])
        for q in range(axis_u.shape[0]):
            a, cost = best_albedo(
                flat,
                y,
                weight,
                common,
                total,
                a0,
                sa,
                a,
                axis_u[q],
                axis_a,
                axis_u,
                1,
                work_at,
                work,
                r,
                ja,
                ju,
            )
            if cost < least:
                start_u, start_a, least = axis_u[q], a, cost
        fit[5] = math.inf
        if m > 0:
            refine(
                flat,
                y,
                weight,
                common,
                total,
                a0,
                sa,
                table[m - 1, 1],
                table[m - 1, 0],
                axis_a,
                axis_u,
                25,
                work_at,
                work,
                r,
                ja,
                ju,
                fit,
            )
        if least < fit[5]:
            refine(
                flat,
                y,
                weight,
                common,
                total,
                a0,
                sa,
                start_a,
                start_u,
                axis_a,
                axis_u,
                25,
                work_at,
                work,
                r,
                ja,
                ju,
                other,
            )
            if other[5] < fit[5]:
                fit[:] = other
        for q in range(6):
            table[m, q] = fit[q]
        det = fit[2] * fit[3] - fit[4] * fit[4]
        table[m, 6] = -0.5 * fit[5] + 0.5 * math.log(max(det * precision, 1e-300))


@njit(cache=True, error_model="numpy", nogil=True)
def free_of_frost(icy, walked, axis_z, axis_a, axis_u, fine, cold, work_at, work):
    """Whether a row (1, ground) knows no frost at any depth that is likely."""
    where, part, bent = np.empty(4, np.int64), np.empty(4), np.empty(4)
    best = -math.inf
    for m in range(fine.shape[0]):
        best = max(best, walked[m, 6])
    for m in range(fine.shape[0]):
        if walked[m, 6] < best - 7.0:
            continue
        many = taps(fine[m], axis_z, 0.0, where, part, bent)
        for q in range(many):
            part[q] = abs(part[q])
        at_depth(icy, where, part, many, cold)
        if frosted(cold[0], walked[m, 1], walked[m, 0], axis_a, axis_u, work_at, work) > FROSTED:
            return False
    return True


@njit(cache=True, error_model="numpy", nogil=True)
def fit_layers(
    lat,
    pressure,
    ls,
    hour,
    warmth,
    sigma,
    common,
    a0,
    sa,
    axes_lat,
    axes_ls,
    axes_hour,
    axes_pressure,
    periods,
    table,
    frost,
    error,
    axis_z,
    axis_a,
    axis_u,
    fine,
    walks,
    flags,
    used,
):
    """All places of a block: walks (n, depths, 7), see walk(); NaN where nothing is observed."""
    n, k = warmth.shape
    plane = axis_a.shape[0] * axis_u.shape[0]
    ground = axis_z.shape[0] * plane
    rows, icy = np.empty((k, ground)), np.empty((k, ground))
    flat, cold = np.empty((k, plane)), np.empty((1, plane))
    y, s, c, w = np.empty(k), np.empty(k), np.empty(k), np.empty(k)
    r, ja, ju = np.empty(k), np.empty(k), np.empty(k)
    whole, parts = np.empty((4, 4), np.int64), np.empty((5, 4))
    work_at, work = np.empty((2, 4), np.int64), np.empty((4, 4))
    fit, other = np.empty(8), np.empty(8)
    which, take = np.empty(k, np.int64), np.empty(k, np.bool_)
    for i in range(n):
        walks[i, :, :] = math.nan
        count = 0
        for j in range(k):
            used[i, j] = 0
            if not warmth[i, j] > 0.0:
                continue
            own = read_row(
                lat[i],
                ls[i, j],
                hour[i, j],
                pressure[i],
                axes_lat,
                axes_ls,
                axes_hour,
                axes_pressure,
                periods,
                table,
                frost,
                error,
                whole,
                parts,
                rows[count],
                icy[count],
            )
            if own < 0.0:
                flags[i] |= OFF_TABLE
                continue
            y[count], c[count] = warmth[i, j], common[i, j]
            s[count] = math.sqrt(sigma[i, j] * sigma[i, j] + own * own)
            which[count] = j
            count += 1
        clear = clear_of_frost(icy[:count], take[:count])
        solved = False
        for attempt in range(5):
            total, many = weigh(take[:count], s[:count], c[:count], w[:count])
            if many < 2:
                solved = False
                break
            walk(
                rows[:count],
                y[:count],
                w[:count],
                c[:count],
                total,
                a0[i],
                sa[i],
                axis_z,
                axis_a,
                axis_u,
                fine,
                walks[i],
                flat[:count],
                work_at,
                work,
                r[:count],
                ja[:count],
                ju[:count],
                fit,
                other,
            )
            solved = True
            if clear == count:
                break
            changed = False
            for j in range(count):
                now = free_of_frost(
                    icy[j : j + 1], walks[i], axis_z, axis_a, axis_u, fine, cold, work_at, work
                )
                if now != take[j] and (attempt == 0 or not now):
                    take[j] = now
                    changed = True
            if not changed:
                break
        for j in range(count):
            if not take[j]:
                flags[i] |= FROST
            used[i, which[j]] = solved and take[j]
        if not solved:
            flags[i] |= MASKED
            walks[i, :, :] = math.nan
