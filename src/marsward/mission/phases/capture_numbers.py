"""Key numbers of the capture, by the names that summaries, reports and checks use."""

from __future__ import annotations

import numpy as np
import xarray as xr

from marsward.core.constants import STANDARD_GRAVITY
from marsward.core.frames import rotation, vnb
from marsward.dynamics.covariance_map import map_covariance
from marsward.dynamics.elements import osculating
from marsward.mission.phases.phase import Quantity

DAY = 86400.0
FLATTEST_LATITUDE = 80.0
"""Degrees: nearer to a pole the latitude of the periapsis turns and no longer shows its drift."""


def dv_sigma(burn) -> float:
    """Standard deviation of the size of a manoeuvre [m/s].

    What the vectors' velocities and the miss of the two paths leave open, and in quadrature how
    much the joined path and the burn of known duration differ from the impulse.
    """
    impulse = burn.impulse
    size = np.linalg.norm(impulse.dv)
    others = [each.dv for each in (burn.joined, burn.finite) if each is not None]
    spread = [float(np.linalg.norm(dv) - size) for dv in others]
    return float(np.linalg.norm([burn.vector_sigma, impulse.dv_sigma, *spread]))


def summary(phase, found, elements: xr.Dataset) -> dict[str, Quantity]:
    """Key numbers of the capture by name."""
    result = _insertion_numbers(found) | _orbit_numbers(phase, found) | _drift_numbers(elements)
    for burn in found.burns:
        result |= _burn_numbers(burn)
    for part, _, span, miss in found.coasts:
        source = f"coast of {_span(span)} from {part.start} to {part.stop}"
        result[f"coast_{part.name}_miss"] = Quantity(
            float(np.linalg.norm(miss[:3])), "m", None, source
        )
        result[f"coast_{part.name}_miss_velocity"] = Quantity(
            float(np.linalg.norm(miss[3:])), "m/s", None, source
        )
    for name, quality in found.joined.qualities.items():
        result[f"quality_{name}_position"] = Quantity(
            float(quality.position), "m", None, "scatter about the joined path, one axis"
        )
        result[f"quality_{name}_velocity"] = Quantity(
            float(quality.velocity) * 1e3, "mm/s", None, "scatter about the joined path, one axis"
        )
    return result


def _span(seconds: float) -> str:
    return f"{seconds / DAY:.1f} d" if seconds > DAY else f"{seconds / 60.0:.0f} min"


def _burn_numbers(burn) -> dict[str, Quantity]:
    key, impulse, part = burn.part.name.replace("-", "_"), burn.impulse, burn.part
    source = f"impulse where {part.before} and {part.after} come closest"
    result = {
        f"{key}_dv": Quantity(float(np.linalg.norm(impulse.dv)), "m/s", dv_sigma(burn), source),
        f"{key}_epoch": Quantity(str(impulse.epoch.utc), "UTC", impulse.epoch_sigma, source),
        f"{key}_miss": Quantity(float(np.linalg.norm(impulse.miss)), "m", None, source),
    }
    if part.published_vector is not None:
        result[f"{key}_direction_off"] = Quantity(
            _direction_off(burn), "deg", None, f"from the published one, {part.published_axes}"
        )
    if burn.joined is not None:
        unit = burn.joined.dv / np.linalg.norm(burn.joined.dv)
        result[f"{key}_joined_dv"] = Quantity(
            float(np.linalg.norm(burn.joined.dv)), "m/s",
            float(np.linalg.norm(unit * burn.joined.dv_sigma)), "all vectors joined",
        )  # fmt: skip
    if burn.finite is not None:
        fit, lasts = burn.finite, f"burn of {burn.finite.duration:.0f} s"
        share = fit.thrust_sigma / fit.thrust
        result[f"{key}_burn_start"] = Quantity(str(fit.start.utc), "UTC", fit.start_sigma, lasts)
        result[f"{key}_burn_dv"] = Quantity(
            float(np.linalg.norm(fit.dv)), "m/s", float(np.linalg.norm(fit.dv)) * share, lasts
        )
        result[f"{key}_burn_thrust"] = Quantity(
            fit.thrust, "N", fit.thrust_sigma, f"{lasts}, for {part.mass:.0f} kg"
        )
        mass = part.mass * part.thrust / fit.thrust
        result[f"{key}_burn_mass"] = Quantity(
            mass, "kg", mass * share,
            f"{lasts}, for {part.thrust:.0f} N",
        )  # fmt: skip
    return result


def _direction_off(burn) -> float:
    """Angle between the impulse and the published vector [deg]."""
    part, impulse = burn.part, burn.impulse
    if part.published_axes == "VNB":
        mine = vnb(impulse.state) @ impulse.dv
    else:
        mine = rotation("J2000", part.published_axes, impulse.epoch) @ impulse.dv
    told = np.asarray(part.published_vector)
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(mine, told)), mine @ told)))


def _insertion_numbers(found) -> dict[str, Quantity]:
    fit, plan = found.insertion_fit, found.insertion
    when = found.planned.stop
    planned = osculating(found.planned.at(when, wrt="mars", ephemeris=found.ephemeris), when)
    flown = osculating(fit.path.at(when, wrt="mars", ephemeris=found.ephemeris), when)
    mass = float(fit.path.mass_at(when))
    size = plan.isp * float(STANDARD_GRAVITY) * np.log(plan.mass / mass)
    plain, fitted = "planned burn at the end of the cruise", "fitted to the vectors in orbit"
    degrees = np.degrees
    result = {
        "insertion_ignition": Quantity(str(plan.ignition.utc), "UTC", None, "mission file"),
        "insertion_dv": Quantity(
            float(size), "m/s", float(size * fit.sigma[3] / fit.strength), f"{fitted}, engine alone"
        ),
        "insertion_thrust": Quantity(
            plan.thrust * fit.strength, "N", plan.thrust * fit.sigma[3],
            f"{fitted}, for {plan.mass:.0f} kg and {plan.duration:.0f} s",
        ),
        "insertion_mass": Quantity(
            plan.mass / fit.strength, "kg", plan.mass * fit.sigma[3] / fit.strength**2,
            f"{fitted}, for {plan.thrust:.0f} N and {plan.duration:.0f} s",
        ),
        "insertion_pitch": Quantity(
            float(degrees(fit.pitch)), "deg", float(degrees(fit.sigma[4])),
            f"{fitted}; thrust off the velocity, outward",
        ),
        "insertion_yaw": Quantity(
            float(degrees(fit.yaw)), "deg", float(degrees(fit.sigma[5])),
            f"{fitted}; thrust off the velocity, along the orbit's normal",
        ),
        "insertion_chi_square": Quantity(
            fit.chi_square, "", None, "aim, burn and vector; about 6 are expected at most"
        ),
        "insertion_miss": Quantity(
            float(np.linalg.norm(fit.miss[:3])), "m", None, "seam to the joined path"
        ),
    }  # fmt: skip
    for name, i in (("b_t", 0), ("b_r", 1), ("along", 2)):
        result[f"insertion_aim_{name}"] = Quantity(
            float(fit.shift[i]) / 1e3, "km", float(fit.sigma[i]) / 1e3,
            f"{fitted}; change of the cruise's aim",
        )  # fmt: skip
    for prefix, orbit, source in (("planned_", planned, plain), ("capture_", flown, fitted)):
        result[f"{prefix}period"] = Quantity(float(orbit.period) / DAY, "d", None, source)
        result[f"{prefix}inclination"] = Quantity(float(orbit.inclination), "deg", None, source)
        result[f"{prefix}periapsis_radius"] = Quantity(
            float(orbit.periapsis_radius) / 1e3, "km", None, f"{source}; osculating at the vector"
        )
    return result


def _orbit_numbers(phase, found) -> dict[str, Quantity]:
    """Elements at the vector of the mapping orbit, with what its uncertainty makes of them."""
    vector = found.vector(phase.orbit)
    quality = phase.quality[vector.quality]
    spread = np.diag([quality.position**2] * 3 + [quality.velocity**2] * 3)

    def figures(state: np.ndarray) -> np.ndarray:
        orbit = osculating(state, vector.epoch)
        return np.array(
            [
                float(orbit.semi_major_axis) / 1e3, float(orbit.eccentricity),
                float(orbit.periapsis_altitude) / 1e3, float(orbit.apoapsis_altitude) / 1e3,
                float(orbit.inclination), float(orbit.node), float(orbit.argument_of_periapsis),
                float(orbit.period) / 3600.0,
            ]
        )  # fmt: skip

    names = (
        ("semi_major_axis", "km"), ("eccentricity", ""), ("periapsis_altitude", "km"),
        ("apoapsis_altitude", "km"), ("inclination", "deg"), ("node", "deg"),
        ("argument_of_periapsis", "deg"), ("period", "h"),
    )  # fmt: skip
    sigma = np.sqrt(np.diag(map_covariance(figures, vector.state, spread)))
    source = f"osculating at vector {vector.name}"
    return {
        f"orbit_{name}": Quantity(float(number), unit, float(each), source)
        for (name, unit), number, each in zip(names, figures(vector.state), sigma, strict=True)
    }


def _drift_numbers(elements: xr.Dataset) -> dict[str, Quantity]:
    """How the orbit turns: straight lines through its turns, and the day at the equator."""
    et = elements["et"].values
    days = (et - et[0]) / DAY
    lat = elements["periapsis_lat"].values
    flat = np.abs(lat) < FLATTEST_LATITUDE
    result = {
        "orbit_turns": Quantity(int(days.size), "", None, "whole turns flown"),
        "orbit_lowest": Quantity(
            float(elements["periapsis_altitude"].min()) / 1e3, "km", None, "lowest periapsis met"
        ),
        "orbit_mean_period": Quantity(
            float(elements["period"].mean()) / 3600.0, "h",
            float(elements["period"].std()) / 3600.0, "periapsis to periapsis; ± its scatter",
        ),
    }  # fmt: skip
    if flat.sum() > 2:
        result["periapsis_latitude_drift"] = _slope(
            days[flat], lat[flat], f"line through {flat.sum()} turns, periapsis below 80° latitude"
        )
    node = np.degrees(np.unwrap(np.radians(elements["node"].values)))
    if days.size > 2:
        result["node_drift"] = _slope(days, node, f"line through {days.size} turns")
    crossing = np.flatnonzero(lat[1:] * lat[:-1] < 0.0)
    if crossing.size:
        i = int(crossing[0])
        day = days[i] + (days[i + 1] - days[i]) * lat[i] / (lat[i] - lat[i + 1])
        result["equator_day"] = Quantity(
            float(day), "d", None, "periapsis over the equator, after the first one"
        )
    return result


def _slope(x: np.ndarray, y: np.ndarray, source: str) -> Quantity:
    """Slope of a line [deg/d] with its standard error."""
    coefficients, covariance = np.polyfit(x, y, 1, cov=True)
    return Quantity(float(coefficients[0]), "deg/d", float(np.sqrt(covariance[0, 0])), source)
