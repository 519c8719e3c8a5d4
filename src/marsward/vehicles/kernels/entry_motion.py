"""Forces on a capsule in air over the rotating planet, in axes that turn with it.

A state is position [m], velocity [m/s], heat load [J m-2] and path over the ground [m]. `planet`
holds GM, 1.5 J2 a2, the rate of rotation, nine coefficients of the areoid's radius and the radius
on which paths over the ground are told; `grid` the first height, the step, the last height and the
step's inverse of the air; `craft` half the area over the mass, factors of drag and lift, ln of that
of density, the constant of heating, ln(mean free path x density/diameter), coefficients of drag and
lift of free molecules, and Mach and scale of the table of coefficients. `seen` gets height,
density, speed in the air, Mach, deceleration by drag and by all of the air, heat flux and dynamic
pressure.
"""

import math

from numba import njit

GM, OBLATE, SPIN, AREOID, SPHERE = 0, 1, 2, 3, 12
HALF_AREA, DRAG_FACTOR, LIFT_FACTOR, LOG_DENSITY, HEATING = 0, 1, 2, 3, 4
LOG_KNUDSEN, FREE_DRAG, FREE_LIFT, MACH_SCALE, MACH_STEP = 5, 6, 7, 8, 9
HEIGHT, DENSITY, AIRSPEED, MACH, DRAG, FORCE, FLUX, PRESSURE = 0, 1, 2, 3, 4, 5, 6, 7
SEEN = 8
CONTINUUM, FREE = math.log(1e-3), math.log(10.0)


@njit(cache=True, error_model="numpy", nogil=True, inline="always")
def spline(y0, m0, y1, m1, b):
    """Cubic between two nodes: values, second derivatives times h2/6, and the share of the way."""
    a = 1.0 - b
    return a * (y0 + (a * a - 1.0) * m0) + b * (y1 + (b * b - 1.0) * m1)


@njit(cache=True, error_model="numpy", nogil=True, inline="always")
def areoid(planet, ux, uy, uz):
    """Radius of the areoid [m] in the direction of a unit vector."""
    return (
        planet[3]
        + planet[4] * ux
        + planet[5] * uy
        + planet[6] * uz
        + ux * (planet[7] * ux + planet[8] * uy + planet[9] * uz)
        + uy * (planet[10] * uy + planet[11] * uz)
    )


@njit(cache=True, error_model="numpy", nogil=True)
def motion(y, sine, cosine, planet, grid, density, weather, craft, table, dy, seen):
    """Derivative `dy` of the state `y` at a bank whose sine and cosine are given."""
    px, py, pz, vx, vy, vz = y[0], y[1], y[2], y[3], y[4], y[5]
    flat = px * px + py * py
    r2 = flat + pz * pz
    r = math.sqrt(r2)
    back = 1.0 / r
    ux, uy, uz = px * back, py * back, pz * back
    height = r - areoid(planet, ux, uy, uz)

    x = (min(max(height, grid[0] - grid[1]), grid[2] + grid[1]) - grid[0]) * grid[3]
    i = min(max(int(x), 0), density.shape[0] - 2)
    b = x - i
    log_rho = craft[LOG_DENSITY] + spline(
        density[i, 0], density[i, 1], density[i + 1, 0], density[i + 1, 1], b
    )
    rho = math.exp(log_rho)
    sound = spline(weather[i, 0], weather[i, 1], weather[i + 1, 0], weather[i + 1, 1], b)
    east = spline(weather[i, 2], weather[i, 3], weather[i + 1, 2], weather[i + 1, 3], b)
    north = spline(weather[i, 4], weather[i, 5], weather[i + 1, 4], weather[i + 1, 5], b)

    # speed in the air: the wind's axes are east (-y, x, 0)/s and north = up x east
    s = math.sqrt(flat)
    over = 1.0 / s if s > 0.0 else 0.0
    ex, ey = -py * over, px * over
    wx = vx - east * ex + north * uz * ey
    wy = vy - east * ey - north * uz * ex
    wz = vz - north * (ux * ey - uy * ex)
    air2 = wx * wx + wy * wy + wz * wz
    air = math.sqrt(air2)
    mach = air / sound

    # coefficients in continuum air by Mach, bridged to free molecules
    place = air / (air + craft[MACH_SCALE] * sound) * craft[MACH_STEP]
    j = min(int(place), table.shape[0] - 2)
    c = place - j
    drag = spline(table[j, 0], table[j, 1], table[j + 1, 0], table[j + 1, 1], c)
    lift = drag * spline(table[j, 2], table[j, 3], table[j + 1, 2], table[j + 1, 3], c)
    knudsen = craft[LOG_KNUDSEN] - log_rho
    if knudsen > CONTINUUM:
        share = 1.0
        if knudsen < FREE:
            share = math.sin(0.5 * math.pi * (knudsen - CONTINUUM) / (FREE - CONTINUUM)) ** 2
        drag += (craft[FREE_DRAG] - drag) * share
        lift += (craft[FREE_LIFT] - lift) * share
    push = craft[HALF_AREA] * rho * air2
    brake = push * drag * craft[DRAG_FACTOR]
    raise_ = push * lift * craft[LIFT_FACTOR]

    # lift: up across the air's stream in the vertical plane, turned by the bank to the right
    inv = 1.0 / air if air > 0.0 else 0.0
    tx, ty, tz = wx * inv, wy * inv, wz * inv
    climb = tx * ux + ty * uy + tz * uz
    nx, ny, nz = ux - climb * tx, uy - climb * ty, uz - climb * tz
    whole = raise_ / math.sqrt(max(1.0 - climb * climb, 1e-24))
    up, side = whole * cosine, whole * sine
    ax = -brake * tx + up * nx + side * (ty * nz - tz * ny)
    ay = -brake * ty + up * ny + side * (tz * nx - tx * nz)
    az = -brake * tz + up * nz + side * (tx * ny - ty * nx)

    back2 = back * back
    pull = -planet[GM] * back2 * back
    bulge = planet[OBLATE] * back2
    level = pull * (1.0 + bulge * (1.0 - 5.0 * uz * uz))
    turn = planet[SPIN]
    dy[0], dy[1], dy[2] = vx, vy, vz
    dy[3] = ax + level * px + 2.0 * turn * vy + turn * turn * px
    dy[4] = ay + level * py - 2.0 * turn * vx + turn * turn * py
    dy[5] = az + (level + 2.0 * pull * bulge) * pz
    flux = craft[HEATING] * math.sqrt(rho) * air2 * air
    dy[6] = flux
    radial = vx * ux + vy * uy + vz * uz
    dy[7] = (
        planet[SPHERE] * back * math.sqrt(max(vx * vx + vy * vy + vz * vz - radial * radial, 0.0))
    )
    seen[HEIGHT], seen[DENSITY], seen[AIRSPEED], seen[MACH] = height, rho, air, mach
    seen[DRAG], seen[FORCE] = brake, math.sqrt(brake * brake + raise_ * raise_)
    seen[FLUX], seen[PRESSURE] = flux, 0.5 * rho * air2


@njit(cache=True, error_model="numpy", nogil=True)
def sight(position, velocity, target):
    """Angles along and across the plane of motion to a target, (ahead, right) [rad].

    position, velocity : in turning axes; target : unit vector.
    """
    r = math.sqrt(position[0] ** 2 + position[1] ** 2 + position[2] ** 2)
    ux, uy, uz = position[0] / r, position[1] / r, position[2] / r
    radial = velocity[0] * ux + velocity[1] * uy + velocity[2] * uz
    hx, hy, hz = velocity[0] - radial * ux, velocity[1] - radial * uy, velocity[2] - radial * uz
    h = math.sqrt(hx * hx + hy * hy + hz * hz)
    if h > 0.0:
        hx, hy, hz = hx / h, hy / h, hz / h
    left = (
        target[0] * (uy * hz - uz * hy)
        + target[1] * (uz * hx - ux * hz)
        + target[2] * (ux * hy - uy * hx)
    )
    ahead = math.atan2(
        target[0] * hx + target[1] * hy + target[2] * hz,
        target[0] * ux + target[1] * uy + target[2] * uz,
    )
    return ahead, -math.asin(min(max(left, -1.0), 1.0))
