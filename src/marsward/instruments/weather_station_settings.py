"""What a weather station is set to: its sensors, their noise, and when they are read.

`…_noise` is the standard deviation of one sample, new in every sample. `…_bias` is that of a
calibration error, drawn once for a campaign. Values are told in steps of `…_resolution`, and none
is told beyond `…_low` and `…_high`. A sensor that is not named in `sensors` is not there.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, ClassVar

from pydantic import model_validator

from marsward.core.part import value
from marsward.core.preset_files import Preset, PresetFiles
from marsward.core.preset_part import PresetPart
from marsward.core.quantity import QuantityRule

__all__ = ["SENSORS", "WeatherStationSettings"]

SENSORS = ("pressure", "air", "ground", "wind", "humidity")
"""Sensors that a station may have."""
_CHOICE = "a choice: a small station of today"
_FILES = PresetFiles("weather station", "weather-station", parts="")

Pressure = Annotated[float, QuantityRule("Pa", ge=0.0)]
Warmth = Annotated[float, QuantityRule("K", ge=0.0)]
Speed = Annotated[float, QuantityRule("m/s", ge=0.0)]
Angle = Annotated[float, QuantityRule("rad", ge=0.0)]
Height = Annotated[float, QuantityRule("m", gt=0.0, le=100.0)]
Span = Annotated[float, QuantityRule("s", gt=0.0)]


@cache
def _names() -> tuple[str, ...]:
    return _FILES.names()


@cache
def _preset(name: str) -> Preset:
    return _FILES.read(name)


def _noise(default: str, unit: str, what: str) -> float:
    return value(default, unit=unit, ref=_CHOICE, description=f"{what} of one sample (1 sigma)")


class WeatherStationSettings(PresetPart):
    """What a weather station is set to, each value with its source."""

    pieces: ClassVar[str] = ""

    preset: str | None = value(
        None,
        ref="the preset of the station's name, where there is one",
        description="a station that has flown, whose values hold where none are given here",
    )
    name: str = value("weather-station", description="name of the instrument")
    sensors: tuple[str, ...] = value(
        ("pressure", "air", "ground", "wind"), ref=_CHOICE, description="which sensors it has"
    )
    sample_every: Span = value("1 s", unit="s", ref=_CHOICE, description="time between two samples")
    session: Span = value(
        "5 min", unit="s", ref=_CHOICE, description="how long the sensors are read at a time"
    )
    session_every: Span = value(
        "60 min", unit="s", ref=_CHOICE, description="time from one session's start to the next"
    )
    lost: float = value(
        0.0, unit="1", ref=_CHOICE, ge=0.0, lt=1.0,
        description="share of sessions of which nothing comes down",
    )  # fmt: skip

    pressure_noise: Pressure = _noise("0.2 Pa", "Pa", "noise of the pressure")
    pressure_resolution: Pressure = value(
        "0.2 Pa", unit="Pa", ref=_CHOICE, description="step in which pressure is told"
    )
    pressure_bias: Pressure = value(
        "5 Pa", unit="Pa", ref=_CHOICE, description="calibration error of the pressure (1 sigma)"
    )
    pressure_low: Pressure = value("1 Pa", unit="Pa", ref=_CHOICE, description="lowest pressure")
    pressure_high: Pressure = value(
        "1200 Pa", unit="Pa", ref=_CHOICE, description="highest pressure"
    )

    air_heights: tuple[Height, ...] = value(
        ("1.5 m",), unit="m", ref=_CHOICE,
        description="heights above the ground of the thermometers in the air",
    )  # fmt: skip
    air_noise: Warmth = _noise("0.2 K", "K", "noise of the air's temperature")
    air_resolution: Warmth = value(
        "0.1 K", unit="K", ref=_CHOICE, description="step in which air temperature is told"
    )
    air_bias: Warmth = value(
        "1 K", unit="K", ref=_CHOICE, description="calibration error of a thermometer (1 sigma)"
    )
    air_low: Warmth = value("140 K", unit="K", ref=_CHOICE, description="lowest air temperature")
    air_high: Warmth = value("330 K", unit="K", ref=_CHOICE, description="highest air temperature")

    ground_noise: Warmth = _noise("1 K", "K", "noise of the ground's temperature")
    ground_resolution: Warmth = value(
        "0.1 K", unit="K", ref=_CHOICE, description="step in which ground temperature is told"
    )
    ground_bias: Warmth = value(
        "2 K", unit="K", ref=_CHOICE,
        description="calibration error of the infrared thermometer (1 sigma)",
    )  # fmt: skip
    ground_low: Warmth = value(
        "150 K", unit="K", ref=_CHOICE, description="lowest ground temperature"
    )
    ground_high: Warmth = value(
        "320 K", unit="K", ref=_CHOICE, description="highest ground temperature"
    )

    wind_height: Height = value(
        "1.5 m", unit="m", ref=_CHOICE, description="height of the anemometer above the ground"
    )
    wind_noise: Speed = _noise("0.5 m/s", "m/s", "noise of each horizontal component of the wind")
    wind_resolution: Speed = value(
        "0.1 m/s", unit="m/s", ref=_CHOICE, description="step in which the wind's speed is told"
    )
    wind_gain_error: float = value(
        0.1, unit="1", ref=_CHOICE, ge=0.0, le=1.0,
        description="relative calibration error of the wind's speed (1 sigma)",
    )  # fmt: skip
    wind_turn_error: Angle = value(
        "5 deg", unit="rad", ref=_CHOICE,
        description="error of the anemometer's orientation (1 sigma)",
    )  # fmt: skip
    wind_low: Speed = value(
        "0 m/s", unit="m/s", ref=_CHOICE, description="speed below which no direction is told"
    )
    wind_high: Speed = value("60 m/s", unit="m/s", ref=_CHOICE, description="highest wind speed")

    humidity_noise: float = value(
        0.01, unit="1", ref=_CHOICE, ge=0.0, le=1.0,
        description="noise of the relative humidity of one sample (1 sigma)",
    )  # fmt: skip
    humidity_resolution: float = value(
        0.01, unit="1", ref=_CHOICE, ge=0.0, le=1.0,
        description="step in which relative humidity is told",
    )  # fmt: skip
    humidity_bias: float = value(
        0.05, unit="1", ref=_CHOICE, ge=0.0, le=1.0,
        description="calibration error of the relative humidity (1 sigma)",
    )  # fmt: skip

    @classmethod
    def preset_names(cls) -> tuple[str, ...]:
        """Names of all presets, sorted."""
        return _names()

    @classmethod
    def preset_of(cls, name: str) -> Preset:
        """One preset; InputError with the nearest name when there is none."""
        return _preset(name)

    @model_validator(mode="after")
    def _check(self) -> WeatherStationSettings:
        unknown = [name for name in self.sensors if name not in SENSORS]
        if unknown or not self.sensors:
            raise ValueError(f"sensors must be among {', '.join(SENSORS)}, not {unknown}")
        if len(set(self.sensors)) < len(self.sensors):
            raise ValueError(f"a sensor is named twice: {', '.join(self.sensors)}")
        if self.session > self.session_every:
            raise ValueError("a session must end before the next begins: session <= session_every")
        if self.sample_every > self.session:
            raise ValueError("a session must hold a sample: sample_every <= session")
        for kind in ("pressure", "air", "ground", "wind"):
            if not getattr(self, f"{kind}_low") < getattr(self, f"{kind}_high"):
                raise ValueError(f"{kind}_low must be below {kind}_high")
        if not self.air_heights:
            raise ValueError('air_heights must name a height, such as ["1.5 m"]')
        return self

    @property
    def samples(self) -> int:
        """Samples in a session."""
        return max(1, int(self.session / self.sample_every + 1e-9))
