"""Carry the covariance of a state onto figures that follow from it."""

from collections.abc import Callable

import numpy as np

STEPS = np.array([1e3] * 3 + [1e-2] * 3)
"""Steps of the central differences [m], [m/s]: far above the noise of a flight, far below the
scale on which a departure or an arrival bends."""


def map_covariance(
    figures: Callable[[np.ndarray], np.ndarray],
    state: np.ndarray,
    covariance: np.ndarray,
    *,
    steps: np.ndarray = STEPS,
) -> np.ndarray:
    """Return J C J^T with J the derivative of `figures` by the state, by central differences.

    Parameters
    ----------
    figures : callable
        Takes a state (6,) [m, m/s], gives the figures (n,).
    state, covariance : ndarray (6,), (6, 6)
        Where the derivative is taken, and what is carried.
    steps : ndarray (6,)
        Half the width of each difference [m], [m/s].

    Returns
    -------
    ndarray (n, n)
        Covariance of the figures.
    """
    columns = []
    for i, step in enumerate(steps):
        shift = np.zeros(6)
        shift[i] = step
        columns.append((figures(state + shift) - figures(state - shift)) / (2.0 * step))
    slope = np.column_stack(columns)
    return slope @ covariance @ slope.T
