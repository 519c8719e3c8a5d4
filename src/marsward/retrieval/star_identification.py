"""Which catalogue star is which point: angles between pairs propose, the whole field decides."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from marsward.core.errors import PhysicsError
from marsward.retrieval.attitude import Attitude, refine, wahba
from marsward.retrieval.kernels.star_pattern import best_attitude

Array = NDArray[np.float64]

LOST_STARS = 14.0
"""How many stars a field holds on average of those that the whole-sky search pairs (assumed)."""


class Projection(Protocol):
    """A camera's geometry: detector size, rays and pixels."""

    width: int
    height: int

    def ray(self, px: Array) -> Array: ...
    def project(self, v_cam: Array) -> Array: ...


@dataclass(frozen=True)
class Pointing:
    """What is believed of the attitude: rotation (3, 3) J2000 to camera, 1-sigma turn [rad]."""

    matrix: Array
    sigma: float


@dataclass(frozen=True)
class FieldStars:
    """Apparent directions (n, 3) J2000, magnitudes (n,) and row in the catalogue (n,)."""

    directions: Array
    magnitude: Array
    row: NDArray[np.int64]

    def brightest(self, count: int) -> "FieldStars":
        """The `count` brightest stars."""
        return self.take(np.argsort(self.magnitude, kind="stable")[:count])

    def take(self, which: NDArray) -> "FieldStars":
        """The stars chosen by a mask or by rows."""
        return FieldStars(
            np.ascontiguousarray(self.directions[which]), self.magnitude[which], self.row[which]
        )

    def within(self, axis: Array, radius: float) -> "FieldStars":
        """The stars within `radius` [rad] of `axis` (3,)."""
        return self.take(self.directions @ axis > np.cos(min(radius, np.pi)))


@dataclass(frozen=True)
class Identification:
    """Which point is which star, and the attitude they agree on.

    `point` and `star` (n,) are rows of the points and of the catalogue, `residual` (n, 2) observed
    minus computed [px], `used` (n,) the stars that the attitude rests on.
    """

    attitude: Attitude
    point: NDArray[np.int64]
    star: NDArray[np.int64]
    residual: Array
    used: NDArray[np.bool_]
    hypotheses: int


def _pairs(stars: FieldStars, reach: float) -> tuple[Array, ...]:
    """Pairs of stars closer than `reach` [rad] sorted by angle, and each star's neighbours."""
    tree = cKDTree(stars.directions)
    pairs = tree.query_pairs(2.0 * np.sin(0.5 * reach), output_type="ndarray").astype(np.int64)
    chord = np.linalg.norm(stars.directions[pairs[:, 0]] - stars.directions[pairs[:, 1]], axis=1)
    angle = 2.0 * np.arcsin(0.5 * chord)
    order = np.argsort(angle, kind="stable")
    ends = np.concatenate([pairs, pairs[:, ::-1]])
    ends = ends[np.argsort(ends[:, 0], kind="stable")]
    start = np.searchsorted(ends[:, 0], np.arange(len(stars.row) + 1))
    return (
        np.ascontiguousarray(pairs[order, 0]),
        np.ascontiguousarray(pairs[order, 1]),
        angle[order],
        start.astype(np.int64),
        np.ascontiguousarray(ends[:, 1]),
    )


def field_radius(camera: Projection) -> float:
    """Angle from the middle of the picture to its furthest corner [rad]."""
    x, y = camera.width - 1.0, camera.height - 1.0
    corners = camera.ray(np.array([[0.0, 0.0], [x, 0.0], [0.0, y], [x, y]]))
    middle = camera.ray(np.array([[0.5 * x, 0.5 * y]]))[0]
    return float(np.arccos(np.min(corners @ middle)))


def _search(
    seen: Array, stars: FieldStars, radius: float, tolerance: float, pointing: Pointing | None,
    bright: int,
) -> tuple[Array, int, int]:  # fmt: skip
    """The attitude most points agree on, how many do, and how many attitudes were tried."""
    best = np.eye(3)
    if len(stars.row) < 3:
        return best, 0, 0
    prior = np.eye(3) if pointing is None else np.ascontiguousarray(pointing.matrix, np.float64)
    limit = 4.0 if pointing is None else min(5.0 * pointing.sigma * np.sqrt(3.0), 3.0)
    enough = max(8, int(0.6 * len(seen)))
    first, second, angle, start, near = _pairs(stars, 2.0 * radius)
    hits, tried = best_attitude(
        np.ascontiguousarray(seen), min(bright, len(seen)), stars.directions, first, second, angle,
        start, near, tolerance, prior, limit, enough, best,
    )  # fmt: skip
    return best, int(hits), int(tried)


def identify(
    xy: Array,
    sigma_px: Array,
    flux: Array,
    camera: Projection,
    stars: FieldStars,
    *,
    pointing: Pointing | None = None,
    tolerance_px: float = 1.5,
) -> Identification:
    """Match points (n, 2) [px], brightest first, to the catalogue and solve the attitude.

    With a `pointing` only stars that may be in the field are tried; without one, or where the
    believed pointing fits nothing, the whole sky is (its brightest, `LOST_STARS` a field). An
    attitude is believed when at least 5 stars (4 with a pointing) lie within `tolerance_px`, of
    which chance explains fewer than one in a million. Brightness then rejects matches that differ
    by more than 1.2 magnitudes from the field's own zero point.

    Raises `PhysicsError` where no attitude is believed.
    """
    if len(xy) < 3:
        raise PhysicsError(f"{len(xy)} star(s) found: expose longer, an attitude needs three")
    rays = camera.ray(xy)
    radius = field_radius(camera)
    step = float(np.linalg.norm(np.subtract(*camera.ray(np.array([[0.0, 0.0], [1.0, 0.0]])))))
    tolerance = tolerance_px * step
    found, hits, tried = np.eye(3), 0, 0
    if pointing is not None:
        axis = (
            pointing.matrix.T
            @ camera.ray(np.array([[0.5 * camera.width - 0.5, 0.5 * camera.height - 0.5]]))[0]
        )
        reach = radius + 5.0 * pointing.sigma
        local = stars.within(axis, reach)
        share = (1.0 - np.cos(reach)) / (camera.width * camera.height * step**2 / (2.0 * np.pi))
        wanted = int(min(len(local.row), max(40, 3.0 * len(xy) * share)))
        local = local.brightest(wanted)
        found, hits, tried = _search(rays[:80], local, radius, tolerance, pointing, 14)
    if hits < 4:
        sky = stars.brightest(
            int(LOST_STARS * 4.0 * np.pi / (camera.width * camera.height * step**2))
        )
        found, hits, more = _search(rays[:40], sky, radius, tolerance, None, 10)
        tried += more
        if hits < 5:
            raise PhysicsError(
                f"no attitude explains the {len(xy)} points found: at most {hits} fall on "
                "catalogue stars; give a pointing, or a longer exposure"
            )
    return _settle(found, xy, sigma_px, flux, camera, stars, tolerance_px, tried)


def _settle(
    start: Array, xy: Array, sigma_px: Array, flux: Array, camera: Projection, stars: FieldStars,
    tolerance_px: float, tried: int,
) -> Identification:  # fmt: skip
    """Match every point under a good attitude, refine, match again more narrowly."""
    middle = np.array([[0.5 * camera.width - 0.5, 0.5 * camera.height - 0.5]])
    near = stars.within(start.T @ camera.ray(middle)[0], 1.05 * field_radius(camera))
    matrix = start
    project: Callable[[Array], Array] = camera.project
    for reach in (2.0 * tolerance_px, tolerance_px, max(0.5 * tolerance_px, 0.75)):
        point, row = _matches(project(near.directions @ matrix.T), near.magnitude, xy, reach)
        if point.size < 3:
            raise PhysicsError("the stars do not hold together under one attitude")
        keep = _like_bright(flux[point], near.magnitude[row])
        point, row = point[keep], row[keep]
        if reach == 2.0 * tolerance_px:
            first = wahba(camera.ray(xy[point]), near.directions[row], 1.0)
            matrix = first.matrix if point.size > 3 else matrix
        attitude, residual, used = refine(
            matrix, near.directions[row], xy[point], sigma_px[point], project
        )
        matrix = attitude.matrix
    return Identification(attitude, point, near.row[row], residual, used, tried)


def _matches(there: Array, magnitude: Array, xy: Array, reach: float) -> tuple[NDArray, NDArray]:
    """Pairs (point, star) that are each the other's choice within `reach` [px].

    A point takes the brightest star within reach, a star the nearest point.
    """
    real = np.flatnonzero(np.all(np.isfinite(there), axis=1))
    if real.size == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    distance, nearest = cKDTree(xy).query(there[real], distance_upper_bound=reach)
    chosen: dict[int, int] = {}
    for star in np.argsort(magnitude[real], kind="stable"):
        if np.isfinite(distance[star]):
            chosen.setdefault(int(nearest[star]), int(real[star]))
    point = np.array(sorted(chosen), dtype=np.int64)
    return point, np.array([chosen[int(p)] for p in point], dtype=np.int64)


def _like_bright(flux: Array, magnitude: Array, spread: float = 1.2) -> NDArray[np.bool_]:
    """True where flux and magnitude agree with the field's own zero point within `spread` mag."""
    zero = magnitude + 2.5 * np.log10(flux)
    return np.abs(zero - np.median(zero)) < spread
