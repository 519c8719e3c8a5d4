"""`calc window`: what flights between two bodies cost over dates of launch and arrival."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marsward.cli.observer import show
from marsward.core.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

    from marsward.dynamics.launch_choice import LaunchChoice
    from marsward.vehicles.launch_vehicle import LaunchVehicle

Rows = list[tuple[str, str, Any, str]]
DAY = 86_400.0
_SHORTEST, _LONGEST = 0.45, 1.6  # of Hohmann's flight, where no arrivals are given
_DEAR = 3.0  # times the least C3, beyond which a valley is not told


def calc_window(
    origin: str = "earth",
    target: str = "mars",
    /,
    *,
    launch: str,
    arrive: str | None = None,
    step: str = "1 d",
    revolutions: int = 0,
    direction: str = "prograde",
    choose: str = "least c3",
    max_c3: str | None = None,
    max_dla: str | None = None,
    max_arrival_speed: str | None = None,
    max_time: str | None = None,
    vehicle: str | None = None,
    mass: str | None = None,
    inclination: float | None = None,
    out: Path | None = None,
    figure: Path | None = None,
    json: bool = False,
) -> None:
    """Show the launch window between two bodies: the best flight, C3, angles, arrival.

    Parameters
    ----------
    origin
        Body that is left.
    target
        Body that is flown to.
    launch
        First and last date of launch, such as 2028-10-01,2029-01-31.
    arrive
        First and last date of arrival; about Hohmann's flight later if left out.
    step
        Between dates, such as "1 d"; two, such as "1 d,2 d", for launch and arrival.
    revolutions
        Most whole turns about the Sun.
    direction
        prograde, retrograde or both.
    choose
        "least c3", "least arrival speed", "least total dv", "shortest flight" or "earliest
        arrival".
    max_c3
        Greatest C3, such as "15 km2/s2".
    max_dla
        Greatest declination of the departure asymptote, such as "28.5 deg".
    max_arrival_speed
        Greatest speed at infinity at the arrival, such as "3 km/s".
    max_time
        Longest flight, such as "250 d".
    vehicle
        Launch vehicle with a published curve, such as atlas-v-541: the mass that it sends off.
    mass
        Of the spacecraft, such as "4100 kg": no more C3 than the vehicle gives it.
    inclination
        Of the parking orbit in degrees: refused where the asymptote is steeper.
    out
        netCDF file for the whole window.
    figure
        PNG or SVG file for the contours.
    json
        Print JSON instead of a table.

    Raises
    ------
    InputError
        When a body, a date, a limit or a vehicle cannot be read.
    PhysicsError
        When no flight fits; the nearest is named.
    """
    if figure is not None and figure.suffix.lower() not in (".png", ".svg"):
        raise InputError(f"a picture is written as .png or .svg, not {figure.name!r}")
    if mass is not None and vehicle is None:
        raise InputError("mass needs a launch vehicle: add --vehicle atlas-v-541")
    from marsward.dynamics.window import check_parking_inclination, window
    from marsward.dynamics.window import choose as chosen

    rocket = None if vehicle is None else _vehicle(vehicle)
    launches = pair(launch, "launch")
    grid = window(
        origin, target, launch=launches,
        arrive=_arrivals(origin, target, launches) if arrive is None else pair(arrive, "arrive"),
        step=tuple(step.split(",")) if "," in step else step, revolutions=revolutions,
        direction=direction,  # type: ignore[arg-type]
    )  # fmt: skip
    choice = chosen(
        grid, choose, max_c3=_most_c3(max_c3, mass, rocket), max_dla=max_dla,
        max_arrival_speed=max_arrival_speed, max_time_of_flight=max_time,
    )  # fmt: skip
    if inclination is not None:
        check_parking_inclination(choice.dla, inclination)
    if out is not None:
        from marsward.core.dataset_files import save_dataset

        save_dataset(grid, out)
    if figure is not None:
        _draw(grid, choice, figure)
    rows = window_rows(grid, choice, rocket, out, figure)
    show([row for row in rows if (row[0] if json else row[3])], json)


def pair(text: str, name: str) -> tuple[str, ...]:
    """One date or two of a text such as "2028-10-01,2029-01-31"."""
    found = tuple(part.strip() for part in text.split(","))
    if len(found) > 2 or not all(found):
        raise InputError(f"{name} is {text!r}: give two dates, such as 2028-10-01,2029-01-31")
    return found if len(found) == 2 else found * 2


def _vehicle(name: str) -> LaunchVehicle:
    from marsward.vehicles.launch_vehicle import LaunchVehicle

    return LaunchVehicle.model_validate({"preset": name})


def _most_c3(max_c3: str | None, mass: str | None, rocket: LaunchVehicle | None) -> float | None:
    from marsward.core.quantity import parse

    limit = None if max_c3 is None else 1e6 * parse(max_c3, "km2/s2", name="max-c3")
    if mass is None or rocket is None:
        return limit
    lifted = float(rocket.c3(parse(mass, "kg", name="mass")))
    return lifted if limit is None else min(limit, lifted)


def _arrivals(origin: str, target: str, launches: tuple[str, ...]) -> tuple[Any, Any]:
    """Arrivals about as late as Hohmann's flight is long."""
    import numpy as np

    from marsward.core.bodies import body
    from marsward.dynamics.ephemeris import default_ephemeris
    from marsward.dynamics.window_dates import instant

    first, last = (instant(each, "launch") for each in launches)
    ephemeris, gm = default_ephemeris(), float(body("sun").gm)
    axes = []
    for name in (origin, target):
        state = ephemeris.state(name, wrt="sun", at=first)
        axes.append(1.0 / (2.0 / np.linalg.norm(state[:3]) - state[3:] @ state[3:] / gm))
    half = math.pi * math.sqrt((0.5 * sum(axes)) ** 3 / gm)
    return first + DAY * round(_SHORTEST * half / DAY), last + DAY * round(_LONGEST * half / DAY)


def _draw(grid: xr.Dataset, choice: LaunchChoice, path: Path) -> None:
    from marsward.core.whole_file import drafts_of
    from marsward.views.figures.porkchop import draw_window
    from marsward.views.style import house_style, png_bytes, svg_text

    with house_style("porkchop"):
        drawn = draw_window(grid, choice.to_dataset()).figure
        svg = path.suffix.lower() == ".svg"
        made = svg_text(drawn, "porkchop").encode() if svg else png_bytes(drawn)
    with drafts_of(path) as (draft,):
        draft.write_bytes(made)


def window_rows(
    grid: xr.Dataset, choice: LaunchChoice, rocket: LaunchVehicle | None, out: Path | None,
    figure: Path | None,
) -> Rows:  # fmt: skip
    """Key, label, value and text of each line of the answer."""
    cells = int((grid["status"] == 0).sum())
    sizes = " x ".join(str(grid.sizes[dim]) for dim in grid["status"].dims)
    ends = {
        name: [str(t)[:10] for t in grid[name].values[[0, -1]]] for name in ("launch", "arrival")
    }
    rows: Rows = [
        ("origin", "From", choice.origin, choice.origin),
        ("target", "To", choice.target, choice.target),
        ("window", "Window", ends,
         f"launch {' to '.join(ends['launch'])}, arrival {' to '.join(ends['arrival'])}"),
        ("flights", "Flights", cells, f"{cells} of {grid['status'].size} cells ({sizes})"),
    ]  # fmt: skip
    rows += _least(grid)
    rows += _flight(grid, choice)
    if rocket is not None:
        rows += _lifted(rocket, choice)
    for key, label, path in (("out", "Window in", out), ("figure", "Picture", figure)):
        if path is not None:
            rows.append((key, label, str(path), str(path)))
    return rows


def _least(grid: xr.Dataset) -> Rows:
    """The bottom of each valley of C3."""
    from marsward.dynamics.launch_choice import best_cells
    from marsward.dynamics.window_flight import ROMAN

    found: list[dict[str, Any]] = []
    rows: Rows = [("least_c3", "", found, "")]
    best = best_cells(grid, by="c3", n=3)
    dear = _DEAR * float(best["c3"][0])
    for k in range(int((best["c3"] <= dear).sum())):
        cell = best.isel(cell=k)
        dates = [str(cell[name].values)[:10] for name in ("launch", "arrival")]
        c3, speed = float(cell["c3"]) / 1e6, float(cell["v_infinity_arrival"]) / 1e3
        turns = int(cell["revolutions"]) if "revolutions" in cell.coords else 0
        kind = f"type {ROMAN[2 * turns + int(cell['way']) - 1]}"
        family = str(cell["branch"].item()) if "branch" in cell.coords else "0"
        branch = kind if family == "0" else f"{kind}, {family}"
        found.append(
            {"launch": dates[0], "arrival": dates[1], "c3_km2_s2": c3, "arrival_km_s": speed,
             "branch": branch}
        )  # fmt: skip
        text = f"{dates[0]} to {dates[1]}: {c3:.2f} km2/s2, {speed:.2f} km/s ({branch})"
        rows.append(("", "Valleys of C3" if k == 0 else "", None, text))
    return rows


def _flight(grid: xr.Dataset, choice: LaunchChoice) -> Rows:
    """The chosen flight."""
    from marsward.dynamics.window import window
    from marsward.dynamics.window_flight import transfer_dv

    cell = window(
        choice.origin, choice.target, launch=choice.launch, arrive=choice.arrival,
        revolutions=[choice.revolutions],
        direction="retrograde" if choice.retrograde else "prograde",
    ).isel(launch=0, arrival=0)  # fmt: skip
    if "branch" in cell.dims:
        cell = cell.isel(branch=1 if choice.branch == "high" else 0)
    days = choice.time_of_flight / DAY
    speed = math.sqrt(choice.c3) / 1e3
    total = float(transfer_dv(choice.origin, choice.target, choice.c3, choice.v_infinity_arrival))
    turns = f", {choice.revolutions} turns {choice.branch}" if choice.revolutions else ""
    way = "retrograde " if choice.retrograde else ""
    rows: Rows = [
        ("chosen", "Chosen", choice.wanted, choice.wanted),
        ("launch", "Launch", str(choice.launch), str(choice.launch)[:19]),
        ("arrival", "Arrival", str(choice.arrival), str(choice.arrival)[:19]),
        ("time_of_flight_d", "Time of flight", days,
         f"{days:.1f} d, {way}type {choice.type} ({choice.transfer_angle:.1f} deg{turns})"),
        ("type", "", choice.type, ""),
        ("c3_km2_s2", "C3", choice.c3 / 1e6,
         f"{choice.c3 / 1e6:.3f} km2/s2 ({speed:.3f} km/s at infinity)"),
        ("dla_deg", "Asymptote", choice.dla,
         f"declination {choice.dla:+.2f} deg, right ascension {choice.rla:.2f} deg (DLA, RLA)"),
        ("rla_deg", "", choice.rla, ""),
        ("arrival_km_s", "Arrival speed", choice.v_infinity_arrival / 1e3,
         f"{choice.v_infinity_arrival / 1e3:.3f} km/s at infinity"),
        ("total_dv_m_s", "Velocity", total,
         f"{total:.0f} m/s from a circular orbit of 200 km to one of 400 km"),
    ]  # fmt: skip
    for key, label, name, unit in _ASIDE:
        if name in cell:
            value = float(cell[name]) * (1e-3 if unit == "km" else 1.0)
            text = f"{value:.4g}" if unit == "km" else f"{value:.2f}"
            rows.append((key, label, value, f"{text} {unit}"))
    if "flown_mission" in grid:
        names = [str(each) for each in grid["flown_mission"].values]
        rows.append(("flown", "Flown", names, ", ".join(names)))
    return rows


_ASIDE = (
    ("phase_angle_deg", "Target ahead", "phase_angle", "deg"),
    ("solar_longitude_deg", "Season", "solar_longitude", "deg Ls"),
    ("arrival_solar_time_h", "Local time", "arrival_solar_time", "h under the asymptote"),
    ("arrival_latitude_deg", "Latitude", "arrival_latitude", "deg under the asymptote"),
    ("approach_phase_angle_deg", "Sun on approach", "approach_phase_angle", "deg"),
    ("earth_distance_km", "Earth", "earth_distance", "km"),
    ("sun_earth_probe_deg", "Sun-Earth-probe", "sun_earth_probe", "deg"),
)


def _lifted(rocket: LaunchVehicle, choice: LaunchChoice) -> Rows:
    sent = float(rocket.mass(choice.c3))
    source = str(rocket.preset_of(rocket.preset).sources["curve"][1]) if rocket.preset else ""
    return [
        ("vehicle", "Vehicle", rocket.name, f"{rocket.name} sends off {sent:.0f} kg"),
        ("mass_kg", "", sent, ""),
        ("vehicle_source", "", source, ""),
    ]
