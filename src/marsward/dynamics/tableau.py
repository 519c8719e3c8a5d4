"""Coefficients of the Dormand-Prince 8(5,3) method, arranged for the compiled loops.

Hairer, Norsett & Wanner 1993, Solving Ordinary Differential Equations I, section II.5,
doi:10.1007/978-3-540-78862-1; read from SciPy (BSD), whose table holds all digits.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

STAGES = 16
"""Twelve of the step, the slope at its end, and three more for the dense output."""


class Tableau(NamedTuple):
    """What the kernels read.

    stage, weight : i8 (k,), f8 (k,), per non-zero coefficient the stage it weighs and its value
    start : i8 (17,), where each stage's coefficients begin; stage 12 is the result
    node : f8 (16,), the stages' places in the step
    e3, e5 : f8 (13,), error weights of orders 3 and 5
    dense : f8 (4, 16), weights of the last four increments of the interpolant
    """

    stage: np.ndarray
    weight: np.ndarray
    start: np.ndarray
    node: np.ndarray
    e3: np.ndarray
    e5: np.ndarray
    dense: np.ndarray


@lru_cache(maxsize=1)
def tableau() -> Tableau:
    """The method's coefficients, read once."""
    from scipy.integrate._ivp import dop853_coefficients as table

    rows = [[(q, table.A[s, q]) for q in range(s) if table.A[s, q] != 0.0] for s in range(STAGES)]
    start = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    return Tableau(
        np.array([q for row in rows for q, _ in row], dtype=np.int64),
        np.array([a for row in rows for _, a in row]),
        start,
        np.ascontiguousarray(table.C[:STAGES]),
        np.ascontiguousarray(table.E3[:13]),
        np.ascontiguousarray(table.E5[:13]),
        np.ascontiguousarray(table.D[:, :STAGES]),
    )
