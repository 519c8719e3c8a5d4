"""Temperature and pressure of the air out of a carrier's phase at occultations.

The steps are those of Fjeldbo, Kliore & Eshleman 1971, doi:10.1086/111096, and Hinson et al. 1999,
doi:10.1029/1999JE001069:

1. rate and geometry of the excess path give impact parameter and bending of rays, less a baseline
   (`retrieval.occultation_rays`); bins are as high as the Fresnel zone;
2. Abel's transform gives ln n over the refractive radius; electrons stand far above the air and
   show there below zero, so that one frequency will do;
3. between the two there is next to nothing: what the transform says there is an error from far
   above, which is common to all levels, and is taken off;
4. p/T = (n - 1)/C; the weight of the air above a level, with the pressure at the top from an
   assumed temperature there, gives p(z), and p and p/T give T(z).

The covariance is carried through all steps to first order: noise of oscillator and receiver,
baseline, Abel's matrix, what is assumed in the gap, weight, boundary temperature. The stated error
of a temperature has in it, besides, what bins leave out where the profile bends. Only what was
observed, the geometry as the orbit is known, and gravity and composition of the air go in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import DataError, InputError
from marsward.instruments.frequency_noise import FrequencyNoise
from marsward.physics.air import GAS_CONSTANT, gravity
from marsward.physics.refraction import ELECTRON_REFRACTION, abel_inverse, refraction_constant
from marsward.retrieval.kernels.radio_occultation import hydrostatic
from marsward.retrieval.occultation_product import Sounding, soundings
from marsward.retrieval.occultation_rays import AIR_TOP, rays_of

__all__ = ["Assumptions", "retrieve_occultations", "sound"]

Array = NDArray[np.float64]
_FALL = 9e3  # m: bending times exp(a/9 km) is near a straight line between levels of the air
_ELECTRONS_FROM = 85e3  # m
_GAP = (76e3, 88e3)  # m: little air, and few electrons
_GUESS = 0.1  # relative uncertainty of the scale height up there
_SURE = 0.05  # noise of the index below which the air is followed upwards by its scale height
_HIGHEST = 75e3  # m, of the boundary
_LINE = 14e3  # m of height through which the index at the boundary is drawn
_LEAST_LEVELS = 8


@dataclass(frozen=True)
class Assumptions:
    """What a retrieval takes as given.

    noise : of the carrier; None for a carrier without
    boundary_sigma : standard deviation of the temperature assumed at the top [K]
    boundary_noise : the top stands where the noise of the index is this share of it
    boundary_height : where the top stands instead [m], if not None
    resolution : height of bins below 80 km [m]; the Fresnel zone's, 500 m at least, if None
    baseline : height above which nothing bends rays [m]
    constant : C of n - 1 = C p/T [K Pa-1]
    gas_constant : of the air [J kg-1 K-1]
    """

    noise: FrequencyNoise | None = None
    boundary_sigma: float = 12.0
    boundary_noise: float = 0.08
    boundary_height: float | None = None
    resolution: float | None = None
    baseline: float = 400e3
    constant: float = refraction_constant()
    gas_constant: float = GAS_CONSTANT

    def __post_init__(self) -> None:
        if not (
            self.boundary_sigma >= 0.0
            and 0.0 < self.boundary_noise < 1.0
            and self.baseline > 1e5
            and (self.resolution is None or self.resolution > 0.0)
        ):
            raise InputError(
                f"boundary_sigma {self.boundary_sigma} K, boundary_noise {self.boundary_noise}, "
                f"resolution {self.resolution} m or baseline {self.baseline} m is out of range; "
                "give 0 K or more, 0 to 1, above 0 m, more than 100 km"
            )
        for name in ("constant", "gas_constant"):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) > 0.0):
                raise InputError(f"{name} of the air must be above 0, not {getattr(self, name)!r}")


def retrieve_occultations(
    observation: xr.Dataset,
    *,
    boundary_temperature: ArrayLike = 150.0,
    keep_covariance: bool = False,
    workers: int = 1,
    **assumptions: Any,
) -> xr.Dataset:
    """Profiles of the air out of observed occultations.

    Parameters
    ----------
    observation : as `RadioScience.observe` gives it: excess_path with the geometry of its rays
    boundary_temperature : assumed at the top [K], a number or one of each profile. 150 K, with the
        12 K of `Assumptions.boundary_sigma`, is about what profiles scatter around from 50 to 70 km
    keep_covariance : whether the covariance of the temperatures by noise and boundary is handed
        out as well
    workers : threads; results do not depend on them
    assumptions : the fields of `Assumptions`, as noise=RadioScience.noise()

    Returns
    -------
    Dataset (profile, level) from the ground up, NaN above a profile's top: height_above_areoid,
    pressure, temperature, sigma_pressure, sigma_temperature, refractivity, sigma_refractivity,
    bending_angle, impact_parameter, vertical_resolution, sigma_smoothing, which is part of
    sigma_temperature, and boundary_share, the derivative of the temperature by that assumed at the
    top; (profile, electron_level): electron_height, electron_density and its sigma; by profile
    place, season, hour, ingress and boundary_height. `usable` says which profiles could be
    retrieved, `reason` why the others could not.

    Raises
    ------
    InputError : an observation that is none, numbers out of range.
    """
    for name in ("excess_path", "straight_impact", "curvature_radius"):
        if name not in observation:
            raise InputError(
                f"the observation lacks {name!r}; give what RadioScience.observe returned"
            )
    try:
        given = Assumptions(**assumptions)
    except TypeError as error:
        known = ", ".join(Assumptions.__dataclass_fields__)
        raise InputError(f"{error}; a retrieval of occultations takes {known}") from error
    count = observation.sizes["profile"]
    top = np.broadcast_to(np.asarray(boundary_temperature, dtype=np.float64), (count,))
    if not np.all((top > 50.0) & (top < 500.0)):
        raise InputError("temperatures assumed at the top must lie in 50 to 500 K")
    plain = {str(name): np.asarray(observation[name].values) for name in observation.data_vars}

    def one(i: int) -> Sounding | str:
        row = {name: values[i] for name, values in plain.items()}
        try:
            return sound(row, observation.attrs, given, boundary_temperature=float(top[i]))
        except DataError as error:
            return str(error)

    with ThreadPoolExecutor(max_workers=max(workers, 1)) as pool:
        found = list(pool.map(one, range(count)))
    return soundings(observation, found, keep_covariance=keep_covariance)


def sound(
    track: Mapping[str, Any],
    attrs: Mapping[str, Any],
    given: Assumptions,
    *,
    boundary_temperature: float,
) -> Sounding:
    """One profile out of one track.

    Parameters
    ----------
    track : variables of an observation for one profile
    attrs : attributes of the observation: frequency, passes, turnaround
    given : what is assumed
    boundary_temperature : at the top [K]

    Raises
    ------
    DataError : a track too short, without a baseline, with rays that cross, or too noisy.
    """
    frequency, passes = float(attrs["frequency"]), int(attrs["passes"])
    rays = rays_of(
        track, frequency=frequency, passes=passes, noise=given.noise,
        resolution=given.resolution, baseline=given.baseline,
    )  # fmt: skip
    high = rays.impact - rays.radius
    falls = np.where(0.5 * (high[1:] + high[:-1]) < AIR_TOP, _FALL, math.inf)
    matrix = abel_inverse(rays.impact, scale_height=falls)
    index = np.expm1(matrix @ rays.bending)
    height = rays.impact / (1.0 + index) - rays.radius
    # bending is wrong at a wrong impact parameter: what counts is how far it lies off the curve
    air = (high < AIR_TOP) & (rays.bending > 0.0)
    steep = np.where(air, rays.bending / _FALL, 0.0)
    spread = (matrix * ((rays.lever[:, 1] + steep) * rays.lever[:, 0])) @ rays.cleared
    scale = given.gas_constant * boundary_temperature / float(gravity(60e3))
    index, spread, guess = _without_drift(
        height, index, spread, rays.covariance, scale, given.boundary_height
    )
    noisy = np.sqrt(np.einsum("ij,ij->i", spread @ rays.covariance, spread) + guess**2)
    levels = _Levels(height, index, noisy, given, boundary_temperature)
    n = slice(0, levels.top + 1)
    share = 0.5 * (1.0 + (float(attrs.get("turnaround", 1.0)) ** 2 if passes == 2 else 1.0))
    density = -(frequency**2) / ELECTRON_REFRACTION / share
    far = (height > _ELECTRONS_FROM) & (height < given.baseline)
    temperature, pressure = levels.covariances(spread, rays.covariance, guess)
    return Sounding(
        height[n], levels.pressure, levels.temperature, index[n], rays.bending[n],
        rays.impact[n], np.gradient(rays.impact)[n], temperature, pressure, noisy[n],
        levels.edge_temperature, _smoothing(height[n], levels.temperature, temperature),
        height[far], density * index[far], abs(density) * noisy[far],
    )  # fmt: skip


def _smoothing(height: Array, temperature: Array, covariance: Array) -> Array:
    """What bins leave out, as a standard deviation [K]: half of how far a level stands off the
    chord between its neighbours, the most of three levels, where noise does not explain it.

    Half is what the nightly inversions of a climate's air showed, seen without noise.
    """
    n = height.size
    share = (height[1:-1] - height[:-2]) / (height[2:] - height[:-2])
    rows = np.zeros((n - 2, n))
    at = np.arange(n - 2)
    rows[at, at], rows[at, at + 1], rows[at, at + 2] = share - 1.0, 1.0, -share
    off = (rows @ temperature) ** 2 - 4.0 * np.einsum("ij,ij->i", rows @ covariance, rows)
    off = np.sqrt(np.maximum(off, 0.0))
    off = np.concatenate([off[:1], off, off[-1:]])
    near = np.concatenate([off[:1], off, off[-1:]])
    return 0.5 * np.maximum(np.maximum(near[:-2], near[1:-1]), near[2:])


def _without_drift(
    height: Array,
    index: Array,
    spread: Array,
    covariance: Array,
    scale: float,
    boundary_height: float | None,
) -> tuple[Array, Array, Array]:
    """The index given what is known of it between the air and the electrons.

    Between 76 and 88 km the index must be what the air below leads one to think, followed upwards
    by the scale height of the assumed temperature, to a tenth of it, from the level at which noise
    is 5 % or from the boundary, where its height is given; all levels are corrected by least
    squares with the covariance of the noise.

    Returns
    -------
    index (b,), its derivative by the rates (b, b), its error (b,) by what was assumed.
    """
    joint = spread @ covariance @ spread.T
    noisy = np.sqrt(np.maximum(np.diag(joint), 0.0))
    gap = np.flatnonzero((height > _GAP[0]) & (height < _GAP[1]))
    if boundary_height is None:
        unsure = np.flatnonzero((height >= _GAP[0]) | ~(noisy < _SURE * index))
    else:
        unsure = np.flatnonzero((height >= min(_GAP[0], boundary_height)) | ~(index > 0.0))
    base = int(unsure[0]) - 1 if unsure.size else -1
    if gap.size < 2 or base < 1:
        return index, spread, np.zeros(index.size)
    rise = (height[gap] - height[base]) / scale
    expected = index[base] * np.exp(-rise)
    doubt = expected * np.hypot(_GUESS * rise, _SURE)
    within = joint[np.ix_(gap, gap)] + np.outer(doubt, doubt)
    within[np.diag_indices(gap.size)] += (1e-3 * doubt.max()) ** 2
    gain = np.linalg.solve(within, joint[gap]).T
    return index - gain @ (index[gap] - expected), spread - gain @ spread[gap], gain @ doubt


class _Levels:
    """Pressure and temperature of the levels up to the boundary, and their derivatives."""

    def __init__(
        self, height: Array, index: Array, noisy: Array, given: Assumptions, boundary: float
    ) -> None:
        self.top = top = self._boundary(height, index, noisy, given)
        at_top = self._at_top(height, index, noisy)
        z, self.index = height[: top + 1], index[: top + 1]
        weight = gravity(0.5 * (z[1:] + z[:-1])) / (given.constant * given.gas_constant)
        self.pressure, self.part = np.empty(z.size), np.empty((z.size - 1, 2))
        edge = at_top / given.constant
        hydrostatic(z, self.index, weight, edge * boundary, self.pressure, self.part)
        self.temperature = given.constant * self.pressure / self.index
        self.edge_pressure = np.full(z.size, edge)
        self.edge_temperature = self.temperature * self.edge_pressure / self.pressure
        self.doubt = given.boundary_sigma
        self.line[1][:] *= boundary * edge

    def _boundary(self, height: Array, index: Array, noisy: Array, given: Assumptions) -> int:
        if given.boundary_height is None:
            good = (height < _HIGHEST) & (noisy < given.boundary_noise * index)
        else:
            good = height < given.boundary_height
        bad = np.flatnonzero(~(good & (index > 0.0)))
        top = int(bad[0]) - 1 if bad.size else height.size - 1
        if top < _LEAST_LEVELS:
            raise DataError("the carrier is too noisy for a profile of the air")
        return top

    def _at_top(self, height: Array, index: Array, noisy: Array) -> float:
        """The index at the boundary, off a line of its logarithms through 14 km below it."""
        top = self.top
        near = np.flatnonzero(height[: top + 1] > height[top] - _LINE)
        near = near if near.size >= 3 else np.arange(top - 2, top + 1)
        terms = np.stack([np.ones(near.size), height[near] - height[top]], axis=1)
        pull = index[near] / np.maximum(noisy[near], 1e-6 * index[near])
        line = (np.linalg.pinv(terms * pull[:, None]) * pull)[0]
        self.line = near, line / index[near]
        return math.exp(float(line @ np.log(index[near])))

    def covariances(self, spread: Array, covariance: Array, guess: Array) -> tuple[Array, Array]:
        """Of temperature [K2] and pressure [Pa2], (n, n).

        spread : (b, b) derivative of the index by the rates;  covariance : (b, b) of the rates
        guess : (b,) an error of the index that all levels share
        """
        by_index = np.zeros((self.index.size, spread.shape[0]))
        by_index[:, self.line[0]] = self.line[1]
        for j in range(self.index.size - 2, -1, -1):
            by_index[j] = by_index[j + 1]
            by_index[j, j : j + 2] += self.part[j]
        p_rate, p_guess = by_index @ spread, by_index @ guess
        n = self.index.size
        ratio, own = self.temperature / self.pressure, self.temperature / self.index
        t_rate = ratio[:, None] * p_rate - own[:, None] * spread[:n]
        t_guess = ratio * p_guess - own * guess[:n]
        edges = self.edge_temperature * self.doubt, self.edge_pressure * self.doubt
        return tuple(
            rate @ covariance @ rate.T + np.outer(more, more) + np.outer(edge, edge)
            for rate, more, edge in zip((t_rate, p_rate), (t_guess, p_guess), edges, strict=True)
        )  # type: ignore[return-value]
