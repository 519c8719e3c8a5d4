"""Shares of minerals as they are stored: true, retrieved, with errors, and what they are called."""

from dataclasses import dataclass

import numpy as np

from marsward.views.stored_run import Missing, StoredPhase

PRESENT = 0.02
"""Least largest share of a mineral that is said to be there."""
NAMES = {
    "high_ca_pyroxene": "high-Ca pyroxene",
    "low_ca_pyroxene": "low-Ca pyroxene",
    "olivine_fo51": "olivine",
    "hematite_fine": "hematite, fine",
    "hematite_coarse": "hematite, coarse",
    "hydrated_silica": "hydrated silica",
    "water_ice": "water ice",
}


@dataclass(frozen=True)
class Shares:
    """True and retrieved shares with 1 sigma, each (place, mineral), at places [deg]."""

    minerals: tuple[str, ...]
    true: np.ndarray
    found: np.ndarray
    sigma: np.ndarray
    lon: np.ndarray
    lat: np.ndarray

    def rms(self, k: int) -> float:
        """Root mean square of found less true."""
        return float(np.sqrt(np.nanmean((self.found[:, k] - self.true[:, k]) ** 2)))

    def chi(self, k: int) -> float:
        """Root mean square over the stated sigma, where the mineral is; NaN where it never is."""
        there = (self.true[:, k] > PRESENT) & (self.sigma[:, k] > 0.0)
        if not there.any():
            return float("nan")
        off = (self.found[there, k] - self.true[there, k]) / self.sigma[there, k]
        return float(np.sqrt(np.nanmean(off**2)))

    def present(self) -> list[int]:
        """Numbers of the minerals that are somewhere, the commonest first."""
        there = [k for k in range(len(self.minerals)) if np.nanmax(self.true[:, k]) > PRESENT]
        return sorted(there, key=lambda k: -float(np.nanmean(self.true[:, k])))


def shares(phase: StoredPhase) -> Shares:
    """From soil_fractions.nc; raises Missing without it or when nothing was retrieved."""
    product = "soil_fractions"

    def of(name: str) -> np.ndarray:
        return phase.values(product, name).astype(float)

    found = of("mineral_fraction")
    if not np.isfinite(found).any():
        raise Missing(f"{phase.folder.name}/{product}.nc holds no retrieved share")
    return Shares(
        tuple(phase.texts(product, "mineral")), of("true_fraction"), found,
        of("mineral_fraction_sigma"), of("lon"), of("lat"),
    )  # fmt: skip


def called(mineral: str) -> str:
    """A mineral as readers write it."""
    return NAMES.get(mineral, mineral.replace("_", " "))
