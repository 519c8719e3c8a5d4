"""The tables of a capture in the mission file: insertion, manoeuvres, coasts, who watches."""

from typing import Literal

from pydantic import Field

from marsward.core.part import Part, value
from marsward.core.quantity import EpochField, quantity
from marsward.dynamics.drag import Drag

Triple = tuple[float, float, float]


class InsertionPart(Part):
    """The burn that captures the craft, against the velocity all along."""

    ignition: EpochField = Field(description="UTC at which the main engine starts")
    duration: quantity("s", gt=0) = value(  # type: ignore[valid-type]
        unit="s", description="how long it burns"
    )
    thrust: quantity("N", gt=0) = value(unit="N", description="thrust")  # type: ignore[valid-type]
    specific_impulse: quantity("s", gt=0) = value(  # type: ignore[valid-type]
        unit="s", description="specific impulse"
    )
    mass: quantity("kg", gt=0) = value(  # type: ignore[valid-type]
        unit="kg", description="mass of the craft at ignition"
    )
    strength_sigma: float = value(
        0.05,
        origin="assumed",
        ref="wide: engines of this size are known to a percent, the mass is not",
        description="one sigma of thrust over mass beforehand, as a share",
        gt=0,
    )
    angle_sigma: quantity("rad", gt=0) = value(  # type: ignore[valid-type]
        5.0,
        unit="deg",
        origin="assumed",
        ref="wide: a burn at a steady turn follows the velocity to a few degrees",
        description="one sigma of each angle of the thrust beforehand",
    )


class OrbitManoeuvrePart(Part):
    """A manoeuvre in orbit: about when, the vectors on both sides, and what others found."""

    name: str = Field(description="name in tables", min_length=1)
    about: EpochField = Field(description="UTC, first guess")
    within: quantity("s", gt=0) = value(  # type: ignore[valid-type]
        60.0, unit="s", origin="assumed", description="one sigma of the first guess"
    )
    before: str = Field(description="name of a vector before it")
    after: str = Field(description="name of a vector after it")
    duration: quantity("s", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="s", description="duration, where known: the burn is then fitted as one too"
    )
    thrust: quantity("N", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="N", description="thrust as planned, for the fit of the burn"
    )
    specific_impulse: quantity("s", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="s", description="specific impulse, for the fit of the burn"
    )
    mass: quantity("kg", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="kg", description="mass before it, for the fit of the burn"
    )
    published_dv: quantity("m/s", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="m/s", origin="published", description="velocity change found by others"
    )
    published_vector: Triple | None = Field(
        None, description="its components [m/s], in `published_axes`"
    )
    published_axes: Literal["MARS_MEOD", "VNB", "J2000"] = Field(
        "MARS_MEOD", description="axes of the published components"
    )
    source: str = Field("", description="who found it")


class OrbitCoastPart(Part):
    """A flight in orbit without a manoeuvre, from one vector to another."""

    name: str = Field(description="name in the summary", pattern=r"^[a-z0-9_]+$")
    start: str = Field(description="name of the vector it starts from")
    stop: str = Field(description="name of the vector it is compared with")


class SitePart(Part):
    """A place that looks out for the orbiter, on the planet or on Earth."""

    name: str = Field(description="name in tables", min_length=1)
    lat: quantity("deg", ge=-90, le=90) = value(  # type: ignore[valid-type]
        unit="deg", description="latitude: planetocentric, on Earth planetodetic"
    )
    lon: quantity("deg", ge=-360, le=360) = value(  # type: ignore[valid-type]
        unit="deg", description="east longitude"
    )
    height: quantity("m") = value(  # type: ignore[valid-type]
        0.0, unit="m", origin="assumed", description="height above the ellipsoid"
    )
    elevation: quantity("deg", ge=0, lt=90) = value(  # type: ignore[valid-type]
        10.0, unit="deg", origin="assumed", description="least elevation that counts as seen"
    )


class DragPart(Part):
    """Air that slows the craft: a table of density, and how large the craft is in it."""

    ballistic: quantity("m2/kg", gt=0) = value(  # type: ignore[valid-type]
        unit="m2/kg", description="drag coefficient times area over mass"
    )
    height: tuple[quantity("m", ge=0), ...] = Field(  # type: ignore[valid-type]
        description="ascending heights above the ellipsoid", min_length=2
    )
    density: tuple[quantity("kg/m3", gt=0), ...] = Field(  # type: ignore[valid-type]
        description="density of the air at each height", min_length=2
    )
    source: str = Field(description="where the table is from", min_length=1)

    def drag(self, planet: str) -> Drag:
        """As the force model takes it."""
        return Drag(self.ballistic, self.height, self.density, planet, self.source)
