"""One powered descent planned in closed form: the polynomial law with the limits of its engines.

The law gives the acceleration to a gate as a polynomial of time (`kernels.powered_law`), the time
to go is the cheapest of many that thrust, tilt and ground allow, and both are found anew each
second, as guidance does. What a plan costs is set against the least that the convex programme of
`convex_descent` finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import number, numbers
from marsward.core.constants import STANDARD_GRAVITY
from marsward.core.errors import InputError, PhysicsError
from marsward.core.fields import field
from marsward.vehicles.descent_stage import DescentStage
from marsward.vehicles.descents import STAGES, Descents
from marsward.vehicles.kernels.powered_law import (
    QUARTIC,
    ZEM_ZEV,
    allowed,
    polynomial,
    time_to_go,
)

__all__ = ["DescentTask", "PoweredPlan", "ideal_speed_change", "polynomial_descent"]

Array = NDArray[np.float64]
_STEP, _PLAN, _HOLD = 0.05, 1.0, 0.5
_FIGURES = (
    "mass", "dry_mass", "thrust_low", "thrust_high", "exhaust", "gravity", "glide_slope_rad",
    "tilt_rad",
)  # fmt: skip
_LAWS = {"quartic": QUARTIC, "zem-zev": ZEM_ZEV}


@dataclass(frozen=True)
class DescentTask:
    """A powered descent to be planned, in local metres: x east, y north, z up.

    position, velocity : at its start (3,) [m, m/s]
    mass, dry_mass : at the start, and without propellant [kg]
    thrust_low, thrust_high : of the engines along the craft's axis [N]
    exhaust : thrust over flow of mass [m/s], specific impulse times 9.80665, less by canted engines
    gravity : [m s-2]
    target, target_velocity : at its end (3,) [m, m/s]
    glide_slope_rad : least angle over the target's level at which it is approached [rad]
    tilt_rad : most tilt of the thrust [rad]
    """

    position: tuple[float, float, float]
    velocity: tuple[float, float, float]
    mass: float
    dry_mass: float
    thrust_low: float
    thrust_high: float
    exhaust: float
    gravity: float = 3.7114
    target: tuple[float, float, float] = (0.0, 0.0, 0.0)
    target_velocity: tuple[float, float, float] = (0.0, 0.0, 0.0)
    glide_slope_rad: float = 0.0
    tilt_rad: float = 1.4

    def __post_init__(self) -> None:
        for name in ("position", "velocity", "target", "target_velocity"):
            held = tuple(
                numbers(getattr(self, name), f"{name} of a powered descent").ravel().tolist()
            )
            if len(held) != 3:
                raise InputError(f"{name} of a powered descent is {held}; give three numbers")
            object.__setattr__(self, name, held)
        for name in _FIGURES:
            number(getattr(self, name), f"{name} of a powered descent")
        if not self.gravity > 0.0:
            raise InputError(
                f"gravity of a powered descent is {self.gravity!r} m/s2; give more than 0"
            )
        if not 0.0 < self.dry_mass < self.mass:
            raise InputError(
                f"a craft of {self.mass:g} kg with {self.dry_mass:g} kg dry has no propellant; "
                "give a dry mass above 0 and below the mass"
            )
        if not 0.0 <= self.thrust_low < self.thrust_high or not self.exhaust > 0.0:
            raise InputError("thrust_low is 0 or more and below thrust_high; exhaust is above 0")
        if self.thrust_high <= self.mass * self.gravity:
            raise PhysicsError(
                f"{self.thrust_high:g} N do not carry {self.mass:g} kg at {self.gravity:g} m/s2; "
                "give more thrust or less mass"
            )
        if not (0.0 <= self.glide_slope_rad < 1.55 and 0.0 < self.tilt_rad < 3.2):
            raise InputError("glide slope and tilt of a powered descent are angles below 90 deg")
        if self.position[2] <= self.target[2]:
            raise InputError("a powered descent begins above its target")

    @classmethod
    def of(
        cls,
        stage: DescentStage,
        *,
        mass: float,
        position: tuple[float, float, float],
        velocity: tuple[float, float, float],
        gravity: float,
        target: tuple[float, float, float] | None = None,
    ) -> Self:
        """The task of a stage from engine start to the gate of hover.

        Parameters
        ----------
        stage : engines, propellant, limits and gate
        mass : with its propellant [kg]
        position, velocity : z over the ground [m, m/s]
        gravity : [m s-2]
        target : of the gate [m]; right ahead at the end of an even slowing-down when left out
        """
        if target is None:
            x, y, z = position
            speed = float(np.linalg.norm(velocity))
            share = 1.7 * (z - stage.gate_height) / max(speed, 20.0) / 3.0
            target = (x + share * velocity[0], y + share * velocity[1], stage.gate_height)
        return cls(
            position, velocity, mass, mass - stage.propellant, stage.thrust_low,
            stage.thrust_high, stage.specific_impulse * float(STANDARD_GRAVITY), gravity, target,
            (0.0, 0.0, -stage.gate_speed), stage.glide_slope, stage.tilt,
        )  # fmt: skip

    @classmethod
    def flown(
        cls, descents: Descents, stage: DescentStage, gravity: float, *, member: int = 0
    ) -> tuple[Self, float]:
        """The task that one descent had between engine start and its gate, and what it used [kg].

        The task ends where and as fast as the descent came to its gate, so that the least that
        `convex_descent` finds for it stands beside what was flown; drag, which helps the flown
        descent by some per cent, is not in it.

        Parameters
        ----------
        descents : of `descend`
        stage : with which they were flown
        gravity : [m s-2]
        member : its number

        Raises
        ------
        PhysicsError : the member never came to its gate.
        """
        rows = descents.history(member, every=0.05)
        on_way = rows.descent_stage.values == STAGES.index("approach")
        if not np.isfinite(descents.at("hover")[0][member]) or not on_way.any():
            raise PhysicsError(
                f"descent {member} never came to its gate: {descents.verdict[member]}"
            )
        where = np.flatnonzero(on_way)[[0, -1]]
        place, speed = (
            np.stack([rows[name].values[where] for name in names], axis=1)
            for names in (
                ("site_x", "site_y", "height_above_areoid"),
                ("speed_east", "speed_north", "speed_up"),
            )
        )
        mass = rows.mass.values[where]
        task = cls(
            tuple(place[0]), tuple(speed[0]), float(mass[0]),
            float(mass[0]) - stage.propellant, stage.thrust_low, stage.thrust_high,
            stage.specific_impulse * float(STANDARD_GRAVITY), gravity, tuple(place[1]),
            tuple(speed[1]), 0.0, stage.tilt,
        )  # fmt: skip
        return task, float(mass[0] - mass[1])


@dataclass(frozen=True)
class PoweredPlan:
    """A powered descent from start to gate.

    time (n,) [s]; position, velocity, thrust (n, 3) [m, m/s, N]; mass (n,) [kg]
    propellant : used [kg]; miss : distance of its end from the target [m]
    law : what planned it; fine : 0 where limits were kept all the way
    """

    time: Array
    position: Array
    velocity: Array
    thrust: Array
    mass: Array
    propellant: float
    miss: float
    law: str
    fine: float = 0.0

    def dataset(self) -> xr.Dataset:
        """The plan along `time`, with names and units."""
        held = {
            "since_trigger": self.time, "site_x": self.position[:, 0],
            "site_y": self.position[:, 1], "clearance": self.position[:, 2],
            "speed_east": self.velocity[:, 0], "speed_north": self.velocity[:, 1],
            "speed_up": self.velocity[:, 2], "thrust": np.linalg.norm(self.thrust, axis=1),
            "mass": self.mass,
        }  # fmt: skip
        data = {name: field(name, each, ("time",)) for name, each in held.items()}
        return xr.Dataset(data, attrs={"law": self.law, "propellant": self.propellant})


def polynomial_descent(
    task: DescentTask, *, law: Literal["quartic", "zem-zev"] = "quartic", time: float | None = None
) -> PoweredPlan:
    """Fly a task by the polynomial law.

    Parameters
    ----------
    task : the descent
    law : "quartic", which comes in without acceleration, or "zem-zev", the cubic of least energy
    time : to take [s]; the cheapest that the limits allow when left out

    Raises
    ------
    InputError : an unknown law, or a time that is not above 0
    PhysicsError : propellant runs out on the way.
    """
    if law not in _LAWS:
        raise InputError(f"{law!r} is no law of powered descent; give 'quartic' or 'zem-zev'")
    if time is not None and not time > 0.0:
        raise InputError(f"a powered descent takes {time!r} s; give more than 0 s")
    rows, fine = _flown(task, _LAWS[law], time)
    if rows[-1, 10] <= task.dry_mass:
        raise PhysicsError(
            f"by the {law} law the {task.mass - task.dry_mass:g} kg of propellant run out "
            f"{rows[-1, 3]:.4g} m over the target's level; give more, or start lower or slower"
        )
    miss = float(np.linalg.norm(rows[-1, 1:4] - np.array(task.target)))
    return PoweredPlan(
        rows[:, 0], rows[:, 1:4], rows[:, 4:7], rows[:, 7:10], rows[:, 10],
        float(task.mass - rows[-1, 10]), miss, law, fine,
    )  # fmt: skip


def _flown(task: DescentTask, law: int, time: float | None) -> tuple[Array, float]:
    r, v, m = np.array(task.position), np.array(task.velocity), task.mass
    goal, end = np.array(task.target), np.array(task.target_velocity)
    weight, wish = np.array([0.0, 0.0, task.gravity]), np.zeros(3)
    t, go, due, fine = 0.0, time, 0.0, 0.0
    rows = []
    while True:
        if time is None and t >= due - 1e-9 and (go is None or go > 4.0):
            go, found = _cheapest(task, law, goal - r, v, m, go)
            due, fine = t + _PLAN, found if t == 0.0 else fine
        assert go is not None
        span = max(go, _HOLD)
        pull = np.array(
            [polynomial(law, goal[i] - r[i], v[i], end[i], 0.0, span)[0] for i in range(3)]
        )
        force = m * (pull + weight)
        size = allowed(force, task.thrust_low, task.thrust_high, task.tilt_rad, wish)
        if m <= task.dry_mass:
            size = 0.0
        rows.append([t, *r, *v, *(size * wish), m])
        if go <= 1e-9 or m <= task.dry_mass:
            return np.array(rows), fine
        dt = min(_STEP, go)
        flow = size / task.exhaust
        a = size * wish / (m - 0.5 * dt * flow) - weight
        r, v, m = r + dt * v + 0.5 * dt * dt * a, v + dt * a, max(m - dt * flow, task.dry_mass)
        t, go = t + dt, go - dt


def _cheapest(task, law, gap, speed, mass, go) -> tuple[float, float]:
    far, pace = float(np.linalg.norm(gap)), float(np.linalg.norm(speed))
    low = max(0.5 * far / max(pace, 0.3 * np.sqrt(far)), 2.0)
    span = (low, 8.0 * low + 20.0, 160) if go is None else (0.9 * go, 1.1 * go, 21)
    best, _, fine = time_to_go(
        law, gap, speed, task.target_velocity[2], task.gravity, mass, task.thrust_low,
        task.thrust_high, task.tilt_rad, np.tan(task.glide_slope_rad), max(far, 1.0), *span,
    )  # fmt: skip
    return best, fine


def ideal_speed_change(task: DescentTask, propellant: ArrayLike) -> Array:
    """Speed change [m/s] of an amount of propellant [kg] by the rocket equation."""
    used = np.asarray(propellant, dtype=float)
    if not ((used >= 0.0) & (used < task.mass)).all():
        raise InputError("propellant used is 0 kg or more and less than the craft's mass")
    return np.asarray(task.exhaust * np.log(task.mass / (task.mass - used)))
