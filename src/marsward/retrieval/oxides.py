"""Which oxides a laser's spectra tell of, with their errors, by rocks of known oxides.

As on the rovers, a law between spectra and oxides is learnt from standards that the same instrument
has seen (Clegg et al. 2017, doi:10.1016/j.sab.2016.12.003; they fit partial least squares to 408
rocks). Here: light over the continuum is summed in bins of a few line widths, each range of the
spectrometer divided by its total; the bins' leading patterns enter a Gaussian process for each
oxide, a linear law and a smooth departure from it (Rasmussen & Williams 2006, chapters 2 and 5),
whose smoothness and noise make the error of standards left out least. Errors told are
those with which left-out standards were missed, which grow with the share, and more where nothing
like the target was among the standards. Shares are not forced to a sum of 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.linalg import eigh

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.physics.hapke_mixing import WAVELENGTH
from marsward.physics.rock_oxides import OXIDES

__all__ = ["CHEMCAM_ERROR", "OxideCalibration", "standards"]

Array = NDArray[np.float64]
CHEMCAM_ERROR = {
    "SiO2": 0.051, "TiO2": 0.0049, "Al2O3": 0.035, "FeOT": 0.040, "MgO": 0.019, "CaO": 0.019,
    "Na2O": 0.0063, "K2O": 0.0071,
}  # fmt: skip
"""Errors that ChemCam's team states, the median of 7697 points on Mars (NASA PDS, MSL ChemCam major
oxides), to set beside those found here."""
# Least and greatest shares of the standards, wider than the rocks that ChemCam met on Mars.
_RANGES = {
    "SiO2": (0.25, 0.75), "TiO2": (0.0, 0.04), "Al2O3": (0.01, 0.28), "FeOT": (0.01, 0.35),
    "MgO": (0.005, 0.40), "CaO": (0.003, 0.22), "Na2O": (0.0, 0.08), "K2O": (0.0, 0.045),
}  # fmt: skip
_LACK = 0.3  # of a sum of 1, at most
_BIN = 4.0  # widths of a line in a bin
_VALLEY = 9  # bins about one in which its continuum is sought
_PATTERNS = 40
_FEWEST = 60
_LENGTHS, _NOISES, _BEND = (1.0, 2.0), (0.003, 0.01, 0.03, 0.1), 2.0

add_fields(
    FieldRow("oxide_share", "1", "share of an oxide by weight"),
    FieldRow("oxide_share_sigma", "1", "error of the share (1 sigma)", low=0.0),
)


def standards(count: int = 200, *, seed: int = 0) -> Array:
    """Oxides of made-up rocks to learn from (count, 8), shares by weight.

    Drawn evenly in ranges that hold the rocks of Mars, then scaled to a sum of 0.70 to 1.00, most
    of them near 1, as rocks have it that hold little water and sulphur.

    Raises InputError for fewer than 60 rocks.
    """
    if count < _FEWEST:
        raise InputError(f"{count} standards are too few to learn from: give {_FEWEST} or more")
    draws = np.random.default_rng(np.random.SeedSequence([int(seed), 0x57D]))
    low, high = np.array([_RANGES[name] for name in OXIDES]).T
    rocks = low + (high - low) * draws.random((count, len(OXIDES))) ** np.where(low > 0.2, 1.0, 1.5)
    sums = 1.0 - _LACK * draws.random(count) ** 3
    return np.asarray(rocks * (sums / rocks.sum(axis=1))[:, None])


@dataclass(frozen=True, eq=False)
class OxideCalibration:
    """A law from spectra to oxides; `OxideCalibration.of` learns it.

    left_out_error : of each oxide, root mean square over standards left out (8,)
    """

    left_out_error: Array
    _mean: Array
    _patterns: Array
    _known: Array
    _laws: tuple[_Law, ...]

    @classmethod
    def of(cls, spectra: xr.Dataset, oxides: Array) -> OxideCalibration:
        """Learn from standards.

        Parameters
        ----------
        spectra : of the standards, as `LaserSpectrometer.observe` gives them
        oxides : their shares by weight of `OXIDES` (target, 8)

        Raises
        ------
        InputError : spectra that are none, with gaps, too few, or of another number than oxides
        """
        bins = _bins(spectra)
        known = np.asarray(oxides, dtype=np.float64)
        if known.shape != (len(bins), len(OXIDES)):
            raise InputError(
                f"{len(bins)} spectra of standards need as many rows of {len(OXIDES)} oxides, not "
                f"the shape {known.shape}"
            )
        if len(bins) < _FEWEST:
            raise InputError(f"{len(bins)} standards are too few; observe {_FEWEST} or more")
        mean = bins.mean(axis=0)
        off = bins - mean
        square, turn = eigh(off @ off.T)
        size = np.sqrt(np.maximum(square[::-1][:_PATTERNS, None], 1e-30))
        kept = turn[:, ::-1][:, :_PATTERNS].T @ off / size
        kept /= np.sqrt(size / np.sqrt(len(bins)))
        seen = off @ kept.T
        scale = np.sqrt(np.mean(seen**2))
        laws = _laws(seen / scale, known)
        error = np.array([np.sqrt(np.mean(law.missed**2)) for law in laws])
        return cls(error, mean, kept / scale, seen / scale, laws)

    def shares(self, spectra: xr.Dataset) -> xr.Dataset:
        """Oxides of targets: Dataset (target, oxide) of oxide_share and oxide_share_sigma.

        Raises InputError for spectra of another instrument than the standards', or with gaps.
        """
        bins = _bins(spectra)
        if bins.shape[1] != self._mean.size:
            raise InputError(
                f"these spectra have {bins.shape[1]} bins and the standards' {self._mean.size}: "
                "observe the standards with the same instrument"
            )
        seen = (bins - self._mean) @ self._patterns.T
        told, sigma = zip(*(law.told(self._known, seen) for law in self._laws), strict=True)
        dims = ("target", "oxide")
        return xr.Dataset(
            {
                "oxide_share": field("oxide_share", np.stack(told, axis=1), dims),
                "oxide_share_sigma": field("oxide_share_sigma", np.stack(sigma, axis=1), dims),
            },
            {"oxide": list(OXIDES)},
        )


@dataclass(frozen=True, eq=False)
class _Law:
    """The Gaussian process of one oxide.

    missed : error at each standard when it is left out, share
    spread : noise of a standard in shares of the process' scale, by share: offset and slope
    """

    settings: tuple[float, float]
    centre: float
    scale: float
    weights: Array
    inverse: Array
    missed: Array
    spread: tuple[float, float]

    @classmethod
    def of(cls, settings: tuple[float, float], known: Array, inverse: Array) -> _Law:
        """The law of one oxide, by the inverse of its kernel with noise."""
        centre, scale = float(known.mean()), float(known.std())
        weights = inverse @ ((known - centre) / scale)
        own = np.diag(inverse)
        missed = weights / own
        told = np.maximum(known - scale * missed, 0.0)
        spread = _spread(told, np.abs(missed) * np.sqrt(own))
        return cls(settings, centre, scale, weights, inverse, scale * missed, spread)

    def told(self, known: Array, seen: Array) -> tuple[Array, Array]:
        """Share and its 1 sigma at spectra's patterns."""
        length, noise = self.settings
        cross = _kernel(seen, known, _gaps(seen, known), length)
        share = self.centre + self.scale * cross @ self.weights
        own = (seen**2).mean(axis=1) + _BEND
        variance = own + noise - np.einsum("ij,jk,ik->i", cross, self.inverse, cross)
        offset, slope = self.spread
        size = np.sqrt(np.maximum(variance, 0.5 * noise))
        return share, self.scale * size * (offset + slope * np.maximum(share, 0.0))


def _laws(seen: Array, known: Array) -> tuple[_Law, ...]:
    """For each oxide the law whose settings miss left-out standards least."""
    target = (known - known.mean(axis=0)) / known.std(axis=0)
    gaps = _gaps(seen, seen)
    tried = []
    for length in _LENGTHS:
        size, turn = eigh(_kernel(seen, seen, gaps, length))
        turned = turn.T @ target
        for noise in _NOISES:
            over = 1.0 / (np.maximum(size, 0.0) + noise)
            missed = (turn @ (over[:, None] * turned)) / (turn**2 @ over)[:, None]
            tried.append((np.mean(missed**2, axis=0), (length, noise), turn, over))
    best = np.argmin([each[0] for each in tried], axis=0)
    laws = []
    for column, which in zip(known.T, best, strict=True):
        _, settings, turn, over = tried[which]
        laws.append(_Law.of(settings, column, (turn * over) @ turn.T))
    return tuple(laws)


def _spread(told: Array, over: Array) -> tuple[float, float]:
    """How many of its own errors a law misses by, as offset and slope by the share told.

    A straight line through root mean squares in eight classes of the share, nowhere below a third
    of their mean, then scaled to a mean square of 1 over all standards.
    """
    classes = np.array_split(np.argsort(told), 8)
    at = np.array([told[each].mean() for each in classes])
    size = np.array([np.sqrt(np.mean(over[each] ** 2)) for each in classes])
    slope, offset = np.polyfit(at, size, 1)
    least = float(size.mean()) / 3.0
    if offset < least:
        slope, offset = np.sum(at * (size - least)) / np.sum(at**2), least
    slope = max(float(slope), 0.0)
    if slope == 0.0:
        offset = float(size.mean())
    scale = np.sqrt(np.mean((over / (offset + slope * told)) ** 2))
    return float(scale * offset), float(scale * slope)


def _gaps(one: Array, other: Array) -> Array:
    """Squared distances (one, other), over the number of patterns."""
    size = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)[None]
    return np.asarray(np.maximum(size - 2.0 * one @ other.T, 0.0) / one.shape[1])


def _kernel(one: Array, other: Array, gaps: Array, length: float) -> Array:
    """A linear law and a smooth departure of it."""
    return np.asarray(one @ other.T / one.shape[1] + _BEND * np.exp(-0.5 * gaps / length**2))


def _bins(spectra: xr.Dataset) -> Array:
    """Light over the continuum in bins, over the total of its range (target, bins)."""
    try:
        signal = np.asarray(spectra["laser_signal"].values, dtype=np.float64)
        whose = spectra["channel_range"].values
        lam, widths = spectra[WAVELENGTH].values, np.atleast_1d(spectra.attrs["fwhm"])
    except KeyError as error:
        raise InputError(f"these are no spectra of a laser: {error} is missing") from error
    if signal.ndim != 2 or not np.isfinite(signal).all():
        raise InputError("spectra of a laser are (target, wavelength) without gaps")
    parts = []
    for number, width in enumerate(widths):
        ours = whose == number
        at = lam[ours]
        count = max(int((at[-1] - at[0]) / (_BIN * width)), 2)
        edges = np.linspace(0, at.size, count + 1).astype(int)[:-1]
        light = np.add.reduceat(signal[:, ours], edges, axis=1)
        over = light - _valley(light)
        parts.append(over / over.sum(axis=1, keepdims=True))
    return np.concatenate(parts, axis=1)


def _valley(light: Array) -> Array:
    """The continuum under bins: the least of those about, drawn smooth."""
    half = _VALLEY // 2
    wide = np.pad(light, ((0, 0), (half, half)), mode="edge")
    least = np.lib.stride_tricks.sliding_window_view(wide, _VALLEY, axis=1).min(axis=2)
    wide = np.pad(least, ((0, 0), (half, half)), mode="edge")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(wide, _VALLEY, axis=1).mean(axis=2))
