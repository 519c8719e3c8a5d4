"""Power and energy of a flight taken as a row of steady states: climb, legs, hover, descent.

Each part is trimmed by itself, so many flights go at once. The rotors are spun up before: their
energy of motion and five seconds at flat pitch are counted with the flight.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import fitting, numbers
from marsward.core.errors import InputError
from marsward.physics.air import gravity as weight_at
from marsward.physics.air import speed_of_sound
from marsward.vehicles.flight_profile import ProfileTimes
from marsward.vehicles.helicopter import Helicopter
from marsward.vehicles.helicopter_power import HelicopterPower
from marsward.vehicles.rotorcraft import Rotorcraft, trim

__all__ = ["FlightPower", "flight_energy", "flight_power"]

Array = NDArray[np.float64]
_SPIN_UP = 5.0  # s at flat pitch before take-off; a choice
_FLAT_SHARE = 0.5  # of the hover's power that blades at flat pitch take; a choice


@dataclass(frozen=True, eq=False)
class FlightPower:
    """Shaft powers of the parts of flights [W] and what is left of the rotors; one shape.

    thrust_margin : greatest thrust over weight, less 1, below zero where the weight is not carried
    tip_mach : of the advancing tip in the fastest part
    carried : whether every part trims
    """

    hover: Array
    climb: Array
    cruise: Array
    descent: Array
    thrust_margin: Array
    tip_mach: Array
    carried: NDArray[np.bool_]


def flight_power(
    rotorcraft: Rotorcraft,
    *,
    density: ArrayLike,
    temperature: ArrayLike,
    rpm: ArrayLike,
    speed: ArrayLike,
    wind: ArrayLike = 0.0,
    elevation: ArrayLike = 0.0,
    helicopter: Helicopter | None = None,
    airfoil: str | None = None,
    workers: int = 1,
) -> FlightPower:
    """Shaft powers of flights; everything broadcasts.

    Parameters
    ----------
    rotorcraft : `vehicles.rotorcraft.Rotorcraft`
    density [kg/m3], temperature [K] : of the air; rpm : of the rotors
    speed : over ground [m/s]; wind : its speed, taken as against the craft on its legs [m/s]
    elevation : of the ground over the areoid [m]
    airfoil : data of the blades' sections in place of the craft's own; workers : threads

    Raises InputError for air that is none.
    """
    body = helicopter or Helicopter()
    rho, t, turns, v, w, z = fitting(
        density=numbers(density, "density", "kg/m3"),
        temperature=numbers(temperature, "temperature", "K"), rpm=numbers(rpm, "rpm"),
        speed=numbers(speed, "speed", "m/s"), wind=numbers(wind, "wind", "m/s"),
        elevation=numbers(elevation, "elevation", "m"),
    )  # fmt: skip
    if np.any(rho <= 0.0) or np.any(t <= 0.0) or np.any(turns <= 0.0) or np.any(w < 0.0):
        raise InputError("density, temperature and rpm are above zero, wind is 0 m/s or more")
    weight = body.mass * weight_at(z)
    through = np.where(v > 0.0, v + w, 0.0)
    same: dict[str, Any] = {"airfoil": airfoil, "workers": workers}
    # Hover, climb and descent together; wind across the disks would only ease them.
    along = np.multiply.outer([0.0, body.climb_speed, -body.climb_speed], np.ones(rho.shape))
    upright = trim(
        rotorcraft, density=rho, temperature=t, rpm=turns, thrust=weight, climb=along, most=False,
        **same,
    )  # fmt: skip
    still = trim(
        rotorcraft, density=np.atleast_1d(rho), temperature=t, rpm=turns, thrust=weight, **same
    )
    legs = trim(
        rotorcraft, density=np.atleast_1d(rho), temperature=t, rpm=turns, thrust=weight,
        speed=through, most=False, **same,
    )  # fmt: skip
    cruise = np.asarray(legs.power).reshape(rho.shape)
    hover, climb, descent = np.asarray(upright.power)
    carried = np.isfinite(hover) & np.isfinite(climb) & np.isfinite(cruise) & np.isfinite(descent)
    margin = np.asarray(still.margin).reshape(rho.shape)
    omega = turns * 2.0 * np.pi / 60.0
    tip = (omega * float(rotorcraft.radius) + through + (v <= 0.0) * w) / speed_of_sound(t)
    return FlightPower(hover, climb, cruise, descent, margin, np.asarray(tip), np.asarray(carried))


def flight_energy(
    times: ProfileTimes,
    shaft: FlightPower,
    *,
    power: HelicopterPower,
    helicopter: Helicopter,
    rpm: ArrayLike,
) -> tuple[Array, Array]:
    """Energy from the battery [Wh] of flights, and their mean shaft power [W]; NaN where the
    rotors do not carry the craft."""
    work = (
        shaft.climb * times.climb + shaft.cruise * times.cruise
        + shaft.hover * times.hover + shaft.descent * times.descent
    )  # fmt: skip
    mean = work / times.total
    omega = numbers(rpm, "rpm") * 2.0 * np.pi / 60.0
    spin = helicopter.rotor_inertia * omega**2 + _FLAT_SHARE * shaft.hover * _SPIN_UP
    flown = mean * times.total / power.drive_efficiency + spin / power.drive_efficiency
    return np.asarray((flown + power.avionics_power * (times.total + _SPIN_UP)) / 3600.0), mean
