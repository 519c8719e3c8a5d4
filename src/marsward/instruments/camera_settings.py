"""What a camera is set to: the parameters of optics, detector, bands and exposure.

The defaults describe the optical navigation sensor of Tianwen-1 as far as it is known: that it
held Earth and Moon, 3.7 degrees apart, in one frame and chose its exposure by itself. Field,
detector and aperture have not been published; they are marked as assumed.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import model_validator

from marsward.core.errors import InputError
from marsward.core.machine import machine_memory
from marsward.core.part import value
from marsward.core.preset_files import Preset
from marsward.core.preset_part import PresetPart
from marsward.core.quantity import QuantityRule
from marsward.instruments.camera_bands import CameraBand
from marsward.instruments.camera_presets import preset, preset_names

_SOURCE = "not published; a small star and limb camera of today"


class CameraSettings(PresetPart):
    """What a camera is set to: optics, detector, bands and exposure, each with its source."""

    preset: str | None = value(
        None,
        ref="the preset of the camera's name, where there is one",
        description="a camera that has flown, whose values hold where none are given here",
    )

    name: str = value("ons", description="name of the instrument")
    mode: Literal["frame", "push-frame", "pushbroom"] = value(
        "frame",
        ref="Earth and Moon were held in one frame",
        description="whole frames, strips of a frame for each band, or one line for each band",
    )
    width: int = value(
        2048, unit="1", ref=_SOURCE, ge=8, le=32768, description="detector columns [px]"
    )
    height: int = value(
        1536,
        unit="1",
        ref=_SOURCE,
        ge=8,
        le=32768,
        description="detector rows, or lines of a block [px]",
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
    lens_model: Literal["brown-conrady", "opencv-fisheye"] = value(
        "brown-conrady", ref=_SOURCE, description="law of the lens distortion"
    )
    distortion: tuple[float, float, float, float, float] = value(
        (0.0, 0.0, 0.0, 0.0, 0.0),
        unit="1",
        ref=_SOURCE,
        description="Brown-Conrady k1, k2, p1, p2, k3, or fisheye k1, k2, k3, k4 and 0",
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
    falloff: float = value(
        0.0, unit="1", ref="a narrow field", ge=0.0, le=8.0,
        description="power of the cosine with which light falls off the axis; 4 for a plain lens",
    )  # fmt: skip
    bands: tuple[CameraBand, ...] = value(
        (), description="the bands; one from band_lo to band_hi if left out"
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
    flat_error: float = value(
        0.001, unit="1", ref=_SOURCE, ge=0.0, le=0.2,
        description="what calibration leaves of the fixed pattern unknown (1 sigma)",
    )  # fmt: skip
    smear_limit: Annotated[float, QuantityRule("px", gt=0.0)] = value(
        "1 px",
        unit="px",
        ref="a choice",
        description="largest smear that automatic exposure allows",
    )
    mosaic: Literal["none", "bayer"] = value(
        "none",
        ref=_SOURCE,
        description="bayer: the raw frame has one number a pixel, whatever the number of bands",
    )
    compression: float = value(
        1.0, unit="1", ref="none", ge=1.0, le=200.0,
        description="how many times smaller a frame is when sent; the numbers stay as they are",
    )  # fmt: skip

    @classmethod
    def preset_names(cls) -> tuple[str, ...]:
        """Names of the presets."""
        return preset_names()

    @classmethod
    def preset_of(cls, name: str) -> Preset:
        """The preset of a name; InputError for a name that is none."""
        return preset(name)

    @model_validator(mode="after")
    def _check(self) -> CameraSettings:
        if not self.bands and self.band_lo < self.band_hi:
            self.__dict__["bands"] = (self._clear_band(),)
        if not self.band_lo < self.band_hi:
            raise ValueError(
                f"band_lo ({self.band_lo * 1e9:g} nm) must be below band_hi "
                f"({self.band_hi * 1e9:g} nm)"
            )
        if not self.shortest_exposure < self.longest_exposure:
            raise ValueError("shortest_exposure must be below longest_exposure")
        if self.lens_model == "opencv-fisheye" and self.distortion[4] != 0.0:
            raise ValueError("distortion of a fisheye is k1, k2, k3, k4 and then 0")
        names = [band.name for band in self.bands]
        if len(set(names)) < len(names):
            raise ValueError(f"bands have one name twice: {', '.join(names)}")
        heights = {band.rows for band in self.bands}
        if self.mode == "push-frame" and (len(heights) != 1 or 0 in heights):
            raise ValueError("bands of a push-frame camera need rows, the same for each band")
        if self.memory() > machine_memory():
            raise ValueError(self._too_large(machine_memory()))
        return self

    def _clear_band(self) -> CameraBand:
        ends = {"lo": f"{self.band_lo!r} m", "hi": f"{self.band_hi!r} m"}
        rows = {"rows": self.height} if self.mode == "push-frame" else {}
        return CameraBand.model_validate({"name": "clear", **ends, **rows})

    @property
    def defaults_used(self) -> dict[str, Any]:
        """Fields that were not given; a clear band that was made of band_lo and band_hi is none."""
        used = super().defaults_used
        used.pop("bands", None)
        return used

    def memory(self) -> int:
        """Bytes that one frame takes while it is made: light, rays, fixed pattern and numbers."""
        return self.width * self.height * (6 * max(1, len(self.bands)) + 36)

    def require_memory(self, available: int | None = None) -> None:
        """Refuse, before anything is allocated, a frame that the machine cannot hold.

        Parameters
        ----------
        available : bytes to stay within; the memory of this machine if left out

        Raises
        ------
        InputError : the frame is larger
        """
        room = machine_memory() if available is None else available
        if self.memory() > room:
            raise InputError(self._too_large(room))

    def _too_large(self, room: int) -> str:
        fits = max(8, int(self.width * (room / self.memory()) ** 0.5))
        return (
            f"camera {self.name!r} of {self.width} x {self.height} pixels and {len(self.bands)} "
            f"bands needs {self.memory() / 1e9:.3g} GB a frame, and {room / 1e9:.3g} GB are there: "
            f"use a width of at most {fits} and a height to match"
        )
