"""All tours of a grid of dates: Lambert legs in bulk, joined flyby by flyby.

Legs of every pair of dates are solved at once. Then each flyby joins every leg that arrives on a
date with every leg that leaves on it, and keeps for each leg that leaves the cheapest way to it
(Bellman's principle): the sum of impulses is exact on the grid, at the price of one flyby however
many there are. A leg whose speed at infinity no impulse at the least radius can match is dropped
before its turn is looked at, as Tisserand's parameter tells: a passage alone keeps the speed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward.core.bodies import body as known_body
from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.dynamics.kernels.tour import join_legs
from marsward.dynamics.tour import Way, solve_legs
from marsward.dynamics.transfer_costs import TransferCosts

__all__ = ["DateGrid", "Joined", "LegGrid", "date_grids", "join", "leg_grid"]

Array = NDArray[np.float64]
MOST_CELLS = 12_000_000
"""Cells of one leg that are held at once: some 1.2 GB."""
_BLOCK = 16


@dataclass(frozen=True)
class DateGrid:
    """Dates of one encounter: whole steps after the first launch date."""

    start: Epoch
    seconds: Array

    def __len__(self) -> int:
        return int(self.seconds.size)

    @property
    def epochs(self) -> Epoch:
        """Epoch (n,)."""
        return self.start + self.seconds


def date_grids(
    start: Epoch,
    span: float,
    legs: Sequence[tuple[float, float]],
    step: float,
    last: tuple[float, float] | None,
) -> list[DateGrid]:
    """Dates of every encounter that times of flight let be met.

    Parameters
    ----------
    start, span : first launch date, and how long launches go on [s]
    legs : shortest and longest time of flight of each leg [s]
    step : between dates [s]
    last : earliest and latest arrival after `start` [s], or None
    """
    first, latest = [0.0], [span]
    for low, high in legs:
        first.append(first[-1] + low)
        latest.append(latest[-1] + high)
    if last is not None:
        first[-1], latest[-1] = max(first[-1], last[0]), min(latest[-1], last[1])
        for k in range(len(legs) - 1, -1, -1):
            first[k] = max(first[k], first[k + 1] - legs[k][1])
            latest[k] = min(latest[k], latest[k + 1] - legs[k][0])
    grids = []
    for low, high in zip(first, latest, strict=True):
        steps = np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1.0)
        grids.append(DateGrid(start, steps * step))
    return grids


@dataclass(frozen=True)
class LegGrid:
    """Velocities at infinity of all legs between two encounters.

    out, into : (I, J, B, 3) at the beginning and the end [m/s], NaN where there is no leg
    """

    out: Array
    into: Array


def leg_grid(
    origin: str,
    target: str,
    dates: tuple[DateGrid, DateGrid],
    limits: tuple[float, float],
    ways: Sequence[Way],
    ephemeris: Any,
    workers: int | None,
) -> LegGrid:
    """Solve every leg between two grids of dates whose time of flight is within limits [s].

    Raises
    ------
    InputError : a grid with more cells than fit into memory.
    """
    first, last = dates
    shape = (len(first), len(last), len(ways))
    if int(np.prod(shape)) > MOST_CELLS:
        raise InputError(
            f"the leg from {origin} to {target} has {int(np.prod(shape)):,} pairs of dates; the "
            f"most is {MOST_CELLS:,}: take a step {np.sqrt(np.prod(shape) / MOST_CELLS):.1f} times "
            "as long, or narrower windows"
        )
    here = ephemeris.state(origin, wrt="sun", at=first.epochs)
    there = ephemeris.state(target, wrt="sun", at=last.epochs)
    out, into = np.full((*shape, 3), np.nan), np.full((*shape, 3), np.nan)
    flight = last.seconds[None, :] - first.seconds[:, None]
    rows, columns = np.nonzero((flight >= limits[0]) & (flight <= limits[1]) & (flight > 0.0))

    def solve(begin: int, end: int) -> None:
        i, j = rows[begin:end], columns[begin:end]
        for kind, way in enumerate(ways):
            legs = solve_legs(here[i, :3], there[j, :3], flight[i, j], way)
            out[i, j, kind] = legs.departure - here[i, 3:]
            into[i, j, kind] = legs.arrival - there[j, 3:]

    _in_blocks(solve, rows.size, 16_384, workers)
    return LegGrid(out, into)


def _in_blocks(work: Any, count: int, size: int, workers: int | None) -> None:
    """Threads over blocks; what a block writes is its own, so their number changes nothing."""
    threads = workers or os.cpu_count() or 1
    edges = [(begin, min(begin + size, count)) for begin in range(0, count, size)]
    if threads == 1 or len(edges) < 2:
        for begin, end in edges:
            work(begin, end)
        return
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work, begin, end) for begin, end in edges]:
            done.result()


@dataclass(frozen=True)
class Joined:
    """Cheapest tours to every last leg of a grid.

    cost : (I, J, B) of tours that end with this leg, the arrival counted [m/s]; infinite: none
    back : for each flyby (J, K, C) the number i B + b of the leg before
    """

    cost: Array
    back: tuple[NDArray[np.int64], ...]

    def indices(self, cell: tuple[int, int, int]) -> tuple[list[int], list[int]]:
        """Numbers of the dates and of the ways of the tour that ends in a cell."""
        i, j, kind = cell
        dates, kinds = [j, i], [kind]
        for back in reversed(self.back):
            number = int(back[i, j, kind])
            ways = self._ways
            i, j, kind = number // ways, i, number % ways
            dates.append(i)
            kinds.append(kind)
        return dates[::-1], kinds[::-1]

    @property
    def _ways(self) -> int:
        return int(self.cost.shape[2])


def join(
    bodies: Sequence[str],
    legs: Sequence[LegGrid],
    *,
    costs: TransferCosts,
    least: Sequence[float],
    most: float,
    allowed: NDArray[np.bool_],
    workers: int | None,
) -> Joined:
    """Join legs at their flybys.

    Parameters
    ----------
    bodies : k names
    legs : k - 1
    least : periapsis radius of each flyby [m]
    most : largest impulse at one flyby [m/s]
    allowed : (I, J, B) first legs that keep the limits of the launch
    """
    speed = np.linalg.norm(legs[0].out, axis=-1)
    cost = costs.injection_weight * np.asarray(costs.injection(speed, bodies[0]))
    cost = np.ascontiguousarray(np.where(allowed & np.isfinite(speed), cost, np.nan))
    backs = []
    for k, radius in enumerate(least):
        shape = legs[k + 1].out.shape[:3]
        best, back = np.empty(shape), np.empty(shape, np.int64)
        gm = float(known_body(bodies[k + 1]).gm)
        now, into, out = cost, legs[k].into, legs[k + 1].out

        def work(
            begin: int, end: int, now=now, into=into, out=out, best=best, back=back, gm=gm,
            radius=radius,
        ) -> None:  # fmt: skip
            join_legs(into, now, out, gm, radius, most, begin, end, best, back)

        _in_blocks(work, shape[0], _BLOCK, workers)
        cost = np.ascontiguousarray(np.where(np.isfinite(best), best, np.nan))
        backs.append(back)
    ending = np.linalg.norm(legs[-1].into, axis=-1)
    total = cost + costs.capture_weight * np.asarray(costs.capture(ending, bodies[-1]))
    return Joined(np.where(np.isfinite(total), total, np.inf), tuple(backs))
