"""Lift and drag of blade sections by angle, Mach and Reynolds number, right round the circle.

Inside a table's range they are what was computed or measured. Outside, past stall, they are those
of a plate: Viterna & Janetzke 1982, NASA TM-82944,

    cl = cd90/2 sin(2a) + k1 cos^2(a)/sin(a),   cd = cd90 sin^2(a) + k2 cos(a),

with cd90 = 1.11 + 0.018 R/c and k1, k2 so that both join the last angle of the table. What stands
past the range is for the solver's way, and a trim that leans on it says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.core.registry import unknown
from marsward.data.airfoils import AirfoilPoints, measured_points, thin_airfoils
from marsward.physics.kernels.rotor import airfoils

__all__ = ["AIRFOILS", "AirfoilTable", "airfoil_table"]

Array = NDArray[np.float64]
AIRFOILS = ("measured-a1", "measured-a2", "neuralfoil")
"""Tables that are shipped: one airfoil, three sets of data, and so a band."""
_COUNT = 721
_CIRCLE = np.linspace(-np.pi, np.pi, _COUNT)
_CYLINDER_DRAG = 1.0  # of a long cylinder at Reynolds 1e3 to 1e5; Hoerner 1965, Fluid-Dynamic Drag
_REACH = np.radians(10.0)  # over which a table without one sign of angles fades to a plate
_PLATE_END = 0.02  # drag of a section from behind, a choice
_ASPECT = 8.0  # radius over chord of the stand-in blades, for the drag of the plate


@dataclass(frozen=True)
class AirfoilTable:
    """Coefficients of sections, ready for the kernels.

    coefficient : (section, Mach, Reynolds, angle, 2) of lift and drag, angles even over the circle
    mach, log_reynolds : grids, rising; one value means no dependence
    thickness : over chord of each section, rising
    low_rad, high_rad : angles of attack that the data span; beyond stands a guess
    """

    name: str
    coefficient: Array
    mach: Array
    log_reynolds: Array
    thickness: Array
    low_rad: float
    high_rad: float
    source: str = field(default="", compare=False)

    @classmethod
    def of(
        cls,
        alpha: ArrayLike,
        lift: ArrayLike,
        drag: ArrayLike,
        *,
        mach: ArrayLike = (0.0,),
        reynolds: ArrayLike = (1e4,),
        thickness: ArrayLike = (0.0,),
        aspect: float = _ASPECT,
        name: str = "own",
        source: str = "",
    ) -> AirfoilTable:
        """A table of own data.

        Parameters
        ----------
        alpha : rising angles of attack [deg], within -90 and 90, or right round from -180 to 180
        lift, drag : coefficients (section, Mach, Reynolds, angle); leading axes may be left out
        mach, reynolds, thickness : grids
        aspect : radius over chord of the blade

        Raises
        ------
        InputError : shapes that do not fit, grids that do not rise, values that are not finite
        """
        angle = np.radians(np.asarray(alpha, dtype=np.float64))
        grids = [np.atleast_1d(np.asarray(g, np.float64)) for g in (thickness, mach, reynolds)]
        if any(np.any(np.diff(each) <= 0.0) for each in (angle, *grids)) or angle.size < 2:
            raise InputError("an airfoil table needs rising angles, Mach and Reynolds numbers")
        shape = (*(each.size for each in grids), angle.size)
        try:
            cl, cd = (np.broadcast_to(np.asarray(c, np.float64), shape) for c in (lift, drag))
        except ValueError as error:
            raise InputError(f"an airfoil table of {shape} got other shapes: {error}") from None
        if not all(np.isfinite(each).all() for each in (angle, *grids, cl, cd)):
            raise InputError("an airfoil table holds a value that is not finite")
        whole = np.stack(_round_the_circle(angle, cl, cd, aspect), axis=-1)
        return cls(
            name, np.ascontiguousarray(whole), grids[1], np.log(grids[2]), grids[0],
            float(angle[0]), float(angle[-1]), source,
        )  # fmt: skip

    @classmethod
    def linear(cls, *, slope: float, zero: float = 0.0, drag: float = 0.0) -> AirfoilTable:
        """Lift `slope` [1/rad] times the angle over `zero` [deg], even drag: for the laws."""
        angles = np.linspace(-90.0, 90.0, 361)
        lift = slope * np.radians(angles - zero)
        return cls.of(angles, lift, np.full(angles.size, float(drag)), name="linear")

    def at(
        self,
        angle_rad: ArrayLike,
        mach: ArrayLike = 0.0,
        reynolds: ArrayLike = 1e4,
        thickness: float = 0.0,
    ) -> tuple[Array, Array]:
        """Lift and drag coefficients at angles of attack [rad]; arrays broadcast."""
        given = (np.asarray(x, np.float64) for x in (angle_rad, mach, reynolds))
        a, m, r = np.broadcast_arrays(*given)
        section, weight = self.sections(np.array([thickness]))
        out = np.empty((a.size, 2))
        airfoils(
            a.ravel(), m.ravel(), np.log(r.ravel()), section[0], weight[0], self.coefficient,
            self.mach, self.log_reynolds, out,
        )  # fmt: skip
        return out[:, 0].reshape(a.shape), out[:, 1].reshape(a.shape)

    def sections(self, thickness: Array) -> tuple[NDArray[np.int64], Array]:
        """Lower section and the next one's weight at thicknesses over chord."""
        grid = self.thickness
        if grid.size == 1:
            return np.zeros(thickness.size, np.int64), np.zeros(thickness.size)
        at = np.clip(np.searchsorted(grid, thickness, side="right") - 1, 0, grid.size - 2)
        weight = (thickness - grid[at]) / (grid[at + 1] - grid[at])
        return at.astype(np.int64), np.clip(weight, 0.0, 1.0)


@lru_cache(maxsize=2 * len(AIRFOILS))
def airfoil_table(name: str, *, reynolds: bool = False) -> AirfoilTable:
    """A shipped table by name.

    "neuralfoil": computed, thin cambered sections in place of clf5605. "measured-a1" and
    "measured-a2": the two runs of NASA/TM-20240004230 at Mach 0.6 and Reynolds 20 000, from -2 to 6
    deg, at other Mach numbers by Prandtl's and Glauert's rule, past 6 deg with lift held and drag
    growing as computed. They know one Reynolds number; blades on Mars work at 5 000 to 20 000, and
    `reynolds` adds the computed change, some 4 % of power. Thick sections near the hub are the
    computed ones throughout.

    Raises InputError for a name that is none, DataError for an asset that is damaged.
    """
    if name not in AIRFOILS:
        raise InputError(unknown("airfoil table", name, AIRFOILS))
    base = thin_airfoils()
    lift, drag = (np.array(each) for each in base.coefficient)
    span = (float(base.alpha[0]), float(base.alpha[-1]))
    source = "computed with NeuralFoil 0.3.3, Mach number by Prandtl-Glauert"
    if name != "neuralfoil":
        points = measured_points(name.removeprefix("measured-"))
        span = (float(points.alpha[0]), float(points.alpha[-1]))
        lift[0], drag[0] = _moved(points, lift[0], drag[0], reynolds)
        source = "measured, NASA/TM-20240004230; elsewhere the computed table moved on to it"
    shape = (1, *lift.shape[1:])
    lift = np.concatenate([lift, np.zeros(shape)])
    drag = np.concatenate([drag, np.full(shape, _CYLINDER_DRAG)])
    whole = AirfoilTable.of(
        base.alpha, lift, drag, mach=base.mach, reynolds=base.reynolds,
        thickness=np.append(base.thickness, 1.0), name=name, source=source,
    )  # fmt: skip
    return replace(whole, low_rad=float(np.radians(span[0])), high_rad=float(np.radians(span[1])))


def _moved(
    points: AirfoilPoints, lift: Array, drag: Array, reynolds: bool
) -> tuple[Array, Array]:  # fmt: skip
    """The computed lift and drag (Mach, Reynolds, angle) moved on to measured points.

    Lift and drag at the points' Mach number are those measured; past the last angle lift is held,
    as none was measured, and drag grows as computed; before the first angle they fade into the
    computed table. The same for every Mach number at (alpha - alpha0)/sqrt(1 - M^2), and for every
    Reynolds number, unless `reynolds` adds the computed differences, means from 0 to 4 deg.
    """
    base = thin_airfoils()
    table = AirfoilTable.of(base.alpha, lift, drag, mach=base.mach, reynolds=base.reynolds)
    low, high = points.alpha[0], points.alpha[-1]
    zero = float(np.interp(0.0, points.lift, points.alpha, left=low - 0.5))
    stretch = np.sqrt((1.0 - points.mach**2) / (1.0 - base.mach**2))
    alike = zero + (base.alpha - zero) * stretch[:, None]
    there = table.at(np.radians(alike), points.mach, points.reynolds)
    ends = table.at(np.radians(np.clip(alike, low, high)), points.mach, points.reynolds)
    held = np.interp(alike, points.alpha, points.lift)[:, None]
    worse = (np.interp(alike, points.alpha, points.drag) + there[1] - ends[1])[:, None]
    steps = [0.0, 0.0]
    if reynolds:
        near = np.radians(np.linspace(0.0, 4.0, 9))
        own = table.at(near, base.mach[:, None], points.reynolds)
        each = table.at(near, base.mach[:, None, None], base.reynolds[:, None])
        steps = [(e - o[:, None]).mean(axis=-1)[..., None] for e, o in zip(each, own, strict=True)]
    inside = np.interp(alike, [base.alpha[0], low], [0.0, 1.0])[:, None]
    new_lift = inside * (held + steps[0]) + (1.0 - inside) * lift
    return new_lift, inside * (worse + steps[1]) + (1.0 - inside) * drag


def _round_the_circle(
    angle: Array, lift: Array, drag: Array, aspect: float
) -> tuple[Array, Array]:  # fmt: skip
    """Lift and drag on the even circle of angles, a plate's past the ends of the data."""
    at = np.clip(np.searchsorted(angle, _CIRCLE, side="right") - 1, 0, angle.size - 2)
    t = (_CIRCLE - angle[at]) / (angle[at + 1] - angle[at])
    inside = (angle[0] - 1e-12 <= _CIRCLE) & (angle[-1] + 1e-12 >= _CIRCLE)
    out = []
    for held in (lift, drag):
        out.append(np.where(inside, held[..., at] * (1.0 - t) + held[..., at + 1] * t, 0.0))
    across = 1.11 + 0.018 * aspect
    for sign, end in ((1.0, -1), (-1.0, 0)):
        stall = sign * angle[end]
        past = ~inside & (sign * _CIRCLE > 0.0)
        if not past.any():
            continue
        if stall <= 0.0:
            fade = np.clip(1.0 - np.abs(_CIRCLE[past] - angle[end]) / _REACH, 0.0, 1.0)
            s, c = np.sin(_CIRCLE[past]), np.cos(_CIRCLE[past])
            out[0][..., past] = fade * lift[..., end, None] + (1.0 - fade) * across * s * c
            out[1][..., past] = drag[..., end, None] + across * s**2
            continue
        out_lift, out_drag = _plate(
            np.abs(_CIRCLE[past]), stall, sign * lift[..., end, None], drag[..., end, None], across
        )
        out[0][..., past], out[1][..., past] = sign * out_lift, out_drag
    return out[0], out[1]


def _plate(
    angle: Array, stall: float, lift: Array, drag: Array, across: float
) -> tuple[Array, Array]:
    """Viterna's plate at positive angles past `stall` [rad], where lift and drag are given."""
    s0, c0 = np.sin(stall), max(np.cos(stall), 1e-9)
    k1 = (lift - across * s0 * c0) * s0 / c0**2
    k2 = (drag - across * s0**2) / c0
    s, c = np.maximum(np.sin(angle), 1e-9), np.cos(angle)
    ahead = angle <= 0.5 * np.pi
    out_lift = across * s * c + np.where(ahead, k1 * c**2 / s, 0.0)
    out_drag = across * s**2 + np.where(ahead, k2 * c, _PLATE_END)
    return out_lift, np.maximum(out_drag, 0.0)
