"""What the budgets write down: tables, key numbers, one sentence."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from marsward.core.time import Epoch
from marsward.mission.phases.budgets_study import Study
from marsward.mission.phases.phase import Given, Outcome, Quantity

if TYPE_CHECKING:
    from marsward.mission.phases.budgets import Budgets

GBIT = 1e9
CITATIONS = [
    "Friis 1946, doi:10.1109/JRPROC.1946.234568",
    "Yuen (ed.) 1983, Deep Space Telecommunications Systems Engineering, JPL 82-76",
    "Taylor (ed.) 2016, Deep Space Communications, doi:10.1002/9781119169079",
    "CCSDS 131.0-B (codes) and 401.0-B (radio frequencies and modulation)",
    "ESA margin philosophy for science assessment studies, SRE-PA/2011.097",
    "Patel & Beik 2023, Spacecraft Power Systems, 2nd edition",
    "Park et al. 2021 (DE440), doi:10.3847/1538-3881/abd414",
]


def record(phase: Budgets, found: Study, given: Given) -> Outcome:
    """Turn a study into the phase's outcome and write a CSV of each table."""
    tables = {
        "budget_manoeuvres": found.manoeuvres, "budget_power": found.power,
        "budget_link": found.link, "budget_data": found.data,
    }  # fmt: skip
    for name, table in tables.items():
        write_csv(table, given.folder / f"{name}.csv")
    numbers = _masses(found) | _power(phase, found) | _link(phase, found) | _data(found)
    return Outcome(
        products=tables,
        summary=numbers,
        sentence=_sentence(found, numbers),
        assumptions=_assumptions(phase, found),
        citations=CITATIONS,
    )


def write_csv(table: xr.Dataset, path: Path) -> None:
    """A table with one row for each event or step, units in the heads; second axes spread out."""
    first = next(iter(table.sizes)) if "time" not in table.dims else "time"
    columns: list[tuple[str, np.ndarray]] = []
    if "et" in table:
        columns.append(("utc", np.array([_utc(each) for each in table["et"].values], object)))
    for name, held in table.data_vars.items():
        unit = str(held.attrs.get("units", "")).replace(" ", "_")
        head = f"{name}_{unit}" if unit not in ("", "1") else str(name)
        if held.dims == (first,) and name != "et":
            columns.append((head, held.values))
        elif len(held.dims) == 2 and held.dims[0] == first:
            for k, of in enumerate(table[held.dims[1]].values):
                columns.append((f"{head}[{of}]", held.values[:, k]))
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow([head for head, _ in columns])
        for row in zip(*(held for _, held in columns), strict=True):
            writer.writerow([_cell(each) for each in row])


def _utc(et: float) -> str:
    return Epoch.et(float(et)).isot(digits=0) if np.isfinite(et) else ""


def _cell(held: object) -> str:
    if isinstance(held, float | np.floating):
        return "" if np.isnan(held) else f"{held:.7g}"
    return str(held)


def _masses(found: Study) -> dict[str, Quantity]:
    budget = found.spent.budget
    if budget is None:
        return {}
    said = {
        "": "masses of the mission file", "propellant": "the load that just does",
        "dry mass": "the greatest dry mass for the launch mass",
    }[found.spent.found]  # fmt: skip
    total = float(sum(each.velocity for each in budget.events))
    return {
        "dv_total": Quantity(total, "m/s", None, "all manoeuvres, without margin"),
        "dv_with_margin": Quantity(float(budget.velocity.sum()), "m/s", None, "with margins"),
        "launch_mass": Quantity(budget.launch, "kg", None, said),
        "dry_mass": Quantity(budget.dry, "kg", None, said),
        "propellant_loaded": Quantity(budget.loaded, "kg", None, said),
        "propellant_used": Quantity(float(budget.used.sum()), "kg", None, "with margins"),
        "propellant_margin": Quantity(
            budget.margin, "kg", None, "free at the end, above the residue in the tanks"
        ),
        "dv_spare": Quantity(budget.spare, "m/s", None, "that the free propellant still gives"),
    }


def _power(phase: Budgets, found: Study) -> dict[str, Quantity]:
    table = found.power
    margin, peak = table["power_margin"].values, table["power_margin_peak"].values
    least, depth = int(np.argmin(margin)), float(table["depth_of_discharge"].max())
    return {
        "power_margin_least": Quantity(
            float(margin[least]), "W", None, f"on {_utc(table['et'].values[least])[:10]}"
        ),
        "power_margin_peak_least": Quantity(float(peak.min()), "W", None, "in the greatest mode"),
        "array_power_least": Quantity(
            float(table["array_power"].min()), "W", None, f"array {phase.array.name}"
        ),
        "depth_of_discharge_most": Quantity(
            100.0 * depth, "%", None,
            f"longest umbra {float(table['shadow_longest'].max()) / 60.0:.1f} min; "
            f"{100.0 * phase.loads.deepest:g} % are allowed",
        ),
    }  # fmt: skip


def _link(phase: Budgets, found: Study) -> dict[str, Quantity]:
    table, name = found.link, phase.stations[0].name
    rate = table["rate"].values[:, 0]
    heard = rate[rate > 0.0]
    dark = table["blackout"].values > 0
    out = {
        "rate_highest": Quantity(
            float(heard.max()) / 1e3 if heard.size else 0.0, "kbit/s", None, f"to {name}"
        ),
        "rate_lowest": Quantity(
            float(heard.min()) / 1e3 if heard.size else 0.0, "kbit/s", None,
            f"to {name}, outside the blackout",
        ),
        "earth_distance_most": Quantity(
            float(table["earth_distance"].max()) / 1.495978707e11, "au", None, "from Earth"
        ),
        "sun_angle_least": Quantity(
            float(table["sun_earth_probe"].min()), "deg", None, "Sun, Earth, craft"
        ),
        "blackout_days": Quantity(
            float(dark.sum()) * found.line.step / 86400.0, "d", None,
            f"craft within {phase.radio.blackout:g} deg of the Sun",
        ),
    }  # fmt: skip
    for k, name in enumerate(table["lander"].values if "lander" in table else ()):
        days = float((table["relay_bits"].values[:, k] > 0.0).sum()) * found.line.step / 86400.0
        total = float(table["relay_bits"].values[:, k].sum())
        out[f"relay_{_key(name)}"] = Quantity(
            total / max(days, 1e-9) / 1e6, "Mbit", None, f"of {name} by UHF on a day with passes"
        )
    if dark.any():
        et, half = table["et"].values[dark], 0.5 * found.line.step
        out["blackout_first"] = Quantity(_utc(et[0] - half), "UTC", None, "first of all")
        out["blackout_last"] = Quantity(_utc(et[-1] + half), "UTC", None, "last of all")
    return out


def _data(found: Study) -> dict[str, Quantity]:
    table = found.data
    taken = float(table["taken"].sum())
    station = f"to {table.attrs['station']}"
    out = {
        "data_capacity": Quantity(float(table["capacity"].sum()) / GBIT, "Gbit", None, station),
        "data_taken": Quantity(taken / GBIT, "Gbit", None, "all instruments and relayed"),
        "data_returned": Quantity(float(table["sent"].sum()) / GBIT, "Gbit", None, station),
        "data_lost": Quantity(
            float(table["lost"].sum()) / GBIT, "Gbit", None, "finds no room on the recorder"
        ),
        "backlog_most": Quantity(
            float(table["waiting"].max()) / GBIT, "Gbit", None,
            f"recorder of {table.attrs['recorder'] / GBIT:g} Gbit",
        ),
    }  # fmt: skip
    for k, name in enumerate(table["instrument"].values):
        out[f"data_{_key(name)}"] = Quantity(
            float(table["taken"].values[:, k].sum()) / GBIT, "Gbit", None, f"of {name}"
        )
    return out


def _key(name: object) -> str:
    """A name as part of a summary's key."""
    return "".join(c if c.isalnum() else "_" for c in str(name).lower())


def _sentence(found: Study, numbers: dict[str, Quantity]) -> str:
    said = []
    budget = found.spent.budget
    if budget is not None:
        said.append(
            f"{numbers['dv_total'].value:.0f} m/s leave {budget.margin:.0f} kg of "
            f"{budget.loaded:.0f} kg of propellant free"
        )
    least = numbers["power_margin_least"].value
    said.append(
        f"power margin {least:.0f} W at least" if least >= 0.0
        else f"power falls short by {-least:.0f} W {numbers['power_margin_least'].source}"
    )  # fmt: skip
    low, high = (numbers[f"rate_{each}"].value for each in ("lowest", "highest"))
    dark = f"with {numbers['blackout_days'].value:.0f} days of blackout"
    said.append(
        f"{low:.4g} to {high:.4g} kbit/s {dark}" if high > 0.0
        else f"no rate of the radio reaches {found.data.attrs['station']}"
    )  # fmt: skip
    said.append(
        f"{numbers['data_returned'].value:.4g} of {numbers['data_taken'].value:.4g} Gbit returned"
    )
    return "; ".join(said)


def _assumptions(phase: Budgets, found: Study) -> list[str]:
    line, rules = found.line, phase.rules
    out = [
        f"Steps of {line.step / 3600.0:g} h, geometric places without light time"
        + (
            f"; on {int((~line.flown).sum())} steps no path is flown and Mars stands for the craft."
            if not line.flown.all()
            else "."
        ),
        *(
            [
                "Where no events are known, the mean orbit that follows the flight tells "
                "of shadow and occultation, Mars's shadow as a cylinder."
            ]
            if line.carried
            else ["Where no events are known, the mean of those that are, and the longest, stand."]
            if not line.flown.all()
            else []
        ),
        f"The link is a mean over passes above each station's mask, {phase.hours:g} h a "
        "day at most, less the time behind Mars; the rate changes freely and always keeps its "
        f"margin of {phase.radio.margin:g} dB. Nothing is sent within {phase.radio.blackout:g} deg "
        "of the Sun.",
        "The Sun's noise is that of a quiet disc through the sidelobes of ITU-R S.465; an active "
        "Sun doubles it, and scintillation in the corona is left to the blackout.",
        "Cells warm to a steady balance in sunlight alone; Mars's own heat is left out.",
        "The recorder takes data first come, first served, those of a step after its pass; what "
        "finds no room is lost.",
    ]
    if found.spent.budget is not None:
        out.insert(
            0,
            f"Margins: {100 * rules.deterministic:g} % on computed manoeuvres, "
            f"{100 * rules.statistical:g} % on the 99 % figure of statistical ones, "
            f"{100 * rules.reserve:g} % on reserves, {100 * rules.attitude:g} % of each event's "
            f"propellant for the attitude, {100 * rules.residual:g} % of the load left in the "
            "tanks.",
        )
    else:
        out.insert(0, f"There is no budget of propellant: {found.spent.why}.")
    if phase.relay:
        out.append(
            "The relay is a rate by range over the best passes of each day of the orbit flown; "
            "their mean stands afterwards."
        )
    if float(found.power["depth_of_discharge"].max()) > phase.loads.deepest:
        out.append(
            "The battery goes deeper than is allowed: give a greater battery_capacity to loads, or "
            "less power to the modes in shadow."
        )
    if not phase.stream and not phase.relay and not found.data.sizes.get("instrument", 0):
        out.append("No instrument's data are told ([[phase.stream]]); only the capacity stands.")
    return out
