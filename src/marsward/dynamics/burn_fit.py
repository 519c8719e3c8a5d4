"""Estimate one manoeuvre from the vectors before and after it, impulsive and as a finite burn."""

from dataclasses import dataclass, replace

import numpy as np

from marsward.core.constants import STANDARD_GRAVITY
from marsward.core.errors import PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.burns import FiniteBurn
from marsward.dynamics.forces import Forces
from marsward.dynamics.orbit_determination import Quality, StateVector
from marsward.dynamics.propagate import propagate
from marsward.dynamics.state_transition import arrive

ROUNDS = 10
MEET_AFTER = 600.0
"""Seconds after the end of a burn, as first guessed, at which the two paths are compared."""


@dataclass(frozen=True)
class ImpulseFit:
    """Impulse at the closest approach of the paths before and after: epoch, dv (3,) and miss (3,).

    dv in m/s, the miss in m: what the two paths fail to meet by. `state` (6,) is that of the path
    before, relative to the centre of the vectors [m, m/s].
    """

    epoch: Epoch
    dv: np.ndarray
    miss: np.ndarray
    state: np.ndarray

    @property
    def path_sigma(self) -> float:
        """How far off one component of either path may be [m], by what they miss across dv.

        The epoch was chosen so that nothing is missed along dv; two components tell.
        """
        return float(np.linalg.norm(self.miss)) / np.sqrt(2.0)

    @property
    def turn_rate(self) -> float:
        """Angular rate of the path before the impulse about the centre [1/s]."""
        r, v = self.state[:3], self.state[3:]
        return float(np.linalg.norm(np.cross(r, v)) / (r @ r))

    @property
    def dv_sigma(self) -> float:
        """Of the size of dv [m/s]: a path that is off by `path_sigma` turns off its velocity."""
        return self.path_sigma * self.turn_rate

    @property
    def epoch_sigma(self) -> float:
        """Of the epoch [s]: the time in which the paths part by `path_sigma`."""
        return self.path_sigma / float(np.linalg.norm(self.dv))


def fit_impulse(
    before: StateVector,
    after: StateVector,
    about: Epoch,
    *,
    forces: Forces,
    centre: str = "sun",
) -> ImpulseFit:
    """Find the instant at which the coasts before and after a burn come closest.

    With dr and dv the differences of the two coasts at a trial epoch, the closest approach of
    two paths that part at dv lies at dt = -dr.dv / dv.dv; repeated until dt is below 1 ms.

    Parameters
    ----------
    before, after : StateVector
        Vectors with only this manoeuvre between them.
    about : Epoch
        First guess of the epoch.
    forces : Forces
        Force model of both coasts.
    centre : str
        Body that the vectors are relative to.

    Raises
    ------
    PhysicsError
        When the closest approach lies outside the two vectors.
    """
    epoch = about
    for _ in range(12):
        early = arrive(before.state, before.epoch, epoch, forces=forces, centre=centre)
        late = arrive(after.state, after.epoch, epoch, forces=forces, centre=centre)
        difference = late - early
        shift = -float(difference[:3] @ difference[3:]) / float(difference[3:] @ difference[3:])
        if abs(shift) < 1e-3:
            return ImpulseFit(epoch, difference[3:], difference[:3], early)
        epoch = epoch + shift
        if not (float(epoch - before.epoch) > 0.0 and float(after.epoch - epoch) > 0.0):
            break
    raise PhysicsError(
        f"the coasts from {before.name!r} and {after.name!r} do not meet near {about.utc}; "
        "check that only one manoeuvre lies between them"
    )


@dataclass(frozen=True)
class Engine:
    """A main engine that is settled by a small one before it: thrusts [N], Isp [s], times [s]."""

    thrust: float
    isp: float
    settling_thrust: float = 0.0
    settling_time: float = 0.0


@dataclass(frozen=True)
class FiniteFit:
    """A finite burn: main start, duration [s], direction, dv [m/s], one-sigmas, mass after [kg].

    `thrust` [N] is the engine's, or the one found where the duration was held. `miss` (6,) is
    what is left over between the two paths soon after the burn, in m and m/s.
    """

    start: Epoch
    duration: float
    direction: np.ndarray
    dv: np.ndarray
    start_sigma: float
    duration_sigma: float
    mass_after: float
    miss: np.ndarray
    thrust: float
    thrust_sigma: float


def _met(after: StateVector, epoch: Epoch, forces: Forces, centre: str) -> StateVector:
    """The vector after a burn run back to soon after it, where the fit is all but linear."""
    if not float(after.epoch - epoch) > 0.0:
        return after
    state = arrive(after.state, after.epoch, epoch, forces=forces, centre=centre)
    return replace(after, epoch=epoch, state=state)


def _burns(engine: Engine, start: Epoch, duration: float, direction) -> tuple[FiniteBurn, ...]:
    """Return the settling burn, if there is one, and the main burn."""
    x, y, z = (float(part) for part in direction)
    main = FiniteBurn(start, duration, engine.thrust, engine.isp, (x, y, z))
    if engine.settling_time <= 0.0:
        return (main,)
    settling = FiniteBurn(
        start - engine.settling_time,
        engine.settling_time,
        engine.settling_thrust,
        engine.isp,
        (x, y, z),
    )
    return (settling, main)


def _direction(unit: np.ndarray, tilt: np.ndarray) -> np.ndarray:
    """Return a unit vector tilted by two small angles [rad] about axes normal to it."""
    side = np.cross(unit, [0.0, 0.0, 1.0] if abs(unit[2]) < 0.9 else [1.0, 0.0, 0.0])
    side /= np.linalg.norm(side)
    tilted = unit + tilt[0] * side + tilt[1] * np.cross(unit, side)
    return tilted / np.linalg.norm(tilted)


def fit_finite_burn(
    before: StateVector,
    after: StateVector,
    about: Epoch,
    *,
    engine: Engine,
    mass: float,
    forces: Forces,
    quality: Quality,
    duration: float | None = None,
    centre: str = "sun",
) -> FiniteFit:
    """Estimate start, length or strength, and direction of a burn between two vectors.

    Unknowns: start of the main burn; its duration, or its thrust where the duration is known;
    and two angles of an inertially fixed direction. The path of the vector after the burn is run
    back to soon after it; its six components there are the observations, weighted with `quality`,
    which stands for both paths. Thrust F gives a = F/m with m falling by
    F / (g0 Isp) a second.

    Parameters
    ----------
    before, after : StateVector
        Vectors with only this burn between them.
    about : Epoch
        First guess of the start of the main burn.
    engine : Engine
        Thrust, specific impulse and the settling burn.
    mass : float
        Mass at the vector before [kg]. Only thrust over mass can be told from the vectors.
    forces : Forces
        Force model.
    quality : Quality
        Uncertainty of the difference of the two paths at the burn.
    duration : float
        Known duration of the main burn [s]; its thrust is then sought.
    centre : str
        Body that the vectors are relative to.

    Raises
    ------
    PhysicsError
        When the fit does not settle.

    References
    ----------
    Tsiolkovsky's equation, dv = g0 Isp ln(m0 / m1), as in Vallado (2013), sec. 6.
    """
    impulse = fit_impulse(before, after, about, forces=forces, centre=centre)
    size = float(np.linalg.norm(impulse.dv))
    unit = impulse.dv / size
    settled = engine.settling_thrust * engine.settling_time / mass
    if duration is None:
        length = max((size - settled) * mass / engine.thrust, 1.0)
        ratio, steps = length, np.array([5.0, 0.5, 1e-3, 1e-3])
    else:
        length, ratio = duration, (size - settled) * mass / (engine.thrust * duration)
        steps = np.array([5.0, 1e-3 * ratio, 1e-3, 1e-3])
    reference = impulse.epoch - 0.5 * length
    target = _met(after, impulse.epoch + (length + MEET_AFTER), forces, centre)
    weights = 1.0 / np.array([quality.position] * 3 + [quality.velocity] * 3)

    def strength(p: np.ndarray) -> tuple[Engine, float]:
        if duration is None:
            return engine, float(p[1])
        return replace(engine, thrust=engine.thrust * float(p[1])), duration

    def flown(p: np.ndarray, until: StateVector):
        pushing, lasting = strength(p)
        burns = _burns(pushing, reference + float(p[0]), lasting, _direction(unit, p[2:]))
        path = propagate(
            before.state, before.epoch, until.epoch, forces=forces, burns=burns, mass=mass,
            centre=centre,
        )  # fmt: skip
        return path.at(until.epoch, wrt=centre) - until.state, float(path.mass_at(until.epoch))

    p = np.array([0.0, ratio, 0.0, 0.0])
    for _ in range(ROUNDS):
        design = np.column_stack(
            [
                (flown(p + h * e, target)[0] - flown(p - h * e, target)[0]) / (2.0 * h)
                for h, e in zip(steps, np.eye(4), strict=True)
            ]
        )
        weighted = design * weights[:, None]
        missed = flown(p, target)[0] * weights
        change = steps * np.linalg.lstsq(weighted * steps, -missed, rcond=None)[0]
        if np.all(np.abs(change) < 1e-4 * steps):
            break
        p = p + change
    else:
        raise PhysicsError(
            f"the finite burn between {before.name!r} and {after.name!r} did not settle; "
            "check its thrust and mass"
        )
    miss, mass_after = flown(p, target)
    sigma = np.sqrt(np.diag(np.linalg.inv(weighted.T @ weighted)))
    direction = _direction(unit, p[2:])
    dv = float(STANDARD_GRAVITY) * engine.isp * np.log(mass / mass_after)
    pushing, lasting = strength(p)
    known = duration is not None
    return FiniteFit(
        start=reference + float(p[0]),
        duration=lasting,
        direction=direction,
        dv=dv * direction,
        start_sigma=float(sigma[0]),
        duration_sigma=0.0 if known else float(sigma[1]),
        mass_after=mass_after,
        miss=miss,
        thrust=pushing.thrust,
        thrust_sigma=engine.thrust * float(sigma[1]) if known else 0.0,
    )
