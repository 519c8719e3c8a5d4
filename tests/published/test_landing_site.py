"""The ground of landing sites: published slopes, craters, rocks and heights; seeds and patches."""

import math
import time

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.geometry.local_terrain import LocalTerrain
from marsward.geometry.terrain_slopes import rms_slope
from marsward.planet.crater_field import CraterField, crater_density, crater_depth
from marsward.planet.fractal_relief import FractalRelief, SlopeLaw
from marsward.planet.landing_site import landing_site
from marsward.planet.rock_field import RockField, rock_count, rock_cover
from marsward.planet.site_statistics import SITES


@pytest.fixture(scope="module")
def zhurong():
    return landing_site(109.925, 25.066, size="6 km", seed=1)


def test_a_site_of_24_km_takes_under_two_seconds(zhurong):
    clock = time.process_time()
    site = landing_site(109.925, 25.066, seed=4)
    assert site.shape == (1200, 1200)
    assert time.process_time() - clock < 2.0
    for length in (40.0, 100.0, 200.0):
        wanted = float(site.statistics.slopes.slope(length))
        assert rms_slope(site, length) == pytest.approx(wanted, rel=0.3)


@pytest.mark.parametrize("name", ["zhurong", "jezero", "gale", "viking 1", "insight"])
def test_known_heights_stand_at_their_places(name):
    known = SITES[name]
    site = landing_site(known.lon, known.lat, size="3 km", cell="50 m", seed=2)
    assert float(site.at(0.0, 0.0)) == pytest.approx(known.height, abs=0.01)
    assert "a likely ground drawn with seed 2" in site.source
    assert "14.8 km" in site.source


def test_same_seed_is_the_same_ground(zhurong):
    again = landing_site(109.925, 25.066, size="6 km", seed=1, workers=2)
    other = landing_site(109.925, 25.066, size="6 km", seed=2)
    assert np.array_equal(again.height, zhurong.height)
    assert np.abs(other.height - zhurong.height).max() > 1.0
    bare = landing_site(109.925, 25.066, size="6 km", relief=False)
    assert rms_slope(bare, 100.0) < 0.5 * rms_slope(zhurong, 100.0)


def test_patches_are_the_same_ground_closer(zhurong):
    fine = zhurong.patch(110.0, -70.0, 120.0, 0.5, rocks=False)
    x, y = zhurong.x, zhurong.y
    for j, i in [(151, 154), (154, 156), (152, 153)]:
        inside = np.abs(fine.x - x[i]) < 0.5 * zhurong.cell, np.abs(fine.y - y[j]) < 10.0
        mean = fine.height[np.ix_(inside[1], inside[0])].astype(float).mean()
        assert mean == pytest.approx(float(zhurong.height[j, i]), abs=0.01)
    other = zhurong.patch(130.0, -60.0, 120.0, 0.5, rocks=False)
    across, up = np.meshgrid(np.linspace(90.0, 150.0, 50), np.linspace(-100.0, -40.0, 50))
    assert np.abs(fine.at(across, up) - other.at(across, up)).max() < 0.03
    rocky = zhurong.patch(110.0, -70.0, 120.0, 0.25)
    assert rocky.height.max() > fine.height.min()
    rocks = zhurong.rocks(110.0, -70.0, 120.0)
    assert len(rocks) > 100
    big = rocks[np.argmax(rocks[:, 2])]
    lone = zhurong.patch(big[0], big[1], 4.0, 0.1)
    bare = zhurong.patch(big[0], big[1], 4.0, 0.1, rocks=False)
    assert (lone.height - bare.height).max() == pytest.approx(big[3], rel=0.1)
    with pytest.raises(InputError, match="not finer"):
        zhurong.patch(0.0, 0.0, 500.0, 50.0)
    with pytest.raises(InputError, match="reaches off the site"):
        zhurong.patch(2990.0, 0.0, 100.0, 1.0)


@pytest.mark.parametrize(("name", "at_1", "at_10", "at_100"), [
    ("viking 1", (4.8, 1.0), (3.0, 1.0), (1.2, 0.3)),
    ("pathfinder", (5.4, 1.0), (2.5, 1.0), (1.7, 0.9)),
])  # fmt: skip
def test_slopes_of_landing_sites_as_published(name, at_1, at_10, at_100):
    # Shepard et al., slopes over 1, 10 and 100 m with their spreads
    known = SITES[name]
    seeds = [landing_site(known.lon, known.lat, size="4 km", seed=s) for s in (1, 2)]
    mean = np.mean([rms_slope(site, 100.0) for site in seeds])
    assert abs(mean - at_100[0]) <= at_100[1] + 0.1
    patch = [site.patch(0.0, 0.0, 160.0, 0.5, rocks=False) for site in seeds]
    assert abs(np.mean([rms_slope(p, 10.0) for p in patch]) - at_10[0]) <= at_10[1] + 0.3
    wanted, spread = at_1
    assert abs(np.mean([rms_slope(p, 1.0) for p in patch]) - wanted) <= spread + 1.2


@pytest.mark.parametrize("hurst", [0.5, 0.7, 0.9])
def test_fractal_keeps_its_law_of_slopes(hurst):
    law = SlopeLaw(3.0, 50.0, hurst)
    line = (np.arange(500) - 249.5) * 4.0
    ratio = []
    for seed in range(4):
        height = np.zeros((500, 500))
        FractalRelief(law, seed, 16000.0).add(height, line, line[::-1].copy(), shortest=8.0)
        ground = LocalTerrain(height.astype(np.float32), 4.0, 0.0, 0.0)
        ratio.append([rms_slope(ground, b) / float(law.slope(b)) for b in (20.0, 60.0, 160.0)])
    assert np.mean(ratio, axis=0) == pytest.approx(1.0, abs=0.2)


def test_craters_follow_the_production_function():
    least, density = crater_density(1.0)
    one = np.flatnonzero(np.isclose(least, 1000.0))[0]
    # Hartmann 2005: 3.08e-4 craters of 1 to 1.41 km on a km2 of 1 Ga
    assert density[one] * 1e6 == pytest.approx(3.08e-4, rel=1e-9)
    young, old = (crater_density(age)[1] for age in (0.1, 3.0))
    assert (young <= old).all()
    assert young[one] == pytest.approx(0.1 * density[one], rel=0.01)
    box = (-4000.0, 4000.0, -4000.0, 4000.0)
    found = np.concatenate([CraterField(1.0, s).within(box, 80.0) for s in range(4)])
    inside = (np.abs(found[:, 0]) < 4000.0) & (np.abs(found[:, 1]) < 4000.0)
    use = (least >= 80.0) & (least * math.sqrt(2.0) <= 1000.0)
    wanted = 4 * 64e6 * density[use].sum()
    assert inside.sum() == pytest.approx(wanted, abs=4.0 * math.sqrt(wanted))
    # depth of a fresh crater of 1 km: 140 m, Garvin and Frawley 1998
    assert crater_depth(1000.0) == pytest.approx(140.0)


def test_a_crater_has_a_floor_and_a_rim():
    class Lone(CraterField):
        def within(self, box, smallest):
            return np.array([[0.0, 0.0, 100.0, 30.0]])

    line = (np.arange(161) - 80) * 5.0
    height = np.zeros((161, 161))
    Lone(1.0, 0).add(height, line, line[::-1].copy(), smallest=10.0)
    assert height[80, 80] == pytest.approx(6.0 - 30.0, abs=0.01)
    assert height.max() == pytest.approx(6.0, rel=0.1)
    assert height[80, 0] == 0.0


def test_rocks_follow_golombek():
    assert rock_cover(0.0, 0.033) == pytest.approx(0.033)
    k = 0.1
    assert rock_cover(1.0, k) == pytest.approx(k * math.exp(-(1.79 + 0.152 / k)))
    field = RockField(0.1, 3)
    rocks = field.within((0.0, 200.0, 0.0, 200.0))
    inside = (rocks[:, 0] > 0) & (rocks[:, 0] < 200) & (rocks[:, 1] > 0) & (rocks[:, 1] < 200)
    rocks = rocks[inside]
    for size in (0.15, 0.4, 1.0):
        wanted = float(rock_count(size, 0.1)) * 4e4
        assert (rocks[:, 2] >= size).sum() == pytest.approx(wanted, abs=4.0 * math.sqrt(wanted))
    cover = 0.25 * math.pi * np.sum(rocks[:, 2] ** 2) / 4e4
    assert cover == pytest.approx(float(rock_cover(0.15, 0.1)), rel=0.1)
    with pytest.raises(InputError, match="outside 0 to 0"):
        rock_cover(0.2, 0.9)


def test_a_file_takes_the_place_of_the_shape(shared_data):
    path = shared_data / "dem/gale_hirise_dtm_1m_337x348.tif"
    model = LocalTerrain.open(path)
    site = landing_site(model.lon, model.lat, file=path, cell=1.0, relief=False)
    assert site.at(12.0, -20.0) == pytest.approx(float(model.at(12.0, -20.0)), abs=0.05)
    fine = landing_site(model.lon, model.lat, file=path, cell=1.0).patch(0.0, 0.0, 20.0, 0.2)
    assert fine.at(3.0, 3.0) == pytest.approx(float(model.at(3.0, 3.0)), abs=1.0)
    with pytest.raises(InputError, match="off the elevation model"):
        landing_site(77.0, 18.0, file=path)
    with pytest.raises(InputError, match="is not known"):
        landing_site(77.0, 18.0, statistics="atlantis")
