"""Stars and textures: the catalogue against ERFA, SPICE and published stars; maps in place."""

import erfa
import numpy as np
import pytest
import spiceypy

from marsward.core.errors import DataError, InputError
from marsward.core.time import Epoch
from marsward.data import textures
from marsward.data.stars import catalogue, johnson_v
from marsward.geometry.pinhole import Pinhole, aim
from marsward.physics.light import Band
from marsward.planet.globes import earth_levels, moon_levels
from marsward.planet.star_field import aberrated, star_field

BAND = Band(450e-9, 800e-9)
MAS = np.radians(1.0 / 3.6e6)


def star(hip):
    stars = catalogue()
    return stars[stars.hip == hip]


def test_catalogue_is_complete_and_sorted():
    stars = catalogue()
    assert len(stars) == 78352
    assert (np.diff(stars.hp) >= 0.0).all()
    assert len(catalogue(max_magnitude=6.0)) == np.sum(stars.hp <= 6.0)
    with pytest.raises(InputError, match=r"ends at Hp 9\.0"):
        catalogue(max_magnitude=11.0)


@pytest.mark.parametrize("hip", [104214, 91262, 24186])
def test_proper_motion_is_erfa_starpm(hip):
    """61 Cygni, Vega and Kapteyn's star over 60 years, radial velocity zero."""
    one = star(hip)
    at = Epoch.tdb("2051-04-02T12:00:00")
    start = 2451545.0 + (1991.25 - 2000.0) * 365.25
    years = (float(at.et) / 86400.0 + 2451545.0 - start) / 365.25
    ra, dec = float(one.ra[0]), float(one.dec[0])
    per_year = 365.25 * 86400.0
    pmr = float(one.pm_ra[0]) * per_year / np.cos(dec)
    pmd = float(one.pm_dec[0]) * per_year
    near = float(one.parallax[0]) / MAS / 1e3
    ra2, dec2, *_ = erfa.starpm(ra, dec, pmr, pmd, near, 0.0, start, 0.0, start, years * 365.25)
    expected = [np.cos(dec2) * np.cos(ra2), np.cos(dec2) * np.sin(ra2), np.sin(dec2)]
    assert np.linalg.norm(one.directions(at)[0] - expected) < 0.05 * MAS


def test_parallax_moves_a_star_against_the_observer():
    one = star(71683)  # alpha Centauri A
    at = Epoch.tdb("2020-07-26T00:00:00")
    still = one.directions(at)[0]
    side = np.cross(still, [0.0, 0.0, 1.0])
    side /= np.linalg.norm(side)
    moved = one.directions(at, 1.495978707e11 * side)[0]
    assert (moved - still) @ side == pytest.approx(-float(one.parallax[0]), rel=1e-5)


def test_aberration_is_spice_stelab():
    rng = np.random.default_rng(2)
    velocity = np.array([27.0e3, 15.0e3, 7.5e3])
    for u in rng.normal(size=(20, 3)):
        u /= np.linalg.norm(u)
        theirs = spiceypy.stelab(u * 1e5, velocity / 1e3) / 1e5
        assert np.linalg.norm(aberrated(u, velocity) - theirs) < 1e-14


def test_johnson_v_of_published_stars():
    """Arcturus -0.05, Pollux 1.14, Spica 0.98 (variable), Aldebaran 0.86: Johnson et al. 1966."""
    for hip, v, tolerance in [(69673, -0.05, 0.03), (37826, 1.14, 0.03), (65474, 0.98, 0.05),
                              (21421, 0.86, 0.03)]:  # fmt: skip
        assert float(star(hip).v[0]) == pytest.approx(v, abs=tolerance)
    assert johnson_v(5.0, -0.005) == pytest.approx(4.989)


def test_star_field_finds_the_pleiades_where_they_are():
    """Alcyone in the middle of a camera at rest; Atlas 0.4 deg away at its catalogued place."""
    stars = catalogue()
    at = Epoch.tdb("1991-04-02T13:30:00")
    alcyone, atlas = star(17702).directions(at)[0], star(17847).directions(at)[0]
    camera = Pinhole(1000, 1000, 20_000.0)
    attitude = aim(alcyone)
    seen = star_field(camera, attitude, np.zeros(6), at, band=BAND, stars=stars)
    places = dict(zip(seen.hip.tolist(), seen.pixel, strict=True))
    assert places[17702] == pytest.approx([499.5, 499.5], abs=1e-6)
    assert places[17847] == pytest.approx(camera.project(attitude @ atlas), abs=1e-6)
    assert len(seen) > 20
    assert (np.diff(seen.v) > -0.5).all()


def test_stars_behind_the_camera_are_not_seen():
    at = Epoch.tdb("1991-04-02T13:30:00")
    vega = star(91262)
    attitude = aim(-vega.directions(at)[0])
    wide = Pinhole(100, 100, 50.0)
    seen = star_field(wide, attitude, np.zeros(6), at, band=BAND, stars=vega)
    assert len(seen) == 0


def test_every_shipped_asset_is_what_its_record_says():
    for name, record in textures.records().items():
        assert len(textures.asset_bytes(name)) == record["bytes"]
        assert all(record[key] for key in ("source", "licence", "made", "reference"))


def test_missing_or_changed_assets_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(textures, "_ASSETS", tmp_path)
    with pytest.raises(DataError, match=r"earth_day\.jpg is missing"):
        textures.asset_bytes("earth_day.jpg")
    (tmp_path / "earth_day.jpg").write_bytes(b"not this picture")
    with pytest.raises(DataError, match="differs from its record"):
        textures.asset_bytes("earth_day.jpg")
    with pytest.raises(InputError, match="no asset is called"):
        textures.asset_bytes("mars.jpg")


def test_earth_textures_lie_as_the_continents_do():
    """Sahara bright land, mid-Pacific water, Tibet land; lights of Tokyo, none in the Sahara."""
    land, water, _, lights = np.moveaxis(earth_levels()[0], -1, 0)

    def at(layer, lon, lat):
        return layer[round((90 - lat) / 180 * 1024), round((lon + 180) / 360 * 2048)]

    assert at(water, 10, 25) == 0.0
    assert at(land, 10, 25) > 0.2
    assert at(water, -150, 0) == 1.0
    assert at(water, 90, 33) == 0.0
    assert lights[302:314, 1816:1824].max() > 0.5
    assert at(lights, 20, 22) < 0.2
    assert np.mean(water * np.cos(np.linspace(np.pi / 2, -np.pi / 2, 1024))[:, None]) * (
        np.pi / 2
    ) == pytest.approx(0.71, abs=0.02)


def test_moon_map_has_its_seas_on_the_near_side():
    """Mare Serenitatis (28 N, 18 E) darker than the highlands west of Tsiolkovsky (20 S, 115 E)."""
    level = moon_levels("lunar-lambert")[0][..., 0]
    sea = level[345:360, 1120:1132].mean()
    high = level[620:640, 1670:1690].mean()
    assert 0.4 < sea / high < 0.75
