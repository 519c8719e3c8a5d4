"""Reflectance of the ground from a spectrum taken above the air.

Carbon dioxide is taken out as in the volcano scan (Langevin et al. 2005,
doi:10.1126/science.1109438; McGuire et al. 2009, doi:10.1016/j.pss.2009.03.007): a known
transmission T is raised to a power b that makes the triplet at 2 um vanish. Here b is fitted, with
a straight continuum, to the channels from 1.975 to 2.035 um,

    ln(I/F) = c0 + c1 lambda + b ln T

so that a mineral's broad band at 1.9 um does not feign gas; T is computed for the pressure and the
airmass of the place (`physics.co2_bands`), or for 610 Pa, and what the pressure says of b is joined
to what the spectrum says. A power of one transmission is not the transmission of another pressure:
where b strays from 1 by d, the other bands are left with some 0.1 d of their depth (Wiseman et al.
2016, doi:10.1016/j.icarus.2015.10.012, show the bowl that this makes near 2 um).
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.constants import ASTRONOMICAL_UNIT
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.instruments.spectrometer import solar_irradiance
from marsward.physics.co2_bands import CO2_ERROR, co2_transmission
from marsward.physics.dust_spectrum import dust_terms
from marsward.physics.hapke_mixing import REFLECTANCE, WAVELENGTH
from marsward.physics.light import planck

__all__ = ["surface_reflectance"]

Array = NDArray[np.float64]
_WINDOW = (1.975e-6, 2.035e-6)  # m
_GAS_BANDS = (1.30e-6, 2.95e-6)  # m
_REFERENCE_PRESSURE = 610.0  # Pa
_OPAQUE = 0.3
# What the bend of minerals' own bands within the window does to the power (1 sigma): the scatter
# found over mixtures of three of the shipped spectra.
_BEND = 0.08
_SUBSTEPS, _REACH = 25, 1.25  # of a channel's width
_MEAN_DISTANCE = 1.52366 * float(ASTRONOMICAL_UNIT)

add_fields(
    FieldRow("reflectance_sigma", "1", "error of the reflectance factor (1 sigma)", low=0.0),
    FieldRow("reflectance_noise", "1", "error of one channel alone (1 sigma)", low=0.0),
    FieldRow("reflectance_shapes", "1", "errors that channels share, each of 1 sigma"),
    FieldRow("error_offset", "1", "error that channels share, of 1 sigma, at reflectance 0"),
    FieldRow("error_slope", "1", "rise with reflectance of an error that channels share"),
    FieldRow("co2_power", "1", "power on the transmission of carbon dioxide"),
    FieldRow("co2_power_sigma", "1", "error of the power (1 sigma)", low=0.0),
    FieldRow("co2_transmission", "1", "share of light that passes carbon dioxide", low=0.0),
)


def surface_reflectance(
    observed: xr.Dataset,
    *,
    phase: ArrayLike | None = None,
    pressure: ArrayLike | None = None,
    pressure_error: float = 0.05,
    haze_depth: ArrayLike = 0.0,
    haze_error: float = 0.0,
    gain_error: float = 0.0,
    ripple: float = 0.0,
    wavelength_error: float = 0.0,
    incidence_error: float = 0.0,
    surface_temperature: ArrayLike | None = None,
    temperature_error: float = 5.0,
    sun_distance: ArrayLike | None = None,
    remove_gas: bool = True,
) -> xr.Dataset:
    """Reflectance factor of the ground from what a spectrometer saw.

    Parameters
    ----------
    observed : as `Spectrometer.observe` gives it: radiance_factor and its sigma (place,
        wavelength), channel_width, incidence_cosine, emission_cosine
    phase : between Sun and view [rad] (place,), for the haze; if left out, that of a nadir view
    pressure : of the air at the ground as it is known, from height and season [Pa] (place,); if
        left out the gas is read from the spectrum alone
    pressure_error : its relative error (1 sigma)
    haze_depth, haze_error : optical depth of dust at 0.9 um and its error (1 sigma)
    gain_error : relative error of calibration, the same in all channels (1 sigma)
    ripple : relative error of calibration from channel to channel (1 sigma)
    wavelength_error : shift of all channels that is not known [m] (1 sigma)
    incidence_error : error of the incidence from relief that is not known [rad] (1 sigma)
    surface_temperature, temperature_error : [K]; heat is not taken out if left out
    sun_distance : [m] (place,), 1.52 au if left out; for the heat
    remove_gas : False leaves carbon dioxide in

    Returns
    -------
    Dataset (place, wavelength): reflectance and its sigma, NaN where a channel was NaN, where less
    than 0.3 of the light passes the gas, or where the ground's heat drowns the light. Sigma joins
    reflectance_noise, which each channel has of its own, with reflectance_shapes (place, error,
    wavelength), what 1 sigma of gain, gas, heat, haze and wavelength does to all channels together.
    The first four are also given as error_offset and error_slope by reflectance (place,
    shared_error, wavelength), for `unmix` to take at its fitted spectrum. co2_power and its sigma
    (place,); co2_transmission.

    Raises InputError when a variable is missing, when an error or a depth is negative or no number,
    or when gas is to be removed with no pressure and no channels about 2 um.
    """
    errors_told = {
        "pressure_error": pressure_error, "haze_error": haze_error, "gain_error": gain_error,
        "ripple": ripple, "wavelength_error": wavelength_error,
        "incidence_error": incidence_error, "temperature_error": temperature_error,
        "haze_depth": haze_depth,
    }  # fmt: skip
    _refuse_negative(errors_told, surface_temperature, sun_distance)
    lam, seen, sigma, width, mu0, mu = _held(observed)
    angle = np.arccos(mu0) if phase is None else np.asarray(phase, dtype=np.float64)
    heat, warmer = _heat(lam, mu0.size, surface_temperature, temperature_error, sun_distance)
    if remove_gas:
        base = _gas(lam, width, pressure, mu0, mu)
        power, power_sigma = _power(lam, seen, sigma, base, pressure, pressure_error)
    else:
        base = np.ones(seen.shape)
        power, power_sigma = np.zeros(len(seen)), np.zeros(len(seen))
    gas = base ** power[:, None]
    path, gain = _haze(lam, haze_depth, mu0, mu, angle)
    lever = gas * gain - heat  # dI/F by dR
    ground = (seen - gas * path - heat) / lever
    noise = np.hypot(sigma, ripple * seen) / lever
    slant = np.sqrt(1.0 - mu0**2) / mu0 * incidence_error
    fall = gas * np.log(np.maximum(base, 1e-6)) * power_sigma[:, None] / lever
    none = np.zeros(ground.shape)
    errors = {  # of 1 sigma: offset and slope by reflectance
        "gain": (none, np.hypot(gain_error, slant[:, None]) + none),
        "gas": (-path * fall, -gain * fall),
        "heat": (-warmer / lever, warmer / lever),
        "haze": (none, none),
    }
    if haze_error > 0.0:
        thicker = _haze(lam, np.asarray(haze_depth) + haze_error, mu0, mu, angle)
        errors["haze"] = _thicker(gas, path, heat, lever, thicker)
    gone = (gas < _OPAQUE) | (lever < 0.2 * gas * gain) | ~np.isfinite(ground)
    ground, noise = np.where(gone, np.nan, ground), np.where(gone, np.nan, noise)
    shapes = {name: low + rise * ground for name, (low, rise) in errors.items()}
    shapes["wavelength"] = np.where(gone, np.nan, wavelength_error * _slope(ground, lam))
    return _labelled(observed, ground, noise, errors, shapes, gas, power, power_sigma)


def _refuse_negative(
    told: dict[str, ArrayLike], temperature: ArrayLike | None, distance: ArrayLike | None
) -> None:
    for name, value in told.items():
        held = np.asarray(value, dtype=np.float64)
        if not np.all((held >= 0.0) & np.isfinite(held)):
            raise InputError(f"{name} must be a number of 0 or more")
    for name, given in (("surface_temperature", temperature), ("sun_distance", distance)):
        if given is not None and not np.all(np.asarray(given, dtype=np.float64) > 0.0):
            raise InputError(f"{name} must be a number above 0 at every place")


def _thicker(
    gas: Array, path: Array, heat: Array, lever: Array, haze: tuple[Array, Array]
) -> tuple[Array, Array]:
    """Offset and slope by reflectance of what another haze makes of the same spectrum."""
    other = gas * haze[1] - heat
    return gas * (path - haze[0]) / other, lever / other - 1.0


def _slope(ground: Array, lam: Array) -> Array:
    """dR/dlambda [m-1]; 0 beside gaps."""
    return np.nan_to_num(np.gradient(ground, lam, axis=1))


def _held(observed: xr.Dataset) -> tuple[Array, Array, Array, Array, Array, Array]:
    wanted = (
        "radiance_factor", "radiance_factor_sigma", "channel_width", "incidence_cosine",
        "emission_cosine",
    )  # fmt: skip
    missing = [name for name in wanted if name not in observed]
    if missing or WAVELENGTH not in observed.coords:
        raise InputError(
            f"the spectra lack {', '.join(missing) or WAVELENGTH}: give what "
            "Spectrometer.observe returns"
        )
    seen, sigma, width, mu0, mu = (np.array(observed[name].values, float) for name in wanted)
    lam = np.array(observed[WAVELENGTH].values, float)
    dark = ~(mu0 > 0.0)
    seen[dark] = np.nan
    return lam, seen, sigma, width, np.where(dark, 1.0, mu0), mu


def _gas(lam: Array, width: Array, pressure: ArrayLike | None, mu0: Array, mu: Array) -> Array:
    """Transmission of the gas in each channel, averaged under its width (places, channels)."""
    held = _REFERENCE_PRESSURE if pressure is None else np.asarray(pressure, dtype=np.float64)
    steps = np.linspace(-_REACH, _REACH, _SUBSTEPS)
    weight = np.exp(-0.5 * (steps * 2.3548) ** 2)
    weight /= weight.sum()
    near = np.flatnonzero((lam > _GAS_BANDS[0]) & (lam < _GAS_BANDS[1]))
    out = np.ones((mu0.size, lam.size))
    if not near.size:
        return out
    fine = (lam[near, None] + steps * width[near, None]).ravel()
    order = np.argsort(fine)
    passed = np.empty((mu0.size, fine.size))
    passed[:, order] = co2_transmission(fine[order], held, 1.0 / mu0 + 1.0 / mu)
    out[:, near] = passed.reshape(mu0.size, near.size, _SUBSTEPS) @ weight
    return out


def _power(
    lam: Array, seen: Array, sigma: Array, base: Array, pressure: ArrayLike | None, error: float
) -> tuple[Array, Array]:
    """Power on the transmission and its error (places,), from the triplet and from pressure."""
    inside = (lam > _WINDOW[0]) & (lam < _WINDOW[1])
    known = np.hypot(0.75 * error, CO2_ERROR) if pressure is not None else np.inf
    if pressure is None and inside.sum() < 4:
        raise InputError(
            "no channels about 2 um show the carbon dioxide: give the pressure, or remove_gas=False"
        )
    power, wrong = np.ones(len(seen)), np.full(len(seen), known)
    x = (lam[inside] - 2.0e-6) / 3e-8
    for k in range(len(seen)):
        level, noise = seen[k, inside], sigma[k, inside]
        good = (level > 0.0) & np.isfinite(noise) & (noise > 0.0)
        if good.sum() < 4:
            continue
        weight = level[good] / noise[good]
        table = np.column_stack([np.ones(good.sum()), x[good], np.log(base[k, inside][good])])
        covariance = np.linalg.pinv((table * weight[:, None] ** 2).T @ table)
        fit = covariance @ (table.T @ (weight**2 * np.log(level[good])))
        own = covariance[2, 2] + _BEND**2
        share = 1.0 if not np.isfinite(known) else known**2 / (known**2 + own)
        power[k] = share * fit[2] + (1.0 - share)
        wrong[k] = np.sqrt(share * own)
    if not np.all(np.isfinite(wrong) | np.isnan(seen).all(axis=1)):
        raise InputError(
            "a spectrum has too few channels about 2 um for its gas: give the pressure"
        )
    return power, np.where(np.isfinite(wrong), wrong, 0.0)


def _haze(lam: Array, depth: ArrayLike, mu0: Array, mu: Array, phase: Array) -> tuple[Array, Array]:
    """I/F of the haze itself, and I/F above it by reflectance below (places, channels)."""
    tau = np.broadcast_to(np.asarray(depth, dtype=np.float64), mu0.shape)
    if not np.any(tau > 0.0):
        return np.zeros((1, lam.size)), np.repeat(mu0[:, None], lam.size, axis=1)
    t = dust_terms(lam, tau, mu0, mu, np.broadcast_to(phase, mu0.shape))
    return t.path, t.up * (t.direct * mu0[:, None] + t.sky)


def _heat(
    lam: Array, places: int, temperature: ArrayLike | None, error: float,
    distance: ArrayLike | None,
) -> tuple[Array, Array]:  # fmt: skip
    """I/F of the heat of black ground, and its error (places, channels)."""
    if temperature is None:
        return np.zeros((places, lam.size)), np.zeros((places, lam.size))
    warm = np.broadcast_to(np.asarray(temperature, dtype=np.float64), (places,))[:, None]
    far = np.asarray(_MEAN_DISTANCE if distance is None else distance, dtype=np.float64)
    far = np.broadcast_to(far, (places,))[:, None]
    sun = solar_irradiance(lam) * (float(ASTRONOMICAL_UNIT) / far) ** 2
    heat = np.pi * planck(lam, warm) / sun
    return heat, np.pi * planck(lam, warm + error) / sun - heat


def _labelled(
    observed: xr.Dataset, ground: Array, noise: Array, errors: dict[str, tuple[Array, Array]],
    shapes: dict[str, Array], gas: Array, power: Array, wrong: Array,
) -> xr.Dataset:  # fmt: skip
    whose = ("place", WAVELENGTH)
    shared = np.stack(list(shapes.values()), axis=1)
    error = np.sqrt(noise**2 + (shared**2).sum(axis=1))
    shared_by = ("place", "shared_error", WAVELENGTH)
    made = xr.Dataset(
        {
            REFLECTANCE: field(REFLECTANCE, ground, whose, check=False),
            "reflectance_sigma": field("reflectance_sigma", error, whose),
            "reflectance_noise": field("reflectance_noise", noise, whose),
            "reflectance_shapes": field(
                "reflectance_shapes", shared, ("place", "error", WAVELENGTH)
            ),
            "error_offset": field("error_offset", _stacked(errors, 0), shared_by),
            "error_slope": field("error_slope", _stacked(errors, 1), shared_by),
            "co2_transmission": field("co2_transmission", gas, whose),
            "co2_power": field("co2_power", power, "place"),
            "co2_power_sigma": field("co2_power_sigma", wrong, "place"),
        }
    )
    return made.assign_coords(
        {WAVELENGTH: observed[WAVELENGTH], "error": list(shapes), "shared_error": list(errors)}
    )


def _stacked(errors: dict[str, tuple[Array, Array]], which: int) -> Array:
    """Offsets (0) or slopes (1) of all errors (places, errors, channels)."""
    return np.stack([pair[which] for pair in errors.values()], axis=1)
