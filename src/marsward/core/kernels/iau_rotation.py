"""Orientation of a body from its IAU elements, compiled."""

import math

from numba import njit

DEGREE = math.pi / 180.0
DAY = 86400.0
CENTURY = 36525.0 * 86400.0


@njit(cache=True, error_model="numpy", nogil=True)
def iau_angles(whole, frac, elements, rows, angles, rates):
    """Pole and prime meridian at one instant.

    whole, frac: TDB seconds past J2000 [s]; elements (3, 3), rows (n, 6) of `IAURotation`.
    Out: angles (3,) right ascension, declination, prime meridian [rad]; rates (3,) [rad/s].
    """
    t = (whole + frac) / CENTURY
    day = math.floor(whole / DAY)
    part = ((whole - day * DAY) + frac) / DAY
    days = day + part
    for k in range(2):
        angles[k] = elements[k, 0] + t * (elements[k, 1] + t * elements[k, 2])
        rates[k] = (elements[k, 1] + 2.0 * t * elements[k, 2]) / CENTURY
    # whole days times whole degrees per day are exact, so no digits go into full turns
    turn = math.floor(elements[2, 1])
    rest = elements[2, 1] - turn
    angles[2] = (
        (turn * day) % 360.0
        + (rest * day) % 360.0
        + elements[2, 1] * part
        + elements[2, 0]
        + elements[2, 2] * days * days
    )
    rates[2] = (elements[2, 1] + 2.0 * elements[2, 2] * days) / DAY
    for i in range(rows.shape[0]):
        phase = (rows[i, 0] + t * (rows[i, 1] + t * rows[i, 2])) * DEGREE
        speed = (rows[i, 1] + 2.0 * t * rows[i, 2]) * DEGREE / CENTURY
        s, c = math.sin(phase), math.cos(phase)
        angles[0] += rows[i, 3] * s
        rates[0] += rows[i, 3] * c * speed
        angles[1] += rows[i, 4] * c
        rates[1] -= rows[i, 4] * s * speed
        angles[2] += rows[i, 5] * s
        rates[2] += rows[i, 5] * c * speed
    for k in range(3):
        angles[k] *= DEGREE
        rates[k] *= DEGREE


@njit(cache=True, error_model="numpy", nogil=True)
def matrix_from_angles(angles, rates, m, dm):
    """Rotation m (3, 3) from ICRF to the body, [W]3 [pi/2 - dec]1 [pi/2 + ra]3, and dm/dt [1/s]."""
    sa, ca = math.sin(angles[0]), math.cos(angles[0])
    sd, cd = math.sin(angles[1]), math.cos(angles[1])
    sw, cw = math.sin(angles[2]), math.cos(angles[2])
    a, d, w = rates[0], rates[1], rates[2]
    # node n, its companion e in the equator, pole p, and their rates
    n0, n1 = -sa, ca
    e0, e1, e2 = -ca * sd, -sa * sd, cd
    p0, p1, p2 = ca * cd, sa * cd, sd
    dn0, dn1 = -ca * a, -sa * a
    de0 = sa * sd * a - ca * cd * d
    de1 = -ca * sd * a - sa * cd * d
    de2 = -sd * d
    m[0, 0] = cw * n0 + sw * e0
    m[0, 1] = cw * n1 + sw * e1
    m[0, 2] = sw * e2
    m[1, 0] = -sw * n0 + cw * e0
    m[1, 1] = -sw * n1 + cw * e1
    m[1, 2] = cw * e2
    m[2, 0] = p0
    m[2, 1] = p1
    m[2, 2] = p2
    dm[0, 0] = w * m[1, 0] + cw * dn0 + sw * de0
    dm[0, 1] = w * m[1, 1] + cw * dn1 + sw * de1
    dm[0, 2] = w * m[1, 2] + sw * de2
    dm[1, 0] = -w * m[0, 0] - sw * dn0 + cw * de0
    dm[1, 1] = -w * m[0, 1] - sw * dn1 + cw * de1
    dm[1, 2] = -w * m[0, 2] + cw * de2
    dm[2, 0] = -sa * cd * a - ca * sd * d
    dm[2, 1] = ca * cd * a - sa * sd * d
    dm[2, 2] = cd * d


@njit(cache=True, error_model="numpy", nogil=True)
def iau_matrices(whole, frac, elements, rows, spin, m, dm):
    """Rotations of many instants: whole, frac (n,) [s]; m, dm (n, 3, 3).

    With spin False the prime meridian stays on the node: the body's mean equator and node of
    date on the ICRF equator.
    """
    angles = elements[0].copy()
    rates = elements[0].copy()
    for i in range(whole.shape[0]):
        iau_angles(whole[i], frac[i], elements, rows, angles, rates)
        if not spin:
            angles[2] = 0.0
            rates[2] = 0.0
        matrix_from_angles(angles, rates, m[i], dm[i])
