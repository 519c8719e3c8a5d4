"""The first page: one sentence and the mission in a few numbers, from stored numbers alone."""

from dataclasses import dataclass

import numpy as np

from marsward.views import cover_design, cover_surface
from marsward.views.numbers import AU, digits, moment, whole_sentence
from marsward.views.stored_run import Missing, StoredPhase, StoredRun


@dataclass(frozen=True)
class Headline:
    """One of the large numbers: figure, unit, and the words under it."""

    figure: str
    unit: str
    words: str


def sentence(run: StoredRun) -> str:
    """What happened, in one or two sentences; the phases' own ones when numbers are missing."""
    try:
        begin = _cruise(run) or cover_surface.transfer(run)
        voyage = [part for part in (begin, _look_back(run)) if part]
        orbit = [part for part in (_orbit(run) or cover_design.insertion(run), _map(run)) if part]
        told_of = (
            cover_design.window(run), cover_design.navigation(run), _ice(run),
            _soil(run), _thermal(run), _climate(run), cover_surface.landing(run),
            cover_surface.rover(run), cover_surface.helicopter(run),
        )  # fmt: skip
        world = [[part] for part in told_of if part]
    except Missing:
        voyage, orbit, world = [], [], []
    if len(voyage) == 2:
        voyage[1] = f"on the way it {voyage[1].removeprefix('it ')}"
    told = " ".join(whole_sentence("; ".join(parts)) for parts in (voyage, orbit, *world) if parts)
    if told:
        return told
    own = (str(phase.about.get("sentence") or "") for phase in run.phases)
    return " ".join(whole_sentence(each) for each in own if each)


def _cruise(run: StoredRun) -> str:
    cruise = run.phase("cruise")
    if cruise is None:
        return ""
    start, stop = cruise.text_of("perigee_epoch"), cruise.text_of("periapsis_epoch")
    radius = cruise.si("periapsis_radius")
    away = f", {digits(round((radius or 0.0) / 1e3))}\u00a0km from the planet's centre"
    return f"it left Earth on {_date(start)} and reaches Mars on {_date(stop)}" + (
        away if radius else ""
    )


def _look_back(run: StoredRun) -> str:
    look = run.phase("lookback")
    distance = look.si("earth_range") if look is not None else None
    if not distance:
        return ""
    return (
        "it looked back at Earth and the Moon from "
        f"{digits(distance / 1e9, None, 3)}\u00a0million\u00a0km"
    )


def _orbit(run: StoredRun) -> str:
    capture = run.phase("capture")
    if capture is None:
        return _design(run)
    low, high = (capture.si(f"orbit_{name}_altitude") for name in ("periapsis", "apoapsis"))
    turns = capture.si("orbit_turns")
    if not (low and high and turns):
        return ""
    return (
        f"about Mars it goes round {digits(turns)} times, {digits(round(low / 1e3))}\u00a0×\u00a0"
        f"{digits(round(high / 1e3))}\u00a0km over the ground"
    )


def _design(run: StoredRun) -> str:
    """The orbit of a study that begins at Mars; nothing without one."""
    orbit = run.phase("orbit")
    if orbit is None or run.phase("transfer") is not None:  # then it is another craft's
        return ""
    turns, period, lowest = (orbit.si(f"orbit_{n}") for n in ("turns", "period", "lowest"))
    if not (turns and period and lowest):
        return ""
    return (
        f"it goes round Mars {digits(turns)} times, a turn in {digits(period / 3600.0, None, 3)}"
        f"\u00a0hours, never lower than {digits(round(lowest / 1e3))}\u00a0km above the equatorial "
        "radius"
    )


def _map(run: StoredRun) -> str:
    mapped = run.phase("map")
    frames = mapped.si("frames") if mapped is not None else None
    if mapped is None or not frames:
        return ""
    filled, errors = mapped.si("filled"), _albedo_errors(mapped)
    text = f"from {digits(frames)} frames comes a map"
    if filled:
        text += f" of {digits(100.0 * filled, None, 5)}\u00a0% of the planet"
    if errors:
        text += f", its albedo right to {digits(100.0 * max(errors), None, 2)}\u00a0%"
    return text


def _ice(run: StoredRun) -> str:
    """Where ice lasts, how deep, how well that is known, and where radar found it."""
    ice = run.phase("ice")
    if ice is None:
        return ""
    north, south, depth = (ice.si(f"ice_{n}") for n in ("edge_north", "edge_south", "median_depth"))
    if north is None or south is None or not depth:
        return ""
    edges = (digits(round(abs(float(np.degrees(edge))))) for edge in (north, south))
    text = "in the ground of Mars ice lasts poleward of {}° N and {}° S".format(*edges)
    text += f", {digits(100.0 * depth, None, 2)}\u00a0cm deep in the median"
    sigma = ice.si("ice_log_sigma")
    if sigma:
        text += f" and known to a factor of {digits(float(np.exp(sigma)), None, 2)}"
    found = [
        key.removeprefix("radar_").removesuffix("_class").replace("_", " ").title()
        for key, entry in ice.summary.items()
        if key.startswith("radar_") and key.endswith("_class") and entry.get("value") == "ice"
    ]
    return text + (f"; radar finds ice under {_listed(found)}" if found else "")


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _soil(run: StoredRun) -> str:
    """How many spectra, and how well minerals come back from them."""
    soil = run.phase("soil")
    spectra, rms = (soil.si(n) for n in ("spectra", "fraction_rms")) if soil else (None, None)
    if not (spectra and rms):
        return ""
    return (
        f"{digits(spectra)} spectra tell the minerals of the soil, each right to "
        f"{digits(100.0 * rms, None, 2)}\u00a0% of the ground"
    )


def _thermal(run: StoredRun) -> str:
    """How many cells told their thermal inertia, how well, and how well it was known before."""
    heat = run.phase("thermal")
    names = ("cells_solved", "inertia_scatter", "prior_scatter")
    cells, after, before = (heat.si(n) for n in names) if heat else (None, None, None)
    if not (cells and after):
        return ""
    text = (
        f"from the warmth of the ground by day and night comes the thermal inertia of "
        f"{digits(cells)} cells, right to {digits(100.0 * after, None, 2)}\u00a0%"
    )
    return text + (
        f", where it was known to {digits(100.0 * before, None, 2)}\u00a0% before" if before else ""
    )


def _climate(run: StoredRun) -> str:
    """What the air does to the climate, and how well its temperature is known."""
    climate = run.phase("climate")
    share, warmth = (climate.si(n) for n in ("freeze_share", "greenhouse")) if climate else (0, 0)
    if climate is None or not (share and warmth):
        return ""
    text = (
        f"of its thin air {digits(100.0 * share, None, 2)}\u00a0% freezes out at the poles and "
        f"comes back each year, and its infrared keeps the ground {digits(warmth, None, 2)}\u00a0K "
        "warmer"
    )
    count, rms = (climate.si(f"occultation_{n}") for n in ("profiles", "rms_below_30km"))
    if count and rms:
        text += (
            f"; {digits(count)} radio occultations tell its temperature to "
            f"{digits(rms, None, 2)}\u00a0K below 30\u00a0km"
        )
    return text


def _albedo_errors(phase: StoredPhase) -> list[float]:
    found = (phase.si(key) for key in phase.summary if key.startswith("albedo_rms_"))
    return [value for value in found if value is not None and np.isfinite(value)]


def headlines(run: StoredRun) -> list[Headline]:
    """Days of flight, way, look back, turns, frames, ground size: those the run can tell."""
    found = _voyage_numbers(run)
    orbit, mapped = run.phase("capture") or _own_orbit(run), run.phase("map")
    turns = orbit.si("orbit_turns") if orbit is not None else None
    if turns:
        found.append(Headline(digits(turns), "turns", "about Mars in the mapping orbit"))
    frames = mapped.si("frames") if mapped is not None else None
    size = mapped.si("median_best_gsd") if mapped is not None else None
    if mapped is not None and frames:
        found.append(Headline(digits(frames), "frames", _below(mapped)))
    if size:
        words = "of ground in a pixel of the camera, median over the planet"
        found.append(Headline(digits(size, None, 2), "m", words))
    return found + _ground_numbers(run)


def _own_orbit(run: StoredRun) -> StoredPhase | None:
    """The orbit of a study; that of another craft where this one lands and leaves no orbiter."""
    lands = run.phase("transfer") is not None and run.phase("insertion") is None
    return None if lands else run.phase("orbit")


def _ground_numbers(run: StoredRun) -> list[Headline]:
    """The ice and the minerals; nothing of a phase that was not flown."""
    found = []
    ice, soil = run.phase("ice"), run.phase("soil")
    share, depth = (ice.si(n) for n in ("ice_area", "ice_median_depth")) if ice else (None, None)
    if share:
        words = "of the planet with ice in its ground"
        found.append(Headline(digits(100.0 * share, None, 2), "%", words))
    if depth:
        words = "of soil over that ice, median by area"
        found.append(Headline(digits(100.0 * depth, None, 2), "cm", words))
    sure = soil.si("found_share") if soil else None
    if sure:
        words = "of the minerals that are there are found in the spectra"
        found.append(Headline(digits(100.0 * sure, None, 3), "%", words))
    heat = run.phase("thermal")
    scatter = heat.si("inertia_scatter") if heat else None
    if scatter:
        words = "of error in the soil's thermal inertia, told from its warmth"
        found.append(Headline(digits(100.0 * scatter, None, 2), "%", words))
    climate = run.phase("climate")
    share = climate.si("freeze_share") if climate else None
    if share:
        words = "of the air freezes out at the poles and comes back, every year"
        found.append(Headline(digits(100.0 * share, None, 2), "%", words))
    return found


def _below(phase: StoredPhase) -> str:
    """What the frames are of, and from how high where that is stored."""
    try:
        highest = float(np.nanmax(phase.values("frames", "altitude")))
    except (Missing, ValueError):
        return "of the ground"
    return f"of the ground, from {digits(np.ceil(highest / 1e4) * 10.0)} km and less"


def _voyage_numbers(run: StoredRun) -> list[Headline]:
    found = []
    cruise, look = run.phase("cruise") or run.phase("transfer"), run.phase("lookback")
    if cruise is not None:
        try:
            time = cruise.values("path", "time")
            craft = cruise.values("path", "craft_position")
        except Missing:
            time = craft = np.array([])
        if len(time) > 1:
            days = (time[-1] - time[0]) / np.timedelta64(1, "D")
            way = float(np.sum(np.linalg.norm(np.diff(craft, axis=0), axis=1)))
            found.append(Headline(f"{days:.1f}", "days", "from Earth to Mars"))
            words = f"of path about the Sun, {way / AU:.2f} astronomical units"
            found.append(Headline(f"{way / 1e9:.0f}", "million km", words))
    distance = look.si("earth_range") if look is not None else None
    if distance:
        found.append(Headline(digits(distance / 1e9, None, 4), "million km",
                              "away when it took the picture of Earth and Moon"))  # fmt: skip
    return found


def _date(text: str) -> str:
    months = "January February March April May June July August September October November December"
    year, month, day = moment(text).split(" ")[0].split("-")
    return f"{int(day)} {months.split()[int(month) - 1]} {year}"
