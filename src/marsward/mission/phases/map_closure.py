"""Truth beside knowledge: how far the map is from the planet it was made of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import xarray as xr

from marsward.core.errors import InputError, PhysicsError
from marsward.core.fields import field
from marsward.mission.phases.map_imaging import Photographed, Pose
from marsward.retrieval.closure import albedo_error, geolocation_error, resolution

LATTICE = 3  # pixels a side of a frame at which its place on the ground is compared
STRETCH_DEG = 30.0  # length of the stretches in which the resolution is looked for


@dataclass(frozen=True)
class Closure:
    """What is true, and the distance of the map from it.

    truth : product `map_truth`
    rms, bias : of albedo relative to the true mean, by band [-]
    chi : rms of the difference over the stated error, by band [-]
    geolocation : rms distance on the ground between where pixels are and are held to be [m]
    resolution : smallest wavelength along meridians at which map and truth agree [m]
    """

    truth: xr.Dataset
    rms: tuple[float, ...]
    bias: tuple[float, ...]
    chi: tuple[float, ...]
    geolocation: float
    resolution: float
    filled: float


def compare(result: Photographed) -> Closure:
    """Compare a finished mosaic with the surface that its frames were taken of."""
    mosaic, surface = result.mosaic, result.surface
    truth = np.stack([surface.albedo_map(mosaic.grid, band) for band in mosaic.bands])
    height = surface.elevation_map(mosaic.grid)
    if mosaic.filled == 0.0:
        raise PhysicsError(
            "no cell of the map was filled: the frames see no ground within the limits of light "
            "and view; raise incidence_limit or emission_limit"
        )
    errors = [
        albedo_error(mosaic.albedo[k], truth[k], mosaic.grid, sigma=mosaic.sigma[k])
        for k in range(len(mosaic.bands))
    ]
    means = [e.rms / e.relative for e in errors]
    misplaced = geolocation_error(
        result.camera.pinhole, _stacked(result.believed), _stacked(result.true),
        terrain=surface.terrain, across=LATTICE,
    )  # fmt: skip
    dataset = xr.Dataset(
        {
            "albedo": field("albedo", truth, ("band", "y", "x"), check=False),
            "height": field("height", height, ("y", "x")),
        },
        coords={"band": list(mosaic.bands), **mosaic.grid.coords()},
        attrs={**mosaic.grid.attrs, "source": surface.source},
    )
    return Closure(
        truth=dataset,
        rms=tuple(e.relative for e in errors),
        bias=tuple(e.bias / m for e, m in zip(errors, means, strict=True)),
        chi=tuple(e.chi for e in errors),
        geolocation=math.sqrt(float(np.nanmean(misplaced**2))),
        resolution=_resolution(mosaic, truth),
        filled=mosaic.filled,
    )


def _resolution(mosaic, truth: np.ndarray) -> float:
    """Of the first band; NaN where the map has no unbroken stretch."""
    length = int(min(STRETCH_DEG * mosaic.grid.ppd, mosaic.grid.height))
    try:
        return resolution(mosaic.albedo[0], truth[0], mosaic.grid.cell_size, length=length)
    except InputError:
        return math.nan


def _stacked(poses: tuple[Pose, ...]) -> SimpleNamespace:
    return SimpleNamespace(
        observer=np.stack([p.observer for p in poses]), axes=np.stack([p.axes for p in poses])
    )
