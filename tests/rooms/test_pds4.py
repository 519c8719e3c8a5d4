"""PDS4 products: read by pds4_tools and by GDAL, arrays equal, cells where they belong."""

import hashlib
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import rasterio

from marsward.core.errors import InputError
from marsward.core.map_grid import CRS_CODES, MapGrid
from marsward.data.pds4 import MISSING, write_pds4

pds4_tools = pytest.importorskip("pds4_tools", reason="the reader is a peer, not a dependency")

GRIDS = [MapGrid.equirectangular(2), MapGrid.polar("north"), MapGrid.polar("south", pixel="20 km")]
PDS = {"p": "http://pds.nasa.gov/pds4/pds/v1", "cart": "http://pds.nasa.gov/pds4/cart/v1"}


def albedo(grid):
    values = np.random.default_rng(2).uniform(0.1, 0.4, (3, *grid.shape)).astype(np.float32)
    values[1, 4:9, 2] = np.nan
    return values


@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_a_map_reads_back(tmp_path, grid):
    values = albedo(grid)
    label, image = write_pds4(
        tmp_path / "mosaic.xml", values, grid=grid, title="Mars", unit="W m-2 sr-1",
        names=("red", "green", "blue"), start="2021-11-09T00:00:00Z", stop="2022-07-25T00:00:00Z",
    )  # fmt: skip
    (structure,) = pds4_tools.read(str(label), quiet=True)
    data = np.asarray(structure.data)
    assert data.dtype == np.dtype("<f4")
    assert np.array_equal(np.where(data == np.float32(MISSING), np.nan, data), values, True)
    assert structure.meta_data["Element_Array"]["unit"] == "W m-2 sr-1"
    axes = [each["axis_name"] for each in structure.meta_data["Axis_Array"]]
    assert axes == ["Band", "Line", "Sample"]
    with rasterio.open(label) as there:
        assert there.driver == "PDS4"
        assert there.crs.to_dict()["R"] == 3396190
        assert there.crs.to_dict()["proj"] == ("eqc" if grid.separable else "stere")
        if not grid.separable:
            pole = 90 if CRS_CODES[grid.projection].endswith("30") else -90
            assert there.crs.to_dict()["lat_0"] == pole
        assert tuple(there.transform)[:6] == pytest.approx(grid.transform, rel=1e-14)
        assert np.array_equal(there.read(masked=True).filled(np.nan), values, True)
    assert image.stat().st_size == values.nbytes


def test_the_label_says_what_it_is(tmp_path):
    grid = GRIDS[1]
    label, image = write_pds4(
        tmp_path / "a.xml", albedo(grid), grid=grid, title="Mars", instrument="MoRIC",
        names=("red", "green", "blue"), description="Normal albedo.",
    )  # fmt: skip
    root = ET.parse(label).getroot()

    def text(path):
        return root.findtext(path, namespaces=PDS)

    assert root.tag == f"{{{PDS['p']}}}Product_Observational"
    assert text(".//p:logical_identifier") == "urn:marsward:tianwen-1:data:a"
    assert text(".//p:information_model_version") == "1.16.0.0"
    assert text(".//p:Target_Identification/p:name") == "Mars"
    assert "red, green, blue" in text(".//p:Primary_Result_Summary/p:description")
    assert "not flight data" in text(".//p:Primary_Result_Summary/p:description")
    assert text(".//p:file_name") == "a.img"
    assert text(".//p:md5_checksum") == hashlib.md5(image.read_bytes()).hexdigest()
    assert text(".//cart:longitude_direction") == "Positive East"
    assert text(".//cart:latitude_type") == "Planetocentric"
    assert text(".//cart:north_bounding_coordinate") == "90.0"
    south = float(text(".//cart:south_bounding_coordinate"))
    assert south == pytest.approx(grid.lon_lat(-0.5, -0.5)[1])
    order = [each.tag.split("}")[1] for each in root]
    assert order == ["Identification_Area", "Observation_Area", "File_Area_Observational"]
    moment = root.find(".//p:start_date_time", PDS)
    assert moment.attrib["nilReason"] == "unknown"


def test_a_map_in_degrees_is_labelled_in_metres(tmp_path):
    grid = MapGrid.geographic(2)
    label, _ = write_pds4(tmp_path / "a.xml", albedo(grid), grid=grid, title="Mars")
    with rasterio.open(label) as there:
        assert tuple(there.transform)[:6] == pytest.approx(GRIDS[0].transform, rel=1e-14)


@pytest.mark.parametrize("kind", ["uint8", "uint16", "int16", "int32", "float32", "float64"])
def test_a_frame_of_every_type(tmp_path, kind):
    values = np.random.default_rng(4).integers(0, 100, (2, 30, 40)).astype(kind)
    label, _ = write_pds4(
        tmp_path / "frame.xml", values, title="A frame", unit="1", processing="Raw",
        missing=None if values.dtype.kind == "f" else 0,
    )  # fmt: skip
    (structure,) = pds4_tools.read(str(label), quiet=True)
    assert np.array_equal(np.asarray(structure.data), values)
    assert structure.data.dtype == values.dtype
    assert "unit" not in structure.meta_data["Element_Array"]
    flat, _ = write_pds4(tmp_path / "flat.xml", values[0], title="A frame")
    assert np.array_equal(np.asarray(pds4_tools.read(str(flat), quiet=True)[0].data), values[0])


def test_equal_input_gives_equal_bytes(tmp_path):
    both = []
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        made = write_pds4(tmp_path / name / "a.xml", albedo(GRIDS[0]), title="M", grid=GRIDS[0])
        both.append([each.read_bytes() for each in made])
    assert both[0] == both[1]


@pytest.mark.parametrize("name", ["a.img", "a.xml"])
def test_a_folder_in_the_place_of_a_file_is_named(tmp_path, name):
    (tmp_path / name).mkdir()
    with pytest.raises(InputError, match=f"{name}: Is a directory"):
        write_pds4(tmp_path / "a.xml", albedo(GRIDS[0]), title="M", grid=GRIDS[0])
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_wrong_calls_are_refused(tmp_path):
    grid = GRIDS[0]
    good = np.zeros(grid.shape, np.float32)
    path = tmp_path / "a.xml"
    for match, call in (
        ("does not fit", lambda: write_pds4(path, good[1:], title="", grid=grid)),
        ("complex128", lambda: write_pds4(path, good.astype(complex), title="")),
        ("one each band", lambda: write_pds4(path, good, title="", names=("a", "b"))),
        ("urn:", lambda: write_pds4(path, good, title="", lid="mosaic")),
        ("choose another folder", lambda: write_pds4(tmp_path / "n" / "a.xml", good, title="")),
    ):
        with pytest.raises(InputError, match=match):
            call()
    assert not list(tmp_path.iterdir())
