"""What the navigation writes down: corrections, B-plane, delivery, key numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.bodies import body
from marsward.dynamics.course_corrections import percentiles
from marsward.dynamics.execution_error import impact_probability
from marsward.mission.phases.entry_state import entry_state
from marsward.mission.phases.navigation_study import NavigationStudy
from marsward.mission.phases.phase import Given, Outcome, Quantity

__all__ = ["record"]

Array = NDArray[np.float64]
CITATIONS = [
    "Gates 1963, A simplified model of midcourse maneuver execution errors, JPL TR 32-504",
    "Martin-Mur et al. 2012, Mars Science Laboratory navigation results, 23rd International "
    "Symposium on Space Flight Dynamics",
    "Abilleira et al. 2014, 2016 Mars InSight mission design and navigation, AAS 14-363",
    "Thornton & Border 2003, Radiometric tracking techniques for deep-space navigation, DESCANSO 1",
    "Kizner 1961, doi:10.1016/0032-0633(61)90293-8",
]
_STATISTICS = {
    "mean": ("dv_mean", "mean size"), "sigma": ("dv_sigma", "sigma of the size"),
    "dv50": ("dv50", "size that half stay below"), "dv95": ("dv95", "that 95 % stay below"),
    "dv99": ("dv99", "that 99 % stay below"),
}  # fmt: skip


def record(phase, found: NavigationStudy, given: Given) -> Outcome:
    """Turn what was found into the phase's outcome."""
    given.progress.update(0.95, "tables")
    history = found.history.assign_attrs(
        tcm_et=[float(when.et) for when in found.tcms],
        cutoff_et=[float(when.et) for when in found.cutoffs],
        tcm_names=", ".join(names(found)),
        points=found.points,
    )
    return Outcome(
        products={
            "tcm_statistics": statistics(found).assign_attrs(aim=phase.aim),
            "tcm_samples": samples(found),
            "b_plane_history": history,
            "delivery": entry_state(
                found.point, found.found.delivery, found.found.knowledge,
                source="corrections flown with their errors",
            ),
        },
        summary=summary(found),
        sentence=_sentence(found),
        assumptions=_assumptions(phase, found),
        citations=CITATIONS,
    )  # fmt: skip


def names(found: NavigationStudy) -> list[str]:
    """Of the corrections."""
    return [f"TCM-{i + 1}" for i in range(len(found.tcms))]


def statistics(found: NavigationStudy) -> xr.Dataset:
    """Sizes of each correction and of all; the B-plane before them and after each."""
    every = found.found
    columns = [percentiles(every.sizes[:, i]) for i in range(len(found.tcms))]
    columns.append(percentiles(every.totals))
    data: dict[str, Any] = {
        name: ("tcm", [column[key] for column in columns], {"units": "m s-1", "long_name": text})
        for key, (name, text) in _STATISTICS.items()
    }
    mean, covariance = every.ellipses()
    value, vector = np.linalg.eigh(covariance)
    half = np.sqrt(np.maximum(value, 0.0))
    main = vector[:, :, 1] * np.where(vector[:, :1, 1] < 0.0, -1.0, 1.0)
    good = np.flatnonzero(every.flown)
    chance = [_chance(every.arrivals[i, good, :2], found.circle) for i in range(mean.shape[0])]
    data |= {
        "epoch_et": ("stage", [float("nan"), *(float(t.et) for t in found.tcms)], {"units": "s"}),
        "cutoff_et": ("stage", [float("nan"), *(float(t.et) for t in found.cutoffs)],
                      {"units": "s"}),
        "b_t": ("stage", mean[:, 0], {"units": "m", "long_name": "mean of B.T"}),
        "b_r": ("stage", mean[:, 1], {"units": "m", "long_name": "mean of B.R"}),
        "b_covariance": (("stage", "axis", "axis2"), covariance, {"units": "m2"}),
        "b_semi_major": ("stage", half[:, 1], {"units": "m"}),
        "b_semi_minor": ("stage", half[:, 0], {"units": "m"}),
        "b_angle": ("stage", np.degrees(np.arctan2(main[:, 1], main[:, 0])), {"units": "degree"}),
        "b_time_sigma": ("stage", every.times(), {"units": "s"}),
        "impact_share": ("stage", chance, {"units": "1", "long_name": "that would meet Mars"}),
        "unsettled": ("stage", np.concatenate([[0], every.unsettled]), {"units": "1"}),
        "target_b_t": ((), every.nominal[0], {"units": "m"}),
        "target_b_r": ((), every.nominal[1], {"units": "m"}),
        "v_infinity": ((), every.nominal[2], {"units": "m s-1"}),
        "capture_radius": ((), found.circle, {"units": "m"}),
        "planet_radius": ((), float(body("mars").equatorial_radius), {"units": "m"}),
    }  # fmt: skip
    return xr.Dataset(
        data,
        coords={"tcm": [*names(found), "all"], "stage": ["injection", *names(found)]},
        attrs={
            "members": every.dv.shape[0], "bias": found.bias,
            "entry_et": float(found.point.epoch.et),
            "axes": "T in the mean equator of Mars of date, R = S x T",
        },
    )  # fmt: skip


def _chance(aims: Array, circle: float) -> float:
    return float((np.hypot(aims[:, 0], aims[:, 1]) < circle).mean())


def samples(found: NavigationStudy) -> xr.Dataset:
    """Each voyage: its corrections, its aim after each, its state at the entry."""
    every = found.found
    return xr.Dataset(
        {
            "dv": (("member", "tcm"), every.sizes, {"units": "m s-1"}),
            "b_t": (("stage", "member"), every.arrivals[..., 0], {"units": "m"}),
            "b_r": (("stage", "member"), every.arrivals[..., 1], {"units": "m"}),
            "time": (
                ("stage", "member"), every.arrivals[..., 2],
                {"units": "s", "long_name": "of periapsis, against the path"},
            ),
            "entry_offset": (
                ("member", "component"), every.states,
                {"long_name": "at the epoch of the entry, against the path, J2000 [m, m s-1]"},
            ),
        },
        coords={
            "tcm": names(found), "stage": ["injection", *names(found)],
            "component": ["x", "y", "z", "vx", "vy", "vz"],
        },
    )  # fmt: skip


def summary(found: NavigationStudy) -> dict[str, Quantity]:
    """Key numbers by name."""
    every = found.found
    source = f"{every.dv.shape[0]} voyages"
    total = percentiles(every.totals)
    out = {
        "tcm_count": Quantity(len(found.tcms), "", None, "corrections"),
        "dv99": Quantity(total["dv99"], "m/s", None, f"all corrections, {source}"),
        "dv_mean": Quantity(total["mean"], "m/s", total["sigma"], f"all corrections, {source}"),
    }
    for i, (name, when) in enumerate(zip(names(found), found.tcms, strict=True)):
        each, key = percentiles(every.sizes[:, i]), name.lower().replace("-", "")
        out[f"{key}_epoch"] = Quantity(str(when.utc), "UTC", None, name)
        out[f"{key}_dv_mean"] = Quantity(each["mean"], "m/s", each["sigma"], f"{name}, {source}")
        out[f"{key}_dv99"] = Quantity(each["dv99"], "m/s", None, f"{name}, {source}")
    return out | _b_plane(found) | _at_entry(found)


def _b_plane(found: NavigationStudy) -> dict[str, Quantity]:
    covariance = found.found.ellipses()[1]
    first, last = (np.sqrt(np.linalg.eigvalsh(c)) / 1e3 for c in (covariance[0], covariance[-1]))
    unbiased = impact_probability(*found.uncorrected, found.circle)
    return {
        "launch_bias": Quantity(
            float(np.linalg.norm(found.bias)) / 1e3, "km", None, "of the launch's aim off Mars"
        ),
        "upper_stage_impact": Quantity(found.upper_stage, "", None, "chance, aimed off so"),
        "unbiased_impact": Quantity(unbiased, "", None, "chance, were the launch aimed at Mars"),
        "uncorrected_semi_major": Quantity(
            float(first[1]), "km", None, "one sigma in the B-plane, no correction"
        ),
        "delivery_semi_major": Quantity(
            float(last[1]), "km", None, "one sigma in the B-plane, after the last correction"
        ),
        "delivery_semi_minor": Quantity(float(last[0]), "km", None, "likewise"),
    }


def _at_entry(found: NavigationStudy) -> dict[str, Quantity]:
    known = (
        np.sqrt(np.trace(found.found.knowledge[:3, :3])),
        np.sqrt(np.trace(found.found.knowledge[3:, 3:])),
    )
    return {
        "entry_angle_three_sigma": Quantity(
            3.0 * found.spread["flight_path_angle"], "deg", None, "delivery, at the entry's height"
        ),
        "entry_time_three_sigma": Quantity(
            3.0 * found.spread["time"], "s", None, "delivery, at the entry's height"
        ),
        "known_angle_three_sigma": Quantity(
            3.0 * found.known_spread["flight_path_angle"], "deg", None, "what the craft knows of it"
        ),
        "known_position_three_sigma": Quantity(
            3.0 * float(known[0]) / 1e3, "km", None, "length, as the craft knows it at the entry"
        ),
        "known_velocity_three_sigma": Quantity(3.0 * float(known[1]), "m/s", None, "likewise"),
        "measurements": Quantity(found.points, "", None, "normal points of Doppler, range, delay"),
    }


def _sentence(found: NavigationStudy) -> str:
    every = found.found
    last = np.sqrt(np.linalg.eigvalsh(every.ellipses()[1][-1])) / 1e3
    return (
        f"{len(found.tcms)} corrections take {percentiles(every.totals)['dv99']:.1f} m/s in 99 % "
        f"of {every.dv.shape[0]} voyages and deliver to {last[1]:.1f} km in the B-plane, "
        f"{3.0 * found.spread['flight_path_angle']:.2f}° of entry angle at three sigma"
    )


def _assumptions(phase, found: NavigationStudy) -> list[str]:
    way = {
        "entry": "place and hour of the entry",
        "entry angle": "angle and place of the entry over the turning planet, whatever the hour",
        "b-plane and time": "the B-plane and the hour",
        "b-plane": "the B-plane alone",
    }[phase.aim]
    return [
        "The launcher's errors of C3 and of the asymptote's two angles are independent and normal; "
        "the craft is where it should be when the engine stops.",
        f"The launch aims {np.linalg.norm(found.bias) / 1e3:.0f} km off the entry in the B-plane, "
        f"so that the upper stage meets Mars with a chance of {phase.impact_chance:g} at most; the "
        "first correction takes all of it out."
        if np.any(found.bias) else "The launch aims at the entry from the first.",
        f"Each correction restores {way}, in one impulse, by what is known at the last measurement "
        f"{phase.cutoff / 86400.0:g} d before it (half the time since the injection at most); its "
        "errors are Gates's. Errors of knowledge at one correction are drawn apart from those at "
        "the others.",
        "Voyages are flown with point masses, sunlight, relativity and near Earth and Mars their "
        "gravity; what lanes leave out enters by the nominal path.",
        f"Tracking: {phase.tracking.name}, all the time after launch and before the entry, three "
        "passes a week between; accelerations that no model knows of "
        f"{phase.acceleration_sigma * 1e9:g} nm/s2 in each axis; last data "
        f"{phase.entry_cutoff / 3600.0:g} h before the entry.",
    ]  # fmt: skip
