"""An orbiter that let its lander go: own aim, capture, science orbit, and what is refused."""

import numpy as np
import pytest

import marsward as mw
from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.elements import osculating
from marsward.views.figures import insertion as figures
from marsward.views.stored_run import StoredPhase

pytestmark = pytest.mark.flight
G0 = 9.80665
TEXT = """
name = "orbiter"
[spacecraft]
name = "orbiter"
mass = "2200 kg"
dry_mass = "900 kg"
thrust = "1000 N"
specific_impulse = "321 s"
[[phase]]
kind = "transfer"
launch = "2020-07-30T11:50:00"
arrival = "2021-02-18T20:36:38"
site = { name = "Cape Canaveral", lat = "28.583 deg", lon = "-80.583 deg" }
target_lon = "77.43 deg"
target_lat = "18.46 deg"
angle_axes = "inertial"
ahead = "605 km"
[[phase]]
kind = "insertion"
"""
AIR = """
descent = "aerobraking"
mass = "1500 kg"
[phase.aerobraking.drag]
ballistic = "0.04 m2/kg"
height = ["80 km", "110 km", "150 km", "200 km"]
density = ["1e-6 kg/m3", "2.6e-8 kg/m3", "2e-10 kg/m3", "1e-12 kg/m3"]
source = "a table of the test"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("orbiter") / "run"


@pytest.fixture(scope="module")
def run(folder):
    return mw.Mission.loads(TEXT, name="orbiter").run(out=folder, report=False)


def number(run, name):
    return run.summary("insertion")[name]["value"]


def test_it_turns_away_and_is_captured(run):
    assert 5.0 < number(run, "deflection_dv") < 60.0
    assert number(run, "deflection_miss") < 0.1
    assert number(run, "capture_inclination") == pytest.approx(92.7, abs=0.05)
    assert number(run, "capture_period") == pytest.approx(35.0, abs=1e-4)
    assert 0.0 < number(run, "gravity_loss") < 0.05 * number(run, "capture_dv")
    entry = run["entry_state"].dataset
    lander = Epoch(float(entry["et_whole"]), float(entry["et_frac"]))
    parted = Epoch.utc(number(run, "separation_epoch"))
    assert float(lander - parted) == pytest.approx(6.0 * 86400.0, abs=1.0)


def test_its_propellant_is_that_of_the_rocket_equation(run):
    rows = run["insertion"].dataset.dropna("event", subset=["dv"])
    ratio = rows["mass_before"] / rows["mass_after"]
    np.testing.assert_allclose(rows["dv"], 321.0 * G0 * np.log(ratio), rtol=1e-6)
    np.testing.assert_allclose(rows["mass_after"][:-1], rows["mass_before"][1:])
    spent = number(run, "insertion_propellant")
    assert spent == pytest.approx(float(rows["propellant"].sum()))
    assert spent + number(run, "science_orbit_mass") == pytest.approx(2200.0)
    assert number(run, "insertion_dv") == pytest.approx(float(rows["dv"].sum()))


def test_the_science_orbit_is_the_one_asked_for(run):
    orbit = run["science_orbit"].dataset
    assert float(orbit["periapsis"]) == pytest.approx(300e3, abs=15e3)
    assert float(orbit["apoapsis"]) == pytest.approx(400e3, abs=25e3)
    epoch = Epoch(float(orbit["et_whole"]), float(orbit["et_frac"]))
    elements = osculating(orbit["state"].values, epoch)
    radius = float(body("mars").equatorial_radius)
    low = float(orbit["semi_major_axis"]) * (1.0 - float(orbit["eccentricity"])) - radius
    assert low == pytest.approx(float(orbit["periapsis"]), abs=1e-3)
    for name in ("inclination", "node", "argument_of_periapsis", "true_anomaly"):
        gap = float(getattr(elements, name)) - float(orbit[name])
        assert abs((gap + 180.0) % 360.0 - 180.0) < 1e-6


def test_the_grid_holds_the_impulse_that_was_flown(run):
    grid = run["capture_grid"].dataset
    found = grid["capture_dv"].assign_coords(
        period=grid["capture_period"], periapsis=grid["capture_periapsis"]
    )
    told = found.interp(period=35.0 * 3600.0, periapsis=400e3)
    assert float(told) == pytest.approx(number(run, "capture_impulse"), rel=0.02)


def test_its_figures_show_burn_and_map(run, folder):
    phase = StoredPhase(next(folder.glob("*-insertion")), 2, "insertion")
    for draw in (figures.draw, figures.draw_map):
        drawing = draw(phase)
        assert len(drawing.caption) > 60
        assert all(axes.get_xlabel() for axes in drawing.figure.axes if axes.lines)
    path = mw.Trajectory.from_dataset(run["insertion_path"].dataset)
    assert np.linalg.norm(path.final[:3]) > 1e7


def test_it_comes_down_through_the_air(folder):
    run = mw.Mission.loads(TEXT + AIR, name="orbiter").run(out=folder, report=False)
    assert 200 < number(run, "aerobraking_passes") < 1200
    assert number(run, "aerobraking_dv_saved") == pytest.approx(1150.0, rel=0.1)
    assert number(run, "science_periapsis") == pytest.approx(300.0, abs=0.01)
    assert 100.0 < number(run, "aerobraking_lowest") < 115.0
    assert number(run, "insertion_dv") < 1000.0
    stored = StoredPhase(next(folder.glob("*-insertion")), 2, "insertion")
    assert "passes through the air" in stored.about["sentence"]


@pytest.mark.parametrize(
    ("override", "error", "says"),
    [
        (
            "insertion.propellant=300 kg",
            PhysicsError,
            "into no orbit, for which 4[0-9]+ kg",
        ),
        ("insertion.propellant=525 kg", PhysicsError, r"a period of \d+\.\d h: ask for that"),
        ("insertion.propellant=800 kg", PhysicsError, "capture and descent take"),
        ("insertion.most_deflection=1 m/s", PhysicsError, "turn away by"),
        ("insertion.inclination=1 deg", PhysicsError, "inclination lies from"),
        ("insertion.periapsis=180 km", PhysicsError, r"aim the arrival at \d+ km or higher"),
        ("insertion.thrust=20 N", PhysicsError, "stronger engine"),
        ("insertion.separation=400 d", InputError, "shorter separation"),
        ("insertion.science_apoapsis=100 km", InputError, "exchange"),
        ("insertion.descent=aerobraking", InputError, "go together"),
        ("insertion.deflection_after=8 d", InputError, "shorter than separation"),
        ("insertion.propellant=3000 kg", InputError, "between 0 kg and"),
    ],
)
def test_insertions_that_cannot_be_are_refused(folder, run, override, error, says):
    with pytest.raises(error, match=says):
        mw.Mission.loads(TEXT, name="orbiter", overrides=[override]).run(out=folder, report=False)
