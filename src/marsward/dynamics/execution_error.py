"""How far manoeuvres and injections go wrong: Gates's model, and a launcher's accuracy.

Gates (1963, A simplified model of midcourse maneuver execution errors, JPL TR 32-504): the error
of a manoeuvre has a part along it, from its size, and a part across it, from its direction; each
has a fixed share and one that grows with the manoeuvre. All four are normal and independent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.dynamics.hyperbola import hyperbola

__all__ = [
    "EXECUTION_ERRORS",
    "ExecutionError",
    "asymptote_covariance",
    "bias_against_impact",
    "impact_probability",
]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ExecutionError:
    """One sigma of what an engine makes of a commanded change of velocity.

    Attributes
    ----------
    fixed_magnitude, fixed_pointing : float
        Along it, and on each of two axes across it, whatever its size [m/s].
    proportional_magnitude : float
        Share of the size.
    proportional_pointing : float
        Turn of the direction on each of two axes [rad].
    source : str
        Where the figures are from.

    Raises
    ------
    InputError : a figure that is negative or no number.
    """

    fixed_magnitude: float = 0.0
    proportional_magnitude: float = 0.0
    fixed_pointing: float = 0.0
    proportional_pointing: float = 0.0
    source: str = ""

    def __post_init__(self) -> None:
        for name, figure in zip(
            ("fixed_magnitude", "proportional_magnitude", "fixed_pointing",
             "proportional_pointing"), self._figures(), strict=True,
        ):  # fmt: skip
            if not (isinstance(figure, int | float) and 0.0 <= figure < math.inf):
                raise InputError(f"{name} of an execution error is 0 or above, not {figure!r}")

    def _figures(self) -> tuple[float, float, float, float]:
        return (
            self.fixed_magnitude,
            self.proportional_magnitude,
            self.fixed_pointing,
            self.proportional_pointing,
        )

    def sigmas(self, size: ArrayLike) -> tuple[Array, Array]:
        """Sigma along a manoeuvre and on each axis across it [m/s], by its size [m/s]."""
        dv = np.asarray(size, dtype=float)
        along = np.hypot(self.fixed_magnitude, self.proportional_magnitude * dv)
        across = np.hypot(self.fixed_pointing, self.proportional_pointing * dv)
        return along, across

    def covariance(self, dv: ArrayLike) -> Array:
        """(3, 3) covariance of the error of one manoeuvre (3,) [m/s], in its axes [m2/s2]."""
        vector = np.asarray(dv, dtype=float)
        size = float(np.linalg.norm(vector))
        along, across = self.sigmas(size)
        if size == 0.0:
            return np.zeros((3, 3))
        out = np.outer(vector, vector) / size**2
        return np.asarray(along**2 * out + across**2 * (np.eye(3) - out))

    def executed(self, dv: ArrayLike, rng: np.random.Generator) -> Array:
        """(n, 3) what becomes of commanded manoeuvres (n, 3) [m/s]; none is made of none."""
        wanted = np.asarray(dv, dtype=float)
        size = np.linalg.norm(wanted, axis=1)
        along, across = self.sigmas(size)
        draws = rng.standard_normal(wanted.shape)
        flown = size > 0.0
        unit = wanted / np.where(flown, size, 1.0)[:, None]
        straight = (draws * unit).sum(axis=1)[:, None] * unit
        error = along[:, None] * straight + across[:, None] * (draws - straight)
        return np.asarray(wanted + np.where(flown[:, None], error, 0.0))


_CASSINI = (
    "pre-flight model of Cassini, as Wagner and Goodson 2008 (AAS 08-113) quote it; the four "
    "figures from memory"
)
EXECUTION_ERRORS: Mapping[str, ExecutionError] = MappingProxyType(
    {
        "cassini-engine": ExecutionError(10e-3, 0.2e-2, 17.5e-3, 3.5e-3, _CASSINI),
        "cassini-thrusters": ExecutionError(3.5e-3, 2.0e-2, 3.5e-3, 12e-3, _CASSINI),
        "cruise-stage": ExecutionError(
            2e-3, 5.0e-2 / 3.0, 2e-3, 5.0e-2 / 3.0,
            "a spinning cruise stage with hydrazine thrusters: 5 % and 6 mm/s, three sigma, on "
            "every axis; assumed, of the order that the Mars Exploration Rovers were held to",
        ),
        "none": ExecutionError(source="faultless"),
    }
)  # fmt: skip
"""Published engines, one sigma."""


def asymptote_covariance(
    state: ArrayLike,
    *,
    c3_sigma: float,
    declination_sigma_rad: float,
    right_ascension_sigma_rad: float,
    planet: str = "earth",
    frame_pole: ArrayLike = (0.0, 0.0, 1.0),
) -> Array:
    """Covariance of an injection from a launcher's accuracy of the departure asymptote.

    The craft is where it should be; its velocity errs so that C3, declination and right ascension
    of the outgoing asymptote have the given sigmas, independently.

    Parameters
    ----------
    state : (6,) just after the injection, relative to ``planet`` [m, m/s]
    c3_sigma : [m2/s2]
    declination_sigma_rad, right_ascension_sigma_rad : [rad]
    frame_pole : (3,) from whose equator declinations count

    Returns
    -------
    (6, 6) [m, m/s]; zero but for the velocity.

    Raises
    ------
    PhysicsError : the state is bound, or its asymptote does not fix its velocity.
    """
    sigmas = np.array([c3_sigma, declination_sigma_rad, right_ascension_sigma_rad], dtype=float)
    if not (np.isfinite(sigmas).all() and (sigmas >= 0.0).all()):
        raise InputError(f"accuracies of an injection are 0 or above, not {sigmas.tolist()}")
    here = np.asarray(state, dtype=float)
    gm = float(body(planet).gm)
    up = np.asarray(frame_pole, dtype=float) / np.linalg.norm(frame_pole)
    out = hyperbola(here, gm).outgoing
    east = np.cross(up, out)
    cosine = float(np.linalg.norm(east))
    east = east / cosine
    north = np.cross(out, east)

    def figures(velocity: Array) -> Array:
        orbit = hyperbola(np.concatenate([here[:3], velocity]), gm)
        turned = orbit.outgoing
        return np.array([orbit.c3, turned @ north, (turned @ east) / cosine])

    step = 1e-2  # m/s
    slope = np.column_stack(
        [(figures(here[3:] + d) - figures(here[3:] - d)) / (2.0 * step) for d in step * np.eye(3)]
    )
    if not np.linalg.cond(slope / np.abs(slope).max(axis=1, keepdims=True)) < 1e8:
        raise PhysicsError(
            "the asymptote of this injection does not fix its velocity, for the injection points "
            "along it; give a covariance of the state instead"
        )
    back = np.linalg.inv(slope)
    covariance = np.zeros((6, 6))
    covariance[3:, 3:] = back @ np.diag(sigmas**2) @ back.T
    return covariance


def impact_probability(aim: ArrayLike, covariance: ArrayLike, radius: float) -> float:
    """Chance that a normal aim point in the B-plane lies within a circle about the planet.

    Parameters
    ----------
    aim : (2,) mean of B·T, B·R [m]
    covariance : (2, 2) [m2]
    radius : of the circle: `marsward.dynamics.hyperbola.impact_radius` [m]

    The density is summed over the circle in polar rings, by Gauss's rule on 96 radii and 384
    equal angles; ellipses much thinner than a hundredth of the circle need a finer rule.
    """
    mean, cov = np.asarray(aim, dtype=float), np.asarray(covariance, dtype=float)
    x, w = np.polynomial.legendre.leggauss(96)
    r, weight = 0.5 * radius * (x + 1.0), 0.5 * radius * w
    angle = 2.0 * np.pi * np.arange(384) / 384.0
    points = r[:, None, None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1) - mean
    power = np.einsum("rai,ij,raj->ra", points, np.linalg.inv(cov), points)
    ring = np.exp(-0.5 * power).mean(axis=1) * 2.0 * np.pi * r
    return float((weight * ring).sum() / (2.0 * np.pi * math.sqrt(np.linalg.det(cov))))


def bias_against_impact(
    aim: ArrayLike,
    covariance: ArrayLike,
    radius: float,
    *,
    probability: float = 1e-4,
    direction: ArrayLike | None = None,
) -> Array:
    """The shift of a launch's aim that keeps its upper stage off the planet.

    Parameters
    ----------
    aim, covariance, radius : as `impact_probability`, of the launch without any correction
    probability : allowed; 1e-4 over fifty years for an upper stage that goes to Mars, as InSight's
        (Abilleira et al. 2014, AAS 14-363)
    direction : (2,) of the shift; along the thin axis of the ellipse when left out, where the
        least shift does it

    Returns
    -------
    (2,) shift of B·T, B·R [m]; zero where the aim is safe as it is.
    """
    if not 0.0 < probability < 1.0:
        raise InputError(f"a probability of impact lies between 0 and 1, not {probability!r}")
    cov = np.asarray(covariance, dtype=float)
    here = np.asarray(aim, dtype=float)
    if direction is None:
        way = np.linalg.eigh(cov)[1][:, 0]
        way = way if way @ here >= 0.0 else -way
    else:
        way = np.asarray(direction, dtype=float) / np.linalg.norm(direction)

    def chance(shift: float) -> float:
        return impact_probability(here + shift * way, cov, radius)

    if chance(0.0) <= probability:
        return np.zeros(2)
    high = radius + float(np.linalg.norm(here)) + 10.0 * math.sqrt(float(way @ cov @ way))
    shift = brentq(lambda at: chance(at) / probability - 1.0, 0.0, high, rtol=1e-10)
    return np.asarray(shift * way)
