"""Maps as Cloud Optimized GeoTIFF, and as the cubes of ISIS3 and VICAR.

A map is written by windows to a plain tiled GeoTIFF beside its place and copied from there by
GDAL, so that memory stays small and the file appears whole or not at all. Layout: OGC 21-026,
"OGC Cloud Optimized GeoTIFF Standard", version 1.0 (2023); coordinate systems of Mars: IAU_2015
codes of `core.map_grid`.
"""

from __future__ import annotations

import errno
import os
import shutil
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from marsward.core.errors import DataError, InputError, MarswardError
from marsward.core.map_grid import CRS_CODES, MapGrid
from marsward.core.product import cannot_write
from marsward.core.registry import unknown
from marsward.core.whole_file import drafts_of
from marsward.data.pds4 import MISSING

__all__ = ["RASTER_SUFFIX", "Map", "read_map", "write_cog", "write_map_cogs", "write_raster"]

RASTER_SUFFIX = {"ISIS3": ".cub", "VICAR": ".vic", "GTiff": ".tif"}
"""Raster formats other than COG that `write_raster` makes, with the ending of their files."""

# the name of the body as ISIS and VICAR know it, not that of its ellipsoid; and without the history
# that GDAL would add, for it names the machine and the hour
_OPTIONS = {
    "ISIS3": {"TARGET_NAME": "Mars", "ADD_GDAL_HISTORY": "NO"},
    "VICAR": {"TARGET_NAME": "Mars"},
    "GTiff": {"COMPRESS": "DEFLATE", "TILED": "YES"},
}
_BLOCK = 512
_CACHE = 128  # MB of blocks that GDAL may keep
_COMPRESSIONS = ("DEFLATE", "ZSTD", "LZW", "NONE")
_RESAMPLINGS = ("AVERAGE", "NEAREST", "BILINEAR", "CUBIC", "MODE")
_TYPES = {"int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"}
_CUBE_TYPES = {"uint8", "int16", "float32"}
# GeoTIFF keys hold a polar system of Mars right, but without its code and as variant B with the
# standard parallel at the pole; PROJ then gives the code at this confidence [%]
_SURE = 25
_COLOURS = {"red", "green", "blue"}


@dataclass(frozen=True, eq=False)
class Map:
    """A map that was read: values (band, y, x), the grid, and what the file says of its bands."""

    values: np.ndarray
    grid: MapGrid
    names: tuple[str, ...]
    units: tuple[str, ...]
    nodata: float | None
    tags: dict[str, str]


def write_cog(
    path: str | Path,
    arrays: Any,
    grid: MapGrid,
    *,
    names: Sequence[str] = (),
    units: str | Sequence[str] = "",
    nodata: float | None = None,
    description: str = "",
    tags: Mapping[str, Any] | None = None,
    compress: str = "DEFLATE",
    overviews: int | None = None,
    resampling: str = "",
) -> Path:
    """Write a map as a Cloud Optimized GeoTIFF; equal input gives equal bytes.

    Parameters
    ----------
    path
        The file; it appears under this name only when it is complete. Its tag MAP_CRS names the
        code of its system, which GeoTIFF keys cannot hold for bodies other than Earth.
    arrays
        (band, y, x) or (y, x), rows from the top; anything that numpy slices, a memory map too.
    grid
        Where the cells lie.
    names, units
        Of the bands; one unit for all, or one each.
    nodata
        Value of cells without data; NaN by default for floating point.
    description, tags
        Words for people, and pairs of key and value.
    compress
        "DEFLATE" (read everywhere), "ZSTD", "LZW" or "NONE".
    overviews
        Number of reduced copies inside, each half as wide; by default until one tile holds all.
    resampling
        Of the copies: "AVERAGE" by default for floating point, "NEAREST" for whole numbers.

    Raises
    ------
    InputError
        Arrays that do not fit the grid or are of a type a GeoTIFF cannot hold, an unknown
        compression, or a folder that cannot be written.
    DataError
        The disk is full.
    """
    arrays = _three(arrays, grid)
    floating = np.dtype(arrays.dtype).kind == "f"
    method = resampling.upper() or ("AVERAGE" if floating else "NEAREST")
    _one_of("compression", compress.upper(), _COMPRESSIONS)
    _one_of("resampling", method, _RESAMPLINGS)
    options: dict[str, Any] = {
        "BLOCKSIZE": _BLOCK,
        "COMPRESS": compress.upper(),
        "OVERVIEW_RESAMPLING": method,
        "BIGTIFF": "IF_SAFER",
        "NUM_THREADS": 2,
    }
    if compress.upper() != "NONE":
        options["PREDICTOR"] = "YES"
    if overviews is not None:
        options["OVERVIEWS"] = "NONE" if overviews == 0 else "IGNORE_EXISTING"
        options["OVERVIEW_COUNT"] = int(overviews)
    return _write(
        Path(path), arrays, grid, "COG", options,
        names=names, units=units, nodata=nodata, description=description, tags=tags or {},
    )  # fmt: skip


def write_raster(
    path: str | Path,
    arrays: Any,
    grid: MapGrid,
    *,
    driver: str,
    names: Sequence[str] = (),
    units: str | Sequence[str] = "",
    nodata: float | None = None,
    description: str = "",
    tags: Mapping[str, Any] | None = None,
) -> Path:
    """Write a map in another raster format, "ISIS3", "VICAR" or plain "GTiff"; see `write_cog`.

    Raises
    ------
    InputError
        As `write_cog`; also a geographic grid, which an ISIS3 or VICAR label cannot name.
    DataError
        The disk is full.
    """
    _one_of("raster format", driver, RASTER_SUFFIX)
    if driver != "GTiff" and grid.projection == "geographic":
        raise InputError(
            f"the label of {driver} holds map projections in metres only; make the map on an "
            "equirectangular grid such as 16 ppd"
        )
    if driver == "VICAR" and not grid.separable:
        raise InputError(
            "the label of a VICAR file that GDAL writes holds no polar projection; write ISIS3 or "
            "COG instead"
        )
    arrays = _three(arrays, grid)
    if np.dtype(arrays.dtype).name not in _CUBE_TYPES and driver != "GTiff":
        raise InputError(
            f"a file of {driver} holds no {np.dtype(arrays.dtype).name}; use one of "
            f"{', '.join(sorted(_CUBE_TYPES))}"
        )
    if driver == "ISIS3" and np.dtype(arrays.dtype) == np.float32:
        arrays = np.where(np.isnan(arrays), np.float32(MISSING), arrays)
        nodata = MISSING
    options = dict(_OPTIONS[driver])
    return _write(
        Path(path), arrays, grid, driver, options,
        names=names, units=units, nodata=nodata, description=description, tags=tags or {},
    )  # fmt: skip


def write_map_cogs(
    folder: str | Path, dataset: Any, grid: MapGrid, *, stem: str, tags: Mapping[str, Any]
) -> list[Path]:
    """Write every variable of a dataset that lies on the grid as a COG of its own.

    Variables have dims (..., "y", "x") with at most one more, whose coordinate names the bands.
    Files are called `stem`-`variable`.tif. Infinite values become NaN, no data, and the tag
    INFINITE tells how many they were.
    """
    made = []
    for name, variable in dataset.data_vars.items():
        if tuple(variable.dims[-2:]) != ("y", "x") or variable.ndim > 3:
            continue
        names = [str(name)]
        if variable.ndim == 3:
            axis = variable.dims[0]
            names = [str(each) for each in dataset[axis].values] if axis in dataset.coords else []
        values = variable.values
        if values.dtype == bool:
            values = values.astype(np.uint8)
        elif values.dtype in (np.int64, np.uint64):
            values = values.astype(np.int32)
        elif values.dtype.kind == "m":
            values = (values / np.timedelta64(1, "s")).astype(np.float32)
        attrs = variable.attrs
        values, said = _without_infinite(values)
        made.append(
            write_cog(
                Path(folder) / f"{stem}-{name}.tif",
                values,
                grid,
                names=names,
                units=str(attrs.get("units", "")),
                nodata=_missing(values, attrs),
                description=str(attrs.get("long_name", name)),
                tags={**tags, **said},
            )
        )
    return made


def _without_infinite(values: np.ndarray) -> tuple[np.ndarray, dict[str, str]]:
    """Values with NaN for infinity, which map tools draw wrong, and the tag that says so."""
    if values.dtype.kind != "f" or not np.isinf(values).any():
        return values, {}
    count = int(np.isinf(values).sum())
    said = f"{count} values without end, as of ice that lasts at no depth, are NaN here: no data"
    return np.where(np.isinf(values), values.dtype.type(np.nan), values), {"INFINITE": said}


def read_map(path: str | Path) -> Map:
    """Read a map on a grid of Mars from any raster that GDAL knows.

    Raises
    ------
    DataError
        The file is missing or truncated, or it is not on a north-up grid of IAU_2015:499xx.
    """
    import rasterio

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            with rasterio.open(path) as source:
                values = source.read()
                grid = _grid(source, path)
                names = tuple(each or "" for each in source.descriptions)
                units = tuple(each or "" for each in source.units)
                return Map(values, grid, names, units, source.nodata, dict(source.tags()))
    except (rasterio.errors.RasterioError, OSError) as error:
        said = " ".join(str(error).split())
        raise DataError(f"the map {path} cannot be read: {said}") from None


def _grid(source: Any, path: str | Path) -> MapGrid:
    known = {code: name for name, code in CRS_CODES.items()}
    authority = source.crs.to_authority(confidence_threshold=_SURE) if source.crs else None
    code = ":".join(authority) if authority else "no code"
    a, b, left, d, e, top = tuple(source.transform)[:6]
    if code not in known or b or d or abs(a + e) > 1e-9 * a:
        raise DataError(
            f"the map {path} has the coordinate system {code} and is not on a north-up grid of "
            f"{', '.join(CRS_CODES.values())}"
        )
    return MapGrid(known[code], source.width, source.height, left, top, a)


def _write(
    path: Path,
    arrays: Any,
    grid: MapGrid,
    driver: str,
    options: Mapping[str, Any],
    *,
    names: Sequence[str],
    units: str | Sequence[str],
    nodata: float | None,
    description: str,
    tags: Mapping[str, Any],
) -> Path:
    import rasterio
    import rasterio.shutil

    bands = arrays.shape[0]
    said = [units] * bands if isinstance(units, str) else list(units)
    if len(said) != bands or (names and len(names) != bands):
        raise InputError(
            f"{len(names)} names and {len(said)} units for {bands} bands; give one for each band"
        )
    try:
        with drafts_of(path) as (whole,):
            plain = whole.with_name(".plain.tif")
            _room(path, arrays)
            with rasterio.Env(GDAL_PAM_ENABLED="NO", GDAL_NUM_THREADS="2", GDAL_CACHEMAX=_CACHE):
                _plain(plain, arrays, grid, _fill(arrays, nodata), names, said, description, tags)
                rasterio.shutil.copy(plain, whole, driver=driver, **options)
                _check(whole, arrays)
    except MarswardError as error:
        if isinstance(error.__cause__, rasterio.errors.RasterioIOError):  # an OSError, of GDAL's
            raise _failed(path, error.__cause__) from error.__cause__
        raise
    except (rasterio.errors.RasterioError, rasterio._err.CPLE_BaseError, RuntimeError) as error:
        raise _failed(path, error) from error
    return path


def _plain(
    path: Path,
    arrays: Any,
    grid: MapGrid,
    nodata: float | None,
    names: Sequence[str],
    units: Sequence[str],
    description: str,
    tags: Mapping[str, Any],
) -> None:
    """A tiled GeoTIFF without compression, written a strip of rows at a time."""
    import rasterio
    from rasterio.enums import ColorInterp
    from rasterio.transform import Affine
    from rasterio.windows import Window

    bands, height, width = arrays.shape
    with rasterio.open(
        path, "w", driver="GTiff", width=width, height=height, count=bands,
        dtype=np.dtype(arrays.dtype).name, crs=grid.crs, transform=Affine(*grid.transform),
        nodata=nodata, tiled=True, blockxsize=_BLOCK, blockysize=_BLOCK, bigtiff="IF_SAFER",
    ) as out:  # fmt: skip
        if {each.lower() for each in names} == _COLOURS:
            out.colorinterp = [ColorInterp[each.lower()] for each in names]
        else:
            out.colorinterp = [ColorInterp.gray] + [ColorInterp.undefined] * (bands - 1)
        for number, name in enumerate(names, start=1):
            out.set_band_description(number, str(name))
        out.units = list(units)
        words = {str(key): str(value) for key, value in tags.items()}
        if description:
            words["TIFFTAG_IMAGEDESCRIPTION"] = description
        out.update_tags(**words, MAP_CRS=grid.crs, AREA_OR_POINT="Area")
        for row in range(0, height, _BLOCK):
            rows = min(_BLOCK, height - row)
            for number in range(bands):
                strip = np.ascontiguousarray(arrays[number, row : row + rows])
                out.write(strip, number + 1, window=Window(0, row, width, rows))


def _check(path: Path, arrays: Any) -> None:
    """Read the last cells back: GDAL tells of a full disk late or not at all."""
    import rasterio
    from rasterio.windows import Window

    bands, height, width = arrays.shape
    with rasterio.open(path) as there:
        corner = there.read(bands, window=Window(width - 1, height - 1, 1, 1))
        for level in range(len(there.overviews(1))):
            with rasterio.open(path, OVERVIEW_LEVEL=level) as smaller:
                smaller.read(window=Window(smaller.width - 1, smaller.height - 1, 1, 1))
    wanted = np.asarray(arrays[bands - 1, height - 1, width - 1])
    if corner[0, 0] != wanted and not (np.isnan(wanted) and not corner[0, 0] > -1e30):
        raise DataError(f"cannot write {path.name}: its last cell did not read back")


def _room(path: Path, arrays: Any) -> None:
    """Refuse before the first byte what the disk has no room for."""
    needed = int(np.prod(arrays.shape)) * np.dtype(arrays.dtype).itemsize
    if shutil.disk_usage(path.parent).free < needed + needed // 2:
        raise cannot_write(path, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))


def _failed(path: Path, error: BaseException) -> MarswardError:
    said = " ".join(str(error.__cause__ or error).split())
    low = said.lower()
    if "no space" in low or "write error" in low or "too large" in low or "writeblock" in low:
        return DataError(
            f"cannot write {path}: the disk took no more ({said}); free some space or choose --out "
            "elsewhere"
        )
    return DataError(f"cannot write {path}: {said}")


def _three(arrays: Any, grid: MapGrid) -> Any:
    if getattr(arrays, "dtype", None) is None or not hasattr(arrays, "shape"):
        arrays = np.asarray(arrays)
    if arrays.ndim == 2:
        arrays = arrays[None]
    if arrays.ndim != 3 or tuple(arrays.shape[1:]) != grid.shape or arrays.shape[0] < 1:
        raise InputError(
            f"an array of shape {tuple(arrays.shape)} does not fit a map of {grid.height} rows and "
            f"{grid.width} columns; give (band, y, x)"
        )
    if np.dtype(arrays.dtype).name not in _TYPES:
        raise InputError(
            f"a map of type {np.dtype(arrays.dtype).name} cannot be written; use one of "
            f"{', '.join(sorted(_TYPES))}"
        )
    return arrays


def _fill(arrays: Any, nodata: float | None) -> float | None:
    if nodata is None and np.dtype(arrays.dtype).kind == "f":
        return float("nan")
    return nodata


def _missing(values: np.ndarray, attrs: Mapping[str, Any]) -> float | None:
    for key in ("missing_value", "_FillValue", "nodata"):
        if key in attrs:
            return float(attrs[key])
    if values.dtype.kind == "i" and values.size and values.min() == -1:
        return -1.0  # no frame, in a map of frame numbers
    return None


def _one_of(what: str, word: str, known: Any) -> None:
    if word not in known:
        raise InputError(unknown(what, word, known))
