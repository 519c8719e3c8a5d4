"""Rovers that have flown: their values say where they are from, and what they cannot be."""

import numpy as np
import pytest
from pydantic import ValidationError

from marsward.core.errors import InputError
from marsward.core.part import ORIGINS
from marsward.vehicles.rover_power import RoverPower
from marsward.vehicles.rover_site import RoverSite
from marsward.vehicles.rover_sols import RoverState, rover_sols, sleep_and_wake


def place(sols=3, ls=30.0, tau=0.5):
    even = np.full((sols, 48), 215.0)
    return RoverSite(
        lat=18.4, ls=np.full(sols, ls), opacity=np.full(sols, tau), ground=even, air=even,
        longwave=np.full((sols, 48), 30.0), pressure=np.full(sols, 700.0),
        wind=np.full((sols, 1), 4.0),
    )  # fmt: skip


@pytest.mark.parametrize("name", ["zhurong", "perseverance"])
def test_presets_say_where_their_values_are_from(name):
    power = RoverPower.of(name)
    assert power.name == name
    rows = {row.name: row for row in power.own_parameters()}
    told = RoverPower.preset_of(name).sources
    assert all(origin in ORIGINS and ref for origin, ref in told.values())
    for key, (origin, ref) in told.items():
        assert (rows[key].origin, rows[key].ref) == (origin, ref)
    published = [key for key, (origin, _) in told.items() if origin == "published"]
    assert len(published) >= 2
    assert "preset" not in power.defaults_used or power.defaults_used["preset"] is not None


def test_zhurong_as_told():
    power = RoverPower.of("zhurong")
    assert sum(panel.area for panel in power.panels) == pytest.approx(4.0)
    assert (power.wake_power, power.wake_temperature) == pytest.approx((140.0, 258.15))
    assert power.melting == pytest.approx(273.15 - 25.6)
    hours = (np.arange(96) + 0.5) / 4.0
    least = power.use(hours).sum() / 4.0
    assert least == pytest.approx(140.0 * 11.0, rel=0.03)  # as the sleep rule derives it
    changed = RoverPower.of("zhurong", battery_capacity="60 A h")
    assert changed.battery.capacity == pytest.approx(60.0 * 3600.0)


def test_perseverance_lives_on_its_generator():
    power = RoverPower.of("perseverance")
    assert power.generator_watts(np.array([0.0]))[0] == pytest.approx(110.0)
    assert power.generator_watts(np.array([355.5]))[0] == pytest.approx(110.0 * 0.952, rel=1e-3)
    assert power.battery.capacity == pytest.approx(2 * 43.0 * 3600.0)
    sols = rover_sols(power, place(8, ls=150.0))
    assert float(sols["unserved_power"].max()) == 0.0
    assert sleep_and_wake(sols)["verdict"] == "awake"
    assert float(sols["box_temperature"].min()) > 250.0
    assert float(sols["panel_power"].max()) == 0.0


def test_a_rover_in_the_dark_goes_dormant_and_says_so():
    power = RoverPower.of("zhurong")
    sols = rover_sols(power, place(12, tau=6.0), cleanness=0.3, start=RoverState(charge=0.5))
    found = sleep_and_wake(sols)
    assert found["verdict"] == "dormant"
    assert found["sleeps"] < 4
    assert found["wakes"] is None
    assert np.isfinite(sols["box_temperature"].values).all()
    used = sols["used_power"].isel(sol=-1)
    assert float(used.max()) <= float(sols["panel_power"].isel(sol=-1).max())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"panels": ()}, "wings or a generator"),
        ({"awake_from": 18.0}, "before it ends"),
        ({"box_on": "260 K"}, "goes off above"),
        ({"battery_capacity": "0 A h"}, "greater than"),
        ({"cell_efficiency": 1.2}, "at most"),
        ({"battery_capacity": 40.0}, "unit"),
        ({"wings": 4}, "Extra inputs"),
    ],
)
def test_rovers_that_are_none_are_refused(changes, told):
    with pytest.raises(ValidationError, match=told):
        RoverPower.of("zhurong", **changes)


def test_an_unknown_rover_names_the_nearest():
    with pytest.raises(InputError, match="zhurong"):
        RoverPower.of("zhurung")
