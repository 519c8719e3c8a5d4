"""The answer of an atmosphere as a labelled Dataset, and the dust that hangs in its air."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.fields import FieldRow, add_fields
from marsward.core.fields import field as labelled
from marsward.core.time import Epoch
from marsward.physics.air import (
    GRAVITY,
    MOLAR_GAS_CONSTANT,
    MOLAR_MASS,
    heat_capacity,
    viscosity,
)
from marsward.physics.dust_profile import REFERENCE_PRESSURE, mixing_share
from marsward.physics.dust_scenario import DustScenario

__all__ = ["air_dataset", "dust_extinction"]

Array = NDArray[np.float64]
_GAUSS = np.polynomial.legendre.leggauss(12)
_TOPS = np.arange(5e3, 205e3, 1e3)
_COOLEST, _WARMEST = 100.0, 800.0  # K, over which the heat capacity of CO2 is good

add_fields(
    FieldRow("dust_extinction", "m-1", "visible extinction of dust in the air", low=0.0),
    FieldRow("co2_share", "1", "share of CO2 by volume", low=0.0, high=1.0),
    FieldRow("n2_share", "1", "share of N2 by volume", low=0.0, high=1.0),
    FieldRow("ar_share", "1", "share of argon by volume", low=0.0, high=1.0),
    FieldRow("o2_share", "1", "share of O2 by volume", low=0.0, high=1.0),
    FieldRow("co_share", "1", "share of CO by volume", low=0.0, high=1.0),
    FieldRow("o_share", "1", "share of atomic oxygen by volume", low=0.0, high=1.0),
    FieldRow("he_share", "1", "share of helium by volume", low=0.0, high=1.0),
    FieldRow("molar_mass", "kg mol-1", "mean molar mass of the air", low=0.0),
)


def air_dataset(
    air: Any, shares: Mapping[str, Array], dust: Array, epoch: Epoch, ls: Array, ltst: Array,
    lon: Array, lat: Array, height: Array, *, attrs: Mapping[str, Any],
) -> xr.Dataset:  # fmt: skip
    """The air at points of one shape, as `Atmosphere.at` returns it."""
    shape = air.pressure.shape
    dims = () if not shape else ("point",) if len(shape) == 1 else _names(len(shape))
    warm = np.clip(air.temperature, _COOLEST, _WARMEST)
    # heat per mole as that of the air below, the lighter gases' difference left out
    heat = heat_capacity(warm) * MOLAR_MASS / MOLAR_GAS_CONSTANT
    sound = np.sqrt(heat / (heat - 1.0) * MOLAR_GAS_CONSTANT / air.molar_mass * air.temperature)
    values = {
        "pressure": air.pressure,
        "density": air.density,
        "temperature": air.temperature,
        "eastward_wind": air.eastward_wind,
        "northward_wind": air.northward_wind,
        "speed_of_sound": sound,
        "viscosity": viscosity(air.temperature),
        "molar_mass": air.molar_mass,
        "dust_extinction": dust,
        **{f"{name.lower()}_share": value for name, value in shares.items()},
    }
    out = xr.Dataset({name: labelled(name, value, dims) for name, value in values.items()})
    coords = {
        "et": np.broadcast_to(epoch.et, shape),
        "ls": ls,
        "ltst": ltst,
        "lon": lon,
        "lat": lat,
        "height_above_areoid": height,
    }
    out = out.assign_coords({name: labelled(name, value, dims) for name, value in coords.items()})
    return out.assign_attrs(attrs)


def dust_extinction(
    dust: DustScenario, ls: Array, lat: Array, lon: Array, pressure: Array, density: Array
) -> Array:
    """Visible extinction of dust [m-1], spread with height as `dust_profile` says."""
    top = dust.top(ls, lat)
    share = mixing_share(pressure, top)
    nodes, weights = _GAUSS
    p = 0.5 * REFERENCE_PRESSURE * (nodes + 1.0)
    mean = 0.5 * (mixing_share(p, _TOPS[:, None]) * weights).sum(axis=1)
    whole = np.interp(top, _TOPS, mean)
    per_mass = dust.opacity(ls, lat, lon) * GRAVITY / REFERENCE_PRESSURE
    return np.asarray(per_mass * share / whole * density)


def _names(axes: int) -> tuple[str, ...]:
    return tuple(f"point_{i}" for i in range(axes))
