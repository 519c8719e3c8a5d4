"""Elevation models of a site: rasters in any reference system of Mars, laid on local metres."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import body
from marsward.core.errors import DataError, InputError
from marsward.data.terrain_files import ellipsoid_radius

__all__ = ["LocalPlane", "read_dem"]

Array = NDArray[np.float64]
_SMALL = 0.75  # cells by which a grid may miss the local one before it is laid out anew
_MARS_LIKE = 2e-2  # of the radius: the polar radius still is one of Mars
_BAND = 256  # rows laid out at once
_HAIR = 1e-6  # cells
_FARTHEST = 0.2  # rad from the origin within which local metres mean something


@dataclass(frozen=True)
class LocalPlane:
    """Local metres x (east) and y (north) about a place: azimuthal equidistant on a sphere.

    The sphere has the radius that the ellipsoid has there, so that distances from the origin are
    those on the ground to 2e-5. Snyder 1987, section 25, doi:10.3133/pp1395.

    lon, lat : planetocentric [deg] of the origin
    """

    lon: float
    lat: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.lon) and math.isfinite(self.lat) and abs(self.lat) <= 90.0):
            raise InputError(
                f"{self.lon!r} E {self.lat!r} N is no place; give degrees, as in 77.45, 18.44"
            )

    @property
    def radius(self) -> float:
        """Radius of the sphere [m]."""
        return float(ellipsoid_radius(self.lat))

    def xy(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Array, Array]:
        """x, y [m] of planetocentric longitudes and latitudes [deg] that broadcast."""
        swing = np.radians(np.asarray(lon, dtype=float) - self.lon)
        phi, own = np.radians(np.asarray(lat, dtype=float)), math.radians(self.lat)
        fold = 2.0 * np.sin(0.5 * swing) ** 2 * np.cos(phi)
        east = np.cos(phi) * np.sin(swing)
        north = np.sin(phi - own) + math.sin(own) * fold
        along = np.hypot(east, north)
        angle = np.arctan2(along, np.cos(phi - own) - math.cos(own) * fold)
        stretch = self.radius * np.where(along > 0.0, angle / np.where(along > 0.0, along, 1), 1.0)
        return stretch * east, stretch * north

    def lonlat(self, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
        """Longitudes [0, 360) and latitudes [deg] of x, y [m] that broadcast."""
        x, y = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        angle = np.hypot(x, y) / self.radius
        share = np.sinc(angle / math.pi) / self.radius
        own = math.radians(self.lat)
        sine = np.cos(angle) * math.sin(own) + y * share * math.cos(own)
        swing = np.arctan2(x * share, np.cos(angle) * math.cos(own) - y * share * math.sin(own))
        lat = np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0)))
        return (self.lon + np.degrees(swing)) % 360.0, lat


def read_dem(
    path: str | Path, *, cell: float | None = None, fill: str | float | None = None, band: int = 1
) -> tuple[NDArray[np.float32], LocalPlane, float, str]:
    """Heights of a site from a raster in any reference system of Mars, on local metres.

    Heights are taken as the file has them. Where its cells are those of the local plane to within
    three quarters of a cell they are kept one by one; else they are laid out anew by cubic splines.

    Parameters
    ----------
    path
        GeoTIFF or whatever else GDAL reads, geographic or projected.
    cell
        Side of the cells wanted [m]; that of the file by default.
    fill
        What becomes of gaps: None refuses them, "smooth" draws them from the heights around, a
        number [m] is put in.
    band
        Which band holds the heights.

    Returns
    -------
    height
        float32 (ny, nx) [m], row 0 in the north.
    plane
        Its origin is the middle of the grid.
    cell
        [m]
    source
        Name of the file and what was done.

    Raises
    ------
    InputError : no such file, an unknown fill
    DataError : gaps, no reference system, another body, a damaged file
    """
    import rasterio
    from rasterio.errors import RasterioError

    path = Path(path)
    if not path.is_file():
        raise InputError(f"there is no elevation model {path}")
    if not (fill is None or fill == "smooth" or isinstance(fill, int | float)):
        raise InputError(f'fill = {fill!r} is neither None nor "smooth" nor a height in metres')
    try:
        with rasterio.open(path) as source:
            values = source.read(band, masked=True)
            scale, offset = source.scales[band - 1], source.offsets[band - 1]
            transform, crs = source.transform, source.crs
    except (RasterioError, OSError, IndexError) as error:
        raise DataError(
            f"{path} is no readable elevation model ({error}); fetch it again"
        ) from error
    if crs is None:
        raise DataError(f"{path} names no reference system; give it one, such as IAU_2015:49910")
    height, said = _whole(values, fill, path)
    height = height * float(scale) + float(offset)
    places = _Places(crs, transform, path)
    return _laid(height, places, cell, f"{path.name}{said}")


class _Places:
    """Planetocentric places of the cells of a raster."""

    def __init__(self, crs: Any, transform: Any, path: Path) -> None:
        from pyproj import CRS, Transformer

        system = CRS.from_wkt(crs.to_wkt())
        shape = system.ellipsoid
        if shape is None:
            raise DataError(f"{path} stands on no ellipsoid; give it a reference system of Mars")
        radius = float(shape.semi_major_metre)
        if abs(radius / body("mars").radii[0] - 1.0) > _MARS_LIKE:
            raise DataError(
                f"{path} is on a body of {radius / 1e3:.6g} km radius, which is not Mars; give an "
                "elevation model of Mars"
            )
        ground = system.geodetic_crs
        self.transform, self.inverse = transform, ~transform
        self.squeeze = (float(shape.semi_minor_metre) / radius) ** 2
        self.to_degrees = Transformer.from_crs(system, ground, always_xy=True)
        self.path = path

    def lonlat(self, row: Any, col: Any) -> tuple[Array, Array]:
        """Places [deg] of rows and columns, whole numbers at cell centres."""
        x, y = _moved(self.transform, np.asarray(col) + 0.5, np.asarray(row) + 0.5)
        lon, lat = self.to_degrees.transform(x, y)
        if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
            raise DataError(f"{self.path} reaches beyond the planet; cut it to the site")
        if self.squeeze != 1.0:  # planetographic to planetocentric
            lat = np.degrees(np.arctan(self.squeeze * np.tan(np.radians(lat))))
        return np.asarray(lon), np.asarray(lat)

    def row_col(self, lon: Array, lat: Array) -> tuple[Array, Array]:
        """Rows and columns of places [deg]."""
        from pyproj.enums import TransformDirection

        if self.squeeze != 1.0:
            lat = np.degrees(np.arctan(np.tan(np.radians(lat)) / self.squeeze))
        x, y = self.to_degrees.transform(lon, lat, direction=TransformDirection.INVERSE)
        col, row = _moved(self.inverse, np.asarray(x), np.asarray(y))
        return row - 0.5, col - 0.5


def _moved(transform: Any, x: Array, y: Array) -> tuple[Array, Array]:
    """Points under an affine map."""
    a, b, c, d, e, f = tuple(transform)[:6]
    return a * x + b * y + c, d * x + e * y + f


def _whole(values: Any, fill: Any, path: Path) -> tuple[Array, str]:
    """Heights without gaps."""
    gap = np.ma.getmaskarray(values) | ~np.isfinite(values.filled(np.nan).astype(float))
    height = np.where(gap, 0.0, values.data.astype(float))
    count = int(gap.sum())
    if not count:
        return height, ""
    if fill is None or count == gap.size:
        raise DataError(
            f"{path} has {count} cells without height of {gap.size}; cut it to where it is whole, "
            'or ask for fill="smooth"'
        )
    if fill == "smooth":
        from rasterio.fill import fillnodata

        far = float(max(gap.shape))
        height = fillnodata(height.astype(np.float32), ~gap, max_search_distance=far)
        return height.astype(float), f", {count} gaps drawn from the heights around"
    return np.where(gap, float(fill), height), f", {count} gaps set to {float(fill):g} m"


def _laid(
    height: Array, places: _Places, cell: float | None, source: str
) -> tuple[NDArray[np.float32], LocalPlane, float, str]:
    """The heights on local metres about the middle of the raster."""
    rows, columns = height.shape
    middle = 0.5 * (rows - 1), 0.5 * (columns - 1)
    lon, lat = places.lonlat(*middle)
    plane = LocalPlane(float(lon) % 360.0, float(lat))
    row, col = np.meshgrid([0.0, middle[0], rows - 1.0], [0.0, middle[1], columns - 1.0])
    x, y = plane.xy(*places.lonlat(row.ravel(), col.ravel()))
    reach = float(np.abs(x).max()), float(np.abs(y).max())
    if max(reach) > _FARTHEST * plane.radius:
        raise DataError(f"{places.path} covers too much of the planet for a site; cut it")
    step = plane.xy(*places.lonlat(middle[0] + np.array([-0.5, 0.5]), middle[1] + np.zeros(2)))
    own = float(np.hypot(*(np.diff(each)[0] for each in step)))
    miss = np.hypot(x - (col.ravel() - middle[1]) * own, y + (row.ravel() - middle[0]) * own)
    if cell is None and miss.max() <= _SMALL * own:
        return height.astype(np.float32), plane, own, source
    return _anew(height, places, plane, float(cell or own), reach, source)


def _anew(height, places, plane, cell, reach, source):
    """Cubic splines through the raster at the centres of a local grid that lies within it."""
    from scipy.ndimage import map_coordinates, spline_filter

    half_x, half_y = _within(height.shape, places, plane, reach)
    nx, ny = (int(2.0 * half / cell + 1e-6) + 1 for half in (half_x, half_y))
    if min(nx, ny) < 2:
        raise InputError(f"cells of {cell:g} m leave nothing of {places.path}; choose smaller ones")
    x = (np.arange(nx) - 0.5 * (nx - 1)) * cell
    y = (0.5 * (ny - 1) - np.arange(ny)) * cell
    middle = float(height.mean())
    spline = spline_filter(height - middle, order=3, mode="mirror")
    out = np.empty((ny, nx), dtype=np.float32)
    for first in range(0, ny, _BAND):
        lon, lat = plane.lonlat(x[None, :], y[first : first + _BAND, None])
        where = np.stack(places.row_col(lon, lat))
        part = map_coordinates(spline, where, order=3, mode="mirror", prefilter=False)
        out[first : first + _BAND] = part + middle
    return out, plane, cell, f"{source}, laid on cells of {cell:g} m"


def _within(shape, places, plane, reach) -> tuple[float, float]:
    """Half width and half height [m] of the widest upright rectangle of cell centres inside."""
    line = np.linspace(-1.0, 1.0, 65)
    edge = np.ones_like(line)
    x, y = np.concatenate([line, line, edge, -edge]), np.concatenate([edge, -edge, line, line])
    low, high = 0.0, 1.0
    for _ in range(40):
        share = 0.5 * (low + high)
        row, col = places.row_col(*plane.lonlat(share * reach[0] * x, share * reach[1] * y))
        inside = (row >= -_HAIR) & (row <= shape[0] - 1 + _HAIR)
        inside &= (col >= -_HAIR) & (col <= shape[1] - 1 + _HAIR)
        low, high = (share, high) if inside.all() else (low, share)
    return low * reach[0], low * reach[1]
