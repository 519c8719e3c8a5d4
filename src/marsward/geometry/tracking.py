"""What a tracking station would measure of a craft: range, Doppler, Delta-DOR, and directions.

Light time is solved on each leg between a station, the craft and a station again; the station turns
with the Earth. Range is half the round trip times c, less the drift between the clocks of station
(TT) and ephemeris (TDB); Doppler is the mean rate of that range over a count; Delta-DOR is the
delay of one wavefront between two stations (the quasar's own delay, which is known, taken off).
The Sun bends and delays signals by its gravity (Shapiro's delay, gamma = 1). Media and clocks
are errors, not model: `marsward.instruments.radio_tracking`.

Sources: Thornton & Border 2003, Radiometric Tracking Techniques for Deep-Space Navigation
(DESCANSO monograph 1, JPL 00-11), chapters 3 and 4; Moyer 2003, Formulation for Observed and
Computed Values of Deep Space Network Data Types (DESCANSO monograph 2), chapters 8, 11 and 13.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.bodies import body
from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.scales import tdb_minus_tt
from marsward.core.time import Epoch
from marsward.dynamics.earth_orientation import earth_axes
from marsward.dynamics.ephemeris import Ephemeris, default_ephemeris
from marsward.dynamics.sites import Site
from marsward.geometry.apparent import barycentric
from marsward.geometry.tracking_plan import KINDS, STATE_KINDS, epochs_of, sites_of

__all__ = ["Computed", "computed_observables", "elevations", "sun_earth_probe"]

Array = NDArray[np.float64]
_C = float(SPEED_OF_LIGHT)
_ROUNDS = 4
"""Of light time: craft and stations move with 1e-4 c, so each round gives four digits."""
_EARTH_SPIN = 7.292115e-5  # rad/s, IERS Conventions 2010, table 1.2


@dataclass(frozen=True, eq=False)
class Computed:
    """Measurements as a path would make them, and how they change with it; n of them.

    value : (n,) in the unit of each kind
    bounce : (n,) epochs at which the craft turns the signal round (the middle of a count), sends
        it, or sees
    partial : (n, 6) derivative of the value by the craft's state at ``bounce`` [.. per m, m/s]
    place_partial : (n, 2, 3) derivative by the Earth-fixed position of station and second [.. / m]
    elevation : (n, 2) of the craft at the station, at the begin and the end of a count (twice the
        same for other kinds), NaN where there is no station [rad]
    sun_angle : (n,) Sun-Earth-craft [rad]
    rate : (n,) range rate where there is one, else 0 [m/s]
    """

    value: Array
    bounce: Epoch
    partial: Array
    place_partial: Array
    elevation: Array
    sun_angle: Array
    rate: Array


def computed_observables(
    path: Any,
    plan: xr.Dataset,
    *,
    relativity: bool = True,
    ephemeris: Ephemeris | None = None,
) -> Computed:
    """What the measurements of a plan would be, were the craft on this path.

    Parameters
    ----------
    path : `Trajectory`, or a body's name
    plan : of `measurement_plan`, or measurements made from one
    relativity : the Sun's Shapiro delay and the clock of the station
    ephemeris : DE440 when left out

    Raises
    ------
    PhysicsError : a time tag whose signal was with the craft outside the path
    """
    sky = _Sky(path, ephemeris or default_ephemeris(), relativity)
    kinds = plan["kind"].values
    at = epochs_of(plan)
    out = _Columns(at)
    places = np.array([s.position for s in sites_of(plan)]).reshape(-1, 3)
    ups = np.array([s.vertical for s in sites_of(plan)]).reshape(-1, 3)
    a, b = plan["station"].values, plan["second"].values
    sender = np.where(b < 0, a, b)
    rows = np.flatnonzero(kinds == "range")
    if rows.size:
        trip = sky.two_way(at[rows], places[a[rows]], places[sender[rows]])
        out.put(rows, trip.value, trip.bounce, trip.partial, 0.0 * trip.partial)
        out.places(rows, trip.receiver, trip.sender)
    rows = np.flatnonzero(kinds == "doppler")
    if rows.size:
        _doppler(sky, out, rows, at, places[a], places[sender], plan["count_time"].values)
    rows = np.flatnonzero(kinds == "delta-dor")
    if rows.size:
        trip = sky.difference(at[rows], places[a[rows]], places[b[rows]])
        out.put(rows, trip.value, trip.bounce, trip.partial, 0.0 * trip.partial)
        out.places(rows, trip.receiver, trip.sender)
    _directions(sky, out, kinds, at, plan["target"].values)
    _states(sky, out, kinds, at)
    radio = np.flatnonzero(np.isin(kinds, KINDS[:3]))
    if radio.size:
        here, up = places[a[radio]], ups[a[radio]]
        craft = barycentric(path, out.epochs[radio], sky.ephemeris)
        out.rate[radio] = sky.rate(at[radio], here, craft)
        half = np.where(kinds[radio] == "doppler", 0.5 * plan["count_time"].values[radio], 0.0)
        for end, sign in enumerate((-1.0, 1.0)):
            moved = craft.copy()
            moved[:, :3] += (sign * half)[:, None] * craft[:, 3:]
            out.elevation[radio, end] = sky.elevation(at[radio] + sign * half, here, up, moved)
    return out.computed(sun_earth_probe(path, out.epochs, ephemeris=sky.ephemeris))


def sun_earth_probe(path: Any, at: Epoch, *, ephemeris: Ephemeris | None = None) -> Array:
    """Angle (...) at the Earth between Sun and craft [rad], without light time."""
    source = ephemeris or default_ephemeris()
    earth = source.position("earth", wrt="ssb", at=at)
    craft = barycentric(path, at, source)[..., :3] - earth
    sun = source.position("sun", wrt="ssb", at=at) - earth
    across = np.linalg.norm(np.cross(sun, craft), axis=-1)
    return np.asarray(np.arctan2(across, np.sum(sun * craft, axis=-1)))


def elevations(
    path: Any, sites: tuple[Site, ...], at: Epoch, *, ephemeris: Ephemeris | None = None
) -> Array:
    """Elevation (n, sites) of the craft over stations at epochs of reception (n,) [rad]."""
    sky = _Sky(path, ephemeris or default_ephemeris(), relativity=False)
    axes = earth_axes(at)
    earth = sky.ephemeris.state("earth", wrt="ssb", at=at)
    craft = sky.received(at, earth)[1]
    line = np.einsum("nij,nj->ni", axes, craft[:, :3] - earth[:, :3])
    out = np.empty((at.size, len(sites)))
    for k, site in enumerate(sites):
        ray = line - site.position
        out[:, k] = np.arcsin(ray @ site.vertical / np.linalg.norm(ray, axis=-1))
    return out


@dataclass(frozen=True, eq=False)
class _Trip:
    """A signal's way: value, epoch and derivative (n, 3) at the craft, at both stations."""

    value: Array
    bounce: Epoch
    partial: Array
    receiver: Array
    sender: Array


class _Columns:
    """Results while they are gathered kind by kind."""

    def __init__(self, at: Epoch) -> None:
        n = at.size
        self.value = np.zeros(n)
        self.whole, self.frac = np.array(at.whole, float), np.array(at.frac, float)
        self.partial = np.zeros((n, 6))
        self.place_partial = np.zeros((n, 2, 3))
        self.elevation = np.full((n, 2), np.nan)
        self.rate = np.zeros(n)

    @property
    def epochs(self) -> Epoch:
        return Epoch(self.whole, self.frac)

    def put(self, rows: Any, value: Array, bounce: Epoch, place: Array, speed: Array) -> None:
        self.value[rows] = value
        self.whole[rows], self.frac[rows] = bounce.whole, bounce.frac
        self.partial[rows, :3], self.partial[rows, 3:] = place, speed

    def places(self, rows: Any, first: Array, second: Array) -> None:
        self.place_partial[rows, 0], self.place_partial[rows, 1] = first, second

    def computed(self, sun_angle: Array) -> Computed:
        return Computed(
            self.value, self.epochs, self.partial, self.place_partial, self.elevation, sun_angle,
            self.rate,
        )  # fmt: skip


class _Sky:
    """The path, where other bodies are, and how light goes between."""

    def __init__(self, path: Any, ephemeris: Ephemeris, relativity: bool) -> None:
        self.path, self.ephemeris, self.relativity = path, ephemeris, relativity

    def ground(self, at: Epoch, places: Array) -> tuple[Array, Array]:
        """Stations (n, 6) relative to the barycentre; axes (n, 3, 3) to Earth-fixed."""
        axes = earth_axes(at)
        state = self.ephemeris.state("earth", wrt="ssb", at=at)
        turned = np.einsum("nji,nj->ni", axes, places)
        state[:, :3] += turned
        state[:, 3:] += _EARTH_SPIN * np.cross(axes[:, 2], turned)
        return state, axes

    def delay(self, one: Array, other: Array, at: Epoch) -> Array:
        """Light time (n,) between places relative to the barycentre [s]."""
        distance = np.linalg.norm(one - other, axis=-1)
        if not self.relativity:
            return np.asarray(distance / _C)
        sun = self.ephemeris.position("sun", wrt="ssb", at=at)
        r = np.linalg.norm(one - sun, axis=-1) + np.linalg.norm(other - sun, axis=-1)
        slow = 2.0 * float(body("sun").gm) / _C**3
        return np.asarray(distance / _C + slow * np.log((r + distance) / (r - distance)))

    def received(self, at: Epoch, ground: Array) -> tuple[Array, Array]:
        """Light time (n,) and the craft's state (n, 6) when it sent what is received."""
        begin = at
        if hasattr(self.path, "stop"):
            begin = at - np.maximum(np.asarray(at - self.path.stop), 0.0)
        craft = barycentric(self.path, begin, self.ephemeris)
        lag = np.linalg.norm(craft[:, :3] - ground[:, :3], axis=-1) / _C
        for _ in range(_ROUNDS):
            craft = barycentric(self.path, at - lag, self.ephemeris)
            lag = self.delay(ground[:, :3], craft[:, :3], at)
        return lag, craft

    def two_way(self, at: Epoch, receiver: Array, sender: Array) -> _Trip:
        """Half the round trip [m]: sent from one station, received at another or the same."""
        ground, axes = self.ground(at, receiver)
        down, craft = self.received(at, ground)
        bounce = at - down
        up = down.copy()
        for _ in range(_ROUNDS):
            first, axes_first = self.ground(bounce - up, sender)
            up = self.delay(first[:, :3], craft[:, :3], bounce)
        trip = down + up
        if self.relativity:
            trip = trip - (_clock(at) - _clock(bounce - up))
        u_down = _unit(craft[:, :3] - ground[:, :3])
        u_up = _unit(craft[:, :3] - first[:, :3])
        v, v_first = craft[:, 3:], first[:, 3:]
        # t3 is fixed: moving the craft by dr, or the receiver by dR, moves t2 and then t1
        dt2 = -u_down / (_C + _dot(u_down, v))[:, None]
        slope = (_C - _dot(u_up, v)) / (_C - _dot(u_up, v_first))
        turn = 1.0 / (_C - _dot(u_up, v_first))
        dt1 = slope[:, None] * dt2 - turn[:, None] * u_up
        at_receiver = -0.5 * _C * slope[:, None] * -dt2
        at_sender = -0.5 * _C * turn[:, None] * u_up
        return _Trip(
            0.5 * _C * trip, bounce, -0.5 * _C * dt1,
            np.einsum("nij,nj->ni", axes, at_receiver),
            np.einsum("nij,nj->ni", axes_first, at_sender),
        )  # fmt: skip

    def difference(self, at: Epoch, receiver: Array, other: Array) -> _Trip:
        """How much later one wavefront reaches the other station [s]."""
        ground, axes = self.ground(at, receiver)
        lag, craft = self.received(at, ground)
        sent = at - lag
        there_lag = lag.copy()
        for _ in range(_ROUNDS):
            there, axes_there = self.ground(sent + there_lag, other)
            there_lag = self.delay(there[:, :3], craft[:, :3], sent)
        u, w = _unit(craft[:, :3] - ground[:, :3]), _unit(craft[:, :3] - there[:, :3])
        v = craft[:, 3:]
        dt2 = -u / (_C + _dot(u, v))[:, None]
        turn = 1.0 / (_C + _dot(w, there[:, 3:]))
        slope = turn * (_C + _dot(w, v))
        partial = slope[:, None] * dt2 + turn[:, None] * w
        return _Trip(
            there_lag - lag, sent, partial,
            np.einsum("nij,nj->ni", axes, -slope[:, None] * dt2),
            np.einsum("nij,nj->ni", axes_there, -turn[:, None] * w),
        )  # fmt: skip

    def rate(self, at: Epoch, places: Array, craft: Array) -> Array:
        """Range rate (n,) seen from stations [m/s]."""
        ground, _ = self.ground(at, places)
        return _dot(_unit(craft[:, :3] - ground[:, :3]), craft[:, 3:] - ground[:, 3:])

    def elevation(self, at: Epoch, places: Array, ups: Array, craft: Array) -> Array:
        """Elevation (n,) over stations [rad]."""
        ground, axes = self.ground(at, places)
        line = np.einsum("nij,nj->ni", axes, _unit(craft[:, :3] - ground[:, :3]))
        return np.asarray(np.arcsin(np.clip(_dot(line, ups), -1.0, 1.0)))


def _doppler(
    sky: _Sky, out: _Columns, rows: Any, at: Epoch, receiver: Array, sender: Array, count: Array
) -> None:
    """Mean range rate of a count, from the ranges at its two ends.

    Within a count the craft's deviation from its path is taken as uniform motion.
    """
    span = count[rows]
    ends = [
        sky.two_way(at[rows] + sign * 0.5 * span, receiver[rows], sender[rows])
        for sign in (-1.0, 1.0)
    ]
    first, last = ends
    middle = first.bounce + 0.5 * np.asarray(last.bounce - first.bounce)
    early, late = np.asarray(first.bounce - middle), np.asarray(last.bounce - middle)
    place = (last.partial - first.partial) / span[:, None]
    speed = (late[:, None] * last.partial - early[:, None] * first.partial) / span[:, None]
    out.put(rows, (last.value - first.value) / span, middle, place, speed)
    out.places(
        rows,
        (last.receiver - first.receiver) / span[:, None],
        (last.sender - first.sender) / span[:, None],
    )


def _directions(sky: _Sky, out: _Columns, kinds: Array, at: Epoch, targets: Array) -> None:
    """Right ascension and declination of bodies, light time allowed for, aberration taken off."""
    seen = np.isin(kinds, ("right-ascension", "declination"))
    for name in np.unique(targets[seen]):
        rows = np.flatnonzero(seen & (targets == name))
        craft = barycentric(sky.path, at[rows], sky.ephemeris)[:, :3]
        lag = np.zeros(rows.size)
        for _ in range(_ROUNDS):
            there = sky.ephemeris.state(str(name), wrt="ssb", at=at[rows] - lag)
            line = there[:, :3] - craft
            lag = np.linalg.norm(line, axis=-1) / _C
        right = kinds[rows] == "right-ascension"
        value, slope = _angles(line, right)
        u, v = _unit(line), there[:, 3:]
        place = (_dot(slope, v) / (_C + _dot(u, v)))[:, None] * u - slope
        out.put(rows, value, at[rows], place, 0.0 * place)


def _angles(line: Array, right: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Right ascension where ``right``, else declination (n,) [rad]; derivative by the line."""
    across, square = np.hypot(line[:, 0], line[:, 1]), np.sum(line * line, axis=-1)
    by_ra = np.stack([-line[:, 1], line[:, 0], np.zeros(len(line))], axis=-1)
    by_ra /= (across**2)[:, None]
    by_dec = np.stack([-line[:, 0] * line[:, 2], -line[:, 1] * line[:, 2], across**2], axis=-1)
    by_dec /= (across * square)[:, None]
    ra = np.arctan2(line[:, 1], line[:, 0]) % (2.0 * np.pi)
    value = np.where(right, ra, np.arctan2(line[:, 2], across))
    return value, np.where(right[:, None], by_ra, by_dec)


def _states(sky: _Sky, out: _Columns, kinds: Array, at: Epoch) -> None:
    """Components of the state relative to the Sun."""
    rows = np.flatnonzero(np.isin(kinds, STATE_KINDS))
    if not rows.size:
        return
    state = barycentric(sky.path, at[rows], sky.ephemeris)
    state = state - sky.ephemeris.state("sun", wrt="ssb", at=at[rows])
    which = np.array([STATE_KINDS.index(kind) for kind in kinds[rows]])
    out.value[rows] = state[np.arange(rows.size), which]
    out.partial[rows, which] = 1.0


def _clock(at: Epoch) -> Array:
    """TDB less TT (n,) [s]."""
    return np.asarray(tdb_minus_tt(np.asarray(at.whole), np.asarray(at.frac), at.tdb_model))


def _unit(line: Array) -> Array:
    return np.asarray(line / np.linalg.norm(line, axis=-1, keepdims=True))


def _dot(a: Array, b: Array) -> Array:
    return np.asarray(np.einsum("...i,...i->...", a, b))
