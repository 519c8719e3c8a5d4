"""`marsward export`: a run's trajectory as files that other tools read."""

from __future__ import annotations

import csv
import io
import math
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marsward.core.errors import InputError

if TYPE_CHECKING:
    from marsward.core.trajectory import Trajectory

FORMATS = ("oem", "spk", "csv")
_CSV_HEAD = (
    "utc", "et_s", "centre_naif_id", "x_km", "y_km", "z_km", "vx_km_s", "vy_km_s", "vz_km_s",
    "mass_kg",
)  # fmt: skip


def export(
    run: Path,
    /,
    *,
    as_: str = "oem,spk,csv",
    out: Path | None = None,
    product: str = "trajectory",
    every: str | None = None,
    time_system: str = "UTC",
) -> int:
    """Write a run's trajectory as OEM, SPK or CSV.

    Parameters
    ----------
    run
        Folder of a run, or its name in runs/.
    as_
        Formats, with commas between: oem, spk, csv.
    out
        Folder to write to; the folder `export` in the run when left out.
    product
        Which trajectory of the run.
    every
        Fixed step, such as "10 min"; when left out, OEM and SPK place their points by accuracy
        and CSV takes one each hour.
    time_system
        Of the OEM: UTC, TAI, TT or TDB.
    """
    from marsward.core.product import cannot_write
    from marsward.core.quantity import parse
    from marsward.core.trajectory import Trajectory
    from marsward.mission.store import Run

    formats = _formats(as_)
    opened = Run.open(run)
    trajectory = Trajectory.from_dataset(opened[product].dataset)
    step = None if every is None else parse(every, "s", name="every")
    if step is not None and step <= 0.0:
        raise InputError(f"every is {every}; give a step longer than nothing")
    folder = out if out is not None else opened.path / "export"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    craft = _craft(opened.path)
    for each in formats:
        path = folder / f"{product}.{_SUFFIX[each]}"
        print(_WRITERS[each](path, trajectory, craft, step, time_system))
    return 0


def _formats(text: str) -> list[str]:
    from marsward.core.registry import unknown

    wanted = [each.strip().lower() for each in text.split(",") if each.strip()]
    for each in wanted:
        if each not in FORMATS:
            raise InputError(f"--as: {unknown('format', each, FORMATS)}")
    if not wanted:
        raise InputError(f"--as names no format; choose of: {', '.join(FORMATS)}")
    return wanted


def _craft(folder: Path) -> dict[str, Any]:
    """Name and NAIF id of the spacecraft, as the mission file of the run has them."""
    data = tomllib.loads((folder / "mission.toml").read_text(encoding="utf-8"))
    craft = data.get("spacecraft", {})
    return {
        "name": str(craft.get("name", data.get("name", "spacecraft"))),
        "naif_id": int(craft.get("naif_id", -999)),
        "designator": str(craft.get("designator", "")),
    }


def _oem(
    path: Path, trajectory: Trajectory, craft: dict[str, Any], every: float | None, system: str
) -> Path:
    from marsward.data.oem import write_oem

    return write_oem(
        path,
        trajectory,
        object_name=craft["name"],
        object_id=craft["designator"] or str(craft["naif_id"]),
        time_system=system,
        every=every,
    )


def _spk(
    path: Path, trajectory: Trajectory, craft: dict[str, Any], every: float | None, system: str
) -> Path:
    from marsward.data.spk_writer import write_spk

    name = craft["name"][:24]
    label = name if name.isascii() else ""
    return write_spk(path, trajectory, naif_id=craft["naif_id"], name=label, every=every)


def _csv(
    path: Path, trajectory: Trajectory, craft: dict[str, Any], every: float | None, system: str
) -> Path:
    from marsward.core.time import Epoch
    from marsward.mission.store import write_text

    step = 3600.0 if every is None else every
    epochs = Epoch.range(trajectory.start, trajectory.stop, every=step)
    if float(trajectory.stop - epochs[-1]) > 1e-3 * step:
        epochs = Epoch.stack([*epochs, trajectory.stop])
    states = 1e-3 * trajectory.at(epochs)
    centres = trajectory.centre_at(epochs)
    masses = trajectory.mass_at(epochs)
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_CSV_HEAD)
    instants = zip(epochs.isot("utc", 6), epochs.et, strict=True)
    for (utc, et), centre, state, mass in zip(instants, centres, states, masses, strict=True):
        numbers = [repr(float(each)) for each in state]
        numbers.append(repr(float(mass)) if math.isfinite(mass) else "")
        rows.writerow([utc, f"{et:.6f}", int(centre), *numbers])
    return write_text(path, text.getvalue())


_SUFFIX = {"oem": "oem", "spk": "bsp", "csv": "csv"}
_WRITERS: dict[str, Callable[..., Path]] = {"oem": _oem, "spk": _spk, "csv": _csv}
