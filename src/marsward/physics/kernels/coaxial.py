"""Two rotors one over the other: what each blows on the other, and their trim.

A `case` row holds thrust wanted [N], axial speed [m s-1], height of the upper and of the lower
disk over the ground [m] (0: none), distance of the disks [m], least and greatest collective [rad].
`air` is the row of `kernels.rotor`; its ground factor and slope of inflow are filled in here.
"""

import math

import numpy as np
from numba import njit

from marsward.physics.kernels.rotor import (
    DENSITY,
    FORWARD,
    GROUND,
    SLOPE,
    SWIRL,
    TIP,
    rotor_loads,
)

THRUST, AXIAL, HIGH, LOW, SPACING, LEAST, MOST = range(7)
UPPER_FAILS, LOWER_FAILS = 1, 2
FAR = 1e300
LOWEST_DISK = 0.5  # radii over the ground, where the law of the ground is held


@njit(cache=True, error_model="numpy", nogil=True)
def mean_inflow(upper, lower, axial, forward, density, radius, reach, out):
    """Mean induced velocities [m s-1] of two disks by momentum, out (2,).

    2 rho A v_u |U + v_u + (1 - s) v_l| = T_u,  2 rho A v_l |U + v_l + v_u| = T_l with U the axial
    speed, s the `reach` 0 (one plane) to 1 (far apart) and |.| with the forward speed.
    """
    twice = 2.0 * density * math.pi * radius * radius
    upper, lower = max(upper, 0.0), max(lower, 0.0)
    alone = math.sqrt((upper + lower) / twice)
    start = 0.7 * alone if axial > -2.0 * alone else 0.0
    a, b = start, start
    for _ in range(100):
        fast_a = math.hypot(axial + a + (1.0 - reach) * b, forward)
        fast_b = math.hypot(axial + a + b, forward)
        next_a = 0.5 * (a + upper / (twice * max(fast_a, 1e-6)))
        next_b = 0.5 * (b + lower / (twice * max(fast_b, 1e-6)))
        change = abs(next_a - a) + abs(next_b - b)
        a, b = next_a, next_b
        if change < 1e-12 * (alone + 1e-3):
            break
    out[0], out[1] = a, b


@njit(cache=True, error_model="numpy", nogil=True)
def ground_factor(height, radius, forward, induced):
    """Share of the induced velocity that is left near the ground at the same thrust."""
    if height <= 0.0:
        return 1.0
    near = (0.25 * radius / max(height, LOWEST_DISK * radius)) ** 2
    ratio = forward / max(induced, 1e-6)
    return (1.0 - near / (1.0 + ratio * ratio)) ** 1.5


@njit(cache=True, error_model="numpy", nogil=True)
def wake_on_lower(blades, state, axial, reach, air, through, spun):
    """Axial velocity and swirl [m s-1] that the upper rotor's wake brings to the lower's elements.

    The wake has shrunk to R/sqrt(1 + s) and runs at (1 + s) v; angular momentum is kept.
    """
    n = blades.shape[0]
    shrink = 1.0 / math.sqrt(1.0 + reach)
    edge = shrink * air[TIP]
    for k in range(n):
        r, wide = blades[k, 0], blades[k, 1]
        inside = min(max((edge - r) / wide + 0.5, 0.0), 1.0)
        through[k], spun[k] = axial, 0.0
        if inside == 0.0:
            continue
        at = min(r / shrink, blades[n - 1, 0])
        i = 0
        while i < n - 2 and at > blades[i + 1, 0]:
            i += 1
        t = (at - blades[i, 0]) / (blades[i + 1, 0] - blades[i, 0])
        t = min(max(t, 0.0), 1.0)
        through[k] += inside * (1.0 + reach) * (state[i, 1] + t * (state[i + 1, 1] - state[i, 1]))
        if air[SWIRL] != 0.0:
            swirl = state[i, 2] + t * (state[i + 1, 2] - state[i, 2])
            spun[k] = inside * 2.0 * swirl / shrink


@njit(cache=True, error_model="numpy", nogil=True)
def collective(
    wanted, guess, least, most, blades, sections, air, through, spun, table, machs, logs, state,
    load,
):  # fmt: skip
    """Collective pitch [rad] for a thrust [N], and whether there is one up to stall or `most`.

    Without one, the pitch of the most thrust that was met. Thrust first met on the way up counts:
    no pitch past stall.
    """
    a = min(max(guess, least), most)
    rotor_loads(a, blades, sections, air, through, spun, table, machs, logs, state, load)
    fa = load[0] - wanted
    small = 1e-8 * max(abs(wanted), 1e-9)
    if abs(fa) < small:
        return a, True
    step = 0.004 if fa < 0.0 else -0.004
    low = max(least, min(0.0, most))
    b, fb, risen = a, fa, a <= low
    while True:
        if (step > 0.0 and a >= most) or (step < 0.0 and a <= least):
            return a, False
        b = min(max(a + step, least), most)
        rotor_loads(b, blades, sections, air, through, spun, table, machs, logs, state, load)
        fb = load[0] - wanted
        if fa * fb <= 0.0:
            break
        if step > 0.0 and fb <= fa:
            if step > 0.002:
                step *= 0.4
                continue
            if risen:
                return a, False
            a, step, risen = low, 0.02, True
            rotor_loads(a, blades, sections, air, through, spun, table, machs, logs, state, load)
            fa = load[0] - wanted
            if fa >= 0.0:
                return a, False
            continue
        risen = True
        slope = (fb - fa) / (b - a)
        a, fa = b, fb
        if slope > 0.0:
            step = min(max(abs(1.2 * fa / slope), 0.004), 0.035) * (1.0 if step > 0.0 else -1.0)
    for _ in range(60):
        c = b - fb * (b - a) / (fb - fa)
        rotor_loads(c, blades, sections, air, through, spun, table, machs, logs, state, load)
        fc = load[0] - wanted
        if abs(fc) < small or abs(b - a) < 1e-13:
            return c, True
        if fc * fb < 0.0:
            a, fa = b, fb
        else:
            m = 1.0 - fc / fb
            fa *= m if m > 0.0 else 0.5
        b, fb = c, fc
    return b, True


@njit(cache=True, error_model="numpy", nogil=True)
def _blown(which, case, reach, mean, blades, states, air, through, spun):
    """What a rotor works in: axial velocity and swirl to through, spun; ground and slope to air."""
    axial, forward = case[AXIAL], air[FORWARD]
    if which == 0:
        through[:] = axial + (1.0 - reach) * mean[1]
        spun[:] = 0.0
        whole = axial + mean[0] + (1.0 - reach) * mean[1]
    else:
        wake_on_lower(blades, states[0], axial, reach, air, through, spun)
        whole = axial + mean[0] + mean[1]
    air[GROUND] = ground_factor(case[HIGH + which], air[TIP], forward, mean[which])
    skew = math.atan2(forward, max(whole, 1e-6))
    air[SLOPE] = 15.0 * math.pi / 23.0 * math.tan(0.5 * skew)


@njit(cache=True, error_model="numpy", nogil=True)
def shared(
    share, case, pitch, blades, sections, air, table, machs, logs, states, through, spun, mean,
    loads,
):  # fmt: skip
    """Both rotors at a share of the upper one: torque of upper less lower, and who cannot lift.

    pitch (2,), states (2, n, 3) : guesses, filled in; loads (2, 4), mean (2,) : filled in
    """
    upper, lower = share * case[THRUST], (1.0 - share) * case[THRUST]
    radius = air[TIP]
    reach = case[SPACING] / math.hypot(radius, case[SPACING])
    axial, forward = case[AXIAL], air[FORWARD]
    mean_inflow(upper, lower, axial, forward, air[DENSITY], radius, reach, mean)
    fails = 0
    for which in range(2):
        _blown(which, case, reach, mean, blades, states, air, through, spun)
        pitch[which], good = collective(
            upper if which == 0 else lower, pitch[which], case[LEAST], case[MOST], blades,
            sections, air, through, spun, table, machs, logs, states[which], loads[which],
        )  # fmt: skip
        if not good:
            fails += 1 + which
    return loads[0, 1] - loads[1, 1], fails


@njit(cache=True, error_model="numpy", nogil=True)
def balance(
    case, guess, pitch, blades, sections, air, table, machs, logs, states, through, spun, mean,
    loads,
):  # fmt: skip
    """The upper rotor's share of a thrust at which the torques are even; NaN if none lifts it.

    More thrust takes more torque, but less of it where the wind turns the rotors (`way`).
    """
    a, fa, b, fb = 0.0, -FAR, 1.0, FAR
    c, last, miss, fails = guess, 0, 0.0, 0
    small, way = 1e-2 * case[THRUST] * air[TIP], 1.0
    fast = math.sqrt(case[THRUST] / (2.0 * air[DENSITY] * math.pi)) / air[TIP]
    if case[AXIAL] < -1.2 * fast:
        both = np.zeros(2)
        for k in range(2):
            both[k], fails = shared(
                guess + 0.02 * k, case, pitch, blades, sections, air, table, machs, logs, states,
                through, spun, mean, loads,
            )  # fmt: skip
        way = -1.0 if both[1] < both[0] else 1.0
    for turn in range(60):
        miss, fails = shared(
            c, case, pitch, blades, sections, air, table, machs, logs, states, through, spun, mean,
            loads,
        )  # fmt: skip
        miss *= way
        if fails == UPPER_FAILS + LOWER_FAILS:
            return math.nan
        if fails == 0 and abs(miss) < 1e-6 * (abs(loads[0, 1]) + small):
            return c
        if fails == UPPER_FAILS or (fails == 0 and miss > 0.0):
            b, fb = c, miss if fails == 0 else FAR
            if last > 0 and fa > -FAR:
                fa *= 0.5
            last = 1
        else:
            a, fa = c, miss if fails == 0 else -FAR
            if last < 0 and fb < FAR:
                fb *= 0.5
            last = -1
        if b - a < (1e-9 if fa > -FAR and fb < FAR else 1e-3):
            break
        if fa > -FAR and fb < FAR:
            c = b - fb * (b - a) / (fb - fa)
        elif a > 0.0 and b < 1.0:
            c = 0.5 * (a + b)
        elif a > 0.0:
            c = min(a + 0.02 * (1 + turn), 0.5 * (a + 1.0))
        else:
            c = max(b - 0.02 * (1 + turn), 0.5 * b)
    return c if fails == 0 and abs(miss) < 1e-4 * (abs(loads[0, 1]) + small) else math.nan


@njit(cache=True, error_model="numpy", nogil=True)
def stall_pitch(
    start, most, blades, sections, air, through, spun, table, machs, logs, state, load,
):  # fmt: skip
    """The pitch [rad] from `start` up at which thrust stops growing, or `most`; `load` is its."""
    step = 0.02
    before, a = -FAR, start
    at, here = start, -FAR
    while True:
        rotor_loads(a, blades, sections, air, through, spun, table, machs, logs, state, load)
        if load[0] <= here:
            break
        before, at, here = here, a, load[0]
        if a >= most:
            return at
        a = min(a + step, most)
    if before > -FAR and a - at == step:
        bend = before - 2.0 * here + load[0]
        if bend < 0.0:
            at += 0.5 * step * (before - load[0]) / bend
    rotor_loads(at, blades, sections, air, through, spun, table, machs, logs, state, load)
    return at


@njit(cache=True, error_model="numpy", nogil=True)
def most_thrust(
    case, upper, lower, pitch, trimmed, blades, sections, air, table, machs, logs, states, through,
    spun, mean, loads,
):  # fmt: skip
    """The most thrust [N] with even torques: one rotor at its stall or the limit of its pitch.

    upper, lower : thrusts to begin with; pitch : of a trim, if `trimmed`. In turns: the inflow of
    the thrusts, both stalls, and the rotor of more torque brought down to that of the other.
    """
    radius = air[TIP]
    reach = case[SPACING] / math.hypot(radius, case[SPACING])
    axial, forward = case[AXIAL], air[FORWARD]
    stall = pitch.copy()
    low = max(case[LEAST], min(0.0, case[MOST]))
    for turn in range(4):
        mean_inflow(upper, lower, axial, forward, air[DENSITY], radius, reach, mean)
        for which in range(2):
            _blown(which, case, reach, mean, blades, states, air, through, spun)
            start = low
            if turn or trimmed:
                start = max(low, stall[which] - (0.04 if turn else 0.0))
            stall[which] = stall_pitch(
                start, case[MOST], blades, sections, air, through, spun, table, machs, logs,
                states[which], loads[which],
            )  # fmt: skip
        which = 0 if loads[0, 1] > loads[1, 1] else 1
        wanted = loads[1 - which, 1]
        _blown(which, case, reach, mean, blades, states, air, through, spun)
        a, fa = low, -FAR
        b, fb = stall[which], loads[which, 1] - wanted
        for _ in range(30):
            if abs(fb) < 1e-4 * abs(wanted):
                break
            c = b - fb * (b - a) / (fb - fa) if fa > -FAR else max(b - 0.03, low)
            rotor_loads(
                c, blades, sections, air, through, spun, table, machs, logs, states[which],
                loads[which],
            )  # fmt: skip
            fc = loads[which, 1] - wanted
            if fc * fb < 0.0:
                a, fa = b, fb
            elif fa > -FAR:
                fa *= 0.5
            elif c <= low:
                break
            b, fb = c, fc
        change = abs(loads[0, 0] - upper) + abs(loads[1, 0] - lower)
        upper, lower = loads[0, 0], loads[1, 0]
        if change < 2e-3 * (upper + lower):
            break
    return upper + lower


@njit(cache=True, error_model="numpy", nogil=True)
def whole(
    case, pitch, blades, sections, air, table, machs, logs, states, through, spun, mean, loads
):
    """Whether every annulus of both rotors has an answer at a trim; loads (4,) : scratch."""
    reach = case[SPACING] / math.hypot(air[TIP], case[SPACING])
    for which in range(2):
        _blown(which, case, reach, mean, blades, states, air, through, spun)
        if not rotor_loads(
            pitch[which], blades, sections, air, through, spun, table, machs, logs, states[which],
            loads,
        ):  # fmt: skip
            return False
    return True


@njit(cache=True, error_model="numpy", nogil=True)
def coaxial_trims(
    cases, airs, blades, sections, table, machs, logs, with_most, begin, end, out
):  # fmt: skip
    """Trim of the cases begin..end, out (n, 14).

    Share of the upper rotor (NaN: no trim), collectives, thrusts, torques, rearward forces, mean
    induced velocities, most thrust (NaN: not asked), thrust out of the airfoil's
    range, torque of both at the most thrust.
    """
    n = sections.size
    pitch = np.zeros(2)
    states = np.zeros((2, n, 3))
    through = np.zeros(n)
    spun = np.zeros(n)
    mean = np.zeros(2)
    loads = np.zeros((2, 4))
    spare = np.zeros(4)
    for i in range(begin, end):
        air = airs[i].copy()
        states[:] = 0.0
        pitch[:] = 0.1
        share = balance(
            cases[i], 0.54, pitch, blades, sections, air, table, machs, logs, states, through,
            spun, mean, loads,
        )  # fmt: skip
        if not math.isnan(share) and not whole(
            cases[i], pitch, blades, sections, air, table, machs, logs, states, through, spun,
            mean, spare,
        ):  # fmt: skip
            share = math.nan
        out[i, :] = math.nan
        out[i, 0] = share
        if not math.isnan(share):
            for k in range(2):
                out[i, 1 + k] = pitch[k]
                out[i, 3 + k] = loads[k, 0]
                out[i, 5 + k] = loads[k, 1]
                out[i, 7 + k] = loads[k, 2]
                out[i, 9 + k] = mean[k]
            out[i, 12] = loads[0, 3] + loads[1, 3]
        if with_most:
            upper = loads[0, 0] if not math.isnan(share) else 0.5 * cases[i, THRUST]
            lower = loads[1, 0] if not math.isnan(share) else 0.5 * cases[i, THRUST]
            out[i, 11] = most_thrust(
                cases[i], upper, lower, pitch, not math.isnan(share), blades, sections, air, table,
                machs, logs, states, through, spun, mean, loads,
            )  # fmt: skip
            wanted = cases[i, THRUST]
            if math.isnan(share):
                out[i, 11] = min(out[i, 11], wanted)
            else:
                out[i, 11] = max(out[i, 11], wanted)
            out[i, 13] = loads[0, 1] + loads[1, 1]
