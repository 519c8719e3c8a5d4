"""Eight columns of ground through their years: what the reference solver does in one thread."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.physics.columns import GroundColumns
from marsward.physics.conduction_grid import GroundGrid, ground_grid
from marsward.physics.insolation import (
    daily_mean,
    horizon_sines,
    hour_table,
    light,
    plane_numbers,
    sky_view,
    sun_table,
)
from marsward.physics.kernels.conduction import LANES, conduct_year
from marsward.physics.season import MarsYear, longest_season, pressure_share
from marsward.physics.sky import STEFAN_BOLTZMANN, Sky, TabledSky
from marsward.physics.vapour import CO2_LATENT_HEAT, WATER_GAS_CONSTANT, co2_frost_point

__all__ = ["BlockOrder", "frost_points", "run_block"]

Array = NDArray[np.float64]
_ROUNDS = 3  # solutions of a step whose properties change with temperature


@dataclass(frozen=True)
class BlockOrder:
    """What all blocks of a run share; the names are those of `conduction.crank_nicolson_year`.

    laws : (4, 4) factors of conductivity and heat, dry and icy, or None where they are constant
    """

    year: MarsYear
    sky: Sky | TabledSky
    steps: int
    cells: int
    years: int
    form: int
    seasonal: bool
    laws: Array | None

    @property
    def dt(self) -> float:
        """Time step [s]."""
        return self.year.sol_length / self.steps


def frost_points(columns: GroundColumns, year: MarsYear, seasonal: bool) -> Array:
    """CO2 frost point (sols, n) [K]: of the columns, or with the pressure's yearly course.

    With the course the column's own point is taken as that of its annual mean pressure.
    """
    if not seasonal:
        return np.repeat(columns.frost_point[None, :], year.sols, axis=0)
    share = pressure_share(year.at(np.arange(year.sols) + 0.5).ls_rad)
    own = columns.frost_point - co2_frost_point(columns.pressure)
    return np.asarray(co2_frost_point(share[:, None] * columns.pressure) + own)


def _first_guess(columns: GroundColumns, year: MarsYear) -> Array:
    """Temperature (n,) [K] that would send out the year's mean sunlight, a little lowered."""
    season = year.at(np.arange(year.sols) + 0.5)
    mean = daily_mean(columns.lat[:, None], season.declination_rad, season.distance_au).mean(axis=1)
    kelvin = ((1.0 - columns.albedo) * mean / (columns.emissivity * STEFAN_BOLTZMANN)) ** 0.25
    return np.asarray(np.maximum(0.96 * kelvin, columns.frost_point))


def _ring(values: Array, shape: tuple[int, ...]) -> Array:
    """(LANES, sols, steps) turned to the kernels' (sols, steps, LANES)."""
    return np.ascontiguousarray(np.moveaxis(np.broadcast_to(values, shape), 0, 2))


def _table_light(columns: GroundColumns, order: BlockOrder) -> tuple[Array, Array]:
    """Shortwave and infrared (sols, steps, LANES) of whatever sky the order has."""
    shape = (LANES, order.year.sols, order.steps)
    if isinstance(order.sky, Sky):
        table = light(columns, year=order.year, sky=order.sky, steps=order.steps)
    else:
        table = order.sky.table(columns, order.year, order.steps)
    try:
        rows = _ring(table.shortwave, shape), _ring(table.infrared, shape)
    except ValueError as error:
        raise InputError(
            f"the sky's table has shapes {table.shortwave.shape} and {table.infrared.shape}; "
            f"{shape} is needed"
        ) from error
    if not all(np.isfinite(row).all() for row in rows):
        raise InputError("the sky's table holds values that are not finite")
    return rows


def _more_light(columns: GroundColumns, order: BlockOrder) -> tuple[bool, Array, Array]:
    """Whether the kernel makes the clear sky's light, and the light that comes on top of it.

    On top comes what a sky of tables sends, and what level ground around a slope or under a raised
    horizon sends: its own glow and the sunlight that it reflects, as its frost is at the time.
    """
    none = np.zeros((0, 1, LANES))
    lit = isinstance(order.sky, Sky)
    short, infra = (none, none) if lit else _table_light(columns, order)
    hidden = 1.0 - sky_view(columns)
    if not np.any(hidden > 1e-12):
        return lit, short, infra
    level = columns.flat()
    flat = run_block(level, order, np.zeros((LANES, 0)), np.full(LANES, np.nan), True)
    shape = flat["surface"].shape
    surface, bare = _ring(flat["surface"], shape), _ring(flat["frost"], shape) <= 0.0
    glow = np.where(bare, level.emissivity, level.frost_emissivity) * STEFAN_BOLTZMANN
    bright = np.where(bare, level.albedo, level.frost_albedo)
    reflected = hidden * bright * _table_light(level, order)[0]
    return (
        lit,
        reflected if lit else short + reflected,
        hidden * glow * surface**4 + (0.0 if lit else infra),
    )


class _Block:
    """The state of eight columns from year to year."""

    def __init__(self, columns: GroundColumns, order: BlockOrder) -> None:
        self.columns, self.order = columns, order
        self.grid: GroundGrid = ground_grid(columns, order.year, cells=order.cells)
        self.base = np.ascontiguousarray(self.grid.capacity)
        self.capacity, self.link = self.base.copy(), np.ascontiguousarray(self.grid.link)
        guess = _first_guess(columns, order.year)
        self.temps = np.repeat(guess[None, :], order.cells, axis=0)
        self.temps += columns.geothermal * np.cumsum(1.0 / self.link, axis=0)
        self.last = self.temps.copy()
        self.state = np.stack([guess, np.zeros(LANES)])
        rows = (
            columns.albedo, columns.emissivity, columns.frost_albedo, columns.frost_emissivity,
            np.zeros(LANES), columns.geothermal,
        )  # fmt: skip
        self.surface = np.ascontiguousarray(np.stack(rows))
        self.points = frost_points(columns, order.year, order.seasonal)
        self.lit, self.more_short, self.more_infra = _more_light(columns, order)
        self.skies = (
            order.sky.numbers(columns.pressure)
            if isinstance(order.sky, Sky)
            else np.zeros((3, LANES))
        )
        self.clear = order.sky if isinstance(order.sky, Sky) else Sky()
        self.begin = self.temps.copy()

    def year(self, record: bool, deep: dict[str, Any], series: tuple[Array, Array]) -> Array:
        """One year on; returns the sums of the kernel (4, LANES)."""
        order = self.order
        sums = np.zeros((4, LANES))
        self.begin[:] = self.temps
        laws = np.zeros((4, 4)) if order.laws is None else order.laws
        conduct_year(
            self.temps, self.last, self.capacity, self.link, self.surface, self.state, sums,
            order.dt, CO2_LATENT_HEAT / order.dt, STEFAN_BOLTZMANN, self.points,
            sun_table(order.year, self.clear), plane_numbers(self.columns), self.skies,
            *hour_table(order.steps), self.clear.least, horizon_sines(self.columns), self.lit,
            self.more_short, self.more_infra,
            np.ascontiguousarray(self.grid.half_resistance), self.base, self.grid.icy, laws,
            0 if order.laws is None else _ROUNDS,
            record, deep["cell"], deep["part"], deep["humidity"], order.form, WATER_GAS_CONSTANT,
            deep["depth"], deep["air"], deep["sols"], *series,
        )  # fmt: skip
        return sums

    def stored(self) -> Array:
        """Heat that each cell kept over the last year (cells, LANES) [J m-2]."""
        if self.order.laws is None:
            return np.asarray(self.base * (self.temps - self.begin))
        rows = np.arange(1, 5)
        dry, icy = self.order.laws[1] / rows, self.order.laws[3] / rows
        law = np.where(self.grid.icy[None] > 0.5, icy[:, None, None], dry[:, None, None])
        powers = np.stack([self.temps**n - self.begin**n for n in rows])
        return np.asarray(self.base * (law * powers).sum(axis=0))

    def excess(self) -> Array:
        """Mean flux down through each cell's upper face beyond the heat from below [W m-2].

        It is what the ground beneath the face kept over the year, (cells, LANES).
        """
        return np.asarray(np.cumsum(self.stored()[::-1], axis=0)[::-1] / self.order.year.length)

    def set_right(self) -> None:
        """Move the deep ground to where the year's mean flux equals the heat from below."""
        shift = np.cumsum(self.excess() / self.link, axis=0)
        self.temps += shift
        self.last += shift


def run_block(
    columns: GroundColumns, order: BlockOrder, depths: Array, humidity: Array, series: bool
) -> dict[str, Array]:
    """Eight columns through the years of spin-up and the year that counts; see `conduction`."""
    block = _Block(columns, order)
    cell, part = block.grid.places(depths)
    sols, deep = order.year.sols, cell.shape[0]
    notes: dict[str, Any] = {
        "cell": cell, "part": part, "humidity": np.ascontiguousarray(humidity),
        "depth": np.zeros((4, deep, LANES)), "air": np.zeros(LANES),
        "sols": np.zeros((6, sols, LANES)),
    }  # fmt: skip
    notes["depth"][1], notes["depth"][2] = math.inf, -math.inf
    none = np.zeros((0, 1, LANES))
    for _ in range(order.years):
        block.year(False, notes, (none, none))
        block.set_right()
    kept = (none, none)
    if series:
        kept = tuple(np.empty((sols, order.steps, LANES)) for _ in range(2))  # type: ignore[assignment]
    sums = block.year(True, notes, kept)
    return _answer(block, sums, notes, kept if series else None)


def _answer(
    block: _Block, sums: Array, notes: dict[str, Any], kept: tuple[Array, Array] | None
) -> dict[str, Array]:
    order, rows = block.order, notes["sols"]
    count = order.year.sols * order.steps
    start, end = longest_season(rows[4].T > 0.0)
    from_below = block.columns.geothermal * order.year.length
    spent = sums[1] + CO2_LATENT_HEAT * -sums[2] + block.stored().sum(axis=0) - from_below
    mean, low, high, dense = notes["depth"]
    out = {
        "surface_mean": sums[3] / count,
        "surface_low": rows[1].min(axis=0),
        "surface_high": rows[2].max(axis=0),
        "amplitude": 0.5 * (rows[0].max(axis=0) - rows[0].min(axis=0)),
        "frost_days": rows[5].sum(axis=0),
        "frost_start": start,
        "frost_end": end,
        "frost_peak": rows[3].max(axis=0),
        "energy_residual": (sums[0] - spent) / sums[0],
        "imbalance": block.excess()[0],
        "vapour_surface": notes["air"] / count,
        "sol_mean": rows[0].T,
        "sol_low": rows[1].T,
        "sol_high": rows[2].T,
        "frost_mass": rows[3].T,
        "depth_mean": mean.T / count,
        "depth_low": low.T,
        "depth_high": high.T,
        "vapour_depth": dense.T / count,
    }
    if kept is not None:
        out["surface"], out["frost"] = (np.moveaxis(row, 2, 0) for row in kept)
    return out
