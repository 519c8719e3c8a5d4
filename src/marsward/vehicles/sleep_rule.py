"""When a rover gives up for the winter, and when it wakes.

Zhurong falls asleep by itself when its energy sinks to a level, and switches itself on again when
two things hold: its cabin warmer than -15 C and solar power of 140 W, "the least use of electricity
in a sol" (Zhang Rongqiao to China Central Television, 25 April 2023; Jia Yang, Xinhua, 20
September 2022). He added: with 20 % more dust than designed for the power does not suffice, with 30
% it may at the strongest Sun, with 40 % never.

Which power is meant is not told. Here it is the mean over the lit part of a sol ("mean"), since a
use over a sol is an energy: 140 W through 11 h of light are 1.5 kWh, which is also what the least
use of the awake rover is derived from. "most" takes the highest power of the sol instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from marsward.core.asked import number
from marsward.core.errors import InputError

__all__ = ["SleepRule"]

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class SleepRule:
    """The rule.

    wake_power : of the panels [W]; wake_temperature : of the box [K], both in the same sol
    kind : which power counts: mean of the lit part of the sol, or the most of it
    sleep_charge : share of the battery's charge below which, at the end of a sol in which it fell,
        the rover goes dormant; it also does when it cannot serve what an awake rover needs

    Raises InputError for numbers out of range.
    """

    wake_power: float = 140.0
    wake_temperature: float = 258.15
    kind: Literal["mean", "most"] = "mean"
    sleep_charge: float = 0.4

    def __post_init__(self) -> None:
        for name in ("wake_power", "wake_temperature", "sleep_charge"):
            if number(getattr(self, name), f"{name} of a sleep rule") < 0.0:
                raise InputError(f"{name} of a sleep rule is zero or more")
        if self.kind not in ("mean", "most"):
            raise InputError(f"the power of a sleep rule is 'mean' or 'most', not {self.kind!r}")
        if self.sleep_charge >= 1.0:
            raise InputError("the charge at which a rover goes dormant is a share below 1")

    def numbers(self) -> Array:
        """What the kernel takes (4,)."""
        kind = 0.0 if self.kind == "mean" else 1.0
        return np.array([self.wake_power, self.wake_temperature, kind, self.sleep_charge])
