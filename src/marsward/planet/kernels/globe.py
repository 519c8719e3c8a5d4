"""Ellipsoids seen by a frame camera: sampled discs of rock and of an Earth with sea and air.

All vectors of one body are in its own frame. `view` rows turn camera rays into that frame, `eye` is
the camera's place relative to the body's centre [m], `inverse` holds 1/radii [1/m], `sun` the unit
vector to the Sun. Nearer bodies that may hide this one come as centres and shape matrices in the
camera frame. Textures begin at 180 W, 90 N.
"""

import math

import numpy as np
from numba import njit

from marsward.geometry.kernels.pinhole import undistort
from marsward.physics.kernels.reflectance import (
    air_mass,
    curve,
    glint,
    hapke,
    lunar_lambert_disc,
    rayleigh,
)

LAMBERT, LUNAR_LAMBERT, HAPKE = 0, 1, 2


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def sight(px, py, lens, bent):
    """Unit ray in the camera frame for a pixel; lens = focal, cx, cy, k1, k2, p1, p2, k3."""
    x = (px - lens[1]) / lens[0]
    y = (py - lens[2]) / lens[0]
    if bent:
        x, y, _ = undistort(x, y, lens[3], lens[4], lens[5], lens[6], lens[7])
    n = 1.0 / math.sqrt(x * x + y * y + 1.0)
    return x * n, y * n, n


@njit(cache=True, error_model="numpy", nogil=True)
def offsets(samples):
    """Places of a pixel's samples on a regular grid, relative to its centre (n, 2) [px]."""
    out = np.empty((samples * samples, 2))
    for k in range(samples * samples):
        out[k, 0] = (k % samples + 0.5) / samples - 0.5
        out[k, 1] = (k // samples + 0.5) / samples - 0.5
    return out


@njit(cache=True, error_model="numpy", nogil=True)
def hidden(ux, uy, uz, centres, shapes):
    """True when a nearer ellipsoid lies on the ray from the camera."""
    for k in range(centres.shape[0]):
        m = shapes[k]
        c = centres[k]
        ex = m[0, 0] * ux + m[0, 1] * uy + m[0, 2] * uz
        ey = m[1, 0] * ux + m[1, 1] * uy + m[1, 2] * uz
        ez = m[2, 0] * ux + m[2, 1] * uy + m[2, 2] * uz
        sx = m[0, 0] * c[0] + m[0, 1] * c[1] + m[0, 2] * c[2]
        sy = m[1, 0] * c[0] + m[1, 1] * c[1] + m[1, 2] * c[2]
        sz = m[2, 0] * c[0] + m[2, 1] * c[1] + m[2, 2] * c[2]
        along = ex * sx + ey * sy + ez * sz
        gap = sx * sx + sy * sy + sz * sz - 1.0
        if along > 0.0 and along * along >= gap * (ex * ex + ey * ey + ez * ez):
            return True
    return False


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def arc(y, x):
    """atan2 to 2e-6 rad, far below a texel, by the odd polynomial of Hastings 1955, sheet 13."""
    ax, ay = abs(x), abs(y)
    t = min(ax, ay) / max(max(ax, ay), 1e-300)
    t2 = t * t
    a = t * (
        0.99997726
        + t2
        * (
            -0.33262347
            + t2 * (0.19354346 + t2 * (-0.11643287 + t2 * (0.05265332 - 0.01172120 * t2)))
        )
    )
    if ay > ax:
        a = 0.5 * math.pi - a
    if x < 0.0:
        a = math.pi - a
    return a if y >= 0.0 else -a


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def texel(qx, qy, qz, rows, columns):
    """Texture place of a unit vector: two columns, two rows and their weights."""
    x = (arc(qy, qx) * (0.5 / math.pi) + 0.5) * columns - 0.5
    y = (0.5 - arc(qz, math.sqrt(qx * qx + qy * qy)) / math.pi) * rows - 0.5
    x0, y0 = int(x + 1.0) - 1, int(y + 1.0) - 1
    wx, wy = x - x0, y - y0
    x1 = x0 + 1
    if x0 < 0:
        x0 = columns - 1
    if x1 >= columns:
        x1 = 0
    return x0, x1, max(y0, 0), min(y0 + 1, rows - 1), wx, wy


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def mixed(t, layer, x0, x1, y0, y1, wx, wy):
    """Bilinear value of one texture layer."""
    top = t[y0, x0, layer] * (1.0 - wx) + t[y0, x1, layer] * wx
    low = t[y1, x0, layer] * (1.0 - wx) + t[y1, x1, layer] * wx
    return top * (1.0 - wy) + low * wy


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def rock(law, value, mu0, mu, cos_phase, law_numbers, phase_curve, curve_step):
    """I/F of a rocky surface; value is albedo (Lambert), reflectance (lunar) or w (Hapke)."""
    if law == LAMBERT:
        return value * mu0
    if law == HAPKE:
        n = law_numbers
        return n[5] * hapke(value, mu0, mu, cos_phase, n[0], n[1], n[2], n[3], n[4])
    phase = math.acos(min(1.0, max(-1.0, cos_phase)))
    return value * curve(phase_curve, curve_step, phase) * lunar_lambert_disc(mu0, mu, phase)


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def render_rock(image, box, samples, lens, bent, view, eye, inverse, sun, sun_flux, second,
                second_flux, texture, law, law_numbers, phase_curve, curve_step, centres,
                shapes):  # fmt: skip
    """Add a rocky body's radiance [W m-2 sr-1] to image within box (x0, x1, y0, y1).

    second, second_flux: another light from afar, such as earthshine [W m-2].
    """
    rows, columns = texture.shape[0], texture.shape[1]
    sx, sy, sz = eye[0] * inverse[0], eye[1] * inverse[1], eye[2] * inverse[2]
    gap = sx * sx + sy * sy + sz * sz - 1.0
    share = 1.0 / (samples * samples * math.pi)
    steps = offsets(samples)
    for j in range(box[2], box[3]):
        for i in range(box[0], box[1]):
            total = 0.0
            for k in range(samples * samples):
                ux, uy, uz = sight(i + steps[k, 0], j + steps[k, 1], lens, bent)
                dx = view[0, 0] * ux + view[0, 1] * uy + view[0, 2] * uz
                dy = view[1, 0] * ux + view[1, 1] * uy + view[1, 2] * uz
                dz = view[2, 0] * ux + view[2, 1] * uy + view[2, 2] * uz
                ex, ey, ez = dx * inverse[0], dy * inverse[1], dz * inverse[2]
                a = ex * ex + ey * ey + ez * ez
                b = ex * sx + ey * sy + ez * sz
                d = b * b - a * gap
                if d <= 0.0 or b >= 0.0:
                    continue
                if centres.shape[0] > 0 and hidden(ux, uy, uz, centres, shapes):
                    continue
                t = (-b - math.sqrt(d)) / a
                qx, qy, qz = sx + t * ex, sy + t * ey, sz + t * ez
                nx, ny, nz = qx * inverse[0], qy * inverse[1], qz * inverse[2]
                n = 1.0 / math.sqrt(nx * nx + ny * ny + nz * nz)
                nx, ny, nz = nx * n, ny * n, nz * n
                mu0 = nx * sun[0] + ny * sun[1] + nz * sun[2]
                mu2 = nx * second[0] + ny * second[1] + nz * second[2]
                if mu0 <= 0.0 and (mu2 <= 0.0 or second_flux <= 0.0):
                    continue
                mu = max(1e-6, -(nx * dx + ny * dy + nz * dz))
                x0, x1, y0, y1, wx, wy = texel(qx, qy, qz, rows, columns)
                value = mixed(texture, 0, x0, x1, y0, y1, wx, wy)
                if mu0 > 0.0:
                    c = -(dx * sun[0] + dy * sun[1] + dz * sun[2])
                    total += sun_flux * rock(
                        law, value, mu0, mu, c, law_numbers, phase_curve, curve_step
                    )
                elif mu2 > 0.0:
                    c = -(dx * second[0] + dy * second[1] + dz * second[2])
                    total += second_flux * rock(
                        law, value, mu2, mu, c, law_numbers, phase_curve, curve_step
                    )
            image[j, i] += total * share


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def air_and_sea(mu0, mu, cos_phase, land, water, cloud, n):
    """I/F of Earth: n = depth, water albedo, cloud albedo, slope variance, index, air over cloud.

    One scattering by the air above ground or cloud, Lambert land, cloud and water, sun glint; of
    the light that the air takes from the beam, half is counted as going on.
    """
    m0, m = air_mass(mu0), air_mass(mu)
    depth = n[0] * (1.0 - (1.0 - n[5]) * cloud)
    through = math.exp(-0.5 * n[0] * (m0 + m))
    above = math.exp(-0.5 * depth * (m0 + m))
    ground = (1.0 - water) * land * mu0
    if water > 0.0:
        ground += water * n[1] * mu0
        ground += water * glint(mu0, mu, cos_phase, n[3], n[4]) * through
    solid = (1.0 - cloud) * ground * through + cloud * n[2] * mu0 * above
    return rayleigh(depth, m0, m, cos_phase) + solid


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def twilight(depth, scale, mu0, mu, cos_phase):
    """I/F of air above the shadow line behind the terminator; scale = radius / scale height."""
    height = scale * (1.0 / math.sqrt(max(1e-6, 1.0 - mu0 * mu0)) - 1.0)
    if height > 8.0:
        return 0.0
    return rayleigh(depth * math.exp(-height), air_mass(0.0), air_mass(mu), cos_phase)


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def rim(depth, scale, height, mu0, cos_phase):
    """I/F of the thin rim of air above the limb; height in scale heights above the ellipsoid."""
    thin = depth * math.exp(-height)
    across = thin * math.sqrt(2.0 * math.pi * scale)
    lobe = 0.75 * (1.0 + cos_phase * cos_phase)
    dip = 0.0
    if mu0 < 0.0:
        dip = max(0.0, scale * (1.0 / math.sqrt(max(1e-6, 1.0 - mu0 * mu0)) - 1.0) - height)
        if dip > 8.0:
            return 0.0
    sunward = math.exp(-thin * air_mass(mu0))
    return 0.25 * lobe * sunward * math.exp(-dip) * (1.0 - math.exp(-across))


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def render_earth(image, box, samples, lens, bent, view, eye, inverse, sun, sun_flux, lights,
                 texture, numbers, scale, with_rim, centres, shapes):  # fmt: skip
    """Add Earth's radiance [W m-2 sr-1] to image; texture layers: land, water, cloud, lights.

    numbers as in air_and_sea; lights: radiance of a full city-light texel [W m-2 sr-1]; scale:
    radius over scale height; with_rim: also the air above the limb.
    """
    rows, columns = texture.shape[0], texture.shape[1]
    sx, sy, sz = eye[0] * inverse[0], eye[1] * inverse[1], eye[2] * inverse[2]
    gap = sx * sx + sy * sy + sz * sz - 1.0
    share = 1.0 / (samples * samples)
    steps = offsets(samples)
    flux = sun_flux / math.pi
    for j in range(box[2], box[3]):
        for i in range(box[0], box[1]):
            total = 0.0
            for k in range(samples * samples):
                ux, uy, uz = sight(i + steps[k, 0], j + steps[k, 1], lens, bent)
                dx = view[0, 0] * ux + view[0, 1] * uy + view[0, 2] * uz
                dy = view[1, 0] * ux + view[1, 1] * uy + view[1, 2] * uz
                dz = view[2, 0] * ux + view[2, 1] * uy + view[2, 2] * uz
                ex, ey, ez = dx * inverse[0], dy * inverse[1], dz * inverse[2]
                a = ex * ex + ey * ey + ez * ez
                b = ex * sx + ey * sy + ez * sz
                d = b * b - a * gap
                c = -(dx * sun[0] + dy * sun[1] + dz * sun[2])
                if b >= 0.0 or (d <= 0.0 and not with_rim):
                    continue
                if centres.shape[0] > 0 and hidden(ux, uy, uz, centres, shapes):
                    continue
                if d <= 0.0:
                    t = -b / a
                    qx, qy, qz = sx + t * ex, sy + t * ey, sz + t * ez
                    n = math.sqrt(qx * qx + qy * qy + qz * qz)
                    if (n - 1.0) * scale < 10.0:
                        mu0 = (qx * sun[0] + qy * sun[1] + qz * sun[2]) / n
                        total += flux * rim(numbers[0], scale, (n - 1.0) * scale, mu0, c)
                    continue
                t = (-b - math.sqrt(d)) / a
                qx, qy, qz = sx + t * ex, sy + t * ey, sz + t * ez
                nx, ny, nz = qx * inverse[0], qy * inverse[1], qz * inverse[2]
                n = 1.0 / math.sqrt(nx * nx + ny * ny + nz * nz)
                nx, ny, nz = nx * n, ny * n, nz * n
                mu0 = nx * sun[0] + ny * sun[1] + nz * sun[2]
                mu = max(1e-6, -(nx * dx + ny * dy + nz * dz))
                x0, x1, y0, y1, wx, wy = texel(qx, qy, qz, rows, columns)
                if mu0 > 0.0:
                    cloud = mixed(texture, 2, x0, x1, y0, y1, wx, wy)
                    land = mixed(texture, 0, x0, x1, y0, y1, wx, wy)
                    water = mixed(texture, 1, x0, x1, y0, y1, wx, wy)
                    total += flux * air_and_sea(mu0, mu, c, land, water, cloud, numbers)
                else:
                    night = mixed(texture, 3, x0, x1, y0, y1, wx, wy)
                    if night > 0.01:
                        cloud = mixed(texture, 2, x0, x1, y0, y1, wx, wy)
                        total += lights * night * (1.0 - cloud) * mu
                    total += flux * twilight(numbers[0], scale, mu0, mu, c)
            image[j, i] += total * share


@njit(cache=True, error_model="numpy", nogil=True)
def backplane(number, box, lens, bent, view, eye, inverse, sun, centres, shapes, body, incidence,
              emission, phase, lon, lat):  # fmt: skip
    """Angles [deg] and body number at pixel centres within box, where this body is seen."""
    sx, sy, sz = eye[0] * inverse[0], eye[1] * inverse[1], eye[2] * inverse[2]
    gap = sx * sx + sy * sy + sz * sz - 1.0
    deg = 180.0 / math.pi
    for j in range(box[2], box[3]):
        for i in range(box[0], box[1]):
            ux, uy, uz = sight(float(i), float(j), lens, bent)
            dx = view[0, 0] * ux + view[0, 1] * uy + view[0, 2] * uz
            dy = view[1, 0] * ux + view[1, 1] * uy + view[1, 2] * uz
            dz = view[2, 0] * ux + view[2, 1] * uy + view[2, 2] * uz
            ex, ey, ez = dx * inverse[0], dy * inverse[1], dz * inverse[2]
            a = ex * ex + ey * ey + ez * ez
            b = ex * sx + ey * sy + ez * sz
            d = b * b - a * gap
            if d <= 0.0 or b >= 0.0 or hidden(ux, uy, uz, centres, shapes):
                continue
            t = (-b - math.sqrt(d)) / a
            qx, qy, qz = sx + t * ex, sy + t * ey, sz + t * ez
            nx, ny, nz = qx * inverse[0], qy * inverse[1], qz * inverse[2]
            n = 1.0 / math.sqrt(nx * nx + ny * ny + nz * nz)
            mu0 = (nx * sun[0] + ny * sun[1] + nz * sun[2]) * n
            mu = -(nx * dx + ny * dy + nz * dz) * n
            c = -(dx * sun[0] + dy * sun[1] + dz * sun[2])
            x, y, z = qx / inverse[0], qy / inverse[1], qz / inverse[2]
            body[j, i] = number
            incidence[j, i] = math.acos(min(1.0, max(-1.0, mu0))) * deg
            emission[j, i] = math.acos(min(1.0, max(-1.0, mu))) * deg
            phase[j, i] = math.acos(min(1.0, max(-1.0, c))) * deg
            lon[j, i] = (math.atan2(y, x) * deg) % 360.0
            lat[j, i] = math.atan2(z, math.sqrt(x * x + y * y)) * deg


@njit(cache=True, error_model="numpy", nogil=True)
def halved(texture):
    """The next coarser level of a texture (rows, columns, layers): means of 2 x 2 texels."""
    rows, columns, layers = texture.shape[0] // 2, texture.shape[1] // 2, texture.shape[2]
    out = np.empty((rows, columns, layers), dtype=np.float32)
    for j in range(rows):
        for i in range(columns):
            for k in range(layers):
                out[j, i, k] = 0.25 * (
                    texture[2 * j, 2 * i, k]
                    + texture[2 * j, 2 * i + 1, k]
                    + texture[2 * j + 1, 2 * i, k]
                    + texture[2 * j + 1, 2 * i + 1, k]
                )
    return out
