"""Ice in the ground against published depths."""

from __future__ import annotations

import numpy as np

from marsward.physics.columns import GroundColumns
from marsward.physics.ice_table import ice_table
from marsward.physics.sky import Sky
from marsward.physics.vapour import co2_frost_point, ice_vapour_pressure


def ice_depth(
    lat: float, albedo: float, inertia: float, dew_point: float, pressure: float = 600.0,
    slope: float = 0.0, aspect: float = 0.0, frost_albedo: float = 0.60, emissivity: float = 1.0,
    by_pressure: bool = True,
) -> float:  # fmt: skip
    """Depth of ice [m] under air whose water freezes out at a dew point [K]."""
    columns = GroundColumns(
        lat=lat, albedo=albedo, inertia=inertia, pressure=pressure, slope=slope, aspect=aspect,
        frost_albedo=frost_albedo, frost_emissivity=1.0, emissivity=emissivity,
    )  # fmt: skip
    sky = Sky(by_pressure=by_pressure)
    return float(ice_table(columns, ice_vapour_pressure(dew_point), sky=sky).depth[0])


def frost_temperature(pressure: float) -> float:
    """Temperature of CO2 frost at a pressure [Pa], [K]."""
    return float(np.asarray(co2_frost_point(pressure)))
