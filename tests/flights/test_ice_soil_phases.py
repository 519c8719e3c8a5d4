"""Phases ice and soil on two days of an orbit like Tianwen-1's: answers, resume, refusals."""

import numpy as np
import pytest

import marsward as mw
from marsward.core.errors import DataError, InputError
from marsward.core.progress import SilentProgress
from marsward.dynamics.elements import Elements

pytestmark = pytest.mark.flight
TEXT = """
name = "two-days"
seed = 7
[[phase]]
kind = "spk-orbit"
file = "orbit.bsp"
target = -999

[[phase]]
kind = "ice"
radar = "mosir"
grid = "0.1 ppd"
steps = 24
spacing = "8 km"
regions = [["here", 0, -35, 360, 35], ["pole", 0, 88, 360, 90]]

[[phase]]
kind = "soil"
spectrometer = "mms"
count = 40
grid = "0.2 ppd"

[[instrument]]
kind = "radar-sounder"
preset = "mosir"

[[instrument]]
kind = "spectrometer"
preset = "mms"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A mission file beside the SPK of its orbit."""
    from marsward.data.spk_writer import write_spk

    where = tmp_path_factory.mktemp("ice")
    start = mw.Epoch.utc("2022-03-01")
    orbit = Elements(
        semi_major_axis=8855.6e3, eccentricity=0.5864, inclination=86.3, node=100.0,
        argument_of_periapsis=10.0, true_anomaly=180.0, epoch=start,
    )  # fmt: skip
    path = mw.propagate(orbit.state(), start, 2 * 86400.0, centre="mars")
    write_spk(where / "orbit.bsp", path, naif_id=-999, name="two days")
    (where / "two-days.toml").write_text(TEXT)
    return where


def fly(folder, out, *overrides, **options) -> mw.Run:
    mission = mw.Mission.open(folder / "two-days.toml", overrides=list(overrides))
    return mission.run(out=folder / out, report=False, **options)


@pytest.fixture(scope="module")
def run(folder):
    return fly(folder, "whole", workers=2)


def test_ice_lies_where_others_find_it_and_is_known_so_well(run):
    numbers = run.summary("ice")
    assert 45.0 < numbers["ice_edge_north"]["value"] < 60.0
    assert -60.0 < numbers["ice_edge_south"]["value"] < -45.0
    assert numbers["energy_residual"]["value"] < 1e-6
    assert 0.3 < numbers["ice_chi2"]["value"] < 2.0
    known, truth = run["ice_map"], run["ground"]
    assert known.knowledge
    assert not truth.knowledge
    low, depth, high = (
        known.dataset[name].values for name in ("ice_depth_low", "ice_depth", "ice_depth_high")
    )
    icy = np.isfinite(depth)
    assert np.all(low[icy] <= depth[icy])
    assert np.all(high[icy] >= depth[icy])


def test_the_radar_tells_what_it_flew_over_and_what_it_missed(run):
    gram, truth = run["radargram"].dataset, run["radar_truth"].dataset
    assert gram.attrs["regions"] == "here"
    assert gram.sizes["trace"] == truth.sizes["trace"]
    assert np.isfinite(gram["echo_power"].values).all()
    surface = gram["nadir_delay"].values
    brightest = gram["delay"].values[np.argmax(gram["echo_power"].values, axis=1)]
    assert np.median(np.abs(brightest - surface)) < 1e-6


def test_minerals_come_back_with_their_errors(run):
    numbers = run.summary("soil")
    assert numbers["fraction_rms"]["value"] < 0.02
    assert numbers["found_share"]["value"] > 90.0
    told = run["soil_fractions"].dataset
    np.testing.assert_allclose(told["mineral_fraction"].sum("mineral"), 1.0, atol=1e-6)
    assert told["incidence"].max() <= 70.0 + 1e-6


class Impatient(SilentProgress):
    """Stops the flight like Ctrl-C in the middle of the maps; keeps what is said."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def update(self, fraction: float, note: str = "") -> None:
        if fraction > 0.35 and "as believed" in note:
            raise KeyboardInterrupt

    def note(self, text: str) -> None:
        self.notes.append(text)


def test_without_a_radar_and_interrupted_the_ground_is_the_same(folder, run):
    """The planet is that of the mission's seed, and a stopped run ends as a whole one does."""
    (folder / "blind.toml").write_text(TEXT.replace('radar = "mosir"\n', ""))

    def blind(**options) -> mw.Run:
        mission = mw.Mission.open(folder / "blind.toml")
        return mission.run(out=folder / "blind", until="ice", report=False, **options)

    with pytest.raises(KeyboardInterrupt):
        blind(progress=Impatient())
    assert list((folder / "blind").glob(".ice-*.checkpoint"))
    again = blind(workers=1)
    assert not list((folder / "blind").glob(".ice-*.checkpoint"))
    assert "radar" not in again.phase("ice").sentence
    assert not again["radargram"].dataset.sizes
    for name in ("ice_depth", "ice_mass", "surface_temperature_mean"):
        np.testing.assert_array_equal(
            again["ground"].dataset[name].values, run["ground"].dataset[name].values
        )


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("ice.grid=20 km north", "no map of the planet"),
        ("ice.radar=mms", "'mms' is a spectrometer; name a radar-sounder"),
        ("soil.spectrometer=mosir", "'mosir' is a radar-sounder; name a spectrometer"),
        ("ice.inertia_map=nowhere.tif", "nowhere.tif"),
        ('ice.places=[["x", 10, 95]]', "longitude 10, latitude 95"),
        ('ice.regions=[["x", 10, 20, 5, 30]]', "is no box"),
        ("ice.porosity=1.4", "porosity"),
        ("soil.incidence_limit=70", "deg"),
    ],
)
def test_what_cannot_be_flown_is_one_sentence(folder, override, sentence):
    with pytest.raises((InputError, DataError), match=sentence) as refused:
        fly(folder, "refused", override)
    assert "\n\n" not in str(refused.value)
