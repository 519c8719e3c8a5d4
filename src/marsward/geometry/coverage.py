"""Coverage: how often, how finely, in what light and from how far apart a campaign sees each cell.

A frame sees a cell when the centre of the cell lies in the camera's field, faces it, and the Sun
and the camera stand high enough over it. Only cells in the cap around a frame's footprint are
tested. Cells know nothing of one another, so blocks of rows go to as many threads as there are
and the result is the same on any number of them.

The size of a pixel is the distance times the angle of a pixel on the camera's axis, as the mapping
software ISIS has its detector resolution. On flat ground under a camera that looks straight down a
pinhole's pixels are no larger at the edge than in the middle, so away from the middle this is on
the safe side: by 1/cos of the angle off the axis.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core import mars_time
from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.map_grid import MapGrid
from marsward.core.quantity import parse
from marsward.core.time import Epoch
from marsward.geometry.field_of_view import FieldOfView, field_of_view
from marsward.geometry.footprints import caps
from marsward.geometry.kernels import coverage as kernel

__all__ = ["LAYERS", "coverage", "covered_share", "median_best_gsd"]

Array = NDArray[np.float64]

LAYERS = ("count", "best_gsd", "best_incidence", "stereo_angle", "revisit", "local_time")
"""What `coverage` can say of a cell."""
_SIMPLE = {"count", "best_gsd"}
_BLOCK_CELLS = 60_000  # of a block with all layers: 9 MB of accumulators
_MOST = 65535  # frames that 16 bits count

add_fields(
    FieldRow("count", "1", "lit looks at the cell", low=0.0),
    FieldRow("best_gsd", "m", "finest size of a pixel, across the line of sight", low=0.0),
    FieldRow("best_incidence", "degree", "least incidence angle of a look", low=0.0, high=180.0),
    FieldRow("stereo_angle", "degree", "widest convergence angle of two looks in similar light",
             low=0.0, high=180.0),
    FieldRow("revisit", "s", "longest time between two looks", low=0.0),
    FieldRow("local_time", "hour", "local true solar time of the finest look", low=0.0, high=24.0),
)  # fmt: skip


def coverage(
    frames: xr.Dataset,
    camera: Any,
    grid: MapGrid | str,
    *,
    incidence_limit: float = 90.0,
    emission_limit: float | None = None,
    layers: Iterable[str] = LAYERS,
    stereo_within: str | float = "30 d",
    workers: int | None = None,
) -> xr.Dataset:
    """What a campaign of frames sees of each cell of a map.

    Parameters
    ----------
    frames : as `plan_campaign` makes them: et, observer, axes, sun along "frame"
    camera : a frame camera, or its `FieldOfView`
    grid : `MapGrid` or a text such as "4 ppd" or "8 km north"
    incidence_limit : cells with the Sun lower than this do not count [deg]
    emission_limit : nor do cells seen more obliquely than this [deg]; None for all that face it
    layers : which of `LAYERS` are wanted; count and best_gsd alone take a tenth of the time
    stereo_within : looks that pair for stereo lie in the same stretch of this length, counted
        from the first frame, text or seconds: the Sun stands over a place as the orbit's plane
        does, which drifts by about half a degree a day, so that they share their light
    workers : threads; as many as the machine has processors when None

    Returns
    -------
    Dataset
        ("y", "x"): count (uint16); best_gsd [m]; best_incidence [deg]; stereo_angle [deg] between
        the view directions of two looks; revisit [s], the longest time between two looks;
        local_time [h], true solar, of the finest look. NaN where there is nothing to say: no
        look, or one look for stereo_angle and revisit.

    Notes
    -----
    Of the looks at a cell in one stretch only those are kept that are outermost along six
    azimuths, 96 bytes a cell and only for the block of rows at work. The two found lie apart, in
    the horizontal parts of their unit vectors, by at least cos 15 deg of the widest pair's: 3.4 %
    short at most.

    Raises
    ------
    InputError : a limit, layer or grid that is none, or frames without poses
    PhysicsError : no frame
    """
    grid = MapGrid.parse(grid)
    wanted = _wanted(layers)
    limits = np.array([_cosine("incidence_limit", incidence_limit),
                       _cosine("emission_limit", emission_limit)])  # fmt: skip
    stretch = parse(stereo_within, "s", name="stereo_within") if isinstance(
        stereo_within, str) else float(stereo_within)  # fmt: skip
    if not stretch > 0.0:
        raise InputError(f"stereo_within is {stereo_within}; give a length of time such as 30 d")
    job = _job(frames, field_of_view(camera), grid, limits, stretch)
    if wanted <= _SIMPLE and grid.separable and job.view.straight and emission_limit is None:
        raw = _counted(job, workers)
    else:
        raw = _looked(job, workers, "stereo_angle" in wanted)
    values = _values(raw, job, wanted)
    attrs = {
        **grid.attrs,
        "incidence_limit": float(incidence_limit),
        "emission_limit": float(emission_limit) if emission_limit is not None else None,
        "stereo_within": stretch,
        "frames": int(frames.sizes["frame"]),
    }
    dataset = xr.Dataset(
        {name: field(name, values[name], ("y", "x")) for name in LAYERS if name in wanted},
        coords=grid.coords(),
        attrs={key: each for key, each in attrs.items() if each is not None},
    )
    if "count" in wanted:
        dataset.attrs["covered_share"] = covered_share(dataset)
    return dataset


def covered_share(dataset: xr.Dataset, *, least: int = 1) -> float:
    """Share of the grid's area that has at least `least` looks."""
    area = MapGrid.of(dataset).cell_area()
    return float(area[dataset["count"].values >= least].sum() / area.sum())


def median_best_gsd(dataset: xr.Dataset) -> float:
    """Best pixel size that half of the seen area stays under [m]."""
    values = dataset["best_gsd"].values
    seen = np.isfinite(values)
    if not seen.any():
        raise PhysicsError("no cell of this coverage was seen, so it has no median")
    order = np.argsort(values[seen], kind="stable")
    weight = np.cumsum(MapGrid.of(dataset).cell_area()[seen][order])
    return float(values[seen][order][np.searchsorted(weight, 0.5 * weight[-1])])


@dataclass(frozen=True, eq=False)
class _Job:
    """Frames in order of time, and what to test them against."""

    table: Array
    et: Array
    seasons: NDArray[np.int32]
    view: FieldOfView
    grid: MapGrid
    limits: Array
    radii: Array

    def rows(self, rows: slice) -> _Job:
        """The same for a part of the rows."""
        return replace(self, grid=self.grid.window(rows))


def _job(
    frames: xr.Dataset, view: FieldOfView, grid: MapGrid, limits: Array, stretch: float
) -> _Job:
    missing = [name for name in ("et", "observer", "axes", "sun") if name not in frames]
    if missing:
        raise InputError(
            f"these frames have no {', '.join(missing)}; give the dataset that plan_campaign makes"
        )
    if not frames.sizes.get("frame"):
        raise PhysicsError("a coverage of no frames is empty; plan a campaign that has some")
    order = np.argsort(frames["et"].values, kind="stable")
    et = np.ascontiguousarray(frames["et"].values[order], dtype=np.float64)
    observer, axes, sun = (
        np.ascontiguousarray(frames[name].values[order], dtype=np.float64)
        for name in ("observer", "axes", "sun")
    )
    radii = np.array(body(frames.attrs.get("body", "mars")).radii)
    if radii[0] != radii[1]:
        raise InputError("maps are of Mars, whose equator is a circle; this body's is not")
    centre, radius = caps(observer, axes, view, radii)
    table = np.concatenate(
        [observer, np.swapaxes(axes, 1, 2).reshape(-1, 9), sun, centre, radius[:, None]], axis=1
    )
    seasons = np.floor((et - et[0]) / stretch).astype(np.int32)
    return _Job(table, et, seasons, view, grid, limits, radii[[0, 2]])


def _counted(job: _Job, workers: int | None) -> dict[str, np.ndarray]:
    """Counts and least distances only, of a cylindrical map."""
    shape = job.grid.shape
    kind = np.uint16 if job.et.size <= _MOST else np.uint32
    count, best = np.zeros(shape, kind), np.full(shape, np.inf, np.float32)

    def rows(part: slice) -> None:
        piece = job.rows(part)
        north, west, step, cosines, sines = _parallels(piece.grid)
        kernel.cylindrical_rows(
            job.table, north, west, step, job.radii, job.view.bounds, job.limits[0], cosines,
            sines, count[part], best[part],
        )  # fmt: skip

    _in_threads(rows, _parts(shape, 4 * _BLOCK_CELLS), workers)
    return {"count": count, "distance": np.sqrt(best)}


def _looked(job: _Job, workers: int | None, wide: bool) -> dict[str, np.ndarray]:
    """All accumulators, block by block; those of a block live only as long as it is worked on."""
    shape = job.grid.shape
    kind = np.uint16 if job.et.size <= _MOST else np.uint32
    out: dict[str, np.ndarray] = {
        "count": np.zeros(shape, kind),
        "distance": np.empty(shape, np.float32),
        "light": np.empty(shape, np.float32),
        "frame": np.empty(shape, np.int32),
        "gap": np.empty(shape, np.float32),
        "angle": np.empty(shape if wide else (1, 1), np.float32),
    }

    def rows(part: slice) -> None:
        piece = job.rows(part)
        best, whole, seconds, angle = _block(piece, wide)
        out["count"][part] = whole[..., 0]
        out["frame"][part] = whole[..., 1]
        out["distance"][part], out["light"][part] = best[..., 0], best[..., 1]
        out["gap"][part] = seconds[..., 1]
        if wide:
            out["angle"][part] = angle

    _in_threads(rows, _parts(shape, _BLOCK_CELLS), workers)
    return out


def _block(piece: _Job, wide: bool) -> tuple[np.ndarray, ...]:
    """Accumulators of one block of rows."""
    rows, width = piece.grid.shape
    directions = kernel.DIRECTIONS
    best = np.empty((rows, width, 2), np.float32)
    best[...] = (np.inf, -1.0)
    whole = np.zeros((rows, width, 3), np.int32)
    whole[..., 1:] = -1
    seconds = np.zeros((rows, width, 2))
    size = (rows, width) if wide else (1, 1)
    kept = np.zeros((*size, 2 * directions, 2), np.float32)
    angle = np.full(size, 2.0, np.float32)
    turn = math.pi * np.arange(directions) / directions
    axes = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    outline = np.ascontiguousarray(piece.view.outline)
    grid = piece.grid
    accumulators = (best, whole, seconds, kept, angle)
    shared = (piece.table, piece.et, piece.seasons)
    lens = (piece.view.bounds, outline, piece.limits, wide, axes)
    if grid.separable:
        north, west, step, cosines, sines = _parallels(grid)
        kernel.cylindrical_looks(
            *shared, north, west, step, piece.radii, *lens, cosines, sines, *accumulators
        )
    else:
        sign = 1.0 if grid.projection == "north-polar" else -1.0
        kernel.polar_looks(
            *shared, grid.left, grid.top, grid.pixel, sign, grid.radius, piece.radii, *lens,
            *accumulators,
        )  # fmt: skip
    return best, whole, seconds, angle


def _parallels(grid: MapGrid) -> tuple[float, float, float, Array, Array]:
    """First latitude and longitude of cell centres, step [rad], cosines and sines of columns."""
    degree = 1.0 if grid.projection == "geographic" else grid.radius * math.radians(1.0)
    step = math.radians(grid.pixel / degree)
    west = math.radians(grid.left / degree) + 0.5 * step
    lon = west + step * np.arange(grid.width)
    north = math.radians(grid.top / degree) - 0.5 * step
    return north, west, step, np.cos(lon), np.sin(lon)


def _values(raw: dict[str, np.ndarray], job: _Job, wanted: set[str]) -> dict[str, np.ndarray]:
    """Accumulators as quantities."""
    seen = raw["count"] > 0
    out: dict[str, np.ndarray] = {"count": raw["count"]}

    def known(values: np.ndarray, where: np.ndarray) -> np.ndarray:
        return np.where(where, values, np.nan).astype(np.float32)

    if "best_gsd" in wanted:
        out["best_gsd"] = known(raw["distance"] * np.float32(job.view.pixel_angle), seen)
    if "best_incidence" in wanted:
        out["best_incidence"] = known(np.degrees(np.arccos(np.clip(raw["light"], -1, 1))), seen)
    if "revisit" in wanted:
        out["revisit"] = known(raw["gap"], raw["count"] > 1)
    if "stereo_angle" in wanted:
        angle = np.degrees(np.arccos(np.clip(raw["angle"], -1.0, 1.0)))
        out["stereo_angle"] = known(angle, raw["angle"] < 1.5)
    if "local_time" in wanted:
        noon = mars_time.local_true_time(np.asarray(Epoch.et(job.et).tt_days), 0.0)
        tables = job.grid.lon_lat_tables()
        lon = (
            tables[1][None, :]
            if tables is not None
            else job.grid.lon_lat(np.arange(job.grid.height)[:, None],
                                  np.arange(job.grid.width)[None, :])[0]
        )  # fmt: skip
        hours = np.mod(noon[np.maximum(raw["frame"], 0)] + lon / 15.0, 24.0)
        out["local_time"] = np.minimum(known(hours, seen), np.float32(24.0))
    return out


def _parts(shape: tuple[int, int], cells: int) -> list[slice]:
    """Blocks of rows of about that many cells."""
    rows = max(1, min(shape[0], cells // shape[1]))
    return [slice(row, min(row + rows, shape[0])) for row in range(0, shape[0], rows)]


def _in_threads(work: Any, parts: list[slice], workers: int | None) -> None:
    workers = workers or os.cpu_count() or 1
    if workers == 1 or len(parts) == 1:
        for part in parts:
            work(part)
        return
    with ThreadPoolExecutor(min(workers, len(parts))) as pool:
        list(pool.map(work, parts))


def _wanted(layers: Iterable[str]) -> set[str]:
    names = {layers} if isinstance(layers, str) else set(layers)
    strange = sorted(names - set(LAYERS))
    if strange or not names:
        raise InputError(
            f"coverage knows no layer {', '.join(map(repr, strange)) or 'of no name'}; "
            f"choose of {', '.join(LAYERS)}"
        )
    return names


def _cosine(name: str, limit: float | None) -> float:
    """Cosine of a limit [deg]; 0 for none."""
    if limit is None:
        return 0.0
    if not 0.0 < limit <= 90.0:
        raise InputError(f"{name} is {limit} deg; give an angle above 0 and up to 90")
    return 0.0 if limit == 90.0 else math.cos(math.radians(limit))
