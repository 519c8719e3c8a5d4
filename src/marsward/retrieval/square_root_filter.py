"""The square-root information filter: measurements and process noise by orthogonal turns alone.

What is known of n unknowns x is kept as R x = z + unit noise, R upper triangular. A measurement is
a further row; process noise adds unknowns w that are eliminated. Both are a QR decomposition, so
no covariance is ever subtracted from another. Columns of ``z`` beyond the first carry parameters
that are considered: known to be uncertain, not estimated.

Source: Bierman 1977, Factorization Methods for Discrete Sequential Estimation, chapters IV to VII
(ISBN 0-12-097350-2); the backward pass after chapter X.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError, PhysicsError

__all__ = [
    "Information",
    "Step",
    "advanced",
    "advanced_coloured",
    "known",
    "smoothed",
    "unknown",
    "updated",
]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Information:
    """R x = z + S c + unit noise, with c the considered parameters.

    root : (n, n) R, upper triangular, in units of one sigma over those of the unknowns
    right : (n, 1 + c) z and, with its sign turned, the columns that multiply c
    squares : sum of squared residuals that no choice of x removes
    """

    root: Array
    right: Array
    squares: float = 0.0

    @property
    def estimate(self) -> Array:
        """(n,) best value of the unknowns.

        Raises
        ------
        PhysicsError : unknowns that nothing has measured.
        """
        return np.asarray(self._solved()[:, 0])

    @property
    def sensitivity(self) -> Array:
        """(n, c) change of the estimate's error for one sigma of each considered parameter."""
        return np.asarray(self._solved()[:, 1:])

    @property
    def spread(self) -> Array:
        """(n, n) inverse of R: a square root of the covariance without considered parameters."""
        self._check()
        n = self.root.shape[0]
        return np.asarray(np.linalg.solve(self.root, np.eye(n)))

    @property
    def covariance(self) -> Array:
        """(n, n), considered parameters (of unit sigma) included."""
        half, lever = self.spread, self.sensitivity
        return np.asarray(half @ half.T + lever @ lever.T)

    def _solved(self) -> Array:
        self._check()
        return np.asarray(np.linalg.solve(self.root, self.right))

    def _check(self) -> None:
        diagonal = np.abs(np.diag(self.root))
        if not np.all(np.isfinite(self.root)) or np.any(diagonal == 0.0):
            dead = int(np.argmin(diagonal))
            raise PhysicsError(
                f"unknown {dead} of the filter is not measured by anything; give it an a-priori "
                "uncertainty or more measurements"
            )


@dataclass(frozen=True, eq=False)
class Step:
    """A step in time, as the smoother needs it: x' = transition x + noise_map w.

    by_noise (r, q), by_state (r, n), right (r, 1 + c) : rows that the step eliminated, told in w
    and x
    """

    transition: Array
    noise_map: Array
    by_noise: Array
    by_state: Array
    right: Array


def known(value: ArrayLike, sigma: ArrayLike, *, considered: int = 0) -> Information:
    """What is known beforehand: values (n,) and their sigmas (n,), or covariance (n, n)."""
    x, s = np.asarray(value, dtype=float), np.asarray(sigma, dtype=float)
    if s.ndim == 2:
        try:
            root = np.linalg.inv(np.linalg.cholesky(_scaled(s)[0]))
        except np.linalg.LinAlgError as error:
            raise InputError("an a-priori covariance has to be positive definite") from error
        root = np.asarray(np.linalg.qr(root / _scaled(s)[1], mode="r"))
    else:
        if not np.all(s > 0.0):
            raise InputError(f"a-priori sigmas have to be above 0, not {s}")
        root = np.diag(1.0 / s)
    right = np.zeros((x.size, 1 + considered))
    right[:, 0] = root @ x
    return Information(root, right)


def unknown(count: int, *, considered: int = 0) -> Information:
    """Nothing is known of ``count`` unknowns."""
    return Information(np.zeros((count, count)), np.zeros((count, 1 + considered)))


def updated(
    information: Information, design: Array, residual: Array, considered: Array | None = None
) -> Information:
    """After measurements that have been divided by their sigmas.

    Parameters
    ----------
    design : (m, n) derivative by the unknowns
    residual : (m,) measured less computed
    considered : (m, c) derivative by one sigma of each considered parameter
    """
    n, extra = information.root.shape[0], information.right.shape[1] - 1
    right = np.zeros((len(residual), 1 + extra))
    right[:, 0] = residual
    if considered is not None and extra:
        right[:, 1:] = -considered
    stack = np.block([[information.root, information.right], [design, right]])
    root, turned = _triangular(stack, n)
    return Information(root, turned[:n], information.squares + float(turned[n:, 0] @ turned[n:, 0]))


def advanced(
    information: Information, transition: Array, noise_map: Array, sigma: Array
) -> tuple[Information, Step]:
    """After a step in time x' = transition x + noise_map w.

    Parameters
    ----------
    transition : (n, n)
    noise_map : (n, q)
    sigma : (q,) standard deviations of w, independent and above 0

    Returns
    -------
    Information of x', and the `Step` for `smoothed`.
    """
    n, q = noise_map.shape
    carried = np.linalg.solve(transition.T, information.root.T).T
    right = information.right
    top = np.hstack([np.diag(1.0 / sigma), np.zeros((q, n)), np.zeros((q, right.shape[1]))])
    below = np.hstack([-carried @ noise_map, carried, right])
    whole, turned = _triangular(np.vstack([top, below]), n + q)
    step = Step(
        transition, noise_map, whole[:q, :q] + whole[:q, q:] @ noise_map,
        whole[:q, q:] @ transition, turned[:q],
    )  # fmt: skip
    return Information(whole[q:, q:], turned[q : n + q], information.squares), step


def advanced_coloured(
    information: Information, which: slice, effect: Array, memory: float, sigma: Array
) -> tuple[Information, Step]:
    """After a step in which some unknowns p drive others y and are partly forgotten.

    y' = y + effect p and p' = memory p + noise. A memory of 0 draws p anew, for which no inverse of
    a transition exists; here none is needed.

    Parameters
    ----------
    which : places of p among the unknowns, q of them
    effect : (n, q), zero in the rows of p
    memory : 0 to 1
    sigma : (q,) of the noise, above 0
    """
    n, extra = information.root.shape[0], information.right.shape[1]
    q = which.stop - which.start
    old = information.root[:, which] - information.root @ effect
    kept = information.root.copy()
    kept[:, which] = 0.0
    tie = np.zeros((q, n))
    tie[:, which] = np.diag(1.0 / sigma)
    stack = np.block(
        [[old, kept, information.right], [-memory * tie[:, which], tie, np.zeros((q, extra))]]
    )
    whole, turned = _triangular(stack, n + q)
    turn, entry = np.eye(n), np.zeros((n, q))
    turn[:, which] = effect
    entry[which] = np.eye(q)
    by_state = whole[:q, q:] @ turn
    by_state[:, which] += whole[:q, :q]
    step = Step(turn, entry, whole[:q, q:] @ entry, by_state, turned[:q])
    return Information(whole[q:, q:], turned[q : n + q], information.squares), step


def smoothed(last: Information, steps: list[Step]) -> list[Information]:
    """Information before every step, with all measurements in it; in order of time.

    Raises
    ------
    PhysicsError : when the last information does not fix all unknowns.
    """
    found = [last]
    for step in reversed(steps):
        after = found[-1]
        n, q = step.noise_map.shape
        rows = [
            np.hstack([step.by_noise, step.by_state, step.right]),
            np.hstack([after.root @ step.noise_map, after.root @ step.transition, after.right]),
        ]
        whole, turned = _triangular(np.vstack(rows), n + q)
        found.append(Information(whole[q:, q:], turned[q : n + q], after.squares))
    return found[::-1]


def _triangular(stack: Array, n: int) -> tuple[Array, Array]:
    """The first n columns made triangular: R (n, n) and the other columns, turned alike."""
    rows = stack.shape[0]
    if rows < n:
        stack = np.vstack([stack, np.zeros((n - rows, stack.shape[1]))])
    upper: Array = np.asarray(np.linalg.qr(stack, mode="r"))
    missing = n - upper.shape[0]
    if missing > 0:
        upper = np.vstack([upper, np.zeros((missing, upper.shape[1]))])
    return upper[:n, :n], upper[:, n:]


def _scaled(covariance: Array) -> tuple[Array, Array]:
    """A covariance with unit diagonal, and the sigmas (n,)."""
    sigma = np.sqrt(np.diag(covariance))
    if not np.all(sigma > 0.0):
        raise InputError("an a-priori covariance needs variances above 0")
    return covariance / np.outer(sigma, sigma), sigma
