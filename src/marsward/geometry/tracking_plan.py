"""A list of tracking measurements: what, when, from where; made or still to be made."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.time import Epoch
from marsward.dynamics.sites import Site

__all__ = ["KINDS", "STATE_KINDS", "epochs_of", "measurement_plan", "sites_of"]

KINDS = (
    "range", "doppler", "delta-dor", "right-ascension", "declination",
    "x", "y", "z", "vx", "vy", "vz",
)  # fmt: skip
"""Of a measurement: range [m], mean range rate [m/s], delay between stations [s], direction of a
body from the craft, J2000 [rad]; and components of a state relative to the Sun [m, m/s]."""
STATE_KINDS = KINDS[5:]

add_fields(
    FieldRow("et_whole", "s", "whole TDB second past J2000 of the measurement's time tag"),
    FieldRow("et_fraction", "s", "seconds past the whole one", low=0.0, high=1.0),
    FieldRow("count_time", "s", "time over which Doppler is counted", low=0.0),
    FieldRow("site_lon", "degrees_east", "east longitude of a station", low=-360.0, high=360.0),
    FieldRow("site_lat", "degrees_north", "planetodetic latitude of a station", low=-90, high=90),
    FieldRow("site_height", "m", "height of a station above the ellipsoid"),
    FieldRow("site_mask", "degree", "elevation below which a station sees nothing"),
)


def measurement_plan(
    kind: Any,
    epoch: Epoch,
    *,
    sites: tuple[Site, ...] = (),
    station: Any = -1,
    second: Any = -1,
    count_time: Any = 0.0,
    track: Any = 0,
    target: Any = "",
) -> xr.Dataset:
    """A list of measurements to be made, as a Dataset over ``point``, ascending in time.

    Parameters
    ----------
    kind : (n,) of `KINDS`
    epoch : (n,) time tags: of reception on Earth (the middle of a Doppler count), or of the
        picture or state on board
    sites : stations
    station, second : (n,) places in ``sites``: who receives; who sends if another, or the other
        end of a baseline; -1 for none
    count_time : (n,) of Doppler [s]
    track : (n,) number of the pass: its errors are shared by its points
    target : (n,) body whose direction is seen

    Raises
    ------
    InputError : unknown kinds, stations missing, or a count of no length.
    """
    n = epoch.size
    epoch = epoch.reshape(-1)
    kinds = np.broadcast_to(np.asarray(kind, dtype="U15"), n)
    for name in np.unique(kinds):
        if name not in KINDS:
            raise InputError(
                f"no measurement is called {str(name)!r}; choose from {', '.join(KINDS)}"
            )
    a, b = (np.broadcast_to(np.asarray(x, dtype=np.int64), n) for x in (station, second))
    radio = np.isin(kinds, KINDS[:3])
    if np.any(radio & ((a < 0) | (a >= len(sites)))) or np.any(b >= len(sites)):
        raise InputError("range, Doppler and Delta-DOR need a station for each point")
    if np.any((kinds == "delta-dor") & ((b < 0) | (a == b))):
        raise InputError("Delta-DOR needs two different stations")
    count = np.broadcast_to(np.asarray(count_time, dtype=float), n)
    if np.any((kinds == "doppler") & ~(count > 0.0)):
        raise InputError("Doppler needs a count time above 0 s, such as 60 s")
    order = np.argsort(np.asarray(epoch - epoch.min()), kind="stable") if n else np.empty(0, int)
    columns = {
        "kind": kinds, "station": a, "second": b,
        "track": np.broadcast_to(np.asarray(track, dtype=np.int64), n),
        "target": np.broadcast_to(np.asarray(target, dtype="U15"), n),
    }  # fmt: skip
    out = xr.Dataset({key: ("point", values[order]) for key, values in columns.items()})
    out["et_whole"] = field("et_whole", np.asarray(epoch.whole, float)[order], "point")
    out["et_fraction"] = field("et_fraction", np.asarray(epoch.frac, float)[order], "point")
    out["count_time"] = field("count_time", count[order], "point")
    for name, values in (
        ("site_lon", [s.lon for s in sites]),
        ("site_lat", [s.lat for s in sites]),
        ("site_height", [s.height for s in sites]),
        ("site_mask", [s.mask for s in sites]),
    ):
        out[name] = field(name, np.array(values, dtype=float), "site")
    return out.assign_coords(site=[s.name for s in sites])


def epochs_of(plan: xr.Dataset) -> Epoch:
    """Time tags (n,) of a plan or of its measurements."""
    return Epoch(plan["et_whole"].values, plan["et_fraction"].values)


def sites_of(plan: xr.Dataset) -> tuple[Site, ...]:
    """Stations of a plan."""
    rows = zip(
        plan["site"].values, plan["site_lon"].values, plan["site_lat"].values,
        plan["site_height"].values, plan["site_mask"].values, strict=True,
    )  # fmt: skip
    return tuple(
        Site(str(name), float(lon), float(lat), float(h), float(mask), "earth")
        for name, lon, lat, h, mask in rows
    )
