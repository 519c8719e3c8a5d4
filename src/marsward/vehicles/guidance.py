"""Guidance of an entry: a reference flight followed to its range by the bank angle.

The final phase of Apollo as it flew again with Curiosity and Perseverance. Over speed the reference
keeps range to go, deceleration by drag, rate of height and vertical lift over drag; from what is
sensed the range to come is told,

    R = R0 + F1 (D - D0) + F2 (h' - h0'),     u = u0 + K (range to go - R)/F3,

and u, the lift over drag that is to stand upright, is the cosine of the bank. F1, F2, F3 are
costates of the reference. The side of the bank changes where the target leaves a corridor across
the track; below a speed the bank only turns the path to the target.

Source: Carman, Ives & Geller 1998, AIAA 98-4570; Mendeck & Craig McGrew 2014,
doi:10.2514/1.A32737.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import check_options, number, numbers
from marsward.core.errors import InputError
from marsward.vehicles.capsule import Capsule
from marsward.vehicles.kernels.guidance import PLAN

__all__ = ["REFERENCE", "Guidance"]

Array = NDArray[np.float64]
REFERENCE = (
    "range_to_go", "drag", "height_rate", "upright", "range_by_drag", "range_by_height_rate",
    "range_by_upright", "lift_to_drag", "bank",
)  # fmt: skip
"""Columns of a reference: m, m s-2, m/s, 1, s2, s, m, 1, rad."""
_MOST_ROWS = 2000
_PLAIN = (
    "lon", "lat", "period", "start_drag", "align_speed", "align_gain", "align_limit", "least_bank",
    "most_bank", "gain", "corridor", "corridor_floor",
)  # fmt: skip


@dataclass(frozen=True)
class Guidance:
    """How an entry is steered; `vehicles.entry_aim.aim` makes one that reaches a target.

    lon, lat : of the target, where the trigger is to come [deg]
    speed : of the rows of the reference, even steps, rising (k,) [m/s]
    reference : columns as `REFERENCE` (k, 9)
    follow : bank by range; False flies the reference's bank as it stands
    period : between commands [s]
    start_drag : deceleration by drag that begins the guidance; until then the bank of the
        reference is held [m s-2]
    align_speed : below it the bank aligns the path to the target [m/s]
    align_gain : bank over bearing of the target there
    align_limit : most bank there [deg]
    least_bank, most_bank : limits of the bank before [deg]
    gain : K, over-control
    corridor : of the target across the track at 4 km/s, shrinking with the square of speed [m]
    corridor_floor : added to it at any speed [m]
    side : of the bank at first, 1 right, -1 left
    """

    lon: float
    lat: float
    speed: Array
    reference: Array
    follow: bool = True
    period: float = 1.0
    start_drag: float = 1.96
    align_speed: float = 900.0
    align_gain: float = 5.0
    align_limit: float = 30.0
    least_bank: float = 0.0
    most_bank: float = 150.0
    gain: float = 3.0
    corridor: float = 4000.0
    corridor_floor: float = 700.0
    side: int = 1

    def __post_init__(self) -> None:
        v, rows = np.asarray(self.speed, dtype=float), np.asarray(self.reference, dtype=float)
        if v.ndim != 1 or not 2 <= v.size <= _MOST_ROWS or rows.shape != (v.size, len(REFERENCE)):
            raise InputError(
                f"a reference of {rows.shape} over {v.shape} speeds: give {len(REFERENCE)} columns"
            )
        step = np.diff(v)
        if not (np.isfinite(rows).all() and step[0] > 0 and np.allclose(step, step[0])):
            raise InputError("a reference needs finite rows at even, rising speeds")
        object.__setattr__(self, "speed", v)
        object.__setattr__(self, "reference", np.ascontiguousarray(rows))
        for name in _PLAIN:
            number(getattr(self, name), f"{name} of the guidance")
        if min(self.align_gain, self.gain, self.corridor, self.corridor_floor) < 0.0:
            raise InputError("gains and corridors of the guidance are 0 or more")
        if not 0.0 <= self.align_limit <= 180.0:
            raise InputError(f"align_limit is {self.align_limit!r} deg; give 0 to 180")
        if not abs(self.lat) <= 90.0:
            raise InputError(f"the target lies at {self.lon!r} E {self.lat!r} N; give degrees")
        if not 0.02 <= self.period <= 60.0:
            raise InputError(f"the guidance's period is {self.period!r} s; give 0.02 to 60 s")
        if not 0.0 <= self.least_bank < self.most_bank <= 180.0:
            raise InputError(
                f"bank from {self.least_bank!r} to {self.most_bank!r} deg: give 0 <= least < most "
                "<= 180"
            )
        if self.side not in (1, -1):
            raise InputError(f"side is {self.side!r}: give 1 for right or -1 for left")

    @classmethod
    def open_loop(cls, lon: float, lat: float, profile: ArrayLike, **settings: object) -> Self:
        """Guidance that flies a bank by speed and only steers across the track.

        Parameters
        ----------
        lon, lat : of the target [deg]
        profile : rows of speed [m/s] and bank [deg], rising in speed
        **settings : fields of the guidance
        """
        check_options(settings, cls.__dataclass_fields__, "a guidance")
        rows = np.atleast_2d(numbers(profile, "a profile of bank"))
        if rows.ndim != 2 or rows.shape[1] != 2 or np.any(np.diff(rows[:, 0]) <= 0.0):
            raise InputError("a profile of bank needs pairs of speed and bank, rising in speed")
        speed = np.linspace(0.0, 8000.0, 401)
        table = np.zeros((speed.size, len(REFERENCE)))
        table[:, 8] = np.radians(np.interp(speed, rows[:, 0], rows[:, 1]))
        return cls(lon, lat, speed, table, follow=False, **settings)  # type: ignore[arg-type]

    @property
    def target(self) -> Array:
        """Unit vector of the target in turning axes."""
        lon, lat = math.radians(self.lon), math.radians(self.lat)
        level = math.cos(lat)
        return np.array([level * math.cos(lon), level * math.sin(lon), math.sin(lat)])

    def first_bank(self, speed: float) -> float:
        """Bank of the reference at a speed [m/s], on the first side [rad]."""
        size = float(np.interp(speed, self.speed, self.reference[:, 8]))
        low, high = math.radians(self.least_bank), math.radians(self.most_bank)
        return self.side * min(max(size, low), high)

    def row(self, capsule: Capsule) -> Array:
        """Numbers of the guidance in the order of `kernels.guidance` (PLAN,)."""
        out = np.array([
            self.period, float(self.follow), self.start_drag, self.align_speed, self.align_gain,
            math.radians(self.align_limit), math.radians(self.least_bank),
            math.radians(self.most_bank), self.gain, self.corridor / 4000.0**2,
            self.corridor_floor, math.radians(capsule.bank_rate),
            math.radians(capsule.bank_acceleration), *self.target, float(self.side),
            self.speed[0], 1.0 / (self.speed[1] - self.speed[0]), 1.0,
        ])  # fmt: skip
        assert out.size == PLAN
        return out
