"""The orbit as CZML: what Cesium would read and interpolate, against the orbit itself."""

import json

import numpy as np
import pytest
from sample_orbit import PERIOD, START, Flight, kepler, table

from marsward.core.errors import InputError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.data.arc_table import ArcTable, hermite
from marsward.data.czml import Ring, fixed_states, write_czml

ARCS = [table(0.0, PERIOD), table(PERIOD, 1.4 * PERIOD)]


def read(path):
    packets = json.loads(path.read_text())
    by = {each["id"]: each for each in packets}
    return packets, by


def samples(position):
    flat = np.array(position["cartesianVelocity"]).reshape(-1, 7)
    return flat[:, 0], flat[:, 1:]


def test_document_and_clock(tmp_path):
    path, error = write_czml(tmp_path / "a.czml", ARCS, name="Tianwen-1")
    packets, by = read(path)
    assert packets[0]["id"] == "document"
    assert packets[0]["version"] == "1.0"
    assert packets[0]["clock"]["interval"] == by["Tianwen-1"]["availability"]
    assert "Ellipsoid.MARS" in packets[0]["description"]
    assert error < 1.0
    assert [each.name for each in tmp_path.iterdir()] == ["a.czml"]


@pytest.mark.parametrize(("frame", "spice"), [("FIXED", "IAU_MARS"), ("INERTIAL", "J2000")])
def test_positions_are_those_of_the_orbit(tmp_path, frame, spice):
    path, error = write_czml(tmp_path / "a.czml", ARCS, name="Tianwen-1", frame=frame)
    position = read(path)[1]["Tianwen-1"]["position"]
    assert len(position) == 2  # an interval for each arc
    for part, arc in zip(position, ARCS, strict=True):
        assert part["referenceFrame"] == frame
        assert part["interpolationAlgorithm"] == "HERMITE"
        assert part["interpolationDegree"] == 7
        assert part["interval"].startswith(part["epoch"])
        seconds, states = samples(part)
        assert (np.diff(seconds) > 0.0).all()
        # Cesium counts TAI seconds from the epoch; UTC has no leap second here
        begin = np.datetime64(part["epoch"].rstrip("Z"), "ns")
        when = Epoch.utc(begin + np.round(seconds * 1e9).astype("timedelta64[ns]"))
        truth = kepler(np.asarray(when - START))[:, :3]
        fixed = np.einsum("nij,nj->ni", rotation("J2000", spice, when), truth)
        assert np.abs(states[:, :3] - fixed).max() < 0.01
        # and what Cesium interpolates between
        between = seconds[:-1] + 0.37 * np.diff(seconds)
        when = Epoch.utc(begin + np.round(between * 1e9).astype("timedelta64[ns]"))
        truth = kepler(np.asarray(when - START))[:, :3]
        fixed = np.einsum("nij,nj->ni", rotation("J2000", spice, when), truth)
        got = hermite(seconds, states, between)[:, :3]
        assert np.linalg.norm(got - fixed, axis=1).max() < max(2.0 * error, 0.01)
        assert seconds.size == arc.epoch.size


def test_velocities_are_those_of_the_turning_planet():
    fixture = fixed_states(ARCS[0], "IAU_MARS")
    step = 1e-2
    near = hermite(fixture.seconds, fixture.states, fixture.seconds[5:50] + step)[:, :3]
    before = hermite(fixture.seconds, fixture.states, fixture.seconds[5:50] - step)[:, :3]
    slope = (near - before) / (2.0 * step)
    assert np.abs(slope - fixture.states[5:50, 3:]).max() < 1e-3


def test_the_error_is_told(tmp_path):
    coarse = [table(0.0, PERIOD, 600.0)]
    truth = Flight(*coarse)
    fixture = fixed_states(coarse[0], "IAU_MARS", truth)
    fine = np.linspace(0.0, PERIOD, 4001)
    got = hermite(fixture.seconds, fixture.states, fine)[:, :3]
    when = START + fine
    there = np.einsum("nij,nj->ni", rotation("J2000", "IAU_MARS", when), kepler(fine)[:, :3])
    worst = np.linalg.norm(got - there, axis=1).max()
    assert worst > 10.0
    assert 0.3 * worst < fixture.error < 1.5 * worst


def test_footprints(tmp_path):
    corners = np.array([[10.0, 5.0], [12.0, 5.0], [12.0, 7.0], [10.0, 7.0], [10.0, 5.0]])
    ring = Ring("frame-1", corners, START, START + 60.0)
    path, _ = write_czml(tmp_path / "a.czml", ARCS[:1], name="Tianwen-1", rings=[ring])
    packet = read(path)[1]["frame-1"]
    flat = packet["polygon"]["positions"]["cartographicDegrees"]
    assert np.array(flat).reshape(-1, 3)[:, :2].tolist() == corners[:4].tolist()
    begin, end = packet["availability"].split("/")
    assert float(Epoch.utc(begin) - START) == pytest.approx(0.0, abs=1e-6)
    assert float(Epoch.utc(end) - START) == pytest.approx(60.0, abs=1e-6)


def test_wrong_calls_are_refused(tmp_path):
    path = tmp_path / "a.czml"
    sun = [ArcTable(10, ARCS[0].epoch, ARCS[0].states)]
    for match, call in (
        ("FIXED or INERTIAL", lambda: write_czml(path, ARCS, name="A", frame="ICRF")),
        ("about Mars", lambda: write_czml(path, sun, name="A")),
        ("nothing to write", lambda: write_czml(path, [], name="A")),
        ("choose another folder", lambda: write_czml(tmp_path / "n" / "a", ARCS, name="A")),
    ):
        with pytest.raises(InputError, match=match):
            call()
    assert not list(tmp_path.iterdir())
