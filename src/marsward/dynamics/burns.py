"""Burns: sudden changes of velocity and finite ones with mass flow."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from marsward.core.constants import STANDARD_GRAVITY
from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.dynamics.kernels.forces import thrust_direction

FRAMES = {"J2000": 0, "RTN": 1, "VNB": 2}


def _frame_code(frame: str) -> int:
    if frame not in FRAMES:
        raise InputError(f"a burn cannot point in frame {frame!r}; choose J2000, RTN or VNB")
    return FRAMES[frame]


def _vector(values: object, what: str) -> tuple[float, float, float]:
    array = np.asarray(values, dtype=float)
    if array.shape != (3,) or not np.all(np.isfinite(array)):
        raise InputError(f"{what} must be three finite numbers, not {values!r}")
    return float(array[0]), float(array[1]), float(array[2])


@dataclass(frozen=True)
class ImpulsiveBurn:
    """A velocity change in no time.

    Parameters
    ----------
    epoch : when
    dv : (3,) velocity change [m/s] in ``frame``
    frame : "J2000"; or "RTN" or "VNB", formed from the state before the burn relative to the
        centre of the arc (or to ``centre``)
    isp : specific impulse [s], to account for propellant; None leaves the mass as it is
    centre : body whose relative state forms the frame; None for the arc's centre
    """

    epoch: Epoch
    dv: tuple[float, float, float]
    frame: str = "J2000"
    isp: float | None = None
    centre: str | None = None

    def __post_init__(self) -> None:
        _frame_code(self.frame)
        object.__setattr__(self, "dv", _vector(self.dv, "the velocity change of a burn [m/s]"))
        if self.isp is not None and not self.isp > 0.0:
            raise InputError(f"specific impulse must be above 0 s, not {self.isp!r}")

    @property
    def size(self) -> float:
        """Magnitude of the velocity change [m/s]."""
        return math.hypot(*self.dv)

    def mass_ratio(self) -> float:
        """Mass after the burn over mass before it (Tsiolkovsky's equation)."""
        if self.isp is None:
            return 1.0
        return math.exp(-self.size / (float(STANDARD_GRAVITY) * self.isp))

    def change(self, state: np.ndarray) -> np.ndarray:
        """(3,) velocity change in J2000 [m/s] for the state (6,) before the burn."""
        out = np.empty(3)
        thrust_direction(state, _frame_code(self.frame), np.array(self.dv), out)
        return out

    def undone(self, state: np.ndarray) -> np.ndarray:
        """(6,) state before the burn from the one after it."""
        before = state.copy()
        for _ in range(60):
            last = before[3:].copy()
            before[3:] = state[3:] - self.change(before)
            if np.linalg.norm(before[3:] - last) <= 1e-15 * np.linalg.norm(state[3:]):
                break
        return before

    def sensitivity(self, state: np.ndarray) -> np.ndarray:
        """(6, 6) derivative of the state after by the state before, by central differences."""
        jump = np.eye(6)
        if self.frame == "J2000":
            return jump
        for j in range(6):
            step = np.zeros(6)
            step[j] = 1e-6 * np.linalg.norm(state[:3] if j < 3 else state[3:])
            jump[3:, j] += (self.change(state + step) - self.change(state - step)) / (2 * step[j])
        return jump


@dataclass(frozen=True)
class FiniteBurn:
    """A burn at constant thrust.

    Parameters
    ----------
    start : ignition
    duration : [s]
    thrust : [N]
    isp : specific impulse [s]; mass flow is thrust / (isp g0), g0 = 9.80665 m/s2
    direction : (3,) in ``frame``; its length does not matter
    frame : "J2000" (fixed in space), "RTN" or "VNB" (turning with the orbit)
    centre : body whose relative state forms a turning frame; None for the arc's centre
    """

    start: Epoch
    duration: float
    thrust: float
    isp: float
    direction: tuple[float, float, float]
    frame: str = "J2000"
    centre: str | None = None

    def __post_init__(self) -> None:
        _frame_code(self.frame)
        for name in ("duration", "thrust", "isp"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0.0):
                raise InputError(f"{name} of a finite burn must be above zero, not {value!r}")
        d = _vector(self.direction, "the direction of a burn")
        size = math.hypot(*d)
        if size == 0.0:
            raise InputError("the direction of a burn is (0, 0, 0); give one that points")
        object.__setattr__(self, "direction", (d[0] / size, d[1] / size, d[2] / size))

    @property
    def mass_flow(self) -> float:
        """[kg/s], positive."""
        return self.thrust / (self.isp * float(STANDARD_GRAVITY))

    @property
    def stop(self) -> Epoch:
        """Cut-off."""
        return self.start + self.duration

    def engine(self, mass: float, time: float) -> np.ndarray:
        """(8,) the burn as the force model reads it, for ``mass`` [kg] at ``time`` [s]."""
        return np.array(
            [self.thrust, self.mass_flow, mass, time, *self.direction, _frame_code(self.frame)]
        )
