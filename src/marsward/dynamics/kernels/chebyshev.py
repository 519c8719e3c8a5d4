"""Compiled evaluation of Chebyshev ephemerides, with the arithmetic of SPICE.

Operation by operation as the SPICE toolkit does it: Clenshaw's recurrence (Clenshaw 1955,
doi:10.1090/S0025-5718-1955-0071856-0) in km, and the order in which the states along a chain of
centres are added. Two epochs are summed at once, which hides the latency of the recurrence and
changes no bit.

Time is always ``whole + frac``: the difference of two whole seconds is exact, so nothing of the
fraction is lost however far from J2000 the epoch lies. Fast-math is switched off outright, for a
compiled callee that says nothing takes over the setting of whichever caller was compiled first,
and re-association would undo both.
"""

import numpy as np
from numba import njit

# Earth/Moon mass ratio of DE440: Park et al. 2021, table 2, doi:10.3847/1538-3881/abd414
EARTH_MOON_MASS_RATIO = 81.3005682214972154


@njit(cache=True, error_model="numpy", nogil=True, fastmath=False)
def _step(c, s2, w):
    """One turn of Clenshaw's recurrence: w = (b_k+1, b_k+2)."""
    return c + (s2 * w[0] - w[1]), w[0]


@njit(cache=True, error_model="numpy", nogil=True, fastmath=False)
def _step_both(c, s2, w):
    """The same with its derivative: w = (b_k+1, b_k+2, b'_k+1, b'_k+2)."""
    return c + (s2 * w[0] - w[1]), w[0], (w[0] * 2.0 + w[2] * s2) - w[3], w[2]


@njit(cache=True, error_model="numpy", nogil=True, fastmath=False)
def _add_states(words, p, q, n, s, t, radius_s, radius_t, sums):
    """Add position and velocity from the series at words ``p`` and ``q``, two epochs at once."""
    s2 = 2.0 * s
    t2 = 2.0 * t
    zero = (0.0, 0.0, 0.0, 0.0)
    ax, ay, az = zero, zero, zero
    bx, by, bz = zero, zero, zero
    for j in range(n - 1, 0, -1):
        ax = _step_both(words[p + j], s2, ax)
        bx = _step_both(words[q + j], t2, bx)
        ay = _step_both(words[p + n + j], s2, ay)
        by = _step_both(words[q + n + j], t2, by)
        az = _step_both(words[p + 2 * n + j], s2, az)
        bz = _step_both(words[q + 2 * n + j], t2, bz)
    sums[0] += words[p] + (s * ax[0] - ax[1])
    sums[1] += words[p + n] + (s * ay[0] - ay[1])
    sums[2] += words[p + 2 * n] + (s * az[0] - az[1])
    sums[3] += ((ax[0] + s * ax[2]) - ax[3]) / radius_s
    sums[4] += ((ay[0] + s * ay[2]) - ay[3]) / radius_s
    sums[5] += ((az[0] + s * az[2]) - az[3]) / radius_s
    sums[6] += words[q] + (t * bx[0] - bx[1])
    sums[7] += words[q + n] + (t * by[0] - by[1])
    sums[8] += words[q + 2 * n] + (t * bz[0] - bz[1])
    sums[9] += ((bx[0] + t * bx[2]) - bx[3]) / radius_t
    sums[10] += ((by[0] + t * by[2]) - by[3]) / radius_t
    sums[11] += ((bz[0] + t * bz[2]) - bz[3]) / radius_t


@njit(cache=True, error_model="numpy", nogil=True, fastmath=False)
def _add_series(words, p, q, n, s, t, sums, at):
    """Add three series at words ``p`` and ``q`` to ``sums[at:]`` and ``sums[at + 6:]``."""
    s2 = 2.0 * s
    t2 = 2.0 * t
    zero = (0.0, 0.0)
    ax, ay, az = zero, zero, zero
    bx, by, bz = zero, zero, zero
    for j in range(n - 1, 0, -1):
        ax = _step(words[p + j], s2, ax)
        bx = _step(words[q + j], t2, bx)
        ay = _step(words[p + n + j], s2, ay)
        by = _step(words[q + n + j], t2, by)
        az = _step(words[p + 2 * n + j], s2, az)
        bz = _step(words[q + 2 * n + j], t2, bz)
    sums[at] += words[p] + (s * ax[0] - ax[1])
    sums[at + 1] += words[p + n] + (s * ay[0] - ay[1])
    sums[at + 2] += words[p + 2 * n] + (s * az[0] - az[1])
    sums[at + 6] += words[q] + (t * bx[0] - bx[1])
    sums[at + 7] += words[q + n] + (t * by[0] - by[1])
    sums[at + 8] += words[q + 2 * n] + (t * bz[0] - bz[1])


@njit(cache=True, error_model="numpy", nogil=True, fastmath=False)
def _record(first, size, count, span, k, whole, frac):
    """Word at which the record of segment ``k`` begins, or -1 outside its validity."""
    if not ((whole - span[k, 2]) + frac >= 0.0 and (whole - span[k, 3]) + frac <= 0.0):
        return -1
    r = int(((whole - span[k, 0]) + frac) / span[k, 1])
    return first[k] + min(max(r, 0), count[k] - 1) * size[k]


@njit(cache=True, error_model="numpy", nogil=True, fastmath=False)
def chain_states(words, first, size, count, ncoef, kind, span, links, whole, frac, scale, out):
    """States along a chain of segments of one file, two epochs at a time.

    Parameters
    ----------
    words : f8 (n,), the mapped file
    first, size, count, ncoef, kind : i8 (m,), the segments: the target's first, outward, then
        the observer's, outward
    span : f8 (m, 4), record 0 start, record length, first and last second of validity
    links : number of segments that belong to the target
    whole, frac : f8 (k,), epochs, TDB seconds past J2000
    scale : 1000 for metres, 1 for kilometres
    out : f8 (k, 6), written: position and velocity

    Returns
    -------
    Index of the first epoch that a segment does not cover (or that is not finite), else -1.
    """
    sums = np.empty((2, 12))
    last = whole.size - 1
    for i in range(0, whole.size, 2):
        i2 = min(i + 1, last)
        sums[:] = 0.0
        for k in range(first.size):
            o = _record(first, size, count, span, k, whole[i], frac[i])
            o2 = _record(first, size, count, span, k, whole[i2], frac[i2])
            if o < 0 or o2 < 0:
                return i if o < 0 else i2
            s = ((whole[i] - words[o]) + frac[i]) / words[o + 1]
            t = ((whole[i2] - words[o2]) + frac[i2]) / words[o2 + 1]
            n = ncoef[k]
            side = sums[0] if k < links else sums[1]
            if kind[k] == 2:
                _add_states(words, o + 2, o2 + 2, n, s, t, words[o + 1], words[o2 + 1], side)
            else:
                _add_series(words, o + 2, o2 + 2, n, s, t, side, 0)
                _add_series(words, o + 2 + 3 * n, o2 + 2 + 3 * n, n, s, t, side, 3)
        for c in range(6):
            out[i, c] = (sums[0, c] - sums[1, c]) * scale
            out[i2, c] = (sums[0, c + 6] - sums[1, c + 6]) * scale
    return -1


@njit(cache=True, error_model="numpy", nogil=True, fastmath=False)
def chain_positions(words, first, size, count, ncoef, kind, span, links, whole, frac, scale, out):
    """Positions along a chain of segments, ``out`` (k, 3); otherwise as `chain_states`."""
    sums = np.empty((2, 12))
    last = whole.size - 1
    for i in range(0, whole.size, 2):
        i2 = min(i + 1, last)
        sums[:] = 0.0
        for k in range(first.size):
            o = _record(first, size, count, span, k, whole[i], frac[i])
            o2 = _record(first, size, count, span, k, whole[i2], frac[i2])
            if o < 0 or o2 < 0:
                return i if o < 0 else i2
            s = ((whole[i] - words[o]) + frac[i]) / words[o + 1]
            t = ((whole[i2] - words[o2]) + frac[i2]) / words[o2 + 1]
            side = sums[0] if k < links else sums[1]
            _add_series(words, o + 2, o2 + 2, ncoef[k], s, t, side, 0)
        for c in range(3):
            out[i, c] = (sums[0, c] - sums[1, c]) * scale
            out[i2, c] = (sums[0, c + 6] - sums[1, c + 6]) * scale
    return -1
