"""`calc tour`: the best tours of a window by way of other planets or the Moon."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from marsward.cli.table import print_notes, print_table
from marsward.core.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

    from marsward.dynamics.tour import Tour
    from marsward.dynamics.tour_limits import TourLimits

DAY = 86_400.0
_LIMITS = {
    "max_c3": ("km2/s2", 1e6), "max_dla": ("deg", 1.0), "max_speed": ("km/s", 1e3),
    "max_flyby_dv": ("m/s", 1.0), "max_time": ("d", 86_400.0),
}  # fmt: skip


def calc_tour(
    *bodies: str,
    launch: str,
    arrive: str | None = None,
    legs: str | None = None,
    step: str = "5 d",
    max_c3: str | None = None,
    max_dla: str | None = None,
    max_speed: str | None = None,
    max_flyby_dv: str = "1 km/s",
    max_time: str | None = None,
    revolutions: int = 0,
    manoeuvres: bool = False,
    parking: str = "200 km",
    capture: str = "400 km",
    period: str = "10 d",
    n: int = 5,
    optimiser: str = "scipy",
    seed: int = 0,
    figure: Path | None = None,
    json: bool = False,
) -> None:
    """Search tours such as earth venus mars: dates, C3, flybys, arrival, velocity change.

    Parameters
    ----------
    bodies
        Planets in the order they are met; the Moon may follow the Earth at the start.
    launch
        First and last date of departure, such as 2031-01-01,2033-01-01.
    arrive
        First and last date of arrival; any if left out.
    legs
        Shortest and longest time of each leg, such as 80 d:220 d,100 d:400 d; by Hohmann's
        transfer if left out.
    step
        Between the dates that are tried before the best are refined.
    max_c3
        At departure, such as 20 km2/s2.
    max_dla
        Declination of the departure asymptote, such as 28 deg.
    max_speed
        At infinity at arrival, such as 4 km/s.
    max_flyby_dv
        Impulse at one flyby.
    max_time
        Of the whole flight, such as 500 d.
    revolutions
        Most whole turns about the Sun on one leg.
    manoeuvres
        Seek for each tour burns on its legs too, with none at the flybys.
    parking
        Altitude of the circular orbit that is left.
    capture
        Altitude of the periapsis of the orbit at the end.
    period
        Of that orbit.
    n
        How many tours.
    optimiser
        scipy, or pygmo where it is installed.
    seed
        Of pygmo's population.
    figure
        PNG or SVG file for a drawing of the best tour, to scale.
    json
        Print JSON instead of a table.

    Raises
    ------
    InputError
        When a body, a date or a limit cannot be read.
    PhysicsError
        When no tour keeps the limits.
    """
    if not bodies:
        raise InputError("give planets in the order they are met, such as: calc tour earth mars")
    if figure is not None and figure.suffix.lower() not in (".png", ".svg"):
        raise InputError(f"a drawing is written as .png or .svg, not {figure.name!r}")
    from marsward.core.quantity import parse
    from marsward.dynamics.tour_limits import TourLimits
    from marsward.dynamics.tour_search import search_with_moon
    from marsward.dynamics.transfer_costs import TransferCosts

    given = (max_c3, max_dla, max_speed, max_flyby_dv, max_time)
    limits = {
        name.replace("max_speed", "max_v_infinity"): scale * parse(text, unit, name=name)
        for (name, (unit, scale)), text in zip(_LIMITS.items(), given, strict=True)
        if text is not None
    }
    costs = TransferCosts(
        parking_altitude=parse(parking, "m", name="parking"),
        periapsis_altitude=parse(capture, "m", name="capture"),
        period=parse(period, "s", name="period"),
    )
    found, table = search_with_moon(
        bodies, launch=pair(launch, "launch"),
        arrive=None if arrive is None else pair(arrive, "arrive"),
        legs=None if legs is None else leg_times(legs), step=step, costs=costs,
        limits=TourLimits(**limits), revolutions=revolutions, n=n, optimiser=optimiser, seed=seed,
    )  # fmt: skip
    if figure is not None:
        write_figure(found[0], figure)
    if manoeuvres:
        table = with_burns(table, found, TourLimits(**limits), launch)
    if json:
        print_json(table)
    else:
        print_tours(table)


def pair(text: str, name: str) -> tuple[str, str]:
    """Two dates of a text such as 2031-01-01,2033-01-01."""
    parts = [each.strip() for each in text.split(",")]
    if len(parts) != 2 or not all(parts):
        raise InputError(f"{name} is {text!r}: give two dates, such as 2031-01-01,2033-01-01")
    return parts[0], parts[1]


def leg_times(text: str) -> list[tuple[str, str]]:
    """Times of the legs of a text such as 80 d:220 d,100 d:400 d."""
    found = []
    for part in text.split(","):
        ends = [each.strip() for each in part.split(":")]
        if len(ends) != 2 or not all(ends):
            raise InputError(
                f"legs is {text!r}: give the shortest and longest time of each leg, such as "
                '"80 d:220 d,100 d:400 d"'
            )
        found.append((ends[0], ends[1]))
    return found


def with_burns(
    table: xr.Dataset, found: tuple[Tour, ...], limits: TourLimits, launch: str
) -> xr.Dataset:
    """The table with the best of each tour with burns on its legs, in words and in m/s."""
    from marsward.dynamics.manoeuvre_tour import with_manoeuvres
    from marsward.dynamics.planned_date import planned_window

    window = planned_window(pair(launch, "launch"), "launch")
    better = [with_manoeuvres(tour, limits=limits, window=window) for tour in found]
    return table.assign(
        burns_told=("tour", [each.told for each in better]),
        burns_saving=("tour", [each.saving for each in better], {"units": "m s-1"}),
    )


def write_figure(tour: Tour, path: Path) -> None:
    """Draw a tour into a PNG or SVG file."""
    from marsward.dynamics.tour_table import tour_paths
    from marsward.views.figures.tour import draw_tour
    from marsward.views.style import house_style, png_bytes, svg_text

    with house_style("tour"):
        drawing = draw_tour(tour_paths(tour))
        vector = path.suffix.lower() == ".svg"
        data = svg_text(drawing.figure, "tour").encode() if vector else png_bytes(drawing.figure)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise InputError(f"the drawing cannot be written to {path}: {error.strerror}") from error


def print_tours(table: xr.Dataset) -> None:
    """The table for people."""
    import numpy as np

    bodies = [str(name) for name in table["body"].values]
    passed = [str(name) for name in table["flyby_body"].values]
    head = [
        *(name.title() for name in bodies), "C3 km2/s2", "DLA deg",
        *(f"{name.title()} km" for name in passed), *(["flyby m/s"] if passed else []),
        "arrival km/s", "in all km/s", "days",
    ]  # fmt: skip
    rows = []
    for k in range(table.sizes["tour"]):
        one = table.isel(tour=k)
        dates = [str(np.datetime_as_string(when, "D")) for when in one["time"].values]
        push = float((one["flyby_dv"] + one["flyby_bend_dv"]).sum())
        heights = [f"{height / 1e3:,.0f}" for height in one["flyby_altitude"].values]
        mark = "" if bool(one["flyable"]) else "*"
        rows.append([
            *dates, f"{float(one['launch_energy']) / 1e6:.2f}",
            f"{float(one['launch_declination']):+.1f}", *heights,
            *([f"{push:.0f}{mark}"] if passed else []), f"{float(one['arrival_speed']) / 1e3:.3f}",
            f"{float(one['tour_dv']) / 1e3:.3f}", f"{float(one['tour_duration']) / DAY:.0f}",
        ])  # fmt: skip
    print_table(head, rows)
    notes = [
        f"tour {k + 1} with burns on the way: {text}"
        for k, text in enumerate(table["burns_told"].values if "burns_told" in table else ())
    ]
    if not bool(table["flyable"].all()):
        notes.append("*: the planet does not turn the path far enough; an impulse far out does")
    if "swingby_told" in table:
        notes += [f"tour {k + 1}: {text}" for k, text in enumerate(table["swingby_told"].values)]
    if table.attrs["assumptions"]:
        notes.append(str(table.attrs["assumptions"]))
    if notes:
        print()
        print_notes(notes)


def print_json(table: xr.Dataset) -> None:
    """One JSON object with a list of tours."""
    import json as json_text

    import numpy as np

    tours = []
    for k in range(table.sizes["tour"]):
        one = table.isel(tour=k)
        record: dict[str, Any] = {
            "bodies": [str(name) for name in one["body"].values],
            "utc": [str(np.datetime_as_string(when, "s")) for when in one["time"].values],
            "flyable": bool(one["flyable"]),
        }
        for name, values in one.data_vars.items():
            record[str(name)] = values.values.tolist()
        tours.append(record)
    attrs = {"units": {str(n): v.attrs.get("units", "") for n, v in table.data_vars.items()}}
    print(json_text.dumps({"tours": tours, **attrs, "assumptions": table.attrs["assumptions"]}))
