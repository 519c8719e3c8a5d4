"""Profiles of the air that occultations gave, as one product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

import marsward.physics.air  # noqa: F401  heights above the areoid are named there
from marsward.core.fields import FieldRow, add_fields, field

__all__ = ["Sounding", "soundings"]

Array = NDArray[np.float64]

add_fields(
    FieldRow("sigma_temperature", "K", "standard deviation of the temperature", low=0.0),
    FieldRow("sigma_pressure", "Pa", "standard deviation of the pressure", low=0.0),
    FieldRow("refractivity", "1", "refractive index less one"),
    FieldRow("sigma_refractivity", "1", "standard deviation of the refractivity", low=0.0),
    FieldRow("bending_angle", "rad", "bending of a ray, towards the planet"),
    FieldRow("impact_parameter", "m", "least distance of a ray's asymptotes", low=0.0),
    FieldRow("vertical_resolution", "m", "height over which a level is a mean", low=0.0),
    FieldRow("sigma_smoothing", "K", "error by what a level's height leaves out", low=0.0),
    FieldRow("boundary_share", "1", "derivative of temperature by that assumed at the top"),
    FieldRow("boundary_height", "m", "height at which a temperature was assumed"),
    FieldRow("electron_density", "m-3", "free electrons"),
    FieldRow("sigma_electron_density", "m-3", "standard deviation of the electrons", low=0.0),
)


@dataclass(frozen=True, eq=False)
class Sounding:
    """One profile, levels from the ground up to where the temperature was assumed.

    height, pressure, temperature, refractivity, bending, impact, resolution : (n,) SI
    covariance, pressure_covariance : (n, n) of temperature [K2] and pressure [Pa2]
    sigma_refractivity : (n,)
    boundary : (n,) derivative of the temperature by that assumed at the top
    smoothing : (n,) error by what bins leave out [K], not in the covariance
    electron_height, electrons, sigma_electrons : (m,) above the air [m], [m-3]
    """

    height: Array
    pressure: Array
    temperature: Array
    refractivity: Array
    bending: Array
    impact: Array
    resolution: Array
    covariance: Array
    pressure_covariance: Array
    sigma_refractivity: Array
    boundary: Array
    smoothing: Array
    electron_height: Array
    electrons: Array
    sigma_electrons: Array


_BY_LEVEL = {
    "height_above_areoid": "height", "pressure": "pressure", "temperature": "temperature",
    "refractivity": "refractivity", "sigma_refractivity": "sigma_refractivity",
    "bending_angle": "bending", "impact_parameter": "impact",
    "vertical_resolution": "resolution", "boundary_share": "boundary",
    "sigma_smoothing": "smoothing",
}  # fmt: skip
_SIGMAS = {"sigma_temperature": "covariance", "sigma_pressure": "pressure_covariance"}
_ELECTRONS = {"electron_density": "electrons", "sigma_electron_density": "sigma_electrons"}
_BY_PROFILE = (
    "ingress", "et_limb", "lon", "lat", "ls", "ltst", "solar_zenith_angle", "curvature_radius",
    "limb_distance", "descent_speed", "sun_elongation",
)  # fmt: skip
_ATTRS = ("instrument", "link", "frequency", "passes", "orbit_sigma", "body", "heights")


def soundings(
    observation: xr.Dataset, found: Sequence[Sounding | str], *, keep_covariance: bool = False
) -> xr.Dataset:
    """The product: what each profile gave, or the reason why it gave nothing.

    Parameters
    ----------
    observation : from which the profiles came; place, season and hour are taken over
    found : one of each profile
    keep_covariance : whether the covariance (profile, level, level_2) [K2] is in it
    """
    good = [(i, each) for i, each in enumerate(found) if isinstance(each, Sounding)]
    levels = max((each.height.size for _, each in good), default=0)
    far = max((each.electrons.size for _, each in good), default=0)

    def table(width: int, get: Callable[[Sounding], Array]) -> Array:
        out = np.full((len(found), width), np.nan)
        for i, each in good:
            row = get(each)
            out[i, : row.size] = row
        return out

    dims, above = ("profile", "level"), ("profile", "electron_level")
    data: dict[str, Any] = {}
    for name, key in _BY_LEVEL.items():
        data[name] = field(name, table(levels, _getter(key)), dims)
    for name, key in _SIGMAS.items():
        data[name] = field(name, table(levels, _sigma(key)), dims)
    whole = np.hypot(data["sigma_temperature"].values, data["sigma_smoothing"].values)
    data["sigma_temperature"] = field("sigma_temperature", whole, dims)
    heights = field("height_above_areoid", table(far, _getter("electron_height")), above)
    data["electron_height"] = heights.rename("electron_height")
    for name, key in _ELECTRONS.items():
        data[name] = field(name, table(far, _getter(key)), above)
    tops = np.array([e.height[-1] if isinstance(e, Sounding) else np.nan for e in found])
    data["boundary_height"] = field("boundary_height", tops, "profile")
    usable = np.array([isinstance(each, Sounding) for each in found], dtype=bool)
    data["usable"] = ("profile", usable, {"long_name": "whether a profile could be retrieved"})
    reason = np.array(["" if isinstance(e, Sounding) else e for e in found], dtype=object)
    data["reason"] = ("profile", reason, {"long_name": "why a profile could not be retrieved"})
    if keep_covariance:
        joint = np.full((len(found), levels, levels), np.nan)
        for i, each in good:
            joint[i, : each.height.size, : each.height.size] = each.covariance
        data["temperature_covariance"] = (
            ("profile", "level", "level_2"), joint, {"units": "K2"},
        )  # fmt: skip
    data |= {name: observation[name] for name in _BY_PROFILE if name in observation}
    attrs = {name: observation.attrs[name] for name in _ATTRS if name in observation.attrs}
    return xr.Dataset(data, attrs=attrs)


def _getter(key: str) -> Callable[[Sounding], Array]:
    return lambda each: np.asarray(getattr(each, key))


def _sigma(key: str) -> Callable[[Sounding], Array]:
    return lambda each: np.sqrt(np.maximum(np.diag(getattr(each, key)), 0.0))
