"""Hypersonic entry: capsules in free fall, braked and lifted by the air of a rotating planet.

Three degrees of freedom in axes that turn with Mars: attraction of the planet and its flattening
(J2), pulls of rotation, drag and lift by the stream of the air, winds included. Integrated with
Dormand & Prince's pair of order 5(4) (1980, doi:10.1016/0771-050X(80)90013-3), position and
velocity each to `rtol` of their size in a step.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import check_kind, number, numbers, whole
from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.data.gravity_model import gravity_model
from marsward.vehicles.areoid_law import AreoidLaw, areoid_law, areoid_radius_at
from marsward.vehicles.capsule import Capsule
from marsward.vehicles.entries import Entries, ranges
from marsward.vehicles.entry_air import EntryAir
from marsward.vehicles.entry_flight import EntryFlight
from marsward.vehicles.entry_scatter import EntryScatter
from marsward.vehicles.flight_state import SPIN, FlightState
from marsward.vehicles.guidance import REFERENCE, Guidance
from marsward.vehicles.kernels import entry as kernel
from marsward.vehicles.kernels.guidance import PLAN

__all__ = ["Entries", "EntryFlight", "enter", "prepared", "ranges"]

Array = NDArray[np.float64]
_ROOM = 10.0
"""How far over its first height a capsule that climbs has skipped out [m]."""
_ALOFT = 80e3
"""Least height at which it has, of flights that begin in the midst of the air [m]: a choice, where
the air no longer turns a capsule back."""
_AHEAD = math.radians(7.0)


def enter(
    state: FlightState,
    capsule: Capsule,
    air: EntryAir,
    *,
    guidance: Guidance | None = None,
    bank: ArrayLike = 0.0,
    until_speed: float | None = None,
    until_height: float | None = None,
    ground: float = 0.0,
    scatter: EntryScatter | None = None,
    areoid: AreoidLaw | None = None,
    longest: float = 2000.0,
    rtol: float = 1e-8,
    workers: int = 1,
) -> Entries:
    """Fly capsules from their entry states through the air.

    Parameters
    ----------
    state : of n members
    capsule : the same for all
    air : one column for all, or one for each member; it must reach from the lowest height to the
        entry
    guidance : bank by range to a target, on the state that each member believes to have; the end is
        then the capsule's own trigger. Left out:
    bank : constant, one number or (n,) [deg]
    until_speed : trigger by the speed relative to the planet that is known [m/s]; with a guidance
        it takes the place of the capsule's own trigger
    until_height : lowest height over the areoid [m]: the end where there is no trigger, and "no
        trigger" where there is one
    ground : height of the ground over the areoid [m]
    scatter : factors and errors of the members
    areoid : under the flight; fitted around the target, or ahead of the first member
    longest : time of flight [s]
    rtol : tolerance of a step
    workers : threads; results do not depend on them

    Raises
    ------
    InputError : air that ends below the entry or above the lowest height, counts that do not match,
        or values that cannot be. How single members end is told in their `verdict`.
    """
    threads = whole(workers, "the number of workers")
    flight, lowest, asked, target = prepared(
        state, capsule, air, guidance=guidance, bank=bank, until_speed=until_speed,
        until_height=until_height, ground=ground, scatter=scatter, areoid=areoid, longest=longest,
        rtol=rtol,
    )  # fmt: skip
    results = flight.fly(threads)
    words = {
        kernel.TRIGGER: "trigger", kernel.SKIP: "skip-out", kernel.LONG: "too long",
        kernel.LOST: "lost",
        kernel.FLOOR: "ground" if not lowest else ("no trigger" if asked else "height"),
    }  # fmt: skip
    verdict = np.array([words[int(code)] for code in results[:, kernel.VERDICT]])
    final = FlightState.from_cartesian(
        results[:, :6], seconds=state.seconds + results[:, kernel.TIME], epoch=state.epoch
    )
    return Entries(state, final, verdict, flight, results, target)


def prepared(
    state: FlightState,
    capsule: Capsule,
    air: EntryAir,
    *,
    guidance: Guidance | None,
    bank: ArrayLike,
    until_speed: float | None,
    until_height: float | None,
    ground: float,
    scatter: EntryScatter | None,
    areoid: AreoidLaw | None,
    longest: float,
    rtol: float,
) -> tuple[EntryFlight, bool, bool, tuple[float, float] | None]:
    """The ensemble in the order of the kernel; whether it ends at a height, at a trigger; target.

    Arguments and errors as of `enter`.
    """
    count = len(state)
    _check_call(state, capsule, air, ground, longest, rtol)
    law = areoid if areoid is not None else _law(state, guidance)
    start = state.cartesian
    heights = state.radius - law.radius(start[:, :3] / state.radius[:, None])
    least = float(ground) if until_height is None else number(until_height, "until_height", "m")
    lowest = until_height is not None and least >= ground
    floor = max(least, float(ground))
    _check_air(air, count, heights, floor)
    rows = (scatter or EntryScatter()).rows(count)
    craft = np.tile(capsule.row(), (count, 1))
    craft[:, 0] /= rows["mass"]
    craft[:, 1], craft[:, 2], craft[:, 3] = rows["drag"], rows["lift"], np.log(rows["density"])
    stops = np.empty((count, 7))
    kind, slow, fast, reach = _trigger(capsule, guidance, until_speed)
    stops[:] = kind, slow, fast, floor, 0.0, reach, longest
    stops[:, 4] = np.maximum(heights, min(_ALOFT, air.top)) + _ROOM
    if guidance is None:
        plan, reference = np.zeros(PLAN), np.zeros((2, len(REFERENCE)))
        given = np.radians(numbers(bank, "the bank", "deg"))
        if given.shape not in ((), (1,), (count,)):
            raise InputError(f"the bank is {given.shape} for {count} entries; give one, or {count}")
        banks, target = np.array(np.broadcast_to(given, (count,))), None
    else:
        plan, reference = guidance.row(capsule), guidance.reference
        banks = np.array([guidance.first_bank(v) for v in state.speed])
        target = (guidance.lon, guidance.lat)
    flight = EntryFlight(
        start, banks, stops, _planet(law),
        np.array([air.bottom, air.step, air.top, 1.0 / air.step]), air.density_nodes,
        air.weather_nodes, craft, capsule.table, plan, reference,
        _errors(state, rows), float(rtol),
    )  # fmt: skip
    return flight, lowest, kind != kernel.BY_NONE, target


def _check_call(state, capsule, air, ground, longest, rtol) -> None:  # type: ignore[no-untyped-def]
    for given, kind, name in (
        (state, FlightState, "state"), (capsule, Capsule, "capsule"), (air, EntryAir, "air")
    ):  # fmt: skip
        if given is None:
            raise InputError(f"an entry has no {name}; give a {kind.__name__}")
        check_kind(given, kind, f"the {name} of an entry", f"a {kind.__name__}")
    if len(state) < 1:
        raise InputError("an ensemble of entries has no member; give one state or more")
    number(ground, "the height of the ground", "m")
    if not (1e-13 <= number(rtol, "rtol") <= 1e-2 and 0.0 < number(longest, "longest", "s") <= 1e6):
        raise InputError(
            f"a tolerance of {rtol!r} or a time of {longest!r} s is none to fly with: give 1e-13 "
            "to 1e-2, and up to 1e6 s"
        )


def _law(state: FlightState, guidance: Guidance | None) -> AreoidLaw:
    if guidance is not None:
        return areoid_law(guidance.lon, guidance.lat)
    # seven degrees ahead of the first member, where entries come down
    lat, azimuth = float(state.lat_rad[0]), float(state.azimuth_rad[0])
    sine = math.sin(lat) * math.cos(_AHEAD) + math.cos(lat) * math.sin(_AHEAD) * math.cos(azimuth)
    east = math.atan2(
        math.sin(azimuth) * math.sin(_AHEAD) * math.cos(lat),
        math.cos(_AHEAD) - math.sin(lat) * sine,
    )
    place = math.degrees(float(state.lon_rad[0]) + east)
    return areoid_law(round(place, 1), round(math.degrees(math.asin(sine)), 1))


def _planet(law: AreoidLaw) -> Array:
    """Numbers of the planet in the order of `kernels.entry_motion` (13,)."""
    model = gravity_model("mars")
    oblateness = -math.sqrt(5.0) * float(model.cosine[2, 0])
    sphere = float(areoid_radius_at(law.lon, law.lat))
    return np.array([
        body("mars").gm, 1.5 * oblateness * model.radius**2, SPIN, *law.coefficients, sphere
    ])  # fmt: skip


def _check_air(air: EntryAir, count: int, heights: Array, floor: float) -> None:
    if air.count not in (1, count):
        raise InputError(f"the air has {air.count} columns for {count} entries; give 1 or {count}")
    if float(heights.max()) > air.top + 0.5 * air.step:
        raise InputError(
            f"the air ends at {air.top / 1e3:g} km, below the entry at "
            f"{float(heights.max()) / 1e3:.1f} km: give a column that reaches the entry"
        )
    if floor < air.bottom:
        raise InputError(
            f"the air begins at {air.bottom:g} m, above the lowest height of {floor:g} m: give a "
            "column that reaches it"
        )
    if float(heights.min()) <= floor:
        raise InputError(
            f"an entry begins at {float(heights.min()):g} m, under the lowest height of {floor:g} m"
        )


def _trigger(
    capsule: Capsule, guidance: Guidance | None, until_speed: float | None
) -> tuple[float, float, float, float]:
    """Kind of the trigger, least and most speed [m/s] and range [m]."""
    if until_speed is not None:
        if not 0.0 < number(until_speed, "until_speed", "m/s") < 1e4:
            raise InputError(f"a trigger at {until_speed!r} m/s cannot be; give 0 to 10000 m/s")
        return kernel.BY_SPEED, float(until_speed), 0.0, 0.0
    if guidance is None:
        return kernel.BY_NONE, 0.0, 0.0, 0.0
    kind = kernel.BY_SPEED if capsule.trigger == "speed" else kernel.BY_RANGE
    return kind, capsule.trigger_speed, capsule.trigger_most, capsule.trigger_range


def _errors(state: FlightState, rows: dict[str, Array]) -> Array:
    """Errors of navigation in turning axes (n, 7)."""
    sl, cl = np.sin(state.lon_rad), np.cos(state.lon_rad)
    sp, cp = np.sin(state.lat_rad), np.cos(state.lat_rad)
    none = np.zeros_like(sl)
    axes = np.stack([
        np.stack([-sl, cl, none], axis=1), np.stack([-sp * cl, -sp * sl, cp], axis=1),
        np.stack([cp * cl, cp * sl, sp], axis=1),
    ], axis=1)  # fmt: skip
    place = np.einsum("nij,ni->nj", axes, rows["nav_position"])
    drift = np.einsum("nij,ni->nj", axes, rows["nav_velocity"])
    return np.concatenate([place, drift, rows["accelerometer"][:, None]], axis=1)
