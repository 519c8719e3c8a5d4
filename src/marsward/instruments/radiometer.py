"""A radiometer: the heat of the ground through a thin air, with noise and calibration error.

The scene of a sample may be mixed (patches of frost, rock and dust within one footprint): heat
adds, temperatures do not. Noise is new in every sample; the error of calibration is drawn once
for a campaign, for each band, and multiplies every radiance of it.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.preset_files import Preset
from marsward.core.registry import unknown
from marsward.instruments.radiometer_bands import RadiometerBand
from marsward.instruments.radiometer_presets import preset, preset_names
from marsward.instruments.radiometer_settings import RadiometerSettings
from marsward.physics.thermal_radiance import (
    COLDEST,
    HOTTEST,
    ThermalAir,
    seen_through_air,
    sky_share,
)

__all__ = ["Radiometer", "RadiometerBand"]

Array = NDArray[np.float64]

add_fields(
    FieldRow("radiance_sigma", "W m-2 sr-1", "noise of the radiance (1 sigma)", low=0.0),
    FieldRow("lambert_albedo", "1", "reflected sunlight over that of a white Lambert surface"),
    FieldRow("lambert_albedo_sigma", "1", "noise of the Lambert albedo (1 sigma)", low=0.0),
)


class Radiometer(RadiometerSettings):
    """A radiometer with thermal bands and, where it has one, a channel for sunlight."""

    kind: ClassVar[str] = "radiometer"

    @classmethod
    def presets(cls) -> tuple[Preset, ...]:
        """Radiometers to be named in a mission file: preset = "themis"."""
        return tuple(preset(name) for name in preset_names())

    def band(self, name: str) -> RadiometerBand:
        """One of the bands; InputError with the nearest name when there is none."""
        for each in self.bands:
            if each.name == name:
                return each
        raise InputError(
            unknown(f"band of radiometer {self.name!r}", name, [b.name for b in self.bands])
        )

    @property
    def half_swath(self) -> float:
        """Half the angle that all pixels span across the track [rad]."""
        return 0.5 * self.pixels * self.pixel_across

    def footprint(self, height: float, *, ground_speed: float = 3000.0) -> tuple[float, float]:
        """Size of a pixel on the ground across and along the track [m], straight down.

        height : [m]; ground_speed : of the sub-satellite point [m/s], which smears the pixel
        """
        if not (height > 0.0 and math.isfinite(height)):
            raise InputError(f"a radiometer looks down from {height:g} m; give a height above 0")
        along = height * self.pixel_along + abs(ground_speed) * self.dwell
        return height * self.pixel_across, along

    def samples_in(self, cell: float, height: float, *, ground_speed: float = 3000.0) -> float:
        """How many independent samples fall into a square cell of side `cell` [m], at least 1."""
        across, along = self.footprint(height, ground_speed=ground_speed)
        step = max(height * self.pixel_along, abs(ground_speed) * self.dwell)
        lines = max(1.0, cell / max(step, 0.5 * along))
        return max(1.0, min(cell / across, float(self.pixels))) * lines

    def gains(self, campaign: int) -> Array:
        """True over calibrated gain of each band, then of the solar channel, in a campaign."""
        errors = [band.gain_error for band in self.bands] + [self.solar_gain_error]
        draws = np.random.default_rng(np.random.SeedSequence([int(campaign), 0x7A51]))
        return 1.0 + np.array(errors) * draws.standard_normal(len(errors))

    def observe(
        self,
        scene: Any,
        look: Any = None,
        *,
        air: ThermalAir | None = None,
        samples: ArrayLike = 1.0,
        seed: int = 0,
        campaign: int = 0,
    ) -> xr.Dataset:
        """Measure n places.

        Parameters
        ----------
        scene
            Mapping or Dataset with `surface_temperature` (n,) or (n, parts) [K]; with parts also
            `share` (n, parts) of the footprint, which sums to 1. `emissivity` (scalar; (n,) or
            (n, parts); or (n, parts, bands)) is 1 when left out; `bolometric_albedo` (n,) is
            measured too where there is light and a solar channel.
        look
            Mapping or Dataset with `emission` (n,) [deg], 0 when left out, and for the solar
            channel `incidence` (n,) [deg].
        air
            True air above the places; none when left out.
        samples
            How many samples are averaged, (n,) or one number: noise falls with its root.
        seed
            Of the noise.
        campaign
            Of the calibration error, which all calls with this number share.

        Returns
        -------
        Dataset (place, band): radiance, radiance_sigma (noise), brightness_temperature; and
        lambert_albedo with lambert_albedo_sigma (place) where measured. The calibration error is
        in the radiances but not in radiance_sigma.

        Raises
        ------
        InputError : a temperature, share or emissivity out of range, or shapes that do not fit.
        """
        warmth, share, emissivity = _ground(scene, len(self.bands))
        n = warmth.shape[0]
        cosine = _cosines(_held(look, "emission", 0.0), n, "emission")
        air = air or ThermalAir(pressure=0.0)
        looks = np.broadcast_to(np.asarray(samples, dtype=float), (n,))
        if not (looks > 0.0).all():
            raise InputError("the number of samples averaged must be positive everywhere")
        draws = np.random.default_rng(np.random.SeedSequence([int(seed), 0x0B5E]))
        gains = self.gains(campaign)
        light, sigma, bright = (np.empty((n, len(self.bands))) for _ in range(3))
        for k, band in enumerate(self.bands):
            sigma[:, k] = band.noise / np.sqrt(looks)
            true = self.radiance(band, warmth, share, emissivity[..., k], air, cosine)
            light[:, k] = gains[k] * true + sigma[:, k] * draws.standard_normal(n)
            if band.quantum > 0.0:
                light[:, k] = np.round(light[:, k] / band.quantum) * band.quantum
            bright[:, k] = band.law.brightness(light[:, k])
        dims = ("place", "band")
        data = {
            "radiance": field("radiance", light, dims, check=False),
            "radiance_sigma": field("radiance_sigma", sigma, dims),
            "brightness_temperature": field("brightness_temperature", bright, dims),
        }
        data |= self._sunlight(scene, look, n, looks, gains[-1], draws)
        attrs = {"instrument": self.name, "seed": int(seed), "campaign": int(campaign)}
        return xr.Dataset(data, coords={"band": [b.name for b in self.bands]}, attrs=attrs)

    def survey(
        self,
        looks: xr.Dataset,
        temperature: ArrayLike,
        *,
        emissivity: ArrayLike = 1.0,
        albedo: ArrayLike | None = None,
        air: ThermalAir | None = None,
        cell: float | None = None,
        height: float = 4.0e5,
        seed: int = 0,
        campaign: int = 0,
    ) -> xr.Dataset:
        """Measure many places many times: `observe` for looks in rows of places.

        Parameters
        ----------
        looks : Dataset (place, look) of look_number, emission and incidence, as `by_place` makes
            it; a number of -1 is no look, and is measured as NaN
        temperature : true temperature (place, look) [K]
        emissivity : one number or (place,)
        albedo : (place,), for the channel for sunlight
        air : with numbers, (place, 1) or (place, look)
        cell : side of a cell [m], over which samples are averaged; one sample if left out
        height : of the orbit [m], for the number of samples
        seed, campaign : as `observe`

        Returns
        -------
        Dataset (place, look, band) as `observe`, with ls, ltst and emission carried along.
        """
        valid = looks["look_number"].values >= 0
        shape = valid.shape
        warmth = np.broadcast_to(np.asarray(temperature, dtype=float), shape)
        place = np.nonzero(valid)[0]
        scene: dict[str, Any] = {"surface_temperature": warmth[valid]}
        shine = np.asarray(emissivity, dtype=float)
        scene["emissivity"] = np.broadcast_to(shine, (shape[0],))[place]
        if albedo is not None:
            scene["bolometric_albedo"] = np.broadcast_to(albedo, (shape[0],))[place]
        look = {name: looks[name].values[valid] for name in ("emission", "incidence")}
        samples = 1.0 if cell is None else self.samples_in(cell, height)
        flat = self.observe(
            scene, look, air=_air_of(air, valid), samples=samples, seed=seed, campaign=campaign
        )
        out = {}
        for name, held in flat.data_vars.items():
            whole = np.full((*shape, *held.shape[1:]), np.nan)
            inner = [str(dim) for dim in held.dims[1:]]
            whole[valid] = held.values
            out[str(name)] = field(str(name), whole, ("place", "look", *inner), check=False)
        carried = {name: looks[name] for name in ("ls", "ltst", "emission", "incidence")}
        return xr.Dataset(out | carried, coords=flat.coords, attrs=flat.attrs)

    @staticmethod
    def radiance(
        band: RadiometerBand, warmth: Array, share: Array, emissivity: Array, air: ThermalAir,
        cosine: Array,
    ) -> Array:  # fmt: skip
        """Radiance (n,) of mixed ground (n, parts) in a band through air, free of noise."""
        depth = band.air_depth(air.dust_depth, air.pressure)
        sky = band.law.radiance(air.temperature)
        down = np.broadcast_to(sky * sky_share(depth), cosine.shape)[:, None]
        own = emissivity * band.law.radiance(warmth) + (1.0 - emissivity) * down
        return seen_through_air((share * own).sum(axis=1), sky, depth, cosine)

    def _sunlight(
        self, scene: Any, look: Any, n: int, looks: Array, gain: float,
        draws: np.random.Generator,
    ) -> dict[str, xr.DataArray]:  # fmt: skip
        """Lambert albedo where the Sun stands at least 5 degrees high."""
        albedo, incidence = _held(scene, "bolometric_albedo"), _held(look, "incidence")
        if self.solar_lo is None or albedo is None or incidence is None:
            return {}
        height = np.cos(np.radians(np.broadcast_to(np.asarray(incidence, dtype=float), (n,))))
        true = np.broadcast_to(np.asarray(albedo, dtype=float), (n,))
        if not ((true >= 0.0) & (true <= 1.0)).all():
            raise InputError("an albedo of the scene is outside 0 to 1, or not a number")
        lit = height > math.sin(math.radians(5.0))
        sigma = np.where(lit, self.solar_noise / np.maximum(height, 1e-3) / np.sqrt(looks), np.nan)
        seen = np.where(lit, gain * true + sigma * draws.standard_normal(n), np.nan)
        return {
            "lambert_albedo": field("lambert_albedo", seen, "place", check=False),
            "lambert_albedo_sigma": field("lambert_albedo_sigma", sigma, "place"),
        }


def _air_of(air: ThermalAir | None, valid: NDArray[np.bool_]) -> ThermalAir | None:
    """The air of the looks that are taken, flat."""
    if air is None:
        return None
    names = ("dust_depth", "temperature", "pressure", "dust_sigma", "temperature_sigma")
    return ThermalAir(
        **{name: np.broadcast_to(getattr(air, name), valid.shape)[valid] for name in names}
    )


def _held(table: Any, name: str, default: Any = None) -> Any:
    """A value of a mapping or Dataset as it is or as an array."""
    if table is None or name not in table:
        return default
    held = table[name]
    return getattr(held, "values", held)


def _ground(scene: Any, bands: int) -> tuple[Array, Array, Array]:
    """Temperatures and shares (n, parts), emissivity (n, parts, bands), all checked."""
    warmth = _held(scene, "surface_temperature")
    if warmth is None:
        raise InputError("a scene for a radiometer needs surface_temperature (place,) [K]")
    warmth = np.asarray(warmth, dtype=float)
    if warmth.ndim not in (1, 2):
        raise InputError(
            f"surface_temperature has {warmth.ndim} axes; give (place,) or (place, part)"
        )
    mixed = warmth.ndim == 2
    warmth = warmth if mixed else warmth[:, None]
    bad = ~((warmth >= COLDEST) & (warmth <= HOTTEST))
    if bad.any():
        raise InputError(
            f"surface_temperature is {warmth[bad][0]:g} K at {int(bad.sum())} of {warmth.size} "
            f"places; a radiometer's scene takes {COLDEST:g} to {HOTTEST:g} K and no gaps"
        )
    share = np.asarray(_held(scene, "share", np.ones_like(warmth) / warmth.shape[1]), dtype=float)
    if share.shape != warmth.shape or not np.all(share >= 0.0):
        raise InputError("share must have the shape of surface_temperature and be 0 or more")
    if not np.allclose(share.sum(axis=1), 1.0, atol=1e-6):
        raise InputError("shares of the parts of a footprint must sum to 1")
    emissivity = np.asarray(_held(scene, "emissivity", 1.0), dtype=float)
    if not ((emissivity > 0.0) & (emissivity <= 1.0)).all():
        raise InputError("emissivity must lie above 0 and up to 1 everywhere")
    if emissivity.ndim == 1:
        emissivity = emissivity[:, None]
    if emissivity.ndim < 3:
        emissivity = emissivity[..., None]
    try:
        return warmth, share, np.broadcast_to(emissivity, (*warmth.shape, bands))
    except ValueError as error:
        raise InputError(
            f"emissivity of shape {emissivity.shape} does not fit {warmth.shape[0]} places, "
            f"{warmth.shape[1]} parts and {bands} bands"
        ) from error


def _cosines(angle: Any, n: int, name: str) -> Array:
    """Cosines of angles [deg] below 85."""
    try:
        held = np.broadcast_to(np.asarray(angle, dtype=float), (n,))
    except ValueError as error:
        raise InputError(f"{name} has shape {np.shape(angle)}, not one for {n} places") from error
    if not ((held >= 0.0) & (held <= 85.0)).all():
        raise InputError(f"{name} must lie in 0 to 85 deg for the thin air to be a flat layer")
    return np.cos(np.radians(held))
