"""What the soil phase writes down: products and key numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from marsward.mission.phases.phase import Given, Outcome, Quantity
from marsward.mission.phases.soil_survey import Survey

if TYPE_CHECKING:
    from marsward.mission.phases.soil import Soil

CITATIONS = [
    "Kokaly et al. 2017 (USGS Spectral Library 7), doi:10.3133/ds1035",
    "Hapke 1981, doi:10.1029/JB086iB04p03039; 2012, doi:10.1017/CBO9781139025683",
    "Viviano-Beck et al. 2014 (summary parameters), doi:10.1002/2014JE004627",
    "Langevin et al. 2005 and McGuire et al. 2009 (volcano scan), doi:10.1016/j.pss.2009.03.007",
    "Christensen et al. 2001 (TES albedo), doi:10.1029/2000JE001370",
]
_PRESENT = 0.02  # of the cross-section: a mineral that is there
_SURE = 3.0  # sigmas at which a mineral counts as found


def record(phase: Soil, given: Given, found: Survey) -> Outcome:
    """Compare with the truth and write everything down."""
    where = {name: found.places[name] for name in ("lon", "lat", "incidence", "ls", "ltst", "et")}
    fractions = found.fractions.assign(where | {"true_fraction": found.places["mineral_fraction"]})
    fractions["true_fraction"].attrs["long_name"] = "true share of the cross-section"
    parameters = found.parameters.assign(
        true_parameter=found.true_parameters["summary_parameter"],
        lon=found.places["lon"], lat=found.places["lat"],
    )  # fmt: skip
    numbers = _numbers(found)
    return Outcome(
        products={
            "soil_truth": found.truth,
            "soil_spectra": _spectra(phase, found),
            "soil_fractions": fractions,
            "soil_parameters": parameters,
        },
        summary=numbers,
        sentence=_sentence(found, numbers),
        assumptions=_assumptions(phase, found),
        citations=CITATIONS,
    )


def _spectra(phase: Soil, found: Survey) -> xr.Dataset:
    """All spectra as float32, and which of them lie nearest the places that are shown."""
    lon, lat = (np.radians(found.places[name].values) for name in ("lon", "lat"))
    near = []
    for _, east, north in phase.shown:
        x, y = math.radians(east), math.radians(north)
        cosine = np.sin(y) * np.sin(lat) + np.cos(y) * np.cos(lat) * np.cos(lon - x)
        near.append(int(np.argmax(cosine)))
    kept = found.spectra.astype(np.float32)
    for name in kept.data_vars:
        kept[name].attrs = found.spectra[name].attrs
    kept = kept.assign(shown=("example", np.array(near, dtype=np.int64)))
    return kept.assign(lon=found.places["lon"], lat=found.places["lat"]).assign_coords(
        example=[str(name) for name, _, _ in phase.shown]
    )


def _numbers(found: Survey) -> dict[str, Quantity]:
    true = found.places["mineral_fraction"].values
    told, sigma = (
        found.fractions[name].values for name in ("mineral_fraction", "mineral_fraction_sigma")
    )
    off = told - true
    there, seen = true > _PRESENT, told > _SURE * sigma
    against = "retrieved against true shares of the cross-section"
    out = {
        "spectra": Quantity(int(true.shape[0]), "", None, "places along the orbit"),
        "channels": Quantity(
            int(found.spectra.sizes["wavelength"]), "", None, "of the spectrometer"
        ),
        "fraction_rms": Quantity(float(np.sqrt(np.nanmean(off**2))), "", None, against),
        "fraction_worst_rms": Quantity(
            float(np.sqrt(np.nanmean(off**2, axis=0)).max()), "", None, f"{against}, worst mineral"
        ),
        "fraction_chi2": Quantity(
            float(np.nanmean(((off / sigma) ** 2)[there])), "", None, f"{against}, where present"
        ),
        "found_share": Quantity(
            100.0 * float((there & seen).sum() / max(there.sum(), 1)), "%", None,
            f"of minerals with more than {_PRESENT:g} found at {_SURE:g} sigma",
        ),
        "false_share": Quantity(
            100.0 * float((seen & (true < 1e-3)).sum() / max(seen.sum(), 1)), "%", None,
            "of finds where there is none",
        ),
        "fit_chi2": Quantity(
            float(found.fractions["reduced_chi2"].median()), "", None, "median over spectra"
        ),
    }  # fmt: skip
    for k, name in enumerate(found.fractions["mineral"].values):
        out[f"rms_{name}"] = Quantity(float(np.sqrt(np.nanmean(off[:, k] ** 2))), "", None, against)
    return out


def _sentence(found: Survey, numbers: dict[str, Quantity]) -> str:
    return (
        f"{numbers['spectra'].value} spectra of {numbers['channels'].value} channels; minerals "
        f"come back to {100 * numbers['fraction_rms'].value:.1f} % of the cross-section (rms), "
        f"{numbers['found_share'].value:.0f} % of those present are found; errors are "
        f"{math.sqrt(numbers['fraction_chi2'].value):.1f} times those stated"
    )


def _assumptions(phase: Soil, found: Survey) -> list[str]:
    return [
        "The true soil is dust and dark sand by TES albedo, with published deposits and a made-up "
        "texture; the library that made it is the one that unmixes it, so shares are better known "
        "here than of a planet whose minerals are in no library.",
        "Carbon dioxide is a parametrised transmission on both sides, in another strength at each "
        "place; other gases, water ice clouds and adjacency are left out.",
        f"Dust of depth {phase.dust_depth:g} lies over the ground; it is believed with an error of "
        f"{phase.dust_error:g}.",
        "The heat of the ground is left out beyond 3 um: places are seen as at the light they get.",
        f"Spectra with the Sun within {math.degrees(phase.incidence_limit):g}° of the zenith, "
        "straight down.",
    ]
