"""The true soil: shares that sum to 1, deposits where they were found, spectra like Mars's."""

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.core.map_grid import MapGrid
from marsward.data.surface_maps import tes_albedo
from marsward.planet.soil import BASALT, SoilTruth
from marsward.planet.soil_regions import REGIONS, SoilRegion


@pytest.fixture(scope="module")
def soil():
    return SoilTruth.shipped(1)


def share(soil, mineral, lon, lat):
    return soil.fractions_at(lon, lat)[..., soil.minerals.index(mineral)]


def test_shares_sum_to_one_everywhere(soil):
    rng = np.random.default_rng(1)
    lon, lat = (
        rng.uniform(0.0, 360.0, 20_000),
        np.degrees(np.arcsin(rng.uniform(-1.0, 1.0, 20_000))),
    )
    found = soil.fractions_at(lon, lat)
    assert found.sum(axis=-1) == pytest.approx(1.0, abs=1e-12)
    assert found.min() >= 0.0
    assert sum(BASALT.values()) == pytest.approx(1.0)
    shape = soil.fractions_at(np.zeros((3, 1)), np.zeros(4)).shape
    assert shape == (3, 4, len(soil.minerals))


@pytest.mark.parametrize(
    ("mineral", "lon", "lat", "low", "high"),
    [
        ("hematite_coarse", 357.5, -2.0, 0.06, 0.25),  # Christensen et al. 2000: 10 to 15 %
        ("olivine_fo51", 76.5, 21.5, 0.15, 0.60),  # Hoefen et al. 2003
        ("nontronite", 341.0, 24.0, 0.10, 0.55),  # Poulet et al. 2005
        ("kieserite", 284.5, -6.0, 0.05, 0.30),  # Gendrin et al. 2005
        ("gypsum", 244.5, 80.2, 0.15, 0.60),  # Langevin et al. 2005
        ("water_ice", 30.0, 89.0, 0.6, 0.96),  # Langevin et al. 2005
        ("dust", 250.0, 0.0, 0.8, 1.0),  # Tharsis: Ruff & Christensen 2002
        ("plagioclase", 330.0, 45.0, 0.15, 0.35),  # Acidalia: Bandfield 2002
    ],
)
def test_deposits_lie_where_they_were_found(soil, mineral, lon, lat, low, high):
    assert low < share(soil, mineral, lon, lat) < high


def test_far_from_its_deposit_a_mineral_is_absent(soil):
    assert share(soil, "gypsum", 120.0, 10.0) < 1e-6
    assert share(soil, "hematite_coarse", 180.0, 40.0) < 1e-6
    assert share(soil, "water_ice", np.arange(0.0, 360.0, 5.0), 60.0).max() < 1e-6


def test_rims_are_smooth(soil):
    lat = np.linspace(70.0, 89.9, 2000)
    along = share(soil, "water_ice", 60.0, lat)
    assert np.abs(np.diff(along)).max() < 0.05
    assert along[0] < 0.01
    assert along[-1] > 0.5


def test_dust_follows_the_albedo_of_tes(soil):
    lat, lon = np.meshgrid(np.arange(-59.5, 60.0, 3.0), np.arange(0.5, 360.0, 3.0), indexing="ij")
    albedo = tes_albedo()[(89.5 - lat).astype(int), (lon - 0.5).astype(int)]
    dust = share(soil, "dust", lon, lat)
    assert np.corrcoef(albedo.ravel(), dust.ravel())[0, 1] > 0.95
    assert dust[albedo > 0.27].mean() > 0.75
    assert dust[albedo < 0.12].mean() < 0.2


def test_bright_and_dark_ground_have_the_reflectance_of_mars(soil):
    """Mustard & Bell 1994, doi:10.1029/94GL00198, to 0.03."""
    lam = np.array([0.45, 0.55, 0.75, 1.5, 2.2]) * 1e-6
    bright = soil.reflectance_at(250.0, 0.0, lam)
    dark = soil.reflectance_at(68.0, 5.0, lam)
    assert bright == pytest.approx([0.07, 0.15, 0.32, 0.35, 0.35], abs=0.03)
    assert dark[2] == pytest.approx(0.15, abs=0.035)
    assert dark[2] / dark[0] < 2.0 < bright[2] / bright[0]


def test_reflectance_on_the_librarys_grid_and_beyond_it(soil):
    assert soil.reflectance_at([10.0, 20.0], 0.0).shape == (2, soil.library.wavelength.size)
    out = soil.reflectance_at(10.0, 0.0, [0.3e-6, 1e-6, 5e-6])
    assert np.isnan(out[[0, 2]]).all()
    assert np.isfinite(out[1])


def test_seeds_make_other_textures_of_the_same_deposits(soil):
    again, other = SoilTruth.shipped(1), SoilTruth.shipped(2)
    lon, lat = np.linspace(339.0, 343.0, 400), np.linspace(22.0, 26.0, 400)
    one, same, two = (share(s, "nontronite", lon, lat) for s in (soil, again, other))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - two).max() > 0.03
    assert one.mean() == pytest.approx(two.mean(), rel=0.3)
    assert np.corrcoef(one, share(soil, "montmorillonite", lon, lat))[0, 1] < 0.98


def test_the_map_knows_its_grid(soil):
    grid = MapGrid.parse("1 ppd")
    found = soil.map(grid)
    assert found["mineral_fraction"].dims == ("y", "x", "mineral")
    assert found["mineral_fraction"].shape == (*grid.shape, len(soil.minerals))
    assert MapGrid.of(found) == grid
    row, col = (int(np.round(v)) for v in grid.row_col(76.5, 21.5))
    held = found["mineral_fraction"].sel(mineral="olivine_fo51").values
    lon, lat = grid.lon_lat(row, col)
    assert held[row, col] == pytest.approx(share(soil, "olivine_fo51", lon, lat), abs=1e-6)
    assert held[row, col] > 0.1


def test_every_deposit_is_cited_and_has_a_spectrum(soil):
    for region in REGIONS:
        assert "doi:10." in region.source
        assert region.mineral in soil.minerals
        assert 0.0 < region.share < 1.0
        assert min(region.east, region.north) > 1e3
        assert max(region.east, region.north) < 1.2e6
    assert len({region.name for region in REGIONS}) == len(REGIONS)
    assert "seed 1" in soil.source


def test_one_sentence_for_each_mistake(soil):
    with pytest.raises(InputError, match="-90 to 90"):
        soil.fractions_at(10.0, 95.0)
    with pytest.raises(InputError, match="-90 to 90"):
        soil.fractions_at(np.nan, 5.0)
    with pytest.raises(InputError, match="seed of the soil"):
        SoilTruth.shipped(-1)
    wrong = SoilRegion("here", "unobtainium", 0.0, 0.0, 1e5, 1e5, 0.1, "none")
    with pytest.raises(InputError, match="no spectrum called 'unobtainium'"):
        SoilTruth.shipped(1, regions=(wrong,))
