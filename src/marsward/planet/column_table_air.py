"""The column of Mars-GRAM 2010 that marsward ships, as an atmosphere: one place, one hour.

A table of engineering: 0 to 200 km over the areoid at 18.44 N 77.45 E on 2021-02-18, the landing of
Perseverance, with its winds, gases and the spread of its density. It stands here for the whole
planet at all hours; its heights are over the areoid, so ground that lies higher cuts it off and
ground that lies lower has the lowest temperature of the table down to it.

The table is not at rest by weight: densities that its own temperatures would carry are 35 % more
than its densities at 60 km and 68 % more at 80 km, since Mars-GRAM scales both apart to fit
observations. Density is what it is used for, so density is kept: the pressure is the weight of the
table's air above, and the temperature the one that air of that pressure and density has, 5 K under
the table's own near the ground, up to 25 K under it at 75 km, within 4 K of it over 80 km.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from marsward.core.bodies import body
from marsward.core.errors import DataError
from marsward.physics.air import GAS_CONSTANT, GRAVITY, MOLAR_MASS
from marsward.planet.air_source import AirColumns, AirGrid
from marsward.planet.thermosphere import MOLAR_MASS as MASSES
from marsward.planet.thermosphere import SPECIES, Bates, Mixture

__all__ = ["MarsGramColumn", "mars_gram_table"]

Array = NDArray[np.float64]
_ASSETS = files("marsward.data") / "assets"
_AGAIN = "install marsward again, or run tools/make_mars_gram_asset.py in a checkout"
_R_STAR = GAS_CONSTANT * MOLAR_MASS
_DEEPEST = -8e3  # m, under the lowest ground of Mars
_STEP = 0.02


@lru_cache(maxsize=1)
def mars_gram_table() -> dict[str, Array]:
    """The columns of the table by name: height [m], density, temperature, winds, sigma, shares.

    `density_sigma` is a share of the density; the gases are shares by volume.

    Raises
    ------
    DataError : the shipped file is missing or differs from its record.
    """
    try:
        record = tomllib.loads((_ASSETS / "mars_gram_column.toml").read_text(encoding="utf-8"))
        data = (_ASSETS / "mars_gram_column.csv").read_bytes()
    except FileNotFoundError as error:
        raise DataError(f"the Mars-GRAM column is missing ({error.filename}): {_AGAIN}") from None
    if hashlib.sha256(data).hexdigest() != record["mars_gram_column"]["sha256"]:
        raise DataError(
            "the asset mars_gram_column.csv differs from its record (sha256): " + _AGAIN
        )
    rows = list(csv.DictReader(io.StringIO(data.decode("ascii"))))
    raw = {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}
    moles = {name: raw[name] / MASSES[name] for name in SPECIES}
    total = sum(moles.values())
    return {
        "height": 1e3 * raw["height_km"],
        "density": raw["density"],
        "temperature": raw["temperature"],
        "eastward_wind": raw["eastward_wind"],
        "northward_wind": raw["northward_wind"],
        "density_sigma": 0.01 * raw["density_sigma_percent"],
        **{name: moles[name] / total for name in SPECIES},
    }


@dataclass(frozen=True)
class MarsGramColumn:
    """The shipped column of Mars-GRAM as a source of air."""

    name: str = "mars-gram"
    source: str = (
        "Mars-GRAM 2010 (NASA; Justus & James 2000, NASA TM-2000-210279), one column at 18.44 N "
        "77.45 E, 2021-02-18, LTST 7.25 h, from bsk 2.8.33 (ISC)"
    )

    def columns(self) -> AirColumns:
        """One column from -8 to 200 km over the areoid."""
        table = mars_gram_table()
        shares = np.stack([table[name] for name in SPECIES], axis=1)
        mass = shares @ np.array([MASSES[name] for name in SPECIES])
        z = table["height"]
        radius = body("mars").radius
        rise = radius * z / (radius + z)
        rho = table["density"]
        # the weight of the air above, its density falling evenly in the log from row to row
        ratio = np.log(rho[:-1] / rho[1:])
        weight = GRAVITY * (rho[:-1] - rho[1:]) / ratio * np.diff(rise)
        top = rho[-1] * _R_STAR * table["temperature"][-1] / mass[-1]
        pressure = top + np.append(np.cumsum(weight[::-1])[::-1], 0.0)
        log_p = np.log(pressure)
        warm = pressure * mass / (rho * _R_STAR)
        rate = GRAVITY * mass / (_R_STAR * warm)
        deep = radius * _DEEPEST / (radius + _DEEPEST)
        start = log_p[0] - deep * rate[0]
        levels = np.concatenate([[start], log_p])

        def level(values: Array) -> Array:
            return np.concatenate([values[:1], values])[None, None, None, None, :]

        joint = float(pressure[-2])
        return AirColumns(
            grid=AirGrid(np.zeros(1), np.zeros(1), np.zeros(1)),
            pressure=np.exp(levels)[None, None, None, None, :],
            temperature=level(warm),
            ground=np.full((1, 1), _DEEPEST),
            top=joint,
            follow=0.0,
            eastward=level(table["eastward_wind"]),
            northward=level(table["northward_wind"]),
            bates=Bates(warm[-1:], warm[-1:], np.full(1, 1e4), base_pressure=0.9 * joint),
            mixture=_mixture(log_p, shares),
        )


def _mixture(log_p: Array, shares: Array) -> Mixture:
    """The table's gases by pressure, and over its top each by its own weight."""
    first = float(log_p[0])
    count = int((first - log_p[-1]) / _STEP) + 1
    nodes = first - _STEP * np.arange(count)
    inside = np.stack(
        [np.interp(-nodes, -log_p, shares[:, k]) for k in range(shares.shape[1])], axis=1
    )
    above = Mixture.parted(inside[-1], nodes[-1] - _STEP, 1e3)
    return Mixture(first, _STEP, np.concatenate([inside, above.shares]))
