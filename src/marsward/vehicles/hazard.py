"""Hazards of a landing ground: slopes and steps under a lander, safe places, the choice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import distance_transform_edt

from marsward.core.asked import number, numbers
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.geometry.local_terrain import LocalTerrain
from marsward.vehicles.kernels.hazard_scan import best_places, footprint_planes

__all__ = ["Hazards", "hazard_map", "hazards", "safest_place"]

Array = NDArray[np.float64]
_WAY_WEIGHT = 0.3

add_fields(
    FieldRow("footprint_slope", "degree", "slope of the plane under the footprint", low=0, high=90),
    FieldRow("footprint_roughness", "m", "rms distance from the plane under the footprint", low=0),
    FieldRow("footprint_step", "m", "greatest distance from the plane under the footprint", low=0),
    FieldRow("safe", "1", "1 where the ground is safe to stand on", low=0, high=1),
    FieldRow("safe_distance", "m", "way to the nearest place that is not safe", low=0),
    FieldRow("landing_score", "1", "worth of a landing place, 0 where not safe", low=0, high=1),
)


@dataclass(frozen=True)
class Hazards:
    """Landing ground cell by cell, rows from north to south.

    terrain : the ground; footprint : diameter over which it was judged [m]
    slope_rad, roughness, step : of the plane under the footprint [rad, m, m]; NaN at the rim
    safe : where slope and step are within their limits
    distance : to the nearest cell that is not safe or off the grid [m]
    score : 0 where not safe, else up to 1
    """

    terrain: LocalTerrain
    footprint: float
    slope_rad: Array
    roughness: Array
    step: Array
    safe: NDArray[np.bool_]
    distance: Array
    score: Array


def hazards(
    terrain: LocalTerrain,
    *,
    footprint: float = 4.0,
    most_slope_rad: float = np.radians(10.0),
    most_step: float = 0.3,
    margin: float = 5.0,
) -> Hazards:
    """Judge a ground: see `hazard_map`, of which this gives plain arrays."""
    for name, given, unit in (
        ("footprint", footprint, "m"), ("most_step", most_step, "m"), ("margin", margin, "m"),
        ("most_slope_rad", most_slope_rad, "rad"),
    ):  # fmt: skip
        if not number(given, f"{name} of a hazard map", unit) > 0.0:
            raise InputError(f"{name} of a hazard map is {given!r}; give more than 0 {unit}")
    if min(terrain.shape) < 3:
        raise InputError(f"a hazard map needs 3 x 3 cells or more, not {terrain.shape}")
    out = [np.empty(terrain.shape) for _ in range(4)]
    footprint_planes(terrain.height, terrain.cell, 0.5 * footprint, *out)
    slope = np.arctan(np.hypot(out[0], out[1]))
    with np.errstate(invalid="ignore"):
        safe = slope <= most_slope_rad
    hard = slope / most_slope_rad
    if terrain.cell <= 0.5 * footprint:
        safe &= ~(out[3] > most_step)
        hard = np.maximum(hard, out[3] / most_step)
    ringed = np.pad(safe, 1)
    distance = distance_transform_edt(ringed)[1:-1, 1:-1] * terrain.cell
    score = np.where(safe, (1.0 - 0.5 * hard) * np.minimum(distance / margin, 1.0), 0.0)
    width = max(footprint, 2.0 * np.sqrt(2.0) * terrain.cell)
    return Hazards(terrain, width, slope, out[2], out[3], safe, distance, score)


def hazard_map(
    terrain: LocalTerrain,
    *,
    footprint: float = 4.0,
    most_slope: float = 10.0,
    most_step: float = 0.3,
    margin: float = 5.0,
) -> xr.Dataset:
    """Slope, roughness, steps and safe places of a landing ground.

    Through the heights within the footprint's circle about each cell goes the plane of least
    squares; slope is its, roughness and step are the rms and the greatest distance from it. A rock
    or a hole shows where it is wider than a cell; on cells wider than half the footprint the plane
    goes through three by three cells, whose slope alone is judged.

    Parameters
    ----------
    terrain : the ground
    footprint : diameter of what stands there [m]
    most_slope : [deg]
    most_step : [m]
    margin : distance from what is not safe beyond which more is no better [m]

    Returns
    -------
    Dataset ("y", "x") of `footprint_slope` [deg], `footprint_roughness` [m], `footprint_step` [m],
    `safe`, `safe_distance` [m] and `landing_score`, which is 0 where not safe, else
    (1 - max(slope/most, step/most)/2) min(distance/margin, 1).

    Raises
    ------
    InputError : limits that are not above 0, or a grid of less than 3 x 3 cells.
    """
    found = hazards(
        terrain, footprint=footprint, most_slope_rad=np.radians(most_slope), most_step=most_step,
        margin=margin,
    )  # fmt: skip
    held = {
        "footprint_slope": np.degrees(found.slope_rad), "footprint_roughness": found.roughness,
        "footprint_step": found.step, "safe": found.safe.astype(np.float32),
        "safe_distance": found.distance, "landing_score": found.score,
    }  # fmt: skip
    data = {name: field(name, each, ("y", "x")) for name, each in held.items()}
    attrs = {
        "footprint": found.footprint, "most_slope": most_slope, "most_step": most_step,
        "source": terrain.source, "cell": terrain.cell,
    }  # fmt: skip
    return xr.Dataset(data, coords={"y": terrain.y, "x": terrain.x}, attrs=attrs)


def safest_place(
    found: Hazards,
    x: ArrayLike,
    y: ArrayLike,
    *,
    reach: float,
    keep_off: float = 0.0,
    off: tuple[ArrayLike, ArrayLike] | None = None,
) -> tuple[Array, Array, Array]:
    """Where to land: the safe cell within reach of points that is worth most.

    Worth is the score less 0.3 times way over reach.

    Parameters
    ----------
    found : the judged ground
    x, y : points (n,) [m] over which the craft is
    reach : how far it can go [m]
    keep_off, off : distance [m] to keep from points (n,) [m]

    Returns
    -------
    x, y and score, each (n,); the score is 0, and the place the point itself, where no cell within
    reach is safe.
    """
    if not number(reach, "reach of a divert", "m") > 0.0:
        raise InputError(f"reach of a divert is {reach!r} m; give more than 0 m")
    px, py = (np.atleast_1d(numbers(each, "a point of a divert", "m")) for each in (x, y))
    if px.shape != py.shape or px.ndim != 1:
        raise InputError(f"points of a divert are {px.shape} and {py.shape}; give (n,) of each")
    ox, oy = (px, py) if off is None else off
    ox, oy = (np.ascontiguousarray(np.broadcast_to(each, px.shape), float) for each in (ox, oy))
    out = np.empty((px.size, 3))
    ground = found.terrain
    best_places(
        found.score, float(ground.x[0]), float(ground.y[0]), ground.cell, px, py, float(reach),
        float(keep_off), ox, oy, _WAY_WEIGHT, out,
    )  # fmt: skip
    return out[:, 0].copy(), out[:, 1].copy(), out[:, 2].copy()
