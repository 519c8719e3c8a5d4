"""`calc where` and `calc look`: bodies, the craft of a run, JSON, and what is refused."""

import json

import numpy as np
import pytest

from marsward.core.product import Product
from marsward.core.time import Epoch
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.propagate import propagate

DAY = "2020-07-27T00:00"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run folder with a flight in it: three days from 1.2 million km."""
    folder = tmp_path_factory.mktemp("runs") / "first-try"
    (folder / "01-cruise").mkdir(parents=True)
    (folder / "mission.lock.toml").write_text("")
    (folder / "mission.toml").write_text('name = "tianwen-1"\n[spacecraft]\nname = "Tianwen-1"\n')
    record = {"name": "cruise", "products": {"trajectory": "trajectory.nc"}}
    (folder / "01-cruise" / "phase.json").write_text(json.dumps(record))
    epoch = Epoch.utc("2020-07-26T12:00:00")
    state = default_ephemeris().state("earth", wrt="sun", at=epoch)
    state = state + np.array([7.2e8, 8.0e8, 5.4e8, 2.0e3, 2.2e3, 1.5e3])
    flight = propagate(state, epoch, epoch + 3 * 86400.0)
    Product("trajectory", flight.to_dataset()).save(folder / "01-cruise" / "trajectory.nc")
    return folder, flight


def answer(call, *words):
    said = call("calc", *words, "--json")
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_where_is_the_state_in_kilometres(call):
    got = answer(call, "where", "mars", "--wrt", "earth", "--at", DAY)
    truth = default_ephemeris().state("mars", wrt="earth", at=Epoch.utc(DAY)) / 1e3
    assert got["position_km"] == truth[:3].tolist()
    assert got["velocity_km_s"] == truth[3:].tolist()
    assert got["distance_km"] == pytest.approx(np.linalg.norm(truth[:3]), rel=1e-14)
    assert got["light_time_s"] == pytest.approx(got["distance_km"] / 299792.458, rel=1e-14)
    assert got["distance_au"] == pytest.approx(got["distance_km"] / 149597870.7, rel=1e-14)
    assert "stands for 499" in got["substitute"]


def test_where_as_a_table(call):
    words = ("--wrt", "earth", "--at", DAY, "--frame", "ECLIPJ2000", "--correction", "lt+s")
    said = call("calc", "where", "mars", *words)
    assert said.code == 0
    rows = dict(line.split("  ", 1) for line in said.out.splitlines() if line[0] != " ")
    assert rows["Frame"].strip() == "ECLIPJ2000"
    assert rows["Correction"].strip() == "LT+S"
    assert rows["Right ascension"].strip().startswith("15.83")
    assert "5 min 33.7 s" in rows["Light time"]


def test_directions_do_not_depend_on_the_frame(call):
    plain = answer(call, "where", "moon", "--wrt", "earth", "--at", DAY)
    turned = answer(call, "where", "moon", "--wrt", "earth", "--at", DAY, "--frame", "IAU_EARTH")
    assert turned["right_ascension_deg"] == plain["right_ascension_deg"]
    assert turned["distance_km"] == pytest.approx(plain["distance_km"], rel=1e-13)
    assert turned["position_km"] != plain["position_km"]


@pytest.mark.parametrize("name", ["craft", "tianwen-1", "TIANWEN-1", "first-try"])
def test_craft_of_a_run_by_its_names(call, run, name):
    folder, flight = run
    words = ("--wrt", "earth", "--at", DAY, "--craft", str(folder))
    got = answer(call, "where", name, *words)
    truth = flight.at(Epoch.utc(DAY), wrt="earth") / 1e3
    assert got["position_km"] == pytest.approx(truth[:3].tolist(), abs=1e-6)
    seen = answer(call, "look", "earth", "--wrt", name, "--at", DAY, "--craft", str(folder))
    assert seen["range_km"] == pytest.approx(got["distance_km"], rel=1e-3)
    assert 0.5 < seen["apparent_diameter_deg"] < 0.7


def test_look_at_mars_tells_size_season_and_local_time(call):
    got = answer(call, "look", "mars", "--wrt", "earth", "--at", DAY)
    assert got["ls_deg"] == pytest.approx(246.4, abs=0.05)
    assert got["apparent_diameter_arcmin"] * 60.0 == pytest.approx(13.98, abs=0.02)
    assert got["illuminated_fraction"] == pytest.approx(0.858, abs=0.001)
    shown = call("calc", "look", "moon", "--wrt", "earth", "--at", DAY).out
    assert "Phase angle" in shown
    assert "Local true solar time" not in shown


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("where", "marz"), 2, 'did you mean "mars"'),
        (("where", "craft"), 2, "add --craft RUN"),
        (("where", "tianwen-1"), 2, "--craft RUN"),
        (("where", "mars", "--at", "yesterday"), 2, "yesterday"),
        (("where", "mars", "--at", "1500-01-01 TDB"), 3, "1549-12-31T00:00:00 TDB"),
        (("where", "mars", "--at", DAY, "--frame", "IAU_MASR"), 2, 'did you mean "IAU_MARS"'),
        (("where", "mars", "--at", DAY, "--correction", "LTS"), 2, "LT+S"),
        (("where", "phobos", "--at", DAY), 3, "no segment for body 401"),
        (("where", "mars", "--at", DAY, "--kernel", "none.bsp"), 3, "there is no kernel"),
        (("where", "craft", "--craft", "no-such-run"), 2, "no run at no-such-run"),
        (("look", "ssb", "--at", DAY), 2, "no size or rotation"),
        (("look", "mars", "--wrt", "mars", "--at", DAY), 2, "its own centre"),
        (("look", "mars", "--lon", "10", "--at", DAY), 2, "both lon and lat"),
        (("look", "mars", "--lon", "10", "--lat", "95", "--at", DAY), 2, "lat = 95"),
        (("look", "mars", "--lon", "nan", "--lat", "5", "--at", DAY), 2, "lon = nan"),
        (("look", "mars", "--at", DAY, "--correction", "XLT"), 2, "type LT, not XLT"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_sentence(call, words, code, said):
    result = call("calc", *words)
    assert result.code == code
    assert said in result.err
    assert len(result.sentences) == 1
    assert "Traceback" not in result.err
    assert result.out == ""


def test_epoch_outside_the_flight_is_a_matter_of_physics(call, run):
    folder, _ = run
    result = call("calc", "where", "craft", "--at", "2020-08-09", "--craft", str(folder))
    assert result.code == 4
    assert len(result.sentences) == 1


def test_unknown_craft_of_a_run_names_the_known(call, run):
    folder, _ = run
    result = call("calc", "where", "maven", "--at", DAY, "--craft", str(folder))
    assert result.code == 2
    assert "craft, first-try, tianwen-1" in result.err
