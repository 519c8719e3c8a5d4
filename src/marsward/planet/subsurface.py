"""The ground of Mars at any places through a year: temperatures, frost and lasting ice, labelled.

The maps of `planet.ground_maps` say what the ground is like, `physics.ground` follows it over a
year that repeats, `physics.ice_table` finds where ice lasts.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.physics.columns import ICE_DEPTH_COMMENT, GroundColumns
from marsward.physics.ground import GroundYear, ground_year, hours
from marsward.physics.ice_table import IceTable, ice_table
from marsward.physics.season import MarsYear
from marsward.physics.soil import POROSITY, ice_mass, pore_ice
from marsward.planet.ground_maps import Given, SurfaceMaps

__all__ = ["ANNUAL", "DEPTHS", "EMISSIVITY", "SEASONS", "SOURCE", "ground", "with_ice"]

DEPTHS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
"""Depths [m] at which the temperature is told."""
SEASONS = (0.0, 90.0, 180.0, 270.0)
"""Seasons [deg of Ls] of which the course of a sol is told."""
EMISSIVITY = 0.98
"""Of bare ground in the thermal infrared, assumed; soils of Mars have 0.94 to 1 in the spectra of
Christensen et al. 2001, doi:10.1029/2000JE001370."""
SOURCE = (
    "ground by the network of poles, frost and ice: Schorghofer and Aharonson 2005, "
    "doi:10.1029/2004JE002350"
)
_MOST_PLACES = 20_000
_BY_SOL = {
    "sol_temperature_mean": "sol_mean",
    "sol_temperature_low": "sol_low",
    "sol_temperature_high": "sol_high",
    "frost_mass": "frost_mass",
}
_BY_DEPTH = {
    "ground_temperature": "depth_mean",
    "ground_temperature_low": "depth_low",
    "ground_temperature_high": "depth_high",
}
ANNUAL = {
    "surface_temperature_mean": "surface_mean",
    "surface_temperature_low": "surface_low",
    "surface_temperature_high": "surface_high",
    "surface_temperature_amplitude": "amplitude",
    "frost_days": "frost_days",
    "frost_start": "frost_start",
    "frost_end": "frost_end",
    "frost_peak": "frost_peak",
}
"""Names in datasets of what a `GroundYear` tells of the year as a whole."""

add_fields(
    FieldRow("surface_temperature_mean", "K", "annual mean temperature of the surface", low=0.0),
    FieldRow("surface_temperature_low", "K", "lowest temperature of the surface", low=0.0),
    FieldRow("surface_temperature_high", "K", "highest temperature of the surface", low=0.0),
    FieldRow("surface_temperature_amplitude", "K", "half the range of the surface temperature over "
             "the year", low=0.0),
    FieldRow("sol_temperature_mean", "K", "mean temperature of the surface over a sol", low=0.0),
    FieldRow("sol_temperature_low", "K", "lowest temperature of the surface in a sol", low=0.0),
    FieldRow("sol_temperature_high", "K", "highest temperature of the surface in a sol", low=0.0),
    FieldRow("ground_temperature_low", "K", "lowest temperature in the ground", low=0.0),
    FieldRow("ground_temperature_high", "K", "highest temperature in the ground", low=0.0),
    FieldRow("frost_start", "sol", "first sol of the year with CO2 frost all sol", low=0.0),
    FieldRow("frost_end", "sol", "first sol of the year without that frost", low=0.0),
    FieldRow("frost_peak", "kg m-2", "most CO2 frost of the year", low=0.0),
    FieldRow("sol_of_year", "sol", "middle of the sol, in sols past Ls 0", low=0.0),
    FieldRow("depth", "m", "depth below the surface", "depth", low=0.0),
    FieldRow("local_time", "hour", "local true solar time of the finest look", low=0.0, high=24.0),
)  # fmt: skip


def ground(
    lat: ArrayLike,
    lon: ArrayLike,
    *,
    albedo: Given = None,
    inertia: Given = None,
    elevation: ArrayLike | None = None,
    humidity: Given = None,
    slope: ArrayLike | None = None,
    aspect: ArrayLike | None = None,
    ice_depth: ArrayLike | str | None = None,
    porosity: float = POROSITY,
    ls: ArrayLike = SEASONS,
    depths: ArrayLike = DEPTHS,
    hours_per_sol: int = 24,
    year: MarsYear | None = None,
    solver: str = "network",
    workers: int = 2,
    emissivity: ArrayLike = EMISSIVITY,
    geothermal: ArrayLike = 0.0,
) -> xr.Dataset:
    """A year of the ground at places of Mars.

    Parameters
    ----------
    lat, lon
        Planetocentric latitude and east longitude [deg]; numbers or arrays that broadcast.
    albedo, inertia, humidity
        In place of the shipped maps: bolometric albedo, thermal inertia [J m-2 K-1 s-1/2] and
        annual mean vapour pressure [Pa] as numbers, rows, maps or files (see `SurfaceMaps.at`).
    elevation
        Height above the areoid [m], of the shipped shape if None.
    slope, aspect
        Of the ground, and the azimuth that it faces [deg]; level if None.
    ice_depth
        Depth of the upper face of ice in the pores [m]: None is dry ground, "equilibrium" the depth
        at which ice lasts in balance with the air.
    porosity
        Share of the soil that ice fills.
    ls
        Seasons [deg] of which the course of a sol is told.
    depths
        [m] at which temperatures in the ground are told.
    hours_per_sol
        Times of the sol at which the surface temperature is told: 24, 48 or 96.
    year, solver, workers
        As `ground_year` takes them.
    emissivity, geothermal
        Of the ground, and heat from below [W m-2], as `GroundColumns` takes them.

    Returns
    -------
    Dataset over the places (none, `place`, or `row` and `column`, as lat and lon have axes) with
    the year's temperatures, the same by sol (`sol`), the course of the sol at seasons (`ls`,
    `hour` of local true solar time), temperatures at depths (`depth`), frost, depth and mass of ice
    (inf and 0 where none lasts), and the maps that were used.

    Raises
    ------
    InputError : a value that is out of range, named; more than 20 000 places (see `global_ground`)
    """
    shape = np.broadcast_shapes(np.shape(lat), np.shape(lon)) if _fit(lat, lon) else ()
    if len(shape) > 2 or int(np.prod(shape)) > _MOST_PLACES:
        raise InputError(
            f"{' x '.join(map(str, shape))} places are too many here, {_MOST_PLACES} on up to two "
            "axes fit; global_ground() takes grids of any size"
        )
    if hours_per_sol not in (24, 48, 96):
        raise InputError(f"hours_per_sol is 24, 48 or 96, not {hours_per_sol}")
    maps = SurfaceMaps.at(
        lat, lon, albedo=albedo, inertia=inertia, elevation=elevation, humidity=humidity,
        slope=slope, aspect=aspect,
    )  # fmt: skip
    columns = maps.columns(emissivity=emissivity, geothermal=geothermal)
    options: dict[str, Any] = {"year": year or MarsYear(), "solver": solver, "workers": workers}
    columns, table = with_ice(columns, maps.humidity, ice_depth, porosity, options)
    told = ground_year(columns, depths=depths, surface_table="sols", **options)
    season = np.atleast_1d(np.asarray(ls, dtype=float))
    options.pop("solver")
    sol = hours(columns, season, **options)
    out = _dataset(maps, columns, told, porosity, options["year"])
    every = sol.shape[2] // hours_per_sol
    clock = np.arange(hours_per_sol) * 24.0 / hours_per_sol
    out["surface_temperature"] = field(
        "surface_temperature", sol[:, :, ::every], ("place", "ls", "hour")
    )
    out = out.assign_coords(
        ls=field("ls", np.mod(season, 360.0), "ls"), hour=field("local_time", clock, "hour")
    )
    out.attrs["ice"] = _ice_words(ice_depth, table)
    return _shaped(out, shape)


def with_ice(
    columns: GroundColumns,
    humidity: NDArray[np.float64],
    ice_depth: ArrayLike | str | None,
    porosity: float,
    options: dict[str, Any],
) -> tuple[GroundColumns, IceTable | None]:
    """The columns with ice in their pores, and the ice table where it was asked for."""
    if ice_depth is None:
        return columns, None
    table = None
    if isinstance(ice_depth, str):
        if ice_depth != "equilibrium":
            raise InputError(f'ice_depth is a depth in metres or "equilibrium", not {ice_depth!r}')
        table = ice_table(columns, humidity, porosity=porosity, **options)
        ice_depth = table.depth
    icy = pore_ice(columns.inertia, columns.volumetric_heat, porosity)
    depth = np.asarray(ice_depth, dtype=float).ravel()
    return columns.replace(ice_depth=depth, ice_inertia=icy[0], ice_volumetric_heat=icy[1]), table


def _fit(lat: ArrayLike, lon: ArrayLike) -> bool:
    """Whether latitudes and longitudes broadcast; if not, `SurfaceMaps` says so."""
    try:
        np.broadcast_shapes(np.shape(lat), np.shape(lon))
    except ValueError:
        return False
    return True


def _dataset(
    maps: SurfaceMaps, columns: GroundColumns, told: GroundYear, porosity: float, year: MarsYear
) -> xr.Dataset:
    out = maps.dataset()
    for name, key in ANNUAL.items():
        out[name] = field(name, getattr(told, key), "place")
    for name, key in _BY_DEPTH.items():
        out[name] = field(name, getattr(told, key), ("place", "depth"))
    for name, key in _BY_SOL.items():
        out[name] = field(name, getattr(told, key), ("place", "sol"))
    depth = columns.ice_depth
    mass = ice_mass(np.where(np.isfinite(depth), depth, 1.0), porosity=porosity)
    out["ice_depth"] = field("ice_depth", depth, "place", comment=ICE_DEPTH_COMMENT)
    out["ice_mass"] = field("ice_mass", mass, "place")
    middle = np.arange(year.sols) + 0.5
    season = np.degrees(year.at(middle).ls_rad)
    out = out.assign_coords(
        depth=field("depth", told.depths[0], "depth"),
        sol=field("sol_of_year", middle, "sol"),
        sol_ls=field("ls", season, "sol"),
    )
    return out.assign_attrs(
        source=SOURCE, energy_residual=float(np.abs(told.energy_residual).max())
    )


def _ice_words(ice_depth: ArrayLike | str | None, table: IceTable | None) -> str:
    if ice_depth is None:
        return "dry ground"
    if table is None:
        return "ice in the pores from the given depth down"
    return f"equilibrium ice table, at {int(table.stable.sum())} of {len(table)} places"


def _shaped(out: xr.Dataset, shape: tuple[int, ...]) -> xr.Dataset:
    """Places as the caller had them: none for numbers, rows and columns for two axes."""
    if shape == ():
        return out.isel(place=0)
    if len(shape) == 1:
        return out
    rows, columns = np.divmod(np.arange(out.sizes["place"]), shape[1])
    index = out.assign_coords(row=("place", rows), column=("place", columns))
    made = index.set_index(place=["row", "column"]).unstack("place")
    order = [name for name in ("row", "column", "ls", "hour", "depth", "sol") if name in made.dims]
    return made.transpose(*order)
