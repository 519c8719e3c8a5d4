"""The figures of the report, one module each; every one reads stored products only."""

from collections.abc import Callable
from dataclasses import dataclass

from marsward.views.figures import (
    air_density,
    air_profiles,
    b_plane,
    capture_orbits,
    climate_budget,
    climate_caps,
    climate_days,
    climate_experiments,
    climate_pressure,
    climate_storm,
    coverage_maps,
    crops,
    data_volume,
    distances,
    entry_corridor,
    entry_path,
    flight_log,
    frame_places,
    ground_radar,
    hazard_map,
    heliocentric,
    ice_days,
    ice_errors,
    ice_maps,
    ice_seasons,
    landing_causes,
    landing_ellipse,
    landing_triggers,
    look_back,
    map_errors,
    mosaic_map,
    navigation,
    one_world,
    orbit_burns,
    orbit_evolution,
    orbit_seasons,
    ortho,
    radar_echoes,
    radar_reflectors,
    real_radargram,
    residuals,
    rotor_map,
    rover_chemistry,
    rover_sols,
    rover_winter,
    soil_fractions,
    soil_minerals,
    soil_parameters,
    soil_spectra,
    sol_plan,
    sun_opacity,
    thermal_errors,
    thermal_looks,
    thermal_maps,
    traverse,
    weather_station,
)
from marsward.views.figures.drawing import Drawing
from marsward.views.stored_run import StoredPhase


@dataclass(frozen=True)
class Plate:
    """A figure of the report: the phase kind it belongs to, its name, its title, its module."""

    kind: str
    name: str
    title: str
    draw: Callable[[StoredPhase], Drawing]


PLATES: tuple[Plate, ...] = (
    Plate("cruise", "heliocentric-path", "The path about the Sun", heliocentric.draw),
    Plate("cruise", "distances-and-speeds", "Distances and speeds", distances.draw),
    Plate("cruise", "residuals", "Against the real state vectors", residuals.draw),
    Plate("cruise", "b-plane", "The aim at Mars", b_plane.draw),
    Plate("lookback", "look-back", "The picture", look_back.draw),
    Plate("lookback", "crescents", "Earth and Moon, enlarged", crops.draw),
    Plate("lookback", "navigation", "Optical navigation: truth and knowledge", navigation.draw),
    Plate("capture", "orbits", "The orbits about Mars", capture_orbits.draw),
    Plate("capture", "orbit-burns", "Manoeuvres, ours and published", orbit_burns.draw),
    Plate("capture", "orbit-evolution", "The mapping orbit, turn by turn", orbit_evolution.draw),
    Plate("capture", "orbit-seasons", "Shadow, silence and sight", orbit_seasons.draw),
    Plate("orbit", "orbit-turns", "The orbit, turn by turn", orbit_evolution.draw),
    Plate("orbit", "orbit-passages", "Shadow, silence and sight", orbit_seasons.draw),
    Plate("map", "mosaic", "The map", mosaic_map.draw),
    Plate("map", "frames", "Where the frames lie", frame_places.draw),
    Plate("map", "coverage", "How often each place was seen", coverage_maps.draw_counts),
    Plate("map", "ground-size", "How finely each place was seen", coverage_maps.draw_sizes),
    Plate(
        "map", "light-and-stereo", "In what light, from how many sides", coverage_maps.draw_light
    ),
    Plate("map", "frame-and-map", "A frame and the map made of it", ortho.draw),
    Plate("map", "map-errors", "Truth and knowledge", map_errors.draw),
    Plate("map", "data-volume", "Data and downlink", data_volume.draw),
    Plate("ice", "ice-depth", "Where ice lasts in the ground", ice_maps.draw_truth),
    Plate("ice", "ice-known", "What is known of the ice", ice_maps.draw_known),
    Plate("ice", "ice-errors", "The ice: truth and knowledge", ice_errors.draw),
    Plate("ice", "ground-seasons", "The year of the ground", ice_seasons.draw),
    Plate("ice", "ground-days", "The ground by the hour", ice_days.draw),
    Plate("ice", "radar-echoes", "Under the ground by radar", radar_echoes.draw),
    Plate("ice", "radar-layers", "What radar tells of the layers", radar_reflectors.draw),
    Plate("soil", "soil-minerals", "The minerals of the ground", soil_minerals.draw),
    Plate("soil", "soil-spectra", "Spectra and what fits them", soil_spectra.draw),
    Plate("soil", "soil-fractions", "Minerals: truth and knowledge", soil_fractions.draw),
    Plate("soil", "soil-parameters", "Bands: truth and knowledge", soil_parameters.draw),
    Plate("thermal", "thermal-inertia", "How the ground holds its warmth", thermal_maps.draw),
    Plate("thermal", "thermal-errors", "Inertia: truth and knowledge", thermal_errors.draw),
    Plate("thermal", "thermal-looks", "The temperatures behind it", thermal_looks.draw),
    Plate("climate", "pressure-cycle", "The year of the pressure", climate_pressure.draw),
    Plate("climate", "caps", "The year of the caps", climate_caps.draw),
    Plate("climate", "column-days", "The air by hour and height", climate_days.draw),
    Plate("climate", "dust", "What dust does", climate_storm.draw),
    Plate("climate", "energy-budget", "The energy budget", climate_budget.draw),
    Plate("climate", "experiments", "How the air makes the climate", climate_experiments.draw),
    Plate("climate", "air-density", "The air by height", air_density.draw),
    Plate("climate", "weather", "The weather station", weather_station.draw),
    Plate("climate", "dust-opacity", "The dust over the station", sun_opacity.draw),
    Plate("climate", "occultations", "Radio occultations", air_profiles.draw_occultations),
    Plate("climate", "soundings", "The sounder that looks down", air_profiles.draw_sounder),
    Plate("climate", "limb-soundings", "The sounder at the limb", air_profiles.draw_limb),
    Plate("entry", "entry-path", "The way down", entry_path.draw),
    Plate("entry", "corridor", "The corridor", entry_corridor.draw),
    Plate("entry", "landing-ellipse", "Where it lands", landing_ellipse.draw),
    Plate("entry", "triggers", "Chute, shield, ground", landing_triggers.draw),
    Plate("entry", "landing-causes", "What scatters the landing", landing_causes.draw),
    Plate("entry", "hazard-map", "The last hundred metres", hazard_map.draw),
    Plate("rover", "traverse", "The way", traverse.draw),
    Plate("rover", "traverse-log", "Along the way", traverse.draw_way),
    Plate("rover", "rover-sols", "Sol by sol", rover_sols.draw),
    Plate("rover", "rover-day", "One sol", rover_sols.draw_day),
    Plate("rover", "rover-winter", "The winter", rover_winter.draw),
    Plate("rover", "sol-plan", "The plan of one sol", sol_plan.draw),
    Plate("rover", "ground-radar", "Under the wheels", ground_radar.draw),
    Plate("rover", "laser-oxides", "Rocks by laser", rover_chemistry.draw_laser),
    Plate("rover", "rover-spectra", "Rocks by camera", rover_chemistry.draw_camera),
    Plate("helicopter", "rotor-map", "What the rotor can do", rotor_map.draw),
    Plate("helicopter", "flights", "The flights, ours and flown", flight_log.draw),
    Plate("helicopter", "flight-path", "One flight", flight_log.draw_path),
    Plate("helicopter", "flight-hours", "When it may fly", flight_log.draw_hours),
    Plate("dust-cases", "one-world", "One world", one_world.draw),
    Plate("radargram", "radargram", "A real radargram and its simulation", real_radargram.draw),
)


def plates(kind: str) -> tuple[Plate, ...]:
    """The figures of one phase kind, in the order of the page."""
    return tuple(plate for plate in PLATES if plate.kind == kind)
