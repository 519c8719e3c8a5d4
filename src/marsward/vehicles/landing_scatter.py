"""What differs from one landing to the next: how far each cause may be off, and draws of it all.

Draws are standard normal numbers, a row for each member, of which member i's never depends on how
many there are. What they mean for states, capsule, navigation and canopy follows from the
dispersions; what they mean for the air from the planet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from marsward.core.asked import whole
from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.core.part import Part, value
from marsward.core.quantity import QuantityRule
from marsward.core.time import Epoch
from marsward.vehicles.descent_scatter import DescentScatter
from marsward.vehicles.entry_scatter import EntryScatter
from marsward.vehicles.flight_state import FlightState

__all__ = ["CAUSES", "Dispersions", "LandingScatter", "draw_landings"]

Array = NDArray[np.float64]
_SALT = 0x1A9D
_STATE = ("delivery_1", "delivery_2", "delivery_3", "delivery_4", "delivery_5", "delivery_6")
_NAV = ("nav_1", "nav_2", "nav_3", "nav_4", "nav_5", "nav_6")
_OWN = ("drag", "lift", "mass", "accelerometer", "attitude_level", "attitude_up")
CAUSES = (*_STATE, *_NAV, *_OWN)
"""Columns of a draw: the state by the covariance's own axes, what is known of it likewise, and the
capsule's."""
_BRAKED = 0.58
"""Share of the time from entry to chute in which an error of attitude moves the position that is
believed: speed is lost in the middle of the entry, so the error of velocity stands for somewhat
more than the second half."""


class Dispersions(Part):
    """How far each cause of a landing's place may be off, one sigma."""

    drag: float = value(
        0.02, unit="1", ge=0.0, le=0.5, origin="derived",
        ref="the axial coefficient of Perseverance's capsule was 2 % below its model: MEDLI2",
        description="factor of the drag coefficient",
    )  # fmt: skip
    lift: float = value(
        0.05, unit="1", ge=0.0, le=0.5, origin="assumed", ref="half a degree of trim angle, the "
        "order of the centre of mass's knowledge", description="factor of the lift coefficient",
    )  # fmt: skip
    mass: float = value(
        0.002, unit="1", ge=0.0, le=0.2, origin="assumed", ref="propellant used on the way",
        description="factor of the mass at entry",
    )  # fmt: skip
    accelerometer: float = value(
        0.0005, unit="1", ge=0.0, le=0.1, origin="assumed", ref="inertial units of this class",
        description="scale of the sensed deceleration",
    )  # fmt: skip
    attitude: Annotated[float, QuantityRule("deg", ge=0.0, le=5.0)] = value(
        "0.05 deg", unit="deg", origin="assumed", ref="star tracker before the entry and drift of "
        "the gyroscopes", description="of the attitude known at the entry, each axis",
    )  # fmt: skip
    density: float = value(
        0.05, unit="1", ge=0.0, le=0.5, origin="derived", ref="density within 12 % of the "
        "prediction below 40 km on 2021-02-18 (MEDLI2), read as two sigma and more",
        description="mean density of the column against the model",
    )  # fmt: skip
    weather: float = value(
        1.0, unit="1", ge=0.0, le=5.0, origin="published", ref="Justus & James 2000, NASA "
        "TM-2000-210279: the height profile of Mars-GRAM 2010",
        description="factor on the waves of density and wind",
    )  # fmt: skip
    dust: float = value(
        0.25, unit="1", ge=0.0, le=2.0, origin="assumed", ref="spread of years without a storm",
        description="amount of dust against the scenario's",
    )  # fmt: skip
    wind: Annotated[float, QuantityRule("m/s", ge=0.0, le=100.0)] = value(
        "8 m/s", unit="m/s", origin="assumed", ref="models of one place and hour differ by as much",
        description="mean wind, each of two directions",
    )  # fmt: skip


@dataclass(frozen=True)
class LandingScatter:
    """Draws of n landings.

    state : (n) states at the top of the air
    entry : factors and errors on the way to the chute
    descent : the same below it
    standard : (n, causes) standard numbers as drawn
    told : names to (n,) of the causes as the trade speaks of them, standard too: the entry's angle,
        place along and across the track, what is known of them
    """

    state: FlightState
    entry: EntryScatter
    descent: DescentScatter
    standard: Array
    told: dict[str, Array]

    def __len__(self) -> int:
        return int(self.standard.shape[0])


def draw_landings(
    state: Array,
    epoch: Epoch,
    covariance: Array,
    knowledge: Array,
    *,
    members: int,
    seed: int,
    dispersions: Dispersions | None = None,
    map_error: float = 0.0,
    duration: float = 250.0,
) -> LandingScatter:
    """Draw landings about a nominal entry.

    Parameters
    ----------
    state : (6,) nominal, relative to Mars, J2000 [m, m/s]
    epoch : of it
    covariance, knowledge : (6, 6) of the states about it, and of what each craft knows of its own
    members, seed : of the draws
    dispersions : of everything else
    map_error : of a map aboard, each direction, one sigma [m]
    duration : about how long the entry takes to the chute [s]

    Raises
    ------
    InputError : matrices that are no covariances, or no members.
    """
    members, seed = whole(members, "the number of landings"), whole(seed, "the seed", 0)
    off = Dispersions() if dispersions is None else dispersions
    z = np.random.default_rng([int(seed), _SALT]).standard_normal((int(members), len(CAUSES)))
    nominal = np.asarray(state, dtype=float)
    states = nominal + z[:, :6] @ _root(covariance, "covariance").T
    flown = FlightState.from_inertial(states, epoch)
    wrong = z[:, 6:12] @ _root(knowledge, "knowledge").T
    east, north, up = _axes(flown)
    turn = FlightState.from_inertial(nominal[None, :], epoch)
    place, speed = _turned(wrong, epoch)
    own = z[:, 12:]
    lean = np.radians(off.attitude) * _BRAKED * float(turn.speed[0])
    level, upward = lean * own[:, 4], lean * own[:, 5]
    heading = flown.azimuth_rad
    drift = (
        (level * np.cos(heading))[:, None] * east - (level * np.sin(heading))[:, None] * north
        + upward[:, None] * up
    )  # fmt: skip
    speed = speed + drift
    axes = np.stack([east, north, up], axis=1)
    entry = EntryScatter(
        drag=1.0 + off.drag * own[:, 0],
        lift=1.0 + off.lift * own[:, 1],
        mass=1.0 + off.mass * own[:, 2],
        accelerometer=off.accelerometer * own[:, 3],
        nav_position=np.einsum("nij,nj->ni", axes, place),
        nav_velocity=np.einsum("nij,nj->ni", axes, speed),
    )
    descent = DescentScatter.draw(int(members), seed=int(seed), map_error=map_error)
    told = _told(flown, turn, place, speed, axes) | {
        name: own[:, i] for i, name in enumerate(_OWN[:4])
    }
    told |= _canopy(descent)
    return LandingScatter(flown, entry, descent, z, told)


def _canopy(descent: DescentScatter) -> dict[str, Array]:
    held = {"chute_drag": np.log(descent.chute_factor), "thrust": np.log(descent.thrust_factor)}
    return {name: _standard(each) for name, each in held.items()}


def _told(
    flown: FlightState, nominal: FlightState, place: Array, speed: Array, axes: Array
) -> dict[str, Array]:
    """Entry's angle, ways along and across, and what is known of them, each over its own spread."""
    heading = flown.azimuth_rad
    angle, back = _at_radius(flown, float(nominal.radius[0]))
    x = (flown.lon_rad - nominal.lon_rad[0]) * np.cos(nominal.lat_rad[0]) * nominal.radius[0]
    y = (flown.lat_rad - nominal.lat_rad[0]) * nominal.radius[0]
    known, moved = (np.einsum("nij,nj->ni", axes, each) for each in (place, speed))
    sine, cosine = np.sin(heading), np.cos(heading)
    out = {
        "entry_angle": angle, "entry_along": x * sine + y * cosine + back,
        "entry_across": x * cosine - y * sine,
        "known_along": known[:, 0] * sine + known[:, 1] * cosine,
        "known_across": known[:, 0] * cosine - known[:, 1] * sine, "known_up": known[:, 2],
        "known_speed_along": moved[:, 0] * sine + moved[:, 1] * cosine,
        "known_speed_across": moved[:, 0] * cosine - moved[:, 1] * sine,
        "known_speed_up": moved[:, 2],
    }  # fmt: skip
    return {name: _standard(each) for name, each in out.items()}


def _at_radius(flown: FlightState, radius: float) -> tuple[Array, Array]:
    """Flight-path angle [rad] where each meets a radius [m], and how far ahead of now that is [m].

    By energy and angular momentum, as good as the turning of the axes is slow.
    """
    gm = float(body("mars").gm)
    speed = np.sqrt(flown.speed**2 + 2.0 * gm * (1.0 / radius - 1.0 / flown.radius))
    level = flown.radius * flown.speed * np.cos(flown.angle_rad) / radius
    angle = -np.arccos(np.clip(level / speed, -1.0, 1.0))
    return angle, (flown.radius - radius) / np.tan(-angle)


def _standard(drawn: Array) -> Array:
    spread = float(np.std(drawn)) if drawn.size > 1 else 0.0
    return (drawn - drawn.mean()) / spread if spread > 0.0 else np.zeros(drawn.size)


def _root(matrix: Array, name: str) -> Array:
    """A square root of a covariance, by its own axes; InputError where it is none."""
    held = np.asarray(matrix, dtype=float)
    if held.shape != (6, 6) or not np.isfinite(held).all():
        raise InputError(f"the {name} of an entry is (6, 6) finite numbers, not {held.shape}")
    scale = np.diag([1.0] * 3 + [1e3] * 3)  # metres and mm/s are of a size
    values, axes = np.linalg.eigh(scale @ (0.5 * (held + held.T)) @ scale)
    if values.min() < -1e-6 * max(values.max(), 1e-30):
        raise InputError(f"the {name} of an entry has a negative variance: it is no covariance")
    order = np.argsort(-values)
    return np.asarray(
        np.linalg.inv(scale) @ axes[:, order] @ np.diag(np.sqrt(np.clip(values[order], 0.0, None)))
    )


def _turned(wrong: Array, epoch: Epoch) -> tuple[Array, Array]:
    """Errors of place and velocity (n, 6) from J2000 into turning axes, (n, 3) each."""
    from marsward.core.frames import state_rotation

    held = wrong @ state_rotation("J2000", "IAU_MARS", epoch).T
    return held[:, :3], held[:, 3:]


def _axes(state: FlightState) -> tuple[Array, Array, Array]:
    """Unit vectors to the east, to the north and up, each (n, 3), turning axes."""
    sl, cl = np.sin(state.lon_rad), np.cos(state.lon_rad)
    sp, cp = np.sin(state.lat_rad), np.cos(state.lat_rad)
    east = np.stack([-sl, cl, np.zeros_like(sl)], axis=1)
    north = np.stack([-sp * cl, -sp * sl, cp], axis=1)
    return east, north, np.stack([cp * cl, cp * sl, sp], axis=1)
