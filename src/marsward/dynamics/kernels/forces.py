"""Compiled force model: what accelerates the craft, and how that changes with its state.

The craft's state is relative to a centre that moves along the ephemeris, y = r - r_c(t), so
y'' = a(r) - r_c''(t), and r_c'' is the second derivative of the very Chebyshev series that give
r_c. The equations are then the barycentric ones, translated: whichever centre is chosen, the
trajectory is the same but for rounding. A sum of attractions on the centre would leave out what
moved the centre in DE440 beyond it (relativity, figures, asteroids) and cost metres in days.
"""

import math

from numba import njit

from marsward.dynamics.kernels.drag import PLANET, add_drag
from marsward.dynamics.kernels.gravity import field_attraction
from marsward.dynamics.kernels.perturbers import (
    BODY_X,
    BODY_Y,
    BODY_Z,
    DISTANCE2,
    HARMONICS,
    LANES,
    MASS,
    RADIUS,
    REL_X,
    REL_Y,
    REL_Z,
    STATE,
    centre_rates,
    perturbers,
)

LIGHT = 299792458.0  # m/s, exact in the SI

# rows of model.number
LEAVE, PUSH, GM_RELATIVE, SHADOW, AU2, ENGINE = 0, 1, 2, 3, 4, 5

# Loops that never allocate are compiled without counting references; see `perturbers`. What is
# called once per evaluation is inlined: passing arrays costs more than it computes.
_FREE_ORDER = {"reassoc", "contract", "arcp", "nsz"}
"""Fast-math but for NaN and infinity, which must come through to be reported."""


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False)
def sunlight(sx, sy, sz, bx, by, bz, sun_radius, body_radius):
    """Fraction of the Sun's disc that a body leaves uncovered, both as discs in the sky.

    Parameters
    ----------
    sx, sy, sz : Sun from the craft [m]
    bx, by, bz : body from the craft [m]

    Returns
    -------
    1 in full light, 0 in the umbra, between in penumbra and antumbra: Montenbruck & Gill 2000,
    section 3.4.2, doi:10.1007/978-3-642-58351-3.
    """
    along = sx * bx + sy * by + sz * bz
    if along <= 0.0:
        return 1.0
    s = math.sqrt(sx * sx + sy * sy + sz * sz)
    d = math.sqrt(bx * bx + by * by + bz * bz)
    cx = sy * bz - sz * by
    cy = sz * bx - sx * bz
    cz = sx * by - sy * bx
    across = math.sqrt(cx * cx + cy * cy + cz * cz)
    if d >= s or across >= sun_radius * d + body_radius * s:
        return 1.0
    a = math.asin(min(1.0, sun_radius / s))
    b = math.asin(min(1.0, body_radius / d))
    c = math.atan2(across, along)
    if c >= a + b:
        return 1.0
    if c <= b - a:
        return 0.0
    if c <= a - b:
        return 1.0 - (b / a) ** 2
    x = (c * c + a * a - b * b) / (2.0 * c)
    y = math.sqrt(max(0.0, a * a - x * x))
    area = (
        a * a * math.acos(min(1.0, max(-1.0, x / a)))
        + b * b * math.acos(min(1.0, max(-1.0, (c - x) / b)))
        - c * y
    )
    return 1.0 - area / (math.pi * a * a)


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False)
def thrust_direction(y, code, d, out):
    """Direction of thrust in J2000: ``code`` 0 inertial, 1 radial-transverse-normal, 2 V, N, B.

    Frame axes as in `marsward.core.frames`: R, T, N and V, N, B. ``d`` f8 (3,) in that frame.
    """
    if code == 0:
        out[0], out[1], out[2] = d[0], d[1], d[2]
        return
    hx = y[1] * y[5] - y[2] * y[4]
    hy = y[2] * y[3] - y[0] * y[5]
    hz = y[0] * y[4] - y[1] * y[3]
    h = 1.0 / math.sqrt(hx * hx + hy * hy + hz * hz)
    hx *= h
    hy *= h
    hz *= h
    o = 0 if code == 1 else 3
    r = 1.0 / math.sqrt(y[o] ** 2 + y[o + 1] ** 2 + y[o + 2] ** 2)
    ax = y[o] * r
    ay = y[o + 1] * r
    az = y[o + 2] * r
    if code == 1:
        tx, ty, tz = hy * az - hz * ay, hz * ax - hx * az, hx * ay - hy * ax
        out[0] = d[0] * ax + d[1] * tx + d[2] * hx
        out[1] = d[0] * ay + d[1] * ty + d[2] * hy
        out[2] = d[0] * az + d[1] * tz + d[2] * hz
    else:
        tx, ty, tz = ay * hz - az * hy, az * hx - ax * hz, ax * hy - ay * hx
        out[0] = d[0] * ax + d[1] * hx + d[2] * tx
        out[1] = d[0] * ay + d[1] * hy + d[2] * ty
        out[2] = d[0] * az + d[1] * hz + d[2] * tz


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False)
def _thrust(t, y, engine, partials, d, e, p, acc, grad):
    """Adds the acceleration of the finite burn, and its partials by central differences."""
    mass = engine[2] - engine[1] * (t - engine[3])
    size = engine[0] / mass
    code = int(engine[7])
    thrust_direction(y, code, engine[4:7], d)
    for i in range(3):
        acc[i] += size * d[i]
    if partials and code != 0:
        for j in range(6):
            p[j] = y[j]
        for j in range(6):
            o = 0 if j < 3 else 3
            step = 1e-6 * math.sqrt(y[o] ** 2 + y[o + 1] ** 2 + y[o + 2] ** 2)
            p[j] = y[j] + step
            thrust_direction(p, code, engine[4:7], d)
            p[j] = y[j] - step
            thrust_direction(p, code, engine[4:7], e)
            p[j] = y[j]
            for i in range(3):
                grad[i, j] += size * (d[i] - e[i]) / (2.0 * step)


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, inline="always")
def _relativity(sx, sy, sz, vx, vy, vz, gm, partials, acc, grad):
    """Adds the Schwarzschild term of the Sun (IERS Conventions 2010, equation 10.12, gamma = 1)."""
    r2 = sx * sx + sy * sy + sz * sz
    r = math.sqrt(r2)
    v2 = vx * vx + vy * vy + vz * vz
    rv = sx * vx + sy * vy + sz * vz
    k = gm / (LIGHT * LIGHT * r2 * r)
    a = 4.0 * gm / r - v2
    b = 4.0 * rv
    acc[0] += k * (a * sx + b * vx)
    acc[1] += k * (a * sy + b * vy)
    acc[2] += k * (a * sz + b * vz)
    if partials:
        s = (sx, sy, sz)
        v = (vx, vy, vz)
        for i in range(3):
            grad[i, i] += k * a
            grad[i, 3 + i] += k * b
            for j in range(3):
                grad[i, j] += k * (
                    s[i] * s[j] * (3.0 * v2 - 16.0 * gm / r) / r2
                    + 4.0 * v[i] * v[j]
                    - 12.0 * rv * v[i] * s[j] / r2
                )
                grad[i, 3 + j] += k * (4.0 * v[i] * s[j] - 2.0 * s[i] * v[j])


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False)
def _point_gradient(dx, dy, dz, w, r2, grad):
    """Adds the gradient of an attraction -w d, w = gm / r^3, to the first three columns."""
    q = 3.0 * w / r2
    grad[0, 0] += q * dx * dx - w
    grad[1, 1] += q * dy * dy - w
    grad[2, 2] += q * dz * dz - w
    grad[0, 1] += q * dx * dy
    grad[1, 0] += q * dx * dy
    grad[0, 2] += q * dx * dz
    grad[2, 0] += q * dx * dz
    grad[1, 2] += q * dy * dz
    grad[2, 1] += q * dy * dz


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, inline="always")
def _attraction(y, centre, work, acc):
    """Sets ``acc`` to the attraction of all bodies; fills the craft's place from each of them."""
    ox = oy = oz = 0.0
    if centre >= 0:
        ox, oy, oz = work[BODY_X + centre], work[BODY_Y + centre], work[BODY_Z + centre]
    y0, y1, y2 = y[0], y[1], y[2]
    ax = ay = az = 0.0
    for b in range(LANES):
        dx = y0 - (work[BODY_X + b] - ox)
        dy = y1 - (work[BODY_Y + b] - oy)
        dz = y2 - (work[BODY_Z + b] - oz)
        r2 = dx * dx + dy * dy + dz * dz
        w = work[MASS + b] / (r2 * math.sqrt(r2))
        work[REL_X + b] = dx
        work[REL_Y + b] = dy
        work[REL_Z + b] = dz
        work[DISTANCE2 + b] = r2
        ax += w * dx
        ay += w * dy
        az += w * dz
    acc[0] = -ax
    acc[1] = -ay
    acc[2] = -az


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False)
def _attraction_gradient(work, grad):
    """Sets ``grad`` (3, 7) to the gradient of the attraction of all bodies."""
    for i in range(3):
        for j in range(7):
            grad[i, j] = 0.0
    for b in range(10):
        r2 = work[DISTANCE2 + b]
        w = work[MASS + b] / (r2 * math.sqrt(r2))
        if w != 0.0:
            _point_gradient(work[REL_X + b], work[REL_Y + b], work[REL_Z + b], w, r2, grad)


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, inline="always")
def _light(number, body, partials, work, acc, grad):
    """Adds solar pressure, dimmed by the conical shadows of Earth, Moon and Mars."""
    sx, sy, sz = work[REL_X], work[REL_Y], work[REL_Z]
    r2 = work[DISTANCE2]
    light = 1.0
    if number[SHADOW] != 0.0:
        for b in range(3, 6):
            light *= sunlight(
                -sx, -sy, -sz, -work[REL_X + b], -work[REL_Y + b], -work[REL_Z + b],
                body[RADIUS, 0], body[RADIUS, b],
            )  # fmt: skip
    u = light / (r2 * math.sqrt(r2))
    w = number[PUSH] * u
    acc[0] += w * sx
    acc[1] += w * sy
    acc[2] += w * sz
    if partials:
        _point_gradient(sx, sy, sz, -w, r2, grad)
        u *= number[AU2]
        grad[0, 6] += u * sx
        grad[1, 6] += u * sy
        grad[2, 6] += u * sz


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, fastmath=_FREE_ORDER)
def acceleration(t, y, model, partials, work, scratch, acc, grad):
    """Acceleration of the craft relative to the model's centre.

    Parameters
    ----------
    t : time from the model's reference second [s]
    y : f8 (6,), craft relative to the centre, J2000 [m, m/s]
    model : the force model; see `marsward.dynamics.forces.Model`
    partials : whether to fill ``grad``
    work : from `working_array`; bodies, craft from bodies and distances are written
    scratch : f8 (9, 3), written: velocity and acceleration of the centre, then of the Sun, axes
        of a gravity field, directions of thrust
    acc : f8 (3,), written [m/s2]
    grad : f8 (3, 7), written if asked: d acc / d position, velocity, solar pressure at 1 au
    """
    centre = model.centre
    perturbers(t, model.coef, model.layout, model.span, work)
    centre_rates(t, model.layout, work, centre, scratch)
    _attraction(y, centre, work, acc)
    for i in range(3):
        acc[i] -= scratch[1, i]
    if partials:
        _attraction_gradient(work, grad)
    if model.number[PUSH] != 0.0 or partials:
        _light(model.number, model.body, partials, work, acc, grad)
    if model.number[GM_RELATIVE] != 0.0:
        vx, vy, vz = y[3], y[4], y[5]
        if centre != 0:
            centre_rates(t, model.layout, work, 0, scratch[2:])
            vx += scratch[0, 0] - scratch[2, 0]
            vy += scratch[0, 1] - scratch[2, 1]
            vz += scratch[0, 2] - scratch[2, 2]
        _relativity(
            work[REL_X], work[REL_Y], work[REL_Z], vx, vy, vz, model.number[GM_RELATIVE],
            partials, acc, grad,
        )  # fmt: skip
    for f in range(model.field_index.shape[0]):
        b = model.field_index[f, 0]
        field_attraction(
            t, work[REL_X + b], work[REL_Y + b], work[REL_Z + b], model.field_index[f],
            model.field_scale[f], model.field_terms, model.field_turn[f], partials, scratch[4:7],
            work, HARMONICS, acc, grad,
        )  # fmt: skip
    if model.air_layers.shape[0] > 0:
        b = int(model.air[PLANET])
        centre_rates(t, model.layout, work, b, scratch[2:])
        add_drag(
            t, work[REL_X + b], work[REL_Y + b], work[REL_Z + b],
            y[3] + (scratch[0, 0] - scratch[2, 0]), y[4] + (scratch[0, 1] - scratch[2, 1]),
            y[5] + (scratch[0, 2] - scratch[2, 2]), model.air, model.air_layers, model.air_turn,
            partials, scratch[4:7], acc, grad,
        )  # fmt: skip
    if model.number[ENGINE] != 0.0:
        p = work[STATE : STATE + 6]
        _thrust(t, y, model.number[ENGINE:], partials, scratch[7], scratch[8], p, acc, grad)
