"""Relief of a site below what maps resolve: octaves of noise with a given law of slopes."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.planet.kernels.relief import add_octaves, noise_at

__all__ = ["FractalRelief", "SlopeLaw"]

Array = NDArray[np.float64]
_FINEST = 0.25  # m, the shortest wave; rocks and pebbles stand below
_SALT = 0x5EED
_DRAWS = 40_000
_BLOCK = 32


@dataclass(frozen=True)
class SlopeLaw:
    """Root mean square slope of the ground by baseline: that of a self-affine surface.

    The root mean square height difference over a baseline L is v(L) = v0 (L/L0)^H; the slope is
    v/L. Shepard et al. 2001, doi:10.1029/2000JE001429.

    slope_deg : root mean square slope [deg] at the baseline
    baseline : L0 [m]
    hurst : H, between 0 and 1
    """

    slope_deg: float
    baseline: float
    hurst: float

    def __post_init__(self) -> None:
        good = 0.0 <= self.slope_deg < 45.0 and self.baseline > 0.0 and 0.0 < self.hurst < 1.0
        if not good:
            raise InputError(
                f"slopes of {self.slope_deg:g} deg over {self.baseline:g} m with the exponent "
                f"{self.hurst:g} are no law; give 0 to 45 deg, a length and an exponent in (0, 1)"
            )

    def deviation(self, length: Array | float) -> Array:
        """Root mean square height difference [m] between points a length [m] apart."""
        over = self.baseline * math.tan(math.radians(self.slope_deg))
        return over * (np.asarray(length, dtype=float) / self.baseline) ** self.hurst

    def slope(self, length: Array | float) -> Array:
        """Root mean square slope [deg] over a length [m]."""
        return np.degrees(np.arctan(self.deviation(length) / np.asarray(length, dtype=float)))


@dataclass(frozen=True)
class FractalRelief:
    """A seeded random surface with a law of slopes at all lengths below the longest wave.

    Octaves of gradient noise, each turned at random, with amplitudes that grow as the wave to the
    power of the exponent, so that the structure function of their sum is that of the law.

    law : of the slopes
    seed : whole number, 0 or more
    longest : wavelength of the first octave [m]
    """

    law: SlopeLaw
    seed: int
    longest: float

    @cached_property
    def octaves(self) -> tuple[Array, NDArray[np.uint64]]:
        """(n, 4) wavelength [m], amplitude [m], cosine, sine of each octave, and their seeds."""
        count = max(1, int(math.log2(self.longest / _FINEST)) + 1)
        wave = self.longest * 0.5 ** np.arange(count)
        amount = _amplitudes(self.law, tuple(wave))
        draw = np.random.default_rng([self.seed, _SALT])
        turn = draw.uniform(0.0, 2.0 * math.pi, count)
        seeds = draw.integers(0, 2**63, count, dtype=np.uint64)
        return np.stack([wave, amount, np.cos(turn), np.sin(turn)], axis=1), seeds

    def add(self, height: Array, x: Array, y: Array, *, shortest: float, workers: int = 1) -> None:
        """Add to heights (ny, nx) [m] the octaves of `shortest` wavelength [m] and more."""
        table, seeds = self.octaves
        kept = (table[:, 0] >= shortest) & (table[:, 1] > 0.0)
        table, seeds = np.ascontiguousarray(table[kept]), np.ascontiguousarray(seeds[kept])

        def work(first: int) -> None:
            add_octaves(height, x, y, table, seeds, first, min(first + _BLOCK, y.size))

        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(work, range(0, y.size, _BLOCK)))


@lru_cache(maxsize=1)
def _structure() -> tuple[Array, Array]:
    """Lengths [waves] and mean square difference of one octave of unit amplitude over them."""
    draw = np.random.default_rng(20250101)
    lengths = np.geomspace(0.01, 4.0, 40)
    x, y = draw.uniform(0.0, 4096.0, (2, _DRAWS))
    turn = draw.uniform(0.0, 2.0 * math.pi, _DRAWS)
    seed = np.uint64(7)
    here = noise_at(seed, x, y)
    mean = [
        np.mean((noise_at(seed, x + r * np.cos(turn), y + r * np.sin(turn)) - here) ** 2)
        for r in lengths
    ]
    return lengths, np.array(mean)


def _amplitudes(law: SlopeLaw, waves: tuple[float, ...]) -> Array:
    """Amplitudes [m] of octaves, powers of their waves, whose sum has the law's differences."""
    lengths, mean = _structure()
    wave = np.array(waves)
    shape = wave**law.hurst
    at = np.geomspace(wave[-1], 0.25 * wave[0], 4 * wave.size)
    ratio = at[:, None] / wave
    table = np.interp(np.log(ratio), np.log(lengths), np.log(mean))
    below = ratio < lengths[0]
    table = np.where(below, np.log(mean[0]) + 2.0 * np.log(ratio / lengths[0]), table)
    got = np.sqrt(np.exp(table) @ shape**2)
    if law.slope_deg == 0.0:
        return 0.0 * shape
    return shape * float(np.exp(np.mean(np.log(law.deviation(at) / got))))
