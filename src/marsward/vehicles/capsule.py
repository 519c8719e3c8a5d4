"""An entry capsule: mass, shape, aerodynamics by Mach and Knudsen, limits of its bank, its trigger.

Capsules that have flown are presets, files in `presets/capsule/`.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import model_validator
from scipy.interpolate import CubicSpline, PchipInterpolator

from marsward.core.asked import numbers
from marsward.core.errors import InputError
from marsward.core.part import value
from marsward.core.preset_files import PresetFiles
from marsward.core.preset_part import PresetPart
from marsward.core.quantity import QuantityRule
from marsward.physics.aeroheating import SUTTON_GRAVES
from marsward.vehicles.aerodynamics import free_molecular, mean_free_path_density, sphere_cone

__all__ = ["Capsule"]

Array = NDArray[np.float64]
_FILES = PresetFiles("capsule", "capsule", room="marsward.vehicles")
_MACHS = (0.4, 0.8, 1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.0, 10.0, 13.0, 17.0, 22.0, 28.0, 40.0)
_SCALE, _ROWS = 4.0, 65
"""Coefficients stand over M/(M + 4), at even steps from 0 to 1."""
_CHOICE = "a choice"


class Capsule(PresetPart):
    """A capsule, each value with its source."""

    kind: ClassVar[str] = "capsule"
    pieces: ClassVar[str] = ""
    files: ClassVar[PresetFiles | None] = _FILES

    preset: str | None = value(
        None,
        ref="the preset of the capsule's name, where there is one",
        description="capsule that has flown, whose values hold where none are given here",
    )
    name: str = value("capsule", description="name of the capsule")
    mass: Annotated[float, QuantityRule("kg", gt=0.0, lt=1e6)] = value(
        "1000 kg", unit="kg", ref=_CHOICE, description="at entry"
    )
    diameter: Annotated[float, QuantityRule("m", gt=0.0, lt=100.0)] = value(
        "3 m", unit="m", ref=_CHOICE, description="of the heat shield"
    )
    nose_radius: Annotated[float, QuantityRule("m", gt=0.0, lt=100.0)] = value(
        "0.75 m", unit="m", ref="a quarter of the diameter, as of the 70 deg cones since Viking",
        description="of the sphere at the nose",
    )  # fmt: skip
    half_angle: Annotated[float, QuantityRule("deg", ge=45.0, le=80.0)] = value(
        "70 deg", unit="deg", origin="published", ref="the cones of Mars since Viking",
        description="of the cone",
    )  # fmt: skip
    angle_of_attack: tuple[tuple[float, float], ...] = value(
        ((0.0, 0.0),), ref="a capsule that flies straight",
        description="Mach number and angle at which the capsule trims there [deg], rising in Mach; "
        "between them in straight lines, beyond them the end values",
    )  # fmt: skip
    aerodynamics: tuple[tuple[float, float, float], ...] = value(
        (), ref="the law of a blunt cone at the angle of attack",
        description="Mach number, coefficient of drag and lift over drag, in place of that law",
    )  # fmt: skip
    accommodation: float = value(
        0.95, unit="1", ref="engineering surfaces: Bird 1994, Molecular Gas Dynamics", ge=0.0,
        le=1.0, description="share of free molecules that the wall takes up",
    )  # fmt: skip
    bank_rate: Annotated[float, QuantityRule("deg/s", gt=0.0, le=180.0)] = value(
        "20 deg/s", unit="deg/s", ref=_CHOICE, description="most rate of the bank angle"
    )
    bank_acceleration: float = value(
        5.0, unit="1", ref=_CHOICE, gt=0.0, le=180.0,
        description="most acceleration of the bank angle [deg s-2]",
    )  # fmt: skip
    trigger: Literal["speed", "range"] = value(
        "speed", ref=_CHOICE,
        description="what opens the chute: the speed that is sensed, or the range to go within a "
        "box of speeds",
    )  # fmt: skip
    trigger_speed: Annotated[float, QuantityRule("m/s", gt=50.0, lt=2000.0)] = value(
        "450 m/s", unit="m/s", ref=_CHOICE,
        description="of the trigger by speed; the least speed of one by range",
    )  # fmt: skip
    trigger_most: Annotated[float, QuantityRule("m/s", gt=50.0, lt=3000.0)] = value(
        "550 m/s", unit="m/s", ref=_CHOICE, description="most speed of a trigger by range"
    )
    trigger_range: Annotated[float, QuantityRule("m", ge=-1e5, le=1e5)] = value(
        "0 km", unit="m", ref=_CHOICE,
        description="range to go to the guidance's target at which a trigger by range comes",
    )  # fmt: skip

    @model_validator(mode="after")
    def _check(self) -> Capsule:
        for name, held in (
            ("angle_of_attack", self.angle_of_attack), ("aerodynamics", self.aerodynamics)
        ):  # fmt: skip
            machs = [row[0] for row in held]
            if machs != sorted(set(machs)) or any(m < 0.0 for m in machs):
                raise ValueError(f"{name} must rise in Mach number from 0 up, not {machs}")
        if not self.angle_of_attack:
            raise ValueError("angle_of_attack needs one pair of Mach number and angle at least")
        if any(abs(row[1]) > 30.0 for row in self.angle_of_attack):
            raise ValueError("angle_of_attack must lie within 30 deg")
        if any(row[1] <= 0.0 or abs(row[2]) > 1.0 for row in self.aerodynamics):
            raise ValueError("aerodynamics needs drag above 0 and lift over drag within 1")
        if self.trigger == "range" and self.trigger_most <= self.trigger_speed:
            raise ValueError("trigger_most must be above trigger_speed for a trigger by range")
        return self

    @property
    def reference_speed(self) -> float:
        """Speed at which the trigger is to come in the nominal entry [m/s]."""
        if self.trigger == "speed":
            return self.trigger_speed
        return 0.5 * (self.trigger_speed + self.trigger_most)

    @property
    def area(self) -> float:
        """Of the base, to which coefficients refer [m2]."""
        return 0.25 * math.pi * self.diameter**2

    def coefficients(self, mach: ArrayLike) -> tuple[Array, Array]:
        """Coefficients of drag and lift in continuum air at Mach numbers, as they are flown."""
        m = numbers(mach, "Mach numbers")
        if not np.all(m >= 0.0):
            raise InputError("Mach numbers must not be below 0")
        place = np.linspace(0.0, 1.0, _ROWS)
        drag, ratio = (CubicSpline(place, each)(m / (m + _SCALE)) for each in self._even)
        return np.asarray(drag), np.asarray(drag * ratio)

    def lift_to_drag(self, mach: ArrayLike) -> Array:
        """Lift over drag in continuum air at Mach numbers."""
        drag, lift = self.coefficients(mach)
        return np.asarray(lift / drag)

    def ballistic_coefficient(self, mach: float = 20.0) -> float:
        """Mass over coefficient of drag and area at a Mach number [kg m-2]."""
        return float(self.mass / (self.coefficients(mach)[0] * self.area))

    @property
    def free(self) -> tuple[float, float]:
        """Coefficients of drag and lift among free molecules, at the angle of the highest Mach."""
        return free_molecular(self.angle_of_attack[-1][1], self.half_angle, self.accommodation)

    @cached_property
    def _even(self) -> tuple[Array, Array]:
        """Coefficient of drag and lift over drag at even steps of M/(M + 4)."""
        if self.aerodynamics:
            rows = np.array(self.aerodynamics)
            machs, drag, ratio = rows[:, 0], rows[:, 1], rows[:, 2]
        else:
            machs = np.array(_MACHS)
            turns = np.array(self.angle_of_attack)
            machs = np.unique(np.concatenate([machs, turns[turns[:, 0] > _MACHS[0], 0]]))
            angle = np.interp(machs, turns[:, 0], turns[:, 1])
            drag, lift = sphere_cone(machs, angle, self.half_angle)
            ratio = lift / drag
        place = np.linspace(0.0, 1.0, _ROWS)
        at = np.clip(place, machs[0] / (machs[0] + _SCALE), machs[-1] / (machs[-1] + _SCALE))
        if machs.size == 1:
            return np.full(_ROWS, drag[0]), np.full(_ROWS, ratio[0])
        over = machs / (machs + _SCALE)
        return PchipInterpolator(over, drag)(at), PchipInterpolator(over, ratio)(at)

    @cached_property
    def table(self) -> Array:
        """Nodes of drag and lift over drag for the kernel, with their bends (rows, 4)."""
        place = np.linspace(0.0, 1.0, _ROWS)
        out = np.empty((_ROWS, 4))
        for i, each in enumerate(self._even):
            out[:, 2 * i] = each
            out[:, 2 * i + 1] = CubicSpline(place, each)(place, 2) / (6.0 * (_ROWS - 1) ** 2)
        return out

    def row(self) -> Array:
        """Numbers of the capsule in the order of `kernels.entry_motion` (10,)."""
        drag, lift = self.free
        return np.array([
            0.5 * self.area / self.mass, 1.0, 1.0, 0.0,
            SUTTON_GRAVES / math.sqrt(self.nose_radius),
            math.log(mean_free_path_density() / self.diameter), drag, lift, _SCALE, _ROWS - 1.0,
        ])  # fmt: skip
