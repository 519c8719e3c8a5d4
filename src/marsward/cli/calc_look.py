"""`calc look`: how a body looks from another body or from the craft."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from marsward.cli.observer import instant, show, thing, title


def calc_look(
    target: str = "mars",
    /,
    *,
    wrt: str | None = None,
    at: str = "now",
    correction: str = "LT+S",
    lon: float | None = None,
    lat: float | None = None,
    craft: Path | None = None,
    json: bool = False,
) -> None:
    """Show how a body looks: range, size, phase, the points under observer and Sun, local time.

    Parameters
    ----------
    target
        What is looked at: mars, earth, moon, phobos, or another body that has a size.
    wrt
        From where: a body, or craft, the spacecraft of a run. Left out: the craft where --craft
        is given, Earth otherwise.
    at
        ISO time, UTC unless it ends in TAI, TT or TDB, such as 2020-07-27T00:00; "now" by default.
    correction
        LT+S as SPICE does it; NONE, LT, CN or CN+S.
    lon
        East longitude in degrees of a point of the target for incidence, emission and local time.
    lat
        Planetocentric latitude in degrees of that point.
    craft
        Run folder (or its name in runs/) whose spacecraft is meant by craft.
    json
        Print JSON instead of a table.

    Raises
    ------
    InputError
        When a body, correction, point or time cannot be read.
    DataError
        When the ephemeris does not cover the time.
    """
    seat = wrt or ("craft" if craft else "earth")
    show(look_rows(target, seat, at, correction, lon, lat, craft), json)


def look_rows(
    target: str,
    wrt: str,
    at: str,
    correction: str,
    lon: float | None,
    lat: float | None,
    craft: Path | None,
) -> list[tuple[str, str, Any, str]]:
    """Key, label, value and text of each line of the answer."""
    from marsward.core.errors import InputError
    from marsward.geometry.look import look

    epoch = instant(at)
    observer = thing(wrt, craft)
    if isinstance(observer, str) and observer == target.strip().lower():
        raise InputError(f"{target} cannot be looked at from its own centre; choose another --wrt")
    seen = look(observer, epoch, target=target, correction=correction.strip(), lon=lon, lat=lat)
    value = {name: float(seen[name]) for name in seen.data_vars}
    rows: list[tuple[str, str, Any, str]] = [
        ("target", "Target", target, target),
        ("wrt", "Seen from", wrt, title(wrt, observer)),
        ("utc", "UTC", epoch.utc, epoch.utc),
        ("correction", "Correction", seen.attrs["correction"], seen.attrs["correction"]),
    ]
    for name, label, unit, scale, style in _SHOWN:
        if name in value:
            shown = value[name] * scale
            rows.append((f"{name}_{_KEYS.get(unit, unit)}".rstrip("_"), label, shown,
                         f"{shown:{style}} {unit}".rstrip()))  # fmt: skip
    size = value["apparent_diameter"]
    rows.append(("apparent_diameter_arcmin", "", size * 60.0, f"{size * 60.0:.4f} arcmin"))
    where = "point under the observer" if lon is None else f"{lon:g} E {lat:g} N"
    rows.append(("point", "Point", where, f"incidence, emission and local time hold at: {where}"))
    return rows


_KEYS = {"km/s": "km_s"}
_SHOWN = (
    ("range", "Range", "km", 1e-3, ".3f"),
    ("range_rate", "Range rate", "km/s", 1e-3, "+.6f"),
    ("light_time", "Light time", "s", 1.0, ".6f"),
    ("altitude", "Altitude", "km", 1e-3, ".3f"),
    ("right_ascension", "Right ascension", "deg", 1.0, ".6f"),
    ("declination", "Declination", "deg", 1.0, "+.6f"),
    ("sub_observer_lon", "Sub-observer longitude", "deg", 1.0, ".4f"),
    ("sub_observer_lat", "Sub-observer latitude", "deg", 1.0, "+.4f"),
    ("sub_solar_lon", "Sub-solar longitude", "deg", 1.0, ".4f"),
    ("sub_solar_lat", "Sub-solar latitude", "deg", 1.0, "+.4f"),
    ("phase", "Phase angle", "deg", 1.0, ".4f"),
    ("illuminated_fraction", "Lit part of the disc", "", 1.0, ".4f"),
    ("elongation", "Elongation from the Sun", "deg", 1.0, ".4f"),
    ("sun_range", "Distance from the Sun", "km", 1e-3, ".1f"),
    ("incidence", "Incidence", "deg", 1.0, ".4f"),
    ("emission", "Emission", "deg", 1.0, ".4f"),
    ("ltst", "Local true solar time", "h", 1.0, ".4f"),
    ("lmst", "Local mean solar time", "h", 1.0, ".4f"),
    ("ls", "Ls", "deg", 1.0, ".4f"),
    ("apparent_diameter", "Apparent diameter", "deg", 1.0, ".6f"),
)
