"""Gusts of the daytime boundary layer as a craft meets them that flies through them.

How strong they are follows Panofsky et al. 1977, doi:10.1007/BF02186086 (from memory), for air
that is stirred by wind (friction velocity u*) and by heat (convective velocity w*, mixed to zi):

    level:    s = (12 u*^3 + 0.2 w*^3)^(1/3)
    upright:  s = 1.3 (u*^3 + 1.2 (z/zi) w*^3)^(1/3)

with zi/|L| = 0.4 (w*/u*)^3. Their spectra are Dryden's, MIL-STD-1797A, of lengths 0.15 zi for level
gusts and z for upright ones, at the speed at which the craft meets the air: made by filters that
are exact at the steps of control and start in their steady state. Over Jezero winds are calm and
gusts by day as large as the wind: Viudez-Moreiras et al. 2022, doi:10.1029/2022JE007523.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm, solve_continuous_lyapunov

from marsward.core.asked import number, whole
from marsward.core.errors import InputError
from marsward.vehicles.kernels.helicopter import filtered

__all__ = ["Gusts", "day_gusts"]

Array = NDArray[np.float64]
KARMAN = 0.4
CONVECTIVE_VELOCITY = 4.0
"""Of a clear day's convection [m/s]: 4 to 6 in Petrosyan et al. 2011, doi:10.1029/2010RG000351."""
MIXED_DEPTH = 5000.0
"""Depth of the layer that convection mixes [m], same source; 5 to 8 km over dark ground."""
ROUGHNESS = 0.01
"""Roughness length of stony ground [m]: Sutton et al. 1978,
doi:10.1175/1520-0469(1978)035<2346:DVOHTW>2.0.CO;2 (from memory)."""
_LEVEL_LENGTH = 0.15


@dataclass(frozen=True)
class Gusts:
    """Standard deviations [m/s] and lengths [m] of level and upright gusts."""

    level: float
    upright: float
    level_length: float
    upright_length: float

    def __post_init__(self) -> None:
        for name in ("level", "upright"):
            if not 0.0 <= number(getattr(self, name), f"{name} gusts", "m/s") < 100.0:
                raise InputError(f"{name} gusts are 0 to 100 m/s, not {getattr(self, name):g}")
        for name in ("level_length", "upright_length"):
            if not number(getattr(self, name), name, "m") > 0.0:
                raise InputError(f"{name} of gusts must be above 0 m")

    def series(self, seconds: float, step: float, airspeed: float, seed: int | None) -> Array:
        """Gusts along, across and up [m/s] (n, 3) at steps [s] of a flight at an airspeed [m/s].

        All zeros for a seed of None. Raises InputError for a step that is not above 0 s or a seed
        below 0.
        """
        if not number(step, "step", "s") > 0.0:
            raise InputError(f"a step of {step:g} s is none: give one above zero")
        count = max(math.ceil(number(seconds, "seconds", "s") / step), 1)
        out = np.zeros((count, 3))
        if seed is None:
            return out
        speed = max(number(airspeed, "airspeed", "m/s"), 1.0)
        draws = np.random.default_rng(whole(seed, "the seed of gusts", 0)).standard_normal(
            (3, count + 1, 2)
        )
        for i, (sigma, length, second) in enumerate(
            (
                (self.level, self.level_length, False),
                (self.level, self.level_length, True),
                (self.upright, self.upright_length, True),
            )
        ):
            if sigma > 0.0:
                out[:, i] = sigma * _dryden(length / speed, step, second, draws[i])
        return out


def _dryden(time: float, step: float, second: bool, draws: Array) -> Array:
    """One component of variance 1: of Dryden's first form, or his second for across and up."""
    pole = -1.0 / time
    if second:
        # (1 + sqrt 3 T s)/(1 + T s)^2, in the states of its controllable form.
        flow = np.array([[0.0, 1.0], [-(pole * pole), 2.0 * pole]])
        push = np.array([[0.0], [1.0]])
        tell = np.array([1.0, math.sqrt(3.0) * time])
    else:
        flow = np.array([[pole, 0.0], [0.0, pole]])
        push = np.array([[1.0], [0.0]])
        tell = np.array([1.0, 0.0])
    steady = solve_continuous_lyapunov(flow, -push @ push.T)
    steady /= tell @ steady @ tell
    carry = expm(flow * step)
    spread = _root(steady - carry @ steady @ carry.T)
    first = _root(steady) @ draws[0]
    return filtered(carry, spread, tell, np.ascontiguousarray(draws[1:]), first)


def _root(covariance: Array) -> Array:
    """A square root of a covariance that rounding may have left not quite positive."""
    values, vectors = np.linalg.eigh(0.5 * (covariance + covariance.T))
    return np.ascontiguousarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def day_gusts(
    wind: float,
    *,
    height: float = 10.0,
    convective_velocity: float = CONVECTIVE_VELOCITY,
    depth: float = MIXED_DEPTH,
    roughness: float = ROUGHNESS,
) -> Gusts:
    """Gusts of a day's boundary layer in a mean wind.

    Parameters
    ----------
    wind : mean, at 1.5 m over the ground [m/s]
    height : of flight over the ground [m]
    convective_velocity : [m/s], 0 for air that no heat stirs
    depth : of the mixed layer [m]; roughness : length of the ground's [m]

    Raises InputError for numbers that are none or below zero.
    """
    speed, z = number(wind, "wind", "m/s"), number(height, "height", "m")
    heat = number(convective_velocity, "convective_velocity", "m/s")
    if speed < 0.0 or z <= 0.0 or heat < 0.0 or not 0.0 < roughness < 1.0 or depth <= z:
        raise InputError(
            "gusts need a wind of 0 m/s or more, a height above 0 m and under the mixed layer's "
            "depth, a convective velocity of 0 m/s or more and a roughness of 0 to 1 m"
        )
    friction = KARMAN * speed / math.log(1.5 / roughness)
    level = (12.0 * friction**3 + 0.2 * heat**3) ** (1.0 / 3.0)
    upright = 1.3 * (friction**3 + 1.2 * z / depth * heat**3) ** (1.0 / 3.0)
    return Gusts(level, upright, _LEVEL_LENGTH * depth, max(z, 2.0))
