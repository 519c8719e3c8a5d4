"""Depth of buried ice from temperatures of one place through the year.

Ice in the pores conducts and stores heat better than the dry soil over it. It feels the season
through a thin dry layer and gives the heat of summer back in autumn: the place is colder in spring
and warmer in autumn and winter than dry ground would be (Bandfield 2007, doi:10.1038/nature05781).
A layer of dry soil over pore ice is sought, of inertia I, albedo A and depth z; the law of
the ice is that of the table.

The posterior of ln z is walked on even steps between the table's least and largest depth, with I
and A at their best and their widths taken in (Laplace). Before the look ln z is equally likely
anywhere there, with probability `no_ice` that there is none at all: ground whose ice lies at the
largest depth reads as ground without. Where the temperatures say little more than that, the place
is flagged "not constrained". Observations on or near CO2 frost are left out: the dates of frost do
tell of buried ice too (Haberle et al. 2008, doi:10.1029/2007JE003035), but through the frost's
albedo and emissivity.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.retrieval.ground_table import GroundTable
from marsward.retrieval.kernels import ice_layer as kernel
from marsward.retrieval.thermal_inertia import Looks, for_each, in_blocks

__all__ = ["FLAGS", "ice_layer"]

Array = NDArray[np.float64]
NOT_CONSTRAINED, POOR_FIT = 64, 128
FLAGS = {
    "no observation": kernel.MASKED,
    "frost": kernel.FROST,
    "off the table": kernel.OFF_TABLE,
    "not constrained": NOT_CONSTRAINED,
    "poor fit": POOR_FIT,
}
_FINE = 5  # steps between two nodes of depth
_LEAST_GAIN = 0.25  # nat, of information on ln z, below which nothing is said to be learned

add_fields(
    FieldRow("ice_depth_p16", "m", "depth of ice, 16 % of the posterior above it", low=0.0),
    FieldRow("ice_depth_p84", "m", "depth of ice, 84 % of the posterior above it", low=0.0),
    FieldRow("ice_depth_log_sigma", "1", "error of the logarithm of the depth of ice", low=0.0),
    FieldRow("shallow_ice_probability", "1", "probability of ice within a metre", "", 0.0, 1.0),
    FieldRow("ice_information", "1", "information gained on the depth of ice [nat]"),
    FieldRow("ice_covariance", "1", "covariance of ln depth, ln inertia and albedo"),
    FieldRow("ice_posterior", "1", "posterior density of ln depth, if there is ice", low=0.0),
)


def ice_layer(
    observations: Any,
    table: GroundTable,
    *,
    albedo: ArrayLike = 0.25,
    albedo_sigma: ArrayLike = 0.1,
    no_ice: float = 0.5,
    model_sigma: float = 0.0,
    workers: int | None = None,
    posterior: bool = False,
) -> xr.Dataset:
    """Depth of ice with its error, for n places.

    Parameters
    ----------
    observations : as for `thermal_inertia`, many of each place through the year
    table : forward model with nodes of depth
    albedo, albedo_sigma : known before, (n,) or one
    no_ice : probability before the look that there is no ice above the table's largest depth
    model_sigma : further error of every tabled temperature [K]
    workers : threads; results do not depend on them
    posterior : keep the posterior density (place, depth) too

    Returns
    -------
    Dataset (place): ice_depth (median, if there is ice), ice_depth_p16 and ice_depth_p84 (16 and
    84 %), ice_depth_log_sigma, shallow_ice_probability (ice within 1 m), ice_information,
    thermal_inertia and bolometric_albedo of the dry layer with _sigma, ice_covariance
    (place, 3, 3) of ln z, ln I and A, chi2, observations and flags (bits of `FLAGS`). Attribute
    prior_probability.

    Raises
    ------
    InputError : a table without depths, or numbers that do not fit.
    """
    if len(table.nodes.depth) < 4 or not math.isfinite(table.nodes.depth[-1]):
        raise InputError(
            "a search for ice needs a ground table with four depths or more; make one with "
            "depth=(0.005, ..., 4.0)"
        )
    if not 0.0 < no_ice < 1.0:
        raise InputError(f"no_ice is a probability between 0 and 1, not {no_ice:g}")
    looks = Looks(observations)
    n, k = looks.warmth.shape
    a0, sa = (for_each(v, n, name) for v, name in ((albedo, "albedo"), (albedo_sigma, "its error")))
    if not ((a0 >= 0.0) & (a0 <= 1.0) & (sa > 0.0)).all():
        raise InputError("the albedo known before must lie in 0 to 1 and its error be above 0")
    warmth, icy = looks.without_frost()
    sigma = np.sqrt(looks.sigma**2 + model_sigma**2)
    axes = table.axes
    fine = np.interp(
        np.arange(_FINE * (len(axes["depth"]) - 1) + 1) / _FINE,
        np.arange(len(axes["depth"])), axes["depth"],
    )  # fmt: skip
    flags = np.where(icy.any(axis=1), kernel.FROST, 0).astype(np.int64)
    walks, used = np.full((n, len(fine), 7), np.nan), np.zeros((n, k), np.uint8)
    season = np.ascontiguousarray(table.season(looks.ls))

    def work(part: slice) -> None:
        arguments: tuple[Any, ...] = (
            looks.lat[part], looks.pressure[part], season[part], looks.hour[part], warmth[part],
            sigma[part], looks.common[part], a0[part], sa[part], *table.arrays, axes["depth"],
            axes["albedo"], axes["inertia"], fine, walks[part], flags[part], used[part],
        )  # fmt: skip
        kernel.fit_layers(*arguments)

    in_blocks(work, n, workers, block=16)
    return _dataset(walks, flags, used, fine, no_ice, posterior)


def _dataset(
    walks: Array, flags: NDArray[np.int64], used: NDArray[np.uint8], fine: Array, no_ice: float,
    posterior: bool,
) -> xr.Dataset:  # fmt: skip
    width = np.gradient(fine)
    width[[0, -1]] *= 0.5
    prior = width / width.sum()
    level = walks[..., 6] - np.nanmax(
        np.where(np.isfinite(walks[..., 6]), walks[..., 6], -np.inf), axis=1, keepdims=True
    )
    share = np.exp(level) * prior
    evidence = share.sum(axis=1)
    share /= evidence[:, None]
    none = no_ice * np.exp(level[:, -1])
    is_ice = (1.0 - no_ice) * evidence / ((1.0 - no_ice) * evidence + none)
    within, before = _within(share, fine, 0.0), _within(prior[None], fine, 0.0)[0]
    means = np.stack([np.broadcast_to(fine, share.shape), walks[..., 0], walks[..., 1]], axis=-1)
    mean = (share[..., None] * means).sum(axis=1)
    off = means - mean[:, None]
    covariance = np.einsum("nm,nmi,nmj->nij", share, off, off)
    covariance[:, 1, 1] += (share * walks[..., 2]).sum(axis=1)
    covariance[:, 2, 2] += (share * walks[..., 3]).sum(axis=1)
    mixed = (share * walks[..., 4]).sum(axis=1)
    covariance[:, 1, 2] += mixed
    covariance[:, 2, 1] += mixed
    gain = np.where(share > 0.0, share * np.log(np.maximum(share, 1e-300) / prior), 0.0).sum(axis=1)
    count = used.sum(axis=1, dtype=np.int32)
    chi2 = np.where(count > 0, np.nanmin(np.nan_to_num(walks[..., 5], nan=np.inf), axis=1), np.nan)
    flags |= np.where(gain < _LEAST_GAIN, NOT_CONSTRAINED, 0)
    spare = np.maximum(count - 2, 1)
    flags |= np.where(chi2 > spare + 6.0 * np.sqrt(2.0 * spare), POOR_FIT, 0)
    low, middle, high = (np.exp(_quantile(share, fine, q)) for q in (0.16, 0.5, 0.84))
    inertia, spread = np.exp(mean[:, 1]), np.sqrt(np.einsum("nii->ni", covariance))
    data = {
        "ice_depth": middle, "ice_depth_p16": low, "ice_depth_p84": high,
        "ice_depth_log_sigma": spread[:, 0],
        "shallow_ice_probability": np.clip(is_ice * within, 0.0, 1.0),
        "ice_information": gain, "thermal_inertia": inertia,
        "thermal_inertia_sigma": inertia * spread[:, 1], "bolometric_albedo": mean[:, 2],
        "bolometric_albedo_sigma": spread[:, 2], "chi2": chi2, "observations": count,
        "flags": flags.astype(np.int32),
    }  # fmt: skip
    out = xr.Dataset({name: field(name, value, "place") for name, value in data.items()})
    names = ["ln_depth", "ln_inertia", "albedo"]
    out["ice_covariance"] = field("ice_covariance", covariance, ("place", "row", "column"))
    out = out.assign_coords(row=names, column=names)
    if posterior:
        out["ice_posterior"] = field("ice_posterior", share / width, ("place", "depth"))
        out = out.assign_coords(depth=("depth", np.exp(fine), {"units": "m"}))
    out["flags"].attrs["meanings"] = ", ".join(f"{v} {k}" for k, v in FLAGS.items())
    counts = {f"places_{k.replace(' ', '_')}": int((flags & v > 0).sum()) for k, v in FLAGS.items()}
    return out.assign_attrs(
        prior_no_ice=no_ice, prior_probability=(1.0 - no_ice) * before,
        least_depth=float(np.exp(fine[0])), largest_depth=float(np.exp(fine[-1])), **counts,
    )  # fmt: skip


def _cumulative(share: Array, fine: Array) -> tuple[Array, Array]:
    """Edges of the steps and the share below each."""
    edges = np.concatenate([fine[:1], 0.5 * (fine[1:] + fine[:-1]), fine[-1:]])
    total = np.concatenate([np.zeros((share.shape[0], 1)), np.cumsum(share, axis=1)], axis=1)
    return edges, total


def _within(share: Array, fine: Array, limit: float) -> Array:
    """Share of ln depth below a limit."""
    edges, total = _cumulative(share, fine)
    return np.array([np.interp(limit, edges, row) for row in total])


def _quantile(share: Array, fine: Array, at: float) -> Array:
    """Where the share below reaches `at`; NaN where nothing is known."""
    edges, total = _cumulative(share, fine)
    return np.array(
        [np.interp(at, row, edges) if np.isfinite(row[-1]) else np.nan for row in total]
    )
