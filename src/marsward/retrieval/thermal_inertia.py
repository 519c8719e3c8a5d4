"""Thermal inertia and albedo of the ground from one or more temperatures of each place.

Ground of low thermal inertia is colder at night and warmer by day; albedo moves both the same way.
Given place, season and true solar time of each observation, inertia I and albedo A are those that
make

    chi2 = r' S^-1 r + ((A - A0)/s_A)^2,   r = observed less tabled temperature,

least; S holds each observation's own error, that of the table's readings and the error that all
observations share. Errors follow from the curvature there and count ln I as Gaussian (Mellon et
al. 2000, doi:10.1006/icar.2000.6503, and Fergason et al. 2006, doi:10.1029/2006JE002735, look up
the same unknown without them).

At some hours two inertias give one temperature. The whole range of inertia is walked for every
place, so a second minimum within chi2 of 9 is reported beside the first. Observations on or near
CO2 frost are left out and flagged; a place whose best inertia is at the table's end is flagged and
left empty. The ground is taken to be flat, of one kind within a footprint and down to the depth of
the seasonal wave, under the air of the table: what differs from that is an error not in sigma,
unless `model_sigma` says how large it is.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.physics.vapour import co2_frost_point
from marsward.retrieval.ground_table import GroundTable
from marsward.retrieval.kernels import thermal_inertia as kernel

__all__ = ["FLAGS", "Looks", "thermal_inertia"]

Array = NDArray[np.float64]
FLAGS = {
    "no observation": kernel.MASKED,
    "frost": kernel.FROST,
    "end of the table": kernel.EDGE,
    "two solutions": kernel.SECOND,
    "not settled": kernel.UNSETTLED,
    "off the table": kernel.OFF_TABLE,
}
_FINE = 4  # steps between two nodes of inertia in the first walk
_BLOCK = 1024
_NEAR_FROST = 1.0  # K

add_fields(
    FieldRow("thermal_inertia_sigma", "J m-2 K-1 s-0.5", "error of the thermal inertia (1 sigma)",
             low=0.0),
    FieldRow("bolometric_albedo_sigma", "1", "error of the albedo (1 sigma)", low=0.0),
    FieldRow("inertia_albedo_correlation", "1", "correlation of the errors of ln inertia and "
             "albedo", low=-1.0, high=1.0),
    FieldRow("second_inertia", "J m-2 K-1 s-0.5", "another thermal inertia that fits", low=0.0),
    FieldRow("chi2", "1", "sum of squared residuals over their errors", low=0.0),
    FieldRow("observations", "1", "number of observations used", low=0.0),
    FieldRow("flags", "1", "bits that say what is wrong", low=0.0),
)  # fmt: skip


class Looks:
    """Observations of n places, k of each at most, checked and in one shape.

    table : mapping or Dataset of lat, surface_pressure (n,) and surface_temperature,
        temperature_sigma, ls, ltst (n, k) or (n,); temperature_common may be left out. A
        temperature of NaN is no observation.
    """

    def __init__(self, table: Any) -> None:
        def held(name: str, default: Any = None) -> Any:
            if name not in table:
                if default is None:
                    raise InputError(f"observations need {name}; they have {', '.join(table)}")
                return default
            return np.asarray(getattr(table[name], "values", table[name]), dtype=np.float64)

        warmth = held("surface_temperature")
        self.warmth = np.ascontiguousarray(warmth if warmth.ndim == 2 else warmth.reshape(-1, 1))
        shape = self.warmth.shape

        def spread(name: str, low: float, high: float, default: Any = None) -> Array:
            value = np.asarray(held(name, default))
            value = value[:, None] if value.ndim == 1 and shape[0] == value.size else value
            try:
                value = np.broadcast_to(value, shape)
            except ValueError as error:
                raise InputError(
                    f"{name} has shape {value.shape} but the temperatures {shape}"
                ) from error
            bad = np.isfinite(self.warmth) & ~((value >= low) & (value <= high))
            if bad.any():
                raise InputError(
                    f"{name} is {value[bad][0]:g} at {int(bad.sum())} observations; it must be a "
                    f"number in {low:g} to {high:g}"
                )
            return np.array(value, order="C")  # writable: one type for the kernels

        bad = np.isfinite(self.warmth) & ~((self.warmth > 30.0) & (self.warmth < 450.0))
        if bad.any():
            raise InputError(
                f"surface_temperature is {self.warmth[bad][0]:g} K at {int(bad.sum())} "
                "observations; ground of Mars has 30 to 450 K"
            )
        self.sigma = spread("temperature_sigma", 1e-6, 1e3)
        self.common = spread("temperature_common", 0.0, 1e3, 0.0)
        self.ls = spread("ls", 0.0, 360.0)
        self.hour = spread("ltst", 0.0, 24.0)
        self.lat = self._places(held("lat"), "lat", -90.0, 90.0)
        self.pressure = self._places(held("surface_pressure"), "surface_pressure", 1.0, 1e5)

    def _places(self, value: Array, name: str, low: float, high: float) -> Array:
        n = self.warmth.shape[0]
        if value.ndim > 1 or value.size not in (1, n):
            raise InputError(f"{name} has shape {value.shape}, not one for each of {n} places")
        if not ((value >= low) & (value <= high)).all():
            raise InputError(f"{name} of a place must be a number in {low:g} to {high:g}")
        return np.array(np.broadcast_to(value, (n,)))

    def without_frost(self) -> tuple[Array, NDArray[np.bool_]]:
        """Temperatures with NaN where they are those of frost, and where that is so."""
        limit = co2_frost_point(self.pressure)[:, None] + _NEAR_FROST + 2.0 * self.sigma
        icy = self.warmth < limit
        return np.where(icy, np.nan, self.warmth), icy


def thermal_inertia(
    observations: Any,
    table: GroundTable,
    *,
    albedo: ArrayLike = 0.25,
    albedo_sigma: ArrayLike = 0.1,
    model_sigma: float = 0.0,
    workers: int | None = None,
) -> xr.Dataset:
    """Thermal inertia and albedo of n places with their errors.

    Parameters
    ----------
    observations : see `Looks`
    table : forward model, without ice
    albedo, albedo_sigma : bolometric albedo known before and its error, (n,) or one; the default
        says next to nothing and leaves albedo to be found from day and night
    model_sigma : further error of every tabled temperature [K], such as unknown slopes
    workers : threads; results do not depend on them

    Returns
    -------
    Dataset (place): thermal_inertia, bolometric_albedo, their _sigma and correlation, chi2,
    observations (used), second_inertia (NaN where there is none) and flags (bits of `FLAGS`).
    Empty where flags say no observation, end of the table or not settled; attributes count how
    many places carry each flag.

    Raises
    ------
    InputError : shapes or numbers that do not fit, or a table of icy ground.
    """
    if len(table.nodes.depth) > 1:
        raise InputError("the ground table has ice; make one with depth=(inf,) for inertia alone")
    looks = Looks(observations)
    n, k = looks.warmth.shape
    a0, sa = (for_each(v, n, name) for v, name in ((albedo, "albedo"), (albedo_sigma, "its error")))
    if not ((a0 >= 0.0) & (a0 <= 1.0) & (sa > 0.0)).all():
        raise InputError("the albedo known before must lie in 0 to 1 and its error be above 0")
    warmth, icy = looks.without_frost()
    sigma = np.sqrt(looks.sigma**2 + model_sigma**2)
    axis = table.axes["inertia"]
    count = _FINE * (len(axis) - 1) + 1
    fine = np.interp(np.arange(count) / _FINE, np.arange(len(axis)), axis)
    flags = np.where(icy.any(axis=1), kernel.FROST, 0).astype(np.int64)
    fits, used = np.full((n, 8), np.nan), np.zeros((n, k), np.uint8)
    season = np.ascontiguousarray(table.season(looks.ls))

    def work(part: slice) -> None:
        arguments: tuple[Any, ...] = (
            looks.lat[part], looks.pressure[part], season[part], looks.hour[part], warmth[part],
            sigma[part], looks.common[part], a0[part], sa[part], *table.arrays,
            table.axes["albedo"], axis, fine, fits[part], flags[part], used[part],
        )  # fmt: skip
        kernel.fit_places(*arguments)

    in_blocks(work, n, workers)
    return _dataset(fits, flags, used, table)


def in_blocks(work: Any, n: int, workers: int | None, *, block: int = _BLOCK) -> None:
    """Do work(slice) for n places, a block at a time, in threads."""
    parts = [slice(start, min(start + block, n)) for start in range(0, n, block)]
    workers = workers or os.cpu_count() or 1
    if workers == 1 or len(parts) < 2:
        for part in parts:
            work(part)
        return
    with ThreadPoolExecutor(min(workers, len(parts))) as pool:
        list(pool.map(work, parts))


def for_each(value: ArrayLike, n: int, name: str) -> Array:
    """One number or (n,) as (n,)."""
    held = np.asarray(value, dtype=np.float64)
    if held.ndim > 1 or held.size not in (1, n):
        raise InputError(f"{name} has shape {held.shape}, not one for each of {n} places")
    return np.array(np.broadcast_to(held, (n,)))


def _dataset(
    fits: Array, flags: NDArray[np.int64], used: NDArray[np.uint8], table: GroundTable
) -> xr.Dataset:
    bad = kernel.MASKED | kernel.EDGE | kernel.UNSETTLED
    good = (flags & bad) == 0
    fits = np.where(good[:, None], fits, np.nan)
    inertia = np.exp(fits[:, 0])
    spread = np.sqrt(fits[:, 2:4])
    data = {
        "thermal_inertia": inertia,
        "thermal_inertia_sigma": inertia * spread[:, 0],
        "bolometric_albedo": fits[:, 1],
        "bolometric_albedo_sigma": spread[:, 1],
        "inertia_albedo_correlation": fits[:, 4] / (spread[:, 0] * spread[:, 1]),
        "second_inertia": np.exp(fits[:, 6]),
        "chi2": fits[:, 5],
        "observations": used.sum(axis=1, dtype=np.int32),
        "flags": flags.astype(np.int32),
    }
    counts = {f"places_{k.replace(' ', '_')}": int((flags & v > 0).sum()) for k, v in FLAGS.items()}
    meanings = ", ".join(f"{v} {k}" for k, v in FLAGS.items())
    out = xr.Dataset(
        {k: field(k, v, "place", check=k != "inertia_albedo_correlation") for k, v in data.items()},
        attrs={**counts, "places_solved": int(good.sum())},
    )
    out["flags"].attrs["meanings"] = meanings
    out["thermal_inertia_sigma"].attrs["counts"] = "noise, calibration, albedo and the table"
    return out.assign_attrs(emissivity_of_table=table.nodes.emissivity)
