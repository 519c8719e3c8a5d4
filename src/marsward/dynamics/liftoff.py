"""The hour of lift-off: when the plane of site and asymptote has the inclination that is wanted."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq, minimize_scalar

from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.injection import LaunchSite

__all__ = ["liftoff", "plane_inclination"]

Array = NDArray[np.float64]
DAY = 86_164.0905
"""Turn of the Earth against the stars [s]."""
_STEPS = 360
_SLACK_DEG = 1e-6


def plane_inclination(asymptote: ArrayLike, launch: Epoch, site: LaunchSite) -> float:
    """Inclination to the equator of J2000 [deg] of the plane of site and asymptote, flown eastward.

    NaN where the site lies on the asymptote's line and no plane is defined.
    """
    out = np.asarray(asymptote, dtype=float)
    normal = np.cross(site.direction(launch), out / np.linalg.norm(out))
    size = float(np.linalg.norm(normal))
    return math.degrees(math.acos(abs(float(normal[2])) / size)) if size > 0.0 else math.nan


def liftoff(
    asymptote: ArrayLike, about: Epoch, site: LaunchSite, *, inclination: float | None = None
) -> Epoch:
    """The lift-off within half a turn of the Earth of an epoch that gives a parking orbit.

    Parameters
    ----------
    asymptote : (3,) velocity at infinity that is wanted, relative to the Earth, J2000 [m/s]
    about : the day; of the hours that serve, the nearest to it is taken
    site : where
    inclination : of the parking orbit to the equator of J2000 [deg], at least the declination of
        the asymptote and the latitude of the site (Vallado 2013, section 6.7); the least there
        is, which is a launch due east wherever the asymptote allows it, when left out

    Raises
    ------
    InputError : an asymptote or inclination that is none
    PhysicsError : no hour gives that inclination; the sentence tells the least that can be had
    """
    out = np.asarray(asymptote, dtype=float)
    if out.shape != (3,) or not np.isfinite(out).all() or not out.any():
        raise InputError(f"a velocity at infinity is three finite numbers, not {asymptote!r}")
    if inclination is not None and not 0.0 <= inclination <= 90.0:
        raise InputError(
            f"a parking orbit flown eastward has an inclination of 0 to 90 deg, not {inclination!r}"
        )
    hours = np.linspace(-0.5 * DAY, 0.5 * DAY, _STEPS + 1)
    held = np.array([plane_inclination(out, about + float(h), site) for h in hours])

    def of(seconds: float) -> float:
        return plane_inclination(out, about + float(seconds), site)

    if inclination is None:
        found = _lowest(hours, held, of)
    else:
        found = _crossings(hours, held, of, inclination)
        if not found:
            least = min(of(when) for when in _lowest(hours, held, of))
            raise PhysicsError(_unreachable(out, site, inclination, least, float(np.nanmax(held))))
    return about + min(found, key=abs)


def _lowest(hours: Array, held: Array, of) -> list[float]:
    """Hours of the local minima; the two of a day differ by what the latitude's geoid does."""
    around = np.concatenate([[held[-2]], held, [held[1]]])
    lows = np.flatnonzero((around[1:-1] <= around[:-2]) & (around[1:-1] <= around[2:]))
    width = float(hours[1] - hours[0])
    best = []
    for i in lows:
        near = minimize_scalar(
            of, bounds=(hours[i] - width, hours[i] + width), method="bounded",
            options={"xatol": 1e-3},
        )  # fmt: skip
        best.append((float(near.fun), float(near.x)))
    least = min(low for low, _ in best)
    return [when for low, when in best if low < least + 0.05]


def _crossings(hours: Array, held: Array, of, wanted: float) -> list[float]:
    gap = held - wanted
    found = []
    for i in range(hours.size - 1):
        if gap[i] == 0.0:
            found.append(float(hours[i]))
        elif gap[i] * gap[i + 1] < 0.0:
            found.append(float(brentq(lambda t: of(t) - wanted, hours[i], hours[i + 1], xtol=1e-3)))
    if not found and abs(float(np.nanmin(gap))) < 0.05:
        # the least itself: the curve touches it between two hours of the scan
        lows = _lowest(hours, held, of)
        found = [t for t in lows if of(t) <= wanted + _SLACK_DEG]
    return found


def _unreachable(out: Array, site: LaunchSite, wanted: float, least: float, most: float) -> str:
    declination = math.degrees(math.asin(float(out[2]) / float(np.linalg.norm(out))))
    if wanted < least:
        enough = math.ceil(100.0 * (least - _SLACK_DEG)) / 100.0
        return (
            f"a parking orbit inclined {wanted:.2f} deg cannot be had from {site.name}: the "
            f"departure asymptote lies at declination {declination:.2f} deg and the site at "
            f"latitude {site.lat:.2f} deg; ask for {enough:.2f} deg or "
            "more, or for another day"
        )
    return (
        f"a parking orbit inclined {wanted:.2f} deg cannot be had from {site.name} for this "
        f"asymptote; ask for {math.floor(100.0 * most) / 100.0:.2f} deg or less"
    )
