"""Key numbers of the ice phase: truth, knowledge, and how far they are apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.map_grid import MapGrid
from marsward.mission.phases.ice_ground import IceGround
from marsward.mission.phases.phase import Quantity

if TYPE_CHECKING:
    from marsward.mission.phases.ice_radar import Sounding

_HALF = 0.5
_CLASSES = ("undetermined", "ice", "rock", "clutter", "multiple")


def ground_numbers(found: IceGround, known: xr.Dataset) -> dict[str, Quantity]:
    """Edges, depths, masses and errors of the ice; temperatures of the ground."""
    truth, belief = (each["ice_depth"].values.astype(float) for each in (found.truth, known))
    grid = MapGrid.of(known)
    area = np.broadcast_to(np.asarray(grid.cell_area()), truth.shape)
    icy = np.isfinite(truth) & np.isfinite(belief) & (truth > 0.0) & (belief > 0.0)
    sigma = known["ice_depth_log_sigma"].values.astype(float)
    off = np.log(truth[icy] / belief[icy])
    lat = found.truth["lat"].values
    mass = float(np.sum(found.truth["ice_mass"].values.astype(float) * area))
    guess = float(np.sum(known["ice_mass"].values.astype(float) * area))
    share = known["ice_probability"].values.astype(float)
    is_, true = "the ground as it is", "truth against knowledge, cells with ice in both"
    half = f"{is_}: half of a parallel has ice"
    rms = float(np.sqrt(np.mean(off**2)))
    out = {
        "cells": Quantity(int(truth.size), "", None, grid.label),
        "ice_edge_north": Quantity(edge(truth, lat, 1.0), "deg", None, half),
        "ice_edge_south": Quantity(edge(truth, lat, -1.0), "deg", None, half),
        "ice_edge_north_known": Quantity(edge(belief, lat, 1.0), "deg", None, "as believed"),
        "ice_edge_south_known": Quantity(edge(belief, lat, -1.0), "deg", None, "as believed"),
        "ice_area": Quantity(
            100.0 * float(area[np.isfinite(truth)].sum() / area.sum()), "%", None, is_
        ),
        "ice_area_known": Quantity(
            100.0 * float(np.sum(share * area) / area.sum()), "%",
            100.0 * float(np.sqrt(np.sum(share * (1.0 - share) * area**2)) / area.sum()),
            "sum of the chances; cells taken as independent",
        ),
        "ice_median_depth": Quantity(_median(truth, area), "m", None, f"{is_}, by area"),
        "ice_mass_top_metre": Quantity(mass / 1e15, "1e15 kg", None, is_),
        "ice_mass_known": Quantity(guess / 1e15, "1e15 kg", None, "as believed"),
        "ice_depth_bias": Quantity(float(np.mean(off)), "", None, f"{true}: mean of ln depth"),
        "ice_depth_rms": Quantity(rms, "", None, f"{true}: of ln depth"),
        "ice_log_sigma": Quantity(
            float(np.median(sigma[icy])), "", None, "stated error of ln depth"
        ),
        "ice_chi2": Quantity(float(np.mean((off / sigma[icy]) ** 2)), "", None, true),
        "energy_residual": Quantity(
            float(found.truth.attrs["energy_residual"]), "", None,
            "greatest imbalance of a column's year over what it took up",
        ),
    }  # fmt: skip
    for name in ("frost_days", "ice_depth"):
        for place, value in zip(
            found.places["name"].values, found.places[name].values, strict=True
        ):
            key = f"{name}_{str(place).lower().replace(' ', '_')}"
            finite = float(value) if math.isfinite(value) else "none"
            unit = ("sol" if name == "frost_days" else "m") if finite != "none" else ""
            out[key] = Quantity(finite, unit, None, f"{place}, shipped maps, flat ground")
    return out


def edge(depth: NDArray, lat: NDArray, side: float) -> float:
    """Latitude [deg] at which half of a parallel has ice, from the pole down, between rows."""
    share = np.isfinite(depth).mean(axis=1)
    north = lat[:, 0]
    rows = np.argsort(-side * north)
    rows = rows[side * north[rows] > 0.0]
    level, at = share[rows], north[rows]
    below = np.flatnonzero(level < _HALF)
    if not below.size or below[0] == 0:
        return float(at[-1] if not below.size else at[0])
    k = int(below[0])
    part = (level[k - 1] - _HALF) / (level[k - 1] - level[k])
    return float(at[k - 1] + part * (at[k] - at[k - 1]))


def _median(depth: NDArray, area: NDArray) -> float:
    icy = np.isfinite(depth)
    if not icy.any():
        return math.inf
    order = np.argsort(depth[icy])
    total = np.cumsum(area[icy][order])
    return float(depth[icy][order][np.searchsorted(total, 0.5 * total[-1])])


def radar_numbers(sounded: tuple[Sounding, ...]) -> dict[str, Quantity]:
    """For each track: what lies there, what was picked, and what was made of it."""
    out: dict[str, Quantity] = {}
    for each in sounded:
        name, picks, truth = _key(each.region), each.picks, each.truth
        where = f"track over {each.region}, orbit {each.radargram.attrs.get('orbit', '')}"
        sheet = truth["ice_sheet"].values >= 0
        out[f"radar_{name}_traces"] = Quantity(int(sheet.size), "", None, where)
        out[f"radar_{name}_ice_traces"] = Quantity(int(sheet.sum()), "", None, f"{where}, truth")
        best = layer_line(picks)
        if best is None:
            out[f"radar_{name}_class"] = Quantity("none found", "", None, where)
            continue
        rows = best["trace"].values.astype(int)
        layer = (truth["cover_thickness"] + truth["sheet_thickness"]).values
        found = float(best["permittivity"].values[0])
        out |= {
            f"radar_{name}_picks": Quantity(int(rows.size), "", None, f"{where}, strongest line"),
            f"radar_{name}_class": Quantity(
                _CLASSES[int(best["reflector_class"].values[0])], "", None, where
            ),
            f"radar_{name}_permittivity": Quantity(
                found, "", float(best["permittivity_sigma"].values[0]), where
            ),
            f"radar_{name}_permittivity_true": Quantity(
                float(np.mean(_above(truth)[rows])), "", None, f"{where}, truth"
            ),
            f"radar_{name}_depth": Quantity(
                float(np.median(best["depth"].values)), "m",
                float(np.median(best["depth_sigma"].values)), where,
            ),
            f"radar_{name}_depth_true": Quantity(
                float(np.median(layer[rows])), "m", None, f"{where}, truth"
            ),
        }  # fmt: skip
    return out


def _above(truth: xr.Dataset) -> NDArray[np.float64]:
    """Permittivity of all that lies over the base of the sheet, as delay sees it."""
    cover, sheet = truth["cover_thickness"].values, truth["sheet_thickness"].values
    slow = cover * np.sqrt(truth["soil_permittivity"].values)
    slow = slow + sheet * np.sqrt(truth["permittivity"].values)
    return np.asarray((slow / np.maximum(cover + sheet, 1e-9)) ** 2)


def layer_line(picks: xr.Dataset) -> xr.Dataset | None:
    """The longest line whose permittivity is known; None where there is no such line."""
    if not picks.sizes.get("pick", 0):
        return None
    line = picks["line"].values
    real = np.isfinite(picks["permittivity"].values)
    pool = line[real] if real.any() else None
    if pool is None:
        return None
    return picks.isel(pick=np.flatnonzero(line == np.bincount(pool.astype(int)).argmax()))


def _key(region: str) -> str:
    return region.lower().replace(" ", "_").replace("-", "_")
