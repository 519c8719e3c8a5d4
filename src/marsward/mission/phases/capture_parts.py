"""The tables of a capture in the mission file: insertion, manoeuvres, coasts, who watches."""

from typing import Literal, Self

from pydantic import Field, model_validator

from marsward.core.part import Part, value
from marsward.core.quantity import EpochField, quantity
from marsward.core.time import Epoch
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
    """Air that slows the craft, and how large the craft is in it.

    Either a table of density with its source, or `air`: the atmosphere that the table is made from.
    """

    ballistic: quantity("m2/kg", gt=0) = value(  # type: ignore[valid-type]
        unit="m2/kg", description="drag coefficient times area over mass"
    )
    air: Literal["", "climate", "mars-gram"] = Field(
        "", description="atmosphere whose density is taken at the season of the start, mean of the "
        "planet: climate (marsward's own) or mars-gram; a table of one's own when left out",
    )  # fmt: skip
    height: tuple[quantity("m", ge=0), ...] = Field(  # type: ignore[valid-type]
        (), description="ascending heights above the ellipsoid"
    )
    density: tuple[quantity("kg/m3", gt=0), ...] = Field(  # type: ignore[valid-type]
        (), description="density of the air at each height"
    )
    source: str = Field("", description="where the table is from")

    @model_validator(mode="after")
    def _one_air(self) -> Self:
        table = bool(self.height or self.density or self.source)
        if self.air and table:
            raise ValueError(f'give air = "{self.air}" or a table of density, not both')
        if not self.air and not (len(self.height) >= 2 and self.density and self.source):
            raise ValueError(
                'give air = "climate", or a table: two heights or more, a density for each and the '
                "source of it"
            )
        return self

    def said(self) -> str:
        """What the air of an orbit stands on, one sentence."""
        whose = f"the atmosphere {self.air!r} at the season of the start, mean of the planet and "
        whose += "the sol, F10.7 of 100" if self.air else ""
        return (
            f"Air slows the craft, cd A / m of {self.ballistic:g} m2/kg; density: "
            f"{whose if self.air else self.source}."
        )

    def drag(self, planet: str, epoch: Epoch) -> Drag:
        """As the force model takes it; an atmosphere tells its density at the epoch's season."""
        if not self.air:
            return Drag(self.ballistic, self.height, self.density, planet, self.source)
        from marsward.planet.atmosphere import atmosphere

        return atmosphere(self.air).drag(self.ballistic, epoch)
