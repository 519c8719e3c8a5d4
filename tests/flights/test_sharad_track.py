"""Real tracks of SHARAD: one radargram beside its simulation, and the picked Medusae Fossae."""

import numpy as np
import pytest

from marsward.data.areoid import areoid_height
from marsward.data.radargrams import read_picks, read_radargram, read_track_geometry
from marsward.data.terrain_files import ellipsoid_radius
from marsward.geometry.radar_facets import cluttergram
from marsward.geometry.radar_track import MRO_ORBIT, datum_of_radius, frozen_orbit, radar_track
from marsward.geometry.terrain import Terrain
from marsward.retrieval.dielectric_estimate import combined
from marsward.retrieval.picked_deposit import deposit_permittivity, picked_deposit
from marsward.retrieval.radargram_match import compare_radargrams
from marsward.retrieval.reflectors import pick_surface

TRACKS = ("01373501", "03334301", "06158901")
RADAR = {"centre_frequency": 20e6, "bandwidth": 10e6, "sample_spacing": 37.5e-9,
         "window": (1800, 1800), "aperture": 5e3}  # fmt: skip


@pytest.fixture(scope="module")
def radargram(shared_data):
    return read_radargram(shared_data / "sharad/s_00168901_thm.lbl")


def areoid(lon, lat):
    return ellipsoid_radius(lat) + Terrain(areoid_height(4)).height_at(lon, lat)


def flight(gram, terrain):
    lon, lat = gram["lon"].values, gram["lat"].values
    track = radar_track(MRO_ORBIT.places(lon, lat), terrain, et=gram["et"].values)
    return track, datum_of_radius(track, areoid(lon, lat))


def test_both_labels_tell_the_same(shared_data, radargram):
    other = read_radargram(shared_data / "sharad/s_00168901_thm.xml")
    assert radargram.sizes == {"trace": 582, "delay": 3600}
    assert radargram.identical(other)
    assert radargram.attrs["orbit"] == "1689"
    assert np.allclose([radargram["lat"][0], radargram["lat"][-1]], [64.239113, 59.864001])


@pytest.mark.flight
def test_orbit_of_the_tables_is_the_frozen_one(shared_data):
    """The height that the browse label does not tell: three tables agree within a kilometre."""
    for name in TRACKS:
        table = read_track_geometry(shared_data / f"sharad/s_{name}_geom.csv.gz")
        found = frozen_orbit(table["lat"].values, table["spacecraft_radius"].values)
        assert found.sigma < 100.0
        there = [np.linalg.norm(orbit.places([230.0], [62.0])) for orbit in (found, MRO_ORBIT)]
        assert abs(there[0] - there[1]) < 1500.0
        level = table["datum_radius"].values - areoid(table["lon"].values, table["lat"].values)
        assert np.abs(level).max() < 60.0
    assert table.attrs["times_filled"] == 0


@pytest.mark.flight
def test_surface_of_the_radargram_stands_where_the_terrain_puts_it(shared_data, radargram):
    """Vertical datum: the areoid at sample 1800, found by the surface echo alone."""
    mola = Terrain.open(shared_data / "mola_4ppd/megt90n000cb.img", above="areoid")
    for terrain, most in ((mola, 2.5), (Terrain.mars(), 4.5)):
        track, datum = flight(radargram, terrain)
        surface = pick_surface(radargram)
        ground = 2.0 * track["height_above_ground"].values / 299_792_458.0
        off = (surface.delay - (ground - datum)) / 37.5e-9
        assert abs(np.mean(off)) < 1.5
        assert np.std(off) < most
        assert np.corrcoef(surface.delay, ground - datum)[0, 1] > 0.98


@pytest.mark.flight
def test_radargram_beside_its_clutter(radargram):
    terrain = Terrain.mars()
    track, datum = flight(radargram, terrain)
    assert 305e3 < track["height_above_ground"].values.mean() < 320e3
    echo = cluttergram(track, terrain, datum=datum, law="hagfors", rms_slope=0.41, **RADAR)
    match = compare_radargrams(radargram, echo)
    assert match.line_correlation > 0.98
    assert match.line_rms < 4.5
    assert match.strength_correlation > 0.25  # where the ground tilts the echo fades
    assert match.strength_chance < 0.02
    assert match.image_correlation > 0.85
    assert match.image_unaligned > 0.75
    assert match.clutter_correlation > 0.38
    assert abs(match.clutter_anomaly) < 0.1  # cells of 15 km predict no single clutter echo
    assert match.profile_rms < 0.7


@pytest.mark.flight
def test_medusae_fossae_has_the_published_permittivity(shared_data):
    """East of 209 E: permittivity about 3.0, 580 m at most (Carter et al. 2009)."""
    terrain = Terrain.mars()
    found = []
    for name in TRACKS:
        table = read_track_geometry(shared_data / f"sharad/s_{name}_geom.csv.gz")
        picks = read_picks(shared_data / f"sharad/s_{name}_picks.csv")
        deposit = picked_deposit(table, picks, terrain)
        assert deposit.sizes["pick"] == picks.sizes["pick"]
        assert float((deposit["delay_below"] > 0.3e-6).mean()) > 0.98
        thick = deposit["thickness"].sel(permittivity=3.0)
        assert 150.0 < float(thick.median()) < 300.0
        assert float(thick.max()) < 580.0
        found.append(deposit_permittivity(deposit))
    together = combined(found)
    assert abs(together.value - 3.0) < 2.0 * together.sigma
    assert together.sigma < 0.6


def test_picks_of_another_track_are_refused(shared_data):
    from marsward.core.errors import DataError

    table = read_track_geometry(shared_data / "sharad/s_01373501_geom.csv.gz")
    picks = read_picks(shared_data / "sharad/s_01373501_picks.csv")
    with pytest.raises(DataError, match="off the track"):
        picked_deposit(table, picks.assign_coords(lon=picks["lon"] + 3.0), Terrain.mars())
