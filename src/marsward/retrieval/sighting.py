"""What a picture tells of the craft: bodies seen, position fixed, stars named; and as a Dataset."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.retrieval.attitude import Attitude

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Sighting:
    """One body in one picture.

    `centre_px` (2,) [px] is the image of the body's centre, `radius_px` the apparent radius of its
    surface, both with covariance of the limb fit alone. `apparent` (3,) is the direction in J2000
    as the moving craft sees it, `direction` (3,) the same with stellar aberration removed: from the
    craft at the time of the picture to the body when the light left it. `range` [m] is along
    `direction`; `offset` (3,) = range x direction, with `covariance` (3, 3) [m^2] of limb and
    attitude together.
    """

    name: str
    centre_px: Array
    centre_covariance: Array
    radius_px: float
    radius_sigma_px: float
    apparent: Array
    direction: Array
    range: float
    range_sigma: float
    offset: Array
    covariance: Array
    limb_angle: Array
    limb_shift: Array
    limb_scatter: float
    limb_alike: float

    @property
    def direction_sigma(self) -> float:
        """1-sigma of the direction, root mean square of the two axes across it [rad]."""
        across = np.eye(3) - np.outer(self.direction, self.direction)
        return float(np.sqrt(0.5 * np.trace(across @ self.covariance @ across)) / self.range)


@dataclass(frozen=True)
class PositionFix:
    """Position of the craft (3,) [m] in the axes and from the origin of the bodies' states.

    `covariance` (3, 3) [m^2]; `ranges` (n,) [m] and `range_sigmas` to the bodies that the fix
    implies; `limb_height` [m] of the first body as the fix found it, with 1-sigma; `chi2` per
    degree of freedom.
    """

    position: Array
    covariance: Array
    ranges: Array
    range_sigmas: Array
    directions: Array
    limb_height: float
    limb_height_sigma: float
    chi2: float


@dataclass(frozen=True)
class Navigation:
    """All that `navigate` found.

    Per named star: Hipparcos number `hip` (n,), place `star_xy` (n, 2) [px], `star_residual` (n, 2)
    observed minus computed [px], `star_used` (n,) true where the attitude rests on it.
    `points_found` counts the points detected, named or not.
    """

    attitude: Attitude
    hip: NDArray[np.int64]
    star_xy: Array
    star_residual: Array
    star_used: NDArray[np.bool_]
    points_found: int
    sightings: tuple[Sighting, ...]
    fix: PositionFix | None
    assumptions: tuple[str, ...]

    def body(self, name: str) -> Sighting:
        """The sighting of the body `name`; InputError where it was not among those looked for."""
        for sighting in self.sightings:
            if sighting.name == name:
                return sighting
        known = ", ".join(s.name for s in self.sightings) or "none"
        raise InputError(f"{name!r} was not looked for in this picture; its bodies are: {known}")

    @property
    def star_rms_px(self) -> float:
        """Root mean square residual of one coordinate of the stars used [px]."""
        return float(np.sqrt(np.mean(self.star_residual[self.star_used] ** 2)))

    def dataset(self) -> xr.Dataset:
        """Everything as a labelled Dataset with dims body, star, axis, px."""
        out = xr.Dataset(
            {
                "star_xy": (("star", "px"), self.star_xy, {"units": "pixel"}),
                "star_residual": (("star", "px"), self.star_residual, {"units": "pixel"}),
                "star_used": ("star", self.star_used),
                "attitude": (("camera_axis", "axis"), self.attitude.matrix, {"units": "1"}),
                "attitude_sigma": ("camera_axis", self.attitude.sigma_arcsec, {"units": "arcsec"}),
                "attitude_covariance": _square("camera_axis", self.attitude.covariance, "rad2"),
            },
            coords={
                "hip": ("star", self.hip),
                "axis": ["x", "y", "z"],
                "px": ["x", "y"],
                "camera_axis": ["right", "down", "boresight"],
            },
            attrs={
                "points_found": self.points_found,
                "direction_note": "J2000, stellar aberration removed, light time not",
                "assumptions": " | ".join(self.assumptions),
            },
        )
        if self.sightings:
            out = out.assign(_body_columns(self.sightings))
            out = out.assign_coords(body=[s.name for s in self.sightings])
        if self.fix is not None:
            out = out.assign(_fix_columns(self.fix)).assign_attrs(fix_chi2=self.fix.chi2)
        return out


def _body_columns(seen: tuple[Sighting, ...]) -> dict[str, tuple]:
    """The sightings as variables over the dim body."""
    flat, pixel, axis = ("body",), ("body", "px"), ("body", "axis")
    columns = {
        "centre_px": (pixel, [s.centre_px for s in seen], "pixel"),
        "centre_covariance": ((*pixel, "px2"), [s.centre_covariance for s in seen], "pixel2"),
        "radius_px": (flat, [s.radius_px for s in seen], "pixel"),
        "radius_sigma_px": (flat, [s.radius_sigma_px for s in seen], "pixel"),
        "direction": (axis, [s.direction for s in seen], "1"),
        "apparent_direction": (axis, [s.apparent for s in seen], "1"),
        "direction_sigma": (flat, [s.direction_sigma for s in seen], "rad"),
        "range": (flat, [s.range for s in seen], "m"),
        "range_sigma": (flat, [s.range_sigma for s in seen], "m"),
        "offset": (axis, [s.offset for s in seen], "m"),
        "offset_covariance": ((*axis, "axis2"), [s.covariance for s in seen], "m2"),
        "limb_scatter_px": (flat, [s.limb_scatter for s in seen], "pixel"),
        "limb_points": (flat, [s.limb_angle.size for s in seen], "1"),
    }
    return {k: (dims, np.asarray(v), {"units": u}) for k, (dims, v, u) in columns.items()}


def _fix_columns(fix: PositionFix) -> dict[str, tuple]:
    """The position fix as variables."""
    return {
        "fix_position": ("axis", fix.position, {"units": "m"}),
        "fix_covariance": _square("axis", fix.covariance, "m2"),
        "fix_range": ("body", fix.ranges, {"units": "m"}),
        "fix_range_sigma": ("body", fix.range_sigmas, {"units": "m"}),
        "fix_direction": (("body", "axis"), fix.directions, {"units": "1"}),
        "fix_limb_height": ((), fix.limb_height, {"units": "m"}),
        "fix_limb_height_sigma": ((), fix.limb_height_sigma, {"units": "m"}),
    }


def _square(dim: str, matrix: Array, units: str) -> tuple:
    return ((dim, f"{dim}2"), matrix, {"units": units})
