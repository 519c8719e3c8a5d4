"""One flight of a helicopter: take-off, legs and landing of a rigid body under wind and gusts.

    flight = fly(FlightProfile.of(50, height=5, speed=2), rotorcraft=Rotorcraft(),
                 density=0.0155, temperature=243, wind=(3, -1), seed=7)
    flight.dataset()                    # the log: place, attitude, power, ...
    flight.touchdown_speed, flight.verdict

The craft knows its place only by its own estimates: velocity by visual odometry with an error of
scale and a slow one, carried by inertia below the height at which the camera is used; height by the
altimeter. So it lands off its goal, by `flight.miss`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.asked import number
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.physics.air import gravity as weight_of_air
from marsward.vehicles.flight_profile import FlightProfile
from marsward.vehicles.gusts import Gusts, day_gusts
from marsward.vehicles.helicopter import Helicopter
from marsward.vehicles.helicopter_control import flight_parameters
from marsward.vehicles.helicopter_power import HelicopterPower
from marsward.vehicles.kernels import helicopter as kernel
from marsward.vehicles.rotor_table import RotorTable, rotor_table
from marsward.vehicles.rotorcraft import Rotorcraft

__all__ = ["OUTCOMES", "HelicopterFlight", "fly"]

Array = NDArray[np.float64]
OUTCOMES = (
    "landed", "lost attitude", "never landed", "rotors slowed", "air too thin to fly",
)  # fmt: skip
"""Words for how a flight ended, by the number of the kernel."""
_LOG_STEPS = 10
_ERROR_TIME = 5.0  # s over which the estimate's slow error stays alike
_WAIT = 60.0  # s that a flight may take over what its profile tells

add_fields(
    FieldRow("flight_time", "s", "time since take-off", low=0.0),
    FieldRow("east", "m", "metres east of the take-off place"),
    FieldRow("north", "m", "metres north of the take-off place"),
    FieldRow("flight_height", "m", "height of the feet over the take-off place"),
    FieldRow("velocity_east", "m s-1", "velocity over ground to the east"),
    FieldRow("velocity_north", "m s-1", "velocity over ground to the north"),
    FieldRow("velocity_up", "m s-1", "velocity upward"),
    FieldRow("flight_roll", "degree", "roll, right side down"),
    FieldRow("flight_pitch", "degree", "pitch, nose up"),
    FieldRow("flight_heading", "degree", "of the nose, clockwise from north", low=0.0, high=360.0),
    FieldRow("flight_tilt", "degree", "of the rotors' axis from the vertical", low=0.0, high=180.0),
    FieldRow("collective", "degree", "mean collective pitch of the rotors"),
    FieldRow("rotor_speed", "rpm", "turns of the rotors", low=0.0),
    FieldRow("shaft_power", "W", "power at the rotors' shafts", low=0.0),
    FieldRow("electric_power", "W", "power from the battery", low=0.0),
    FieldRow("rotor_thrust", "N", "thrust of both rotors"),
    FieldRow("estimated_east", "m", "east of the take-off place, as the craft believes"),
    FieldRow("estimated_north", "m", "north of the take-off place, as the craft believes"),
    FieldRow("upward_wind", "m s-1", "vertical wind", "upward_air_velocity"),
)


@dataclass(frozen=True, eq=False)
class HelicopterFlight:
    """How a flight went.

    verdict : one of OUTCOMES
    duration : from take-off to touchdown [s]; distance : length of the track over ground [m]
    touchdown_speed : downward [m/s]; touchdown_drift : level [m/s]; touchdown_tilt : [deg]
    miss : landing place from the goal [m]; max_tilt : [deg]; max_height : [m]
    shaft_energy, energy : at the shafts and from the battery [Wh]; peak_power : from it [W]
    log : (rows, kernels.helicopter.COLUMNS)
    """

    profile: FlightProfile
    table: RotorTable
    verdict: str
    duration: float
    distance: float
    touchdown_speed: float
    touchdown_drift: float
    touchdown_tilt: float
    miss: float
    max_tilt: float
    max_height: float
    shaft_energy: float
    energy: float
    peak_power: float
    power: HelicopterPower
    log: Array

    @property
    def landed(self) -> bool:
        """Whether it came down on its feet."""
        return self.verdict == OUTCOMES[0]

    def dataset(self) -> xr.Dataset:
        """The log on dim `flight_time`, angles in degrees."""
        rows = dict(zip(kernel.COLUMNS, self.log.T, strict=True))
        degrees = {
            "flight_roll": rows["roll"], "flight_pitch": rows["pitch"],
            "flight_heading": np.mod(rows["heading"], 2.0 * np.pi), "flight_tilt": rows["tilt"],
            "collective": rows["collective"],
        }  # fmt: skip
        plain = {
            "east": rows["east"], "north": rows["north"], "flight_height": rows["up"],
            "velocity_east": rows["velocity_east"], "velocity_north": rows["velocity_north"],
            "velocity_up": rows["velocity_up"],
            "rotor_speed": rows["rotor_speed"] * 30.0 / np.pi,
            "shaft_power": rows["shaft_power"],
            "electric_power": self.power.electric_power(rows["shaft_power"]),
            "rotor_thrust": rows["thrust"], "estimated_east": rows["estimated_east"],
            "estimated_north": rows["estimated_north"], "eastward_wind": rows["wind_east"],
            "northward_wind": rows["wind_north"], "upward_wind": rows["wind_up"],
        }  # fmt: skip
        held = {name: np.degrees(angle) for name, angle in degrees.items()} | plain
        out = xr.Dataset(
            {name: field(name, values, "flight_time") for name, values in held.items()},
            coords={"flight_time": field("flight_time", rows["time"], "flight_time")},
        )
        told = (
            "verdict", "duration", "distance", "touchdown_speed", "touchdown_drift",
            "touchdown_tilt", "miss", "max_tilt", "max_height", "energy", "peak_power",
        )  # fmt: skip
        return out.assign_attrs({name: getattr(self, name) for name in told})


def fly(
    profile: FlightProfile,
    *,
    rotorcraft: Rotorcraft,
    density: float,
    temperature: float,
    rpm: float | None = None,
    wind: tuple[float, float] = (0.0, 0.0),
    gusts: Gusts | None = None,
    seed: int | None = 0,
    helicopter: Helicopter | None = None,
    power: HelicopterPower | None = None,
    gravity: float | None = None,
    landing_height: float = 0.0,
    table: RotorTable | None = None,
) -> HelicopterFlight:
    """Fly a profile from the ground to the ground.

    Parameters
    ----------
    rotorcraft : `vehicles.rotorcraft.Rotorcraft`, whose rotors carry the craft
    density, temperature : of the air [kg/m3], [K]; rpm : of the rotors, the rotorcraft's if None
    wind : mean, to the east and to the north, at every height of the flight [m/s]
    gusts : of the day's boundary layer in that wind if None
    seed : of gusts and of the estimator's errors; None for none of either
    gravity : [m/s2]; that at the areoid if None
    landing_height : of the ground at the landing place over that at take-off [m]
    table : of the rotors, if it was made before; else it is made here

    Raises
    ------
    InputError : winds or air that are none; PhysicsError : air too thin to carry the craft.
    """
    body, supply = helicopter or Helicopter(), power or HelicopterPower()
    fall = float(weight_of_air(0.0)) if gravity is None else number(gravity, "gravity", "m/s2")
    east, north = number(wind[0], "wind to the east", "m/s"), number(wind[1], "wind", "m/s")
    if not math.hypot(east, north) < 60.0:
        raise InputError(f"a wind of {math.hypot(east, north):g} m/s is none that is flown in")
    if not landing_height < profile.height - 0.3:
        raise InputError(
            f"the landing place lies {landing_height:g} m over the take-off place, at or above the "
            f"flight's height of {profile.height:g} m; fly higher"
        )
    rotor = table or rotor_table(
        rotorcraft, density=density, temperature=temperature,
        rpm=float(rotorcraft.rpm) if rpm is None else number(rpm, "rpm"), weight=body.mass * fall,
    )  # fmt: skip
    reference = profile.reference(body)
    step = 1.0 / body.control_rate
    longest = reference.shape[0] * step + profile.height / body.climb_speed + _WAIT
    air = _winds((east, north), gusts, profile, longest, step, seed)
    noise, errors = _errors(body, reference.shape[0], step, seed)
    row = flight_parameters(
        body, rotor, radius=float(rotorcraft.radius), solidity=float(rotorcraft.solidity),
        gravity=fall, heading=profile.heading,
        drive_power=supply.peak_power * supply.drive_efficiency,
        landing_height=float(landing_height), errors=errors, longest=longest,
    )  # fmt: skip
    log, out = kernel.fly(
        reference, air, noise, row, rotor.collective, rotor.along, rotor.across, rotor.values,
        _LOG_STEPS,
    )  # fmt: skip
    return _told(profile, rotor, supply, log, out, reference[-1, :2])


def _told(
    profile: FlightProfile, rotor: RotorTable, supply: HelicopterPower, log: Array, out: Array,
    goal: Array,
) -> HelicopterFlight:  # fmt: skip
    seconds = float(out[1])
    shaft = float(out[5]) / 3600.0
    return HelicopterFlight(
        profile=profile, table=rotor, verdict=OUTCOMES[int(out[0])], duration=seconds,
        distance=float(out[7]), touchdown_speed=float(out[2]), touchdown_drift=float(out[3]),
        touchdown_tilt=math.degrees(out[4]),
        miss=float(math.hypot(log[-1, 1] - goal[0], log[-1, 2] - goal[1])),
        max_tilt=math.degrees(out[6]), max_height=float(out[9]), shaft_energy=shaft,
        energy=shaft / supply.drive_efficiency + supply.avionics_power * seconds / 3600.0,
        peak_power=float(supply.electric_power(out[8])), power=supply, log=log,
    )  # fmt: skip


def _winds(
    wind: tuple[float, float], gusts: Gusts | None, profile: FlightProfile,
    longest: float, step: float, seed: int | None,
) -> Array:  # fmt: skip
    """Wind east, north and up at every step (n, 3)."""
    mean = math.hypot(*wind)
    blow = gusts or day_gusts(mean, height=profile.height)
    speed = math.hypot(mean, 0.5 * profile.speed if profile.waypoints else 0.0)
    air = blow.series(longest, step, speed, seed)
    course = math.atan2(wind[1], wind[0]) if mean > 0.0 else 0.0
    along, across = air[:, 0].copy(), air[:, 1].copy()
    air[:, 0] = wind[0] + along * math.cos(course) - across * math.sin(course)
    air[:, 1] = wind[1] + along * math.sin(course) + across * math.cos(course)
    return np.ascontiguousarray(air)


def _errors(
    body: Helicopter, count: int, step: float, seed: int | None
) -> tuple[Array, tuple[float, float, float]]:
    """Slow errors of the estimated velocity (n, 2) [m/s], and those that last the whole flight."""
    if seed is None:
        return np.zeros((1, 2)), (0.0, 0.0, 0.0)
    draw = np.random.default_rng([seed, 1])
    slow = Gusts(1.0, 0.0, _ERROR_TIME, 1.0)
    first = int(draw.integers(2**31))
    noise = np.column_stack(
        [slow.series(count * step, step, 1.0, first + i)[:, 0] for i in range(2)]
    )
    scale = body.odometry_error * float(draw.standard_normal())
    bias = body.accelerometer_bias * draw.standard_normal(2)
    return np.ascontiguousarray(noise * body.velocity_noise), (
        scale, float(bias[0]), float(bias[1]),
    )  # fmt: skip
