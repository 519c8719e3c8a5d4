"""Radargrams of SHARAD: images, the geometry of their tracks and picked reflectors, read as files.

The US radargrams (Campbell & Phillips 2014, MRO-M-SHARAD-5-RADARGRAM) have 3600 delays 37.5 ns
apart and a column every 1/128 degree along the track. Delays count from a line 1800 samples above
the areoid of MOLA, so the areoid stands at sample 1800 of every column. Their browse images show
decibels, the whole scale of grey being 35 dB; the full product is one file of 32-bit reals.
"""

from __future__ import annotations

import csv
import gzip
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.errors import DataError, InputError, MarswardError
from marsward.core.time import Epoch

__all__ = [
    "DATUM_SAMPLE", "GREY_RANGE", "SAMPLES", "SAMPLE_SPACING", "read_picks", "read_radargram",
    "read_track_geometry",
]  # fmt: skip

SAMPLES = 3600
"""Delays of a US radargram."""
SAMPLE_SPACING = 37.5e-9
"""Between its delays [s]."""
DATUM_SAMPLE = 1800
"""Where the areoid stands (checked against the surface echo, see `retrieval.radargram_match`)."""
GREY_RANGE = 35.0
"""Decibels from black to white in a browse image; data set description of the archive."""

_GEOMETRY = (
    "column", "utc", "lat", "lon", "datum_radius", "spacecraft_radius", "radial_speed",
    "tangential_speed", "solar_zenith_angle", "phase_distortion",
)  # fmt: skip
_UNITS = {
    "lat": "degrees_north", "lon": "degrees_east", "datum_radius": "m", "spacecraft_radius": "m",
    "radial_speed": "m s-1", "tangential_speed": "m s-1", "solar_zenith_angle": "degree",
    "phase_distortion": "radian", "delay": "s", "et": "s",
}  # fmt: skip
_PICKS = 5
_FEWEST_ROWS = 2
_GREY_LEVELS = 255.0
_PLANET = (3300e3, 3500e3)  # m: what a radius of Mars is between


def read_radargram(path: str | Path) -> xr.Dataset:
    """A US radargram from its label, browse image (.jpg, .tif, .png) or data (.img).

    Parameters
    ----------
    path
        The PDS3 (.lbl) or PDS4 (.xml) label, or the image, beside which either label may stand.

    Returns
    -------
    Dataset (trace, delay)
        `echo_power` [dB] float32 above black of the browse image, or of the archive's arbitrary
        unit of power; `delay` [s] from the areoid; where there is a label `lon`, `lat` (trace), on
        the great circle between its ends, and `et`, at even steps.
        Attributes: product, orbit, kind ("browse" or "data"), datum, start, stop.

    Raises
    ------
    InputError
        No such file.
    DataError
        A truncated or foreign file, or an image of another size.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"there is no radargram file {path}")
    label_path, image = _pair(path)
    label = {} if label_path is None else _label(label_path)
    power, kind = _image(image)
    traces = power.shape[0]
    delay = (np.arange(SAMPLES) - DATUM_SAMPLE) * SAMPLE_SPACING
    coords: dict[str, Any] = {
        "delay": ("delay", delay, {"units": "s", "long_name": "two-way delay from the areoid"})
    }
    if label:
        coords |= _places(label, traces)
    attrs = {
        "product": label.get("product", image.stem), "kind": kind, "file": image.name,
        "orbit": label.get("orbit", ""), "start": label.get("start", ""),
        "stop": label.get("stop", ""), "sample_spacing": SAMPLE_SPACING,
        "datum": "areoid of MOLA at sample 1800",
        "source": "Campbell & Phillips 2014, MRO-M-SHARAD-5-RADARGRAM, NASA PDS",
    }  # fmt: skip
    unit = {"units": "dB", "long_name": "echo power"}
    return xr.Dataset({"echo_power": (("trace", "delay"), power, unit)}, coords, attrs)


def read_track_geometry(path: str | Path) -> xr.Dataset:
    """The geometry table of a US radargram, one row for each of its columns; plain or gzipped.

    Columns of the file: number, UTC, latitude, east longitude, radius of the datum [km], radius of
    the spacecraft [km], radial and tangential speed [m/s], solar zenith angle [deg], correction of
    the ionosphere's phase distortion. The radius called that of Mars is of the areoid: it follows
    the areoid of this package within some 50 m and the ground not at all.

    Returns
    -------
    Dataset along "trace", in SI units, with et and `spacecraft` (trace, axis) body-fixed [m]. Times
    whose field overflows (asterisks in place of digits, as some archived tables have) are filled
    in between their neighbours; the attribute `times_filled` counts them.

    Raises
    ------
    InputError
        No such file.
    DataError
        A truncated or foreign table; the row is named.
    """
    path = Path(path)
    rows = _rows(path, "geometry table")
    table = np.empty((len(rows), len(_GEOMETRY)))
    table[:, 1] = 0.0
    times = []
    for number, row in enumerate(rows, start=1):
        if len(row) != len(_GEOMETRY):
            raise DataError(
                f"{path}, row {number}: {len(row)} columns where a geometry table of a radargram "
                f"has {len(_GEOMETRY)}; the file is truncated or none, fetch it again"
            )
        times.append(row[1].strip())
        table[number - 1, [0, *range(2, 10)]] = _numbers([row[0], *row[2:]], path, number)
    table[:, 4:6] *= 1e3
    _check_geometry(table, path)
    data = {
        name: ("trace", table[:, k], {"units": _UNITS[name]} if name in _UNITS else {})
        for k, name in enumerate(_GEOMETRY) if name != "utc"
    }  # fmt: skip
    et, overflowed = _epochs(times, path)
    lon, lat = np.radians(table[:, 3]), np.radians(table[:, 2])
    level = np.cos(lat)
    unit = np.stack([level * np.cos(lon), level * np.sin(lon), np.sin(lat)], axis=-1)
    out = xr.Dataset(data).set_coords(["lon", "lat"])
    out["lon"] = ("trace", table[:, 3] % 360.0, {"units": "degrees_east"})
    out["spacecraft"] = (("trace", "axis"), unit * table[:, 5:6], {"units": "m"})
    return out.assign_coords(et=("trace", et, {"units": "s"})).assign_attrs(
        file=path.name, times_filled=overflowed
    )


def read_picks(path: str | Path) -> xr.Dataset:
    """Picked delays of a reflector on a US radargram: trace, sample, latitude, longitude, delay.

    The delay of the file counts from the first sample of the radargram; `delay` counts from the
    areoid. Numbers of traces are those of the file; match places by `lat`, for the tables at hand
    number the same place one lower in their geometry.

    Raises
    ------
    InputError
        No such file.
    DataError
        A truncated or foreign table, or a delay that is not that of its sample.
    """
    path = Path(path)
    rows = _rows(path, "table of picks")
    if rows and not _is_number(rows[0][0]):
        rows = rows[1:]
    if not rows:
        raise DataError(f"{path} holds no picks; fetch it again")
    table = np.empty((len(rows), _PICKS))
    for number, row in enumerate(rows, start=1):
        if len(row) != _PICKS:
            raise DataError(
                f"{path}, pick {number}: {len(row)} columns where a pick has {_PICKS} (trace, "
                "sample, latitude, longitude, delay in us); the file is truncated or none"
            )
        table[number - 1] = _numbers(row, path, number)
    wrong = np.abs(table[:, 4] * 1e-6 - table[:, 1] * SAMPLE_SPACING) > 0.5 * SAMPLE_SPACING
    if wrong.any():
        k = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"{path}, pick {k + 1}: a delay of {table[k, 4]:g} us is not that of sample "
            f"{table[k, 1]:g} ({table[k, 1] * SAMPLE_SPACING * 1e6:g} us)"
        )
    _check_places(table[:, 3], table[:, 2], path)
    return xr.Dataset(
        {
            "trace": ("pick", table[:, 0].astype(int)),
            "sample": ("pick", table[:, 1]),
            "delay": (
                "pick", (table[:, 1] - DATUM_SAMPLE) * SAMPLE_SPACING,
                {"units": "s", "long_name": "two-way delay from the areoid"},
            ),
        },
        coords={
            "lon": ("pick", table[:, 3] % 360.0, {"units": "degrees_east"}),
            "lat": ("pick", table[:, 2], {"units": "degrees_north"}),
        },
        attrs={"file": path.name},
    )  # fmt: skip


# images and labels ------------------------------------------------------------------------------
def _pair(path: Path) -> tuple[Path | None, Path]:
    """Label (if there is one) and image."""
    if path.suffix.lower() not in (".lbl", ".xml"):
        for suffix in (".lbl", ".LBL", ".xml", ".XML"):
            if path.with_suffix(suffix).is_file():
                return path.with_suffix(suffix), path
        return None, path
    for suffix in (".jpg", ".JPG", ".tif", ".TIF", ".png", ".img", ".IMG"):
        if path.with_suffix(suffix).is_file():
            return path, path.with_suffix(suffix)
    raise DataError(f"beside the label {path} there is no image of its name; fetch it too")


_PDS3 = {
    "product": r"PRODUCT_ID\s*=\s*\"?([\w-]+)", "orbit": r"ORBIT_NUMBER\s*=\s*(\d+)",
    "start": r"\bSTART_TIME\s*=\s*(\S+)", "stop": r"\bSTOP_TIME\s*=\s*(\S+)",
    "lon0": r"START_SUB_SPACECRAFT_LONGITUDE\s*=\s*([-\d.]+)",
    "lat0": r"START_SUB_SPACECRAFT_LATITUDE\s*=\s*([-\d.]+)",
    "lon1": r"STOP_SUB_SPACECRAFT_LONGITUDE\s*=\s*([-\d.]+)",
    "lat1": r"STOP_SUB_SPACECRAFT_LATITUDE\s*=\s*([-\d.]+)",
    "instrument": r"\bINSTRUMENT_ID\s*=\s*\"?([\w-]+)",
}  # fmt: skip
_PDS4 = {
    "product": r"<file_name>([\w-]+)\.", "orbit": r"orbit_number>\s*(\d+)",
    "start": r"<start_date_time>\s*([^<\s]+)", "stop": r"<stop_date_time>\s*([^<\s]+)",
    "lon0": r"start_subspacecraft_longitude[^>]*>\s*([-\d.]+)",
    "lat0": r"start_subspacecraft_latitude[^>]*>\s*([-\d.]+)",
    "lon1": r"stop_subspacecraft_longitude[^>]*>\s*([-\d.]+)",
    "lat1": r"stop_subspacecraft_latitude[^>]*>\s*([-\d.]+)",
    "instrument": r"context:instrument:(sharad)",
}  # fmt: skip


def _label(path: Path) -> dict[str, str]:
    text = path.read_bytes().decode("utf-8", "replace")
    patterns = _PDS4 if path.suffix.lower() == ".xml" else _PDS3
    found = {key: re.search(pattern, text) for key, pattern in patterns.items()}
    missing = [key for key, match in found.items() if match is None]
    if missing:
        raise DataError(
            f"the label {path} is truncated or not that of a SHARAD radargram: it does not tell "
            f"{', '.join(missing)}; fetch it again"
        )
    label = {key: match[1] for key, match in found.items() if match is not None}
    if label["instrument"].upper() != "SHARAD":
        raise DataError(f"the label {path} is of {label['instrument']}, not of SHARAD")
    label["product"] = label["product"].upper()
    return label | {key: label[key].rstrip("Z") for key in ("start", "stop")}


def _image(path: Path) -> tuple[NDArray[np.float32], str]:
    """Power (trace, delay) [dB] and the kind of the file."""
    if path.suffix.lower() == ".img":
        size = path.stat().st_size
        if size % (4 * SAMPLES) or size < 4 * SAMPLES * _FEWEST_ROWS:
            raise DataError(
                f"{path} is truncated or no radargram: {size} bytes make no columns of {SAMPLES} "
                "reals of 32 bits; fetch it again"
            )
        power = np.fromfile(path, dtype="<f4").reshape(SAMPLES, -1).T
        if not np.isfinite(power).all() or power.min() < 0.0:
            raise DataError(f"{path} holds values that are no powers; is it a radargram (RGRAM)?")
        least = power[power > 0.0].min(initial=np.inf)
        if not np.isfinite(least):
            raise DataError(f"{path} holds no echo at all")
        return np.asarray(10.0 * np.log10(np.maximum(power, least)), dtype=np.float32), "data"
    from PIL import Image

    try:
        with Image.open(path) as picture:
            grey = np.asarray(picture.convert("L"), dtype=np.float32)
    except (OSError, SyntaxError, ValueError) as error:
        raise DataError(
            f"{path} is truncated or no image ({str(error) or type(error).__name__}); fetch it "
            "again"
        ) from error
    if grey.shape[0] != SAMPLES or grey.shape[1] < _FEWEST_ROWS:
        raise DataError(
            f"{path} has {grey.shape[0]} rows and {grey.shape[1]} columns; a radargram of SHARAD "
            f"has {SAMPLES} rows, one for each delay"
        )
    return np.ascontiguousarray(grey.T) * np.float32(GREY_RANGE / _GREY_LEVELS), "browse"


def _places(label: dict[str, str], traces: int) -> dict[str, Any]:
    try:
        corners = np.array([float(label[key]) for key in ("lon0", "lat0", "lon1", "lat1")])
    except ValueError as error:
        raise DataError(f"the label of {label['product']} tells no place: {error}") from error
    ends = np.radians(corners.reshape(2, 2))
    level = np.cos(ends[:, 1])
    a, b = np.stack([level * np.cos(ends[:, 0]), level * np.sin(ends[:, 0]), np.sin(ends[:, 1])], 1)
    angle = np.arccos(np.clip(a @ b, -1.0, 1.0))
    if np.abs(corners[[1, 3]]).max() > 90.0 or not 1e-6 < angle < math.pi - 1e-6:
        raise DataError(
            f"the label of {label['product']} puts its ends at {corners[1]:g} and {corners[3]:g} "
            f"north, {corners[0]:g} and {corners[2]:g} east: between these runs no track"
        )
    t = np.linspace(0.0, 1.0, traces)[:, None]
    unit = (np.sin((1.0 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)
    lon = np.degrees(np.arctan2(unit[:, 1], unit[:, 0])) % 360.0
    try:
        first, last = (Epoch.utc(label[key]).et for key in ("start", "stop"))
    except MarswardError as error:
        raise DataError(f"the label of {label['product']} tells no time: {error}") from error
    et = np.linspace(float(first), float(last), traces)
    return {
        "lon": ("trace", lon, {"units": "degrees_east"}),
        "lat": ("trace", np.degrees(np.arcsin(unit[:, 2])), {"units": "degrees_north"}),
        "et": ("trace", et, {"units": "s"}),
    }


# tables -----------------------------------------------------------------------------------------
def _rows(path: Path, what: str) -> list[list[str]]:
    if not path.is_file():
        raise InputError(f"there is no {what} {path}")
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("ascii")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is truncated or no {what} ({error}); fetch it again") from error
    rows = [row for row in csv.reader(text.splitlines()) if row]
    if len(rows) < _FEWEST_ROWS:
        raise DataError(f"{path} holds {len(rows)} rows; a {what} has more, fetch it again")
    return rows


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\s*[-+]?[\d.]+(e[-+]?\d+)?\s*", text, re.IGNORECASE) is not None


def _numbers(row: list[str], path: Path, number: int) -> NDArray[np.float64]:
    try:
        values = np.array([float(text) for text in row])
    except ValueError as error:
        raise DataError(f"{path}, row {number}: {error}; the file is truncated or none") from error
    if not np.isfinite(values).all():
        raise DataError(f"{path}, row {number} holds a value that is no number")
    return values


def _check_places(lon: NDArray, lat: NDArray, path: Path) -> None:
    bad = (np.abs(lat) > 90.0) | (np.abs(lon) > 360.0)
    if bad.any():
        k = int(np.flatnonzero(bad)[0])
        raise DataError(f"{path}, row {k + 1}: {lat[k]:g} north, {lon[k]:g} east is no place")


def _check_geometry(table: NDArray, path: Path) -> None:
    _check_places(table[:, 3], table[:, 2], path)
    low, high = _PLANET
    bad = ~((table[:, 4] > low) & (table[:, 4] < high) & (table[:, 5] > table[:, 4]))
    if bad.any():
        k = int(np.flatnonzero(bad)[0])
        raise DataError(
            f"{path}, row {k + 1}: radii of {table[k, 4] / 1e3:g} and {table[k, 5] / 1e3:g} km are "
            "not those of Mars and a spacecraft above it; is it a table of SHARAD?"
        )
    if not np.all(np.diff(table[:, 0]) > 0.0):
        k = int(np.flatnonzero(np.diff(table[:, 0]) <= 0.0)[0])
        raise DataError(f"{path}, row {k + 2}: the numbers of the columns do not ascend")


def _epochs(times: list[str], path: Path) -> tuple[NDArray[np.float64], int]:
    """Times (n,), and how many were filled in where the file's field overflows."""
    known = np.array(["*" not in text for text in times])
    if not (known[0] and known[-1]):
        raise DataError(f"{path} begins or ends with a time that overflows its field; cut that row")
    try:
        some = np.asarray(Epoch.utc([t for t, k in zip(times, known, strict=True) if k]).et, float)
    except MarswardError as error:
        raise DataError(f"{path} holds a time that is none: {error}") from error
    if not np.all(np.diff(some) > 0.0):
        k = int(np.flatnonzero(np.diff(some) <= 0.0)[0])
        raise DataError(f"{path}: its times do not ascend after row {np.flatnonzero(known)[k] + 1}")
    row = np.arange(known.size)
    return np.interp(row, row[known], some), int(np.count_nonzero(~known))
