"""The filter over a cruise: passes and batches of process noise, in order of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marsward.retrieval.cruise_rows import CruiseRows
from marsward.retrieval.square_root_filter import (
    Information,
    Step,
    advanced_coloured,
    known,
    smoothed,
    updated,
)

__all__ = ["FilterRun", "cruise_filter"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FilterRun:
    """Information after the last pass, in units of the a-priori sigmas.

    scale : (n,) those sigmas
    last : after all passes, in the last batch
    begun : before each step from batch to batch, with all passes until then
    steps : from each batch to the next
    snapshots : at the cutoffs that were asked for: (information, batch)
    """

    scale: Array
    last: Information
    begun: tuple[Information, ...]
    steps: tuple[Step, ...]
    snapshots: tuple[tuple[Information, int], ...]

    def smoothed(self) -> list[Information]:
        """Information of every batch, with the measurements of all."""
        return smoothed(self.last, list(self.steps))


def cruise_filter(
    rows: CruiseRows,
    prior_value: Array,
    prior_covariance: Array,
    *,
    cutoffs: Array | None = None,
) -> FilterRun:
    """Take in pass after pass, each when it is over.

    Parameters
    ----------
    rows : measurements made linear about a path
    prior_value : (n,) what is known beforehand, less the path's own values
    prior_covariance : (n, n)
    cutoffs : times [s past the start] after which no measurement is in a snapshot; ascending
    """
    scale = np.sqrt(np.diag(prior_covariance))
    now = known(
        prior_value / scale,
        prior_covariance / np.outer(scale, scale),
        considered=rows.considered.shape[1],
    )
    events = [(float(t), 0, k) for k, t in enumerate(rows.edges)]
    events += [(float(t), 1, k) for k, t in enumerate(rows.ends)]
    events += [(float(t), 2, k) for k, t in enumerate([] if cutoffs is None else cutoffs)]
    first = np.searchsorted(rows.track, np.arange(rows.ends.size + 1))
    begun: list[Information] = []
    steps: list[Step] = []
    snapshots: list[tuple[Information, int]] = []
    for _, sort, k in sorted(events):
        if sort == 0:
            begun.append(now)
            now, step = stepped(rows, now, k - 1, scale)
            steps.append(step)
        elif sort == 1:
            part = slice(first[k], first[k + 1])
            now = updated(
                now, rows.design[part] * scale, rows.residual[part], rows.considered[part]
            )
        else:
            snapshots.append((now, len(steps) - 1))
    return FilterRun(scale, now, tuple(begun), tuple(steps), tuple(snapshots))


def stepped(
    rows: CruiseRows, now: Information, batch: int, scale: Array
) -> tuple[Information, Step]:
    """Information in the batch after this one."""
    which = rows.unknowns.push
    effect, memory, sigma = rows.step(batch)
    like = effect * scale[which] / scale[:, None]
    return advanced_coloured(now, which, like, memory, sigma / scale[which])


def predicted(
    rows: CruiseRows, now: Information, batch: int, since: float, scale: Array
) -> tuple[Array, Array]:
    """Change (6,) of the state at a time [s past the start] and its covariance (6, 6).

    From the information of that or an earlier batch; the change is that from the rows' path.
    """
    last = int(np.searchsorted(rows.edges, since, side="right")) - 1
    while batch < last:
        now, _ = stepped(rows, now, batch, scale)
        batch += 1
    half = rows.state_map(since) * scale
    return half @ now.estimate, half @ now.covariance @ half.T
