"""What the capture writes down: orbits, elements, events, burns, coasts, exchange files."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import xarray as xr

from marsward.core.constants import STANDARD_GRAVITY
from marsward.core.frames import rotation, vnb
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.data.arc_table import tabulate
from marsward.data.oem import write_oem
from marsward.data.spk_writer import write_spk
from marsward.mission.phases.capture_numbers import dv_sigma, summary
from marsward.mission.phases.capture_watches import watches
from marsward.mission.phases.orbit_tables import element_table, event_table, turns_of
from marsward.mission.phases.phase import Given, Outcome

CITATIONS = [
    "D. Estévez, Tianwen-1 notebooks and state vectors, github.com/daniestevez/jupyter_notebooks",
    "Genova et al. 2016 (GMM-3), doi:10.1016/j.icarus.2016.02.050",
    "Park et al. 2021 (DE440), doi:10.3847/1538-3881/abd414",
    "Archinal et al. 2018 (IAU 2015 rotations), doi:10.1007/s10569-017-9805-5",
    "Tapley, Schutz & Born 2004, Statistical Orbit Determination, "
    "doi:10.1016/B978-0-12-683630-1.X5019-X",
]


def record(phase, found, given: Given) -> Outcome:
    """Turn what was found into the phase's outcome and write OEM, SPK and tables."""
    say, planet = given.progress.update, "mars"
    say(0.66, "turns of the orbit")
    turns = turns_of(found.orbit, planet, found.ephemeris)
    elements = element_table(found.orbit, turns, planet, found.ephemeris)
    events = event_table(
        found.orbit, watches(planet, phase.sites, phase.stations), turns, found.ephemeris,
        lambda share: say(0.68 + 0.17 * share, "events"),
    )  # fmt: skip
    say(0.86, "exchange files")
    orbits = {
        "capture_path": found.capture_path,
        "parking_orbit": found.parking,
        "relay_orbit": found.relay,
        "orbit": found.orbit,
    }
    for name, path in orbits.items():
        write_exchange(path, name, given)
    burns = burn_table(phase, found)
    _write_burns(burns, given.folder / "orbit_burns.csv")
    return Outcome(
        products={name: path.to_dataset() for name, path in orbits.items()}
        | {
            "orbit_elements": elements,
            "orbit_events": events,
            "orbit_burns": burns,
            "orbit_coasts": coast_table(found),
        },
        summary=summary(phase, found, elements),
        sentence=_sentence(found, elements),
        assumptions=_assumptions(phase, found),
        citations=CITATIONS,
    )


def write_exchange(path: Trajectory, name: str, given: Given) -> None:
    """Write a path as OEM and SPK into the phase's folder."""
    craft, tables = given.mission.spacecraft, tabulate(path)
    write_oem(
        given.folder / f"{name}.oem",
        tables,
        object_name=craft.name.upper(),
        object_id=craft.designator or str(craft.naif_id),
    )
    write_spk(
        given.folder / f"{name}.bsp",
        tables,
        naif_id=craft.naif_id,
        name=craft.name,
        comments=["Flown by marsward; where from, see the run's report."],
    )


def _sentence(found, elements: xr.Dataset) -> str:
    start = found.orbit.start
    days = float(found.orbit.stop - start) / 86400.0
    low, high = (
        float(elements[f"{name}_altitude"].isel(orbit_index=0)) / 1e3
        for name in ("periapsis", "apoapsis")
    )
    return (
        f"captured {found.insertion.ignition.isot(digits=0)} UTC, {len(found.burns)} manoeuvres, "
        f"then {days:.0f} days in the mapping orbit of {low:.0f} × {high:.0f} km, "
        f"{elements.sizes['orbit_index']} turns"
    )


def _assumptions(phase, found) -> list[str]:
    return [
        f"Gravity of Mars to degree {phase.gravity_degree} of GMM-3; Sun and planets, relativity "
        "of the Sun and sunlight with shadow act too; moons of Mars and tides are left out.",
        "The insertion burns against the velocity at constant thrust; no throttling or settling.",
        "Each manoeuvre is an impulse where the paths of its two vectors come closest; burns of "
        "known duration are also fitted as such, with thrust fixed in space.",
        "No manoeuvre is flown after the vector of the mapping orbit; the mission's own trims "
        "are not known.",
        "The axes of the vectors are the equator of Mars of date at rest, as the cruise confirms.",
        *found.assumptions,
    ]


def coast_table(found) -> xr.Dataset:
    """Free flights against the vectors at their ends (flight minus vector), dims ("coast",)."""
    rows = found.coasts
    states = np.array([miss for *_, miss in rows]).reshape(-1, 6)
    return xr.Dataset(
        {
            "name": ("coast", np.array([part.name for part, *_ in rows], object)),
            "start": ("coast", np.array([part.start for part, *_ in rows], object)),
            "stop": ("coast", np.array([part.stop for part, *_ in rows], object)),
            "et": ("coast", np.array([float(when.et) for _, when, *_ in rows]), {"units": "s"}),
            "duration": ("coast", np.array([span for *_, span, _ in rows]), {"units": "s"}),
            "miss_vector": (("coast", "xyz"), states[:, :3], {"units": "m"}),
            "miss": ("coast", np.linalg.norm(states[:, :3], axis=1), {"units": "m"}),
            "miss_velocity": ("coast", np.linalg.norm(states[:, 3:], axis=1), {"units": "m s-1"}),
        },
        coords={"xyz": ["x", "y", "z"]},
        attrs={"frame": "J2000", "sense": "flight minus vector"},
    )


def burn_table(phase, found) -> xr.Dataset:
    """Every manoeuvre: impulse of its two vectors, share of the joined path, and as a burn."""
    rows = [_insertion_row(found)]
    for burn in found.burns:
        part = burn.part
        common = {
            "name": part.name, "state": burn.impulse.state, "published_dv": part.published_dv,
            "published_vector": part.published_vector, "published_axes": part.published_axes,
        }  # fmt: skip
        impulse, pair = burn.impulse, f"{part.before} and {part.after}"
        rows.append(
            common
            | {
                "model": "impulsive", "basis": pair, "epoch": impulse.epoch, "dv": impulse.dv,
                "dv_sigma": dv_sigma(burn), "epoch_sigma": impulse.epoch_sigma,
                "miss": float(np.linalg.norm(impulse.miss)),
            }
        )  # fmt: skip
        if burn.joined is not None:
            unit = burn.joined.dv / np.linalg.norm(burn.joined.dv)
            rows.append(
                common
                | {
                    "model": "impulsive", "basis": "vectors joined", "epoch": burn.joined.epoch,
                    "dv": burn.joined.dv, "epoch_sigma": burn.joined.epoch_sigma,
                    "dv_sigma": float(np.linalg.norm(unit * burn.joined.dv_sigma)),
                }
            )  # fmt: skip
        if burn.finite is not None:
            fit = burn.finite
            rows.append(
                common
                | {
                    "model": "finite", "basis": pair, "epoch": fit.start, "dv": fit.dv,
                    "epoch_sigma": fit.start_sigma, "miss": float(np.linalg.norm(fit.miss[:3])),
                    "thrust": fit.thrust, "thrust_sigma": fit.thrust_sigma,
                    "duration": fit.duration, "mass_after": fit.mass_after,
                    "dv_sigma": np.linalg.norm(fit.dv) * fit.thrust_sigma / fit.thrust,
                }
            )  # fmt: skip
    return _burn_dataset(rows)


def _insertion_row(found) -> dict:
    """The insertion as fitted; its change of velocity is that of the engine alone."""
    fit, plan = found.insertion_fit, found.insertion
    end = plan.ignition + plan.duration
    before = fit.path.at(plan.ignition, wrt="mars", ephemeris=found.ephemeris)
    mass = float(fit.path.mass_at(end))
    size = plan.isp * float(STANDARD_GRAVITY) * np.log(plan.mass / mass)
    middle = fit.path.at(plan.ignition + 0.5 * plan.duration, wrt="mars", ephemeris=found.ephemeris)
    return {
        "name": "insertion", "model": "finite", "basis": "path to Mars and vectors joined",
        "state": before, "epoch": plan.ignition, "dv": -size * vnb(middle)[0],
        "dv_sigma": size * fit.sigma[3] / fit.strength, "miss": float(np.linalg.norm(fit.miss[:3])),
        "thrust": plan.thrust * fit.strength, "thrust_sigma": plan.thrust * fit.sigma[3],
        "duration": plan.duration, "mass_after": mass,
    }  # fmt: skip


def _burn_dataset(rows: list[dict]) -> xr.Dataset:
    units = {
        "dv_sigma": "m s-1", "epoch_sigma": "s", "miss": "m", "thrust": "N", "thrust_sigma": "N",
        "duration": "s", "mass_after": "kg", "published_dv": "m s-1",
    }  # fmt: skip
    text = {
        name: ("burn", np.array([row.get(name) or "" for row in rows], object))
        for name in ("name", "model", "basis", "published_axes")
    }
    numbers = {
        name: ("burn", _numbers(row.get(name) for row in rows), {"units": unit})
        for name, unit in units.items()
    }
    dv = np.array([row["dv"] for row in rows])
    state = np.array([row["state"] for row in rows])
    axes = np.array([rotation("J2000", "MARS_MEOD", row["epoch"]) for row in rows])
    nothing = (np.nan, np.nan, np.nan)
    published = np.array([row.get("published_vector") or nothing for row in rows], float)
    along = {"units": "m s-1"}
    return xr.Dataset(
        {
            **text,
            "time": ("burn", np.array([row["epoch"].datetime64 for row in rows])),
            "et": ("burn", np.array([float(row["epoch"].et) for row in rows]), {"units": "s"}),
            "dv": ("burn", np.linalg.norm(dv, axis=1), along),
            "dv_vector": (("burn", "xyz"), dv, along | {"frame": "J2000"}),
            "dv_equator": (
                ("burn", "xyz"), np.einsum("nij,nj->ni", axes, dv), along | {"frame": "MARS_MEOD"},
            ),
            "dv_vnb": (
                ("burn", "xyz"), np.einsum("nij,nj->ni", vnb(state), dv), along | {"frame": "VNB"},
            ),
            "published_vector": (("burn", "xyz"), published, along),
            "position": (("burn", "xyz"), state[:, :3], {"units": "m", "frame": "J2000"}),
            **numbers,
        },
        coords={"xyz": ["x", "y", "z"]},
        attrs={"centre": "mars"},
    )  # fmt: skip


def _numbers(values) -> np.ndarray:
    return np.array([np.nan if value is None else float(value) for value in values])


def _write_burns(table: xr.Dataset, path: Path) -> None:
    """Write the manoeuvres as CSV, one row each, units in the heads."""
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(
            ["name", "model", "basis", "epoch_utc", "dv_m_s", "dv_sigma_m_s", "epoch_sigma_s",
             "equator_x_m_s", "equator_y_m_s", "equator_z_m_s", "v_m_s", "n_m_s", "b_m_s",
             "miss_m", "duration_s", "thrust_n", "published_m_s"]
        )  # fmt: skip
        for i in range(table.sizes["burn"]):
            row = table.isel(burn=i)
            cells = [float(row[k]) for k in ("dv_sigma", "epoch_sigma")]
            vectors = [*row["dv_equator"].values, *row["dv_vnb"].values]
            tail = [float(row[k]) for k in ("miss", "duration", "thrust", "published_dv")]
            writer.writerow(
                [str(row[k].item()) for k in ("name", "model", "basis")]
                + [str(Epoch.et(float(row["et"])).utc), f"{float(row['dv']):.4f}"]
                + ["" if np.isnan(x) else f"{x:.3g}" for x in cells]
                + [f"{float(x):.4f}" for x in vectors]
                + ["" if np.isnan(x) else f"{x:.3f}" for x in tail]
            )
