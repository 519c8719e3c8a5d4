"""Tables of a planned mission: manoeuvres with their propellant, the stages of its corrections."""

from __future__ import annotations

import numpy as np

from marsward.views.stored_run import StoredPhase
from marsward.views.tables import Table


def manoeuvres(phase: StoredPhase) -> Table:
    """A row for each manoeuvre of the budget; or Missing."""
    told = {
        name: np.atleast_1d(phase.values("budget_manoeuvres", name)).astype(float)
        for name in ("dv", "dv_with_margin", "specific_impulse", "propellant", "dropped",
                     "mass_after", "propellant_left")
    }  # fmt: skip
    names, kinds = (phase.texts("budget_manoeuvres", each) for each in ("name", "kind"))
    rows = tuple(
        (
            name, kind, _number(told["dv"][k], 2), _number(told["dv_with_margin"][k], 2),
            _number(told["specific_impulse"][k], 0), _number(told["propellant"][k], 1),
            _number(told["dropped"][k], 0), _number(told["mass_after"][k], 0),
            _number(told["propellant_left"][k], 0),
        )
        for k, (name, kind) in enumerate(zip(names, kinds, strict=True))
    )  # fmt: skip
    head = (
        "manoeuvre", "kind", "Δv [m/s]", "with margin [m/s]", "Isp [s]", "propellant [kg]",
        "let go [kg]", "mass after [kg]", "propellant left [kg]",
    )  # fmt: skip
    note = "In order of time; a correction is what suffices for 99 % of voyages."
    return Table("Velocity and propellant", head, (False, False, *[True] * 7), rows, note)


def stages(phase: StoredPhase) -> Table:
    """A row for each stage of the way: how well it leads to the aim; or Missing."""
    names = phase.texts("tcm_statistics", "stage")
    long, short, time, hit = (
        np.atleast_1d(phase.values("tcm_statistics", name)).astype(float)
        for name in ("b_semi_major", "b_semi_minor", "b_time_sigma", "impact_share")
    )
    rows = tuple(
        (
            name, _figures(long[k] / 1e3), _figures(short[k] / 1e3), _figures(time[k]),
            _number(100.0 * hit[k], 2),
        )
        for k, name in enumerate(names)
    )  # fmt: skip
    head = ("after", "long axis, 1σ [km]", "short axis, 1σ [km]", "time, 1σ [s]", "into Mars [%]")
    note = "In the B-plane, of all voyages that were drawn, each flown on without more corrections."
    return Table("How well each stage leads to the aim", head, (False, *[True] * 4), rows, note)


def _number(value: float, places: int) -> str:
    """A number with spaces between thousands; a dash for none."""
    return f"{value:,.{places}f}".replace(",", "\u202f") if np.isfinite(value) else "–"


def _figures(value: float) -> str:
    """Three figures."""
    places = max(0, 2 - int(np.floor(np.log10(abs(value))))) if value else 0
    return _number(round(value, places - (value >= 1000.0)), places)
