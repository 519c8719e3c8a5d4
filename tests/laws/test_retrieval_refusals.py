"""What no retrieval can be made from is refused where it comes in, in one sentence."""

import math

import numpy as np
import pytest
import xarray as xr

from marsward.core.errors import InputError
from marsward.instruments.limb_sounder import LimbSounder
from marsward.instruments.thermal_sounder import ThermalSounder
from marsward.physics.air_layers import layer_edges
from marsward.physics.sounder_radiance import SounderColumns, nadir_radiance, planck_radiance
from marsward.retrieval.fourier_fit import fourier_fit
from marsward.retrieval.optimal_estimation import finite_differences, optimal_estimate
from marsward.retrieval.surface_weather import daily_waves, seasonal_fit, sol_table
from marsward.retrieval.temperature_profile import limb_temperature, nadir_temperature

NAN, INF = math.nan, math.inf
LAW = np.array([[1.0, 0.5], [0.2, 2.0], [1.0, -1.0]])
UNEVEN = np.array([[4.0, 1.0], [0.0, 4.0]])
HOURS = np.arange(0.0, 24.0, 0.5)
WAVE = np.cos(HOURS * np.pi / 12.0)
EDGES = layer_edges([600.0, 650.0, 700.0], 12, 0.1, lowest=2000.0)
AIR, GROUND = np.full((3, 12), 200.0), np.full(3, 220.0)
TES, MCS = ThermalSounder(preset="tes"), LimbSounder(preset="mcs")


def linear(x, _rows):
    return x @ LAW.T


def narrow(x, _rows):
    return x @ LAW[:2].T


def wrong_slopes(x, _rows):
    return x @ LAW.T, np.ones((len(x), 2, 3))


def estimate(measured=(1.0, 2.0, 3.0), forward=linear, **other):
    given = {"prior": np.zeros(2), "prior_covariance": np.eye(2), "noise": 0.1, **other}
    return optimal_estimate(measured, forward, **given)


ESTIMATES = {
    "uneven prior": (lambda: estimate(prior_covariance=UNEVEN), "prior_covariance is not symm"),
    "uneven noise": (
        lambda: estimate((1.0, 2.0), narrow, noise=UNEVEN[None]),
        "covariance of the noise is not symmetric",
    ),
    "noise of others": (lambda: estimate(noise=np.eye(2)[None]), "noise .* shape"),
    "tolerance": (lambda: estimate(tolerance=NAN), "tolerance must be one number above 0"),
    "tolerance of 0": (lambda: estimate(tolerance=0.0), "such as 0.01, not 0.0"),
    "bounds": (lambda: estimate(bounds=(1, 0)), "from 1 to 0; give the lowest first"),
    "bounds of NaN": (lambda: estimate(bounds=(NAN, 1)), "from nan to 1"),
    "bounds of others": (lambda: estimate(bounds=(np.zeros(3), 1)), r"shape \(3,\); give"),
    "one bound": (lambda: estimate(bounds=4.0), "a pair, lowest and highest"),
    "rounds": (lambda: estimate(rounds=0), "rounds of an estimate is a whole number, 1 or more"),
    "half a round": (lambda: estimate(rounds=2.5), "whole number"),
    "infinite": (lambda: estimate((1.0, INF, 3.0)), "give NaN for one that was not taken"),
    "text": (lambda: estimate("abc"), "measured of an estimate must be numbers, not 'abc'"),
    "nothing": (lambda: estimate([]), "shape .*; give"),
    "no step": (lambda: estimate(difference=0.0), "differences .* above 0, such as 1e-4"),
    "step of NaN": (lambda: estimate(difference=NAN), "finite and above 0"),
    "steps of others": (lambda: estimate(difference=np.ones(3)), r"difference .* shape \(3,\)"),
    "first": (lambda: estimate(first=np.zeros(3)), r"first .* shape \(3,\); give one number or"),
    "first of NaN": (lambda: estimate(first=[0.0, NAN]), "leave it out to start at prior"),
    "no law": (lambda: estimate(forward=LAW), "forward must be a function"),
    "law of others": (lambda: estimate(forward=narrow), r"shape \(1, 2\); .* give \(1, 3\)"),
    "slopes of others": (lambda: estimate(forward=wrong_slopes), r"derivatives of shape"),
    "prior of others": (lambda: estimate(prior=np.zeros((4, 2))), "does not fit 1 profiles"),
    "step of slopes": (
        lambda: finite_differences(linear, np.zeros((1, 2)), np.arange(1), np.zeros(2)),
        "above 0",
    ),
}


def record(sols=3, **more):
    """A record of pressure with a local clock."""
    date = 1000.0 + np.arange(0.0, sols, 1.0 / 48.0)
    held = {"ltst": ("time", 24.0 * (date % 1.0)), "msd": ("time", date), **more}
    return xr.DataArray(
        700.0 + np.cos(2.0 * np.pi * date), dims="time", coords=held, name="pressure"
    )


def shuffled():
    held = record()
    return held.isel(time=np.roll(np.arange(held.size), 60))


RECORDS = {
    "sols that go back": (
        lambda: sol_table(shuffled()),
        r"goes back from sol 1002 to sol 1000; sort it first: data.sortby\('msd'\)",
    ),
    "window": (lambda: sol_table(record(), window=NAN), "window must be 0 to 24 hours, not nan"),
    "window below 0": (lambda: daily_waves(record(), window=-1.0), "window .* not -1.0"),
    "waves": (lambda: sol_table(record(), waves=1.5), "waves is a whole number"),
    "waves of a day": (lambda: daily_waves(record(), waves="two"), "waves is a whole number"),
    "errors of others": (lambda: daily_waves(record(), np.ones(5)), r"sigma has shape \(5,\)"),
    "errors of 0": (lambda: sol_table(record(), 0.0), "error of the record is not above 0"),
    "errors in words": (lambda: sol_table(record(), "small"), "sigma .* must be numbers"),
    "no record": (lambda: daily_waves([1.0, 2.0]), "a record is one variable of a dataset"),
    "no time": (
        lambda: daily_waves(record().assign_coords(msd=("time", np.full(144, NAN)))),
        "144 samples .* have no ltst or msd",
    ),
    "season in words": (lambda: seasonal_fit("spring", [1.0]), "ls of a record must be numbers"),
    "seasons of others": (lambda: seasonal_fit([1.0, 2.0, 3.0], [1.0, 2.0]), "shapes do not fit"),
}
FITS = {
    "lengths": (
        lambda: fourier_fit(HOURS, WAVE[:5], waves=1, period=24.0),
        r"x \(48,\), y \(5,\)",
    ),
    "errors": (
        lambda: fourier_fit(HOURS, WAVE, [1.0, 2.0], waves=1, period=24.0),
        r"sigma has shape \(2,\) but the data \(48,\)",
    ),
    "period of 0": (lambda: fourier_fit(HOURS, WAVE, waves=1, period=0.0), "above 0, not 0.0"),
    "period of NaN": (lambda: fourier_fit(HOURS, WAVE, waves=1, period=NAN), "period .* not nan"),
    "period below 0": (lambda: fourier_fit(HOURS, WAVE, waves=1, period=-24.0), "not -24.0"),
    "half a wave": (lambda: fourier_fit(HOURS, WAVE, waves=1.5, period=24.0), "0 or more, not 1.5"),
    "waves below 0": (lambda: fourier_fit(HOURS, WAVE, waves=-1, period=24.0), "0 or more, not -1"),
    "infinite": (lambda: fourier_fit(HOURS, WAVE / 0.0, waves=1, period=24.0), "y .* is infinite"),
    "words": (lambda: fourier_fit("x", WAVE, waves=1, period=24.0), "x of a fit must be numbers"),
}


def look(sounder=TES, edges=EDGES, air=AIR, ground=GROUND, **other):
    return sounder.observe(edges, air, ground, **other)


def seen(sounder=TES, **other):
    """An observation with made-up radiances."""
    dims = ("profile", "detector", "channel") if sounder is MCS else ("profile", "channel")
    shape = (3, 21, len(MCS.channels)) if sounder is MCS else (3, len(TES.channels))
    held = {
        "channel_radiance": (dims, np.full(shape, 1e-3)),
        "channel_radiance_sigma": (dims, np.full(shape, 1e-6)),
        "surface_pressure": ("profile", [600.0, 650.0, 700.0]),
        "emission": ("profile", np.zeros(3)),
        "tangent_height": (dims[:2], np.linspace(-5e3, 95e3, 21) + np.zeros((3, 1)))
        if sounder is MCS
        else ("profile", np.zeros(3)),
        **other,
    }
    return xr.Dataset(held, attrs={"field_height": 5e3, "pointing_error": 1e3})


def columns(edges=EDGES, air=AIR, ground=GROUND, **other):
    return SounderColumns(edges, air, ground, **other)


COLUMNS = {
    "edges of others": (lambda: columns(EDGES[:2]), r"give \(n, L \+ 1\) and \(n, L\)"),
    "no column": (lambda: columns(EDGES[:0], AIR[:0]), "n of 1 or more"),
    "a block": (lambda: columns(air=AIR[None]), r"shape \(1, 3, 12\)"),
    "ground of others": (lambda: columns(ground=GROUND[:2]), "there are 3 columns; give one numb"),
    "emissivity of others": (lambda: columns(emissivity=[0.9] * 2), r"emissivity has shape \(2,\)"),
    "dust of others": (lambda: columns(dust_depth=np.ones(5)), r"dust_depth has shape \(5,\)"),
    "dust of NaN": (lambda: columns(dust_depth=NAN), "dust_depth .* not finite"),
    "words": (lambda: columns(air="warm"), "temperature of a sounder's columns must be numbers"),
    "cosines of others": (lambda: nadir_radiance(columns(), TES.channels, cosine=[1, 1]), "cosine"),
    "threads": (lambda: nadir_radiance(columns(), TES.channels, workers=0), "workers is a whole"),
    "table": (lambda: nadir_radiance(columns(), TES.channels, table="x"), "table cannot be 'x'"),
    "black body": (lambda: planck_radiance([0.0], 200.0), "wavenumbers above 0"),
    "cold body": (lambda: planck_radiance([6e4], 0.0), "temperature above 0 K"),
}
LOOKS = {
    "emission of others": (lambda: look(emission=[0.0, 1.0]), r"emission has shape \(2,\)"),
    "emission of NaN": (lambda: look(emission=NAN), "emission .* not finite"),
    "samples of others": (lambda: look(samples=np.ones(4)), "samples has shape .* or 3"),
    "samples in words": (lambda: look(samples="many"), "samples .* must be numbers"),
    "ground of others": (lambda: look(ground=[220.0, 230.0]), "surface_temperature has shape"),
    "dust of others": (lambda: look(dust_depth=np.ones((2, 12))), "dust_depth has shape"),
    "no seed": (lambda: look(seed=None), "seed is a whole number, 0 or more, not None"),
    "seed in words": (lambda: look(seed="a"), "seed is a whole number, 0 or more, not 'a'"),
    "seed below 0": (lambda: look(seed=-1), "seed is a whole number, 0 or more, not -1"),
    "half a seed": (lambda: look(seed=1.5), "seed is a whole number, 0 or more, not 1.5"),
    "campaign": (lambda: look(campaign=-2), "campaign is a whole number, 0 or more, not -2"),
    "offset": (lambda: TES.offset(0.5), "campaign is a whole number"),
    "footprint": (lambda: TES.footprint("high"), "height of a sounder must be numbers in m"),
    "limb samples": (lambda: look(MCS, samples=np.ones(4)), "samples has shape"),
    "limb seed": (lambda: look(MCS, seed=1.5), "seed is a whole number"),
    "limb table": (lambda: look(MCS, table=3), "table cannot be 3; give a SounderTable"),
    "limb threads": (lambda: look(MCS, workers=0), "workers is a whole number"),
    "tangent": (lambda: look(MCS, tangent=4e4), r"shape \(\) but sounder 'mcs' has 21 detectors"),
    "tangents of others": (
        lambda: look(MCS, tangent=np.zeros((2, 21))), r"give \(21,\) or \(3, 21\)",
    ),
    "gains": (lambda: MCS.gains("x"), "campaign is a whole number"),
    "orbit": (lambda: MCS.field_height("high"), "orbit_height must be numbers in m"),
}  # fmt: skip
PROFILES = {
    "none": (lambda: nadir_temperature(seen().isel(profile=[]), TES), "holds nothing to retrieve"),
    "none at the limb": (
        lambda: limb_temperature(seen(MCS).isel(profile=[]), MCS), "holds nothing to retrieve",
    ),
    "rounds": (lambda: nadir_temperature(seen(), TES, rounds=0), "1 or more, not 0"),
    "limb rounds": (lambda: limb_temperature(seen(MCS), MCS, rounds=0), "1 or more, not 0"),
    "no dataset": (lambda: nadir_temperature("seen", TES), "that observe gives, not .seen."),
    "no sounder": (lambda: nadir_temperature(seen(), MCS), "must be a ThermalSounder, not"),
    "no limb sounder": (lambda: limb_temperature(seen(MCS), "mcs"), "must be a LimbSounder"),
    "prior": (lambda: nadir_temperature(seen(), TES, prior=3), "give what profile_prior gives"),
    "layers": (lambda: nadir_temperature(seen(), TES, layers=2.5), "layers is a whole number"),
    "threads": (lambda: limb_temperature(seen(MCS), MCS, workers=0), "workers is a whole number"),
    "emissivity": (lambda: nadir_temperature(seen(), TES, emissivity=[0.9, 1, 1]), "is one number"),
    "dust top": (lambda: limb_temperature(seen(MCS), MCS, dust_top_sigma="x"), "dust_top_sigma"),
    "error": (lambda: nadir_temperature(seen(), TES, forward_error="x"), "forward_error"),
    "axes": (
        lambda: nadir_temperature(seen().rename(profile="row"), TES), "channel_radiance has the ax",
    ),
    "heights": (
        lambda: limb_temperature(seen(MCS, tangent_height=("profile", np.zeros(3))), MCS),
        r"tangent_height has shape \(3,\)",
    ),
}  # fmt: skip
CASES = {
    f"{group}: {name}": case
    for group, cases in (
        ("estimate", ESTIMATES),
        ("record", RECORDS),
        ("fit", FITS),
        ("columns", COLUMNS),
        ("look", LOOKS),
        ("profile", PROFILES),
    )
    for name, case in cases.items()
}


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_in_one_sentence(case):
    call, said = CASES[case]
    with pytest.raises(InputError, match=said) as refused:
        call()
    told = str(refused.value)
    assert "\n" not in told
    assert not told.endswith(".")


def test_a_record_sorted_as_told_is_taken():
    held = shuffled().sortby("msd")
    table = sol_table(held, waves=1)
    assert table["msd"].values.tolist() == [1000, 1001, 1002]
    np.testing.assert_allclose(table["mean"], 700.0, atol=0.01)


def test_no_wave_is_the_mean_alone():
    fit = fourier_fit(HOURS, 3.0 + WAVE, waves=0, period=24.0)
    assert fit.mean == pytest.approx(3.0)
    assert fit.amplitude.size == 0


def test_a_covariance_may_be_uneven_by_rounding():
    spread = np.array([[4.0, 1.0 + 1e-12], [1.0, 4.0]])
    found = estimate(prior_covariance=spread)
    assert found.converged.all()
