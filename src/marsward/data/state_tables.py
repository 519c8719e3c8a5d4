"""SPK segments that hold states at epochs: what their words mean and how they are interpolated.

Types 8 and 12 (even steps), 9 and 13 (uneven steps), 18 (the form of ESA's missions, subtypes 0
and 1); NAIF, "SPK Required Reading". Types 8, 9 and 18.1 are Lagrange polynomials through
positions and, apart from them, velocities; 12 and 13 are Hermite polynomials of the position whose
derivative is the velocity; 18.0 holds for position and velocity a Hermite polynomial each.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from marsward.core.errors import DataError
from marsward.data.arc_table import hermite

if TYPE_CHECKING:
    from marsward.data.daf import Segment

__all__ = ["TABLE_KINDS", "Layout", "interpolated", "knots", "layout"]

TABLE_KINDS = (8, 9, 12, 13, 18)
_EVEN = (8, 12)
_LAGRANGE = (8, 9)
_TYPE_18 = 18
_DOUBLE, _SINGLE = 12, 6  # words of a packet of type 18, subtypes 0 and 1
_BATCH = 100_000


class Layout(NamedTuple):
    """Words per state, how many states, states per polynomial; first epoch and step if even."""

    size: int
    states: int
    window: int
    init: float = 0.0
    step: float = 0.0


def layout(kind: int, body: np.ndarray, target: int, path: Path) -> Layout:
    """The layout that the last words of a segment tell; DataError when they make no sense."""
    size, init, step = _SINGLE, 0.0, 0.0
    window, count = float(body[-2]), float(body[-1])
    if kind == _TYPE_18:
        subtype = float(body[-3])
        if subtype not in (0.0, 1.0):
            raise DataError(
                f"the segment of body {target} in {path} is of type 18, subtype {subtype:g}; "
                "marsward reads subtypes 0 and 1"
            )
        size = _SINGLE if subtype else _DOUBLE
    else:
        window += 1.0
    extra = 2 if kind in _EVEN else count
    whole = count == int(count) and window == int(window) and count > 0 and window >= 1
    if not whole or body.size < size * count + extra + 2:
        raise DataError(
            f"the segment of body {target} in {path} is damaged: its end says {count:g} states "
            f"in {body.size} words; fetch the file again"
        )
    if kind in _EVEN:
        init, step = float(body[-4]), float(body[-3])
        if not step > 0.0:
            raise DataError(
                f"the segment of body {target} in {path} is damaged: its step is {step:g} s; "
                "fetch the file again"
            )
    return Layout(size, int(count), int(window), init, step)


def knots(segment: Segment) -> np.ndarray:
    """Epochs (n,) of the states of a segment, TDB seconds past J2000."""
    if segment.kind in _EVEN:
        return segment.init + segment.length * np.arange(segment.count)
    first = segment.first + segment.size * segment.count
    return segment.words[first : first + segment.count]


def interpolated(segment: Segment, whole: np.ndarray, frac: np.ndarray) -> np.ndarray:
    """States (k, 6) [km, km/s] at epochs whole + frac (k,) [TDB s past J2000]."""
    table = segment.words[segment.first : segment.first + segment.size * segment.count]
    table = table.reshape(segment.count, segment.size)
    et = knots(segment)
    base = np.floor(et[0])
    times, wanted = et - base, (whole - base) + frac
    out = np.empty((wanted.size, 6))
    for chosen, rows in _windows(segment, times, wanted):
        for i in range(0, chosen.size, _BATCH):
            some = chosen[i : i + _BATCH]
            out[some] = _curve(segment, times[rows], table[rows], wanted[some])
    return out


def _windows(segment: Segment, t: np.ndarray, wanted: np.ndarray):
    """Epochs by number, and the rows of the table that they are interpolated from.

    Near its ends a table of type 18, whose windows are even, uses fewer states, as many as there
    are on that side; the other types move the window inward.
    """
    everything = slice(0, t.size)
    if segment.kind != _TYPE_18:
        yield np.arange(wanted.size), everything
        return
    half = segment.ncoef // 2
    left = np.clip(np.searchsorted(t, wanted, side="right") - 1, 0, t.size - 1)
    left = np.minimum(left, max(t.size - 2, 0))
    before, after = half - 1, half
    inside = (left >= before) & (left + after < t.size)
    yield np.flatnonzero(inside), everything
    for row in np.unique(left[~inside]).tolist():
        rows = slice(max(row - before, 0), min(row + after + 1, t.size))
        yield np.flatnonzero(~inside & (left == row)), rows


def _curve(segment: Segment, t: np.ndarray, table: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    window = segment.ncoef
    if segment.size == _DOUBLE:
        halves = (hermite(t, table[:, i : i + 6], wanted, window)[:, :3] for i in (0, 6))
        return np.concatenate(list(halves), axis=1)
    if segment.kind in _LAGRANGE or segment.kind == _TYPE_18:
        return _lagrange(t, table, wanted, window)
    return hermite(t, table, wanted, window)


def _lagrange(t: np.ndarray, values: np.ndarray, wanted: np.ndarray, window: int) -> np.ndarray:
    """(k, n) of polynomials through the ``window`` nearest rows of ``values``, by Neville."""
    window = min(window, t.size)
    left = np.clip(np.searchsorted(t, wanted, side="right") - 1, 0, t.size - 1)
    if window % 2:
        right = np.minimum(left + 1, t.size - 1)
        nearest = np.where(wanted - t[left] <= t[right] - wanted, left, right)
        begin = nearest - window // 2
    else:
        begin = left - (window // 2 - 1)
    rows = np.clip(begin, 0, t.size - window)[:, None] + np.arange(window)
    z, y = t[rows], values[rows]
    for order in range(1, window):
        a, b = z[:, : window - order], z[:, order:]
        near = ((wanted[:, None] - a) / (b - a))[..., None]
        y = y[:, :-1] + near * (y[:, 1:] - y[:, :-1])
    return y[:, 0]
