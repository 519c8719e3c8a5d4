"""The topics of the page: one table each, from one script or several."""

from __future__ import annotations

from dataclasses import dataclass

LIMIT = 300.0


@dataclass(frozen=True, slots=True)
class Topic:
    """A table: its title, the scripts whose `rows` fill it, and a sentence above it.

    `limit` is the time by the clock [s] that each script may take, compilation included.
    """

    name: str
    title: str
    scripts: tuple[str, ...]
    text: str
    limit: float = LIMIT


TOPICS = (
    Topic(
        "window", "Lambert and porkchop", ("window",),
        "From Earth to Mars in 2020: single cases in arrays, and whole grids with the ephemeris.",
    ),
    Topic(
        "ephemeris", "Ephemeris", ("ephemeris",),
        "Mars relative to the Sun from DE440; every reader gets the time argument it likes best, "
        "made before the clock starts.",
    ),
    Topic(
        "cruise", "Cruise", ("cruise",),
        "203 days from the state of 23 July 2020: Sun, eight planets and Moon of DE440, solar "
        "pressure, the Schwarzschild term; errors against an 80-bit reference.",
    ),
    Topic(
        "rays", "Rays", ("rays",),
        "A camera of 54 degrees 265 km over Mars: points, angles and places of its rays.",
    ),
    Topic(
        "rendering", "Rendering", ("picture",),
        "Earth and Moon from 1.2 million km, 2048 × 1536 pixels, 16 samples each.",
    ),
    Topic(
        "mapping", "Mapping", ("mapping",),
        "A full disc of 2048 × 1536 pixels onto a map of 5760 × 2880 cells, bilinear.",
    ),
    Topic(
        "coverage", "Coverage", ("coverage",),
        "How many frames of a campaign saw each cell of a map lit, and its finest pixel.",
        480.0,
    ),
    Topic(
        "entry", "Entry", ("entry",),
        "Entries at 5.33 km/s down to 420 m/s through one column of air, scattered as in a Monte "
        "Carlo; the peers call the same compiled forces.",
    ),
    Topic(
        "path", "Path", ("traverse",),
        "The cheapest way across fractal ground with craters, corner to corner.",
        480.0,
    ),
    Topic(
        "ground", "Ground temperature", ("ground_conduction",),
        "A Mars year of the ground under the Sun.",
    ),
    Topic(
        "climate", "Climate", ("shortwave", "longwave", "co2_cycle"),
        "Light through the air, and the year of the caps. No peer on the registry runs a Mars "
        "climate: circulation models are told with the figures that were measured or published.",
    ),
    Topic(
        "orbit", "Orbits about Mars", ("orbit",),
        "The remote-sensing orbit of Tianwen-1, gravity to degree 50.",
    ),
    Topic(
        "retrieval", "Retrievals", ("thermal_inertia",),
        "Thermal inertia from two looks of a radiometer.",
    ),
    Topic(
        "targeting", "Targeting", ("targeting",), "Aiming at the B-plane in the full model.",
    ),
    Topic(
        "dispersed", "Dispersed cruises", ("dispersed_cruise",),
        "Cruises with scattered injection to the B-plane, in lanes.",
    ),
    Topic(
        "navigation", "Navigation", ("navigation",), "Orbit determination from tracking.",
    ),
    Topic(
        "sweep", "Sweeps", ("sweep",), "Landings of a sweep on a cluster of this machine.", 420.0,
    ),
)  # fmt: skip


def topic(name: str) -> Topic:
    """A topic by its name; raises KeyError with the names there are."""
    for each in TOPICS:
        if each.name == name:
            return each
    raise KeyError(f"no topic {name!r}; topics are {', '.join(t.name for t in TOPICS)}")
