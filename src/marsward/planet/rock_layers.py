"""Layers without ice that sounders have seen the base of: what must not be taken for ice.

Each is a record of published figures. Where they lie is drawn as a box through the published
longitudes or beside the named place; thickness runs smoothly within its bounds, by a seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError

__all__ = ["ROCK_LAYERS", "RockLayer", "rock_layer_at"]

Array = NDArray[np.float64]
_FIELD_DEG = 1.0  # correlation length of the thickness; assumed
_WAVES = 256
_SALT = 7919  # of the seeds, apart from those of the ice sheets


@dataclass(frozen=True)
class RockLayer:
    """One field of lava or ash.

    name, title : for programs and for people
    boxes : west, east, south, north [deg] of each part
    thickness : least and most [m]
    permittivity, loss_tangent : published means
    burial : dry soil or dust on top [m]
    assumed : what of this is not published
    source : the papers
    """

    name: str
    title: str
    boxes: tuple[tuple[float, float, float, float], ...]
    thickness: tuple[float, float]
    permittivity: float
    loss_tangent: float
    burial: float
    assumed: str
    source: str

    def within(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
        """Whether places [deg] that broadcast lie in a box."""
        east, north = np.broadcast_arrays(np.mod(np.asarray(lon, float), 360.0), lat)
        inside = np.zeros(east.shape, dtype=bool)
        for west, end, south, top in self.boxes:
            inside |= (east >= west) & (east <= end) & (north >= south) & (north <= top)
        return inside


ROCK_LAYERS = (
    RockLayer(
        name="tharsis-lava",
        title="lava flows west of Ascraeus Mons",
        boxes=((240.0, 250.0, 8.0, 20.0),),
        thickness=(20.0, 60.0),
        permittivity=9.6,
        loss_tangent=0.010,
        burial=1.0,
        assumed="box, thickness of tens of metres, a metre of dust on top",
        source="Carter et al. 2009, doi:10.1029/2009GL040749; Simon et al. 2014, "
        "doi:10.1002/2014JE004666",
    ),
    RockLayer(
        name="medusae-fossae",
        title="Medusae Fossae Formation, porous ash that looks like ice",
        boxes=((150.0, 155.0, -8.0, 0.0), (209.0, 213.0, -4.0, 4.0)),
        thickness=(100.0, 580.0),
        permittivity=3.0,
        loss_tangent=0.004,
        burial=0.0,
        assumed="latitudes of the boxes, least thickness; that it is ash",
        source="Carter et al. 2009, doi:10.1016/j.icarus.2008.10.007; loss 0.002 to 0.006: Watters "
        "et al. 2007, doi:10.1126/science.1148112",
    ),
)
"""The layers, in the order of their index."""


def rock_layer_at(
    lon: ArrayLike, lat: ArrayLike, *, seed: int = 0
) -> tuple[NDArray[np.int8], Array]:
    """Which layer of rock lies at places and how thick it is.

    Parameters
    ----------
    lon, lat : east longitude and planetocentric latitude [deg]; they broadcast
    seed : of the field of thickness

    Returns
    -------
    index : int8, number in `ROCK_LAYERS`, -1 where there is none
    thickness : [m], 0 where there is none

    Raises InputError for places that are not numbers.
    """
    from scipy.special import ndtr

    from marsward.planet.inertia_field import InertiaField

    east, north = np.broadcast_arrays(np.asarray(lon, float), np.asarray(lat, float))
    if not (np.isfinite(east).all() and np.all(np.abs(north) <= 90.0)):
        raise InputError("a place is no longitude and latitude in degrees")
    index, thickness = np.full(east.shape, -1, dtype=np.int8), np.zeros(east.shape)
    for number, layer in enumerate(ROCK_LAYERS):
        here = layer.within(east, north)
        if not here.any():
            continue
        low, high = layer.thickness
        smooth = InertiaField((int(seed) + 1) * _SALT + number, _FIELD_DEG, _WAVES)
        index[here] = number
        thickness[here] = low + (high - low) * ndtr(smooth.at(east[here], north[here]))
    return index, thickness
