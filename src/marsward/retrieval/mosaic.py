"""A mosaic: many frames with poses become one map of albedo with errors, under a seam rule.

Frames are laid on the map one by one: each cell takes the mean of the pixels that fall on it,
divides it by the light that the prior terrain and the law of reflection promise there, and keeps
it by rule. Rows are dealt out in fixed blocks, so any number of threads gives the same bytes.
Errors are noise (carried through resampling), registration (image gradient times the error of
the pose in pixels) and the light model's, for the mean over a cell at the frame's own sharpness.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.errors import DataError, InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.map_grid import MapGrid
from marsward.core.product import cannot_write
from marsward.core.registry import unknown
from marsward.geometry.pinhole import Pinhole
from marsward.physics.mars_photometry import limb_curves
from marsward.retrieval.kernels import mosaic as kernels
from marsward.retrieval.kernels.cell_view import NEAR, SHADOW_STEPS
from marsward.retrieval.map_window import Window, frame_window, grid_tables
from marsward.retrieval.orthorectify import least_cosines, optics_of, terrain_arrays
from marsward.retrieval.photometric_correction import LightModel

__all__ = ["RULES", "MapFrame", "Mosaic"]

RULES = {
    "best-gsd": kernels.BEST_GSD,
    "best-light": kernels.BEST_LIGHT,
    "blend": kernels.BLEND,
    "first": kernels.FIRST,
}
"""Seam rules: finest pixels win, highest Sun wins, feathered mean of all, first come."""

RESAMPLING = 0.2
"""Error of a frame's sharpness on the map, as if it were moved by so many pixels [pixel]: blur of
the bilinear values and of light that changes within a cell; set where closure tests have a
chi-square of one."""
BLOCK = 48  # rows of a block of work
_STEEPEST = 84.0  # deg, local incidence from which a place tells nothing
_SHADOWS = 55.0  # deg, incidence from which cast shadows are looked for
_MOST_VALUES = 16  # values a side of a cell
_PLANES = ("albedo", "sigma", "weight", "source", "incidence", "gsd", "views")

add_fields(
    FieldRow("sigma", "1", "error of the albedo (1 sigma)", low=0.0),
    FieldRow("source", "1", "number of the frame that a cell is from, -1 for none", low=-1.0),
    FieldRow("weight", "1", "weight of a cell in a blend, relative", low=0.0),
    FieldRow("gsd", "m", "ground size of a pixel", low=0.0),
    FieldRow("views", "1", "frames that saw the cell within the limits of light and view", low=0.0),
)


@dataclass(frozen=True, eq=False)
class MapFrame:
    """A calibrated frame with its estimated pose, ready for the map.

    radiance, sigma : float32 (band, y, x) [W m-2 sr-1]; NaN where a pixel is bad
    pinhole : the camera
    pose : observer (3,) [m], axes (3, 3), sun (3,), sun_distance [m]: one of `Poses`
    number : the frame's place in the table of frames, 0 or more
    registration : error of its place on the ground (1 sigma) [pixel]
    """

    radiance: NDArray[np.float32]
    sigma: NDArray[np.float32]
    pinhole: Pinhole
    pose: Any
    number: int
    registration: float = 0.0

    def __post_init__(self) -> None:
        for name in ("radiance", "sigma"):
            values = np.ascontiguousarray(getattr(self, name), dtype=np.float32)
            object.__setattr__(self, name, values)
        size = (self.pinhole.height, self.pinhole.width)
        if self.radiance.ndim != 3 or self.radiance.shape[1:] != size:
            raise InputError(
                f"frame {self.number} has radiance of shape {self.radiance.shape} but its camera "
                f"{size[1]} x {size[0]} pixels: give (band, y, x)"
            )
        if self.sigma.shape != self.radiance.shape:
            raise InputError(
                f"frame {self.number} has sigma of shape {self.sigma.shape}, not "
                f"{self.radiance.shape} as its radiance"
            )
        if min(size) < 2 or self.number < 0 or not self.registration >= 0.0:
            raise InputError(
                f"frame {self.number} needs 2 x 2 pixels, a number from 0 on and a registration "
                f"error of 0 or more, not {self.registration} px"
            )


class Mosaic:
    """Frames collected on a map grid.

    Parameters
    ----------
    grid : the map
    bands : names of the bands, in the frames' order
    light : Sun, law of reflection and haze that the albedo is freed of
    rule : one of `RULES`
    terrain : prior terrain (`geometry.terrain.Terrain`); the Mars ellipsoid if None
    incidence_limit, emission_limit : on the ellipsoid [deg]
    feather : width of the soft edge of frames in a blend [pixel]

    Raises
    ------
    InputError : unknown rule, bands that the light model does not have, bad limits.
    """

    def __init__(
        self,
        grid: MapGrid,
        bands: Sequence[str],
        *,
        light: LightModel,
        rule: str = "best-gsd",
        terrain: Any | None = None,
        incidence_limit: float = 80.0,
        emission_limit: float = 70.0,
        feather: float = 16.0,
    ) -> None:
        if rule not in RULES:
            raise InputError(unknown("seam rule", rule, RULES))
        if len(bands) != len(light.irradiance):
            raise InputError(
                f"{len(bands)} bands on the map but sunlight of {len(light.irradiance)}"
            )
        if not feather > 0.0:
            raise InputError(f"feather must be above 0 px, not {feather}")
        self.grid, self.bands, self.light, self.rule = grid, tuple(bands), light, rule
        self.terrain, self.feather = terrain, float(feather)
        self.limits = (float(incidence_limit), float(emission_limit))
        self._cosines = np.append(
            least_cosines(incidence_limit, emission_limit), math.cos(math.radians(_STEEPEST))
        )
        if self._cosines[0] < 1e-6:
            raise InputError(
                f"incidence_limit of a mosaic must be under 90 deg, not {incidence_limit:g}: "
                "the night has no albedo"
            )
        shape, layers = grid.shape, (len(self.bands), *grid.shape)
        self.albedo = np.full(layers, np.nan, dtype=np.float32)
        self.sigma = np.full(layers, np.nan, dtype=np.float32)
        self.weight = np.zeros(shape, dtype=np.float32)
        self.source = np.full(shape, -1, dtype=np.int32)
        self.incidence = np.full(shape, np.nan, dtype=np.float32)
        self.gsd = np.full(shape, np.nan, dtype=np.float32)
        self.views = np.zeros(shape, dtype=np.uint16)
        self._constants = self._kernel_constants()

    # adding ---------------------------------------------------------------------------------
    def window(self, frame: MapFrame) -> Window | None:
        """The cells that a frame may fill, or None."""
        _, radii, relief = terrain_arrays(self.terrain)
        return frame_window(self.grid, frame.pinhole, frame.pose, radii=radii, relief=relief)

    def add(
        self, frame: MapFrame, *, rows: tuple[int, int] | None = None, window: Window | None = None
    ) -> int:
        """Lay one frame on the map (or on rows lo to hi of it); returns the cells it took.

        Threads may add at the same time to rows that do not overlap.
        """
        if frame.radiance.shape[0] != len(self.bands):
            raise InputError(
                f"frame {frame.number} has {frame.radiance.shape[0]} bands, the mosaic "
                f"{len(self.bands)}: {', '.join(self.bands)}"
            )
        window = self.window(frame) if window is None else window
        if window is not None and rows is not None:
            window = window.rows(*rows)
        return 0 if window is None else self._add(frame, window)

    def add_all(self, frames: Iterable[MapFrame], *, workers: int = 1) -> int:
        """Lay many frames on the map, in their order in every cell; returns the cells taken.

        Blocks of rows are dealt out to `workers` threads; the result does not depend on how many.
        """
        held = [(frame, self.window(frame)) for frame in frames]
        blocks: dict[int, list[tuple[MapFrame, Window]]] = {}
        for frame, window in held:
            if window is None:
                continue
            for block in range(window.row0 // BLOCK, (window.row1 - 1) // BLOCK + 1):
                blocks.setdefault(block, []).append((frame, window))
        if workers <= 1:
            return sum(self._add_block(block, some) for block, some in sorted(blocks.items()))
        with ThreadPoolExecutor(workers) as pool:
            jobs = [pool.submit(self._add_block, *each) for each in sorted(blocks.items())]
            return sum(job.result() for job in jobs)

    def _add_block(self, block: int, frames: list[tuple[MapFrame, Window]]) -> int:
        rows = (block * BLOCK, (block + 1) * BLOCK)
        return sum(self.add(frame, rows=rows, window=window) for frame, window in frames)

    def _kernel_constants(self) -> dict[str, Any]:
        light, tables = self.light, self.light.photometry.tables
        padded, radii, relief = terrain_arrays(self.terrain)
        return {
            "ground": (radii, padded, *_tops(self.terrain, relief), np.array(relief)),
            "law": (tables.law, tables.numbers, limb_curves(light.photometry.surface)),
            "haze": (
                np.stack([haze.numbers for haze in light.hazes]),
                np.stack([haze.shares for haze in light.hazes]),
            ),
        }

    def _add(self, frame: MapFrame, window: Window) -> int:
        tables, held = grid_tables(self.grid), self._constants
        lens, optics = optics_of(frame.pinhole)
        settings = np.array(
            [
                math.hypot(frame.registration, RESAMPLING), self.light.sigma, self.feather,
                float(_MOST_VALUES), math.cos(math.radians(_SHADOWS)),
            ]
        )  # fmt: skip
        pose = [np.ascontiguousarray(getattr(frame.pose, name), dtype=np.float64)
                for name in ("observer", "axes", "sun")]  # fmt: skip
        add_frame: Any = kernels.add_frame
        return add_frame(
            tables.kind, tables.numbers, tables.lat, tables.lon,
            window.row0, window.row1, window.col0, window.width,
            *held["ground"], optics, lens, frame.radiance, frame.sigma, *pose, self._cosines,
            *held["law"], *held["haze"], self.light.factors(float(frame.pose.sun_distance)),
            settings, frame.number, RULES[self.rule],
            self.albedo, self.sigma, self.weight, self.source, self.incidence, self.gsd, self.views,
        )  # fmt: skip

    # reading --------------------------------------------------------------------------------
    @property
    def filled(self) -> float:
        """Share of the map's area that has an albedo [-]."""
        taken = total = 0.0
        for lo in range(0, self.grid.height, 256):
            rows = slice(lo, min(lo + 256, self.grid.height))
            area = self.grid.cell_area(rows)
            total += float(area.sum())
            taken += float(np.sum(area, where=self.source[rows] >= 0))
        return taken / total

    @property
    def nbytes(self) -> int:
        """Memory that the planes take [byte]."""
        return sum(getattr(self, name).nbytes for name in _PLANES)

    def dataset(self) -> xr.Dataset:
        """The map so far: product `mosaic`; it shares memory with the mosaic.

        Variables albedo, sigma (band, y, x); source, weight, incidence, gsd, views (y, x).
        """
        data = {}
        for name in _PLANES:
            values = getattr(self, name)
            dims = ("band", "y", "x") if values.ndim == 3 else ("y", "x")
            data[name] = field(name, values, dims, check=False)
        attrs = {
            **self.grid.attrs,
            "rule": self.rule,
            "law": self.light.photometry.law,
            "haze_depth": [haze.depth for haze in self.light.hazes],
            "incidence_limit_deg": self.limits[0],
            "emission_limit_deg": self.limits[1],
        }
        return xr.Dataset(data, coords={"band": list(self.bands), **self.grid.coords()},
                          attrs=attrs)  # fmt: skip

    # keeping --------------------------------------------------------------------------------
    def save(self, path: str | Path, *, progress: dict[str, Any] | None = None) -> Path:
        """Write all planes at `path` (npz), whole or not at all, with a word on how far it is.

        Raises
        ------
        InputError, DataError : the folder cannot be written, the disk is full.
        """
        path = Path(path)
        partial = path.with_name(f".{path.name}.partial")
        state = {"mosaic": self._identity(), "progress": progress or {}}
        try:
            with open(partial, "wb") as file:
                planes = {name: getattr(self, name) for name in _PLANES}
                np.savez(file, state=np.array(json.dumps(state)), **planes)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, path)
        except OSError as error:
            raise cannot_write(path, error) from error
        finally:
            partial.unlink(missing_ok=True)
        return path

    def load(self, path: str | Path) -> dict[str, Any]:
        """Take over what `save` wrote for a mosaic like this one; returns its word on progress.

        Raises
        ------
        DataError : no such file, unreadable, or saved from a mosaic with other settings.
        """
        path = Path(path)
        if not path.is_file():
            raise DataError(f"no saved mosaic at {path}: run from the start")
        try:
            with np.load(path) as file:
                state = json.loads(str(file["state"]))
                if state["mosaic"] != json.loads(json.dumps(self._identity())):
                    raise DataError(
                        f"{path} was saved with another grid, rule or light than asked for now; "
                        "delete it and run again"
                    )
                for name in _PLANES:
                    getattr(self, name)[...] = file[name]
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise DataError(
                f"{path} is no saved mosaic: {error}; delete it and run again"
            ) from error
        return state["progress"]

    def _identity(self) -> dict[str, Any]:
        light, terrain = self.light, self.terrain
        return {
            "grid": self.grid.attrs,
            "bands": self.bands,
            "rule": self.rule,
            "limits": self.limits,
            "feather": self.feather,
            "law": [light.photometry.law, *light.photometry.surface.numbers],
            "haze": [haze.numbers.tolist() for haze in light.hazes],
            "light": [*light.irradiance, light.sigma],
            "terrain": "" if terrain is None else repr(terrain),
        }


def _tops(
    terrain: Any | None, relief: tuple[float, float]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Highest ground near each tile of at least the reach of the search for shadows, and of the
    finest tiles."""
    if terrain is None or relief == (0.0, 0.0):
        return np.zeros((1, 1), dtype=np.float32), np.zeros((1, 1), dtype=np.float32)
    rows = terrain.height.shape[0]
    top = np.full((1, 1), relief[1], dtype=np.float32)
    wide = [m for m in terrain.mips if rows // m.shape[0] >= SHADOW_STEPS]
    near = [m for m in terrain.mips if rows // m.shape[0] >= NEAR]
    return (wide[0] if wide else top), (near[0] if near else top)
