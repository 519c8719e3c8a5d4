"""What a rover may do in a sol, and under which limits: the problem that planners solve.

A sol is cut into slots. Each activity takes some in a row, with a power, data that it makes or
sends, things that it holds, what must be done before, hours, sunlight and warmth that it needs.
The battery fills by what the sources give beyond the load and never above full:

    e' = min(full, e + min(in x net, net/out) dt)

with the shares that charging keeps and discharging gives; data lie in the store until a relay pass
takes them, as early as it can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.core.part import Part, value
from marsward.core.quantity import QuantityRule
from marsward.core.registry import unknown

__all__ = ["Activity", "SolLimits", "SolProblem", "relay_activities"]

Array = NDArray[np.float64]
Kind = Literal[
    "drive", "image", "radar", "libs", "weather", "uplink", "relay", "heat-up", "other"
]  # fmt: skip
_Hour = Annotated[float, QuantityRule("", ge=0.0, le=24.0)]
_SLACK = 1e-6


class Activity(Part):
    """One thing that a rover may do in a sol."""

    name: str = value(description="name, once in a plan", min_length=1)
    kind: Kind = value("other", description="what it is")
    power: Annotated[float, QuantityRule("W", ge=0.0, le=1e5)] = value(
        unit="W", description="beyond what the awake rover uses anyway"
    )
    duration: Annotated[float, QuantityRule("s", gt=0.0, le=9e4)] = value(
        unit="s", description="without a break"
    )
    data: Annotated[float, QuantityRule("bit", ge=0.0)] = value(
        "0 bit", unit="bit", description="that it makes, evenly while it lasts"
    )
    sends: Annotated[float, QuantityRule("bit", ge=0.0)] = value(
        "0 bit", unit="bit", description="that it can send, evenly while it lasts"
    )
    worth: Annotated[float, QuantityRule("", ge=0.0, le=1e6)] = value(
        1.0, description="what the plan gains by it"
    )
    after: tuple[str, ...] = value((), description="activities that must have ended before")
    begin: _Hour = value(0.0, description="true solar hour from which it may run")
    end: _Hour = value(24.0, description="true solar hour until which it may run")
    sunlit: bool = value(False, description="whether it needs the Sun above the horizon")
    warm: Annotated[float, QuantityRule("K", ge=0.0, lt=400.0)] = value(
        "0 K", unit="K", description="least temperature of the box"
    )
    holds: tuple[str, ...] = value(
        (), description="what only one activity at a time may hold: wheels, mast, radio"
    )
    optional: bool = value(True, description="whether a plan may leave it out")


@dataclass(frozen=True, kw_only=True, eq=False)
class SolLimits:
    """What the rover and the sol give, slot by slot (h,).

    hours : true solar time of the middles of the slots [h]; slot : length [s]
    supply : of the sources on the bus [W]; base : what is used without activities [W]
    lit : the Sun above the horizon; box : temperature of the box without activities [K]
    most : most power that may be drawn at once [W]
    charge : energy in the battery at the beginning, full : when full, floor : least, end : least
        at the end of the sol [J]; kept, given : shares of charging and discharging
    stored : data at the beginning, store : that it can hold [bit]
    send_worth : what the plan gains by each gigabit sent
    """

    hours: Array
    slot: float
    supply: Array
    base: Array
    lit: NDArray[np.bool_]
    box: Array
    most: Array
    charge: float
    full: float
    floor: float
    end: float
    kept: float = 0.96
    given: float = 0.96
    stored: float = 0.0
    store: float = 64e9
    send_worth: float = 10.0

    def __post_init__(self) -> None:
        for name in ("supply", "base", "lit", "box", "most"):
            if np.shape(getattr(self, name)) != np.shape(self.hours):
                raise InputError(f"{name} of a sol's limits needs one value for each slot")
        if not 0.0 <= self.floor <= self.full or self.slot <= 0.0:
            raise InputError("a battery's floor lies below full, and a slot lasts")
        if not (0.0 < self.kept <= 1.0 and 0.0 < self.given <= 1.0):
            raise InputError("the shares of charging and discharging lie above 0 and up to 1")


@dataclass(frozen=True, eq=False)
class SolProblem:
    """Activities and limits of one sol."""

    activities: tuple[Activity, ...]
    limits: SolLimits

    def __post_init__(self) -> None:
        names = [a.name for a in self.activities]
        for name in names:
            if names.count(name) > 1:
                raise InputError(f"the activity {name!r} is there twice; give each its own name")
        for each in self.activities:
            for before in each.after:
                if before not in names:
                    raise InputError(unknown(f"activity before {each.name!r}", before, names))
        if len(self.order) != len(self.activities):
            raise InputError("the order of the activities is broken")

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Activities, each after those that must come before it."""
        place = {a.name: k for k, a in enumerate(self.activities)}
        left, done = list(range(len(self.activities))), []
        while left:
            free = [k for k in left if all(place[b] in done for b in self.activities[k].after)]
            if not free:
                ring = ", ".join(self.activities[k].name for k in left)
                raise InputError(f"activities wait for each other in a ring: {ring}")
            done += free
            left = [k for k in left if k not in free]
        return tuple(done)

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """Slots that each activity takes."""
        slot = self.limits.slot
        out = [int(np.ceil(a.duration / slot - 1e-9)) for a in self.activities]
        for k, act in enumerate(self.activities):
            if act.kind == "relay":
                first, last = self._touched(act)
                out[k] = last - first
        return np.array(out, dtype=np.int64)

    def _touched(self, act: Activity) -> tuple[int, int]:
        """First slot that a pass touches, and the one after its last: the radio is on in whole
        slots."""
        slots = self.limits.hours.size
        first = int(np.floor(act.begin * slots / 24.0 + 1e-9))
        last = int(np.ceil(act.end * slots / 24.0 - 1e-9))
        return min(first, slots - 1), min(max(last, first + 1), slots)

    @cached_property
    def starts(self) -> NDArray[np.bool_]:
        """Slots in which each activity may begin (activities, h): hours, sunlight, warmth.

        A relay pass begins when it does.
        """
        lim = self.limits
        count = lim.hours.size
        half = 12.0 / count
        allowed = np.zeros((len(self.activities), count), dtype=bool)
        for k, act in enumerate(self.activities):
            if act.kind == "relay":
                allowed[k, self._touched(act)[0]] = True
                continue
            good = (lim.hours - half >= act.begin - 1e-9) & (lim.hours + half <= act.end + 1e-9)
            if act.sunlit:
                good &= lim.lit
            good &= lim.box >= act.warm
            length = int(self.lengths[k])
            runs = np.convolve(good, np.ones(length), "valid") >= length - 0.5 if length else good
            allowed[k, : runs.size] = runs if length <= count else False
        return allowed

    def watts(self, begun: Mapping[int, int]) -> Array:
        """Power of the activities (h,) [W]; begun : first slot by activity."""
        total = np.zeros(self.limits.hours.size)
        for k, first in begun.items():
            total[first : first + int(self.lengths[k])] += self.activities[k].power
        return total

    def energy(self, begun: Mapping[int, int]) -> Array:
        """Energy in the battery at the slots' ends, before it the beginning's (h + 1,) [J]."""
        lim = self.limits
        net = lim.supply - lim.base - self.watts(begun)
        step = np.minimum(lim.kept * net, net / lim.given) * lim.slot
        held = np.empty(net.size + 1)
        held[0] = min(lim.charge, lim.full)
        for k, gain in enumerate(step):
            held[k + 1] = min(held[k] + gain, lim.full)
        return held

    def data(self, begun: Mapping[int, int]) -> tuple[Array, Array]:
        """Data in the store (h + 1,) and sent in each slot (h,) [bit]."""
        lim = self.limits
        made, rate = np.zeros(lim.hours.size), np.zeros(lim.hours.size)
        for k, first in begun.items():
            act, length = self.activities[k], int(self.lengths[k])
            made[first : first + length] += act.data / length
            rate[first : first + length] += act.sends / length
        held, sent = np.empty(made.size + 1), np.empty(made.size)
        held[0] = lim.stored
        for k in range(made.size):
            sent[k] = min(held[k], rate[k])
            held[k + 1] = held[k] - sent[k] + made[k]
        return held, sent

    def worth(self, begun: Mapping[int, int]) -> float:
        """What a plan gains."""
        sent = float(self.data(begun)[1].sum())
        plain = sum(self.activities[k].worth for k in begun)
        return float(plain + self.limits.send_worth * sent / 1e9)

    def broken(self, begun: Mapping[int, int]) -> str | None:
        """The first limit that a plan breaks, as a sentence; None if it keeps all."""
        lim, place = self.limits, {a.name: k for k, a in enumerate(self.activities)}
        busy: dict[str, NDArray[np.bool_]] = {}
        for k, first in begun.items():
            act, stop = self.activities[k], first + int(self.lengths[k])
            if not (0 <= first < lim.hours.size and self.starts[k, first]):
                return f"{act.name} may not begin in slot {first}"
            for before in act.after:
                other = place[before]
                if other not in begun or begun[other] + int(self.lengths[other]) > first:
                    return f"{act.name} comes before {before} has ended"
            for thing in act.holds:
                taken = busy.setdefault(thing, np.zeros(lim.hours.size, dtype=bool))
                if taken[first:stop].any():
                    return f"{act.name} finds the {thing} held by another"
                taken[first:stop] = True
        watts = self.watts(begun)
        over = lim.base + watts > lim.most + _SLACK
        if (over & (watts > 0.0)).any():
            return f"more power than {lim.most[over].min():.0f} W is drawn"
        held = self.energy(begun)
        if held.min() < lim.floor - 1.0:
            hour = float(lim.hours[max(int(np.argmin(held)) - 1, 0)])
            return f"the battery is empty at {hour:.1f} h"
        if held[-1] < lim.end - 1.0:
            return f"the sol ends with {held[-1] / 3600.0:.0f} Wh in the battery"
        if self.data(begun)[0].max() > lim.store + 1.0:
            return "the data store overflows"
        return None


def relay_activities(
    passes: Sequence[tuple[float, float, float]], *, power: str = "60 W", worth: float = 0.0
) -> tuple[Activity, ...]:
    """Relay passes as activities that a plan may take.

    passes : true solar hours of begin and end, and the bits that it can carry
    power : of the transmitter
    Raises InputError for a pass that ends before it begins.
    """
    out = []
    for number, (begin, end, bits) in enumerate(passes, start=1):
        if not (0.0 <= begin < end <= 24.0 and bits >= 0.0):
            raise InputError(f"relay pass {number} from {begin:g} to {end:g} h is none")
        out.append(
            Activity(
                name=f"relay {number}", kind="relay", power=power, worth=worth,
                duration=f"{(end - begin) * 3698.968} s", sends=f"{bits} bit", begin=begin,
                end=end, holds=("radio",),
            )
        )  # fmt: skip
    return tuple(out)
