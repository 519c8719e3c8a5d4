"""Values of a law of chance: numbers in one unit, or dates as seconds after the first of them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward.core.asked import told
from marsward.core.errors import InputError
from marsward.core.quantity import convert
from marsward.core.time import Epoch
from marsward.core.units import unit

__all__ = ["Scale", "Values", "read", "written"]

Array = NDArray[np.float64]
_NUMBER = re.compile(r"([+-]?(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][+-]?\d+)?)(?:\s*(\S.*))?")
_DATE = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True)
class Scale:
    """In what values are counted: a unit, or seconds after an epoch."""

    unit: str = ""
    origin: Epoch | None = None

    def text(self, value: float) -> str:
        """A value as a mission file has it."""
        if self.origin is not None:
            return str((self.origin + float(value)).text)
        return f"{float(value)!r} {self.unit}".rstrip()

    def times(self, values: Array) -> NDArray[np.datetime64]:
        """Values of a scale of dates as UTC."""
        assert self.origin is not None
        return np.asarray((self.origin + np.asarray(values)).datetime64)


@dataclass(frozen=True)
class Values:
    """What was drawn for n members.

    texts : as a mission file has them
    held : (n,) numbers in `unit`, UTC as datetime64, or texts where they are words
    unit : "" for pure numbers, dates and words
    """

    texts: tuple[str, ...]
    held: NDArray[Any]
    unit: str = ""


def written(value: Any) -> str:
    """A value as text that is read back."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Epoch):
        return str(value.text)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | np.integer | np.floating):
        return repr(value.item() if isinstance(value, np.generic) else value)
    raise InputError(f"{told(value)} is no value of a distribution; give a number, text or Epoch")


def read(law: str, given: Sequence[Any], widths: frozenset[int]) -> tuple[Scale, tuple[float, ...]]:
    """The scale of the first value, and all values in it."""
    texts = [written(each) for each in given]
    if _DATE.match(texts[0]):
        origin = Epoch.parse(texts[0])
        dates = [
            _number(text, "s", law) if i in widths else _since(text, origin, law)
            for i, text in enumerate(texts)
        ]
        return Scale("", origin), tuple(dates)
    symbol = _split(texts[0], law)[1]
    return Scale(symbol), tuple(_number(text, symbol, law) for text in texts)


def _since(text: str, origin: Epoch, law: str) -> float:
    if not _DATE.match(text):
        raise InputError(f"{law}: {text!r} stands beside a date and is none; write 2028-12-20")
    return float(Epoch.parse(text) - origin)


def _split(text: str, law: str) -> tuple[float, str]:
    """Number and unit of a text."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise InputError(
            f"{law}: {text!r} is neither a number with its unit nor a date: write -11.6 deg"
        )
    value, symbol = float(found.group(1)), (found.group(2) or "").strip()
    unit(symbol)
    if not math.isfinite(value):
        raise InputError(f"{law}: {text!r} is too large a number")
    return value, symbol


def _number(text: str, symbol: str, law: str) -> float:
    value, own = _split(text, law)
    if bool(own) != bool(symbol) and value != 0.0 and "%" not in (own, symbol):
        raise InputError(
            f"{law}: of its values some have a unit and some have none; write {text.split()[0]} "
            f"{symbol or own}"
        )
    return value if own == symbol or not own else float(convert(value, own, symbol))
