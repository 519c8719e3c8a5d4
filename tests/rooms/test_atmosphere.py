"""The one atmosphere: its sources, its answers, its refusals, its weather."""

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import marsward
from marsward.core.errors import DataError, InputError
from marsward.core.time import Epoch
from marsward.physics.air import gravity
from marsward.planet.air_perturbations import AirPerturbations, density_sigma
from marsward.planet.atmosphere import HIGHEST, atmosphere
from marsward.planet.column_table_air import mars_gram_table
from marsward.planet.slope_wind import SlopeWind, regional_slope

JEZERO = (77.45, 18.44)
LANDING = Epoch.utc("2021-02-18T20:50")


@pytest.fixture(scope="module")
def gram():
    return atmosphere("mars-gram")


def test_a_single_point_has_no_axes(gram):
    air = gram.at(LANDING, *JEZERO, 10e3)
    assert air["pressure"].shape == ()
    assert air["density"].attrs["units"] == "kg m-3"
    assert air.attrs["atmosphere"] == "mars-gram"
    assert "Mars-GRAM" in air.attrs["source"]
    assert 200.0 < float(air["speed_of_sound"]) < 260.0
    assert 5e-6 < float(air["viscosity"]) < 2e-5
    assert float(air["co2_share"]) == pytest.approx(0.953, abs=0.01)
    assert float(sum(air[n] for n in air if n.endswith("_share"))) == pytest.approx(1.0)


def test_shapes_broadcast(gram):
    when = LANDING + np.arange(3) * 3600.0
    assert gram.at(when, 77.0, 18.0, 1e4)["pressure"].dims == ("point",)
    grid = gram.at(when.reshape(3, 1), np.array([70.0, 80.0]), 18.0, 2e4)
    assert grid["pressure"].shape == (3, 2)
    profile = gram.profile(when, *JEZERO, np.arange(0.0, 60e3, 1e4))
    assert profile["density"].shape == (3, 6)
    assert profile["density"].dims[-1] == "level"
    same = gram.at(when[1], *JEZERO, 3e4)["density"]
    assert float(same) == pytest.approx(float(profile["density"][1, 3]))


def test_text_is_an_epoch_and_a_date_without_year_is_not(gram):
    told = gram.at("2021-02-18T20:50", *JEZERO, 1e4)
    assert float(told["density"]) == pytest.approx(float(gram.at(LANDING, *JEZERO, 1e4)["density"]))
    with pytest.raises(InputError):
        gram.at("02-18T20:50", *JEZERO, 1e4)
    with pytest.raises(InputError, match="its year"):
        gram.at(5.5, *JEZERO, 1e4)


def test_heights_above_the_ground(gram):
    ground = float(gram.ground(*JEZERO))
    over = gram.at(LANDING, *JEZERO, 1500.0, above="ground")
    assert float(over["height_above_areoid"]) == pytest.approx(ground + 1500.0)
    known = gram.at(LANDING, *JEZERO, 10.0, above="ground", ground=-2569.0)
    assert float(known["height_above_areoid"]) == pytest.approx(-2559.0)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda a: a.at(LANDING, *JEZERO, -6e3), "under the ground"),
        (lambda a: a.at(LANDING, *JEZERO, HIGHEST + 1.0), "250 km"),
        (lambda a: a.at(LANDING, 0.0, 95.0, 1e3), "lat from -90 to 90"),
        (lambda a: a.at(LANDING, 0.0, 5.0, np.nan), "not finite"),
        (lambda a: a.at(LANDING, *JEZERO, 1e3, above="sea"), "reference of heights"),
        (lambda a: a.at(LANDING, np.zeros(3), np.zeros(4), 1e3), "fit together"),
        (lambda a: a.at(LANDING, *JEZERO, -100.0, ground=0.0), "under the ground"),
        (lambda a: atmosphere("mars-gramm"), "did you mean 'mars-gram'"),
        (lambda a: atmosphere("nowhere.nc"), "there is no file"),
        (lambda a: atmosphere("mars-gram", dust="foggy"), "dust scenario"),
        (lambda a: atmosphere("mars-gram", f107=5.0), "65 to 300"),
        (lambda a: atmosphere("mars-gram", seed=-1), "seed of 0 or more"),
        (lambda a: a.drag(0.02, LANDING + np.arange(2.0)), "single epoch"),
    ],
)
def test_refusals_are_one_sentence(gram, call, words):
    with pytest.raises(InputError, match=words) as caught:
        call(gram)
    assert "\n" not in str(caught.value)


def test_the_shipped_column_is_the_table(gram):
    """Densities are the table's to 2 %; the temperature is the one that they are carried with."""
    table = mars_gram_table()
    air = gram.sample(5.5, 7.25, *JEZERO, table["height"])
    assert np.abs(air.density / table["density"] - 1.0).max() < 0.02
    off = air.temperature - table["temperature"]
    assert np.abs(off).max() < 27.0
    high = table["height"] > 80e3
    assert np.abs(off[high]).max() < 6.0
    share = gram.tables.mixture.shares_at(air.pressure[::50])
    for name in ("CO2", "N2", "O"):
        assert np.allclose(share[name], table[name][::50], atol=0.01)


def test_the_asset_is_made_from_the_table(shared_data, tmp_path):
    text = (shared_data / "atmosphere" / "MarsGRAMNominal.txt").read_text().splitlines()
    table = mars_gram_table()
    assert len(text) == table["height"].size + 1
    row = text[101].split()
    assert float(row[1]) * 1e3 == table["height"][100]
    assert float(row[4]) == table["density"][100]


def test_a_seed_is_one_weather_in_any_order(gram):
    rng = np.random.default_rng(4)
    z, lon = rng.uniform(0, 120e3, 500), rng.uniform(0, 360, 500)
    one, two = atmosphere("mars-gram", seed=7), atmosphere("mars-gram", seed=8)
    first = one.sample(5.5, 7.25, lon, 18.0, z, seconds=6.6e8)
    back = one.sample(5.5, 7.25, lon[::-1], 18.0, z[::-1], seconds=6.6e8)
    assert np.array_equal(first.density, back.density[::-1])
    other = two.sample(5.5, 7.25, lon, 18.0, z, seconds=6.6e8)
    still = gram.sample(5.5, 7.25, lon, 18.0, z)
    assert np.corrcoef(np.log(first.density / still.density),
                       np.log(other.density / still.density))[0, 1] < 0.5  # fmt: skip
    gas = first.pressure * first.molar_mass / (first.density * first.temperature)
    assert np.allclose(gas, 8.314462618, rtol=1e-9)


def test_perturbations_have_the_size_and_reach_that_is_said():
    weather = AirPerturbations(3)
    rng = np.random.default_rng(1)
    n = 20_000
    lon, lat = rng.uniform(0, 360, n), np.degrees(np.arcsin(rng.uniform(-1, 1, n)))
    z, t = rng.uniform(0, 120e3, n), rng.uniform(0, 1e8, n)
    field = weather.field(lon, lat, z, t)[0]
    assert abs(field.mean()) < 0.05
    assert field.std() == pytest.approx(1.0, abs=0.1)
    near = weather.field(lon, lat, z + 500.0, t)[0]
    far = weather.field(np.mod(lon + 40.0, 360.0), -lat, z + 4e4, t + 1e6)[0]
    assert np.corrcoef(field, near)[0, 1] > 0.85
    assert abs(np.corrcoef(field, far)[0, 1]) < 0.1
    assert density_sigma([0.0, 100e3, 200e3]) == pytest.approx([0.02, 0.30, 0.45])
    table = mars_gram_table()
    assert np.allclose(density_sigma(table["height"]), table["density_sigma"], rtol=0.06)


def test_weather_stays_at_rest_upright(gram):
    """dp/dz = -rho g under every wave, by differences over 20 m; changes are as large as said."""
    z = np.arange(0.0, 120e3, 20.0)
    air = atmosphere("mars-gram", seed=11).sample(5.5, 7.25, 30.0, 10.0, z, seconds=6.6e8)
    still = gram.sample(5.5, 7.25, 30.0, 10.0, z)
    slope = np.diff(np.log(air.pressure)) / 20.0
    middle = 0.5 * (z[1:] + z[:-1])
    fall = air.density / air.pressure
    assert np.allclose(-slope, 0.5 * (fall[1:] + fall[:-1]) * gravity(middle), rtol=2e-3)
    rows = [atmosphere("mars-gram", seed=k).sample(5.5, 7.25, 30.0, 10.0, z[::250]).density
            for k in range(40)]  # fmt: skip
    spread = np.log(np.array(rows) / still.density[::250]).std(axis=0)
    assert np.median(spread / density_sigma(z[::250])) == pytest.approx(1.0, abs=0.25)


def test_slope_winds_go_up_by_day_and_down_by_night():
    lon, lat = 229.0, 18.5  # the west flank of Olympus Mons
    east, north = regional_slope(lon, lat)
    assert float(np.hypot(east, north)) > 0.01
    wind = SlopeWind()
    args = (np.array([lon]), np.array([lat]), np.array([60.0]))
    day = wind.at(*args, np.array([240.0]), np.array([220.0]))
    night = wind.at(*args, np.array([195.0]), np.array([220.0]))
    assert float(day[0][0] * east + day[1][0] * north) > 0.0
    assert float(night[0][0] * east + night[1][0] * north) < 0.0
    assert np.hypot(*night)[0] < 60.0
    high = (np.array([lon]), np.array([lat]), np.array([5e3]))
    assert np.hypot(*wind.at(*high, np.array([240.0]), np.array([220.0])))[0] == 0.0


def test_an_orbit_decays_by_the_table(gram):
    drag = gram.drag(0.02, LANDING)
    inside = gram.sample(5.5, 7.25, 0.0, 0.0, 180e3).density
    assert drag.density_at(180e3) == pytest.approx(float(inside), rel=0.02)
    assert drag.density[-1] < drag.density[0] * 1e-9
    assert "Mars-GRAM" in drag.source


def model_file(path: Path, hours=8, seasons=12) -> Path:
    """OpenMARS-like: a day that swings, a pole that cools, an even wind."""
    steps = [(s, h) for s in range(seasons) for h in range(hours)]
    ls = np.array([30.0 * s for s, _ in steps]) + 0.01
    year = Epoch.utc("2021-02-07T12:00")
    lat, lon = np.linspace(87.5, -87.5, 36), np.arange(-180.0, 180.0, 10.0)
    lev = np.geomspace(0.999, 5e-5, 20)
    shape = (len(steps), lev.size, lat.size, lon.size)
    cold = 210.0 - 40.0 * np.sin(np.radians(lat)) ** 2
    temp = np.broadcast_to(cold[None, None, :, None], shape) * lev[None, :, None, None] ** 0.05
    data = xr.Dataset(
        {
            "temp": (("time", "lev", "lat", "lon"), temp.astype("f4")),
            "u": (("time", "lev", "lat", "lon"), np.full(shape, 12.0, "f4")),
            "v": (("time", "lev", "lat", "lon"), np.full(shape, -3.0, "f4")),
            "ps": (("time", "lat", "lon"), np.full((len(steps), *shape[2:]), 600.0, "f4")),
            "tsurf": (("time", "lat", "lon"), np.full((len(steps), *shape[2:]), 215.0, "f4")),
            "Ls": ("time", ls), "MY": ("time", np.full(len(steps), 35.0)),
        },
        {"time": np.arange(len(steps)) / hours, "lev": lev, "lat": lat, "lon": lon},
    )  # fmt: skip
    assert year.ls >= 0.0
    data.to_netcdf(path)
    return path


def test_a_file_of_a_model_is_an_atmosphere(tmp_path):
    path = model_file(tmp_path / "run.nc", hours=1)
    air = atmosphere(path, hours=1, meridians=1, slope_winds=False)
    assert air.air.name == "run.nc"
    z = 25e3
    there = air.sample(90.0, 12.0, 0.0, 0.0, z)
    pole = air.sample(90.0, 12.0, 0.0, 80.0, z)
    sigma = there.pressure / 600.0
    assert float(there.temperature) == pytest.approx(210.0 * float(sigma) ** 0.05, rel=0.02)
    assert float(pole.density) < float(there.density)
    assert float(there.eastward_wind) == pytest.approx(12.0, rel=0.02)
    assert float(there.northward_wind) == pytest.approx(-3.0, rel=0.02)
    assert float(air.sample(90.0, 12.0, 0.0, 0.0, 150e3).density) < 1e-8
    with pytest.raises(InputError, match="hours"):
        atmosphere(path, hours=2)


def test_a_file_without_air_is_refused(tmp_path):
    path = tmp_path / "none.nc"
    xr.Dataset({"x": ("y", np.zeros(3))}).to_netcdf(path)
    with pytest.raises(DataError):
        _ = atmosphere(path).tables


def test_assets_are_as_their_records_say():
    import hashlib

    folder = Path(marsward.__file__).parent / "data" / "assets"
    for name in ("mars_gram_column.toml", "climate_air.toml"):
        for record in tomllib.loads((folder / name).read_text()).values():
            made = hashlib.sha256((folder / record["file"]).read_bytes()).hexdigest()
            assert made == record["sha256"]
            assert json.dumps(record["licence"])
