"""Rays to a terrain: the highest tiles tell how far a ray is safe, then cell by cell.

A ground is what `geometry.terrain.Terrain.ground` holds: padded heights (rows + 2, columns + 2);
`tops`, the levels of the pyramid one after the other; `table` (levels, 3): where each begins, its
columns and the cells along a side of its tiles; and `numbers`: both radii, the highest height [m].
"""

import math

import numpy as np
from numba import njit

from marsward.geometry.kernels.arc import arc

STEP = 4  # tiles of one level along a side of a tile of the next
MARGIN = 1.0  # m: an ellipsoid of longer axes against a constant height, and rounding
POLAR_CELLS = 0.1  # within so many cells of a pole the ray is walked in even steps
WALK = 0.01  # of a cell: those steps
LONGEST = 3000.0  # m: a step within a cell, over which longitude and latitude are taken as even
CLOSE = 1e-4  # m: where the search for the surface ends


@njit(cache=True, error_model="numpy", nogil=True)
def tile_tops(padded, side):
    """Highest of the padded heights over each tile of side x side cells, edges included.

    A tile takes in the centres just outside it too, between which the surface still runs.
    """
    rows, columns = padded.shape[0] - 2, padded.shape[1] - 2
    ny, nx = rows // side, columns // side
    out = np.empty((ny, nx), dtype=np.float32)
    for j in range(ny):
        for i in range(nx):
            top = padded[side * j, side * i]
            for y in range(side * j, side * (j + 1) + 2):
                for x in range(side * i, side * (i + 1) + 2):
                    top = max(top, padded[y, x])
            out[j, i] = top
    return out


@njit(cache=True, error_model="numpy", nogil=True)
def coarser(tops):
    """The tops of STEP x STEP tiles each."""
    ny, nx = tops.shape[0] // STEP, tops.shape[1] // STEP
    out = np.empty((ny, nx), dtype=np.float32)
    for j in range(ny):
        for i in range(nx):
            top = tops[STEP * j, STEP * i]
            for y in range(STEP * j, STEP * (j + 1)):
                for x in range(STEP * i, STEP * (i + 1)):
                    top = max(top, tops[y, x])
            out[j, i] = top
    return out


@njit(cache=True, error_model="numpy", nogil=True)
def dilated(tops):
    """The tops of each tile and of the eight beside it, around the planet in longitude.

    The tiles that touch a pole have the whole ring, and the next one, beside them.
    """
    ny, nx = tops.shape
    out = np.empty((ny, nx), dtype=np.float32)
    for j in range(ny):
        polar = j == 0 or j == ny - 1
        ring = tops[j, 0]
        for i in range(nx):
            top = tops[j, i]
            for y in range(max(j - 1, 0), min(j + 2, ny)):
                for step in range(-1, 2):
                    top = max(top, tops[y, (i + step) % nx])
            out[j, i] = top
            ring = max(ring, top)
        if polar:
            out[j, :] = ring
    return out


@njit(cache=True, error_model="numpy", nogil=True)
def shell(ray, a, c):
    """Where a ray enters and leaves the ellipsoid a, a, c; (inf, -inf) when it passes by."""
    ox, oy, oz, dx, dy, dz = ray
    ia, ic = 1.0 / a, 1.0 / c
    px, py, pz = ox * ia, oy * ia, oz * ic
    ex, ey, ez = dx * ia, dy * ia, dz * ic
    e2 = ex * ex + ey * ey + ez * ez
    b = ex * px + ey * py + ez * pz
    disc = b * b - e2 * (px * px + py * py + pz * pz - 1.0)
    if disc <= 0.0:
        return math.inf, -math.inf
    root = math.sqrt(disc)
    return (-b - root) / e2, (-b + root) / e2


@njit(cache=True, error_model="numpy", nogil=True)
def place(px, py, pz, ia2, ic2, per):
    """Radius, distance from the axis, height above the ellipsoid [m]; longitude and latitude [rad].

    The last two are the place (x, y) in the padded grid, `per` cells a radian.
    """
    rho2 = px * px + py * py
    r, rho = math.sqrt(rho2 + pz * pz), max(math.sqrt(rho2), 1e-6)
    high = r - r / math.sqrt(rho2 * ia2 + pz * pz * ic2)
    lon, lat = arc(py, px), arc(pz, rho)
    if lon < 0.0:
        lon += 2.0 * math.pi
    return r, rho, high, lon, lat, lon * per + 0.5, (0.5 * math.pi - lat) * per + 0.5


@njit(cache=True, error_model="numpy", nogil=True)
def corners(padded, x, y):
    """Column, row and bilinear terms (at the corner, east, south, twist) of the cell at (x, y)."""
    i = min(max(int(x), 0), padded.shape[1] - 2)
    j = min(max(int(y), 0), padded.shape[0] - 2)
    h = float(padded[j, i])
    east, south = float(padded[j, i + 1]) - h, float(padded[j + 1, i]) - h
    return i, j, h, east, south, float(padded[j + 1, i + 1]) - h - east - south


@njit(cache=True, error_model="numpy", nogil=True)
def surface(padded, x, y):
    """Height of the surface [m] at the grid place (x, y)."""
    i, j, h, east, south, twist = corners(padded, x, y)
    u, v = x - i, y - j
    return h + east * u + v * (south + twist * u)


@njit(cache=True, error_model="numpy", nogil=True)
def above(t, ray, ground, ia2, ic2, per):
    """Height of the ray's point at t above the terrain [m]."""
    _, _, high, _, _, x, y = place(
        ray[0] + t * ray[3], ray[1] + t * ray[4], ray[2] + t * ray[5], ia2, ic2, per
    )
    return high - surface(ground[0], x, y)


@njit(cache=True, error_model="numpy", nogil=True)
def outer_normal(px, py, pz, r, rho, x, y, padded, ia2, ic2, per):
    """Outward unit normal of the surface at a point of it."""
    i, j, _, h_east, h_south, twist = corners(padded, x, y)
    u, v = x - i, y - j
    rho = max(rho, 1e-6)
    sine, cosine = pz / r, rho / r
    base = 1.0 / math.sqrt(cosine * cosine * ia2 + sine * sine * ic2)
    east = -(h_east + twist * v) * per / rho
    north = ((h_south + twist * u) * per + base * base * base * sine * cosine * (ic2 - ia2)) / r
    ex, ey = -py / rho, px / rho
    nx = px / r + east * ex - north * sine * px / rho
    ny = py / r + east * ey - north * sine * py / rho
    nz = sine + north * cosine
    n = 1.0 / math.sqrt(nx * nx + ny * ny + nz * nz)
    return nx * n, ny * n, nz * n


@njit(cache=True, error_model="numpy", nogil=True)
def stride(ray, t, level, r, rho, high, x, y, climb, outward, east, ground):
    """Step over ground that is all lower than the ray: new t and level, or a negative t for none.

    A tile's number holds for one tile's side around it, so the ray may go on for as long or until
    it is as low as that number, whichever comes first.
    """
    _, tops, table, numbers = ground
    columns, rows = ground[0].shape[1] - 2, ground[0].shape[0] - 2
    while level >= 0:
        side = table[level, 2]
        i = min(int(x - 0.5), columns - 1) // side
        j = min(max(int(y - 0.5), 0), rows - 1) // side
        peak = tops[table[level, 0] + j * table[level, 1] + i] + MARGIN
        if high > peak:
            enter, leave = shell(ray, numbers[0] + peak, numbers[1] + peak)
            if t <= enter or t >= leave:
                width = 2.0 * math.pi * side / columns
                gain = math.sqrt(max(1.0 - climb * climb, 0.0)) - climb * width
                reach = r * width / gain if gain > 0.0 else math.inf
                gain = abs(east) - outward * width
                if gain > 0.0 and 0 < j < rows // side - 1:
                    reach = min(reach, rho * width / gain)
                reach = max(0.99 * reach, 1e-3)
                if t <= enter <= t + reach:
                    return max(enter, t + 1e-6), max(level - 1, 0)
                return t + reach, min(level + 1, table.shape[0] - 1)
        level -= 1
    return -1.0, 0


@njit(cache=True, error_model="numpy", nogil=True)
def cell_root(padded, x, y, high, vx, vy, climb, bend, most):
    """Height above the surface at (x, y), how far its cell reaches, and where the ray comes down.

    vx, vy: cells per metre along the ray; climb, bend: first and half the second rate of its height
    above the ellipsoid. Within a cell the height above the surface is a quadratic of the way;
    returns it, the way to the cell's edge (at most `most`) and the first root, or infinity.
    """
    i, j, h, east, south, twist = corners(padded, x, y)
    u, v = x - i, y - j
    f0 = high - (h + east * u + v * (south + twist * u))
    f1 = climb - (east * vx + south * vy + twist * (u * vy + v * vx))
    f2 = bend - twist * vx * vy
    edge = most
    if vx != 0.0:
        edge = min(edge, ((1.0 - u) if vx > 0.0 else -u) / vx)
    if vy != 0.0:
        edge = min(edge, ((1.0 - v) if vy > 0.0 else -v) / vy)
    disc = f1 * f1 - 4.0 * f2 * f0
    root = math.inf
    if disc >= 0.0:
        low = math.sqrt(disc) - f1
        if low > 0.0:
            root = 2.0 * f0 / low
    return f0, f1, f2, max(edge, 0.0), root


@njit(cache=True, error_model="numpy", nogil=True)
def settled(t, slope, low, ray, ground, ia2, ic2, per):
    """t of the surface near a first guess by secants, kept above `low`; NaN when there is none."""
    value = above(t, ray, ground, ia2, ic2, per)
    for _ in range(12):
        if abs(value) < CLOSE:
            return t
        if abs(slope) < 1e-9:
            break
        new = max(t - value / slope, low)
        if new == t:
            break
        newer = above(new, ray, ground, ia2, ic2, per)
        if newer != value:
            slope = (newer - value) / (new - t)
        t, value = new, newer
    return math.nan


@njit(cache=True, error_model="numpy", nogil=True)
def between(clear, hit, ray, ground, ia2, ic2, per):
    """t of the surface between one above it and one on or below it, by halving."""
    for _ in range(60):
        if hit - clear < 1e-4:
            break
        middle = 0.5 * (clear + hit)
        if above(middle, ray, ground, ia2, ic2, per) > 0.0:
            clear = middle
        else:
            hit = middle
    return hit


@njit(cache=True, error_model="numpy", nogil=True)
def terrain_distance(ray, start, ground):
    """Where a ray (o, d) of six numbers, d of unit length, first meets the terrain from t = start.

    Returns t [m], infinite when nothing is met. A ray that starts below the surface meets it there.
    """
    padded, _, table, numbers = ground
    a, c, top = numbers[0], numbers[1], numbers[2]
    ia2, ic2 = 1.0 / (a * a), 1.0 / (c * c)
    cell = 2.0 * math.pi / (padded.shape[1] - 2)
    per = 1.0 / cell
    ox, oy, oz, dx, dy, dz = ray
    enter, leave = shell(ray, a + top + MARGIN, c + top + MARGIN)
    t = max(enter, start)
    first = t
    clear = t  # the last t known to be above the surface
    level = table.shape[0] - 1
    while t <= leave:
        px, py, pz = ox + t * dx, oy + t * dy, oz + t * dz
        r, rho, high, _, _, x, y = place(px, py, pz, ia2, ic2, per)
        # rates of the distances from the axis, along the east and from the centre
        outward, east = (px * dx + py * dy) / rho, (px * dy - py * dx) / rho
        climb = (px * dx + py * dy + pz * dz) / r
        new, level = stride(ray, t, level, r, rho, high, x, y, climb, outward, east, ground)
        if new >= 0.0:
            clear, t = t, new
            continue
        if rho < POLAR_CELLS * cell * r:
            if high <= surface(padded, x, y):
                return t if t == first else between(clear, t, ray, ground, ia2, ic2, per)
            clear = t
            t += WALK * cell * r / max(math.sqrt(max(1.0 - climb * climb, 0.0)), WALK)
            continue
        q2 = rho * rho * ia2 + pz * pz * ic2
        drop = (rho * outward * ia2 + pz * dz * ic2) / q2
        rise = climb + (r - high) * (drop - climb / r)
        f0, f1, f2, edge, root = cell_root(
            padded, x, y, high, per * east / rho, per * (pz * outward - dz * rho) / (r * r),
            rise, 0.5 * (1.0 - climb * climb) / r, LONGEST * rho / r + 50.0,
        )  # fmt: skip
        if f0 <= 0.0:
            return t if t == first else between(clear, t, ray, ground, ia2, ic2, per)
        if root <= edge:
            found = settled(t + root, f1 + 2.0 * f2 * root, t, ray, ground, ia2, ic2, per)
            if found == found:
                return found
        clear = t
        t += edge + 1e-3
    return math.inf


@njit(cache=True, error_model="numpy", nogil=True)
def terrain_hit(ox, oy, oz, dx, dy, dz, start, ground):
    """Where a ray o + t d first meets the terrain, at or after t = start [m]; d has unit length.

    Returns
    -------
    t [m], infinite when nothing is met (and all else 0); the point x, y, z [m]; the outward unit
    normal; longitude (0 to 2 pi) and planetocentric latitude [rad]; height above the ellipsoid [m].
    A ray that starts below the surface meets it where it starts.
    """
    ray = (ox, oy, oz, dx, dy, dz)
    t = terrain_distance(ray, start, ground)
    if t == math.inf:
        return t, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    ia2, ic2 = 1.0 / (ground[3][0] * ground[3][0]), 1.0 / (ground[3][1] * ground[3][1])
    per = (ground[0].shape[1] - 2) / (2.0 * math.pi)
    px, py, pz = ox + t * dx, oy + t * dy, oz + t * dz
    r, rho, high, lon, lat, x, y = place(px, py, pz, ia2, ic2, per)
    nx, ny, nz = outer_normal(px, py, pz, r, rho, x, y, ground[0], ia2, ic2, per)
    return t, px, py, pz, nx, ny, nz, lon, lat, high


@njit(cache=True, error_model="numpy", nogil=True)
def rays_meet(starts, directions, ground, out):
    """Whether rays (n, 3) from starts (n, 3) [m] along unit directions meet the terrain."""
    for i in range(starts.shape[0]):
        ray = (
            starts[i, 0], starts[i, 1], starts[i, 2],
            directions[i, 0], directions[i, 1], directions[i, 2],
        )  # fmt: skip
        out[i] = terrain_distance(ray, 0.0, ground) < math.inf
