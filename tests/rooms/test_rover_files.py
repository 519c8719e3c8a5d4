"""Drives and stops of a rover from files: what is read, what is left out, what is refused."""

import gzip
import json

import numpy as np
import pytest

from marsward.core.errors import DataError, InputError
from marsward.data.rover_traverse import read_drives, read_stops

HEAD = "sol,site,drive,RMC,lon,lat,easting,northing,elev_geoid,roll,pitch,yaw,tilt,dist_m,Note"


def feature(**changes):
    about = {
        "sol": 14,
        "fromRMC": "3_0",
        "toRMC": "3_110",
        "length": 6.25,
        "SCLK_START": 1,
        "SCLK_END": 2,
    }
    line = [[77.45, 18.44, -2569.9], [77.4501, 18.4401, -2569.8]]
    return {
        "type": "Feature", "properties": about | changes.pop("properties", {}),
        "geometry": {"type": "LineString", "coordinates": line} | changes,
    }  # fmt: skip


def drives_file(path, features, *, packed=False):
    text = json.dumps({"type": "FeatureCollection", "name": "way", "features": features}).encode()
    path.write_bytes(gzip.compress(text) if packed else text)
    return path


def stops_file(path, *rows):
    path.write_text("# origin: a test\n" + "\n".join([HEAD, *rows]) + "\n")
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_drives_are_read(tmp_path, packed):
    made = read_drives(drives_file(tmp_path / "d.json", [feature(), feature()], packed=packed))
    assert len(made) == 2
    assert made.source == "way"
    assert made.drives[0].start == "3_0"
    assert made.drives[0].clock == (1.0, 2.0)
    np.testing.assert_allclose(made.length, 6.25)
    np.testing.assert_array_equal(made.sol, 14)
    flat = feature(coordinates=[[77.45, 18.44], [77.46, 18.44]])
    assert np.isnan(
        read_drives(drives_file(tmp_path / "f.json", [flat])).drives[0].line[:, 2]
    ).all()


def test_stops_are_read_and_bad_rows_counted(tmp_path):
    good = "14,3,110,3_110,77.45,18.44,1,2,-2569.86,3.0,4.0,-15.1,4.998,6.2,"
    nowhere = "0,0,0,,,,0,0,,0,0,0,0,0,"
    metres = "104,4,510,4_510,4354492.8,1093169.0,1,2,-2568.9,1.0,0.0,10.0,1.0,38.8,"
    leant = "20,3,120,3_120,77.46,18.44,1,2,-2569.0,1.0,0.0,10.0,-148.0,38.8,"
    signless = "30,3,130,3_130,77.47,18.44,1,2,2569.0,1.0,0.0,10.0,1.0,38.8,"
    made = read_stops(stops_file(tmp_path / "s.csv", good, nowhere, metres, leant, signless))
    assert made.name == ("3_110", "3_120", "3_130")
    assert (made.left_out, made.angles_left_out) == (2, 1)
    assert made.tilt[0] == pytest.approx(4.998)
    assert np.isnan(made.tilt[1])
    assert np.isnan(made.elevation[2])


@pytest.mark.parametrize(
    ("features", "word"),
    [
        ([], "without features"),
        ([feature(type="Point")], "LineString"),
        ([feature(coordinates=[[1.0], [2.0]])], "places"),
        ([feature(coordinates=[[77.0, 95.0, 0.0]])], "cannot be"),
        ([feature(properties={"length": None})], "length"),
        ([feature(properties={"length": -1.0})], "cannot be"),
        ([7], "feature"),
    ],
)
def test_bad_drives_are_refused_in_a_sentence(tmp_path, features, word):
    with pytest.raises(DataError, match=word) as caught:
        read_drives(drives_file(tmp_path / "d.json", features))
    assert "\n" not in str(caught.value)


def test_bad_files_are_refused(tmp_path):
    with pytest.raises(InputError, match="no file of drives"):
        read_drives(tmp_path / "none.json")
    cut = tmp_path / "cut.json.gz"
    cut.write_bytes(gzip.compress(b'{"features": []}' * 50)[:40])
    with pytest.raises(DataError, match="cut off"):
        read_drives(cut)
    half = tmp_path / "half.json"
    half.write_text('{"features": [')
    with pytest.raises(DataError, match="whole GeoJSON"):
        read_drives(half)
    empty = tmp_path / "empty.csv"
    empty.write_text("# nothing\n")
    with pytest.raises(DataError, match="empty"):
        read_stops(empty)
    bare = tmp_path / "bare.csv"
    bare.write_text("sol,lon\n1,2\n")
    with pytest.raises(DataError, match="column"):
        read_stops(bare)
    with pytest.raises(DataError, match="no stop"):
        read_stops(stops_file(tmp_path / "n.csv", "0,0,0,,,,0,0,,0,0,0,0,0,"))
    with pytest.raises(DataError, match="no rows"):
        read_stops(stops_file(tmp_path / "h.csv"))
