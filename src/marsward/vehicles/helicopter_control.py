"""How a helicopter's control loops answer: parameters of the flight's loop, poles and margins.

Place steers velocity, velocity steers tilt and thrust, tilt steers turning rates, turning rates
steer cyclic pitch; servos lag. A two-bladed rotor too stiff to flap carries cyclic pitch straight
to the hub: with even chord its moment is 3/8 of the radius times the slope of thrust by collective,
and the same slope over the rotor's speed damps turning.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marsward.vehicles.helicopter import Helicopter
from marsward.vehicles.kernels.helicopter import PARAMETERS
from marsward.vehicles.rotor_table import RotorTable

__all__ = ["Loops", "flight_parameters", "loops"]

Array = NDArray[np.float64]
_HUB_SHARE = 3.0 / 8.0
_PROFILE_DRAG = 0.07


def cyclic_moment(table: RotorTable, radius: float) -> float:
    """Moment at the hub by cyclic pitch, both rotors [N m/rad]."""
    return _HUB_SHARE * radius * table.thrust_slope


def flight_parameters(
    helicopter: Helicopter,
    table: RotorTable,
    *,
    radius: float,
    solidity: float,
    gravity: float,
    heading: float,
    drive_power: float,
    landing_height: float = 0.0,
    errors: tuple[float, float, float] = (0.0, 0.0, 0.0),
    longest: float = 300.0,
) -> Array:
    """The row of parameters of `kernels.helicopter`, named by its PARAMETERS.

    radius [m] and solidity of the rotors; heading [deg from north]; drive_power : greatest at the
    shafts [W]; errors : scale of odometry and accelerometer biases east and north
    """
    omega = table.omega
    disc = math.pi * radius**2
    held = {
        "mass": helicopter.mass,
        "inertia_x": helicopter.inertia[0],
        "inertia_y": helicopter.inertia[1],
        "inertia_z": helicopter.inertia[2],
        "rotor_inertia": helicopter.rotor_inertia,
        "hub_height": helicopter.hub_height,
        "leg_height": helicopter.leg_height,
        "drag": 0.5 * table.density * helicopter.drag_area,
        "hub_drag": table.density * disc * omega * radius * solidity * _PROFILE_DRAG / 4.0,
        "gravity": gravity,
        "omega": omega,
        "cyclic_moment": cyclic_moment(table, radius),
        "yaw_moment": table.torque_slope,
        "servo_time": helicopter.servo_time,
        "cyclic_limit": helicopter.cyclic_limit_rad,
        "collective_low": float(table.collective[0]),
        "collective_high": float(table.collective[-1]),
        "trim_collective": table.trim_collective,
        "trim_thrust": table.trim_thrust,
        "thrust_slope": table.thrust_slope,
        "trim_torque": table.trim_torque,
        "most_torque": 0.5 * drive_power / omega,
        "attitude": helicopter.attitude_bandwidth,
        "turning": helicopter.rate_bandwidth,
        "velocity": helicopter.velocity_bandwidth,
        "position": helicopter.position_bandwidth,
        "tilt_limit": helicopter.tilt_limit_rad,
        "descent": helicopter.climb_speed,
        "camera_height": helicopter.camera_height,
        "scale_error": errors[0],
        "bias_east": errors[1],
        "bias_north": errors[2],
        "heading": math.radians(90.0 - heading),
        "rotor_radius": radius,
        "landing_height": landing_height,
        "step": 1.0 / helicopter.control_rate,
        "longest": longest,
        "acceleration": helicopter.acceleration,
    }
    return np.array([float(held[name]) for name in PARAMETERS])


@dataclass(frozen=True, eq=False)
class Loops:
    """The level loops of place, velocity and attitude about a hover, linear.

    poles : of the closed loops [rad/s], complex (6,)
    gain_margin : factor by which the attitude loop's gain may grow [-]
    phase_margin : of the attitude loop [deg]
    flow, push : of the closed loops, x' = flow x + push u with u the wind's push [m/s2]
    """

    poles: NDArray[np.complex128]
    gain_margin: float
    phase_margin: float
    flow: Array
    push: Array

    @property
    def stable(self) -> bool:
        """Whether every pole lies to the left."""
        return bool(np.all(self.poles.real < 0.0))

    @property
    def slowest(self) -> float:
        """Time in which the slowest motion falls by e [s]."""
        return float(-1.0 / self.poles.real.max())


def loops(helicopter: Helicopter, table: RotorTable, *, radius: float, gravity: float) -> Loops:
    """Poles and margins of the level loops at a hover.

    States: place, velocity, tilt, turning rate, servo's moment, integral of the velocity's error.
    """
    inertia = helicopter.inertia[1]
    damp = cyclic_moment(table, radius) / table.omega / inertia
    kp, kv = helicopter.position_bandwidth, helicopter.velocity_bandwidth
    ka, kr, lag = helicopter.attitude_bandwidth, helicopter.rate_bandwidth, helicopter.servo_time
    flow = np.zeros((6, 6))
    flow[0, 1] = 1.0
    flow[1, 2] = gravity
    flow[2, 3] = 1.0
    flow[3, 3], flow[3, 4] = -damp, 1.0
    # tilt asked for = (kv (-kp x - v) + integral)/g; moment asked for = kr (ka (tilt error) - rate)
    tilt = np.array([-kv * kp, -kv, 0.0, 0.0, 0.0, 1.0]) / gravity
    asked = kr * ka * tilt
    asked[2] -= kr * ka
    asked[3] -= kr
    flow[4] = asked / lag
    flow[4, 4] -= 1.0 / lag
    flow[5, 0], flow[5, 1] = -0.3 * kv * kv * kp, -0.3 * kv * kv
    push = np.array([0.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    w = np.logspace(-1, 3, 20_000)
    s = 1j * w
    opened = kr * (ka + s) / (s * (s + damp) * (1.0 + lag * s))
    size, phase = np.abs(opened), np.unwrap(np.angle(opened))
    cross = int(np.argmin(np.abs(size - 1.0)))
    turns = np.flatnonzero(phase <= -math.pi)
    gain = float(1.0 / size[turns[0]]) if turns.size else math.inf
    return Loops(
        poles=np.linalg.eigvals(flow).astype(np.complex128),
        gain_margin=gain,
        phase_margin=float(180.0 + math.degrees(phase[cross])),
        flow=flow,
        push=push,
    )
