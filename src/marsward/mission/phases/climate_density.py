"""The air by height over one place, beside an engineering model that has no part in it."""

from __future__ import annotations

import numpy as np
import xarray as xr

from marsward.core.time import Epoch
from marsward.mission.phases.climate_world import World
from marsward.planet.atmosphere import atmosphere

LON, LAT = 77.45, 18.44
EPOCH = "2021-02-18T12:30:50"
"""Local true time 7.25 h at Jezero, the hour of the shipped column of Mars-GRAM 2010."""
_HEIGHTS = np.arange(0.0, 200.1e3, 1e3)


def air_column(base: World) -> xr.Dataset:
    """Density and temperature over Jezero on the day of Perseverance's landing."""
    epoch = Epoch.utc(EPOCH)
    ours = atmosphere("climate", dust=base.dust).at(epoch, LON, LAT, _HEIGHTS)
    theirs = atmosphere("mars-gram").at(epoch, LON, LAT, _HEIGHTS)
    made = {
        "density": ours["density"], "temperature": ours["temperature"],
        "engineering_density": theirs["density"], "engineering_temperature": theirs["temperature"],
    }  # fmt: skip
    return xr.Dataset(
        {name: ("height", held.values, held.attrs) for name, held in made.items()},
        {"height": ("height", _HEIGHTS, {"units": "m", "long_name": "height above the areoid"})},
        {"place": f"{LAT}° N, {LON}° E, 2021-02-18, {float(epoch.ltst(LON)):.2f} h local true time",
         "engineering_model": theirs.attrs["source"]},
    )  # fmt: skip
