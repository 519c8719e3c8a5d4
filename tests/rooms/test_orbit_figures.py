"""The figures and tables of the capture: what they show, and what they say without products."""

import json
import shutil

import numpy as np
import pytest
import xarray as xr
from sample_map_run import TURNS, write_map_run

from marsward.views.cover import headlines, sentence
from marsward.views.figures import plates, ribbon
from marsward.views.figures.burns import flown_burns
from marsward.views.figures.orbit_evolution import stretches
from marsward.views.figures.orbit_seasons import daily_hours
from marsward.views.labels import label
from marsward.views.report import write_report
from marsward.views.stored_run import Missing, StoredRun
from marsward.views.style import house_style, svg_text, themed
from marsward.views.tables import albedo_closure, coasts, key_numbers, orbit_manoeuvres
from marsward.views.words import words

PLATES = plates("capture")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_map_run(tmp_path_factory.mktemp("run") / "sample")


@pytest.fixture(scope="module")
def run(folder):
    stored = StoredRun.open(folder)
    yield stored
    stored.close()


@pytest.fixture(scope="module")
def drawn(run):
    found = {}
    for plate in PLATES:
        with house_style(plate.name):
            drawing = plate.draw(run.phase("capture"))
            found[plate.name] = drawing, svg_text(drawing.figure, plate.name)
    return found


def bare(tmp_path, folder, *kept):
    """The capture of the sample with some of its products only."""
    home = tmp_path / "03-capture"
    home.mkdir()
    (home / "phase.json").write_text(json.dumps({"kind": "capture"}))
    for name in kept:
        shutil.copy(folder / "03-capture" / f"{name}.nc", home)
    return StoredRun.open(tmp_path).phase("capture")


@pytest.mark.parametrize("plate", PLATES, ids=lambda plate: plate.name)
def test_an_orbit_figure_is_drawn_and_turns_with_the_page(plate, drawn):
    drawing, svg = drawn[plate.name]
    assert drawing.caption.endswith(".")
    page = themed(svg, drawing.label)
    assert "var(--ink)" in page
    assert "nan" not in drawing.caption


@pytest.mark.parametrize("plate", PLATES, ids=lambda plate: plate.name)
def test_a_capture_without_products_is_told_of(plate, tmp_path, folder):
    with pytest.raises(Missing, match=r"\.nc is not in the run"):
        plate.draw(bare(tmp_path, folder))


def test_orbits_are_drawn_to_one_scale_with_what_there_is(tmp_path, folder):
    phase = bare(tmp_path, folder, "orbit", "relay_orbit")
    with house_style("orbits"):
        figure = PLATES[0].draw(phase).figure
        figure.draw_without_rendering()
    near = figure.axes[2]
    line = {line.get_label(): line.get_xydata() for line in near.get_lines()}
    far = np.hypot(*line["mapping"].T).max()
    assert far == pytest.approx(10_652 + 3396.19, abs=1.0)
    assert near.get_aspect() == 1.0
    assert near.patches[0].get_radius() == pytest.approx(3396.19)
    (left, right), (bottom, top) = near.get_xlim(), near.get_ylim()
    box = near.get_window_extent()
    assert (right - left) / (top - bottom) == pytest.approx(box.width / box.height, rel=1e-3)


def test_the_north_of_mars_is_up(drawn):
    """The sample's mapping orbit has its low point in the north of its node."""
    axes = drawn["orbits"][0].figure.axes[2]
    points = {line.get_label(): line.get_xydata() for line in axes.get_lines()}["mapping"]
    low = points[np.argmin(np.hypot(*points.T))]
    assert np.hypot(*low) == pytest.approx(266 + 3396.19, abs=1.0)
    assert abs(low[1]) < 0.02 * np.hypot(*low)
    first_quarter = points[len(points) // 8]
    assert first_quarter[1] > 0.0


def test_manoeuvres_stand_beside_their_published_figures(run, drawn):
    caption = drawn["orbit-burns"][0].caption
    assert caption.startswith("2 manoeuvres about Mars")
    assert "0.08 % off" in caption
    names = [burn.name for burn in flown_burns(run.phase("capture"))]
    assert names == ["insertion", "plane change", "phasing"]
    table = orbit_manoeuvres(run.phase("capture"))
    assert len(table.rows) == 5
    assert table.head[-1] == "miss [m]"
    assert table.rows[1][0] == "plane change"
    assert table.rows[1][-1] == "356"


def test_coasts_and_manoeuvres_are_not_told_twice(run):
    capture = run.phase("capture")
    rows = [row[0] for row in key_numbers(capture).rows]
    assert "Insertion, change of speed Δv" in rows
    assert not [row for row in rows if row.startswith(("Plane change", "Coast"))]
    told = coasts(capture)
    assert told.rows[0][:4] == ("14 may deorbited to 14 may later", "118 min", "7.56", "m")
    assert told.rows[1][1:4] == ("5 days", "274", "km")


def test_the_errors_of_the_map_have_a_table(run):
    mapped = run.phase("map")
    table = albedo_closure(mapped)
    assert table.rows == (("red", "1.01", "0.3", ""),)
    assert not [row for row in key_numbers(mapped).rows if "lbedo" in row[0]]
    assert "71.8" in {row[1] for row in key_numbers(mapped).rows}


def test_the_elements_are_read_turn_by_turn(drawn):
    drawing = drawn["orbit-evolution"][0]
    assert drawing.caption.startswith(f"{TURNS} turns")
    assert "−0.600° a day" in drawing.caption
    axes = drawing.figure.axes[0]
    mark = next(text for text in axes.texts if "equator" in text.get_text())
    assert "day 143" in mark.get_text()
    dark = drawing.figure.axes[3].patches
    assert len(dark) == 1
    assert "Shaded" in drawing.caption


def test_runs_of_flags():
    assert stretches(np.array([1, 1, 0, 0, 1, 0, 1])) == [(0, 1), (4, 4), (6, 6)]
    assert stretches(np.zeros(3)) == []


def test_hours_of_a_day_count_what_crosses_midnight_on_both_sides():
    hours = daily_hours(np.array([0.75, 2.5]), np.array([0.5, 0.25]), 0.0, 4.0)
    np.testing.assert_allclose(hours, [6.0, 6.0, 6.0, 0.0])


def test_seasons_count_the_passages(run, drawn, tmp_path, folder):
    caption = drawn["orbit-seasons"][0].caption
    assert "20 eclipses, the longest 90 minutes" in caption
    assert "30 occultations of Earth" in caption
    phase = bare(tmp_path, folder)
    table = xr.load_dataset(folder / "03-capture" / "orbit_events.nc", decode_timedelta=False)
    points = table.isel(event=np.flatnonzero(table["kind"].values == "periapsis"))
    points.to_netcdf(phase.folder / "orbit_events.nc")
    with pytest.raises(Missing, match="no passage that lasts"):
        plates("capture")[3].draw(phase)


@pytest.fixture
def study(tmp_path, folder):
    """A week of a design study: an orbit that nobody looks at, its low point to and fro."""
    home = tmp_path / "01-orbit"
    home.mkdir()
    (home / "phase.json").write_text(json.dumps({"kind": "orbit", "sentence": "a week"}))
    source = folder / "03-capture"
    table = xr.load_dataset(source / "orbit_elements.nc").isel(orbit_index=slice(0, 30))
    table["periapsis_lat"].values[:] = 40.0 * np.sin(np.arange(30.0))
    table.to_netcdf(home / "orbit_elements.nc")
    found = xr.load_dataset(source / "orbit_events.nc", decode_timedelta=False)
    hidden = ~np.char.startswith(found["kind"].values.astype(str), "view from")
    found.isel(event=np.flatnonzero(hidden)).to_netcdf(home / "orbit_events.nc")
    figures = {"orbit_turns": (85, ""), "orbit_period": (1.98, "h"), "orbit_lowest": (381.3, "km")}
    entries = {key: {"value": value, "unit": unit} for key, (value, unit) in figures.items()}
    (home / "summary.json").write_text(json.dumps(entries))
    return tmp_path


def test_a_design_study_has_its_orbit_on_the_page(study):
    page = write_report(study).read_text(encoding="utf-8")
    assert ">The orbit<" in page
    for plate in plates("orbit"):
        assert f'id="figure-{plate.name}"' in page
    assert page.count("No figure here") == 1  # the timeline: nothing here has a date
    run = StoredRun.open(study)
    told = sentence(run).replace("\u00a0", " ")
    assert told == (
        "It goes round Mars 85 times, a turn in 1.98 hours, never lower than 381 km above the "
        "equatorial radius."
    )
    assert [h.figure for h in headlines(run)] == ["85"]
    assert "periapsis" in dict(words(run))
    evolution, seasons = (plate.draw(run.phase("orbit")) for plate in plates("orbit"))
    assert "a day" not in evolution.caption
    assert not [t for t in evolution.figure.axes[0].texts if "equator" in t.get_text()]
    assert len(seasons.figure.axes) == 1
    run.close()


def test_the_timeline_has_a_ribbon_for_the_orbit(run):
    marks = ribbon.events(run)
    assert [m.name for m in marks][:3] == ["Insertion", "Plane change", "Phasing"]
    assert [m.name for m in marks][-2:] == ["First frame", "Last frame"]
    assert all(mark.orbit for mark in marks)
    with house_style("timeline"):
        assert len(ribbon.draw(run).figure.axes) == 1


def test_the_cover_tells_of_orbit_and_map(run):
    told = sentence(run).replace("\u00a0", " ").replace("\u202f", " ")
    assert "goes round 872 times, 266 × 10 652 km" in told
    assert "from 108 frames comes a map of 99.995 % of the planet" in told
    assert "right to 1 %" in told
    assert [h.figure for h in headlines(run)] == ["872", "108", "72"]


def test_keys_of_capture_and_map_have_names():
    assert label("remote_sensing_burn_thrust") == "Remote sensing, thrust"
    assert label("plane_change_joined_dv") == "Plane change, Δv, all vectors joined"
    assert label("coast_14may_1805_2003_miss") == "Coast 14 May 18:05 to 20:03, miss"
    assert label("coast_15feb_20feb_miss_velocity") == "Coast 15 Feb to 20 Feb, miss in speed"
    assert label("albedo_chi_red") == "Albedo, red, error over the stated 1σ"


def test_words_of_the_orbit_and_the_map_stand_once(run):
    names = [word for word, _ in words(run)]
    assert {"periapsis", "mosaic", "stereo angle", "1σ, 3σ"} <= set(names)
    assert len(names) == len(set(names))
