"""Orbits and attitude of a run as OEM, SPK, CSV, CK, CZML and Cosmographia catalogue."""

from __future__ import annotations

import csv as table
import io
import itertools
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING

from marsward.cli.export_job import ORBITS, Job, Writer
from marsward.core.errors import DataError, InputError

if TYPE_CHECKING:
    from marsward.core.time import Epoch
    from marsward.core.trajectory import Trajectory

_ATTITUDE_STEP = 4.0  # s; a nadir attitude between its samples is then known to 2e-6 rad
_BODIES = {
    3: "the Earth-Moon barycentre (3)", 4: "the Mars barycentre (4)", 10: "the Sun (10)",
    399: "the Earth (399)",
}  # fmt: skip
_CSV_HEAD = (
    "utc", "et_s", "centre_naif_id", "x_km", "y_km", "z_km", "vx_km_s", "vy_km_s", "vz_km_s",
    "mass_kg",
)  # fmt: skip


def _oem(job: Job) -> list[Path]:
    from marsward.data.oem import write_oem

    return [
        write_oem(
            job.folder / f"{name}.oem",
            job.trajectory(name),
            object_name=job.craft.name,
            object_id=job.craft.designator or str(job.craft.naif_id),
            time_system=job.time_system,
            every=job.step,
        )
        for name in job.trajectories
    ]


def _spk(job: Job) -> list[Path]:
    from marsward.data.spk_writer import write_spk

    name = job.craft.name[:24]
    label = name if name.isascii() else ""
    job.notes += [_furnish(each, job.trajectory(each)) for each in job.trajectories]
    return [
        write_spk(
            job.folder / f"{each}.bsp",
            job.trajectory(each),
            naif_id=job.craft.naif_id,
            name=label,
            every=job.step,
        )
        for each in job.trajectories
    ]


def _furnish(name: str, flight: Trajectory) -> str:
    """What the states of a kernel are relative to, and which other kernels it asks for."""
    centres = {4 if each == 499 else each for each in flight.centre.tolist()}
    bodies = ", ".join(_BODIES.get(each, f"body {each}") for each in sorted(centres))
    held = ", which the flight took for the centre of Mars" if 4 in centres else ""
    return (
        f"{name}.bsp: relative to {bodies}{held}; furnish with it a planetary ephemeris, such as "
        "de440.bsp, and leap seconds, such as naif0012.tls"
    )


def _csv(job: Job) -> list[Path]:
    return [_states(job, name) for name in job.trajectories]


def _states(job: Job, name: str) -> Path:
    from marsward.core.time import Epoch
    from marsward.mission.store import write_text

    trajectory = job.trajectory(name)
    step = 3600.0 if job.step is None else job.step
    epochs = Epoch.range(trajectory.start, trajectory.stop, every=step)
    if float(trajectory.stop - epochs[-1]) > 1e-3 * step:
        epochs = Epoch.stack([*epochs, trajectory.stop])
    states = 1e-3 * trajectory.at(epochs)
    centres = trajectory.centre_at(epochs)
    masses = trajectory.mass_at(epochs)
    text = io.StringIO()
    rows = table.writer(text, lineterminator="\n")
    rows.writerow(_CSV_HEAD)
    instants = zip(epochs.isot("utc", 6), epochs.et, strict=True)
    for (utc, et), centre, state, mass in zip(instants, centres, states, masses, strict=True):
        numbers = [repr(float(each)) for each in state]
        numbers.append(repr(float(mass)) if math.isfinite(mass) else "")
        rows.writerow([utc, f"{et:.6f}", int(centre), *numbers])
    return write_text(job.folder / f"{name}.csv", text.getvalue())


def _czml(job: Job) -> list[Path]:
    from marsward.data.czml import write_czml

    name = job.mapping_orbit
    rings = []
    if job.orbit is not None:
        from marsward.cli.export_footprints import rings_of

        rings = rings_of(job, job.orbit)
    path, error = write_czml(
        job.folder / f"{name}.czml",
        job.trajectory(name),
        name=job.craft.name,
        frame=job.frame,
        every=job.step,
        rings=rings,
    )
    job.notes.append(f"{path.name}: interpolation between its nodes holds to {error:.2g} m")
    return [path]


def _cosmographia(job: Job) -> list[Path]:
    from marsward.data.cosmographia import Sensor, write_cosmographia

    name = job.mapping_orbit
    sensors = []
    if job.maps.get("camera"):
        across, along = (2.0 * math.degrees(each) for each in job.camera.footprint_angles)
        sensors = [Sensor(str(job.maps["camera"]), across, along)]
    paths, error = write_cosmographia(
        job.folder / f"{name}-cosmographia.json",
        job.trajectory(name),
        name=job.craft.name,
        sensors=sensors,
        every=job.step,
    )
    job.notes.append(f"{paths[0].name}: cubic interpolation of its states holds to {error:.2g} m")
    return paths


def _ck(job: Job) -> list[Path]:
    from marsward.data.ck_writer import write_ck
    from marsward.dynamics.ephemeris import default_ephemeris
    from marsward.geometry.attitude_laws import law_of

    said = job.dataset("frames").attrs["attitude"]
    step = job.step or _ATTITUDE_STEP
    when = _imaging_epochs(job, step)
    law, flight, ephemeris = law_of(str(said)), job.trajectory("orbit"), default_ephemeris()
    name = re.sub(r"[^A-Z0-9]+", "_", job.craft.name.upper()).strip("_")[:18] or "CRAFT"
    pointing = write_ck(
        job.folder / "attitude.bc",
        when,
        law.at(flight, when, ephemeris=ephemeris),
        naif_id=job.craft.naif_id,
        name=f"{name}_CAMERA",
        angular_velocity=law.angular_velocity(flight, when, ephemeris=ephemeris),
        longest_gap=1.5 * step,
        comments=[
            f"Camera over each imaging orbit by the law {said}: +z is its boresight.",
            f"Exact at the frames and at steps of at most {step:g} s between them; "
            "in between the toolkit turns at a steady rate.",
        ],
    )
    return list(pointing)


def _check_attitude(job: Job) -> None:
    if "orbit" not in job.run:
        job.require("ck", ("orbit",))
    if "attitude" not in job.dataset("frames").attrs:
        raise DataError(
            f"the frames of {job.run.path} do not say how the camera was turned; make them again "
            f"with: marsward run {job.mission} --only map --out {job.run.path}"
        )


def _check_about_mars(job: Job) -> None:
    from marsward.data.czml import MARS_CENTRES

    name = job.mapping_orbit
    others = set(job.trajectory(name).centre.tolist()) - set(MARS_CENTRES)
    if others:
        raise InputError(
            f"--product {name} is relative to body {min(others)} somewhere; give an orbit about "
            "Mars, such as orbit"
        )


def _check_czml(job: Job) -> None:
    _check_about_mars(job)
    if job.orbit is not None:
        from marsward.cli.export_footprints import frames_of

        if "frames" not in job.run:
            job.require("footprints in the CZML (--orbit)", ("frames",))
        frames_of(job, job.orbit)
        job.camera  # noqa: B018  (says what the mission lacks)


def _check_cosmographia(job: Job) -> None:
    _check_about_mars(job)
    if job.maps.get("camera"):
        job.camera  # noqa: B018  (says what the mission lacks)


def _imaging_epochs(job: Job, step: float) -> Epoch:
    """Every frame, and even steps of at most `step` [s] between the frames of an orbit."""
    import numpy as np

    from marsward.core.time import Epoch

    frames = job.dataset("frames")
    et, number = frames["et"].values, frames["orbit"].values
    pieces = []
    for each in np.unique(number):
        mine = np.unique(et[number == each])
        for first, last in itertools.pairwise(mine.tolist()):
            parts = max(1, math.ceil((last - first) / step))
            pieces.append(np.linspace(first, last, parts, endpoint=False))
        pieces.append(mine[-1:])
    return Epoch.et(np.unique(np.concatenate(pieces)))


oem = Writer(_oem, ORBITS)
spk = Writer(_spk, ORBITS)
csv = Writer(_csv, ORBITS)
ck = Writer(_ck, ("frames",), lambda job: ("frames", "orbit"), _check_attitude)
czml = Writer(_czml, ORBITS[1:], check=_check_czml)
cosmographia = Writer(_cosmographia, ORBITS[1:], check=_check_cosmographia)
