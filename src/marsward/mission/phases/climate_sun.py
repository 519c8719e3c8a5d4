"""Pictures of the Sun from the ground, and the opacity of the dust that they tell sol by sol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.mars_time import SOL_DAYS
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.mission.phases.climate_looks import not_flown
from marsward.mission.phases.climate_world import World
from marsward.mission.phases.phase import Given
from marsward.physics.dust_profile import REFERENCE_PRESSURE
from marsward.physics.season import Season
from marsward.planet.climate import Climate as PlanetClimate
from marsward.planet.lander_heights import place_height
from marsward.retrieval.dust_opacity import sun_opacity

if TYPE_CHECKING:
    from marsward.mission.phases.climate import Climate

Array = NDArray[np.float64]
_STEPS = 144  # instants of a sol among which a picture's is chosen
_PICTURES = 4  # of a sol, from the highest Sun down to the lowest that is of use
_LOWEST_SUN = 75.0  # deg from the vertical: an air mass under 4, told by any profile of the dust
_WEATHER = 0.05  # of the opacity (1 sigma), assumed: sol by sol beside the season's mean
_LASTS = 8.0  # sols over which that weather fades to 1/e, assumed
_STREAM = 909  # of its draws
_SURE = 1e-6  # relative error of a calibration that is held to be perfect


def sun_images(phase: Climate, given: Given, base: World) -> xr.Dataset:
    """Opacity of the dust above the station by a camera that looks at the Sun.

    Returns
    -------
    Dataset (sol): opacity above the camera at visible wavelengths, its error opacity_sigma,
    true_opacity, ls [deg], surface_pressure [Pa] and pictures, the number of them; NaN on sols
    without a Sun high enough. Attributes: chi2 of the fit, the camera's name, the place.
    """
    camera = given.instrument(str(phase.sun_camera))
    name, lon, lat = phase.station_place
    epoch = _instants(phase, given)
    season = base.year.at(base.year.sol_of_ls(epoch.ls))
    zenith = _zenith(season, epoch.ltst(lon), lat)
    ls, taken = _middle(np.degrees(season.ls_rad)), _chosen(zenith)
    if not taken.any():
        return not_flown(f"camera where the Sun is high enough, as it is not at {name},")
    pressure = PlanetClimate.shipped().pressure(ls, lat, lon, place_height(phase.station_place))
    usual = base.dust.opacity(ls, np.full(ls.shape, lat), np.full(ls.shape, lon % 360.0))
    weather = _weather(ls.size, given.seed)
    true = np.asarray(usual * pressure / REFERENCE_PRESSURE * weather)
    sol = np.broadcast_to(np.arange(ls.size)[:, None], zenith.shape)[taken]
    seen = camera.observe(
        true[sol], zenith[taken], distance=season.distance_au[taken], seed=given.seed,
        campaign=given.seed % 2**32,
    )  # fmt: skip
    known = sun_opacity(
        seen["light"].values, seen["incidence"].values, sigma=camera.noise,
        distance=season.distance_au[taken], group=sol, calibration=1.0,
        calibration_sigma=max(camera.calibration_error, _SURE),
    )  # fmt: skip
    return _product(known, ls, true, np.asarray(pressure), taken.sum(axis=1)).assign_attrs(
        instrument=camera.name, place=name, lat=lat, lon=lon % 360.0,
        chi2=float(known.attrs["chi2"]),
    )  # fmt: skip


def _instants(phase: Climate, given: Given) -> Epoch:
    """Instants (sol, step) from the start of the station."""
    start = phase.station_start
    if start is None:
        start = Trajectory.from_dataset(given["orbit"]).start
    count = np.arange(phase.station_sols * _STEPS).reshape(phase.station_sols, _STEPS)
    return start + count * (SOL_DAYS * 86_400.0 / _STEPS)


def _zenith(season: Season, ltst: Array, lat: float) -> Array:
    """Angle of the Sun from the vertical [deg] at local true solar times [h]."""
    turn, place = np.radians(15.0 * (ltst - 12.0)), np.radians(lat)
    high = np.sin(place) * np.sin(season.declination_rad)
    high = high + np.cos(place) * np.cos(season.declination_rad) * np.cos(turn)
    return np.asarray(np.degrees(np.arccos(np.clip(high, -1.0, 1.0))))


def _chosen(zenith: Array) -> NDArray[np.bool_]:
    """Which instants (sol, step) are taken: of each sol those nearest to evenly lower Suns."""
    taken = np.zeros(zenith.shape, dtype=np.bool_)
    highest, lowest = zenith.min(axis=1), np.minimum(zenith.max(axis=1), _LOWEST_SUN)
    rows = np.flatnonzero(highest < _LOWEST_SUN)
    for share in np.linspace(0.0, 1.0, _PICTURES):
        aim = highest + share * (lowest - highest)
        off = np.abs(np.where(zenith <= _LOWEST_SUN, zenith, np.inf) - aim[:, None])
        taken[rows, off.argmin(axis=1)[rows]] = True
    return taken


def _middle(ls: Array) -> Array:
    """Season [deg] in the middle of each sol (sol, step)."""
    return np.ascontiguousarray(ls[:, ls.shape[1] // 2])


def _weather(count: int, seed: int) -> Array:
    """Opacity over the season's (count,): the logarithm fades, and is stirred anew each sol."""
    draws = np.random.default_rng([seed, _STREAM]).standard_normal(count)
    kept = np.exp(-1.0 / _LASTS)
    off = np.empty(count)
    off[0] = draws[0]
    for k in range(1, count):
        off[k] = kept * off[k - 1] + np.sqrt(1.0 - kept**2) * draws[k]
    return np.exp(_WEATHER * off)


def _product(
    known: xr.Dataset, ls: Array, true: Array, pressure: Array, pictures: NDArray[np.int64]
) -> xr.Dataset:
    """What is known of every sol, with the truth beside."""
    opacity, sigma = np.full(ls.size, np.nan), np.full(ls.size, np.nan)
    opacity[known["group"].values] = known["dust_opacity"].values
    sigma[known["group"].values] = known["dust_opacity_sigma"].values
    rows = {
        "opacity": (opacity, "1", "visible opacity of the dust above the camera"),
        "opacity_sigma": (sigma, "1", "its error (1 sigma)"),
        "true_opacity": (true, "1", "true visible opacity of the dust above the camera"),
        "surface_pressure": (pressure, "Pa", "mean pressure at the ground"),
        "pictures": (pictures, "1", "pictures of the Sun"),
    }
    return xr.Dataset(
        {
            name: ("sol", values, {"units": units, "long_name": told})
            for name, (values, units, told) in rows.items()
        },
        {"sol": np.arange(float(ls.size)), "ls": ("sol", ls, {"units": "degree"})},
    )
