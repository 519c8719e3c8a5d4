"""A rover's heat and charge: scipy's integration, closed forms, and the budget of every sol."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_rover_site import utopia
from scipy.integrate import solve_ivp

from marsward.core.errors import InputError
from marsward.vehicles.battery import Battery
from marsward.vehicles.kernels import rover_sols as kernel
from marsward.vehicles.rover_heat import RoverHeat
from marsward.vehicles.rover_power import RoverPower
from marsward.vehicles.rover_site import SOL
from marsward.vehicles.rover_sols import RoverState, last_state, rover_sols

SIGMA = 5.670374419e-8
ZHURONG = RoverPower.of("zhurong")


def heat_of(store=10.0):
    return RoverHeat(
        box=80e3, battery=10e3, skin=9e3, insulation=0.6, battery_link=2.0, skin_area=3.0,
        sunlit_area=1.0, store_mass=store, store_link=3.0, window_area=0.3, window_share=0.7,
        window_loss=0.2,
    )  # fmt: skip


def test_nodes_follow_scipy():
    """Two sols under a Sun that comes and goes, the paraffin freezing and melting on the way."""
    heat = heat_of()
    nodes, store = heat.nodes(), heat.store()

    def around(t):
        day = 0.5 - 0.5 * np.cos(2.0 * np.pi * t / SOL)
        put = np.array([40.0 * day, 3.0, 90.0 * day, 120.0 * day])
        return put, np.array([60.0 + 60.0 * day, 1.2, 195.0 + 45.0 * day])

    def rates(t, y):
        put, sky = around(t)
        warm = store[1] + min(y[2], 0.0) / (store[0] * store[3])
        warm += max(y[2] - store[0] * store[2], 0.0) / (store[0] * store[4])
        wall = 0.6 * (y[3] - y[0])
        glow = 3.0 * 0.85 * (sky[0] - SIGMA * y[3] ** 4) + 3.0 * sky[1] * (sky[2] - y[3])
        return [
            (put[0] + wall - 2.0 * (y[0] - y[1]) - 3.0 * (y[0] - warm)) / 80e3,
            (put[1] + 2.0 * (y[0] - y[1])) / 10e3,
            put[2] + 3.0 * (y[0] - warm) + 0.2 * (sky[2] - warm),
            (put[3] + glow - wall) / 9e3,
        ]

    start = [262.0, 260.0, 5e5, 220.0]
    told = solve_ivp(rates, (0.0, 2.0 * SOL), start, rtol=1e-10, atol=1e-6, max_step=300.0)
    state, dt = np.array(start), 60.0
    steps = int(2.0 * SOL / dt)
    dt = 2.0 * SOL / steps
    for k in range(steps):
        put, sky = around((k + 0.5) * dt)
        kernel.heat_step(state, nodes, store, put, sky, dt)
    assert state[[0, 1, 3]] == pytest.approx(told.y[[0, 1, 3], -1], abs=0.01)
    assert state[2] == pytest.approx(told.y[2, -1], abs=200.0)


def test_paraffin_holds_its_melting_point():
    store = heat_of().store()
    full = store[0] * store[2]
    assert full == pytest.approx(10.0 * 177e3)
    for heat, melted in ((0.0, 0.0), (0.4 * full, 0.4), (full, 1.0)):
        assert kernel.store_temperature(heat, store) == pytest.approx((247.57, melted))
    for warm in (200.0, 240.0, 260.0, 290.0):
        heat = kernel.store_heat(warm, store)
        assert kernel.store_temperature(heat, store)[0] == pytest.approx(warm)


def test_a_skin_alone_comes_to_the_balance_of_radiation():
    heat = heat_of(store=0.0)
    state = np.array([250.0, 250.0, 0.0, 250.0])
    put, sky = np.zeros(4), np.array([90.0, 0.0, 200.0])
    for _ in range(60_000):
        kernel.heat_step(state, heat.nodes(), heat.store(), put, sky, 100.0)
    even = (90.0 / SIGMA) ** 0.25
    assert state[[0, 1, 3]] == pytest.approx(np.full(3, even), abs=1e-3)


@settings(max_examples=12)
@given(
    st.floats(0.0, 2.0), st.floats(0.2, 1.0), st.floats(0.2, 1.0), st.floats(0.0, 120.0),
    st.booleans(), st.floats(230.0, 290.0),
)  # fmt: skip
def test_every_sol_closes_its_budget(tau, clean, charge, watts, dormant, warm):
    site = utopia([0.0, 90.0, 200.0, 270.0], opacity=tau, steps=48)
    start = RoverState(warm, warm, 220.0, 1e5, charge, dormant)
    sols = rover_sols(ZHURONG, site, cleanness=clean, activities=np.full(48, watts), start=start)
    assert np.abs(sols["energy_residual"].values).max() < 1e-9
    charge = sols["battery_charge"].values
    assert charge.min() >= 0.0
    assert charge.max() <= 1.0
    melted = sols["melted_share"].values
    assert melted.min() >= 0.0
    assert melted.max() <= 1.0


def test_power_on_the_bus_adds_up():
    """What is used is what comes converted, less what charges, plus what discharges."""
    site = utopia(np.linspace(180.0, 260.0, 6))
    sols = rover_sols(ZHURONG, site, cleanness=0.6)
    taken = sols["panel_power"] - sols["unused_power"]
    bus = ZHURONG.conversion * taken + sols["discharging_power"] - sols["charging_power"]
    assert bus.values == pytest.approx(sols["used_power"].values, abs=1e-6)


def test_halving_the_steps_changes_little():
    coarse = rover_sols(ZHURONG, utopia(np.full(3, 60.0), steps=48))
    fine = rover_sols(ZHURONG, utopia(np.full(3, 60.0), steps=96))
    mean = [float(s["box_temperature"].isel(sol=2).mean()) for s in (coarse, fine)]
    assert mean[0] == pytest.approx(mean[1], abs=0.5)


def test_sols_go_on_from_where_they_ended():
    site = utopia(np.linspace(150.0, 170.0, 8))
    whole = rover_sols(ZHURONG, site, cleanness=0.7)
    first = rover_sols(ZHURONG, site.sols(0, 3), cleanness=0.7)
    rest = rover_sols(ZHURONG, site.sols(3, 8), cleanness=0.7, start=last_state(first, ZHURONG))
    for name in ("box_temperature", "battery_charge", "melted_share"):
        assert rest[name].values == pytest.approx(whole[name].values[3:], abs=0.02)


def battery(**more):
    return Battery(capacity=40.0 * 3600.0, **more)


def test_a_battery_serves_and_takes_what_circuit_laws_say():
    cell = battery(resistance=0.12)
    out = np.zeros(4)
    later = kernel.charge_step(0.7, 293.15, -200.0, cell.numbers(), 60.0, out)
    volt = 24.0 + 8.8 * 0.7
    amps = np.roots([0.12, -volt, 200.0]).min()
    assert later == pytest.approx(0.7 - amps * 60.0 / cell.capacity)
    assert out[1] == pytest.approx(200.0)
    lost = (cell.stored(0.7) - cell.stored(later)) / 60.0 - 200.0
    assert out[2] == pytest.approx(float(lost))
    assert out[2] == pytest.approx(0.12 * amps**2, rel=0.02)
    later = kernel.charge_step(0.7, 293.15, 100.0, cell.numbers(), 60.0, out)
    amps = np.roots([0.12, volt, -100.0]).max()
    assert later == pytest.approx(0.7 + 0.99 * amps * 60.0 / cell.capacity)
    assert out[0] == pytest.approx(100.0)


@settings(max_examples=60)
@given(st.floats(0.0, 1.0), st.floats(200.0, 310.0), st.floats(-2000.0, 2000.0))
def test_a_battery_never_makes_energy_nor_falls_below_its_floor(charge, warm, net):
    cell = battery()
    out = np.zeros(4)
    later = kernel.charge_step(charge, warm, net, cell.numbers(), 90.0, out)
    gained = float(cell.stored(later) - cell.stored(charge)) / 90.0
    assert out[0] - out[1] - out[2] == pytest.approx(gained, abs=1e-6)
    assert out.min() >= -1e-9
    assert 0.0 <= later <= 1.0
    if later < charge:
        assert later >= float(cell.floor(warm)) - 1e-12
    if net > 0.0:
        assert out[0] <= net * (1.0 + 1e-9)
    else:
        assert out[1] + out[3] == pytest.approx(-net, abs=1e-6)


def test_cold_takes_from_a_battery():
    cell = battery()
    warm = np.array([213.15, 243.15, 273.15, 293.15, 310.0])
    assert np.all(np.diff(cell.share(warm)) >= 0.0)
    assert np.all(np.diff(cell.ohm(warm)) <= 0.0)
    assert cell.most_power(0.8, 293.15) > cell.most_power(0.8, 243.15)
    assert [kernel.cold_share(t, cell.numbers()) for t in warm] == pytest.approx(cell.share(warm))


def test_bad_numbers_are_refused():
    with pytest.raises(InputError, match="capacity and voltages"):
        Battery(capacity=0.0)
    with pytest.raises(InputError, match="zero or more"):
        RoverHeat(box=-1.0, battery=1.0, skin=1.0, insulation=1.0, battery_link=1.0,
                  skin_area=1.0, sunlit_area=1.0)  # fmt: skip
    with pytest.raises(InputError, match="share of light"):
        rover_sols(ZHURONG, utopia([0.0]), cleanness=1.4)
    with pytest.raises(InputError, match="watts are zero or more"):
        rover_sols(ZHURONG, utopia([0.0]), activities=np.full(96, -3.0))
    with pytest.raises(InputError, match="does not fit"):
        rover_sols(ZHURONG, utopia([0.0]), activities=np.ones(7))
    with pytest.raises(InputError, match="0 to 1"):
        RoverState(charge=1.2)
