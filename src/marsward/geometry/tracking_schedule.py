"""When stations track a craft: passes, counts and baselines, by what stands above the horizon."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.ephemeris import Ephemeris
from marsward.dynamics.sites import Site, station
from marsward.geometry.tracking import elevations, sun_earth_probe
from marsward.geometry.tracking_plan import measurement_plan

__all__ = ["Passes", "cruise_passes", "tracking_schedule"]

Array = NDArray[np.float64]
GRID = 600.0
"""Step on which elevations are looked at [s]: a craft far off moves 2.5 deg in it."""
DAY = 86400.0


@dataclass(frozen=True)
class Passes:
    """How a part of the flight is tracked.

    Parameters
    ----------
    start, stop : epochs
    every : from one pass to the next [s]
    length : of a pass at most [s]
    count_time : of Doppler; a pass gives one normal point for each count [s]
    ranges : range points a pass
    delta_dor_every : from one Delta-DOR session to the next [s]; 0 for none
    """

    start: Epoch
    stop: Epoch
    every: float = DAY
    length: float = 8.0 * 3600.0
    count_time: float = 3600.0
    ranges: int = 2
    delta_dor_every: float = 0.0

    def __post_init__(self) -> None:
        if not float(self.stop - self.start) > 0.0:
            raise InputError(
                f"tracking from {self.start.utc} must end after it begins, not at {self.stop.utc}"
            )
        numbers = (self.every, self.length, self.count_time)
        if not all(math.isfinite(x) and x > 0.0 for x in numbers) or self.ranges < 0:
            raise InputError(
                "passes need every, length and count_time above 0 s and ranges of 0 or more, not "
                f"{numbers} and {self.ranges}"
            )


def cruise_passes(start: Epoch, stop: Epoch, *, close: float = 45.0 * DAY) -> tuple[Passes, ...]:
    """How cruises to Mars are tracked, about: all the time in the first 30 days and the last
    ``close`` seconds, three passes a week between; Delta-DOR weekly, and twice a week at the end.

    After Martin-Mur et al. 2012, Mars Science Laboratory navigation results (23rd International
    Symposium on Space Flight Dynamics); the numbers are rounded, from memory.
    """
    span = float(stop - start)
    early, late = min(30.0 * DAY, 0.3 * span), min(close, 0.4 * span)
    marks = [start, start + early, stop - late, stop]
    week = 7.0 * DAY
    return (
        Passes(marks[0], marks[1], every=8.0 * 3600.0, delta_dor_every=week),
        Passes(marks[1], marks[2], every=week / 3.0, delta_dor_every=week),
        Passes(marks[2], marks[3], every=8.0 * 3600.0, delta_dor_every=week / 2.0),
    )


def tracking_schedule(
    path: Any,
    stations: Sequence[str | Site],
    passes: Sequence[Passes],
    *,
    delta_dor_points: int = 2,
    least_sun_angle: float = 3.0,
    pictures: Sequence[tuple[str, Epoch]] = (),
    ephemeris: Ephemeris | None = None,
) -> xr.Dataset:
    """Measurements that stations can make of a craft.

    Of each pass's time the station whose turn it is takes what stands above its mask, about its
    highest; for passes less than a day apart the station that stands best does. Doppler is counted
    without gaps in normal points of ``count_time``; points of range are spread over the pass.
    Delta-DOR takes, once in the day of each session, the baselines with the longest common view.

    Parameters
    ----------
    path : `Trajectory` (or a body); signals have to be with the craft inside it
    stations : names known to `marsward.dynamics.sites`, or `Site` on Earth
    passes : parts of the flight
    delta_dor_points : baselines of a Delta-DOR session
    least_sun_angle : Sun-Earth-craft below which nothing is measured [deg]
    pictures : (body, epoch) of pictures whose direction of the body against the stars is used

    Returns
    -------
    Dataset of `measurement_plan`, each pass and each session with its own number.

    Raises
    ------
    InputError : no stations or passes
    PhysicsError : nothing can be measured.
    """
    sites = tuple(station(each) for each in stations)
    if not sites or not passes:
        raise InputError("tracking needs at least one station and one Passes(start, stop)")
    book = _Book()
    for part in passes:
        _track(book, path, sites, part, delta_dor_points, math.radians(least_sun_angle), ephemeris)
    for name, when in pictures:
        number = book.next()
        for kind in ("right-ascension", "declination"):
            book.add(kind, when, -1, -1, 0.0, number, str(name).lower())
    if not book.rows:
        raise PhysicsError(
            "no station sees the craft in the times given; give more stations, or a smaller mask "
            "or least_sun_angle"
        )
    columns = list(zip(*book.rows, strict=True))
    return measurement_plan(
        columns[0], Epoch.stack(columns[1]), sites=sites, station=columns[2], second=columns[3],
        count_time=columns[4], track=columns[5], target=columns[6],
    )  # fmt: skip


class _Book:
    """Points as they are noted."""

    def __init__(self) -> None:
        self.rows: list[tuple] = []
        self.number = -1

    def next(self) -> int:
        self.number += 1
        return self.number

    def add(self, *row: Any) -> None:
        self.rows.append(row)


def _track(book, path, sites, part, pairs, least, ephemeris) -> None:
    begin, stop = part.start, part.stop
    if hasattr(path, "stop"):
        begin = max(begin, path.start + 3600.0, key=lambda e: float(e.et))
        stop = min(stop, path.stop, key=lambda e: float(e.et))
    span = float(stop - begin)
    if span <= 2.0 * part.count_time:
        return
    since = np.arange(0.0, span, GRID)
    at = begin + since
    height = elevations(path, sites, at, ephemeris=ephemeris)
    up = height > np.radians([site.mask for site in sites])
    up &= (sun_earth_probe(path, at, ephemeris=ephemeris) > least)[:, None]
    for k in range(math.ceil(span / part.every)):
        slot = np.flatnonzero((since >= k * part.every) & (since < (k + 1) * part.every))
        taken = _window(height, up, slot, k % len(sites), part)
        if taken is not None:
            _pass(book, begin, part, *taken)
    if part.delta_dor_every > 0.0 and len(sites) > 1:
        for k in range(math.ceil(span / part.delta_dor_every)):
            low = k * part.delta_dor_every
            slot = np.flatnonzero((since >= low) & (since < low + min(part.delta_dor_every, DAY)))
            _session(book, begin + since, up, slot, pairs)


def _window(height, up, slot, turn, part) -> tuple[int, float, float] | None:
    """Station, and begin and end [s] of its pass, or None."""
    if not slot.size:
        return None
    which = turn
    if part.every < DAY or not up[slot, turn].any():
        which = int(np.argmax(np.where(up[slot], height[slot], -9.0).max(axis=0)))
    seen = slot[up[slot, which]]
    if not seen.size:
        return None
    best = seen[np.argmax(height[seen, which])]
    left = right = best
    while left - 1 >= slot[0] and up[left - 1, which]:
        left -= 1
    while right + 1 <= slot[-1] and up[right + 1, which]:
        right += 1
    most = min(part.length, part.every)
    low = max(left * GRID, min(best * GRID - 0.5 * most, right * GRID - most))
    return which, low, min(right * GRID, low + most)


def _pass(book, begin, part, which, low, high) -> None:
    counts = int((high - low) // part.count_time)
    if counts < 1:
        return
    number = book.next()
    for i in range(counts):
        middle = begin + low + (i + 0.5) * part.count_time
        book.add("doppler", middle, which, -1, part.count_time, number, "")
    for i in range(part.ranges):
        when = begin + low + (high - low) * (i + 0.5) / part.ranges
        book.add("range", when, which, -1, 0.0, number, "")


def _session(book, at, up, slot, pairs) -> None:
    """Delta-DOR on the baselines with the most common view of a day."""
    count = up.shape[1]
    common = []
    for a in range(count):
        for b in range(a + 1, count):
            both = slot[up[slot, a] & up[slot, b]]
            if both.size:
                common.append((-both.size, a, b, both[both.size // 2]))
    for _, a, b, middle in sorted(common)[:pairs]:
        book.add("delta-dor", at[int(middle)], a, b, 0.0, book.next(), "")
