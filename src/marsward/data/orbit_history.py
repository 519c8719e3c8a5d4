"""The past orbit of Mars that marsward ships: a thinned table of a published solution."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from marsward.data.shipped_table import shipped_lines

_NAME = "mars_orbit_history"


@lru_cache(maxsize=1)
def orbit_history() -> NDArray[np.float64]:
    """Kyr before J2000, eccentricity, obliquity and Ls of perihelion [deg], (m, 4), oldest last.

    Every 5000 years from 20 kyr to come to 2020 kyr ago. Solution La2004, Laskar et al. 2004,
    Icarus 170:343, doi:10.1016/j.icarus.2004.04.005. Raises DataError when the shipped file is
    missing or damaged.
    """
    lines = shipped_lines(_NAME, what="the past orbit of Mars is", tool="make_orbit_history.py")
    table = np.loadtxt(lines, delimiter=",")
    table.setflags(write=False)
    return table
