"""What a vector in orbit tells of the burn that captured the craft.

The approach is known with some uncertainty of its aim point and of its time, the burn by its
plan; the first vector in orbit knows the outcome far better than either. Unknowns are the aim
point (two), the time of arrival, the thrust in units of the planned one, and two angles of the
thrust off the velocity. Six numbers observed, six sought: what is known beforehand of the first
three, and little of the last, holds the fit (Tapley, Schutz & Born 2004, section 4.4,
doi:10.1016/B978-0-12-683630-1.X5019-X).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from marsward.core.bodies import body
from marsward.core.errors import PhysicsError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.dynamics.burns import FiniteBurn
from marsward.dynamics.forces import Forces
from marsward.dynamics.hyperbola import hyperbola
from marsward.dynamics.orbit_determination import Quality, StateVector
from marsward.dynamics.propagate import propagate
from marsward.dynamics.state_transition import arrive, state_transition

__all__ = ["Approach", "Insertion", "InsertionFit", "fit_insertion", "insert"]

READ_BEFORE = 2 * 86400.0
"""Seconds before ignition at which the aim point is moved: the path is nearly straight there."""
MEET_AFTER = 600.0
"""Seconds after the planned end of the burn at which path and vector are compared."""
STEPS = np.array([1e3, 1e3, 1e3, 1e-4, 1e-4, 1e-4])
ROUNDS = 20


@dataclass(frozen=True)
class Insertion:
    """A burn as planned: ignition, duration [s], thrust [N], Isp [s], mass before it [kg].

    The thrust points against the velocity all along; `strength` scales it, `pitch` and `yaw`
    [rad] turn it off the velocity, within the plane of the orbit (outward) and out of it.
    """

    ignition: Epoch
    duration: float
    thrust: float
    isp: float
    mass: float

    def burn(self, centre: str, strength: float = 1.0, pitch: float = 0.0, yaw: float = 0.0):
        """The burn in the axes of velocity, normal and outward binormal."""
        direction = (-math.cos(pitch) * math.cos(yaw), math.sin(yaw), math.sin(pitch))
        return FiniteBurn(
            self.ignition, self.duration, self.thrust * strength, self.isp, direction, "VNB",
            centre,
        )  # fmt: skip


@dataclass(frozen=True)
class Approach:
    """The path to the planet: the flight, and the covariance (3, 3) [m2] of its aim.

    The three are B·T, B·R and the way along the incoming asymptote, whose sigma is that of the
    time of arrival times the speed at infinity.
    """

    path: Trajectory
    covariance: np.ndarray


@dataclass(frozen=True)
class InsertionFit:
    """The burn that leads to the vector.

    Attributes
    ----------
    shift : ndarray (3,)
        Change of aim: B·T, B·R and along the asymptote [m].
    strength : float
        Thrust in units of the planned one.
    pitch, yaw : float
        Of the thrust off the velocity [rad].
    sigma : ndarray (6,)
        One sigma of the six, in the same order and units.
    chi_square : float
        Weighted sum of squares: misfit of the vector and change of aim.
    path : Trajectory
        From ignition to the vector.
    miss : ndarray (6,)
        Path less vector [m, m/s].
    """

    shift: np.ndarray
    strength: float
    pitch: float
    yaw: float
    sigma: np.ndarray
    chi_square: float
    path: Trajectory
    miss: np.ndarray


def insert(
    state: np.ndarray,
    insertion: Insertion,
    until: Epoch,
    *,
    forces: Forces,
    centre: str = "mars",
    strength: float = 1.0,
    pitch: float = 0.0,
    yaw: float = 0.0,
) -> Trajectory:
    """Fly the burn from a state (6,) at ignition, relative to the planet, and coast on.

    Raises
    ------
    PhysicsError
        When the path strikes the planet.
    """
    burn = insertion.burn(centre, strength, pitch, yaw)
    return propagate(
        state, insertion.ignition, until, centre=centre, forces=forces, burns=(burn,),
        mass=insertion.mass,
    )  # fmt: skip


def _aim(approach: Approach, insertion: Insertion, forces: Forces, centre: str):
    """State at ignition (6,) and its derivatives (6, 3) by B·T, B·R and the way along [m]."""
    ignition, path = insertion.ignition, approach.path
    if not (float(ignition - path.start) > 0.0 and float(path.stop - ignition) >= 0.0):
        raise PhysicsError(
            f"the path to {centre} runs from {path.start.utc} to {path.stop.utc} UTC, and the "
            f"insertion ignites at {ignition.utc}; give an ignition within it"
        )
    early = ignition - min(READ_BEFORE, 0.5 * float(ignition - path.start))
    state = path.at(early, wrt=centre)
    incoming = hyperbola(state, float(body(centre).gm)).incoming
    frame = "MARS_MEOD" if centre == "mars" else "J2000"
    pole = rotation("J2000", frame, early)[2]
    t = np.cross(incoming, pole)
    t /= np.linalg.norm(t)
    axes = np.column_stack([t, np.cross(incoming, t), incoming])
    there = state_transition(state, early, ignition, forces=forces, centre=centre)
    return path.at(ignition, wrt=centre), there.matrix[:, :3] @ axes


def _outcomes(vector: StateVector, insertion: Insertion, quality: Quality, forces, centre: str):
    """What the burn is to lead to, and what turns a miss there into sigmas (6, 6), twice.

    First the vector run back to soon after the burn, where the fit is all but linear however long
    the coast is; then, from near by, the vector itself.
    """
    when = insertion.ignition + (insertion.duration + MEET_AFTER)
    weights = np.diag(1.0 / np.array([quality.position] * 3 + [quality.velocity] * 3))
    if float(vector.epoch - when) > 0.0:
        state = arrive(vector.state, vector.epoch, when, forces=forces, centre=centre)
        onward = state_transition(state, when, vector.epoch, forces=forces, centre=centre)
        yield replace(vector, epoch=when, state=state), weights @ onward.matrix
    yield vector, weights


def _settled(residual: Callable[[np.ndarray], np.ndarray], x: np.ndarray, name: str):
    """Gauss-Newton from x (6,): where it settles, and the derivatives of the residual there."""
    for _ in range(ROUNDS):
        design = np.column_stack(
            [(residual(x + h * e) - residual(x - h * e)) / (2.0 * h)
             for h, e in zip(STEPS, np.eye(6), strict=True)]
        )  # fmt: skip
        step = STEPS * np.linalg.lstsq(design * STEPS, -residual(x), rcond=None)[0]
        x = x + step
        if not 0.1 < 1.0 + x[3] < 10.0:
            break
        if np.all(np.abs(step) < 1e-3 * STEPS):
            return x, design
    raise PhysicsError(
        f"no insertion burn near the planned one leads to vector {name!r}; check its mass, thrust "
        "and duration"
    )


def fit_insertion(
    approach: Approach,
    insertion: Insertion,
    vector: StateVector,
    *,
    forces: Forces,
    quality: Quality,
    strength_sigma: float = 0.05,
    angle_sigma: float = math.radians(5.0),
    centre: str = "mars",
) -> InsertionFit:
    """Estimate aim and burn from one vector in orbit.

    Parameters
    ----------
    approach : Approach
        The path to the planet, which covers the ignition.
    insertion : Insertion
        The burn as planned; its ignition and duration are held.
    vector : StateVector
        In orbit, relative to the planet.
    forces : Forces
        Force model.
    quality : Quality
        Uncertainty of the vector.
    strength_sigma, angle_sigma : float
        What is believed beforehand of the thrust's scale and angles [rad].

    Raises
    ------
    PhysicsError
        When the ignition lies outside the path, the craft strikes the planet, or no burn near
        the planned one is found.
    """
    state, lever = _aim(approach, insertion, forces, centre)
    prior = np.zeros((6, 6))
    prior[:3, :3] = np.linalg.inv(np.linalg.cholesky(approach.covariance))
    prior[3:, 3:] = np.diag(1.0 / np.array([strength_sigma, angle_sigma, angle_sigma]))

    def flown(x: np.ndarray, until: Epoch) -> Trajectory:
        return insert(
            state + lever @ x[:3], insertion, until, forces=forces, centre=centre,
            strength=1.0 + x[3], pitch=x[4], yaw=x[5],
        )  # fmt: skip

    x = np.zeros(6)
    for target, whiten in _outcomes(vector, insertion, quality, forces, centre):

        def residual(x: np.ndarray, target=target, whiten=whiten) -> np.ndarray:
            miss = flown(x, target.epoch).at(target.epoch, wrt=centre) - target.state
            return np.concatenate([whiten @ miss, prior @ x])

        x, design = _settled(residual, x, vector.name)
    unit = design * STEPS
    covariance = np.linalg.inv(unit.T @ unit) * np.outer(STEPS, STEPS)
    final = residual(x)
    path = flown(x, vector.epoch)
    return InsertionFit(
        shift=x[:3],
        strength=1.0 + float(x[3]),
        pitch=float(x[4]),
        yaw=float(x[5]),
        sigma=np.sqrt(np.diag(covariance)),
        chi_square=float(final @ final),
        path=path,
        miss=path.at(vector.epoch, wrt=centre) - vector.state,
    )
