"""Crank-Nicolson heat conduction in layered ground, eight columns at a time, float64.

One step solves for the temperatures X of its middle, C (X - T)/(dt/2) = fluxes at X, and carries
them on, T <- 2 X - T. Cells are eliminated from the bottom up, X[i] = a[i] X[i-1] + y[i], until one
equation for the surface is left, with radiation to the fourth power and frost in it; a last sweep
goes down. Surface temperature and flux are those of the step's middle.

Arrays (cells, LANES): temps, capacity [J m-2 K-1], link [W m-2 K-1] to the cell above (the first to
the surface), and what elimination keeps: up, own, low. Arrays (rows, LANES):
surface: albedo, emissivity, frost albedo, frost emissivity, linear loss [W m-2 K-1], heat from
below [W m-2]. state: surface temperature [K], frost mass [kg m-2]. sums: energy absorbed and
emitted [J m-2], frost gained [kg m-2], surface temperature times steps [K].
"""

import math

import numpy as np
from numba import njit

from marsward.physics.kernels.insolation import light_of_sol

LANES = 8
NEWTON_STEPS = 5


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def factor(capacity, link, dt, up, own, low, top):
    """Eliminate upwards once; top (2, LANES): heat drawn per kelvin of surface, link to it."""
    last = capacity.shape[0] - 1
    double = 2.0 / dt
    for k in range(LANES):
        whole = 1.0 / (double * capacity[last, k] + link[last, k])
        up[last, k] = link[last, k] * whole
        own[last, k] = double * capacity[last, k] * whole
        low[last, k] = whole
    for i in range(last - 1, -1, -1):
        for k in range(LANES):
            hold = double * capacity[i, k]
            below = link[i + 1, k]
            whole = 1.0 / (hold + link[i, k] + below * (1.0 - up[i + 1, k]))
            up[i, k] = link[i, k] * whole
            own[i, k] = hold * whole
            low[i, k] = below * whole
    for k in range(LANES):
        top[0, k] = link[0, k] * (1.0 - up[0, k])
        top[1, k] = link[0, k]


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def sweep_up(temps, own, low, surface, mid):
    """Leave in mid what each cell has without the one above it."""
    last = temps.shape[0] - 1
    for k in range(LANES):
        mid[last, k] = own[last, k] * temps[last, k] + low[last, k] * surface[5, k]
    for i in range(last - 1, -1, -1):
        for k in range(LANES):
            mid[i, k] = own[i, k] * temps[i, k] + low[i, k] * mid[i + 1, k]


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def sweep_down(temps, up, mid, state):
    """Turn mid into the temperatures of the step's middle and temps into those of its end."""
    for k in range(LANES):
        mid[0, k] += up[0, k] * state[0, k]
        temps[0, k] = 2.0 * mid[0, k] - temps[0, k]
    for i in range(1, temps.shape[0]):
        for k in range(LANES):
            mid[i, k] += up[i, k] * mid[i - 1, k]
            temps[i, k] = 2.0 * mid[i, k] - temps[i, k]


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def settle(top, mid, surface, point, short, infra, latent, dt, sigma, state, sums):
    """Surface temperature and frost of one step: light, radiation, ground and latent heat balance.

    Either frost stays, at its point, and its mass takes up the balance; or it is gone and the
    temperature does. latent: J kg-1 over dt.
    """
    for k in range(LANES):
        mass = state[1, k]
        frosty = 1.0 if mass > 0.0 else 0.0
        dark = 1.0 - surface[0, k] + frosty * (surface[0, k] - surface[2, k])
        warm = surface[1, k] + frosty * (surface[3, k] - surface[1, k])
        ground = top[1, k] * mid[0, k]
        stiff = top[0, k] + surface[4, k]
        cold = point[k]
        fourth = sigma * cold * cold * cold * cold
        gain = dark * short[k] + warm * infra[k] + ground
        loss = (gain - warm * fourth - stiff * cold) / latent
        # frost that goes covers the ground for its part of the step only
        part = frosty * (mass / max(loss, 1e-30) if loss > mass else 1.0)
        dark = 1.0 - surface[0, k] + part * (surface[0, k] - surface[2, k])
        warm = surface[1, k] + part * (surface[3, k] - surface[1, k])
        taken = dark * short[k] + warm * infra[k]
        glow = warm * sigma
        grown = mass + (warm * fourth + stiff * cold - taken - ground) / latent
        stays = grown > 0.0
        right = taken + ground - mass * latent
        t = state[0, k]
        for _ in range(NEWTON_STEPS):
            cube = glow * t * t * t
            t -= (cube * t + stiff * t - right) / (4.0 * cube + stiff)
        t = cold if stays else t
        left = grown if stays else 0.0
        state[0, k] = t
        state[1, k] = left
        sums[0, k] += dt * taken
        sums[1, k] += dt * (glow * t * t * t * t + surface[4, k] * t)
        sums[2, k] += left - mass
        sums[3, k] += t


@njit(cache=True, error_model="numpy", nogil=True)
def step_flux(temps, flux, surface, capacity, link, dt, out, depth_out, cell, part):
    """Ground under a given net surface flux (steps, LANES) [W m-2] and linear loss: no radiation.

    out: surface temperature (steps, LANES) in the middle of each step; depth_out: (steps, m, LANES)
    at the depths of `at_depth`.
    """
    cells = temps.shape[0]
    up, own, low = np.empty((cells, LANES)), np.empty((cells, LANES)), np.empty((cells, LANES))
    mid, top = np.empty((cells, LANES)), np.empty((2, LANES))
    state, sums = np.zeros((2, LANES)), np.zeros((4, LANES))
    nothing, point = np.zeros(LANES), np.full(LANES, -1e30)
    for k in range(LANES):
        state[0, k] = temps[0, k]
    factor(capacity, link, dt, up, own, low, top)
    for j in range(flux.shape[0]):
        sweep_up(temps, own, low, surface, mid)
        settle(top, mid, surface, point, flux[j], nothing, 1e30, dt, 0.0, state, sums)
        sweep_down(temps, up, mid, state)
        for k in range(LANES):
            out[j, k] = state[0, k]
            for m in range(depth_out.shape[1]):
                depth_out[j, m, k] = at_depth(mid, state, cell[m, k], part[m, k], k)


@njit(cache=True, error_model="numpy", nogil=True)
def at_depth(mid, state, cell, part, k):
    """Temperature between the centres of cells `cell` and the next; cell -1 is the surface."""
    above = state[0, k] if cell < 0 else mid[cell, k]
    return above + part * (mid[cell + 1, k] - above)


@njit(cache=True, error_model="numpy", nogil=True)
def ice_pressure(t, form):
    """Vapour pressure over water ice [Pa]; form 0: Murphy & Koop 2005, eq. 7, 1: their eq. 2."""
    if form == 1:
        return math.exp(28.9074 - 6143.7 / t)
    return math.exp(9.550426 - 5723.265 / t + 3.53068 * math.log(t) - 0.00728332 * t)


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def polynomial(law, more, icy, t):
    """Factor of a property at a temperature: four coefficients, and what ice adds to them."""
    return (
        law[0]
        + icy * more[0]
        + t * (law[1] + icy * more[1] + t * (law[2] + icy * more[2] + t * (law[3] + icy * more[3])))
    )


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def mean_heat(law, more, icy, t0, t1):
    """Mean factor of heat capacity between two temperatures, exact."""
    both, squares = t0 + t1, t0 * t0 + t1 * t1
    first = (law[1] + icy * more[1]) * both / 2
    second = (law[2] + icy * more[2]) * (squares + t0 * t1) / 3
    return law[0] + icy * more[0] + first + second + (law[3] + icy * more[3]) * both * squares / 4


@njit(cache=True, error_model="numpy", nogil=True)
def held(laws, row):
    """A law and what ice adds to it, as values that loops need not read again."""
    law = (laws[row, 0], laws[row, 1], laws[row, 2], laws[row, 3])
    below = row + 2
    more = (
        laws[below, 0] - law[0],
        laws[below, 1] - law[1],
        laws[below, 2] - law[2],
        laws[below, 3] - law[3],
    )
    return law, more


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def relink(mid, ends, state, half, base, icy, laws, capacity, link):
    """Capacities and links at the temperatures of a step's middle.

    half: resistance of half a cell at the reference (K m2 W-1); base: its capacity there; icy: 1
    where the cell is of the second layer, else 0; laws (4, 4): conductivity and heat of the first
    layer, then the second. ends (2, cells, LANES): the step's two ends.
    """
    carry, carry_more = held(laws, 0)
    heat, heat_more = held(laws, 1)
    for i in range(mid.shape[0]):
        for k in range(LANES):
            ice = icy[i, k]
            t0, t1 = ends[0, i, k], ends[1, i, k]
            capacity[i, k] = base[i, k] * mean_heat(heat, heat_more, ice, t0, t1)
            link[i, k] = half[i, k] / polynomial(carry, carry_more, ice, mid[i, k])
    for i in range(mid.shape[0] - 1, 0, -1):
        for k in range(LANES):
            link[i, k] = 1.0 / (link[i, k] + link[i - 1, k])
    for k in range(LANES):
        # the half cell under the surface, at the mean of its two ends
        t = 0.5 * (mid[0, k] + state[0, k])
        link[0, k] = polynomial(carry, carry_more, icy[0, k], t) / half[0, k]


@njit(cache=True, error_model="numpy", nogil=True)
def changing_step(
    temps, last, surface, point, short, infra, latent, dt, sigma, state, sums,
    half, base, icy, laws, capacity, link, up, own, low, top, mid, ends, rounds,
):  # fmt: skip
    """One step with properties at its own middle: foretold from the last step, then corrected."""
    cells = temps.shape[0]
    trial_state, trial_sums = np.empty((2, LANES)), np.empty((4, LANES))
    for i in range(cells):
        for k in range(LANES):
            ends[0, i, k] = temps[i, k]
            ends[1, i, k] = 2.0 * temps[i, k] - last[i, k]
            mid[i, k] = 0.5 * (ends[0, i, k] + ends[1, i, k])
    trial_state[:] = state
    for _turn in range(rounds):
        relink(mid, ends, trial_state, half, base, icy, laws, capacity, link)
        factor(capacity, link, dt, up, own, low, top)
        sweep_up(temps, own, low, surface, mid)
        trial_state[:] = state
        trial_sums[:] = sums
        settle(top, mid, surface, point, short, infra, latent, dt, sigma, trial_state, trial_sums)
        ends[1] = ends[0]
        sweep_down(ends[1], up, mid, trial_state)
    last[:] = temps
    temps[:] = ends[1]
    state[:] = trial_state
    sums[:] = trial_sums


@njit(cache=True, error_model="numpy", nogil=True)
def gather(mid, state, cell, part, humidity, form, gas, depth_sums, air_sums):
    """Add one step to means, least and most at depth, and to vapour densities.

    depth_sums (4, m, LANES): sum, least, most, sum of saturation density; air_sums (LANES,): sum of
    the density over the surface, held to the air's vapour (humidity, NaN where none is asked).
    """
    for k in range(LANES):
        for m in range(cell.shape[0]):
            t = at_depth(mid, state, cell[m, k], part[m, k], k)
            depth_sums[0, m, k] += t
            depth_sums[1, m, k] = min(depth_sums[1, m, k], t)
            depth_sums[2, m, k] = max(depth_sums[2, m, k], t)
            depth_sums[3, m, k] += ice_pressure(t, form) / (gas * t)
        if humidity[k] == humidity[k]:
            t = state[0, k]
            air_sums[k] += min(ice_pressure(t, form), humidity[k]) / (gas * t)


@njit(cache=True, error_model="numpy", nogil=True)
def conduct_year(
    temps, last, capacity, link, surface, state, sums, dt, latent, sigma, points,
    suns, planes, skies, cos_hour, sin_hour, least, horizon, lit, more_short, more_infra,
    half, base, icy, laws, rounds,
    record, cell, part, humidity, form, gas, depth_sums, air_sums, sol_rows, series, frost_series,
):  # fmt: skip
    """Eight columns through one year, from midnight of sol 0.

    points (sols, LANES): frost point. lit: whether the clear sky's light is made here; more_short
    and more_infra (sols, steps, LANES), if any, come on top. rounds: 0 for constant properties,
    else turns of correction in a step. sol_rows (6, sols, LANES): mean, least, most surface
    temperature, mean and least frost mass, share of the sol with frost. series, frost_series
    (sols, steps, LANES): every step, if asked.
    """
    sols, steps, cells = suns.shape[0], cos_hour.shape[0], temps.shape[0]
    up, own, low = np.empty((cells, LANES)), np.empty((cells, LANES)), np.empty((cells, LANES))
    mid, top, ends = np.empty((cells, LANES)), np.empty((2, LANES)), np.empty((2, cells, LANES))
    short, infra, still = np.zeros((steps, LANES)), np.zeros((steps, LANES)), np.zeros(LANES)
    factor(capacity, link, dt, up, own, low, top)
    for sol in range(sols):
        if lit:
            light_of_sol(short, still, planes, skies, suns[sol], cos_hour, sin_hour, least, horizon)
        for j in range(steps):
            for k in range(LANES):
                infra[j, k] = still[k]
        if more_short.shape[0] > 0:
            base_short = short if lit else np.zeros((steps, LANES))
            short = base_short + more_short[sol]
            infra += more_infra[sol]
        for j in range(steps):
            if rounds == 0:
                sweep_up(temps, own, low, surface, mid)
                settle(
                    top, mid, surface, points[sol], short[j], infra[j], latent, dt, sigma, state,
                    sums,
                )  # fmt: skip
                sweep_down(temps, up, mid, state)
            else:
                changing_step(
                    temps, last, surface, points[sol], short[j], infra[j], latent, dt, sigma,
                    state, sums, half, base, icy, laws, capacity, link, up, own, low, top, mid,
                    ends, rounds,
                )  # fmt: skip
            if record:
                note_step(sol_rows[:, sol], state, j)
                gather(mid, state, cell, part, humidity, form, gas, depth_sums, air_sums)
                if series.shape[0] > 0:
                    series[sol, j] = state[0]
                    frost_series[sol, j] = state[1]
        if record:
            for k in range(LANES):
                sol_rows[0, sol, k] /= steps
                sol_rows[3, sol, k] /= steps
                sol_rows[5, sol, k] /= steps


@njit(cache=True, error_model="numpy", nogil=True)
def note_step(rows, state, j):
    """Add one step to a sol's rows: sum, least, most temperature, sum and least frost, frosty."""
    for k in range(LANES):
        t, mass = state[0, k], state[1, k]
        frosty = 1.0 if mass > 0.0 else 0.0
        if j == 0:
            rows[0, k], rows[1, k], rows[2, k] = t, t, t
            rows[3, k], rows[4, k], rows[5, k] = mass, mass, frosty
        else:
            rows[0, k] += t
            rows[1, k] = min(rows[1, k], t)
            rows[2, k] = max(rows[2, k], t)
            rows[3, k] += mass
            rows[4, k] = min(rows[4, k], mass)
            rows[5, k] += frosty
