"""A helicopter's battery, panel and heaters: conservation, closed forms, refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marsward.core.errors import InputError
from marsward.vehicles.helicopter import Helicopter
from marsward.vehicles.helicopter_power import HelicopterPower
from marsward.vehicles.helicopter_sols import SOL, helicopter_sols, steady_sols

POWER = HelicopterPower()
HOURS = (np.arange(96) + 0.5) / 4.0
SUN = np.maximum(np.cos((HOURS - 12.0) * np.pi / 12.0), 0.0)


def test_values_are_those_of_the_preset():
    assert POWER.preset == "ingenuity"
    assert POWER.capacity == 35.75
    rows = {row.name: row for row in POWER.own_parameters()}
    assert rows["cells"].origin == "published"
    assert rows["capacity"].origin == "assumed"  # a figure from memory
    assert rows["capacity"].unit == "Wh"
    assert HelicopterPower(capacity="40 Wh").panel_efficiency == POWER.panel_efficiency


@settings(max_examples=60, deadline=None)
@given(st.floats(0.05, 1.0), st.floats(240.0, 300.0), st.floats(0.0, 1.0))
def test_power_is_voltage_times_current(charge, warmth, share):
    most = float(POWER.greatest_power(charge, warmth))
    volt, amp = POWER.voltage_under(share * most, charge, warmth)
    assert float(volt * amp) == pytest.approx(share * most, rel=1e-6, abs=1e-9)
    assert float(volt) >= POWER.empty_voltage - 1e-6


def test_cold_and_empty_cells_give_less():
    warm = POWER.greatest_power([0.15, 0.5, 1.0], 290.0)
    assert np.all(np.diff(warm) > 0.0)
    assert np.all(POWER.greatest_power([0.15, 0.5, 1.0], 250.0) < warm)
    assert float(POWER.greatest_power(POWER.held_back, 280.0)) > 300.0
    assert np.isnan(POWER.voltage_under(900.0, 0.3, 240.0)[0])
    drawn = float(POWER.drawn_energy(250.0, 100.0, 0.8, 280.0))
    assert 250.0 / 36.0 < drawn < 1.25 * 250.0 / 36.0


def test_energy_is_conserved_through_sols():
    light = np.tile(420.0 * SUN, (5, 1))
    air = np.tile(195.0 + 45.0 * SUN, (5, 1))
    flown = np.zeros_like(light)
    flown[2, 50] = 9.0
    found = helicopter_sols(POWER, light, air, flown=flown, charge=0.6)
    into = float((found.stored * found.step).sum()) / 3600.0
    gained = (found.charge[-1, -1] - 0.6) * POWER.capacity
    assert gained == pytest.approx(into - 9.0, abs=1e-9)
    assert found.survived.all()
    assert np.all(found.charge <= 1.0)
    assert np.all(found.inside >= 250.0)


def test_a_flight_takes_no_more_than_there_is():
    flown = np.zeros((1, 96))
    flown[0, 40] = 30.0
    found = helicopter_sols(POWER, 0.0 * SUN, np.full(96, 250.0), flown=flown, charge=0.3)
    assert 0.0 <= found.charge.min() < 0.01


def test_inside_cools_as_the_closed_form():
    """No Sun and an empty pack: exponential cooling to the air."""
    dark = np.zeros((1, 2400))
    found = helicopter_sols(POWER, dark, np.full((1, 2400), 190.0), charge=0.0)
    time = (np.arange(2400) + 1.0) * SOL / 2400.0
    fall = np.exp(-time * POWER.heat_loss / POWER.heat_capacity)
    known = 190.0 + (POWER.heater_temperature - 190.0) * fall
    assert found.inside[0] == pytest.approx(known, abs=0.05)
    assert not found.awake.any()


def test_heaters_hold_the_inside_against_the_loss():
    dark = np.zeros((1, 480))
    found = helicopter_sols(POWER, dark, np.full((1, 480), 210.0), charge=1.0)
    loss = POWER.heat_loss * (POWER.heater_temperature - 210.0) - POWER.waiting_power
    held = found.heater[0, 50:200] + found.waiting[0, 50:200] - POWER.waiting_power
    assert held.mean() == pytest.approx(loss, rel=0.25)
    assert found.inside[0, 50:200].min() > POWER.heater_temperature - 1.0


def test_dim_sols_lose_the_night_and_wake_again():
    air = 180.0 + 45.0 * SUN
    bright = steady_sols(POWER, 480.0 * SUN, air)
    dim = steady_sols(POWER, 200.0 * SUN, air)
    assert bright.survived[0]
    assert not dim.survived[0]
    assert dim.awake[0, 48]
    assert not dim.awake[0, 16]
    assert 0.55 < bright.night_energy[0] / bright.solar_energy[0] < 0.75
    assert float(bright.charge_at(12.0)[0]) > float(dim.charge_at(12.0)[0])


@pytest.mark.parametrize(
    "bad",
    [
        {"light": -SUN}, {"air_temperature": SUN}, {"charge": 1.5}, {"cleanness": 2.0},
        {"air_temperature": np.full(95, 200.0)}, {"flown": -1.0}, {"light": SUN * np.nan},
        {"cleanness": [1.0, 1.0, 1.0]}, {"flown": [1.0, 2.0]},
    ],
)  # fmt: skip
def test_refusals(bad):
    asked = {"light": 400.0 * SUN, "air_temperature": np.full(96, 200.0)} | bad
    with pytest.raises(InputError):
        helicopter_sols(POWER, **asked)


def test_what_is_stored_is_what_the_charge_gains_even_as_the_pack_runs_empty():
    """Over any stretch the energy put in is that of the charge; the night here empties the pack."""
    out = helicopter_sols(POWER, np.tile(150.0 * SUN, (4, 1)), np.full((4, 96), 190.0), charge=0.6)
    assert not out.survived.all()
    joules = 3600.0 * POWER.capacity
    gained = np.diff(np.concatenate([[0.6], out.charge.ravel()])) * joules
    assert out.stored.ravel() * out.step == pytest.approx(gained, abs=1e-6 * joules)


def test_parts_that_cannot_be():
    with pytest.raises(ValueError, match="full_voltage"):
        HelicopterPower(empty_voltage="30 V")
    with pytest.raises(ValueError, match="inertia"):
        Helicopter(inertia=(0.03, -0.03, 0.016))
