"""Which orbits of a campaign are taken and when their frames are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from marsward.core.bodies import Body
from marsward.core.errors import InputError, PhysicsError
from marsward.geometry.campaign_arcs import Arcs, Windows, below
from marsward.geometry.ellipsoid import angles
from marsward.geometry.field_of_view import FieldOfView

if TYPE_CHECKING:
    from marsward.core.time import Epoch

__all__ = ["Asked", "Sight", "moments", "orbits_taken"]

Array = NDArray[np.float64]
_GRID = 65  # places along a window at which the wish for frames is summed up
_SIMILAR = 10.0  # deg of latitude, within which two orbits' tracks compete for longitudes


class Asked(NamedTuple):
    """What the caller wants of each arc."""

    altitude: float
    incidence: float
    rule: str
    amount: float
    shortest: float


@dataclass(frozen=True)
class Sight:
    """Who looks at what, with what."""

    trajectory: Any
    view: FieldOfView
    planet: Body
    ephemeris: Any


def orbits_taken(
    sight: Sight, arcs: Arcs, windows: Windows, asked: Asked, orbits: Any, choice: str
) -> NDArray[np.int64]:
    """Indices of the arcs that are taken, ascending."""
    if choice not in ("even", "gaps"):
        raise InputError(f'choice is {choice!r}; write "even" or "gaps"')
    lit = windows.lit_time(len(arcs))
    need = asked.shortest * (asked.amount if asked.rule == "frames_per_arc" else 1.0)
    able = np.flatnonzero(lit >= need)
    if orbits is None:
        count = able.size
    elif np.ndim(orbits) == 0:
        count = int(orbits)
    else:
        number = np.unique(np.asarray(orbits, dtype=np.int64))
        strange = np.setdiff1d(number, arcs.number)
        if strange.size:
            raise InputError(
                f"orbit {strange[0]} is not among the {len(arcs)} that come below "
                f"{asked.altitude / 1e3:g} km; give numbers from 1 to {len(arcs)}"
            )
        return np.flatnonzero(np.isin(arcs.number, number) & (lit > 0.0))
    if count < 1 or count > able.size or able.size == 0:
        raise PhysicsError(
            f"{count} orbits are asked for and {able.size} of {len(arcs)} have {need:g} s in "
            f"light within {asked.incidence:g} deg below {asked.altitude / 1e3:g} km; ask for "
            "fewer orbits or frames, or raise a limit"
        )
    if choice == "even" or count == able.size:
        return able[np.round(np.linspace(0, able.size - 1, count)).astype(np.int64)]
    return _filling(sight, arcs, able, count)


def _filling(sight: Sight, arcs: Arcs, able: Any, count: int) -> NDArray[np.int64]:
    """Of each of `count` runs of orbits the one whose track is farthest from those before."""
    middle = arcs.start + 0.5 * (arcs.begin + arcs.end)[able]
    lon, lat = angles(below(sight.trajectory, middle, sight.planet, sight.ephemeris).normal)
    taken: list[int] = []
    for run in np.array_split(np.arange(able.size), count):
        best, widest = int(run[0]), -1.0
        for i in run:
            near = [j for j in taken if abs(lat[j] - lat[i]) < _SIMILAR]
            gap = min((abs((lon[j] - lon[i] + 180.0) % 360.0 - 180.0) for j in near), default=360.0)
            if gap > widest:
                best, widest = int(i), gap
        taken.append(best)
    return able[taken]


def moments(
    sight: Sight, arcs: Arcs, windows: Windows, chosen: Any, asked: Asked
) -> tuple[Array, NDArray[np.int64]]:
    """Times of frames [s past arcs.start] and the arc of each, ascending."""
    mine = np.flatnonzero(np.isin(windows.arc, chosen))
    share = np.linspace(0.0, 1.0, _GRID)
    grid = windows.begin[mine, None] + (windows.end - windows.begin)[mine, None] * share
    wish = _wish(sight, arcs.start, grid, asked)
    sums = np.concatenate(
        [np.zeros((mine.size, 1)),
         np.cumsum(0.5 * (wish[:, 1:] + wish[:, :-1]) * np.diff(grid, axis=1), axis=1)], axis=1,
    )  # fmt: skip
    owner = windows.arc[mine]
    times, arc = [], []
    for number in chosen:
        rows = np.flatnonzero(owner == number)
        ends = np.cumsum(sums[rows, -1])
        total = float(ends[-1])
        level = sums[rows] + (ends - sums[rows, -1])[:, None]
        if asked.rule == "frames_per_arc":
            count = int(asked.amount)
            marks = (np.arange(count) + 0.5) * (total / count)
        else:
            count = max(1, math.floor(total + 1e-9))
            marks = 0.5 * (total - count) + np.arange(count) + 0.5
        times.append(np.interp(marks, level.ravel(), grid[rows].ravel()))
        arc.append(np.full(count, number))
    return np.concatenate(times), np.concatenate(arc)


def _wish(sight: Sight, start: Epoch, grid: Array, asked: Asked) -> Array:
    """Frames per second wanted at times (k, g), up to a factor where their number is given."""
    if asked.rule == "frames_per_arc":
        return np.ones_like(grid)
    if asked.rule == "interval":
        return np.full_like(grid, 1.0 / max(asked.amount, asked.shortest))
    under = below(sight.trajectory, start + grid.ravel(), sight.planet, sight.ephemeris)
    track = under.normal.reshape(*grid.shape, 3)
    height = under.height.reshape(grid.shape)
    step = np.gradient(track, axis=1) / np.gradient(grid, axis=1)[..., None]
    pace = np.linalg.norm(step, axis=-1)
    half = sight.view.half_angles[1]
    reach = np.minimum((1.0 + height / sight.planet.radius) * math.sin(half), 1.0)
    length = 2.0 * (np.arcsin(reach) - half)
    return np.minimum(pace / (length * (1.0 - asked.amount)), 1.0 / asked.shortest)
