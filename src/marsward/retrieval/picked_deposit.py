"""Thickness and permittivity of a deposit from picked delays of its base and the known terrain.

The surface is where the terrain puts it, in the geometry of the radargram's table; the pick is its
base. Delays give thickness for an assumed permittivity, and permittivity where the base may be
taken as straight (`permittivity_from_base`).

Source of the practice: Watters et al. 2007, doi:10.1126/science.1148112; Carter et al. 2009,
doi:10.1016/j.icarus.2008.10.007 (Medusae Fossae).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import DataError, InputError, PhysicsError
from marsward.geometry.radar_track import radar_track
from marsward.retrieval.dielectric_estimate import Estimate, permittivity_from_base, thickness

__all__ = ["deposit_permittivity", "picked_deposit"]

Array = NDArray[np.float64]
_C = float(SPEED_OF_LIGHT)
_NEAR = 0.02  # deg: a pick belongs to the row of the table that is as near as this
_LEAST_DELAY = 0.3e-6  # s: nearer to the predicted surface a pick says nothing of a layer


def picked_deposit(
    geometry: xr.Dataset,
    picks: xr.Dataset,
    terrain: Any,
    *,
    permittivities: Sequence[float] = (2.0, 2.5, 3.0),
) -> xr.Dataset:
    """Thickness of what lies over picked reflectors.

    Parameters
    ----------
    geometry, picks
        Of `read_track_geometry` and `read_picks`, of one track; picks find their rows by latitude.
    terrain
        The ground, whose error [m] goes into the thickness by 1/sqrt(permittivity).
    permittivities
        To tell thicknesses for.

    Returns
    -------
    Dataset along "pick"
        surface_delay, delay, delay_below [s], surface_height, along_track [m], thickness
        (permittivity, pick) [m], lon, lat.

    Raises
    ------
    InputError
        No permittivity above 1.
    DataError
        Picks that are not on the track.
    """
    values = np.atleast_1d(np.asarray(permittivities, dtype=float))
    if not (values.size and np.all(values >= 1.0)):
        raise InputError(f"permittivities {permittivities} are not all 1 or more")
    track = radar_track(geometry["spacecraft"].values, terrain, et=geometry["et"].values)
    lat, lon = geometry["lat"].values, geometry["lon"].values
    order = np.argsort(lat)
    there = np.clip(np.searchsorted(lat[order], picks["lat"].values), 1, lat.size - 1)
    left, right = order[there - 1], order[there]
    nearer = np.abs(lat[left] - picks["lat"].values) < np.abs(lat[right] - picks["lat"].values)
    row = np.where(nearer, left, right)
    apart = np.hypot(
        lat[row] - picks["lat"].values, (lon[row] - picks["lon"].values + 180.0) % 360.0 - 180.0
    )
    if not np.all(apart < _NEAR):
        k = int(np.argmax(apart))
        raise DataError(
            f"pick {k + 1} at {float(picks['lat'][k]):.4f} north, {float(picks['lon'][k]):.4f} "
            f"east is {apart[k]:.3g} degrees off the track; are table and picks of one track?"
        )
    ground = np.linalg.norm(track["ground"].values, axis=1)
    surface = 2.0 * (geometry["datum_radius"].values - ground)[row] / _C
    below = picks["delay"].values - surface
    thick = np.stack([thickness(np.maximum(below, 0.0), float(eps))[0] for eps in values])
    second = {"units": "s"}
    metre = {"units": "m"}
    return xr.Dataset(
        {
            "surface_delay": ("pick", surface, second),
            "delay": ("pick", picks["delay"].values, second),
            "delay_below": ("pick", below, second),
            "surface_height": ("pick", track["surface_height"].values[row], metre),
            "along_track": ("pick", track["along_track"].values[row], metre),
            "thickness": (("permittivity", "pick"), thick, metre),
        },
        coords={
            "permittivity": ("permittivity", values),
            "lon": ("pick", picks["lon"].values, {"units": "degrees_east"}),
            "lat": ("pick", picks["lat"].values, {"units": "degrees_north"}),
        },
        attrs={"terrain": terrain.source, "picks": str(picks.attrs.get("file", ""))},
    )


def deposit_permittivity(deposit: xr.Dataset, *, degree: int = 1) -> Estimate:
    """Permittivity of a deposit whose base runs straight along the track.

    Raises PhysicsError when the surface has no relief to tell it by, or too few picks lie below it.
    """
    below = deposit["delay_below"].values > _LEAST_DELAY
    if np.count_nonzero(below) < degree + 5:
        raise PhysicsError("too few picks lie below the predicted surface to tell a permittivity")
    some = deposit.isel(pick=np.flatnonzero(below))
    return permittivity_from_base(
        some["delay_below"].values, some["surface_height"].values, some["along_track"].values,
        degree=degree,
    )  # fmt: skip
