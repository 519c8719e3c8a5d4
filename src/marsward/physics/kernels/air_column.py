"""One column of air over its ground through sols: radiation, mixing, frost, and heat in the ground.

Heat is mixed in potential temperature theta = T/X, X = (p/p0)^kappa, implicitly in time:

    m_k cp (T_k - T_k*)/dt = G_k (theta_{k-1} - theta_k) - G_{k+1} (theta_k - theta_{k+1}),

G = rho cp K X/dz at an edge, G_0 = rho cp C_H U X of the surface layer, so the sum of m cp T
changes by fluxes at the ends alone. Eliminated from the top down this leaves theta_0 = a theta_s +
b, and the ground's balance

    (1 - A) Q + e (IR - sigma T^4) + geothermal - H(T) - flux(T) + L (m_old - m_new)/dt = 0

is one equation in its own new temperature T: Newton's method solves air and ground together. The
flux into the ground is that of the network of poles (`physics.ground_network`; the same algebra as
`kernels.ground_network`, here in float64 and one column at a time, since the air has its own): a
pole's difference d = T - x goes to e d + f (T_new - T_old), slow poles are moved once a sol. While
frost lies T is its point and m the unknown; frost that cannot last gives its heat and T follows.

Radiation is called every few steps, for their mean height of the Sun. Between, sunlight at the
ground goes with that height; a layer's warming follows its own temperature by the
derivative that `longwave_column` gives, implicitly, and what the ground and the layers send beyond
what they sent at the call is taken to leave at the top.
"""

import numpy as np
from numba import njit

from marsward.physics.kernels.air_step import (
    ANNUAL,
    BEFORE,
    COS_LAT,
    DEPTH,
    FROST,
    GEOTHERMAL,
    LAST,
    LAST_EAST,
    LAST_NORTH,
    LAST_SURFACE,
    LASTING,
    LATENT,
    LIGHTS,
    MASS,
    OFFSET,
    R_CONDUCTION,
    R_EMISSIVITY,
    R_FROST,
    R_LATENT,
    R_LEAVING,
    R_LONG_DOWN,
    R_LONG_UP,
    R_SENT,
    R_SNOW,
    R_SURFACE,
    R_TOP_IN,
    R_TOP_LONG,
    R_TOP_SHORT,
    ROWS,
    S_AIR,
    S_FROST,
    S_GROSS,
    S_GROUND,
    S_IN,
    S_SNOW,
    SIGMA,
    SIN_LAT,
    SOFTNESS,
    STEP,
    SUMS,
    SURFACE,
    WEIGHT,
    WORK,
    Z,
    couple,
    freeze,
    lowest_free,
    prepare,
    radiate,
    stand,
    stir,
)
from marsward.physics.kernels.boundary_layer import settle_convection
from marsward.physics.kernels.longwave import work_rows

_OPTIONS = {"cache": True, "error_model": "numpy", "nogil": True}


@njit(**_OPTIONS)
def book(state, numbers, air, forcing, beyond, snow, w, flow, sums):
    """The step's rows and the sums of the sol."""
    dt, emissivity = air[STEP], flow[R_EMISSIVITY]
    emitted = emissivity * air[SIGMA] * state[SURFACE] ** 4
    flow[R_SURFACE], flow[R_FROST], flow[R_SNOW] = state[SURFACE], state[FROST], snow / dt
    flow[R_LONG_UP] = emitted + (1.0 - emissivity) * flow[R_LONG_DOWN]
    flow[R_LEAVING] = flow[R_TOP_LONG] + emitted - flow[R_SENT] + beyond
    brought, transport = 0.0, forcing[0]
    for k in range(transport.shape[0]):
        brought += w[WEIGHT, k] * transport[k]
    arrived = flow[R_TOP_IN] - flow[R_TOP_SHORT] - flow[R_LEAVING]
    sums[S_IN] += dt * (arrived + brought + numbers[GEOTHERMAL])
    sums[S_GROSS] += dt * (flow[R_TOP_IN] + abs(flow[R_LEAVING]))
    sums[S_GROUND] += dt * flow[R_CONDUCTION]
    sums[S_FROST] += dt * flow[R_LATENT] + snow * air[LATENT]
    sums[S_SNOW] += snow


@njit(**_OPTIONS)
def move_slow(slow, annual, gain, mean, held, state, numbers):
    """Slow poles at the end of a sol, from the sol's mean of the surface [K].

    Where the difference from the annual solution is taken to last (LASTING), all slow poles stand
    off that solution by as much as the surface does; the offset is sought by a step of Newton's
    kind, SOFTNESS being what the surface loses per kelvin [W m-2 K-1]. Else they relax.
    """
    if numbers[LASTING] > 0.0:
        step = mean - numbers[ANNUAL] - state[OFFSET]
        state[OFFSET] += step * (held + numbers[SOFTNESS]) / numbers[SOFTNESS]
        for k in range(slow.shape[0]):
            slow[k] = annual[k] + state[OFFSET]
    else:
        for k in range(slow.shape[0]):
            slow[k] += gain[k] * (mean - slow[k])


@njit(inline="always", **_OPTIONS)
def height_of_sun(numbers, sun, hour_cosine):
    """Cosine of the Sun's zenith angle, 0 at night."""
    return max(numbers[SIN_LAT] * sun[0] + numbers[COS_LAT] * sun[1] * hour_cosine, 0.0)


@njit(**_OPTIONS)
def follow_sol(edges, temperature, winds, state, numbers, air, sun, hour_cos, every, points, exner,
               forcing, tables, infrared, ground, held, hold, room, rows, profile, kept,
               sums):  # fmt: skip
    """One sol of one column; returns the mean temperature of the surface [K]."""
    w, flow, called, cosine = room[0], np.empty(ROWS), np.empty(ROWS), 0.0
    count, total = temperature.shape[0], 0.0
    for j in range(rows.shape[1]):
        if j % every == 0:
            cosine = 0.0
            for i in range(j, j + every):
                cosine += height_of_sun(numbers, sun, hour_cos[i]) / every
            radiate(edges, temperature, state, numbers, air, sun, cosine, forcing, tables, infrared,
                    room, called)  # fmt: skip
        part = height_of_sun(numbers, sun, hour_cos[j]) / cosine if cosine > 0.0 else 0.0
        for i in range(R_SENT + 2):
            flow[i] = called[i] * (part if i < LIGHTS else 1.0)
        stand(w, temperature, winds, air, exner)
        scale = stir(edges, temperature, winds, state, numbers, air, exner, room, flow)
        beyond = couple(temperature, state, numbers, air, exner, ground, held, hold, w, flow)
        free = lowest_free(w[Z], state[DEPTH], scale, count)
        settle_convection(temperature, w[MASS], exner[1], free, count, 4)
        snow = freeze(temperature, points, w[WEIGHT], air[LATENT])
        state[FROST] += snow
        total += state[SURFACE]
        book(state, numbers, air, forcing, beyond, snow, w, flow, sums)
        for i in range(ROWS):
            rows[i, j] = flow[i]
        for k in range(count):
            profile[j, k] = temperature[k]
            kept[0, j, k], kept[1, j, k] = winds[0, k], winds[1, k]
    return total / rows.shape[1]


@njit(**_OPTIONS)
def follow_column(edges, temperature, winds, state, numbers, air, suns, hour_cos, every, points,
                  exner, forcing, tables, infrared, poles, slow, fast, slow_pull, fast_pull, annual,
                  tolerance, least_sols, rows, profile, kept, sums):  # fmt: skip
    """Sols of one column until its day repeats; returns (sols followed, change of the last [K]).

    edges (L + 1,) [Pa]; temperature (L,), winds (2, L), state (STATES,) : changed in place
    numbers (NUMBERS,), air (7,) : see above; suns (sols, 3) : sine and cosine of declination, flux
    hour_cos (steps,) : cosine of the hour angle at the end of each step; radiation every `every`
    points (L,) : frost point of the air; exner (2, L + 1) : (p/p0)^kappa of edges and of middles
    forcing : transport (L,) [K s-1], visible depth of dust (L,), its infrared depth (L, bands),
        share of the infrared's heating that thin air takes (L,)
    tables : of sunlight and infrared; poles : decay, gain, sol_gain of `Poles`
    slow, fast : states of poles, changed; slow_pull : residues; fast_pull : decay x residues
    annual : slow states of the annual solution
    rows (ROWS, steps), profile (steps, L), kept (2, steps, L), sums (SUMS,) : of the last sol
    """
    count, width = temperature.shape[0], tables[4].shape[0]
    room = (
        np.empty((WORK, count + 1)), np.empty((2, count), np.complex128),
        np.empty((10, count + 1)), np.empty((work_rows(count), width)),
        np.empty((tables[0].shape[1], 2)),
    )  # fmt: skip
    w = room[0]
    prepare(w, edges, air)
    state[LAST_SURFACE] = state[SURFACE]
    for k in range(count):
        w[LAST, k], w[LAST_EAST, k], w[LAST_NORTH, k] = temperature[k], winds[0, k], winds[1, k]
    held, stiff = slow_pull.sum(), slow_pull.sum()
    for k in range(fast.shape[0]):
        stiff += poles[1][k] * fast_pull[k] / poles[0][k]
    ground = (fast, fast_pull, poles[0], poles[1], stiff)
    change, done = np.inf, 0
    for sol in range(suns.shape[0]):
        hold, surface = 0.0, state[SURFACE]
        for k in range(slow.shape[0]):
            hold += slow_pull[k] * slow[k]
        for k in range(count):
            w[BEFORE, k] = temperature[k]
        for k in range(SUMS):
            sums[k] = 0.0
        mean = follow_sol(
            edges, temperature, winds, state, numbers, air, suns[sol], hour_cos, every, points,
            exner, forcing, tables, infrared, ground, held, hold, room, rows, profile, kept, sums,
        )  # fmt: skip
        move_slow(slow, annual, poles[2], mean, held, state, numbers)
        change, done = abs(state[SURFACE] - surface), sol + 1
        for k in range(count):
            moved = temperature[k] - w[BEFORE, k]
            sums[S_AIR] += w[WEIGHT, k] * moved
            change = max(change, abs(moved))
        if done >= least_sols and change < tolerance:
            break
    return done, change
