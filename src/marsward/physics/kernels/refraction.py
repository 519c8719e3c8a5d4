"""Bending of rays in round air: Abel's integral forward and back, and rays between two ends."""

import math

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def _log_profile(x, begin, step, value, slope, scale):
    """ln of a refractivity and its derivative at x: Hermite's cubic on an even grid.

    Above the grid it falls with the scale height of its end.
    """
    n = value.size
    at = (x - begin) / step
    if at >= n - 1:
        return value[n - 1] - (x - begin - step * (n - 1)) / scale, -1.0 / scale
    i = min(max(int(at), 0), n - 2)
    t = at - i
    a, b = value[i], value[i + 1]
    c, d = slope[i] * step, slope[i + 1] * step
    p = a - b
    e = 3.0 * p + 2.0 * c + d
    f = -2.0 * p - c - d
    # a + c t - e t^2 - f t^3
    return a + t * (c - t * (e + t * f)), (c - t * (2.0 * e + 3.0 * t * f)) / step


@njit(cache=True, error_model="numpy", nogil=True)
def abel_forward(impact, begin, step, value, slope, scale, sign, panels, point, weight, out):
    """Bending of rays [rad], out (n,).

    With the refractive radius x = n r and the impact parameter a,

        bending(a) = 2 a int_a (-dln n/dx) dx/sqrt(x^2 - a^2)

    with x = a + s^2, which takes the singularity away, by Gauss's rule on even panels of s.
    impact : (n,) [m]
    begin, step, value, slope : ln|n - 1| on an even grid of x [m] and its derivative
    scale : scale height above the grid [m]
    sign : 1 for gas, -1 for electrons
    panels, point, weight : of Gauss's rule on (0, 1)
    """
    low = begin
    high = begin + step * (value.size - 1) + 14.0 * scale
    for i in range(impact.size):
        a = impact[i]
        out[i] = 0.0
        if a >= high:
            continue
        s0 = math.sqrt(max(low - a, 0.0))
        s1 = math.sqrt(high - a)
        wide = (s1 - s0) / panels
        angle = 0.0
        for panel in range(panels):
            for k in range(point.size):
                s = s0 + wide * (panel + point[k])
                log_n, rate = _log_profile(a + s * s, begin, step, value, slope, scale)
                n = sign * math.exp(log_n)
                angle -= n * rate / (1.0 + n) * weight[k] / math.sqrt(2.0 * a + s * s)
        out[i] = 4.0 * a * angle * wide


@njit(cache=True, error_model="numpy", nogil=True)
def abel_matrix(impact, fall, point, weight, out):
    """Matrix (n, n) that makes ln n at the impact parameters out of the bending there.

        ln n(x) = (1/pi) int_x bending(a) da/sqrt(a^2 - x^2)

    Between two impact parameters bending times exp(fall a) is a straight line; above the last one
    there is none. The singularity goes with a = x + u^2.
    impact : (n,) rising [m]
    fall : (n - 1,) inverse scale height of the bending in each step [1/m]; 0 for a straight line
    """
    n = impact.size
    for j in range(n):
        x = impact[j]
        for k in range(j, n):
            out[j, k] = 0.0
        for k in range(j, n - 1):
            low, high = impact[k], impact[k + 1]
            u0, u1 = math.sqrt(low - x), math.sqrt(high - x)
            left = 0.0
            right = 0.0
            for g in range(point.size):
                u = u0 + (u1 - u0) * point[g]
                a = x + u * u
                share = (a - low) / (high - low)
                w = weight[g] / math.sqrt(2.0 * x + u * u)
                if fall[k] > 0.0:
                    left += w * (1.0 - share) * math.exp((low - a) * fall[k])
                    right += w * share * math.exp((high - a) * fall[k])
                else:
                    left += w * (1.0 - share)
                    right += w * share
            factor = 2.0 * (u1 - u0) / math.pi
            out[j, k] += factor * left
            out[j, k + 1] += factor * right


@njit(cache=True, error_model="numpy", nogil=True)
def _bent(a, begin, step, table):
    """Bending, its derivative and its integral outwards, of a table (n, 3) on an even grid.

    Hermite's cubic through bending and derivative; the integral is that of the cubic.
    """
    n = table.shape[0]
    at = (a - begin) / step
    if at >= n - 1:
        return 0.0, 0.0, 0.0
    i = min(max(int(at), 0), n - 2)
    t = at - i
    p = table[i, 0]
    c, d = table[i, 1] * step, table[i + 1, 1] * step
    drop = p - table[i + 1, 0]
    e = 3.0 * drop + 2.0 * c + d
    f = -2.0 * drop - c - d
    angle = p + t * (c - t * (e + t * f))
    rate = (c - t * (2.0 * e + 3.0 * t * f)) / step
    within = t * (p + t * (0.5 * c - t * (e / 3.0 + 0.25 * t * f)))
    return angle, rate, table[i, 2] - step * within


@njit(cache=True, error_model="numpy", nogil=True)
def table_bending(impact, begin, step, table, share, out):
    """Adds to `out` (n,) the bending of a table at impact parameters, times `share`."""
    for i in range(impact.size):
        out[i] += share * _bent(impact[i], begin, step, table)[0]


@njit(cache=True, error_model="numpy", nogil=True)
def _turn(a, b, r):
    """asin(a/r) - asin(b/r) without loss of figures."""
    p, q = math.sqrt(r * r - a * a), math.sqrt(r * r - b * b)
    return math.asin((a * a - b * b) / (a * q + b * p))


@njit(cache=True, error_model="numpy", nogil=True)
def excess_path(
    craft, earth, straight, gas_begin, gas_step, gas, ion_begin, ion_step, ion, ion_share, floor,
    path, impact,
):  # fmt: skip
    """Path of rays through the air less that of straight lines [m], and their impact parameters.

    The ray from a craft at the distance r1 from the centre to a place at r2 fulfils

        asin(a/r1) + asin(a/r2) - asin(b/r1) - asin(b/r2) = bending(a)

    where b is the straight line's least distance; Newton's method. The path is then

        sqrt(r1^2 - a^2) - sqrt(r1^2 - b^2) + (the same of r2) + a bending(a) + integral(a),

    in which a wrong a counts by its square only.
    craft, earth, straight : (n,) r1, r2, b [m]
    gas, ion : (., 3) bending, derivative and integral on even grids of the impact parameter
    ion_share : factor on the electrons' part
    floor : impact parameter of the ray that grazes the ground; below it there is no ray
    path, impact : out (n,) [m], NaN where there is no ray
    """
    for i in range(craft.size):
        path[i] = np.nan
        impact[i] = np.nan
        r1, r2, b = craft[i], earth[i], straight[i]
        if not (r1 > b and r2 > b):
            continue
        a = max(b, floor)
        ok = False
        for _ in range(60):
            if not (a < r1 and a > 0.5 * b):
                break
            angle, rate, _ = _bent(a, gas_begin, gas_step, gas)
            angle_e, rate_e, _ = _bent(a, ion_begin, ion_step, ion)
            angle += ion_share * angle_e
            rate += ion_share * rate_e
            miss = _turn(a, b, r1) + _turn(a, b, r2) - angle
            slope = 1.0 / math.sqrt(r1 * r1 - a * a) + 1.0 / math.sqrt(r2 * r2 - a * a) - rate
            if slope <= 0.0:
                break
            move = miss / slope
            a -= move
            if abs(move) < 1e-6:
                ok = True
                break
        if not ok or a < floor:
            continue
        _, _, whole = _bent(a, gas_begin, gas_step, gas)
        _, _, whole_e = _bent(a, ion_begin, ion_step, ion)
        bend = _turn(a, b, r1) + _turn(a, b, r2)
        near = math.sqrt(r1 * r1 - a * a) + math.sqrt(r1 * r1 - b * b)
        far = math.sqrt(r2 * r2 - a * a) + math.sqrt(r2 * r2 - b * b)
        short = (a - b) * (a + b) * (1.0 / near + 1.0 / far)
        path[i] = a * bend - short + whole + ion_share * whole_e
        impact[i] = a


@njit(cache=True, error_model="numpy", nogil=True)
def impact_from_rate(
    rate, craft, earth, straight, craft_rate, earth_rate, angle_rate, impact, bending, lever
):
    """Impact parameter and bending from the rate of the excess path.

    The path between two places grows with their distances r1, r2 from the centre as
    sqrt(1 - (a/r)^2) and with the angle between them, seen from the centre, as a; less the same of
    the straight line,

        rate = (a - b) (angle_rate - (a + b) (r1_rate/(r1 q1) + r2_rate/(r2 q2))),
        q = sqrt(r^2 - a^2) + sqrt(r^2 - b^2),

    solved for a by iteration; bending follows from a alone.
    rate : (n,) [m/s] of one pass
    craft, earth, straight : r1, r2, b [m];  ..._rate [m/s], angle_rate [rad/s]
    impact, bending : out (n,) [m], [rad]
    lever : out (n, 2) derivative of a by the rate [s] and of bending by a [rad/m]
    """
    for i in range(rate.size):
        r1, r2, b = craft[i], earth[i], straight[i]
        a = b
        slope = angle_rate[i]
        for _ in range(30):
            q1 = r1 * (math.sqrt(r1 * r1 - a * a) + math.sqrt(r1 * r1 - b * b))
            q2 = r2 * (math.sqrt(r2 * r2 - a * a) + math.sqrt(r2 * r2 - b * b))
            slope = angle_rate[i] - (a + b) * (craft_rate[i] / q1 + earth_rate[i] / q2)
            new = b + rate[i] / slope
            done = abs(new - a) < 1e-7
            a = new
            if done or not a < r1:
                break
        impact[i] = a
        bending[i] = _turn(a, b, r1) + _turn(a, b, r2)
        p1, p2 = math.sqrt(r1 * r1 - a * a), math.sqrt(r2 * r2 - a * a)
        whole = angle_rate[i] - a * (craft_rate[i] / (r1 * p1) + earth_rate[i] / (r2 * p2))
        lever[i, 0] = 1.0 / whole
        lever[i, 1] = 1.0 / p1 + 1.0 / p2
