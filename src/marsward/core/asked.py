"""What a call is given, checked at the door: numbers, shapes that fit, switches, kinds, paths."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.core.registry import unknown

__all__ = [
    "check_kind",
    "check_options",
    "file_path",
    "fitting",
    "number",
    "numbers",
    "switch",
    "told",
    "whole",
]

Array = NDArray[np.float64]


def told(value: Any) -> str:
    """A value as a sentence may show it: one line, not long."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def numbers(value: Any, name: str, unit: str = "", *, finite: bool = True) -> Array:
    """Finite float64 of any shape; InputError for text, None, NaN, infinity or ragged rows.

    finite : False lets NaN and infinity pass, where they are refused later
    """
    try:
        given = np.asarray(value)
        array = given.astype(np.float64, copy=False) if given.dtype.kind in "biufO" else None
    except (TypeError, ValueError) as error:
        raise _no_numbers(value, name, unit) from error
    if array is None:
        raise _no_numbers(value, name, unit)
    bad = ~np.isfinite(array)
    if bad.any() and given.dtype.kind == "O":
        raise _no_numbers(value, name, unit)
    if bad.any() and finite:
        first = f"holds {array[bad].flat[0]:g}; it" if array.ndim else f"is {array:g} and"
        raise InputError(f"{name} {first} must be finite{unit and f', in {unit}'}")
    return array


def _no_numbers(value: Any, name: str, unit: str) -> InputError:
    """The refusal; made only where there is one, for arrays take long to write out."""
    return InputError(f"{name} must be numbers{unit and f' in {unit}'}, not {told(value)}")


def number(value: Any, name: str, unit: str = "") -> float:
    """One finite number; InputError for others and for rows."""
    one = numbers(value, name, unit)
    if one.ndim:
        raise InputError(f"{name} is one number{unit and f' in {unit}'}, not of shape {one.shape}")
    return float(one)


def fitting(**given: Array) -> tuple[Array, ...]:
    """Arrays spread to one shape; InputError that names each shape where they have none."""
    try:
        return tuple(np.broadcast_arrays(*given.values()))
    except ValueError as error:
        shapes = ", ".join(f"{name} {np.shape(value)}" for name, value in given.items())
        raise InputError(
            f"shapes do not fit together: {shapes}; give one shape, or shapes that broadcast"
        ) from error


def whole(value: Any, name: str, least: int = 1) -> int:
    """A whole number of `least` or more; InputError for any other, and for True and False."""
    good = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if not (good and value >= least and value % 1 == 0):
        raise InputError(f"{name} is a whole number, {least} or more, not {told(value)}")
    return int(value)


def switch(value: Any, name: str) -> bool:
    """True or False; InputError for what only stands for one of them, such as "no"."""
    if not isinstance(value, bool | np.bool_):
        raise InputError(f"{name} is True or False, not {told(value)}")
    return bool(value)


def check_kind(value: Any, kind: type | tuple[type, ...], name: str, instead: str) -> None:
    """InputError, which says what to give instead, unless `value` is of the kind or None."""
    if value is not None and not isinstance(value, kind):
        raise InputError(f"{name} cannot be {told(value)}; give {instead}")


def check_options(given: Iterable[str], known: Iterable[str], what: str) -> None:
    """InputError, which names the nearest, for a name that is no option of `what`."""
    names = set(known)
    for name in given:
        if name not in names:
            raise InputError(unknown(f"option of {what}", name, names))


def file_path(path: Any, what: str) -> Path:
    """A path; InputError for what is neither text nor a path."""
    if not isinstance(path, str | os.PathLike):
        raise InputError(f"a {what} is given by its path, text or a Path, not {told(path)}")
    return Path(path)
