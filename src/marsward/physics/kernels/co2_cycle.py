"""One Mars year of ground columns that breathe one air: frost is weighed out of it at every step.

The ground is the network of poles of `kernels.ground_network`, here in float64 and with the columns
along the last axis, so that every inner loop runs over neighbours. With T linear over a step,
a = rate dt, e = exp(-a), f = (1 - e)/a, the difference d = T - x to the state of a pole obeys

    d <- e d + f (T_new - T_old),        flux into the ground = sum r d,

and poles slower than a few sols move once per sol. The surface is balanced at the end of each step

    (1 - A) Q + emissivity Q_ir + geothermal - emissivity sigma T^4 - flux(T) + L dm/dt = 0

with T at the frost point of the column's own pressure while frost is left, or the frost gone and T
from Newton's method. What all columns gain, area by area, the air loses in the same step. Caps are
summed from the frost masses, the air from the fluxes: the two are never set equal to one another.
"""

import math

import numpy as np
from numba import njit

_FAST = {"nnan", "ninf", "nsz", "arcp", "contract", "afn"}
_OPTIONS = {"cache": True, "error_model": "numpy", "nogil": True, "fastmath": _FAST}
# Rows of the ground's properties.
EMIT, EMIT_FROST, GEOTHERMAL, STIFF, HELD, AREA = range(6)
# Rows of a column's state.
T, MASS, PULL, BEGUN, SUM = range(5)
# Rows of what a sol leaves per column.
OUT_T, OUT_FROST, OUT_GROWTH, OUT_LEAST = range(4)
# Rows of a year's energy per column [W m-2, summed over steps].
IN, NET = range(2)
# Keeps differences that die away under frost from becoming subnormal numbers, which are slow [K].
_FLOOR = 1e-30


@njit(**_OPTIONS)
def surface_step(state, ground, light, bare, frosted, infra, point, base, growth, moved, year,
                 least, sigma, per_mass, cover):  # fmt: skip
    """Balance the surface of every column; growth (n,) of frost [kg m-2] and moved T come out.

    base (n,): heat drawn by the ground if T stands still [W m-2]; point (n,): frost points [K];
    bare, frosted (n,): shares of the light that bare ground and frost keep; least (n,): least frost
    of the sol; per_mass: power of one kg m-2 that freezes within a step [W kg-1 m2]; cover: frost
    through which half of the ground's albedo shows [kg m-2], above zero.
    """
    for i in range(light.shape[0]):
        old, mass, stiff = state[T, i], state[MASS, i], ground[STIFF, i]
        e0, e1 = ground[EMIT, i], ground[EMIT_FROST, i]
        q, ir, heat = light[i], infra[i], ground[GEOTHERMAL, i]
        icy = mass > 0.0
        took0 = bare[i] * q + e0 * ir + heat
        depth = mass / (mass + cover)
        took1 = (bare[i] + depth * (frosted[i] - bare[i])) * q + e1 * ir + heat
        p = point[i]
        # as if frost stayed
        took, emit = took1 if icy else took0, e1 if icy else e0
        pull = base[i] + stiff * (p - old)
        sent = sigma * emit * p * p * p * p
        total = mass * per_mass + (sent + pull - took)
        stays = total > 0.0
        # as if it went: what it still holds is paid from the light of frost, the rest of the step
        # sees bare ground
        share = min(mass * per_mass / max(took - sent - pull, 1e-12), 1.0) if icy else 0.0
        gained = took0 + share * (took1 - took0)
        emits = e0 + share * (e1 - e0)
        source = gained - base[i] - mass * per_mass
        t = old
        for _ in range(4):
            c = sigma * emits * t * t * t
            t += (source - c * t - stiff * (t - old)) / (4.0 * c + stiff)
        # bare ground that would fall below the point takes frost again
        short = sigma * emits * p * p * p * p + stiff * (p - old) - source
        again = (not stays) and short > 0.0
        t = p if stays or again else t
        new = total if stays else max(short, 0.0)
        new = new / per_mass if stays or again else 0.0
        took = took if stays else gained
        emit = emit if stays else emits
        growth[i] = new - mass
        moved[i] = t - old
        state[MASS, i] = new
        least[i] = min(least[i], new)
        state[T, i] = t
        state[SUM, i] += t - state[BEGUN, i]
        year[IN, i] += took
        year[NET, i] += took - sigma * emit * t * t * t * t + (new - mass) * per_mass


@njit(inline="always", **_OPTIONS)
def relax_pole(d, pull, pulled, moved, decay, gain):
    """One pole of every column: its difference, and what it would draw in the next step."""
    for i in range(d.shape[0]):
        value = decay * d[i] + (gain * moved[i] + _FLOOR)
        d[i] = value
        pulled[i] += pull[i] * value


@njit(**_OPTIONS)
def follow_co2_year(state, fast, slow, ground, fast_pull, slow_pull, decay, gain, slow_gain, light,
                    bare, frosted, infra, log_share, air, other, law, sigma, per_mass, cover, year,
                    sols, globe, hours):  # fmt: skip
    """One year of n columns; arrays change in place.

    state (5, n) ; fast (k, n), slow (s, n) : differences of fast poles, states of slow ones
    ground (6, n) ; fast_pull (k, n), already times decay, slow_pull (s, n) : residues [W m-2 K-1]
    decay, gain (k,) ; slow_gain (s,)
    light (sols, steps, n), infra (sols, n) : before albedo and emissivity [W m-2]
    bare, frosted (sols, n) : shares of that light which bare ground and frost keep
    log_share (sols, n) : ln of each column's pressure over the mass of air [ln Pa/kg]
    sigma : Stefan and Boltzmann's constant; per_mass, cover : see `surface_step`
    air (1,) : mass of CO2 in the air [kg]; other : of the gases that never freeze [kg]
    law (3,) : a, b and the part of pressure that CO2 has per part of mass, T = b/(a - ln p)
    year (2, n) ; sols (4, sols, n) : see the rows above
    globe (2, sols) : mean mass of all air over each sol, and the CO2 in it at the sol's end [kg]
    hours (0 or sols, steps, n) : surface temperature, if wanted
    """
    count, steps, n = light.shape[0], light.shape[1], light.shape[2]
    base, growth, moved = np.empty(n), np.empty(n), np.empty(n)
    point, held, pulled = np.empty(n), np.empty(n), state[PULL]
    for sol in range(count):
        held[:] = 0.0
        for k in range(slow.shape[0]):
            for i in range(n):
                held[i] += slow_pull[k, i] * slow[k, i]
        for i in range(n):
            state[BEGUN, i] = state[T, i]
            state[SUM, i] = 0.0
            sols[OUT_GROWTH, sol, i] = 0.0
            sols[OUT_LEAST, sol, i] = state[MASS, i]
        weight = 0.0
        for j in range(steps):
            co2 = air[0]
            total = co2 + other
            # partial pressure of CO2: its share of molecules in the whole air
            log_air = math.log(total * (co2 / (co2 + law[2] * other)))
            for i in range(n):
                point[i] = law[1] / (law[0] - (log_air + log_share[sol, i]))
                base[i] = pulled[i] + (ground[HELD, i] * state[T, i] - held[i])
            surface_step(state, ground, light[sol, j], bare[sol], frosted[sol], infra[sol], point,
                         base, growth, moved, year, sols[OUT_LEAST, sol], sigma,
                         per_mass, cover)  # fmt: skip
            pulled[:] = 0.0
            for k in range(fast.shape[0]):
                relax_pole(fast[k], fast_pull[k], pulled, moved, decay[k], gain[k])
            frozen = 0.0
            for i in range(n):
                frozen += ground[AREA, i] * growth[i]
                sols[OUT_GROWTH, sol, i] += growth[i]
            air[0] = co2 - frozen
            weight += total
            if hours.shape[0] > 0:
                for i in range(n):
                    hours[sol, j, i] = state[T, i]
        for i in range(n):
            mean = state[BEGUN, i] + state[SUM, i] / steps
            for k in range(slow.shape[0]):
                slow[k, i] += slow_gain[k] * (mean - slow[k, i])
            sols[OUT_T, sol, i] = mean
            sols[OUT_FROST, sol, i] = state[MASS, i]
        globe[0, sol] = weight / steps
        globe[1, sol] = air[0]
