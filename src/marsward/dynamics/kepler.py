"""Kepler's equation: between the mean and the true anomaly, ellipse and hyperbola, on arrays.

E - e sin E = M and e sinh F - F = M, solved by Newton's method with third-order correction
(Danby & Burkardt 1983, doi:10.1007/BF01686811) from a start that cannot diverge.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["mean_anomaly", "true_anomaly"]

_ROUNDS = 60
_SETTLED = 4e-16


def mean_anomaly(true_rad: Any, eccentricity: Any) -> np.ndarray:
    """Mean anomaly (...) [rad] of a true anomaly (...) [rad]; any eccentricity but 1.

    On an ellipse the result lies in the same turn as ``true_rad``.
    """
    nu, e = np.broadcast_arrays(np.asarray(true_rad, float), np.asarray(eccentricity, float))
    turn = 2.0 * np.pi * np.round(nu / (2.0 * np.pi))
    half = np.tan(0.5 * (nu - turn))
    with np.errstate(invalid="ignore", divide="ignore"):  # of the branch that is not taken
        root = np.sqrt(np.abs((1.0 - e) / (1.0 + e)))
        anomaly = 2.0 * np.arctan(root * half)
        hyperbolic = 2.0 * np.arctanh(root * half)
        return np.where(
            e < 1.0,
            anomaly - e * np.sin(anomaly) + turn,
            e * np.sinh(hyperbolic) - hyperbolic,
        )


def true_anomaly(mean_rad: Any, eccentricity: Any) -> np.ndarray:
    """True anomaly (...) [rad] of a mean anomaly (...) [rad]; any eccentricity but 1.

    On an ellipse the result lies in the same turn as ``mean_rad``.
    """
    mean, e = np.broadcast_arrays(np.asarray(mean_rad, float), np.asarray(eccentricity, float))
    root = np.sqrt(np.abs((1.0 + e) / (1.0 - e)))
    bound = e < 1.0
    if np.all(bound):
        return _of_ellipse(mean, e, root)
    out = np.empty(mean.shape)
    out[bound] = _of_ellipse(mean[bound], e[bound], root[bound])
    open_ = ~bound
    out[open_] = _of_hyperbola(mean[open_], e[open_], root[open_])
    return out


def _of_ellipse(mean: np.ndarray, e: np.ndarray, root: np.ndarray) -> np.ndarray:
    turn = 2.0 * np.pi * np.round(mean / (2.0 * np.pi))
    m = mean - turn
    anomaly = m + np.copysign(0.85, m) * e  # Danby's start: Newton's method then never diverges
    for _ in range(_ROUNDS):
        sine, cosine = e * np.sin(anomaly), e * np.cos(anomaly)
        step = _step(anomaly - sine - m, 1.0 - cosine, sine, cosine)
        anomaly = anomaly + step
        if np.all(np.abs(step) <= _SETTLED * (1.0 + np.abs(anomaly))):
            break
    return 2.0 * np.arctan(root * np.tan(0.5 * anomaly)) + turn


def _of_hyperbola(mean: np.ndarray, e: np.ndarray, root: np.ndarray) -> np.ndarray:
    # Danby's start: above the root, where the function bends upward and steps fall back to it
    anomaly = np.copysign(np.log(2.0 * np.abs(mean) / e + 1.8), mean)
    for _ in range(_ROUNDS):
        sine, cosine = e * np.sinh(anomaly), e * np.cosh(anomaly)
        step = _step(sine - anomaly - mean, cosine - 1.0, sine, cosine)
        anomaly = anomaly + step
        if np.all(np.abs(step) <= _SETTLED * (1.0 + np.abs(anomaly))):
            break
    return 2.0 * np.arctan(root * np.tanh(0.5 * anomaly))


def _step(f: np.ndarray, f1: np.ndarray, f2: np.ndarray, f3: np.ndarray) -> np.ndarray:
    """Danby's step from a function and its three derivatives."""
    newton = -f / f1
    halley = -f / (f1 + 0.5 * newton * f2)
    return -f / (f1 + 0.5 * halley * f2 + halley * halley * f3 / 6.0)
