"""Stars as point sources in a camera: where they fall and how much light they send."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.data.stars import StarCatalogue, catalogue
from marsward.geometry.apparent import stellar_aberration
from marsward.geometry.pinhole import Pinhole
from marsward.physics.light import Band

if TYPE_CHECKING:
    from marsward.core.time import Epoch

Array = NDArray[np.float64]


@dataclass(frozen=True)
class StarField:
    """Stars on a detector, brightest first.

    hip : Hipparcos number; v : Johnson V [mag]
    pixel : place on the detector (n, 2) [px]; direction : apparent unit vector (n, 3), J2000
    irradiance : in the band [W m-2]; photons : in the band [m-2 s-1]
    """

    hip: NDArray[np.int32]
    v: Array
    pixel: Array
    direction: Array
    irradiance: Array
    photons: Array

    def __len__(self) -> int:
        return len(self.hip)


def aberrated(direction: ArrayLike, velocity: ArrayLike) -> Array:
    """Apparent unit vectors (..., 3) for an observer's barycentric velocity (3,) [m/s].

    The rotation towards the velocity of `marsward.geometry.apparent.stellar_aberration`.
    """
    u = np.asarray(direction, dtype=np.float64)
    return u + stellar_aberration(u, np.asarray(velocity, dtype=np.float64))


def star_field(
    pinhole: Pinhole,
    attitude: ArrayLike,
    observer_state: ArrayLike,
    at: Epoch,
    *,
    band: Band,
    stars: StarCatalogue | None = None,
    margin: float = 8.0,
) -> StarField:
    """Stars that a camera sees, with proper motion, parallax and aberration.

    Parameters
    ----------
    attitude : (3, 3), v_cam = attitude @ v_J2000
    observer_state : barycentric state (6,) [m, m/s], J2000
    margin : stars up to this far off the detector count too [px]
    """
    stars = catalogue() if stars is None else stars
    state = np.asarray(observer_state, dtype=np.float64)
    turn = np.asarray(attitude, dtype=np.float64)
    near = stars[stars.away @ turn[2] > _least_cosine(pinhole, margin)]
    apparent = aberrated(near.directions(at, state[:3]), state[3:])
    pixel = pinhole.project(apparent @ turn.T)
    keep = pinhole.inside(pixel, margin)
    seen = near[keep]
    irradiance, photons = band.starlight(seen.v, seen.v_minus_i)
    return StarField(seen.hip, seen.v, pixel[keep], apparent[keep], irradiance, photons)


def _least_cosine(pinhole: Pinhole, margin: float) -> float:
    """Cosine of the angle from the boresight beyond which no star can be in the picture.

    Two degrees more than the farthest corner, for what stars move and aberration shifts.
    """
    x = [-0.5 - margin, pinhole.width - 0.5 + margin]
    y = [-0.5 - margin, pinhole.height - 0.5 + margin]
    corners = pinhole.ray([[i, j] for i in x for j in y])
    widest = math.acos(min(1.0, float(corners[:, 2].min()))) + math.radians(2.0)
    return math.cos(min(widest, math.pi))
