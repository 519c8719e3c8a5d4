"""Estimate the solar pressure on a spacecraft from how far its free coasts miss."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from marsward.core.errors import InputError, PhysicsError
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.orbit_determination import StateVector
from marsward.dynamics.state_transition import state_transition


@dataclass(frozen=True)
class Coast:
    """A free flight from one vector to another, compared in position.

    `velocity_sigma` [m/s] is the uncertainty of the velocity it starts from; the miss that it
    causes grows with time, so a coast counts with 1 / (velocity_sigma * duration)^2.
    """

    start: StateVector
    stop: StateVector
    velocity_sigma: float


@dataclass(frozen=True)
class PressureFit:
    """Solar-pressure acceleration at 1 au [m/s2], its sigma, and each coast's miss [m, m/s]."""

    acceleration: float
    sigma: float
    misses: np.ndarray
    chi_square: float
    degrees: int


def coast_miss(coast: Coast, *, forces: Forces) -> tuple[np.ndarray, np.ndarray]:
    """Return predicted minus observed state (6,) [m, m/s] and its derivative by solar pressure."""
    state, _, gradient = state_transition(
        coast.start.state, coast.start.epoch, coast.stop.epoch, forces=forces
    )
    return state - coast.stop.state, gradient


def with_pressure(forces: Forces, acceleration: float) -> Forces:
    """Return the same forces with another solar-pressure acceleration at 1 au [m/s2]."""
    return replace(forces, solar_pressure=SolarPressure(acceleration_1au=acceleration))


def fit_solar_pressure(
    coasts: Sequence[Coast], *, forces: Forces, guess: float = 2e-8
) -> PressureFit:
    """Estimate one solar-pressure acceleration from several coasts.

    a(r) = a_1au (1 au / r)^2 away from the Sun is a cannonball: it holds area, mass and
    reflectivity fixed. Minimises sum |miss_i|^2 / (sigma_v,i T_i)^2 over the coasts, positions
    only, by Gauss-Newton (the misses are linear in a_1au to parts in 1e4). The standard
    deviation is scaled up where the reduced chi-square exceeds one.

    Parameters
    ----------
    coasts : sequence of Coast
        Free flights without a manoeuvre.
    forces : Forces
        The force model; its solar pressure is replaced.
    guess : float
        First value [m/s2].

    Raises
    ------
    InputError
        Without a coast.
    PhysicsError
        When the estimate does not settle.

    References
    ----------
    Montenbruck, O. & Gill, E. (2000), Satellite Orbits, sec. 3.4,
    doi:10.1007/978-3-642-58351-3.
    """
    if not coasts:
        raise InputError("estimating the solar pressure needs at least one coast")
    value = guess
    weight = np.array(
        [1.0 / (c.velocity_sigma * abs(float(c.stop.epoch - c.start.epoch))) for c in coasts]
    )
    for _ in range(8):
        pairs = [coast_miss(c, forces=with_pressure(forces, value)) for c in coasts]
        miss = np.array([p[0] for p in pairs])
        slope = np.array([p[1] for p in pairs])
        residual = (miss[:, :3] * weight[:, None]).ravel()
        design = (slope[:, :3] * weight[:, None]).ravel()
        information = float(design @ design)
        step = -float(design @ residual) / information
        value += step
        if abs(step) < 1e-6 * abs(value):
            break
    else:
        raise PhysicsError("the solar-pressure estimate did not settle in 8 steps")
    degrees = residual.size - 1
    chi_square = float(residual @ residual)
    return PressureFit(
        acceleration=value,
        sigma=float(np.sqrt(max(chi_square / degrees, 1.0) / information)),
        misses=miss,
        chi_square=chi_square,
        degrees=degrees,
    )
