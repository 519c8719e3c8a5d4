"""A flight in progress: integrates stretch after stretch and keeps the arcs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from marsward.core.errors import DataError, InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.dynamics.burns import FiniteBurn
from marsward.dynamics.drag import air_tables
from marsward.dynamics.forces import (
    BODIES,
    CENTRES,
    HYSTERESIS,
    NAIF_IDS,
    NO_ENGINE,
    SPHERES,
    Forces,
    Model,
    PackKey,
    model,
)
from marsward.dynamics.gravity import FieldTables, field_tables
from marsward.dynamics.kernels.dop853 import (
    IMPACT,
    NOT_FINITE,
    PAUSED,
    REACHED,
    SWITCH,
    UNDERFLOW,
    integrate,
)
from marsward.dynamics.kernels.perturbers import centre_motion
from marsward.dynamics.schedule import Stretch
from marsward.dynamics.tableau import tableau

BLOCK = 32 * 86400.0
"""Packs of the ephemeris begin and end on multiples of this [s], so that flights share them."""
NO_COLUMNS = np.empty((0, 6))


@dataclass(frozen=True)
class Settings:
    """How to integrate: tolerances, limits, and what counts as the end."""

    rtol: float
    position_tolerance: float
    velocity_tolerance: float
    longest_step: float
    most_steps: int
    impact: bool

    @property
    def tolerance(self) -> np.ndarray:
        """(4,) as the kernel reads it."""
        return np.array(
            [self.rtol, self.position_tolerance, self.velocity_tolerance, self.longest_step]
        )


@dataclass
class Piece:
    """What one call of the integrator gave, in the order of integration."""

    centre: int
    times: np.ndarray
    nodes: np.ndarray
    increments: np.ndarray
    mass: tuple[float, float, float]
    cause: str


@lru_cache(maxsize=16)
def _shared_pack(ephemeris: Any, lo: float, hi: float) -> PackKey:
    return PackKey(ephemeris.pack(Epoch.et(lo), Epoch.et(hi)))


def pack_between(ephemeris: Any, lo: float, hi: float) -> PackKey:
    """The perturbers over an interval of TDB seconds past J2000, shared between flights.

    Raises
    ------
    DataError : the ephemeris does not cover the interval
    """
    try:
        return _shared_pack(ephemeris, np.floor(lo / BLOCK) * BLOCK, np.ceil(hi / BLOCK) * BLOCK)
    except DataError:
        return _shared_pack(ephemeris, np.floor(lo), np.ceil(hi))


def place(centre_id: int) -> int:
    """Place among the ten bodies of a centre's NAIF id; InputError when it cannot be one."""
    if centre_id not in CENTRES:
        raise InputError(
            f"body {centre_id} cannot be the centre of a propagation; "
            f"choose ssb or one of {', '.join(BODIES)}"
        )
    return CENTRES[centre_id]


class Flight:
    """The state of a flight while it is integrated; `propagate` owns it and hands out the result.

    Times are seconds past ``reference``, a whole TDB second; the state is relative to
    ``centre``, a place among the ten bodies.
    """

    def __init__(
        self,
        state: np.ndarray,
        time: float,
        end: float,
        *,
        reference: float,
        centre: int,
        forces: Forces,
        mass: float | None,
        columns: bool,
        settings: Settings,
        ephemeris: Any,
        dense: bool = True,
    ) -> None:
        self.origin = centre
        self.dense = dense
        self.state = state
        self.time = time
        self.reference = reference
        self.begun = self.epoch(time)
        self.centre = centre
        self.home = -1 if centre < 0 else 0
        self.forces = forces
        self.mass = np.nan if mass is None else float(mass)
        self.columns = np.vstack([np.eye(6), np.zeros((1, 6))]) if columns else NO_COLUMNS
        self.settings = settings
        self.ephemeris = ephemeris
        self.sense = 1 if end >= time else -1
        lo, hi = min(time, end), max(time, end)
        self.pack = pack_between(ephemeris, reference + lo, reference + hi)
        self.fields = self._fields(lo, hi)
        self.air = air_tables(forces.drag, reference, lo, hi)
        self.pieces: list[Piece] = []
        self.steps = 0
        self.step = 0.0
        self._tolerance = settings.tolerance

    def _fields(self, lo: float, hi: float) -> FieldTables | None:
        if not self.forces.gravity:
            return None
        return field_tables(self.forces.gravity, self.reference, lo, hi)

    # centres --------------------------------------------------------------------------------
    def model(self, forces: Forces | None = None, engine: np.ndarray = NO_ENGINE) -> Model:
        """The force model with the present centre."""
        return model(
            self.forces if forces is None else forces,
            self.pack,
            reference=self.reference,
            centre=self.centre,
            home=self.home,
            impact=self.settings.impact,
            fields=self.fields,
            air=self.air,
            engine=engine,
        )

    def _centre_state(self, centre: int, using: Model) -> np.ndarray:
        out = np.empty((3, 3))
        centre_motion(self.time, using, centre, out)
        return out[:2].ravel()

    def relative_to(self, centre: int) -> np.ndarray:
        """(6,) the present state relative to another centre."""
        if centre == self.centre:
            return self.state.copy()
        using = self.model()
        shift = self._centre_state(self.centre, using) - self._centre_state(centre, using)
        return self.state + shift

    def move_to(self, centre: int) -> None:
        """Change the centre."""
        self.state = self.relative_to(centre)
        self.centre = centre

    def choose_centre(self) -> None:
        """Take the centre whose sphere of influence the craft is in."""
        if not self.forces.centre_switching:
            return
        if self.centre in SPHERES:
            if np.linalg.norm(self.state[:3]) <= HYSTERESIS * SPHERES[self.centre]:
                return
            self.move_to(self.home)
        for body in (3, 5):
            if self.centre != body and BODIES[body] in self.forces.bodies:
                near = self.relative_to(body)
                if np.linalg.norm(near[:3]) < SPHERES[body]:
                    self.state, self.centre = near, body
                    return

    # flying ---------------------------------------------------------------------------------
    def kick(self, stretch: Stretch) -> None:
        """Apply, or backward undo, the sudden burns at the beginning of a stretch."""
        for burn in stretch.kicks:
            if burn.centre is not None:
                self.move_to(_burn_place(burn.centre))
            if self.sense > 0:
                before = self.state
                self.state = before.copy()
                self.state[3:] += burn.change(before)
                jump = burn.sensitivity(before)
                self.mass *= burn.mass_ratio()
            else:
                before = burn.undone(self.state)
                jump = np.linalg.inv(burn.sensitivity(before))
                self.state = before
                self.mass /= burn.mass_ratio()
            if self.columns.size:
                self.columns = np.ascontiguousarray(self.columns @ jump.T)
        if stretch.kicks:
            self.step = 0.0
            self.choose_centre()

    def fly(self, stretch: Stretch, until_step: int | None = None) -> bool:
        """Integrate towards the end of a stretch; True when it is reached.

        ``until_step`` stops after so many steps, to let the caller look for events.
        """
        engine, flow, forces = self._engine(stretch.engine)
        cause = stretch.cause if self.time == stretch.begin else ""
        limit = self.settings.most_steps - self.steps
        pause = limit if until_step is None else min(limit, until_step)
        while self.time != stretch.end:
            using = self.model(forces, engine)
            started, mass = self.time, self.mass
            status, body, times, nodes, increments, self.step, _ = integrate(
                self.state, self.time, stretch.end, self.step, self._tolerance, pause,
                self.columns, self.dense, using, tableau(),
            )  # fmt: skip
            self.steps += times.size - 1
            pause -= times.size - 1
            self.time, self.state = float(times[-1]), nodes[-1].copy()
            self.mass = mass - flow * (self.time - started)
            if times.size > 1:
                span = (mass, started, -flow)
                self.pieces.append(Piece(self.centre, times, nodes, increments, span, cause))
            if status == SWITCH:
                self.move_to(self._parent() if body == -2 else int(body))
                cause = "centre"
                self.step = 0.0
                continue
            if status == PAUSED:
                if self.steps >= self.settings.most_steps:
                    self._give_up(status, body)
                return False
            if status != REACHED:
                self._give_up(status, int(body))
        return True

    def _engine(self, burn: FiniteBurn | None) -> tuple[np.ndarray, float, Forces]:
        if burn is None:
            return NO_ENGINE, 0.0, self.forces
        if not np.isfinite(self.mass):
            raise InputError(
                f"the burn at {burn.start.utc} UTC needs the craft's mass; "
                "write propagate(..., mass=5000.0) in kg"
            )
        self.step = 0.0
        if burn.centre is not None:
            self.move_to(_burn_place(burn.centre))
        fixed = self.forces
        if burn.frame != "J2000":
            fixed = replace(self.forces, centre_switching=False)
        left = self.mass - burn.mass_flow * burn.duration
        if self.sense > 0 and left <= 0.0:
            raise PhysicsError(
                f"the burn at {burn.start.utc} UTC uses {burn.mass_flow * burn.duration:.1f} kg "
                f"of propellant, and the craft weighs {self.mass:.1f} kg; shorten the burn"
            )
        return burn.engine(self.mass, self.time), burn.mass_flow, fixed

    def _parent(self) -> int:
        return 3 if self.centre == 4 else self.home

    def _give_up(self, status: int, body: int) -> None:
        when = self.epoch(self.time).utc
        if status == IMPACT:
            sentence = (
                f"the craft strikes {BODIES[body]} at about {when} UTC; change the state or the "
                "burns, or end the flight before (impact=False lets it fly on)"
            )
        elif status == NOT_FINITE:
            sentence = f"the state stopped being finite at {when} UTC; check the first state"
        elif status == UNDERFLOW:
            sentence = (
                f"the step became too small for the clock at {when} UTC, as at a collision with "
                "a point mass; ask for a looser rtol or another state"
            )
        else:
            sentence = (
                f"{self.settings.most_steps} steps were used up at {when} UTC; ask for a looser "
                "rtol, or raise most_steps"
            )
        raise PhysicsError(sentence)

    # going back ------------------------------------------------------------------------------
    def mark(self) -> tuple:
        """The present moment, for `back_to`."""
        now = (self.state.copy(), self.time, self.centre, self.mass, self.columns.copy())
        return len(self.pieces), self.steps, self.step, now

    def back_to(self, mark: tuple) -> None:
        """Forget all that was flown since a mark."""
        pieces, self.steps, self.step, (state, self.time, self.centre, self.mass, columns) = mark
        self.state, self.columns = state.copy(), columns.copy()
        del self.pieces[pieces:]

    # result ---------------------------------------------------------------------------------
    def epoch(self, time: float) -> Epoch:
        """Epoch of a time."""
        return Epoch(self.reference + np.floor(time), time - np.floor(time))

    def trajectory(self, since: tuple = (0,)) -> Trajectory:
        """All pieces so far, or since a mark, ascending in time."""
        arcs = _joined(self.pieces[since[0] :])
        if self.sense < 0:
            arcs = [_turned(arc) for arc in reversed(arcs)]
            causes = ["start", *(arc.cause for arc in _shifted(arcs))]
        else:
            causes = [arc.cause for arc in arcs]
        count = len(arcs)
        columns = self.columns.T.copy() if self.columns.size else None
        return Trajectory(
            np.full(count, self.reference),
            np.array([NAIF_IDS[arc.centre] if arc.centre >= 0 else 0 for arc in arcs]),
            np.full(count, self.sense),
            np.concatenate([[0], np.cumsum([arc.times.size for arc in arcs])]),
            _stacked([arc.times for arc in arcs]),
            _stacked([arc.nodes for arc in arcs]),
            _stacked([arc.increments for arc in arcs]),
            np.array([_mass_terms(arc) for arc in arcs]),
            tuple(causes),
            columns,
            self.ephemeris,
        )


def _burn_place(name: str) -> int:
    from marsward.dynamics.ephemeris import naif_id

    return place(naif_id(name))


def _stacked(arrays: list[np.ndarray]) -> np.ndarray:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _mass_terms(arc: Piece) -> tuple[float, float]:
    mass, time, rate = arc.mass
    return mass + rate * (arc.times[0] - time), rate


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Pieces that only pause (their cause is empty) become one arc with the piece before."""
    arcs: list[list[Piece]] = []
    for piece in pieces:
        if arcs and not piece.cause and piece.centre == arcs[-1][0].centre:
            arcs[-1].append(piece)
        else:
            arcs.append([piece])
    return [group[0] if len(group) == 1 else _merged(group) for group in arcs]


def _merged(group: list[Piece]) -> Piece:
    return replace(
        group[0],
        times=np.concatenate([group[0].times, *(p.times[1:] for p in group[1:])]),
        nodes=np.concatenate([group[0].nodes, *(p.nodes[1:] for p in group[1:])]),
        increments=np.concatenate([*(p.increments[:-1] for p in group), group[-1].increments[-1:]]),
    )


def _turned(arc: Piece) -> Piece:
    """An arc that was integrated backward, in ascending order."""
    return replace(
        arc,
        times=np.ascontiguousarray(arc.times[::-1]),
        nodes=np.ascontiguousarray(arc.nodes[::-1]),
        increments=np.concatenate([arc.increments[:-1][::-1], arc.increments[-1:]]),
    )


def _shifted(arcs: list[Piece]) -> list[Piece]:
    """Read forward, an arc begins for the reason for which the arc before it began backward."""
    return arcs[:-1]
