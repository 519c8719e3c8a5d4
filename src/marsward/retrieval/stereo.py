"""Terrain from two pictures: matched along epipolar rows, heights where the two rays meet.

The pair is rectified on common ground (`stereo_geometry`), matched by semi-global block matching
(Hirschmueller 2008, doi:10.1109/TPAMI.2007.1166, as OpenCV has it), each match is two rays that are
intersected, and the heights are gathered in the cells of a map. OpenCV is the extra [stereo].
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.map_grid import MapGrid
from marsward.geometry.ellipsoid import angles
from marsward.geometry.pinhole import Pinhole
from marsward.retrieval.orthorectify import MARS_RADII
from marsward.retrieval.stereo_geometry import StereoPair, stereo_pair

__all__ = ["MATCH_ERROR", "StereoFrame", "stereo_terrain"]

Array = NDArray[np.float64]

MATCH_ERROR = 0.25
"""Error of a match (1 sigma) [pixel]: scatter of semi-global matching on well-lit texture, with its
pull towards whole pixels (Szeliski & Scharstein 2004, doi:10.1109/TPAMI.2004.1262341)."""

_BLOCK = 5  # pixels a side of the blocks that are compared
_STEP = 16  # OpenCV counts disparities in this many parts, and in ranges of so many pixels

add_fields(
    FieldRow("stereo_height", "m", "height above the ellipsoid from stereo"),
    FieldRow("stereo_height_sigma", "m", "error of the height (1 sigma)", low=0.0),
    FieldRow("matches", "1", "matched pixels in the cell", low=0.0),
)


@dataclass(frozen=True, eq=False)
class StereoFrame:
    """One picture for stereo: image (y, x) in any unit, NaN where bad, its camera and pose."""

    image: NDArray[np.float32]
    pinhole: Pinhole
    pose: Any

    def __post_init__(self) -> None:
        image = np.ascontiguousarray(self.image, dtype=np.float32)
        object.__setattr__(self, "image", image)
        if image.shape != (self.pinhole.height, self.pinhole.width):
            raise InputError(
                f"the picture has shape {image.shape} but its camera {self.pinhole.width} x "
                f"{self.pinhole.height} pixels: give one band as (y, x)"
            )


def stereo_terrain(
    left: StereoFrame,
    right: StereoFrame,
    grid: MapGrid,
    *,
    terrain: Any | None = None,
    relief: tuple[float, float] = (-4000.0, 4000.0),
    match_error: float = MATCH_ERROR,
) -> xr.Dataset:
    """Heights of the ground that two frames share, on a map grid.

    Parameters
    ----------
    grid : map whose cells take the heights; cells of 3 GSD or more hold several matches each
    terrain : prior terrain as reference ground; the Mars ellipsoid if None
    relief : lowest and highest ground above the reference [m]: how far matches are sought
    match_error : 1-sigma error of a match [pixel]

    Returns
    -------
    Dataset (y, x): stereo_height, stereo_height_sigma [m], matches; attributes: gsd_m,
    convergence_deg, gap_m (median distance by which the matched rays miss one another, which tells
    of errors of the poses).

    Raises
    ------
    InputError : OpenCV is not there, the views are too much alike or share no ground, no match.
    """
    vision = _opencv()
    if not relief[0] < relief[1]:
        raise InputError(f"relief must run from lower to higher ground, not {relief}")
    pair = stereo_pair((left.pinhole, right.pinhole), (left.pose, right.pose), terrain=terrain)
    pictures = [
        _picture(vision, frame.image, pixels)
        for frame, pixels in zip((left, right), pair.pixels, strict=True)
    ]
    disparity = _match(vision, pictures, _sought(pair, relief))
    row, col = np.nonzero(np.isfinite(disparity))
    if row.size == 0:
        raise InputError("the two frames have nothing that matches: widen relief or choose others")
    here = col.astype(np.float64)
    there = here - disparity[row, col].astype(np.float64)
    points, gap = pair.meet(row, here, there)
    # height per pixel of disparity, by moving every match by half a pixel
    moved, _ = pair.meet(row, here, there - 0.5)
    radii = np.asarray(MARS_RADII if terrain is None else terrain.radii, dtype=np.float64)
    height = _height(points, radii)
    per_pixel = np.abs(_height(moved, radii) - height) / 0.5
    attrs = {
        **grid.attrs,
        "gsd_m": pair.gsd,
        "convergence_deg": math.degrees(pair.angle),
        "gap_m": float(np.median(gap)),
    }
    return _gathered(grid, points, height, match_error * per_pixel, attrs)


def _opencv() -> Any:
    try:
        import cv2
    except ImportError as error:
        raise InputError(
            'terrain from stereo needs OpenCV: pip install "marsward[stereo]"'
        ) from error
    return cv2


def _picture(vision: Any, image: NDArray[np.float32], pixels: Array) -> tuple[Any, Any]:
    """Rectified picture in 8 bits, and where it is good."""
    where = pixels.astype(np.float32)
    hidden = float("nan")
    values = vision.remap(
        np.nan_to_num(image), where[..., 0], where[..., 1], vision.INTER_CUBIC,
        borderMode=vision.BORDER_REPLICATE,
    )  # fmt: skip
    bad = np.where(np.isfinite(image), np.float32(0.0), np.float32(1.0))
    marred = vision.remap(
        bad, where[..., 0], where[..., 1], vision.INTER_LINEAR,
        borderMode=vision.BORDER_CONSTANT, borderValue=1.0,
    )  # fmt: skip
    good = (marred == 0.0) & np.isfinite(pixels).all(axis=-1)
    values = np.where(good, values, hidden)
    low, high = np.nanpercentile(values, [0.5, 99.5]) if good.any() else (0.0, 1.0)
    scaled = np.clip((np.nan_to_num(values) - low) / max(high - low, 1e-30), 0.0, 1.0)
    return (scaled * 255.0 + 0.5).astype(np.uint8), good


def _sought(pair: StereoPair, relief: tuple[float, float]) -> tuple[int, int]:
    """Least disparity and how many, for ground between two heights above the reference."""
    rise = 2.0 * math.tan(0.5 * pair.angle) / pair.gsd
    first = math.floor(relief[0] * rise * 1.3) - 2
    last = math.ceil(relief[1] * rise * 1.3) + 2
    return first, _STEP * math.ceil((last - first) / _STEP)


def _match(
    vision: Any, pictures: list[tuple[Any, Any]], sought: tuple[int, int]
) -> NDArray[np.float32]:
    """Disparity (rows, columns) [pixel], left column less right; NaN without a match."""
    first, count = sought
    matcher = vision.StereoSGBM_create(
        minDisparity=first, numDisparities=count, blockSize=_BLOCK,
        P1=8 * _BLOCK * _BLOCK, P2=32 * _BLOCK * _BLOCK, disp12MaxDiff=1, uniquenessRatio=8,
        speckleWindowSize=60, speckleRange=2, mode=vision.STEREO_SGBM_MODE_HH,
    )  # fmt: skip
    pad = max(0, first + count) + abs(min(0, first))
    wide = [vision.copyMakeBorder(p, 0, 0, pad, pad, vision.BORDER_REPLICATE) for p, _ in pictures]
    found = matcher.compute(*wide)[:, pad : wide[0].shape[1] - pad].astype(np.float32) / _STEP
    columns = np.arange(found.shape[1])
    partner = np.rint(columns - found).astype(int)
    inside = (partner >= 1) & (partner < found.shape[1] - 1)
    rows = np.arange(found.shape[0])[:, None]
    good = inside & pictures[0][1] & pictures[1][1][rows, np.where(inside, partner, 0)]
    good &= found > first - 0.5
    return np.where(good, found, np.float32(np.nan))


def _height(points: Array, radii: Array) -> Array:
    """Height [m] of points above the ellipsoid, towards the centre as terrain counts it."""
    distance = np.linalg.norm(points, axis=-1)
    return distance * (1.0 - 1.0 / np.linalg.norm(points / radii, axis=-1))


def _gathered(
    grid: MapGrid, points: Array, height: Array, sigma: Array, attrs: dict[str, Any]
) -> xr.Dataset:
    """Mean heights in the cells, with errors: of the match, and of the scatter in the cell."""
    row, col = (np.rint(v).astype(int) for v in grid.row_col(*angles(points)))
    inside = (row >= 0) & (row < grid.height) & (col >= 0) & (col < grid.width)
    cell = (row * grid.width + col)[inside]
    number = grid.width * grid.height
    count = np.bincount(cell, minlength=number)

    def mean(values: ArrayLike) -> Array:
        total = np.bincount(cell, weights=np.asarray(values), minlength=number)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)

    middle = mean(height[inside])
    scatter = mean((height[inside] - middle[cell]) ** 2)
    error = np.sqrt(mean(sigma[inside] ** 2) + scatter / np.maximum(count, 1))
    planes = {
        "stereo_height": middle.astype(np.float32),
        "stereo_height_sigma": error.astype(np.float32),
        "matches": count.astype(np.int32),
    }
    data = {
        name: field(name, values.reshape(grid.shape), ("y", "x")) for name, values in planes.items()
    }
    return xr.Dataset(data, coords=grid.coords(), attrs=attrs)
