"""The closed Mars year against the calendar of the real Mars and against Kepler."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsward.core import mars_time
from marsward.core.errors import InputError
from marsward.physics.season import MarsYear, longest_season, pressure_share


def test_ls_follows_the_real_calendar():
    """Allison & McEwen's Ls, perturbed and of 668.6 sols, within 0.7 degrees all year."""
    year = MarsYear.today()
    start = mars_time.year_start(36)
    sols = np.linspace(0.0, year.sols, 400, endpoint=False)
    real = mars_time.solar_longitude(start + sols * year.sol_length / 86_400.0)
    off = np.remainder(np.degrees(year.at(sols).ls_rad) - real + 180.0, 360.0) - 180.0
    assert np.abs(off).max() < 0.7


def test_turning_points_of_the_year():
    """Northern spring, summer and autumn last 193.5, 178.6 and 142.7 sols."""
    at = MarsYear().sol_of_ls([0.0, 90.0, 180.0, 270.0])
    assert at[0] == 0.0
    assert np.diff(at) == pytest.approx([193.5, 178.6, 142.7], abs=0.8)
    season = MarsYear().at(MarsYear().sol_of_ls([71.0, 251.0]))
    assert season.distance_au == pytest.approx([1.52366 * 1.0934, 1.52366 * 0.9066], rel=1e-9)
    assert math.degrees(MarsYear().at(at[1]).declination_rad) == pytest.approx(25.19, abs=1e-6)


@given(st.floats(0.0, 0.3), st.floats(0.0, 60.0), st.floats(0.0, 360.0), st.floats(0.0, 668.99))
def test_sol_and_ls_are_inverse(eccentricity, obliquity, perihelion, sol):
    year = MarsYear(eccentricity=eccentricity, obliquity=obliquity, ls_perihelion=perihelion)
    season = year.at(sol)
    back = float(year.sol_of_ls(math.degrees(float(season.ls_rad))))
    assert min(abs(back - sol), year.sols - abs(back - sol)) < 1e-6
    assert abs(season.declination_rad) <= year.obliquity_rad + 1e-12


def test_kepler_by_quadrature():
    """Equal areas: time between two Ls is the integral of r^2 over the true anomaly."""
    year = MarsYear(eccentricity=0.12, ls_perihelion=40.0)
    ls = np.radians(np.linspace(10.0, 200.0, 200_001))
    e = year.eccentricity
    radius = (1 - e * e) / (1 + e * np.cos(ls - math.radians(40.0)))
    area = np.trapezoid(0.5 * radius**2, ls) / (math.pi * math.sqrt(1 - e * e))
    sols = year.sol_of_ls(200.0) - year.sol_of_ls(10.0)
    assert float(sols) == pytest.approx(area * year.sols, rel=1e-9)


def test_pressure_of_the_seasons():
    """Least 0.848 near Ls 151, most 1.124 near 262, second peak 1.039 near 48."""
    ls = np.arange(0.0, 360.0, 0.5)
    share = pressure_share(np.radians(ls))
    assert share.min() == pytest.approx(0.848, abs=1e-3)
    assert share.max() == pytest.approx(1.124, abs=1e-3)
    assert (ls[share.argmin()], ls[share.argmax()]) == (151.0, 262.0)
    early = (ls > 20) & (ls < 90)
    assert share[early].max() == pytest.approx(1.039, abs=1e-3)


def test_longest_season_on_the_ring():
    start, end = longest_season(
        [[1, 1, 0, 0, 1, 0, 1, 1], [0] * 8, [1] * 8, [0, 1, 1, 0, 0, 0, 0, 1]]
    )
    assert start[[0, 2, 3]].tolist() == [6.0, 0.0, 1.0]
    assert end[[0, 2, 3]].tolist() == [2.0, 8.0, 3.0]
    assert np.isnan([start[1], end[1]]).all()


@pytest.mark.parametrize(
    "bad",
    [{"eccentricity": 1.0}, {"obliquity": -3.0}, {"sols": 0}, {"days": 0.0}, {"sols": 3.5}],
)
def test_years_that_are_none(bad):
    with pytest.raises(InputError):
        MarsYear(**bad)


def test_times_must_be_finite():
    with pytest.raises(InputError, match="finite"):
        MarsYear().at([0.0, math.nan])
