"""What the climate phase refuses: places off the planet, one name twice."""

from __future__ import annotations

from collections.abc import Sequence


def checked_places(given: tuple) -> tuple:
    """Places with longitude and latitude on the planet, each name once; ValueError otherwise."""
    if not given:
        raise ValueError('give one place or more, as [["Gale", 137.44, -4.59]]')
    for name, lon, lat in given:
        if not (-180.0 <= lon <= 360.0 and -90.0 <= lat <= 90.0):
            raise ValueError(
                f'place "{name}" is at longitude {lon:g}, latitude {lat:g}, which is not on '
                "Mars: write name, longitude and latitude in degrees"
            )
    named_once("place", [str(row[0]) for row in given])
    return given


def named_once(what: str, names: Sequence[str]) -> None:
    """Refuse two of one name, which no number could tell apart."""
    plain = [name.casefold() for name in names]
    for k, name in enumerate(plain):
        if name in plain[:k]:
            raise ValueError(f'two {what}s are called "{names[k]}"; give each its own name')
