"""Entry and rotor against what flew, each computed without a mission."""

from __future__ import annotations

from marsward.core.time import Epoch
from marsward.mission.landing import enter
from marsward.physics.blade_element import Blade
from marsward.planet.atmosphere import atmosphere
from marsward.vehicles.rotorcraft import Rotorcraft, trim


def entry_g(
    speed: float, angle: float, lon: float, lat: float, azimuth: float, bank: float, utc: str,
    capsule: str,
) -> float:  # fmt: skip
    """Greatest deceleration [g] of an unguided entry in the engineering column of air.

    speed [m/s], angle, azimuth and bank [deg] against the rotating planet, 125 km over the areoid
    """
    flown = enter(
        epoch=Epoch.utc(utc), lon=lon, lat=lat, speed=speed, angle=angle, azimuth=azimuth,
        bank=bank, capsule=capsule, air=atmosphere("mars-gram"),
    )  # fmt: skip
    return float(flown["peak_deceleration"].values[0]) / 9.80665


def solidity() -> float:
    """Thrust-weighted solidity of Ingenuity's rotors, from its table of chords [-]."""
    return float(Blade.shipped("ingenuity").solidity(4, weight=2))


def hover_power(density: float, temperature: float, rpm: float, airfoil: str) -> float:
    """Power at the shafts in hover of a helicopter of Ingenuity's weight [W]."""
    found = trim(
        Rotorcraft(), density=density, temperature=temperature, rpm=rpm, airfoil=airfoil, most=False
    )
    return float(found.power)
