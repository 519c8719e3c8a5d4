"""Temperature of the ground from the radiances of a radiometer's bands.

For each observation one temperature T is sought that makes all bands right at once,

    min over T of sum over b of ((L_b - F_b(T)) / s_b)^2,

F_b the forward law of `physics.thermal_radiance` with the air and the emissivity that the
retrieval believes in. Noise, the errors of emissivity and of the air (each taken to be new in
every observation) and the error of calibration (shared by a whole campaign) are carried to T to
first order and kept apart, for a map's retrievals must know which part does not average out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.instruments.radiometer import Radiometer
from marsward.physics.thermal_radiance import COLDEST, HOTTEST, ThermalAir

__all__ = ["surface_temperature"]

Array = NDArray[np.float64]
_ROUNDS = 12
_MOST_GAS = 0.3  # optical depth of gas from which a band tells of the air and not of the ground
_STEP = 1e-3  # of the depth of dust and of emissivity, for derivatives

add_fields(
    FieldRow("surface_temperature", "K", "temperature of the ground's surface", low=0.0),
    FieldRow("temperature_sigma", "K", "error of one observation (1 sigma)", low=0.0),
    FieldRow("temperature_common", "K", "error that a campaign's observations share (1 sigma)",
             low=0.0),
)  # fmt: skip


def surface_temperature(
    observed: xr.Dataset,
    radiometer: Radiometer,
    *,
    emission: ArrayLike | None = None,
    emissivity: ArrayLike = 1.0,
    emissivity_sigma: float = 0.0,
    air: ThermalAir | None = None,
    bands: tuple[str, ...] | None = None,
) -> xr.Dataset:
    """Kinetic temperature of the ground.

    Parameters
    ----------
    observed : what `Radiometer.observe` gives: radiance and radiance_sigma (place, band), or
        (place, look, band) of a survey; NaN is no observation
    radiometer : as it is believed to be
    emission : angle from the vertical [deg], (place,) or (place, look); that of the survey, or
        straight down, if left out
    emissivity : of the ground, one number or (band,)
    emissivity_sigma : how well that is known, for each observation and band by itself
    air : as it is believed to be, with its errors; none when left out
    bands : those to use; all that see the ground when left out (carbon dioxide thinner than 0.3)

    Returns
    -------
    Dataset (place) or (place, look): surface_temperature, temperature_sigma (noise, air and
    emissivity), temperature_common (calibration) [K]; NaN where no band tells. Attribute `bands`.

    Raises
    ------
    InputError : an unknown band, or radiances that are not those of this radiometer.
    """
    air = air or ThermalAir(pressure=0.0)
    chosen = _chosen(radiometer, air, bands)
    light, noise, shape = _radiances(observed, radiometer, chosen)
    n = light.shape[0]
    if emission is None:
        emission = observed.get("emission", 0.0)
    tilt = np.nan_to_num(np.asarray(emission, dtype=float))
    cosine = np.cos(np.radians(np.broadcast_to(tilt, shape))).ravel()
    air = _flat(air, shape)
    shine = np.broadcast_to(np.asarray(emissivity, dtype=float), (len(radiometer.bands),))
    shine = np.array([shine[k] for k in chosen])
    if not ((shine > 0.0) & (shine <= 1.0)).all():
        raise InputError("the emissivity of the ground must lie above 0 and up to 1")
    laws = [radiometer.bands[k] for k in chosen]

    def seen(warmth: Array, shine: Array, air: ThermalAir) -> Array:
        one = np.ones((n, 1))
        columns = [
            radiometer.radiance(band, warmth[:, None], one, one * e, air, cosine)
            for band, e in zip(laws, shine, strict=True)
        ]
        return np.stack(columns, axis=1)

    gain = np.array([band.gain_error for band in laws])
    warmth, slope, weight = _settled(light, noise, gain, laws, seen, shine, air)
    here = seen(warmth, shine, air)
    share = weight * slope / np.maximum((weight * slope**2).sum(axis=1, keepdims=True), 1e-300)
    own = (share * noise) ** 2
    if emissivity_sigma > 0.0:
        by_shine = (here - seen(warmth, shine - _STEP, air)) / _STEP
        own = own + (share * by_shine * emissivity_sigma) ** 2
    total = own.sum(axis=1)
    for name, spread, step in (
        ("dust_depth", air.dust_sigma, _STEP), ("temperature", air.temperature_sigma, 0.1),
    ):  # fmt: skip
        if np.any(np.asarray(spread) > 0.0):
            moved = ThermalAir(
                **{"dust_depth": air.dust_depth, "temperature": air.temperature,
                   "pressure": air.pressure} | {name: np.asarray(getattr(air, name)) + step}
            )  # fmt: skip
            by_air = (seen(warmth, shine, moved) - here) / step
            total = total + ((share * by_air).sum(axis=1) * np.asarray(spread)) ** 2
    common = np.sqrt(((share * gain * here) ** 2).sum(axis=1))
    sigma = np.sqrt(total)
    told = np.isfinite(warmth) & (sigma < 0.25 * warmth)
    data = {
        "surface_temperature": np.where(told, warmth, np.nan),
        "temperature_sigma": np.where(told, sigma, np.nan),
        "temperature_common": np.where(told, common, np.nan),
    }
    attrs = {"bands": ", ".join(band.name for band in laws), "instrument": radiometer.name}
    dims = ("place", "look")[: len(shape)]
    return xr.Dataset({k: field(k, v.reshape(shape), dims) for k, v in data.items()}, attrs=attrs)


def _flat(air: ThermalAir, shape: tuple[int, ...]) -> ThermalAir:
    """Air whose numbers fit the observations in one row."""
    names = ("dust_depth", "temperature", "pressure", "dust_sigma", "temperature_sigma")
    return ThermalAir(**{k: np.broadcast_to(getattr(air, k), shape).ravel() for k in names})


def _chosen(radiometer: Radiometer, air: ThermalAir, bands: tuple[str, ...] | None) -> list[int]:
    names = [band.name for band in radiometer.bands]
    if bands is not None:
        return [names.index(radiometer.band(name).name) for name in bands]
    deep = max(1.0, float(np.max(air.pressure)) / 610.0)
    found = [k for k, b in enumerate(radiometer.bands) if b.gas_depth * deep < _MOST_GAS]
    if not found:
        raise InputError(
            f"no band of radiometer {radiometer.name!r} sees the ground through carbon dioxide; "
            "name the bands to use"
        )
    return found


def _radiances(
    observed: Any, radiometer: Radiometer, chosen: list[int]
) -> tuple[Array, Array, tuple[int, ...]]:
    """Radiance and noise (observation, chosen band), and the shape of the observations."""
    light = np.asarray(observed["radiance"], dtype=float)
    noise = np.asarray(observed["radiance_sigma"], dtype=float)
    fits = light.ndim in (2, 3) and noise.shape == light.shape
    if not fits or light.shape[-1] != len(radiometer.bands):
        raise InputError(
            f"radiances of shape {light.shape} are not those of radiometer {radiometer.name!r}, "
            f"which has {len(radiometer.bands)} bands: give (place, band)"
        )
    if not (noise[np.isfinite(light)] > 0.0).all():
        raise InputError("radiance_sigma must be above 0 wherever there is a radiance")
    shape = light.shape[:-1]
    light, noise = (v.reshape(-1, v.shape[-1])[:, chosen] for v in (light, noise))
    return light, np.where(np.isfinite(noise), noise, 1.0), shape


def _settled(
    light: Array,
    noise: Array,
    gain: Array,
    laws: list[Any],
    seen: Any,
    shine: Array,
    air: ThermalAir,
) -> tuple[Array, Array, Array]:
    """Temperature, the forward law's slope and the weights of the bands, by Gauss-Newton."""
    known = np.isfinite(light)
    light = np.where(known, light, 0.0)
    bright = np.stack([b.law.brightness(light[:, k]) for k, b in enumerate(laws)], axis=1)
    guess = np.where(known, light, 0.0) / np.where(known, noise, np.inf)
    best = np.argmax(np.where(np.isfinite(bright), guess, -np.inf), axis=1)
    warmth = np.take_along_axis(bright, best[:, None], axis=1)[:, 0]
    lost = ~np.isfinite(warmth)
    warmth = np.where(lost, 200.0, warmth)
    for _ in range(_ROUNDS):
        here = seen(warmth, shine, air)
        slope = (seen(warmth + 0.05, shine, air) - here) / 0.05
        weight = np.where(known, 1.0 / (noise**2 + (gain * here) ** 2), 0.0)
        pull, stiff = weight * slope * (light - here), weight * slope**2
        step = pull.sum(axis=1) / np.maximum(stiff.sum(axis=1), 1e-300)
        warmth = np.clip(warmth + np.clip(step, -30.0, 30.0), COLDEST + 1.0, HOTTEST - 1.0)
        if np.all(np.abs(step) < 1e-5):
            break
    edge = (warmth <= COLDEST + 1.0) | (warmth >= HOTTEST - 1.0)
    return np.where(lost | edge, np.nan, warmth), slope, weight
