"""A rover's laser: the spectra of the sparks that it makes on rocks (LIBS).

Each shot makes a plasma of rock and of the air about it, with a temperature, a density of electrons
and an amount of matter that scatter from target to target (the rock's hardness and grain) and from
shot to shot; its lines are those of `physics.plasma_spectrum`. The spectrometers see them in their
ranges with their widths, on a continuum, weaker with distance, with noise of photons and of
reading; what is told is the mean of the shots. The error of the response is drawn for a campaign.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, ClassVar

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, model_validator
from scipy.sparse import csr_array, lil_array
from scipy.special import voigt_profile

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.part import Part, value
from marsward.core.preset_files import PresetFiles
from marsward.core.preset_part import PresetPart
from marsward.core.quantity import QuantityRule
from marsward.data.plasma_lines import ELEMENTS, plasma_lines
from marsward.physics.hapke_mixing import WAVELENGTH
from marsward.physics.plasma_spectrum import hydrogen_width, line_emission, stark_width
from marsward.physics.rock_oxides import OXIDES, atoms_of, checked_oxides

__all__ = ["OXIDES", "LaserRange", "LaserSpectrometer"]

Array = NDArray[np.float64]
_FILES = PresetFiles("laser spectrometer", "laser-spectrometer", parts="ranges")
_CHOICE = "a choice"
_WINGS = 40.0  # Lorentz half widths of a line that are drawn
_WIDTH = 2.354820045  # full width at half maximum of a Gaussian over its sigma
_SPARKS = 6  # that stand for the shots at a target
# Mean soil of Mars, in which `signal` is stated: Taylor & McLennan 2009, Planetary Crusts,
# doi:10.1017/CBO9780511575358, rounded and from memory.
_SOIL = (0.454, 0.009, 0.097, 0.167, 0.084, 0.064, 0.027, 0.004)

add_fields(
    FieldRow("laser_signal", "1", "photoelectrons of a channel, the mean of the shots"),
    FieldRow("laser_signal_sigma", "1", "noise of the mean of the shots (1 sigma)", low=0.0),
    FieldRow("channel_range", "1", "which range of the spectrometer a channel is of", low=0.0),
    FieldRow("target_distance", "m", "from the laser to the target", low=0.0),
)


class LaserRange(Part):
    """One spectrometer of the set."""

    name: str = Field(description="name of the range", min_length=1)
    low: Annotated[float, QuantityRule("m", gt=1e-7, lt=1e-5)] = value(
        unit="nm", description="shortest wavelength"
    )
    high: Annotated[float, QuantityRule("m", gt=1e-7, lt=1e-5)] = value(
        unit="nm", description="longest wavelength"
    )
    fwhm: Annotated[float, QuantityRule("m", gt=1e-12, lt=1e-8)] = value(
        unit="nm", description="full width at half maximum of a thin line"
    )
    channels: int = value(2000, ref=_CHOICE, ge=50, le=8192, description="of the detector")

    @model_validator(mode="after")
    def _check(self) -> LaserRange:
        if self.low >= self.high:
            raise ValueError(
                f"range {self.name!r} goes from {self.low * 1e9:g} to {self.high * 1e9:g} nm: give "
                "the shorter wavelength as low"
            )
        return self

    @property
    def wavelength(self) -> Array:
        """Centres of the channels [m]."""
        return np.linspace(self.low, self.high, self.channels)


class LaserSpectrometer(PresetPart):
    """A laser with its spectrometers, seeing in vacuum wavelengths."""

    kind: ClassVar[str] = "laser-spectrometer"
    pieces: ClassVar[str] = "ranges"
    files: ClassVar[PresetFiles | None] = _FILES

    preset: str | None = value(
        None, ref="the preset of the instrument's name, where there is one",
        description="a laser that has flown, whose values hold where none are given here",
    )  # fmt: skip
    name: str = value("laser-spectrometer", description="name of the instrument")
    nearest: Annotated[float, QuantityRule("m", gt=0.0)] = value(
        1.5, unit="m", ref=_CHOICE, description="nearest target"
    )
    farthest: Annotated[float, QuantityRule("m", gt=0.0)] = value(
        7.0, unit="m", ref=_CHOICE, description="farthest target"
    )
    shots: int = value(30, ref=_CHOICE, ge=1, le=1000, description="shots averaged at a target")
    signal: float = value(
        3e6, unit="1", ref=_CHOICE, gt=0.0,
        description="photoelectrons of a shot in all channels, Mars' mean soil at 2 m",
    )  # fmt: skip
    fading: float = value(
        2.0, unit="1", ref="the square of the distance", ge=0.0, le=6.0,
        description="power of the distance by which the signal falls",
    )  # fmt: skip
    read_noise: float = value(
        20.0, unit="1", ref=_CHOICE, ge=0.0,
        description="noise of reading a channel once, photoelectrons (1 sigma)",
    )  # fmt: skip
    continuum: float = value(
        0.3, unit="1", ref=_CHOICE, ge=0.0, le=10.0,
        description="light of the continuum over that of the lines in a mean shot",
    )  # fmt: skip
    temperature: Annotated[float, QuantityRule("K", gt=3000.0, lt=25_000.0)] = value(
        9000.0, unit="K", ref=f"{_CHOICE}: of sparks in the air of Mars",
        description="of the plasma",
    )  # fmt: skip
    electrons: Annotated[float, QuantityRule("1/m3", gt=1e19, lt=1e26)] = value(
        5e22, unit="1/m3", ref=f"{_CHOICE}: of sparks in the air of Mars",
        description="electrons of the plasma",
    )  # fmt: skip
    column: Annotated[float, QuantityRule("1/m2", ge=0.0, le=1e23)] = value(
        1e20, unit="1/m2", ref=f"{_CHOICE}: 1 mm of 1e23 atoms a cubic metre",
        description="atoms along the sight, by which lines absorb their own light; 0: none",
    )  # fmt: skip
    target_scatter: tuple[float, float, float] = value(
        (0.05, 0.2, 0.3), unit="1", ref=_CHOICE,
        description="of temperature, electrons, matter from target to target, relative (1 sigma)",
    )  # fmt: skip
    shot_scatter: tuple[float, float, float] = value(
        (0.03, 0.1, 0.15), unit="1", ref=_CHOICE,
        description="of the same from shot to shot, relative (1 sigma)",
    )  # fmt: skip
    air_share: float = value(
        0.3, unit="1", ref=_CHOICE, ge=0.0, le=0.95,
        description="atoms of the plasma that are of the air's carbon dioxide",
    )  # fmt: skip
    water: float = value(
        0.01, unit="1", ref=_CHOICE, ge=0.0, le=0.5, description="water in a target by weight"
    )
    gain_error: float = value(
        0.03, unit="1", ref=_CHOICE, ge=0.0, le=0.5,
        description="error of each range's response, offset and tilt, one for a campaign (1 sigma)",
    )  # fmt: skip
    ranges: tuple[LaserRange, ...] = Field(
        (LaserRange(name="all", low="240 nm", high="850 nm", fwhm="0.3 nm"),),  # type: ignore[arg-type]
        description="spectrometers of the set", min_length=1,
    )  # fmt: skip

    @property
    def wavelength(self) -> Array:
        """Centres of all channels [m]."""
        return np.concatenate([each.wavelength for each in self.ranges])

    @property
    def channel_range(self) -> NDArray[np.int64]:
        """Number of the range that each channel is of."""
        return np.repeat(np.arange(len(self.ranges)), [each.channels for each in self.ranges])

    def observe(
        self, oxides: ArrayLike, *, distance: ArrayLike = 2.0, seed: int = 0,
        campaign: ArrayLike = 0,
    ) -> xr.Dataset:  # fmt: skip
        """Spectra of targets.

        Parameters
        ----------
        oxides : shares by weight of `OXIDES` (target, 8); what lacks to 1 counts as oxygen of
            sulphates and the like, which have no lines here
        distance : to each target [m] (target,), or one for all
        seed : of scatter and noise; campaign : of the response, one for all or for each target

        Returns
        -------
        Dataset (target, wavelength): laser_signal and its sigma, channel_range, target_distance.

        Raises
        ------
        InputError : shares below 0 or above 1 in all; a target out of reach
        """
        rock = checked_oxides(oxides)
        far = np.broadcast_to(np.asarray(distance, float), (len(rock),))
        if not np.all((far >= self.nearest) & (far <= self.farthest)):
            raise InputError(
                f"the laser {self.name!r} reaches targets at {self.nearest:g} to {self.farthest:g} "
                f"m, not at {far[~((far >= self.nearest) & (far <= self.farthest))][0]:g} m"
            )
        draws = np.random.default_rng(np.random.SeedSequence([int(seed), 0x11B5]))
        clean = self._sparks(rock, draws) * (2.0 / far[:, None]) ** self.fading
        whose = np.broadcast_to(np.asarray(campaign), (len(rock),))
        gains = {int(each): self.response(int(each)) for each in np.unique(whose)}
        clean *= np.stack([gains[int(each)] for each in whose])
        seen = clean + self._noise(clean) * draws.standard_normal(clean.shape)
        dims = ("target", WAVELENGTH)
        return xr.Dataset(
            {
                "laser_signal": field("laser_signal", seen, dims),
                "laser_signal_sigma": field(
                    "laser_signal_sigma", self._noise(np.maximum(seen, 0.0)), dims
                ),
                "channel_range": field("channel_range", self.channel_range, WAVELENGTH),
                "target_distance": field("target_distance", far, "target"),
            },
            {WAVELENGTH: field(WAVELENGTH, self.wavelength, WAVELENGTH)},
            {"instrument": self.name, "fwhm": [each.fwhm for each in self.ranges]},
        )

    def response(self, campaign: int) -> Array:
        """True over believed response of each channel in a campaign."""
        draws = np.random.default_rng(np.random.SeedSequence([int(campaign), 0x11B6]))
        parts = [
            1.0 + self.gain_error * (a + b * np.linspace(-1.0, 1.0, each.channels))
            for each, (a, b) in zip(
                self.ranges, draws.standard_normal((len(self.ranges), 2)), strict=True
            )
        ]
        return np.concatenate(parts)

    def _sparks(self, rock: Array, draws: np.random.Generator) -> Array:
        """Mean photoelectrons by channel at 2 m (target, channel), without noise."""
        own = draws.standard_normal((len(rock), 1, 3)) * self.target_scatter
        bits = np.exp(own + self._shots(len(rock), draws))
        hot = np.clip(self.temperature * bits[..., 0], 4000.0, 20_000.0)
        atoms = self._plasma(rock)[:, None, :]
        lines = self._lines(atoms, hot, self.electrons * bits[..., 1], bits[..., 2])
        drawn = _profiles(self.ranges, self.electrons)
        soil = self._lines(self._plasma(np.array([_SOIL])), self.temperature, self.electrons, 1.0)
        total = float((drawn @ soil.T).sum())
        scale = self.signal / (1.0 + self.continuum) / total
        shape = 1.0 / self.wavelength * np.gradient(self.wavelength)
        glow = (bits[..., 1] * bits[..., 2]).mean(axis=1)[:, None] * shape / shape.sum()
        return np.asarray(
            scale * ((drawn @ lines.mean(axis=1).T).T + self.continuum * total * glow)
        )

    def _shots(self, targets: int, draws: np.random.Generator) -> Array:
        """Scatter of a few sparks that stand for all shots (target, spark, 3).

        Pairs of opposite sparks carry what scatter does to the mean, and an offset that they share
        carries the scatter of the mean of the shots.
        """
        half = draws.standard_normal((targets, _SPARKS // 2, 3))
        half /= np.sqrt(np.mean(half**2, axis=1, keepdims=True))
        shared = draws.standard_normal((targets, 1, 3)) / np.sqrt(self.shots)
        spread = np.sqrt(1.0 - 1.0 / self.shots) * np.concatenate([half, -half], axis=1)
        return np.asarray((shared + spread) * self.shot_scatter)

    def _lines(self, atoms: Array, hot: ArrayLike, dense: ArrayLike, matter: ArrayLike) -> Array:
        amount = np.asarray(matter, float)
        sent = line_emission(atoms, hot, dense, column=self.column * amount)
        return np.asarray(amount[..., None] * sent)

    def _plasma(self, rock: Array) -> Array:
        """Shares of atoms in the plasma (target, elements)."""
        atoms = atoms_of(rock, water=self.water)
        air = np.zeros(len(ELEMENTS))
        air[ELEMENTS.index("C")], air[ELEMENTS.index("O")] = 1.0 / 3.0, 2.0 / 3.0
        return np.asarray((1.0 - self.air_share) * atoms + self.air_share * air)

    def _noise(self, mean: Array) -> Array:
        """Noise of the mean of the shots (1 sigma)."""
        return np.asarray(np.sqrt((mean + self.read_noise**2) / self.shots))


@lru_cache(4)
def _profiles(ranges: tuple[LaserRange, ...], electrons: float) -> csr_array:
    """How much of each line's light each channel takes (channels, lines)."""
    lines = plasma_lines()
    wide = np.where(lines.element == 0, hydrogen_width(electrons), stark_width(electrons))
    first = np.cumsum([0, *(each.channels for each in ranges)])
    out = lil_array((lines.wavelength.size, first[-1]))
    for each, start in zip(ranges, first[:-1], strict=True):
        lam = each.wavelength
        step, sigma = float(lam[1] - lam[0]), each.fwhm / _WIDTH
        for k, (at, half) in enumerate(zip(lines.wavelength, 0.5 * wide, strict=True)):
            reach = 3.0 * each.fwhm + _WINGS * half
            low, high = np.searchsorted(lam, [at - reach, at + reach])
            if low < high:
                seen = step * voigt_profile(lam[low:high] - at, sigma, half)
                out[[k], start + low : start + high] = seen[None]
    return csr_array(out.T)
