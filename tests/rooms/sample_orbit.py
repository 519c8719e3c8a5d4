"""An orbit about Mars in closed form: the remote-sensing orbit as two bodies would keep it."""

import numpy as np

from marsward.core.bodies import body
from marsward.core.time import Epoch
from marsward.data.arc_table import ArcTable

START = Epoch.utc("2021-11-09T08:10:41")
AXIS, ECCENTRICITY = 8_855.6e3, 0.5864
PERIOD = 2.0 * np.pi * np.sqrt(AXIS**3 / body("mars").gm)
_TILT = np.radians([104.81, 86.32, 88.28])  # node, inclination, argument of periapsis


def kepler(seconds):
    """States (n, 6) [m, m/s] at seconds after the periapsis of START."""
    motion = 2.0 * np.pi / PERIOD
    anomaly = motion * np.asarray(seconds, dtype=float)
    x = anomaly + ECCENTRICITY * np.sin(anomaly)
    for _ in range(60):
        x = x - (x - ECCENTRICITY * np.sin(x) - anomaly) / (1.0 - ECCENTRICITY * np.cos(x))
    side = np.sqrt(1.0 - ECCENTRICITY**2)
    rate = motion / (1.0 - ECCENTRICITY * np.cos(x))
    zero = np.zeros_like(x)
    place = AXIS * np.stack([np.cos(x) - ECCENTRICITY, side * np.sin(x), zero], axis=-1)
    speed = AXIS * np.stack([-np.sin(x) * rate, side * np.cos(x) * rate, zero], axis=-1)
    node, tilt, turn = _TILT

    def about(axis, angle):
        c, s = np.cos(angle), np.sin(angle)
        rows = {"z": [[c, -s, 0], [s, c, 0], [0, 0, 1]], "x": [[1, 0, 0], [0, c, -s], [0, s, c]]}
        return np.array(rows[axis])

    axes = about("z", node) @ about("x", tilt) @ about("z", turn)
    return np.concatenate([place @ axes.T, speed @ axes.T], axis=-1)


def table(begin, end, every=60.0, *, push=0.0):
    """A table of states from `begin` to `end` [s]; `push` [m/s] is added to the velocity."""
    seconds = np.append(np.arange(begin, end, every), end)
    states = kepler(seconds)
    states[:, 3:] *= 1.0 + push
    return ArcTable(499, START + seconds, states)


class Flight:
    """What answers `.at` for tests of writers: two arcs of the closed form."""

    def __init__(self, *tables):
        self.tables = tables

    def at(self, epoch):
        return kepler(np.asarray(epoch - START))
