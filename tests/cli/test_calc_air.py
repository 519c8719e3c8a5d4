"""`calc air` and `calc climate`: the table, JSON, what is given by hand and what is refused."""

import json

import pytest

from marsward.planet.atmosphere import atmosphere

WHEN = ("--at", "2021-02-18T20:50")


def answer(call, tool, *words):
    said = call("calc", tool, *words, "--json")
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_the_air_of_the_shipped_column(call):
    words = ("18.44", "77.45", "20000", "--source", "mars-gram", "--above", "areoid", *WHEN)
    got = answer(call, "air", *words)
    assert got["height_m"] == pytest.approx(20e3)
    assert got["density_kg_m3"] == pytest.approx(2.43e-3, rel=0.02)  # the row of its table
    assert got["temperature_k"] == pytest.approx(174.9, abs=0.5)
    said = call("calc", "air", *words)
    assert "Speed of sound" in said.out
    assert "Mars-GRAM" in said.out
    assert "\n\n" not in said.out


@pytest.fixture(scope="module")
def own_tables():
    """The tables of the own climate, made once where the cache does not hold them."""
    return atmosphere().tables


@pytest.mark.usefixtures("own_tables")
def test_the_own_climate_by_height(call):
    low, high = (
        answer(call, "air", "-4.59", "137.44", height, *WHEN) for height in ("10", "30000")
    )
    assert 500.0 < low["pressure_pa"] < 1100.0
    assert high["density_kg_m3"] < 0.12 * low["density_kg_m3"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("95", "0", "10"), "latitude is 95"),
        (("0", "400", "10"), "longitude is 400"),
        (("0", "0", "300000"), "reaches to 250 km"),
        (("0", "0", "-50000", "--above", "areoid"), "under the ground"),
        (("0", "0", "10", "--source", "mcd"), "source of air"),
        (("0", "0", "10", "--dust", "storm"), "dust scenario"),
        (("0", "0", "10", "--at", "18 February"), "18 February"),
        (("0", "0", "10", "--above", "sea"), "reference of heights"),
    ],
)
def test_air_that_is_refused(call, words, told):
    said = call("calc", "air", *words)
    assert said.code == 2
    assert told in said.err
    assert len(said.err.strip().splitlines()) == 1


def test_one_place_through_the_year(call):
    got = answer(call, "climate", "-4.59", "137.44", "--elevation", "-4501", "--ls", "150")
    year = got["pressure_by_ls_pa"]
    assert 680.0 < year["150"] < 780.0 < 860.0 < year["240"] < 1000.0
    assert got["ground"]["low_k"] < got["air"]["low_k"] + 10.0 < got["ground"]["high_k"]
    assert got["boundary_layer_m"] > 1000.0


def test_dust_takes_the_day_from_the_ground(call):
    clear, storm = (
        answer(call, "climate", "-4.59", "137.44", "--ls", "200", "--opacity", tau)
        for tau in ("0.1", "5")
    )
    swing = [each["ground"]["high_k"] - each["ground"]["low_k"] for each in (clear, storm)]
    assert swing[0] - swing[1] > 30.0
    assert storm["sunlight_w_m2"] < 0.5 * clear["sunlight_w_m2"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("95", "0"), "latitude is 95"),
        (("0", "0", "--ls", "400"), "ls is 400"),
        (("0", "0", "--dust", "storm"), "dust scenario"),
        (("0", "0", "--opacity", "-1"), "opacity is -1"),
        (("0", "0", "--elevation", "30000"), "elevation is 30000"),
    ],
)
def test_climates_that_are_refused(call, words, told):
    said = call("calc", "climate", *words)
    assert said.code == 2
    assert told in said.err
    assert len(said.err.strip().splitlines()) == 1
