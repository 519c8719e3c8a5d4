"""All columns on the fast ground solver, in blocks of 64 on threads; any number, one answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.physics.columns import GroundColumns
from marsward.physics.ground_lanes import Block, BlockYear, Plan
from marsward.physics.insolation import sky_view
from marsward.physics.kernels.ground_light import LANES
from marsward.physics.sky import Sky, SkyTable

__all__ = ["Report", "run_blocks"]

Array = NDArray[np.float64]
Report = Callable[[float], None]
_OPEN = 1.0 - 1e-9  # view of the sky from which on nothing else is seen


def run_blocks(
    plan: Plan,
    columns: GroundColumns,
    depths: Array,
    humidity: Array,
    *,
    slots: Sequence[NDArray[np.int64] | None],
    workers: int,
    progress: Report | None = None,
    read: Callable[[int, BlockYear], None] | None = None,
    sols: bool = False,
) -> list[BlockYear]:
    """The kept year of every block of 64 columns.

    Parameters
    ----------
    depths : (n, m) [m]; humidity : (n,) [Pa], NaN where none is asked
    slots : for each block, the row of `hours` for each sol, -1 for none; None keeps no steps
    workers : threads; progress : called with the share done
    read : takes the number and result of each block, which is then let go, in its thread
    sols : whether results keep the table of sols (16 kB a column)

    Raises
    ------
    InputError : workers fewer than one.
    """
    if workers < 1:
        raise InputError(f"{workers} workers do nothing; give 1 or more")
    count = -(-len(columns) // LANES)
    air = np.where(np.isfinite(humidity), humidity, 0.0)

    def one(block: int) -> BlockYear | None:
        some = slice(block * LANES, min((block + 1) * LANES, len(columns)))
        result = _solve(plan, columns.take(some), depths[some], air[some], slots[block])
        if read is not None:
            read(block, result)
            return None
        return result if sols else replace(result, sols=result.sols[:, :, :0].copy())

    results: list[BlockYear] = []
    with ThreadPoolExecutor(workers) as pool:
        for done, result in enumerate(pool.map(one, range(count)), start=1):
            if result is not None:
                results.append(result)
            if progress is not None:
                progress(done / count)
    return results


def _solve(
    plan: Plan,
    columns: GroundColumns,
    depths: Array,
    humidity: Array,
    slots: NDArray[np.int64] | None,
) -> BlockYear:
    """One block; where slopes or horizons hide sky, the level ground around goes first."""
    hidden = bool((sky_view(columns) < _OPEN).any())
    around = None
    if hidden:
        level = columns.flat()
        around = np.zeros((2, plan.year.sols, plan.poles.steps, LANES), np.float32)
        none = np.empty((len(columns), 0))
        Block(plan, level, none, humidity, _table(plan, level)).solve(send=around)
    return Block(plan, columns, depths, humidity, _table(plan, columns), around, slots).solve()


def _table(plan: Plan, columns: GroundColumns) -> SkyTable | None:
    """The light that a sky of tables brings, checked; None for the law of the clear sky."""
    if isinstance(plan.sky, Sky):
        return None
    table = plan.sky.table(columns, plan.year, plan.poles.steps)
    shape = (len(columns), plan.year.sols, plan.poles.steps)
    infra = np.shape(table.infrared)
    if table.shortwave.shape != shape or infra not in (shape, (*shape[:2], 1)):
        raise InputError(
            f"the sky's table has shapes {table.shortwave.shape} and {infra}; {shape} is needed"
        )
    if not (np.isfinite(table.shortwave).all() and np.isfinite(table.infrared).all()):
        raise InputError("the sky's table holds values that are not finite")
    return table
