"""Missions that flew from the Earth to Mars directly: when they left and came."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from marsward.data.shipped_table import shipped_lines

__all__ = ["FlownMission", "flown_missions"]

_NAME = "flown_missions"


@dataclass(frozen=True)
class FlownMission:
    """One flight.

    name : of the craft
    launch, arrival : UTC, datetime64[m]; noon where the hour is not told
    c3 : about the Earth as published [m2/s2], not a number where it is not
    source : of the row
    """

    name: str
    launch: np.datetime64
    arrival: np.datetime64
    c3: float
    source: str


@lru_cache(maxsize=1)
def flown_missions() -> tuple[FlownMission, ...]:
    """All missions of the shipped table, by launch.

    Raises DataError when the shipped file is missing or damaged.
    """
    lines = shipped_lines(
        _NAME, what="the table of flown missions is", tool="make_flown_missions.py"
    )
    return tuple(
        FlownMission(
            name=row["name"],
            launch=np.datetime64(row["launch"], "m"),
            arrival=np.datetime64(row["arrival"], "m"),
            c3=1e6 * float(row["c3_km2_s2"]) if row["c3_km2_s2"] else np.nan,
            source=row["source"],
        )
        for row in csv.DictReader(lines)
    )
