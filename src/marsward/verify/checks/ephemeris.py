"""The ephemeris against CSPICE on the same file, at random epochs."""

from functools import lru_cache

import numpy as np
import spiceypy

from marsward.core.time import Epoch
from marsward.data.kernel_paths import de440
from marsward.dynamics.ephemeris import default_ephemeris

PAIRS = (
    ("sun", 10, 0), ("mercury", 199, 10), ("venus", 299, 10), ("earth", 399, 10),
    ("moon", 301, 399), ("mars", 4, 10), ("jupiter", 5, 10), ("saturn", 6, 10),
    ("uranus", 7, 10), ("neptune", 8, 10), ("pluto", 9, 10),
)  # fmt: skip
_CENTRES = {0: "ssb", 10: "sun", 399: "earth"}


def largest_position_difference(epochs: int) -> float:
    """Largest difference in position over all bodies [m], 1960 to 2040."""
    return float(np.linalg.norm(_differences(epochs)[..., :3], axis=-1).max())


def largest_velocity_difference(epochs: int) -> float:
    """Largest difference in velocity over all bodies [m/s], 1960 to 2040."""
    return float(np.linalg.norm(_differences(epochs)[..., 3:], axis=-1).max())


@lru_cache(maxsize=4)
def _differences(epochs: int) -> np.ndarray:
    """Ours minus CSPICE (body, epoch, 6) [m, m/s]."""
    years = 365.25 * 86_400.0
    et = np.floor(np.random.default_rng(440).uniform(-40.0 * years, 40.0 * years, epochs))
    at, ephemeris = Epoch.et(et), default_ephemeris()
    path = str(de440())
    spiceypy.furnsh(path)
    try:
        return np.array(
            [
                ephemeris.state(name, wrt=_CENTRES[centre], at=at)
                - 1e3 * np.array([spiceypy.spkgeo(code, t, "J2000", centre)[0] for t in et])
                for name, code, centre in PAIRS
            ]
        )
    finally:
        spiceypy.unload(path)
