"""A helicopter's coaxial rotors in the air of Mars: how they trim, what they take, what is left.

    found = trim(Rotorcraft(), density=0.0145, temperature=223.0, rpm=2537.0)
    found.power, found.margin, found.status

The airfoil's data are the error: two runs in a tunnel and a computed table of one airfoil differ by
a fourth in power, so ask for all three (`vehicles.rotor_map`, or `airfoil=`) and tell the band.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import fitting, number, numbers
from marsward.core.errors import InputError, PhysicsError
from marsward.core.part import value
from marsward.core.preset_files import PresetFiles
from marsward.core.preset_part import PresetPart
from marsward.core.quantity import QuantityRule
from marsward.physics.air import GRAVITY, speed_of_sound, viscosity
from marsward.physics.airfoil_table import AIRFOILS, airfoil_table
from marsward.physics.blade_element import Blade
from marsward.physics.coaxial_rotor import CoaxialRotor, CoaxialTrim, coaxial_trim

__all__ = ["STATUSES", "RotorTrim", "Rotorcraft", "trim"]

Array = NDArray[np.float64]
_FILES = PresetFiles("rotorcraft", "rotorcraft", parts="", room="marsward.vehicles")
_BLADE = "NASA/TM-20240001510, Mars Helicopter Ingenuity Rotor Geometry, table 1"
_VORTEX_RING = (-2.0, -0.45)  # climb over hover's induced velocity; momentum has no say between
STATUSES = (
    "trimmed", "tip Mach over its limit", "vortex ring", "no trim: air too thin",
    "no trim: sinks too fast",
)  # fmt: skip
"""What a trim may be; the second and third hold numbers that stand on weak ground."""


class Rotorcraft(PresetPart):
    """The coaxial rotors of a helicopter, each value with its source; Ingenuity's by default."""

    kind: ClassVar[str] = "rotorcraft"
    pieces: ClassVar[str] = ""
    files: ClassVar[PresetFiles | None] = _FILES

    preset: str | None = value(
        None, ref="the preset of the rotorcraft's name, where there is one",
        description="a rotorcraft that has flown, whose values hold where none are given here",
    )  # fmt: skip
    name: str = value("ingenuity", description="name of the rotorcraft")
    mass: Annotated[float, QuantityRule("kg", gt=0.01, lt=1000.0)] = value(
        "1.8 kg", unit="kg", origin="published", ref="NASA/JPL Mars Helicopter fact sheet, 2020",
        description="take-off mass",
    )  # fmt: skip
    radius: Annotated[float, QuantityRule("m", gt=0.01, lt=20.0)] = value(
        "0.605 m", unit="m", origin="published", ref=_BLADE, description="of the blades' tips"
    )
    spacing: Annotated[float, QuantityRule("m", gt=0.0, lt=20.0)] = value(
        "0.099 m", unit="m", origin="published", ref=_BLADE, description="between the two disks"
    )
    blades: int = value(
        2, unit="1", origin="published", ref=_BLADE, description="of each rotor", ge=1, le=12
    )
    blade: Literal["ingenuity"] = value(
        "ingenuity", origin="published", ref="NASA/TM-20240001510, table 2",
        description="stations of the blade, by name",
    )  # fmt: skip
    airfoil: Literal["measured-a1", "measured-a2", "neuralfoil"] = value(
        "neuralfoil", ref="a choice: the one that knows the blades' Mach and Reynolds numbers",
        description="lift and drag of the blade's sections, by name",
    )  # fmt: skip
    rpm: Annotated[float, QuantityRule("rpm", gt=1.0, lt=1e5)] = value(
        "2537 rpm", unit="rpm", origin="published",
        ref="NASA Mars Helicopter status of September 2021: flown until then",
        description="of the rotors, where none is asked for",
    )  # fmt: skip
    least_collective: Annotated[float, QuantityRule("deg", ge=-30.0, le=0.0)] = value(
        "-4.5 deg", unit="deg",
        ref="Balaram et al. 2018, doi:10.2514/6.2018-0023 (from memory)",
        description="least collective pitch, of the section at the tip",
    )  # fmt: skip
    most_collective: Annotated[float, QuantityRule("deg", gt=0.0, le=45.0)] = value(
        "17.5 deg", unit="deg",
        ref="Balaram et al. 2018, doi:10.2514/6.2018-0023 (from memory)",
        description="greatest collective pitch, of the section at the tip",
    )  # fmt: skip
    tip_mach: float = value(
        0.8, unit="1", origin="published",
        ref="NASA Mars Helicopter status of September 2021: kept under with the wind",
        description="Mach number of the advancing tip over which a trim is flagged", gt=0.1, le=1.0,
    )  # fmt: skip
    disk_height: Annotated[float, QuantityRule("m", ge=0.0, lt=20.0)] = value(
        "0.38 m", unit="m", origin="derived", ref="height of 0.49 m, panel and spacing taken off",
        description="middle of the disks over the feet",
    )  # fmt: skip
    drag_area: Annotated[float, QuantityRule("m2", ge=0.0, lt=10.0)] = value(
        "0.06 m2", unit="m2", origin="derived",
        ref="drag coefficient 1 on fuselage, legs and the panel's edge",
        description="of all that does not turn",
    )  # fmt: skip

    @property
    def solidity(self) -> float:
        """Share of one disk that both rotors' blades cover, thrust-weighted [-]."""
        return Blade.shipped(self.blade).solidity(2 * self.blades, weight=2)

    @property
    def area(self) -> float:
        """Of one disk [m2]."""
        return math.pi * self.radius**2

    def rotor(self, airfoil: str | None = None) -> CoaxialRotor:
        """The rotors as `physics.coaxial_rotor` takes them, with other airfoil data if named."""
        return _rotor(
            self.blade, airfoil or self.airfoil, self.radius, self.spacing, self.blades,
            self.least_collective, self.most_collective,
        )  # fmt: skip


@lru_cache(maxsize=16)
def _rotor(
    blade: str, airfoil: str, radius: float, spacing: float, blades: int, least: float, most: float
) -> CoaxialRotor:
    return CoaxialRotor(
        Blade.shipped(blade), airfoil_table(airfoil), radius, spacing, blades, math.radians(least),
        math.radians(most),
    )  # fmt: skip


@dataclass(frozen=True)
class RotorTrim:
    """Trims of a rotorcraft, arrays of one shape; NaN where there is none.

    Collective pitches of the tips' sections [rad], thrusts [N], torques [N m], powers at the shafts
    [W], thrust and power of both together; upper_induced, lower_induced : mean induced velocity
    [m s-1]; drag : rearward force of the blades [N]; tilt_rad : of the disks, forward; tip_mach :
    of the advancing tip; figure_of_merit : ideal power of one disk over power at the shafts, hover
    only; most_thrust : with even torques, at stall or the pitch's limit [N], most_power : then [W];
    margin : most thrust over thrust less 1, to some 0.03; guessed : share of the thrust that stands
    on airfoil data past the measured or computed angles; status : a word of STATUSES.
    """

    upper_collective_rad: Array
    lower_collective_rad: Array
    upper_thrust: Array
    lower_thrust: Array
    thrust: Array
    upper_torque: Array
    lower_torque: Array
    upper_power: Array
    lower_power: Array
    power: Array
    upper_induced: Array
    lower_induced: Array
    drag: Array
    tilt_rad: Array
    tip_mach: Array
    figure_of_merit: Array
    most_thrust: Array
    most_power: Array
    margin: Array
    guessed: Array
    status: NDArray[np.str_]

    @property
    def trimmed(self) -> NDArray[np.bool_]:
        """Where there is a trim."""
        return np.isfinite(self.power)


def trim(
    rotorcraft: Rotorcraft,
    *,
    density: ArrayLike,
    temperature: ArrayLike,
    rpm: ArrayLike | None = None,
    thrust: ArrayLike | None = None,
    speed: ArrayLike = 0.0,
    climb: ArrayLike = 0.0,
    height: ArrayLike | None = None,
    gravity: float = GRAVITY,
    airfoil: str | None = None,
    most: bool = True,
    workers: int = 1,
) -> RotorTrim:
    """Collectives of both rotors for a thrust with even torques, and what that takes.

    Parameters
    ----------
    rotorcraft : the rotors
    density [kg m-3], temperature [K] : of the air; arrays broadcast with all that follow
    rpm : of the rotors; those of the rotorcraft if left out
    thrust : along the axis [N], `speed` and `climb` then in the disks' plane and along the axis; if
        left out, the weight in level or climbing flight, disks tilted forward against the drag
    speed, climb : through the air [m s-1]
    height : of the feet over the ground [m]; far from it if left out
    gravity : [m s-2]; airfoil : a name of `physics.airfoil_table.AIRFOILS` in place of its own
    most : whether to seek the most thrust too, which takes as long again
    workers : threads; results do not depend on them

    Raises
    ------
    InputError : density, temperature, rpm, thrust or gravity not above zero, height under ground,
        shapes that do not fit
    PhysicsError : one case only, and no trim in so thin air; arrays say so in `status`
    """
    rho, kelvin, turns, fast, up = fitting(
        density=numbers(density, "density", "kg/m3", finite=False),
        temperature=numbers(temperature, "temperature", "K", finite=False),
        rpm=numbers(rotorcraft.rpm if rpm is None else rpm, "rotor speed", "rpm", finite=False),
        speed=numbers(speed, "speed", "m/s", finite=False),
        climb=numbers(climb, "climb", "m/s", finite=False),
    )
    _above_zero(np.asarray(number(gravity, "gravity", "m/s2")), "gravity", "m/s2")
    for name, each, unit in (
        ("density", rho, "kg/m3"), ("temperature", kelvin, "K"), ("rotor speed", turns, "rpm")
    ):  # fmt: skip
        _above_zero(each, name, unit)
    for name, each in (("speed", fast), ("climb", up)):
        if not np.isfinite(each).all():
            bad = each[~np.isfinite(each)].ravel()[0]
            raise InputError(f"a {name} of {bad:g} m/s is none: give a finite number")
    if airfoil is not None and airfoil not in AIRFOILS:
        raise InputError(f'airfoil "{airfoil}" is not one of {", ".join(AIRFOILS)}')
    heights = _disk_heights(rotorcraft, height)
    wanted, tilt, along, across = _borne(rotorcraft, thrust, rho, fast, up, gravity)
    fitting(density=rho, thrust=wanted, height=heights[0])
    sound, spin = speed_of_sound(kelvin), turns * math.pi / 30.0
    found = coaxial_trim(
        rotorcraft.rotor(airfoil), thrust=wanted, density=rho, sound=sound,
        viscosity=viscosity(kelvin), spin=spin, speed=across, climb=along,
        upper_height=heights[0], lower_height=heights[1], most=most, workers=workers,
    )  # fmt: skip
    out = _told(
        rotorcraft, found, wanted=wanted, density=rho, sound=sound, spin=spin, along=along,
        across=across, tilt=tilt,
    )  # fmt: skip
    if out.power.ndim == 0 and not out.trimmed:
        raise PhysicsError(_refusal(rotorcraft, str(out.status), float(wanted), rho, turns))
    return out


def _refusal(
    rotorcraft: Rotorcraft, status: str, wanted: float, density: Array, turns: Array
) -> str:  # fmt: skip
    """The sentence for one case without a trim."""
    if status == STATUSES[4]:
        return (
            f"{rotorcraft.name} sinks too fast: at {float(density):.4f} kg/m3 its rotors have no "
            "trim in their own wake; descend slower"
        )
    return (
        f"air too thin to fly: {rotorcraft.name} cannot bear {wanted:.2f} N with even torques at "
        f"{float(density):.4f} kg/m3 and {float(turns):.0f} rpm; give denser air, faster rotors "
        "or less mass"
    )


def _above_zero(array: Array, name: str, unit: str) -> None:
    if not (np.isfinite(array).all() and np.all(array > 0.0)):
        bad = array[~(np.isfinite(array) & (array > 0.0))].ravel()[0]
        raise InputError(f"a {name} of {bad:g} {unit} lets no rotor fly: give one above zero")


def _disk_heights(rotorcraft: Rotorcraft, height: ArrayLike | None) -> tuple[Array, Array]:
    """Heights of the upper and lower disk over the ground [m]; 0 far from it."""
    if height is None:
        return np.zeros(()), np.zeros(())
    feet = numbers(height, "height", "m", finite=False)
    if not np.isfinite(feet).all() or np.any(feet < 0.0):
        raise InputError(f"a height of {feet.min():g} m is under ground: give 0 m or more")
    middle = feet + rotorcraft.disk_height
    return middle + 0.5 * rotorcraft.spacing, middle - 0.5 * rotorcraft.spacing


def _borne(
    rotorcraft: Rotorcraft,
    thrust: ArrayLike | None,
    density: Array,
    speed: Array,
    climb: Array,
    gravity: float,
) -> tuple[Array, Array, Array, Array]:
    """Thrust [N], tilt of the disks [rad], speed along and across the axis [m s-1]."""
    if thrust is not None:
        wanted = numbers(thrust, "thrust", "N", finite=False)
        _above_zero(wanted, "thrust", "N")
        return wanted, np.zeros(()), climb, np.abs(speed)
    pressure = 0.5 * density * np.hypot(speed, climb) * rotorcraft.drag_area
    down, back = rotorcraft.mass * gravity + pressure * climb, pressure * speed
    tilt = np.asarray(np.arctan2(back, down))
    along = speed * np.sin(tilt) + climb * np.cos(tilt)
    across = np.abs(speed * np.cos(tilt) - climb * np.sin(tilt))
    return np.asarray(np.hypot(down, back)), tilt, along, across


def _told(
    rotorcraft: Rotorcraft,
    found: CoaxialTrim,
    *,
    wanted: Array,
    density: Array,
    sound: Array,
    spin: Array,
    along: Array,
    across: Array,
    tilt: Array,
) -> RotorTrim:
    """The trims with what follows from them, and their words."""
    shape = found.upper_thrust.shape
    upper, lower = found.upper_torque * spin, found.lower_torque * spin
    hover = np.sqrt(wanted / (2.0 * density * rotorcraft.area))
    merit = np.where(np.abs(along) + across > 0.0, np.nan, wanted * hover / (upper + lower))
    mach = np.broadcast_to((spin * rotorcraft.radius + across) / sound, shape)
    sinking, slip = (np.broadcast_to(each / hover, shape) for each in (along, across))
    ring = (sinking < _VORTEX_RING[1]) & (sinking > _VORTEX_RING[0]) & (slip < 1.0)
    none = ~np.isfinite(upper)
    which = np.where(mach > rotorcraft.tip_mach, 1, 0)
    which = np.where(ring, 2, which)
    which = np.where(none, np.where(sinking < _VORTEX_RING[1], 4, 3), which)
    return RotorTrim(
        upper_collective_rad=found.upper_collective_rad,
        lower_collective_rad=found.lower_collective_rad,
        upper_thrust=found.upper_thrust,
        lower_thrust=found.lower_thrust,
        thrust=found.upper_thrust + found.lower_thrust,
        upper_torque=found.upper_torque,
        lower_torque=found.lower_torque,
        upper_power=upper,
        lower_power=lower,
        power=np.asarray(upper + lower),
        upper_induced=found.upper_induced,
        lower_induced=found.lower_induced,
        drag=found.upper_drag + found.lower_drag,
        tilt_rad=np.broadcast_to(tilt, shape),
        tip_mach=mach,
        figure_of_merit=np.broadcast_to(merit, shape),
        most_thrust=found.most_thrust,
        most_power=found.most_torque * spin,
        margin=found.most_thrust / wanted - 1.0,
        guessed=found.guessed,
        status=np.array(STATUSES)[which],
    )
