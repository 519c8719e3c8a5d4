"""What all members of a descent share: vehicles, ground, air and weight, for compiled loops."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from marsward.core.asked import number, whole
from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.data.gravity_model import gravity_model
from marsward.geometry.local_terrain import LocalTerrain
from marsward.physics.air import speed_of_sound
from marsward.vehicles.areoid_law import areoid_radius_at
from marsward.vehicles.capsule import Capsule
from marsward.vehicles.descent_stage import DescentStage
from marsward.vehicles.entry_air import EntryAir
from marsward.vehicles.flight_state import SPIN, FlightState
from marsward.vehicles.parachute import Parachute

__all__ = ["AIR_STEP", "ROWS", "Setting", "local_states", "setting_of", "weight"]

Array = NDArray[np.float64]
AIR_STEP = 100.0
"""Between the heights of the air's table [m]."""
ROWS = 20_000
"""The most rows of each half of a history."""
_AIR_SPARE = 3000.0
_REACH = 10_000.0
"""Way to each side over which the rise of the areoid is told [m]."""


@dataclass(frozen=True)
class Setting:
    """What all members share: vehicles, ground and air as the kernels take them.

    air : (m, k, 4) log density, speed of sound and winds from `bottom` by steps of 100 m
    place : weight at the areoid [m s-2], radius [m], spin [rad/s], latitude [rad]
    """

    capsule: Capsule
    parachute: Parachute
    stage: DescentStage
    terrain: LocalTerrain
    air: Array
    bottom: float
    place: tuple[float, float, float, float]
    workers: int
    patch_cell: float | None

    @property
    def chute_mass(self) -> float:
        """When the canopy opens [kg]."""
        return self.capsule.mass - self.stage.ballast_mass

    @property
    def lander_mass(self) -> float:
        """With its propellant when the backshell parts [kg]."""
        return self.chute_mass - self.stage.shield_mass - self.stage.shell_mass

    def in_blocks(self, work: Callable[[int, int], None], n: int) -> None:
        """Run work(first, last) over n members, in as many threads as there are workers."""
        edges = np.linspace(0, n, min(n, 4 * self.workers) + 1).astype(int)
        with ThreadPoolExecutor(self.workers) as pool:
            list(pool.map(work, edges[:-1], edges[1:]))


def weight(radius: float, lat_rad: float) -> float:
    """Weight of a kilogram [m s-2] at a radius [m] and latitude: attraction with J2, less spin.

    J2 and its radius are those of the shipped model of gravity, as in entry.
    """
    mars, model = body("mars"), gravity_model("mars")
    sine2 = np.sin(lat_rad) ** 2
    oblateness = -math.sqrt(5.0) * float(model.cosine[2, 0])
    flat = 1.5 * oblateness * (model.radius / radius) ** 2 * (1.0 - 3.0 * sine2)
    return float(mars.gm / radius**2 * (1.0 + flat) - SPIN**2 * radius * np.cos(lat_rad) ** 2)


def setting_of(
    state: FlightState,
    capsule: Capsule,
    parachute: Parachute,
    stage: DescentStage,
    air: EntryAir,
    terrain: LocalTerrain,
    patch_cell: float | None,
    workers: int,
) -> Setting:
    """The setting of a call of `descend`; InputError as there."""
    workers = whole(workers, "the number of workers")
    if patch_cell is not None and not number(patch_cell, "patch_cell", "m") > 0.0:
        raise InputError(f"patch_cell is {patch_cell!r}; give metres above 0")
    if patch_cell is not None and patch_cell >= terrain.cell:
        patch_cell = None  # the terrain itself is as fine
    lat = np.radians(terrain.lat)
    radius = float(areoid_radius_at(terrain.lon, terrain.lat))
    made = Setting(
        capsule, parachute, stage, terrain, *_air(air, terrain, state),
        (weight(radius, lat), radius, SPIN, float(lat)), int(workers), patch_cell,
    )  # fmt: skip
    left = made.lander_mass - stage.propellant
    if left <= 0.0:
        raise InputError(
            f"of the capsule's {capsule.mass:g} kg shields, canopy, ballast and propellant leave "
            f"{left:g} kg to land; give less of them"
        )
    if stage.thrust_low >= left * made.place[0]:
        raise InputError(
            f"thrust_low is {stage.thrust_low:g} N, which lifts the {left:g} kg that are left when "
            "the tanks are empty; give less"
        )
    return made


def _air(air: EntryAir, terrain: LocalTerrain, state: FlightState) -> tuple[Array, float]:
    """Log density, speed of sound and winds (m, k, 4) on steps of 100 m, and their bottom."""
    low = float(terrain.height.min()) - 10.0
    high = float(state.height.max()) + _AIR_SPARE
    if air.bottom > low:
        raise InputError(
            f"the air is told from {air.bottom:g} m up, but the ground lies down to {low:g} m"
        )
    if high - _AIR_SPARE > air.top:
        raise InputError(
            f"the air is told up to {air.top:g} m, but a member's trigger is at "
            f"{high - _AIR_SPARE:g} m"
        )
    z = np.arange(max(air.bottom, low - _AIR_SPARE), min(high, air.top), AIR_STEP)
    # all rows above, so that a member's air does not depend on how high the others are
    some = air.height >= z[0] - 20.0 * air.step
    rows = []
    for held in (air.log_density, air.temperature, air.eastward_wind, air.northward_wind):
        assert held is not None
        rows.append(CubicSpline(air.height[some], held[:, some], axis=1)(z))
    rows[1] = speed_of_sound(rows[1])
    count = max(each.shape[0] for each in rows)
    out = np.empty((count, z.size, 4))
    for i, each in enumerate(rows):
        out[:, :, i] = each
    return out, float(z[0])


def local_states(state: FlightState, terrain: LocalTerrain) -> Array:
    """States (n, 6) in local metres over the areoid.

    Velocities are turned from the plane across the radius to that of the areoid at the site, which
    lies up to 0.3 degrees to it and is level there.
    """
    x, y = terrain.xy(state.lon, state.lat)
    far = np.hypot(x, y)
    if not (far < 2e5).all():
        raise InputError(
            f"a member is {far.max() / 1e3:.4g} km from the site at its trigger; descents begin "
            "within 200 km"
        )
    level = state.speed * np.cos(state.angle_rad)
    east, north = level * np.sin(state.azimuth_rad), level * np.cos(state.azimuth_rad)
    up = state.speed * np.sin(state.angle_rad)
    rise_east, rise_north = _areoid_rise(terrain)
    tilted = (
        east + rise_east * up, north + rise_north * up,
        up - rise_east * east - rise_north * north,
    )  # fmt: skip
    keep = state.speed / np.maximum(np.sqrt(sum(each**2 for each in tilted)), 1e-9)
    return np.ascontiguousarray(
        np.stack([x, y, state.height, *(keep * each for each in tilted)], axis=1)
    )


def _areoid_rise(terrain: LocalTerrain) -> tuple[float, float]:
    """Rise of the areoid over the plane across the radius, to the east and the north [m/m]."""
    reach = np.array([-_REACH, _REACH])
    lon, lat = terrain.lonlat(np.r_[reach, 0.0, 0.0], np.r_[0.0, 0.0, reach])
    west, east, south, north = areoid_radius_at(lon, lat)
    return float(east - west) / (2.0 * _REACH), float(north - south) / (2.0 * _REACH)
