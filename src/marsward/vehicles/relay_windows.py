"""Relay passes: when an orbiter stands over a rover, how far, and how much it can carry.

From the orbiter's own trajectory: rise and set over an elevation, the range between, and the bits
of a radio whose rate falls with the square of the range and steps down by halves, as the adaptive
rate of the Electra radios does from 2048 kbit/s (Bell et al. 2014, "MRO relay telecom support of
Mars Science Laboratory surface operations", IEEE Aerospace Conference).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core import mars_time
from marsward.core.asked import number, numbers
from marsward.core.errors import InputError
from marsward.core.part import Part, value
from marsward.core.quantity import QuantityRule
from marsward.core.sol_clock import SolClock
from marsward.core.time import Epoch
from marsward.dynamics.event_search import find_events
from marsward.dynamics.sites import Site
from marsward.dynamics.visibility import site_visibility

__all__ = ["RelayLink", "RelayPasses", "relay_windows"]

Array = NDArray[np.float64]
_SAMPLES = 61  # of a pass
_BELL = "Bell et al. 2014, MRO relay telecom support of MSL, IEEE Aerospace Conference"


class RelayLink(Part):
    """The radio between rover and orbiter."""

    most: Annotated[float, QuantityRule("bit/s", gt=0.0)] = value(
        "2048 kbit/s", unit="bit/s", origin="published", ref=_BELL, description="highest rate"
    )
    least: Annotated[float, QuantityRule("bit/s", gt=0.0)] = value(
        "1 kbit/s", unit="bit/s", ref="assumed: lower rates of the radios",
        description="rate below which nothing is sent",
    )  # fmt: skip
    reach: Annotated[float, QuantityRule("m", gt=0.0)] = value(
        "310 km", unit="m", origin="derived", ref="with it the passes of an orbiter at 300 km "
        "bring some 500 Mbit a sol, as Curiosity's did (" + _BELL + ")",
        description="range out to which the highest rate holds",
    )  # fmt: skip
    elevation: Annotated[float, QuantityRule("deg", ge=0.0, lt=90.0)] = value(
        "10 deg", unit="deg", ref="usual mask of relay passes", description="least elevation"
    )

    def rate(self, distance: ArrayLike) -> Array:
        """Rate [bit s-1] at a range [m]: by halves from the highest, zero below the least.

        Raises InputError for a range that is not above zero.
        """
        far = numbers(distance, "a range", "m")
        if far.size and far.min() <= 0.0:
            raise InputError(f"a range lies above 0 m, not {far.min():g} m")
        free = self.most * np.minimum((self.reach / far) ** 2, 1.0)
        steps = np.ceil(np.log2(self.most / free) - 1e-12)
        out = self.most * 0.5**steps
        return np.where(out >= self.least * (1.0 - 1e-12), out, 0.0)


@dataclass(frozen=True, eq=False)
class RelayPasses:
    """Passes of an orbiter over a place, in order of time.

    begin, end : epochs (n,); nearest : least range [m]; highest : elevation [deg]
    bits : that the radio can carry; begin_sol, end_sol : true solar days of the place since the
        midnight that begins its clock's sol 0, with fractions
    """

    begin: Epoch
    end: Epoch
    nearest: Array
    highest: Array
    bits: Array
    begin_sol: Array
    end_sol: Array

    def __len__(self) -> int:
        return int(self.bits.size)

    def of_sol(self, sol: int) -> list[tuple[float, float, float]]:
        """Passes of a sol: true solar hours of begin and end, and bits; cut at midnight."""
        out = []
        for begin, end, bits in zip(self.begin_sol, self.end_sol, self.bits, strict=True):
            low, high = max(begin, float(sol)), min(end, sol + 1.0)
            if high > low:
                share = (high - low) / (end - begin)
                out.append((24.0 * (low - sol), 24.0 * (high - sol), float(bits * share)))
        return out

    def rows(self) -> list[dict[str, Any]]:
        """The passes as plain values, for tables and JSON."""
        return [
            {
                "begin_utc": str(self.begin[k].utc), "end_utc": str(self.end[k].utc),
                "sol": int(np.floor(self.begin_sol[k])),
                "begin_h": round(24.0 * float(self.begin_sol[k] % 1.0), 4),
                "minutes": round(float(self.end[k] - self.begin[k]) / 60.0, 3),
                "nearest_m": round(float(self.nearest[k]), 1),
                "highest_deg": round(float(self.highest[k]), 3), "bits": round(float(self.bits[k])),
            }
            for k in range(len(self))
        ]  # fmt: skip


def relay_windows(
    trajectory: Any,
    *,
    lon: float,
    lat: float,
    height: float = 0.0,
    link: RelayLink | None = None,
    clock: SolClock | None = None,
    ephemeris: Any = None,
) -> RelayPasses:
    """Passes of an orbiter over a place on Mars.

    Parameters
    ----------
    trajectory : of the orbiter; lon, lat : east and planetocentric [deg]
    height : above the ellipsoid [m]; link : the radio
    clock : whose sols count; the place's own days since 1873 if None
    ephemeris : that of the trajectory if None

    A pass that is on at either end of the trajectory is cut there.

    Raises
    ------
    InputError : a place that is none.
    """
    radio = link or RelayLink()
    number(lon, "the rover's longitude", "degrees")
    event = site_visibility(lon, lat, height, radio.elevation)
    found = find_events(trajectory, event, ephemeris)
    ends = [(hit.epoch, hit.rising) for hit in found]
    start, stop = trajectory.start, trajectory.stop
    up = float(event.values(trajectory, start + np.zeros(1), ephemeris)[0]) > 0.0
    begins = [start] if up else []
    begins += [epoch for epoch, rising in ends if rising]
    sets = [epoch for epoch, rising in ends if not rising]
    if len(sets) < len(begins):
        sets.append(stop)
    site = Site("rover", lon, lat, height, radio.elevation, "mars")
    table = [
        _pass(trajectory, site, radio, a, b, ephemeris) for a, b in zip(begins, sets, strict=True)
    ]
    nearest, highest, bits = np.array(table, dtype=np.float64).reshape(-1, 3).T
    first = _times(start, begins)
    last = _times(start, sets)
    offset = 0.0 if clock is None else float(clock.midnight)
    return RelayPasses(
        first, last, nearest, highest, bits,
        _true_sols(first, lon) - offset, _true_sols(last, lon) - offset,
    )  # fmt: skip


def _times(start: Epoch, epochs: list[Epoch]) -> Epoch:
    return start + np.array([float(each - start) for each in epochs], dtype=np.float64)


def _true_sols(epochs: Epoch, lon: float) -> Array:
    """True solar days of a meridian with fractions."""
    days = np.asarray(epochs.tt_days, dtype=np.float64)
    mean = mars_time.mars_sol_date(days) + lon / 360.0
    return np.asarray(mean + mars_time.equation_of_time(days) / 360.0)


def _pass(
    trajectory: Any, site: Site, radio: RelayLink, begin: Epoch, end: Epoch, ephemeris: Any
) -> tuple[float, float, float]:
    """Least range [m], highest elevation [deg] and bits of a pass."""
    length = float(end - begin)
    seconds = np.linspace(0.0, length, _SAMPLES)
    at = begin + seconds
    place = trajectory.at(at, wrt=499, ephemeris=ephemeris)[..., :3]
    line = np.einsum("...ij,...j->...i", site.axes(at), place) - site.position
    far = np.linalg.norm(line, axis=-1)
    sine = line @ site.vertical / far
    rate = radio.rate(far)
    bits = float(((rate[1:] + rate[:-1]) * 0.5 * np.diff(seconds)).sum())
    return float(far.min()), float(np.degrees(np.arcsin(np.clip(sine.max(), -1.0, 1.0)))), bits
