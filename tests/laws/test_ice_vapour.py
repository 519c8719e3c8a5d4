"""Ice that diffuses: Stefan's root law, mass, growth to balance; the past orbit; histories."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marsward.core.errors import InputError
from marsward.data.orbit_history import orbit_history
from marsward.physics.columns import GroundColumns
from marsward.physics.ice_history import ice_history
from marsward.physics.ice_vapour import (
    PoreIce,
    diffused,
    pore_diffusivity,
    retreat_depth,
    soil_conductance,
)
from marsward.physics.obliquity import humidity_ratio, past_orbit, past_year
from marsward.physics.season import MarsYear
from marsward.physics.soil import ICE_DENSITY

FLOW = 2.2e-4  # m2/s


def followed(state, saturation, air, *, years, step, flow=FLOW):
    came = 0.0
    for _ in range(round(years / step)):
        state, gain = diffused(state, saturation=saturation, air=air, conductance=flow, years=step)
        came += gain
    return state, came


def test_root_law_by_hand():
    # z^2 = z0^2 + 2 C dn t/(phi rho): C 2e-4 m2/s, dn 2e-6 kg/m3, 1000 yr, phi rho 370.8 kg/m3
    after = retreat_depth(
        1000.0, depth=0.1, density_difference=2e-6, conductance=2e-4, porosity=0.4
    )
    by_hand = math.sqrt(0.01 + 2 * 2e-4 * 2e-6 * 1000 * 365.25 * 86400 / (0.4 * 927.0))
    assert after == pytest.approx(by_hand, rel=1e-12)
    assert retreat_depth(1e6, depth=0.1, density_difference=-2e-6, conductance=2e-4) == 0.0


@pytest.mark.parametrize(("step", "within"), [(100.0, 0.002), (1000.0, 0.008), (5000.0, 0.02)])
def test_front_retreats_as_stefan_says(step, within):
    start = PoreIce.below(0.05)
    saturation = np.full(len(start.edges), 4e-6)
    state, came = followed(start, saturation, 1.5e-6, years=1e5, step=step)
    closed = retreat_depth(1e5, depth=0.05, density_difference=2.5e-6, conductance=FLOW)
    assert state.table() == pytest.approx(float(closed), rel=within)
    assert state.mass - start.mass == pytest.approx(came, rel=1e-9)


@settings(max_examples=25)
@given(
    depth=st.one_of(st.floats(0.02, 3.0), st.just(math.inf)),
    warm=st.floats(0.5, 8.0),
    decay=st.floats(0.1, 2.0),
    air=st.floats(0.0, 8.0),
    step=st.floats(50.0, 5000.0),
)
def test_mass_is_kept_and_pores_hold_no_more_than_they_can(depth, warm, decay, air, step):
    state = PoreIce.below(depth, cells=40)
    saturation = 1e-6 * (1.0 + warm * np.exp(-state.edges / decay))
    after, came = followed(state, saturation, 1e-6 * air, years=6 * step, step=step)
    # cells that fill or empty within a step are cut at the brim: 2e-5 of the exchange at worst
    assert after.mass - state.mass == pytest.approx(came, rel=1e-4, abs=1e-6)
    assert np.all(after.ice >= 0.0)
    assert np.all(after.ice <= after.room)


def test_ice_grows_up_to_the_depth_of_balance_and_no_further():
    start = PoreIce.below(math.inf)
    saturation = 1e-6 * (1.0 + 4.0 * np.exp(-start.edges / 0.3))
    state, came = followed(start, saturation, 2e-6, years=2e5, step=1000.0)
    assert state.table() == pytest.approx(0.3 * math.log(4.0), rel=0.02)
    assert came == pytest.approx(state.mass, rel=1e-9)
    assert came > 100.0


def test_dry_air_takes_all_ice_from_warm_ground():
    start = PoreIce.below(0.05, bottom=0.3, cells=30)
    state, came = followed(start, np.full(len(start.edges), 2e-5), 0.0, years=3e4, step=500.0)
    assert state.mass == 0.0
    assert math.isinf(state.table())
    assert came == pytest.approx(-start.mass, rel=1e-9)


def test_any_climate_finds_its_balance():
    """Climates that jump at every step, long steps: some of them have to be taken in halves."""
    make = np.random.default_rng(0)
    for depth in (0.02, 0.1, 0.5, math.inf):
        state = PoreIce.below(depth)
        for _ in range(60):
            warm, decay, bump = make.uniform([0.5, 0.1, 0.0], [8.0, 2.0, 0.5])
            shape = 1.0 + warm * np.exp(-state.edges / decay)
            saturation = 1e-6 * (shape + bump * np.sin(3.0 * state.edges) ** 2)
            before = state.mass
            state, came = diffused(
                state,
                saturation=saturation,
                air=1e-6 * make.uniform(0.0, 9.0),
                conductance=FLOW * make.uniform(0.5, 2.0),
                years=make.uniform(50.0, 5000.0),
            )
            assert state.mass - before == pytest.approx(came, rel=1e-4, abs=1e-5)


def test_depth_of_the_column_is_what_it_was_made_with():
    for depth in (0.013, 0.2, 1.7):
        state = PoreIce.below(depth)
        assert state.table() == pytest.approx(depth, rel=1e-9)
        assert state.mass == pytest.approx((5.0 - depth) * 0.4 * ICE_DENSITY, rel=1e-9)


def test_diffusivity_has_both_limits():
    wide = pore_diffusivity(600.0, 200.0, pore_radius=1.0)
    assert wide == pytest.approx(0.1387e-4 * (200 / 273.15) ** 1.5 * 101325 / 600, rel=1e-3)
    thin = pore_diffusivity(600.0, 200.0, pore_radius=1e-8)
    speed = math.sqrt(8 * 8.314462618 * 200 / (math.pi * 0.01801528))
    assert thin == pytest.approx(2 / 3 * 1e-8 * speed, rel=1e-2)
    assert pore_diffusivity(300.0, 200.0) > pore_diffusivity(600.0, 200.0)


def test_conductance_is_what_was_measured_in_loose_soils():
    # Hudson et al. 2007, doi:10.1029/2006JE002815: 2 to 5 cm2/s near 600 Pa and 260 K.
    assert 2e-4 < float(soil_conductance(600.0, 260.0)) < 5e-4


def test_bad_columns_are_one_sentence():
    edges = np.array([0.0, 0.1, 0.2])
    with pytest.raises(InputError, match="3 edges need 2 cells"):
        PoreIce(edges, np.zeros(3))
    with pytest.raises(InputError, match="go down from 0"):
        PoreIce(edges[::-1].copy(), np.zeros(2))
    with pytest.raises(InputError, match="room of the pores"):
        PoreIce(edges, np.array([0.0, 900.0]))
    state = PoreIce(edges, np.zeros(2))
    with pytest.raises(InputError, match="3 edges"):
        diffused(state, saturation=np.ones(2), air=0.0, conductance=FLOW, years=1.0)
    with pytest.raises(InputError, match="0 or more"):
        diffused(state, saturation=np.ones(3), air=math.nan, conductance=FLOW, years=1.0)
    with pytest.raises(InputError, match="above 0"):
        pore_diffusivity(0.0, 200.0)
    with pytest.raises(InputError, match="tortuosity"):
        soil_conductance(600.0, 200.0, tortuosity=0.5)


def test_past_orbit_is_la2004():
    """Rows of the solution that the shipped table leaves out: INSOLN.LA2004.MARS, -1 and -3 kyr."""
    orbit = past_orbit([0.0, 1000.0, 3000.0])
    assert orbit.obliquity == pytest.approx(
        np.degrees([0.4396382633, 0.4375542118, 0.4335968717]), abs=3e-3
    )
    assert orbit.eccentricity == pytest.approx([0.0933151, 0.0924136, 0.0904973], abs=3e-4)
    assert orbit.ls_perihelion == pytest.approx(
        180.0 + np.degrees([1.239967960, 1.126532552, 0.896164518]), abs=0.4
    )
    today = MarsYear.today()
    assert orbit.obliquity[0] == pytest.approx(today.obliquity, abs=0.01)
    assert orbit.eccentricity[0] == pytest.approx(today.eccentricity, abs=2e-4)
    assert orbit.ls_perihelion[0] == pytest.approx(today.ls_perihelion, abs=0.2)


def test_obliquity_of_the_last_million_years():
    """15 to 35 degrees in some 120 kyr: Laskar et al. 2004, doi:10.1016/j.icarus.2004.04.005."""
    years = np.arange(0.0, 1.0e6, 1000.0)
    obliquity = past_orbit(years).obliquity
    assert obliquity.min() == pytest.approx(15.0, abs=0.1)
    assert obliquity.max() == pytest.approx(35.2, abs=0.1)
    power = np.abs(np.fft.rfft(obliquity - obliquity.mean()))
    period = 1.0e6 / (1 + np.argmax(power[1:]))
    assert 110e3 < period < 130e3
    with pytest.raises(InputError, match="between"):
        past_orbit(5.0e6)


def test_shipped_orbit_is_whole():
    table = orbit_history()
    assert table.shape == (409, 4)
    assert np.all(np.diff(table[:, 0]) == 5.0)
    assert np.all((table[:, 1] > 0.0) & (table[:, 1] < 0.13))


def test_air_is_as_moist_as_the_pole_is_warm():
    ratio = [humidity_ratio(MarsYear(obliquity=o)) for o in (20.0, 25.19, 30.0)]
    assert ratio[1] == pytest.approx(1.0, rel=1e-6)
    assert ratio[0] < 0.2
    assert 3.0 < ratio[2] < 10.0


def test_history_keeps_mass_and_follows_the_air():
    columns = GroundColumns(lat=[68.0], albedo=0.2, inertia=250.0, pressure=760.0)
    told = ice_history(
        columns, 0.16, begin=4.0e3, orbit_step=2.0e3, step=500.0, start=0.1,
        moisture=lambda year: 1.0,
    )  # fmt: skip
    assert told.mass[-1] - told.mass[0] == pytest.approx(told.supplied[-1], rel=1e-6)
    assert 0.05 < told.equilibrium[-1, 0] < 0.1
    assert told.equilibrium[-1, 0] < told.depth[-1, 0] < 0.1  # on its way up, half a cell behind
    assert told.humidity[:, 0] == pytest.approx(0.16)
    assert past_year(4.0e3).obliquity == pytest.approx(told.orbit.obliquity[0])
    with pytest.raises(InputError, match="more to fewer years ago"):
        ice_history(columns, 0.16, begin=0.0, end=1000.0)
