"""The map phase on two days of an orbit like Tianwen-1's: closure, resume, two threads, words."""

import json

import numpy as np
import pytest
import xarray as xr

import marsward as mw
from marsward.core.errors import InputError, PhysicsError
from marsward.core.progress import SilentProgress
from marsward.dynamics.elements import Elements
from marsward.geometry.terrain import Terrain
from marsward.mission.phases import map_imaging
from marsward.planet.mars_surface import MarsSurface

pytestmark = pytest.mark.flight
TEXT = """
name = "two-days"
[[phase]]
kind = "spk-orbit"
file = "orbit.bsp"
target = -999

[[phase]]
kind = "map"
camera = "moric"
orbits = 5
frames_per_arc = 12
frame_width = 48
sample_width = 96
grid = "1 ppd"
coverage_grid = "1 ppd"
polar_pixel = "60 km"

[[instrument]]
kind = "camera"
preset = "moric"
"""
EXACT = ["map.attitude_sigma=0 deg", "map.attitude_drift=0 deg", "map.position_sigma=0 m",
         "map.dust_error=0"]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def planets():
    """Surfaces are made once for all flights here, as they are the same planet each time."""
    made, shipped = {}, MarsSurface.shipped

    def kept(*words, **options) -> MarsSurface:
        if isinstance(options.get("terrain"), Terrain):
            return shipped(*words, **options)
        key = repr((words, sorted(options.items())))
        return made[key] if key in made else made.setdefault(key, shipped(*words, **options))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MarsSurface, "shipped", kept)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A mission file beside the SPK of its orbit."""
    from marsward.data.spk_writer import write_spk

    where = tmp_path_factory.mktemp("map")
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
def exact(folder):
    return fly(folder, "exact", *EXACT, workers=2)


def test_a_map_of_well_known_frames_is_right(exact):
    numbers = exact.summary("map")
    assert numbers["frames"]["value"] == 60
    for band in ("red", "green", "blue"):
        assert numbers[f"albedo_rms_{band}"]["value"] < 1.0
    assert numbers["geolocation_rms"]["value"] < 1e-3
    mosaic, truth = exact["mosaic"], exact["map_truth"]
    assert mosaic.knowledge
    assert not truth.knowledge
    seen = np.isfinite(mosaic.dataset["albedo"].values)
    assert 0.02 < seen.mean() < 0.9
    ratio = (mosaic.dataset["albedo"] / truth.dataset["albedo"]).values[seen]
    assert np.median(ratio) == pytest.approx(1.0, abs=0.005)


def test_errors_of_pose_show_in_the_places(folder, exact):
    rough = fly(
        folder, "rough", *EXACT[:2], "map.position_sigma=2 km", "map.dust_error=0", workers=1
    )
    # three axes of 2 km; the one along the line of sight hardly moves the ground
    assert 2000.0 < rough.summary("map")["geolocation_rms"]["value"] < 4500.0
    assert rough.summary("map")["albedo_rms_red"]["value"] > exact.summary("map")[
        "albedo_rms_red"]["value"]  # fmt: skip


class Impatient(SilentProgress):
    """Stops the flight like Ctrl-C when so much of the map is there; keeps what is said."""

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self.notes: list[str] = []

    def update(self, fraction: float, note: str = "") -> None:
        if fraction > self.patience and "frame" in note and "orbit" in note:
            raise KeyboardInterrupt

    def note(self, text: str) -> None:
        self.notes.append(text)


def test_an_interrupted_map_goes_on_and_ends_the_same(folder, exact, monkeypatch):
    monkeypatch.setattr(map_imaging, "SAVE_EVERY", 0.0)
    monkeypatch.setattr(map_imaging, "BATCH_BYTES", 1e6)
    with pytest.raises(KeyboardInterrupt):
        fly(folder, "resumed", *EXACT, workers=1, progress=Impatient(0.5))
    assert not list((folder / "resumed").glob("*-map"))
    assert list((folder / "resumed").glob(".map-*.checkpoint/mosaic.npz"))
    told = Impatient(2.0)
    fly(folder, "resumed", *EXACT, workers=1, progress=told)
    assert any("going on after frame" in note for note in told.notes)
    assert not list((folder / "resumed").glob(".map-*.checkpoint"))
    for name in ("mosaic.nc", "mosaic.tif", "sample_frame.nc", "footprints.geojson"):
        one, two = (folder / run / "02-map" / name for run in ("exact", "resumed"))
        assert one.read_bytes() == two.read_bytes(), name


def test_the_files_open_elsewhere(exact):
    import rasterio

    with rasterio.open(exact.path / "02-map" / "mosaic.tif") as map_:
        assert map_.crs.to_string() == "IAU_2015:49910"
        assert map_.count == 3
        assert np.array_equal(map_.read(1), exact["mosaic"].dataset["albedo"].values[0], True)
    features = json.loads((exact.path / "02-map" / "footprints.geojson").read_text())["features"]
    assert len(features) == 60
    with xr.open_dataset(exact.path / "02-map" / "sample_frame.nc") as frame:
        assert frame["dn"].shape == (3, 72, 96)


@pytest.mark.parametrize(
    ("override", "error", "says"),
    [
        ("map.camera=moricc", InputError, "did you mean 'moric'"),
        ("map.grid=16 pdd", InputError, "16 ppd"),
        ("map.grid=3000 ppd", InputError, "coarser grid"),
        ("map.incidence_limit=1 deg", PhysicsError, "raise incidence_limit"),
        ("map.altitude_limit=100 km", PhysicsError, "raise altitude_limit"),
        ("map.start=2001-01-01", InputError, "choose a time in between"),
        ("map.terrain=nothing.tif", mw.DataError, "which is not there"),
        ("map.terrain=short.img", mw.DataError, "truncated"),
        ("moric.mode=pushbroom", InputError, "frame camera"),
    ],
)
def test_what_cannot_be_mapped_is_one_sentence(folder, override, error, says):
    (folder / "short.img").write_bytes(bytes(100_000))
    with pytest.raises(error, match=says) as found:
        fly(folder, "bad", override)
    assert "\n" not in str(found.value).strip() or "two-days.toml" in str(found.value)
    assert not list((folder / "bad").glob("*map*"))
