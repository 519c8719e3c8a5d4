"""Places on the surface of a planet from which a craft is looked out for."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from marsward.core.bodies import body as known_body
from marsward.core.errors import InputError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.dynamics.earth_orientation import earth_axes

__all__ = ["STATIONS", "Site", "station"]


@dataclass(frozen=True)
class Site:
    """A place on the ellipsoid of a planet, or above it.

    Parameters
    ----------
    name : what results call it
    lon : east longitude [deg]
    lat : latitude [deg]; on Earth planetodetic, as maps give it, elsewhere planetocentric
    height : above the ellipsoid, along its normal [m]
    mask : elevation below which nothing is seen [deg]
    body : the planet
    source : where the numbers are from
    """

    name: str
    lon: float
    lat: float
    height: float = 0.0
    mask: float = 10.0
    body: str = "mars"
    source: str = ""

    def __post_init__(self) -> None:
        numbers = {"lon": self.lon, "lat": self.lat, "height": self.height, "mask": self.mask}
        for key, number in numbers.items():
            if not math.isfinite(number):
                raise InputError(f"{key} of the site {self.name!r} is {number!r}; give a number")
        if abs(self.lat) > 90.0 or abs(self.mask) > 90.0:
            raise InputError(
                f"latitude {self.lat:g} and least elevation {self.mask:g} of the site "
                f"{self.name!r} must lie between -90 and 90 deg"
            )
        if not known_body(self.body).radii or known_body(self.body).rotation is None:
            raise InputError(f"{self.body} has no surface for the site {self.name!r} to stand on")

    @property
    def vertical(self) -> np.ndarray:
        """(3,) normal of the ellipsoid, body-fixed."""
        lon, lat = math.radians(self.lon), math.radians(self.lat)
        up = np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])
        if self.body == "earth":
            return up
        up = up / np.array(known_body(self.body).radii) ** 2
        return up / np.linalg.norm(up)

    @property
    def position(self) -> np.ndarray:
        """(3,) body-fixed [m]."""
        radii = np.array(known_body(self.body).radii)
        up = self.vertical
        return radii**2 * up / np.linalg.norm(radii * up) + self.height * up

    def axes(self, epoch: Epoch) -> np.ndarray:
        """Rotation (..., 3, 3) from J2000 to the axes that the place is fixed in.

        For Earth they follow UTC to a second (`earth_axes`); IAU_EARTH would be off by minutes
        of arc.
        """
        body = known_body(self.body).name
        return earth_axes(epoch) if body == "earth" else rotation("J2000", f"IAU_{body}", epoch)


_DSN = "DSN Telecommunications Link Design Handbook 810-005, module 301, JPL"

STATIONS: dict[str, Site] = {
    "goldstone": Site("goldstone", 243.110462, 35.425901, 1001.4, 10.0, "earth", f"DSS-14; {_DSN}"),
    "canberra": Site("canberra", 148.981267, -35.402424, 688.9, 10.0, "earth", f"DSS-43; {_DSN}"),
    "madrid": Site("madrid", 355.751991, 40.431210, 864.8, 10.0, "earth", f"DSS-63; {_DSN}"),
}
"""Deep-space stations by name."""


def station(which: str | Site) -> Site:
    """A station by name, or the site given; InputError for an unknown name."""
    if isinstance(which, Site):
        return which
    key = str(which).strip().lower()
    if key not in STATIONS:
        raise InputError(
            f"no station is called {which!r}; known are {', '.join(STATIONS)}, or give a "
            'Site("name", lon, lat, body="earth")'
        )
    return STATIONS[key]
