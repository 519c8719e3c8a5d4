"""Light of the plasma that a laser makes of a rock: atoms and ions in local thermal equilibrium.

Levels of each atom and ion are filled after Boltzmann, stages of ionisation after Saha,

    n(z+1) ne / n(z) = 2 U(z+1)/U(z) (2 pi m k T / h^2)^1.5 exp(-E/kT),

from the shipped levels and lines (`data.plasma_lines`). Sums of levels stop 0.05 eV under the free
atom's ionisation, by which 5e22 electrons a cubic metre lower it; E is that of the free atom. One
temperature and density hold for the whole plasma, a slab in which a line absorbs its own light:
integrated over a Lorentz profile the slab lets out exp(-t/2) (I0(t/2) + I1(t/2)) of what a thin one
would, with t the depth at the line's centre (Ladenburg & Reiche 1913,
doi:10.1002/andp.19133471103). Cremers & Radziemski 2013, Handbook of Laser-Induced Breakdown
Spectroscopy, doi:10.1002/9781118567371.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import i0e, i1e

from marsward.core.constants import BOLTZMANN, PLANCK, SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.data.plasma_lines import ELEMENTS, ionisation_energies, plasma_levels, plasma_lines

__all__ = [
    "ATOMIC_WEIGHT", "escape", "hydrogen_width", "line_emission", "partition_function",
    "saha_ratio", "stage_shares", "stark_width",
]  # fmt: skip

Array = NDArray[np.float64]
_EV = 1.602176634e-19  # J, exact by the SI
_ELECTRON = 9.1093837015e-31  # kg, CODATA 2018
_K = float(BOLTZMANN) / _EV  # eV/K
_H, _C = float(PLANCK), float(SPEED_OF_LIGHT)
STAGES = 3  # neutral, once and twice ionised
ATOMIC_WEIGHT = {
    "H": 1.008, "C": 12.011, "O": 15.999, "Na": 22.990, "Mg": 24.305, "Al": 26.982, "Si": 28.085,
    "K": 39.098, "Ca": 40.078, "Ti": 47.867, "Fe": 55.845,
}  # fmt: skip
"""Standard atomic weights, IUPAC 2021, doi:10.1515/pac-2019-0603, abridged."""
# Full width that electrons give a line at 1e23 m-3: metals' lines scatter by some factor of three
# about this choice; hydrogen's alpha after Gigosos, Gonzalez & Cardenoso 2003,
# doi:10.1016/S0584-8547(03)00097-1.
_STARK, _STARK_H, _STARK_POWER = 0.03e-9, 0.549e-9, 0.67965
_DENSITY = 1e23  # m-3
_COLDEST, _HOTTEST = 1000.0, 40_000.0  # K


def partition_function(element: str, stage: int, temperature: ArrayLike) -> Array:
    """Sum of weights over the levels of an ion, each with its Boltzmann factor.

    element : symbol; stage : 0 neutral, 1 and 2 ionised; temperature : [K], any shape

    Raises InputError for an ion that has no levels here or a temperature out of 1000 to 40 000 K.
    """
    held = plasma_levels().get((element, stage))
    if held is None:
        raise InputError(
            f"no levels of {element!r} in stage {stage} are shipped; elements are "
            f"{', '.join(ELEMENTS)}"
        )
    heat = _K * _checked(temperature)
    return np.asarray((held.weight * np.exp(-held.energy / heat[..., None])).sum(axis=-1))


def saha_ratio(element: str, stage: int, temperature: ArrayLike, electrons: ArrayLike) -> Array:
    """Ions of the next stage over those of a stage; temperature [K], electrons [m-3].

    Raises InputError as `partition_function`, and for electrons that are not above 0.
    """
    hot, dense = np.broadcast_arrays(_checked(temperature), np.asarray(electrons, float))
    if not np.all((dense > 0.0) & np.isfinite(dense)):
        raise InputError("the density of electrons in a plasma must be above 0 m-3")
    energy = ionisation_energies().get((element, stage))
    if energy is None:
        raise InputError(f"no ionisation energy of {element!r} in stage {stage} is shipped")
    room = (2.0 * np.pi * _ELECTRON * float(BOLTZMANN) * hot / _H**2) ** 1.5
    sums = partition_function(element, stage + 1, hot) / partition_function(element, stage, hot)
    return np.asarray(2.0 * sums * room * np.exp(-energy / (_K * hot)) / dense)


def stage_shares(element: str, temperature: ArrayLike, electrons: ArrayLike) -> Array:
    """Shares of an element's atoms in its stages (…, 3); hydrogen has two."""
    first = saha_ratio(element, 0, temperature, electrons)
    second = np.zeros_like(first)
    if element != "H":
        second = saha_ratio(element, 1, temperature, electrons)
    parts = np.stack([np.ones_like(first), first, first * second], axis=-1)
    return np.asarray(parts / parts.sum(axis=-1, keepdims=True))


def line_emission(
    atoms: ArrayLike, temperature: ArrayLike, electrons: ArrayLike, *, column: ArrayLike = 0.0
) -> Array:
    """Photons that each line sends out, per atom along the sight [s-1 sr-1] (…, lines).

    Parameters
    ----------
    atoms : shares of the plasma's atoms by `data.plasma_lines.ELEMENTS` (…, 11)
    temperature, electrons : [K], [m-3]; of the shape of the leading axes, or one for all
    column : atoms along the sight [m-2], for the light that lines take of their own; 0 for none

    Raises InputError for shares below 0 or that do not fit, and out of the laws' ranges.
    """
    shares = np.asarray(atoms, dtype=np.float64)
    if shares.shape[-1:] != (len(ELEMENTS),):
        raise InputError(
            f"shares of atoms are by {len(ELEMENTS)} elements, not of the shape {shares.shape}"
        )
    if not (np.all(shares >= 0.0) and np.isfinite(shares).all()):
        raise InputError("shares of a plasma's atoms must be 0 or more")
    hot, dense, deep = np.broadcast_arrays(
        _checked(temperature), *[np.asarray(v, float) for v in (electrons, column)]
    )
    lines, heat = plasma_lines(), _K * hot[..., None]
    per_level = np.empty((*hot.shape, lines.rate.size))  # ions of the line over their level sum
    for element in ELEMENTS:
        stages = stage_shares(element, hot, dense)
        for stage in (0, 1):
            ours = lines.of(element, stage)
            if ours.any():
                filled = stages[..., stage] / partition_function(element, stage, hot)
                per_level[..., ours] = filled[..., None]
    held = shares[..., lines.element] * per_level
    upper = held * lines.upper_weight * np.exp(-lines.upper / heat)
    sent = lines.rate * upper / (4.0 * np.pi)
    if not np.any(deep > 0.0):
        return np.asarray(sent)
    return np.asarray(sent * escape(_depth(upper, heat, dense, deep)))


def _depth(upper: Array, heat: Array, electrons: Array, column: Array) -> Array:
    """Optical depth at the centres of lines."""
    lines = plasma_lines()
    narrow = _doppler(heat)
    wide = np.where(
        lines.element == 0, hydrogen_width(electrons)[..., None],
        stark_width(electrons)[..., None],
    )  # fmt: skip
    width = 0.5346 * wide + np.sqrt(0.2166 * wide**2 + narrow**2)
    # Absorption less stimulated emission, from the upper level by detailed balance.
    gap = np.expm1((lines.upper - lines.lower) / heat)
    centre = 2.0 / (np.pi * width)
    area = lines.rate * lines.wavelength**4 / (8.0 * np.pi * _C)
    return np.asarray(column[..., None] * upper * gap * area * centre)


def _doppler(heat: Array) -> Array:
    """Full widths of lines by the atoms' own motion [m] (…, lines); heat kT [eV] (…, 1)."""
    lines = plasma_lines()
    mass = np.array([ATOMIC_WEIGHT[name] for name in ELEMENTS])[lines.element] * 1.66053906660e-27
    return np.asarray(lines.wavelength * np.sqrt(8.0 * np.log(2.0) * heat * _EV / mass) / _C)


def escape(depth: ArrayLike) -> Array:
    """Light that a slab lets out in a Lorentz line over that of a thin one, by its depth."""
    half = 0.5 * np.asarray(depth, dtype=np.float64)
    return np.asarray(i0e(half) + i1e(half))


def stark_width(electrons: ArrayLike) -> Array:
    """Full width of a metal's line by electrons [m], the same choice for all of them."""
    return np.asarray(_STARK * np.asarray(electrons, float) / _DENSITY)


def hydrogen_width(electrons: ArrayLike) -> Array:
    """Full width of hydrogen's alpha line by electrons [m], taken for all of its lines."""
    return np.asarray(_STARK_H * (np.asarray(electrons, float) / _DENSITY) ** _STARK_POWER)


def _checked(temperature: ArrayLike) -> Array:
    found = np.asarray(temperature, dtype=np.float64)
    if not np.all((found >= _COLDEST) & (found <= _HOTTEST)):
        raise InputError(
            f"a plasma's temperature lies in {_COLDEST:g} to {_HOTTEST:g} K here, not at "
            f"{np.ravel(found)[0]:g} K"
        )
    return found
