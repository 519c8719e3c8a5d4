"""A camera: optics, detector and exposure, from a scene in absolute units to numbers."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.constants import PLANCK, SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.core.fields import field
from marsward.core.preset_files import Preset
from marsward.core.registry import unknown
from marsward.geometry.pinhole import Pinhole
from marsward.instruments import camera_lines
from marsward.instruments import exposure as quick
from marsward.instruments.camera_bands import CameraBand
from marsward.instruments.camera_presets import preset, preset_names
from marsward.instruments.camera_settings import CameraSettings
from marsward.instruments.kernels.sensor import point_sources, read_out, spread
from marsward.physics.light import V_ZERO

Array = NDArray[np.float64]
_REACH = 6.0  # of the Gaussian [sigma]


class Camera(CameraSettings):
    """A camera with an active-pixel detector: whole frames, strips of a frame, or lines.

    `observe` takes a picture of a scene with stars, bright limbs and deep sky, exact to the single
    electron; `expose` takes many pictures of a planet that fills the frame, fast.
    """

    kind: ClassVar[str] = "camera"

    @classmethod
    def presets(cls) -> tuple[Preset, ...]:
        """Cameras that have flown, to be named in a mission file: preset = "moric"."""
        return tuple(preset(name) for name in preset_names())

    @property
    def pinhole(self) -> Pinhole:
        """The projection of this camera; of a line camera, of a frame of its width and height."""
        return Pinhole(
            self.width,
            self.height,
            self.focal_length / self.pixel_pitch,
            distortion=self.distortion,
            model=self.lens_model,
        )

    @property
    def ifov(self) -> float:
        """Angle of one pixel on the axis [rad]."""
        return self.pixel_pitch / self.focal_length

    @property
    def footprint_angles(self) -> tuple[float, float]:
        """Half the field across and down [rad], rows of the strip or line for those modes."""
        across, down = self.pinhole.field
        if self.mode == "frame":
            return 0.5 * across, 0.5 * down
        rows = self.bands[0].rows if self.mode == "push-frame" else 1
        return 0.5 * across, math.atan(0.5 * rows * self.ifov)

    @property
    def bits_per_frame(self) -> float:
        """Bits to send of one frame, block of lines or set of strips, after compression."""
        rows = self.bands[0].rows if self.mode == "push-frame" else self.height
        planes = 1 if self.mosaic == "bayer" else len(self.bands)
        return self.width * rows * planes * self.bits / self.compression

    def band(self, name: str) -> CameraBand:
        """One of the bands; InputError with the nearest name when there is none."""
        for each in self.bands:
            if each.name == name:
                return each
        raise InputError(
            unknown(f"band of camera {self.name!r}", name, [b.name for b in self.bands])
        )

    def band_yield(self, band: CameraBand | str) -> float:
        """Electrons per photon at the entrance pupil in a band [-]."""
        band = self.band(band) if isinstance(band, str) else band
        through = self.transmission if band.transmission is None else band.transmission
        quantum = (
            self.quantum_efficiency if band.quantum_efficiency is None else band.quantum_efficiency
        )
        return through * quantum

    @property
    def area(self) -> float:
        """Area of the entrance pupil [m2]."""
        return 0.25 * math.pi * self.aperture**2

    @property
    def photon_yield(self) -> float:
        """Electrons per photon at the entrance pupil [-]."""
        return self.transmission * self.quantum_efficiency

    @property
    def pixel_solid_angle(self) -> float:
        """Solid angle of a pixel on the axis [sr]."""
        return (self.pixel_pitch / self.focal_length) ** 2

    @property
    def top(self) -> int:
        """Largest number of the converter [DN]."""
        return 2**self.bits - 1

    @property
    def saturation(self) -> int:
        """Number from which on a pixel counts as full: 98 % of the full well [DN]."""
        return min(self.top, math.floor(0.98 * self.full_well / self.gain + self.bias))

    def electron_rate(self, scene: xr.Dataset) -> Array:
        """Mean photo-electrons per second (y, x) [1/s], point spread included, noise free.

        scene : radiance (y, x) [W m-2 sr-1] in the camera's band with attribute photon_energy_J,
        and stars: star_x, star_y [px], star_photons [m-2 s-1].
        """
        radiance = scene["radiance"].values
        if self.mode != "frame":
            raise InputError(
                f"camera {self.name!r} is a {self.mode} camera and takes no whole frame of a "
                "scene with stars: use expose()"
            )
        self.require_memory()
        if radiance.shape != (self.height, self.width):
            raise InputError(
                f"the scene has {radiance.shape[1]} x {radiance.shape[0]} pixels but the camera "
                f"{self.width} x {self.height}"
            )
        energy = float(scene.attrs.get("photon_energy_J", self._photon_energy))
        per_radiance = self.area * self.pixel_solid_angle * self.photon_yield / energy
        out = np.zeros((self.height, self.width))
        for box in self._boxes(scene):
            spread(radiance, box, self._taps(per_radiance), out)
        if self.falloff > 0.0:
            out *= quick.falloff(self)
        if "star_photons" in scene:
            light = scene["star_photons"].values * (self.area * self.photon_yield)
            reach = math.ceil(_REACH * self.psf_sigma) + 1
            x, y = scene["star_x"].values, scene["star_y"].values
            light = light * quick.point_falloff(self, x, y)
            point_sources(x, y, light, self.psf_sigma, reach, out)
        return out

    def automatic_exposure(self, rate: Array) -> float:
        """Exposure [s] as the camera chooses it itself from a short trial picture.

        The trial is noise free. Lit pixels are those above a tenth of its brightest; their
        fill_quantile is brought to fill of the full well, in steps of the shortest exposure. With
        nothing lit, the longest exposure.
        """
        brightest = float(rate.max(initial=0.0))
        if brightest <= 0.0:
            return self.longest_exposure
        level = float(np.quantile(rate[rate > 0.1 * brightest], self.fill_quantile))
        step = self.shortest_exposure
        wanted = math.floor(self.fill * self.full_well / level / step) * step
        return min(max(wanted, step), self.longest_exposure)

    def observe(
        self,
        scene: xr.Dataset,
        *,
        exposure: float | str | None = None,
        seed: int = 0,
        rate: Array | None = None,
    ) -> xr.Dataset:
        """Take one frame.

        Parameters
        ----------
        exposure : seconds, "auto", or the camera's own setting when left out
        seed : of the noise; the same seed gives the same frame
        rate : electron_rate(scene), when it is known already

        Returns
        -------
        Dataset with dn (y, x) uint16 and the attributes that reading it needs.
        """
        rate = self.electron_rate(scene) if rate is None else rate
        seconds = self._seconds(self.exposure if exposure is None else exposure, rate)
        shots, reads = (
            np.random.Generator(np.random.PCG64(s)) for s in np.random.SeedSequence(seed).spawn(2)
        )
        numbers = np.empty((self.height, self.width), dtype=np.uint16)
        read_out(
            rate * seconds,
            quick.pattern(self.height, self.width, self.prnu, self.flat_seed),
            self.dark_current * seconds,
            self.full_well,
            self.read_noise,
            self.gain,
            self.bias,
            float(self.top),
            shots,
            reads,
            numbers,
        )
        attrs = self._attributes(scene, seconds, seed)
        return xr.Dataset({"dn": field("dn", numbers, ("y", "x"))}, attrs=attrs)

    def limiting_magnitude(self, seconds: float, snr: float = 8.0) -> float:
        """Johnson V of a Sun-like star with this signal-to-noise ratio in one exposure [mag]."""
        radius = 2.0 * self.psf_sigma + 0.5
        pixels = math.pi * radius**2
        noise2 = pixels * (self.read_noise**2 + self.dark_current * seconds)
        wanted = 0.5 * (snr**2 + math.sqrt(snr**4 + 4.0 * snr**2 * noise2))
        photons_v0 = V_ZERO * (self.band_hi - self.band_lo) / self._photon_energy
        return 2.5 * math.log10(photons_v0 * self.area * self.photon_yield * seconds / wanted)

    # many frames of a planet ------------------------------------------------------------------
    def expose(
        self,
        radiance: NDArray[np.float32],
        seconds: float | str = "auto",
        seed: int = 0,
        *,
        frame: int = 0,
        image_rate: float = 0.0,
    ) -> quick.Exposed:
        """Numbers (band, y, x) uint16 of one frame, and their attributes; see `exposure.expose`."""
        return quick.expose(self, radiance, seconds, seed, frame=frame, image_rate=image_rate)

    def radiance_scale(self, band: CameraBand | str, seconds: float) -> float:
        """Radiance of one number on the axis [W m-2 sr-1 in the band per DN]."""
        return self.gain / quick.electrons_per_radiance(self, band, seconds)

    def dark(self, band: CameraBand | str, seconds: float) -> float:
        """Mean number that dark charge adds in one exposure [DN]."""
        return quick.dark_charge(self, band, seconds) / self.gain

    def flat(self, band: CameraBand | str) -> NDArray[np.float32]:
        """Known part of the flat field (y, x), 1 on the axis: falloff and the measured pattern.

        A line camera's is (1, x), the same in every line.
        """
        return quick.flat(self, band)

    def signal_to_noise(
        self, radiance: Any, band: CameraBand | str, seconds: float
    ) -> NDArray[np.float64]:
        """Signal-to-noise ratio of one pixel for a radiance in the band [W m-2 sr-1]."""
        return quick.signal_to_noise(self, radiance, band, seconds)

    def rays(self, band: CameraBand | str | None = None) -> Array:
        """Unit rays (y, x, 3) of a band in the camera's axes; see `camera_lines.rays`."""
        return camera_lines.rays(self, band)

    def line_rays(self, band: CameraBand | str | None = None) -> Array:
        """Unit rays (x, 3) of a line camera's band in the camera's axes."""
        return camera_lines.line_rays(self, band)

    def scaled(self, *, width: int) -> Camera:
        """The same field on fewer and larger pixels; see `camera_lines.scaled`."""
        return camera_lines.scaled(self, width)

    # ------------------------------------------------------------------------------------------
    @property
    def _photon_energy(self) -> float:
        return float(PLANCK) * float(SPEED_OF_LIGHT) / (0.5 * (self.band_lo + self.band_hi))

    def _seconds(self, exposure: float | str, rate: Array) -> float:
        if exposure == "auto":
            return self.automatic_exposure(rate)
        if isinstance(exposure, str) or not math.isfinite(exposure) or exposure <= 0.0:
            raise InputError(f'exposure must be positive seconds or "auto", not {exposure!r}')
        return float(exposure)

    def _taps(self, weight: float) -> Array:
        """Half a Gaussian, middle first; two passes give `weight` in total."""
        reach = math.ceil(_REACH * self.psf_sigma)
        taps = np.exp(-0.5 * (np.arange(reach + 1) / self.psf_sigma) ** 2)
        return taps * (math.sqrt(weight) / (taps[0] + 2.0 * taps[1:].sum()))

    def _boxes(self, scene: xr.Dataset) -> list[NDArray[np.int64]]:
        """Where there is light: the boxes that the scene names, or the whole frame."""
        if "boxes" not in scene.attrs:
            return [np.array([0, self.width, 0, self.height])]
        boxes = np.asarray(scene.attrs["boxes"], dtype=np.int64).reshape(-1, 4)
        return _apart(boxes)

    def _attributes(self, scene: xr.Dataset, seconds: float, seed: int) -> dict[str, Any]:
        kept = {k: scene.attrs[k] for k in ("et", "utc", "band_nm") if k in scene.attrs}
        return kept | {
            "camera": self.name,
            "exposure_s": seconds,
            "gain_e_per_dn": self.gain,
            "bias_dn": self.bias,
            "full_well_e": self.full_well,
            "read_noise_e": self.read_noise,
            "dark_current_e_s": self.dark_current,
            "bits": self.bits,
            "saturation_dn": self.saturation,
            "seed": seed,
        }


def _apart(boxes: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Boxes that do not overlap: overlapping ones are joined into the box around them."""
    left = [box for box in boxes if box[1] > box[0] and box[3] > box[2]]
    out: list[NDArray[np.int64]] = []
    while left:
        box = left.pop()
        for k, other in enumerate(left):
            meet_x = box[0] < other[1] and other[0] < box[1]
            if meet_x and box[2] < other[3] and other[2] < box[3]:
                low, high = np.minimum(box, other), np.maximum(box, other)
                left[k] = np.array([low[0], high[1], low[2], high[3]])
                break
        else:
            out.append(box)
    return out
