"""From an orbit's vector down to the top of the atmosphere: the coast of a lander let go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from marsward.core.bodies import body
from marsward.core.part import value
from marsward.core.quantity import quantity
from marsward.core.trajectory import Trajectory
from marsward.dynamics.entry_point import EntryPoint, coast_to_entry, entry_transition
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.events import distance, find_events
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.orbit_determination import StateVector
from marsward.mission.phases.capture_record import write_exchange
from marsward.mission.phases.entry_state import entry_numbers, entry_state
from marsward.mission.phases.orbit_vectors import named, orbit_vectors
from marsward.mission.phases.phase import Given, Outcome, Phase, Quantity

PLANET = "mars"
_SPHERES = {"equatorial_sphere": 3396.19e3, "mean_sphere": 3389.5e3}


@dataclass(frozen=True)
class Coast:
    """What the deorbit found: entry, path, covariances, the same from the other vector."""

    point: EntryPoint
    path: Trajectory
    covariance: NDArray[np.float64]
    knowledge: NDArray[np.float64]
    spread: dict[str, float]
    other: EntryPoint | None


class Deorbit(Phase):
    """Coast from a state vector in orbit to the top of the atmosphere."""

    kind: ClassVar[str] = "deorbit"
    needs: ClassVar[tuple[str, ...]] = ("capture_path",)
    makes: ClassVar[tuple[str, ...]] = ("entry_state", "coast")
    knowledge: ClassVar[tuple[str, ...]] = ("entry_state", "coast")

    vector: str = Field(description="vector from which the lander coasts")
    tracked: str = Field(
        "", description="tracked vector from which that one was made, if it was; tells how well "
        "the coast is known and is flown too, as a check",
    )  # fmt: skip
    height: quantity("m", gt=0) = value(  # type: ignore[valid-type]
        125.0, unit="km", origin="published", ref="CNSA 2021; height of the entry",
        description="over the ellipsoid, where the entry begins",
    )  # fmt: skip
    gravity_degree: int = value(
        50, origin="assumed", ref="a choice out of the 120 degrees of GMM-3", ge=0, le=120,
        description="degree of the field of Mars",
    )  # fmt: skip
    solar_pressure: quantity("m/s2", ge=0) = value(  # type: ignore[valid-type]
        2.4e-8, unit="m/s2", origin="assumed", ref="as the whole craft's: 2.37e-8 m/s2",
        description="acceleration by sunlight at 1 au",
    )  # fmt: skip
    position_sigma: quantity("m", gt=0) = value(  # type: ignore[valid-type]
        1.0, unit="km", origin="assumed", ref="the capture's class of fresh vectors",
        description="one sigma of each axis of the tracked vector",
    )  # fmt: skip
    velocity_sigma: quantity("m/s", gt=0) = value(  # type: ignore[valid-type]
        0.05, unit="m/s", origin="assumed", ref="the capture's class of fresh vectors",
        description="one sigma of each axis of the tracked vector",
    )  # fmt: skip
    separation_sigma: quantity("m/s", ge=0) = value(  # type: ignore[valid-type]
        0.05, unit="m/s", origin="assumed", ref="a tenth of what springs give",
        description="one sigma of each axis of what the separation adds",
    )  # fmt: skip

    def fly(self, given: Given) -> Outcome:
        """Coast down and tell the entry."""
        vectors = orbit_vectors(given.mission.vectors)
        given.progress.update(0.1, "the coast to the atmosphere")
        found = self.coast(vectors)
        write_exchange(found.path, "coast", given)
        point = found.point
        return Outcome(
            products={
                "entry_state": entry_state(
                    point, found.covariance, found.knowledge, vector=self.vector
                ),
                "coast": found.path.to_dataset(),
            },
            summary=self._numbers(found),
            sentence=f"meets the air {point.epoch.isot(digits=0)} UTC, "
            f"{self.height / 1e3:.0f} km over the ellipsoid, at {point.speed / 1e3:.2f} km/s and "
            f"{point.flight_path_angle:.2f}°, over {point.lat:.2f}° N {point.lon:.2f}° E",
            assumptions=[
                f"Gravity of Mars to degree {self.gravity_degree} of GMM-3, Sun and planets, "
                "relativity and sunlight; no air above the entry, no impulse at the separation.",
                "Speed, azimuth and angle are against the rotating planet (IAU_MARS), the angle "
                "from the horizontal normal to the radius; the inertial ones stand beside them.",
                f"The tracked vector is known to {self.position_sigma / 1e3:g} km and "
                f"{1e3 * self.velocity_sigma:g} mm/s in each axis, one sigma; the separation adds "
                f"{1e3 * self.separation_sigma:g} mm/s; the lander knows of neither.",
            ],
            citations=[
                "D. Estévez, Tianwen-1 vectors, github.com/daniestevez/jupyter_notebooks",
                "Genova et al. 2016 (GMM-3), doi:10.1016/j.icarus.2016.02.050",
            ],
        )

    def coast(self, vectors: tuple[StateVector, ...]) -> Coast:
        """Fly the coast from its vectors.

        Raises
        ------
        PhysicsError : the path does not come down to the height.
        """
        ephemeris = default_ephemeris()
        forces = self._forces()
        start = named(vectors, self.vector)
        point, path = coast_to_entry(
            start.state, start.epoch, forces=forces, height=self.height, ephemeris=ephemeris
        )
        tracked, other = start, None
        if self.tracked:
            tracked = named(vectors, self.tracked)
            other, _ = coast_to_entry(
                tracked.state, tracked.epoch, forces=forces, height=self.height,
                ephemeris=ephemeris,
            )  # fmt: skip
        axes = [self.position_sigma**2] * 3 + [self.velocity_sigma**2] * 3
        whole = entry_transition(tracked.state, tracked.epoch, point, forces=forces)
        last = entry_transition(start.state, start.epoch, point, forces=forces)
        spring = np.diag([0.0] * 3 + [self.separation_sigma**2] * 3)
        covariance = whole @ np.diag(axes) @ whole.T + last @ spring @ last.T
        return Coast(
            point, path, covariance, covariance, spread_at_height(point, covariance), other
        )

    def _forces(self) -> Forces:
        return Forces(
            gravity={PLANET: self.gravity_degree} if self.gravity_degree else {},
            solar_pressure=SolarPressure(self.solar_pressure),
        )

    def _numbers(self, found: Coast) -> dict[str, Quantity]:
        source = f"coast from {self.vector}"
        out = entry_numbers(found.point, found.covariance, found.spread, source)
        for name, radius in _SPHERES.items():
            hits = find_events(
                found.path, distance(PLANET, radius + self.height, direction=-1),
                default_ephemeris(),
            )  # fmt: skip
            if not hits:
                continue  # that sphere is met after the ellipsoid
            there = EntryPoint(
                hits[0].epoch,
                found.path.at(hits[0].epoch, wrt=PLANET, ephemeris=default_ephemeris()),
            )
            out[f"entry_epoch_{name}"] = Quantity(
                str(there.epoch.utc), "UTC", None,
                f"{self.height / 1e3:.0f} km over the sphere of {radius / 1e3:.2f} km: "
                f"{there.speed / 1e3:.3f} km/s, {there.flight_path_angle:.2f} deg",
            )  # fmt: skip
        there = over_areoid(found, self.height)
        out["entry_epoch_areoid"] = Quantity(
            str(there.epoch.utc), "UTC", None,
            f"{self.height / 1e3:.0f} km over the areoid: {there.speed / 1e3:.3f} km/s, "
            f"{there.flight_path_angle:.2f} deg",
        )  # fmt: skip
        if found.other is not None:
            gap = (found.other.fixed - found.point.fixed)[:3]
            out["entry_check"] = Quantity(
                float(np.linalg.norm(gap)) / 1e3, "km", None,
                f"the entry from {self.tracked} against it, each at its own epoch",
            )  # fmt: skip
            out["entry_check_time"] = Quantity(
                float(found.other.epoch - found.point.epoch), "s", None, f"from {self.tracked}"
            )
        return out


def over_areoid(found: Coast, height: float) -> EntryPoint:
    """Where the path is that high over the areoid; its end where that is lower still."""
    point, ephemeris = found.point, default_ephemeris()
    for _ in range(3):
        sink = -point.speed * np.sin(np.radians(point.flight_path_angle))
        when = point.epoch + (point.height - height) / sink
        if float(when - found.path.stop) > 0.0:
            return point
        point = EntryPoint(when, found.path.at(when, wrt=PLANET, ephemeris=ephemeris))
    return point


def spread_at_height(point: EntryPoint, covariance: NDArray[np.float64]) -> dict[str, float]:
    """Sigmas where each path meets the same radius: time [s], speed [m/s], angle [deg].

    Along two-body motion a change of the state is carried on to the radius: the time by which it
    meets it early or late, then speed and angle from energy and angular momentum.
    """
    gm = float(body(PLANET).gm)
    r0, v0 = point.state[:3], point.state[3:]
    radius = point.radius
    rate = float(r0 @ v0) / radius

    def figures(state: NDArray[np.float64]) -> NDArray[np.float64]:
        r, v = state[:3], state[3:]
        distance_ = float(np.linalg.norm(r))
        late = (distance_ - radius) / -rate
        speed = np.sqrt(v @ v + 2.0 * gm * (1.0 / radius - 1.0 / distance_))
        level = np.linalg.norm(np.cross(r, v)) / radius
        return np.array([late, speed, -np.degrees(np.arccos(min(level / speed, 1.0)))])

    steps = np.array([100.0] * 3 + [0.1] * 3)
    slope = np.column_stack(
        [
            (figures(point.state + h) - figures(point.state - h)) / (2.0 * h.max())
            for h in np.diag(steps)
        ]
    )
    sigma = np.sqrt(np.diag(slope @ covariance @ slope.T))
    return dict(zip(("time", "speed", "flight_path_angle"), sigma.tolist(), strict=True))
