"""A frame into a mosaic: each cell's albedo from the pixels that fell on it, under a seam rule."""

import math

import numpy as np
from numba import njit

from marsward.physics.kernels.haze import veil
from marsward.physics.kernels.mars_photometry import (
    HAPKE,
    LAMBERT,
    albedo_of,
    hapke_frame,
    hapke_of,
)
from marsward.physics.kernels.reflectance import curve
from marsward.retrieval.kernels.cell_view import (
    MATH,
    cell_steps,
    ground_point,
    in_shadow,
    pixel_of,
    place_in_cell,
    row_views,
)
from marsward.retrieval.kernels.ground import SEPARABLE, row_directions, row_lens

BEST_GSD, BEST_LIGHT, BLEND, FIRST = 0, 1, 2, 3
_STRAIGHT = 0.06  # side of a patch over its distance, up to which pixels run evenly along it


@njit(cache=True, error_model="numpy", nogil=True, fastmath=MATH)
def noise_gain(a):
    """Variance of the mean of bilinear values over a length of a pixels, for unit pixel noise.

    The mean over all places of a box of length a on the triangle of bilinear weights: the
    integral of (a - |t|) B(t) / a^2 with B the cubic B-spline.
    """
    if a <= 1.0:
        return 2.0 / 3.0 - a * a / 6.0 + a * a * a / 20.0
    if a <= 2.0:
        return 2.0 / (a * a) * ((2.0 - a) ** 5 / 120.0 + 0.5 * a - 7.0 / 30.0)
    return (a - 7.0 / 15.0) / (a * a)


@njit(cache=True, error_model="numpy", nogil=True, inline="always", fastmath=MATH)
def _patch_sums(images, u, v, steps, ny, nx, slopes, sums):
    """Add bilinear values (and gradients) at ny x nx places round u, v; returns how many.

    steps: change of u and v from one place to the next along x and y of the map (4,).
    """
    right, bottom = images.shape[2] - 1, images.shape[1] - 1
    taken = 0
    for jy in range(ny):
        oy = jy - 0.5 * (ny - 1)
        for jx in range(nx):
            ox = jx - 0.5 * (nx - 1)
            a = u + ox * steps[0] + oy * steps[2]
            c = v + ox * steps[1] + oy * steps[3]
            if not (a >= 0.0 and c >= 0.0 and a <= right and c <= bottom):
                continue
            i, j = min(int(a), right - 1), min(int(c), bottom - 1)
            fu, fv = a - i, c - j
            for b in range(images.shape[0]):
                p, q = images[b, j, i], images[b, j, i + 1]
                r, s = images[b, j + 1, i], images[b, j + 1, i + 1]
                upper = p + fu * (q - p)
                lower = r + fu * (s - r)
                sums[b, 0] += upper + fv * (lower - upper)
                if slopes:
                    sums[b, 1] += (q - p) + fv * ((s - r) - (q - p))
                    sums[b, 2] += lower - upper
            taken += 1
    return taken


@njit(cache=True, error_model="numpy", nogil=True, fastmath=MATH)
def _wanted(rule, source, gsd, incidence, new_gsd, new_incidence):
    """Whether a view takes a cell under a rule."""
    if rule == BLEND or source < 0:
        return True
    if rule == BEST_GSD:
        return new_gsd < gsd
    if rule == BEST_LIGHT:
        return new_incidence < incidence
    return False


@njit(cache=True, error_model="numpy", nogil=True, fastmath=MATH)
def _limb_terms(law, curves, cos_phase):
    """Weight and brightness of the lunar-Lambert law at a phase; 0 and 1 of Lambert's law."""
    if law == LAMBERT:
        return 0.0, 1.0
    half = math.sqrt(max(0.0, 0.5 * (1.0 - cos_phase)))
    step = 1.0 / (curves.shape[1] - 1)
    return curve(curves[0], step, half), curve(curves[1], step, half)


@njit(cache=True, error_model="numpy", nogil=True)
def _hapke_albedo(ground, f0, f1, f2, f3, f4, f5, direct, sky, numbers, w):
    """Albedo under Hapke's law from I/F at the ground, and its w, by secant steps from w.

    Falls back on the bracketed search where they do not close. f0..f5: `frame`.
    """
    before = 0.98 * w
    miss_before = direct * hapke_of(before, f0, f1, f2, f3, f4, f5) - ground
    if sky > 0.0:
        miss_before += sky * _reference_albedo(before, numbers)
    for _ in range(8):
        miss = direct * hapke_of(w, f0, f1, f2, f3, f4, f5) - ground
        if sky > 0.0:
            miss += sky * _reference_albedo(w, numbers)
        if abs(miss) <= 1e-7 * abs(ground):
            return _reference_albedo(w, numbers), w
        step = miss * (w - before) / (miss - miss_before)
        before, miss_before = w, miss
        w = w - step
        if not (w > 1e-4 and w < 0.9995):
            break
    return albedo_of(HAPKE, ground, f0, f1, f2, f3, f4, f5, direct, sky, numbers), 0.8


@njit(cache=True, error_model="numpy", nogil=True)
def _reference_albedo(w, numbers):
    """Albedo at the reference geometry of a single-scattering albedo."""
    front = hapke_of(w, numbers[5], numbers[6], numbers[7], numbers[8], numbers[9], numbers[10])
    return front / numbers[11]


@njit(cache=True, error_model="numpy", nogil=True, fastmath=MATH)
def _keep(
    row, col, number, values, sigmas, share, new_gsd, new_incidence,
    albedo, sigma, weight, source, incidence, gsd,
):  # fmt: skip
    """Write a cell, or join it to what stands there if `weight` counts (share above zero)."""
    old = float(weight[row, col]) if share > 0.0 and source[row, col] >= 0 else 0.0
    part = share / (old + share) if old > 0.0 else 1.0
    for b in range(values.shape[0]):
        if old > 0.0:
            before = (1.0 - part) * sigma[b, row, col]
            here = part * sigmas[b]
            albedo[b, row, col] += part * (values[b] - albedo[b, row, col])
            sigma[b, row, col] = math.sqrt(before * before + here * here)
        else:
            albedo[b, row, col] = values[b]
            sigma[b, row, col] = sigmas[b]
    if old > 0.0:
        incidence[row, col] += part * (new_incidence - incidence[row, col])
    else:
        incidence[row, col] = new_incidence
    if old == 0.0 or new_gsd < gsd[row, col]:
        source[row, col] = number
        gsd[row, col] = new_gsd
    weight[row, col] = old + share if share > 0.0 else 1.0


@njit(cache=True, error_model="numpy", nogil=True, fastmath=MATH)
def _gather(
    kind, grid, cell, relief, wa, wb, wc, padded, u, v, depth, nx, ny, nz, vx, vy, vz,
    observer, axes, optics, lens, images, sun, least_sun, part, scale,
    py, px, my, mx, steps, slopes, sums,
):  # fmt: skip
    """Sums of a cell over py x px patches of my x mx values each.

    Returns how many values were taken, and their means of the light (I/F of albedo one by the
    lunar-Lambert terms part and scale) and of the cosines of incidence and emission on the slopes.
    """
    sums[:, :] = 0.0
    light = mean_sun = mean_view = 0.0
    taken = 0
    ox, oy, oz = observer[0], observer[1], observer[2]
    for j in range(int(py)):
        for i in range(int(px)):
            a, b = u, v
            if py > 1.0 or px > 1.0:
                dx, dy, dz, lat, lon = place_in_cell(
                    kind, grid, cell, (i + 0.5) / px - 0.5, (j + 0.5) / py - 0.5, relief
                )
                x, y, z, nx, ny, nz = ground_point(wa, wb, wc, padded, dx, dy, dz, lat, lon)
                a, b, depth = pixel_of(x - ox, y - oy, z - oz, axes, optics, lens)
            local_sun = nx * sun[0] + ny * sun[1] + nz * sun[2]
            local_view = nx * vx + ny * vy + nz * vz
            if local_sun < least_sun or local_view < 0.05 or depth <= 0.0:
                continue
            n = _patch_sums(images, a, b, steps, int(my), int(mx), slopes, sums)
            disc = 2.0 * part * local_sun / (local_sun + local_view)
            light += n * scale * (disc + (1.0 - part) * local_sun)
            mean_sun += n * local_sun
            mean_view += n * local_view
            taken += n
    per = 1.0 / max(1, taken)
    return taken, light * per, mean_sun * per, mean_view * per


@njit(cache=True, error_model="numpy", nogil=True, fastmath=MATH)
def _albedos(
    law, law_numbers, haze, shares, factors, settings, mu0, mu, cos_phase, part, scale,
    taken, light, mean_sun, mean_view, noise, sigmas, iu, iv, sums, guess, values, errors,
):  # fmt: skip
    """Albedo and its error in each band from the sums of `_gather`; False where there is none.

    guess: single-scattering albedo of each band to start Hapke's law from, kept up to date.
    """
    uneven = 1.0
    if law == HAPKE:
        disc = 2.0 * part * mean_sun / (mean_sun + mean_view)
        uneven = light / (scale * (disc + (1.0 - part) * mean_sun))
        f0, f1, f2, f3, f4, f5 = hapke_frame(
            mean_sun, mean_view, cos_phase, law_numbers[0], law_numbers[1], law_numbers[2],
            law_numbers[3], law_numbers[4],
        )  # fmt: skip
    else:
        f0, f1, f2, f3, f4, f5 = light, 0.0, 1.0, 0.0, 1.0, 0.0
    good = True
    for b in range(values.shape[0]):
        per = factors[b] / taken
        direct, sky, up, path = 1.0, 0.0, 1.0, 0.0
        if haze[b, 0] > 0.0:
            direct, sky, up, path = veil(mu0, mu, cos_phase, haze[b], shares[b])
        direct *= uneven
        ground = (per * sums[b, 0] - path) / up
        if law == HAPKE and ground > 1e-4:
            value, guess[b] = _hapke_albedo(
                ground, f0, f1, f2, f3, f4, f5, direct, sky, law_numbers, guess[b]
            )
            gain = value / (up * ground)
        else:
            gain = 1.0 / (up * (direct * f0 + sky))
            value = gain * up * ground
        slope = settings[0] * per * math.sqrt(sums[b, 1] ** 2 + sums[b, 2] ** 2)
        pixel_noise = factors[b] * sigmas[b, iv, iu]
        variance = gain * gain * (noise * pixel_noise * pixel_noise + slope * slope)
        variance += (settings[1] * value) ** 2
        values[b], errors[b] = value, math.sqrt(variance)
        good = good and value == value and errors[b] == errors[b]
    return good


@njit(cache=True, error_model="numpy", nogil=True, fastmath=MATH)
def add_frame(
    kind, grid, lat_table, lon_table, row0, row1, col0, columns, radii, padded, tops, near,
    relief_range, optics, lens, images, sigmas, observer, axes, sun, limits, law, law_numbers,
    curves, haze, shares, factors, settings, number, rule,
    albedo, sigma, weight, source, incidence, gsd, views,
):  # fmt: skip
    """Add one frame to rows row0 to row1 of a mosaic; returns how many cells it filled.

    relief_range: lowest and highest ground [m]; views are counted as on the bare ellipsoid;
    limits: least cosines of incidence and emission on the ellipsoid, least local cosine of
    incidence; law, its numbers and the lunar-Lambert curves of `mars_photometry` (under Hapke's law
    these weigh slopes within a cell only); haze (band, 5) and shares (band, n) of `haze.veil`;
    factors (band,): radiance to I/F; settings: registration [px], photometric sigma [-], feather
    [px], most values a side of a cell, cosine of incidence below which shadows are looked for.
    Planes (band, y, x) and (y, x) are the mosaic's.
    """
    bands, height, width = images.shape
    cell, steps = np.empty(6), np.empty(4)
    sums, values, errors = np.empty((bands, 3)), np.empty(bands), np.empty(bands)
    guess = np.full(bands, 0.8)
    relief = padded.shape[0] > 1
    wa, wb, wc = 1.0 / radii[0] ** 2, 1.0 / radii[1] ** 2, 1.0 / radii[2] ** 2
    mean_radius = (radii[0] + radii[1] + radii[2]) / 3.0
    terrain_step = math.pi / max(1, padded.shape[0] - 2)
    slopes = settings[0] > 0.0
    ox, oy, oz = observer[0], observer[1], observer[2]
    sun_x, sun_y, sun_z = sun[0], sun[1], sun[2]
    filled = 0
    dxs, dys, dzs = np.empty(columns), np.empty(columns), np.empty(columns)
    us, vs, fars = np.empty(columns), np.empty(columns), np.empty(columns)
    mu0s, mus = np.empty(columns), np.empty(columns)
    rough = max(-relief_range[0], relief_range[1]) if relief else 0.0
    for row in range(row0, row1):
        cell[1] = grid[1] - (row + 0.5) * grid[2]
        if kind == SEPARABLE:
            cell[2], cell[3] = lat_table[row, 0], lat_table[row, 1]
        row_directions(kind, grid, row, col0, lat_table, lon_table, dxs, dys, dzs)
        row_views(
            dxs, dys, dzs, wa, wb, wc, observer, axes, sun, optics[0], optics[1], optics[2],
            us, vs, fars, mu0s, mus,
        )  # fmt: skip
        if lens != 0:
            row_lens(lens, optics[3:], optics[0], optics[1], optics[2], us, vs)
        for k in range(columns):
            mu0, mu, u, v = mu0s[k], mus[k], us[k], vs[k]
            if mu0 < limits[0] or mu < limits[1]:
                continue
            # pixels that relief can move a place by
            spare = rough / (fars[k] * mu) * optics[0]
            if not (u >= -spare and v >= -spare and u <= width - 1 + spare):
                continue
            if not v <= height - 1 + spare:
                continue
            col = col0 + k
            if kind == SEPARABLE:
                col = col - lon_table.shape[0] if col >= lon_table.shape[0] else col
                cell[4], cell[5] = lon_table[col, 0], lon_table[col, 1]
            if u >= 0.0 and v >= 0.0 and u <= width - 1 and v <= height - 1:
                views[row, col] += 1
            nearest = (fars[k] - rough / mu) / optics[0] / math.sqrt(mu)
            new_incidence = math.degrees(math.acos(min(1.0, mu0)))
            if not _wanted(
                rule, source[row, col], gsd[row, col], incidence[row, col], nearest, new_incidence
            ):
                continue
            cell[0] = grid[0] + (col + 0.5) * grid[2]
            dx, dy, dz, lat, lon = place_in_cell(kind, grid, cell, 0.0, 0.0, relief)
            x, y, z, nx, ny, nz = ground_point(wa, wb, wc, padded, dx, dy, dz, lat, lon)
            u, v, depth = pixel_of(x - ox, y - oy, z - oz, axes, optics, lens)
            if not (depth > 0.0 and u >= 0.0 and v >= 0.0 and u <= width - 1 and v <= height - 1):
                continue
            vx, vy, vz = ox - x, oy - y, oz - z
            distance = math.sqrt(vx * vx + vy * vy + vz * vz)
            vx, vy, vz = vx / distance, vy / distance, vz / distance
            new_gsd = distance / optics[0] / math.sqrt(mu)
            if not _wanted(
                rule, source[row, col], gsd[row, col], incidence[row, col], new_gsd, new_incidence
            ):
                continue
            if (
                relief
                and mu0 < settings[4]
                and in_shadow(radii, padded, tops, near, x, y, z, sun, terrain_step * mean_radius)
            ):
                continue
            cos_phase = vx * sun_x + vy * sun_y + vz * sun_z
            # size of the cell in pixels, values a side, and patches with one look at the light
            high = wide = grid[2]
            if kind == SEPARABLE:
                wide *= cell[2]
            else:
                wide /= 1.0 + 0.25 * (cell[0] * cell[0] + cell[1] * cell[1])
                high = wide
            per = optics[0] / depth * mean_radius
            pixels_y, pixels_x = per * high, per * wide
            my = min(max(1.0, math.ceil(pixels_y)), settings[3])
            mx = min(max(1.0, math.ceil(pixels_x)), settings[3])
            py = px = 1.0
            if my > 1.0 or mx > 1.0:
                far = mean_radius / (_STRAIGHT * distance)
                if relief:
                    far = max(far, 2.0 / terrain_step)
                py = min(max(1.0, math.ceil(far * high)), my)
                px = min(max(1.0, math.ceil(far * wide)), mx)
                my, mx = math.ceil(my / py), math.ceil(mx / px)
                level = math.sqrt(x * x + y * y + z * z)
                cell_steps(kind, grid, cell, level, observer, axes, optics, lens, steps)
                steps[0], steps[1] = steps[0] / (px * mx), steps[1] / (px * mx)
                steps[2], steps[3] = steps[2] / (py * my), steps[3] / (py * my)
            part, scale = _limb_terms(law, curves, cos_phase)
            taken, light, mean_sun, mean_view = _gather(
                kind, grid, cell, relief, wa, wb, wc, padded, u, v, depth, nx, ny, nz, vx, vy, vz,
                observer, axes, optics, lens, images, sun, limits[2], part, scale,
                py, px, my, mx, steps, slopes, sums,
            )  # fmt: skip
            if 2 * taken < py * px * my * mx or not light > 0.0:
                continue
            noise = noise_gain(min(pixels_x, px * mx)) * noise_gain(min(pixels_y, py * my))
            good = _albedos(
                law, law_numbers, haze, shares, factors, settings, mu0, mu, cos_phase, part, scale,
                taken, light, mean_sun, mean_view, noise, sigmas, int(u + 0.5), int(v + 0.5),
                sums, guess, values, errors,
            )  # fmt: skip
            if not good:
                continue
            filled += 1
            views[row, col] = max(views[row, col], 1)
            share = 0.0
            if rule == BLEND:
                edge = min(min(u, width - 1.0 - u), min(v, height - 1.0 - v)) + 0.5
                share = max(1e-3, min(1.0, edge / settings[2])) * mu0 / (new_gsd * new_gsd)
            _keep(
                row, col, number, values, errors, share, new_gsd, new_incidence,
                albedo, sigma, weight, source, incidence, gsd,
            )  # fmt: skip
    return filled
