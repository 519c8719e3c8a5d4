"""The figure of a launch window: what stands in it, from a run and from a computed window."""

import numpy as np
import pytest

from marsward.dynamics.window import choose, window
from marsward.views.figures.porkchop import draw, draw_window
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import house_style, svg_text


@pytest.fixture(scope="module")
def grid():
    return window(
        "earth", "mars", launch=("2020-06-01", "2020-10-15"), arrive=("2020-12-01", "2021-10-31"),
        step="4 d",
    )  # fmt: skip


def labels(drawing):
    axes = drawing.figure.axes[0]
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_a_stored_window_shows_what_everybody_expects(grid, tmp_path):
    choice = choose(grid)
    grid.to_netcdf(tmp_path / "porkchop.nc")
    choice.to_dataset().to_netcdf(tmp_path / "launch_choice.nc")
    phase = StoredPhase(tmp_path, 1, "window")
    with house_style("porkchop"):
        drawing = draw(phase)
        text = svg_text(drawing.figure, "porkchop")
    phase.close()
    said = labels(drawing)
    assert "C3 [km²/s²]" in said
    assert any(word.startswith("least C3, type I: 13.") for word in said)
    assert any(word.startswith("least C3, type II: 16.") for word in said)
    assert any(word.startswith("chosen, least C3: 13.09") for word in said)
    for name in ("Hope", "Tianwen-1", "Perseverance", "200 d", "arrival at Mars, UTC"):
        assert name in text
    assert "13.1" in drawing.caption or "13.0" in drawing.caption


def test_a_window_without_choice_or_flown_missions():
    grid = window("earth", "mars", launch=("2028-10-01", "2029-02-01"), step="6 d",
                  arrive=("2029-05-01", "2031-12-31"), revolutions=1)  # fmt: skip
    with house_style("porkchop"):
        drawing = draw_window(grid)
    assert "flown" not in labels(drawing)
    assert "family 0" in drawing.caption
    turned = choose(grid.sel(branch=["1 low", "1 high"]), "least total dv")
    with house_style("porkchop"):
        drawing = draw_window(grid, turned.to_dataset())
    assert "family 1" in drawing.caption


def test_types_are_told_only_where_the_window_knows_them(grid):
    with house_style("porkchop"):
        told = labels(draw_window(grid.drop_vars("way")))
        bare = labels(draw_window(grid.drop_vars(["way", "transfer_angle"])))
    assert told == labels(draw_window(grid))
    least = f"least C3: {float(grid['c3'].min()) / 1e6:.2f} km²/s²"
    assert [word for word in bare if word.startswith("least C3")] == [least]


def test_what_cannot_be_drawn_says_so(grid):
    with pytest.raises(Missing, match="contours"):
        draw_window(grid.isel(launch=[3]))
    with pytest.raises(Missing, match="c3"):
        draw_window(grid.drop_vars("c3"))
    empty = grid.assign(way=grid["way"] * 0)
    assert np.all(empty["way"] == 0)
    with house_style("porkchop"):
        assert not any("type I" in word for word in labels(draw_window(empty)))
