"""The figures of the report: what they show, their colours, their bytes."""

import base64
import io
import json
import re
import shutil

import numpy as np
import pytest
import xarray as xr
from PIL import Image
from sample_climate_run import sample_climate_run
from sample_design_run import sample_design_run
from sample_ground_run import write_ground_run
from sample_landing_run import sample_landing_run
from sample_map_run import write_map_run
from sample_run import write_sample_run
from sample_surface_run import sample_surface_run
from sample_thermal_run import write_thermal_run

from marsward.views import design_tables
from marsward.views.figures import PLATES, plates, ribbon
from marsward.views.figures.burns import flown_burns, read_burns
from marsward.views.figures.drawing import counted, ellipse, tick
from marsward.views.figures.exposure import read
from marsward.views.path_viewer import viewer_data, viewer_script
from marsward.views.stored_run import Missing, StoredRun
from marsward.views.style import PALETTE, house_style, png_bytes, svg_text, theme_css, themed

AU = 149_597_870_700.0


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = write_sample_run(tmp_path_factory.mktemp("run") / "tianwen-1", points=240, scale=0.5)
    mission = (folder / "mission.toml").read_text(encoding="utf-8")
    write_map_run(folder)
    write_ground_run(folder)
    write_thermal_run(folder)
    sample_climate_run(folder, number=11)
    sample_landing_run(folder, number=12)
    sample_surface_run(folder, number=13)
    sample_design_run(folder, number=20)
    (folder / "mission.toml").write_text(mission, encoding="utf-8")
    study = folder / "05-orbit"
    study.mkdir()
    for name in ("orbit_elements", "orbit_events"):
        shutil.copy(folder / "03-capture" / f"{name}.nc", study)
    (study / "phase.json").write_text(json.dumps({"kind": "orbit"}), encoding="utf-8")
    voyage = folder / "17-transfer"
    voyage.mkdir()
    for name in ("path", "orbits", "bplane"):
        shutil.copy(folder / "01-cruise" / f"{name}.nc", voyage)
    (voyage / "phase.json").write_text(json.dumps({"kind": "transfer"}), encoding="utf-8")
    stored = StoredRun.open(folder)
    yield stored
    stored.close()


def drawn(plate, run):
    with house_style(plate.name):
        drawing = plate.draw(run.phase(plate.kind))
        return drawing, svg_text(drawing.figure, plate.name)


@pytest.fixture(scope="module")
def pages(run):
    return {plate.name: drawn(plate, run) for plate in PLATES}


# one machinery writes them all, so every fourth stands for its neighbours
@pytest.mark.parametrize("plate", PLATES[::4], ids=lambda plate: plate.name)
def test_a_figure_repeats_byte_for_byte(plate, run, pages):
    assert pages[plate.name][1] == drawn(plate, run)[1]


@pytest.mark.parametrize("plate", PLATES, ids=lambda plate: plate.name)
def test_a_figure_says_what_it_shows(plate, pages):
    drawing, svg = pages[plate.name]
    assert svg.startswith("<svg")
    assert "<dc:date>" not in svg
    assert drawing.caption.endswith(".")
    assert len(drawing.label) > 20
    page = themed(svg, drawing.label)
    assert 'role="img"' in page
    assert "aria-label" in page
    assert "var(--ink)" in page or plate.kind == "lookback"


@pytest.mark.parametrize("plate", PLATES, ids=lambda plate: plate.name)
def test_on_the_page_no_house_colour_is_fixed_and_names_are_its_own(plate, pages):
    drawing, svg = pages[plate.name]
    page = themed(svg, drawing.label)
    assert not [role for role, (light, _) in PALETTE.items() if light in page]
    names = re.findall(r'\bid="([^"]+)"', page)
    assert len(names) == len(set(names))
    assert all(name.startswith(plate.name + "-") for name in names)
    used = re.findall(r'(?:href="|url\()#([^")]+)', page)
    assert set(used) <= set(names)
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]+"', "", page)


@pytest.mark.parametrize("plate", PLATES, ids=lambda plate: plate.name)
def test_the_png_shows_something(plate, pages):
    with house_style(plate.name):
        image = Image.open(io.BytesIO(png_bytes(pages[plate.name][0].figure, 60)))
    pixels = np.asarray(image.convert("L"))
    assert image.width > 400
    assert np.ptp(pixels) > 150
    assert len(np.unique(pixels)) > 20


@pytest.mark.parametrize("plate", PLATES, ids=lambda plate: plate.name)
def test_a_missing_product_is_named(plate, run, tmp_path):
    phase = run.phase(plate.kind)
    (tmp_path / "01-bare").mkdir()
    (tmp_path / "01-bare" / "phase.json").write_text(json.dumps({"kind": plate.kind}))
    bare = StoredRun.open(tmp_path).phase(plate.kind)
    assert bare.kind == phase.kind
    with pytest.raises(Missing, match=r"\.nc is not in the run"):
        plate.draw(bare)


def luminance(colour):
    """Relative luminance, WCAG 2.2."""
    parts = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255.0
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("role", sorted(set(PALETTE) - {"card", "grid", "shade"}))
def test_every_colour_can_be_read_on_its_card(role, theme):
    """4.5:1, WCAG 2.2 success criterion 1.4.3, on light and on dark."""
    one, two = sorted((luminance(PALETTE[role][theme]), luminance(PALETTE["card"][theme])))
    assert (two + 0.05) / (one + 0.05) >= 4.5


def test_the_palette_reaches_the_page_in_both_themes():
    css = theme_css()
    for role, (light, dark) in PALETTE.items():
        assert f"--{role}:{light}" in css
        assert f"--{role}:{dark}" in css


def test_points_of_an_ellipse_lie_at_its_sigma():
    covariance = np.array([[4.0, 1.5], [1.5, 2.0]])
    points = ellipse(covariance, 3.0)
    distance = np.einsum("ni,ij,nj->n", points, np.linalg.inv(covariance), points)
    np.testing.assert_allclose(distance, 9.0, rtol=1e-12)


def test_each_manoeuvre_stands_once_in_the_figures_and_wholly_in_the_table(run):
    cruise = run.phase("cruise")
    names = [burn.name for burn in flown_burns(cruise)]
    assert names == ["TCM-1", "TCM-2", "DSM", "TCM-3", "TCM-4"]
    assert [burn.name for burn in read_burns(cruise)].count("TCM-1") == 2
    assert flown_burns(cruise)[0].basis == "all vectors joined"


def test_the_timeline_holds_every_event_in_time(run):
    marks = ribbon.events(run)
    assert [mark.time for mark in marks] == sorted(mark.time for mark in marks)
    assert [m.name for m in marks][:3] == ["Launch", "Look back", "TCM-1"]
    assert [m.name for m in marks if not m.orbit][-1] == "Mars periapsis"
    assert [m.name for m in marks if m.orbit][-1] == "Last frame"
    with house_style("timeline"):
        assert len(ribbon.draw(run).figure.axes) == 2


def test_the_discs_are_found_where_they_are(run):
    exposure = read(run.phase("lookback"))
    earth, moon = exposure.bodies
    assert (earth.name, moon.name) == ("Earth", "Moon")
    assert earth.centre == pytest.approx((210.0, 430.0), abs=0.6)
    assert earth.radius / moon.radius == pytest.approx(0.6084 / 0.1278, rel=0.02)


def test_sky_and_bodies_come_from_their_own_exposures(run):
    """Stars only the star frame has show; Earth is as the short frame has it, not burnt out."""
    look = run.phase("lookback")
    exposure = read(look)
    grey = exposure.whole()
    x, y = (look.values("stars", name)[:8].astype(int) for name in ("x", "y"))
    assert np.median(grey[y, x]) > 150
    assert np.median(grey) == 0
    window = grey[look.values("picture", "body") == 399]
    assert np.mean(window == 255) < 0.02
    assert "from 4.2\u202fms" in plates("lookback")[0].draw(look).caption


def test_the_direction_of_the_sun_is_read_off_the_incidence(run, tmp_path):
    """Without the attribute the arrow comes from the map of incidence angles."""
    source = run.phase("lookback")
    folder = tmp_path / "02-lookback"
    folder.mkdir()
    (folder / "phase.json").write_text(json.dumps({"kind": "lookback"}))
    picture = xr.load_dataset(source.folder / "picture.nc")
    given = np.array(picture.attrs.pop("sun_direction_px"))
    picture.to_netcdf(folder / "picture.nc")
    found = read(StoredRun.open(tmp_path).phase("lookback")).to_sun
    assert float(found @ given) > np.cos(np.deg2rad(1.0))


def test_the_viewer_packs_the_path_to_the_float(run):
    cruise = run.phase("cruise")
    data = json.loads(viewer_data(cruise))
    craft = np.frombuffer(base64.b64decode(data["tracks"]["craft"]), "<f4").reshape(-1, 3)
    days = np.frombuffer(base64.b64decode(data["days"]), "<f4")
    path = cruise.product("path")
    np.testing.assert_allclose(craft, path.craft_position / AU, rtol=0, atol=1.3e-7)
    assert len(days) == path.sizes["time"]
    assert days[0] == 0.0
    assert np.all(np.diff(days) >= 0)
    assert [burn["name"] for burn in data["burns"]] == ["TCM-1", "TCM-2", "DSM", "TCM-3", "TCM-4"]


def test_a_long_path_is_thinned_to_its_ends_and_near_the_planets(tmp_path):
    run = StoredRun.open(write_sample_run(tmp_path / "long", points=1500, scale=0.1))
    data = json.loads(viewer_data(run.phase("cruise")))
    days = np.frombuffer(base64.b64decode(data["days"]), "<f4")
    assert 900 < len(days) <= 1100
    assert days[0] == 0.0
    assert days[-1] == pytest.approx(202.3, abs=0.1)
    assert np.min(np.diff(days)) < 0.05 * np.median(np.diff(days))
    run.close()


def test_the_viewer_needs_nothing_from_outside():
    script = viewer_script()
    assert not re.search(r"https?://|\bimport\b|\brequire\(|fetch\(|XMLHttp", script)


def test_numbers_of_the_axes():
    assert [counted(v) for v in (0.01, 1, 1000, 1e6, 2e9)] == [
        "0.01", "1", "1\u202f000", "1 million", "2 billion",
    ]  # fmt: skip
    assert tick(-1980) == "−1\u202f980"


def test_every_phase_kind_has_its_own_figures():
    assert [plate.name for plate in plates("lookback")] == ["look-back", "crescents", "navigation"]
    assert plates("no such kind") == ()


def test_the_tables_of_a_plan_hold_every_manoeuvre_and_stage(run):
    table = design_tables.manoeuvres(run.phase("budgets"))
    assert [row[0] for row in table.rows][-1] == "orbit keeping"
    assert [row[5] for row in table.rows] == ["20.0", "15.0", "1\u202f050.0", "800.0", "20.0"]
    stages = design_tables.stages(run.phase("navigation"))
    assert [row[0] for row in stages.rows] == ["injection", "TCM-1", "TCM-2", "TCM-3", "TCM-4"]
    assert stages.rows[-1][1:3] == ("2.00", "0.500")
