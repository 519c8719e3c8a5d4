"""Blade elements of a rotor in axial and in slow forward flight: annuli, loads, collective.

Velocities [m s-1] at an annulus: `axial`, what comes through the disk from above without the
annulus's own induced velocity v; `turn`, the speed of the blade against the air of other swirl.
An `air` row holds density, speed of sound, kinematic viscosity, speed of rotation, blades, radius
of tip and of root, forward speed in the disk's plane, ground factor, tip loss 0/1, swirl 0/1,
gradient of inflow along the flight, angles of attack [rad] that the airfoil's data span. A `blade`
row holds radius, width, chord, twist, weight of the next section.
"""

import math

import numpy as np
from numba import njit

DENSITY, SOUND, VISCOSITY, SPIN, BLADES, TIP, ROOT, FORWARD = range(8)
GROUND, LOSS, SWIRL, SLOPE, LOWEST, HIGHEST = range(8, 14)
HALF_PI = 0.5 * math.pi
AZIMUTHS = 8


@njit(cache=True, error_model="numpy", nogil=True)
def _place(x, grid):
    """Interval of a rising grid and the weight of its upper end; held at the ends."""
    n = grid.size
    if n == 1 or x <= grid[0]:
        return 0, 0.0
    if x >= grid[n - 1]:
        return n - 2, 1.0
    i = 0
    while x >= grid[i + 1]:
        i += 1
    return i, (x - grid[i]) / (grid[i + 1] - grid[i])


@njit(cache=True, error_model="numpy", nogil=True)
def airfoil(angle, mach, log_reynolds, section, weight, table, machs, logs):
    """Lift and drag coefficients, linear in angle [rad], Mach, ln Reynolds and section.

    table : (section, Mach, Reynolds, angle, 2), angles even from -pi to pi
    """
    n = table.shape[3]
    turn = angle / (2.0 * math.pi)
    at = (turn - math.floor(turn + 0.5) + 0.5) * (n - 1)
    k = min(max(int(at), 0), n - 2)
    t = at - k
    i, u = _place(mach, machs)
    j, w = _place(log_reynolds, logs)
    cl = 0.0
    cd = 0.0
    for ds in range(2):
        part_s = weight if ds else 1.0 - weight
        if part_s == 0.0:
            continue
        s = section + ds
        for di in range(2):
            part_i = part_s * (u if di else 1.0 - u)
            if part_i == 0.0:
                continue
            for dj in range(2):
                part = part_i * (w if dj else 1.0 - w)
                if part == 0.0:
                    continue
                a, b = i + di, j + dj
                cl += part * ((1.0 - t) * table[s, a, b, k, 0] + t * table[s, a, b, k + 1, 0])
                cd += part * ((1.0 - t) * table[s, a, b, k, 1] + t * table[s, a, b, k + 1, 1])
    return cl, cd


@njit(cache=True, error_model="numpy", nogil=True)
def airfoils(angle, mach, log_reynolds, section, weight, table, machs, logs, out):
    """`airfoil` of arrays (n,), to out (n, 2)."""
    for i in range(angle.size):
        out[i, 0], out[i, 1] = airfoil(
            angle[i], mach[i], log_reynolds[i], section, weight, table, machs, logs
        )


@njit(cache=True, error_model="numpy", nogil=True)
def loss_factor(sine, r, air):
    """Prandtl's factor of the ends of the blades at an inflow angle of that sine, 0 to 1."""
    if air[LOSS] == 0.0:
        return 1.0
    s = max(abs(sine), 1e-9)
    half = 0.5 * air[BLADES]
    tip = 2.0 / math.pi * math.acos(math.exp(-half * (air[TIP] - r) / (r * s)))
    if air[ROOT] <= 0.0:
        return max(tip, 1e-6)
    root = 2.0 / math.pi * math.acos(math.exp(-half * (r - air[ROOT]) / (air[ROOT] * s)))
    return max(tip * root, 1e-6)


@njit(cache=True, error_model="numpy", nogil=True)
def annulus(phi, pitch, axial, turn, blade, section, air, table, machs, logs):
    """How far blade and momentum disagree at an inflow angle, and what is there.

    With W the speed at the blade, v the induced velocity, u the swirl and s = B c/(2 pi r),

        s W^2 cn = 4 F v |axial + v|,    s W^2 ct = 4 F u |W sin(phi)|,
        W sin(phi) = g (axial + v),      W cos(phi) = turn - u,

    g the ground's factor. Returned: the first over turn^2, left less right; W, cn, ct, v, u.
    """
    r, chord = blade[0], blade[2]
    sine, cosine = math.sin(phi), math.cos(phi)
    speed = turn / max(cosine, 0.5)
    cl, cd = airfoil(
        pitch - phi, speed / air[SOUND], math.log(max(speed * chord / air[VISCOSITY], 1.0)),
        section, blade[4], table, machs, logs,
    )  # fmt: skip
    cn = cl * cosine - cd * sine
    ct = cl * sine + cd * cosine
    solidity = air[BLADES] * chord / (2.0 * math.pi * r)
    f = loss_factor(sine, r, air)
    push = 4.0 * f * abs(sine)
    if air[SWIRL] != 0.0:
        below = solidity * ct + push * cosine
        w = turn * push / below if below > 1e-12 else turn / max(cosine, 1e-3)
    else:
        w = turn / max(cosine, 1e-3)
    v = w * sine / air[GROUND] - axial
    miss = (solidity * w * w * cn - 4.0 * f * v * abs(axial + v)) / (turn * turn)
    return miss, w, cn, ct, v, turn - w * cosine


@njit(cache=True, error_model="numpy", nogil=True)
def _root(a, fa, b, fb, pitch, axial, turn, blade, section, air, table, machs, logs):
    """The inflow angle between two that bracket it: false position of Anderson and Bjorck."""
    for _ in range(60):
        c = b - fb * (b - a) / (fb - fa)
        fc = annulus(c, pitch, axial, turn, blade, section, air, table, machs, logs)[0]
        if fc == 0.0 or abs(fc) < 1e-13:
            return c
        if fc * fb < 0.0:
            a, fa = b, fb
        else:
            m = 1.0 - fc / fb
            fa *= m if m > 0.0 else 0.5
        b, fb = c, fc
        if abs(b - a) < 1e-11:
            return b
    return b


@njit(cache=True, error_model="numpy", nogil=True)
def inflow_angle(guess, pitch, axial, turn, blade, section, air, table, machs, logs):
    """The inflow angle [rad] of an annulus in axial flight; NaN if there is none.

    Near `guess` first, then in order: a windmill's (axial < 0 only), thrust, drag from below.
    """
    if guess != 0.0:
        a, b = guess, guess + 0.002
        fa = annulus(a, pitch, axial, turn, blade, section, air, table, machs, logs)[0]
        for _ in range(8):
            fb = annulus(b, pitch, axial, turn, blade, section, air, table, machs, logs)[0]
            if abs(fb) < 1e-12:
                return b
            if fb == fa:
                break
            c = b - fb * (b - a) / (fb - fa)
            if abs(c - guess) > 0.1 or c * guess <= 0.0:
                break
            a, fa, b = b, fb, c
    if axial < 0.0:
        deep = -math.atan2(-axial, turn)
        a = deep
        fa = annulus(a, pitch, axial, turn, blade, section, air, table, machs, logs)[0]
        for k in range(1, 12):
            b = deep * (1.0 - k / 12.0)
            fb = annulus(b, pitch, axial, turn, blade, section, air, table, machs, logs)[0]
            if fa * fb <= 0.0:
                return _root(
                    a, fa, b, fb, pitch, axial, turn, blade, section, air, table, machs, logs
                )
            a, fa = b, fb
    edges = (1e-6, 0.05, 0.15, 0.3, 0.6, HALF_PI)
    for side in (1.0, -1.0):
        a = side * edges[0]
        fa = annulus(a, pitch, axial, turn, blade, section, air, table, machs, logs)[0]
        for k in range(1, 6):
            b = side * edges[k]
            fb = annulus(b, pitch, axial, turn, blade, section, air, table, machs, logs)[0]
            if fa * fb <= 0.0:
                return _root(
                    a, fa, b, fb, pitch, axial, turn, blade, section, air, table, machs, logs
                )
            a, fa = b, fb
    return math.nan


@njit(cache=True, error_model="numpy", nogil=True)
def _swept(v, pitch, axial, turn, blade, section, air, table, machs, logs, sums):
    """Momentum less blades over an azimuth-mean annulus in forward flight, over turn^2.

    sums (4,): mean normal, turning and rearward force over half rho chord, fraction of reverse flow
    """
    r, chord, forward = blade[0], blade[2], air[FORWARD]
    sums[:] = 0.0
    for k in range(AZIMUTHS):
        azimuth = 2.0 * math.pi * (k + 0.5) / AZIMUTHS
        ahead = math.sin(azimuth)
        across = turn + forward * ahead
        slope = air[SLOPE] * r / air[TIP] * math.cos(azimuth)
        through = air[GROUND] * (axial + v * (1.0 + slope))
        w2 = across * across + through * through
        w = math.sqrt(w2)
        cl, cd = airfoil(
            pitch - math.atan2(through, across), w / air[SOUND],
            math.log(max(w * chord / air[VISCOSITY], 1.0)), section, blade[4], table, machs, logs,
        )  # fmt: skip
        normal = w * (cl * across - cd * through)
        tangent = w * (cl * through + cd * across)
        sums[0] += normal / AZIMUTHS
        sums[1] += tangent / AZIMUTHS
        sums[2] += tangent * ahead / AZIMUTHS
        if across < 0.0:
            sums[3] += 1.0 / AZIMUTHS
    solidity = air[BLADES] * chord / (2.0 * math.pi * r)
    mean = axial + v
    f = loss_factor(mean / math.sqrt(mean * mean + turn * turn), r, air)
    flux = math.sqrt(mean * mean + forward * forward)
    return (solidity * sums[0] - 4.0 * f * v * flux) / (turn * turn)


@njit(cache=True, error_model="numpy", nogil=True)
def swept_inflow(guess, pitch, axial, turn, blade, section, air, table, machs, logs, sums):
    """Induced velocity [m s-1] of an annulus in forward flight; its loads go to `sums`."""
    a, b = guess, guess + 0.02
    fa = _swept(a, pitch, axial, turn, blade, section, air, table, machs, logs, sums)
    for _ in range(8 if guess != 0.0 else 0):
        fb = _swept(b, pitch, axial, turn, blade, section, air, table, machs, logs, sums)
        if abs(fb) < 1e-9:
            return b
        if fb == fa:
            break
        c = b - fb * (b - a) / (fb - fa)
        if abs(c - guess) > 5.0:
            break
        a, fa, b = b, fb, c
    reach = max(0.05 * abs(guess), 0.2)
    a, b = guess - reach, guess + reach
    fa = _swept(a, pitch, axial, turn, blade, section, air, table, machs, logs, sums)
    fb = _swept(b, pitch, axial, turn, blade, section, air, table, machs, logs, sums)
    for _ in range(40):
        if fa * fb <= 0.0:
            break
        reach *= 2.0
        if fa < 0.0:
            b, fb = a, fa
            a -= reach
            fa = _swept(a, pitch, axial, turn, blade, section, air, table, machs, logs, sums)
        else:
            a, fa = b, fb
            b += reach
            fb = _swept(b, pitch, axial, turn, blade, section, air, table, machs, logs, sums)
    if fa * fb > 0.0:
        return math.nan
    for _ in range(60):
        c = b - fb * (b - a) / (fb - fa) if fa != fb else b
        fc = _swept(c, pitch, axial, turn, blade, section, air, table, machs, logs, sums)
        if abs(fc) < 1e-9 or abs(b - a) < 1e-6:
            return c
        if fc * fb < 0.0:
            a, fa = b, fb
        else:
            m = 1.0 - fc / fb
            fa *= m if m > 0.0 else 0.5
        b, fb = c, fc
    return b


@njit(cache=True, error_model="numpy", nogil=True)
def rotor_loads(pitch, blades, sections, air, axial, spun, table, machs, logs, state, load):
    """Loads of one rotor at a collective pitch [rad].

    blades (n, 5), sections (n,) : the elements
    axial, spun (n,) : axial velocity and the swirl of others against the blade [m s-1]
    state (n, 3) : inflow angle (0: not known), induced velocity, swirl; a guess that is filled in
    load (4,) : thrust [N], torque [N m], rearward force [N], and of the thrust what is borne at
        angles of attack out of the range of the airfoil's data [N]
    Returns whether every annulus has an answer.
    """
    load[:] = 0.0
    sums = np.zeros(4)
    good = True
    forward = air[FORWARD] != 0.0
    for k in range(sections.size):
        blade = blades[k]
        turn = air[SPIN] * blade[0] + spun[k]
        theta = pitch + blade[3]
        scale = 0.5 * air[DENSITY] * air[BLADES] * blade[2] * blade[1]
        if forward:
            v = swept_inflow(
                state[k, 1], theta, axial[k], turn, blade, sections[k], air, table, machs, logs,
                sums,
            )  # fmt: skip
            if math.isnan(v):
                good = False
                continue
            state[k, 1] = v
            state[k, 0] = math.atan2(air[GROUND] * (axial[k] + v), turn)
            lift = scale * sums[0]
            load[0] += lift
            load[1] += scale * sums[1] * blade[0]
            load[2] += scale * sums[2]
            state[k, 2] = 0.0
        else:
            phi = inflow_angle(
                state[k, 0], theta, axial[k], turn, blade, sections[k], air, table, machs, logs
            )
            if math.isnan(phi):
                good = False
                continue
            _, w, cn, ct, v, u = annulus(
                phi, theta, axial[k], turn, blade, sections[k], air, table, machs, logs
            )
            state[k, 0], state[k, 1], state[k, 2] = phi, v, u
            lift = scale * w * w * cn
            load[0] += lift
            load[1] += scale * w * w * ct * blade[0]
        angle = theta - state[k, 0]
        if angle < air[LOWEST] or angle > air[HIGHEST]:
            load[3] += lift
    return good
