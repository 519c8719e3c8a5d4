"""The lit limb of a body: limb points free of phase and pattern, and the place that fits them.

Round the lit limb every pixel has a depth inside the limb of a trial ellipsoid, along its normal.
Sector by sector the picture is taken for a brightness that changes with depth, blurred as the
camera blurs, and cut off at an edge a little further out or in: that shift is the sector's limb
point. The brightness expected is a scattering law's, times a surface pattern that is unknown but
for its strength and its correlation over the ground, so a bright cloud near the limb is not taken
for an edge, nor an edge for a cloud. The shifts of all sectors move the body's centre in three
dimensions until none is left that a move explains; the scatter that stays gives the covariance.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import PhysicsError
from marsward.retrieval.kernels.limb_depth import limb_depth
from marsward.retrieval.limb_points import edge_shifts, least_squares, point_errors, trusted

Array = NDArray[np.float64]


STILL = 3e-3
"""The limb has come to rest when no point of it moves by more [px]; five times that after eight
turns and ten times after the last, still a fraction of its scatter."""


@dataclass(frozen=True)
class Window:
    """A cut of the picture round a body and the rays of its samples.

    `image` (m, n) [e-] without sky, `variance` (m, n) [e-^2], `usable` (m, n), corner (x0, y0)
    [px], `rays` (m * n, 3) geometric directions J2000 of the pixel middles, `pixel` [rad] angle of
    one pixel, `psf_sigma` [px] of the blur without the pixel's own width.
    """

    image: Array
    variance: Array
    usable: NDArray[np.bool_]
    corner: tuple[int, int]
    rays: Array
    pixel: float
    psf_sigma: float


@dataclass(frozen=True)
class Globe:
    """A body as the limb fit takes it: axes (3, 3) J2000 to body, radii (3,) [m], raised limb.

    `limb_height` [m] is how far above the surface the visible limb stands, with its 1-sigma;
    `sun` (3,) is the unit vector from the body to the Sun, J2000.
    """

    name: str
    axes: Array
    radii: Array
    sun: Array
    limb_height: float = 0.0
    limb_height_sigma: float = 0.0

    @property
    def to_unit(self) -> Array:
        """Matrix (3, 3) from metres in J2000 to the sphere of radius 1."""
        return np.ascontiguousarray(self.axes / (self.radii + self.limb_height)[:, None])

    @property
    def mean_radius(self) -> float:
        """Geometric mean of the radii, without the raised limb [m]."""
        return float(np.cbrt(np.prod(self.radii)))


@dataclass(frozen=True)
class Surface:
    """What is believed of a body's brightness near its limb, up to one factor.

    `lambert` and `seeliger` weigh mu0 and mu0 / (mu0 + mu); `air` adds light scattered once in
    clear air of vertical depth `air_depth`, (1 - exp(-t)) mu0 / (mu0 + mu) on the way
    t = air_depth (1 / mu0 + 1 / mu), and dims what lies below by exp(-t / 2): half of what the air
    takes out of the beam goes on forward.
    The pattern has the relative strength `contrast` and correlation [rad] over the ground; `grain`
    is its relative 1-sigma within a pixel.
    """

    lambert: float
    seeliger: float
    air: float
    air_depth: float
    contrast: float
    correlation: float
    grain: float

    def brightness(self, mu0: Array, mu: Array) -> Array:
        """Relative brightness for cosines of incidence and emission, broadcast together."""
        disc = mu0 / np.maximum(mu0 + mu, 1e-9)
        out = self.lambert * mu0 + self.seeliger * disc
        if self.air > 0.0:
            path = self.air_depth * (1.0 / np.maximum(mu0, 0.03) + 1.0 / np.maximum(mu, 0.03))
            out = out * np.exp(-0.5 * path) + self.air * disc * (1.0 - np.exp(-path))
        return out


@dataclass(frozen=True)
class LimbFit:
    """Where a body is, from its lit limb.

    `centre` (3,) [m] from camera to body, geometric, J2000 axes; `covariance` (3, 3) [m^2] without
    the doubt on the limb's height; `lift` (3,) how far the centre moves per metre of it. Per limb
    point: position angle from the sunward direction [rad], shift left over [px], its 1-sigma
    expected [px]. `scatter` [px] is the root mean square of what is left over, `alike` the number
    of neighbouring points over which errors are alike.
    """

    centre: Array
    covariance: Array
    lift: Array
    angle: Array
    shift: Array
    sigma: Array
    scatter: float
    alike: float
    iterations: int


class LimbSearch:
    """The iteration: limb points of all sectors, move of the centre, again. One use per body."""

    def __init__(
        self, window: Window, globe: Globe, surface: Surface, *, reach: float = 72.0,
        inner: float = 7.0, outer: float = 3.5, arc: float | None = None,
    ) -> None:  # fmt: skip
        """`reach` [deg] from the sunward direction; band `inner`, `outer` [px]; `arc` [px] of a
        sector, a twentieth of the radius between 3 and 5 px if left out.
        """
        self.window, self.globe, self.surface = window, globe, surface
        self.reach, self.inner, self.outer, self.arc = np.radians(reach), inner, outer, arc
        self.frozen: tuple[NDArray, NDArray, Array] | None = None
        self.blur = float(np.hypot(window.psf_sigma, np.sqrt(1.0 / 12.0)))

    def radius_px(self, centre: Array) -> float:
        """Apparent radius [px] of the raised limb."""
        size = self.globe.mean_radius + self.globe.limb_height
        return float(size / np.linalg.norm(centre) / self.window.pixel)

    def axes_of_picture(self, centre: Array) -> tuple[Array, Array, Array]:
        """Unit vectors J2000: line of sight, sunward across it, and the third."""
        sight = centre / np.linalg.norm(centre)
        toward = self.globe.sun - (self.globe.sun @ sight) * sight
        toward /= np.linalg.norm(toward)
        return sight, toward, np.cross(sight, toward)

    def slopes(self, centre: Array, angle: Array) -> Array:
        """Change of the limb's place [px] along its normal per metre of the centre (n, 3)."""
        sight, toward, side = self.axes_of_picture(centre)
        ratio = self.radius_px(centre) * self.window.pixel
        across = np.cos(angle)[:, None] * toward + np.sin(angle)[:, None] * side
        rays = sight + ratio * across
        rays = np.ascontiguousarray(rays / np.linalg.norm(rays, axis=1, keepdims=True))
        step = 1e-4 * float(np.linalg.norm(centre)) * ratio
        columns = []
        for axis in np.eye(3):
            both = np.empty((2, len(rays)))
            limb_depth(rays, centre + step * axis, self.globe.to_unit, both[0])
            limb_depth(rays, centre - step * axis, self.globe.to_unit, both[1])
            columns.append((both[0] - both[1]) / (2.0 * step))
        return np.stack(columns, axis=-1) * self.radius_px(centre)

    def profiles(self, centre: Array, middle: Array) -> tuple[Array, Array, Array]:
        """Blurred brightness against depth, for each sector and each ring of the pattern.

        Returns depths (d,) [px], profiles (sector, ring, d), and the prior covariance
        (ring, ring) of the pattern. The blur of a curved edge acts like that of a straight one
        sigma^2 / 2 R further in.
        """
        radius = self.radius_px(centre)
        sight, toward, _ = self.axes_of_picture(centre)
        cos_phase = -float(sight @ self.globe.sun)
        sin_phase = float(toward @ self.globe.sun)
        fine = (np.arange(round((self.inner + 5.0 * self.blur) / 0.05)) + 0.5) * 0.05
        mu = np.sqrt(np.clip(1.0 - (1.0 - fine / radius) ** 2, 0.0, 1.0))
        ground = np.arcsin(mu)
        mu0 = mu * cos_phase + np.sqrt(1.0 - mu * mu) * sin_phase * np.cos(middle)[:, None]
        law = self.surface.brightness(np.maximum(mu0, 0.0), mu)
        spacing = max(self.surface.correlation, float(ground[-1]) / 8.0)
        ring = np.arange(int(np.ceil(ground[-1] / spacing)) + 1) * spacing
        hats = np.maximum(1.0 - np.abs(ground - ring[:, None]) / spacing, 0.0)
        depths = np.arange(-self.outer - 1.0, self.inner + 1.0, 0.05)
        bend = self.blur**2 / (2.0 * radius)
        apart = (depths[:, None] - bend - fine) / self.blur
        smear = np.exp(-0.5 * apart * apart) * (0.05 / (self.blur * np.sqrt(2.0 * np.pi)))
        table = np.einsum("sf,rf,df->srd", law, hats, smear, optimize=True)
        alike = np.exp(-np.abs(ring[:, None] - ring) / self.surface.correlation)
        return depths, table, self.surface.contrast**2 * alike

    def _divide(self, centre: Array, depth: Array) -> tuple[NDArray, NDArray, Array]:
        """Pixels of the band round the lit limb, the sector of each, the sectors' middles [rad]."""
        _, toward, side = self.axes_of_picture(centre)
        band = self.window.usable.ravel() & (depth > -self.outer) & (depth < self.inner)
        rays = self.window.rays[band]
        angle = np.arctan2(rays @ side, rays @ toward)
        close = np.abs(angle) < self.reach
        if close.sum() < 20:
            raise PhysicsError(f"the lit limb of {self.globe.name} is not where it was looked for")
        band[band] = close
        radius = self.radius_px(centre)
        arc = self.arc or float(np.clip(radius / 20.0, 3.0, 5.0))
        count = max(int(2.0 * self.reach * radius / arc), 6)
        which = ((angle[close] + self.reach) * (0.5 * count / self.reach)).astype(np.int64)
        middle = (np.arange(count) + 0.5) * (2.0 * self.reach / count) - self.reach
        return band, np.minimum(which, count - 1), middle

    def sectors(self, centre: Array, turn: int = 1) -> tuple[Array, Array, Array]:
        """Position angle [rad], shift of the edge [px] and its 1-sigma, per sector.

        The division of the pixels follows the centre for three turns and then stays.
        """
        radius = self.radius_px(centre)
        depth = np.empty(len(self.window.rays))
        limb_depth(self.window.rays, centre, self.globe.to_unit, depth)
        depth *= radius
        if self.frozen is None or turn <= 3:
            self.frozen = self._divide(centre, depth)
        band, which, middle = self.frozen
        depth = np.clip(depth[band], -self.outer - 0.9, self.inner + 0.9)
        depths, table, prior = self.profiles(centre, middle)
        place = (depth - depths[0]) / (depths[1] - depths[0])
        low = place.astype(np.int64)
        part = (place - low)[:, None]
        slope = np.gradient(table.sum(1), depths, axis=-1)[:, None]
        both = np.concatenate([table, slope], axis=1)
        here = both[which, :, low] * (1.0 - part) + both[which, :, low + 1] * part
        data = self.window.image.ravel()[band]
        variance = self.window.variance.ravel()[band]
        here = np.ascontiguousarray(here.T)
        return edge_shifts(
            here[:-1], here[-1], data, variance, which, middle, prior, self.surface.grain
        )

    def solve(self, start: Array, *, most: int = 15) -> LimbFit:
        """Move the centre (3,) [m] until the sectors' shifts hold nothing that a move explains.

        Raises
        ------
        PhysicsError
            When too little of the limb is seen, or the fit does not come to rest: some faces of a
            clouded Earth have no one limb, and a guess among several would be wrong by many sigma.
        """
        centre = np.array(start, dtype=np.float64)
        keep = np.ones(0, dtype=bool)
        for turn in range(1, most + 1):
            angle, shift, sigma = self.sectors(centre, turn)
            if angle.size < 6:
                raise PhysicsError(f"too few limb points of {self.globe.name}: {angle.size}")
            slope = self.slopes(centre, angle)
            fresh = trusted(slope, shift, sigma)
            if turn > 4 and keep.size == fresh.size:
                fresh &= keep
            keep = fresh
            solver = least_squares(slope, sigma, keep)
            move = solver @ shift
            step = float(np.max(np.abs(slope @ move)))
            centre = centre + move * min(1.0 if turn <= 6 else 4.0 / turn, 1.0 / max(step, 1e-30))
            if step < (STILL if turn <= 8 else 5.0 * STILL):
                break
        if step > 10.0 * STILL:
            raise PhysicsError(
                f"the limb fit of {self.globe.name} still moves by {step:.3f} px after {most} turns"
            )
        left = shift - slope @ move
        errors, alike = point_errors(slope, left, sigma, keep, angle)
        # an edge that stands one metre higher shifts every sector alike
        lift = solver.sum(axis=1) / (float(np.linalg.norm(centre)) * self.window.pixel)
        return LimbFit(
            centre, solver @ errors @ solver.T, lift, angle, left, sigma,
            float(np.sqrt(np.mean(left[keep] ** 2))), alike, turn,
        )  # fmt: skip
