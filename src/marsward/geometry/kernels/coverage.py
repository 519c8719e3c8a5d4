"""Which cells of a map a frame sees, and what it adds to them: compiled loops over rows.

A cell is seen when its centre lies in the camera's field, faces the camera, and is lit. Along a
row of a cylindrical map every product with a fixed vector is A + B cos(lon) + C sin(lon), so a
cell costs a handful of multiplications and no trigonometry.

A frame is a row of `PLACE` ... : observer (3) [m], camera axes x, y, z in the body (9), unit
vector to the Sun (3), then the cap that holds its footprint: unit centre (3), angular radius.
"""

import math

import numpy as np
from numba import njit

OBSERVER, ACROSS, DOWN, AHEAD, SUN, CENTRE, RADIUS = 0, 3, 6, 9, 12, 15, 18
COLUMNS = 19
"""Numbers of a frame."""
SMALLEST = 1e-9
UNSEEN = np.float32(np.inf)
DIRECTIONS = 6
"""Azimuths of half a turn along which the outermost view directions of a cell are kept."""


@njit(cache=True, error_model="numpy", nogil=True)
def half_span(frame, sin_lat, cos_lat):
    """Half the longitudes of a cap in a parallel [rad]: inf for all of them, negative for none.

    Inside, cos(dlon) >= (cos(radius) - sin sin)/(cos cos).
    """
    both = math.hypot(frame[CENTRE], frame[CENTRE + 1]) * cos_lat
    high = math.cos(frame[RADIUS]) - frame[CENTRE + 2] * sin_lat
    if high > both:
        return -1.0
    if high <= -both:
        return math.inf
    return math.acos(high / both)


@njit(cache=True, error_model="numpy", nogil=True)
def row_range(frame, north, step, rows):
    """First and end row of the cap of a frame; `north` is the latitude of the first row [rad]."""
    lat = math.atan2(frame[CENTRE + 2], math.hypot(frame[CENTRE], frame[CENTRE + 1]))
    first = math.ceil((north - lat - frame[RADIUS]) / step)
    last = math.floor((north - lat + frame[RADIUS]) / step)
    return max(0, int(first)), min(rows, int(last) + 1)


@njit(cache=True, error_model="numpy", nogil=True)
def dot(frame, k, x, y, z):
    """Product of a vector with the three numbers of a frame from place k."""
    return frame[k] * x + frame[k + 1] * y + frame[k + 2] * z


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def _add_span(count, best, cosines, sines, w, x, y, e, s, r, field, least_light):
    """Part of a row; w, x, y, e, s, r are the (A, B, C) of depth, across, down, height of the
    camera over the cell's horizon, Sun, and squared distance.
    """
    left, right, upper, lower = field[0], field[1], field[2], field[3]
    w0, w1, w2 = w
    x0, x1, x2 = x
    y0, y1, y2 = y
    e0, e1, e2 = e
    s0, s1, s2 = s
    r0, r1, r2 = r
    for i in range(count.size):
        c, d = cosines[i], sines[i]
        depth = w0 + w1 * c + w2 * d
        across = x0 + x1 * c + x2 * d
        down = y0 + y1 * c + y2 * d
        facing = e0 + e1 * c + e2 * d
        light = s0 + s1 * c + s2 * d
        # the worst of all margins: one number to test, so that the loop runs in vector registers
        inside = min(min(across - left * depth, right * depth - across),
                     min(down - upper * depth, lower * depth - down))  # fmt: skip
        inside = min(inside, min(facing - SMALLEST, light - least_light))
        size = np.float32(r0 + r1 * c + r2 * d)
        size = size if inside >= 0.0 else UNSEEN
        count[i] = np.uint16(count[i] + (np.uint16(1) if inside >= 0.0 else np.uint16(0)))
        now = best[i]
        best[i] = size if size < now else now


@njit(cache=True, error_model="numpy", nogil=True)
def parallels(north, step, rows, radii):
    """Table (rows, 6) of parallels: sine, cosine of latitude; point (p, q); unit normal (m, n).

    The point at longitude l is (p cos l, p sin l, q) [m], its normal (m cos l, m sin l, n).
    """
    a, c = radii[0], radii[1]
    out = np.empty((rows, 6))
    for j in range(rows):
        lat = north - j * step
        sine, cosine = math.sin(lat), math.cos(lat)
        length = 1.0 / math.sqrt((cosine / a) ** 2 + (sine / c) ** 2)
        p, q = length * cosine, length * sine
        slope = 1.0 / math.sqrt((p / (a * a)) ** 2 + (q / (c * c)) ** 2)
        out[j, 0], out[j, 1], out[j, 2], out[j, 3] = sine, cosine, p, q
        out[j, 4], out[j, 5] = slope * p / (a * a), slope * q / (c * c)
    return out


@njit(cache=True, error_model="numpy", nogil=True)
def row_forms(f, p, q, m, n):
    """The (A, B, C) of a frame over a parallel: depth, across, down, height of the camera over the
    cell's horizon, cosine of incidence, squared distance.
    """
    ox, oy, oz = f[OBSERVER], f[OBSERVER + 1], f[OBSERVER + 2]
    far2 = ox * ox + oy * oy + oz * oz
    w = (q * f[AHEAD + 2] - dot(f, AHEAD, ox, oy, oz), p * f[AHEAD], p * f[AHEAD + 1])
    x = (q * f[ACROSS + 2] - dot(f, ACROSS, ox, oy, oz), p * f[ACROSS], p * f[ACROSS + 1])
    y = (q * f[DOWN + 2] - dot(f, DOWN, ox, oy, oz), p * f[DOWN], p * f[DOWN + 1])
    e = (n * oz - (m * p + n * q), m * ox, m * oy)
    s = (n * f[SUN + 2], m * f[SUN], m * f[SUN + 1])
    r = (p * p + q * q + far2 - 2.0 * q * oz, -2.0 * p * ox, -2.0 * p * oy)
    return w, x, y, e, s, r


@njit(cache=True, error_model="numpy", nogil=True)
def cylindrical_rows(frames, north, west, step, radii, field, least_light, cosines, sines,
                     count, best):  # fmt: skip
    """Counts and least squared distance of a block of rows of a cylindrical map.

    frames (n, COLUMNS); north: latitude of the first row's centres, west: longitude of the first
    column's centres, step: side of a cell [rad]; radii (a, c) [m]; field: least and greatest x/z
    and y/z of the camera; cosines, sines (width,) of the columns' longitudes.
    count (rows, width) integers, best float32 [m2], both updated.
    """
    rows, width = count.shape
    turn = 2.0 * math.pi / step
    table = parallels(north, step, rows, radii)
    for k in range(frames.shape[0]):
        f = frames[k]
        j0, j1 = row_range(f, north, step, rows)
        if j0 >= j1:
            continue
        middle = (math.atan2(f[CENTRE + 1], f[CENTRE]) - west) / step
        for j in range(j0, j1):
            half = half_span(f, table[j, 0], table[j, 1]) / step
            if half < 0.0:
                continue
            w, x, y, e, s, r = row_forms(f, table[j, 2], table[j, 3], table[j, 4], table[j, 5])
            for shift in range(-1, 2):
                lo, hi = 0, width
                if half == math.inf:
                    if shift:
                        continue
                else:
                    lo = max(0, math.ceil(middle - half + shift * turn))
                    hi = min(width, math.floor(middle + half + shift * turn) + 1)
                if lo < hi:
                    _add_span(count[j, lo:hi], best[j, lo:hi], cosines[lo:hi], sines[lo:hi],
                              w, x, y, e, s, r, field, least_light)  # fmt: skip


@njit(cache=True, error_model="numpy", nogil=True)
def inside_outline(x, y, outline):
    """Whether (x, y) lies in the polygon `outline` (k, 2), by crossings of its sides."""
    within = False
    j = outline.shape[0] - 1
    for i in range(outline.shape[0]):
        yi, yj = outline[i, 1], outline[j, 1]
        if (yi > y) != (yj > y):
            cross = outline[i, 0] + (y - yi) / (yj - yi) * (outline[j, 0] - outline[i, 0])
            if x < cross:
                within = not within
        j = i
    return within


@njit(cache=True, error_model="numpy", nogil=True)
def look_at(f, c, d, p, q, m, n, field, outline, limits):
    """One cell under one frame: distance [m] (negative: unseen), cosine of incidence, and the
    east and north parts of the unit vector to the camera.

    c, d: cosine and sine of longitude; point (p, q) and normal (m, n) of its parallel.
    """
    vx, vy, vz = p * c - f[OBSERVER], p * d - f[OBSERVER + 1], q - f[OBSERVER + 2]
    depth = dot(f, AHEAD, vx, vy, vz)
    across, down = dot(f, ACROSS, vx, vy, vz), dot(f, DOWN, vx, vy, vz)
    if not (field[0] * depth <= across <= field[1] * depth
            and field[2] * depth <= down <= field[3] * depth):  # fmt: skip
        return -1.0, 0.0, 0.0, 0.0
    inward = c * vx + d * vy
    facing = -(m * inward + n * vz)
    light = m * (c * f[SUN] + d * f[SUN + 1]) + n * f[SUN + 2]
    if facing < SMALLEST or light < limits[0]:
        return -1.0, 0.0, 0.0, 0.0
    away = math.sqrt(vx * vx + vy * vy + vz * vz)
    if facing < limits[1] * away:
        return -1.0, 0.0, 0.0, 0.0
    if outline.shape[0] > 4 and not inside_outline(across / depth, down / depth, outline):
        return -1.0, 0.0, 0.0, 0.0
    # east is (-d, c, 0) and north completes it with the normal (m c, m d, n)
    east, north = (d * vx - c * vy) / away, (n * inward - m * vz) / away
    return away, light, east, north


@njit(cache=True, error_model="numpy", nogil=True)
def keep_look(j, i, k, time, away, light, best, whole, seconds):
    """Add a look of frame k at cell (j, i) to all accumulators but those of stereo."""
    if away < best[j, i, 0]:
        best[j, i, 0] = away
        whole[j, i, 1] = k
    if light > best[j, i, 1]:
        best[j, i, 1] = light
    if whole[j, i, 0] > 0 and time - seconds[j, i, 0] > seconds[j, i, 1]:
        seconds[j, i, 1] = time - seconds[j, i, 0]
    seconds[j, i, 0] = time
    whole[j, i, 0] += 1


@njit(cache=True, error_model="numpy", nogil=True)
def widen(j, i, season, east, north, axes, whole, kept, angle):
    """Keep a view direction if it is outermost along an azimuth; widen the stereo angle by it."""
    if whole[j, i, 2] != season:
        whole[j, i, 2] = season
        for d in range(kept.shape[2]):
            kept[j, i, d, 0], kept[j, i, d, 1] = east, north
        return
    outermost = False
    for d in range(axes.shape[0]):
        along = east * axes[d, 0] + north * axes[d, 1]
        if along > kept[j, i, 2 * d, 0] * axes[d, 0] + kept[j, i, 2 * d, 1] * axes[d, 1]:
            kept[j, i, 2 * d, 0], kept[j, i, 2 * d, 1] = east, north
            outermost = True
        elif along < kept[j, i, 2 * d + 1, 0] * axes[d, 0] + kept[j, i, 2 * d + 1, 1] * axes[d, 1]:
            kept[j, i, 2 * d + 1, 0], kept[j, i, 2 * d + 1, 1] = east, north
            outermost = True
    if not outermost:
        return
    up = math.sqrt(max(0.0, 1.0 - east * east - north * north))
    for d in range(kept.shape[2]):
        e, n = kept[j, i, d, 0], kept[j, i, d, 1]
        cosine = east * e + north * n + up * math.sqrt(max(0.0, 1.0 - e * e - n * n))
        if cosine < angle[j, i]:
            angle[j, i] = cosine


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def _test_span(away2, lights, cosines, sines, w, x, y, e, s, r, field, limits):
    """Squared distance (negative: unseen) and cosine of incidence for part of a row."""
    left, right, upper, lower = field[0], field[1], field[2], field[3]
    least_light, least_view = limits[0], limits[1] * limits[1]
    w0, w1, w2 = w
    x0, x1, x2 = x
    y0, y1, y2 = y
    e0, e1, e2 = e
    s0, s1, s2 = s
    r0, r1, r2 = r
    for i in range(away2.size):
        c, d = cosines[i], sines[i]
        depth = w0 + w1 * c + w2 * d
        across = x0 + x1 * c + x2 * d
        down = y0 + y1 * c + y2 * d
        facing = e0 + e1 * c + e2 * d
        light = s0 + s1 * c + s2 * d
        distance2 = r0 + r1 * c + r2 * d
        inside = min(min(across - left * depth, right * depth - across),
                     min(down - upper * depth, lower * depth - down))  # fmt: skip
        inside = min(inside, min(facing - SMALLEST, light - least_light))
        inside = min(inside, facing * facing - least_view * distance2)
        away2[i] = distance2 if inside >= 0.0 else -1.0
        lights[i] = light


@njit(cache=True, error_model="numpy", nogil=True)
def cylindrical_looks(frames, times, seasons, north, west, step, radii, field, outline, limits,
                      wide, axes, cosines, sines, best, whole, seconds, kept, angle):  # fmt: skip
    """All accumulators of a block of rows of a cylindrical map.

    times (n,) [s] ascending, seasons (n,) int32; limits: least cosine of incidence and emission;
    wide: whether to keep view directions; axes (D, 2) their azimuths. best (rows, width, 2)
    float32: least distance, best cosine of incidence; whole (rows, width, 3) int32: looks, best
    frame, season; seconds (rows, width, 2): time of the last look, longest gap; kept (rows, width,
    2 D, 2) float32: east and north of the outermost views; angle (rows, width) float32: cosine of
    the widest angle. Of the last two a single cell will do when not wide.
    """
    rows, width = best.shape[0], best.shape[1]
    turn = 2.0 * math.pi / step
    table = parallels(north, step, rows, radii)
    away2, lights = np.empty(width), np.empty(width)
    bent = outline.shape[0] > 4
    for k in range(frames.shape[0]):
        f = frames[k]
        j0, j1 = row_range(f, north, step, rows)
        if j0 >= j1:
            continue
        middle = (math.atan2(f[CENTRE + 1], f[CENTRE]) - west) / step
        for j in range(j0, j1):
            half = half_span(f, table[j, 0], table[j, 1]) / step
            if half < 0.0:
                continue
            p, q, m, n = table[j, 2], table[j, 3], table[j, 4], table[j, 5]
            w, x, y, e, s, r = row_forms(f, p, q, m, n)
            for shift in range(-1, 2):
                lo, hi = 0, width
                if half == math.inf:
                    if shift:
                        continue
                else:
                    lo = max(0, math.ceil(middle - half + shift * turn))
                    hi = min(width, math.floor(middle + half + shift * turn) + 1)
                if lo >= hi:
                    continue
                _test_span(away2[lo:hi], lights[lo:hi], cosines[lo:hi], sines[lo:hi],
                           w, x, y, e, s, r, field, limits)  # fmt: skip
                for i in range(lo, hi):
                    if away2[i] < 0.0:
                        continue
                    c, d = cosines[i], sines[i]
                    if bent:
                        depth = w[0] + w[1] * c + w[2] * d
                        u = (x[0] + x[1] * c + x[2] * d) / depth
                        v = (y[0] + y[1] * c + y[2] * d) / depth
                        if not inside_outline(u, v, outline):
                            continue
                    away = math.sqrt(away2[i])
                    keep_look(j, i, k, times[k], away, lights[i], best, whole, seconds)
                    if wide:
                        east = (f[OBSERVER + 1] * c - f[OBSERVER] * d) / away
                        inward = p - f[OBSERVER] * c - f[OBSERVER + 1] * d
                        ahead = (n * inward - m * (q - f[OBSERVER + 2])) / away
                        widen(j, i, seasons[k], east, ahead, axes, whole, kept, angle)


@njit(cache=True, error_model="numpy", nogil=True)
def polar_place(x, y, sign, sphere, radii):
    """Cosine and sine of longitude, point (p, q) and normal (m, n) of a place (x, y) [m] of a
    polar stereographic map.
    """
    a, c = radii[0], radii[1]
    rho = math.hypot(x, y)
    bulge = rho * rho / (4.0 * sphere * sphere)
    sine, cosine = sign * (1.0 - bulge) / (1.0 + bulge), rho / sphere / (1.0 + bulge)
    length = 1.0 / math.sqrt((cosine / a) ** 2 + (sine / c) ** 2)
    p, q = length * cosine, length * sine
    slope = 1.0 / math.sqrt((p / (a * a)) ** 2 + (q / (c * c)) ** 2)
    east, ahead = (x / rho, -sign * y / rho) if rho > 0.0 else (0.0, 1.0)
    return ahead, east, p, q, slope * p / (a * a), slope * q / (c * c)


@njit(cache=True, error_model="numpy", nogil=True)
def polar_box(f, left, top, pixel, sign, sphere, rows, width):
    """Rows and columns of the circle that a cap becomes in a polar stereographic map."""
    across = math.hypot(f[CENTRE], f[CENTRE + 1])
    colat = math.atan2(across, sign * f[CENTRE + 2])
    far_x = max(abs(left), abs(left + width * pixel))
    far_y = max(abs(top), abs(top - rows * pixel))
    if colat - f[RADIUS] > 2.0 * math.atan(0.5 * math.hypot(far_x, far_y) / sphere):
        return 0, 0, 0, 0
    if colat + f[RADIUS] > 0.95 * math.pi:
        return 0, rows, 0, width
    near = 2.0 * sphere * math.tan(0.5 * (colat - f[RADIUS]))
    far = 2.0 * sphere * math.tan(0.5 * (colat + f[RADIUS]))
    middle, reach = 0.5 * (near + far), 0.5 * (far - near)
    east, ahead = (f[CENTRE + 1] / across, f[CENTRE] / across) if across > 0.0 else (0.0, 1.0)
    x, y = middle * east, -sign * middle * ahead
    j0 = math.floor((top - y - reach) / pixel - 0.5)
    j1 = math.ceil((top - y + reach) / pixel - 0.5) + 1
    i0 = math.floor((x - reach - left) / pixel - 0.5)
    i1 = math.ceil((x + reach - left) / pixel - 0.5) + 1
    return max(0, j0), min(rows, j1), max(0, i0), min(width, i1)


@njit(cache=True, error_model="numpy", nogil=True)
def polar_looks(frames, times, seasons, left, top, pixel, sign, sphere, radii, field, outline,
                limits, wide, axes, best, whole, seconds, kept, angle):  # fmt: skip
    """As `cylindrical_looks`, on a polar stereographic map; sign 1 north, -1 south."""
    rows, width = best.shape[0], best.shape[1]
    table = np.empty((rows, width, 6))
    for j in range(rows):
        for i in range(width):
            x, y = left + (i + 0.5) * pixel, top - (j + 0.5) * pixel
            place = polar_place(x, y, sign, sphere, radii)
            for d in range(6):
                table[j, i, d] = place[d]
    for k in range(frames.shape[0]):
        f = frames[k]
        j0, j1, i0, i1 = polar_box(f, left, top, pixel, sign, sphere, rows, width)
        for j in range(j0, j1):
            for i in range(i0, i1):
                away, light, east, ahead = look_at(
                    f, table[j, i, 0], table[j, i, 1], table[j, i, 2], table[j, i, 3],
                    table[j, i, 4], table[j, i, 5], field, outline, limits,
                )  # fmt: skip
                if away >= 0.0:
                    keep_look(j, i, k, times[k], away, light, best, whole, seconds)
                    if wide:
                        widen(j, i, seasons[k], east, ahead, axes, whole, kept, angle)
