"""The day of the air and the ground below it: temperature, fluxes, the mixed layer, at any place.

A radiative-convective column (see `kernels.air_column`) with no neighbours: what winds bring is an
argument. The season stands still while the day is sought that repeats, and so does the heat that
the ground keeps from season to season: slow poles of the ground come from the annual solution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import check_kind, number, numbers, switch, told, whole
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.physics.air import (
    GAS_CONSTANT,
    GRAVITY,
    hydrostatic_heights,
    layer_pressure,
    potential_temperature,
)
from marsward.physics.air_column import (
    ColumnRun,
    Light,
    annual_ground,
    run_columns,
    sun_of,
)
from marsward.physics.air_layers import LAYERS, layer_edges
from marsward.physics.column_radiation import Dust, column_radiation, dust_layers
from marsward.physics.columns import GroundColumns, asked_columns
from marsward.physics.correlated_k import KTable
from marsward.physics.kernels import air_step as rows
from marsward.physics.season import MarsYear, pressure_share
from marsward.physics.sky import Sky, TabledSky
from marsward.physics.surface_layer import ROUGHNESS, temperature_share

__all__ = ["AirDay", "air_day"]

Array = NDArray[np.float64]
STEPS, EVERY = 96, 2  # of a sol; steps from one call of radiation to the next
SOLS, TOLERANCE, LEAST_SOLS = 25, 0.3, 4
# Wind in balance with the pressure's slope [m s-1]: what column models of the landing sites take,
# Savijarvi et al. 2015, doi:10.1002/2014JE004732.
WIND = 10.0
# Gusts over the convective velocity: Beljaars 1995, doi:10.1002/qj.49712152203, finds 1.2 over the
# sea; 1 as in weather models.
GUST = 1.0
_LEVEL = 1e-3  # deg: ground under this slope lies level

add_fields(
    FieldRow("air_temperature", "K", "temperature of the air", "air_temperature", low=0.0),
    FieldRow("shortwave_down", "W m-2", "sunlight on level ground", low=0.0),
    FieldRow("shortwave_up", "W m-2", "sunlight that the ground reflects", low=0.0),
    FieldRow("longwave_down", "W m-2", "infrared of the air on the ground", low=0.0),
    FieldRow("longwave_up", "W m-2", "infrared from the ground", low=0.0),
    FieldRow("sensible_heat_flux", "W m-2", "heat from the ground to the air by turbulence"),
    FieldRow("ground_heat_flux", "W m-2", "heat that the ground takes in by conduction"),
    FieldRow("latent_heat_flux", "W m-2", "heat that frost of CO2 gives to the ground"),
    FieldRow("boundary_layer_height", "m", "height of the mixed air above the ground", low=0.0),
    FieldRow("friction_velocity", "m s-1", "friction speed", low=0.0),
    FieldRow("top_shortwave_down", "W m-2", "sunlight at the top of the air", low=0.0),
    FieldRow("top_shortwave_up", "W m-2", "sunlight that leaves the air at its top", low=0.0),
    FieldRow("top_longwave_up", "W m-2", "infrared that leaves the air at its top"),
)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class AirDay:
    """One sol of n columns; time runs along the second axis, index i at `hour[i]`.

    hour : local true solar time (steps,) [h], 0 first; all values are those at that time
    edges : pressure of layers' edges from the ground up (n, L + 1) [Pa]
    ground : temperature of the ground (n, steps) [K]; air : of the layers (n, steps, L) [K]
    eastward_wind, northward_wind : along and to the left of the driving wind (n, steps, L) [m s-1]
    shortwave_down, shortwave_up, longwave_down, longwave_up : at the ground (n, steps) [W m-2];
        direct : part of shortwave_down that comes straight
    sensible : from the ground to the air by turbulence; conduction : into the ground; latent : that
        frost gives as it grows, all (n, steps) [W m-2]
    top_shortwave_down, top_shortwave_up, top_longwave_up : at the top of the air [W m-2]
    frost_mass : of CO2 on the ground (n, steps) [kg m-2]; snow : that falls [kg m-2 s-1]
    boundary_layer_height : (n, steps) [m]; friction_velocity : [m s-1]; zeta : middle of the lowest
        layer over the length of Monin and Obukhov; roughness : (n,) [m]
    energy_residual : what the last sol's budget of air, ground and frost leaves over what went
        through (n,); sols : followed (n,); change : most between the last two sols, at midnight [K]
    """

    hour: Array
    edges: Array
    ground: Array
    air: Array
    eastward_wind: Array
    northward_wind: Array
    shortwave_down: Array
    shortwave_up: Array
    direct: Array
    longwave_down: Array
    longwave_up: Array
    sensible: Array
    conduction: Array
    latent: Array
    top_shortwave_down: Array
    top_shortwave_up: Array
    top_longwave_up: Array
    frost_mass: Array
    snow: Array
    boundary_layer_height: Array
    friction_velocity: Array
    zeta: Array
    roughness: Array
    energy_residual: Array
    sols: NDArray[np.int64]
    change: Array

    def __len__(self) -> int:
        return int(self.edges.shape[0])

    def __repr__(self) -> str:
        return f"<AirDay {len(self)} columns, {self.hour.size} times, {self.air.shape[2]} layers>"

    @property
    def pressure(self) -> Array:
        """In the middle of layers (n, L) [Pa]."""
        return layer_pressure(self.edges)

    @property
    def heights(self) -> Array:
        """Of the layers' middles above the ground (n, steps, L) [m]."""
        return self._heights()[1]

    def _heights(self) -> tuple[Array, Array]:
        edges = np.broadcast_to(self.edges[:, None, :], (*self.air.shape[:2], self.edges.shape[1]))
        return hydrostatic_heights(edges, self.air)

    def air_at(self, height: float) -> Array:
        """Temperature of the air at a height above the ground [m], (n, steps) [K].

        Below the middle of the lowest layer by similarity, from the roughness up; above it the
        potential temperature runs straight between middles of layers in ln z.

        Raises
        ------
        InputError : a height not above the roughness of the ground, or above the top of the air.
        """
        z, low = self.heights, float(self.roughness.max())
        top = float(z[:, :, -1].min())
        if not low < height <= top:
            raise InputError(
                f"there is air from {low:g} m, the ground's roughness, to {top:.4g} m in these "
                f"columns; {height:g} m is outside"
            )
        theta = self.air / self._exner(self.pressure)[:, None, :]
        out = np.empty(self.ground.shape)
        inside = height < z[:, :, 0]
        if inside.any():
            share = temperature_share(
                np.minimum(height, z[:, :, 0]), self.zeta, z[:, :, 0], self.roughness[:, None]
            )
            base = self.ground / self._exner(self.edges[:, :1])
            near = base + share * (theta[:, :, 0] - base)
            fall = np.exp(-GRAVITY * height / (GAS_CONSTANT * self.air[:, :, 0]))
            out[inside] = (near * self._exner(self.edges[:, :1] * fall))[inside]
        for i, j in zip(*np.nonzero(~inside), strict=True):
            span = np.log(z[i, j])
            at = np.interp(np.log(height), span, theta[i, j])
            log_p = np.interp(height, z[i, j], np.log(self.pressure[i]))
            out[i, j] = at * float(self._exner(np.exp(log_p)))
        return out

    @staticmethod
    def _exner(pressure: ArrayLike) -> Array:
        """T over potential temperature at a pressure [Pa]."""
        p = np.asarray(pressure, dtype=np.float64)
        return np.asarray(1.0 / potential_temperature(np.ones_like(p), p))

    def profile_at(self, pressure: float) -> Array:
        """Temperature of the air at a pressure [Pa], straight in ln p, (n, steps) [K].

        Raises
        ------
        InputError : a pressure outside that of the layers' middles.
        """
        low, high = float(self.pressure[:, -1].max()), float(self.pressure[:, 0].min())
        if not low <= pressure <= high:
            raise InputError(
                f"these columns have layers from {high:.4g} to {low:.2g} Pa; {pressure:g} Pa is "
                "outside"
            )
        out = np.empty(self.ground.shape)
        for i, column in enumerate(self.air):
            span = np.log(self.pressure[i])[::-1]
            for j, row in enumerate(column):
                out[i, j] = np.interp(np.log(pressure), span, row[::-1])
        return out

    def difference(self, height: float = 1.6) -> Array:
        """Ground less air at a height [m], (n, steps) [K]."""
        return np.asarray(self.ground - self.air_at(height))

    def dataset(self, **coords: Any) -> xr.Dataset:
        """The day as labelled arrays on place, hour and level (from the ground up)."""
        flat = {
            "surface_temperature": self.ground, "shortwave_down": self.shortwave_down,
            "shortwave_up": self.shortwave_up, "longwave_down": self.longwave_down,
            "longwave_up": self.longwave_up, "sensible_heat_flux": self.sensible,
            "ground_heat_flux": self.conduction, "latent_heat_flux": self.latent,
            "top_shortwave_down": self.top_shortwave_down,
            "top_shortwave_up": self.top_shortwave_up, "top_longwave_up": self.top_longwave_up,
            "frost_mass": self.frost_mass, "boundary_layer_height": self.boundary_layer_height,
            "friction_velocity": self.friction_velocity,
        }  # fmt: skip
        deep = {
            "temperature": self.air, "eastward_wind": self.eastward_wind,
            "northward_wind": self.northward_wind, "height_above_ground": self.heights,
        }  # fmt: skip
        values = {name: field(name, v, ("place", "hour")) for name, v in flat.items()}
        values |= {name: field(name, v, ("place", "hour", "level")) for name, v in deep.items()}
        values["pressure"] = field("pressure", self.pressure, ("place", "level"))
        out = xr.Dataset(values, coords={"ltst": field("ltst", self.hour, "hour"), **coords})
        return out.assign_attrs(
            energy_residual=float(np.abs(self.energy_residual).max(initial=0.0)),
            sols_followed=int(self.sols.max(initial=0)),
            change_of_last_sol=float(self.change.max(initial=0.0)),
        )


def air_day(
    columns: GroundColumns,
    *,
    ls: ArrayLike,
    dust: Dust = "climatological",
    pressure: ArrayLike | None = None,
    wind: ArrayLike = WIND,
    roughness: ArrayLike = ROUGHNESS,
    infrared: bool = True,
    transport: ArrayLike | None = None,
    year: MarsYear | None = None,
    sky: Sky | TabledSky | None = None,
    lasting: bool = True,
    sols: int = SOLS,
    tolerance: float = TOLERANCE,
    moving: bool = False,
    steps: int = STEPS,
    every: int = EVERY,
    layers: int = LAYERS,
    table: KTable | None = None,
    gust: float = GUST,
    workers: int = 2,
) -> AirDay:
    """The day that air and ground of each column repeat at a season.

    Parameters
    ----------
    columns : n places of level ground
    ls : season [deg], a number or (n,)
    dust : a scenario or its name, or the visible opacity of the column at 610 Pa, one or (n,)
    pressure : at the ground in this season [Pa], a number or (n,); the columns' annual mean times
        `season.pressure_share` if None
    wind : in balance with the pressure's slope [m s-1], a number or (n,); it drives the wind at the
        ground through friction, mixing and the planet's turning
    roughness : of the ground [m]
    infrared : whether the air has infrared; without it the ground sees a cold sky, and sunlight
        that the air takes is let go to space as it comes, since nothing else would cool the air
    transport : warming of layers by winds [K s-1] (n, L), (L,) or None
    year : today's if None; sky : of the annual solution from which the ground's slow heat comes
    lasting : take what parts this day from the annual solution's to last all year, which moves the
        ground's slow heat along; False for a spell such as a storm, which leaves it where it is
    sols : most that are followed; tolerance : [K], change from sol to sol at which the day repeats
    moving : let the season move as sols go by and come to `ls` at the last of all `sols`
    steps : of a sol, 24 or more; every : steps from call to call of the radiation, a divisor
    layers : of the air; table : of its infrared, the shipped one if None
    gust : of convection over its velocity scale
    workers : threads; no number of them changes a result

    Raises
    ------
    InputError : no columns, ground that slopes, values that are none or do not fit the columns.
    """
    count = asked_columns(columns)
    check_kind(year, MarsYear, "year", "a MarsYear, or None for today's")
    if not (sky is None or isinstance(sky, Sky) or hasattr(sky, "table")):
        raise InputError(f"sky cannot be {told(sky)}; give a Sky or TabledSky, or None")
    check_kind(table, KTable, "table", "a KTable, or None for the one that is shipped")
    year = year or MarsYear()
    _check_level(columns)
    sols, steps, every, workers = _check_run(sols, tolerance, steps, every, workers, gust)
    layers = whole(layers, "layers", 4)
    for name, value in (("infrared", infrared), ("lasting", lasting), ("moving", moving)):
        switch(value, name)
    season = _row(ls, count, "ls", -np.inf)
    sol = year.sol_of_ls(season)
    edges = _edges(columns, pressure, year, sol, layers)
    ground = annual_ground(columns, sol, year=year, sky=sky, steps=steps, workers=workers)
    depth = dust_layers(dust, edges, season, columns.lat)
    run = run_columns(
        columns, edges, ground,
        column_radiation(edges, depth, table=table, every=every, infrared=infrared),
        Light(_suns(year, sol, sols, moving)),
        transport=_transport(transport, count, layers),
        geostrophic=_row(wind, count, "wind", 0.0),
        roughness=_row(roughness, count, "roughness", 1e-6, most=1.0),
        gust=gust, lasting=lasting, tolerance=0.0 if moving else tolerance,
        least_sols=min(LEAST_SOLS, sols), workers=workers,
    )  # fmt: skip
    return _gather(run, _row(roughness, count, "roughness", 0.0))


def _suns(year: MarsYear, sol: Array, sols: int, moving: bool) -> Array:
    """Sun of each sol (n, sols, 3), the last at the season asked."""
    back = np.arange(sols - 1, -1, -1.0) if moving else np.zeros(sols)
    return sun_of(year, sol[:, None] - back[None, :])


def _edges(
    columns: GroundColumns, pressure: ArrayLike | None, year: MarsYear, sol: Array, layers: int
) -> Array:
    if pressure is None:
        return layer_edges(columns.pressure * pressure_share(year.at(sol).ls_rad), layers)
    return layer_edges(_row(pressure, len(columns), "pressure", 0.0), layers)


def _gather(run: ColumnRun, roughness: Array) -> AirDay:
    """The kernel's rows by name, turned so that the first time is midnight."""
    table = np.roll(run.rows, 1, axis=2)
    winds = np.roll(run.winds, 1, axis=2)
    steps, total = table.shape[2], run.sums
    left = total[:, rows.S_IN] + total[:, rows.S_FROST]
    left = left - total[:, rows.S_AIR] - total[:, rows.S_GROUND]
    named = {
        "ground": rows.R_SURFACE, "shortwave_down": rows.R_SHORT_DOWN,
        "shortwave_up": rows.R_SHORT_UP, "direct": rows.R_DIRECT,
        "longwave_down": rows.R_LONG_DOWN, "longwave_up": rows.R_LONG_UP,
        "sensible": rows.R_SENSIBLE, "conduction": rows.R_CONDUCTION, "latent": rows.R_LATENT,
        "top_shortwave_down": rows.R_TOP_IN, "top_shortwave_up": rows.R_TOP_SHORT,
        "top_longwave_up": rows.R_LEAVING, "frost_mass": rows.R_FROST, "snow": rows.R_SNOW,
        "boundary_layer_height": rows.R_DEPTH, "friction_velocity": rows.R_FRICTION,
        "zeta": rows.R_ZETA,
    }  # fmt: skip
    return AirDay(
        hour=np.arange(steps) * (24.0 / steps),
        edges=run.edges,
        air=np.roll(run.profile, 1, axis=1),
        eastward_wind=np.ascontiguousarray(winds[:, 0]),
        northward_wind=np.ascontiguousarray(winds[:, 1]),
        roughness=roughness,
        energy_residual=np.asarray(left / total[:, rows.S_GROSS]),
        sols=run.sols,
        change=run.change,
        **{name: np.ascontiguousarray(table[:, row]) for name, row in named.items()},
    )


def _row(value: ArrayLike, count: int, name: str, least: float, most: float = np.inf) -> Array:
    """One finite value for each column."""
    row = numbers(value, f"{name} of the columns", finite=False)
    if row.shape not in ((), (1,), (count,)):
        raise InputError(f"{name} has shape {row.shape} for {count} columns; give one or {count}")
    bad = ~(np.isfinite(row) & (row >= least) & (row <= most))
    if bad.any():
        raise InputError(f"{name} of the columns is {row[bad].flat[0]:g}; give a finite value"
                         f"{f' of {least:g} or more' if np.isfinite(least) else ''}")  # fmt: skip
    return np.ascontiguousarray(np.broadcast_to(row, (count,)))


def _transport(value: ArrayLike | None, count: int, layers: int) -> Array:
    if value is None:
        return np.zeros((count, layers))
    table = numbers(value, "transport", "K/s")
    if table.shape not in ((layers,), (count, layers)):
        raise InputError(
            f"transport of shape {table.shape} is none for {count} columns of {layers} layers; "
            "give finite K/s, (columns, layers) or (layers,)"
        )
    return np.ascontiguousarray(np.broadcast_to(table, (count, layers)))


def _check_level(columns: GroundColumns) -> None:
    tilted = columns.slope > _LEVEL
    if tilted.any() or columns.horizon is not None:
        k = int(np.argmax(tilted))
        raise InputError(
            f"ground column {k} (latitude {columns.lat[k]:g}) slopes by {columns.slope[k]:g} deg or"
            " has a horizon; a column of air stands on level ground: give columns.flat()"
        )


def _check_run(
    sols: int, tolerance: float, steps: int, every: int, workers: int, gust: float
) -> tuple[int, int, int, int]:
    sols, steps = whole(sols, "sols"), whole(steps, "steps", 24)
    every, workers = whole(every, "every"), whole(workers, "workers")
    tolerance, gust = number(tolerance, "tolerance", "K"), number(gust, "gust")
    if steps % every:
        raise InputError(f"radiation every {every} steps does not divide a sol of {steps}")
    if not (tolerance > 0.0 and 0.0 <= gust < 10.0):
        raise InputError(f"a tolerance of {tolerance:g} K or gusts of {gust:g} are none")
    return sols, steps, every, workers
