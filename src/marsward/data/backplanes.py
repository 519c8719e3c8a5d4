"""Backplanes of a frame: for each pixel where it looks and in what light, as CF netCDF.

What the planes are of is told by the rays that met the ground: points in the body-fixed frame
and three cosines. Angles, longitude and latitude are taken from them here, once. Conventions:
CF 1.11, two-dimensional coordinates lat and lon; angles carry the CF names of zenith angles.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.product import Product
from marsward.core.provenance import Provenance

__all__ = ["PLANES", "backplanes", "planes_of", "write_backplanes"]

PLANES = ("incidence", "emission", "phase", "ground_range", "ground_size", "ground_height")
"""Planes that a frame may have besides lon and lat, and the points on the ground."""

_CF = {"incidence": "solar_zenith_angle", "emission": "sensor_zenith_angle"}

add_fields(
    FieldRow("ground_range", "m", "distance from the camera to the ground in a pixel", low=0.0),
    FieldRow("ground_size", "m", "size of a pixel on the ground, square root of its area", low=0.0),
    FieldRow("ground_height", "m", "height of the ground above the ellipsoid"),
    FieldRow("ground_point", "m", "point on the ground, body-fixed"),
)


def backplanes(
    points: np.ndarray,
    *,
    cos_incidence: np.ndarray | None = None,
    cos_emission: np.ndarray | None = None,
    cos_phase: np.ndarray | None = None,
    observer: np.ndarray | None = None,
    pixel_solid_angle: float | np.ndarray | None = None,
    height: np.ndarray | None = None,
    keep_points: bool = True,
    attrs: Mapping[str, Any] | None = None,
) -> xr.Dataset:
    """Planes of one frame, dims ("y", "x"); NaN where the ray meets the sky.

    Parameters
    ----------
    points
        (y, x, 3) body-fixed points on the ground [m], NaN in the sky.
    cos_incidence, cos_emission, cos_phase
        (y, x) cosines; planes of those that are given.
    observer
        (3,) body-fixed place of the camera [m]; gives the range.
    pixel_solid_angle
        Of a pixel [sr], one number or (y, x); with the range and the emission it gives the size
        on the ground, range sqrt(solid angle / cos(emission)).
    height
        (y, x) above the ellipsoid [m].
    keep_points
        Whether the points themselves are kept, as `ground_point` ("y", "x", "xyz").
    attrs
        More global attributes, such as the name of the frame and its epoch.

    Raises
    ------
    InputError
        Planes of unequal shape, or a size without range and emission.
    """
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 3 or points.shape[-1] != 3:
        raise InputError(f"points have shape {points.shape}; give (y, x, 3)")
    shape = points.shape[:2]
    planes: dict[str, Any] = {}
    for name, cosine in (
        ("incidence", cos_incidence), ("emission", cos_emission), ("phase", cos_phase),
    ):  # fmt: skip
        if cosine is not None:
            planes[name] = np.degrees(np.arccos(np.clip(_fits(name, cosine, shape), -1.0, 1.0)))
    if observer is not None:
        place = np.asarray(observer, dtype=np.float64)
        planes["ground_range"] = np.linalg.norm(points - place, axis=-1)
    if pixel_solid_angle is not None:
        if cos_emission is None or observer is None:
            raise InputError(
                "the size of a pixel on the ground needs the camera's place and the emission angle"
            )
        slant = np.asarray(cos_emission, dtype=np.float64)
        slant = np.where(slant > 0.0, slant, np.nan)
        planes["ground_size"] = planes["ground_range"] * np.sqrt(pixel_solid_angle / slant)
    if height is not None:
        planes["ground_height"] = _fits("height", height, shape)
    sky = np.isnan(points).any(axis=-1)
    data = {
        name: field(name, np.where(sky, np.nan, plane).astype(np.float32), ("y", "x"), check=False)
        for name, plane in planes.items()
    }
    for name, plane in data.items():
        if name in _CF:
            plane.attrs["standard_name"] = _CF[name]
    if keep_points:
        data["ground_point"] = field(
            "ground_point", points, ("y", "x", "xyz"), frame="IAU_MARS", check=False
        )
    about = {"target": "Mars", "axes": "IAU_MARS", "latitude": "planetocentric", **(attrs or {})}
    return xr.Dataset(data, coords=_places(points, shape), attrs=about)


def planes_of(frame: xr.Dataset) -> xr.Dataset:
    """Planes of a frame that was stored with them: lon and lat become coordinates.

    Takes the variables lon, lat and any of incidence, emission, phase [deg], height [m] and shadow
    with dims ("y", "x").

    Raises
    ------
    InputError
        The frame has no lon and lat.
    """
    lacking = [name for name in ("lon", "lat") if name not in frame.variables]
    if lacking:
        raise InputError(
            f"the frame has no plane {' and '.join(lacking)}; give one that was stored with its "
            "planes, such as the product sample_frame"
        )
    names = {"height": "ground_height"}
    data = {}
    for name in ("incidence", "emission", "phase", "height", "shadow"):
        if name in frame:
            plane = frame[name].copy()
            if name in _CF:
                plane.attrs["standard_name"] = _CF[name]
            data[names.get(name, name)] = plane.variable
    shape = frame["lon"].shape
    places = {name: frame[name].variable for name in ("lon", "lat")}
    about = {"target": "Mars", "axes": "IAU_MARS", "latitude": "planetocentric"}
    return xr.Dataset(data, coords={**_pixels(shape), **places}, attrs={**about, **frame.attrs})


def write_backplanes(
    path: str | Path,
    planes: xr.Dataset,
    *,
    name: str = "backplanes",
    provenance: Provenance | None = None,
) -> Path:
    """Write planes as netCDF, whole or not at all; see `Product.save` for what is raised.

    `provenance` is that of the frame that the planes are of.
    """
    return Product(name, planes, provenance=provenance or Provenance()).save(path)


def _places(points: np.ndarray, shape: tuple[int, int]) -> dict[str, Any]:
    x, y, z = np.moveaxis(points, -1, 0)
    lon = np.degrees(np.arctan2(y, x)) % 360.0
    lon = np.where(lon >= 360.0, 0.0, lon)
    lat = np.degrees(np.arctan2(z, np.hypot(x, y)))
    return {
        **_pixels(shape),
        "lon": field("lon", lon, ("y", "x")),
        "lat": field("lat", lat, ("y", "x")),
    }


def _pixels(shape: tuple[int, ...]) -> dict[str, Any]:
    return {
        "y": ("y", np.arange(shape[0]), {"long_name": "line", "units": "1"}),
        "x": ("x", np.arange(shape[1]), {"long_name": "sample", "units": "1"}),
    }


def _fits(name: str, plane: Any, shape: tuple[int, int]) -> np.ndarray:
    plane = np.asarray(plane, dtype=np.float64)
    if plane.shape != shape:
        raise InputError(f"{name} has shape {plane.shape} but the points {shape}; give one frame")
    return plane
