"""Opacity of the dust from pictures of the Sun through a camera on the ground.

Each picture gives the light S of the Sun's disc at an air mass m (`physics.sun_path`),

    S = S_0 exp(-tau m),     S_0 = C/r^2,

r the distance of the Sun. Where the camera's calibration C is known one picture tells tau; where it
is not, pictures at several air masses on a day of even dust tell both (Langley's straight line in
ln S over m). `sun_opacity` does all at once: least squares for the opacity of each group of
pictures and one ln C for all, which the calibration, if there is one, holds near its value. The
error of C then stays in all opacities together, less the more air masses differ: as in Lemmon et
al. 2015, doi:10.1016/j.icarus.2014.03.029.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError, PhysicsError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.physics.dust_scenario import DustScenario  # noqa: F401  names the field dust_opacity
from marsward.physics.sun_path import DUST_SCALE_HEIGHT, air_mass

__all__ = ["sun_opacity"]

Array = NDArray[np.float64]

add_fields(
    FieldRow("dust_opacity_error", "1", "posterior error of the dust opacity (1 sigma)", low=0.0),
    FieldRow("dust_opacity_noise", "1", "part of the opacity's error that is new each time",
             low=0.0),
    FieldRow("dust_opacity_common", "1", "part of the opacity's error that all share", low=0.0),
    FieldRow("sun_calibration", "1", "natural logarithm of the Sun's light without air at 1 au"),
    FieldRow("sun_calibration_error", "1", "error of that logarithm (1 sigma)", low=0.0),
    FieldRow("log_residual", "1", "natural logarithm of light seen over light expected"),
)  # fmt: skip


def sun_opacity(
    light: ArrayLike,
    zenith: ArrayLike,
    *,
    sigma: ArrayLike = 0.01,
    distance: ArrayLike = 1.0,
    group: ArrayLike | None = None,
    calibration: float | None = None,
    calibration_sigma: float = 0.03,
    scale_height: float = DUST_SCALE_HEIGHT,
) -> xr.Dataset:
    """Opacity of the dust above a camera.

    Parameters
    ----------
    light : of the Sun's disc in each picture, in any unit (pictures,); NaN is no picture
    zenith : angle of the Sun from the vertical [deg], 0 to 90
    sigma : relative error of each picture (1 sigma), a number or (pictures,)
    distance : of the Sun [au]
    group : number of the stretch of even dust that each picture belongs to, such as its sol; one
        for all if left out, so that the opacity is that of the day
    calibration : the light at 1 au without air in the same unit; not known if left out
    calibration_sigma : relative error of it
    scale_height : of the dust [m]

    Returns
    -------
    Dataset over group: dust_opacity above the camera, dust_opacity_sigma (all),
    dust_opacity_noise (that averages out) and dust_opacity_common (of the calibration); over
    picture: air_mass, log_residual; sun_calibration and sun_calibration_sigma; covariance (group,
    group2) of the opacities; attribute chi2 over degrees of freedom.

    Raises
    ------
    InputError : light or angles out of range, shapes that do not fit
    PhysicsError : no calibration, and air masses too alike to tell it
    """
    seen, angle, noise, far, which = _pictures(light, zenith, sigma, distance, group)
    mass = air_mass(angle, scale_height)
    groups, place = np.unique(which, return_inverse=True)
    known = calibration is not None
    if known and not (calibration or 0.0) > 0.0:
        raise InputError("the calibration is the Sun's light without air: give a number above 0")
    if known and not (math.isfinite(calibration_sigma) and calibration_sigma > 0.0):
        raise InputError("calibration_sigma is a relative error above 0")
    if not known and not _told(mass, place):
        raise PhysicsError(
            "no group of pictures has two air masses that differ by 0.2 or more, so that the "
            "camera's calibration cannot be told: give calibration, or pictures of a lower Sun"
        )
    design = np.zeros((seen.size, groups.size + 1))
    design[np.arange(seen.size), place], design[:, -1] = -mass, 1.0
    value = np.log(seen * far**2)
    weight = 1.0 / noise**2
    normal = design.T @ (weight[:, None] * design)
    right = design.T @ (weight * value)
    if known:
        held = 1.0 / calibration_sigma**2
        normal[-1, -1] += held
        right[-1] += held * math.log(calibration or 1.0)
    covariance = np.asarray(np.linalg.inv(normal), dtype=np.float64)
    found = covariance @ right
    residual = value - design @ found
    total = float((weight * residual**2).sum())
    if known:
        total += ((found[-1] - math.log(calibration or 1.0)) / calibration_sigma) ** 2
    free = seen.size - groups.size - (0 if known else 1)
    attrs = {
        "method": "calibrated" if known else "Langley",
        "chi2": total / free if free > 0 else math.nan,
    }
    return _product(found, covariance, normal, groups, mass, residual, attrs)


def _product(
    found: Array, covariance: Array, normal: Array, groups: Array, mass: Array, residual: Array,
    attrs: dict[str, Any],
) -> xr.Dataset:  # fmt: skip
    own = 1.0 / np.diag(normal)[:-1]
    whole = np.diag(covariance)[:-1]
    data = {
        "dust_opacity": field("dust_opacity", found[:-1], "group", check=False),
        "dust_opacity_sigma": field("dust_opacity_error", np.sqrt(whole), "group"),
        "dust_opacity_noise": field("dust_opacity_noise", np.sqrt(own), "group"),
        "dust_opacity_common": field(
            "dust_opacity_common", np.sqrt(np.maximum(whole - own, 0.0)), "group"
        ),
        "covariance": (("group", "group2"), covariance[:-1, :-1], {"units": "1"}),
        "sun_calibration": field("sun_calibration", found[-1], ()),
        "sun_calibration_sigma": field("sun_calibration_error", math.sqrt(covariance[-1, -1]), ()),
        "air_mass": ("picture", mass, {"units": "1", "long_name": "air mass of the dust"}),
        "log_residual": field("log_residual", residual, "picture"),
    }
    return xr.Dataset(data, coords={"group": groups}, attrs=attrs)


def _told(mass: Array, place: NDArray[np.int64]) -> bool:
    """Whether some group has air masses that differ enough for a Langley line."""
    spans = [np.ptp(mass[place == g]) for g in np.unique(place)]
    return max(spans) >= 0.2


def _pictures(
    light: ArrayLike, zenith: ArrayLike, sigma: ArrayLike, distance: ArrayLike,
    group: ArrayLike | None,
) -> tuple[Array, Array, Array, Array, Array]:  # fmt: skip
    seen = np.atleast_1d(np.asarray(light, dtype=np.float64))
    try:
        rows = [
            np.broadcast_to(np.asarray(v, dtype=np.float64), seen.shape)
            for v in (zenith, sigma, distance)
        ]
        which = np.broadcast_to(0 if group is None else np.asarray(group), seen.shape)
    except ValueError as error:
        raise InputError(f"pictures of the Sun do not fit together: {error}") from error
    taken = np.isfinite(seen)
    if seen.ndim != 1 or not taken.any():
        raise InputError("light of the Sun is a row of numbers, one for each picture")
    if not (seen[taken] > 0.0).all():
        raise InputError("a picture of the Sun has no light in it; leave it out, or put NaN there")
    angle, noise, far = (row[taken] for row in rows)
    if not (np.all(noise > 0.0) and np.all(noise < 1.0)):
        raise InputError("sigma of a picture is a relative error above 0 and below 1")
    if not (np.all(far > 0.1) and np.all(far < 10.0)):
        raise InputError("distance of the Sun is given in au, 0.1 to 10")
    return seen[taken], angle, noise, far, which[taken]
