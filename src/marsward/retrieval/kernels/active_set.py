"""Least squares with bounds: an active set on the normal equations of a few unknowns."""

import math

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def inverse_of(gram, members, count, out):
    """Inverse of the part of a positive matrix that belongs to some members, by Cholesky."""
    low = np.zeros((count, count))
    top = 0.0
    for i in range(count):
        top = max(top, gram[members[i], members[i]])
    for i in range(count):
        for j in range(i + 1):
            total = gram[members[i], members[j]]
            for k in range(j):
                total -= low[i, k] * low[j, k]
            if i == j:
                low[i, i] = math.sqrt(max(total, 1e-13 * top))
            else:
                low[i, j] = total / low[j, j]
    for column in range(count):
        for i in range(count):
            total = 1.0 if i == column else 0.0
            for k in range(i):
                total -= low[i, k] * out[k, column]
            out[i, column] = total / low[i, i]
        for i in range(count - 1, -1, -1):
            total = out[i, column]
            for k in range(i + 1, count):
                total -= low[k, i] * out[k, column]
            out[i, column] = total / low[i, i]


@njit(cache=True, error_model="numpy", nogil=True)
def gather(inside, members):
    count = 0
    for k in range(inside.size):
        if inside[k]:
            members[count] = k
            count += 1
    return count


@njit(cache=True, error_model="numpy", nogil=True)
def covariance_of(gram, inside, one, members, inverse, out):
    """Covariance of the fractions of the minerals inside, 0 for the rest."""
    out[:] = 0.0
    count = gather(inside, members)
    inverse_of(gram, members, count, inverse)
    sums = np.zeros(count)
    whole = 0.0
    for i in range(count):
        for j in range(count):
            sums[i] += inverse[i, j]
        whole += sums[i]
    for i in range(count):
        for j in range(count):
            value = inverse[i, j]
            if one:
                value -= sums[i] * sums[j] / whole
            out[members[i], members[j]] = value


@njit(cache=True, error_model="numpy", nogil=True)
def constrained(gram, right, allowed, one, f, inside, members, inverse):
    """Least F G F/2 - c F with F >= 0 and, if asked, sum 1: Lawson and Hanson's active set.

    gram (m, m), right (m,), allowed (m,) bool; writes f (m,) and inside (m,) bool, the minerals
    that are free. members and inverse are work space.
    """
    m = right.size
    f[:] = 0.0
    inside[:] = False
    start, least = -1, math.inf
    for k in range(m):
        if allowed[k] and (one or right[k] > 0.0):
            cost = 0.5 * gram[k, k] - right[k]
            if not one:
                cost = -right[k] * right[k] / gram[k, k]
            if cost < least:
                start, least = k, cost
    if start < 0:
        return
    inside[start] = True
    f[start] = 1.0 if one else 0.0
    step = np.zeros(m)
    size = 0.0
    for k in range(m):
        size = max(size, abs(right[k]))
    for _ in range(6 * m):
        pull = 0.0
        for _ in range(2 * m):
            count = gather(inside, members)
            inverse_of(gram, members, count, inverse)
            pull, share = 0.0, 0.0
            for i in range(count):
                for j in range(count):
                    pull += inverse[i, j] * right[members[j]]
                    share += inverse[i, j]
            pull = (pull - 1.0) / share if one else 0.0
            worst = 1.0
            for i in range(count):
                k = members[i]
                step[k] = 0.0
                for j in range(count):
                    step[k] += inverse[i, j] * (right[members[j]] - pull)
                if step[k] <= 0.0 and step[k] < f[k]:
                    worst = min(worst, f[k] / (f[k] - step[k]))
            for i in range(count):
                k = members[i]
                f[k] += worst * (step[k] - f[k])
                if worst < 1.0 and f[k] <= 1e-12:
                    f[k] = 0.0
                    inside[k] = False
            if worst >= 1.0:
                break
        best, steepest = -1, 1e-9 * size
        for k in range(m):
            if allowed[k] and not inside[k]:
                climb = right[k] - pull
                for j in range(m):
                    climb -= gram[k, j] * f[j]
                if climb > steepest:
                    best, steepest = k, climb
        if best < 0:
            return
        inside[best] = True
