"""Maps of what a rotorcraft can do: power, thrust and margin by density, speed and airfoil data.

    shown = rotor_map(Rotorcraft(), density=np.linspace(0.010, 0.020, 21), speed=(0.0, 5.0, 10.0))
    band(shown, "rotor_power")      # least and greatest over the airfoil's data

The members of the band are sets of data for one airfoil: which is right nobody has told, so a
number without its band would claim too much.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.physics.air import GRAVITY
from marsward.physics.airfoil_table import AIRFOILS
from marsward.vehicles.rotorcraft import Rotorcraft, RotorTrim, trim

__all__ = ["band", "rotor_map"]

add_fields(
    FieldRow("rotor_power", "W", "power at both rotors' shafts together"),
    FieldRow("thrust_available", "N", "most thrust with even torques", low=0.0),
    FieldRow("thrust_margin", "1", "greatest thrust over weight, less one"),
    FieldRow("tip_mach", "1", "Mach number of the advancing tip", low=0.0),
    FieldRow("guessed_thrust", "1", "share of thrust past the angles of the airfoil data"),
    FieldRow("air_speed", "m s-1", "speed through the air", low=0.0),
)
_ROWS = {
    "rotor_power": "power", "thrust_available": "most_thrust", "thrust_margin": "margin",
    "tip_mach": "tip_mach", "guessed_thrust": "guessed",
}  # fmt: skip


def rotor_map(
    rotorcraft: Rotorcraft,
    *,
    density: ArrayLike,
    speed: ArrayLike = (0.0,),
    temperature: float = 223.0,
    rpm: float | None = None,
    thrust: float | None = None,
    height: float | None = None,
    gravity: float = GRAVITY,
    airfoils: Sequence[str] = AIRFOILS,
    workers: int = 1,
) -> xr.Dataset:
    """Power, thrust available and margin of level flight.

    Parameters
    ----------
    rotorcraft : the rotors
    density : of the air [kg m-3] (density,); speed : through it [m s-1] (air_speed,)
    temperature : of the air [K]; rpm : of the rotors; thrust : to bear [N], else the weight
    height : of the feet over the ground [m], else far from it; gravity [m s-2]
    airfoils : sets of airfoil data, the members of the band
    workers : threads; results do not depend on them

    Returns
    -------
    Dataset (airfoil, density, air_speed): rotor_power, thrust_available, thrust_margin, tip_mach,
    guessed_thrust, and `status`, words; NaN power where there is no trim.

    Raises
    ------
    InputError : axes that are not lists, values not above zero, an airfoil that is none
    """
    rho, fast = np.asarray(density, np.float64), np.asarray(speed, np.float64)
    if rho.ndim != 1 or fast.ndim != 1 or not rho.size or not fast.size:
        raise InputError("a rotor map needs a list of densities and a list of speeds")
    if not airfoils:
        raise InputError(f"a rotor map needs airfoil data: give some of {', '.join(AIRFOILS)}")
    found: list[RotorTrim] = [
        trim(
            rotorcraft, density=rho[:, None], temperature=temperature, rpm=rpm, thrust=thrust,
            speed=fast, height=height, gravity=gravity, airfoil=name, workers=workers,
        )
        for name in airfoils
    ]  # fmt: skip
    dims = ("airfoil", "density", "air_speed")
    out = {
        name: field(name, np.stack([getattr(each, held) for each in found]), dims)
        for name, held in _ROWS.items()
    }
    whole = xr.Dataset(out)
    whole["status"] = (dims, np.stack([each.status for each in found]))
    return whole.assign_coords(
        airfoil=list(airfoils), density=field("density", rho, "density"),
        air_speed=field("air_speed", fast, "air_speed"),
    ).assign_attrs(
        rotorcraft=rotorcraft.name, rpm=float(rotorcraft.rpm if rpm is None else rpm),
        temperature=float(temperature),
    )  # fmt: skip


def band(shown: xr.Dataset, name: str) -> tuple[xr.DataArray, xr.DataArray]:
    """Least and greatest of a variable over the airfoil data; NaN where a member has no trim."""
    return shown[name].min("airfoil", skipna=False), shown[name].max("airfoil", skipna=False)
