"""What an orbit determination of a cruise estimates, and what is known of it beforehand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.core.time import Epoch

__all__ = ["ProcessNoise", "UncertainBurn", "Unknowns", "check_burns", "flight_sources"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ProcessNoise:
    """Accelerations that no force model knows, the same in each axis.

    Parameters
    ----------
    acceleration : standard deviation of each component [m/s2]; of the order of 1e-11 to 1e-9 for
        spinning and three-axis craft
    correlation : time after which it is forgotten to 1/e [s]; 0 draws it anew for each batch
    batch : time for which it stays the same [s]
    """

    acceleration: float
    correlation: float = 0.0
    batch: float = 86400.0

    def __post_init__(self) -> None:
        if not (self.acceleration > 0.0 and self.batch > 0.0 and self.correlation >= 0.0):
            raise InputError(
                "process noise needs an acceleration and a batch above 0 and a correlation time "
                f"of 0 or more, not {self.acceleration}, {self.batch} and {self.correlation}"
            )

    def memory(self, span: float) -> float:
        """How much of an acceleration is left after a time [s]."""
        return math.exp(-span / self.correlation) if self.correlation > 0.0 else 0.0


@dataclass(frozen=True, eq=False)
class UncertainBurn:
    """A manoeuvre in no time whose velocity change is not quite what was asked.

    Parameters
    ----------
    epoch : when
    sigma : of the error of the velocity change [m/s]: one number, three, or a covariance (3, 3)
        [m2/s2]
    dv : (3,) velocity change in J2000 [m/s]
    name : what results call it
    epoch_sigma : of the epoch [s]; 0 holds it
    """

    epoch: Epoch
    sigma: Any
    dv: Any = (0.0, 0.0, 0.0)
    name: str = "manoeuvre"
    epoch_sigma: float = 0.0
    covariance: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        given = np.asarray(self.sigma, dtype=float)
        spread = given if given.shape == (3, 3) else np.diag(np.broadcast_to(given, 3) ** 2)
        if not (np.all(np.isfinite(spread)) and np.all(np.linalg.eigvalsh(spread) > 0.0)):
            raise InputError(
                f"the error of {self.name} has to have variances above 0, not {self.sigma!r}"
            )
        object.__setattr__(self, "covariance", spread)
        object.__setattr__(self, "dv", tuple(float(x) for x in np.asarray(self.dv, dtype=float)))


@dataclass(frozen=True, eq=False)
class Unknowns:
    """Which numbers are estimated, in what order, and what is known of them beforehand.

    Parameters
    ----------
    noise : process noise or None: unknowns "acceleration x, y, z"
    burns : manoeuvres whose errors are estimated
    solar_sigma : of the solar pressure at 1 au [m/s2]; 0 holds it
    sources : names of errors that last the whole flight and are estimated
    considered : names of those that are considered
    """

    noise: ProcessNoise | None
    burns: tuple[UncertainBurn, ...]
    solar_sigma: float
    sources: tuple[str, ...]
    considered: tuple[str, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of all unknowns, in order."""
        out = ["x", "y", "z", "vx", "vy", "vz"]
        if self.noise is not None:
            out += [f"acceleration {axis}" for axis in "xyz"]
        if self.solar_sigma > 0.0:
            out.append("solar pressure")
        for burn in self.burns:
            out += [f"{burn.name} {axis}" for axis in "xyz"]
            out += [f"{burn.name} epoch"] * (burn.epoch_sigma > 0.0)
        return (*out, *self.sources)

    @property
    def push(self) -> slice:
        """Columns of the acceleration."""
        return slice(6, 9 if self.noise is not None else 6)

    @property
    def solar(self) -> slice:
        """Column of the solar pressure."""
        return slice(self.push.stop, self.push.stop + (self.solar_sigma > 0.0))

    def burn(self, number: int) -> slice:
        """Columns of a manoeuvre: its velocity change, then its epoch if that is estimated."""
        begin = self.solar.stop + sum(_width(burn) for burn in self.burns[:number])
        return slice(begin, begin + _width(self.burns[number]))

    @property
    def rest(self) -> slice:
        """Columns of the errors that last the flight."""
        begin = self.solar.stop + sum(_width(burn) for burn in self.burns)
        return slice(begin, begin + len(self.sources))

    def prior(self, state: Array) -> Array:
        """Covariance (n, n) beforehand, from that of the state: sigmas (6,) or (6, 6)."""
        n = len(self.names)
        out = np.zeros((n, n))
        out[:6, :6] = state if state.ndim == 2 else np.diag(state**2)
        if self.noise is not None:
            out[self.push, self.push] = np.eye(3) * self.noise.acceleration**2
        if self.solar_sigma > 0.0:
            out[self.solar, self.solar] = self.solar_sigma**2
        for k, burn in enumerate(self.burns):
            begin = self.burn(k).start
            out[begin : begin + 3, begin : begin + 3] = burn.covariance
            if burn.epoch_sigma > 0.0:
                out[begin + 3, begin + 3] = burn.epoch_sigma**2
        out[self.rest, self.rest] = np.eye(len(self.sources))
        return out


def _width(burn: UncertainBurn) -> int:
    return 4 if burn.epoch_sigma > 0.0 else 3


def flight_sources(measured: xr.Dataset) -> tuple[str, ...]:
    """Names of the shared errors that last the whole flight and touch any measurement."""
    if "loading" not in measured:
        return ()
    used = np.any(measured["loading"].values != 0.0, axis=0) & ~measured["per_pass"].values
    return tuple(str(name) for name in measured["source"].values[used])


def check_burns(burns: Sequence[UncertainBurn]) -> tuple[UncertainBurn, ...]:
    """Manoeuvres in order of time."""
    for burn in burns:
        if not isinstance(burn, UncertainBurn):
            raise InputError(f"manoeuvres are UncertainBurn(epoch, sigma), not {burn!r}")
    return tuple(sorted(burns, key=lambda burn: float(burn.epoch.et)))
