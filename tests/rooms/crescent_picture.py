"""A star field with two crescents, drawn plainly with numpy: what the navigation tests reduce.

Independent of the package's own drawing: brute force over 6 x 6 samples a pixel, hard edges.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy import ndimage

from marsward.core.time import Epoch
from marsward.geometry.pinhole import Pinhole, aim

C = 299_792_458.0
EARTH_RADII = np.array([6_378_136.6, 6_378_136.6, 6_356_751.9])
MOON_RADII = np.full(3, 1_737_400.0)


@dataclass(frozen=True)
class BenchCamera:
    """A camera's calibration, as the reduction reads it."""

    pinhole: Pinhole
    psf_sigma: float = 0.8
    gain: float = 10.0
    bias: float = 100.0
    read_noise: float = 12.0
    full_well: float = 40_000.0
    bits: int = 12
    prnu: float = 0.0
    band_lo: float = 0.5e-6
    band_hi: float = 0.8e-6


@dataclass(frozen=True)
class RandomStars:
    """A sky of random stars: as many per magnitude as the real one has."""

    hip: np.ndarray
    v: np.ndarray
    unit: np.ndarray

    @classmethod
    def make(cls, seed=1, count=83_000, faintest=9.0):
        rng = np.random.default_rng(seed)
        unit = rng.normal(size=(count, 3))
        unit /= np.linalg.norm(unit, axis=1, keepdims=True)
        v = faintest + np.log10(rng.uniform(1e-6, 1.0, count)) / 0.48
        order = np.argsort(v)
        return cls(np.arange(1, count + 1), v[order], unit[order])

    def directions(self, epoch, observer_m=None):
        return self.unit


def see_moving(u, velocity):
    """Apparent directions by the velocity-addition law, written out."""
    b = velocity / C
    g = 1.0 / np.sqrt(1.0 - b @ b)
    energy = g * (1.0 + u @ b)
    out = u + ((g - 1.0) * (u @ b) / (b @ b) + g)[:, None] * b
    return out / energy[:, None]


@dataclass(frozen=True)
class Ball:
    name: str
    offset: np.ndarray
    radii: np.ndarray
    axes: np.ndarray
    sun: np.ndarray
    brightness: float
    lunar: float
    pattern: np.ndarray


def random_pattern(rng, depth, waves=12, steepest=14.0):
    """Rows (amplitude, wave vector, phase) of an albedo pattern of relative depth `depth`."""
    k = rng.normal(size=(waves, 3))
    k *= (rng.uniform(2.0, steepest, waves) / np.linalg.norm(k, axis=1))[:, None]
    amplitude = np.full(waves, depth * np.sqrt(2.0 / waves))
    return np.column_stack([amplitude, k, rng.uniform(0, 2 * np.pi, waves)])


def draw_ball(camera, attitude, velocity, ball, fine=6):
    """Electrons of one body before blur: (image box, corner)."""
    pin = camera.pinhole
    apparent = see_moving((ball.offset / np.linalg.norm(ball.offset))[None], velocity)
    x, y = pin.project(apparent @ attitude.T)[0]
    radius = ball.radii.max() / np.linalg.norm(ball.offset) * pin.focal_px
    half = int(radius + 14)
    x0, y0 = round(x) - half, round(y) - half
    n = 2 * half + 1
    steps = (np.arange(n * fine) + 0.5) / fine - 0.5
    grid = np.stack(np.meshgrid(steps + x0, steps + y0), axis=-1).reshape(-1, 2)
    rays = see_moving(pin.ray(grid) @ attitude, -velocity)
    t = ball.axes / ball.radii[:, None]
    p, d = t @ ball.offset, rays @ t.T
    dd, pd, pp = (d * d).sum(1), d @ p, p @ p
    root = pd * pd - dd * (pp - 1.0)
    hit = root > 0.0
    s = (pd[hit] - np.sqrt(root[hit])) / dd[hit]
    spot = s[:, None] * d[hit] - p
    normal = (spot / ball.radii) @ ball.axes
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    mu0, mu = np.clip(normal @ ball.sun, 0, None), -(normal * rays[hit]).sum(1)
    law = ball.lunar * 2.0 * mu0 / np.maximum(mu0 + mu, 1e-9) + (1.0 - ball.lunar) * mu0
    albedo = 1.0 + (
        ball.pattern[:, 0] * np.cos(spot @ ball.pattern[:, 1:4].T + ball.pattern[:, 4])
    ).sum(1)
    image = np.zeros(len(rays))
    image[hit] = ball.brightness * law * np.clip(albedo, 0.05, None)
    image = image.reshape(n, fine, n, fine).mean(axis=(1, 3))
    return image, (x0, y0)


def draw_stars(camera, attitude, velocity, stars, epoch, zero):
    """Electrons of all stars, each a pixel-integrated Gaussian; and where they are (n, 3)."""
    from scipy.special import erf

    pin = camera.pinhole
    seen = see_moving(stars.directions(epoch), velocity) @ attitude.T
    front = np.flatnonzero(seen[:, 2] > 0.5)
    xy = pin.project(seen[front])
    inside = pin.inside(xy, 4.0)
    picture = np.zeros((pin.height, pin.width))
    listed = []
    for row, (x, y) in zip(front[inside], xy[inside], strict=True):
        flux = 10.0 ** (-0.4 * (stars.v[row] - zero))
        ix, iy = round(x), round(y)
        cols = np.arange(max(ix - 6, 0), min(ix + 7, pin.width))
        rows = np.arange(max(iy - 6, 0), min(iy + 7, pin.height))
        if not (cols.size and rows.size):
            continue
        q = np.sqrt(2.0) * camera.psf_sigma
        gx = 0.5 * (erf((cols + 0.5 - x) / q) - erf((cols - 0.5 - x) / q))
        gy = 0.5 * (erf((rows + 0.5 - y) / q) - erf((rows - 0.5 - y) / q))
        picture[np.ix_(rows, cols)] += flux * np.outer(gy, gx)
        listed.append((row, x, y, flux))
    return picture, np.array(listed)


def expose(camera, electrons, exposure, rng):
    """Electrons to numbers: Poisson, read noise, full well, whole DN."""
    lit = rng.poisson(np.clip(electrons, 0, 1e9)) + rng.normal(
        0, camera.read_noise, electrons.shape
    )
    dn = np.floor(np.minimum(lit, camera.full_well) / camera.gain + camera.bias + 0.5)
    dn = np.clip(dn, 0, 2**camera.bits - 1).astype(np.uint16)
    return xr.Dataset({"dn": (("y", "x"), dn)}, attrs={"exposure_s": exposure})


def body_axes(pole):
    """Rows x, y, z of a body whose north pole is `pole`."""
    z = pole / np.linalg.norm(pole)
    x = np.cross([0.3, 0.5, 0.81], z)
    x /= np.linalg.norm(x)
    return np.array([x, np.cross(z, x), z])


def two_crescents(rng, camera, axes, *, depth=0.15, phase=105.0, height=0.0, distance=1.2e9):
    """Two bodies in one field at a random roll: (attitude, velocity, balls, sun)."""
    look = rng.normal(size=3)
    look /= np.linalg.norm(look)
    side = np.cross(look, rng.normal(size=3))
    side /= np.linalg.norm(side)
    attitude = aim(look, up=side + 1e-3 * look)
    sunward = np.cross(look, rng.normal(size=3))
    sunward /= np.linalg.norm(sunward)
    sun = -look * np.cos(np.radians(phase)) + sunward * np.sin(np.radians(phase))
    pin = camera.pinhole
    w, h = pin.width, pin.height
    first = np.array([0.25 * w, 0.45 * h]) + rng.uniform(-20, 20, 2)
    second = np.array([0.8 * w, 0.6 * h]) + rng.uniform(-20, 20, 2)
    velocity = rng.normal(size=3) * 18e3
    balls = []
    for name, px, far, radii, light, lunar in (
        ("earth", first, distance, EARTH_RADII + height, 15_000.0, 0.3),
        ("moon", second, 1.3 * distance, MOON_RADII, 9_000.0, 0.8),
    ):
        u = see_moving(pin.ray(px)[None] @ attitude, -velocity)[0]
        balls.append(
            Ball(name, far * u, radii, axes[name], sun, light, lunar, random_pattern(rng, depth))
        )
    return attitude, velocity, balls, sun


def picture_pair(rng, camera, stars, attitude, velocity, balls, *, zero=16.5):
    """The short and the long exposure (factor 200), and the stars in them."""
    pin = camera.pinhole
    field = np.zeros((pin.height, pin.width))
    for ball in balls:
        image, (x0, y0) = draw_ball(camera, attitude, velocity, ball)
        n = len(image)
        field[y0 : y0 + n, x0 : x0 + n] += ndimage.gaussian_filter(image, camera.psf_sigma)
    epoch = Epoch.utc("2020-07-26T21:14:35")
    points, listed = draw_stars(camera, attitude, velocity, stars, epoch, zero)
    short = expose(camera, field + points / 200.0, 0.005, rng)
    long = expose(camera, 200.0 * field + points + 20.0, 1.0, rng)
    return short, long, listed
