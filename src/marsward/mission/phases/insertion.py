"""The orbiter's way into orbit: it leaves the lander, aims beside Mars, captures and comes down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Self

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field, model_validator

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.kernel_cache import is_compiled
from marsward.core.part import value
from marsward.core.quantity import quantity
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.dynamics.aerobraking import Aerobraking
from marsward.dynamics.b_plane_target import BPlaneAim, TargetedPassage, target_b_plane
from marsward.dynamics.capture_orbits import capture_grid, propellant_for
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.insertion import InsertionBurn, affordable_insertion
from marsward.dynamics.orbit_lowering import OrbitStep, coast_to_apsis, lower_orbit
from marsward.mission.phases.insertion_parts import AerobrakingPart, Craft
from marsward.mission.phases.phase import Given, Outcome, Phase

Array = NDArray[np.float64]
PLANET = "mars"
PRESSURE = "solar_pressure_1au"
LOWEST = 120e3
"""Height of the periapsis below which the capture orbit would dip into the air [m]."""
COAST = 2.0 * 86_400.0
"""How long before the end of its path a craft that lets no lander go is taken up [s]."""


@dataclass(frozen=True)
class Arrived:
    """What the insertion found.

    separation : epoch at which the lander leaves, or None
    deflection : the orbiter's own aim, or None where there is nothing to avoid
    start, state : where the approach begins and (6,) there, relative to Mars, J2000 [m, m/s]
    deflection_mass, mass : before and after the deflection [kg]
    burn : the capture
    grid : impulses over periods and heights
    steps : burns from the capture orbit on
    air : the aerobraking, or None
    orbit_epoch, orbit_state : the science orbit, (6,) as above
    orbit_mass : [kg]
    path : from the start to the science orbit, or to the first dip into the air
    """

    separation: Epoch | None
    deflection: TargetedPassage | None
    start: Epoch
    state: Array
    deflection_mass: float
    mass: float
    burn: InsertionBurn
    grid: xr.Dataset
    steps: tuple[OrbitStep, ...]
    air: Aerobraking | None
    orbit_epoch: Epoch
    orbit_state: Array
    orbit_mass: float
    path: Trajectory


class Insertion(Phase):
    """Separate, aim beside Mars, capture with a finite burn, come down to the science orbit."""

    kind: ClassVar[str] = "insertion"
    needs: ClassVar[tuple[str, ...]] = ("trajectory",)
    makes: ClassVar[tuple[str, ...]] = (
        "insertion", "capture_grid", "science_orbit", "insertion_path",
    )  # fmt: skip
    reads: ClassVar[tuple[str, ...]] = ("spacecraft",)

    mass: quantity("kg", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="kg", description="of the orbiter when the lander has left; the spacecraft's "
        "mass when left out",
    )  # fmt: skip
    propellant: quantity("kg", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="kg", description="at hand then; what the mass has over the spacecraft's dry "
        "mass when left out",
    )  # fmt: skip
    thrust: quantity("N", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="N", description="of the main engine; the spacecraft's when left out"
    )
    specific_impulse: quantity("s", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="s", description="of the main engine; the spacecraft's when left out"
    )
    separation: quantity("s", gt=0) | None = value(  # type: ignore[valid-type]
        6.0, unit="d", origin="published",
        ref="Mars Express let Beagle 2 go six days before; ESA 2003",
        description="before the end of the path; none when nobody is let go",
    )  # fmt: skip
    deflection_after: quantity("s", ge=0) = value(  # type: ignore[valid-type]
        1.0, unit="d", origin="published",
        ref="Mars Express turned away a day later; ESA 2003",
        description="from the separation to the manoeuvre that misses Mars",
    )  # fmt: skip
    most_deflection: quantity("m/s", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="m/s", description="greatest manoeuvre that is allowed; any when left out"
    )
    periapsis: quantity("m", gt=0, lt=20_000e3) = value(  # type: ignore[valid-type]
        400.0, unit="km", origin="assumed", ref="as Tianwen-1's and Mars Reconnaissance Orbiter's",
        description="height of the periapsis of the arrival",
    )  # fmt: skip
    inclination: quantity("deg", ge=0, le=180) = value(  # type: ignore[valid-type]
        92.7, unit="deg", origin="assumed", ref="near the Sun-synchronous one of low orbits",
        description="of the capture orbit, to the mean equator of date",
    )  # fmt: skip
    over: Literal["north", "south", "cheaper"] = Field(
        "cheaper", description="pole over which it comes in; or the one that costs less"
    )
    capture_period: quantity("s", gt=0) = value(  # type: ignore[valid-type]
        35.0, unit="h", origin="published", ref="Mars Reconnaissance Orbiter's; SpaceOps 2008",
        description="period of the capture orbit",
    )  # fmt: skip
    steering: Literal["velocity", "horizon", "inertial"] = Field(
        "velocity", description="thrust against the velocity, along the horizon, or fixed in space"
    )
    science_periapsis: quantity("m", gt=0) = value(  # type: ignore[valid-type]
        300.0, unit="km", origin="assumed", ref="low enough for sounders, above most of the air",
        description="height of the periapsis of the science orbit",
    )  # fmt: skip
    science_apoapsis: quantity("m", gt=0) = value(  # type: ignore[valid-type]
        400.0, unit="km", origin="assumed", ref="as above",
        description="height of the apoapsis of the science orbit",
    )  # fmt: skip
    descent: Literal["engine", "aerobraking", "none"] = Field(
        "engine", description="how it comes down to the science orbit; none stays in the capture's"
    )
    longest_burn: quantity("s", gt=0) = value(  # type: ignore[valid-type]
        20.0, unit="min", origin="assumed", ref="keeps the gravity loss small",
        description="that lowers the apoapsis; more are flown where that is not enough",
    )  # fmt: skip
    turns_between: int = value(
        1, origin="assumed", ref="to track the orbit before the next burn", ge=0, le=100,
        description="turns between two burns",
    )  # fmt: skip
    aerobraking: AerobrakingPart | None = Field(None, description="needed by that descent")
    grid_periods: tuple[quantity("s", gt=0), ...] = Field(  # type: ignore[valid-type]
        (), description="periods of the table of captures; a row of its own when left out"
    )
    gravity_degree: int = value(
        20, origin="assumed", ref="a choice out of the 120 degrees of GMM-3", ge=0, le=120,
        description="degree of the field of Mars",
    )  # fmt: skip
    solar_pressure: quantity("m/s2", ge=0) | None = value(  # type: ignore[valid-type]
        None, unit="m/s2", description="sunlight at 1 au; the voyage's own when left out"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.science_apoapsis < self.science_periapsis:
            raise ValueError(
                f"science_apoapsis ({self.science_apoapsis / 1e3:g} km) is below "
                f"science_periapsis ({self.science_periapsis / 1e3:g} km); exchange them"
            )
        if (self.descent == "aerobraking") != (self.aerobraking is not None):
            raise ValueError('descent = "aerobraking" and the table aerobraking go together')
        if self.separation is not None and self.deflection_after >= self.separation:
            raise ValueError(
                "the orbiter must turn away between the separation and the arrival: give a "
                "deflection_after shorter than separation"
            )
        return self

    def fly(self, given: Given) -> Outcome:
        """Fly the insertion and write it down."""
        from marsward.mission.phases.insertion_record import record

        if not is_compiled("dynamics.dop853.integrate"):
            given.progress.note("compiling kernels, once: about a minute or two")
        return record(self, self.design(given), given)

    def design(self, given: Given) -> Arrived:
        """Find the way into orbit; see `Arrived`.

        Raises
        ------
        PhysicsError : the aim cannot be reached, or the propellant does not suffice.
        """
        say, ephemeris = given.progress.update, default_ephemeris()
        path = Trajectory.from_dataset(given["trajectory"], ephemeris=ephemeris)
        forces, craft = self.forces(given), self.craft(given)
        say(0.05, "its own aim")
        separation, start, state, hit = self._approach(path, forces)
        mass, isp = craft.mass, craft.isp
        if hit is not None:
            mass -= float(propellant_for(np.linalg.norm(hit.correction), mass, isp))
        say(0.3, "the capture")
        at_hand = craft.propellant - (craft.mass - mass)
        if at_hand <= 0.0:
            raise PhysicsError(
                f"turning away takes {craft.mass - mass:.0f} kg of propellant and "
                f"{craft.propellant:.0f} kg are at hand; carry more, or let the lander go earlier"
            )
        burn = affordable_insertion(
            state, start, propellant=at_hand, period=self.capture_period, thrust=craft.thrust,
            isp=isp, mass=mass, steering=self.steering, forces=forces, ephemeris=ephemeris,
        )  # fmt: skip
        speed = self._speed(state)
        height = float(burn.orbit.periapsis_altitude)
        self._keep_above(height)
        say(0.5, "down to the science orbit")
        steps, air, last = self._descend(burn, craft, forces, ephemeris)
        spent = craft.mass - last[2]
        if spent > craft.propellant:
            raise PhysicsError(
                f"capture and descent take {spent:.0f} kg of propellant and "
                f"{craft.propellant:.0f} kg are at hand: carry {np.ceil(spent):.0f} kg, ask for a "
                'higher science orbit, or come down by descent = "aerobraking"'
            )
        when, there, left = last
        return Arrived(
            separation=separation, deflection=hit, start=start, state=state,
            deflection_mass=craft.mass, mass=mass, burn=burn, grid=self._grid(speed, mass, isp),
            steps=tuple(steps), air=air, orbit_epoch=when, orbit_state=there, orbit_mass=left,
            path=self._path(burn, steps, forces, ephemeris),
        )  # fmt: skip

    # what flies -------------------------------------------------------------------------------
    def craft(self, given: Given) -> Craft:
        """Mass, propellant and engine, from the phase or from the spacecraft.

        Raises
        ------
        InputError : one is given by neither.
        """
        whole = given.mission.spacecraft
        found = {
            "mass": self.mass or whole.mass,
            "thrust": self.thrust or whole.thrust,
            "specific_impulse": self.specific_impulse or whole.specific_impulse,
        }
        for name, number in found.items():
            if number is None:
                raise InputError(
                    f"the insertion needs {name}: write it in the phase {self.title!r} or in "
                    "[spacecraft]"
                )
        mass = float(found["mass"] or 0.0)
        propellant = self.propellant
        if propellant is None and whole.dry_mass is not None:
            propellant = mass - whole.dry_mass
        if propellant is None or not 0.0 < propellant < mass:
            raise InputError(
                f"the insertion of a craft of {mass:.0f} kg needs propellant between 0 kg and "
                f"that, not {propellant!r}: write propellant in the phase, or dry_mass in "
                "[spacecraft]"
            )
        return Craft(
            mass, float(propellant), float(found["thrust"] or 0.0),
            float(found["specific_impulse"] or 0.0),
        )  # fmt: skip

    def forces(self, given: Given) -> Forces:
        """Everything that acts near Mars."""
        pressure = self.solar_pressure
        if pressure is None:
            pressure = float(given["trajectory"].attrs.get(PRESSURE, 0.0))
        return Forces(
            gravity={PLANET: self.gravity_degree} if self.gravity_degree else {},
            solar_pressure=SolarPressure(pressure),
        )

    def aim(self, time: Epoch, over: str) -> BPlaneAim:
        """The periapsis that is wanted, at whatever time costs least."""
        return BPlaneAim(
            time, periapsis=self.periapsis, inclination=self.inclination, over=over, free_time=True
        )

    def _approach(self, path: Trajectory, forces: Forces):
        """Separation, start and state (6,) of the orbiter's own way, and how it was aimed."""
        if self.separation is None:
            start = path.stop - min(COAST, 0.5 * path.duration)
            return None, start, path.at(start, wrt=PLANET), None
        if self.separation >= path.duration:
            raise InputError(
                f"the path to Mars lasts {path.duration / 86400.0:.1f} days, and the lander is to "
                f"leave {self.separation / 86400.0:.1f} days before its end; give a shorter "
                "separation"
            )
        separation = path.stop - self.separation
        start = separation + self.deflection_after
        state = path.at(start, wrt=PLANET)
        sides = ("north", "south") if self.over == "cheaper" else (self.over,)
        found = [
            target_b_plane(
                state, start, self.aim(path.stop, side), forces=forces, centre=PLANET,
                most=self.most_deflection if len(sides) == 1 else None,
            )
            for side in sides
        ]  # fmt: skip
        hit = min(found, key=lambda each: float(np.linalg.norm(each.correction)))
        size = float(np.linalg.norm(hit.correction))
        if self.most_deflection is not None and size > self.most_deflection:
            raise PhysicsError(
                f"the orbiter must turn away by {size:.1f} m/s and {self.most_deflection:.1f} m/s "
                "are allowed; let the lander go earlier, or allow more"
            )
        return separation, start, hit.departure, hit

    def _keep_above(self, height: float) -> None:
        """Refuse a burn so long that it lowers its own periapsis into the air."""
        if height < LOWEST:
            lost = self.periapsis - height
            raise PhysicsError(
                f"the long burn leaves the periapsis at {height / 1e3:.0f} km, in the air: aim "
                f"the arrival at {np.ceil((LOWEST + lost) / 1e3):.0f} km or higher, or take a "
                "stronger engine"
            )

    def _speed(self, state: Array) -> float:
        """Speed at infinity [m/s]."""
        gm = float(body(PLANET).gm)
        return float(np.sqrt(state[3:] @ state[3:] - 2.0 * gm / np.linalg.norm(state[:3])))

    def _grid(self, speed: float, mass: float, isp: float) -> xr.Dataset:
        periods = np.array(self.grid_periods or 3600.0 * np.geomspace(2.0, 14.0 * 24.0, 141))
        return capture_grid(
            speed, periods=periods, heights=np.linspace(150e3, 2000e3, 38), mass=mass, isp=isp
        )

    def _descend(self, burn: InsertionBurn, craft: Craft, forces: Forces, ephemeris):
        """Steps, aerobraking, and epoch, state (6,) and mass at the end."""
        state = burn.path.at(burn.path.stop, wrt=PLANET, ephemeris=ephemeris)
        end = burn.path.stop, state, burn.mass_after
        if self.descent == "none":
            return [], None, end
        goal = (self.science_periapsis, self.science_apoapsis)
        if self.descent == "engine":
            steps = lower_orbit(
                state, burn.path.stop, goal=goal, thrust=craft.thrust, isp=craft.isp,
                mass=burn.mass_after, longest=self.longest_burn, wait=self.turns_between,
                steering=self.steering, forces=forces, ephemeris=ephemeris,
            )  # fmt: skip
            return steps, None, (steps[-1].end, steps[-1].state, steps[-1].mass_after)
        from marsward.mission.phases.insertion_air import after_the_air

        when, there = coast_to_apsis(
            state, burn.path.stop, "apoapsis", forces=forces, turns=self.turns_between,
            ephemeris=ephemeris,
        )  # fmt: skip
        return after_the_air(self, there, when, burn.mass_after, craft.isp, goal)

    def _path(self, burn: InsertionBurn, steps, forces: Forces, ephemeris) -> Trajectory:
        """The capture and one turn of the orbit after it."""
        from marsward.dynamics.propagate import propagate

        state = burn.path.at(burn.path.stop, wrt=PLANET, ephemeris=ephemeris)
        after = steps[0].epoch if steps else burn.path.stop + burn.period
        return burn.path + propagate(
            state, burn.path.stop, after, centre=PLANET, forces=forces, mass=burn.mass_after,
            ephemeris=ephemeris,
        )  # fmt: skip
