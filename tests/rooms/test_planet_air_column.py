"""A column over the shipped maps: what it holds, how it is asked, what it refuses."""

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.planet.air_column import column


@pytest.fixture(scope="module")
def zhurong():
    return column(25.066, 109.925, ls=60.0)


def test_a_place_has_a_day_and_its_sources(zhurong):
    assert dict(zhurong.sizes) == {"hour": 96, "level": 32}
    assert float(zhurong["elevation"]) == pytest.approx(-4099.0, abs=60.0)
    assert float(zhurong["surface_pressure"]) == pytest.approx(855.0, abs=15.0)
    assert zhurong.attrs["dust"] == "climatological"
    assert "TES" in zhurong.attrs["bolometric_albedo_source"]
    assert zhurong["air_temperature"].attrs["height"] == "1.6 m"
    warmest = float(zhurong["ltst"][int(zhurong["surface_temperature"].values.argmax())])
    assert 12.0 < warmest < 14.5
    later = float(zhurong["ltst"][int(zhurong["air_temperature"].values.argmax())])
    assert warmest < later < 17.0


def test_hours_are_straight_between_steps(zhurong):
    told = column(25.066, 109.925, ls=60.0, local_time=[14.0, 14.125])
    at = {name: zhurong[name].values for name in ("surface_temperature", "air_temperature")}
    for name, whole in at.items():
        assert told[name].values[0] == pytest.approx(whole[56], abs=1e-9)
        assert told[name].values[1] == pytest.approx(0.5 * (whole[56] + whole[57]), abs=1e-9)
    assert told["temperature"].dims == ("hour", "level")
    assert told["ltst"].values == pytest.approx([14.0, 14.125])


def test_places_and_given_ground():
    told = column([0.0, 40.0], [0.0, 90.0], ls=[0.0, 180.0], inertia=250.0, dust=0.5, sols=4)
    assert told.sizes["place"] == 2
    assert told["thermal_inertia"].values == pytest.approx([250.0, 250.0])
    assert np.isfinite(told["temperature"]).all()
    assert told.attrs["dust"] == "opacity at 610 Pa as given"


@pytest.mark.parametrize(
    "call",
    [
        lambda: column(95.0, 0.0, ls=0.0),
        lambda: column(0.0, 0.0, ls=np.nan),
        lambda: column(0.0, 0.0, ls=0.0, dust="foggy"),
        lambda: column(0.0, 0.0, ls=0.0, local_time=25.0),
        lambda: column(0.0, 0.0, ls=0.0, pressure=-1.0),
        lambda: column(0.0, 0.0, ls=0.0, height=-1.0, sols=1),
    ],
)
def test_refusals(call):
    with pytest.raises(InputError) as told:
        call()
    assert "\n" not in str(told.value)
