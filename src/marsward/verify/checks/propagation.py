"""The integrator and its forces against the planets of DE440 and the motion of Mercury."""

import numpy as np

from marsward.core.bodies import body
from marsward.core.time import Epoch
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import BODIES, Forces, SolarPressure
from marsward.dynamics.propagate import propagate

START = Epoch.utc("2020-07-26T00:00:00")
_DAY = 86_400.0
_CENTURY = 36_525.0 * _DAY
_TURNS = 100


def planet_as_craft(planet: str, days: float) -> float:
    """Miss [m] of a craft that starts with a planet's state in DE440, that planet taken away.

    A body falls as a craft does, so the craft should follow the planet; asteroids and the
    relativity of the planets are left out and set the size of the miss.
    """
    ephemeris = default_ephemeris()
    state = ephemeris.state(planet, wrt="sun", at=START)
    others = tuple(name for name in BODIES if name != planet)
    forces = Forces(bodies=others, solar_pressure=None, gravity={}, centre_switching=False)
    path = propagate(state, START, days * _DAY, forces=forces, impact=False)
    at = START + days * _DAY
    there = np.asarray(path.at(at, wrt="sun", ephemeris=ephemeris))
    return float(np.linalg.norm((there - ephemeris.state(planet, wrt="sun", at=at))[:3]))


def perihelion_advance(semi_major_axis: float, eccentricity: float) -> float:
    """Advance of the perihelion by the Schwarzschild term of the Sun [arcsec per century].

    The turn of the Laplace-Runge-Lenz vector over a hundred orbits, aphelion to aphelion, with the
    term less without it.
    """
    gm = float(body("sun").gm)
    speed = np.sqrt(gm / semi_major_axis * (1.0 - eccentricity) / (1.0 + eccentricity))
    state = np.array([semi_major_axis * (1.0 + eccentricity), 0.0, 0.0, 0.0, speed, 0.0])
    period = 2.0 * np.pi * np.sqrt(semi_major_axis**3 / gm)
    angles = [_apsis_angle(gm, _after(state, _TURNS * period, on)) for on in (True, False)]
    return float(np.degrees(angles[0] - angles[1]) * 3600.0 * _CENTURY / (_TURNS * period))


def _after(state: np.ndarray, seconds: float, relativity: bool) -> np.ndarray:
    forces = Forces(bodies=("sun",), solar_pressure=None, relativity=relativity, gravity={})
    path = propagate(state, START, seconds, forces=forces, rtol=1e-13)
    return np.asarray(path.at(path.stop))


def sunlight_acceleration(cr: float, area_to_mass: float) -> float:
    """Acceleration of a sphere by sunlight at 1 au [m/s2]."""
    return float(SolarPressure.of_craft(cr, area_to_mass).acceleration_1au)


def _apsis_angle(gm: float, state: np.ndarray) -> float:
    """Direction of the Laplace-Runge-Lenz vector in the plane of motion [rad]."""
    place, speed = state[:3], state[3:]
    lenz = np.cross(speed, np.cross(place, speed)) / gm - place / np.linalg.norm(place)
    return float(np.arctan2(lenz[1], lenz[0]))
