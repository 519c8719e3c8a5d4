"""Whether a parking orbit can leave along an asymptote: its plane must contain it."""

from __future__ import annotations

import math

from marsward.core.errors import InputError, PhysicsError

__all__ = ["check_parking_inclination", "least_inclination"]


def least_inclination(declination: float, latitude: float = 0.0) -> float:
    """Least inclination [deg] of a parking orbit from a site's latitude to an asymptote [deg].

    A plane through the Earth's centre holds directions of declination up to its inclination; the
    launch site and the asymptote both lie in it when no plane change is flown.
    """
    for name, value in (("declination", declination), ("latitude", latitude)):
        if not abs(value) <= 90.0:
            raise InputError(f"{name} is {value:g} deg: give -90 to 90")
    return max(abs(float(declination)), abs(float(latitude)))


def check_parking_inclination(
    declination: float, inclination: float, *, latitude: float = 0.0
) -> float:
    """The inclination of a parking orbit, once it is known to serve.

    Parameters
    ----------
    declination : of the departure asymptote (DLA) [deg]
    inclination : of the parking orbit, 0 to 180 [deg]
    latitude : of the launch site [deg]; left out, the site does not matter

    Raises
    ------
    InputError : an angle that is none
    PhysicsError : the orbit's plane cannot hold the asymptote or cannot pass over the site; the
        sentence names the nearest inclination that serves
    """
    if not 0.0 <= inclination <= 180.0:
        raise InputError(f"an inclination is {inclination!r} deg: give 0 to 180")
    least = least_inclination(declination, latitude)
    if least <= inclination <= 180.0 - least:
        return float(inclination)
    nearest = least if inclination < 90.0 else 180.0 - least
    place = math.ceil(nearest * 100.0) / 100.0 if inclination < 90.0 else (
        math.floor(nearest * 100.0) / 100.0
    )  # fmt: skip
    why = (
        f"the asymptote leaves at a declination of {declination:.2f} deg"
        if least == abs(declination)
        else f"the launch site lies at latitude {latitude:.2f} deg"
    )
    raise PhysicsError(
        f"a parking orbit of inclination {inclination:g} deg cannot serve: {why}, so the "
        f"nearest inclination without a plane change is {place:.2f} deg"
    )
