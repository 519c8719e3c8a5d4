"""A capture by an engine that takes its time: the best start, its loss against an impulse.

    burn = insertion_burn(state, epoch, period=86400.0, thrust=450.0, isp=321.0, mass=2100.0)
    burn.ignition, burn.duration, burn.loss, burn.propellant

While the engine burns the craft moves on, and thrust away from the periapsis takes less energy
from the orbit than there: a long burn costs more than the impulse. How long it must burn for the
orbit that is wanted follows from its start; the start that burns least is chosen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize, minimize_scalar

from marsward.core.bodies import body
from marsward.core.constants import STANDARD_GRAVITY
from marsward.core.errors import InputError, PhysicsError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.data.gravity_model import gravity_model
from marsward.dynamics.burns import FiniteBurn
from marsward.dynamics.capture_orbits import propellant_for
from marsward.dynamics.elements import Elements, osculating
from marsward.dynamics.events import apsis
from marsward.dynamics.forces import Forces
from marsward.dynamics.propagate import propagate
from marsward.dynamics.state_transition import arrive

__all__ = [
    "STEERING", "InsertionBurn", "affordable_insertion", "impulse_loss", "insertion_burn",
    "orbit_energy",
]  # fmt: skip

Array = NDArray[np.float64]
PLANET = "mars"
STEERING = {"velocity": "VNB", "horizon": "RTN", "inertial": "J2000"}
"""How the thrust points: against the velocity, back along the local horizon, fixed in space."""
WIDEST = 60.0 * 86_400.0
"""Period of the widest orbit that counts as a capture [s]: out to the sphere of influence."""
_EVERYTHING = Forces()
_CUT = 1e-6
"""By how much a flight ends before the engine's own cut-off [s], so that the rounding of the two
epochs leaves no sliver of coast between them."""


@dataclass(frozen=True)
class InsertionBurn:
    """The burn that makes the orbit, and what it costs.

    Attributes
    ----------
    burn : as the force model flies it
    impulse : velocity change of an impulse at the periapsis [m/s]
    dv : Isp g0 ln(mass before / mass after) [m/s]
    loss : `dv` less `impulse` [m/s]
    propellant, mass_before, mass_after : [kg]
    periapsis_epoch, periapsis : of the path without the burn; height of it [m]
    orbit : osculating elements at the cut-off
    period : of the orbit's energy, with the oblateness [s]
    path : from the state given to the cut-off
    """

    burn: FiniteBurn
    impulse: float
    dv: float
    propellant: float
    mass_before: float
    mass_after: float
    periapsis_epoch: Epoch
    periapsis: float
    orbit: Elements
    period: float
    path: Trajectory

    @property
    def ignition(self) -> Epoch:
        """Start of the burn."""
        return self.burn.start

    @property
    def duration(self) -> float:
        """[s]"""
        return self.burn.duration

    @property
    def loss(self) -> float:
        """What the burn takes more than the impulse [m/s]."""
        return self.dv - self.impulse


def impulse_loss(gm: float, radius: float, dv: float, duration: float) -> float:
    """Loss [m/s] of a short burn, fixed in space and centred on the periapsis, against an impulse.

    dv (GM / r^3) t^2 / 24: the gradient of gravity along the thrust, to second order in the
    duration t.

    References
    ----------
    Robbins, H. M. (1966), AIAA J. 4, 1417, doi:10.2514/3.3687 (form from memory; derived anew from
    the primer vector, whose size falls from 1 by GM / r^3 t^2 / 2 on either side of the impulse).
    """
    return dv * gm / radius**3 * duration**2 / 24.0


@lru_cache(maxsize=1)
def _oblateness() -> tuple[float, float]:
    """J2 and its reference radius [m]."""
    model = gravity_model(PLANET)
    return -float(model.cosine[2, 0]) * math.sqrt(5.0), model.radius


def orbit_energy(state: Array, epoch: Epoch, *, oblate: bool = True) -> float:
    """Energy [J/kg] of a state (6,) about Mars, J2000, with the potential of the oblateness.

    Near the planet the osculating axis swings with the oblateness; this sum keeps still, and far
    from the planet it is the osculating energy.
    """
    gm = float(body(PLANET).gm)
    r, v = state[:3], state[3:]
    distance = float(np.linalg.norm(r))
    energy = 0.5 * float(v @ v) - gm / distance
    if oblate:
        j2, radius = _oblateness()
        sine = float(rotation("J2000", "MARS_MEOD", epoch)[2] @ r) / distance
        energy += gm / distance * j2 * (radius / distance) ** 2 * (1.5 * sine * sine - 0.5)
    return energy


def insertion_burn(
    state: Any,
    epoch: Epoch,
    *,
    period: float,
    thrust: float,
    isp: float,
    mass: float,
    steering: str = "velocity",
    forces: Forces = _EVERYTHING,
    ephemeris: Any = None,
) -> InsertionBurn:
    """The cheapest single burn about the next periapsis that leaves an orbit of given period.

    Parameters
    ----------
    state, epoch : (6,) relative to Mars, J2000 [m, m/s], before the periapsis: on a hyperbola, or
        on an ellipse whose apoapsis is to come down
    period : of the orbit afterwards [s]
    thrust, isp, mass : of the engine [N], [s] and of the craft before [kg]
    steering : "velocity" against it all along, "horizon" back along the local horizon, "inertial"
        fixed in space, with the angle that costs least
    forces : force model of the flight

    Raises
    ------
    InputError : a value that is none, or a steering that does not exist
    PhysicsError : the engine is too weak, the orbit is no tighter than before, or the path strikes
        the planet
    """
    _check(period, thrust, isp, mass, steering)
    passage = _passage(state, epoch, forces, ephemeris)
    wanted = _Wanted.of(passage, period, thrust, isp, mass, forces, ephemeris)
    lead = wanted.lead(float(passage.stop - passage.start), thrust)
    begin = passage.stop - lead
    first = passage.at(begin, wrt=PLANET, ephemeris=ephemeris)
    search = _Search(first, begin, lead, wanted, STEERING[steering], thrust, isp, mass)
    burn = search.best()
    path = propagate(
        np.asarray(state, float), epoch, burn.stop - _CUT, centre=PLANET, forces=forces,
        burns=(burn,), mass=mass, ephemeris=ephemeris,
    )  # fmt: skip
    end = path.at(path.stop, wrt=PLANET, ephemeris=ephemeris)
    left = mass - burn.mass_flow * burn.duration
    energy = orbit_energy(end, burn.stop, oblate=wanted.oblate)
    return InsertionBurn(
        burn=burn, impulse=wanted.impulse, dv=isp * float(STANDARD_GRAVITY) * math.log(mass / left),
        propellant=mass - left, mass_before=mass, mass_after=left, periapsis_epoch=passage.stop,
        periapsis=wanted.radius - float(body(PLANET).equatorial_radius),
        orbit=osculating(end, burn.stop, body=PLANET), period=_period(energy), path=path,
    )  # fmt: skip


def affordable_insertion(
    state: Any, epoch: Epoch, *, propellant: float, period: float, **options: Any
) -> InsertionBurn:
    """`insertion_burn` with the propellant at hand [kg]; other options as there.

    Raises
    ------
    PhysicsError : it does not suffice; the sentence tells the tightest orbit that it allows, found
        with the same engine and forces, or the propellant of a bare capture.
    """
    if not 0.0 < propellant < math.inf:
        raise InputError(f"propellant at hand is a mass above 0 kg, not {propellant!r}")
    burn = insertion_burn(state, epoch, period=period, **options)
    if burn.propellant <= propellant:
        return burn
    told = (
        f"the capture into {period / 3600.0:.1f} h takes {burn.propellant:.0f} kg of propellant "
        f"and {propellant:.0f} kg are at hand; "
    )

    def lack(energy: float) -> float:
        found = insertion_burn(state, epoch, period=energy**-1.5, **options)
        return found.propellant - propellant

    least = lack(WIDEST ** (-2.0 / 3.0)) + propellant
    if least > propellant:
        raise PhysicsError(
            f"{told}that captures into no orbit, for which {math.ceil(least)} kg are needed: carry "
            "more, or arrive slower"
        )
    edge = brentq(lack, WIDEST ** (-2.0 / 3.0), period ** (-2.0 / 3.0), xtol=1e-12, rtol=1e-4)
    tenths = math.ceil(float(edge) ** -1.5 / 360.0 * (1.0 + 3e-4))
    raise PhysicsError(
        f"{told}the tightest orbit that it allows has a period of {tenths / 10.0:.1f} h: ask for "
        "that or longer, or carry more"
    )


def _check(period: float, thrust: float, isp: float, mass: float, steering: str) -> None:
    for name, number in {"period": period, "thrust": thrust, "isp": isp, "mass": mass}.items():
        if not (math.isfinite(number) and number > 0.0):
            raise InputError(f"{name} of an insertion must be above 0, not {number!r}")
    if steering not in STEERING:
        raise InputError(f"steering is one of {', '.join(STEERING)}, not {steering!r}")


def _passage(state: Any, epoch: Epoch, forces: Forces, ephemeris: Any) -> Trajectory:
    """The free path from a state to the next periapsis."""
    stop = apsis(PLANET, kind="periapsis", stop=True, name="periapsis")
    longest = 40.0 * 86_400.0
    path = propagate(
        state, epoch, longest, centre=PLANET, forces=forces, events=(stop,), ephemeris=ephemeris
    )
    if longest - path.duration < 1.0:
        raise PhysicsError(
            f"the path from {epoch} meets no periapsis at Mars within 40 days; give a state that "
            "comes in"
        )
    return path


def _period(energy: float) -> float:
    gm = float(body(PLANET).gm)
    return 2.0 * math.pi * math.sqrt((-0.5 * gm / energy) ** 3 / gm) if energy < 0.0 else math.inf


@dataclass(frozen=True)
class _Wanted:
    """Energy after the burn [J/kg], the impulse for it, speed and place of the periapsis."""

    energy: float
    impulse: float
    radius: float
    heading: Array
    outward: Array
    flow_time: float
    forces: Forces
    oblate: bool
    ephemeris: Any

    @classmethod
    def of(cls, passage, period, thrust, isp, mass, forces, ephemeris) -> _Wanted:
        gm = float(body(PLANET).gm)
        near = passage.at(passage.stop, wrt=PLANET, ephemeris=ephemeris)
        oblate = forces.gravity.get(PLANET, 0) >= 2
        energy = -0.5 * np.cbrt(gm * 2.0 * math.pi / period) ** 2
        now = orbit_energy(near, passage.stop, oblate=oblate)
        speed, radius = float(np.linalg.norm(near[3:])), float(np.linalg.norm(near[:3]))
        square = speed**2 + 2.0 * (energy - now)
        if not energy < now:
            raise PhysicsError(
                f"the orbit already has a period of {_period(now) / 3600.0:.2f} h, shorter than "
                f"the {period / 3600.0:.2f} h asked for; ask for a shorter one"
            )
        if not square > gm / radius * (1.0 - 1e-3):
            raise PhysicsError(
                f"a period of {period / 3600.0:.2f} h is shorter than that of the circle at the "
                f"periapsis, {2 * math.pi * math.sqrt(radius**3 / gm) / 3600.0:.2f} h; ask for "
                "that or longer"
            )
        impulse = speed - math.sqrt(square)
        exhaust = isp * float(STANDARD_GRAVITY)
        duration = float(propellant_for(impulse, mass, isp)) / (thrust / exhaust)
        return cls(
            energy, impulse, radius, near[3:] / speed, near[:3] / radius, duration, forces, oblate,
            ephemeris,
        )  # fmt: skip

    def lead(self, whole: float, thrust: float) -> float:
        """How long before the periapsis the search begins [s]."""
        gm = float(body(PLANET).gm)
        if self.flow_time > 1.2 * math.sqrt(self.radius**3 / gm) * math.pi:
            raise PhysicsError(
                f"at {thrust:.0f} N the burn would last {self.flow_time / 60.0:.0f} min, more than "
                "half a turn at the periapsis; take a stronger engine, a longer period or several "
                "burns"
            )
        return min(1.5 * self.flow_time + 60.0, whole - 1.0)


class _Search:
    """Durations that reach the energy for starts and angles, and the shortest of them."""

    def __init__(self, first, begin, lead, wanted: _Wanted, frame, thrust, isp, mass) -> None:
        self.first, self.begin, self.lead, self.wanted = first, begin, lead, wanted
        self.frame, self.thrust, self.isp, self.mass = frame, thrust, isp, mass
        self.guess = 1.02 * wanted.flow_time

    def burn(self, start: float, duration: float, angle: float) -> FiniteBurn:
        """Start [s] counts from half a duration before the periapsis."""
        c, s = math.cos(angle), math.sin(angle)
        direction = {
            "VNB": (-c, 0.0, s), "RTN": (s, -c, 0.0),
            "J2000": tuple(-c * self.wanted.heading + s * self.wanted.outward),
        }[self.frame]  # fmt: skip
        when = self.begin + (self.lead - 0.5 * self.wanted.flow_time + start)
        return FiniteBurn(when, duration, self.thrust, self.isp, direction, self.frame, PLANET)

    def duration(self, start: float, angle: float) -> float:
        """How long the engine burns to the energy wanted [s], by secants."""
        flow = self.thrust / (self.isp * float(STANDARD_GRAVITY))
        most = 0.95 * self.mass / flow
        t = min(self.guess, most)
        for _ in range(12):
            energy, rate = self.after(self.burn(start, t, angle), flow * t)
            step = (self.wanted.energy - energy) / rate
            t = float(np.clip(t + step, 0.3 * t, min(1.7 * t, most)))
            if abs(step) < 1e-6:
                return t
        return math.nan

    def after(self, burn: FiniteBurn, spent: float) -> tuple[float, float]:
        """Energy at the cut-off [J/kg] and its rate there [W/kg]."""
        w = self.wanted
        end = arrive(
            self.first, self.begin, burn.stop - _CUT, centre=PLANET, forces=w.forces, burns=(burn,),
            mass=self.mass, ephemeris=w.ephemeris,
        )  # fmt: skip
        speed = float(np.linalg.norm(end[3:]))
        rate = -self.thrust / (self.mass - spent) * speed
        return orbit_energy(end, burn.stop, oblate=w.oblate), rate

    def best(self) -> FiniteBurn:
        """The burn that takes least."""
        half = 0.25 * self.wanted.flow_time
        span = min(half, self.lead - 0.5 * self.wanted.flow_time - 1.0)
        if span <= 0.0:
            raise PhysicsError(
                "the state given is too near the periapsis for the burn to be centred on it; give "
                "one that is earlier"
            )
        lone = minimize_scalar(
            lambda x: self.duration(float(x), 0.0), bounds=(-span, span), method="bounded",
            options={"xatol": 1e-3 * self.wanted.flow_time},
        )  # fmt: skip
        start, angle = float(lone.x), 0.0
        if self.frame == "J2000":
            scale = np.array([half, 0.1])
            both = minimize(
                lambda x: self.duration(x[0] * scale[0], x[1] * scale[1]),
                np.array([start, 0.0]) / scale, method="Nelder-Mead",
                options={"xatol": 2e-3, "fatol": 1e-5, "maxfev": 120,
                         "initial_simplex": np.array([[start / half, 0.0],
                         [start / half + 0.2, 0.0], [start / half, 0.3]])},
            )  # fmt: skip
            start, angle = float(both.x[0]) * half, float(both.x[1]) * 0.1
        duration = self.duration(start, angle)
        if not math.isfinite(duration):
            raise PhysicsError(
                f"no burn of {self.thrust:.0f} N leads to the orbit that is wanted: take a "
                "stronger engine or a longer period"
            )
        return self.burn(start, duration, angle)
