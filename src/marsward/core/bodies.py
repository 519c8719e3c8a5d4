"""Bodies of the solar system: NAIF id, GM, radii and rotation, each with its source."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass

from marsward.core import rotations
from marsward.core.errors import InputError
from marsward.core.rotations import IAURotation

_DE440 = "GM: DE440, Park et al. 2021, AJ 161:105, doi:10.3847/1538-3881/abd414"
_IAU_2015 = "radii, rotation: IAU 2015, Archinal et al. 2018, doi:10.1007/s10569-017-9805-5"
_IAU_2009 = "radii, rotation: IAU 2009, Archinal et al. 2011, doi:10.1007/s10569-010-9320-4"
_MAR097 = "GM: JPL MAR097, after Jacobson 2010, AJ 139:668, doi:10.1088/0004-6256/139/2/668"
_SYSTEM = "GM of the planet with its moons; "


@dataclass(frozen=True, repr=False)
class Body:
    """A body, frozen and cited; `print(body)` shows it as a table.

    name : lower case, as `body(name)` takes it
    naif_id : NAIF number, of the barycentre for the giants and Pluto
    gm : gravitational parameter [m3/s2]; 0 where there is no mass of its own
    radii : three radii [m], equatorial along and across the prime meridian, polar; () if none
    rotation : IAU elements of its body-fixed frame, or None
    source : where the numbers are from
    """

    name: str
    naif_id: int
    gm: float
    radii: tuple[float, ...]
    rotation: IAURotation | None
    source: str

    @property
    def radius(self) -> float:
        """Mean radius (a + b + c)/3 [m]; InputError for a body without one."""
        if not self.radii:
            raise InputError(f"{self.name} has no radius: it is a point, not a body")
        return math.fsum(self.radii) / 3.0

    @property
    def equatorial_radius(self) -> float:
        """Radius along the prime meridian at the equator [m]."""
        return self.radii[0] if self.radii else self.radius

    @property
    def flattening(self) -> float:
        """(a − c)/a of the radii."""
        return (self.radii[0] - self.radii[2]) / self.radii[0] if self.radii else self.radius

    def __str__(self) -> str:
        rows = [("NAIF id", f"{self.naif_id}"), ("GM", f"{self.gm:.11g} m3/s2")]
        if self.radii:
            a, b, c = (r / 1e3 for r in self.radii)
            rows.append(("radii", f"{a:.7g}, {b:.7g}, {c:.7g} km"))
        if self.rotation:
            spin = self.rotation
            rows.append(
                ("pole", f"{spin.pole_ra[0]:.6f}, {spin.pole_dec[0]:.6f} deg (ICRF, J2000)")
            )
            rows.append(("rotation", f"{spin.pm[1]:.9g} deg/d"))
        rows.append(("source", self.source))
        return "\n".join([self.name.title(), *(f"  {key:<9} {text}" for key, text in rows)])

    def __repr__(self) -> str:
        return f"<Body {self.name} ({self.naif_id})>"


def _km(*radii: float) -> tuple[float, ...]:
    return tuple(r * 1e3 for r in (radii * 3 if len(radii) == 1 else radii))


_TABLE = (
    Body("sun", 10, 132_712_440_041.279_42e9, _km(695_700.0), rotations.SUN,
         f"{_DE440}; {_IAU_2015}"),
    Body("mercury", 199, 22_031.868_551e9, _km(2440.53, 2440.53, 2438.26), rotations.MERCURY,
         f"{_DE440}; {_IAU_2015}"),
    Body("venus", 299, 324_858.592e9, _km(6051.8), rotations.VENUS, f"{_DE440}; {_IAU_2015}"),
    Body("earth", 399, 398_600.435_507e9, _km(6378.1366, 6378.1366, 6356.7519), rotations.EARTH,
         f"{_DE440}; {_IAU_2009}"),
    Body("moon", 301, 4902.800_118e9, _km(1737.4), rotations.MOON, f"{_DE440}; {_IAU_2009}"),
    Body("mars", 499, 42_828.375_816e9, _km(3396.19, 3396.19, 3376.2), rotations.MARS,
         f"{_SYSTEM}{_DE440}; {_IAU_2015}"),
    Body("phobos", 401, 7.087_546_066_894_452e-4 * 1e9, _km(13.0, 11.4, 9.1), rotations.PHOBOS,
         f"{_MAR097}; {_IAU_2015}"),
    Body("deimos", 402, 9.615_569_648_120_313e-5 * 1e9, _km(7.8, 6.0, 5.1), rotations.DEIMOS,
         f"{_MAR097}; {_IAU_2015}"),
    Body("jupiter", 5, 126_712_764.1e9, _km(71_492.0, 71_492.0, 66_854.0), rotations.JUPITER,
         f"{_SYSTEM}{_DE440}; {_IAU_2015}"),
    Body("saturn", 6, 37_940_584.8418e9, _km(60_268.0, 60_268.0, 54_364.0), rotations.SATURN,
         f"{_SYSTEM}{_DE440}; {_IAU_2015}"),
    Body("uranus", 7, 5_794_556.4e9, _km(25_559.0, 25_559.0, 24_973.0), rotations.URANUS,
         f"{_SYSTEM}{_DE440}; {_IAU_2015}"),
    Body("neptune", 8, 6_836_527.100_58e9, _km(24_764.0, 24_764.0, 24_341.0), rotations.NEPTUNE,
         f"{_SYSTEM}{_DE440}; {_IAU_2015}"),
    Body("pluto", 9, 975.5e9, _km(1188.3), rotations.PLUTO, f"{_SYSTEM}{_DE440}; {_IAU_2015}"),
    Body("mars barycenter", 4, 42_828.375_816e9, (), None, _DE440),
    Body("emb", 3, 398_600.435_507e9 + 4902.800_118e9, (), None, f"{_DE440}; Earth and Moon"),
    Body("ssb", 0, 0.0, (), None, "solar-system barycentre, a point without mass"),
)  # fmt: skip

BODIES: dict[str, Body] = {item.name: item for item in _TABLE}
"""Every body by its name."""

_ALIASES = {
    "1": "mercury", "2": "venus", "599": "jupiter", "699": "saturn", "799": "uranus",
    "899": "neptune", "999": "pluto", "mercury barycenter": "mercury", "venus barycenter": "venus",
    "earth barycenter": "emb", "earth moon barycenter": "emb", "earth-moon barycenter": "emb",
    "jupiter barycenter": "jupiter", "saturn barycenter": "saturn", "uranus barycenter": "uranus",
    "neptune barycenter": "neptune", "pluto barycenter": "pluto", "sol": "sun", "luna": "moon",
    "solar system barycenter": "ssb", "solar-system barycenter": "ssb",
}  # fmt: skip
_NAMES = (
    {item.name: item for item in _TABLE}
    | {str(item.naif_id): item for item in _TABLE}
    | {alias: BODIES[name] for alias, name in _ALIASES.items()}
)


def body(which: str | int | Body) -> Body:
    """The body of a name or NAIF id, any case; InputError with a near name when unknown."""
    if isinstance(which, Body):
        return which
    key = str(which).strip().lower().replace("_", " ").replace("barycentre", "barycenter")
    if key in _NAMES and not isinstance(which, bool):
        return _NAMES[key]
    near = difflib.get_close_matches(key, list(BODIES), n=1)
    hint = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(BODIES)}"
    raise InputError(f"unknown body {which!r}: {hint}")
