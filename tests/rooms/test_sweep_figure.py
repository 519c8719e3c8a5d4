"""The figure of a sweep: its rank correlations against scipy's, and that it is drawn."""

import numpy as np
import pytest
import xarray as xr
from scipy.stats import spearmanr

from marsward.core.errors import InputError
from marsward.views.figures.sweep import draw, sensitivity, spread
from marsward.views.style import house_style, png_bytes


@pytest.fixture
def members():
    """300 members, of which 20 did not fly, with three numbers and four causes."""
    rng = np.random.default_rng(4)
    n = 300
    angle, line = rng.normal(-16.0, 0.1, n), rng.random(n)
    day = np.datetime64("2028-11-01", "ns") + (rng.random(n) * 40 * 86_400e9).astype("m8[ns]")
    dust = rng.choice(["clear", "storm"], n)
    height = angle**3 + 0.3 * rng.normal(size=n) + 40.0 * (dust == "storm")
    height[7] = np.nan
    status = np.full(n, "flown", object)
    status[:20] = "physics"
    varied, number = {"role": "varied", "law": "some law"}, {"role": "number"}
    return xr.Dataset(
        {
            "entry.angle": ("member", angle, varied | {"units": "deg"}),
            "launch": ("member", day, varied),
            "dust": ("member", dust.astype(object), varied),
            "height": ("member", height, number | {"units": "m"}),
            "same": ("member", 2.0 * height, number | {"units": "m"}),
            "flat": ("member", np.zeros(n), number),
            "steady": ("member", np.full(n, 183.97281), number),
            "pull": ("member", line + 0.1 * angle, number | {"units": "m s-2"}),
            "input": (("member", "cause"), line[:, None], number),
            "status": ("member", status, number),
        },
        coords={"member": np.arange(n), "cause": ["line"]},
        attrs={"mission": "kite"},
    )


def test_rank_correlations_are_those_of_scipy(members):
    flown = members.isel(member=slice(20, None))
    found = sensitivity(flown, "height")
    good = np.isfinite(flown["height"].values)
    assert next(iter(found)) == "entry.angle"
    for name, cause in (
        ("entry.angle", flown["entry.angle"].values),
        ("launch", flown["launch"].values.astype(np.int64)),
        ("line", flown["input"].values[:, 0]),
    ):
        theirs = spearmanr(cause[good], flown["height"].values[good]).statistic
        assert found[name] == pytest.approx(theirs, abs=1e-12)
    storm = (flown["dust"].values == "storm").astype(float)[good]
    theirs = spearmanr(storm, flown["height"].values[good]).statistic  # of two words they are one
    assert found["dust"] == pytest.approx(abs(theirs), rel=1e-12)
    assert set(sensitivity(flown, "flat").values()) == {0.0}


def test_it_is_drawn(members):
    with house_style("sweep"):
        drawing = draw(members)
        picture = png_bytes(drawing.figure)
    assert len(picture) > 20_000
    axes = drawing.figure.axes
    assert len(axes) == 6  # height and pull; what tells the same and what does not differ are left
    labels = [each.get_xlabel() for each in axes]
    assert "height [m]" in labels or "same [m]" in labels
    assert "pull [m/s²]" in labels
    assert "20 of 300 members did not fly" in drawing.caption
    with house_style("sweep"):
        assert len(draw(members, ["pull"]).figure.axes) == 3


def test_spread_tells_quantiles(members):
    row = next(each for each in spread(members) if each["name"] == "pull")
    held = members["pull"].values[20:]
    assert [row["low"], row["median"], row["high"]] == np.quantile(held, [0.05, 0.5, 0.95]).tolist()
    assert row["unit"] == "m/s²"


def test_what_cannot_be_drawn(members):
    with pytest.raises(InputError, match="8 or more"):
        draw(members.isel(member=slice(0, 25)))
    with pytest.raises(InputError, match="did you mean 'height'"):
        draw(members, ["heigth"])
    with pytest.raises(InputError, match="nothing to draw"):
        draw(members[["entry.angle", "flat", "steady", "status"]])


def test_a_bowl_is_drawn_against_what_makes_it(members):
    """A window's least cost lies between its ends, where ranks see nothing."""
    angle = members["entry.angle"].values
    members["bowl"] = ("member", (angle + 16.0) ** 2 + 1e-3 * members["pull"].values)
    flown = members.isel(member=slice(20, None))
    assert abs(sensitivity(flown, "bowl")["entry.angle"]) < 0.2
    with house_style("sweep"):
        assert draw(members, ["bowl"]).figure.axes[1].get_xlabel() == "entry.angle [deg]"
