"""An orbit in numbers: flown with progress, its elements turn by turn, and what happens on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr

from marsward.core.bodies import body
from marsward.core.errors import PhysicsError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.dynamics.elements import elements_along
from marsward.dynamics.ephemeris import Ephemeris
from marsward.dynamics.events import Event, Occurrence, apsis, find_events
from marsward.dynamics.forces import Forces
from marsward.dynamics.propagate import prepared
from marsward.dynamics.schedule import stretches

STRIDE = 1000
"""Steps of the integrator between two words of progress."""
SAMPLES = 2
"""Looks at each step of the integrator; a stretch shorter than half a step may be missed."""


CLOSEST = 1e-14
"""Tolerance of long flights: 259 days about Mars end within some 50 m of those flown at 1e-15."""


def flown_in_steps(
    state: np.ndarray,
    epoch: Epoch,
    until: Epoch,
    *,
    centre: str,
    forces: Forces,
    tell: Callable[[float], None],
) -> Trajectory:
    """Fly as `propagate` does, and tell the share that is done.

    Raises
    ------
    PhysicsError
        When the craft strikes a body.
    """
    flight, end = prepared(
        state, epoch, until, centre=centre, forces=forces, rtol=CLOSEST, position_tolerance=1e-8,
        velocity_tolerance=CLOSEST,
    )  # fmt: skip
    begin = flight.time
    for stretch in stretches(flight.time, end, flight.reference, ()):
        flight.kick(stretch)
        part = stretch
        while not flight.fly(part, STRIDE):
            tell((flight.time - begin) / (end - begin))
            part = replace(part, kicks=(), cause="")
    return flight.trajectory()


@dataclass(frozen=True)
class Turns:
    """The whole turns of an orbit: epochs of their periapses (n + 1,) and apoapses (n,)."""

    periapsis: Epoch
    apoapsis: Epoch

    @property
    def count(self) -> int:
        """Number of whole turns."""
        return self.apoapsis.size


def turns_of(orbit: Trajectory, planet: str, ephemeris: Ephemeris) -> Turns:
    """Find the apses and pair them.

    Raises
    ------
    PhysicsError
        When the orbit does not make one whole turn from periapsis to periapsis.
    """
    hits = find_events(orbit, apsis(planet, kind="both"), ephemeris, samples=1)
    low = [hit.epoch for hit in hits if hit.rising]
    if len(low) < 2:
        raise PhysicsError(
            f"the orbit from {orbit.start.utc} to {orbit.stop.utc} UTC does not make one whole "
            "turn; let it fly longer"
        )
    first, last = low[0], low[-1]
    high = [
        hit.epoch
        for hit in hits
        if not hit.rising and float(hit.epoch - first) > 0.0 and float(last - hit.epoch) > 0.0
    ]
    return Turns(Epoch.stack(low), Epoch.stack(high))


def element_table(orbit: Trajectory, turns: Turns, planet: str, ephemeris: Ephemeris) -> xr.Dataset:
    """Elements of every whole turn, dims ("orbit_index",).

    Semi-major axis, eccentricity, inclination, node and argument are osculating at the apoapsis,
    where the planet's oblateness disturbs them least; heights, place and light are those of the
    apses met; the period runs from periapsis to periapsis.
    """
    world = body(planet)
    radius = float(world.equatorial_radius)
    start, low, high = turns.periapsis[:-1], turns.periapsis, turns.apoapsis
    elements = elements_along(orbit, high, body=planet, ephemeris=ephemeris)
    near = orbit.at(start, wrt=planet, ephemeris=ephemeris)[:, :3]
    far = orbit.at(high, wrt=planet, ephemeris=ephemeris)[:, :3]
    fixed = np.einsum("nij,nj->ni", rotation("J2000", f"IAU_{planet.upper()}", start), near)
    lon = np.degrees(np.arctan2(fixed[:, 1], fixed[:, 0])) % 360.0
    lat = np.degrees(np.arcsin(fixed[:, 2] / np.linalg.norm(fixed, axis=1)))
    columns = {
        "et": (start.et, "s", "periapsis that begins the turn, TDB past J2000"),
        "et_apoapsis": (high.et, "s", "apoapsis of the turn, TDB past J2000"),
        "orbit_number": (np.arange(1, turns.count + 1), "1", "number of the turn"),
        "semi_major_axis": (elements.semi_major_axis, "m", ""),
        "eccentricity": (elements.eccentricity, "1", ""),
        "inclination": (elements.inclination, "degree", "to the mean equator of date"),
        "node": (elements.node, "degree", "from the node of that equator on the ICRF equator"),
        "argument_of_periapsis": (elements.argument_of_periapsis, "degree", ""),
        "periapsis_altitude": (
            np.linalg.norm(near, axis=1) - radius, "m", "above the equatorial radius"
        ),
        "apoapsis_altitude": (
            np.linalg.norm(far, axis=1) - radius, "m", "above the equatorial radius"
        ),
        "period": (np.diff(np.asarray(low - low[0])), "s", "periapsis to periapsis"),
        "periapsis_lat": (lat, "degrees_north", "planetocentric"),
        "periapsis_lon": (lon, "degrees_east", ""),
        "ltan": (
            _node_time(high, elements.node, planet, ephemeris), "hour",
            "local true solar time of the ascending node",
        ),
        "incidence_at_periapsis": (
            _incidence(fixed, start, planet, ephemeris), "degree",
            "of sunlight on the ellipsoid below the periapsis",
        ),
    }  # fmt: skip
    return xr.Dataset(
        {
            name: ("orbit_index", np.asarray(values), _labels(unit, words))
            for name, (values, unit, words) in columns.items()
        }
        | {"time": ("orbit_index", start.datetime64)},
        attrs={"frame": "MARS_MEOD" if planet == "mars" else "J2000", "planet": planet},
    )


def _labels(unit: str, words: str) -> dict[str, str]:
    return {"units": unit} | ({"long_name": words} if words else {})


def _sunward(epoch: Epoch, frame: str, planet: str, ephemeris: Ephemeris) -> np.ndarray:
    """Unit vectors (n, 3) from the planet to the Sun in a frame, geometric."""
    sun = ephemeris.state("sun", wrt=planet, at=epoch)[:, :3]
    turned = np.einsum("nij,nj->ni", rotation("J2000", frame, epoch), sun)
    return turned / np.linalg.norm(turned, axis=1)[:, None]


def _node_time(epoch: Epoch, node, planet: str, ephemeris: Ephemeris) -> np.ndarray:
    frame = "MARS_MEOD" if planet == "mars" else "J2000"
    sun = _sunward(epoch, frame, planet, ephemeris)
    return (12.0 + (node - np.degrees(np.arctan2(sun[:, 1], sun[:, 0]))) / 15.0) % 24.0


def _incidence(fixed: np.ndarray, epoch: Epoch, planet: str, ephemeris: Ephemeris) -> np.ndarray:
    radii = np.asarray(body(planet).radii, float)
    scaled = fixed / radii
    normal = scaled / np.linalg.norm(scaled, axis=1)[:, None] / radii
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    sun = _sunward(epoch, f"IAU_{planet.upper()}", planet, ephemeris)
    return np.degrees(np.arccos(np.clip(np.einsum("ni,ni->n", normal, sun), -1.0, 1.0)))


# events -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Watch:
    """Something to look out for: an event, what it is called and about whom.

    `inside` says which passage begins a stretch of time: 1 a rising one (a station sees the
    craft), -1 a falling one (a shadow); 0 for instants. `rising` and `falling` name instants.
    """

    event: Event
    kind: str
    about: str = ""
    inside: int = 0
    rising: str = ""
    falling: str = ""


def event_table(
    orbit: Trajectory,
    watches: Sequence[Watch],
    turns: Turns,
    ephemeris: Ephemeris,
    tell: Callable[[float], None],
) -> xr.Dataset:
    """All that happens along an orbit, in order of time, dims ("event",).

    `kind`, `about` (who is concerned), `et` and `end_et` of its beginning and end with
    `duration` [s], NaN for instants; a stretch that the flight cuts begins or ends with the
    flight. `orbit_number` of the turn, 0 before the first periapsis.
    """
    rows: list[tuple[str, str, float, float]] = []
    for i, watch in enumerate(watches):
        tell(i / len(watches))
        hits = find_events(orbit, watch.event, ephemeris, samples=SAMPLES)
        rows += (
            _stretches(orbit, watch, hits, ephemeris) if watch.inside else _instants(watch, hits)
        )
    rows.sort(key=lambda row: row[2])
    begin = np.array([row[2] for row in rows])
    end = np.array([row[3] for row in rows])
    number = np.searchsorted(np.asarray(turns.periapsis.et), begin, side="right")
    return xr.Dataset(
        {
            "kind": ("event", np.array([row[0] for row in rows], object)),
            "about": ("event", np.array([row[1] for row in rows], object)),
            "et": ("event", begin, _labels("s", "beginning, TDB past J2000")),
            "end_et": ("event", end, _labels("s", "end, TDB past J2000")),
            "duration": ("event", end - begin, {"units": "s"}),
            "orbit_number": ("event", number, _labels("1", "number of the turn")),
            "time": ("event", Epoch.et(begin).datetime64),
        }
    )


def _instants(watch: Watch, hits: Iterable[Occurrence]) -> list[tuple[str, str, float, float]]:
    names = {True: watch.rising or watch.kind, False: watch.falling or watch.kind}
    return [(names[hit.rising], watch.about, float(hit.epoch.et), np.nan) for hit in hits]


def _stretches(orbit: Trajectory, watch: Watch, hits: Sequence[Occurrence], ephemeris: Any):
    """Pair beginnings with ends; one that the flight cuts begins or ends with the flight."""
    value = float(watch.event.values(orbit, orbit.start.reshape(1), ephemeris)[0])
    open_at = float(orbit.start.et) if value * watch.inside > 0.0 else None
    rows = []
    for hit in hits:
        if hit.rising == (watch.inside > 0):
            open_at = float(hit.epoch.et)
        elif open_at is not None:
            rows.append((watch.kind, watch.about, open_at, float(hit.epoch.et)))
            open_at = None
    if open_at is not None:
        rows.append((watch.kind, watch.about, open_at, float(orbit.stop.et)))
    return rows
