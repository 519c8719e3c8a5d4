"""The first page: one sentence and the mission in three numbers, from stored numbers alone."""

from dataclasses import dataclass

import numpy as np

from marsward.views.numbers import AU, digits, moment, whole_sentence
from marsward.views.stored_run import Missing, StoredRun


@dataclass(frozen=True)
class Headline:
    """One of the three numbers: figure, unit, and the words under it."""

    figure: str
    unit: str
    words: str


def sentence(run: StoredRun) -> str:
    """What happened, in one sentence; the phases' own sentences when numbers are missing."""
    cruise, look = run.phase("cruise"), run.phase("lookback")
    parts = []
    try:
        if cruise is not None:
            start, stop = cruise.text_of("perigee_epoch"), cruise.text_of("periapsis_epoch")
            radius = cruise.si("periapsis_radius")
            away = f", {digits(round((radius or 0.0) / 1e3))}\u00a0km from the planet's centre"
            parts.append(
                f"It left Earth on {_date(start)} and reaches Mars on {_date(stop)}"
                + (away if radius else "")
            )
        distance = look.si("earth_range") if look is not None else None
        if distance:
            parts.append(
                f"{'on the way it' if parts else 'It'} looked back at Earth and the Moon from "
                f"{digits(distance / 1e9, None, 3)}\u00a0million\u00a0km"
            )
    except Missing:
        parts = []
    if parts:
        return "; ".join(parts) + "."
    told = (str(phase.about.get("sentence") or "") for phase in run.phases)
    return " ".join(whole_sentence(each) for each in told if each)


def headlines(run: StoredRun) -> list[Headline]:
    """Days of flight, way about the Sun, distance of the look back: those the run can tell."""
    found = []
    cruise, look = run.phase("cruise"), run.phase("lookback")
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
    if look is not None:
        distance = look.si("earth_range")
        if distance:
            found.append(Headline(digits(distance / 1e9, None, 4), "million km",
                                  "away when it took the picture of Earth and Moon"))  # fmt: skip
    return found[:3]


def _date(text: str) -> str:
    months = "January February March April May June July August September October November December"
    year, month, day = moment(text).split(" ")[0].split("-")
    return f"{int(day)} {months.split()[int(month) - 1]} {year}"
