"""A weather station: sensors with honest noise, steps, ranges and lost sessions."""

import numpy as np
import pytest
import xarray as xr

from marsward.core.errors import InputError
from marsward.core.mars_axis import axis_epoch, mars_axis
from marsward.core.time import Epoch
from marsward.instruments.weather_station import LOST, OUT_OF_RANGE, WeatherStation
from marsward.physics.vapour import ice_vapour_pressure

START = Epoch.utc("2021-06-01")
LON = 110.0


def weather(sols: float = 3.0, step: float = 300.0) -> dict:
    """True weather of some sols, smooth, by local time."""
    et = START.et + np.arange(0.0, sols * 88775.0, step)
    h = 2 * np.pi * Epoch.et(et).ltst(LON) / 24
    low, high = 225.0 - 28.0 * np.cos(h), 222.0 - 24.0 * np.cos(h)
    return {
        "et": et, "pressure": 800.0 + 12.0 * np.cos(h - 1.0), "height": np.array([0.5, 2.0]),
        "air_temperature": np.stack([low, high], axis=1),
        "surface_temperature": 225.0 - 45.0 * np.cos(h), "eastward_wind": 6.0 + 2.0 * np.cos(h),
        "northward_wind": 1.0 + 3.0 * np.sin(h), "water_vapour_pressure": np.full(et.size, 0.05),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["mcs", "meda", "rems"])
def test_every_preset_measures_and_says_whence(name):
    station = WeatherStation(preset=name)
    assert station.name == name
    rows = {row.name: row for row in station.own_parameters()}
    for field, (origin, ref) in station.preset_of(name).sources.items():
        assert rows[field].origin == origin
        assert rows[field].ref == ref
        assert ref
    seen = station.observe(weather(), lon=LON, seed=1)
    assert np.nanmax(np.abs(seen.pressure - 800.0)) < 60.0
    assert set(seen.coords) >= {"time", "ls", "mars_year", "ltst"}
    assert ("surface_temperature" in seen) == ("ground" in station.sensors)
    assert seen.attrs["instrument"] == name


def test_noise_is_what_it_says_and_seeded():
    station = WeatherStation(sample_every="1 s", session="25 s", session_every="100 s",
                             pressure_noise="2 Pa", pressure_resolution="0.1 Pa",
                             pressure_bias="0 Pa", sensors=["pressure"])  # fmt: skip
    scene = {"et": np.array([0.0, 4e5]) + START.et, "pressure": np.array([700.0, 700.0])}
    seen = station.observe(scene, seed=3)
    assert seen.sizes["time"] == 4000
    pull = (seen.pressure - 700.0) / seen.pressure_sigma
    assert float(pull.std()) == pytest.approx(1.0, abs=0.04)
    assert float(seen.pressure_sigma[0]) == pytest.approx(2.0 / 5.0, rel=1e-3)
    again = station.observe(scene, seed=3)
    xr.testing.assert_identical(seen, again)
    other = station.observe(scene, seed=4)
    assert not np.array_equal(seen.pressure, other.pressure)


def test_steps_larger_than_the_noise_stay_and_are_in_sigma():
    station = WeatherStation(sample_every="1 s", session="10 s", session_every="100 s",
                             pressure_noise="0.01 Pa", pressure_resolution="0.5 Pa",
                             pressure_bias="0 Pa", sensors=["pressure"])  # fmt: skip
    et = START.et + np.linspace(0.0, 4e5, 5000)
    truth = 700.0 + 10.0 * np.sin(et / 5e4)
    seen = station.observe({"et": et, "pressure": truth})
    told = seen.pressure.values
    np.testing.assert_allclose(told / 0.5, np.round(told / 0.5), atol=1e-9)
    true = np.interp(axis_epoch(seen).et, et, truth)
    assert np.std(told - true) == pytest.approx(float(seen.pressure_sigma[0]), rel=0.1)
    assert float(seen.pressure_sigma[0]) == pytest.approx(0.5 / np.sqrt(12), rel=0.01)


def test_calibration_errors_are_one_for_a_campaign():
    station = WeatherStation(preset="meda")
    one = station.observe(weather(), lon=LON, seed=1, campaign=7)
    two = station.observe(weather(), lon=LON, seed=2, campaign=7)
    away = one.pressure - two.pressure
    assert float(np.abs(away).max()) < 0.05, "the same offset in both"
    offsets = [
        float(
            (station.observe(weather(0.5), lon=LON, campaign=c).pressure
             - one.pressure.values[: station.observe(weather(0.5), lon=LON).sizes["time"]]).mean()
        )
        for c in range(3)
    ]  # fmt: skip
    assert np.ptp(offsets) > 0.5
    assert one.pressure.attrs["calibration_sigma"] == 3.5


def test_a_session_tells_its_mean():
    """The mean over a session of a parabola lies off its middle value by y'' τ²/24."""
    station = WeatherStation(sensors=["air"], session="60 min", session_every="60 min",
                             air_noise="0 K", air_resolution="0 K", air_bias="0 K")  # fmt: skip
    x = np.arange(-7200.0, 7201.0, 10.0)
    bend = 2e-6  # K s-2, twice that is y''
    scene = {"et": START.et + x, "air_temperature": 220.0 + bend * x**2}
    seen = station.observe(scene, at=START)
    assert float(seen.air_temperature[0]) - 220.0 == pytest.approx(
        2 * bend * 3600.0**2 / 24, rel=1e-3
    )


def test_thermometers_stand_at_their_heights():
    station = WeatherStation(sensors=["air"], air_heights=["0.5 m", "1 m", "2 m"], air_noise="0 K",
                             air_resolution="0 K", air_bias="0 K")  # fmt: skip
    scene = weather()
    seen = station.observe(scene, lon=LON)
    warm = seen.air_temperature.values
    np.testing.assert_allclose(warm[:, 1], 0.5 * (warm[:, 0] + warm[:, 2]))  # ln 1 is half way
    assert seen.sensor_height.values.tolist() == [0.5, 1.0, 2.0]
    with pytest.raises(InputError, match=r"thermometers stand at 5 m.*reaches from 0.5 to 2 m"):
        WeatherStation(sensors=["air"], air_heights=["5 m"]).observe(scene)


def test_wind_blows_from_where_it_comes():
    station = WeatherStation(sensors=["wind"], wind_noise="0 m/s", wind_gain_error=0.0,
                             wind_turn_error="0 deg", wind_resolution="0 m/s")  # fmt: skip
    calm = {"et": START.et + np.array([0.0, 9000.0])}
    for east, north, whence in (
        (0.0, -5.0, 0.0),
        (-5.0, 0.0, 90.0),
        (0.0, 5.0, 180.0),
        (5.0, 0.0, 270.0),
    ):
        scene = calm | {"eastward_wind": np.full(2, east), "northward_wind": np.full(2, north)}
        seen = station.observe(scene)
        assert float(seen.wind_speed[0]) == pytest.approx(5.0)
        assert float(seen.wind_from_direction[0]) % 360.0 == pytest.approx(whence, abs=1e-6)


def test_humidity_is_over_ice_at_the_air():
    station = WeatherStation(sensors=["humidity"], humidity_noise=0.0, humidity_bias=0.0,
                             humidity_resolution=0.0)  # fmt: skip
    scene = {"et": START.et + np.array([0.0, 9000.0]), "air_temperature": np.full(2, 200.0),
             "water_vapour_pressure": np.full(2, 0.05)}  # fmt: skip
    seen = station.observe(scene)
    assert float(seen.relative_humidity[0]) == pytest.approx(
        0.05 / float(ice_vapour_pressure(200.0))
    )


def test_lost_sessions_and_ranges_are_flagged():
    station = WeatherStation(preset="rems", lost=0.3, ground_low="200 K")
    seen = station.observe(weather(10.0), lon=LON, seed=2)
    gone = (seen.flags.values & LOST) > 0
    assert 0.2 < gone.mean() < 0.4
    assert np.isnan(seen.pressure.values[gone]).all()
    assert np.isfinite(seen.pressure.values[~gone]).all()
    cold = (seen.flags.values & OUT_OF_RANGE) > 0
    assert cold.any()
    assert np.isnan(seen.surface_temperature.values[cold]).all()
    assert not (gone & cold).any()


def test_a_dataset_on_mars_time_is_a_scene():
    scene = weather()
    epoch = Epoch.et(scene["et"])
    columns = {n: ("time", scene[n]) for n in ("pressure", "eastward_wind", "northward_wind")}
    columns["air_temperature"] = (("height", "time"), scene["air_temperature"].T)
    held = mars_axis(xr.Dataset(columns, coords={"height": scene["height"]}), epoch)
    held = held.assign_coords(lon=LON)
    seen = WeatherStation(preset="mcs").observe(held, seed=5)
    same = WeatherStation(preset="mcs").observe(scene, lon=LON, seed=5)
    xr.testing.assert_allclose(seen, same)
    assert "ltst" in seen.coords


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"pressure": None}, "the sensor 'pressure' needs pressure"),
        ({"pressure": 0.0}, "pressure is 0 in .* must lie in 0.001 to 100000"),
        ({"surface_temperature": np.nan}, "surface_temperature is nan"),
        ({"et": np.zeros(3)}, "must ascend"),
        ({"height": None}, "needs height"),
        ({"height": np.array([2.0, 0.5])}, "heights of the air must ascend"),
    ],
)
def test_bad_weather_is_refused(change, says):
    scene = weather()
    for name, value in change.items():
        if value is None:
            del scene[name]
        else:
            scene[name] = value if np.ndim(value) else np.full_like(scene[name], value)
    with pytest.raises(InputError, match=says):
        WeatherStation(preset="meda").observe(scene)


def test_sessions_must_lie_in_the_scene():
    station = WeatherStation(preset="rems")
    with pytest.raises(InputError, match="there is no session of 300 s"):
        station.sessions(START, START + 60.0)
    with pytest.raises(InputError, match="1 of 1 sessions lie outside"):
        station.observe(weather(), at=START + 1e7)
    assert station.sessions(START, START + 86400.0).size == 24


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"sensors": ["nose"]}, "sensors must be among"),
        ({"session": "2 h"}, "session <= session_every"),
        ({"sample_every": "600 s"}, "sample_every <= session"),
        ({"pressure_low": "2000 Pa"}, "pressure_low must be below"),
        ({"air_heights": []}, "must name a height"),
        ({"preset": "medaa"}, "did you mean 'meda'"),
        ({"pressure_noise": 0.2}, "needs a unit|unit"),
    ],
)
def test_settings_that_cannot_be_are_refused(given, says):
    with pytest.raises((ValueError, InputError), match=says):
        WeatherStation(**given)
