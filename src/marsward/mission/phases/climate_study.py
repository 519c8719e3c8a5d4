"""The study of the air: planet, experiments, looks; put together in one value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import xarray as xr

from marsward.mission.phases.climate_columns import column_tests, season_days, storm_days
from marsward.mission.phases.climate_density import air_column
from marsward.mission.phases.climate_experiments import budget, experiments
from marsward.mission.phases.climate_looks import (
    limb_soundings,
    not_flown,
    occultations,
    soundings,
)
from marsward.mission.phases.climate_sun import sun_images
from marsward.mission.phases.climate_weather import weather
from marsward.mission.phases.climate_world import Errors, World, changed, control
from marsward.mission.phases.climate_year import Years, pressure_cycle, year_table
from marsward.mission.phases.phase import Given
from marsward.planet.atmosphere import Atmosphere, atmosphere

if TYPE_CHECKING:
    from marsward.mission.phases.climate import Climate


@dataclass(frozen=True)
class Study:
    """Products by name, the worlds that were compared, and how the year was fitted."""

    products: dict[str, xr.Dataset]
    worlds: tuple[World, ...]
    years: Years


def study(phase: Climate, given: Given) -> Study:
    """The year, the days, the experiments; then what instruments see of the same air."""
    say, home = given.progress.update, Path(given.mission.path).parent
    base = control(phase, home, given.mission.world)
    worlds = [base, *(changed(base, part, home) for part in phase.experiments)]
    say(0.02, "the year of the caps")
    years = Years.of(phase, given, worlds)
    products = {"pressure_cycle": pressure_cycle(phase, base, years)}
    products["climate_year"] = year_table(base, years)
    say(0.15, "days of the air")
    products["column_days"] = season_days(phase, given, base, years)
    products["storm"] = storm_days(phase, given, base, years)
    tests = column_tests(phase, given, worlds, years, Errors.of(phase))
    products["experiments"] = experiments(phase, worlds, tests, years)
    products["budget"] = budget(phase, worlds, tests)
    products |= _looks(phase, given, base)
    return Study(products, tuple(worlds), years)


def _looks(phase: Climate, given: Given, base: World) -> dict[str, xr.Dataset]:
    """What instruments see of the air of the control, with its weather of this mission."""
    say = given.progress.update
    say(0.52, "the air by height")
    air = true_air(given, base)
    made = {"air_column": air_column(base)}
    say(0.58, "the weather station")
    if phase.station:
        made["weather"], made["weather_sols"] = weather(phase, given, air)
    else:
        made |= {name: not_flown("weather station") for name in ("weather", "weather_sols")}
    made["sun_images"] = (
        sun_images(phase, given, base) if phase.sun_camera else not_flown("camera for the Sun")
    )
    for name, chosen, at, fly, what in (
        ("occultations", phase.radio, 0.66, occultations, "radio science"),
        ("soundings", phase.sounder, 0.8, soundings, "sounder"),
        ("limb_soundings", phase.limb, 0.87, limb_soundings, "limb sounder"),
    ):
        if chosen:
            say(at, name.replace("_", " "))
            made[name] = fly(phase, given, air)
        else:
            made[name] = not_flown(what)
    say(0.95, "files")
    return made


def true_air(given: Given, base: World) -> Atmosphere:
    """The atmosphere of the mission's planet: one weather for one mission."""
    return atmosphere("climate", dust=base.dust, seed=given.mission.seed, workers=given.workers)
