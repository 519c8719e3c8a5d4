"""Columns of the air along the way of an entry: the mean, and draws of what it may be.

The air is read once along the nominal track, each height over the place and at the second at which
the craft passes it. A draw puts on it the seeded weather of `air_perturbations`, a factor of the
whole column for what forecasts of the mean miss, a share of dust that is more or less than the
scenario's, and a wind that is the same at all heights. A member's draw does not depend on how many
there are.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import whole
from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.planet.air_perturbations import AirPerturbations
from marsward.planet.atmosphere import Atmosphere

__all__ = ["EntryProfiles", "EntryTrack", "entry_profiles", "profile_draws"]

Array = NDArray[np.float64]
_SALT = 0xE17A
_BLOCK = 50
_MOST = 1_000_000
CAUSES = ("density_mean", "dust", "wind_east", "wind_north")
"""Standard normal numbers that a draw takes beside the seed of its weather."""


@dataclass(frozen=True)
class EntryTrack:
    """Where and when an entry passes each height.

    height : over the areoid, rising (k,) [m]
    lon, lat : there (k,) [deg]
    seconds : after the epoch (k,) [s]
    """

    height: Array
    lon: Array
    lat: Array
    seconds: Array

    @classmethod
    def straight(
        cls, top: tuple[float, float, float], ground: tuple[float, float, float], *,
        duration: float = 400.0,
    ) -> EntryTrack:  # fmt: skip
        """A first guess: nine tenths of the way above 30 km, the rest below.

        top, ground : longitude, latitude [deg] and height [m] of both ends
        """
        height = np.array([ground[2], 10e3, 30e3, 60e3, top[2]])
        share = np.array([1.0, 0.99, 0.85, 0.5, 0.0])
        turn = (ground[0] - top[0] + 180.0) % 360.0 - 180.0
        when = duration * np.array([1.0, 0.6, 0.35, 0.15, 0.0])
        lat = top[1] + share * (ground[1] - top[1])
        return cls(height, (top[0] + share * turn) % 360.0, lat, when)

    @classmethod
    def of_flight(
        cls, height: ArrayLike, lon: ArrayLike, lat: ArrayLike, seconds: ArrayLike
    ) -> EntryTrack:
        """From a flight in order of time; where it climbs, its last passage of a height counts."""
        z, x, y, t = (np.asarray(each, dtype=float) for each in (height, lon, lat, seconds))
        keep, top = [], -np.inf
        for i in range(z.size - 1, -1, -1):
            if z[i] > top + 1.0:
                keep.append(i)
                top = z[i]
        if len(keep) < 2:
            raise InputError("a track needs two heights or more, falling with time")
        pick = np.array(keep)
        return cls(z[pick], np.degrees(np.unwrap(np.radians(x[pick]))), y[pick], t[pick])

    def at(self, height: Array) -> tuple[Array, Array, Array]:
        """Longitude, latitude [deg] and seconds at heights; the ends' beyond them."""
        lon = np.degrees(np.unwrap(np.radians(self.lon)))
        x, y, t = (np.interp(height, self.height, each) for each in (lon, self.lat, self.seconds))
        return x, y, t


@dataclass(frozen=True)
class EntryProfiles:
    """Columns of air as an entry meets them.

    height : even steps over the areoid (k,) [m]
    log_density : of kg m-3, temperature [K], eastward_wind, northward_wind [m/s]: (m, k), m = 1 for
        the mean
    draws : (m, 4) standard numbers of `CAUSES`; none for the mean
    weather : (m, k) ln density that the weather adds
    """

    height: Array
    log_density: Array
    temperature: Array
    eastward_wind: Array
    northward_wind: Array
    draws: Array
    weather: Array


def entry_profiles(
    air: Atmosphere,
    epoch: Epoch,
    track: EntryTrack,
    *,
    bottom: float = -8000.0,
    top: float = 140_000.0,
    step: float = 1000.0,
) -> EntryProfiles:
    """The mean column along a track.

    Parameters
    ----------
    air : without weather of its own
    epoch : from which the track counts its seconds
    track : of the nominal entry
    bottom, top, step : of the column [m]; under the ground the lowest air goes on

    Raises
    ------
    InputError : heights that are none.
    """
    if not (np.isfinite([bottom, top, step]).all() and 10.0 <= step <= 5000.0 and top > bottom):
        raise InputError(
            f"a column from {bottom!r} to {top!r} m by {step!r} m is none: give steps of 10 to "
            "5000 m"
        )
    count = round((top - bottom) / step) + 1
    height: Array = np.asarray(bottom + step * np.arange(count), dtype=np.float64)
    lon, lat, seconds = track.at(height)
    when = epoch + seconds
    ls, ltst = np.asarray(when.ls, float), _true_time(when, lon)
    held = air.sample(ls, ltst, lon, lat, height, seconds=np.asarray(when.et, float))
    rows = (np.log(held.density), held.temperature, held.eastward_wind, held.northward_wind)
    log, warm, east, north = (np.asarray(each)[None, :].copy() for each in rows)
    nothing = np.zeros((1, height.size))
    return EntryProfiles(height, log, warm, east, north, np.zeros((0, len(CAUSES))), nothing)


def profile_draws(
    air: Atmosphere,
    epoch: Epoch,
    track: EntryTrack,
    members: int,
    *,
    seed: int,
    mean_sigma: float = 0.05,
    dust_sigma: float = 0.0,
    less_dust: EntryProfiles | None = None,
    dust_share: float = 1.0,
    wind_sigma: float = 8.0,
    scale: float = 1.0,
    workers: int = 1,
    **column: float,
) -> EntryProfiles:
    """Draws of the column along a track.

    Parameters
    ----------
    air, epoch, track, **column : as `entry_profiles`
    members : how many
    seed : member i's draw depends on it and on i alone
    mean_sigma : of ln density, the same at all heights: what a forecast of the mean misses
    dust_sigma : of the relative amount of dust
    less_dust : the mean column of air with less dust, for how density goes with dust; without it
        dust does not vary
    dust_share : part of the scenario's opacity that `less_dust` lacks, 1 for none left
    wind_sigma : of each wind, the same at all heights [m/s]
    scale : factor on the weather
    workers : threads; results do not depend on them

    Raises
    ------
    InputError : numbers that are none.
    """
    seed = whole(seed, "the seed of draws of the air", 0)
    if whole(members, "the number of draws of the air") > _MOST:
        raise InputError(f"draws of the air are 1 to {_MOST}, not {members!r}")
    sigmas = (mean_sigma, dust_sigma, wind_sigma, scale)
    if not (np.isfinite(sigmas).all() and min(sigmas) >= 0.0 and dust_share > 0.0):
        raise InputError(f"sigmas of the air are 0 or more, not {sigmas}")
    mean = entry_profiles(air, epoch, track, **column)
    count, k = int(members), mean.height.size
    z = np.random.default_rng([int(seed), _SALT]).standard_normal((count, len(CAUSES)))
    lon, lat, seconds = track.at(mean.height)
    x, y, height = (np.ascontiguousarray(e) for e in (lon % 360.0, lat, mean.height))
    when = np.ascontiguousarray(np.asarray((epoch + seconds).et, float))
    still = _air_rows(mean)
    out = [np.empty((count, k)) for _ in range(5)]

    def block(begin: int) -> None:
        for i in range(begin, min(begin + _BLOCK, count)):
            rows = still.copy()
            waves = AirPerturbations(_seed_of(seed, i), scale=scale)
            waves.disturb(rows, x, y, height, when)
            log = np.log(rows[1])
            out[4][i] = log - mean.log_density[0]
            out[0][i], out[1][i], out[2][i], out[3][i] = log, rows[2], rows[3], rows[4]

    begins = range(0, count, _BLOCK)
    with ThreadPoolExecutor(max_workers=max(1, min(workers, os.cpu_count() or 1))) as pool:
        list(pool.map(block, begins))
    out[0] += mean_sigma * z[:, :1]
    if less_dust is not None and dust_sigma > 0.0:
        slope = (mean.log_density[0] - less_dust.log_density[0]) / dust_share
        warm = np.log(mean.temperature[0] / less_dust.temperature[0]) / dust_share
        more = np.exp(dust_sigma * z[:, 1:2] - 0.5 * dust_sigma**2) - 1.0
        out[0] += more * slope
        out[1] *= np.exp(more * warm)
    out[2] += wind_sigma * z[:, 2:3]
    out[3] += wind_sigma * z[:, 3:4]
    return EntryProfiles(mean.height, out[0], out[1], out[2], out[3], z, out[4])


def _air_rows(mean: EntryProfiles) -> Array:
    """(6, k) of pressure, density, temperature, winds, molar mass, as weather is put on them."""
    from marsward.physics.air import GAS_CONSTANT

    density = np.exp(mean.log_density[0])
    temperature = mean.temperature[0]
    rows = (
        density * GAS_CONSTANT * temperature, density, temperature, mean.eastward_wind[0],
        mean.northward_wind[0], np.zeros(density.size),
    )  # fmt: skip
    return np.stack(rows)


def _seed_of(seed: int, member: int) -> int:
    return int(np.random.SeedSequence([int(seed), _SALT, member]).generate_state(1, np.uint64)[0])


def _true_time(when: Epoch, lon: Array) -> Array:
    from marsward.planet.air_points import true_time

    return np.asarray(true_time(when, lon, np.shape(lon)), dtype=float)
