"""An orbit about Mars from its elements, for missions that have not flown."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from marsward.core.bodies import body
from marsward.core.frames import rotation
from marsward.core.kernel_cache import is_compiled
from marsward.core.part import value
from marsward.core.quantity import EpochField, quantity
from marsward.core.time import Epoch
from marsward.dynamics.elements import Elements
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.mission.phases.capture_parts import DragPart, SitePart
from marsward.mission.phases.capture_record import write_exchange
from marsward.mission.phases.capture_watches import watches
from marsward.mission.phases.orbit_tables import (
    element_table,
    event_table,
    flown_in_steps,
    turns_of,
)
from marsward.mission.phases.phase import Given, Outcome, Phase, Quantity

PLANET, FRAME = "mars", "MARS_MEOD"


class Orbit(Phase):
    """Fly an orbit about Mars from osculating elements at an epoch."""

    kind: ClassVar[str] = "orbit"
    makes: ClassVar[tuple[str, ...]] = ("orbit", "orbit_elements", "orbit_events")
    reads: ClassVar[tuple[str, ...]] = ("spacecraft",)

    epoch: EpochField = Field(description="UTC of the elements")
    until: EpochField = Field(description="UTC at which the flight ends")
    periapsis: quantity("m", gt=0) = Field(  # type: ignore[valid-type]
        description="height of the periapsis above the equatorial radius",
        json_schema_extra={"unit": "km"},
    )
    apoapsis: quantity("m", gt=0) = Field(  # type: ignore[valid-type]
        description="height of the apoapsis above the equatorial radius",
        json_schema_extra={"unit": "km"},
    )
    inclination: quantity("deg", ge=0, le=180) = value(  # type: ignore[valid-type]
        unit="deg", description="to the mean equator of date"
    )
    node: quantity("deg", ge=-360, le=360) | None = value(  # type: ignore[valid-type]
        None, unit="deg", description="ascending node in MARS_MEOD; or give local_time"
    )
    local_time: quantity("h", ge=0, le=24) | None = value(  # type: ignore[valid-type]
        None, unit="h", description="true solar time of the ascending node at the epoch"
    )
    argument_of_periapsis: quantity("deg", ge=-360, le=360) = value(  # type: ignore[valid-type]
        0.0, unit="deg", description="from the ascending node"
    )
    true_anomaly: quantity("deg", ge=-360, le=360) = value(  # type: ignore[valid-type]
        0.0, unit="deg", description="of the craft at the epoch"
    )
    gravity_degree: int = value(
        50, origin="assumed", ref="a choice out of the 120 degrees of GMM-3", ge=0, le=120,
        description="degree of the field of Mars",
    )  # fmt: skip
    solar_pressure: quantity("m/s2", ge=0) = value(  # type: ignore[valid-type]
        2.4e-8, unit="m/s2", origin="assumed", ref="as Tianwen-1's: 2.37e-8 m/s2 from its coasts",
        description="acceleration by sunlight at 1 au",
    )  # fmt: skip
    drag: DragPart | None = Field(None, description="air; none when left out")
    sites: tuple[SitePart, ...] = Field((), description="places on Mars that look out for it")
    stations: tuple[SitePart, ...] = Field((), description="stations on Earth that do")

    @model_validator(mode="after")
    def _one_node(self) -> Self:
        if (self.node is None) == (self.local_time is None):
            raise ValueError('give either node (such as "30 deg") or local_time (such as "15 h")')
        if self.apoapsis < self.periapsis:
            raise ValueError(
                f"apoapsis ({self.apoapsis / 1e3:g} km) is below periapsis "
                f"({self.periapsis / 1e3:g} km); exchange them"
            )
        if not self.until - self.epoch > 0:
            raise ValueError(f"until ({self.until.utc}) must be after epoch ({self.epoch.utc})")
        return self

    def fly(self, given: Given) -> Outcome:
        """Fly the orbit, tell its elements and what happens on it."""
        if not is_compiled("dynamics.dop853.integrate"):
            given.progress.note("compiling kernels, once: about a minute or two")
        say, ephemeris = given.progress.update, default_ephemeris()
        first = self.elements(ephemeris)
        forces = Forces(
            gravity={PLANET: self.gravity_degree} if self.gravity_degree else {},
            solar_pressure=SolarPressure(self.solar_pressure),
            drag=self.drag.drag(PLANET, self.epoch) if self.drag else None,
        )
        path = flown_in_steps(
            first.state(), self.epoch, self.until, centre=PLANET, forces=forces,
            tell=lambda share: say(0.02 + 0.6 * share, "the orbit"),
        )  # fmt: skip
        turns = turns_of(path, PLANET, ephemeris)
        table = element_table(path, turns, PLANET, ephemeris)
        events = event_table(
            path, watches(PLANET, self.sites, self.stations), turns, ephemeris,
            lambda share: say(0.65 + 0.3 * share, "events"),
        )  # fmt: skip
        write_exchange(path, "orbit", given)
        low = table["periapsis_altitude"].values / 1e3
        days = float(self.until - self.epoch) / 86400.0
        return Outcome(
            products={"orbit": path.to_dataset(), "orbit_elements": table, "orbit_events": events},
            summary={
                "orbit_period": Quantity(float(first.period) / 3600.0, "h", None, "elements"),
                "orbit_turns": Quantity(turns.count, "", None, "whole turns flown"),
                "orbit_lowest": Quantity(float(low.min()), "km", None, "lowest periapsis met"),
                "orbit_node_time": Quantity(
                    float(table["ltan"].values[0]), "h", None, "true solar time, first turn"
                ),
            },
            sentence=f"{days:.1f} days in an orbit of {self.periapsis / 1e3:.0f} × "
            f"{self.apoapsis / 1e3:.0f} km, {turns.count} turns, never below {low.min():.0f} km",
            assumptions=[
                f"Gravity of Mars to degree {self.gravity_degree} of GMM-3; Sun and planets, "
                "relativity of the Sun and sunlight with shadow act too; moons of Mars"
                + (" and tides are left out." if self.drag else ", tides and air are left out."),
                *([self.drag.said()] if self.drag else []),
                "No manoeuvre keeps the orbit.",
            ],
            citations=[
                "Genova et al. 2016 (GMM-3), doi:10.1016/j.icarus.2016.02.050",
                "Park et al. 2021 (DE440), doi:10.3847/1538-3881/abd414",
            ],
        )

    def elements(self, ephemeris) -> Elements:
        """The elements at the epoch."""
        radius = float(body(PLANET).equatorial_radius)
        low, high = radius + self.periapsis, radius + self.apoapsis
        eccentricity = (high - low) / (high + low)
        return Elements(
            semi_major_axis=0.5 * (low + high), eccentricity=eccentricity,
            inclination=np.asarray(self.inclination), node=np.asarray(self._node(ephemeris)),
            argument_of_periapsis=np.asarray(self.argument_of_periapsis),
            true_anomaly=np.asarray(self.true_anomaly), epoch=self.epoch,
        )  # fmt: skip

    def _node(self, ephemeris) -> float:
        """Ascending node [deg] from its own figure or from the Sun's place."""
        if self.local_time is None:
            return float(self.node or 0.0)
        return node_at(self.epoch, float(self.local_time), ephemeris)


def node_at(epoch: Epoch, hours: float, ephemeris) -> float:
    """Node [deg] in MARS_MEOD over which the true solar time is `hours` at an epoch."""
    sun = rotation("J2000", FRAME, epoch) @ ephemeris.position("sun", wrt=PLANET, at=epoch)
    return float((np.degrees(np.arctan2(sun[1], sun[0])) + 15.0 * (hours - 12.0)) % 360.0)
