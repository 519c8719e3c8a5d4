"""Tables of an atmosphere that any number of points are read from: smooth, and at rest by weight.

For every node of the grid (season, hour, latitude, longitude) and for grounds of several heights a
column is raised from the ground to 385 km (geopotential): temperature of the source up to its top,
bent there, as steeply as the thermosphere begins, to that of its base. What is kept is ln p as a
spline of degree four along the stretched rise s = ln(1 + h/300 m), `KNOTS` of them. Pressure and
density are read off the same spline,

    rho = -(1/g0) dp/dZ,    T = g0 M/(R* (-d ln p/dZ)),

Z the geopotential height and M the molar mass at that pressure: hydrostatic balance and the law of
ideal gases hold exactly, and ln rho is smooth to its second derivative in height. Between nodes the
splines' coefficients go over by quadratic B-splines, smooth to the first derivative, and between
grounds linearly.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import spline_filter1d

from marsward.core.bodies import body
from marsward.physics.air import GAS_CONSTANT, GRAVITY, MOLAR_MASS
from marsward.planet.air_source import AirColumns, AirGrid
from marsward.planet.kernels.air_tables import STRETCH, raise_columns, sample_air
from marsward.planet.thermosphere import F107, Mixture, bates

__all__ = ["CEILING", "AirPoints", "AirTables", "air_tables", "geopotential_height"]

Array = NDArray[np.float64]
KNOTS = 121
"""Knots of the spline in height."""
CEILING = 400e3
"""Height [m] up to which tables reach."""
GROUNDS = (-8e3, -4e3, 0.0, 4e3, 8e3, 14e3, 22e3)
"""Heights of the ground [m] for which columns are raised."""
_REACH = 385e3  # geopotential metres over the ground of the last knot
_STEP = float(np.log1p(_REACH / STRETCH) / (KNOTS - 1))
_R_STAR = GAS_CONSTANT * MOLAR_MASS
_G_OVER_R = GRAVITY / _R_STAR
_RADIUS = body("mars").radius
_BLOCK = 16384
_WORKERS = 2  # threads that raise columns; no number of them changes a table
_WIND_FADE = 40e3  # m over the source's top in which its winds die away; assumed


def geopotential_height(height: Array) -> Array:
    """Geopotential height [m] of heights over the areoid [m], R z/(R + z)."""
    z = np.asarray(height, dtype=np.float64)
    return np.asarray(_RADIUS * z / (_RADIUS + z))


@lru_cache(maxsize=2)
def _solver(count: int) -> Array:
    """(count + 2, count): coefficients of the natural cubic B-spline through values at knots."""
    system = np.zeros((count + 2, count + 2))
    for i in range(count):
        system[i, i : i + 3] = 1.0 / 6.0, 4.0 / 6.0, 1.0 / 6.0
    system[count, :3] = 1.0, -2.0, 1.0
    system[count + 1, -3:] = 1.0, -2.0, 1.0
    return np.ascontiguousarray(np.linalg.inv(system)[:, :count])


def _quartic(rate: Array, start: Array) -> Array:
    """(n, count + 3) coefficients of ln p from d ln p/ds at knots and ln p at the first."""
    cubic = -rate @ _solver(rate.shape[1]).T * _STEP
    out = np.zeros((rate.shape[0], rate.shape[1] + 3))
    np.cumsum(cubic, axis=1, out=out[:, 1:])
    at_start = (out[:, 0] + 11.0 * out[:, 1] + 11.0 * out[:, 2] + out[:, 3]) / 24.0
    return np.asarray(out + (start - at_start)[:, None])


class AirPoints(NamedTuple):
    """Where and when the air is asked for, rows of one length.

    ls [deg], local true solar time [h], lon and lat [deg], height over the areoid [m], and height
    of the ground [m] where it is known better than by the map, else NaN
    """

    ls: Array
    hour: Array
    lon: Array
    lat: Array
    height: Array
    ground: Array


@dataclass(frozen=True, eq=False)
class AirTables:
    """Tables as the kernel reads them.

    grid : the nodes; grounds : (g,) heights [m]
    mean : (g, m + 3) and table : f4 (g, ls, hour, lat, lon, m + 3), coefficients of ln p
    winds : f4 (ls, hour, lat, lon, 2, m + 2), coefficients of both winds, or of no size
    mixture : the gases by pressure
    """

    grid: AirGrid
    grounds: Array
    mean: Array
    table: NDArray[np.float32]
    winds: NDArray[np.float32]
    mixture: Mixture

    def sample(self, points: AirPoints, terrain: NDArray[np.float32], workers: int = 1) -> Array:
        """(6, n) pressure, density, temperature, both winds and molar mass at n points."""
        out = np.empty((6, points.height.size))
        masses = self.mixture.masses
        axes = self.grid.axes

        def run(lo: int) -> None:
            part = slice(lo, lo + _BLOCK)
            ls, hour, lon, lat, height, ground = (x[part] for x in points)
            block = np.empty((6, height.size))
            sample_air(
                ls, hour, lon, lat, height, terrain, ground, axes, self.grounds, self.mean,
                self.table, _STEP, self.winds, masses, self.mixture.first, self.mixture.step,
                _RADIUS, GRAVITY, _G_OVER_R, block,
            )  # fmt: skip
            out[:, part] = block

        starts = range(0, points.height.size, _BLOCK)
        if workers > 1 and len(starts) > 1:
            with ThreadPoolExecutor(workers) as pool:
                list(pool.map(run, starts))
        else:
            for lo in starts:
                run(lo)
        return out


def air_tables(columns: AirColumns, *, f107: float = F107) -> AirTables:
    """Tables of the columns of a source, with the thermosphere of a solar flux F10.7 over them."""
    grid = columns.grid
    mixture = columns.mixture or Mixture.published()
    upper = columns.bates or bates(
        grid.ls[:, None, None, None],
        grid.hour[:, None, None],
        grid.lat[:, None],
        f107=f107,
    )
    levels = np.log(columns.pressure).reshape(-1, columns.pressure.shape[-1])
    warm = np.ascontiguousarray(columns.temperature.reshape(levels.shape))
    base, exosphere, thickness = (
        np.ascontiguousarray(np.broadcast_to(x, grid.shape), dtype=np.float64).ravel()
        for x in (upper.base, upper.exosphere, upper.thickness)
    )
    knots = _STEP * np.arange(KNOTS)
    single = grid.lat.size == 1 and grid.lon.size == 1 and columns.follow == 0.0
    grounds = np.array([np.min(columns.ground)] if single else GROUNDS)
    mean = np.empty((grounds.size, KNOTS + 3))
    table = np.empty((grounds.size, *grid.shape, KNOTS + 3), dtype=np.float32)

    def raised(g: int) -> None:
        start = _ground_log_pressure(columns, levels, warm, float(grounds[g]))
        rate = np.empty((levels.shape[0], KNOTS))
        raise_columns(
            start, levels, warm, np.ascontiguousarray(levels[:, 0]), columns.follow,
            float(np.log(columns.top)), float(np.log(upper.base_pressure)),
            base, exosphere, thickness,
            mixture.masses, mixture.first, mixture.step, knots, _G_OVER_R, rate,
        )  # fmt: skip
        spline = _quartic(rate, start)
        mean[g] = spline.mean(axis=0)
        table[g] = _filtered((spline - mean[g]).reshape(*grid.shape, -1), grid)

    with ThreadPoolExecutor(_WORKERS) as pool:
        list(pool.map(raised, range(grounds.size)))
    return AirTables(grid, grounds, mean, table, _winds(columns, mean, grounds), mixture)


def _ground_log_pressure(columns: AirColumns, levels: Array, warm: Array, height: float) -> Array:
    """(n,) ln p at a ground of some height [m], by weight from the columns' own ground."""
    own = np.broadcast_to(columns.ground, columns.grid.shape).ravel()
    rise = geopotential_height(np.full(own.size, height)) - geopotential_height(own)
    # mean of the sol: the pressure at the ground does not follow the air's daily heat
    shape = (*columns.grid.shape, -1)
    mild = np.broadcast_to(
        warm.reshape(shape).mean(axis=1, keepdims=True), (*columns.grid.shape, warm.shape[1])
    ).reshape(warm.shape)
    gap = 0.5 * (mild[:, 1:] + mild[:, :-1]) * -np.diff(levels, axis=1) / _G_OVER_R / MOLAR_MASS
    up = np.concatenate([np.zeros((own.size, 1)), np.cumsum(gap, axis=1)], axis=1)
    out = np.empty(own.size)
    for i in range(own.size):
        out[i] = np.interp(rise[i], up[i], levels[i])
    below = rise < 0.0
    out[below] = levels[below, 0] - rise[below] * _G_OVER_R * MOLAR_MASS / _lowest(mild)[below]
    return out


def _lowest(mild: Array) -> Array:
    """(n,) mean temperature of the air [K] near the ground over a sol."""
    return np.asarray(mild[:, : max(1, mild.shape[1] // 8)].mean(axis=1))


def _filtered(values: Array, grid: AirGrid) -> NDArray[np.float32]:
    """Coefficients of quadratic B-splines that pass through values on the grid's four axes."""
    modes = ("grid-wrap", "grid-wrap", "reflect", "grid-wrap")
    for axis, (count, mode) in enumerate(zip(grid.shape, modes, strict=True)):
        if count > 1:
            values = spline_filter1d(values, order=2, axis=axis, mode=mode, output=np.float64)
    return values.astype(np.float32)


def _winds(columns: AirColumns, mean: Array, grounds: Array) -> NDArray[np.float32]:
    """Coefficients of both winds along the rise over the columns' own ground."""
    grid = columns.grid
    if columns.eastward is None or columns.northward is None:
        return np.zeros((0, *grid.shape[1:], 2, 1), dtype=np.float32)
    levels = np.log(columns.pressure).reshape(-1, columns.pressure.shape[-1])
    warm = columns.temperature.reshape(levels.shape)
    gap = 0.5 * (warm[:, 1:] + warm[:, :-1]) * -np.diff(levels, axis=1) / _G_OVER_R / MOLAR_MASS
    rise = np.concatenate([np.zeros((levels.shape[0], 1)), np.cumsum(gap, axis=1)], axis=1)
    knots = STRETCH * np.expm1(_STEP * np.arange(KNOTS))
    solver = _solver(KNOTS).T
    out = np.empty((*grid.shape, 2, KNOTS + 2), dtype=np.float32)
    for which, wind in enumerate((columns.eastward, columns.northward)):
        flat = wind.reshape(levels.shape)
        at = np.array([np.interp(knots, z, w) for z, w in zip(rise, flat, strict=True)])
        # over the source's top winds die away: nothing balances there but friction
        at *= np.exp(-((np.maximum(knots - rise[:, -1:], 0.0) / _WIND_FADE) ** 2))
        out[..., which, :] = _filtered((at @ solver).reshape(*grid.shape, -1), grid)
    return out
