"""What a spectrometer is set to: its ranges of channels, its field of view and its noise."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import model_validator

from marsward.core.part import Part, value
from marsward.core.preset_files import Preset
from marsward.core.preset_part import PresetPart
from marsward.core.quantity import QuantityRule
from marsward.instruments.spectrometer_presets import SHORT_NAMES, preset, preset_names

_CHOICE = "a choice: an imaging spectrometer of today"
_MOST_CHANNELS = 20_000


class SpectralRange(Part):
    """Channels of one grating and detector, evenly spaced."""

    name: str = value(
        ref="a choice",
        description="short name, for files and tables",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$",
    )
    lo: Annotated[float, QuantityRule("m", ge=200e-9)] = value(
        unit="m", description="centre of the first channel"
    )
    hi: Annotated[float, QuantityRule("m", le=100e-6)] = value(
        unit="m", description="centre of the last channel, or just above it"
    )
    sampling: Annotated[float, QuantityRule("m", gt=0.0)] = value(
        "10 nm", unit="m", ref=_CHOICE, description="distance between the centres of channels"
    )
    fwhm_lo: Annotated[float, QuantityRule("m", gt=0.0)] = value(
        "10 nm", unit="m", ref=_CHOICE, description="full width at half maximum at the short end"
    )
    fwhm_hi: Annotated[float, QuantityRule("m", gt=0.0)] = value(
        "10 nm", unit="m", ref=_CHOICE, description="full width at half maximum at the long end"
    )

    @model_validator(mode="after")
    def _check(self) -> SpectralRange:
        if not self.lo < self.hi:
            raise ValueError(f"lo of the range {self.name!r} must be below its hi")
        if (self.hi - self.lo) / self.sampling > _MOST_CHANNELS:
            raise ValueError(
                f"the range {self.name!r} would have more than {_MOST_CHANNELS} channels: give a "
                "wider sampling"
            )
        return self


class SpectrometerSettings(PresetPart):
    """What a spectrometer is set to, each value with its source."""

    pieces: ClassVar[str] = "ranges"

    preset: str | None = value(
        None,
        ref="the preset of the spectrometer's name, where there is one",
        description="a spectrometer that has flown, whose values hold where none are given here",
    )
    name: str = value("spectrometer", description="name of the instrument")
    ranges: tuple[SpectralRange, ...] = value(
        ({"name": "all", "lo": "0.4 um", "hi": "3.8 um"},), ref=_CHOICE,
        description="ranges of channels, from short to long waves",
    )  # fmt: skip
    joint: Annotated[float, QuantityRule("m", gt=0.0)] | None = value(
        None, unit="m", ref=_CHOICE,
        description="where two ranges overlap: the first is used below, the second above",
    )  # fmt: skip
    channel_binning: int = value(
        1, unit="1", ref=_CHOICE, ge=1, le=64,
        description="neighbouring channels summed into one before sending",
    )  # fmt: skip
    ifov: Annotated[float, QuantityRule("rad", gt=0.0, lt=0.5)] = value(
        "0.5 mrad", unit="rad", ref=_CHOICE, description="angle of one pixel"
    )
    samples: int = value(
        416, unit="1", ref=_CHOICE, ge=1, le=100_000, description="pixels side by side across"
    )
    spatial_binning: int = value(
        1, unit="1", ref=_CHOICE, ge=1, le=1024,
        description="pixels across, and as many lines, averaged into one spectrum",
    )  # fmt: skip
    snr_um: tuple[tuple[float, float], ...] = value(
        ((0.4, 100.0), (3.8, 100.0)), unit="1", ref=_CHOICE,
        description="pairs (wavelength in um, signal to noise of one spectrum)",
    )  # fmt: skip
    snr_albedo: float = value(
        0.3, unit="1", ref=_CHOICE, gt=0.0, le=1.0, description="reflectance at which snr_um holds"
    )
    snr_incidence: Annotated[float, QuantityRule("rad", ge=0.0, lt=1.5)] = value(
        "30 deg", unit="rad", ref=_CHOICE, description="incidence at which snr_um holds"
    )
    snr_distance: Annotated[float, QuantityRule("m", gt=0.0)] = value(
        "227.4e6 km", unit="m", ref="mean distance of Mars", description="from the Sun for snr_um"
    )
    photon_share: float = value(
        0.7, unit="1", ref=_CHOICE, ge=0.0, le=1.0,
        description="share of the variance at snr_um that grows with the light",
    )  # fmt: skip
    gain_error: float = value(
        0.02, unit="1", ref=_CHOICE, ge=0.0, le=0.5,
        description="relative error of calibration, one for all channels and a campaign (1 sigma)",
    )  # fmt: skip
    ripple: float = value(
        0.002, unit="1", ref=_CHOICE, ge=0.0, le=0.1,
        description="relative error from channel to channel, one for a campaign (1 sigma)",
    )  # fmt: skip
    smile: Annotated[float, QuantityRule("m", ge=0.0)] = value(
        0.0, unit="m", ref=_CHOICE,
        description="shift of the centres at the edge of the swath, growing with its square",
    )  # fmt: skip
    wavelength_error: Annotated[float, QuantityRule("m", ge=0.0)] = value(
        0.0, unit="m", ref=_CHOICE, description="shift not known, one for a campaign (1 sigma)"
    )
    bits: int = value(
        12, unit="1", ref=_CHOICE, ge=1, le=32, description="depth of the numbers [bit]"
    )

    @classmethod
    def preset_names(cls) -> tuple[str, ...]:
        """Names of the presets."""
        return (*preset_names(), *SHORT_NAMES)

    @classmethod
    def preset_of(cls, name: str) -> Preset:
        """The preset of a name; InputError for a name that is none."""
        return preset(name)

    @model_validator(mode="after")
    def _check(self) -> SpectrometerSettings:
        if not self.ranges:
            raise ValueError("a spectrometer needs a range of channels")
        names = [each.name for each in self.ranges]
        if len(set(names)) < len(names):
            raise ValueError(f"ranges have one name twice: {', '.join(names)}")
        if len(self.ranges) > 2 and self.joint is not None:
            raise ValueError("joint is for two ranges; let more than two not overlap")
        table = np.array(self.snr_um, dtype=np.float64).reshape(-1, 2)
        if not table.size or np.any(np.diff(table[:, 0]) <= 0.0) or np.any(table[:, 1] <= 0.0):
            raise ValueError("snr_um takes pairs, wavelengths rising, signal to noise above 0")
        return self
