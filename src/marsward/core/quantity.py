"""Quantities: numbers that carry their unit through the door, SI floats behind it.

`parse("265 km", "m")` gives 265000.0. A bare number where a unit is needed is refused, and the
error says what to type. `quantity("m", gt=0)` makes a pydantic field type of the same rule.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Annotated, Any

from marsward.core.errors import InputError, MarswardError
from marsward.core.time import Epoch
from marsward.core.units import Unit, fitting, suggestion, unit

_NUMBER = re.compile(r"\s*([+-]?(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*", re.S)
_NOT_FINITE = re.compile(r"\s*[+-]?(nan|inf|infinity)\b.*", re.I | re.S)


def parse(text: Any, to: str, *, name: str = "value") -> float:
    """The number in unit `to` of a text such as "265 km".

    Parameters
    ----------
    text : a number and its unit; a plain number only where `to` is dimensionless ("")
    to : the unit wanted, e.g. "m"
    name : what the quantity is called in an error

    Raises
    ------
    InputError : no unit, an unknown one, one of another kind, or not a finite number.
    """
    target = unit(to)
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise InputError(f"{name} is {_shown(text)}, not a quantity: write {_example(target)}")
    if not isinstance(text, str):
        if not math.isfinite(text):
            raise InputError(f"{name} is {text!r}: give a finite number")
        if not target.dimensionless:
            raise InputError(_needs_unit(name, f"{text:.12g}", target))
        return float(text) / target.scale
    if _NOT_FINITE.fullmatch(text):
        raise InputError(f'{name} is "{text.strip()}": give a finite number')
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise InputError(f'{name} "{text}" is not a number with a unit: write {_example(target)}')
    digits, symbol = found.groups()
    value = float(digits)
    if not math.isfinite(value):
        raise InputError(f'{name} "{text}" is too large a number')
    if symbol.startswith(","):
        raise InputError(f'{name} "{text}" has a comma in its number: write it without')
    if not symbol and not target.dimensionless:
        raise InputError(_needs_unit(name, digits, target))
    return _between(value, _known(symbol, target, name), target, name)


def convert(value: Any, frm: str, to: str) -> Any:
    """`value` (float or array) in unit `frm` as a number in unit `to`; InputError across kinds."""
    return _between(value, unit(frm), unit(to), "value")


def format_quantity(value: float, symbol: str, digits: int | None = None) -> str:
    """A number with its unit as `parse` reads it back: exact, or to `digits` figures."""
    unit(symbol)
    number = repr(float(value)) if digits is None else f"{value:.{digits}g}"
    number = number.removesuffix(".0")
    return f"{number} {symbol}".rstrip()


@dataclass(frozen=True)
class QuantityRule:
    """Marker in `Annotated[float, …]`: unit and bounds of a field, and how pydantic reads it."""

    unit: str
    gt: float | None = None
    ge: float | None = None
    lt: float | None = None
    le: float | None = None

    def read(self, text: Any, name: str = "value") -> float:
        """The number in this rule's unit; InputError outside its bounds."""
        value = parse(text, self.unit, name=name)
        for word, bound, holds in (
            ("greater than", self.gt, lambda b: value > b),
            ("at least", self.ge, lambda b: value >= b),
            ("less than", self.lt, lambda b: value < b),
            ("at most", self.le, lambda b: value <= b),
        ):
            if bound is not None and not holds(bound):
                given = text if isinstance(text, str) else f"{text:g}"
                limit = format_quantity(bound, self.unit)
                raise InputError(f"{name} is {given} but must be {word} {limit}")
        return value

    @property
    def schema(self) -> dict[str, Any]:
        """What the JSON schema says of the field: its unit and its bounds in that unit."""
        names = {
            "gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum",
        }  # fmt: skip
        bounds = {names[k]: getattr(self, k) for k in names if getattr(self, k) is not None}
        kind = "number" if unit(self.unit).dimensionless else "string"
        examples = [f"1 {name}" for name in fitting(unit(self.unit))[:3] if name]
        more = {"examples": examples} if kind == "string" else {}
        return {"type": kind, "unit": self.unit, **bounds, **more}

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        def read(value: Any, info: Any) -> float:
            return _told(lambda: self.read(value, getattr(info, "field_name", None) or "value"))

        return core_schema.with_info_plain_validator_function(
            read,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda value: format_quantity(value, self.unit) if self.unit else value,
                when_used="json",
            ),
        )

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return self.schema


def quantity(
    symbol: str,
    *,
    gt: float | None = None,
    ge: float | None = None,
    lt: float | None = None,
    le: float | None = None,
) -> Any:
    """Field type of a float kept in unit `symbol` and read from text with its unit.

    Bounds are numbers in `symbol`. Plain numbers are accepted only where `symbol` is "".
    """
    unit(symbol)
    return Annotated[float, QuantityRule(symbol, gt, ge, lt, le)]


EpochField = Epoch
"""Field type of an epoch: UTC text, or text that ends in TAI, TT or TDB."""


def epoch_schema(cls: type[Epoch]) -> Any:
    """pydantic's schema of an `Epoch` field (text in, shortest exact text out)."""
    from pydantic_core import core_schema

    def read(value: Any, info: Any) -> Epoch:
        name = getattr(info, "field_name", None) or "epoch"
        if isinstance(value, Epoch):
            return value
        if isinstance(value, list | tuple):
            return Epoch.stack([read(item, info) for item in value])
        if not isinstance(value, str) and not hasattr(value, "tzinfo"):
            raise _told_error(
                f'{name} is {_shown(value)}, not a time: write "2020-07-26T21:14:35" (UTC) or '
                '"2020-07-26T21:15:44.184 TDB"'
            )
        return _told(lambda: Epoch.parse(value) if isinstance(value, str) else Epoch.utc(value))

    return core_schema.with_info_plain_validator_function(
        read,
        serialization=core_schema.plain_serializer_function_ser_schema(
            lambda epoch: epoch.text, when_used="json"
        ),
        metadata={
            "pydantic_js_functions": [
                lambda _core, _handler: {
                    "type": "string",
                    "unit": "UTC",
                    "examples": ["2020-07-26T21:14:35"],
                }
            ]
        },
    )


def _between(value: Any, source: Unit, target: Unit, name: str) -> Any:
    if source.powers != target.powers:
        fit = _fit(target)
        raise InputError(
            f'{name} is in "{source.text}", which is no unit of its kind: use {fit}'
            if not source.dimensionless
            else f"{name} is a plain number but needs a unit: use {fit}"
        )
    if source.text == target.text:
        return value
    if source.offset == target.offset == 0.0:
        ratio, inverse = source.scale / target.scale, target.scale / source.scale
        # divide by a whole ratio rather than multiply by its rounded inverse
        return value / round(inverse) if _whole(inverse) else value * ratio
    return (value * source.scale + source.offset - target.offset) / target.scale


def _whole(x: float) -> bool:
    return 1.5 < x < 2**53 and abs(x - round(x)) < 1e-12 * x


def _known(symbol: str, target: Unit, name: str) -> Unit:
    try:
        return unit(symbol)
    except InputError:
        near = suggestion(symbol, target)
        raise InputError(
            f'{name} has the unknown unit "{symbol}"'
            + (f': did you mean "{near}"?' if near else ":")
            + f" It takes {_fit(target)}"
        ) from None


def _needs_unit(name: str, digits: str, target: Unit) -> str:
    unit = "deg" if target.text == "rad" else target.text
    return f'{name} needs a unit: write "{digits} {unit}"'


def _fit(target: Unit) -> str:
    return ("a plain number, " if target.dimensionless else "") + ", ".join(fitting(target)[:6])


def _example(target: Unit) -> str:
    return f'a text like "1 {target.text}"' if target.text else "a plain number"


def _shown(value: Any) -> str:
    text = "true" if value is True else "false" if value is False else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _told(work: Any) -> Any:
    """Run a reading; its MarswardError becomes the sentence that pydantic passes on."""
    try:
        return work()
    except MarswardError as error:
        raise _told_error(str(error)) from error


def _told_error(sentence: str) -> Exception:
    from pydantic_core import PydanticCustomError

    return PydanticCustomError("marsward", "{sentence}", {"sentence": sentence})
