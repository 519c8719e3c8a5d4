"""The heat of the ground: what a radiometer sees by day and night, and what it says of the soil."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, field_validator

from marsward.core.errors import InputError
from marsward.core.map_grid import MapGrid
from marsward.core.part import value
from marsward.core.quantity import quantity
from marsward.mission.phases.phase import Given, Outcome, Phase


class Thermal(Phase):
    """Measure the ground's temperature from the orbit and infer its thermal inertia and albedo."""

    kind: ClassVar[str] = "thermal"
    needs: ClassVar[tuple[str, ...]] = ("orbit",)
    makes: ClassVar[tuple[str, ...]] = ("thermal_looks", "thermal_map")
    knowledge: ClassVar[tuple[str, ...]] = ("thermal_map",)
    reads: ClassVar[tuple[str, ...]] = ("spacecraft",)
    instrument_kinds: ClassVar[dict[str, str]] = {"radiometer": "radiometer"}

    radiometer: str = Field(description="name of the thermal radiometer")
    grid: str = value(
        "0.2 ppd", origin="assumed", ref="a choice: quick", description="grid of the maps"
    )
    every: quantity("d", gt=0) = value(  # type: ignore[valid-type]
        "5 d", unit="d", origin="assumed", ref="a choice",
        description="one look at each cell by day and one by night in such a time",
    )  # fmt: skip
    most: int = value(
        24, origin="assumed", ref="a choice", ge=1, le=10_000,
        description="looks at a cell that are used at most",
    )  # fmt: skip
    altitude_limit: quantity("m", gt=0) = value(  # type: ignore[valid-type]
        "2000 km", unit="km", origin="assumed", ref="a choice",
        description="height under which the radiometer looks",
    )  # fmt: skip
    lat_limit: quantity("deg", gt=0, le=90) = value(  # type: ignore[valid-type]
        "50 deg", unit="deg", origin="assumed", ref="a choice: beyond, frost and ice confuse",
        description="latitude to which thermal inertia is mapped",
    )  # fmt: skip
    emissivity: float = value(
        0.98, origin="assumed", ref="Christensen et al. 2001, doi:10.1029/2000JE001370: 0.94 to 1",
        gt=0, le=1, description="of the bare ground in the infrared",
    )  # fmt: skip
    albedo_sigma: float = value(
        0.02, origin="assumed", ref="Christensen et al. 2001, doi:10.1029/2000JE001370",
        gt=0, le=0.5, description="error of the albedo that is known before (1 sigma)",
    )  # fmt: skip
    dust_depth: float = value(
        0.1, origin="assumed", ref="a clear season at 9.3 um: Smith 2004, "
        "doi:10.1016/j.icarus.2003.09.010",
        ge=0, le=3, description="true absorption depth of dust at 9.3 um",
    )  # fmt: skip
    dust_sigma: float = value(
        0.02, origin="assumed", ref="a choice", ge=0, le=1,
        description="error of the dust that the retrieval believes in (1 sigma)",
    )  # fmt: skip
    air_temperature: quantity("K", gt=50, lt=350) = value(  # type: ignore[valid-type]
        "200 K", unit="K", origin="assumed", ref="about the middle of the dusty air",
        description="temperature at which dust and gas glow",
    )  # fmt: skip
    air_sigma: quantity("K", ge=0) = value(  # type: ignore[valid-type]
        "5 K", unit="K", origin="assumed", ref="a choice",
        description="error of the believed temperature of the air (1 sigma)",
    )  # fmt: skip
    error_scale: float = value(
        1.0, origin="assumed", ref="a choice: as large as it is said to be", ge=0, le=10,
        description="how far true inertia and albedo lie off the maps, in sigmas",
    )  # fmt: skip

    @field_validator("grid")
    @classmethod
    def _planet(cls, text: str) -> str:
        try:
            grid = MapGrid.parse(text)
        except InputError as error:
            raise ValueError(str(error)) from error
        if not grid.separable:
            raise ValueError(f'grid {text!r} is no map of the planet; write "0.5 ppd"')
        return text

    def fly(self, given: Given) -> Outcome:
        """Looks, temperatures, inertia, comparison."""
        from marsward.mission.phases.thermal_record import record
        from marsward.mission.phases.thermal_survey import survey

        return record(self, given, survey(self, given))
