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
_ICE = (
    ("clutter", "echoes of hills beside the track that arrive as late as echoes from below"),
    (
        "CO₂ frost",
        "frozen air: where the ground cools to about 148 K, carbon dioxide settles on it",
    ),
    ("ice table", "the upper face of ground ice; above it the soil is dry"),
    ("loss tangent", "how fast a material swallows radio waves; ice takes least"),
    ("Ls", "the season: how far Mars has gone round the Sun since northern spring began"),
    (
        "permittivity",
        "how much a material slows radio waves: by its square root; ice about 3, rock 5 to 9",
    ),
    ("radargram", "echoes of a radar side by side along its track, delay downward"),
    ("sol", "a day of Mars, 24 h 40 min"),
    (
        "thermal inertia",
        "how hard it is to warm or cool the ground: dust under 100, rock over 1000 J m⁻² K⁻¹ s⁻½",
    ),
    ("two-way delay", "from sending a pulse to its echo; 1 µs is about 85 m of ice"),
)
_THERMAL = (
    ("local true solar time", "the hour of a sundial there; 12 h is noon"),
    ("radiometer", "an instrument that measures how strongly the ground glows by its own heat"),
    *(pair for pair in _ICE if pair[0] in ("CO₂ frost", "Ls", "thermal inertia")),
)
_SOIL = (
    ("cross-section, share of", "how much of the light a mineral's grains catch, of all grains"),
    ("Hapke's model", "how light scatters in a mixture of grains; it turns minerals into spectra"),
    ("I/F", "brightness over that of a white board that faces the Sun there"),
    ("reflectance", "the share of light that the ground itself sends back, without air and dust"),
    (
        "summary parameter",
        "a depth or slope of one band of a spectrum, which points to one kind of mineral",
    ),
    ("unmixing", "finding the minerals whose spectra together make the one that was seen"),
)
_CLIMATE = (
    ("areoid", "the level surface of Mars, as a sea's would be; heights are counted from it"),
    ("averaging kernel", "how the truth at every height enters an answer for one height"),
    ("boundary layer", "the lowest air, stirred by the ground's warmth by day"),
    ("greenhouse", "warmth of the ground because the air sends infrared down to it"),
    ("occultation", "the planet passing before Earth: the radio link then grazes the air"),
    ("optical depth", "how much dust stands overhead: the Sun's beam falls to exp(-depth)"),
    *(pair for pair in _ICE if pair[0] in ("CO₂ frost", "Ls", "sol")),
    *(pair for pair in _THERMAL if pair[0] == "local true solar time"),
)
_ENTRY = (
    ("bank angle", "how far the capsule rolls its lift from straight up: it steers by it"),
    ("bootstrap", "an error found by drawing the members again and again from themselves"),
    ("corridor", "the entry angles between skipping out again and too hard a deceleration"),
    ("dynamic pressure", "the push of the air, half its density times the speed squared"),
    ("ellipse, 99 %", "the patch of ground that holds 99 of 100 landings"),
    ("entry angle", "how steeply the path goes down where the air begins, 125 km up"),
    ("g", "the weight of things on Earth, 9.81 m/s²"),
    ("heat load", "all the heat that a square metre of the shield took up"),
    ("Mach number", "speed over the speed of sound"),
    ("member", "one of many landings, each with its own chance errors"),
    *(pair for pair in _CLIMATE if pair[0] == "areoid"),
)
_ROVER = (
    ("loss tangent", "how fast ground swallows radar waves"),
    ("LIBS", "a laser turns a speck of rock to glowing vapour, whose colours tell its elements"),
    ("permittivity", "how much slower radar waves go in the ground: by its square root"),
    ("slip", "the share of the wheels' turning that does not move the rover"),
    ("tilt", "angle between the rover's deck and level"),
    *(pair for pair in _CLIMATE if pair[0] in ("optical depth", "sol")),
    *(pair for pair in _THERMAL if pair[0] == "local true solar time"),
)
_HELICOPTER = (
    ("airfoil data", "measured or computed lift and drag of the blade's section"),
    ("hover", "flight on one spot"),
    ("thrust to spare", "how much more than its weight the rotor could carry at full pitch"),
    ("tip Mach number", "speed of the blade's tip over the speed of sound"),
)
_RADARGRAM = tuple(pair for pair in _ICE if pair[0] in ("clutter", "radargram", "two-way delay"))
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
    found += _ICE if run.phase("ice") is not None else ()
    found += _SOIL if run.phase("soil") is not None else ()
    for kind, rows in (
        ("thermal", _THERMAL), ("climate", _CLIMATE), ("entry", _ENTRY), ("rover", _ROVER),
        ("helicopter", _HELICOPTER),
    ):  # fmt: skip
        told = {word for word, _ in found}
        asked = rows if run.phase(kind) is not None else ()
        found += [pair for pair in asked if pair[0] not in told]
    alone = run.phase("radargram") is not None and run.phase("ice") is None
    found += _RADARGRAM if alone else ()
    told = {word for word, _ in found}
    found = [pair for pair in found if told.isdisjoint(_HELD_BY.get(pair[0], ()))]
    return sorted(found, key=lambda pair: pair[0].lower().replace("δ", "d"))
