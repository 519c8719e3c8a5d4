"""Launch windows: every flight between two bodies over two rows of dates, as a porkchop plot.

    grid = mw.window("earth", "mars", launch=("2028-10-01", "2029-01-15"),
                     arrive=("2029-06-01", "2029-12-31"), step="1 d")
    best_cells(grid, by="c3", n=2)
    choose(grid, "least c3", max_dla="28.5 deg")

Conics about the Sun from the centre of one body to that of the other (patched conics); the bodies'
places are those of the ephemeris. A cell that cannot be flown holds NaN and says why in `status`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
import xarray as xr

from marsward.core.asked import whole
from marsward.core.bodies import Body, body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.registry import unknown
from marsward.core.time import Epoch
from marsward.data.flown_missions import flown_missions
from marsward.dynamics.ephemeris import Ephemeris, default_ephemeris
from marsward.dynamics.launch_choice import LaunchChoice, best_cells, choose
from marsward.dynamics.parking_orbit import check_parking_inclination
from marsward.dynamics.window_cells import COMPUTED, SUN, Branch, Solved, WindowCells
from marsward.dynamics.window_dates import calendar_dates, dates, seconds
from marsward.dynamics.window_limits import nearest_flight

__all__ = [
    "QUANTITIES", "LaunchChoice", "best_cells", "check_parking_inclination", "choose", "window",
]  # fmt: skip

DERIVED = ("time_of_flight", "way")
QUANTITIES = (*COMPUTED, *DERIVED)
"""What `window` can be asked for."""
_ROWS = {"way": "transfer_way"}  # names of the table that differ from the window's
_OF_THE_TARGET = ("arrival_latitude", "arrival_solar_time")
_MOST_CELLS = 60_000_000
_MOST_TURNS = 20
STATUS = {
    0: "flown", 1: "arrival not after launch", 2: "plane of flight not defined",
    3: "steps did not settle", 4: "time below the shortest of so many revolutions",
}  # fmt: skip
add_fields(
    FieldRow("c3", "m2 s-2", "square of the departure velocity at infinity", low=0.0),
    FieldRow("v_infinity_departure", "m s-1", "departure velocity at infinity", low=0.0),
    FieldRow("v_infinity_arrival", "m s-1", "arrival velocity at infinity", low=0.0),
    FieldRow("time_of_flight", "s", "time of flight"),
    FieldRow("transfer_angle", "degree", "angle about the Sun below a turn", low=0, high=360),
    FieldRow("transfer_way", "1", "1 short way (odd types), 2 long (even), 0 none", low=0, high=2),
    FieldRow("flight_status", "1", "0 where there is a flight, else why there is none", low=0),
    FieldRow(
        "approach_phase_angle", "degree", "angle from the Sun to the incoming craft at the target",
        low=0, high=180,
    ),
    FieldRow(
        "arrival_latitude", "degree", "latitude under the incoming asymptote", low=-90, high=90
    ),
    FieldRow(
        "arrival_solar_time", "hour", "true solar time under the incoming asymptote", low=0, high=24
    ),
    FieldRow("phase_angle", "degree", "target ahead of the origin at launch", low=-180, high=180),
    FieldRow("sun_earth_probe", "degree", "Sun-Earth-probe angle at arrival", low=0, high=180),
    FieldRow("earth_distance", "m", "from the craft to the observer", low=0.0),
    FieldRow("solar_longitude", "degree", "season of the target at arrival", low=0, high=360),
)  # fmt: skip


def window(
    origin: str | int | Body,
    target: str | int | Body,
    *,
    launch: Any,
    arrive: Any,
    step: Any = "1 d",
    revolutions: int | Sequence[int] = 0,
    direction: Literal["prograde", "retrograde", "both"] = "prograde",
    quantities: Iterable[str] | None = None,
    ephemeris: Ephemeris | None = None,
) -> xr.Dataset:
    """Every flight from one body to another between two ranges of dates.

    Parameters
    ----------
    origin, target : bodies that go round the Sun, of any kind that the ephemeris holds
    launch, arrive : two dates (ISO text in UTC, Epoch, datetime), one, or a row of them
    step : between the dates of two ends, text like "1 d" or seconds; two of them (launch, arrival)
    revolutions : whole turns about the Sun at most; a list for just those numbers
    direction : with the planets, against them, or both: below one turn the short way is the one
        where the long way is the other
    quantities : of `QUANTITIES`, all when left out
    ephemeris : DE440 when not given

    Returns
    -------
    Dataset (launch, arrival), or (branch, launch, arrival) when more than the direct prograde
    flights are asked for. `launch` and `arrival` are UTC; `launch_et`, `arrival_et` TDB seconds
    past J2000. c3 [m2/s2], speeds at infinity [m/s], declination and right ascension of the
    departure asymptote in J2000 (DLA, RLA) [deg], time of flight [s]; at launch the phase angle;
    at arrival Sun-Earth-probe angle, Earth distance and solar longitude. The place under the
    incoming asymptote (where the target would be hit by a craft that falls straight to its
    centre) has `arrival_latitude` and `arrival_solar_time`, the true solar time there. Missions
    flown in the window stand along `flown`.

    Raises
    ------
    InputError : a body, date, step or quantity that is none; too many cells
    DataError : dates or bodies that the ephemeris does not cover
    PhysicsError : no cell has a flight; the sentence names the nearest that has one

    References
    ----------
    Izzo 2015, doi:10.1007/s10569-014-9587-y (Lambert's problem); Park et al. 2021 (DE440),
    doi:10.3847/1538-3881/abd414.
    """
    steps = step if isinstance(step, tuple | list) else (step, step)
    if len(steps) != 2:
        raise InputError(f"step is one span or two, launch and arrival, not {len(steps)}")
    cells = WindowCells(
        *_bodies(origin, target),
        launch=dates(launch, seconds(steps[0], "step"), "launch"),
        arrival=dates(arrive, seconds(steps[1], "step"), "arrive"),
        ephemeris=ephemeris or default_ephemeris(),
    )
    branches = _branches(revolutions, direction)
    _refuse_order(cells)
    _refuse_size(cells, len(branches), steps)
    wanted = _wanted(quantities, cells.has_axis)
    computed = tuple(name for name in COMPUTED if name in wanted)
    solved = [cells.solve(branch, computed) for branch in branches]
    if not any((each.status == 0).any() for each in solved):
        raise PhysicsError(nearest_flight(cells, branches))
    return _dataset(cells, branches, wanted, solved)


def _bodies(origin: Any, target: Any) -> tuple[Body, Body]:
    found = []
    for name, given in (("origin", origin), ("target", target)):
        each = given if isinstance(given, Body) else body(given)
        if each.name == SUN:
            raise InputError(f"the {name} of a window goes round the Sun: it cannot be the Sun")
        found.append(each)
    if found[0] == found[1]:
        raise InputError(
            f"a window from {found[0].name} to itself has no flight: name another target"
        )
    return found[0], found[1]


def _branches(revolutions: Any, direction: Any) -> tuple[Branch, ...]:
    senses = {"prograde": (False,), "retrograde": (True,), "both": (False, True)}
    if direction not in senses:
        raise InputError(unknown("direction", str(direction), senses))
    if isinstance(revolutions, Iterable) and not isinstance(revolutions, str):
        turns = sorted({whole(each, "revolutions", 0) for each in revolutions})
    else:
        turns = list(range(whole(revolutions, "revolutions", 0) + 1))
    if not turns or turns[-1] > _MOST_TURNS:
        raise InputError(f"revolutions are {revolutions!r}: give numbers from 0 to {_MOST_TURNS}")
    return tuple(
        Branch(turn, branch, sense)
        for sense in senses[direction]
        for turn in turns
        for branch in (("low", "high") if turn else ("",))
    )


def _wanted(quantities: Iterable[str] | None, has_axis: bool) -> tuple[str, ...]:
    if quantities is None:
        return tuple(n for n in QUANTITIES if has_axis or n not in _OF_THE_TARGET)
    asked = (quantities,) if isinstance(quantities, str) else tuple(quantities)
    for name in asked:
        if name not in QUANTITIES:
            raise InputError(unknown("quantity of a window", str(name), QUANTITIES))
        if name in _OF_THE_TARGET and not has_axis:
            raise InputError(f"{name} needs the target's axis, which is not known: leave it out")
    return asked


def _refuse_order(cells: WindowCells) -> None:
    first, last = cells.launch[0], cells.arrival[-1]
    if first < last:
        return
    sizes = [float(np.linalg.norm(each[0, :3])) for each in (cells.leaves, cells.arrives)]
    half = math.pi * math.sqrt((0.5 * sum(sizes)) ** 3 / float(body(SUN).gm))
    raise PhysicsError(
        f"no launch comes before an arrival: the first launch is {_day(first)}, the last arrival "
        f"{_day(last)}; arrive after {_day(first)}, and about {_day(first + half)} for a flight "
        f"of least energy ({half / 86400.0:.0f} d)"
    )


def _refuse_size(cells: WindowCells, branches: int, steps: Sequence[Any]) -> None:
    count = cells.launch.size * cells.arrival.size * branches
    if count > _MOST_CELLS:
        longer = math.sqrt(count / _MOST_CELLS)
        told = " and ".join(f"{seconds(s, 'step') * longer / 86400.0:.2g} d" for s in steps)
        raise InputError(
            f"the window has {count:.3g} cells, and at most {_MOST_CELLS:.0e} fit: a step of "
            f"{told} makes it fit, or shorter ranges of dates"
        )


def _day(epoch: Epoch) -> str:
    return str(epoch.isot("utc", 0))[:10]


def _dataset(
    cells: WindowCells, branches: tuple[Branch, ...], wanted: tuple[str, ...],
    solved: list[Solved],
) -> xr.Dataset:  # fmt: skip
    single = branches == (Branch(),)
    dims = ("launch", "arrival") if single else ("branch", "launch", "arrival")

    def stacked(values: list[np.ndarray]) -> np.ndarray:
        return values[0] if single else np.stack(values)

    def of_cells(name: str) -> np.ndarray:
        if name != "time_of_flight":
            return stacked([each.of(name) for each in solved])
        span = cells.arrival.et[None, :] - cells.launch.et[:, None]
        return stacked([span] * len(branches))

    found = {
        name: field(_ROWS.get(name, name), of_cells(name), dims, check=False) for name in wanted
    }
    found["status"] = field(
        "flight_status", stacked([each.status for each in solved]), dims,
        flag_values=np.array(list(STATUS), np.int8), flag_meanings="; ".join(STATUS.values()),
    )  # fmt: skip
    return xr.Dataset(
        {**found, **_flown(cells)}, coords=_coordinates(cells, branches, single),
        attrs={
            "title": f"launch window from {cells.origin.name} to {cells.target.name}",
            "origin": cells.origin.name,
            "target": cells.target.name,
            "model": "conics about the Sun between the centres of the bodies (patched conics)",
            "kernels": ", ".join(path.name for path in cells.ephemeris.paths),
            "source": "Lambert's problem: Izzo 2015, doi:10.1007/s10569-014-9587-y",
        },
    )  # fmt: skip


def _coordinates(cells: WindowCells, branches: tuple[Branch, ...], single: bool) -> dict[str, Any]:
    at_launch, at_arrival = ("launch",), ("arrival",)
    found: dict[str, Any] = {
        "launch_et": field("et", cells.launch.et, at_launch),
        "arrival_et": field("et", cells.arrival.et, at_arrival),
        "phase_angle": field("phase_angle", cells.phase_angle, at_launch),
        "earth_distance": field(
            "earth_distance", cells.earth_distance, at_arrival,
            long_name="from the Earth to the target at arrival",
        ),
        "sun_earth_probe": field("sun_earth_probe", cells.sun_earth_probe, at_arrival),
    }  # fmt: skip
    for name, epochs in (("launch", cells.launch), ("arrival", cells.arrival)):
        days, scale = calendar_dates(epochs)
        found[name] = (name, days, {"long_name": f"{name}, {scale}"})
    if cells.has_axis:
        found["solar_longitude"] = field("solar_longitude", cells.solar_longitude, at_arrival)
    if not single:
        found["branch"] = ("branch", [each.name for each in branches])
        found["revolutions"] = ("branch", [each.revolutions for each in branches])
        found["side"] = ("branch", [each.branch for each in branches])
        found["retrograde"] = ("branch", [each.retrograde for each in branches])
    return found


def _flown(cells: WindowCells) -> dict[str, Any]:
    """Missions that flew from the origin to the target between these dates."""
    if (cells.origin.name, cells.target.name) != ("earth", "mars"):
        return {}
    spans = [calendar_dates(each)[0][[0, -1]] for each in (cells.launch, cells.arrival)]
    rows = [
        row for row in flown_missions()
        if all(lo <= at <= hi for at, (lo, hi) in zip((row.launch, row.arrival), spans,
                                                      strict=True))
    ]  # fmt: skip
    if not rows:
        return {}
    return {
        "flown_mission": ("flown", [row.name for row in rows]),
        "flown_launch": ("flown", np.array([row.launch for row in rows])),
        "flown_arrival": ("flown", np.array([row.arrival for row in rows])),
        "flown_c3": field("c3", [row.c3 for row in rows], "flown",
                          long_name="C3 as published, not a number where it is not"),
    }  # fmt: skip
