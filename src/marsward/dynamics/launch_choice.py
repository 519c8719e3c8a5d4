"""The flight that is taken out of a launch window: best cells, and the best between the cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.optimize import minimize

from marsward.core.asked import whole
from marsward.core.errors import InputError, PhysicsError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.quantity import parse
from marsward.core.registry import unknown
from marsward.core.time import Epoch
from marsward.dynamics.ephemeris import Ephemeris
from marsward.dynamics.launch_rules import CHOICES, By
from marsward.dynamics.window_dates import calendar_dates, of_tdb
from marsward.dynamics.window_flight import ROMAN, WindowFlight, transfer_dv

__all__ = ["CHOICES", "LaunchChoice", "best_cells", "choose"]

Array = NDArray[np.float64]
_SCALES = {"c3": 1e6, "v_infinity_arrival": 1e3, "total_dv": 1e3, "time_of_flight": 86400.0,
           "arrival": 86400.0}  # fmt: skip
_DAY = 86400.0
_CLIMB = 1.02
add_fields(
    FieldRow("outgoing", "m s-1", "departure velocity at infinity, J2000"),
    FieldRow("incoming", "m s-1", "arrival velocity at infinity, J2000"),
    FieldRow("total_dv", "m s-1", "injection and capture from and to circular orbits", low=0.0),
)


@dataclass(frozen=True, eq=False)
class LaunchChoice:
    """One flight of a window.

    Attributes
    ----------
    origin, target : bodies
    launch, arrival : Epoch, at the centres of the bodies
    c3 : [m2/s2]; v_infinity_arrival : [m/s]
    dla, rla : declination and right ascension of the departure asymptote, J2000 [deg]
    outgoing, incoming : (3,) velocities at infinity, J2000 [m/s]
    type : "I" below half a turn about the Sun, "II" above, "III" and on with whole turns
    transfer_angle : about the Sun, below a turn [deg]
    revolutions, branch, retrograde : the family of flights
    wanted : what was looked for
    """

    origin: str
    target: str
    launch: Epoch
    arrival: Epoch
    c3: float
    v_infinity_arrival: float
    dla: float
    rla: float
    outgoing: Array
    incoming: Array
    type: str
    transfer_angle: float
    revolutions: int = 0
    branch: str = ""
    retrograde: bool = False
    wanted: str = "least c3"

    @property
    def time_of_flight(self) -> float:
        """From launch to arrival [s]."""
        return float(self.arrival - self.launch)

    def to_dataset(self) -> xr.Dataset:
        """As a small Dataset, which `of_dataset` reads back."""
        numbers = {
            "launch_et": field("et", float(self.launch.et), ()),
            "arrival_et": field("et", float(self.arrival.et), ()),
            "time_of_flight": field("time_of_flight", self.time_of_flight, ()),
            "c3": field("c3", self.c3, ()),
            "v_infinity_arrival": field("v_infinity_arrival", self.v_infinity_arrival, ()),
            "declination": field("declination", self.dla, ()),
            "right_ascension": field("right_ascension", self.rla, ()),
            "transfer_angle": field("transfer_angle", self.transfer_angle, ()),
            "outgoing": field("outgoing", self.outgoing, "axis"),
            "incoming": field("incoming", self.incoming, "axis"),
        }
        times = {
            name: ((), days, {"long_name": f"{name}, {scale}"})
            for name, (days, scale) in (
                ("launch", calendar_dates(self.launch)), ("arrival", calendar_dates(self.arrival)),
            )
        }  # fmt: skip
        return xr.Dataset(
            {**numbers, **times},
            coords={"axis": ["x", "y", "z"]},
            attrs={
                "origin": self.origin, "target": self.target, "type": self.type,
                "revolutions": self.revolutions, "branch": self.branch,
                "retrograde": int(self.retrograde), "wanted": self.wanted,
            },
        )  # fmt: skip

    @classmethod
    def of_dataset(cls, stored: xr.Dataset) -> LaunchChoice:
        """The choice that `to_dataset` wrote."""
        told = stored.attrs
        return cls(
            origin=str(told["origin"]), target=str(told["target"]),
            launch=of_tdb(float(stored["launch_et"])),
            arrival=of_tdb(float(stored["arrival_et"])),
            c3=float(stored["c3"]), v_infinity_arrival=float(stored["v_infinity_arrival"]),
            dla=float(stored["declination"]), rla=float(stored["right_ascension"]),
            outgoing=np.asarray(stored["outgoing"].values, dtype=float),
            incoming=np.asarray(stored["incoming"].values, dtype=float),
            type=str(told["type"]), transfer_angle=float(stored["transfer_angle"]),
            revolutions=int(told["revolutions"]), branch=str(told["branch"]),
            retrograde=bool(told["retrograde"]), wanted=str(told["wanted"]),
        )  # fmt: skip

    def __str__(self) -> str:
        return (
            f"launch {self.launch}, arrival {self.arrival} "
            f"({self.time_of_flight / _DAY:.1f} d, type {self.type}): C3 {self.c3 / 1e6:.3f} "
            f"km2/s2, arrival {self.v_infinity_arrival / 1e3:.3f} km/s, DLA {self.dla:.2f} deg"
        )


def best_cells(grid: xr.Dataset, *, by: By = "c3", n: int = 5) -> xr.Dataset:
    """The bottoms of the valleys of a window, the best first.

    A bottom is a cell no worse than any neighbour; of several along one valley, from the best of
    which the straight way never climbs by more than 2 %, that one is told.

    Parameters
    ----------
    grid : as `window` gives it
    by : "c3", "v_infinity_arrival", "total_dv", "time_of_flight" or "arrival"
    n : how many at most

    Returns
    -------
    Dataset along `cell`, with every variable and coordinate of the window.

    Raises
    ------
    InputError : a quantity that is none or that the window was not asked for.
    """
    most = whole(n, "n")
    cost = _cost(grid, by)
    flat = cost.reshape(-1, *cost.shape[-2:])
    padded = np.pad(np.where(np.isfinite(flat), flat, np.inf), ((0, 0), (1, 1), (1, 1)),
                    constant_values=np.inf)  # fmt: skip
    lowest = np.isfinite(flat)
    rows, columns = flat.shape[1:]
    for down in range(3):
        for across in range(3):
            lowest &= flat <= padded[:, down : down + rows, across : across + columns]
    places = np.flatnonzero(lowest)
    places = _apart(flat, places[np.argsort(flat.ravel()[places], kind="stable")], most)
    index = np.unravel_index(places, cost.shape)
    dims = grid["status"].dims
    picked = grid.drop_dims("flown", errors="ignore").isel(
        {dim: xr.DataArray(at, dims="cell") for dim, at in zip(dims, index, strict=True)}
    )
    return picked.assign({by: ("cell", flat.ravel()[places])}) if by == "total_dv" else picked


def _apart(cost: Array, places: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Of bottoms (n,) in flat (branch, launch, arrival), the best first, one for each valley."""
    kept: list[int] = []
    for place in places:
        here = np.array(np.unravel_index(place, cost.shape))
        for other in kept:
            there = np.array(np.unravel_index(other, cost.shape))
            if here[0] != there[0]:
                continue
            count = int(np.abs(here - there).max()) + 1
            way = np.rint(np.linspace(here, there, count)).astype(int)
            if np.max(cost[tuple(way.T)]) <= _CLIMB * cost[tuple(here)]:
                break
        else:
            kept.append(int(place))
        if len(kept) == most:
            break
    return np.array(kept, dtype=np.int64)


def choose(
    grid: xr.Dataset,
    want: str = "least c3",
    *,
    max_c3: str | float | None = None,
    max_dla: str | float | None = None,
    max_arrival_speed: str | float | None = None,
    max_time_of_flight: str | float | None = None,
    refine: bool = True,
    ephemeris: Ephemeris | None = None,
) -> LaunchChoice:
    """The best flight of a window within limits, sought between the cells too.

    Parameters
    ----------
    grid : as `window` gives it
    want : of `CHOICES`; "least total dv" counts the injection from a circular orbit of 200 km and
        the capture into one of 400 km
    max_c3, max_dla, max_arrival_speed, max_time_of_flight : limits, text with a unit or SI
        numbers (degrees for the declination)
    refine : look between the cells (SLSQP of scipy from the best cell, within the dates of the
        window); else take the cell itself
    ephemeris : that of the window; DE440 when not given

    Raises
    ------
    InputError : a wish or limit that is none, or a quantity that the window was not asked for
    PhysicsError : no cell within the limits; the sentence names the nearest.
    """
    if want not in CHOICES:
        raise InputError(unknown("choice of a launch", str(want), CHOICES))
    by = CHOICES[want]
    limits = _limits(max_c3, max_dla, max_arrival_speed, max_time_of_flight)
    cost = _cost(grid, by)
    within = np.isfinite(cost) & (grid["status"].values == 0)
    for name, most in limits.items():
        within &= np.abs(_needed(grid, name)) <= most
    if not within.any():
        raise PhysicsError(_none_within(grid, limits))
    place = np.unravel_index(np.argmin(np.where(within, cost, np.inf)), cost.shape)
    flight = WindowFlight.of_cell(grid, place, ephemeris)
    launch, arrival = (
        float(grid["launch_et"].values[place[-2]]), float(grid["arrival_et"].values[place[-1]])
    )  # fmt: skip
    if refine:
        launch, arrival = _refined(grid, flight, by, limits, launch, arrival)
    return _chosen(flight, launch, arrival, want)


def _chosen(flight: WindowFlight, launch: float, arrival: float, want: str) -> LaunchChoice:
    found = flight.at(launch, arrival)
    told = {
        name: found[name]
        for name in (
            "c3", "v_infinity_arrival", "dla", "rla", "outgoing", "incoming", "transfer_angle",
        )
    }  # fmt: skip
    turn = 2 * flight.branch.revolutions + (1 if found["transfer_angle"] > 180.0 else 0)
    return LaunchChoice(
        origin=flight.origin, target=flight.target, launch=of_tdb(launch),
        arrival=of_tdb(arrival), type=ROMAN[turn], revolutions=flight.branch.revolutions,
        branch=flight.branch.branch, retrograde=flight.branch.retrograde, wanted=want, **told,
    )  # fmt: skip


def _refined(
    grid: xr.Dataset, flight: WindowFlight, by: By, limits: Mapping[str, float],
    launch: float, arrival: float,
) -> tuple[float, float]:  # fmt: skip
    """Dates of the best flight near a cell; the cell's own where nothing better is found."""
    ends = [
        (float(grid[n].values[0]), float(grid[n].values[-1])) for n in ("launch_et", "arrival_et")
    ]
    start = np.array([launch, arrival])
    scale = _SCALES[by]
    first = flight.cost(launch, arrival, by)

    def cost(days: Array) -> float:
        left, come = start + days * _DAY
        return (flight.cost(float(left), float(come), by) - first) / scale

    def margins(days: Array) -> Array:
        left, come = start + days * _DAY
        found = flight.at(float(left), float(come))
        return np.array([1.0 - abs(found[name]) / most for name, most in limits.items()])

    bounds = [
        ((lo - at) / _DAY, (hi - at) / _DAY) for at, (lo, hi) in zip(start, ends, strict=True)
    ]
    rules = [{"type": "ineq", "fun": margins}] if limits else []
    best, least = start, 0.0
    days = np.zeros(2)
    for _ in range(3):  # again from where it stopped: the steps of differences are coarse
        try:
            found = minimize(cost, days, method="SLSQP", bounds=bounds, constraints=rules,
                             options={"eps": 1e-4, "ftol": 1e-14, "maxiter": 100})  # fmt: skip
            fits = not limits or float(margins(found.x).min()) >= -1e-9
            value = cost(found.x)
        except PhysicsError:
            break
        if not (fits and value < least):
            break
        best, least, days = start + found.x * _DAY, value, found.x
    return float(best[0]), float(best[1])


def _cost(grid: xr.Dataset, by: str) -> Array:
    if by not in CHOICES.values():
        raise InputError(unknown("measure of a flight", str(by), CHOICES.values()))
    if by == "total_dv":
        return transfer_dv(
            str(grid.attrs["origin"]), str(grid.attrs["target"]), _needed(grid, "c3"),
            _needed(grid, "v_infinity_arrival"),
        )  # fmt: skip
    if by == "arrival":
        alive = np.where(grid["status"].values == 0, 0.0, np.nan)
        return alive + grid["arrival_et"].values
    return np.where(grid["status"].values == 0, _needed(grid, by), np.nan)


def _needed(grid: xr.Dataset, name: str) -> Array:
    if name == "time_of_flight":
        span = grid["arrival_et"].values[None, :] - grid["launch_et"].values[:, None]
        return np.broadcast_to(span, grid["status"].shape)
    if name not in grid:
        raise InputError(
            f"the window holds no {name}: ask for it, window(…, quantities=[…, {name!r}])"
        )
    return np.asarray(grid[name].values)


def _limits(c3: Any, dla: Any, speed: Any, span: Any) -> dict[str, float]:
    given = {
        "c3": (c3, "m2/s2", "max_c3"), "declination": (dla, "deg", "max_dla"),
        "v_infinity_arrival": (speed, "m/s", "max_arrival_speed"),
        "time_of_flight": (span, "s", "max_time_of_flight"),
    }  # fmt: skip
    found: dict[str, float] = {}
    for name, (value, unit, told) in given.items():
        if value is None:
            continue
        number = parse(value, unit, name=told) if isinstance(value, str) else float(value)
        if not 0.0 < number < np.inf:
            raise InputError(f"{told} is {value!r}: give a limit above 0")
        found[name] = number
    return found


_UNITS = {
    "c3": (1e6, "C3", "km2/s2"), "declination": (1.0, "DLA", "deg"),
    "v_infinity_arrival": (1e3, "arrival speed", "km/s"),
    "time_of_flight": (86400.0, "time of flight", "d"),
}  # fmt: skip


def _none_within(grid: xr.Dataset, limits: Mapping[str, float]) -> str:
    """The sentence when no cell keeps the limits: the cell that breaks them least."""
    alive = grid["status"].values == 0
    excess = np.stack([np.abs(_needed(grid, name)) / most for name, most in limits.items()])
    worst = np.where(alive, np.max(excess, axis=0), np.inf)
    place = np.unravel_index(np.argmin(worst), worst.shape)
    asked, there = [], []
    for name, most in limits.items():
        scale, word, unit = _UNITS[name]
        asked.append(f"{word} up to {most / scale:.4g} {unit}")
        value = abs(float(_needed(grid, name)[place])) / scale
        there.append(f"{word} {value:.4g} {unit}")
    days = [
        str(grid[n].values[at])[:10] for n, at in (("launch", place[-2]), ("arrival", place[-1]))
    ]
    return (
        f"no flight of the window has {' and '.join(asked)}; the nearest, launched {days[0]} to "
        f"arrive {days[1]}, has {' and '.join(there)}"
    )
