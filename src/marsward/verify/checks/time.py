"""Clocks: UTC, TDB and the calendars of Mars."""

from marsward.core.time import Epoch


def ephemeris_time(utc: str) -> float:
    """TDB seconds past J2000 [s] of a UTC text."""
    return float(Epoch.utc(utc).et)


def tai_minus_utc(utc: str) -> float:
    """Leap seconds in force [s]: the clock of TAI less that of UTC at one instant."""
    epoch = Epoch.utc(utc)
    return float(Epoch.utc(epoch.tai) - epoch)


def solar_longitude(utc: str) -> float:
    """Areocentric solar longitude Ls [deg]."""
    return float(Epoch.utc(utc).ls)


def mars_sol_date(utc: str) -> float:
    """Mars Sol Date [sol]."""
    return float(Epoch.utc(utc).msd)


def local_mean_time(utc: str, west: float) -> float:
    """Local mean solar time on Mars [h] at a west longitude [deg]."""
    return float(Epoch.utc(utc).lmst(360.0 - west))


def local_true_time(utc: str, west: float) -> float:
    """Local true solar time on Mars [h] at a west longitude [deg]."""
    return float(Epoch.utc(utc).ltst(360.0 - west))


def mars_year(utc: str) -> float:
    """Mars year."""
    return float(Epoch.utc(utc).mars_year)
