"""Propagation: from a state and the forces to the craft's trajectory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np

from marsward.core.errors import InputError, PhysicsError
from marsward.core.readings import check_epoch
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.dynamics.burns import FiniteBurn, ImpulsiveBurn
from marsward.dynamics.ephemeris import default_ephemeris, naif_id
from marsward.dynamics.events import Event, first_stop
from marsward.dynamics.flight import Flight, Settings, place
from marsward.dynamics.forces import Forces
from marsward.dynamics.schedule import offset, stretches

__all__ = ["prepared", "propagate"]

HORIZON = 4.0e7
"""How long a flight waits for the event that ends it when no epoch was given [s]."""
_EVERYTHING = Forces()


def propagate(
    state: Any,
    epoch: Epoch,
    until: Any,
    *,
    centre: Any = "sun",
    forces: Forces = _EVERYTHING,
    burns: Sequence[ImpulsiveBurn | FiniteBurn] = (),
    mass: float | None = None,
    events: Sequence[Event] = (),
    stm: bool = False,
    rtol: float = 1e-12,
    position_tolerance: float = 1e-6,
    velocity_tolerance: float = 1e-12,
    longest_step: float = math.inf,
    most_steps: int = 200_000,
    impact: bool = True,
    ephemeris: Any = None,
) -> Trajectory:
    """Fly a craft from a state under given forces.

    Dormand-Prince 8(5,3) with error control on the norms of position and velocity; time is a
    whole TDB second plus an offset, steps are differences of offsets.

    Parameters
    ----------
    state : (6,), relative to ``centre``, J2000 [m, m/s]
    epoch : of the state
    until : Epoch, or seconds from ``epoch`` (negative runs backward), or an `Event` that stops
    centre : body name or NAIF id
    forces : `Forces`
    burns : sudden and finite burns; those outside the flight are left out
    mass : at ``epoch`` [kg]; needed by finite burns
    events : events of which those with ``stop=True`` end the flight
    stm : whether to integrate the variational equations too; see `Trajectory.transition`
    rtol : relative tolerance of a step; 1e-12 keeps a 200-day cruise within a metre, and a
        seven-hour orbit of Mars (degree 50) within 1.3 m along its track in 10 days and 2 km in
        259; 1e-13 makes that 0.3 m and 0.4 km, 1e-14 0.02 m and 50 m, each for a third more work
    position_tolerance, velocity_tolerance : absolute parts of it [m], [m/s]
    longest_step : [s]
    most_steps : before giving up
    impact : whether striking a body is an error
    ephemeris : `Ephemeris`; DE440 when left out

    Returns
    -------
    Trajectory, ascending in time also when flown backward.

    Raises
    ------
    InputError : a state, tolerance or burn that makes no sense
    DataError : the ephemeris does not cover the flight
    PhysicsError : the craft strikes a body, the step collapses, or an event never comes
    """
    events = tuple(events or ())
    for event in events:
        if not isinstance(event, Event):
            raise InputError(f"events are made by apsis(…), distance(…) and so on, not {event!r}")
    waiting = isinstance(until, Event)
    if waiting:
        events = (*events, until.stopping())
    flight, end = prepared(
        state, epoch, HORIZON if waiting else until, centre=centre, forces=forces, mass=mass,
        stm=stm, rtol=rtol, position_tolerance=position_tolerance,
        velocity_tolerance=velocity_tolerance, longest_step=longest_step, most_steps=most_steps,
        impact=impact, ephemeris=ephemeris,
    )  # fmt: skip
    stopping = tuple(event for event in events if event.stop)
    for stretch in stretches(flight.time, end, flight.reference, burns):
        flight.kick(stretch)
        if not stopping:
            flight.fly(stretch)
        elif first_stop(flight, stretch, stopping):
            return flight.trajectory()
    if waiting:
        raise PhysicsError(
            f"{until.name} does not come within {HORIZON / 86400:.0f} days of {epoch.utc} UTC; "
            "give an epoch as until and the event in events"
        )
    return flight.trajectory()


def prepared(
    state: Any,
    epoch: Epoch,
    until: Epoch | float,
    *,
    centre: Any = "sun",
    forces: Forces = _EVERYTHING,
    mass: float | None = None,
    stm: bool = False,
    rtol: float = 1e-12,
    position_tolerance: float = 1e-6,
    velocity_tolerance: float = 1e-12,
    longest_step: float = math.inf,
    most_steps: int = 200_000,
    impact: bool = True,
    ephemeris: Any = None,
    dense: bool = True,
) -> tuple[Flight, float]:
    """A `Flight` ready to go and its end [s past its reference]; parameters as `propagate`."""
    reference = float(_single(epoch, "epoch").whole)
    begin = float(epoch.frac)
    if isinstance(until, Epoch):
        end = offset(_single(until, "until"), reference)
    else:
        end = begin + _finite(until, "until", "seconds")
    if end == begin:
        raise InputError(f"the flight begins and ends at {epoch.utc} UTC; give it a duration")
    if not isinstance(forces, Forces):
        raise InputError(f"forces must be a Forces, like Forces(relativity=False), not {forces!r}")
    flight = Flight(
        _checked_state(state), begin, end, reference=reference, centre=place(naif_id(centre)),
        forces=forces, mass=_checked_mass(mass), columns=stm, dense=dense,
        settings=_settings(
            rtol, position_tolerance, velocity_tolerance, longest_step, most_steps, impact
        ),
        ephemeris=default_ephemeris() if ephemeris is None else ephemeris,
    )  # fmt: skip
    flight.choose_centre()
    return flight, end


def __getattr__(name: str) -> Any:
    """`propagate_lanes` and `state_transition`, which build on this module, under its name too."""
    homes = {
        "propagate_lanes": "marsward.dynamics.lanes",
        "state_transition": "marsward.dynamics.state_transition",
    }
    if name not in homes:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(homes[name]), name)


def _checked_state(state: Any) -> np.ndarray:
    try:
        array = np.array(state, dtype=float)
    except (TypeError, ValueError):
        array = np.empty(0)
    if array.shape != (6,) or not np.isfinite(array).all():
        raise InputError(
            f"a state is six finite numbers, x y z [m] and vx vy vz [m/s], not {state!r}"
        )
    return array


def _single(epoch: Any, name: str) -> Epoch:
    check_epoch(epoch, name, single=True)
    return epoch


def _finite(value: Any, name: str, what: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise InputError(f"{name} is an Epoch, {what} or an event, not {value!r}") from None
    if not math.isfinite(number):
        raise InputError(f"{name} must be finite, not {number}")
    return number


def _settings(
    rtol: Any, position: Any, velocity: Any, longest: Any, most: Any, impact: bool
) -> Settings:
    """Settings that the integrator can use; InputError names the one that it cannot."""
    if not (_is_number(rtol) and 1e-15 <= rtol <= 1e-2):
        raise InputError(f"rtol must lie between 1e-15 and 1e-2, not {rtol!r}")
    limits = {"position_tolerance": position, "velocity_tolerance": velocity}
    for name, each in limits.items():
        if not (_is_number(each) and 0.0 <= each < math.inf):
            raise InputError(f"{name} must be a finite number, 0 or above, not {each!r}")
    for name, each in {"longest_step": longest, "most_steps": most}.items():
        if not (_is_number(each) and each > 0.0):
            raise InputError(f"{name} must be above 0, not {each!r}")
    return Settings(
        float(rtol), float(position), float(velocity), float(longest), int(most), impact
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _checked_mass(mass: Any) -> float | None:
    if mass is not None and not (_is_number(mass) and 0.0 < mass < math.inf):
        raise InputError(f"mass must be above 0 kg, like 5000.0, not {mass!r}")
    return mass
