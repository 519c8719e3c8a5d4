"""Pictures of Mars from orbit: the radiance that a camera's rays bring, and the truth behind it.

A pose is anything with `observer` (3,) [m], `axes` (3, 3) camera to body-fixed, `sun` (3,) unit
vector to the Sun and `sun_distance` [m], all in IAU_MARS (`geometry.poses`). Rays are unit vectors
in the camera frame (ny, nx, 3). The sky off the limb is black.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError, PhysicsError
from marsward.core.registry import unknown
from marsward.planet.kernels.orbit_scene import (
    COS_E,
    COS_G,
    COS_I,
    GROUND,
    LIT,
    QX,
    QY,
    QZ,
    REACH,
    SEEN,
    ground_ellipsoid,
    ground_terrain,
    render_ellipsoid,
    render_terrain,
)
from marsward.planet.mars_surface import MarsSurface

Array = NDArray[np.float64]
PLANES = ("lon", "lat", "cos_i", "cos_e", "cos_g", "height", "shadow", "xyz")
_MOST_SAMPLES = 16


def render(
    surface: MarsSurface,
    pose: Any,
    rays: ArrayLike,
    *,
    samples: int = 1,
    relief: bool = True,
    shadows: bool = True,
) -> NDArray[np.float32]:
    """Radiance of a picture (bands, ny, nx) [W m-2 sr-1 in the band], float32.

    Parameters
    ----------
    surface : what there is to be seen; its haze is over it
    pose : place and attitude of the camera and the Sun (see the module)
    rays : unit vectors of the pixel centres in the camera frame (ny, nx, 3)
    samples : samples along each side of a pixel; more give smooth limbs and shadows
    relief : meet the terrain of the surface; False renders the bare ellipsoid
    shadows : cast the shadows of the terrain

    Raises InputError for arrays of another shape, PhysicsError for a camera below the surface.
    """
    rays, observer, axes, sun = _geometry(surface, pose, rays)
    if not 1 <= samples <= _MOST_SAMPLES:
        raise InputError(f"samples must be 1 to {_MOST_SAMPLES}, not {samples}")
    out = np.zeros((len(surface.bands), *rays.shape[:2]), dtype=np.float32)
    place = (rays, observer, axes, sun, 1.0 / np.asarray(surface.radii))
    light = _light(surface, float(np.asarray(pose.sun_distance)), _pixel_angle(rays) / samples)
    if relief and surface.terrain is not None:
        render_terrain(*place, _relief(surface, shadows), light, samples, out)
    else:
        render_ellipsoid(*place, light, samples, out)
    return out


def truth_planes(
    surface: MarsSurface,
    pose: Any,
    rays: ArrayLike,
    names: tuple[str, ...] = PLANES,
    *,
    relief: bool = True,
    shadows: bool = True,
) -> dict[str, Array]:
    """What lies at each pixel centre: planes (ny, nx) by name, NaN off the limb.

    lon, lat : planetocentric [deg], east positive, 0 to 360
    cos_i, cos_e, cos_g : cosines of incidence and emission on the slope, of phase
    height : above the ellipsoid [m], along the planet's radius
    shadow : 1 where terrain or the night keeps the Sun off, else 0
    xyz : body-fixed points (ny, nx, 3) [m]

    Raises InputError for an unknown name and as `render`.
    """
    for name in names:
        if name not in PLANES:
            raise InputError(unknown("truth plane", name, PLANES))
    rays, observer, axes, sun = _geometry(surface, pose, rays)
    ground = np.empty((GROUND, *rays.shape[:2]))
    place = (rays, observer, axes, sun, 1.0 / np.asarray(surface.radii))
    if relief and surface.terrain is not None:
        ground_terrain(*place, _relief(surface, shadows), ground)
    else:
        ground_ellipsoid(*place, ground)
    ground[1:, ground[SEEN] == 0.0] = np.nan
    unit = np.moveaxis(ground[QX : QZ + 1], 0, -1)
    planes: dict[str, Array] = {}
    for name in names:
        if name == "lon":
            planes[name] = np.degrees(np.arctan2(ground[QY], ground[QX])) % 360.0
        elif name == "lat":
            planes[name] = np.degrees(np.arctan2(ground[QZ], np.hypot(ground[QX], ground[QY])))
        elif name == "shadow":
            dark = (ground[LIT] <= 0.0) | (ground[COS_I] <= 0.0)
            planes[name] = np.where(np.isnan(ground[LIT]), np.nan, dark.astype(np.float64))
        elif name in ("xyz", "height"):
            xyz = observer + ground[REACH][..., None] * (rays @ axes.T)
            if name == "height":
                base = 1.0 / np.linalg.norm(unit / np.asarray(surface.radii), axis=-1)
                xyz = np.linalg.norm(xyz, axis=-1) - base
            planes[name] = xyz
        else:
            planes[name] = ground[{"cos_i": COS_I, "cos_e": COS_E, "cos_g": COS_G}[name]].copy()
    return planes


def _geometry(
    surface: MarsSurface, pose: Any, rays: ArrayLike
) -> tuple[Array, Array, Array, Array]:
    # always writable, so that the kernels are compiled for one kind of array only
    table, observer, axes, sun = (
        np.require(v, dtype=np.float64, requirements=["C", "W"])
        for v in (rays, pose.observer, pose.axes, pose.sun)
    )
    if table.ndim != 3 or table.shape[2] != 3:
        raise InputError(f"rays are (ny, nx, 3) unit vectors, not of shape {table.shape}")
    if observer.shape != (3,) or axes.shape != (3, 3) or sun.shape != (3,):
        raise InputError(
            "a picture takes one pose: observer (3,), axes (3, 3) and sun (3,); index the poses, "
            f"as in poses[0], instead of giving {observer.shape}, {axes.shape}, {sun.shape}"
        )
    if not np.sum((observer / np.asarray(surface.radii)) ** 2) > 1.0:
        raise PhysicsError(
            f"the camera is {np.linalg.norm(observer) / 1e3:.1f} km from the centre of Mars, "
            "below its surface: give a pose above it"
        )
    return table, observer, axes, sun


def _pixel_angle(rays: Array) -> float:
    """Angle between neighbouring rays in the middle of the picture [rad]."""
    ny, nx = rays.shape[:2]
    j, i = ny // 2, nx // 2
    steps = [rays[j, i] - rays[j, i - 1]] if nx > 1 else []
    steps += [rays[j, i] - rays[j - 1, i]] if ny > 1 else []
    return max((float(np.linalg.norm(step)) for step in steps), default=0.0)


def _relief(surface: MarsSurface, shadows: bool) -> tuple[Any, ...]:
    """A surface's terrain as the kernels take it."""
    ground = surface.terrain.ground if surface.terrain else None
    return ground, surface.steepest, surface.horizon, shadows, surface.smooth


def _light(surface: MarsSurface, sun_distance: float, spread: float) -> tuple[Any, ...]:
    """Albedo, sunlight, law and haze of a surface as the kernels take them."""
    t = surface.photometry.tables
    numbers, shares = np.zeros((len(surface.bands), 5)), np.zeros((len(surface.bands), 2))
    if surface.haze:
        numbers = np.stack([layer.numbers for layer in surface.haze])
        shares = np.ascontiguousarray(np.stack([layer.shares for layer in surface.haze]))
    return (
        surface.padded, surface.fine, spread, surface.flux(sun_distance), t.law, t.numbers,
        t.curves, t.w, t.step, numbers, shares, bool(surface.haze),
    )  # fmt: skip
