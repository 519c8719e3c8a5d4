"""What an atmosphere is asked with, checked at the door: instants, places, heights of one shape."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import numbers
from marsward.core.errors import InputError
from marsward.core.time import Epoch

__all__ = ["common_shape", "epoch_of", "filled", "places", "true_time"]

Array = NDArray[np.float64]


def epoch_of(epoch: Epoch | str) -> Epoch:
    """An epoch, also from its text; InputError for what is neither."""
    if isinstance(epoch, Epoch):
        return epoch
    if isinstance(epoch, str):
        return Epoch.parse(epoch)
    raise InputError(
        f'{epoch!r} is no epoch: give Epoch.utc("2021-02-18T20:50"), or text with its year'
    )


def common_shape(*shapes_and_values: Any) -> tuple[int, ...]:
    """The shape that all come to; the first is a shape, the rest values or None."""
    first, *values = shapes_and_values
    try:
        return np.broadcast_shapes(first, *(np.shape(v) for v in values if v is not None))
    except ValueError:
        told = ", ".join(str(np.shape(v)) for v in values if v is not None)
        raise InputError(
            f"epochs of shape {first} and values of shapes {told} do not fit together; give them "
            "one shape, or shapes that broadcast"
        ) from None


def filled(value: ArrayLike, shape: tuple[int, ...], name: str) -> Array:
    """Finite numbers spread to a shape; InputError for what are none."""
    array = numbers(value, name, finite=False)
    if not np.isfinite(array).all():
        raise InputError(f"{name} of the air asked for is not finite")
    try:
        return np.array(np.broadcast_to(array, shape))
    except ValueError:
        raise InputError(f"{name} of shape {array.shape} does not fit {shape}") from None


def places(lon: ArrayLike, lat: ArrayLike, shape: tuple[int, ...]) -> tuple[Array, Array]:
    """Longitudes in 0 to 360 and latitudes [deg] of one shape; InputError off the globe."""
    x, y = filled(lon, shape, "lon"), filled(lat, shape, "lat")
    if np.any(np.abs(y) > 90.0) or np.any(np.abs(x) > 360.0):
        raise InputError("a place has lat from -90 to 90 and lon from 0 to 360 deg east")
    return np.mod(x, 360.0), y


def true_time(when: Epoch, lon: Array, shape: tuple[int, ...]) -> Array:
    """Local true solar time [h]: that of longitude 0 and the longitude."""
    return np.asarray(np.mod(np.broadcast_to(when.ltst(0.0), shape) + lon / 15.0, 24.0))
