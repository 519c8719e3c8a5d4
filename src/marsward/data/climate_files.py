"""Climate of Mars from files of models and reanalyses, in one form.

Reads netCDF of the NASA Ames models (FV3 and legacy, as AmesCAP writes them), OpenMARS, EMARS, the
Mars PCM and the Mars Climate Database, and the text that the database's web page gives. Whatever
the file, what comes back has the dimensions `time` (or `ls` where the file's calendar has no year),
`lev` from the ground up, `lat` from south to north and `lon` east from 0 to 360 degrees.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.asked import check_kind, file_path, whole
from marsward.core.classic_netcdf import check_whole
from marsward.core.errors import DataError, InputError, MarswardError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.interrupt import held_interrupt
from marsward.core.mars_axis import CALENDAR, mars_axis
from marsward.core.mars_time import SOL_DAYS
from marsward.core.sol_clock import epoch_of_season
from marsward.core.time import Epoch
from marsward.data.climate_layouts import Layout, layout_of
from marsward.data.climate_levels import Levels
from marsward.data.climate_units import in_our_unit, plausible

__all__ = ["read_climate"]

add_fields(
    FieldRow("eastward_wind", "m s-1", "wind to the east", "eastward_wind"),
    FieldRow("northward_wind", "m s-1", "wind to the north", "northward_wind"),
    FieldRow("surface_temperature", "K", "temperature of the ground's surface", low=0.0),
    FieldRow("surface_pressure", "Pa", "annual mean pressure of the air at the ground", low=0.0),
    FieldRow("thermal_inertia", "J m-2 K-1 s-0.5", "thermal inertia of the dry soil", low=0.0),
    FieldRow("elevation", "m", "height above the areoid"),
    FieldRow("dust_opacity", "1", "visible dust opacity of the column at 610 Pa", low=0.0),
    FieldRow(
        "model_hour",
        "hour",
        "true solar time at the prime meridian by the run's own clock",
        low=0.0,
        high=24.0,
    ),
    FieldRow("dust_top", "m", "height of the top of the dust"),
)

_ON_LAYERS = ("temperature", "eastward_wind", "northward_wind", "pressure")
_ON_GROUND = ("surface_pressure", "surface_temperature", "dust_opacity", "dust_top")
_LONG_NAMES = {
    "surface_pressure": "pressure of the air at the ground",
    "dust_opacity": "optical depth of the dust's column, as the file has it",
}
_FIXED = ("elevation", "albedo", "thermal_inertia")
_SOL_OF_LS = 0.4  # degrees that Ls goes on in less than a sol
_GRAVITY = 3.72  # m s-2, of the models whose surface geopotential is divided by it
_TEXT_SUFFIXES = (".txt", ".dat", ".asc", "")


def read_climate(
    path: str | Path,
    *,
    kind: str | None = None,
    mars_year: int | None = None,
    fixed: str | Path | None = None,
    steps: slice | None = None,
) -> xr.Dataset:
    """The climate that a file holds, in our units, order and names.

    Parameters
    ----------
    path : netCDF, or the text of the Mars Climate Database's web page
    kind : "ames", "openmars", "emars" or "mcd"; found from what the file holds when left out
    mars_year : year of a file that has seasons but no year; a season that runs on past 360 degrees
        goes on into the next years. Left out, such a file keeps `ls` as its axis.
    fixed : an Ames file of fixed fields, for the hybrid coordinate and the relief that belong to
        `path`
    steps : the steps of time to read, as slice(0, 24); all when left out

    Returns
    -------
    Dataset of what the file holds of `temperature` [K], `pressure` [Pa], `eastward_wind`,
    `northward_wind` [m/s] (time, lev, lat, lon); `surface_pressure`, `surface_temperature`,
    `dust_opacity` [1] (time, lat, lon); `elevation` [m], `albedo`, `thermal_inertia` (lat, lon);
    coordinates of Mars time as `mars_axis` gives them, `model_hour` (the run's own time of day at
    the prime meridian, to which instants are set), `hybrid_a` and `hybrid_b`. The attribute
    `source` says which family, `levels` how the layers were told.

    Raises
    ------
    InputError : no such file, an unknown kind, a year or steps that are none
    DataError : a file that is none of them, is cut off or damaged, holds a unit or a value that
        cannot be, or a hybrid coordinate that is zero
    """
    path = file_path(path, "climate file")
    if not path.is_file():
        raise InputError(f"there is no climate file {path}")
    if mars_year is not None:
        mars_year = whole(mars_year, "mars_year", -1000)
    check_kind(steps, slice, "steps", "a slice such as slice(0, 24)")
    if path.suffix.lower() in _TEXT_SUFFIXES and _is_text(path):
        from marsward.data.mcd_text import read_mcd_text

        return read_mcd_text(path)
    check_whole(path)
    try:
        with held_interrupt(), xr.open_dataset(path, decode_times=False) as source:
            layout = layout_of(source, path, kind)
            time = layout.axis_in(source, "time")
            if steps is not None and time is not None:
                source = source.isel({time: steps})
            return _normal(source.load(), layout, path, mars_year, fixed)
    except MarswardError:
        raise
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{path} cannot be read as a climate file: {said[:200]}") from error


def _is_text(path: Path) -> bool:
    with path.open("rb") as stream:
        return not stream.read(8).startswith((b"CDF", b"\x89HDF"))


def _normal(
    source: xr.Dataset, layout: Layout, path: Path, mars_year: int | None, fixed: Any
) -> xr.Dataset:
    renamed = _renamed(source, layout, path)
    extra = read_climate(fixed, kind="ames") if fixed is not None else None
    data: dict[str, xr.DataArray] = {}
    for name in (*_ON_LAYERS, *_ON_GROUND, *_FIXED):
        found = layout.name_in(source, name)
        if found is not None and _has_axes(renamed[found], name):
            data[name] = _variable(renamed[found], name, found, layout, path)
    if "elevation" not in data:
        data |= _relief(renamed, layout, extra)
    if not data:
        raise DataError(f"{path} holds no variable of a climate; is it {layout.title}?")
    levels = _levels(renamed, layout, path, extra, "temperature" in data)
    if levels is not None and "pressure" not in data:
        data |= _pressures(levels, data, renamed.sizes, path)
    out = xr.Dataset(data)
    if levels is not None:
        out = out.assign_coords(levels.coordinates())
        if "lev" in out.dims and not levels.falling:
            out = out.isel(lev=slice(None, None, -1))
    if "lev" in out.dims:
        said = {"long_name": "layer, 0 at the ground", "positive": "up"}
        out = out.assign_coords(lev=("lev", np.arange(out.sizes["lev"]), said))
        _check_order(out, path)
    out = _on_globe(out, renamed, path)
    out = _on_time(out, source, layout, path, mars_year)
    out.attrs |= {
        "source": layout.title, "kind": layout.name, "file": path.name,
        "levels": levels.kind if levels is not None else "none", "planet_calendar": CALENDAR,
    }  # fmt: skip
    return out


def _has_axes(array: xr.DataArray, name: str) -> bool:
    """Whether a variable of a file has the axes that its part in the climate needs."""
    if name in _ON_LAYERS:
        return {"lev", "lat", "lon"} <= set(array.dims)
    return {"lat", "lon"} <= set(array.dims)


def _renamed(source: xr.Dataset, layout: Layout, path: Path) -> xr.Dataset:
    """The file with our names for its axes; winds of staggered cells brought to the others."""
    odd = [str(d) for d in source.dims if str(d).startswith("time_of_day")]
    if odd:
        raise DataError(
            f"{path} is sorted by hour of the day ({odd[0]}); give the file of daily or of mean "
            "fields instead, atmos_daily or atmos_average"
        )
    names: dict[str, str] = {}
    for ours in ("time", "lev", "edge", "lat", "lon"):
        found = layout.axis_in(source, ours)
        if found is None and ours in ("lat", "lon"):
            raise DataError(f"{path} has no axis {layout.axes[ours][0]}, which {layout.title} has")
        if found is not None:
            names[found] = ours
    out = source.rename({old: new for old, new in names.items() if old != new})
    for staggered, ours, turn in (("latu", "lat", False), ("lonv", "lon", True)):
        if staggered in out.dims:
            out = _brought(out, staggered, ours, turn)
    return out.squeeze([d for d in ("scalar_axis",) if d in out.dims], drop=True)


def _brought(source: xr.Dataset, staggered: str, ours: str, around: bool) -> xr.Dataset:
    """Variables on a staggered axis, linearly on the axis of the other variables."""
    at, x = np.asarray(source[ours].values, float), np.asarray(source[staggered].values, float)
    data = {}
    for name, held in source.data_vars.items():
        if staggered not in held.dims:
            continue
        axis = held.get_axis_num(staggered)
        y = np.moveaxis(np.asarray(held.values, float), axis, -1)
        order = np.argsort(x)
        knots, y = x[order], y[..., order]
        if around:
            knots = np.concatenate([[knots[-1] - 360.0], knots, [knots[0] + 360.0]])
            y = np.concatenate([y[..., -1:], y, y[..., :1]], axis=-1)
        left = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, knots.size - 2)
        share = np.clip((at - knots[left]) / (knots[left + 1] - knots[left]), 0.0, 1.0)
        value = y[..., left] * (1.0 - share) + y[..., left + 1] * share
        dims = tuple(ours if d == staggered else d for d in held.dims)
        data[str(name)] = xr.DataArray(np.moveaxis(value, -1, axis), dims=dims, attrs=held.attrs)
    kept = source.drop_vars([*data, staggered], errors="ignore")
    return kept.assign(data)


def _variable(
    held: xr.DataArray, name: str, found: str, layout: Layout, path: Path
) -> xr.DataArray:
    values = np.asarray(held.values)
    values = values.astype(np.float32 if values.dtype == np.float32 else np.float64)
    values = in_our_unit(values, name, held.attrs.get("units"), layout.units.get(name), found, path)
    order = [d for d in ("time", "lev", "lat", "lon") if d in held.dims]
    rest = [d for d in held.dims if d not in order]
    if rest:
        raise DataError(f"{found} of {path} has the axis {rest[0]!r}, which is not known here")
    out = xr.DataArray(values, dims=held.dims).transpose(*order)
    plausible(out.values, name, found, path)
    more: dict[str, Any] = {"long_name": _LONG_NAMES[name]} if name in _LONG_NAMES else {}
    return field(name, out.values, order, check=False, **more)


def _relief(renamed: xr.Dataset, layout: Layout, extra: xr.Dataset | None) -> dict[str, Any]:
    found = layout.name_in(renamed, "geopotential")
    if found is not None and {"lat", "lon"} == set(renamed[found].dims):
        height = renamed[found].transpose("lat", "lon").values / _GRAVITY
        return {"elevation": field("elevation", height.astype(float), ("lat", "lon"))}
    if extra is None or "elevation" not in extra:
        return {}
    lat, lon = renamed["lat"].values, np.mod(renamed["lon"].values, 360.0)
    same = extra["elevation"].sel(lat=lat, lon=lon, method="nearest", tolerance=0.01)
    return {"elevation": field("elevation", same.values, ("lat", "lon"))}


def _levels(
    renamed: xr.Dataset, layout: Layout, path: Path, extra: xr.Dataset | None, needed: bool
) -> Levels | None:
    layers = renamed.sizes.get("lev", renamed.sizes.get("edge", 1) - 1)
    for one, two in layout.hybrid:
        if one in renamed.variables and two in renamed.variables:
            a = in_our_unit(
                np.asarray(renamed[one].values, float), "pressure", renamed[one].attrs.get("units"),
                "Pa", one, path,
            )  # fmt: skip
            return Levels.hybrid(a, renamed[two].values, layers, str(path), (one, two))
    if "lev" not in renamed.dims:
        return None
    if layout.sigma:
        return Levels.sigma(renamed["lev"].values, str(path))
    unit = str(renamed["lev"].attrs.get("units", "")).strip() if "lev" in renamed.coords else ""
    if layout.name == "ames" and "pstd" in layout.axes["lev"] and unit == "Pa":
        return Levels.isobaric(renamed["lev"].values, str(path))
    if extra is not None and "hybrid_a" in extra.coords:
        turn = slice(None, None, -1)
        a, b = extra["hybrid_a"].values[turn], extra["hybrid_b"].values[turn]
        return Levels.hybrid(a, b, layers, str(path), ("pk", "bk"))
    if needed and layout.name_in(renamed, "pressure") is None:
        names = " or ".join("/".join(pair) for pair in layout.hybrid)
        raise DataError(
            f"{path} does not say at which pressure its layers stand (no {names}); give the file "
            "that does with fixed="
        )
    return None


def _pressures(levels: Levels, data: dict[str, Any], sizes: Any, path: Path) -> dict[str, Any]:
    """Pressure of the layers where the surface pressure or the levels themselves tell it."""
    if levels.kind == "pressure":
        model = data.get("temperature")
        if model is None:
            return {}
        shape, dims = model.shape, model.dims
        p = np.broadcast_to(levels.a[:, None, None].astype(model.dtype), shape)
        return {"pressure": field("pressure", p, dims, check=False)}
    if "surface_pressure" not in data:
        if "temperature" in data:
            raise DataError(f"{path} has layers but no surface pressure to tell theirs")
        return {}
    surface = data["surface_pressure"]
    if sizes.get("lev", 0) < 1:
        return {}
    p = levels.pressure(surface.values).astype(surface.dtype)
    dims = (*surface.dims[:-2], "lev", "lat", "lon")
    return {"pressure": field("pressure", p, dims, check=False)}


def _check_order(out: xr.Dataset, path: Path) -> None:
    if "pressure" not in out:
        return
    others = [d for d in out["pressure"].dims if d != "lev"]
    column = out["pressure"].median(others).values
    if not np.all(np.diff(column) < 0.0):
        raise DataError(f"pressure of {path} does not fall from layer to layer above the ground")


def _on_globe(out: xr.Dataset, renamed: xr.Dataset, path: Path) -> xr.Dataset:
    """Latitude from the south, longitude east from 0, no meridian twice."""
    lat = np.asarray(renamed["lat"].values, dtype=float)
    lon = np.asarray(renamed["lon"].values, dtype=float)
    if np.abs(lat).max() > 90.0 or np.abs(lon).max() > 360.0:
        raise DataError(f"{path} has latitudes or longitudes that are no degrees")
    if "w" in str(renamed["lon"].attrs.get("units", "")).lower().replace("degrees", ""):
        lon = -lon
    lon = np.mod(lon, 360.0)
    lat_order = np.argsort(lat, kind="stable")
    _, lon_order = np.unique(np.round(lon, 6), return_index=True)
    if np.unique(lat).size != lat.size:
        raise DataError(f"{path} has a latitude twice")
    out = out.isel(lat=lat_order, lon=lon_order)
    return out.assign_coords(
        lat=field("lat", lat[lat_order], "lat"), lon=field("lon", lon[lon_order], "lon")
    )


def _on_time(
    out: xr.Dataset, source: xr.Dataset, layout: Layout, path: Path, mars_year: int | None
) -> xr.Dataset:
    if "time" not in out.dims:
        return out
    name = next((n for n in layout.season if n in source.variables), None)
    if name is None:
        raise DataError(
            f"{path} does not say the season of its steps: {layout.title} has {layout.season[0]}"
        )
    along = np.asarray(source[name].values, dtype=float).reshape(out.sizes["time"], -1)[:, 0]
    if not np.isfinite(along).all():
        raise DataError(f"{name} of {path} holds a value that is no number")
    ls, turns = np.mod(along, 360.0), np.floor(along / 360.0)
    hours = _model_hours(source, layout, ls)
    if hours is not None:
        out = out.assign_coords(model_hour=field("model_hour", hours, "time"))
    year = next((n for n in layout.year if n in source.variables), None)
    if year is not None and mars_year is None:
        held = np.round(source[year].values.astype(float))
        return mars_axis(out, _at_hours(epoch_of_season(ls, held), hours))
    if mars_year is not None:
        first = turns[0]
        if year is None and np.all(turns == first):
            turns = first + np.cumsum(np.diff(ls, prepend=ls[0]) < -180.0)
        return mars_axis(out, _at_hours(epoch_of_season(ls, mars_year + turns - first), hours))
    out = out.rename({"time": "ls"}).assign_coords(ls=field("ls", ls, "ls"))
    if np.any(turns != turns[0]):
        out = out.assign_coords(
            model_year=("ls", (turns - turns[0]).astype(np.int64), {"long_name": "year of the run"})
        )
    return out


def _model_hours(source: xr.Dataset, layout: Layout, ls: NDArray) -> NDArray | None:
    """Hours of the day at the prime meridian by the run's own clock; None where it has none.

    A run whose steps are a sol apart or more tells no hours.
    """
    name = next((n for n in (*layout.hour, *layout.sols) if n in source.variables), None)
    if name is None or ls.size < 2 or np.median(np.remainder(np.diff(ls), 360.0)) > _SOL_OF_LS:
        return None
    held = np.asarray(source[name].values, dtype=float)
    if held.shape != ls.shape or not np.isfinite(held).all():
        return None
    return np.remainder(held if name in layout.hour else 24.0 * np.remainder(held, 1.0), 24.0)


def _at_hours(epoch: Epoch, hours: NDArray | None) -> Epoch:
    """Instants moved by less than half a sol so that the Sun stands as in the run.

    A run's Ls may be off by some tenths of a degree against the true one, which is half a sol: its
    own clock tells the hour better. Runs know no equation of time, so it is true solar time.
    """
    if hours is None:
        return epoch
    for _ in range(3):
        away = np.remainder(hours - epoch.ltst(0.0) + 12.0, 24.0) - 12.0
        epoch = epoch + away / 24.0 * SOL_DAYS * 86_400.0
    return epoch
