"""Solar panels of a rover: light on each wing, its temperature, the watts that its cells give.

    P = area x light x efficiency x (1 + k (T - 301 K)) x cleanness x wiring

with the light of Sun, sky and ground on the tilted wing (`physics.surface_sunlight`), the
efficiency in Mars's light at 28 C, k the cells' relative change with temperature and T from the
steady balance of absorbed light, infrared of both sides and the air's convection.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from marsward.core.part import Part, value
from marsward.core.quantity import QuantityRule
from marsward.physics.air import conductivity, density, viscosity
from marsward.physics.sky import STEFAN_BOLTZMANN
from marsward.vehicles.rover_site import RoverSite

__all__ = ["SolarPanel", "air_film", "cell_share", "panel_temperature"]

Array = NDArray[np.float64]
_CELL_REFERENCE = 301.15
"""Temperature at which cells are rated [K], 28 C."""
_PRANDTL = 0.76
"""Of carbon dioxide near 220 K: Incropera & DeWitt 2002, table A.4, from memory."""
_EMISSIVITY = 0.85
"""Of a panel's both sides in the infrared, assumed as usual of covered cells and white backs."""


class SolarPanel(Part):
    """One wing, as it lies when the rover stands level and heads north."""

    name: str = value(description="name of the wing")
    area: Annotated[float, QuantityRule("m2", gt=0.0, le=200.0)] = value(
        description="of its cells", unit="m2"
    )
    tilt: Annotated[float, QuantityRule("deg", ge=0.0, le=90.0)] = value(
        "0 deg", unit="deg", description="from level"
    )
    facing: Annotated[float, QuantityRule("deg", ge=0.0, lt=360.0)] = value(
        "0 deg", unit="deg", description="azimuth towards which it leans, clockwise from the front"
    )
    turns: Literal["fixed", "one-axis"] = value(
        "fixed", description="fixed, or turned about a level axis to follow the Sun"
    )
    axis: Annotated[float, QuantityRule("deg", ge=0.0, lt=360.0)] = value(
        "0 deg", unit="deg", description="azimuth of that axis from the front"
    )
    reach: Annotated[float, QuantityRule("deg", ge=0.0, le=90.0)] = value(
        "90 deg", unit="deg", description="how far it turns either way"
    )

    def normals(self, site: RoverSite, heading: float = 0.0, turned: bool = True) -> Array:
        """Unit normals (sols, steps, 3), east, north, up.

        heading : of the rover [deg] from north; turned : whether a wing that can follow the Sun
            does. A wing that turns takes the angle that brings its normal nearest to the Sun.
        """
        sun = site.sun
        if self.turns == "fixed" or not turned:
            lean, to = math.radians(self.tilt), math.radians(self.facing + heading)
            out = math.sin(lean)
            fixed = [out * math.sin(to), out * math.cos(to), math.cos(lean)]
            return np.broadcast_to(np.array(fixed), (*sun.cos_zenith.shape, 3))
        along = math.radians(self.axis + heading)
        across = along + 0.5 * math.pi
        flat = np.sqrt(np.maximum(1.0 - sun.cos_zenith**2, 0.0))
        side = flat * np.cos(sun.azimuth_rad - across)
        angle = np.arctan2(side, np.maximum(sun.cos_zenith, 1e-9))
        reach = math.radians(self.reach)
        angle = np.where(sun.cos_zenith > 0.0, np.clip(angle, -reach, reach), 0.0)
        east, north = np.sin(angle) * math.sin(across), np.sin(angle) * math.cos(across)
        return np.stack([east, north, np.cos(angle)], axis=-1)

    def light(self, site: RoverSite, heading: float = 0.0, turned: bool = True) -> Array:
        """Light on the wing (sols, steps) [W m-2]; see `normals`. Wings do not shade each other."""
        sun, normal = site.sun, self.normals(site, heading, turned)
        flat = np.sqrt(np.maximum(1.0 - sun.cos_zenith**2, 0.0))
        ray = np.stack(
            [flat * np.sin(sun.azimuth_rad), flat * np.cos(sun.azimuth_rad), sun.cos_zenith],
            axis=-1,
        )
        cosine = np.clip(np.einsum("ijk,ijk->ij", ray, normal), -1.0, 1.0)
        tilt = np.degrees(np.arccos(np.clip(normal[..., 2], -1.0, 1.0)))
        lit = site.light.plane(np.where(sun.hidden, -1.0, cosine), tilt)
        return np.where(sun.cos_zenith > 0.0, lit, 0.0)


def air_film(site: RoverSite, length: float = 1.0) -> Array:
    """Heat that the wind takes from a level plate (sols, steps) [W m-2 K-1].

    Laminar forced flow, Nu = 0.664 Re^1/2 Pr^1/3 (Incropera & DeWitt 2002, eq. 7.30), with the
    air's own properties; length of the plate along the wind [m]. Wind below 0.5 m/s counts as
    0.5 m/s, for what rises by itself.
    """
    pressure = np.broadcast_to(site.pressure[:, None], site.air.shape)
    speed = np.maximum(site.wind, 0.5)
    reynolds = density(pressure, site.air) * speed * length / viscosity(site.air)
    nusselt = 0.664 * np.sqrt(reynolds) * _PRANDTL ** (1.0 / 3.0)
    return np.asarray(nusselt * conductivity(site.air) / length)


def panel_temperature(
    light: Array, site: RoverSite, *, absorptivity: float = 0.9, taken: float = 0.25
) -> Array:
    """Temperature of a thin panel in steady balance (sols, steps) [K].

    light : on it [W m-2]; absorptivity : of sunlight; taken : share of the light that leaves as
    electricity. Both sides radiate, one to the sky and one to the ground, and both are cooled.
    """
    film = 2.0 * air_film(site)
    ground = site.emissivity * STEFAN_BOLTZMANN * site.ground**4
    comes = (absorptivity - taken) * light + _EMISSIVITY * (site.longwave + ground)
    warm = np.array(site.air)
    for _ in range(12):
        off = comes - 2.0 * _EMISSIVITY * STEFAN_BOLTZMANN * warm**4 - film * (warm - site.air)
        slope = 8.0 * _EMISSIVITY * STEFAN_BOLTZMANN * warm**3 + film
        warm = warm + off / slope
    return np.asarray(warm)


def cell_share(temperature: Array, coefficient: float) -> Array:
    """Efficiency at a temperature [K] over that at 28 C; coefficient : relative change [K-1]."""
    return np.maximum(1.0 + coefficient * (np.asarray(temperature) - _CELL_REFERENCE), 0.0)
