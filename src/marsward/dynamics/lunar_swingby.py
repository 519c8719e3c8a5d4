"""Leaving by way of the Moon: what a lunar swingby adds to a departure.

    found = lunar_swingby(tour.outgoing[0], tour.epochs[0])
    found.gain, found.epoch, found.flyby.altitude, found.told

The craft leaves its parking orbit for the Moon with less energy than it needs, the Moon turns it
and gives the rest, and it leaves the Earth along the asymptote that is wanted. Conics about the
Earth, the Moon a point that turns them: good to some tens of m/s, since the Moon's own field
reaches far beside its distance. All days of a month are tried, for the Moon stands well on few.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import body as known_body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.flyby import Flyby, flyby, least_radius, passages
from marsward.dynamics.kepler import mean_anomaly
from marsward.dynamics.optimisers import minimise
from marsward.dynamics.planned_date import planned_date
from marsward.dynamics.transfer_costs import TransferCosts

__all__ = ["LunarSwingby", "lunar_swingby", "velocity_on_asymptote"]

Array = NDArray[np.float64]
DAY = 86_400.0
MONTH = 27.321661 * DAY
"""Sidereal month [s]; Seidelmann 1992, Explanatory Supplement, from memory."""
_ANGLES = 36
_ENERGIES = 16
_STARTS = 16
_ZOOMS = 36


@dataclass(frozen=True, eq=False)
class LunarSwingby:
    """A departure by way of the Moon.

    Attributes
    ----------
    launch, epoch : of the perigee and of the Moon's flyby
    c3_before : about the Earth, on the way to the Moon [m2/s2]; negative on an ellipse
    c3 : of the asymptote that is wanted [m2/s2]
    inclination : of the way to the Moon, to the equator of J2000 [deg]
    flyby : at the Moon
    injection_dv, direct_dv : out of the parking orbit, to the Moon, and straight to the asymptote
        [m/s]
    """

    launch: Epoch
    epoch: Epoch
    c3_before: float
    c3: float
    inclination: float
    flyby: Flyby
    injection_dv: float
    direct_dv: float

    @property
    def dv(self) -> float:
        """Injection and all impulses at the Moon [m/s]."""
        return self.injection_dv + self.flyby.dv + self.flyby.bend

    @property
    def gain(self) -> float:
        """What it saves over leaving straight [m/s]; below 0 it costs more."""
        return self.direct_dv - self.dv

    @property
    def told(self) -> str:
        """One sentence."""
        verb = "saves" if self.gain > 0.0 else "costs"
        return (
            f"by the Moon on {self.epoch.utc[:16].replace('T', ' ')} UTC, "
            f"{self.flyby.altitude / 1e3:,.0f} km high: C3 {self.c3_before / 1e6:+.2f} to "
            f"{self.c3 / 1e6:.2f} km2/s2 with {self.flyby.dv + self.flyby.bend:.0f} m/s there; "
            f"{verb} {abs(self.gain):.0f} m/s against leaving straight"
        )


def velocity_on_asymptote(place: ArrayLike, asymptote: ArrayLike, gm: float) -> Array:
    """Velocity (..., 3) [m/s] at a place from which a hyperbola leaves along an asymptote.

    Parameters
    ----------
    place : (..., 3) [m]
    asymptote : (..., 3) velocity at infinity [m/s]
    gm : [m3/s2]

    References
    ----------
    Battin 1999, An Introduction to the Mathematics and Methods of Astrodynamics, section 5.3.
    """
    r, out = np.asarray(place, float), np.asarray(asymptote, float)
    distance = np.linalg.norm(r, axis=-1, keepdims=True)
    speed = np.linalg.norm(out, axis=-1, keepdims=True)
    up, ahead = r / distance, out / speed
    cosine = np.sum(up * ahead, axis=-1, keepdims=True)
    root = np.sqrt(gm / (distance * (1.0 + cosine)) + 0.25 * speed**2)
    return np.asarray((root + 0.5 * speed) * ahead + (root - 0.5 * speed) * up)


class _Search:
    """Passages for rows (time of the flyby [s], C3 on the way there, angle of its plane)."""

    def __init__(self, asymptote: Array, start: Epoch, costs: TransferCosts, least: float,
                 inclinations: tuple[float, float], sky: Any) -> None:  # fmt: skip
        earth = known_body("earth")
        self.out, self.start, self.costs, self.least, self.sky = (
            asymptote, start, costs, least, sky,
        )  # fmt: skip
        self.gm, self.moon = float(earth.gm), float(known_body("moon").gm)
        self.low = float(earth.equatorial_radius) + float(costs.parking_altitude or 0.0)
        self.inclinations = inclinations

    def velocities(self, rows: Array) -> tuple[Array, Array, Array]:
        """Velocities at infinity at the Moon before and after (n, 3), inclination (n,) [deg]."""
        moon = self.sky.state("moon", wrt="earth", at=self.start + rows[:, 0])
        r, v = moon[:, :3], moon[:, 3:]
        distance = np.linalg.norm(r, axis=1)
        spin = self.low * np.sqrt(rows[:, 1] + 2.0 * self.gm / self.low)
        across = spin / distance
        with np.errstate(invalid="ignore"):
            outward = np.sqrt(rows[:, 1] + 2.0 * self.gm / distance - across**2)
        up = r / distance[:, None]
        side = np.cross(up, [0.0, 0.0, 1.0])
        side /= np.linalg.norm(side, axis=1)[:, None]
        north = np.cross(side, up)
        along = np.cos(rows[:, 2])[:, None] * side + np.sin(rows[:, 2])[:, None] * north
        into = outward[:, None] * up + across[:, None] * along
        tilt = np.degrees(np.arccos(np.clip(np.cross(up, along)[:, 2], -1.0, 1.0)))
        leave = velocity_on_asymptote(r, self.out, self.gm)
        # a way out that falls back past the Earth must miss it
        spin = np.linalg.norm(np.cross(r, leave), axis=1)
        bent = np.sqrt(1.0 + spin**2 * (self.out @ self.out) / self.gm**2)  # eccentricity
        low = spin**2 / self.gm / (1.0 + bent)
        falls = (np.sum(r * leave, axis=1) < 0.0) & (low < self.low)
        leave[falls] = np.nan
        return into - v, leave - v, tilt

    def total(self, rows: Array) -> Array:
        """Injection and passage (n,) [m/s]; infinite where there is none."""
        into, leave, tilt = self.velocities(rows)
        burn = np.sqrt(rows[:, 1] + 2.0 * self.gm / self.low) - math.sqrt(self.gm / self.low)
        passed = passages(into, leave, gm=self.moon, least=self.least).total
        out = burn + passed
        kept = (tilt >= self.inclinations[0]) & (tilt <= self.inclinations[1])
        return np.where(np.isfinite(out) & kept, out, np.inf)


def lunar_swingby(
    asymptote: ArrayLike,
    leaving: str | Epoch,
    *,
    within: float = 0.5 * MONTH,
    altitude: float | None = None,
    inclinations: tuple[float, float] = (0.0, 180.0),
    costs: TransferCosts | None = None,
    ephemeris: Any = None,
) -> LunarSwingby:
    """The best lunar swingby on the way to a departure asymptote.

    Parameters
    ----------
    asymptote : (3,) velocity at infinity about the Earth that is wanted, J2000 [m/s]
    leaving : about when; the Moon may be passed up to `within` [s] before or after
    altitude : lowest periapsis above the Moon [m]; 100 km when left out
    inclinations : of the way to the Moon that the launch site lets be flown [deg]
    costs : whose parking orbit is left

    Raises
    ------
    InputError : an asymptote that is none.
    PhysicsError : no way to the Moon keeps the inclinations.
    """
    out = np.asarray(asymptote, float)
    size = float(np.linalg.norm(out))
    if out.shape != (3,) or not 0.0 < size < math.inf:
        raise InputError(f"an asymptote is a velocity of three finite numbers, not {asymptote!r}")
    use = costs or TransferCosts()
    if use.parking_altitude is None:
        raise InputError("a lunar swingby starts from a parking orbit; give its altitude")
    if not 0.0 <= inclinations[0] <= inclinations[1] <= 180.0:
        raise InputError(f"inclinations are {inclinations!r} deg: give two from 0 to 180")
    sky = ephemeris or default_ephemeris()
    start, least = planned_date(leaving), least_radius("moon", altitude)
    search = _Search(out, start, use, least, inclinations, sky)
    rows = _grid(search, size, within)
    total = search.total(rows)
    if not np.isfinite(total).any():
        _, _, tilt = search.velocities(rows)
        raise PhysicsError(
            f"no way to the Moon within {within / DAY:.0f} days of {start.utc[:10]} has an "
            f"inclination from {inclinations[0]:g} to {inclinations[1]:g} deg; there are "
            f"{np.nanmin(tilt):.1f} to {np.nanmax(tilt):.1f}"
        )
    best = _zoomed(search, rows[np.argsort(total, kind="stable")[:_STARTS]], size, within)
    scale = np.array([600.0, 0.02e6, 0.01])
    low = np.array([-within, rows[:, 1].min(), -20.0])
    high = np.array([within, rows[:, 1].max(), 20.0])

    def value(x: Array) -> float:
        found = float(search.total((x * scale)[None])[0])
        return found if math.isfinite(found) else 1e7

    x, _ = minimise(value, best / scale, low / scale, high / scale, scale=np.ones(3), rounds=2)
    return _told(search, x * scale, size)


def _grid(search: _Search, size: float, within: float) -> Array:
    """Times of a month every three hours, energies from the least to the wanted one, planes."""
    times = np.arange(-within, within + 1.0, 3.0 * 3600.0)
    # an ellipse that just reaches the Moon at its farthest
    least = -2.0 * search.gm / (search.low + 407e6) + 1e4
    energies = least + (size**2 - least) * np.linspace(0.0, 1.0, _ENERGIES)
    angles = np.arange(_ANGLES) * (2.0 * math.pi / _ANGLES)
    grid = np.meshgrid(times, energies, angles, indexing="ij")
    return np.stack([each.ravel() for each in grid], axis=1)


def _zoomed(search: _Search, rows: Array, size: float, within: float) -> Array:
    """The best of several rows, each moved to the best of its neighbours, ever nearer ones."""
    width = np.array([3.0 * 3600.0, 0.06 * size**2 + 0.1e6, 2.0 * math.pi / _ANGLES])
    near = np.stack(np.meshgrid(*[np.linspace(-1.0, 1.0, 5)] * 3, indexing="ij"), -1).reshape(-1, 3)
    low, high = (
        np.array([-within, rows[:, 1].min() - 4e6, -20.0]),
        np.array([within, size**2, 20.0]),
    )
    low[1] = max(low[1], -2.0 * search.gm / (search.low + 407e6) + 1e4)
    for _ in range(_ZOOMS):
        trial = np.clip(rows[:, None, :] + width * near, low, high)
        total = search.total(trial.reshape(-1, 3)).reshape(len(rows), -1)
        rows = trial[np.arange(len(rows)), np.argmin(total, axis=1)]
        width = 0.72 * width
    return np.asarray(rows[int(np.argmin(search.total(rows)))])


def _told(search: _Search, row: Array, size: float) -> LunarSwingby:
    into, leave, tilt = search.velocities(row[None])
    epoch = search.start + float(row[0])
    burn = math.sqrt(row[1] + 2.0 * search.gm / search.low) - math.sqrt(search.gm / search.low)
    low = float(search.least - known_body("moon").equatorial_radius)
    passed = flyby(into[0], leave[0], "moon", altitude=low)
    direct = float(search.costs.injection(size, "earth"))
    return LunarSwingby(
        epoch - _coast(search, float(row[1]), epoch), epoch, float(row[1]), size**2,
        float(tilt[0]), passed, burn, direct,
    )  # fmt: skip


def _coast(search: _Search, c3: float, epoch: Epoch) -> float:
    """Time from the perigee to the Moon [s]."""
    distance = float(np.linalg.norm(search.sky.position("moon", wrt="earth", at=epoch)))
    e = 1.0 + search.low * c3 / search.gm
    p = search.low * (1.0 + e)
    nu = math.acos(min(1.0, max(-1.0, (p / distance - 1.0) / e)))
    rate = abs(c3) ** 1.5 / search.gm
    return float(mean_anomaly(nu, e)) / rate
