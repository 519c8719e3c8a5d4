"""Orbit Ephemeris Messages: written, read back, read by others, refused when broken."""

import re

import numpy as np
import pytest
from test_spk_writer import flown

from marsward.core.errors import DataError, InputError
from marsward.core.time import Epoch
from marsward.data.arc_table import ArcTable
from marsward.data.oem import TIME_SYSTEMS, read_oem, write_oem

NAMES = {"object_name": "TIANWEN-1", "object_id": "2020-049A"}


@pytest.fixture(scope="module")
def trajectory():
    return flown()


@pytest.mark.parametrize("system", TIME_SYSTEMS)
def test_round_trip(tmp_path, trajectory, system):
    path = write_oem(tmp_path / "flight.oem", trajectory, time_system=system, **NAMES)
    message = read_oem(path)
    assert message.header["CCSDS_OEM_VERS"] == "3.0"
    assert len(message.segments) == trajectory.arcs
    for segment in message.segments:
        assert segment.metadata["TIME_SYSTEM"] == system
        assert segment.metadata["INTERPOLATION"] == "HERMITE"
        truth = trajectory.at(segment.epoch[1:-1])
        off = np.abs(segment.states[1:-1] - truth)
        assert off[:, :3].max() < 1e-4  # a nanosecond at 30 km/s is 3e-5 m
        assert off[:, 3:].max() < 1e-8
        middle = segment.epoch[:-1] + 0.5 * (segment.epoch[1:] - segment.epoch[:-1])
        assert np.abs(segment.table.at(middle) - trajectory.at(middle))[:, :3].max() < 1e-3
    assert [segment.centre for segment in message.segments] == list(trajectory.centre)


def test_only_the_creation_date_changes(tmp_path, trajectory):
    one = write_oem(tmp_path / "a.oem", trajectory, **NAMES).read_text()
    two = write_oem(tmp_path / "b.oem", trajectory, creation_date="2020-07-23T04:41:15", **NAMES)
    cut = re.compile(r"CREATION_DATE = .*")
    assert cut.sub("", one) == cut.sub("", two.read_text())
    again = write_oem(tmp_path / "c.oem", trajectory, creation_date="2020-07-23T04:41:15", **NAMES)
    assert again.read_bytes() == two.read_bytes()
    assert "CREATION_DATE = 2020-07-23T04:41:15\n" in two.read_text()


def test_layout_of_the_standard(tmp_path, trajectory):
    path = write_oem(tmp_path / "a.oem", trajectory, comments=["reconstructed"], **NAMES)
    lines = path.read_text().splitlines()
    assert lines[0] == "CCSDS_OEM_VERS = 3.0"
    assert "COMMENT reconstructed" in lines
    begin = lines.index("META_START")
    keys = [line.split(" = ")[0] for line in lines[begin + 1 : lines.index("META_STOP")]]
    assert keys == [
        "OBJECT_NAME", "OBJECT_ID", "CENTER_NAME", "REF_FRAME", "TIME_SYSTEM", "START_TIME",
        "USEABLE_START_TIME", "USEABLE_STOP_TIME", "STOP_TIME", "INTERPOLATION",
        "INTERPOLATION_DEGREE",
    ]  # fmt: skip
    assert max(len(line) for line in lines) <= 254
    row = lines[lines.index("META_STOP") + 1].split()
    assert len(row) == 7
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}", row[0])


def test_another_library_reads_it(tmp_path, trajectory):
    oem = pytest.importorskip("oem", reason="the package oem is a peer, not a dependency")
    path = write_oem(tmp_path / "a.oem", trajectory, **NAMES)
    other = oem.OrbitEphemerisMessage.open(path)
    assert len(other.segments) == trajectory.arcs
    for segment, mine in zip(other.segments, read_oem(path).segments, strict=True):
        first = next(iter(segment.states))
        assert np.allclose(first.position, mine.states[0, :3] / 1e3, rtol=0.0, atol=1e-9)
        assert np.allclose(first.velocity, mine.states[0, 3:] / 1e3, rtol=0.0, atol=1e-12)


def test_leap_second_needs_another_time_system(tmp_path):
    epoch = Epoch.utc(["2016-12-31T23:00:00", "2017-01-01T01:00:00"])
    table = ArcTable(399, epoch, np.ones((2, 6)))
    with pytest.raises(InputError, match="leap second"):
        write_oem(tmp_path / "a.oem", [table], **NAMES)
    message = read_oem(write_oem(tmp_path / "a.oem", [table], time_system="TDB", **NAMES))
    assert np.allclose(message.segments[0].epoch - epoch, 0.0, atol=1e-9)


def test_wrong_calls_are_refused(tmp_path, trajectory):
    with pytest.raises(InputError, match="type UTC, TAI, TT, TDB"):
        write_oem(tmp_path / "a.oem", trajectory, time_system="GPS", **NAMES)
    with pytest.raises(InputError, match="ASCII"):
        write_oem(tmp_path / "a.oem", trajectory, object_name="天问", object_id="x")
    with pytest.raises((InputError, DataError), match="cannot write"):
        write_oem(tmp_path / "none" / "a.oem", trajectory, **NAMES)
    assert not list(tmp_path.iterdir())


GOOD = """CCSDS_OEM_VERS = 2.0
COMMENT of another maker
CREATION_DATE = 2020-07-23T00:00:00
ORIGINATOR = TEST

META_START
OBJECT_NAME = A
OBJECT_ID = B
CENTER_NAME = MARS BARYCENTER
REF_FRAME = EME2000
TIME_SYSTEM = TDB
START_TIME = 2020-01-01T00:00:00
STOP_TIME = 2020-01-01T00:02:00
META_STOP
COMMENT a remark
2020-01-01T00:00:00 1 2 3 4 5 6
2020-01-01T00:01:00.5 1 2 3 4 5 6 7 8 9
2020-001T00:02:00 1 2 3 4 5 6
COVARIANCE_START
EPOCH = 2020-01-01T00:00:00
1.0
COVARIANCE_STOP
"""


def test_reads_a_file_of_another_maker(tmp_path):
    path = tmp_path / "a.oem"
    path.write_text(GOOD)
    (segment,) = read_oem(path).segments
    assert segment.states.tolist() == [[1e3, 2e3, 3e3, 4e3, 5e3, 6e3]] * 3
    assert np.asarray(segment.epoch - segment.epoch[0]).tolist() == [0.0, 60.5, 120.0]
    assert segment.centre == 4
    assert segment.comments == ("a remark",)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("CCSDS_OEM_VERS = 2.0\n", ""), "is no OEM"),
        (("OBJECT_ID = B\n", ""), "line 13: the metadata lack OBJECT_ID"),
        (("1 2 3 4 5 6\n2020-01", "1 2 3 4 5\n2020-01"), "line 16.*six or nine numbers"),
        (("1 2 3 4 5 6\n2020-01", "1 2 nan 4 5 6\n2020-01"), "line 16.*six or nine numbers"),
        (("TIME_SYSTEM = TDB", "TIME_SYSTEM = GPS"), "TIME_SYSTEM = GPS is not"),
        (("2020-001T00:02:00", "2020-001T00:00:30"), "do not ascend"),
        (("ORIGINATOR = TEST", "ORIGINATOR"), "line 4.*KEY = value"),
    ],
)
def test_broken_file_is_refused_with_its_line(tmp_path, change, said):
    path = tmp_path / "a.oem"
    assert change[0] in GOOD
    path.write_text(GOOD.replace(*change, 1))
    with pytest.raises(DataError, match=said):
        read_oem(path)


def test_missing_and_empty_files_are_refused(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_oem(tmp_path / "none.oem")
    (tmp_path / "a.oem").write_text("")
    with pytest.raises(DataError, match="is no OEM"):
        read_oem(tmp_path / "a.oem")
    (tmp_path / "a.oem").write_text(GOOD[: GOOD.index("META_START")])
    with pytest.raises(DataError, match="without any segment"):
        read_oem(tmp_path / "a.oem")
