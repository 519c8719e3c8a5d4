"""Echoes of a strip of ground, facet by facet: compiled loops over the traces of a radar track.

Below each trace a strip of facets lies across the track, curved with the planet. The corners of the
facets are taken from the grid of heights; each facet sends back what its law of roughness gives at
the angle between its normal and the line to the radar, spread evenly over the delays of its
corners.
"""

import math

import numpy as np
from numba import njit

GAUSSIAN, HAGFORS = 0, 1


@njit(cache=True, error_model="numpy", nogil=True)
def ground_node(ux, uy, uz, heights, grid, a, c):
    """Distance from the centre [m] of the ground in a direction (unit vector); NaN off the grid.

    grid : west edge [deg], north edge [deg], cells per degree, place of the west edge in columns
    """
    lat = math.degrees(math.asin(min(max(uz, -1.0), 1.0)))
    lon = math.degrees(math.atan2(uy, ux)) - grid[0]
    x = (lon - 360.0 * math.floor(lon / 360.0)) * grid[2] + grid[3]
    y = (grid[1] - lat) * grid[2] + grid[3]
    rows, columns = heights.shape
    if not (0.0 <= x <= columns - 1.0 and 0.0 <= y <= rows - 1.0):
        return math.nan
    i, j = min(int(x), columns - 2), min(int(y), rows - 2)
    x, y = x - i, y - j
    top = heights[j, i] * (1.0 - x) + heights[j, i + 1] * x
    low = heights[j + 1, i] * (1.0 - x) + heights[j + 1, i + 1] * x
    return 1.0 / math.sqrt((1.0 - uz * uz) / (a * a) + uz * uz / (c * c)) + (
        top * (1.0 - y) + low * y
    )


@njit(cache=True, error_model="numpy", nogil=True)
def backscatter(law, cosine, slope, diffuse):
    """Cross-section per area over the reflectivity at normal incidence, at cos(incidence)."""
    square = cosine * cosine
    if law == GAUSSIAN:
        s2 = 2.0 * slope * slope
        lobe = math.exp(-(1.0 / square - 1.0) / s2) / (s2 * square * square)
    else:
        tight = 1.0 / (slope * slope)
        lobe = 0.5 * tight * (square * square + tight * (1.0 - square)) ** -1.5
    return (1.0 - diffuse) * lobe + 4.0 * diffuse * square


@njit(cache=True, error_model="numpy", nogil=True)
def spread(bins, low, high, power):
    """Add `power` evenly over [low, high), counted in bins; what lies outside is lost."""
    if high - low < 1e-6:
        k = math.floor(low)
        if 0 <= k < bins.size:
            bins[int(k)] += power
        return
    if high <= 0.0 or low >= bins.size:
        return
    density = power / (high - low)
    first, last = max(math.floor(low), 0), min(math.floor(high), bins.size - 1)
    for k in range(first, last + 1):
        share = min(high, k + 1.0) - max(low, float(k))
        if share > 0.0:
            bins[k] += density * share


@njit(cache=True, error_model="numpy", nogil=True)
def node_row(up, side, ahead, craft, beta, alphas, heights, grid, a, c, row):
    """Corners at cross-track angle beta: row (nodes, 4) of x, y, z and range; False off the map."""
    sine, cosine = math.sin(beta), math.cos(beta)
    for k in range(alphas.size):
        ca, sa = math.cos(alphas[k]) * cosine, math.sin(alphas[k]) * cosine
        ux = up[0] * ca + side[0] * sine + ahead[0] * sa
        uy = up[1] * ca + side[1] * sine + ahead[1] * sa
        uz = up[2] * ca + side[2] * sine + ahead[2] * sa
        r = ground_node(ux, uy, uz, heights, grid, a, c)
        if math.isnan(r):
            return False
        row[k, 0], row[k, 1], row[k, 2] = ux * r, uy * r, uz * r
        dx, dy, dz = craft[0] - row[k, 0], craft[1] - row[k, 1], craft[2] - row[k, 2]
        row[k, 3] = math.sqrt(dx * dx + dy * dy + dz * dz)
    return True


@njit(cache=True, error_model="numpy", nogil=True)
def strip_echo(
    near, far, craft, up, ahead, scatter, sharpness, beam, law, scale, start, step, bins
):
    """Add the facets between two rows of corners to `bins`.

    scatter : slope, diffuse part;  sharpness : pi (2 L / wavelength)^2
    beam : power of the cosine of the angle off nadir;  scale : h^2 / pi [m2]
    start, step : range of the first bin and its depth [m]
    """
    for k in range(near.shape[0] - 1):
        ax, bx = far[k + 1, 0] - near[k, 0], far[k, 0] - near[k + 1, 0]
        ay, by = far[k + 1, 1] - near[k, 1], far[k, 1] - near[k + 1, 1]
        az, bz = far[k + 1, 2] - near[k, 2], far[k, 2] - near[k + 1, 2]
        nx, ny, nz = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
        size = math.sqrt(nx * nx + ny * ny + nz * nz)
        lx = craft[0] - 0.25 * (near[k, 0] + near[k + 1, 0] + far[k, 0] + far[k + 1, 0])
        ly = craft[1] - 0.25 * (near[k, 1] + near[k + 1, 1] + far[k, 1] + far[k + 1, 1])
        lz = craft[2] - 0.25 * (near[k, 2] + near[k + 1, 2] + far[k, 2] + far[k + 1, 2])
        distance = math.sqrt(lx * lx + ly * ly + lz * lz)
        facing = (nx * lx + ny * ly + nz * lz) / (size * distance)
        if nx * up[0] + ny * up[1] + nz * up[2] < 0.0:
            facing = -facing
        if facing <= 1e-3:
            continue
        squint = (lx * ahead[0] + ly * ahead[1] + lz * ahead[2]) / distance
        down = (lx * up[0] + ly * up[1] + lz * up[2]) / distance
        power = (
            backscatter(law, facing, scatter[0], scatter[1]) * 0.5 * size * scale
            / distance**4 * math.exp(-sharpness * squint * squint) * down**beam
        )  # fmt: skip
        low = min(min(near[k, 3], near[k + 1, 3]), min(far[k, 3], far[k + 1, 3]))
        high = max(max(near[k, 3], near[k + 1, 3]), max(far[k, 3], far[k + 1, 3]))
        spread(bins, (low - start) / step + 0.5, (high - start) / step + 0.5, power)


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def pulsed(bins, pulse, fine, out):
    """Samples of the bins' power behind the pulse; `fine` bins a sample.

    pulse : power response every 1/fine samples, its peak in the middle
    A bin reaches half its width to either side of its number.
    """
    half = pulse.size // 2
    for m in range(bins.size):
        power = bins[m]
        if power == 0.0:
            continue
        first = max((m - half + fine - 1) // fine, 0)
        last = min((m + half) // fine, out.size - 1)
        for k in range(first, last + 1):
            out[k] += power * pulse[k * fine - m + half]


@njit(cache=True, error_model="numpy", nogil=True)
def facet_traces(
    first, last, craft, ahead, height, start, betas, alphas, heights, grid, radii, law, scatter,
    sharpness, beam, step, fine, pulse, left, right,
):  # fmt: skip
    """Echoes of traces first to last in left and right (traces, samples); -1 or the trace off map.

    craft, ahead : (traces, 3) place [m] and unit vector along the track, level
    height : (traces,) above the ground [m];  start : (traces,) range of the first sample [m]
    betas, alphas : angles of the corners across and along the track [rad]; betas hold a zero
    step : depth of a bin [m];  fine : bins a sample
    """
    one = np.empty((alphas.size, 4))
    two = np.empty((alphas.size, 4))
    bins = np.empty(left.shape[1] * fine)
    up, side = np.empty(3), np.empty(3)
    line = np.empty(left.shape[1])
    a, c = radii[0], radii[1]
    for n in range(first, last):
        r = math.sqrt(craft[n, 0] ** 2 + craft[n, 1] ** 2 + craft[n, 2] ** 2)
        for i in range(3):
            up[i] = craft[n, i] / r
        for i in range(3):
            j, k = (i + 1) % 3, (i + 2) % 3
            side[i] = ahead[n, j] * up[k] - ahead[n, k] * up[j]
        scale = height[n] ** 2 / math.pi
        near, far = one, two
        bins[:] = 0.0
        if not node_row(up, side, ahead[n], craft[n], betas[0], alphas, heights, grid, a, c, near):
            return n
        for b in range(1, betas.size):
            if not node_row(
                up, side, ahead[n], craft[n], betas[b], alphas, heights, grid, a, c, far
            ):
                return n
            strip_echo(
                near, far, craft[n], up, ahead[n], scatter, sharpness, beam, law, scale, start[n],
                step, bins,
            )  # fmt: skip
            near, far = far, near
            if betas[b] == 0.0 or b == betas.size - 1:
                line[:] = 0.0
                pulsed(bins, pulse, fine, line)
                into = left if betas[b] <= 0.0 else right
                for k in range(line.size):
                    into[n, k] = line[k]
                bins[:] = 0.0
    return -1
