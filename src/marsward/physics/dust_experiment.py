"""What dust does to the day: columns run at several opacities, and the storm of Mars year 34.

Every place is followed at every opacity until its day repeats (`physics.air_day`), with the
ground's heat of the season left where it is, as in a spell of weeks. No wind brings heat: aloft a
real storm warms beyond its own dust by the circulation that it drives, and the days of a growing
storm do not yet repeat.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.constants import SOLAR_IRRADIANCE
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.physics.air_day import AirDay, air_day
from marsward.physics.columns import GroundColumns
from marsward.physics.dust_profile import REFERENCE_PRESSURE, checked_opacity
from marsward.physics.season import MarsYear
from marsward.physics.surface_sunlight import surface_light

__all__ = ["GALE_STORM", "dust_response", "gale_ground", "gale_storm", "response_between"]

Array = NDArray[np.float64]
LEVEL = 50.0  # Pa, some 25 km up: Kass et al. 2016, doi:10.1002/2016GL068978
AIR_HEIGHT = 1.6  # m, of the air thermometers of Curiosity

add_fields(
    FieldRow("ground_day_range", "K", "warmest less coldest ground of a sol", low=0.0),
    FieldRow("ground_day_mean", "K", "mean temperature of the ground over a sol", low=0.0),
    FieldRow("air_day_range", "K", "warmest less coldest air at 1.6 m of a sol", low=0.0),
    FieldRow("air_day_mean", "K", "mean temperature of the air at 1.6 m over a sol", low=0.0),
    FieldRow("temperature_50_pa", "K", "mean temperature at 50 Pa over a sol", low=0.0),
    FieldRow("sunlight_day_mean", "W m-2", "mean sunlight on level ground over a sol", low=0.0),
    FieldRow("ultraviolet_most", "W m-2", "most light of 0.2 to 0.38 um in a sol", low=0.0),
)

GALE_STORM = MappingProxyType(
    {
        "ground_day_range": (-35.0, "Viudez-Moreiras et al. 2019, doi:10.1029/2019JE005985"),
        "air_day_range": (-56.0, "Viudez-Moreiras et al. 2019; -30 in Guzewich et al. 2019"),
        "ground_day_mean": (-2.0, "Viudez-Moreiras et al. 2019, doi:10.1029/2019JE005985"),
        "air_day_mean": (-4.0, "Viudez-Moreiras et al. 2019, doi:10.1029/2019JE005985"),
        "ultraviolet_most": (-0.90, "Viudez-Moreiras et al. 2019, doi:10.1029/2019JE005985"),
    }
)
"""Change at Gale from sol 2075 (opacity 1) to 2085 (8.5) of Curiosity, Mars year 34: kelvins, and a
share for the ultraviolet, each with its source."""


def dust_response(
    columns: GroundColumns,
    opacities: ArrayLike,
    *,
    ls: float,
    pressure: ArrayLike | None = None,
    year: MarsYear | None = None,
    **day: Any,
) -> xr.Dataset:
    """Temperatures and light of a sol at several dust opacities.

    Parameters
    ----------
    columns : n places of level ground
    opacities : visible, told for 610 Pa (m,)
    ls : season [deg]
    pressure : at the ground in this season [Pa], one or (n,); see `air_day`
    year : today's if None
    **day : more for `air_day`, such as wind, layers, table, workers

    Returns
    -------
    Dataset on opacity (m,) and place (n,): range and mean of a sol of the ground and of the air at
    1.6 m, mean temperature at 50 Pa, mean sunlight on the ground and most ultraviolet.

    Raises
    ------
    InputError : no opacities or one below zero, and what `air_day` refuses.
    """
    tau = np.atleast_1d(checked_opacity(opacities))
    if tau.ndim != 1 or not tau.size:
        raise InputError("give dust opacities in one row, such as [0.3, 5]")
    n, m = len(columns), tau.size
    year = year or MarsYear()
    if pressure is not None:
        pressure = np.tile(np.broadcast_to(np.asarray(pressure, float), (n,)), m)
    day = {"lasting": False} | day
    many = columns.take(np.tile(np.arange(n), m))
    run = air_day(many, ls=ls, dust=np.repeat(tau, n), pressure=pressure, year=year, **day)
    values = {
        "ground_day_range": np.ptp(run.ground, axis=1),
        "ground_day_mean": run.ground.mean(axis=1),
        "temperature_50_pa": run.profile_at(LEVEL).mean(axis=1),
        "sunlight_day_mean": run.shortwave_down.mean(axis=1),
        "ultraviolet_most": _ultraviolet(run, many, np.repeat(tau, n), ls, year),
    }
    air = run.air_at(AIR_HEIGHT)
    values |= {"air_day_range": np.ptp(air, axis=1), "air_day_mean": air.mean(axis=1)}
    rows = {
        name: field(name, value.reshape(m, n), ("opacity", "place"))
        for name, value in values.items()
    }
    coords = {
        "opacity": field("dust_opacity", tau, "opacity"),
        "lat": field("lat", columns.lat, "place"),
    }
    return xr.Dataset(rows, coords=coords).assign_attrs(ls=float(ls))


def _ultraviolet(
    run: AirDay, columns: GroundColumns, tau: Array, ls: float, year: MarsYear
) -> Array:
    """Most ultraviolet on the ground in a sol (n,), at local noon [W m-2]."""
    season = year.at(year.sol_of_ls(ls))
    cosine = np.cos(np.radians(columns.lat) - season.declination_rad)
    flux = float(SOLAR_IRRADIANCE) / season.distance_au**2
    above = tau * run.edges[:, 0] / REFERENCE_PRESSURE
    cosine = np.clip(cosine, -1.0, 1.0)
    return surface_light(
        above, cos_zenith=cosine, solar_flux=flux, albedo=columns.albedo
    ).ultraviolet


def response_between(response: xr.Dataset, low: float, high: float) -> xr.Dataset:
    """What a rise of opacity from `low` to `high` changes at each place: kelvins and W m-2, and of
    the ultraviolet the share of the lower one.

    Raises InputError for an opacity that was not run.
    """
    rows = []
    for tau in (low, high):
        at = np.flatnonzero(np.isclose(response.opacity, tau))
        if not at.size:
            told = ", ".join(f"{v:g}" for v in response.opacity.values)
            raise InputError(f"no day was followed at opacity {tau:g}; there are {told}")
        rows.append(response.isel(opacity=int(at[0])).drop_vars("opacity"))
    change = rows[1] - rows[0]
    share = change["ultraviolet_most"] / rows[0]["ultraviolet_most"]
    return change.assign(ultraviolet_most=share).assign_attrs(low=low, high=high)


def gale_ground() -> GroundColumns:
    """Ground at Curiosity's place in Mars year 34, Vera Rubin Ridge: 4.7 S, albedo 0.2, inertia 350
    (Vasavada et al. 2017, doi:10.1016/j.icarus.2016.11.035, has 265 to 375 along the way)."""
    return GroundColumns(lat=-4.7, albedo=0.2, inertia=350.0, pressure=860.0)


def gale_storm(**day: Any) -> Mapping[str, tuple[float, float, str]]:
    """Mars year 34 at Gale: what opacity 1 to 8.5 changes at Ls 195, here and as published.

    Returns (computed, published, source) by name, kelvins and the share of ultraviolet lost. Both
    opacities are those that the rover saw above it. **day : more for `air_day`.
    """
    ground, year = gale_ground(), MarsYear()
    pressure = float(day.pop("pressure", 800.0))  # Pa, Curiosity at Ls 195, a year of 860 in mean
    seen = np.array([1.0, 8.5]) * REFERENCE_PRESSURE / pressure
    found = dust_response(ground, seen, ls=195.0, pressure=pressure, year=year, **day)
    change = response_between(found, float(seen[0]), float(seen[1])).isel(place=0)
    return {
        name: (float(change[name]), told, source) for name, (told, source) in GALE_STORM.items()
    }
