"""Where the craft is: the bodies' directions and sizes crossed with where the bodies are."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.retrieval.attitude import cross_matrix
from marsward.retrieval.sighting import PositionFix

Array = NDArray[np.float64]

SCALE = 1e3
"""Lengths are solved in this unit [m], so that matrices stay well conditioned."""


def fix_position(
    offsets: ArrayLike,
    covariances: ArrayLike,
    attitude_covariance: ArrayLike,
    body_states: ArrayLike,
    *,
    lifts: Sequence[Array] | None = None,
    height_sigma: float = 0.0,
    height: float = 0.0,
) -> PositionFix:
    """The craft's position from the offsets (n, 3) [m] to n bodies with known states (n, 6).

    Least squares over all offsets at once. Their errors are the limb fits' `covariances` (n, 3, 3)
    [m^2], the turn of the attitude (3, 3) [rad^2, J2000 axes], which they share, and the height of
    the visible limb: `lifts` (n, 3) is how far each offset moves per metre of it, and one height
    (1-sigma `height_sigma` [m]) is solved together with the position.

    `body_states` are geometric at the time of the picture, SI, J2000 axes, any common origin that
    does not accelerate; light time is removed here with the offset's own length.
    Raises `InputError` on shapes that do not belong together.
    """
    offset = np.atleast_2d(np.asarray(offsets, dtype=np.float64))
    states = np.atleast_2d(np.asarray(body_states, dtype=np.float64))
    n = len(offset)
    if offset.shape != (n, 3) or states.shape != (n, 6):
        raise InputError(
            f"{n} offsets need {n} states of 6 numbers each, got shapes {offset.shape} and "
            f"{states.shape}"
        )
    delay = np.linalg.norm(offset, axis=1) / SPEED_OF_LIGHT.value
    where = states[:, :3] - states[:, 3:] * delay[:, None]
    weight = np.linalg.inv(_errors(offset, covariances, attitude_covariance) / SCALE**2)
    design = np.concatenate([np.eye(3)] * n)
    with_height = lifts is not None and height_sigma > 0.0
    if lifts is not None and height_sigma > 0.0:
        design = np.hstack([design, -np.concatenate(list(lifts))[:, None]])
    normal = design.T @ weight @ design
    if with_height:
        normal[3, 3] += (SCALE / height_sigma) ** 2
    inverse = np.linalg.inv(normal) * SCALE**2
    value = (where - offset).ravel()
    solved = inverse @ (design.T @ weight @ value) / SCALE**2
    left = value - design @ solved
    chi2 = float(left @ weight @ left) / SCALE**2
    if with_height:
        chi2 += (solved[3] / height_sigma) ** 2
    position, covariance = solved[:3], inverse[:3, :3]
    ranges = np.linalg.norm(where - position, axis=1)
    directions = (where - position) / ranges[:, None]
    return PositionFix(
        position=position,
        covariance=covariance,
        ranges=ranges,
        range_sigmas=np.sqrt(np.einsum("ni,ij,nj->n", directions, covariance, directions)),
        directions=directions,
        limb_height=height + (float(solved[3]) if with_height else 0.0),
        limb_height_sigma=float(np.sqrt(inverse[3, 3])) if with_height else 0.0,
        chi2=chi2 / max(3 * n - 3, 1),
    )


def _errors(offset: Array, covariances: ArrayLike, attitude_covariance: ArrayLike) -> Array:
    """Covariance (3 n, 3 n) [m^2] of all offsets: each its own, and the attitude's for all."""
    n = len(offset)
    out = np.zeros((3 * n, 3 * n))
    for k, one in enumerate(np.asarray(covariances, dtype=np.float64)):
        out[3 * k : 3 * k + 3, 3 * k : 3 * k + 3] = one
    turned = np.concatenate([cross_matrix(v) for v in offset])
    return out + turned @ np.asarray(attitude_covariance, dtype=np.float64) @ turned.T
