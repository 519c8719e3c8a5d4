"""The vectors of an orbit about Mars, out of the mission file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from marsward.core.errors import InputError
from marsward.core.frames import rotation
from marsward.dynamics.ephemeris import Ephemeris
from marsward.dynamics.orbit_determination import StateVector
from marsward.mission.schema import Vector

PLANET = "mars"


def named(vectors: Sequence[StateVector], name: str) -> StateVector:
    """The vector of that name; InputError when there is none."""
    for vector in vectors:
        if vector.name == name:
            return vector
    known = ", ".join(v.name for v in vectors) or 'none: write [[vector]] with centre = "mars"'
    raise InputError(
        f"the capture names vector {name!r}, which the file does not have about Mars; "
        f"it has {known}"
    )


def orbit_vectors(parts: Iterable[Vector]) -> tuple[StateVector, ...]:
    """The vectors of a mission file that are about Mars, as J2000 states in order of time.

    The equator of Mars of date is taken at rest at the epoch, as the telemetry's readers take it.
    """
    result = []
    for part in parts:
        if part.centre.lower() != PLANET:
            continue
        turn = rotation(part.frame, "J2000", part.epoch)
        state = np.kron(np.eye(2), turn) @ part.state
        name = part.name or str(part.epoch.utc)
        result.append(StateVector(name, part.epoch, state, part.quality, part.event, part.source))
    return tuple(sorted(result, key=lambda v: float(v.epoch.et)))


def about_sun(vector: StateVector, ephemeris: Ephemeris) -> StateVector:
    """The same vector from the Sun."""
    shift = ephemeris.state(PLANET, wrt="sun", at=vector.epoch)
    return StateVector(vector.name, vector.epoch, vector.state + shift, vector.quality)


def about_planet(vector: StateVector, ephemeris: Ephemeris) -> StateVector:
    """The same vector from Mars."""
    shift = ephemeris.state(PLANET, wrt="sun", at=vector.epoch)
    return StateVector(vector.name, vector.epoch, vector.state - shift, vector.quality)
