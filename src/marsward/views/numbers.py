"""How a number is printed: in the unit people use, with as many digits as its uncertainty bears."""

import math
import re
from dataclasses import dataclass
from typing import Any

AU = 149_597_870_700.0  # m, exact (IAU 2012 resolution B2)

# SI unit: rows of (from this size on, factor to the shown unit, shown unit)
_SHOWN: dict[str, tuple[tuple[float, float, str], ...]] = {
    "m": (
        (1e9, 1e-9, "million km"),
        (1e3, 1e-3, "km"),
        (1e-1, 1.0, "m"),
        (1e-3, 1e3, "mm"),
        (1e-6, 1e6, "µm"),
        (0.0, 1e9, "nm"),
    ),
    "m/s": ((1e3, 1e-3, "km/s"), (5e-2, 1.0, "m/s"), (0.0, 1e3, "mm/s")),
    "m/s2": ((1e-3, 1.0, "m/s²"), (1e-6, 1e6, "µm/s²"), (0.0, 1e9, "nm/s²")),
    "m2/s2": ((1e4, 1e-6, "km²/s²"), (0.0, 1.0, "m²/s²")),
    "rad": ((2e-4, 180 / math.pi, "°"), (0.0, 180 * 3600 / math.pi, "″")),
    "s": ((172_800.0, 1 / 86400, "days"), (0.1, 1.0, "s"), (0.0, 1e3, "ms")),
    "kg": ((0.0, 1.0, "kg"),),
    "m3/s2": ((0.0, 1e-9, "km³/s²"),),
    "K": ((0.0, 1.0, "K"),),
    "W": ((1e3, 1e-3, "kW"), (0.0, 1.0, "W")),
    "Pa": ((0.0, 1.0, "Pa"),),
}
_SAME = {
    "km": "km", "km/s": "km/s", "deg": "°", "arcsec": "″", "km2/s2": "km²/s²", "px": "px",
    "%": "%", "h": "h", "d": "days", "au": "AU", "mag": "mag", "km/s2": "km/s²", "1": "", "": "",
    "dimensionless": "", "deg/d": "° a day", "1e15 kg": "10¹⁵ kg", "sol": "sols",
    "W m-2": "W m⁻²", "W/cm2": "W cm⁻²", "kJ/cm2": "kJ cm⁻²", "Wh m-2": "Wh m⁻²",
    "1/m2": "m⁻²", "1/m3": "m⁻³",
}  # fmt: skip
_ROUNDING = 1e-9  # a share below which a residual is said to be small, and no more
_POWERS = 1e15  # from here on a power of ten is told
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_FINER = {"km": (0.1, 1e3, "m")}  # below this many, times this, in the next smaller unit
_ROUGH = re.compile(
    r"(_miss|_miss_velocity|_lit|_residual|chi_square|_gsd|_backlog|_off)$|^quality_|^albedo_"
    r"|^geolocation|^resolution$|^(ice|radar|frost_days|energy|fraction|found|false|fit)_"
    r"|^(line|image|clutter|anomaly|profile)_|^rms_|^(inertia|prior|temperature)_|^two_solutions$"
    r"|^(pressure_fit|density_difference|station|cap_edge|occultation|sounding|limb_sounding)_|_flux$"
    r"|^(tilt|slip|charge|miss|thrust_margin|hover_power|duration_residual|distance_residual)_"
    r"|^(touchdown_(speed|tilt)|propellant_used|ellipse_azimuth_\w+|plan_sent|driven)$"
    r"|^entry_after_asked$|_(ellipse|panel_energy|rotor_margin)$"
)
_FRACTION = re.compile(r"(_lit|_fraction|^landed_share$|^lit_|^fraction_(worst_)?rms|efficiency)")
_MOMENT = re.compile(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:")


@dataclass(frozen=True)
class Shown:
    """One number as text: value, uncertainty, unit."""

    value: str
    sigma: str
    unit: str

    def __str__(self) -> str:
        both = f"{self.value} ± {self.sigma}" if self.sigma else self.value
        gap = "" if self.unit in ("°", "″", "") else "\u202f"
        return f"{both}{gap}{self.unit}"


def shown(
    value: Any, unit: str = "", sigma: float | None = None, key: str = "", figures: int = 5
) -> Shown:
    """A summary value in the unit people use, to `figures` digits where it has no sigma."""
    if isinstance(value, bool):
        return Shown("yes" if value else "no", "", "")
    if isinstance(value, list | tuple):
        if value and all(isinstance(item, int | float) for item in value):
            return _shown_row([float(item) for item in value], unit)
        parts = [shown(item, unit, None, key, 9) for item in value]
        if any(p.unit != parts[0].unit for p in parts):
            return Shown(", ".join(str(p) for p in parts), "", "")
        return Shown(", ".join(p.value for p in parts), "", parts[0].unit if parts else "")
    if not isinstance(value, int | float):
        return _shown_text(value, unit, sigma)
    if not math.isfinite(value):
        return Shown("not known", "", "")
    if not unit and key.endswith("_residual") and abs(value) < _ROUNDING:
        return Shown("< 0.001", "", "ppm")
    factor, name = _scale(float(value), unit, key)
    spread = abs(sigma) * factor if sigma is not None and math.isfinite(sigma) else None
    figures = min(figures, 3) if _ROUGH.search(key) else figures
    return Shown(digits(value * factor, spread, figures), _sigma_text(spread), name)


def _shown_row(values: list[float], unit: str) -> Shown:
    """Components of one vector: one unit, and the same decimals for all, nine figures at most."""
    if not all(math.isfinite(value) for value in values):
        return Shown("not known", "", "")
    largest = max(values, key=abs)
    factor, name = _scale(largest, unit, "")
    scaled = [value * factor for value in values]
    places = max(8 - math.floor(math.log10(abs(largest * factor))), 0) if largest else 0
    while places and all(round(v, places) == round(v, places - 1) for v in scaled):
        places -= 1
    texts = [f"{v:,.{places}f}".replace(",", "\u202f").replace("-", "−") for v in scaled]
    return Shown(", ".join(texts), "", name)


def shown_entry(key: str, entry: dict[str, Any]) -> Shown:
    """One entry of summary.json as text."""
    return shown(entry.get("value"), str(entry.get("unit") or ""), entry.get("sigma"), key)


def digits(value: float, sigma: float | None = None, figures: int = 5) -> str:
    """A number rounded to two figures of its uncertainty, or to `figures` of its own."""
    if value == 0:
        return "0"
    if sigma:
        places = 1 - math.floor(math.log10(sigma))
    elif float(value).is_integer() and abs(value) < 1e6:
        places = 0
    else:
        places = max(figures - 1 - math.floor(math.log10(abs(value))), 0)
    if abs(value) >= _POWERS:
        return _with_power(value, figures)
    if places > 9:
        return f"{value:.4g}".replace("-", "−")
    if places < 0:
        value, places = round(value, places), 0
    text = f"{value:,.{places}f}".replace(",", "\u202f").replace("-", "−")
    if not sigma and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text


def _with_power(value: float, figures: int) -> str:
    """A number too long to be read by its digits: 5 × 10²²."""
    head, _, power = f"{value:.{figures - 1}e}".partition("e")
    head = (head.rstrip("0").rstrip(".") if "." in head else head).replace("-", "−")
    return f"{head} × 10{str(int(power)).translate(_RAISED)}"


def moment(text: str, *, seconds: bool = True) -> str:
    """An ISO time as people read it: 2020-07-26 21:14:35."""
    day, _, clock = str(text).strip().replace(" ", "T", 1).partition("T")
    clock = re.sub(r"(Z|[+-]\d\d:?\d\d)$", "", clock)
    if not clock:
        return day
    whole, _, part = clock.partition(".")
    if not seconds:
        return f"{day} {whole[:5]}"
    part = part[:1] if part.strip("0") else ""
    return f"{day} {whole}" + (f".{part}" if part else "")


def whole_sentence(text: str) -> str:
    """With a capital, a full stop, and times as people read them."""
    text = re.sub(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z?", r"\1 \2", text.strip())
    text = text.replace("+-", "±")
    return text[:1].upper() + text[1:] + ("" if not text or text[-1] in ".!?" else ".")


def _scale(value: float, unit: str, key: str) -> tuple[float, str]:
    if unit in ("1", "", "dimensionless") and _FRACTION.search(key):
        return 100.0, "%"
    if not unit and key.endswith("_residual") and abs(value) < 1e-3:
        return 1e6, "ppm"
    rows = _SHOWN.get(unit)
    if unit in _FINER and 0.0 < abs(value) < _FINER[unit][0]:
        return _FINER[unit][1:]
    if rows is None:
        return 1.0, _SAME.get(unit, unit.replace("**", "").replace("^", ""))
    if value == 0.0:
        return next((row[1:] for row in rows if row[1] == 1.0), rows[0][1:])
    for least, factor, name in rows:
        if abs(value) >= least:
            return factor, name
    return 1.0, unit


def _sigma_text(sigma: float | None) -> str:
    if not sigma:
        return ""
    return digits(sigma, sigma)


def _shown_text(value: Any, unit: str, sigma: float | None) -> Shown:
    if value is None:
        return Shown("not known", "", "")
    text = str(value)
    if not _MOMENT.match(text):
        return Shown(text, "", _SAME.get(unit, unit) if text[:1].isdigit() else "")
    spread = f"{digits(sigma, sigma)}\u202fs" if sigma else ""
    zone = unit or "UTC"
    if zone.lower() in ("utc", "iso", "iso8601", "epoch"):
        zone = "UTC"
    return Shown(moment(text), spread, zone)
