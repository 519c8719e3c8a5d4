"""The cruise as flown: real vectors become one trajectory from Earth to Mars."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypedDict

import numpy as np
from pydantic import Field, field_validator

from marsward.core.errors import InputError, PhysicsError
from marsward.core.frames import rotation, state_rotation
from marsward.core.kernel_cache import is_compiled
from marsward.core.part import value
from marsward.core.quantity import EpochField, quantity
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.dynamics.arrival import LATEST, Arrival, arrival, arrival_covariance
from marsward.dynamics.burn_fit import Engine, FiniteFit, ImpulseFit, fit_finite_burn, fit_impulse
from marsward.dynamics.burns import ImpulsiveBurn
from marsward.dynamics.departure import Departure, departure, departure_covariance
from marsward.dynamics.ephemeris import Ephemeris, default_ephemeris
from marsward.dynamics.events import apsis
from marsward.dynamics.forces import Forces
from marsward.dynamics.orbit_determination import (
    JoinedFit,
    Manoeuvre,
    Quality,
    StateVector,
    join,
    sweep,
)
from marsward.dynamics.propagate import propagate
from marsward.dynamics.solar_pressure_fit import (
    Coast,
    PressureFit,
    fit_solar_pressure,
    with_pressure,
)
from marsward.mission.phases.cruise_parts import (
    BurnPart,
    CoastPart,
    ManoeuvrePart,
    PredictionPart,
    QualityPart,
    require_order,
)
from marsward.mission.phases.phase import Given, Outcome, Phase


class _Sky(TypedDict):
    forces: Forces
    ephemeris: Ephemeris


class _Leaving(_Sky):
    earliest: Epoch
    read_at: float


@dataclass(frozen=True)
class Reconstruction:
    """Everything that the cruise found, before it is written down."""

    vectors: tuple[StateVector, ...]
    forces: Forces
    pressure: PressureFit
    coasts: tuple[Coast, ...]
    impulses: tuple[ImpulseFit, ...]
    fit: JoinedFit
    trajectory: Trajectory
    departure: Departure
    departure_covariance: np.ndarray
    departure_raw: Departure
    arrival: Arrival
    arrival_covariance: np.ndarray
    arrival_raw: Arrival
    arrival_raw_covariance: np.ndarray
    burns: tuple[tuple[str, FiniteFit], ...]
    predictions: tuple[tuple[PredictionPart, np.ndarray], ...]


class Cruise(Phase):
    """Reconstruct a flown cruise from its state vectors, launch to Mars."""

    kind: ClassVar[str] = "cruise"
    makes: ClassVar[tuple[str, ...]] = (
        "trajectory", "path", "manoeuvres", "residuals", "bplane", "orbits",
    )  # fmt: skip
    knowledge: ClassVar[tuple[str, ...]] = makes

    launch: EpochField = Field(description="UTC of lift-off, for clocks and timelines")
    start: str = Field(description="vector that is run back to the departure from Earth")
    arrival: str = Field(description="vector that the arrival at Mars is predicted from")
    quality: dict[str, QualityPart] = Field(description="first uncertainties of the classes")
    coasts: tuple[CoastPart, ...] = Field(description="free flights that measure sunlight")
    manoeuvre: tuple[ManoeuvrePart, ...] = Field((), description="manoeuvres, in order of time")
    burn: BurnPart | None = Field(None, description="one manoeuvre as a finite burn")
    predictions: tuple[PredictionPart, ...] = Field((), description="states to be told")
    earth_gravity: int = value(
        4,
        origin="assumed",
        ref="all degrees of EGM2008 that are shipped",
        description="degree of the Earth's gravity near Earth",
        ge=0,
        le=4,
    )
    mars_gravity: int = value(
        20,
        origin="assumed",
        ref="a choice out of the 120 degrees of GMM-3",
        description="degree of Mars's gravity near Mars",
        ge=0,
        le=120,
    )
    departure_distance: quantity("m", gt=0) = value(  # type: ignore[valid-type]
        100_000.0,
        unit="km",
        origin="assumed",
        ref="a choice: far from the Earth's bulge, not yet near the Moon's pull",
        description="distance from Earth at which the departure hyperbola is read",
    )

    @field_validator("manoeuvre")
    @classmethod
    def _in_order(cls, parts: tuple[ManoeuvrePart, ...]) -> tuple[ManoeuvrePart, ...]:
        require_order(parts)
        return parts

    def fly(self, given: Given) -> Outcome:
        """Reconstruct the flight and write it down."""
        from marsward.mission.phases.cruise_record import record

        if not is_compiled("dynamics.dop853.integrate"):
            given.progress.note("compiling kernels, once: about a minute or two")
        return record(self, self.reconstruct(given), given)

    def reconstruct(self, given: Given) -> Reconstruction:
        """Estimate solar pressure, manoeuvres and path; see `Reconstruction`."""
        say = given.progress.update
        ephemeris = default_ephemeris()
        vectors = self._state_vectors(given, ephemeris)
        degrees = {"earth": self.earth_gravity, "mars": self.mars_gravity}
        base = Forces(gravity={name: degree for name, degree in degrees.items() if degree})
        say(0.02, "solar pressure from the coasts")
        coasts = tuple(self._coast(c, vectors, with_pressure(base, 2e-8)) for c in self.coasts)
        pressure = fit_solar_pressure(coasts, forces=base)
        forces = with_pressure(base, pressure.acceleration)
        say(0.2, "every manoeuvre on its own")
        impulses = tuple(
            fit_impulse(_named(vectors, m.before), _named(vectors, m.after), m.about, forces=forces)
            for m in self.manoeuvre
        )
        say(0.3, "all arcs joined")
        fit = self._join(vectors, impulses, forces, pressure)
        say(0.6, "the whole path")
        first, last = _named(vectors, self.start), _named(vectors, self.arrival)
        trajectory = self._trajectory(fit, last, forces)
        leaving: _Leaving = {
            "earliest": self.launch,
            "read_at": self.departure_distance,
            "forces": forces,
            "ephemeris": ephemeris,
        }
        fitted, fitted_covariance = _fitted_arrival(fit, last, forces, ephemeris)
        quality = fit.qualities[self._class_of(last)]
        spread = np.diag([quality.position**2] * 3 + [quality.velocity**2] * 3)
        sky: _Sky = {"forces": forces, "ephemeris": ephemeris}
        say(0.8, "burns and predictions")
        return Reconstruction(
            vectors=vectors,
            forces=forces,
            pressure=pressure,
            coasts=coasts,
            impulses=impulses,
            fit=fit,
            trajectory=trajectory,
            departure=departure(fit.start.state, fit.start.epoch, **leaving),
            departure_covariance=departure_covariance(
                fit.start.state, fit.start.epoch, fit.covariance[:6, :6], **leaving
            ),
            departure_raw=departure(first.state, first.epoch, **leaving),
            arrival=fitted,
            arrival_covariance=fitted_covariance,
            arrival_raw=arrival(last.state, last.epoch, **sky),
            arrival_raw_covariance=arrival_covariance(last.state, last.epoch, spread, **sky),
            burns=self._burns(vectors, forces, fit),
            predictions=tuple(
                (p, _predicted(p, _named(vectors, p.start), forces, ephemeris))
                for p in self.predictions
            ),
        )

    def _state_vectors(self, given: Given, ephemeris: Ephemeris) -> tuple[StateVector, ...]:
        """Return the mission file's vectors as heliocentric J2000 states, in order of time.

        Vectors that are not about the Sun and later than the one of the arrival are of an orbit
        at the goal, and no part of the cruise.
        """
        parts = given.mission.vectors
        last = [p.epoch for p in parts if p.name == self.arrival]
        result = []
        for part in parts:
            if part.centre != "sun" and last and float(part.epoch - last[0]) > 0.0:
                continue
            state = np.asarray(part.state, float)
            state = _turn(part.frame, "J2000", part.epoch) @ state
            if part.centre != "sun":
                state = state + ephemeris.state(part.centre, wrt="sun", at=part.epoch)
            name = part.name or str(part.epoch.utc)
            result.append(
                StateVector(name, part.epoch, state, part.quality, part.event, part.source)
            )
        return tuple(sorted(result, key=lambda v: float(v.epoch.et)))

    def _coast(self, part: CoastPart, vectors, forces: Forces) -> Coast:
        """Return a coast; one that ends at a manoeuvre has its last vector run back to it."""
        start, stop = _named(vectors, part.start), _named(vectors, part.stop)
        if part.until:
            found = [m for m in self.manoeuvre if m.name == part.until]
            if not found:
                raise InputError(
                    f"coast from {part.start!r} ends at manoeuvre {part.until!r}, which is not in "
                    f"the file; use one of {', '.join(m.name for m in self.manoeuvre)}"
                )
            path = propagate(stop.state, stop.epoch, found[0].about, forces=forces)
            stop = StateVector(
                f"{part.stop} at {part.until}",
                found[0].about,
                path.at(found[0].about, wrt="sun", ephemeris=default_ephemeris()),
                stop.quality,
            )
        return Coast(start, stop, self.quality[self._class_of(start)].velocity)

    def _class_of(self, vector: StateVector) -> str:
        """Return a vector's quality, refused when the cruise has no uncertainty for it."""
        if vector.quality not in self.quality:
            raise InputError(
                f"vector {vector.name!r} has quality {vector.quality!r}, for which the cruise has "
                f"no uncertainty; add quality.{vector.quality} or use a vector of another quality"
            )
        return vector.quality

    def _join(self, vectors, impulses, forces: Forces, pressure: PressureFit) -> JoinedFit:
        """Fit all vectors of fitted quality with all manoeuvres."""
        first = _named(vectors, self.start)
        used = [
            v for v in vectors if v.quality in self.quality and float(v.epoch - first.epoch) >= 0.0
        ]
        manoeuvres = [
            Manoeuvre(m.name, m.about, m.within, i.dv)
            for m, i in zip(self.manoeuvre, impulses, strict=True)
        ]
        classes = {name: Quality(q.position, q.velocity) for name, q in self.quality.items()}
        return join(used, manoeuvres, classes, forces=forces, pressure_sigma=pressure.sigma)

    def _trajectory(self, fit: JoinedFit, last: StateVector, forces: Forces) -> Trajectory:
        """Return the fitted path from perigee to periapsis, split at every manoeuvre.

        Raises PhysicsError when the path is not nearest to Mars after the `last` vector, but
        within 20 days of it.
        """
        back = propagate(
            fit.start.state,
            fit.start.epoch,
            self.launch,
            forces=forces,
            events=(apsis("earth", kind="periapsis", stop=True, name="perigee"),),
        )
        burns = tuple(ImpulsiveBurn(m.epoch, tuple(m.dv)) for m in fit.manoeuvres)
        limit = last.epoch + LATEST
        out = propagate(
            fit.start.state,
            fit.start.epoch,
            limit,
            forces=forces,
            burns=burns,
            events=(apsis("mars", kind="periapsis", stop=True, name="periapsis"),),
        )
        if float(out.stop - last.epoch) < 0.0 or float(limit - out.stop) < 1.0:
            raise PhysicsError(
                f"the joined path has no periapsis at Mars within {LATEST / 86400.0:.0f} days of "
                f"vector {last.name!r}, but ends at {out.stop.utc} UTC; check the manoeuvres and "
                "the vector that the arrival is predicted from"
            )
        return back + out

    def _burns(self, vectors, forces: Forces, fit: JoinedFit):
        """Return the finite-burn fits that the file asks for, by the vector after them."""
        if self.burn is None:
            return ()
        part = self.burn
        before = _named(vectors, part.before)
        quality = fit.qualities[self._class_of(before)]
        about = next((m.epoch for m in fit.manoeuvres if m.name == part.manoeuvre), None)
        if about is None:
            raise InputError(
                f"burn names manoeuvre {part.manoeuvre!r}, which is not in the file; "
                f"use one of {', '.join(m.name for m in self.manoeuvre)}"
            )
        engine = Engine(
            part.thrust, part.specific_impulse, part.settling_thrust, part.settling_time
        )
        return tuple(
            (
                name,
                fit_finite_burn(
                    before,
                    _named(vectors, name),
                    about,
                    engine=engine,
                    mass=part.mass,
                    forces=forces,
                    quality=quality,
                ),
            )
            for name in part.after
        )


def _turn(frm: str, to: str, epoch: Epoch) -> np.ndarray:
    """Return the rotation (6, 6) of a state between two frames.

    The equator of Mars of date is taken at rest at the epoch, as the telemetry's readers take it;
    body-fixed axes turn with their body.
    """
    if "MARS_MEOD" in (frm, to):
        return np.kron(np.eye(2), rotation(frm, to, epoch))
    return state_rotation(frm, to, epoch)


def _named(vectors: Sequence[StateVector], name: str) -> StateVector:
    for vector in vectors:
        if vector.name == name:
            return vector
    raise InputError(
        f"the cruise names vector {name!r}, which the file does not have; "
        f"use one of {', '.join(v.name for v in vectors)}"
    )


def _fitted_arrival(
    fit: JoinedFit, last: StateVector, forces: Forces, ephemeris: Ephemeris
) -> tuple[Arrival, np.ndarray]:
    """Return the arrival of the joined path and the covariance of its figures (4, 4)."""
    states, partials, pressure = sweep(fit.start, (last,), fit.manoeuvres, forces)
    covariance = fit.state_covariance(partials[0], pressure[0])
    sky: _Sky = {"forces": forces, "ephemeris": ephemeris}
    return (
        arrival(states[0], last.epoch, **sky),
        arrival_covariance(states[0], last.epoch, covariance, **sky),
    )


def _predicted(
    part: PredictionPart, start: StateVector, forces: Forces, ephemeris: Ephemeris
) -> np.ndarray:
    """Return the predicted state (6,) [m, m/s] in the frame asked for."""
    path = propagate(start.state, start.epoch, part.at, forces=forces)
    state = path.at(part.at, wrt=part.centre, ephemeris=ephemeris)
    return _turn("J2000", part.frame, part.at) @ state
