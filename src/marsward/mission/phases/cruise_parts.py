"""The tables of a cruise in the mission file: vectors' quality, coasts, manoeuvres, burns."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from pydantic import Field

from marsward.core.part import Part, value
from marsward.core.quantity import EpochField, quantity


class QualityPart(Part):
    """First value of the uncertainty of one class of vectors, one component."""

    position: quantity("m", gt=0) = value(  # type: ignore[valid-type]
        unit="km", origin="assumed", description="one sigma of a position component"
    )
    velocity: quantity("m/s", gt=0) = value(  # type: ignore[valid-type]
        unit="mm/s", origin="assumed", description="one sigma of a velocity component"
    )


class CoastPart(Part):
    """A flight without a manoeuvre from one vector to another."""

    name: str = Field("", description="name in the summary; made from its vectors if left out")
    start: str = Field(description="name of the vector it starts from")
    stop: str = Field(description="name of the vector it is compared with")
    until: str = Field(
        "", description="manoeuvre that ends it; the last vector is first run back to it"
    )


class PredictionPart(Part):
    """A state to be told from one vector with the estimated solar pressure."""

    start: str = Field(description="name of the vector it starts from")
    at: EpochField = Field(description="UTC of the state")
    centre: str = Field("sun", description="body that the state is relative to")
    frame: str = Field("J2000", description="axes of the state")


class ManoeuvrePart(Part):
    """A manoeuvre of the cruise: about when, and the vectors on both sides."""

    name: str = Field(description="name in tables", min_length=1)
    about: EpochField = Field(description="UTC, first guess")
    within: quantity("s", gt=0) = value(  # type: ignore[valid-type]
        300.0, unit="s", origin="assumed", description="one sigma of the first guess"
    )
    before: str = Field(description="name of a vector before it")
    after: str = Field(description="name of a vector after it")
    published_dv: quantity("m/s", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="m/s", origin="published", description="velocity change found by others"
    )
    source: str = Field("", description="who found it")


class BurnPart(Part):
    """One manoeuvre modelled as a burn of a known engine."""

    manoeuvre: str = Field(description="name of the manoeuvre")
    before: str = Field(description="name of the vector before it")
    after: tuple[str, ...] = Field(description="names of vectors after it, each fitted on its own")
    thrust: quantity("N", gt=0) = value(  # type: ignore[valid-type]
        unit="N", description="thrust of the main engine"
    )
    specific_impulse: quantity("s", gt=0) = value(  # type: ignore[valid-type]
        unit="s", description="specific impulse"
    )
    settling_thrust: quantity("N", ge=0) = value(  # type: ignore[valid-type]
        0.0, unit="N", description="thrust of the small engines that burn before"
    )
    settling_time: quantity("s", ge=0) = value(  # type: ignore[valid-type]
        0.0, unit="s", description="how long they burn before"
    )
    mass: quantity("kg", gt=0) = value(  # type: ignore[valid-type]
        unit="kg", description="mass of the craft before the burn"
    )


def require_order(manoeuvres: Sequence[Any]) -> None:
    """ValueError unless manoeuvres, each with its name and time, are written in order of time.

    Tables of results follow the file, fits follow time: both must be one order.
    """
    for one, two in pairwise(manoeuvres):
        if not float(two.about - one.about) > 0.0:
            raise ValueError(
                f"manoeuvre {two.name!r} is not after {one.name!r}; write manoeuvres in order of "
                "time"
            )
