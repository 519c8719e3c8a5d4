"""What the transfer writes down: path, B-plane, entry, key numbers, exchange files."""

from __future__ import annotations

import numpy as np
import xarray as xr

from marsward.core.bodies import body
from marsward.core.constants import ASTRONOMICAL_UNIT, SPEED_OF_LIGHT
from marsward.core.frames import rotation
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.hyperbola import b_plane, hyperbola, impact_radius
from marsward.mission.phases.capture_record import write_exchange
from marsward.mission.phases.cruise_record import orbit_table, path_table
from marsward.mission.phases.entry_state import entry_numbers, entry_state
from marsward.mission.phases.phase import Given, Outcome, Quantity

READ_AT = 1e8
"""Distance from Earth at which the departure hyperbola is read [m]."""
CITATIONS = [
    "Izzo 2015, Revisiting Lambert's problem, doi:10.1007/s10569-014-9587-y",
    "Park et al. 2021 (DE440), doi:10.3847/1538-3881/abd414",
    "Genova et al. 2016 (GMM-3), doi:10.1016/j.icarus.2016.02.050",
    "Martin-Mur et al. 2012, Mars Science Laboratory navigation results",
]


def record(phase, found, given: Given) -> Outcome:
    """Turn a voyage into the phase's outcome."""
    ephemeris = default_ephemeris()
    given.progress.update(0.85, "exchange files")
    write_exchange(found.path, "trajectory", given)
    sigma = found.aim_sigma
    return Outcome(
        products={
            "trajectory": found.path.to_dataset().assign_attrs(
                solar_pressure_1au=phase.solar_pressure,
                solar_pressure_1au_sigma=0.0,
                aim_covariance=np.diag([sigma[0] ** 2, sigma[0] ** 2, sigma[1] ** 2]).ravel(),
            ),
            "path": path_table(found.path, ephemeris),
            "bplane": bplane_table(phase, found),
            "orbits": orbit_table(found.path, ephemeris),
            "entry_state": entry_state(
                found.point, found.covariance, found.knowledge,
                target_lon=phase.target_lon, target_lat=phase.target_lat,
            ),
        },
        summary=summary(phase, found),
        sentence=_sentence(found),
        assumptions=_assumptions(phase, found),
        citations=CITATIONS,
    )  # fmt: skip


def _sentence(found) -> str:
    point, c3 = found.point, float(_departure_hyperbola(found).c3)
    days = float(point.epoch - found.leave.epoch) / 86400.0
    return (
        f"leaves with C3 {c3 / 1e6:.2f} km²/s² and after {days:.0f} days meets the air "
        f"{point.epoch.isot(digits=0)} UTC at {point.speed / 1e3:.2f} km/s and "
        f"{point.flight_path_angle:.2f}° over {point.lat:.2f}° N {point.lon:.2f}° E"
    )


def _assumptions(phase, found) -> list[str]:
    return [
        "One impulse at the periapsis of the departure hyperbola, from a circular parking orbit in "
        "the plane of launch site and asymptote; no manoeuvre on the way, for the injection is "
        "without error and is not biased away from Mars.",
        "Sun, planets, Moon, relativity and sunlight on a sphere act all the way, gravity of "
        f"Earth to degree {phase.earth_gravity} and of Mars to degree {phase.mars_gravity}.",
        f"The entry is aimed {phase.ahead / 1e3:.0f} km ahead of the landing place, at "
        f"{phase.angle:g} deg in {phase.angle_axes} axes; its hour follows from Mars's turn.",
        f"Delivery: {phase.angle_sigma:g} deg and {phase.time_sigma:g} s, one sigma, which is "
        f"{found.aim_sigma[0] / 1e3:.1f} km in every direction of the B-plane; the craft knows "
        f"its entry to {phase.knowledge_position_sigma / 1e3:.2f} km and "
        f"{phase.knowledge_velocity_sigma:.2f} m/s in each axis.",
    ]


def summary(phase, found) -> dict[str, Quantity]:
    """Key numbers of the voyage by name."""
    point = found.point
    return (
        _departure(phase, found)
        | entry_numbers(point, found.covariance, found.spread, "full force model")
        | _voyage(phase, found)
    )


def _departure(phase, found) -> dict[str, Quantity]:
    leave, hit = found.leave, found.hit
    ra, dec = _asymptote(found.departure_v_infinity)
    corrected = np.linalg.norm(hit.departure[3:]) - leave.parking_speed
    flown = _departure_hyperbola(found)
    ra2, dec2 = _asymptote(flown.outgoing)
    return {
        "c3": Quantity(flown.c3 / 1e6, "km2/s2", None, "full force model, 1e5 km from Earth"),
        "c3_lambert": Quantity(
            float(found.departure_v_infinity @ found.departure_v_infinity) / 1e6, "km2/s2", None,
            "Lambert's conic",
        ),
        "departure_asymptote_ra": Quantity(ra2, "deg", None, "full force model, J2000"),
        "departure_asymptote_dec": Quantity(dec2, "deg", None, "full force model, J2000"),
        "departure_asymptote_ra_lambert": Quantity(ra, "deg", None, "Lambert's conic, J2000"),
        "departure_asymptote_dec_lambert": Quantity(dec, "deg", None, "Lambert's conic, J2000"),
        "parking_inclination": Quantity(
            leave.inclination, "deg", None, "plane of launch site and asymptote"
        ),
        "launch_azimuth": Quantity(leave.launch_azimuth, "deg", None, "inertial, same plane"),
        "injection_epoch": Quantity(
            str(leave.epoch.utc), "UTC", None, f"coast of {leave.coast:.0f} deg, and the ascent"
        ),
        "injection_dv": Quantity(
            float(corrected) / 1e3, "km/s", None,
            f"from a circular orbit of {phase.parking_altitude / 1e3:.0f} km",
        ),
        "injection_correction": Quantity(
            float(np.linalg.norm(hit.correction)), "m/s", None,
            "by which the impulse is turned off the parking orbit",
        ),
    }  # fmt: skip


def _voyage(phase, found) -> dict[str, Quantity]:
    point, ephemeris = found.point, default_ephemeris()
    length = float(point.epoch - found.leave.epoch)
    times = found.path.start + np.linspace(0.0, found.path.duration, 4001)
    states = found.path.at(times, wrt="sun", ephemeris=ephemeris)
    way = np.trapezoid(np.linalg.norm(states[:, 3:], axis=1), times - found.path.start)
    earth = ephemeris.position("earth", wrt="mars", at=point.epoch)
    light = float(np.linalg.norm(earth)) / float(SPEED_OF_LIGHT)
    return {
        "cruise_days": Quantity(length / 86400.0, "d", None, "injection to entry"),
        "path_length": Quantity(
            float(way) / float(ASTRONOMICAL_UNIT), "au", None, "about the Sun"
        ),
        "arrival_v_infinity": Quantity(
            float(np.sqrt(found.hit.approach.c3)) / 1e3, "km/s", None,
            "three days before the entry",
        ),
        "entry_received": Quantity(
            str((point.epoch + light).utc), "UTC", None,
            f"on Earth, {light / 60.0:.2f} light minutes away",
        ),
        "entry_after_asked": Quantity(
            float(point.epoch - found.dates.arrival), "s", None, "entry minus the arrival asked for"
        ),
        "aim_sigma": Quantity(found.aim_sigma[0] / 1e3, "km", None, "in the B-plane, each axis"),
    }  # fmt: skip


def _departure_hyperbola(found):
    from marsward.dynamics.events import distance, find_events

    ephemeris = default_ephemeris()
    first = found.path.arc(0)
    hit = find_events(first, distance("earth", READ_AT, direction=1), ephemeris)
    when = hit[0].epoch if hit else first.stop
    return hyperbola(found.path.at(when, wrt="earth", ephemeris=ephemeris), float(body("earth").gm))


def _asymptote(direction) -> tuple[float, float]:
    x, y, z = np.asarray(direction) / np.linalg.norm(direction)
    return float(np.degrees(np.arctan2(y, x)) % 360.0), float(np.degrees(np.arcsin(z)))


def bplane_table(phase, found) -> xr.Dataset:
    """The aim point in the B-plane with its sigma, in the layout of the cruise's table."""
    orbit, mars = found.hit.approach, body("mars")
    pole = rotation("J2000", "MARS_MEOD", found.point.epoch)[2]
    b_t, b_r = b_plane(orbit, pole)
    gm, radius = float(mars.gm), float(mars.radii[0])
    sigma = found.aim_sigma[0]
    return xr.Dataset(
        {
            "case": ("case", np.array(["as aimed"], object)),
            "b_t": ("case", [b_t], {"units": "m"}),
            "b_r": ("case", [b_r], {"units": "m"}),
            "covariance": (
                ("case", "axis", "axis2"), [np.diag([sigma**2, sigma**2])], {"units": "m2"},
            ),
            "b_magnitude": ("case", [float(np.hypot(b_t, b_r))], {"units": "m"}),
            "v_infinity": ("case", [float(np.sqrt(orbit.c3))], {"units": "m s-1"}),
            "periapsis_radius": ("case", [orbit.periapsis_radius], {"units": "m"}),
            "impact_radius": ((), impact_radius(orbit.c3, gm, radius), {"units": "m"}),
            "capture_radius": (
                (), impact_radius(orbit.c3, gm, radius + phase.height),
                {"units": "m", "comment": "|B| that grazes the atmosphere at the entry's height"},
            ),
            "planet_radius": ((), radius, {"units": "m"}),
        },
        attrs={"axes": "T in the mean equator of Mars of date, R = S x T"},
    )  # fmt: skip
