"""The past orbit of Mars that marsward ships: a thinned table of a published solution."""

from __future__ import annotations

import hashlib
import tomllib
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import DataError

_ASSETS = files("marsward.data") / "assets"
_NAME = "mars_orbit_history"


@lru_cache(maxsize=1)
def orbit_history() -> NDArray[np.float64]:
    """Kyr before J2000, eccentricity, obliquity and Ls of perihelion [deg], (m, 4), oldest last.

    Every 5000 years from 20 kyr to come to 2020 kyr ago. Solution La2004, Laskar et al. 2004,
    Icarus 170:343, doi:10.1016/j.icarus.2004.04.005. Raises DataError when the shipped file is
    missing or damaged.
    """
    try:
        record = tomllib.loads((_ASSETS / f"{_NAME}.toml").read_text(encoding="utf-8"))
        data = (_ASSETS / f"{_NAME}.csv").read_bytes()
    except FileNotFoundError as error:
        raise DataError(
            f"the past orbit of Mars is missing ({error.filename}): install marsward again, or "
            "run tools/make_orbit_history.py in a checkout"
        ) from None
    if hashlib.sha256(data).hexdigest() != record[_NAME]["sha256"]:
        raise DataError(
            f"the asset {_NAME}.csv differs from its record in {_NAME}.toml (sha256): install "
            "marsward again, or run tools/make_orbit_history.py in a checkout"
        )
    table = np.loadtxt(data.decode("ascii").splitlines(), delimiter=",")
    table.setflags(write=False)
    return table
