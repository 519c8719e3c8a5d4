"""Where the craft is through the mission: distances, angles, shadow, occultation, day by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.mission.phases.budgets_turns import mean_turns

Array = NDArray[np.float64]
NEAR = 1e8
"""Distance from Mars [m] within which a craft counts as being there."""


@dataclass(frozen=True, eq=False)
class Timeline:
    """The mission at even steps, arrays (n,).

    times : epochs in the middle of the steps; step : [s]
    in_orbit : whether the craft is at Mars; flown : whether a path was flown then, or Mars's
        place stands for the craft's
    sun_distance, earth_distance : [m]; sun_earth_probe, declination : seen from Earth [deg]
    shadow : share of the step; longest : shadow of the step [s]; hidden : share of the step in
        which Mars hides the Earth
    carried : whether a mean orbit tells of shadow and occultation where no events are known
    """

    times: Epoch
    step: float
    in_orbit: NDArray[np.bool_]
    flown: NDArray[np.bool_]
    sun_distance: Array
    earth_distance: Array
    sun_earth_probe: Array
    declination: Array
    shadow: Array
    longest: Array
    hidden: Array
    carried: bool = False


def paths_of(products: Mapping[str, xr.Dataset]) -> dict[str, Trajectory]:
    """Those of the products that are paths, by name, in the order of their starts."""
    source = default_ephemeris()
    found = {
        name: Trajectory.from_dataset(each, ephemeris=source)
        for name, each in products.items()
        if each.attrs.get("kind") == "trajectory"
    }
    return dict(sorted(found.items(), key=lambda item: float(item[1].start.et)))


def timeline(
    paths: Mapping[str, Trajectory],
    events: xr.Dataset | None,
    *,
    step: float,
    until: Epoch | None,
) -> Timeline:
    """The mission from the first path's start on.

    Parameters
    ----------
    paths : of the craft; where two overlap the later one counts
    events : of the orbit, for shadow and occultation; none of either if None
    step : [s]; until : end, with the craft at Mars after its last path; that path's end if None

    Raises
    ------
    InputError : there is no path, or `until` lies before its start.
    """
    if not paths:
        raise InputError(
            "the budgets need a path: name a product that is one in `uses`, such as trajectory or "
            "orbit"
        )
    start = next(iter(paths.values())).start
    stop = max((each.stop for each in paths.values()), key=lambda end: float(end.et))
    end = stop if until is None else until
    length = float(end - start)
    if not length > 0.0:
        raise InputError(
            f"the budgets end ({end.utc}) before the first path starts ({start.utc}); give a later "
            "`until`"
        )
    count = max(1, int(np.ceil(length / step - 1e-9)))
    offset = (np.arange(count) + 0.5) * min(step, length / count if count == 1 else step)
    offset = offset[offset < length] if count > 1 else offset
    position, flown, known = _places(paths, start + offset)
    offset, position, flown = offset[known], position[known], flown[known]
    line = _seen(start + offset, position, flown, events, step)
    return _carried_on(line, paths, line.in_orbit & (~flown if events is not None else True))


def at_mars(paths: Mapping[str, Trajectory]) -> Trajectory | None:
    """The last path that starts at Mars: the orbit."""
    source = default_ephemeris()
    found = [
        each for each in paths.values()
        if np.linalg.norm(each.at(each.start, wrt="mars", ephemeris=source)[:3]) < NEAR
    ]  # fmt: skip
    return found[-1] if found else None


def _carried_on(
    line: Timeline, paths: Mapping[str, Trajectory], unknown: NDArray[np.bool_]
) -> Timeline:
    """Shadow and occultation by the mean orbit on the steps where no events tell of them.

    An orbit that has no mean one, such as a very eccentric one, keeps what the events say.
    """
    orbit = at_mars(paths)
    if orbit is None:
        return line
    unknown = unknown & (np.asarray(line.times - orbit.start, dtype=np.float64) >= 0.0)
    if not unknown.any():
        return line
    try:
        turns = mean_turns(orbit, line.times[unknown])
    except PhysicsError:
        return line
    shadow, longest, hidden = line.shadow.copy(), line.longest.copy(), line.hidden.copy()
    shadow[unknown], longest[unknown], hidden[unknown] = turns.shadow, turns.longest, turns.hidden
    return replace(line, shadow=shadow, longest=longest, hidden=hidden, carried=True)


def _places(
    paths: Mapping[str, Trajectory], times: Epoch
) -> tuple[Array, NDArray[np.bool_], NDArray[np.bool_]]:
    """Positions from the Sun (n, 3) [m], whether flown, and whether known at all."""
    source = default_ephemeris()
    mars = source.position("mars", wrt="sun", at=times)
    place, flown = mars.copy(), np.zeros(times.size, dtype=bool)
    arrived = np.zeros(times.size, dtype=bool)
    for path in paths.values():
        after = np.asarray(times - path.start, dtype=np.float64)
        before = np.asarray(path.stop - times, dtype=np.float64)
        inside = (after >= 0.0) & (before >= 0.0)
        if inside.any():
            place[inside] = path.at(times[inside], wrt="sun", ephemeris=source)[:, :3]
        flown |= inside
        last = path.at(path.stop, wrt="mars", ephemeris=source)[:3]
        if np.linalg.norm(last) < NEAR:
            arrived |= before < 0.0
    return place, flown, flown | arrived


def _seen(
    times: Epoch, place: Array, flown: NDArray[np.bool_], events: xr.Dataset | None, step: float
) -> Timeline:
    source = default_ephemeris()
    earth = source.position("earth", wrt="sun", at=times)
    mars = source.position("mars", wrt="sun", at=times)
    sight, far = place - earth, np.linalg.norm(place - earth, axis=1)
    cosine = -np.einsum("ij,ij->i", earth, sight) / (np.linalg.norm(earth, axis=1) * far)
    in_orbit = ~flown | (np.linalg.norm(place - mars, axis=1) < NEAR)
    shadow, longest = _stretches(events, "umbra", times, in_orbit, step)
    hidden, _ = _stretches(events, "occultation", times, in_orbit, step)
    return Timeline(
        times, step, in_orbit, flown, np.linalg.norm(place, axis=1), far,
        np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))),
        np.degrees(np.arcsin(sight[:, 2] / far)), shadow, longest, hidden,
    )  # fmt: skip


def _stretches(
    events: xr.Dataset | None, kind: str, times: Epoch, in_orbit: NDArray[np.bool_], step: float
) -> tuple[Array, Array]:
    """Share of each step within events of a kind, and the longest that touches it [s].

    Outside the time that the events cover, the mean share and the longest of all stand, in orbit.
    """
    none = np.zeros(times.size)
    if events is None or events.sizes.get("event", 0) == 0:
        return none, none.copy()
    begin = np.asarray(events["et"].values, dtype=np.float64)
    length = np.nan_to_num(np.asarray(events["duration"].values, dtype=np.float64))
    first, last = float(begin.min()), float((begin + length).max())
    chosen = np.array([str(each) == kind for each in events["kind"].values])
    begin, length = begin[chosen], length[chosen]
    low = np.asarray(times.et, dtype=np.float64) - 0.5 * step
    overlap = np.minimum(low + step, last) - np.maximum(low, first)
    covered = overlap > 0.25 * step
    within = _before(low + step, begin, length) - _before(low, begin, length)
    share = np.where(covered, within / np.maximum(overlap, 1.0), 0.0)
    long = np.where(covered, _longest(low, step, begin, length), 0.0)
    beyond = in_orbit & ~covered
    share = np.where(beyond, float(length.sum()) / max(last - first, 1.0), share)
    long = np.where(beyond, float(length.max(initial=0.0)), long)
    return np.where(in_orbit, np.clip(share, 0.0, 0.95), 0.0), np.where(in_orbit, long, 0.0)


def _before(times: Array, begin: Array, length: Array) -> Array:
    """Time [s] spent in stretches, apart and ascending, before each of the times."""
    if not begin.size:
        return np.zeros(times.size)
    edges = np.stack([begin, begin + length], axis=1).ravel()
    spent = np.repeat(np.concatenate([[0.0], np.cumsum(length)]), 2)[1:-1]
    return np.asarray(np.interp(times, edges, spent))


def _longest(low: Array, step: float, begin: Array, length: Array) -> Array:
    """The longest stretch that touches each step, 0 for none [s]."""
    out = np.zeros(low.size)
    first = np.searchsorted(low + step, begin, side="right")
    last = np.searchsorted(low, begin + length, side="left")
    for a, b, size in zip(first, last, length, strict=True):
        out[a:b] = np.maximum(out[a:b], size)
    return out
