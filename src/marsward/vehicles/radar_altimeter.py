"""A radar altimeter over real ground: slant ranges along a beam, readings with their noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import number, numbers
from marsward.core.errors import InputError
from marsward.geometry.local_terrain import LocalTerrain
from marsward.vehicles.descent_stage import DescentStage
from marsward.vehicles.kernels.descent_air import beam_range

__all__ = ["RadarReadings", "radar_readings", "slant_range"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class RadarReadings:
    """Readings of n pulses.

    slant : range to the ground along the beam [m], NaN beyond the radar's range
    height : that reading, noise included, times the cosine of the beam's tilt [m]
    truth : height over the ground straight below [m]
    sigma : noise of the range (1 sigma) [m]
    """

    slant: Array
    height: Array
    truth: Array
    sigma: Array


def slant_range(
    terrain: LocalTerrain, position: ArrayLike, beam: ArrayLike, *, far: float = 1e5
) -> Array:
    """Distance [m] from positions to the ground along beams; `far` where it is not within that.

    Parameters
    ----------
    terrain : the ground; beyond its edge the height of the edge goes on
    position : (n, 3) x, y and height over the areoid [m]
    beam : (n, 3) or (3,) directions, which point down
    far : [m]

    Raises
    ------
    InputError : shapes that do not fit, beams that do not point down, positions under the ground.
    """
    at, way = _pairs(position, beam)
    if not number(far, "far of a radar", "m") > 0.0:
        raise InputError(f"far of a radar is {far!r} m; give more than 0 m")
    if not (way[:, 2] < 0.0).all():
        raise InputError("a beam of the radar points up or level; its third component is below 0")
    way = way / np.linalg.norm(way, axis=1, keepdims=True)
    left, top, cell = float(terrain.x[0]), float(terrain.y[0]), float(terrain.cell)
    out = np.empty(at.shape[0])
    for i in range(out.size):
        out[i] = beam_range(
            terrain.height, left, top, cell, at[i, 0], at[i, 1], at[i, 2], way[i, 0], way[i, 1],
            way[i, 2], float(far),
        )  # fmt: skip
    if (out <= 0.0).any():
        i = int(np.argmin(out))
        raise InputError(f"the radar at {at[i, 2]:g} m stands under the ground")
    return out


def _pairs(position: ArrayLike, way: ArrayLike) -> tuple[Array, Array]:
    """Positions and directions, each (n, 3); InputError where they are not."""
    at = np.atleast_2d(numbers(position, "positions of a radar", "m"))
    held = np.atleast_2d(numbers(way, "directions of a radar"))
    if at.ndim != 2 or at.shape[1] != 3 or held.shape not in (at.shape, (1, 3)):
        raise InputError(
            f"positions of a radar are {at.shape} and directions {held.shape}; give (n, 3) of each"
        )
    if not np.linalg.norm(held, axis=1).all():
        raise InputError("a direction of the radar has no length; give three numbers, not all 0")
    return at, np.broadcast_to(held, at.shape)


def radar_readings(
    terrain: LocalTerrain,
    position: ArrayLike,
    stage: DescentStage,
    *,
    axis: ArrayLike = (0.0, 0.0, 1.0),
    seed: int = 0,
) -> RadarReadings:
    """What a stage's radar reads along a track.

    Parameters
    ----------
    terrain : the ground
    position : (n, 3) x, y and height over the areoid [m]
    stage : its radar's range and noise
    axis : (n, 3) or (3,) of the craft, upward; the beam goes the other way
    seed : of the noise

    Raises
    ------
    InputError : as `slant_range`, and for positions off the terrain.
    """
    at, up = _pairs(position, axis)
    up = up / np.linalg.norm(up, axis=1, keepdims=True)
    truth = at[:, 2] - terrain.at(at[:, 0], at[:, 1])
    slant = slant_range(terrain, at, -up, far=stage.radar_range)
    slant = np.where(slant < stage.radar_range, slant, np.nan)
    sigma = np.maximum(stage.radar_floor, stage.radar_noise * slant)
    noise = np.random.default_rng(np.random.SeedSequence([int(seed), 0x4ADA]))
    seen = slant + sigma * noise.standard_normal(slant.size)
    return RadarReadings(slant, seen * up[:, 2], truth, sigma)
