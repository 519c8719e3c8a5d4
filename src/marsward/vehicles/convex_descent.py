"""Powered descent of least propellant, as a convex programme.

With u = T/m and z = ln m thrust's two-sided limit is convex after the slack s >= |u| takes its
place, and the programme loses nothing by it (Acikmese & Ploen 2007, doi:10.2514/1.27553):

    minimise  ∫ s dt,   r'' = u - g,   z' = -s/c,   |u| <= s,
    low e^-z0 (1 - d + d²/2) <= s <= high e^-z0 (1 - d),   d = z - z0(t),

z0 the logarithm of the mass that full thrust would leave. Where the target is out of reach the
distance from it is minimised first, then propellant at that distance (Blackmore, Acikmese & Scharf
2010, doi:10.2514/1.47202). Nodes are joined by thrust acceleration that runs linearly, and the
cones are handed to the interior-point solver Clarabel, which comes with the extra `opt`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import coo_matrix, csc_matrix

from marsward.core.errors import InputError, PhysicsError
from marsward.vehicles.powered_descent import DescentTask, PoweredPlan

__all__ = ["convex_descent", "has_solver"]

Array = NDArray[np.float64]
_R, _V, _Z, _U, _S, _WIDTH = 0, 3, 6, 7, 10, 11
_TIME_TOLERANCE = 0.05
_ROUNDS = 24


def has_solver() -> bool:
    """Whether the solver of the extra `opt` is installed."""
    from importlib.util import find_spec

    return find_spec("clarabel") is not None


def _solver() -> Any:
    try:
        import clarabel
    except ImportError as error:
        raise InputError(
            "descents of least propellant need the solver Clarabel: pip install marsward[opt]"
        ) from error
    return clarabel


def convex_descent(
    task: DescentTask,
    *,
    time: float | None = None,
    nodes: int = 50,
    most_speed: float | None = None,
    nearest: bool = False,
) -> PoweredPlan:
    """Plan a powered descent of least propellant.

    Parameters
    ----------
    task : the descent
    time : to take [s]; the best when left out, found by golden section
    nodes : intervals of thrust
    most_speed : that is not to be passed [m/s]
    nearest : where the target cannot be reached, come down as near to it as can be

    Raises
    ------
    InputError : Clarabel is not installed, or numbers that cannot be
    PhysicsError : no descent meets the limits; with `nearest`, none at all.
    """
    _solver()
    if nodes < 5 or (time is not None and not time > 0.0):
        raise InputError(f"give 5 nodes or more and a time above 0 s, not {nodes} and {time!r}")
    if time is None:
        time = _best_time(task, nodes, most_speed)
    if time is not None:
        found = _solve(_Programme(task, time, nodes, most_speed))
        if found is not None:
            return _plan(task, time, found)
    if not nearest:
        span = "" if time is None else f" in {time:g} s"
        raise PhysicsError(
            f"no descent from {task.position[2] - task.target[2]:g} m over the target comes to it"
            f"{span} within thrust, propellant and glide slope; give more of them, or nearest=True"
        )
    return _nearest(task, time, nodes, most_speed)


def _nearest(task: DescentTask, time, nodes: int, most_speed) -> PoweredPlan:
    """Least distance from the target, then least propellant at that distance."""
    times = [time] if time is not None else _times(task, 16)
    tried = []
    for each in times:
        found = _solve(_Programme(task, each, nodes, most_speed, free=True))
        if found is not None:
            away = np.hypot(*(found[-1, :2] - np.array(task.target[:2])))
            tried.append((float(away), each))
    if not tried:
        raise PhysicsError("no descent to the target's level meets thrust and propellant at all")
    away, best = min(tried)
    found = _solve(_Programme(task, best, nodes, most_speed, within=1.001 * away + 0.1))
    if found is None:
        raise PhysicsError(f"the solver lost the descent that ends {away:.4g} m off the target")
    return _plan(task, best, found)


def _times(task: DescentTask, count: int) -> Array:
    """Times [s] between which the best one lies."""
    drop = task.position[2] - task.target[2]
    pace = float(np.linalg.norm(task.velocity))
    far = float(np.linalg.norm(np.subtract(task.position, task.target)))
    # the longest that the propellant hovers; the shortest at full thrust
    longest = task.exhaust / task.gravity * np.log(task.mass / task.dry_mass)
    push = task.thrust_high / task.dry_mass
    shortest = max(pace / (push + task.gravity), 0.5 * far / max(pace + np.sqrt(push * drop), 1.0))
    return np.linspace(shortest, longest, count + 1)[1:]


def _best_time(task: DescentTask, nodes: int, most_speed) -> float | None:
    """Time of least propellant [s], found on coarse nodes; None where there is none."""
    grid = _times(task, 14)
    coarse = min(nodes, 30)

    def used(time: float) -> float:
        found = _solve(_Programme(task, float(time), coarse, most_speed))
        return 1e9 if found is None else float(task.mass - np.exp(found[-1, _Z]))

    costs = np.array([used(each) for each in grid])
    at = int(np.argmin(costs))
    if costs[at] > 1e8:
        return None
    low, high = grid[max(at - 1, 0)], grid[min(at + 1, grid.size - 1)]
    if low == high:
        return float(grid[at])
    options = {"xatol": _TIME_TOLERANCE, "maxiter": _ROUNDS}
    best = minimize_scalar(used, bounds=(low, high), method="bounded", options=options)
    return float(best.x) if best.fun <= costs[at] else float(grid[at])


@dataclass
class _Programme:
    """One programme for one time: its rows are added cone by cone."""

    task: DescentTask
    time: float
    nodes: int
    most_speed: float | None
    free: bool = False
    within: float | None = None

    @property
    def count(self) -> int:
        """Variables: 11 for each node, and the distance where it is minimised."""
        return (self.nodes + 1) * _WIDTH + (1 if self.free else 0)

    def __post_init__(self) -> None:
        self.rows: list[tuple[int, int, float]] = []
        self.bounds: list[float] = []
        self.cones: list[tuple[str, int]] = []

    def _row(self, terms: list[tuple[int, float]], bound: float) -> None:
        """One row of b - A x."""
        at = len(self.bounds)
        self.rows += [(at, column, factor) for column, factor in terms]
        self.bounds.append(bound)

    def _cone(self, kind: str, before: int) -> None:
        size = len(self.bounds) - before
        if kind != "soc" and self.cones and self.cones[-1][0] == kind:
            self.cones[-1] = (kind, self.cones[-1][1] + size)
        elif size:
            self.cones.append((kind, size))

    def build(self) -> tuple[csc_matrix, Array, list[tuple[str, int]], Array]:
        """A, b, cones and the cost."""
        self._joints()
        self._ends()
        for k in range(self.nodes + 1):
            self._limits(k)
        if self.free or self.within is not None:
            self._reach()
        cost = np.zeros(self.count)
        if self.free:
            cost[-1] = 1.0
        else:
            weights = np.full(self.nodes + 1, self.time / self.nodes)
            weights[[0, -1]] *= 0.5
            cost[_S : (self.nodes + 1) * _WIDTH : _WIDTH] = weights
        row, column, factor = (np.array(each) for each in zip(*self.rows, strict=True))
        shape = (len(self.bounds), self.count)
        matrix = coo_matrix((factor, (row, column)), shape=shape).tocsc()
        return matrix, np.array(self.bounds), self.cones, cost

    def _joints(self) -> None:
        dt, before = self.time / self.nodes, len(self.bounds)
        for k in range(self.nodes):
            a, b = k * _WIDTH, (k + 1) * _WIDTH
            for i in range(3):
                g = -self.task.gravity if i == 2 else 0.0
                self._row(
                    [(b + _R + i, 1.0), (a + _R + i, -1.0), (a + _V + i, -dt),
                     (a + _U + i, -dt * dt / 3.0), (b + _U + i, -dt * dt / 6.0)],
                    0.5 * dt * dt * g,
                )  # fmt: skip
                self._row(
                    [(b + _V + i, 1.0), (a + _V + i, -1.0), (a + _U + i, -0.5 * dt),
                     (b + _U + i, -0.5 * dt)], dt * g,
                )  # fmt: skip
            flow = 0.5 * dt / self.task.exhaust
            self._row([(b + _Z, 1.0), (a + _Z, -1.0), (a + _S, flow), (b + _S, flow)], 0.0)
        self._cone("zero", before)

    def _ends(self) -> None:
        task, before, last = self.task, len(self.bounds), self.nodes * _WIDTH
        for i in range(3):
            self._row([(_R + i, 1.0)], task.position[i])
            self._row([(_V + i, 1.0)], task.velocity[i])
            self._row([(last + _V + i, 1.0)], task.target_velocity[i])
            if i == 2 or not (self.free or self.within is not None):
                self._row([(last + _R + i, 1.0)], task.target[i])
        self._row([(_Z, 1.0)], float(np.log(task.mass)))
        self._cone("zero", before)
        before = len(self.bounds)
        self._row([(last + _Z, -1.0)], -float(np.log(task.dry_mass)))
        self._cone("nonnegative", before)

    def _limits(self, k: int) -> None:
        """Thrust, tilt, glide slope and speed at one node."""
        task, a = self.task, k * _WIDTH
        t = self.time * k / self.nodes
        least = max(task.mass - task.thrust_high * t / task.exhaust, 0.5 * task.dry_mass)
        z0, low, high = np.log(least), task.thrust_low / least, task.thrust_high / least
        before = len(self.bounds)
        self._row([(a + _S, 1.0), (a + _Z, high)], high * (1.0 + z0))
        self._row([(a + _Z, -1.0)], -z0)
        if task.tilt_rad < 0.5 * np.pi:
            self._row([(a + _U + 2, -1.0), (a + _S, float(np.cos(task.tilt_rad)))], 0.0)
        self._cone("nonnegative", before)
        before = len(self.bounds)
        self._row([(a + _S, -1.0)], 0.0)
        for i in range(3):
            self._row([(a + _U + i, -1.0)], 0.0)
        self._cone("soc", before)
        if low > 0.0:
            # d² <= 2 w with w = s/low - 1 + d, as |(d, w - 1/2)| <= w + 1/2
            before = len(self.bounds)
            self._row([(a + _S, -1.0 / low), (a + _Z, -1.0)], -0.5 - z0)
            self._row([(a + _Z, -1.0)], -z0)
            self._row([(a + _S, -1.0 / low), (a + _Z, -1.0)], -1.5 - z0)
            self._cone("soc", before)
        if k < self.nodes and not (self.free or self.within is not None):
            before = len(self.bounds)
            slope = float(np.tan(task.glide_slope_rad))
            self._row([(a + _R + 2, -1.0)], -task.target[2])
            for i in range(2) if slope > 0.0 else ():
                self._row([(a + _R + i, -slope)], -slope * task.target[i])
            self._cone("soc" if slope > 0.0 else "nonnegative", before)
        elif k < self.nodes:
            before = len(self.bounds)
            self._row([(a + _R + 2, -1.0)], -task.target[2])
            self._cone("nonnegative", before)
        if self.most_speed is not None and k > 0:
            before = len(self.bounds)
            self._row([], self.most_speed)
            for i in range(3):
                self._row([(a + _V + i, -1.0)], 0.0)
            self._cone("soc", before)

    def _reach(self) -> None:
        """Distance of the end from the target: minimised, or held."""
        last, before = self.nodes * _WIDTH, len(self.bounds)
        if self.free:
            self._row([(self.count - 1, -1.0)], 0.0)
        else:
            self._row([], float(self.within or 0.0))
        for i in range(2):
            self._row([(last + _R + i, -1.0)], -self.task.target[i])
        self._cone("soc", before)


def _solve(programme: _Programme) -> Array | None:
    """Nodes (n + 1, 11) of the optimum; None where there is none."""
    clarabel = _solver()
    matrix, bounds, cones, cost = programme.build()
    kinds = {
        "zero": clarabel.ZeroConeT, "nonnegative": clarabel.NonnegativeConeT,
        "soc": clarabel.SecondOrderConeT,
    }  # fmt: skip
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_threads = 1
    empty = csc_matrix((cost.size, cost.size))
    solver = clarabel.DefaultSolver(
        empty, cost, matrix, bounds, [kinds[kind](size) for kind, size in cones], settings
    )
    out = solver.solve()
    if str(out.status) not in ("Solved", "AlmostSolved"):
        return None
    nodes = (programme.nodes + 1) * _WIDTH
    return np.array(out.x)[:nodes].reshape(-1, _WIDTH)


def _plan(task: DescentTask, time: float, found: Array) -> PoweredPlan:
    mass = np.exp(found[:, _Z])
    miss = float(np.linalg.norm(found[-1, :3] - np.array(task.target)))
    return PoweredPlan(
        np.linspace(0.0, time, found.shape[0]), found[:, :3], found[:, 3:6],
        mass[:, None] * found[:, _U:_S], mass, float(task.mass - mass[-1]), miss, "convex",
    )  # fmt: skip
