"""The map: a campaign is planned and flown, its frames become a mosaic, truth beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import xarray as xr
from pydantic import Field, field_validator, model_validator

from marsward.core.errors import InputError
from marsward.core.machine import machine_memory
from marsward.core.map_grid import MapGrid
from marsward.core.part import value
from marsward.core.quantity import EpochField, quantity
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.geometry.attitude_laws import AttitudeTable
from marsward.geometry.campaign import plan_campaign
from marsward.geometry.campaign_downlink import Downlink
from marsward.geometry.coverage import coverage
from marsward.geometry.terrain import Terrain
from marsward.mission.phases.phase import Given, Outcome, Phase
from marsward.planet.mars_surface import MarsSurface

CELL_BYTES, BAND_BYTES = 60, 40  # memory for each cell, and more for each band, at the peak


@dataclass(frozen=True)
class Stretch:
    """A trajectory from an epoch on, for so many seconds."""

    whole: Trajectory
    start: Epoch
    duration: float

    @property
    def stop(self) -> Epoch:
        """Its end."""
        return self.start + self.duration

    def at(self, epoch: Epoch, *, wrt: Any = None, ephemeris: Any = None):
        """States of the whole trajectory; see `Trajectory.at`."""
        return self.whole.at(epoch, wrt=wrt, ephemeris=ephemeris)


class Map(Phase):
    """Photograph the planet from its orbit and make the map, with its error against the truth."""

    kind: ClassVar[str] = "map"
    needs: ClassVar[tuple[str, ...]] = ("orbit",)
    makes: ClassVar[tuple[str, ...]] = (
        "frames", "coverage", "coverage_north", "coverage_south", "mosaic", "map_truth",
        "sample_frame", "sample_map",
    )  # fmt: skip
    knowledge: ClassVar[tuple[str, ...]] = ("mosaic", "sample_map")
    reads: ClassVar[tuple[str, ...]] = ("spacecraft",)
    instrument_kinds: ClassVar[dict[str, str]] = {"camera": "camera"}

    camera: str = Field(description="name of the camera that maps")
    start: EpochField | None = Field(None, description="UTC; the orbit's start when left out")
    stop: EpochField | None = Field(None, description="UTC; the orbit's end when left out")
    orbits: int | None = value(
        None, ge=1, description="orbits with pictures; all with light enough when left out"
    )
    frames_per_arc: int | None = value(
        None, ge=1, le=100_000, description="frames on each arc, at even steps of time; or"
    )
    interval: quantity("s", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="s", description="time between frames; or"
    )
    overlap: float | None = value(
        None, ge=0, lt=1, description="share of a frame that the next one sees again"
    )
    attitude: AttitudeTable = Field(
        default_factory=AttitudeTable, description="how the camera is turned"
    )
    choice: Literal["gaps", "even"] = value(
        "gaps", origin="assumed", ref="which orbits the mission took is not published",
        description="how orbits are chosen: to fill gaps between tracks, or evenly",
    )  # fmt: skip
    shortest_interval: quantity("s", gt=0) = value(  # type: ignore[valid-type]
        "12 s", unit="s", origin="assumed", ref="not published",
        description="time that the camera needs from frame to frame",
    )  # fmt: skip
    altitude_limit: quantity("m", gt=0) = value(  # type: ignore[valid-type]
        "800 km", unit="km", origin="published",
        ref="EurekAlert 1038104: MoRIC takes pictures below 800 km",
        description="height under which pictures are taken",
    )  # fmt: skip
    incidence_limit: quantity("rad", gt=0, lt=math.pi / 2) = value(  # type: ignore[valid-type]
        "80 deg", unit="deg", origin="assumed", ref="a choice: light that still shows albedo",
        description="incidence from which ground is too dark for the map",
    )  # fmt: skip
    emission_limit: quantity("rad", gt=0, lt=math.pi / 2) = value(  # type: ignore[valid-type]
        "70 deg", unit="deg", origin="assumed", ref="a choice: pixels that are not smeared out",
        description="emission from which ground is too slant for the map",
    )  # fmt: skip
    frame_width: int = value(
        96, origin="assumed", ref="a choice: quick; pixels are finer than cells of 4 px/deg",
        ge=8, le=32768,
        description="columns of a simulated frame: same field, fewer and larger pixels",
    )  # fmt: skip
    grid: str = value("4 ppd", origin="assumed", ref="a choice: quick", description="map grid")
    coverage_grid: str = value(
        "4 ppd", origin="assumed", ref="a choice", description="grid of the coverage"
    )
    polar_pixel: quantity("m", gt=0) = value(  # type: ignore[valid-type]
        "16 km", unit="km", origin="assumed", ref="a choice",
        description="cell of the coverage about the poles",
    )  # fmt: skip
    rule: Literal["best-gsd", "best-light", "blend", "first"] = value(
        "best-gsd", origin="assumed", ref="a choice", description="which frame a cell is taken from"
    )
    relief: bool = value(
        True, origin="assumed", ref="a choice", description="whether the true surface has relief"
    )
    terrain: str = value(
        "", origin="assumed", ref="the shipped shape model",
        description="GeoTIFF or PDS image of heights above the ellipsoid, in place of the shipped "
        "ones; a relative path counts from the mission file",
    )  # fmt: skip
    law: Literal["hapke", "lunar-lambert", "lambert"] = value(
        "hapke", origin="assumed", ref="see marsward.physics.mars_photometry",
        description="how the true surface reflects",
    )  # fmt: skip
    assumed_law: Literal["hapke", "lunar-lambert", "lambert"] = value(
        "hapke", origin="assumed", ref="a choice: the law is known",
        description="how the map's maker believes that it reflects",
    )  # fmt: skip
    dust_depth: float = value(
        0.3, origin="assumed",
        ref="a clear season; Montabone et al. 2015, doi:10.1016/j.icarus.2014.12.034",
        ge=0, le=1, description="true optical depth of the dust over the ground",
    )  # fmt: skip
    dust_error: float = value(
        0.01, origin="assumed", ref="a choice", ge=-0.5, le=0.5,
        description="how much deeper than it is the map's maker believes the dust to be",
    )  # fmt: skip
    light_sigma: float = value(
        0.003, origin="derived", ge=0, lt=1,
        ref="dust of 0.01 more depth moves albedo by 0.2 % under a high Sun, 1 % under a low one",
        description="relative error that the map's maker grants law and haze (1 sigma)",
    )  # fmt: skip
    attitude_sigma: quantity("rad", ge=0) = value(  # type: ignore[valid-type]
        "0.005 deg", unit="deg", origin="assumed", ref="a star tracker and gyroscopes of today",
        description="error of each estimated attitude (1 sigma, each axis)",
    )  # fmt: skip
    attitude_drift: quantity("rad", ge=0) = value(  # type: ignore[valid-type]
        "0.005 deg", unit="deg", origin="assumed", ref="bending between star tracker and camera",
        description="error of estimated attitudes that lasts over an orbit (1 sigma, each axis)",
    )  # fmt: skip
    position_sigma: quantity("m", ge=0) = value(  # type: ignore[valid-type]
        "100 m", unit="m", origin="assumed", ref="a choice",
        description="error of the estimated orbit, one for each revolution (1 sigma, each axis)",
    )  # fmt: skip
    downlink_rate: quantity("bit/s", gt=0) = value(  # type: ignore[valid-type]
        "4 Mbit/s", unit="Mbit/s", origin="assumed",
        ref="not published for this orbit; the rate at the reference distance",
        description="rate to Earth at `downlink_reference`; it falls with distance squared",
    )  # fmt: skip
    downlink_reference: quantity("m", gt=0) = value(  # type: ignore[valid-type]
        "0.4 au", unit="au", origin="assumed", ref="near the least distance of Earth and Mars",
        description="distance at which `downlink_rate` holds",
    )  # fmt: skip
    downlink_hours: float = value(
        8.0, origin="assumed", ref="a choice: one pass of one station a day", ge=0, le=24,
        description="hours of downlink a day",
    )  # fmt: skip
    recorder: quantity("bit", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="Gbit", description="what the recorder holds; without end when left out"
    )
    sample_at: tuple[float, float] = value(
        (290.0, -13.0), origin="assumed", ref="Valles Marineris",
        description="longitude and latitude [deg] that the sample frame shows",
    )  # fmt: skip
    sample_width: int = value(
        1024, origin="assumed", ref="a choice", ge=8, le=32768,
        description="columns of the sample frame",
    )  # fmt: skip

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        rules = (self.frames_per_arc, self.interval, self.overlap)
        if sum(rule is not None for rule in rules) != 1:
            raise ValueError(
                'frames follow from one rule: give frames_per_arc = 52, interval = "30 s" or '
                "overlap = 0.6"
            )
        return self

    @field_validator("grid", "coverage_grid")
    @classmethod
    def _grids(cls, text: str) -> str:
        try:
            MapGrid.parse(text)
        except InputError as error:
            raise ValueError(str(error)) from error
        return text

    def data(self, home: Path) -> tuple[Path, ...]:
        """A terrain of the user's enters the key."""
        return (home / Path(self.terrain).expanduser(),) if self.terrain else ()

    def fly(self, given: Given) -> Outcome:
        """Plan, photograph, map, compare, write down."""
        from marsward.mission.phases.map_imaging import photograph
        from marsward.mission.phases.map_record import Seen, record
        from marsward.mission.phases.map_sample import sample

        say = given.progress.update
        grid, seen_on = MapGrid.parse(self.grid), MapGrid.parse(self.coverage_grid)
        camera = given.instrument(self.camera)
        if camera.mode != "frame":
            raise InputError(
                f"phase {self.title!r} maps with frames, but camera {self.camera!r} is a "
                f"{camera.mode}; name a frame camera such as preset moric"
            )
        self.check_room(grid, len(camera.bands))
        say(0.01, "the campaign")
        orbit = Trajectory.from_dataset(given["orbit"], ephemeris=default_ephemeris())
        frames = self.campaign(orbit, camera)
        say(0.05, f"coverage by {frames.sizes['frame']} frames")
        covered = coverage(
            frames, camera, seen_on, incidence_limit=math.degrees(self.incidence_limit),
            workers=given.workers,
        )  # fmt: skip
        north, south = (
            self.polar(frames, camera, pole, given.workers) for pole in ("north", "south")
        )
        surface = self.surface(given, camera)
        result = photograph(self, frames, camera, surface, grid, given)
        say(0.93, "a frame beside its map")
        shown = sample(self, frames, camera, self.surface(given, camera, fine=True), given)
        say(0.96, "truth beside knowledge, files")
        return record(self, given, camera, frames, Seen(covered, north, south), result, shown)

    def check_room(self, grid: MapGrid, bands: int) -> None:
        """InputError when map, truth and what is between them are more than the memory."""
        needed = grid.width * grid.height * (CELL_BYTES + BAND_BYTES * bands)
        if needed > machine_memory():
            raise InputError(
                f"phase {self.title!r}: a map of {grid.width} x {grid.height} cells and {bands} "
                f"bands needs {needed / 1e9:.3g} GB, and this machine has "
                f"{machine_memory() / 1e9:.3g} GB; write a coarser grid, such as 16 ppd"
            )

    def polar(self, frames: xr.Dataset, camera, pole: str, workers: int) -> xr.Dataset:
        """Coverage about a pole."""
        grid = MapGrid.polar(pole, pixel=self.polar_pixel, lat_limit=60.0)
        return coverage(
            frames, camera, grid, incidence_limit=math.degrees(self.incidence_limit),
            workers=workers, layers=("count", "best_gsd", "best_incidence"),
        )  # fmt: skip

    def campaign(self, orbit: Trajectory, camera) -> xr.Dataset:
        """The frames, when and whence."""
        return plan_campaign(
            self._stretch(orbit), camera, attitude=self.attitude.made(),
            altitude_limit=self.altitude_limit,
            incidence_limit=math.degrees(self.incidence_limit), orbits=self.orbits,
            frames_per_arc=self.frames_per_arc, interval=self.interval, overlap=self.overlap,
            choice=self.choice,
            shortest_interval=self.shortest_interval,
            downlink=Downlink(
                rate=self.downlink_rate, distance=self.downlink_reference,
                hours_per_day=self.downlink_hours, recorder=self.recorder or math.inf,
            ),
        )  # fmt: skip

    def _stretch(self, orbit: Trajectory) -> Stretch:
        """The part of the orbit that the campaign may use."""
        start = orbit.start if self.start is None else self.start
        stop = orbit.stop if self.stop is None else self.stop
        for asked in (start, stop):
            if not (asked - orbit.start >= 0.0 and orbit.stop - asked >= 0.0):
                raise InputError(
                    f"phase {self.title!r} asks for {asked.utc}, but its orbit runs from "
                    f"{orbit.start.utc} to {orbit.stop.utc} UTC; choose a time in between"
                )
        if not stop - start > 0.0:
            raise InputError(
                f"phase {self.title!r} stops at {stop.utc}, not after its start {start.utc}"
            )
        return Stretch(orbit, start, float(stop - start))

    def surface(self, given: Given, camera, *, fine: bool = False) -> MarsSurface:
        """The planet as it is; `fine` has smaller cells and no facets, for a single frame."""
        relief: Terrain | str | None = "shipped" if self.relief else None
        if self.terrain and self.relief:
            relief = Terrain.open(self.data(Path(given.mission.path).parent)[0])
        return MarsSurface.shipped(
            camera.bands, ppd=16 if fine else 4, smooth=fine, terrain=relief, law=self.law,
            haze_depth=self.dust_depth,
        )  # fmt: skip
