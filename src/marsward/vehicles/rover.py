"""A rover on wheels: its size, speeds, limits, power of driving and how well it knows its place.

Values of rovers that drive on Mars stand in `presets/rover/`, each with where it is from.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import model_validator

from marsward.core.part import value
from marsward.core.preset_files import PresetFiles
from marsward.core.preset_part import PresetPart
from marsward.core.quantity import QuantityRule
from marsward.physics.wheel_soil import MARS_GRAVITY, SOILS, SlipTable, Soil, Wheel, slip_table

__all__ = ["Rover"]

_FILES = PresetFiles("rover", "rover", room="marsward.vehicles")
_CHOICE = "a choice: of the order of a rover of some hundred kilograms"
_MAIMONE = "Maimone et al. 2007, doi:10.1002/rob.20184"
_ALI = (
    "Ali et al. 2005, doi:10.1109/ICSMC.2005.1571116, tells of the sensors; the figure is a choice"
)

_LENGTH = QuantityRule("m", gt=0.0, lt=20.0)
_SPEED = QuantityRule("m/s", gt=0.0, le=5.0)
_ANGLE = QuantityRule("deg", gt=0.0, lt=60.0)


class Rover(PresetPart):
    """A rover with six wheels or so, on rockers and bogies, each value with its source."""

    kind: ClassVar[str] = "rover"
    pieces: ClassVar[str] = ""
    files: ClassVar[PresetFiles | None] = _FILES

    preset: str | None = value(
        None, ref="the preset of the rover's name, where there is one",
        description="a rover that has driven, whose values hold where none are given here",
    )  # fmt: skip
    name: str = value("rover", description="name of the rover")
    mass: Annotated[float, QuantityRule("kg", gt=0.1, le=1e5)] = value(
        "240 kg", unit="kg", ref=_CHOICE, description="mass on the wheels"
    )
    wheels: int = value(6, ref=_CHOICE, description="number of driven wheels", ge=3, le=20)
    wheel_radius: Annotated[float, _LENGTH] = value(
        "0.15 m", unit="m", ref=_CHOICE, description="radius of a wheel's rim"
    )
    wheel_width: Annotated[float, _LENGTH] = value(
        "0.2 m", unit="m", ref=_CHOICE, description="width of a wheel"
    )
    wheel_base: Annotated[float, _LENGTH] = value(
        "1.3 m", unit="m", ref=_CHOICE, description="from the foremost to the hindmost axle"
    )
    bogie_share: float = value(
        0.5, ref="a choice: the middle axle halfway", gt=0.1, lt=0.9,
        description="place of the middle axle, as a share of the wheel base from the rear",
    )  # fmt: skip
    track: Annotated[float, _LENGTH] = value(
        "1.1 m", unit="m", ref=_CHOICE, description="between the middles of left and right wheels"
    )
    belly_clearance: Annotated[float, _LENGTH] = value(
        "0.3 m", unit="m", ref=_CHOICE, description="belly over level ground"
    )
    speed: Annotated[float, _SPEED] = value(
        "200 m/h", unit="m/s", ref=_CHOICE, description="of the wheels' rims, driving as told"
    )
    autonomous_speed: Annotated[float, _SPEED] = value(
        "40 m/h", unit="m/s", ref=_CHOICE,
        description="of the way, finding its own path, halts to look included",
    )  # fmt: skip
    max_obstacle: Annotated[float, _LENGTH] = value(
        "0.3 m", unit="m", ref=_CHOICE, description="highest step that it climbs"
    )
    max_slope: Annotated[float, _ANGLE] = value(
        "20 deg", unit="deg", ref=_CHOICE, description="steepest slope that it is sent up"
    )
    max_tilt: Annotated[float, _ANGLE] = value(
        "25 deg", unit="deg", ref=_CHOICE, description="greatest tilt of the body, any direction"
    )
    slip_limit: float = value(
        0.6, ref="a choice; Opportunity stopped at 0.4 (MER update, sol 603)", gt=0.05, le=0.95,
        description="slip at which a drive is stopped",
    )  # fmt: skip
    drive_efficiency: float = value(
        0.35, ref="a choice: motor, high reduction and cold grease", gt=0.01, le=1.0,
        description="work of the wheels over electric energy",
    )  # fmt: skip
    drive_base_power: Annotated[float, QuantityRule("W", ge=0.0, le=5e3)] = value(
        "40 W", unit="W", ref=_CHOICE,
        description="of computer, cameras, motor electronics and steering while it drives",
    )  # fmt: skip
    soil: str = value("cloddy", ref="a choice", description="soil under its wheels, by name")
    gravity: Annotated[float, QuantityRule("m/s2", gt=0.1, le=30.0)] = value(
        f"{MARS_GRAVITY} m/s2", unit="m/s2", origin="published", ref="mean gravity of Mars",
        description="gravity on the ground",
    )  # fmt: skip
    wheel_odometry: float = value(
        0.03, ref="a choice: slip that is not known beforehand; Opportunity was 21 % "
        "off within a crater (Li et al. 2008)", gt=0.0, le=1.0,
        description="error of wheel odometry over distance, one sigma, beside slip",
    )  # fmt: skip
    visual_odometry: float = value(
        0.01, ref=_MAIMONE + ", tells of the method; the figure is a choice", gt=0.0, le=1.0,
        description="error of visual odometry over distance, one sigma",
    )  # fmt: skip
    visual_success: float = value(
        0.96, origin="published", ref=_MAIMONE + ": 97 % on Spirit, 95 % on Opportunity",
        description="share of steps on which visual odometry finds an answer", ge=0.0, le=1.0,
    )  # fmt: skip
    visual_step: Annotated[float, _LENGTH] = value(
        "0.6 m", unit="m", ref="a choice: images that overlap enough", description="between images"
    )
    heading_error: Annotated[float, _ANGLE] = value(
        "1 deg", unit="deg", ref=_ALI, description="heading from the Sun, one sigma"
    )
    heading_drift: Annotated[float, QuantityRule("deg", ge=0.0, lt=60.0)] = value(
        "0.5 deg", unit="deg", ref=_ALI, description="random walk of the gyros over an hour"
    )
    fix_error: Annotated[float, _LENGTH] = value(
        "1 m", unit="m", ref="a choice: some pixels of orbital images",
        description="place found in orbital images, one sigma in each direction",
    )  # fmt: skip

    @model_validator(mode="after")
    def _check(self) -> Rover:
        if self.soil not in SOILS:
            raise ValueError(f"soil {self.soil!r} is none of {', '.join(SOILS)}")
        if self.max_slope > self.max_tilt:
            raise ValueError("max_slope is above max_tilt: lower the one or raise the other")
        return self

    @property
    def wheel(self) -> Wheel:
        """Its wheels."""
        return Wheel(self.wheel_radius, self.wheel_width, self.wheels)

    @property
    def load(self) -> float:
        """Weight on each wheel on level ground [N]."""
        return self.mass * self.gravity / self.wheels

    def slip_table(self, soil: Soil | str | None = None, *, seed: int = 0, draws: int = 16,
                   workers: int = 2) -> SlipTable:  # fmt: skip
        """Slip and work of its wheels over slopes, on its own soil or another."""
        return slip_table(
            self.soil if soil is None else soil, self.wheel, self.load, gravity=self.gravity,
            seed=seed, draws=draws, workers=workers,
        )  # fmt: skip
