"""Tables of the ground: what happens on the way down, and every flight beside the one flown."""

from __future__ import annotations

import numpy as np

from marsward.views.stored_run import StoredPhase
from marsward.views.tables import Table


def landing_events(phase: StoredPhase) -> Table:
    """A row for each event of the nominal landing; or Missing."""
    names = phase.texts("entry_events", "name")
    columns = [
        phase.values("entry_events", name).astype(float)
        for name in ("time", "height", "ground_height", "speed", "mach", "dynamic_pressure")
    ]
    rows = tuple(
        (
            name, f"{t:.1f}", _signed(h / 1e3, 2), f"{g / 1e3:.2f}", f"{v:.1f}", f"{m:.2f}",
            f"{q:.0f}",
        )
        for name, t, h, g, v, m, q in zip(names, *columns, strict=True)
    )  # fmt: skip
    head = (
        "event", "after entry [s]", "height [km]", "over ground [km]", "speed [m/s]", "Mach",
        "dynamic pressure [Pa]",
    )  # fmt: skip
    note = "Heights are above the areoid and the ground; speed against the turning planet."
    return Table("The nominal landing", head, (False, *[True] * 6), rows, note)


def flights(phase: StoredPhase) -> Table:
    """A row for each flight of Ingenuity, ours beside the one flown; or Missing."""
    number, sol, rpm, density, flown, ours, far, far_ours, low, high, battery = (
        phase.values("flights", name).astype(float)
        for name in (
            "number", "sol", "rpm", "density", "duration_flown", "duration", "distance_flown",
            "distance", "energy_low", "energy_high", "battery",
        )
    )  # fmt: skip
    verdicts = phase.texts("flights", "verdict")
    rows = tuple(
        (
            f"{number[k]:.0f}", f"{sol[k]:.0f}", f"{1e3 * density[k]:.1f}", f"{rpm[k]:.0f}",
            f"{flown[k]:.1f}", _signed(ours[k] - flown[k], 1), f"{far[k]:.0f}",
            _signed(far_ours[k] - far[k], 0), f"{low[k] / 3600:.1f}–{high[k] / 3600:.1f}",
            f"{(battery[k] - high[k]) / 3600:.1f}", verdicts[k],
        )
        for k in range(number.size)
    )  # fmt: skip
    head = (
        "flight", "sol", "density [g m⁻³]", "rpm", "flown [s]", "ours less flown [s]", "flown [m]",
        "ours less flown [m]", "energy [Wh]", "left at worst [Wh]", "verdict",
    )  # fmt: skip
    off = ours - flown
    note = (
        "Duration by the law of take-off, legs and landing; turns, hovers and pictures on the way "
        f"are not in it: rms {np.sqrt(np.mean(off**2)):.0f} s. Energy by the best and the worst "
        "airfoil data, of the flown duration; left: in the battery, at worst."
    )
    return Table("72 flights, ours and flown", head, (*[True] * 10, False), rows, note)


def _signed(value: float, places: int) -> str:
    """A number with a true minus; no minus before a zero."""
    text = f"{round(value, places) + 0.0:.{places}f}"
    return text.replace("-", "−")
