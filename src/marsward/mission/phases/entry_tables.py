"""Ellipse, sensitivities, corridor, ground and other dust of a landing as tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from marsward.core.errors import InputError
from marsward.geometry.local_terrain import LocalTerrain
from marsward.mission.landing_members import Landings
from marsward.mission.landing_plan import LandingPlan
from marsward.vehicles.hazard import hazard_map
from marsward.vehicles.landing_ellipse import landing_ellipse, sensitivities

__all__ = [
    "corridor_table", "dust_table", "ellipse_table", "hazard_table", "sensitivity_table",
    "site_table",
]  # fmt: skip

DUST_HEIGHTS = np.arange(10e3, 60.1e3, 10e3)
_MOST_CELLS = 500
_PATCH, _PATCH_CELL = 240.0, 1.0


def ellipse_table(study) -> xr.Dataset:
    """Both ellipses, and the published one's axes where they are known to the reader."""
    held = list(study.ellipses.items())
    rows = {
        "semi_major": ("m", [e.semi_major for _, e in held]),
        "semi_minor": ("m", [e.semi_minor for _, e in held]),
        "angle": ("degree", [e.angle for _, e in held]),
        "east": ("m", [e.east for _, e in held]),
        "north": ("m", [e.north for _, e in held]),
        "semi_major_low": ("m", [e.low[0] for _, e in held]),
        "semi_major_high": ("m", [e.high[0] for _, e in held]),
        "semi_minor_low": ("m", [e.low[1] for _, e in held]),
        "semi_minor_high": ("m", [e.high[1] for _, e in held]),
        "inside": ("1", [e.inside for _, e in held]),
    }
    data: dict[str, Any] = {
        name: ("fit", values, {"units": unit}) for name, (unit, values) in rows.items()
    }
    rings = np.array([e.ring() for _, e in held])
    data["ring"] = (("fit", "point", "axis"), rings, {"units": "m"})
    plan = study.plan
    return xr.Dataset(
        data,
        coords={"fit": np.array([name for name, _ in held], object), "axis": ["east", "north"]},
        attrs={
            "share": held[0][1].share, "members": len(study.landings),
            "landed": int(study.landings.landed.sum()), "target_lon": plan.target[0],
            "target_lat": plan.target[1], "angle": "of the major axis, clockwise from north",
            "interval": "2.5 to 97.5 % of 400 bootstrap draws",
        },
    )  # fmt: skip


def sensitivity_table(study) -> xr.Dataset:
    """What one sigma of each cause does, and its share of the variance."""
    landings = study.landings
    down = landings.down
    ellipse = study.ellipses["covariance"]
    sine, cosine = np.sin(np.radians(ellipse.angle)), np.cos(np.radians(ellipse.angle))
    east, north = (landings.of_descent(read) for read in (lambda d: d.x, lambda d: d.y))
    responses = {
        "along": east * sine + north * cosine,
        "across": east * cosine - north * sine,
        "chute_height": landings.of_descent(lambda d: d.trigger_height),
        "chute_mach": landings.entries.mach,
        "peak_deceleration": landings.entries.peak_deceleration,
        "heat_load": landings.entries.heat_load,
    }
    units = ("m", "m", "m", "1", "m s-2", "J m-2")
    found = sensitivities(
        {name: each[down] for name, each in landings.causes().items()},
        {name: each[down] for name, each in responses.items()},
    )
    return xr.Dataset(
        {
            "effect": (
                ("cause", "response"), found.effect,
                {"long_name": "change for one sigma of the cause, in the response's unit"},
            ),
            "share": (
                ("cause", "response"), found.share,
                {"units": "1", "long_name": "part of the variance"},
            ),
            "explained": (
                "response", found.explained, {"units": "1", "long_name": "R squared of the law"},
            ),
            "response_units": ("response", np.array(units, object)),
        },
        coords={
            "cause": np.array(found.causes, object), "response": np.array(found.responses, object),
        },
        attrs={"along": f"major axis, {ellipse.angle:.1f} deg clockwise from north"},
    )  # fmt: skip


def corridor_table(study) -> xr.Dataset:
    """Entries of other angles, steered and with the reference's bank."""
    names = list(study.corridor)
    flown = [study.corridor[name] for name in names]
    ground = study.plan.ground
    ok = np.array([each.arrived for each in flown])

    def rows(read, only: bool = False):
        held = np.array([read(each) for each in flown], float)
        return np.where(ok, held, np.nan) if only else held

    dims = ("law", "entry_angle")
    return xr.Dataset(
        {
            "peak_deceleration": (dims, rows(lambda e: e.peak_deceleration), {"units": "m s-2"}),
            "peak_heat_flux": (dims, rows(lambda e: e.peak_heat_flux), {"units": "W m-2"}),
            "heat_load": (dims, rows(lambda e: e.heat_load), {"units": "J m-2"}),
            "chute_height": (dims, rows(lambda e: e.height, True), {"units": "m"}),
            "chute_ground_height": (
                dims, rows(lambda e: e.height - ground, True), {"units": "m"},
            ),
            "chute_mach": (dims, rows(lambda e: e.mach, True), {"units": "1"}),
            "chute_time": (dims, rows(lambda e: e.duration, True), {"units": "s"}),
            "range": (dims, rows(lambda e: e.path), {"units": "m"}),
            "miss": (dims, rows(lambda e: e.miss, True), {"units": "m"}),
            "verdict": (dims, np.array([each.verdict for each in flown]).astype(object)),
        },
        coords={
            "law": np.array(names, object),
            "entry_angle": ("entry_angle", study.angles, {"units": "degree"}),
        },
        attrs={"nominal_angle": study.point.flight_path_angle},
    )  # fmt: skip


def site_table(study) -> xr.Dataset:
    """Heights about the landings, on at most 500 cells a side."""
    site: LocalTerrain = study.site
    rows = max(site.shape)
    factor = int(np.ceil(rows / _MOST_CELLS))
    held = site.resampled(factor * site.cell) if factor > 1 else site
    return xr.Dataset(
        {"height": (("y", "x"), held.height, {"units": "m", "long_name": "over the areoid"})},
        coords={
            "x": ("x", held.x, {"units": "m", "long_name": "east of the target"}),
            "y": ("y", held.y, {"units": "m", "long_name": "north of the target"}),
        },
        attrs={"lon": site.lon, "lat": site.lat, "cell": held.cell, "source": site.source},
    )


def hazard_table(study) -> xr.Dataset:
    """Slope, steps and safe places of the ground about the nominal touchdown."""
    plan: LandingPlan = study.plan
    stage, x, y = plan.lander.stage, float(plan.descents.x[0]), float(plan.descents.y[0])
    half = 0.5 * _PATCH
    west, east, south, north = plan.terrain.extent
    x0 = float(np.clip(x, west + 2 * half, east - 2 * half))
    y0 = float(np.clip(y, south + 2 * half, north - 2 * half))
    try:
        patch = plan.terrain.patch(x0, y0, _PATCH, min(_PATCH_CELL, 0.5 * plan.terrain.cell))
    except InputError:  # a model whose cells are as fine
        patch = plan.terrain.crop(x0, y0, _PATCH)
    found = hazard_map(
        patch, footprint=stage.footprint, most_slope=float(np.degrees(stage.most_slope)),
        most_step=stage.most_step,
    )  # fmt: skip
    found["height"] = (("y", "x"), patch.height, {"units": "m", "long_name": "over the areoid"})
    return found.assign_attrs(touchdown_x=x, touchdown_y=y, lon=plan.terrain.lon,
                              lat=plan.terrain.lat)  # fmt: skip


def dust_table(study, share: float, seed: int) -> xr.Dataset:
    """The same entry, with the same guidance, in other dust."""
    rows: dict[str, list] = {name: [] for name in _DUST_UNITS}
    ratio, names, landed = [], [], []
    for case in study.dust:
        flown: Landings = case.landings
        names.append(case.name)
        landed.append(float(flown.landed.mean()))
        ratio.append(np.exp(np.interp(DUST_HEIGHTS, case.column.height,
                     case.column.log_density[0] - study.clear.log_density[0])))  # fmt: skip
        for name, each in _dust_numbers(flown, share, seed).items():
            rows[name].append(each)
    data = {
        name: ("dust", values, {"units": _DUST_UNITS[name][0], "long_name": _DUST_UNITS[name][1]})
        for name, values in rows.items()
    }
    return xr.Dataset(
        {
            "density_ratio": (
                ("dust", "height"), np.array(ratio),
                {"units": "1", "long_name": "density over that of clear air"},
            ),
            "landed": ("dust", landed, {"units": "1", "long_name": "share that landed"}),
            **data,
        },
        coords={
            "dust": np.array(names, object), "height": ("height", DUST_HEIGHTS, {"units": "m"}),
        },
        attrs={
            "members": len(study.dust[0].landings), "own": study.own_dust,
            "guidance": "as made for the mission's own dust",
        },
    )  # fmt: skip


_DUST_UNITS = {
    "semi_major": ("m", "of the ellipse"), "semi_minor": ("m", "of the ellipse"),
    "angle": ("degree", "of its major axis"), "east": ("m", "of its centre"),
    "north": ("m", "of its centre"), "chute_height": ("m", "over the ground, mean"),
    "chute_height_sigma": ("m", "its standard deviation"), "chute_mach": ("1", "mean"),
    "peak_deceleration": ("m s-2", "mean"), "heat_load": ("J m-2", "mean"),
    "miss": ("m", "mean way to the target"),
}  # fmt: skip


def _dust_numbers(flown: Landings, share: float, seed: int) -> dict[str, float]:
    down = flown.down
    out = dict.fromkeys(_DUST_UNITS, float("nan"))
    if down.sum() < 8:
        return out
    east, north = (flown.of_descent(read)[down] for read in (lambda d: d.x, lambda d: d.y))
    fit = landing_ellipse(east, north, share=share, draws=0, seed=seed)
    height = flown.of_descent(lambda d: d.trigger_height)[down]
    return {
        "semi_major": fit.semi_major, "semi_minor": fit.semi_minor, "angle": fit.angle,
        "east": fit.east, "north": fit.north, "chute_height": float(np.nanmean(height)),
        "chute_height_sigma": float(np.nanstd(height)),
        "chute_mach": float(np.mean(flown.entries.mach[down])),
        "peak_deceleration": float(np.mean(flown.entries.peak_deceleration[down])),
        "heat_load": float(np.mean(flown.entries.heat_load[down])),
        "miss": float(np.mean(np.hypot(east, north))),
    }  # fmt: skip
