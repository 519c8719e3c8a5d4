"""What a radar sounder is set to: pulse, bands, antenna, noise and filter, each with its source.

The defaults are those of SHARAD.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import model_validator

from marsward.core.part import Part, value
from marsward.core.preset_files import Preset
from marsward.core.preset_part import PresetPart
from marsward.core.quantity import QuantityRule
from marsward.core.registry import unknown
from marsward.instruments.radar_presets import radar_preset, radar_preset_names

_SHARAD = "as SHARAD: Seu et al. 2007, doi:10.1029/2006JE002745"


class RadarBand(Part):
    """One band of a radar sounder."""

    name: str = value(description="what the band is called")
    center_frequency: Annotated[float, QuantityRule("Hz", gt=0.0, le=1e9)] = value(
        unit="Hz", description="middle of the band"
    )
    bandwidth: Annotated[float, QuantityRule("Hz", gt=0.0)] = value(
        unit="Hz", description="width of the band swept by the chirp"
    )
    sample_spacing: Annotated[float, QuantityRule("s", gt=0.0)] | None = value(
        None,
        ref="twice what the band needs: 1/(2 bandwidth)",
        description="spacing of complex samples in the products [s]",
    )
    antenna_gain: float | None = value(
        None, ref="that of the instrument", gt=0.0, le=100.0,
        description="gain of the antenna towards nadir in this band [-]",
    )  # fmt: skip

    @model_validator(mode="after")
    def _check(self) -> RadarBand:
        if self.bandwidth >= 2.0 * self.center_frequency:
            raise ValueError(
                f"band {self.name!r} reaches below 0 Hz: bandwidth must be less than twice "
                "center_frequency"
            )
        if self.sample_spacing is not None and self.sample_spacing * self.bandwidth > 1.0:
            raise ValueError(
                f"band {self.name!r} is undersampled: sample_spacing must be at most "
                f"{1e6 / self.bandwidth:.4g} us"
            )
        return self

    @property
    def spacing(self) -> float:
        """Spacing of complex samples [s]."""
        return 0.5 / self.bandwidth if self.sample_spacing is None else self.sample_spacing


_SHARAD_BAND = RadarBand.model_validate(
    {
        "name": "20 MHz",
        "center_frequency": "20 MHz",
        "bandwidth": "10 MHz",
        "sample_spacing": "0.0375 us",
    }
)


class RadarSettings(PresetPart):
    """What a radar sounder is set to, each value with its source."""

    preset: str | None = value(
        None,
        ref="the preset of the sounder's name, where there is one",
        description="a sounder that has flown, whose values hold where none are given here",
    )
    name: str = value("sounder", description="name of the instrument")
    bands: tuple[RadarBand, ...] = value(
        (_SHARAD_BAND,), origin="published", ref=_SHARAD, description="the bands", min_length=1
    )
    band: str | None = value(
        None, ref="the first of the bands", description="name of the band that is used"
    )
    power: Annotated[float, QuantityRule("W", gt=0.0)] = value(
        "10 W", unit="W", origin="published", ref=_SHARAD, description="power while the pulse lasts"
    )
    pulse_length: Annotated[float, QuantityRule("s", gt=0.0, le=0.1)] = value(
        "85.05 us",
        unit="s",
        origin="published",
        ref="as SHARAD: Campbell et al. 2011, doi:10.1109/LGRS.2011.2143692",
        description="length of the chirp",
    )
    falling: bool = value(
        False, ref="a choice that leaves the echo as it is",
        description="whether the frequency falls during the pulse",
    )  # fmt: skip
    prf: Annotated[float, QuantityRule("Hz", gt=0.0)] = value(
        "700.28 Hz",
        unit="Hz",
        origin="published",
        ref="as SHARAD: Croci et al. 2011, doi:10.1109/JPROC.2010.2104130",
        description="pulses in a second",
    )
    antenna_length: Annotated[float, QuantityRule("m", gt=0.0)] = value(
        "10 m", unit="m", origin="published", ref=_SHARAD, description="dipole, tip to tip"
    )
    antenna_gain: float = value(
        1.64, unit="1", origin="derived", ref="dipole of half a wave, 2.15 dB", gt=0.0, le=100.0,
        description="gain of the antenna towards nadir, losses left aside [-]",
    )  # fmt: skip
    efficiency: float = value(
        0.07, unit="1", origin="derived", gt=0.0, le=1.0,
        ref="leaves a surface of reflectivity 0.1 some 50 dB above noise: Seu et al. 2007",
        description="share of the echo's power left by antenna, matching and lines, both ways [-]",
    )  # fmt: skip
    window: Literal["uniform", "hann", "hamming", "blackman"] = value(
        "hann", ref="low sidelobes", description="weights across the band in pulse compression"
    )
    receive_window: Annotated[float, QuantityRule("s", gt=0.0, le=1.0)] = value(
        "135 us",
        unit="s",
        origin="published",
        ref="as SHARAD: Campbell et al. 2011, doi:10.1109/LGRS.2011.2143692",
        description="time for which an echo is recorded",
    )
    presum: int = value(
        1200, unit="1", origin="derived", ge=1, le=10_000_000,
        ref="pulses while the aperture for 400 m along the track is flown from 300 km",
        description="pulses summed coherently into one trace, on board and in focusing",
    )  # fmt: skip
    receiver_noise: Annotated[float, QuantityRule("K", ge=0.0)] = value(
        "1000 K",
        unit="K",
        ref="not published; small beside the sky",
        description="noise temperature of the receiver",
    )
    sky_share: float = value(
        0.7, unit="1", origin="derived", ge=0.0, le=1.0,
        ref="share of the sphere that Mars leaves free seen from 300 km, and its reflection",
        description="share of the sky's noise that the antenna sees [-]",
    )  # fmt: skip

    @classmethod
    def preset_names(cls) -> tuple[str, ...]:
        """Names of the presets."""
        return radar_preset_names()

    @classmethod
    def preset_of(cls, name: str) -> Preset:
        """The preset of a name; InputError for a name that is none."""
        return radar_preset(name)

    @classmethod
    def _given(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """A band of None is not given."""
        return {name: each for name, each in data.items() if (name, each) != ("band", None)}

    @classmethod
    def _held(cls, found: Preset, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """A preset's band goes with the preset's bands."""
        if "bands" not in given:
            return found.values
        return {name: each for name, each in found.values.items() if name != "band"}

    @model_validator(mode="after")
    def _check(self) -> RadarSettings:
        names = [band.name for band in self.bands]
        if len(set(names)) < len(names):
            raise ValueError(f"bands have one name twice: {', '.join(names)}")
        if self.band is not None and self.band not in names:
            raise ValueError(unknown(f"band of sounder {self.name!r}", self.band, names))
        if self.receive_window < self.pulse_length:
            raise ValueError("receive_window must not be shorter than pulse_length")
        for band in self.bands:
            if self.pulse_length * band.bandwidth < 1.0:
                raise ValueError(
                    f"a pulse of {self.pulse_length:g} s cannot sweep {band.bandwidth:g} Hz: "
                    "pulse_length times bandwidth must be at least 1"
                )
        return self

    @property
    def chosen(self) -> RadarBand:
        """The band that is used."""
        return next(band for band in self.bands if self.band in (None, band.name))
