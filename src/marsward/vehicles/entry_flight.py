"""An ensemble of entries as the compiled loop takes it, flown by threads over blocks of members."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marsward.vehicles.kernels.entry import RECORD, RESULTS, fly, fly_block

__all__ = ["EntryFlight"]

Array = NDArray[np.float64]
BLOCK = 32
"""Members that a thread takes at once."""


@dataclass(frozen=True)
class EntryFlight:
    """Everything of an ensemble of entries in the order of the kernel; see `kernels.entry`."""

    start: Array
    bank: Array
    stops: Array
    planet: Array
    grid: Array
    density: Array
    weather: Array
    craft: Array
    table: Array
    plan: Array
    reference: Array
    nav: Array
    rtol: float

    def fly(self, workers: int = 1) -> Array:
        """Results of all members (n, RESULTS); they do not depend on the workers."""
        count = self.start.shape[0]
        out = np.empty((count, RESULTS))

        def block(begin: int) -> None:
            fly_block(
                begin, min(begin + BLOCK, count), self.start, self.bank, self.stops, self.planet,
                self.grid, self.density, self.weather, self.craft, self.table, self.plan,
                self.reference, self.nav, self.rtol, out,
            )  # fmt: skip

        begins = range(0, count, BLOCK)
        if workers <= 1 or count <= BLOCK:
            for begin in begins:
                block(begin)
        else:
            with ThreadPoolExecutor(max_workers=min(workers, os.cpu_count() or 1)) as pool:
                for _ in pool.map(block, begins):
                    pass
        return out

    def record(self, member: int, every: float, longest: float) -> Array:
        """Rows of one member's history (rows, RECORD)."""
        rows = np.zeros((int(longest / every) + 2, RECORD))
        out, i = np.empty(RESULTS), member
        count = fly(
            self.start[i], self.bank[i], self.stops[i], self.planet, self.grid,
            self.density[min(i, self.density.shape[0] - 1)],
            self.weather[min(i, self.weather.shape[0] - 1)], self.craft[i], self.table, self.plan,
            self.reference, self.nav[i], self.rtol, every, rows, out,
        )  # fmt: skip
        return rows[:count]
