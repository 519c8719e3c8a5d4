"""The door to states: any body or craft, from any other, in any frame, corrected or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from marsward.core import frames
from marsward.core.readings import check_epoch
from marsward.dynamics.ephemeris import Ephemeris, default_ephemeris, naif_id
from marsward.geometry.apparent import Apparent, apparent

if TYPE_CHECKING:
    from marsward.core.time import Epoch

__all__ = ["COMPONENTS", "framed", "state"]

COMPONENTS = ("x", "y", "z", "vx", "vy", "vz")
_COMPONENT = xr.Coordinates({"component": np.array(COMPONENTS)})


def state(
    target: Any,
    *,
    wrt: Any,
    at: Epoch,
    frame: str = "J2000",
    correction: str = "NONE",
    ephemeris: Ephemeris | None = None,
) -> xr.DataArray:
    """State of a target relative to an observer.

    Parameters
    ----------
    target, wrt
        Body names, NAIF ids or trajectories; ``wrt`` also an array (..., 6) [m, m/s] relative to
        the barycentre.
    at
        Epochs at the observer, of any shape.
    frame
        Axes of the result; those of a rotating body are taken at the time the light left it.
    correction
        "NONE", "LT", "LT+S", "CN", "CN+S", or with a leading X for light that is sent.
    ephemeris
        DE440 when not given.

    Returns
    -------
    DataArray
        (..., 6), the last dimension ``component``: x, y, z [m], vx, vy, vz [m/s]; coordinates
        ``et`` and ``light_time`` [s] along the epochs.

    Raises
    ------
    InputError
        For an unknown body, frame or correction.
    DataError
        When the ephemeris does not cover an epoch.
    """
    check_epoch(at, "at")
    correction = str(correction).replace(" ", "").upper()
    ephemeris = ephemeris or default_ephemeris()
    seen = apparent(target, observer=wrt, at=at, correction=correction, ephemeris=ephemeris)
    values = framed(seen, target, wrt, at, frame, correction, ephemeris)
    dims = _epoch_dims(at.shape)
    attrs = {
        "long_name": "position and velocity",
        "units": "m, m s-1",
        "frame": frames.frame_name(frame),
        "correction": correction,
        "target": _label(target),
        "observer": _label(wrt),
        "kernels": ", ".join(path.name for path in ephemeris.paths),
    }
    stands_in = _substitute(target, ephemeris) or _substitute(wrt, ephemeris)
    if stands_in:
        attrs["substitute"] = stands_in
    return _labelled(values, dims, at, seen.light_time, attrs)


def _labelled(values, dims, at, light_time, attrs) -> xr.DataArray:
    """The array with its labels; the parts fit, so xarray need not check and copy them."""
    coords = dict(_COMPONENT.variables)
    coords["et"] = xr.Variable(
        dims, np.asarray(at.et), {"units": "s", "long_name": "TDB seconds past J2000"}
    )
    coords["light_time"] = xr.Variable(
        dims, np.asarray(light_time), {"units": "s", "long_name": "one-way light time"}
    )
    return xr.DataArray(
        xr.Variable((*dims, "component"), values, attrs),
        coords=coords,
        name="state",
        indexes=dict(_COMPONENT.xindexes),
        fastpath=True,
    )


def framed(
    seen: Apparent,
    target: Any,
    observer: Any,
    at: Epoch,
    frame: str,
    correction: str,
    ephemeris: Ephemeris,
) -> np.ndarray:
    """The state of ``seen`` (..., 6) turned from J2000 into ``frame``.

    A frame that turns is evaluated when the light passes its centre, as SPICE does, and the
    velocity carries its rotation: v' = R v + (1 + s dlt) R' p, where dlt is the rate of the light
    time to the centre and s its sign.
    """
    name = frames.frame_name(frame)
    if name == "J2000":
        return seen.state
    if name == "ECLIPJ2000" or correction.upper() == "NONE":
        return np.einsum("...ij,...j->...i", frames.state_rotation("J2000", name, at), seen.state)
    sign = 1.0 if correction.upper().startswith("X") else -1.0
    centre = naif_id(name.removeprefix("IAU_").lower() if name.startswith("IAU_") else "mars")
    light_time, rate = seen.light_time, seen.light_time_rate
    if _same(centre, observer, ephemeris):
        light_time, rate = np.zeros(at.shape), np.zeros(at.shape)
    elif not _same(centre, target, ephemeris):
        plain = correction.upper().replace("+S", "")
        where = apparent(centre, observer=observer, at=at, correction=plain, ephemeris=ephemeris)
        light_time, rate = where.light_time, where.light_time_rate
    turn = frames.state_rotation("J2000", name, at + sign * light_time)
    turn[..., 3:, :3] *= np.asarray(1.0 + sign * rate)[..., None, None]
    return np.einsum("...ij,...j->...i", turn, seen.state)


def _same(number: int, thing: Any, ephemeris: Ephemeris) -> bool:
    if isinstance(thing, np.ndarray) or hasattr(thing, "at"):
        return False
    return ephemeris.resolve(number) == ephemeris.resolve(thing)


def _epoch_dims(shape: tuple[int, ...]) -> tuple[str, ...]:
    if len(shape) < 2:
        return ("epoch",)[: len(shape)]
    return tuple(f"epoch_{i}" for i in range(len(shape)))


def _label(thing: Any) -> str:
    if isinstance(thing, np.ndarray):
        return "given states"
    if hasattr(thing, "at"):
        return str(getattr(thing, "name", "") or "trajectory")
    return str(getattr(thing, "name", thing))


def _substitute(thing: Any, ephemeris: Ephemeris) -> str:
    if isinstance(thing, np.ndarray) or hasattr(thing, "at"):
        return ""
    number = naif_id(thing)
    used = ephemeris.resolve(number)
    if used == number:
        return ""
    return f"body {used} stands for {number}, which no kernel holds; they are < 0.3 m apart"
