"""Aerobraking within an insertion: the campaign, and the orbit that it leaves."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from marsward.core.bodies import body
from marsward.core.time import Epoch
from marsward.data.gravity_model import gravity_model
from marsward.dynamics.aerobraking import Aerobraking, aerobrake
from marsward.dynamics.capture_orbits import propellant_for
from marsward.dynamics.elements import osculating
from marsward.dynamics.orbit_lowering import OrbitStep

__all__ = ["after_the_air", "node_drift"]

Array = NDArray[np.float64]
PLANET = "mars"


def node_drift(plan: Aerobraking, inclination: float) -> tuple[float, float]:
    """Turn of node and of periapsis by the oblateness over a campaign [deg].

    Secular rates of each orbit over its period: node -1.5 n J2 (R/p)^2 cos i, periapsis
    0.75 n J2 (R/p)^2 (5 cos^2 i - 1).

    References
    ----------
    Vallado, D. A. (2013), Fundamentals of Astrodynamics and Applications, 4th ed., section 9.6.
    """
    model, ground = gravity_model(PLANET), float(body(PLANET).equatorial_radius)
    j2 = -float(model.cosine[2, 0]) * math.sqrt(5.0)
    low, high = ground + plan.height, ground + plan.apoapsis
    p = 2.0 * low * high / (low + high)
    turn = 2.0 * math.pi * j2 * (model.radius / p) ** 2  # n times the period is a whole turn
    cosine = math.cos(math.radians(inclination))
    node = -1.5 * cosine * turn.sum()
    argument = 0.75 * (5.0 * cosine**2 - 1.0) * turn.sum()
    return math.degrees(float(node)), math.degrees(float(argument))


def after_the_air(phase, state: Array, epoch: Epoch, mass: float, isp: float, goal):
    """Steps, the campaign, and epoch, state (6,) and mass of the orbit that it leaves.

    `state` is that at an apoapsis, (6,) relative to Mars, J2000 [m, m/s].
    """
    part = phase.aerobraking
    first = osculating(state, epoch, body=PLANET)
    plan = aerobrake(
        periapsis=float(first.periapsis_altitude), apoapsis=float(first.apoapsis_altitude),
        goal=goal, drag=part.drag.drag(PLANET, epoch), heat_limit=part.heat_limit,
        share=part.share, walk_in_passes=part.walk_in_passes, lifetime=part.lifetime,
    )  # fmt: skip
    node, argument = node_drift(plan, float(first.inclination))
    ground = float(body(PLANET).equatorial_radius)
    low, high = ground + goal[0], ground + goal[1]
    end = epoch + plan.duration
    last = replace(
        first, semi_major_axis=np.asarray(0.5 * (low + high)),
        eccentricity=np.asarray((high - low) / (high + low)), true_anomaly=np.asarray(0.0),
        node=np.asarray((float(first.node) + node) % 360.0),
        argument_of_periapsis=np.asarray((float(first.argument_of_periapsis) + argument) % 360.0),
        epoch=end,
    )  # fmt: skip
    steps, there = [], last.state()
    parts = (("walk-in", plan.walk_in, epoch, state), ("trims", plan.trims, epoch, state),
             ("walk-out", plan.walk_out, end, there))  # fmt: skip
    for name, dv, when, orbit in parts:
        spent = float(propellant_for(dv, mass, isp))
        steps.append(OrbitStep(name, when, dv, dv, math.nan, mass, mass - spent, when, orbit))
        mass -= spent
    return steps, plan, (end, there, mass)
