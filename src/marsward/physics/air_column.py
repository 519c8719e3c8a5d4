"""Columns of air over their ground, made ready for the kernel and run on threads.

A column is thermal radiation and sunlight in layers, turbulence, frost and the heat in the ground,
followed at one season until its day repeats; see `kernels.air_column` for the equations. Left out:
winds that carry heat (an argument stands in for them), clouds of water, slopes, and what freezing
takes from the pressure, which is given: the rest of the planet fills up what falls as frost.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from marsward.core.bodies import body
from marsward.core.constants import SOLAR_IRRADIANCE
from marsward.physics.air import (
    GAS_CONSTANT,
    GRAVITY,
    HEAT_CAPACITY,
    KAPPA,
    REFERENCE_PRESSURE,
    layer_pressure,
)
from marsward.physics.columns import GroundColumns
from marsward.physics.ground import ground_year
from marsward.physics.ground_network import LayeredGround, Poles, fit_network
from marsward.physics.kernels import air_step as rows
from marsward.physics.kernels.air_column import follow_column
from marsward.physics.season import MarsYear
from marsward.physics.sky import STEFAN_BOLTZMANN, Sky, TabledSky
from marsward.physics.vapour import CO2_LATENT_HEAT, co2_frost_point

__all__ = ["AnnualGround", "ColumnRun", "Light", "Radiation", "annual_ground", "run_columns"]

Array = NDArray[np.float64]
BLOCK = 8  # columns that a thread takes at a time
# Of the wind with the pressure's slope [deg]: nearer to the equator the balance is that of this
# latitude, where else nothing would drive the wind; assumed.
_LEAST_LATITUDE = 5.0
_FIRST_LAPSE, _COLDEST = 0.10, 150.0  # of the first guess: exponent of pressure, least [K]


@dataclass(frozen=True, eq=False)
class AnnualGround:
    """What the year's solution gives a sol: slow states (n, slow) and the surface's mean (n,) [K].

    residues : of all poles (n, k) [W m-2 K-1]
    """

    poles: Poles
    residues: Array
    slow: Array
    mean: Array
    frost: Array


@dataclass(frozen=True, eq=False)
class Radiation:
    """What the radiation kernels take.

    short : share of sunlight, extinction, single scattering and asymmetry by band (4, B)
    gas : the five numbers of the near infrared of CO2
    long : arrays of the k-table; dust_infrared (n, L, bands) absorption depth
    dust : visible extinction depth (n, L)
    thin : share of the infrared's heating that is left where collisions are rare (n, L)
    every : steps from call to call; infrared : whether the air has any
    """

    short: Array
    gas: Array
    long: tuple[NDArray, ...]
    dust: Array
    dust_infrared: Array
    thin: Array
    every: int
    infrared: bool


@dataclass(frozen=True, eq=False)
class Light:
    """Sun of the sols to follow (n, sols, 3): sine and cosine of declination, flux [W m-2]."""

    suns: Array


@dataclass(frozen=True, eq=False)
class ColumnRun:
    """The last sol of every column, as the kernel keeps it.

    rows (n, ROWS, steps); profile (n, steps, L) [K]; winds (n, 2, steps, L) [m s-1]; sums (n, SUMS)
    sols : followed (n,); change : largest difference from the sol before (n,) [K]
    """

    edges: Array
    rows: Array
    profile: Array
    winds: Array
    sums: Array
    sols: NDArray[np.int64]
    change: Array


def annual_ground(
    columns: GroundColumns,
    sol: Array,
    *,
    year: MarsYear,
    sky: Sky | TabledSky | None,
    steps: int,
    workers: int,
) -> AnnualGround:
    """The year's solution of the ground as it stands at the beginning of a sol of each column.

    Slow poles relax to each sol's mean, so their states follow from the table of sols.
    """
    poles = Poles.spread(year=year, steps=steps)
    kinds, back = _kinds(columns)
    few = columns.take(kinds)
    told = ground_year(few, year=year, sky=sky, steps=steps, surface_table="sols", workers=workers)
    assert told.sol_mean is not None
    assert told.frost_mass is not None
    table = told.sol_mean.astype(np.float64)
    keep = 1.0 - poles.sol_gain
    power = keep[None, :] ** np.arange(year.sols - 1, -1, -1)[:, None]
    first = (table @ (power * poles.sol_gain)) / (1.0 - keep**year.sols)
    states = np.empty((len(columns), poles.slow))
    number = np.floor(sol).astype(np.int64) % year.sols
    for s in range(int(number.max()) + 1):
        here = number == s
        states[here] = first[back[here]]
        first = keep * first + poles.sol_gain * table[:, s, None]
    residues = fit_network(LayeredGround.of(few), poles).residues[back]
    frost = told.frost_mass.astype(np.float64)[back, number]
    return AnnualGround(poles, residues, states, table[back, number], frost)


def _kinds(columns: GroundColumns) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First of each kind of ground among the columns, and the kind of every column."""
    whole = np.stack(
        [v for v in (getattr(columns, each.name) for each in fields(columns)) if v is not None],
        axis=1,
    )
    _, first, back = np.unique(whole, axis=0, return_index=True, return_inverse=True)
    return first, back.reshape(-1)


def first_temperature(edges: Array, surface: Array) -> Array:
    """A guess of the air's temperature [K] (n, L) over ground of a mean temperature (n,)."""
    share = layer_pressure(edges) / edges[:, :1]
    guess = surface[:, None] * share**_FIRST_LAPSE
    return np.asarray(np.maximum(guess, np.maximum(_COLDEST, 0.7 * surface[:, None])))


def sun_of(year: MarsYear, sol: Array) -> Array:
    """Sine and cosine of declination and the Sun's flux [W m-2], (..., 3), at sols of year."""
    season = year.at(sol)
    d = season.declination_rad
    flux = float(SOLAR_IRRADIANCE) / season.distance_au**2
    return np.ascontiguousarray(np.stack([np.sin(d), np.cos(d), flux], axis=-1))


def run_columns(
    columns: GroundColumns,
    edges: Array,
    ground: AnnualGround,
    radiation: Radiation,
    light: Light,
    *,
    transport: Array,
    geostrophic: Array,
    roughness: Array,
    gust: float,
    lasting: bool,
    tolerance: float,
    least_sols: int,
    workers: int,
) -> ColumnRun:
    """Follow every column; blocks of columns on threads, one answer for any number of them."""
    n, layers = len(columns), edges.shape[1] - 1
    poles, steps = ground.poles, ground.poles.steps
    slow_pull = np.ascontiguousarray(ground.residues[:, : poles.slow])
    fast_pull = np.ascontiguousarray(poles.decay * ground.residues[:, poles.slow :])
    numbers = _numbers(columns, edges, ground, geostrophic, roughness, lasting)
    state = np.zeros((n, rows.STATES))
    state[:, rows.SURFACE] = ground.mean
    state[:, rows.FROST] = ground.frost
    state[:, rows.DEPTH] = 1000.0
    middles = layer_pressure(edges)
    exner = np.zeros((n, 2, layers + 1))
    exner[:, 0] = (edges / REFERENCE_PRESSURE) ** KAPPA
    exner[:, 1, :layers] = (middles / REFERENCE_PRESSURE) ** KAPPA
    temperature = first_temperature(edges, ground.mean)
    air = np.array(
        [GRAVITY, HEAT_CAPACITY, GAS_CONSTANT, STEFAN_BOLTZMANN, CO2_LATENT_HEAT, poles.step, gust]
    )
    out = ColumnRun(
        edges=edges,
        rows=np.zeros((n, rows.ROWS, steps)),
        profile=np.zeros((n, steps, layers)),
        winds=np.zeros((n, 2, steps, layers)),
        sums=np.zeros((n, rows.SUMS)),
        sols=np.zeros(n, np.int64),
        change=np.zeros(n),
    )
    wind = np.zeros((n, 2, layers))
    wind[:, 0] = geostrophic[:, None]
    hour = 2.0 * math.pi * ((np.arange(steps) + 1.0) / steps - 0.5)
    begun, fast, slow = _own(edges), np.zeros((n, poles.decay.size)), ground.slow.copy()
    suns, points, annual = _own(light.suns), co2_frost_point(middles), _own(ground.slow)
    moved, dust, warm, thin = (
        _own(v) for v in (transport, radiation.dust, radiation.dust_infrared, radiation.thin)
    )
    tables = tuple(_own(v) for v in (radiation.short, radiation.gas, *radiation.long))
    rates, clock = (poles.decay, poles.gain, poles.sol_gain), np.cos(hour)

    def some(first: int) -> None:
        for i in range(first, min(first + BLOCK, n)):
            out.sols[i], out.change[i] = follow_column(
                begun[i], temperature[i], wind[i], state[i], numbers[i], air, suns[i], clock,
                int(radiation.every), points[i], exner[i], (moved[i], dust[i], warm[i], thin[i]),
                tables, bool(radiation.infrared), rates, slow[i], fast[i], slow_pull[i],
                fast_pull[i], annual[i], float(tolerance), int(least_sols), out.rows[i],
                out.profile[i], out.winds[i], out.sums[i],
            )  # fmt: skip

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(some, range(0, n, BLOCK)))
    return out


def _own(values: NDArray) -> NDArray:
    """The same as an array of one's own: kernels are compiled for one kind of array only."""
    return np.require(values, requirements=["C", "W", "O"])


def _numbers(
    columns: GroundColumns,
    edges: Array,
    ground: AnnualGround,
    geostrophic: Array,
    roughness: Array,
    lasting: bool,
) -> Array:
    """Numbers of ground and place for the kernel, (n, NUMBERS)."""
    c, lat = columns, np.radians(columns.lat)
    rotation = body("mars").rotation
    assert rotation is not None
    spin = math.radians(rotation.pm[1]) / 86_400.0
    away = np.maximum(np.abs(np.sin(lat)), math.sin(math.radians(_LEAST_LATITUDE)))
    own = c.frost_point - co2_frost_point(c.pressure)
    out = np.zeros((len(c), rows.NUMBERS))
    for place, value in (
        (rows.ALBEDO, c.albedo), (rows.EMISSIVITY, c.emissivity),
        (rows.FROST_ALBEDO, c.frost_albedo), (rows.FROST_EMISSIVITY, c.frost_emissivity),
        (rows.FROST_POINT, co2_frost_point(edges[:, 0]) + own), (rows.GEOTHERMAL, c.geothermal),
        (rows.ROUGHNESS, roughness), (rows.CORIOLIS, 2.0 * spin * np.copysign(away, lat)),
        (rows.GEOSTROPHIC, geostrophic), (rows.SIN_LAT, np.sin(lat)), (rows.COS_LAT, np.cos(lat)),
        (rows.ANNUAL, ground.mean), (rows.LASTING, float(lasting)),
        (rows.SOFTNESS, 4.0 * c.emissivity * STEFAN_BOLTZMANN * ground.mean**3),
    ):  # fmt: skip
        out[:, place] = value
    return out
