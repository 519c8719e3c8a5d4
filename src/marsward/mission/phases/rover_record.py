"""What the rover phase writes down."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from marsward.data.geojson import crs_urn
from marsward.mission.phases.phase import Given, Outcome, Quantity
from marsward.mission.phases.rover_study import Study

if TYPE_CHECKING:
    from marsward.mission.phases.rover import Rover

CITATIONS = [
    "Wong & Reece 1967 (wheels on soil), doi:10.1016/0022-4898(67)90105-X",
    "Maimone et al. 2007 (visual odometry on Mars), doi:10.1002/rob.20184",
    "Kinch et al. 2015 (dust on panels), doi:10.1002/2014EA000073",
    "Golombek & Rapp 1997 (rocks), doi:10.1029/96JE03319",
]
_LASER = [
    "NIST Atomic Spectra Database (lines of the plasma), doi:10.18434/T4W30F",
    "Clegg et al. 2017 (composition by laser), doi:10.1016/j.sab.2016.12.003",
]
_CAMERA = ["Hayes et al. 2021 (Mastcam-Z), doi:10.1007/s11214-021-00795-x"]
_RADAR = ["Li et al. 2022 (layers under Zhurong), doi:10.1038/s41586-022-05147-5"]


def record(phase: Rover, given: Given, found: Study) -> Outcome:
    """Key numbers, one sentence, what was taken for granted; the plan and the way as files."""
    told = _numbers(phase, found)
    _files(given, found)
    return Outcome(
        products=found.products,
        summary=told,
        sentence=_sentence(phase, found, told),
        assumptions=_assumptions(phase, found),
        citations=CITATIONS
        + (_RADAR if phase.radar else [])
        + (_LASER if phase.laser else [])
        + (_CAMERA if phase.camera else []),
    )


def _numbers(phase: Rover, found: Study) -> dict[str, Quantity]:
    way, sols = found.way.way, found.products["rover_sols"]
    off = np.hypot(way["x"].values - way["x_known"].values,
                   way["y"].values - way["y_known"].values)  # fmt: skip
    told = {
        "driven": Quantity(float(way["distance"][-1]), "m", source="wheels and slip, true"),
        "drive_verdict": Quantity(found.way.verdict),
        "drive_sols": Quantity(int(way["sol"][-1]) + 1, source="that the drive took"),
        "tilt_median": Quantity(float(np.median(way["tilt"])), "deg"),
        "tilt_greatest": Quantity(float(way["tilt"].max()), "deg"),
        "slip_median": Quantity(100.0 * float(np.median(way["slip"])), "%"),
        "drive_energy": Quantity(float(way["energy"][-1]) / 3600.0, "Wh"),
        "place_error": Quantity(float(np.sqrt(np.mean(off**2))), "m", source="rms on the way"),
        "place_sigma": Quantity(float(np.sqrt(np.mean(way["position_sigma"].values ** 2))), "m",
                                source="rms on the way, as the rover tells it"),
        "place_error_end": Quantity(float(off[-1]), "m", float(way["position_sigma"][-1]),
                                    "truth less belief at the end; 1σ as the rover tells it"),
        "energy_first_sol": Quantity(float(sols["energy_in"][0]) / 3600.0, "Wh"),
        "energy_poorest_sol": Quantity(float(sols["energy_in"].min()) / 3600.0, "Wh"),
        "charge_least": Quantity(100.0 * float(sols["charge_least"].min()), "%"),
        "sols_awake": Quantity(int((sols["state"] == "awake").sum())),
        "plan_activities": Quantity(len(found.plan.begun), source="of the planned sol"),
        "plan_sent": Quantity(found.plan.sent / 1e6, "Mbit", source="by relay in that sol"),
    }  # fmt: skip
    if found.sleep["sleeps"] is not None:
        told["sleep_sol"] = Quantity(found.sleep["sleeps"], "sol", source="since the landing")
        told["wake_sol"] = Quantity(
            found.sleep["wakes"] if found.sleep["wakes"] is not None else "never", "sol"
        )
    if phase.radar:
        told |= _radar(found)
    return told


def _radar(found: Study) -> dict[str, Quantity]:
    layers = found.products["ground_radar_layers"]
    depth = (layers["depth"] / layers["depth_true"] - 1.0).values
    eps = (layers["permittivity"] / layers["permittivity_true"] - 1.0).values
    return {
        "radar_depth_error": Quantity(_largest(depth), "%", source="largest of any layer"),
        "radar_permittivity_error": Quantity(_largest(eps), "%", source="largest of any layer"),
        "radar_layers": Quantity(int(np.isfinite(layers["depth"].values).any(axis=2).sum())),
    }


def _largest(shares: np.ndarray) -> float:
    """The largest of relative errors, in per cent; NaN, told as none, where no layer was found."""
    good = shares[np.isfinite(shares)]
    return 100.0 * float(np.abs(good).max()) if good.size else np.nan


def _sentence(phase: Rover, found: Study, told: dict[str, Quantity]) -> str:
    text = (
        f"{phase.rover.name} drives {told['driven'].value / 1e3:.2f} km in "
        f"{told['drive_sols'].value} sols and knows its place to {told['place_error'].value:.1f} m"
    )
    if found.way.verdict != "arrived":
        text += f" (it ends before its goal: {found.way.verdict})"
    if "sleep_sol" in told:
        text += f"; it falls asleep in sol {told['sleep_sol'].value:.0f}"
        never = isinstance(told["wake_sol"].value, str)
        text += " and does not wake" if never else f", wakes in sol {told['wake_sol'].value:.0f}"
    if "radar_depth_error" in told:
        far = told["radar_depth_error"].value
        text += (
            f"; its radar tells layers' depths to {far:.1f} %"
            if np.isfinite(far)
            else "; its radar finds no layer"
        )
    return text


def _assumptions(phase: Rover, found: Study) -> list[str]:
    lines = [
        f"Ground: {found.way.ground.source}.",
        f"The way saves {phase.by} between goals of the mission file, {phase.hours:g} hours of "
        "driving in a sol; soils change over some 20 m.",
        "Days of the air are those that repeat at a season; the opacity is that of each sol; dust "
        "that settles is never blown off unless panel_dust says so.",
        "The sol is planned on a simple battery, then lived through with the rover's own.",
    ]
    if phase.radar:
        lines.append(
            "Radar: plane waves on level layers; how deep they lie is that of Zhurong's papers, "
            "their permittivities are a choice; the truth's layers undulate by a seeded sum of "
            "waves."
        )
    if found.passes is not None:
        lines.append(f"Relay passes come from the flown path of {phase.orbiter!r}.")
    return lines


def _files(given: Given, found: Study) -> None:
    """The plan as JSON, the way as GeoJSON such as MMGIS shows."""
    text = json.dumps(found.plan.record(), indent=1)
    (given.folder / "sol_plan.json").write_text(text + "\n", encoding="utf-8")
    way = found.way.way
    line = [
        [round(float(a), 8), round(float(b), 8), round(float(c), 2)]
        for a, b, c in zip(way["lon"], way["lat"], way["height"], strict=True)
    ]
    feature = {
        "type": "Feature",
        "properties": {
            "name": "traverse", "length_m": round(float(way["distance"][-1]), 2),
            "sols": int(way["sol"][-1]) + 1, "verdict": found.way.verdict,
        },
        "geometry": {"type": "LineString", "coordinates": line},
    }  # fmt: skip
    crs = {"type": "name", "properties": {"name": crs_urn("IAU_2015:49900")}}
    whole = {
        "type": "FeatureCollection", "name": "traverse", "crs": crs, "features": [feature]
    }  # fmt: skip
    (given.folder / "traverse.geojson").write_text(json.dumps(whole) + "\n", encoding="utf-8")
