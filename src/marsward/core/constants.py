"""Physical and astronomical constants, each with its unit and its source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Constant:
    """A cited number: it behaves as a float and prints with its unit and source."""

    value: float
    unit: str
    source: str

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.value!r}{unit}  ({self.source})"


_SI = "SI brochure, 9th edition (2019), exact"

SPEED_OF_LIGHT = Constant(299_792_458.0, "m/s", _SI)
PLANCK = Constant(6.626_070_15e-34, "J s", _SI)
BOLTZMANN = Constant(1.380_649e-23, "J/K", _SI)
STANDARD_GRAVITY = Constant(9.806_65, "m/s2", "CGPM 3 (1901), exact")
ASTRONOMICAL_UNIT = Constant(149_597_870_700.0, "m", "IAU 2012 resolution B2, exact")
SOLAR_IRRADIANCE = Constant(
    1361.0, "W/m2", "Kopp & Lean 2011, GRL 38:L01706, doi:10.1029/2010GL045777, at 1 au"
)

DAY = Constant(86_400.0, "s", _SI)
JULIAN_YEAR = Constant(365.25 * 86_400.0, "s", "IAU style manual (1989), exact")
J2000_JD = Constant(2_451_545.0, "d", "IAU 1976, epoch J2000.0 as a Julian date")
MARS_SOLAR_DAY = Constant(
    1.027_491_251_7,
    "d",
    "mean solar day of Mars, Allison & McEwen 2000, doi:10.1016/S0032-0633(99)00092-6",
)
SOL = Constant(float(MARS_SOLAR_DAY) * float(DAY), "s", MARS_SOLAR_DAY.source)
OBLIQUITY_J2000 = Constant(
    84_381.448, "arcsec", "IAU 1976 mean obliquity, Lieske et al. 1977, A&A 58:1"
)
