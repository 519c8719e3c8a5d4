"""Radargram files, geometry tables, picks; tracks of a sounder along an orbit."""

import gzip

import numpy as np
import pytest
import sample_orbit
from PIL import Image

from marsward.core.bodies import body
from marsward.core.errors import DataError, InputError, PhysicsError
from marsward.data.radargrams import (
    SAMPLE_SPACING,
    SAMPLES,
    read_picks,
    read_radargram,
    read_track_geometry,
)
from marsward.geometry.radar_track import (
    FrozenOrbit,
    datum_of_radius,
    frozen_orbit,
    radar_track,
    radar_tracks,
)
from marsward.geometry.terrain import Terrain
from marsward.geometry.terrain_window import TerrainWindow

LABEL = """PDS_VERSION_ID = PDS3
PRODUCT_ID                         = "S_00000101_THM"
INSTRUMENT_ID                      = "SHARAD"
ORBIT_NUMBER                       = 1
MRO:START_SUB_SPACECRAFT_LONGITUDE = 10.0 <DEGREE>
MRO:START_SUB_SPACECRAFT_LATITUDE  = 2.0 <DEGREE>
MRO:STOP_SUB_SPACECRAFT_LONGITUDE  = 9.5 <DEGREE>
MRO:STOP_SUB_SPACECRAFT_LATITUDE   = -2.0 <DEGREE>
START_TIME                         = 2007-01-01T00:00:00.000
STOP_TIME                          = 2007-01-01T00:01:00.000
END
"""
ROW = "{n},2009-07-01T17:49:{s:06.3f},{lat},210.0,3395.2,3656.5,-28.9,3448.0,38.0,2.5\n"


def browse(folder, traces=5, rows=SAMPLES, label=LABEL, suffix=".png"):
    grey = np.zeros((rows, traces), np.uint8)
    grey[rows // 2] = 255
    path = folder / f"s_00000101_thm{suffix}"
    Image.fromarray(grey).save(path)
    if label:
        path.with_suffix(".lbl").write_text(label)
    return path


def table(folder, text, name="geom.csv"):
    path = folder / name
    path.write_text(text)
    return path


def good_rows(count=6):
    return "".join(ROW.format(n=i + 1, s=10.0 + 0.15 * i, lat=1.0 + 0.008 * i)
                   for i in range(count))  # fmt: skip


def test_browse_image_and_label(tmp_path):
    path = browse(tmp_path)
    for entry in (path, path.with_suffix(".lbl")):
        gram = read_radargram(entry)
        assert gram["echo_power"].dims == ("trace", "delay")
        assert gram["echo_power"].shape == (5, SAMPLES)
        assert float(gram["echo_power"].max()) == pytest.approx(35.0)
        assert float(gram["delay"][1800]) == 0.0
        assert float(gram["delay"][1801]) == pytest.approx(SAMPLE_SPACING)
        assert gram.attrs["product"] == "S_00000101_THM"
        assert gram.attrs["orbit"] == "1"
        assert np.allclose(gram["lat"].values[[0, 2, 4]], [2.0, 0.0, -2.0], atol=1e-3)
        assert np.allclose(gram["lon"].values[[0, -1]], [10.0, 9.5])
        assert float(gram["et"][-1] - gram["et"][0]) == pytest.approx(60.0, abs=1e-6)


def test_image_without_label_knows_no_place(tmp_path):
    gram = read_radargram(browse(tmp_path, label=None))
    assert "lon" not in gram.coords
    assert gram.attrs["start"] == ""


def test_full_product_is_read_as_reals(tmp_path):
    power = np.random.default_rng(0).exponential(size=(SAMPLES, 7)).astype("<f4")
    path = tmp_path / "s_00000101_rgram.img"
    power.tofile(path)
    gram = read_radargram(path)
    assert gram.attrs["kind"] == "data"
    assert np.allclose(gram["echo_power"].values, 10.0 * np.log10(power.T), atol=1e-4)


def test_radargrams_that_are_none(tmp_path):
    with pytest.raises(InputError, match="no radargram file"):
        read_radargram(tmp_path / "none.jpg")
    path = browse(tmp_path, rows=400)
    with pytest.raises(DataError, match="400 rows"):
        read_radargram(path)
    path = browse(tmp_path)
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(DataError, match="truncated or no image"):
        read_radargram(path)
    browse(tmp_path, label=LABEL[:200])
    with pytest.raises(DataError, match="does not tell"):
        read_radargram(path)
    browse(tmp_path, label=LABEL.replace('"SHARAD"', '"MARSIS"'))
    with pytest.raises(DataError, match="MARSIS"):
        read_radargram(path)
    alone = tmp_path / "alone.lbl"
    alone.write_text(LABEL)
    with pytest.raises(DataError, match="no image"):
        read_radargram(alone)
    short = tmp_path / "short.img"
    short.write_bytes(b"\0" * 1000)
    with pytest.raises(DataError, match="truncated"):
        read_radargram(short)
    np.full((SAMPLES, 3), np.nan, "<f4").tofile(short)
    with pytest.raises(DataError, match="no powers"):
        read_radargram(short)


def test_geometry_table_plain_and_packed(tmp_path):
    text = good_rows()
    plain = read_track_geometry(table(tmp_path, text))
    packed_path = tmp_path / "geom.csv.gz"
    packed_path.write_bytes(gzip.compress(text.encode()))
    packed = read_track_geometry(packed_path)
    assert plain.equals(packed.assign_attrs(plain.attrs))
    assert np.allclose(np.linalg.norm(plain["spacecraft"], axis=1), 3656.5e3)
    assert float(plain["datum_radius"][0]) == 3395.2e3
    assert np.allclose(np.diff(plain["et"]), 0.15, atol=1e-6)


def test_overflown_time_is_filled_in_and_counted(tmp_path):
    rows = good_rows().splitlines(keepends=True)
    rows[2] = rows[2].replace("17:49:10.300", "17:49:1*****")
    assert "*" in rows[2]
    filled = read_track_geometry(table(tmp_path, "".join(rows)))
    assert filled.attrs["times_filled"] == 1
    assert np.allclose(np.diff(filled["et"]), 0.15, atol=1e-6)
    rows = good_rows().splitlines(keepends=True)
    rows[0] = rows[0].replace("17:49:10.000", "17:49:1*****")
    with pytest.raises(DataError, match="overflows"):
        read_track_geometry(table(tmp_path, "".join(rows)))


BAD_TABLES = [
    (good_rows()[:-20], "columns"),
    (good_rows().replace("3656.5", "3656.x"), "row 1"),
    (good_rows().replace("3395.2", "6371.0"), "not those of Mars"),
    (good_rows().replace("\n2,", "\n7,"), "do not ascend"),
    (good_rows().replace("17:49:10.300", "17:49:99.300"), "no"),
    (good_rows().replace("17:49:10.300", "17:49:10.000"), "times do not ascend"),
    (good_rows(1), "1 rows"),
    (good_rows().replace("210.0", "710.0"), "no place"),
    (good_rows().replace("38.0", "nan"), "no number"),
]


@pytest.mark.parametrize(("text", "says"), BAD_TABLES)
def test_geometry_tables_that_are_none(tmp_path, text, says):
    with pytest.raises(DataError, match=says):
        read_track_geometry(table(tmp_path, text))


def test_truncated_gzip_is_one_sentence(tmp_path):
    path = tmp_path / "geom.csv.gz"
    path.write_bytes(gzip.compress(good_rows(50).encode())[:-30])
    with pytest.raises(DataError, match="truncated"):
        read_track_geometry(path)
    with pytest.raises(InputError, match="no geometry table"):
        read_track_geometry(tmp_path / "none.csv")


PICKS = "X,Y,Lat,Lon,Delay\n10,2329, 1.38,211.23,87.3375\n11,2331, 1.39,211.23,87.4125\n"


def test_picks(tmp_path):
    picks = read_picks(table(tmp_path, PICKS))
    assert picks["trace"].values.tolist() == [10, 11]
    assert np.allclose(picks["delay"], (np.array([2329, 2331]) - 1800) * SAMPLE_SPACING)
    with pytest.raises(DataError, match="not that of sample"):
        read_picks(table(tmp_path, PICKS.replace("87.4125", "88.4125")))
    with pytest.raises(DataError, match="columns"):
        read_picks(table(tmp_path, PICKS[:-10]))
    with pytest.raises(DataError, match="no place"):
        read_picks(table(tmp_path, PICKS.replace("1.39", "91.39")))


# tracks -----------------------------------------------------------------------------------------
class Orbit:
    """What a trajectory answers, in closed form."""

    start, duration = sample_orbit.START, 1.2 * 86_400.0

    def at(self, epoch, wrt=None, ephemeris=None):
        return sample_orbit.kepler(np.asarray(epoch - self.start))


def test_tracks_of_an_orbit_are_low_even_and_on_the_ground():
    terrain = Terrain.mars()
    tracks = radar_tracks(Orbit(), terrain, spacing="5 km", altitude_limit="600 km")
    assert len(tracks) >= 3
    for track in tracks:
        assert np.allclose(np.diff(track["along_track"]), 5e3, rtol=5e-3)
        assert float(track["altitude"].max()) < 601e3
        ground = terrain.point_at(track["lon"].values, track["lat"].values)
        assert np.allclose(track["ground"], ground, atol=1e-6)
        height = np.linalg.norm(track["spacecraft"], axis=1) - np.linalg.norm(ground, axis=1)
        assert np.allclose(track["height_above_ground"], height, atol=1e-6)
        assert np.allclose(np.diff(track["along_track"]) / np.diff(track["et"]),
                           track["ground_speed"].values[:-1], rtol=0.02)  # fmt: skip
        assert float(track["solar_zenith_angle"].min()) >= 0.0
    one = radar_tracks(Orbit(), terrain, count=1, spacing=5e3, altitude_limit=600e3)
    assert len(one) == 1


def test_zenith_angle_of_the_sun_is_that_of_a_look():
    """`look` tells incidence at the ellipsoid's normal from an observer; the radius differs by
    the geodetic angle, 0.34 degrees at most."""
    from marsward.core.time import Epoch
    from marsward.geometry.look import look

    orbit = Orbit()
    track = radar_tracks(orbit, count=1, spacing="100 km", altitude_limit="400 km")[0]
    for k in range(0, track.sizes["trace"], 4):
        seen = look(
            "earth", Epoch.et(float(track["et"][k])), correction="NONE",
            lon=float(track["lon"][k]), lat=float(track["lat"][k]),
        )  # fmt: skip
        assert float(seen["incidence"]) == pytest.approx(
            float(track["solar_zenith_angle"][k]), abs=0.36
        )


def test_region_cuts_tracks():
    tracks = radar_tracks(Orbit(), spacing="5 km", region=(0.0, 50.0, 360.0, 60.0))
    for track in tracks:
        assert track["lat"].values.min() >= 50.0
        assert track["lat"].values.max() <= 60.0
    with pytest.raises(PhysicsError, match="within region"):
        radar_tracks(Orbit(), spacing="5 km", region=(0.0, -80.0, 1.0, -79.9))


def test_bad_tracks_are_one_sentence():
    with pytest.raises(InputError, match="spacing"):
        radar_tracks(Orbit(), spacing="0 km")
    with pytest.raises(InputError, match="count"):
        radar_tracks(Orbit(), count=0)
    with pytest.raises(InputError, match="west, south"):
        radar_tracks(Orbit(), region=(0.0, 50.0, 10.0, 40.0))
    with pytest.raises(PhysicsError, match="no arc"):
        radar_tracks(Orbit(), altitude_limit="100 km")
    terrain = Terrain.mars()
    with pytest.raises(InputError, match="below the"):
        radar_track(np.full((3, 3), 1e6), terrain)
    with pytest.raises(InputError, match="2 traces"):
        radar_track(np.zeros((1, 3)), terrain)
    with pytest.raises(InputError, match="ascend"):
        radar_track([[3.7e6, 0, 0], [3.7e6, 1e3, 0]], terrain, et=[1.0, 1.0])
    window = TerrainWindow(np.zeros((8, 8)), 10.0, 2.0, 4.0)
    with pytest.raises(InputError, match="off the window"):
        radar_track([[3.7e6, 0, 0], [3.7e6, 1e3, 0]], window)


def test_frozen_orbit_finds_itself():
    made = FrozenOrbit(3_662_900.0, 0.0083, 0.0)
    lat = np.linspace(-30.0, 20.0, 50)
    radius = np.linalg.norm(made.places(np.zeros(50), lat), axis=1)
    found = frozen_orbit(lat, radius)
    assert found.parameter == pytest.approx(made.parameter, abs=1e-3)
    assert found.eccentricity == pytest.approx(made.eccentricity, abs=1e-9)
    with pytest.raises(InputError, match="three latitudes"):
        frozen_orbit([1.0, 2.0], [3.6e6, 3.6e6])
    track = radar_track(made.places(np.full(50, 20.0), lat), Terrain.flat(body("mars")))
    level = datum_of_radius(track, 3_396_000.0)
    assert np.allclose(level * 299_792_458.0 / 2.0, radius - 3_396_000.0)
