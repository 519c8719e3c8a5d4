"""What the helicopter phase writes down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marsward.mission.phases.helicopter_study import Study
from marsward.mission.phases.phase import Given, Outcome, Quantity

if TYPE_CHECKING:
    from marsward.mission.phases.helicopter import Helicopter

CITATIONS = [
    "Balaram et al. 2018 (Mars Helicopter), doi:10.2514/6.2018-0023",
    "Leishman & Ananthan 2008 (coaxial rotors)",
    "Ingenuity's blade: NASA/TM-20240001510; its airfoil measured: NASA/TM-20240004230",
    "Ingenuity's flights: NASA/JPL, Mars 2020 MMGIS",
]


def record(phase: Helicopter, given: Given, found: Study) -> Outcome:
    """Key numbers, one sentence, what was taken for granted; the flights as a table."""
    told = _numbers(phase, found)
    if found.log is not None:
        (given.folder / "flights.csv").write_text(found.log, encoding="utf-8")
    return Outcome(
        products=found.products, summary=told, sentence=_sentence(told),
        assumptions=_assumptions(phase), citations=CITATIONS,
    )  # fmt: skip


def _numbers(phase: Helicopter, found: Study) -> dict[str, Quantity]:
    rotor, hours = found.products["rotor_map"], found.products["flight_hours"]
    hover = rotor.isel(speed=0)
    power = _band(hover["shaft_power"].interp(density=0.017).values)
    margin = _band(hover["thrust_margin"].interp(density=0.0145).values)
    go = hours["verdict"].values == "go"
    told = {
        "hover_power_least": Quantity(power[0], "W",
                                      source="shaft at 0.017 kg/m³, best airfoils"),
        "hover_power_most": Quantity(power[1], "W",
                                     source="shaft at 0.017 kg/m³, worst airfoils"),
        "thrust_margin_least": Quantity(100.0 * margin[0], "%",
                                        source="at 0.0145 kg/m³, worst airfoils"),
        "thrust_margin_most": Quantity(100.0 * margin[1], "%",
                                       source="at 0.0145 kg/m³, best airfoils"),
        "hours_to_fly": Quantity(0.5 * int(go.sum()), "h", source=f"of sol {phase.sol}"),
    }  # fmt: skip
    if found.flight is not None:
        told |= _replayed(found)
    return told


def _band(values: np.ndarray) -> tuple[float, float]:
    """Least and greatest of what the airfoil data say; NaN where none of them lets it fly."""
    good = values[np.isfinite(values)]
    return (float(good.min()), float(good.max())) if good.size else (np.nan, np.nan)


def _replayed(found: Study) -> dict[str, Quantity]:
    flights, flight = found.products["flights"], found.flight
    assert flight is not None
    off = (flights["duration"] - flights["duration_flown"]).values
    far = (flights["distance"] - flights["distance_flown"]).values
    share = (flights["energy_high"] / flights["battery"]).values
    return {
        "flights_replayed": Quantity(int(flights.sizes["flight"])),
        "flights_judged_flyable": Quantity(int((flights["verdict"].values == "go").sum())),
        "duration_residual_median": Quantity(float(np.median(off)), "s"),
        "duration_residual_rms": Quantity(float(np.sqrt(np.mean(off**2))), "s"),
        "distance_residual_rms": Quantity(float(np.sqrt(np.mean(far**2))), "m"),
        "energy_share_greatest": Quantity(
            100.0 * float(share.max()), "%", source="of the battery, worst airfoils"
        ),
        "touchdown_speed": Quantity(float(flight.touchdown_speed), "m/s"),
        "touchdown_miss": Quantity(float(flight.miss), "m", source="its place by its own pictures"),
    }


def _sentence(told: dict[str, Quantity]) -> str:
    least, most = told["hover_power_least"].value, told["hover_power_most"].value
    text = (
        f"the rotor hovers on {least:.0f} to {most:.0f} W at the shaft by the airfoil data one "
        f"believes, and may fly {told['hours_to_fly'].value:.1f} hours of the sol"
        if np.isfinite(least)
        else "air too thin to fly: the rotor does not carry its craft at 0.017 kg/m³"
    )
    if "flights_replayed" in told:
        text += (
            f"; of {told['flights_replayed'].value} flights of Ingenuity "
            f"{told['flights_judged_flyable'].value} are judged flyable, durations to "
            f"{told['duration_residual_rms'].value:.0f} s rms"
        )
    return text


def _assumptions(phase: Helicopter) -> list[str]:
    return [
        "Measured and computed data of the thin airfoil differ by a fourth in power; all three are "
        "told and none is the truth. No measured hover power of Ingenuity is public.",
        "Air at each flight is that of our climate at its place and hour; its wind is at least the "
        "mean of Jezero's days, which a climate of smooth slopes lacks.",
        "The wind of the flight that is shown blows to the east, whatever way the air's does.",
        "Seconds that were flown beyond the law of take-off, legs and landing are hovered.",
        f"Thrust margins by the airfoil data {phase.limits.margin_airfoil!r}.",
    ]
