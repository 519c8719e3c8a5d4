"""Surface temperature of many columns on their networks of poles, 64 columns at a time.

One call follows one block of 64 columns (lanes) through one closed year. What is kept per lane lies
in rows of one float32 array, `w`, so that every inner loop runs over neighbours and becomes vector
instructions. With T linear over a step, a = rate dt, e = exp(-a), f = (1 - e)/a, the difference
d = T - x between the surface and the state of a pole obeys

    d <- e d + f (T_new - T_old),        flux into the ground = sum r d,

two multiplications per pole and step. Poles slower than a few sols are moved once per sol, in
float64: x <- x + g (mean T of the sol - x), their pull on the surface being held in between.
The surface is balanced at the end of each step, frost m written as the power L m/dt:

    (1 - A) Q + emissivity Q_ir + geothermal - emissivity sigma T^4 - flux(T) + (m_old - m_new) = 0

with T at the frost point while frost is left, else m_new = 0 and T from Newton's method, whose rest
is owed to the next step; albedo and emissivity are those of the step's beginning. What is sampled
at the end of a step stands for half a step on either side, so frost that melts at the power P under
a mass m is gone h = 1/2 + m/P steps on, and while h > 1 it stays, if need be on a mass owed. Where
it goes, the share m/P of albedo and emission is the frost's, and T stands for h and then rises:

    d <- e d + (f + h (1 - f)) (T_new - T_old),
    heat into the ground = sum r d - h sum r (1 - f)/(1 - e) (T_new - T_old),

which keeps the budget closed. Sums of a sol are float32 (heat by Kahan's compensated summation,
temperature from the sol's beginning on), sums of the year float64.
"""

import numpy as np
from numba import njit

from marsward.physics.kernels.ground_light import LANES, sol_light

# Rows of the work array: the surface; sums of the sol; then per pole, then per depth.
(T, PULL, MOVED, BARE, FROSTED, EMIT, EMIT_FROST, STIFF, HELD, HOLD, FROST_POINT, GEOTHERMAL, MASS,
 LOST, HUMIDITY) = [LANES * row for row in range(15)]  # fmt: skip
(SUM_T, LOW_T, HIGH_T, SUM_IN, SUM_NET, VAPOUR, REFLECTED, SENT, SUM_MASS, LOW_MASS,
 FROSTY, BEGUN, SLIP, SPREAD, LATE,
 OWED) = [LANES * row for row in range(15, 31)]  # fmt: skip
HEAD = 31  # rows before the poles
# Rows of one depth: what slow poles and the heat from below give, then sums of the year or sol.
DEPTH_BASE, DEPTH_SHARE, DEPTH_NOW, DEPTH_SUM, DEPTH_LOW, DEPTH_HIGH, DEPTH_VAPOUR = [
    LANES * row for row in range(7)
]
DEPTH_HEAD = 7
# Rows of a year's sums, float64.
YEAR_T, YEAR_LOW, YEAR_HIGH, YEAR_IN, YEAR_NET, YEAR_VAPOUR = range(6)
# Keeps differences that die away under frost from becoming subnormal numbers, which are slow [K].
_FLOOR = 1e-25
_FAST = {"nnan", "ninf", "nsz", "arcp", "contract", "afn"}  # sums are not regrouped
_OPTIONS = {"cache": True, "error_model": "numpy", "nogil": True, "fastmath": _FAST}


@njit(inline="always", **_OPTIONS)
def saturation(t, c):
    """Density over ice: exp(64 y) c6; y is a polynomial of six terms in u = c7/T - c8."""
    one = np.float32(1.0)
    u = c[7] / t - c[8]
    y = c[0] + u * (c[1] + u * (c[2] + u * (c[3] + u * (c[4] + u * c[5]))))
    p = one + y * np.float32(1.0 / 6.0)
    p = one + y * np.float32(0.2) * p
    p = one + y * np.float32(0.25) * p
    p = one + y * np.float32(1.0 / 3.0) * p
    p = one + y * np.float32(0.5) * p
    p = one + y * p
    p *= p
    p *= p
    p *= p
    p *= p
    p *= p
    return p * p * c[6]


@njit(**_OPTIONS)
def balance(w, light, infra, sigma):
    """One step of the surface: new T and frost, and the sums of the sol."""
    zero, half, one, four = np.float32(0.0), np.float32(0.5), np.float32(1.0), np.float32(4.0)
    for i in range(LANES):
        old, mass, stiff = w[T + i], w[MASS + i], w[STIFF + i]
        icy = mass != zero
        e0, e1, a0, a1 = w[EMIT + i], w[EMIT_FROST + i], w[BARE + i], w[FROSTED + i]
        q, ir, heat = light[i], infra[i], w[GEOTHERMAL + i]
        took0 = a0 * q + e0 * ir + heat
        took1 = a1 * q + e1 * ir + heat
        pulled = w[PULL + i] + (w[HELD + i] * old - w[HOLD + i]) - w[OWED + i]
        # as if frost stayed
        point = w[FROST_POINT + i]
        square = point * point
        took, emit = took1 if icy else took0, e1 if icy else e0
        sent = sigma * emit * square * square
        grown = sent + stiff * (point - old) + pulled - took - w[LOST + i]
        total = mass + grown
        lost = (total - mass) - grown
        left = mass + half * grown > zero
        # as if it went within the step
        share = mass / max(-grown, np.float32(2.0) * abs(mass) + np.float32(1e-6))
        held = half + share if icy else zero
        es = (one - share) * sigma * e0
        slack = stiff - held * w[SPREAD + i]
        bare = took0 + share * (took1 - took0)
        source = bare - share * sent - mass - pulled
        t = old
        for _ in range(3):
            c = es * t * t * t
            t += (source - c * t - slack * (t - old)) / (four * c + slack)
        # bare ground that would fall below the point takes frost again
        short = es * square * square + slack * (point - old) - source
        again = short > zero
        t = point if again else t
        square = t * t
        owed = source - es * square * square - slack * (t - old)
        w[OWED + i] = zero if left or again else owed
        sent = sent if left else share * sent + es * square * square
        took = took if left else bare
        t = point if left else t
        total = total if left else max(short, zero)
        lost = lost if left else zero
        share = zero if left else share
        w[MASS + i] = total
        w[LOST + i] = lost
        w[T + i] = t
        moved = t - old
        w[MOVED + i] = moved
        w[LATE + i] = zero if left else held * moved
        w[SENT + i] = sent
        w[REFLECTED + i] = q - (took - emit * ir - heat)
        w[SUM_T + i] += t - w[BEGUN + i]
        w[SUM_IN + i] += took
        net = took - sent - w[SLIP + i]
        before = w[SUM_NET + i]
        after = before + net
        w[SLIP + i] = (after - before) - net
        w[SUM_NET + i] = after
        w[LOW_T + i] = min(w[LOW_T + i], t)
        w[HIGH_T + i] = max(w[HIGH_T + i], t)
        total = max(total, zero)
        w[SUM_MASS + i] += total
        w[LOW_MASS + i] = min(w[LOW_MASS + i], total)
        w[FROSTY + i] += one if left else share


@njit(inline="always", **_OPTIONS)
def relax_pole(state, pull, total, moved, late, decay, gain):
    """One pole: its difference d, and what it adds to the flux of the next step."""
    floor, rest = np.float32(_FLOOR), np.float32(1.0) - gain
    for i in range(LANES):
        d = decay * state[i] + (gain * moved[i] + (rest * late[i] + floor))
        state[i] = d
        total[i] += pull[i] * d


@njit(**_OPTIONS)
def relax(w, e, f):
    """The poles of every step, and the flux they would draw at the next if T stood still."""
    fast = e.shape[0]
    total = w[PULL : PULL + LANES]
    moved, late = w[MOVED : MOVED + LANES], w[LATE : LATE + LANES]
    total[:] = np.float32(0.0)
    for k in range(fast):
        state, pull = LANES * (HEAD + k), LANES * (HEAD + fast + k)
        own, strength = w[state : state + LANES], w[pull : pull + LANES]
        relax_pole(own, strength, total, moved, late, e[k], f[k])


@njit(**_OPTIONS)
def surface_vapour(w, c):
    """Add the density over the surface: that over ice, or the air's where that is less."""
    for i in range(LANES):
        t = w[T + i]
        w[VAPOUR + i] += min(saturation(t, c), w[HUMIDITY + i] / t)


@njit(inline="always", **_OPTIONS)
def less_pole(now, share, state):
    """Take one pole's difference, by its share, from temperatures at a depth."""
    for i in range(LANES):
        now[i] -= share[i] * state[i]


@njit(**_OPTIONS)
def depth_sums(w, row, fast, c):
    """Temperature at one depth now, and its sums."""
    surface, own = w[T : T + LANES], w[row : row + DEPTH_HEAD * LANES]
    for i in range(LANES):
        own[DEPTH_NOW + i] = own[DEPTH_BASE + i] + own[DEPTH_SHARE + i] * surface[i]
    now = own[DEPTH_NOW : DEPTH_NOW + LANES]
    for k in range(fast):
        share, state = row + LANES * (DEPTH_HEAD + k), LANES * (HEAD + k)
        less_pole(now, w[share : share + LANES], w[state : state + LANES])
    for i in range(LANES):
        t = own[DEPTH_NOW + i]
        own[DEPTH_SUM + i] += t
        own[DEPTH_LOW + i] = min(own[DEPTH_LOW + i], t)
        own[DEPTH_HIGH + i] = max(own[DEPTH_HIGH + i], t)
        own[DEPTH_VAPOUR + i] += saturation(t, c)


@njit(**_OPTIONS)
def begin_sol(w, slow, pull, points, depths, first, stride, shares, base):
    """Set what is held over a sol: slow poles' pull, frost point, depths' slow part; zero sums."""
    for i in range(LANES):
        w[SUM_T + i] = np.float32(0.0)
        w[SUM_IN + i] = np.float32(0.0)
        w[SUM_NET + i] = np.float32(0.0)
        w[SLIP + i] = np.float32(0.0)
        w[BEGUN + i] = w[T + i]
        w[VAPOUR + i] = np.float32(0.0)
        w[LOW_T + i] = np.float32(1e9)
        w[HIGH_T + i] = np.float32(0.0)
        w[SUM_MASS + i] = np.float32(0.0)
        w[LOW_MASS + i] = np.float32(1e30)
        w[FROSTY + i] = np.float32(0.0)
        w[FROST_POINT + i] = np.float32(points[i])
        total = 0.0
        for k in range(slow.shape[0]):
            total += pull[k, i] * slow[k, i]
        w[HOLD + i] = np.float32(total)
    for j in range(depths):
        row = first + j * stride
        for i in range(LANES):
            total = base[j, i]
            for k in range(slow.shape[0]):
                total += shares[j, k, i] * slow[k, i]
            w[row + DEPTH_BASE + i] = np.float32(total)
            w[row + DEPTH_SUM + i] = np.float32(0.0)
            w[row + DEPTH_VAPOUR + i] = np.float32(0.0)


@njit(**_OPTIONS)
def end_sol(w, slow, gain, year, depth_year, first, stride, steps, sol_out):
    """Move the slow poles by the sol's mean; carry the sol's sums into the year's."""
    for i in range(LANES):
        mean = w[BEGUN + i] + w[SUM_T + i] / steps
        for k in range(slow.shape[0]):
            slow[k, i] += gain[k] * (mean - slow[k, i])
        year[YEAR_T, i] += mean
        year[YEAR_LOW, i] = min(year[YEAR_LOW, i], w[LOW_T + i])
        year[YEAR_HIGH, i] = max(year[YEAR_HIGH, i], w[HIGH_T + i])
        year[YEAR_IN, i] += w[SUM_IN + i]
        year[YEAR_NET, i] += w[SUM_NET + i]
        year[YEAR_NET, i] -= w[SLIP + i]
        year[YEAR_VAPOUR, i] += w[VAPOUR + i]
        sol_out[0, i] = np.float32(mean)
        sol_out[1, i] = w[LOW_T + i]
        sol_out[2, i] = w[HIGH_T + i]
        sol_out[3, i] = w[SUM_MASS + i] / steps
        sol_out[4, i] = w[LOW_MASS + i]
        sol_out[5, i] = w[FROSTY + i] / steps
    for j in range(depth_year.shape[0]):
        row = first + j * stride
        for i in range(LANES):
            depth_year[j, 0, i] += w[row + DEPTH_SUM + i]
            depth_year[j, 1, i] += w[row + DEPTH_VAPOUR + i]


@njit(**_OPTIONS)
def follow_year(w, slow, pull, gain, e, f, points, planes, skies, suns, edges, hour, least, horizon,
                table, around, sigma, curve, shares, base, every, year, depth_year,
                sol_out, slots, hours, send):  # fmt: skip
    """One year of one block; see the module. Sums go to `year` (6, lanes), zeroed by the caller.

    slow (s, lanes), pull (s, lanes), gain (s,) : slow poles, their residues and gains
    e, f : of the fast poles, float32
    points : CO2 frost point (1 or sols, lanes)
    planes, skies, suns, least, horizon : as `kernels.insolation`
    edges, hour, table, around : see `ground_light.sol_light`
    curve : polynomial of the vapour density, float32 (9,)
    shares (m, s, lanes), base (m, lanes) : slow poles' shares in depths and what geothermal heat
        adds; `every` : steps between looks at the depths
    depth_year (m, 2, lanes) ; sol_out (6, sols, lanes) ; slots (sols,) : row of `hours` to which a
        sol's steps go, or -1 ; send (2, sols, steps, lanes) or no sols: what the ground gives off
    """
    sols, steps, fast = suns.shape[0], edges.shape[1] - 1, e.shape[0]
    light = np.empty((steps, LANES), np.float32)
    infra, rows = np.empty((steps, LANES), np.float32), np.empty((8, LANES), np.float32)
    short, sky = np.empty((hour.shape[1], LANES)), np.empty(LANES)
    depths = depth_year.shape[0]
    first, stride = LANES * (HEAD + 2 * fast), LANES * (DEPTH_HEAD + fast)
    for sol in range(sols):
        sol_light(light, infra, rows, short, sky, table, sol, planes, skies, suns[sol], edges,
                  hour, least, horizon, around)  # fmt: skip
        point = points[sol % points.shape[0]]
        begin_sol(w, slow, pull, point, depths, first, stride, shares, base)
        for j in range(steps):
            balance(w, light[j], infra[j], sigma)
            relax(w, e, f)
            if curve[6] > np.float32(0.0):
                surface_vapour(w, curve)
                if (j + 1) % every == 0:
                    for d in range(depths):
                        depth_sums(w, first + d * stride, fast, curve)
            if slots[sol] >= 0:
                for i in range(LANES):
                    hours[slots[sol], j, i] = w[T + i]
            if send.shape[1] > 0:
                for i in range(LANES):
                    send[0, sol, j, i] = w[REFLECTED + i]
                    send[1, sol, j, i] = w[SENT + i]
        end_sol(w, slow, gain, year, depth_year, first, stride, steps, sol_out[:, sol])
