"""Where and how a path left the Earth: perigee and departure hyperbola, and how well known."""

from dataclasses import dataclass

import numpy as np

from marsward.core.bodies import body
from marsward.core.errors import PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.covariance_map import map_covariance
from marsward.dynamics.ephemeris import Ephemeris
from marsward.dynamics.events import apsis, distance, find_events
from marsward.dynamics.forces import Forces
from marsward.dynamics.hyperbola import Hyperbola, hyperbola
from marsward.dynamics.propagate import propagate

STEPS = np.array([1e3] * 3 + [1e-3] * 3)


@dataclass(frozen=True)
class Departure:
    """The perigee that a flight began with, and its departure hyperbola in J2000 axes.

    Attributes
    ----------
    epoch : Epoch
        Of the perigee in the full force model.
    radius, speed : float
        There [m], [m/s].
    orbit : Hyperbola
        Osculating where the Earth's bulge is far.
    """

    epoch: Epoch
    radius: float
    speed: float
    orbit: Hyperbola

    @property
    def asymptote(self) -> tuple[float, float]:
        """Right ascension and declination of the outgoing asymptote, J2000 [rad]."""
        x, y, z = self.orbit.outgoing
        return float(np.arctan2(y, x) % (2.0 * np.pi)), float(np.arcsin(z))

    def figures(self) -> np.ndarray:
        """C3 [m2/s2], asymptote [rad, rad], perigee radius [m], perigee TDB past J2000 [s]."""
        return np.array([self.orbit.c3, *self.asymptote, self.radius, float(self.epoch.et)])


def departure(
    state: np.ndarray,
    epoch: Epoch,
    *,
    earliest: Epoch,
    read_at: float,
    forces: Forces,
    ephemeris: Ephemeris,
) -> Departure:
    """Run a heliocentric state (6,) [m, m/s] back to its perigee.

    Parameters
    ----------
    earliest : Epoch
        How far back the perigee is sought.
    read_at : float
        Distance from the Earth's centre at which the hyperbola is read [m].

    Raises
    ------
    PhysicsError
        When there is no perigee after `earliest`, or the path is never that far from Earth.
    """
    perigee = apsis("earth", kind="periapsis", stop=True, name="perigee")
    path = propagate(state, epoch, earliest, forces=forces, events=(perigee,))
    if float(path.start - earliest) < 1.0:
        raise PhysicsError(
            f"the path run back from {epoch.utc} has no perigee after {earliest.utc}; "
            "give an earlier launch or a vector nearer to it"
        )
    found = find_events(path, distance("earth", read_at), ephemeris)
    if not found:
        raise PhysicsError(
            f"between perigee and {epoch.utc} the path is never {read_at / 1e3:.0f} km from Earth; "
            "choose another departure_distance"
        )
    near = path.at(path.start, wrt="earth", ephemeris=ephemeris)
    read = path.at(found[0].epoch, wrt="earth", ephemeris=ephemeris)
    return Departure(
        epoch=path.start,
        radius=float(np.linalg.norm(near[:3])),
        speed=float(np.linalg.norm(near[3:])),
        orbit=hyperbola(read, float(body("earth").gm)),
    )


def departure_covariance(
    state: np.ndarray,
    epoch: Epoch,
    covariance: np.ndarray,
    *,
    earliest: Epoch,
    read_at: float,
    forces: Forces,
    ephemeris: Ephemeris,
) -> np.ndarray:
    """Covariance (5, 5) of `Departure.figures` from that of a state; options as `departure`."""

    def figures(moved: np.ndarray) -> np.ndarray:
        return departure(
            moved, epoch, earliest=earliest, read_at=read_at, forces=forces, ephemeris=ephemeris
        ).figures()

    return map_covariance(figures, state, covariance, steps=STEPS)
