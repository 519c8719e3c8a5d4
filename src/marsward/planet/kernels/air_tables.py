"""Compiled making and reading of the tables of an atmosphere: columns raised, points sampled.

The rise h over the ground, in geopotential metres, is told by s = ln(1 + h/H0). Along s the log of
the pressure is a uniform B-spline of degree four, so that d ln p/dh, and with it the density, is a
spline of degree three: smooth to its second derivative.
"""

import math

import numpy as np
from numba import njit

STRETCH = 300.0
"""H0 [m]: knots near the ground lie this times their step in s apart."""
SUBSTEPS = 4


@njit(cache=True, error_model="numpy", nogil=True)
def mass_of(log_pressure, masses, first, step):
    """Molar mass [kg/mol] at a log of pressure, linear between nodes of even step downward."""
    x = (first - log_pressure) / step
    last = masses.size - 1
    if x <= 0.0:
        return masses[0]
    if x >= last:
        return masses[last]
    i = int(x)
    t = x - i
    return masses[i] + t * (masses[i + 1] - masses[i])


@njit(cache=True, error_model="numpy", nogil=True)
def level_temperature(x, levels, temperature):
    """Temperature at a log of pressure from levels that fall; even beyond both ends."""
    n = levels.size
    if x >= levels[0]:
        return temperature[0]
    if x <= levels[n - 1]:
        return temperature[n - 1]
    lo = 0
    hi = n - 1
    while hi - lo > 1:
        middle = (lo + hi) // 2
        if levels[middle] >= x:
            lo = middle
        else:
            hi = middle
    t = (levels[lo] - x) / (levels[lo] - levels[hi])
    return temperature[lo] + t * (temperature[hi] - temperature[lo])


@njit(cache=True, error_model="numpy", nogil=True)
def raise_columns(
    ground, levels, temperature, own_ground, follow, joint, base, base_temperature,
    exospheric, thickness, masses, first, step, knots, g_over_r, out,
):  # fmt: skip
    """-d ln p/ds at the knots of columns, from the ground into the exosphere.

    Parameters
    ----------
    ground : (n,) ln p at the ground on which the column is to stand
    levels, temperature : (n, k) ln p, falling, and temperature [K] of the column as it is known
    own_ground : (n,) ln p of the ground over which it is known
    follow : depth in ln p through which the temperature follows the ground, 0 for never
    joint : ln p at which the known column ends; base : that of the thermosphere's base
    base_temperature, exospheric, thickness : (n,) [K], [K] and [m] of Bates' profile
    masses, first, step : molar mass [kg/mol] on ln p = first - i step
    knots : (m,) values of s
    g_over_r : g0/R* [mol K m-1 kg-1]
    out : (n, m), written
    """
    shape = np.empty(8)
    shape[1] = follow
    shape[2] = joint
    shape[3] = base
    for c in range(ground.size):
        shape[0] = ground[c]
        top = level_temperature(joint, levels[c], temperature[c])
        climb = exospheric[c] - base_temperature[c]
        gap = base_temperature[c] - top
        # depth in ln p in which the gap dies away below the base: as steep as Bates' profile there
        height = base_temperature[c] / (g_over_r * mass_of(base, masses, first, step))
        slope = climb / thickness[c] * height
        shape[4] = gap
        shape[5] = min(max(gap / slope, 0.4), 1.5) if gap * slope > 0.0 else 1.0
        shape[6] = base_temperature[c]
        shape[7] = own_ground[c] - ground[c]
        x = ground[c]
        rise = 0.0
        foot = -1.0
        for k in range(knots.size):
            begin = rise
            dh = (STRETCH * (math.exp(knots[k]) - 1.0) - begin) / SUBSTEPS
            for _ in range(SUBSTEPS if k > 0 else 0):
                # half a step at the rate here, a whole one at the rate there
                t = temperature_here(
                    x, rise - foot, foot, shape, climb, thickness[c], levels[c], temperature[c]
                )
                half = x - 0.5 * dh * g_over_r * mass_of(x, masses, first, step) / t
                t = temperature_here(
                    half, rise + 0.5 * dh - foot, foot, shape, climb, thickness[c], levels[c],
                    temperature[c],
                )  # fmt: skip
                after = x - dh * g_over_r * mass_of(half, masses, first, step) / t
                if foot < 0.0 and after <= base:
                    foot = rise + dh * (x - base) / (x - after)
                x = after
                rise += dh
            t = temperature_here(
                x, rise - foot, foot, shape, climb, thickness[c], levels[c], temperature[c]
            )
            out[c, k] = g_over_r * mass_of(x, masses, first, step) / t * (rise + STRETCH)


@njit(cache=True, error_model="numpy", nogil=True)
def temperature_here(x, over, foot, shape, climb, thickness, levels, temperature):
    """Temperature [K]: the known column, bent up to the base, and Bates' profile above it.

    ``shape``: ln p at the ground, depth of following, joint, base, gap of temperature at the base,
    depth of its dying away, temperature of the base, shift of ln p from the column's own ground.
    ``over`` : height over the base [m], where ``foot`` is not below zero
    """
    if x <= shape[3] and foot >= 0.0:
        return shape[6] + climb * (1.0 - math.exp(-max(over, 0.0) / thickness))
    y = x
    if shape[1] > 0.0:
        depth = (shape[0] - x) / shape[1]
        y = x + shape[7] * math.exp(-depth * depth)
    known = level_temperature(max(y, shape[2]), levels, temperature)
    return known + shape[4] * math.exp(-max(x - shape[3], 0.0) / shape[5])


@njit(cache=True, error_model="numpy", nogil=True)
def axis_weights(x, count, periodic, index, weight):
    """Three nodes and quadratic B-spline weights at a place on an axis of nodes 0..count-1."""
    if count == 1:
        index[0] = 0
        weight[0] = 1.0
        return 1
    i = math.floor(x + 0.5)
    t = x - i
    weight[0] = 0.5 * (0.5 - t) * (0.5 - t)
    weight[1] = 0.75 - t * t
    weight[2] = 0.5 * (0.5 + t) * (0.5 + t)
    for k in range(3):
        j = i - 1 + k
        if periodic:
            j %= count
        elif j < 0:
            j = min(-1 - j, count - 1)
        elif j >= count:
            j = max(2 * count - 1 - j, 0)
        index[k] = j
    return 3


@njit(cache=True, error_model="numpy", nogil=True)
def lift(map_values, lon, lat):
    """Height of the ground [m], bilinear on cells that run from 90 N down and 0 E eastward."""
    rows, columns = map_values.shape
    y = (90.0 - lat) * rows / 180.0 - 0.5
    x = lon * columns / 360.0 - 0.5
    y = min(max(y, 0.0), rows - 1.0)
    i = min(int(y), rows - 2)
    j = math.floor(x)
    v = y - i
    u = x - j
    a = j % columns
    b = (j + 1) % columns
    return (1.0 - v) * ((1.0 - u) * map_values[i, a] + u * map_values[i, b]) + v * (
        (1.0 - u) * map_values[i + 1, a] + u * map_values[i + 1, b]
    )


@njit(cache=True, error_model="numpy", nogil=True)
def sample_air(
    ls, hour, lon, lat, height, ground, given_ground, axes, grounds, mean, table, step, winds,
    masses, first, mass_step, radius, gravity, g_over_r, out,
):  # fmt: skip
    """Pressure, density, temperature, winds and molar mass at points.

    Parameters
    ----------
    ls, hour, lon, lat, height : (n,) [deg, h, deg, deg, m over the areoid]
    ground : map of the ground's height [m], rows from the north; given_ground : (n,) height [m] of
        the ground where it is known better, NaN where the map holds
    axes : (4, 3) first node, step, count of ls [deg], hour [h], lat [deg], lon [deg]
    grounds : (g,) heights [m] of the grounds of the table
    mean : (g, m + 3) coefficients of ln p, the mean of all columns
    table : f4 (g, ls, hour, lat, lon, m + 3) what each column's coefficients are off the mean
    step : of the knots in s
    winds : f4 (ls, hour, lat, lon, 2, m + 2) coefficients of both winds, or of no size
    masses, first, mass_step : see `raise_columns`
    radius, gravity, g_over_r : of Mars [m], g0 [m s-2], and g0/R* [mol K m-1 kg-1]
    out : (6, n), written: pressure, density, temperature, eastward, northward wind, molar mass
    """
    index = np.empty((4, 3), dtype=np.int64)
    weight = np.empty((4, 3))
    count = np.empty(4, dtype=np.int64)
    b4 = np.empty(5)
    b3 = np.empty(4)
    knots = table.shape[5] - 3
    windy = winds.shape[0] > 0
    for p in range(height.size):
        here = given_ground[p]
        if grounds.size == 1:
            here = grounds[0]
        elif math.isnan(here):
            here = lift(ground, lon[p], lat[p])
        for axis in range(4):
            value = ls[p] if axis == 0 else hour[p] if axis == 1 else lat[p]
            if axis == 3:
                value = lon[p]
            x = (value - axes[axis, 0]) / axes[axis, 1]
            count[axis] = axis_weights(x, int(axes[axis, 2]), axis != 2, index[axis], weight[axis])
        g = 0
        while g < grounds.size - 2 and grounds[g + 1] <= here:
            g += 1
        mix = 0.0
        if grounds.size > 1:
            mix = (here - grounds[g]) / (grounds[g + 1] - grounds[g])
            mix = min(max(mix, 0.0), 1.0)
        rise = radius * height[p] / (radius + height[p]) - radius * here / (radius + here)
        under = min(rise, 0.0)
        s = math.log(1.0 + (rise - under) / STRETCH) / step
        k = min(int(s), knots - 2)
        t = s - k
        spline_weights(t, b4, b3)
        log_p = 0.0
        slope = 0.0
        for side in range(2 if grounds.size > 1 else 1):
            f = mix if side == 1 else 1.0 - mix
            for e in range(5):
                log_p += f * b4[e] * mean[g + side, k + e]
            for e in range(4):
                slope += f * b3[e] * (mean[g + side, k + e + 1] - mean[g + side, k + e])
        east = 0.0
        north = 0.0
        for a in range(count[0]):
            for b in range(count[1]):
                for c in range(count[2]):
                    for d in range(count[3]):
                        ia, ib, ic, id_ = index[0, a], index[1, b], index[2, c], index[3, d]
                        w = weight[0, a] * weight[1, b] * weight[2, c] * weight[3, d]
                        for side in range(2 if grounds.size > 1 else 1):
                            row = table[g + side, ia, ib, ic, id_]
                            f = w * (mix if side == 1 else 1.0 - mix)
                            v = 0.0
                            q = 0.0
                            for e in range(5):
                                v += b4[e] * row[k + e]
                            for e in range(4):
                                q += b3[e] * (row[k + e + 1] - row[k + e])
                            log_p += f * v
                            slope += f * q
                        if windy:
                            both = winds[ia, ib, ic, id_]
                            for e in range(4):
                                east += w * b3[e] * both[0, k + e]
                                north += w * b3[e] * both[1, k + e]
        rate = -slope / (step * (rise - under + STRETCH))
        log_p -= rate * under
        pressure = math.exp(log_p)
        mass = mass_of(log_p, masses, first, mass_step)
        out[0, p] = pressure
        # p is carried by its own weight: rho g0 = -dp/dh
        temperature = g_over_r * mass / rate
        out[2, p] = temperature
        out[1, p] = pressure * rate / gravity
        out[3, p] = east
        out[4, p] = north
        out[5, p] = mass


@njit(cache=True, error_model="numpy", nogil=True)
def spline_weights(t, b4, b3):
    """Values of the five quartic and four cubic uniform B-splines alive at a place in a step."""
    u = 1.0 - t
    b3[0] = u * u * u / 6.0
    b3[1] = (4.0 - 6.0 * t * t + 3.0 * t * t * t) / 6.0
    b3[2] = (4.0 - 6.0 * u * u + 3.0 * u * u * u) / 6.0
    b3[3] = t * t * t / 6.0
    # raised by one degree: the recurrence of de Boor and Cox on even knots
    b4[0] = u * b3[0] / 4.0
    b4[1] = ((t + 3.0) * b3[0] + (2.0 - t) * b3[1]) / 4.0
    b4[2] = ((t + 2.0) * b3[1] + (3.0 - t) * b3[2]) / 4.0
    b4[3] = ((t + 1.0) * b3[2] + (4.0 - t) * b3[3]) / 4.0
    b4[4] = t * b3[3] / 4.0
