"""What a sweep keeps of a member: its numbers as columns of one table, whatever kind they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from marsward.core.errors import DataError, InputError
from marsward.core.registry import unknown
from marsward.core.time import Epoch
from marsward.mission.store import Run

__all__ = ["FLOWN", "Row", "joined", "table_of"]

FLOWN = "flown"
"""The status of a member that has numbers; others are "physics", "refused" and "fault"."""
OWN = ("status", "sentence")
Held = tuple[tuple[str, ...], Any, dict[str, Any]]
"""A number of one member: its dims without `member`, its value, its attributes."""


@dataclass(frozen=True)
class Row:
    """One member: its status, a sentence where it did not fly, its numbers.

    numbers : name to (dims without `member`, value, attributes)
    """

    status: str = FLOWN
    sentence: str = ""
    numbers: Mapping[str, Held] = field(
        default_factory=dict
    )  # fmt: skip
    coords: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_run(cls, run: Run, keep: Sequence[str]) -> Row:
        """The numbers of a run: all of its phases' summaries, or those that are named.

        A name is that of a summary number, alone or after its phase's, or that of a product's
        variable after the product's.
        """
        told = _summaries(run)
        short: dict[str, list[str]] = {}
        for full in told:
            short.setdefault(full.rpartition(".")[2], []).append(full)
        if not keep:
            return cls(numbers={
                name if len(fulls) == 1 else full: told[full]
                for name, fulls in short.items() for full in fulls
            })  # fmt: skip
        numbers: dict[str, Held] = {}
        coords: dict[str, Any] = {}
        for name in keep:
            if name in told:
                numbers[name] = told[name]
            elif len(short.get(name, ())) == 1:
                numbers[name] = told[short[name][0]]
            elif name in short:
                raise InputError(
                    f"keep: {name!r} is a number of several phases: {', '.join(short[name])}"
                )
            else:
                numbers[name], own = _variable(run, name, [*short, *told])
                coords |= own
        return cls(numbers=numbers, coords=coords)

    @classmethod
    def of_lane(cls, table: xr.Dataset) -> Row:
        """The one member of a table."""
        one = table.isel(member=0)
        numbers = {
            str(name): (tuple(map(str, each.dims)), each.values, dict(each.attrs))
            for name, each in one.data_vars.items() if name not in OWN
        }  # fmt: skip
        coords = {str(n): c.values for n, c in one.coords.items() if n != "member"}
        return cls(str(one["status"].item()), str(one["sentence"].item()), numbers, coords)


def _summaries(run: Run) -> dict[str, Held]:
    found: dict[str, Held] = {}
    for phase in run.phases:
        for name, entry in phase.summary().items():
            value, attrs = entry.get("value"), {"units": str(entry.get("unit") or "1")}
            if entry.get("source"):
                attrs["long_name"] = str(entry["source"])
            if attrs["units"] == "UTC" and isinstance(value, str):
                try:
                    value = np.datetime64(Epoch.utc(value).datetime64, "ns")
                except InputError:
                    continue
                attrs = {"time_scale": "UTC"} | {k: v for k, v in attrs.items() if k != "units"}
            elif isinstance(value, bool | int | float):
                value = float(value)
            elif value is None:
                value = np.nan
            else:
                continue
            found[f"{phase.name}.{name}"] = ((), value, attrs)
    return found


def _variable(run: Run, name: str, known: Sequence[str]) -> tuple[Any, dict[str, Any]]:
    product, _, variable = name.rpartition(".")
    if product not in run:
        raise InputError(f"keep: {unknown('summary number or product', name, known)}")
    dataset = run[product].dataset
    if variable not in dataset.variables:
        raise InputError(
            f"keep: {unknown(f'variable of {product}', variable, map(str, dataset.variables))}"
        )
    held = dataset[variable]
    rename = {str(dim): f"{product}_{dim}" for dim in held.dims}
    dims = tuple(rename[str(dim)] for dim in held.dims)
    coords = {
        rename[str(dim)]: dataset[dim].values for dim in held.dims if dim in dataset.coords
    }  # fmt: skip
    return (dims, held.values, dict(held.attrs)), coords


def table_of(members: Sequence[int], rows: Sequence[Row]) -> xr.Dataset:
    """Rows as a dataset along `member`; numbers that a row has not are NaN, NaT or "".

    Raises
    ------
    DataError : an array that is kept has another shape in another member.
    """
    count = len(rows)
    data: dict[str, Any] = {}
    coords: dict[str, Any] = {"member": ("member", np.asarray(members, np.int64))}
    for i, row in enumerate(rows):
        for name, values in row.coords.items():
            coords.setdefault(name, (name, values))
        for name, (dims, value, attrs) in row.numbers.items():
            held = np.asarray(value)
            if name not in data:
                data[name] = (("member", *dims), _empty((count, *held.shape), held.dtype), attrs)
            into = data[name][1]
            if into.shape[1:] != held.shape:
                raise _other_shape(name, into.shape[1:], held.shape)
            into[i] = held
    data["status"] = ("member", np.array([row.status for row in rows], object))
    data["sentence"] = ("member", np.array([row.sentence for row in rows], object))
    return xr.Dataset(data, coords=coords)


def joined(blocks: Sequence[xr.Dataset], n: int) -> xr.Dataset:
    """Blocks as one dataset of members 0 to n-1.

    Raises
    ------
    DataError : an array that is kept has another shape in another block.
    """
    data: dict[str, Any] = {}
    coords: dict[str, Any] = {"member": ("member", np.arange(n, dtype=np.int64))}
    for block in blocks:
        member = block["member"].values
        mine = np.flatnonzero(member < n)
        for name, values in block.coords.items():
            if name != "member":
                coords.setdefault(str(name), (values.dims, values.values, values.attrs))
        for name, each in block.data_vars.items():
            name = str(name)
            held = each.values
            if name not in data:
                empty = _empty((n, *held.shape[1:]), held.dtype)
                data[name] = (each.dims, empty, dict(each.attrs))
            into = data[name][1]
            if into.shape[1:] != held.shape[1:]:
                raise _other_shape(name, into.shape[1:], held.shape[1:])
            into[member[mine]] = held[mine]
    return xr.Dataset(data, coords=coords)


def _empty(shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    if dtype.kind == "M":
        return np.full(shape, np.datetime64("NaT", "ns"))
    if dtype.kind in "OUST":
        return np.full(shape, "", object)
    return np.full(shape, np.nan)


def _other_shape(name: str, one: tuple[int, ...], other: tuple[int, ...]) -> DataError:
    return DataError(
        f"keep: {name!r} has shape {one} in one member and {other} in another; keep numbers that "
        "every member has alike"
    )
