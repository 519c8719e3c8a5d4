"""The formats in which maps of the surface come, each read to values, latitudes and longitudes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward.core.bodies import body
from marsward.core.errors import DataError, InputError, MarswardError
from marsward.core.registry import unknown

__all__ = ["RawMap", "read_raw"]

_NETCDF = (".nc", ".nc4", ".cdf", ".h5")
_TEXT = (".txt", ".csv", ".tab", ".dat", ".7c", ".xyz", ".gz")
_TEXT_FORM = (
    "a text has one line for each place: longitude, latitude, albedo and thermal inertia; write a "
    "grid of numbers as netCDF or GeoTIFF"
)
_LAT = ("lat", "latitude", "y")
_LON = ("lon", "longitude", "x")


@dataclass(frozen=True, slots=True, eq=False)
class RawMap:
    """Values (rows, columns) with their latitudes and longitudes [deg], as the file has them.

    whole_numbers : the file holds whole numbers, among which zero means no value
    """

    values: NDArray
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    whole_numbers: bool = False


def read_raw(
    path: Path, names: tuple[str, ...], column: int, variable: str | int | None = None
) -> RawMap:
    """The map of a file, by its suffix.

    names : names under which the quantity goes in netCDF files
    column : its column in a text, from 0; negative: texts do not hold it
    variable : what the caller named instead
    """
    suffix = path.suffix.lower()
    try:
        if suffix in _NETCDF:
            return _netcdf(path, names, variable)
        if suffix in _TEXT:
            return _text(path, column, variable)
        if suffix == ".img" and not _label(path).is_file() and _bare(path):
            return _bare_image(path)
        return _raster(_label(path) if suffix == ".img" else path, variable)
    except MarswardError:
        raise
    except (OSError, ValueError, KeyError, EOFError, UnicodeDecodeError) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{path} cannot be read as a map of the surface: {said[:200]}") from error


def _netcdf(path: Path, names: tuple[str, ...], variable: str | int | None) -> RawMap:
    import xarray as xr

    from marsward.core.interrupt import held_interrupt

    with held_interrupt(), xr.open_dataset(path) as source:
        held = [str(name) for name in source.data_vars]
        found = variable if variable is not None else next((n for n in names if n in held), None)
        if found is None or str(found) not in held:
            wanted = str(found or names[0])
            raise InputError(f"{path}: {unknown('variable', wanted, held)} (variable=...)")
        array = source[str(found)].squeeze(drop=True)
        lat, lon = _axes(source, array, path)
        if array.ndim != 2:
            raise DataError(f"{found} of {path} has the axes {array.dims}; a map has two")
        if array.dims[0] == lon[0]:
            array = array.transpose()
        values = np.asarray(array.values, dtype=float)
    return RawMap(values, lat[1], lon[1])


def _axes(source: Any, array: Any, path: Path) -> tuple[tuple[str, NDArray], tuple[str, NDArray]]:
    """Name and degrees of the axis of latitude and of longitude."""
    if "map_projection" in source.attrs and {"y", "x"} <= set(array.dims):
        from marsward.core.map_grid import MapGrid

        tables = MapGrid.of(source).lon_lat_tables()
        if tables is None:
            raise DataError(f"{path} is a polar map; give one on rows of latitude")
        lat, lon = tables
        return ("y", lat), ("x", np.degrees(np.unwrap(np.radians(lon))))
    out = []
    for kind in (_LAT, _LON):
        name = next((n for n in kind if n in source.coords and n in array.dims), None)
        if name is None:
            raise DataError(
                f"{path} has no coordinate {kind[0]} along the axes {array.dims} of its map"
            )
        out.append((name, np.asarray(source[name].values, dtype=float)))
    return out[0], out[1]


def _text(path: Path, column: int, variable: str | int | None) -> RawMap:
    head = path.name.lower().removesuffix(".gz")
    table = np.loadtxt(path, delimiter="," if head.endswith(".csv") else None, ndmin=2)
    if variable is not None:
        column = int(variable) - 1
    if not 2 <= column < table.shape[1]:
        raise InputError(
            f"{path} has {table.shape[1]} columns, longitude and latitude first; name the one of "
            "the map, counted from 1, with variable="
        )
    lon, lat = np.unique(table[:, 0]), np.unique(table[:, 1])
    if np.abs(table[:, 1]).max() > 90.0 or np.abs(table[:, 0]).max() > 720.0:
        raise DataError(
            f"{path} begins its lines with numbers that are no degrees of longitude and latitude; "
            f"{_TEXT_FORM}"
        )
    if lon.size * lat.size != table.shape[0]:
        raise DataError(
            f"{path} has {table.shape[0]} lines, but {lat.size} latitudes and {lon.size} "
            f"longitudes, and a map has one place for each pair; {_TEXT_FORM}"
        )
    values = np.full((lat.size, lon.size), np.nan)
    row, place = np.searchsorted(lat, table[:, 1]), np.searchsorted(lon, table[:, 0])
    values[row, place] = table[:, column]
    return RawMap(values, lat, lon)


def _label(path: Path) -> Path:
    """The label beside an image, or the path it would have."""
    upper = path.with_suffix(".LBL")
    return upper if upper.is_file() else path.with_suffix(".lbl")


def _bare(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(16)
    return not head.startswith((b"PDS_VERSION_ID", b"CCSD", b"EHFA_HEADER", b"NJPL"))


def _bare_image(path: Path) -> RawMap:
    """A bare image of big-endian 16-bit numbers of all Mars from 180 W, as the TES maps are."""
    size = path.stat().st_size
    rows = round((size / 4) ** 0.5)
    if size != 4 * rows * rows or rows < 2:
        raise DataError(
            f"{path} is truncated or no image of 16-bit numbers of all Mars: {size} bytes make no "
            "grid of twice as many columns as rows; fetch it again, or put its label beside it"
        )
    values = np.fromfile(path, dtype=">i2").reshape(rows, 2 * rows).astype(float)
    step = 180.0 / rows
    lat = 90.0 - (np.arange(rows) + 0.5) * step
    return RawMap(values, lat, -180.0 + (np.arange(2 * rows) + 0.5) * step, True)


def _raster(path: Path, variable: str | int | None) -> RawMap:
    import warnings

    import rasterio
    from rasterio.errors import NotGeoreferencedWarning, RasterioError

    band = 1 if variable is None else int(variable)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path) as source:
                if not 1 <= band <= source.count:
                    raise InputError(f"{path} has {source.count} bands; there is no band {band}")
                scale_x, scale_y, east = _degrees(source, path)
                a, b, left, d, e, top = tuple(source.transform)[:6]
                if b or d:
                    raise DataError(f"{path} is turned against north; reproject it")
                table = source.read(band, masked=True)
                whole = np.issubdtype(table.dtype, np.integer)
                values = np.ma.filled(table.astype(float), np.nan)
                values = values * source.scales[band - 1] + source.offsets[band - 1]
    except RasterioError as error:
        said = str(error.__cause__ or error).strip().splitlines()
        raise DataError(f"{path} cannot be read as a map: {said[0] if said else error}") from error
    rows, columns = values.shape
    lon = (left + (np.arange(columns) + 0.5) * a) * scale_x + east
    lat = (top + (np.arange(rows) + 0.5) * e) * scale_y
    return RawMap(values, lat, lon, whole)


def _degrees(source: Any, path: Path) -> tuple[float, float, float]:
    """Degrees of longitude and latitude per unit of a raster, and the longitude of its origin."""
    from pyproj import CRS

    if source.crs is None:
        raise DataError(f"{path} names no reference system; give it one, such as IAU_2015:49900")
    crs = CRS.from_wkt(source.crs.to_wkt())
    axes = source.crs.to_dict()
    ellipsoid = crs.ellipsoid
    radius = float(ellipsoid.semi_major_metre) if ellipsoid is not None else 0.0
    if abs(radius / body("mars").radii[0] - 1.0) > 2e-3:
        raise DataError(f"{path} is on a sphere of {radius / 1e3:.6g} km, which is not Mars")
    if crs.is_geographic:
        return 1.0, 1.0, 0.0
    if axes.get("proj") != "eqc":
        raise DataError(
            f"{path} is neither geographic nor equirectangular (it is {axes.get('proj')!r}); "
            "reproject it to IAU_2015:49900 or 49910"
        )
    scale = float(np.degrees(1.0 / radius))
    across = scale / float(np.cos(np.radians(float(axes.get("lat_ts", 0.0)))))
    return across, scale, float(axes.get("lon_0", 0.0))
