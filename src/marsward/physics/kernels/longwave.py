"""Infrared fluxes through one column of air: absorption by points of a k-distribution.

Index 0 is the layer (edge) at the ground, as everywhere in the air of marsward. Every layer is cut
in two halves at its middle, where its own temperature holds; the temperature at edges lies between
those of the neighbours' middles, straight in ln p. In each half the source is linear in optical
depth, so that with x = 1.66 tau of a half (Elsasser's diffusivity), a = 1 - exp(-x) and
f = 1 - a/x the light that leaves it on one side is

    out = in (1 - a) + S_out f + S_in (a - f),

S_in being the source where the light enters. A point g of the table stands for the share w_g of
its band: S = w_g pi B_g(T), tabulated by T. Nothing scatters here.

Arguments of `longwave_column`, all arrays float64 and C-ordered unless said otherwise:

    edges (L+1)          pressure at edges [Pa], falling; the last may be 0
    temperature (L)      of the layers [K]
    surface_temperature  of the ground [K]
    emissivity           of the ground
    gravity              [m s-2]
    dust (L, B)          absorption depth of dust by layer and band, scaled for scattering, vertical
    then KTable.arrays: grid (6), log_k (P, T, G), weight (G), band (G) int64, planck (N, G)
    work (work_rows(L), G)  scratch
    up, down (L+1)       fluxes at edges [W m-2], written
    exchange (L)         d(power of the layer)/d(its own temperature), negative [W m-2 K-1], written
    returns              d(net flux into the ground)/d(surface temperature), negative [W m-2 K-1]

The power of layer l is (down[l+1] - up[l+1]) - (down[l] - up[l]); it heats by power g/(cp dp).
`exchange` holds all ways by which the layer's temperature enters its own power, edges included,
so that power(T + d) = power(T) + exchange d keeps the cooling of a layer stable between calls.
"""

import math

import numpy as np
from numba import njit

DIFFUSIVITY = 1.66  # Elsasser 1942
# Rows of `grid`: first ln p and its step, first T and its step of k; the same of the Planck table.
LOG_P, LOG_P_STEP, T_FIRST, T_STEP, PLANCK_FIRST, PLANCK_STEP = range(6)
_FAST = {"nnan", "ninf", "nsz", "arcp", "contract", "afn", "reassoc"}
_OPTIONS = {"cache": True, "error_model": "numpy", "nogil": True, "fastmath": _FAST}


@njit(inline="always", **_OPTIONS)
def exponential(x):
    """exp(x) for -80 < x < 20, to 1e-6 relative: a short series, squared ten times."""
    z = x * (1.0 / 1024.0)
    y = 1.0 + z * (1.0 + z * 0.5 * (1.0 + z * (1.0 / 3.0) * (1.0 + z * 0.25)))
    y *= y
    y *= y
    y *= y
    y *= y
    y *= y
    y *= y
    y *= y
    y *= y
    y *= y
    return y * y


@njit(inline="always", **_OPTIONS)
def place(value, first, step, count):
    """Cell and share within it on an even grid, held at its ends."""
    at = (value - first) / step
    at = min(max(at, 0.0), count - 1.000001)
    cell = int(at)
    return cell, at - cell


@njit(inline="always", **_OPTIONS)
def work_rows(layers):
    """Rows of scratch that `longwave_column` needs."""
    return 6 * layers + 4


@njit(**_OPTIONS)
def absorb(log_p, mass, t, dust, layer, grid, log_k, band, work, a, f):
    """Absorption (row a of work) and curvature (row f) of half of a layer, by point.

    log_p, t : of the layer's middle; mass : ln of the half's mass times the diffusivity
    """
    points = band.shape[0]
    i, u = place(log_p, grid[LOG_P], grid[LOG_P_STEP], log_k.shape[0])
    j, v = place(t, grid[T_FIRST], grid[T_STEP], log_k.shape[1])
    w00, w01 = (1.0 - u) * (1.0 - v), (1.0 - u) * v
    w10, w11 = u * (1.0 - v), u * v
    for g in range(points):
        work[f, g] = 0.5 * DIFFUSIVITY * dust[layer, band[g]]
    for g in range(points):
        log_x = (
            w00 * log_k[i, j, g]
            + w01 * log_k[i, j + 1, g]
            + w10 * log_k[i + 1, j, g]
            + w11 * log_k[i + 1, j + 1, g]
            + mass
        )
        x = work[f, g] + exponential(max(-60.0, min(log_x, 12.0)))
        full = 1.0 - exponential(-min(x, 60.0))
        thin = x * (1.0 - x * (0.5 - x * (1.0 / 6.0 - x * (1.0 / 24.0))))
        bent = x * (0.5 - x * (1.0 / 6.0 - x * (1.0 / 24.0 - x * (1.0 / 120.0))))
        small = x < 0.03
        work[a, g] = thin if small else full
        work[f, g] = bent if small else 1.0 - full / max(x, 0.01)


@njit(**_OPTIONS)
def sources(t, grid, planck, weight, work, s, slope):
    """Sources w pi B(T) of the points (row s of work) and their derivative by T (row slope)."""
    i, u = place(t, grid[PLANCK_FIRST], grid[PLANCK_STEP], planck.shape[0])
    inverse = 1.0 / grid[PLANCK_STEP]
    for g in range(weight.shape[0]):
        low = planck[i, g]
        rise = planck[i + 1, g] - low
        work[s, g] = weight[g] * (low + u * rise)
        work[slope, g] = weight[g] * rise * inverse


@njit(inline="always", **_OPTIONS)
def send(work, ray, a, f, near, mid, far, points):
    """Carry light through both halves of a layer, from edge `near` to edge `far`; its sum."""
    total = 0.0
    for g in range(points):
        curved = work[f, g]
        straight = work[a, g] - curved
        through = 1.0 - work[a, g]
        half = work[ray, g] * through + work[mid, g] * curved + work[near, g] * straight
        light = half * through + work[far, g] * curved + work[mid, g] * straight
        work[ray, g] = light
        total += light
    return total


@njit(**_OPTIONS)
def longwave_column(
    edges, temperature, surface_temperature, emissivity, gravity, dust,
    grid, log_k, weight, band, planck, work, up, down, exchange,
):  # fmt: skip
    """Fluxes at the edges of one column; see the head of this file."""
    layers, points = temperature.shape[0], band.shape[0]
    # Rows of work: a, f, middle, slope of the middle by layer; then source and slope by edge.
    f, mid, mid_slope = layers, 2 * layers, 3 * layers
    edge, edge_slope = 4 * layers, 5 * layers + 1
    ray, ground = 6 * layers + 2, 6 * layers + 3
    before = 0.0
    for layer in range(layers):
        log_p = math.log(0.5 * (edges[layer] + edges[layer + 1]))
        mass = math.log(0.5 * DIFFUSIVITY * (edges[layer] - edges[layer + 1]) / gravity)
        t = temperature[layer]
        absorb(log_p, mass, t, dust, layer, grid, log_k, band, work, layer, f + layer)
        sources(t, grid, planck, weight, work, mid + layer, mid_slope + layer)
        if layer > 0:
            # Until the end, `exchange` keeps the share of the layer below in an edge.
            share = (math.log(edges[layer]) - log_p) / (before - log_p)
            exchange[layer - 1] = share
            t = share * temperature[layer - 1] + (1.0 - share) * t
            sources(t, grid, planck, weight, work, edge + layer, edge_slope + layer)
        before = log_p
    exchange[layers - 1] = 1.0
    for g in range(points):
        work[edge, g] = work[mid, g]
        work[edge_slope, g] = work[mid_slope, g]
        work[edge + layers, g] = work[mid + layers - 1, g]
        work[edge_slope + layers, g] = work[mid_slope + layers - 1, g]
        work[ray, g] = 0.0
    down[layers] = 0.0
    for layer in range(layers - 1, -1, -1):
        down[layer] = send(
            work, ray, layer, f + layer, edge + layer + 1, mid + layer, edge + layer, points
        )
    exchanges(work, layers, points, exchange)
    sources(surface_temperature, grid, planck, weight, work, ground, edge_slope)
    slope, total = 0.0, 0.0
    for g in range(points):
        slope += work[edge_slope, g]
        work[ray, g] = emissivity * work[ground, g] + (1.0 - emissivity) * work[ray, g]
        total += work[ray, g]
    up[0] = total
    for layer in range(layers):
        up[layer + 1] = send(
            work, ray, layer, f + layer, edge + layer, mid + layer, edge + layer + 1, points
        )
    return -emissivity * slope


@njit(**_OPTIONS)
def exchanges(work, layers, points, exchange):
    """Change of each layer's power by its own temperature, edges moving along with it."""
    below = 1.0
    for layer in range(layers):
        above = exchange[layer]
        upper, lower = min(layer + 1, layers - 1), max(layer - 1, 0)
        open_top = 0.0 if layer == layers - 1 else 1.0
        closed = 0.0 if layer == 0 else 1.0
        total = 0.0
        for g in range(points):
            x, c = work[layer, g], work[layers + layer, g]
            through = 1.0 - x
            swallowed = 1.0 - through * through
            # An edge sends out by the near half what it sends, and inwards through the layer;
            # of what it sends into the neighbour's half that faces here, the layer takes a part.
            leak = c + (x - c) * through
            total -= 2.0 * x * (1.0 - c) * work[3 * layers + layer, g]
            gain = open_top * work[layers + upper, g] * swallowed
            total -= above * work[5 * layers + 2 + layer, g] * (leak - gain)
            gain = closed * work[layers + lower, g] * swallowed
            total -= below * work[5 * layers + 1 + layer, g] * (leak - gain)
        below = 1.0 - above
        exchange[layer] = total


@njit(**_OPTIONS)
def longwave_columns(
    edges, temperature, surface_temperature, emissivity, gravity, dust,
    grid, log_k, weight, band, planck, up, down, exchange, ground_slope,
):  # fmt: skip
    """`longwave_column` over columns: every array of a column has the columns in front."""
    layers, points = temperature.shape[1], band.shape[0]
    work = np.empty((work_rows(layers), points))
    for n in range(temperature.shape[0]):
        ground_slope[n] = longwave_column(
            edges[n], temperature[n], surface_temperature[n], emissivity[n], gravity, dust[n],
            grid, log_k, weight, band, planck, work, up[n], down[n], exchange[n],
        )  # fmt: skip


@njit(**_OPTIONS)
def escaping(edges, temperature, gravity, grid, log_k, weight, band, planck, escape):
    """Half the share of each layer's thin emission that the air above lets through, (n, L)."""
    points = band.shape[0]
    above = np.empty(points)
    for n in range(temperature.shape[0]):
        above[:] = 0.0
        for layer in range(temperature.shape[1] - 1, -1, -1):
            log_p = math.log(0.5 * (edges[n, layer] + edges[n, layer + 1]))
            mass = 0.5 * DIFFUSIVITY * (edges[n, layer] - edges[n, layer + 1]) / gravity
            i, u = place(log_p, grid[LOG_P], grid[LOG_P_STEP], log_k.shape[0])
            j, v = place(temperature[n, layer], grid[T_FIRST], grid[T_STEP], log_k.shape[1])
            m, _ = place(
                temperature[n, layer], grid[PLANCK_FIRST], grid[PLANCK_STEP], planck.shape[0]
            )
            sent, through = 1e-300, 0.0
            for g in range(points):
                low = (1.0 - v) * log_k[i, j, g] + v * log_k[i, j + 1, g]
                high = (1.0 - v) * log_k[i + 1, j, g] + v * log_k[i + 1, j + 1, g]
                k = math.exp((1.0 - u) * low + u * high)
                x = k * mass
                light = weight[g] * planck[m, g] * k
                sent += light
                through += light * math.exp(-(above[g] + x))
                above[g] += 2.0 * x
            escape[n, layer] = 0.5 * through / sent
