"""A spectrometer that looks straight down at the 15 um band and so sees the air's temperature.

Noise is new in every sample and channel; the error of calibration is an offset, alike in all
channels and drawn once for a campaign.
"""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from pydantic import model_validator

from marsward.core.asked import number, whole
from marsward.core.errors import InputError
from marsward.core.fields import field
from marsward.core.part import value
from marsward.core.quantity import QuantityRule
from marsward.instruments.sounder_settings import SounderSettings
from marsward.physics.sounder_channels import SounderChannels
from marsward.physics.sounder_radiance import SounderColumns, by_column, nadir_radiance
from marsward.physics.sounder_table import SounderTable

__all__ = ["ThermalSounder"]

Array = NDArray[np.float64]
_CHOICE = "a choice: a small spectrometer of today"
_DOWN = 60.0  # deg: as far from the vertical as layers count as flat


class ThermalSounder(SounderSettings):
    """A nadir sounder of the 15 um band of carbon dioxide."""

    kind: ClassVar[str] = "thermal-sounder"

    lo: Annotated[float, QuantityRule("1/m", ge=2e4)] = value(
        "550 cm-1", unit="1/m", ref=_CHOICE, description="first channel"
    )
    hi: Annotated[float, QuantityRule("1/m", le=2e5)] = value(
        "850 cm-1", unit="1/m", ref=_CHOICE, description="no channel lies above this"
    )
    resolution: Annotated[float, QuantityRule("1/m", ge=50.0, le=1e4)] = value(
        "5 cm-1", unit="1/m", ref=_CHOICE,
        description="full width of a channel at half of its most, a bell",
    )  # fmt: skip
    sampling: Annotated[float, QuantityRule("1/m", ge=50.0, le=1e4)] = value(
        "5 cm-1", unit="1/m", ref=_CHOICE, description="from one channel to the next"
    )
    noise: Annotated[float, QuantityRule("W/m/sr", gt=0.0)] = value(
        "3e-8 W/cm/sr", unit="W/m/sr", ref=_CHOICE,
        description="noise-equivalent radiance by wavenumber of one sample (1 sigma)",
    )  # fmt: skip
    offset_error: Annotated[float, QuantityRule("W/m/sr", ge=0.0)] = value(
        "1e-8 W/cm/sr", unit="W/m/sr", ref=_CHOICE,
        description="error of calibration, alike in all channels, one for a campaign (1 sigma)",
    )  # fmt: skip
    view: Annotated[float, QuantityRule("rad", gt=0.0, lt=0.5)] = value(
        "8 mrad", unit="rad", ref=_CHOICE, description="full angle of the field of view"
    )
    dwell: Annotated[float, QuantityRule("s", gt=0.0)] = value(
        "2 s", unit="s", ref=_CHOICE, description="time of one sample"
    )

    @model_validator(mode="after")
    def _check(self) -> ThermalSounder:
        if not self.lo < self.hi:
            raise ValueError(
                f"lo ({self.lo / 100:g} cm-1) must be below hi ({self.hi / 100:g} cm-1)"
            )
        if (self.hi - self.lo) / self.sampling > 2000.0:
            raise ValueError("lo to hi by sampling is over 2000 channels; take fewer")
        return self

    @property
    def channels(self) -> SounderChannels:
        """Where each channel looks in the spectrum."""
        count = math.floor((self.hi - self.lo) / self.sampling + 1e-9) + 1
        centre = tuple(float(self.lo + k * self.sampling) for k in range(count))
        return SounderChannels(centre, (self.resolution,) * count)

    def footprint(self, height: float) -> float:
        """Width of the field of view on the ground from a height [m], straight down [m]."""
        height = number(height, "height of a sounder", "m")
        if not height > 0.0:
            raise InputError(f"a sounder looks down from {height:g} m; give a height above 0")
        return 2.0 * height * math.tan(0.5 * self.view)

    def offset(self, campaign: int) -> float:
        """True less calibrated radiance in a campaign [W m-1 sr-1]."""
        draws = np.random.default_rng(
            np.random.SeedSequence([whole(campaign, "campaign", 0), 0x501D])
        )
        return float(self.offset_error * draws.standard_normal())

    def observe(
        self,
        edges: ArrayLike,
        temperature: ArrayLike,
        surface_temperature: ArrayLike,
        *,
        dust_depth: ArrayLike | None = None,
        emissivity: ArrayLike = 1.0,
        emission: ArrayLike = 0.0,
        samples: ArrayLike = 1.0,
        table: SounderTable | None = None,
        seed: int = 0,
        campaign: int = 0,
        workers: int = 1,
    ) -> xr.Dataset:
        """Spectra of n columns of air.

        Parameters
        ----------
        edges : pressure at the edges of layers from the ground up [Pa] (n, L + 1)
        temperature : of the layers [K] (n, L); surface_temperature : of the ground [K] (n,)
        dust_depth : extinction of visible light in each layer (n, L); none if left out
        emissivity : of the ground, a number or (n,)
        emission : of the line of sight at the ground [deg], 0 to 60, a number or (n,)
        samples : how many are averaged: noise falls with the root, a number or (n,)
        table : absorption of carbon dioxide as it truly is; the shipped one if left out
        seed : of the noise; campaign : of the calibration, which all with this number share
        workers : threads

        Returns
        -------
        Dataset (profile, channel): channel_radiance, channel_radiance_sigma (noise alone), with
        wavenumber (channel), emission and surface_pressure (profile) beside them.

        Raises
        ------
        InputError : columns that are none, an emission angle or number of samples out of range or
            of another count than the columns, a seed or campaign that is no whole number from 0 on
        """
        seed, campaign = whole(seed, "seed", 0), whole(campaign, "campaign", 0)
        columns = SounderColumns(edges, temperature, surface_temperature, dust_depth, emissivity)  # type: ignore[arg-type]
        n = len(columns)
        tilt = by_column(emission, "emission", n)
        if not np.all((tilt >= 0.0) & (tilt <= _DOWN)):
            raise InputError(f"emission of a nadir sounder must lie in 0 to {_DOWN:g} deg")
        looks = by_column(samples, "samples", n)
        if not np.all(looks > 0.0):
            raise InputError("the number of samples averaged must be positive everywhere")
        true = nadir_radiance(
            columns, self.channels, cosine=np.cos(np.radians(tilt)), table=table, workers=workers
        ).radiance
        draws = np.random.default_rng(np.random.SeedSequence([seed, 0x7E5]))
        sigma = np.broadcast_to((self.noise / np.sqrt(looks))[:, None], true.shape)
        light = true + self.offset(campaign) + sigma * draws.standard_normal(true.shape)
        dims = ("profile", "channel")
        return xr.Dataset(
            {
                "channel_radiance": field("channel_radiance", light, dims),
                "channel_radiance_sigma": field("channel_radiance_sigma", sigma, dims),
                "emission": field("emission", tilt, "profile"),
                "surface_pressure": field("pressure", columns.edges[:, 0], "profile"),
            },
            coords={"wavenumber": field("wavenumber", np.array(self.channels.centre), "channel")},
            attrs={"instrument": self.name, "seed": seed, "campaign": campaign},
        )
