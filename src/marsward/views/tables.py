"""The tables of the report: key numbers, manoeuvres, truth against knowledge, checks."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from marsward.views.figures.burns import read_burns
from marsward.views.figures.navigation import body_names, centre_miss
from marsward.views.labels import is_burn, label
from marsward.views.numbers import digits, moment, shown, shown_entry
from marsward.views.stored_run import Missing, StoredPhase


@dataclass(frozen=True)
class Table:
    """A table of texts: `head` names the columns, `numeric` says which are numbers."""

    title: str
    head: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


def key_numbers(phase: StoredPhase) -> Table | None:
    """The summary of a phase, in its own order; None when it is empty.

    Single manoeuvres are left to the table of manoeuvres, where the phase has one.
    """
    rows = []
    for key, entry in phase.summary.items():
        if "manoeuvres" in phase.products and is_burn(key):
            continue
        text = shown_entry(key, entry)
        rows.append((label(key), text.value, text.sigma, text.unit, str(entry.get("source") or "")))
    if not rows:
        return None
    head = ("quantity", "value", "± 1σ", "unit", "how it was found")
    return without_empty(Table("Key numbers", head, (False, True, True, False, False), tuple(rows)))


def without_empty(table: Table) -> Table:
    """The table less the columns in which no row has anything."""
    kept = [k for k in range(len(table.head)) if any(row[k] for row in table.rows)]
    return Table(
        table.title, tuple(table.head[k] for k in kept), tuple(table.numeric[k] for k in kept),
        tuple(tuple(row[k] for k in kept) for row in table.rows),
    )  # fmt: skip


def manoeuvres(phase: StoredPhase) -> Table:
    """Every manoeuvre, each way it was estimated, beside its published figure."""
    rows: list[tuple[str, ...]] = []
    burns = read_burns(phase)
    names = list(dict.fromkeys(burn.name for burn in sorted(burns, key=lambda b: b.time)))
    for burn in sorted(burns, key=lambda b: names.index(b.name)):
        off = burn.dv - burn.published
        again = bool(rows) and burn.name in {row[0] for row in rows}
        model = {"impulsive": "impulse"}.get(burn.model, burn.model)
        rows.append((
            "" if again else burn.name, f"{model}, {burn.basis}".strip(", "),
            moment(str(burn.time.astype("datetime64[s]"))), _spread(burn.epoch_sigma),
            digits(burn.dv, burn.sigma or None, 5), _spread(burn.sigma),
            "" if again or not np.isfinite(off) else f"{burn.published:g}",
            f"{off:+.3f}".replace("-", "−") if np.isfinite(off) else "",
            f"{burn.duration:.1f}" if burn.duration else "",
        ))  # fmt: skip
    head = ("manoeuvre", "flown as, found from", "time (UTC)", "± s", "Δv [m/s]", "± m/s",
            "published", "off by", "burn [s]")  # fmt: skip
    numeric = (False, False, False, True, True, True, True, True, True)
    return without_empty(Table("Manoeuvres", head, numeric, tuple(rows)))


def _spread(sigma: float) -> str:
    return digits(sigma, sigma) if sigma else ""


def truth_and_knowledge(phase: StoredPhase) -> Table:
    """For each body: what the picture alone tells, against the truth; from navigation.nc."""
    names = body_names(phase)
    rows: list[tuple[str, ...]] = []
    miss = centre_miss(phase)
    spread = phase.values("navigation", "centre_covariance", "covariance_px", "covariance")
    truth = phase.values("navigation", "truth_centre", "true_centre", "centre_truth")
    for i, name in enumerate(names):
        for axis, word in enumerate(("centre, column", "centre, row")):
            sigma = float(np.sqrt(spread[i][axis, axis]))
            rows.append(_row(f"{name}: {word}", "px", truth[i][axis], miss[i][axis], sigma))
        rows += _measured(phase, name, i)
    head = ("quantity", "unit", "truth", "measured", "± 1σ", "measured − truth", "in σ")
    return Table("Truth and knowledge", head, (False, False, *[True] * 5), tuple(rows))


def _measured(phase: StoredPhase, name: str, i: int) -> list[tuple[str, ...]]:
    """Radius and range of one body, where the product has them."""
    rows = []
    wanted = (
        ("apparent radius", "px", 1.0, ("radius_px",), ("radius_sigma_px",)),
        ("distance", "km", 1e-3, ("range", "distance"), ("range_sigma", "distance_sigma")),
        ("distance, all together", "km", 1e-3, ("fix_range",), ("fix_range_sigma",)),
    )
    for word, unit, scale, names, sigmas in wanted:
        try:
            found = scale * float(phase.values("navigation", *names)[i])
            bare = [name.removeprefix("fix_") for name in names]
            truths = [f"truth_{n}" for n in bare] + [f"true_{n}" for n in bare]
            true = scale * float(phase.values("navigation", *truths)[i])
            sigma = scale * float(phase.values("navigation", *sigmas)[i])
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
        unit = str(row.get("unit") or "")
        source = str(row.get("source") or "")
        bound = row.get("expected") == 0 and isinstance(row.get("tolerance"), int | float)
        near = _tolerance(row.get("tolerance"), unit)
        expected = f"at most {near}" if bound else f"{_value(row.get('expected'), unit)} ± {near}"
        found.append(Check(
            topic=str(row.get("topic") or ""), name=str(row.get("name") or ""),
            value=_value(row.get("value"), unit), expected=expected,
            unit=shown(1.0, unit).unit if unit != "UTC" else "UTC",
            reference=sources.index(source) + 1 if source in sources else 0,
            trouble="" if source in sources else source, ok=row.get("ok") is True,
        ))  # fmt: skip
    return sorted(found, key=lambda check: check.ok)


def _value(value: Any, unit: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return shown(value, unit).value
    if value and abs(value) < 1e-4:
        return f"{value:.3g}".replace("-", "−")
    return digits(float(value), None, 6)


def _tolerance(value: Any, unit: str) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return digits(float(value), None, 3) + ("\u202fs" if unit == "UTC" else "")
    return str(value if value is not None else "")
