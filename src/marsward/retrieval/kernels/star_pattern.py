"""Search for the attitude under which most detected points have a catalogue star beneath them."""

import math

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def _triad(a, b, out):
    """Orthonormal rows: a, the normal of a and b, and their product."""
    nx = a[1] * b[2] - a[2] * b[1]
    ny = a[2] * b[0] - a[0] * b[2]
    nz = a[0] * b[1] - a[1] * b[0]
    s = 1.0 / math.sqrt(nx * nx + ny * ny + nz * nz)
    nx, ny, nz = nx * s, ny * s, nz * s
    out[0, 0], out[0, 1], out[0, 2] = a[0], a[1], a[2]
    out[1, 0], out[1, 1], out[1, 2] = nx, ny, nz
    out[2, 0] = a[1] * nz - a[2] * ny
    out[2, 1] = a[2] * nx - a[0] * nz
    out[2, 2] = a[0] * ny - a[1] * nx


@njit(cache=True, error_model="numpy", nogil=True)
def _count(c, seen, stars, near, begin, end, chord2):
    """How many detected directions have a star of the neighbourhood within the tolerance."""
    hits = 0
    for k in range(begin, end):
        s = near[k]
        x = c[0, 0] * stars[s, 0] + c[0, 1] * stars[s, 1] + c[0, 2] * stars[s, 2]
        y = c[1, 0] * stars[s, 0] + c[1, 1] * stars[s, 1] + c[1, 2] * stars[s, 2]
        z = c[2, 0] * stars[s, 0] + c[2, 1] * stars[s, 1] + c[2, 2] * stars[s, 2]
        for d in range(seen.shape[0]):
            ex = seen[d, 0] - x
            ey = seen[d, 1] - y
            ez = seen[d, 2] - z
            if ex * ex + ey * ey + ez * ez < chord2:
                hits += 1
                break
    return hits


@njit(cache=True, error_model="numpy", nogil=True)
def best_attitude(
    seen, bright, stars, pair_a, pair_b, pair_angle, near_start, near, tolerance,
    prior, prior_limit, enough, best,
):  # fmt: skip
    """Try each pair of bright detections against each catalogue pair of the same angle.

    seen (n, 3), stars (m, 3): unit vectors, camera and inertial. Pairs are sorted by angle [rad];
    near_start (m + 1), near: the stars around each star. `prior` (3, 3) with `prior_limit` [rad]
    refuses attitudes further off; a limit above pi means no prior. Fills `best` (3, 3) and returns
    (stars under a detection, hypotheses tried).
    """
    frame_seen = np.empty((3, 3))
    frame_star = np.empty((3, 3))
    c = np.empty((3, 3))
    chord2 = tolerance * tolerance
    least_trace = 1.0 + 2.0 * math.cos(min(prior_limit, math.pi))
    most = 0
    tried = 0
    for j in range(1, bright):
        for i in range(j):
            dot = seen[i, 0] * seen[j, 0] + seen[i, 1] * seen[j, 1] + seen[i, 2] * seen[j, 2]
            angle = math.acos(min(1.0, dot))
            if angle < 20.0 * tolerance:
                continue
            _triad(seen[i], seen[j], frame_seen)
            lo = np.searchsorted(pair_angle, angle - tolerance)
            hi = np.searchsorted(pair_angle, angle + tolerance)
            for p in range(lo, hi):
                for turn in range(2):
                    a = pair_a[p] if turn == 0 else pair_b[p]
                    b = pair_b[p] if turn == 0 else pair_a[p]
                    _triad(stars[a], stars[b], frame_star)
                    trace = 0.0
                    for r in range(3):
                        for q in range(3):
                            c[r, q] = (
                                frame_seen[0, r] * frame_star[0, q]
                                + frame_seen[1, r] * frame_star[1, q]
                                + frame_seen[2, r] * frame_star[2, q]
                            )
                            trace += c[r, q] * prior[r, q]
                    if prior_limit < math.pi and trace < least_trace:
                        continue
                    tried += 1
                    hits = 1 + _count(
                        c, seen, stars, near, near_start[a], near_start[a + 1], chord2
                    )
                    if hits > most:
                        most = hits
                        best[:, :] = c
                        if most >= enough:
                            return most, tried
    return most, tried
