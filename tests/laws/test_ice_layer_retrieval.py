"""Depth of buried ice back from a year of simulated temperatures at high latitude."""

import math
from dataclasses import replace

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.geometry.radiometer_track import nominal_looks
from marsward.physics.columns import GroundColumns
from marsward.physics.ground import temperature_at
from marsward.retrieval.ground_table import GroundTable, GroundTableNodes
from marsward.retrieval.ice_layer import FLAGS, ice_layer

LAT, PRESSURE = -62.0, 600.0
ICY, DRY = 48, 16


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """The nodes of a search for ice, but for inertias and albedos far from those of the truth."""
    whole = GroundTableNodes.icy(LAT, pressure=PRESSURE)
    nodes = replace(whole, inertia=whole.inertia[1:8], albedo=(0.1, 0.24, 0.38))
    return GroundTable.build(nodes, folder=tmp_path_factory.mktemp("tables"))


@pytest.fixture(scope="module")
def truth():
    """Ice at 3 to 30 cm under 48 places, none under 16, seen twice every 15 sols of a year."""
    rng = np.random.default_rng(4)
    depth = np.exp(rng.uniform(math.log(0.03), math.log(0.3), ICY + DRY))
    depth[ICY:] = math.inf
    columns = GroundColumns(
        lat=LAT, pressure=PRESSURE, emissivity=0.98, ice_depth=depth,
        albedo=rng.uniform(0.18, 0.3, ICY + DRY),
        inertia=np.exp(rng.uniform(math.log(80.0), math.log(350.0), ICY + DRY)),
    )  # fmt: skip
    looks = nominal_looks(columns.lat, local_time=14.0, every_sols=15.0)
    return columns, looks, temperature_at(columns, looks["ls"].values, looks["ltst"].values)


def observed(truth, sigma, *, common=0.3, seed=6, every=1):
    columns, looks, warmth = truth
    rng = np.random.default_rng(seed)
    error = common * rng.standard_normal(len(columns))[:, None]
    noisy = warmth + sigma * rng.standard_normal(warmth.shape) + error
    return {
        "lat": columns.lat, "surface_pressure": columns.pressure,
        "surface_temperature": noisy[:, ::every],
        "temperature_sigma": sigma, "temperature_common": common,
        "ls": looks["ls"].values[:, ::every], "ltst": looks["ltst"].values[:, ::every],
    }  # fmt: skip


@pytest.fixture(scope="module")
def told(table, truth):
    columns = truth[0]
    albedo = columns.albedo + np.random.default_rng(9).normal(0.0, 0.02, len(columns))
    return ice_layer(observed(truth, 0.5), table, albedo=albedo, albedo_sigma=0.02, posterior=True)


def test_depths_come_back_at_their_stated_error(truth, told):
    columns = truth[0]
    off = np.log(told["ice_depth"].values[:ICY] / columns.ice_depth[:ICY])
    sigma = told["ice_depth_log_sigma"].values[:ICY]
    assert 0.5 < np.mean((off / sigma) ** 2) < 1.6
    assert abs(np.median(off)) < 0.05
    assert np.median(sigma) < 0.15
    low, high = (told[f"ice_depth_{end}"].values[:ICY] for end in ("p16", "p84"))
    inside = np.mean((low < columns.ice_depth[:ICY]) & (columns.ice_depth[:ICY] < high))
    assert 0.5 < inside < 0.86


def test_inertia_and_albedo_come_back_too(truth, told):
    columns = truth[0]
    off = np.log(told["thermal_inertia"].values / columns.inertia)
    sigma = (told["thermal_inertia_sigma"] / told["thermal_inertia"]).values
    assert abs(np.median(off)) < 0.03
    assert np.median((off / sigma) ** 2) < 1.2
    away = (told["bolometric_albedo"].values - columns.albedo) / told["bolometric_albedo_sigma"]
    assert 0.4 < float(np.mean(away**2)) < 1.8


def test_ice_is_told_from_none(told):
    chance = told["shallow_ice_probability"].values
    assert np.median(chance[:ICY]) > 0.95
    assert chance[ICY:].mean() < 0.2
    assert told.attrs["prior_probability"] == pytest.approx(0.5 * math.log(200) / math.log(800))
    assert (chance >= 0.0).all()
    assert (chance <= 1.0).all()


def test_posterior_is_one_in_all_and_agrees_with_its_numbers(told):
    depth = np.log(told["depth"].values)
    density = told["ice_posterior"].values
    width = np.gradient(depth)
    width[[0, -1]] *= 0.5
    np.testing.assert_allclose(density @ width, 1.0, rtol=1e-9)
    mean = (density * width) @ depth
    spread = np.sqrt((density * width) @ depth**2 - mean**2)
    np.testing.assert_allclose(told["ice_depth_log_sigma"], spread, rtol=1e-5, atol=1e-6)
    covariance = told["ice_covariance"].values
    assert (np.linalg.eigvalsh(covariance) > 0.0).all()
    np.testing.assert_allclose(
        np.sqrt(covariance[:, 1, 1]),
        (told["thermal_inertia_sigma"] / told["thermal_inertia"]).values,
    )


def test_what_says_nothing_gives_the_prior_back(table, truth):
    looks = observed(truth, 0.5) | {"temperature_sigma": 20.0, "temperature_common": 20.0}
    vague = ice_layer(looks, table)
    assert (vague["flags"].values & FLAGS["not constrained"] > 0).all()
    assert vague.attrs["places_not_constrained"] == ICY + DRY
    before = vague.attrs["prior_probability"]
    assert float(np.mean(vague["shallow_ice_probability"])) == pytest.approx(before, abs=0.1)
    prior = math.log(800.0) / math.sqrt(12.0)
    np.testing.assert_allclose(vague["ice_depth_log_sigma"], prior, rtol=0.25)


def test_more_looks_say_more(table, truth, told):
    fewer = ice_layer(observed(truth, 0.5, every=5), table)
    assert np.mean(fewer["ice_information"]) < np.mean(told["ice_information"])
    assert (fewer["observations"].values < told["observations"].values).all()


def test_nothing_seen_is_empty_and_flagged(table, truth):
    looks = observed(truth, 0.5)
    looks["surface_temperature"] = looks["surface_temperature"].copy()
    looks["surface_temperature"][0] = np.nan
    found = ice_layer(looks, table)
    assert found["flags"].values[0] & FLAGS["no observation"]
    assert np.isnan(found["ice_depth"].values[0])
    assert np.isnan(found["shallow_ice_probability"].values[0])
    assert np.isfinite(found["ice_depth"].values[1:]).all()


def test_workers_do_not_change_results(table, truth, told):
    columns = truth[0]
    albedo = columns.albedo + np.random.default_rng(9).normal(0.0, 0.02, len(columns))
    again = ice_layer(
        observed(truth, 0.5), table, albedo=albedo, albedo_sigma=0.02, posterior=True, workers=1
    )
    assert again.identical(told)


def test_bad_calls_are_one_sentence(table, truth):
    looks = observed(truth, 0.5)
    with pytest.raises(InputError, match="probability between 0 and 1"):
        ice_layer(looks, table, no_ice=1.0)
    with pytest.raises(InputError, match="one for each of"):
        ice_layer(looks, table, albedo=[0.2, 0.3])
    dry = GroundTable.build(
        GroundTableNodes(lat=(0.0,), ls=(90.0,), pressure=(600.0,), albedo=(0.2,), hours=24),
        trials=2,
    )  # fmt: skip
    with pytest.raises(InputError, match="four depths or more"):
        ice_layer(looks, dry)
