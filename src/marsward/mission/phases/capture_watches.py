"""What a mission looks out for along an orbit: apses, nodes, shadow, who sees the craft."""

from __future__ import annotations

from collections.abc import Sequence

from marsward.dynamics.events import (
    Site,
    apsis,
    eclipse,
    node,
    occultation,
    site_visibility,
    station_visibility,
)
from marsward.mission.phases.capture_parts import SitePart
from marsward.mission.phases.orbit_tables import Watch

EARTH = "earth"


def watches(planet: str, sites: Sequence[SitePart], stations: Sequence[SitePart]) -> list[Watch]:
    """Everything that an orbit about a planet is searched for.

    Apses; nodes, which are the passages of the equator; shadow; occultation of the Earth; places
    on the planet and stations on Earth that see the craft. Epochs are those of the craft.
    """
    equator = "MARS_MEOD" if planet == "mars" else "J2000"
    result = [
        Watch(apsis(planet, kind="both"), "apsis", rising="periapsis", falling="apoapsis"),
        Watch(
            node(planet, frame=equator, kind="both"), "node",
            rising="ascending node", falling="descending node",
        ),
        Watch(eclipse(planet), "penumbra", "sun", inside=-1),
        Watch(eclipse(planet, kind="umbra"), "umbra", "sun", inside=-1),
        Watch(occultation(EARTH, planet), "occultation", EARTH, inside=-1),
    ]  # fmt: skip
    for site in sites:
        seen = site_visibility(site.lon, site.lat, site.height, site.elevation, body=planet)
        result.append(Watch(seen, "view from site", site.name, inside=1))
    for part in stations:
        where = Site(part.name, part.lon, part.lat, part.height, part.elevation, EARTH)
        seen = station_visibility(where, behind=planet)
        result.append(Watch(seen, "view from station", part.name, inside=1))
    return result
