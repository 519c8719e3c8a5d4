"""What radio and sounders see of the air from the orbit, and what is read from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.geometry.nadir_points import nadir_points
from marsward.geometry.occultation_track import occultation_tracks
from marsward.mission.phases.climate_columns import EMISSIVITY
from marsward.mission.phases.phase import Given
from marsward.physics.air_layers import layer_edges
from marsward.physics.ground import temperature_at
from marsward.physics.ionosphere import Ionosphere
from marsward.planet.atmosphere import Atmosphere
from marsward.planet.ground_maps import SurfaceMaps
from marsward.retrieval.radio_occultation import retrieve_occultations
from marsward.retrieval.temperature_profile import limb_temperature, nadir_temperature

if TYPE_CHECKING:
    from marsward.mission.phases.climate import Climate

Array = NDArray[np.float64]
_HEIGHTS = np.concatenate([np.arange(1.0, 40e3, 200.0), np.arange(40e3, 90.5e3, 1000.0)])
"""Heights over the ground [m] at which the true air is told; instruments carry it on above."""
_LAYERS = 40
_THINNER = 0.95  # of the air a kilometre below, at the top of what radio science is told
_CEILING = 2.4e5  # m over the areoid: below the top of the atmosphere


def not_flown(what: str) -> xr.Dataset:
    """The product of an instrument that was not flown."""
    return xr.Dataset(attrs={"not_flown": f"no {what} was flown"})


def occultations(phase: Climate, given: Given, air: Atmosphere) -> xr.Dataset:
    """Temperature profiles by radio occultation of the Earth, and the truth at their heights."""
    radio = given.instrument(str(phase.radio))
    ephemeris = default_ephemeris()
    orbit = Trajectory.from_dataset(given["orbit"], ephemeris=ephemeris)
    tracks = occultation_tracks(
        orbit, sample_rate=radio.sample_rate, ephemeris=ephemeris, most=100_000
    )
    if not tracks.sizes["profile"]:
        return not_flown("occultation of the Earth")
    tracks = tracks.isel(profile=_spread(tracks.sizes["profile"], phase.most_profiles))
    lon, lat = (tracks[name].values for name in ("lon", "lat"))
    ground = air.ground(lon, lat)
    when = Epoch.et(tracks["et_limb"].values)
    truth = air.at(
        when.reshape(-1, 1), lon[:, None], lat[:, None], ground[:, None] + _HEIGHTS,
        ground=ground[:, None],
    )  # fmt: skip
    height = ground[:, None] + _HEIGHTS
    pressure = _to_falling_top(truth["pressure"].values, truth["temperature"].values)
    seen = radio.observe(
        tracks, height, pressure, truth["temperature"].values,
        ionosphere=Ionosphere(), seed=given.seed, workers=given.workers,
    )  # fmt: skip
    known = retrieve_occultations(seen, noise=radio.noise(), workers=given.workers)
    at = known["height_above_areoid"].values
    same = _along(at, height, truth["temperature"].values)
    return _compared(known, at, same, known["sigma_temperature"]).assign_attrs(
        instrument=radio.name, found=int(tracks.sizes["profile"])
    )


def soundings(phase: Climate, given: Given, air: Atmosphere) -> xr.Dataset:
    """Temperature profiles by the sounder that looks down."""
    sounder = given.instrument(str(phase.sounder))
    columns, places = _columns(phase, given, air)
    seen = sounder.observe(
        **columns, emissivity=EMISSIVITY, seed=given.seed, campaign=given.seed % 2**32,
        workers=given.workers,
    )  # fmt: skip
    known = nadir_temperature(seen, sounder, emissivity=EMISSIVITY, workers=given.workers)
    return _sounded(known, places, columns, sounder.name)


def limb_soundings(phase: Climate, given: Given, air: Atmosphere) -> xr.Dataset:
    """Temperature profiles by the limb sounder."""
    sounder = given.instrument(str(phase.limb))
    columns, places = _columns(phase, given, air)
    seen = sounder.observe(
        **columns, orbit_height=float(np.median(places["altitude"].values)), seed=given.seed,
        campaign=given.seed % 2**32, workers=given.workers,
    )  # fmt: skip
    known = limb_temperature(seen, sounder, workers=given.workers)
    return _sounded(known, places, columns, sounder.name)


def _spread(count: int, most: int) -> NDArray[np.int64]:
    """At most so many of a count, evenly spread."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))


def _columns(phase: Climate, given: Given, air: Atmosphere) -> tuple[dict[str, Any], xr.Dataset]:
    """Columns of the true air under the orbit, as sounders take them, and where they are."""
    orbit = Trajectory.from_dataset(given["orbit"], ephemeris=default_ephemeris())
    places = nadir_points(
        orbit, count=phase.most_profiles, altitude_limit=phase.altitude_limit,
        ephemeris=default_ephemeris(),
    )  # fmt: skip
    lon, lat, when = places["lon"].values, places["lat"].values, places["et"].values
    ground = air.ground(lon, lat)
    epoch = Epoch.et(when).reshape(-1, 1)
    height = np.minimum(ground[:, None] + _HEIGHTS, _CEILING)
    truth = air.at(epoch, lon[:, None], lat[:, None], height, ground=ground[:, None])
    pressure, temperature = truth["pressure"].values, truth["temperature"].values
    edges = layer_edges(pressure[:, 0], layers=_LAYERS, top=float(2.0 * pressure[:, -1].max()))
    middle = np.sqrt(edges[:, 1:] * edges[:, :-1])
    layers = np.stack(
        [
            np.interp(np.log(p), np.log(level)[::-1], warm[::-1])
            for p, level, warm in zip(middle, pressure, temperature, strict=True)
        ]
    )
    maps = SurfaceMaps.at(lat, lon).truth(given.mission.seed)
    warm = temperature_at(
        maps.columns(emissivity=EMISSIVITY), places["ls"].values, places["ltst"].values,
        workers=given.workers,
    )  # fmt: skip
    dust = air.dust.layers(edges, places["ls"].values, lat)
    columns = {"edges": edges, "temperature": layers, "surface_temperature": warm,
               "dust_depth": dust}  # fmt: skip
    return columns, places.assign(
        true_height=(("place", "level_true"), height),
        true_pressure=(("place", "level_true"), pressure),
        true_temperature=(("place", "level_true"), temperature),
    )


def _sounded(
    known: xr.Dataset, places: xr.Dataset, columns: dict[str, Any], name: str
) -> xr.Dataset:
    """What a sounder found with the truth on its levels."""
    level = known["pressure"].values
    count = places.sizes["place"]
    heights, truth = np.empty((count, level.size)), np.empty((count, level.size))
    for i in range(count):
        at = np.log(places["true_pressure"].values[i])[::-1]
        heights[i] = np.interp(np.log(level), at, places["true_height"].values[i][::-1])
        truth[i] = np.interp(np.log(level), at, places["true_temperature"].values[i][::-1])
    out = _compared(known, heights, truth, known["sigma"])
    for key in ("lat", "lon", "ls", "ltst"):
        out[key] = ("profile", places[key].values, places[key].attrs)
    return out.assign_attrs(instrument=name, found=count)


def _compared(known: xr.Dataset, height: Array, truth: Array, sigma: xr.DataArray) -> xr.Dataset:
    """The knowledge with heights and truth under the names that the report reads."""
    dims = ("profile", "level")
    seen = np.isfinite(known["temperature"].values)
    out = known.assign(
        height=(dims, height, {"units": "m", "long_name": "height above the areoid"}),
        temperature_sigma=(dims, sigma.values, {"units": "K", "long_name": "stated error"}),
        true_temperature=(
            dims, np.where(seen, truth, np.nan),
            {"units": "K", "long_name": "true temperature of the air"},
        ),
    )  # fmt: skip
    return out.drop_vars([name for name in ("covariance",) if name in out])


def _to_falling_top(pressure: Array, temperature: Array) -> Array:
    """Pressures (profile, level) that end where the air still thins upward in the last step.

    Waves of the upper air may turn its density round over a kilometre; what is carried on above the
    last level has to fall.
    """
    out = pressure.copy()
    gas = pressure / temperature
    falls = gas[:, 1:] < _THINNER * gas[:, :-1]
    for row, fall in zip(out, falls, strict=True):
        row[int(np.flatnonzero(fall)[-1]) + 2 :] = np.nan
    return out


def _along(at: Array, height: Array, values: Array) -> Array:
    """Values (profile, k) at heights (profile, level), NaN outside."""
    rows = [
        np.interp(a, h, v, left=np.nan, right=np.nan)
        for a, h, v in zip(at, height, values, strict=True)
    ]
    return np.array(rows)
