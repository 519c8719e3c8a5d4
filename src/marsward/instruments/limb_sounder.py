"""A radiometer that stares at the limb with a row of detectors, one above the other.

What it does not know is where exactly it looks: the tangent heights that it reports are off by one
height for all detectors, new in every profile. Noise is new in every sample; the gain of each
channel is off by a factor drawn once for a campaign.
"""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from pydantic import model_validator

from marsward.core.asked import check_kind, number, numbers, whole
from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.core.fields import field
from marsward.core.part import Part, value
from marsward.core.quantity import QuantityRule
from marsward.core.registry import unknown
from marsward.instruments.sounder_settings import SounderSettings
from marsward.physics.limb_radiance import limb_radiance
from marsward.physics.sounder_channels import SounderChannels
from marsward.physics.sounder_radiance import SounderColumns, by_column
from marsward.physics.sounder_table import SounderTable

__all__ = ["LimbChannel", "LimbSounder"]

Array = NDArray[np.float64]
_CHOICE = "a choice: a small radiometer of today"
_RADIUS = body("mars").radius


class LimbChannel(Part):
    """One channel: its ends and its noise."""

    name: str = value(
        ref="a choice", description="short name, for files and tables",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$",
    )  # fmt: skip
    lo: Annotated[float, QuantityRule("1/m", ge=2e4)] = value(
        unit="1/m", description="lower end by wavenumber"
    )
    hi: Annotated[float, QuantityRule("1/m", le=2e5)] = value(
        unit="1/m", description="upper end by wavenumber"
    )
    noise: Annotated[float, QuantityRule("W/m/sr", gt=0.0)] = value(
        "1e-6 W/m/sr", unit="W/m/sr", ref=_CHOICE,
        description="noise-equivalent radiance by wavenumber of one sample (1 sigma)",
    )  # fmt: skip

    @model_validator(mode="after")
    def _check(self) -> LimbChannel:
        if not self.lo < self.hi:
            raise ValueError(
                f"lo ({self.lo / 100:g} cm-1) of channel {self.name!r} must be below hi "
                f"({self.hi / 100:g} cm-1)"
            )
        return self


class LimbSounder(SounderSettings):
    """A limb sounder of the 15 um band with detectors one above the other."""

    kind: ClassVar[str] = "limb-sounder"

    channels: tuple[LimbChannel, ...] = value(
        (
            {"name": "wing", "lo": "595 cm-1", "hi": "615 cm-1"},
            {"name": "flank", "lo": "615 cm-1", "hi": "645 cm-1"},
            {"name": "centre", "lo": "635 cm-1", "hi": "665 cm-1"},
            {"name": "dust", "lo": "400 cm-1", "hi": "500 cm-1"},
        ),
        ref=_CHOICE,
        description="the channels",
    )
    detectors: int = value(
        21, unit="1", ref=_CHOICE, ge=3, le=200, description="detectors one above the other"
    )
    view_height: Annotated[float, QuantityRule("rad", gt=0.0, lt=0.05)] = value(
        "3.3 mrad", unit="rad", ref=_CHOICE,
        description="angle of a detector's field of view in height, and from one to the next",
    )  # fmt: skip
    dwell: Annotated[float, QuantityRule("s", gt=0.0)] = value(
        "2 s", unit="s", ref=_CHOICE, description="time of one sample"
    )
    gain_error: float = value(
        0.005, unit="1", ref=_CHOICE, ge=0.0, le=0.2,
        description="relative error of each channel's calibration, one for a campaign (1 sigma)",
    )  # fmt: skip
    pointing_error: Annotated[float, QuantityRule("m", ge=0.0, le=2e4)] = value(
        "1 km", unit="m", ref=_CHOICE,
        description="error of the tangent heights of a profile, alike in all (1 sigma)",
    )  # fmt: skip

    @model_validator(mode="after")
    def _check(self) -> LimbSounder:
        names = [channel.name for channel in self.channels]
        if not names or len(set(names)) < len(names):
            raise ValueError("a limb sounder needs channels, each with a name of its own")
        return self

    def channel(self, name: str) -> LimbChannel:
        """One of the channels; InputError with the nearest name when there is none."""
        for each in self.channels:
            if each.name == name:
                return each
        names = [c.name for c in self.channels]
        raise InputError(unknown(f"channel of sounder {self.name!r}", name, names))

    @property
    def bands(self) -> SounderChannels:
        """Where each channel looks in the spectrum."""
        return SounderChannels(
            tuple(0.5 * (c.lo + c.hi) for c in self.channels),
            tuple(c.hi - c.lo for c in self.channels),
            "box",
        )

    def field_height(self, orbit_height: float = 3.0e5) -> float:
        """Height of a detector's field of view at the limb, seen from an orbit's height [m]."""
        orbit_height = number(orbit_height, "orbit_height", "m")
        if not orbit_height > 1e5:
            raise InputError(f"a limb sounder flies above 100 km, not at {orbit_height:g} m")
        return self.view_height * math.sqrt((2.0 * _RADIUS + orbit_height) * orbit_height)

    def tangent_heights(self, orbit_height: float = 3.0e5, lowest: float = -5.0e3) -> Array:
        """Heights above the ground that the detectors look at, from below (detectors,) [m]."""
        step = self.field_height(orbit_height)
        return np.asarray(
            number(lowest, "lowest", "m") + step * np.arange(self.detectors, dtype=np.float64)
        )

    def gains(self, campaign: int) -> Array:
        """True over calibrated gain of each channel in a campaign."""
        draws = np.random.default_rng(
            np.random.SeedSequence([whole(campaign, "campaign", 0), 0x11FB])
        )
        return 1.0 + self.gain_error * draws.standard_normal(len(self.channels))

    def observe(
        self,
        edges: ArrayLike,
        temperature: ArrayLike,
        surface_temperature: ArrayLike,
        *,
        dust_depth: ArrayLike | None = None,
        tangent: ArrayLike | None = None,
        orbit_height: float = 3.0e5,
        samples: ArrayLike = 1.0,
        table: SounderTable | None = None,
        seed: int = 0,
        campaign: int = 0,
        workers: int = 1,
    ) -> xr.Dataset:
        """The limb of n columns of air, each alike all around.

        Parameters
        ----------
        edges : pressure at the edges of layers from the ground up [Pa] (n, L + 1)
        temperature : of the layers [K] (n, L); surface_temperature : of the ground [K] (n,)
        dust_depth : extinction of visible light in each layer (n, L); none if left out
        tangent : heights above the ground that the detectors are meant to look at [m], (detectors,)
            or (n, detectors); those of `tangent_heights` if left out
        orbit_height : [m]
        samples : how many are averaged: noise falls with the root, a number or (n,)
        table : absorption of carbon dioxide as it truly is; the shipped one if left out
        seed : of the noise and the pointing; campaign : of the calibration
        workers : threads

        Returns
        -------
        Dataset (profile, detector, channel): channel_radiance, channel_radiance_sigma (noise
        alone); tangent_height (profile, detector) as it is believed, surface_pressure (profile);
        wavenumber (channel). Attributes field_height [m] and pointing_error [m].

        Raises
        ------
        InputError : columns that are none, tangent heights or a number of samples out of range or
            of another count, a seed or campaign that is no whole number from 0 on
        """
        check_kind(table, SounderTable, "table", "a SounderTable, or leave it out")
        seed, campaign = whole(seed, "seed", 0), whole(campaign, "campaign", 0)
        workers = whole(workers, "workers")
        columns = SounderColumns(edges, temperature, surface_temperature, dust_depth)  # type: ignore[arg-type]
        n = len(columns)
        looks = by_column(samples, "samples", n)
        if not np.all(looks > 0.0):
            raise InputError("the number of samples averaged must be positive everywhere")
        low = self.tangent_heights(orbit_height)
        meant = low if tangent is None else numbers(tangent, "tangent", "m")
        if meant.shape not in (low.shape, (1, *low.shape), (n, *low.shape)):
            raise InputError(
                f"tangent has heights of shape {meant.shape} but sounder {self.name!r} has "
                f"{self.detectors} detectors and looks at {n} columns; give {low.shape} or "
                f"{(n, *low.shape)}"
            )
        believed = np.broadcast_to(meant, (n, self.detectors))
        draws = np.random.default_rng(np.random.SeedSequence([seed, 0x11FB]))
        off = self.pointing_error * draws.standard_normal((n, 1))
        height = self.field_height(orbit_height)
        true = limb_radiance(
            columns, self.bands, believed + off, field_height=height, table=table, workers=workers
        ).radiance
        noise = np.array([channel.noise for channel in self.channels])
        sigma = np.broadcast_to(noise / np.sqrt(looks)[:, None, None], true.shape)
        light = true * self.gains(campaign) + sigma * draws.standard_normal(true.shape)
        dims = ("profile", "detector", "channel")
        data = {
            "channel_radiance": field("channel_radiance", light, dims),
            "channel_radiance_sigma": field("channel_radiance_sigma", sigma, dims),
            "tangent_height": field("tangent_height", believed, dims[:2]),
            "surface_pressure": field("pressure", columns.edges[:, 0], "profile"),
        }
        coords = {
            "channel": [channel.name for channel in self.channels],
            "wavenumber": field("wavenumber", np.array(self.bands.centre), "channel"),
        }
        attrs = {
            "instrument": self.name, "seed": seed, "campaign": campaign,
            "field_height": height, "pointing_error": self.pointing_error,
        }  # fmt: skip
        return xr.Dataset(data, coords=coords, attrs=attrs)
