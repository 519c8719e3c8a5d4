"""Noise of a carrier's phase, from an oscillator's Allan deviation and the strength of the signal.

The fractional frequency is the sum of white noise, of noises that are forgotten within given times
and of independent noise of the phase, with variances that fit a table of Allan deviations by least
squares with none below zero; the table is read by straight lines of its logarithms. A sum of such
noises whose memories stand a factor of three apart makes a flat (flicker) deviation to 3 %.

Allan variances: white frequency noise q/t; independent phase 3 s^2/t^2; memory T and variance v,
with u = t/T, v (2 (u - 1 + exp(-u)) - (1 - exp(-u))^2)/u^2. Sources: Allan 1966,
doi:10.1109/PROC.1966.4634; Riley 2008, NIST Special Publication 1065.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import nnls

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.instruments.kernels.frequency_noise import slope_covariance, wander

__all__ = ["FrequencyNoise", "frequency_noise"]

Array = NDArray[np.float64]
_C = float(SPEED_OF_LIGHT)
_APART = 3.0
_SHORTEST = 1.0  # s; what is forgotten sooner passes for white
_A_DECADE = 6


@dataclass(frozen=True, eq=False)
class FrequencyNoise:
    """Noise of the fractional frequency and of the phase.

    white : Allan variance at one second of the white part [-]
    memory : (m,) [s] of the slow parts, and sigma (m,) of their fractional frequency [-]
    phase_time : of the oscillator's independent noise of the phase, as time [s]
    carrier_to_noise : power of the carrier over the density of noise [Hz]
    wavelength : [m]
    """

    white: float
    memory: Array
    sigma: Array
    phase_time: float
    carrier_to_noise: float
    wavelength: float

    def allan_deviation(self, time: ArrayLike) -> Array:
        """Allan deviation of the oscillator [-] over times [s], without the receiver's noise."""
        t = np.asarray(time, dtype=np.float64)
        total = self.white / t + 3.0 * (self.phase_time / t) ** 2
        for memory, sigma in zip(self.memory, self.sigma, strict=True):
            total = total + sigma**2 * _slow(t / memory)
        return np.asarray(np.sqrt(total))

    def jitter(self, step: float) -> float:
        """Standard deviation of a sample of the path [m], independent from sample to sample.

        The receiver's is 1/sqrt(2 C/N0 step) rad over the time of a sample.
        """
        thermal = self.wavelength / (2.0 * math.pi) / math.sqrt(2.0 * self.carrier_to_noise * step)
        return math.hypot(thermal, _C * self.phase_time)

    def path(self, samples: int, step: float, rng: np.random.Generator) -> Array:
        """Noise of the path along samples [m], (samples,)."""
        out = rng.standard_normal(samples) * self.jitter(step)
        normal = rng.standard_normal((samples, self.memory.size + 1))
        start = rng.standard_normal(self.memory.size)
        wander(step, self.white * _C**2, self.memory, self.sigma * _C, normal, start, out)
        return out

    def slope_covariance(self, edges: NDArray[np.int64], step: float) -> Array:
        """Covariance (b, b) of the slopes [m2 s-2] of lines through bins of samples of the path.

        edges : (b + 1,) first sample of each bin and the end of the last; two samples or more each
        """
        bins = np.ascontiguousarray(edges, dtype=np.int64)
        if bins.size < 2 or np.any(np.diff(bins) < 2):
            raise InputError("a slope needs two samples or more in each bin")
        out = np.empty((bins.size - 1, bins.size - 1))
        slope_covariance(
            step,
            bins,
            self.jitter(step) ** 2,
            self.white * _C**2,
            self.memory,
            self.sigma * _C,
            out,
        )
        return out


def frequency_noise(
    allan: Sequence[tuple[float, float]], *, carrier_to_noise: float, frequency: float
) -> FrequencyNoise:
    """Noise that has the Allan deviations of a table.

    Parameters
    ----------
    allan : (time [s], deviation [-]), times rising
    carrier_to_noise : [dB Hz]
    frequency : of the carrier [Hz]

    Raises
    ------
    InputError : a table that is none.
    """
    time = np.array([pair[0] for pair in allan], dtype=np.float64)
    held = np.array([pair[1] for pair in allan], dtype=np.float64)
    good = (time > 0.0) & (held > 0.0) & (time < math.inf) & (held < math.inf)
    if not time.size or not good.all() or np.any(np.diff(time) <= 0.0):
        raise InputError(
            "Allan deviations are pairs of a time [s], rising, and a deviation, both above 0, "
            f"not {tuple(allan)!r}"
        )
    wavelength = _C / frequency
    strength = 10.0 ** (0.1 * carrier_to_noise)
    if time.size == 1:
        none = np.empty(0)
        white = float(held[0] ** 2 * time[0])
        return FrequencyNoise(white, none, none, 0.0, strength, wavelength)
    count = max(int(_A_DECADE * math.log10(time[-1] / time[0])), 2) + 1
    t = np.geomspace(time[0], time[-1], count)
    want = np.exp(np.interp(np.log(t), np.log(time), 2.0 * np.log(held)))
    low, high = max(_SHORTEST, 0.5 * time[0]), max(3.0 * time[-1], 3.0 * _SHORTEST)
    memory = np.geomspace(low, high, max(int(math.log(high / low) / math.log(_APART)), 1) + 1)
    terms = [1.0 / t, 3.0 / t**2, *(_slow(t / each) for each in memory)]
    found, _ = nnls(np.stack(terms, axis=1) / want[:, None], np.ones(count))
    keep = found[2:] > 0.0
    return FrequencyNoise(
        float(found[0]), memory[keep], np.sqrt(found[2:][keep]), math.sqrt(found[1]), strength,
        wavelength,
    )  # fmt: skip


def _slow(u: Array) -> Array:
    """Allan variance of a noise of unit variance over u times its memory."""
    x = np.maximum(u, 1e-3)
    fade = -np.expm1(-x)
    exact = (2.0 * (x - fade) - fade * fade) / (x * x)
    return np.asarray(np.where(u > 1e-3, exact, 2.0 * u / 3.0))
