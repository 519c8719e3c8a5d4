"""Which way the Earth is turned, for stations on it: a second of time, without any table.

The celestial pole after the IAU 2006 precession with the eight greatest terms of the IAU 2000
nutation, and the Earth rotation angle with UT1 taken for UTC (Capitaine & Wallace 2006,
doi:10.1051/0004-6361:20054550; IERS Conventions 2010, chapter 5). Errors: 0.9 s in the rotation
(UTC is kept that near to UT1), 0.3 arcsec in the pole, 0.3 arcsec of polar motion.
"""

from __future__ import annotations

import numpy as np

from marsward.core.time import Epoch

__all__ = ["earth_axes"]

_ARCSEC = np.pi / 648_000.0
_CENTURY = 36_525.0
_NOON_2000 = np.datetime64("2000-01-01T12:00:00", "ns")
_OBLIQUITY = 84_381.406 * _ARCSEC
# X and Y of the pole by precession [arcsec], powers of TT centuries; IERS 2010, equation 5.16
_X = (-0.016617, 2004.191898, -0.4297829, -0.19861834)
_Y = (-0.006951, -0.025896, -22.4072747, 0.00190059)
# mean longitudes [deg, deg/century]: Moon's node, Sun, Moon; anomalies of the Sun and of the Moon
_NODE, _SUN, _MOON = (125.044555, -1934.136261), (280.46646, 36000.76983), (218.31645, 481267.88123)
_SUN_ANOMALY, _MOON_ANOMALY = (357.52911, 35999.05029), (134.96340, 477198.86757)


def earth_axes(epoch: Epoch) -> np.ndarray:
    """Rotation matrices (..., 3, 3) from J2000 to the Earth-fixed axes of a terrestrial frame.

    Raises
    ------
    InputError : an epoch before 1972 or past the leap seconds that are known
    """
    t = np.asarray(epoch.tt_days) / _CENTURY
    node, sun, moon, anomaly, lunar = (
        np.radians(angle[0] + angle[1] * t)
        for angle in (_NODE, _SUN, _MOON, _SUN_ANOMALY, _MOON_ANOMALY)
    )
    longitude = (
        -17.2064 * np.sin(node) - 1.3171 * np.sin(2.0 * sun) - 0.2276 * np.sin(2.0 * moon)
        + 0.2075 * np.sin(2.0 * node) + 0.1476 * np.sin(anomaly) + 0.0711 * np.sin(lunar)
        - 0.0517 * np.sin(2.0 * sun + anomaly) - 0.0387 * np.sin(2.0 * moon - node)
    )  # fmt: skip
    obliquity = (
        9.2052 * np.cos(node) + 0.5730 * np.cos(2.0 * sun) + 0.0978 * np.cos(2.0 * moon)
        - 0.0897 * np.cos(2.0 * node) + 0.0224 * np.cos(2.0 * sun + anomaly)
        + 0.0200 * np.cos(2.0 * moon - node)
    )  # fmt: skip
    polynomial = np.polynomial.polynomial.polyval
    x = _ARCSEC * (polynomial(t, _X) + longitude * np.sin(_OBLIQUITY))
    y = _ARCSEC * (polynomial(t, _Y) + obliquity)
    return _matrix(x, y, _rotation_angle(epoch))


def _rotation_angle(epoch: Epoch) -> np.ndarray:
    """Earth rotation angle [rad] with UTC for UT1; IERS 2010, equation 5.15."""
    utc = np.asarray(epoch.datetime64)
    days = (utc - _NOON_2000) / np.timedelta64(1, "D")
    turns = 0.779_057_273_2640 + 0.002_737_811_911_354_48 * days + days % 1.0
    return 2.0 * np.pi * (turns % 1.0)


def _matrix(x: np.ndarray, y: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """The pole's turn and then the Earth's; the origin of the angle drifts by less than 0.01"."""
    a = 0.5 + 0.125 * (x * x + y * y)
    z = 1.0 - a * (x * x + y * y)
    turn = np.stack(
        [
            np.stack([1.0 - a * x * x, -a * x * y, -x], axis=-1),
            np.stack([-a * x * y, 1.0 - a * y * y, -y], axis=-1),
            np.stack([x, y, z], axis=-1),
        ],
        axis=-2,
    )
    locator = -0.5 * x * y
    c, s = np.cos(angle - locator), np.sin(angle - locator)
    zero, one = np.zeros_like(c), np.ones_like(c)
    spin = np.stack(
        [
            np.stack([c, s, zero], axis=-1),
            np.stack([-s, c, zero], axis=-1),
            np.stack([zero, zero, one], axis=-1),
        ],
        axis=-2,
    )
    return spin @ turn
