"""Where a falling curve known at a few points first goes through zero, column by column."""

import math

import numpy as np
from numba import njit

_STRAIGHT = 0.4  # width of a bracket within which a parabola may be believed
_CLOSE = 0.1  # of an end of it: what else was told there holds for the root too


@njit(cache=True, error_model="numpy", nogil=True)
def first_crossings(x, y, known, low, high, reach, accuracy, guess, done):
    """Best guess of the first fall of y(x) through 0 in each row, and whether it is settled.

    x, y : points tried, (n, m) float64, each row rising in x; the first `known[i]` of row i count
    low, high : ends of the search, (n,); reach : longest step beyond what was tried
    accuracy : of x
    guess, done : filled, (n,) float64 and bool; inf and done where y stays above 0 up to `high`
    """
    for i in range(x.shape[0]):
        m = known[i]
        j = 0
        while j < m and y[i, j] > 0.0:
            j += 1
        done[i] = False
        if j == m:
            last = x[i, m - 1]
            if last >= high[i] - 1e-9:
                guess[i], done[i] = math.inf, True
                continue
            end = min(high[i], last + reach)
            guess[i] = _beyond(x, y, i, m - 2, m, last, end)
        elif j == 0:
            first = x[i, 0]
            if first <= low[i] + 1e-9:
                guess[i], done[i] = low[i], True
                continue
            end = max(low[i], first - reach)
            guess[i] = _beyond(x, y, i, 0, m, first, end)
        else:
            guess[i], done[i] = _between(x, y, i, j, m, accuracy)


@njit(cache=True, error_model="numpy", nogil=True)
def _between(x, y, i, j, m, accuracy):
    """Inside a bracket (j - 1, j): x as a parabola of y through a third point, or the chord."""
    a, b, ya, yb = x[i, j - 1], x[i, j], y[i, j - 1], y[i, j]
    if yb == 0.0:
        return b, True
    chord = a + (b - a) * ya / (ya - yb)
    if b - a < accuracy:
        return chord, True
    third = -1
    if j + 1 < m:
        third = j + 1
    if j >= 2 and (third < 0 or a - x[i, j - 2] < x[i, third] - b):
        third = j - 2
    if third < 0:
        return chord, False
    c, yc = x[i, third], y[i, third]
    if yc in (ya, yb):
        return chord, False
    curve = (
        a * yb * yc / ((ya - yb) * (ya - yc))
        + b * ya * yc / ((yb - ya) * (yb - yc))
        + c * ya * yb / ((yc - ya) * (yc - yb))
    )
    if not a < curve < b:
        return chord, False
    straight = b - a < _STRAIGHT and abs(curve - chord) < 0.5 * accuracy
    straight = straight and min(curve - a, b - curve) < _CLOSE
    there = min(ya, -yb) * (b - a) / (ya - yb) < 0.5 * accuracy
    return curve, straight or there


@njit(cache=True, error_model="numpy", nogil=True)
def _beyond(x, y, i, j, m, here, end):
    """From `here` towards `end` along the line through points j and j + 1, a little too far."""
    if m < 2:
        return end
    rise = y[i, j + 1] - y[i, j]
    if x[i, j + 1] - x[i, j] < 1e-9 or rise >= 0.0:
        return end
    to = x[i, j] - y[i, j] * (x[i, j + 1] - x[i, j]) / rise
    to += 0.1 * (to - here)
    if (to - here) * (end - here) <= 0.0 or abs(to - here) > abs(end - here):
        return end
    return to


@njit(cache=True, error_model="numpy", nogil=True)
def insert_trial(x, y, known, rows, depth, ratio):
    """Put one more point into each of some rows of x and y, keeping them in order of x."""
    for k in range(rows.size):
        i = rows[k]
        j = known[i]
        while j > 0 and x[i, j - 1] > depth[k]:
            x[i, j], y[i, j] = x[i, j - 1], y[i, j - 1]
            j -= 1
        x[i, j], y[i, j] = depth[k], ratio[k]
        known[i] += 1
    return np.max(known)
