"""Optical navigation: attitude from the stars, direction and range of bodies from their lit limbs.

The reduction sees a picture (or a short and a long exposure under one attitude), the camera's
calibration, a star catalogue and what is known beforehand: the observer's velocity (for stellar
aberration), the direction of the Sun, sizes and poles of the bodies, and for a position fix where
the bodies are. It never sees the world that the picture was taken of.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import body as published_body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.retrieval.attitude import Attitude, aberrate, cross_matrix, unaberrate
from marsward.retrieval.detection import (
    Patch,
    Points,
    Sensor,
    Sky,
    body_mask,
    find_patches,
    find_points,
    sky_background,
)
from marsward.retrieval.limb import Globe, LimbFit, LimbSearch, Surface, Window
from marsward.retrieval.limb_edge import edge_circle
from marsward.retrieval.limb_height import LimbHeight, rayleigh_depth
from marsward.retrieval.position_fix import fix_position
from marsward.retrieval.sighting import Navigation, PositionFix, Sighting
from marsward.retrieval.star_identification import (
    FieldStars,
    Identification,
    Pointing,
    identify,
)

Array = NDArray[np.float64]

GLOW_PX = 14
"""Sky this close to a body is not searched for stars [px] (assumed: wings of the body's image)."""


def navigate(
    frames: xr.Dataset | Sequence[xr.Dataset],
    camera: Any,
    *,
    catalogue: Any,
    at: Epoch,
    observer_velocity: ArrayLike,
    sun_direction: ArrayLike,
    pointing: Pointing | None = None,
    bodies: Sequence[str] = ("earth", "moon"),
    body_states: ArrayLike | None = None,
    observer_position: ArrayLike | None = None,
    limb_heights: dict[str, LimbHeight] | None = None,
) -> Navigation:
    """Attitude, directions, ranges and a position fix from one picture, or one short and one long.

    Parameters
    ----------
    frames : Dataset with `dn` (y, x) and attribute `exposure_s`, or two of one attitude: the longer
        exposure gives the stars, the shorter the bodies
    camera : its calibration (see `sensor_of`) with `.pinhole`
    catalogue : stars with `.hip`, `.v` and `.directions(epoch, observer)`
    at : time of the picture, scalar
    observer_velocity : (3,) [m/s] relative to the solar-system barycentre, J2000; known beforehand
    sun_direction : (3,) or (n, 3), from each body to the Sun, J2000
    pointing : believed attitude with its 1-sigma; left out, the whole sky is searched
    bodies : names, the largest in the picture first
    body_states : (n, 6) [m, m/s] at `at` from an origin that does not accelerate; with it the
        craft's position is fixed
    observer_position : (3,) [m] relative to the barycentre, for the parallax of stars
    limb_heights : how far the visible limb stands above the surface, per body; at the surface if
        left out. For an Earth with air above its limb give
        {"earth": limb_height(camera.band_lo, camera.band_hi)}

    Raises `InputError` for a call that cannot be right, `PhysicsError` where the picture holds no
    answer: no stars, no body, a limb that does not converge.
    """
    velocity, suns = _checked(at, observer_velocity, sun_direction, len(bodies))
    _check_known(camera, catalogue, bodies, body_states)
    sensor, pinhole = sensor_of(camera), camera.pinhole
    short, long = _by_exposure(frames)
    points, named = _stars(
        long, sensor, pinhole, catalogue, at, velocity, pointing, observer_position
    )
    heights = limb_heights or {}
    globes = [
        _globe(name, at, sun, heights.get(name)) for name, sun in zip(bodies, suns, strict=True)
    ]
    fits = _limbs(short, sensor, camera, named.attitude.matrix, velocity, globes)
    fix = None
    if body_states is not None and fits:
        fix = _fix(fits, globes, named.attitude, body_states)
    return Navigation(
        attitude=named.attitude,
        hip=np.asarray(catalogue.hip)[named.star].astype(np.int64),
        star_xy=points.xy[named.point],
        star_residual=named.residual,
        star_used=named.used,
        points_found=len(points),
        sightings=tuple(
            _sighting(fit, globe, named.attitude, pinhole, velocity)
            for fit, globe in zip(fits, globes, strict=True)
        ),
        fix=fix,
        assumptions=tuple(
            f"The visible limb of {g.name} is taken {g.limb_height / 1e3:.1f} ± "
            f"{g.limb_height_sigma / 1e3:.1f} km above its ellipsoid."
            for g in globes
            if g.limb_height_sigma > 0.0
        ),
    )


def _checked(at: Epoch, velocity: ArrayLike, suns: ArrayLike, count: int) -> tuple[Array, Array]:
    """Velocity (3,) [m/s] and unit vectors to the Sun (count, 3), after a look at their shapes."""
    if not isinstance(at, Epoch) or np.ndim(at.whole) != 0:
        raise InputError(f"navigate takes one Epoch, such as Epoch.utc(...), not {at!r}")
    try:
        v = np.asarray(velocity, dtype=np.float64)
        s = np.asarray(suns, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"observer_velocity and sun_direction must be numbers: {error}") from error
    if v.shape != (3,) or s.shape not in ((3,), (count, 3)):
        raise InputError(
            f"observer_velocity must be (3,) and sun_direction (3,) or ({count}, 3), got {v.shape} "
            f"and {s.shape}"
        )
    if not (np.all(np.isfinite(v)) and np.all(np.linalg.norm(s, axis=-1) > 0.0)):
        raise InputError("observer_velocity must be finite and sun_direction not zero")
    return v, np.broadcast_to(s / np.linalg.norm(s, axis=-1, keepdims=True), (count, 3))


def _check_known(camera: Any, catalogue: Any, bodies: Sequence[str], states: Any) -> None:
    """Refuse calibration, catalogue, bodies or states that cannot serve, before the work begins."""
    if not hasattr(camera, "pinhole"):
        raise InputError(f"camera must be a calibrated camera with a pinhole, not {camera!r}")
    if not hasattr(catalogue, "directions"):
        raise InputError("catalogue must be a star catalogue; give marsward.data.stars.catalogue()")
    for name in bodies:
        published_body(name)
    if states is not None and np.shape(states) != (len(bodies), 6):
        raise InputError(
            f"body_states must be ({len(bodies)}, 6), one row a body, not {np.shape(states)}"
        )


def _limbs(
    frame: xr.Dataset, sensor: Sensor, camera: Any, matrix: Array, velocity: Array,
    globes: list[Globe],
) -> list[LimbFit]:  # fmt: skip
    """The limb fit of each body in the short exposure."""
    electrons = sensor.electrons(frame["dn"].to_numpy())
    sky = sky_background(electrons, sensor)
    light = electrons - sky.level
    pinhole = camera.pinhole
    fits: list[LimbFit] = []
    blocked: list[tuple[float, float, float]] = []
    for globe in globes:
        circle = _locate(light, sky, sensor, matrix, globe, blocked, pinhole)
        blocked.append(circle)
        window = _window(light, electrons, sensor, pinhole, matrix, velocity, circle)
        start = _start(circle, globe, pinhole, matrix, velocity)
        cos_phase = -float(start @ globe.sun) / float(np.linalg.norm(start))
        surface = _surface(globe.name, camera, cos_phase)
        fits.append(LimbSearch(window, globe, surface).solve(start))
    return fits


def sensor_of(camera: Any) -> Sensor:
    """The calibration that the reduction uses, from a camera's own fields."""
    bits_full = (2.0 ** int(camera.bits) - 1.0 - float(camera.bias)) * float(camera.gain)
    return Sensor(
        psf_sigma=float(camera.psf_sigma),
        gain=float(camera.gain),
        bias=float(camera.bias),
        read_noise=float(camera.read_noise),
        full=0.97 * min(float(camera.full_well), bits_full),
        prnu=float(camera.prnu),
    )


def _band(camera: Any) -> tuple[float, float]:
    """Lower and upper wavelength [m] of the camera's band."""
    return float(camera.band_lo), float(camera.band_hi)


def _by_exposure(frames: xr.Dataset | Sequence[xr.Dataset]) -> tuple[xr.Dataset, xr.Dataset]:
    """The short and the long exposure; the same one twice if there is but one."""
    every = [frames] if isinstance(frames, xr.Dataset) else list(frames)
    if not 1 <= len(every) <= 2:
        raise InputError(f"navigate takes one frame or two of one attitude, not {len(every)}")
    for frame in every:
        if not isinstance(frame, xr.Dataset) or "dn" not in frame:
            raise InputError("a frame is a Dataset with the variable dn (y, x)")
        if len(every) > 1 and "exposure_s" not in frame.attrs:
            raise InputError("of two frames each needs the attribute exposure_s [s]")
    if len(every) == 1:
        return every[0], every[0]
    short, long = sorted(every, key=lambda f: float(f.attrs["exposure_s"]))
    if short["dn"].shape != long["dn"].shape:
        raise InputError(
            f"the two frames differ in size: {short['dn'].shape} and {long['dn'].shape}"
        )
    return short, long


def _stars(
    frame: xr.Dataset, sensor: Sensor, pinhole: Any, catalogue: Any, at: Epoch, velocity: Array,
    pointing: Pointing | None, place: ArrayLike | None,
) -> tuple[Points, Identification]:  # fmt: skip
    """Points of the long exposure and which stars they are."""
    electrons = sensor.electrons(frame["dn"].to_numpy())
    if electrons.shape != (pinhole.height, pinhole.width):
        raise InputError(
            f"the picture is {electrons.shape[1]} x {electrons.shape[0]} px, the camera "
            f"{pinhole.width} x {pinhole.height}: give the calibration of the camera that took it"
        )
    sky = sky_background(electrons, sensor)
    patches = find_patches(electrons - sky.level, 10.0 * sky.noise)
    blind = body_mask(electrons.shape, patches, GLOW_PX)
    points = find_points(electrons, sky, sensor, blind)
    directions = aberrate(catalogue.directions(at, place), velocity)
    magnitude = np.asarray(catalogue.v, dtype=np.float64)
    real = np.isfinite(magnitude) & np.all(np.isfinite(directions), axis=1)
    stars = FieldStars(directions, magnitude, np.arange(len(magnitude))).take(real)
    sigma = np.stack([points.sigma_x, points.sigma_y], axis=-1)
    return points, identify(points.xy, sigma, points.flux, pinhole, stars, pointing=pointing)


def _surface(name: str, camera: Any, cos_phase: float) -> Surface:
    """What is believed of a body's brightness near its limb (assumed but for the air; see
    `Surface`).

    Earth: ground and cloud of Lambert albedo 0.3 (its Bond albedo: Stephens et al. 2015,
    doi:10.1002/2014RG000449) under air that scatters once by Rayleigh's phase function
    0.75 (1 + cos^2) / 4, and cloud fields of 4 deg. Others: between Lommel-Seeliger and Lambert,
    as the Moon is (McEwen 1991, doi:10.1016/0019-1035(91)90053-V), with patches of 10 deg.
    Strengths and sizes of the patterns are such that limb points scatter as expected in simulated
    pictures.
    """
    if name == "earth":
        depth = float(rayleigh_depth(np.mean(_band(camera))))
        air = 0.25 * 0.75 * (1.0 + cos_phase**2)
        return Surface(0.3, 0.0, air, depth, 0.8, np.radians(4.0), 0.03)
    return Surface(0.5, 0.5, 0.0, 0.0, 0.4, np.radians(10.0), 0.02)


def _globe(name: str, at: Epoch, sun: Array, height: LimbHeight | None) -> Globe:
    """Published size and orientation of a body, and its visible limb."""
    try:
        axes = rotation("J2000", f"IAU_{name.upper()}", at)
    except InputError as error:
        raise InputError(f"no body-fixed axes are known for {name!r}: {error}") from error
    radii = np.asarray(published_body(name).radii, dtype=np.float64)
    raised = height or LimbHeight(0.0, 0.0)
    sun = np.ascontiguousarray(sun)
    return Globe(name, np.asarray(axes), radii, sun, raised.height, raised.sigma)


def _locate(
    light: Array, sky: Sky, sensor: Sensor, matrix: Array, globe: Globe,
    blocked: list[tuple[float, float, float]], pinhole: Any,
) -> tuple[float, float, float]:  # fmt: skip
    """First circle (x, y, radius) [px] of the largest patch that no earlier body covers."""
    for patch in find_patches(light, max(10.0 * sky.noise, 0.01 * float(light.max()))):
        x, y = patch.centroid
        if any(np.hypot(x - bx, y - by) < 1.3 * r for bx, by, r in blocked):
            continue
        sunward = _sunward(patch, matrix, globe.sun, pinhole)
        y0, y1, x0, x1 = patch.box
        pad = 8
        top, left = max(y0 - pad, 0), max(x0 - pad, 0)
        cut = light[top : y1 + pad, left : x1 + pad]
        cx, cy, radius = edge_circle(cut, sunward, sky.noise, sensor.psf_sigma)
        return cx + left, cy + top, radius
    raise PhysicsError(
        f"{globe.name} is not in the picture: no further bright patch of a body's size beside "
        f"{len(blocked)} found"
    )


def _sunward(patch: Patch, matrix: Array, sun: Array, pinhole: Any) -> Array:
    """Unit vector in the picture from a patch towards the Sun."""
    here = np.array(patch.centroid)
    sight = pinhole.ray(here)
    toward = matrix @ sun
    toward = toward - (toward @ sight) * sight
    move = pinhole.project(sight + 1e-3 * toward / np.linalg.norm(toward)) - here
    return move / np.linalg.norm(move)


def _window(
    light: Array, electrons: Array, sensor: Sensor, pinhole: Any, matrix: Array,
    velocity: Array, circle: tuple[float, float, float],
) -> Window:  # fmt: skip
    """The square round a circle with the geometric rays of its samples."""
    x, y, radius = circle
    half = int(np.ceil(radius)) + 12
    x0, y0 = max(round(x) - half, 0), max(round(y) - half, 0)
    x1 = min(round(x) + half + 1, light.shape[1])
    y1 = min(round(y) + half + 1, light.shape[0])
    grid = np.stack(np.meshgrid(np.arange(x0, x1), np.arange(y0, y1)), axis=-1).reshape(-1, 2)
    rays = unaberrate(pinhole.ray(grid) @ matrix, velocity)
    image = light[y0:y1, x0:x1]
    raw = electrons[y0:y1, x0:x1]
    pixel = 1.0 / float(pinhole.focal_px)
    return Window(
        np.ascontiguousarray(image), sensor.variance(raw),
        raw < sensor.full, (x0, y0), np.ascontiguousarray(rays), pixel, sensor.psf_sigma,
    )  # fmt: skip


def _start(
    circle: tuple[float, float, float], globe: Globe, pinhole: Any, matrix: Array, velocity: Array
) -> Array:
    """First centre (3,) [m] of a body from its circle."""
    x, y, radius = circle
    sight = unaberrate(pinhole.ray(np.array([x, y])) @ matrix, velocity)
    return sight * (globe.mean_radius + globe.limb_height) * float(pinhole.focal_px) / radius


def _sighting(
    fit: LimbFit, globe: Globe, attitude: Attitude, pinhole: Any, velocity: Array
) -> Sighting:
    """The limb fit in the terms of a reader: pixels, directions, range, covariance."""
    distance = float(np.linalg.norm(fit.centre))
    direction = fit.centre / distance
    apparent = aberrate(direction, velocity)
    limb_only = fit.covariance + globe.limb_height_sigma**2 * np.outer(fit.lift, fit.lift)

    def pixels(v: Array) -> Array:
        return pinhole.project(aberrate(v / np.linalg.norm(v), velocity) @ attitude.matrix.T)

    centre = pixels(fit.centre)
    step = 1e-5 * distance
    slope = np.stack(
        [(pixels(fit.centre + step * a) - pixels(fit.centre - step * a)) / (2 * step)
         for a in np.eye(3)], axis=-1,
    )  # fmt: skip
    turn = attitude.matrix.T @ attitude.covariance @ attitude.matrix
    turned = cross_matrix(fit.centre)
    covariance = limb_only + turned @ turn @ turned.T
    sigma = float(np.sqrt(direction @ limb_only @ direction))
    radius = float(pinhole.focal_px) * float(np.tan(np.arcsin(globe.mean_radius / distance)))
    return Sighting(
        globe.name, centre, slope @ limb_only @ slope.T, radius, radius * sigma / distance,
        apparent, direction, distance, sigma, fit.centre, covariance, fit.angle, fit.shift,
        fit.scatter, fit.alike,
    )  # fmt: skip


def _fix(
    fits: list[LimbFit], globes: list[Globe], attitude: Attitude, body_states: ArrayLike
) -> PositionFix:
    """Position from all bodies; the raised limb of the first body that has one is solved too."""
    turn = attitude.matrix.T @ attitude.covariance @ attitude.matrix
    sigma = max((g.limb_height_sigma for g in globes), default=0.0)
    lifts = [f.lift if g.limb_height_sigma > 0.0 else np.zeros(3)
             for f, g in zip(fits, globes, strict=True)]  # fmt: skip
    height = max((g.limb_height for g in globes), default=0.0)
    return fix_position(
        [f.centre for f in fits], [f.covariance for f in fits], turn, body_states,
        lifts=lifts, height_sigma=sigma, height=height,
    )  # fmt: skip
