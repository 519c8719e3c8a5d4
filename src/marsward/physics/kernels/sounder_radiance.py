"""Radiance of a column of air at many spectral points, down or through the limb, with slopes.

Spectral points lie bin by bin, `per_bin` of them in each, with the weights `share`. Layers run
from the ground up. Work arrays are (layers, points).
"""

import math

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def planck(wave, temperature, level, slope):
    """Planck's law by wavenumber [W m-1 sr-1] at wavenumbers [m-1] (bins,), and dB/dT.

    Constants 2 h c^2 and h c/k of the SI of 2019, exact.
    """
    first = 2.0 * 6.62607015e-34 * 299792458.0**2
    second = 6.62607015e-34 * 299792458.0 / 1.380649e-23
    for b in range(wave.size):
        x = second * wave[b] / temperature
        grown = math.expm1(x)
        level[b] = first * wave[b] ** 3 / grown
        slope[b] = level[b] * x / temperature * (grown + 1.0) / grown


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def absorption(pressure, temperature, log_pressure, warmth, log_k, k, slope):
    """Absorption coefficients k (layers, points) [m2 kg-1] of layers, and d ln k/dT [K-1].

    ln k goes straight between the nodes of ln p and along Catmull and Rom's cubic between those of
    T, so that its slope is continuous; log_k is (pressures, temperatures, points), temperatures
    even. Beyond the nodes it holds the last.
    """
    points, last = k.shape[1], warmth.size - 1
    wide = warmth[1] - warmth[0]
    for j in range(pressure.size):
        at = math.log(pressure[j])
        i = min(max(np.searchsorted(log_pressure, at) - 1, 0), log_pressure.size - 2)
        a = (at - log_pressure[i]) / (log_pressure[i + 1] - log_pressure[i])
        a = min(max(a, 0.0), 1.0)
        c = (temperature[j] - warmth[0]) / wide
        inside = 1.0 if 0.0 <= c <= last else 0.0
        c = min(max(c, 0.0), float(last))
        m = min(int(c), last - 1)
        c -= m
        before, after = max(m - 1, 0), min(m + 2, last)
        # at an end the node that is missing lies on a straight line with the last two
        w0, w1, w2, w3, d0, d1, d2, d3 = _cubic(c, m == 0, m == last - 1)
        for s in range(points):
            v0 = (1.0 - a) * log_k[i, before, s] + a * log_k[i + 1, before, s]
            v1 = (1.0 - a) * log_k[i, m, s] + a * log_k[i + 1, m, s]
            v2 = (1.0 - a) * log_k[i, m + 1, s] + a * log_k[i + 1, m + 1, s]
            v3 = (1.0 - a) * log_k[i, after, s] + a * log_k[i + 1, after, s]
            k[j, s] = math.exp(w0 * v0 + w1 * v1 + w2 * v2 + w3 * v3)
            slope[j, s] = inside * (d0 * v0 + d1 * v1 + d2 * v2 + d3 * v3) / wide


@njit(cache=True, error_model="numpy", nogil=True)
def _cubic(c, first, last):
    """Weights of four nodes at the place c between the middle two, and their slopes by c."""
    w0 = c * (-0.5 + c * (1.0 - 0.5 * c))
    w1 = 1.0 + c * c * (-2.5 + 1.5 * c)
    w2 = c * (0.5 + c * (2.0 - 1.5 * c))
    w3 = c * c * (-0.5 + 0.5 * c)
    d0 = -0.5 + c * (2.0 - 1.5 * c)
    d1 = c * (-5.0 + 4.5 * c)
    d2 = 0.5 + c * (4.0 - 4.5 * c)
    d3 = c * (-1.0 + 1.5 * c)
    if first:
        w1, w2, w0 = w1 + 2.0 * w0, w2 - w0, 0.0
        d1, d2, d0 = d1 + 2.0 * d0, d2 - d0, 0.0
    if last:
        w2, w1, w3 = w2 + 2.0 * w3, w1 - w3, 0.0
        d2, d1, d3 = d2 + 2.0 * d3, d1 - d3, 0.0
    return w0, w1, w2, w3, d0, d1, d2, d3


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def nadir_column(
    mass, temperature, surface, emissivity, dust, wave, share, k, k_slope,
    slopes, light, by_air, by_ground, by_dust, passed, below, above, level, level_slope,
):  # fmt: skip
    """Radiance (bins,) that leaves the top of one column along a straight line.

    mass : air along the line in each layer [kg m-2] (L,)
    emissivity : (bins,); what the ground does not send it mirrors of the sky
    dust : absorption of dust (L, bins) [m2 kg-1 of air]
    slopes : whether to fill by_air (bins, L) [per K], by_ground (bins,) [per K] and by_dust
        (bins, L) [per relative change of a layer's dust]
    passed, below, above : work (L, points); level, level_slope : work (L + 1, bins)
    """
    layers, bins, per_bin = mass.size, wave.size, share.size
    for j in range(layers):
        planck(wave, temperature[j], level[j], level_slope[j])
        for b in range(bins):
            for g in range(per_bin):
                s = b * per_bin + g
                passed[j, s] = math.exp(-(k[j, s] + dust[j, b]) * mass[j])
    planck(wave, surface, level[layers], level_slope[layers])
    for b in range(bins):
        mirror = 1.0 - emissivity[b]
        light[b] = 0.0
        if slopes:
            by_ground[b] = 0.0
            for j in range(layers):
                by_air[b, j] = 0.0
                by_dust[b, j] = 0.0
        for g in range(per_bin):
            s = b * per_bin + g
            down = 0.0
            for j in range(layers - 1, -1, -1):
                above[j, s] = down
                down = level[j, b] + (down - level[j, b]) * passed[j, s]
            up = emissivity[b] * level[layers, b] + mirror * down
            for j in range(layers):
                below[j, s] = up
                up = level[j, b] + (up - level[j, b]) * passed[j, s]
            light[b] += share[g] * up
            if not slopes:
                continue
            clear = 1.0
            for j in range(layers - 1, -1, -1):
                depth = (k[j, s] + dust[j, b]) * mass[j]
                by_depth = clear * passed[j, s] * (level[j, b] - below[j, s])
                by_level = clear * (1.0 - passed[j, s])
                gas = k[j, s] * mass[j] * k_slope[j, s]
                by_air[b, j] += share[g] * (by_level * level_slope[j, b] + by_depth * gas)
                by_dust[b, j] += share[g] * by_depth * (depth - k[j, s] * mass[j])
                clear *= passed[j, s]
            by_ground[b] += share[g] * clear * emissivity[b] * level_slope[layers, b]
            if mirror > 0.0:
                way = clear * mirror
                for j in range(layers):
                    by_depth = way * passed[j, s] * (level[j, b] - above[j, s])
                    by_level = way * (1.0 - passed[j, s])
                    gas = k[j, s] * mass[j] * k_slope[j, s]
                    by_air[b, j] += share[g] * (by_level * level_slope[j, b] + by_depth * gas)
                    by_dust[b, j] += share[g] * by_depth * dust[j, b] * mass[j]
                    way *= passed[j, s]


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def limb_column(
    path, grounded, temperature, surface, emissivity, dust, wave, share, k, k_slope,
    slopes, light, by_air, by_path, by_dust, by_ground, passed, far, near, level, level_slope,
):  # fmt: skip
    """Radiance (rays, bins) along lines through the limb of one column.

    path : air in each layer on one side of the tangent point [kg m-2] (rays, L), 0 below it
    grounded : whether a line ends on the ground (rays,), which sends emissivity times B
    slopes : whether to fill by_air (rays, bins, L) [per K], at fixed path, by_path (rays, bins, L)
        [per kg m-2 of one side, both sides moved], by_dust (rays, bins, L) [per relative change]
        and by_ground (rays, bins) [per K]
    """
    rays, layers = path.shape
    bins, per_bin = wave.size, share.size
    for j in range(layers):
        planck(wave, temperature[j], level[j], level_slope[j])
    planck(wave, surface, level[layers], level_slope[layers])
    for r in range(rays):
        first = 0
        while first < layers and path[r, first] <= 0.0:
            first += 1
        for b in range(bins):
            light[r, b] = 0.0
            if slopes:
                by_ground[r, b] = 0.0
                for j in range(layers):
                    by_air[r, b, j] = 0.0
                    by_path[r, b, j] = 0.0
                    by_dust[r, b, j] = 0.0
        for j in range(first, layers):
            for b in range(bins):
                for g in range(per_bin):
                    s = b * per_bin + g
                    passed[j, s] = math.exp(-(k[j, s] + dust[j, b]) * path[r, j])
        for b in range(bins):
            for g in range(per_bin):
                s = b * per_bin + g
                up = 0.0
                if grounded[r]:
                    up = emissivity[b] * level[layers, b]
                else:
                    for j in range(layers - 1, first - 1, -1):
                        far[j, s] = up
                        up = level[j, b] + (up - level[j, b]) * passed[j, s]
                for j in range(first, layers):
                    near[j, s] = up
                    up = level[j, b] + (up - level[j, b]) * passed[j, s]
                light[r, b] += share[g] * up
                if not slopes:
                    continue
                clear = 1.0
                for j in range(layers - 1, first - 1, -1):
                    by_depth = clear * passed[j, s] * (level[j, b] - near[j, s])
                    by_level = clear * (1.0 - passed[j, s])
                    _add(
                        by_air,
                        by_path,
                        by_dust,
                        r,
                        b,
                        j,
                        share[g],
                        by_depth,
                        by_level,
                        level_slope[j, b],
                        k[j, s],
                        k_slope[j, s],
                        dust[j, b],
                        path[r, j],
                    )
                    clear *= passed[j, s]
                if grounded[r]:
                    by_ground[r, b] += share[g] * clear * emissivity[b] * level_slope[layers, b]
                    continue
                for j in range(first, layers):
                    by_depth = clear * passed[j, s] * (level[j, b] - far[j, s])
                    by_level = clear * (1.0 - passed[j, s])
                    _add(
                        by_air,
                        by_path,
                        by_dust,
                        r,
                        b,
                        j,
                        share[g],
                        by_depth,
                        by_level,
                        level_slope[j, b],
                        k[j, s],
                        k_slope[j, s],
                        dust[j, b],
                        path[r, j],
                    )
                    clear *= passed[j, s]


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True, inline="always")
def _add(
    by_air, by_path, by_dust, r, b, j, share, by_depth, by_level, level_slope, k, k_slope, dust,
    path,
):  # fmt: skip
    """One layer's part of the slopes of one line at one spectral point."""
    by_air[r, b, j] += share * (by_level * level_slope + by_depth * k * path * k_slope)
    by_path[r, b, j] += share * by_depth * (k + dust)
    by_dust[r, b, j] += share * by_depth * dust * path
