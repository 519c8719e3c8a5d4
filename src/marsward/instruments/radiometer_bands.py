"""The bands of a radiometer: what heat each takes, how well, and what the air does to it."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import model_validator

from marsward.core.part import Part, value
from marsward.core.quantity import QuantityRule
from marsward.physics.thermal_radiance import ThermalBand

__all__ = ["RadiometerBand"]


class RadiometerBand(Part):
    """One thermal band: its ends, its noise, its calibration and its share of the air."""

    name: str = value(
        ref="a choice",
        description="short name, for files and tables",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$",
    )
    lo: Annotated[float, QuantityRule("m", ge=1e-6)] = value(
        unit="m", description="short end of the band"
    )
    hi: Annotated[float, QuantityRule("m", le=1e-3)] = value(
        unit="m", description="long end of the band"
    )
    response_um: tuple[tuple[float, float], ...] = value(
        (), unit="1", description="pairs (wavelength in um, relative response); flat if left out"
    )
    nedt: Annotated[float, QuantityRule("K", gt=0.0)] = value(
        "0.5 K", unit="K", ref="a choice",
        description="noise of one sample as a difference of temperature at nedt_at (1 sigma)",
    )  # fmt: skip
    nedt_at: Annotated[float, QuantityRule("K", ge=40.0, le=400.0)] = value(
        "245 K", unit="K", ref="a choice", description="temperature at which nedt holds"
    )
    gain_error: float = value(
        0.01, unit="1", ref="a choice", ge=0.0, le=0.2,
        description="relative error of calibration, one for a whole campaign (1 sigma)",
    )  # fmt: skip
    quantum: Annotated[float, QuantityRule("W m-2 sr-1", ge=0.0)] = value(
        0.0, unit="W m-2 sr-1", ref="finer than the noise",
        description="step of the numbers in radiance; 0 for none",
    )  # fmt: skip
    dust_share: float = value(
        0.4, unit="1", ref="Smith 2004, doi:10.1016/j.icarus.2003.09.010", ge=0.0, le=2.0,
        description="absorption of dust in the band over that at 9.3 um",
    )  # fmt: skip
    gas_depth: float = value(
        0.0, unit="1", ref="a window", ge=0.0, le=50.0,
        description="vertical optical depth of carbon dioxide of 610 Pa, a mean over the band",
    )  # fmt: skip

    @model_validator(mode="after")
    def _check(self) -> RadiometerBand:
        if not self.lo < self.hi:
            raise ValueError(
                f"lo ({self.lo * 1e6:g} um) of band {self.name!r} must be below hi "
                f"({self.hi * 1e6:g} um)"
            )
        self.law  # noqa: B018  refuses a response that is no table
        return self

    @property
    def law(self) -> ThermalBand:
        """Planck's law in this band."""
        pairs = tuple((um * 1e-6, level) for um, level in self.response_um)
        return ThermalBand(self.lo, self.hi, pairs)

    @property
    def noise(self) -> float:
        """Noise-equivalent radiance of one sample [W m-2 sr-1], steps of the numbers included."""
        grain = self.nedt * float(self.law.slope(self.nedt_at))
        return (grain * grain + self.quantum * self.quantum / 12.0) ** 0.5

    def air_depth(self, dust: ArrayLike, pressure: ArrayLike) -> NDArray[np.float64]:
        """Vertical optical depth for dust of depth `dust` at 9.3 um under `pressure` [Pa]."""
        dusty = self.dust_share * np.asarray(dust, dtype=np.float64)
        return dusty + self.gas_depth / 610.0 * np.asarray(pressure, dtype=np.float64)
