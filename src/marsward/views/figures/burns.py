"""The manoeuvres of a cruise as the figures and tables read them."""

import re
from dataclasses import dataclass

import numpy as np

from marsward.views.stored_run import Missing, StoredPhase


@dataclass(frozen=True)
class Burn:
    """One estimate of a manoeuvre: Δv [m/s], sigmas [m/s, s], duration [s]; 0 where not known."""

    name: str
    time: np.datetime64
    dv: float
    sigma: float
    epoch_sigma: float
    published: float
    duration: float
    model: str
    basis: str


def read_burns(phase: StoredPhase) -> list[Burn]:
    """Every row of manoeuvres.nc, in its order; raises Missing when there is none."""
    names = [_shown(name) for name in phase.texts("manoeuvres", "name")]
    times = phase.values("manoeuvres", "time").astype("datetime64[ns]")
    size = phase.values("manoeuvres", "dv").astype(float)
    if size.ndim == 2:
        size = np.linalg.norm(size, axis=1)
    count = len(names)
    sigma, clock, duration = (
        np.nan_to_num(_numbers(phase, name, count)) for name in ("sigma", "epoch_sigma", "duration")
    )
    published = _numbers(phase, "published_dv", count)
    model, basis = (_words(phase, name, count) for name in ("model", "basis"))
    return [
        Burn(names[i], times[i], float(size[i]), float(sigma[i]), float(clock[i]),
             float(published[i]), float(duration[i]), model[i], basis[i])
        for i in range(count)
    ]  # fmt: skip


def flown_burns(phase: StoredPhase) -> list[Burn]:
    """One estimate of each manoeuvre, the first that stands in the table, in time; [] without."""
    try:
        rows = read_burns(phase)
    except Missing:
        return []
    first: dict[str, Burn] = {}
    for row in rows:
        first.setdefault(row.name, row)
    return sorted(first.values(), key=lambda burn: burn.time)


def _shown(name: str) -> str:
    return name.upper() if re.fullmatch(r"(tcm-?\d+|dsm-?\d*|moi|tmi)", name) else name


def _numbers(phase: StoredPhase, name: str, count: int) -> np.ndarray:
    try:
        return phase.values("manoeuvres", name).astype(float)
    except Missing:
        return np.full(count, np.nan)


def _words(phase: StoredPhase, name: str, count: int) -> list[str]:
    try:
        return phase.texts("manoeuvres", name)
    except Missing:
        return [""] * count
