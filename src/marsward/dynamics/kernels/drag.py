"""Compiled drag of an atmosphere that turns with its planet."""

import math

from numba import njit

from marsward.dynamics.kernels.gravity import body_axes

# places in model.air: place of the planet among the ten bodies, cd A / m [m2/kg], equatorial
# radius [m], (equatorial / polar radius)^2 - 1, distance beyond which there is no drag [m]
PLANET, BALLISTIC, RADIUS, SQUASH, REACH = 0, 1, 2, 3, 4
AIR = 5


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False)
def log_density(height, layers):
    """Natural log of the density [kg/m3] at a height [m], and its slope [1/m].

    ``layers`` f8 (n, 5): the height at which each begins and a cubic in the height above it; the
    first and the last are straight and reach on without end.
    """
    lo = 0
    hi = layers.shape[0]
    while hi - lo > 1:
        middle = (lo + hi) // 2
        if layers[middle, 0] <= height:
            lo = middle
        else:
            hi = middle
    x = height - layers[lo, 0]
    a, b, c, d = layers[lo, 1], layers[lo, 2], layers[lo, 3], layers[lo, 4]
    return a + x * (b + x * (c + x * d)), b + x * (2.0 * c + 3.0 * x * d)


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False)
def add_drag(t, dx, dy, dz, vx, vy, vz, air, layers, turn, partials, axes, acc, grad):
    """Adds -1/2 rho (cd A / m) |w| w, w the velocity through air that turns with the planet.

    Parameters
    ----------
    t : time from the arc's reference [s]
    dx, dy, dz, vx, vy, vz : craft relative to the planet, J2000 [m, m/s]
    air : f8 (5,); see the names above
    layers : f8 (n, 5); see `log_density`
    turn : f8 (3, 3 + n), rotation of the planet; see `body_axes`
    partials : whether to add to ``grad`` too
    axes : f8 (3, 3), written
    acc, grad : f8 (3,) and (3, 7), added to
    """
    r = math.sqrt(dx * dx + dy * dy + dz * dz)
    if r > air[REACH]:
        return
    body_axes(t, turn, axes)
    px, py, pz = axes[2, 0], axes[2, 1], axes[2, 2]
    spin = turn[2, 2]
    sine = (dx * px + dy * py + dz * pz) / r
    squash = 1.0 + air[SQUASH] * sine * sine
    level = air[RADIUS] / math.sqrt(squash)
    log_rho, slope = log_density(r - level, layers)
    ox, oy, oz = spin * px, spin * py, spin * pz
    wx = vx - (oy * dz - oz * dy)
    wy = vy - (oz * dx - ox * dz)
    wz = vz - (ox * dy - oy * dx)
    w = math.sqrt(wx * wx + wy * wy + wz * wz)
    k = -0.5 * air[BALLISTIC] * math.exp(log_rho)
    acc[0] += k * w * wx
    acc[1] += k * w * wy
    acc[2] += k * w * wz
    if partials and w > 0.0:
        tilt = air[RADIUS] * air[SQUASH] * sine / (squash * math.sqrt(squash))
        d = (dx, dy, dz)
        p = (px, py, pz)
        u = (wx, wy, wz)
        for j in range(3):
            rise = d[j] / r + tilt * (p[j] - sine * d[j] / r) / r
            a = (j + 1) % 3
            b = (j + 2) % 3
            for i in range(3):
                same = 1.0 if i == j else 0.0
                by_velocity = k * (w * same + u[i] * u[j] / w)
                grad[i, 3 + j] += by_velocity
                # the air's velocity depends on the place: dw = -spin x dr
                to_a = k * ((w if i == a else 0.0) + u[i] * u[a] / w)
                to_b = k * ((w if i == b else 0.0) + u[i] * u[b] / w)
                grad[i, j] += k * w * u[i] * slope * rise
                grad[i, j] += spin * (p[a] * to_b - p[b] * to_a)
