"""The pulse of a radar sounder: a linear chirp, its spectrum, its filter and their bookkeeping.

A chirp of length T and bandwidth B sweeps evenly from the lower to the upper end of its band (or
back). Its matched filter is its conjugate spectrum times a window across the band; the window buys
low sidelobes for a wider and weaker peak:

    loss of a window in signal to noise = mean of (S w^2) mean of S over (mean of (S w))^2,

S = |spectrum|^2 of the chirp. Cook & Bernfeld 1967, Radar Signals, chapters 6 and 7; Harris 1978,
doi:10.1109/PROC.1978.10837. All spectra stand at offsets from the carrier.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft

from marsward.core.errors import InputError

__all__ = ["WINDOWS", "Chirp"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
WINDOWS = ("uniform", "hann", "hamming", "blackman")
_PIECE = 1024  # delays at a time
_COSINES = {
    "uniform": (1.0,),
    "hann": (0.5, 0.5),
    "hamming": (25.0 / 46.0, 21.0 / 46.0),
    "blackman": (0.42, 0.5, 0.08),
}


@dataclass(frozen=True)
class Chirp:
    """A linear chirp and the filter that compresses it.

    bandwidth : B [Hz]
    length : T [s]
    spacing : of complex samples [s]; at most 1/B
    window : across the band, one of WINDOWS
    falling : whether the frequency falls during the pulse
    """

    bandwidth: float
    length: float
    spacing: float
    window: str = "hann"
    falling: bool = False

    def __post_init__(self) -> None:
        if self.window not in WINDOWS:
            raise InputError(
                f"no window called {self.window!r}; choose one of: {', '.join(WINDOWS)}"
            )
        for name in ("bandwidth", "length", "spacing"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0.0):
                raise InputError(f"the {name} of a chirp is {value:g}; it must be positive")
        if self.spacing * self.bandwidth > 1.0 + 1e-9:
            raise InputError(
                f"samples {self.spacing:g} s apart cannot hold a band of {self.bandwidth:g} Hz: "
                f"take them at most {1.0 / self.bandwidth:.4g} s apart"
            )

    @property
    def samples(self) -> int:
        """Samples of the pulse."""
        return round(self.length / self.spacing)

    @property
    def compression(self) -> float:
        """Time-bandwidth product: gain of the matched filter in peak power over noise [-]."""
        return self.length * self.bandwidth

    def pulse(self) -> Complex:
        """Complex samples of the pulse, magnitude 1, frequency 0 in its middle."""
        t = (np.arange(self.samples) + 0.5) * self.spacing - 0.5 * self.length
        rate = math.pi * self.bandwidth / self.length * (-1.0 if self.falling else 1.0)
        return np.asarray(np.exp(1j * rate * t * t))

    def weights(self, offset: ArrayLike) -> Array:
        """The window at offsets from the carrier [Hz]; 0 outside the band."""
        f = np.asarray(offset, dtype=np.float64)
        angle = 2.0 * math.pi / self.bandwidth * f
        total = np.zeros_like(f)
        for order, factor in enumerate(_COSINES[self.window]):
            total += factor * np.cos(order * angle)
        return np.where(np.abs(f) <= 0.5 * self.bandwidth * (1.0 + 1e-12), total, 0.0)

    def spectrum(self, count: int) -> Complex:
        """Transform of the pulse in `count` samples, as `offsets` orders them."""
        if count < self.samples:
            raise InputError(
                f"a chirp of {self.samples} samples does not fit into a line of {count}"
            )
        return np.asarray(fft.fft(self.pulse(), count))

    def offsets(self, count: int) -> Array:
        """Offsets from the carrier [Hz] of a transform of `count` samples."""
        return np.asarray(fft.fftfreq(count, self.spacing))

    def filter(self, count: int) -> Complex:
        """What a received spectrum is multiplied by; an echo of amplitude 1 comes out with peak 1.

        The pulse's first sample is the reference: an echo that begins at a sample peaks there.
        """
        spectrum = self.spectrum(count)
        weighted = spectrum.conj() * self.weights(self.offsets(count))
        return np.asarray(weighted * (count / np.sum(weighted * spectrum).real))

    def response(self, count: int) -> Array:
        """Spectrum of a compressed echo at delay 0 (count,): real, its mean is 1."""
        return np.asarray((self.spectrum(count) * self.filter(count)).real)

    def noise_response(self, count: int) -> Array:
        """Spectrum by which white noise of variance 1 in each sample leaves the filter (count,)."""
        return np.asarray(np.abs(self.filter(count)))

    def window_loss(self) -> float:
        """Signal to noise lost to the window, at least 1 [-]; Hann 1.5 for a flat spectrum."""
        return _window_loss(self)

    def width(self, level: float = 0.5) -> float:
        """Full width of the compressed pulse at a level of its peak power [s]."""
        return _width(self, level)

    def shape(self, delay: ArrayLike) -> Complex:
        """Compressed echo of amplitude 1 at delays from its peak [s], any shape."""
        count = _length(self)
        f, spectrum = self.offsets(count), self.response(count) / count
        inside = np.flatnonzero(spectrum)
        t = np.asarray(delay, dtype=np.float64)
        out = np.empty(t.shape, dtype=np.complex128)
        flat, line = t.reshape(-1), out.reshape(-1)
        for first in range(0, flat.size, _PIECE):
            piece = flat[first : first + _PIECE]
            turns = np.exp(2j * math.pi * piece[:, None] * f[inside])
            line[first : first + _PIECE] = turns @ spectrum[inside]
        return out


def _length(chirp: Chirp) -> int:
    return int(fft.next_fast_len(2 * chirp.samples))


@lru_cache(maxsize=64)
def _window_loss(chirp: Chirp) -> float:
    count = _length(chirp)
    held = np.abs(chirp.spectrum(count)) ** 2
    w = chirp.weights(chirp.offsets(count))
    return float(np.sum(held * w * w) * np.sum(held) / np.sum(held * w) ** 2)


@lru_cache(maxsize=64)
def _width(chirp: Chirp, level: float) -> float:
    t = np.linspace(0.0, 4.0 / chirp.bandwidth, 2001)
    below = np.abs(chirp.shape(t)) ** 2 - level
    at = int(np.argmax(below < 0.0))
    return float(2.0 * (t[at] - (t[1] - t[0]) * below[at] / (below[at] - below[at - 1])))
