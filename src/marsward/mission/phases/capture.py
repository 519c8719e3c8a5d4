"""Capture and orbits as flown: from the end of the cruise to the remote-sensing orbit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import Field, field_validator

from marsward.core.errors import InputError, PhysicsError
from marsward.core.kernel_cache import is_compiled
from marsward.core.part import value
from marsward.core.quantity import EpochField, quantity
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.dynamics.burn_fit import Engine, FiniteFit, ImpulseFit, fit_finite_burn, fit_impulse
from marsward.dynamics.burns import ImpulsiveBurn
from marsward.dynamics.elements import osculating
from marsward.dynamics.ephemeris import Ephemeris, default_ephemeris
from marsward.dynamics.forces import Forces
from marsward.dynamics.insertion_fit import (
    Approach,
    Insertion,
    InsertionFit,
    fit_insertion,
    insert,
)
from marsward.dynamics.orbit_determination import (
    JoinedFit,
    Manoeuvre,
    Quality,
    StateVector,
    join,
)
from marsward.dynamics.propagate import propagate
from marsward.dynamics.solar_pressure_fit import with_pressure
from marsward.dynamics.state_transition import arrive
from marsward.mission.phases.capture_parts import (
    DragPart,
    InsertionPart,
    OrbitCoastPart,
    OrbitManoeuvrePart,
    SitePart,
)
from marsward.mission.phases.cruise_parts import QualityPart, require_order
from marsward.mission.phases.orbit_tables import flown_in_steps
from marsward.mission.phases.orbit_vectors import (
    PLANET,
    about_planet,
    about_sun,
    named,
    orbit_vectors,
)
from marsward.mission.phases.phase import Given, Outcome, Phase

PRESSURE = "solar_pressure_1au"
AIM = "aim_covariance"


@dataclass(frozen=True)
class OrbitBurn:
    """One manoeuvre: impulse of its two vectors, burn, share of the joined path.

    `vector_sigma` [m/s] is what the velocities of the two vectors may be off beforehand.
    """

    part: OrbitManoeuvrePart
    impulse: ImpulseFit
    finite: FiniteFit | None
    joined: Manoeuvre | None
    vector_sigma: float


@dataclass(frozen=True)
class CaptureFlight:
    """Everything that the capture found, before it is written down. States are about Mars."""

    vectors: tuple[StateVector, ...]
    forces: Forces
    ephemeris: Ephemeris
    insertion: Insertion
    planned: Trajectory
    insertion_fit: InsertionFit
    joined: JoinedFit
    capture_path: Trajectory
    burns: tuple[OrbitBurn, ...]
    coasts: tuple[tuple[OrbitCoastPart, Epoch, float, np.ndarray], ...]
    parking: Trajectory
    relay: Trajectory
    orbit: Trajectory
    assumptions: tuple[str, ...]

    def vector(self, name: str) -> StateVector:
        """The vector of that name; InputError when there is none."""
        return named(self.vectors, name)


class Capture(Phase):
    """Reconstruct the insertion, the manoeuvres in orbit and the orbits between them."""

    kind: ClassVar[str] = "capture"
    needs: ClassVar[tuple[str, ...]] = ("trajectory",)
    makes: ClassVar[tuple[str, ...]] = (
        "orbit", "capture_path", "parking_orbit", "relay_orbit", "orbit_elements",
        "orbit_events", "orbit_burns", "orbit_coasts",
    )  # fmt: skip
    knowledge: ClassVar[tuple[str, ...]] = makes

    insertion: InsertionPart = Field(description="the burn that captures the craft")
    joined: tuple[str, ...] = Field(
        description="vectors that one path from the insertion on is fitted through", min_length=2
    )
    orbit: str = Field(description="vector that the mapping orbit is flown from")
    until: EpochField = Field(description="UTC at which the mapping orbit ends")
    parking: str = Field(description="vector of the parking orbit")
    relay: str = Field(description="vector of the relay orbit")
    quality: dict[str, QualityPart] = Field(description="first uncertainties of the classes")
    manoeuvre: tuple[OrbitManoeuvrePart, ...] = Field((), description="in order of time")
    coasts: tuple[OrbitCoastPart, ...] = Field((), description="free flights to be compared")
    sites: tuple[SitePart, ...] = Field((), description="places that look out for the orbiter")
    stations: tuple[SitePart, ...] = Field((), description="stations on Earth that follow it")
    gravity_degree: int = value(
        50,
        origin="assumed",
        ref="a choice out of the 120 degrees of GMM-3 (Genova et al. 2016)",
        description="degree of the gravity of Mars",
        ge=2,
        le=120,
    )
    solar_pressure: quantity("m/s2") | None = value(  # type: ignore[valid-type]
        None, unit="m/s2", description="sunlight at 1 au; the cruise's own when left out"
    )
    drag: DragPart | None = Field(None, description="air that slows the craft; none if left out")
    aim_sigma: quantity("m", gt=0) = value(  # type: ignore[valid-type]
        20.0,
        unit="km",
        origin="derived",
        ref="the cruise of Tianwen-1 from its last vector",
        description="one sigma of the aim, used when the path to Mars does not bring its own",
    )

    @field_validator("manoeuvre")
    @classmethod
    def _in_order(cls, parts: tuple[OrbitManoeuvrePart, ...]) -> tuple[OrbitManoeuvrePart, ...]:
        require_order(parts)
        return parts

    def fly(self, given: Given) -> Outcome:
        """Reconstruct the orbits and write them down."""
        from marsward.mission.phases.capture_record import record

        if not is_compiled("dynamics.dop853.integrate"):
            given.progress.note("compiling kernels, once: about a minute or two")
        return record(self, self.reconstruct(given), given)

    def reconstruct(self, given: Given) -> CaptureFlight:
        """Fit insertion and manoeuvres, compare coasts, fly the orbits; see `CaptureFlight`."""
        say = given.progress.update
        ephemeris = default_ephemeris()
        path = Trajectory.from_dataset(given["trajectory"], ephemeris=ephemeris)
        vectors = orbit_vectors(given.mission.vectors)
        self._check(vectors)
        forces, assumptions = self._forces(given)
        say(0.01, "coasts between vectors")
        coasts = tuple(self._coast(part, vectors, forces) for part in self.coasts)
        say(0.05, "capture orbit, all vectors joined")
        joined = self._join(vectors, forces, ephemeris)
        say(0.10, "every manoeuvre on its own")
        burns = tuple(self._burn(part, vectors, forces, joined) for part in self.manoeuvre)
        say(0.15, "orbit insertion")
        approach, said = self._approach(path, given)
        planned, fit = self._insert(approach, joined, forces, ephemeris)
        say(0.20, "parking and relay orbits")
        parking = self._arc(named(vectors, self.parking), forces)
        relay = self._arc(named(vectors, self.relay), forces)
        start = named(vectors, self.orbit)
        orbit = flown_in_steps(
            start.state, start.epoch, self.until, centre=PLANET, forces=forces,
            tell=lambda share: say(0.22 + 0.43 * share, "remote-sensing orbit"),
        )  # fmt: skip
        return CaptureFlight(
            vectors=vectors,
            forces=forces,
            ephemeris=ephemeris,
            insertion=self._insertion(),
            planned=planned,
            insertion_fit=fit,
            joined=joined,
            capture_path=fit.path + self._joined_path(joined, vectors, forces, ephemeris),
            burns=burns,
            coasts=coasts,
            parking=parking,
            relay=relay,
            orbit=orbit,
            assumptions=(*assumptions, *said),
        )

    def _check(self, vectors: Sequence[StateVector]) -> None:
        """Refuse names that the file does not have and orbits that meet the planet."""
        from marsward.core.bodies import body

        surface = float(body(PLANET).equatorial_radius)
        for name in (self.parking, self.relay, self.orbit):
            vector = named(vectors, name)
            orbit = osculating(vector.state, vector.epoch, body=PLANET)
            low = float(orbit.periapsis_radius) - surface
            if low < 0.0:
                raise PhysicsError(
                    f"the orbit of vector {name!r} has its periapsis {-low / 1e3:.1f} km below "
                    f"the surface of Mars; give a vector of an orbit that stays above"
                )
            if not float(orbit.eccentricity) < 1.0:
                raise PhysicsError(
                    f"vector {name!r} is on its way out, not in an orbit about Mars (eccentricity "
                    f"{float(orbit.eccentricity):.3f}); give a vector of an orbit"
                )
        start = named(vectors, self.orbit)
        if not float(self.until - start.epoch) > 0.0:
            raise InputError(
                f"the mapping orbit ends at {self.until.utc}, before its vector {self.orbit!r} "
                f"of {start.epoch.utc} UTC; write a later until"
            )
        for name in self.joined:
            named(vectors, name)
        for name in sorted({v.quality for v in vectors} - {*self.quality, "derived"}):
            raise InputError(
                f"vectors in orbit have quality {name!r}, for which the capture has no "
                f"uncertainty; add quality.{name}"
            )

    def _forces(self, given: Given) -> tuple[Forces, list[str]]:
        attrs = given["trajectory"].attrs
        said = []
        pressure = self.solar_pressure
        if pressure is None and PRESSURE in attrs:
            pressure = float(attrs[PRESSURE])
            said.append(
                f"Sunlight presses as in the cruise, {pressure:.2e} m/s2 at 1 au, though the craft "
                "let its lander go."
            )
        elif pressure is None:
            raise InputError(
                "the path to Mars brings no solar pressure; write solar_pressure in the phase, "
                'such as "2.4e-8 m/s2"'
            )
        air = None
        if self.drag is None:
            said.append("There is no air: at the lowest periapsis it would hardly be felt.")
        else:
            air = self.drag.drag(PLANET, self.insertion.ignition)
            said.append(self.drag.said())
        return with_pressure(
            Forces(gravity={PLANET: self.gravity_degree}, drag=air), pressure
        ), said

    def _coast(self, part: OrbitCoastPart, vectors, forces: Forces):
        start, stop = named(vectors, part.start), named(vectors, part.stop)
        end = arrive(start.state, start.epoch, stop.epoch, centre=PLANET, forces=forces)
        return part, stop.epoch, float(stop.epoch - start.epoch), end - stop.state

    def _join(self, vectors, forces: Forces, ephemeris: Ephemeris) -> JoinedFit:
        """Fit one path through the vectors of `joined`, heliocentric as the fit works."""
        chosen = sorted(
            (about_sun(named(vectors, name), ephemeris) for name in self.joined),
            key=lambda v: float(v.epoch.et),
        )
        classes = {name: Quality(q.position, q.velocity) for name, q in self.quality.items()}
        guesses = []
        for part in self._within(chosen[0].epoch, chosen[-1].epoch):
            pair = (named(vectors, part.before), named(vectors, part.after))
            impulse = fit_impulse(*pair, part.about, forces=forces, centre=PLANET)
            guesses.append(Manoeuvre(part.name, impulse.epoch, part.within, impulse.dv))
        return join(chosen, guesses, classes, forces=forces)

    def _within(self, first: Epoch, last: Epoch) -> list[OrbitManoeuvrePart]:
        return [
            part
            for part in self.manoeuvre
            if float(part.about - first) > 0.0 and float(last - part.about) > 0.0
        ]

    def _burn(self, part: OrbitManoeuvrePart, vectors, forces, joined: JoinedFit) -> OrbitBurn:
        before, after = named(vectors, part.before), named(vectors, part.after)
        impulse = fit_impulse(before, after, part.about, forces=forces, centre=PLANET)
        sigma = float(np.hypot(self._velocity_sigma(before), self._velocity_sigma(after)))
        finite = None
        if part.duration is not None:
            if part.thrust is None or part.specific_impulse is None or part.mass is None:
                raise InputError(
                    f"manoeuvre {part.name!r} has a duration, so its burn is to be fitted; give "
                    "thrust, specific_impulse and mass too, or leave the duration out"
                )
            finite = fit_finite_burn(
                before, after, part.about, engine=Engine(part.thrust, part.specific_impulse),
                mass=part.mass, forces=forces, duration=part.duration, centre=PLANET,
                quality=Quality(impulse.path_sigma, float(np.hypot(impulse.dv_sigma, sigma))),
            )  # fmt: skip
        found = [m for m in joined.manoeuvres if m.name == part.name]
        return OrbitBurn(part, impulse, finite, found[0] if found else None, sigma)

    def _velocity_sigma(self, vector: StateVector) -> float:
        """Of a component [m/s]; one that is derived is as good as the worst."""
        known = self.quality.get(vector.quality)
        return known.velocity if known else max(q.velocity for q in self.quality.values())

    def _insertion(self) -> Insertion:
        part = self.insertion
        return Insertion(
            part.ignition, part.duration, part.thrust, part.specific_impulse, part.mass
        )

    def _approach(self, path: Trajectory, given: Given) -> tuple[Approach, list[str]]:
        attrs = given["trajectory"].attrs
        if AIM in attrs:
            return Approach(path, np.reshape(np.asarray(attrs[AIM], float), (3, 3))), []
        return Approach(path, np.eye(3) * self.aim_sigma**2), [
            f"The path to Mars brings no uncertainty of its aim; {self.aim_sigma / 1e3:.0f} km is "
            "taken for each direction."
        ]

    def _insert(self, approach: Approach, joined: JoinedFit, forces, ephemeris):
        """Return the insertion as planned, and the one that leads to the joined path."""
        insertion, target = self._insertion(), about_planet(joined.start, ephemeris)
        try:
            planned = self._planned(approach.path, target.epoch, forces, ephemeris)
        except PhysicsError as error:
            raise PhysicsError(
                f"the insertion burn of {insertion.ignition.utc} UTC does not lead into an orbit: "
                f"{error}"
            ) from error
        fit = fit_insertion(
            approach, insertion, target, forces=forces, centre=PLANET,
            quality=joined.qualities[target.quality],
            strength_sigma=self.insertion.strength_sigma, angle_sigma=self.insertion.angle_sigma,
        )  # fmt: skip
        return planned, fit

    def _planned(self, path: Trajectory, until: Epoch, forces, ephemeris) -> Trajectory:
        insertion = self._insertion()
        if not float(until - insertion.ignition) > insertion.duration:
            raise InputError(
                f"the insertion burn ends after vector {self.joined[0]!r} of {until.utc} UTC; "
                "join vectors that come after the burn"
            )
        state = path.at(insertion.ignition, wrt=PLANET, ephemeris=ephemeris)
        return insert(state, insertion, until, forces=forces, centre=PLANET)

    def _joined_path(self, joined: JoinedFit, vectors, forces, ephemeris) -> Trajectory:
        """Return the joined path from the first vector after the insertion to the last one."""
        first = about_planet(joined.start, ephemeris)
        last = max((named(vectors, n).epoch for n in self.joined), key=lambda e: float(e.et))
        burns = tuple(
            ImpulsiveBurn(m.epoch, (float(m.dv[0]), float(m.dv[1]), float(m.dv[2])))
            for m in joined.manoeuvres
        )
        return propagate(first.state, first.epoch, last, centre=PLANET, forces=forces, burns=burns)

    def _arc(self, vector: StateVector, forces: Forces) -> Trajectory:
        """Return one turn on both sides of a vector, cut at the manoeuvres next to it."""
        period = float(osculating(vector.state, vector.epoch, body=PLANET).period)
        off = [float(part.about - vector.epoch) for part in self.manoeuvre]
        late = min([period, *(x for x in off if x > 0.0)])
        soon = max([-period, *(x for x in off if x < 0.0)])
        halves = [
            propagate(vector.state, vector.epoch, x, centre=PLANET, forces=forces)
            for x in (soon, late)
        ]
        return halves[0] + halves[1]
