"""The phase of the budgets on paths made by hand: its tables, its sentence, its figures."""

import csv
import json
from importlib import import_module
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from sample_map_run import ellipse

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.product import Product
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.dynamics.elements import osculating
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.lambert import lambert
from marsward.mission.phases.budgets import Budgets
from marsward.mission.phases.budgets_relay import best_passes
from marsward.mission.phases.budgets_turns import behind_share
from marsward.mission.phases.phase import Given
from marsward.mission.schema import Spacecraft
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import house_style, svg_text

LAUNCH, ARRIVAL = Epoch.utc("2028-11-20"), Epoch.utc("2029-09-20")
CRAFT = Spacecraft(
    name="sample", mass="3000 kg", dry_mass="1200 kg", specific_impulse="318 s", thrust="1000 N"
)
FIGURES = ("manoeuvres", "power", "link", "data")


def voyage():
    """A conic about the Sun from Earth to Mars as a stored path."""
    source = default_ephemeris()
    earth = source.state("earth", wrt="sun", at=LAUNCH)
    mars = source.state("mars", wrt="sun", at=ARRIVAL)
    length = float(ARRIVAL - LAUNCH)
    leg = lambert(earth[:3], mars[:3], length, gm=float(body("sun").gm))
    start = np.concatenate([earth[:3], leg.departure])
    times = np.linspace(0.0, length, 400)
    nodes = osculating(start, None, body="sun", frame="J2000").after(times).state()
    return Trajectory(
        np.array([float(LAUNCH.whole)]), np.array([10]), np.array([1]), np.array([0, 400]),
        times + float(LAUNCH.frac), nodes, np.zeros((400, 7, 6)), np.full((1, 2), np.nan),
        ("start",),
    ).to_dataset()  # fmt: skip


def orbit_events(turn=7200.0, days=4.0):
    """A shadow of 40 min and an occultation of 36 min in each turn of two hours."""
    begin = float(ARRIVAL.et) + turn * np.arange(int(days * 86400.0 / turn))
    rows = [("umbra", t + 600.0, 2400.0) for t in begin]
    rows += [("occultation", t + 4000.0, 2160.0) for t in begin]
    rows += [("periapsis", float(ARRIVAL.et), np.nan), ("periapsis", begin[-1] + turn, np.nan)]
    rows.sort(key=lambda row: row[1])
    return xr.Dataset(
        {
            "kind": ("event", np.array([row[0] for row in rows], object)),
            "et": ("event", np.array([row[1] for row in rows])),
            "duration": ("event", np.array([row[2] for row in rows])),
        }
    )


def products():
    late = float(ARRIVAL.et) - 3600.0
    return {
        "trajectory": voyage(),
        "orbit": ellipse(300.0, 500.0, 92.0, start=ARRIVAL, turns=40.0),
        "orbit_events": orbit_events(),
        "insertion": xr.Dataset(
            {
                "name": ("event", np.array(["separation", "capture", "descent"], object)),
                "et_whole": ("event", [late - 5 * 86400.0, late, late + 86400.0]),
                "et_frac": ("event", [0.0, 0.25, 0.0]),
                "dv": ("event", [np.nan, 900.0, 300.0]),
            }
        ),
        "tcm_statistics": xr.Dataset(
            {"dv99": ("tcm", [20.0, 2.0, 1.0, 21.0]),
             "epoch_et": ("stage", [np.nan, *(float(LAUNCH.et) + d * 86400.0
                                              for d in (15.0, 240.0, 300.0))])},
            coords={"tcm": ["TCM-1", "TCM-2", "TCM-3", "all"],
                    "stage": ["injection", "TCM-1", "TCM-2", "TCM-3"]},
        ),
    }  # fmt: skip


def given(folder, held, craft=CRAFT):
    stored = {name: Product(name, each) for name, each in held.items()}
    return Given(products=stored, mission=SimpleNamespace(spacecraft=craft), folder=folder)


def phase(**more):
    asked = {
        "uses": list(products()), "until": "2030-12-01", "radio": {"preset": "mro"},
        "array": {"preset": "mro"},
        "stations": [{"preset": "dsn-34m"}, {"preset": "wuqing-70m"}],
        "manoeuvre": [{"name": "separation", "dropped": "400 kg"}],
        "stream": [
            {"name": "radar", "rate": "300 kbit/s", "duty": 0.5},
            {"name": "housekeeping", "rate": "2 kbit/s", "stage": "always"},
        ],
        "relay": [{"name": "lander", "lat": "18 deg", "lon": "77 deg"}],
    }  # fmt: skip
    return Budgets(**{**asked, **more})


@pytest.fixture(scope="module")
def flown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("budgets") / "05-budgets"
    folder.mkdir()
    outcome = phase().fly(given(folder, products()))
    for name, table in outcome.products.items():
        table.to_netcdf(folder / f"{name}.nc")
    (folder / "phase.json").write_text(json.dumps({"kind": "budgets"}))
    return folder, outcome


def number(outcome, name):
    return outcome.summary[name].value


def test_the_manoeuvres_come_from_every_phase_in_the_order_of_time(flown):
    table = flown[1].products["budget_manoeuvres"]
    names = list(table["name"].values)
    assert names == ["TCM-1", "TCM-2", "separation", "TCM-3", "capture", "descent"]
    assert table["dv"].values[[0, 1, 3]].sum() == pytest.approx(21.0)  # the 99 % of the sum
    assert list(table["kind"].values[[0, 4]]) == ["statistical", "deterministic"]
    assert table["dropped"].values[2] == 400.0
    assert float(table["propellant_loaded"]) == pytest.approx(3000.0 - 1200.0 - 400.0)
    before, after = table["mass_before"].values, table["mass_after"].values
    assert before[3] == pytest.approx(after[2] - 400.0)
    assert np.log(before[4] / after[4]) * 318.0 * 9.80665 == pytest.approx(945.0, rel=0.03)
    left = float(table["propellant_left"][-1] - table["residual"])
    assert number(flown[1], "propellant_margin") == pytest.approx(left)


def test_power_by_distance_and_shadow(flown):
    table = flown[1].products["budget_power"]
    near = table.sel(time="2028-11-21")
    assert float(near["sun_distance"][0]) == pytest.approx(1.478e11, rel=0.01)
    assert float(near["shadow"][0]) == 0.0
    assert float(near["in_orbit"][0]) == 0.0
    there = table.sel(time=slice("2029-09-21", "2029-09-22"))
    assert there["shadow"].values == pytest.approx(2400.0 / 7200.0, rel=0.03)
    assert there["shadow_longest"].values == pytest.approx(2400.0)
    later = table.sel(time=slice("2029-10-01", "2030-11-30"))  # by the mean orbit
    assert 0.0 <= float(later["shadow"].min()) < float(later["shadow"].max()) < 0.40
    assert np.ptp(later["shadow_longest"].values) > 600.0
    watts, far = table["array_power"].values, table["sun_distance"].values
    assert np.corrcoef(np.log(watts), np.log(far))[0, 1] < -0.98
    assert number(flown[1], "power_margin_least") == pytest.approx(
        float(table["power_margin"].min())
    )


def test_the_link_goes_dark_at_the_conjunction(flown):
    table = flown[1].products["budget_link"]
    dark = table["blackout"].values > 0
    assert table["sun_earth_probe"].values[dark].max() < 2.0
    assert np.all(table["rate"].values[dark] == 0.0)
    # Mars's conjunction of 25 May 2030
    assert 12.0 <= number(flown[1], "blackout_days") <= 17.0
    assert flown[1].summary["blackout_first"].value.startswith("2030-05-1")
    there = table.sel(time=slice("2029-09-21", "2029-09-22"))
    assert there["hidden"].values == pytest.approx(2160.0 / 7200.0, rel=0.03)
    air = table["on_air"].values[~dark, 0]
    assert air.max() == pytest.approx(8.0 * 3600.0)
    assert air.min() >= 0.58 * 8.0 * 3600.0


def test_data_are_kept_sent_or_lost(flown):
    table = flown[1].products["budget_data"]
    made, sent = float(table["taken"].sum()), float(table["sent"].sum())
    left, lost = float(table["waiting"][-1]), float(table["lost"].sum())
    assert made == pytest.approx(sent + left + lost, rel=1e-4)
    assert np.all(table["sent"].values <= table["capacity"].values * (1.0 + 1e-12))
    days = int((flown[1].products["budget_power"]["in_orbit"] > 0).sum())
    assert number(flown[1], "data_radar") == pytest.approx(150e3 * 86400.0 * days / 1e9)
    assert number(flown[1], "data_lander") > 1.0


def test_the_relay_takes_the_best_passes_of_a_day(flown):
    table = flown[1].products["budget_link"]
    bits, used = table["relay_bits"].values[:, 0], table["relay_passes"].values[:, 0]
    there = flown[1].products["budget_power"]["in_orbit"].values > 0
    assert np.all(bits[~there] == 0.0)
    assert used[there][:4].max() <= 3.0  # two a day, whose noon is not that of the steps
    assert table["relay_rate"].values.max() <= 2048e3
    # some 500 Mbit a sol from 300 km, as Curiosity had by Mars Reconnaissance Orbiter
    assert 100.0 < number(flown[1], "relay_lander") < 1500.0
    best = best_passes(np.array([0.0, 1e3, 2e3, 9e4]), np.array([5.0, 9.0, 7.0, 0.0]), 2)
    assert best.tolist() == [False, True, True, False]


def test_a_csv_of_each_table(flown):
    folder, outcome = flown
    for name in FIGURES:
        with (folder / f"budget_{name}.csv").open() as text:
            rows = list(csv.reader(text))
        table = outcome.products[f"budget_{name}"]
        assert len(rows) == 1 + table.sizes["event" if name == "manoeuvres" else "time"]
        assert rows[0][0] == "utc"
        assert all(len(row) == len(rows[0]) for row in rows)
    assert "rate_bit_s-1[wuqing-70m]" in (folder / "budget_link.csv").read_text().split("\n")[0]


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_of_each(name, flown):
    stored = StoredPhase(flown[0], 5, "budgets")
    with house_style(name):
        drawing = import_module(f"marsward.views.figures.budget_{name}").draw(stored)
        svg = svg_text(drawing.figure, name)
    stored.close()
    assert "<svg" in svg
    assert len(drawing.caption) > 40
    assert drawing.label.endswith(".")
    assert "nan" not in drawing.caption


def test_an_orbit_alone_is_enough(tmp_path):
    held = {"orbit": products()["orbit"]}
    outcome = Budgets(uses=("orbit",)).fly(given(tmp_path, held, Spacecraft()))
    assert "propellant_margin" not in outcome.summary
    assert "no manoeuvre is known" in outcome.assumptions[0]
    assert number(outcome, "data_capacity") > 0.0
    outcome.products["budget_manoeuvres"].to_netcdf(tmp_path / "budget_manoeuvres.nc")
    with pytest.raises(Missing, match="no manoeuvre"):
        import_module("marsward.views.figures.budget_manoeuvres").draw(
            StoredPhase(tmp_path, 1, "budgets")
        )


@pytest.mark.parametrize("beta", [0.0, 40.0, 62.0, 80.0])
def test_the_shadow_of_a_circular_orbit(beta):
    # closed form: the arc behind the cylinder, acos(sqrt(1 - (R/r)^2)/cos beta)/pi
    ratio = 1.1
    turn = (np.arange(20_000) + 0.5) * (2.0 * np.pi / 20_000)
    places = ratio * np.stack([np.cos(turn), np.sin(turn), 0.0 * turn], axis=-1)[None]
    sun = np.array([[np.cos(np.radians(beta)), 0.0, np.sin(np.radians(beta))]])
    edge = np.sqrt(1.0 - ratio**-2) / np.cos(np.radians(beta))
    share = np.arccos(edge) / np.pi if edge < 1.0 else 0.0
    assert float(behind_share(places, 1e11 * sun, 1.0)[0]) == pytest.approx(share, abs=2e-4)


def test_masses_that_are_not_told_are_found(tmp_path):
    burn = [{"name": "burn", "velocity": "1000 m/s"}]
    held = {"orbit": products()["orbit"]}

    def found(**craft):
        asked = Budgets(uses=("orbit",), manoeuvre=burn)
        return asked.fly(given(tmp_path, held, Spacecraft(specific_impulse="320 s", **craft)))

    load = found(dry_mass="1000 kg")
    dry = found(mass=f"{number(load, 'launch_mass')} kg")
    assert number(dry, "dry_mass") == pytest.approx(1000.0, rel=1e-6)
    assert number(dry, "propellant_margin") == pytest.approx(0.0, abs=1e-3)
    assert "greatest dry mass" in dry.summary["dry_mass"].source


def test_propellant_overrun_is_one_sentence_with_what_would_do(tmp_path):
    lean = CRAFT.model_copy(update={"mass": 2000.0})
    with pytest.raises(PhysicsError) as refused:
        phase().fly(given(tmp_path, products(), lean))
    said = str(refused.value)
    assert refused.value.exit_code == 4
    assert said.startswith("propellant overrun at ")
    assert "\n" not in said
    assert "kg are missing" in said
    assert "m/s at most" in said


@pytest.mark.parametrize(
    ("more", "held", "says"),
    [
        ({"uses": ["orbit_events"]}, ["orbit_events"], "need a path"),
        ({"until": "2020-01-01"}, None, "before the first path starts"),
        ({"uses": ["trajectory"], "until": None}, ["trajectory"], "no orbit about Mars can relay"),
    ],
)
def test_refusals(more, held, says, tmp_path):
    kept = {name: each for name, each in products().items() if held is None or name in held}
    asked = phase(**more)
    with pytest.raises(InputError, match=says):
        asked.fly(given(tmp_path, kept))
    with pytest.raises(ValueError, match="two streams"):
        phase(stream=[{"name": "a", "rate": "1 bit/s"}] * 2)
