"""The CO2 cycle: columns of ground that freeze the air out and give it back, all on one air.

Every column is the network of poles of `physics.ground_network`, and CO2 frost lies on it at the
frost point of its own pressure. That pressure is the mean of the planet, M g/area with M the mass
of the air, times the share that relief and season give the column (`physics.lower_air`). What
freezes is taken from M in the same step, so that

    CO2 in the air + sum over columns of area x frost = total,

and the gases that never freeze stay behind: frost forms at the partial pressure of CO2. Frost has
an albedo and an emissivity for each hemisphere, effective values that also stand for clouds, CO2
snow and the heat that winds bring to the caps, as in Hourdin et al. 1995, doi:10.1029/94JE03079,
and Guo et al. 2009, doi:10.1029/2008JE003302.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.physics.co2_model import SPIN_UP, STEPS, Co2Model
from marsward.physics.co2_years import Co2Years, CycleState
from marsward.physics.latitude_bands import Bands, Dust
from marsward.physics.lower_air import LowerAir
from marsward.physics.season import MarsYear
from marsward.physics.sky import Sky

__all__ = ["Bands", "Co2Cycle", "Co2Model", "Co2Years", "CycleState", "LowerAir", "co2_years"]

Array = NDArray[np.float64]
_MOST_EMISSIVITY = 1.25  # an effective value and its error may pass 1
_USUAL_LIGHT, _BRIGHTEST = 150.0, 0.95  # W m-2 at which frost has its albedo; what it ends at


@dataclass(frozen=True, kw_only=True)
class Co2Cycle:
    """What the cycle is made of.

    co2 : mass of all CO2 that takes part, air and caps [kg]
    other : mass of the gases that never freeze, N2, Ar and lesser ones [kg]
    north_albedo, south_albedo : of frost under a daily mean of 150 W m-2 of light [-]
    north_emissivity, south_emissivity : of frost [-]
    brightening : what a further W m-2 of daily mean light adds to the albedo of frost [W-1 m2]:
        frost that sublimes clears itself of dust, Paige & Ingersoll 1985,
        doi:10.1126/science.228.4704.1160; Guo et al. 2010, doi:10.1029/2009JE003382
    cover : frost through which the ground's albedo half shows [kg m-2], 0 for none: clean grains of
        centimetres let light through, Warren, Wiscombe & Firestone 1990,
        doi:10.1029/JB095iB09p14717, and patches are thin at a cap's edge; the size is assumed
    residual_south : planetocentric latitude [deg, negative] poleward of which frost lies the year
        round at the start, or None; residual_albedo : of it; residual_frost : its mass [kg m-2],
        which counts beyond `co2`

    Raises
    ------
    InputError : masses not above zero, an albedo outside 0 to 1, an emissivity not in 0 to 1.25.
    """

    co2: float = 2.6e16
    other: float = 8.6e14
    north_albedo: float = 0.62
    south_albedo: float = 0.48
    north_emissivity: float = 0.80
    south_emissivity: float = 0.85
    brightening: float = 0.0
    cover: float = 10.0
    residual_south: float | None = None
    residual_albedo: float = 0.75
    residual_frost: float = 5000.0

    def __post_init__(self) -> None:
        for name in ("co2", "other", "residual_frost"):
            value = getattr(self, name)
            if not (value > 0.0 or (name == "other" and value == 0.0)) or not math.isfinite(value):
                raise InputError(f"{name} of the CO2 cycle must be a mass above zero, not {value}")
        for name in ("north_albedo", "south_albedo", "residual_albedo"):
            value = getattr(self, name)
            if not 0.0 <= value <= 1.0:
                raise InputError(f"{name} of the CO2 cycle must lie in 0 to 1, not {value}")
        for name in ("north_emissivity", "south_emissivity"):
            value = getattr(self, name)
            if not 0.0 < value <= _MOST_EMISSIVITY:
                raise InputError(
                    f"{name} of the CO2 cycle must be above 0 and at most {_MOST_EMISSIVITY:g}, "
                    f"not {value}"
                )
        if not -0.01 <= self.brightening <= 0.01:
            raise InputError(
                f"frost brightens by -0.01 to 0.01 per W m-2 of light, not {self.brightening}"
            )
        if not 0.0 <= self.cover < 1e4:
            raise InputError(f"frost of {self.cover} kg m-2 cannot hide the ground; give 0 or more")
        if self.residual_south is not None and not -90.0 <= self.residual_south < 0.0:
            raise InputError(
                f"the residual south cap reaches to a southern latitude, -90 to 0 degrees, not "
                f"{self.residual_south}"
            )

    def albedo(self, lat: Array, sunlight: Array, shade: ArrayLike = 0.0) -> Array:
        """Albedo of frost at latitudes [deg] (n,) under daily means of light [W m-2] (..., n)."""
        albedo = np.where(lat < 0.0, self.south_albedo, self.north_albedo)
        if self.residual_south is not None:
            albedo = np.where(lat <= self.residual_south, self.residual_albedo, albedo)
        grown = albedo + self.brightening * (sunlight - _USUAL_LIGHT) + np.asarray(shade)
        return np.asarray(np.minimum(np.maximum(grown, 0.0), np.maximum(albedo, _BRIGHTEST)))

    def emissivity(self, lat: Array) -> Array:
        """Emissivity of frost at latitudes [deg]."""
        return np.where(lat < 0.0, self.south_emissivity, self.north_emissivity)


def co2_years(
    cycle: Co2Cycle,
    bands: Bands,
    *,
    years: int = 1,
    year: MarsYear | None = None,
    sky: Sky | None = None,
    dust: Dust = None,
    air: LowerAir | None = None,
    steps: int = STEPS,
    spin_up: int = SPIN_UP,
    start: CycleState | None = None,
) -> Co2Years:
    """Years of the CO2 cycle on bands of ground, after a spin-up until they repeat.

    Options are those of `Co2Model` and `Co2Model.run`.
    """
    model = Co2Model(bands, year=year, sky=sky, dust=dust, air=air, steps=steps)
    return model.run(cycle, years=years, start=start, spin_up=spin_up)
