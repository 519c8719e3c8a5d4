"""A rover's drive along a path: slip, energy, time and sols, and how well it knows its place.

The rover steers by the place it believes in. Wheels turn for the slip that it expects; what slips
otherwise is seen by visual odometry on most steps and missed on the rest. Soil is one number of
variance 1 that changes over `soil_length`; slip, crabbing and work follow it by the slip table's
mean and scatter. The belief is a Kalman filter over place, heading and soil: visual and wheel
odometry err by a share of 100 m that grows with the root of distance, the heading comes from the
Sun each sol and wanders with the gyros between, and places found in orbital images correct both.

Sources: visual odometry on Mars, Maimone et al. 2007, doi:10.1002/rob.20184; sensors of place and
heading, Ali et al. 2005. Work of the wheels: `physics.wheel_soil`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import whole
from marsward.core.errors import InputError, PhysicsError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.geometry.local_terrain import LocalTerrain
from marsward.physics.wheel_soil import SlipTable
from marsward.vehicles.kernels import drive as kernel
from marsward.vehicles.rover import Rover

__all__ = ["VERDICTS", "drive", "localisation_chi2", "slip_rows", "way_points"]

Array = NDArray[np.float64]
_REFERENCE = 100.0
"""Distance over which the shares of odometry hold [m]."""
VERDICTS: Mapping[int, str] = MappingProxyType({
    kernel.ARRIVED: "arrived", kernel.SLOPE: "steep slope", kernel.TILTED: "tilt",
    kernel.SLIPPED: "slip", kernel.HELD: "stuck", kernel.NO_SOLS: "out of sols",
    kernel.OFF: "off the terrain", kernel.LOST: "no progress",
})  # fmt: skip
"""Why a drive ended."""

_PLACES = (
    ("x_true", kernel.X), ("y_true", kernel.Y), ("x_believed", kernel.X_BELIEVED),
    ("y_believed", kernel.Y_BELIEVED), ("heading_error", kernel.HEADING_ERROR),
    ("wheel_slip", kernel.STEP_SLIP), ("along_slope", kernel.ALONG),
    ("across_slope", kernel.ACROSS), ("ground_tilt", kernel.TILT),
    ("driving_energy", kernel.ENERGY), ("driving_time", kernel.SECONDS), ("drive_sol", kernel.SOL),
    ("x_variance", kernel.VAR_X), ("y_variance", kernel.VAR_Y), ("xy_covariance", kernel.VAR_XY),
    ("visual", kernel.VISUAL), ("way", kernel.WAY), ("sinkage", kernel.STEP_SINKAGE),
    ("wheel_way", kernel.WHEELS),
)  # fmt: skip

add_fields(
    FieldRow("x_true", "m", "true place east of the site"),
    FieldRow("y_true", "m", "true place north of the site"),
    FieldRow("x_believed", "m", "believed place east of the site"),
    FieldRow("y_believed", "m", "believed place north of the site"),
    FieldRow("heading_error", "degree", "true less believed heading, counter-clockwise"),
    FieldRow("along_slope", "degree", "slope of the ground in the direction of travel"),
    FieldRow("across_slope", "degree", "slope of the ground to the left of the way"),
    FieldRow("ground_tilt", "degree", "slope of the ground over the wheel base", "", 0.0, 90.0),
    FieldRow("driving_energy", "J", "electric energy of driving since the start", low=0.0),
    FieldRow("driving_time", "s", "time under way since the start", low=0.0),
    FieldRow("drive_sol", "1", "sol of the drive, from 0", low=0.0),
    FieldRow("x_variance", "m2", "variance of the believed place to the east", low=0.0),
    FieldRow("y_variance", "m2", "variance of the believed place to the north", low=0.0),
    FieldRow("xy_covariance", "m2", "covariance of the believed place, east with north"),
    FieldRow("visual", "1", "whether visual odometry saw the step", "", 0.0, 1.0),
    FieldRow("way", "m", "true way since the start", low=0.0),
    FieldRow("wheel_way", "m", "way by the wheels' turns since the start", low=0.0),
)


def way_points(path: Any) -> tuple[Array, Array]:
    """x, y [m] of a path: an object with x and y, or (n, 2) points; InputError for fewer than 2."""
    if hasattr(path, "x") and hasattr(path, "y"):
        x, y = np.asarray(path.x, dtype=np.float64), np.asarray(path.y, dtype=np.float64)
    else:
        points = np.asarray(path, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != 2:
            raise InputError(f"a path is (n, 2) points or has x and y; this is {points.shape}")
        x, y = points.T
    if x.shape != y.shape or x.ndim != 1 or x.size < 2 or not np.isfinite(x + y).all():
        raise InputError("a path needs 2 points or more, all of them numbers")
    return x, y


def slip_rows(slip: SlipTable) -> Array:
    """Rows of the slip table as the kernel takes them (8, across, along), all of them finite."""
    work = slip.mean("energy")
    most = np.max(work[np.isfinite(work)], initial=0.0)
    return np.ascontiguousarray(
        np.stack([
            slip.mean("slip"), slip.sigma("slip"), slip.mean("crab"), slip.sigma("crab"),
            np.where(np.isfinite(work), work, most), slip.sigma("energy"), slip.stuck,
            slip.mean("sinkage"),
        ])
    )  # fmt: skip


def _dense(x: Array, y: Array, step: float) -> tuple[Array, Array]:
    """Points of the same line no farther apart than a step."""
    s = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    keep = np.concatenate([[True], np.diff(s) > 0.0])
    if keep.sum() < 2:
        raise InputError("the path has no length: its points are one place")
    s, x, y = s[keep], x[keep], y[keep]
    at = np.linspace(0.0, s[-1], max(math.ceil(s[-1] / step), 1) + 1)
    return np.interp(at, s, x), np.interp(at, s, y)


def drive(
    path: Any,
    terrain: LocalTerrain,
    rover: Rover,
    slip: SlipTable | None = None,
    *,
    seed: int | None = 0,
    hours: ArrayLike = 4.0,
    watt_hours: ArrayLike = np.inf,
    sols: int | None = None,
    fix_every: int = 1,
    autonomous: bool = True,
    visual: bool = True,
    soil_length: float = 20.0,
    start_sigma: float = 0.0,
    strict: bool = False,
) -> xr.Dataset:
    """Drive along a path, step by step, over as many sols as it takes or as there are.

    Parameters
    ----------
    path : object with x, y (such as `geometry.traverse_path` gives) or (n, 2) local metres
    slip : of the rover's own soil if left out
    seed : of soil, odometry, heading and fixes; None drives the mean soil without any error
    hours, watt_hours : driving hours and electric energy of each sol, one for all or (sol,)
    sols : how many there are, when hours and watt_hours are single; 1000 if left out
    fix_every : sols between places found in orbital images, at the end of a sol's drive; 0 for none
    autonomous : at the speed of its own finding of a path, else at that of its wheels
    visual : whether visual odometry is used at all
    soil_length : distance over which soil changes [m], a choice
    start_sigma : error of the first place [m]
    strict : raise instead of flag when the drive does not arrive

    Returns
    -------
    Dataset (step) of the state after each step; attributes `verdict` (see `VERDICTS`), `why`,
    `arrived`, `sols` used, `length` of the path [m], `step` [m].

    Raises
    ------
    InputError : a path, hours or energies that cannot be, or a path that begins off the terrain
    PhysicsError : with `strict`, a drive that does not arrive
    """
    table = rover.slip_table() if slip is None else slip
    x, y = _dense(*way_points(path), rover.visual_step)
    if not terrain.contains(x[0], y[0]):
        raise InputError(f"the path begins off the terrain, at ({x[0]:g}, {y[0]:g}) m")
    day, energy = _sols(hours, watt_hours, sols)
    if not (soil_length > 0.0 and start_sigma >= 0.0 and fix_every >= 0):
        raise InputError("soil_length must be above 0 m, start_sigma and fix_every 0 or more")
    fixes = np.zeros(day.size)
    if fix_every and seed is not None:
        fixes[fix_every - 1 :: fix_every] = 1.0
    rows = slip_rows(table)
    senses = _senses(rover, visual)
    start = start_sigma
    most = 4 * x.size + 64
    if seed is None:
        rows[[kernel.SLIP_SIGMA, kernel.CRAB_SIGMA, kernel.WORK_SIGMA]] = 0.0
        rows[kernel.STUCK] = (rows[kernel.STUCK] >= 0.5).astype(float)
        senses[:2], senses[3:5], start = 0.0, 0.0, 0.0
        normal, uniform = np.zeros((most + day.size + 1, 5)), np.zeros(most)
    else:
        rng = np.random.default_rng(whole(seed, "the seed of a drive", 0))
        normal = rng.standard_normal((most + day.size + 1, 5))
        uniform = rng.random(most)
    pace = rover.autonomous_speed if autonomous else rover.speed
    motion = np.array([
        rover.visual_step, rover.wheel_base, soil_length, rover.speed, pace,
        rover.drive_efficiency, rover.drive_base_power,
    ])  # fmt: skip
    limits = np.array([
        math.tan(math.radians(rover.max_slope)), math.tan(math.radians(rover.max_tilt)),
        rover.slip_limit,
    ])  # fmt: skip
    out = np.zeros((most, kernel.COLUMNS))
    count, end = kernel.run_drive(
        x, y, terrain.height, float(terrain.x[0]), float(terrain.y[0]), float(terrain.cell), rows,
        table.along, table.across, day, energy, fixes, limits, motion, senses, float(start),
        normal, uniform, out,
    )  # fmt: skip
    made = _dataset(out[:count], VERDICTS[end], x, y, rover, terrain, table)
    if strict and end != kernel.ARRIVED:
        raise PhysicsError(made.attrs["why"])
    return made


def _sols(hours: ArrayLike, watt_hours: ArrayLike, sols: int | None) -> tuple[Array, Array]:
    day, energy = np.asarray(hours, dtype=np.float64), np.asarray(watt_hours, dtype=np.float64)
    count = max([each.size for each in (day, energy) if each.ndim == 1] or [sols or 1000])
    try:
        day, energy = np.broadcast_to(day, count), np.broadcast_to(energy, count)
    except ValueError as error:
        raise InputError(
            f"hours {day.shape} and watt-hours {energy.shape} of the sols do not fit together"
        ) from error
    if sols is not None:
        day, energy = day[:sols], energy[:sols]
    if not day.size or np.isnan(day).any() or (day < 0.0).any() or (day > 25.0).any():
        raise InputError("driving hours of a sol are 0 to 25, and there is one sol or more")
    if np.isnan(energy).any() or (energy < 0.0).any():
        raise InputError("watt-hours of a sol must be 0 or more")
    return np.ascontiguousarray(day), np.ascontiguousarray(energy) * 3600.0


def _senses(rover: Rover, visual: bool) -> Array:
    root = math.sqrt(_REFERENCE)
    return np.array([
        rover.visual_odometry * root, rover.wheel_odometry * root,
        rover.visual_success if visual else -1.0, math.radians(rover.heading_error),
        math.radians(rover.heading_drift) / 60.0, rover.fix_error,
    ])  # fmt: skip


_WHY = MappingProxyType({
    "arrived": "it arrived",
    "steep slope": "the ground ahead rises by more than {slope:g} deg; choose another way",
    "tilt": "the ground ahead tilts the rover by more than {tilt:g} deg; choose another way",
    "slip": "the wheels would slip by more than {slip:.0%}; choose firmer or flatter ground",
    "stuck": "the soil ahead holds the rover; choose firmer or flatter ground",
    "out of sols": "its sols end first; give more sols, hours or watt-hours",
    "off the terrain": "it comes to the edge of the terrain; give a larger one",
    "no progress": "its belief of its place is too poor to find the path's end; give fixes",
})  # fmt: skip


def _dataset(
    rows: Array, verdict: str, x: Array, y: Array, rover: Rover, terrain: LocalTerrain,
    table: SlipTable,
) -> xr.Dataset:  # fmt: skip
    columns = {name: rows[:, k] for name, k in _PLACES}
    columns["heading_error"] = np.degrees(columns["heading_error"])
    out = xr.Dataset({name: field(name, held, "step") for name, held in columns.items()})
    said = _WHY[verdict].format(slope=rover.max_slope, tilt=rover.max_tilt, slip=rover.slip_limit)
    length = float(np.hypot(np.diff(x), np.diff(y)).sum())
    done = float(columns["way"][-1]) if len(rows) else 0.0
    return out.assign_attrs(
        verdict=verdict, arrived=int(verdict == "arrived"), length=length, step=rover.visual_step,
        why=f"the drive ends after {done:.1f} m of {length:.1f} m: {said}", rover=rover.name,
        soil=table.soil.name, terrain=terrain.source,
        sols=int(columns["drive_sol"][-1]) + 1 if len(rows) else 0,
    )  # fmt: skip


def localisation_chi2(driven: xr.Dataset) -> xr.DataArray:
    """Squared error of the believed place over its covariance, step by step; 2 on average."""
    dx = driven["x_true"].values - driven["x_believed"].values
    dy = driven["y_true"].values - driven["y_believed"].values
    a, b = driven["x_variance"].values, driven["xy_covariance"].values
    c = driven["y_variance"].values
    det = a * c - b * b
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(det > 0.0, (c * dx * dx - 2.0 * b * dx * dy + a * dy * dy) / det, 0.0)
    return xr.DataArray(value, dims="step", name="chi2", attrs={"expected": 2.0})
