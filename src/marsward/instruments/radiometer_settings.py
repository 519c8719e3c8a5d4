"""What a radiometer is set to: its bands, its field of view and its channel for sunlight."""

from __future__ import annotations

from typing import Annotated

from pydantic import model_validator

from marsward.core.part import value
from marsward.core.preset_files import Preset
from marsward.core.preset_part import PresetPart
from marsward.core.quantity import QuantityRule
from marsward.instruments.radiometer_bands import RadiometerBand
from marsward.instruments.radiometer_presets import preset, preset_names

_CHOICE = "a choice: a small radiometer of today"


class RadiometerSettings(PresetPart):
    """What a radiometer is set to, each value with its source."""

    preset: str | None = value(
        None,
        ref="the preset of the radiometer's name, where there is one",
        description="a radiometer that has flown, whose values hold where none are given here",
    )
    name: str = value("radiometer", description="name of the instrument")
    bands: tuple[RadiometerBand, ...] = value(
        ({"name": "window", "lo": "10 um", "hi": "13.5 um"},),
        ref=_CHOICE,
        description="the thermal bands",
    )
    pixel_across: Annotated[float, QuantityRule("rad", gt=0.0, lt=0.5)] = value(
        "2 mrad", unit="rad", ref=_CHOICE, description="angle of a pixel across the track"
    )
    pixel_along: Annotated[float, QuantityRule("rad", gt=0.0, lt=0.5)] = value(
        "2 mrad", unit="rad", ref=_CHOICE, description="angle of a pixel along the track"
    )
    pixels: int = value(
        64, unit="1", ref=_CHOICE, ge=1, le=100_000, description="pixels side by side across"
    )
    dwell: Annotated[float, QuantityRule("s", ge=0.0)] = value(
        "0.1 s", unit="s", ref=_CHOICE, description="time of one sample, in which the ground moves"
    )
    solar_lo: Annotated[float, QuantityRule("m", gt=0.0)] | None = value(
        None, unit="m", description="short end of the channel for sunlight; no channel if left out"
    )
    solar_hi: Annotated[float, QuantityRule("m", gt=0.0)] | None = value(
        None, unit="m", description="long end of the channel for sunlight"
    )
    solar_noise: float = value(
        0.001, unit="1", ref=_CHOICE, ge=0.0, le=0.5,
        description="noise of one sample in I/F (1 sigma)",
    )  # fmt: skip
    solar_gain_error: float = value(
        0.02, unit="1", ref=_CHOICE, ge=0.0, le=0.5,
        description="relative error of the channel's calibration, one for a campaign (1 sigma)",
    )  # fmt: skip

    @classmethod
    def preset_names(cls) -> tuple[str, ...]:
        """Names of the presets."""
        return preset_names()

    @classmethod
    def preset_of(cls, name: str) -> Preset:
        """The preset of a name; InputError for a name that is none."""
        return preset(name)

    @model_validator(mode="after")
    def _check(self) -> RadiometerSettings:
        if not self.bands:
            raise ValueError('a radiometer needs a band, such as {name = "window", lo = "10 um"}')
        names = [band.name for band in self.bands]
        if len(set(names)) < len(names):
            raise ValueError(f"bands have one name twice: {', '.join(names)}")
        if (self.solar_lo is None) != (self.solar_hi is None):
            raise ValueError("a channel for sunlight needs both solar_lo and solar_hi, or neither")
        if self.solar_lo is not None and not self.solar_lo < (self.solar_hi or 0.0):
            raise ValueError("solar_lo must be below solar_hi")
        return self
