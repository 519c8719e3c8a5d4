"""Dust as others tell it: opacity maps in netCDF and the dust optics of the Ames climate model.

Opacity maps are daily or seasonal fields of the column's opacity by latitude and perhaps longitude,
told for a surface pressure of 610 Pa: the background scenario of the Ames model (`tau` visible,
`zmax` in km, `areo` for Ls) or the climatologies of Montabone et al. 2015,
doi:10.1016/j.icarus.2014.12.034, and the LMD scenarios made from them (`cdod...`: absorption at
9.3 um by sol), which are multiplied by 2.6 to visible extinction as they say.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.asked import file_path, number
from marsward.core.classic_netcdf import check_whole
from marsward.core.errors import DataError, InputError

__all__ = [
    "INFRARED_TO_VISIBLE",
    "AmesDustOptics",
    "DustMaps",
    "read_ames_dust_optics",
    "read_dust_maps",
]

Array = NDArray[np.float64]
INFRARED_TO_VISIBLE = 2.6
"""Visible extinction over absorption at 9.3 um: Montabone et al. 2015."""
# Names by which files call things, lower case; the first that is there is taken.
_OPACITY = ("tau", "cdodtot", "cdod", "cdodtotal", "dustop", "dust_opacity", "tauref", "taufill")
_AREO = ("areo", "ls", "solar_longitude", "areocentric_longitude")
_SOL = ("time", "sol")
_LAT, _LON, _TOP = ("lat", "latitude"), ("lon", "longitude"), ("zmax", "top", "topdust")
_SOLS = 669.0
# Edges of the bands of the Ames model [cm-1]: Haberle et al. 2019,
# doi:10.1016/j.icarus.2019.03.026.
_AMES_VISIBLE = (2222.22, 3087.37, 4030.63, 5370.57, 7651.11, 12500.0, 25000.0, 41666.67)
_AMES_INFRARED = (10.0, 166.667, 416.667, 833.333, 1250.0, 2222.22)
_AMES_RADII = 1e-7 * 500.0 ** (np.arange(20) / 19.0)  # m


@dataclass(frozen=True, eq=False)
class DustMaps:
    """Opacity by season, latitude and perhaps longitude, all axes rising.

    ls : season [deg] (t,), or None where the file counts sols; sol : sols of the year (t,) or None
    lat : [deg] (y,); lon : east [deg], 0 to 360 (x,), empty for zonal means
    opacity : visible extinction at 610 Pa (t, y, x), x = 1 for zonal means
    top : height of the top of the dust [m] (t, y), or None
    source : the file and what was done to it
    """

    ls: Array | None
    sol: Array | None
    lat: Array
    lon: Array
    opacity: Array
    top: Array | None
    source: str


def read_dust_maps(path: str | Path, *, factor: float | None = None) -> DustMaps:
    """Opacity maps of a netCDF file.

    factor : from the file's opacity to visible extinction; if None 2.6 where the variable or its
        attributes speak of 9.3 um or of absorption, else 1

    Raises
    ------
    InputError : what is no path, a factor that is none
    DataError : no such file, one that is cut off, none of the names under which opacity, season and
        latitude are known, gaps or values below zero, a season told twice, maps without any dust.
    """
    path = file_path(path, "dust file")
    if not path.is_file():
        raise DataError(f"there is no dust file {path}")
    check_whole(path)
    try:
        with xr.open_dataset(path, decode_times=False) as opened:
            data = opened.load()
    except (OSError, ValueError) as error:
        said = " ".join(str(error).split())
        raise DataError(f"{path.name} is no netCDF file that can be read: {said[:200]}") from error
    name = _named(data, _OPACITY)
    if name is None:
        raise DataError(
            f"{path.name} has no dust opacity; it holds {', '.join(map(str, data.data_vars))}, "
            f"known are {', '.join(_OPACITY)}"
        )
    field = data[name]
    y, x = _axis(field, _LAT), _axis(field, _LON)
    rest = [dim for dim in field.dims if dim not in (y, x)]
    if y is None or len(rest) != 1:
        raise DataError(f"{name} of {path.name} has dims {field.dims}; season and latitude needed")
    t = rest[0]
    values = field.transpose(t, y, x) if x else field.transpose(t, y).expand_dims("lon", -1)
    times, ls = _season(data, str(t))
    scale = _factor(field) if factor is None else _given(factor)
    array = np.asarray(values, dtype=np.float64) * scale
    if not (np.isfinite(array).all() and np.all(array >= 0.0)):
        raise DataError(f"{name} of {path.name} has gaps or values below zero")
    _check_filled(array, times, ls, name, path)
    lat = np.asarray(data[y], dtype=np.float64)
    lon = np.remainder(np.asarray(data[x], dtype=np.float64), 360.0) if x else np.empty(0)
    top = _top(data, str(t), y)
    by_t, by_y, by_x = np.argsort(times), np.argsort(lat), np.argsort(lon)
    array = array[by_t][:, by_y]
    return DustMaps(
        ls=times[by_t] if ls else None,
        sol=None if ls else times[by_t],
        lat=lat[by_y],
        lon=lon[by_x],
        opacity=array[:, :, by_x] if x else array,
        top=None if top is None else top[by_t][:, by_y],
        source=f"{path.name}: {name} x {scale:g}",
    )


def _given(factor: float) -> float:
    one = number(factor, "the factor on a file's opacity")
    if one <= 0.0:
        raise InputError(f"the factor on a file's opacity must be above 0, not {one:g}")
    return one


def _check_filled(array: Array, times: Array, ls: bool, name: str, path: Path) -> None:
    """Refuse what files that were never filled look like."""
    empty = ~(array.max(axis=(1, 2)) > 0.0)
    what = "Ls" if ls else "sol"
    if empty.any():
        raise DataError(
            f"{name} of {path.name} is 0 everywhere at {what} {times[empty][0]:g}; is the file "
            "whole? For air without dust give the opacity 0 in place of a file"
        )
    again = np.sort(times)
    again = again[1:][np.diff(again) == 0.0]
    if again.size:
        raise DataError(f"{path.name} tells {what} {again[0]:g} twice; is the file whole?")


def _named(data: xr.Dataset, names: tuple[str, ...]) -> str | None:
    there = {str(key).lower(): str(key) for key in data.variables}
    return next((there[name] for name in names if name in there), None)


def _axis(field: xr.DataArray, names: tuple[str, ...]) -> str | None:
    there = {str(dim).lower(): str(dim) for dim in field.dims}
    return next((there[name] for name in names if name in there), None)


def _season(data: xr.Dataset, dim: str) -> tuple[Array, bool]:
    """Ls [deg] or sols of the year along a dimension, and whether it is Ls."""
    name = _named(data, _AREO)
    if name is not None and data[name].dims == (dim,):
        ls = np.asarray(data[name], dtype=np.float64)
        return np.where(ls > 360.0, np.remainder(ls, 360.0), ls), True  # 360 ends a year
    if dim.lower() in _AREO:
        return np.asarray(data[dim], dtype=np.float64), True
    if dim.lower() in _SOL and dim in data.variables:
        sol = np.asarray(data[dim], dtype=np.float64)
        if sol.size > 1 and sol.min() >= 0.0 and sol.max() <= _SOLS + 1.0:
            return sol, False
    raise DataError(f"the seasons of {dim!r} are not told: no areo or ls, no sols of one year")


def _factor(field: xr.DataArray) -> float:
    said = " ".join([str(field.name), *map(str, field.attrs.values())]).lower()
    infrared = "cdod" in said or "9.3" in said or "absorption" in said
    return INFRARED_TO_VISIBLE if infrared else 1.0


def _top(data: xr.Dataset, t: str, y: str) -> Array | None:
    name = _named(data, _TOP)
    if name is None:
        return None
    field = data[name]
    if not {t, y} <= set(map(str, field.dims)):
        return None
    metres = 1.0 if str(field.attrs.get("units", "km")).strip().lower() == "m" else 1e3
    mean = field.mean([dim for dim in field.dims if dim not in (t, y)]).transpose(t, y)
    return np.asarray(mean, dtype=np.float64) * metres


@dataclass(frozen=True, eq=False)
class AmesDustOptics:
    """Dust optics of the Ames climate model by size and band, bands rising in wavelength.

    radius : of the grains (20,) [m]
    edges : of the bands [m] (bands + 1,), infrared after visible
    extinction, scattering : efficiencies (20, bands); asymmetry (20, bands)
    """

    radius: Array
    edges: Array
    extinction: Array
    scattering: Array
    asymmetry: Array

    def mean(self, radius: float = 1.5e-6, variance: float = 0.3) -> tuple[Array, Array, Array]:
        """Extinction efficiency, albedo and asymmetry (bands,) of log-normal grains of an
        effective radius [m] and variance [-]."""
        if not (self.radius[0] <= radius <= self.radius[-1] and 0.0 < variance < 2.0):
            raise InputError(f"grains of {radius:g} m and variance {variance:g} are not tabulated")
        spread = np.log(1.0 + variance)
        middle = np.log(radius / (1.0 + variance) ** 2.5) + 2.0 * spread  # of the areas
        weight = np.exp(-((np.log(self.radius) - middle) ** 2) / (2.0 * spread))
        weight = weight / weight.sum()
        extinction, scattering = weight @ self.extinction, weight @ self.scattering
        onward = weight @ (self.scattering * self.asymmetry)
        return extinction, scattering / extinction, onward / scattering


def read_ames_dust_optics(visible: str | Path, infrared: str | Path) -> AmesDustOptics:
    """A user's copy of the two text files `Dust_vis_..._12bands.dat` and `Dust_ir_...`.

    For each of twenty radii a row of extinction, scattering and asymmetry by band, bands rising in
    wavenumber. Raises DataError where a file is missing or of another size.
    """
    parts = []
    for given, bands in ((infrared, 5), (visible, 7)):
        path = file_path(given, "text of dust optics")
        try:
            held = np.array(path.read_text(encoding="ascii").split(), dtype=np.float64)
        except (OSError, ValueError) as error:
            raise DataError(f"{path} cannot be read as dust optics: {error}") from error
        if held.size != 60 * bands:
            raise DataError(
                f"{path.name} holds {held.size} numbers; dust optics in {bands} bands and 20 "
                f"sizes are {60 * bands}"
            )
        parts.append(held.reshape(20, 3, bands))
    table = np.concatenate(parts, axis=2)[:, :, ::-1]
    waves = np.array([*_AMES_INFRARED[:-1], *_AMES_VISIBLE])
    return AmesDustOptics(
        _AMES_RADII.copy(), 1e-2 / waves[::-1], table[:, 0].copy(), table[:, 1].copy(),
        table[:, 2].copy(),
    )  # fmt: skip
