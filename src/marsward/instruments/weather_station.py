"""A weather station on the ground: true weather through sensors with noise, steps and drift.

Noise is new in every sample; calibration errors (offset of the barometer and of each thermometer,
gain and orientation of the anemometer) are drawn once for a campaign and shared by all its
sessions. A session is told by its mean: the noise of n samples falls with their root, and where
noise is smaller than half the step, the step's own error, step/√12, does not fall.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.mars_axis import axis_epoch, mars_axis
from marsward.core.preset_files import Preset
from marsward.core.time import Epoch
from marsward.data import weather_dataset as _rows  # noqa: F401  the fields of weather
from marsward.instruments.weather_station_settings import SENSORS, WeatherStationSettings
from marsward.physics.vapour import ice_vapour_pressure

__all__ = ["LOST", "OUT_OF_RANGE", "WeatherStation"]

Array = NDArray[np.float64]

add_fields(FieldRow("flags", "1", "bits that say what is wrong", low=0.0))

LOST, OUT_OF_RANGE = 1, 2
"""Bits of `flags`: the session did not come down; a sensor was beyond its range."""
_FLAG_WORDS = "1 session lost, 2 a sensor beyond its range"
_NEEDS = {
    "pressure": ("pressure",), "air": ("air_temperature",), "ground": ("surface_temperature",),
    "wind": ("eastward_wind", "northward_wind"),
    "humidity": ("water_vapour_pressure", "air_temperature"),
}  # fmt: skip
_RANGES = {
    "pressure": (1e-3, 1e5), "air_temperature": (50.0, 500.0), "surface_temperature": (50.0, 500.0),
    "eastward_wind": (-300.0, 300.0), "northward_wind": (-300.0, 300.0),
    "water_vapour_pressure": (0.0, 100.0),
}  # fmt: skip


class WeatherStation(WeatherStationSettings):
    """A weather station with the sensors that it names."""

    kind: ClassVar[str] = "weather-station"

    @classmethod
    def presets(cls) -> tuple[Preset, ...]:
        """Stations to be named in a mission file: preset = "rems"."""
        return tuple(cls.preset_of(name) for name in cls.preset_names())

    def sessions(self, start: Epoch, stop: Epoch) -> Epoch:
        """Middles of the sessions from `start` to `stop`, the first beginning at `start`."""
        span = float(stop - start)
        if not span >= self.session:
            raise InputError(
                f"from {start} to {stop} there is no session of {self.session:g} s; end later"
            )
        count = int((span - self.session) / self.session_every + 1e-9) + 1
        return start + (np.arange(count) * self.session_every + 0.5 * self.session)

    def observe(
        self,
        scene: xr.Dataset | Mapping[str, Any],
        look: Any = None,
        *,
        at: Epoch | None = None,
        lon: float | None = None,
        seed: int = 0,
        campaign: int = 0,
    ) -> xr.Dataset:
        """Read the sensors through a stretch of true weather.

        Parameters
        ----------
        scene
            True weather at the place on `time`: Dataset with an axis of Mars time, or mapping with
            `et` (time,) [s]. Of `pressure` [Pa], `air_temperature` [K], (time,) or (time, height)
            with `height` [m above the ground], `surface_temperature` [K], `eastward_wind` and
            `northward_wind` [m/s] and `water_vapour_pressure` [Pa] those that the sensors need.
        look
            Not used: a station has no geometry.
        at
            Middles of the sessions, inside the scene's time; sessions from the scene's first to
            its last instant when left out.
        lon
            East longitude of the place [deg], for local clocks; the scene's own when left out.
        seed
            Of the noise and of lost sessions.
        campaign
            Of the calibration errors, which all calls with this number share.

        Returns
        -------
        Dataset (time) of means over sessions: `pressure`, `air_temperature` (also on `sensor` when
        there are several heights), `surface_temperature`, `wind_speed`, `wind_from_direction`,
        `relative_humidity`, each with its `…_sigma` of noise, and `flags`. Values that are lost or
        beyond a range are NaN. The calibration error (1 sigma) stands in the attribute
        `calibration_sigma` of each.

        Raises
        ------
        InputError : weather that a sensor needs is missing, not finite or not of Mars, or sessions
            outside the time of the scene
        """
        times, truth = _truth(scene, self.sensors)
        epoch = self._epochs(times, at)
        x = np.asarray(epoch.et)
        draws = np.random.default_rng(np.random.SeedSequence([int(seed), 0x3E7E]))
        errors = np.random.default_rng(np.random.SeedSequence([int(campaign), 0xB1A5]))
        at_sessions = _At(times, truth, x, 0.5 * self.session)
        gone = draws.random(x.size) < self.lost
        flags = np.where(gone, LOST, 0).astype(np.int64)
        data: dict[str, xr.DataArray] = {}
        coords: dict[str, Any] = {}
        for sensor in SENSORS:
            # every station draws alike, whatever sensors it has
            noise = draws.standard_normal((4, x.size, max(2, len(self.air_heights))))
            error = errors.standard_normal(max(2, len(self.air_heights)))
            if sensor not in self.sensors:
                continue
            seen, beyond = getattr(self, f"_{sensor}")(at_sessions, noise, error, coords)
            flags |= np.where(beyond & ~gone, OUT_OF_RANGE, 0)
            data |= {name: _masked(held, gone) for name, held in seen.items()}
        data["flags"] = field("flags", flags, "time", flag_meanings=_FLAG_WORDS)
        out = xr.Dataset(data, coords=coords)
        place = _longitude(scene) if lon is None else lon
        out = mars_axis(out, epoch, lon=place)
        out.attrs |= {"instrument": self.name, "seed": int(seed), "campaign": int(campaign),
                      "samples_per_session": self.samples}  # fmt: skip
        return out

    def _epochs(self, times: Array, at: Epoch | None) -> Epoch:
        if at is None:
            return self.sessions(Epoch.et(times[0]), Epoch.et(times[-1]))
        epoch = at if at.shape else at.reshape(1)
        half = 0.5 * self.session
        inside = (np.asarray(epoch.et) >= times[0] - half) & (
            np.asarray(epoch.et) <= times[-1] + half
        )
        if not inside.all():
            raise InputError(
                f"{int((~inside).sum())} of {epoch.size} sessions lie outside the time of the scene"
            )
        return epoch

    def _pressure(self, at: _At, noise: Array, error: Array, coords: Any) -> Any:
        true = at("pressure") + self.pressure_bias * error[0]
        told, sigma = self._told(true, self.pressure_noise, self.pressure_resolution,
                                 noise[0, :, 0])  # fmt: skip
        told, beyond = _ranged(told, self.pressure_low, self.pressure_high)
        return {
            "pressure": field("pressure", told, "time", check=False,
                              calibration_sigma=self.pressure_bias),
            "pressure_sigma": field("pressure_sigma", np.full(told.shape, sigma), "time"),
        }, beyond  # fmt: skip

    def _air(self, at: _At, noise: Array, error: Array, coords: Any) -> Any:
        heights = np.asarray(self.air_heights)
        count = heights.size
        true = at.air(heights) + self.air_bias * error[:count]
        told, sigma = self._told(true, self.air_noise, self.air_resolution, noise[0, :, :count])
        told, beyond = _ranged(told, self.air_low, self.air_high)
        sigmas = np.full(told.shape, sigma)
        dims: tuple[str, ...] = ("time", "sensor")
        attrs: dict[str, Any] = {"calibration_sigma": self.air_bias}
        if count == 1:
            told, sigmas, dims = told[:, 0], sigmas[:, 0], ("time",)
            attrs["sensor_height"] = float(heights[0])
        else:
            coords["sensor"] = ("sensor", [f"air{k}" for k in range(1, count + 1)])
            coords["sensor_height"] = ("sensor", heights, {"units": "m"})
        return {
            "air_temperature": field("air_temperature", told, dims, check=False, **attrs),
            "air_temperature_sigma": field("air_temperature_sigma", sigmas, dims),
        }, beyond.any(axis=1)

    def _ground(self, at: _At, noise: Array, error: Array, coords: Any) -> Any:
        true = at("surface_temperature") + self.ground_bias * error[0]
        told, sigma = self._told(true, self.ground_noise, self.ground_resolution, noise[0, :, 0])
        told, beyond = _ranged(told, self.ground_low, self.ground_high)
        name = "surface_temperature"
        return {
            name: field(name, told, "time", check=False, calibration_sigma=self.ground_bias),
            f"{name}_sigma": field(f"{name}_sigma", np.full(told.shape, sigma), "time"),
        }, beyond

    def _wind(self, at: _At, noise: Array, error: Array, coords: Any) -> Any:
        turn = self.wind_turn_error * error[1]
        gain = max(1.0 + self.wind_gain_error * error[0], 0.0)
        east, north = at("eastward_wind"), at("northward_wind")
        u = gain * (east * math.cos(turn) - north * math.sin(turn))
        v = gain * (east * math.sin(turn) + north * math.cos(turn))
        spread = self.wind_noise / math.sqrt(self.samples)
        u, v = u + spread * noise[0, :, 0], v + spread * noise[1, :, 0]
        speed = np.hypot(u, v)
        sigma = math.hypot(spread, self._step_error(self.wind_noise, self.wind_resolution))
        told = _stepped(speed, self.wind_noise, self.wind_resolution)
        told, beyond = _ranged(told, 0.0, self.wind_high)
        whence = np.degrees(np.arctan2(-u, -v)) % 360.0
        whence = np.where(np.isnan(told) | (speed < self.wind_low), np.nan, whence)
        bend = np.degrees(np.minimum(spread / np.maximum(speed, 1e-9), math.pi / math.sqrt(3.0)))
        return {
            "wind_speed": field("wind_speed", told, "time", check=False,
                                calibration_sigma_relative=self.wind_gain_error,
                                sensor_height=self.wind_height),
            "wind_speed_sigma": field("wind_speed_sigma", np.full(told.shape, sigma), "time"),
            "wind_from_direction": field("wind_from_direction", whence, "time",
                                         calibration_sigma=math.degrees(self.wind_turn_error)),
            "wind_from_direction_sigma": field("wind_from_direction_sigma", bend, "time"),
        }, beyond  # fmt: skip

    def _humidity(self, at: _At, noise: Array, error: Array, coords: Any) -> Any:
        air = at.air(np.asarray(self.air_heights))[:, 0]
        true = at("water_vapour_pressure") / ice_vapour_pressure(air)
        true = true + self.humidity_bias * error[0]
        told, sigma = self._told(true, self.humidity_noise, self.humidity_resolution,
                                 noise[0, :, 0])  # fmt: skip
        name = "relative_humidity"
        return {
            name: field(name, np.maximum(told, 0.0), "time", calibration_sigma=self.humidity_bias),
            f"{name}_sigma": field(f"{name}_sigma", np.full(told.shape, sigma), "time"),
        }, np.zeros(told.shape, dtype=bool)

    def _told(self, true: Array, noise: float, step: float, draws: Array) -> tuple[Array, float]:
        """Mean over a session as it is told, and its standard deviation."""
        spread = noise / math.sqrt(self.samples)
        told = _stepped(true + spread * draws, noise, step)
        return told, math.hypot(spread, self._step_error(noise, step))

    def _step_error(self, noise: float, step: float) -> float:
        """Error that telling in steps adds to a session's mean (1 sigma)."""
        alone = step / math.sqrt(12.0)
        return alone / math.sqrt(self.samples) if noise >= 0.5 * step else alone


class _At:
    """True weather in the mean over sessions, linear between the scene's instants."""

    def __init__(self, times: Array, truth: Mapping[str, Array], x: Array, half: float) -> None:
        self._times, self._truth = times, truth
        self._start = np.clip(x - half, times[0], times[-1])
        self._stop = np.clip(x + half, times[0], times[-1])

    def __call__(self, name: str) -> Array:
        return self._mean(self._truth[name])

    def air(self, heights: Array) -> Array:
        """Air temperature (session, height), in ln z between the scene's heights."""
        held = self._truth["air_temperature"]
        if held.ndim == 1:
            return np.repeat(self("air_temperature")[:, None], heights.size, axis=1)
        levels = self._truth["height"]
        if heights.min() < levels[0] * (1 - 1e-9) or heights.max() > levels[-1] * (1 + 1e-9):
            raise InputError(
                f"thermometers stand at {', '.join(f'{h:g}' for h in heights)} m, the scene's air "
                f"reaches from {levels[0]:g} to {levels[-1]:g} m"
            )
        table = np.stack([self._mean(held[:, k]) for k in range(levels.size)], axis=1)
        spots = np.interp(np.log(heights), np.log(levels), np.arange(levels.size))
        low = np.minimum(spots.astype(int), max(levels.size - 2, 0))
        share = spots - low
        high = np.minimum(low + 1, levels.size - 1)
        return table[:, low] * (1.0 - share) + table[:, high] * share

    def _mean(self, y: Array) -> Array:
        """Mean of a line of straight pieces from the start to the stop of each session."""
        t = self._times
        total = np.concatenate([[0.0], np.cumsum(0.5 * (y[1:] + y[:-1]) * np.diff(t))])

        def upto(x: Array) -> Array:
            k = np.clip(np.searchsorted(t, x, side="right") - 1, 0, t.size - 2)
            dt, slope = x - t[k], (y[k + 1] - y[k]) / (t[k + 1] - t[k])
            return np.asarray(total[k] + dt * (y[k] + 0.5 * slope * dt))

        span = self._stop - self._start
        whole = np.where(span > 0.0, span, 1.0)
        mean = (upto(self._stop) - upto(self._start)) / whole
        return np.where(span > 0.0, mean, np.interp(self._start, t, y))


def _truth(scene: Any, sensors: tuple[str, ...]) -> tuple[Array, dict[str, Array]]:
    """Instants [s ET] and true weather that the sensors need, checked."""
    if isinstance(scene, xr.Dataset):
        times = np.asarray(axis_epoch(scene).et, dtype=float)
    elif "et" in scene:
        times = np.asarray(scene["et"], dtype=float)
    else:
        raise InputError("the scene of a weather station needs et (time,), or an axis of Mars time")
    if times.ndim != 1 or times.size < 2 or not np.all(np.diff(times) > 0.0):
        raise InputError("the instants of a station's scene must ascend, two or more of them")
    out: dict[str, Array] = {}
    for sensor in sensors:
        for name in _NEEDS[sensor]:
            if name not in scene:
                raise InputError(f"the sensor {sensor!r} needs {name} (time,) in its scene")
            held = scene[name]
            if isinstance(held, xr.DataArray) and held.ndim == 2:
                held = held.transpose("time", ...)
            out[name] = _checked(np.asarray(getattr(held, "values", held), float), name, times.size)
    if "air_temperature" in out and out["air_temperature"].ndim == 2:
        out["height"] = _heights(scene, out["air_temperature"].shape[1])
    return times, out


def _checked(values: Array, name: str, count: int) -> Array:
    if values.shape[0] != count or values.ndim > (2 if name == "air_temperature" else 1):
        raise InputError(f"{name} of shape {values.shape} does not fit {count} instants")
    low, high = _RANGES[name]
    bad = ~((values >= low) & (values <= high))
    if bad.any():
        raise InputError(
            f"{name} is {values[bad][0]:g} in {int(bad.sum())} of {values.size} places of the "
            f"station's scene; it must lie in {low:g} to {high:g}, without gaps"
        )
    return values


def _heights(scene: Any, count: int) -> Array:
    if "height" not in scene and not (isinstance(scene, xr.Dataset) and "height" in scene.coords):
        raise InputError("air_temperature by height needs height [m above the ground]")
    levels = np.asarray(getattr(scene["height"], "values", scene["height"]), dtype=float)
    if levels.shape != (count,) or not np.all(levels > 0.0) or not np.all(np.diff(levels) > 0.0):
        raise InputError("heights of the air must ascend above 0, one for each column")
    return levels


def _longitude(scene: Any) -> float | None:
    if isinstance(scene, xr.Dataset) and "lon" in scene.variables and scene["lon"].ndim == 0:
        return float(scene["lon"])
    return None


def _stepped(values: Array, noise: float, step: float) -> Array:
    """Values in steps; a mean of samples whose noise crosses steps has none left."""
    if step <= 0.0 or noise >= 0.5 * step:
        return values
    return np.round(values / step) * step


def _ranged(values: Array, low: float, high: float) -> tuple[Array, NDArray[np.bool_]]:
    beyond = (values < low) | (values > high)
    return np.where(beyond, np.nan, values), beyond


def _masked(held: xr.DataArray, gone: NDArray[np.bool_]) -> xr.DataArray:
    """Values with NaN in lost sessions, attributes kept."""
    values = held.values.copy()
    values[gone] = np.nan
    return held.copy(data=values)
