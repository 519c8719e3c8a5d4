"""Least squares with no negative unknown, many small systems at a time, from normal equations.

Active sets after Lawson & Hanson, Solving Least Squares Problems (1974), chapter 23, begun with
every unknown free, since few of them end at zero here.
"""

import numpy as np
from numba import njit

_ROUNDS = 8


@njit(cache=True, error_model="numpy", nogil=True)
def solve_free(gram, right, free, out, work):
    """Solution of gram out = right in the free unknowns, by Cholesky; the others are zero."""
    size = right.size
    for i in range(size):
        out[i] = 0.0
        if not free[i]:
            continue
        for j in range(i + 1):
            if not free[j]:
                continue
            total = gram[i, j]
            for k in range(j):
                if free[k]:
                    total -= work[i, k] * work[j, k]
            if i == j:
                work[i, i] = np.sqrt(max(total, 1e-14 * gram[i, i]))
            else:
                work[i, j] = total / work[j, j]
    for i in range(size):
        if free[i]:
            total = right[i]
            for k in range(i):
                if free[k]:
                    total -= work[i, k] * out[k]
            out[i] = total / work[i, i]
    for i in range(size - 1, -1, -1):
        if free[i]:
            total = out[i]
            for k in range(i + 1, size):
                if free[k]:
                    total -= work[k, i] * out[k]
            out[i] = total / work[i, i]


@njit(cache=True, error_model="numpy", nogil=True)
def fit_one(gram, right, x, free, trial, work):
    """One non-negative solution into x."""
    size = right.size
    for i in range(size):
        x[i] = 0.0
        free[i] = True
    for _ in range(_ROUNDS * size):
        for _ in range(size + 1):
            solve_free(gram, right, free, trial, work)
            share = 1.0
            for i in range(size):
                if free[i] and trial[i] <= 0.0:
                    share = min(share, x[i] / max(x[i] - trial[i], 1e-300))
            clear = True
            for i in range(size):
                if free[i] and trial[i] <= 0.0:
                    clear = False
            for i in range(size):
                if free[i]:
                    x[i] += share * (trial[i] - x[i])
                    if not clear and trial[i] <= 0.0 and x[i] <= 1e-14:
                        x[i] = 0.0
                        free[i] = False
            if clear:
                break
        best, steepest = -1, 0.0
        for i in range(size):
            if not free[i]:
                slope = right[i]
                for j in range(size):
                    slope -= gram[i, j] * x[j]
                slope /= np.sqrt(gram[i, i] * max(right[i] * right[i] / gram[i, i], 1e-300))
                if slope > 1e-9 and slope > steepest:
                    best, steepest = i, slope
        if best < 0:
            return
        free[best] = True


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def weigh(square, real, imag, pairs, basis_real, basis_imag, packed, right):
    """Normal equations of one column: packed lower triangle and right side, summed over points."""
    packed[:] = 0.0
    right[:] = 0.0
    for w in range(square.size):
        s = square[w]
        for p in range(packed.size):
            packed[p] += s * pairs[w, p]
        re, im = s * real[w], s * imag[w]
        for k in range(right.size):
            right[k] += re * basis_real[w, k] + im * basis_imag[w, k]


@njit(cache=True, error_model="numpy", nogil=True)
def fit_many(squares, real, imag, pairs, basis_real, basis_imag, out):
    """Non-negative least squares of complex curves on a common basis.

    squares, real, imag (n, points): weights squared and curves; pairs (points, k(k+1)/2): real part
    of basis times conjugate basis, lower triangle by rows; basis (points, k); out (n, k).
    """
    size = out.shape[1]
    free = np.empty(size, np.bool_)
    trial, right, packed = np.empty(size), np.empty(size), np.empty(pairs.shape[1])
    gram, work = np.empty((size, size)), np.empty((size, size))
    for i in range(out.shape[0]):
        weigh(squares[i], real[i], imag[i], pairs, basis_real, basis_imag, packed, right)
        place = 0
        for k in range(size):
            for j in range(k + 1):
                gram[k, j] = gram[j, k] = packed[place]
                place += 1
        fit_one(gram, right, out[i], free, trial, work)


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def project(real, imag, basis_real, basis_imag, inverse, across, out):
    """Least squares of curves (n, points) on a basis (points, k), shares summing to one, (n, k).

    basis: weighted; inverse: of its normal matrix; across: what moves the sum of the shares by one.
    """
    size = out.shape[1]
    right = np.empty(size)
    for i in range(out.shape[0]):
        right[:] = 0.0
        for w in range(real.shape[1]):
            for k in range(size):
                right[k] += real[i, w] * basis_real[w, k] + imag[i, w] * basis_imag[w, k]
        rest = 1.0
        for k in range(size):
            total = 0.0
            for j in range(size):
                total += inverse[k, j] * right[j]
            out[i, k] = total
            rest -= total
        for k in range(size):
            out[i, k] += rest * across[k]
