"""The radiometer, the temperature read from it, and the list of what an orbit sees."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from marsward.core import frames
from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.core.map_grid import MapGrid
from marsward.core.mars_time import SOL_DAYS
from marsward.core.time import Epoch
from marsward.geometry.radiometer_track import by_place, look_list, nominal_looks
from marsward.instruments.radiometer import Radiometer
from marsward.instruments.radiometer_presets import preset_names
from marsward.physics.thermal_radiance import ThermalAir
from marsward.retrieval.surface_temperature import surface_temperature

CLEAR = ThermalAir(pressure=0.0)


def scene(temperature, **more):
    return {"surface_temperature": np.asarray(temperature, dtype=float), **more}


@pytest.mark.parametrize("name", preset_names())
def test_presets_say_where_their_values_are_from(name):
    radiometer = Radiometer(preset=name)
    assert radiometer.name == name
    rows = {row.name: row for row in radiometer.own_parameters()}
    for band in radiometer.bands:
        for value in ("lo", "hi", "nedt", "gain_error"):
            row = rows[f"bands.{band.name}.{value}"]
            assert row.origin in ("published", "derived", "assumed")
            assert row.ref
    assert "bands" not in radiometer.defaults_used
    assert all(name in radiometer.defaults_used for name in ("pixels", "pixel_across"))


def test_published_bands_and_footprints():
    themis = Radiometer(preset="themis")
    assert len(themis.bands) == 10
    nine = themis.band("9")
    assert 0.5e6 * (nine.lo + nine.hi) == pytest.approx(12.57, abs=0.01)
    assert themis.footprint(400e3)[0] == pytest.approx(100.0)
    tes = Radiometer(preset="tes-bolometer")
    across, along = tes.footprint(380e3, ground_speed=3000.0)
    assert across == pytest.approx(3000.0, rel=0.08)
    assert along == pytest.approx(8000.0, rel=0.10)


def test_a_setting_overrides_the_preset():
    radiometer = Radiometer(preset="themis", pixels=10)
    assert radiometer.pixels == 10
    assert len(radiometer.bands) == 10
    assert "pixels" not in radiometer.defaults_used


def test_noise_is_the_stated_noise():
    radiometer = Radiometer(preset="themis")
    seen = radiometer.observe(scene(np.full(4000, 245.0)), seed=1)
    scatter = seen["brightness_temperature"].std("place").values
    want = [band.nedt for band in radiometer.bands]
    np.testing.assert_allclose(scatter, want, rtol=0.06)
    np.testing.assert_allclose(
        seen["radiance"].std("place"), seen["radiance_sigma"].mean("place"), rtol=0.06
    )
    fewer = radiometer.observe(scene(np.full(4000, 245.0)), seed=1, samples=25.0)
    np.testing.assert_allclose(fewer["radiance_sigma"] * 5.0, seen["radiance_sigma"], rtol=1e-12)


def test_seeds_repeat_and_campaigns_share_their_calibration():
    radiometer = Radiometer(preset="themis")
    ground = scene(np.full(2000, 220.0))
    one = radiometer.observe(ground, seed=1, campaign=5)
    assert one.identical(radiometer.observe(ground, seed=1, campaign=5))
    other = radiometer.observe(ground, seed=2, campaign=5)
    third = radiometer.observe(ground, seed=1, campaign=6)
    mean = [each["radiance"].mean("place").values for each in (one, other, third)]
    noise = one["radiance_sigma"].values[0] / math.sqrt(2000)
    assert (np.abs(mean[0] - mean[1]) < 6.0 * noise).all()
    assert (np.abs(mean[0] - mean[2]) > 6.0 * noise).any()
    gains = np.array([radiometer.gains(k) for k in range(400)])[:, :-1]
    assert gains.std() == pytest.approx(0.01, rel=0.05)


def test_heat_of_a_mixed_footprint_adds():
    radiometer = Radiometer(preset="diviner-like")
    parts = scene([[150.0, 270.0]], share=np.array([[0.4, 0.6]]))
    cosine = np.ones(1)
    for band in radiometer.bands:
        mixed = radiometer.radiance(
            band, parts["surface_temperature"], parts["share"], np.ones((1, 2)), CLEAR, cosine
        )
        law = band.law
        want = 0.4 * law.radiance(150.0) + 0.6 * law.radiance(270.0)
        assert mixed[0] == pytest.approx(want)
    seen = radiometer.observe(parts, samples=1e12)
    bright = seen["brightness_temperature"].values[0]
    assert bright[0] > bright[-1] + 10.0  # short waves see the warm part


def test_frost_of_another_emissivity_in_each_band():
    radiometer = Radiometer(preset="diviner-like")
    shine = np.ones((1, 2, len(radiometer.bands)))
    shine[0, 1, 3] = 0.6
    ground = scene([[200.0, 148.0]], share=np.array([[0.5, 0.5]]), emissivity=shine)
    law = radiometer.bands[3].law
    got = radiometer.radiance(
        radiometer.bands[3], ground["surface_temperature"], ground["share"], shine[..., 3], CLEAR,
        np.ones(1),
    )  # fmt: skip
    assert got[0] == pytest.approx(0.5 * law.radiance(200.0) + 0.3 * law.radiance(148.0))
    assert radiometer.observe(ground)["radiance"].shape == (1, 7)


def test_numbers_come_in_steps():
    step = 1e-3
    bands = [
        {"name": "a", "lo": "10 um", "hi": "12 um", "quantum": f"{step} W m-2 sr-1", "nedt": "1 mK"}
    ]
    radiometer = Radiometer(bands=bands)
    light = radiometer.observe(scene(np.linspace(200.0, 260.0, 50)))["radiance"].values
    np.testing.assert_allclose(light / step, np.rint(light / step), atol=1e-6)
    assert radiometer.bands[0].noise >= step / math.sqrt(12.0)


def test_sunlight_gives_albedo_by_day_only():
    tes = Radiometer(preset="tes-bolometer")
    looks = {"emission": 0.0, "incidence": np.array([20.0, 60.0, 100.0] * 500)}
    seen = tes.observe(
        scene(np.full(1500, 230.0), bolometric_albedo=np.full(1500, 0.25)), looks, campaign=2
    )
    albedo = seen["lambert_albedo"].values.reshape(-1, 3)
    assert np.isnan(albedo[:, 2]).all()
    gain = tes.gains(2)[-1]
    np.testing.assert_allclose(albedo[:, :2].mean(axis=0), 0.25 * gain, rtol=1e-3)
    assert albedo[:, 1].std() == pytest.approx(0.002, rel=0.1)
    assert "lambert_albedo" not in Radiometer(preset="themis").observe(
        scene([230.0], bolometric_albedo=0.2), {"incidence": 10.0}
    )


def test_temperature_is_read_back_within_its_errors():
    rng = np.random.default_rng(3)
    n = 1500
    true = rng.uniform(160.0, 285.0, n)
    depth, warmth = rng.normal(0.15, 0.03, n), rng.normal(195.0, 6.0, n)
    believed = ThermalAir(0.15, 195.0, 610.0, 0.03, 6.0)
    angle = rng.uniform(0.0, 40.0, n)
    for name in ("themis", "tes-bolometer", "diviner-like", "mcs-like"):
        radiometer = Radiometer(preset=name)
        off = []
        for campaign in range(12):
            part = slice(campaign * 125, (campaign + 1) * 125)
            here = ThermalAir(depth[part], warmth[part])
            seen = radiometer.observe(
                scene(true[part], emissivity=0.97), {"emission": angle[part]}, air=here,
                seed=campaign, campaign=campaign,
            )  # fmt: skip
            told = surface_temperature(
                seen, radiometer, emission=angle[part], emissivity=0.97, air=believed
            )
            total = np.hypot(told["temperature_sigma"], told["temperature_common"]).values
            off.append((told["surface_temperature"].values - true[part]) / total)
        off = np.concatenate(off)
        assert np.isfinite(off).mean() > 0.98
        assert 0.6 < np.nanmean(off**2) < 1.6, name
        assert abs(np.nanmedian(off)) < 0.5, name


def test_band_of_the_gas_is_left_out():
    themis = Radiometer(preset="themis")
    told = surface_temperature(themis.observe(scene([230.0, 250.0])), themis)
    assert told.attrs["bands"].split(", ") == ["1", "2", "3", "4", "5", "6", "7", "8", "9"]
    with pytest.raises(InputError, match="band of radiometer 'themis'"):
        surface_temperature(themis.observe(scene([230.0])), themis, bands=("11",))


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda r: r.observe({}), "surface_temperature"),
        (lambda r: r.observe(scene([math.nan, 200.0])), "nan K at 1 of 2 places"),
        (lambda r: r.observe(scene([20.0])), "20 K"),
        (lambda r: r.observe(scene([[200.0, 150.0]], share=np.array([[0.5, 0.6]]))), "sum to 1"),
        (lambda r: r.observe(scene([200.0], emissivity=1.5)), "emissivity"),
        (lambda r: r.observe(scene([200.0]), {"emission": 89.0}), "0 to 85 deg"),
        (lambda r: r.observe(scene([200.0]), samples=0.0), "samples"),
        (lambda r: r.footprint(-1.0), "height above 0"),
        (lambda r: r.band("12"), "band of radiometer"),
        (lambda r: Radiometer(preset="tess"), "radiometer preset"),
    ],
)
def test_bad_calls_are_one_sentence(call, word):
    with pytest.raises((InputError, ValueError), match=word):
        call(Radiometer(preset="themis"))


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match="below hi"):
        Radiometer(bands=[{"name": "a", "lo": "12 um", "hi": "10 um"}])
    with pytest.raises(ValueError, match="one name twice"):
        Radiometer(bands=[{"name": "a", "lo": "8 um", "hi": "9 um"}] * 2)
    with pytest.raises(ValueError, match="both solar_lo and solar_hi"):
        Radiometer(solar_lo="0.3 um")


# ------------------------------------------------------------------------------ what an orbit sees
class Circle:
    """A circular orbit about Mars whose plane keeps to a local mean time: kinematics only."""

    def __init__(self, start, days, hour, inclination):
        mars = body("mars")
        self.start, self.stop = start, start + days * 86_400.0
        self.radius = mars.radius + 400e3
        self.rate = math.sqrt(mars.gm / self.radius**3)
        self.tilt, self.hour = math.radians(inclination), hour

    def at(self, epoch, *, wrt=None, ephemeris=None):
        t = np.asarray(epoch - self.start)
        # longitude at which the mean local time is that of the node
        node = np.radians(15.0 * (self.hour - np.asarray(epoch.lmst(0.0))))
        turn = 2.0 * math.pi / (SOL_DAYS * 86_400.0)
        u = self.rate * t
        cosine, sine = math.cos(self.tilt), math.sin(self.tilt)
        place, speed = (
            self.radius
            * np.stack(
                [a * np.cos(node) - b * cosine * np.sin(node),
                 a * np.sin(node) + b * cosine * np.cos(node), b * sine], axis=-1,
            )
            for a, b in ((np.cos(u), np.sin(u)), (-self.rate * np.sin(u), self.rate * np.cos(u)))
        )  # fmt: skip
        speed = speed + turn * np.stack([place[..., 1], -place[..., 0], 0.0 * u], axis=-1)
        inertial = np.linalg.inv(frames.state_rotation("J2000", "IAU_MARS", epoch))
        return np.einsum("...ij,...j->...i", inertial, np.concatenate([place, speed], axis=-1))


@pytest.fixture(scope="module")
def listed():
    orbit = Circle(Epoch.utc("2028-11-01"), 1.2, 14.0, 92.9)
    grid = MapGrid.geographic(1)
    return look_list(orbit, grid, half_swath_rad=0.15, every_sols=1.0), grid


def test_list_names_cells_seasons_and_hours(listed):
    looks, grid = listed
    assert looks.sizes["observation"] > 3000
    row, column = grid.row_col(looks["lon"].values, looks["lat"].values)
    assert (np.abs(row - looks["row"].values) <= 0.5 + 1e-9).all()
    off = np.abs(column - looks["column"].values)
    assert (np.minimum(off, grid.width - off) <= 0.5 + 1e-9).all()
    at = Epoch.et(looks["et"].values)
    np.testing.assert_allclose(at.ltst(looks["lon"].values), looks["ltst"].values, atol=1e-6)
    np.testing.assert_allclose(at.ls, looks["ls"].values, atol=1e-9)
    assert (looks["emission"].values < 60.0).all()
    assert np.all(np.diff(looks["et"].values) >= 0.0)


def test_both_sides_are_seen_at_the_hours_of_the_orbit(listed):
    looks, _ = listed
    low = np.abs(looks["lat"].values) < 5.0
    hour = looks["ltst"].values[low]
    day = np.abs(hour - 12.0) < 6.0
    late = float(Epoch.utc("2028-11-01").ltst(0.0) - Epoch.utc("2028-11-01").lmst(0.0))
    want = [14.0 + late, 2.0 + late]
    got = [float(np.median(hour[day])), float(np.median(hour[~day]))]
    np.testing.assert_allclose(got, want, atol=0.4)
    assert 0.3 < day.mean() < 0.7


def test_one_entry_for_a_cell_side_and_stretch(listed):
    looks, grid = listed
    cell = looks["row"].values * grid.width + looks["column"].values
    sols = np.floor((looks["et"].values - looks["et"].values.min()) / (SOL_DAYS * 86_400.0))
    side = looks["incidence"].values >= 90.0
    whole = np.stack([cell, sols, side], axis=1)
    assert len(np.unique(whole, axis=0)) > 0.99 * len(whole)


def test_places_gather_their_looks(listed):
    looks, grid = listed
    places = by_place(looks, grid)
    number = places["look_number"].values
    used = number[number >= 0]
    assert len(np.unique(used)) == len(used) == looks.sizes["observation"]
    some = np.nonzero(number >= 0)
    row = looks["row"].values[number[some]]
    assert (row == places["row"].values[some[0]]).all()
    few = by_place(looks, grid, most=1)
    assert few.sizes["look"] == 1
    assert np.isfinite(places["ls"].values).all()


def test_survey_measures_looks_and_leaves_gaps(listed):
    looks, grid = listed
    places = by_place(looks, grid)
    radiometer = Radiometer(preset="tes-bolometer")
    warmth = np.full(places["look_number"].shape, 210.0)
    seen = radiometer.survey(places, warmth, emissivity=0.98, cell=59e3)
    none = places["look_number"].values < 0
    assert np.isnan(seen["radiance"].values[none]).all()
    assert np.isfinite(seen["radiance"].values[~none]).all()
    told = surface_temperature(seen, radiometer, emissivity=0.98)
    off = told["surface_temperature"].values - 210.0
    assert np.isnan(off[none]).all()
    total = np.hypot(told["temperature_sigma"], told["temperature_common"]).values
    assert (np.abs(off[~none]) < 5.0 * total[~none]).all()


def test_nominal_year_keeps_the_hours_of_the_orbit(listed):
    looks, _ = listed
    lat = looks["lat"].values
    ls = float(looks["ls"].values[0])
    nominal = nominal_looks([0.0, 40.0, -40.0, 89.5], local_time=14.0, ls_start=ls, sols=1.0,
                            every_sols=1.0)  # fmt: skip
    assert nominal["ls"].values[0, 0] == pytest.approx(ls, abs=0.05)
    for k, place in enumerate((0.0, 40.0, -40.0)):
        near = np.abs(lat - place) < 2.0
        for hour in nominal["ltst"].values[k]:
            gap = np.abs(looks["ltst"].values[near] - hour)
            gap = np.minimum(gap, 24.0 - gap)
            assert (gap < 0.6).sum() > 20
    assert (nominal["look_number"].values[3] == -1).all()


def test_high_orbits_and_empty_lists_are_said():
    orbit = Circle(Epoch.utc("2028-11-01"), 0.1, 14.0, 92.9)
    grid = MapGrid.geographic(1)
    none = look_list(orbit, grid, half_swath_rad=0.1, altitude_limit=100e3)
    assert none.sizes["observation"] == 0
    with pytest.raises(InputError, match="no cell was looked at"):
        by_place(none, grid)
    with pytest.raises(InputError, match="more than 10 looks"):
        look_list(orbit, grid, half_swath_rad=0.1, most=10)
    with pytest.raises(InputError, match="half a swath"):
        look_list(orbit, grid, half_swath_rad=0.0)
    with pytest.raises(InputError, match="the trajectory runs from"):
        look_list(orbit, grid, half_swath_rad=0.1, stop=orbit.stop + 1e5)
    with pytest.raises(InputError, match="inclination"):
        nominal_looks([0.0], local_time=14.0, inclination=200.0)


def test_survey_takes_air_in_rows(listed):
    looks, grid = listed
    places = by_place(looks, grid).isel(place=slice(0, 50))
    radiometer = Radiometer(preset="themis")
    air = ThermalAir(np.full((50, 1), 0.2), 190.0)
    seen = radiometer.survey(places, np.full((50, places.sizes["look"]), 230.0), air=air)
    assert isinstance(seen, xr.Dataset)
    assert SimpleNamespace(**seen.attrs).instrument == "themis"
