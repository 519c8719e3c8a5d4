"""The first page's words for what happens on the ground: landing, rover, helicopter, dust."""

from __future__ import annotations

from marsward.views.numbers import digits, moment
from marsward.views.stored_run import StoredPhase, StoredRun


def transfer(run: StoredRun) -> str:
    """A designed voyage: when it leaves, when it meets the air."""
    voyage = run.phase("transfer")
    if voyage is None or "entry_epoch" not in voyage.summary:
        return ""
    start = moment(voyage.text_of("injection_epoch"))[:10]
    stop = moment(voyage.text_of("entry_epoch"))[:10]
    speed = voyage.si("entry_speed")
    begin = "it" if run.phase("window") else "designed from its launch date, it"
    text = f"{begin} leaves Earth on {start} and meets the air of Mars on"
    return f"{text} {stop}" + (f" at {digits(speed / 1e3, None, 3)}\u00a0km/s" if speed else "")


def landing(run: StoredRun) -> str:
    """How large the ellipse is, how hard the air stops it."""
    entry = run.phase("entry")
    if entry is None:
        return ""
    major, minor, slow, share = (
        entry.si(n) for n in ("ellipse_major_empirical", "ellipse_minor_empirical",
                              "peak_deceleration", "landed_share")
    )  # fmt: skip
    if not (major and minor and slow and share):
        return ""
    return (
        f"the air stops it with {digits(slow, None, 3)}\u00a0g; 99\u00a0% of its landings lie "
        f"within {digits(major / 1e3, None, 2)}\u00a0×\u00a0{digits(minor / 1e3, None, 2)}\u00a0km"
        f", and {digits(100.0 * share, None, 3)}\u00a0% of those that were drawn come down whole"
    )


def rover(run: StoredRun) -> str:
    """How far it drives, and whether it sleeps."""
    found = run.phase("rover")
    far, off = (found.si(n) for n in ("driven", "place_error")) if found else (None, None)
    if found is None or not far:
        return ""
    text = f"the rover drives {digits(far / 1e3, None, 2)}\u00a0km"
    if off is not None:
        text += f" and knows its place to {digits(off, None, 2)}\u00a0m"
    sleep = found.si("sleep_sol")
    if sleep is not None:
        text += f"; it falls asleep in sol {sleep:.0f}"
        text += " and does not wake" if _never(found) else ""
    return text


def _never(phase: StoredPhase) -> bool:
    return phase.summary.get("wake_sol", {}).get("value") == "never"


def helicopter(run: StoredRun) -> str:
    """How many flights it flies again."""
    found = run.phase("helicopter")
    flights, good, low, high = (
        (found.si(n) for n in ("flights_replayed", "flights_judged_flyable", "hover_power_least",
                               "hover_power_most"))
        if found
        else (None,) * 4
    )  # fmt: skip
    if not (flights and good and low and high):
        return ""
    return (
        f"of the {digits(flights)} flights of Ingenuity our helicopter would fly "
        f"{digits(good)}, hovering on {digits(low, None, 3)} to {digits(high, None, 3)}\u00a0W at "
        "the shaft, by the airfoil data one believes"
    )
