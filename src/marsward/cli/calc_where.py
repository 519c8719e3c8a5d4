"""`calc where`: position and velocity of a body or craft from any other, in any frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from marsward.cli.observer import instant, show, thing, title


def calc_where(
    target: str,
    /,
    *,
    wrt: str = "sun",
    at: str = "now",
    frame: str = "J2000",
    correction: str = "NONE",
    craft: Path | None = None,
    kernel: Path | None = None,
    json: bool = False,
) -> None:
    """Show where a body or craft is: position, distance, light time, direction, velocity.

    Parameters
    ----------
    target
        Body such as mars, "earth barycenter" or 301; or craft, the spacecraft of a run.
    wrt
        From where: a body or craft.
    at
        ISO time, UTC unless it ends in TAI, TT or TDB, such as 2020-07-27T00:00; "now" by default.
    frame
        J2000, ECLIPJ2000, IAU_MARS, MARS_MEOD and others.
    correction
        NONE for where it is; LT, LT+S, CN or CN+S for where it is seen.
    craft
        Run folder (or its name in runs/) whose spacecraft is meant by craft.
    kernel
        An SPK file (types 2, 3, 8, 9, 12, 13, 18) beside DE440, such as one with Phobos in it.
    json
        Print JSON instead of a table.

    Raises
    ------
    InputError
        When a body, frame, correction or time cannot be read.
    DataError
        When the ephemeris does not cover the time.
    """
    show(where_rows(target, wrt, at, frame, correction, craft, kernel), json)


def where_rows(
    target: str,
    wrt: str,
    at: str,
    frame: str,
    correction: str,
    craft: Path | None,
    kernel: Path | None = None,
) -> list[tuple[str, str, Any, str]]:
    """Key, label, value and text of each line of the answer."""
    import numpy as np

    from marsward.core.constants import ASTRONOMICAL_UNIT
    from marsward.dynamics.ephemeris import default_ephemeris
    from marsward.geometry.ellipsoid import angles
    from marsward.geometry.state import state

    epoch = instant(at)
    body, observer = thing(target, craft), thing(wrt, craft)
    kind = correction.strip().upper()
    source = default_ephemeris() if kernel is None else default_ephemeris().with_kernels(kernel)
    asked: dict[str, Any] = {"wrt": observer, "at": epoch, "correction": kind, "ephemeris": source}
    here = state(body, frame=frame, **asked)
    sky = state(body, **asked).values
    position, velocity = here.values[:3] / 1e3, here.values[3:] / 1e3
    km, km_s = position.tolist(), velocity.tolist()
    au = float(ASTRONOMICAL_UNIT) / 1e3
    distance = float(np.linalg.norm(position))
    light_time = float(here["light_time"])
    ra, dec = (float(angle) for angle in angles(sky[:3]))
    rate = float(sky[:3] @ sky[3:]) / max(float(np.linalg.norm(sky[:3])), 1e-300) / 1e3
    speed = float(np.linalg.norm(velocity))
    rows: list[tuple[str, str, Any, str]] = [
        ("target", "Target", target, title(target, body)),
        ("wrt", "Seen from", wrt, title(wrt, observer)),
        ("utc", "UTC", epoch.utc, epoch.utc),
        ("tdb", "TDB", epoch.tdb, epoch.tdb),
        ("frame", "Frame", here.attrs["frame"], here.attrs["frame"]),
        ("correction", "Correction", kind, kind),
        ("position_km", "Position", km, _triple(position, ".6f") + " km"),
        ("position_au", "", [v / au for v in km], _triple(position / au, ".10f") + " au"),
        ("distance_km", "Distance", distance, f"{distance:.6f} km"),
        ("distance_au", "", distance / au, f"{distance / au:.10f} au"),
        ("light_time_s", "Light time", light_time, f"{light_time:.6f} s  ({_clock(light_time)})"),
        ("right_ascension_deg", "Right ascension", ra, f"{ra:.6f} deg  ({_hours(ra)})"),
        ("declination_deg", "Declination", dec, f"{dec:+.6f} deg  ({_degrees(dec)})"),
        ("velocity_km_s", "Velocity", km_s, _triple(velocity, ".9f") + " km/s"),
        ("speed_km_s", "Speed", speed, f"{speed:.9f} km/s"),
        ("range_rate_km_s", "Range rate", rate, f"{rate:+.9f} km/s"),
        ("kernels", "Kernels", here.attrs["kernels"], here.attrs["kernels"]),
    ]
    if "substitute" in here.attrs:
        rows.append(("substitute", "Note", here.attrs["substitute"], here.attrs["substitute"]))
    return rows


def _triple(vector: Any, style: str) -> str:
    texts = [format(float(v), style) for v in vector]
    return "  ".join(text.rjust(18) for text in texts)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds, 1), 60.0)
    return f"{int(minutes)} min {rest:04.1f} s"


def _hours(degrees: float) -> str:
    tenth = round(degrees / 15.0 * 36_000.0) % 864_000
    return f"{tenth // 36_000:02d}h {tenth // 600 % 60:02d}m {tenth % 600 / 10:04.1f}s"


def _degrees(degrees: float) -> str:
    second = round(abs(degrees) * 3600.0)
    sign = "-" if degrees < 0.0 else "+"
    return f"{sign}{second // 3600:02d}d {second // 60 % 60:02d}m {second % 60:02d}s"
