"""Lines, levels and ionisation energies of the atoms of rocks, as shipped.

From the NIST Atomic Spectra Database, doi:10.18434/T4W30F; the record assets/libs_lines.toml says
what was kept of it. Wavelengths are those in vacuum, which on Mars hold in the air too.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import DataError

__all__ = ["ELEMENTS", "PlasmaLevels", "PlasmaLines", "ionisation_energies", "plasma_levels",
           "plasma_lines"]  # fmt: skip

Array = NDArray[np.float64]
ELEMENTS = ("H", "C", "O", "Na", "Mg", "Al", "Si", "K", "Ca", "Ti", "Fe")
"""Elements that have lines here, in the order of all arrays by element."""
_ASSETS = files("marsward.data") / "assets"


@dataclass(frozen=True, eq=False)
class PlasmaLines:
    """Lines, each an array (lines,).

    element : place in `ELEMENTS`; stage : 0 neutral, 1 once ionised
    wavelength : in vacuum [m]; rate : of spontaneous emission [s-1]
    lower_weight, upper_weight : statistical weights
    lower, upper : energies of the levels [eV]
    """

    element: NDArray[np.int64]
    stage: NDArray[np.int64]
    wavelength: Array
    rate: Array
    lower_weight: Array
    lower: Array
    upper_weight: Array
    upper: Array

    def of(self, element: str, stage: int) -> NDArray[np.bool_]:
        """Which lines are of an ion."""
        return np.asarray((self.element == ELEMENTS.index(element)) & (self.stage == stage))


@dataclass(frozen=True, eq=False)
class PlasmaLevels:
    """Levels of one ion: statistical weights and energies [eV] (levels,)."""

    weight: Array
    energy: Array


@lru_cache(1)
def plasma_lines() -> PlasmaLines:
    """The shipped lines, by element, stage and wavelength."""
    rows = _rows("libs_lines.csv")
    table = np.array([[float(v) for v in row[2:8]] for row in rows]).T
    table[0] *= 1e-9
    for each in table:
        each.setflags(write=False)
    element = np.array([ELEMENTS.index(row[0]) for row in rows])
    return PlasmaLines(element, np.array([int(row[1]) - 1 for row in rows]), *table)


@lru_cache(1)
def plasma_levels() -> dict[tuple[str, int], PlasmaLevels]:
    """The shipped levels by element and stage (0 neutral)."""
    found: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for element, stage, weight, energy in _rows("libs_levels.csv"):
        found.setdefault((element, int(stage) - 1), []).append((float(weight), float(energy)))
    found["H", 1] = [(1.0, 0.0)]  # the bare proton
    return {ion: PlasmaLevels(*np.array(rows).T) for ion, rows in found.items()}


@lru_cache(1)
def ionisation_energies() -> dict[tuple[str, int], float]:
    """Energy [eV] that ionises an element from a stage (0 neutral)."""
    rows = _rows("libs_ionisation.csv")
    return {(element, int(stage) - 1): float(energy) for element, stage, energy in rows}


def _rows(name: str) -> list[list[str]]:
    try:
        text = (_ASSETS / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError(f"the table {name} is missing from marsward: install it again") from None
    return list(csv.reader(text.splitlines()))[1:]
