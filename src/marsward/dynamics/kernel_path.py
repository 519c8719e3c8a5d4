"""A trajectory from an SPK kernel, in the place of one that was flown here.

Every stretch of the kernel between its own breaks is refitted by polynomials of degree 7 in the
form of `Trajectory`, through Chebyshev-Lobatto points and exact at the ends of each step. Steps end
where the kernel's own polynomials end, and are halved until the fit holds between the points.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from marsward.core.bodies import body as known_body
from marsward.core.errors import DataError, InputError
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory, assemble
from marsward.data.daf import CHEBYSHEV_KINDS, Segment
from marsward.data.state_tables import knots
from marsward.dynamics.ephemeris import Ephemeris, calendar, default_ephemeris
from marsward.dynamics.ephemeris_chain import Chain, evaluate

__all__ = ["trajectory_from_kernel"]

_POSITION, _VELOCITY = 2e-4, 2e-7  # m, m/s
_SHORTEST = 2.0**-7  # s; shorter steps would only follow the jumps between a kernel's polynomials
_ROUNDS = 60
_LOBATTO = 0.5 - 0.5 * np.cos(np.pi * np.arange(8) / 7)
_THIRDS = np.diff(_LOBATTO)[:, None] * np.array([1.0, 2.0]) / 3.0
_BETWEEN = (_LOBATTO[:-1, None] + _THIRDS).ravel()
_TOGETHER = 4  # the first try joins 2^4 of the kernel's own polynomials
_BATCH = 20_000
_MOST_STEPS = 3_000_000


def _basis(x: np.ndarray) -> np.ndarray:
    """(k, 7) what each increment of the dense output adds at places x of a step."""
    y = 1.0 - x
    return np.stack(
        [x, x * y, x**2 * y, x**2 * y**2, x**3 * y**2, x**3 * y**3, x**4 * y**3], axis=-1
    )


_FIT = np.linalg.inv(_basis(_LOBATTO[1:]))
_CHECK = _basis(_BETWEEN)


def trajectory_from_kernel(
    path: str | Path,
    target: int,
    centre: Any,
    start: Epoch | None = None,
    stop: Epoch | None = None,
    *,
    ephemeris: Ephemeris | None = None,
) -> Trajectory:
    """The path of a body in an SPK kernel as a `Trajectory`.

    Parameters
    ----------
    path : the kernel
    target : NAIF id of the craft, negative by custom
    centre : body name or NAIF id that the trajectory shall be relative to
    start, stop : first and last epoch; what the kernel covers when left out
    ephemeris : of the other bodies, DE440 when left out; it joins the craft to ``centre`` where
        the kernel does not, and the trajectory remembers it

    Returns
    -------
    Trajectory within 1 mm and 1e-6 m/s of what SPICE reads, with a new arc at each segment.

    Raises
    ------
    DataError : a kernel that is missing, damaged or silent about the body, the centre or a time
    InputError : a stop that is not after the start
    """
    base = default_ephemeris() if ephemeris is None else ephemeris
    both = base.with_kernels(path)
    middle = known_body(centre).naif_id
    begin, end = _ends(both, path, int(target), middle, start, stop)
    pieces = both.pieces(int(target), middle, float(begin.et), float(end.et))
    arcs = [
        _arc(chain, begin if i == 0 else lo, end if i == len(pieces) - 1 else hi, middle, i)
        for i, (chain, lo, hi) in enumerate(pieces)
    ]
    return replace(assemble(arcs), ephemeris=both)


def _ends(
    both: Ephemeris, path: Any, target: int, centre: int, start: Epoch | None, stop: Epoch | None
) -> tuple[Epoch, Epoch]:
    """First and last epoch, inside one stretch that the kernel covers."""
    own = [s for s in both.kernels[-1].segments if s.target == target]
    if not own:
        bodies = ", ".join(str(n) for n in sorted({s.target for s in both.kernels[-1].segments}))
        raise DataError(
            f"{path} holds nothing of body {target}, only of {bodies}; name one of them"
        )
    spans = [
        (a, b)
        for a, b in both.coverage(target, centre)
        if any(s.start < b and a < s.stop for s in own)
    ]
    if not spans:
        raise DataError(
            f"{path} gives body {target} relative to {own[0].centre}, which no kernel joins to "
            f"body {centre}; name another centre"
        )
    begin = _epoch(spans[0][0]) if start is None else start
    end = _epoch(spans[-1][1]) if stop is None else stop
    lo, hi = float(begin.et), float(end.et)
    if not lo < hi:
        raise InputError(
            f"the path is asked from {calendar(lo)} to {calendar(hi)}; give a stop that is later"
        )
    if not any(a <= lo and hi <= b for a, b in spans):
        said = " and from ".join(f"{calendar(a)} to {calendar(b)}" for a, b in spans)
        raise DataError(
            f"{path} gives body {target} from {said}, not all of {calendar(lo)} to "
            f"{calendar(hi)}; choose a start and a stop inside one stretch"
        )
    return begin, end


def _epoch(et: float) -> Epoch:
    whole = np.floor(et)
    return Epoch(whole, et - whole)


def _arc(chain: Chain, lo: Epoch | float, hi: Epoch | float, centre: int, place: int) -> Trajectory:
    """One arc, fitted to what a chain of segments gives between two epochs."""
    lo, hi = (x if isinstance(x, Epoch) else _epoch(x) for x in (lo, hi))
    reference = float(np.floor(lo.whole))
    begin, end = float(lo.frac), float((hi.whole - reference) + hi.frac)

    def states(t: np.ndarray) -> np.ndarray:
        flat = np.ravel(t)
        step = np.floor(flat)
        out = np.empty((flat.size, 6))
        evaluate(chain, reference + step, flat - step, out)
        return out.reshape(*np.shape(t), 6)

    times = _steps(_knots(chain, reference, begin, end), states)
    nodes = states(times)
    increments = np.zeros((times.size, 7, 6))
    increments[:-1] = _increments(times[:-1], times[1:], states)
    return Trajectory(
        np.array([reference]), np.array([centre]), np.array([1]), np.array([0, times.size]),
        times, nodes, increments, np.full((1, 2), np.nan), ("join" if place else "start",),
    )  # fmt: skip


def _knots(chain: Chain, reference: float, begin: float, end: float) -> np.ndarray:
    """Times at which the chain's own polynomials end, with both ends of the arc."""
    found = [np.array([begin, end])]
    for segment in chain.segments:
        et = _breaks(segment) - reference
        found.append(et[(et > begin) & (et < end)])
    return np.unique(np.concatenate(found))


def _breaks(segment: Segment) -> np.ndarray:
    if segment.kind in CHEBYSHEV_KINDS:
        return segment.init + segment.length * np.arange(segment.count + 1)
    et = knots(segment)
    return et if segment.ncoef % 2 == 0 else 0.5 * (et[1:] + et[:-1])


def _steps(breaks: np.ndarray, states: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Ends of steps on which polynomials of degree 7 hold; runs of ``breaks`` while they can."""
    times = breaks[:: 2**_TOGETHER]
    if times[-1] != breaks[-1]:
        times = np.append(times, breaks[-1])
    open_ = np.ones(times.size - 1, dtype=bool)
    for _ in range(_ROUNDS):
        at = np.flatnonzero(open_)
        bad = at[_misses(times[at], times[at + 1], states)]
        if not bad.size:
            return times
        if times.size + bad.size > _MOST_STEPS:
            break
        lo, hi = np.searchsorted(breaks, times[bad]), np.searchsorted(breaks, times[bad + 1])
        lo = np.where(breaks[np.minimum(lo, breaks.size - 1)] == times[bad], lo, hi)
        inner = breaks[np.minimum((lo + hi) // 2, breaks.size - 1)]
        halved = 0.5 * (times[bad] + times[bad + 1])
        inside = (inner > times[bad]) & (inner < times[bad + 1])
        more = np.where(inside, inner, halved)
        times = np.insert(times, bad + 1, more)
        open_ = np.zeros(times.size - 1, dtype=bool)
        fresh = bad + np.arange(bad.size)
        open_[fresh] = open_[fresh + 1] = True
    raise DataError(
        f"the kernel's path is too rough for {_MOST_STEPS} steps of degree 7; ask for a shorter "
        "stretch of it"
    )


def _misses(
    lo: np.ndarray, hi: np.ndarray, states: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """(k,) whether the polynomial of each step misses by more than the tolerance between points."""
    out = np.empty(lo.size, dtype=bool)
    for i in range(0, lo.size, _BATCH):
        a, b = lo[i : i + _BATCH], hi[i : i + _BATCH]
        fitted = _CHECK @ _increments(a, b, states)
        wanted = states(a[:, None] + (b - a)[:, None] * _BETWEEN) - states(a)[:, None]
        off = np.abs(fitted - wanted).max(axis=1)
        rough = (off[:, :3].max(axis=1) > _POSITION) | (off[:, 3:].max(axis=1) > _VELOCITY)
        out[i : i + _BATCH] = rough & (b - a > _SHORTEST)
    return out


def _increments(
    lo: np.ndarray, hi: np.ndarray, states: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """(k, 7, 6) increments of the steps through their Lobatto points."""
    inner = states(lo[:, None] + (hi - lo)[:, None] * _LOBATTO[1:-1])
    all_ = np.concatenate([inner, states(hi)[:, None]], axis=1)
    return _FIT @ (all_ - states(lo)[:, None])
