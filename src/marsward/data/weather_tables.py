"""Weather measured on Mars, read from the tables of its landers into one form.

REMS of Curiosity (daily table and MODRDR), MEDA of Perseverance, APSS and radiometer of InSight,
and Viking. Whatever the table, what comes back is a Dataset on `time` with the coordinates of
`mars_axis`, `mission_sol`, the place, and of `pressure` [Pa], `air_temperature`,
`surface_temperature` [K], `wind_speed` [m/s], `wind_from_direction` [degrees], `relative_humidity`
[1] and their errors (`…_sigma`) what the table holds; several sensors of one kind stand on
`sensor`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from inspect import signature
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import xarray as xr

from marsward.core.asked import check_options, file_path
from marsward.core.errors import DataError, InputError
from marsward.core.registry import unknown
from marsward.data.weather_insight import read_insight, read_insight_radiometer
from marsward.data.weather_meda import read_meda
from marsward.data.weather_rems import MODRDR_COLUMNS, read_rems_daily, read_rems_table
from marsward.data.weather_text import clock_hours, text_lines
from marsward.data.weather_viking import read_viking_daily, read_viking_table

__all__ = ["WEATHER_KINDS", "read_weather"]

_READERS: dict[str, Callable[..., xr.Dataset]] = {
    "rems-daily": read_rems_daily,
    "rems-table": read_rems_table,
    "meda": read_meda,
    "insight": read_insight,
    "insight-radiometer": read_insight_radiometer,
    "viking-daily": read_viking_daily,
    "viking-table": read_viking_table,
}
WEATHER_KINDS = MappingProxyType(
    {name: (reader.__doc__ or "").splitlines()[0] for name, reader in _READERS.items()}
)
"""Kinds of tables that `read_weather` knows, with a sentence each."""


def read_weather(
    path: str | Path | Sequence[str | Path], kind: str | None = None, **options: Any
) -> xr.Dataset:
    """Weather from a lander's table, or from several of one lander in the order of time.

    Parameters
    ----------
    path : of the table, gzipped or not, or a list of paths
    kind : one of `WEATHER_KINDS`; found from the name and the first lines when left out
    **options : of the kind's reader, such as lander="viking-2"

    Raises
    ------
    InputError : no such file, what is no path, or an unknown kind or option
    DataError : a table that is none of them, or is damaged; the sentence names file and line
    """
    if kind is not None and (not isinstance(kind, str) or kind not in _READERS):
        raise InputError(unknown("kind of weather table", kind, _READERS))
    if isinstance(path, Iterable) and not isinstance(path, str | bytes | os.PathLike):
        return _joined([read_weather(each, kind, **options) for each in path])
    path = file_path(path, "table of weather")
    if not path.is_file():
        raise InputError(f"there is no table of weather {path}")
    found = kind or _kind_of(path)
    reader = _READERS[found]
    check_options(options, set(signature(reader).parameters) - {"path"}, f"a {found} table")
    return reader(path, **options)


def _joined(parts: list[xr.Dataset]) -> xr.Dataset:
    """Tables of one lander on one axis of time; where a table has no such sensor, NaN."""
    if not parts:
        raise InputError("a list of tables of weather is empty; name one or more")
    missions = sorted({str(part.attrs["mission"]) for part in parts})
    if len(missions) > 1:
        raise InputError(f"tables of {' and '.join(missions)} make no record of one place")
    if len(parts) == 1:
        return parts[0]
    whole = xr.concat(
        parts, dim="time", data_vars="all", coords="minimal", compat="override", join="outer",
        combine_attrs="drop_conflicts",
    ).sortby("time")  # fmt: skip
    times = whole["time"].values
    if np.any(times[1:] == times[:-1]):
        again = times[1:][times[1:] == times[:-1]][0]
        raise DataError(
            f"two tables of {missions[0]} have rows at {again} (TT); tables of one list must not "
            "overlap: read them one by one and join them with xarray.merge"
        )
    return whole


def _kind_of(path: Path) -> str:
    name = path.name.lower()
    if re.match(r"hp3_rad_(cal|der)_.*\.(tab|xml)$", name):
        return "insight-radiometer"
    if name.endswith(".lbl"):
        return "viking-table"
    lines = [line for line in text_lines(path, "table of weather") if line.strip()]
    head = [word.strip().strip('"') for word in lines[0].split(",")]
    held = set(head)
    if {"SCLK", "LMST", "LTST"} <= held and "UTC" not in held:
        return "meda"
    if "UTC" in held and any(w == "PRESSURE" or w[:4] in ("BMY_", "BPY_") or "WIND" in w
                             for w in held):  # fmt: skip
        return "insight"
    if {"sol", "pressure", "min_temp"} <= held:
        return "rems-daily"
    if lines[0].replace('"', "").strip()[:3] in ("VL1", "VL2"):
        return "viking-daily"
    if len(head) == len(MODRDR_COLUMNS) and clock_hours(head[1]) is not None:
        return "rems-table"
    raise DataError(
        f"{path} is no table of weather that is known here ({', '.join(_READERS)}); its first line "
        f"begins {lines[0][:60]!r}"
    )
