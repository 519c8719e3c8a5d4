"""The true rocks and soils along a rover's drive: their minerals, oxides and light.

Eight kinds, each a mixture of minerals by weight that a seed scatters; oxides follow from the
minerals' formulae and light from the shipped spectra by `physics.hapke_mixing`, so that both tell
of the same rock. The kinds are made up after published ones: drifts and dark sand (Taylor &
McLennan 2009, doi:10.1017/CBO9780511575358), basalts with more or less olivine (McSween et al.
2009, doi:10.1126/science.1165871), a crust with sulphates and hydrated silica as where Zhurong
drove (Liu et al. 2022, doi:10.1126/sciadv.abn8555), clay-bearing and carbonate-bearing rocks as in
Jezero (Tice et al. 2022, doi:10.1126/sciadv.abp9084). Dust lies on them all, thin: a camera sees
it, and a laser's first shots clear it away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.data.spectral_library import mineral_spectra
from marsward.physics.hapke_mixing import areal_mixture, cross_section_shares, intimate_mixture
from marsward.physics.rock_oxides import oxides_of

__all__ = ["RoverRocks", "rover_rocks"]

Array = NDArray[np.float64]
# Moles of oxides: ideal formulae, solid solutions as the spectra's titles name them or in the
# middle of their range (labradorite An60, hypersthene En65).
_FORMULAE: dict[str, dict[str, float]] = {
    "plagioclase": {"Na2O": 0.2, "CaO": 0.6, "Al2O3": 0.8, "SiO2": 2.4},
    "potassium_feldspar": {"K2O": 0.5, "Al2O3": 0.5, "SiO2": 3.0},
    "olivine_fo51": {"MgO": 1.02, "FeOT": 0.98, "SiO2": 1.0},
    "olivine_fo89": {"MgO": 1.78, "FeOT": 0.22, "SiO2": 1.0},
    "low_ca_pyroxene": {"MgO": 1.3, "FeOT": 0.7, "SiO2": 2.0},
    "high_ca_pyroxene": {"CaO": 0.8, "MgO": 0.8, "FeOT": 0.4, "SiO2": 2.0},
    "magnetite": {"FeOT": 1.0, "Fe2O3": 1.0},
    "ilmenite": {"FeOT": 1.0, "TiO2": 1.0},
    "hematite_fine": {"Fe2O3": 1.0},
    "gypsum": {"CaO": 1.0, "SO3": 1.0, "H2O": 2.0},
    "kieserite": {"MgO": 1.0, "SO3": 1.0, "H2O": 1.0},
    "nontronite": {"Na2O": 0.165, "Fe2O3": 1.0, "Al2O3": 0.165, "SiO2": 3.67, "H2O": 3.0},
    "hydrated_silica": {"SiO2": 1.0, "H2O": 0.3},
    "magnesite": {"MgO": 1.0, "CO2": 1.0},
}
# Mean soil and dust, by `OXIDES`: Taylor & McLennan 2009, from memory and rounded.
_DUST = np.array([0.454, 0.009, 0.097, 0.167, 0.084, 0.064, 0.027, 0.004])
_LIGHT_OF = {"potassium_feldspar": "plagioclase", "ilmenite": "magnetite"}  # spectra they share
# Grains of the opaque oxides [m]: a choice, by which basalts are as dark as those on Mars.
_FINE = {"magnetite": 3e-6, "ilmenite": 3e-6}
_BASALT = {
    "plagioclase": 0.44, "potassium_feldspar": 0.03, "high_ca_pyroxene": 0.22,
    "low_ca_pyroxene": 0.14, "olivine_fo51": 0.09, "magnetite": 0.05, "ilmenite": 0.02,
    "hematite_fine": 0.01,
}  # fmt: skip
_KINDS: dict[str, dict[str, float]] = {
    "bright drift": {"dust": 0.95, **{k: 0.05 * v for k, v in _BASALT.items()}},
    "dark sand": {**_BASALT, "olivine_fo51": 0.18, "dust": 0.005},
    "grey basalt": _BASALT,
    "olivine basalt": {**_BASALT, "olivine_fo51": 0.45},
    "feldspar-rich rock": {**_BASALT, "plagioclase": 1.2, "potassium_feldspar": 0.16},
    "sulphate crust": {
        "dust": 0.50, "gypsum": 0.20, "kieserite": 0.10, "hydrated_silica": 0.20,
    },
    "clay-bearing rock": {**_BASALT, "nontronite": 0.8},
    "carbonate-bearing rock": {
        "olivine_fo89": 0.45, "magnesite": 0.18, "hydrated_silica": 0.12, "plagioclase": 0.15,
        "low_ca_pyroxene": 0.08, "magnetite": 0.02,
    },
}  # fmt: skip
_SCATTER = 0.15  # of each mineral's amount from one rock to the next, relative
_VEIL = (0.03, 0.15)  # of a rock's face under dust
_LONGEST = 1.2e-6  # m


@dataclass(frozen=True, eq=False)
class RoverRocks:
    """Rocks along a drive.

    names : of the kinds
    along : way from its start [m] (rock,)
    minerals : names; amounts : by weight (rock, mineral)
    oxides : shares by weight of `physics.rock_oxides.OXIDES` (rock, 8)
    wavelength : [m] (w,); reflectance : factor of the rocks' faces with their dust (rock, w)
    """

    names: tuple[str, ...]
    along: Array
    minerals: tuple[str, ...]
    amounts: Array
    oxides: Array
    wavelength: Array
    reflectance: Array


def rover_rocks(length: float, *, seed: int = 0) -> RoverRocks:
    """The eight rocks that a rover stops at on a drive.

    Parameters
    ----------
    length : of the drive [m]
    seed : of their amounts of minerals, of dust on them and of where they lie

    Raises
    ------
    InputError : a length that is below 0 or no number
    """
    if not (np.isfinite(length) and length >= 0.0):
        raise InputError(f"a drive of {length:g} m has no rocks; give its length in m, 0 or more")
    draws = np.random.default_rng(np.random.SeedSequence([int(seed), 0x20C5]))
    minerals = ("dust", *_FORMULAE)
    table = np.array([[kind.get(name, 0.0) for name in minerals] for kind in _KINDS.values()])
    amounts = table * np.exp(_SCATTER * draws.standard_normal(table.shape))
    amounts /= amounts.sum(axis=1, keepdims=True)
    made_of = np.array([_DUST, *(oxides_of(each) for each in _FORMULAE.values())])
    wavelength, clean, dust = _light(minerals, amounts)
    veil = draws.uniform(*_VEIL, len(clean))[:, None]
    faces = np.stack([
        areal_mixture(np.stack([dust, one]), np.array([v[0], 1.0 - v[0]]))
        for one, v in zip(clean, veil, strict=True)
    ])  # fmt: skip
    along = np.sort(draws.random(len(clean))) * length
    order = draws.permutation(len(clean))
    names = tuple(_KINDS)
    return RoverRocks(
        tuple(names[k] for k in order), along, minerals, amounts[order],
        (amounts @ made_of)[order], wavelength, faces[order],
    )  # fmt: skip


def _light(minerals: tuple[str, ...], amounts: Array) -> tuple[Array, Array, Array]:
    """Wavelengths, reflectance factor of mixtures without dust on them, and that of dust."""
    names = tuple(_LIGHT_OF.get(name, name) for name in minerals)
    library = mineral_spectra(dict.fromkeys(names))
    which = [library.index(name) for name in names]
    near = library.wavelength <= _LONGEST
    spectra = library.reflectance[which][:, near]
    records = [library.records[name] for name in names]
    density = np.array([each.density for each in records])
    grains = [
        _FINE.get(mineral, each.diameter) for mineral, each in zip(minerals, records, strict=True)
    ]
    shares = cross_section_shares(amounts, density, np.array(grains))
    return library.wavelength[near], intimate_mixture(spectra, shares), spectra[0]
