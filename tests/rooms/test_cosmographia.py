"""The orbit as a Cosmographia catalogue: its form, its states, and what a cubic makes of them."""

import json

import numpy as np
import pytest
from sample_orbit import PERIOD, START, kepler, table
from scipy.interpolate import CubicHermiteSpline

from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.data.arc_table import ArcTable
from marsward.data.cosmographia import Sensor, write_cosmographia

ARCS = [table(0.0, PERIOD), table(PERIOD, 1.3 * PERIOD)]
MORIC = Sensor("MoRIC", 53.4, 41.3)


def states(path):
    """Seconds since START and states [m, m/s]; Julian dates as one double, as a viewer has them."""
    rows = np.array([line.split() for line in path.read_text().splitlines() if line[0] != "#"])
    parts = [each.split(".") for each in rows[:, 0]]
    exact = np.array([[float(a), float(f"0.{b}")] for a, b in parts])
    first = START.jd
    seconds = ((exact[:, 0] - first[0]) + (exact[:, 1] - first[1])) * 86_400.0
    return seconds, rows[:, 1:].astype(float) * 1e3, rows[:, 0].astype(float)


def test_the_catalogue(tmp_path):
    made, error = write_cosmographia(
        tmp_path / "orbit.json", ARCS, name="Tianwen-1", sensors=[MORIC]
    )
    assert [each.name for each in made] == ["orbit.json", "orbit-1.xyzv", "orbit-2.xyzv"]
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(each.name for each in made)
    catalogue = json.loads(made[0].read_text())
    assert catalogue["version"] == "1.0"
    craft, sensor = catalogue["items"]
    assert craft["class"] == "spacecraft"
    assert craft["startTime"] == "2021-11-09 08:10:41.000000 UTC"
    assert [each["trajectory"]["source"] for each in craft["arcs"]] == [
        "orbit-1.xyzv", "orbit-2.xyzv",
    ]  # fmt: skip
    ends = [Epoch.utc(each["endTime"].removesuffix(" UTC")) for each in craft["arcs"]]
    assert float(ends[0] - START) == pytest.approx(PERIOD, abs=1e-5)
    assert ends[1] > ends[0]
    for arc in craft["arcs"]:
        assert arc["center"] == "Mars"
        assert arc["trajectoryFrame"] == "EquatorJ2000"
        assert arc["bodyFrame"]["primary"]["target"] == "Mars"
    assert sensor["class"] == "sensor"
    assert sensor["parent"] == sensor["center"] == "Tianwen-1"
    assert sensor["geometry"]["horizontalFov"] == 53.4
    assert sensor["geometry"]["verticalFov"] == 41.3
    assert sensor["geometry"]["range"] == pytest.approx(8855.6 * 1.5864, rel=1e-3)
    assert error < 2.0


def test_states_are_those_of_the_orbit(tmp_path):
    made, error = write_cosmographia(tmp_path / "orbit.json", ARCS, name="Tianwen-1")
    for path in made[1:]:
        seconds, rows, julian = states(path)
        assert (np.diff(julian) > 0.0).all()
        assert np.abs(rows[:, :3] - kepler(seconds)[:, :3]).max() < 0.01
        viewer = (julian - START.jd[0] - START.jd[1]) * 86_400.0
        spline = CubicHermiteSpline(viewer, rows[:, :3], rows[:, 3:])
        between = viewer[:-1] + 0.5 * np.diff(viewer)
        off = np.linalg.norm(spline(between) - kepler(between)[:, :3], axis=1)
        assert off.max() < error
        assert off.max() < 1.5


def test_a_fixed_step_is_kept_and_its_error_told(tmp_path):
    made, error = write_cosmographia(
        tmp_path / "orbit.json", [table(0.0, PERIOD, 240.0)], name="A", every=240.0
    )
    seconds, rows, _ = states(made[1])
    assert np.allclose(np.diff(seconds)[:-1], 240.0, atol=1e-4)
    spline = CubicHermiteSpline(seconds, rows[:, :3], rows[:, 3:])
    fine = np.linspace(0.0, PERIOD, 5001)
    worst = np.linalg.norm(spline(fine) - kepler(fine)[:, :3], axis=1).max()
    assert worst > 5.0
    assert error == pytest.approx(worst, rel=0.1)


def test_equal_input_gives_equal_bytes(tmp_path):
    one = [each.read_bytes() for each in write_cosmographia(tmp_path / "a.json", ARCS, name="A")[0]]
    two = [each.read_bytes() for each in write_cosmographia(tmp_path / "a.json", ARCS, name="A")[0]]
    assert one == two


@pytest.mark.parametrize("name", ["a-1.xyzv", "a.json"])
def test_a_folder_in_the_place_of_a_file_is_named(tmp_path, name):
    (tmp_path / name).mkdir()
    with pytest.raises(InputError, match=f"{name}: Is a directory"):
        write_cosmographia(tmp_path / "a.json", ARCS, name="A")
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_wrong_calls_are_refused(tmp_path):
    path = tmp_path / "a.json"
    sun = [ArcTable(10, ARCS[0].epoch, ARCS[0].states)]
    flat = [Sensor("cam", 0.0, 10.0)]
    for match, call in (
        ("about Mars", lambda: write_cosmographia(path, sun, name="A")),
        ("between 0 and 180", lambda: write_cosmographia(path, ARCS, name="A", sensors=flat)),
        ("nothing to write", lambda: write_cosmographia(path, [], name="A")),
        ("choose another", lambda: write_cosmographia(tmp_path / "n" / "a", ARCS, name="A")),
    ):
        with pytest.raises(InputError, match=match):
            call()
    assert not list(tmp_path.iterdir())
