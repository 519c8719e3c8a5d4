"""An imaging spectrometer: sunlight off the ground and through the air, in many channels.

A channel takes the mean of what comes in under a Gaussian about its centre. What comes in is given
as I/F, pi times radiance over sunlight: mu0 times the reflectance factor for ground lit by the Sun
alone, times what carbon dioxide lets pass, with a haze of dust and the ground's own heat if asked.
Noise is new in every spectrum; the errors of calibration are drawn once for a campaign.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.constants import ASTRONOMICAL_UNIT
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.preset_files import Preset
from marsward.data.textures import solar_spectrum
from marsward.instruments.spectrometer_presets import preset, preset_names
from marsward.instruments.spectrometer_settings import SpectralRange, SpectrometerSettings
from marsward.physics.co2_bands import co2_transmission
from marsward.physics.dust_spectrum import dust_terms
from marsward.physics.hapke_mixing import WAVELENGTH
from marsward.physics.light import planck

__all__ = ["SpectralRange", "Spectrometer", "solar_irradiance"]

Array = NDArray[np.float64]
_FINE = 1e-9  # m
_GAS_STEP = 1.7e-9  # m
_WIDTHS = 3.0  # half widths of a Gaussian that are looked at
_SUN_TEMPERATURE = 5772.0  # K, effective: IAU 2015 resolution B3
_MEAN_DISTANCE = 1.52366 * float(ASTRONOMICAL_UNIT)

add_fields(
    FieldRow("radiance_factor", "1", "I/F, pi times radiance over sunlight"),
    FieldRow("radiance_factor_sigma", "1", "noise of I/F (1 sigma)", low=0.0),
    FieldRow("channel_width", "m", "full width at half maximum of a channel", low=0.0),
    FieldRow("incidence_cosine", "1", "cosine of the Sun's angle from the vertical", low=0, high=1),
    FieldRow("emission_cosine", "1", "cosine of the view's angle from the vertical", low=0, high=1),
)


def solar_irradiance(wavelength: ArrayLike) -> Array:
    """Sunlight at 1 au [W m-2 m-1] at wavelengths [m].

    To 1.09 um the shipped table (Gueymard 2004, doi:10.1016/j.solener.2003.08.039); beyond it a
    black body of 5772 K that meets the table there, within 15 % of the Sun to 4 um.
    """
    lam = np.asarray(wavelength, dtype=np.float64)
    at, level = solar_spectrum()
    seam = (at > 1.0e-6) & (at < 1.1e-6)
    scale = float(np.mean(level[seam] / planck(at[seam], _SUN_TEMPERATURE)))
    return np.where(lam < 1.09e-6, np.interp(lam, at, level), scale * planck(lam, _SUN_TEMPERATURE))


class Spectrometer(SpectrometerSettings):
    """A spectrometer of one or two ranges, pushed along the ground by its spacecraft."""

    kind: ClassVar[str] = "spectrometer"

    @classmethod
    def presets(cls) -> tuple[Preset, ...]:
        """Spectrometers that have flown, to be named in a mission file: preset = "crism"."""
        return tuple(preset(name) for name in preset_names())

    @property
    def wavelength(self) -> Array:
        """Centres of the channels, rising [m]."""
        return _channels(self)[0]

    @property
    def fwhm(self) -> Array:
        """Full widths of the channels at half maximum [m]."""
        return _channels(self)[1]

    @property
    def snr(self) -> Array:
        """Signal to noise of each channel in the light for which it is stated."""
        table = np.array(self.snr_um)
        binned = math.sqrt(self.channel_binning)
        return np.interp(self.wavelength * 1e6, table[:, 0], table[:, 1]) * binned

    @property
    def half_swath(self) -> float:
        """Half the angle that all pixels span across the track [rad]."""
        return 0.5 * self.samples * self.ifov

    @property
    def bits_per_spectrum(self) -> int:
        """Bits to send of one spectrum, not compressed."""
        return self.wavelength.size * self.bits

    def footprint(self, height: float) -> float:
        """Side of the square on the ground that one spectrum is of [m], straight down."""
        if not (height > 0.0 and math.isfinite(height)):
            raise InputError(f"a spectrometer looks down from {height:g} m; give a height above 0")
        return height * self.ifov * self.spatial_binning

    def sampled(self, spectra: ArrayLike, wavelength: ArrayLike) -> Array:
        """Spectra (…, wavelengths) as the channels take them (…, channels).

        wavelength : rising [m] (wavelengths,). A channel is NaN where the spectrum does not cover
        its centre, or is NaN within its width. Raises InputError when no channel is covered.
        """
        values = np.asarray(spectra, dtype=np.float64)
        lam = np.ascontiguousarray(wavelength, dtype=np.float64)
        if values.shape[-1] != lam.size or lam.size < 2 or not np.all(np.diff(lam) > 0.0):
            raise InputError(
                f"spectra of {values.shape[-1]} values need as many rising wavelengths, not "
                f"{lam.size}"
            )
        weights, covered = _weights(self, lam.tobytes())
        if not covered.any():
            ends = self.wavelength[[0, -1]] * 1e6
            raise InputError(
                f"spectra from {lam[0] * 1e6:.3g} to {lam[-1] * 1e6:.3g} um cover no channel of "
                f"{self.name!r}, which sees {ends[0]:.3g} to {ends[1]:.3g} um: give wavelengths "
                "in m"
            )
        gone = np.isnan(values)
        out = np.where(gone, 0.0, values) @ weights.T
        if gone.any():
            out[(gone.astype(np.float64) @ (weights > 1e-3).T.astype(np.float64)) > 0.0] = np.nan
        out[..., ~covered] = np.nan
        return out

    def noise(
        self, radiance_factor: ArrayLike, *, sun_distance: ArrayLike | None = None,
        looks: ArrayLike = 1.0,
    ) -> Array:  # fmt: skip
        """Noise of I/F (1 sigma) (places, channels).

        sun_distance : [m] (places,), 1.52 au if left out; looks : spectra averaged (places,)
        """
        signal = np.atleast_2d(np.asarray(radiance_factor, dtype=np.float64))
        reference = self.snr_albedo * math.cos(self.snr_incidence)
        far = np.atleast_1d(_distance(sun_distance))[:, None]
        weaker = (far / self.snr_distance) ** 2
        light = np.maximum(signal, 0.0) / reference / weaker
        share = self.photon_share
        one = reference / self.snr * weaker * np.sqrt(share * light + 1.0 - share)
        many = np.atleast_1d(np.asarray(looks, dtype=np.float64))
        if not np.all(many >= 1.0):
            raise InputError("looks must be 1 or more: the spectra that are averaged")
        return one / np.sqrt(many)[:, None]

    def observe(
        self,
        reflectance: ArrayLike,
        wavelength: ArrayLike,
        *,
        mu0: ArrayLike,
        mu: ArrayLike = 1.0,
        phase: ArrayLike | None = None,
        pressure: ArrayLike | None = None,
        co2_strength: ArrayLike = 1.0,
        haze_depth: ArrayLike = 0.0,
        surface_temperature: ArrayLike | None = None,
        sun_distance: ArrayLike | None = None,
        sample: ArrayLike | None = None,
        looks: ArrayLike = 1.0,
        seed: int = 0,
        campaign: int = 0,
        calibrated: bool = False,
    ) -> xr.Dataset:
        """Measure the spectra of places.

        Parameters
        ----------
        reflectance : reflectance factor of the ground (places, wavelengths); NaN makes the
            channels over it NaN
        wavelength : rising [m] (wavelengths,)
        mu0, mu : cosines of incidence and emission at the ground (places,)
        phase : between Sun and view [rad] (places,), for the haze; if left out, that of a nadir
            view
        pressure : of the air at the ground [Pa] (places,); no gas if left out
        co2_strength : factor on the optical depth of carbon dioxide, see `co2_bands.CO2_ERROR`
        haze_depth : optical depth of dust at 0.9 um
        surface_temperature : [K] (places,); no heat of the ground if left out
        sun_distance : [m] (places,), 1.52 au if left out
        sample : column of the detector (places,), for the smile; the middle if left out
        looks : spectra averaged at each place
        seed : of the noise; campaign : of the errors of calibration, new for each number
        calibrated : leave the errors of calibration out

        Returns
        -------
        Dataset (place, wavelength): radiance_factor and its sigma as the instrument reckons it
        from what it measured, channel_width, incidence_cosine and emission_cosine. Places in the
        dark (mu0 of 0 or less) are NaN.
        """
        if isinstance(seed, bool) or seed < 0 or campaign < 0:
            raise InputError("seed and campaign of spectra are whole numbers from 0")
        ground = np.atleast_2d(np.asarray(reflectance, dtype=np.float64))
        lam = np.asarray(wavelength, dtype=np.float64)
        if pressure is not None:
            ground, lam = _finer(ground, lam)
        places = ground.shape[0]
        cos_i, cos_e = (_each(v, places, n) for v, n in ((mu0, "mu0"), (mu, "mu")))
        if not np.all((cos_e > 0.0) & (cos_e <= 1.0)) or np.any(np.abs(cos_i) > 1.0):
            raise InputError("mu lies in 0 to 1 and mu0 in -1 to 1: give cosines, not angles")
        lit = cos_i > 0.0
        angle = np.arccos(np.clip(cos_i, -1.0, 1.0)) if phase is None else phase
        coming = _above_the_air(
            ground, lam, np.where(lit, cos_i, 1.0), cos_e, _each(angle, places, "phase"),
            pressure, co2_strength, haze_depth,
        )  # fmt: skip
        far = _each(_distance(sun_distance), places, "sun_distance")
        if surface_temperature is not None:
            warm = _each(surface_temperature, places, "surface_temperature")
            if not np.all(warm > 0.0):
                raise InputError("surface_temperature must be above 0 K")
            coming += _heat(ground, lam, warm, far)
        taken = self.sampled(coming, lam)
        taken += self._shift(taken, sample, campaign, calibrated)
        if not calibrated:
            taken *= self.gains(campaign)
        spread = self.noise(taken, sun_distance=far, looks=_each(looks, places, "looks"))
        draws = np.random.Generator(np.random.PCG64(seed))
        seen = taken + spread * draws.standard_normal(taken.shape)
        seen[~lit] = np.nan
        sigma = self.noise(seen, sun_distance=far, looks=_each(looks, places, "looks"))
        sigma[np.isnan(seen)] = np.nan
        return self._labelled(seen, sigma, cos_i, cos_e, {"seed": seed, "campaign": campaign})

    def gains(self, campaign: int) -> Array:
        """Measured over true I/F of each channel in a campaign."""
        draws = np.random.default_rng(np.random.SeedSequence([int(campaign), 0x5BEC]))
        common = 1.0 + self.gain_error * draws.standard_normal()
        return common * (1.0 + self.ripple * draws.standard_normal(self.wavelength.size))

    def _shift(self, taken: Array, sample: ArrayLike | None, campaign: int, known: bool) -> Array:
        """What the smile and the error of the wavelengths add."""
        shift = np.zeros(len(taken))
        if sample is not None:
            middle = 0.5 * (self.samples - 1)
            column = _each(sample, len(taken), "sample")
            shift += self.smile * ((column - middle) / max(middle, 1.0)) ** 2
        if not known:
            draws = np.random.default_rng(np.random.SeedSequence([int(campaign), 0x5A1F]))
            shift += self.wavelength_error * draws.standard_normal()
        if not shift.any():
            return np.zeros_like(taken)
        return shift[:, None] * np.gradient(taken, self.wavelength, axis=1)

    def _labelled(
        self, seen: Array, sigma: Array, mu0: Array, mu: Array, attrs: dict[str, Any]
    ) -> xr.Dataset:
        whose = ("place", WAVELENGTH)
        made = xr.Dataset(
            {
                "radiance_factor": field("radiance_factor", seen, whose),
                "radiance_factor_sigma": field("radiance_factor_sigma", sigma, whose),
                "channel_width": field("channel_width", self.fwhm, WAVELENGTH),
                "incidence_cosine": field("incidence_cosine", np.maximum(mu0, 0.0), "place"),
                "emission_cosine": field("emission_cosine", mu, "place"),
            },
            attrs={"instrument": self.name, **attrs},
        )
        return made.assign_coords(wavelength=field(WAVELENGTH, self.wavelength, WAVELENGTH))


def _distance(sun_distance: ArrayLike | None) -> Array:
    found = np.asarray(_MEAN_DISTANCE if sun_distance is None else sun_distance, dtype=np.float64)
    if not np.all((found > 1e10) & (found < 1e13)):
        raise InputError("the distance from the Sun is given in m, some 2.3e11 of them at Mars")
    return found


def _each(values: ArrayLike, places: int, name: str) -> Array:
    found = np.asarray(values, dtype=np.float64)
    if found.ndim > 1 or found.size not in (1, places):
        raise InputError(f"{name} has the shape {found.shape} for {places} spectra")
    if not np.all(np.isfinite(found)):
        raise InputError(f"{name} must be a number at every place; leave out places without one")
    return np.broadcast_to(found.ravel(), (places,))


def _finer(ground: Array, lam: Array) -> tuple[Array, Array]:
    """Spectra drawn straight to a spacing that shows the bands of the gas."""
    if ground.shape[-1] != lam.size or lam.size < 2:
        return ground, lam  # `sampled` says what is wrong
    parts = math.ceil(float(np.diff(lam).max()) / _GAS_STEP - 1e-6)
    if parts < 2:
        return ground, lam
    share = np.arange(parts) / parts
    fine = (lam[:-1, None] + np.diff(lam)[:, None] * share).ravel()
    between = ground[:, :-1, None] + np.diff(ground, axis=1)[:, :, None] * share
    flat = between.reshape(len(ground), -1)
    return np.concatenate([flat, ground[:, -1:]], axis=1), np.append(fine, lam[-1])


def _above_the_air(
    ground: Array, lam: Array, mu0: Array, mu: Array, phase: Array,
    pressure: ArrayLike | None, strength: ArrayLike, haze_depth: ArrayLike,
) -> Array:  # fmt: skip
    """I/F above gas and haze of a reflectance factor."""
    depth = _each(haze_depth, len(ground), "haze_depth")
    if depth.any():
        t = dust_terms(lam, depth, mu0, mu, phase)
        out = t.path + t.up * (t.direct * mu0[:, None] + t.sky) * ground
    else:
        out = mu0[:, None] * ground
    if pressure is None:
        return out
    held = _each(pressure, len(ground), "pressure")
    return out * co2_transmission(lam, held, 1.0 / mu0 + 1.0 / mu, strength=strength)


def _heat(ground: Array, lam: Array, temperature: Array, distance: Array) -> Array:
    """I/F of the ground's own heat, emissivity 1 - R."""
    sun = solar_irradiance(lam) * (float(ASTRONOMICAL_UNIT) / distance[:, None]) ** 2
    glow = planck(lam, temperature[:, None])
    return np.pi * np.clip(1.0 - ground, 0.0, 1.0) * glow / sun


@lru_cache(maxsize=16)
def _channels(settings: SpectrometerSettings) -> tuple[Array, Array]:
    """Centres and widths of all channels, overlaps cut at the joint and neighbours summed."""
    centres, widths = [], []
    for k, each in enumerate(settings.ranges):
        count = math.floor((each.hi - each.lo) / each.sampling + 1e-6) + 1
        centre = each.lo + each.sampling * np.arange(count)
        width = np.interp(centre, [each.lo, each.hi], [each.fwhm_lo, each.fwhm_hi])
        if settings.joint is not None and len(settings.ranges) == 2:
            kept = centre < settings.joint if k == 0 else centre >= settings.joint
            centre, width = centre[kept], width[kept]
        summed = settings.channel_binning
        count = centre.size // summed * summed
        step = each.sampling * (summed**2 - 1.0) ** 0.5 * (8.0 * math.log(2.0) / 12.0) ** 0.5
        centres.append(centre[:count].reshape(-1, summed).mean(axis=1))
        widths.append(np.hypot(width[:count].reshape(-1, summed).mean(axis=1), step))
    places = np.concatenate(centres)
    order = np.argsort(places, kind="stable")
    found = np.array([places[order], np.concatenate(widths)[order]])
    found.setflags(write=False)
    return found[0], found[1]


@lru_cache(maxsize=8)
def _weights(settings: SpectrometerSettings, grid: bytes) -> tuple[Array, NDArray[np.bool_]]:
    """Weights of given wavelengths in each channel (channels, wavelengths), and who is covered."""
    lam = np.frombuffer(grid)
    centres, widths = _channels(settings)
    out = np.zeros((centres.size, lam.size))
    covered = (centres >= lam[0]) & (centres <= lam[-1])
    for k in np.flatnonzero(covered):
        sigma = widths[k] / 2.3548
        reach = max(_WIDTHS * sigma, 2.0 * _FINE)
        fine = np.arange(-reach, reach + 0.5 * _FINE, min(_FINE, 0.2 * sigma))
        at = np.clip(centres[k] + fine, lam[0], lam[-1])
        weight = np.exp(-0.5 * (fine / sigma) ** 2)
        low = np.clip(np.searchsorted(lam, at, side="right") - 1, 0, lam.size - 2)
        share = (at - lam[low]) / (lam[low + 1] - lam[low])
        np.add.at(out[k], low, weight * (1.0 - share))
        np.add.at(out[k], low + 1, weight * share)
        out[k] /= weight.sum()
    out.setflags(write=False)
    return out, covered
