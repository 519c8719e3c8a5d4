"""What the insertion writes down: events, burns, grid of captures, science orbit, key numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.bodies import body
from marsward.core.time import Epoch
from marsward.dynamics.elements import Elements, osculating
from marsward.mission.phases.capture_record import write_exchange
from marsward.mission.phases.phase import Given, Outcome, Quantity

Array = NDArray[np.float64]
PLANET, FRAME = "mars", "MARS_MEOD"
DAY = 86_400.0
CITATIONS = [
    "Kizner 1961, A method of describing miss distances, doi:10.1016/0032-0633(61)90293-8",
    "Robbins 1966, The impulsive approximation, doi:10.2514/3.3687",
    "Genova et al. 2016 (GMM-3), doi:10.1016/j.icarus.2016.02.050",
    "Park et al. 2021 (DE440), doi:10.3847/1538-3881/abd414",
]
_COLUMNS = {
    "et_whole": ("s", "TDB past J2000"),
    "et_frac": ("s", "beyond the whole"),
    "dv": ("m s-1", "velocity change by the engine"),
    "impulse": ("m s-1", "what an impulse would take"),
    "loss": ("m s-1", "velocity change less the impulse"),
    "duration": ("s", "of the burn"),
    "propellant": ("kg", "used"),
    "mass_before": ("kg", "before"),
    "mass_after": ("kg", "after"),
    "periapsis": ("m", "height of the periapsis after, above the equatorial radius"),
    "apoapsis": ("m", "height of the apoapsis after, above the equatorial radius"),
    "period": ("s", "of the orbit after"),
    "inclination": ("degree", "of the orbit after, to the mean equator of date"),
}


def record(phase, found, given: Given) -> Outcome:
    """Turn what was found into the phase's outcome."""
    given.progress.update(0.85, "exchange files")
    write_exchange(found.path, "insertion_path", given)
    return Outcome(
        products={
            "insertion": event_table(phase, found).merge(burn_geometry(found)),
            "capture_grid": found.grid,
            "science_orbit": science_orbit(found),
            "insertion_path": found.path.to_dataset(),
        },
        summary=summary(phase, found),
        sentence=_sentence(found),
        assumptions=_assumptions(phase, found),
        citations=CITATIONS
        + (
            ["Smith & Bell 2005, 2001 Mars Odyssey aerobraking, doi:10.2514/1.15213"]
            if found.air
            else []
        ),
    )


def _row(name: str, epoch: Epoch, **numbers: float) -> dict[str, Any]:
    blank = dict.fromkeys(_COLUMNS, np.nan)
    return blank | {
        "name": name, "et_whole": float(epoch.whole), "et_frac": float(epoch.frac),
    } | numbers  # fmt: skip


def _heights(orbit: Elements) -> dict[str, float]:
    return {
        "periapsis": float(orbit.periapsis_altitude), "apoapsis": float(orbit.apoapsis_altitude),
        "period": float(orbit.period), "inclination": float(orbit.inclination),
    }  # fmt: skip


def event_table(phase, found) -> xr.Dataset:
    """Everything that happens on the way, dims ("event",)."""
    rows = []
    if found.separation is not None:
        rows.append(_row("separation", found.separation))
    if found.deflection is not None:
        dv = float(np.linalg.norm(found.deflection.correction))
        before = found.deflection_mass
        rows.append(
            _row("deflection", found.start, dv=dv, impulse=dv, loss=0.0,
                 propellant=before - found.mass, mass_before=before, mass_after=found.mass)
        )  # fmt: skip
    burn = found.burn
    rows.append(
        _row("capture", burn.ignition, dv=burn.dv, impulse=burn.impulse, loss=burn.loss,
             duration=burn.duration, propellant=burn.propellant, mass_before=burn.mass_before,
             mass_after=burn.mass_after, **_heights(burn.orbit))
    )  # fmt: skip
    for step in found.steps:
        rows.append(
            _row(step.name, step.epoch, dv=step.dv, impulse=step.impulse,
                 loss=step.dv - step.impulse, duration=step.duration, propellant=step.propellant,
                 mass_before=step.mass_before, mass_after=step.mass_after, **_heights(step.orbit))
        )  # fmt: skip
    data: dict[str, Any] = {"name": ("event", np.array([row["name"] for row in rows], object))}
    for column, (unit, text) in _COLUMNS.items():
        values = np.array([row[column] for row in rows], dtype=float)
        data[column] = ("event", values, {"units": unit, "long_name": text})
    return xr.Dataset(data, attrs={"descent": phase.descent, "frame": FRAME})


def burn_geometry(found) -> xr.Dataset:
    """The capture in the plane of the orbit, x to the periapsis of the orbit after it.

    Points of the path by seconds from the ignition, of the same path without the burn, and of the
    orbit after it; the parts of the engine's work are told by ``burning``.
    """
    burn, path = found.burn, found.path
    orbit = burn.orbit
    state = path.at(burn.burn.stop, wrt=PLANET)
    x, y = _plane(state)
    reach = float(np.clip(3.0 * burn.duration, 4.0 * 3600.0, 12.0 * 3600.0))
    begin = max(-reach, float(path.start - burn.ignition))
    past = min(reach, float(path.stop - burn.ignition))
    seconds = np.unique(np.concatenate(
        [np.linspace(begin, past, 241), np.linspace(0.0, burn.duration, 61)]
    ))  # fmt: skip
    flown = path.position(burn.ignition + seconds, wrt=PLANET)
    first = path.at(burn.ignition, wrt=PLANET)
    free = _conic(first, np.linspace(0.0, reach, 121))
    turn = np.linspace(0.0, 360.0, 361)
    size, oval = float(orbit.semi_major_axis), float(orbit.eccentricity)
    radius = size * (1.0 - oval**2) / (1.0 + oval * np.cos(np.radians(turn)))
    metre = {"units": "m"}
    return xr.Dataset(
        {
            "arc_time": ("arc", seconds, {"units": "s", "long_name": "since the ignition"}),
            "arc_x": ("arc", flown @ x, metre),
            "arc_y": ("arc", flown @ y, metre),
            "burning": ("arc", (seconds >= 0.0) & (seconds <= burn.duration)),
            "free_x": ("free", free @ x, metre),
            "free_y": ("free", free @ y, metre),
            "orbit_x": ("turn", radius * np.cos(np.radians(turn)), metre),
            "orbit_y": ("turn", radius * np.sin(np.radians(turn)), metre),
            "planet_radius": ((), float(body(PLANET).equatorial_radius), metre),
        }
    )


def _plane(state: Array) -> tuple[Array, Array]:
    """Axes (3,) of the plane of an orbit: to its periapsis, and on from there."""
    gm = float(body(PLANET).gm)
    r, v = state[:3], state[3:]
    h = np.cross(r, v)
    x = np.cross(v, h) / gm - r / np.linalg.norm(r)
    x /= np.linalg.norm(x)
    y = np.cross(h, x)
    return x, y / np.linalg.norm(y)


def _conic(state: Array, seconds: Array) -> Array:
    """Places (n, 3) of two-body motion, without the burn."""
    orbit = osculating(state, None, body=PLANET, frame="J2000")
    return np.asarray(orbit.after(seconds).state()[..., :3])


def science_orbit(found) -> xr.Dataset:
    """Osculating elements at the end, for an orbit to begin with."""
    orbit = osculating(found.orbit_state, found.orbit_epoch, body=PLANET)
    figures = {
        "periapsis": (float(orbit.periapsis_altitude), "m", "height above the equatorial radius"),
        "apoapsis": (float(orbit.apoapsis_altitude), "m", "height above the equatorial radius"),
        "semi_major_axis": (float(orbit.semi_major_axis), "m", "osculating"),
        "eccentricity": (float(orbit.eccentricity), "1", "osculating"),
        "inclination": (float(orbit.inclination), "degree", "to the mean equator of date"),
        "node": (float(orbit.node), "degree", "ascending node"),
        "argument_of_periapsis": (float(orbit.argument_of_periapsis), "degree", "from the node"),
        "true_anomaly": (float(orbit.true_anomaly), "degree", "of the craft at the epoch"),
        "period": (float(orbit.period), "s", "osculating"),
        "mass": (found.orbit_mass, "kg", "of the craft"),
        "et_whole": (float(found.orbit_epoch.whole), "s", "TDB past J2000"),
        "et_frac": (float(found.orbit_epoch.frac), "s", "beyond the whole"),
    }
    data: dict[str, Any] = {
        name: ((), number, {"units": unit, "long_name": text})
        for name, (number, unit, text) in figures.items()
    }
    data["state"] = ("component", found.orbit_state, {"long_name": "J2000 [m, m s-1]"})
    return xr.Dataset(
        data, coords={"component": ["x", "y", "z", "vx", "vy", "vz"]}, attrs={"frame": FRAME}
    )


def summary(phase, found) -> dict[str, Quantity]:
    """Key numbers of the insertion by name."""
    return _arrival(found) | _capture(found) | _descent(phase, found)


def _arrival(found) -> dict[str, Quantity]:
    out = {
        "arrival_v_infinity": Quantity(
            found.grid.attrs["v_infinity"] / 1e3, "km/s", None, "at the start of the approach"
        )
    }
    hit = found.deflection
    if hit is None:
        return out
    return out | {
        "separation_epoch": _hour(found.separation, "the lander leaves"),
        "deflection_epoch": _hour(found.start, "the orbiter turns away"),
        "deflection_dv": Quantity(
            float(np.linalg.norm(hit.correction)), "m/s", None, "full force model, impulse"
        ),
        "deflection_miss": Quantity(hit.miss_km, "km", None, f"{hit.rounds} corrections"),
        "aim_b_t": Quantity(hit.arrival.b_t / 1e3, "km", None, "two days before or at the start"),
        "aim_b_r": Quantity(hit.arrival.b_r / 1e3, "km", None, "two days before or at the start"),
    }


def _capture(found) -> dict[str, Quantity]:
    burn, orbit = found.burn, found.burn.orbit
    return {
        "capture_ignition": _hour(burn.ignition, "start that costs least"),
        "capture_duration": Quantity(burn.duration, "s", None, "constant thrust"),
        "capture_dv": Quantity(burn.dv, "m/s", None, "of the burn"),
        "capture_impulse": Quantity(burn.impulse, "m/s", None, "at the periapsis"),
        "gravity_loss": Quantity(burn.loss, "m/s", None, "burn less impulse"),
        "capture_propellant": Quantity(burn.propellant, "kg", None, "Tsiolkovsky"),
        "capture_mass_after": Quantity(burn.mass_after, "kg", None, "at the cut-off"),
        "capture_period": Quantity(burn.period / 3600.0, "h", None, "of the energy"),
        "arrival_periapsis": Quantity(burn.periapsis / 1e3, "km", None, "without the burn"),
        "capture_periapsis": Quantity(
            float(orbit.periapsis_altitude) / 1e3, "km", None, "osculating at the cut-off"
        ),
        "capture_apoapsis": Quantity(
            float(orbit.apoapsis_altitude) / 1e3, "km", None, "osculating at the cut-off"
        ),
        "capture_inclination": Quantity(
            float(orbit.inclination), "deg", None, "to the mean equator of date"
        ),
    }


def _descent(phase, found) -> dict[str, Quantity]:
    orbit = osculating(found.orbit_state, found.orbit_epoch, body=PLANET)
    dv = found.burn.dv + sum(step.dv for step in found.steps)
    first = found.mass
    if found.deflection is not None:
        dv += float(np.linalg.norm(found.deflection.correction))
        first = found.deflection_mass
    out = {
        "insertion_dv": Quantity(dv, "m/s", None, "deflection, capture and descent"),
        "insertion_propellant": Quantity(first - found.orbit_mass, "kg", None, "of all of them"),
        "science_orbit_mass": Quantity(found.orbit_mass, "kg", None, "of the craft"),
        "science_orbit_epoch": _hour(found.orbit_epoch, f"by {phase.descent}"),
        "science_periapsis": Quantity(
            float(orbit.periapsis_altitude) / 1e3, "km", None, "osculating"
        ),
        "science_apoapsis": Quantity(
            float(orbit.apoapsis_altitude) / 1e3, "km", None, "osculating"
        ),
        "science_inclination": Quantity(float(orbit.inclination), "deg", None, "osculating"),
        "science_node": Quantity(float(orbit.node), "deg", None, "ascending, MARS_MEOD"),
    }
    air = found.air
    if air is None:
        return out
    return out | {
        "aerobraking_passes": Quantity(air.passes, "", None, "planned"),
        "aerobraking_days": Quantity(air.duration / DAY, "d", None, "planned"),
        "aerobraking_dv_saved": Quantity(air.dv_saved, "m/s", None, "against the engine alone"),
        "aerobraking_heating": Quantity(float(air.heating.max()), "W/m2", None, "greatest planned"),
        "aerobraking_lowest": Quantity(float(air.height.min()) / 1e3, "km", None, "periapsis"),
    }


def _hour(epoch: Epoch, source: str) -> Quantity:
    """An epoch in UTC, or in TDB where leap seconds are not known yet."""
    text = str(epoch)
    if text.endswith("Z"):
        return Quantity(text.removesuffix("Z"), "UTC", None, source)
    return Quantity(text.removesuffix(" TDB"), "TDB", None, source)


def _sentence(found) -> str:
    burn, orbit = found.burn, osculating(found.orbit_state, found.orbit_epoch, body=PLANET)
    days = float(found.orbit_epoch - burn.ignition) / DAY
    told = (
        f"captured {str(burn.ignition).split('.')[0]} by {burn.duration / 60.0:.1f} minutes of "
        f"thrust, {burn.dv:.0f} m/s of which {burn.loss:.1f} m/s are loss, into "
        f"{float(burn.orbit.periapsis_altitude) / 1e3:.0f} × "
        f"{float(burn.orbit.apoapsis_altitude) / 1e3:.0f} km"
    )
    if not found.steps:
        return told
    way = f" with {found.air.passes} passes through the air" if found.air else ""
    return (
        f"{told}; {days:.1f} days later{way} in {float(orbit.periapsis_altitude) / 1e3:.0f} × "
        f"{float(orbit.apoapsis_altitude) / 1e3:.0f} km with {found.orbit_mass:.0f} kg"
    )


def _assumptions(phase, found) -> list[str]:
    aim = {
        "velocity": "against the velocity all along",
        "horizon": "back along the local horizon",
        "inertial": "in a direction fixed in space",
    }[phase.steering]
    out = [
        f"The engine burns at constant thrust {aim}, from the start that takes least propellant; "
        "no settling, no throttling, no errors of execution.",
        f"Gravity of Mars to degree {phase.gravity_degree} of GMM-3; Sun and planets, relativity "
        "of the Sun and sunlight act too; moons of Mars and tides are left out.",
    ]
    if found.deflection is not None:
        out.append(
            "The lander parts without an impulse; the orbiter turns away by one impulse to the "
            "periapsis and inclination asked for, at the hour that costs least."
        )
    if phase.descent == "engine":
        out.append(
            "The periapsis is set by impulses at the apoapsis and the apoapsis lowered by burns at "
            f"the periapsis of {phase.longest_burn / 60.0:.0f} minutes at most."
        )
    if found.air is not None:
        out += [
            "Aerobraking: two bodies, a round planet, air at rest that the plan knows; passes at "
            f"{phase.aerobraking.share:.0%} of {phase.aerobraking.heat_limit:.0f} W/m2. Node and "
            "periapsis turn with the oblateness on the way.",
            phase.aerobraking.drag.said(),
        ]
    return out
