"""Drives and stops of a rover as MMGIS publishes them: the user's own files of Perseverance.

Drives are GeoJSON lines of longitude, latitude [deg] and elevation [m] with `sol`, `fromRMC`,
`toRMC`, `length` and the clock at both ends; the file may be gzipped. Stops are a CSV table with
one row a localisation: sol, RMC, lon, lat, elev_geoid, roll, pitch, yaw, tilt, dist_m.

Rows that cannot be are left out and counted: no place, a place off the planet's degrees, or a tilt
that is not that of its own roll and pitch, which loses its angles but keeps its place.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import DataError, InputError
from marsward.core.registry import unknown

__all__ = ["RoverDrive", "RoverDrives", "RoverStops", "read_drives", "read_stops"]

Array = NDArray[np.float64]
_NEEDED = ("sol", "RMC", "lon", "lat", "elev_geoid", "roll", "pitch", "yaw", "tilt")
_TILT_APART = 0.5  # deg
_ELEVATIONS = (-9000.0, 22500.0)  # m, of all Mars


@dataclass(frozen=True, eq=False)
class RoverDrive:
    """One drive: sol, names of its ends, length as driven [m], clock at both ends [s], its line.

    line : (k, 3) of longitude, latitude [deg] and elevation [m]
    """

    sol: int
    start: str
    stop: str
    length: float
    clock: tuple[float, float]
    line: Array


@dataclass(frozen=True, eq=False)
class RoverDrives:
    """All drives of a file, in order."""

    drives: tuple[RoverDrive, ...]
    source: str

    def __len__(self) -> int:
        return len(self.drives)

    @property
    def length(self) -> Array:
        """Length of every drive as driven [m]."""
        return np.array([drive.length for drive in self.drives])

    @property
    def sol(self) -> NDArray[np.int64]:
        """Sol of every drive."""
        return np.array([drive.sol for drive in self.drives], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class RoverStops:
    """Localisations of a rover, in order.

    lon, lat, roll, pitch, yaw, tilt [deg], elevation [m over the areoid of the file], sol, name
    left_out : rows without a place; angles_left_out : rows whose tilt is not that of its angles
    """

    name: tuple[str, ...]
    sol: Array
    lon: Array
    lat: Array
    elevation: Array
    roll: Array
    pitch: Array
    yaw: Array
    tilt: Array
    left_out: int
    angles_left_out: int
    source: str

    def __len__(self) -> int:
        return len(self.name)


def _text(path: Path, what: str) -> str:
    if not path.is_file():
        raise InputError(f"there is no {what} {path}")
    try:
        raw = path.read_bytes()
        return (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is cut off or no {what} ({error}); fetch it again") from error


def read_drives(path: str | Path) -> RoverDrives:
    """Drives of an MMGIS traverse file (M20_traverse.json, or .json.gz).

    Raises
    ------
    InputError : there is no such file
    DataError : it is cut off, no GeoJSON of lines, or a line has no length or places
    """
    path = Path(path)
    try:
        held = json.loads(_text(path, "file of drives"))
    except json.JSONDecodeError as error:
        raise DataError(f"{path} is not whole GeoJSON ({error}); fetch it again") from error
    features = held.get("features") if isinstance(held, dict) else None
    if not isinstance(features, list) or not features:
        raise DataError(f"{path} is GeoJSON without features; give a file of drives of MMGIS")
    drives = tuple(_drive(path, k, feature) for k, feature in enumerate(features, start=1))
    return RoverDrives(drives, str(held.get("name", path.name)))


def _drive(path: Path, number: int, feature: Any) -> RoverDrive:
    where = f"{path}, drive {number}"
    if not isinstance(feature, Mapping):
        raise DataError(f"{where} is no feature of GeoJSON; fetch the file again")
    about, shape = feature.get("properties") or {}, feature.get("geometry") or {}
    if shape.get("type") != "LineString":
        raise DataError(f"{where} is a {shape.get('type')!r}, not a LineString")
    try:
        line = np.array(shape["coordinates"], dtype=np.float64)
        length, sol = float(about["length"]), int(about["sol"])
        clock = tuple(float(about.get(key) or np.nan) for key in ("SCLK_START", "SCLK_END"))
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{where} lacks its sol, length or places ({error})") from error
    if line.ndim != 2 or line.shape[0] < 1 or line.shape[1] not in (2, 3):
        raise DataError(f"{where} has places of shape {line.shape}; rows of lon, lat, elevation")
    if line.shape[1] == 2:
        line = np.column_stack([line, np.full(line.shape[0], np.nan)])
    good = np.isfinite(line[:, :2]).all() and np.abs(line[:, 1]).max() <= 90.0
    if not good or np.abs(line[:, 0]).max() > 360.0 or not 0.0 <= length < 1e5:
        raise DataError(f"{where} has a place or a length ({length:g} m) that cannot be")
    names = (str(about.get("fromRMC", "")), str(about.get("toRMC", "")))
    return RoverDrive(sol, *names, length, (clock[0], clock[1]), line)


def read_stops(path: str | Path) -> RoverStops:
    """Localisations of an MMGIS waypoint table (perseverance_waypoints.csv).

    Lines that begin with # are comments.

    Raises
    ------
    InputError : there is no such file
    DataError : it is cut off, lacks a column, or holds no place at all
    """
    path = Path(path)
    lines = [
        row
        for row in _text(path, "table of stops").splitlines()
        if row.strip() and not row.startswith("#")
    ]
    if not lines:
        raise DataError(f"{path} is empty; give a table of stops of MMGIS")
    reader = csv.DictReader(lines)
    names = reader.fieldnames or ()
    for name in _NEEDED:
        if name not in names:
            raise DataError(f"{path}: {unknown('column', name, names)}")
    rows = list(reader)
    values = np.array([[_number(row[name]) for name in _NEEDED if name != "RMC"] for row in rows])
    if not values.size:
        raise DataError(f"{path} holds no rows below its head; fetch it again")
    sol, lon, lat, elevation, roll, pitch, yaw, tilt = values.T
    placed = (np.abs(lat) <= 90.0) & (np.abs(lon) <= 360.0) & np.isfinite(elevation)
    if not placed.any():
        raise DataError(f"{path} has no stop with longitude, latitude and elevation")
    return _stops(path, rows, placed, (sol, lon, lat, elevation, roll, pitch, yaw, tilt))


def _stops(
    path: Path, rows: Sequence[Mapping[str, Any]], placed: NDArray[np.bool_],
    columns: tuple[Array, ...],
) -> RoverStops:  # fmt: skip
    sol, lon, lat, elevation, roll, pitch, yaw, tilt = (column[placed] for column in columns)
    own = np.degrees(np.arccos(np.cos(np.radians(roll)) * np.cos(np.radians(pitch))))
    wrong = ~(np.abs(own - tilt) <= _TILT_APART)
    for column in (roll, pitch, yaw, tilt):
        column[wrong] = np.nan
    # a height far from those of the stops beside it is a slip of the pen, such as a lost sign
    jump = np.abs(elevation - np.median(elevation)) > 3000.0
    jump |= (elevation < _ELEVATIONS[0]) | (elevation > _ELEVATIONS[1])
    elevation[jump] = np.nan
    names = tuple(str(row["RMC"]) for row, keep in zip(rows, placed, strict=True) if keep)
    return RoverStops(
        names, sol, lon, lat, elevation, roll, pitch, yaw, tilt,
        int((~placed).sum()), int(wrong.sum()), path.name,
    )  # fmt: skip


def _number(text: str | None) -> float:
    try:
        return float(text) if text not in (None, "") else float("nan")  # type: ignore[arg-type]
    except ValueError:
        return float("nan")
