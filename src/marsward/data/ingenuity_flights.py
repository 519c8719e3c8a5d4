"""The 72 flights of the helicopter Ingenuity as NASA's table tells them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from marsward.data.shipped_table import shipped_lines

__all__ = ["IngenuityFlights", "ingenuity_flights"]

Array = NDArray[np.float64]
_NAME = "ingenuity_flights"


@dataclass(frozen=True, eq=False)
class IngenuityFlights:
    """Flights as flown, in order; every array is (72,).

    number : of the flight, from 1
    sol : of the rover's mission
    date : of the take-off in UTC, ISO text
    et : take-off, TDB seconds past J2000
    duration : [s]; distance : length of the path over ground [m]
    max_height : over the take-off place [m]; max_speed : over ground [m/s], 0 for a hover
    lat, lon, elevation : of the landing place [deg], [deg east], [m over the areoid]
    take_off_lat, take_off_lon, take_off_elevation : of the take-off place
    tilt, yaw : of the helicopter after landing [deg]
    field : name of the landing place
    """

    number: NDArray[np.int64]
    sol: NDArray[np.int64]
    date: tuple[str, ...]
    et: Array
    duration: Array
    distance: Array
    max_height: Array
    max_speed: Array
    lat: Array
    lon: Array
    elevation: Array
    take_off_lat: Array
    take_off_lon: Array
    take_off_elevation: Array
    tilt: Array
    yaw: Array
    field: tuple[str, ...]

    def __len__(self) -> int:
        return int(self.number.size)


@lru_cache(maxsize=1)
def ingenuity_flights() -> IngenuityFlights:
    """The shipped table: NASA/JPL-Caltech, map server of Mars 2020, public data.

    Raises DataError when the shipped file is missing or damaged.
    """
    lines = shipped_lines(
        _NAME, what="the flights of Ingenuity are", tool="make_ingenuity_flights.py"
    )
    rows = list(csv.DictReader(lines))
    flown = rows[1:]

    def column(name: str, of: list[dict[str, str]] = flown) -> Array:
        out = np.array([float(row[name]) for row in of])
        out.setflags(write=False)
        return out

    return IngenuityFlights(
        number=column("number").astype(np.int64),
        sol=column("sol").astype(np.int64),
        date=tuple(row["date"] for row in flown),
        et=column("take_off_et"),
        field=tuple(row["field"] for row in flown),
        **{
            name: column(name)
            for name in (
                "duration", "distance", "max_height", "max_speed", "lat", "lon", "elevation",
                "tilt", "yaw",
            )
        },
        **{
            f"take_off_{name}": column(name, rows[:-1]) for name in ("lat", "lon", "elevation")
        },
    )  # fmt: skip
