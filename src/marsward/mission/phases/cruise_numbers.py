"""Key numbers of the cruise, by the names that summaries, reports and checks use."""

import numpy as np

from marsward.core.constants import ASTRONOMICAL_UNIT
from marsward.core.trajectory import Trajectory
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.mission.phases.phase import Quantity


def dv_sigma(found, index: int) -> float:
    """Standard deviation of a manoeuvre's size [m/s].

    The formal one of the joined fit knows only the scatter of the vectors, not that neighbouring
    vectors err together nor what the force model leaves out. The difference from the impulse that
    the two nearest vectors give by themselves stands for both, and is added in quadrature.
    """
    fitted = found.fit.manoeuvres[index]
    unit = fitted.dv / np.linalg.norm(fitted.dv)
    block = slice(7 + 4 * index, 10 + 4 * index)
    formal = unit @ found.fit.covariance[block, block] @ unit
    spread = found.impulses[index].dv - fitted.dv
    return float(np.sqrt(formal + spread @ spread))


def summary(phase, found) -> dict[str, Quantity]:
    """Key numbers of the cruise by name."""
    result = (
        _departure_numbers(phase, found) | _arrival_numbers(found) | _pressure_numbers(phase, found)
    )
    for i, (part, fitted) in enumerate(zip(phase.manoeuvre, found.fit.manoeuvres, strict=True)):
        key = part.name.replace("-", "")
        result[f"{key}_dv"] = Quantity(
            float(np.linalg.norm(fitted.dv)),
            "m/s",
            dv_sigma(found, i),
            "joined fit; ± holds the spread against the two nearest vectors",
        )
        result[f"{key}_epoch"] = Quantity(
            str(fitted.epoch.utc), "UTC", fitted.epoch_sigma, "joined fit"
        )
    for name, burn in found.burns:
        key = f"{phase.burn.manoeuvre.replace('-', '')}_burn_{name.replace('-', '_')}"
        result[f"{key}_start"] = Quantity(str(burn.start.utc), "UTC", burn.start_sigma, "burn fit")
        result[f"{key}_duration"] = Quantity(burn.duration, "s", burn.duration_sigma, "burn fit")
        result[f"{key}_dv"] = Quantity(float(np.linalg.norm(burn.dv)), "m/s", None, "burn fit")
    for part, state in found.predictions:
        key = f"predicted_{part.centre}_{part.at.isot(digits=0)[:10].replace('-', '')}"
        result[f"{key}_position"] = Quantity(
            [float(x) / 1e3 for x in state[:3]], "km", None,
            f"coast from {part.start} to {part.at.utc} UTC, {part.frame}",
        )  # fmt: skip
        result[f"{key}_velocity"] = Quantity(
            [float(x) / 1e3 for x in state[3:]], "km/s", None, f"same, {part.frame}"
        )
    return result


def _departure_numbers(phase, found) -> dict[str, Quantity]:
    leaving, where = found.departure, "joined path, run back"
    sigma = np.sqrt(np.diag(found.departure_covariance))
    ra, dec = np.degrees(leaving.asymptote)
    return {
        "c3": Quantity(
            leaving.orbit.c3 / 1e6,
            "km2/s2",
            float(sigma[0]) / 1e6,
            f"{where}; osculating at {phase.departure_distance / 1e3:.0f} km from Earth",
        ),
        "c3_first_vector": Quantity(
            found.departure_raw.orbit.c3 / 1e6, "km2/s2", None, "first vector alone"
        ),
        "departure_asymptote_ra": Quantity(
            float(ra), "deg", float(np.degrees(sigma[1])), f"{where}, J2000"
        ),
        "departure_asymptote_dec": Quantity(
            float(dec), "deg", float(np.degrees(sigma[2])), f"{where}, J2000"
        ),
        "departure_inclination": Quantity(
            float(np.degrees(leaving.orbit.inclination)), "deg", None, f"{where}, J2000 equator"
        ),
        "perigee_epoch": Quantity(str(leaving.epoch.utc), "UTC", float(sigma[4]), where),
        "perigee_radius": Quantity(leaving.radius / 1e3, "km", float(sigma[3]) / 1e3, where),
        "perigee_speed": Quantity(leaving.speed / 1e3, "km/s", None, where),
    }


def _arrival_numbers(found) -> dict[str, Quantity]:
    result: dict[str, Quantity] = {}
    cases = (
        ("", found.arrival_raw, found.arrival_raw_covariance, "last vector alone"),
        ("joined_", found.arrival, found.arrival_covariance, "joined path"),
    )
    for prefix, case, covariance, source in cases:
        sigma = np.sqrt(np.diag(covariance))
        result |= {
            f"{prefix}periapsis_epoch": Quantity(
                str(case.epoch.utc), "UTC", float(sigma[3]), source
            ),
            f"{prefix}periapsis_radius": Quantity(
                case.radius / 1e3, "km", float(sigma[2]) / 1e3, source
            ),
            f"{prefix}periapsis_speed": Quantity(case.speed / 1e3, "km/s", None, source),
            f"{prefix}arrival_v_infinity": Quantity(
                float(np.sqrt(case.orbit.c3)) / 1e3, "km/s", None, source
            ),
            f"{prefix}b_t": Quantity(case.b_t / 1e3, "km", float(sigma[0]) / 1e3, source),
            f"{prefix}b_r": Quantity(case.b_r / 1e3, "km", float(sigma[1]) / 1e3, source),
        }
    days = float(found.trajectory.stop - found.trajectory.start) / 86400.0
    result["cruise_days"] = Quantity(days, "d", None, "perigee to periapsis")
    result["path_length"] = Quantity(
        _length(found.trajectory) / float(ASTRONOMICAL_UNIT), "au", None,
        "about the Sun, perigee to periapsis",
    )  # fmt: skip
    return result


def _length(path: Trajectory) -> float:
    """Length of the heliocentric path [m], the integral of the speed."""
    times = path.start + np.linspace(0.0, float(path.stop - path.start), 4001)
    states = path.at(times, wrt="sun", ephemeris=default_ephemeris())
    return float(np.trapezoid(np.linalg.norm(states[:, 3:], axis=1), times - path.start))


def _pressure_numbers(phase, found) -> dict[str, Quantity]:
    fit = found.pressure
    result = {
        "solar_pressure_1au": Quantity(
            fit.acceleration, "m/s2", fit.sigma, "fit to the coasts' misses"
        ),
        "joined_chi_square": Quantity(
            found.fit.chi_square, "", None, "near the degrees of freedom by construction"
        ),
        "joined_degrees": Quantity(found.fit.degrees, "", None, "joined fit"),
    }
    for part, miss in zip(phase.coasts, fit.misses, strict=True):
        name = part.name or f"{part.start}_{part.stop}".replace("-", "_")
        result[f"coast_{name}_miss"] = Quantity(
            float(np.linalg.norm(miss[:3])) / 1e3, "km", None, "coast with the one solar pressure"
        )
    for name, quality in found.fit.qualities.items():
        result[f"quality_{name}_position"] = Quantity(
            quality.position / 1e3, "km", None, "variance components, one axis"
        )
        result[f"quality_{name}_velocity"] = Quantity(
            quality.velocity * 1e3, "mm/s", None, "variance components, one axis"
        )
    return result
