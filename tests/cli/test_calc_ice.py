"""`calc ice`: the table, JSON, what is given by hand, the same seed, and what is refused."""

import json

import pytest

from marsward.cli import door

FEW = ("--samples", "7")


@pytest.fixture(autouse=True)
def _known(monkeypatch):
    monkeypatch.setitem(door.CALC, "ice", ("marsward.cli.calc_ice:calc_ice", "ice of one place"))


def answer(call, *words):
    said = call("calc", "ice", *words, "--json")
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_phoenix_as_a_table(call):
    said = call("calc", "ice", "68.22", "234.25", *FEW)
    assert said.code == 0, said.err
    lines = dict(line.split("  ", 1) for line in said.out.splitlines())
    assert "lasts from" in lines["Water ice"]
    assert "TES" in lines["Albedo"]
    assert "surrogate" in lines["Thermal inertia"]
    assert "sols in all, day and night from Ls" in lines["CO2 frost"]
    assert [name for name in lines if name.startswith("Ls ")] == [
        "Ls 0",
        "Ls 90",
        "Ls 180",
        "Ls 270",
    ]


def test_numbers_of_a_place(call):
    got = answer(call, "68.22", "-125.75", *FEW)
    assert got["lon"] == 234.25
    assert 0.03 < got["ice_depth_m"] < 0.18
    assert got["ice_depth_low_m"] < got["ice_depth_m"] < got["ice_depth_high_m"]
    assert got["ice_probability"] == 1.0
    for season in ("ls_0", "ls_90", "ls_180", "ls_270", "year"):
        three = got[season]
        assert 140.0 < three["low_k"] <= three["mean_k"] <= three["high_k"] < 300.0
    assert got["ls_90"]["mean_k"] > got["ls_270"]["mean_k"]
    assert got["frost_from"]["ls"] > 180.0 > got["frost_to"]["ls"]
    assert set(got["sources"]) >= {"bolometric_albedo", "thermal_inertia", "elevation"}


def test_given_values_stand_and_the_seed_repeats(call):
    words = ("-10", "30", "--albedo", "0.15", "--inertia", "300", "--humidity", "0.1", *FEW)
    got = answer(call, *words)
    assert (got["albedo"], got["inertia"], got["humidity_pa"]) == (0.15, 300.0, 0.1)
    assert got["ice_depth_m"] is None
    assert got["ice_probability"] == 0.0
    assert got["frost_sols"] == 0.0
    assert got["frost_from"] is None
    assert answer(call, *words) == got


def test_a_slope_towards_the_pole_holds_ice(call):
    soil = ("--albedo", "0.3", "--inertia", "150", "--humidity", "0.163", *FEW)
    level = answer(call, "35", "0", *soil)
    pole = answer(call, "35", "0", "--slope", "30", "--aspect", "0", *soil)
    assert level["ice_depth_m"] is None
    assert pole["ice_depth_m"] < 0.2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("95", "0"), "latitude is 95"),
        (("10", "400"), "longitude is 400"),
        (("10", "-200"), "longitude is -200"),
        (("10", "0", "--samples", "4.5"), "samples is 4.5: give a whole number"),
        (("10", "0", "--seed", "0.5"), "seed is 0.5: give a whole number"),
        (("10", "0", "--samples", "nan"), "samples is nan"),
        (("10", "0", "--aspect", "90"), "aspect is 90 but the ground is level"),
        (("10", "0", "--albedo", "1.2"), "albedo is 1.2"),
        (("10", "0", "--inertia", "-5"), "inertia is -5"),
        (("10", "0", "--humidity", "700"), "humidity is 700"),
        (("10", "0", "--slope", "60"), "slope is 60"),
        (("10", "0", "--samples", "1"), "samples is 1"),
        (("nan", "0"), "latitude is nan"),
    ],
)
def test_bad_input_is_one_sentence(call, words, sentence):
    said = call("calc", "ice", *words)
    assert said.code == 2
    assert len(said.sentences) == 1
    assert sentence in said.sentences[0]
