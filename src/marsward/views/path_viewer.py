"""The path that a reader can turn and zoom: its data, packed once, and its page parts.

The script (pages/path_viewer.js) draws on a plain canvas with an orthographic projection; it needs
no library and no network. Positions travel as little-endian float32 [AU, ecliptic of J2000], which
is 5 km or better within the orbit of Mars.
"""

import base64
import json
from importlib.resources import files

import numpy as np

from marsward.views.figures.burns import flown_burns
from marsward.views.numbers import AU
from marsward.views.stored_run import Missing, StoredPhase

_POINTS = 1100
TRACKS = ("craft", "earth", "mars", "moon")


def viewer_data(phase: StoredPhase, marks: list[dict[str, object]] | None = None) -> str:
    """The viewer's data of a cruise as JSON: packed tracks, orbits, manoeuvres, marks.

    Raises
    ------
    Missing
        path.nc or one of its positions is not in the run.
    """
    time = phase.values("path", "time").astype("datetime64[ns]")
    chosen = _thinned(phase, len(time))
    start = time[0]
    days = (time[chosen] - start) / np.timedelta64(86_400_000_000_000, "ns")
    tracks = {}
    for name in TRACKS:
        try:
            tracks[name] = _packed(phase.values("path", f"{name}_position")[chosen] / AU)
        except Missing:
            if name in ("craft", "earth"):
                raise
    numbers = {}
    for name in ("earth_distance", "sun_distance", "mars_distance", "speed_sun", "speed_earth"):
        try:
            numbers[name] = _packed(phase.values("path", name)[chosen] / 1e3)
        except Missing:
            continue
    return json.dumps(
        {
            "start": str(start.astype("datetime64[ms]")) + "Z",
            "days": _packed(days),
            "tracks": tracks,
            "numbers": numbers,
            "orbits": _orbits(phase),
            "burns": _burns(phase, start),
            "marks": marks or [],
        },
        separators=(",", ":"),
        allow_nan=False,
    )


def viewer_script() -> str:
    """The hand-written script of the viewer."""
    return files("marsward.views").joinpath("pages/path_viewer.js").read_text(encoding="utf-8")


def days_since(phase: StoredPhase, moment: str) -> float:
    """Days from the start of the path to a UTC moment."""
    start = phase.values("path", "time")[0].astype("datetime64[ns]")
    when = np.datetime64(moment.removesuffix("Z"), "ns")
    return float((when - start) / np.timedelta64(1, "D"))


def _packed(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f4").tobytes()).decode("ascii")


def _thinned(phase: StoredPhase, count: int) -> np.ndarray:
    """Indices evenly spread in time and, near the planets, in the logarithm of the distance."""
    if count <= _POINTS:
        return np.arange(count)
    weight = np.full(count - 1, 2.0 / count)
    for name in ("earth_distance", "mars_distance"):
        try:
            steps = np.abs(np.diff(np.log(phase.values("path", name))))
        except Missing:
            continue
        weight += steps / max(float(steps.sum()), 1e-12)
    along = np.concatenate([[0.0], np.cumsum(weight)])
    wanted = np.linspace(0.0, along[-1], _POINTS)
    return np.unique(np.rint(np.interp(wanted, along, np.arange(count))).astype(int))


def _orbits(phase: StoredPhase) -> dict[str, str]:
    found = {}
    for name in ("earth", "mars"):
        try:
            found[name] = _packed(phase.values("orbits", f"{name}_orbit") / AU)
        except Missing:
            continue
    return found


def _burns(phase: StoredPhase, start: np.datetime64) -> list[dict[str, object]]:
    day = np.timedelta64(1, "D")
    return [
        {"name": b.name, "day": round(float((b.time - start) / day), 5), "dv": round(b.dv, 3)}
        for b in flown_burns(phase)
    ]
