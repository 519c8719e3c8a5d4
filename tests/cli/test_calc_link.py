"""`calc link`: the table, JSON, what is given by hand, and what is refused."""

import json

import pytest
import xarray as xr

from marsward.cli import door
from marsward.mission.phases.orbit import Orbit
from marsward.mission.phases.phase import Outcome

LINK = ("marsward.cli.calc_link:calc_link", "budget of a radio link to Earth")
ORBIT = """
name = "lean"
[spacecraft]
mass = "1500 kg"
dry_mass = "900 kg"
specific_impulse = "318 s"
[[phase]]
kind = "orbit"
epoch = "2028-11-01"
until = "2028-11-01T05:00"
periapsis = "400 km"
apoapsis = "420 km"
inclination = "92.9 deg"
local_time = "14.5 h"
gravity_degree = 0
[[phase]]
kind = "budgets"
uses = ["orbit"]
manoeuvre = [{ name = "insertion", velocity = "1800 m/s" }]
"""


@pytest.fixture(autouse=True)
def _known(monkeypatch):
    monkeypatch.setitem(door.CALC, "link", LINK)


def answer(call, *words):
    said = call("calc", "link", *words, "--json")
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_the_budget_as_a_table(call):
    said = call("calc", "link", "--distance", "1.5 au")
    assert said.code == 0, said.err
    lines = dict(line.split("  ", 1) for line in said.out.splitlines())
    assert lines["EIRP"].strip() == "66.20 dBW"
    assert lines["Code"].strip() == "concatenated"
    assert lines["Bit rate"].strip().endswith("kbit/s")


def test_the_lines_add_up(call):
    got = answer(call, "--distance", "2.6 au", "--radio", "odyssey", "--station", "dsn-70m")
    gains = ("eirp_dbw", "station_gain_dbi", "pointing_loss_db", "space_loss_db", "air_loss_db",
             "polarisation_loss_db", "station_pointing_db")  # fmt: skip
    assert sum(got[key] for key in gains) + 30.0 == pytest.approx(got["received_dbm"], abs=1e-9)
    assert got["margin_db"] >= got["margin_asked_db"] - 1e-9


def test_at_a_conjunction_nothing_is_sent(call):
    got = answer(call, "--at", "2023-11-18")
    assert got["blackout"]
    assert got["bit_rate"] == 0.0
    assert got["sun_angle_deg"] < 0.5
    assert answer(call, "--at", "2025-01-15")["bit_rate"] > 3e6


def test_by_hand(call):
    base = answer(call, "--distance", "2 au", "--radio", "tianwen-1", "--power", "10 W")
    far = answer(call, "--distance", "2 au", "--radio", "tianwen-1")
    assert far["received_dbm"] - base["received_dbm"] == pytest.approx(10.0)
    wide = answer(call, "--distance", "2 au", "--radio", "mro", "--diameter", "1.5 m")
    assert wide["antenna_gain_dbi"] == pytest.approx(40.2, abs=0.2)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "give --distance"),
        (("--distance", "1 au", "--at", "now"), "not both"),
        (("--distance", "1 au", "--radio", "mroo"), "did you mean 'mro'"),
        (("--distance", "1 au", "--station", "dsn"), "no station called"),
        (("--distance=-1 au",), "above 0 m"),
        (("--distance", "1.5"), 'write "1.5 au"'),
        (("--distance", "1 au", "--elevation", "1"), "3 to 90 deg"),
        (("--distance", "1 au", "--sun-angle", "200"), "0 to 180 deg"),
        (("--distance", "1 au", "--power=-3 W"), "greater than 0 W"),
        (("--at", "2028-01-01", "--target", "earth"), "away from it"),
    ],
)
def test_refusals(call, words, says):
    said = call("calc", "link", *words)
    assert said.code == 2
    assert says in said.err


def test_a_propellant_overrun_ends_with_code_4(call, tmp_path, monkeypatch):
    # masses are reckoned before any path is looked at, so the orbit need not be flown
    bare = {name: xr.Dataset() for name in Orbit.makes}
    monkeypatch.setattr(Orbit, "fly", lambda self, given: Outcome(products=bare))
    (tmp_path / "lean.toml").write_text(ORBIT, encoding="utf-8")
    said = call("run", str(tmp_path / "lean.toml"), "--out", str(tmp_path / "run"))
    assert said.code == 4, said.err
    assert "propellant overrun at 'insertion'" in said.err
    assert "kg are missing" in said.err
    assert "m/s at most" in said.err
