"""Power, link and data along the mission's timeline, and the four tables of the budgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.constants import JULIAN_YEAR
from marsward.core.errors import InputError
from marsward.core.registry import unknown
from marsward.geometry.campaign_downlink import ledger
from marsward.mission.phases.budgets_manoeuvres import (
    Spent,
    manoeuvre_table,
    manoeuvres,
    spend,
)
from marsward.mission.phases.budgets_relay import Relayed, relayed
from marsward.mission.phases.budgets_timeline import Timeline, paths_of, timeline
from marsward.vehicles.ground_station import GroundStation
from marsward.vehicles.radio_link import link_rates

if TYPE_CHECKING:
    from marsward.mission.phases.budgets import Budgets
    from marsward.mission.phases.phase import Given

Array = NDArray[np.float64]
_BLOCK = 1e6  # bits of the recorder's book


@dataclass(frozen=True, eq=False)
class Study:
    """What the budgets found: the four tables, the masses and the timeline."""

    manoeuvres: xr.Dataset
    power: xr.Dataset
    link: xr.Dataset
    data: xr.Dataset
    spent: Spent
    line: Timeline


def study(phase: Budgets, given: Given) -> Study:
    """All four budgets.

    Raises
    ------
    PhysicsError : the propellant does not do.
    InputError : there is no path among the products, or masses do not fit.
    """
    products = {name: given[name] for name in phase.uses}
    events = manoeuvres(phase, products, given.mission.spacecraft)
    spent = spend(phase, events, given.mission.spacecraft)
    paths = paths_of(products)
    watched = _of(products, "orbit_events")
    line = timeline(paths, watched, step=phase.step, until=phase.until)
    given.progress.update(0.3, "link and power")
    landers = {each.name: relayed(each, line, paths) for each in phase.relay}
    given.progress.update(0.6, "data")
    link = link_table(phase, line, landers)
    frames = _of(products, "frames")
    return Study(
        manoeuvre_table(events, spent), power_table(phase, line), link,
        data_table(phase, line, link, landers, frames), spent, line,
    )  # fmt: skip


def _of(products: Mapping[str, xr.Dataset], plain: str) -> xr.Dataset | None:
    """The first product of a name, whichever phase made it ("orbit-2.orbit" is an orbit)."""
    found = (each for name, each in products.items() if name.rsplit(".", 1)[-1] == plain)
    return next(found, None)


def _columns(line: Timeline, columns: Mapping[str, tuple[Any, str, str]]) -> xr.Dataset:
    """A table over the timeline."""
    return xr.Dataset(
        {
            name: ("time", np.asarray(held), {"units": unit, "long_name": words})
            for name, (held, unit, words) in columns.items()
        }
        | {"et": ("time", np.asarray(line.times.et), {"units": "s"})},
        coords={"time": line.times.datetime64},
    )


def power_table(phase: Budgets, line: Timeline) -> xr.Dataset:
    """Product budget_power, dims ("time",)."""
    years = np.asarray(line.times - line.times[0], dtype=np.float64) / float(JULIAN_YEAR)
    watts = phase.array.watts(line.sun_distance, years=years)
    orbit = phase.loads.balance(watts, stage="orbit", shadow=line.shadow, longest=line.longest)
    cruise = phase.loads.balance(watts, stage="cruise")
    pick = line.in_orbit
    return _columns(
        line,
        {
            "sun_distance": (line.sun_distance, "m", "from the Sun"),
            "in_orbit": (pick.astype(np.int8), "1", "1 at Mars, 0 on the way"),
            "array_temperature": (
                phase.array.temperature(line.sun_distance), "K", "of the array in sunlight"
            ),
            "array_power": (watts, "W", "what the array can give in sunlight"),
            "load": (np.where(pick, orbit.load, cruise.load), "W", "mean of what the craft takes"),
            "power_margin": (
                np.where(pick, orbit.margin, cruise.margin), "W",
                "array less loads in sunlight and less what recharges the battery",
            ),
            "power_margin_peak": (
                np.where(pick, orbit.peak, cruise.peak), "W", "the same in the greatest mode"
            ),
            "shadow": (line.shadow, "1", "share of the time in the planet's umbra"),
            "shadow_longest": (line.longest, "s", "longest umbra"),
            "depth_of_discharge": (
                np.where(pick, orbit.depth, 0.0), "1", "of the battery in the longest umbra"
            ),
        },
    )  # fmt: skip


def link_table(phase: Budgets, line: Timeline, landers: Mapping[str, Relayed]) -> xr.Dataset:
    """Product budget_link, dims ("time", "station") and, of the relay, ("time", "lander")."""
    count = len(phase.stations)
    shape = (line.times.size, count)
    rate, seconds, height, noise, spare = (np.full(shape, np.nan) for _ in range(5))
    for k, station in enumerate(phase.stations):
        rate[:, k], seconds[:, k], height[:, k], noise[:, k], spare[:, k] = _heard(
            phase, station, line
        )
    dark = line.sun_earth_probe < phase.radio.blackout
    out = _columns(
        line,
        {
            "earth_distance": (line.earth_distance, "m", "from Earth"),
            "sun_earth_probe": (line.sun_earth_probe, "degree", "Sun, Earth, craft"),
            "declination": (line.declination, "degree", "of the craft, J2000"),
            "hidden": (line.hidden, "1", "share of the time behind the planet"),
            "blackout": (dark.astype(np.int8), "1", "1 where the Sun is too near the beam"),
        },
    )
    table = {
        "rate": (rate, "bit s-1", "bit rate, mean of a pass"),
        "on_air": (seconds, "s", "received in a day of 86 400 s"),
        "elevation": (height, "degree", "mean of the passes"),
        "noise_temperature": (noise, "K", "of the system, Sun and air in it"),
        "link_margin": (spare, "dB", "over the threshold at the rate"),
    }
    for name, (held, unit, words) in table.items():
        out[name] = (("time", "station"), held, {"units": unit, "long_name": words})
    for name, unit, words in (
        ("relay_bits", "bit", "taken up by UHF in the step"),
        ("relay_passes", "1", "passes of the step that are used"),
        ("relay_rate", "bit s-1", "mean of those passes"),
    ):
        if landers:
            key = name.removeprefix("relay_")
            held = np.stack([getattr(each, key) for each in landers.values()], axis=1)
            out[name] = (("time", "lander"), held, {"units": unit, "long_name": words})
            out = out.assign_coords(lander=list(landers))
    return out.assign_coords(station=[each.name for each in phase.stations])


def _heard(
    phase: Budgets, station: GroundStation, line: Timeline
) -> tuple[Array, Array, Array, Array, Array]:
    """Rate [bit/s], seconds a day, elevation [deg], noise [K], margin [dB] at a station."""
    seen, height = station.passes(line.declination)
    up = np.where(np.isnan(height), 30.0, height)
    found = link_rates(
        phase.radio, station, line.earth_distance[:, None],
        sun_angle=line.sun_earth_probe[:, None], elevation=up,
    )  # fmt: skip
    total = np.maximum(seen.sum(axis=1), 1.0)

    def mean(held: Array) -> Array:
        return np.asarray((np.nan_to_num(held) * seen).sum(axis=1) / total)

    heard = np.minimum(phase.hours, 24.0) * 3600.0
    seconds = np.minimum(heard, station.covered(line.declination)) * (1.0 - line.hidden)
    rate = np.where(seconds > 0.0, mean(found.rate), 0.0)
    spare = np.where(rate > 0.0, mean(found.margin), np.nan)
    return rate, np.where(rate > 0.0, seconds, 0.0), mean(up), mean(found.noise), spare


def data_table(
    phase: Budgets,
    line: Timeline,
    link: xr.Dataset,
    landers: Mapping[str, Relayed],
    frames: xr.Dataset | None,
) -> xr.Dataset:
    """Product budget_data, dims ("time", "instrument")."""
    made = {each.name: _stream(each, line) for each in phase.stream}
    if frames is not None:
        made["frames"] = _frames(frames, line)
    made |= {name: each.bits for name, each in landers.items()}
    volume = np.zeros((line.times.size, len(made)))
    for k, each in enumerate(made.values()):
        volume[:, k] = each
    wanted = volume.sum(axis=1)
    down = (link["rate"].values * link["on_air"].values)[:, 0] * (line.step / 86400.0)
    blocks = np.floor(wanted / _BLOCK + 0.5)
    book = ledger(blocks, _BLOCK, down, phase.recorder)
    out = _columns(
        line,
        {
            "capacity": (down, "bit", "what the link can carry in the step"),
            "sent": (book.sent, "bit", "received on Earth in the step"),
            "waiting": (book.waiting, "bit", "on the recorder after the step"),
            "lost": (blocks * _BLOCK - book.written, "bit", "finds no room on board"),
        },
    )
    out["taken"] = (("time", "instrument"), volume, {"units": "bit", "long_name": "data made"})
    return out.assign_coords(instrument=list(made)).assign_attrs(
        station=phase.stations[0].name, recorder=phase.recorder
    )


def _stream(each: Any, line: Timeline) -> Array:
    """Bits of an instrument in each step."""
    on = {"orbit": line.in_orbit, "cruise": ~line.in_orbit}.get(
        each.stage, np.ones(line.times.size, dtype=bool)
    )
    low, high = np.full(line.times.size, 0.0), np.full(line.times.size, line.step)
    if each.start is not None:
        low = np.asarray(each.start - line.times, dtype=np.float64) + 0.5 * line.step
    if each.stop is not None:
        high = np.asarray(each.stop - line.times, dtype=np.float64) + 0.5 * line.step
    lit = np.clip(np.minimum(high, line.step) - np.maximum(low, 0.0), 0.0, None)
    return np.asarray(np.where(on, each.rate * each.duty * lit, 0.0))


def _frames(frames: xr.Dataset, line: Timeline) -> Array:
    """Bits of a map's frames in each step."""
    edges = np.append(line.times.et - 0.5 * line.step, line.times.et[-1] + 0.5 * line.step)
    if "bits" not in frames or "et" not in frames:
        raise InputError(unknown("variable of the frames", "bits", map(str, frames.variables)))
    put = np.histogram(frames["et"].values, bins=edges, weights=frames["bits"].values)
    return np.asarray(put[0], dtype=np.float64)
