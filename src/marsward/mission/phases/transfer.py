"""A voyage to Mars designed from its launch date, aimed at the top of the atmosphere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from marsward.core.bodies import body
from marsward.core.errors import PhysicsError
from marsward.core.kernel_cache import is_compiled
from marsward.core.part import value
from marsward.core.quantity import EpochField, quantity
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.dynamics.entry_point import EntryPoint, coast_to_entry
from marsward.dynamics.entry_target import EntryAim, TargetedEntry, target_entry
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.injection import Injection
from marsward.dynamics.injection_target import aimed_injection
from marsward.dynamics.lambert import SOLVED, lambert
from marsward.mission.launch import LaunchSitePart
from marsward.mission.phases.launch_dates import Dates, chosen_dates
from marsward.mission.phases.phase import Given, Outcome, Phase

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Voyage:
    """What the transfer found.

    departure_v_infinity, arrival_v_infinity : (3,) of Lambert's conic, J2000 [m/s]
    leave : the injection along the parking orbit
    dates : days of launch and arrival that were asked for, or chosen
    hit : the departure that comes down as aimed
    path : from the injection to the entry
    covariance, knowledge : (6, 6) at the entry, J2000 [m, m/s]
    spread : sigmas at the height of the entry
    """

    departure_v_infinity: Array
    arrival_v_infinity: Array
    leave: Injection
    hit: TargetedEntry
    path: Trajectory
    point: EntryPoint
    dates: Dates
    covariance: Array
    knowledge: Array
    spread: dict[str, float]
    aim_sigma: tuple[float, float]


class Transfer(Phase):
    """Design a voyage from launch to the entry point: Lambert, then every force."""

    kind: ClassVar[str] = "transfer"
    makes: ClassVar[tuple[str, ...]] = ("trajectory", "path", "bplane", "orbits", "entry_state")
    reads: ClassVar[tuple[str, ...]] = ("spacecraft", "launch")

    launch: EpochField | None = Field(
        None, description="UTC of lift-off; that of the mission's window when left out"
    )
    arrival: EpochField | None = Field(
        None, description="UTC near which the entry is wanted, at Mars; likewise"
    )
    site: LaunchSitePart | None = Field(
        None, description="where it lifts off; that of [launch] when left out"
    )
    parking_inclination: quantity("deg", ge=0, le=90) | None = value(  # type: ignore[valid-type]
        None, unit="deg",
        description="of the parking orbit; sets the hour of lift-off. Left out, the hour is that "
        "of `launch`, or with the days of the window that of the least inclination",
    )  # fmt: skip
    parking_altitude: quantity("m", gt=100e3, lt=2000e3) = value(  # type: ignore[valid-type]
        200.0, unit="km", origin="assumed", ref="usual of parking orbits",
        description="of the circular parking orbit, over the equatorial radius",
    )  # fmt: skip
    ascent: quantity("s", ge=0, le=1800) = value(  # type: ignore[valid-type]
        300.0, unit="s", origin="assumed", ref="a rocket needs ten minutes for what an orbit "
        "flies in five", description="time that the ascent loses against the parking orbit",
    )  # fmt: skip
    target_lon: quantity("deg", ge=-180, le=360) = value(  # type: ignore[valid-type]
        unit="deg", description="east longitude of the landing place"
    )
    target_lat: quantity("deg", ge=-90, le=90) = value(  # type: ignore[valid-type]
        unit="deg", description="planetocentric latitude of the landing place"
    )
    ahead: quantity("m", ge=0, le=3000e3) = value(  # type: ignore[valid-type]
        600.0, unit="km", origin="assumed", ref="630 km of the Mars Science Laboratory, faster",
        description="way over the ground from the entry to the landing place",
    )  # fmt: skip
    angle: quantity("deg", gt=-60, lt=0) = value(  # type: ignore[valid-type]
        -15.5, unit="deg", origin="assumed", ref="as the Mars Science Laboratory's",
        description="flight-path angle at the entry",
    )  # fmt: skip
    angle_axes: Literal["rotating", "inertial"] = Field(
        "rotating", description="axes in which the angle is told: of the planet, or at rest"
    )
    heading: Literal["prograde", "retrograde"] = Field(
        "prograde", description="entry eastward, with the planet's turn, or westward"
    )
    height: quantity("m", gt=50e3, lt=500e3) = value(  # type: ignore[valid-type]
        125.0, unit="km", origin="published", ref="AAS 13-420",
        description="over the ellipsoid, where the entry begins",
    )  # fmt: skip
    solar_pressure: quantity("m/s2", ge=0) = value(  # type: ignore[valid-type]
        2.4e-8, unit="m/s2", origin="assumed", ref="as Tianwen-1's: 2.37e-8 m/s2 from its coasts",
        description="acceleration by sunlight at 1 au",
    )  # fmt: skip
    earth_gravity: int = value(
        4, origin="assumed", ref="all degrees of EGM2008 that are shipped", ge=0, le=4,
        description="degree of the Earth's gravity near Earth",
    )  # fmt: skip
    mars_gravity: int = value(
        20, origin="assumed", ref="a choice out of the 120 degrees of GMM-3", ge=0, le=120,
        description="degree of Mars's gravity near Mars",
    )  # fmt: skip
    angle_sigma: quantity("deg", gt=0, lt=5) = value(  # type: ignore[valid-type]
        0.0667, unit="deg", origin="published",
        ref="delivery of 0.20 deg, three sigma, asked of the Mars Science Laboratory: Martin-Mur "
        "et al. 2012, Mars Science Laboratory navigation results",
        description="one sigma of the flight-path angle by delivery",
    )  # fmt: skip
    time_sigma: quantity("s", gt=0) = value(  # type: ignore[valid-type]
        1.0, unit="s", origin="assumed", ref="a few kilometres along the asymptote",
        description="one sigma of the time of arrival by delivery",
    )  # fmt: skip
    knowledge_position_sigma: quantity("m", gt=0) = value(  # type: ignore[valid-type]
        0.539, unit="km", origin="published",
        ref="2.8 km, three sigma of the length, asked of the Mars Science Laboratory: Martin-Mur "
        "et al. 2012; a third of it over the root of three axes",
        description="one sigma per axis of what the craft knows of its place at the entry",
    )  # fmt: skip
    knowledge_velocity_sigma: quantity("m/s", gt=0) = value(  # type: ignore[valid-type]
        0.385, unit="m/s", origin="published", ref="2.0 m/s, three sigma of the length; as above",
        description="one sigma per axis of what the craft knows of its velocity at the entry",
    )  # fmt: skip

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.launch is None) != (self.arrival is None):
            raise ValueError(
                "give both launch and arrival, or neither: then a phase of kind 'window' chooses"
            )
        return self

    @property
    def needed(self) -> tuple[str, ...]:
        """The choice of the window where no dates are given."""
        return ("launch_choice",) if self.launch is None else ()

    def fly(self, given: Given) -> Outcome:
        """Design the voyage and write it down."""
        from marsward.mission.phases.transfer_record import record

        if not is_compiled("dynamics.dop853.integrate"):
            given.progress.note("compiling kernels, once: about a minute or two")
        return record(self, self.design(given), given)

    def design(self, given: Given) -> Voyage:
        """Find the departure and fly it; see `Voyage`.

        Raises
        ------
        PhysicsError : there is no such voyage.
        """
        ephemeris, forces = default_ephemeris(), self.forces()
        dates = chosen_dates(self, given)
        out, into = conic(dates)
        if dates.free:
            dates = dates.at_hour(out, self.parking_inclination)
        given.progress.update(0.1, "aiming")
        leave, hit = aimed_injection(
            out, dates.launch, dates.site,
            lambda state, epoch: target_entry(state, epoch, self.aim(dates.arrival), forces=forces),
            altitude=self.parking_altitude, ascent=self.ascent,
        )  # fmt: skip
        given.progress.update(0.7, "the whole path")
        point, path = coast_to_entry(
            hit.departure, leave.epoch, forces=forces, centre="earth", height=self.height,
            longest=float(dates.arrival - leave.epoch) + 10.0 * 86400.0, ephemeris=ephemeris,
        )  # fmt: skip
        from marsward.mission.phases.transfer_delivery import delivery

        covariance, spread, aim_sigma = delivery(self, path, point, hit, forces)
        known = [self.knowledge_position_sigma**2] * 3 + [self.knowledge_velocity_sigma**2] * 3
        return Voyage(
            out, into, leave, hit, path, point, dates, covariance, np.diag(known), spread, aim_sigma
        )

    def forces(self) -> Forces:
        """Everything that acts on the way."""
        degrees = {"earth": self.earth_gravity, "mars": self.mars_gravity}
        return Forces(
            gravity={name: degree for name, degree in degrees.items() if degree},
            solar_pressure=SolarPressure(self.solar_pressure),
        )

    def aim(self, about: Epoch) -> EntryAim:
        """What the entry is to be, near an epoch."""
        return EntryAim(
            angle=self.angle, lon=self.target_lon, lat=self.target_lat, about=about,
            ahead=self.ahead, heading=self.heading, inertial=self.angle_axes == "inertial",
            height=self.height,
        )  # fmt: skip


def conic(dates: Dates) -> tuple[Array, Array]:
    """Velocities at infinity at both planets by Lambert's conic about the Sun, J2000 [m/s].

    Raises PhysicsError where no conic joins them.
    """
    ephemeris = default_ephemeris()
    earth = ephemeris.state("earth", wrt="sun", at=dates.launch)
    mars = ephemeris.state("mars", wrt="sun", at=dates.arrival)
    leg = lambert(
        earth[:3], mars[:3], float(dates.arrival - dates.launch), gm=float(body("sun").gm)
    )
    if int(leg.status) != SOLVED:
        raise PhysicsError(
            f"no conic leads from Earth at {dates.launch.utc} to Mars at {dates.arrival.utc}: "
            f"{leg.told()}; choose other dates"
        )
    return leg.departure - earth[3:], leg.arrival - mars[3:]
