"""Where a path meets the B-plane of Mars, and how well that is known."""

from dataclasses import dataclass

import numpy as np

from marsward.core.bodies import body
from marsward.core.errors import PhysicsError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.dynamics.covariance_map import map_covariance
from marsward.dynamics.ephemeris import Ephemeris
from marsward.dynamics.events import apsis
from marsward.dynamics.forces import Forces
from marsward.dynamics.hyperbola import Hyperbola, b_plane, hyperbola
from marsward.dynamics.propagate import propagate

READ_BEFORE = 2 * 86400.0
LATEST = 20 * 86400.0


@dataclass(frozen=True)
class Arrival:
    """A passage of Mars.

    Attributes
    ----------
    epoch : Epoch
        Of the periapsis.
    radius, speed : float
        At the periapsis, in the full force model [m], [m/s].
    state : ndarray (6,)
        There, relative to Mars, J2000 [m, m/s].
    orbit : Hyperbola
        Osculating two days before the periapsis, where the Sun's pull has hardly bent it yet.
    b_t, b_r : float
        Aim point [m]; T lies in the equator of Mars of date.
    """

    epoch: Epoch
    radius: float
    speed: float
    state: np.ndarray
    orbit: Hyperbola
    b_t: float
    b_r: float

    def figures(self) -> np.ndarray:
        """B·T, B·R [m], periapsis radius [m] and periapsis TDB past J2000 [s]."""
        return np.array([self.b_t, self.b_r, self.radius, float(self.epoch.et)])


def arrival(state: np.ndarray, epoch: Epoch, *, forces: Forces, ephemeris: Ephemeris) -> Arrival:
    """Run a heliocentric state (6,) [m, m/s] on to the periapsis at Mars.

    Raises
    ------
    PhysicsError
        When no periapsis is met within 20 days.
    """
    path = propagate(
        state,
        epoch,
        epoch + LATEST,
        forces=forces,
        events=(apsis("mars", kind="periapsis", stop=True, name="periapsis"),),
    )
    when = path.stop
    if float(epoch + LATEST - when) < 1.0:
        raise PhysicsError(
            f"the path from {epoch.utc} UTC has no periapsis at Mars within "
            f"{LATEST / 86400.0:.0f} days; give a later vector, or one that leads to Mars"
        )
    near = path.at(when, wrt="mars", ephemeris=ephemeris)
    early = when - min(READ_BEFORE, float(when - epoch))
    orbit = hyperbola(path.at(early, wrt="mars", ephemeris=ephemeris), float(body("mars").gm))
    pole = rotation("J2000", "MARS_MEOD", when)[2]
    b_t, b_r = b_plane(orbit, pole)
    return Arrival(
        epoch=when,
        radius=float(np.linalg.norm(near[:3])),
        speed=float(np.linalg.norm(near[3:])),
        state=near,
        orbit=orbit,
        b_t=b_t,
        b_r=b_r,
    )


def arrival_covariance(
    state: np.ndarray,
    epoch: Epoch,
    covariance: np.ndarray,
    *,
    forces: Forces,
    ephemeris: Ephemeris,
) -> np.ndarray:
    """Map the covariance of a state onto `Arrival.figures`, by central differences.

    Parameters
    ----------
    state, covariance : ndarray (6,), (6, 6)
        Heliocentric state [m, m/s] and its covariance.

    Returns
    -------
    ndarray (4, 4)
        Covariance of B·T, B·R, periapsis radius [m] and periapsis time [s].
    """

    def figures(moved: np.ndarray) -> np.ndarray:
        return arrival(moved, epoch, forces=forces, ephemeris=ephemeris).figures()

    return map_covariance(figures, state, covariance)
