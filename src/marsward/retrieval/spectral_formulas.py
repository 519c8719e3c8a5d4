"""The formulas of the summary parameters, on reflectances of bands.

Each takes levels (bands, places), wavelengths [um] (bands,) and weights, and gives the value
(places,). Viviano-Beck et al. 2014, doi:10.1002/2014JE004627, table 2; the line between two bands
is a R_short + b R_long with b = (centre - short)/(long - short) and a = 1 - b.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["FORMULAS"]

Array = NDArray[np.float64]
_PEAK_STEP = 0.0005  # um
_PEAK_FROM = 7  # number of the band at 833 nm


def _line(low: Array, high: Array, ends: tuple[float, float], at: float) -> Array:
    share = (at - ends[0]) / (ends[1] - ends[0])
    return (1.0 - share) * low + share * high


def _level(r: Array, lam: Array, weights: Array) -> Array:
    return r[0]


def _ratio(r: Array, lam: Array, weights: Array) -> Array:
    return r[0] / r[1]


def _depth(r: Array, lam: Array, weights: Array) -> Array:
    """1 - R_c/(a R_s + b R_l), of short, centre, long."""
    return 1.0 - r[1] / _line(r[0], r[2], (lam[0], lam[2]), lam[1])


def _shoulder(r: Array, lam: Array, weights: Array) -> Array:
    """1 - (a R_s + b R_l)/R_c."""
    return 1.0 - _line(r[0], r[2], (lam[0], lam[2]), lam[1]) / r[1]


def _mean_depth(r: Array, lam: Array, weights: Array) -> Array:
    return 0.5 * (_depth(r[:3], lam[:3], weights) + _depth(r[3:], lam[3:], weights))


def _lesser_depth(r: Array, lam: Array, weights: Array) -> Array:
    return np.minimum(_depth(r[:3], lam[:3], weights), _depth(r[3:], lam[3:], weights))


def _depth_ratio(r: Array, lam: Array, weights: Array) -> Array:
    """1 - (1 - first depth)/(1 - second depth)."""
    first, second = _depth(r[:3], lam[:3], weights), _depth(r[3:], lam[3:], weights)
    return 1.0 - (1.0 - first) / (1.0 - second)


def _index(r: Array, lam: Array, weights: Array) -> Array:
    """Weighted sum of (R_c - R)/R_c, with R_c on the line through the first two bands."""
    total = np.zeros_like(r[0])
    for k, weight in enumerate(weights, start=2):
        line = _line(r[0], r[1], (lam[0], lam[1]), lam[k])
        total += weight * (line - r[k]) / line
    return total


def _drop(r: Array, lam: Array, weights: Array) -> Array:
    """1 - mean of R/R_c over bands of weight 1 by that over bands of weight -1."""
    means = []
    for sign in (1.0, -1.0):
        bands = [k for k, weight in enumerate(weights, start=2) if weight == sign]
        parts = [r[k] / _line(r[0], r[1], (lam[0], lam[1]), lam[k]) for k in bands]
        means.append(sum(parts) / len(parts))
    return 1.0 - means[0] / means[1]


def _slope(r: Array, lam: Array, weights: Array) -> Array:
    """Fall of reflectance by nanometre."""
    return (r[0] - r[1]) / ((lam[1] - lam[0]) * 1e3)


def _extended_depth(r: Array, lam: Array, weights: Array) -> Array:
    """1 - R_c/(R_1 (R_1/R_2))."""
    return 1.0 - r[0] / (r[1] * (r[1] / r[2]))


def _polynomial(r: Array, lam: Array) -> tuple[Array, Array]:
    """Wavelength [um] and height of the peak of a polynomial of fifth order through all bands."""
    middle, half = 0.5 * (lam[0] + lam[-1]), 0.5 * (lam[-1] - lam[0])
    grid = np.arange(lam[0], lam[-1] + 1e-9, _PEAK_STEP)
    basis = np.vander((lam - middle) / half, 6)
    curve = np.vander((grid - middle) / half, 6) @ np.linalg.pinv(basis) @ r  # (grid, places)
    gone = np.isnan(curve).any(axis=0)
    top = np.where(gone, 0, np.argmax(np.where(np.isnan(curve), -np.inf, curve), axis=0))
    inner = np.clip(top, 1, grid.size - 2)
    row = np.arange(curve.shape[1])
    low, mid, high = (curve[inner + k, row] for k in (-1, 0, 1))
    bend = low - 2.0 * mid + high
    shift = np.where((top == inner) & (bend < 0.0), 0.5 * (low - high) / bend, 0.0)
    shift = np.clip(np.where(np.isfinite(shift), shift, 0.0), -1.0, 1.0)
    height = np.where(top == inner, mid - 0.25 * (low - high) * shift, curve[top, row])
    return np.where(gone, np.nan, grid[top] + shift * _PEAK_STEP), np.where(gone, np.nan, height)


def _peak(r: Array, lam: Array, weights: Array) -> Array:
    return _polynomial(r, lam)[0]


def _peak_integral(r: Array, lam: Array, weights: Array) -> Array:
    """Integral of 1 - R/R_peak from 833 to 925 nm [um], by the trapezium rule."""
    _, height = _polynomial(r, lam)
    return np.asarray(np.trapezoid(1.0 - r[_PEAK_FROM:] / height, lam[_PEAK_FROM:], axis=0))


FORMULAS: dict[str, Callable[[Array, Array, Array], Array]] = {
    "level": _level,
    "ratio": _ratio,
    "depth": _depth,
    "shoulder": _shoulder,
    "mean depth": _mean_depth,
    "lesser depth": _lesser_depth,
    "depth ratio": _depth_ratio,
    "index": _index,
    "drop": _drop,
    "slope": _slope,
    "extended depth": _extended_depth,
    "peak": _peak,
    "peak integral": _peak_integral,
}
