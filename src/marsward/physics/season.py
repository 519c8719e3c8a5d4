"""The Mars year as a closed ring of sols: season, declination and distance of the Sun.

The ground is followed over years that repeat, so the year is cut into a whole number of sols, each
a hair shorter than the true one (669 instead of 668.6), and the orbit is the unperturbed ellipse

    M = 2 pi (t - t_p)/year,   E - e sin E = M,   tan(v/2) = sqrt((1 + e)/(1 - e)) tan(E/2),
    Ls = v + Ls_p,   sin(declination) = sin(obliquity) sin(Ls),   r = a (1 - e cos E).

Times are sols past Ls = 0. For the calendar of the real Mars see `core.mars_time`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.constants import DAY
from marsward.core.errors import InputError

__all__ = ["MarsYear", "Season", "longest_season", "pressure_share"]

Array = NDArray[np.float64]
_TURN = 2.0 * math.pi


@dataclass(frozen=True)
class Season:
    """Where the Sun stands: Ls [rad, 0 to 2 pi], declination [rad], distance [au]."""

    ls_rad: Array
    declination_rad: Array
    distance_au: Array


@dataclass(frozen=True, kw_only=True)
class MarsYear:
    """A Mars year of whole sols, of today or of another orbit.

    eccentricity : of the orbit [-]
    obliquity : of the equator to the orbit [deg]
    ls_perihelion : Ls of perihelion [deg]
    semi_major_axis : of the orbit [au]
    days : length of the year [d of 86 400 s]
    sols : whole sols of the year

    Today's values: Allison & McEwen 2000, doi:10.1016/S0032-0633(99)00092-6 (obliquity 25.19 deg,
    Ls of perihelion 251 deg, eccentricity 0.0934, year 686.97 d).

    Raises
    ------
    InputError : an eccentricity outside 0 to 0.9, an obliquity outside 0 to 90 deg, a year or an
        axis that is not above zero.
    """

    eccentricity: float = 0.0934
    obliquity: float = 25.19
    ls_perihelion: float = 251.0
    semi_major_axis: float = 1.52366
    days: float = 686.97
    sols: int = 669

    def __post_init__(self) -> None:
        if not 0.0 <= self.eccentricity <= 0.9:
            raise InputError(f"eccentricity must lie in 0 to 0.9, not {self.eccentricity:g}")
        if not 0.0 <= self.obliquity <= 90.0:
            raise InputError(f"obliquity must lie in 0 to 90 degrees, not {self.obliquity:g}")
        if not math.isfinite(self.ls_perihelion):
            raise InputError(f"ls_perihelion must be an angle in degrees, not {self.ls_perihelion}")
        if not (0.0 < self.semi_major_axis < math.inf and 0.0 < self.days < math.inf):
            raise InputError(
                f"a year of {self.days:g} days at {self.semi_major_axis:g} au is none: "
                "both must be above zero"
            )
        if isinstance(self.sols, bool) or not (self.sols >= 1 and self.sols % 1 == 0):
            raise InputError(
                f"a closed year has a whole number of sols, 1 or more; not {self.sols}"
            )

    @classmethod
    def today(cls) -> MarsYear:
        """The present orbit."""
        return cls()

    @cached_property
    def obliquity_rad(self) -> float:
        """Obliquity [rad]."""
        return math.radians(self.obliquity)

    @property
    def length(self) -> float:
        """The year [s]."""
        return self.days * float(DAY)

    @property
    def sol_length(self) -> float:
        """One sol of this year [s]: the year over its sols."""
        return self.length / self.sols

    def _anomaly_at_ls(self, ls_rad: ArrayLike) -> Array:
        """Mean anomaly [rad] at an Ls [rad]."""
        true = np.asarray(ls_rad, dtype=np.float64) - math.radians(self.ls_perihelion)
        e = self.eccentricity
        half = math.sqrt((1.0 - e) / (1.0 + e))
        eccentric = 2.0 * np.arctan2(half * np.sin(0.5 * true), np.cos(0.5 * true))
        return np.asarray(eccentric - e * np.sin(eccentric))

    def at(self, sol: ArrayLike) -> Season:
        """The season at times [sols past Ls = 0; any shape, fractions welcome, year after year]."""
        sol = np.asarray(sol, dtype=np.float64)
        if not np.isfinite(sol).all():
            raise InputError("a time of year must be finite; give sols past Ls = 0")
        e = self.eccentricity
        mean = np.remainder(self._anomaly_at_ls(0.0) + _TURN * sol / self.sols, _TURN)
        eccentric = mean + e * np.sin(mean) / (1.0 - e * np.cos(mean))
        for _ in range(12):
            off = eccentric - e * np.sin(eccentric) - mean
            eccentric = eccentric - off / (1.0 - e * np.cos(eccentric))
        grow = math.sqrt((1.0 + e) / (1.0 - e))
        true = 2.0 * np.arctan2(grow * np.sin(0.5 * eccentric), np.cos(0.5 * eccentric))
        ls = np.remainder(true + math.radians(self.ls_perihelion), _TURN)
        # closer to zero than rounding reaches, so that sol 0 is Ls 0 and not 360
        ls = np.where(ls > _TURN - 1e-12, 0.0, ls)
        declination = np.arcsin(math.sin(self.obliquity_rad) * np.sin(ls))
        distance = self.semi_major_axis * (1.0 - e * np.cos(eccentric))
        return Season(np.asarray(ls), np.asarray(declination), np.asarray(distance))

    def sol_of_ls(self, ls: ArrayLike) -> Array:
        """Sols past Ls = 0 [0 to `sols`] at which Ls [deg] is reached."""
        angle = np.radians(np.remainder(np.asarray(ls, dtype=np.float64), 360.0))
        if not np.isfinite(angle).all():
            raise InputError("Ls must be finite; give degrees, 0 to 360")
        ahead = np.remainder(self._anomaly_at_ls(angle) - self._anomaly_at_ls(0.0), _TURN)
        ahead = np.where(ahead > _TURN - 1e-12, 0.0, ahead)
        return np.asarray(ahead / _TURN * self.sols)


def pressure_share(ls_rad: ArrayLike) -> Array:
    """Surface pressure at an Ls [rad] over its mean: the breathing of the polar caps.

    p/pbar = 1 + 0.091 cos(Ls - 309) + 0.070 cos 2(Ls - 248), angles in degrees: least 0.85 near
    Ls 151, most 1.12 near 262. Smith et al. 2017, in The Atmosphere and Climate of Mars,
    doi:10.1017/9781139060172.004, after the Viking landers.

    Raises InputError for an angle that is not finite.
    """
    ls = np.asarray(ls_rad, dtype=np.float64)
    if not np.isfinite(ls).all():
        raise InputError("Ls must be finite; give radians, 0 to 2 pi")
    first = 0.091 * np.cos(ls - math.radians(309.0))
    return np.asarray(1.0 + first + 0.070 * np.cos(2.0 * (ls - math.radians(248.0))))


def longest_season(mask: ArrayLike) -> tuple[Array, Array]:
    """First sol and end of the longest run of true sols in a ring of sols.

    Parameters
    ----------
    mask : bool (n, sols)

    Returns
    -------
    start, end : (n,) [sol of year]; the run covers start <= sol < end, counted on into the next
        year's end where it crosses the turn (then end < start). NaN where no sol is true; 0 and
        the number of sols where all are.
    """
    mask = np.atleast_2d(np.asarray(mask, dtype=bool))
    count = mask.shape[1]
    start, end = np.full(mask.shape[0], np.nan), np.full(mask.shape[0], np.nan)
    for row, sols in enumerate(mask):
        if sols.all():
            start[row], end[row] = 0.0, count
        elif sols.any():
            shift = int(np.argmin(sols))  # a free sol: no run crosses it
            ring = np.concatenate([np.roll(sols, -shift), [False]]).astype(np.int8)
            edges = np.diff(ring, prepend=np.int8(0))
            begins, stops = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
            best = int(np.argmax(stops - begins))
            start[row] = (begins[best] + shift) % count
            end[row] = (stops[best] + shift) % count or count
    return start, end
