"""The words of the trade that the page uses, told plainly."""

from marsward.views.stored_run import StoredRun

_CRUISE = (
    ("AU", "astronomical unit, about the distance of Earth from the Sun: 149.6 million km"),
    (
        "B-plane, B·T, B·R",
        "the plane through the centre of Mars, square to the way the craft comes in; B is where it "
        "would cross that plane if Mars did not pull. T lies along the equator, R points south",
    ),
    (
        "C3, speed at infinity",
        "what is left of the craft's speed about a planet far away from it; C3 is its square",
    ),
    (
        "coast",
        "flight without a push. Its miss: how far a path that starts at one vector ends from the "
        "next",
    ),
    ("DSM, TCM", "deep-space manoeuvre, trajectory correction manoeuvre: the burns on the way"),
    ("Δv", "the change of speed that a burn makes"),
    (
        "J2000, MARS_MEOD",
        "axes of a vector: Earth's equator of the year 2000; the mean equator of Mars on that day",
    ),
    ("joined path", "one path through all vectors that can be trusted, with the burns between"),
    ("perigee, periapsis", "the point nearest to Earth; the point nearest to the planet"),
    (
        "settled, fresh, predicted",
        "what a vector rests on: long tracking; the first tracking after a burn; a forecast made "
        "before it",
    ),
    ("state vector", "position and velocity at one instant"),
)
_LOOK_BACK = (
    ("attitude", "which way the camera points and how it is turned"),
    ("limb", "the edge of a body's disc"),
    ("phase angle", "between Sun and camera, seen from the body: 0° is full, 180° is new"),
    ("px", "pixel, one element of the picture"),
)
_CAPTURE = (
    ("apoapsis", "the point farthest from the planet"),
    ("eclipse, umbra, penumbra", "the Sun is hidden by Mars: wholly in the umbra, in part around"),
    ("inclination", "how far the plane of an orbit is tilted to the equator of Mars"),
    ("local true solar time", "the hour of a sundial there; 12 h is noon"),
    ("node", "where an orbit crosses the plane of the equator, going north"),
    ("occultation", "Mars stands between the craft and Earth, and the radio is silent"),
    ("periapsis", "the point nearest to the planet"),
)
_MAP = (
    ("albedo", "how bright the ground is, as a share of the light that falls on it"),
    ("equirectangular", "a map on which a degree is as long everywhere, east and north"),
    ("footprint", "the ground that one frame shows"),
    ("ground size of a pixel, GSD", "how many metres of ground one pixel of the camera covers"),
    (
        "incidence, emission, phase angle",
        "between the ground's upright and the Sun; between it and the camera; between the two",
    ),
    ("mosaic", "one map put together from many frames"),
    ("orthoimage", "a frame laid on the ground, as if seen from straight above everywhere"),
    ("px/deg", "cells of a map for each degree of latitude"),
    ("polar stereographic", "a map about a pole that keeps shapes as they are"),
    ("stereo angle", "between two lines of sight to the same ground; it lets heights be found"),
    ("truth and knowledge", "the planet as the simulation has it; what was found from frames"),
)
_HELD_BY = {
    "periapsis": ("perigee, periapsis",),
    "phase angle": ("incidence, emission, phase angle",),
}
"""Words that another entry tells of, where that one stands on the page."""
_ALWAYS = (
    ("1σ, 3σ", "how far off a number should be: within 1σ two times in three, 3σ nearly always"),
)


def words(run: StoredRun) -> list[tuple[str, str]]:
    """Words and what they mean, in the order of the alphabet, for the phases of a run."""
    found = list(_ALWAYS)
    found += _CRUISE if run.phase("cruise") is not None else ()
    found += _LOOK_BACK if run.phase("lookback") is not None else ()
    about_mars = run.phase("capture") is not None or run.phase("orbit") is not None
    found += _CAPTURE if about_mars else ()
    found += _MAP if run.phase("map") is not None else ()
    told = {word for word, _ in found}
    found = [pair for pair in found if told.isdisjoint(_HELD_BY.get(pair[0], ()))]
    return sorted(found, key=lambda pair: pair[0].lower().replace("δ", "d"))
