"""What is published of the ground at landing sites: slopes, age, rocks, height."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from marsward.planet.fractal_relief import SlopeLaw
from marsward.planet.lander_heights import LANDERS

__all__ = ["SITES", "SiteStatistics", "site_near"]

_SAME = 0.3  # deg, within which a place is a site

# Shepard et al., "The roughness of the Martian surface: what we know" (slides, after the method of
# doi:10.1029/2000JE001429): slopes over 1, 10 and 100 m and exponents
_SHEPARD = "slopes: Shepard, Seelos, Arvidson and Haldemann, The roughness of the Martian surface"


@dataclass(frozen=True)
class SiteStatistics:
    """Statistics of the ground below what maps resolve.

    name : of the site
    lon, lat : [deg]
    height : over the areoid [m] at that place, None where only the map knows
    slopes : root mean square slope by baseline
    age : of crater retention [Ga]
    rocks : share of the ground under rocks
    source : the papers, and what is assumed
    """

    name: str
    lon: float
    lat: float
    height: float | None
    slopes: SlopeLaw
    age: float
    rocks: float
    source: str


SITES: Mapping[str, SiteStatistics] = {
    row.name: row
    for row in (
        SiteStatistics(
            "viking 1", 312.05, 22.27, LANDERS["viking 1"], SlopeLaw(1.2, 100.0, 0.7), 3.0, 0.07,
            f"{_SHEPARD} (1.2 deg at 100 m, 3.0 at 10 m, 4.8 at 1 m); rocks: Golombek and Rapp "
            "1997, doi:10.1029/96JE03319; age assumed",
        ),
        SiteStatistics(
            "pathfinder", 326.75, 19.10, None, SlopeLaw(1.7, 100.0, 0.8), 3.0, 0.19,
            f"{_SHEPARD} (1.7 deg at 100 m, 2.5 at 10 m, 5.4 at 1 m); rocks: Golombek et al. 2003, "
            "doi:10.1029/2002JE002035; age assumed",
        ),
        SiteStatistics(
            "zhurong", 109.925, 25.066, LANDERS["zhurong"], SlopeLaw(1.2, 100.0, 0.7), 0.8, 0.033,
            "slopes assumed to be those of the plain of Viking 1; rocks: Wang et al. 2024, "
            "doi:10.1016/j.icarus.2024.116001; age assumed",
        ),
        SiteStatistics(
            "jezero", 77.4509, 18.4446, -2569.9, SlopeLaw(1.06, 100.0, 0.8), 2.6, 0.05,
            "slopes: heights of the stops of Perseverance on the crater floor (MMGIS), 1.06 deg "
            "over 100 m and 0.93 over 200 m; height: MMGIS; age: Shahrzad et al. 2019, "
            "doi:10.1029/2018GL081402; rocks assumed",
        ),
        SiteStatistics(
            "gale", 137.44, -4.59, LANDERS["gale"], SlopeLaw(4.6, 100.0, 0.8), 3.3, 0.05,
            "slopes: HiRISE elevation model of the lower flank (MMGIS), 4.6 deg over 100 m, 6.4 "
            "over 10 m; age and rocks assumed",
        ),
        SiteStatistics(
            "insight", 135.62, 4.50, LANDERS["insight"], SlopeLaw(1.2, 100.0, 0.7), 1.7, 0.03,
            "slopes assumed to be those of the plain of Viking 1; rocks: Golombek et al. 2021, "
            "doi:10.1002/essoar.10507665.1; age assumed",
        ),
        SiteStatistics(
            "viking 2", 134.26, 47.67, LANDERS["viking 2"], SlopeLaw(1.2, 100.0, 0.7), 3.0, 0.17,
            "slopes assumed to be those of the plain of Viking 1; rocks: Golombek and Rapp 1997, "
            "doi:10.1029/96JE03319; age assumed",
        ),
    )
}  # fmt: skip
"""Sites by name."""


def site_near(lon: float, lat: float) -> SiteStatistics:
    """The site within 0.3 degrees of a place [deg], or a plain elsewhere with assumed figures."""
    for site in SITES.values():
        if abs((lon - site.lon + 180.0) % 360.0 - 180.0) < _SAME and abs(lat - site.lat) < _SAME:
            return site
    return SiteStatistics(
        "plain", lon, lat, None, SlopeLaw(1.2, 100.0, 0.7), 3.0, 0.05,
        "slopes, age and rocks assumed to be those of a plain such as that of Viking 1",
    )  # fmt: skip
