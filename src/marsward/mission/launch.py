"""When a mission may leave and how its day is chosen: the table [launch] of a mission file."""

from __future__ import annotations

from typing import Self

from pydantic import Field, field_validator, model_validator

from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.core.part import Part, value
from marsward.core.quantity import EpochField, quantity
from marsward.core.registry import unknown
from marsward.core.time import Epoch
from marsward.dynamics.injection import LaunchSite
from marsward.dynamics.launch_rules import CHOICES
from marsward.vehicles.launch_vehicle import LaunchVehicle

__all__ = ["Launch", "LaunchSitePart"]

_SHORTEST, _LONGEST = 120.0 * 86400.0, 420.0 * 86400.0


class LaunchSitePart(Part):
    """Where the rocket lifts off."""

    name: str = Field("launch site", description="name in sentences", min_length=1)
    lat: quantity("deg", gt=-90, lt=90) = value(unit="deg", description="geodetic latitude")  # type: ignore[valid-type]
    lon: quantity("deg", ge=-360, le=360) = value(unit="deg", description="east longitude")  # type: ignore[valid-type]

    def site(self) -> LaunchSite:
        """As the injection takes it."""
        return LaunchSite(self.lat, self.lon, self.name)


class Launch(Part):
    """The window in which a mission leaves, and what its day is chosen by."""

    window: tuple[EpochField, EpochField] = Field(
        description="UTC of the first and the last day on which it may lift off"
    )
    arrive: tuple[EpochField, EpochField] | None = Field(
        None, description="UTC of the first and the last day on which it may arrive; 120 days "
        "after the first launch to 420 after the last when left out",
    )  # fmt: skip
    choose: str = Field("least c3", description=f"what the day is chosen by: {', '.join(CHOICES)}")
    origin: str = Field("earth", description="body that it leaves")
    target: str = Field("mars", description="body that it goes to")
    step: quantity("d", ge=0.01, le=30) = value(  # type: ignore[valid-type]
        "1 d", unit="d", origin="assumed", ref="a choice", description="between days of the grid"
    )  # fmt: skip
    max_c3: quantity("km2/s2", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="km2/s2", description="greatest C3 at the launch; none when left out"
    )
    max_declination: quantity("deg", gt=0, le=90) | None = value(  # type: ignore[valid-type]
        None, unit="deg", description="greatest size of the departure asymptote's declination"
    )
    max_arrival_speed: quantity("km/s", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="km/s", description="greatest speed at infinity at the arrival"
    )
    max_time_of_flight: quantity("d", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="d", description="longest flight"
    )
    vehicle: LaunchVehicle | None = Field(
        None, description="the rocket; preset = one whose curve is published"
    )
    site: LaunchSitePart | None = Field(None, description="where it lifts off")

    @field_validator("origin", "target")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            return str(body(name).name)
        except InputError as error:
            raise ValueError(str(error)) from None

    @field_validator("choose")
    @classmethod
    def _choice(cls, text: str) -> str:
        if text not in CHOICES:
            raise ValueError(unknown("choice of a launch", text, CHOICES))
        return text

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if CHOICES[self.choose] in ("time_of_flight", "arrival") and self.max_c3 is None:
            raise ValueError(
                f'choose = "{self.choose}" has no bottom without a limit; give max_c3, such as '
                '"20 km2/s2"'
            )
        for name in ("window", "arrive"):
            held = getattr(self, name)
            if held is not None and float(held[1] - held[0]) < 0.0:
                raise ValueError(
                    f"{name} ends {held[1].isot(digits=0)} before it begins "
                    f"{held[0].isot(digits=0)}; exchange the two"
                )
        return self

    @property
    def arrivals(self) -> tuple[Epoch, Epoch]:
        """First and last day of arrival."""
        if self.arrive is not None:
            return self.arrive
        return self.window[0] + _SHORTEST, self.window[1] + _LONGEST
