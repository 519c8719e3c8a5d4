"""Optimal estimation: the likeliest state behind a measurement, given what was thought before.

With a prior x_a of covariance S_a, a measurement y of covariance S_e and a forward law F, the
likeliest state is the one that makes

    J(x) = (y - F(x))' S_e^-1 (y - F(x)) + (x - x_a)' S_a^-1 (x - x_a)

smallest. It is sought by Levenberg and Marquardt's steps,

    dx = ((1 + g) S_a^-1 + K' S_e^-1 K)^-1 (K' S_e^-1 (y - F) - S_a^-1 (x - x_a)),   K = dF/dx,

with g = 0 (Gauss and Newton) as long as J falls. At the end the posterior covariance is
S = (S_a^-1 + K' S_e^-1 K)^-1, the gain G = S K' S_e^-1, the averaging kernel A = G K, its trace
the degrees of freedom for signal, and (A - 1) S_a (A - 1)' the smoothing error. J is then spread
as chi-squared of as many degrees as there are measurements when prior and noise are honest.

Rodgers 2000, Inverse Methods for Atmospheric Sounding, doi:10.1142/3171 (5.36 for the step, 5.29
for the end, 2.27 for S, 3.16 for the smoothing error). Many profiles are solved side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import told, whole
from marsward.core.errors import InputError, PhysicsError

__all__ = ["Estimate", "ForwardLaw", "finite_differences", "optimal_estimate"]

Array = NDArray[np.float64]
Rows = NDArray[np.int64]
ForwardLaw = Callable[[Array, Rows], "tuple[Array, Array] | Array"]
_MOST_DAMPING = 1e8
_EVEN = 1e-6  # of the root of its two variances: as far as a covariance may be uneven


@dataclass(frozen=True)
class Estimate:
    """What is known of n states of m numbers from k measurements each.

    state (n, m); covariance (n, m, m) of the posterior; averaging_kernel (n, m, m): change of the
    estimate by change of the truth; gain (n, m, k); jacobian (n, k, m) at the end; fit (n, k):
    the forward law there; prior_covariance (n, m, m); chi2_measurement and chi2_state (n,): the
    two parts of J; measurements (n,): how many were not NaN; steps (n,); converged (n,) bool.
    """

    state: Array
    covariance: Array
    averaging_kernel: Array
    gain: Array
    jacobian: Array
    fit: Array
    prior_covariance: Array
    chi2_measurement: Array
    chi2_state: Array
    measurements: NDArray[np.int64]
    steps: NDArray[np.int64]
    converged: NDArray[np.bool_]

    @property
    def sigma(self) -> Array:
        """Posterior error of each number of the state (1 sigma), (n, m)."""
        return np.sqrt(np.einsum("nii->ni", self.covariance))

    @property
    def degrees_of_freedom(self) -> Array:
        """Degrees of freedom for signal, the trace of the averaging kernel (n,)."""
        return np.einsum("nii->n", self.averaging_kernel)

    @property
    def chi2(self) -> Array:
        """J over the number of measurements (n,): about 1 where prior and noise are honest."""
        return (self.chi2_measurement + self.chi2_state) / np.maximum(self.measurements, 1)

    @property
    def smoothing_covariance(self) -> Array:
        """Error from what the measurement cannot resolve (n, m, m)."""
        off = self.averaging_kernel - np.eye(self.state.shape[1])
        return off @ self.prior_covariance @ np.swapaxes(off, 1, 2)

    @property
    def noise_covariance(self) -> Array:
        """Error from the noise of the measurement (n, m, m); with the smoothing error it is all."""
        return self.covariance - self.smoothing_covariance

    def truth_chi2(self, truth: ArrayLike) -> Array:
        """(x - truth)' S^-1 (x - truth) over m, (n,): 1 on average where the posterior is true."""
        off = self.state - np.asarray(truth, dtype=np.float64)
        pulled = np.linalg.solve(self.covariance, off[..., None])[..., 0]
        return np.einsum("ni,ni->n", off, pulled) / off.shape[1]


def optimal_estimate(
    measured: ArrayLike,
    forward: ForwardLaw,
    *,
    prior: ArrayLike,
    prior_covariance: ArrayLike,
    noise: ArrayLike,
    first: ArrayLike | None = None,
    bounds: tuple[ArrayLike, ArrayLike] | None = None,
    difference: ArrayLike = 1e-4,
    rounds: int = 20,
    tolerance: float = 0.01,
) -> Estimate:
    """Likeliest states behind measurements, many side by side.

    Parameters
    ----------
    measured : (n, k), or (k,) for one; NaN is a measurement not taken
    forward : law of (states (j, m), rows (j,)), rows the profiles that the states belong to; gives
        measurements (j, k), or those and their derivatives (j, k, m), which are else taken by
        differences
    prior : mean of the state before (m,) or (n, m)
    prior_covariance : (m, m) or (n, m, m)
    noise : error of the measurements (1 sigma) as (k,) or (n, k), or a covariance (n, k, k) or
        (1, k, k); the error of the forward law belongs into it
    first : where to start; the prior if left out
    bounds : lowest and highest state, each (m,) or a number, that steps are cut at
    difference : step of each number of the state for differences, (m,) or a number
    rounds : most steps, 1 or more
    tolerance : end where dx' S^-1 dx < tolerance m

    Raises
    ------
    InputError : shapes that do not fit, what is no number, a covariance that is none, noise or a
        difference of 0, bounds upside down, an infinite measurement, rounds or tolerance out of
        range, a law that answers in another shape
    PhysicsError : the forward law gives no finite number at the first guess
    """
    seen = _measurements(measured)
    rounds = whole(rounds, "rounds of an estimate")
    _check_law(forward, tolerance)
    mean, inverse_prior, prior_matrix = _prior(prior, prior_covariance, seen.shape[0])
    known = np.isfinite(seen)
    weight = _weights(noise, known)
    steps = _spread(_floats(difference, "difference"), "difference", mean.shape[1:])
    law = _with_slopes(forward, _differences(steps), seen.shape[1])
    low, high = _bounds(bounds, mean.shape[1])
    search = _Search(law, np.where(known, seen, 0.0), known, mean, inverse_prior, weight)
    start = mean if first is None else _spread(_floats(first, "first"), "first", mean.shape)
    if not np.isfinite(start).all():
        raise InputError("first holds a number that is not finite; leave it out to start at prior")
    search.begin(np.clip(start, low, high))
    for _ in range(rounds):
        if search.done.all():
            break
        search.step(low, high, tolerance)
    return _estimate(search, prior_matrix)


def finite_differences(forward: ForwardLaw, state: Array, rows: Rows, step: Array) -> Array:
    """Derivatives (j, k, m) of a forward law by central differences of `step` (m,), above 0.

    Raises
    ------
    InputError : a step that is none
    """
    step = _spread(_differences(_floats(step, "step")), "step", state.shape[1:])
    columns = []
    for each, size in enumerate(step):
        moved = np.zeros(state.shape[1])
        moved[each] = size
        up, down = (_level(forward(state + sign * moved, rows)) for sign in (1.0, -1.0))
        columns.append((up - down) / (2.0 * size))
    return np.stack(columns, axis=-1)


class _Search:
    """States on their way down J, all profiles side by side."""

    def __init__(
        self, law: Callable[[Array, Rows], tuple[Array, Array]], seen: Array,
        known: NDArray[np.bool_], mean: Array, inverse_prior: Array, weight: Array,
    ) -> None:  # fmt: skip
        self.law, self.seen, self.known = law, seen, known
        self.mean, self.inverse_prior, self.weight = mean, inverse_prior, weight
        n = seen.shape[0]
        self.damping = np.zeros(n)
        self.steps = np.zeros(n, dtype=np.int64)
        self.done = np.zeros(n, dtype=np.bool_)
        self.converged = np.zeros(n, dtype=np.bool_)

    def begin(self, state: Array) -> None:
        rows = np.arange(state.shape[0])
        self.state = state.copy()
        self.fit, self.slopes = (np.array(part) for part in self.law(self.state, rows))
        if not (np.isfinite(self.fit) | ~self.known).all():
            raise PhysicsError("the forward law gives no finite number at the first guess")
        self.cost = np.add(*self.costs(rows, self.state, self.fit))

    def costs(self, rows: Rows, state: Array, fit: Array) -> tuple[Array, Array]:
        """The parts of J of measurement and of state."""
        off = np.where(self.known[rows], self.seen[rows] - fit, 0.0)
        away = state - self.mean[rows]
        return (
            np.einsum("ni,nij,nj->n", off, self.weight[rows], off),
            np.einsum("ni,nij,nj->n", away, self.inverse_prior[rows], away),
        )

    def step(self, low: Array, high: Array, tolerance: float) -> None:
        rows = np.flatnonzero(~self.done)
        here, slopes = self.state[rows], self.slopes[rows]
        off = np.where(self.known[rows], self.seen[rows] - self.fit[rows], 0.0)
        pull = np.swapaxes(slopes, 1, 2) @ self.weight[rows]
        stiff = pull @ slopes + self.inverse_prior[rows]
        push = (pull @ off[..., None])[..., 0]
        push -= (self.inverse_prior[rows] @ (here - self.mean[rows])[..., None])[..., 0]
        damped = stiff + self.damping[rows, None, None] * self.inverse_prior[rows]
        moved = np.clip(here + np.linalg.solve(damped, push[..., None])[..., 0], low, high)
        size = np.einsum("ni,nij,nj->n", moved - here, stiff, moved - here)
        fit, slope = self.law(moved, rows)
        cost = np.add(*self.costs(rows, moved, fit))
        small = size < tolerance * here.shape[1]
        # within the rounding of J a step that is small enough is an end, whichever way J goes
        better = np.isfinite(cost) & ((cost <= self.cost[rows]) | (small & (size < 1e-6)))
        kept = rows[better]
        self.state[kept], self.fit[kept] = moved[better], fit[better]
        self.slopes[kept], self.cost[kept] = slope[better], cost[better]
        held = self.damping[rows]
        self.damping[rows] = np.where(
            better, np.where(held > 0.1, held / 10.0, 0.0), np.maximum(held * 10.0, 1.0)
        )
        self.steps[rows] += 1
        ended = better & small
        self.converged[rows[ended]] = True
        self.done[rows] = ended | (self.damping[rows] > _MOST_DAMPING)


def _estimate(search: _Search, prior_matrix: Array) -> Estimate:
    pull = np.swapaxes(search.slopes, 1, 2) @ search.weight
    covariance = np.linalg.inv(pull @ search.slopes + search.inverse_prior)
    covariance = 0.5 * (covariance + np.swapaxes(covariance, 1, 2)).astype(np.float64)
    gain = covariance @ pull
    by_noise, by_prior = search.costs(np.arange(len(search.state)), search.state, search.fit)
    return Estimate(
        state=search.state, covariance=covariance, averaging_kernel=gain @ search.slopes,
        gain=gain, jacobian=search.slopes, fit=search.fit, prior_covariance=prior_matrix,
        chi2_measurement=by_noise, chi2_state=by_prior,
        measurements=search.known.sum(axis=1), steps=search.steps, converged=search.converged,
    )  # fmt: skip


def _level(answer: tuple[Array, Array] | Array) -> Array:
    return np.asarray(answer[0] if isinstance(answer, tuple) else answer, dtype=np.float64)


def _with_slopes(
    forward: ForwardLaw, difference: Array, count: int
) -> Callable[[Array, Rows], tuple[Array, Array]]:
    """The law with its derivatives, whether it gives them or not."""

    def both(state: Array, rows: Rows) -> tuple[Array, Array]:
        answer = forward(state, rows)
        level = _level(answer)
        _check_answer("measurements", level, (len(rows), count))
        if isinstance(answer, tuple):
            slopes = np.asarray(answer[1], dtype=np.float64)
            _check_answer("derivatives", slopes, (len(rows), count, state.shape[1]))
            return level, slopes
        return level, finite_differences(forward, state, rows, difference)

    return both


def _check_answer(what: str, answer: Array, shape: tuple[int, ...]) -> None:
    if answer.shape != shape:
        raise InputError(
            f"the forward law gives {what} of shape {answer.shape}; for {shape[0]} states it must "
            f"give {shape}"
        )


def _floats(value: ArrayLike, name: str) -> Array:
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} of an estimate must be numbers, not {told(value)}") from error


def _spread(values: Array, name: str, shape: tuple[int, ...]) -> Array:
    try:
        return np.broadcast_to(values, shape)
    except ValueError as error:
        raise InputError(
            f"{name} of an estimate has shape {values.shape}; give one number or shape {shape}"
        ) from error


def _measurements(measured: ArrayLike) -> Array:
    """(n, k), NaN where none was taken."""
    seen = np.atleast_2d(_floats(measured, "measured"))
    if seen.ndim > 2 or not seen.size:
        raise InputError(
            f"measured of an estimate has shape {seen.shape}; give (n, k), or (k,) for one profile"
        )
    if np.isinf(seen).any():
        raise InputError("a measurement is infinite; give NaN for one that was not taken")
    return seen


def _check_law(forward: ForwardLaw, tolerance: float) -> None:
    if not callable(forward):
        raise InputError(f"forward must be a function of states and rows, not {told(forward)}")
    end = _floats(tolerance, "tolerance")
    if end.ndim or not (end > 0.0 and np.isfinite(end)):
        raise InputError(
            f"tolerance must be one number above 0, such as 0.01, not {told(tolerance)}"
        )


def _differences(steps: Array) -> Array:
    if not ((steps > 0.0) & np.isfinite(steps)).all():
        raise InputError("differences of a state must be finite and above 0, such as 1e-4")
    return steps


def _bounds(bounds: tuple[ArrayLike, ArrayLike] | None, m: int) -> tuple[Array, Array]:
    """Lowest and highest state, each (m,)."""
    if bounds is None:
        bounds = (-np.inf, np.inf)
    if not isinstance(bounds, tuple | list) or len(bounds) != 2:
        raise InputError(f"bounds are a pair, lowest and highest state, not {told(bounds)}")
    low, high = (_spread(_floats(end, "bounds"), "bounds", (m,)) for end in bounds)
    if not (low <= high).all():
        at = int(np.flatnonzero(~(low <= high))[0])
        raise InputError(
            f"bounds of number {at} of the state go from {low[at]:g} to {high[at]:g}; give the "
            "lowest first"
        )
    return low, high


def _check_covariance(matrix: Array, name: str) -> None:
    """InputError unless a covariance (…, m, m) is alike on both sides and positive definite."""
    size = np.sqrt(np.abs(np.einsum("...ii->...i", matrix)))
    uneven = np.abs(matrix - np.swapaxes(matrix, -1, -2))
    if (uneven > _EVEN * size[..., :, None] * size[..., None, :]).any():
        raise InputError(f"{name} is not symmetric; give (S + S.T) / 2")
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError as error:
        raise InputError(
            f"{name} is not positive definite; add a little to its diagonal"
        ) from error


def _prior(prior: ArrayLike, covariance: ArrayLike, n: int) -> tuple[Array, Array, Array]:
    """Mean (n, m), inverse and covariance (n, m, m)."""
    mean = _floats(prior, "prior")
    matrix = _floats(covariance, "prior_covariance")
    m = mean.shape[-1] if mean.ndim else 0
    if mean.ndim not in (1, 2) or m < 1 or matrix.shape[-2:] != (m, m):
        raise InputError(
            f"a prior of shape {mean.shape} and a covariance of shape {matrix.shape} do not fit; "
            "give (m,) or (n, m), and (m, m) or (n, m, m)"
        )
    if not (np.isfinite(mean).all() and np.isfinite(matrix).all()):
        raise InputError("prior and prior_covariance must be finite numbers")
    _check_covariance(matrix, "prior_covariance")
    inverse = np.linalg.inv(matrix)
    try:
        shapes = ((n, m), (n, m, m), (n, m, m))
        held = [np.broadcast_to(v, s) for v, s in zip((mean, inverse, matrix), shapes, strict=True)]
    except ValueError as error:
        raise InputError(
            f"a prior of shape {mean.shape} with a covariance of shape {matrix.shape} does not fit "
            f"{n} profiles; give (m,) and (m, m) for all"
        ) from error
    return held[0], held[1], held[2]


def _weights(noise: ArrayLike, known: NDArray[np.bool_]) -> Array:
    """Inverse covariances (n, k, k) of the measurements, 0 for those not taken."""
    n, k = known.shape
    given = _floats(noise, "noise")
    if given.ndim == 3:
        matrix = _spread(given, "noise", (n, k, k))
        both = known[:, :, None] & known[:, None, :]
        filled = np.where(both, matrix, np.eye(k))
        if not np.isfinite(filled).all():
            raise InputError("noise must be finite wherever there is a measurement")
        _check_covariance(filled, "the covariance of the noise")
        return np.where(both, np.linalg.inv(filled), 0.0)
    try:
        sigma = np.broadcast_to(given, (n, k))
    except ValueError as error:
        raise InputError(
            f"noise of shape {given.shape} does not fit measurements of shape {known.shape}"
        ) from error
    if not (sigma[known] > 0.0).all() or not np.isfinite(sigma[known]).all():
        raise InputError("noise must be above 0 and finite wherever there is a measurement")
    weight = np.where(known, 1.0 / np.where(known, sigma, 1.0) ** 2, 0.0)
    return weight[:, :, None] * np.eye(k)
