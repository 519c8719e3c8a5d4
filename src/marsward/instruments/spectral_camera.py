"""A rover's spectral camera: rocks in narrow bands, beside a target of known reflectance.

In each band the camera looks at rocks and at its calibration target, both level and lit by the same
Sun and sky, with an exposure that fills its wells to a wanted part with the target. What it tells
are mean photoelectrons per second of regions of pixels. The target is known with errors, one for
all bands (dust on it, tilt, age) and one for each band, which are drawn once for a campaign.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from pydantic import Field

from marsward.core.constants import SOLAR_IRRADIANCE
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.part import Part, value
from marsward.core.preset_files import PresetFiles
from marsward.core.preset_part import PresetPart
from marsward.core.quantity import QuantityRule
from marsward.data.textures import solar_spectrum
from marsward.physics.hapke_mixing import WAVELENGTH

__all__ = ["CameraBand", "SpectralCamera"]

Array = NDArray[np.float64]
_FILES = PresetFiles("spectral camera", "spectral-camera")
_CHOICE = "a choice"
_WIDTH = 2.354820045  # full width at half maximum of a Gaussian over its sigma
# Light in which a band's rate is stated: the Sun's at Mars' perihelion, 1.38 au [W m-2].
_REFERENCE = float(SOLAR_IRRADIANCE) / 1.38**2
_RED = 670e-9  # m, where the sky's light is as the Sun's

add_fields(
    FieldRow("band_signal", "1/s", "photoelectrons of a pixel per second, mean of a region"),
    FieldRow("band_signal_sigma", "1/s", "noise of the mean of a region (1 sigma)", low=0.0),
    FieldRow("reference_signal", "1/s", "the same of the calibration target"),
    FieldRow("reference_signal_sigma", "1/s", "noise of the calibration target's", low=0.0),
    FieldRow("reference_reflectance", "1", "what the calibration target is believed to reflect"),
)


class CameraBand(Part):
    """One filter of the camera."""

    name: str = Field(description="name of the band", min_length=1)
    centre: Annotated[float, QuantityRule("m", gt=2e-7, lt=1.2e-6)] = value(
        unit="nm", description="middle of the band"
    )
    width: Annotated[float, QuantityRule("m", gt=1e-9, lt=3e-7)] = value(
        unit="nm", description="full width at half maximum"
    )
    rate: float = value(
        1e6, unit="1", ref=_CHOICE, gt=0.0,
        description="photoelectrons of a pixel in 1 s on white level ground, the Sun 1.38 au away",
    )  # fmt: skip


class SpectralCamera(PresetPart):
    """A camera with narrow bands and its calibration target."""

    kind: ClassVar[str] = "spectral-camera"
    files: ClassVar[PresetFiles | None] = _FILES

    preset: str | None = value(
        None, ref="the preset of the instrument's name, where there is one",
        description="a camera that has flown, whose values hold where none are given here",
    )  # fmt: skip
    name: str = value("spectral-camera", description="name of the instrument")
    full_well: float = value(
        20_000.0, unit="1", ref=_CHOICE, gt=100.0, description="photoelectrons that a pixel holds"
    )
    fill: float = value(
        0.6, unit="1", ref=_CHOICE, gt=0.0, le=1.0,
        description="part of the well that white ground would fill",
    )  # fmt: skip
    longest: Annotated[float, QuantityRule("s", gt=0.0)] = value(
        5.0, unit="s", ref=_CHOICE, description="longest exposure"
    )
    read_noise: float = value(
        25.0, unit="1", ref=_CHOICE, ge=0.0, description="noise of reading a pixel (1 sigma)"
    )
    flat_error: float = value(
        0.01, unit="1", ref=_CHOICE, ge=0.0, le=0.5,
        description="relative error of a pixel's response that the flat field leaves (1 sigma)",
    )  # fmt: skip
    pixels: int = value(100, ref=_CHOICE, ge=1, description="averaged in a region")
    target_reflectance: float = value(
        0.6, unit="1", ref=_CHOICE, gt=0.02, le=1.0,
        description="what the calibration target is believed to reflect, in all bands",
    )  # fmt: skip
    common_error: float = value(
        0.02, unit="1", ref=_CHOICE, ge=0.0, le=0.5,
        description="relative error of it that all bands share, one for a campaign (1 sigma)",
    )  # fmt: skip
    band_error: float = value(
        0.015, unit="1", ref=_CHOICE, ge=0.0, le=0.5,
        description="relative error of it in each band, one for a campaign (1 sigma)",
    )  # fmt: skip
    sky_colour: float = value(
        1.0, unit="1", ref=f"{_CHOICE}: red by dust", ge=-4.0, le=4.0,
        description="power of the wavelength by which the sky's light differs from the Sun's",
    )  # fmt: skip
    bands: tuple[CameraBand, ...] = Field(
        (CameraBand(name="red", centre="650 nm", width="20 nm"),),  # type: ignore[arg-type]
        description="filters of the camera", min_length=1,
    )  # fmt: skip

    @property
    def wavelength(self) -> Array:
        """Middles of the bands [m]."""
        return np.array([each.centre for each in self.bands])

    def sampled(self, spectra: ArrayLike, wavelength: ArrayLike) -> Array:
        """Means of spectra (…, wavelengths) in sunlight over the bands (…, bands).

        wavelength : rising [m]. Raises InputError where they do not cover a band.
        """
        values = np.asarray(spectra, dtype=np.float64)
        lam = np.asarray(wavelength, dtype=np.float64)
        if values.shape[-1] != lam.size or lam.size < 2 or not np.all(np.diff(lam) > 0.0):
            raise InputError(
                f"spectra of {values.shape[-1]} values need as many rising wavelengths, not "
                f"{lam.size}"
            )
        sunlight = np.interp(lam, *solar_spectrum())
        rows = []
        for each in self.bands:
            if each.centre - each.width < lam[0] or each.centre + each.width > lam[-1]:
                raise InputError(
                    f"spectra from {lam[0] * 1e9:.0f} to {lam[-1] * 1e9:.0f} nm do not cover the "
                    f"band {each.name!r} at {each.centre * 1e9:.0f} nm: give wavelengths in m"
                )
            bell = np.exp(-0.5 * ((lam - each.centre) * _WIDTH / each.width) ** 2)
            weight = bell * sunlight * np.gradient(lam)
            rows.append(weight / weight.sum())
        return np.asarray(values @ np.array(rows).T)

    def observe(
        self, reflectance: ArrayLike, wavelength: ArrayLike, *, direct: ArrayLike,
        diffuse: ArrayLike, seed: int = 0, campaign: int = 0,
    ) -> xr.Dataset:  # fmt: skip
        """Look at rocks and at the calibration target.

        Parameters
        ----------
        reflectance : factor of each rock (target, wavelengths)
        wavelength : rising [m] (wavelengths,)
        direct, diffuse : light of Sun and sky on level ground [W m-2], one or (target,), as
            `physics.surface_sunlight.surface_light` gives them
        seed : of the noise; campaign : of the errors of the calibration target

        Returns
        -------
        Dataset (target, band): band_signal, reference_signal, their sigmas, reference_reflectance
        and wavelength by band; attributes common_error and band_error.

        Raises
        ------
        InputError : gaps in the spectra, darkness, bands that are not covered
        """
        rocks = np.atleast_2d(np.asarray(reflectance, dtype=np.float64))
        seen = self.sampled(rocks, wavelength)
        if not (np.isfinite(seen).all() and np.all(seen >= 0.0)):
            raise InputError("reflectance of rocks must be 0 or more and without gaps in the bands")
        light = self._light(direct, diffuse, len(rocks))
        rate = np.array([each.rate for each in self.bands]) * light
        time = np.minimum(self.fill * self.full_well / rate, self.longest)
        draws = np.random.default_rng(np.random.SeedSequence([int(seed), 0x5CA]))
        target = np.broadcast_to(self.target_reflectance * self.target_truth(campaign), seen.shape)
        both = []
        for reflects in (seen, target):
            clean = rate * reflects
            told = clean + self._noise(clean, time) * draws.standard_normal(clean.shape)
            both += [told, self._noise(np.maximum(told, 0.0), time)]
        dims = ("target", "band")
        names = ("band_signal", "band_signal_sigma", "reference_signal", "reference_signal_sigma")
        believed = np.full(len(self.bands), self.target_reflectance)
        return xr.Dataset(
            {
                **{name: field(name, v, dims) for name, v in zip(names, both, strict=True)},
                "reference_reflectance": field("reference_reflectance", believed, "band"),
                WAVELENGTH: field(WAVELENGTH, self.wavelength, "band"),
            },
            {"band": [each.name for each in self.bands]},
            {
                "instrument": self.name, "common_error": self.common_error,
                "band_error": self.band_error,
            },
        )  # fmt: skip

    def target_truth(self, campaign: int) -> Array:
        """What the calibration target reflects over what is believed, by band."""
        draws = np.random.default_rng(np.random.SeedSequence([int(campaign), 0x5CB]))
        common = 1.0 + self.common_error * draws.standard_normal()
        return common * (1.0 + self.band_error * draws.standard_normal(len(self.bands)))

    def _light(self, direct: ArrayLike, diffuse: ArrayLike, targets: int) -> Array:
        """Light on level ground over that in which rates are stated (target, band)."""
        beam, sky = (np.broadcast_to(np.asarray(v, float), (targets,)) for v in (direct, diffuse))
        if not np.all((beam >= 0.0) & (sky >= 0.0) & (beam + sky > 0.0)):
            raise InputError(
                "the camera needs light: direct and diffuse in W m-2, 0 or more, not both 0"
            )
        colour = (self.wavelength / _RED) ** self.sky_colour
        return np.asarray((beam[:, None] + sky[:, None] * colour) / _REFERENCE)

    def _noise(self, rate: Array, time: Array) -> Array:
        """Noise of a region's mean rate (1 sigma)."""
        held = rate * time
        one = held + self.read_noise**2 + (self.flat_error * held) ** 2
        return np.asarray(np.sqrt(one / self.pixels) / time)
