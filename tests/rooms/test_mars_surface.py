"""The true surface: its albedo map, colours, and means over map cells."""

import math
import shutil

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from marsward.core.errors import DataError, InputError
from marsward.core.map_grid import MapGrid
from marsward.data import surface_maps
from marsward.data.surface_maps import padded, regridded, tes_albedo
from marsward.physics.light import Band
from marsward.physics.mars_photometry import MarsPhotometry, radiance_factor
from marsward.physics.reflectance import sphere_grid
from marsward.planet.mars_colour import (
    BRIGHT_BOLOMETRIC,
    DARK_BOLOMETRIC,
    band_albedo,
    end_members,
)
from marsward.planet.mars_surface import RGB, MarsSurface

SMOOTH = MarsSurface.shipped(ppd=1, terrain=None)


# the map ------------------------------------------------------------------------------------
def test_tes_albedo_is_the_published_map(shared_data):
    """Cell by cell the table of the package it comes from; range and mean as known."""
    lines = (shared_data / "surface_maps" / "Mars_ALB_TES_1x1.csv").read_text().splitlines()
    table = np.array([[float(word) for word in line.strip(",").split(",")] for line in lines])
    values = tes_albedo(fill_poles=False)
    for lat, lon in ((9.5, 69.5), (20.5, 20.5), (-45.5, 300.5), (0.5, 180.5), (0.5, 179.5)):
        row, column = int(lat + 90.0), int((lon + 180.0) % 360.0)
        assert values[int(90.0 - lat), int(lon)] == pytest.approx(table[row, column], abs=1e-6)
    assert np.sort(values.ravel()) == pytest.approx(np.sort(table.ravel()), abs=1e-6)
    assert values.min() == pytest.approx(0.08, abs=1e-6)
    assert values.max() == pytest.approx(0.32094, abs=1e-6)
    assert values.mean() == pytest.approx(0.19364, abs=1e-5)


def test_known_places_are_dark_and_bright():
    """Syrtis Major and Acidalia are dark; Arabia, Tharsis and Elysium are bright."""
    values = tes_albedo()
    for lat, lon in ((10, 69), (45, 325)):
        assert values[90 - lat, lon] < 0.16
    for lat, lon in ((20, 20), (5, 250), (25, 150)):
        assert values[90 - lat, lon] > 0.24


def test_poles_are_filled_from_the_nearest_whole_row():
    values = tes_albedo()
    assert np.unique(values[:3]).size == 1
    assert values[0, 0] == pytest.approx(values[3].mean(), abs=1e-6)
    assert np.array_equal(values[3:-3], tes_albedo(fill_poles=False)[3:-3])


@pytest.mark.parametrize(("method", "order"), [("linear", 1), ("cubic", None)])
def test_regridding_goes_through_the_cells_and_around_the_globe(method, order):
    values = tes_albedo().astype(np.float64)
    fine = regridded(values, 3, method=method)
    assert fine.shape == (540, 1080)
    np.testing.assert_allclose(fine[1::3, 1::3], values, rtol=0.0, atol=1e-6)
    if order:
        at = (np.arange(540) + 0.5) / 3 + 1.5, (np.arange(1080) + 0.5) / 3 + 1.5
        wide = map_coordinates(padded(values, 2), np.meshgrid(*at, indexing="ij"), order=order)
        np.testing.assert_allclose(fine, wide, rtol=0.0, atol=1e-6)
    turned = regridded(np.roll(values, 90, axis=1), 3, method=method)
    np.testing.assert_allclose(turned, np.roll(fine, 270, axis=1), rtol=0.0, atol=1e-7)
    upside_down = regridded(values[::-1], 3, method=method)
    np.testing.assert_allclose(upside_down, fine[::-1], rtol=0.0, atol=1e-7)


def test_a_wave_comes_out_as_it_was():
    lat = np.radians(89.5 - np.arange(180))[:, None]
    lon = np.radians(0.5 + np.arange(360))[None, :]

    def wave(b, a):
        return 0.2 + 0.05 * np.cos(b) ** 3 * np.cos(3.0 * a) + 0.02 * np.sin(b)

    fine_lat = np.radians(90.0 - (np.arange(720) + 0.5) / 4.0)[:, None]
    fine_lon = np.radians((np.arange(1440) + 0.5) / 4.0)[None, :]
    truth = wave(fine_lat, fine_lon)
    assert np.abs(regridded(wave(lat, lon), 4, method="linear") - truth).max() < 3e-5
    assert np.abs(regridded(wave(lat, lon), 4) - truth).max() < 2e-5


def test_bad_grids_are_refused():
    with pytest.raises(InputError, match="do not close"):
        tes_albedo(1.37)
    with pytest.raises(InputError, match="linear"):
        tes_albedo(2, method="nearest")


def test_a_changed_asset_is_told(tmp_path, monkeypatch):
    for name in ("tes_albedo.toml", "tes_albedo.npz"):
        shutil.copy(surface_maps._ASSETS / name, tmp_path / name)
    (tmp_path / "tes_albedo.npz").write_bytes(b"spoilt")
    monkeypatch.setattr(surface_maps, "_ASSETS", tmp_path)
    surface_maps._shipped.cache_clear()
    try:
        with pytest.raises(DataError, match="sha256"):
            tes_albedo()
        (tmp_path / "tes_albedo.npz").unlink()
        with pytest.raises(DataError, match="missing"):
            tes_albedo()
    finally:
        surface_maps._shipped.cache_clear()


# colours ------------------------------------------------------------------------------------
def test_end_members_have_their_bolometric_albedo():
    """Solar mean to 1.08 um, beyond which the value there is held: TES sees to 2.9 um."""
    band = Band(300e-9, 1080e-9)
    share = band.solar_irradiance / 1361.0
    beyond = end_members(Band(1000e-9, 1080e-9))
    for value, far, known in zip(
        end_members(band), beyond, (BRIGHT_BOLOMETRIC, DARK_BOLOMETRIC), strict=True
    ):
        assert share * value + (1.0 - share) * far == pytest.approx(known, abs=0.03)


def test_mars_has_its_published_geometric_albedo():
    """Mallama et al. 2017, doi:10.1016/j.icarus.2016.09.023: B 0.088, V 0.170, R 0.250, I 0.285.

    Hapke's law at phase 0 over the disc, for a ball of the planet's mean albedo in each band.
    """
    lat = np.radians(89.5 - np.arange(180))
    published = {(391, 489): 0.088, (505, 595): 0.170, (568, 725): 0.250, (730, 880): 0.285}
    for (lo, hi), value in published.items():
        albedo = band_albedo(tes_albedo(), Band(lo * 1e-9, hi * 1e-9))
        mean = float(np.average(albedo.mean(axis=1), weights=np.cos(lat)))
        mu0, mu, weight, _ = sphere_grid(0.0, 60)
        disc = float(np.sum(weight * radiance_factor(mean, mu0, mu, 0.0))) / math.pi
        assert disc == pytest.approx(value, rel=0.1)


def test_mars_is_red():
    red, green, blue = (SMOOTH.albedo_at(band, 20.0, 20.0) for band in ("red", "green", "blue"))
    assert red > 1.5 * green > 2.0 * blue
    dark = [float(SMOOTH.albedo_at(band, 69.0, 9.0)) for band in ("red", "blue")]
    assert 1.5 < dark[0] / dark[1] < float(red / blue)


# the surface --------------------------------------------------------------------------------
def test_albedo_is_bilinear_and_closed():
    """The kernel's places against scipy on the padded map, seam and poles among them."""
    rng = np.random.default_rng(8)
    lon = np.concatenate([rng.uniform(0, 360, 2000), [0.0, 0.1, 359.9, 179.99, 12.0, 192.0]])
    lat = np.concatenate([rng.uniform(-90, 90, 2000), [0.0, 45.0, 45.0, -60.0, 90.0, -90.0]])
    at = np.stack([(90.0 - lat) + 0.5, lon + 0.5])
    expected = map_coordinates(SMOOTH.padded[0].astype(np.float64), at, order=1)
    assert SMOOTH.albedo_at("red", lon, lat) == pytest.approx(expected, abs=1e-9)
    around = SMOOTH.albedo_at("red", [0.0, 77.0, 200.0], [90.0, 90.0, 90.0])
    assert np.ptp(around) < 1e-9
    left, right = SMOOTH.albedo_at("red", [359.9999999, 1e-7], [33.0, 33.0])
    assert left == pytest.approx(right, abs=1e-7)


@pytest.mark.parametrize("text", ["2 ppd", "1 ppd geographic", "40 km north"])
def test_mean_albedo_of_map_cells_is_a_quadrature(text):
    grid = MapGrid.parse(text)
    means = SMOOTH.albedo_map(grid, "green")
    assert means.shape == grid.shape
    assert means.dtype == np.float32
    rng = np.random.default_rng(5)
    steps = (np.arange(16) + 0.5) / 16 - 0.5
    for _ in range(40):
        row, column = rng.integers(grid.height), rng.integers(grid.width)
        lon, lat = grid.lon_lat(row + steps[:, None], column + steps[None, :])
        fine = float(SMOOTH.albedo_at("green", lon, lat).mean())
        assert means[row, column] == pytest.approx(fine, rel=1e-2)


def test_mean_of_a_whole_map_is_the_mean_of_the_planet():
    grid = MapGrid.equirectangular(1)
    weight = grid.cell_area()
    mean = np.sum(weight * SMOOTH.albedo_map(grid, "blue")) / weight.sum()
    lat = np.radians(89.5 - np.arange(180))[:, None]
    cells = np.broadcast_to(np.cos(lat), (180, 360))
    assert mean == pytest.approx(np.average(SMOOTH.albedo[2], weights=cells), rel=1e-3)


def test_bare_ellipsoid_has_no_height():
    assert np.array_equal(SMOOTH.elevation_map(MapGrid.equirectangular(0.5)), np.zeros((90, 180)))
    assert SMOOTH.height_at([10.0, 20.0], 3.0).shape == (2,)


def test_elevation_map_is_that_of_the_terrain():
    from marsward.geometry.terrain import Terrain

    surface = MarsSurface.shipped({"pan": (5e-7, 7e-7)}, ppd=4, terrain=Terrain.mars(4))
    grid = MapGrid.equirectangular(1)
    heights = surface.elevation_map(grid)
    row, column = np.unravel_index(np.argmax(heights), heights.shape)
    lon, lat = grid.lon_lat(row, column)
    assert heights.max() > 17_000.0  # Olympus Mons, 18.65 N 226.2 E
    assert math.hypot(float(lon) - 226.2, float(lat) - 18.65) < 3.5
    cell = surface.terrain.height.reshape(180, 4, 360, 4).mean(axis=(1, 3), dtype=float)
    at = int(90.0 - 40.0), int(100.0)
    here = grid.row_col(100.5, 39.5)
    assert heights[round(float(here[0])), round(float(here[1]))] == pytest.approx(cell[at], abs=40)


def test_sunlight_is_that_of_the_bands():
    au = 1.495978707e11
    assert SMOOTH.flux(au) * math.pi == pytest.approx([b.solar_irradiance for b in RGB.values()])
    assert SMOOTH.flux(1.5 * au) == pytest.approx(SMOOTH.flux(au) / 2.25)


def test_bands_can_be_chosen():
    red = SMOOTH.only("blue", "red")
    assert red.bands == ("blue", "red")
    assert np.array_equal(red.albedo[1], SMOOTH.albedo[0])
    hazy = MarsSurface.shipped(ppd=1, terrain=None, haze_depth=0.3)
    assert len(hazy.only("green").haze) == 1
    assert hazy.haze[0].albedo > hazy.haze[2].albedo
    assert "haze 0.3" in repr(hazy)


def test_bad_surfaces_are_refused():
    with pytest.raises(InputError, match="no band called"):
        SMOOTH.albedo_at("infrared", 0.0, 0.0)
    with pytest.raises(InputError, match="one band or more"):
        MarsSurface.shipped({}, terrain=None)
    with pytest.raises(InputError, match="shipped"):
        MarsSurface.shipped(terrain="mola")
    grey = np.full((1, 90, 180), 0.95, dtype=np.float32)
    with pytest.raises(InputError, match="hapke law takes"):
        MarsSurface(("pan",), (RGB["red"],), grey)
    with pytest.raises(InputError, match="has the shape"):
        MarsSurface(("pan",), (RGB["red"],), grey[:, :, :90], photometry=MarsPhotometry("lambert"))
    with pytest.raises(InputError, match="one passband"):
        MarsSurface(("pan",), (), grey, photometry=MarsPhotometry("lambert"))
