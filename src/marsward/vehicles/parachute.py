"""A disk-gap-band parachute: drag by Mach number, how fast it fills and the load of its opening.

    CD(M) = CD0 k(M),     t_fill = n D0/v,     A(t)/A = (t/t_fill)^p,     F_peak = CX q CD(M) A.

Areas and coefficients are told on the nominal area of the canopy, pi D0²/4. The opening load is
that of infinite mass (Cruz & Lingard 2006, doi:10.2514/6.2006-6792): on Mars a capsule loses little
speed while its canopy fills. Canopies flown and tested spread by some 12 % about one CX.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import model_validator

from marsward.core.errors import InputError
from marsward.core.part import value
from marsward.core.preset_files import PresetFiles
from marsward.core.preset_part import PresetPart
from marsward.core.quantity import QuantityRule

__all__ = ["MACH_STEP", "Parachute"]

Array = NDArray[np.float64]
Length = Annotated[float, QuantityRule("m", gt=0.0, le=200.0)]
Span = Annotated[float, QuantityRule("s", ge=0.0, le=60.0)]
_FILES = PresetFiles("parachute", "parachute", parts="", room="marsward.vehicles")
_CHOICE = "a choice: a canopy of Viking's proportions"
_SHAPE = "shape of Viking's canopy as simulators of the last decade tabulate it; read off curves"
MACH_STEP = 0.02
_MACH_TOP = 4.0


class Parachute(PresetPart):
    """A disk-gap-band parachute, each value with its source."""

    kind: ClassVar[str] = "parachute"
    pieces: ClassVar[str] = ""
    files: ClassVar[PresetFiles | None] = _FILES

    preset: str | None = value(
        None, ref="the preset of the parachute's name, where there is one",
        description="a parachute that has flown, whose values hold where none are given here",
    )  # fmt: skip
    name: str = value("parachute", description="name of the parachute")
    diameter: Length = value(
        "16 m", unit="m", ref=_CHOICE, description="nominal diameter of the canopy"
    )
    drag_coefficient: float = value(
        0.615, unit="1", gt=0.0, le=2.0, origin="published",
        ref="Cruz et al. 2014, doi:10.2514/1.A32816: model before the flight, below Mach 0.6",
        description="drag coefficient at low speed on the nominal area",
    )  # fmt: skip
    mach_factor: tuple[tuple[float, float], ...] = value(
        (
            (0.0, 1.0), (0.65, 1.0), (0.7, 0.98), (0.8, 0.90), (0.9, 0.72), (0.95, 0.66),
            (1.0, 0.76), (1.1, 0.90), (1.2, 0.96), (1.3, 0.99), (1.4, 1.0), (1.5, 0.99),
            (1.6, 0.98), (1.8, 0.90), (1.9, 0.85), (2.0, 0.82), (2.2, 0.75), (2.5, 0.65),
            (2.6, 0.62),
        ),
        ref=_SHAPE, description="Mach number and drag coefficient over that at low speed",
    )  # fmt: skip
    line_time: Span = value(
        "1.0 s", unit="s", ref="mortar to stretched lines: of the order of flown ones, a choice",
        description="from the trigger to stretched lines",
    )  # fmt: skip
    fill_diameters: float = value(
        11.0, unit="1", gt=0.0, le=100.0, origin="derived",
        ref="ASPIRE's third flight: full within 0.4 s at Mach 1.85, about 575 m/s, 21.5 m wide",
        description="way flown while the canopy fills, in nominal diameters",
    )  # fmt: skip
    growth: float = value(
        4.0, unit="1", ge=1.0, le=10.0,
        ref="a choice between the powers 3 and 4 of disk-gap-band canopies, of which "
        "Cruz & Lingard 2006, doi:10.2514/6.2006-6792, tell",
        description="power of time by which the drag area grows while it fills",
    )  # fmt: skip
    opening_factor: float = value(
        1.55, unit="1", ge=1.0, le=3.0, origin="derived",
        ref="between the flown loads of Mars 2020 (152 kN, Mach 1.81, 520 Pa) and of ASPIRE's "
        "second and third flights (248 kN at 670 Pa, 300 kN at 932 Pa)",
        description="greatest load over dynamic pressure, drag coefficient and area",
    )  # fmt: skip
    load_limit: Annotated[float, QuantityRule("N", gt=0.0)] = value(
        "200 kN", unit="N", ref=_CHOICE, description="load at which the canopy tears"
    )
    most_mach: float = value(
        2.3, unit="1", gt=0.0, le=4.0, ref=_CHOICE,
        description="Mach number beyond which it is not to be opened",
    )  # fmt: skip
    trim_angle: Annotated[float, QuantityRule("rad", ge=0.0, lt=0.6)] = value(
        "5 deg", unit="rad",
        ref="a choice: Viking's canopy rides at about ten degrees with no lift of capsule",
        description="angle between the canopy's pull and the wind",
    )  # fmt: skip
    roll_rate: Annotated[float, QuantityRule("rad/s", ge=0.0, le=10.0)] = value(
        "10 deg/s", unit="rad/s", ref=_CHOICE, description="how fast that pull turns"
    )
    mass: Annotated[float, QuantityRule("kg", ge=0.0)] = value(
        "60 kg", unit="kg", ref=_CHOICE, description="mass, for the fall of shell and canopy"
    )

    @model_validator(mode="after")
    def _table_fits(self) -> Parachute:
        table = np.array(self.mach_factor, dtype=float)
        if table.ndim != 2 or table.shape[0] < 2 or table.shape[1] != 2:
            raise InputError("mach_factor needs two or more pairs of Mach number and factor")
        if table[0, 0] != 0.0 or (np.diff(table[:, 0]) <= 0.0).any() or (table[:, 1] <= 0).any():
            raise InputError(
                "mach_factor begins at Mach 0, rises in Mach number and has factors above 0"
            )
        return self

    @property
    def area(self) -> float:
        """Nominal area [m2]."""
        return 0.25 * np.pi * self.diameter**2

    def drag(self, mach: ArrayLike) -> Array:
        """Drag coefficient on the nominal area at Mach numbers; constant beyond the table."""
        m = np.asarray(mach, dtype=float)
        if not (m >= 0.0).all():
            raise InputError("a Mach number is below 0 or not a number")
        table = np.array(self.mach_factor)
        return self.drag_coefficient * np.interp(m, table[:, 0], table[:, 1])

    def drag_table(self) -> Array:
        """Drag coefficient at Mach 0, MACH_STEP, … for compiled loops."""
        return np.ascontiguousarray(self.drag(np.arange(0.0, _MACH_TOP, MACH_STEP)))

    def fill_time(self, speed: ArrayLike) -> Array:
        """Time in which the canopy fills [s] when it is opened at speeds [m/s]."""
        v = np.asarray(speed, dtype=float)
        if not (v > 0.0).all():
            raise InputError("a parachute fills in a wind: give a speed above 0 m/s")
        return np.asarray(self.fill_diameters * self.diameter / v)

    def opening_load(self, pressure: ArrayLike, mach: ArrayLike) -> Array:
        """Greatest load of the opening [N] at dynamic pressures [Pa] and Mach numbers."""
        q = np.asarray(pressure, dtype=float)
        if not (q >= 0.0).all():
            raise InputError("a dynamic pressure is below 0 Pa or not a number")
        return np.asarray(self.opening_factor * q * self.drag(mach) * self.area)

    def terminal_speed(self, mass: float, density: ArrayLike, gravity: float) -> Array:
        """Speed of a steady fall [m/s] under the open canopy alone, at low Mach number.

        mass [kg]; density of the air [kg m-3]; gravity [m s-2]
        """
        rho = np.asarray(density, dtype=float)
        if not ((rho > 0.0).all() and mass > 0.0 and gravity > 0.0):
            raise InputError("mass, density and gravity of a steady fall are above 0")
        return np.sqrt(2.0 * mass * gravity / (rho * self.drag_coefficient * self.area))
