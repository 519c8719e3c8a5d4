"""Many craft to one epoch at once, for Monte Carlo and targeting."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from marsward.core.constants import ASTRONOMICAL_UNIT
from marsward.core.errors import InputError, PhysicsError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.data.gravity_model import gravity_model
from marsward.dynamics.forces import Forces, masses
from marsward.dynamics.kernels.lanes import NOT_FINITE, REACHED, UNDERFLOW, integrate_lanes
from marsward.dynamics.propagate import prepared
from marsward.dynamics.tableau import tableau

__all__ = ["propagate_lanes"]

BLOCK = 64
"""Craft that share steps: as many as the working arrays leave room for in the nearest cache."""
_EVERYTHING = Forces(centre_switching=False)


def propagate_lanes(
    states: Any,
    epoch: Epoch,
    until: Epoch | float,
    *,
    centre: Any = "sun",
    forces: Forces = _EVERYTHING,
    solar_pressure: Any = None,
    gravity: Mapping[str, int] | None = None,
    rtol: float = 1e-12,
    ephemeris: Any = None,
    workers: int = 1,
    **settings: Any,
) -> np.ndarray:
    """Fly many craft from one epoch to another, without the paths between.

    Point masses, light pressure in full light and the Sun's relativity, relative to one centre
    throughout: there are no shadows, drag, burns, impacts or events here. Of a gravity field each
    craft feels the second zonal harmonic where it is; the rest, a thousandth of that, changes
    linearly from the first craft of a block on. Craft are taken in blocks of `BLOCK` that share
    their steps, so give them in an order in which neighbours are alike.

    Parameters
    ----------
    states : (N, 6), relative to ``centre``, J2000 [m, m/s]
    epoch : of all states
    until : Epoch, or seconds from ``epoch``
    centre : body name or NAIF id that states are relative to, before and after
    forces : `Forces`; its ``gravity`` must be empty; the fields of lanes are given apart
    solar_pressure : (N,) acceleration of each craft at 1 au [m/s2]; that of ``forces`` otherwise
    gravity : degree of the gravity field by body, ``{"earth": 4}``; point masses when left out
    rtol : relative tolerance of a step
    ephemeris : `Ephemeris`; DE440 when left out
    workers : threads

    Returns
    -------
    (N, 6) states at ``until`` relative to ``centre`` [m, m/s].

    Raises
    ------
    InputError : shapes, values, or forces that lanes do not have
    DataError : the ephemeris does not cover the flight
    PhysicsError : a craft comes too near a point mass, or its state stops being finite
    """
    array = _floats(states, "states of lanes")
    if array.ndim == 1:
        array = array[None]
    if array.ndim != 2 or array.shape[1] != 6 or not np.isfinite(array).all():
        raise InputError(
            f"states of lanes are finite numbers of shape (N, 6), not {np.shape(states)}"
        )
    if not (isinstance(workers, int | np.integer) and workers >= 1):
        raise InputError(f"workers is a number of threads, 1 or more, not {workers!r}")
    if not isinstance(forces, Forces):
        raise InputError(f"forces must be a Forces, like Forces(relativity=False), not {forces!r}")
    if forces.gravity:
        raise InputError(
            "lanes have no gravity fields of their own: leave gravity of the forces empty and "
            'give propagate_lanes(…, gravity={"earth": 4})'
        )
    push = _pushes(solar_pressure, forces, array.shape[0])
    if array.shape[0] == 0:
        return array
    if forces.drag is not None:
        raise InputError("lanes have no drag; propagate craft one by one, or leave drag out")
    plain = Forces(
        forces.bodies, None, forces.relativity, gravity=gravity or {}, centre_switching=False
    )
    flight, end = prepared(
        array[0], epoch, until, centre=centre, forces=plain, rtol=rtol, ephemeris=ephemeris,
        impact=False, **settings,
    )  # fmt: skip
    model = flight.model()
    first = _first_step(array, flight, rtol)
    zonal = _zonal(plain, epoch)

    def fly(begin: int) -> None:
        rows = slice(begin, begin + BLOCK)
        block = np.ascontiguousarray(array[rows].T)
        status, _, _, time = integrate_lanes(
            block, flight.time, end, first, flight.settings.tolerance,
            flight.settings.most_steps, push[rows], zonal, model, tableau(),
        )  # fmt: skip
        if status != REACHED:
            raise PhysicsError(_sentence(status, begin, block, flight.epoch(time)))
        array[rows] = block.T

    starts = range(0, array.shape[0], BLOCK)
    if workers == 1 or len(starts) == 1:
        for begin in starts:
            fly(begin)
    else:
        with ThreadPoolExecutor(min(workers, os.cpu_count() or 1)) as pool:
            list(pool.map(fly, starts))
    return array


def _floats(values: Any, what: str) -> np.ndarray:
    try:
        return np.array(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"{what} must be numbers in one even array, not {values!r}") from error


def _pushes(solar_pressure: Any, forces: Forces, count: int) -> np.ndarray:
    au2 = float(ASTRONOMICAL_UNIT) ** 2
    if solar_pressure is None:
        light = forces.solar_pressure
        return np.full(count, 0.0 if light is None else light.acceleration_1au * au2)
    each = _floats(solar_pressure, "solar_pressure of lanes")
    if each.shape not in ((), (count,)) or not np.isfinite(each).all():
        raise InputError(
            f"solar_pressure of lanes is one finite number a craft [m/s2], {count} of them; "
            f"it has shape {each.shape}"
        )
    return np.ascontiguousarray(np.broadcast_to(each * au2, (count,)))


def _zonal(forces: Forces, epoch: Epoch) -> np.ndarray:
    """(fields, 4) second zonal harmonics, in the order of the model's fields."""
    rows = np.empty((len(forces.gravity), 4))
    for row, name in zip(rows, sorted(forces.gravity), strict=True):
        field = gravity_model(name)
        j2 = -math.sqrt(5.0) * float(field.cosine[2, 0])
        row[0] = 1.5 * j2 * field.gm * field.radius**2
        row[1:] = rotation("J2000", f"IAU_{name.upper()}", epoch)[2]
    return rows


def _first_step(states: np.ndarray, flight: Any, rtol: float) -> float:
    """A step that suits the free-fall time of the first craft near any of the bodies [s]."""
    shortest = np.inf
    for body, gm in enumerate(masses()):
        from_body = flight.relative_to(body)[:3]
        offsets = states[:, :3] - states[0, :3]
        near = np.linalg.norm(from_body + offsets, axis=1).min()
        shortest = min(shortest, float(np.sqrt(max(near, 1.0) ** 3 / gm)))
    return 2.0 * rtol**0.125 * shortest


def _sentence(status: int, begin: int, block: np.ndarray, when: Epoch) -> str:
    lanes = f"craft {begin} to {begin + block.shape[1] - 1}"
    if status == NOT_FINITE:
        return f"a state among {lanes} stopped being finite at {when.utc} UTC; check the states"
    if status == UNDERFLOW:
        return (
            f"the step of {lanes} became too small at {when.utc} UTC, as at a collision with a "
            "point mass; leave that craft out"
        )
    return (
        f"{lanes} used up their steps at {when.utc} UTC; ask for a looser rtol, or raise most_steps"
    )
