"""A stretch of flight as a table of states that others can interpolate.

The exchange formats (SPK type 13, OEM) hold states at nodes and say how to interpolate them:
Hermite polynomials of degree 7 through four nodes, position and velocity. `tabulate` places the
nodes so that this interpolation repeats the trajectory to a tolerance; a table never spans a
manoeuvre. Interpolation: divided differences with doubled nodes, Berrut & Trefethen 2004 give the
background, doi:10.1137/S0036144502417715.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory

__all__ = ["DEGREE", "ArcTable", "hermite", "tables_of", "tabulate"]

DEGREE = 7
_WINDOW = (DEGREE + 1) // 2
_QUANTUM = 2.0**-10  # s; nodes fall on multiples of it, exact in one double for centuries
_ROUNDS = 40
_MOST_NODES = 2_000_000


@dataclass(frozen=True, eq=False)
class ArcTable:
    """States (n, 6) [m, m/s] in J2000 relative to the body ``centre`` (NAIF id) at ``epoch``."""

    centre: int
    epoch: Epoch
    states: np.ndarray

    def at(self, epoch: Epoch) -> np.ndarray:
        """Interpolated states (..., 6); outside the table an InputError.

        The interpolation is that which a reader of the exchange file would do.
        """
        whole = float(np.floor(self.epoch.whole[0]))
        t, wanted = _seconds(self.epoch, whole), _seconds(epoch, whole)
        if np.any(wanted < t[0]) or np.any(wanted > t[-1]):
            raise InputError(
                f"the table of states covers {self.epoch[0].utc} to {self.epoch[-1].utc} UTC; "
                "choose epochs inside"
            )
        flat = hermite(t, self.states, np.ravel(wanted))
        return flat.reshape(*np.shape(wanted), 6)


def tabulate(
    trajectory: Trajectory, *, every: float | None = None, tolerance: float = 3e-4
) -> list[ArcTable]:
    """Tables of a trajectory, one for each arc between its breaks.

    Parameters
    ----------
    trajectory
        What to tabulate.
    every
        Fixed node spacing [s]; by default the spacing adapts to ``tolerance``.
    tolerance
        Largest interpolation error in position [m]; the velocity then holds to tolerance / 1 s
        or better.

    Raises
    ------
    InputError
        For a spacing or tolerance that is not positive.
    PhysicsError
        When an arc would need more than two million nodes.
    """
    for name, value in (("every", every), ("tolerance", tolerance)):
        if value is not None and not (np.isfinite(value) and value > 0.0):
            raise InputError(f"{name} must be a positive number, not {value!r}")
    return [
        _table(centre, start, stop, state_at, every, tolerance)
        for centre, start, stop, state_at in _arcs(trajectory)
        if stop - start > 0.0
    ]


def tables_of(
    flight: Trajectory | Iterable[ArcTable], *, every: float | None, tolerance: float
) -> list[ArcTable]:
    """Tables as they are, or those of a trajectory; what the writers begin with."""
    if isinstance(flight, Trajectory):
        return tabulate(flight, every=every, tolerance=tolerance)
    return list(flight)


def hermite(
    t: np.ndarray, states: np.ndarray, wanted: np.ndarray, window: int = _WINDOW
) -> np.ndarray:
    """Hermite interpolation through the ``window`` nearest nodes, or all if there are fewer.

    Parameters
    ----------
    t
        (n,) node times [s], ascending.
    states
        (n, 6) [m, m/s].
    wanted
        (k,) times inside the table [s].
    window
        Nodes that a polynomial runs through; its degree is 2 window - 1.

    Returns
    -------
    ndarray
        (k, 6): position and its derivative.
    """
    window = min(window, t.size)
    left = np.clip(np.searchsorted(t, wanted, side="right") - 1, 0, t.size - 1)
    if window % 2:
        right = np.minimum(left + 1, t.size - 1)
        nearest = np.where(wanted - t[left] <= t[right] - wanted, left, right)
        begin = nearest - window // 2
    else:
        begin = left - (window // 2 - 1)
    first = np.clip(begin, 0, t.size - window)
    nodes = first[:, None] + np.arange(window)
    z = np.repeat(t[nodes], 2, axis=1)
    column = np.repeat(states[nodes, :3], 2, axis=1)
    slopes = states[nodes, 3:]
    m = 2 * window
    coefficient = [column[:, 0]]
    for order in range(1, m):
        dz = z[:, order:] - z[:, : m - order]
        same = dz == 0.0
        step = (column[:, 1:] - column[:, :-1]) / np.where(same, 1.0, dz)[..., None]
        if order == 1:
            step[:, ::2] = slopes
        column = step
        coefficient.append(column[:, 0])
    position, velocity = coefficient[-1], np.zeros_like(coefficient[-1])
    for order in range(m - 2, -1, -1):
        d = (wanted - z[:, order])[:, None]
        velocity = velocity * d + position
        position = position * d + coefficient[order]
    return np.concatenate([position, velocity], axis=1)


def _table(centre, start, stop, state_at, every, tolerance) -> ArcTable:
    whole = float(np.floor(start.whole))
    lo, hi = _seconds(start, whole), _seconds(stop, whole)
    lo, hi = _inward(whole, lo, +1), _inward(whole, hi, -1)
    if every is not None:
        inner = lo + every * np.arange(1, int(np.ceil((hi - lo) / every)))
        t = np.concatenate([[lo], inner[inner < hi], [hi]])
    else:
        t = _nodes(lo, hi, lambda s: state_at(_epochs(whole, s)), tolerance)
    if t.size > _MOST_NODES:
        raise PhysicsError(f"{t.size} nodes are needed; choose a larger spacing or tolerance")
    epoch = _epochs(whole, t)
    return ArcTable(centre, epoch, state_at(epoch))


def _inward(whole: float, s: float, side: int) -> float:
    """``s`` moved inward until whole + s is one double exactly (less than 1e-6 s)."""
    et = whole + s
    if (et - whole - s) * side < 0.0:
        et = float(np.nextafter(et, side * np.inf))
    return et - whole


def _nodes(lo: float, hi: float, state_at: Callable[..., Any], tolerance: float) -> np.ndarray:
    """Bisect intervals until the interpolant holds at four points inside each.

    A new node changes the interpolant in the intervals beside it only, as far as the window
    reaches; only those are checked again.
    """
    t = np.unique(np.concatenate([[lo], _quantised(np.linspace(lo, hi, 9)[1:-1]), [hi]]))
    t = t[(t >= lo) & (t <= hi)]
    states = state_at(t)
    open_ = np.ones(t.size - 1, dtype=bool)
    for _ in range(_ROUNDS):
        at = np.flatnonzero(open_)
        width = np.diff(t)[at]
        wanted = (t[at, None] + width[:, None] * np.array([0.15, 0.4, 0.6, 0.85])).ravel()
        error = np.abs(hermite(t, states, wanted) - state_at(wanted)).reshape(at.size, 4, 6)
        bad = at[(error > tolerance).any(axis=(1, 2)) & (width > 4.0 * _QUANTUM)]
        if not bad.size or t.size > _MOST_NODES:
            return t
        more = _quantised(0.5 * (t[bad] + t[bad + 1]))
        states = np.insert(states, bad + 1, state_at(more), axis=0)
        t = np.insert(t, bad + 1, more)
        fresh = bad + 1 + np.arange(bad.size)
        near = fresh[:, None] + np.arange(-_WINDOW, _WINDOW)
        open_ = np.zeros(t.size - 1, dtype=bool)
        open_[np.clip(near, 0, t.size - 2)] = True
    return t


def _quantised(t: np.ndarray) -> np.ndarray:
    return np.round(t / _QUANTUM) * _QUANTUM


def _seconds(epoch: Epoch, whole: float) -> Any:
    return (epoch.whole - whole) + epoch.frac


def _arcs(trajectory: Trajectory):
    for number in range(trajectory.arcs):
        arc = trajectory.arc(number)
        yield int(arc.centre[0]), arc.start, arc.stop, arc.at


def _epochs(whole: float, s: np.ndarray) -> Epoch:
    step = np.floor(s)
    return Epoch(whole + step, s - step)
