"""One world: the same dust over the landing, the rover and the helicopter, side by side."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import xarray as xr

from marsward.core.errors import InputError
from marsward.mission.phases.phase import Given, Outcome, Phase, Quantity


class DustCases(Phase):
    """Set side by side what each scenario of dust does to landing, rover and helicopter."""

    kind: ClassVar[str] = "dust-cases"
    needs: ClassVar[tuple[str, ...]] = ("landing_dust", "rover_dust", "rotor_dust")
    makes: ClassVar[tuple[str, ...]] = ("dust_cases",)
    reads: ClassVar[tuple[str, ...]] = ("world",)

    def fly(self, given: Given) -> Outcome:
        """Join the three; they come from one atmosphere."""
        parts = [given[name] for name in self.needs]
        names = [[str(d) for d in part["dust"].values] for part in parts]
        if not set(names[0]) == set(names[1]) == set(names[2]):
            raise InputError(
                f"the landing knows the dust {names[0]}, the rover {names[1]}, the helicopter "
                f"{names[2]}; fly all three again"
            )
        landing, rover, rotor = (part.sel(dust=list(given.mission.world.cases())) for part in parts)
        made = xr.Dataset(
            {
                "density_ratio": landing["density_ratio"],
                "ellipse_major": landing["semi_major"], "ellipse_minor": landing["semi_minor"],
                "chute_height": landing["chute_height"], "miss": landing["miss"],
                "dust_opacity": rover["dust_opacity"], "panel_energy": rover["panel_energy"],
                "rover_energy": rover["rover_energy"], "ground_density": rotor["density"],
                "rotor_margin": rotor["rotor_margin"],
                "rotor_verdict": ("dust", rotor["verdict"].values),
            }
        ).assign_attrs(own=given.mission.world.dust)  # fmt: skip
        return Outcome(
            products={"dust_cases": made},
            summary=_numbers(made),
            sentence=_sentence(made),
            assumptions=[
                "A storm is met at its height unless storm_onset says otherwise; landing, rover "
                "and helicopter fly in the same air."
            ],
        )


def _numbers(made: xr.Dataset) -> dict[str, Quantity]:
    told: dict[str, Quantity] = {}
    for name in made["dust"].values:
        one, key = made.sel(dust=name), str(name).replace("-", "_").replace(".", "_")
        told[f"{key}_ellipse"] = Quantity(2.0 * float(one["ellipse_major"]) / 1e3, "km")
        told[f"{key}_panel_energy"] = Quantity(float(one["panel_energy"]) / 3600.0, "Wh m-2")
        told[f"{key}_rotor_margin"] = Quantity(100.0 * float(one["rotor_margin"]), "%")
    return told


def _sentence(made: xr.Dataset) -> str:
    """The case that darkens most beside the clearest."""
    light = made["panel_energy"].values
    clear, dark = int(np.argmax(light)), int(np.argmin(light))
    names = [str(d) for d in made["dust"].values]
    size = 2e-3 * made["ellipse_major"].values
    margin = 100.0 * made["rotor_margin"].values
    return (
        f"from {names[clear]} to {names[dark]} the ellipse goes from {_km(size[clear])} to "
        f"{_km(size[dark])}, light on a level panel to "
        f"{100.0 * light[dark] / light[clear]:.0f} %, the rotor's spare thrust from "
        f"{margin[clear]:.0f} to {margin[dark]:.0f} %"
    )


def _km(size: float) -> str:
    """An ellipse's length, or that there is none where nothing landed."""
    return f"{size:.1f} km" if np.isfinite(size) else "none"
