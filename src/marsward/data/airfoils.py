"""Blades and airfoils that marsward ships: stations of a blade, lift and drag in thin air."""

from __future__ import annotations

import hashlib
import io
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import DataError, InputError
from marsward.core.registry import unknown

__all__ = ["BLADES", "RUNS", "AirfoilPoints", "ThinAirfoils", "blade_stations", "measured_points",
           "thin_airfoils"]  # fmt: skip

Array = NDArray[np.float64]
BLADES = ("ingenuity",)
RUNS = ("a1", "a2")
_ASSETS = files("marsward.data") / "assets"


@dataclass(frozen=True)
class ThinAirfoils:
    """Computed lift and drag of sections of several thicknesses.

    coefficient : (lift or drag, section, Mach, Reynolds, angle)
    thickness : over chord (section,); mach, reynolds : grids; alpha : angle of attack [deg]
    """

    coefficient: Array
    thickness: Array
    mach: Array
    reynolds: Array
    alpha: Array


@dataclass(frozen=True)
class AirfoilPoints:
    """Measured lift and drag at one Mach and about one Reynolds number, repeats taken together.

    alpha : angle of attack [deg]; lift, drag (n,); mach, reynolds : means
    """

    alpha: Array
    lift: Array
    drag: Array
    mach: float
    reynolds: float


@lru_cache(maxsize=1)
def thin_airfoils() -> ThinAirfoils:
    """The computed table, from its asset; DataError when that is missing or damaged."""
    with np.load(io.BytesIO(_held("thin_airfoils", "npz"))) as held:
        out = ThinAirfoils(
            held["coefficient"].astype(np.float64) * float(held["unit"]),
            *(held[name].astype(np.float64) for name in ("thickness", "mach", "reynolds", "alpha")),
        )
    for each in vars(out).values():
        each.setflags(write=False)
    return out


@lru_cache(maxsize=len(RUNS))
def measured_points(run: str) -> AirfoilPoints:
    """Points of clf5605 measured in one run, "a1" or "a2"; NASA/TM-20240004230.

    Raises
    ------
    InputError : no such run
    DataError : the asset is missing or damaged
    """
    if run not in RUNS:
        raise InputError(unknown("run of the airfoil clf5605", run, RUNS))
    lines = _held("clf5605_measured", "csv").decode("ascii").splitlines()[1:]
    rows = np.array([row.split(",")[1:] for row in lines if row.startswith(f"{run},")], np.float64)
    alpha, which = np.unique(rows[:, 0], return_inverse=True)
    lift, drag = (np.bincount(which, rows[:, k]) / np.bincount(which) for k in (3, 5))
    return AirfoilPoints(alpha, lift, drag, float(rows[:, 2].mean()), float(rows[:, 1].mean()))


@lru_cache(maxsize=len(BLADES))
def blade_stations(name: str) -> Array:
    """Stations of a blade (n, 4): radius and chord over the tip's radius, twist [deg], t/c [-].

    Raises
    ------
    InputError : no such blade
    DataError : the asset is missing or damaged
    """
    if name not in BLADES:
        raise InputError(unknown("blade", name, BLADES))
    text = _held(f"{name}_blade", "csv").decode("ascii").splitlines()
    table = np.loadtxt(text, delimiter=",", skiprows=1)
    table.setflags(write=False)
    return table


def _held(name: str, kind: str) -> bytes:
    """The bytes of an asset, checked against its record."""
    again = "install marsward again"
    try:
        record = tomllib.loads((_ASSETS / f"{name}.toml").read_text(encoding="utf-8"))
        data = (_ASSETS / f"{name}.{kind}").read_bytes()
    except FileNotFoundError as error:
        raise DataError(f"the asset {name} is missing ({error.filename}): {again}") from None
    if hashlib.sha256(data).hexdigest() != record[name]["sha256"]:
        raise DataError(f"the asset {name}.{kind} differs from its record (sha256): {again}")
    return data
