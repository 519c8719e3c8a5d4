"""Figures of the landing, the rover, the helicopter and the dust: drawn, and honest about gaps."""

import re

import numpy as np
import pytest
from sample_landing_run import EVENTS, sample_landing_run
from sample_surface_run import sample_surface_run

from marsward.views import surface_tables
from marsward.views.figures import plates
from marsward.views.figures.entry_axes import degrees, events, landed
from marsward.views.figures.rover_winter import sols_awake
from marsward.views.report import write_report
from marsward.views.stored_run import StoredRun
from marsward.views.style import house_style

KINDS = ("entry", "rover", "helicopter", "dust-cases")
ALL = [(kind, plate) for kind in KINDS for plate in plates(kind)]
NAMES = [plate.name for _, plate in ALL]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "ground"
    sample_landing_run(folder)
    sample_surface_run(folder)
    stored = StoredRun.open(folder)
    yield stored
    stored.close()


@pytest.mark.parametrize(("kind", "plate"), ALL, ids=NAMES)
def test_a_figure_of_the_ground_tells_no_gaps(kind, plate, run):
    with house_style(plate.name):
        drawing = plate.draw(run.phase(kind))
    assert drawing.caption.endswith(".")
    assert drawing.label.endswith(".")
    assert not re.search(r"\bnan\b|\binf\b", drawing.caption)


def test_what_the_figures_say_is_what_the_products_hold(run):
    entry = run.phase("entry")
    done = landed(entry)
    assert done.sum() == done.size - 3
    assert "3 did not land: steep ground" in plates("entry")[3].draw(entry).caption
    assert events(entry)[0].name == "entry"
    np.testing.assert_allclose(degrees(entry, "entry_path", "azimuth"), 90.0)
    caption = plates("entry")[2].draw(entry).caption
    assert "12.1 × 7.28 km (covariance)" in caption
    assert "skips out" in plates("entry")[1].draw(entry).caption
    winter = sols_awake(run.phase("rover"))
    assert winter[0] == 500
    assert winter[2] < winter[1]
    assert "4 of 5 activities" in plates("rover")[5].draw(run.phase("rover")).caption


def test_tables_tell_every_event_and_every_flight(run):
    down = surface_tables.landing_events(run.phase("entry"))
    assert [row[0] for row in down.rows] == [name for name, _ in EVENTS]
    flown = surface_tables.flights(run.phase("helicopter"))
    assert len(flown.rows) == 72
    assert flown.rows[0][5] == f"{4 * np.sin(3):.1f}"
    assert all(row[-1] == "go" for row in flown.rows)


def test_the_page_of_a_landed_mission_holds_every_figure(run):
    page = write_report(run.folder).read_text(encoding="utf-8")
    for name in NAMES:
        assert (run.folder / "figures" / f"{name}.png").is_file()
    for title in ("The landing", "The rover", "The helicopter", "One world"):
        assert title in page
