"""The mixed air above the ground: how high it reaches, and the adiabat where it turns over.

Fronts of `kernels.boundary_layer` for columns that are already there; the column of
`physics.air_day` calls the kernels itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.physics.air import (
    GRAVITY,
    KAPPA,
    REFERENCE_PRESSURE,
    hydrostatic_heights,
    layer_pressure,
    potential_temperature,
)
from marsward.physics.kernels.boundary_layer import boundary_height, settle_convection

__all__ = ["boundary_layer_height", "convective_adjustment"]

Array = NDArray[np.float64]


def convective_adjustment(edges: ArrayLike, temperature: ArrayLike) -> Array:
    """Temperature [K] (n, L) once all that is warmer below than the dry adiabat has turned over.

    Layers that mix take one potential temperature; the sum of mass cp T is kept.

    Parameters
    ----------
    edges : [Pa] (n, L + 1) falling; temperature : [K] (n, L)

    Raises
    ------
    InputError : edges that do not fall, shapes that do not match.
    """
    p, t = _column(edges, temperature)
    exner = (layer_pressure(p) / REFERENCE_PRESSURE) ** KAPPA
    mass = (p[:, :-1] - p[:, 1:]) / GRAVITY
    out = t.copy()
    for column, own, factor in zip(out, mass, exner, strict=True):
        settle_convection(column, own, factor, 0, column.size, 4 * column.size)
    return out


def boundary_layer_height(
    edges: ArrayLike,
    temperature: ArrayLike,
    wind: ArrayLike,
    *,
    friction: float = 0.3,
    flux: float = 0.0,
) -> Array:
    """Height [m] (n,) at which the bulk Richardson number from the lowest layer up reaches 1/4.

    Vogelezang & Holtslag 1996, doi:10.1007/BF02430331, with thermals warmer than the lowest layer
    where heat flows up.

    Parameters
    ----------
    edges : [Pa] (n, L + 1); temperature : [K] (n, L); wind : speed [m s-1] (n, L) or a number
    friction : speed u* [m s-1]; flux : of heat at the ground, theta w [K m s-1]
    """
    p, t = _column(edges, temperature)
    z = hydrostatic_heights(p, t)[1]
    theta = potential_temperature(t, layer_pressure(p))
    speed = np.broadcast_to(np.asarray(wind, dtype=np.float64), t.shape)
    if not np.isfinite(speed).all() or not friction > 0.0:
        raise InputError("winds must be finite and the friction speed above zero")
    out = np.empty(len(t))
    for k in range(len(t)):
        out[k] = boundary_height(
            z[k], theta[k], speed[k] ** 2, t.shape[1], friction, flux, friction,
            GRAVITY / theta[k, 0],
        )  # fmt: skip
    return out


def _column(edges: ArrayLike, temperature: ArrayLike) -> tuple[Array, Array]:
    p = np.ascontiguousarray(np.atleast_2d(np.asarray(edges, dtype=np.float64)))
    t = np.ascontiguousarray(np.atleast_2d(np.asarray(temperature, dtype=np.float64)))
    hydrostatic_heights(p, t)
    if p.shape[0] != t.shape[0]:
        raise InputError(f"{p.shape[0]} columns of edges and {t.shape[0]} of temperatures")
    return p, t
