"""What brings a lander down under its parachute and after it: shields, radar, engines, legs."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import model_validator

from marsward.core.errors import InputError
from marsward.core.part import value
from marsward.core.preset_files import PresetFiles
from marsward.core.preset_part import PresetPart
from marsward.core.quantity import QuantityRule

__all__ = ["DescentStage"]

Mass = Annotated[float, QuantityRule("kg", ge=0.0)]
Length = Annotated[float, QuantityRule("m", ge=0.0)]
Area = Annotated[float, QuantityRule("m2", ge=0.0)]
Speed = Annotated[float, QuantityRule("m/s", ge=0.0)]
Span = Annotated[float, QuantityRule("s", ge=0.0)]
Force = Annotated[float, QuantityRule("N", gt=0.0)]
Angle = Annotated[float, QuantityRule("rad", ge=0.0, lt=1.5)]
_FILES = PresetFiles("descent stage", "descent-stage", parts="", room="marsward.vehicles")
_CHOICE = "a choice: a lander of about a tonne"


class DescentStage(PresetPart):
    """Shields, radar altimeter, engines and landing gear of a lander, each value with its source.

    Heights are over the ground. `gear` is "legs" for a lander that stands on its own, "skycrane"
    for a stage that sets a rover down on its bridle and flies away.
    """

    kind: ClassVar[str] = "descent-stage"
    pieces: ClassVar[str] = ""
    files: ClassVar[PresetFiles | None] = _FILES

    preset: str | None = value(
        None, ref="the preset of the stage's name, where there is one",
        description="a stage that has flown, whose values hold where none are given here",
    )  # fmt: skip
    name: str = value("descent-stage", description="name of the stage")
    gear: Literal["legs", "skycrane"] = value(
        "legs", ref=_CHOICE, description="what touches the ground: its legs or a rover on a bridle"
    )
    # what falls away under the parachute
    shield_mass: Mass = value("150 kg", unit="kg", ref=_CHOICE, description="heat shield")
    ballast_mass: Mass = value(
        "0 kg", unit="kg", ref=_CHOICE, description="balance masses let go before the parachute"
    )
    capsule_drag: float = value(
        1.45, unit="1", gt=0.0, le=3.0, ref="70 degree cone between Mach 0.5 and 2, a choice",
        description="drag coefficient of the capsule under the canopy",
    )  # fmt: skip
    shell_drag: float = value(
        1.1, unit="1", gt=0.0, le=3.0, ref="an open bowl with its lander, a choice",
        description="drag coefficient of the backshell with the lander, heat shield gone",
    )  # fmt: skip
    shield_fall_drag: float = value(
        1.2, unit="1", gt=0.0, le=3.0, ref="a bowl at low speed, a choice",
        description="drag coefficient of the falling heat shield",
    )  # fmt: skip
    shield_mach: float = value(
        0.8, unit="1", gt=0.0, le=2.0, ref=_CHOICE,
        description="Mach number below which the heat shield may part",
    )  # fmt: skip
    shield_after: Span = value(
        "20 s", unit="s", ref=_CHOICE,
        description="from the chute's trigger to the heat shield's parting, at least",
    )  # fmt: skip
    shell_mass: Mass = value(
        "200 kg", unit="kg", ref=_CHOICE, description="backshell with the parachute"
    )
    shell_height: Length = value(
        "1.2 km", unit="m", ref=_CHOICE, description="height at which the backshell parts"
    )
    shell_speed: Speed = value(
        "130 m/s", unit="m/s", ref=_CHOICE, description="speed below which it may part there"
    )
    shell_lowest: Length = value(
        "600 m", unit="m", ref=_CHOICE, description="height at which it parts at any speed"
    )
    # radar
    radar_range: Length = value(
        "8 km", unit="m", ref=_CHOICE, description="range within which the radar sees the ground"
    )
    radar_after: Span = value(
        "3 s", unit="s", ref=_CHOICE, description="from the heat shield's parting to first readings"
    )
    radar_noise: float = value(
        0.01, unit="1", ge=0.0, le=0.5, ref=_CHOICE, description="noise over range (1 sigma)"
    )
    radar_floor: Length = value(
        "0.1 m", unit="m", ref=_CHOICE, description="least noise of a reading (1 sigma)"
    )
    # engines
    thrust_low: Force = value("1500 N", unit="N", ref=_CHOICE, description="least thrust")
    thrust_high: Force = value("7500 N", unit="N", ref=_CHOICE, description="most thrust")
    thrust_rate: Annotated[float, QuantityRule("N/s", gt=0.0)] = value(
        "5 kN/s", unit="N/s", ref=_CHOICE, description="how fast the thrust can change"
    )
    specific_impulse: Span = value(
        "290 s", unit="s", ref=_CHOICE, description="specific impulse along the craft's axis"
    )
    propellant: Mass = value(
        "180 kg", unit="kg", ref=_CHOICE, description="propellant when the backshell parts"
    )
    tilt: Angle = value("40 deg", unit="rad", ref=_CHOICE, description="most tilt under power")
    turn_rate: Annotated[float, QuantityRule("rad/s", gt=0.0)] = value(
        "20 deg/s", unit="rad/s", ref=_CHOICE, description="how fast the craft turns"
    )
    body_area: Area = value(
        "6 m2", unit="m2", ref=_CHOICE, description="drag coefficient times area of the bare craft"
    )
    drop_time: Span = value(
        "1 s", unit="s", ref=_CHOICE, description="free fall from the backshell's parting to thrust"
    )
    law: Literal["quartic", "zem-zev"] = value(
        "quartic", ref="Klumpp 1974, doi:10.1016/0005-1098(74)90019-3; the cubic of least energy: "
        "Guo, Hawkins & Wie 2013, doi:10.2514/1.58099",
        description="polynomial of the guidance to each gate",
    )  # fmt: skip
    glide_slope: Annotated[float, QuantityRule("rad", ge=0.0, lt=1.5)] = value(
        "10 deg", unit="rad", ref=_CHOICE, description="least height by distance to the gate"
    )
    # the way down
    divert: Length = value(
        "100 m", unit="m", ref=_CHOICE, description="least way to the side, off the backshell"
    )
    map_reach: Length = value(
        "0 m", unit="m", ref=_CHOICE,
        description="how far it flies to a place chosen on a map aboard; 0 for no map",
    )  # fmt: skip
    map_error: Length = value(
        "40 m", unit="m", ref=_CHOICE,
        description="error of its place on that map in each direction (1 sigma)",
    )  # fmt: skip
    gate_height: Length = value(
        "100 m", unit="m", ref=_CHOICE, description="height of hover, or where the last fall begins"
    )
    gate_speed: Speed = value(
        "0 m/s", unit="m/s", ref=_CHOICE, description="speed down at that height"
    )
    hover_time: Span = value("8 s", unit="s", ref=_CHOICE, description="time of hover")
    hazard_reach: Length = value(
        "30 m", unit="m", ref=_CHOICE,
        description="how far it goes from hover to a safer place; 0 for no look",
    )  # fmt: skip
    low_height: Length = value(
        "20 m", unit="m", ref=_CHOICE, description="height where the last slow descent begins"
    )
    final_speed: Speed = value(
        "1.5 m/s", unit="m/s", ref=_CHOICE, description="speed of that descent"
    )
    cut_height: Length = value(
        "0.3 m", unit="m", ref=_CHOICE, description="height at which legged landers stop engines"
    )
    bridle: Length = value(
        "0 m", unit="m", ref=_CHOICE, description="length from stage to rover's wheels"
    )
    # the ground it bears
    footprint: Length = value(
        "4 m", unit="m", ref=_CHOICE, description="diameter of what stands on the ground"
    )
    most_slope: Angle = value(
        "10 deg", unit="rad", ref=_CHOICE, description="slope on which it stands safely"
    )
    most_step: Length = value(
        "0.3 m", unit="m", ref=_CHOICE, description="rock or hole that it bears under itself"
    )
    most_touch_speed: Speed = value(
        "4 m/s", unit="m/s", ref=_CHOICE, description="speed down that it bears at contact"
    )
    most_slide: Speed = value(
        "1.5 m/s", unit="m/s", ref=_CHOICE, description="speed along the ground that it bears"
    )

    @model_validator(mode="after")
    def _fits(self) -> DescentStage:
        if self.thrust_low >= self.thrust_high:
            raise InputError(
                f"thrust_low is {self.thrust_low:g} N, but must be below thrust_high, "
                f"{self.thrust_high:g} N"
            )
        if self.low_height > self.gate_height or self.gate_height >= self.shell_height:
            raise InputError(
                "heights fall in the order shell_height, gate_height, low_height; they are "
                f"{self.shell_height:g}, {self.gate_height:g} and {self.low_height:g} m"
            )
        if self.gear == "skycrane" and not 0.0 < self.bridle < self.low_height:
            raise InputError("a skycrane has a bridle above 0 m and shorter than low_height")
        if self.final_speed <= 0.0 or self.specific_impulse <= 0.0 or self.footprint <= 0.0:
            raise InputError("final_speed, specific_impulse and footprint are above 0")
        return self
