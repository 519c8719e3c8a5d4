"""Optimisers behind one door: SciPy always, pygmo where it is installed.

Both are deterministic: SciPy's simplex has no chance in it, and pygmo's populations grow from the
seed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from marsward.core.errors import InputError

__all__ = ["OPTIMISERS", "check_optimiser", "minimise"]

Array = NDArray[np.float64]
OPTIMISERS = ("scipy", "pygmo")


def check_optimiser(name: str) -> None:
    """Refuse an optimiser that is unknown or not installed, before any work is done."""
    if name not in OPTIMISERS:
        raise InputError(f'optimiser {name!r} is unknown: choose "scipy" or "pygmo"')
    if name == "pygmo":
        _pygmo()


def _pygmo() -> Any:
    try:
        import pygmo
    except ImportError:
        raise InputError(
            'optimiser="pygmo" needs the package pygmo, which is not installed: '
            'pip install "marsward[opt]", or choose "scipy"'
        ) from None
    return pygmo


def minimise(
    function: Callable[[Array], float],
    start: Array,
    low: Array,
    high: Array,
    *,
    scale: Array,
    optimiser: str = "scipy",
    seed: int = 0,
    rounds: int = 3,
) -> tuple[Array, float]:
    """Where a function of a few numbers is least inside a box, and how much it is there.

    Parameters
    ----------
    function : of (n,), finite everywhere
    start : (n,) where to begin
    low, high : (n,) the box
    scale : (n,) how far a first step goes
    optimiser : "scipy" (simplex, begun anew `rounds` times) or "pygmo" (self-adapting
        differential evolution, then the same simplex once)
    seed : of pygmo's population

    References
    ----------
    Nelder & Mead 1965, Comput. J. 7:308, doi:10.1093/comjnl/7.4.308.
    """
    check_optimiser(optimiser)
    begin = np.clip(np.asarray(start, float), low, high)
    if optimiser == "pygmo":
        begin = _evolved(function, begin, low, high, scale, seed)
        rounds = 1
    value = float(function(begin))
    step = np.asarray(scale, float)
    for _ in range(rounds):
        corners = np.vstack([begin, *(begin + np.diag(_inward(begin, step, low, high)))])
        found = minimize(
            function, begin, method="Nelder-Mead", bounds=list(zip(low, high, strict=True)),
            options={
                "initial_simplex": corners, "xatol": 1e-5 * float(np.max(scale)),
                "fatol": 1e-6, "maxiter": 400 * begin.size, "maxfev": 400 * begin.size,
            },
        )  # fmt: skip
        gain = value - float(found.fun)
        if gain > 0.0:
            begin, value = np.asarray(found.x, float), float(found.fun)
        if gain < 1e-3:
            break
        step = 0.3 * step
    return begin, value


def _inward(begin: Array, step: Array, low: Array, high: Array) -> Array:
    """Steps of the first simplex, turned round where they would leave the box."""
    return np.where(begin + step <= high, step, np.where(begin - step >= low, -step, high - low))


def _evolved(
    function: Callable[[Array], float],
    begin: Array,
    low: Array,
    high: Array,
    scale: Array,
    seed: int,
) -> Array:
    pygmo = _pygmo()
    least = np.maximum(low, begin - 20.0 * scale)
    most = np.minimum(high, begin + 20.0 * scale)

    class Problem:
        """What pygmo asks of a problem."""

        def fitness(self, x: Array) -> list[float]:
            return [float(function(np.asarray(x)))]

        def get_bounds(self) -> tuple[Array, Array]:
            return least, most

    crowd = pygmo.population(pygmo.problem(Problem()), size=19 + begin.size, seed=seed)
    crowd.push_back(begin)
    crowd = pygmo.algorithm(pygmo.sade(gen=60 * begin.size, seed=seed)).evolve(crowd)
    return np.asarray(crowd.champion_x, float)
