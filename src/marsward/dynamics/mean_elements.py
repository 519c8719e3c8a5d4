"""Mean elements: long arcs of an orbit about Mars, averaged over its turns, and back.

Gauss's equations are averaged numerically over one turn for the zonal field to a chosen degree,
the tide of the Sun and light pressure in full light; the waves that the averaging takes out (the
short-period terms) are put back on to evaluate the averages a second time, which gives the secular
terms of second order in J2, and on to every osculating state that is asked for. To first order
these are the terms of Brouwer 1959 (doi:10.1086/107958) and Kozai 1959 (doi:10.1086/107957), in
equinoctial elements as Lyddane 1963 (doi:10.1086/108983) needs them to pass circular and
equatorial orbits; the method is that of Danielson et al. 1995 (Semianalytic Satellite Theory,
NPS-MA-95-002).

Terms that turn with the planet are left out: waves of half a day to two days, and the resonance of
an orbit whose turns fit into a whole number of days. So is the shadow. What that costs on the
remote-sensing orbit of Tianwen-1 (7.03 h, near 7 turns in 2 days; 259 days against the numerical
flight at degree 50) is said at `MeanOrbit`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np

from marsward.core.bodies import body as known_body
from marsward.core.constants import ASTRONOMICAL_UNIT
from marsward.core.errors import InputError, PhysicsError
from marsward.core.frames import rotation
from marsward.core.readings import check_epoch
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.data.gravity_model import gravity_model
from marsward.dynamics.elements import Elements, osculating
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import SolarPressure
from marsward.dynamics.kepler import mean_anomaly, true_anomaly
from marsward.dynamics.kernels.mean_elements import (
    MU,
    NUMBERS,
    POINTS,
    PUSH,
    RADIUS,
    SUN_GM,
    fly_mean,
    osculating_table,
)

__all__ = ["MeanOrbit", "fitted_mean_orbit", "mean_orbit"]

DAY = 86400.0
_AXES = {"mars": "MARS_MEOD"}
_ROUNDS = 12
_MOST_ECCENTRIC = 0.75
_FITS = 3
_BUMPS = np.array([10.0, 1e-6, 1e-6, 1e-6, 1e-6, 1e-5])
_WORTH = np.array([1e3, 1e-4, 1e-4, 1e-4, 1e-4, 1e-3])
"""What the terms that are left out make of each element, about: the weights of a fit."""


@dataclass(frozen=True, eq=False)
class MeanOrbit:
    """Mean elements along an arc, with the osculating states that belong to them.

    Made by `mean_orbit` from one state or by `fitted_mean_orbit` from a stretch of numerical
    flight. Axes are those of the planet's equator at the first epoch, taken to be at rest.

    Against 259 numerical days of Tianwen-1's remote-sensing orbit, greatest differences: from one
    state (0.08 s of work), latitude of perigee 0.10 deg, node 0.035 deg, inclination 0.03 deg,
    radius of perigee 2.4 km, place along the track 2.2 deg (153 s); fitted to all of it, 0.06 deg,
    0.009 deg, 0.03 deg, 1.4 km, 2.3 deg; fitted to the first 20 days, 5 s along the track by day
    30, 300 s by day 120 and 940 s by day 258. A state costs 0.04 ms.

    Parameters
    ----------
    start : first epoch
    step : between two rows of the tables [s]
    table, slope : (n, 6) equinoctial mean elements [m, -, -, -, -, rad] and their rates
    body, axes : the planet, and the rotation (3, 3) from J2000 to the axes of the elements
    zonal, number : the field and constants as the kernels read them
    ephemeris : where the Sun is
    """

    start: Epoch
    step: float
    table: np.ndarray
    slope: np.ndarray
    body: str
    axes: np.ndarray
    zonal: np.ndarray
    number: np.ndarray
    ephemeris: Any = field(repr=False)

    @property
    def stop(self) -> Epoch:
        """Last epoch."""
        return self.start + self.step * (self.table.shape[0] - 1)

    @property
    def duration(self) -> float:
        """Length in time [s]."""
        return self.step * (self.table.shape[0] - 1)

    def mean(self, epoch: Epoch) -> Elements:
        """Mean elements (...); angles from the equator and node of the first epoch."""
        x = self._mean(epoch)
        return _elements(x, self.body, epoch, float(self.number[MU]))

    def osculating(self, epoch: Epoch) -> Elements:
        """Osculating elements (...): the mean ones with their short-period terms."""
        return _elements(self._osculating(epoch), self.body, epoch, float(self.number[MU]))

    def at(self, epoch: Epoch, *, wrt: Any = None, ephemeris: Any = None) -> np.ndarray:
        """States (..., 6) in J2000 [m, m/s] relative to the planet, or to ``wrt``.

        Raises
        ------
        PhysicsError : an epoch outside the arc
        """
        own = self.osculating(epoch).state(frame="MARS_MEOD" if self.body == "mars" else "J2000")
        out = np.concatenate([own[..., :3] @ self.axes, own[..., 3:] @ self.axes], axis=-1)
        centre = known_body(self.body).naif_id
        if wrt is not None and known_body(wrt).naif_id != centre:
            source = self.ephemeris if ephemeris is None else ephemeris
            out = out + source.state(centre, wrt=known_body(wrt).naif_id, at=epoch)
        return out

    def _mean(self, epoch: Epoch) -> np.ndarray:
        check_epoch(epoch, "epoch")
        t = np.asarray(epoch - self.start, dtype=float)
        if np.any(t < -1e-6) or np.any(t > self.duration + 1e-6):
            raise PhysicsError(
                f"the mean orbit runs from {self.start.utc} to {self.stop.utc} UTC; ask inside"
            )
        row = np.clip((t // self.step).astype(int), 0, self.table.shape[0] - 2)
        s = ((t - row * self.step) / self.step)[..., None]
        lo, hi = self.table[row], self.table[row + 1]
        return (
            (1 + 2 * s) * (1 - s) ** 2 * lo
            + s**2 * (3 - 2 * s) * hi
            + self.step
            * (s * (1 - s) ** 2 * self.slope[row] - s**2 * (1 - s) * self.slope[row + 1])
        )

    def _osculating(self, epoch: Epoch) -> np.ndarray:
        x = self._mean(epoch)
        flat = np.ascontiguousarray(x.reshape(-1, 6))
        return _with_waves(self, flat, epoch).reshape(x.shape)


def mean_orbit(
    state: Any,
    epoch: Epoch,
    until: Epoch | float,
    *,
    body: Any = "mars",
    degree: int = 20,
    solar_pressure: SolarPressure | None = None,
    step: float = DAY,
    ephemeris: Any = None,
) -> MeanOrbit:
    """Fly the mean elements of a state.

    Parameters
    ----------
    state : (6,) relative to the planet, J2000 [m, m/s], taken as osculating
    epoch : of the state
    until : Epoch, or seconds from ``epoch``
    body : a planet whose gravity field is known
    degree : of the zonal field, 2 to 30
    solar_pressure : light pressure, in full light throughout
    step : of the fourth-order integration of the averages [s]
    ephemeris : DE440 when left out

    Raises
    ------
    InputError : a degree or step that makes no sense, or a flight of no length
    PhysicsError : an orbit that does not close, is too eccentric, or meets the planet
    """
    check_epoch(epoch, "epoch", single=True)
    span = float(until - epoch) if isinstance(until, Epoch) else float(until)
    if not (np.isfinite(span) and span > 0.0 and np.isfinite(step) and step > 0.0):
        raise InputError(f"a mean orbit needs a span and a step above 0 s, not {span!r}, {step!r}")
    empty = _empty(epoch, span, step, body, degree, solar_pressure, ephemeris)
    start = _equinoctial(osculating(state, epoch, body=body))
    return _flown(empty, _without_waves(empty, start[None], epoch.reshape(1))[0])


def fitted_mean_orbit(
    trajectory: Trajectory,
    until: Epoch | float | None = None,
    *,
    body: Any = "mars",
    degree: int = 20,
    solar_pressure: SolarPressure | None = None,
    step: float = DAY,
    ephemeris: Any = None,
    samples: int = 400,
) -> MeanOrbit:
    """The mean orbit that follows a numerical flight best, and goes on from it.

    The terms that turn with the planet average out over the flight, a week or more of it, which
    one state cannot tell from the mean. Other parameters as `mean_orbit`; ``until`` is the end of
    the mean orbit, the flight's own when left out.
    """
    source = trajectory.ephemeris if ephemeris is None else ephemeris
    begin = trajectory.start
    end = trajectory.stop if until is None else until
    span = float(end - begin) if isinstance(end, Epoch) else float(end)
    if not span > 0.0:
        raise InputError("the mean orbit must stop after the flight starts; give a later epoch")
    fit = min(span, trajectory.duration)
    part = _empty(begin, fit, step, body, degree, solar_pressure, source)
    t = fit * (np.arange(samples) + 0.5) / samples
    at = begin + t
    states = trajectory.at(at, wrt=known_body(body).naif_id, ephemeris=source)
    x = _without_waves(part, _equinoctial(osculating(states, at, body=body)), at)
    first = x[0].copy()
    first[5] -= np.sqrt(part.number[MU] / first[0] ** 3) * t[0]
    for _ in range(_FITS):
        gap = _gap(x, _flown(part, first), at)
        moved = [_gap(x, _flown(part, first + bump), at) for bump in np.diag(_BUMPS)]
        change = np.stack([gap - m for m in moved], axis=-1)
        change[..., 5, :] -= 2.0 * np.pi * np.round(change[:1, 5] / (2.0 * np.pi))
        weight = (1.0 / _WORTH)[None, :, None]
        least = np.linalg.lstsq(
            (weight * change).reshape(-1, 6), (weight[..., 0] * gap).ravel(), rcond=None
        )[0]
        first = first + least * _BUMPS
    whole = _empty(begin, span, step, body, degree, solar_pressure, source)
    return _flown(whole, first)


def _gap(x: np.ndarray, orbit: MeanOrbit, at: Epoch) -> np.ndarray:
    """(k, 6) mean elements less those of an orbit, the longitude without whole turns."""
    gap = x - orbit._mean(at)
    gap[:, 5] = np.unwrap(gap[:, 5])
    gap[:, 5] -= 2.0 * np.pi * np.round(gap[0, 5] / (2.0 * np.pi))
    return gap


def _empty(
    epoch: Epoch, span: float, step: float, body: Any, degree: int, light: Any, ephemeris: Any
) -> MeanOrbit:
    """A mean orbit that has not been flown: what the kernels need, and empty tables."""
    planet = known_body(body)
    model = gravity_model(planet.name)
    if isinstance(degree, bool) or not 2 <= degree <= min(30, model.degree):
        raise InputError(
            f"the zonal field of {planet.name} is averaged for degrees 2 to "
            f"{min(30, model.degree)}, not {degree!r}"
        )
    n = np.arange(degree + 1)
    zonal = model.cosine[: degree + 1, 0] * np.sqrt(2.0 * n + 1.0) * (model.gm / planet.gm)
    zonal[:2] = 0.0
    number = np.zeros(NUMBERS)
    number[MU], number[RADIUS] = planet.gm, model.radius
    number[SUN_GM] = known_body("sun").gm
    if light is not None:
        number[PUSH] = light.acceleration_1au * float(ASTRONOMICAL_UNIT) ** 2
    count = max(int(np.ceil(span / step)), 1)
    turn = rotation("J2000", _AXES.get(planet.name, "J2000"), epoch)
    source = default_ephemeris() if ephemeris is None else ephemeris
    rows = np.empty((count + 1, 6))
    return MeanOrbit(epoch, span / count, rows, rows, planet.name, turn, zonal, number, source)


def _flown(empty: MeanOrbit, first: np.ndarray) -> MeanOrbit:
    table, slope = np.empty_like(empty.table), np.empty_like(empty.table)
    half = empty.start + 0.5 * empty.step * np.arange(2 * table.shape[0] - 1)
    sun = _sun(empty, half)
    _refuse_odd(empty, first)
    fly_mean(first, empty.step, sun, empty.zonal, empty.number, _antiderivative(), table, slope)
    _refuse_odd(empty, table)
    return replace(empty, table=table, slope=slope)


def _refuse_odd(orbit: MeanOrbit, x: np.ndarray) -> None:
    e = np.hypot(x[..., 1], x[..., 2])
    low = x[..., 0] * (1.0 - e)
    if not np.all((e < _MOST_ECCENTRIC) & (low > known_body(orbit.body).equatorial_radius)):
        raise PhysicsError(
            f"mean elements need a closed orbit of eccentricity below {_MOST_ECCENTRIC:g} that "
            f"stays above {orbit.body}, not one of eccentricity {np.max(e):.3f} down to "
            f"{np.min(low) / 1e3:.0f} km from the centre; fly it by propagate(…)"
        )


def _sun(orbit: MeanOrbit, epochs: Epoch) -> np.ndarray:
    """(k, 3) the Sun from the planet in the orbit's axes [m]."""
    place = orbit.ephemeris.position("sun", wrt=orbit.body, at=epochs)
    return np.ascontiguousarray(place.reshape(-1, 3) @ orbit.axes.T)


def _with_waves(orbit: MeanOrbit, mean: np.ndarray, epochs: Epoch) -> np.ndarray:
    out = np.empty_like(mean)
    sun = _sun(orbit, epochs)
    osculating_table(mean, sun, orbit.zonal, orbit.number, _antiderivative(), out)
    return out


def _without_waves(orbit: MeanOrbit, x: np.ndarray, epochs: Epoch) -> np.ndarray:
    """Mean elements (k, 6) of osculating ones, by putting the waves on until they fit."""
    _refuse_odd(orbit, x)
    mean = x.copy()
    for _ in range(_ROUNDS):
        gap = x - _with_waves(orbit, mean, epochs)
        mean += gap
        if np.all(np.abs(gap) < 1e-13 * np.maximum(np.abs(mean), 1.0)):
            break
    return mean


@lru_cache(maxsize=1)
def _antiderivative() -> np.ndarray:
    """(K, K) matrix that integrates a function on K even points of a turn, but for its mean."""
    angle = 2.0 * np.pi * np.arange(POINTS) / POINTS
    gap = angle[:, None] - angle
    m = np.arange(1, POINTS // 2)
    return np.ascontiguousarray((2.0 * np.sin(gap[..., None] * m) / (m * POINTS)).sum(axis=-1))


def _equinoctial(orbit: Elements) -> np.ndarray:
    node, argument = np.radians(orbit.node), np.radians(orbit.argument_of_periapsis)
    e, tilt = orbit.eccentricity, np.tan(0.5 * np.radians(orbit.inclination))
    nu = np.radians(orbit.true_anomaly)
    return np.stack(
        [
            orbit.semi_major_axis,
            e * np.cos(node + argument),
            e * np.sin(node + argument),
            tilt * np.cos(node),
            tilt * np.sin(node),
            node + argument + mean_anomaly(nu, e),
        ],
        axis=-1,
    )


def _elements(x: np.ndarray, body: str, epoch: Epoch, mu: float) -> Elements:
    a, f, g, h, k, longitude = np.moveaxis(x, -1, 0)
    e, tilt = np.hypot(f, g), np.hypot(h, k)
    node = np.where(tilt > 0.0, np.arctan2(k, h), 0.0)
    apse = np.where(e > 0.0, np.arctan2(g, f), node)
    nu = true_anomaly((longitude - apse + np.pi) % (2.0 * np.pi) - np.pi, e)
    i, node, argument, nu = (np.degrees(v) for v in (2.0 * np.arctan(tilt), node, apse - node, nu))
    frame = _AXES.get(body, "J2000")
    return Elements(a, e, i, node % 360.0, argument % 360.0, nu % 360.0, body, frame, epoch, mu)
