"""Figures of the air: drawn, right, honest about what is not there."""

import json
import re

import numpy as np
import pytest
import xarray as xr
from sample_climate_run import LS, sample_climate_run

from marsward.views import cover
from marsward.views.figures import plates
from marsward.views.figures.air_profiles import profiles_of
from marsward.views.figures.climate_budget import budget_of
from marsward.views.figures.climate_experiments import answers
from marsward.views.figures.climate_pressure import site_cycles
from marsward.views.figures.climate_storm import scenarios
from marsward.views.report import TITLES, write_report
from marsward.views.stored_run import Missing, StoredRun
from marsward.views.style import house_style, svg_text
from marsward.views.words import words

PLATES = tuple(plate for plate in plates("climate") if plate.name != "limb-soundings")
SUMMARY = {
    "freeze_share": {"value": 27.0, "unit": "%"},
    "greenhouse": {"value": 4.6, "unit": "K"},
    "occultation_profiles": {"value": 120, "unit": ""},
    "occultation_rms_below_30km": {"value": 0.53, "unit": "K"},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = sample_climate_run(tmp_path_factory.mktemp("run") / "air")
    (folder / "01-climate" / "summary.json").write_text(json.dumps(SUMMARY))
    stored = StoredRun.open(folder)
    yield stored
    stored.close()


def bare(tmp_path):
    """A phase without products."""
    home = tmp_path / "01-climate"
    home.mkdir()
    (home / "phase.json").write_text(json.dumps({"kind": "climate"}))
    return StoredRun.open(tmp_path).phase("climate")


@pytest.mark.parametrize("each", PLATES, ids=lambda plate: plate.name)
def test_a_figure_of_the_air_is_small_and_tells_no_gaps(each, run):
    with house_style(each.name):
        drawing = each.draw(run.phase("climate"))
        svg = svg_text(drawing.figure, each.name)
    assert drawing.caption.endswith(".")
    assert drawing.label.endswith(".")
    assert not re.search(r"\bnan\b|\binf\b", drawing.caption)
    assert len(svg) < 7e5


@pytest.mark.parametrize("each", plates("climate"), ids=lambda plate: plate.name)
def test_a_climate_without_products_says_so(each, tmp_path):
    with pytest.raises(Missing, match="is not in the run"):
        each.draw(bare(tmp_path))


def test_what_was_not_flown_is_not_shown(tmp_path):
    folder = sample_climate_run(tmp_path / "air")
    xr.Dataset(attrs={"not_flown": "no sounder was flown"}).to_netcdf(
        folder / "01-climate" / "limb_soundings.nc"
    )
    page = write_report(folder)
    assert "limb-soundings" not in page.read_text(encoding="utf-8")
    assert (folder / "figures" / "soundings.png").is_file()
    assert not (folder / "figures" / "limb-soundings.png").exists()


def test_readings_stand_with_their_sites(run):
    ls, cycles = site_cycles(run.phase("climate"))
    np.testing.assert_array_equal(ls, LS)
    assert [cycle.name for cycle in cycles] == ["Gale", "Viking 1", "InSight"]
    assert [cycle.readings["fitted"][0].size for cycle in cycles] == [3, 0, 0]
    assert [cycle.readings["published"][0].size for cycle in cycles] == [0, 2, 0]


def test_a_storm_warms_the_air_at_fifty_pascal(run):
    _, airs = scenarios(run.phase("climate"))
    assert airs[-1].at_level - airs[0].at_level == pytest.approx(24.0, abs=3.0)


def test_the_budget_is_read_by_name(run):
    told = budget_of(run.phase("climate"))
    assert told["sunlight"] == 140.0
    assert told["infrared_down"] == 26.0


def test_experiments_leave_the_control_out(run):
    cases, measures = answers(run.phase("climate"))
    assert "control" not in cases
    assert all(measure.change.size == len(cases) for measure in measures)


def test_profiles_without_kernels_have_none(run):
    assert profiles_of(run.phase("climate"), "occultations").kernel is None
    assert profiles_of(run.phase("climate"), "soundings").kernel is not None


def test_the_first_page_tells_of_the_air(run):
    told = cover.sentence(run)
    assert "27\u00a0% freezes out" in told
    assert "4.6\u00a0K warmer" in told
    assert "120 radio occultations" in told
    assert [each.figure for each in cover.headlines(run)] == ["27"]


def test_words_of_the_air_are_explained_once(run):
    told = [word for word, _ in words(run)]
    assert "greenhouse" in told
    assert len(told) == len(set(told))


def test_the_page_has_a_title_for_the_air():
    assert "climate" in TITLES
