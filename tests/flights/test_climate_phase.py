"""Phase climate on a day of a low orbit: the year, experiments, instruments, resume, refusals."""

import numpy as np
import pytest

import marsward as mw
from marsward.core.errors import DataError, InputError
from marsward.mission.phases.climate import Climate
from marsward.mission.plan import steps

pytestmark = pytest.mark.flight
PHASE = """
[[phase]]
kind = "climate"
places = [["Viking 1", 312.05, 22.27], ["Gale", 137.44, -4.59]]
seasons = ["90 deg", "270 deg"]
station = "meda"
station_place = ["Jezero", 77.45, 18.44]
station_sols = 4
sun_camera = "sun"
radio = "tianwen-1"
sounder = "tes"
limb = "mcs"
most_profiles = 4
experiments = [
    {name = "no infrared of the air", infrared = false},
    {name = "global storm", dust = "global-storm"},
]
"""
ORBIT = """
name = "air"
seed = 11
[[phase]]
kind = "orbit"
epoch = "2028-11-01"
until = "2028-11-02"
periapsis = "400 km"
apoapsis = "420 km"
inclination = "92.9 deg"
local_time = "14.5 h"
gravity_degree = 4
"""
INSTRUMENTS = """
[[instrument]]
kind = "weather-station"
preset = "meda"

[[instrument]]
kind = "sun-camera"
name = "sun"

[[instrument]]
kind = "radio-science"
preset = "tianwen-1"

[[instrument]]
kind = "thermal-sounder"
preset = "tes"

[[instrument]]
kind = "limb-sounder"
preset = "mcs"
"""


def opened(folder, *overrides) -> mw.Mission:
    (folder / "air.toml").write_text(ORBIT + PHASE + INSTRUMENTS)
    return mw.Mission.open(folder / "air.toml", overrides=list(overrides))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("air")


@pytest.fixture(scope="module")
def run(folder):
    return opened(folder).run(out=folder / "run", report=False, workers=2)


def test_all_is_written_and_knowledge_is_told_from_truth(run):
    for name in Climate.makes:
        made = run[name]
        assert made.knowledge == (name in Climate.knowledge), name
        if name in ("occultations", "soundings", "limb_soundings", "weather", "weather_sols"):
            assert "not_flown" not in made.dataset.attrs, name
        assert made.dataset.data_vars, name


def test_air_and_caps_keep_their_mass(run):
    numbers = run.summary("climate")
    assert 0.0 <= numbers["co2_residual"]["value"] < 1e-10
    assert 20.0 < numbers["freeze_share"]["value"] < 35.0
    assert numbers["pressure_low_viking_1"]["value"] == pytest.approx(680.0, rel=0.06)
    assert run["column_days"].dataset.attrs["energy_residual"] < 0.5


def change(run, case: str, measure: str) -> tuple[float, float]:
    """By how much an experiment parts from the control, and its error."""
    at = run["experiments"].dataset.sel(case=case, measure=measure)
    return float(at["change"]), float(at["change_sigma"])


def test_without_the_airs_infrared_the_ground_is_colder(run):
    colder, sigma = change(run, "no infrared of the air", "ground, mean")
    assert colder < -3.0
    assert sigma < 0.5 * abs(colder)
    assert run.summary("climate")["greenhouse"]["value"] == pytest.approx(-colder)
    assert change(run, "no infrared of the air", "infrared on the ground")[0] < 0.0


def test_a_storm_evens_the_day_and_warms_the_air_aloft(run):
    assert change(run, "global storm", "ground, day range")[0] < -20.0
    assert change(run, "global storm", "air at 50 Pa, mean")[0] > 10.0
    lines = dict(
        zip(run["experiments"].dataset["case"].values, run["experiments"].dataset["line"].values,
            strict=True)
    )  # fmt: skip
    assert lines["global storm"] == 'climate.dust="global-storm"'
    assert lines["no infrared of the air"] == "climate.infrared=false"


def test_instruments_know_the_air_about_as_well_as_they_say(run):
    numbers = run.summary("climate")
    for name in ("occultation", "sounding", "limb_sounding"):
        assert 1 <= numbers[f"{name}_profiles"]["value"] <= 4
        assert 0.05 < numbers[f"{name}_chi2"]["value"] < 3.0, name
    assert numbers["occultation_rms_below_30km"]["value"] < 4.0
    assert numbers["limb_sounding_rms_below_30km"]["value"] < 15.0
    assert numbers["station_sols"]["value"] >= 3
    off = abs(numbers["station_pressure_rms"]["value"])
    assert off < 5.0 * numbers["station_pressure_sigma"]["value"]
    for name in ("occultations", "soundings", "limb_soundings"):
        made = run[name].dataset
        seen = np.isfinite(made["temperature"].values)
        assert seen.any(axis=1).all()
        assert not np.isfinite(made["true_temperature"].values[~seen]).any()


def test_a_second_run_takes_it_from_disk(folder, run):
    before = run.phase("climate")
    written = (before.path / "phase.json").stat().st_mtime_ns
    again = opened(folder).run(out=folder / "run", report=False)
    assert again.phase("climate").key == before.key
    assert (again.phase("climate").path / "phase.json").stat().st_mtime_ns == written
    assert again.summary("climate") == run.summary("climate")


@pytest.mark.parametrize(
    "override",
    ['climate.dust="global-storm"', "climate.infrared=false", 'climate.obliquity="35 deg"'],
)
def test_one_line_makes_another_climate(folder, run, override):
    def keys(mission: mw.Mission) -> dict[str, str]:
        return {step.phase.title: step.key for step in steps(mission)}

    usual, changed = keys(opened(folder)), keys(opened(folder, override))
    assert usual["orbit"] == changed["orbit"]
    assert usual["climate"] != changed["climate"]


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ('climate.dust="globl-storm"', "called 'globl-storm'; did you mean 'global-storm'"),
        ('climate.places=[["Nowhere", 10, 95]]', 'place "Nowhere" is at longitude 10, latitude 95'),
        ('climate.station_place=["Nowhere", 400, 5]', "which is not on Mars"),
        ('climate.experiments=[{name="a", opacity=0}, {name="A", opacity=1}]',
         'two experiments are called "A"'),
        ('climate.experiments=[{name="a", opacity=0, dust="clear"}]',
         'experiment "a" has dust and opacity'),
        ('climate.limb="tes"', "'tes' is a thermal-sounder; name a limb-sounder"),
        ('climate.station="mcs"', "'mcs' is a limb-sounder; name a weather-station"),
        ("climate.members=1", "members"),
        ("climate.station_sols=1", "station_sols"),
        ('climate.dust="nowhere.nc"', "nowhere.nc"),
    ],
)  # fmt: skip
def test_what_cannot_be_flown_is_one_sentence(folder, run, override, sentence):
    with pytest.raises((InputError, DataError), match=sentence) as refused:
        opened(folder, override).run(out=folder / "refused", report=False)
    assert "\n\n" not in str(refused.value)
