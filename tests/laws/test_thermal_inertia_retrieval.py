"""Thermal inertia back from simulated radiometry, with truth that lies off the table's nodes."""

import math

import numpy as np
import pytest

from marsward.core.errors import DataError, InputError
from marsward.instruments.radiometer import Radiometer
from marsward.physics.columns import GroundColumns
from marsward.physics.ground import ground_year, temperature_at
from marsward.physics.season import MarsYear
from marsward.physics.thermal_radiance import ThermalAir
from marsward.retrieval.ground_table import GroundTable, GroundTableNodes
from marsward.retrieval.surface_temperature import surface_temperature
from marsward.retrieval.thermal_inertia import FLAGS, thermal_inertia

NODES = GroundTableNodes(
    lat=(-5.0, 0.0, 5.0, 10.0, 15.0), ls=(90.0, 100.0, 110.0, 120.0), pressure=(300.0, 600.0, 900.0)
)
EMISSIVITY = 0.98


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return GroundTable.build(NODES, folder=tmp_path_factory.mktemp("tables"), trials=8)


def places(n, seed):
    rng = np.random.default_rng(seed)
    return GroundColumns(
        lat=rng.uniform(-4.5, 14.5, n), albedo=rng.uniform(0.1, 0.32, n),
        inertia=np.exp(rng.uniform(math.log(60.0), math.log(1200.0), n)),
        pressure=rng.uniform(320.0, 880.0, n), emissivity=EMISSIVITY,
    )  # fmt: skip


@pytest.fixture(scope="module")
def truth():
    """900 places seen once by night and once by day."""
    columns, rng = places(900, 1), np.random.default_rng(2)
    ls = rng.uniform(92.0, 118.0, (900, 2))
    hour = np.stack([rng.uniform(1.0, 4.5, 900), rng.uniform(13.0, 15.0, 900)], axis=1)
    return columns, ls, hour, temperature_at(columns, ls, hour)


def observed(truth, name, *, looks=(0, 1)):
    """What a radiometer says of the truth: six campaigns, air that is known with an error."""
    columns, ls, hour, warmth = truth
    radiometer, rng = Radiometer(preset=name), np.random.default_rng(7)
    out = {k: np.full(warmth.shape, np.nan)
           for k in ("surface_temperature", "temperature_sigma", "temperature_common")}  # fmt: skip
    for campaign in range(6):
        part = np.arange(campaign, len(columns), 6)
        for look in looks:
            depth, air = rng.normal(0.15, 0.02, part.size), rng.normal(195.0, 5.0, part.size)
            seen = radiometer.observe(
                {"surface_temperature": warmth[part, look], "emissivity": EMISSIVITY},
                air=ThermalAir(depth, air, columns.pressure[part]),
                seed=10 * campaign + look, campaign=campaign,
            )  # fmt: skip
            told = surface_temperature(
                seen, radiometer, emissivity=EMISSIVITY,
                air=ThermalAir(0.15, 195.0, columns.pressure[part], 0.02, 5.0),
            )  # fmt: skip
            for key, held in out.items():
                held[part, look] = told[key].values
    return out | {"lat": columns.lat, "surface_pressure": columns.pressure, "ls": ls, "ltst": hour}


def believed_albedo(columns, sigma):
    return np.clip(columns.albedo + np.random.default_rng(3).normal(0, sigma, len(columns)), 0, 1)


def judged(told, columns):
    """ln inertia: median bias, reduced chi2, share solved."""
    off = np.log(told["thermal_inertia"].values / columns.inertia)
    sigma = (told["thermal_inertia_sigma"] / told["thermal_inertia"]).values
    good = np.isfinite(off)
    return np.median(off[good]), np.mean((off[good] / sigma[good]) ** 2), good.mean()


@pytest.mark.parametrize("name", ["themis", "tes-bolometer"])
@pytest.mark.parametrize(
    ("looks", "sigma"), [((0,), 0.01), ((0, 1), 0.01), ((0, 1), 0.1)],
    ids=["night", "day and night", "day and night, albedo unknown"],
)  # fmt: skip
def test_inertia_comes_back_at_its_stated_error(table, truth, name, looks, sigma):
    columns = truth[0]
    told = thermal_inertia(
        observed(truth, name, looks=looks), table, albedo=believed_albedo(columns, sigma),
        albedo_sigma=sigma,
    )  # fmt: skip
    bias, chi2, solved = judged(told, columns)
    assert abs(bias) < 0.03
    assert 0.7 < chi2 < 1.3
    assert solved > 0.9
    off = (told["bolometric_albedo"].values - columns.albedo)[np.isfinite(told["chi2"].values)]
    spread = told["bolometric_albedo_sigma"].values[np.isfinite(told["chi2"].values)]
    assert 0.7 < np.mean((off / spread) ** 2) < 1.4


def test_truth_from_crank_nicolson(table):
    columns, year = places(24, 5), MarsYear()
    sols = np.array([196, 205, 220, 232])
    full = ground_year(columns, solver="crank-nicolson", surface_table="hours", spin_up=3)
    steps = full.sol_hours.shape[2]
    night, day = 3 * steps // 24, 14 * steps // 24
    ls = np.degrees(year.at(sols[np.arange(24) % 4] + 0.5).ls_rad)
    at = [(night + 0.5) * 24.0 / steps, (day + 0.5) * 24.0 / steps]
    row = np.arange(24)
    warmth = np.stack([full.sol_hours[row, sols[row % 4], j] for j in (night, day)], axis=1)
    rng = np.random.default_rng(8)
    looks = {
        "surface_temperature": warmth + 0.5 * rng.standard_normal((24, 2)),
        "temperature_sigma": 0.5, "ls": np.repeat(ls[:, None], 2, axis=1),
        "ltst": np.tile(at, (24, 1)), "lat": columns.lat, "surface_pressure": columns.pressure,
    }  # fmt: skip
    told = thermal_inertia(looks, table, albedo=believed_albedo(columns, 0.01), albedo_sigma=0.01)
    bias, chi2, solved = judged(told, columns)
    assert solved == 1.0
    assert abs(bias) < 0.03
    assert chi2 < 2.0  # of 24: 0.999 of all draws of chi2 lie below


def test_readings_are_as_good_as_they_say(table, truth):
    columns, ls, hour, warmth = truth
    read, icy, error = table.at(
        lat=columns.lat[:, None], ls=ls, hour=hour, pressure=columns.pressure[:, None],
        inertia=columns.inertia[:, None], albedo=columns.albedo[:, None],
    )  # fmt: skip
    good = icy < 0.02
    off = read - warmth
    assert np.sqrt(np.mean(off[good] ** 2)) < 0.15
    assert np.median(error) < 0.1
    assert good.mean() > 0.99


def test_kept_table_is_read_back(table, tmp_path):
    small = GroundTableNodes(lat=(0.0,), ls=(90.0,), pressure=(600.0,), albedo=(0.2,), hours=24)
    first = GroundTable.build(small, folder=tmp_path, trials=2)
    kept = list(tmp_path.glob("ground-table-*.npz"))
    assert len(kept) == 1
    again = GroundTable.build(small, folder=tmp_path, trials=2)
    np.testing.assert_array_equal(first.warmth, again.warmth)
    kept[0].write_bytes(b"broken")
    with pytest.raises(DataError, match="cannot be read"):
        GroundTable.build(small, folder=tmp_path, trials=2)


def test_table_at_its_nodes_is_the_forward_model(table):
    columns = GroundColumns(
        lat=5.0, pressure=600.0, albedo=NODES.albedo[1], inertia=NODES.inertia[5],
        emissivity=EMISSIVITY,
    )  # fmt: skip
    from marsward.physics.ground import hours

    want = hours(columns, [100.0])[0, 0, ::2]
    read, _, _ = table.at(
        lat=5.0, pressure=600.0, albedo=NODES.albedo[1], inertia=NODES.inertia[5],
        ls=table.axes["ls"][1], hour=np.arange(48) * 0.5,
    )  # fmt: skip
    np.testing.assert_allclose(read, want, atol=2e-3)


def one(table, warmth, hour, **more):
    looks = {
        "lat": [5.0], "surface_pressure": [600.0], "ls": 100.0, "surface_temperature": [[warmth]],
        "temperature_sigma": 0.3, "ltst": [[hour]],
    } | more  # fmt: skip
    return thermal_inertia(looks, table, albedo=0.25, albedo_sigma=0.01)


def flag(told, name):
    return bool(told["flags"].values[0] & FLAGS[name])


def test_two_inertias_of_one_temperature_are_both_told(table):
    grid = np.geomspace(30.0, 2000.0, 400)
    curve = table.at(lat=5.0, ls=100.0, hour=8.0, pressure=600.0, inertia=grid, albedo=0.25)[0]
    turn = int(np.argmax(curve)) if curve[0] < curve.max() > curve[-1] else int(np.argmin(curve))
    assert 20 < turn < 380  # the hour has a turning point, so two roots
    level = 0.5 * (curve[turn] + (max if curve[turn] < curve[0] else min)(curve[0], curve[-1]))
    cross = np.nonzero(np.diff(np.sign(curve - level)))[0]
    roots = grid[cross]
    if len(roots) < 2:
        level = curve[turn] + 0.3 * (curve[-1] - curve[turn])
        roots = grid[np.nonzero(np.diff(np.sign(curve - level)))[0]]
    told = one(table, float(level), 8.0, temperature_sigma=0.1)
    assert flag(told, "two solutions")
    pair = sorted([float(told["thermal_inertia"][0]), float(told["second_inertia"][0])])
    np.testing.assert_allclose(pair, sorted(roots[:2]), rtol=0.08)


def test_night_has_one_solution(table):
    told = one(table, 190.0, 3.0)
    assert told["flags"].values[0] == 0
    assert np.isnan(told["second_inertia"].values[0])


def test_what_cannot_be_told_is_flagged_and_empty(table):
    frost = one(table, 147.5, 3.0)
    assert flag(frost, "frost")
    assert flag(frost, "no observation")
    hot = one(table, 262.0, 3.0)
    assert flag(hot, "end of the table")
    off = one(table, 190.0, 3.0, ls=200.0)
    assert flag(off, "off the table")
    for told in (frost, hot, off):
        assert np.isnan(told["thermal_inertia"].values[0])
    assert frost.attrs["places_frost"] == 1


def test_gaps_are_no_observations(table):
    looks = {
        "lat": np.full(3, 5.0), "surface_pressure": np.full(3, 600.0), "ls": 100.0,
        "surface_temperature": np.array([[190.0, np.nan], [np.nan, np.nan], [190.0, 262.0]]),
        "temperature_sigma": 0.3, "ltst": np.array([[3.0, 14.0]] * 3),
    }  # fmt: skip
    told = thermal_inertia(looks, table, albedo=0.25, albedo_sigma=0.03)
    assert list(told["observations"].values) == [1, 0, 2]
    assert np.isnan(told["thermal_inertia"].values[1])
    assert told.attrs["places_no_observation"] == 1
    assert told.attrs["places_solved"] == 2


def test_workers_do_not_change_results(table, truth):
    looks = observed(truth, "themis")
    many = {k: np.concatenate([v] * 3) for k, v in looks.items()}
    alone = thermal_inertia(many, table, workers=1)
    assert alone.identical(thermal_inertia(many, table, workers=3))


def test_common_error_does_not_average_out(table):
    def sigma(count, common):
        looks = {
            "lat": [5.0], "surface_pressure": [600.0], "ls": 100.0,
            "surface_temperature": np.full((1, count), 190.0), "temperature_sigma": 1.0,
            "temperature_common": common, "ltst": np.full((1, count), 3.0),
        }  # fmt: skip
        told = thermal_inertia(looks, table, albedo=0.25, albedo_sigma=1e-4)
        return float(told["thermal_inertia_sigma"][0])

    assert sigma(16, 0.0) == pytest.approx(sigma(1, 0.0) / 4.0, rel=0.02)
    assert sigma(16, 1.0) == pytest.approx(sigma(1, 0.0) * math.sqrt(1.0 + 1.0 / 16), rel=0.02)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"surface_temperature": [[900.0]]}, "900 K at 1 observations"),
        ({"temperature_sigma": 0.0}, "temperature_sigma is 0"),
        ({"ltst": [[25.0]]}, "ltst is 25"),
        ({"lat": [math.nan]}, "lat of a place"),
        ({"surface_pressure": [0.0]}, "surface_pressure of a place"),
        ({"ls": [1.0, 2.0]}, "ls has shape"),
    ],
)
def test_bad_observations_are_one_sentence(table, change, word):
    with pytest.raises(InputError, match=word):
        one(table, 190.0, 3.0, **change)


def test_bad_calls_are_one_sentence(table):
    with pytest.raises(InputError, match="observations need"):
        thermal_inertia({"lat": [0.0], "surface_temperature": [200.0]}, table)
    looks = {"lat": [5.0], "surface_pressure": [600.0], "ls": 100.0, "ltst": 3.0,
             "surface_temperature": [190.0], "temperature_sigma": 0.3}  # fmt: skip
    with pytest.raises(InputError, match="0 to 1"):
        thermal_inertia(looks, table, albedo=1.2)
    with pytest.raises(InputError, match="must rise"):
        GroundTableNodes(inertia=(100.0, 50.0))
    with pytest.raises(InputError, match="do not divide"):
        GroundTableNodes(hours=50)
    with pytest.raises(InputError, match="reads as none"):
        GroundTableNodes(depth=(0.1, math.inf))
