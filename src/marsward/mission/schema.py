"""The tables of a mission file besides phases and instruments: the spacecraft and its vectors."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field, field_validator

from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.core.frames import frame_name
from marsward.core.part import Part, value
from marsward.core.quantity import EpochField, quantity

TOP_KEYS = (
    "name", "title", "seed", "spacecraft", "launch", "world", "vector", "instrument", "phase",
)  # fmt: skip
Triple = tuple[float, float, float]


class Spacecraft(Part):
    """The craft: what it is called, what it weighs, what pushes it."""

    name: str = Field("spacecraft", description="name in reports and exchange files", min_length=1)
    naif_id: int = Field(-999, description="NAIF id, negative for a spacecraft", lt=0)
    designator: str = Field("", description="international designator, as in 2020-049A")
    mass: quantity("kg", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="kg", description="mass at launch"
    )
    dry_mass: quantity("kg", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="kg", description="mass without propellant"
    )
    thrust: quantity("N", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="N", description="thrust of the main engine"
    )
    trim_thrust: quantity("N", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="N", description="thrust of the engines that trim the path"
    )
    specific_impulse: quantity("s", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="s", description="specific impulse of the main engine"
    )
    source: str = Field("", description="where these figures are from")


class Vector(Part):
    """One state vector: where the craft was, when, after whom, and how far to trust it."""

    epoch: EpochField = Field(description="UTC, unless another scale is written")
    position_km: Triple = Field(description="position [km]")
    velocity_km_s: Triple = Field(description="velocity [km/s]")
    centre: str = Field("sun", description="body that the vector is from", min_length=1)
    frame: str = Field(
        "J2000",
        description="axes of the vector; MARS_MEOD is the equator of Mars of date, at rest",
        min_length=1,
    )
    name: str = Field("", description="short name that coasts and tables use")
    quality: Literal["settled", "fresh", "repeat", "predicted", "derived", "bad_epoch", "bad"] = (
        Field(
            "settled",
            description="settled (tracked for days) and fresh (just after a burn) ones are fitted; "
            "a repeat is of the same solution as another; all others are only compared",
        )
    )
    event: str = Field("", description="what it stands before or after")
    source: str = Field(description="who received, decoded or computed it", min_length=1)
    position_sigma_km: float | None = Field(None, description="one sigma [km]", gt=0)
    velocity_sigma_km_s: float | None = Field(None, description="one sigma [km/s]", gt=0)

    @field_validator("frame")
    @classmethod
    def _known_frame(cls, frame: str) -> str:
        try:
            return frame_name(frame)
        except InputError as error:
            raise ValueError(str(error)) from None

    @field_validator("centre")
    @classmethod
    def _known_centre(cls, centre: str) -> str:
        try:
            return str(body(centre).name)
        except InputError as error:
            raise ValueError(str(error)) from None

    @property
    def state(self) -> np.ndarray:
        """(6,) position [m] and velocity [m/s] in `frame`, from `centre`."""
        return 1e3 * np.array([*self.position_km, *self.velocity_km_s])
