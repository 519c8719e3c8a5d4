"""The manoeuvres of a phase as the figures and tables read them."""

import re
from dataclasses import dataclass

import numpy as np

from marsward.views.stored_run import Missing, StoredPhase


@dataclass(frozen=True)
class Burn:
    """One estimate of a manoeuvre: Δv [m/s], sigmas [m/s, s], duration [s]; 0 where not known.

    `miss` [m]: how far the paths before and after pass one another; NaN where not known.
    """

    name: str
    time: np.datetime64
    dv: float
    sigma: float
    epoch_sigma: float
    published: float
    duration: float
    model: str
    basis: str
    miss: float = np.nan


def read_burns(phase: StoredPhase, product: str = "manoeuvres") -> list[Burn]:
    """Every row of a table of manoeuvres, in its order; raises Missing when there is none."""
    names = [_shown(name) for name in phase.texts(product, "name")]
    times = phase.values(product, "time").astype("datetime64[ns]")
    size = phase.values(product, "dv").astype(float)
    if size.ndim == 2:
        size = np.linalg.norm(size, axis=1)
    count = len(names)
    sigma, clock, duration = (
        np.nan_to_num(_numbers(phase, product, count, *columns))
        for columns in (("sigma", "dv_sigma"), ("epoch_sigma",), ("duration",))
    )
    published, miss = (_numbers(phase, product, count, name) for name in ("published_dv", "miss"))
    model, basis = (_words(phase, product, count, name) for name in ("model", "basis"))
    return [
        Burn(names[i], times[i], float(size[i]), float(sigma[i]), float(clock[i]),
             float(published[i]), float(duration[i]), model[i], basis[i], float(miss[i]))
        for i in range(count)
    ]  # fmt: skip


def flown_burns(phase: StoredPhase) -> list[Burn]:
    """One estimate of each manoeuvre, the first that stands in the table, in time; [] without."""
    product = "orbit_burns" if phase.kind == "capture" else "manoeuvres"
    try:
        rows = read_burns(phase, product)
    except Missing:
        return []
    first: dict[str, Burn] = {}
    for row in rows:
        first.setdefault(row.name, row)
    return sorted(first.values(), key=lambda burn: burn.time)


def _shown(name: str) -> str:
    if re.fullmatch(r"(tcm-?\d+|dsm-?\d*|moi|tmi)", name):
        return name.upper()
    return name.replace("-", " ") if name.islower() else name


def _numbers(phase: StoredPhase, product: str, count: int, *columns: str) -> np.ndarray:
    try:
        return phase.values(product, *columns).astype(float)
    except Missing:
        return np.full(count, np.nan)


def _words(phase: StoredPhase, product: str, count: int, column: str) -> list[str]:
    try:
        return phase.texts(product, column)
    except Missing:
        return [""] * count
