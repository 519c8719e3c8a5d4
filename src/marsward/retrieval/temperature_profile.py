"""Temperature of the air by pressure from the spectra of a sounder, straight down or at the limb.

Optimal estimation (`optimal_estimation`) over a state of the temperatures at levels and, looking
down, the temperature of the ground, at the limb an offset of all tangent heights; and the logarithm
of the dust's opacity. The law is that of `physics.sounder_radiance` and `physics.limb_radiance`;
its own error, the instrument's noise and its error of calibration are the noise of the estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.constants import BOLTZMANN, PLANCK, SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.instruments.limb_sounder import LimbSounder
from marsward.instruments.thermal_sounder import ThermalSounder
from marsward.physics.air import layer_pressure
from marsward.physics.air_layers import layer_edges
from marsward.physics.dust_profile import dust_depth
from marsward.physics.dust_scenario import DustScenario  # noqa: F401  names the field dust_opacity
from marsward.physics.limb_radiance import limb_radiance
from marsward.physics.sounder_channels import SounderChannels
from marsward.physics.sounder_radiance import SounderColumns, nadir_radiance
from marsward.physics.sounder_table import SounderTable
from marsward.retrieval.optimal_estimation import Estimate, optimal_estimate
from marsward.retrieval.profile_prior import (
    ProfilePrior,
    level_weights,
    profile_prior,
)

__all__ = ["limb_temperature", "nadir_temperature"]

Array = NDArray[np.float64]
Rows = NDArray[np.int64]
_COLDEST, _HOTTEST = 80.0, 400.0
_LEAST_DUST, _MOST_DUST = 1e-3, 15.0
_BAND_MIDDLE = 66_740.0  # m-1
_FIRST = 2.0 * float(PLANCK) * float(SPEED_OF_LIGHT) ** 2
_SECOND = float(PLANCK) * float(SPEED_OF_LIGHT) / float(BOLTZMANN)
_THINNEST = 300.0  # m: the layer at the ground
NADIR_ERROR, LIMB_ERROR = 0.005, 0.02
"""Error of the forward law as a share of each radiance (1 sigma), new in every channel: the table
against the lines themselves is within 0.2 % in channels of 10 cm-1 and 0.5 % in those of 2 cm-1
looking down; at the limb within 1 % up to 40 km and 10 % above, where noise is larger still."""

add_fields(
    FieldRow("temperature_error", "K", "posterior error of the temperature (1 sigma)", low=0.0),
    FieldRow("averaging_kernel", "K K-1", "change of the estimate by change of the truth"),
    FieldRow("temperature_covariance", "K2", "posterior covariance of the temperatures"),
    FieldRow("degrees_of_freedom", "1", "degrees of freedom for signal of the temperatures"),
    FieldRow("chi2_reduced", "1", "cost of the estimate over the number of measurements", low=0.0),
    FieldRow("converged", "1", "whether the estimate came to an end"),
    FieldRow("dust_opacity_error", "1", "posterior error of the dust opacity (1 sigma)", low=0.0),
    FieldRow("height_offset", "m", "true less believed tangent height"),
    FieldRow("height_offset_error", "m", "posterior error of the offset (1 sigma)", low=0.0),
)


def nadir_temperature(
    observed: xr.Dataset,
    sounder: ThermalSounder,
    *,
    prior: ProfilePrior | None = None,
    emissivity: float = 1.0,
    forward_error: float = NADIR_ERROR,
    layers: int = 36,
    table: SounderTable | None = None,
    rounds: int = 15,
    workers: int = 1,
) -> xr.Dataset:
    """Temperature profiles, ground temperature and dust from spectra looking down.

    Parameters
    ----------
    observed : what `ThermalSounder.observe` gives; surface_pressure in it is what the retrieval
        believes, from a climatology or a map
    sounder : as it is believed to be
    prior : that of `profile_prior()` if left out
    emissivity : of the ground in all channels
    forward_error : error of the law as a share of radiance (1 sigma)
    layers : of air that the law takes; table : absorption that the retrieval believes in
    rounds : most steps; workers : threads

    Returns
    -------
    Dataset (profile, level) over pressure: temperature, sigma, noise_sigma and smoothing_sigma
    [K], NaN below the ground; averaging_kernel and covariance (profile, level, level2);
    surface_temperature, surface_sigma [K], dust_opacity at 610 Pa with dust_opacity_sigma, dof,
    chi2, converged (profile).

    Raises
    ------
    InputError : radiances that are not those of this sounder, pressures or errors out of range
    """
    prior = prior or profile_prior()
    light, noise = _measured(observed, ("profile", "channel"), len(sounder.channels))
    ground = _surface_pressure(observed, light.shape[0])
    cosine = np.cos(np.radians(np.asarray(observed["emission"], dtype=np.float64)))
    cosine = np.broadcast_to(cosine, (light.shape[0],))
    law = _Nadir(prior, sounder.channels, ground, cosine, emissivity, layers, table, workers)
    own = noise**2 + (_share(forward_error) * light) ** 2
    matrix = own[:, :, None] * np.eye(light.shape[1]) + sounder.offset_error**2
    m = prior.pressure.size
    mean, spread = _with_others(
        prior, light.shape[0], (prior.surface_temperature, prior.surface_sigma),
    )  # fmt: skip
    first = mean.copy()
    first[:, m] = _window_brightness(sounder.channels, light, mean[:, m])
    found = optimal_estimate(
        _SCALE * light, law, prior=mean, prior_covariance=spread, noise=_SCALE**2 * matrix,
        first=first, bounds=_bounds(m, (_COLDEST, _HOTTEST)), rounds=rounds, tolerance=1e-3,
    )  # fmt: skip
    extra = {
        "surface_temperature": field("temperature", found.state[:, m], "profile"),
        "surface_sigma": field("temperature_error", found.sigma[:, m], "profile"),
    }
    return _product(found, prior, ground, extra, observed)


def limb_temperature(
    observed: xr.Dataset,
    sounder: LimbSounder,
    *,
    prior: ProfilePrior | None = None,
    channels: Sequence[str] | None = None,
    lowest: float = 8.0e3,
    surface_temperature: float = 215.0,
    forward_error: float = LIMB_ERROR,
    layers: int = 40,
    table: SounderTable | None = None,
    rounds: int = 15,
    workers: int = 1,
) -> xr.Dataset:
    """Temperature profiles, offset of the tangent heights and dust from the limb.

    Parameters
    ----------
    observed : what `LimbSounder.observe` gives; surface_pressure in it is what the retrieval
        believes: what it is off by becomes an offset of the heights
    sounder : as it is believed to be
    prior : that of `profile_prior()` if left out
    channels : names of those to use; all if left out
    lowest : detectors that are believed to look lower [m] are left out
    surface_temperature : of ground that a field of view may still touch [K]
    forward_error : error of the law as a share of radiance (1 sigma)
    layers : of air that the law takes; table : absorption that the retrieval believes in
    rounds : most steps; workers : threads

    Returns
    -------
    Dataset as `nadir_temperature` gives it, with height_offset and height_offset_sigma [m] in
    place of the ground.

    Raises
    ------
    InputError : radiances that are not those of this sounder, no detector high enough
    """
    prior = prior or profile_prior()
    names = [channel.name for channel in sounder.channels]
    kept = [names.index(sounder.channel(name).name) for name in (channels or names)]
    light, noise = _measured(observed, ("profile", "detector", "channel"), len(names))
    light, noise = light[..., kept], noise[..., kept]
    ground = _surface_pressure(observed, light.shape[0])
    tangent = np.asarray(observed["tangent_height"], dtype=np.float64)
    light = np.where((tangent >= lowest)[..., None], light, np.nan)
    used = np.flatnonzero((tangent >= lowest).any(axis=0))
    if used.size < 3:
        raise InputError(f"fewer than three detectors look above {lowest:g} m; lower `lowest`")
    light, noise, tangent = light[:, used], noise[:, used], tangent[:, used]
    law = _Limb(
        prior, sounder.bands.chosen(kept), ground, tangent, float(observed.attrs["field_height"]),
        surface_temperature, layers, table, workers,
    )  # fmt: skip
    own = noise**2 + (_share(forward_error) * light) ** 2
    matrix = _gain_covariance(light, own, sounder.gain_error)
    m, n = prior.pressure.size, light.shape[0]
    offset = max(float(observed.attrs["pointing_error"]), 1.0)
    mean, spread = _with_others(prior, n, (0.0, offset))
    found = optimal_estimate(
        _SCALE * light.reshape(n, -1), law, prior=mean, prior_covariance=spread,
        noise=_SCALE**2 * matrix, bounds=_bounds(m, (-2e4, 2e4)), rounds=rounds,
    )  # fmt: skip
    extra = {
        "height_offset": field("height_offset", found.state[:, m], "profile"),
        "height_offset_sigma": field("height_offset_error", found.sigma[:, m], "profile"),
    }
    return _product(found, prior, ground, extra, observed)


_SCALE = 1e6  # radiance of the sums, so that their inverses stay near one


class _Law:
    """What both laws share: layers over the believed ground and the state's parts."""

    def __init__(
        self, prior: ProfilePrior, channels: SounderChannels, ground: Array, layers: int,
        table: SounderTable | None, workers: int,
    ) -> None:  # fmt: skip
        self.channels, self.workers = channels, workers
        self.table = table or SounderTable.shipped()
        top = min(float(prior.pressure[-1]) * 0.5, float(ground.min()) / 20.0)
        self.edges = layer_edges(ground, layers, top, lowest=_THINNEST)
        self.weights = level_weights(prior.pressure, layer_pressure(self.edges))
        self.dust = dust_depth(self.edges, 1.0, prior.dust_top)
        self.levels = prior.pressure.size

    def columns(self, state: Array, rows: Rows, warmth: Any, emissivity: float) -> SounderColumns:
        air = np.einsum("nlm,nm->nl", self.weights[rows], state[:, : self.levels])
        dust = self.dust[rows] * np.exp(state[:, -1])[:, None]
        return SounderColumns(self.edges[rows], air, warmth, dust, emissivity)


class _Nadir(_Law):
    """Spectra looking down, by state: temperatures, that of the ground, ln dust."""

    def __init__(
        self, prior: ProfilePrior, channels: SounderChannels, ground: Array, cosine: Array,
        emissivity: float, layers: int, table: SounderTable | None, workers: int,
    ) -> None:  # fmt: skip
        super().__init__(prior, channels, ground, layers, table, workers)
        self.cosine, self.emissivity = cosine, emissivity

    def __call__(self, state: Array, rows: Rows) -> tuple[Array, Array]:
        columns = self.columns(state, rows, state[:, self.levels], self.emissivity)
        seen = nadir_radiance(
            columns, self.channels, cosine=self.cosine[rows], table=self.table, slopes=True,
            workers=self.workers,
        )  # fmt: skip
        slopes = np.concatenate(
            [seen.by_air @ self.weights[rows], seen.by_ground[..., None],
             seen.by_dust.sum(axis=-1, keepdims=True)], axis=-1,
        )  # fmt: skip
        return _SCALE * seen.radiance, _SCALE * slopes


class _Limb(_Law):
    """The limb, by state: temperatures, offset of the heights [m], ln dust."""

    def __init__(
        self, prior: ProfilePrior, channels: SounderChannels, ground: Array, tangent: Array,
        field_height: float, warmth: float, layers: int, table: SounderTable | None, workers: int,
    ) -> None:  # fmt: skip
        super().__init__(prior, channels, ground, layers, table, workers)
        self.tangent, self.field_height, self.warmth = tangent, field_height, warmth

    def __call__(self, state: Array, rows: Rows) -> tuple[Array, Array]:
        seen = limb_radiance(
            self.columns(state, rows, self.warmth, 1.0), self.channels,
            self.tangent[rows] + state[:, self.levels, None], field_height=self.field_height,
            table=self.table, slopes=True, workers=self.workers,
        )  # fmt: skip
        j, m = len(rows), self.levels
        by_air = seen.by_air.reshape(j, -1, seen.by_air.shape[-1]) @ self.weights[rows]
        others = [seen.by_height.reshape(j, -1, 1), seen.by_dust.sum(axis=-1).reshape(j, -1, 1)]
        slopes = np.concatenate([by_air, *others], axis=-1)
        assert slopes.shape[-1] == m + 2
        return _SCALE * seen.radiance.reshape(j, -1), _SCALE * slopes


def _product(
    found: Estimate, prior: ProfilePrior, ground: Array, extra: dict[str, xr.DataArray],
    observed: xr.Dataset,
) -> xr.Dataset:  # fmt: skip
    """What the estimate knows, labelled."""
    m = prior.pressure.size
    # a level stands where its half of the way to the next reaches into the air
    buried = prior.pressure[None, :] > ground[:, None] * 1.02

    def told(values: Array) -> Array:
        return np.where(buried, np.nan, values)

    def spread(matrix: Array) -> Array:
        return told(np.sqrt(np.maximum(np.einsum("nii->ni", matrix[:, :m, :m]), 0.0)))

    level, square = ("profile", "level"), ("profile", "level", "level2")
    kernel = found.averaging_kernel[:, :m, :m]
    dust = np.exp(found.state[:, -1])
    data = {
        "temperature": field("temperature", told(found.state[:, :m]), level),
        "sigma": field("temperature_error", spread(found.covariance), level),
        "noise_sigma": field("temperature_error", spread(found.noise_covariance), level),
        "smoothing_sigma": field("temperature_error", spread(found.smoothing_covariance), level),
        "averaging_kernel": field("averaging_kernel", kernel, square),
        "covariance": field("temperature_covariance", found.covariance[:, :m, :m], square),
        **extra,
        "dust_opacity": field("dust_opacity", dust, "profile"),
        "dust_opacity_sigma": field("dust_opacity_error", dust * found.sigma[:, -1], "profile"),
        "dof": field("degrees_of_freedom", np.einsum("nii->n", kernel), "profile"),
        "chi2": field("chi2_reduced", found.chi2, "profile"),
        "converged": field("converged", found.converged, "profile"),
        "surface_pressure": field("pressure", ground, "profile"),
    }
    coords = {"pressure": field("pressure", prior.pressure, "level")}
    attrs = {"instrument": observed.attrs.get("instrument", ""), "method": "optimal estimation"}
    return xr.Dataset(data, coords=coords, attrs=attrs)


def _with_others(prior: ProfilePrior, n: int, other: tuple[Any, float]) -> tuple[Array, Array]:
    """Mean (n, m + 2) and covariance (n, m + 2, m + 2) of temperatures, one other and ln dust."""
    m = prior.pressure.size
    mean = np.empty((n, m + 2))
    try:
        mean[:, :m] = prior.temperature
        mean[:, m] = other[0]
        mean[:, m + 1] = np.log(np.asarray(prior.dust_opacity, dtype=np.float64))
    except ValueError as error:
        raise InputError(f"the prior is not one for {n} profiles: {error}") from error
    spread = np.zeros((n, m + 2, m + 2))
    spread[:, :m, :m] = prior.covariance
    spread[:, m, m], spread[:, m + 1, m + 1] = other[1] ** 2, prior.dust_sigma**2
    return mean, spread


def _window_brightness(channels: SounderChannels, light: Array, otherwise: Array) -> Array:
    """Temperature of a black body as bright as the channels off the band's middle (n,) [K].

    Planck's law turned round; `otherwise` where there is no radiance above 0 there.
    """
    wave = np.array(channels.centre)
    off = np.abs(wave - _BAND_MIDDLE)
    clear = off >= 0.75 * off.max()
    with np.errstate(invalid="ignore", divide="ignore"):
        warmth = _SECOND * wave / np.log1p(_FIRST * wave**3 / light)
    warmth = np.where(clear & np.isfinite(warmth) & (light > 0.0), warmth, np.nan)
    told = np.asarray(np.isfinite(warmth).any(axis=1))
    filled = np.where(told[:, None], warmth, 0.0)
    middle = np.clip(np.nanmedian(filled, axis=1), 120.0, 330.0)
    return np.asarray(np.where(told, middle, otherwise))


def _bounds(m: int, other: tuple[float, float]) -> tuple[Array, Array]:
    low, high = np.full(m + 2, _COLDEST), np.full(m + 2, _HOTTEST)
    low[m], high[m] = other
    low[m + 1], high[m + 1] = np.log(_LEAST_DUST), np.log(_MOST_DUST)
    return low, high


def _gain_covariance(light: Array, own: Array, gain: float) -> Array:
    """Covariance (n, detectors channels, same): own errors and one gain error per channel."""
    n, detectors, channels = light.shape
    held = np.nan_to_num(light)
    shared = gain**2 * np.einsum("nic,njc,cd->nicjd", held, held, np.eye(channels))
    size = detectors * channels
    diagonal = np.where(np.isfinite(own), own, 1.0).reshape(n, size)[:, :, None] * np.eye(size)
    return np.asarray(shared.reshape(n, size, size) + diagonal)


def _measured(observed: xr.Dataset, dims: tuple[str, ...], channels: int) -> tuple[Array, Array]:
    needed = ["channel_radiance", "channel_radiance_sigma", "surface_pressure"]
    needed.append("emission" if len(dims) == 2 else "tangent_height")
    lacking = [name for name in needed if name not in observed]
    lacking += [
        n for n in ("field_height", "pointing_error") if len(dims) == 3 and n not in observed.attrs
    ]
    if lacking:
        raise InputError(
            f"an observed spectrum lacks {', '.join(lacking)}; give what observe gives"
        )
    light = np.asarray(observed["channel_radiance"].transpose(*dims), dtype=np.float64)
    noise = np.asarray(observed["channel_radiance_sigma"].transpose(*dims), dtype=np.float64)
    if light.shape[-1] != channels or noise.shape != light.shape:
        raise InputError(
            f"radiances of shape {light.shape} are not those of a sounder of {channels} channels"
        )
    return light, noise


def _surface_pressure(observed: xr.Dataset, n: int) -> Array:
    held = np.broadcast_to(np.asarray(observed["surface_pressure"], dtype=np.float64), (n,))
    if not np.all((held >= 30.0) & (held <= 2000.0)):
        raise InputError("surface_pressure of a sounded column must lie in 30 to 2000 Pa")
    return np.ascontiguousarray(held)


def _share(error: float) -> float:
    if not 0.0 <= error <= 0.5:
        raise InputError(f"forward_error is a share of the radiance from 0 to 0.5, not {error:g}")
    return float(error)
