"""Aerobraking: from a long ellipse to a low orbit by many passes through the thin upper air.

    plan = aerobrake(periapsis=400e3, apoapsis=44_000e3, goal=(255e3, 450e3), drag=drag,
                     heat_limit=1500.0)
    plan.passes, plan.duration, plan.dv_saved

Each pass takes energy and, a little, angular momentum from the orbit: the drag -1/2 rho (cd A / m)
v v is summed along the ellipse that the craft came in on. Between passes the periapsis is set at
the apoapsis so that the free-stream heating 1/2 rho v^3 at the lowest point is what is allowed; at
the end it goes up so that the orbit would outlast a loss of contact. Two bodies, a round planet,
air at rest: the plan of a study, not of a navigation team, whose air changes by a third from pass
to pass (Tolson et al. 2005, doi:10.2514/1.15220; from memory).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.dynamics.drag import Drag

__all__ = ["Aerobraking", "DragPass", "aerobrake", "apsis_dv", "drag_pass"]

Array = NDArray[np.float64]
PLANET = "mars"
DECAYED = 300e3
"""Height of the apoapsis below which an orbit counts as lost, as Odyssey's team counted [m]."""
_GRID = np.linspace(40e3, 400e3, 1801)
_POINTS = 801
_MOST = 20_000


@dataclass(frozen=True)
class DragPass:
    """One pass through the air.

    dv : what the air takes from the speed, its acceleration summed over time [m/s]
    heating : greatest free-stream heating 1/2 rho v^3 [W/m2]
    pressure : greatest dynamic pressure 1/2 rho v^2 [Pa]
    heat : heating summed over the pass [J/m2]
    periapsis, apoapsis : radii after it [m]; the apoapsis is below the periapsis where it decayed
    """

    dv: float
    heating: float
    pressure: float
    heat: float
    periapsis: float
    apoapsis: float


@dataclass(frozen=True)
class Aerobraking:
    """A campaign, pass by pass.

    Attributes
    ----------
    height, apoapsis : (n,) heights of periapsis and apoapsis before each pass [m]
    period : (n,) of the orbit before each pass [s]
    dv_air, heating, pressure : (n,) of each pass [m/s], [W/m2], [Pa]
    days : (n,) of the pass since the start [d]
    walk_in, trims, walk_out : velocity changes by engine [m/s]: down into the air, setting the
        periapsis from pass to pass, and up out of it into the goal
    duration : from the start to the goal [s]
    dv_engine : what the engine alone would take for the same change of orbit [m/s]
    goal : heights of periapsis and apoapsis at the end [m]
    """

    height: Array
    apoapsis: Array
    period: Array
    dv_air: Array
    heating: Array
    pressure: Array
    days: Array
    walk_in: float
    trims: float
    walk_out: float
    duration: float
    dv_engine: float
    goal: tuple[float, float]

    @property
    def passes(self) -> int:
        """How many times it dips into the air."""
        return int(self.height.size)

    @property
    def dv(self) -> float:
        """What the engine still has to give [m/s]."""
        return self.walk_in + self.trims + self.walk_out

    @property
    def dv_saved(self) -> float:
        """What it need not give [m/s]."""
        return self.dv_engine - self.dv


def apsis_dv(at: float, across: float, wanted: float) -> float:
    """Size of the impulse [m/s] at an apsis of radius `at` that moves the other one.

    at, across, wanted : radii [m] of the apsis where it acts, of the other before and after
    """
    gm = float(body(PLANET).gm)
    before, after = (math.sqrt(2.0 * gm * r / (at * (at + r))) for r in (across, wanted))
    return abs(after - before)


def drag_pass(periapsis: float, apoapsis: float, drag: Drag) -> DragPass:
    """What one pass does to an orbit.

    Parameters
    ----------
    periapsis, apoapsis : radii before it [m]
    drag : cd A / m and density against height; heights count from the equatorial radius
    """
    return _pass(periapsis, apoapsis, drag.ballistic, _log_density(drag))


def _log_density(drag: Drag) -> Array:
    return np.log(np.maximum(drag.density_at(_GRID), 1e-30))


def _pass(low: float, high: float, ballistic: float, air: Array) -> DragPass:
    gm, ground = float(body(PLANET).gm), float(body(PLANET).equatorial_radius)
    axis, e = 0.5 * (low + high), (high - low) / (high + low)
    p = axis * (1.0 - e * e)
    top = min(high, ground + _GRID[-1])
    cosine = 1.0 if e == 0.0 else (p / top - 1.0) / e
    nu = np.linspace(0.0, math.acos(min(1.0, max(-1.0, cosine))), _POINTS)
    r = p / (1.0 + e * np.cos(nu))
    h = math.sqrt(gm * p)
    speed = np.sqrt(gm * (2.0 / r - 1.0 / axis))
    rho = np.exp(np.interp(r - ground, _GRID, air))
    slowed = 0.5 * rho * speed**2 * ballistic
    rate = r * r / h  # seconds per radian
    dv = 2.0 * float(np.trapezoid(slowed * rate, nu))
    energy = -0.5 * gm / axis - 2.0 * float(np.trapezoid(slowed * speed * rate, nu))
    momentum = h * (1.0 - 2.0 * float(np.trapezoid(slowed / speed * rate, nu)))
    heating = 0.5 * rho * speed**3
    axis = -0.5 * gm / energy
    root = math.sqrt(max(0.0, 1.0 - momentum**2 / (gm * axis)))
    return DragPass(
        dv=dv, heating=float(heating.max()), pressure=float((0.5 * rho * speed**2).max()),
        heat=2.0 * float(np.trapezoid(heating * rate, nu)), periapsis=axis * (1.0 - root),
        apoapsis=axis * (1.0 + root),
    )  # fmt: skip


def aerobrake(
    *,
    periapsis: float,
    apoapsis: float,
    goal: tuple[float, float],
    drag: Drag,
    heat_limit: float,
    share: float = 0.5,
    walk_in_passes: int = 6,
    lifetime: float = 86_400.0,
) -> Aerobraking:
    """Plan a campaign from a capture orbit to a goal.

    Parameters
    ----------
    periapsis, apoapsis : heights of the orbit at the start, above the equatorial radius [m]
    goal : heights of periapsis and apoapsis at the end [m]
    drag : cd A / m and the density of the air against height
    heat_limit : of the free-stream heating 1/2 rho v^3 that the craft bears [W/m2]
    share : of the limit that a pass is planned at; the rest is for air that is denser than thought
    walk_in_passes : over how many the heating is brought up
    lifetime : how long the orbit is to last without a manoeuvre at any time [s]

    Raises
    ------
    InputError : heights, shares or limits that make no sense
    PhysicsError : the goal is not below the start, or the campaign would not end.
    """
    _check(periapsis, apoapsis, goal, heat_limit, share, walk_in_passes, lifetime)
    ground = float(body(PLANET).equatorial_radius)
    air = _log_density(drag)
    low, high = ground + periapsis, ground + apoapsis
    end_low, end_high = (ground + each for each in goal)
    engine = apsis_dv(high, low, end_low) + apsis_dv(end_low, high, end_high)
    gm, elapsed = float(body(PLANET).gm), 0.0
    rows: list[tuple[float, ...]] = []
    walk_in = trims = 0.0
    while high > end_high:
        n = len(rows)
        if n >= _MOST:
            raise PhysicsError(
                f"after {n} passes the apoapsis is still {(high - ground) / 1e3:.0f} km high: the "
                "heating allowed is too small for this craft; allow more, or give a larger cd A / m"
            )
        begun = min(1.0, (n + 1) / walk_in_passes)
        target = _corridor(high, drag.ballistic, air, heat_limit * share * begun, lifetime)
        dv = apsis_dv(high, low, target)
        if n < walk_in_passes:
            walk_in += dv
        else:
            trims += dv
        low = target
        period = 2.0 * math.pi * math.sqrt((0.5 * (low + high)) ** 3 / gm)
        elapsed += period if n else 0.5 * period
        found = _pass(low, high, drag.ballistic, air)
        rows.append(
            (low - ground, high - ground, period, found.dv, found.heating, found.pressure,
             elapsed / 86_400.0)
        )  # fmt: skip
        low, high = found.periapsis, found.apoapsis
    period = 2.0 * math.pi * math.sqrt((0.5 * (low + high)) ** 3 / gm)
    walk_out = apsis_dv(high, low, end_low) + apsis_dv(end_low, high, end_high)
    height, top, periods, dv_air, heating, pressure, days = np.array(rows).T
    return Aerobraking(
        height, top, periods, dv_air, heating, pressure, days, walk_in, trims, walk_out,
        elapsed + period, engine, goal,
    )  # fmt: skip


def _check(low, high, goal, heat, share, walk_in, lifetime) -> None:
    finite = all(math.isfinite(float(x)) for x in (low, high, *goal, heat, share, lifetime))
    if not finite or not (heat > 0.0 and 0.0 < share <= 1.0 and lifetime >= 0.0 and walk_in >= 1):
        raise InputError(
            "aerobraking takes finite heights, a heating above 0 W/m2, a share of it above 0 and "
            f"at most 1, a lifetime of 0 s or more and one pass of walk-in or more, not "
            f"{(low, high, goal, heat, share, lifetime, walk_in)}"
        )
    if not high > low >= 0.0 or not goal[1] >= goal[0] >= 0.0:
        raise InputError(
            "heights of an apoapsis lie above those of the periapsis, and both above the ground"
        )
    if not goal[1] < high:
        raise PhysicsError(
            f"the air lowers an apoapsis and cannot raise it from {high / 1e3:.0f} km to "
            f"{goal[1] / 1e3:.0f} km; give a goal below the start"
        )


def _corridor(high: float, ballistic: float, air: Array, heating: float, lifetime: float) -> float:
    """Radius of the periapsis [m] at which a pass heats as allowed and the orbit lasts."""
    gm, ground = float(body(PLANET).gm), float(body(PLANET).equatorial_radius)
    low = ground + 110e3
    for _ in range(4):  # the speed hardly depends on the height
        speed = math.sqrt(2.0 * gm * high / (low * (low + high)))
        low = ground + _height_of(2.0 * heating / speed**3, air)
    if lifetime > 0.0:
        left = 0.5 * gm * (2.0 / (ground + DECAYED + low) - 2.0 / (high + low))
        period = 2.0 * math.pi * math.sqrt((0.5 * (low + high)) ** 3 / gm)
        bare = _pass(low, high, ballistic, air)
        taken = gm * (1.0 / (bare.periapsis + bare.apoapsis) - 1.0 / (low + high))
        allowed = max(left, 0.0) * period / lifetime
        if taken > allowed > 0.0:
            density = 2.0 * bare.heating / speed**3 * allowed / taken
            low = ground + _height_of(density, air)
    return low


def _height_of(density: float, air: Array) -> float:
    """Height [m] at which the air has a density [kg/m3]."""
    if not math.exp(air[-1]) < density < math.exp(air[0]):
        raise PhysicsError(
            f"the air has a density of {density:.3g} kg/m3 nowhere between "
            f"{_GRID[0] / 1e3:.0f} and {_GRID[-1] / 1e3:.0f} km, so no pass can be planned at it; "
            "allow another heating or give another table of density"
        )
    return float(np.interp(-math.log(density), -air, _GRID))
