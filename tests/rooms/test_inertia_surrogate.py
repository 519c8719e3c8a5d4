"""The surrogate of thermal inertia: its terms, its record, and real maps that it never saw."""

import importlib.util
import tomllib
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from scipy.special import sph_harm_y

from marsward.core.errors import DataError, InputError
from marsward.data import thermal_inertia_map as room
from marsward.data.surface_map_files import read_surface_map
from marsward.data.surface_maps import elevation, tes_albedo
from marsward.data.thermal_inertia_map import (
    surrogate,
    surrogate_inertia,
    surrogate_sigma,
    term_names,
    terms,
    thermal_inertia,
    thermal_inertia_sigma,
)

TOOL = Path(__file__).resolve().parents[2] / "tools" / "make_inertia_surrogate.py"


def test_waves_are_spherical_harmonics_of_one_norm():
    lat, lon = np.array([-71.0, -20.0, 3.0, 55.0]), np.array([10.0, 200.0, 359.0, 77.0])
    table = dict(zip(term_names(), terms(lat, lon, 0.2, 0.0).T, strict=True))
    for n, m in ((1, 1), (3, 2), (6, 5)):
        # real 4 pi harmonics are sqrt(8 pi) times the real and imaginary parts, less the phase
        oracle = sph_harm_y(n, m, np.radians(90.0 - lat), np.radians(lon))
        oracle = oracle * np.sqrt(8.0 * np.pi) * (-1) ** m
        np.testing.assert_allclose(table[f"c{n}_{m}"], oracle.real, atol=1e-12)
        np.testing.assert_allclose(table[f"s{n}_{m}"], oracle.imag, atol=1e-12)


def test_terms_and_names_go_together():
    assert terms(10.0, 20.0, 0.15, 1e3).shape == (len(term_names()),)
    assert len(set(term_names())) == len(term_names()) == surrogate().coefficients.size


def test_dust_holds_little_heat_and_dark_plains_more():
    world = thermal_inertia(1)
    assert world.shape == (180, 360)
    assert world.dtype == np.float32
    tharsis, arabia, acidalia = world[80, 250], world[68, 25], world[40, 330]
    assert tharsis < 100.0
    assert arabia < 150.0
    assert acidalia > 1.5 * arabia


def test_map_and_places_are_one_relation():
    lat, lon = 90.0 - 40.5, 330.5
    value = surrogate_inertia(lat, lon, tes_albedo()[40, 330], elevation()[40, 330])
    assert thermal_inertia(1)[40, 330] == pytest.approx(float(value), rel=1e-6)


def test_coarse_cells_hold_the_geometric_mean():
    fine, coarse = np.log(thermal_inertia(1)), np.log(thermal_inertia(0.2))
    assert coarse.shape == (36, 72)
    np.testing.assert_allclose(coarse[10, 7], fine[50:55, 35:40].mean(), atol=1e-5)


def test_relation_of_80_degrees_goes_on_to_the_pole():
    at = surrogate_inertia([80.0, 86.0, 90.0], 30.0, 0.3, -3000.0)
    np.testing.assert_allclose(at, at[0])


def test_error_is_told_and_larger_where_it_was_found_larger():
    fit = surrogate()
    assert 0.1 < fit.sigma_mean < 0.3
    assert 3.0 < fit.correlation_deg < 20.0
    assert f"{fit.sigma_mean:.2f}" in fit.note
    assert surrogate_sigma(-75.0) > surrogate_sigma(-45.0)
    table = thermal_inertia_sigma(1)
    assert table.shape == (180, 360)
    np.testing.assert_allclose(table[:, 0], surrogate_sigma(90.0 - np.arange(180) - 0.5), rtol=1e-6)


def test_a_real_map_of_other_making_agrees(shared_data):
    """TES in cells of 5 by 0.25 degrees, of which no number went into the fit."""
    path = shared_data / "surface_maps" / "msim_albedo_ti_mapgrid.7c.gz"
    real = read_surface_map(path, fill="keep")
    lat, lon = (each.ravel() for each in np.meshgrid(real.lat, real.lon, indexing="ij"))
    known = np.log(real.values.ravel())
    has = np.isfinite(known)
    row, column = ((90.0 - lat) * 4).astype(int), np.mod(lon * 4, 1440).astype(int)
    found = surrogate_inertia(
        lat[has], lon[has], tes_albedo(4)[row, column][has], elevation(4)[row, column][has]
    )
    error, weight = np.log(found) - known[has], np.cos(np.radians(lat[has]))
    rms = np.sqrt(np.average(error**2, weights=weight))
    assert abs(np.average(error, weights=weight)) < 0.04
    for south in range(-70, 70, 10):  # as said in every belt
        belt = (lat[has] >= south) & (lat[has] < south + 10)
        told = surrogate_sigma(south + 5.0)
        assert np.sqrt(np.mean(error[belt] ** 2)) == pytest.approx(told, rel=0.35), south
    assert np.corrcoef(np.log(found), known[has])[0, 1] > 0.85
    assert rms == pytest.approx(surrogate().sigma_mean, rel=0.25)


@pytest.mark.skipif(not TOOL.is_file(), reason="only a checkout holds the tools")
def test_the_tool_makes_the_record(shared_data):
    spec = importlib.util.spec_from_file_location("make_inertia_surrogate", TOOL)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    made = tomllib.loads(tool.record(shared_data / "surface_maps" / "Legacy.fixed.nc"))
    text = files("marsward.data").joinpath("assets/inertia_surrogate.toml").read_text()
    shipped = tomllib.loads(text)
    made, shipped = made["inertia_surrogate"], shipped["inertia_surrogate"]
    for name, value in made.pop("coefficients").items():
        assert value == pytest.approx(shipped["coefficients"][name], rel=1e-4, abs=1e-6)
    assert made["file_sha256"] == shipped["file_sha256"]
    for name in ("sigma_ln_mean", "correlation_deg"):
        assert made[name] == pytest.approx(shipped[name], rel=1e-3)


def test_damaged_record_says_what_to_do(monkeypatch):
    monkeypatch.setattr(room, "_ASSET", "assets/nothing.toml")
    surrogate.cache_clear()
    with pytest.raises(DataError, match=r"missing or damaged .* install marsward again"):
        surrogate()
    monkeypatch.undo()
    surrogate.cache_clear()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"lat": 91.0}, "beyond a pole"),
        ({"albedo": np.nan}, "albedo holds a value that is not a number"),
        ({"elevation": np.inf}, "elevation holds"),
    ],
)
def test_bad_places(given, said):
    place = {"lat": 10.0, "lon": 20.0, "albedo": 0.2, "elevation": 0.0, **given}
    with pytest.raises(InputError, match=said):
        surrogate_inertia(**place)


def test_grid_that_does_not_close():
    with pytest.raises(InputError, match="do not close"):
        thermal_inertia_sigma(0.37)
