"""A guidance that brings the nominal entry to a target: its reference flight and its slopes."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from marsward.core.asked import numbers
from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.vehicles.capsule import Capsule
from marsward.vehicles.entry import Entries, enter, ranges
from marsward.vehicles.entry_air import EntryAir
from marsward.vehicles.flight_state import FlightState
from marsward.vehicles.guidance import REFERENCE, Guidance
from marsward.vehicles.kernels.guidance import gains

__all__ = ["aim", "reference_of"]

Array = NDArray[np.float64]
PROFILE = ((0.0, 60.0), (6000.0, 60.0))
"""Bank of the reference by speed before it is shifted to the target: even."""
_SHIFTS = 25
_EVERY = 0.5
_ROWS = 400
_CLOSE = 1.0
_FAR = math.radians(60.0)
_NEAR = 5e3
"""Most that the nominal entry may miss when it is steered [m]."""


def aim(
    state: FlightState,
    capsule: Capsule,
    air: EntryAir,
    target: tuple[float, float],
    *,
    profile: ArrayLike = PROFILE,
    ground: float = 0.0,
    **settings: float,
) -> Guidance:
    """Guidance whose nominal entry comes to its trigger over a target.

    A bank by speed is shifted as a whole until the range flown is that to the target, the side of
    the bank changing as it will in guided flight; that flight becomes the reference.

    Parameters
    ----------
    state : nominal entry; the first member counts
    capsule : with its trigger
    air : nominal; the first column counts
    target : east longitude and latitude of the place where the trigger is to come [deg]
    profile : rows of speed [m/s] and bank [deg] that are shifted
    ground : height of the ground over the areoid [m]
    **settings : fields of `Guidance`, such as align_speed or corridor

    Raises
    ------
    InputError : a target behind the entry, or far off.
    PhysicsError : no bank within the limits reaches the target; the sentence says by how much.
    """
    if len(state) < 1:
        raise InputError("there is no nominal entry to aim: give one state")
    first, column = state[:1], _first(air)
    lon, lat = _place(target)
    ahead, right = ranges(first, lon, lat)
    sphere = float(first.radius[0])
    if ahead[0] <= 0.0:
        raise InputError(
            f"the target at {lon:g} E {lat:g} N lies {-ahead[0] / 1e3:.0f} km behind the entry: "
            "turn the azimuth, or move the entry point"
        )
    if math.hypot(ahead[0], right[0]) > _FAR * sphere:
        raise InputError(
            f"the target at {lon:g} E {lat:g} N is {ahead[0] / 1e3:.0f} km from the entry: no entry"
            " flies so far; give one nearer"
        )
    side = 1 if right[0] >= 0.0 else -1
    rows = numbers(profile, "a profile of bank")
    base = Guidance.open_loop(lon, lat, rows, **{"side": side, **settings})

    def flown(shift: float, open_loop: Guidance = base) -> Entries:
        return enter(first, capsule, column, guidance=_shifted(open_loop, shift), ground=ground,
                     until_speed=capsule.reference_speed)  # fmt: skip

    shift = _shift(flown, base)
    reached = flown(shift)
    reached.one()
    found = reference_of(reached, capsule, column, _shifted(base, shift))
    _check(flown(0.0, found), found)
    return found


def _place(target: ArrayLike) -> tuple[float, float]:
    """Longitude and latitude of a target [deg]; InputError for what is neither."""
    held = numbers(target, "the target", "deg")
    if held.shape != (2,):
        raise InputError(f"the target is {held.shape}; give its longitude and latitude")
    return float(held[0]), float(held[1])


def _check(led: Entries, guidance: Guidance) -> None:
    """PhysicsError where even the nominal entry, steered, does not come near its target."""
    word, miss = str(led.verdict[0]), float(led.miss[0])
    if word == "trigger" and miss <= _NEAR:
        return
    end = f"passes it by {miss / 1e3:.0f} km" if word == "trigger" else f"ends otherwise: {word}"
    raise PhysicsError(
        f"the target at {guidance.lon:g} E {guidance.lat:g} N cannot be held: the nominal entry "
        f"{end}; bring the entry point and the azimuth closer to it, or make the angle steeper"
    )


def reference_of(entries: Entries, capsule: Capsule, air: EntryAir, guidance: Guidance) -> Guidance:
    """The guidance that follows a flight: its first member's, flown with `guidance`.

    The range to go of the reference is told less what the flight missed, so that following it
    leads to the target.
    """
    history = entries.history(0, every=_EVERY)
    speed = history["speed"].values
    start = int(np.argmax(speed))
    flight = history.isel(seconds=slice(start, None))
    flight = flight.isel(seconds=np.concatenate([[True], _falling(flight["speed"].values)]))
    if flight.sizes["seconds"] < 8:
        raise PhysicsError("the reference flight is hardly braked: there is nothing to follow")
    rows = _rows(flight, capsule, air)
    rows[:, 0] -= float(entries.target_range[0][0])
    slow, fast = float(flight["speed"].values[-1]), float(flight["speed"].values[0])
    even = np.linspace(slow, fast, _ROWS)
    v = flight["speed"].values[::-1]
    table = np.stack([np.interp(even, v, rows[::-1, i]) for i in range(len(REFERENCE))], axis=1)
    return replace(guidance, speed=even, reference=table, follow=True)


def _rows(flight: xr.Dataset, capsule: Capsule, air: EntryAir) -> Array:
    """Columns of the reference along the flight (n, 9)."""
    get = {str(name): flight[name].values for name in flight.data_vars}
    angle, speed = np.radians(get["flight_path_angle"]), get["speed"]
    drag = np.maximum(get["drag_deceleration"], 1e-9)
    lift = np.sqrt(np.maximum(get["deceleration"] ** 2 - drag**2, 0.0)) / drag
    bank = np.radians(get["bank"])
    upward = lift * np.cos(bank)
    column = CubicSpline(air.height, air.log_density[0])
    scale = -1.0 / column(np.clip(get["height_above_areoid"], air.bottom, air.top), 1)
    gravity = body("mars").gm / get["radius"] ** 2
    mach = get["mach"]
    step = 1e-3
    above, below = (np.log(capsule.coefficients(mach * (1.0 + s))[0]) for s in (step, -step))
    slope = (above - below) / (2.0 * step * get["airspeed"])
    out = np.empty((speed.size, 3))
    gains(flight["seconds"].values.astype(float), speed, angle, get["radius"], drag, lift, upward,
          slope, gravity, scale, out)  # fmt: skip
    return np.stack([
        get["downrange"], drag, speed * np.sin(angle), upward, out[:, 0], out[:, 1], out[:, 2],
        lift, np.abs(bank),
    ], axis=1)  # fmt: skip


def _shifted(guidance: Guidance, shift: float) -> Guidance:
    """The guidance with its reference's bank moved by a shift [deg]."""
    table = guidance.reference.copy()
    table[:, 8] += math.radians(shift)
    return replace(guidance, reference=table)


def _shift(flown, base: Guidance) -> float:  # type: ignore[no-untyped-def]
    """Shift of the bank [deg] at which the range flown is that to the target.

    Of several, the least bank; the range falls as the bank grows, but for jumps where a side change
    drops out.
    """
    middle = float(np.degrees(np.median(base.reference[:, 8])))
    shifts = np.linspace(base.least_bank - middle, base.most_bank - middle, _SHIFTS)
    left = np.full(_SHIFTS, np.nan)
    for i, shift in enumerate(shifts):
        end = flown(float(shift))
        if end.arrived[0]:
            left[i] = end.target_range[0][0]
        elif str(end.verdict[0]) == "skip-out":
            left[i] = -np.inf
    if np.isnan(left).all():
        raise PhysicsError(
            "no bank brings the nominal entry to its trigger before the ground: make the angle "
            "shallower or raise the trigger's speed"
        )
    for i in range(_SHIFTS - 1):
        a, b = left[i], left[i + 1]
        if a <= 0.0 <= b:
            low = float(shifts[i])
            high = float(shifts[i + 1])
            if not np.isfinite(a):
                low = _edge(flown, low, high)
            return _root(flown, low, high)
    finite = left[np.isfinite(left)]
    raise PhysicsError(_out_of_reach(finite))


def _out_of_reach(left: Array) -> str:
    if left.size and left.min() > 0.0:
        return (
            f"the target is {left.min() / 1e3:.0f} km beyond the reach of the nominal entry: move "
            "the entry point nearer, or make the angle shallower"
        )
    most = f"{-left.max() / 1e3:.0f} km" if left.size else "far"
    return (
        f"the nominal entry flies {most} past the target at its shortest: move the entry point "
        "further back, or make the angle steeper"
    )


def _edge(flown, low: float, high: float) -> float:  # type: ignore[no-untyped-def]
    """Shift near `low` from which on the entry no longer skips out."""
    for _ in range(20):
        middle = 0.5 * (low + high)
        end = flown(middle)
        if end.arrived[0] and end.target_range[0][0] <= 0.0:
            return middle
        if end.arrived[0]:
            high = middle
        else:
            low = middle
    return high


def _root(flown, low: float, high: float) -> float:  # type: ignore[no-untyped-def]
    def off(shift: float) -> float:
        end = flown(shift)
        return float(end.target_range[0][0]) if end.arrived[0] else -1e6

    if off(low) * off(high) > 0.0:
        return high
    return float(brentq(off, low, high, xtol=1e-6, rtol=1e-10, maxiter=60))


def _first(air: EntryAir) -> EntryAir:
    """The first column of the air."""
    assert air.eastward_wind is not None
    assert air.northward_wind is not None
    return EntryAir(
        air.height, air.log_density[:1], air.temperature[:1], air.eastward_wind[:1],
        air.northward_wind[:1],
    )  # fmt: skip


def _falling(speed: Array) -> NDArray[np.bool_]:
    """Rows after the first whose speed is less than any before."""
    return np.asarray(speed[1:] < np.minimum.accumulate(speed)[:-1])
