"""A winter of a rover on panels: when it falls asleep as dust rises, and what dust lets it wake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from marsward.core.asked import number
from marsward.core.errors import InputError
from marsward.vehicles.panel_dust import PanelDust, design_cleanness
from marsward.vehicles.rover_power import RoverPower
from marsward.vehicles.rover_site import RoverSite
from marsward.vehicles.rover_sols import RoverState, rover_sols, sleep_and_wake

__all__ = ["SOAKED", "rover_winter", "winter_cases"]

SOAKED = 245.0
"""Temperature of a rover that has slept for long [K]: a choice."""


def rover_winter(
    power: RoverPower,
    site: RoverSite,
    *,
    dust: PanelDust,
    design_sols: float,
    beyond: Sequence[float] = (0.0, 0.2, 0.3, 0.4),
    first_sol: float = 1.0,
    soaked: float = SOAKED,
    dormant_from: float | None = None,
    seed: int = 0,
) -> tuple[xr.Dataset, list[dict[str, Any]]]:
    """Sols with rising dust, then the winter again with dust that is told.

    Parameters
    ----------
    power, site : the rover and its place over all sols
    dust : how it settles on the panels
    design_sols : life that the panels were designed for: what dust takes in it is the design's
    beyond : shares of the clean panel's light that dust takes beyond the design's; further, clean
        panels are told in every case
    first_sol : sol of the site's first sol
    soaked : temperature of the whole rover at the beginning of the cases [K]
    dormant_from : sol from which the cases are dormant; when the dusty rover fell asleep if None
    seed : of gusts

    Returns
    -------
    the sols with rising dust (`rover_sols`), and rows: first "as it settled" with sleeps and wakes,
    then "clean" and the cases, each with cleanness, wakes (sol or None), highest wake power [W] and
    warmest box [K] of the sols looked at.

    Raises
    ------
    InputError : a sol that is not among the site's; shares outside 0 to 1.
    """
    sols = rover_sols(power, site, cleanness=dust, first_sol=first_sol, seed=seed)
    settled = sleep_and_wake(sols)
    asleep = settled["sleeps"] if dormant_from is None else number(dormant_from, "dormant_from")
    rows: list[dict[str, Any]] = [{"case": "as it settled", **settled}]
    if asleep is None:
        return sols, rows
    cases = winter_cases(
        power, site, sols, asleep=asleep, design_sols=design_sols, beyond=beyond, soaked=soaked
    )
    for name, found in cases.items():
        told = sleep_and_wake(found)
        rows.append(
            {
                "case": name, "cleanness": float(found["cleanness"][0]), "wakes": told["wakes"],
                "verdict": told["verdict"],
                "most_wake_power_w": float(np.max(found["wake_power"].values)),
                "warmest_box_k": float(np.max(found["warmest_box"].values)),
            }
        )  # fmt: skip
    return sols, rows


def winter_cases(
    power: RoverPower,
    site: RoverSite,
    lived: xr.Dataset,
    *,
    asleep: float,
    design_sols: float,
    beyond: Sequence[float] = (0.0, 0.2, 0.3, 0.4),
    soaked: float = SOAKED,
) -> Mapping[str, xr.Dataset]:
    """The sols from a sleep on once more, the rover cold and dormant, under dust that is told.

    Parameters
    ----------
    power, site : the rover and its place over all sols
    lived : those sols as `rover_sols` gives them, whose numbers count
    asleep : number of the sol in which it fell asleep; others as in `rover_winter`

    Returns
    -------
    "clean", "design" and "design + 20 %" and so on, each as `rover_sols` from that sol on.

    Raises
    ------
    InputError : a sol that is not among the site's; shares outside 0 to 1.
    """
    begin = round(asleep - float(lived["sol"][0]))
    if not 0 <= begin < len(site):
        raise InputError(f"sol {asleep:g} is not among those of the site")
    rest, cold = site.sols(begin, len(site)), RoverState.cold(power, soaked)
    dust = {"clean": 1.0}
    for more in beyond:
        name = f"design + {100.0 * more:.0f} %" if more else "design"
        dust[name] = float(design_cleanness(design_sols, more))
    return {
        name: rover_sols(power, rest, cleanness=clean, first_sol=asleep, start=cold)
        for name, clean in dust.items()
    }
