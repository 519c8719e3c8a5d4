"""What a reader of the news asks about the look back, answered from its summary."""

from dataclasses import dataclass

import numpy as np

from marsward.views.numbers import digits, moment
from marsward.views.stored_run import Missing, StoredPhase

NEWS_DAY = "2020-07-27"  # the day the agencies gave, CNSA and Xinhua, 28 July 2020


@dataclass(frozen=True)
class Answer:
    """A question that a reader of the news asks, and the answer."""

    question: str
    answer: str


def news_answers(phase: StoredPhase) -> list[Answer]:
    """Larger, nearer, how far apart, how lit, which day; those that the summary can tell."""
    found = [_larger(phase), _nearer(phase), _apart(phase), _lit(phase), _day(phase)]
    return [answer for answer in found if answer is not None]


def _larger(phase: StoredPhase) -> Answer | None:
    earth, moon = (phase.si(f"{n}_diameter", f"{n}_diameter_deg") for n in ("earth", "moon"))
    if not earth or not moon:
        return None
    ratio = earth / moon
    first, second = ("Earth", "the Moon") if ratio > 1 else ("The Moon", "Earth")
    wide, small = (float(np.rad2deg(f(earth, moon))) for f in (max, min))
    text = f"{first}, {max(ratio, 1 / ratio):.2f} times: it is {wide:.4f}° wide, "
    text += f"{second} {small:.4f}°."
    far = phase.si("earth_range"), phase.si("moon_range")
    if far[0] and far[1]:
        true = ratio * far[0] / far[1]
        text += f" Seen from the same distance Earth would be {true:.2f} times as wide as the Moon"
        text += "; here it is also nearer." if ratio > true else "."
    return Answer("Which is larger in the picture, Earth or Moon?", text)


def _nearer(phase: StoredPhase) -> Answer | None:
    earth, moon = phase.si("earth_range"), phase.si("moon_range")
    if not earth or not moon:
        return None
    near, off = ("Earth", "the Moon") if earth < moon else ("The Moon", "Earth")
    gap = digits(round(abs(moon - earth) / 1e6) * 1e3)
    text = (
        f"{near}. The craft is {_million(earth)} from Earth and {_million(moon)} from the Moon: "
        f"{off} is {gap} km farther away."
    )
    return Answer("Which is nearer?", text)


def _apart(phase: StoredPhase) -> Answer | None:
    apart, wide = phase.si("separation"), phase.si("earth_diameter", "earth_diameter_deg")
    if not apart or not wide:
        return None
    degrees = digits(float(np.rad2deg(apart)), None, 4)
    text = f"{degrees}°, {apart / wide:.1f} times the width of Earth in the picture."
    return Answer("How far apart do they stand?", text)


def _lit(phase: StoredPhase) -> Answer | None:
    earth, moon = phase.si("earth_lit"), phase.si("moon_lit")
    if earth is None or moon is None:
        return None
    text = f"{100 * earth:.0f} % of Earth's disc and {100 * moon:.0f} % of the Moon's."
    crescents = " Both are crescents." if max(earth, moon) < 0.5 else ""
    return Answer("How much of them is lit?", text + crescents)


def _day(phase: StoredPhase) -> Answer | None:
    try:
        utc, beijing = phase.text_of("epoch_utc"), phase.text_of("epoch_beijing")
    except Missing:
        return None
    near = abs(np.datetime64(moment(utc)[:10]) - np.datetime64(NEWS_DAY)) <= np.timedelta64(2, "D")
    said = []
    for clock, text in (("By the clock of Beijing", beijing), ("By UTC", utc)):
        day, _, time = moment(text, seconds=False).partition(" ")
        verdict = (", yes" if day == NEWS_DAY else ", no") if near else ""
        said.append(f"{clock}{verdict}: {day}, {time}.")
    return Answer("Was it 27 July 2020?" if near else "Which day was it?", " ".join(said))


def _million(distance: float) -> str:
    return f"{digits(distance / 1e9, None, 4)} million km"
