"""Tours: the joined grid against every combination, limits, refinement and refusals."""

import builtins
import itertools
import math

import numpy as np
import pytest

from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.tour import fly_tour
from marsward.dynamics.tour_search import TourLimits, leg_limits, search_tours, tours
from marsward.dynamics.transfer_costs import TransferCosts

DAY = 86_400.0
WINDOW = {"launch": ("2021-10-20", "2021-11-25"), "legs": (("120 d", "160 d"), ("150 d", "200 d"))}


@pytest.fixture(scope="module")
def found():
    return search_tours("earth venus mars", step="6 d", n=3, **WINDOW)


def test_the_grid_finds_the_best_of_all_combinations():
    step = 12.0
    best = search_tours("earth venus mars", step="12 d", n=1, refine=False, **WINDOW)[0]
    start = Epoch.utc("2021-10-20")
    least = math.inf
    for i, j, k in itertools.product(range(4), range(10, 17), range(22, 33)):
        days = step * np.array([i, j, k])
        first, last = np.diff(days)
        if not (120 <= first <= 160 and 150 <= last <= 200):
            continue
        tour = fly_tour("earth venus mars", start + days * DAY)
        if tour.flyby_dv <= 1000.0:
            least = min(least, tour.score)
    assert best.score == pytest.approx(least, rel=1e-12)


def test_refined_tours_are_cheaper_ordered_and_apart(found):
    rough = search_tours("earth venus mars", step="6 d", n=1, refine=False, **WINDOW)[0]
    assert found[0].score < rough.score
    assert [t.score for t in found] == sorted(t.score for t in found)
    for tour in found:
        again = fly_tour(tour.bodies, tour.epochs, costs=tour.costs)
        assert again.score == pytest.approx(tour.score, rel=1e-12)
        assert 0.0 <= float(tour.epochs[0] - Epoch.utc("2021-10-20")) <= 36.0 * DAY + 1.0
    # the conics lead from planet to planet
    for leg in range(2):
        _, states = found[0].path(leg, 5)
        miss = np.linalg.norm(states[-1, :3] - found[0].states[leg + 1, :3])
        assert miss < 1.0


def test_the_number_of_workers_changes_nothing():
    one, many = (
        search_tours("earth venus mars", step="6 d", n=1, refine=False, workers=w, **WINDOW)[0]
        for w in (1, 3)
    )
    assert one.score == many.score
    assert one.epochs.et.tolist() == many.epochs.et.tolist()


def test_limits_are_kept_or_the_nearest_is_told(found):
    held = TourLimits(max_c3=1.05 * found[0].c3, max_dla=45.0, max_flyby_dv=3000.0)
    tour = search_tours("earth venus mars", step="6 d", n=1, limits=held, **WINDOW)[0]
    assert tour.c3 <= held.max_c3 * 1.001
    assert abs(found[0].asymptote[1]) > 55.0
    assert abs(tour.asymptote[1]) <= 45.01
    for limits, words in (
        (TourLimits(max_c3=1e6), r"nearest leaves on \d{4}-\d\d-\d\d with C3 \d"),
        (TourLimits(max_c3=1e6, max_dla=20.0), "DLA"),
        (TourLimits(max_v_infinity=900.0), "slowest arrives at"),
        (TourLimits(max_time=100.0 * DAY), "cheapest takes"),
        (TourLimits(max_flyby_dv=0.0), "least that the grid"),
    ):
        with pytest.raises(PhysicsError, match=words):
            search_tours("earth venus mars", step="6 d", limits=limits, **WINDOW)


def test_a_direct_tour_is_the_least_of_the_window():
    best = search_tours("earth mars", launch=("2020-07-01", "2020-08-15"), step="3 d", n=1,
                        costs=TransferCosts(capture_weight=0.0))[0]  # fmt: skip
    assert best.c3 / 1e6 == pytest.approx(13.09, abs=0.02)  # 19 July 2020
    assert best.epochs[0].utc[:10] in ("2020-07-18", "2020-07-19", "2020-07-20")


def test_the_table_labels_everything():
    table = tours("earth venus mars", step="9 d", n=1, refine=False, **WINDOW)
    assert dict(table.sizes)["encounter"] == 3
    assert table["flyby_body"].values.tolist() == ["venus"]
    total = table["tour_injection_dv"] + table["tour_capture_dv"] + table["flyby_dv"].sum("flyby")
    total = total + table["flyby_bend_dv"].sum("flyby")
    np.testing.assert_allclose(table["tour_dv"], total)
    for name in table.data_vars:
        assert table[name].attrs["units"]


@pytest.mark.parametrize(
    ("bodies", "options", "words"),
    [
        ("earth", {}, "too short"),
        ("earth phobos mars", {}, "phobos is none"),
        ("mars moon earth", {}, "moon is none"),
        ("earth mars", {"launch": ("2022-01-01", "2021-01-01")}, "swap them"),
        ("earth mars", {"launch": "2022-01-01", "n": 0}, "n is 0"),
        ("earth mars", {"step": "0 d"}, "above 0"),
        ("earth mars", {"legs": (("9 d", "20 d"), ("9 d", "20 d"))}, "1 legs"),
        ("earth mars", {"legs": (("90 d", "20 d"),)}, "swap them"),
        ("earth mars", {"revolutions": -1}, "0 to 20"),
        ("earth mars", {"optimiser": "luck"}, "unknown"),
        ("earth mars", {"step": "60 s"}, "times as long"),
    ],
)
def test_calls_that_are_none_say_so(bodies, options, words):
    with pytest.raises(InputError, match=words):
        search_tours(bodies, **{"launch": ("2021-10-01", "2021-12-01"), **options})


def test_an_arrival_that_cannot_be_met_is_told():
    with pytest.raises(PhysicsError, match="the first arrival is 2022-01-08"):
        search_tours("earth mars", launch=("2021-10-01", "2021-12-01"),
                     arrive=("2021-11-01", "2021-12-01"), legs=(("100 d", "300 d"),))  # fmt: skip
    with pytest.raises(InputError, match="Moon may only follow the Earth"):
        tours("earth venus moon", launch=("2021-10-01", "2021-12-01"))


def test_pygmo_is_asked_for_by_name_when_it_is_missing(monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name == "pygmo":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"pip install \"marsward\[opt\]\""):
        search_tours("earth mars", launch=("2021-10-01", "2021-12-01"), optimiser="pygmo")


def test_times_of_legs_stand_about_hohmanns():
    low, high = leg_limits("earth", "mars")
    assert low < 258.9 * DAY < high
    assert leg_limits("venus", "venus")[1] > 2.0 * 224.7 * DAY
