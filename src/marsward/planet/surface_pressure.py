"""Pressure at places of the real planet: the height of the ground there, and what may be asked for.

Heights are over the areoid. The shipped shape of Mars is smooth over some tens of kilometres, so a
place in a crater lies under it; a height given for a lander is taken as it is, down to the depth
that the shape may miss.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import fitting, numbers
from marsward.core.errors import InputError
from marsward.planet.ground_maps import SurfaceMaps

__all__ = ["MISSED_RELIEF", "checked_place", "ground_height", "place_height"]

Array = NDArray[np.float64]
MISSED_RELIEF = 2500.0
"""Depth [m] to which real ground may lie under the smooth shape: the floors of Gale and Hellas'
craters are within it."""
_TOP = 40_000.0  # m over the areoid, up to which the law of the lower air is carried on


def checked_place(lat: ArrayLike, lon: ArrayLike) -> tuple[Array, Array]:
    """Latitude and east longitude [deg] as arrays that broadcast.

    Raises InputError for a latitude beyond a pole, a number that is none, shapes that do not fit.
    """
    try:
        phi, lam = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(
            f"lat = {lat!r} and lon = {lon!r} are degrees, north and east positive, such as 22.48 "
            "and 312.05, or arrays of them"
        ) from None
    bad = ~(np.abs(phi) <= 90.0)
    if bad.any():
        raise InputError(
            f"latitude {phi[bad].flat[0]:g} is none; give planetocentric degrees from -90 to 90"
        )
    if not np.isfinite(lam).all():
        raise InputError("a longitude is not finite; give east degrees such as 137.4")
    fitting(lat=phi, lon=lam)
    return phi, lam


def ground_height(lat: ArrayLike, lon: ArrayLike) -> Array:
    """Height of the shipped shape's ground over the areoid [m] at places [deg]; they broadcast."""
    phi, lam = np.broadcast_arrays(*checked_place(lat, lon))
    maps = SurfaceMaps.at(phi.ravel(), lam.ravel(), albedo=0.2, inertia=200.0, humidity=0.0)
    return np.asarray(maps.elevation.reshape(phi.shape))


def place_height(
    lat: ArrayLike,
    lon: ArrayLike,
    height: ArrayLike | None,
    over_ground: ArrayLike | None,
) -> Array:
    """Height over the areoid [m] of what is asked for: given, over the ground, or the ground.

    Raises
    ------
    InputError : both heights, one under the ground, one above 40 km, one that is no number or does
        not fit the places.
    """
    phi, lam = checked_place(lat, lon)
    if height is not None and over_ground is not None:
        raise InputError("give a height over the areoid or one over the ground, not both")
    if height is None:
        above = numbers(0.0 if over_ground is None else over_ground, "over_ground", "m")
        fitting(over_ground=above, lat=phi, lon=lam)
        bad = ~(above >= 0.0)
        if bad.any():
            raise InputError(
                f"{above[bad].flat[0]:g} m over the ground lies under it; give 0 m or more"
            )
        level = ground_height(phi, lam) + above
    else:
        level = numbers(height, "a height over the areoid", "m")
        level = np.array(fitting(height=level, lat=phi, lon=lam)[0])
        ground = ground_height(phi, lam) + 0.0 * level
        bad = level < ground - MISSED_RELIEF
        if bad.any():
            raise InputError(
                f"{level[bad].flat[0]:g} m over the areoid lies under the ground, which is at "
                f"{ground[bad].flat[0]:.0f} m there; give a greater height, or none for the ground"
            )
    if np.any(level > _TOP):
        raise InputError(
            f"the climate's pressure reaches to {_TOP:g} m over the areoid, not to "
            f"{float(np.max(level)):g} m; marsward.atmosphere() goes higher"
        )
    return np.asarray(level)
