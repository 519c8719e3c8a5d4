"""Temperature of the air by pressure from the spectra of a sounder, straight down or at the limb.

Optimal estimation (`optimal_estimation`) over a state of the temperatures at levels and, looking
down, the temperature of the ground, at the limb an offset of all tangent heights and the logarithm
of the top of the dust, which a limb sees and a spectrum from above hardly; and the logarithm of the
dust's opacity. The law is that of `physics.sounder_radiance` and `physics.limb_radiance`;
its own error, the instrument's noise and its error of calibration are the noise of the estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.asked import check_kind, number, told, whole
from marsward.core.constants import BOLTZMANN, PLANCK, SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.instruments.limb_sounder import LimbSounder
from marsward.instruments.thermal_sounder import ThermalSounder
from marsward.physics.dust_scenario import DustScenario  # noqa: F401  names the field dust_opacity
from marsward.physics.sounder_channels import SounderChannels
from marsward.physics.sounder_radiance import by_column
from marsward.physics.sounder_table import SounderTable
from marsward.retrieval.occultation_smoothing import AVERAGING_KERNEL
from marsward.retrieval.optimal_estimation import Estimate, optimal_estimate
from marsward.retrieval.profile_prior import ProfilePrior, profile_prior
from marsward.retrieval.sounder_laws import SCALE, LimbLaw, NadirLaw

__all__ = ["limb_temperature", "nadir_temperature"]

Array = NDArray[np.float64]
_COLDEST, _HOTTEST = 80.0, 400.0
_LEAST_DUST, _MOST_DUST = 1e-3, 15.0
_LOWEST_TOP, _HIGHEST_TOP = 10e3, 110e3  # m, of the dust
_BAND_MIDDLE = 66_740.0  # m-1
_FIRST = 2.0 * float(PLANCK) * float(SPEED_OF_LIGHT) ** 2
_SECOND = float(PLANCK) * float(SPEED_OF_LIGHT) / float(BOLTZMANN)
NADIR_ERROR, LIMB_ERROR = 0.005, 0.02
"""Error of the forward law as a share of each radiance (1 sigma), new in every channel: the table
against the lines themselves is within 0.2 % in channels of 10 cm-1 and 0.5 % in those of 2 cm-1
looking down; at the limb within 1 % up to 40 km and 10 % above, where noise is larger still."""

DUST_TOP_SIGMA = 0.4
"""Spread of the logarithm of the dust's top (1 sigma): from 20 km over winter poles to 78 km in the
warm season, Montmessin et al. 2004, doi:10.1029/2004JE002284."""

add_fields(
    FieldRow("temperature_error", "K", "posterior error of the temperature (1 sigma)", low=0.0),
    AVERAGING_KERNEL,
    FieldRow("temperature_covariance", "K2", "posterior covariance of the temperatures"),
    FieldRow("degrees_of_freedom", "1", "degrees of freedom for signal of the temperatures"),
    FieldRow("chi2_reduced", "1", "cost of the estimate over the number of measurements", low=0.0),
    FieldRow("converged", "1", "whether the estimate came to an end"),
    FieldRow("dust_opacity_error", "1", "posterior error of the dust opacity (1 sigma)", low=0.0),
    FieldRow("height_offset", "m", "true less believed tangent height"),
    FieldRow("height_offset_error", "m", "posterior error of the offset (1 sigma)", low=0.0),
    FieldRow("limb_dust_top", "m", "height of the top of the dust, by the limb", low=0.0),
    FieldRow("limb_dust_top_error", "m", "posterior error of that height (1 sigma)", low=0.0),
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
    InputError : no profile, radiances that are not those of this sounder, pressures or errors out
        of range, less than one round, layer or thread
    """
    prior, layers, workers = _given(sounder, ThermalSounder, prior, layers, workers)
    emissivity = number(emissivity, "emissivity")
    light, noise = _measured(observed, ("profile", "channel"), len(sounder.channels))
    ground = _surface_pressure(observed, light.shape[0])
    cosine = np.cos(np.radians(by_column(observed["emission"], "emission", light.shape[0])))
    law = NadirLaw(prior, sounder.channels, ground, cosine, emissivity, layers, table, workers)
    own = noise**2 + (_share(forward_error) * light) ** 2
    matrix = own[:, :, None] * np.eye(light.shape[1]) + sounder.offset_error**2
    m = prior.pressure.size
    ground_prior = (prior.surface_temperature, prior.surface_sigma)
    mean, spread = _with_others(prior, light.shape[0], ground_prior)
    first = mean.copy()
    first[:, m] = _window_brightness(sounder.channels, light, mean[:, m])
    found = optimal_estimate(
        SCALE * light, law, prior=mean, prior_covariance=spread, noise=SCALE**2 * matrix,
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
    dust_top_sigma: float = DUST_TOP_SIGMA,
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
    dust_top_sigma : of the natural logarithm of the top of the dust, about that of the prior
    forward_error : error of the law as a share of radiance (1 sigma)
    layers : of air that the law takes; table : absorption that the retrieval believes in
    rounds : most steps; workers : threads

    Returns
    -------
    Dataset as `nadir_temperature` gives it, with height_offset and height_offset_sigma, dust_top
    and dust_top_sigma [m] in place of the ground.

    Raises
    ------
    InputError : no profile, radiances that are not those of this sounder, no detector high enough,
        a spread of the dust's top that is not above 0, less than one round, layer or thread
    """
    if not 0.0 < number(dust_top_sigma, "dust_top_sigma") <= 2.0:
        raise InputError(f"dust_top_sigma must lie above 0 and up to 2, not {dust_top_sigma:g}")
    prior, layers, workers = _given(sounder, LimbSounder, prior, layers, workers)
    surface_temperature = number(surface_temperature, "surface_temperature", "K")
    lowest = number(lowest, "lowest", "m")
    names = [channel.name for channel in sounder.channels]
    kept = [names.index(sounder.channel(name).name) for name in (channels or names)]
    light, noise = _measured(observed, ("profile", "detector", "channel"), len(names))
    light, noise = light[..., kept], noise[..., kept]
    ground = _surface_pressure(observed, light.shape[0])
    tangent = np.asarray(observed["tangent_height"], dtype=np.float64)
    if tangent.shape != light.shape[:2]:
        raise InputError(
            f"tangent_height has shape {tangent.shape} but the radiances {light.shape}; give one "
            "height for each profile and detector"
        )
    light = np.where((tangent >= lowest)[..., None], light, np.nan)
    used = np.flatnonzero((tangent >= lowest).any(axis=0))
    if used.size < 3:
        raise InputError(f"fewer than three detectors look above {lowest:g} m; lower `lowest`")
    light, noise, tangent = light[:, used], noise[:, used], tangent[:, used]
    law = LimbLaw(
        prior, sounder.bands.chosen(kept), ground, tangent, float(observed.attrs["field_height"]),
        surface_temperature, layers, table, workers,
    )  # fmt: skip
    own = noise**2 + (_share(forward_error) * light) ** 2
    matrix = _gain_covariance(light, own, sounder.gain_error)
    m, n = prior.pressure.size, light.shape[0]
    offset = max(float(observed.attrs["pointing_error"]), 1.0)
    mean, spread = _with_others(prior, n, (0.0, offset), (np.log(prior.dust_top), dust_top_sigma))
    tops = (np.log(_LOWEST_TOP), np.log(_HIGHEST_TOP))
    found = optimal_estimate(
        SCALE * light.reshape(n, -1), law, prior=mean, prior_covariance=spread,
        noise=SCALE**2 * matrix, bounds=_bounds(m, (-2e4, 2e4), tops), rounds=rounds,
    )  # fmt: skip
    top = np.exp(found.state[:, m + 1])
    extra = {
        "height_offset": field("height_offset", found.state[:, m], "profile"),
        "height_offset_sigma": field("height_offset_error", found.sigma[:, m], "profile"),
        "dust_top": field("limb_dust_top", top, "profile"),
        "dust_top_sigma": field("limb_dust_top_error", top * found.sigma[:, m + 1], "profile"),
    }
    return _product(found, prior, ground, extra, observed)


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


def _with_others(prior: ProfilePrior, n: int, *others: tuple[Any, float]) -> tuple[Array, Array]:
    """Mean and covariance of the state of n profiles: temperatures, others (mean, sigma), ln dust.

    (n, m + others + 1) and (n, same, same)
    """
    m = prior.pressure.size
    rest = [*others, (np.log(np.asarray(prior.dust_opacity, dtype=np.float64)), prior.dust_sigma)]
    size = m + len(rest)
    mean, spread = np.empty((n, size)), np.zeros((n, size, size))
    try:
        mean[:, :m] = prior.temperature
        for k, (middle, _) in enumerate(rest):
            mean[:, m + k] = middle
    except ValueError as error:
        raise InputError(f"the prior is not one for {n} profiles: {error}") from error
    spread[:, :m, :m] = prior.covariance
    for k, (_, sigma) in enumerate(rest):
        spread[:, m + k, m + k] = sigma**2
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


def _bounds(m: int, *others: tuple[float, float]) -> tuple[Array, Array]:
    """Lowest and highest state: temperatures, others, ln dust."""
    ends = [(_COLDEST, _HOTTEST)] * m + [*others, (np.log(_LEAST_DUST), np.log(_MOST_DUST))]
    low, high = np.array(ends, dtype=np.float64).T
    return low, high


def _gain_covariance(light: Array, own: Array, gain: float) -> Array:
    """Covariance (n, detectors channels, same): own errors and one gain error per channel."""
    n, detectors, channels = light.shape
    held = np.nan_to_num(light)
    shared = gain**2 * np.einsum("nic,njc,cd->nicjd", held, held, np.eye(channels))
    size = detectors * channels
    diagonal = np.where(np.isfinite(own), own, 1.0).reshape(n, size)[:, :, None] * np.eye(size)
    return np.asarray(shared.reshape(n, size, size) + diagonal)


def _given(
    sounder: Any, kind: type, prior: ProfilePrior | None, layers: int, workers: int
) -> tuple[ProfilePrior, int, int]:
    """The prior, the layers and the threads of a retrieval, checked."""
    if not isinstance(sounder, kind):
        raise InputError(f"sounder must be a {kind.__name__}, not of kind {type(sounder).__name__}")
    check_kind(prior, ProfilePrior, "prior", "what profile_prior gives, or leave it out")
    return prior or profile_prior(), whole(layers, "layers", 2), whole(workers, "workers")


def _measured(observed: xr.Dataset, dims: tuple[str, ...], channels: int) -> tuple[Array, Array]:
    needed = ["channel_radiance", "channel_radiance_sigma", "surface_pressure"]
    needed.append("emission" if len(dims) == 2 else "tangent_height")
    if not isinstance(observed, xr.Dataset):
        raise InputError(f"observed must be the Dataset that observe gives, not {told(observed)}")
    lacking = [name for name in needed if name not in observed]
    lacking += [
        n for n in ("field_height", "pointing_error") if len(dims) == 3 and n not in observed.attrs
    ]
    if lacking:
        raise InputError(
            f"an observed spectrum lacks {', '.join(lacking)}; give what observe gives"
        )
    held = [observed[name] for name in needed[:2]]
    for each in held:
        if set(each.dims) != set(dims):
            raise InputError(f"{each.name} has the axes {each.dims}; give {dims}, as observe does")
    light, noise = (np.asarray(each.transpose(*dims), dtype=np.float64) for each in held)
    if not light.size:
        raise InputError(f"an observed spectrum of shape {light.shape} holds nothing to retrieve")
    if light.shape[-1] != channels or noise.shape != light.shape:
        raise InputError(
            f"radiances of shape {light.shape} are not those of a sounder of {channels} channels"
        )
    return light, noise


def _surface_pressure(observed: xr.Dataset, n: int) -> Array:
    held = by_column(observed["surface_pressure"], "surface_pressure", n)
    if not np.all((held >= 30.0) & (held <= 2000.0)):
        raise InputError("surface_pressure of a sounded column must lie in 30 to 2000 Pa")
    return np.ascontiguousarray(held)


def _share(error: float) -> float:
    if not 0.0 <= number(error, "forward_error") <= 0.5:
        raise InputError(f"forward_error is a share of the radiance from 0 to 0.5, not {error:g}")
    return float(error)
