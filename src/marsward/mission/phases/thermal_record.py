"""What the thermal phase writes down: products, maps, key numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.fields import field
from marsward.data.geotiff import write_cog
from marsward.mission.phases.phase import Given, Outcome, Quantity
from marsward.mission.phases.thermal_survey import ThermalSurvey

if TYPE_CHECKING:
    from marsward.mission.phases.thermal import Thermal

CITATIONS = [
    "Christensen et al. 2004 (THEMIS), doi:10.1023/B:SPAC.0000021008.16305.94",
    "Mellon et al. 2000 (thermal inertia), doi:10.1006/icar.2000.6503",
    "Fergason et al. 2006 (thermal inertia by THEMIS), doi:10.1029/2006JE002735",
    "Schorghofer & Aharonson 2005 (sky and frost), doi:10.1029/2004JE002350",
]
_MEDIAN = 0.6745  # of the size of a normal deviate
_MAPPED = (
    "thermal_inertia", "thermal_inertia_sigma", "bolometric_albedo", "bolometric_albedo_sigma",
    "second_inertia", "chi2", "observations", "flags",
)  # fmt: skip


def record(phase: Thermal, given: Given, found: ThermalSurvey) -> Outcome:
    """Compare with the truth and write everything down."""
    made = _map(found)
    write_cog(
        given.folder / "thermal_inertia.tif", made["thermal_inertia"].values[None], found.grid,
        names=["thermal_inertia"], nodata=math.nan,
        description="thermal inertia by the radiometer [J m-2 K-1 s-1/2]",
        tags={"MISSION": given.mission.name},
    )  # fmt: skip
    numbers = _numbers(found)
    return Outcome(
        products={"thermal_looks": found.looks, "thermal_map": made},
        summary=numbers,
        sentence=f"thermal inertia of {numbers['cells_solved'].value} cells, biased by "
        f"{numbers['inertia_bias'].value:.1f} %, known to {numbers['inertia_sigma'].value:.1f} % "
        f"(reduced chi squared {numbers['inertia_chi2'].value:.2f})",
        assumptions=[
            "The true ground differs from the shipped maps by smooth seeded fields as large as "
            f"their errors (times {phase.error_scale:g}); cells are flat, dry and of one soil.",
            "The retrieval has the sky, emissivity and law of the true ground; its error budget "
            "holds noise, calibration, air, the albedo known before and the table's own error.",
            f"Dust of absorption depth {phase.dust_depth:g} is known to {phase.dust_sigma:g}, its "
            f"temperature to {phase.air_sigma:g} K, at each look anew.",
        ],
        citations=CITATIONS,
    )


def _map(found: ThermalSurvey) -> xr.Dataset:
    """Knowledge and truth on the grid; NaN where no cell was seen."""
    row, column = (found.looks[name].values.astype(int) for name in ("row", "column"))
    dims = ("y", "x")

    def plane(values: NDArray) -> NDArray[np.float32]:
        out = np.full(found.grid.shape, np.nan, np.float32)
        out[row, column] = values
        return out

    told = {name: field(name, plane(found.found[name].values), dims) for name in _MAPPED}
    told["flags"].attrs["meanings"] = found.found["flags"].attrs.get("meanings", "")
    for name, values in (("inertia", found.true.inertia), ("albedo", found.true.albedo)):
        whole = "thermal_inertia" if name == "inertia" else "bolometric_albedo"
        made = field(whole, plane(values), dims)
        made.attrs["long_name"] = f"true {made.attrs['long_name']}"
        told[f"true_{name}"] = made
    made = field("thermal_inertia", plane(found.believed.inertia), dims)
    made.attrs["long_name"] = "thermal inertia as estimated before the look"
    told["prior_inertia"] = made
    return xr.Dataset(told, found.grid.coords()).assign_attrs(found.grid.attrs | found.found.attrs)


def _numbers(found: ThermalSurvey) -> dict[str, Quantity]:
    inertia, sigma = (
        found.found[name].values for name in ("thermal_inertia", "thermal_inertia_sigma")
    )
    solved = np.isfinite(inertia)
    off = np.log(inertia[solved] / found.true.inertia[solved])
    width = sigma[solved] / inertia[solved]
    prior = np.log(found.believed.inertia[solved] / found.true.inertia[solved])
    looks = np.isfinite(found.looks["surface_temperature"].values)
    miss = found.looks["surface_temperature"] - found.looks["true_temperature"]
    against = "retrieved against true"
    return {
        "cells": Quantity(int(solved.size), "", None, "cells that the orbit passes"),
        "cells_solved": Quantity(int(solved.sum()), "", None, "with a thermal inertia"),
        "looks": Quantity(int(looks.sum()), "", None, "temperatures used"),
        "temperature_rms": Quantity(
            float(np.sqrt(np.nanmean(miss.values**2))), "K", None, against
        ),
        "inertia_bias": Quantity(100.0 * float(np.expm1(off.mean())), "%", None, against),
        "inertia_scatter": Quantity(
            100.0 * float(np.median(np.abs(off))) / _MEDIAN, "%", None,
            f"{against}: median size over {_MEDIAN:g}",
        ),
        "inertia_sigma": Quantity(100.0 * float(np.median(width)), "%", None, "stated, median"),
        "inertia_chi2": Quantity(float(np.mean((off / width) ** 2)), "", None, against),
        "prior_scatter": Quantity(
            100.0 * float(np.median(np.abs(prior))) / _MEDIAN, "%", None, "before the look"
        ),
        "two_solutions": Quantity(
            100.0 * float(np.isfinite(found.found["second_inertia"].values[solved]).mean()), "%",
            None, "of solved cells that another inertia fits too",
        ),
    }  # fmt: skip
