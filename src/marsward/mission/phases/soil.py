"""The soil: what minerals a spectrometer finds along the orbit, beside those that are there."""

from __future__ import annotations

import math
from typing import ClassVar

from pydantic import Field, field_validator

from marsward.core.errors import InputError
from marsward.core.map_grid import MapGrid
from marsward.core.part import value
from marsward.core.quantity import quantity
from marsward.mission.phases.phase import Given, Outcome, Phase


class Soil(Phase):
    """Measure spectra of the ground along the orbit and unmix them into minerals."""

    kind: ClassVar[str] = "soil"
    needs: ClassVar[tuple[str, ...]] = ("orbit",)
    makes: ClassVar[tuple[str, ...]] = (
        "soil_truth", "soil_spectra", "soil_fractions", "soil_parameters",
    )  # fmt: skip
    knowledge: ClassVar[tuple[str, ...]] = ("soil_fractions", "soil_parameters")
    reads: ClassVar[tuple[str, ...]] = ("spacecraft",)
    instrument_kinds: ClassVar[dict[str, str]] = {"spectrometer": "spectrometer"}

    spectrometer: str = Field(description="name of the spectrometer")
    count: int = value(
        1500, origin="assumed", ref="a choice: quick", ge=4, le=1_000_000,
        description="places along the orbit of which spectra are taken",
    )  # fmt: skip
    altitude_limit: quantity("m", gt=0) = value(  # type: ignore[valid-type]
        "800 km", unit="km", origin="published",
        ref="He et al. 2021, doi:10.1007/s11214-021-00804-z: works about the periapsis",
        description="height under which spectra are taken",
    )  # fmt: skip
    incidence_limit: quantity("rad", gt=0, lt=math.pi / 2) = value(  # type: ignore[valid-type]
        "70 deg", unit="deg", origin="assumed", ref="a choice: light that still tells minerals",
        description="incidence from which the ground is too dark",
    )  # fmt: skip
    looks: int = value(
        1, origin="assumed", ref="a choice", ge=1, le=10_000,
        description="spectra of a place that are averaged",
    )  # fmt: skip
    grid: str = value(
        "1 ppd", origin="assumed", ref="a choice: as fine as the albedo that it is made of",
        description="grid of the map of the true minerals",
    )  # fmt: skip
    dust_depth: float = value(
        0.3, origin="assumed",
        ref="a clear season; Montabone et al. 2015, doi:10.1016/j.icarus.2014.12.034",
        ge=0, le=2, description="true optical depth of the dust over the ground at 0.9 um",
    )  # fmt: skip
    dust_error: float = value(
        0.03, origin="assumed", ref="a choice", ge=0, le=1,
        description="error of the depth of dust that the retrieval knows of (1 sigma)",
    )  # fmt: skip
    shown: tuple[tuple[str, float, float], ...] = value(
        (
            ("Meridiani", 354.5, -2.0), ("Nili Fossae", 77.0, 22.0), ("Syrtis Major", 67.0, 10.0),
            ("Arabia", 25.0, 20.0),
        ),
        origin="assumed", ref="places with known deposits, and dust",
        description="name, longitude and latitude [deg] of places of which spectra are shown",
    )  # fmt: skip

    @field_validator("grid")
    @classmethod
    def _grid(cls, text: str) -> str:
        try:
            MapGrid.parse(text)
        except InputError as error:
            raise ValueError(str(error)) from error
        return text

    @field_validator("shown")
    @classmethod
    def _on_mars(cls, given: tuple) -> tuple:
        for name, lon, lat in given:
            if not (-180.0 <= lon <= 360.0 and -90.0 <= lat <= 90.0):
                raise ValueError(f'place "{name}" at {lon:g}, {lat:g} is none: longitude, latitude')
        return given

    def fly(self, given: Given) -> Outcome:
        """Truth, spectra, minerals, comparison."""
        from marsward.mission.phases.soil_record import record
        from marsward.mission.phases.soil_survey import survey

        return record(self, given, survey(self, given))
