"""The frames of a campaign, one after the other: simulated, calibrated and laid on the map."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from marsward.core.bodies import body
from marsward.core.errors import DataError
from marsward.core.map_grid import MapGrid
from marsward.core.time import Epoch
from marsward.geometry.attitude_errors import attitude_errors
from marsward.geometry.camera_axes import rotation_matrix
from marsward.geometry.terrain import Terrain
from marsward.instruments.camera import Camera
from marsward.instruments.exposure import Exposed
from marsward.mission.phases.phase import Given
from marsward.physics.haze import Haze
from marsward.physics.mars_photometry import MarsPhotometry
from marsward.planet.mars_surface import MarsSurface
from marsward.planet.orbit_scene import render
from marsward.retrieval.calibration import calibrate
from marsward.retrieval.mosaic import MapFrame, Mosaic
from marsward.retrieval.photometric_correction import LightModel

if TYPE_CHECKING:
    from marsward.mission.phases.map import Map

BATCH_BYTES = 2.5e8  # that the frames of a batch may take
MARS_RADIUS = float(body("mars").radius)  # mean [m]
SAVE_EVERY = 60.0  # s, between checkpoints at least
BEGIN, END = 0.08, 0.93  # of the phase's progress


@dataclass(frozen=True)
class Pose:
    """Where a frame is taken from: body-fixed place [m], camera axes, Sun, its distance [m]."""

    observer: np.ndarray
    axes: np.ndarray
    sun: np.ndarray
    sun_distance: float


@dataclass(frozen=True)
class Photographed:
    """What came of the frames: the mosaic, the true and the believed poses."""

    mosaic: Mosaic
    camera: Camera
    surface: MarsSurface
    true: tuple[Pose, ...]
    believed: tuple[Pose, ...]


def true_poses(frames: xr.Dataset) -> tuple[Pose, ...]:
    """The poses of a table of frames."""
    rows = zip(
        *(frames[n].values for n in ("observer", "axes", "sun", "sun_distance")), strict=True
    )
    return tuple(Pose(place, axes, sun, float(d)) for place, axes, sun, d in rows)


def believed_poses(phase: Map, frames: xr.Dataset, seed: int) -> tuple[Pose, ...]:
    """The same poses with the errors of attitude and orbit that an estimate of them has."""
    epoch = Epoch.et(frames["et"].values)
    turn = rotation_matrix(
        attitude_errors(
            epoch, sigma_rad=phase.attitude_sigma, bias_rad=phase.attitude_drift, seed=seed % 2**62
        )
    )
    number = frames["orbit"].values
    draw = np.random.default_rng([seed, 1])
    moved = draw.standard_normal((int(number.max()) + 1, 3)) * phase.position_sigma
    return tuple(
        Pose(p.observer + moved[n], p.axes @ r, p.sun, p.sun_distance)
        for p, n, r in zip(true_poses(frames), number, turn, strict=True)
    )


def light_model(phase: Map, camera: Camera) -> LightModel:
    """What the map's maker takes sunlight, law and haze to be."""
    depth = max(phase.dust_depth + phase.dust_error, 0.0)
    return LightModel(
        tuple(band.solar_irradiance for band in camera.bands),
        MarsPhotometry(phase.assumed_law),
        tuple(Haze.dust(depth, band.lo, band.hi) for band in camera.bands) if depth > 0.0 else (),
        phase.light_sigma,
    )


def believed_terrain(surface: MarsSurface) -> Terrain | None:
    """The terrain that frames are laid on: the shape known before the mission."""
    return surface.terrain


def ground_speed(frames: xr.Dataset) -> np.ndarray:
    """Speed of the point below the craft (frame,) [m/s], from the places of neighbouring frames."""
    place, et = frames["observer"].values, frames["et"].values
    if et.size < 2:
        return np.zeros(et.size)
    up = place / np.linalg.norm(place, axis=1)[:, None]
    step = np.linalg.norm(np.diff(up, axis=0), axis=1) / np.diff(et) * MARS_RADIUS
    within = np.diff(frames["orbit"].values) == 0
    step[~within] = np.inf  # from one orbit to the next says nothing
    pace = np.minimum(np.append(step, np.inf), np.insert(step, 0, np.inf))
    return np.where(np.isfinite(pace), pace, 0.0)


def registration(phase: Map, camera: Camera, gsd: float) -> float:
    """Error of a frame's place on the ground [pixel], from attitude and orbit (1 sigma)."""
    turned = math.hypot(phase.attitude_sigma, phase.attitude_drift) / camera.ifov
    return math.hypot(turned, phase.position_sigma / gsd)


def photograph(
    phase: Map,
    frames: xr.Dataset,
    camera: Camera,
    surface: MarsSurface,
    grid: MapGrid,
    given: Given,
) -> Photographed:
    """Take every frame and lay it on the map; goes on from a checkpoint where there is one."""
    work = studio(phase, frames, camera, phase.frame_width, surface, given.seed)
    mosaic = work.mosaic(grid, phase.rule)
    done = first = _resume(mosaic, given)
    clock = _Clock(given, work, frames, first)
    try:
        with ThreadPoolExecutor(given.workers) as pool:
            for batch in _batches(first, len(work.true), work.frame_bytes):
                taken = list(pool.map(work.take, batch))
                clock.adding = True
                mosaic.add_all(taken, workers=given.workers)
                done = batch.stop
                clock.adding = False
                clock.tell(done, mosaic)
    except KeyboardInterrupt:
        clock.keep(done, mosaic)
        raise
    return Photographed(mosaic, work.camera, surface, work.true, work.believed)


@dataclass(frozen=True)
class Studio:
    """All that one frame needs; shared by the threads.

    true, believed : poses of every frame; gsd : of this camera's pixels [m]; pace : speed over the
    ground [m/s]; seed : of the noise
    """

    phase: Map
    camera: Camera
    surface: MarsSurface
    rays: np.ndarray
    true: tuple[Pose, ...]
    believed: tuple[Pose, ...]
    gsd: np.ndarray
    pace: np.ndarray
    seed: int

    @property
    def frame_bytes(self) -> float:
        """Memory of one frame in hand: radiance, its sigma and copies on the way [byte]."""
        return 16.0 * self.camera.width * self.camera.height * len(self.camera.bands)

    def mosaic(self, grid: MapGrid, rule: str) -> Mosaic:
        """An empty map for this camera's frames, by what the map's maker believes."""
        return Mosaic(
            grid, [band.name for band in self.camera.bands],
            light=light_model(self.phase, self.camera), rule=rule,
            terrain=believed_terrain(self.surface),
            incidence_limit=math.degrees(self.phase.incidence_limit),
            emission_limit=math.degrees(self.phase.emission_limit),
        )  # fmt: skip

    def take(self, number: int) -> MapFrame:
        """Frame `number`: the planet seen through the camera, then read back."""
        return self.read(number, self.shoot(number))

    def shoot(self, number: int) -> Exposed:
        """Frame `number` as the camera gives it."""
        light = render(self.surface, self.true[number], self.rays, relief=self.phase.relief)
        return self.camera.expose(
            light, self.camera.exposure, self.seed % 2**62, frame=number,
            image_rate=float(self.pace[number] / self.gsd[number]),
        )  # fmt: skip

    def read(self, number: int, shot: Exposed) -> MapFrame:
        """What is known of frame `number`: radiance with its error, where it is held to lie."""
        read = calibrate(shot.dn, self.camera, shot.attrs["exposure_s"])
        return MapFrame(
            read.radiance, read.sigma, self.camera.pinhole, self.believed[number], number,
            registration(self.phase, self.camera, float(self.gsd[number])),
        )  # fmt: skip


def studio(
    phase: Map, frames: xr.Dataset, camera: Camera, width: int, surface: MarsSurface, seed: int
) -> Studio:
    """The camera, with no more than `width` columns, and the poses of a table of frames."""
    small = camera.scaled(width=width) if width < camera.width else camera
    return Studio(
        phase, small, surface, small.rays(), true_poses(frames),
        believed_poses(phase, frames, seed), frames["gsd"].values * camera.width / small.width,
        ground_speed(frames), seed,
    )  # fmt: skip


class _Clock:
    """Tells how far the frames are, says once what is to be expected, and keeps checkpoints."""

    def __init__(self, given: Given, work: Studio, frames: xr.Dataset, first: int) -> None:
        self.given, self.frames, self.first = given, frames, first
        self.first_of_run = first
        self.total = len(work.true)
        self.began = self.saved = time.perf_counter()
        size = f"{work.camera.width} × {work.camera.height}"
        self.what = f"{self.total} frames of {size} px in {len(work.camera.bands)} bands"
        self.told = False
        self.adding = False
        self.marks = 0
        given.progress.update(self._share(first), self.what)

    def _share(self, done: int) -> float:
        return BEGIN + (END - BEGIN) * done / self.total

    def tell(self, done: int, mosaic: Mosaic) -> None:
        """After each batch."""
        now = time.perf_counter()
        orbit = int(self.frames["orbit"].values[done - 1])
        self.given.progress.update(
            self._share(done), f"orbit {orbit}, frame {done} of {self.total}"
        )
        self.marks += 1
        if self.marks == 1:  # kernels may just have been compiled
            self.began, self.first = now, done
        elif not self.told and done < self.total:
            self.told = True
            left = (now - self.began) / (done - self.first) * (self.total - done)
            self.given.progress.note(
                f"{self.what} on {mosaic.grid.width} × {mosaic.grid.height} cells: about "
                f"{_duration(left)} for the frames to come, the map takes "
                f"{mosaic.nbytes / 1e9:.2g} GB"
            )
        if now - self.saved > SAVE_EVERY:
            self.keep(done, mosaic)

    def keep(self, done: int, mosaic: Mosaic) -> None:
        """Write a checkpoint, unless there is nothing to keep or a batch is half on the map."""
        folder = self.given.checkpoint
        if folder is None or self.adding or not self.first_of_run < done < self.total:
            return
        folder.mkdir(exist_ok=True)
        mosaic.save(folder / "mosaic.npz", progress={"frames": done})
        self.saved = time.perf_counter()


def _duration(seconds: float) -> str:
    if seconds < 90.0:
        return f"{seconds:.0f} s"
    return f"{seconds / 60.0:.0f} min" if seconds < 5400.0 else f"{seconds / 3600.0:.1f} h"


def _resume(mosaic: Mosaic, given: Given) -> int:
    """Frames that a checkpoint holds; one that cannot be read is told of and left alone."""
    path = given.checkpoint / "mosaic.npz" if given.checkpoint else None
    if path is None or not path.is_file():
        return 0
    try:
        done = int(mosaic.load(path)["frames"])
    except DataError as error:
        given.progress.note(f"{error}; starting again")
        return 0
    given.progress.note(f"going on after frame {done}")
    return done


def _batches(first: int, total: int, frame_bytes: float) -> Iterator[range]:
    """Runs of frame numbers that fit in memory together; the first is short, for the clock."""
    most = max(2, min(208, int(BATCH_BYTES / frame_bytes)))
    begin, size = first, min(8, most)
    while begin < total:
        end = min(begin + size, total)
        yield range(begin, end)
        begin, size = end, most
