"""Arcs of an orbit low enough to take pictures from, and the time on them in good light.

Heights and light are sampled along the trajectory and every change of sign is narrowed by halving,
all crossings at once, on the trajectory's own dense output.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from marsward.core import frames
from marsward.core.bodies import Body
from marsward.core.errors import InputError, PhysicsError
from marsward.geometry.ellipsoid import nearest_point, normal

if TYPE_CHECKING:
    from marsward.core.time import Epoch

__all__ = ["Arcs", "Windows", "below", "imaging_arcs", "light_windows"]

Array = NDArray[np.float64]
_EVERY = 60.0  # s, between the places where the height is looked at
_HALVINGS = 34  # of 60 s: to 4 ns
_SAMPLES = 33  # along an arc, where the light is looked at
_CLEAR = 60e3  # m; so far above the limit the sphere of the equator tells enough
_CHUNK = 400_000


class Below(NamedTuple):
    """What lies under the craft: height (n,) [m], normal there (n, 3) body-fixed."""

    height: Array
    normal: Array
    turn: Array


@dataclass(frozen=True, eq=False)
class Arcs:
    """Stretches of a trajectory below a height, in order of time.

    start : epoch from which times count
    begin, end : (n,) [s past start]
    number : (n,) of the orbit, 1 for the first arc of the trajectory
    lowest : (n,) least height found on it [m]
    """

    start: Epoch
    begin: Array
    end: Array
    number: NDArray[np.int64]
    lowest: Array

    def __len__(self) -> int:
        return int(self.begin.size)


@dataclass(frozen=True, eq=False)
class Windows:
    """Stretches of arcs in good light: index of the arc, begin and end (k,) [s past start]."""

    arc: NDArray[np.int64]
    begin: Array
    end: Array

    def lit_time(self, arcs: int) -> Array:
        """Time in good light of each arc [s]."""
        return np.asarray(np.bincount(self.arc, self.end - self.begin, minlength=arcs), dtype=float)


def below(trajectory: Any, epoch: Epoch, target: Body, ephemeris: Any) -> Below:
    """Height above the ellipsoid, its normal and the rotation from J2000 at epochs (n,)."""
    turn = frames.rotation("J2000", f"IAU_{target.name.upper()}", epoch)
    state = trajectory.at(epoch, wrt=target.naif_id, ephemeris=ephemeris)
    place = np.einsum("...ij,...j->...i", turn, state[..., :3])
    point, height = nearest_point(place, target.radii)
    return Below(height, normal(point, target.radii), turn)


def imaging_arcs(
    trajectory: Any, *, altitude_limit: float, target: Body, ephemeris: Any = None
) -> Arcs:
    """Every stretch of a trajectory below a height above the ellipsoid.

    Heights are looked at once a minute and at the lowest places in between, so that an arc is
    missed only when it is shorter than some seconds. A stretch longer than a revolution is cut
    where the craft rises through the equator.

    Parameters
    ----------
    trajectory : with ``start``, ``duration`` [s] and ``.at(epoch, wrt=, ephemeris=)``
    altitude_limit : [m]
    target : what is below
    ephemeris : needed where the trajectory's centre is another body

    Raises
    ------
    InputError : a limit that is no height
    PhysicsError : the orbit never comes below it, or runs under the surface
    """
    if not (math.isfinite(altitude_limit) and altitude_limit > 0.0):
        raise InputError(f"altitude_limit is {altitude_limit} m; give a height above 0, as 800 km")
    start, length = trajectory.start, float(trajectory.duration)

    def height(t: Array) -> Array:
        return below(trajectory, start + t, target, ephemeris).height

    times = np.append(np.arange(0.0, length, _EVERY), math.nextafter(length, 0.0))
    heights = _coarse(trajectory, times, altitude_limit, target, ephemeris, height)
    times, heights = _with_dips(times, heights, altitude_limit, height)
    deepest = int(np.argmin(heights))
    if heights[deepest] < 0.0:
        raise PhysicsError(
            f"the orbit runs {-heights[deepest] / 1e3:.1f} km below the surface of {target.name} "
            f"at {(start + times[deepest]).utc} UTC; raise its periapsis"
        )
    low = heights < altitude_limit
    if not low.any():
        raise PhysicsError(
            f"no arc of the orbit lies below {altitude_limit / 1e3:g} km: it comes down to "
            f"{heights[deepest] / 1e3:.0f} km at {(start + times[deepest]).utc} UTC; raise "
            "altitude_limit or lower the orbit"
        )
    edges = _crossings(lambda t: height(t) - altitude_limit, times, heights - altitude_limit)
    edges = np.concatenate([[0.0] if low[0] else [], edges, [times[-1]] if low[-1] else []])
    begin, end = edges[0::2], edges[1::2]
    begin, end = _cut(trajectory, begin, end, target, ephemeris)
    place = np.searchsorted(times, begin)
    stop = np.maximum(np.searchsorted(times, end), place + 1)
    lowest = np.array([heights[a:b].min() for a, b in zip(place, stop, strict=True)])
    return Arcs(start, begin, end, np.arange(1, begin.size + 1), lowest)


def _coarse(
    trajectory: Any, times: Array, limit: float, target: Body, ephemeris: Any, height: Any
) -> Array:
    """Heights; far above the limit those above the sphere of the equator will do."""
    out = np.empty(times.size)
    for first in range(0, times.size, _CHUNK):
        some = times[first : first + _CHUNK]
        state = trajectory.at(trajectory.start + some, wrt=target.naif_id, ephemeris=ephemeris)
        rough = np.linalg.norm(state[:, :3], axis=-1) - max(target.radii)
        near = rough < limit + _CLEAR
        rough[near] = height(some[near])
        out[first : first + _CHUNK] = rough
    return out


def _with_dips(times: Array, heights: Array, limit: float, height: Any) -> tuple[Array, Array]:
    """The samples and, where one is lower than both its neighbours, the lowest point near it."""
    middle = heights[1:-1]
    dip = 1 + np.flatnonzero((middle <= heights[:-2]) & (middle < heights[2:]))
    fall, rise = heights[dip - 1] - heights[dip], heights[dip + 1] - heights[dip]
    depth = 0.125 * (fall - rise) ** 2 / np.maximum(fall + rise, 1e-9)
    dip = dip[heights[dip] - 2.0 * depth < limit + _CLEAR]
    fall, rise = heights[dip - 1] - heights[dip], heights[dip + 1] - heights[dip]
    spacing = np.minimum(times[dip] - times[dip - 1], times[dip + 1] - times[dip])
    extra = times[dip] + 0.5 * spacing * (fall - rise) / (fall + rise)
    extra = np.setdiff1d(extra, times)
    times, heights = np.append(times, extra), np.append(heights, height(extra))
    order = np.argsort(times, kind="stable")
    return times[order], heights[order]


def _crossings(function: Any, times: Array, values: Array) -> Array:
    """Zeros between samples of unlike sign, ascending."""
    above = values >= 0.0
    at = np.flatnonzero(above[1:] != above[:-1])
    return _halved(function, times[at], times[at + 1], above[at])


def _halved(function: Any, low: Array, high: Array, above: Any) -> Array:
    """Zeros in brackets [low, high] by halving; `above` says where the value at low is >= 0."""
    low, high = low.copy(), high.copy()
    if not low.size:
        return low
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        same = (function(middle) >= 0.0) == above
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return 0.5 * (low + high)


def _cut(
    trajectory: Any, begin: Array, end: Array, target: Body, ephemeris: Any
) -> tuple[Array, Array]:
    """Arcs longer than a revolution cut at their ascending nodes."""
    start = trajectory.start
    state = trajectory.at(start + 0.5 * (begin + end), wrt=target.naif_id, ephemeris=ephemeris)
    speed2 = np.sum(state[:, 3:] ** 2, axis=-1)
    energy = 0.5 * speed2 - target.gm / np.linalg.norm(state[:, :3], axis=-1)
    bound = np.maximum(-energy, 1e-3)
    period = 2.0 * math.pi * target.gm / (2.0 * bound) ** 1.5
    long = (energy < 0.0) & (end - begin > 0.999 * period)
    if not long.any():
        return begin, end
    pole = frames.rotation("J2000", f"IAU_{target.name.upper()}", start)[2]

    def rise(t: Array) -> Array:
        place = trajectory.at(start + t, wrt=target.naif_id, ephemeris=ephemeris)[..., :3]
        return place @ pole

    cuts = []
    for i in np.flatnonzero(long):
        t = np.linspace(begin[i], end[i], max(3, math.ceil((end[i] - begin[i]) / _EVERY)))
        z = rise(t)
        up = np.flatnonzero((z[:-1] < 0.0) & (z[1:] >= 0.0))
        cuts.append(_halved(rise, t[up], t[up + 1], np.zeros(up.size, bool)))
    nodes = np.concatenate(cuts)
    return np.sort(np.append(begin, nodes)), np.sort(np.append(end, nodes))


def light_windows(
    trajectory: Any, arcs: Arcs, *, incidence_limit: float, target: Body, ephemeris: Any
) -> Windows:
    """Parts of arcs on which the Sun under the craft stands within an incidence angle [deg].

    Raises
    ------
    PhysicsError : there is no light on any arc
    """
    least = math.cos(math.radians(incidence_limit))
    start = arcs.start
    lowest = [math.inf]

    def light(t: Array) -> Array:
        flat = start + np.ravel(t)
        under = below(trajectory, flat, target, ephemeris)
        sun = ephemeris.position("sun", wrt=target.naif_id, at=flat)
        sun = np.einsum("nij,nj->ni", under.turn, sun / np.linalg.norm(sun, axis=-1)[:, None])
        cosine = np.einsum("ni,ni->n", sun, under.normal)
        lowest[0] = min(lowest[0], math.degrees(math.acos(min(1.0, float(cosine.max())))))
        return np.reshape(cosine, np.shape(t)) - least

    share = np.linspace(0.0, 1.0, _SAMPLES)
    times = arcs.begin[:, None] + (arcs.end - arcs.begin)[:, None] * share
    lit = light(times)
    good = lit >= 0.0
    row, column = np.nonzero(good[:, 1:] != good[:, :-1])
    edge = _halved(light, times[row, column], times[row, column + 1], good[row, column])
    every = np.arange(len(arcs))
    rises = ~good[row, column]
    opens = np.concatenate([every[good[:, 0]], row[rises]])
    begin = np.concatenate([arcs.begin[good[:, 0]], edge[rises]])
    shuts = np.concatenate([row[~rises], every[good[:, -1]]])
    end = np.concatenate([edge[~rises], arcs.end[good[:, -1]]])
    first, last = np.lexsort((begin, opens)), np.lexsort((end, shuts))
    if not opens.size:
        raise PhysicsError(
            f"the light window is empty: on no arc does the Sun stand within {incidence_limit:g} "
            f"deg of the zenith, at best {lowest[0]:.1f} deg; raise incidence_limit or choose "
            "another season"
        )
    return Windows(opens[first], begin[first], end[last])
