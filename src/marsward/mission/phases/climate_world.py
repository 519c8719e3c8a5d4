"""Worlds of the climate phase: the planet as it is, and with one thing changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.mission.world import World as MissionWorld
from marsward.mission.world import dust_of
from marsward.physics.dust_scenario import DustScenario
from marsward.physics.season import MarsYear

if TYPE_CHECKING:
    from marsward.mission.phases.climate import Climate, WorldPart

Array = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """What the air of an experiment is like.

    spell : whether its dust is a storm that the ground's slow heat does not follow
    """

    name: str
    dust: DustScenario
    infrared: bool
    frost_albedo: float
    year: MarsYear
    spell: bool = False


def control(phase: Climate, home: Path, mission: MissionWorld) -> World:
    """The planet as the phase has it; a file of dust counts from the mission file's folder."""
    year = MarsYear(
        obliquity=phase.obliquity, eccentricity=phase.eccentricity,
        ls_perihelion=phase.ls_perihelion,
    )  # fmt: skip
    uniform = phase.opacity is not None
    dust = (
        DustScenario.uniform(float(phase.opacity or 0.0))
        if uniform
        else dust_of(phase.dust or mission.dust, home, onset_ls=mission.storm_onset)
    )
    return World("control", dust, phase.infrared, phase.frost_albedo, year, dust.storm is not None)


def changed(world: World, part: WorldPart, home: Path) -> World:
    """A world with what an experiment changes."""
    orbit = {
        name: getattr(part, name)
        for name in ("obliquity", "eccentricity", "ls_perihelion")
        if getattr(part, name) is not None
    }
    made = replace(world, name=part.name, year=replace(world.year, **orbit))
    if part.opacity is not None:
        made = replace(made, dust=DustScenario.uniform(part.opacity), spell=False)
    if part.dust is not None:
        dust = dust_of(part.dust, home)
        made = replace(made, dust=dust, spell=dust.storm is not None)
    if part.infrared is not None:
        made = replace(made, infrared=part.infrared)
    if part.frost_albedo is not None:
        made = replace(made, frost_albedo=world.frost_albedo + part.frost_albedo)
    return made


@dataclass(frozen=True)
class ScaledDust:
    """A scenario times a factor of each column, as errors of the opacity have it."""

    base: DustScenario
    factor: Array

    def opacity(self, ls: ArrayLike, lat: ArrayLike, lon: ArrayLike | None = None) -> Array:
        """Visible extinction of the column at 610 Pa."""
        return np.asarray(self.base.opacity(ls, lat, lon) * self.factor)

    def top(self, ls: ArrayLike, lat: ArrayLike) -> Array:
        """Height of the top of the dust [m]."""
        return self.base.top(ls, lat)

    def scenario(self) -> DustScenario:
        """As the laws of the air take it."""
        return DustScenario(self.base.name, self)


@dataclass(frozen=True)
class Errors:
    """By how much worlds differ: first by nothing, then by 1 sigma of one thing up and down.

    dust : factor on the opacity; albedo : added to it; inertia : in sigmas of its logarithm; each
        (1 + 2 causes,)
    """

    dust: Array
    albedo: Array
    inertia: Array

    @classmethod
    def of(cls, phase: Climate) -> Errors:
        """The same errors for every experiment, so that what changes is not blurred by them."""
        rows = np.zeros((3, 7))
        for k in range(3):
            rows[k, 2 * k + 1 : 2 * k + 3] = 1.0, -1.0
        return cls(np.exp(phase.dust_sigma * rows[0]), phase.albedo_sigma * rows[1], rows[2])
