"""Density against height for the drag of an orbit, from an atmosphere, up to 400 km.

Above 250 km, where `Atmosphere.at` ends, the same columns go on: gases apart by weight at the
temperature of the exosphere. There the air is too thin to be a fluid; its density still is what
drag feels. Orbits of years should take a table for each season.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.planet.air_tables import CEILING

if TYPE_CHECKING:
    from marsward.dynamics.drag import Drag
    from marsward.planet.atmosphere import Atmosphere

__all__ = ["drag_table", "mean_density"]

Array = NDArray[np.float64]
_HOURS = np.arange(0.5, 24.0, 1.0)
_LATS = np.degrees(np.arcsin((np.arange(12) + 0.5) / 6.0 - 1.0))  # bands of even area
_DRAG = np.concatenate([np.arange(60e3, 150e3, 2.5e3), np.arange(150e3, 405e3, 5e3)])


def mean_density(
    air: Atmosphere,
    ls: float,
    height: ArrayLike,
    *,
    lat: ArrayLike | None = None,
    ltst: ArrayLike | None = None,
) -> Array:
    """Density (k,) [kg/m3] at heights (k,) [m], the mean over latitudes [deg] and local times [h].

    Parameters
    ----------
    lat, ltst : those the mean is taken over, a number or a row; the whole planet by area and the
        whole sol if None
    """
    z = np.atleast_1d(np.asarray(height, dtype=np.float64))
    if np.any(z > CEILING) or np.any(z < 0.0) or not np.isfinite(z).all():
        raise InputError("a table of density for drag holds heights of 0 to 400 km")
    place = _LATS if lat is None else np.atleast_1d(np.asarray(lat, dtype=np.float64))
    hour = _HOURS if ltst is None else np.atleast_1d(np.asarray(ltst, dtype=np.float64))
    sampled = air.sample(float(ls), hour[:, None, None], 0.0, place[None, :, None], z, ground=0.0)
    return np.asarray(sampled.density.mean(axis=(0, 1)))


def drag_table(
    air: Atmosphere,
    ballistic: float,
    epoch: Epoch,
    *,
    heights: ArrayLike | None = None,
    lat: ArrayLike | None = None,
    ltst: ArrayLike | None = None,
) -> Drag:
    """A table of density for `dynamics.drag`, at the season of an epoch.

    Parameters
    ----------
    ballistic : cd A / m of the craft [m2/kg]
    epoch : one instant, for the season
    heights : of the rows [m]; 60 to 400 km if None. Those over the areoid are taken for those over
        the ellipsoid, from which it is off by 2 km at most
    lat, ltst : where along its orbit the craft meets the air, as in `mean_density`: a periapsis at
        `lat=-30, ltst=14`, say; the mean of the planet if None

    Raises
    ------
    InputError : an epoch that is a row, heights that do not ascend or lie above 400 km.
    """
    from marsward.dynamics.drag import Drag

    if epoch.shape != ():
        raise InputError("a table of density for drag holds one season: give a single epoch")
    z = _DRAG if heights is None else np.atleast_1d(np.asarray(heights, dtype=np.float64))
    rho = mean_density(air, float(epoch.ls), z, lat=lat, ltst=ltst)
    return Drag(
        ballistic=float(ballistic),
        height=tuple(z),
        density=tuple(rho),
        body="mars",
        source=f"{air.source}; Ls {float(epoch.ls):.1f} deg, F10.7 {air.f107:g}",
    )
