"""The tables of the report: key numbers, manoeuvres, truth against knowledge, checks."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from marsward.views.figures.burns import read_burns
from marsward.views.figures.navigation import body_names, centre_miss
from marsward.views.labels import is_burn, key_of, label
from marsward.views.numbers import digits, moment, shown, shown_entry
from marsward.views.stored_run import Missing, StoredPhase


@dataclass(frozen=True)
class Table:
    """A table of texts: `head` names the columns, `numeric` says which are numbers."""

    title: str
    head: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def key_numbers(phase: StoredPhase) -> Table | None:
    """The summary of a phase, in its own order; None when it is empty.

    Single manoeuvres and coasts are left to their tables, where the phase has them, and vectors to
    the table of states.
    """
    rows = []
    told = _told_elsewhere(phase)
    for key, entry in phase.summary.items():
        if isinstance(entry.get("value"), list):
            continue
        if ("manoeuvres" in phase.products and is_burn(key)) or (told and told.match(key)):
            continue
        text = shown_entry(key, entry)
        rows.append((label(key), text.value, text.sigma, text.unit, str(entry.get("source") or "")))
    if not rows:
        return None
    head = ("quantity", "value", "± 1σ", "unit", "how it was found")
    return without_empty(Table("Key numbers", head, (False, True, True, False, False), tuple(rows)))


def _told_elsewhere(phase: StoredPhase) -> re.Pattern[str] | None:
    """Keys with tables of their own: manoeuvres, coasts, albedo, minerals, …; None without."""
    parts = []
    if "orbit_burns" in phase.products:
        names = {name.replace("-", "_") for name in phase.texts("orbit_burns", "name")}
        parts += [re.escape(name) + "_" for name in sorted(names - {"insertion"})]
    if "orbit_coasts" in phase.products:
        parts.append("coast_")
    if phase.kind == "map":
        parts.append("albedo_(rms|bias|chi)_")
    if phase.kind == "ice" and "reflectors" in phase.products:
        parts.append(r"radar_.+_(picks|class|permittivity|depth)(_true)?$")
    if phase.kind == "soil" and "soil_fractions" in phase.products:
        parts.append("rms_")
    if phase.kind == "climate":
        parts += _air_told_elsewhere(phase)
    return re.compile("|".join(parts)) if parts else None


def _air_told_elsewhere(phase: StoredPhase) -> list[str]:
    """Keys of the tables of sites and of experiments."""
    parts = []
    if "pressure_cycle" in phase.products:
        parts.append("pressure_(low|high)_")
    if "experiments" in phase.products:
        try:
            cases, measures = (
                "|".join(re.escape(key_of(text)) for text in phase.texts("experiments", name))
                for name in ("case", "measure")
            )
        except Missing:  # then the table says so, and its keys stay here
            return parts
        parts.append(f"(({cases})_)?({measures})$")
    return parts


def states(phase: StoredPhase) -> Table | None:
    """The vectors in the summary of a phase, such as predicted states; None without any."""
    rows = []
    for key, entry in phase.summary.items():
        if isinstance(entry.get("value"), list):
            text, where = shown_entry(key, entry), str(entry.get("source") or "")
            where = re.sub(r"(\d)T(\d\d:)", r"\1 \2", where)
            rows.append((label(key), *_three(text.value), text.unit, where))
    if not rows:
        return None
    head = ("quantity", "x", "y", "z", "unit", "how it was found")
    numeric = (False, True, True, True, False, False)
    return without_empty(Table("States to compare with", head, numeric, tuple(rows)))


def _three(text: str) -> tuple[str, str, str]:
    """The components of a vector; whatever has another number of them stays in one cell."""
    parts = text.split(", ")
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else (text, "", "")


def without_empty(table: Table) -> Table:
    """The table less the columns in which no row has anything."""
    kept = [k for k in range(len(table.head)) if any(row[k] for row in table.rows)]
    return Table(
        table.title, tuple(table.head[k] for k in kept), tuple(table.numeric[k] for k in kept),
        tuple(tuple(row[k] for k in kept) for row in table.rows), table.note,
    )  # fmt: skip


def manoeuvres(phase: StoredPhase, product: str = "manoeuvres") -> Table:
    """Every manoeuvre, each way it was estimated, beside its published figure."""
    rows: list[tuple[str, ...]] = []
    burns, about_mars = read_burns(phase, product), product == "orbit_burns"
    names = list(dict.fromkeys(burn.name for burn in sorted(burns, key=lambda b: b.time)))
    for burn in sorted(burns, key=lambda b: names.index(b.name)):
        off = burn.dv - burn.published
        again = bool(rows) and burn.name in {row[0] for row in rows}
        model = {"impulsive": "impulse"}.get(burn.model, burn.model)
        rows.append((
            "" if again else burn.name, f"{model}, {burn.basis}".strip(", "),
            moment(str(burn.time.astype("datetime64[s]"))), _spread(burn.epoch_sigma),
            digits(burn.dv, burn.sigma) if burn.sigma else f"{burn.dv:.3f}", _spread(burn.sigma),
            "" if again or not np.isfinite(off) else f"{burn.published:.3f}",
            _off(off) if np.isfinite(off) else "",
            f"{burn.duration:.1f}" if burn.duration else "",
            digits(burn.miss, None, 2) if about_mars and np.isfinite(burn.miss) else "",
        ))  # fmt: skip
    head = ("manoeuvre", "flown as, found from", "time (UTC)", "± s", "Δv [m/s]", "± m/s",
            "published", "off by", "burn [s]", "miss [m]")  # fmt: skip
    numeric = (False, False, *[True] * 8)
    note = _ORBIT_BURN_NOTE if about_mars else _BURN_NOTE
    return without_empty(Table("Manoeuvres", head, numeric, tuple(rows), note))


def orbit_manoeuvres(phase: StoredPhase) -> Table:
    """The manoeuvres about Mars, from orbit_burns.nc."""
    return manoeuvres(phase, "orbit_burns")


def coasts(phase: StoredPhase) -> Table:
    """Free flights about Mars against the vectors at their ends, from orbit_coasts.nc."""
    start, stop = (
        [name.replace("-", " ") for name in phase.texts("orbit_coasts", each)]
        for each in ("start", "stop")
    )
    span, miss, speed = (
        phase.values("orbit_coasts", name).astype(float)
        for name in ("duration", "miss", "miss_velocity")
    )
    rows = tuple(
        (f"{start[i]} to {stop[i]}", str(_span(span[i])),
         *_measure(miss[i], "m"), *_measure(speed[i], "m/s"))
        for i in range(len(start))
    )  # fmt: skip
    head = ("from vector to vector", "lasts", "misses by", "", "in speed", "")
    numeric = (False, True, True, False, True, False)
    return Table("Coasts without a push", head, numeric, rows, _COAST_NOTE)


def _span(seconds: float) -> str:
    text = digits(seconds / 60.0, None, 3) + " min"
    return text if seconds < 7200.0 * 12 else digits(seconds / 86_400.0, None, 3) + " days"


def _measure(value: float, unit: str) -> tuple[str, str]:
    text = shown(value, unit, figures=3)
    return text.value, text.unit


def albedo_closure(phase: StoredPhase) -> Table:
    """How far the map's albedo is from the truth, a row for each band; from the summary."""
    bands = [key.removeprefix("albedo_rms_") for key in phase.summary if "albedo_rms_" in key]
    if not bands:
        raise Missing(f"{phase.folder.name}/summary.json has no albedo_rms")
    rows = []
    for band in bands:
        found = (phase.summary.get(f"albedo_{what}_{band}", {}) for what in ("rms", "bias", "chi"))
        rows.append((band, *(_three_figures(entry.get("value")) for entry in found)))
    head = ("band", "root mean square [%]", "mean [%]", "over the stated 1σ")
    numeric = (False, True, True, True)
    return Table("Albedo, map less truth", head, numeric, tuple(rows), _ALBEDO_NOTE)


def _three_figures(value: Any) -> str:
    known = isinstance(value, int | float) and np.isfinite(value)
    return digits(float(value), None, 3) if known else ""


_ALBEDO_NOTE = (
    "By area, in per cent of the band's true mean albedo. The last column is the root mean square "
    "of the difference over the map's own 1σ: 1 where the stated errors are right, less where they "
    "are too careful."
)
_COAST_NOTE = (
    "The path starts at the first vector and flies freely; the miss is how far it ends from the "
    "second."
)
_ORBIT_BURN_NOTE = (
    "± is 1σ: the scatter of the vectors, and how much the ways of finding the same push differ. "
    "Miss: how far the paths before and after pass one another where the push joins them."
)
_BURN_NOTE = (
    "± is 1σ: the scatter of the vectors, and for the joined path also how far the two nearest "
    "vectors alone would move it. A time with ± of minutes is held by its first guess in the "
    "mission file. A row without ± joins two vectors alone, as the published figures do; it holds "
    "the time of a small push poorly, to hours."
)


def _off(difference: float) -> str:
    text = f"{difference:+.3f}".replace("-", "−")
    return text[1:] if not text.strip("+−0.") else text


def _spread(sigma: float) -> str:
    return digits(sigma, sigma) if sigma else ""


def truth_and_knowledge(phase: StoredPhase) -> Table:
    """For each body: what the picture alone tells, against the truth; from navigation.nc."""
    names = body_names(phase)
    rows: list[tuple[str, ...]] = []
    miss = centre_miss(phase)
    spread = phase.values("navigation", "centre_covariance")
    truth = phase.values("navigation", "truth_centre")
    for i, name in enumerate(names):
        for axis, word in enumerate(("centre, column", "centre, row")):
            sigma = float(np.sqrt(spread[i][axis, axis]))
            rows.append(_row(f"{name}: {word}", "px", truth[i][axis], miss[i][axis], sigma))
        rows += _measured(phase, name, i)
    head = ("quantity", "unit", "truth", "measured", "± 1σ", "measured − truth", "in σ")
    note = _LIGHT_NOTE + _far_off(rows)
    return Table("Truth and knowledge", head, (False, False, *[True] * 5), tuple(rows), note)


def _far_off(rows: list[tuple[str, ...]]) -> str:
    """A sentence on the rows whose stated error does not hold the truth; nothing without any."""
    far = sum(1 for row in rows if row[-1] and abs(float(row[-1].replace("−", "-"))) > 3.0)
    if not far:
        return ""
    return (
        f" {far} of {len(rows)} rows lie more than 3σ off: their stated errors are too small here."
    )


_LIGHT_NOTE = (
    "Distances here run along the light, to where the body stood when the light left it, seconds "
    "before the picture; in the key numbers, to where it stood when the picture was taken. "
    "“All together”: one position of the craft from the whole picture."
)


def _measured(phase: StoredPhase, name: str, i: int) -> list[tuple[str, ...]]:
    """Radius and range of one body, where the product has them."""
    rows = []
    wanted = (
        ("apparent radius", "px", 1.0, "radius_px", "radius_sigma_px", "truth_radius_px"),
        ("distance", "km", 1e-3, "range", "range_sigma", "truth_range"),
        ("distance, all together", "km", 1e-3, "fix_range", "fix_range_sigma", "truth_range"),
    )
    for word, unit, scale, *columns in wanted:
        try:
            found, sigma, true = (
                scale * float(phase.values("navigation", column)[i]) for column in columns
            )
        except Missing:
            continue
        rows.append(_row(f"{name}: {word}", unit, true, found - true, sigma))
    return rows


def _row(what: str, unit: str, truth: float, miss: float, sigma: float) -> tuple[str, ...]:
    spread = sigma if np.isfinite(sigma) and sigma > 0 else None
    ratio = f"{miss / sigma:+.1f}".replace("-", "−") if spread else ""
    return (
        what, unit, digits(truth, spread), digits(truth + miss, spread),
        digits(sigma, sigma) if spread else "", digits(miss, spread), ratio,
    )  # fmt: skip


@dataclass(frozen=True)
class Check:
    """One line of the table of trust; `reference` counts the source in the list of sources."""

    topic: str
    name: str
    value: str
    expected: str
    unit: str
    reference: int
    trouble: str
    ok: bool


def checks(rows: list[dict[str, Any]], sources: list[str]) -> list[Check]:
    """The rows of verify.json as texts, failed ones first, none left out."""
    found = []
    for row in rows:
        row = _finer(row)
        unit = str(row.get("unit") or "")
        source = str(row.get("source") or "")
        tolerance = row.get("tolerance")
        bound = row.get("expected") == 0 and isinstance(tolerance, int | float)
        near = _tolerance(tolerance, unit)
        expected = f"at most {near}" if bound else f"{_value(row.get('expected'), unit)} ± {near}"
        found.append(Check(
            topic=str(row.get("topic") or ""), name=str(row.get("name") or ""),
            value=_value(row.get("value"), unit, tolerance), expected=expected,
            unit=shown(1.0, unit).unit if unit != "UTC" else "UTC",
            reference=sources.index(source) + 1 if source in sources else 0,
            trouble="" if source in sources else source, ok=row.get("ok") is True,
        ))  # fmt: skip
    return sorted(found, key=lambda check: check.ok)


def _finer(row: dict[str, Any]) -> dict[str, Any]:
    """A row in metres where its tolerance is less than a tenth of a kilometre."""
    names = ("value", "expected", "tolerance")
    numbers = [row[name] for name in names if isinstance(row.get(name), int | float)]
    if row.get("unit") != "km" or len(numbers) < len(names) or numbers[-1] >= 0.1:
        return row
    return {**row, **{name: 1e3 * row[name] for name in names}, "unit": "m"}


def _value(value: Any, unit: str, tolerance: Any = None) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return shown(value, unit).value
    if tolerance and isinstance(tolerance, int | float):
        return digits(float(value), min(0.1 * float(tolerance), 99.0))
    if value and abs(value) < 1e-4:
        return f"{value:.3g}".replace("-", "−")
    return digits(float(value), None, 6)


def _tolerance(value: Any, unit: str) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return digits(float(value), None, 2) + ("\u202fs" if unit == "UTC" else "")
    return str(value if value is not None else "")
