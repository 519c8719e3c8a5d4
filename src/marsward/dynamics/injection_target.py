"""An injection along the velocity that ends where it is aimed: no turn is left in the impulse.

Lambert's conic knows neither the pull of the Moon nor how long the Earth holds a craft back, so its
velocity at infinity must be corrected by some tens to hundreds of metres a second. Corrected in the
place of the first injection, the impulse would no longer lie along the parking orbit. Here the
parking orbit is laid anew for the corrected asymptote, and aimed again, until nothing turns.

    leave, hit = aimed_injection(
        out, launch, site, lambda state, epoch: target_b_plane(state, epoch, aim, forces=forces),
        altitude=200e3,
    )
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.hyperbola import hyperbola
from marsward.dynamics.injection import Injection, LaunchSite, injection

__all__ = ["Hit", "aimed_injection"]

Array = NDArray[np.float64]


class Hit(Protocol):
    """What an aiming gives back: `TargetedPassage`, `TargetedEntry`."""

    @property
    def departure(self) -> Any:
        """(6,) corrected state [m, m/s]."""

    @property
    def correction(self) -> Any:
        """(3,) change of the velocity [m/s]."""


H = TypeVar("H", bound=Hit)


def aimed_injection(
    asymptote: ArrayLike,
    launch: Epoch,
    site: LaunchSite,
    target: Callable[[Array, Epoch], H],
    *,
    altitude: float,
    ascent: float = 0.0,
    turn: float = 1.0,
    rounds: int = 8,
) -> tuple[Injection, H]:
    """Injection and aimed departure that differ by less than `turn` [m/s].

    Parameters
    ----------
    asymptote : (3,) first guess of the velocity at infinity, relative to the Earth, J2000 [m/s]
    launch, site, altitude, ascent : as `injection` takes them
    target : corrects a state (6,) at an epoch, relative to the Earth
    turn : of the impulse off the parking orbit that may be left [m/s]
    rounds : before giving up

    Raises
    ------
    InputError : a turn that is none
    PhysicsError : as `injection` and `target`; or the two do not settle, with what is left
    """
    if not 0.0 < turn < math.inf:
        raise InputError(f"turn is a speed above 0 m/s, not {turn!r}")
    wanted, left = np.asarray(asymptote, dtype=float), math.inf
    for _ in range(rounds):
        leave = injection(wanted, launch, site, altitude=altitude, ascent=ascent)
        hit = target(leave.state, leave.epoch)
        left = float(np.linalg.norm(hit.correction))
        if left < turn:
            return leave, hit
        orbit = hyperbola(np.asarray(hit.departure, dtype=float), float(body("earth").gm))
        wanted = math.sqrt(orbit.c3) * orbit.outgoing
    raise PhysicsError(
        f"the injection of {launch} does not settle: after {rounds} parking orbits its impulse is "
        f"still turned by {left:.1f} m/s; launch some hours earlier or later, or allow that turn"
    )
