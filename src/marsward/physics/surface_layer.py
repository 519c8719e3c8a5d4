"""The lowest metres of air by similarity: exchange with the ground, temperature at any height.

Monin & Obukhov's similarity with the functions of Businger and Dyer; the equations stand in
`kernels.boundary_layer`. One roughness serves momentum and heat: 1 cm, the middle of what was found
at the Viking and Pathfinder sites (Sutton, Leovy & Tillman 1978, doi:10.1175/1520-0469(1978)
035<2346:DVOTMS>2.0.CO;2; Hebrard et al. 2012, doi:10.1029/2011JE003942, from rocks).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.physics.kernels.boundary_layer import KARMAN, factors_many, similarity_many

__all__ = ["ROUGHNESS", "SurfaceLayer", "surface_layer", "temperature_share"]

Array = NDArray[np.float64]
ROUGHNESS = 0.01
"""Roughness of the ground where nothing else is known [m]."""


@dataclass(frozen=True, eq=False)
class SurfaceLayer:
    """Surface layer of any shape.

    zeta : height over the length of Monin and Obukhov [-], below 0 where unstable
    drag, exchange : coefficients C_D and C_H [-]: stress = rho C_D U^2, heat flux = rho cp C_H U
        (theta_ground - theta)
    """

    zeta: Array
    drag: Array
    exchange: Array


def surface_layer(
    richardson: ArrayLike, height: ArrayLike, roughness: ArrayLike = ROUGHNESS
) -> SurfaceLayer:
    """The surface layer of a bulk Richardson number g z (theta - theta_ground)/(theta U^2).

    Parameters
    ----------
    richardson : [-]; height : of the air's wind and temperature [m]; roughness : [m], under a third
        of the height

    Raises
    ------
    InputError : a height not well above the roughness, values that are not finite.
    """
    number, z, z0 = _together(richardson, height, roughness)
    out = np.empty((3, number.size))
    similarity_many(z.ravel(), z0.ravel(), number.ravel(), out)
    zeta, momentum, heat = (row.reshape(number.shape) for row in out)
    return SurfaceLayer(zeta, (KARMAN / momentum) ** 2, KARMAN**2 / (momentum * heat))


def temperature_share(
    height: ArrayLike, zeta: ArrayLike, reference: ArrayLike, roughness: ArrayLike = ROUGHNESS
) -> Array:
    """Share of the way from the ground's to the air's potential temperature, at a lower height.

    Parameters
    ----------
    height : asked [m], from the roughness up to `reference`; zeta : reference/L there [-]
    reference : height of the air's temperature [m]; roughness : [m]

    Returns
    -------
    F_h(height)/F_h(reference), 0 at the roughness and 1 at the reference.

    Raises
    ------
    InputError : heights under the roughness or above the reference.
    """
    z, whole, top, z0 = np.broadcast_arrays(
        *(np.asarray(v, dtype=np.float64) for v in (height, zeta, reference, roughness))
    )
    if not np.all((z >= z0) & (z <= top * (1.0 + 1e-12))):
        raise InputError(
            "similarity holds from the roughness up to the middle of the lowest layer "
            f"({float(np.min(top)):.2g} m), not at {float(np.min(z)):g} to {float(np.max(z)):g} m"
        )
    return np.asarray(_heat(z, whole * z / top, z0) / _heat(top, whole, z0))


def _heat(height: Array, zeta: Array, roughness: Array) -> Array:
    out = np.empty((2, height.size))
    factors_many(*(v.ravel().copy() for v in (height, roughness, zeta)), out)
    return out[1].reshape(height.shape)


def _together(richardson: ArrayLike, height: ArrayLike, roughness: ArrayLike) -> list[Array]:
    try:
        given = [np.asarray(v, dtype=np.float64) for v in (richardson, height, roughness)]
        whole = [v.copy() for v in np.broadcast_arrays(*given)]
    except (TypeError, ValueError) as error:
        raise InputError("the surface layer takes numbers of one shape") from error
    if not (np.isfinite(whole[0]).all() and np.all(whole[2] > 0.0)):
        raise InputError("the surface layer takes finite Richardson numbers and roughness above 0")
    if not np.all(np.isfinite(whole[1]) & (whole[1] > 3.0 * whole[2])):
        raise InputError(
            f"a height of {float(np.min(whole[1])):g} m is not well above a roughness of "
            f"{float(np.max(whole[2])):g} m; give three times as much or more"
        )
    return whole
