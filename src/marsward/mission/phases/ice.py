"""The ice: where it lasts in the ground, what radar sees of it from orbit, how well it is known."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from marsward.core.errors import InputError
from marsward.core.map_grid import MapGrid
from marsward.core.part import value
from marsward.core.quantity import quantity
from marsward.data.fetch import registry
from marsward.data.surface_map_files import SurfaceMap, read_surface_map
from marsward.mission.phases.phase import Given, Outcome, Phase

Box = tuple[str, float, float, float, float]


class Ice(Phase):
    """Find out where ice lasts in the ground of Mars, and sound the ground along the orbit."""

    kind: ClassVar[str] = "ice"
    needs: ClassVar[tuple[str, ...]] = ("orbit",)
    makes: ClassVar[tuple[str, ...]] = (
        "ground", "ice_map", "places", "radargram", "radar_truth", "reflectors",
    )  # fmt: skip
    knowledge: ClassVar[tuple[str, ...]] = ("ice_map", "reflectors")
    reads: ClassVar[tuple[str, ...]] = ("spacecraft",)
    instrument_kinds: ClassVar[dict[str, str]] = {"radar": "radar-sounder"}

    radar: str | None = Field(
        None, description="name of the radar sounder; the ground is not sounded when left out"
    )
    grid: str = value(
        "0.2 ppd", origin="assumed", ref="a choice: quick; 1 ppd takes some ten minutes",
        description="grid of the maps of ground and ice",
    )  # fmt: skip
    steps: int = value(
        48, origin="assumed", ref="0.2 K from 800 steps, see docs/measured.md", ge=12, le=1000,
        description="steps of a sol in which the ground is followed",
    )  # fmt: skip
    inertia_map: str = value(
        "", origin="assumed", ref="the shipped surrogate",
        description="name of fetched data, or a file (GeoTIFF, netCDF, PDS, text), of thermal "
        "inertia in place of the shipped estimate; a relative path counts from the mission file",
    )  # fmt: skip
    inertia_fill: Literal["", "nearest", "surrogate"] = value(
        "", origin="assumed", ref="a choice: holes are refused",
        description="what fills the holes of that map: the nearest value, or the shipped estimate",
    )  # fmt: skip
    porosity: float = value(
        0.4, origin="published", ref="Schorghofer & Aharonson 2005, doi:10.1029/2004JE002350",
        gt=0, lt=1, description="share of the soil that ice can fill",
    )  # fmt: skip
    emissivity: float = value(
        0.98, origin="assumed", ref="Christensen et al. 2001, doi:10.1029/2000JE001370: 0.94 to 1",
        gt=0, le=1, description="of the bare ground in the infrared",
    )  # fmt: skip
    humidity: float = value(
        1.0, origin="assumed", ref="the water of today's air", gt=0, le=10,
        description="factor on the shipped map of the air's annual mean water",
    )  # fmt: skip
    albedo_sigma: float = value(
        0.02, origin="assumed",
        ref="Christensen et al. 2001, doi:10.1029/2000JE001370, and dust that comes and goes",
        ge=0, le=0.2, description="error of the map of albedo (1 sigma)",
    )  # fmt: skip
    humidity_sigma: float = value(
        0.3, origin="assumed",
        ref="column water differs by tens of per cent between years and instruments: Smith 2008, "
        "doi:10.1146/annurev.earth.36.031207.124334",
        ge=0, le=2, description="relative error of the air's water (1 sigma)",
    )  # fmt: skip
    error_scale: float = value(
        1.0, origin="assumed", ref="a choice: as large as it is said to be", ge=0, le=10,
        description="how far the true inertia, albedo and humidity lie off the maps, in sigmas",
    )  # fmt: skip
    places: tuple[tuple[str, float, float], ...] = value(
        (
            ("Zhurong", 109.925, 25.066), ("Phoenix", 234.25, 68.22), ("Viking 2", 134.26, 47.67),
            ("Gale", 137.44, -4.59),
        ),
        origin="published",
        ref="landing sites: Zhurong, Jiang et al. 2023; Arvidson et al. 2008, "
        "doi:10.1029/2007JE003021; Parker & Kirk 1999; Vasavada et al. 2014, "
        "doi:10.1002/2014JE004622",
        description="name, longitude and latitude [deg] of places that are shown by the hour",
    )  # fmt: skip
    regions: tuple[Box, ...] = value(
        (
            ("Utopia", 84.0, 36.0, 101.0, 51.0), ("Arcadia", 190.0, 36.0, 201.0, 51.0),
            ("Planum Boreum", 0.0, 76.0, 360.0, 90.0),
        ),
        origin="published",
        ref="Stuurman et al. 2016, doi:10.1002/2016GL070138; Bramson et al. 2015, "
        "doi:10.1002/2015GL064844; Grima et al. 2009, doi:10.1029/2008GL036326",
        description="name, west, south, east, north [deg] of regions that the radar is flown over",
    )  # fmt: skip
    altitude_limit: quantity("m", gt=0) = value(  # type: ignore[valid-type]
        "800 km", unit="km", origin="published",
        ref="Fan et al. 2021: the sounder works below 800 km",
        description="height under which the radar sounds",
    )  # fmt: skip
    spacing: quantity("m", gt=0) = value(  # type: ignore[valid-type]
        "1 km", unit="km", origin="assumed", ref="a choice: about the size of the Fresnel zone",
        description="of traces on the ground",
    )  # fmt: skip
    looks: int = value(
        4, origin="assumed", ref="a choice", ge=1, le=1000,
        description="independent looks that are averaged to one trace",
    )  # fmt: skip
    rms_slope: quantity("rad", gt=0) = value(  # type: ignore[valid-type]
        "1 deg", unit="deg", origin="assumed",
        ref="northern plains over some 100 m: Kreslavsky & Head 2000, doi:10.1029/2000JE001259",
        description="roughness of the surface below the size of a facet",
    )  # fmt: skip
    terraces: int = value(
        8, origin="assumed", ref="Bramson et al. 2015 had nine terraced craters for one layer",
        ge=0, le=1000,
        description="craters or scarps along a track from which the depth of a layer is measured",
    )  # fmt: skip
    terrace_sigma: quantity("m", gt=0) = value(  # type: ignore[valid-type]
        "5 m", unit="m", origin="assumed", ref="stereo heights of a terrace",
        description="error of each such depth (1 sigma)",
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

    @field_validator("places")
    @classmethod
    def _on_mars(cls, given: tuple) -> tuple:
        if not given:
            raise ValueError('give one place or more, as [["Phoenix", 234.25, 68.22]]')
        for name, lon, lat in given:
            if not (-180.0 <= lon <= 360.0 and -90.0 <= lat <= 90.0):
                raise ValueError(
                    f'place "{name}" is at longitude {lon:g}, latitude {lat:g}, which is not on '
                    "Mars: write name, longitude and latitude in degrees"
                )
        _once("place", given)
        return given

    @field_validator("regions")
    @classmethod
    def _boxes(cls, given: tuple[Box, ...]) -> tuple[Box, ...]:
        for name, west, south, east, north in given:
            if not (-90.0 <= south < north <= 90.0 and -180.0 <= west < east <= 360.0):
                raise ValueError(
                    f'region "{name}" is no box: give west, south, east and north in degrees, as '
                    '["utopia", 84, 35, 120, 52]'
                )
        _once("region", given)
        return given

    def data(self, home: Path) -> tuple[Path, ...]:
        """A map of the user's enters the key."""
        if not self.inertia_map:
            return ()
        named = registry().get(self.inertia_map)
        return (named.path if named else home / Path(self.inertia_map).expanduser(),)

    def own_inertia(self, home: Path) -> SurfaceMap | None:
        """The user's map of thermal inertia, if there is one."""
        if not self.inertia_map:
            return None
        known = self.inertia_map in registry()
        path = self.inertia_map if known else home / Path(self.inertia_map).expanduser()
        return read_surface_map(path, "thermal_inertia", fill=self.inertia_fill or None)

    def fly(self, given: Given) -> Outcome:
        """The ground, the ice in it, soundings of it, what is known of it."""
        from marsward.mission.phases.ice_ground import ice_ground
        from marsward.mission.phases.ice_radar import soundings
        from marsward.mission.phases.ice_record import record

        found = ice_ground(self, given)
        sounded = soundings(self, given, found) if self.radar else ()
        given.progress.update(0.95, "files")
        return record(self, given, found, sounded)


def _once(what: str, given: tuple) -> None:
    """Refuse two of one name, which no number could tell apart."""
    names = [str(row[0]).casefold() for row in given]
    for k, name in enumerate(names):
        if name in names[:k]:
            raise ValueError(f'two {what}s are called "{given[k][0]}"; give each its own name')
