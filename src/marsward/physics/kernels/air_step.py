"""One step of a column of air: its radiation, its turbulence, and air and ground together.

See `kernels.air_column` for the equations. Arrays of a column are (L,) or (L + 1,), index 0 at the
ground; `room` holds (work rows, complex work, work of sunlight, of infrared, sunlight by band).
"""

import math

from numba import njit

from marsward.physics.kernels.boundary_layer import (
    KARMAN,
    boundary_height,
    mix_wind,
    mixing,
    similarity,
    thermal_speed,
)
from marsward.physics.kernels.longwave import longwave_column
from marsward.physics.kernels.shortwave import shortwave_column

_OPTIONS = {"cache": True, "error_model": "numpy", "nogil": True}
# Numbers of the ground and the place.
(ALBEDO, EMISSIVITY, FROST_ALBEDO, FROST_EMISSIVITY, FROST_POINT, GEOTHERMAL, ROUGHNESS, CORIOLIS,
 GEOSTROPHIC, SIN_LAT, COS_LAT, ANNUAL, LASTING, SOFTNESS) = range(14)  # fmt: skip
NUMBERS = 14
# State of the surface: T [K], frost [kg m-2], pull of the fast poles [W m-2], height of the mixed
# air [m], heat flux [W m-2], how far slow poles stand off the annual solution [K], T a step ago.
SURFACE, FROST, PULL, DEPTH, FLUX, OFFSET, LAST_SURFACE = range(7)
STATES = 7
# Numbers of the air and of the run.
GRAVITY, HEAT, GAS, SIGMA, LATENT, STEP, GUST = range(7)
# What is kept of each step. The first rows hold between calls of the radiation; the LIGHTS of them
# follow the Sun's height within a call.
(R_SHORT_DOWN, R_SHORT_UP, R_DIRECT, R_TOP_IN, R_TOP_SHORT, R_LONG_DOWN, R_TOP_LONG, R_SENT,
 R_EMISSIVITY, R_FRICTION, R_ZETA, R_DEPTH, R_SENSIBLE, R_CONDUCTION, R_LATENT, R_SURFACE,
 R_FROST, R_SNOW, R_LONG_UP, R_LEAVING) = range(20)  # fmt: skip
ROWS, LIGHTS = 20, 5
# Sums of the last sol [J m-2, kg m-2]: heat in, gross heat, change of the air's heat, heat into the
# ground, heat of frost, snow.
S_IN, S_GROSS, S_AIR, S_GROUND, S_FROST, S_SNOW = range(6)
SUMS = 6
# Rows of the work array, each (L + 1).
(MASS, WEIGHT, LOG_LOW, LOG_HALF, EDGE, Z, THETA, WIND2, STIR, CONDUCT, SCALED, SOURCE, OWN, CALLED,
 HEATING, WARM, UP, DOWN, A, B, CAPACITY, BEFORE, LAST, LAST_EAST, LAST_NORTH, EAST,
 NORTH) = range(27)  # fmt: skip
WORK = 27
_NEWTON, _SMALL = 12, 1e-9
_FREE = 0.1  # share of the mixed air, from the ground up, that may be warmer below than the adiabat


@njit(**_OPTIONS)
def prepare(w, edges, air):
    """What of a column does not change."""
    for k in range(edges.shape[0] - 1):
        w[MASS, k] = (edges[k] - edges[k + 1]) / air[GRAVITY]
        w[WEIGHT, k] = w[MASS, k] * air[HEAT]
        w[LOG_LOW, k] = math.log(edges[k] / edges[k + 1])
        w[LOG_HALF, k] = math.log(2.0 * edges[k] / (edges[k] + edges[k + 1]))
        w[CAPACITY, k] = air[HEAT]
        w[OWN, k] = 0.0


@njit(**_OPTIONS)
def radiate(edges, temperature, state, numbers, air, sun, cosine, forcing, tables, infrared, room,
            flow):  # fmt: skip
    """Call the radiation: warming of layers [W m-2] to work, fluxes at both ends to `flow`."""
    w, _, short_work, long_work, bands = room
    optics, gas, grid, log_k, weight, band, planck = tables
    transport, dust, dust_infrared, thin = forcing
    count = temperature.shape[0]
    icy = state[FROST] > 0.0
    albedo = numbers[FROST_ALBEDO] if icy else numbers[ALBEDO]
    emissivity = numbers[FROST_EMISSIVITY] if icy else numbers[EMISSIVITY]
    up, down = w[UP], w[DOWN]
    flow[R_DIRECT] = shortwave_column(
        edges, dust, cosine, sun[2], albedo, optics[0], optics[1], optics[2], optics[3], gas,
        air[GRAVITY], w[CAPACITY, :count], short_work, down, up, w[WARM, :count], bands,
    )  # fmt: skip
    taken = 0.0
    for k in range(count):
        w[HEATING, k] = w[WEIGHT, k] * transport[k]
        w[CALLED, k] = temperature[k]
        power = (down[k + 1] - up[k + 1]) - (down[k] - up[k])
        w[HEATING, k] += power if infrared else 0.0
        taken += power
    flow[R_SHORT_DOWN], flow[R_SHORT_UP] = down[0], up[0]
    flow[R_TOP_IN], flow[R_TOP_SHORT] = down[count], up[count]
    sent = emissivity * air[SIGMA] * state[SURFACE] ** 4
    # air without infrared could not rid itself of sunlight: it lets it go as it comes
    flow[R_LONG_DOWN], flow[R_TOP_LONG] = 0.0, sent + taken
    flow[R_EMISSIVITY], flow[R_SENT] = emissivity, sent
    if infrared:
        longwave_column(
            edges, temperature, state[SURFACE], emissivity, air[GRAVITY], dust_infrared, grid,
            log_k, weight, band, planck, long_work, up, down, w[OWN, :count],
        )  # fmt: skip
        held = 0.0
        for k in range(count):
            power = (down[k + 1] - up[k + 1]) - (down[k] - up[k])
            w[HEATING, k] += thin[k] * power
            w[OWN, k] *= thin[k]
            held += power - thin[k] * power
        flow[R_LONG_DOWN] = down[0]
        # what the table's bands leave out goes straight up
        rest = sent - (up[0] - (1.0 - emissivity) * down[0])
        flow[R_TOP_LONG] = up[count] - down[count] + rest + held


@njit(**_OPTIONS)
def stand(w, temperature, winds, air, exner):
    """Heights of edges and middles over the ground [m], even gravity; theta and winds.

    What decides on turbulence is the mean of this step's and the last one's state: mixing that is
    held over a step would else swing from step to step in stable air.
    """
    w[EDGE, 0] = 0.0
    length = air[GAS] / air[GRAVITY]
    for k in range(temperature.shape[0]):
        rise = length * temperature[k]
        w[Z, k] = w[EDGE, k] + rise * w[LOG_HALF, k]
        w[EDGE, k + 1] = w[EDGE, k] + rise * w[LOG_LOW, k]
        w[THETA, k] = 0.5 * (temperature[k] + w[LAST, k]) / exner[1, k]
        w[EAST, k] = 0.5 * (winds[0, k] + w[LAST_EAST, k])
        w[NORTH, k] = 0.5 * (winds[1, k] + w[LAST_NORTH, k])
        w[WIND2, k] = w[EAST, k] ** 2 + w[NORTH, k] ** 2
        w[LAST, k], w[LAST_EAST, k], w[LAST_NORTH, k] = temperature[k], winds[0, k], winds[1, k]


@njit(**_OPTIONS)
def exchange(w, state, numbers, air, exner, scale):
    """Surface layer: (C_H U [m s-1], C_D U [m s-1], zeta, u*).

    Gusts of convection add to the wind: U^2 = wind^2 + (GUST w*)^2, Beljaars 1995,
    doi:10.1002/qj.49712152203.
    """
    gust = air[GUST] * scale
    speed2 = w[WIND2, 0] + gust * gust + 0.01
    theta = w[THETA, 0]
    rise = theta - 0.5 * (state[SURFACE] + state[LAST_SURFACE]) / exner[0, 0]
    state[LAST_SURFACE] = state[SURFACE]
    richardson = air[GRAVITY] * w[Z, 0] * rise / (theta * speed2)
    zeta, momentum, heat = similarity(w[Z, 0], numbers[ROUGHNESS], richardson)
    friction = KARMAN * math.sqrt(speed2) / momentum
    return KARMAN * friction / heat, KARMAN * friction / momentum, zeta, friction


@njit(**_OPTIONS)
def stir(edges, temperature, winds, state, numbers, air, exner, room, flow):
    """Turbulence of one step: winds moved, conductances of heat [W m-2 per K of theta] to work."""
    w, turning = room[0], room[1]
    count = temperature.shape[0]
    rho = edges[0] / (air[GAS] * temperature[0])
    buoyancy = air[GRAVITY] / w[THETA, 0]
    flux = state[FLUX] / (rho * air[HEAT] * exner[0, 0])
    scale = (buoyancy * flux * state[DEPTH]) ** (1.0 / 3.0) if flux > 0.0 else 0.0
    heat, drag, zeta, friction = exchange(w, state, numbers, air, exner, scale)
    speed = thermal_speed(friction, scale, 1.0)
    depth = boundary_height(w[Z], w[THETA], w[WIND2], count, friction, flux, speed, buoyancy)
    mixing(w[STIR], w[CONDUCT], w[EDGE], w[Z], w[THETA], w[EAST], w[NORTH], count, depth, friction,
           scale, air[GRAVITY])  # fmt: skip
    for k in range(1, count):
        middle = 0.5 * (temperature[k - 1] + temperature[k])
        share = edges[k] / (air[GAS] * middle * (w[Z, k] - w[Z, k - 1]))
        w[STIR, k] *= share
        w[CONDUCT, k] *= share * air[HEAT] * exner[0, k]
    w[CONDUCT, 0] = rho * air[HEAT] * heat * exner[0, 0]
    mix_wind(winds, w[MASS], w[STIR], rho * drag, numbers[CORIOLIS], numbers[GEOSTROPHIC],
             air[STEP], count, turning)  # fmt: skip
    state[DEPTH] = depth
    flow[R_FRICTION], flow[R_ZETA], flow[R_DEPTH] = friction, zeta, depth
    return scale


@njit(**_OPTIONS)
def eliminate(w, temperature, exner, dt):
    """theta_k = a_k theta_{k-1} + b_k from the top down, the ground standing under layer 0.

    A layer's own derivative of its infrared (OWN) acts on its move since the radiation's call.
    """
    count = temperature.shape[0]
    for k in range(count - 1, -1, -1):
        rate, conduct = w[WEIGHT, k] / dt, w[CONDUCT, k]
        whole = (rate - w[OWN, k]) * exner[1, k] + conduct
        source = rate * temperature[k] + w[HEATING, k] - w[OWN, k] * w[CALLED, k]
        if k + 1 < count:
            above = w[CONDUCT, k + 1]
            whole += above * (1.0 - w[A, k + 1])
            source += above * w[B, k + 1]
        w[A, k], w[B, k] = conduct / whole, source / whole


@njit(**_OPTIONS)
def balance(power, emission, stiff, pulled, slope, offset, old, point, frost, latent, dt):
    """New temperature and frost of the ground: see the module.

    power : what comes in [W m-2]; emission : e sigma; the ground draws stiff (T - old) + pulled and
    the air slope T - offset. Returns (T, frost, power of freezing [W m-2]).
    """
    net = power - emission * point**4 - (stiff * (point - old) + pulled) - (slope * point - offset)
    mass = frost - net * dt / latent
    if mass > 0.0:
        return point, mass, -net
    spent = frost * latent / dt
    t = max(old, point)
    for _ in range(_NEWTON):
        cube = emission * t * t * t
        net = power - spent - cube * t - (stiff * (t - old) + pulled) - (slope * t - offset)
        move = net / (4.0 * cube + stiff + slope)
        t += move
        if abs(move) < _SMALL:
            break
    return t, 0.0, -spent


@njit(**_OPTIONS)
def couple(temperature, state, numbers, air, exner, ground, held, hold, w, flow):
    """Air and ground of one step together; returns what the layers send beyond the call [W m-2]."""
    fast, fast_pull, decay, gain, stiff = ground
    old, dt = state[SURFACE], air[STEP]
    eliminate(w, temperature, exner, dt)
    pulled = state[PULL] + held * old - hold
    slope = w[CONDUCT, 0] * (1.0 - w[A, 0]) / exner[0, 0]
    offset = w[CONDUCT, 0] * w[B, 0]
    emissivity = flow[R_EMISSIVITY]
    power = flow[R_SHORT_DOWN] - flow[R_SHORT_UP] + emissivity * flow[R_LONG_DOWN]
    t, frost, flow[R_LATENT] = balance(
        power + numbers[GEOTHERMAL], emissivity * air[SIGMA], stiff, pulled, slope, offset, old,
        numbers[FROST_POINT], state[FROST], air[LATENT], dt,
    )  # fmt: skip
    total = 0.0
    for k in range(fast.shape[0]):
        fast[k] = decay[k] * fast[k] + gain[k] * (t - old)
        total += fast_pull[k] * fast[k]
    state[SURFACE], state[FROST], state[PULL] = t, frost, total
    state[FLUX] = slope * t - offset
    flow[R_SENSIBLE], flow[R_CONDUCTION] = state[FLUX], stiff * (t - old) + pulled
    theta, beyond = t / exner[0, 0], 0.0
    for k in range(temperature.shape[0]):
        theta = w[A, k] * theta + w[B, k]
        temperature[k] = theta * exner[1, k]
        beyond -= w[OWN, k] * (temperature[k] - w[CALLED, k])
    return beyond


@njit(**_OPTIONS)
def freeze(temperature, points, weight, latent):
    """Hold the air to the frost point of CO2; returns the mass that falls [kg m-2]."""
    fallen = 0.0
    for k in range(temperature.shape[0]):
        if temperature[k] < points[k]:
            fallen += weight[k] * (points[k] - temperature[k]) / latent
            temperature[k] = points[k]
    return fallen


@njit(**_OPTIONS)
def lowest_free(z, depth, scale, count):
    """First layer that may not stay warmer than the adiabat: convection from the ground up keeps
    the lowest tenth of its air so."""
    k = 0
    while scale > 0.0 and k < count - 1 and z[k] < _FREE * depth:
        k += 1
    return k
