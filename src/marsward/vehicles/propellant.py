"""What a mission's manoeuvres cost in propellant, event by event, and whether the tanks hold it.

    m_after = m_before exp(-dv/(g0 Isp))

(Tsiolkovsky 1903), one event after another from the launch on, with margins on the velocity
changes, propellant for the attitude at each burn, what is let go on the way, and the residue that
no tank gives up. Margins after ESA's margin philosophy for science assessment studies,
SRE-PA/2011.097: 5 % on manoeuvres that are computed, all of the 99 % figure for statistical ones
without a further margin, 100 % on what is not analysed, 2 % of the propellant left in the tanks;
figures of these rules from memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from marsward.core.asked import number
from marsward.core.constants import STANDARD_GRAVITY
from marsward.core.errors import InputError, PhysicsError
from marsward.core.part import Part, value
from marsward.core.quantity import QuantityRule

__all__ = ["Manoeuvre", "PropellantBudget", "PropellantRules", "propellant_budget"]

Array = NDArray[np.float64]
Kind = Literal["deterministic", "statistical", "reserve"]
_ESA = "ESA margin philosophy for science assessment studies, SRE-PA/2011.097, from memory"
_SHARE = Annotated[float, QuantityRule("", ge=0.0, le=2.0)]


class PropellantRules(Part):
    """Margins of the budget."""

    deterministic: _SHARE = value(
        0.05, origin="published", ref=_ESA,
        description="margin on velocity changes that are computed, as a share",
    )  # fmt: skip
    statistical: _SHARE = value(
        0.0, origin="published", ref=_ESA + "; the 99 % figure is the margin",
        description="margin on the 99 % figure of statistical ones, as a share",
    )  # fmt: skip
    reserve: _SHARE = value(
        1.0, origin="published", ref=_ESA,
        description="margin on what is reckoned with but not analysed, as a share",
    )  # fmt: skip
    attitude: _SHARE = value(
        0.02, ref="usual of engines that hold the attitude while the main one burns",
        description="propellant for the attitude in each event, as a share of its own",
    )  # fmt: skip
    residual: Annotated[float, QuantityRule("", ge=0.0, lt=0.5)] = value(
        0.02, origin="published", ref=_ESA,
        description="share of the loaded propellant that the tanks do not give up",
    )  # fmt: skip

    def margin(self, kind: Kind) -> float:
        """Share that is added to a velocity change of a kind."""
        return float(getattr(self, kind))


@dataclass(frozen=True, kw_only=True)
class Manoeuvre:
    """One event of the budget.

    name : of the event; velocity : change without margin [m/s]
    specific_impulse : of the engine [s]
    kind : deterministic, statistical (the 99 % figure) or reserve (not analysed)
    dropped : mass let go after it, without propellant [kg]; et : TDB past J2000 [s], NaN if unknown

    Raises InputError for numbers out of range.
    """

    name: str
    velocity: float = 0.0
    specific_impulse: float = 300.0
    kind: Kind = "deterministic"
    dropped: float = 0.0
    et: float = math.nan
    source: str = ""

    def __post_init__(self) -> None:
        for key in ("velocity", "specific_impulse", "dropped"):
            number(getattr(self, key), f"{key} of {self.name}")
        if self.velocity < 0.0 or self.dropped < 0.0 or self.specific_impulse <= 0.0:
            raise InputError(
                f"{self.name}: velocity change and dropped mass are 0 or more and the specific "
                f"impulse lies above 0, not {self.velocity:g} m/s, {self.dropped:g} kg and "
                f"{self.specific_impulse:g} s"
            )


@dataclass(frozen=True, eq=False)
class PropellantBudget:
    """The craft's mass through its events.

    events : (n,); velocity : with margin (n,) [m/s]; used : propellant of each, attitude with it
    (n,) [kg]; before, after : mass of the craft around each burn (n,) [kg], dropped mass not yet
    gone in `after`; left : propellant on board after each (n,) [kg]
    loaded, residual, margin : propellant at launch, left in the tanks, and free at the end [kg]
    """

    events: tuple[Manoeuvre, ...]
    velocity: Array
    used: Array
    before: Array
    after: Array
    left: Array
    dry: float
    loaded: float
    residual: float

    @property
    def launch(self) -> float:
        """Mass at launch [kg]."""
        return self.dry + self.loaded + sum(each.dropped for each in self.events)

    @property
    def margin(self) -> float:
        """Propellant that is free at the end, above the residue [kg]."""
        left = float(self.left[-1]) if self.left.size else self.loaded
        return max(left - self.residual, 0.0)

    @property
    def spare(self) -> float:
        """Velocity change that the free propellant still gives the last engine [m/s]."""
        rate = self.events[-1].specific_impulse if self.events else 300.0
        end = self.dry + self.residual
        return float(STANDARD_GRAVITY) * rate * math.log((end + max(self.margin, 0.0)) / end)


def _growth(each: Manoeuvre, rules: PropellantRules, scale: float = 1.0) -> float:
    """Mass before an event over that after it, attitude included."""
    change = scale * each.velocity * (1.0 + rules.margin(each.kind))
    burnt = -math.expm1(-change / (float(STANDARD_GRAVITY) * each.specific_impulse))
    share = burnt * (1.0 + rules.attitude)
    return 1.0 / (1.0 - share) if share < 1.0 else math.inf


def loaded_for(
    events: Sequence[Manoeuvre], dry: float, rules: PropellantRules, scale: float = 1.0
) -> float:
    """Propellant [kg] that a craft of a dry mass [kg] must load; infinite where none does.

    The mass at the end is dry mass and residue r L; going back through the events it becomes a
    linear function of the load L at launch, which is solved.
    """
    slope, at_zero = rules.residual, dry
    for each in reversed(tuple(events)):
        grown = _growth(each, rules, scale)
        slope, at_zero = slope * grown, (at_zero + each.dropped) * grown
    if not slope < 1.0:
        return math.inf
    return max(at_zero - dry - sum(each.dropped for each in events), 0.0) / (1.0 - slope)


def propellant_budget(
    events: Sequence[Manoeuvre], *, dry: float, loaded: float, rules: PropellantRules | None = None
) -> PropellantBudget:
    """Fly the masses through the events.

    Parameters
    ----------
    events : in the order of time
    dry : mass of the craft at the end without propellant [kg]; what is dropped comes on top
    loaded : propellant at launch [kg]
    rules : margins

    Raises
    ------
    InputError : masses not above zero.
    PhysicsError : the propellant does not do; the sentence says how much is missing, after which
        event, and the greatest velocity change and dry mass that would do.
    """
    kept = rules or PropellantRules()
    mass, tank = number(dry, "the dry mass", "kg"), number(loaded, "the propellant", "kg")
    if mass <= 0.0 or tank < 0.0:
        raise InputError(
            f"the dry mass lies above 0 kg and the propellant is 0 kg or more, not {mass:g} kg and "
            f"{tank:g} kg"
        )
    listed = tuple(events)
    needed = loaded_for(listed, mass, kept)
    if needed - tank > 1e-9 * (mass + tank):  # less is rounding
        raise PhysicsError(_overrun(listed, mass, tank, needed, kept))
    now = mass + tank + sum(each.dropped for each in listed)
    before, after, used = (np.empty(len(listed)) for _ in range(3))
    for k, each in enumerate(listed):
        before[k] = now
        after[k] = now / _growth(each, kept)
        used[k] = before[k] - after[k]
        now = after[k] - each.dropped
    velocity = np.array([each.velocity * (1.0 + kept.margin(each.kind)) for each in listed])
    return PropellantBudget(
        listed, velocity, used, before, after, tank - np.cumsum(used), mass, tank,
        kept.residual * tank,
    )  # fmt: skip


def _overrun(
    events: tuple[Manoeuvre, ...], dry: float, loaded: float, needed: float, rules: PropellantRules
) -> str:
    """The sentence for tanks that do not hold enough."""
    total = sum(each.velocity for each in events)
    scale = _greatest(lambda s: loaded_for(events, dry, rules, s) <= loaded)
    light = _greatest(lambda s: loaded_for(events, s * dry, rules) <= loaded)
    named, most = _runs_dry(events, dry, loaded, rules), scale * total
    if math.isinf(needed):
        lack = f"{total:.1f} m/s take more than any load gives, and {loaded:.1f} kg are loaded"
    else:
        lack = (
            f"{total:.1f} m/s take {needed:.1f} kg with margins and residue, {loaded:.1f} kg are "
            f"loaded, {needed - loaded:.1f} kg are missing"
        )
    would = f"{dry:.1f} kg dry can do {most:.1f} m/s at most, all manoeuvres alike, before margins"
    if light > 0.0:
        would += f"; {total:.1f} m/s need a dry mass of {light * dry:.1f} kg at most"
    return f"propellant overrun at {named!r}: {lack}; {would}"


def _runs_dry(
    events: tuple[Manoeuvre, ...], dry: float, loaded: float, rules: PropellantRules
) -> str:
    """Name of the event in which the free propellant ends."""
    now = dry + loaded + sum(each.dropped for each in events)
    free = (1.0 - rules.residual) * loaded
    for each in events:
        after = now / _growth(each, rules)
        free -= now - after
        if free < 0.0:
            return each.name
        now = after - each.dropped
    return events[-1].name


def _greatest(does: Callable[[float], bool]) -> float:
    """The greatest number from 0 to 1 that does, to 1e-6; rising ones fail once and for all."""
    low, high = 0.0, 1.0
    if not does(low):
        return 0.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if does(middle) else (low, middle)
    return low
