"""What each experiment changes, with its error, and the energy budgets behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from marsward.mission.phases.climate_columns import FLUXES, MEASURES, Tests
from marsward.mission.phases.climate_world import World
from marsward.mission.phases.climate_year import CYCLE_MEASURES, Years, of_axes
from marsward.physics.dust_scenario import UniformDust

if TYPE_CHECKING:
    from marsward.mission.phases.climate import Climate

ERROR_CAUSES = "dust, albedo, thermal inertia, the fitted caps"


def experiments(phase: Climate, worlds: list[World], tests: Tests, years: Years) -> xr.Dataset:
    """Values of every world and what parts it from the control (case, measure).

    Errors are of first order: half of what 1 sigma up and down of each cause part, causes summed in
    squares. That of a change is of the members' own changes, in which what they share falls out.
    """
    day = tests.values
    cycle = np.stack([years.measures(world) for world in worlds])
    both = [np.concatenate(parts, axis=-1) for parts in (
        (day[:, 0], cycle[:, 0]), (_of_pairs(day), of_axes(cycle)),
        (day[:, 0] - day[:1, 0], cycle[:, 0] - cycle[:1, 0]),
        (_of_pairs(day - day[:1]), of_axes(cycle - cycle[:1])),
    )]  # fmt: skip
    rows = (*MEASURES, *CYCLE_MEASURES)
    told = ("value", "sigma", "change", "change_sigma")
    return xr.Dataset(
        {name: (("case", "measure"), held) for name, held in zip(told, both, strict=True)}
        | {"unit": ("measure", [unit for _, unit in rows]),
           "dust_opacity": ("case", tests.dust),
           "line": ("case", [_line(world, worlds[0]) for world in worlds])},
        {"case": [world.name for world in worlds], "measure": [name for name, _ in rows]},
        {"place": phase.test_place[0], "ls": float(phase.test_season),
         "error_causes": ERROR_CAUSES},
    )  # fmt: skip


def _of_pairs(values: np.ndarray) -> np.ndarray:
    """Standard deviation (case, measure) from members 1 sigma up and down of each cause."""
    return np.asarray(np.sqrt(np.sum((0.5 * (values[:, 1::2] - values[:, 2::2])) ** 2, axis=1)))


def _line(world: World, base: World) -> str:
    """The line of the mission file that makes a world the control."""
    if world is base:
        return ""
    if world.infrared != base.infrared:
        return f"climate.infrared={str(world.infrared).lower()}"
    if world.frost_albedo != base.frost_albedo:
        return f"climate.frost_albedo={world.frost_albedo:g}"
    for name in ("obliquity", "ls_perihelion", "eccentricity"):
        value = getattr(world.year, name)
        if value != getattr(base.year, name):
            unit = "" if name == "eccentricity" else " deg"
            text = f'"{value:g}{unit}"' if unit else f"{value:g}"
            return f"climate.{name}={text}"
    if isinstance(world.dust.background, UniformDust) and world.dust.name.startswith("opacity"):
        return f"climate.opacity={world.dust.background.depth:g}"
    return f'climate.dust="{world.dust.name}"'


def budget(phase: Climate, worlds: list[World], tests: Tests) -> xr.Dataset:
    """Sol means of the fluxes of each world [W m-2] (case, flux)."""
    return xr.Dataset(
        {"budget": (("case", "flux"), tests.fluxes, {"units": "W m-2"})},
        {"case": [world.name for world in worlds], "flux": list(FLUXES)},
        {"place": phase.test_place[0], "ls": float(phase.test_season),
         "dust_opacity": float(tests.dust[0])},
    )  # fmt: skip
