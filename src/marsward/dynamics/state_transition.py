"""Where a state goes, and how that changes with the state and with solar pressure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from marsward.core.time import Epoch
from marsward.dynamics.burns import FiniteBurn, ImpulsiveBurn
from marsward.dynamics.forces import Forces
from marsward.dynamics.propagate import prepared
from marsward.dynamics.schedule import stretches

__all__ = ["Transition", "arrive", "state_transition"]

_EVERYTHING = Forces()


class Transition(NamedTuple):
    """The end of a flight and its derivatives.

    state : (6,) at the end, relative to the centre of the first state [m, m/s]
    matrix : (6, 6) derivative of ``state`` by the first state
    solar : (6,) derivative of ``state`` by the solar pressure at 1 au [per m/s2]
    """

    state: np.ndarray
    matrix: np.ndarray
    solar: np.ndarray


def state_transition(
    state: Any,
    epoch: Epoch,
    until: Epoch | float,
    *,
    centre: Any = "sun",
    forces: Forces = _EVERYTHING,
    burns: Sequence[ImpulsiveBurn | FiniteBurn] = (),
    mass: float | None = None,
    rtol: float = 1e-12,
    ephemeris: Any = None,
    **settings: Any,
) -> Transition:
    """Final state, state transition matrix and solar-pressure column, without the path between.

    The variational equations are integrated along the same steps as the orbit. They hold the
    attraction of every body, gravity fields, relativity, thrust and solar pressure; the change
    of the light inside a penumbra with position is left out. Parameters as `propagate`.

    Raises
    ------
    As `propagate`.
    """
    flight = _flown(
        state, epoch, until, stm=True, centre=centre, forces=forces, burns=burns, mass=mass,
        rtol=rtol, ephemeris=ephemeris, **settings,
    )  # fmt: skip
    return Transition(
        flight.relative_to(flight.origin),
        np.ascontiguousarray(flight.columns[:6].T),
        flight.columns[6].copy(),
    )


def arrive(state: Any, epoch: Epoch, until: Epoch | float, **options: Any) -> np.ndarray:
    """(6,) the final state alone, relative to the centre of the first one: the fastest way.

    Options as `propagate`, without events.
    """
    flight = _flown(state, epoch, until, stm=False, **options)
    return flight.relative_to(flight.origin)


def _flown(state: Any, epoch: Epoch, until: Any, *, burns: Sequence = (), **options: Any) -> Any:
    flight, end = prepared(state, epoch, until, dense=False, **options)
    for stretch in stretches(flight.time, end, flight.reference, burns):
        flight.kick(stretch)
        flight.fly(stretch)
    return flight
