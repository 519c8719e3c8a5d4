"""Dust scenarios: names, seasons, storms, layers, a user's maps; beside published figures."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from marsward.core.errors import DataError, InputError
from marsward.data.dust_files import read_ames_dust_optics, read_dust_maps
from marsward.physics.air_layers import layer_edges
from marsward.physics.dust_profile import dust_depth, dust_top, mixing_share
from marsward.physics.dust_scenario import (
    DustScenario,
    DustStorm,
    UniformDust,
    scenario,
    scenario_names,
)
from marsward.physics.season import MarsYear

YEAR = MarsYear()
LS = np.degrees(YEAR.at(np.arange(YEAR.sols)).ls_rad)
LAT = np.linspace(-89.0, 89.0, 90)
AREA = np.cos(np.radians(LAT)) / np.cos(np.radians(LAT)).sum()


@given(st.floats(0.0, 9.0), st.floats(12e3, 90e3), st.floats(30.0, 1200.0), st.integers(4, 60))
def test_layers_add_up_to_the_column(tau, top, pressure, layers):
    edges = layer_edges([pressure], layers)
    depth = dust_depth(edges, tau, top)
    assert depth.sum() == pytest.approx(tau * pressure / 610.0, rel=1e-12)
    assert depth.min() >= 0.0


def test_dust_is_mixed_below_and_gone_above():
    """Well mixed under 700 Pa; falling ever faster; halved and spent where the docstring says."""
    p = np.array([700.0, 610.0, 100.0, 10.0, 1.0])
    share = mixing_share(p, 60e3)
    assert share[0] == 1.0
    assert np.all(np.diff(share) < 0.0)
    closed = np.exp(0.007 * (1.0 - (700.0 / p) ** (70.0 / 60.0)))
    assert share == pytest.approx(closed)
    assert mixing_share(0.0, 60e3) == 0.0


def test_finer_layers_hold_the_same_dust():
    few, many = layer_edges([700.0], 16), layer_edges([700.0], 160)
    below = [dust_depth(e, 1.0, 50e3)[0] for e in (few, many)]
    p = 60.0
    sums = [
        np.interp(-p, -e[0], np.append(0.0, d.cumsum()))
        for e, d in zip((few, many), below, strict=True)
    ]
    assert sums[0] == pytest.approx(sums[1], abs=0.02)


def test_the_top_of_the_dust_goes_with_the_season():
    assert dust_top(250.0, 0.0) == pytest.approx(78e3)
    assert dust_top(70.0, 0.0) == pytest.approx(42e3)
    assert dust_top(250.0, 90.0) == pytest.approx(20e3)


def test_usual_year_beside_the_published_global_mean():
    """0.375 in the year, least 0.20 at Ls 80, most 0.76 at Ls 240 in the climatology of Mars years
    24 to 35; ours 0.34, 0.21 at Ls 80, 0.67 at Ls 242."""
    tau = scenario("climatological").opacity(LS[:, None], LAT[None, :]) @ AREA
    assert tau.mean() == pytest.approx(0.375, rel=0.12)
    assert tau.min() == pytest.approx(0.20, abs=0.02)
    assert tau.max() == pytest.approx(0.76, rel=0.15)
    assert LS[tau.argmin()] == pytest.approx(80.0, abs=15.0)
    assert LS[tau.argmax()] == pytest.approx(240.0, abs=10.0)


def test_usual_year_has_its_two_storm_seasons():
    low = scenario("climatological").opacity(LS, -10.0)
    first = low[(LS > 210) & (LS < 260)].max()
    pause = low[(LS > 275) & (LS < 310)].min()
    second = low[(LS > 310) & (LS < 340)].max()
    assert first > second > pause > low[(LS > 40) & (LS < 130)].max()


def test_beside_the_background_of_the_ames_model(shared_data):
    """That scenario leaves storms out: rms 0.07, mean difference +0.02, correlation 0.92."""
    maps = read_dust_maps(shared_data / "climate" / "DustScenario_Background.nc")
    theirs = maps.opacity.mean(axis=2)
    ours = scenario("climatological").opacity(maps.ls[:, None], maps.lat[None, :])
    area = np.cos(np.radians(maps.lat))
    area = area / area.mean()
    assert np.sqrt(np.mean((ours - theirs) ** 2 * area)) < 0.08
    assert abs(np.mean((ours - theirs) * area)) < 0.03
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.9
    # the top of their dust is the same published form
    assert dust_top(maps.ls[:, None], maps.lat[None, :]) == pytest.approx(maps.top, abs=0.1)


def test_a_users_maps_are_read_between_their_points(shared_data):
    dust = DustScenario.open(shared_data / "climate" / "DustScenario_Background.nc")
    maps = dust.background.maps
    at = maps.ls[100], maps.lat[20]
    assert dust.opacity(*at, maps.lon[2]) == pytest.approx(maps.opacity[100, 20, 2])
    assert dust.opacity(*at) == pytest.approx(maps.opacity[100, 20].mean())
    edges = layer_edges([700.0, 500.0])
    assert dust.layers(edges, 200.0, [10.0, -10.0]).sum(axis=1) == pytest.approx(
        dust.opacity(200.0, [10.0, -10.0]) * np.array([700.0, 500.0]) / 610.0
    )


def small_maps(**change):
    values = np.array([[[0.1, 0.3], [0.2, 0.4]], [[0.5, 0.7], [0.6, 0.8]]])
    given = {
        "opacity": (("Time", "latitude", "longitude"), values),
        "Time": ("Time", [100.0, 400.0]), "latitude": ("latitude", [30.0, -30.0]),
        "longitude": ("longitude", [-90.0, 90.0]), "name": "cdod",
    } | change  # fmt: skip
    name = given.pop("name")
    data = xr.Dataset({name: given.pop("opacity")}, coords=given)
    return data


def test_infrared_maps_by_sol(tmp_path):
    """Absorption at 9.3 um by sol, latitudes falling, longitudes from the west."""
    small_maps().to_netcdf(tmp_path / "scenario.nc")
    maps = read_dust_maps(tmp_path / "scenario.nc")
    assert maps.lat.tolist() == [-30.0, 30.0]
    assert maps.lon.tolist() == [90.0, 270.0]
    assert maps.opacity[0, 0] == pytest.approx([0.4 * 2.6, 0.2 * 2.6])
    dust = DustScenario.open(tmp_path / "scenario.nc")
    ls = np.degrees(YEAR.at(100.0).ls_rad)
    assert dust.opacity(ls, -30.0, 90.0) == pytest.approx(0.4 * 2.6, rel=1e-4)
    assert dust.opacity(ls, 0.0, 0.0) == pytest.approx(0.25 * 2.6, rel=1e-4)
    assert dust.opacity(ls, -80.0) == pytest.approx(0.3 * 2.6, rel=1e-4)
    assert DustScenario.open(tmp_path / "scenario.nc", factor=1.0).opacity(ls, 30.0) == (
        pytest.approx(0.2, rel=1e-4)
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "cloud"}, "no dust opacity"),
        ({"opacity": (("Time", "latitude", "longitude"), np.full((2, 2, 2), np.nan))}, "gaps"),
        ({"opacity": (("Time", "latitude", "longitude"), np.full((2, 2, 2), -1.0))}, "below zero"),
        ({"Time": ("Time", [0.0, 4000.0])}, "seasons"),
    ],
)
def test_files_that_are_no_dust_maps_are_refused(tmp_path, change, said):
    small_maps(**change).to_netcdf(tmp_path / "scenario.nc")
    with pytest.raises(DataError, match=said):
        read_dust_maps(tmp_path / "scenario.nc")


def test_no_file_and_no_netcdf(tmp_path):
    with pytest.raises(DataError, match="no dust file"):
        read_dust_maps(tmp_path / "none.nc")
    (tmp_path / "text.nc").write_text("dust")
    with pytest.raises(DataError, match="can be read"):
        read_dust_maps(tmp_path / "text.nc")
    with pytest.raises(DataError, match="read as dust optics"):
        read_ames_dust_optics(tmp_path / "none.dat", tmp_path / "none.dat")
    (tmp_path / "short.dat").write_text("0.1 0.2")
    with pytest.raises(DataError, match="holds 2 numbers"):
        read_ames_dust_optics(tmp_path / "short.dat", tmp_path / "short.dat")


def test_the_global_storm_at_gale():
    """Mars year 34: from about 1 to 8.5 in ten sols at some 860 Pa, back to usual at Ls 270."""
    dust, usual = scenario("global-storm"), scenario("climatological")
    gale = np.array([dust.opacity(ls, -4.6) * 860.0 / 610.0 for ls in LS])
    assert gale.max() == pytest.approx(8.5, abs=0.4)
    assert LS[gale.argmax()] == pytest.approx(195.0, abs=5.0)
    assert dust.opacity(185.0, -4.6) == pytest.approx(usual.opacity(185.0, -4.6), rel=1e-4)
    assert dust.opacity(280.0, -4.6) < 2.0 * usual.opacity(280.0, -4.6)
    assert dust.top(196.0, -4.6) == pytest.approx(80e3, rel=0.01)
    assert usual.top(196.0, -4.6) < 72e3


def test_a_storm_grows_rests_and_decays():
    storm = DustStorm(onset_ls=200.0, peak=2.0, growth=10.0, plateau=5.0, decay=30.0)
    start = YEAR.sol_of_ls(200.0)

    def share(sols):
        return float(storm.share(np.degrees(YEAR.at(start + sols).ls_rad)))

    assert share(1e-6) == pytest.approx(0.0, abs=1e-9)
    assert share(5.0) == pytest.approx(0.5, abs=1e-6)
    assert share(12.0) == pytest.approx(1.0)
    assert share(45.0) == pytest.approx(np.exp(-1.0), rel=1e-6)
    assert share(-1.0) == pytest.approx(0.0, abs=1e-6)


def test_scenarios_by_name_and_their_changes():
    assert set(scenario_names()) == {"clear", "climatological", "regional-storm", "global-storm"}
    assert scenario("clear").opacity([0.0, 250.0], 0.0) == pytest.approx([0.1, 0.1])
    assert scenario("clear").top(250.0, 0.0) == pytest.approx(30e3)
    late = scenario("global-storm", onset_ls=250.0, peak=3.0)
    before = scenario("climatological").opacity(240.0, 0.0)
    assert late.opacity(240.0, 0.0) == pytest.approx(before, rel=1e-4)
    dusty = scenario("climatological", dusty_season=1.3)
    usual = scenario("climatological")
    assert dusty.opacity(240.0, 0.0) > 1.15 * usual.opacity(240.0, 0.0)
    assert dusty.opacity(80.0, 0.0) == pytest.approx(usual.opacity(80.0, 0.0), rel=0.01)
    assert scenario("regional-storm").opacity(226.0, -10.0) > usual.opacity(226.0, -10.0) + 0.6
    assert DustScenario.uniform(0.4).opacity([10.0, 20.0], 3.0) == pytest.approx([0.4, 0.4])


def test_opacities_are_smooth_round_the_year():
    for name in scenario_names():
        tau = scenario(name).opacity(LS[:, None], LAT[None, :])
        assert tau.min() > 0.05
        assert np.abs(np.diff(tau, axis=0, append=tau[:1])).max() < 1.0


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: scenario("dust-bowl"), "choose one of: clear, climatological"),
        (lambda: scenario("gobal-storm"), "did you mean 'global-storm'"),
        (lambda: scenario("clear", onset_ls=10.0), "no storm"),
        (lambda: scenario("global-storm", strength=10.0), "number of a storm"),
        (lambda: scenario("clear", dusty_season=1.2), "no season"),
        (lambda: scenario("climatological", dusty_season=-1.0), "factor"),
        (lambda: scenario("climatological").opacity(np.nan, 0.0), "Ls"),
        (lambda: scenario("climatological").opacity(10.0, 95.0), "latitude"),
        (lambda: DustScenario.uniform(-0.1), "opacity"),
        (lambda: UniformDust(0.1, 10.0), "top"),
        (lambda: DustStorm(onset_ls=10.0, peak=1.0, decay=0.0), "decays"),
        (lambda: DustStorm(onset_ls=np.nan, peak=1.0), "onset"),
        (lambda: dust_depth([[610.0, 620.0]], 0.3, 5e4), "fall"),
        (lambda: dust_depth([[610.0, 100.0]], [0.3, 0.2], 5e4), "columns"),
        (lambda: dust_depth([[610.0, 100.0]], "much", 5e4), "number"),
        (lambda: mixing_share(-1.0, 5e4), "pressures"),
        (lambda: mixing_share(1.0, 5.0), "top"),
    ],
)
def test_impossible_dust_is_refused(call, said):
    with pytest.raises(InputError, match=said):
        call()
