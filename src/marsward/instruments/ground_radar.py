"""A rover's ground-penetrating radar: echoes of the layers under the wheels, with its noise.

The radar sweeps its frequency (LFMCW), so what it samples is the ground's complex reflection at
evenly spaced frequencies; a transform over the band makes a trace over delay. Echoes are those of
plane waves on layers at normal incidence, exact with all multiples (`physics.layered_reflection`);
the spreading of the waves and the antenna's own ringing count as removed, as a calibration does it,
and what it leaves is `gain_error`, drawn once for a campaign. 2-D ground: `physics.ground_waves`.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field, model_validator

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.part import Part, value
from marsward.core.preset_files import PresetFiles
from marsward.core.preset_part import PresetPart
from marsward.core.quantity import QuantityRule
from marsward.physics.layered_reflection import RadarColumns, reflectivity

__all__ = ["GroundRadar", "RadarChannel", "compressed"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
_C = float(SPEED_OF_LIGHT)
_FILES = PresetFiles("ground radar", "ground-radar", parts="channels")
_CHOICE = "a choice"

add_fields(
    FieldRow("reflection_real", "1", "real part of the ground's reflection over a mirror's"),
    FieldRow("reflection_imaginary", "1", "imaginary part of the ground's reflection"),
)


class RadarChannel(Part):
    """One band of the radar."""

    name: str = Field(description="name of the channel", min_length=1)
    low: Annotated[float, QuantityRule("Hz", gt=1e6, lt=1e11)] = value(
        unit="Hz", description="lowest frequency of the sweep"
    )
    high: Annotated[float, QuantityRule("Hz", gt=1e6, lt=1e11)] = value(
        unit="Hz", description="highest frequency of the sweep"
    )
    samples: int = value(
        401, ref=_CHOICE, ge=16, le=16384, description="frequencies that are sampled"
    )
    noise: float = value(
        -60.0, unit="1", ref=_CHOICE, ge=-150.0, le=0.0,
        description="noise of one frequency sample over the echo of a mirror [dB]",
    )  # fmt: skip

    @model_validator(mode="after")
    def _check(self) -> RadarChannel:
        if self.low >= self.high:
            raise ValueError(
                f"channel {self.name!r} sweeps from {self.low:g} to {self.high:g} Hz: give the "
                "lower frequency as low"
            )
        return self

    @property
    def frequency(self) -> Array:
        """Frequencies of the samples [Hz]."""
        return np.linspace(self.low, self.high, self.samples)

    @property
    def longest_delay(self) -> float:
        """Delay after which echoes fold back [s]."""
        return (self.samples - 1) / (self.high - self.low)

    @property
    def sigma(self) -> float:
        """Noise of real and imaginary part of a sample over a mirror's echo (1 sigma)."""
        return float(10.0 ** (self.noise / 20.0) / np.sqrt(2.0))


class GroundRadar(PresetPart):
    """A rover's radar with its channels."""

    kind: ClassVar[str] = "ground-radar"
    pieces: ClassVar[str] = "channels"
    files: ClassVar[PresetFiles | None] = _FILES

    preset: str | None = value(
        None, ref="the preset of the instrument's name, where there is one",
        description="a radar that has driven, whose values hold where none are given here",
    )  # fmt: skip
    name: str = value("ground-radar", description="name of the instrument")
    gain_error: float = value(
        0.05, unit="1", ref=f"{_CHOICE}: some 0.4 dB", ge=0.0, le=0.5,
        description="relative error of the echo's calibration, one for a campaign (1 sigma)",
    )  # fmt: skip
    channels: tuple[RadarChannel, ...] = Field(
        (RadarChannel(name="low", low="15 MHz", high="95 MHz"),),  # type: ignore[arg-type]
        description="bands of the radar", min_length=1,
    )  # fmt: skip

    def channel(self, name: str) -> RadarChannel:
        """A channel by its name; InputError for a name that is none."""
        for each in self.channels:
            if each.name == name:
                return each
        known = ", ".join(each.name for each in self.channels)
        raise InputError(f"the radar {self.name!r} has no channel {name!r}; it has: {known}")

    def gain(self, campaign: int) -> float:
        """True over believed amplitude of a campaign's echoes."""
        draws = np.random.default_rng(np.random.SeedSequence([int(campaign), 0x6DA]))
        return float(np.exp(self.gain_error * draws.standard_normal()))

    def observe(
        self, ground: RadarColumns, channel: str, *, seed: int = 0, campaign: int = 0
    ) -> xr.Dataset:
        """Sweeps over each column of the ground.

        Parameters
        ----------
        ground : a column under each trace
        seed : of the noise, new in every sweep; campaign : of the gain, which all share

        Returns
        -------
        Dataset (trace, frequency): reflection_real, reflection_imaginary; attributes channel,
        noise_sigma and gain_error, which a retrieval may know.

        Raises
        ------
        InputError : no such channel; ground deeper than the sweep can tell apart
        """
        band = self.channel(channel)
        self._refuse_deep(ground, band)
        echo = self.gain(campaign) * reflectivity(ground, band.frequency)
        draws = np.random.default_rng(np.random.SeedSequence([int(seed), *channel.encode(), 0x6DB]))
        noise = draws.standard_normal((2, *echo.shape)) * band.sigma
        dims = ("trace", "frequency")
        return xr.Dataset(
            {
                "reflection_real": field("reflection_real", echo.real + noise[0], dims),
                "reflection_imaginary": field("reflection_imaginary", echo.imag + noise[1], dims),
            },
            {"frequency": ("frequency", band.frequency, {"units": "Hz"})},
            {
                "instrument": self.name, "channel": band.name, "noise_sigma": band.sigma,
                "gain_error": self.gain_error,
            },
        )  # fmt: skip

    def _refuse_deep(self, ground: RadarColumns, band: RadarChannel) -> None:
        slow = np.sqrt(ground.permittivity[:, :-1]) * ground.thickness
        longest = float((2.0 * slow.sum(axis=1) / _C).max(initial=0.0))
        if longest > 0.5 * band.longest_delay:
            raise InputError(
                f"layers down to {float(ground.thickness.sum(axis=1).max()):.4g} m come after "
                f"{longest:.3g} s, more than half of what {band.samples} samples of channel "
                f"{band.name!r} tell apart ({band.longest_delay:.3g} s); give it more samples"
            )


def compressed(sweeps: xr.Dataset, *, factor: int = 4) -> tuple[Array, Complex]:
    """Traces over delay from sweeps: a Hann window over the band, then the transform.

    Parameters
    ----------
    sweeps : as `GroundRadar.observe` gives them
    factor : how much finer than the band's resolution delays are sampled

    Returns
    -------
    Delay (n,) [s] and complex amplitude (trace, n) over a mirror's echo.
    """
    f = sweeps["frequency"].values
    both = sweeps["reflection_real"].values + 1j * sweeps["reflection_imaginary"].values
    window = np.hanning(f.size)
    count = factor * f.size
    traces = np.fft.ifft(both * window, count, axis=1) * count / window.sum()
    delay = np.arange(count) / (count * (f[1] - f[0]))
    keep = delay <= 0.5 * float(delay[-1])
    return delay[keep], traces[:, keep] * np.exp(2j * np.pi * f[0] * delay[keep])
