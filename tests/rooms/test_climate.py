"""The climate of the planet as it is shipped, and others a call away."""

import hashlib
from importlib.resources import files

import numpy as np
import pytest

from marsward.core.errors import DataError, InputError
from marsward.physics import co2_calibration
from marsward.physics.co2_calibration import packed_state, shipped_calibration
from marsward.physics.season import MarsYear
from marsward.planet.climate import Climate

VIKING_1 = (22.27, 312.05, -3627.0)
VIKING_2 = (47.67, 134.28, -4505.0)
YEAR = np.arange(0.0, 360.0, 1.0)


@pytest.fixture(scope="module")
def now():
    return Climate.shipped()


def test_the_record_says_what_was_fitted(now):
    record = now.record
    assert "Curiosity" in record["fitted_on"]
    assert len(record["file_sha256"]) == 64
    assert record["made_by"] == "tools/make_co2_calibration.py"
    fit = record["fit"]
    assert fit["rms"] < 0.015
    covariance = np.array(fit["covariance"])
    assert covariance.shape == (len(fit["names"]),) * 2
    assert np.allclose(covariance, covariance.T, rtol=1e-5)
    assert np.linalg.eigvalsh(covariance / np.outer(*[np.sqrt(np.diag(covariance))] * 2)).min() > 0


def test_the_file_that_was_fitted(now, shared_data):
    path = shared_data / "weather" / now.record["file"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == now.record["file_sha256"]


def test_the_shipped_year_repeats_and_closes(now):
    assert np.abs(now.run.residual).max() < 1e-10
    assert now.run.spin_up <= 3  # the shipped state is that of the shipped numbers
    assert now.run.pressure.size == MarsYear().sols


@pytest.mark.parametrize(
    ("place", "low", "high"),
    [
        # Ames model at the sites and sol means of the landers: see benchmarks/co2_cycle.py
        (VIKING_1, (680.0, 152.0), (898.0, 261.0)),
        (VIKING_2, (743.0, 157.0), (988.0, 262.0)),
    ],
)
def test_viking_is_predicted(now, place, low, high):
    here = now.pressure(YEAR, *place)
    assert here.min() == pytest.approx(low[0], rel=0.02)
    assert here.max() == pytest.approx(high[0], rel=0.02)
    assert abs(YEAR[here.argmin()] - low[1]) < 11.0
    assert abs(YEAR[here.argmax()] - high[1]) < 11.0


def test_caps_weigh_what_neutrons_see(now):
    # Litvak et al. 2005, doi:10.1016/j.asr.2005.09.007
    south, north = now.run.caps.max(axis=1) / 1e15
    assert north == pytest.approx(3.8, abs=0.6)
    assert south == pytest.approx(6.3, abs=0.9)
    edge = now.run.cap_edge().min(axis=1)
    assert ((edge > 48.0) & (edge < 56.0)).all()


def test_pressure_falls_with_height_and_has_an_error(now):
    heights = np.array([-1500.0, 0.0, 5000.0, 20000.0])
    column = now.pressure(90.0, 10.0, 40.0, heights)
    assert (np.diff(column) < 0.0).all()
    sigma = now.pressure_sigma(90.0, 10.0, 40.0, heights)
    assert (sigma > 0.004 * column).all()
    assert (np.diff(sigma / column) > 0.0).all()  # farther from the lander's height
    assert sigma[1] < 0.03 * column[1]
    assert 0.1 < sigma[3] / column[3] < 0.25  # above where the law is meant


def test_the_ground_is_taken_where_no_height_is_given(now):
    high = now.pressure(180.0, 18.65, 226.2)  # Olympus Mons
    low = now.pressure(180.0, -42.4, 70.5)  # Hellas
    assert high < 150.0
    assert low > 900.0
    assert now.pressure(180.0, -42.4, 70.5, over_ground=1000.0) < low


def test_answers_by_season_and_latitude(now):
    assert now.share(YEAR).mean() == pytest.approx(1.0, abs=0.03)
    assert now.frost(120.0, -80.0) > 100.0
    assert now.frost([90.0, 200.0], 0.0).max() == 0.0
    assert now.surface_temperature(270.0, 85.0) == pytest.approx(148.0, abs=3.0)
    assert now.air_temperature(270.0, 0.0) > now.air_temperature(270.0, 60.0)
    south, north = now.cap_edges(90.0)
    assert -60.0 < south < -40.0
    assert north > 70.0


def test_years_of_it_with_a_storm_in_one(now):
    both = now.years(2, dust=["climatological", "global-storm"])
    sols = MarsYear().sols
    assert both.sizes["time"] == 2 * sols
    assert both.sizes["lat"] == np.unique(now.run.bands.columns.lat).size
    assert np.abs(both["co2_residual"]).max() < 1e-10
    first, second = both["mean_pressure"].values[:sols], both["mean_pressure"].values[sols:]
    assert np.allclose(first, now.run.pressure, rtol=1e-3)
    assert 1e-4 < np.abs(second / first - 1.0).max() < 0.2
    assert both["mean_pressure"].attrs["units"] == "Pa"


def test_another_orbit_is_a_call_away(now):
    tilted = now.with_(obliquity=30.0)
    assert tilted.year.obliquity == 30.0
    assert tilted.run.caps.max() > now.run.caps.max()  # longer nights at the poles
    assert tilted.run.closure < 0.1


def test_more_co2_is_a_call_away(now):
    thick = now.with_(co2=1.1 * now.cycle.co2)
    assert thick.run.pressure.mean() == pytest.approx(1.1 * now.run.pressure.mean(), rel=0.005)
    assert thick.run.spin_up < 40  # it repeats
    assert np.abs(thick.run.residual).max() < 1e-10


def test_what_cannot_be_asked_is_told(now):
    with pytest.raises(InputError, match="latitude 95 is none"):
        now.pressure(0.0, 95.0, 0.0)
    with pytest.raises(InputError, match="lies under the ground"):
        now.pressure(0.0, 18.65, 226.2, -3000.0)
    with pytest.raises(InputError, match="over the ground lies under it"):
        now.pressure(0.0, 0.0, 0.0, over_ground=-1.0)
    with pytest.raises(InputError, match="not both"):
        now.pressure(0.0, 0.0, 0.0, 0.0, over_ground=1.0)
    with pytest.raises(InputError, match="reaches to"):
        now.pressure(0.0, 0.0, 0.0, 9e4)
    with pytest.raises(InputError, match="Ls must be finite"):
        now.pressure(np.nan, 0.0, 0.0)
    with pytest.raises(InputError, match="no season"):
        now.share("spring")
    with pytest.raises(InputError, match="obliquity"):
        now.with_(obliqity=30.0)
    with pytest.raises(InputError, match="one dust or 3"):
        now.years(3, dust=["clear", "clear"])
    with pytest.raises(InputError, match="whole years"):
        now.years(0)


def test_a_damaged_calibration_is_told(monkeypatch):
    monkeypatch.setattr(co2_calibration, "_ASSET", "assets/none.toml")
    with pytest.raises(DataError, match="make_co2_calibration"):
        shipped_calibration.__wrapped__()


def test_the_packed_state_is_small(now):
    packed = packed_state(now.run.state)
    assert sum(v.nbytes for v in packed.values()) < 100_000
    there = files("marsward.data").joinpath("assets/co2_cycle.npz")
    assert len(there.read_bytes()) < 120_000
