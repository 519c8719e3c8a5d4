"""The product that a voyage hands to an entry: where, when, how fast, how steep, how well known."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.errors import DataError
from marsward.core.time import Epoch
from marsward.dynamics.entry_point import EntryPoint
from marsward.mission.phases.phase import Quantity

__all__ = ["entry_numbers", "entry_point_of", "entry_sigmas", "entry_state"]

Array = NDArray[np.float64]
_FIGURES = {
    "height": ("m", "height over the areoid"),
    "ellipsoid_height": ("m", "height over the ellipsoid"),
    "radius": ("m", "distance from the centre of Mars"),
    "lon": ("degrees_east", "longitude"),
    "lat": ("degrees_north", "planetocentric latitude"),
    "speed": ("m s-1", "speed against the rotating planet"),
    "azimuth": ("degree", "azimuth of that speed, clockwise from north"),
    "flight_path_angle": ("degree", "flight-path angle of that speed, positive up"),
    "inertial_speed": ("m s-1", "speed against axes at rest"),
    "inertial_azimuth": ("degree", "azimuth of that speed, clockwise from north"),
    "inertial_flight_path_angle": ("degree", "flight-path angle of that speed, positive up"),
}
_STEPS = (100.0, 100.0, 100.0, 0.1, 0.1, 0.1)  # m, m/s


def entry_state(point: EntryPoint, covariance: Array, knowledge: Array, **attrs: Any) -> xr.Dataset:
    """A state at the top of the atmosphere as a product.

    Parameters
    ----------
    point : the entry as expected
    covariance : (6, 6) how far the craft may be from it at the same epoch, J2000 [m, m/s]
    knowledge : (6, 6) how far the craft may be from where it believes itself to be, likewise
    attrs : words for the reader
    """
    sigma = entry_sigmas(point, covariance)
    component = ["x", "y", "z", "vx", "vy", "vz"]
    data: dict[str, Any] = {
        name: ((), float(getattr(point, name)), {"units": unit, "long_name": text})
        for name, (unit, text) in _FIGURES.items()
    }
    data |= {
        f"{name}_sigma": ((), value, {"units": _FIGURES[name][0], "long_name": f"sigma of {name}"})
        for name, value in sigma.items()
    }
    data |= {
        "et_whole": ((), float(point.epoch.whole), {"units": "s", "long_name": "TDB past J2000"}),
        "et_frac": ((), float(point.epoch.frac), {"units": "s", "long_name": "beyond the whole"}),
        "state": ("component", point.state, {"long_name": "state in J2000 [m, m s-1]"}),
        "state_fixed": (
            "component", point.fixed, {"long_name": "state in IAU_MARS, rotating [m, m s-1]"},
        ),
        "covariance": (
            ("component", "component2"), np.asarray(covariance, float),
            {"long_name": "of the state in J2000 at the epoch [m, m s-1]"},
        ),
        "knowledge": (
            ("component", "component2"), np.asarray(knowledge, float),
            {"long_name": "of what the craft believes against its state, J2000 [m, m s-1]"},
        ),
    }  # fmt: skip
    return xr.Dataset(
        data,
        coords={"component": component, "component2": component},
        attrs={
            "centre": "mars", "frame": "J2000; IAU_MARS where said", "epoch": str(point.epoch.utc),
            **attrs,
        },
    )  # fmt: skip


def entry_point_of(table: xr.Dataset) -> EntryPoint:
    """The entry that such a product holds."""
    try:
        epoch = Epoch(float(table["et_whole"]), float(table["et_frac"]))
        return EntryPoint(epoch, np.array(table["state"].values, dtype=float))
    except KeyError as error:
        raise DataError(f"this is no entry state: it has no {error}") from None


def entry_sigmas(point: EntryPoint, covariance: Array) -> dict[str, float]:
    """One sigma of the figures at the fixed epoch, in their units, by central differences."""
    names = ("lon", "lat", "radius", "speed", "azimuth", "flight_path_angle")
    rows = []
    for i, step in enumerate(_STEPS):
        shift = np.zeros(6)
        shift[i] = step
        ends = [EntryPoint(point.epoch, point.state + s * shift) for s in (1.0, -1.0)]
        gap = np.array([getattr(ends[0], n) - getattr(ends[1], n) for n in names])
        gap[[0, 4]] = (gap[[0, 4]] + 180.0) % 360.0 - 180.0
        rows.append(gap / (2.0 * step))
    slope = np.array(rows).T
    sigma = np.sqrt(np.diag(slope @ covariance @ slope.T))
    return dict(zip(names, sigma.tolist(), strict=True))


def entry_numbers(
    point: EntryPoint, covariance: Array, spread: dict[str, float], source: str
) -> dict[str, Quantity]:
    """Key numbers of an entry; `spread` holds the sigmas at the fixed height, where known."""
    sigma = entry_sigmas(point, covariance) | spread
    return {
        "entry_epoch": Quantity(str(point.epoch.utc), "UTC", spread.get("time"), source),
        "entry_speed": Quantity(
            point.speed / 1e3, "km/s", sigma["speed"] / 1e3, f"{source}; rotating axes"
        ),
        "entry_flight_path_angle": Quantity(
            point.flight_path_angle, "deg", sigma["flight_path_angle"], f"{source}; rotating axes"
        ),
        "entry_azimuth": Quantity(
            point.azimuth, "deg", sigma["azimuth"], f"{source}; rotating axes"
        ),
        "entry_inertial_speed": Quantity(point.inertial_speed / 1e3, "km/s", None, source),
        "entry_inertial_flight_path_angle": Quantity(
            point.inertial_flight_path_angle, "deg", sigma["flight_path_angle"], source
        ),
        "entry_lon": Quantity(point.lon, "deg", sigma["lon"], f"{source}; IAU_MARS, east"),
        "entry_lat": Quantity(point.lat, "deg", sigma["lat"], f"{source}; planetocentric"),
        "entry_height": Quantity(point.height / 1e3, "km", None, "over the areoid"),
        "entry_ellipsoid_height": Quantity(
            point.ellipsoid_height / 1e3, "km", None, "over the ellipsoid"
        ),
    }  # fmt: skip
