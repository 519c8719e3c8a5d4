"""The tables of the budgets in the mission file: manoeuvres, streams of data, relay sites."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from marsward.core.part import Part, value
from marsward.core.quantity import EpochField, QuantityRule
from marsward.vehicles.relay_windows import RelayLink

_KG = Annotated[float, QuantityRule("kg", ge=0.0)]


class ManoeuvrePart(Part):
    """A change of velocity, or a mass that is let go, besides those that other phases found.

    One that has the name of a manoeuvre that a phase found adds to that one what it gives.
    """

    name: str = Field(description="name in tables", min_length=1)
    velocity: Annotated[float, QuantityRule("m/s", ge=0.0, lt=2e4)] = value(
        "0 m/s", unit="m/s", description="change of velocity, without margin"
    )
    kind: Literal["deterministic", "statistical", "reserve"] = value(
        "deterministic",
        description="computed; the 99 % figure of a statistical one; or reckoned with unanalysed",
    )
    engine: Literal["main", "trim"] = value("main", description="which engine does it")
    specific_impulse: Annotated[float, QuantityRule("s", gt=0.0, lt=2e4)] | None = value(
        None, unit="s", description="of its engine; that of `engine` when left out"
    )
    dropped: _KG = value("0 kg", unit="kg", description="mass let go after it: a lander, a stage")
    epoch: EpochField | None = Field(None, description="UTC; after all that have one when left out")
    source: str = Field("", description="where its figures are from")


class StreamPart(Part):
    """Data that an instrument, or the craft itself, makes."""

    name: str = Field(description="of the instrument", min_length=1)
    rate: Annotated[float, QuantityRule("bit/s", ge=0.0)] = value(
        unit="bit/s", description="while it is on, after compression"
    )
    duty: float = value(1.0, ge=0.0, le=1.0, description="share of the time in which it is on")
    stage: Literal["cruise", "orbit", "always"] = value(
        "orbit", description="stage of the mission in which it works"
    )
    start: EpochField | None = Field(None, description="UTC; the stage's start when left out")
    stop: EpochField | None = Field(None, description="UTC; the stage's end when left out")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start is not None and self.stop is not None and not self.stop - self.start > 0:
            raise ValueError(
                f"{self.name}: stop ({self.stop.utc}) must be after start ({self.start.utc})"
            )
        return self


class RelaySite(Part):
    """A lander or rover whose data the orbiter takes up by UHF and sends on."""

    name: str = Field(description="of the lander", min_length=1)
    lat: Annotated[float, QuantityRule("deg", ge=-90.0, le=90.0)] = value(
        unit="deg", description="planetocentric latitude"
    )
    lon: Annotated[float, QuantityRule("deg", ge=-360.0, le=360.0)] = value(
        unit="deg", description="east longitude"
    )
    height: Annotated[float, QuantityRule("m", gt=-2e4, lt=5e4)] = value(
        "0 m", unit="m", description="above the ellipsoid"
    )
    link: RelayLink = Field(default_factory=RelayLink, description="the radio between them")
    passes_a_day: int = value(
        2, origin="assumed", ref="what Mars's orbiters give a rover", ge=1, le=48,
        description="passes of a day that are used, those with most bits",
    )  # fmt: skip
