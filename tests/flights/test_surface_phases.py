"""Rover, helicopter and dust cases flown through their phases, from a landing that is made up."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from pydantic import ValidationError

import marsward as mw
from marsward.core.errors import InputError, PhysicsError
from marsward.core.product import Product
from marsward.mission.phases.dust_cases import DustCases
from marsward.mission.phases.helicopter import Helicopter
from marsward.mission.phases.phase import Given
from marsward.mission.phases.rover import Rover
from marsward.mission.world import World

pytestmark = pytest.mark.flight
DUSTS = ("clear", "global-storm")
WORLD = World(dust="clear", compare=DUSTS)
SMALL = {
    "rover": {"preset": "zhurong"}, "power": {"preset": "zhurong"}, "size": "600 m",
    "cell": "10 m", "sols": 6, "plan_sol": 2, "goals": [("a", 60.0, -40.0), ("b", 20.0, -120.0)],
    "activity": [
        {"name": "drive", "kind": "drive", "power": "120 W", "duration": "3600 s", "worth": 5.0,
         "sunlit": True},
        {"name": "picture", "kind": "image", "power": "30 W", "duration": "900 s",
         "data": "2e8 bit", "worth": 3.0, "after": ["drive"]},
    ],
}  # fmt: skip


def landing(*, lon=109.925, lat=25.066, height=-4099.0, utc="2021-05-14T23:18:00", down=True):
    """Events of a landing as its phase tells them."""
    names = ["entry", "touchdown"] if down else ["entry", "skip-out"]
    return xr.Dataset({
        "name": ("event", names), "lon": ("event", [lon, lon]), "lat": ("event", [lat, lat]),
        "height": ("event", [125e3, height]), "utc": ("event", [utc, utc]),
    }, attrs={"target_lon": lon, "target_lat": lat})  # fmt: skip


def given(folder, products, *, workers=2, seed=7):
    mission = SimpleNamespace(
        world=WORLD, seed=5, path=str(folder / "mission.toml"), instruments={}
    )
    held = {name: Product(name, dataset) for name, dataset in products.items()}
    return Given(products=held, mission=mission, folder=folder, workers=workers, seed=seed)


def fly(phase, folder, products=None, **more):
    return phase.fly(given(folder, products or {"entry_events": landing()}, **more))


@pytest.fixture(scope="module")
def rover(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rover")
    return fly(Rover(**SMALL), folder), folder


@pytest.fixture(scope="module")
def helicopter(tmp_path_factory):
    folder = tmp_path_factory.mktemp("helicopter")
    jezero = landing(lon=77.4508, lat=18.4447, height=-2570.0, utc="2021-02-18T20:43:49")
    return fly(Helicopter(shown=14), folder, {"entry_events": jezero}), folder


def test_rover_makes_what_it_says(rover):
    outcome, _ = rover
    assert set(outcome.products) == set(Rover.makes)
    assert outcome.products["ground_radar"].attrs["not_flown"].endswith("flies no ground radar")
    told = outcome.summary
    assert told["drive_verdict"].value == "arrived"
    assert "zhurong drives" in outcome.sentence
    assert np.hypot(60.0, 40.0) + np.hypot(40.0, 80.0) <= told["driven"].value < 250.0
    numbers = [q.value for q in told.values() if isinstance(q.value, float)]
    assert np.isfinite(numbers).all()


def test_rover_ends_at_its_goal_as_far_as_it_knows(rover):
    way = rover[0].products["traverse"]
    goal = float(way["goal_x"][-1]), float(way["goal_y"][-1])
    believed = float(way["x_known"][-1]), float(way["y_known"][-1])
    assert np.hypot(believed[0] - goal[0], believed[1] - goal[1]) < 2.0
    off = np.hypot(way["x"] - way["x_known"], way["y"] - way["y_known"])[-1]
    assert off < 5.0 * way["position_sigma"][-1]
    assert np.all(np.diff(way["energy"]) > 0.0)
    assert np.all(np.diff(way["distance"]) > 0.0)


def test_rover_lives_its_sols(rover):
    sols, day = (rover[0].products[name] for name in ("rover_sols", "rover_day"))
    assert sols.sizes["sol"] == 6
    assert set(sols["state"].values.tolist()) == {"awake"}
    assert np.all(sols["charge_least"] <= sols["charge_most"])
    assert np.all((sols["charge_least"] >= 0.0) & (sols["charge_most"] <= 1.0))
    assert sols.attrs["rule"] == "wakes above 140 W and -15 °C"
    # the day's watts are the sol's joules
    step = 88775.244 / day.sizes["hour"]
    assert float(day["power_in"].sum()) * step == pytest.approx(
        float(sols["energy_in"][day.attrs["sol"]]), rel=1e-5
    )
    dark = day["power_in"].values[(day["hour"].values < 4.0) | (day["hour"].values > 20.0)]
    assert np.all(dark == 0.0)
    assert np.all(np.diff(sols["cleanness"]) < 0.0)


def test_plan_keeps_its_order_and_is_written(rover):
    outcome, folder = rover
    plan = outcome.products["sol_plan"]
    start = dict(zip(plan["activity"].values.tolist(), plan["start"].values, strict=True))
    stop = dict(zip(plan["activity"].values.tolist(), plan["stop"].values, strict=True))
    assert start["picture"] >= stop["drive"]
    assert stop["drive"] - start["drive"] == pytest.approx(3600.0 / 3699.0, abs=0.3)
    record = json.loads((folder / "sol_plan.json").read_text(encoding="utf-8"))
    assert {row["name"] for row in record["activities"]} == {"drive", "picture"}
    line = json.loads((folder / "traverse.geojson").read_text(encoding="utf-8"))["features"][0]
    assert line["geometry"]["coordinates"][0][:2] == pytest.approx([109.925, 25.066], abs=1e-4)


def test_storm_takes_the_rovers_light(rover):
    dust = rover[0].products["rover_dust"]
    assert dust["dust"].values.tolist() == list(DUSTS)
    assert dust["dust_opacity"][1] > 3.0 * dust["dust_opacity"][0]
    assert dust["panel_energy"][1] < 0.8 * dust["panel_energy"][0]
    assert dust["rover_energy"][1] < dust["rover_energy"][0]


def test_dusty_rover_sleeps_and_only_cleaner_panels_wake_it(tmp_path):
    outcome = fly(Rover(**SMALL | {"panel_dust": {"start": 0.05}}), tmp_path)
    winter = outcome.products["rover_winter"]
    woke = np.isfinite(winter["wakes"].values)
    assert winter["case"].values.tolist()[:3] == ["dust as it settles", "clean", "design"]
    assert woke.tolist() == [False, True, True, False, False, False]
    assert np.all(np.diff(winter["cleanness"].values[1:, -1]) < 0.0)
    assert outcome.summary["wake_sol"].value == "never"
    assert outcome.products["sol_plan"].attrs["verdict"] == "empty battery"
    assert outcome.sentence.endswith("falls asleep in sol 1 and does not wake")


def test_rover_is_the_same_on_one_thread(rover, tmp_path):
    again = fly(Rover(**SMALL), tmp_path, workers=1)
    for name in ("traverse", "rover_sols", "sol_plan"):
        xr.testing.assert_identical(again.products[name], rover[0].products[name])


def test_helicopter_makes_what_it_says(helicopter):
    outcome, folder = helicopter
    assert set(outcome.products) == set(Helicopter.makes)
    told = outcome.summary
    assert 150.0 < told["hover_power_least"].value < told["hover_power_most"].value < 220.0
    assert told["thrust_margin_least"].value < told["thrust_margin_most"].value
    assert told["flights_replayed"].value == told["flights_judged_flyable"].value == 72
    assert told["energy_share_greatest"].value < 100.0
    assert 0.0 < told["touchdown_speed"].value < 2.0
    lines = (folder / "flights.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 73
    assert lines[0].startswith("Flight,Sol,Date,LTST_h,Duration_flown_s,Duration_s")


def test_rotor_map_grows_as_it_must(helicopter):
    shown = helicopter[0].products["rotor_map"]
    assert shown["shaft_power"].dims == ("airfoils", "density", "speed")
    assert np.all(shown["thrust_margin"].diff("density") > 0.0)
    assert np.all(shown["tip_mach"].diff("speed") > 0.0)
    ideal = np.sqrt(6.68**3 / (2.0 * shown["density"] * np.pi * 0.605**2))
    hover = shown["shaft_power"].isel(speed=0)
    assert np.all(hover.values[np.isfinite(hover.values)] > float(ideal.min()))


def test_flight_shown_turns_as_its_own(helicopter):
    flights, path = (helicopter[0].products[name] for name in ("flights", "flight_path"))
    one = flights.isel(flight=13)
    assert int(one["number"]) == 14
    assert float(one["rpm"]) == 2700.0
    assert path.attrs["verdict"] == "landed"
    assert float(path["height"].max()) == pytest.approx(float(one["height"]), abs=1.0)
    assert 150.0 < float(path["power"].median()) < 350.0
    assert np.all(flights["energy_high"] < flights["battery"])


def test_helicopter_flies_by_day_only(helicopter):
    hours = helicopter[0].products["flight_hours"]
    go = hours["verdict"].values == "go"
    assert go.any()
    assert not go[(hours["hour"].values < 8.0) | (hours["hour"].values > 18.0)].any()
    told = [reason for reason in hours["reasons"].values if reason]
    assert len(told) == int((~go).sum())


def test_dust_cases_stand_side_by_side(rover, helicopter, tmp_path):
    size = np.array([3000.0, 4000.0])
    names = ("density_ratio", "semi_major", "semi_minor", "chute_height", "miss")
    over = xr.Dataset(dict.fromkeys(names, ("dust", size)), {"dust": list(DUSTS)})
    parts = {
        "landing_dust": over, "rover_dust": rover[0].products["rover_dust"],
        "rotor_dust": helicopter[0].products["rotor_dust"],
    }  # fmt: skip
    outcome = fly(DustCases(), tmp_path, parts)
    made = outcome.products["dust_cases"]
    assert set(outcome.products) == set(DustCases.makes)
    assert outcome.summary["global_storm_ellipse"].value == pytest.approx(8.0)
    assert outcome.sentence.startswith("from clear to global-storm the ellipse goes from 6.0 km")
    # a dimmed noon is cool and its air near the ground dense: light and rotor move together
    assert made["panel_energy"][1] < made["panel_energy"][0]
    assert parts["rotor_dust"]["temperature"][1] < parts["rotor_dust"]["temperature"][0]
    assert made["ground_density"][1] > made["ground_density"][0]
    assert made["rotor_margin"][1] > made["rotor_margin"][0]
    lost = parts | {"landing_dust": over.assign(semi_major=("dust", [3000.0, np.nan]))}
    assert "from 6.0 km to none, light" in fly(DustCases(), tmp_path, lost).sentence
    parts["rover_dust"] = parts["rover_dust"].isel(dust=[0])
    with pytest.raises(InputError, match="fly all three again"):
        fly(DustCases(), tmp_path, parts)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"goals": [("far", 9000.0, 0.0)]}, InputError, "goal 'far'.* lies off the ground"),
        ({"terrain": "no-such.tif"}, InputError, "no elevation model .*no-such.tif"),
    ],
)
def test_rover_refuses(change, error, words, tmp_path):
    with pytest.raises(error, match=words):
        fly(Rover(**SMALL | change), tmp_path)


@pytest.mark.parametrize("phase", [Rover(**SMALL), Helicopter()])
def test_no_touchdown_no_surface(phase, tmp_path):
    with pytest.raises(PhysicsError, match="no touchdown"):
        fly(phase, tmp_path, {"entry_events": landing(down=False)})


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (Rover, {"sols": 0}), (Rover, {"goals": []}), (Rover, {"by": "fuel"}),
        (Rover, {"hours": 30.0}), (Rover, {"planner": "quick"}), (Rover, {"size": "-1 km"}),
        (Rover, {"goals": [("a", 1.0, 1.0), ("a", 2.0, 2.0)]}), (Rover, {"more_dust": (2.0,)}),
        (Rover, {"goals": [("a", float("nan"), 1.0)]}),
        (Helicopter, {"shown": 99}), (Helicopter, {"height": "0 m"}), (Helicopter, {"speed": 3.5}),
    ],
)  # fmt: skip
def test_phases_that_cannot_be(kind, change):
    with pytest.raises(ValidationError, match=next(iter(change))):
        kind(**(SMALL if kind is Rover else {}) | change)


def test_mission_file_tells_what_to_type():
    text = """
name = "t"
[[phase]]
kind = "rover"
rover = { preset = "zhurong" }
power = { preset = "zhurong" }
goals = [["a", 1, 1]]
by = "fuel"
"""
    with pytest.raises(InputError, match=r"(?s)fuel.*'energy', 'time' or 'risk'"):
        mw.Mission.loads(text, name="t")
