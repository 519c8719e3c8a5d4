"""Plans of a sol: no limit broken, the best no worse than the greedy one, verdicts in words."""

import json
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_rover_site import utopia

from marsward.core.errors import InputError, PhysicsError
from marsward.vehicles.rover_power import RoverPower
from marsward.vehicles.rover_sols import RoverState
from marsward.vehicles.sol_activities import (
    Activity,
    SolLimits,
    SolProblem,
    relay_activities,
)
from marsward.vehicles.sol_plan import sol_plan
from marsward.vehicles.sol_plan_cp import cp_plan
from marsward.vehicles.sol_plan_greedy import greedy_plan

ZHURONG = RoverPower.of("zhurong")
SLOTS = 48


def limits(*, sun=200.0, base=40.0, charge=2.0e6, end=1.6e6, store=2e9, **more):
    hours = (np.arange(SLOTS) + 0.5) * (24.0 / SLOTS)
    lit = (hours > 6.0) & (hours < 18.0)
    supply = np.where(lit, sun * np.sin(np.pi * (hours - 6.0) / 12.0), 0.0)
    return SolLimits(
        hours=hours, slot=88775.244 / SLOTS, supply=supply, base=np.full(SLOTS, base), lit=lit,
        box=260.0 + 15.0 * np.sin(np.pi * (hours - 8.0) / 12.0), most=supply + 260.0,
        charge=charge, full=3.6e6, floor=0.8e6, end=end, store=store, **more,
    )  # fmt: skip


def day(**drive):
    return (
        Activity(name="warm up", kind="heat-up", power="40 W", duration="30 min", worth=0.0),
        Activity(
            name="drive", kind="drive", power="120 W", duration="90 min", data="200 Mbit",
            worth=10, after=("warm up",), begin=9, end=16, sunlit=True, warm="262 K",
            holds=("wheels",), **drive,
        ),
        Activity(
            name="panorama", kind="image", power="25 W", duration="45 min", data="600 Mbit",
            worth=6, after=("drive",), begin=10, end=17, sunlit=True, holds=("mast",),
        ),
        Activity(
            name="spectra", kind="libs", power="60 W", duration="60 min", data="50 Mbit", worth=5,
            begin=9, end=17, holds=("mast",),
        ),
        Activity(name="weather", kind="weather", power="8 W", duration="600 min", worth=2),
        *relay_activities([(11.0, 11.4, 300e6), (15.2, 15.5, 200e6)]),
    )  # fmt: skip


ACTIVITY = st.builds(
    lambda n, power, minutes, data, worth, begin, hold, sun: (
        power, minutes, data, worth, begin, hold, sun
    ),
    st.just(0), st.floats(0.0, 250.0), st.floats(5.0, 300.0), st.floats(0.0, 9e8),
    st.floats(0.0, 20.0), st.floats(0.0, 20.0), st.sampled_from(["", "mast", "wheels"]),
    st.booleans(),
)  # fmt: skip


def made_up(rows, chain):
    out = []
    for k, (power, minutes, data, worth, begin, hold, sun) in enumerate(rows):
        out.append(
            Activity(
                name=f"a{k}", power=f"{power} W", duration=f"{minutes} min", data=f"{data} bit",
                worth=worth, begin=begin, sunlit=sun, holds=(hold,) if hold else (),
                after=(f"a{k - 1}",) if k and chain[k % len(chain)] else (),
            )
        )  # fmt: skip
    return (*out, *relay_activities([(4.0, 4.3, 2e8), (13.0, 13.6, 5e8)]))


@settings(max_examples=40)
@given(
    st.lists(ACTIVITY, min_size=1, max_size=6), st.lists(st.booleans(), min_size=6, max_size=6),
    st.floats(20.0, 400.0), st.floats(0.9e6, 3.5e6), st.floats(0.8e6, 3.0e6),
)  # fmt: skip
def test_a_greedy_plan_never_breaks_a_limit(rows, chain, sun, charge, end):
    problem = SolProblem(made_up(rows, chain), limits(sun=sun, charge=charge, end=end))
    plan = greedy_plan(problem)
    if plan:
        assert problem.broken(plan) is None
    elif problem.broken({}) is None:
        for k, act in enumerate(problem.activities):
            if not act.after and act.kind != "relay":
                slots = np.flatnonzero(problem.starts[k])
                assert all(problem.broken({k: int(first)}) for first in slots)


@settings(max_examples=12)
@given(
    st.lists(ACTIVITY, min_size=1, max_size=4), st.lists(st.booleans(), min_size=6, max_size=6),
    st.floats(60.0, 300.0), st.floats(1.2e6, 3.5e6),
)  # fmt: skip
def test_the_best_plan_keeps_every_limit_and_is_no_worse(rows, chain, sun, charge):
    pytest.importorskip("ortools")
    problem = SolProblem(made_up(rows, chain), limits(sun=sun, charge=charge))
    first = greedy_plan(problem)
    best, proven = cp_plan(problem, hint=first, seconds=3.0)
    if problem.broken({}) is not None:
        return
    assert problem.broken(best) is None
    if proven:  # rounding to 0.1 W, 0.1 Mbit and 0.001 of worth may cost a little
        assert problem.worth(best) >= problem.worth(first) - 0.05


def test_the_best_plan_beats_the_greedy_one_where_greed_misleads():
    """One thing worth most over its energy holds the mast through the only hours of two others."""
    pytest.importorskip("ortools")
    hours = {"begin": 10, "end": 12, "holds": ("mast",)}
    acts = (
        Activity(name="long", power="10 W", duration="110 min", worth=5, **hours),
        Activity(name="one", power="20 W", duration="55 min", worth=4, **hours),
        Activity(name="two", power="20 W", duration="55 min", worth=4, **hours),
    )
    problem = SolProblem(acts, limits())
    first = greedy_plan(problem)
    best, proven = cp_plan(problem, hint=first)
    assert problem.worth(first) == pytest.approx(5.0)
    assert problem.worth(best) == pytest.approx(8.0)
    assert proven


def test_a_whole_day_is_planned_and_lived():
    site = utopia([40.0], steps=SLOTS, opacity=0.4)
    plan = sol_plan(
        ZHURONG, site, day()[:5], passes=[(13.0, 13.3, 4e8)], cleanness=0.9, end_charge=0.6
    )
    told = json.loads(json.dumps(plan.record()))
    assert told["verdict"] == "planned"
    names = [row["name"] for row in told["activities"]]
    assert {"warm up", "drive", "panorama", "spectra"} <= set(names)
    assert names.index("warm up") < names.index("drive") < names.index("panorama")
    assert float(plan.lived["unserved_power"].max()) == 0.0
    assert told["last_charge"] >= 0.6
    assert told["sent_bit"] > 2e8
    data = plan.dataset()
    assert data["activity_power"].max() >= 120.0
    assert float(data["stored_data"].max()) < 64e9
    assert plan.problem.broken(plan.begun) is None


def test_what_is_left_out_says_why():
    site = utopia([40.0], steps=SLOTS, opacity=0.4)
    acts = (*day(), Activity(name="night drive", power="120 W", duration="3 h", warm="330 K"),
            Activity(name="furnace", power="3000 W", duration="1 h"))  # fmt: skip
    plan = sol_plan(ZHURONG, site, acts, cleanness=0.9)
    assert "warmth" in plan.skipped["night drive"]
    assert "power" in plan.skipped["furnace"]


def test_an_empty_battery_is_a_verdict_or_an_error():
    site = utopia([270.0], steps=SLOTS, opacity=4.0)
    flat = RoverState(charge=0.21)
    with pytest.raises(PhysicsError, match="too empty"):
        sol_plan(ZHURONG, site, day(), start=flat, cleanness=0.2)
    plan = sol_plan(ZHURONG, site, day(), start=flat, cleanness=0.2, strict=False)
    assert plan.verdict == "empty battery"
    assert plan.begun == {}
    assert json.dumps(plan.record())


def test_what_is_needed_and_does_not_fit_is_an_error():
    site = utopia([40.0], steps=SLOTS)
    needed = (Activity(name="furnace", power="3000 W", duration="1 h", optional=False),)
    with pytest.raises(PhysicsError, match="furnace"):
        sol_plan(ZHURONG, site, needed)
    plan = sol_plan(ZHURONG, site, needed, strict=False)
    assert plan.verdict == "nothing fits"


def test_data_wait_for_a_pass_and_a_full_store_stops():
    acts = (
        Activity(name="film", power="5 W", duration="60 min", data="900 Mbit", worth=3),
        *relay_activities([(12.0, 12.5, 500e6)]),
    )
    problem = SolProblem(acts, limits(store=1e9, stored=4e8))
    plan = greedy_plan(problem)
    held, sent = problem.data(plan)
    assert held[0] + 9e8 * (0 in plan) - sent.sum() == pytest.approx(held[-1])
    assert held.max() <= 1e9 + 1.0
    assert set(plan) == {0, 1}  # the pass makes the room


def test_without_ortools_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "ortools", None)
    monkeypatch.setitem(sys.modules, "ortools.sat.python", None)
    with pytest.raises(InputError, match="OR-Tools"):
        cp_plan(SolProblem(day(), limits()))


def test_problems_that_are_none_are_refused():
    ring = (
        Activity(name="a", power="1 W", duration="1 min", after=("b",)),
        Activity(name="b", power="1 W", duration="1 min", after=("a",)),
    )
    with pytest.raises(InputError, match="ring"):
        SolProblem(ring, limits())
    with pytest.raises(InputError, match="twice"):
        SolProblem((ring[0], ring[0]), limits())
    lone = (Activity(name="a", power="1 W", duration="1 min", after=("drove",)),)
    with pytest.raises(InputError, match="before"):
        SolProblem(lone, limits())
    with pytest.raises(InputError, match="one sol"):
        sol_plan(ZHURONG, utopia([0.0, 1.0], steps=SLOTS), day())
    with pytest.raises(InputError, match="method"):
        sol_plan(ZHURONG, utopia([0.0], steps=SLOTS), day(), method="fast")
    with pytest.raises(InputError, match="relay pass"):
        relay_activities([(4.0, 3.0, 1e6)])


def test_what_is_needed_goes_before_what_is_worth_more():
    pytest.importorskip("ortools")
    site = utopia([200.0], steps=SLOTS, opacity=0.8)
    acts = (
        Activity(name="show", power="150 W", duration="3 h", worth=50),
        Activity(name="uplink", power="100 W", duration="2 h", worth=0, optional=False),
    )
    for method in ("greedy", "best"):
        plan = sol_plan(ZHURONG, site, acts, cleanness=0.7, end_charge=0.8, method=method)
        assert 1 in plan.begun
