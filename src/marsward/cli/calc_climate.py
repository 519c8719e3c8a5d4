"""`calc climate`: one place on Mars through the year and one of its days: air, ground, pressure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from marsward.cli.observer import show
from marsward.core.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

    from marsward.physics.dust_scenario import DustScenario

Rows = list[tuple[str, str, Any, str]]
SEASONS = tuple(range(0, 360, 30))  # Ls [deg]
_FAINT = 0.03  # of a storm's peak, under which there is none


def calc_climate(
    lat: float,
    lon: float,
    /,
    *,
    ls: float = 0.0,
    dust: str = "climatological",
    opacity: float | None = None,
    albedo: float | None = None,
    inertia: float | None = None,
    elevation: float | None = None,
    json: bool = False,
) -> None:
    """Show one place: pressure through the year, and air and ground on a day of one season.

    Parameters
    ----------
    lat
        Planetocentric latitude in degrees, north positive.
    lon
        East longitude in degrees, -180 to 360.
    ls
        Season of the day in degrees, 0 to 360: 0 is the start of northern spring.
    dust
        clear, climatological, regional-storm or global-storm.
    opacity
        Visible opacity of the dust at 610 Pa, in place of the scenario's.
    albedo
        Of the ground; of the shipped TES map if left out.
    inertia
        Thermal inertia of the ground in J m-2 K-1 s-1/2; of the shipped surrogate if left out.
    elevation
        Of the ground above the areoid in metres; of the shipped shape if left out.
    json
        Print JSON instead of a table.

    Raises
    ------
    InputError
        When the place, the season, the scenario or a value is none.
    """
    for name, value, low, high, unit in (
        ("latitude", lat, -90.0, 90.0, " degrees"), ("longitude", lon, -180.0, 360.0, " degrees"),
        ("ls", ls, 0.0, 360.0, " degrees"), ("opacity", opacity, 0.0, 30.0, ""),
        ("albedo", albedo, 0.0, 1.0, ""), ("inertia", inertia, 5.0, 3000.0, ""),
        ("elevation", elevation, -9000.0, 22_000.0, " m"),
    ):  # fmt: skip
        if value is not None and not low <= value <= high:
            raise InputError(f"{name} is {value:g}: give a value from {low:g} to {high:g}{unit}")
    rows = climate_rows(lat, lon % 360.0, ls, dust, opacity, albedo, inertia, elevation)
    show([row for row in rows if json or row[3]], json)


def climate_rows(
    lat: float, lon: float, ls: float, dust: str, opacity: float | None, albedo: float | None,
    inertia: float | None, elevation: float | None,
) -> Rows:  # fmt: skip
    """Key, label, value and text of each line of the answer."""
    import numpy as np

    from marsward.physics.dust_scenario import scenario
    from marsward.planet.air_column import column
    from marsward.planet.climate import Climate
    from marsward.planet.ground_maps import SurfaceMaps

    haze = scenario(dust)  # refuses an unknown name before any work
    place = SurfaceMaps.at(lat, lon, albedo=albedo, inertia=inertia, elevation=elevation)
    height = float(place.elevation[0])
    climate = Climate.shipped()
    seasons = np.array(SEASONS, dtype=float)
    year = climate.pressure(seasons, lat, lon, height)
    sigma = climate.pressure_sigma(seasons, lat, lon, height)
    here = float(climate.pressure(ls, lat, lon, height))
    depth = float(haze.opacity(ls, lat)) if opacity is None else opacity
    dusty = f"{depth:.2f} at 610 Pa, visible; {_told(haze, ls, lat, opacity)}"
    day = column(
        lat, lon, ls=ls, dust=haze if opacity is None else opacity, pressure=here, albedo=albedo,
        inertia=inertia, elevation=elevation,
    )  # fmt: skip
    return [
        ("lat", "Latitude", lat, f"{lat:g} deg"),
        ("lon", "East longitude", lon, f"{lon:g} deg"),
        ("elevation_m", "Elevation", height, f"{height:.0f} m above the areoid"),
        *_year_rows(seasons, year, sigma),
        ("ls", "Season", ls, f"Ls {ls:g} deg"),
        ("dust_opacity", "Dust", depth, dusty),
        ("pressure_pa", "Pressure", here, f"{here:.0f} Pa, mean of the sol"),
        *_day_rows(day),
    ]  # fmt: skip


def _told(haze: DustScenario, ls: float, lat: float, opacity: float | None) -> str:
    """Where the dust is from, and whether its storm blows here and now."""
    if opacity is not None:
        return "as given"
    if haze.storm is None:
        return haze.name
    strength = float(haze.storm.share(ls) * haze.storm.reach(lat))
    if strength < _FAINT:
        return f"{haze.name}: none here at this season, it begins at Ls {haze.storm.onset_ls:g}"
    return f"{haze.name}, {100.0 * strength:.0f} % of its peak"


def _year_rows(seasons: Any, year: Any, sigma: Any) -> Rows:
    """Pressure by season, and its extremes in words."""
    low, high = int(year.argmin()), int(year.argmax())
    table = {f"{ls:.0f}": float(p) for ls, p in zip(seasons, year, strict=True)}
    text = (
        f"{year[low]:.0f} Pa near Ls {seasons[low]:.0f} to {year[high]:.0f} Pa near Ls "
        f"{seasons[high]:.0f}, good to {100.0 * float((sigma / year).mean()):.1f} %"
    )
    return [
        ("pressure_by_ls_pa", "Year", table, text),
        ("pressure_sigma_pa", "", float(sigma.mean()), ""),
    ]


def _day_rows(day: xr.Dataset) -> Rows:
    """Ground, air and fluxes of the day."""
    rows: Rows = []
    for key, label, name in (
        ("ground", "Ground", "surface_temperature"), ("air", "Air at 1.6 m", "air_temperature"),
    ):  # fmt: skip
        values = day[name].values
        low, high = int(values.argmin()), int(values.argmax())
        hour = day["ltst"].values
        told = {"low_k": float(values.min()), "mean_k": float(values.mean()),
                "high_k": float(values.max())}  # fmt: skip
        rows.append((key, label, told,
                     f"mean {values.mean():.1f} K, low {values[low]:.1f} at {hour[low]:.1f} h, "
                     f"high {values[high]:.1f} at {hour[high]:.1f} h"))  # fmt: skip
    top = float(day["boundary_layer_height"].max())
    sun, warm = (float(day[name].mean()) for name in ("shortwave_down", "longwave_down"))
    frost = float(day["frost_mass"].max())
    rows += [
        ("boundary_layer_m", "Mixed layer", top, f"up to {top / 1e3:.1f} km by day"),
        ("sunlight_w_m2", "Sunlight", sun, f"{sun:.0f} W/m2 on level ground, mean of the sol"),
        ("infrared_w_m2", "Air's infrared", warm, f"{warm:.0f} W/m2 on the ground"),
        ("frost_kg_m2", "CO2 frost", frost, f"{frost:.2g} kg/m2" if frost > 0.0 else "none"),
    ]
    residual = float(day.attrs["energy_residual"])
    return [*rows, ("energy_residual", "", residual if math.isfinite(residual) else None, "")]
