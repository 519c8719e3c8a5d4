"""The ground of the planet as it is and as it is believed to be, and where ice lasts in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from marsward.core.progress import Progress
from marsward.mission.phases.phase import Given
from marsward.physics.ice_band import IceBand, ice_table_band
from marsward.planet.global_ground import global_ground
from marsward.planet.ground_maps import SurfaceMaps
from marsward.planet.subsurface import ground

if TYPE_CHECKING:
    from marsward.mission.phases.ice import Ice

_TRUTH, _BELIEF = 0.30, 0.55  # shares of the phase at which each is done


@dataclass(frozen=True)
class IceGround:
    """What the ground is and what is believed of it, each on the grid of the phase.

    truth, belief : maps, temperatures, frost and ice (y, x)
    band : of the depth of ice as believed, (y x)
    believed : the maps that the belief stands on
    places : the ground by the hour at the places of the phase
    """

    truth: xr.Dataset
    belief: xr.Dataset
    band: IceBand
    believed: SurfaceMaps
    places: xr.Dataset


def ice_ground(phase: Ice, given: Given) -> IceGround:
    """Follow the true and the believed ground of the planet for a year that repeats."""
    believed = maps(phase, Path(given.mission.path).parent)
    true = believed.truth(
        given.mission.seed,
        scale=phase.error_scale,
        albedo_sigma=phase.albedo_sigma,
        humidity_sigma=phase.humidity_sigma,
    )
    parts = []
    for name, each, begin, end in (
        ("the ground as it is", true, 0.0, _TRUTH),
        ("the ground as believed", believed, _TRUTH, _BELIEF),
    ):
        part = Part(given.progress, begin, end, name)
        parts.append(_planet(phase, given, each, part, name.split()[-1]))
    given.progress.update(_BELIEF, "how well the ice is known")
    band = ice_table_band(
        believed.columns(emissivity=phase.emissivity),
        parts[1]["ice_depth"].values.ravel().astype(float),
        believed.humidity,
        inertia_sigma=believed.inertia_sigma,
        albedo_sigma=phase.albedo_sigma,
        humidity_sigma=phase.humidity_sigma,
        porosity=phase.porosity,
        steps=phase.steps,
        workers=given.workers,
    )
    return IceGround(parts[0], parts[1], band, believed, places(phase, given))


def maps(phase: Ice, home: Path) -> SurfaceMaps:
    """What is believed of the surface: shipped maps, or a user's thermal inertia."""
    made = SurfaceMaps.shipped(phase.grid, inertia=phase.own_inertia(home))
    return replace(made, humidity=made.humidity * phase.humidity)


def _planet(
    phase: Ice, given: Given, each: SurfaceMaps, progress: Progress, name: str
) -> xr.Dataset:
    checkpoint = given.checkpoint
    if checkpoint is not None:
        checkpoint.mkdir(exist_ok=True)
    return global_ground(
        each,
        porosity=phase.porosity,
        emissivity=phase.emissivity,
        steps=phase.steps,
        checkpoint=checkpoint / name if checkpoint is not None else None,
        workers=given.workers,
        progress=progress,
    )


def places(phase: Ice, given: Given) -> xr.Dataset:
    """The ground by the hour and by the sol at single places."""
    names = [str(name) for name, _, _ in phase.places]
    lon, lat = (np.array([row[k] for row in phase.places], dtype=float) for k in (1, 2))
    options: dict[str, Any] = {"porosity": phase.porosity, "emissivity": phase.emissivity}
    made = ground(
        lat, lon, ice_depth="equilibrium", hours_per_sol=48, workers=given.workers, **options
    )
    return made.assign_coords(name=("place", names))


@dataclass(frozen=True)
class Part:
    """A share of the phase's progress."""

    whole: Progress
    begin: float
    end: float
    name: str

    def phase(self, name: str) -> None:
        """No part of a phase is a phase."""

    def update(self, fraction: float, note: str = "") -> None:
        """Told on as the share of the phase that it is."""
        self.whole.update(self.begin + (self.end - self.begin) * fraction, f"{self.name}, {note}")

    def note(self, text: str) -> None:
        """Told on."""
        self.whole.note(text)

    def done(self, sentence: str) -> None:
        """The end of a part is not told."""
