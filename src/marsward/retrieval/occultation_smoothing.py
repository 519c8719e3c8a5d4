"""How an occultation smooths the air: averaging kernels of a profile, by small changes of the air.

The air of the retrieved profile, smoothed over 6 km, is warmed by 1 K in one thin layer after
another, observed without noise and retrieved as it was: what a level then shows of each layer's
warming is its averaging kernel (Rodgers 2000, Inverse Methods for Atmospheric Sounding, section
3.1, doi:10.1142/3171). The pressure follows the warming from the top down, so that a kernel also
tells where a level feels the air above it; diffraction, which geometric optics leave out, is as
wide as a bin.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import cumulative_trapezoid

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.instruments.radio_science import RadioScience
from marsward.physics.air import gravity
from marsward.retrieval.occultation_product import Sounding
from marsward.retrieval.radio_occultation import Assumptions, sound

__all__ = ["averaging_kernels"]

Array = NDArray[np.float64]
_FINE = 100.0  # m
_ABOVE = 40e3  # m of air above the boundary, at the boundary's temperature
_BELOW = 2e3  # m of air below the lowest level
_SMOOTH = 2.5e3  # m, standard deviation: 6 km at half maximum
_CLEAR = 300.0  # m
_WARM = 1.0  # K

AVERAGING_KERNEL = FieldRow(
    "averaging_kernel", "K K-1", "change of the estimate by change of the truth"
)
"""The field of every retrieval of a profile of temperature."""

add_fields(
    AVERAGING_KERNEL,
    FieldRow("kernel_area", "1", "sum of a level's averaging kernel"),
    FieldRow("kernel_width", "m", "full width of a level's averaging kernel at half its maximum"),
)


def averaging_kernels(
    radio: RadioScience,
    tracks: xr.Dataset,
    profile: int,
    sounding: xr.Dataset,
    *,
    layer: float = 1000.0,
    given: Assumptions | None = None,
) -> xr.Dataset:
    """Averaging kernels of one retrieved profile.

    Parameters
    ----------
    radio : the instrument
    tracks : of all profiles, as they were observed
    profile : number of the one that is asked for
    sounding : what `retrieve_occultations` gave, of which that profile is usable
    layer : thickness of the layers that are warmed [m]
    given : what that retrieval assumed

    Returns
    -------
    Dataset (level, layer): averaging_kernel; height_above_areoid (level), layer_height (layer),
    kernel_area and kernel_width (level), temperature (level) of the profile.

    Raises
    ------
    InputError : a profile that could not be retrieved, or a layer that is no thickness.
    """
    count = sounding.sizes["profile"]
    if not (0 <= profile < count and bool(sounding["usable"].values[profile])):
        raise InputError(f"profile {profile} of {count} was not retrieved; take one that is usable")
    if not 50.0 <= layer <= 2e4:
        raise InputError(f"layers of {layer:g} m cannot be warmed one by one; give 50 to 20000 m")
    height, pressure, temperature = (
        v[np.isfinite(v)]
        for v in (
            sounding[name].values[profile]
            for name in ("height_above_areoid", "pressure", "temperature")
        )
    )
    edge = 1.5 * float(height[-1]) - 0.5 * float(height[-2])
    given = replace(given or Assumptions(), boundary_sigma=0.0, boundary_height=edge)
    air = _fine(height, pressure, temperature, given.gas_constant)
    top = float(air[2][-1])
    track = tracks.isel(profile=[profile])
    track = _heard(radio, track, air)
    plain = _retrieved(radio, track, air, given, top)
    own = plain.height > 1.5 * height[0] - 0.5 * height[1]
    level = plain.height[own]
    layers = np.arange(height[0], height[-1], layer)
    rows = np.empty((level.size, layers.size))
    for j, middle in enumerate(layers):
        warmed = _warmed(air, middle, layer, given.gas_constant)
        found = _retrieved(radio, track, warmed, given, top)
        at = np.interp(level, found.height, found.temperature)
        rows[:, j] = (at - plain.temperature[own]) / _WARM
    dims = ("level", "layer")
    return xr.Dataset(
        {
            "averaging_kernel": field("averaging_kernel", rows, dims),
            "height_above_areoid": field("height_above_areoid", level, "level"),
            "layer_height": field("height_above_areoid", layers, "layer").rename("layer_height"),
            "kernel_area": field("kernel_area", rows.sum(axis=1), "level"),
            "kernel_width": field("kernel_width", _width(rows, layers), "level"),
            "temperature": field("temperature", plain.temperature[own], "level"),
        },
        attrs={"profile": profile, "layer_m": layer},
    )


def _fine(height: Array, pressure: Array, temperature: Array, r: float) -> tuple[Array, ...]:
    """Height, pressure and temperature on a fine grid, resting, even temperature above.

    The temperature is smoothed, for its noise would pass for what layers show of one another.
    """
    z = np.arange(height[0] - _BELOW, height[-1] + _ABOVE, _FINE)
    reach = round(3.0 * _SMOOTH / _FINE)
    share = np.exp(-0.5 * (np.arange(-reach, reach + 1) * _FINE / _SMOOTH) ** 2)
    held = np.interp(np.arange(-reach, z.size + reach) * _FINE + z[0], height, temperature)
    t = np.convolve(held, share / share.sum(), mode="valid")
    weight = gravity(z) / (r * t)
    fall = cumulative_trapezoid(weight, z, initial=0.0)
    at = np.interp(height[0], z, fall)
    return z, pressure[0] * np.exp(at - fall), t


def _warmed(air: tuple[Array, ...], middle: float, layer: float, r: float) -> tuple[Array, ...]:
    """The air with one layer warmer, a hat of that width, and pressure as before at the top."""
    z, p, t = air
    warm = t + _WARM * np.maximum(1.0 - np.abs(z - middle) / layer, 0.0)
    change = gravity(z) / r * (1.0 / warm - 1.0 / t)
    below = cumulative_trapezoid(change, z, initial=0.0)
    return z, p * np.exp(below[-1] - below), warm


def _heard(radio: RadioScience, track: xr.Dataset, air: tuple[Array, ...]) -> xr.Dataset:
    """The track without its last metres over the ground, so that bins lie the same in any air."""
    seen = radio.observe(track, air[0], air[1][None], air[2][None], seed=None)
    high = seen["straight_impact"].values
    lowest = np.min(high[np.isfinite(seen["excess_path"].values)])
    return track.assign(straight_impact=track["straight_impact"].where(high > lowest + _CLEAR))


def _retrieved(
    radio: RadioScience, track: xr.Dataset, air: tuple[Array, ...], given: Assumptions, top: float
) -> Sounding:
    seen = radio.observe(track, air[0], air[1][None], air[2][None], seed=None)
    row = {str(name): seen[name].values[0] for name in seen.data_vars}
    return sound(row, seen.attrs, given, boundary_temperature=top)


def _width(rows: Array, layers: ArrayLike) -> Array:
    """Full width at half of the maximum [m], by straight lines between layers."""
    z = np.asarray(layers, dtype=np.float64)
    out = np.full(rows.shape[0], np.nan)
    for i, row in enumerate(rows):
        peak = int(np.argmax(row))
        half = 0.5 * row[peak]
        if not half > 0.0:
            continue
        left, right = peak, peak
        while left > 0 and row[left] > half:
            left -= 1
        while right < z.size - 1 and row[right] > half:
            right += 1
        if row[left] > half or row[right] > half:
            continue
        low = np.interp(half, [row[left], row[left + 1]], [z[left], z[left + 1]])
        high = np.interp(-half, [-row[right - 1], -row[right]], [z[right - 1], z[right]])
        out[i] = high - low
    return out
