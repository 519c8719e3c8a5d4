"""Weighted least squares of all measurements at once, with what is known beforehand.

Each round takes residuals and their derivatives at the present estimate and solves the linear
problem by an orthogonal turn of its rows (no normal equations), until the estimate rests.
Considered parameters are uncertain but not estimated: their sigmas widen the covariance.

Source: Tapley, Schutz & Born 2004, Statistical Orbit Determination, chapters 4 to 6,
doi:10.1016/B978-0-12-683630-1.X5019-X.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError, PhysicsError
from marsward.retrieval.square_root_filter import Information, known, updated

__all__ = ["BatchFit", "Linearised", "batch_least_squares"]

Array = NDArray[np.float64]
MOST_ROUNDS = 15
RESTS = 1e-3
"""An estimate rests when a round moves every unknown by less than this share of its sigma."""


@dataclass(frozen=True, eq=False)
class Linearised:
    """Measurements about one estimate, divided by their sigmas.

    residual : (m,) measured less computed
    design : (m, n) derivative of the computed values by the unknowns
    considered : (m, c) derivative by one sigma of each considered parameter
    """

    residual: Array
    design: Array
    considered: Array


@dataclass(frozen=True, eq=False)
class BatchFit:
    """What a fit found.

    estimate : (n,), covariance (n, n) with considered parameters, noise (n, n) without
    sensitivity : (n, c) change by one sigma of each considered parameter
    residual : (m,) after the fit, in sigmas
    chi_square, degrees : of measurements and a-priori values together
    rounds : that were needed
    whole : the same as `Information` of the unknowns
    """

    estimate: Array
    covariance: Array
    noise: Array
    sensitivity: Array
    residual: Array
    chi_square: float
    degrees: int
    rounds: int
    whole: Information


def batch_least_squares(
    measure: Callable[[Array], Linearised],
    guess: ArrayLike,
    *,
    prior: ArrayLike | None = None,
    prior_sigma: ArrayLike | None = None,
) -> BatchFit:
    """Fit unknowns to measurements.

    Parameters
    ----------
    measure : gives the `Linearised` measurements at an estimate (n,)
    guess : (n,) where the first round begins
    prior : (n,) values known beforehand; those of ``guess`` when left out
    prior_sigma : (n,) their sigmas, or covariance (n, n); infinite where nothing is known; left
        out, nothing is

    Raises
    ------
    InputError : shapes that do not fit
    PhysicsError : unknowns that nothing measures, or an estimate that does not come to rest.
    """
    x = np.array(guess, dtype=float)
    before = x.copy() if prior is None else np.array(prior, dtype=float)
    if x.ndim != 1 or before.shape != x.shape:
        raise InputError(f"guess and prior are (n,) numbers, not {x.shape} and {before.shape}")
    scale = None
    for rounds in range(1, MOST_ROUNDS + 1):
        found = measure(x)
        extra = found.considered.shape[1]
        begin = _prior(before - x, prior_sigma, extra)
        if scale is None:
            scale = _scale(begin.root, found.design)
        # columns of like size: metres and fractions stand beside one another
        linear = updated(
            Information(begin.root * scale, begin.right),
            found.design * scale, found.residual, found.considered,
        )  # fmt: skip
        step = linear.estimate
        x = x + scale * step
        if np.all(np.abs(step) < RESTS * np.sqrt(np.diag(linear.covariance))):
            return _finished(x, scale, step, linear, found, rounds, prior_sigma is not None)
    raise PhysicsError(
        f"the fit did not come to rest in {MOST_ROUNDS} rounds; give a nearer first guess, or "
        "measurements that tell the unknowns apart"
    )


def _prior(offset: Array, sigma: ArrayLike | None, extra: int) -> Information:
    n = offset.size
    if sigma is None:
        return Information(np.zeros((n, n)), np.zeros((n, 1 + extra)))
    given = np.asarray(sigma, dtype=float)
    if given.shape not in ((n,), (n, n)):
        raise InputError(f"prior_sigma is ({n},) or ({n}, {n}), not {given.shape}")
    return known(offset, given, considered=extra)


def _scale(root: Array, design: Array) -> Array:
    size = np.sqrt(np.sum(root**2, axis=0) + np.sum(design**2, axis=0))
    if not np.all(np.isfinite(size)) or np.any(size == 0.0):
        which = int(np.argmin(np.where(np.isfinite(size), size, -1.0)))
        raise PhysicsError(
            f"unknown {which} of the fit is not measured by anything; give it an a-priori "
            "uncertainty or more measurements"
        )
    return 1.0 / size


def _finished(x, scale, step, linear, found, rounds, informed) -> BatchFit:
    spread = scale[:, None] * linear.spread
    lever = scale[:, None] * linear.sensitivity
    # the same information about the estimate's own value, in its own units
    root = linear.root / scale
    right = linear.right.copy()
    right[:, 0] = root @ x
    return BatchFit(
        estimate=x,
        covariance=spread @ spread.T + lever @ lever.T,
        noise=spread @ spread.T,
        sensitivity=lever,
        residual=found.residual - (found.design * scale) @ step,
        chi_square=linear.squares,
        degrees=found.residual.size - (0 if informed else x.size),
        rounds=rounds,
        whole=Information(root, right, linear.squares),
    )
