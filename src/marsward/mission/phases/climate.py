"""The air: its year, its days, what makes it warm or cold, how well instruments will know it."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field, field_validator, model_validator

from marsward.core.part import Part, value
from marsward.core.quantity import EpochField, quantity
from marsward.mission.phases.climate_checks import checked_places, named_once
from marsward.mission.phases.phase import Given, Outcome, Phase
from marsward.mission.world import FILES, checked_dust


class WorldPart(Part):
    """One experiment: the planet with one thing changed; what is left out is as in the control."""

    name: str = Field(description="name of the experiment", min_length=1, max_length=40)
    dust: str | None = Field(None, description="scenario of dust, or its file")
    opacity: float | None = Field(
        None, ge=0, le=30, description="visible opacity at 610 Pa, the same everywhere and always"
    )
    infrared: bool | None = Field(None, description="whether gas and dust send and take infrared")
    frost_albedo: float | None = Field(
        None, ge=-0.3, le=0.3, description="added to the albedo of both polar frosts"
    )
    obliquity: quantity("deg", ge=0, le=60) | None = value(  # type: ignore[valid-type]
        None, unit="deg", description="of the equator to the orbit"
    )
    eccentricity: float | None = Field(None, ge=0, le=0.2, description="of the orbit")
    ls_perihelion: quantity("deg", ge=0, le=360) | None = value(  # type: ignore[valid-type]
        None, unit="deg", description="season of perihelion"
    )

    @field_validator("dust")
    @classmethod
    def _known_dust(cls, name: str | None) -> str | None:
        return name if name is None else checked_dust(name)

    @model_validator(mode="after")
    def _one_dust(self) -> Self:
        if self.dust is not None and self.opacity is not None:
            raise ValueError(
                f'experiment "{self.name}" has dust and opacity; give the scenario or the number'
            )
        return self


class Climate(Phase):
    """Follow the air through the year and the day, change one thing at a time, and look at it."""

    kind: ClassVar[str] = "climate"
    needs: ClassVar[tuple[str, ...]] = ("orbit",)
    makes: ClassVar[tuple[str, ...]] = (
        "pressure_cycle", "climate_year", "column_days", "storm", "budget", "experiments",
        "air_column", "weather", "weather_sols", "sun_images", "occultations", "soundings",
        "limb_soundings",
    )  # fmt: skip
    knowledge: ClassVar[tuple[str, ...]] = (
        "weather", "weather_sols", "sun_images", "occultations", "soundings", "limb_soundings",
    )  # fmt: skip
    reads: ClassVar[tuple[str, ...]] = ("spacecraft", "world")
    instrument_kinds: ClassVar[dict[str, str]] = {
        "station": "weather-station", "radio": "radio-science", "sounder": "thermal-sounder",
        "limb": "limb-sounder", "sun_camera": "sun-camera",
    }  # fmt: skip

    dust: str | None = Field(
        None,
        description="scenario of dust, or its netCDF file; the mission's own, of [world], when "
        "left out",
    )
    opacity: float | None = Field(
        None, ge=0, le=30,
        description="visible opacity at 610 Pa, the same everywhere and always, in place of `dust`",
    )  # fmt: skip
    infrared: bool = value(
        True, origin="published", ref="CO2 and dust absorb",
        description="whether gas and dust send and take infrared; false takes their greenhouse off",
    )  # fmt: skip
    frost_albedo: float = value(
        0.0, origin="derived", ref="as fitted to pressure", ge=-0.3, le=0.3,
        description="added to the albedo of both polar frosts",
    )  # fmt: skip
    obliquity: quantity("deg", ge=0, le=60) = value(  # type: ignore[valid-type]
        25.19, unit="deg", origin="published",
        ref="Allison & McEwen 2000, doi:10.1016/S0032-0633(99)00092-6",
        description="of the equator to the orbit; another is a past climate",
    )  # fmt: skip
    eccentricity: float = value(
        0.0934, origin="published", ref="Allison & McEwen 2000", ge=0, le=0.2,
        description="of the orbit",
    )  # fmt: skip
    ls_perihelion: quantity("deg", ge=0, le=360) = value(  # type: ignore[valid-type]
        251.0, unit="deg", origin="published", ref="Allison & McEwen 2000",
        description="season of perihelion",
    )  # fmt: skip
    places: tuple[tuple[str, float, float], ...] = value(
        (
            ("Zhurong", 109.925, 25.066), ("Gale", 137.44, -4.59), ("Viking 1", 312.05, 22.27),
            ("Viking 2", 134.26, 47.67), ("InSight", 135.62, 4.50),
        ),
        origin="published",
        ref="landing sites: Jiang et al. 2023; Vasavada et al. 2014, doi:10.1002/2014JE004622; "
        "Parker & Kirk 1999; Golombek et al. 2020, doi:10.1038/s41467-020-14679-1",
        description="name, longitude and latitude [deg] of places whose pressure is told; the "
        "first is shown by the hour",
    )  # fmt: skip
    seasons: tuple[quantity("deg", ge=0, lt=360), ...] = value(  # type: ignore[valid-type]
        ("0 deg", "90 deg", "180 deg", "270 deg"), unit="deg", origin="assumed", ref="a choice",
        description="seasons Ls whose days are followed",
    )  # fmt: skip
    test_place: tuple[str, float, float] = value(
        ("Gale", 137.44, -4.59), origin="assumed", ref="a choice: where dust was measured longest",
        description="name, longitude and latitude [deg] of the column of the experiments",
    )  # fmt: skip
    test_season: quantity("deg", ge=0, lt=360) = value(  # type: ignore[valid-type]
        "200 deg", unit="deg", origin="assumed",
        ref="the global storm of Mars year 34 reached Gale near Ls 190 to 200",
        description="season Ls of the experiments",
    )  # fmt: skip
    experiments: tuple[WorldPart, ...] = Field(
        (
            WorldPart(name="no infrared of the air", infrared=False),
            WorldPart(name="no dust", opacity=0.0),
            WorldPart(name="global storm", dust="global-storm"),
            WorldPart(name="polar frost 0.05 darker", frost_albedo=-0.05),
            WorldPart(name="obliquity 35 deg", obliquity="35 deg"),  # type: ignore[arg-type]
        ),
        description="experiments, each the control with what it names changed",
    )
    dust_sigma: float = value(
        0.2, origin="published",
        ref="years without a global storm differ by some 20 %: Montabone et al. 2015, "
        "doi:10.1016/j.icarus.2014.12.034",
        ge=0, le=2, description="relative error of the opacity (1 sigma)",
    )  # fmt: skip
    albedo_sigma: float = value(
        0.02, origin="assumed", ref="Christensen et al. 2001, doi:10.1029/2000JE001370",
        ge=0, le=0.2, description="error of the albedo of the ground (1 sigma)",
    )  # fmt: skip
    storm_place: tuple[str, float, float] = value(
        ("4.6° S, 137.4° E", 137.44, -4.59), origin="assumed", ref="Gale, as the experiments",
        description="name, longitude and latitude [deg] of the column under each scenario of dust",
    )  # fmt: skip
    station: str | None = Field(None, description="name of the weather station; none when left out")
    station_place: tuple[str, float, float] = value(
        ("Zhurong", 109.925, 25.066), origin="published", ref="Jiang et al. 2023",
        description="name, longitude and latitude [deg] of the station",
    )  # fmt: skip
    station_start: EpochField | None = Field(
        None, description="UTC from which the station reads; the orbit's start when left out"
    )
    station_sols: int = value(
        60, origin="assumed", ref="a choice", ge=2, le=2000, description="sols that it reads"
    )  # fmt: skip
    sun_camera: str | None = Field(
        None, description="name of the camera beside it that looks at the Sun; none when left out"
    )
    radio: str | None = Field(
        None, description="name of the radio link that grazes the air; none when left out"
    )
    sounder: str | None = Field(
        None, description="name of the sounder that looks down; none when left out"
    )
    limb: str | None = Field(None, description="name of the limb sounder; none when left out")
    altitude_limit: quantity("m", gt=0) = value(  # type: ignore[valid-type]
        "1000 km", unit="km", origin="assumed", ref="a choice",
        description="height under which sounders look",
    )  # fmt: skip
    most_profiles: int = value(
        120, origin="assumed", ref="a choice", ge=1, le=10_000,
        description="profiles of each instrument at most, spread over the orbit",
    )  # fmt: skip

    @field_validator("dust")
    @classmethod
    def _known_dust(cls, name: str | None) -> str | None:
        return name if name is None else checked_dust(name)

    @field_validator("places")
    @classmethod
    def _on_mars(cls, given: tuple) -> tuple:
        return checked_places(given)

    @field_validator("test_place", "storm_place", "station_place")
    @classmethod
    def _one_on_mars(cls, given: tuple) -> tuple:
        return checked_places((given,))[0]

    @field_validator("experiments")
    @classmethod
    def _each_once(cls, given: tuple[WorldPart, ...]) -> tuple[WorldPart, ...]:
        named_once("experiment", [each.name for each in given])
        return given

    def data(self, home: Path) -> tuple[Path, ...]:
        """Files of dust enter the key."""
        named = [self.dust or "", *(each.dust or "" for each in self.experiments)]
        return tuple(home / Path(name).expanduser() for name in named if name.endswith(FILES))

    def fly(self, given: Given) -> Outcome:
        """The year, the days, the experiments, what instruments see and what is known by them."""
        from marsward.mission.phases.climate_record import record
        from marsward.mission.phases.climate_study import study

        return record(self, given, study(self, given))
