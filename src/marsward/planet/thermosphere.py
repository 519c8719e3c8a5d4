"""The thermosphere: Bates' profile of temperature and gases that part by their weight.

Over its base, the level of 1.26e-4 Pa (1.26 nbar, where the ions are densest),

    T = T_x - (T_x - T_b) exp(-Z/S),

Z the geopotential height over the base: Bates 1959, doi:10.1098/rspa.1959.0207, used for Mars by
Stewart 1987 (JPL PO NQ-802429). Its three numbers by solar flux, season, latitude and local time
are those that NASA fitted to the general circulation model of the Arizona group (Bougher et al.
1990, doi:10.1029/JB095iB09p14811): Justus, Johnson & James 1996, NASA TM-108513, in force to the
present Mars-GRAM. The flux is F10.7 at 1 AU over the square of the distance of Mars.

Gases: up to the homopause mixed as at the ground, above it each falls by its own weight,

    d ln p_i/d ln p = (1 - w) + w M_i/M,    w = 1/(1 + (p/p_h)^2),

with p_h the pressure of the homopause, p_i partial pressures, M the mean of the molar masses M_i.
Shares are so functions of pressure alone. Atomic oxygen and the carbon monoxide beyond the lower
air's are made by light about the base: their shares there are Viking's, Hanson et al. 1977,
doi:10.1029/JS082i028p04351 (O, 1.25 % at 130 km) and Nier & McElroy 1977,
doi:10.1029/JS082i028p04341 (CO); helium 10 ppm, Krasnopolsky & Gladstone 2005,
doi:10.1016/j.icarus.2005.02.005. The figures of the last three are quoted from memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.physics.air import COMPOSITION

__all__ = ["BASE_PRESSURE", "F107", "SPECIES", "Bates", "Mixture", "bates", "mars_distance"]

Array = NDArray[np.float64]
BASE_PRESSURE = 1.26e-4
"""Pressure of the thermosphere's base [Pa]; Stewart 1987."""
F107 = 100.0
"""Solar flux at 10.7 cm and 1 AU [1e-22 W m-2 Hz-1] where nothing is asked: mid-cycle."""
MOLAR_MASS = {
    "CO2": 44.0095e-3, "N2": 28.0134e-3, "Ar": 39.948e-3, "O2": 31.998e-3, "CO": 28.010e-3,
    "O": 15.999e-3, "He": 4.002602e-3,
}  # fmt: skip
"""[kg/mol], CIAAW 2021."""
SPECIES = tuple(MOLAR_MASS)
_MASSES = np.array(list(MOLAR_MASS.values()))
# Homopause near 120 km: Nier & McElroy 1977 (Viking), Slipski et al. 2018,
# doi:10.1029/2018JE005704 (MAVEN, 60 to 140 km); as the pressure there, assumed.
HOMOPAUSE = 2e-4
# Shares at the base: see above.
_MADE_BY_LIGHT = {"O": 0.0125, "CO": 0.0042}
_HELIUM = 1e-5
# Orbit: Allison & McEwen 2000, doi:10.1016/S0032-0633(99)00092-6.
_SEMI_MAJOR, _ECCENTRICITY, _PERIHELION = 1.523_679, 0.0934, 250.87
_OBLIQUITY = 25.19


def mars_distance(ls: ArrayLike) -> Array:
    """Distance of Mars from the Sun [AU] at solar longitude [deg]."""
    angle = np.radians(np.asarray(ls, dtype=np.float64) - _PERIHELION)
    return np.asarray(
        _SEMI_MAJOR * (1.0 - _ECCENTRICITY**2) / (1.0 + _ECCENTRICITY * np.cos(angle))
    )


@dataclass(frozen=True, eq=False)
class Bates:
    """Temperatures of the base and of the exosphere [K] and the scale S [m]; shapes broadcast.

    base_pressure : at which the base lies [Pa]
    """

    base: Array
    exosphere: Array
    thickness: Array
    base_pressure: float = BASE_PRESSURE


def bates(ls: ArrayLike, hour: ArrayLike, lat: ArrayLike, *, f107: float = F107) -> Bates:
    """Bates' numbers by season [deg], local true solar time [h] and latitude [deg]; they broadcast.

    Justus, Johnson & James 1996, NASA TM-108513. Good for fluxes of 65 to 300 units.

    Raises
    ------
    InputError : a flux outside 50 to 400.
    """
    if not 50.0 <= float(f107) <= 400.0:
        raise InputError(
            f"f107 = {f107!r}: the solar flux at 10.7 cm and 1 AU is 65 to 300 units, quiet to "
            "active; give a number like 100"
        )
    ls, hour, lat = (np.asarray(x, dtype=np.float64) for x in (ls, hour, lat))
    sun = np.degrees(np.arcsin(np.sin(np.radians(_OBLIQUITY)) * np.sin(np.radians(ls))))
    flux = float(f107) / mars_distance(ls) ** 2
    tilt = sun / 25.4
    turn = np.arctan(np.radians(10.0 * lat))

    def wave(cycles: int, peak: Array) -> Array:
        return np.cos(2.0 * np.pi * cycles * (hour - peak) / 24.0)

    reach = np.cos(np.radians(lat + sun) / (1.0 + 25.4 / 90.0))
    exosphere = (156.3 + 0.9427 * flux) * (1.0 + 1.369e-4 * sun * lat)
    exosphere = exosphere * (
        1.0
        + 0.22 * reach * wave(1, 13.2 - 0.00119 * sun * lat)
        + 0.04 * reach * wave(2, 9.4 - 0.00231 * sun * lat)
    )
    base = (113.7 + 0.5791 * flux) * (1.0 + 0.186 * tilt * (lat / 77.5) ** 3)
    base = base * (
        1.0
        + (0.06 - 0.05 * np.cos(np.radians(4.0 * lat))) * wave(1, 17.5 - 2.5 * tilt * turn)
        + 0.1 * np.cos(np.radians(lat + 0.5 * sun)) ** 3 * wave(2, 10.0 + 2.0 * (lat / 77.5) ** 2)
    )
    thickness = 1e3 * (8.38 + 0.09725 * flux) * (1.14 - 0.18 * np.cos(np.radians(lat)))
    return Bates(base, exosphere, np.broadcast_to(thickness, base.shape))


@dataclass(frozen=True, eq=False)
class Mixture:
    """Shares of the gases by pressure: at ln p = first - i step, (nodes, species).

    What lies beyond the nodes is as at their ends.
    """

    first: float
    step: float
    shares: Array
    species: tuple[str, ...] = SPECIES

    @classmethod
    def published(
        cls, lower: Mapping[str, float] = COMPOSITION, *, homopause: float = HOMOPAUSE
    ) -> Mixture:
        """Gases that are mixed below the homopause and part above it."""
        ground = np.array([lower.get(name, _HELIUM if name == "He" else 0.0) for name in SPECIES])
        return cls.parted(ground / ground.sum(), np.log(0.1), homopause, _MADE_BY_LIGHT)

    @classmethod
    def parted(
        cls, shares: Array, first: float, homopause: float, made: Mapping[str, float] | None = None
    ) -> Mixture:
        """From shares (species,) at ln p = first upward, made gases added about the base."""
        step, count = 0.02, 1600
        log_p = first - step * np.arange(count)
        p = np.array(shares, dtype=np.float64)
        rows = np.empty((count, p.size))
        gain = np.array([(made or {}).get(name, 0.0) for name in SPECIES])
        for i, x in enumerate(log_p):
            rows[i] = p / p.sum()
            apart = 1.0 / (1.0 + (np.exp(x - 0.5 * step) / homopause) ** 2)
            mean = rows[i] @ _MASSES
            half = rows[i] * np.exp(-0.5 * step * apart * (_MASSES / mean - 1.0))
            mean = (half @ _MASSES) / half.sum()
            p = rows[i] * np.exp(-step * apart * (_MASSES / mean - 1.0))
            # sources: a Gaussian in ln p about the base, its whole the share
            y = (x - np.log(BASE_PRESSURE)) / 1.2
            p = p + gain * np.exp(-y * y) * step / (1.2 * np.sqrt(np.pi))
        return cls(float(first), step, rows)

    @property
    def masses(self) -> Array:
        """Mean molar mass at the nodes [kg/mol]."""
        return np.ascontiguousarray(self.shares @ _MASSES)

    def shares_at(self, pressure: ArrayLike) -> dict[str, Array]:
        """Shares by volume of each gas at pressures [Pa]."""
        x = (self.first - np.log(np.asarray(pressure, dtype=np.float64))) / self.step
        nodes = np.arange(self.shares.shape[0])
        return {
            name: np.asarray(np.interp(x, nodes, self.shares[:, i]))
            for i, name in enumerate(self.species)
        }
