"""Estimate one manoeuvre from the vectors before and after it, impulsive and as a finite burn."""

from dataclasses import dataclass

import numpy as np

from marsward.core.constants import STANDARD_GRAVITY
from marsward.core.errors import PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.burns import FiniteBurn
from marsward.dynamics.forces import Forces
from marsward.dynamics.orbit_determination import Quality, StateVector
from marsward.dynamics.propagate import propagate
from marsward.dynamics.state_transition import state_transition


@dataclass(frozen=True)
class ImpulseFit:
    """Impulse at the closest approach of the paths before and after: epoch, dv (3,) and miss (3,).

    dv in m/s, the miss in m: what the two paths fail to meet by.
    """

    epoch: Epoch
    dv: np.ndarray
    miss: np.ndarray


def fit_impulse(
    before: StateVector, after: StateVector, about: Epoch, *, forces: Forces
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

    Raises
    ------
    PhysicsError
        When the closest approach lies outside the two vectors.
    """
    epoch = about
    for _ in range(12):
        early, *_ = state_transition(before.state, before.epoch, epoch, forces=forces)
        late, *_ = state_transition(after.state, after.epoch, epoch, forces=forces)
        difference = late - early
        shift = -float(difference[:3] @ difference[3:]) / float(difference[3:] @ difference[3:])
        if abs(shift) < 1e-3:
            return ImpulseFit(epoch, difference[3:], difference[:3])
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

    `miss` is the state left over at the vector after the burn (6,) in m and m/s.
    """

    start: Epoch
    duration: float
    direction: np.ndarray
    dv: np.ndarray
    start_sigma: float
    duration_sigma: float
    mass_after: float
    miss: np.ndarray


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
) -> FiniteFit:
    """Estimate start, duration and direction of a burn of known thrust between two vectors.

    Unknowns: start of the main burn, its duration and two angles of an inertially fixed
    direction; the six components of the vector after the burn are the observations, weighted
    with `quality`. Thrust F gives a = F/m with m falling by F / (g0 Isp) a second.

    Parameters
    ----------
    before, after : StateVector
        Vectors with only this burn between them.
    about : Epoch
        First guess of the start of the main burn.
    engine : Engine
        Thrust, specific impulse and the settling burn.
    mass : float
        Mass at the vector before [kg].
    forces : Forces
        Force model.
    quality : Quality
        Uncertainty of the difference of the two vectors.

    Raises
    ------
    PhysicsError
        When the fit does not settle.

    References
    ----------
    Tsiolkovsky's equation, dv = g0 Isp ln(m0 / m1), as in Vallado (2013), sec. 6.
    """
    impulse = fit_impulse(before, after, about, forces=forces)
    size = float(np.linalg.norm(impulse.dv))
    unit = impulse.dv / size
    settled = engine.settling_thrust * engine.settling_time / mass
    duration = max((size - settled) * mass / engine.thrust, 1.0)
    reference = impulse.epoch - 0.5 * duration
    weights = 1.0 / np.array([quality.position] * 3 + [quality.velocity] * 3)

    def flown(p: np.ndarray):
        burns = _burns(engine, reference + float(p[0]), float(p[1]), _direction(unit, p[2:]))
        path = propagate(
            before.state, before.epoch, after.epoch, forces=forces, burns=burns, mass=mass
        )
        state = path.at(after.epoch, wrt="sun")
        return state - after.state, float(path.mass_at(after.epoch))

    p = np.array([0.0, duration, 0.0, 0.0])
    steps = np.array([5.0, 0.5, 1e-3, 1e-3])
    for _ in range(10):
        miss, mass_after = flown(p)
        design = np.column_stack(
            [
                (flown(p + h * e)[0] - flown(p - h * e)[0]) / (2.0 * h)
                for h, e in zip(steps, np.eye(4), strict=True)
            ]
        )
        weighted = design * weights[:, None]
        change = steps * np.linalg.lstsq(weighted * steps, -miss * weights, rcond=None)[0]
        if np.all(np.abs(change) < 1e-4 * steps):
            break
        p = p + change
    else:
        raise PhysicsError(
            f"the finite burn between {before.name!r} and {after.name!r} did not settle; "
            "check its thrust and mass"
        )
    sigma = np.sqrt(np.diag(np.linalg.inv(weighted.T @ weighted)))
    direction = _direction(unit, p[2:])
    dv = float(STANDARD_GRAVITY) * engine.isp * np.log(mass / mass_after)
    return FiniteFit(
        start=reference + float(p[0]),
        duration=float(p[1]),
        direction=direction,
        dv=dv * direction,
        start_sigma=float(sigma[0]),
        duration_sigma=float(sigma[1]),
        mass_after=mass_after,
        miss=miss,
    )
