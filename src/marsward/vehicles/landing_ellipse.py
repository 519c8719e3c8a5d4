"""Where landings scatter: the ellipse that holds 99 of 100, and which cause makes it so long.

Places are metres east and north of the target. One ellipse follows from the covariance as if the
scatter were normal, one is the same shape drawn so large that 99 % of the landings lie within; the
interval of both comes from drawing the landings again with replacement.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError

__all__ = ["LandingEllipse", "Sensitivities", "landing_ellipse", "sensitivities"]

Array = NDArray[np.float64]
_LEAST = 8
_SALT = 0xE111


@dataclass(frozen=True)
class LandingEllipse:
    """An ellipse about landings.

    semi_major, semi_minor : [m]
    angle : of the major axis, clockwise from north, 0 to 180 [deg]
    east, north : of the centre from the target [m]
    low, high : (2,) interval of both semi-axes [m]
    share : of the landings that it is to hold
    inside : share that it holds
    """

    semi_major: float
    semi_minor: float
    angle: float
    east: float
    north: float
    low: tuple[float, float]
    high: tuple[float, float]
    share: float
    inside: float

    def ring(self, points: int = 181) -> Array:
        """(points, 2) closed ring, east and north of the target [m]."""
        t = np.linspace(0.0, 2.0 * math.pi, points)
        a, b = self.semi_major * np.cos(t), self.semi_minor * np.sin(t)
        sine, cosine = math.sin(math.radians(self.angle)), math.cos(math.radians(self.angle))
        return np.column_stack([
            self.east + a * sine + b * cosine, self.north + a * cosine - b * sine
        ])  # fmt: skip

    def holds(self, east: Array, north: Array) -> NDArray[np.bool_]:
        """Whether places lie within."""
        x, y = np.asarray(east, float) - self.east, np.asarray(north, float) - self.north
        sine, cosine = math.sin(math.radians(self.angle)), math.cos(math.radians(self.angle))
        along, across = x * sine + y * cosine, x * cosine - y * sine
        return np.asarray((along / self.semi_major) ** 2 + (across / self.semi_minor) ** 2 <= 1.0)


def landing_ellipse(
    east: Array,
    north: Array,
    *,
    share: float = 0.99,
    fit: str = "covariance",
    draws: int = 400,
    seed: int = 0,
) -> LandingEllipse:
    """The ellipse of landings.

    Parameters
    ----------
    east, north : (n,) from the target [m]
    share : of the landings that it is to hold
    fit : "covariance": sqrt(-2 ln(1 - share)) standard deviations along its axes, as of a normal
        scatter; "empirical": axes of the covariance, so large that the share lies within
    draws : of the bootstrap, whose 2.5 and 97.5 % quantiles are the interval
    seed : of the bootstrap

    Raises
    ------
    InputError : fewer than eight landings, or places that are not finite.

    References
    ----------
    Efron 1979, doi:10.1214/aos/1176344552 (bootstrap).
    """
    x, y = np.asarray(east, float), np.asarray(north, float)
    if x.shape != y.shape or x.ndim != 1 or x.size < _LEAST or not np.isfinite([x, y]).all():
        raise InputError(
            f"an ellipse needs {_LEAST} landings or more with finite places, not {x.size}"
        )
    if fit not in ("covariance", "empirical") or not 0.0 < share < 1.0:
        raise InputError(f'fit is "covariance" or "empirical", share 0 to 1, not {fit!r}, {share}')
    centre, axes, turn = _axes(x, y, share, fit)
    random = np.random.default_rng([int(seed), _SALT])
    again = np.empty((draws, 2))
    for i in range(draws):
        pick = random.integers(0, x.size, x.size)
        again[i] = _axes(x[pick], y[pick], share, fit)[1]
    low, high = np.quantile(again, [0.025, 0.975], axis=0) if draws else (axes, axes)
    made = LandingEllipse(
        float(axes[0]), float(axes[1]), turn, float(centre[0]), float(centre[1]),
        (float(low[0]), float(low[1])), (float(high[0]), float(high[1])), share, 0.0,
    )  # fmt: skip
    inside = float(made.holds(x, y).mean())
    return LandingEllipse(**{**made.__dict__, "inside": inside})


def _axes(x: Array, y: Array, share: float, fit: str) -> tuple[Array, Array, float]:
    places = np.column_stack([x, y])
    centre = places.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(places.T))
    values, vectors = np.maximum(values[::-1], 1e-6), vectors[:, ::-1]
    if fit == "covariance":
        size = math.sqrt(-2.0 * math.log(1.0 - share))
    else:
        off = (places - centre) @ vectors / np.sqrt(values)
        size = float(np.quantile(np.hypot(off[:, 0], off[:, 1]), share))
    turn = math.degrees(math.atan2(vectors[0, 0], vectors[1, 0])) % 180.0
    return centre, size * np.sqrt(values), turn


@dataclass(frozen=True)
class Sensitivities:
    """What a standard deviation of each cause does to each response.

    causes, responses : names
    effect : (causes, responses) change of the response for one sigma of the cause
    share : (causes, responses) of the response's variance that the cause makes
    explained : (responses,) R squared of the linear law
    """

    causes: tuple[str, ...]
    responses: tuple[str, ...]
    effect: Array
    share: Array
    explained: Array


def sensitivities(causes: Mapping[str, Array], responses: Mapping[str, Array]) -> Sensitivities:
    """Linear regression of responses on standardized causes.

    Causes are nearly independent draws, so the square of an effect is its part of the variance;
    parts are scaled to add up to R squared. A cause that does not vary, or that nearly repeats the
    others, gets no effect.

    Parameters
    ----------
    causes : names to standard numbers (n,)
    responses : names to (n,) values

    Raises
    ------
    InputError : fewer landings than causes and two.
    """
    names = tuple(name for name, each in causes.items() if float(np.std(each)) > 1e-9)
    if not names:
        raise InputError("no cause varies, so nothing is sensitive to any; give draws that differ")
    columns = np.column_stack([causes[name] for name in names])
    n = columns.shape[0]
    if n < len(names) + 2:
        raise InputError(f"{n} landings are too few for {len(names)} causes; fly more members")
    centred = columns - columns.mean(axis=0)
    effect, share = np.zeros((2, len(names), len(responses)))
    explained = np.zeros(len(responses))
    for j, each in enumerate(responses.values()):
        value = np.asarray(each, float) - float(np.mean(each))
        total = float(value @ value)
        if total <= 0.0:
            continue
        slope = np.linalg.lstsq(centred, value, rcond=1e-6)[0]
        fitted = centred @ slope
        explained[j] = float(fitted @ fitted) / total
        effect[:, j] = slope * centred.std(axis=0)
        part = effect[:, j] ** 2
        share[:, j] = part / part.sum() * explained[j] if part.sum() > 0.0 else 0.0
    return Sensitivities(names, tuple(responses), effect, share, explained)
