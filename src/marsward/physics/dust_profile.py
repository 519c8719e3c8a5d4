"""How dust is spread with height: well mixed below, thinning out towards a top.

The mixing ratio falls with pressure as Conrath 1975, doi:10.1016/0019-1035(75)90156-6, found from
diffusion against settling, in the form of Forget et al. 1999, doi:10.1029/1999JE001025:

    q/q_0 = exp(nu (1 - (p_0/p)^(70 km/z_top))) for p < p_0,     1 below,

with p_0 = 700 Pa and nu = 0.007, so that q is halved near z_top/1.5 and is a thousandth of q_0 near
z_top. The top goes with season and latitude as in Montmessin et al. 2004, doi:10.1029/2004JE002284:

    z_top [km] = 60 + 18 S - (32 + 18 S) sin^4 lat - 8 S sin^5 lat,     S = sin(Ls - 160 deg).

The storms of the last years lofted layers of dust that this even profile does not hold.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError

__all__ = [
    "REFERENCE_PRESSURE",
    "checked_angles",
    "checked_opacity",
    "dust_depth",
    "dust_top",
    "mixing_share",
]

Array = NDArray[np.float64]
REFERENCE_PRESSURE = 610.0
"""Surface pressure [Pa] for which column opacities are told: Smith 2004,
doi:10.1016/j.icarus.2003.09.010, and the climatologies after it."""
_MIXED, _NU, _KNEE = 700.0, 0.007, 70_000.0  # p_0 [Pa], nu, height [m]: Forget et al. 1999
_LEAST_TOP = 5_000.0  # lowest top [m] that is taken
# Gauss's three-point rule on 0 to 1, for the mean of the mixing ratio over a layer.
_NODES = 0.5 + 0.5 * np.array([-math.sqrt(0.6), 0.0, math.sqrt(0.6)])
_WEIGHTS = np.array([5.0, 8.0, 5.0]) / 18.0


def dust_top(ls: ArrayLike, lat: ArrayLike) -> Array:
    """Height of the top of the dust [m] at Ls and latitude [deg], which broadcast; 20 to 78 km.

    Raises InputError for an Ls that is not finite or a latitude beyond a pole.
    """
    season, place = checked_angles(ls, lat)
    s = np.sin(np.radians(season - 160.0))
    y = np.sin(np.radians(place))
    return np.asarray(1e3 * (60.0 + 18.0 * s - (32.0 + 18.0 * s) * y**4 - 8.0 * s * y**5))


def mixing_share(pressure: ArrayLike, top: ArrayLike) -> Array:
    """Mixing ratio of dust over that at the ground [-] at pressures [Pa] and a top [m].

    Raises InputError for a pressure below zero or a top under 5 km.
    """
    p, z = np.asarray(pressure, dtype=np.float64), np.asarray(top, dtype=np.float64)
    if not np.all((p >= 0.0) & np.isfinite(p)):
        raise InputError("pressures in dusty air must be finite and 0 Pa or more")
    if not np.all((z >= _LEAST_TOP) & np.isfinite(z)):
        raise InputError(f"the top of the dust is given in m, {_LEAST_TOP:g} or more")
    return np.asarray(np.exp(_NU * (1.0 - _steepness(p, z))))


def _steepness(pressure: Array, top: Array) -> Array:
    """(p_0/p)^(70 km/z_top), 1 below p_0; kept finite."""
    with np.errstate(divide="ignore", over="ignore"):
        steep = np.power(_MIXED / pressure, _KNEE / top)
    return np.asarray(np.clip(steep, 1.0, 1e100))


def dust_depth(edges: ArrayLike, opacity: ArrayLike, top: ArrayLike) -> Array:
    """Optical depth of dust in each layer (n, L), from the ground up.

    Parameters
    ----------
    edges : pressures at the edges of layers [Pa] (n, L + 1) or (L + 1,), falling, the first at the
        ground
    opacity : visible extinction of the whole column at a surface pressure of 610 Pa (n,) or one
    top : height of the top of the dust [m] (n,) or one

    The layers of a column add up to opacity x p_ground/610 Pa to rounding.

    Raises
    ------
    InputError : edges that do not fall or are below zero, an opacity below zero or not finite.
    """
    p = np.atleast_2d(np.asarray(edges, dtype=np.float64))
    if p.ndim != 2 or p.shape[1] < 2 or not np.isfinite(p).all():
        raise InputError("the edges of layers are finite pressures [Pa] (columns, layers + 1)")
    thick = p[:, :-1] - p[:, 1:]
    if not (np.all(thick > 0.0) and np.all(p[:, -1] >= 0.0)):
        raise InputError("pressure must fall from each edge to the next and end at 0 Pa or above")
    tau, z = checked_opacity(opacity), np.asarray(top, dtype=np.float64)
    try:
        tau, z = np.broadcast_to(tau, p.shape[:1]), np.broadcast_to(z, p.shape[:1])
    except ValueError as error:
        raise InputError(
            f"{p.shape[0]} columns of air but {tau.size} opacities and {z.size} tops of dust"
        ) from error
    mixing_share(p[:, :1], z[:, None])  # refuses a top that is none
    ground = _steepness(p[:, :1], z[:, None])
    share = np.zeros(thick.shape)
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        above = _steepness(p[:, 1:] + node * thick, z[:, None])
        share += weight * np.exp(_NU * (ground - above))
    share *= thick
    total = tau * p[:, 0] / REFERENCE_PRESSURE
    return np.asarray(share * (total / share.sum(axis=1))[:, None])


def checked_opacity(opacity: ArrayLike) -> Array:
    """Opacities as numbers; InputError where one is below zero or not finite."""
    try:
        tau = np.asarray(opacity, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"a dust opacity is a number, not {opacity!r}") from error
    bad = ~((tau >= 0.0) & (tau < math.inf))
    if bad.any():
        raise InputError(
            f"a dust opacity must be finite and 0 or more, not {float(tau[bad].flat[0]):g}"
        )
    return tau


def checked_angles(ls: ArrayLike, lat: ArrayLike) -> tuple[Array, Array]:
    """Ls and latitude [deg] as numbers; InputError where they are none."""
    season, place = np.asarray(ls, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if not np.isfinite(season).all():
        raise InputError("Ls must be finite; give degrees, 0 to 360")
    if not np.all(np.abs(place) <= 90.0):
        raise InputError("a latitude is within 90 degrees of the equator")
    return season, place
