"""From the capture orbit down to the orbit that is wanted, by engine: periapsis, then apoapsis.

The periapsis is set by an impulse at the apoapsis, the apoapsis by burns at the periapsis, as
many as keep each short; at the end two trims make the heights what was asked for. Heights are those
that the full force model meets at the next passage, not osculating ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward.core.bodies import body
from marsward.core.constants import STANDARD_GRAVITY
from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.aerobraking import apsis_dv
from marsward.dynamics.capture_orbits import propellant_for
from marsward.dynamics.elements import Elements, osculating
from marsward.dynamics.events import apsis
from marsward.dynamics.forces import Forces
from marsward.dynamics.insertion import insertion_burn
from marsward.dynamics.propagate import propagate

__all__ = ["OrbitStep", "apsis_impulse", "coast_to_apsis", "lower_orbit"]

Array = NDArray[np.float64]
PLANET = "mars"
_CLOSE = 50.0
_ROUNDS = 8


@dataclass(frozen=True)
class OrbitStep:
    """One burn in orbit and the orbit after it.

    Attributes
    ----------
    name : what it is for
    epoch : of the impulse, or of the ignition
    dv, impulse : what the engine gives, and what an impulse would [m/s]
    duration : [s]; of an impulse what the engine needs for it, which is not flown
    mass_before, mass_after : [kg]
    end : when the orbit after it begins
    state : (6,) then, relative to Mars, J2000 [m, m/s]
    """

    name: str
    epoch: Epoch
    dv: float
    impulse: float
    duration: float
    mass_before: float
    mass_after: float
    end: Epoch
    state: Array

    @property
    def propellant(self) -> float:
        """[kg]"""
        return self.mass_before - self.mass_after

    @property
    def orbit(self) -> Elements:
        """Osculating elements after it."""
        return osculating(self.state, self.end, body=PLANET)


def coast_to_apsis(
    state: Array, epoch: Epoch, kind: str, *, forces: Forces, turns: int = 0, ephemeris: Any = None
) -> tuple[Epoch, Array]:
    """Epoch and state (6,) at the next apsis of a kind, some turns on.

    Raises
    ------
    PhysicsError : the craft is not in orbit, or the path strikes the planet before.
    """
    event = apsis(PLANET, kind=kind, stop=True, name=kind)
    for _ in range(turns + 1):
        period = float(osculating(state, epoch, body=PLANET).period)
        if not math.isfinite(period):
            raise PhysicsError(f"at {epoch} the craft is not in an orbit about Mars; capture first")
        longest = 1.5 * period + 600.0
        path = propagate(
            state, epoch, longest, centre=PLANET, forces=forces, events=(event,),
            ephemeris=ephemeris,
        )  # fmt: skip
        if longest - path.duration < 1.0:
            raise PhysicsError(f"no {kind} at Mars comes within a turn and a half of {epoch}")
        epoch, state = path.stop, path.at(path.stop, wrt=PLANET, ephemeris=ephemeris)
    return epoch, state


def apsis_impulse(
    state: Array, epoch: Epoch, kind: str, height: float, *, forces: Forces, ephemeris: Any = None
) -> float:
    """Change of speed [m/s] at an apsis that gives the other one a height; negative slows.

    Parameters
    ----------
    state, epoch : (6,) at the apsis, relative to Mars, J2000 [m, m/s]
    kind : of the apsis whose height is set: the one that comes next
    height : above the equatorial radius [m]

    The next passage is flown under all forces and the impulse corrected by it; in an orbit that is
    all but round, where the oblateness shifts the apsides, the conic is taken.
    """
    gm, ground = float(body(PLANET).gm), float(body(PLANET).equatorial_radius)
    at, speed = float(np.linalg.norm(state[:3])), float(np.linalg.norm(state[3:]))
    wanted = ground + height
    along = np.concatenate([np.zeros(3), state[3:] / speed])
    dv = math.sqrt(2.0 * gm * wanted / (at * (at + wanted))) - speed
    if abs(at - wanted) < 0.02 * at:
        return dv
    for _ in range(_ROUNDS):
        _, there = coast_to_apsis(
            state + dv * along, epoch, kind, forces=forces, ephemeris=ephemeris
        )
        gap = wanted - float(np.linalg.norm(there[:3]))
        if abs(gap) < _CLOSE:
            return dv
        new = speed + dv
        axis = 1.0 / (2.0 / at - new**2 / gm)
        dv += gap / (4.0 * axis**2 * new / gm)
    raise PhysicsError(
        f"the {kind} of {height / 1e3:.0f} km does not settle at {epoch}: it is still "
        f"{abs(gap) / 1e3:.1f} km off; ask for one further from the other apsis"
    )


@dataclass(frozen=True)
class _Craft:
    """Who burns: thrust [N], Isp [s], forces, steering."""

    thrust: float
    isp: float
    steering: str
    forces: Forces
    ephemeris: Any

    def impulse(self, name: str, state, epoch: Epoch, mass: float, kind: str, height: float):
        """The step that sets the height of the apsis of a kind from the opposite one."""
        dv = apsis_impulse(
            state, epoch, kind, height, forces=self.forces, ephemeris=self.ephemeris
        )  # fmt: skip
        spent = float(propellant_for(abs(dv), mass, self.isp))
        after = state.copy()
        after[3:] *= 1.0 + dv / float(np.linalg.norm(state[3:]))
        burning = spent * self.isp * float(STANDARD_GRAVITY) / self.thrust
        return OrbitStep(name, epoch, abs(dv), abs(dv), burning, mass, mass - spent, epoch, after)

    def apsis(self, step: OrbitStep, kind: str, turns: int = 0) -> tuple[Epoch, Array]:
        """Where the orbit after a step has its next apsis of a kind."""
        return coast_to_apsis(
            step.state, step.end, kind, forces=self.forces, turns=turns, ephemeris=self.ephemeris
        )


def lower_orbit(
    state: Any,
    epoch: Epoch,
    *,
    goal: tuple[float, float],
    thrust: float,
    isp: float,
    mass: float,
    longest: float = 1200.0,
    wait: int = 1,
    steering: str = "velocity",
    forces: Forces,
    ephemeris: Any = None,
) -> list[OrbitStep]:
    """Bring an orbit about Mars down by engine.

    Parameters
    ----------
    state, epoch : (6,) in the orbit, relative to Mars, J2000 [m, m/s]
    goal : heights of periapsis and apoapsis above the equatorial radius [m]
    thrust, isp, mass : [N], [s], [kg]
    longest : that a burn may last [s]
    wait : turns between two steps, for tracking

    Returns
    -------
    list of OrbitStep: "periapsis", "apoapsis 1" … "apoapsis n", "trim periapsis", "trim apoapsis".

    Raises
    ------
    InputError : heights in the wrong order, or a time that is none
    PhysicsError : the orbit is below the goal already, or a burn leads nowhere.
    """
    low, high = goal
    if not (0.0 < low <= high < math.inf) or not longest > 0.0 or wait < 0:
        raise InputError(
            f"an orbit is lowered to heights above 0 m, the periapsis' first, by burns longer than "
            f"0 s with 0 turns or more between, not to {goal!r}, {longest!r} s, {wait!r}"
        )
    craft = _Craft(thrust, isp, steering, forces, ephemeris)
    when, there = coast_to_apsis(
        np.asarray(state, float), epoch, "apoapsis", forces=forces, turns=wait, ephemeris=ephemeris
    )
    steps = [craft.impulse("periapsis", there, when, mass, "periapsis", low)]
    for number, period in enumerate(_periods(steps[-1], goal, thrust, isp, longest), 1):
        last = steps[-1]
        if number > 1:
            when, there = craft.apsis(last, "apoapsis", wait)
        else:
            when, there = last.end, last.state
        burn = insertion_burn(
            there, when, period=period, thrust=thrust, isp=isp, mass=last.mass_after,
            steering=steering, forces=forces, ephemeris=ephemeris,
        )  # fmt: skip
        steps.append(
            OrbitStep(
                f"apoapsis {number}", burn.ignition, burn.dv, burn.impulse, burn.duration,
                burn.mass_before, burn.mass_after, burn.burn.stop,
                burn.path.at(burn.path.stop, wrt=PLANET, ephemeris=ephemeris),
            )
        )  # fmt: skip
    for name, at, kind, height in (
        ("trim periapsis", "apoapsis", "periapsis", low),
        ("trim apoapsis", "periapsis", "apoapsis", high),
    ):
        last = steps[-1]
        when, there = craft.apsis(last, at, wait)
        steps.append(craft.impulse(name, there, when, last.mass_after, kind, height))
    return steps


def _periods(step: OrbitStep, goal, thrust: float, isp: float, longest: float) -> list[float]:
    """Periods [s] after each burn at the periapsis, with equal impulses."""
    gm, ground = float(body(PLANET).gm), float(body(PLANET).equatorial_radius)
    low, high = ground + goal[0], ground + goal[1]
    now = float(step.orbit.apoapsis_radius)
    if not now > high + 1e3:
        raise PhysicsError(
            f"the apoapsis is at {(now - ground) / 1e3:.0f} km, not above the "
            f"{goal[1] / 1e3:.0f} km that it is to be lowered to; ask for a lower orbit or a "
            "longer capture orbit"
        )
    dv = apsis_dv(low, now, high)
    seconds = float(propellant_for(dv, step.mass_after, isp)) * isp * float(STANDARD_GRAVITY)
    count = max(1, math.ceil(seconds / thrust / longest))
    top = math.sqrt(2.0 * gm * now / (low * (low + now)))
    speeds = top - dv * np.arange(1, count + 1) / count
    axes = 1.0 / (2.0 / low - speeds**2 / gm)
    return [float(p) for p in 2.0 * math.pi * np.sqrt(axes**3 / gm)]
