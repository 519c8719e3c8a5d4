"""`calc link`: the budget of a radio link from deep space to a station on Earth, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marsward.cli.observer import instant, show
from marsward.core.errors import InputError

if TYPE_CHECKING:
    from marsward.vehicles.ground_station import GroundStation
    from marsward.vehicles.radio_link import RadioLink

Rows = list[tuple[str, str, Any, str]]


def calc_link(
    *,
    distance: str | None = None,
    at: str | None = None,
    target: str = "mars",
    radio: str = "mro",
    station: str = "dsn-34m",
    power: str | None = None,
    diameter: str | None = None,
    sun_angle: float | None = None,
    elevation: float = 30.0,
    json: bool = False,
) -> None:
    """Show the budget of a link to Earth: power, losses, noise, code and bit rate.

    Parameters
    ----------
    distance
        From Earth, such as "1.5 au" or "2e8 km"; or give at.
    at
        ISO time at which the target's own distance and angle from the Sun are taken, or now.
    target
        Body that stands for the craft, with at.
    radio
        Radio that has flown: mro, odyssey, msl, tianwen-1, pathfinder.
    station
        Who hears it: dsn-34m, dsn-70m, estrack-35m, jiamusi-66m, wuqing-70m.
    power
        Radio power in place of the radio's own, such as "50 W".
    diameter
        Of the craft's dish in place of its own antenna, such as "2 m".
    sun_angle
        Angle between craft and Sun seen from Earth in degrees; far from the Sun if left out.
    elevation
        Of the craft over the station's horizon in degrees.
    json
        Print JSON instead of a table.

    Raises
    ------
    InputError
        When no distance is told, a name is unknown or a value cannot be read.
    """
    show(link_rows(distance, at, target, radio, station, power, diameter, sun_angle, elevation),
         json)  # fmt: skip


def link_rows(
    distance: str | None,
    at: str | None,
    target: str,
    radio: str,
    station: str,
    power: str | None,
    diameter: str | None,
    sun_angle: float | None,
    elevation: float,
) -> Rows:
    """Key, label, value and text of each line of the answer."""
    from marsward.core.quantity import parse
    from marsward.vehicles.ground_station import GroundStation
    from marsward.vehicles.radio_link import budget_rows, link_rates

    craft, ground = _radio(radio, power, diameter), GroundStation(preset=_known(station))
    rows: Rows = [
        ("radio", "Radio", radio, _summary(craft, radio)),
        ("station", "Station", station, _summary(ground, station)),
    ]
    if at is not None:
        if distance is not None:
            raise InputError("give --distance or --at, not both")
        epoch = instant(at)
        far, own = _seen(target, epoch)
        rows.append(("utc", "UTC", epoch.utc, f"{epoch.utc}, {target}"))
        angle = own if sun_angle is None else sun_angle
    elif distance is None:
        raise InputError('give --distance, such as --distance "1.5 au", or --at TIME')
    else:
        far, angle = parse(_with_unit(distance), "m", name="distance"), 180.0
        angle = angle if sun_angle is None else sun_angle
    found = link_rates(craft, ground, far, sun_angle=angle, elevation=elevation)
    return rows + budget_rows(craft, ground, found, far, angle)


def _with_unit(distance: str) -> str:
    """The distance, refused where it is a bare number."""
    try:
        number = float(distance)
    except ValueError:
        return distance
    raise InputError(f'distance needs a unit: write "{number:g} au" or "{number:g} km"')


def _radio(name: str, power: str | None, diameter: str | None) -> RadioLink:
    """The radio of a name with what differs."""
    from pydantic import ValidationError

    from marsward.core.registry import unknown
    from marsward.vehicles.radio_link import RadioLink

    if name not in RadioLink.preset_names():
        raise InputError(unknown("radio", name, RadioLink.preset_names()))
    given: dict[str, Any] = {"preset": name}
    if power is not None:
        given["power"] = power
    if diameter is not None:
        given |= {"diameter": diameter, "gain": None}
    try:
        return RadioLink(**given)
    except ValidationError as error:
        raise InputError("; ".join(str(each["msg"]) for each in error.errors())) from error


def _known(station: str) -> str:
    from marsward.core.registry import unknown
    from marsward.vehicles.ground_station import GroundStation

    if station not in GroundStation.preset_names():
        raise InputError(unknown("station", station, GroundStation.preset_names()))
    return station


def _summary(part: RadioLink | GroundStation, name: str) -> str:
    return f"{name}: {type(part).preset_of(name).summary}"


def _seen(target: str, epoch: Any) -> tuple[float, float]:
    """Distance [m] of a body from Earth and its angle from the Sun there [deg]."""
    import numpy as np

    from marsward.dynamics.ephemeris import default_ephemeris

    source = default_ephemeris()
    sight = source.position(target, wrt="earth", at=epoch)
    sun = source.position("sun", wrt="earth", at=epoch)
    far = float(np.linalg.norm(sight))
    if far < 1e7:
        raise InputError(f"{target} is no body to link from Earth; give one away from it, as mars")
    cosine = float(sight @ sun) / (far * float(np.linalg.norm(sun)))
    return far, float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))
