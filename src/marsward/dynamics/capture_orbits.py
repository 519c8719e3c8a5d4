"""Which orbit a craft can be captured into, and what it costs: impulses at the periapsis.

A craft that arrives with the speed at infinity v meets a periapsis of radius r at
sqrt(v^2 + 2 GM/r); in an ellipse of period P, whose half axis is a = (GM (P / 2 pi)^2)^(1/3), it
would be there at sqrt(GM (2/r - 1/a)). One impulse makes up the difference.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import body
from marsward.core.constants import STANDARD_GRAVITY
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field

__all__ = [
    "apoapsis_height", "best_periapsis", "capture_dv", "capture_grid", "propellant_for",
    "tightest_period",
]  # fmt: skip

Array = NDArray[np.float64]
PLANET = "mars"
add_fields(
    FieldRow("capture_dv", "m s-1", "impulse that captures into an orbit", low=0.0),
    FieldRow("capture_propellant", "kg", "propellant of the capture as an impulse", low=0.0),
    FieldRow("capture_apoapsis", "m", "height of the apoapsis above the equatorial radius"),
    FieldRow("capture_period", "s", "period of the capture orbit", low=0.0),
    FieldRow("capture_periapsis", "m", "height of the periapsis above the equatorial radius"),
)


def _planet() -> tuple[float, float]:
    """GM [m3/s2] and equatorial radius [m]."""
    return float(body(PLANET).gm), float(body(PLANET).equatorial_radius)


def apoapsis_height(periapsis: ArrayLike, period: ArrayLike) -> Array:
    """Height of the apoapsis (...) [m] from that of the periapsis [m] and the period [s].

    It is below the periapsis where the period is shorter than the circle's.
    """
    gm, radius = _planet()
    axis = np.cbrt(gm * (np.asarray(period, dtype=float) / (2.0 * math.pi)) ** 2)
    return np.asarray(2.0 * axis - 2.0 * radius - np.asarray(periapsis, dtype=float))


def capture_dv(v_infinity: ArrayLike, periapsis: ArrayLike, period: ArrayLike) -> Array:
    """Impulse at the periapsis that turns an arrival into an ellipse.

    Parameters
    ----------
    v_infinity : (...) speed at infinity of the arrival [m/s]
    periapsis : (...) height above the equatorial radius [m]
    period : (...) of the orbit afterwards [s]; infinite for a bare capture

    Returns
    -------
    (...) [m/s]; NaN where no ellipse with that periapsis has so short a period.

    Raises
    ------
    InputError : a speed, height or period that is none.
    """
    v, h, p = np.broadcast_arrays(
        *(np.asarray(each, dtype=float) for each in (v_infinity, periapsis, period))
    )
    if not ((v >= 0.0) & np.isfinite(v)).all():
        raise InputError("a speed at infinity is a finite number, 0 m/s or more")
    if not ((h >= 0.0) & np.isfinite(h)).all():
        raise InputError("heights of a periapsis are finite and 0 m or more above the equator")
    if not (p > 0.0).all():
        raise InputError("a period of a capture orbit is above 0 s, or infinite")
    gm, radius = _planet()
    r = radius + h
    axis = np.cbrt(gm * (p / (2.0 * math.pi)) ** 2)
    with np.errstate(invalid="ignore"):
        slow = np.sqrt(np.where(axis >= r, gm * (2.0 / r - 1.0 / axis), np.nan))
    return np.asarray(np.sqrt(v * v + 2.0 * gm / r) - slow)


def best_periapsis(v_infinity: float, eccentricity: float) -> float:
    """Radius of the periapsis [m] at which an ellipse of given eccentricity costs least.

    r = 2 GM (1 - e) / ((1 + e) v^2): where d(dv)/dr = 0 with e held.

    References
    ----------
    Curtis, H. D. (2014), Orbital Mechanics for Engineering Students, 3rd ed., section 8.8.
    """
    gm, _ = _planet()
    if not 0.0 <= eccentricity < 1.0 or not v_infinity > 0.0:
        raise InputError(
            f"a capture orbit has an eccentricity from 0 to below 1 and comes from a speed above "
            f"0 m/s, not {eccentricity!r} and {v_infinity!r}"
        )
    return 2.0 * gm * (1.0 - eccentricity) / ((1.0 + eccentricity) * v_infinity**2)


def propellant_for(dv: ArrayLike, mass: float, isp: float) -> Array:
    """Propellant (...) [kg] that a velocity change [m/s] takes of a mass before it [kg].

    m (1 - exp(-dv / (Isp g0))), Tsiolkovsky's equation.
    """
    if not (0.0 < mass < math.inf and 0.0 < isp < math.inf):
        raise InputError(f"mass and specific impulse are above 0 kg and 0 s, not {mass!r}, {isp!r}")
    return np.asarray(-mass * np.expm1(-np.asarray(dv, float) / (isp * float(STANDARD_GRAVITY))))


def tightest_period(v_infinity: float, periapsis: float, dv: float) -> float:
    """Shortest period [s] into which an impulse captures; infinite when it does not capture.

    Never shorter than that of the circle at the periapsis.
    """
    gm, radius = _planet()
    r = radius + periapsis
    speed = math.sqrt(v_infinity**2 + 2.0 * gm / r) - dv
    speed = max(speed, math.sqrt(gm / r))
    energy = 0.5 * speed**2 - gm / r
    if energy >= 0.0:
        return math.inf
    axis = -0.5 * gm / energy
    return 2.0 * math.pi * math.sqrt(axis**3 / gm)


def capture_grid(
    v_infinity: float,
    *,
    periods: ArrayLike,
    heights: ArrayLike,
    mass: float | None = None,
    isp: float | None = None,
) -> xr.Dataset:
    """What captures cost over periods and heights of the periapsis, as impulses.

    Parameters
    ----------
    v_infinity : speed at infinity of the arrival [m/s]
    periods : (n,) [s]
    heights : (m,) of the periapsis above the equatorial radius [m]
    mass, isp : before the burn [kg] and specific impulse [s], to tell the propellant too

    Returns
    -------
    Dataset, dims (period, periapsis): ``capture_dv`` [m/s], ``capture_apoapsis`` [m] and, with
    mass and isp, ``capture_propellant`` [kg]; NaN where no orbit has so short a period.
    """
    p, h = (np.atleast_1d(np.asarray(each, dtype=float)) for each in (periods, heights))
    if p.ndim != 1 or h.ndim != 1:
        raise InputError("periods and heights of a grid of captures are rows of numbers")
    dv = capture_dv(v_infinity, h[None, :], p[:, None])
    dims = ("period", "periapsis")
    high = np.where(np.isfinite(dv), apoapsis_height(h[None, :], p[:, None]), np.nan)
    made: dict[str, Any] = {
        "capture_dv": field("capture_dv", dv, dims),
        "capture_apoapsis": field("capture_apoapsis", high, dims),
        "capture_period": field("capture_period", p, "period"),
        "capture_periapsis": field("capture_periapsis", h, "periapsis"),
    }
    if mass is not None and isp is not None:
        made["capture_propellant"] = field(
            "capture_propellant", propellant_for(dv, mass, isp), dims
        )
    return xr.Dataset(made, attrs={"v_infinity": float(v_infinity), "body": PLANET})
