"""Frames: the ecliptic, the pole and spin of Mars."""

import numpy as np

from marsward.core.frames import rotation
from marsward.core.time import Epoch

J2000 = Epoch.tdb("2000-01-01T12:00:00")
_DAY = 86_400.0


def obliquity() -> float:
    """Angle between the poles of ECLIPJ2000 and J2000 [arcsec]."""
    pole = rotation("ECLIPJ2000", "J2000", J2000)[:, 2]
    return float(np.degrees(np.arctan2(np.hypot(pole[0], pole[1]), pole[2])) * 3600.0)


def pole_right_ascension(frame: str) -> float:
    """Right ascension of a body's north pole at J2000 [deg]."""
    pole = rotation(frame, "J2000", J2000)[:, 2]
    return float(np.degrees(np.arctan2(pole[1], pole[0])) % 360.0)


def pole_declination(frame: str) -> float:
    """Declination of a body's north pole at J2000 [deg]."""
    return float(np.degrees(np.arcsin(rotation(frame, "J2000", J2000)[2, 2])))


def spin(frame: str) -> float:
    """Turn of a body about its pole in one day, whole turns left out [deg], from ten years."""
    epochs = J2000 + np.arange(0.0, 3653.0) * _DAY
    turn = rotation("J2000", frame, epochs)
    pole = turn[:, 2, :]
    node = np.stack([-pole[:, 1], pole[:, 0], np.zeros(len(pole))], axis=1)
    seen = np.einsum("nij,nj->ni", turn, node)
    angle = np.unwrap(np.arctan2(-seen[:, 1], seen[:, 0]))
    return float(np.degrees((angle[-1] - angle[0]) / (len(pole) - 1)) % 360.0)
