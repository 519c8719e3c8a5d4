"""The drawing of a tour: to scale, every leg and planet in the key, dates in order."""

import numpy as np
import pytest
import xarray as xr

from marsward.views.figures.tour import draw_tour
from marsward.views.style import house_style, svg_text

AU = 149_597_870_700.0


@pytest.fixture(scope="module")
def tour():
    angle = np.linspace(0.0, 2.0 * np.pi, 60)
    ring = np.stack([np.cos(angle), np.sin(angle), 0.0 * angle], axis=-1) * AU
    start = np.datetime64("2031-01-01T00:00:00", "ns")
    times = start + (np.arange(60) * 8 * 86_400).astype("timedelta64[s]")
    spiral = ring * np.linspace(1.0, 1.5, 60)[:, None]
    return xr.Dataset(
        {
            "tour_position": (("point", "axis"), spiral),
            "orbit_position": (("planet", "orbit_point", "axis"), np.stack([ring, 1.5 * ring])),
            "encounter_position": (("encounter", "axis"), spiral[[0, 30, 59]]),
        },
        coords={
            "point_time": ("point", times),
            "point_leg": ("point", np.repeat([0, 1], 30)),
            "planet": ["earth", "mars"],
            "body": ("encounter", ["earth", "earth", "mars"]),
            "time": ("encounter", times[[0, 30, 59]]),
        },
        attrs={"told": "earth to mars by the earth"},
    )


def test_all_is_in_the_key_and_to_scale(tour):
    with house_style("tour"):
        drawing = draw_tour(tour)
        text = svg_text(drawing.figure, "tour")
    plan, key, away = drawing.figure.axes
    assert plan.get_aspect() == 1.0
    labels = [each.get_text() for each in key.get_legend().get_texts()]
    assert labels[:3] == ["1: Earth, 2031-01-01", "2: Earth, 2031-08-29", "3: Mars, 2032-04-17"]
    assert {"Earth to Earth", "Earth to Mars", "orbit of Mars"} <= set(labels)
    reach = max(np.abs(plan.get_xlim()).max(), np.abs(plan.get_ylim()).max())
    assert reach > 1.5
    assert "AU" in away.get_ylabel()
    assert drawing.caption.startswith("Earth to mars by the earth")
    assert text.startswith("<svg")
