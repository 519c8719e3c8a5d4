"""`marsward export`: every format from a run on disk, one sentence where something is missing."""

import json

import numpy as np
import pytest
import rasterio
import xarray as xr
from PIL import Image

from marsward.core.map_grid import MapGrid
from marsward.core.product import Product
from marsward.core.time import Epoch
from marsward.dynamics.forces import Forces
from marsward.dynamics.propagate import propagate
from marsward.geometry.attitude import Nadir
from marsward.geometry.camera_axes import rotation_vector
from marsward.mission.store import write_json

START = Epoch.utc("2021-11-09T08:10:41")
STATE = [-6.0e5, 3.6e6, 1.3e5, -900.0, -300.0, 4300.0]
GRID = MapGrid.equirectangular(1)
RGB = ["red", "green", "blue"]
LAW = Nadir(roll=5.0)
MISSION = """
name = "one"
title = "One"

[spacecraft]
name = "One"
naif_id = -777

[[instrument]]
kind = "camera"
preset = "moric"

[[phase]]
kind = "map"
camera = "moric"
"""


def flight(span=6 * 3600.0):
    return propagate(STATE, START, START + span, centre="mars", forces=Forces(bodies=("mars",)))


def frames(path):
    """Nine frames, straight down, on three orbits."""
    from marsward.core.frames import rotation

    epoch = START + np.arange(9) * 60.0
    turn = rotation("J2000", "IAU_MARS", epoch)
    place = np.einsum("nij,nj->ni", turn, path.at(epoch)[:, :3])
    down = -place / np.linalg.norm(place, axis=1, keepdims=True)
    side = np.cross(down, [0.0, 0.0, 1.0])
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    axes = np.stack([side, np.cross(down, side), down], axis=-1)
    row = ("frame",)
    return xr.Dataset(
        {
            "et": (row, np.asarray(epoch.et)),
            "orbit": (row, np.repeat([1, 2, 4], 3)),
            "observer": (("frame", "xyz"), place),
            "axes": (("frame", "xyz", "camera_axis"), axes),
            "sun": (("frame", "xyz"), -down),
            "sun_distance": (row, np.full(9, 2.3e11)),
            "altitude": (row, np.full(9, 3e5)),
            "gsd": (row, np.full(9, 73.0)),
            "incidence": (row, np.full(9, 40.0)),
            "emission": (row, np.zeros(9)),
            "phase": (row, np.full(9, 40.0)),
            "lon": (row, np.degrees(np.arctan2(place[:, 1], place[:, 0])) % 360.0),
            "lat": (row, np.degrees(np.arcsin(-down[:, 2]))),
            "ltst": (row, np.full(9, 13.0)),
            "bits": (row, np.full(9, 1e8)),
        },
        attrs={"body": "mars", "attitude": repr(LAW)},
    )


def mosaic():
    values = np.random.default_rng(1).uniform(0.1, 0.4, (3, *GRID.shape)).astype(np.float32)
    values[:, :4] = np.nan
    source = np.where(np.isnan(values[0]), -1, 3).astype(np.int32)
    return xr.Dataset(
        {
            "albedo": (("band", "y", "x"), values, {"units": "1", "long_name": "normal albedo"}),
            "source": (("y", "x"), source, {"units": "1"}),
        },
        coords={"band": RGB, **GRID.coords()},
        attrs=GRID.attrs,
    )


def coverage():
    count = np.ones(GRID.shape, np.uint16)
    return xr.Dataset({"count": (("y", "x"), count)}, coords=GRID.coords(), attrs=GRID.attrs)


def picture():
    dn = np.random.default_rng(2).integers(0, 4000, (3, 30, 40)).astype(np.uint16)
    y, x = np.mgrid[:30, :40].astype(np.float32)
    planes = {
        "lon": (("y", "x"), x, {"units": "degrees_east", "standard_name": "longitude"}),
        "lat": (("y", "x"), y, {"units": "degrees_north", "standard_name": "latitude"}),
        "incidence": (("y", "x"), x + y, {"units": "degree"}),
        "height": (("y", "x"), 100.0 * y, {"units": "m"}),
    }
    data = {"dn": (("band", "y", "x"), dn, {"units": "1"}), **planes}
    return xr.Dataset(data, coords={"band": RGB}, attrs={"utc": "2022-01-05T10:11:12.5"})


@pytest.fixture(scope="module")
def orbit():
    return flight()


def build(place, **products):
    folder = place / "runs" / "one" / "01-all"
    folder.mkdir(parents=True)
    for name, dataset in products.items():
        Product(name, dataset, knowledge=name == "mosaic").save(folder / f"{name}.nc")
    write_json(folder / "phase.json", {"products": {name: f"{name}.nc" for name in products}})
    (folder.parent / "mission.lock.toml").write_text("")
    (folder.parent / "mission.toml").write_text(MISSION)
    return folder.parent


@pytest.fixture
def whole(place, orbit):
    return build(
        place, orbit=orbit.to_dataset(), frames=frames(orbit), coverage=coverage(),
        mosaic=mosaic(), sample_frame=picture(),
    )  # fmt: skip


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_maps(whole, call):
    said = call("export", "one", "--as", "cog,isis3,vicar,pds4,png,backplanes")
    assert said.code == 0, said.err
    names = [
        "coverage-count.tif", "mosaic-albedo.cub", "mosaic-albedo.img", "mosaic-albedo.png",
        "mosaic-albedo.tif", "mosaic-albedo.vic", "mosaic-albedo.xml", "mosaic-source.tif",
        "sample_frame-backplanes.nc", "sample_frame.img", "sample_frame.png", "sample_frame.xml",
    ]  # fmt: skip
    assert files(whole / "export") == names
    listed = [line.rpartition("/")[2] for line in said.out.splitlines()]
    assert sorted(listed) == names
    truth = mosaic()["albedo"].values
    for name in ("mosaic-albedo.tif", "mosaic-albedo.xml", "mosaic-albedo.cub"):
        with rasterio.open(whole / "export" / name) as there:
            assert there.crs.to_dict()["proj"] == "eqc"
            assert np.array_equal(there.read(masked=True).filled(np.nan), truth, equal_nan=True)
    with rasterio.open(whole / "export" / "mosaic-albedo.tif") as there:
        tags = there.tags()
        assert tags["KIND"] == "knowledge"
        assert tags["START_UTC"] == "2021-11-09T08:10:41.000Z"
        assert tags["STOP_UTC"] == "2021-11-09T08:18:41.000Z"
    label = (whole / "export" / "sample_frame.xml").read_text()
    assert "<start_date_time>2022-01-05T10:11:12.5Z</start_date_time>" in label
    with xr.open_dataset(whole / "export" / "sample_frame-backplanes.nc") as planes:
        assert set(planes.coords) == {"y", "x", "lon", "lat"}
        assert planes["incidence"].attrs["standard_name"] == "solar_zenith_angle"
        assert np.array_equal(planes["ground_height"].values, picture()["height"].values)
    with Image.open(whole / "export" / "mosaic-albedo.png") as image:
        assert image.mode == "RGBA"
        assert image.size == (360, 180)
        assert np.asarray(image)[0, 0, 3] == 0
        assert np.asarray(image)[90, 90, 3] == 255


def test_orbits(whole, call):
    said = call("export", "one", "--as", "oem,spk,csv,czml,cosmographia", "--out", "out")
    assert said.code == 0, said.err
    assert sorted(p.rpartition("/")[2] for p in said.out.splitlines() if p.startswith("out")) == [
        "orbit-cosmographia-1.xyzv", "orbit-cosmographia.json", "orbit.bsp", "orbit.csv",
        "orbit.czml", "orbit.oem",
    ]  # fmt: skip
    assert "holds to" in said.out
    out = whole.parent.parent / "out"
    packets = json.loads((out / "orbit.czml").read_text())
    assert packets[1]["name"] == "One"
    catalogue = json.loads((out / "orbit-cosmographia.json").read_text())
    assert [each["class"] for each in catalogue["items"]] == ["spacecraft", "sensor"]
    field = catalogue["items"][1]["geometry"]["horizontalFov"]
    assert 40.0 < field < 60.0


def test_czml_in_the_other_frame(whole, call, orbit):
    said = call("export", "one", "--as", "czml", "--frame", "inertial", "--every", "60 s")
    assert said.code == 0, said.err
    position = json.loads((whole / "export" / "orbit.czml").read_text())[1]["position"]
    assert position["referenceFrame"] == "INERTIAL"
    rows = np.array(position["cartesianVelocity"]).reshape(-1, 7)
    truth = orbit.at(START + rows[:, 0])
    assert np.abs(rows[:, 1:4] - truth[:, :3]).max() < 0.05


def test_footprints_and_catalogue(whole, call):
    pystac = pytest.importorskip("pystac")
    pytest.importorskip("pystac.validation")
    said = call("export", "one", "--as", "geojson,geoparquet,stac,czml", "--orbit", "2")
    assert said.code == 0, said.err
    folder = whole / "export"
    collection = json.loads((folder / "footprints.geojson").read_text())
    assert len(collection["features"]) == 9
    assert (folder / "footprints.parquet").is_file()
    top = pystac.Catalog.from_file(str(folder / "stac" / "catalog.json"))
    items = {item.id: item for item in top.get_items(recursive=True)}
    assert set(items) == {"coverage", "mosaic", "orbit-00001", "orbit-00002", "orbit-00004"}
    for item in items.values():
        assert item.properties["ssys:targets"] == ["Mars"]
        assert item.assets
    albedo = items["mosaic"].assets["albedo"]
    assert albedo.href == "../../mosaic-albedo.tif"
    assert albedo.extra_fields["data_type"] == "float32"
    assert albedo.extra_fields["nodata"] == "nan"
    assert albedo.extra_fields["bands"] == [{"name": each} for each in RGB]
    for path in (folder / "stac").rglob("*.json"):
        pystac.validation.validate_dict(json.loads(path.read_text()), extensions=[])
    west, south, east, north = items["orbit-00002"].bbox
    assert -180.0 <= west < east <= 180.0
    assert -90.0 <= south < north <= 90.0
    packets = json.loads((folder / "orbit.czml").read_text())
    assert sum("polygon" in each for each in packets) == 3
    assert "--orbit 3 has no frame" in call("export", "one", "--as", "czml", "--orbit", "3").err


def test_attitude(whole, call, orbit):
    spiceypy = pytest.importorskip("spiceypy")
    said = call("export", "one", "--as", "ck")
    assert said.code == 0, said.err
    folder = whole / "export"
    assert files(folder) == ["attitude.bc", "attitude.tf", "attitude.tsc"]
    table = frames(orbit)
    spiceypy.kclear()
    try:
        for name in files(folder):
            spiceypy.furnsh(str(folder / name))
        for k in (0, 1, 4, 8):
            et = float(table.et[k])
            turn, rate, at = spiceypy.ckgpav(-777000, spiceypy.sce2c(-777, et), 100.0, "J2000")
            wanted = LAW.at(orbit, Epoch.et(et))
            assert np.linalg.norm(rotation_vector(turn @ wanted.T)) < 5e-6
            place = orbit.at(Epoch.et(et))[:3]
            down = wanted @ (-place / np.linalg.norm(place))
            assert np.degrees(np.arctan2(down[0], down[2])) == pytest.approx(-5.0, abs=0.4)
            steady = LAW.angular_velocity(orbit, Epoch.et(et))
            assert rate == pytest.approx(steady, abs=1e-6)
            assert at > 0.0
        with pytest.raises(spiceypy.exceptions.SpiceyError):  # between two orbits nothing is said
            spiceypy.ckgp(-777000, spiceypy.sce2c(-777, et + 3600.0), 0.0, "J2000")
    finally:
        spiceypy.kclear()


@pytest.mark.parametrize(
    ("format_", "product", "phase"),
    [
        ("cog", "mosaic", "map"),
        ("isis3", "mosaic", "map"),
        ("pds4", "mosaic", "map"),
        ("backplanes", "sample_frame", "map"),
        ("geojson", "frames", "map"),
        ("geoparquet", "frames", "map"),
        ("stac", "mosaic", "map"),
        ("ck", "frames", "map"),
        ("czml", "orbit", "capture"),
        ("cosmographia", "orbit", "capture"),
    ],
)
def test_what_is_missing_is_one_sentence(place, call, orbit, format_, product, phase):
    run = build(place, trajectory=orbit.to_dataset())
    said = call("export", "one", "--as", f"oem,{format_}")
    assert said.code == 3
    assert len(said.sentences) == 1
    assert f"{format_} needs the product '{product}'" in said.err
    assert f"marsward run one --until {phase}" in said.err
    assert not (run / "export").exists()


def test_a_run_without_any_orbit(place, call):
    build(place, mosaic=mosaic())
    for format_ in ("oem", "stac"):
        said = call("export", "one", "--as", format_)
        assert said.code == 3
        assert "--until" in said.err
    said = call("export", "one", "--as", "cog,pds4", "--out", "out")
    assert said.code == 0, said.err
    assert call("export", "one", "--as", "cog", "--out", "runs/one/mission.toml").code == 2


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (("czml", "--orbit", "99999"), "--orbit 99999 has no frame"),
        (("oem,czml", "--orbit", "3"), "--orbit 3 has no frame"),
        (("oem,czml", "--frame", "ITRF"), "--frame ITRF is not known"),
        (("csv,oem", "--time-system", "GPS"), "--time-system GPS is not known"),
        (("oem,cog", "--product", "orbit"), "--product orbit is nothing that cog writes"),
        (("spk,geojson", "--product", "orbit"), "choose one of: frames"),
        (("cog,isis3", "--product", "coverage"), "choose one of: mosaic"),
        (("stac", "--product", "sample_frame"), "coverage, frames, mosaic"),
    ],
)
def test_what_cannot_be_given_is_refused_before_anything_is_written(whole, call, words, match):
    said = call("export", "one", "--as", *words)
    assert said.code == 2
    assert len(said.sentences) == 1
    known = said.err if "frames, mosaic" not in match else ", ".join(sorted(_known(said.err)))
    assert match in known
    assert not (whole / "export").exists()


def _known(sentence):
    return sentence.strip().rpartition("one of: ")[2].split(", ")


@pytest.mark.parametrize(
    ("format_", "product", "made"),
    [
        ("cog", "coverage", ["coverage-count.tif"]),
        ("pds4", "sample_frame", ["sample_frame.img", "sample_frame.xml"]),
        ("png", "mosaic", ["mosaic-albedo.png"]),
        ("stac", "frames", ["footprints.geojson", "stac"]),
        ("ck", "orbit", ["attitude.bc", "attitude.tf", "attitude.tsc"]),
    ],
)
def test_one_product_of_several(whole, call, format_, product, made):
    said = call("export", "one", "--as", format_, "--product", product)
    assert said.code == 0, said.err
    assert files(whole / "export") == made


def test_the_cruise_is_no_orbit_about_mars(place, call, orbit):
    sun = propagate(
        [1.05e11, -1.02e11, -4.4e10, 24795.0, 19030.0, 8904.0], START, START + 86400.0,
        forces=Forces(bodies=("sun",)),
    )  # fmt: skip
    run = build(place, trajectory=sun.to_dataset(), orbit=orbit.to_dataset())
    said = call("export", "one", "--as", "oem,czml", "--product", "trajectory")
    assert said.code == 2
    assert "relative to body 10" in said.err
    assert not (run / "export").exists()
    said = call("export", "one", "--as", "spk")
    notes = [line for line in said.out.splitlines() if "furnish" in line]
    assert len(notes) == 2
    assert notes[0].startswith("trajectory.bsp: relative to the Sun (10); furnish")
    assert notes[1].startswith("orbit.bsp: relative to the Mars barycentre (4), which the flight")


def test_the_sample_map_is_of_one_instant(place, call, orbit):
    run = build(
        place, frames=frames(orbit), mosaic=mosaic(), sample_frame=picture(), sample_map=mosaic()
    )
    said = call("export", "one", "--as", "cog,stac")
    assert said.code == 0, said.err
    with rasterio.open(run / "export" / "sample_map-albedo.tif") as there:
        tags = there.tags()
        assert tags["START_UTC"] == tags["STOP_UTC"] == "2022-01-05T10:11:12.5Z"
    (item,) = (run / "export" / "stac").rglob("sample-map.json")
    about = json.loads(item.read_text())["properties"]
    assert about["start_datetime"] == about["end_datetime"] == "2022-01-05T10:11:12.5Z"


def test_wrong_calls(whole, call):
    assert "did you mean 'czml'" in call("export", "one", "--as", "czlm").err
    assert "names no format" in call("export", "one", "--as", ",").err
    assert "FIXED or INERTIAL" in call("export", "one", "--as", "czml", "--frame", "ICRF").err
    assert "mosaik" in call("export", "one", "--as", "oem", "--product", "mosaik").err
    said = call("export", "one", "--as", "czml", "--product", "orbitt")
    assert "did you mean 'orbit'" in said.err
    said = call("export", "one", "--as", "oem", "--product", "mosaic")
    assert said.code == 2
    assert "no trajectory" in said.err
    assert call("export", "one", "--every", "-1 s").code == 2


def test_the_door_stays_light():
    import subprocess
    import sys

    script = (
        "import sys, marsward.cli.export, marsward.cli.export_job\n"
        "import marsward.cli.export_orbit, marsward.cli.export_map\n"
        "import marsward.cli.export_footprints, marsward.cli.export_catalogue\n"
        "print(sorted({'rasterio', 'xarray', 'numba', 'pydantic', 'PIL', 'spiceypy'}"
        " & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert said.stdout.strip() == "[]", said.stderr
