"""Rays out of the phase of a carrier at an occultation: impact parameter and bending, with noise.

Lines through bins of the excess path give its rate; a straight line in time through the rates of
rays above air and electrons, by least squares with the covariance of the noise, is what oscillator
and orbit are off by and is taken away; rate and geometry then give each bin's ray.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import DataError
from marsward.instruments.frequency_noise import FrequencyNoise
from marsward.physics.kernels.refraction import impact_from_rate
from marsward.retrieval.kernels.radio_occultation import bin_edges, bin_slopes

__all__ = ["AIR_TOP", "Rays", "rays_of"]

Array = NDArray[np.float64]
_C = float(SPEED_OF_LIGHT)
AIR_TOP = 80e3
"""Height [m] above which air cannot be told from noise, and electrons begin."""
_WIDE = ((80e3, 120e3, 250e3, 350e3), (0.0, 2e3, 2e3, 5e3))  # heights of bins above the air [m]
_LEAST_SAMPLES = 100
_LEAST_BINS = 12
_LEAST_BIN = 500.0  # m, unless another is asked for
_GEOMETRY = (
    "craft_radius", "observer_radius", "straight_impact", "craft_radius_rate",
    "observer_radius_rate", "central_angle_rate",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Rays:
    """Rays of an occultation from the ground up, one of each bin.

    radius : of height 0, from the centre of curvature [m]
    impact : (b,) rising [m];  bending : (b,) towards the planet [rad]
    lever : (b, 2) derivative of the impact parameter by the rate [s] and of bending by the impact
        parameter [rad/m], at a given geometry
    covariance : (b, b) of the rates of one pass before their baseline was taken off [m2 s-2]
    cleared : (b, b) rates less their baseline, as a matrix on the rates
    """

    radius: float
    impact: Array
    bending: Array
    lever: Array
    covariance: Array
    cleared: Array


def rays_of(
    track: Mapping[str, Any],
    *,
    frequency: float,
    passes: int,
    noise: FrequencyNoise | None,
    resolution: float | None,
    baseline: float,
) -> Rays:
    """Rays of one track.

    Parameters
    ----------
    track : excess_path, et and geometry by sample, et_limb, curvature_radius, limb_distance
    frequency : of the carrier [Hz]
    passes : how often the carrier passed the air
    noise : of the carrier, None for none
    resolution : height of bins below 80 km [m]; if None the Fresnel zone's, 500 m at least
    baseline : height above which nothing bends rays [m]

    Raises
    ------
    DataError : a track too short, with gaps, without a baseline, or with rays that cross.
    """
    radius = float(track["curvature_radius"])
    keep = _heard(np.asarray(track["excess_path"]))
    path, time = (np.ascontiguousarray(np.asarray(track[k])[keep]) for k in ("excess_path", "et"))
    time = time - float(track["et_limb"])
    high = np.ascontiguousarray(np.asarray(track["straight_impact"])[keep] - radius)
    rising = bool(high[-1] > high[0])
    fresnel = 2.0 * math.sqrt(_C / frequency * float(track["limb_distance"]))
    fine = max(fresnel, _LEAST_BIN) if resolution is None else float(resolution)
    edges = np.empty(path.size + 1, dtype=np.int64)
    width = np.maximum(np.interp(high, _WIDE[0], _WIDE[1]), fine)
    count = int(bin_edges(high, width, rising, edges))
    edges = np.ascontiguousarray(edges[: count + 1])
    if count < _LEAST_BINS:
        raise DataError(f"a track has {count} bins of the carrier only")
    rate, centre = np.empty(count), np.empty(count)
    bin_slopes(time, path, edges, rate, centre)
    if noise is None:
        covariance = np.eye(count) * 1e-30
    else:
        covariance = noise.slope_covariance(edges, float(time[1] - time[0])) / passes**2
    ends = [np.interp(centre, time, np.asarray(track[name])[keep]) for name in _GEOMETRY]
    cleared = np.eye(count) - _baseline(centre, ends[2] - radius, covariance, baseline)
    rate = cleared @ rate / passes
    if not rising:
        rate, ends = rate[::-1].copy(), [np.ascontiguousarray(v[::-1]) for v in ends]
        covariance, cleared = covariance[::-1, ::-1], cleared[::-1, ::-1]
    r1, r2, b, v1, v2, turn = ends
    impact, bending, lever = np.empty(count), np.empty(count), np.empty((count, 2))
    impact_from_rate(rate, r1, r2, b, v1, v2, turn, impact, bending, lever)
    if not (np.all(np.isfinite(impact)) and np.all(np.diff(impact) > 0.0)):
        raise DataError("rays of a track cross, so that the phase does not tell them apart")
    return Rays(radius, impact, bending, lever, covariance, cleared)


def _heard(path: Array) -> slice:
    """The stretch of samples in which there is a carrier."""
    found = np.flatnonzero(np.isfinite(path))
    if found.size < _LEAST_SAMPLES:
        raise DataError(f"a track has fewer than {_LEAST_SAMPLES} samples of the carrier")
    keep = slice(int(found[0]), int(found[-1]) + 1)
    if found.size < keep.stop - keep.start:
        raise DataError("a track has gaps in its samples of the carrier")
    return keep


def _baseline(time: Array, high: Array, covariance: Array, baseline: float) -> Array:
    """Matrix (b, b) that makes of the rates the line in time through those above the air."""
    above = np.flatnonzero(high > min(baseline, 0.6 * float(high.max())))
    if above.size < 5:
        raise DataError("a track has no rays above the air from which a baseline could be drawn")
    late = (time - time[above].mean()) / max(float(np.ptp(time[above])), 1e-9)
    terms = np.stack([np.ones_like(late), late], axis=1)
    solved = np.linalg.solve(covariance[np.ix_(above, above)], terms[above])
    found = np.linalg.solve(terms[above].T @ solved, solved.T)
    out = np.zeros((time.size, time.size))
    out[:, above] = terms @ found
    return out
