"""The quick path from radiance to numbers, for many frames of a planet.

Electrons of a pixel: radiance x pupil x (pixel pitch / focal length)^2 x efficiency x time over
photon energy, times the flat field: cos(off-axis angle)^falloff (4 for a plain lens, that is cos^3
from the solid angle of a flat pixel and cos from the pupil seen from the side) and the fixed
pattern of the detector. Radiance is taken at pixel centres. Point spread and smear are one
separable kernel; beyond the edge of the frame the picture is taken to go on as at its edge.

Noise: below 30 electrons Poisson, exactly; above, the normal law of the same variance (Janesick
2007, "Photon Transfer", doi:10.1117/3.725073, on all terms). Every row draws from a generator of
its own, seeded by (seed, frame, band, row): numbers do not depend on threads or on order.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.instruments.kernels import exposure as kernel

if TYPE_CHECKING:
    from marsward.instruments.camera import Camera
    from marsward.instruments.camera_bands import CameraBand

__all__ = [
    "Exposed",
    "automatic_exposure",
    "dark_charge",
    "electrons_per_radiance",
    "expose",
    "falloff",
    "flat",
    "pattern",
    "point_falloff",
    "signal_to_noise",
    "ziggurat_tables",
]

Image = NDArray[np.float32]
_REACH = 4.0  # of the point spread [sigma]
_NARROW = 0.12  # px: a Gaussian of this width puts 3e-5 beyond its pixel
_SAMPLES = 20_000  # pixels that automatic exposure looks at
_UNKNOWN = 2  # stream of what calibration cannot see
_SEEDS = 2**63


class Exposed(NamedTuple):
    """A frame: `dn` (band, y, x) uint16 and `attrs`, what reading it needs."""

    dn: NDArray[np.uint16]
    attrs: dict[str, Any]


def expose(
    camera: Camera,
    radiance: Image,
    seconds: float | str = "auto",
    seed: int = 0,
    *,
    frame: int = 0,
    image_rate: float = 0.0,
) -> Exposed:
    """Take one frame.

    Parameters
    ----------
    radiance : (band, y, x) [W m-2 sr-1 in the band], float32 in C order; y is the rows of the
        frame, of a push-frame's strip, or any number of lines of a pushbroom
    seconds : exposure of a pixel, or of one stage of a line [s]; "auto" for `automatic_exposure`
    seed : of the noise of a whole campaign
    frame : number of the frame in it
    image_rate : motion of the picture along the columns [px/s], which smears it

    Raises
    ------
    InputError : another shape than the camera's, radiances below 0 or NaN, an exposure that is
        not positive, a frame larger than the memory of the machine
    """
    camera.require_memory()
    radiance = _checked(camera, radiance)
    time = (
        automatic_exposure(camera, radiance, image_rate=image_rate)
        if seconds == "auto"
        else (_positive(seconds))
    )
    if not (math.isfinite(image_rate) and image_rate >= 0.0):
        raise InputError(f"image_rate is {image_rate}: give 0 or more pixels a second")
    numbers = np.empty(radiance.shape, dtype=np.uint16)
    down = _taps(camera.psf_sigma, image_rate * time)
    across = _taps(camera.psf_sigma, 0.0)
    edges, sure, step = ziggurat_tables()
    bad = 0
    for number, band in enumerate(camera.bands):
        bad += kernel.expose(
            radiance[number], across, down, _response(camera, band),
            np.array([
                electrons_per_radiance(camera, band, time), dark_charge(camera, band, time),
                camera.full_well, camera.read_noise, camera.gain, camera.bias, float(camera.top),
            ]),
            np.array([int(seed) % _SEEDS, frame, number], dtype=np.int64),
            edges, sure, step, numbers[number],
        )  # fmt: skip
    if bad:
        raise InputError(
            f"{bad} pixels of the radiance are negative or no number: sky without light is 0"
        )
    return Exposed(numbers, _attributes(camera, time, seed, frame, image_rate))


def automatic_exposure(camera: Camera, radiance: Image, *, image_rate: float = 0.0) -> float:
    """Exposure [s] that brings the light of a frame to the aim, and does not smear it.

    Of the band that fills fastest, the `fill_quantile` of its lit pixels (those above a tenth of
    its brightest) goes to `fill` of the full well, in steps of the shortest exposure; but the
    picture moves by no more than `smear_limit` pixels, and the exposure keeps its two bounds.
    """
    radiance = _checked(camera, radiance)
    step = max(1, math.isqrt(max(1, radiance[0].size // _SAMPLES)))
    seen = radiance[:, ::step, ::step].astype(np.float64)
    fastest = 0.0
    for light, band in zip(seen, camera.bands, strict=True):
        rate = light * electrons_per_radiance(camera, band, 1.0)
        brightest = float(rate.max(initial=0.0))
        if brightest > 0.0:
            lit = rate[rate > 0.1 * brightest]
            fastest = max(fastest, float(np.quantile(lit, camera.fill_quantile)))
    wanted = camera.fill * camera.full_well / fastest if fastest > 0.0 else math.inf
    if image_rate > 0.0:
        wanted = min(wanted, camera.smear_limit / image_rate)
    shortest = camera.shortest_exposure
    if wanted >= camera.longest_exposure:
        return camera.longest_exposure
    return max(math.floor(wanted / shortest * (1.0 + 1e-12)) * shortest, shortest)


def electrons_per_radiance(camera: Camera, band: CameraBand | str, seconds: float) -> float:
    """Electrons on the axis for 1 W m-2 sr-1 in a band; all stages of a line together."""
    band = camera.band(band) if isinstance(band, str) else band
    through = camera.area * camera.pixel_solid_angle * camera.band_yield(band)
    return through * seconds * band.stages / band.photon_energy


def dark_charge(camera: Camera, band: CameraBand | str, seconds: float) -> float:
    """Mean electrons of dark charge in one exposure; all stages of a line together."""
    band = camera.band(band) if isinstance(band, str) else band
    return camera.dark_current * seconds * band.stages


def signal_to_noise(
    camera: Camera, radiance: Any, band: CameraBand | str, seconds: float
) -> NDArray[np.float64]:
    """Signal-to-noise ratio of one pixel on the axis, after the known flat has been divided out.

    Noise: shot noise of light and dark charge, read noise, quantisation (gain / sqrt 12), and what
    is unknown of the fixed pattern; a signal beyond the full well counts as the full well.
    """
    chosen = camera.band(band) if isinstance(band, str) else band
    light = np.asarray(radiance, dtype=np.float64)
    signal = np.minimum(light * electrons_per_radiance(camera, chosen, seconds), camera.full_well)
    dark = dark_charge(camera, chosen, seconds)
    fixed = camera.flat_error / math.sqrt(chosen.stages) * signal
    variance = signal + dark + camera.read_noise**2 + camera.gain**2 / 12.0 + fixed**2
    return np.asarray(signal / np.sqrt(variance))


def falloff(camera: Camera) -> Image:
    """Light of a pixel relative to the axis (y, x): cos(off-axis angle)^falloff."""
    if camera.falloff == 0.0:
        return np.ones((1, 1), dtype=np.float32)
    return (camera.rays(camera.bands[0])[..., 2] ** camera.falloff).astype(np.float32)


def point_falloff(camera: Camera, x: Any, y: Any) -> NDArray[np.float64]:
    """Light of stars at pixels x, y relative to the axis: cos(off-axis angle)^(falloff - 3).

    A star sends no less for the smaller solid angle of a pixel off the axis, so the cos^3 of that
    is left out; the power is at least 0.
    """
    power = max(camera.falloff - 3.0, 0.0)
    if power == 0.0:
        return np.ones(np.shape(x))
    inside = [np.clip(x, 0.0, camera.width - 1.0), np.clip(y, 0.0, camera.height - 1.0)]
    return camera.pinhole.ray(np.stack(inside, axis=-1))[..., 2] ** power


def flat(camera: Camera, band: CameraBand | str) -> Image:
    """Known part of the flat field (y, x): falloff and the fixed pattern as measured."""
    return _flat(_key(camera, band), False)


def _response(camera: Camera, band: CameraBand) -> Image:
    """The true flat field: the known one, and what calibration could not see."""
    return _flat(_key(camera, band), True)


class _Key(NamedTuple):
    """What a flat field depends on; equal ones share one array."""

    rows: int
    first: float
    width: int
    focal: float
    lens: tuple[str, tuple[float, ...], int]
    falloff: float
    prnu: float
    error: float
    seed: int


def _key(camera: Camera, band: CameraBand | str) -> _Key:
    chosen = camera.band(band) if isinstance(band, str) else band
    rows, first = camera.height, 0.0
    if camera.mode != "frame":
        rows = chosen.rows if camera.mode == "push-frame" else 1
        first = camera.pinhole.cy + chosen.row - 0.5 * (rows - 1)
    averaged = math.sqrt(chosen.stages)
    place = 0 if camera.mode == "frame" else list(camera.bands).index(chosen) * 7919
    return _Key(
        rows, first, camera.width, camera.focal_length / camera.pixel_pitch,
        (camera.lens_model, camera.distortion, camera.height), camera.falloff,
        camera.prnu / averaged, camera.flat_error / averaged, camera.flat_seed + place,
    )  # fmt: skip


@lru_cache(maxsize=16)
def _flat(key: _Key, true: bool) -> Image:
    from marsward.geometry.pinhole import Pinhole

    out = pattern(key.rows, key.width, key.prnu, key.seed).copy()
    if key.falloff > 0.0:
        model, distortion, height = key.lens
        pinhole = Pinhole(key.width, height, key.focal, distortion=distortion, model=model)  # type: ignore[arg-type]
        pixels = np.empty((key.width, 2))
        pixels[:, 0] = np.arange(key.width)
        for j in range(key.rows):
            pixels[:, 1] = key.first + j
            out[j] *= pinhole.ray(pixels)[:, 2] ** key.falloff
    if true and key.error > 0.0:
        generator = np.random.Generator(np.random.PCG64([key.seed, _UNKNOWN]))
        out *= 1.0 + key.error * generator.standard_normal(out.shape, dtype=np.float32)
    out.setflags(write=False)
    return out


@lru_cache(maxsize=4)
def pattern(height: int, width: int, scatter: float, seed: int) -> Image:
    """Relative sensitivity of every pixel: the fixed pattern of one detector."""
    generator = np.random.Generator(np.random.PCG64(seed))
    drawn = 1.0 + scatter * generator.standard_normal((height, width), dtype=np.float32)
    np.maximum(drawn, 0.0, out=drawn)
    drawn.setflags(write=False)
    return drawn.astype(np.float32, copy=False)


@lru_cache(maxsize=1)
def ziggurat_tables() -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Of the layers under the normal curve: their edges, the sure draws and the steps.

    Edges (257,); integers (256,) below which a draw lies within the next layer too and is taken
    at once; what one unit of a draw stands for (256,).
    """
    x = np.empty(kernel.LAYERS + 1)
    x[0] = kernel.LAYER_AREA / math.exp(-0.5 * kernel.TAIL * kernel.TAIL)
    x[1] = kernel.TAIL
    for k in range(2, kernel.LAYERS):
        x[k] = math.sqrt(
            -2.0 * math.log(kernel.LAYER_AREA / x[k - 1] + math.exp(-0.5 * x[k - 1] ** 2))
        )
    x[kernel.LAYERS] = 0.0
    sure = (x[1:] / x[:-1] * kernel.DRAWS).astype(np.int64)
    return x, sure, x[:-1] / kernel.DRAWS


def _taps(sigma: float, smear: float) -> Image:
    """Half of a symmetric kernel, middle first: a Gaussian, run over `smear` pixels."""
    gaussian = sigma > _NARROW
    if not gaussian and smear < 0.01:
        return np.ones(1, dtype=np.float32)
    reach = math.ceil((_REACH * sigma if gaussian else 0.0) + 0.5 * smear)
    steps = max(1, math.ceil(smear / 0.05))
    shifts = ((np.arange(steps) + 0.5) / steps - 0.5) * smear
    places = np.arange(reach + 1)[:, None] - shifts
    if gaussian:
        weights = np.exp(-0.5 * (places / sigma) ** 2).mean(axis=1)
    else:
        weights = np.maximum(1.0 - np.abs(places), 0.0).mean(axis=1)
    return (weights / (weights[0] + 2.0 * weights[1:].sum())).astype(np.float32)


def _checked(camera: Camera, radiance: Image) -> Image:
    light = np.ascontiguousarray(radiance, dtype=np.float32)
    rows = camera.height
    if camera.mode == "push-frame":
        rows = camera.bands[0].rows
    elif camera.mode == "pushbroom" and light.ndim == 3:
        rows = light.shape[1]
    wanted = (len(camera.bands), rows, camera.width)
    if light.shape != wanted:
        raise InputError(
            f"the radiance has the shape {light.shape} but camera {camera.name!r} takes "
            f"(band, y, x) = {wanted}"
        )
    return light


def _positive(seconds: float | str) -> float:
    if isinstance(seconds, str) or not math.isfinite(seconds) or seconds <= 0.0:
        raise InputError(f'the exposure must be positive seconds or "auto", not {seconds!r}')
    return float(seconds)


def _attributes(
    camera: Camera, seconds: float, seed: int, frame: int, image_rate: float
) -> dict[str, Any]:
    return {
        "camera": camera.name,
        "bands": [band.name for band in camera.bands],
        "exposure_s": seconds,
        "smear_px": image_rate * seconds,
        "gain_e_per_dn": camera.gain,
        "bias_dn": camera.bias,
        "full_well_e": camera.full_well,
        "read_noise_e": camera.read_noise,
        "dark_current_e_s": camera.dark_current,
        "bits": camera.bits,
        "saturation_dn": camera.saturation,
        "seed": seed,
        "frame": frame,
    }
