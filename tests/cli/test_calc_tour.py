"""`calc tour`: the table, JSON, the drawing, and what is refused."""

import json

import pytest

from marsward.cli.door import _call

TARGET = "marsward.cli.calc_tour:calc_tour"
WINDOW = ("--launch", "2021-10-20,2021-11-25", "--step", "6 d", "--n", "1")


@pytest.fixture
def ask(capfd):
    def go(*words):
        capfd.readouterr()
        code = _call("marsward calc tour", TARGET, list(words))
        return (code, *capfd.readouterr())

    return go


def test_the_table_and_the_drawing(ask, tmp_path):
    path = tmp_path / "tour.png"
    code, out, _ = ask("earth", "venus", "mars", *WINDOW, "--figure", str(path))
    assert code == 0
    head, row, *_ = out.splitlines()
    assert head.split()[:3] == ["Earth", "Venus", "Mars"]
    assert row.startswith("2021-11-")
    assert path.read_bytes().startswith(b"\x89PNG")


def test_json_has_units_and_the_moon(ask):
    code, out, _ = ask("earth", "moon", "mars", "--launch", "2031-01-01,2031-02-01", "--step",
                       "20 d", "--n", "1", "--json")  # fmt: skip
    assert code == 0
    told = json.loads(out)
    assert told["units"]["launch_energy"] == "m2 s-2"
    assert "leap second" in told["assumptions"]
    assert told["tours"][0]["bodies"] == ["earth", "mars"]
    assert "by the Moon" in told["tours"][0]["swingby_told"]


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (WINDOW, 2, "give planets in the order"),
        (("earth", "mars", "--launch", "2021-01-01"), 2, "give two dates"),
        (("earth", "vulcan", *WINDOW), 2, "unknown body"),
        (("earth", "mars", *WINDOW, "--legs", "80 d"), 2, "shortest and longest"),
        (("earth", "mars", *WINDOW, "--max-c3", "9"), 2, "max_c3"),
        (("earth", "mars", *WINDOW, "--figure", "tour.gif"), 2, ".png or .svg"),
        (("earth", "venus", "mars", *WINDOW, "--max-c3", "1 km2/s2"), 4, "nearest leaves on"),
        (("earth", "mars", "venus", *WINDOW, "--max-flyby-dv", "1 m/s", "--max-speed", "9 km/s"),
         4, "least"),
    ],
)  # fmt: skip
def test_one_sentence_where_it_cannot_be(ask, words, code, part):
    left, _, err = ask(*words)
    assert left == code
    assert len(err.splitlines()) == 1
    assert part in err
