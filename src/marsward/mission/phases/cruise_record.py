"""What the cruise writes down: products, key numbers, exchange files."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from marsward.core.bodies import body
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.data.arc_table import tabulate
from marsward.data.oem import write_oem
from marsward.data.spk_writer import write_spk
from marsward.dynamics.ephemeris import Ephemeris, default_ephemeris
from marsward.dynamics.hyperbola import impact_radius
from marsward.mission.phases.cruise_numbers import dv_sigma, summary
from marsward.mission.phases.phase import Given, Outcome

ATMOSPHERE_TOP = 125e3
PATH_STEP = 6 * 3600.0
CITATIONS = [
    "D. Estévez, Tianwen-1 notebooks and state vectors, github.com/daniestevez/jupyter_notebooks",
    "Park et al. 2021 (DE440), doi:10.3847/1538-3881/abd414",
    "Archinal et al. 2018 (IAU 2015 rotations), doi:10.1007/s10569-017-9805-5",
    "Genova et al. 2016 (GMM-3), doi:10.1016/j.icarus.2016.02.050",
    "Tapley, Schutz & Born 2004, Statistical Orbit Determination",
]


def record(phase, found, given: Given) -> Outcome:
    """Turn a reconstruction into the phase's outcome and write OEM, SPK and tables."""
    ephemeris = default_ephemeris()
    given.progress.update(0.9, "exchange files")
    craft = given.mission.spacecraft
    tables = tabulate(found.trajectory)
    write_oem(
        given.folder / "trajectory.oem",
        tables,
        object_name=craft.name.upper(),
        object_id=craft.designator or str(craft.naif_id),
    )
    write_spk(
        given.folder / "trajectory.bsp",
        tables,
        naif_id=craft.naif_id,
        name=craft.name,
        comments=["Reconstructed from state vectors; see the run's report."],
    )
    manoeuvres = manoeuvre_table(phase, found)
    _write_csv(manoeuvres, given.folder / "manoeuvres.csv")
    products = {
        "trajectory": trajectory_product(found),
        "path": path_table(found.trajectory, ephemeris),
        "manoeuvres": manoeuvres,
        "residuals": residual_table(found, ephemeris),
        "bplane": bplane_table(found),
        "orbits": orbit_table(found.trajectory, ephemeris),
    }
    return Outcome(
        products=products,
        summary=summary(phase, found),
        sentence=_sentence(found),
        assumptions=_assumptions(phase, found),
        citations=CITATIONS,
    )


def trajectory_product(found) -> xr.Dataset:
    """The path, with what later phases go on from: sunlight's pressure and how sure the aim is.

    `aim_covariance` is that (3, 3) [m2] of B·T, B·R and the way along the incoming asymptote, row
    after row; a craft that is late is behind by its speed at infinity times the delay.
    """
    lever = np.diag([1.0, 1.0, -np.sqrt(found.arrival.orbit.c3)])
    rows = [0, 1, 3]
    aim = lever @ found.arrival_covariance[np.ix_(rows, rows)] @ lever
    return found.trajectory.to_dataset().assign_attrs(
        solar_pressure_1au=found.pressure.acceleration,
        solar_pressure_1au_sigma=found.pressure.sigma,
        aim_covariance=aim.ravel(),
    )


def _sentence(found) -> str:
    arrival = found.arrival_raw
    return (
        f"left Earth with C3 {found.departure.orbit.c3 / 1e6:.2f} km²/s², "
        f"{len(found.fit.manoeuvres)} manoeuvres, reaches Mars "
        f"{arrival.epoch.isot(digits=0)} UTC at {arrival.radius / 1e3:.0f} km from its centre"
    )


def _assumptions(phase, found) -> list[str]:
    fitted = sorted({v.quality for v in found.vectors if v.quality in found.fit.qualities})
    return [
        "The craft is a sphere to sunlight: one value of solar pressure for the whole cruise.",
        "Manoeuvres are impulses in the joined path"
        + (f"; {phase.burn.manoeuvre} is also fitted as a finite burn." if phase.burn else "."),
        f"Only vectors of quality {' and '.join(fitted)} are fitted; the others are compared.",
        "Asteroids, thermal recoil and attitude jets are left out.",
        "The spacecraft id in OEM and SPK is a private one; no public kernel names the craft.",
        f"Epochs use the {found.trajectory.start.tdb_model!r} model of TDB.",
    ]


def path_table(path: Trajectory, ephemeris: Ephemeris) -> xr.Dataset:
    """The path every six hours and at both ends: ecliptic positions, distances, speeds."""
    times = _path_times(path)
    turn = rotation("J2000", "ECLIPJ2000", path.start)
    craft = path.at(times, wrt="sun", ephemeris=ephemeris)
    data: dict[str, Any] = {
        "et": ("time", times.et),
        "craft_position": (("time", "xyz"), craft[:, :3] @ turn.T),
        "craft_velocity": (("time", "xyz"), craft[:, 3:] @ turn.T),
        "sun_distance": ("time", np.linalg.norm(craft[:, :3], axis=1)),
        "speed_sun": ("time", np.linalg.norm(craft[:, 3:], axis=1)),
    }
    for name in ("earth", "moon", "mars"):
        world = ephemeris.state(name, wrt="sun", at=times)
        data[f"{name}_position"] = (("time", "xyz"), world[:, :3] @ turn.T)
        data[f"{name}_distance"] = ("time", np.linalg.norm((craft - world)[:, :3], axis=1))
        data[f"speed_{name}"] = ("time", np.linalg.norm((craft - world)[:, 3:], axis=1))
    units = {"position": "m", "distance": "m", "velocity": "m s-1", "speed": "m s-1"}
    result = xr.Dataset(data, coords={"time": times.datetime64, "xyz": ["x", "y", "z"]})
    for each, variable in result.data_vars.items():
        variable.attrs["units"] = next((u for k, u in units.items() if k in str(each)), "s")
    result.attrs["frame"] = "ECLIPJ2000, centre Sun"
    return result


def _path_times(path: Trajectory) -> Epoch:
    """Every six hours, and minutes near the two planets."""
    length = float(path.stop - path.start)
    near = np.geomspace(60.0, PATH_STEP, 60)
    offsets = np.concatenate(
        [[0.0], near, np.arange(2 * PATH_STEP, length - PATH_STEP, PATH_STEP),
         (length - near)[::-1], [length]]
    )  # fmt: skip
    return path.start + offsets


def manoeuvre_table(phase, found) -> xr.Dataset:
    """Every manoeuvre: joined fit, then the impulse of its two coasts, then the finite burns."""
    rows = []
    for i, (part, fitted, pair) in enumerate(
        zip(phase.manoeuvre, found.fit.manoeuvres, found.impulses, strict=True)
    ):
        common = {"name": part.name, "published_dv": part.published_dv or np.nan}
        rows.append(
            common
            | {
                "model": "impulsive", "basis": "all vectors joined", "epoch": fitted.epoch,
                "dv": fitted.dv, "sigma": dv_sigma(found, i),
                "epoch_sigma": fitted.epoch_sigma, "miss": np.nan,
            }
        )  # fmt: skip
        rows.append(
            common
            | {
                "model": "impulsive", "basis": f"{part.before} and {part.after}",
                "epoch": pair.epoch, "dv": pair.dv, "sigma": np.nan, "epoch_sigma": np.nan,
                "miss": float(np.linalg.norm(pair.miss)),
            }
        )  # fmt: skip
    for name, burn in found.burns:
        rows.append(
            {
                "name": phase.burn.manoeuvre, "model": "finite",
                "basis": f"{phase.burn.before} and {name}", "epoch": burn.start, "dv": burn.dv,
                "sigma": phase.burn.thrust / burn.mass_after * burn.duration_sigma,
                "epoch_sigma": burn.start_sigma,
                "miss": float(np.linalg.norm(burn.miss[:3])), "thrust": phase.burn.thrust,
                "duration": burn.duration, "duration_sigma": burn.duration_sigma,
                "mass_after": burn.mass_after,
                "published_dv": next(
                    (m.published_dv for m in phase.manoeuvre if m.name == phase.burn.manoeuvre),
                    None,
                ) or np.nan,
            }
        )  # fmt: skip
    return _manoeuvre_dataset(rows)


def _manoeuvre_dataset(rows: list[dict]) -> xr.Dataset:
    text = {k: ("manoeuvre", np.array([r[k] for r in rows], object))
            for k in ("name", "model", "basis")}  # fmt: skip
    units = {
        "sigma": "m s-1", "epoch_sigma": "s", "published_dv": "m s-1", "miss": "m",
        "thrust": "N", "duration": "s", "duration_sigma": "s", "mass_after": "kg",
    }  # fmt: skip
    numbers = {
        k: ("manoeuvre", np.array([r.get(k, np.nan) for r in rows], float), {"units": u})
        for k, u in units.items()
    }
    vectors = np.array([r["dv"] for r in rows])
    return xr.Dataset(
        {
            **text,
            "time": ("manoeuvre", np.array([r["epoch"].datetime64 for r in rows])),
            "et": ("manoeuvre", np.array([float(r["epoch"].et) for r in rows]), {"units": "s"}),
            "dv": ("manoeuvre", np.linalg.norm(vectors, axis=1), {"units": "m s-1"}),
            "dv_vector": (("manoeuvre", "xyz"), vectors, {"units": "m s-1", "frame": "J2000"}),
            **numbers,
        },
        coords={"xyz": ["x", "y", "z"]},
    )


def _write_csv(table: xr.Dataset, path: Path) -> None:
    """Write the manoeuvres as CSV, one row each, units in the heads."""
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(
            ["name", "model", "basis", "epoch_utc", "dv_m_s", "dv_x_m_s", "dv_y_m_s", "dv_z_m_s",
             "sigma_m_s", "epoch_sigma_s", "duration_s", "miss_km", "published_m_s"]
        )  # fmt: skip
        for i in range(table.sizes["manoeuvre"]):
            row = table.isel(manoeuvre=i)
            numbers = [float(row[k]) for k in ("sigma", "epoch_sigma", "duration")]
            writer.writerow(
                [str(row["name"].item()), str(row["model"].item()), str(row["basis"].item()),
                 str(Epoch.et(float(row["et"])).utc), f"{float(row['dv']):.4f}",
                 *[f"{float(x):.4f}" for x in row["dv_vector"]],
                 *["" if np.isnan(x) else f"{x:.3g}" for x in numbers],
                 f"{float(row['miss']) / 1e3:.3f}" if np.isfinite(row["miss"]) else "",
                 f"{float(row['published_dv']):.3f}" if np.isfinite(row["published_dv"]) else ""]
            )  # fmt: skip


def residual_table(found, ephemeris: Ephemeris) -> xr.Dataset:
    """The joined path against every real vector, fitted or not (path minus vector)."""
    inside = [v for v in found.vectors if float(v.epoch - found.trajectory.start) >= 0.0]
    rows = np.array(
        [found.trajectory.at(v.epoch, wrt="sun", ephemeris=ephemeris) - v.state for v in inside]
    )
    used = ["fitted" if v.quality in found.fit.qualities else
            "predicted" if v.quality == "predicted" else "not used" for v in inside]  # fmt: skip
    first = float(found.fit.start.epoch.et)
    used = [u if float(v.epoch.et) >= first else "not used"
            for u, v in zip(used, inside, strict=True)]  # fmt: skip
    return xr.Dataset(
        {
            "name": ("vector", np.array([v.name for v in inside], object)),
            "event": ("vector", np.array([v.event for v in inside], object)),
            "quality": ("vector", np.array([v.quality for v in inside], object)),
            "used": ("vector", np.array(used, object)),
            "time": ("vector", np.array([v.epoch.datetime64 for v in inside])),
            "et": ("vector", np.array([float(v.epoch.et) for v in inside]), {"units": "s"}),
            "position_residual": (("vector", "xyz"), rows[:, :3], {"units": "m"}),
            "velocity_residual": (("vector", "xyz"), rows[:, 3:], {"units": "m s-1"}),
            "position_norm": ("vector", np.linalg.norm(rows[:, :3], axis=1), {"units": "m"}),
            "velocity_norm": ("vector", np.linalg.norm(rows[:, 3:], axis=1), {"units": "m s-1"}),
        },
        coords={"xyz": ["x", "y", "z"]},
        attrs={"frame": "J2000", "sense": "joined path minus vector"},
    )


def bplane_table(found) -> xr.Dataset:
    """Aim points of the joined path and of the last vector alone, with covariance."""
    cases = [
        ("joined fit", found.arrival, found.arrival_covariance),
        ("last vector alone", found.arrival_raw, found.arrival_raw_covariance),
    ]
    mars = body("mars")
    gm, radius = float(mars.gm), float(mars.radii[0])
    c3 = found.arrival.orbit.c3
    return xr.Dataset(
        {
            "case": ("case", np.array([c[0] for c in cases], object)),
            "b_t": ("case", [c[1].b_t for c in cases], {"units": "m"}),
            "b_r": ("case", [c[1].b_r for c in cases], {"units": "m"}),
            "covariance": (
                ("case", "axis", "axis2"), np.array([c[2][:2, :2] for c in cases]),
                {"units": "m2"},
            ),
            "b_magnitude": (
                "case", [float(np.hypot(c[1].b_t, c[1].b_r)) for c in cases], {"units": "m"},
            ),
            "v_infinity": ("case", [float(np.sqrt(c[1].orbit.c3)) for c in cases],
                           {"units": "m s-1"}),
            "periapsis_radius": ("case", [c[1].radius for c in cases], {"units": "m"}),
            "periapsis_radius_sigma": (
                "case", [float(np.sqrt(c[2][2, 2])) for c in cases], {"units": "m"},
            ),
            "periapsis_time": ("case", np.array([c[1].epoch.datetime64 for c in cases])),
            "periapsis_time_sigma": (
                "case", [float(np.sqrt(c[2][3, 3])) for c in cases], {"units": "s"},
            ),
            "impact_radius": ((), impact_radius(c3, gm, radius), {"units": "m"}),
            "capture_radius": (
                (), impact_radius(c3, gm, radius + ATMOSPHERE_TOP),
                {"units": "m", "comment": "|B| that grazes the atmosphere at 125 km"},
            ),
            "planet_radius": ((), radius, {"units": "m"}),
        },
        attrs={"axes": "T in the mean equator of Mars of date, R = S x T"},
    )  # fmt: skip


def orbit_table(path: Trajectory, ephemeris: Ephemeris) -> xr.Dataset:
    """One whole turn of Earth and of Mars about the Sun, ecliptic J2000, for the path viewer."""
    turn = rotation("J2000", "ECLIPJ2000", path.start)
    steps = np.linspace(0.0, 1.0, 361)
    data = {}
    for name, period in (("earth", 365.256), ("mars", 686.98)):
        times = path.start + steps * period * 86400.0
        states = ephemeris.state(name, wrt="sun", at=times)
        data[f"{name}_orbit"] = (("step", "xyz"), states[:, :3] @ turn.T, {"units": "m"})
    return xr.Dataset(
        data, coords={"xyz": ["x", "y", "z"]}, attrs={"frame": "ECLIPJ2000, centre Sun"}
    )
