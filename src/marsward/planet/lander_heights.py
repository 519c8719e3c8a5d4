"""Heights of landing sites over the areoid, which the smooth shape of the planet misses."""

from __future__ import annotations

from collections.abc import Mapping

from marsward.planet.ground_maps import SurfaceMaps

__all__ = ["LANDERS", "place_height"]

LANDERS: Mapping[str, float] = {
    "gale": -4501.0,  # Vasavada et al. 2014, doi:10.1002/2014JE004622, at landing
    "viking 1": -3627.0,  # Parker & Kirk 1999, on MOLA
    "viking 2": -4505.0,  # Parker & Kirk 1999, on MOLA
    "insight": -2614.0,  # Golombek et al. 2020, doi:10.1038/s41467-020-14679-1
    "zhurong": -4099.4,  # Jiang et al. 2023, doi:10.1038/s41598-023-30513-2
}
"""Height over the areoid [m] by the site's name in small letters."""
_SAME = 0.3  # deg, within which a name means the site


def place_height(place: tuple[str, float, float]) -> float:
    """Height of the ground [m] at (name, longitude, latitude): a lander's own, or the shape's."""
    name, lon, lat = place
    shape = float(SurfaceMaps.at(lat, lon).elevation[0])
    known = LANDERS.get(name.casefold())
    return shape if known is None or not _near(name, lon, lat) else known


_PLACES: Mapping[str, tuple[float, float]] = {
    "gale": (137.44, -4.59), "viking 1": (312.05, 22.27), "viking 2": (134.26, 47.67),
    "insight": (135.62, 4.50), "zhurong": (109.925, 25.066),
}  # fmt: skip


def _near(name: str, lon: float, lat: float) -> bool:
    """Whether a place of a lander's name is where that lander is."""
    east, north = _PLACES[name.casefold()]
    return abs((lon - east + 180.0) % 360.0 - 180.0) < _SAME and abs(lat - north) < _SAME
