"""The search for events along a flight: where a function of the state passes zero.

Values are looked at on several places of every step of the trajectory. A change of sign is an
event; so are the two that hide where the values turn back just before zero, for those places are
looked at more closely. All brackets of an event are then narrowed together on the integrator's
own dense output by Chandrupatla's method (1997, Advances in Engineering Software 28:145,
doi:10.1016/S0965-9978(96)00051-8), so an epoch is as good as the trajectory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory

__all__ = ["SAMPLES", "Event", "Occurrence", "find_events", "first_stop"]

SAMPLES = 4
"""Places on every step at which the value is looked at."""
CHUNK = 48
"""Steps between two looks for the events that end a flight."""
_AT_ONCE = 1e-3  # s; an event that near the start is the start's own
_SETTLED = 1e-7  # s
_ROUNDS = 100
_CLOSER = 8  # looks at a place where values turn back, each a quarter as wide


@dataclass(frozen=True)
class Event:
    """Something that happens when ``function`` passes zero.

    Parameters
    ----------
    name : what the event is called in results
    function : (trajectory, epochs (k,), ephemeris) -> values (k,)
    direction : 1 counts rising passages, -1 falling ones, 0 both
    stop : whether the first one ends a flight
    """

    name: str
    function: Callable[[Trajectory, Epoch, Any], np.ndarray]
    direction: int = 0
    stop: bool = False

    def values(self, trajectory: Trajectory, epochs: Epoch, ephemeris: Any) -> np.ndarray:
        """(k,) of the function."""
        return self.function(trajectory, epochs, ephemeris)

    def stopping(self) -> Event:
        """The same event, ending the flight."""
        return replace(self, stop=True)


@dataclass(frozen=True)
class Occurrence:
    """One passage: name of the event, when, which way, state relative to the arc's centre."""

    name: str
    epoch: Epoch
    rising: bool
    state: np.ndarray
    centre: int


def find_events(
    trajectory: Trajectory,
    events: Event | Iterable[Event],
    ephemeris: Any = None,
    *,
    samples: int = SAMPLES,
) -> list[Occurrence]:
    """All passages of one or several events along a trajectory, in order of time.

    Parameters
    ----------
    trajectory : where to look
    events : `Event` or several
    ephemeris : of the other bodies; not needed when the trajectory remembers its own
    samples : places on every step at which the value is looked at

    Returns
    -------
    list of `Occurrence`; epochs to within about a microsecond of the function's zero.
    """
    events = (events,) if isinstance(events, Event) else tuple(events)
    found = [hit for event in events for hit in _passages(trajectory, event, ephemeris, samples)]
    return [hit for _, hit in sorted(found, key=lambda pair: pair[0])]


def _grid(trajectory: Trajectory, samples: int) -> np.ndarray:
    """Seconds past the start: every node and ``samples`` - 1 places between."""
    nodes = np.unique(np.asarray(trajectory.node_epochs - trajectory.start))
    within = np.arange(samples) / samples
    between = nodes[:-1, None] + np.diff(nodes)[:, None] * within
    return np.append(between.ravel(), trajectory.duration)


def _passages(
    trajectory: Trajectory, event: Event, ephemeris: Any, samples: int
) -> list[tuple[float, Occurrence]]:
    grid = _grid(trajectory, samples)
    last = float(grid[-1])

    def value(t: np.ndarray) -> np.ndarray:
        return event.values(trajectory, _epochs(trajectory, t, last), ephemeris)

    values = value(grid)
    lo, hi, at_lo, at_hi = _brackets(grid, values, value)
    rising = at_hi > at_lo
    if event.direction:
        wanted = rising == (event.direction > 0)
        lo, hi, at_lo, at_hi, rising = (x[wanted] for x in (lo, hi, at_lo, at_hi, rising))
    if not lo.size:
        return []
    t = _zeros(value, lo, hi, at_lo, at_hi)
    when = _epochs(trajectory, t, last)
    states, centres = trajectory.at(when), trajectory.centre_at(when)
    return [
        (float(t[i]), Occurrence(event.name, when[i], bool(rising[i]), states[i], int(centres[i])))
        for i in range(t.size)
    ]


def _epochs(trajectory: Trajectory, t: np.ndarray, last: float) -> Epoch:
    """Epochs of seconds past the start; the last second is the stop itself, without rounding."""
    epochs = trajectory.start + t
    if t.size and t.max() < last:
        return epochs
    end = t >= last
    stop = trajectory.stop
    return Epoch(np.where(end, stop.whole, epochs.whole), np.where(end, stop.frac, epochs.frac))


def _brackets(
    grid: np.ndarray, values: np.ndarray, value: Callable[[np.ndarray], np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Ends (k,) of intervals in which the value passes zero once, and the values there."""
    # a zero belongs to the side it came from, so that it is passed once
    signs = np.sign(values)
    known = np.maximum.accumulate(np.where(signs != 0.0, np.arange(signs.size), 0))
    signs = signs[known]
    at = np.flatnonzero(signs[1:] * signs[:-1] < 0.0)
    before = np.where(values[at] == 0.0, signs[at] * 5e-324, values[at])
    plain = grid[at], grid[at + 1], before, values[at + 1]
    middle = _turning(values, signs)
    if not middle.size:
        return plain
    lo, hi, at_lo, at_hi = _closer(grid, middle, signs[middle], value)
    if not lo.size:
        return plain
    return tuple(np.concatenate(pair) for pair in zip(plain, (lo, hi, at_lo, at_hi), strict=True))  # type: ignore[return-value]


def _turning(values: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """Indices where values turn back before zero, near enough for a parabola to say they might."""
    size = np.abs(values)
    inside = size[1:-1]
    same = (signs[:-2] == signs[1:-1]) & (signs[2:] == signs[1:-1])
    dips = same & (inside <= size[:-2]) & (inside < size[2:])
    bend = size[:-2] - 2.0 * inside + size[2:]
    slope = 0.5 * (size[2:] - size[:-2])
    with np.errstate(divide="ignore", invalid="ignore"):
        lowest = inside - 0.5 * slope**2 / bend
    return 1 + np.flatnonzero(dips & (lowest < 0.5 * inside))


def _closer(
    grid: np.ndarray,
    middle: np.ndarray,
    sign: np.ndarray,
    value: Callable[[np.ndarray], np.ndarray],
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Brackets on both sides of the places where a closer look finds the other sign."""
    lo, hi = grid[middle - 1], grid[middle + 1]
    begin, end = lo.copy(), hi.copy()
    found: list[tuple[np.ndarray, ...]] = []
    within = np.linspace(0.0, 1.0, 9)
    for _ in range(_CLOSER):
        t = lo[:, None] + (hi - lo)[:, None] * within
        v = value(t.ravel()).reshape(t.shape) * sign[:, None]
        least = v.argmin(axis=1)
        row = np.arange(t.shape[0])
        crossed = v[row, least] < 0.0
        if crossed.any():
            x, a, b = t[row, least][crossed], begin[crossed], end[crossed]
            at_x = (v[row, least] * sign)[crossed]
            at_a, at_b = value(a), value(b)
            found += [(a, x, at_a, at_x), (x, b, at_x, at_b)]
        keep = ~crossed
        if not keep.any():
            break
        inner = np.clip(least[keep], 1, 7)
        t, row = t[keep], row[: int(keep.sum())]
        lo, hi = t[row, inner - 1], t[row, inner + 1]
        begin, end, sign = begin[keep], end[keep], sign[keep]
    if not found:
        return (np.empty(0),) * 4
    return tuple(np.concatenate(column) for column in zip(*found, strict=True))  # type: ignore[return-value]


def _zeros(
    value: Callable[[np.ndarray], np.ndarray],
    lo: np.ndarray,
    hi: np.ndarray,
    at_lo: np.ndarray,
    at_hi: np.ndarray,
) -> np.ndarray:
    """Zero in each bracket, by inverse quadratic interpolation where it is safe, else halving."""
    b, a, fb, fa = lo.copy(), hi.copy(), at_lo.copy(), at_hi.copy()
    out = np.where(np.abs(fa) < np.abs(fb), a, b)
    where = np.arange(lo.size)
    share = np.full(lo.size, 0.5)
    for _ in range(_ROUNDS):
        x = a + share * (b - a)
        fx = value(x)
        flip = np.sign(fx) != np.sign(fa)
        c, fc = np.where(flip, b, a), np.where(flip, fb, fa)
        b, fb = np.where(flip, a, b), np.where(flip, fa, fb)
        a, fa = x, fx
        best = np.where(np.abs(fa) < np.abs(fb), a, b)
        out[where] = best
        width = np.abs(b - a)
        rough = 0.5 * _SETTLED / np.where(width > 0.0, width, 1.0)
        keep = (rough <= 0.5) & (fa != 0.0) & (fb != 0.0)
        if not keep.any():
            break
        a, b, c, fa, fb, fc, where, rough = (v[keep] for v in (a, b, c, fa, fb, fc, where, rough))
        with np.errstate(divide="ignore", invalid="ignore"):
            xi = (a - b) / (c - b)
            phi = (fa - fb) / (fc - fb)
            curved = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (
                fc - fb
            )
            safe = (phi**2 < xi) & ((1.0 - phi) ** 2 < 1.0 - xi)
        share = np.where(safe & np.isfinite(curved), curved, 0.5)
        share = np.clip(share, rough, 1.0 - rough)
    return out


def first_stop(flight: Any, stretch: Any, events: tuple[Event, ...]) -> bool:
    """Fly a stretch, looking for events every `CHUNK` steps; True when one has ended it.

    The chunk in which the event lies is flown again, exactly up to it.
    """
    part = stretch
    while True:
        mark = flight.mark()
        arrived = flight.fly(part, CHUNK)
        piece = flight.trajectory(since=mark)
        hits = [
            hit
            for hit in find_events(piece, events, flight.ephemeris)
            if abs(float(hit.epoch - flight.begun)) > _AT_ONCE
        ]
        if hits:
            first = hits[0] if flight.sense > 0 else hits[-1]
            flight.back_to(mark)
            time = float((first.epoch.whole - flight.reference) + first.epoch.frac)
            flight.fly(replace(part, end=time))
            return True
        if arrived:
            return False
        part = replace(part, kicks=(), cause="")
