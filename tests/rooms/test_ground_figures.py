"""Figures and tables of ice, soil and radargram: drawn, right, honest about what is not there."""

import json
import re

import numpy as np
import pytest
import xarray as xr
from drawn_page import drawn_page, picture_text
from sample_ground_run import (
    COVER,
    EPSILON,
    LAYER,
    TRACES,
    below,
    ground,
    ice_map,
    radar_truth,
    radargram,
    reflectors,
    soil,
    write_ground_run,
)

from marsward.views import cover
from marsward.views.figures import PLATES, plates
from marsward.views.figures.ice_errors import compared
from marsward.views.figures.ice_maps import ice_depth, weighted
from marsward.views.figures.ice_seasons import season_tables
from marsward.views.figures.planet_panels import steps_between
from marsward.views.figures.radar_echoes import _thin
from marsward.views.figures.radar_tracks import tracks
from marsward.views.figures.soil_shares import shares
from marsward.views.figures.soil_spectra import _broken
from marsward.views.ground_tables import mineral_closure, radar_lines
from marsward.views.labels import label
from marsward.views.report import TITLES
from marsward.views.stored_run import Missing, StoredRun
from marsward.views.style import house_style
from marsward.views.tables import key_numbers
from marsward.views.words import words

KINDS = ("ice", "soil", "radargram")
GROUND = tuple(plate for kind in KINDS for plate in plates(kind))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_ground_run(tmp_path_factory.mktemp("run") / "ground")


@pytest.fixture(scope="module")
def run(folder):
    stored = StoredRun.open(folder)
    yield stored
    stored.close()


@pytest.fixture(scope="module")
def page(folder):
    """Text of the page, and its drawings by name."""
    return drawn_page(folder)


def bare(tmp_path, kind, **products):
    """A phase with these products only."""
    home = tmp_path / f"01-{kind}"
    home.mkdir()
    (home / "phase.json").write_text(json.dumps({"kind": kind}))
    for name, made in products.items():
        made.to_netcdf(home / f"{name}.nc")
    return StoredRun.open(tmp_path).phase(kind)


def plate(name):
    return next(each for each in GROUND if each.name == name)


def drawn(name, phase):
    with house_style(name):
        return plate(name).draw(phase)


@pytest.mark.parametrize("each", GROUND, ids=lambda plate: plate.name)
def test_a_figure_of_the_ground_is_small_and_tells_no_gaps(each, folder, page):
    drawing, svg = page[1][each.name], picture_text(folder, each.name)
    assert drawing.caption.endswith(".")
    assert not re.search(r"\bnan\b|\binf\b", drawing.caption)
    assert len(svg) < 7e5


def test_names_of_figures_are_their_own():
    names = [each.name for each in PLATES]
    assert len(names) == len(set(names))
    assert set(KINDS) <= set(TITLES)


# the ice -----------------------------------------------------------------------------------------
def test_a_planet_without_ice_is_told_of(tmp_path):
    dry = ground()
    dry["ice_depth"][:] = np.inf
    with pytest.raises(Missing, match="no ice at all"):
        drawn("ice-depth", bare(tmp_path, "ice", ground=dry))


def test_truth_and_knowledge_on_two_grids_are_told_of(tmp_path):
    phase = bare(tmp_path, "ice", ground=ground(), ice_map=ice_map().isel(x=slice(0, 18)))
    with pytest.raises(Missing):
        drawn("ice-errors", phase)


def test_residuals_are_the_logarithm_over_its_sigma(run):
    both = compared(run.phase("ice"))
    known = both.pull[np.isfinite(both.pull)]
    assert known.size == np.isfinite(ice_depth(run.phase("ice"), "ground")[0]).sum()
    assert known == pytest.approx(-np.log(1.1) / 0.2)


def test_shares_are_by_weight():
    assert weighted(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 8.0]), (0.05, 0.5, 0.95)) == [
        1.0, 2.0, 3.0,
    ]  # fmt: skip


def test_seasons_go_round_and_keep_their_latitudes(run):
    year = season_tables(run.phase("ice"))
    assert year.lat[0] > 80.0 > -80.0 > year.lat[-1]
    mean = year.tables["zonal_sol_temperature_mean"]
    assert year.ls[np.argmax(mean[0])] == pytest.approx(90.0, abs=4.0)
    assert year.ls[np.argmax(mean[-1])] == pytest.approx(270.0, abs=4.0)
    assert (year.frost[0] > 0.0).any()


def test_the_edge_of_frost_is_told_with_its_latitude(run, page):
    caption = page[1]["ground-seasons"].caption
    frost = ground()["zonal_frost_mass"].values.max(axis=1) >= 1.0
    lat = season_tables(run.phase("ice")).lat
    assert f"{min(lat[frost & (lat > 0)]):g}° N" in caption


def test_a_year_without_frost_is_drawn(tmp_path):
    warm = ground()
    warm["zonal_frost_mass"][:] = 0.0
    caption = drawn("ground-seasons", bare(tmp_path, "ice", ground=warm)).caption
    assert "parallels from" not in caption


@pytest.mark.parametrize(("low", "high"), [(1.0, 200.0), (0.3, 30.0), (1.0, 3.0)])
def test_steps_of_a_bar_lie_within_it(low, high):
    steps = steps_between(low, high)
    assert len(steps) >= 4
    assert min(steps) >= 0.999 * low
    assert max(steps) <= 1.001 * high
    assert list(steps) == sorted(steps)


# the radar ---------------------------------------------------------------------------------------
def test_a_run_without_radar_says_so(tmp_path):
    empty = xr.Dataset(attrs={"regions": "", "note": "no radar sounder was flown"})
    phase = bare(tmp_path, "ice", radargram=empty, reflectors=empty)
    for name in ("radar-echoes", "radar-layers"):
        with pytest.raises(Missing, match="no radar sounder was flown"):
            drawn(name, phase)


def test_picks_stand_on_their_traces_beside_the_truth_below(run):
    first, second = tracks(run.phase("ice"))
    line = first.lines[0]
    assert (first.region, first.orbit, line.kind) == ("Utopia", "285", "ice")
    np.testing.assert_array_equal(line.trace, np.arange(10, 50))
    assert line.true_permittivity == pytest.approx(EPSILON)
    assert line.true_depth == pytest.approx(LAYER + COVER)
    assert first.base - first.surface == pytest.approx(below())
    assert second.lines[0].kind == "clutter"
    assert np.isnan(second.base).all()


def test_a_picture_of_echoes_has_its_layer_at_the_delay_of_its_base(run):
    track = tracks(run.phase("ice"))[0]
    picture, along, (first, last) = _thin(track, track.echo)
    assert along == pytest.approx((0.0, 300.0))
    step = (last - first) / picture.shape[0]
    line = picture.mean(axis=1)
    deep = int((1.0 - first) / step)
    found = first + (deep + np.argmax(line[deep:]) + 0.5) * step
    assert found == pytest.approx(1e6 * below(), abs=2.0 * step)
    assert first + (np.argmax(line) + 0.5) * step == pytest.approx(0.0, abs=2.0 * step)


def test_tracks_without_truth_and_picks_are_drawn(tmp_path):
    phase = bare(tmp_path, "ice", radargram=radargram())
    assert "lines picked: none" in drawn("radar-echoes", phase).caption
    with pytest.raises(Missing, match="no reflector"):
        drawn("radar-layers", phase)


def test_lines_are_told_in_a_table_with_the_truth(run):
    table = radar_lines(run.phase("ice"))
    assert len(table.rows) == 1
    row = table.rows[0]
    assert row[0:3] == ("Utopia 1", "ice", "40")
    assert row[3].startswith("2.95")
    assert float(row[4]) == pytest.approx(EPSILON)
    assert float(row[8]) == pytest.approx(LAYER + COVER)
    assert "1 lines more" in table.note
    with pytest.raises(Missing):
        radar_lines(run.phase("soil"))


def test_picks_of_another_track_are_not_mixed_in(tmp_path):
    picks = reflectors()
    picks["track"][:] = 1
    picks["lon"][:] = 199.0
    picks["lat"][:] = np.linspace(40.0, 45.0, TRACES)[5]
    found = tracks(bare(tmp_path, "ice", radargram=radargram(), reflectors=picks))
    assert found[0].lines == ()
    assert set(found[1].lines[0].trace) == {5}


def test_a_line_far_from_any_base_has_no_truth(tmp_path):
    picks = reflectors()
    picks["delay"][:] = 0.4e-6
    phase = bare(
        tmp_path, "ice", radargram=radargram(), reflectors=picks, radar_truth=radar_truth()
    )
    line = tracks(phase)[0].lines[0]
    assert np.isnan(line.true_permittivity)
    assert np.isnan(line.true_depth).all()
    assert radar_lines(phase).rows[0][4] == ""


# the soil ----------------------------------------------------------------------------------------
def test_shares_are_measured_against_their_sigma(run):
    seen = shares(run.phase("soil"))
    assert [seen.minerals[k] for k in seen.present()] == ["dust", "olivine_fo51"]
    assert seen.rms(0) == pytest.approx(0.01, rel=0.4)
    assert seen.chi(0) == pytest.approx(1.0, rel=0.4)
    assert np.isnan(seen.chi(2))


def test_minerals_are_told_in_a_table_absent_ones_without_chi(run):
    table = mineral_closure(run.phase("soil"))
    rows = {row[0]: row for row in table.rows}
    assert set(rows) == {"dust", "olivine", "gypsum"}
    assert rows["gypsum"][-1] == ""
    assert float(rows["dust"][-1]) > 0.0


def test_soil_without_any_retrieval_is_told_of(tmp_path):
    products = soil()
    products["soil_fractions"]["mineral_fraction"][:] = np.nan
    phase = bare(tmp_path, "soil", **products)
    with pytest.raises(Missing, match="no retrieved share"):
        drawn("soil-fractions", phase)
    assert "dots" not in drawn("soil-minerals", phase).caption


def test_a_gap_between_channels_breaks_a_line():
    lam = np.array([1.0, 1.1, 1.2, 2.0, 2.1])
    x, y = _broken(lam, lam)
    assert np.isnan(x).sum() == np.isnan(y).sum() == 1
    assert np.isnan(x[3])


def test_masked_channels_are_counted(page):
    assert "(6 of a spectrum" in page[1]["soil-spectra"].caption


def test_no_parameter_that_is_known_is_told_of(tmp_path):
    parameters = soil()["soil_parameters"].assign_coords(parameter=["A", "B"])
    with pytest.raises(Missing, match="holds none of"):
        drawn("soil-parameters", bare(tmp_path, "soil", soil_parameters=parameters))


# the page ----------------------------------------------------------------------------------------
def test_the_first_page_tells_of_ice_and_soil(run):
    told = cover.sentence(run)
    assert "poleward of 51° N and 49° S" in told
    assert "12\u00a0cm deep" in told
    assert "radar finds ice under Utopia" in told
    assert "40 spectra" in told
    assert {each.unit for each in cover.headlines(run)} == {"%", "cm"}


def test_key_numbers_leave_lines_and_minerals_to_their_tables(run):
    ice = {row[0] for row in key_numbers(run.phase("ice")).rows}
    assert "Radar over Utopia, traces" in ice
    assert "Viking 2, sols with CO₂ frost" in ice
    assert not any("permittivity" in name for name in ice)
    soil_rows = {row[0] for row in key_numbers(run.phase("soil")).rows}
    assert not any(name.startswith("Share of") for name in soil_rows)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("radar_planum_boreum_depth_true", "Radar over Planum Boreum, depth, truth"),
        ("radar_utopia_ice_traces", "Radar over Utopia, traces with an ice sheet below, truth"),
        ("ice_depth_viking_2", "Viking 2, depth of ice"),
        ("rms_high_ca_pyroxene", "Share of high ca pyroxene, root-mean-square error"),
    ],
)
def test_keys_of_the_ground_have_names(key, text):
    assert label(key) == text


def test_words_are_told_once(run):
    told = [word for word, _ in words(run)]
    assert {"ice table", "thermal inertia", "Hapke's model", "radargram"} <= set(told)
    assert len(told) == len(set(told))


def test_the_report_holds_all_figures(page):
    text, _ = page
    for each in GROUND:
        assert f'id="figure-{each.name}"' in text
    assert "No figure here" not in text.split('id="report"')[1]
    assert "Layers by radar" in text
    assert "Minerals, retrieved less true" in text
