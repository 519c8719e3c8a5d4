"""Pressure that landers measured and the CO2 cycle was not fitted to, and the one it was."""

import csv
import gzip

import numpy as np
import pytest

from marsward.planet.climate import Climate

# Sol means of Viking by bins of 15 degrees of Ls, all years: PDS
# VL1/VL2-M-MET-4-DAILY-AVG-PRESSURE-V1.0, see benchmarks/co2_cycle.py. [Ls, Pa]
VIKING_1 = ((52.5, 831.5), (97.5, 761.7), (127.5, 697.4), (157.5, 686.0), (187.5, 729.0),
            (232.5, 858.3), (262.5, 890.7), (322.5, 821.0), (7.5, 806.9))  # fmt: skip
VIKING_2 = ((52.5, 904.2), (97.5, 811.4), (127.5, 757.6), (157.5, 744.6), (187.5, 795.0),
            (262.5, 986.4), (322.5, 906.4), (7.5, 884.5))  # fmt: skip


@pytest.fixture(scope="module")
def now():
    return Climate.shipped()


@pytest.mark.parametrize(
    ("readings", "place"),
    [(VIKING_1, (22.27, 312.05, -3627.0)), (VIKING_2, (47.67, 134.28, -4505.0))],
)
def test_the_curve_of_viking(now, readings, place):
    ls, pressure = np.array(readings).T
    off = now.pressure(ls, *place) / pressure - 1.0
    assert np.sqrt(np.mean(off**2)) < 0.02
    assert np.abs(off).max() < 0.035  # the storms of 1977 stand in some bins


def test_the_year_that_was_fitted(now, shared_data):
    from marsward.data.weather_rems import read_rems_daily

    table = read_rems_daily(shared_data / "weather" / "mars-weather.csv")
    sol, pressure = table["mission_sol"].values, table["pressure"].values
    year = (sol >= 1) & (sol <= 668) & np.isfinite(pressure)
    model = now.pressure(table["ls"].values[year], -4.5895, 137.44, -4500.0)
    off = pressure[year] / model - 1.0
    assert np.sqrt(np.mean(off**2)) < 0.015


def test_the_year_after_is_lower_by_the_climb(now, shared_data):
    from marsward.data.weather_rems import read_rems_daily

    table = read_rems_daily(shared_data / "weather" / "mars-weather.csv")
    sol, pressure = table["mission_sol"].values, table["pressure"].values
    year = (sol >= 669) & (sol <= 1337) & np.isfinite(pressure)
    model = now.pressure(table["ls"].values[year], -4.5895, 137.44, -4440.0)
    assert np.mean(pressure[year] / model - 1.0) == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize(
    ("name", "ls"), [("WE__0001_DER_PS_P02.csv", 5.6), ("WE__0089_DER_PS_P01.csv.gz", 48.0)]
)
def test_jezero_within_its_tides(now, shared_data, name, ls):
    """Hours of one sol, so within the tide of some 20 Pa and the error of the law."""
    path = shared_data / "weather" / name
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if name.endswith("gz") else raw).decode()
    rows = [float(r["PRESSURE"]) for r in csv.DictReader(text.splitlines()) if r["PRESSURE"]]
    there = float(now.pressure(ls, 18.44, 77.45, -2570.0))
    assert np.mean(rows) == pytest.approx(there, rel=0.04)
