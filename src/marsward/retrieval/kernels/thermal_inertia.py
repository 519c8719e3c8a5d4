"""Thermal inertia and albedo of each place from a few temperatures, by table and Gauss-Newton.

The cost of `ground_fit` is first walked along inertia with albedo at its best, so that a second
minimum is seen; then both are refined.
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
from marsward.retrieval.kernels.ground_table import read_row

MASKED, FROST, EDGE, SECOND, UNSETTLED, OFF_TABLE = 1, 2, 4, 8, 16, 32


@njit(cache=True, error_model="numpy", nogil=True)
def one_place(
    rows,
    warmth,
    weight,
    common,
    total,
    a0,
    sa,
    axis_a,
    axis_u,
    fine,
    cost,
    best_a,
    work_at,
    work,
    r,
    ja,
    ju,
    fit,
    other,
):
    """One place from its observations with their weights; returns flags, fills fit."""
    a = min(max(a0, axis_a[0]), axis_a[-1])
    for m in range(fine.shape[0]):
        a, cost[m] = best_albedo(
            rows,
            warmth,
            weight,
            common,
            total,
            a0,
            sa,
            a,
            fine[m],
            axis_a,
            axis_u,
            2,
            work_at,
            work,
            r,
            ja,
            ju,
        )
        best_a[m] = a
    first, second = -1, -1
    last = fine.shape[0] - 1
    for m in range(last + 1):
        if (m > 0 and cost[m - 1] < cost[m]) or (m < last and cost[m + 1] <= cost[m]):
            continue
        if first < 0 or cost[m] < cost[first]:
            first, second = m, first
        elif second < 0 or cost[m] < cost[second]:
            second = m
    flags = 0
    if not refine(
        rows,
        warmth,
        weight,
        common,
        total,
        a0,
        sa,
        best_a[first],
        fine[first],
        axis_a,
        axis_u,
        40,
        work_at,
        work,
        r,
        ja,
        ju,
        fit,
    ):
        flags |= UNSETTLED
    fit[6], fit[7] = math.nan, math.nan
    if second >= 0:
        refine(
            rows,
            warmth,
            weight,
            common,
            total,
            a0,
            sa,
            best_a[second],
            fine[second],
            axis_a,
            axis_u,
            40,
            work_at,
            work,
            r,
            ja,
            ju,
            other,
        )
        if other[5] < fit[5]:
            for q in range(6):
                fit[q], other[q] = other[q], fit[q]
        apart = abs(other[0] - fit[0]) > max(0.1, 2.0 * math.sqrt(fit[2]))
        if apart and other[5] - fit[5] < 9.0:
            flags |= SECOND
            fit[6], fit[7] = other[0], other[5]
    if not axis_u[0] + 1e-6 < fit[0] < axis_u[-1] - 1e-6:
        flags |= EDGE
    return flags


@njit(cache=True, error_model="numpy", nogil=True)
def fit_places(
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
    axis_a,
    axis_u,
    fine,
    fits,
    flags,
    used,
):
    """All places of a block.

    First only observations enter that are clear of frost on any ground of the table, if there are
    such, for readings near frost are wrong and could drive the answer away; then those that are
    clear of it on the ground found.

    warmth (n, k): NaN is no observation. fits (n, 8): u, A, var u, var A, cov, chi2, second u and
    its chi2. used (n, k): 1 where an observation entered.
    """
    n, k = warmth.shape
    ground = axis_a.shape[0] * axis_u.shape[0]
    rows, icy = np.empty((k, ground)), np.empty((k, ground))
    y, s, c, w = np.empty(k), np.empty(k), np.empty(k), np.empty(k)
    r, ja, ju = np.empty(k), np.empty(k), np.empty(k)
    cost, best_a = np.empty(fine.shape[0]), np.empty(fine.shape[0])
    whole, parts = np.empty((4, 4), np.int64), np.empty((5, 4))
    work_at, work = np.empty((2, 4), np.int64), np.empty((4, 4))
    fit, other = np.empty(8), np.empty(8)
    which, take = np.empty(k, np.int64), np.empty(k, np.bool_)
    found = 0
    for i in range(n):
        fits[i, :] = math.nan
        count, flag = 0, flags[i]
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
                flag |= OFF_TABLE
                continue
            y[count], c[count] = warmth[i, j], common[i, j]
            s[count] = math.sqrt(sigma[i, j] * sigma[i, j] + own * own)
            which[count] = j
            count += 1
        clear = clear_of_frost(icy[:count], take[:count])
        if clear == 0:
            take[:count] = True
        solved = False
        for attempt in range(k + 2):
            total, many = weigh(take[:count], s[:count], c[:count], w[:count])
            if many == 0:
                solved = False
                break
            found = one_place(
                rows[:count],
                y[:count],
                w[:count],
                c[:count],
                total,
                a0[i],
                sa[i],
                axis_a,
                axis_u,
                fine,
                cost,
                best_a,
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
                share = frosted(icy[j], fit[1], fit[0], axis_a, axis_u, work_at, work)
                now = share <= FROSTED
                if now != take[j] and (attempt == 0 or not now):
                    take[j] = now
                    changed = True
            if not changed:
                break
        for j in range(count):
            if not take[j]:
                flag |= FROST
        if solved:
            fits[i, :] = fit
            flag |= found
            for j in range(count):
                used[i, which[j]] = take[j]
        else:
            flag |= MASKED
        flags[i] = flag
