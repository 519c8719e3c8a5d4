"""Tides and the course of the year from station records: what was put in, and what was measured."""

import numpy as np
import pytest
import xarray as xr

from marsward.core.errors import InputError
from marsward.core.mars_axis import mars_axis
from marsward.core.time import Epoch
from marsward.data.weather_tables import read_weather
from marsward.instruments.weather_station import WeatherStation
from marsward.retrieval.surface_weather import daily_waves, seasonal_fit, sol_table

LON = 77.45


def tides(sols: int, every: float = 600.0, gap: bool = False) -> xr.DataArray:
    """Pressure with a diurnal wave of 9 Pa at 4 h, a semidiurnal one of 4 Pa at 9.5 h."""
    epoch = Epoch.utc("2021-06-01") + np.arange(0.0, sols * 88775.244, every)
    h = epoch.ltst(LON)
    p = 750 + 9 * np.cos(2 * np.pi * (h - 4) / 24) + 4 * np.cos(4 * np.pi * (h - 9.5) / 24)
    record = mars_axis(xr.Dataset({"pressure": ("time", p, {"units": "Pa"})}), epoch, lon=LON)
    return record.pressure.where((record.lmst < 18) | (not gap))


def test_tides_come_out_with_a_gap_in_every_night():
    for gap in (False, True):
        fit = daily_waves(tides(5, gap=gap), waves=3)
        np.testing.assert_allclose(fit.amplitude[:2], [9.0, 4.0], atol=0.02)
        np.testing.assert_allclose(fit.phase[:2], [4.0, 9.5], atol=0.02)
        assert fit.mean == pytest.approx(750.0, abs=0.02)


def test_a_slow_season_is_a_trend_over_several_sols():
    record = tides(6)
    rising = record + 0.5 * (record.msd - record.msd[0])
    rising.attrs = record.attrs
    fit = daily_waves(rising, waves=2, trend=True)
    assert fit.trend == pytest.approx(0.5, abs=0.01)
    np.testing.assert_allclose(fit.amplitude, [9.0, 4.0], atol=0.05)


def test_every_sol_has_its_row():
    table = sol_table(tides(8), waves=2)
    whole = table.isel(msd=slice(1, -1))
    np.testing.assert_allclose(whole.amplitude.values, [[9.0, 4.0]] * whole.sizes["msd"], atol=0.1)
    np.testing.assert_allclose(whole.wave_phase.values[:, 0], 4.0, atol=0.1)
    np.testing.assert_allclose(whole["mean"].values, 750.0, atol=0.1)
    true_range = 750 + 13 - 738
    assert float(whole.range.max()) <= true_range
    assert np.all(whole.covered.values == 1.0)
    assert np.all(whole.samples.values > 140)


def test_a_gap_does_not_shift_the_mean_of_a_sol():
    whole = tides(6)
    cut = whole.where(whole.lmst < 15)
    table = sol_table(cut, waves=2).isel(msd=slice(1, -1))
    np.testing.assert_allclose(table["mean"].values, 750.0, atol=0.05)
    plain = float(cut.mean())
    assert abs(plain - 750.0) > 0.5, "the mean of the samples is shifted"
    short = sol_table(cut.where(cut.lmst < 3), waves=2).isel(msd=slice(1, -1))
    assert np.isnan(short.amplitude.values).all()
    assert np.all(np.isfinite(short["mean_sigma"].values))


def test_station_to_tides_within_their_errors():
    """Through a station with noise, tides come back within three of their stated errors."""
    epoch = Epoch.utc("2021-06-01") + np.arange(0.0, 5 * 88775.244, 600.0)
    h = epoch.ltst(LON)
    p = 750 + 9 * np.cos(2 * np.pi * (h - 4) / 24) + 4 * np.cos(4 * np.pi * (h - 9.5) / 24)
    station = WeatherStation(sensors=["pressure"], pressure_noise="8 Pa", pressure_bias="0 Pa")
    seen = station.observe({"et": epoch.et, "pressure": p}, lon=LON, seed=8)
    fit = daily_waves(seen.pressure, seen.pressure_sigma, waves=2, window=0.0)
    assert fit.chi2 == pytest.approx(1.0, abs=0.35)
    assert np.all(np.abs(fit.amplitude - [9.0, 4.0]) < 3 * fit.amplitude_sigma)
    assert np.all(np.abs(fit.phase - [4.0, 9.5]) < 3 * fit.phase_sigma)


def test_records_that_cannot_be_fitted_are_refused():
    record = tides(2)
    with pytest.raises(InputError, match="the record has no ltst"):
        daily_waves(record.drop_vars("ltst"))
    with pytest.raises(InputError, match="holds no value at all"):
        daily_waves(record * np.nan)
    with pytest.raises(InputError, match=r"gap of .* of a period of 24"):
        daily_waves(record.where(record.lmst < 12), waves=4)
    with pytest.raises(InputError, match="outside 0 to 360"):
        seasonal_fit([370.0, 10.0], [1.0, 2.0])


def test_the_year_of_a_formula_comes_back():
    """p/p̄ = 1 + 0.091 cos(Ls − 309) + 0.070 cos 2(Ls − 248): the shape of the seasons in Smith et
    al. 2017, The Atmosphere and Climate of Mars, chapter 4 (as MSIM has it)."""
    ls = np.random.default_rng(2).uniform(0.0, 360.0, 300)
    p = 1 + 0.091 * np.cos(np.radians(ls - 309)) + 0.070 * np.cos(2 * np.radians(ls - 248))
    noisy = p + 0.004 * np.random.default_rng(3).standard_normal(ls.size)
    fit = seasonal_fit(ls, noisy, 0.004)
    assert np.all(np.abs(fit.amplitude - [0.091, 0.070]) < 4 * fit.amplitude_sigma)
    assert np.all(np.abs(fit.phase - [309.0, 248.0 - 180.0]) < 4 * fit.phase_sigma)
    (low_at, low), (high_at, high) = fit.extremes()
    assert low == pytest.approx(0.848, abs=0.003)
    assert low_at == pytest.approx(151.0, abs=2.0)
    assert high == pytest.approx(1.124, abs=0.003)
    assert high_at == pytest.approx(262.0, abs=2.0)
    value, sigma = fit(ls[:5])
    assert np.all(np.abs(value - p[:5]) < 5 * sigma)


def test_the_year_at_gale(shared_data):
    """Curiosity's first Mars year: a mean with two waves leaves less than half a percent."""
    sols = read_weather(shared_data / "weather" / "mars-weather.csv")
    year = sols.where((sols.mission_sol <= 668) & sols.pressure.notnull(), drop=True)
    fit = seasonal_fit(year.ls, year.pressure)
    assert fit.rms / fit.mean < 0.006
    (low_at, low), (high_at, high) = fit.extremes()
    # the survey's own figures: 735 Pa at Ls 150 and 922 Pa at Ls 253
    assert low == pytest.approx(735.0, rel=0.01)
    assert abs(low_at - 150.0) < 8.0
    assert high == pytest.approx(922.0, rel=0.01)
    assert abs(high_at - 253.0) < 8.0
    # both waves carry about 7 % of the mean, as at every lander (Hess et al. 1980)
    np.testing.assert_allclose(fit.amplitude / fit.mean, [0.067, 0.069], atol=0.003)


def test_tides_at_jezero(shared_data):
    """Sol 89 of Perseverance, Ls 48: the day's range is within the 2 to 5 % of the mean that Harri
    et al. 2024 tell, and the terdiurnal tide is as strong as the diurnal one.

    18 of 24 hours have data, so three waves can be told; amplitudes of each sol stand in the
    figures of Sánchez-Lavega et al. 2023, doi:10.1029/2022JE007480, not in a table.
    """
    record = read_weather(shared_data / "weather" / "WE__0089_DER_PS_P01.csv.gz").pressure
    fit = daily_waves(record, waves=3)
    assert fit.mean == pytest.approx(758.0, abs=1.0)
    span = float(record.max() - record.min()) / fit.mean
    assert 0.02 < span < 0.05
    np.testing.assert_allclose(fit.amplitude, [4.1, 2.3, 4.2], atol=0.5)
    np.testing.assert_allclose(fit.phase, [4.7, 6.8, 7.7], atol=0.8)
    assert fit.rms < 1.0
    with pytest.raises(InputError, match="fit 3 waves or fewer"):
        daily_waves(record, waves=4)
