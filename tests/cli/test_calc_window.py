"""`calc window`: the table, JSON, files, and what is refused with its exit code."""

import json

import pytest
import xarray as xr

from marsward.cli import door

YEAR = ("--launch", "2020-06-01,2020-10-01", "--arrive", "2020-12-01,2021-08-01", "--step", "4 d")


@pytest.fixture(autouse=True)
def _known(monkeypatch):
    monkeypatch.setitem(door.CALC, "window", ("marsward.cli.calc_window:calc_window", "a window"))


def test_the_window_as_a_table(call):
    said = call("calc", "window", "earth", "mars", *YEAR, "--vehicle", "atlas-v-541")
    assert said.code == 0, said.err
    assert "13.089 km2/s2" in said.out
    assert "type I " in said.out
    assert "Hope, Tianwen-1, Perseverance" in said.out
    assert "atlas-v-541 sends off 4347 kg" in said.out


def test_numbers_and_files(call, tmp_path):
    out, figure = tmp_path / "w.nc", tmp_path / "w.png"
    said = call("calc", "window", "earth", "mars", *YEAR, "--json", "--out", str(out),
                "--figure", str(figure), "--max-dla", "20 deg")  # fmt: skip
    assert said.code == 0, said.err
    got = json.loads(said.out)
    assert got["dla_deg"] == pytest.approx(20.0, abs=1e-3)
    assert got["c3_km2_s2"] == pytest.approx(13.2, abs=0.1)
    assert got["type"] == "I"
    assert got["least_c3"][0]["c3_km2_s2"] < got["c3_km2_s2"]
    assert figure.read_bytes().startswith(b"\x89PNG")
    with xr.open_dataset(out, decode_timedelta=False) as stored:
        assert stored["c3"].dims == ("launch", "arrival")
        assert stored.attrs["target"] == "mars"


def test_arrivals_left_out_are_about_hohmanns(call):
    said = call("calc", "window", "earth", "venus", "--launch", "2029-10-01,2029-12-01",
                "--step", "5 d", "--json")  # fmt: skip
    assert said.code == 0, said.err
    assert json.loads(said.out)["c3_km2_s2"] == pytest.approx(7.89, abs=0.02)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--launch", "2020-10-01,2020-11-01", "--arrive", "2020-07-01,2020-08-01"), 4,
         "arrive after 2020-10-01"),
        ((*YEAR, "--max-c3", "10 km2/s2"), 4, "C3 13."),
        ((*YEAR, "--max-c3", "20"), 2, 'write "20 km2/s2"'),
        ((*YEAR, "--inclination", "20"), 4, "22.9"),
        ((*YEAR, "--vehicle", "atlas-v-401", "--mass", "5000 kg"), 4, "3035 kg at most"),
        ((*YEAR, "--vehicle", "atlas-v-999"), 2, "atlas-v-5"),
        ((*YEAR, "--mass", "5000 kg"), 2, "--vehicle"),
        ((*YEAR, "--figure", "w.gif"), 2, ".png"),
        (("--launch", "2020-06-01,2020-07-01,2020-08-01"), 2, "two dates"),
        (("--launch", "tomorrow"), 2, "date"),
    ],
)  # fmt: skip
def test_bad_calls_end_with_a_sentence(call, words, code, says):
    said = call("calc", "window", "earth", "mars", *words)
    assert said.code == code
    assert says in said.err
    assert len(said.err.strip().splitlines()) == 1
