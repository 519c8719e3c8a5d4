"""Temperatures of layered ground through a Mars year by Crank-Nicolson: the reference solver.

    rho c dT/dt = d/dz (k dT/dz)                                        in the ground
    (1 - A) shortwave + e infrared = e sigma T^4 - k dT/dz + L dm/dt    at the surface

with either no CO2 frost, m = 0 and T above the frost point, or frost, m > 0 and T at that point and
albedo and emissivity those of frost. Both cases are one scalar equation, solved by Newton inside
each step. Cells: finite volumes (`conduction_grid`). Time: Crank & Nicolson 1947,
doi:10.1017/S0305004100023197, in its midpoint form: the surface equation holds in the middle of the
step, so that energy closes to rounding and stiff thin cells do not ring in it.

Years are run until they repeat: after each the deep ground is moved to where the year's mean flux
through every depth equals the heat from below, as it must in a periodic state.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError, PhysicsError
from marsward.core.registry import unknown
from marsward.physics.columns import GroundColumns, asked_columns
from marsward.physics.conduction_block import BlockOrder, run_block
from marsward.physics.conduction_grid import GroundGrid, HeatLaw
from marsward.physics.kernels.conduction import LANES, step_flux
from marsward.physics.season import MarsYear
from marsward.physics.sky import Sky, TabledSky

__all__ = ["crank_nicolson_year", "under_flux"]

Array = NDArray[np.float64]
_FORMS = {"murphy-koop": 0, "clapeyron": 1}


def crank_nicolson_year(
    columns: GroundColumns,
    year: MarsYear | None = None,
    sky: Sky | TabledSky | None = None,
    *,
    steps: int = 96,
    cells: int = 80,
    years: int = 6,
    depths: ArrayLike | None = None,
    humidity: ArrayLike | None = None,
    form: str = "murphy-koop",
    series: bool = False,
    seasonal_pressure: bool = False,
    soil_law: HeatLaw | None = None,
    ice_law: HeatLaw | None = None,
    workers: int = 2,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Array]:
    """One periodic Mars year of n columns of ground.

    Parameters
    ----------
    columns, year, sky : the places, the orbit (today's if None) and the air (clear if None)
    steps : of a sol; cells : of a column
    years : run before the one that is reported; each ends with the deep ground set right
    depths : (m,) or (n, m) [m] where temperatures and vapour densities are asked for
    humidity : (n,) partial pressure of water in the air [Pa], for the density over the surface
    form : of the vapour pressure, "murphy-koop" or "clapeyron"
    series : whether every step is kept: 16 n sols steps bytes
    seasonal_pressure : whether the frost point follows the pressure through the year
    soil_law, ice_law : how dry and icy layers change with temperature; constant if both are None
    workers : threads; the answer does not depend on them
    progress : called with the number of columns done

    Returns
    -------
    dict of arrays, temperatures in K: surface_mean, surface_low, surface_high, amplitude (half the
    range of the sols' means), frost_days [sols], frost_start, frost_end (sol of year between which
    frost outlasts the day; NaN without), frost_peak [kg m-2], energy_residual (absorbed less
    emitted, latent and stored, over absorbed), imbalance (mean flux into the ground beyond the
    heat from below [W m-2]: how far the year is from repeating), all (n,); sol_mean, sol_low,
    sol_high, frost_mass (n, sols); depth_mean, depth_low, depth_high, vapour_depth [kg m-3] (n, m);
    vapour_surface (n,) if humidity is given; surface and frost (n, sols, steps) if series, at the
    middle of step j, true local time (j + 1/2)/steps sols after midnight; frost at its end.

    Raises
    ------
    InputError : a wrong number of years, steps, cells or workers, an unknown form.
    PhysicsError : temperatures that run away, named with their column.
    """
    year, sky = year or MarsYear(), sky or Sky()
    if isinstance(years, bool) or not (years >= 0 and years % 1 == 0 and workers >= 1):
        raise InputError(
            f"run {years} years with {workers} workers: give 0 years or more, 1 worker"
        )
    if form not in _FORMS:
        raise InputError(unknown("form of the vapour pressure", form, _FORMS))
    laws = None if soil_law is None and ice_law is None else _laws(soil_law, ice_law)
    order = BlockOrder(year, sky, steps, cells, int(years), _FORMS[form], seasonal_pressure, laws)
    count = asked_columns(columns)
    damp = np.full(count, np.nan) if humidity is None else _rows(humidity, count, "humidity")[:, 0]
    out = _all_blocks(columns, order, _rows(depths, count), damp, series, workers, progress)
    if humidity is None:
        del out["vapour_surface"]
    bad = ~np.isfinite(out["surface_mean"])
    if bad.any():
        k = int(np.argmax(bad))
        raise PhysicsError(
            f"the temperature of ground column {k} (latitude {columns.lat[k]:g}, inertia "
            f"{columns.inertia[k]:g}) ran away; take more steps per sol than {steps}"
        )
    return out


def _all_blocks(
    columns: GroundColumns,
    order: BlockOrder,
    depths: Array,
    humidity: Array,
    series: bool,
    workers: int,
    progress: Callable[[int], None] | None,
) -> dict[str, Array]:
    """Every block of eight columns, the last one filled up, on as many threads as asked."""
    count = len(columns)
    shapes = _shapes(count, depths.shape[1], order, series)
    out = {name: np.empty(shape) for name, shape in shapes.items()}

    def work(start: int) -> int:
        pick = np.minimum(np.arange(start, start + LANES), count - 1)
        part = run_block(columns.take(pick), order, depths[pick], humidity[pick], series)
        real = min(LANES, count - start)
        for name, value in part.items():
            out[name][start : start + real] = value[:real]
        return real

    done = 0
    with ThreadPoolExecutor(workers) as pool:
        for real in pool.map(work, range(0, count, LANES)):
            done += real
            if progress is not None:
                progress(done)
    return out


def _laws(soil: HeatLaw | None, ice: HeatLaw | None) -> Array:
    pair = (soil or HeatLaw(), ice or HeatLaw())
    return np.array([row for law in pair for row in (law.conductivity, law.heat)], dtype=np.float64)


def _rows(values: ArrayLike | None, count: int, name: str = "depths") -> Array:
    """Values as (n, m): None is no value, (m,) the same for all; of one per column (n, 1)."""
    if values is None:
        return np.zeros((count, 0))
    array = np.asarray(values, dtype=np.float64)
    if name == "humidity":
        array = np.full(count, array) if array.ndim == 0 else array
        array = array[:, None] if array.ndim == 1 else array
        if array.shape != (count, 1) or not ((array >= 0.0) & np.isfinite(array)).all():
            raise InputError(f"humidity must be one pressure [Pa] for each of {count} columns")
    array = np.atleast_1d(array)
    if array.ndim == 2 and array.shape[0] != count:
        raise InputError(f"{name} has {array.shape[0]} rows for {count} columns")
    return np.array(np.broadcast_to(array, (count, array.shape[-1])))


def _shapes(count: int, deep: int, order: BlockOrder, series: bool) -> dict[str, tuple[int, ...]]:
    plain = (
        "surface_mean", "surface_low", "surface_high", "amplitude", "frost_days", "frost_start",
        "frost_end", "frost_peak", "energy_residual", "imbalance", "vapour_surface",
    )  # fmt: skip
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(plain, (count,))
    for name in ("sol_mean", "sol_low", "sol_high", "frost_mass"):
        shapes[name] = (count, order.year.sols)
    for name in ("depth_mean", "depth_low", "depth_high", "vapour_depth"):
        shapes[name] = (count, deep)
    if series:
        shapes["surface"] = shapes["frost"] = (count, order.year.sols, order.steps)
    return shapes


def under_flux(
    grid: GroundGrid,
    flux: ArrayLike,
    dt: float,
    *,
    start: ArrayLike = 0.0,
    loss: ArrayLike = 0.0,
    from_below: ArrayLike = 0.0,
    depths: ArrayLike | None = None,
) -> tuple[Array, Array, Array]:
    """Ground under a given flux instead of Sun and sky, its surface losing heat in proportion.

    The linear problem that closed forms answer: flux = loss T - k dT/dz at the surface.

    Parameters
    ----------
    grid : n columns
    flux : (steps,) or (steps, n) into the surface, in the middle of each step [W m-2]
    dt : step [s]
    start : temperature at the beginning, a number, (n,) or (cells, n) [K]
    loss : (n,) linear loss of the surface [W m-2 K-1]; from_below : heat from below [W m-2]
    depths : (m,) or (n, m) [m]

    Returns
    -------
    surface (steps, n) and depth (steps, n, m) temperatures in the middle of each step, and the
    cells' temperatures at the end (cells, n) [K].

    Raises
    ------
    InputError : a flux that is not finite, a step that is not above zero.
    """
    cells, count = grid.thickness.shape
    wide = np.asarray(flux, dtype=np.float64)
    wide = wide[:, None] if wide.ndim == 1 else wide
    if not (np.isfinite(wide).all() and 0.0 < dt < np.inf):
        raise InputError("a flux into the ground must be finite and its step above 0 s")
    wide = np.broadcast_to(wide, (wide.shape[0], count))
    temps = np.array(np.broadcast_to(np.asarray(start, float), (cells, count)))
    losses, below = (np.broadcast_to(np.asarray(v, float), (count,)) for v in (loss, from_below))
    cell, part = grid.places(_rows(depths, count))
    steps, deep = wide.shape[0], cell.shape[0]
    surface, inside = np.empty((steps, count)), np.empty((steps, deep, count))
    capacity, link = grid.capacity, grid.link
    for first in range(0, count, LANES):
        pick = np.minimum(np.arange(first, first + LANES), count - 1)
        real = slice(first, min(first + LANES, count))
        block = [np.ascontiguousarray(v[..., pick]) for v in (temps, wide, capacity, link)]
        law = np.zeros((6, LANES))
        law[0] = law[2] = 0.0
        law[4], law[5] = losses[pick], below[pick]
        out, under = np.empty((steps, LANES)), np.empty((steps, deep, LANES))
        where = (np.ascontiguousarray(v[:, pick]) for v in (cell, part))
        step_flux(block[0], block[1], law, block[2], block[3], dt, out, under, *where)
        width = real.stop - real.start
        temps[:, real] = block[0][:, :width]
        surface[:, real], inside[:, :, real] = out[:, :width], under[:, :, :width]
    return surface, np.moveaxis(inside, 1, 2), temps
