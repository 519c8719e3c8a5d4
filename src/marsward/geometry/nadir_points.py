"""Places that lie straight under the craft on the low parts of its orbit, with their light."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.bodies import Body, body
from marsward.core.errors import InputError
from marsward.core.fields import field
from marsward.core.time import Epoch
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.geometry.campaign_arcs import below, imaging_arcs, light_windows
from marsward.geometry.ellipsoid import angles

__all__ = ["nadir_points"]

_CHUNK = 200_000


def nadir_points(
    trajectory: Any,
    *,
    count: int,
    altitude_limit: float,
    incidence_limit: float | None = None,
    target: str = "mars",
    ephemeris: Any = None,
) -> xr.Dataset:
    """Points under a trajectory, evenly spread over its time below a height.

    Parameters
    ----------
    trajectory
        With ``start``, ``duration`` [s] and ``.at(epoch, wrt=, ephemeris=)``.
    count
        Number of points.
    altitude_limit
        Height above the ellipsoid [m] below which the instrument works.
    incidence_limit
        Angle of the Sun from the zenith [deg] within which there is light enough; without it day
        and night count alike.
    target
        The body below.
    ephemeris
        Source of the Sun's position; the default one when left out.

    Returns
    -------
    Dataset over ``place`` in order of time: et [s], lon, lat [deg], altitude [m], incidence [deg],
    ltst [h] and ls [deg].

    Raises
    ------
    InputError
        A count below one, or a limit that is none.
    PhysicsError
        The orbit never comes so low, or never in such light.
    """
    if count < 1:
        raise InputError(f"count = {count}: ask for one place at least")
    source = default_ephemeris() if ephemeris is None else ephemeris
    planet = body(target)
    arcs = imaging_arcs(trajectory, altitude_limit=altitude_limit, target=planet, ephemeris=source)
    begin, end = arcs.begin, arcs.end
    if incidence_limit is not None:
        lit = light_windows(
            trajectory, arcs, incidence_limit=incidence_limit, target=planet, ephemeris=source
        )
        begin, end = lit.begin, lit.end
    time = _spread(begin, end, count)
    return _labelled(_under(trajectory, arcs.start, time, planet, source), arcs.start + time)


def _spread(begin: NDArray, end: NDArray, count: int) -> NDArray[np.float64]:
    """`count` times at the middles of equal shares of all stretches taken together."""
    length = np.cumsum(end - begin)
    wanted = (np.arange(count) + 0.5) * length[-1] / count
    stretch = np.searchsorted(length, wanted)
    return end[stretch] - (length[stretch] - wanted)


def _under(
    trajectory: Any, start: Epoch, time: NDArray, planet: Body, source: Any
) -> dict[str, NDArray]:
    """Heights, places and light in pieces, so that memory stays small."""
    pieces: list[tuple[NDArray, ...]] = []
    for first in range(0, time.size, _CHUNK):
        epoch = start + time[first : first + _CHUNK]
        under = below(trajectory, epoch, planet, source)
        lon, lat = angles(under.normal * np.square(planet.radii))  # the foot of the normal
        sun = source.position("sun", wrt=planet.naif_id, at=epoch)
        sun = sun / np.linalg.norm(sun, axis=-1, keepdims=True)
        cosine = np.einsum("ni,nij,nj->n", under.normal, under.turn, sun)
        incidence = np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))
        pieces.append((lon, lat, under.height, incidence))
    names = ("lon", "lat", "altitude", "incidence")
    return {name: np.concatenate([piece[k] for piece in pieces]) for k, name in enumerate(names)}


def _labelled(values: dict[str, NDArray], epoch: Epoch) -> xr.Dataset:
    dims = ("place",)
    known = values | {"et": epoch.et, "ls": epoch.ls, "ltst": epoch.ltst(values["lon"])}
    return xr.Dataset({name: field(name, data, dims) for name, data in known.items()})
