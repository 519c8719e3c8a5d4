"""`calc ice`: one place on Mars: temperatures by season, frost, and how deep ice lasts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from marsward.cli.observer import show
from marsward.core.errors import InputError

if TYPE_CHECKING:
    from marsward.physics.ground import GroundYear
    from marsward.physics.ice_spread import IceSpread
    from marsward.planet.ground_maps import SurfaceMaps

Rows = list[tuple[str, str, Any, str]]
SEASONS = (0.0, 90.0, 180.0, 270.0)  # Ls [deg]
EMISSIVITY = 0.98  # of bare soil in the thermal infrared; Bandfield 2002, doi:10.1029/2001JE001510
STEEPEST = 30.0  # deg: the angle of repose; above it the ground around fills too much of the view
INERTIA_SIGMA, ALBEDO_SIGMA = 0.05, 0.01  # of values that were given by hand


def calc_ice(
    lat: float,
    lon: float,
    /,
    *,
    albedo: float | None = None,
    inertia: float | None = None,
    humidity: float | None = None,
    slope: float = 0.0,
    aspect: float | None = None,
    samples: float = 63,
    seed: float = 0,
    json: bool = False,
) -> None:
    """Show one place through the year: temperatures by season, frost, and how deep ice lasts.

    Parameters
    ----------
    lat
        Planetocentric latitude in degrees, north positive.
    lon
        East longitude in degrees, -180 to 360.
    albedo
        Bolometric albedo of the bare ground, 0 to 1; of the shipped TES map if left out.
    inertia
        Thermal inertia of the dry soil in J m-2 K-1 s-1/2; of the shipped surrogate if left out.
    humidity
        Annual mean pressure of water vapour at the ground in Pa; by latitude and height if left
        out.
    slope
        Of the ground in degrees, 0 to 30.
    aspect
        Azimuth that the slope faces in degrees, from north by east: 0 north, 90 east; only with a
        slope, north if left out.
    samples
        Cases from which the band of the depth is told, a whole number.
    seed
        Of those cases.
    json
        Print JSON instead of a table.

    Raises
    ------
    InputError
        When the place or a value is none.
    """
    for name, value in (("samples", samples), ("seed", seed)):
        if math.isfinite(value) and value != math.floor(value):
            raise InputError(f"{name} is {value:g}: give a whole number")
    if aspect is not None and not slope:
        raise InputError(
            f"aspect is {aspect:g} but the ground is level: give a --slope too, or no --aspect"
        )
    _checked(lat, lon, albedo, inertia, humidity, slope, aspect or 0.0, samples, seed)
    whole = (int(samples), int(seed))
    rows = ice_rows(lat, lon, albedo, inertia, humidity, slope, aspect or 0.0, *whole)
    show([row for row in rows if json or row[3]], json)


def ice_rows(
    lat: float,
    lon: float,
    albedo: float | None,
    inertia: float | None,
    humidity: float | None,
    slope: float,
    aspect: float,
    samples: int,
    seed: int,
) -> Rows:
    """Key, label, value and text of each line of the answer."""
    from marsward.physics.ground import ground_year
    from marsward.physics.ice_spread import ice_table_spread
    from marsward.planet.ground_maps import SurfaceMaps

    place = SurfaceMaps.at(
        lat, lon, albedo=albedo, inertia=inertia, humidity=humidity, slope=slope, aspect=aspect
    )
    columns = place.columns(emissivity=EMISSIVITY)
    spread = ice_table_spread(
        columns,
        place.humidity,
        inertia_sigma=place.inertia_sigma if inertia is None else INERTIA_SIGMA,
        albedo_sigma=0.02 if albedo is None else ALBEDO_SIGMA,
        samples=samples,
        seed=seed,
    )
    icy = columns.replace(ice_depth=spread.table.depth)
    year = ground_year(icy, surface_table="hours")
    rows: Rows = [
        ("lat", "Latitude", lat, f"{lat:g} deg"),
        ("lon", "East longitude", lon % 360.0, f"{lon % 360.0:g} deg"),
    ]
    rows += _place_rows(place, slope, aspect)
    rows += _season_rows(year)
    rows += _year_rows(year)
    return rows + _ice_rows(spread, samples, seed)


def _checked(
    lat: float,
    lon: float,
    albedo: float | None,
    inertia: float | None,
    humidity: float | None,
    slope: float,
    aspect: float,
    samples: float,
    seed: float,
) -> None:
    """Refuse what cannot be, each in one sentence."""
    for name, value, low, high, unit in (
        ("latitude", lat, -90.0, 90.0, "degrees"),
        ("longitude", lon, -180.0, 360.0, "degrees"),
        ("albedo", albedo, 0.0, 1.0, ""),
        ("inertia", inertia, 5.0, 3000.0, "J m-2 K-1 s-1/2"),
        ("humidity", humidity, 1e-6, 600.0, "Pa"),
        ("slope", slope, 0.0, STEEPEST, "degrees"),
        ("aspect", aspect, -360.0, 360.0, "degrees"),
        ("samples", samples, 4, 4096, ""),
        ("seed", seed, 0, 1e9, ""),
    ):
        if value is not None and not low <= value <= high:
            raise InputError(
                f"{name} is {value:g}: give a value from {low:g} to {high:g} {unit}".rstrip()
            )


def _place_rows(place: SurfaceMaps, slope: float, aspect: float) -> Rows:
    """What the place is made of, and where each value is from."""
    from marsward.physics.vapour import frost_point

    albedo, inertia = float(place.albedo[0]), float(place.inertia[0])
    sigma, height = float(place.inertia_sigma[0]), float(place.elevation[0])
    pressure, moist = float(place.pressure[0]), float(place.humidity[0])
    dew = float(frost_point(moist))
    told = {name: _short(text) for name, text in place.sources.items()}
    band = f" (x/ {math.exp(sigma):.2f})" if sigma > 0.0 else ""
    rows: Rows = [
        ("elevation_m", "Elevation", height, f"{height:.0f} m  {told['elevation']}"),
        ("albedo", "Albedo", albedo, f"{albedo:.3f}  {told['bolometric_albedo']}"),
        ("inertia", "Thermal inertia", inertia,
         f"{inertia:.0f} J m-2 K-1 s-1/2{band}  {told['thermal_inertia']}"),
        ("pressure_pa", "Pressure", pressure, f"{pressure:.0f} Pa  annual mean, by height"),
        ("humidity_pa", "Water vapour", moist,
         f"{moist:.3g} Pa, frost point {dew:.1f} K  {told['water_vapour_pressure']}"),
    ]  # fmt: skip
    if slope > 0.0:
        rows.append(("slope", "Slope", slope, f"{slope:g} deg, facing {aspect % 360.0:g} deg"))
        rows.append(("aspect", "", aspect % 360.0, ""))
    rows.append(("emissivity", "", EMISSIVITY, ""))
    rows.append(("sources", "", dict(place.sources), ""))
    return rows


def _short(text: str) -> str:
    """The first clause of a source."""
    for mark in ("; ", ", doi", " doi:", " from "):
        text = text.split(mark)[0]
    return text if len(text) <= 60 else text[:57].rstrip() + "…"


def _season_rows(year: GroundYear) -> Rows:
    """Mean, lowest and highest surface temperature of a sol at the four seasons."""
    import numpy as np

    from marsward.physics.season import MarsYear

    table = np.asarray(year.sol_hours)[0]
    sols = [int(MarsYear.today().sol_of_ls(ls)) % len(table) for ls in SEASONS]
    rows: Rows = []
    for ls, sol in zip(SEASONS, table[sols].astype(float), strict=True):
        three = [float(sol.mean()), float(sol.min()), float(sol.max())]
        value = dict(zip(("mean_k", "low_k", "high_k"), three, strict=True))
        rows.append((f"ls_{ls:.0f}", f"Ls {ls:.0f}", value, _three(*three)))
    return rows


def _three(mean: float, low: float, high: float) -> str:
    return f"mean {mean:.1f} K, low {low:.1f}, high {high:.1f}"


def _year_rows(year: GroundYear) -> Rows:
    """The surface over the year, and its carbon dioxide frost."""
    three = [float(v[0]) for v in (year.surface_mean, year.surface_low, year.surface_high)]
    value = dict(zip(("mean_k", "low_k", "high_k"), three, strict=True))
    days = float(year.frost_days[0])
    rows: Rows = [("year", "Year", value, _three(*three))]
    start, end = float(year.frost_start[0]), float(year.frost_end[0])
    peak = float(year.frost_peak[0])
    lasting = math.isfinite(start) and days < 668.5
    when = [_date(sol) if lasting else None for sol in (start, end)]
    text = "none"
    if days > 0.0:
        text = f"{days:.1f} sols in all{_span(when, lasting, days)}, up to {_mass(peak)}"
    return [
        *rows,
        ("frost_sols", "CO2 frost", days, text),
        ("frost_from", "", when[0], ""),
        ("frost_to", "", when[1], ""),
        ("frost_peak_kg_m2", "", peak, ""),
    ]


def _span(when: list[dict[str, float] | None], lasting: bool, days: float) -> str:
    """When frost lies; on some places it comes at night only."""
    if not lasting:
        return ", all year" if days >= 668.5 else ", by night only"
    start, end = (f"Ls {each['ls']:.0f} (sol {each['sol']:.0f})" for each in when if each)
    return f", day and night from {start} to {end}"


def _date(sol: float) -> dict[str, float]:
    from marsward.physics.season import MarsYear

    ls = math.degrees(float(MarsYear.today().at(sol).ls_rad)) % 360.0
    return {"sol": sol, "ls": ls}


def _ice_rows(spread: IceSpread, samples: int, seed: int) -> Rows:
    """Depth of ice with its band, and how much of it the top metre holds."""
    depth, low, high = (float(v[0]) for v in (spread.table.depth, spread.low, spread.high))
    share, mass = float(spread.probability[0]), float(spread.table.ice_mass[0])
    sigma = float(spread.mass_sigma[0])
    found = "lasts nowhere" if math.isinf(depth) else f"lasts from {_depth(depth)} down"
    band = f"{_depth(low)} to {_depth(high)} (16 to 84 % of {samples} cases)" if share else ""
    return [
        ("ice_depth_m", "Water ice", _finite(depth), found),
        ("ice_depth_low_m", "Band", _finite(low), band),
        ("ice_depth_high_m", "", _finite(high), ""),
        ("ice_probability", "Ice lasts", share, f"in {100.0 * share:.0f} % of the cases"),
        ("ice_mass_kg_m2", "Ice, top metre", mass, f"{mass:.0f} +- {sigma:.0f} kg/m2"),
        ("ice_mass_sigma_kg_m2", "", sigma, ""),
        ("samples", "", samples, ""),
        ("seed", "", seed, ""),
    ]


def _depth(metres: float) -> str:
    if math.isinf(metres):
        return "none"
    return f"{100.0 * metres:.1f} cm" if metres < 1.0 else f"{metres:.2f} m"


def _mass(kilograms: float) -> str:
    return f"{kilograms:.0f} kg/m2" if kilograms >= 10.0 else f"{kilograms:.2g} kg/m2"


def _finite(metres: float) -> float | None:
    return metres if math.isfinite(metres) else None
