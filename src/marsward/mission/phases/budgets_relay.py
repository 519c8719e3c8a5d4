"""What an orbiter takes up from landers by UHF: the best passes of each day, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.core.trajectory import Trajectory
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.mission.phases.budgets_timeline import Timeline, at_mars
from marsward.vehicles.relay_windows import relay_windows

if TYPE_CHECKING:
    from marsward.mission.phases.budgets_parts import RelaySite

__all__ = ["Relayed", "best_passes", "relayed"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Relayed:
    """Of each step (n,): bits, passes that are used, and their seconds."""

    bits: Array
    passes: Array
    seconds: Array

    @property
    def rate(self) -> Array:
        """Mean bit rate of the passes [bit/s], zero where there is none."""
        return np.asarray(self.bits / np.maximum(self.seconds, 1.0))


def relayed(site: RelaySite, line: Timeline, paths: Mapping[str, Trajectory]) -> Relayed:
    """Passes over a lander while the orbit is flown, and their mean afterwards.

    Raises
    ------
    InputError : none of the paths is an orbit about Mars.
    """
    orbit = at_mars(paths)
    if orbit is None:
        raise InputError(
            f"no orbit about Mars can relay {site.name!r}; name one in `uses`, such as orbit"
        )
    found = relay_windows(
        orbit, lon=site.lon, lat=site.lat, height=site.height, link=site.link,
        ephemeris=default_ephemeris(),
    )  # fmt: skip
    at = np.asarray(found.begin - orbit.start, dtype=np.float64)
    used = best_passes(at, found.bits, site.passes_a_day)
    length = float(orbit.stop - orbit.start)
    since = np.asarray(line.times - orbit.start, dtype=np.float64)
    after = (since >= length) & line.in_orbit
    place = np.round((at[:, None] - since).T / line.step, 6)
    within = (place >= -0.5) & (place < 0.5) & used

    def told(weight: Array) -> Array:
        mean = float(weight[used].sum()) / max(length, 1.0) * line.step
        return np.asarray(np.where(after, mean, within @ weight))

    seconds = np.asarray(found.end - found.begin, dtype=np.float64)
    return Relayed(told(found.bits), told(np.ones_like(seconds)), told(seconds))


def best_passes(at: Array, bits: Array, most: int) -> NDArray[np.bool_]:
    """Which passes (n,) are among those of their day with most bits.

    at : beginnings [s]; most : passes of a day that are used; one without bits is not
    """
    day, kept = np.floor(at / 86400.0), np.zeros(bits.size, dtype=bool)
    for each in np.unique(day):
        of_day = np.flatnonzero((day == each) & (bits > 0.0))
        kept[of_day[np.argsort(bits[of_day], kind="stable")[-most:]]] = True
    return kept
