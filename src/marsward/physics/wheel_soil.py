"""Rigid wheels on yielding soil: sinkage, drawbar pull, torque and slip, on slopes too.

Normal stress under the rim by Bekker's law of pressure and sinkage as Wong and Reece turn it to a
wheel, shear stress by Janosi and Hanamoto, side force on a slope as Ishigami et al. have it:

    sigma = (k_c/b + k_phi) (r (cos t - cos t_f))^n        from the greatest stress to the entry,
    tau   = (c + sigma tan phi) (1 - exp(-j/K)),           j the way that the rim has slid,

sums of both over the rim giving pull, load, side force and torque. Slip is 1 - v/(r w) driven and
r w/v - 1 braked. A wheel that skids is given the same law with the shear turned round.

Left out: grousers, the ruts of wheels before, speed, and that wheels share a slope's load unevenly.
Bekker's moduli are measured under Earth's gravity; on Mars soil is weaker by up to that ratio.

Sources: Wong and Reece 1967, doi:10.1016/0022-4898(67)90105-X; Janosi and Hanamoto 1961;
Ishigami, Miwa, Nagatani and Yoshida 2007, doi:10.1002/rob.20187; exponent of sinkage that grows
with slip: Ding et al. 2010, doi:10.1007/s11771-010-0021-7.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import check_options, number, numbers, whole
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields
from marsward.core.fields import field as labelled
from marsward.core.registry import unknown
from marsward.physics.kernels import wheel_soil as kernel

__all__ = [
    "SOILS",
    "SlipTable",
    "Soil",
    "Wheel",
    "WheelState",
    "between",
    "slip_table",
    "wheel_state",
]

Array = NDArray[np.float64]
MARS_GRAVITY = 3.71
"""Mean gravity on the ground [m s-2]."""
_SCATTERED = ("cohesion", "friction", "k_cohesion", "k_friction", "exponent", "density")
"""Numbers of a soil that may change from place to place."""

add_fields(
    FieldRow("wheel_slip", "1", "slip of the wheels: 1 - v/(r w), braked r w/v - 1", "", -1.0, 1.0),
    FieldRow("wheel_slip_sigma", "1", "scatter of the wheels' slip between soils", low=0.0),
    FieldRow("sinkage", "m", "sinkage of the wheels", low=0.0),
    FieldRow("crab_angle", "degree", "angle by which the rover heads upslope of its way"),
    FieldRow("drive_energy", "J m-1", "work of all wheels for a metre of way"),
    FieldRow("drive_energy_sigma", "J m-1", "scatter of that work between soils", low=0.0),
    FieldRow("stuck_share", "1", "share of soils on which the rover does not move on", "", 0, 1),
)


@dataclass(frozen=True)
class Soil:
    """What a wheel feels of a soil, with its scatter from place to place.

    cohesion [Pa]; friction, angle of internal friction [deg]; k_cohesion [N m-(n+1)], k_friction
    [N m-(n+2)] and exponent n of Bekker's law; exponent_by_slip, growth of n to slip 1;
    greatest_at, greatest_by_slip: place of the greatest stress as a share of the entry angle;
    exit_ratio, height at which the rim leaves the soil over that at which it enters;
    shear_along, shear_across: (constant, by crabbing angle) of the shear modulus [m], [m rad-1];
    destruction, angle at which soil pushed aside breaks [deg]; density [kg m-3];
    scatter: standard deviations, of friction in degrees, of the others as shares (log-normal).
    """

    name: str
    cohesion: float
    friction: float
    k_cohesion: float
    k_friction: float
    exponent: float
    shear_along: tuple[float, float]
    shear_across: tuple[float, float]
    exponent_by_slip: float = 0.0
    greatest_at: float = 0.4
    greatest_by_slip: float = 0.15
    exit_ratio: float = 0.0
    destruction: float = 26.4
    density: float = 1600.0
    scatter: Mapping[str, float] = field(default_factory=dict)
    source: str = ""

    def __post_init__(self) -> None:
        for each in fields(self):
            if each.name not in ("name", "source", "scatter"):
                numbers(getattr(self, each.name), f"{each.name} of soil {self.name!r}")
        check_options(self.scatter, _SCATTERED, f"the scatter of soil {self.name!r}")
        for name in ("k_friction", "exponent", "density"):
            if not getattr(self, name) > 0.0:
                raise InputError(
                    f"soil {self.name!r} has {name} {getattr(self, name)!r}; give more than 0"
                )
        if not (self.cohesion >= 0.0 and 0.0 < self.friction < 60.0):
            raise InputError(
                f"soil {self.name!r} has cohesion {self.cohesion!r} Pa and friction "
                f"{self.friction!r} deg; give 0 Pa or more and 0 to 60 deg"
            )
        if not (self.shear_along[0] > 0.0 and self.shear_across[0] > 0.0):
            raise InputError(f"soil {self.name!r} needs shear moduli greater than 0 m")

    @classmethod
    def named(cls, name: str) -> Soil:
        """A soil of `SOILS`; InputError with the nearest name when there is none."""
        if name not in SOILS:
            raise InputError(unknown("soil", name, SOILS))
        return SOILS[name]

    def drawn(self, rng: np.random.Generator) -> Soil:
        """One soil of the scatter."""
        new: dict[str, float] = {}
        for name, sigma in self.scatter.items():
            z = float(np.clip(rng.standard_normal(), -3.0, 3.0))
            held = float(getattr(self, name))
            if name == "friction":
                new[name] = min(max(held + sigma * z, 5.0), 55.0)
            else:
                new[name] = held * math.exp(sigma * z - 0.5 * sigma * sigma)
        return replace(self, **new)  # type: ignore[arg-type]

    def array(self, gravity: float = MARS_GRAVITY) -> Array:
        """The numbers as the kernel takes them."""
        phi, broken = math.radians(self.friction), math.radians(self.destruction)
        # resistance of a bulldozing blade (Hegedus 1960), as Ishigami et al. 2007 take it
        first = 1.0 / math.tan(broken) + math.tan(broken + phi)
        second = 1.0 / math.tan(broken) + math.tan(phi) / math.tan(broken) ** 2
        out = np.zeros(kernel.ROWS)
        out[:8] = (
            self.cohesion, math.tan(phi), self.k_cohesion, self.k_friction, self.exponent,
            self.greatest_at, self.greatest_by_slip, self.exit_ratio,
        )  # fmt: skip
        out[8:12] = (*self.shear_along, *self.shear_across)
        out[kernel.SIDE_COHESION] = first * self.cohesion
        out[kernel.SIDE_WEIGHT] = 0.5 * first * second * self.density * gravity
        out[kernel.EXPONENT_BY_SLIP] = self.exponent_by_slip
        return out


_SCATTER = {"cohesion": 0.3, "friction": 2.5, "k_friction": 0.3, "k_cohesion": 0.3}
_LLL = "dry sand of the Land Locomotion Laboratory, Wong, Theory of Ground Vehicles"
_MODULI = "moduli of sinkage assumed, after " + _LLL

SOILS: Mapping[str, Soil] = MappingProxyType({
    "dry-sand": Soil(
        "dry-sand", 1040.0, 28.0, 990.0, 1528.43e3, 1.1, (0.02, 0.0), (0.02, 0.0),
        scatter=_SCATTER, source=_LLL + "; shear moduli and scatter assumed",
    ),
    "regolith-simulant": Soil(
        "regolith-simulant", 800.0, 37.2, 1370.0, 8.14e5, 1.0, (0.036, 0.043), (0.013, 0.020),
        exit_ratio=0.9, scatter=_SCATTER,
        source="Ishigami et al. 2007, doi:10.1002/rob.20187, by a public repetition of its "
        "figures; scatter assumed",
    ),
    "utopia": Soil(
        "utopia", 3750.0, 27.5, 0.0, 3631e3, 1.0, (0.036, 0.0), (0.036, 0.0),
        exit_ratio=0.9, scatter={"cohesion": 0.35, "friction": 3.75, "k_friction": 0.36},
        source="Zhurong's wheels, Ding et al. 2022, doi:10.1038/s41561-022-00905-6: stiffness "
        "1390 to 5872 kPa m-N, friction 21 to 34 deg, cohesion 1.5 to 6 kPa, here the middles and "
        "rectangles' deviations; exponent 1, shear modulus and exit (Ishigami et al. 2007) assumed",
    ),
    "cloddy": Soil(
        "cloddy", 240.0, 36.6, 990.0, 1528.43e3, 1.0, (0.02, 0.0), (0.02, 0.0),
        exit_ratio=0.9, scatter={"cohesion": 0.5, "friction": 1.5, "k_friction": 0.3},
        source="cloddy deposits at Pathfinder, Moore et al. 1999, doi:10.1029/1998JE900005: "
        "friction 34 to 39 deg, cohesion small (0.24 kPa); exit as Ishigami et al.; " + _MODULI,
    ),
    "drift": Soil(
        "drift", 240.0, 27.0, 990.0, 8.14e5, 1.1, (0.02, 0.0), (0.02, 0.0), exponent_by_slip=0.4,
        scatter={"cohesion": 0.5, "friction": 1.0, "k_friction": 0.4},
        source="drifts at Pathfinder, Moore et al. 1999, doi:10.1029/1998JE900005: friction 26 to "
        "28 deg, cohesion small; stiffness assumed, and its fall with slip: it makes the "
        "sinkage at slip 0.6 twice that at rest, Ding et al. 2010 measure 3 to 7 times",
    ),
})  # fmt: skip
"""Soils by name. Friction of excavated soils at the Viking landers is 27 to 39 deg, cohesion 0.2 to
10 kPa (Moore et al. 1982)."""


@dataclass(frozen=True)
class Wheel:
    """A rigid wheel: radius [m], width [m], and how many the rover has."""

    radius: float
    width: float
    count: int = 6

    def __post_init__(self) -> None:
        if not (self.radius > 0.0 and self.width > 0.0 and self.count >= 1):
            raise InputError(
                f"a wheel of radius {self.radius!r} m and width {self.width!r} m, {self.count!r} "
                "of them, cannot be; give more than 0"
            )


@dataclass(frozen=True)
class WheelState:
    """A wheel at one load, slip and crabbing angle.

    entry : angle at which the rim enters the soil [rad]; sinkage [m]; pull, drawbar pull [N];
    side, force of the soil to the side [N]; torque [N m]; load [N] that these stresses bear
    """

    entry: float
    sinkage: float
    pull: float
    side: float
    torque: float
    load: float


def wheel_state(
    soil: Soil,
    wheel: Wheel,
    load: float,
    slip: float,
    *,
    crab: float = 0.0,
    gravity: float = MARS_GRAVITY,
) -> WheelState:
    """A wheel under a load [N] that turns with a slip and moves `crab` [deg] off its plane.

    Raises
    ------
    InputError : load not above 0, slip outside -0.95 to 0.98, crab beyond 57 deg, or a soil that
        does not bear the load with the wheel sunk to its axle
    """
    if not (load > 0.0 and math.isfinite(load)):
        raise InputError(f"a wheel's load must be more than 0 N, not {load!r}")
    if not kernel.LEAST_SLIP <= slip <= kernel.GREATEST_SLIP:
        raise InputError(f"slip {slip!r} is outside -0.95 to 0.98")
    beta = math.radians(crab)
    if not abs(beta) <= kernel.SIDEWAYS_LIMIT:
        raise InputError(f"a crabbing angle of {crab!r} deg is beyond 57 deg")
    row = soil.array(gravity)
    front = kernel.entry_angle(float(load), float(slip), beta, wheel.radius, wheel.width, row, 0.2)
    if front < 0.0:
        raise InputError(f"soil {soil.name!r} does not bear {load:g} N on this wheel")
    pull, side, lift, torque = kernel.wheel_forces(
        front, float(slip), beta, wheel.radius, wheel.width, row
    )
    return WheelState(front, wheel.radius * (1.0 - math.cos(front)), pull, side, torque, lift)


@dataclass(frozen=True, eq=False)
class SlipTable:
    """Slip and work over slopes, for every soil of a scatter.

    along, across : degrees, rising; the ground's rise in the direction of travel and to its side
    slip, crab [deg], sinkage [m], energy [J/m, all wheels] : (draw, across, along); energy is
        infinite and slip 1 where that soil holds the rover
    """

    soil: Soil
    wheel: Wheel
    load: float
    along: Array
    across: Array
    slip: Array
    crab: Array
    sinkage: Array
    energy: Array

    @property
    def stuck(self) -> Array:
        """Share of soils that hold the rover (across, along)."""
        return np.mean(~np.isfinite(self.energy), axis=0)

    def mean(self, name: str) -> Array:
        """Mean over the soils of "slip", or over those that let it move of the others."""
        return self._moment(name, np.nanmean)

    def sigma(self, name: str) -> Array:
        """Standard deviation over the soils, as `mean`; 0 where fewer than two move."""
        return np.nan_to_num(self._moment(name, np.nanstd))

    def _moment(self, name: str, of: object) -> Array:
        held = getattr(self, name)
        if name == "slip":
            return np.asarray(of(held, axis=0))  # type: ignore[operator]
        moving = np.isfinite(self.energy)
        some = moving.any(axis=0)
        safe = np.where(moving | ~some, np.where(np.isfinite(held), held, 0.0), np.nan)
        return np.where(some, of(safe, axis=0), np.inf if name == "energy" else 0.0)  # type: ignore[operator]

    def at(
        self, along: ArrayLike, across: ArrayLike, name: str = "slip", *, draw: int | None = None
    ) -> Array:
        """Mean (or one draw) of slip, energy … at slopes in degrees, between the table's rows.

        Slopes beyond the table are those at its edge. Energy is infinite next to stuck cells.
        """
        table = self.mean(name) if draw is None else getattr(self, name)[draw]
        return between(table, self.along, self.across, along, across)

    def climb_limit(self, *, share: float = 0.5) -> float:
        """Steepest slope straight up [deg] at which no more than `share` of soils hold it."""
        row = self.stuck[0]
        free = self.along[row <= share]
        return float(free.max()) if free.size else float(self.along[0])

    def dataset(self) -> xr.Dataset:
        """Means and scatter over (across_slope, along_slope) [deg]."""
        dims = ("across_slope", "along_slope")
        held = {
            "wheel_slip": self.mean("slip"), "wheel_slip_sigma": self.sigma("slip"),
            "sinkage": self.mean("sinkage"), "crab_angle": self.mean("crab"),
            "drive_energy": self.mean("energy"), "drive_energy_sigma": self.sigma("energy"),
            "stuck_share": self.stuck,
        }  # fmt: skip
        out = xr.Dataset(
            {name: labelled(name, values, dims) for name, values in held.items()},
            coords={"along_slope": self.along, "across_slope": self.across},
            attrs={
                "soil": self.soil.name, "soil_source": self.soil.source, "load": self.load,
                "wheel_radius": self.wheel.radius, "wheel_width": self.wheel.width,
                "wheels": self.wheel.count, "draws": int(self.slip.shape[0]),
            },
        )  # fmt: skip
        for name in dims:
            out[name].attrs["units"] = "degree"
        return out


def between(table: Array, along: Array, across: Array, a: ArrayLike, c: ArrayLike) -> Array:
    """A table (across, along) over slopes [deg] at others, linear between; held at its edges."""
    x = np.clip(np.asarray(a, dtype=np.float64), along[0], along[-1])
    y = np.clip(np.abs(np.asarray(c, dtype=np.float64)), across[0], across[-1])
    if np.isnan(x).any() or np.isnan(y).any():
        raise InputError("a slope asked of the slip table is not a number")
    j = np.clip(np.searchsorted(along, x, side="right") - 1, 0, along.size - 2)
    i = np.clip(np.searchsorted(across, y, side="right") - 1, 0, max(across.size - 2, 0))
    u = (x - along[j]) / (along[j + 1] - along[j])
    v, above = np.zeros(y.shape), i
    if across.size > 1:
        v, above = (y - across[i]) / (across[i + 1] - across[i]), i + 1
    total = np.zeros(np.broadcast_shapes(x.shape, y.shape))
    for weight, row, column in (
        ((1 - u) * (1 - v), i, j), (u * (1 - v), i, j + 1),
        ((1 - u) * v, above, j), (u * v, above, j + 1),
    ):  # fmt: skip
        held = np.where(weight > 0.0, table[row, column], 0.0)
        total = total + np.where(weight > 0.0, weight * held, 0.0)
    return total


def slip_table(
    soil: Soil | str,
    wheel: Wheel,
    load: float,
    *,
    gravity: float = MARS_GRAVITY,
    along: ArrayLike | None = None,
    across: ArrayLike | None = None,
    draws: int = 16,
    seed: int = 0,
    workers: int = 2,
) -> SlipTable:
    """Slip, sinkage and work over slopes, for soils drawn from a soil's scatter.

    Parameters
    ----------
    soil : or its name in `SOILS`; the first draw is the soil itself
    load : weight on each wheel on level ground [N]
    gravity : [m s-2], for soil that is pushed aside
    along, across : slopes [deg], rising; left out, -30 to 30 by 2.5 and 0 to 30 by 5
    draws, seed : of soils; results do not depend on `workers`

    Raises
    ------
    InputError : no load, gravity or draws, or slopes that do not rise or reach 60 deg
    """
    held = Soil.named(soil) if isinstance(soil, str) else soil
    draws, seed = whole(draws, "the draws of soil"), whole(seed, "the seed of the soils", 0)
    if not number(gravity, "gravity", "m/s2") > 0.0:
        raise InputError(f"gravity must be more than 0 m/s2, not {gravity!r}")
    if not (load > 0.0 and math.isfinite(load)):
        raise InputError(f"a wheel's load must be more than 0 N, not {load!r}")
    a = np.arange(-30.0, 30.1, 2.5) if along is None else np.asarray(along, dtype=np.float64)
    c = np.arange(0.0, 30.1, 5.0) if across is None else np.asarray(across, dtype=np.float64)
    for name, axis, least in (("along", a, -60.0), ("across", c, 0.0)):
        rising = axis.ndim == 1 and axis.size >= (2 if name == "along" else 1)
        if not (rising and np.all(np.diff(axis) > 0) and axis[0] >= least and axis[-1] <= 60.0):
            raise InputError(f"slopes {name} must rise, from {least:g} to 60 deg at most")
    rng = np.random.default_rng(seed)
    soils = [held, *(held.drawn(rng) for _ in range(draws - 1))]
    out = np.empty((draws, 5, c.size, a.size))
    tangents = np.tan(np.radians(a)), np.tan(np.radians(c))

    def fill(k: int) -> None:
        kernel.fill_table(
            *tangents, float(load), wheel.radius, wheel.width, soils[k].array(gravity), out[k]
        )

    with ThreadPoolExecutor(max_workers=max(workers, 1)) as pool:
        for _ in pool.map(fill, range(draws)):
            pass
    return SlipTable(
        held, wheel, float(load), a, c, out[:, 0], np.degrees(out[:, 1]), out[:, 2],
        out[:, 3] * wheel.count,
    )  # fmt: skip
