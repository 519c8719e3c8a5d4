"""The fit of the CO2 cycle to landers: numbers it was given come back, with their errors."""

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.physics.co2_cycle import Bands, Co2Cycle, Co2Model
from marsward.physics.season import MarsYear
from marsward.retrieval.co2_cycle_fit import LanderPressure, fit_co2_cycle, without_doubtful

TRUE = Co2Cycle(co2=2.5e16, north_albedo=0.66, south_albedo=0.5)
LS = np.arange(3.0, 360.0, 9.0)


@pytest.fixture(scope="module")
def model():
    lat = -90.0 + 180.0 / 18 * (np.arange(18) + 0.5)
    bands = Bands.even(18, elevation=np.where(lat > 10.0, -2500.0, 1000.0))
    return Co2Model(bands, steps=24, year=MarsYear())


@pytest.fixture(scope="module")
def landers(model):
    run = model.run(TRUE)
    noise = np.random.default_rng(3).normal(0.0, 0.003, (2, LS.size))
    return [
        LanderPressure(name, lat, height, LS, run.at(LS, lat, height) * (1.0 + off), sigma=0.003)
        for name, lat, height, off in (
            ("first", -5.0, -4000.0, noise[0]), ("second", 40.0, -3500.0, noise[1]),
        )
    ]  # fmt: skip


@pytest.fixture(scope="module")
def fit(model, landers):
    start = Co2Cycle(co2=2.6e16, north_albedo=0.62, south_albedo=0.46)
    return fit_co2_cycle(model, landers, start=start, free=("co2", "north_albedo", "south_albedo"))


def test_numbers_come_back(fit):
    for name in fit.names:
        off = getattr(fit.cycle, name) - getattr(TRUE, name)
        assert abs(off) < 5.0 * fit.sigma[name] + 0.004 * getattr(TRUE, name), name


def test_misfit_is_the_noise(fit):
    assert fit.rms == pytest.approx(0.003, rel=0.35)
    assert 0.6 < fit.chi2 < 1.6
    assert set(fit.by_lander) == {"first", "second"}
    assert (fit.covariance >= 0.999 * fit.formal).diagonal().all()


def test_a_prior_holds_what_pressure_does_not(model, landers):
    start = Co2Cycle(co2=2.5e16, north_albedo=0.66, south_albedo=0.5)
    held = fit_co2_cycle(
        model, landers[:1], start=start, free=("co2", "brightening"),
        priors={"brightening": (5e-4, 1e-7)},
    )  # fmt: skip
    assert held.cycle.brightening == pytest.approx(5e-4, abs=2e-6)


def test_doubtful_values_are_dropped():
    sol = np.arange(40.0)
    pressure = 800.0 + sol
    pressure[[5, 20]] = np.nan, 700.0
    keep = without_doubtful(sol, pressure)
    assert not keep[[5, 20]].any()
    assert keep.sum() == 38


def test_bad_records_are_refused(model, landers):
    with pytest.raises(InputError, match="-3 Pa"):
        LanderPressure("here", 0.0, 0.0, LS, np.full(LS.size, -3.0))
    with pytest.raises(InputError, match="one of each"):
        LanderPressure("here", 0.0, 0.0, LS, LS[1:])
    with pytest.raises(InputError, match="latitude 91"):
        LanderPressure("here", 91.0, 0.0, LS, 700.0 + LS)
    with pytest.raises(InputError, match="number of the CO2 cycle"):
        fit_co2_cycle(model, landers, free=("albedo",))
    with pytest.raises(InputError, match="cannot tell"):
        fit_co2_cycle(model, [])
