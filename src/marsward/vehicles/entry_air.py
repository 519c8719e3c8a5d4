"""The air that capsules fall through: smooth columns over the areoid, one for all or one for each.

The logarithm of density, the speed of sound and the winds are cubic splines of height (C2) through
the values given, so that a solver of high order keeps its order between the rows of a table.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline

from marsward.core.asked import fitting, number, numbers
from marsward.core.errors import InputError
from marsward.physics.air import GAS_CONSTANT, GRAVITY, speed_of_sound

__all__ = ["EntryAir"]

Array = NDArray[np.float64]
_LEAST_ROWS, _MOST_STEP = 8, 10_000.0
_MOST_WIND = 500.0
_UNEVEN = 1e-6
_MANY = 16


@dataclass(frozen=True)
class EntryAir:
    """Columns of air.

    height : over the areoid, even steps, rising (k,) [m]
    log_density : natural logarithm of the density in kg m-3, (k,) or (m, k): one column, or one for
        each of m members
    temperature : [K], eastward_wind, northward_wind : [m/s]; (k,) or (1, k) or (m, k). Winds left
        out are calm.
    """

    height: Array
    log_density: Array
    temperature: Array
    eastward_wind: Array | None = None
    northward_wind: Array | None = None

    def __post_init__(self) -> None:
        z = numbers(self.height, "heights of the air", "m", finite=False)
        if z.ndim != 1 or z.size < _LEAST_ROWS:
            raise InputError(
                f"the air has {z.shape} heights; give one column of {_LEAST_ROWS} or more"
            )
        step = np.diff(z)
        if not (np.isfinite(z).all() and step[0] > 0.0):
            raise InputError("heights of the air must rise and be finite")
        if np.any(np.abs(step - step[0]) > _UNEVEN * step[0]):
            at = int(np.argmax(np.abs(step - step[0])))
            raise InputError(
                f"heights of the air go from {z[at]:g} to {z[at + 1]:g} m where the step is "
                f"{step[0]:g} m: give even steps without gaps"
            )
        if step[0] > _MOST_STEP:
            raise InputError(f"heights of the air are {step[0]:g} m apart; give 10 km or less")
        object.__setattr__(self, "height", z)
        calm = np.zeros(z.size)
        for name in ("log_density", "temperature", "eastward_wind", "northward_wind"):
            given = getattr(self, name)
            object.__setattr__(self, name, self._column(name, calm if given is None else given))
        counts = {self.log_density.shape[0], self.temperature.shape[0], self.wind_count} - {1}
        if len(counts) > 1:
            raise InputError(f"columns of the air are {sorted(counts)} in number; give one count")

    def _column(self, name: str, given: ArrayLike) -> Array:
        held = np.atleast_2d(numbers(given, f"{name} of the air", finite=False))
        if held.ndim != 2 or held.shape[1] != self.height.size:
            raise InputError(
                f"{name} of the air is {held.shape} for {self.height.size} heights; give one row of"
                " heights, or one for each member"
            )
        if not np.isfinite(held).all():
            at = self.height[np.argmin(np.isfinite(held).all(axis=0))]
            raise InputError(
                f"{name} of the air has a gap at {at:g} m: give a value at every height"
            )
        if name == "temperature" and not np.all(held > 0.0):
            raise InputError("temperatures of the air must be above 0 K")
        if name.endswith("wind") and np.any(np.abs(held) > _MOST_WIND):
            raise InputError(
                f"{name} of the air is {np.abs(held).max():g} m/s; give {_MOST_WIND:g} m/s or less"
            )
        if name == "log_density" and np.any(np.abs(held) > 100.0):
            raise InputError(
                "log_density of the air must lie within -100 and 100: it is the logarithm of kg m-3"
            )
        return held

    @classmethod
    def of_table(
        cls,
        height: ArrayLike,
        density: ArrayLike,
        temperature: ArrayLike,
        eastward_wind: ArrayLike = 0.0,
        northward_wind: ArrayLike = 0.0,
    ) -> Self:
        """Air of a table of densities [kg m-3]; other arguments as the fields."""
        z = numbers(height, "heights of the air", "m")
        rho = numbers(density, "density of the air", "kg m-3")
        if not np.all(rho > 0.0):
            raise InputError(f"density of the air is {rho.min():g} kg m-3; give more than 0")
        held = (
            fitting(height=z, **{name: numbers(each, f"{name} of the air")})[1]
            for name, each in (
                ("temperature", temperature), ("eastward_wind", eastward_wind),
                ("northward_wind", northward_wind),
            )
        )  # fmt: skip
        return cls(z, np.log(rho), *held)

    @classmethod
    def exponential(
        cls,
        density: float = 0.0158,
        scale_height: float = 9354.0,
        *,
        top: float = 200_000.0,
        step: float = 1000.0,
        bottom: float = -10_000.0,
    ) -> Self:
        """Air whose density falls as exp(-z/H), calm, of the even temperature g H/R.

        Parameters
        ----------
        density : at the areoid [kg m-3]
        scale_height : H [m]
        bottom, top, step : of the column [m]
        """
        for name, given in (("density", density), ("scale height", scale_height), ("step", step)):
            if not number(given, f"{name} of the air") > 0.0:
                raise InputError(f"{name} of the air is {given!r}; give more than 0")
        z = np.arange(bottom, top + 0.5 * step, step)
        warm = np.full(z.size, GRAVITY * scale_height / GAS_CONSTANT)
        return cls(z, np.log(density) - z / scale_height, warm)

    @property
    def count(self) -> int:
        """How many members there are columns for; 1 serves all."""
        return max(self.log_density.shape[0], self.temperature.shape[0], self.wind_count)

    @property
    def wind_count(self) -> int:
        """Columns of wind."""
        assert self.eastward_wind is not None
        assert self.northward_wind is not None
        east, north = self.eastward_wind.shape[0], self.northward_wind.shape[0]
        return max(east, north)

    @property
    def step(self) -> float:
        """Between heights [m]."""
        return float(self.height[1] - self.height[0])

    @property
    def bottom(self) -> float:
        """Lowest height [m]."""
        return float(self.height[0])

    @property
    def top(self) -> float:
        """Highest height [m]."""
        return float(self.height[-1])

    def density(self, height: ArrayLike, member: int = 0) -> Array:
        """Density at heights [kg m-3]; InputError outside the column."""
        return np.asarray(np.exp(self._read(self.log_density, height, member)))

    def temperature_at(self, height: ArrayLike, member: int = 0) -> Array:
        """Temperature at heights [K]; InputError outside the column."""
        return self._read(self.temperature, height, member)

    def _read(self, held: Array, height: ArrayLike, member: int) -> Array:
        z = np.asarray(height, dtype=np.float64)
        if not np.all((z >= self.bottom) & (z <= self.top)):
            raise InputError(
                f"the air is told from {self.bottom:g} to {self.top:g} m, not at "
                f"{float(z.min()):g} to {float(z.max()):g} m"
            )
        row = held[min(member, held.shape[0] - 1)]
        return np.asarray(CubicSpline(self.height, row)(z))

    @cached_property
    def density_nodes(self) -> Array:
        """Of ln(density): value and second derivative over six times step squared (m, k, 2)."""
        return self._nodes([self.log_density])

    @cached_property
    def weather_nodes(self) -> Array:
        """Of the speed of sound, the winds to the east and the north likewise (m, k, 6)."""
        assert self.eastward_wind is not None
        assert self.northward_wind is not None
        sound = speed_of_sound(self.temperature)
        return self._nodes([sound, self.eastward_wind, self.northward_wind])

    def _nodes(self, held: list[Array]) -> Array:
        rows = max(each.shape[0] for each in held)
        out = np.empty((rows, self.height.size, 2 * len(held)))
        for i, each in enumerate(held):
            for begin in range(0, each.shape[0], _MANY):
                some = slice(begin, begin + _MANY) if each.shape[0] == rows else slice(None)
                part = each[begin : begin + _MANY]
                bend = CubicSpline(self.height, part, axis=1)(self.height, 2)
                out[some, :, 2 * i] = part
                out[some, :, 2 * i + 1] = bend * self.step**2 / 6.0
        return out
