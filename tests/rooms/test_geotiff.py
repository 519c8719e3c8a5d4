"""Maps as COG and as cubes: what rasterio reads back, layout, memory, refusals."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio
import xarray as xr

from marsward.core.errors import DataError, InputError
from marsward.core.map_grid import CRS_CODES, MapGrid
from marsward.data.geotiff import RASTER_SUFFIX, read_map, write_cog, write_map_cogs, write_raster

GRIDS = {
    "equirectangular": MapGrid.equirectangular(2),
    "geographic": MapGrid.geographic(2),
    "north-polar": MapGrid.polar("north", pixel="4 km"),
    "south-polar": MapGrid.polar("south", pixel="4 km"),
}
RGB = ("red", "green", "blue")


def picture(grid, bands=3, seed=3):
    values = np.random.default_rng(seed).uniform(0.1, 0.4, (bands, *grid.shape))
    values[:, :3, :5] = np.nan
    return values.astype(np.float32)


@pytest.mark.parametrize("name", GRIDS)
def test_a_cog_reads_back_with_its_system(tmp_path, name):
    grid = GRIDS[name]
    values = picture(grid)
    path = write_cog(
        tmp_path / "albedo.tif", values, grid, names=RGB, units="1",
        description="normal albedo", tags={"target": "Mars"},
    )  # fmt: skip
    with rasterio.open(path) as there:
        code = there.crs.to_authority(confidence_threshold=25)
        assert ":".join(code) == there.tags()["MAP_CRS"] == CRS_CODES[name]
        if grid.separable:
            assert ":".join(there.crs.to_authority()) == CRS_CODES[name]
            assert there.crs == rasterio.crs.CRS.from_user_input(CRS_CODES[name])
        assert tuple(there.transform)[:6] == pytest.approx(grid.transform, rel=1e-14)
        assert tuple(there.bounds) == pytest.approx(grid.bounds, rel=1e-14)
        assert there.descriptions == RGB
        assert there.units == ("1", "1", "1")
        assert np.isnan(there.nodata)
        assert there.tags()["target"] == "Mars"
        assert there.tags()["TIFFTAG_IMAGEDESCRIPTION"] == "normal albedo"
        assert there.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert there.profile["tiled"]
        assert there.overviews(1)[:1] == [2]
        assert np.array_equal(there.read(), values, equal_nan=True)
        assert [each.name for each in there.colorinterp] == list(RGB)
    back = read_map(path)
    assert back.grid.projection == name
    assert back.grid.shape == grid.shape
    assert back.names == RGB
    assert [each.name for each in tmp_path.iterdir()] == ["albedo.tif"]


@pytest.mark.parametrize("name", ["north-polar", "south-polar"])
def test_a_polar_cog_lies_right(tmp_path, name):
    """Its keys say the same projection in other words: variant B, standard parallel 90."""
    grid = GRIDS[name]
    path = write_cog(tmp_path / "a.tif", picture(grid, 1), grid)
    with rasterio.open(path) as there:
        wkt = there.crs.to_wkt(version="WKT2_2019")
    rng = np.random.default_rng(2)
    lon, lat = grid.lon_lat(rng.uniform(0, 800, 500), rng.uniform(0, 800, 500))
    turn = pyproj.Transformer.from_crs("IAU_2015:49900", wkt, always_xy=True)
    assert np.abs(np.subtract(turn.transform(lon, lat), grid.project(lon, lat))).max() < 1e-6
    assert read_map(path).grid.projection == name


def test_overviews_are_means_and_can_be_left_out(tmp_path):
    grid = MapGrid.equirectangular(8)
    values = picture(grid, 1)
    values[:] = np.nan_to_num(values, nan=0.3)
    path = write_cog(tmp_path / "a.tif", values, grid, overviews=1)
    with rasterio.open(path) as there:
        assert there.overviews(1) == [2]
    with rasterio.open(path, OVERVIEW_LEVEL=0) as half:
        means = values[0].reshape(720, 2, 1440, 2).mean(axis=(1, 3))
        assert np.allclose(half.read(1), means, rtol=1e-6)
    with rasterio.open(write_cog(tmp_path / "b.tif", values, grid, overviews=0)) as there:
        assert there.overviews(1) == []


def test_header_stands_first_and_overviews_before_the_image(tmp_path):
    """A COG keeps its directories at the front, the smallest copy's tiles first after them."""
    grid = MapGrid.equirectangular(6)
    path = write_cog(tmp_path / "a.tif", picture(grid, 1), grid)
    head = path.read_bytes()[:400]
    assert head[:4] == b"II*\0"
    assert b"LAYOUT=IFDS_BEFORE_DATA" in head
    assert b"BLOCK_ORDER=ROW_MAJOR" in head

    def first_tile(level):
        options = {} if level is None else {"OVERVIEW_LEVEL": level}
        with rasterio.open(path, **options) as there:
            return int(there.get_tag_item("BLOCK_OFFSET_0_0", "TIFF", bidx=1))

    offsets = [first_tile(each) for each in (None, 0, 1)]
    assert offsets == sorted(offsets, reverse=True)


@pytest.mark.parametrize("compress", ["DEFLATE", "ZSTD", "NONE"])
def test_equal_input_gives_equal_bytes(tmp_path, compress):
    grid = MapGrid.equirectangular(2)
    paths = [
        write_cog(tmp_path / name, picture(grid), grid, compress=compress)
        for name in ("a.tif", "b.tif")
    ]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_whole_numbers_keep_their_gap(tmp_path):
    grid = MapGrid.polar("north", pixel="100 km")
    values = np.arange(grid.width * grid.height, dtype=np.int32).reshape(grid.shape) - 1
    back = read_map(write_cog(tmp_path / "a.tif", values, grid, nodata=-1, names=["source"]))
    assert back.nodata == -1.0
    assert np.array_equal(back.values[0], values)
    assert back.values.dtype == np.int32


@pytest.mark.parametrize(
    ("driver", "name"),
    [("ISIS3", n) for n in GRIDS if n != "geographic"]
    + [("VICAR", "equirectangular"), ("GTiff", "geographic")],
)
def test_cubes_of_others(tmp_path, driver, name):
    grid = GRIDS[name]
    values = picture(grid, 2)
    path = write_raster(tmp_path / f"a{RASTER_SUFFIX[driver]}", values, grid, driver=driver)
    with rasterio.open(path) as there:
        assert there.driver == driver
        assert there.crs.to_dict()["proj"] == {"eq": "eqc", "ge": "longlat"}.get(name[:2], "stere")
        assert there.crs.to_dict()["R"] == 3396190
        assert tuple(there.transform)[:6] == pytest.approx(grid.transform, rel=1e-9)
        read = there.read(masked=driver == "ISIS3")
        filled = read.filled(np.nan) if driver == "ISIS3" else read
        assert np.array_equal(filled, values, equal_nan=True)


def test_variables_of_a_dataset(tmp_path):
    grid = MapGrid.equirectangular(1)
    rng = np.random.default_rng(1)
    count = rng.integers(0, 9, grid.shape)
    source = count.astype(np.int32) - 1
    albedo = picture(grid)
    dataset = xr.Dataset(
        {
            "count": (("y", "x"), count, {"units": "1"}),
            "source": (("y", "x"), source),
            "seen": (("y", "x"), count > 0),
            "albedo": (("band", "y", "x"), albedo, {"units": "1", "long_name": "normal albedo"}),
            "frames": ("frame", np.arange(3)),
        },
        coords={**grid.coords(), "band": list(RGB)},
        attrs=grid.attrs,
    )
    made = write_map_cogs(tmp_path, dataset, grid, stem="map", tags={"target": "Mars"})
    assert [each.name for each in made] == [
        "map-count.tif", "map-source.tif", "map-seen.tif", "map-albedo.tif",
    ]  # fmt: skip
    assert read_map(made[1]).nodata == -1.0
    assert read_map(made[0]).nodata is None
    assert read_map(made[3]).names == RGB
    assert np.array_equal(read_map(made[2]).values[0], count > 0)


LARGE = """
import re, sys
from pathlib import Path
import numpy as np
from marsward.core.map_grid import MapGrid
from marsward.data.geotiff import write_cog
grid = MapGrid.equirectangular(16)
values = np.memmap(sys.argv[1] + "/raw", np.float32, "w+", shape=(1, *grid.shape))
values[:] = np.linspace(0.1, 0.4, grid.width, dtype=np.float32)
values.flush()
write_cog(sys.argv[1] + "/a.tif", values, grid, compress="NONE")
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(int(peak[1]) / 1e6)
"""


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="no /proc to read memory from")
def test_a_large_map_takes_little_memory(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LARGE, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 0.5  # GB, of which the mapped file itself is 0.07
    assert read_map(tmp_path / "a.tif").values.shape == (1, 2880, 5760)


FULL = """
import resource, sys
import numpy as np
from marsward.core.errors import DataError
from marsward.core.map_grid import MapGrid
from marsward.data.geotiff import write_cog
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
grid = MapGrid.equirectangular(2)
try:
    write_cog(sys.argv[1] + "/a.tif", np.random.default_rng(1).random(grid.shape), grid)
except DataError as error:
    print(error)
"""


@pytest.mark.parametrize("limit", [1000, 1_000_000, 2_100_000])
def test_a_full_disk_leaves_nothing(tmp_path, limit):
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path), str(limit)], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert done.stdout.count("\n") == 1
    assert "free some space" in done.stdout
    assert not list(tmp_path.iterdir())


def test_no_room_is_known_before_the_first_byte(tmp_path, monkeypatch):
    grid = MapGrid.equirectangular(1)
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000}))
    with pytest.raises(DataError, match="free some space"):
        write_cog(tmp_path / "a.tif", np.zeros(grid.shape, np.float32), grid)
    assert not list(tmp_path.iterdir())


def test_wrong_calls_are_refused(tmp_path):
    grid = MapGrid.equirectangular(1)
    good = np.zeros(grid.shape, np.float32)
    path = tmp_path / "a.tif"
    for match, call in (
        ("does not fit", lambda: write_cog(path, good[1:], grid)),
        ("complex128", lambda: write_cog(path, good.astype(complex), grid)),
        ("compression", lambda: write_cog(path, good, grid, compress="gzip")),
        ("each band", lambda: write_cog(path, good, grid, names=RGB)),
        ("choose another folder", lambda: write_cog(tmp_path / "none" / "a.tif", good, grid)),
        ("metres", lambda: write_raster(path, good, GRIDS["geographic"], driver="ISIS3")),
        ("polar", lambda: write_raster(path, good, GRIDS["north-polar"], driver="VICAR")),
        ("float64", lambda: write_raster(path, good.astype(float), grid, driver="ISIS3")),
        ("raster format", lambda: write_raster(path, good, grid, driver="GIF")),
    ):
        with pytest.raises(InputError, match=match):
            call()
    assert not list(tmp_path.iterdir())


def test_a_truncated_map_is_one_sentence(tmp_path):
    grid = MapGrid.equirectangular(4)
    path = write_cog(tmp_path / "a.tif", picture(grid), grid)
    path.write_bytes(path.read_bytes()[:-400_000])
    with pytest.raises(DataError, match="cannot be read"):
        read_map(path)
    with pytest.raises(DataError, match="cannot be read"):
        read_map(tmp_path / "none.tif")


def test_infinity_is_no_data_and_the_file_says_so(tmp_path):
    grid = MapGrid.equirectangular(1)
    depth = np.full(grid.shape, 0.5, np.float32)
    depth[:10], depth[10:12], depth[12, 0] = np.inf, np.nan, -np.inf
    flat = np.ones_like(depth)
    data = xr.Dataset(
        {"ice_depth": (("y", "x"), depth, {"units": "m"}), "flat": (("y", "x"), flat)},
        coords=grid.coords(), attrs=grid.attrs,
    )  # fmt: skip
    first, second = write_map_cogs(tmp_path, data, grid, stem="ground", tags={"TARGET": "Mars"})
    with rasterio.open(first) as there:
        read = there.read(1)
        assert np.isnan(there.nodata)
        assert there.tags()["INFINITE"].startswith(f"{10 * grid.width + 1} values without end")
        assert there.tags()["TARGET"] == "Mars"
    assert not np.isinf(read).any()
    assert np.array_equal(np.isfinite(read), np.isfinite(depth))
    assert np.isinf(data["ice_depth"].values).any()
    with rasterio.open(second) as there:
        assert "INFINITE" not in there.tags()
