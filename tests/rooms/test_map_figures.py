"""The figures of the map: the right way up, to scale, honest about what is not there."""

import base64
import io
import json
import re
import shutil

import numpy as np
import pytest
from drawn_page import drawn_page, picture_text
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from PIL import Image
from sample_map_run import BANDS, mosaic, truth, write_map_run

from marsward.core.map_grid import SPHERE, MapGrid
from marsward.views.figures import map_axes, plates
from marsward.views.figures.drawing import month_axis
from marsward.views.figures.frame_places import shaded
from marsward.views.figures.mosaic_map import in_colour, mapped_places, planet_map
from marsward.views.figures.ortho import _across_frame, _sun_azimuth
from marsward.views.stored_run import Missing, StoredRun
from marsward.views.style import house_style, png_bytes, themed

PLATES = plates("map")
PART_MAP = MapGrid.equirectangular(2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_map_run(tmp_path_factory.mktemp("run") / "sample")


@pytest.fixture(scope="module")
def run(folder):
    stored = StoredRun.open(folder)
    yield stored
    stored.close()


@pytest.fixture(scope="module")
def page(folder):
    """Text of the page, and its drawings by name."""
    return drawn_page(folder)


@pytest.fixture(scope="module")
def drawn(folder, page):
    """Drawings and what is written of them, of the map alone."""
    return {each.name: (page[1][each.name], picture_text(folder, each.name)) for each in PLATES}


def bare(tmp_path, folder, *kept):
    """The map phase of the sample with some of its products only."""
    home = tmp_path / "04-map"
    home.mkdir()
    (home / "phase.json").write_text(json.dumps({"kind": "map"}))
    for name in kept:
        shutil.copy(folder / "04-map" / f"{name}.nc", home)
    return StoredRun.open(tmp_path).phase("map")


def plate(name):
    return next(each for each in PLATES if each.name == name)


@pytest.mark.parametrize("each", PLATES, ids=lambda plate: plate.name)
def test_a_map_figure_is_drawn_and_turns_with_the_page(each, drawn):
    drawing, svg = drawn[each.name]
    assert drawing.caption.endswith(".")
    assert "nan" not in drawing.caption
    assert "var(--ink)" in themed(svg, drawing.label)
    with house_style(each.name):
        pixels = np.asarray(Image.open(io.BytesIO(png_bytes(drawing.figure, 50))).convert("L"))
    assert np.ptp(pixels) > 150


@pytest.mark.parametrize("each", PLATES, ids=lambda plate: plate.name)
def test_a_map_without_products_is_told_of(each, tmp_path, folder):
    with pytest.raises(Missing, match=r"\.nc is not in the run"):
        each.draw(bare(tmp_path, folder))


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("coverage", ("coverage",)),
        ("ground-size", ("coverage", "coverage_north")),
        ("frames", ("frames",)),
        ("frames", ("frames", "mosaic")),
        ("frame-and-map", ("sample_frame", "sample_map")),
        ("mosaic", ("mosaic",)),
    ],
)
def test_a_figure_makes_do_with_what_there_is(name, kept, tmp_path, folder):
    with house_style(name):
        drawing = plate(name).draw(bare(tmp_path, folder, *kept))
    assert drawing.caption.endswith(".")


def test_a_map_of_a_part_and_one_about_a_pole_are_told_of(tmp_path, folder):
    phase = bare(tmp_path, folder)
    mosaic(MapGrid.polar("north", pixel="60 km")).to_netcdf(phase.folder / "mosaic.nc")
    with pytest.raises(Missing, match="no map of the planet"):
        plate("mosaic").draw(phase)


def test_truth_on_another_grid_is_told_of(tmp_path, folder):
    phase = bare(tmp_path, folder, "map_truth")
    mosaic(PART_MAP).to_netcdf(phase.folder / "mosaic.nc")
    with pytest.raises(Missing, match="another grid"):
        plate("map-errors").draw(phase)


# which way up --------------------------------------------------------------------------------
def panel_with(grid, values, *, pole=""):
    axes = Figure(figsize=(4, 4)).add_axes((0, 0, 1, 1))
    image = map_axes.show(axes, grid, values)
    if pole:
        map_axes.polar(axes, pole)
    else:
        map_axes.equirectangular(axes)
    return axes, image


def value_at(axes, image, x, y):
    """What the picture holds at a place of the axes."""
    left, right, bottom, top = image.get_extent()
    data = np.asarray(image.get_array())
    column = int((x - left) / (right - left) * data.shape[1])
    row = int((top - y) / (top - bottom) * data.shape[0])
    low, high = axes.get_ylim()
    assert high > low
    return data[row, column]


def marked(grid, lon, lat):
    """A layer that is 1 in the cell of one place and 0 elsewhere."""
    values = np.zeros(grid.shape)
    row, column = (int(np.rint(v)) for v in grid.row_col(lon, lat))
    values[row, column] = 1.0
    return values


@pytest.mark.parametrize(
    ("lon", "lat"), [(10.5, 50.5), (200.5, -30.5), (359.5, 0.5), (179.5, 89.5)]
)
@pytest.mark.parametrize("make", [MapGrid.equirectangular, MapGrid.geographic])
def test_a_place_stands_where_its_longitude_and_latitude_are(make, lon, lat):
    grid = make(1)
    axes, image = panel_with(grid, marked(grid, lon, lat))
    assert value_at(axes, image, (lon + 180.0) % 360.0 - 180.0, lat) == 1.0
    assert axes.get_xlim() == (-180.0, 180.0)
    assert axes.get_ylim() == (-90.0, 90.0)


def test_longitudes_are_named_east_from_0_to_360():
    axes, _ = panel_with(MapGrid.equirectangular(1), np.zeros((180, 360)))
    names = [text.get_text() for text in axes.get_xticklabels()]
    assert names == ["180°E", "240°E", "300°E", "0°E", "60°E", "120°E", "180°E"]
    assert [t.get_text() for t in axes.get_yticklabels()] == [
        "90°S", "60°S", "30°S", "0°", "30°N", "60°N", "90°N",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pole", "lon", "side"),
    [
        ("north", 0.0, (0, -1)), ("north", 90.0, (1, 0)), ("north", 180.0, (0, 1)),
        ("south", 0.0, (0, 1)), ("south", 90.0, (1, 0)), ("south", 180.0, (0, -1)),
    ],
)  # fmt: skip
def test_the_prime_meridian_points_down_in_the_north_and_up_in_the_south(pole, lon, side):
    """Snyder 1987, section 21: x = rho sin(lon), y = -rho cos(lon) north, + south."""
    grid = MapGrid.polar(pole, pixel="40 km")
    lat = 75.0 if pole == "north" else -75.0
    axes, image = panel_with(grid, marked(grid, lon, lat), pole=pole)
    rho = 2.0 * SPHERE * np.tan(np.radians(15.0) / 2.0)
    assert value_at(axes, image, rho * side[0], rho * side[1]) == 1.0
    named = {text.get_text(): text.xy for text in axes.texts}
    x, y = named[f"{lon:g}°E"]
    assert np.dot((x, y), side) == pytest.approx(axes.get_xlim()[1], rel=1e-9)


@pytest.mark.parametrize("pole", ["north", "south"])
def test_a_planet_turned_about_a_pole_keeps_its_places(pole):
    grid = MapGrid.equirectangular(2)
    lon, lat = 37.0, (71.0 if pole == "north" else -71.0)
    near = map_axes.about_pole(grid, marked(grid, lon, lat), pole, across=200)
    row, column = map_axes.polar_grid(pole, 200).row_col(lon, lat)
    found = np.argwhere(near == 1.0)
    assert len(found)
    assert np.abs(found - [float(row), float(column)]).max() <= 2.0
    assert np.isnan(
        map_axes.about_pole(grid.window(slice(0, 180)), np.ones((180, 720)), "south")
    ).all()


def test_a_scale_bar_is_as_long_as_it_says():
    axes, _ = panel_with(MapGrid.equirectangular(1), np.zeros((180, 360)))
    map_axes.scale_bar(axes, 2e6, map_axes.DEGREE, "at the equator")
    bar = axes.get_lines()[-1].get_xdata()
    degrees = (bar[1] - bar[0]) * 360.0
    assert degrees * np.pi / 180.0 * SPHERE == pytest.approx(2e6)
    assert axes.texts[-1].get_text() == "2\u202f000 km at the equator"
    assert map_axes.round_length(730.0) == 500.0
    assert map_axes.round_length(0.0021) == pytest.approx(0.002)


def test_a_track_is_broken_at_the_edge_of_the_map():
    lon, lat = map_axes.gaps_at_edge([170.0, 178.0, 184.0, 190.0], [0.0, 1.0, 2.0, 3.0])
    np.testing.assert_array_equal(lon, [170.0, 178.0, np.nan, -176.0, -170.0])
    np.testing.assert_array_equal(lat, [0.0, 1.0, np.nan, 2.0, 3.0])


# what the colours are ------------------------------------------------------------------------
def test_block_means_leave_empty_cells_out():
    values = np.arange(24.0).reshape(4, 6)
    values[0, 0] = np.nan
    values[2:, 4:] = np.nan
    thin = map_axes.block_means(values, 3)
    assert thin.shape == (2, 3)
    assert thin[0, 0] == pytest.approx((1 + 6 + 7) / 3)
    assert np.isnan(thin[1, 2])
    assert map_axes.block_means(np.ones((5, 7), "u2"), 3).shape == (2, 3)


def test_one_stretch_for_all_bands_keeps_the_colour():
    albedo = np.array([0.3, 0.18, 0.1])[:, None, None] * np.linspace(0.2, 1.0, 9)[None, None]
    shown, how = in_colour(albedo, BANDS, white=0.3)
    np.testing.assert_allclose((shown**1.4)[0, -1], [1.0, 0.6, 1 / 3], rtol=1e-6)
    assert "from 0 to 0.3" in how
    grey, told = in_colour(albedo[:1], ["pan"])
    assert (grey == grey[..., :1]).all()
    assert "Band pan in greys" in told


def test_relief_is_lit_from_the_north_west():
    grid = MapGrid.equirectangular(1)
    lon, lat = np.meshgrid(np.arange(-179.5, 180), np.arange(89.5, -90, -1))
    hill = 2e4 * np.exp(-(lon**2 + lat**2) / 200.0)
    light = shaded(grid, hill)
    assert light[90 - 8, 180 - 8] > light[0, 0] > light[90 + 8, 180 + 8]


def test_the_map_is_where_its_cells_are(run):
    bands, albedo, grid = planet_map(run.phase("map"), "mosaic")
    assert bands == BANDS
    row, column = (int(np.rint(v)) for v in grid.row_col(290.5, -13.5))
    assert albedo[0, row, column] == pytest.approx(truth(grid)[0][0, row, column], rel=0.06)


def test_small_pictures_of_layers_hold_a_table_of_colours(drawn):
    data = re.findall(r'"data:image/png;base64,([^"]+)"', drawn["coverage"][1].replace("\n", ""))
    modes = {Image.open(io.BytesIO(base64.b64decode(each))).mode for each in data}
    assert "P" in modes


def test_places_that_are_not_mapped_have_no_name():
    grid = MapGrid.equirectangular(2)
    layer = np.ones(grid.shape)
    everywhere = [name for name, _, _ in map_axes.PLACES]
    assert [name for name, _, _ in mapped_places(grid, layer)] == everywhere
    row, column = (int(np.rint(value)) for value in grid.row_col(226.2, 18.65))
    layer[row, column] = np.nan
    assert [name for name, _, _ in mapped_places(grid, layer)] == everywhere[1:]
    half = slice(0, 180)
    northern = mapped_places(grid.window(half), np.ones((180, 720)))
    assert all(lat > 0.0 for _, _, lat in northern)
    assert len(northern) == 7


@pytest.mark.parametrize(
    ("days", "marks"), [(7.0, "2 Nov"), (40.0, "Nov"), (1.0, "12:00"), (300.0, "Mar")]
)
def test_a_short_time_is_marked_by_days(days, marks):
    figure = Figure(figsize=(8, 2))
    axes = figure.subplots()
    first = date2num(np.datetime64("2028-11-01"))
    axes.plot([first, first + days], [0.0, 1.0])
    month_axis(axes)
    figure.draw_without_rendering()
    named = [text.get_text().replace("\u00a0", " ") for text in axes.get_xticklabels()]
    assert any(marks in text for text in named)
    assert 2 <= len(named) <= 12


# numbers -------------------------------------------------------------------------------------
def test_errors_are_those_of_the_sample(drawn):
    caption = drawn["map-errors"][0].caption
    found = [float(v) for v in re.findall(r"(?:red|green|blue) (\d+\.?\d*) %", caption)]
    assert found == pytest.approx([1.0, 1.0, 1.0], abs=0.06)
    pull = re.search(r"its root mean square is ([\d.]+), ([\d.]+), ([\d.]+)\.", caption)
    assert [float(v) for v in pull.groups()] == pytest.approx([1.0] * 3, abs=0.02)


def test_captions_count_frames_cells_and_bytes(drawn):
    assert drawn["frames"][0].caption.startswith("108 frames on 12 orbits")
    assert "3 of 64\u202f800 cells are empty" in drawn["mosaic"][0].caption
    assert "lower than 10° over the ground" in drawn["coverage"][0].caption
    volume = 12 * 9 * 3.8e7 / 8e9
    assert f"{volume:.3f} GB taken on 12 orbits" in drawn["data-volume"][0].caption


def test_arrows_of_the_frame_point_north_and_to_the_sun(run):
    """In the sample columns run south and rows run east; the Sun is north-west of the ground."""
    frame = run.phase("map").product("sample_frame")
    lon, lat = frame.lon.values.astype(float), frame.lat.values.astype(float)
    across = _across_frame(lon, lat)
    column, row = across @ [0.0, 1.0]
    assert column < 0.0
    assert abs(row) < 1e-6 * abs(column)
    column, row = across @ [1.0, 0.0]
    assert row > 0.0
    azimuth = _sun_azimuth(run.phase("map"), lon, lat)
    sun = run.phase("map").values("frames", "sun")[3]
    a, b = np.radians(lon[24, 32]), np.radians(lat[24, 32])
    north = sun @ [-np.sin(b) * np.cos(a), -np.sin(b) * np.sin(a), np.cos(b)]
    assert np.sign(np.cos(azimuth)) == np.sign(north)


def test_the_same_area_is_outlined_in_frame_and_map(drawn):
    left, right = (axes for axes in drawn["frame-and-map"][0].figure.axes[::2][:2])
    frame = next(line for line in left.get_lines() if len(line.get_xdata()) == 160)
    chart = next(line for line in right.get_lines() if len(line.get_xdata()) == 160)
    column, row = frame.get_xdata(), frame.get_ydata()
    lon, lat = 290.0 + 0.1 * (row - 24), -13.0 - 0.1 * (column - 32)
    off = (chart.get_xdata() - lon + 180.0) % 360.0 - 180.0
    assert np.abs(off).max() < 0.1
    assert np.abs(chart.get_ydata() - lat).max() < 0.1


def test_the_page_holds_both_sections_and_stays_small(page):
    page, _ = page
    assert len(page) < 4e6
    for plate_ in (*plates("capture"), *PLATES):
        assert f'id="figure-{plate_.name}"' in page
    assert "No figure here" not in page
    assert "Coasts without a push" in page
