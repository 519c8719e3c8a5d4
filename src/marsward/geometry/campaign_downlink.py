"""What a campaign's data ask of the radio link and the recorder.

The rate falls with the square of the distance to Earth, up to a greatest one that the transmitter
can do. Data of an orbit go on the recorder behind those that still wait; what does not fit is not
taken.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError

if TYPE_CHECKING:
    from marsward.core.time import Epoch

__all__ = ["Downlink", "Ledger"]

Array = NDArray[np.float64]
_DAY = 86400.0
_STEP = 3600.0  # s, of the integral of the rate


@dataclass(frozen=True, kw_only=True)
class Downlink:
    """A radio link to Earth and the recorder before it.

    Parameters
    ----------
    rate : at `distance` [bit/s]
    distance : from Earth at which the rate holds [m]; it falls with the square of the distance
    most : greatest rate however near [bit/s]
    hours_per_day : time on the air [h]; of no meaning where `passes` are given
    recorder : what it holds [bit]
    passes : (begin, end) epochs (k,) of the passes over ground stations, ascending and apart;
        occultations are left out by whoever gives them
    """

    rate: float
    distance: float
    most: float = math.inf
    hours_per_day: float = 8.0
    recorder: float = math.inf
    passes: tuple[Epoch, Epoch] | None = None

    def __post_init__(self) -> None:
        for name in ("rate", "distance", "most", "recorder"):
            if not getattr(self, name) > 0.0:
                raise InputError(
                    f"{name} of the downlink is {getattr(self, name)}; give one above 0"
                )
        if not 0.0 < self.hours_per_day <= 24.0:
            raise InputError(
                f"hours_per_day of the downlink is {self.hours_per_day}; give 0 to 24 hours"
            )

    def rate_at(self, distance: Any) -> Any:
        """Rate [bit/s] at distances [m]."""
        return np.minimum(self.rate * (self.distance / np.asarray(distance)) ** 2, self.most)

    def capacity(self, start: Epoch, times: Array, distance: Any) -> Array:
        """Bits (n - 1,) that go down between times (n,) [s past start], ascending.

        `distance` gives the distance [m] to Earth at times [s past start].
        """
        first, last = float(times[0]), float(times[-1])
        grid = np.union1d(np.arange(first, last, _STEP), times)
        if self.passes is not None:
            begin = np.asarray(self.passes[0] - start, dtype=float)
            end = np.asarray(self.passes[1] - start, dtype=float)
            inside = np.clip(np.concatenate([begin, end]), first, last)
            grid = np.union1d(grid, inside)
        rate = self.rate_at(distance(grid))
        span = 0.5 * (rate[1:] + rate[:-1]) * np.diff(grid)
        if self.passes is None:
            span = span * (self.hours_per_day / 24.0)
        else:
            middle = 0.5 * (grid[1:] + grid[:-1])
            turn = np.searchsorted(begin, middle, side="right") - 1
            span = span * ((turn >= 0) & (middle < end[np.maximum(turn, 0)]))
        total = np.concatenate([[0.0], np.cumsum(span)])
        return np.diff(total[np.searchsorted(grid, times)])


class Ledger(NamedTuple):
    """Per orbit: frames kept, bits written, bits sent since the orbit before, bits waiting."""

    kept: NDArray[np.int64]
    written: Array
    sent: Array
    waiting: Array


def ledger(frames: Any, bits: float, capacity: Array, recorder: float) -> Ledger:
    """Book of the recorder: `capacity` (n,) bits can go down before each orbit's frames come."""
    count = len(frames)
    kept = np.zeros(count, dtype=np.int64)
    written, sent, waiting = np.zeros(count), np.zeros(count), np.zeros(count)
    load = 0.0
    for i, wanted in enumerate(frames):
        sent[i] = min(load, capacity[i])
        load -= sent[i]
        room = (recorder - load) / bits if bits > 0.0 else math.inf
        kept[i] = wanted if room >= wanted else max(0, math.floor(room))
        written[i] = kept[i] * bits
        load += written[i]
        waiting[i] = load
    return Ledger(kept, written, sent, waiting)
