"""Spectra along the orbit, and the minerals that are read from them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.constants import ASTRONOMICAL_UNIT
from marsward.core.fields import field
from marsward.core.map_grid import MapGrid
from marsward.core.trajectory import Trajectory
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.geometry.nadir_points import nadir_points
from marsward.mission.phases.phase import Given
from marsward.physics.co2_bands import CO2_ERROR
from marsward.physics.season import MarsYear, pressure_share
from marsward.planet.ground_maps import SurfaceMaps
from marsward.planet.soil import SoilTruth
from marsward.retrieval.spectral_parameters import spectral_parameters
from marsward.retrieval.surface_reflectance import surface_reflectance
from marsward.retrieval.unmixing import unmix

if TYPE_CHECKING:
    from marsward.mission.phases.soil import Soil

_HAZE, _GAS = 404, 405  # streams of the errors of the believed dust and of the gas
_BLOCK = 500  # places at a time


@dataclass(frozen=True)
class Survey:
    """What lies there, what was seen and what was read.

    truth : shares of minerals on a map (y, x, mineral)
    places : where and in what light (place), with the true shares
    spectra : I/F, reflectance, fit (place, wavelength)
    fractions : what was read (place, mineral)
    parameters : summary parameters (place, parameter)
    true_parameters : the same of the true reflectance, free of noise
    """

    truth: xr.Dataset
    places: xr.Dataset
    spectra: xr.Dataset
    fractions: xr.Dataset
    parameters: xr.Dataset
    true_parameters: xr.Dataset


def survey(phase: Soil, given: Given) -> Survey:
    """Fly the spectrometer along the orbit."""
    say = given.progress.update
    spectrometer = given.instrument(phase.spectrometer)
    say(0.02, "the true soil")
    soil = SoilTruth.shipped(int(given.mission.seed) % 2**20)
    truth = soil.map(MapGrid.parse(phase.grid))
    say(0.15, "places along the orbit")
    orbit = Trajectory.from_dataset(given["orbit"], ephemeris=default_ephemeris())
    places = nadir_points(
        orbit, count=phase.count, altitude_limit=phase.altitude_limit,
        incidence_limit=math.degrees(phase.incidence_limit),
    )  # fmt: skip
    shares = soil.fractions_at(places["lon"].values, places["lat"].values)
    places = places.assign(mineral_fraction=field("mineral_fraction", shares, ("place", "mineral")))
    places = places.assign_coords(mineral=list(soil.minerals))
    parts: list[tuple[xr.Dataset, ...]] = []
    for first in range(0, phase.count, _BLOCK):
        say(0.3 + 0.65 * first / phase.count, f"spectrum {first} of {phase.count}")
        some = places.isel(place=slice(first, first + _BLOCK))
        parts.append(_block(phase, given, spectrometer, soil, some, first))
    joined = [xr.concat([part[k] for part in parts], "place", join="override") for k in range(4)]
    return Survey(truth, places, *joined)


def _block(
    phase: Soil, given: Given, spectrometer: Any, soil: SoilTruth, places: xr.Dataset, first: int
) -> tuple[xr.Dataset, ...]:
    lam = soil.library.wavelength
    ground = soil.reflectance(places["mineral_fraction"].values, lam)
    light = np.cos(np.radians(places["incidence"].values))
    sky = _sky(places)
    believed = max(phase.dust_depth + phase.dust_error * _off(given.seed, _HAZE), 0.0)
    seen = spectrometer.observe(
        ground, lam, mu0=light, pressure=sky["pressure"], haze_depth=phase.dust_depth,
        co2_strength=1.0 + CO2_ERROR * _off(given.seed, _GAS), sun_distance=sky["sun_distance"],
        looks=phase.looks, seed=given.seed + first, campaign=given.seed,
    )  # fmt: skip
    read = surface_reflectance(
        seen, pressure=sky["pressure"], haze_depth=believed, haze_error=phase.dust_error,
        gain_error=spectrometer.gain_error, ripple=spectrometer.ripple,
        wavelength_error=spectrometer.wavelength_error, sun_distance=sky["sun_distance"],
    )  # fmt: skip
    wavelength, noise = read["wavelength"].values, read["reflectance_noise"].values
    members = spectrometer.sampled(soil.library.reflectance, lam)
    told = unmix(
        read["reflectance"].values, noise, members, list(soil.minerals), wavelength=wavelength,
        shared_errors=(read["error_offset"].values, read["error_slope"].values),
        wavelength_error=spectrometer.wavelength_error, workers=given.workers,
    )  # fmt: skip
    parameters = spectral_parameters(
        wavelength, read["reflectance"].values, noise,
        shared_errors=read["reflectance_shapes"].values,
    )  # fmt: skip
    true = spectrometer.sampled(ground, lam)
    best = spectral_parameters(wavelength, true, names=parameters["parameter"].values.tolist())
    spectra = read[["reflectance", "reflectance_sigma", "co2_power"]].assign(
        radiance_factor=seen["radiance_factor"],
        radiance_factor_sigma=seen["radiance_factor_sigma"],
        fitted_reflectance=told["fitted_reflectance"],
        true_reflectance=read["reflectance"].copy(data=true),
    )
    spectra["true_reflectance"].attrs["long_name"] = "true reflectance factor in the channels"
    return spectra, told.drop_vars("fitted_reflectance").drop_dims("wavelength"), parameters, best


def _sky(places: xr.Dataset) -> dict[str, NDArray[np.float64]]:
    """Pressure [Pa] by height and season, and distance of the Sun [m], at each place."""
    maps = SurfaceMaps.at(places["lat"].values, places["lon"].values)
    year = MarsYear.today()
    sol = np.asarray(year.sol_of_ls(places["ls"].values))
    season = year.at(sol)
    share = np.asarray(pressure_share(np.radians(places["ls"].values)))
    return {
        "pressure": maps.pressure * share,
        "sun_distance": np.asarray(season.distance_au) * float(ASTRONOMICAL_UNIT),
    }


def _off(seed: int, stream: int) -> float:
    """How far what is believed lies off, in sigmas."""
    return float(np.random.default_rng([seed, stream]).standard_normal())
