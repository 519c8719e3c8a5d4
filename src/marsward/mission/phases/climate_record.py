"""What the climate phase writes down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marsward.mission.phases.climate_numbers import numbers
from marsward.mission.phases.climate_study import Study
from marsward.mission.phases.phase import Given, Outcome, Quantity

if TYPE_CHECKING:
    from marsward.mission.phases.climate import Climate

CITATIONS = [
    "Hourdin et al. 1995 (CO2 cycle), doi:10.1029/94JE03079",
    "Guo et al. 2009 (fitting landers' pressure), doi:10.1029/2008JE003302",
    "Litvak et al. 2005 (mass of the caps), doi:10.1016/j.asr.2005.09.007",
    "Forget et al. 1999 (radiation and CO2 condensation), doi:10.1029/1999JE001025",
    "Montabone et al. 2015 (dust climatology), doi:10.1016/j.icarus.2014.12.034",
    "Kass et al. 2016 (storms at 50 Pa), doi:10.1002/2016GL068978",
    "Trainer et al. 2019 (composition of the air), doi:10.1029/2019JE006175",
    "Justus & James 2000 (Mars-GRAM), NASA TM-2000-210279",
]
_RADIO = ["Hinson et al. 1999 (radio occultation), doi:10.1029/1999JE001069"]
_SOUNDER = ["Rodgers 2000 (optimal estimation), doi:10.1142/3171"]
_STATION = ["Jiang et al. 2023 (weather at Zhurong)"]


def record(phase: Climate, given: Given, found: Study) -> Outcome:
    """Key numbers, one sentence, what was taken for granted."""
    told = numbers(found)
    extra = [
        text
        for chosen, texts in (
            (phase.radio, _RADIO), (phase.sounder or phase.limb, _SOUNDER),
            (phase.station, _STATION),
        )
        if chosen
        for text in texts
    ]  # fmt: skip
    return Outcome(
        products=found.products,
        summary=told,
        sentence=_sentence(told),
        assumptions=_assumptions(phase, found),
        citations=CITATIONS + extra,
    )


def _sentence(told: dict[str, Quantity]) -> str:
    text = (
        f"{told['freeze_share'].value:.0f} % of the air freezes out each year, caps hold "
        f"{told['cap_mass_north'].value:.1f} and {told['cap_mass_south'].value:.1f} × 10¹⁵ kg"
    )
    if "greenhouse" in told:
        warm = told["greenhouse"]
        text += f"; the air's infrared warms the ground by {warm.value:.0f} ± {warm.sigma:.0f} K"
    if "occultation_rms_below_30km" in told:
        text += (
            f"; {told['occultation_profiles'].value} occultations tell its temperature to "
            f"{told['occultation_rms_below_30km'].value:.1f} K below 30 km"
        )
    return text


def _assumptions(phase: Climate, found: Study) -> list[str]:
    lines = [
        f"{world.name}: --set {line}"
        for world, line in zip(
            found.worlds[1:], found.products["experiments"]["line"].values[1:], strict=True
        )
    ]
    return [
        "The year of the caps: " + str(found.products["pressure_cycle"].attrs["fit_data"]) + ".",
        "Days of the air are those that repeat at a season over level ground of the shipped maps; "
        "no winds bring heat to the columns of the experiments, and dust does not move.",
        "Errors of the experiments are of first order, one cause after another: opacity of dust "
        f"{100.0 * phase.dust_sigma:.0f} %, albedo {phase.albedo_sigma:g}, the thermal inertia of "
        "the map, and the covariance of the fitted caps.",
        "What instruments see is one atmosphere under the control's dust with the seeded weather "
        "of this mission; the control's infrared, frost and orbit do not enter it. Radio science "
        "assumes 150 ± 12 K at the top of a profile.",
        "Each experiment becomes the control by one line: " + "; ".join(lines) + ".",
    ]
