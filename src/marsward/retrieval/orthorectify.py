"""Orthorectification: a frame as it lies on a map, cell by cell, backward through the camera.

For each cell of a map window the ground point (ellipsoid, or prior terrain above it) is carried
through the pose and the lens to the pixel that saw it; its value is bilinear between pixels, or the
mean of n x n such values where the frame is finer than the cell. Cells that are hidden behind the
limb, too slant, too dark or off the frame are NaN.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import BODIES
from marsward.core.errors import InputError
from marsward.core.map_grid import MapGrid
from marsward.geometry.pinhole import Pinhole
from marsward.retrieval.kernels.orthorectify import map_pixels, map_values
from marsward.retrieval.map_window import (
    GridTables,
    SeenFrom,
    Window,
    edge_rays,
    frame_window,
    grid_tables,
)

Array = NDArray[np.float64]
MARS_RADII = BODIES["mars"].radii
FLAT = np.zeros((1, 1), dtype=np.float32)
"""Terrain that is not there: the kernels take the ellipsoid."""

_LENSES = {"brown-conrady": 1, "opencv-fisheye": 2}
_ROWS_AT_ONCE = 64


@lru_cache(maxsize=16)
def optics_of(pinhole: Pinhole) -> tuple[int, Array]:
    """Number of the lens model and what the kernels take: focal, cx, cy, five numbers, reach.

    Reach is the greatest distance from the axis, in units of the focal length and before the lens,
    that the detector sees, widened by 5 %: beyond it a lens polynomial may come back.
    """
    numbers = np.zeros(5)
    given = np.asarray(pinhole.distortion, dtype=np.float64)
    numbers[: given.size] = given[:5]
    kind = _LENSES[pinhole.model]
    if kind == 1 and not numbers.any():
        kind = 0
    rays = edge_rays(pinhole)
    if not float(rays[:, 2].min()) > 1e-3:
        raise InputError(
            "a camera that sees 90 degrees off its axis cannot be laid on a map here: crop its "
            "frame to a smaller field"
        )
    reach = 1.05 * float(np.max(np.hypot(rays[:, 0], rays[:, 1]) / rays[:, 2])) + 1e-3
    head = [pinhole.focal_px, pinhole.cx, pinhole.cy]
    return kind, np.concatenate([head, numbers, [reach]])


def terrain_arrays(terrain: Any | None) -> tuple[NDArray[np.float32], Array, tuple[float, float]]:
    """Padded heights, radii of the ellipsoid [m] and lowest and highest ground [m] of a terrain.

    Without a terrain, or with one that is flat, the heights are `FLAT`.
    """
    if terrain is None:
        return FLAT, np.array(MARS_RADII), (0.0, 0.0)
    radii = np.asarray(terrain.radii, dtype=np.float64)
    low, high = relief_of(terrain)
    return (FLAT if low == high == 0.0 else terrain.padded), radii, (low, high)


@lru_cache(maxsize=8)
def relief_of(terrain: Any) -> tuple[float, float]:
    """Lowest and highest ground of a terrain [m]."""
    return float(terrain.padded.min()), float(terrain.padded.max())


def least_cosines(incidence_limit: float, emission_limit: float) -> Array:
    """Cosines of the limits [deg] of incidence (0 to 180) and emission (0 to under 90)."""
    if not 0.0 < incidence_limit <= 180.0:
        raise InputError(f"incidence_limit must be in 0 to 180 deg, not {incidence_limit:g}")
    if not 0.0 < emission_limit <= 90.0:
        raise InputError(f"emission_limit must be in 0 to 90 deg, not {emission_limit:g}")
    return np.cos(np.radians([incidence_limit, emission_limit])).clip(-1.0, 1.0)


def orthorectify(
    image: ArrayLike,
    pinhole: Pinhole,
    pose: SeenFrom,
    grid: MapGrid,
    *,
    terrain: Any | None = None,
    window: Window | None = None,
    incidence_limit: float = 180.0,
    emission_limit: float = 85.0,
    samples: int = 1,
) -> tuple[NDArray[np.float32], Window | None]:
    """A frame laid on a map.

    Parameters
    ----------
    image : (y, x) or (band, y, x), any unit
    pinhole : the camera; its size must be the image's
    pose : observer [m], axes, sun: body-fixed (see `SeenFrom`)
    terrain : prior terrain (`geometry.terrain.Terrain`); the Mars ellipsoid if None
    window : the cells wanted; those that the frame can see if None
    incidence_limit, emission_limit : on the ellipsoid [deg]
    samples : values a side that are averaged in a cell; 1 is one bilinear value at its centre

    Returns
    -------
    values (rows, columns) or (band, rows, columns) float32, NaN where there is none, and the window
    (None when the frame sees nothing of the map; the values are then empty).

    Raises
    ------
    InputError : image and camera of different size, a camera below the ground, bad limits.
    """
    images = _bands(image, pinhole)
    height, radii, relief = terrain_arrays(terrain)
    if window is None:
        window = frame_window(grid, pinhole, pose, radii=radii, relief=relief)
    shape = (0, 0) if window is None else window.shape
    out = np.empty((images.shape[0], *shape), dtype=np.float32)
    if window is not None:
        kind, optics = optics_of(pinhole)
        limits = least_cosines(incidence_limit, emission_limit)
        arguments = (radii, height, optics, kind, images, *_pose_arrays(pose), limits)
        if samples == 1:
            _fill(grid_tables(grid), window.row0, window.col0, arguments, out)
        else:
            _fill_mean(grid, window, _count(samples), arguments, out)
    return (out[0] if np.ndim(image) == 2 else out), window


def pixel_map(
    pinhole: Pinhole,
    pose: SeenFrom,
    grid: MapGrid,
    window: Window,
    *,
    terrain: Any | None = None,
    incidence_limit: float = 180.0,
    emission_limit: float = 85.0,
) -> Array:
    """Pixel (x, y) of each cell of a window, (rows, columns, 2); NaN where the frame has none."""
    height, radii, _ = terrain_arrays(terrain)
    kind, optics = optics_of(pinhole)
    tables = grid_tables(grid)
    u, v = np.empty(window.shape), np.empty(window.shape)
    size = np.array([pinhole.height, pinhole.width])
    map_pixels(
        tables.kind, tables.numbers, tables.lat, tables.lon, window.row0, window.col0, radii,
        height, optics, kind, *_pose_arrays(pose),
        least_cosines(incidence_limit, emission_limit), u, v,
    )  # fmt: skip
    out = np.stack([u, v], axis=-1)
    inside = (u >= -0.5) & (v >= -0.5) & (u <= size[1] - 0.5) & (v <= size[0] - 0.5)
    out[~inside] = np.nan
    return out


def _bands(image: ArrayLike, pinhole: Pinhole) -> NDArray[np.float32]:
    images = np.ascontiguousarray(image, dtype=np.float32)
    images = images[None] if images.ndim == 2 else images
    if images.ndim != 3 or images.shape[1:] != (pinhole.height, pinhole.width):
        raise InputError(
            f"the image has shape {np.shape(image)} but the camera {pinhole.width} x "
            f"{pinhole.height} pixels: give it as (y, x) or (band, y, x)"
        )
    return images


def _pose_arrays(pose: SeenFrom) -> tuple[Array, Array, Array]:
    return (
        np.ascontiguousarray(pose.observer, dtype=np.float64).reshape(3),
        np.ascontiguousarray(pose.axes, dtype=np.float64).reshape(3, 3),
        np.ascontiguousarray(pose.sun, dtype=np.float64).reshape(3),
    )


def _count(samples: int) -> int:
    if not 1 <= int(samples) <= 64:
        raise InputError(f"samples must be 1 to 64 a side, not {samples}")
    return int(samples)


def _fill(tables: GridTables, row0: int, col0: int, arguments: Any, out: Any) -> None:
    place = (tables.kind, tables.numbers, tables.lat, tables.lon, row0, col0)
    map_values(*place, *arguments, out)  # type: ignore[call-arg]


def _fill_mean(
    grid: MapGrid, window: Window, n: int, arguments: Any, out: NDArray[np.float32]
) -> None:
    """Means of n x n values a cell, from a grid n times as fine, some rows at a time."""
    fine = replace(grid, width=grid.width * n, height=grid.height * n, pixel=grid.pixel / n)
    tables = grid_tables(fine)
    rows, columns = window.shape
    for start in range(0, rows, _ROWS_AT_ONCE):
        count = min(_ROWS_AT_ONCE, rows - start)
        part = np.empty((out.shape[0], count * n, columns * n), dtype=np.float32)
        _fill(tables, (window.row0 + start) * n, window.col0 * n, arguments, part)
        cells = part.reshape(out.shape[0], count, n, columns, n)
        out[:, start : start + count] = cells.mean(axis=(2, 4))
