"""An orbit about Mars from its elements, for missions that have not flown."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
import xarray as xr
from pydantic import Field, model_validator

from marsward.core.bodies import body
from marsward.core.errors import PhysicsError
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
_ELEMENTS = ("periapsis", "apoapsis", "inclination", "node", "local_time")


class Orbit(Phase):
    """Fly an orbit about Mars from osculating elements at an epoch."""

    kind: ClassVar[str] = "orbit"
    makes: ClassVar[tuple[str, ...]] = ("orbit", "orbit_elements", "orbit_events")
    reads: ClassVar[tuple[str, ...]] = ("spacecraft",)

    epoch: EpochField | None = Field(
        None, description="UTC of the elements; epoch and elements are those of the mission's "
        "science orbit when left out",
    )  # fmt: skip
    until: EpochField | None = Field(
        None, description="UTC at which the flight ends; or give duration"
    )
    duration: quantity("d", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="d", description="of the flight from the epoch on; or give until"
    )
    periapsis: quantity("m", gt=0) | None = Field(  # type: ignore[valid-type]
        None, description="height of the periapsis above the equatorial radius",
        json_schema_extra={"unit": "km"},
    )  # fmt: skip
    apoapsis: quantity("m", gt=0) | None = Field(  # type: ignore[valid-type]
        None, description="height of the apoapsis above the equatorial radius",
        json_schema_extra={"unit": "km"},
    )  # fmt: skip
    inclination: quantity("deg", ge=0, le=180) | None = value(  # type: ignore[valid-type]
        None, unit="deg", description="to the mean equator of date"
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
    def _whole(self) -> Self:
        given = {name: getattr(self, name) is not None for name in _ELEMENTS}
        if self.epoch is None:
            if told := [name for name, there in given.items() if there]:
                raise ValueError(
                    f"{told[0]} is given without epoch; give the epoch of the elements, or leave "
                    "all of them out, and the orbit begins where the mission's insertion ends"
                )
        elif missing := [name for name in _ELEMENTS[:3] if not given[name]]:
            raise ValueError(f'an orbit from its elements needs {missing[0]} too, such as "300 km"')
        elif (self.node is None) == (self.local_time is None):
            raise ValueError('give either node (such as "30 deg") or local_time (such as "15 h")')
        elif float(self.apoapsis or 0.0) < float(self.periapsis or 0.0):
            raise ValueError(
                f"apoapsis ({float(self.apoapsis or 0.0) / 1e3:g} km) is below periapsis "
                f"({float(self.periapsis or 0.0) / 1e3:g} km); exchange them"
            )
        if (self.until is None) == (self.duration is None):
            raise ValueError('give either until (a UTC) or duration (such as "60 d")')
        if self.until is not None and self.epoch is not None and not self.until - self.epoch > 0:
            raise ValueError(f"until ({self.until.utc}) must be after epoch ({self.epoch.utc})")
        return self

    @property
    def needed(self) -> tuple[str, ...]:
        """The science orbit of the mission's insertion, where no elements are given."""
        return ("science_orbit",) if self.epoch is None else ()

    def end(self, epoch: Epoch) -> Epoch:
        """When the flight from an epoch ends.

        Raises PhysicsError where that lies before it.
        """
        until = epoch + 86400.0 * (self.duration or 0.0) if self.until is None else self.until
        if not until - epoch > 0:
            raise PhysicsError(
                f"the orbit is reached {epoch.isot(digits=0)}, after it was to end: until = "
                f"{until.isot(digits=0)}; give a later one, or duration"
            )
        return until

    def fly(self, given: Given) -> Outcome:
        """Fly the orbit, tell its elements and what happens on it."""
        if not is_compiled("dynamics.dop853.integrate"):
            given.progress.note("compiling kernels, once: about a minute or two")
        say, ephemeris = given.progress.update, default_ephemeris()
        if self.epoch is None:
            epoch, first = _reached(given["science_orbit"])
        else:
            epoch, first = self.epoch, self.elements(self.epoch, ephemeris)
        until = self.end(epoch)
        forces = Forces(
            gravity={PLANET: self.gravity_degree} if self.gravity_degree else {},
            solar_pressure=SolarPressure(self.solar_pressure),
            drag=self.drag.drag(PLANET, epoch) if self.drag else None,
        )
        path = flown_in_steps(
            first.state(), epoch, until, centre=PLANET, forces=forces,
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
        days = float(until - epoch) / 86400.0
        size, oval = float(first.semi_major_axis), float(first.eccentricity)
        radius = float(body(PLANET).equatorial_radius)
        heights = [(size * (1.0 + way * oval) - radius) / 1e3 for way in (-1.0, 1.0)]
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
            sentence=f"{days:.1f} days in an orbit of {heights[0]:.0f} × {heights[1]:.0f} km, "
            f"{turns.count} turns, never below {low.min():.0f} km",
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

    def elements(self, epoch: Epoch, ephemeris) -> Elements:
        """The elements that are given, at their epoch."""
        radius = float(body(PLANET).equatorial_radius)
        low, high = radius + float(self.periapsis or 0.0), radius + float(self.apoapsis or 0.0)
        node = self.node
        if self.local_time is not None:
            node = node_at(epoch, float(self.local_time), ephemeris)
        return Elements(
            semi_major_axis=np.asarray(0.5 * (low + high)),
            eccentricity=np.asarray((high - low) / (high + low)),
            inclination=np.asarray(self.inclination), node=np.asarray(node),
            argument_of_periapsis=np.asarray(self.argument_of_periapsis),
            true_anomaly=np.asarray(self.true_anomaly), epoch=epoch,
        )  # fmt: skip


def node_at(epoch: Epoch, hours: float, ephemeris) -> float:
    """Node [deg] in MARS_MEOD over which the true solar time is `hours` at an epoch."""
    sun = rotation("J2000", FRAME, epoch) @ ephemeris.position("sun", wrt=PLANET, at=epoch)
    return float((np.degrees(np.arctan2(sun[1], sun[0])) + 15.0 * (hours - 12.0)) % 360.0)


def _reached(table: xr.Dataset) -> tuple[Epoch, Elements]:
    """The science orbit that the insertion tells: its epoch and its elements."""
    epoch = Epoch(float(table["et_whole"]), float(table["et_frac"]))
    size, oval, tilt, node, argument, anomaly = (
        np.asarray(float(table[name]))
        for name in (
            "semi_major_axis", "eccentricity", "inclination", "node", "argument_of_periapsis",
            "true_anomaly",
        )
    )  # fmt: skip
    return epoch, Elements(size, oval, tilt, node, argument, anomaly, epoch=epoch)
