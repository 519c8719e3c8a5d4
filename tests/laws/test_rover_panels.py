"""Light on a rover's wings and dust on them: the tables of Appelbaum and others, closed forms."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_rover_site import utopia

from marsward.core.errors import InputError
from marsward.physics.dust_optics import DustOptics
from marsward.vehicles.panel_dust import PanelDust, design_cleanness
from marsward.vehicles.rover_power import RoverPower
from marsward.vehicles.rover_site import RoverSite, seasonal
from marsward.vehicles.solar_panel import SolarPanel, air_film, cell_share, panel_temperature

# Viking Lander 1 through its first year: Ls, opacity, beam and all light on level ground, all on a
# plane tilted south by the latitude [Wh m-2 a sol]. Appelbaum & Flood 1990, NASA TM-103623, table
# V; Appelbaum, Flood & Norambuena 1993, NASA TM-106321, table II; opacity as they step it.
VIKING = np.array(
    [
        (0, 0.65, 1599.19, 3235.55, 3355.0), (30, 0.55, 1959.92, 3479.05, 3424.9),
        (60, 0.7, 1659.76, 3373.19, 3200.3), (90, 0.65, 1812.62, 3518.84, 3273.9),
        (120, 0.4, 2621.38, 3996.85, 3701.4), (150, 0.65, 1958.75, 3825.77, 3775.3),
        (180, 0.75, 1610.06, 3601.57, 3721.1), (210, 2.5, 114.93, 1806.4, 1956.4),
        (240, 1.6, 248.87, 1914.11, 2025.7), (270, 1.8, 139.08, 1570.5, 1670.1),
        (300, 3.0, 27.61, 1159.09, 1260.6), (330, 1.25, 565.04, 2367.1, 2479.9),
    ]
)  # fmt: skip
SOL_HOURS = 24.65
POLLACK = DustOptics(
    *(np.array([v]) for v in (1.0, 0.86, 0.79)), np.array([2e-7, 5e-6]), np.ones(1)
)
"""Dust of the Viking years: Pollack et al. 1979, doi:10.1029/JB084iB06p02929."""
LEVEL = SolarPanel(name="level", area="1 m2")


def viking(optics=POLLACK, albedo=0.1):
    n = len(VIKING)
    even = np.full((n, 96), 220.0)
    return RoverSite(
        lat=22.3, ls=VIKING[:, 0], opacity=VIKING[:, 1], ground=even, air=even,
        longwave=np.full((n, 96), 30.0), pressure=np.full(n, 1.0), wind=np.full((n, 1), 3.0),
        albedo=albedo, solar_constant=1371.0, optics=optics,
    )  # fmt: skip


def test_daily_light_on_level_ground_is_that_of_the_tables():
    """3 % up to opacity 2; above it the sums of two streams fall short by up to 7 %."""
    site, tau = viking(), VIKING[:, 1]
    beam = site.light.direct.mean(axis=1) * SOL_HOURS / VIKING[:, 2]
    level = LEVEL.light(site).mean(axis=1) * SOL_HOURS / VIKING[:, 3]
    assert np.abs(beam - 1.0).max() < 0.03
    assert np.abs(level[tau < 2.0] - 1.0).max() < 0.03
    assert np.abs(level[tau >= 2.0] - 1.0).max() < 0.08


def test_daily_light_on_a_tilted_plane_is_that_of_the_tables():
    """Their sky is even all over, the ground's albedo 0.22 (as their column of its light tells) but
    under dust: with the light around the Sun spread out, 3 % up to opacity 1."""
    site, clear = viking(albedo=0.22), VIKING[:, 1] < 1.0
    even = replace(site.light, around_sun=np.zeros_like(site.light.top))
    plane = SolarPanel(name="south", area="1 m2", tilt="22.3 deg", facing="180 deg")
    full = plane.light(site).mean(axis=1) * SOL_HOURS / VIKING[:, 4]
    object.__setattr__(site, "light", even)
    told = plane.light(site).mean(axis=1) * SOL_HOURS / VIKING[:, 4]
    assert np.abs(told[clear] - 1.0).max() < 0.03
    assert np.abs(full[clear] - 1.0).max() < 0.07


def test_todays_brighter_dust_lets_more_through():
    level = viking(None).light.level.mean(axis=1) * SOL_HOURS / VIKING[:, 3]
    assert np.all(level > 1.0)
    assert level[VIKING[:, 1] < 1.0].max() < 1.06


def test_a_level_wing_takes_the_light_of_level_ground():
    site = utopia([0.0, 100.0, 250.0], opacity=0.6)
    assert LEVEL.light(site) == pytest.approx(site.light.level)


@given(st.floats(0.0, 359.0), st.floats(0.0, 1.5), st.floats(0.0, 359.0))
def test_a_wing_that_turns_never_sees_less_beam(ls, tau, heading):
    site = utopia([ls], opacity=tau, steps=48)
    wing = SolarPanel(name="side", area="1 m2", turns="one-axis", reach="60 deg")
    sun = site.sun
    flat = np.sqrt(1.0 - sun.cos_zenith**2)
    ray = np.stack(
        [flat * np.sin(sun.azimuth_rad), flat * np.cos(sun.azimuth_rad), sun.cos_zenith], axis=-1
    )
    normal = wing.normals(site, heading)
    up = sun.cos_zenith > 0.0
    cosine = np.einsum("ijk,ijk->ij", ray, normal)
    assert np.linalg.norm(normal, axis=-1) == pytest.approx(1.0)
    assert np.all(cosine[up] >= sun.cos_zenith[up] - 1e-12)
    along = np.array([np.sin(np.radians(heading)), np.cos(np.radians(heading)), 0.0])
    assert np.abs(normal @ along).max() < 1e-12  # the axis lies in the wing
    assert np.degrees(np.arccos(np.clip(normal[..., 2], -1, 1))).max() <= 60.0 + 1e-9


def test_noon_stands_south_and_the_afternoon_west():
    site = utopia([180.0], steps=96)
    azimuth = np.degrees(site.sun.azimuth_rad[0])
    assert azimuth[47:49] == pytest.approx([180.0, 180.0], abs=6.0)
    assert 180.0 < azimuth[60] < 275.0
    assert site.sun.cos_zenith.max() == pytest.approx(np.cos(np.radians(25.0)), abs=0.01)


def test_a_horizon_hides_the_beam_and_leaves_the_sky():
    bare = utopia([100.0], opacity=0.4)
    wall = np.zeros(36)
    wall[20:35] = 60.0  # from the south-west over the west to the north
    walled = utopia([100.0], opacity=0.4, horizon=wall)
    morning = bare.hours < 11.0
    late = (bare.hours > 16.0) & (bare.hours < 17.0)
    assert walled.light.level[0, morning] == pytest.approx(bare.light.level[0, morning])
    assert walled.light.direct[0, late].max() == 0.0
    assert np.all(walled.light.level[0, late] < bare.light.level[0, late])
    assert np.all(walled.light.level[0, late] > 0.0)
    assert np.all(LEVEL.light(walled) <= LEVEL.light(bare) + 1e-9)


def test_panels_are_warmer_in_the_sun_and_cells_worse():
    site = utopia([90.0], opacity=0.3)
    lit = LEVEL.light(site)
    warm = panel_temperature(lit, site)
    dark = panel_temperature(0.0 * lit, site)
    assert np.all(warm >= dark - 1e-9)
    assert 20.0 < (warm - dark).max() < 90.0
    ground = 0.98 * 5.670374419e-8 * site.ground**4
    film = 0.65 * lit + 0.85 * (site.longwave + ground) - 1.7 * 5.670374419e-8 * warm**4
    assert film == pytest.approx(2.0 * air_film(site) * (warm - site.air), abs=1e-6)
    assert cell_share(301.15, -0.0023) == pytest.approx(1.0)
    assert cell_share(251.15, -0.0023) == pytest.approx(1.115)


def test_watts_are_in_proportion_to_area_and_nearly_to_cleanness():
    site = utopia([60.0])
    one = RoverPower(name="one", panels=[{"name": "a", "area": "1 m2"}])
    two = RoverPower(name="two", panels=[{"name": "a", "area": "2 m2"}])
    clean = np.ones(1)
    assert two.panel_watts(site, clean) == pytest.approx(2.0 * one.panel_watts(site, clean))
    half = one.panel_watts(site, 0.5 * clean) / np.maximum(one.panel_watts(site, clean), 1e-9)
    noon = half[0, 30:66]
    assert np.all((noon > 0.5) & (noon < 0.56))  # cooler cells give a little more


@given(st.floats(0.05, 3.0), st.integers(5, 300))
def test_dust_settles_as_the_closed_form_has_it(tau, sols):
    clean = PanelDust().cleanness(np.full(sols, tau))
    assert clean == pytest.approx(np.exp(-0.004 * tau * np.arange(sols)))


def test_gusts_clean_and_are_the_same_for_a_seed():
    tau = np.full(600, 0.5)
    gusty = PanelDust(cleanings=2.0, cleaned=0.5)
    first, again, other = (gusty.cleanness(tau, seed=k) for k in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first[-1] > PanelDust().cleanness(tau)[-1]
    assert np.all(first <= 1.0)
    late = PanelDust(begins=110).cleanness(tau)
    assert np.all(late[:111] == 1.0)
    assert late[111] < 1.0
    assert PanelDust(start=0.8).cleanness(tau)[0] == pytest.approx(0.8)


def test_dust_of_the_design_and_beyond():
    """90 sols at 0.28 %: Landis & Jenkins 2000, doi:10.1029/1999JE001029."""
    assert design_cleanness(90) == pytest.approx(0.777, abs=5e-4)
    assert design_cleanness(90, 0.4) == pytest.approx(0.377, abs=5e-4)
    assert design_cleanness(0, [0.0, 1.0]) == pytest.approx([1.0, 0.0])
    with pytest.raises(InputError, match="0 to 1"):
        design_cleanness(90, 1.4)
    with pytest.raises(InputError, match="opacity of each sol"):
        PanelDust().cleanness([[0.3]])


def test_tables_of_seasons_turn_round_the_year():
    table = np.array([[10.0, 0.0], [20.0, 1.0], [40.0, 2.0]])
    found = seasonal(table, [0.0, 120.0, 240.0], [0.0, 60.0, 300.0, 359.999])
    assert found[:, 0] == pytest.approx([10.0, 15.0, 25.0, 10.0], abs=1e-3)
    with pytest.raises(InputError, match="rise"):
        seasonal(table, [0.0, 240.0, 120.0], [1.0])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"pressure": np.array([0.0])}, "pressure"),
        ({"lat": 95.0}, "latitude"),
        ({"ground": np.full((1, 96), 20.0)}, "80 to 400 K"),
        ({"opacity": np.array([-0.1])}, "zero or more"),
        ({"ls": np.array([1.0, 2.0])}, "one for each"),
        ({"air": np.full((1, 5), 200.0)}, "one shape"),
    ],
)
def test_places_that_are_none_are_refused(changes, told):
    held = {name: getattr(utopia([0.0]), name) for name in RoverSite.__dataclass_fields__}
    with pytest.raises(InputError, match=told):
        RoverSite(**{**held, **changes})
