"""A frame camera: optics, detector and exposure, from a scene in absolute units to numbers.

The defaults describe the optical navigation sensor of Tianwen-1 as far as it is known: that it
held Earth and Moon, 3.7 degrees apart, in one frame and chose its exposure by itself. Field,
detector and aperture have not been published; they are marked as assumed.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import model_validator

from marsward.core.constants import PLANCK, SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.core.fields import field
from marsward.core.part import Part, value
from marsward.core.quantity import QuantityRule
from marsward.geometry.pinhole import Pinhole
from marsward.instruments.kernels.sensor import point_sources, read_out, spread
from marsward.physics.light import V_ZERO

Array = NDArray[np.float64]
_SOURCE = "not published; a small star and limb camera of today"
_REACH = 6.0  # of the Gaussian [sigma]


class Camera(Part):
    """A frame camera with a monochrome active-pixel detector."""

    kind: ClassVar[str] = "camera"

    name: str = value("ons", description="name of the instrument")
    width: int = value(
        2048, unit="1", ref=_SOURCE, ge=8, le=32768, description="detector columns [px]"
    )
    height: int = value(
        1536, unit="1", ref=_SOURCE, ge=8, le=32768, description="detector rows [px]"
    )
    pixel_pitch: Annotated[float, QuantityRule("m", gt=0.0)] = value(
        "9 um", unit="m", ref=_SOURCE, description="distance of pixel centres"
    )
    focal_length: Annotated[float, QuantityRule("m", gt=0.0)] = value(
        "175.85 mm",
        unit="m",
        ref="6 deg across 2048 pixels of 9 um; the field must exceed 4.4 deg for Earth and Moon",
        description="focal length",
    )
    distortion: tuple[float, float, float, float, float] = value(
        (0.0, 0.0, 0.0, 0.0, 0.0),
        unit="1",
        ref=_SOURCE,
        description="Brown-Conrady k1, k2, p1, p2, k3",
    )
    aperture: Annotated[float, QuantityRule("m", gt=0.0)] = value(
        "30 mm", unit="m", ref=_SOURCE, description="diameter of the entrance pupil"
    )
    transmission: float = value(
        0.80, unit="1", ref=_SOURCE, gt=0.0, le=1.0, description="transmission of the optics"
    )
    quantum_efficiency: float = value(
        0.50, unit="1", ref=_SOURCE, gt=0.0, le=1.0, description="electrons per photon in the band"
    )
    band_lo: Annotated[float, QuantityRule("m", ge=300e-9)] = value(
        "450 nm", unit="m", ref=_SOURCE, description="short end of the band"
    )
    band_hi: Annotated[float, QuantityRule("m", le=1080e-9)] = value(
        "800 nm", unit="m", ref=_SOURCE, description="long end of the band"
    )
    psf_sigma: Annotated[float, QuantityRule("px", gt=0.05, le=20.0)] = value(
        "0.7 px", unit="px", ref=_SOURCE, description="width (1 sigma) of the Gaussian point spread"
    )
    full_well: Annotated[float, QuantityRule("e-", gt=0.0)] = value(
        "60000 e-", unit="e-", ref=_SOURCE, description="charge at which a pixel clips"
    )
    gain: Annotated[float, QuantityRule("e-/DN", gt=0.0)] = value(
        "4 e-/DN", unit="e-/DN", ref=_SOURCE, description="electrons per digital number"
    )
    read_noise: Annotated[float, QuantityRule("e-", ge=0.0)] = value(
        "10 e-", unit="e-", ref=_SOURCE, description="read noise (1 sigma)"
    )
    dark_current: Annotated[float, QuantityRule("e-/s", ge=0.0)] = value(
        "5 e-/s", unit="e-/s", ref=_SOURCE, description="dark current of a cooled detector"
    )
    prnu: float = value(
        0.008, unit="1", ref=_SOURCE, ge=0.0, le=0.2,
        description="pixel-to-pixel scatter of sensitivity (1 sigma)",
    )  # fmt: skip
    bits: int = value(
        14, unit="1", ref=_SOURCE, ge=1, le=16, description="depth of the numbers [bit]"
    )
    bias: Annotated[float, QuantityRule("DN", ge=0.0)] = value(
        "200 DN", unit="DN", ref=_SOURCE, description="number that no charge gives"
    )
    exposure: Literal["auto"] | Annotated[float, QuantityRule("s", gt=0.0)] = value(
        "auto",
        unit="s",
        ref="autonomous exposure: CNSA, 28 July 2020",
        description="exposure time, or auto",
    )
    star_exposure: Annotated[float, QuantityRule("s", gt=0.0)] = value(
        "0.4 s", unit="s", ref=_SOURCE, description="exposure of the frame taken for stars"
    )
    shortest_exposure: Annotated[float, QuantityRule("s", gt=0.0)] = value(
        "10 us", unit="s", ref=_SOURCE, description="shortest exposure and its step"
    )
    longest_exposure: Annotated[float, QuantityRule("s", gt=0.0)] = value(
        "10 s", unit="s", ref=_SOURCE, description="longest exposure"
    )
    fill: float = value(
        0.70, unit="1", ref=_SOURCE, gt=0.0, le=1.0,
        description="share of the full well that automatic exposure aims at",
    )  # fmt: skip
    fill_quantile: float = value(
        0.98, unit="1", ref=_SOURCE, gt=0.0, le=1.0,
        description="quantile of the lit pixels that automatic exposure brings to the aim",
    )  # fmt: skip
    flat_seed: int = value(
        1,
        unit="1",
        ref="a choice",
        ge=0,
        description="seed of the fixed pattern, the same in every frame",
    )

    @model_validator(mode="after")
    def _check(self) -> Camera:
        if not self.band_lo < self.band_hi:
            raise ValueError(
                f"band_lo ({self.band_lo * 1e9:g} nm) must be below band_hi "
                f"({self.band_hi * 1e9:g} nm)"
            )
        if not self.shortest_exposure < self.longest_exposure:
            raise ValueError("shortest_exposure must be below longest_exposure")
        return self

    @property
    def pinhole(self) -> Pinhole:
        """The projection of this camera."""
        return Pinhole(
            self.width,
            self.height,
            self.focal_length / self.pixel_pitch,
            distortion=self.distortion,
        )

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
        if "star_photons" in scene:
            light = scene["star_photons"].values * (self.area * self.photon_yield)
            reach = math.ceil(_REACH * self.psf_sigma) + 1
            x, y = scene["star_x"].values, scene["star_y"].values
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
            _response(self.height, self.width, self.prnu, self.flat_seed),
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


@lru_cache(maxsize=2)
def _response(height: int, width: int, scatter: float, seed: int) -> NDArray[np.float32]:
    """Relative sensitivity of every pixel: the fixed pattern of one detector."""
    generator = np.random.Generator(np.random.PCG64(seed))
    pattern = 1.0 + scatter * generator.standard_normal((height, width), dtype=np.float32)
    np.maximum(pattern, 0.0, out=pattern)
    pattern.setflags(write=False)
    return pattern.astype(np.float32, copy=False)
