"""Maps of the surface as others write them: GeoTIFF, netCDF, PDS images, tables of places.

A map with holes is refused unless the caller says how to fill them; how many there were, and how
they were filled, is kept with the map.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import DataError, InputError
from marsward.core.registry import unknown
from marsward.data.surface_map_readers import RawMap, read_raw

__all__ = ["QUANTITIES", "Quantity", "SurfaceMap", "read_surface_map"]

_FILLS = ("nearest", "surrogate", "keep")
_MASKED = -9990.0  # what is below marks a cell without a value: -9999, -32768, -1e30


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a map may hold: its unit, the values it can have, and its names in files."""

    name: str
    units: str
    low: float
    high: float
    names: tuple[str, ...]
    column: int
    zero_is_hole: bool = False


QUANTITIES = {
    each.name: each
    for each in (
        Quantity(
            "thermal_inertia",
            "J m-2 K-1 s-0.5",
            5.0,
            5000.0,
            ("thermal_inertia", "thin", "inertia", "ti", "thermalinertia"),
            3,
            True,
        ),
        Quantity("bolometric_albedo", "1", 0.01, 0.99, ("bolometric_albedo", "albedo", "alb"), 2),
        Quantity(
            "water_vapour_pressure",
            "Pa",
            0.0,
            10.0,
            ("water_vapour_pressure", "water_vapor_pressure", "humidity"),
            -1,
        ),
    )
}
"""Quantities by name; 5 to 5000 is what the TES maps of thermal inertia were computed within
(Putzig and Mellon 2007, doi:10.1016/j.icarus.2007.05.013)."""


@dataclass(frozen=True, eq=False, repr=False)
class SurfaceMap:
    """A map on rows of latitude and columns of longitude, with a value in every cell.

    values : float32 (rows, columns), NaN only where holes were kept
    lat : (rows,) planetocentric latitude of the rows [deg], from the north down
    lon : (columns,) east longitude of the columns [deg], eastward, within one turn
    quantity : a name of `QUANTITIES`
    source : where the map is from, and how its holes were filled
    holes : cells without a value in the file
    """

    values: NDArray[np.float32]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    quantity: str
    source: str
    holes: int = 0

    @property
    def whole_turn(self) -> bool:
        """Whether the columns go around the planet."""
        return abs(_turn(self.lon) - 360.0) < 1e-3 * (self.lon[1] - self.lon[0])

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north edge [deg]; the columns begin at the west."""
        half = 0.5 * (self.lon[1] - self.lon[0])
        top = min(90.0, self.lat[0] + 0.5 * (self.lat[0] - self.lat[1]))
        low = max(-90.0, self.lat[-1] - 0.5 * (self.lat[-2] - self.lat[-1]))
        return float(self.lon[0] - half), float(low), float(self.lon[-1] + half), float(top)

    def at(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.float64]:
        """Values at longitudes and latitudes [deg] that broadcast, linear between cell centres.

        Raises InputError for a place off the map.
        """
        lon, lat = np.broadcast_arrays(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
        west, south, east, north = self.bounds
        turned = np.mod(lon - west, 360.0) + west
        off = ~((lat >= south - 1e-9) & (lat <= north + 1e-9))
        if not self.whole_turn:
            off |= turned > east + 1e-9
        if off.any():
            n = int(np.argmax(off.ravel()))
            raise InputError(
                f"the place {lat.ravel()[n]:.3f} N {np.mod(lon.ravel()[n], 360.0):.3f} E is off the"
                f" map of {self.source}, which reaches from {south:g} to {north:g} N and {west:g} "
                f"to {east:g} E; choose places within it, or read it with a fill"
            )
        return self._linear(turned, lat)

    def _linear(self, lon: NDArray, lat: NDArray) -> NDArray[np.float64]:
        rows, columns = self.values.shape
        y = np.interp(-lat, -self.lat, np.arange(rows, dtype=float))
        j = np.minimum(y.astype(int), rows - 2)
        x = (lon - self.lon[0]) / (self.lon[1] - self.lon[0])
        if not self.whole_turn:
            x = np.clip(x, 0.0, columns - 1.0)
        i = np.floor(x).astype(int)
        wx, wy = x - i, y - j
        left, right = i % columns, (i + 1) % columns
        if not self.whole_turn:
            right = np.minimum(i + 1, columns - 1)
        v = self.values
        top = v[j, left] * (1.0 - wx) + v[j, right] * wx
        low = v[j + 1, left] * (1.0 - wx) + v[j + 1, right] * wx
        out: NDArray[np.float64] = np.asarray(top * (1.0 - wy) + low * wy, dtype=float)
        return out

    def __repr__(self) -> str:
        rows, columns = self.values.shape
        return f"<SurfaceMap {self.quantity} {columns} x {rows}: {self.source}>"


def read_surface_map(
    path: str | Path,
    quantity: str = "thermal_inertia",
    *,
    variable: str | int | None = None,
    fill: str | float | None = None,
) -> SurfaceMap:
    """A map of the surface from a file.

    Parameters
    ----------
    path
        A name of `marsward list data`, such as "tes-inertia-night", once it is fetched; or a file:
        GeoTIFF or another raster in a geographic or equirectangular system of Mars; netCDF with
        latitude and longitude; a PDS3 image with its label, or the bare image of the TES map of
        thermal inertia (big-endian 16-bit numbers from 180 W); or a text, packed or not, of
        longitude, latitude, albedo and thermal inertia in columns.
    quantity
        A name of `QUANTITIES`.
    variable
        Name of the variable of a netCDF file, band of a raster or column of a text, counted from
        1; found by itself when left out.
    fill
        What holes and rows that are missing up to the poles hold: None refuses them, "nearest"
        takes the nearest cell with a value, "surrogate" the shipped surrogate (thermal inertia
        only), "keep" leaves NaN, a number is put there.

    Raises
    ------
    InputError : no such file, quantity, variable or fill
    DataError : a file that is not readable as a map, holes that nobody asked to fill, or values
        outside the range of the quantity
    """
    if quantity not in QUANTITIES:
        raise InputError(unknown("map quantity", quantity, QUANTITIES))
    if isinstance(fill, str) and fill not in _FILLS:
        raise InputError(unknown("way to fill holes", fill, _FILLS))
    if fill == "surrogate" and quantity != "thermal_inertia":
        raise InputError(f'the surrogate knows thermal inertia, not {quantity}; fill="nearest"')
    path = _file(path)
    kind = QUANTITIES[quantity]
    raw = _turned(read_raw(path, kind.names, kind.column, variable), path)
    empty = ~np.isfinite(raw.values) | (raw.values < _MASKED)
    if kind.zero_is_hole and raw.whole_numbers:
        empty |= raw.values == 0.0
    values = np.where(empty, np.nan, raw.values)
    holes = int(empty.sum())
    _check_range(values, raw, kind, path)
    if holes and fill is None:
        raise DataError(_hole_words(empty, raw, kind, path))
    lat = raw.lat
    source = path.name
    if fill is not None and fill != "keep":
        values, lat = _to_the_poles(values, raw.lat, raw.lon)
        added = int((lat.size - raw.lat.size) * raw.lon.size)
        values = _filled(values, lat, raw.lon, fill)
        if holes or added:
            source += f", {holes} holes and {added} cells towards the poles filled ({fill})"
    return SurfaceMap(values.astype(np.float32), lat, raw.lon, quantity, source, holes)


def _hole_words(empty: NDArray[np.bool_], raw: RawMap, kind: Quantity, path: Path) -> str:
    """What a map with holes lacks, and how to have them filled."""
    holes = int(empty.sum())
    cells, which = ("cell", "it is") if holes == 1 else ("cells", "the first")
    own = kind.name == "thermal_inertia"
    ways = "'nearest', 'surrogate' or a number" if own else "'nearest' or a number"
    mission = ', in a mission file ice.inertia_fill = "nearest" or "surrogate"' if own else ""
    return (
        f"{path} has {holes} {cells} without a value of {empty.size}, {which} near "
        f"{_place(empty, raw)}; read it with fill={ways}{mission}"
    )


def _file(path: str | Path) -> Path:
    """The file itself, or the one that was fetched under a name."""
    from marsward.data.fetch import registry

    entry = registry().get(str(path))
    if entry is not None and not Path(path).is_file():
        if not entry.path.is_file():
            raise DataError(f"{entry.name} is not fetched yet; type: marsward fetch {entry.name}")
        return entry.path
    if not Path(path).is_file():
        raise InputError(f"there is no map file {path}; marsward list data shows what is fetched")
    return Path(path)


def _turned(raw: RawMap, path: Path) -> RawMap:
    """The same map with rows from the north and columns eastward."""
    lat, lon, values = raw.lat, raw.lon, raw.values
    if lat.size < 2 or lon.size < 2:
        raise DataError(f"{path} has {lat.size} rows and {lon.size} columns, which is no map")
    if lat[0] < lat[-1]:
        lat, values = lat[::-1], values[::-1]
    if lon[0] > lon[-1]:
        lon, values = lon[::-1], values[:, ::-1]
    step = np.diff(lon)
    if np.any(np.diff(lat) >= 0.0) or np.abs(step - step[0]).max() > 1e-3 * step[0]:
        raise DataError(f"the rows or columns of {path} are not in order or not evenly spaced")
    if np.abs(lat).max() > 90.0 + 1e-6 or _turn(lon) > 360.0 + 0.5 * step[0]:
        raise DataError(
            f"{path} reaches {np.abs(lat).max():g} deg of latitude and {_turn(lon):g} deg of "
            "longitude, more than the planet has; its coordinates are not degrees"
        )
    return RawMap(np.asarray(values, dtype=float), lat, lon, raw.whole_numbers)


def _turn(lon: NDArray[np.float64]) -> float:
    """Degrees of longitude that the columns cover."""
    return float((lon[1] - lon[0]) * lon.size)


def _check_range(values: NDArray, raw: RawMap, kind: Quantity, path: Path) -> None:
    wrong = (values < kind.low) | (values > kind.high)
    if wrong.any():
        worst = values[wrong][np.argmax(np.abs(values[wrong] - 0.5 * (kind.low + kind.high)))]
        raise DataError(
            f"{path} holds {int(wrong.sum())} values of {kind.name} outside {kind.low:g} to "
            f"{kind.high:g} {kind.units}, such as {worst:g} near {_place(wrong, raw)}; its unit or "
            "its marking of empty cells is another"
        )


def _place(where: NDArray[np.bool_], raw: RawMap) -> str:
    row, column = np.unravel_index(int(np.argmax(where)), where.shape)
    return f"{raw.lat[row]:.2f} N {np.mod(raw.lon[column], 360.0):.2f} E"


def _to_the_poles(values: NDArray, lat: NDArray, lon: NDArray) -> tuple[NDArray, NDArray]:
    """More rows, empty, up to both poles, if the map goes around the planet."""
    if abs(_turn(lon) - 360.0) > 0.5 * (lon[1] - lon[0]):
        return values, lat
    up, down = lat[0] - lat[1], lat[-2] - lat[-1]
    above = max(0, int(np.floor((90.0 - lat[0]) / up + 0.499)))
    below = max(0, int(np.floor((90.0 + lat[-1]) / down + 0.499)))
    lat = np.concatenate(
        [
            np.minimum(90.0, lat[0] + up * np.arange(above, 0, -1)),
            lat,
            np.maximum(-90.0, lat[-1] - down * np.arange(1, below + 1)),
        ]
    )
    wide = np.full((lat.size, lon.size), np.nan)
    wide[above : above + values.shape[0]] = values
    return wide, lat


def _filled(values: NDArray, lat: NDArray, lon: NDArray, fill: str | float) -> NDArray:
    empty = np.isnan(values)
    if not empty.any():
        return values
    if fill == "nearest":
        return _nearest(values, empty)
    if fill == "surrogate":
        from marsward.data.surface_maps import elevation, tes_albedo
        from marsward.data.thermal_inertia_map import surrogate_inertia

        row, column = np.nonzero(empty)
        y = np.minimum((90.0 - lat[row]).astype(int), 179)
        x = np.mod(lon[column], 360.0).astype(int) % 360
        out = values.copy()
        out[empty] = surrogate_inertia(lat[row], lon[column], tes_albedo()[y, x], elevation()[y, x])
        return out
    return np.where(empty, float(fill), values)


def _nearest(values: NDArray, empty: NDArray[np.bool_]) -> NDArray:
    """Values of the nearest cell that has one, across the seam."""
    from scipy.ndimage import distance_transform_edt

    if empty.all():
        raise DataError("the map has no value at all, so nothing can fill its holes")
    columns = values.shape[1]
    three = np.concatenate([empty] * 3, axis=1)
    row, column = distance_transform_edt(three, return_distances=False, return_indices=True)
    middle = slice(columns, 2 * columns)
    near: NDArray = values[row[:, middle], column[:, middle] % columns]
    return near
