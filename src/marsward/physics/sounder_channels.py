"""Channels of an infrared sounder: where each looks in the spectrum, and what dust does there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.physics.dust_optics import dust_at
from marsward.physics.sounder_table import SounderBins, SounderTable

__all__ = ["ChannelBins", "SounderChannels", "channel_bins", "dust_absorption_share"]

Array = NDArray[np.float64]
_REACH = 2.0  # how far a bell goes, in full widths at half maximum
_FINE = 16  # places in a bin at which a response is read


@dataclass(frozen=True)
class SounderChannels:
    """Channels by their centre and full width at half maximum [m-1].

    shape : "box", flat between its ends, or "bell", a Gaussian as an apodised spectrometer's

    Raises
    ------
    InputError : no channel, a width or centre out of range, an unknown shape.
    """

    centre: tuple[float, ...]
    width: tuple[float, ...]
    shape: str = "bell"

    def __post_init__(self) -> None:
        if not self.centre or len(self.centre) != len(self.width):
            raise InputError("channels of a sounder need as many widths as centres, one or more")
        if not all(
            w > 0.0 and 5e3 <= c <= 3e5 for c, w in zip(self.centre, self.width, strict=True)
        ):
            raise InputError("channels of a sounder lie in 50 to 3000 cm-1, with widths above 0")
        if self.shape not in ("box", "bell"):
            raise InputError(f'a channel\'s shape is "box" or "bell", not {self.shape!r}')

    def __len__(self) -> int:
        return len(self.centre)

    @property
    def ranges(self) -> list[tuple[float, float]]:
        """Where each channel sees anything [m-1]."""
        reach = 0.5 if self.shape == "box" else _REACH
        pairs = zip(self.centre, self.width, strict=True)
        return [(max(c - reach * w, 100.0), c + reach * w) for c, w in pairs]

    def chosen(self, keep: Sequence[int]) -> SounderChannels:
        """Some of the channels, by number."""
        picks = [(self.centre[i], self.width[i]) for i in keep]
        return SounderChannels(tuple(c for c, _ in picks), tuple(w for _, w in picks), self.shape)

    def response(self, lo: Array, hi: Array) -> Array:
        """Share of each bin from lo to hi [m-1] in the mean over a channel (channels, bins)."""
        place = (np.arange(_FINE) + 0.5) / _FINE
        at = lo[:, None] + (hi - lo)[:, None] * place
        centre, width = (np.array(v)[:, None, None] for v in (self.centre, self.width))
        if self.shape == "box":
            low, high = centre[..., 0] - 0.5 * width[..., 0], centre[..., 0] + 0.5 * width[..., 0]
            weight = np.maximum(np.minimum(hi, high) - np.maximum(lo, low), 0.0)
        else:
            off = (at - centre) / width
            bell = np.where(np.abs(off) <= _REACH, np.exp(-4.0 * np.log(2.0) * off**2), 0.0)
            weight = bell.mean(axis=2) * (hi - lo)
        return np.asarray(weight / weight.sum(axis=1, keepdims=True))


@dataclass(frozen=True, eq=False)
class ChannelBins:
    """The bins that channels see, their shares in each, and dust's absorption in them."""

    bins: SounderBins
    wave: Array
    response: Array
    dust_share: Array


@lru_cache(maxsize=32)
def channel_bins(channels: SounderChannels, table: SounderTable) -> ChannelBins:
    """Bins of a table as some channels see them; kept for the next call."""
    bins = table.bins(channels.ranges)
    wave = bins.wave
    return ChannelBins(bins, wave, channels.response(bins.lo, bins.hi), dust_absorption_share(wave))


def dust_absorption_share(wave: ArrayLike) -> Array:
    """Absorption of dust over its extinction of visible light at wavenumbers [m-1], 110 to 5e6.

    Of grains of 1.5 um, `physics.dust_optics`.
    """
    return dust_at(1.0 / np.asarray(wave, dtype=np.float64)).absorption
