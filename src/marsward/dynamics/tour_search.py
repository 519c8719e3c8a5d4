"""The best tours of a window: every pair of dates at once, then each of the best refined.

    found = search_tours(
        "earth venus mars", launch=("2021-09-01", "2022-02-01"), legs=(("80 d", "220 d"),) * 2
    )
    found[0].told
    tours("earth venus mars", launch=…)      # the same as a labelled table

The grid is searched whole and exactly (`tour_grid`), the best tours that lie apart from one
another are refined off the grid. Seeds and numbers of workers change nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter

from marsward.core.bodies import body as known_body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.quantity import parse
from marsward.core.time import Epoch
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.flyby import least_radius
from marsward.dynamics.lunar_swingby import lunar_swingby
from marsward.dynamics.optimisers import check_optimiser
from marsward.dynamics.planned_date import planned_window
from marsward.dynamics.tour import Tour, Way, checked_bodies, names_of, ways_of
from marsward.dynamics.tour_grid import DateGrid, Joined, LegGrid, date_grids, join, leg_grid
from marsward.dynamics.tour_limits import TourLimits
from marsward.dynamics.tour_refine import refined
from marsward.dynamics.tour_table import tour_table
from marsward.dynamics.transfer_costs import TransferCosts

__all__ = ["TourLimits", "leg_limits", "search_tours", "search_with_moon", "tours"]

Array = NDArray[np.float64]
When = str | Epoch
Span = str | float
DAY = 86_400.0
# mean distances from the Sun [m] in units of the Earth's; Standish & Williams 2013, Keplerian
# elements for approximate positions of the major planets
_AXES = {
    "mercury": 0.38710, "venus": 0.72334, "earth": 1.0, "mars": 1.52371, "jupiter": 5.20289,
    "saturn": 9.53668, "uranus": 19.18916, "neptune": 30.06992,
}  # fmt: skip
_YEAR = 365.25 * DAY
_SPARE = 2  # candidates for each tour that is wanted: several may come to one


def leg_limits(origin: str, target: str) -> tuple[float, float]:
    """Times of flight [s] between which a leg is sought unless told.

    From 0.35 to 1.9 of Hohmann's transfer; a leg back to the same planet from 0.2 to 2.2 of its
    year.
    """
    first, last = _AXES[origin], _AXES[target]
    if origin == target:
        return 0.2 * first**1.5 * _YEAR, 2.2 * first**1.5 * _YEAR
    half = 0.5 * (0.5 * (first + last)) ** 1.5 * _YEAR
    return 0.35 * half, 1.9 * half


def search_tours(
    bodies: Sequence[str],
    *,
    launch: tuple[When, When],
    arrive: tuple[When, When] | None = None,
    legs: Sequence[tuple[Span, Span] | None] | None = None,
    step: Span = "5 d",
    costs: TransferCosts | None = None,
    limits: TourLimits | None = None,
    altitudes: Mapping[str, float] | None = None,
    revolutions: int = 0,
    n: int = 10,
    apart: Span = "30 d",
    refine: bool = True,
    optimiser: str = "scipy",
    seed: int = 0,
    workers: int | None = None,
    ephemeris: Any = None,
) -> tuple[Tour, ...]:
    """The best tours by way of given planets, best first.

    Parameters
    ----------
    bodies : names in the order they are met, such as "earth venus mars"
    launch : first and last date of departure
    arrive : first and last date of arrival, if it matters
    legs : shortest and longest time of flight of each leg, [s] or text such as "80 d";
        `leg_limits` where None
    step : between the dates that are tried
    costs : how departure and arrival are counted
    limits : what a tour must keep
    altitudes : lowest flyby above the equatorial radius by body [m]; `LEAST_ALTITUDE` else
    revolutions : most whole turns about the Sun on one leg
    n : how many tours are wanted
    apart : two tours that depart and arrive less than this from one another count as one
    refine : move the dates off the grid until the cost is least
    optimiser : "scipy" or "pygmo"
    seed : of pygmo's population
    workers : threads; as many as there are cores when left out

    Raises
    ------
    InputError : a sequence, date or limit that is none.
    PhysicsError : no tour keeps the limits; the sentence tells what the nearest one has.
    """
    plan = _plan(bodies, launch, arrive, legs, step, costs, limits, altitudes, revolutions)
    if not (isinstance(n, int) and n >= 1):
        raise InputError(f"n is {n!r}: give how many tours are wanted, 1 or more")
    check_optimiser(optimiser)
    gap = seconds_of(apart, "apart")
    sky = default_ephemeris() if ephemeris is None else ephemeris
    grid = [
        leg_grid(plan.names[k], plan.names[k + 1], (plan.dates[k], plan.dates[k + 1]), plan.legs[k],
                 plan.ways, sky, workers)
        for k in range(len(plan.legs))
    ]  # fmt: skip
    allowed, arriving = plan.keeps_launch(grid[0]), plan.keeps_arrival(grid[-1])
    joined = join(plan.names, grid, costs=plan.costs, least=plan.least,
                  most=plan.limits.max_flyby_dv, allowed=allowed, workers=workers)  # fmt: skip
    total = np.where(arriving, joined.cost, np.inf)
    if not np.isfinite(total).any():
        plan.refuse_flybys(grid, allowed, workers)
    cells = _apart(plan, joined, total, _SPARE * n, gap)
    if not cells:
        raise PhysicsError(plan.too_long(joined, total))
    found = [
        refined(plan.names, plan.start, seconds, ways, box=plan.box, step=plan.step,
                costs=plan.costs, limits=plan.limits, altitudes=plan.altitudes, ephemeris=sky,
                optimiser=optimiser if refine else "", seed=seed)
        for seconds, ways in cells
    ]  # fmt: skip
    return _best(found, n, gap)


def tours(bodies: Sequence[str], **options: Any) -> xr.Dataset:
    """The best tours as a table, dims (tour, encounter, leg, flyby); options as `search_tours`.

    Where the Moon follows the Earth at the start, the tours are those without it, and the best
    lunar swingby on the way to each departure asymptote stands beside them.
    """
    return search_with_moon(bodies, **options)[1]


def search_with_moon(bodies: Sequence[str], **options: Any) -> tuple[tuple[Tour, ...], xr.Dataset]:
    """The best tours and their table, as `tours`.

    Raises
    ------
    InputError : the Moon in another place than after the Earth at the start.
    """
    names = names_of(bodies)
    if "moon" not in names:
        found = search_tours(names, **options)
        return found, tour_table(found)
    if names[:2] != ("earth", "moon") or names.count("moon") > 1 or len(names) < 3:
        raise InputError(
            "the Moon may only follow the Earth at the start of a tour, and a planet follows it, "
            "such as earth moon mars"
        )
    found = search_tours((names[0], *names[2:]), **options)
    low = {known_body(name).name: each for name, each in (options.get("altitudes") or {}).items()}
    swings = [
        lunar_swingby(
            each.outgoing[0], each.epochs[0], altitude=low.get("moon"), costs=each.costs,
            ephemeris=options.get("ephemeris"),
        )
        for each in found
    ]  # fmt: skip
    return found, tour_table(found, swings)


def seconds_of(value: Span, name: str) -> float:
    """A time span above 0 [s] of a number of seconds or text such as "5 d"."""
    seconds = parse(value, "s", name=name) if isinstance(value, str) else float(value)
    if not 0.0 < seconds < math.inf:
        raise InputError(f'{name} is {value!r}: give a time above 0, such as "5 d"')
    return float(seconds)


@dataclass(frozen=True)
class _Plan:
    """What is sought, checked."""

    names: tuple[str, ...]
    start: Epoch
    span: float
    dates: list[DateGrid]
    legs: list[tuple[float, float]]
    step: float
    costs: TransferCosts
    limits: TourLimits
    altitudes: Mapping[str, float]
    ways: tuple[Way, ...]

    @property
    def least(self) -> list[float]:
        return [least_radius(name, self.altitudes.get(name)) for name in self.names[1:-1]]

    @property
    def box(self) -> tuple[float, float]:
        """First and last departure after `start` [s]."""
        return 0.0, self.span

    @property
    def title(self) -> str:
        return "–".join(self.names)

    def keeps_launch(self, first: LegGrid) -> NDArray[np.bool_]:
        """First legs within the limits of the departure."""
        speed = np.linalg.norm(first.out, axis=-1)
        with np.errstate(invalid="ignore"):
            dla = np.degrees(np.arcsin(np.abs(first.out[..., 2]) / speed))
            slow, low = speed**2 <= self.limits.max_c3, dla <= self.limits.max_dla
        if not (slow & low).any():
            held = np.where(low, speed, np.nan) if low.any() else speed
            at = np.unravel_index(np.nanargmin(held), held.shape)
            flat = "" if self.limits.max_dla >= 90.0 else f" and DLA {dla[at]:.1f} deg"
            raise PhysicsError(
                f"no leg from {self.names[0]} to {self.names[1]} in this window keeps "
                f"{self._asked()}; the nearest leaves on "
                f"{self.dates[0].epochs[int(at[0])].utc[:10]} with C3 {held[at] ** 2 / 1e6:.2f} "
                f"km2/s2{flat}"
            )
        return np.asarray(slow & low)

    def _asked(self) -> str:
        c3 = f"C3 {self.limits.max_c3 / 1e6:g} km2/s2" if self.limits.max_c3 < math.inf else ""
        dla = f"DLA {self.limits.max_dla:g} deg" if self.limits.max_dla < 90.0 else ""
        return " and ".join(each for each in (c3, dla) if each) or "the limits"

    def keeps_arrival(self, last: LegGrid) -> NDArray[np.bool_]:
        """Last legs slow enough at arrival."""
        speed = np.linalg.norm(last.into, axis=-1)
        with np.errstate(invalid="ignore"):
            slow = speed <= self.limits.max_v_infinity
        if not slow.any():
            raise PhysicsError(
                f"no leg from {self.names[-2]} to {self.names[-1]} in this window arrives at "
                f"{self.limits.max_v_infinity / 1e3:g} km/s or less; the slowest arrives at "
                f"{float(np.nanmin(speed)) / 1e3:.3f} km/s"
            )
        return np.asarray(slow)

    def refuse_flybys(
        self, grid: list[LegGrid], allowed: NDArray[np.bool_], workers: int | None
    ) -> None:
        """Tell what the least impulse at the flybys would be."""
        free = TransferCosts(
            parking_altitude=None, periapsis_altitude=None, injection_weight=0.0, capture_weight=0.0
        )
        best = join(self.names, grid, costs=free, least=self.least, most=math.inf,
                    allowed=allowed, workers=workers).cost  # fmt: skip
        best = np.where(self.keeps_arrival(grid[-1]), best, np.inf)
        least = float(best.min()) if best.size else math.inf
        if not math.isfinite(least):
            raise PhysicsError(
                f"no dates of {self.title} fit together in this window: legs that arrive meet "
                "none that leave; widen the launch window or the times of flight"
            )
        raise PhysicsError(
            f"no tour {self.title} in this window does with {self.limits.max_flyby_dv:g} m/s at "
            f"a flyby; the least that the grid of {self.step / DAY:g} days has is {least:.0f} m/s "
            "over all flybys: raise max_flyby_dv, widen the window, or take a shorter step"
        )

    def too_long(self, joined: Joined, total: Array) -> str:
        """Tell how long the cheapest tour flies."""
        cell = np.unravel_index(int(np.argmin(total)), total.shape)
        dates, _ = joined.indices((int(cell[0]), int(cell[1]), int(cell[2])))
        flight = self.dates[-1].seconds[dates[-1]] - self.dates[0].seconds[dates[0]]
        return (
            f"no tour {self.title} in this window takes {self.limits.max_time / DAY:g} days or "
            f"less; the cheapest takes {flight / DAY:.0f}: raise max_time or shorten the legs"
        )


def _plan(
    bodies: Sequence[str],
    launch: tuple[When, When],
    arrive: tuple[When, When] | None,
    legs: Sequence[tuple[Span, Span] | None] | None,
    step: Span,
    costs: TransferCosts | None,
    limits: TourLimits | None,
    altitudes: Mapping[str, float] | None,
    revolutions: int,
) -> _Plan:
    names = checked_bodies(bodies)
    first, last = planned_window(launch, "launch")
    count = len(names) - 1
    if legs is not None and len(legs) != count:
        raise InputError(f"{'–'.join(names)} has {count} legs, but times of {len(legs)} were given")
    spans = []
    for k, pair in enumerate(legs or [None] * count):
        if pair is None:
            spans.append(leg_limits(names[k], names[k + 1]))
            continue
        low, high = (seconds_of(each, f"the time of leg {k + 1}") for each in pair)
        if high < low:
            raise InputError(f"leg {k + 1} is to take {pair[0]} to {pair[1]}: swap them")
        spans.append((low, high))
    every = seconds_of(step, "step")
    span = float(last - first)
    ends = None
    if arrive is not None:
        early, late = planned_window(arrive, "arrive")
        ends = (float(early - first), float(late - first))
    dates = date_grids(first, span, spans, every, ends)
    if any(len(each) == 0 for each in dates):
        shortest = sum(low for low, _ in spans)
        raise PhysicsError(
            f"no arrival window fits: {'–'.join(names)} takes at least {shortest / DAY:.0f} days "
            f"in the legs given, so that the first arrival is {(first + shortest).utc[:10]}"
        )
    low_by = {known_body(name).name: height for name, height in (altitudes or {}).items()}
    return _Plan(
        names, first, span, dates, spans, every, costs or TransferCosts(),
        limits or TourLimits(), low_by, ways_of(revolutions),
    )  # fmt: skip


def _apart(
    plan: _Plan, joined: Joined, total: Array, n: int, gap: float
) -> list[tuple[Array, list[Way]]]:
    """Dates [s] and ways of the best tours that lie apart from one another."""
    # valleys of the grid: no neighbour in either date is cheaper
    flat = np.where(
        total <= minimum_filter(total, size=(3, 3, 1), mode="constant", cval=np.inf), total, np.inf
    )
    flat = flat.ravel()
    order = np.argsort(flat, kind="stable")
    kept: list[tuple[Array, list[Way]]] = []
    for number in order:
        if not np.isfinite(flat[number]) or len(kept) == n:
            break
        cell = np.unravel_index(int(number), total.shape)
        dates, kinds = joined.indices((int(cell[0]), int(cell[1]), int(cell[2])))
        seconds = np.array([plan.dates[k].seconds[d] for k, d in enumerate(dates)])
        if seconds[-1] - seconds[0] > plan.limits.max_time:
            continue
        if all(_far(seconds, other, gap) for other, _ in kept):
            kept.append((seconds, [plan.ways[kind] for kind in kinds]))
    return kept


def _far(first: Array, last: Array, gap: float) -> bool:
    return bool(np.any(np.abs(first - last)[[0, -1]] >= gap))


def _best(found: list[Tour], n: int, gap: float) -> tuple[Tour, ...]:
    """The best, without those that came to the same place when they were refined."""
    kept: list[Tour] = []
    for tour in sorted(found, key=lambda each: each.score):
        same = any(
            abs(float(tour.epochs[0] - other.epochs[0])) < gap
            and abs(float(tour.epochs[-1] - other.epochs[-1])) < gap
            for other in kept
        )
        if not same:
            kept.append(tour)
    return tuple(kept[:n])
