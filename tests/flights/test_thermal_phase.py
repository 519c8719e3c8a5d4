"""Phase thermal on a day of a low orbit: inertia back with its error, refusals."""

import numpy as np
import pytest

import marsward as mw
from marsward.core.errors import InputError

pytestmark = pytest.mark.flight
TEXT = """
name = "warm"
seed = 11
[[phase]]
kind = "orbit"
epoch = "2028-11-01"
until = "2028-11-02"
periapsis = "400 km"
apoapsis = "420 km"
inclination = "92.9 deg"
local_time = "14.5 h"
gravity_degree = 4

[[phase]]
kind = "thermal"
radiometer = "themis"
grid = "0.1 ppd"
every = "0.5 d"
lat_limit = "40 deg"

[[instrument]]
kind = "radiometer"
preset = "themis"

[[instrument]]
kind = "camera"
preset = "moric"
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("warm")
    (folder / "warm.toml").write_text(TEXT)
    return mw.Mission.open(folder / "warm.toml").run(out=folder / "run", report=False)


def test_inertia_comes_back_with_its_error(run):
    numbers = run.summary("thermal")
    assert numbers["cells_solved"]["value"] > 100
    assert abs(numbers["inertia_bias"]["value"]) < 5.0
    assert 0.3 < numbers["inertia_chi2"]["value"] < 2.0
    assert numbers["inertia_scatter"]["value"] < 0.8 * numbers["prior_scatter"]["value"]


def test_the_map_holds_what_was_seen_and_nothing_else(run):
    made = run["thermal_map"]
    assert made.knowledge
    seen = np.isfinite(made.dataset["true_inertia"].values)
    assert 0 < seen.sum() < seen.size
    assert not np.isfinite(made.dataset["thermal_inertia"].values[~seen]).any()


def test_a_camera_is_no_radiometer(tmp_path):
    (tmp_path / "warm.toml").write_text(
        TEXT.replace('radiometer = "themis"', 'radiometer = "moric"')
    )
    with pytest.raises(InputError, match="'moric' is a camera; name a radiometer, such as"):
        mw.Mission.open(tmp_path / "warm.toml")
