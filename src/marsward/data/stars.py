"""The shipped star catalogue: Hipparcos, the New Reduction, down to Hp 9.0.

van Leeuwen 2007, doi:10.1051/0004-6361:20078357 (CDS I/311). Johnson V follows from Hp and B-V by
Bessell 2000, doi:10.1086/316598, Table 2 (B to G dwarfs, K and M giants).
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.constants import ASTRONOMICAL_UNIT, JULIAN_YEAR
from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.data.textures import asset_bytes

Array = NDArray[np.float64]
FAINTEST_HP = 9.0
CATALOGUE_EPOCH_ET = (1991.25 - 2000.0) * float(JULIAN_YEAR)
_MAS = math.radians(1.0 / 3_600_000.0)

# Bessell 2000, Table 2: Johnson B-V (= BT-VT plus its correction) and V-Hp [mag].
_BESSELL = np.array(
    [
        (-0.219, 0.066), (-0.139, 0.036), (-0.048, 0.006), (-0.005, -0.011), (0.083, -0.038),
        (0.179, -0.058), (0.275, -0.079), (0.374, -0.094), (0.465, -0.108), (0.549, -0.120),
        (0.632, -0.131), (0.715, -0.137), (0.796, -0.147), (0.878, -0.155), (0.958, -0.157),
        (1.034, -0.162), (1.111, -0.166), (1.190, -0.165), (1.266, -0.161), (1.344, -0.153),
        (1.423, -0.143), (1.501, -0.131), (1.580, -0.119), (1.658, -0.106),
    ]
)  # fmt: skip
# Hp of the brightest stars suffers from the detector's dead time; Johnson V from the main
# Hipparcos catalogue (ESA 1997, SP-1200, CDS I/239), by Hipparcos number [mag].
_BRIGHTEST_V = {32349: -1.44, 30438: -0.62, 91262: 0.03}


def johnson_v(hp: ArrayLike, b_minus_v: ArrayLike) -> Array:
    """Johnson V [mag] from Hp and B-V; good to 0.01 mag for -0.22 < B-V < 1.66, held beyond."""
    return np.asarray(hp, dtype=np.float64) + np.interp(
        np.asarray(b_minus_v), _BESSELL[:, 0], _BESSELL[:, 1]
    )


@dataclass(frozen=True)
class StarCatalogue:
    """Stars in columns of equal length, brightest first; ICRS at epoch J1991.25.

    hip : Hipparcos number
    away : unit vectors of ra and dec (n, 3)
    ra, dec : right ascension and declination [rad]
    pm_ra, pm_dec : proper motion, pm_ra with cos(dec) [rad/s]
    parallax : annual parallax [rad]
    hp, v, b_minus_v, v_minus_i : magnitudes and colours, V-I in Cousins' system [mag]
    """

    hip: NDArray[np.int32]
    away: Array
    ra: Array
    dec: Array
    pm_ra: Array
    pm_dec: Array
    parallax: Array
    hp: Array
    v: Array
    b_minus_v: Array
    v_minus_i: Array

    def __len__(self) -> int:
        return len(self.hip)

    def __getitem__(self, keep: NDArray[np.bool_] | NDArray[np.intp] | slice) -> StarCatalogue:
        """The chosen rows as a catalogue."""
        return StarCatalogue(*(getattr(self, name)[keep] for name in self.__dataclass_fields__))

    def directions(self, epoch: Epoch, observer_m: ArrayLike | None = None) -> Array:
        """Unit vectors (n, 3) in ICRS at one epoch, moved by proper motion and parallax.

        observer_m : place of the observer relative to the solar-system barycentre [m], shape (3,);
        left out, the directions are barycentric. Straight motion in the tangent plane of the
        catalogue epoch, without radial velocity (below 0.1 mas for a century but for a few stars).
        """
        if np.ndim(epoch.whole) != 0:
            raise InputError("directions takes one epoch, not an array of them: pick one by index")
        seconds = float(epoch.et) - CATALOGUE_EPOCH_ET
        cos_ra, sin_ra = np.cos(self.ra), np.sin(self.ra)
        cos_dec, sin_dec = np.cos(self.dec), np.sin(self.dec)
        east = np.stack([-sin_ra, cos_ra, np.zeros_like(sin_ra)], axis=-1)
        north = np.stack([-sin_dec * cos_ra, -sin_dec * sin_ra, cos_dec], axis=-1)
        moved = self.away + seconds * (self.pm_ra[:, None] * east + self.pm_dec[:, None] * north)
        if observer_m is not None:
            place = np.asarray(observer_m, dtype=np.float64)
            if place.shape != (3,):
                raise InputError(f"observer_m must have shape (3,), not {place.shape}")
            moved = moved - self.parallax[:, None] * (place / float(ASTRONOMICAL_UNIT))
        return moved / np.linalg.norm(moved, axis=-1, keepdims=True)


@lru_cache(maxsize=1)
def _whole() -> StarCatalogue:
    with np.load(io.BytesIO(asset_bytes("hipparcos2.npz")), allow_pickle=False) as table:
        columns = {name: table[name] for name in table.files}
    per_second = _MAS / float(JULIAN_YEAR)
    wide = {name: values.astype(np.float64) for name, values in columns.items() if name != "hip"}
    v = johnson_v(wide["hp"], wide["b_minus_v"])
    for hip, magnitude in _BRIGHTEST_V.items():
        v[columns["hip"] == hip] = magnitude
    ra, dec = wide["ra_rad"], wide["dec_rad"]
    return StarCatalogue(
        hip=columns["hip"],
        away=np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=-1),
        ra=ra,
        dec=dec,
        pm_ra=wide["pm_ra_mas_yr"] * per_second,
        pm_dec=wide["pm_dec_mas_yr"] * per_second,
        parallax=np.maximum(wide["parallax_mas"], 0.0) * _MAS,
        hp=wide["hp"],
        v=v,
        b_minus_v=wide["b_minus_v"],
        v_minus_i=wide["v_minus_i"],
    )


def catalogue(*, max_magnitude: float = FAINTEST_HP) -> StarCatalogue:
    """Stars with Hp up to max_magnitude [mag], brightest first.

    Raises InputError beyond Hp 9.0, where the shipped catalogue ends.
    """
    if not max_magnitude <= FAINTEST_HP:
        raise InputError(
            f"the shipped star catalogue ends at Hp {FAINTEST_HP}: ask for max_magnitude <= "
            f"{FAINTEST_HP}, not {max_magnitude}"
        )
    stars = _whole()
    return stars[: int(np.searchsorted(stars.hp, max_magnitude, side="right"))]
