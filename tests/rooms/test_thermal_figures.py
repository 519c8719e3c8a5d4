"""Figures of the heat of the ground: drawn, right, honest about what is not there."""

import json
import re

import numpy as np
import pytest
from sample_thermal_run import (
    BEFORE,
    EDGE,
    SUMMARY,
    WIDTH,
    thermal_looks,
    thermal_map,
    write_thermal_run,
)

from marsward.views import cover
from marsward.views.figures import plates
from marsward.views.figures.thermal_cells import reached, scatter_of, thermal_cells
from marsward.views.figures.thermal_looks import hour_spans, stated_band, used_looks
from marsward.views.figures.thermal_maps import inertia_scale
from marsward.views.labels import LABELS
from marsward.views.report import TITLES, write_report
from marsward.views.stored_run import Missing, StoredRun
from marsward.views.style import house_style, svg_text
from marsward.views.words import words

PLATES = plates("thermal")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_thermal_run(tmp_path_factory.mktemp("run") / "heat")


@pytest.fixture(scope="module")
def run(folder):
    stored = StoredRun.open(folder)
    yield stored
    stored.close()


def bare(tmp_path, **products):
    """A phase with these products only."""
    home = tmp_path / "01-thermal"
    home.mkdir()
    (home / "phase.json").write_text(json.dumps({"kind": "thermal"}))
    for name, made in products.items():
        made.to_netcdf(home / f"{name}.nc")
    return StoredRun.open(tmp_path).phase("thermal")


@pytest.mark.parametrize("each", PLATES, ids=lambda plate: plate.name)
def test_a_figure_of_heat_is_small_and_tells_no_gaps(each, run):
    with house_style(each.name):
        drawing = each.draw(run.phase("thermal"))
        svg = svg_text(drawing.figure, each.name)
    assert drawing.caption.endswith(".")
    assert drawing.label.endswith(".")
    assert not re.search(r"\bnan\b|\binf\b", drawing.caption)
    assert len(svg) < 7e5


@pytest.mark.parametrize("each", PLATES, ids=lambda plate: plate.name)
def test_a_phase_without_products_says_so(each, tmp_path):
    with pytest.raises(Missing, match="is not in the run"):
        each.draw(bare(tmp_path))


def test_residuals_of_inertia_are_as_large_as_stated(run):
    cells = thermal_cells(run.phase("thermal"))
    assert cells.passed.sum() == 10 * 36
    assert cells.solved.sum() == 10 * 32
    pull = cells.pull[cells.solved]
    np.testing.assert_allclose(pull * WIDTH, cells.off)
    assert np.isnan(cells.pull[~cells.solved]).all()
    assert np.mean(pull**2) == pytest.approx(1.0, abs=0.25)
    assert scatter_of(cells.off) == pytest.approx(WIDTH, rel=0.2)
    assert scatter_of(cells.prior_off) == pytest.approx(BEFORE, rel=0.2)


def test_maps_end_where_the_orbit_ends(run):
    assert reached(thermal_cells(run.phase("thermal"))) == EDGE


def test_one_scale_holds_nearly_all_of_the_truth(run):
    cells = thermal_cells(run.phase("thermal"))
    norm = inertia_scale(cells)
    inside = (cells.true >= norm.vmin) & (cells.true <= norm.vmax)
    assert inside[cells.passed].mean() > 0.97


def test_a_map_without_any_answer_is_told_of(tmp_path):
    empty = thermal_map()
    empty["thermal_inertia"][:] = np.nan
    with pytest.raises(Missing, match="no cell with a thermal inertia"):
        thermal_cells(bare(tmp_path, thermal_map=empty))


def test_looks_are_counted_once_and_only_when_used(run):
    looks = used_looks(run.phase("thermal"))
    assert looks.seen.size == 120 * 6
    assert looks.passed == 120 * 7
    assert np.mean(looks.pull**2) == pytest.approx(1.0, abs=0.15)


def test_looks_without_a_temperature_are_told_of(tmp_path):
    blind = thermal_looks()
    blind["surface_temperature"][:] = np.nan
    with pytest.raises(Missing, match="no temperature that was used"):
        used_looks(bare(tmp_path, thermal_looks=blind))


@pytest.mark.parametrize(
    ("hours", "count"), [((2.0, 2.5, 14.0, 14.5), 2), ((1.0, 4.0, 7.0, 10.0), 1), ((3.0,), 1)]
)
def test_the_axis_of_hours_is_split_at_a_long_gap(hours, count):
    spans = hour_spans(np.array(hours))
    assert len(spans) == count
    assert all(any(first <= h <= last for first, last in spans) for h in hours)


def test_the_band_follows_the_stated_errors(run):
    middle, band = stated_band(used_looks(run.phase("thermal")))
    assert set(band[middle < 200.0]) == {2.0}
    assert set(band[middle > 220.0]) == {0.5}


def test_the_first_page_tells_of_heat(run):
    told = cover.sentence(run)
    assert "324 cells" in told
    assert "right to 5\u00a0%" in told
    assert "known to 20\u00a0% before" in told
    assert [(each.figure, each.unit) for each in cover.headlines(run)] == [("5", "%")]


def test_heat_without_numbers_keeps_its_own_sentence(tmp_path):
    bare(tmp_path)
    assert cover.headlines(StoredRun.open(tmp_path)) == []


def test_heat_has_its_words_and_names(run):
    assert {"Ls", "local true solar time", "radiometer", "thermal inertia"} <= {
        word for word, _ in words(run)
    }
    assert set(SUMMARY) <= set(LABELS)


def test_the_report_holds_all_figures_of_heat(folder):
    text = write_report(folder).read_text(encoding="utf-8")
    assert TITLES["thermal"] in text
    for each in PLATES:
        assert f'id="figure-{each.name}"' in text
    assert "No figure here" not in text.split('id="thermal"')[1]
