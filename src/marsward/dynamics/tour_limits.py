"""What a tour must keep."""

from __future__ import annotations

import math
from dataclasses import dataclass

from marsward.core.errors import InputError

__all__ = ["TourLimits"]


@dataclass(frozen=True, kw_only=True)
class TourLimits:
    """What a tour must keep; infinite or None where it need not.

    max_c3 : at departure [m2/s2]
    max_dla : declination of the departure asymptote, either side of the equator of J2000 [deg]
    max_v_infinity : at arrival [m/s]
    max_flyby_dv : impulse at one flyby [m/s]
    max_time : of flight [s]
    """

    max_c3: float = math.inf
    max_dla: float = 90.0
    max_v_infinity: float = math.inf
    max_flyby_dv: float = 1000.0
    max_time: float = math.inf

    def __post_init__(self) -> None:
        for name in ("max_c3", "max_dla", "max_v_infinity", "max_flyby_dv", "max_time"):
            value = getattr(self, name)
            least = 0.0 if name == "max_flyby_dv" else 1e-9
            if not value >= least:
                raise InputError(f"{name} is {value!r}: give a number above 0, or leave it out")
