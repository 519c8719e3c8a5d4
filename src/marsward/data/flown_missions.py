"""Missions that flew from the Earth to Mars directly: when they left and came."""

from __future__ import annotations

import csv
import hashlib
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np

from marsward.core.errors import DataError

__all__ = ["FlownMission", "flown_missions"]

_ASSETS = files("marsward.data") / "assets"
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
    try:
        record = tomllib.loads((_ASSETS / f"{_NAME}.toml").read_text(encoding="utf-8"))
        data = (_ASSETS / f"{_NAME}.csv").read_bytes()
    except FileNotFoundError as error:
        raise DataError(
            f"the table of flown missions is missing ({error.filename}): install marsward again, "
            "or run tools/make_flown_missions.py in a checkout"
        ) from None
    if hashlib.sha256(data).hexdigest() != record[_NAME]["sha256"]:
        raise DataError(
            f"the asset {_NAME}.csv differs from its record in {_NAME}.toml (sha256): install "
            "marsward again, or run tools/make_flown_missions.py in a checkout"
        )
    return tuple(
        FlownMission(
            name=row["name"],
            launch=np.datetime64(row["launch"], "m"),
            arrival=np.datetime64(row["arrival"], "m"),
            c3=1e6 * float(row["c3_km2_s2"]) if row["c3_km2_s2"] else np.nan,
            source=row["source"],
        )
        for row in csv.DictReader(data.decode("ascii").splitlines())
    )
