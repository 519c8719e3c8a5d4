"""A launch vehicle as its published curve: what mass it sends off with which C3.

Vehicles with a published curve are presets, files in `presets/launch-vehicle/`.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import model_validator

from marsward.core.asked import numbers
from marsward.core.errors import PhysicsError
from marsward.core.part import value
from marsward.core.preset_files import PresetFiles
from marsward.core.preset_part import PresetPart
from marsward.core.quantity import QuantityRule

__all__ = ["LaunchVehicle"]

Array = NDArray[np.float64]
_FILES = PresetFiles("launch-vehicle", "launch-vehicle", room="marsward.vehicles")
_CHOICE = "a choice"
_SQUARE_KM = 1e6
"""m2/s2 in a km2/s2."""


class LaunchVehicle(PresetPart):
    """A launch vehicle, each value with its source."""

    kind: ClassVar[str] = "launch-vehicle"
    pieces: ClassVar[str] = ""
    files: ClassVar[PresetFiles | None] = _FILES

    preset: str | None = value(
        None,
        ref="the preset of the vehicle's name, where there is one",
        description="vehicle with a published curve, whose values hold where none are given here",
    )
    name: str = value("launch vehicle", description="name of the vehicle")
    curve: tuple[tuple[float, float], ...] = value(
        ((0.0, 3000.0), (50.0, 500.0)), ref=_CHOICE,
        description="C3 [km2 s-2], rising, and the mass that is sent off with it [kg], falling; "
        "between the points a monotone cubic, beyond them nothing",
    )  # fmt: skip
    latitude: Annotated[float, QuantityRule("deg", ge=-90.0, le=90.0)] = value(
        "28.5 deg", unit="deg", ref="Cape Canaveral",
        description="of the launch site, below which no parking orbit is inclined",
    )  # fmt: skip
    adapter: Annotated[float, QuantityRule("kg", ge=0.0, lt=1e4)] = value(
        "0 kg", unit="kg", ref="the curve is of the separated spacecraft",
        description="taken off the curve: adapter and margin that it does not count",
    )  # fmt: skip

    @model_validator(mode="after")
    def _check(self) -> LaunchVehicle:
        if len(self.curve) < 2:
            raise ValueError("curve needs two pairs of C3 and mass at least")
        energies, masses = ([row[k] for row in self.curve] for k in (0, 1))
        if energies != sorted(set(energies)):
            raise ValueError(f"curve must rise in C3, not {energies}")
        if masses != sorted(set(masses), reverse=True) or masses[-1] <= 0.0:
            raise ValueError(f"the masses of curve must fall and stay above 0 kg, not {masses}")
        return self

    @cached_property
    def _law(self) -> Any:
        from scipy.interpolate import PchipInterpolator

        energies, masses = np.array(self.curve).T
        return PchipInterpolator(energies * _SQUARE_KM, masses - self.adapter)

    @cached_property
    def _inverse(self) -> Any:
        """C3 of an even row of masses along the curve, rising."""
        from scipy.interpolate import PchipInterpolator

        ends = self._law.x
        energies = np.linspace(ends[0], ends[-1], 2001)
        return PchipInterpolator(self._law(energies)[::-1], energies[::-1])

    @property
    def span(self) -> tuple[float, float]:
        """Least and greatest C3 of the curve [m2/s2]."""
        return float(self._law.x[0]), float(self._law.x[-1])

    def covers(self, c3: ArrayLike) -> Any:
        """Whether the curve says anything about values of C3 [m2/s2]."""
        given = numbers(c3, "C3", "m2/s2", finite=False)
        low, high = self.span
        return (given >= low) & (given <= high)

    def mass(self, c3: ArrayLike) -> Any:
        """Mass that is sent off with a C3 [m2/s2], of any shape [kg].

        Raises
        ------
        InputError : what is no finite number
        PhysicsError : a C3 beyond the curve; the sentence names the nearest on it.
        """
        given = numbers(c3, "C3", "m2/s2")
        low, high = self.span
        for bad, end in ((given.min(initial=low), low), (given.max(initial=high), high)):
            if not low <= bad <= high:
                raise PhysicsError(
                    f"{self.name} has no published mass at a C3 of {bad / _SQUARE_KM:.4g} km2/s2; "
                    f"the nearest is {float(self._law(end)):.0f} kg at {end / _SQUARE_KM:g} km2/s2"
                )
        return self._law(given)[()]

    def c3(self, mass: ArrayLike) -> Any:
        """Greatest C3 with which a mass [kg] of any shape is sent off [m2/s2].

        A mass below the curve's least goes with the curve's greatest C3.

        Raises
        ------
        InputError : what is no finite number
        PhysicsError : a mass above the curve; the sentence names the nearest that is lifted.
        """
        given = numbers(mass, "masses", "kg")
        least, most = float(self._inverse.x[0]), float(self._inverse.x[-1])
        heaviest = float(given.max(initial=least))
        if heaviest > most:
            raise PhysicsError(
                f"{self.name} sends off {most:.0f} kg at most, at a C3 of "
                f"{self.span[0] / _SQUARE_KM:g} km2/s2, not {heaviest:.0f} kg; take less mass or "
                "a stronger vehicle"
            )
        return self._inverse(np.maximum(given, least))[()]
