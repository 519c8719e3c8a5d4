"""Rotor forces as a small table, for the loop of a flight that asks for them at every step.

`vehicles.rotorcraft.trim` tells the collective and the power that a thrust takes; here thrusts are
spread over speeds along and across the axis, and turned round into thrust and torque by collective.
Density, temperature and rotor speed are those of one flight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from marsward.core.errors import PhysicsError
from marsward.vehicles.rotorcraft import Rotorcraft, trim

__all__ = ["RotorTable", "rotor_table"]

Array = NDArray[np.float64]
_SHARES = np.array([0.4, 0.7, 1.0, 1.3, 1.6, 1.9])
_ALONG = np.linspace(-4.0, 4.0, 5)
_ACROSS = np.linspace(0.0, 16.0, 5)
_COLLECTIVES = 25


@dataclass(frozen=True, eq=False)
class RotorTable:
    """Thrust [N] and both torques together [N m] at one rotor speed.

    collective : nodes [rad]; along : climb of the rotor through the air [m/s]; across : [m/s]
    values : (2, collective, along, across)
    rpm : of the rotors; density : of the air [kg/m3]
    trim_collective, trim_thrust, trim_torque : of the hover; thrust_slope : [N/rad] there;
    torque_slope : [N m/rad]
    """

    collective: Array
    along: Array
    across: Array
    values: Array
    rpm: float
    density: float
    trim_collective: float
    trim_thrust: float
    trim_torque: float
    thrust_slope: float
    torque_slope: float

    @property
    def omega(self) -> float:
        """Rotor speed [rad/s]."""
        return self.rpm * 2.0 * np.pi / 60.0


def rotor_table(
    rotorcraft: Rotorcraft, *, density: float, temperature: float, rpm: float, weight: float
) -> RotorTable:
    """The table of a craft in air of one density [kg/m3] and temperature [K].

    rpm : of the rotors; weight : the thrust of the hover [N]

    Raises PhysicsError where the rotors cannot carry the weight.
    """
    thrust, along, across = np.meshgrid(_SHARES * weight, _ALONG, _ACROSS, indexing="ij")
    found = trim(
        rotorcraft, density=density, temperature=temperature, rpm=rpm, thrust=thrust,
        speed=across, climb=along, most=False,
    )  # fmt: skip
    good = np.asarray(found.trimmed, dtype=bool)
    middle = (int(np.argmin(abs(_SHARES - 1.0))), _ALONG.size // 2, 0)
    if not good[middle]:
        raise PhysicsError(
            f"air too thin to fly: at {density:.4f} kg/m3 and {rpm:.0f} rpm the rotors cannot "
            f"carry {weight:.2f} N; give denser air or a higher rotor speed"
        )
    angle = 0.5 * (found.upper_collective_rad + found.lower_collective_rad)
    omega = rpm * 2.0 * np.pi / 60.0
    torque = found.power / omega
    nodes = np.linspace(
        float(np.nanmin(angle[good])) - 0.03, float(np.nanmax(angle[good])), _COLLECTIVES
    )
    values = np.empty((2, nodes.size, _ALONG.size, _ACROSS.size))
    for j in range(_ALONG.size):
        for k in range(_ACROSS.size):
            keep = good[:, j, k]
            if keep.sum() < 2:
                raise PhysicsError(
                    f"air too thin to fly: at {density:.4f} kg/m3 the rotors trim at no two "
                    f"thrusts at {_ACROSS[k]:.0f} m/s"
                )
            order = np.argsort(angle[keep, j, k])
            x = angle[keep, j, k][order]
            values[0, :, j, k] = _along(x, thrust[keep, j, k][order], nodes)
            values[1, :, j, k] = _along(x, torque[keep, j, k][order], nodes)
    slopes = _slopes(nodes, values, float(angle[middle]))
    return RotorTable(
        nodes, _ALONG, _ACROSS, np.ascontiguousarray(values), float(rpm), float(density),
        float(angle[middle]), float(weight), float(torque[middle]), *slopes,
    )  # fmt: skip


def _along(x: Array, y: Array, nodes: Array) -> Array:
    """A monotone curve through points, carried on straight past its ends."""
    inside = np.asarray(PchipInterpolator(x, y)(np.clip(nodes, x[0], x[-1])))
    low = (y[1] - y[0]) / (x[1] - x[0])
    high = (y[-1] - y[-2]) / (x[-1] - x[-2])
    return inside + np.minimum(nodes - x[0], 0.0) * low + np.maximum(nodes - x[-1], 0.0) * high


def _slopes(nodes: Array, values: Array, at: float) -> tuple[float, float]:
    """Slopes of thrust and torque by collective at the hover."""
    wide = 0.02
    column = values[:, :, _ALONG.size // 2, 0]
    rows = [np.interp([at - wide, at + wide], nodes, row) for row in column]
    thrust, torque = ((row[1] - row[0]) / (2.0 * wide) for row in rows)
    return float(thrust), float(max(torque, 1e-3))
