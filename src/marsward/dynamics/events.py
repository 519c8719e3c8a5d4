"""Events along a flight: where a function of the state passes zero.

Values are sampled on every step of the trajectory and each change of sign is refined by Brent's
method (Brent 1973, Algorithms for Minimization without Derivatives, chapter 4) on the
integrator's own dense output, so an epoch is as good as the trajectory.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import brentq

from marsward.core.bodies import body as known_body
from marsward.core.errors import InputError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory

SAMPLES = 8
"""Places on every step at which the sign is looked at."""
CHUNK = 48
"""Steps between two looks for the events that end a flight."""
_AT_ONCE = 1e-3  # s; an event that near the start is the start's own


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


def apsis(
    body: Any, *, kind: str = "periapsis", stop: bool = False, name: str | None = None
) -> Event:
    """Least ("periapsis"), greatest ("apoapsis") or either ("both") distance from a body."""
    directions = {"periapsis": 1, "apoapsis": -1, "both": 0}
    if kind not in directions:
        raise InputError(f"an apsis is a periapsis, an apoapsis or both, not {kind!r}")
    wrt = known_body(body).naif_id

    def radial(trajectory: Trajectory, epochs: Epoch, ephemeris: Any) -> np.ndarray:
        y = trajectory.at(epochs, wrt=wrt, ephemeris=ephemeris)
        return np.einsum("...i,...i", y[..., :3], y[..., 3:])

    label = name or f"{kind if kind != 'both' else 'apsis'} at {known_body(body).name}"
    return Event(label, radial, directions[kind], stop)


def distance(
    body: Any, value: float, *, direction: int = 0, stop: bool = False, name: str | None = None
) -> Event:
    """Distance from a body's centre equals ``value`` [m]; direction 1 outward, -1 inward."""
    if not (math.isfinite(value) and value > 0.0):
        raise InputError(f"a distance must be above 0 m, not {value!r}")
    wrt = known_body(body).naif_id

    def beyond(trajectory: Trajectory, epochs: Epoch, ephemeris: Any) -> np.ndarray:
        y = trajectory.at(epochs, wrt=wrt, ephemeris=ephemeris)
        return np.linalg.norm(y[..., :3], axis=-1) - value

    label = name or f"{value / 1e3:.0f} km from {known_body(body).name}"
    return Event(label, beyond, direction, stop)


def node(
    body: Any,
    *,
    frame: str = "J2000",
    kind: str = "ascending",
    stop: bool = False,
    name: str | None = None,
) -> Event:
    """Crossing of the x-y plane of a frame through a body: "ascending", "descending" or "both".

    ``frame`` is a name of `marsward.core.frames`; IAU_MARS or MARS_MEOD give Mars's equator.
    """
    directions = {"ascending": 1, "descending": -1, "both": 0}
    if kind not in directions:
        raise InputError(f"a node is ascending, descending or both, not {kind!r}")
    wrt = known_body(body).naif_id

    def height(trajectory: Trajectory, epochs: Epoch, ephemeris: Any) -> np.ndarray:
        y = trajectory.at(epochs, wrt=wrt, ephemeris=ephemeris)
        pole = rotation("J2000", frame, epochs)[..., 2, :]
        return np.einsum("...i,...i", y[..., :3], pole)

    return Event(name or f"{kind} node at {known_body(body).name}", height, directions[kind], stop)


def eclipse(
    body: Any, *, kind: str = "penumbra", stop: bool = False, name: str | None = None
) -> Event:
    """Entry into (falling) and exit from (rising) a body's conical "penumbra" or "umbra".

    The function is the angle [rad] between the limbs of the body and of the Sun as seen from the
    craft (Montenbruck & Gill 2000, section 3.4.2, doi:10.1007/978-3-642-58351-3).
    """
    if kind not in ("penumbra", "umbra"):
        raise InputError(f"an eclipse is by penumbra or umbra, not {kind!r}")
    dark = known_body(body)
    radius = dark.equatorial_radius
    sun_radius = known_body("sun").equatorial_radius

    def gap(trajectory: Trajectory, epochs: Epoch, ephemeris: Any) -> np.ndarray:
        to_body = -trajectory.at(epochs, wrt=dark.naif_id, ephemeris=ephemeris)[..., :3]
        to_sun = -trajectory.at(epochs, wrt=10, ephemeris=ephemeris)[..., :3]
        d = np.linalg.norm(to_body, axis=-1)
        s = np.linalg.norm(to_sun, axis=-1)
        across = np.linalg.norm(np.cross(to_body, to_sun), axis=-1)
        apart = np.arctan2(across, np.einsum("...i,...i", to_body, to_sun))
        b = np.arcsin(np.minimum(radius / d, 1.0))
        a = np.arcsin(np.minimum(sun_radius / s, 1.0))
        limb = apart - (a + b) if kind == "penumbra" else apart - (b - a)
        return np.where(d > s, np.maximum(limb, 1e-9), limb)

    return Event(name or f"{kind} of {dark.name}", gap, 0, stop)


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
    samples : places on every step at which the sign is looked at

    Returns
    -------
    list of `Occurrence`; epochs to within about a microsecond.
    """
    events = (events,) if isinstance(events, Event) else tuple(events)
    found = [hit for event in events for hit in _passages(trajectory, event, ephemeris, samples)]
    return sorted(found, key=lambda hit: float(hit.epoch - trajectory.start))


def _grid(trajectory: Trajectory, samples: int) -> np.ndarray:
    """Seconds past the start: every node and ``samples`` - 1 places between."""
    nodes = np.unique(np.asarray(trajectory.node_epochs - trajectory.start))
    within = np.arange(samples) / samples
    between = nodes[:-1, None] + np.diff(nodes)[:, None] * within
    return np.append(between.ravel(), trajectory.duration)


def _passages(
    trajectory: Trajectory, event: Event, ephemeris: Any, samples: int
) -> list[Occurrence]:
    grid = _grid(trajectory, samples)
    start, stop = trajectory.start, trajectory.stop

    def epochs(t: Any) -> Epoch:
        t = np.asarray(t, dtype=float)
        if t.shape == () and t >= grid[-1]:
            return stop
        return start + t

    inner = epochs(grid[:-1])
    values = np.append(
        event.values(trajectory, inner, ephemeris),
        event.values(trajectory, stop.reshape(1), ephemeris),
    )
    signs = np.sign(values)
    for i in range(1, signs.size):
        if signs[i] == 0.0:
            signs[i] = signs[i - 1]
    hits = []
    for i in np.flatnonzero(signs[1:] * signs[:-1] < 0.0).tolist():
        rising = bool(values[i + 1] > values[i])
        if event.direction and rising != (event.direction > 0):
            continue

        def value(t: float) -> float:
            return float(event.values(trajectory, epochs(t), ephemeris))

        t = brentq(value, grid[i], grid[i + 1], xtol=1e-7, rtol=1e-15)
        when = epochs(t)
        state = trajectory.at(when)
        hits.append(Occurrence(event.name, when, rising, state, int(trajectory.centre_at(when))))
    return hits


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
