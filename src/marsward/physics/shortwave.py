"""Sunlight in dusty columns of air: what falls on the ground and what warms each layer.

Eight bands from 0.2 to 5 um, in each delta-Eddington two streams through dust of the optics of
`physics.dust_optics`, and carbon dioxide in the near infrared by a closed form
(`physics.near_infrared`). The beam's path is that of a curved sky. Beside 16 discrete ordinates
(pydisort, `benchmarks/shortwave.py`) the light at the ground is 0.8 % of that at the top too much
in the mean of opacities 0.1 to 8 and of Suns above 9 degrees, rms 1.6 %, at most 4.4 %. Left out:
scattering by the gas (optical depth 0.002 at 0.5 um, 0.02 at 0.3 um at 610 Pa), water ice, ozone,
light that carbon dioxide takes below 0.2 um. The ground has one albedo in all bands.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import number, numbers, whole
from marsward.core.errors import InputError
from marsward.physics.air import GRAVITY, HEAT_CAPACITY
from marsward.physics.dust_optics import DustOptics, solar_optics
from marsward.physics.kernels.shortwave import shortwave_columns
from marsward.physics.near_infrared import near_infrared_numbers
from marsward.physics.two_stream import check_within

__all__ = ["WORK_ROWS", "Shortwave", "shortwave", "shortwave_arrays"]

Array = NDArray[np.float64]
WORK_ROWS = 10
"""Rows of L + 1 numbers that the kernel takes for work."""
_BLOCK = 64  # columns that one thread takes at a time
_ULTRAVIOLET = 0.38e-6  # m, end of what REMS calls ultraviolet


@dataclass(frozen=True, eq=False)
class Shortwave:
    """Sunlight in columns of air; edge 0 is the ground.

    down, up : at the edges of layers (n, L + 1) [W m-2]
    direct : the unscattered beam on level ground (n,) [W m-2]
    heating : of the layers (n, L) [K s-1]
    bands : on level ground, all and direct (n, bands, 2) [W m-2], before the gas takes its part
    edges : of the bands [m] (bands + 1,)
    """

    down: Array
    up: Array
    direct: Array
    heating: Array
    bands: Array
    edges: Array

    @property
    def diffuse(self) -> Array:
        """Light of the sky on level ground (n,) [W m-2]."""
        return np.asarray(np.maximum(self.down[:, 0] - self.direct, 0.0))

    @property
    def absorbed(self) -> Array:
        """What the ground keeps (n,) [W m-2]."""
        return np.asarray(self.down[:, 0] - self.up[:, 0])

    @property
    def ultraviolet(self) -> Array:
        """Light of 0.2 to 0.38 um on level ground (n,) [W m-2]."""
        return np.asarray(self.bands[:, self.edges[1:] <= _ULTRAVIOLET * 1.0001, 0].sum(axis=1))


def shortwave_arrays(
    optics: DustOptics | None = None, *, near_infrared: float = 1.0
) -> tuple[Array, Array, Array, Array, Array]:
    """What `kernels.shortwave.shortwave_column` takes of optics and gas, in its order:
    share, extinction, albedo, asymmetry (B,) and the five numbers of the near infrared."""
    dust = optics or solar_optics()
    if dust.share.size != dust.extinction.size:
        raise InputError("these optics have no shares of sunlight; take those of solar_optics()")
    arrays = [np.ascontiguousarray(row, dtype=np.float64) for row in dust.arrays]
    return (*arrays, near_infrared_numbers(near_infrared))  # type: ignore[return-value]


def shortwave(
    edges: ArrayLike,
    dust_depth: ArrayLike,
    *,
    cos_zenith: ArrayLike,
    solar_flux: ArrayLike,
    albedo: ArrayLike,
    optics: DustOptics | None = None,
    heat_capacity: ArrayLike = HEAT_CAPACITY,
    gravity: ArrayLike = GRAVITY,
    near_infrared: float = 1.0,
    workers: int = 1,
) -> Shortwave:
    """Sunlight in columns (n, L) of air.

    Parameters
    ----------
    edges : pressures [Pa] (n, L + 1), falling from the ground
    dust_depth : extinction of the layers at 0.67 um (n, L), as `dust_scenario` gives it
    cos_zenith : of the Sun (n,); 0 or less is night
    solar_flux : across the Sun's rays at Mars (n,) [W m-2]
    albedo : of the ground (n,)
    optics : of the dust by band; those of 1.5 um grains if None
    heat_capacity, gravity : of the air [J kg-1 K-1] (n, L), [m s-2] (n,), or one
    near_infrared : factor on what carbon dioxide takes, 0 for none
    workers : threads; results do not depend on it

    Raises
    ------
    InputError : pressures that do not fall, a depth below zero, a cosine outside -1 to 1, an
        albedo outside 0 to 1, NaN.
    """
    workers, near_infrared = (
        whole(workers, "workers (threads)"),
        number(near_infrared, "near_infrared"),
    )
    p = np.array(numbers(edges, "edges", "Pa"), order="C", ndmin=2)
    n, count = p.shape[0], p.shape[1] - 1
    falls = np.isfinite(p).all() and np.all(p >= 0.0) and np.all(np.diff(p) < 0.0)
    if count < 1 or not falls:
        raise InputError("pressure must be finite and fall from each edge to the next, to >= 0 Pa")
    try:
        wide = [
            np.array(np.broadcast_to(np.asarray(v, dtype=np.float64), shape), order="C")
            for v, shape in (
                (dust_depth, (n, count)), (cos_zenith, (n,)), (solar_flux, (n,)), (albedo, (n,)),
                (heat_capacity, (n, count)), (gravity, (n,)),
            )
        ]  # fmt: skip
    except (TypeError, ValueError) as error:
        raise InputError(f"{n} columns of {count} layers do not match: {error}") from error
    depth, mu, flux, rest, capacity, weight = wide
    check_within(depth, 0.0, np.inf, "a dust depth", "0 or more")
    check_within(mu, -1.0, 1.0, "the cosine of the Sun's zenith angle", "-1 to 1")
    check_within(flux, 0.0, np.inf, "the Sun's flux", "0 W/m2 or more")
    check_within(rest, 0.0, 1.0, "an albedo of the ground", "0 to 1")
    check_within(capacity, 1.0, np.inf, "a heat capacity", "above 1 J kg-1 K-1")
    check_within(weight, 1e-3, np.inf, "gravity", "above zero")
    dust = optics or solar_optics()
    arrays = shortwave_arrays(dust, near_infrared=near_infrared)
    down, up = np.empty((n, count + 1)), np.empty((n, count + 1))
    heating, direct = np.empty((n, count)), np.empty(n)
    bands = np.empty((n, dust.extinction.size, 2))
    column = p, depth, mu, flux, rest

    def block(first: int) -> None:
        work = np.empty((WORK_ROWS, count + 1))
        shortwave_columns(*column, *arrays, weight, capacity, work, down, up, heating, bands,
                          direct, first, min(first + _BLOCK, n))  # fmt: skip

    starts = range(0, n, _BLOCK)
    if workers == 1:
        for first in starts:
            block(first)
    else:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(block, starts))
    return Shortwave(down, up, direct, heating, bands, dust.edges)
