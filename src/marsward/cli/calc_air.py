"""`calc air`: the air at one instant, place and height."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from marsward.cli.observer import instant, show
from marsward.core.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

Rows = list[tuple[str, str, Any, str]]
_CALM = 0.05  # m/s under which a wind has no direction to tell


def calc_air(
    lat: float,
    lon: float,
    height: float = 0.0,
    /,
    *,
    at: str = "now",
    above: str = "ground",
    source: str = "climate",
    dust: str = "climatological",
    seed: int | None = None,
    json: bool = False,
) -> None:
    """Show the air at one instant, place and height: pressure, density, temperature, wind.

    Parameters
    ----------
    lat
        Planetocentric latitude in degrees, north positive.
    lon
        East longitude in degrees, -180 to 360.
    height
        In metres above what `--above` names, up to 250 km above the areoid.
    at
        ISO time, UTC unless it ends in TAI, TT or TDB; "now" by default.
    above
        ground or areoid: what heights are counted from.
    source
        climate (marsward's own), mars-gram (one shipped column) or a netCDF file of a model.
    dust
        clear, climatological, regional-storm or global-storm.
    seed
        Of the weather that is put on top; none if left out.
    json
        Print JSON instead of a table.

    Raises
    ------
    InputError
        When the time, the place, the height, the source or the scenario is none.
    """
    for name, value, low, high in (("latitude", lat, -90, 90), ("longitude", lon, -180, 360)):
        if not low <= value <= high:
            raise InputError(f"{name} is {value:g}: give a value from {low} to {high} degrees")
    if not math.isfinite(height):
        raise InputError(f"height is {height}: give metres above the {above}")
    from marsward.planet.atmosphere import atmosphere

    air = atmosphere(source, dust=dust, seed=seed)
    epoch = instant(at)
    here = air.at(epoch, lon % 360.0, lat, height, above=above)
    rows = [*_where(lat, lon, epoch), *air_rows(here)]
    show([row for row in rows if json or row[3]], json)


def _where(lat: float, lon: float, epoch: Any) -> Rows:
    """The place and the hour."""
    east = lon % 360.0
    season, hour = float(epoch.ls), float(epoch.ltst(east))
    return [
        ("utc", "UTC", epoch.utc, epoch.utc),
        ("lat", "Latitude", lat, f"{lat:g} deg"),
        ("lon", "East longitude", east, f"{east:g} deg"),
        ("ls", "Ls", season, f"{season:.2f} deg"),
        ("ltst", "Local true time", hour, f"{hour:.2f} h"),
    ]


def air_rows(air: xr.Dataset) -> Rows:
    """Key, label, value and text of each line about the air."""

    def of(name: str) -> float:
        return float(air[name].values)

    east, north = of("eastward_wind"), of("northward_wind")
    speed = math.hypot(east, north)
    origin = math.degrees(math.atan2(-east, -north)) % 360.0
    rows: Rows = [
        ("height_m", "Height", of("height_above_areoid"),
         f"{of('height_above_areoid') / 1e3:.3f} km above the areoid"),
        ("pressure_pa", "Pressure", of("pressure"), f"{of('pressure'):.4g} Pa"),
        ("density_kg_m3", "Density", of("density"), f"{of('density'):.4g} kg/m3"),
        ("temperature_k", "Temperature", of("temperature"), f"{of('temperature'):.1f} K"),
        ("wind_m_s", "Wind", speed, _wind(speed, origin)),
        ("eastward_wind_m_s", "", east, ""),
        ("northward_wind_m_s", "", north, ""),
        ("speed_of_sound_m_s", "Speed of sound", of("speed_of_sound"),
         f"{of('speed_of_sound'):.1f} m/s"),
        ("viscosity_pa_s", "Viscosity", of("viscosity"), f"{of('viscosity'):.3g} Pa s"),
    ]  # fmt: skip
    rows.append(("source", "Source", str(air.attrs["source"]), str(air.attrs["source"])))
    rows.append(("dust", "Dust", str(air.attrs["dust"]), str(air.attrs["dust"])))
    return rows


def _wind(speed: float, origin: float) -> str:
    return f"{speed:.1f} m/s from {origin:.0f} deg" if speed >= _CALM else "calm"
