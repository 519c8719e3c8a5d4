"""Terrain: the shape of Mars that marsward ships, and terrain files of others."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np

from marsward.core.bodies import body
from marsward.core.errors import DataError, InputError

__all__ = [
    "ABOVE", "SHAPE_SOURCE", "ellipsoid_radius", "finer", "packed_heights", "read_terrain",
    "shape_model", "unpacked_heights",
]  # fmt: skip

SHAPE_SOURCE = (
    "MarsTopo719, Wieczorek 2015, doi:10.1016/B978-0-444-53802-4.00169-X (CC BY 4.0), from MOLA, "
    "Smith et al. 2001, doi:10.1029/2000JE001364"
)
ABOVE = ("ellipsoid", "areoid", "sphere", "centre")
"""From what a file may tell its heights; a sphere is the one of 3396.19 km."""
_FINENESS = (4, 8, 16)
_FEWEST_ROWS = 16


def packed_heights(height: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Low and high bytes (uint8) of the differences along columns and rows of int16 heights.

    Steps of more than 16383 m between cells do not fit.
    """
    step = np.diff(height.astype(np.int32), axis=1, prepend=0)
    step = np.diff(step, axis=0, prepend=0)
    folded = np.where(step < 0, -2 * step - 1, 2 * step).astype(np.uint16)
    return (folded & 255).astype(np.uint8), (folded >> 8).astype(np.uint8)


def unpacked_heights(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """The int16 heights that `packed_heights` took apart."""
    folded = low.astype(np.int32) | (high.astype(np.int32) << 8)
    step = np.where(folded & 1, -(folded + 1) // 2, folded // 2)
    return np.cumsum(np.cumsum(step, axis=0), axis=1).astype(np.int16)


@lru_cache(maxsize=1)
def _shipped() -> np.ndarray:
    asset = files("marsward.data").joinpath("assets/mars_shape.npz")
    try:
        with as_file(asset) as path, np.load(path) as table:
            height = unpacked_heights(table["low"], table["high"])
    except (OSError, KeyError, ValueError, EOFError, ArithmeticError) as error:
        raise DataError(
            "the Mars shape data/assets/mars_shape.npz of marsward is missing or damaged "
            f"({error}); install marsward again"
        ) from error
    height = height.astype(np.float32)
    height.setflags(write=False)
    return height


def shape_model(ppd: int = 4) -> np.ndarray:
    """Height of Mars above the ellipsoid 3396.19/3376.20 km, float32 (180 ppd, 360 ppd) [m].

    Rows from the north pole, columns from the prime meridian to the east, at cell centres; height
    is the radius minus that of the ellipsoid in the same planetocentric direction.

    Parameters
    ----------
    ppd
        Cells per degree. 4 is the shipped grid, the full resolution of the harmonics of degree
        719; 8 and 16 lay a cubic spline through it and add smoothness, not detail.

    Raises
    ------
    InputError : another fineness
    DataError : the shipped file is missing or damaged
    """
    if ppd not in _FINENESS:
        raise InputError(
            f"the shape of Mars comes with 4, 8 or 16 cells per degree, not {ppd!r}; "
            "Terrain.resampled() gives others"
        )
    height = _shipped()
    return height if ppd == 4 else finer(height, ppd // 4)


def finer(height: np.ndarray, factor: int) -> np.ndarray:
    """Heights (ny, nx) on cells ``factor`` times as fine by a cubic spline through the centres.

    The spline runs on across the poles (the row beyond is the same row half a turn away) and
    around the planet.
    """
    from scipy.ndimage import map_coordinates, spline_filter1d

    rows, columns = height.shape
    edge = 12  # the spline forgets by a factor of 3.7 a row
    turned = np.roll(height, columns // 2, axis=1)
    tall = np.concatenate([turned[:edge][::-1], height, turned[-edge:][::-1]]).astype(float)
    tall = spline_filter1d(tall, order=3, axis=0, mode="mirror")
    tall = spline_filter1d(tall, order=3, axis=1, mode="grid-wrap")
    y = (np.arange(rows * factor) + 0.5) / factor - 0.5 + edge
    x = (np.arange(columns * factor) + 0.5) / factor - 0.5
    out = np.empty((rows * factor, columns * factor), dtype=np.float32)
    for top in range(0, y.size, 256):
        part = np.meshgrid(y[top : top + 256], x, indexing="ij")
        out[top : top + 256] = map_coordinates(
            tall, part, order=3, mode="grid-wrap", prefilter=False
        )
    return out


def ellipsoid_radius(lat: Any) -> np.ndarray:
    """Radius of the ellipsoid of Mars [m] at planetocentric latitudes [deg]."""
    a, _, c = body("mars").radii
    phi = np.radians(np.asarray(lat, dtype=float))
    return 1.0 / np.sqrt((np.cos(phi) / a) ** 2 + (np.sin(phi) / c) ** 2)


def read_terrain(path: str | Path, *, above: str = "ellipsoid") -> tuple[np.ndarray, str]:
    """Terrain of all Mars from a file.

    Parameters
    ----------
    path
        A PDS3 image with its label (the .lbl file, or the .img beside it), a PDS3 image of
        big-endian 16-bit whole metres without one, whose size tells its grid, or a GeoTIFF (or
        whatever else GDAL reads) in a geographic or equirectangular system on a sphere of Mars.
    above
        What the heights are told from: "ellipsoid", "areoid" (as the MOLA topography is; the
        areoid is that of `data.areoid`), "sphere" of 3396.19 km, or "centre" (radii).

    Returns
    -------
    height
        float32 (ny, 2 ny) [m above the ellipsoid] at planetocentric cell centres, rows from the
        north pole, columns from the prime meridian to the east.
    source
        Name of the file and what was done.

    Raises
    ------
    InputError
        For a file that is not there or an unknown ``above``.
    DataError
        When the file is truncated or not readable, has gaps, is not of Mars, or does not cover all
        of it.
    """
    path = Path(path)
    if above not in ABOVE:
        raise InputError(f"above = {above!r} is none of {', '.join(ABOVE)}")
    if not path.is_file():
        raise InputError(f"there is no terrain file {path}")
    label = _label_of(path)
    values = _plain_image(path) if label is None else _raster(label)
    height = _above_ellipsoid(values, above, path)
    return height, f"{path.name}, heights above the {above}"


def _label_of(path: Path) -> Path | None:
    """The file to hand to GDAL; None for a bare image without a label."""
    if path.suffix.lower() != ".img":
        return path
    for suffix in (".lbl", ".LBL"):
        if path.with_suffix(suffix).is_file():
            return path.with_suffix(suffix)
    head = path.open("rb").read(64)
    bare = not head.startswith((b"PDS_VERSION_ID", b"CCSD", b"EHFA_HEADER", b"NJPL"))
    return None if bare else path


def _plain_image(path: Path) -> np.ndarray:
    data = np.fromfile(path, dtype=">i2")
    rows = round((data.size / 2) ** 0.5)
    if path.stat().st_size != 4 * rows * rows or rows < _FEWEST_ROWS or rows % 180:
        raise DataError(
            f"{path} is truncated or no image of 16-bit heights of all Mars: its "
            f"{path.stat().st_size} bytes make no grid of whole cells per degree; fetch it again, "
            "or put its label (.lbl) beside it"
        )
    return data.reshape(rows, 2 * rows).astype(np.float32)


def _raster(path: Path) -> np.ndarray:
    """Values of the only (or first) band, turned to begin at the prime meridian."""
    import rasterio
    from rasterio.errors import RasterioError

    try:
        with rasterio.open(path) as source:
            left = _left_edge(source, path)
            band = source.read(1, masked=True)
            scale, offset = source.scales[0], source.offsets[0]
    except (RasterioError, OSError) as error:
        raise DataError(
            f"{path} is truncated or not readable as terrain ({_first_line(error)}); fetch it again"
        ) from error
    if np.ma.is_masked(band) or not np.isfinite(band.data).all():
        raise DataError(
            f"{path} has cells without height; fill them before it can serve as terrain"
        )
    values = band.data.astype(np.float32)
    if (scale, offset) != (1.0, 0.0):
        values = (values * np.float64(scale) + offset).astype(np.float32)
    shift = (left % 360.0) * values.shape[1] / 360.0
    if abs(shift - round(shift)) > 1e-3:
        raise DataError(
            f"the columns of {path} begin at {left:.6g} degrees, which is no cell's edge of a grid "
            "from the prime meridian; resample it"
        )
    return np.roll(values, round(shift), axis=1)


def _first_line(error: Exception) -> str:
    cause = error.__cause__ or error
    return str(cause).strip().splitlines()[0] if str(cause).strip() else type(error).__name__


def _left_edge(source: Any, path: Path) -> float:
    """Longitude of the left edge [deg]; DataError unless the grid is one of all Mars."""
    crs = source.crs
    if crs is None:
        raise DataError(f"{path} names no reference system; give it one, such as IAU_2015:49900")
    axes = crs.to_dict()
    wkt = crs.to_wkt()
    radius, inverse_flattening = _ellipsoid_of(wkt)
    if abs(radius / body("mars").radii[0] - 1.0) > 2e-3:
        raise DataError(
            f"{path} is on a sphere of {radius / 1e3:.6g} km, which is not Mars; give a terrain of "
            "Mars"
        )
    if inverse_flattening != 0.0:
        raise DataError(
            f"{path} is on a flattened ellipsoid, so its latitudes may be planetographic; "
            "reproject it to IAU_2015:49900 or 49910"
        )
    if crs.is_geographic:
        scale_x = scale_y = 1.0
    elif axes.get("proj") == "eqc":
        scale_y = np.degrees(1.0 / radius)
        scale_x = scale_y / np.cos(np.radians(float(axes.get("lat_ts", 0.0))))
    else:
        raise DataError(
            f"{path} is neither geographic nor equirectangular (it is {axes.get('proj')!r}); "
            "reproject it to IAU_2015:49900 or 49910"
        )
    bounds = source.bounds
    west, east = bounds.left * scale_x, bounds.right * scale_x
    south, north = bounds.bottom * scale_y, bounds.top * scale_y
    cell = 180.0 / source.height
    whole = source.width == 2 * source.height and source.height >= _FEWEST_ROWS
    edges = np.array([abs(east - west - 360.0), abs(north - 90.0), abs(south + 90.0)])
    # GDAL counts the projection offset of PDS3 labels from another pixel corner than some writers
    loose = source.driver == "PDS"
    if not whole or np.any(edges > (2.0 if loose else 0.25) * cell):
        raise DataError(
            f"{path} covers {west:.6g} to {east:.6g} degrees east and {south:.6g} to {north:.6g} "
            f"north in {source.width} x {source.height} cells; a terrain covers all of Mars in "
            "square cells"
        )
    if not crs.is_geographic:
        west += float(axes.get("lon_0", 0.0))
    return 90.0 * round(west / 90.0) if loose else float(west)


def _ellipsoid_of(wkt: str) -> tuple[float, float]:
    """Radius [m] and inverse flattening (0 for a sphere) of a reference system."""
    from pyproj import CRS

    ellipsoid = CRS.from_wkt(wkt).ellipsoid
    if ellipsoid is None:
        return 0.0, 0.0
    flat = ellipsoid.inverse_flattening
    return float(ellipsoid.semi_major_metre), float(flat if np.isfinite(flat) else 0.0)


def _above_ellipsoid(values: np.ndarray, above: str, path: Path) -> np.ndarray:
    rows = values.shape[0]
    if above == "areoid":
        from marsward.data.areoid import areoid_height

        if rows % 180:
            raise DataError(
                f"{path} has {rows} rows; heights above the areoid need whole cells per degree"
            )
        height = values + areoid_height(rows // 180)
    elif above == "ellipsoid":
        height = values
    else:
        lat = 90.0 - (np.arange(rows) + 0.5) * 180.0 / rows
        base = body("mars").radii[0] if above == "sphere" else 0.0
        height = values + (base - ellipsoid_radius(lat))[:, None]
    extreme = float(np.abs(height).max())
    if extreme > 1e5:
        raise DataError(
            f"{path} read as heights above the {above} reaches {extreme:.6g} m, which is not Mars; "
            'choose another of above = "ellipsoid", "areoid", "sphere", "centre"'
        )
    return np.ascontiguousarray(height, dtype=np.float32)
