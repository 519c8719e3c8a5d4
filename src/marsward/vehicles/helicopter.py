"""A helicopter's body, servos, limits and estimator: what its flight needs beside the rotors.

Defaults are those of Ingenuity. Moments of inertia are summed from published dimensions and masses
of parts of which only some are published, and so marked: fuselage of 0.163 by 0.195 by 0.136 m with
1.15 kg, mast with motors 0.25 kg over 0.30 m, four blades of 0.035 kg, panel 0.05 kg, four legs of
0.05 kg out to 0.25 m; the spinning blades count with half their polar moment about level axes.
"""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import field_validator

from marsward.core.part import Part, value
from marsward.core.quantity import QuantityRule

__all__ = ["Helicopter"]

_STATUS = "NASA Mars Helicopter status 298, 2021: what was learnt of flight control"
_GRIP = "Grip et al. 2019, doi:10.2514/6.2019-1289, tells of the loops; the figure is a choice"
_SIZES = "sum over parts of published size, see the module"


class Helicopter(Part):
    """Body, servos, control limits and state estimator of a coaxial helicopter."""

    name: str = value("ingenuity", description="name of the helicopter")
    mass: Annotated[float, QuantityRule("kg", gt=0.1, lt=100.0)] = value(
        "1.8 kg", unit="kg", origin="published", ref="NASA/JPL Mars Helicopter fact sheet, 2020",
        description="take-off mass",
    )  # fmt: skip
    inertia: tuple[float, float, float] = value(
        (0.032, 0.032, 0.016), unit="1", origin="derived", ref=_SIZES,
        description="moments about the body's axes, forward, left and up [kg m2]",
    )  # fmt: skip
    rotor_inertia: float = value(
        0.0085, unit="1", origin="derived", ref="two blades of 0.035 kg over 1.21 m",
        description="of one rotor about its axis [kg m2]", gt=0.0,
    )  # fmt: skip
    hub_height: Annotated[float, QuantityRule("m", gt=0.0, lt=5.0)] = value(
        "0.16 m", unit="m", origin="derived", ref="height of 0.49 m and spacing of 0.099 m",
        description="middle of the rotors over the centre of mass",
    )  # fmt: skip
    leg_height: Annotated[float, QuantityRule("m", gt=0.0, lt=5.0)] = value(
        "0.22 m", unit="m", origin="derived", ref="height of 0.49 m, fuselage 0.13 m over ground",
        description="centre of mass over the feet",
    )  # fmt: skip
    drag_area: Annotated[float, QuantityRule("m2", ge=0.0, lt=10.0)] = value(
        "0.06 m2", unit="m2", origin="derived",
        ref="drag coefficient 1 on fuselage, legs and the panel's edge",
        description="drag area of body and legs, from any side",
    )  # fmt: skip
    servo_time: Annotated[float, QuantityRule("s", gt=1e-3, lt=1.0)] = value(
        "0.02 s", unit="s", ref="of the order of small digital servos",
        description="lag of swashplate servos",
    )  # fmt: skip
    cyclic_limit: Annotated[float, QuantityRule("deg", gt=0.0, le=30.0)] = value(
        "10 deg", unit="deg",
        ref="Balaram et al. 2018, doi:10.2514/6.2018-0023 (from memory)",
        description="greatest cyclic pitch",
    )  # fmt: skip
    control_rate: Annotated[float, QuantityRule("Hz", ge=50.0, le=2000.0)] = value(
        "500 Hz", unit="Hz",
        ref="Grip et al. 2019, doi:10.2514/6.2019-1289 (from memory)",
        description="rate of the control loops",
    )  # fmt: skip
    attitude_bandwidth: float = value(
        6.0, unit="1", ref=_GRIP, description="of the attitude loop [rad/s]", gt=0.0, le=30.0
    )
    rate_bandwidth: float = value(
        18.0, unit="1", ref=_GRIP, description="of the loop of turning rates [rad/s]", gt=0.0,
        le=60.0,
    )  # fmt: skip
    velocity_bandwidth: float = value(
        1.5, unit="1", ref=_GRIP, description="of the velocity loop [rad/s]", gt=0.0, le=10.0
    )
    position_bandwidth: float = value(
        0.5, unit="1", ref=_GRIP, description="of the position loop [rad/s]", gt=0.0, le=5.0
    )
    tilt_limit: Annotated[float, QuantityRule("deg", gt=1.0, le=45.0)] = value(
        "20 deg", unit="deg", ref="a choice; flight 6 saw more than 20 degrees of roll and pitch",
        description="greatest tilt that the controller asks for",
    )  # fmt: skip
    climb_speed: Annotated[float, QuantityRule("m/s", gt=0.1, le=10.0)] = value(
        "1 m/s", unit="m/s", origin="published", ref=_STATUS,
        description="speed of climb and descent",
    )  # fmt: skip
    acceleration: Annotated[float, QuantityRule("m/s2", gt=0.05, le=5.0)] = value(
        "1 m/s2", unit="m/s2", origin="derived",
        ref="durations of flights 3, 68 and 69, out and back, NASA/JPL flight table",
        description="at which legs are begun and ended",
    )  # fmt: skip
    settle_time: Annotated[float, QuantityRule("s", ge=0.0, le=60.0)] = value(
        "4 s", unit="s", origin="derived",
        ref="shortest flights of one leg (7, 8, 15, 25, 29, 31 to 33), NASA/JPL flight table",
        description="hover after the climb and after each leg",
    )  # fmt: skip
    top_speed: Annotated[float, QuantityRule("m/s", gt=0.5, le=60.0)] = value(
        "10 m/s", unit="m/s", origin="published", ref="NASA/JPL flight table, flights 62, 68, 69",
        description="greatest speed over ground",
    )  # fmt: skip
    odometry_error: float = value(
        0.015, unit="1", ref="flights landed some metres off after hundreds; a choice",
        description="standard deviation of the scale of visual odometry [-]", ge=0.0, le=0.3,
    )  # fmt: skip
    velocity_noise: Annotated[float, QuantityRule("m/s", ge=0.0, le=2.0)] = value(
        "0.05 m/s", unit="m/s", ref="a choice",
        description="slow error of the velocity estimate, over 5 s",
    )  # fmt: skip
    camera_height: Annotated[float, QuantityRule("m", ge=0.0, le=50.0)] = value(
        "1 m", unit="m", origin="published", ref=_STATUS,
        description="below which the camera is not used and velocity is carried by inertia",
    )  # fmt: skip
    accelerometer_bias: Annotated[float, QuantityRule("m/s2", ge=0.0, le=1.0)] = value(
        "0.02 m/s2", unit="m/s2", ref="of the order of a mobile phone's sensor, calibrated",
        description="standard deviation of the accelerometers' bias",
    )  # fmt: skip

    @field_validator("inertia")
    @classmethod
    def _turns(cls, inertia: tuple[float, float, float]) -> tuple[float, float, float]:
        if not min(inertia) > 0.0:
            raise ValueError(f"inertia is {inertia} kg m2, but each moment must be above zero")
        return inertia

    @property
    def tilt_limit_rad(self) -> float:
        """Greatest tilt that the controller asks for [rad]."""
        return math.radians(self.tilt_limit)

    @property
    def cyclic_limit_rad(self) -> float:
        """Greatest cyclic pitch [rad]."""
        return math.radians(self.cyclic_limit)
