"""A periodic curve through scattered data by weighted least squares: mean, waves and a trend.

    y(x) = m + t (x − x̄)/P + Σ_k [a_k cos(2πk x/P) + b_k sin(2πk x/P)],   k = 1 … K

With errors given, the covariance is (AᵀWA)⁻¹; without, it is scaled by the residuals' variance
with n − p degrees of freedom. Amplitudes and phases get their errors to first order from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import fitting, told, whole
from marsward.core.errors import InputError

__all__ = ["FourierFit", "fourier_fit"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FourierFit:
    """What was fitted, with its covariance.

    coefficients : m, then a_1, b_1, a_2, b_2, …, then the trend over one period where there is one
    covariance : of these
    period : P, in the unit of x
    middle : x̄ of the trend
    count : data used
    rms : of the residuals
    chi2 : of the residuals over their degrees of freedom; NaN where no errors were given
    """

    coefficients: Array
    covariance: Array
    waves: int
    period: float
    middle: float
    count: int
    rms: float
    chi2: float

    @property
    def mean(self) -> float:
        """m."""
        return float(self.coefficients[0])

    @property
    def mean_sigma(self) -> float:
        """Error of the mean (1 sigma)."""
        return float(np.sqrt(self.covariance[0, 0]))

    @property
    def trend(self) -> float:
        """Change over one period; 0 where none was fitted."""
        return float(self.coefficients[-1]) if self.coefficients.size > 1 + 2 * self.waves else 0.0

    @property
    def amplitude(self) -> Array:
        """Amplitude of each wave (K,)."""
        a, b = self._pairs()
        return np.asarray(np.hypot(a, b))

    @property
    def amplitude_sigma(self) -> Array:
        """Errors of the amplitudes (K,), to first order."""
        return self._spread(lambda a, b, r: (a / r, b / r))

    @property
    def phase(self) -> Array:
        """Where each wave is highest, in the unit of x, from 0 to below P/k."""
        a, b = self._pairs()
        k = np.arange(1, self.waves + 1)
        at = np.arctan2(b, a) / (2.0 * np.pi * k) * self.period
        return np.asarray(np.remainder(at, self.period / k))

    @property
    def phase_sigma(self) -> Array:
        """Errors of the phases in the unit of x, at most those of a random phase."""
        k = np.arange(1, self.waves + 1)
        turn = self._spread(lambda a, b, r: (-b / r**2, a / r**2))
        return np.asarray(np.minimum(turn, np.pi / np.sqrt(3.0)) / (2.0 * np.pi * k) * self.period)

    def __call__(self, x: ArrayLike) -> tuple[Array, Array]:
        """The curve at x and its error (1 sigma)."""
        held = _floats(x, "x")
        trended = self.coefficients.size > 1 + 2 * self.waves
        design = _design(held.ravel(), self.waves, self.period, self.middle, trended)
        y = design @ self.coefficients
        sigma = np.sqrt(np.einsum("ij,jk,ik->i", design, self.covariance, design))
        return y.reshape(held.shape), sigma.reshape(held.shape)

    def extremes(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """(x, y) of the lowest and of the highest point within one period, without the trend."""
        x = np.linspace(0.0, self.period, 7201)[:-1]
        bare = self.coefficients[: 1 + 2 * self.waves]
        y = _design(x, self.waves, self.period, self.middle, False) @ bare
        low, high = int(np.argmin(y)), int(np.argmax(y))
        return (float(x[low]), float(y[low])), (float(x[high]), float(y[high]))

    def _pairs(self) -> tuple[Array, Array]:
        inner = self.coefficients[1 : 1 + 2 * self.waves]
        return inner[0::2], inner[1::2]

    def _spread(self, slopes) -> Array:  # type: ignore[no-untyped-def]
        """Errors of a function of each wave's a, b and amplitude, by its slopes."""
        out = np.empty(self.waves)
        a, b = self._pairs()
        for k in range(self.waves):
            r = max(float(np.hypot(a[k], b[k])), 1e-300)
            slope = np.array(slopes(a[k], b[k], r))
            part = self.covariance[1 + 2 * k : 3 + 2 * k, 1 + 2 * k : 3 + 2 * k]
            out[k] = np.sqrt(max(float(slope @ part @ slope), 0.0))
        return out


def fourier_fit(
    x: ArrayLike,
    y: ArrayLike,
    sigma: ArrayLike | None = None,
    *,
    waves: int,
    period: float,
    trend: bool = False,
) -> FourierFit:
    """Fit a mean and `waves` harmonics of `period` to scattered data.

    Parameters
    ----------
    x, y : data (n,); pairs with a NaN are left out
    sigma : errors of y (1 sigma), one or (n,)
    waves : how many; 0 fits the mean alone, and the trend
    period : of the first wave, in the unit of x, above 0
    trend : fit a straight line too

    Raises
    ------
    InputError : data that are no numbers, infinite or of unequal length, too few of them, a gap too
        long for the shortest wave, an error that is not above 0, no whole number of waves, a period
        that is not above 0
    """
    waves, period = whole(waves, "waves", 0), _period(period)
    places, values, error = _data(x, y, sigma)
    good = np.isfinite(places) & np.isfinite(values)
    if error is not None:
        good &= np.isfinite(error)
        if not np.all(error[good] > 0.0):
            raise InputError("an error of the data is not above 0; leave out what has none")
    at, seen = places[good], values[good]
    weight = np.ones(at.shape) if error is None else 1.0 / error[good]
    unknowns = 1 + 2 * waves + int(trend)
    if at.size < unknowns + int(error is None):
        raise InputError(f"{at.size} data are too few for {unknowns} unknowns; fit fewer waves")
    _check_gap(at, waves, period)
    middle = float(at.mean())
    design = _design(at, waves, period, middle, trend)
    root, triangle = np.linalg.qr(design * weight[:, None])
    if np.abs(np.diag(triangle)).min() < 1e-10 * np.abs(np.diag(triangle)).max():
        raise InputError("the data do not tell the waves apart; fit fewer, or no trend")
    coefficients = np.linalg.solve(triangle, root.T @ (seen * weight))
    inverse = np.linalg.inv(triangle)
    covariance = inverse @ inverse.T
    left = seen - design @ coefficients
    freedom = at.size - unknowns
    squares = float(np.sum((left * weight) ** 2))
    chi2 = squares / freedom if freedom > 0 and error is not None else float("nan")
    if error is None:
        covariance = covariance * (squares / freedom)
    return FourierFit(
        coefficients=coefficients, covariance=covariance, waves=waves, period=period,
        middle=middle, count=int(at.size), rms=float(np.sqrt(np.mean(left**2))), chi2=chi2,
    )  # fmt: skip


def _period(period: float) -> float:
    held = _floats(period, "period")
    if held.ndim or not (held > 0.0 and np.isfinite(held)):
        raise InputError(f"period of the first wave must be one number above 0, not {told(period)}")
    return float(held)


def _data(x: ArrayLike, y: ArrayLike, sigma: ArrayLike | None) -> tuple[Array, Array, Array | None]:
    """x, y and the errors, of one shape."""
    places, values = fitting(x=_floats(x, "x"), y=_floats(y, "y"))
    for name, held in (("x", places), ("y", values)):
        if np.isinf(held).any():
            raise InputError(
                f"{name} of the data is infinite somewhere; give NaN for what is missing"
            )
    if sigma is None:
        return places, values, None
    error = _floats(sigma, "sigma")
    if error.shape not in ((), (1,), places.shape):
        raise InputError(
            f"sigma has shape {error.shape} but the data {places.shape}; give one number or one "
            "for each"
        )
    return places, values, np.broadcast_to(error, places.shape)


def _floats(value: ArrayLike, name: str) -> Array:
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} of a fit must be numbers, not {told(value)}") from error


def _design(x: Array, waves: int, period: float, middle: float, trend: bool) -> Array:
    columns = [np.ones_like(x)]
    for k in range(1, waves + 1):
        angle = 2.0 * np.pi * k * x / period
        columns += [np.cos(angle), np.sin(angle)]
    if trend:
        columns.append((x - middle) / period)
    return np.stack(columns, axis=1)


def _check_gap(x: Array, waves: int, period: float) -> None:
    """InputError where no datum stands for longer than the shortest wave's period."""
    if waves < 1:
        return
    folded = np.sort(np.remainder(x, period))
    gap = float(np.max(np.diff(np.concatenate([folded, [folded[0] + period]]))))
    if gap * waves > period * (1.0 + 1e-9):
        fewer = int(period / gap)
        raise InputError(
            f"the data have a gap of {gap:.3g} of a period of {period:g}, in which wave {waves} "
            f"would be free; fit {max(fewer, 0)} waves or fewer"
        )
