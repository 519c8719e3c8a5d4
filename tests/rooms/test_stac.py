"""The STAC catalogue: valid by the schemas that pystac ships, relative, whole, and on Mars."""

import hashlib
import json
import re
import shutil

import numpy as np
import pytest
import shapely
import shapely.geometry

from marsward.core.errors import DataError, InputError
from marsward.core.map_grid import MapGrid
from marsward.data.geotiff import write_cog
from marsward.data.stac import (
    FILE,
    PROJECTION,
    SSYS,
    StacAsset,
    StacCollection,
    StacItem,
    bbox_of,
    map_item,
    write_stac,
)

pystac = pytest.importorskip("pystac", reason="the validator is a peer, not a dependency")

GRIDS = {
    "albedo": MapGrid.equirectangular(1),
    "albedo-north": MapGrid.polar("north", pixel="80 km"),
    "albedo-south": MapGrid.polar("south", pixel="80 km"),
    "window": MapGrid.equirectangular(1).window(slice(20, 50), slice(340, 360)),
}
WHEN = {"start": "2021-11-09T00:00:00Z", "stop": "2022-07-25T00:00:00Z"}
ABOUT = {"id": "tianwen-1", "title": "Tianwen-1", "description": "Maps of a campaign."}


@pytest.fixture
def catalogue(tmp_path):
    items = []
    for name, grid in GRIDS.items():
        path = write_cog(tmp_path / f"{name}.tif", np.full(grid.shape, 0.2, np.float32), grid)
        assets = {"map": StacAsset(path, "normal albedo", more={"bands": [{"name": "red"}]})}
        items.append(map_item(name, grid, assets, title=name, **WHEN))
    (tmp_path / "frames.geojson").write_text("{}")
    ring = [[170.0, 10.0], [180.0, 10.0], [180.0, 12.0], [170.0, 12.0], [170.0, 10.0]]
    other = [[-180.0, 10.0], [-176.0, 10.0], [-176.0, 12.0], [-180.0, 12.0], [-180.0, 10.0]]
    geometry = {"type": "MultiPolygon", "coordinates": [[ring], [other]]}
    frames = StacItem(
        "orbit-0001", "Orbit 1", bbox_of(geometry), geometry, **WHEN,
        assets={"footprints": StacAsset(tmp_path / "frames.geojson", "footprints", ("metadata",))},
    )  # fmt: skip
    maps = StacCollection("maps", "Maps", "Maps of Mars.", items)
    orbits = StacCollection("orbits", "Orbits", "Footprints by orbit.", [frames])
    return write_stac(tmp_path / "stac", [maps, orbits], **ABOUT)


def documents(catalogue):
    return {
        path.name: json.loads(path.read_text()) for path in sorted(catalogue.parent.rglob("*.json"))
    }


def test_every_document_is_valid(catalogue):
    from pystac.validation import validate_dict

    found = list(catalogue.parent.rglob("*.json"))
    assert len(found) == 1 + 2 + 5
    for path in found:
        # core schemas come with pystac; those of extensions are on the network, so they are
        # checked field by field below
        validate_dict(json.loads(path.read_text()), extensions=[])


def test_pystac_walks_it(catalogue):
    top = pystac.Catalog.from_file(str(catalogue))
    assert {each.id for each in top.get_children()} == {"maps", "orbits"}
    items = {each.id: each for each in top.get_items(recursive=True)}
    assert set(items) == {*GRIDS, "orbit-0001"}
    for item in items.values():
        assert item.get_collection().id in {"maps", "orbits"}
        assert item.get_parent().id == item.collection_id
        for asset in item.get_assets().values():
            from pathlib import Path

            path = Path(asset.get_absolute_href())
            assert path.is_file()
            assert asset.extra_fields["file:size"] == path.stat().st_size
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            assert asset.extra_fields["file:checksum"] == f"1220{digest}"


def test_it_can_be_moved(catalogue, tmp_path):
    shutil.copytree(tmp_path, tmp_path.parent / "elsewhere")
    top = pystac.Catalog.from_file(str(tmp_path.parent / "elsewhere" / "stac" / "catalog.json"))
    for item in top.get_items(recursive=True):
        for asset in item.get_assets().values():
            assert "elsewhere" in asset.get_absolute_href()
    for document in documents(catalogue).values():
        assert not any(link["href"].startswith(("/", "http")) for link in document["links"])
    shutil.rmtree(tmp_path.parent / "elsewhere")


def test_fields_of_the_extensions(catalogue):
    found = documents(catalogue)
    for name, grid in GRIDS.items():
        item = found[f"{name}.json"]
        assert set(item["stac_extensions"]) == {SSYS, PROJECTION, FILE}
        about = item["properties"]
        assert about["ssys:targets"] == ["Mars"]
        assert about["ssys:target_class"] == "planet"
        assert {key for key in about if key.startswith("ssys:")} == {
            "ssys:targets", "ssys:target_class",
        }  # fmt: skip
        for asset in item["assets"].values():
            assert re.fullmatch("[a-f0-9]+", asset["file:checksum"])
            assert {key for key in asset if ":" in key} == {"file:checksum", "file:size"}
        assert about["proj:code"] == grid.crs
        assert about["proj:shape"] == list(grid.shape)
        assert about["proj:transform"] == list(grid.transform)
        assert about["proj:bbox"] == list(grid.bounds)
        assert about["datetime"] is None
        assert about["start_datetime"] == WHEN["start"]
        known = {"proj:code", "proj:shape", "proj:transform", "proj:bbox"}
        assert {key for key in about if key.startswith("proj:")} == known
    assert "proj:code" not in found["orbit-0001.json"]["properties"]
    assert found["collection.json"]["summaries"]["ssys:targets"] == ["Mars"]


def test_places_on_the_ground(catalogue):
    found = documents(catalogue)
    assert found["albedo.json"]["bbox"] == [-180.0, -90.0, 180.0, 90.0]
    window = found["window.json"]
    assert window["bbox"] == pytest.approx([160.0, 40.0, 180.0, 70.0])
    for name in ("albedo-north", "albedo-south"):
        item, grid = found[f"{name}.json"], GRIDS[name]
        shape = shapely.geometry.shape(item["geometry"])
        assert shape.is_valid
        assert shapely.is_ccw(shape.exterior)
        row, col = np.mgrid[: grid.height, : grid.width]
        lon, lat = grid.lon_lat(row, col)
        lon = np.where(lon > 180.0, lon - 360.0, lon)
        assert shapely.contains_xy(shape.buffer(0.2), lon, lat).all()
        assert shape.contains(shapely.Point(10.0, 89.9 if "north" in name else -89.9))
        assert not shape.contains(shapely.Point(0.0, 0.0))
        assert tuple(item["bbox"]) == pytest.approx(shape.bounds)
    assert found["orbit-0001.json"]["bbox"] == [170.0, 10.0, -176.0, 12.0]


def square(west, east, south=0.0, north=5.0):
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return [ring]


@pytest.mark.parametrize(
    ("parts", "box"),
    [
        ([square(10, 20)], (10, 0, 20, 5)),
        ([square(10, 20), square(40, 50, -7, 2)], (10, -7, 50, 5)),
        ([square(170, 180), square(-180, -170)], (170, 0, -170, 5)),
        ([square(170, 180), square(100, 172), square(-180, -170)], (100, 0, -170, 5)),
        ([square(-180, 180, 60, 90)], (-180, 60, 180, 90)),
        ([square(-180, 0), square(0, 180)], (-180, 0, 180, 5)),
    ],
)
def test_boxes_after_rfc_7946(parts, box):
    assert bbox_of({"type": "MultiPolygon", "coordinates": parts}) == box


def test_written_again_it_is_the_same(catalogue, tmp_path):
    before = {path: path.read_bytes() for path in catalogue.parent.rglob("*.json")}
    assets = {"map": StacAsset(tmp_path / "albedo.tif", "normal albedo")}
    item = map_item("albedo", GRIDS["albedo"], assets, title="albedo", **WHEN)
    again = [StacCollection("maps", "Maps", "Maps of Mars.", [item])]
    write_stac(catalogue.parent, again, **ABOUT)
    assert len(list(catalogue.parent.rglob("*.json"))) == 3
    first = (catalogue.parent / "maps" / "albedo.json").read_bytes()
    write_stac(catalogue.parent, again, **ABOUT)
    assert (catalogue.parent / "maps" / "albedo.json").read_bytes() == first
    assert len(before) == 8


def test_refusals(tmp_path):
    item = map_item(
        "a", GRIDS["albedo"], {"map": StacAsset(tmp_path / "none.tif", "a")}, title="a", **WHEN
    )
    one = StacCollection("maps", "Maps", "Maps.", [item])
    with pytest.raises(DataError, match="export it first"):
        write_stac(tmp_path / "stac", [one], **ABOUT)
    with pytest.raises(InputError, match="needs an item"):
        write_stac(tmp_path / "stac", [], **ABOUT)
    with pytest.raises(InputError, match="twice"):
        write_stac(tmp_path / "stac", [one, one], **ABOUT)
    with pytest.raises(InputError, match="Polygon"):
        bbox_of({"type": "Point", "coordinates": [0, 0]})
    assert not list(tmp_path.iterdir())
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("x")
    with pytest.raises(InputError, match="other files"):
        write_stac(tmp_path / "full", [one], **ABOUT)
    (tmp_path / "full" / "catalog.json").write_text('{"type": "Catalog", "id": "theirs"}')
    with pytest.raises(InputError, match="other files"):
        write_stac(tmp_path / "full", [one], **ABOUT)
    assert (tmp_path / "full" / "thesis.tex").read_text() == "x"
