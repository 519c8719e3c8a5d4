"""Which forces act on a craft, in a user's words, and their form for the compiled loops."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from marsward.core.bodies import body
from marsward.core.constants import (
    ASTRONOMICAL_UNIT,
    SOLAR_IRRADIANCE,
    SPEED_OF_LIGHT,
)
from marsward.core.errors import DataError, InputError
from marsward.dynamics.drag import AirTables, Drag, no_air
from marsward.dynamics.ephemeris_pack import EphemerisPack
from marsward.dynamics.kernels.forces import AU2, ENGINE, GM_RELATIVE, LEAVE, PUSH, SHADOW
from marsward.dynamics.kernels.perturbers import LANES, TERMS

if TYPE_CHECKING:
    from marsward.dynamics.gravity import FieldTables

BODIES = (
    "sun", "mercury", "venus", "earth", "moon", "mars", "jupiter", "saturn", "uranus", "neptune",
)  # fmt: skip
CENTRES = {
    0: -1, 10: 0, 199: 1, 1: 1, 299: 2, 2: 2, 399: 3, 301: 4, 499: 5, 4: 5, 5: 6, 6: 7, 7: 8, 8: 9,
}  # fmt: skip
"""NAIF id of a centre to its place among the ten bodies; -1 is the barycentre."""
NAIF_IDS = (10, 199, 299, 399, 301, 499, 5, 6, 7, 8)
_SYSTEMS = (10, 199, 299, 399, 301, 4, 5, 6, 7, 8)

# Laplace's sphere of influence, a (m/M)^(2/5), with a and masses of DE440 (Park et al. 2021,
# doi:10.3847/1538-3881/abd414); a craft that leaves must pass 1.1 of it before the centre changes.
SPHERES = {3: 9.25e8, 4: 6.61e7, 5: 5.77e8}
HYSTERESIS = 1.1


@dataclass(frozen=True)
class SolarPressure:
    """Sunlight on a sphere ("cannonball"): acceleration a (1 au / r)^2 away from the Sun.

    Parameters
    ----------
    acceleration_1au : acceleration in full light at 1 au [m/s2]
    shadow : whether Earth, Moon and Mars dim it, with umbra and penumbra as cones
        (Montenbruck & Gill 2000, section 3.4, doi:10.1007/978-3-642-58351-3)
    """

    acceleration_1au: float
    shadow: bool = True

    def __post_init__(self) -> None:
        if not (math.isfinite(self.acceleration_1au) and abs(self.acceleration_1au) < 1.0):
            raise InputError(
                f"solar pressure of {self.acceleration_1au!r} m/s2 at 1 au is no craft's; "
                "give a value like 2.3e-8, in m/s2"
            )

    @classmethod
    def of_craft(
        cls,
        cr: float,
        area_to_mass: float,
        *,
        irradiance: float = float(SOLAR_IRRADIANCE),
        shadow: bool = True,
    ) -> SolarPressure:
        """From reflectivity coefficient, area to mass [m2/kg] and irradiance at 1 au [W/m2]."""
        return cls(cr * area_to_mass * irradiance / float(SPEED_OF_LIGHT), shadow)


@dataclass(frozen=True)
class Forces:
    """What moves the craft.

    Third bodies are the Sun, the planets and the Moon. Phobos and Deimos are left out: the former
    pulls an orbiter that keeps 1000 km off with at most 7.1e-7 m/s2 (GM 7.09e5 m3/s2).

    Parameters
    ----------
    bodies : the point masses that attract it, out of the ten of `BODIES`
    solar_pressure : `SolarPressure`, or None
    relativity : the Schwarzschild term of the Sun (IERS Conventions 2010, equation 10.12)
    gravity : degree of the spherical harmonics per body, as in {"earth": 4, "mars": 50}
    centre_switching : whether the state is kept relative to Earth and Mars inside their spheres
        of influence and relative to the Sun outside; physics and accuracy classes stay the same
    drag : `Drag` of an atmosphere, or None for no air
    """

    bodies: tuple[str, ...] = BODIES
    solar_pressure: SolarPressure | None = None
    relativity: bool = True
    gravity: Mapping[str, int] = field(default_factory=dict)
    centre_switching: bool = True
    drag: Drag | None = None

    def __post_init__(self) -> None:
        light = self.solar_pressure
        if light is not None and not isinstance(light, SolarPressure):
            raise InputError(f"solar_pressure is a SolarPressure(2.3e-8), say, not {light!r}")
        if self.drag is not None and not isinstance(self.drag, Drag):
            raise InputError(f"drag is a Drag(0.02, heights, densities), say, not {self.drag!r}")
        named = isinstance(self.bodies, Sequence) and not isinstance(self.bodies, str)
        if not named or not all(isinstance(name, str) for name in self.bodies):
            raise InputError(f'bodies are names, like ("sun", "mars"), not {self.bodies!r}')
        if not isinstance(self.gravity, Mapping):
            raise InputError(f'gravity is degrees by body, {{"mars": 50}}, not {self.gravity!r}')
        object.__setattr__(self, "bodies", tuple(name.lower() for name in self.bodies))
        for name in (*self.bodies, *self.gravity):
            if name not in BODIES:
                raise InputError(
                    f"no force model for a body called {name!r}; choose from {', '.join(BODIES)}"
                )
        object.__setattr__(self, "gravity", dict(self.gravity))

    def __hash__(self) -> int:
        fields = tuple(sorted(self.gravity.items()))
        return hash(
            (
                self.bodies, self.solar_pressure, self.relativity, fields, self.centre_switching,
                self.drag,
            )
        )  # fmt: skip


class Model(NamedTuple):
    """The force model as the kernels read it; SI, J2000, times from a whole reference second.

    coef : f8, Chebyshev coefficients of the perturbers [m]; see `EphemerisPack`
    layout : i8 (3, LANES): offset in ``coef``, terms per component, number of records
    span : f8 (2, LANES): start of the first record past the reference and length of one [s]
    body : f8 (4, LANES): GM [m3/s2]; radius [m]; squared radius below which the craft has struck
        the body and squared radius below which the body becomes the centre [m2], 0 for never
    number : f8 (13,): squared distance beyond which the centre is given up [m2]; solar pressure
        at 1 au times au^2 [m3/s2]; GM of the relativistic term or 0; whether shadows count; au^2;
        thrust [N], mass flow [kg/s], mass [kg] at the time [s] that follows, direction (3), code
        of its frame
    centre : place of the centre among the ten bodies, -1 for the barycentre
    field_… : gravity fields; see `marsward.dynamics.gravity.FieldTables`
    air… : drag; see `marsward.dynamics.drag.AirTables`
    """

    coef: np.ndarray
    layout: np.ndarray
    span: np.ndarray
    body: np.ndarray
    number: np.ndarray
    centre: int
    field_index: np.ndarray
    field_scale: np.ndarray
    field_terms: np.ndarray
    field_turn: np.ndarray
    air: np.ndarray
    air_layers: np.ndarray
    air_turn: np.ndarray


@lru_cache(maxsize=1)
def masses() -> np.ndarray:
    """GM of the ten bodies [m3/s2], planets with their moons."""
    return np.array([float(body(number).gm) for number in _SYSTEMS])


@lru_cache(maxsize=1)
def sizes() -> np.ndarray:
    """Equatorial radii of the ten bodies [m]."""
    return np.array([float(body(name).equatorial_radius) for name in BODIES])


NO_ENGINE = np.zeros(8)
NO_ENGINE.flags.writeable = False


@lru_cache(maxsize=64)
def _constants(forces: Forces, impact: bool, centre: int, home: int) -> tuple:
    """``body`` and ``number`` of a `Model` without an engine."""
    table = np.zeros((4, LANES))
    chosen = np.array([name in forces.bodies for name in BODIES])
    table[0, :10] = np.where(chosen, masses(), 0.0)
    table[1, :10] = sizes()
    table[2, :10] = np.where(chosen & impact, sizes() ** 2, 0.0)
    number = np.zeros(13)
    number[LEAVE] = np.inf
    if forces.centre_switching:
        for b in (3, 5):
            if chosen[b] and centre != b and not (centre == 4 and b == 3):
                table[3, b] = SPHERES[b] ** 2
        if centre in SPHERES and centre != home:
            number[LEAVE] = (HYSTERESIS * SPHERES[centre]) ** 2
    light = forces.solar_pressure
    au2 = float(ASTRONOMICAL_UNIT) ** 2
    if light is not None:
        number[PUSH] = light.acceleration_1au * au2
        number[SHADOW] = float(light.shadow)
    number[GM_RELATIVE] = masses()[0] if forces.relativity else 0.0
    number[AU2] = au2
    return table, number


@lru_cache(maxsize=32)
def arranged(pack_key: PackKey) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """``coef``, ``layout`` and first seconds with lengths (2, LANES) of a pack, padded."""
    pack = pack_key.pack
    if int(pack.ncoef.max()) > TERMS:
        raise DataError(
            f"the ephemeris has series of {pack.ncoef.max()} terms; the force model reads up to "
            f"{TERMS}, as DE440 has"
        )
    layout = np.zeros((3, LANES), dtype=np.int64)
    layout[:, :10] = pack.offset, pack.ncoef, pack.nrec
    span = np.zeros((2, LANES))
    span[:, :10] = pack.start_whole, pack.length
    return np.ascontiguousarray(pack.coef), layout, span


class PackKey:
    """An `EphemerisPack`, compared by identity so that its arrangement is made once."""

    __slots__ = ("pack",)

    def __init__(self, pack: EphemerisPack) -> None:
        self.pack = pack


def model(
    forces: Forces,
    pack: PackKey,
    *,
    reference: float,
    centre: int,
    home: int = 0,
    impact: bool = True,
    fields: FieldTables | None = None,
    air: AirTables | None = None,
    engine: np.ndarray = NO_ENGINE,
) -> Model:
    """The force model of one arc; ``centre`` and ``home`` as places among the ten bodies."""
    table, number = _constants(forces, impact, centre, home)
    if engine is not NO_ENGINE:
        number = number.copy()
        number[ENGINE:] = engine
    coef, layout, span = arranged(pack)
    since = span.copy()
    since[0, :10] -= reference
    tables = *(fields or no_fields()), *(air or no_air())
    return Model(coef, layout, since, table, number, int(centre), *tables)


@lru_cache(maxsize=1)
def no_fields() -> FieldTables:
    """Empty tables: point masses only."""
    from marsward.dynamics.gravity import FieldTables

    return FieldTables(
        np.empty((0, 3), np.int64), np.empty((0, 4)), np.empty(0), np.empty((0, 3, 4))
    )
