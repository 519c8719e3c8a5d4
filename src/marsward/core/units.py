"""Units of measure: one table of symbols, SI prefixes, and the grammar that combines them.

A unit is a product of symbols with powers, "km3/s2", "W/m2/sr", "kg m-1 s-2"; a symbol after a
"/" divides. Angle, pixel, bit and electron are kinds of their own, so 1 Hz is not 1 rad/s.
"""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass
from functools import lru_cache

from marsward.core.constants import (
    ASTRONOMICAL_UNIT,
    DAY,
    JULIAN_YEAR,
    SOL,
    STANDARD_GRAVITY,
)
from marsward.core.errors import InputError

KINDS = ("m", "kg", "s", "K", "A", "rad", "px", "bit", "e-", "mag", "mol", "DN")
_DEGREE = math.pi / 180.0
_PREFIXES = {
    "f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "m": 1e-3, "c": 1e-2,
    "d": 1e-1, "h": 1e2, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12,
}  # fmt: skip
# symbol: (scale to SI, powers of the kinds)
_SYMBOLS: dict[str, tuple[float, dict[str, int]]] = {
    "": (1.0, {}),
    "1": (1.0, {}),
    "%": (0.01, {}),
    "ppm": (1e-6, {}),
    "ppb": (1e-9, {}),
    "m": (1.0, {"m": 1}),
    "AU": (float(ASTRONOMICAL_UNIT), {"m": 1}),
    "au": (float(ASTRONOMICAL_UNIT), {"m": 1}),
    "s": (1.0, {"s": 1}),
    "min": (60.0, {"s": 1}),
    "h": (3600.0, {"s": 1}),
    "d": (float(DAY), {"s": 1}),
    "day": (float(DAY), {"s": 1}),
    "days": (float(DAY), {"s": 1}),
    "yr": (float(JULIAN_YEAR), {"s": 1}),
    "sol": (float(SOL), {"s": 1}),
    "sols": (float(SOL), {"s": 1}),
    "kg": (1.0, {"kg": 1}),
    "g": (1e-3, {"kg": 1}),
    "t": (1e3, {"kg": 1}),
    "g0": (float(STANDARD_GRAVITY), {"m": 1, "s": -2}),
    "mol": (1.0, {"mol": 1}),
    "K": (1.0, {"K": 1}),
    "degC": (1.0, {"K": 1}),
    "°C": (1.0, {"K": 1}),
    "A": (1.0, {"A": 1}),
    "C": (1.0, {"A": 1, "s": 1}),
    "V": (1.0, {"kg": 1, "m": 2, "s": -3, "A": -1}),
    "N": (1.0, {"kg": 1, "m": 1, "s": -2}),
    "J": (1.0, {"kg": 1, "m": 2, "s": -2}),
    "W": (1.0, {"kg": 1, "m": 2, "s": -3}),
    "Wh": (3600.0, {"kg": 1, "m": 2, "s": -2}),
    "eV": (1.602_176_634e-19, {"kg": 1, "m": 2, "s": -2}),
    "Pa": (1.0, {"kg": 1, "m": -1, "s": -2}),
    "bar": (1e5, {"kg": 1, "m": -1, "s": -2}),
    "Hz": (1.0, {"s": -1}),
    "rpm": (2.0 * math.pi / 60.0, {"rad": 1, "s": -1}),
    "rad": (1.0, {"rad": 1}),
    "deg": (_DEGREE, {"rad": 1}),
    "°": (_DEGREE, {"rad": 1}),
    "arcmin": (_DEGREE / 60.0, {"rad": 1}),
    "arcsec": (_DEGREE / 3600.0, {"rad": 1}),
    "mas": (_DEGREE / 3.6e6, {"rad": 1}),
    "sr": (1.0, {"rad": 2}),
    "px": (1.0, {"px": 1}),
    "ppd": (1.0 / _DEGREE, {"px": 1, "rad": -1}),
    "bit": (1.0, {"bit": 1}),
    "byte": (8.0, {"bit": 1}),
    "B": (8.0, {"bit": 1}),
    "e-": (1.0, {"e-": 1}),
    "DN": (1.0, {"DN": 1}),
    "mag": (1.0, {"mag": 1}),
}
_PREFIXABLE = frozenset(
    {"m", "s", "g", "K", "A", "C", "V", "N", "J", "W", "Wh", "eV", "Pa", "bar", "Hz", "rad", "sr"}
    | {"px", "bit", "byte", "B", "mol", "e-"}
)
_DATA = ("bit", "byte", "B")  # never in parts: "dB" is no tenth of a byte
_OFFSETS = {"degC": 273.15, "°C": 273.15}
# what to show when a unit does not fit, by an example of each kind of quantity
_USUAL = (
    "m km AU mm cm um nm", "s min h d sol yr ms us ns", "m/s km/s mm/s km/h", "m/s2 km/s2 mm/s2",
    "kg g t", "N kN mN", "deg arcmin arcsec rad mrad urad", "deg/s deg/d rad/s rpm", "W kW mW",
    "Pa hPa mbar bar kPa", "K degC", "m2 km2 cm2", "m3 cm3", "m2/kg cm2/g", "m3/s2 km3/s2",
    "W/m2 kW/m2", "W/m2/sr", "W/m2/um W/m3 W/m2/nm", "px", "e-", "bit byte kbit Mbit Gbit MB GB",
    "bit/s kbit/s Mbit/s", "Hz kHz MHz GHz 1/s", "ppd px/deg px/rad", "% ppm", "kg/m3 g/cm3",
    "J kJ Wh kWh", "J/kg/K", "W/m/K", "J/m2/K/s0.5", "V mV", "A mA", "mag", "sr", "m/px km/px",
    "rad/px urad/px arcsec/px", "DN", "e-/DN", "mol", "kg/s g/s", "e-/s", "K/m K/km",
    "km2/s2 m2/s2", "1/m 1/km",
)  # fmt: skip
_FACTOR = re.compile(r"([*/· ]?)\s*(e-|g0|[A-Za-zµμ°%]+|1)(?:(?:\^|\*\*)?([+-]?\d+(?:\.\d+)?))?")


@dataclass(frozen=True)
class Unit:
    """A unit resolved: value_SI = value·scale + offset, and its powers of the `KINDS`."""

    text: str
    scale: float
    offset: float
    powers: tuple[float, ...]

    @property
    def dimensionless(self) -> bool:
        return not any(self.powers)


@lru_cache(maxsize=1024)
def unit(text: str) -> Unit:
    """The unit that a text names; InputError with a near name when there is none."""
    text = text.strip()
    if text in _OFFSETS:
        return Unit(text, 1.0, _OFFSETS[text], _powers({"K": 1}))
    if text in ("", "1"):
        return Unit("", 1.0, 0.0, _powers({}))
    scale, total, at = 1.0, dict.fromkeys(KINDS, 0.0), 0
    while at < len(text):
        found = _FACTOR.match(text, at)
        if found is None or (at == 0 and found.group(1).strip()):
            raise _unknown(text)
        joint, symbol, power = found.groups()
        entry = _symbol(symbol)
        if entry is None or (at > 0 and not joint):
            raise _unknown(text)
        exponent = float(power or 1) * (-1.0 if joint == "/" else 1.0)
        scale *= entry[0] ** exponent
        for kind, n in entry[1].items():
            total[kind] += n * exponent
        at = found.end()
    return Unit(text, scale, 0.0, tuple(total[kind] for kind in KINDS))


def fitting(target: Unit) -> list[str]:
    """Usual units of the same kind as `target`, best known first."""
    for line in _USUAL:
        names = line.split()
        if unit(names[0]).powers == target.powers:
            return names
    return [target.text]


def suggestion(text: str, target: Unit | None = None) -> str:
    """The nearest known unit to a misspelt one, or an empty text."""
    names = fitting(target) if target else [n for line in _USUAL for n in line.split()]
    for folded, name in ((n.lower(), n) for n in names):
        if text.lower() in (folded, folded + "s"):
            return name
    spoken = _SPOKEN.get(text.lower().rstrip("s")) or _SPOKEN.get(text.lower())
    if spoken and (target is None or unit(spoken).powers == target.powers):
        return spoken
    near = difflib.get_close_matches(text, names, n=1, cutoff=0.6)
    return near[0] if near else ""


def _symbol(symbol: str) -> tuple[float, dict[str, int]] | None:
    if symbol in _SYMBOLS:
        return _SYMBOLS[symbol]
    prefix, rest = symbol[:1], symbol[1:]
    if prefix in _PREFIXES and rest in _PREFIXABLE:
        if rest in _DATA and _PREFIXES[prefix] < 1e3:
            return None
        scale, powers = _SYMBOLS[rest]
        return scale * _PREFIXES[prefix], powers
    return None


def _powers(powers: dict[str, int]) -> tuple[float, ...]:
    return tuple(float(powers.get(kind, 0)) for kind in KINDS)


def _unknown(text: str) -> InputError:
    near = suggestion(text)
    return InputError(f'unknown unit "{text}"' + (f': did you mean "{near}"?' if near else ""))


_SPOKEN = {
    "meter": "m", "metre": "m", "kilometer": "km", "kilometre": "km", "second": "s", "sec": "s",
    "minute": "min", "hour": "h", "hr": "h", "year": "yr", "degree": "deg", "radian": "rad",
    "watt": "W", "pascal": "Pa", "kelvin": "K", "celsius": "degC", "gram": "g", "kilogram": "kg",
    "newton": "N", "hertz": "Hz", "pixel": "px", "electron": "e-", "percent": "%", "micron": "um",
    "kph": "km/h", "mps": "m/s", "kmps": "km/s", "tonne": "t", "bits": "bit", "arcsecond": "arcsec",
    "mb/s": "Mbit/s", "mbps": "Mbit/s", "kbps": "kbit/s", "sq m": "m2", "m**2": "m2",
}  # fmt: skip
