"""What the keys of summary.json are called in the report."""

import re
from collections.abc import Callable

from marsward.views import labels_design

_BURN = re.compile(r"(tcm)(\d)_(dv|epoch)|(dsm|moi)_(dv|epoch)")
_FINITE = re.compile(r"(tcm\d|dsm|moi)_burn_(\w+)_(start|duration|dv)")
LABELS = labels_design.LABELS | {
    "c3": "Departure energy C3",
    "departure_asymptote_ra": "Departure asymptote, right ascension",
    "departure_asymptote_dec": "Departure asymptote, declination",
    "c3_first_vector": "Departure energy C3, first vector alone",
    "arrival_v_infinity": "Arrival speed at infinity",
    "b_t": "Aim at Mars, B·T",
    "b_r": "Aim at Mars, B·R",
    "path_length": "Length of the path about the Sun",
    "cruise_days": "Time of flight",
    "joined_chi_square": "Chi-square of the joined path",
    "joined_degrees": "Degrees of freedom of the joined path",
    "perigee_epoch": "Departure hyperbola, time of perigee",
    "perigee_radius": "Departure hyperbola, perigee radius",
    "periapsis_epoch": "Mars periapsis, time",
    "periapsis_radius": "Mars periapsis, radius from the centre",
    "v_infinity": "Arrival speed at infinity",
    "solar_pressure_1au": "Solar pressure acceleration at 1 AU",
    "coast_26jul_1aug_miss": "Coast 26 July to 1 August, miss",
    "coast_4aug_20sep_miss": "Coast 4 August to 20 September, miss",
    "coast_telemetry_1aug_miss": "Telemetry series of 1 August, miss after 53 minutes",
    "coast_1nov_tcm4_miss": "Coast 1 November to TCM-4, miss",
    "epoch_utc": "Time of the picture (UTC)",
    "epoch_beijing": "Time of the picture (Beijing)",
    "earth_range": "Distance to Earth",
    "moon_range": "Distance to the Moon",
    "earth_diameter": "Earth, apparent diameter",
    "moon_diameter": "Moon, apparent diameter",
    "earth_diameter_deg": "Earth, apparent diameter",
    "moon_diameter_deg": "Moon, apparent diameter",
    "separation": "Earth to Moon, apart in the picture",
    "earth_phase": "Earth, phase angle",
    "moon_phase": "Moon, phase angle",
    "earth_lit": "Earth, part of the disc lit",
    "moon_lit": "Moon, part of the disc lit",
    "size_ratio": "Earth's diameter over the Moon's, in the picture",
    "earth_light_time": "Light time from Earth",
    "moon_light_time": "Light time from the Moon",
    "earth_measured_diameter": "Earth, diameter measured in the picture",
    "moon_measured_diameter": "Moon, diameter measured in the picture",
    "earth_true_diameter": "Earth, diameter by geometry",
    "moon_true_diameter": "Moon, diameter by geometry",
    "earth_measured_range": "Earth, distance measured in the picture",
    "moon_measured_range": "Moon, distance measured in the picture",
    "earth_centre_error": "Earth, error of the measured centre",
    "moon_centre_error": "Moon, error of the measured centre",
    "attitude_error": "Error of the attitude",
    "star_residual": "Residual of the stars",
    "position_error": "Error of the position from the picture",
    "exposure": "Exposure of the picture",
    "star_exposure": "Exposure for the stars",
    "earth_radius_px": "Earth, radius in the picture",
    "moon_radius_px": "Moon, radius in the picture",
    "speed": "Speed relative to Earth",
    "insertion_ignition": "Insertion, ignition",
    "insertion_dv": "Insertion, change of speed Δv",
    "insertion_thrust": "Insertion, thrust",
    "insertion_mass": "Insertion, mass of the craft before it",
    "insertion_pitch": "Insertion, thrust off the velocity, outward",
    "insertion_yaw": "Insertion, thrust off the velocity, along the normal",
    "insertion_chi_square": "Insertion, chi-square of the fit",
    "insertion_miss": "Insertion, miss at the seam to the joined path",
    "insertion_aim_b_t": "Aim at Mars, change of B·T",
    "insertion_aim_b_r": "Aim at Mars, change of B·R",
    "insertion_aim_along": "Aim at Mars, change along the path",
    "planned_period": "Capture orbit as planned, period",
    "planned_inclination": "Capture orbit as planned, inclination",
    "planned_periapsis_radius": "Capture orbit as planned, periapsis from the centre",
    "capture_period": "Capture orbit as flown, period",
    "capture_inclination": "Capture orbit as flown, inclination",
    "capture_periapsis_radius": "Capture orbit as flown, periapsis from the centre",
    "orbit_semi_major_axis": "Mapping orbit, semi-major axis",
    "orbit_eccentricity": "Mapping orbit, eccentricity",
    "orbit_periapsis_altitude": "Mapping orbit, height of periapsis",
    "orbit_apoapsis_altitude": "Mapping orbit, height of apoapsis",
    "orbit_inclination": "Mapping orbit, inclination",
    "orbit_node": "Mapping orbit, longitude of the node",
    "orbit_argument_of_periapsis": "Mapping orbit, argument of periapsis",
    "orbit_period": "Mapping orbit, period",
    "orbit_turns": "Mapping orbit, turns flown",
    "orbit_lowest": "Mapping orbit, lowest periapsis",
    "orbit_node_time": "Mapping orbit, local time of the ascending node",
    "orbit_mean_period": "Mapping orbit, mean period",
    "periapsis_latitude_drift": "Periapsis, drift of its latitude",
    "node_drift": "Node, drift of its longitude",
    "equator_day": "Periapsis over the equator, after",
    "orbits": "Orbits with pictures",
    "frames": "Frames",
    "frames_dark": "Frames left out for darkness",
    "frames_beyond_recorder": "Frames that found no room on board",
    "first_frame": "First frame",
    "last_frame": "Last frame",
    "finest_gsd": "Ground size in the middle of a frame, finest",
    "coarsest_gsd": "Ground size in the middle of a frame, coarsest",
    "covered": "Planet seen, by area",
    "median_best_gsd": "Best ground size of a pixel, median by area",
    "data_volume": "Data taken",
    "largest_backlog": "Data waiting on board, at most",
    "frame_columns": "Simulated frame, columns",
    "frame_rows": "Simulated frame, rows",
    "map_columns": "Map, columns",
    "map_rows": "Map, rows",
    "filled": "Map filled, by area",
    "geolocation_rms": "Places on the map, root-mean-square error",
    "resolution": "Resolution of the map",
    "height_rms": "Heights on the map, root-mean-square error",
    "cells": "Cells",
    "cells_solved": "Cells with a thermal inertia",
    "looks": "Temperatures used",
    "temperature_rms": "Temperature of the ground, root-mean-square error",
    "inertia_bias": "Thermal inertia, mean error",
    "inertia_scatter": "Thermal inertia, scatter of the error",
    "inertia_sigma": "Thermal inertia, stated error",
    "inertia_chi2": "Thermal inertia, square of the error over the stated 1σ",
    "prior_scatter": "Thermal inertia before the look, scatter of the error",
    "two_solutions": "Cells that another inertia fits as well",
    "ice_edge_north": "Edge of the ice in the north, latitude",
    "ice_edge_south": "Edge of the ice in the south, latitude",
    "ice_edge_north_known": "Edge of the ice in the north, as believed",
    "ice_edge_south_known": "Edge of the ice in the south, as believed",
    "ice_area": "Planet with ice in its ground, by area",
    "ice_area_known": "Planet with ice in its ground, as believed",
    "ice_median_depth": "Depth of the ice, median by area",
    "ice_mass_top_metre": "Ice in the topmost metre",
    "ice_mass_known": "Ice in the topmost metre, as believed",
    "ice_depth_bias": "Logarithm of the depth of ice, mean error",
    "ice_depth_rms": "Logarithm of the depth of ice, root-mean-square error",
    "ice_log_sigma": "Logarithm of the depth of ice, stated error",
    "ice_chi2": "Depth of the ice, square of the error over the stated 1σ",
    "energy_residual": "Energy of the ground, greatest imbalance",
    "spectra": "Spectra",
    "channels": "Channels of a spectrum",
    "fraction_rms": "Shares of minerals, root-mean-square error",
    "fraction_worst_rms": "Shares of minerals, root-mean-square error of the worst",
    "fraction_chi2": "Shares of minerals, square of the error over the stated 1σ",
    "found_share": "Minerals found where they are",
    "false_share": "Finds where nothing is",
    "fit_chi2": "Fit of the spectra, reduced chi-square",
    "line_correlation": "Line of the surface, correlation",
    "line_bias": "Line of the surface, mean difference [samples]",
    "line_rms": "Line of the surface, scatter [samples]",
    "image_correlation": "Images, correlation",
    "image_unaligned": "Images without alignment, correlation",
    "clutter_correlation": "Clutter alone, correlation",
    "clutter_anomaly": "Clutter without its mean decay, correlation",
    "anomaly_chance": "Share of chance that does as well",
    "profile_rms": "Mean decay with delay, difference [dB]",
    "traces": "Traces",
    "rms_slope": "Roughness of the ground, fitted",
    "pressure_fit_rms": "Pressure, what the fit leaves, root mean square",
    "freeze_share": "Air that freezes out in a year",
    "co2_residual": "Carbon dioxide lost or made, greatest of all sols",
    "cap_mass_north": "Cap of the north, most carbon dioxide",
    "cap_mass_south": "Cap of the south, most carbon dioxide",
    "cap_edge_north": "Cap of the north, reaches to latitude",
    "cap_edge_south": "Cap of the south, reaches to latitude",
    "greenhouse": "Greenhouse of the air, at the ground",
    "greenhouse_flux": "Greenhouse of the air, as a flux",
    "density_difference_to_60km": "Density of the air to 60 km, difference",
    "density_difference_to_100km": "Density of the air, 60 to 100 km, difference",
    "station_sols": "Station, sols",
    "station_pressure_rms": "Station, mean pressure of a sol, error, rms",
    "station_pressure_sigma": "Station, mean pressure of a sol, stated error",
    "station_pressure_scatter": "Station, mean pressure of a sol, scatter",
    "station_pressure_noise": "Station, mean pressure of a sol, stated scatter",
    "opacity_sols": "Sols with a picture of the Sun",
    "opacity_mean": "Opacity of the dust over the station, visible",
    "opacity_rms": "Opacity of the dust, root-mean-square error",
    "station_tide": "Station, daily wave of the pressure",
    "station_tide_true": "Station, daily wave of the pressure, truth",
    "c3_lambert": "Departure energy C3, by Lambert's conic",
    "departure_asymptote_ra_lambert": "Departure asymptote, right ascension, by Lambert's conic",
    "departure_asymptote_dec_lambert": "Departure asymptote, declination, by Lambert's conic",
    "parking_inclination": "Parking orbit, inclination",
    "injection_epoch": "Injection, time",
    "injection_dv": "Injection, change of speed Δv",
    "injection_correction": "Injection, turned off the parking orbit",
    "entry_epoch": "Entry, time",
    "entry_speed": "Entry, speed",
    "entry_flight_path_angle": "Entry, flight-path angle",
    "entry_azimuth": "Entry, azimuth",
    "entry_inertial_speed": "Entry, speed in axes at rest",
    "entry_inertial_flight_path_angle": "Entry, flight-path angle in axes at rest",
    "entry_lon": "Entry, longitude",
    "entry_lat": "Entry, latitude",
    "entry_height": "Entry, height over the areoid",
    "entry_ellipsoid_height": "Entry, height over the ellipsoid",
    "entry_received": "Entry, time at which it is heard on Earth",
    "entry_after_asked": "Entry, later than asked for",
    "aim_sigma": "Aim at Mars, 1σ",
    "peak_deceleration": "Greatest deceleration",
    "peak_heat_flux": "Greatest heat flux",
    "chute_time": "Chute, time after the entry",
    "chute_speed": "Chute, speed",
    "chute_mach": "Chute, Mach number",
    "chute_height": "Chute, height",
    "chute_height_areoid": "Chute, height over the areoid",
    "entry_range": "Way from entry to chute",
    "touchdown_epoch": "Touchdown, time",
    "entry_to_touchdown": "Touchdown, time after the entry",
    "touchdown_lon": "Touchdown, longitude",
    "touchdown_lat": "Touchdown, latitude",
    "touchdown_height": "Touchdown, height over the areoid",
    "nominal_miss": "Touchdown, distance from the target",
    "touchdown_speed": "Touchdown, speed",
    "touchdown_tilt": "Touchdown, tilt",
    "touchdown_miss": "Touchdown, distance from the place meant",
    "ellipse_major_covariance": "Landing ellipse by covariance, length",
    "ellipse_minor_covariance": "Landing ellipse by covariance, width",
    "ellipse_azimuth_covariance": "Landing ellipse by covariance, azimuth",
    "ellipse_major_empirical": "Landing ellipse by count, length",
    "ellipse_minor_empirical": "Landing ellipse by count, width",
    "ellipse_azimuth_empirical": "Landing ellipse by count, azimuth",
    "members": "Landings flown",
    "landed_share": "Landings that succeed",
    "miss_median": "Distance from the target, median",
    "miss_99": "Distance from the target, 99 of 100 within",
    "verdicts": "How the landings end",
    "nominal_in_published_ellipse": "Nominal landing within the published ellipse",
    "driven": "Way driven",
    "drive_verdict": "How the drive ends",
    "drive_sols": "Sols of driving",
    "tilt_median": "Tilt, median",
    "tilt_greatest": "Tilt, greatest",
    "slip_median": "Slip, median",
    "drive_energy": "Energy of driving",
    "place_error": "Error of the place, on the way",
    "place_sigma": "Error of the place, as told",
    "place_error_end": "Error of the place at the end",
    "energy_first_sol": "Energy made in the first sol",
    "energy_poorest_sol": "Energy made in the poorest sol",
    "charge_least": "Charge of the battery, least",
    "sleep_sol": "Falls asleep in sol",
    "wake_sol": "Wakes in sol",
    "plan_activities": "Activities of the plan, relay passes among them",
    "plan_sent": "Data sent in the planned sol",
    "radar_depth_error": "Radar, error of a layer's depth",
    "radar_permittivity_error": "Radar, error of a layer's permittivity",
    "radar_layers": "Radar, layers found",
    "hover_power_least": "Power of hovering, least",
    "hover_power_most": "Power of hovering, most",
    "thrust_margin_least": "Thrust to spare, least",
    "thrust_margin_most": "Thrust to spare, most",
    "hours_to_fly": "Hours in which it may fly",
    "duration_residual_median": "Duration, ours less flown, median",
    "duration_residual_rms": "Duration, ours less flown, root mean square",
    "distance_residual_rms": "Distance, ours less flown, root mean square",
    "energy_share_greatest": "Energy of a flight, greatest share of the battery",
}


def label(key: str) -> str:
    """A reader's name for a key of summary.json."""
    if key in LABELS:
        return LABELS[key]
    burn = _BURN.fullmatch(key)
    if burn:
        name = f"TCM-{burn[2]}" if burn[1] else burn[4].upper()
        return f"{name}, " + ("change of speed Δv" if "dv" in key else "time")
    for pattern, text in _PATTERNS:
        match = re.fullmatch(pattern, key)
        if match:
            return text(match)
    words = re.sub(r"_(deg|km|px|m|s)$", "", key).replace("_", " ")
    return words[:1].upper() + words[1:]


def key_of(text: str) -> str:
    """A name as keys of summary.json have it: "air at 1.6 m, mean" is air_at_1p6_m_mean."""
    plain = "".join(c if c.isalnum() or c == "." else "_" for c in text.lower())
    return "_".join(part for part in plain.replace(".", "p").split("_") if part)


def is_burn(key: str) -> bool:
    """Whether a key of summary.json tells of one manoeuvre."""
    return bool(_BURN.fullmatch(key) or _FINITE.fullmatch(key))


def _spaced(text: str) -> str:
    """A key's words as a reader writes them: 4_aug -> 4 Aug, tcm_4 -> TCM-4."""
    text = re.sub(r"(?<![a-z])(tcm)_?(\d)", r"TCM-\2", text).replace("_", " ")
    months = r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\b"
    return re.sub(months, lambda m: m[1].capitalize(), text)


_PUSH = {
    "dv": "change of speed Δv", "epoch": "time", "joined_dv": "Δv, all vectors joined",
    "burn_dv": "Δv as a burn", "burn_start": "start as a burn", "burn_thrust": "thrust",
    "burn_mass": "mass of the craft", "miss": "miss of the two paths",
    "direction_off": "direction off the published one",
}  # fmt: skip
_CLOSURE = {
    "rms": "root-mean-square error", "bias": "mean error", "chi": "error over the stated 1σ",
}  # fmt: skip
_RADAR = {
    "traces": "traces", "ice_traces": "traces with an ice sheet below, truth",
    "picks": "picks of the best line", "class": "read as", "permittivity": "permittivity",
    "permittivity_true": "permittivity, truth", "depth": "depth", "depth_true": "depth, truth",
}  # fmt: skip
_SOUNDED = {
    "occultation": "Radio occultations", "sounding": "Soundings downward",
    "limb_sounding": "Soundings of the limb",
}  # fmt: skip
_PROFILES = {
    "profiles": "temperature profiles", "chi2": "square of error over stated 1σ",
    "rms_below_30km": "error below 30 km, rms",
    "sigma_below_30km": "stated error below 30 km",
}  # fmt: skip
_MEASURES = {
    "ground_mean": "mean of the ground", "ground_day_range": "day range of the ground",
    "ground_highest": "highest of the ground", "air_at_50_pa_mean": "mean of the air at 50 Pa",
    "air_at_1p6_m_day_range": "day range of the air at 1.6 m",
    "infrared_on_the_ground": "infrared on the ground", "least_pressure": "least pressure",
    "most_pressure": "most pressure", "air_that_freezes_out": "air that freezes out",
    "northern_cap_most": "most of the northern cap",
    "southern_cap_most": "most of the southern cap",
}  # fmt: skip
_IN_DUST = {
    "ellipse": "Landing ellipse, length", "panel_energy": "Light on a level panel in a sol",
    "rotor_margin": "Rotor, thrust to spare",
}  # fmt: skip
_ANY_MEASURE = "|".join(_MEASURES)


def _sited(match: re.Match[str]) -> str:
    """Pressure of a place: pressure_low_viking_1_ls -> Viking 1, season of the least pressure."""
    most = "least" if match[1] == "low" else "most"
    what = f"season of the {most} pressure" if match[3] else f"{most} pressure"
    name = _spaced(match[2]).title()
    return f"{ {'Insight': 'InSight'}.get(name, name) }, {what}"


def _changed(match: re.Match[str]) -> str:
    """A change: global_storm_ground_mean -> Change by global storm, mean of the ground."""
    case = re.sub(r"(?<=\d)p(?=\d)", ".", match[1]).replace("_", " ")
    return f"Change by {re.sub(r'(?<=[0-9]) deg$', '°', case)}, {_MEASURES[match[2]]}"


_PATTERNS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (rf"(\w+)_({'|'.join(_IN_DUST)})",
     lambda m: f"{_IN_DUST[m[2]]}, dust {m[1].replace('_', '-')}"),
    (rf"({'|'.join(_SOUNDED)})_({'|'.join(_PROFILES)})",
     lambda m: f"{_SOUNDED[m[1]]}, {_PROFILES[m[2]]}"),
    (r"pressure_(low|high)_(\w+?)(_ls)?", _sited),
    (rf"({_ANY_MEASURE})", lambda m: f"Control, {_MEASURES[m[1]]}"),
    (rf"(\w+?)_({_ANY_MEASURE})", _changed),
    (r"frost_days_(\w+)", lambda m: f"{_spaced(m[1]).title()}, sols with CO₂ frost"),
    (r"ice_depth_(\w+)", lambda m: f"{_spaced(m[1]).title()}, depth of ice"),
    (rf"radar_(\w+?)_({'|'.join(sorted(_RADAR, key=len, reverse=True))})",
     lambda m: f"Radar over {_spaced(m[1]).title()}, {_RADAR[m[2]]}"),
    (r"rms_(\w+)", lambda m: f"Share of {_spaced(m[1])}, root-mean-square error"),
    (r"joined_(\w+)", lambda m: f"{label(m[1])}, joined path"),
    (r"coast_(\w+)_to_(\w+)_miss", lambda m: f"Coast {_spaced(m[1])} to {_spaced(m[2])}, miss"),
    (_FINITE.pattern,
     lambda m: f"{_spaced(m[1])} as a finite burn to {_spaced(m[2])}, "
     + m[3].replace("dv", "change of speed Δv")),
    (r"quality_(\w+)_(position|velocity)",
     lambda m: f"Vectors called {_spaced(m[1])}, one-axis sigma of {m[2]}"),
    (r"coast_(\d+)([a-z]{3})_(\d\d)(\d\d)_(\d\d)(\d\d)_miss(_velocity)?",
     lambda m: f"Coast {m[1]} {m[2].capitalize()} {m[3]}:{m[4]} to {m[5]}:{m[6]}, miss"
     + (" in speed" if m[7] else "")),
    (r"coast_(\d+)([a-z]{3})_(\d+)([a-z]{3})_miss(_velocity)?",
     lambda m: f"Coast {m[1]} {m[2].capitalize()} to {m[3]} {m[4].capitalize()}, miss"
     + (" in speed" if m[5] else "")),
    (r"(plane_change|phasing|deorbit|avoidance|remote_sensing)_(\w+)",
     lambda m: f"{m[1].replace('_', ' ').capitalize()}, {_PUSH.get(m[2], _spaced(m[2]))}"),
    (r"albedo_(rms|bias|chi)_(\w+)", lambda m: f"Albedo, {m[2]}, {_CLOSURE[m[1]]}"),
    (r"tcm(\d)_dv(99|_mean)",
     lambda m: f"TCM-{m[1]}, " + ("99 % of voyages" if m[2] == "99" else "mean")),
    (r"predicted_(\w+)_(\d{4})(\d\d)(\d\d)_(position|velocity)",
     lambda m: f"Predicted {m[5]} from {_spaced(m[1]).title()}, {m[2]}-{m[3]}-{m[4]}"),
)  # fmt: skip
