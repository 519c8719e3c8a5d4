"""A helicopter's energy from sol to sol: what its panel brings, what the night takes, who survives.

The panel lies level and charges the pack once its cells are warm enough; by night heaters hold the
inside at their temperature as long as the pack lasts. Below its lowest charge all is switched off,
the inside cools to the air, and the Sun wakes the craft in the morning: Ingenuity did so from May
2022 to January 2023.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import number, numbers
from marsward.core.constants import SOL as _SOL
from marsward.core.errors import InputError
from marsward.vehicles.helicopter_power import HelicopterPower
from marsward.vehicles.kernels.helicopter_energy import battery_sols

__all__ = ["SOL", "HelicopterSols", "helicopter_sols", "steady_sols"]

Array = NDArray[np.float64]
SOL = float(_SOL)
"""Length of a mean sol [s]."""


@dataclass(frozen=True, eq=False)
class HelicopterSols:
    """Energy of a helicopter through sols (n) of even steps (k); powers in W.

    hour : middle of each step, local solar time [h] (k,)
    charge : of the pack at the end of each step, 0 to 1; inside : temperature [K]
    solar, heater, waiting : of panel, heaters and the rest; stored : into the cells, under 0 out
    of them; awake : whether it is switched on; all (n, k)
    """

    hour: Array
    charge: Array
    inside: Array
    solar: Array
    heater: Array
    waiting: Array
    stored: Array
    awake: NDArray[np.bool_]

    @property
    def step(self) -> float:
        """Of time [s]."""
        return SOL / self.hour.size

    @property
    def solar_energy(self) -> Array:
        """What the panel could give in each sol [Wh]."""
        return np.asarray(self.solar.sum(axis=1) * self.step / 3600.0)

    @property
    def night_energy(self) -> Array:
        """What heaters and waiting took while the Sun gave less than they did, by sol [Wh]."""
        load = self.heater + self.waiting
        dark = np.maximum(load - self.solar, 0.0)
        return np.asarray(dark.sum(axis=1) * self.step / 3600.0)

    @property
    def survived(self) -> NDArray[np.bool_]:
        """Whether the craft stayed switched on through the whole of each sol."""
        return np.asarray(self.awake.all(axis=1))

    def charge_at(self, hour: ArrayLike) -> Array:
        """Charge at local solar times [h], one for each sol."""
        h = np.broadcast_to(numbers(hour, "hour", "h"), (self.charge.shape[0],))
        ends = self.hour + 0.5 * (self.hour[1] - self.hour[0])
        return np.array(
            [np.interp(t, ends, row, period=24.0) for t, row in zip(h, self.charge, strict=True)]
        )


def helicopter_sols(
    power: HelicopterPower,
    light: ArrayLike,
    air_temperature: ArrayLike,
    *,
    cleanness: ArrayLike = 1.0,
    flown: ArrayLike = 0.0,
    charge: float = 1.0,
    inside: float | None = None,
) -> HelicopterSols:
    """Sols in turn, each carrying on from the one before.

    Parameters
    ----------
    light : sunlight on a level plane [W/m2] (n, k), or (k,) for one sol, in even steps of local
        solar time from midnight
    air_temperature : around the craft [K], of the same shape
    cleanness : share of light that a dusty panel takes, a number or (n,)
    flown : energy that flights take from the pack [Wh], 0 or (n, k)
    charge : of the pack at the first midnight; inside : temperature then [K], the heaters' if None

    Raises
    ------
    InputError : shapes that do not fit, light or energies below zero, temperatures that are none.
    """
    sun = np.atleast_2d(numbers(light, "light", "W/m2"))
    air = np.atleast_2d(numbers(air_temperature, "air_temperature", "K"))
    if sun.ndim != 2 or sun.shape != air.shape or sun.shape[1] < 24:
        raise InputError(
            f"light is {sun.shape} and air_temperature {air.shape}; give both as sols by steps, "
            "24 steps or more in a sol"
        )
    clean = _spread(numbers(cleanness, "cleanness"), (sun.shape[0],), "cleanness")
    taken = _spread(numbers(flown, "flown", "Wh"), sun.shape, "flown")
    if np.any(sun < 0.0) or np.any(taken < 0.0) or np.any((clean < 0.0) | (clean > 1.0)):
        raise InputError("light, flown energy and cleanness are 0 or more, cleanness to 1")
    if np.any(air < 80.0) or np.any(air > 400.0):
        raise InputError("the air's temperature around a helicopter lies in 80 to 400 K")
    start = number(charge, "charge")
    if not 0.0 <= start <= 1.0:
        raise InputError(f"a battery's charge lies in 0 to 1, not {start:g}")
    panel = sun * (power.panel_area * power.panel_efficiency) * clean[:, None]
    step = SOL / sun.shape[1]
    rows = battery_sols(
        np.ascontiguousarray(panel).ravel(), np.ascontiguousarray(air).ravel(),
        np.ascontiguousarray(taken * 3600.0).ravel(), step, 3600.0 * power.capacity, start,
        power.heater_temperature if inside is None else number(inside, "inside", "K"),
        power.waiting_power, power.heater_power, power.heater_temperature,
        power.charge_temperature, power.heat_loss, power.heat_capacity, power.wake_charge,
    ).reshape(6, *sun.shape)  # fmt: skip
    hour = (np.arange(sun.shape[1]) + 0.5) * 24.0 / sun.shape[1]
    return HelicopterSols(
        hour=hour, charge=rows[0], inside=rows[1], solar=panel, heater=rows[2], waiting=rows[3],
        stored=rows[4], awake=rows[5] > 0.5,
    )  # fmt: skip


def steady_sols(
    power: HelicopterPower,
    light: ArrayLike,
    air_temperature: ArrayLike,
    *,
    cleanness: ArrayLike = 1.0,
    sols: int = 8,
) -> HelicopterSols:
    """Each given sol by itself, after `sols` like it from a full and warm start.

    What a craft that has not flown for some sols finds; arguments as in `helicopter_sols`.
    """
    sun = np.atleast_2d(numbers(light, "light", "W/m2"))
    air = np.atleast_2d(numbers(air_temperature, "air_temperature", "K"))
    if sun.shape != air.shape:
        raise InputError(f"light is {sun.shape} and air_temperature {air.shape}; give one shape")
    clean = _spread(numbers(cleanness, "cleanness"), (sun.shape[0],), "cleanness")
    last = [
        helicopter_sols(
            power, np.tile(s, (sols, 1)), np.tile(a, (sols, 1)), cleanness=c
        )
        for s, a, c in zip(sun, air, clean, strict=True)
    ]  # fmt: skip
    names = ("charge", "inside", "solar", "heater", "waiting", "stored", "awake")
    held = {name: np.array([getattr(each, name)[-1] for each in last]) for name in names}
    return HelicopterSols(hour=last[0].hour, **held)


def _spread(given: Array, shape: tuple[int, ...], name: str) -> Array:
    """An array of a shape; InputError where what is given does not fit it."""
    try:
        return np.broadcast_to(given, shape)
    except ValueError as error:
        raise InputError(f"{name} of shape {given.shape} does not fit {shape}") from error
