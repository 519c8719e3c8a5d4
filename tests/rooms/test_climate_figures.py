"""Figures of the air: drawn, right, honest about what is not there."""

import json
import re

import numpy as np
import pytest
import xarray as xr
from drawn_page import drawn_page, picture_text
from matplotlib.patches import FancyArrow
from sample_climate_run import LS, OFFSET, sample_climate_run

from marsward.views import climate_tables, cover
from marsward.views.figures import plates
from marsward.views.figures.air_profiles import ROWS, profiles_of
from marsward.views.figures.climate_axes import closed_year
from marsward.views.figures.climate_budget import ARROWS, WIDEST, budget_of
from marsward.views.figures.climate_experiments import answers
from marsward.views.figures.climate_pressure import site_cycles
from marsward.views.figures.climate_storm import scenarios
from marsward.views.figures.weather_station import sols_of
from marsward.views.labels import key_of, label
from marsward.views.numbers import shown
from marsward.views.report import TITLES
from marsward.views.stored_run import Missing, StoredRun
from marsward.views.style import house_style, svg_text
from marsward.views.tables import key_numbers
from marsward.views.words import words

PLATES = plates("climate")
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


@pytest.fixture(scope="module")
def marred(tmp_path_factory):
    """Folder, page and drawings of a run without limb sounder and with a broken table.

    One page for both, for a page draws every figure.
    """
    folder = sample_climate_run(tmp_path_factory.mktemp("marred") / "air")
    home = folder / "01-climate"
    xr.Dataset(attrs={"not_flown": "no sounder was flown"}).to_netcdf(home / "limb_soundings.nc")
    (home / "experiments.nc").unlink()
    xr.Dataset({"value": ("case", [1.0])}).to_netcdf(home / "experiments.nc")
    summary = {"ground_mean": {"value": 215.0, "unit": "K"}}
    (home / "summary.json").write_text(json.dumps(summary))
    return folder, *drawn_page(folder)


@pytest.fixture(scope="module")
def drawn(run, marred):
    """Drawings of the whole run and what is written of them: the page's, but for what it lacks."""
    folder, _, drawings = marred
    found = {}
    for each in PLATES:
        if each.name not in drawings:
            with house_style(each.name):
                drawing = each.draw(run.phase("climate"))
                found[each.name] = drawing, svg_text(drawing.figure, each.name)
        else:
            found[each.name] = drawings[each.name], picture_text(folder, each.name)
    return found


def bare(tmp_path):
    """A phase without products."""
    home = tmp_path / "01-climate"
    home.mkdir()
    (home / "phase.json").write_text(json.dumps({"kind": "climate"}))
    return StoredRun.open(tmp_path).phase("climate")


@pytest.mark.parametrize("each", PLATES, ids=lambda plate: plate.name)
def test_a_figure_of_the_air_is_small_and_tells_no_gaps(each, drawn):
    drawing, svg = drawn[each.name]
    assert drawing.caption.endswith(".")
    assert drawing.label.endswith(".")
    assert not re.search(r"\bnan\b|\binf\b", drawing.caption)
    assert len(svg) < 7e5


@pytest.mark.parametrize("each", plates("climate"), ids=lambda plate: plate.name)
def test_a_climate_without_products_says_so(each, tmp_path):
    with pytest.raises(Missing, match="is not in the run"):
        each.draw(bare(tmp_path))


def test_what_was_not_flown_is_not_shown(marred):
    folder, page, _ = marred
    assert "limb-soundings" not in page
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


def test_a_flux_of_nothing_or_the_other_way_is_told_so(tmp_path):
    folder = sample_climate_run(tmp_path / "air")
    path = folder / "01-climate" / "budget.nc"
    budget = xr.load_dataset(path)
    budget["budget"].loc[{"flux": ["infrared_down", "sensible"]}] = [0.0, -2.0]
    path.unlink()
    budget.to_netcdf(path)
    plate = next(each for each in PLATES if each.name == "energy-budget")
    with house_style(plate.name):
        drawing = plate.draw(StoredRun.open(folder).phase("climate"))
    told = [text.get_text() for text in drawing.figure.axes[0].texts]
    assert any(text.startswith("warmth that") and text.endswith("2.0") for text in told)
    assert any(text.startswith("infrared of\nthe air") and text.endswith("none") for text in told)
    assert len([p for p in drawing.figure.axes[0].patches if isinstance(p, FancyArrow)]) == 6


def test_arrows_are_as_wide_as_their_fluxes(run, drawn):
    axes = drawn["energy-budget"][0].figure.axes[0]
    arrows = [patch for patch in axes.patches if isinstance(patch, FancyArrow)]
    told = budget_of(run.phase("climate"))
    for arrow, (name, *_) in zip(arrows, ARROWS, strict=True):
        across = np.sort(np.unique(arrow.get_xy()[:, 0].round(6)))
        shaft = across[-2] - across[1]  # the head is wider on both sides
        assert shaft / WIDEST == pytest.approx(told[name] / told["sunlight"], abs=0.002)


def test_without_dust_the_air_takes_less_sunlight(drawn):
    caption = drawn["energy-budget"][0].caption
    assert "takes 15.0 W m⁻² of the sunlight (2.0 without dust)" in caption
    assert "22 % of the infrared" in caption


def test_experiments_leave_the_control_out(run):
    found = answers(run.phase("climate"))
    assert "control" not in found.cases
    assert found.lines[0] == "climate.infrared=false"
    assert all(measure.change.size == len(found.cases) for measure in found.measures)


def test_the_table_of_experiments_has_errors_and_lines(run):
    table = climate_tables.experiments(run.phase("climate"))
    assert table.head[1] == "ground, mean [K]"
    assert table.rows[0][:2] == ("control", "215.0\u00a0±\u00a01.2")
    assert [row[0] for row in table.rows[1:]][-1] == "obliquity 35°"
    assert table.rows[1][-1] == "climate.infrared=false"
    assert table.rows[1][4] == ""  # its year of the caps was not asked
    assert all("±" in cell for cell in table.rows[2][1:-1])


@pytest.mark.parametrize(
    ("value", "sigma", "text"),
    [(-0.02512, 0.0061, "−0.025 ± 0.006"), (3.26, 0.81, "+3.26 ± 0.81"),
     (-135.6, 6.2, "−135.6 ± 6.2"), (0.0, 0.0, "0"), (np.nan, 1.0, ""),
     (4.1e-6, 2.0e-6, "+0.0000041 ± 0.0000020")],
)  # fmt: skip
def test_a_change_has_the_digits_of_its_error(value, sigma, text):
    assert climate_tables.with_sigma(value, sigma, sign=True).replace("\u00a0", " ") == text


def test_the_table_of_sites_tells_the_extremes(run):
    table = climate_tables.site_pressures(run.phase("climate"))
    rows = {row[0]: dict(zip(table.head, row, strict=True)) for row in table.rows}
    assert rows["Gale"]["readings"] == "3 fitted"
    assert rows["Viking 1"]["readings"] == "2 not fitted"
    assert rows["InSight"]["readings"] == ""
    assert rows["InSight"]["height [km]"] == "−2.61"
    assert all("±" in row["least [Pa]"] for row in rows.values())


def test_key_numbers_leave_sites_and_experiments_to_their_tables(tmp_path):
    folder = sample_climate_run(tmp_path / "air")
    entry = {"value": 1.0, "unit": "K", "sigma": 0.1}
    told = (
        "pressure_low_viking_1", "pressure_low_viking_1_ls", "ground_mean", "no_dust_ground_mean",
        "obliquity_35_deg_least_pressure", "freeze_share", "limb_sounding_chi2",
    )  # fmt: skip
    (folder / "01-climate" / "summary.json").write_text(json.dumps(dict.fromkeys(told, entry)))
    table = key_numbers(StoredRun.open(folder).phase("climate"))
    assert [row[0] for row in table.rows] == [label("freeze_share"), label("limb_sounding_chi2")]


def test_a_broken_table_of_experiments_leaves_the_page_whole(marred):
    _, page, _ = marred
    assert "No table here: 01-climate/experiments.nc has no case" in page
    assert "Control, mean of the ground" in page


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("pressure_high_viking_1_ls", "Viking 1, season of the most pressure"),
        ("pressure_low_insight", "InSight, least pressure"),
        ("ground_day_range", "Control, day range of the ground"),
        ("obliquity_35_deg_least_pressure", "Change by obliquity 35°, least pressure"),
        (
            "polar_frost_0p05_darker_ground_mean",
            "Change by polar frost 0.05 darker, mean of the ground",
        ),
        ("limb_sounding_rms_below_30km", "Soundings of the limb, error below 30 km, rms"),
    ],
)
def test_keys_made_of_names_have_plain_labels(key, text):
    assert label(key) == text


@pytest.mark.parametrize(
    ("name", "key"),
    [("air at 1.6 m, day range", "air_at_1p6_m_day_range"), ("Viking 1", "viking_1"),
     ("Żółw's crater", "żółw_s_crater")],
)  # fmt: skip
def test_names_become_keys(name, key):
    assert key_of(name) == key


def test_a_conserved_mass_is_told_as_such():
    assert str(shown(9.96e-15, "", None, "co2_residual")) == "< 0.001\u202fppm"
    assert str(shown(0.0, "", None, "co2_residual")) == "< 0.001\u202fppm"
    assert str(shown(3.0e-6, "", None, "co2_residual")) == "3\u202fppm"


def test_what_all_sols_share_is_parted_from_their_scatter(run, drawn):
    sols = sols_of(run.phase("climate"))
    assert sols.shared == pytest.approx(OFFSET, abs=0.5)
    caption = drawn["weather"][0].caption
    assert "share an offset of 3.5 Pa" in caption or "share an offset of 3.6 Pa" in caption
    assert "stated 0.5 Pa" in caption
    assert "truly by 8.00 Pa" in caption


def test_kernels_of_levels_below_the_ground_are_not_drawn(run, drawn):
    found = profiles_of(run.phase("climate"), "limb_soundings")
    drawing, _ = drawn["limb-soundings"]
    lines = drawing.figure.axes[1].lines[:-1]
    assert 2 <= len(lines) // 2 <= ROWS
    assert max(float(np.max(line.get_xdata())) for line in lines) < 1.0
    assert np.isnan(found.found[found.middle]).any()
    assert "2 of the fits did not settle" in drawing.caption
    assert "9 independent numbers" in drawing.caption


def test_the_drawn_profile_is_of_median_error(run):
    found = profiles_of(run.phase("climate"), "occultations")
    rms = np.sqrt(np.mean((found.found - found.true) ** 2, axis=1))
    assert np.sum(rms < rms[found.middle]) == (rms.size - 1) // 2


def test_profiles_that_gave_nothing_are_counted(tmp_path):
    folder = sample_climate_run(tmp_path / "air")
    path = folder / "01-climate" / "occultations.nc"
    made = xr.load_dataset(path)
    made["temperature"][:10] = np.nan
    path.unlink()
    made.to_netcdf(path)
    plate = next(each for each in PLATES if each.name == "occultations")
    caption = plate.draw(StoredRun.open(folder).phase("climate")).caption
    assert "20 temperature profiles by radio occultation (10 more gave none)" in caption


def test_lines_of_equal_temperature_have_names_that_do_not_collide(run):
    plate = next(each for each in PLATES if each.name == "caps")
    with house_style(plate.name):
        figure = plate.draw(run.phase("climate")).figure
    figure.draw_without_rendering()
    axes = figure.axes[0]
    boxes = [text.get_window_extent() for text in axes.texts if text.get_text().endswith(" K")]
    assert boxes
    for k, one in enumerate(boxes):
        assert axes.bbox.contains(*one.get_points().mean(axis=0))
        assert not any(one.overlaps(other) for other in boxes[k + 1 :])


def test_the_year_is_drawn_to_its_end():
    ls, wave = closed_year(LS, np.cos(np.radians(LS)))
    assert ls[-1] == 360.0
    assert wave[-1] == wave[0]


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
