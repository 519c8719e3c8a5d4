"""Tracking by radio: a network of stations, and the errors of what they measure.

An error of a measurement is white noise, that of the point alone, plus sources that many points
share: drawn anew for each pass (calibration of range, wet air over a station, electrons, the
Earth's turn) or once for the flight (where a station stands). Each source has unit variance and
acts on a point through its `loading`, so the covariance of all errors is known and is handed on
with the measurements; what was drawn is not.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, ClassVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import model_validator

from marsward.core.bodies import body
from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.part import value
from marsward.core.preset_files import Preset, PresetFiles
from marsward.core.preset_part import PresetPart
from marsward.core.quantity import QuantityRule
from marsward.core.trajectory import Trajectory
from marsward.dynamics.ephemeris import Ephemeris
from marsward.dynamics.sites import Site
from marsward.geometry.tracking import Computed, computed_observables
from marsward.geometry.tracking_plan import sites_of
from marsward.instruments.tracking_media import (
    electron_column,
    electron_delay,
    ionosphere_mapping,
    plasma_allan_deviation,
    wet_mapping,
)

__all__ = ["PASS_SOURCES", "RadioTracking", "error_model", "observe_tracking", "tracking_errors"]

Array = NDArray[np.float64]
_C = float(SPEED_OF_LIGHT)
_POLE = np.array([0.0, 0.0, 1.0])
_FILES = PresetFiles("radio tracking", "radio-tracking")
_ORDER = "a choice of the order that Thornton & Border 2003 give"
PASS_SOURCES = (
    "range calibration", "solar plasma", "wet air", "ionosphere", "earth rotation", "clock",
)  # fmt: skip
"""Sources of error that are drawn for each pass."""

add_fields(
    FieldRow("tracking_value", "1", "measurement: range [m], range rate [m s-1], delay [s], "
             "angle [rad] or component of a state [m, m s-1]"),
    FieldRow("tracking_sigma", "1", "standard deviation of all of its errors, same unit", low=0.0),
    FieldRow("tracking_noise", "1", "standard deviation of the point's own noise", low=0.0),
    FieldRow("loading", "1", "change of a measurement by one sigma of a shared error"),
    FieldRow("sun_angle", "degree", "angle at the Earth between Sun and craft", low=0, high=180),
)  # fmt: skip


class RadioTracking(PresetPart):
    """A network of stations and how well it measures, each value with its source."""

    kind: ClassVar[str] = "radio-tracking"
    pieces: ClassVar[str] = ""

    preset: str | None = value(
        None,
        ref="the preset of the network's name, where there is one",
        description="a network that exists, whose values hold where none are given here",
    )
    name: str = value("radio-tracking", description="name of the network")
    stations: tuple[tuple[str, float, float, float], ...] = value(
        (
            ("goldstone", 243.110462, 35.425901, 1001.4),
            ("canberra", 148.981267, -35.402424, 688.9),
            ("madrid", 355.751991, 40.431210, 864.8),
        ),
        origin="published",
        ref="DSN 810-005, module 301, JPL: DSS-14, DSS-43, DSS-63",
        description="name, east longitude [deg], latitude [deg], height [m] of each station",
    )
    mask: Annotated[float, QuantityRule("deg", ge=0.0, lt=60.0)] = value(
        "10 deg", unit="deg", ref="usual", description="elevation below which nothing is used"
    )
    frequency: Annotated[float, QuantityRule("Hz", gt=1e8, lt=1e12)] = value(
        "8.42 GHz", unit="Hz", ref="middle of the X band of deep space", description="received"
    )
    doppler_noise: Annotated[float, QuantityRule("m/s", gt=0.0)] = value(
        "0.05 mm/s", unit="m/s", ref="Thornton & Border 2003, section 3.3: 0.1 mm/s and better "
        "two ways at X band, from memory",
        description="of a count of 60 s, as range rate, without the plasma's share",
    )  # fmt: skip
    range_noise: Annotated[float, QuantityRule("m", gt=0.0)] = value(
        "1 m", description="of a point of range, one way", unit="m", ref=_ORDER
    )
    range_bias: Annotated[float, QuantityRule("m", ge=0.0)] = value(
        "2 m", description="of the calibration of a pass, one way", unit="m", ref=_ORDER
    )
    delta_dor_noise: Annotated[float, QuantityRule("s", gt=0.0)] = value(
        "0.06 ns", unit="s", origin="derived",
        ref="Curkendall & Border 2013, IPN Progress Report 42-193: about 1 to 2 nrad on 8000 km",
        description="of a delay between two stations, quasar and media included",
    )  # fmt: skip
    wet_zenith: Annotated[float, QuantityRule("m", ge=0.0)] = value(
        "1 cm",
        description="what calibration leaves of the wet air's delay at the zenith",
        unit="m",
        ref=_ORDER,
    )
    ionosphere_zenith: Annotated[float, QuantityRule("m", ge=0.0)] = value(
        "2 cm", description="what calibration leaves of the ionosphere's delay at the zenith",
        unit="m", ref=_ORDER,
    )  # fmt: skip
    plasma_share: float = value(
        1.0, unit="1", ge=0.0, le=1.0,
        ref="a choice: the column of a quiet solar wind, which is not calibrated",
        description="of the delay by the electrons between the planets that is unknown",
    )  # fmt: skip
    station_error: Annotated[float, QuantityRule("m", ge=0.0)] = value(
        "3 cm", description="of each coordinate of a station, for the flight", unit="m", ref=_ORDER
    )
    earth_error: Annotated[float, QuantityRule("m", ge=0.0)] = value(
        "5 cm",
        description="of a station's place by the Earth's turn, for a pass",
        unit="m",
        ref=_ORDER,
    )
    clock_error: Annotated[float, QuantityRule("s", ge=0.0)] = value(
        "1 us", unit="s", ref="a choice: of the order of stations' clocks against UTC",
        description="of the time tags of a pass",
    )  # fmt: skip
    clock_stability: float = value(
        1e-14,
        unit="1",
        ge=0.0,
        lt=1e-9,
        ref="a hydrogen maser over the round trip, from memory",
        description="Allan deviation of the station's frequency over the round trip",
    )

    @classmethod
    def preset_names(cls) -> tuple[str, ...]:
        """Names of the presets."""
        return _names()

    @classmethod
    def preset_of(cls, name: str) -> Preset:
        """The preset of a name; InputError for a name that is none."""
        return _preset(name)

    @classmethod
    def presets(cls) -> tuple[Preset, ...]:
        """Networks to be named in a mission file: preset = "deep-space-network"."""
        return tuple(_preset(name) for name in _names())

    @model_validator(mode="after")
    def _check(self) -> RadioTracking:
        try:
            self.sites()
        except (InputError, TypeError) as error:
            raise ValueError(str(error)) from error
        if not self.stations:
            raise ValueError("a network needs at least one station")
        return self

    def sites(self) -> tuple[Site, ...]:
        """The stations, for `marsward.geometry.tracking_schedule.tracking_schedule`."""
        mask = float(self.mask)
        return tuple(
            Site(name, lon, lat, height, mask, "earth", f"network {self.name}")
            for name, lon, lat, height in self.stations
        )


@cache
def _names() -> tuple[str, ...]:
    return _FILES.names()


@cache
def _preset(name: str) -> Preset:
    return _FILES.read(name)


def observe_tracking(
    path: Trajectory,
    schedule: xr.Dataset,
    tracking: RadioTracking,
    seed: int | np.random.SeedSequence | None = 0,
    *,
    picture_sigma: float = 5e-6,
    ephemeris: Ephemeris | None = None,
) -> xr.Dataset:
    """Measurements of a craft on a path, with errors.

    Parameters
    ----------
    path : the craft's true one
    schedule : of `tracking_schedule`
    tracking : the network
    seed : of the errors; None for none
    picture_sigma : of the direction of a body in a picture [rad]; 1" is 4.8e-6
    ephemeris : DE440 when left out

    Returns
    -------
    The schedule with tracking_value, tracking_sigma, tracking_noise and loading (point, source);
    ``per_pass`` (source) tells which sources are drawn for each pass.

    Raises
    ------
    PhysicsError : a signal that was with the craft outside the path.
    """
    computed = computed_observables(path, schedule, ephemeris=ephemeris)
    out = error_model(schedule, computed, tracking, picture_sigma=picture_sigma)
    values = computed.value.copy()
    if seed is not None:
        values += tracking_errors(out, seed)
    return out.assign(tracking_value=field("tracking_value", values, "point"))


def error_model(
    schedule: xr.Dataset,
    computed: Computed,
    tracking: RadioTracking,
    *,
    picture_sigma: float = 5e-6,
) -> xr.Dataset:
    """A schedule with the sigmas and loadings of its errors, without values."""
    kinds = schedule["kind"].values
    ranged, counted = kinds == "range", kinds == "doppler"
    count = np.maximum(schedule["count_time"].values, 1.0)
    noise = np.zeros(kinds.size)
    noise[ranged] = tracking.range_noise
    plasma = 0.5 * _C * plasma_allan_deviation(computed.sun_angle, count)
    own = tracking.doppler_noise * np.sqrt(60.0 / count)  # white in frequency
    clock = 0.5 * _C * tracking.clock_stability
    noise[counted] = np.sqrt(own**2 + plasma**2 + clock**2)[counted]
    noise[kinds == "delta-dor"] = tracking.delta_dor_noise
    noise[kinds == "declination"] = picture_sigma
    right = kinds == "right-ascension"
    noise[right] = picture_sigma / _cos_declination(schedule, computed)[right]
    loading = np.hstack([
        _pass_loadings(schedule, computed, tracking),
        _station_loadings(schedule, computed, tracking.station_error),
    ])  # fmt: skip
    total = np.sqrt(noise**2 + np.sum(loading**2, axis=1))
    stations = [f"{name} {axis}" for name in schedule["site"].values for axis in "xyz"]
    names = [*PASS_SOURCES, *stations]
    return schedule.assign(
        tracking_noise=field("tracking_noise", noise, "point"),
        tracking_sigma=field("tracking_sigma", total, "point"),
        loading=field("loading", loading, ("point", "source")),
        sun_angle=field("sun_angle", np.degrees(computed.sun_angle), "point"),
    ).assign_coords(
        source=names, per_pass=("source", np.arange(len(names)) < len(PASS_SOURCES))
    )  # fmt: skip


def _cos_declination(schedule: xr.Dataset, computed: Computed) -> Array:
    """Cosine of the declination that stands beside each right ascension, else 1."""
    out = np.ones(computed.value.size)
    kinds, tracks = schedule["kind"].values, schedule["track"].values
    for i in np.flatnonzero(kinds == "right-ascension"):
        pair = np.flatnonzero((kinds == "declination") & (tracks == tracks[i]))
        if pair.size:
            out[i] = max(float(np.cos(computed.value[pair[0]])), 1e-3)
    return out


def _pass_loadings(schedule: xr.Dataset, computed: Computed, tracking: RadioTracking) -> Array:
    """What one sigma of each of `PASS_SOURCES` does to the points (n, sources).

    Media, Earth's turn and stations are in the noise of Delta-DOR, which is published for the
    whole measurement: the quasar beside the craft takes most of them off.
    """
    kinds = schedule["kind"].values
    ranged, counted = kinds == "range", kinds == "doppler"
    out = np.zeros((kinds.size, len(PASS_SOURCES)))
    out[ranged, 0] = tracking.range_bias
    electrons = electron_delay(electron_column(computed.sun_angle), tracking.frequency)
    out[ranged, 1] = tracking.plasma_share * electrons[ranged]
    span = schedule["count_time"].values
    for source, zenith, rule in (
        (2, tracking.wet_zenith, wet_mapping),
        (3, tracking.ionosphere_zenith, ionosphere_mapping),
    ):
        delay = zenith * rule(computed.elevation)
        out[ranged, source] = delay[ranged, 0]
        out[counted, source] = (delay[counted, 1] - delay[counted, 0]) / span[counted]
    # electrons hasten the phase, that Doppler counts, by as much as they delay the range
    out[counted, 3] *= -1.0
    radius = float(body("earth").equatorial_radius)
    for end, which in _ends(schedule):
        there = np.flatnonzero(which >= 0)
        place = np.array([site.position for site in sites_of(schedule)])[which[there]]
        east = np.cross(_POLE, place) * (tracking.earth_error / radius)
        out[there, 4] += np.sum(computed.place_partial[there, end] * east, axis=-1)
    out[ranged, 5] = computed.rate[ranged] * tracking.clock_error
    return out


def _station_loadings(schedule: xr.Dataset, computed: Computed, error: float) -> Array:
    """What one sigma of each station's coordinates does to the points (n, 3 a station)."""
    sites = schedule.sizes["site"]
    out = np.zeros((computed.value.size, sites, 3))
    for end, which in _ends(schedule):
        there = np.flatnonzero(which >= 0)
        out[there, which[there]] += error * computed.place_partial[there, end]
    return out.reshape(-1, 3 * sites)


def _ends(schedule: xr.Dataset) -> list[tuple[int, NDArray[np.int64]]]:
    """Stations at both ends of a range or count: the same, where there is no second; else -1."""
    both = np.isin(schedule["kind"].values, ("range", "doppler"))
    first, second = schedule["station"].values, schedule["second"].values
    ends = (first, np.where(second < 0, first, second))
    return [(number, np.where(both, which, -1)) for number, which in enumerate(ends)]


def tracking_errors(measured: xr.Dataset, seed: int | np.random.SeedSequence) -> Array:
    """One draw of the errors (n,) of measurements: each point's own, each pass's, the flight's."""
    rng = np.random.default_rng(seed)
    loading = measured["loading"].values
    per_pass = measured["per_pass"].values
    _, track = np.unique(measured["track"].values, return_inverse=True)
    out = measured["tracking_noise"].values * rng.standard_normal(track.size)
    whole = rng.standard_normal(int(np.sum(~per_pass)))
    passes = rng.standard_normal((int(track.max(initial=-1)) + 1, int(np.sum(per_pass))))
    out += loading[:, ~per_pass] @ whole
    return np.asarray(out + np.sum(loading[:, per_pass] * passes[track], axis=1))
