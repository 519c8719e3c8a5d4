"""Two rotors one over the other that turn against each other: what each bears when torques even.

Each rotor works in what the other blows, by the axis of a sheet of vortices (McCormick 1967,
Aerodynamics of V/STOL Flight): a disk of induced velocity v adds (1 + s) v at a distance h below
and (1 - s) v above, s = h/sqrt(R^2 + h^2). The upper rotor's wake meets the lower one shrunk to
R/sqrt(1 + s), with the speed and swirl of its annuli, as in Leishman & Ananthan 2008,
doi:10.4050/JAHS.53.13, whose wake is that of h far under the disk; the lower rotor's mean velocity
reaches the upper one. In one
plane, h = 0, that is one disk of both thrusts, 1.414 times the power of two apart; far apart it is
Leishman's 1.281 at even thrusts and 1.266 at even torques, `ideal_coaxial`. Near the ground the
flow through the disks shrinks so that thrust at one power grows as 1/(1 - (R/4z)^2) (Cheeseman &
Bennett 1955, ARC R&M 3021).
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.physics.airfoil_table import AirfoilTable
from marsward.physics.blade_element import ELEMENTS, Blade, air_row
from marsward.physics.kernels.coaxial import coaxial_trims

__all__ = ["CoaxialRotor", "CoaxialTrim", "coaxial_trim", "ideal_coaxial"]

Array = NDArray[np.float64]
_BLOCK = 8
_COLUMNS = 14


@dataclass(frozen=True)
class CoaxialRotor:
    """Two alike rotors on one axis.

    radius : of the tips [m]; spacing : of the disks [m]; blades : of each rotor
    least_rad, most_rad : limits of the collective pitch [rad]
    losses, swirl : Prandtl's factor, and momentum around the axis
    """

    blade: Blade
    airfoil: AirfoilTable
    radius: float
    spacing: float
    blades: int = 2
    least_rad: float = math.radians(-10.0)
    most_rad: float = math.radians(25.0)
    losses: bool = True
    swirl: bool = True
    elements: int = ELEMENTS

    @property
    def area(self) -> float:
        """Of one disk [m2]."""
        return math.pi * self.radius**2


@dataclass(frozen=True)
class CoaxialTrim:
    """Trims of both rotors, arrays of one shape; NaN where there is none.

    upper and lower: collective [rad], thrust [N], torque [N m], rearward force [N], mean induced
    velocity [m s-1]; most_thrust : with even torques, up to stall or the pitch's limit [N];
    guessed : share of the thrust at angles of attack out of the airfoil's data;
    most_torque : of both at the most thrust [N m]
    """

    upper_collective_rad: Array
    lower_collective_rad: Array
    upper_thrust: Array
    lower_thrust: Array
    upper_torque: Array
    lower_torque: Array
    upper_drag: Array
    lower_drag: Array
    upper_induced: Array
    lower_induced: Array
    most_thrust: Array
    guessed: Array
    most_torque: Array


def coaxial_trim(
    rotor: CoaxialRotor,
    *,
    thrust: ArrayLike,
    density: ArrayLike,
    sound: ArrayLike,
    viscosity: ArrayLike,
    spin: ArrayLike,
    speed: ArrayLike = 0.0,
    climb: ArrayLike = 0.0,
    upper_height: ArrayLike = 0.0,
    lower_height: ArrayLike = 0.0,
    most: bool = True,
    workers: int = 1,
) -> CoaxialTrim:
    """Collectives at which the rotors bear a thrust together with even torques; arrays broadcast.

    Parameters
    ----------
    thrust : of both [N]; density [kg m-3], sound : its speed [m s-1], viscosity : dynamic [Pa s]
    spin : of each rotor [rad s-1]; speed : in the disks' plane, climb : along the axis [m s-1]
    upper_height, lower_height : of the disks over the ground [m]; 0 far from it
    most : whether to seek the most thrust too
    workers : threads; results do not depend on them

    Raises
    ------
    InputError : a value that is not finite; thrust, density, sound, viscosity or spin not above 0
    """
    given = {
        "thrust": thrust, "density": density, "sound": sound, "viscosity": viscosity, "spin": spin,
        "speed": speed, "climb": climb, "upper_height": upper_height, "lower_height": lower_height,
    }  # fmt: skip
    arrays = {name: np.asarray(each, np.float64) for name, each in given.items()}
    for name, each in arrays.items():
        above = name in ("thrust", "density", "sound", "viscosity", "spin")
        if not np.isfinite(each).all() or (above and np.any(each <= 0.0)):
            bad = each[~(np.isfinite(each) & (each > 0.0))].ravel()[0]
            raise InputError(f"a rotor's {name} is {bad:g}: give a number above zero")
    shape = np.broadcast_shapes(*(each.shape for each in arrays.values()))
    flat = {name: np.broadcast_to(each, shape).ravel() for name, each in arrays.items()}
    count = flat["thrust"].size
    cases = np.zeros((count, 7))
    for k, name in enumerate(("thrust", "climb", "upper_height", "lower_height")):
        cases[:, k] = flat[name]
    cases[:, 4:] = rotor.spacing, rotor.least_rad, rotor.most_rad
    airs = np.tile(
        air_row(
            density=1.0, sound=1.0, viscosity=1.0, spin=1.0, blades=rotor.blades, tip=rotor.radius,
            root=float(rotor.blade.radius[0]) * rotor.radius, losses=rotor.losses,
            swirl=rotor.swirl, span=(rotor.airfoil.low_rad, rotor.airfoil.high_rad),
        ),
        (count, 1),
    )  # fmt: skip
    airs[:, 0], airs[:, 1] = flat["density"], flat["sound"]
    airs[:, 2], airs[:, 3] = flat["viscosity"] / flat["density"], flat["spin"]
    airs[:, 7] = np.abs(flat["speed"])
    out = _run(rotor, cases, airs, most, workers)
    columns = [out[:, k].reshape(shape) for k in range(1, _COLUMNS)]
    columns[-2] = columns[-2] / np.broadcast_to(arrays["thrust"], shape)
    return CoaxialTrim(*columns)


def _run(rotor: CoaxialRotor, cases: Array, airs: Array, most: bool, workers: int) -> Array:
    """The kernel over blocks of cases."""
    rows, sections = rotor.blade.elements(rotor.radius, rotor.airfoil, rotor.elements)
    out = np.full((len(cases), _COLUMNS), np.nan)
    table = rotor.airfoil

    def block(begin: int) -> None:
        end = min(begin + _BLOCK, len(cases))
        coaxial_trims(
            cases, airs, rows, sections, table.coefficient, table.mach, table.log_reynolds, most,
            begin, end, out,
        )  # fmt: skip

    starts = range(0, len(cases), _BLOCK)
    if workers <= 1 or len(starts) < 2:
        for begin in starts:
            block(begin)
    else:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(block, starts))
    return out


def ideal_coaxial(*, even: str = "torque") -> tuple[float, float]:
    """Power over that of two rotors apart, and thrust of upper over lower, by momentum alone.

    The lower disk far down in the upper one's wake, which covers half of it: Leishman & Ananthan
    2008, doi:10.4050/JAHS.53.13. With even "thrust" 1.281 and 1; with even "torque", which without
    drag is even power, 1.266 and 1.438, over the power of two rotors apart with those thrusts.

    Raises InputError for another word.
    """
    if even not in ("thrust", "torque"):
        raise InputError(f'even is "{even}": give "thrust" or "torque"')

    def lower(ratio: float) -> float:
        """Induced velocity of the lower disk over the upper's, its thrust 1/ratio of the upper's.

        With w the last velocity of the lower disk's wake, momentum and energy are
        T_u + T_l = rho A (v_u + v_l) w and T_l (v_u + v_l) = rho A/2 ((v_u + v_l) w^2 - 4 v_u^3).
        """
        low, high = 0.0, 5.0
        for _ in range(100):
            v = 0.5 * (low + high)
            wake = (2.0 / ratio + 2.0) / (1.0 + v)
            energy = 0.5 * (1.0 + v) * wake**2 - 2.0
            low, high = (low, v) if (2.0 / ratio) * (1.0 + v) > energy else (v, high)
        return 0.5 * (low + high)

    ratio = 1.0
    if even == "torque":
        low, high = 1.0, 3.0
        for _ in range(100):
            ratio = 0.5 * (low + high)
            low, high = (low, ratio) if (1.0 + lower(ratio)) / ratio < 1.0 else (ratio, high)
    v = lower(ratio)
    power = 1.0 + (1.0 + v) / ratio
    alone = 1.0 + ratio**-1.5
    return power / alone, ratio
