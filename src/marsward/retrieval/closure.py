"""Closure: how far a map and its poses are from what they should be, given a reference.

The reference comes in as plain arrays and poses: nothing here knows the planet.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.core.map_grid import MapGrid
from marsward.geometry.ellipsoid import angles
from marsward.geometry.pinhole import Pinhole
from marsward.retrieval.orthorectify import MARS_RADII

Array = NDArray[np.float64]
__all__ = ["AlbedoError", "albedo_error", "geolocation_error", "ground_points", "resolution"]

_COHERENT = 0.5
_PASSES = 6  # rays to rough ground: 6 passes leave < 1 m where slopes stay below the view


@dataclass(frozen=True)
class AlbedoError:
    """Difference of a map from its reference, weighted by area.

    rms, bias [-]; relative : rms over the reference's mean [-]; chi : rms of difference over
    sigma (1 where the errors are honest), NaN without sigma; filled : share of the area compared
    """

    rms: float
    bias: float
    relative: float
    chi: float
    filled: float


def albedo_error(
    estimate: ArrayLike,
    reference: ArrayLike,
    grid: MapGrid,
    *,
    sigma: ArrayLike | None = None,
) -> AlbedoError:
    """Area-weighted rms, bias and chi of a map (y, x) against a reference, where it is filled.

    Raises InputError for maps of another shape than the grid, or with no cell in common.
    """
    a, b = (np.asarray(m, dtype=np.float64) for m in (estimate, reference))
    if a.shape != grid.shape or b.shape != grid.shape:
        raise InputError(f"maps of shape {a.shape} and {b.shape} are not on a grid {grid.shape}")
    area = np.asarray(grid.cell_area())
    difference = a - b
    weight = np.where(np.isfinite(difference), area, 0.0)
    total = float(weight.sum())
    if total == 0.0:
        raise InputError("the two maps have no filled cell in common: nothing to compare")
    difference = np.nan_to_num(difference)
    rms = math.sqrt(float((weight * difference**2).sum()) / total)
    mean = float((weight * np.nan_to_num(b)).sum()) / total
    chi = math.nan
    if sigma is not None:
        s = np.where(weight > 0.0, np.asarray(sigma, dtype=np.float64), 1.0)
        chi = math.sqrt(float((weight * (difference / s) ** 2).sum()) / total)
    return AlbedoError(
        rms=rms,
        bias=float((weight * difference).sum()) / total,
        relative=rms / mean,
        chi=chi,
        filled=total / float(np.sum(area, where=np.isfinite(b))),
    )


def ground_points(
    rays: ArrayLike,
    observer: ArrayLike,
    axes: ArrayLike,
    *,
    radii: Any = MARS_RADII,
    terrain: Any | None = None,
) -> Array:
    """Ground points (n, k, 3) [m] of k camera rays in n poses; NaN off the limb.

    rays (k, 3); observer (n, 3) [m]; axes (n, 3, 3). On terrain the ellipsoid is raised to the
    height found until ray and ground meet.
    """
    rays = np.atleast_2d(np.asarray(rays, dtype=np.float64))
    origin = np.asarray(observer, dtype=np.float64).reshape(-1, 1, 3)
    turn = np.asarray(axes, dtype=np.float64).reshape(-1, 3, 3)
    direction = np.einsum("nij,kj->nki", turn, rays)
    radii = np.asarray(radii if terrain is None else terrain.radii, dtype=np.float64)
    height = np.zeros(direction.shape[:2])
    for _ in range(1 if terrain is None else _PASSES):
        raised = radii + height[..., None]
        o, d = origin / raised, direction / raised
        a, b = np.sum(d * d, axis=-1), np.sum(o * d, axis=-1)
        inside = b * b - a * (np.sum(o * o, axis=-1) - 1.0)
        root = np.sqrt(np.where((inside >= 0.0) & (b < 0.0), inside, np.nan))
        point = origin + ((-b - root) / a)[..., None] * direction
        if terrain is not None:
            seen = np.isfinite(point[..., 0])
            lon, lat = angles(point[seen])
            height[seen] = terrain.height_at(lon, lat)
    return point


def geolocation_error(
    pinhole: Pinhole,
    estimated: Any,
    true: Any,
    *,
    terrain: Any | None = None,
    across: int = 3,
) -> Array:
    """Distance on the ground [m] between where pixels are held to be and where they are.

    estimated, true : poses with observer (n, 3) [m] and axes (n, 3, 3), or one pose each
    across : pixels a side of a lattice over the frame, at which it is taken

    Returns (n, across^2), NaN where a pixel misses the ground.
    """
    if across < 1:
        raise InputError(f"a lattice of {across} pixels a side is none: give 1 or more")
    x = (np.arange(across) + 0.5) / across * pinhole.width - 0.5
    y = (np.arange(across) + 0.5) / across * pinhole.height - 0.5
    rays = pinhole.ray(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2))
    here, there = (
        ground_points(rays, pose.observer, pose.axes, terrain=terrain) for pose in (estimated, true)
    )
    if here.shape != there.shape:
        raise InputError(f"{here.shape[0]} estimated poses but {there.shape[0]} true ones")
    return np.linalg.norm(here - there, axis=-1)


def resolution(
    estimate: ArrayLike, reference: ArrayLike, cell_size: float, *, length: int = 128
) -> float:
    """Smallest wavelength [m] along the columns at which a map still follows its reference.

    Columns are cut in stretches of `length` cells without gaps, freed of their mean and tapered
    (Hann); coherence |S_xy|^2 / (S_xx S_yy) of the mean spectra must stay above 0.5 from the
    longest wavelength down to it (Bendat & Piersol 2010, "Random Data", section 5.2.2). Two cells
    if it never falls; infinite if it never reaches 0.5. cell_size : height of a cell [m].

    Raises InputError where no stretch of that length is filled in both maps.
    """
    a, b = (np.asarray(m, dtype=np.float64) for m in (estimate, reference))
    if a.shape != b.shape or a.ndim != 2:
        raise InputError(f"maps of shape {a.shape} and {b.shape} cannot be compared")
    window = np.hanning(length)[:, None]
    spectra = np.zeros((3, length // 2 + 1))
    taken = 0
    for lo in range(0, a.shape[0] - length + 1, length // 2):
        pair = np.stack([a[lo : lo + length], b[lo : lo + length]])
        pair = pair[:, :, np.isfinite(pair).all(axis=(0, 1))]
        taken += pair.shape[2]
        x, y = np.fft.rfft((pair - pair.mean(axis=1, keepdims=True)) * window, axis=1)
        cross = (x * y.conj()).sum(axis=1)
        spectra += [(np.abs(x) ** 2).sum(axis=1), (np.abs(y) ** 2).sum(axis=1), cross.real]
    if taken == 0:
        raise InputError(f"no column has {length} filled cells in a row: choose a smaller length")
    power = spectra[0, 1:] * spectra[1, 1:]
    coherence = np.where(power > 0.0, spectra[2, 1:] ** 2 / np.where(power > 0.0, power, 1.0), 0.0)
    coherence[spectra[2, 1:] < 0.0] = 0.0
    below = np.nonzero(coherence < _COHERENT)[0]
    last = coherence.size if below.size == 0 else int(below[0])
    return math.inf if last == 0 else length * cell_size / last
