"""The bands of a camera: what light each takes, and where on the detector it falls."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from marsward.core.constants import PLANCK, SPEED_OF_LIGHT
from marsward.core.part import Part, value
from marsward.core.quantity import QuantityRule
from marsward.data.textures import solar_spectrum

__all__ = ["CameraBand"]

Array = NDArray[np.float64]
_HC = float(PLANCK) * float(SPEED_OF_LIGHT)


class CameraBand(Part):
    """One band of a camera: its light, its efficiency and its place on the detector.

    The radiance in a band is that between its two ends, weighted with `response_nm` where there
    is one.
    """

    name: str = value(
        ref="a choice",
        description="short name, for files and tables",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$",
    )
    lo: Annotated[float, QuantityRule("m", ge=300e-9)] = value(
        unit="m", description="short end of the band"
    )
    hi: Annotated[float, QuantityRule("m", le=1080e-9)] = value(
        unit="m", description="long end of the band"
    )
    response_nm: tuple[tuple[float, float], ...] = value(
        (), unit="1", description="pairs (wavelength in nm, relative response); flat if left out"
    )
    quantum_efficiency: float | None = value(
        None, unit="1", gt=0.0, le=1.0, description="electrons per photon; the camera's if left out"
    )
    transmission: float | None = value(
        None, unit="1", gt=0.0, le=1.0, description="of optics and filter; the camera's if left out"
    )
    row: float = value(
        0.0,
        unit="1",
        description="middle of the band's strip or line, in rows from the boresight along +y [px]",
    )
    rows: int = value(
        0, unit="1", ge=0, le=32768, description="rows of the strip of a push-frame; 0 for all [px]"
    )
    stages: int = value(
        1, unit="1", ge=1, le=256, description="stages of time-delayed integration of a line"
    )

    @model_validator(mode="after")
    def _check(self) -> CameraBand:
        if not self.lo < self.hi:
            raise ValueError(
                f"lo ({self.lo * 1e9:g} nm) of band {self.name!r} must be below hi "
                f"({self.hi * 1e9:g} nm)"
            )
        table = np.array(self.response_nm, dtype=np.float64).reshape(-1, 2)
        if table.size and (
            len(table) < 2
            or np.any(np.diff(table[:, 0]) <= 0.0)
            or np.any(table[:, 1] < 0.0)
            or not table[:, 1].max() > 0.0
        ):
            raise ValueError(
                f"response_nm of band {self.name!r} takes two pairs or more, wavelengths rising, "
                "responses of 0 or more"
            )
        return self

    def response(self, wavelength: Array) -> Array:
        """Relative response at wavelengths [m]; 1 within a flat band, 0 outside."""
        inside = (wavelength >= self.lo) & (wavelength <= self.hi)
        if not self.response_nm:
            return inside.astype(np.float64)
        table = np.array(self.response_nm)
        level = np.interp(wavelength * 1e9, table[:, 0], table[:, 1], left=0.0, right=0.0)
        return np.where(inside, level, 0.0)

    @property
    def solar_irradiance(self) -> float:
        """Sunlight in the band at 1 au [W m-2]; Gueymard 2004, doi:10.1016/j.solener.2003.08.039"""
        return _sunlight(self.lo, self.hi, self.response_nm)[0]

    @property
    def photon_energy(self) -> float:
        """Mean energy of the band's solar photons [J]."""
        watts, photons = _sunlight(self.lo, self.hi, self.response_nm)
        return watts / photons

    @property
    def centre(self) -> float:
        """Mean wavelength of the band's sunlight by photons [m]."""
        return _HC / self.photon_energy


@lru_cache(maxsize=64)
def _sunlight(
    lo: float, hi: float, response: tuple[tuple[float, float], ...]
) -> tuple[float, float]:
    """Sunlight of a band at 1 au: energy [W m-2] and photons [m-2 s-1]."""
    wavelength = np.linspace(lo, hi, max(3, round((hi - lo) / 2e-9) + 1))
    light = np.interp(wavelength, *solar_spectrum())
    if response:
        table = np.array(response)
        light = light * np.interp(wavelength * 1e9, table[:, 0], table[:, 1], left=0.0, right=0.0)
    photons = np.trapezoid(light * wavelength / _HC, wavelength)
    return float(np.trapezoid(light, wavelength)), float(photons)
