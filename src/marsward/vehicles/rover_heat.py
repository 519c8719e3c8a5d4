"""Heat of a rover: an electronics box, its battery, a store of paraffin, the skin around them.

    box      C dT/dt = watts used inside + heater + skin-box + battery-box + store-box
    battery  C dT/dt = its heater + its losses + box-battery
    store    dH/dt   = sunlight through the windows + box-store + windows' loss
    skin     C dT/dt = sunlight + e A (infrared - sigma T^4) + film A (air - T) + box-skin

The store's temperature stays at the melting point while a share of it melts. n-undecane melts at
247.57 K with 22.18 kJ/mol, and takes 6.86 kJ/mol in a transition of the solid at 236.6 K: Finke
et al. 1954, doi:10.1021/ja01631a005, figures and DOI from memory. The two heats, 11 K apart, are
taken at the melting point together as far as they are told in one, 177 kJ/kg (see the preset).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marsward.core.asked import number
from marsward.core.errors import InputError
from marsward.physics.sky import STEFAN_BOLTZMANN
from marsward.vehicles.rover_site import RoverSite
from marsward.vehicles.solar_panel import air_film

__all__ = ["RoverHeat", "Thermostat"]

Array = NDArray[np.float64]
_LEAST_STORE = 0.05  # kg, that stands for a rover without a store


@dataclass(frozen=True)
class Thermostat:
    """A heater of some watts that comes on below one temperature [K] and goes off at another."""

    watts: float = 0.0
    on: float = 243.15
    off: float = 248.15

    def __post_init__(self) -> None:
        for name in ("watts", "on", "off"):
            number(getattr(self, name), f"{name} of a heater")
        if self.watts < 0.0 or not 0.0 < self.on < self.off:
            raise InputError("a heater has 0 W or more and goes off above where it comes on")


@dataclass(frozen=True, kw_only=True)
class RoverHeat:
    """Heat capacities, conductances and surfaces of a rover.

    box, battery, skin : heat capacity [J K-1]
    insulation : conductance box to skin; battery_link : box to battery; store_link : box to store;
        window_loss : windows to the air [W K-1]
    skin_area : that radiates and is cooled [m2]; emissivity, absorptivity : of the skin
    sunlit_area : of the skin, as level ground would be lit [m2]
    store_mass : of paraffin [kg]; melting : its melting point [K]; latent : heat [J kg-1];
        solid, liquid : heat capacities [J kg-1 K-1]
    window_area : [m2]; window_share : of sunlight that warms the store
    cooling : what a loop takes from the box to the skin for each kelvin over `cooling_from`
        [W K-1], [K]

    Raises InputError for numbers out of range.
    """

    box: float
    battery: float
    skin: float
    insulation: float
    battery_link: float
    skin_area: float
    sunlit_area: float
    emissivity: float = 0.85
    absorptivity: float = 0.3
    store_mass: float = 0.0
    melting: float = 247.57
    latent: float = 177e3
    solid: float = 1.9e3
    liquid: float = 2.1e3
    store_link: float = 0.0
    window_area: float = 0.0
    window_share: float = 0.0
    window_loss: float = 0.0
    cooling: float = 0.0
    cooling_from: float = 303.15

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            if number(getattr(self, name), f"{name} of a rover's heat") < 0.0:
                raise InputError(f"{name} of a rover's heat is zero or more")
        for name in ("box", "battery", "skin", "melting", "latent", "solid", "liquid"):
            if getattr(self, name) == 0.0:
                raise InputError(f"{name} of a rover's heat must be above zero")
        if max(self.emissivity, self.absorptivity, self.window_share) > 1.0:
            raise InputError("emissivity, absorptivity and window_share lie in 0 to 1")

    def nodes(self) -> Array:
        """What the kernel takes of the nodes (11,)."""
        store = self.store_link if self.store_mass > 0.0 else 0.0
        loss = self.window_loss if self.store_mass > 0.0 else 0.0
        return np.array(
            [
                self.box, self.battery, self.skin, self.insulation, self.battery_link, store,
                loss, self.skin_area, self.emissivity, self.cooling, self.cooling_from,
            ]
        )  # fmt: skip

    def store(self) -> Array:
        """What the kernel takes of the paraffin (5,)."""
        mass = max(self.store_mass, _LEAST_STORE)
        return np.array([mass, self.melting, self.latent, self.solid, self.liquid])

    def stiffest(self) -> float:
        """Shortest time in which a node follows what is around it [s]."""
        hot = 4.0 * self.emissivity * STEFAN_BOLTZMANN * 300.0**3 + 3.0
        times = [
            self.skin / (self.skin_area * hot + self.insulation),
            self.battery / max(self.battery_link, 1e-6),
            self.box
            / (self.insulation + self.battery_link + self.store_link + self.cooling + 1e-6),
        ]
        if self.store_mass > 0.0:
            whole = self.store_link + self.window_loss + 1e-6
            times.append(self.store_mass * min(self.solid, self.liquid) / whole)
        return min(times)

    def surroundings(self, site: RoverSite, deck: Array) -> dict[str, Array]:
        """Sunlight into windows and on the skin [W], infrared [W m-2], film [W m-2 K-1].

        Each (sols, steps). deck : share of light that passes the dust on the windows, by sol. Half
        of the skin looks at the sky and half at the ground.
        """
        light = site.light.level
        ground = site.emissivity * STEFAN_BOLTZMANN * site.ground**4
        ground = ground + (1.0 - site.emissivity) * site.longwave
        store = self.store_mass > 0.0
        return {
            "put_store": light * deck[:, None] * (self.window_area * self.window_share * store),
            "put_skin": light * (self.sunlit_area * self.absorptivity),
            "infrared": 0.5 * (site.longwave + ground),
            "film": air_film(site),
        }
