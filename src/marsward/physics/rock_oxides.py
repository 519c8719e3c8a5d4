"""Oxides by which rocks are told: what they weigh, and which atoms they hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.data.plasma_lines import ELEMENTS
from marsward.physics.plasma_spectrum import ATOMIC_WEIGHT

__all__ = ["OXIDES", "atoms_of", "checked_oxides", "oxides_of"]

Array = NDArray[np.float64]
OXIDES = ("SiO2", "TiO2", "Al2O3", "FeOT", "MgO", "CaO", "Na2O", "K2O")
"""Oxides by which rocks are told, all iron as FeO."""
_METALS = {  # metal, its atoms and those of oxygen
    "SiO2": ("Si", 1, 2), "TiO2": ("Ti", 1, 2), "Al2O3": ("Al", 2, 3), "FeOT": ("Fe", 1, 1),
    "MgO": ("Mg", 1, 1), "CaO": ("Ca", 1, 1), "Na2O": ("Na", 2, 1), "K2O": ("K", 2, 1),
}  # fmt: skip
_OXYGEN_LIKE_SULPHATE = 0.6  # of the weight of sulphur trioxide


def _weight(name: str) -> float:
    metal, count, oxygen = _METALS[name]
    return count * ATOMIC_WEIGHT[metal] + oxygen * ATOMIC_WEIGHT["O"]


# What a formula may hold besides; iron(III) oxide counts as two of FeO and oxygen.
_OTHERS = {"Fe2O3": 159.687, "SO3": 80.06, "H2O": 18.015, "CO2": 44.009}


def oxides_of(formula: dict[str, float]) -> Array:
    """Shares by weight of `OXIDES` (8,) in a mineral told by moles of oxides.

    formula : moles by `OXIDES`, "FeOT" for FeO, and by "Fe2O3", "SO3", "H2O", "CO2"

    Raises InputError for an oxide that is none of these.
    """
    total, held = 0.0, np.zeros(len(OXIDES))
    for name, moles in formula.items():
        if name in OXIDES:
            held[OXIDES.index(name)] += moles * _weight(name)
            total += moles * _weight(name)
        elif name in _OTHERS:
            total += moles * _OTHERS[name]
            if name == "Fe2O3":
                held[OXIDES.index("FeOT")] += 2.0 * moles * _weight("FeOT")
        else:
            raise InputError(
                f"{name!r} is no oxide here; give moles of {', '.join((*OXIDES, *_OTHERS))}"
            )
    return np.asarray(held / total)


def checked_oxides(oxides: ArrayLike) -> Array:
    """Shares by weight (target, 8), once they are 0 or more with a sum of 1 at most."""
    rock = np.atleast_2d(np.asarray(oxides, dtype=np.float64))
    if rock.ndim != 2 or rock.shape[1] != len(OXIDES):
        raise InputError(
            f"targets are told by the {len(OXIDES)} oxides {', '.join(OXIDES)}, not by an array of "
            f"the shape {rock.shape}"
        )
    if not (np.all(rock >= 0.0) and np.all(rock.sum(axis=1) <= 1.0 + 1e-6)):
        raise InputError(
            "oxides of a target are shares by weight, 0 or more, with a sum of 1 at most; give "
            "0.45 for 45 %"
        )
    return rock


def atoms_of(oxides: ArrayLike, *, water: float = 0.0) -> Array:
    """Shares of atoms (target, elements) of rocks by oxides (target, 8) and water by weight.

    What lacks to a sum of 1 counts as oxygen of sulphates and the like.
    """
    rock = checked_oxides(oxides) * (1.0 - water)
    moles = np.zeros((len(rock), len(ELEMENTS)))
    oxygen = ELEMENTS.index("O")
    for column, name in enumerate(OXIDES):
        metal, count, with_it = _METALS[name]
        moles[:, ELEMENTS.index(metal)] += count * rock[:, column] / _weight(name)
        moles[:, oxygen] += with_it * rock[:, column] / _weight(name)
    wet = water / (2.0 * ATOMIC_WEIGHT["H"] + ATOMIC_WEIGHT["O"])
    moles[:, ELEMENTS.index("H")] += 2.0 * wet
    rest = np.maximum(1.0 - water - rock.sum(axis=1), 0.0)
    moles[:, oxygen] += wet + _OXYGEN_LIKE_SULPHATE * rest / ATOMIC_WEIGHT["O"]
    return np.asarray(moles / moles.sum(axis=1, keepdims=True))
