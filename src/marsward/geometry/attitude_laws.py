"""Attitude laws from what is written: a table of a mission file, or the text of a law."""

from __future__ import annotations

import ast
import math
from typing import Annotated, Any, Literal

from pydantic import model_validator

from marsward.core.errors import InputError
from marsward.core.part import Part, value
from marsward.core.quantity import QuantityRule
from marsward.core.registry import unknown
from marsward.geometry.attitude import AttitudeLaw, Nadir, Spin, Target, YawSteering

__all__ = ["AttitudeTable", "law_of"]

_LAWS: dict[str, type[AttitudeLaw]] = {
    law.__name__: law for law in (Nadir, Target, YawSteering, Spin)
}
_CHOICE = "a choice"
Angle = Annotated[float, QuantityRule("rad")]


class AttitudeTable(Part):
    """How a craft turns its cameras: a law and its offsets, as a table of a mission file."""

    law: Literal["nadir", "target", "sun-yaw", "ground-yaw", "spin"] = value(
        "nadir",
        ref=_CHOICE,
        description="straight down; at a body or place; down with x toward the Sun; down with the "
        "ground along the columns; or spinning",
    )
    vertical: Literal["geodetic", "geocentric"] = value(
        "geodetic", ref=_CHOICE, description="what down is: along the normal, or to the centre"
    )
    body: str = value("mars", ref=_CHOICE, description="what is below, or looked at")
    lon: float | None = value(
        None, unit="1", ref=_CHOICE, ge=-360.0, le=360.0,
        description="place of a target, degrees east",
    )  # fmt: skip
    lat: float | None = value(
        None, unit="1", ref=_CHOICE, ge=-90.0, le=90.0,
        description="place of a target, planetocentric degrees",
    )  # fmt: skip
    height: Annotated[float, QuantityRule("m")] = value(
        "0 m", unit="m", ref=_CHOICE, description="height of the target above the ellipsoid"
    )
    axis: tuple[float, float, float] = value(
        (0.0, 0.0, 1.0), unit="1", ref=_CHOICE, description="spin axis in J2000, any length"
    )
    rate: Annotated[float, QuantityRule("rad/s")] = value(
        "0 deg/s", unit="deg/s", ref=_CHOICE, description="rate of the spin"
    )
    tilt: Angle = value("0 deg", unit="deg", ref=_CHOICE, description="boresight from spin axis")
    roll: Angle = value("0 deg", unit="deg", ref=_CHOICE, description="tips the boresight to +x")
    pitch: Angle = value("0 deg", unit="deg", ref=_CHOICE, description="tips the boresight to +y")
    yaw: Angle = value("0 deg", unit="deg", ref=_CHOICE, description="turns +x to +y")

    @model_validator(mode="after")
    def _check(self) -> AttitudeTable:
        try:
            self.made()
        except InputError as error:
            raise ValueError(str(error)) from error
        return self

    def made(self) -> AttitudeLaw:
        """The law itself."""
        roll, pitch, yaw = map(math.degrees, (self.roll, self.pitch, self.yaw))
        turns: dict[str, Any] = {"roll": roll, "pitch": pitch, "yaw": yaw}
        if self.law == "spin":
            return Spin(
                axis=self.axis,
                rate=math.degrees(self.rate),
                phase=yaw,
                tilt=math.degrees(self.tilt),
            )
        if self.law == "target":
            place: dict[str, Any] = {"lon": self.lon, "lat": self.lat, "height": self.height}
            return Target(body=self.body, **place, **turns)
        if self.law == "nadir":
            return Nadir(vertical=self.vertical, body=self.body, **turns)
        to: Literal["sun", "ground"] = "sun" if self.law == "sun-yaw" else "ground"
        return YawSteering(to=to, vertical=self.vertical, body=self.body, **turns)


def law_of(text: str) -> AttitudeLaw:
    """The law whose text this is: `law_of(repr(law)) == law`, but for a spin with an epoch.

    Raises
    ------
    InputError : the text of no law, or of one with values that are no plain numbers and words
    """
    try:
        call = ast.parse(text.strip(), mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.args:
            raise ValueError("no law")
        given: dict[str, Any] = {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}
        name = call.func.id
    except (SyntaxError, ValueError) as error:
        raise InputError(f"{text!r} is no attitude law: write one like Nadir(roll=5.0)") from error
    if name not in _LAWS:
        raise InputError(unknown("attitude law", name, _LAWS))
    try:
        return _LAWS[name](**given)
    except TypeError as error:
        raise InputError(f"the attitude law {text!r} cannot be read: {error}") from error
