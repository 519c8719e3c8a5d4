"""Where the Earth was occulted for Tianwen-1 in March 2022, beside what its team saw.

Liu et al. 2023, doi:10.3390/rs15235506: on 22 and 25 March 2022 profiles came from 68.7 to 70.7 N
(one way), on the 22nd from 55.1 to 57.0 S and on the 25th from 62.8 to 63.4 S (coherent). The state
below is that of the default mission's orbit, which is fitted to state vectors of the year before
and to dates, not to this.
"""

import numpy as np
import pytest

from marsward.core.time import Epoch
from marsward.dynamics.propagate import propagate
from marsward.geometry.occultation_track import occultation_tracks

WHEN = Epoch.utc("2022-03-21T22:00")
STATE = np.array(
    [8.59363097e6, -6.26147654e6, -9.24613146e6, -426.447810, 489.476169, -918.915036]
)  # m, m/s about Mars, J2000


@pytest.fixture(scope="module")
def tracks():
    return occultation_tracks(propagate(STATE, WHEN, 4.1 * 86_400.0, centre="mars"))


@pytest.mark.parametrize(
    ("day", "ingress", "low", "high"),
    [
        ("2022-03-22", True, 68.7, 70.7),
        ("2022-03-25", True, 68.7, 70.7),
        ("2022-03-22", False, -57.0, -55.1),
        ("2022-03-25", False, -63.4, -62.8),
    ],
)
def test_profiles_came_from_where_they_were_seen(tracks, day, ingress, low, high):
    since = tracks["et_limb"].values - float(Epoch.utc(day).et)
    some = (since > 0.0) & (since < 86_400.0) & ((tracks["ingress"].values > 0.5) == ingress)
    lat = tracks["lat"].values[some]
    assert lat.size >= 3
    assert np.any((lat > low - 0.1) & (lat < high + 0.1))


def test_three_and_a_half_turns_a_sol_give_seven_profiles(tracks):
    et = tracks["et_limb"].values
    assert 6.5 < (et.size - 1) / (et[-1] - et[0]) * 88_775.244 < 7.5
    assert np.all(np.abs(np.diff(tracks["lat"].values[::2])) < 0.5)
