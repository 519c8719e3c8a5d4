"""A rotor by blade elements and momentum: thrust and torque at a collective pitch.

Every annulus of a rotor of B blades balances what its blade elements bear against the momentum of
the air, with Prandtl's factor F of the blades' ends and, in axial flight, the swirl:

    s W^2 cn = 4 F v |U + v|,    s W^2 ct = 4 F u |W sin(phi)|,    s = B c/(2 pi r),

one equation for the inflow angle phi that a bracket always holds (after Ning 2014,
doi:10.1002/we.1636, multiplied out so that hover, U = 0, is no exception). In forward flight the
blades' load is a mean over azimuth, the flux is Glauert's sqrt((U + v)^2 + V^2), the inflow slopes
along the flight by 15 pi/23 tan(skew/2) (Pitt & Peters 1981), and swirl is left out; blades are
stiff, without flapping or cyclic pitch. Leishman 2006, Principles of Helicopter Aerodynamics,
chapters 2 and 3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError, PhysicsError
from marsward.data.airfoils import blade_stations
from marsward.physics.airfoil_table import AirfoilTable
from marsward.physics.kernels.rotor import rotor_loads

__all__ = ["Blade", "RotorLoads", "air_row", "axial_loads"]

Array = NDArray[np.float64]
ELEMENTS = 24
"""Elements of a blade, closer together to its ends: 40 change power by some 0.2 %."""


@dataclass(frozen=True)
class Blade:
    """A blade by stations, all along the radius.

    radius, chord : over the tip's radius, rising from the root (n,)
    twist_rad : pitch of the section at no collective [rad]
    thickness : over chord [-]
    """

    radius: Array
    chord: Array
    twist_rad: Array
    thickness: Array

    @classmethod
    def of(
        cls, radius: ArrayLike, chord: ArrayLike, twist: ArrayLike, thickness: ArrayLike = 0.05
    ) -> Blade:
        """A blade of own stations, twist in degrees.

        Raises InputError for stations that do not rise, over the tip, or chords not above zero.
        """
        r, c, t, d = (
            np.array(each)
            for each in np.broadcast_arrays(
                *(np.asarray(x, np.float64) for x in (radius, chord, np.radians(twist), thickness))
            )
        )
        if r.ndim != 1 or r.size < 2 or np.any(np.diff(r) <= 0.0) or r[0] < 0.0 or r[-1] > 1.0001:
            raise InputError("a blade needs stations that rise from the hub to 1, the tip")
        if not (np.isfinite(t).all() and np.all(c > 0.0) and np.all(d >= 0.0)):
            raise InputError("a blade needs chords above zero and twists that are finite")
        return cls(r, c, t, d)

    @classmethod
    def shipped(cls, name: str) -> Blade:
        """The blade of a rotorcraft that has flown, by the name of its asset: "ingenuity"."""
        return cls.of(*blade_stations(name).T)

    def elements(
        self, radius: float, airfoil: AirfoilTable, count: int = ELEMENTS
    ) -> tuple[Array, NDArray[np.int64]]:
        """Rows of the kernels: radius, width, chord [m], twist, weight (count, 5); sections."""
        ends = 0.5 * (1.0 - np.cos(np.linspace(0.0, math.pi, count + 1)))
        ends = self.radius[0] + (self.radius[-1] - self.radius[0]) * ends
        middle = 0.5 * (ends[1:] + ends[:-1])
        thick = np.interp(middle, self.radius, self.thickness)
        section, weight = airfoil.sections(thick)
        chord, twist = (np.interp(middle, self.radius, x) for x in (self.chord, self.twist_rad))
        rows = [middle * radius, np.diff(ends) * radius, chord * radius, twist, weight]
        return np.ascontiguousarray(np.stack(rows, axis=1)), section

    @property
    def area(self) -> float:
        """Of the blade over the square of the tip's radius [-]."""
        return float(np.trapezoid(self.chord, self.radius))

    def solidity(self, blades: int, *, weight: int = 0) -> float:
        """Share of the disk that the blades cover; `weight` 2 for the thrust-weighted share."""
        r = self.radius
        whole = np.trapezoid(self.chord * r**weight, r) * (1 + weight)
        return float(blades * whole / math.pi)


@dataclass(frozen=True)
class RotorLoads:
    """One rotor at work: what the axis feels, and the elements.

    thrust [N], torque [N m], drag : rearward force in forward flight [N], power [W]
    radius [m], angle_rad : inflow angle, induced : induced velocity, swirl [m s-1] (element,)
    """

    thrust: float
    torque: float
    drag: float
    power: float
    radius: Array
    angle_rad: Array
    induced: Array
    swirl: Array


def air_row(
    *,
    density: float,
    sound: float,
    viscosity: float,
    spin: float,
    blades: int,
    tip: float,
    root: float,
    forward: float = 0.0,
    ground: float = 1.0,
    losses: bool = True,
    swirl: bool = True,
    span: tuple[float, float] = (-math.pi, math.pi),
) -> Array:
    """A row of `kernels.rotor`: density [kg m-3], speed of sound [m s-1], dynamic viscosity [Pa s],
    speed of rotation [rad s-1], number of blades, radii [m], speed in the disk's plane [m s-1],
    angles of attack [rad] that the airfoil's data span."""
    return np.array([
        density, sound, viscosity / density, spin, blades, tip, root, forward, ground,
        float(losses), float(swirl), 0.0, *span,
    ])  # fmt: skip


def axial_loads(
    blade: Blade,
    airfoil: AirfoilTable,
    *,
    pitch_rad: float,
    spin: float,
    radius: float,
    blades: int,
    density: float,
    sound: float = 340.0,
    viscosity: float = 1.8e-5,
    climb: float = 0.0,
    speed: float = 0.0,
    losses: bool = True,
    swirl: bool = True,
    elements: int = ELEMENTS,
) -> RotorLoads:
    """Loads of one rotor alone at a collective pitch.

    Parameters
    ----------
    blade, airfoil : the blade and its sections
    pitch_rad : collective pitch [rad]; spin : of the rotor [rad s-1]; radius : of the tip [m]
    density [kg m-3], sound : speed of sound [m s-1], viscosity : dynamic [Pa s]
    climb : speed along the axis, up [m s-1]; speed : in the disk's plane [m s-1]
    losses : Prandtl's factor of tip and root; swirl : momentum around the axis

    Raises
    ------
    InputError : density, radius, spin not above zero
    PhysicsError : an annulus has no balance
    """
    for name, value in (("density", density), ("radius", radius), ("spin", spin), ("sound", sound)):
        if not (math.isfinite(value) and value > 0.0):
            raise InputError(f"a rotor's {name} is {value!r}: give a number above zero")
    rows, sections = blade.elements(radius, airfoil, elements)
    air = air_row(
        density=density, sound=sound, viscosity=viscosity, spin=spin, blades=blades, tip=radius,
        root=float(blade.radius[0] * radius), forward=speed, losses=losses, swirl=swirl,
    )  # fmt: skip
    state, load = np.zeros((elements, 3)), np.zeros(4)
    good = rotor_loads(
        pitch_rad, rows, sections, air, np.full(elements, float(climb)), np.zeros(elements),
        airfoil.coefficient, airfoil.mach, airfoil.log_reynolds, state, load,
    )  # fmt: skip
    if not good:
        raise PhysicsError(
            f"a rotor at {math.degrees(pitch_rad):.1f} deg of pitch and {climb:g} m/s of climb has "
            "an annulus without a balance of blade and momentum; try less pitch or less descent"
        )
    return RotorLoads(
        float(load[0]), float(load[1]), float(load[2]), float(load[1] * spin), rows[:, 0],
        state[:, 0], state[:, 1], state[:, 2],
    )  # fmt: skip
