"""The members of a voyage: how they fly beside their nominal path, and how they are put right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.dynamics.dispersed_cruise import (
    READ_BEFORE,
    b_plane_slope,
    flown,
    passages,
    point_masses,
)
from marsward.dynamics.entry_crossing import crossing_slope, crossings
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.execution_error import ExecutionError
from marsward.dynamics.forces import Forces
from marsward.dynamics.state_transition import state_transition

__all__ = ["AIMS", "VoyageMembers"]

Array = NDArray[np.float64]
AIMS = ("entry", "entry angle", "b-plane and time", "b-plane")
"""What a correction restores: place and hour of the entry; its angle and its place over the turning
planet, whatever the hour; B·T, B·R and the time of periapsis; B·T and B·R by the least change."""
CONVERGED = 100.0
"""Miss below which a correction is taken as found, in the B-plane and along the way [m]."""
_ROUNDS = 8
_DEGREE = 4  # of gravity fields: what is left out changes nothing across the members
_PLANET = "mars"
_DAY = 86400.0


class VoyageMembers:
    """The nominal path, and how members fly beside it, are read, and are put right.

    Members are differences (n, 6) from the path, J2000 [m, m/s].

    Raises
    ------
    InputError : epochs out of order
    PhysicsError : the path has no hyperbola at Mars
    """

    def __init__(
        self, path: Trajectory, forces: Forces, tcms: Sequence[Epoch], entry: Epoch | None,
        rtol: float, ephemeris: Any, workers: int,
    ) -> None:  # fmt: skip
        self.path, self.forces = path, forces
        self.rtol, self.workers = rtol, workers
        self.ephemeris = default_ephemeris() if ephemeris is None else ephemeris
        self.start, self.entry = path.start, path.stop if entry is None else entry
        self.tcms = list(tcms)
        self._check()
        self.gm = float(body(_PLANET).gm)
        self.pole = np.asarray(rotation("J2000", "MARS_MEOD", self.entry)[2])
        spin = body(_PLANET).rotation
        self.rate = 0.0 if spin is None else math.radians(spin.pm[1]) / _DAY
        self.axis = np.asarray(rotation("J2000", "IAU_MARS", self.entry)[2])
        self.reading = self.entry - READ_BEFORE
        near = path.at(self.reading_of(self.start), wrt=_PLANET, ephemeris=self.ephemeris)
        figures, more = passages(near[None], self.pole, self.gm)
        if not np.isfinite(figures).all():
            raise PhysicsError(
                f"the path is bound to Mars, or not near it, at {self.reading.utc} UTC; give a "
                "path that arrives from interplanetary space"
            )
        self.nominal = np.array([figures[0, 0], figures[0, 1], more[0, 0]])
        end = path.at(self.entry, wrt=_PLANET, ephemeris=self.ephemeris)
        self.radius, self.speed = (float(np.linalg.norm(part)) for part in (end[:3], end[3:]))
        self.place = end[:3] / self.radius

    def _check(self) -> None:
        if not self.tcms or not all(isinstance(epoch, Epoch) for epoch in self.tcms):
            raise InputError("tcms are the epochs of the corrections, one or more")
        every = [self.start, *self.tcms, self.entry]
        for before, after in pairwise(every):
            if not float(after - before) > 0.0:
                raise InputError(
                    f"corrections lie between the injection at {self.start.utc} and the entry at "
                    f"{self.entry.utc} UTC, one after the other; {after.utc} does not follow "
                    f"{before.utc}"
                )
        if float(self.entry - self.path.stop) > 0.0:
            raise InputError(f"the path ends at {self.path.stop.utc} UTC, before the entry")

    def reading_of(self, when: Epoch) -> Epoch:
        """When the hyperbola of members that are at an epoch is read."""
        return when if float(when - self.reading) >= 0.0 else self.reading

    def fly(self, away: Array, begin: Epoch, end: Epoch) -> Array:
        """(n, 6) differences from the path at a later epoch."""
        if not float(end - begin) > 0.0:
            return away
        centre = "sun" if float(begin - self.reading) < 0.0 else _PLANET
        here = self.path.at(begin, wrt=centre, ephemeris=self.ephemeris)
        gravity = {name: min(n, _DEGREE) for name, n in self.forces.gravity.items() if n >= 2}
        ends = flown(
            np.concatenate([here[None], here + away]), begin, end, centre=centre,
            forces=point_masses(self.forces), gravity=gravity, rtol=self.rtol,
            ephemeris=self.ephemeris, workers=self.workers,
        )  # fmt: skip
        return np.asarray(ends[1:] - ends[0])

    def read(self, away: Array, when: Epoch) -> Array:
        """(n, 3) B·T, B·R [m] and time of periapsis against the path's [s]."""
        at = self.reading_of(when)
        return self._figures(self.fly(away, when, at), at)

    def _figures(self, away: Array, at: Epoch) -> Array:
        near = self.path.at(at, wrt=_PLANET, ephemeris=self.ephemeris)
        figures = passages(np.concatenate([near[None], near + away]), self.pole, self.gm)[0]
        out = figures[1:] - figures[0]
        out[:, :2] += self.nominal[:2]
        return np.asarray(out)

    def carry(self, begin: Epoch, end: Epoch) -> Array:
        """(6, 6) state transition of the path between two epochs."""
        centre = "sun" if float(begin - self.reading) < 0.0 else _PLANET
        here = self.path.at(begin, wrt=centre, ephemeris=self.ephemeris)
        if not float(end - begin) > 0.0:
            return np.eye(6)
        return state_transition(
            here, begin, end, centre=centre, forces=self.forces, ephemeris=self.ephemeris
        ).matrix

    def slope(self, when: Epoch, aim: str) -> Array:
        """(2 or 3, 6) how the aim changes with the state at an epoch [m by m, m/s]."""
        at = self.reading_of(when)
        near = self.path.at(at, wrt=_PLANET, ephemeris=self.ephemeris)
        if aim in AIMS[:2]:
            met = crossing_slope(near, *self.sphere(at))
            return np.asarray(self._entry(met.T, aim).T @ self.carry(when, at))
        rows = b_plane_slope(near, self.pole, self.gm) @ self.carry(when, at)
        rows[2] *= self.nominal[2]
        return np.asarray(rows if aim == "b-plane and time" else rows[:2])

    def sphere(self, at: Epoch) -> tuple[float, float, Array, float, Array]:
        """What `crossings` needs of Mars: the sphere of the entry and the place it is met at."""
        angle = -self.rate * float(self.entry - at)
        c, n = math.cos(angle), self.axis
        mark = c * self.place + math.sin(angle) * np.cross(n, self.place)
        mark = mark + (1.0 - c) * float(n @ self.place) * n
        return self.gm, self.radius, self.axis, self.rate, mark

    def miss(self, away: Array, when: Epoch, aim: str) -> Array:
        """(n, 2 or 3) how far members come from the aim [m]; NaN where they do not come."""
        at = self.reading_of(when)
        there = self.fly(away, when, at)
        if aim in AIMS[:2]:
            near = self.path.at(at, wrt=_PLANET, ephemeris=self.ephemeris)
            figures = crossings(np.concatenate([near[None], near + there]), *self.sphere(at))
            return self._entry(figures[1:] - figures[0], aim)
        miss = self._figures(there, at) - [*self.nominal[:2], 0.0]
        miss[:, 2] *= self.nominal[2]
        return np.asarray(miss if aim == "b-plane and time" else miss[:, :2])

    def _entry(self, figures: Array, aim: str) -> Array:
        """(n, 3) of what `crossings` reads, what the aim holds [m]."""
        if aim == "entry angle":
            return figures[:, :3]
        return np.column_stack([figures[:, 3] * self.speed, figures[:, 1:3]])

    def correction(self, believed: Array, when: Epoch, aim: str) -> tuple[Array, int]:
        """(n, 3) change of velocity that leads members to the aim; how many did not settle."""
        if aim not in AIMS:
            raise InputError(f"an aim is one of {', '.join(AIMS)}, not {aim!r}")
        dv = np.zeros((believed.shape[0], 3))
        left = 0
        # the entry is met near the aim only: members come there by the B-plane
        for step in ("b-plane and time", aim) if aim in AIMS[:2] else (aim,):
            left = self._settle(dv, believed, when, step)
        return dv, left

    def _settle(self, dv: Array, believed: Array, when: Epoch, aim: str) -> int:
        """Newton's steps with the path's slope, in place; how many did not settle."""
        back = np.linalg.pinv(self.slope(when, aim)[:, 3:])
        left = np.flatnonzero(np.isfinite(believed).all(axis=1))
        for _ in range(_ROUNDS):
            moved = believed[left].copy()
            moved[:, 3:] += dv[left]
            miss = self.miss(moved, when, aim)
            far = ~(np.abs(miss).max(axis=1) < CONVERGED)
            left, miss = left[far], miss[far]
            if left.size == 0:
                break
            dv[left] -= np.where(np.isfinite(miss), miss, 0.0) @ back.T
        return int(left.size)

    def biased(self, shift: Array) -> Array:
        """(3,) change of the injection's velocity that moves the nominal aim by a shift [m].

        To a thousandth of a large shift at least: what lies off Mars by so much needs no more.
        """
        if shift.shape != (2,) or not np.isfinite(shift).all():
            raise InputError(f"a bias is a shift of B·T and B·R, two numbers [m], not {shift!r}")
        back = np.linalg.pinv(self.slope(self.start, "b-plane and time")[:, 3:])
        wanted = np.array([*(self.nominal[:2] + shift), 0.0])
        dv = np.zeros(3)
        for _ in range(_ROUNDS):
            away = np.concatenate([np.zeros(3), dv])[None]
            miss = self.read(away, self.start)[0] - wanted
            miss[2] *= self.nominal[2]
            if np.abs(miss).max() < CONVERGED:
                return dv
            dv = dv - back @ miss
        if np.abs(miss).max() < 1e-3 * np.linalg.norm(shift):
            return dv
        raise PhysicsError(
            f"no launch aims off by {np.linalg.norm(shift) / 1e3:.0f} km at the same hour: after "
            f"{_ROUNDS} rounds it is {np.abs(miss).max() / 1e3:.0f} km away; give a smaller bias"
        )

    def corrected(
        self, before: Array, known: Array, engine: ExecutionError, wanted: Array, when: Epoch,
        aim: str,
    ) -> Array:  # fmt: skip
        """(6, 6) covariance just after a correction that takes out all that is believed."""
        slope = self.slope(when, aim)
        gain = np.zeros((6, 6))
        gain[3:] = np.linalg.pinv(slope[:, 3:]) @ slope
        rest = np.eye(6) - gain
        left = rest @ before @ rest.T + gain @ known @ gain.T
        size = np.linalg.norm(wanted, axis=1)
        along, across = engine.sigmas(size)
        unit = wanted / np.maximum(size, 1e-300)[:, None]
        outer = np.einsum("ni,nj,n->ij", unit, unit, along**2 - across**2) / size.size
        left[3:, 3:] += outer + np.eye(3) * float(np.mean(across**2))
        return np.asarray(left)
