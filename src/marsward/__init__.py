"""marsward flies a Mars mission from one text file and says how well it will know its goals.

The names below are loaded when they are first used, so `import marsward` is instant.
"""

from importlib import import_module
from typing import Any

from marsward._version import __version__
from marsward.core.kernel_cache import drop_stale_kernels

drop_stale_kernels(__path__[0])

_DOORS = {
    "Epoch": "marsward.core.time",
    "body": "marsward.core.bodies",
    "Trajectory": "marsward.core.trajectory",
    "state": "marsward.geometry.state",
    "look": "marsward.geometry.look",
    "propagate": "marsward.dynamics.propagate",
    "propagate_lanes": "marsward.dynamics.lanes",
    "window": "marsward.dynamics.window",
    "best_cells": "marsward.dynamics.launch_choice",
    "choose": "marsward.dynamics.launch_choice",
    "lambert": "marsward.dynamics.lambert",
    "deep_space_manoeuvre": "marsward.dynamics.deep_space_manoeuvre",
    "tours": "marsward.dynamics.tour_search",
    "flyby": "marsward.dynamics.flyby",
    "lunar_swingby": "marsward.dynamics.lunar_swingby",
    "target_b_plane": "marsward.dynamics.b_plane_target",
    "insertion_burn": "marsward.dynamics.insertion",
    "dispersed_arrivals": "marsward.dynamics.dispersed_cruise",
    "correct_course": "marsward.dynamics.course_corrections",
    "Forces": "marsward.dynamics.forces",
    "Camera": "marsward.instruments.camera",
    "MapGrid": "marsward.core.map_grid",
    "Terrain": "marsward.geometry.terrain",
    "poses": "marsward.geometry.poses",
    "ellipsoid_rays": "marsward.geometry.rays",
    "terrain_rays": "marsward.geometry.rays",
    "plan_campaign": "marsward.geometry.campaign",
    "coverage": "marsward.geometry.coverage",
    "footprints": "marsward.geometry.footprints",
    "ground": "marsward.planet.subsurface",
    "global_ground": "marsward.planet.global_ground",
    "SurfaceMaps": "marsward.planet.ground_maps",
    "GroundColumns": "marsward.physics.columns",
    "ground_year": "marsward.physics.ground",
    "ice_table": "marsward.physics.ice_table",
    "ice_table_spread": "marsward.physics.ice_spread",
    "ice_history": "marsward.physics.ice_history",
    "past_orbit": "marsward.physics.obliquity",
    "MarsYear": "marsward.physics.season",
    "atmosphere": "marsward.planet.atmosphere",
    "column": "marsward.planet.air_column",
    "Climate": "marsward.planet.climate",
    "air_day": "marsward.physics.air_day",
    "DustScenario": "marsward.physics.dust_scenario",
    "mars_axis": "marsward.core.mars_axis",
    "select_ls": "marsward.core.mars_axis",
    "by_season": "marsward.core.mars_axis",
    "read_weather": "marsward.data.weather_tables",
    "read_climate": "marsward.data.climate_files",
    "WeatherStation": "marsward.instruments.weather_station",
    "RadioScience": "marsward.instruments.radio_science",
    "ThermalSounder": "marsward.instruments.thermal_sounder",
    "LimbSounder": "marsward.instruments.limb_sounder",
    "RadarSounder": "marsward.instruments.radar_sounder",
    "Radiometer": "marsward.instruments.radiometer",
    "Spectrometer": "marsward.instruments.spectrometer",
    "enter": "marsward.mission.landing",
    "GroundRadar": "marsward.instruments.ground_radar",
    "LaserSpectrometer": "marsward.instruments.laser_spectrometer",
    "SpectralCamera": "marsward.instruments.spectral_camera",
    "landing_site": "marsward.planet.landing_site",
    "traverse_path": "marsward.geometry.traverse_path",
    "Rotorcraft": "marsward.vehicles.rotorcraft",
    "trim": "marsward.vehicles.rotorcraft",
    "Mission": "marsward.mission.mission",
    "Run": "marsward.mission.store",
    "Phase": "marsward.mission.phases.phase",
    "Product": "marsward.core.product",
    "InputError": "marsward.core.errors",
    "DataError": "marsward.core.errors",
    "PhysicsError": "marsward.core.errors",
}

__all__ = ["__version__", *_DOORS]


def __getattr__(name: str) -> Any:
    if name not in _DOORS:
        raise AttributeError(f"module 'marsward' has no attribute {name!r}")
    return getattr(import_module(_DOORS[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
