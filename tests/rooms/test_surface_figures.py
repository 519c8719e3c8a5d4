"""Figures of the landing, the rover, the helicopter and the dust: drawn, and honest about gaps."""

import re

import numpy as np
import pytest
from drawn_page import drawn_page
from sample_landing_run import EVENTS, sample_landing_run
from sample_surface_run import sample_surface_run

from marsward.views import surface_tables
from marsward.views.figures import plates
from marsward.views.figures.entry_axes import degrees, events, landed
from marsward.views.figures.rover_winter import sols_awake
from marsward.views.stored_run import StoredRun

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


@pytest.fixture(scope="module")
def page(run):
    """Text of the page, and its drawings by name."""
    return drawn_page(run.folder)


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_of_the_ground_tells_no_gaps(name, page):
    drawing = page[1][name]
    assert drawing.caption.endswith(".")
    assert drawing.label.endswith(".")
    assert not re.search(r"\bnan\b|\binf\b", drawing.caption)


def test_what_the_figures_say_is_what_the_products_hold(run, page):
    entry = run.phase("entry")

    def caption(kind, number):
        return page[1][plates(kind)[number].name].caption

    done = landed(entry)
    assert done.sum() == done.size - 3
    assert "3 did not land: steep ground" in caption("entry", 3)
    assert events(entry)[0].name == "entry"
    np.testing.assert_allclose(degrees(entry, "entry_path", "azimuth"), 90.0)
    assert "12.1 × 7.28 km (covariance)" in caption("entry", 2)
    assert "skips out" in caption("entry", 1)
    winter = sols_awake(run.phase("rover"))
    assert winter[0] == 500
    assert winter[2] < winter[1]
    assert "4 of 5 activities" in caption("rover", 5)


def test_tables_tell_every_event_and_every_flight(run):
    down = surface_tables.landing_events(run.phase("entry"))
    assert [row[0] for row in down.rows] == [name for name, _ in EVENTS]
    flown = surface_tables.flights(run.phase("helicopter"))
    assert len(flown.rows) == 72
    assert flown.rows[0][5] == f"{4 * np.sin(3):.1f}"
    assert all(row[-1] == "go" for row in flown.rows)


def test_the_page_of_a_landed_mission_holds_every_figure(run, page):
    text, _ = page
    for name in NAMES:
        assert (run.folder / "figures" / f"{name}.png").is_file()
    for title in ("The landing", "The rover", "The helicopter", "One world"):
        assert title in text
