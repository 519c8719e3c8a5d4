"""Map grids against PROJ: places, areas, corners; and what they refuse."""

import math

import numpy as np
import pyproj
import pytest
import xarray as xr

from marsward.core.errors import InputError
from marsward.core.map_grid import CRS_CODES, SPHERE, MapGrid

GRIDS = [
    MapGrid.equirectangular(4),
    MapGrid.geographic(4),
    MapGrid.polar("north", pixel="8 km"),
    MapGrid.polar("south", pixel=5000.0, lat_limit=55.0),
    MapGrid.equirectangular(16).window(slice(100, 300), slice(4000, 4700)),
    MapGrid.polar("south", pixel="20 km").window(slice(3, 40), slice(50, 90)),
]


def _proj(grid):
    return pyproj.Transformer.from_crs("IAU_2015:49900", grid.crs, always_xy=True)


@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_places_are_those_of_proj(grid):
    rng = np.random.default_rng(5)
    row = rng.uniform(-0.5, grid.height - 0.5, 4000)
    col = rng.uniform(-0.5, grid.width - 0.5, 4000)
    lon, lat = grid.lon_lat(row, col)
    assert ((lon >= 0.0) & (lon < 360.0)).all()
    x, y = _proj(grid).transform(lon, lat)
    metres = math.radians(SPHERE) if grid.projection == "geographic" else 1.0
    # PROJ may write 180 W as 180 E: the same place
    round_ = 360.0 if grid.projection == "geographic" else 2.0 * math.pi * SPHERE
    off = (x - grid.x_of(col)) if not grid.separable else _wrapped(x - grid.x_of(col), round_)
    assert np.abs(off * metres).max() < 1e-6
    assert np.abs((y - grid.y_of(row)) * metres).max() < 1e-6
    back_row, back_col = grid.row_col(lon, lat)
    scale = grid.pixel * metres
    assert np.abs((back_row - row) * scale).max() < 1e-6
    assert np.abs((back_col - col) * scale).max() < 1e-6
    ours = grid.project(lon, lat)
    assert np.abs(_wrapped(ours[0] - x, round_) * metres).max() < 1e-6


def _wrapped(off, whole):
    return (off + 0.5 * whole) % whole - 0.5 * whole


@pytest.mark.parametrize("projection", sorted(CRS_CODES))
def test_the_systems_are_what_the_grid_takes_them_for(projection):
    crs = pyproj.CRS(CRS_CODES[projection])
    assert crs.ellipsoid.semi_major_metre == SPHERE
    assert crs.ellipsoid.inverse_flattening == 0.0
    if projection.endswith("polar"):
        values = {each.name: each.value for each in crs.coordinate_operation.params}
        assert crs.coordinate_operation.method_name == "Polar Stereographic (variant A)"
        assert values["Scale factor at natural origin"] == 1.0
        assert values["False easting"] == values["False northing"] == 0.0
        assert values["Longitude of natural origin"] == 0.0


@pytest.mark.parametrize("grid", GRIDS[:2], ids=str)
def test_areas_of_the_whole_planet(grid):
    area = grid.cell_area()
    assert area.shape == grid.shape
    assert area.sum() == pytest.approx(4.0 * math.pi * SPHERE**2, rel=1e-12)
    assert grid.whole


def test_area_of_a_cylindrical_cell_is_that_of_a_geodesic_polygon():
    grid = MapGrid.equirectangular(4)
    geod = pyproj.Geod(a=SPHERE, f=0.0)
    area = grid.cell_area()
    for row, col in ((1, 7), (200, 800), (360, 3), (718, 1439)):
        lon, lat = grid.lon_lat(*_ring(row, col, 400))
        there = abs(geod.polygon_area_perimeter(lon, lat)[0])
        assert area[row, col] == pytest.approx(there, rel=1e-6)


def _ring(row, col, n):
    """Outline of a cell with n points along each side: rows, columns."""
    step = np.linspace(-0.5, 0.5, n, endpoint=False)
    half = np.full(n, 0.5)
    return (
        row + np.concatenate([-half, step, half, -step]),
        col + np.concatenate([step, half, -step, -half]),
    )


@pytest.mark.parametrize("pixel", [2000.0, 8000.0, 100e3])
def test_polar_areas_are_those_of_the_closed_form(pixel):
    """Integral of 1/(1+u^2+v^2)^2 over a rectangle, u = x/2R, by its antiderivative."""
    grid = MapGrid.polar("south", pixel=pixel)

    def primitive(u, v):
        a, b = np.sqrt(1.0 + u * u), np.sqrt(1.0 + v * v)
        return 0.5 * (u / a * np.arctan(v / a) + v / b * np.arctan(u / b))

    u = (grid.left + pixel * np.arange(grid.width + 1)) / (2.0 * SPHERE)
    v = (grid.top - pixel * np.arange(grid.height + 1)) / (2.0 * SPHERE)
    corner = primitive(u[None, :], v[:, None])
    exact = -4.0 * SPHERE**2 * np.diff(np.diff(corner, axis=0), axis=1)
    rounding = 1e-15 / (pixel / 2.0 / SPHERE) ** 2
    assert np.allclose(grid.cell_area(), exact, rtol=1e-9 + rounding)


def test_polar_area_within_a_latitude_is_that_of_the_cap():
    grid = MapGrid.polar("north", pixel="4 km", lat_limit=70.0)
    row, col = np.mgrid[: grid.height, : grid.width]
    lat = grid.lon_lat(row, col)[1]
    cap = 2.0 * math.pi * SPHERE**2 * (1.0 - math.sin(math.radians(75.0)))
    assert grid.cell_area()[lat > 75.0].sum() == pytest.approx(cap, rel=2e-4)
    mid = grid.lon_lat(0.5 * (grid.height - 1), -0.5)[1]
    assert 69.9 < mid <= 70.0


def test_tables_points_and_rows():
    grid = MapGrid.equirectangular(2)
    lat, lon = grid.lon_lat_tables()
    assert lat[0] == pytest.approx(89.75)
    assert lat[-1] == pytest.approx(-89.75)
    assert lon[0] == pytest.approx(180.25)
    assert lon[360] == pytest.approx(0.25)
    points = grid.points(slice(100, 102), radii=(3396190.0, 3396190.0, 3376200.0))
    assert points.shape == (2, 720, 3)
    there = np.degrees(np.arctan2(points[..., 2], np.hypot(points[..., 0], points[..., 1])))
    assert np.allclose(there, lat[100:102, None], atol=1e-12)
    on = (points / np.array([3396190.0, 3396190.0, 3376200.0])) ** 2
    assert np.allclose(on.sum(axis=-1), 1.0, atol=1e-14)
    assert np.allclose(np.linalg.norm(grid.points(), axis=-1), 1.0, atol=1e-14)
    assert MapGrid.polar("north").lon_lat_tables() is None
    assert np.isnan(grid.lon_lat(-1.0, 0.0)).all()


@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_a_window_holds_the_same_places(grid):
    part = grid.window(slice(5, 9), slice(2, 12))
    row, col = np.mgrid[:4, :10]
    assert part.shape == (4, 10)
    assert np.allclose(part.lon_lat(row, col), grid.lon_lat(row + 5, col + 2), atol=1e-9)
    assert np.allclose(part.cell_area(), grid.cell_area()[5:9, 2:12], rtol=1e-9)


@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_a_dataset_says_its_grid(grid):
    dataset = xr.Dataset(coords=grid.coords(), attrs=grid.attrs)
    assert MapGrid.of(dataset) == grid
    assert dataset.x.attrs["units"] in {"m", "degrees_east"}
    assert dataset.sizes == {"y": grid.height, "x": grid.width}


@pytest.mark.parametrize(
    ("text", "grid"),
    [
        ("16 ppd", MapGrid.equirectangular(16)),
        ("0.25 deg", MapGrid.equirectangular(4)),
        ("4 ppd geographic", MapGrid.geographic(4)),
        ("8 km north", MapGrid.polar("north")),
        ("500 m south-polar", MapGrid.polar("south", pixel=500.0)),
    ],
)
def test_texts(text, grid):
    assert MapGrid.parse(text) == grid
    assert MapGrid.of({"grid": text}) == grid


def test_as_published_sizes():
    grid = MapGrid.equirectangular(16)
    assert grid.shape == (2880, 5760)
    assert grid.transform[0] == pytest.approx(3704.6, abs=0.1)
    assert grid.bounds == pytest.approx((-10669445.55, -5334722.78, 10669445.55, 5334722.78))
    assert str(grid) == "16 px/deg equirectangular, 5760 x 2880 cells, IAU_2015:49910"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: MapGrid.parse("8 km"), "16 ppd"),
        (lambda: MapGrid.parse("fine"), "16 ppd"),
        (lambda: MapGrid.parse("8 km east"), "8 km north"),
        (lambda: MapGrid.parse("0 ppd"), "no cells"),
        (lambda: MapGrid.parse("8 s north"), "pixel"),
        (lambda: MapGrid.equirectangular(1 / 7), "whole rows"),
        (lambda: MapGrid.equirectangular(1e9), "cannot be made"),
        (lambda: MapGrid.polar("east"), "pole"),
        (lambda: MapGrid.polar("north", pixel=-1.0), "8 km"),
        (lambda: MapGrid.polar("north", lat_limit=-60.0), "lat_limit"),
        (lambda: MapGrid("mercator", 1, 1, 0.0, 0.0, 1.0), "mercator"),
        (lambda: MapGrid("geographic", 1, 1, 0.0, 0.0, math.nan), "above zero"),
        (lambda: MapGrid.of({}), "map grid"),
        (lambda: MapGrid.equirectangular(1).window(slice(0, 9, 2)), "every row"),
    ],
)
def test_refusals(call, said):
    with pytest.raises(InputError, match=said):
        call()
