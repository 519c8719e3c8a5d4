"""Mars seasons and clocks: Ls, Mars year, sol, Mars Sol Date, local mean and true solar time.

Allison & McEwen 2000, Planet. Space Sci. 48:215, doi:10.1016/S0032-0633(99)00092-6, with the
constants of the present Mars24 algorithm (Allison & Schmunk, NASA GISS, "Mars24 Sunclock:
Algorithm and Worked Examples"). Against DE440 and the IAU 2015 pole over 1990–2030 Ls holds to
0.012° and true solar time to 3 s. Every function takes TT days past J2000 [d], float or array,
and longitudes east-positive [deg].
"""

from __future__ import annotations

from typing import Any

import numpy as np

from marsward.core.constants import MARS_SOLAR_DAY

SOL_DAYS = float(MARS_SOLAR_DAY)

# MSD = (t − 4.5 d)/SOL_DAYS + 44796 − 0.0009626, Mars24 equation C-2
_MSD_DAY, _MSD_SOL = 4.5, 44_796.0 - 0.000_962_6
# mean anomaly and angle of the fictitious mean sun [deg, deg/d], Mars24 B-1 and B-2
_ANOMALY = (19.3871, 0.524_020_73)
_MEAN_SUN = (270.3871, 0.524_038_496)
# equation of centre [deg], sines of 1…5 M, the first with a rate [deg/d], Mars24 B-4
_CENTRE = (10.691, 0.623, 0.050, 0.005, 0.0005)
_CENTRE_RATE = 3.0e-7
# amplitude [deg], period [Julian years], phase [deg] of seven perturbers, A&M 2000 table 5
_PERTURBERS = np.array(
    [
        (0.0071, 2.2353, 49.409),
        (0.0057, 2.7543, 168.173),
        (0.0039, 1.1177, 191.837),
        (0.0037, 15.7866, 21.736),
        (0.0021, 2.1354, 15.704),
        (0.0020, 2.4694, 95.528),
        (0.0018, 32.8493, 49.095),
    ]
)
_DEGREES_PER_DAY = 0.985_626  # 360°/365.25 d
# J2000 lies in Mars year 24, which began 1998-07-14 (Clancy et al. 2000, JGR 105:9553)
_YEAR_AT_J2000 = 24


def centre_and_perturbations(t: Any) -> Any:
    """True minus mean anomaly of Mars with its planetary perturbations [deg]."""
    m = np.radians(np.remainder(_ANOMALY[0] + _ANOMALY[1] * t, 360.0))
    wobble = 0.0
    for amplitude, years, phase in _PERTURBERS:
        wobble = wobble + amplitude * np.cos(np.radians(_DEGREES_PER_DAY * t / years + phase))
    centre = (_CENTRE[0] + _CENTRE_RATE * t) * np.sin(m)
    for k, amplitude in enumerate(_CENTRE[1:], start=2):
        centre = centre + amplitude * np.sin(k * m)
    return centre + wobble


def running_longitude(t: Any) -> Any:
    """Ls that runs on past 360° [deg], zero at the start of Mars year 24."""
    return _MEAN_SUN[0] + _MEAN_SUN[1] * t + centre_and_perturbations(t)


def solar_longitude(t: Any) -> Any:
    """Areocentric longitude of the Sun Ls [deg] in [0, 360)."""
    return _wrapped(running_longitude(t), 360.0)


def mars_year(t: Any) -> Any:
    """Mars year (int): 1 from 1955-04-11, turning where Ls passes 0.

    Clancy et al. 2000, doi:10.1029/1999JE001089; Piqueux et al. 2015,
    doi:10.1016/j.icarus.2014.12.014.
    """
    return _integers(np.floor(running_longitude(t) / 360.0) + _YEAR_AT_J2000)


def year_start(year: Any) -> Any:
    """TT days past J2000 [d] at which a Mars year begins (Ls = 0), by Newton's iteration."""
    target = 360.0 * (np.asarray(year, dtype=float) - _YEAR_AT_J2000)
    t = (target - _MEAN_SUN[0]) / _MEAN_SUN[1]
    for _ in range(5):
        slope = running_longitude(t + 0.5) - running_longitude(t - 0.5)
        t = t - (running_longitude(t) - target) / slope
    return t


def sol_of_year(t: Any) -> Any:
    """Whole sols (int) since Ls = 0 of the present Mars year, 0 to 668."""
    elapsed = (t - year_start(mars_year(t))) / SOL_DAYS
    return _integers(np.maximum(np.floor(elapsed), 0.0))


def mars_sol_date(t: Any) -> Any:
    """Mars Sol Date [sol]: mean solar days of the prime meridian since 1873-12-29."""
    return (t - _MSD_DAY) / SOL_DAYS + _MSD_SOL


def equation_of_time(t: Any) -> Any:
    """True minus mean solar time as an angle [deg]; 15° are one Mars hour."""
    ls = np.radians(running_longitude(t))
    return (
        2.861 * np.sin(2.0 * ls)
        - 0.071 * np.sin(4.0 * ls)
        + 0.002 * np.sin(6.0 * ls)
        - centre_and_perturbations(t)
    )


def local_mean_time(t: Any, lon: Any) -> Any:
    """Local mean solar time [h] in [0, 24) at east longitude `lon` [deg]."""
    return _wrapped(24.0 * np.remainder(mars_sol_date(t), 1.0) + np.asarray(lon) / 15.0, 24.0)


def local_true_time(t: Any, lon: Any) -> Any:
    """Local true solar time [h] in [0, 24) at east longitude `lon` [deg]."""
    hours = 24.0 * np.remainder(mars_sol_date(t), 1.0) + np.asarray(lon) / 15.0
    return _wrapped(hours + equation_of_time(t) / 15.0, 24.0)


def _wrapped(x: Any, turn: float) -> Any:
    """x modulo a turn, in [0, turn) even when rounding would give the turn itself."""
    y = np.remainder(x, turn)
    return np.where(y >= turn, 0.0, y)[()]


def _integers(x: Any) -> Any:
    return int(x) if np.ndim(x) == 0 else x.astype(np.int64)
