"""Tours side by side as one labelled table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from marsward.core.bodies import body as known_body
from marsward.core.errors import DataError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.dynamics.kernels.conic import conic_rows
from marsward.dynamics.lunar_swingby import LunarSwingby
from marsward.dynamics.tour import Tour

__all__ = ["tour_paths", "tour_table"]

add_fields(
    FieldRow("encounter_et", "s", "TDB seconds past J2000 of departure, flybys and arrival"),
    FieldRow("launch_energy", "m2 s-2", "C3, square of the speed at infinity at departure", low=0),
    FieldRow("launch_right_ascension", "degree", "right ascension of the departure asymptote, "
             "equator of J2000", low=0, high=360),
    FieldRow("launch_declination", "degree", "declination of the departure asymptote, equator of "
             "J2000", low=-90, high=90),
    FieldRow("arrival_speed", "m s-1", "speed at infinity at arrival", low=0),
    FieldRow("tour_injection_dv", "m s-1", "impulse out of the parking orbit", low=0),
    FieldRow("tour_capture_dv", "m s-1", "impulse into the capture orbit", low=0),
    FieldRow("tour_dv", "m s-1", "injection, flybys and capture", low=0),
    FieldRow("tour_duration", "s", "time of flight from departure to arrival", low=0),
    FieldRow("leg_duration", "s", "time of flight of a leg", low=0),
    FieldRow("leg_revolutions", "1", "whole turns about the Sun on a leg", low=0),
    FieldRow("flyby_altitude", "m", "height of the periapsis above the equatorial radius"),
    FieldRow("flyby_turn", "degree", "angle between the asymptotes of a flyby", low=0, high=180),
    FieldRow("flyby_speed", "m s-1", "speed at infinity before a flyby", low=0),
    FieldRow("flyby_dv", "m s-1", "impulse at the periapsis of a flyby", low=0),
    FieldRow("flyby_short", "degree", "angle that the lowest flyby cannot turn", low=0, high=180),
    FieldRow("flyby_bend_dv", "m s-1", "impulse far out that turns what a flyby cannot", low=0),
    FieldRow("flyby_b_t", "m", "B.T of the incoming asymptote of a flyby"),
    FieldRow("flyby_b_r", "m", "B.R of the incoming asymptote of a flyby"),
    FieldRow("swingby_gain", "m s-1", "what a lunar swingby saves over leaving straight"),
    FieldRow("swingby_dv", "m s-1", "injection and impulses of a departure by the Moon", low=0),
    FieldRow("swingby_energy", "m2 s-2", "C3 about the Earth on the way to the Moon"),
    FieldRow("swingby_altitude", "m", "height of the periapsis above the Moon"),
    FieldRow("tour_position", "m", "place about the Sun, ecliptic of J2000"),
    FieldRow("orbit_position", "m", "places of planets over one turn, ecliptic of J2000"),
)  # fmt: skip


def tour_table(found: Sequence[Tour], swings: Sequence[LunarSwingby] = ()) -> xr.Dataset:
    """Tours of one sequence, dims (tour, encounter, leg, flyby), best first.

    ``swings`` are the lunar swingbys on the way to their departures, if there are any. Times of
    encounters are UTC in `time` and TDB seconds past J2000 in `encounter_et`.
    """
    names = found[0].bodies
    of_tour = {
        "launch_energy": [t.c3 for t in found],
        "launch_right_ascension": [t.asymptote[0] for t in found],
        "launch_declination": [t.asymptote[1] for t in found],
        "arrival_speed": [t.v_infinity_arrival for t in found],
        "tour_injection_dv": [t.injection_dv for t in found],
        "tour_capture_dv": [t.capture_dv for t in found],
        "tour_dv": [t.dv for t in found],
        "tour_duration": [t.time_of_flight for t in found],
    }
    passes = {
        "flyby_altitude": "altitude", "flyby_turn": "turn", "flyby_dv": "dv",
        "flyby_short": "short", "flyby_bend_dv": "bend", "flyby_b_t": "b_t", "flyby_b_r": "b_r",
    }  # fmt: skip
    shape = (len(found), len(names) - 2)
    of_flyby = {
        name: np.array([[getattr(each, key) for each in t.flybys] for t in found]).reshape(shape)
        for name, key in passes.items()
    }
    of_flyby["flyby_speed"] = np.array(
        [[float(np.linalg.norm(each.incoming)) for each in t.flybys] for t in found]
    ).reshape(shape)
    of_leg = {
        "leg_duration": np.array([t.seconds for t in found]),
        "leg_revolutions": np.array([[way[0] for way in t.ways] for t in found]),
    }
    times = np.array([t.epochs.datetime64 for t in found])
    data = {name: field(name, value, ("tour",)) for name, value in of_tour.items()}
    data |= {name: field(name, value, ("tour", "leg")) for name, value in of_leg.items()}
    data |= {name: field(name, value, ("tour", "flyby")) for name, value in of_flyby.items()}
    seconds = np.array([t.epochs.et for t in found])
    data["encounter_et"] = field("encounter_et", seconds, ("tour", "encounter"))
    if swings:
        data |= _swing_rows(swings)
    return xr.Dataset(
        data,
        coords={
            "tour": np.arange(len(found)),
            "body": ("encounter", list(names)),
            "flyby_body": ("flyby", list(names[1:-1])),
            "time": (("tour", "encounter"), times, {"long_name": "UTC of the encounter"}),
            "flyable": ("tour", [t.flyable for t in found]),
            "told": ("tour", [t.told for t in found]),
        },
        attrs={
            "title": "Tours " + "-".join(names),
            "frame": "J2000",
            "assumptions": " ".join(dict.fromkeys(a for t in found for a in _assumed(t))),
        },
    )


def _assumed(tour: Tour) -> tuple[str, ...]:
    """What a tour's dates assume: only those past the known leap seconds assume anything."""
    try:
        Epoch.et(float(tour.epochs.et[-1])).isot("utc")
    except DataError:
        return tour.epochs.assumptions
    return ()


def _swing_rows(swings: Sequence[LunarSwingby]) -> dict[str, xr.DataArray]:
    rows = {
        "swingby_gain": [each.gain for each in swings],
        "swingby_dv": [each.dv for each in swings],
        "swingby_energy": [each.c3_before for each in swings],
        "swingby_altitude": [each.flyby.altitude for each in swings],
    }
    data = {name: field(name, value, ("tour",)) for name, value in rows.items()}
    text = xr.DataArray([each.told for each in swings], dims=("tour",))
    return {**data, "swingby_told": text.assign_attrs(long_name="the swingby in words")}


def tour_paths(tour: Tour, *, points: int = 181) -> xr.Dataset:
    """A tour and one turn of each of its planets, to draw: ecliptic of J2000 [m].

    dims (point, axis) for `tour_position`, with the UTC `point_time` and the leg of each point;
    (planet, orbit_point, axis) for `orbit_position`; (encounter, axis) for `encounter_position`.
    """
    turn = rotation("J2000", "ECLIPJ2000", tour.epochs[0])
    legs = [tour.path(k, points) for k in range(len(tour.bodies) - 1)]
    places = np.concatenate([states[:, :3] for _, states in legs]) @ turn.T
    times = np.concatenate([np.atleast_1d(epochs.datetime64) for epochs, _ in legs])
    planets = tuple(dict.fromkeys(tour.bodies))
    gm = float(known_body("sun").gm)
    rounds = np.empty((len(planets), points, 3))
    for k, name in enumerate(planets):
        state = tour.states[tour.bodies.index(name)]
        axis = 1.0 / (2.0 / np.linalg.norm(state[:3]) - state[3:] @ state[3:] / gm)
        year = 2.0 * np.pi * np.sqrt(axis**3 / gm)
        out, status = np.empty((points, 6)), np.empty(points, np.int64)
        conic_rows(np.tile(state, (points, 1)), np.linspace(0.0, year, points),
                   np.full(points, gm), out, status)  # fmt: skip
        rounds[k] = out[:, :3] @ turn.T
    at = tour.states[:, :3] @ turn.T
    return xr.Dataset(
        {
            "tour_position": field("tour_position", places, ("point", "axis")),
            "orbit_position": field("orbit_position", rounds, ("planet", "orbit_point", "axis")),
            "encounter_position": (("encounter", "axis"), at, {"units": "m"}),
        },
        coords={
            "point_time": ("point", times),
            "point_leg": ("point", np.repeat(np.arange(len(legs)), points)),
            "planet": list(planets),
            "body": ("encounter", list(tour.bodies)),
            "time": ("encounter", np.atleast_1d(tour.epochs.datetime64)),
        },
        attrs={"told": tour.told, "frame": "ECLIPJ2000"},
    )
