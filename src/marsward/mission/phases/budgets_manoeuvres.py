"""The manoeuvres of a mission, from its phases and its file, and their budget of propellant."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from marsward.core.errors import InputError
from marsward.vehicles.propellant import (
    Manoeuvre,
    PropellantBudget,
    loaded_for,
    propellant_budget,
)

if TYPE_CHECKING:
    from marsward.mission.phases.budgets import Budgets
    from marsward.mission.phases.budgets_parts import ManoeuvrePart
    from marsward.mission.schema import Spacecraft

_JOINED = ("all vectors joined", "vectors joined", "path to Mars and vectors joined")
_STATISTICAL = ("dv99",)
_DETERMINISTIC = ("dv", "delta_v")


@dataclass(frozen=True, eq=False)
class Spent:
    """The budget, and which mass was not given but found: "", "propellant" or "dry mass"."""

    budget: PropellantBudget | None
    found: str
    why: str = ""


def manoeuvres(
    phase: Budgets, products: Mapping[str, xr.Dataset], craft: Spacecraft
) -> tuple[Manoeuvre, ...]:
    """All events in the order of time; those without an epoch come last, as in the file.

    Raises
    ------
    InputError : the main engine's specific impulse is told nowhere.
    """
    main = phase.specific_impulse or craft.specific_impulse
    found = {
        each.name: each
        for product, table in products.items()
        for each in _told(product, table, main, phase)
    }
    for part in phase.manoeuvre:
        before = found.get(part.name)
        engine = phase.trim_impulse if part.engine == "trim" else main
        impulse = part.specific_impulse or engine or math.nan
        if math.isnan(impulse) and part.velocity == 0.0:
            impulse = phase.trim_impulse
        epoch = math.nan if part.epoch is None else float(part.epoch.et)
        own = _event(
            part.name, part.velocity, impulse, part.kind, part.dropped, epoch,
            part.source or "mission file",
        )  # fmt: skip
        found[part.name] = own if before is None else _merged(before, own, part)
    return tuple(sorted(found.values(), key=lambda each: (math.isnan(each.et), each.et)))


def _merged(before: Manoeuvre, own: Manoeuvre, part: ManoeuvrePart) -> Manoeuvre:
    """An event of a phase with what the mission file gives of it."""
    given = part.model_fields_set
    changes: dict[str, Any] = {}
    if "velocity" in given:
        changes["velocity"] = own.velocity
    if "kind" in given:
        changes["kind"] = own.kind
    if given & {"engine", "specific_impulse"}:
        changes["specific_impulse"] = own.specific_impulse
    if "dropped" in given:
        changes["dropped"] = own.dropped
    if "epoch" in given:
        changes["et"] = own.et
    return replace(before, **changes, source=f"{before.source}, mission file")


def _event(
    name: str, velocity: float, impulse: float, kind: Any, dropped: float, et: float, source: str
) -> Manoeuvre:
    if not math.isfinite(impulse):
        raise InputError(
            f"the specific impulse for {name!r} is told nowhere; give [spacecraft] "
            'specific_impulse = "320 s", or specific_impulse to the budgets'
        )
    return Manoeuvre(
        name=name, velocity=velocity, specific_impulse=impulse, kind=kind, dropped=dropped, et=et,
        source=source,
    )  # fmt: skip


def _told(
    product: str, table: xr.Dataset, main: float | None, phase: Budgets
) -> Iterator[Manoeuvre]:
    """Events of a product that is a table of manoeuvres; nothing for another."""
    statistical = next((key for key in _STATISTICAL if key in table), None)
    known = statistical or next((key for key in _DETERMINISTIC if key in table), None)
    if known is None or table[known].ndim != 1:
        return
    names = _event_names(table, str(table[known].dims[0]))
    if names is None:
        return
    kind = "statistical" if statistical else "deterministic"
    size = np.nan_to_num(np.asarray(table[known].values, dtype=np.float64))
    times = _epochs(table, names)
    if "all" in names:  # the 99 % of the sum is less than the sum of the 99 %
        total, each = size[names.index("all")], [n != "all" for n in names]
        size = size * (total / max(float(size[each].sum()), 1e-12))
    for k in _chosen(table, names):
        if names[k] == "all":
            continue
        row = {
            key: table[key].values[k] for key in ("specific_impulse", "dropped", "kind")
            if key in table and table[key].dims == table[known].dims
        }  # fmt: skip
        engine = phase.trim_impulse if statistical else main
        impulse = float(row.get("specific_impulse", math.nan))
        impulse = impulse if math.isfinite(impulse) else (engine or math.nan)
        dropped = float(np.nan_to_num(float(row.get("dropped", 0.0))))
        yield _event(
            names[k], float(size[k]), impulse, row.get("kind", kind), dropped, times[k], product
        )


def _event_names(table: xr.Dataset, dim: str) -> list[str] | None:
    """What the rows are called: by a variable `name`, or by the axis itself."""
    for key in ("name", dim):
        if key in table and table[key].dims == (dim,) and table[key].dtype.kind in "OUST":
            return [str(each) for each in table[key].values]
    return None


def _epochs(table: xr.Dataset, names: list[str]) -> list[float]:
    """TDB past J2000 of each row [s]; NaN where it is not told."""
    if "et_whole" in table and "et_frac" in table and table["et_whole"].ndim == 1:
        return [float(t) for t in table["et_whole"].values + table["et_frac"].values]
    if "et" in table and table["et"].sizes.get(str(table["et"].dims[0])) == len(names):
        return [float(t) for t in table["et"].values]
    if "epoch_et" in table and "stage" in table:
        stages = [str(each) for each in table["stage"].values]
        at = dict(zip(stages, map(float, table["epoch_et"].values), strict=True))
        return [at.get(name, math.nan) for name in names]
    return [math.nan] * len(names)


def _chosen(table: xr.Dataset, names: list[str]) -> list[int]:
    """One row for each name: the fit of all vectors where there are several."""
    if "basis" not in table:
        return list(range(len(names)))
    basis = [str(each) for each in table["basis"].values]
    rank = [_JOINED.index(each) if each in _JOINED else len(_JOINED) for each in basis]
    return [
        min((k for k in range(len(names)) if names[k] == name), key=lambda k: rank[k])
        for name in dict.fromkeys(names)
    ]


def spend(phase: Budgets, events: tuple[Manoeuvre, ...], craft: Spacecraft) -> Spent:
    """The budget of propellant; where one mass is not told it is found.

    Raises
    ------
    PhysicsError : the propellant does not do.
    InputError : too few masses are told.
    """
    if not events:
        return Spent(None, "", "no manoeuvre is known: name tables in `uses` or give [[manoeuvre]]")
    dropped = sum(each.dropped for each in events)
    dry = phase.dry_mass if phase.dry_mass is not None else craft.dry_mass
    loaded = phase.propellant
    if loaded is None and dry is not None and craft.mass is not None:
        loaded = craft.mass - dry - dropped
        if loaded < 0.0:
            raise InputError(
                f"the launch mass of {craft.mass:g} kg is less than dry mass and dropped masses, "
                f"{dry + dropped:g} kg; correct mass or dry_mass of [spacecraft]"
            )
    if dry is not None and loaded is not None:
        return Spent(propellant_budget(events, dry=dry, loaded=loaded, rules=phase.rules), "")
    if dry is not None:
        need = loaded_for(events, dry, phase.rules)
        if not math.isfinite(need):  # tells what would do
            propellant_budget(events, dry=dry, loaded=10.0 * dry, rules=phase.rules)
        budget = propellant_budget(events, dry=dry, loaded=need, rules=phase.rules)
        return Spent(budget, "propellant")
    if craft.mass is None:
        return Spent(None, "", "no mass of the craft is told: give [spacecraft] mass and dry_mass")
    return Spent(_from_launch(phase, events, craft.mass), "dry mass")


def _from_launch(phase: Budgets, events: tuple[Manoeuvre, ...], mass: float) -> PropellantBudget:
    """Budget of a craft of which only the launch mass is known: the greatest dry mass.

    The load is linear in the dry mass, so two loads give it.
    """
    dropped = sum(each.dropped for each in events)
    at_zero = loaded_for(events, 0.0, phase.rules)
    slope = loaded_for(events, 1.0, phase.rules) - at_zero
    dry = (mass - dropped - at_zero) / (1.0 + slope)
    if not (math.isfinite(dry) and dry > 0.0):
        total = sum(each.velocity for each in events)
        raise InputError(
            f"a launch mass of {mass:g} kg leaves no dry mass after {total:.0f} m/s and "
            f"{dropped:g} kg let go; give a greater mass to [spacecraft]"
        )
    return propellant_budget(
        events, dry=dry, loaded=loaded_for(events, dry, phase.rules),
        rules=phase.rules,
    )  # fmt: skip


def manoeuvre_table(events: tuple[Manoeuvre, ...], spent: Spent) -> xr.Dataset:
    """Product budget_manoeuvres, dims ("event",)."""
    budget, count = spent.budget, len(events)
    gap = np.full(count, np.nan)
    margin = budget.velocity if budget else gap
    columns: dict[str, tuple[Any, str, str]] = {
        "et": ([each.et for each in events], "s", "TDB past J2000; NaN where none is told"),
        "dv": ([each.velocity for each in events], "m s-1", "velocity change without margin"),
        "dv_with_margin": (margin, "m s-1", "velocity change with margin"),
        "specific_impulse": ([each.specific_impulse for each in events], "s", ""),
        "propellant": (budget.used if budget else gap, "kg", "used, with that for the attitude"),
        "mass_before": (budget.before if budget else gap, "kg", ""),
        "mass_after": (budget.after if budget else gap, "kg", "before anything is let go"),
        "dropped": ([each.dropped for each in events], "kg", "let go after it"),
        "propellant_left": (budget.left if budget else gap, "kg", "on board after it"),
    }
    data: dict[str, Any] = {
        name: ("event", np.asarray(held, dtype=np.float64), _labels(unit, words))
        for name, (held, unit, words) in columns.items()
    }
    for name in ("name", "kind", "source"):
        data[name] = ("event", np.array([getattr(each, name) for each in events], object))
    out = xr.Dataset(data)
    if budget is None:
        return out.assign_attrs(not_flown=spent.why)
    masses = {
        "dry_mass": budget.dry, "propellant_loaded": budget.loaded,
        "residual": budget.residual, "propellant_margin": budget.margin,
        "launch_mass": budget.launch,
    }  # fmt: skip
    for name, held in masses.items():
        out[name] = ((), float(held), {"units": "kg"})
    return out.assign_attrs(found=spent.found)


def _labels(unit: str, words: str) -> dict[str, str]:
    return {"units": unit} | ({"long_name": words} if words else {})
