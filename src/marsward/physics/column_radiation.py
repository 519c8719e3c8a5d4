"""What the radiation of a column takes: sunlight's bands, the infrared's table, dust by layer."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.physics.air_column import Radiation
from marsward.physics.correlated_k import KTable
from marsward.physics.dust_optics import infrared_optics, solar_optics
from marsward.physics.dust_profile import checked_opacity, dust_depth, dust_top
from marsward.physics.dust_scenario import DustScenario, scenario
from marsward.physics.near_infrared import near_infrared_numbers
from marsward.physics.non_lte import non_lte_share

__all__ = ["Dust", "column_radiation", "dust_layers", "infrared_share"]

Array = NDArray[np.float64]
Dust = DustScenario | str | ArrayLike
# Temperature [K] at which collisions are counted in the thin air above 60 km; MCS finds 120 to 170
# there, McCleese et al. 2010, doi:10.1029/2010JE003677.
_THIN_AIR = 145.0
_KNOWN = (0.2e-6, 98.0e-6)  # wavelengths of the dust's optics [m]


def dust_layers(dust: Dust, edges: Array, ls: Array, lat: Array) -> Array:
    """Visible depth of dust in layers (n, L) of columns with edges (n, L + 1) [Pa].

    Parameters
    ----------
    dust : a scenario or its name, or the opacity of the column at 610 Pa, one or (n,), as high as
        the season's dust reaches
    ls, lat : season and latitude (n,) [deg]

    Raises
    ------
    InputError : a name that is no scenario, opacities that are none or do not fit the columns.
    """
    if isinstance(dust, str):
        dust = scenario(dust)
    if isinstance(dust, DustScenario):
        return np.ascontiguousarray(dust.layers(edges, ls, lat))
    opacity = checked_opacity(dust)
    if opacity.shape not in ((), (1,), lat.shape):
        raise InputError(
            f"dust of shape {opacity.shape} does not fit {lat.size} columns; give a scenario, its "
            "name, one opacity or one for each column"
        )
    return np.ascontiguousarray(dust_depth(edges, opacity, dust_top(ls, lat)))


def column_radiation(
    edges: Array,
    depth: Array,
    *,
    table: KTable | None,
    every: int,
    infrared: bool,
) -> Radiation:
    """Arrays for the kernels.

    Parameters
    ----------
    edges : [Pa] (n, L + 1); depth : visible extinction of dust by layer (n, L)
    table : of the infrared, `KTable.shipped()` if None; every : steps from call to call
    infrared : whether the air has infrared at all
    """
    table = table or KTable.shipped()
    return Radiation(
        short=np.ascontiguousarray(np.stack(solar_optics().arrays)),
        gas=np.ascontiguousarray(near_infrared_numbers(), dtype=np.float64),
        long=table.arrays,
        dust=depth,
        dust_infrared=np.ascontiguousarray(depth[:, :, None] * infrared_share(table)),
        thin=non_lte_share(edges, np.full(depth.shape, _THIN_AIR), table),
        every=every,
        infrared=infrared,
    )


def infrared_share(table: KTable) -> Array:
    """Absorption of dust in each band of a table over its visible extinction, (bands,).

    Scattering is taken in by the usual scaling of a depth t, t sqrt((1 - w)(1 - w g)): a thick,
    even layer then sends out as much as one that scatters (e.g. Goody & Yung 1989, Atmospheric
    Radiation, section 8.4). Bands beyond the 98 um that are known take the optics of there.
    """
    waves = np.asarray(table.edges, dtype=np.float64)
    with np.errstate(divide="ignore"):
        rims = np.clip(1.0 / waves[::-1], *_KNOWN)
    optics = infrared_optics(rims)
    loss = (1.0 - optics.albedo) * (1.0 - optics.albedo * optics.asymmetry)
    return np.ascontiguousarray((optics.extinction * np.sqrt(loss))[::-1])
