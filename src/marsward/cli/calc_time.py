"""`calc time`: one instant on every clock, of Earth and of Mars."""

from __future__ import annotations

import json as json_text
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from marsward.core.errors import DataError, InputError

if TYPE_CHECKING:
    from marsward.core.time import Epoch


def calc_time(
    when: str = "now",
    *,
    lon: float = 0.0,
    tdb_model: str = "spice",
    beyond_leapseconds: bool = False,
    json: bool = False,
) -> None:
    """Show an instant as UTC, TAI, TT, TDB and ET, and as season and time of day on Mars.

    Parameters
    ----------
    when
        ISO time, UTC unless it ends in TAI, TT or TDB, such as "2020-07-27T05:14:35"; "now" by
        default.
    lon
        East longitude on Mars in degrees, for local mean and true solar time.
    tdb_model
        "spice" (NAIF, 30 microseconds) or "fairhead-bretagnon" (ERFA).
    beyond_leapseconds
        Read UTC past the end of the leap-seconds kernel as if no leap second came.
    json
        Print JSON instead of a table.

    Raises
    ------
    InputError
        When the time, the longitude or the model cannot be read.
    DataError
        When UTC is asked for past the end of the leap-seconds kernel.
    """
    rows = clock_rows(_epoch(when, tdb_model, beyond_leapseconds), lon)
    if json:
        print(json_text.dumps({key: value for key, _, value, _ in rows}, ensure_ascii=False))
        return
    width = max(len(label) for _, label, _, _ in rows)
    for key, label, value, text in rows:
        if key == "tdb_model":  # stands beside TDB already
            continue
        print(f"{label:<{width}}  {'unknown' if value is None else text}")


def clock_rows(epoch: Epoch, lon: float) -> list[tuple[str, str, Any, str]]:
    """Key, label, value and shown text of every clock of one epoch at east longitude [deg]."""
    if not math.isfinite(lon) or not -360.0 <= lon <= 360.0:
        raise InputError(f"lon is {lon}: give an east longitude in degrees between -360 and 360")
    day, part = epoch.jd
    east = lon % 360.0
    rows: list[tuple[str, str, Any, str]] = []
    utc = _known(epoch)
    rows.append(("utc", "UTC", utc, str(utc)))
    for scale in ("tai", "tt", "tdb"):
        note = f"  ({epoch.tdb_model} model)" if scale == "tdb" else ""
        text = epoch.isot(scale, 6)
        rows.append((scale, scale.upper(), text, text + note))
    rows.append(("tdb_model", "TDB model", epoch.tdb_model, epoch.tdb_model))
    rows.append(("et", "ET", float(epoch.et), f"{epoch.et:.6f} s past J2000 (TDB)"))
    rows.append(("jd_tdb", "JD", float(day + part), f"{day + part:.8f} (TDB)"))
    rows.append(("ls", "Ls", float(epoch.ls), f"{epoch.ls:.4f} deg"))
    rows.append(("mars_year", "Mars year", int(epoch.mars_year), f"{epoch.mars_year}"))
    rows.append(("sol", "Sol", int(epoch.sol), f"{epoch.sol} of the Mars year (Ls 0 is sol 0)"))
    rows.append(("msd", "MSD", float(epoch.msd), f"{epoch.msd:.5f}"))
    rows.append(("mtc", "MTC", float(epoch.mtc), clock(epoch.mtc)))
    rows.append(("lon", "East longitude", east, f"{east:g} deg"))
    mean, true = float(epoch.lmst(east)), float(epoch.ltst(east))
    rows.append(("lmst", "LMST", mean, clock(mean)))
    rows.append(("ltst", "LTST", true, clock(true)))
    if epoch.assumptions:
        rows.append(("assumption", "Assumed", epoch.assumptions[0], epoch.assumptions[0]))
    return rows


def clock(hours: float) -> str:
    """Hours as HH:MM:SS, rounded to the second, 24:00:00 shown as 00:00:00."""
    second = round(float(hours) * 3600.0) % 86_400
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}:{second % 60:02d}"


def _epoch(when: str, tdb_model: str, beyond: bool) -> Epoch:
    from marsward.core.time import Epoch

    if when.strip().lower() == "now":
        return Epoch.utc(datetime.now(UTC), tdb_model=tdb_model, beyond_leapseconds=beyond)
    if beyond:
        return Epoch.utc(when, tdb_model=tdb_model, beyond_leapseconds=True)
    return Epoch.parse(when, tdb_model=tdb_model)


def _known(epoch: Epoch) -> str | None:
    """UTC text to the microsecond, or None where the leap seconds are not known."""
    try:
        return epoch.isot("utc", 6)
    except (DataError, InputError):
        return None
