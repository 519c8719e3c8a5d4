"""The CO2 cycle as it is shipped: fitted numbers, the planet they were fitted on, and how well.

tools/make_co2_calibration.py writes data/assets/co2_cycle.toml and co2_cycle.npz (states from which
the year repeats).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import DataError
from marsward.physics.co2_cycle import Bands, Co2Cycle, CycleState
from marsward.physics.columns import GroundColumns
from marsward.physics.lower_air import LowerAir
from marsward.physics.season import MarsYear

__all__ = ["Co2Calibration", "shipped_calibration"]

Array = NDArray[np.float64]
_ASSET, _STATE = "assets/co2_cycle.toml", "assets/co2_cycle.npz"


@dataclass(frozen=True, eq=False)
class Co2Calibration:
    """A calibrated cycle.

    cycle, bands, air : what the numbers belong to; dust : name of the dust scenario, or None
    names, covariance : of the fitted numbers
    sensitivity : d ln p/d number at `ls` [deg] (ls, k), for errors of pressure
    rms : of the fit over pressure [-]; misfit : what the law of the lower air may be off
    record : the rest of what the asset tells: data, their sha256, dates, versions
    state : of the end of a year, from which it repeats
    """

    cycle: Co2Cycle
    bands: Bands
    air: LowerAir
    dust: str | None
    names: tuple[str, ...]
    covariance: Array
    ls: Array
    sensitivity: Array
    rms: float
    misfit: float
    record: Mapping[str, Any]
    state: CycleState

    def log_sigma(self, ls: Array) -> Array:
        """Standard deviation of ln pressure at Ls [deg]: the numbers' and the law's together."""
        grid = np.append(self.ls, self.ls[0] + 360.0)
        where = np.remainder(np.asarray(ls, dtype=np.float64) - self.ls[0], 360.0) + self.ls[0]
        rows = np.vstack([self.sensitivity, self.sensitivity[:1]])
        slope = np.stack([np.interp(where, grid, rows[:, k]) for k in range(rows.shape[1])], -1)
        numbers = np.einsum("...i,ij,...j->...", slope, self.covariance, slope)
        return np.asarray(np.sqrt(np.maximum(numbers, 0.0) + self.rms**2 + self.misfit**2))


@lru_cache(maxsize=1)
def shipped_calibration() -> Co2Calibration:
    """The shipped calibration.

    Raises DataError when its files are missing or damaged.
    """
    folder = files("marsward.data")
    try:
        record = tomllib.loads(folder.joinpath(_ASSET).read_text(encoding="utf-8"))["co2_cycle"]
        with folder.joinpath(_STATE).open("rb") as file, np.load(file) as arrays:
            state = _state(arrays, MarsYear().sols)
        table, fit, split = record["bands"], record["fit"], record["split"]
        columns = GroundColumns(
            lat=table["lat"], albedo=table["albedo"], inertia=table["inertia"],
            ice_depth=table["ice_depth"], pressure=table["pressure"],
        )  # fmt: skip
        bands = Bands(columns, np.array(table["area"]), np.array(table["elevation"]))
        bands = bands.halved(split["shade"], south_of=split["south_of"])
        return Co2Calibration(
            cycle=Co2Cycle(**record["numbers"]), bands=bands, air=LowerAir(**record["lower_air"]),
            dust=record.get("dust") or None, names=tuple(fit["names"]),
            covariance=np.array(fit["covariance"]), ls=np.array(fit["ls"]),
            sensitivity=np.array(fit["sensitivity"]), rms=fit["rms"], misfit=fit["misfit"],
            record=record, state=state,
        )  # fmt: skip
    except (OSError, KeyError, TypeError, ValueError, tomllib.TOMLDecodeError) as error:
        raise DataError(
            f"the shipped calibration of the CO2 cycle cannot be read ({error}); install marsward "
            "again or run tools/make_co2_calibration.py"
        ) from error


def _state(arrays: Any, sols: int) -> CycleState:
    """Back from what `packed_state` keeps."""
    sparse = np.asarray(arrays["ground"], dtype=np.float64)
    place = np.arange(sols) * (sparse.shape[0] / sols)
    low = place.astype(int)
    part = (place - low)[:, None]
    ground = (1.0 - part) * sparse[low] + part * sparse[(low + 1) % sparse.shape[0]]
    return CycleState(
        np.asarray(arrays["surface"], dtype=np.float64),
        np.asarray(arrays["fast"], dtype=np.float64),
        np.asarray(arrays["slow"], dtype=np.float64),
        ground,
    )


def packed_state(state: CycleState, *, rows: int = 84) -> dict[str, NDArray]:
    """A state in little room: the ground's year at some sols only, single precision."""
    sols = state.ground.shape[0]
    at = np.arange(rows) * (sols / rows)
    low = at.astype(int)
    part = (at - low)[:, None]
    ground = (1.0 - part) * state.ground[low] + part * state.ground[(low + 1) % sols]
    small = replace(state, ground=ground)
    return {
        "surface": small.surface,
        "fast": small.fast.astype(np.float32),
        "slow": small.slow,
        "ground": small.ground.astype(np.float32),
    }
