"""Ice where others say it lasts: a published list of sites, slopes, Phoenix, fresh craters."""

import numpy as np
import pytest

from marsward.physics.columns import GroundColumns
from marsward.physics.ice_table import balancing_humidity, ice_table
from marsward.physics.sky import Sky
from marsward.physics.vapour import frost_point, ice_vapour_pressure

# Test list of N. Schorghofer's MSIM 1.2 (github.com/nschorgh/MSIM, IceTable/Test): latitude,
# albedo, thermal inertia, frost point of the air's water [K], depth of ice by bisection [m], inf
# where none lasts. Its program that iterates finds .0289, .0939, .4439, .2845 and .0957.
SITES = np.array(
    [
        (-75, 0.198, 129.1, 196.3, 0.030),
        (-65, 0.169, 198.3, 195.6, 0.096),
        (-55, 0.158, 292.7, 195.3, 0.430),
        (-45, 0.168, 267.9, 195.1, np.inf),
        (-35, 0.159, 244.6, 194.3, np.inf),
        (-25, 0.160, 251.2, 195.0, np.inf),
        (-15, 0.186, 220.5, 196.4, np.inf),
        (-5, 0.217, 186.2, 198.3, np.inf),
        (5, 0.250, 176.7, 199.9, np.inf),
        (15, 0.253, 169.1, 200.5, np.inf),
        (25, 0.246, 160.4, 200.6, np.inf),
        (35, 0.236, 162.8, 200.5, np.inf),
        (45, 0.215, 205.5, 199.6, np.inf),
        (55, 0.175, 247.1, 200.2, 0.292),
        (65, 0.186, 268.1, 201.2, 0.098),
    ]
)
# New craters that showed ice: Byrne et al. 2009, doi:10.1126/science.1175307, sites 1 to 5; places
# of 3, 4 and 5 from NASA Photojournal PIA12218 and its neighbours of 2009-09-24, of 1 and 2 to 0.1
# deg from encyclopaedias. Albedo and inertia there by TES, from the map in MSIM.
CRATERS = np.array(
    [
        (46.33, 0.241, 230.0),
        (43.28, 0.269, 147.0),
        (55.57, 0.153, 250.0),
        (45.05, 0.261, 188.0),
        (46.16, 0.244, 194.0),
    ]
)


@pytest.fixture(scope="module")
def sites():
    columns = GroundColumns(
        lat=SITES[:, 0], albedo=SITES[:, 1], inertia=SITES[:, 2], pressure=600.0,
        frost_albedo=0.60, frost_emissivity=1.0,
    )  # fmt: skip
    return ice_table(columns, ice_vapour_pressure(SITES[:, 3]))


def test_the_five_icy_sites_within_a_fifth(sites):
    icy = np.isfinite(SITES[:, 4])
    assert sites.depth[icy] == pytest.approx(SITES[icy, 4], rel=0.20)
    assert sites.depth[icy][1:] == pytest.approx(SITES[icy, 4][1:], rel=0.10)


def test_the_ten_dry_sites_are_dry(sites):
    dry = np.isinf(SITES[:, 4])
    assert dry.sum() == 10
    assert np.isinf(sites.depth[dry]).all()


def test_pole_facing_slopes_hold_ice_at_35_north():
    """MSIM, mapgrid2.slp: 20 deg .1951 m, 30 deg .0603 m, none at 0 and 10 nor facing the equator.

    There the ground around sends heat but reflects no light; here it does both, so that slopes are
    a little warmer.
    """
    slope = np.array([0.0, 10.0, 20.0, 30.0, 10.0, 20.0, 30.0])
    aspect = np.array([0.0, 0.0, 0.0, 0.0, 180.0, 180.0, 180.0])
    columns = GroundColumns(
        lat=35.0, albedo=0.30, inertia=150.0, pressure=700.0, frost_albedo=0.65,
        frost_emissivity=1.0, slope=slope, aspect=aspect,
    )  # fmt: skip
    depth = ice_table(columns, ice_vapour_pressure(200.0), sky=Sky(by_pressure=False)).depth
    assert depth[2:4] == pytest.approx([0.1951, 0.0603], rel=0.20)
    assert np.isinf(depth[[0, 1, 4, 5, 6]]).all()


@pytest.mark.parametrize("inertia", [200.0, 250.0])
@pytest.mark.parametrize("dew", [197.0, 200.0])
def test_phoenix_dug_to_ice(inertia, dew):
    """3 to 18 cm at 68.22 N: Smith et al. 2009, doi:10.1126/science.1172339 (5 to 18 cm), and
    Mellon et al. 2008, doi:10.1029/2007JE003067 (2 to 6 cm foretold)."""
    columns = GroundColumns(
        lat=68.22, albedo=0.21, inertia=inertia, pressure=770.0, emissivity=0.98
    )
    depth = float(ice_table(columns, ice_vapour_pressure(dew)).depth[0])
    assert 0.03 < depth < 0.18


def test_ice_of_fresh_craters_wants_moister_air_than_todays():
    """Ice within half a metre at all five: at three to four times today's water, not with it.

    Byrne et al. 2009 say that their ice is stable under a long-term mean moister than today's.
    """
    columns = GroundColumns(
        lat=CRATERS[:, 0], albedo=CRATERS[:, 1], inertia=CRATERS[:, 2], pressure=740.0,
        emissivity=0.98,
    )  # fmt: skip
    today = 0.15  # Pa, 12 precipitable micrometres: Smith 2002, doi:10.1029/2001JE001522
    assert np.isfinite(ice_table(columns, today).depth).tolist() == [
        False, False, True, False, False,
    ]  # fmt: skip
    needed = balancing_humidity(columns, 0.5)
    assert np.all((frost_point(needed) > 196.0) & (frost_point(needed) < 210.0))
    assert needed[0] == pytest.approx(needed.max())  # the stoniest, not the southernmost
    moist = ice_table(columns, 4.1 * today).depth
    assert np.all((moist > 0.05) & (moist < 0.55))
