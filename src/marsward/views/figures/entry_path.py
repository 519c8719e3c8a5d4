"""The nominal way down: height, speed, deceleration, heat, bank, each with what happens when."""

import numpy as np

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.entry_axes import G0, Event, column, degrees, event_lines, events
from marsward.views.numbers import digits
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

PRODUCT = "entry_path"


def draw(phase: StoredPhase) -> Drawing:
    """Five quantities by time after entry."""
    time, height, speed, slow, flux, load, mach = (
        column(phase, PRODUCT, name)
        for name in (
            "time", "height", "speed", "deceleration", "heat_flux", "heat_load", "mach",
        )
    )  # fmt: skip
    bank = degrees(phase, PRODUCT, "bank")
    found = events(phase)
    figure = new_figure(7.6, 6.0)
    axes = figure.subplots(3, 2, sharex=True)
    rows = (
        (axes[0, 0], height / 1e3, "height [km]", "mars"),
        (axes[0, 1], speed / 1e3, "speed [km/s]", "earth"),
        (axes[1, 0], slow / G0, "deceleration [g]", "manoeuvre"),
        (axes[1, 1], mach, "Mach number", "earth"),
        (axes[2, 0], flux / 1e4, "heat flux [W cm⁻²]", "sun"),
        (axes[2, 1], bank, "bank angle [deg]", "craft"),
    )
    for each, values, text, role in rows:
        each.plot(time, values, color=colour(role))
        each.set_ylabel(text)
        each.set_xlim(0.0, float(time.max()))
        event_lines(each, found, labels=each in axes[0])
    axes[1, 1].set_yscale("log")
    axes[1, 1].set_ylim(max(0.02, float(np.nanmin(mach[mach > 0]))), float(np.nanmax(mach)) * 1.5)
    for each in axes[2]:
        each.set_xlabel("time after entry [s]")
    warm = axes[2, 0].twinx()
    warm.plot(time, load / 1e7, color=colour("muted"), ls=(0, (5, 1.5)))
    warm.set_ylabel("heat load [kJ cm⁻²]", color=colour("muted"))
    warm.set_ylim(bottom=0.0)
    warm.grid(False)
    label = "Height, speed, deceleration, Mach number, heat flux and bank by time after entry."
    return Drawing(figure, _caption(found, slow, flux, load, time), label)


def _caption(
    found: tuple[Event, ...], slow: np.ndarray, flux: np.ndarray, load: np.ndarray, time: np.ndarray
) -> str:
    text = (
        f"The nominal landing. Greatest deceleration {digits(float(np.nanmax(slow)) / G0, None, 3)}"
        f" g after {time[int(np.nanargmax(slow))]:.0f} s, greatest heat flux "
        f"{digits(float(np.nanmax(flux)) / 1e4, None, 3)} W cm⁻², heat load (broken line) "
        f"{digits(float(np.nanmax(load)) / 1e7, None, 3)} kJ cm⁻² at the stagnation point, by "
        "convection"
    )
    chute = next((e for e in found if e.name == "parachute trigger"), None)
    if chute is not None:
        text += f". The chute opens after {chute.time:.0f} s at {chute.height / 1e3:.1f} km"
    return text + ". Heights are above the areoid, speeds relative to the turning planet."
