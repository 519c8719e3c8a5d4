"""How a rover stands on the ground: roll, pitch, tilt and the room under its belly.

A rocker and bogie carry the body: on each side the bogie's pivot lies on the line of the middle and
the rear wheel, the rocker on the line from the front wheel to that pivot, and a differential gives
the body the mean of both rockers' pitch. This is linear in the heights of the contact points, so a
plane is met exactly. Contact points are taken straight under the wheels' axles, wheels as points.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.geometry.local_terrain import LocalTerrain
from marsward.vehicles.drive import way_points
from marsward.vehicles.rover import Rover

__all__ = ["contact_points", "path_pose", "pose"]

Array = NDArray[np.float64]
_BELLY = 5
"""Points along and across the belly at which its room is looked at."""

add_fields(
    FieldRow("roll", "degree", "roll of the rover, positive with the right side down"),
    FieldRow("pitch", "degree", "pitch of the rover, positive with the nose up"),
    FieldRow("rover_tilt", "degree", "tilt of the rover's deck from level", low=0.0, high=180.0),
    FieldRow("belly_room", "m", "least distance of the belly from the ground below it"),
    FieldRow("wheel_step", "m", "greatest height of a wheel over the plane of the others"),
)


def contact_points(rover: Rover) -> tuple[Array, Array]:
    """Places of the wheels [m], forward and to the left of the middle: rear, middle, front by side.

    Returns (2, 3) and (2, 3), left side first.
    """
    half = 0.5 * rover.wheel_base
    along = np.array([-half, -half + rover.bogie_share * rover.wheel_base, half])
    side = np.array([0.5 * rover.track, -0.5 * rover.track])
    return np.tile(along, (2, 1)), np.repeat(side[:, None], 3, axis=1)


def pose(
    terrain: LocalTerrain,
    x: ArrayLike,
    y: ArrayLike,
    heading: ArrayLike,
    rover: Rover,
    *,
    by: str = "rocker",
) -> xr.Dataset:
    """Attitude of a rover at places of a terrain.

    Parameters
    ----------
    x, y : local metres (n,)
    heading : azimuth of the nose, clockwise from north [deg] (n,)
    by : "rocker" (rocker and bogie) or "plane" (plane fitted to the wheels)

    Returns
    -------
    Dataset (point): roll, pitch, rover_tilt [deg], belly_room [m], and wheel_step [m], by how much
    the wheels lie off the plane through them; what a DEM does not resolve is not in any of them.

    Raises
    ------
    InputError : a place off the terrain, or another word in `by`
    """
    if by not in ("rocker", "plane"):
        raise InputError(f'a pose is found by "rocker" or "plane", not {by!r}')
    px, py, azimuth = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(each, dtype=np.float64)) for each in (x, y, heading))
    )
    if px.ndim != 1 or not np.isfinite(azimuth).all():
        raise InputError("places and headings of a pose are lines of numbers")
    sin, cos = np.sin(np.radians(azimuth)), np.cos(np.radians(azimuth))
    along, left = contact_points(rover)
    ground = _heights(terrain, px, py, sin, cos, along.ravel(), left.ravel())
    plane, off = _plane(ground, along.ravel(), left.ravel())
    if by == "plane":
        middle, ahead, aside = plane
    else:
        middle, ahead, aside = _rocker(ground.reshape(-1, 2, 3), along[0], rover)
    first = np.sqrt(1.0 + ahead**2)
    tilt = np.degrees(np.arctan(np.hypot(ahead, aside)))
    grid = np.linspace(-0.5, 0.5, _BELLY)
    u, v = (g.ravel() for g in np.meshgrid(grid * rover.wheel_base, grid * 0.8 * rover.track))
    below = _heights(terrain, px, py, sin, cos, u, v)
    lean = 1.0 / np.sqrt(1.0 + ahead**2 + aside**2)
    over = middle[:, None] + ahead[:, None] * u + aside[:, None] * v - below
    room = rover.belly_clearance + (over * lean[:, None]).min(axis=1)
    return xr.Dataset(
        {
            "roll": field("roll", np.degrees(np.arctan(aside / first)), "point"),
            "pitch": field("pitch", np.degrees(np.arctan(ahead)), "point"),
            "rover_tilt": field("rover_tilt", tilt, "point"),
            "belly_room": field("belly_room", room, "point"),
            "wheel_step": field("wheel_step", np.abs(off).max(axis=1), "point"),
        },
        attrs={"by": by, "rover": rover.name, "terrain": terrain.source},
    )


def path_pose(path: Any, terrain: LocalTerrain, rover: Rover, *, every: float = 0.5) -> xr.Dataset:
    """Poses along a path, and whether the rover can stand at all of them.

    Parameters
    ----------
    path : object with x, y or (n, 2) local metres; every : between poses [m]
    terrain : fine enough to show what lies between the wheels

    Returns
    -------
    Dataset (point) of `pose` with x, y [m] and `clear`; attributes `verdict` ("clear", "tilt",
    "belly" or "step", the first that comes) and `clear_way` [m] up to it.

    Raises
    ------
    InputError : a path without length or that comes too near to the terrain's edge
    """
    if not every > 0.0:
        raise InputError(f"poses stand more than 0 m apart, not {every!r}")
    x, y = way_points(path)
    s = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    keep = np.concatenate([[True], np.diff(s) > 0.0])
    if keep.sum() < 2:
        raise InputError("the path has no length: its points are one place")
    at = np.linspace(0.0, s[-1], max(round(s[-1] / every), 1) + 1)
    px, py = np.interp(at, s[keep], x[keep]), np.interp(at, s[keep], y[keep])
    heading = np.degrees(np.arctan2(np.gradient(px), np.gradient(py)))
    out = pose(terrain, px, py, heading, rover)
    faults = {
        "tilt": out["rover_tilt"].values > rover.max_tilt,
        "belly": out["belly_room"].values <= 0.0,
        "step": out["wheel_step"].values > rover.max_obstacle,
    }
    bad = np.any(list(faults.values()), axis=0)
    first = int(np.argmax(bad)) if bad.any() else at.size - 1
    verdict = next((word for word, rows in faults.items() if rows[first]), "clear")
    return out.assign(
        x=("point", px, {"units": "m"}), y=("point", py, {"units": "m"}), clear=("point", ~bad)
    ).assign_attrs(verdict=verdict, clear_way=float(at[first]))


def _heights(
    terrain: LocalTerrain, x: Array, y: Array, sin: Array, cos: Array, along: Array, left: Array
) -> Array:
    """Heights (n, k) at places forward and left of points that head to azimuths."""
    east = x[:, None] + sin[:, None] * along - cos[:, None] * left
    north = y[:, None] + cos[:, None] * along + sin[:, None] * left
    return terrain.at(east, north)


def _plane(ground: Array, along: Array, left: Array) -> tuple[tuple[Array, Array, Array], Array]:
    """Height at the middle, rise forward and to the left by least squares, and what is left."""
    design = np.stack([np.ones_like(along), along, left], axis=1)
    fit = ground @ np.linalg.pinv(design).T
    return (fit[:, 0], fit[:, 1], fit[:, 2]), ground - fit @ design.T


def _rocker(ground: Array, along: Array, rover: Rover) -> tuple[Array, Array, Array]:
    """Height at the middle, rise forward and to the left of a body on rockers and bogies."""
    rear, middle, front = along
    pivot = 0.5 * (rear + middle)
    bogie = 0.5 * (ground[:, :, 0] + ground[:, :, 1])
    rise = (ground[:, :, 2] - bogie) / (front - pivot)
    side = bogie + rise * (0.0 - pivot)
    return side.mean(axis=1), rise.mean(axis=1), (side[:, 0] - side[:, 1]) / rover.track
