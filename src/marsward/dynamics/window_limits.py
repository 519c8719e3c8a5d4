"""Where the nearest flight lies when a launch window holds none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from marsward.core.errors import DataError
from marsward.core.time import Epoch
from marsward.dynamics.window_cells import Branch, WindowCells

_DAY = 86400.0
_STEP, _YEARS = 4.0, 40.0
_LAUNCHES = 41


def nearest_flight(cells: WindowCells, branches: Sequence[Branch]) -> str:
    """The sentence that refuses an empty window: what is too short, and what would do."""
    names = ", ".join(each.name for each in branches)
    least = f"no flight of the branches asked for ({names}) fits between launch and arrival"
    keep = np.unique(np.linspace(0, cells.launch.size - 1, _LAUNCHES).round().astype(int))
    launch = cells.launch[keep]
    last = cells.arrival[-1]
    for years in (4.0, 12.0, _YEARS):
        later = last + np.arange(_STEP, years * 365.25, _STEP) * _DAY
        try:
            found = _first(replace(cells, launch=launch, arrival=later), branches)
        except DataError:
            break
        if found is not None:
            left, arrived = found
            return (
                f"{least}: the last arrival is {_date(last)}, and the first that can be reached "
                f"is about {_date(arrived)}, {float(arrived - left) / _DAY:.0f} d after a launch "
                f"on {_date(left)}; extend arrive to then"
            )
    return f"{least}, nor up to {_YEARS:.0f} years later; ask for fewer revolutions"


def _first(cells: WindowCells, branches: Sequence[Branch]) -> tuple[Epoch, Epoch] | None:
    best: tuple[Epoch, Epoch] | None = None
    for branch in branches:
        status = cells.solve(branch, ()).status
        columns = np.flatnonzero((status == 0).any(axis=0))
        if columns.size:
            column = int(columns[0])
            rows = np.flatnonzero(status[:, column] == 0)
            arrived = cells.arrival[column]
            if best is None or arrived < best[1]:
                best = cells.launch[int(rows[-1])], arrived
    return best


def _date(epoch: Epoch) -> str:
    return str(epoch.isot("utc", 0))[:10]
