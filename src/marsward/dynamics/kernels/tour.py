"""Compiled gravity assists: the passage between two velocities at infinity, and legs joined."""

import math

import numpy as np
from numba import njit

_ROUNDS = 50


@njit(cache=True, error_model="numpy", nogil=True)
def widest_turn(first, last, radius, gm):
    """Turn [rad] of a passage that comes in and leaves at these speeds, at a periapsis radius."""
    return math.asin(1.0 / (1.0 + radius * first * first / gm)) + math.asin(
        1.0 / (1.0 + radius * last * last / gm)
    )


@njit(cache=True, error_model="numpy", nogil=True)
def turning_radius(first, last, turn, gm):
    """Periapsis radius [m] at which a passage turns by an angle [rad]: infinite for none."""
    if not turn > 1e-12:
        return math.inf if turn >= 0.0 else math.nan
    if turn >= math.pi:
        return 0.0
    a, b = first * first / gm, last * last / gm
    sine = math.sin(0.5 * turn)
    radius = (1.0 / sine - 1.0) / math.sqrt(a * b)  # exact where both speeds are one
    for _ in range(_ROUNDS):
        p, q = 1.0 / (1.0 + radius * a), 1.0 / (1.0 + radius * b)
        miss = math.asin(p) + math.asin(q) - turn
        slope = -p * p * a / math.sqrt(1.0 - p * p) - q * q * b / math.sqrt(1.0 - q * q)
        # in the logarithm of the radius, where the turn bends little
        step = -miss / (slope * radius)
        radius *= math.exp(min(max(step, -2.0), 2.0))
        if abs(step) < 1e-14:
            break
    return radius


@njit(cache=True, error_model="numpy", nogil=True)
def passage(ax, ay, az, bx, by, bz, gm, least):
    """A passage from one velocity at infinity to another.

    Returns periapsis radius [m], impulse there [m/s], angle that the passage cannot turn at the
    least radius [rad] and the impulse far out that turns it [m/s].
    """
    first = math.sqrt(ax * ax + ay * ay + az * az)
    last = math.sqrt(bx * bx + by * by + bz * bz)
    cx, cy, cz = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
    turn = math.atan2(math.sqrt(cx * cx + cy * cy + cz * cz), ax * bx + ay * by + az * bz)
    rest = turn - widest_turn(first, last, least, gm)
    radius = least
    if rest <= 0.0:
        rest = 0.0
        radius = turning_radius(first, last, turn, gm)
    if radius == math.inf:
        return radius, abs(last - first), 0.0, 0.0
    pull = 2.0 * gm / radius
    burn = abs(math.sqrt(last * last + pull) - math.sqrt(first * first + pull))
    return radius, burn, rest, 2.0 * min(first, last) * math.sin(0.5 * rest)


@njit(cache=True, error_model="numpy", nogil=True)
def passage_rows(first, last, gm, least, radius, burn, rest, bend):
    """`passage` of rows (n, 3) and (n, 3)."""
    for i in range(gm.size):
        radius[i], burn[i], rest[i], bend[i] = passage(
            first[i, 0], first[i, 1], first[i, 2], last[i, 0], last[i, 1], last[i, 2],
            gm[i], least[i],
        )  # fmt: skip


@njit(cache=True, error_model="numpy", nogil=True)
def join_legs(into, cost, out, gm, least, most, begin, end, best, back):
    """Cheapest way into every leg that leaves a body, over all legs that arrive there.

    into : f8 (I, J, B, 3) velocities at infinity [m/s] of legs that arrive on date j
    cost : f8 (I, J, B) what they cost so far [m/s], NaN where there is none
    out : f8 (J, K, C, 3) velocities at infinity of legs that leave on date j
    most : f8, largest impulse of one passage [m/s]
    begin, end : i8, the dates j that are treated
    best : f8 (J, K, C) filled with the cost including the passage, infinite where there is none
    back : i8 (J, K, C) filled with i B + b of the leg before, -1 where there is none
    """
    dates, ways, kinds, after = into.shape[0], into.shape[2], out.shape[2], out.shape[1]
    pull = 2.0 * gm / least
    fast = np.empty(dates * ways)
    which = np.empty(dates * ways, np.int64)
    for j in range(begin, end):
        count = 0
        for i in range(dates):
            for b in range(ways):
                if math.isfinite(cost[i, j, b]):
                    which[count] = i * ways + b
                    speed2 = into[i, j, b, 0] ** 2 + into[i, j, b, 1] ** 2 + into[i, j, b, 2] ** 2
                    fast[count] = math.sqrt(speed2 + pull)
                    count += 1
        for k in range(after):
            for c in range(kinds):
                best[j, k, c] = math.inf
                back[j, k, c] = -1
                x, y, z = out[j, k, c, 0], out[j, k, c, 1], out[j, k, c, 2]
                low = math.sqrt(x * x + y * y + z * z + pull)
                if not math.isfinite(low):
                    continue
                for n in range(count):
                    i, b = which[n] // ways, which[n] % ways
                    # at the least radius an impulse changes the speed far out the most
                    gap = abs(low - fast[n])
                    if gap > most or cost[i, j, b] + gap >= best[j, k, c]:
                        continue
                    _radius, burn, _rest, bend = passage(
                        into[i, j, b, 0], into[i, j, b, 1], into[i, j, b, 2], x, y, z, gm, least
                    )
                    total = cost[i, j, b] + burn + bend
                    if burn + bend <= most and total < best[j, k, c]:
                        best[j, k, c] = total
                        back[j, k, c] = which[n]
