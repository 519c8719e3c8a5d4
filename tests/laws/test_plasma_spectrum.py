"""The light of a laser's plasma against closed forms: Saha, Boltzmann, own absorption."""

import hashlib
import tomllib
from importlib.resources import files

import numpy as np
import pytest
import scipy.constants as si
from scipy.integrate import quad

from marsward.core.errors import InputError
from marsward.data.plasma_lines import ELEMENTS, plasma_lines
from marsward.physics.plasma_spectrum import (
    escape,
    line_emission,
    partition_function,
    saha_ratio,
    stage_shares,
)
from marsward.physics.rock_oxides import OXIDES, atoms_of, oxides_of

EV = si.e
LINES = plasma_lines()


def only(element: str) -> np.ndarray:
    """A plasma of one element."""
    return np.eye(len(ELEMENTS))[ELEMENTS.index(element)]


@pytest.mark.parametrize("temperature", [5000.0, 10_000.0, 20_000.0])
def test_hydrogen_is_ionised_as_saha_has_it(temperature):
    room = (2 * np.pi * si.m_e * si.k * temperature / si.h**2) ** 1.5
    # Levels of hydrogen: 2 n^2 at 13.598435 eV (1 - 1/n^2); the shipped ones end at n = 16.
    n = np.arange(1, 17)
    level_sum = np.sum(2.0 * n**2 * np.exp(-13.59829 * (1 - 1 / n**2) * EV / si.k / temperature))
    wanted = 2.0 / level_sum * room * np.exp(-13.598435 * EV / (si.k * temperature)) / 1e22
    assert saha_ratio("H", 0, temperature, 1e22) == pytest.approx(wanted, rel=2e-3)


@pytest.mark.parametrize(
    ("element", "stage", "wanted"),
    [("Fe", 0, 50.40110), ("Fe", 1, 61.47384), ("Ti", 0, 68.09347), ("Ti", 1, 78.03013),
     ("Ca", 1, 3.228634), ("Si", 1, 5.834452), ("Al", 1, 1.022591), ("Mg", 1, 2.020007)],
)  # fmt: skip
def test_level_sums_are_those_of_libskit_at_9000_kelvin(element, stage, wanted):
    """libskit 0.2 (DLR) sums every level that NIST has, ungathered."""
    assert partition_function(element, stage, 9000.0) == pytest.approx(wanted, rel=3e-4)


@pytest.mark.parametrize(
    ("element", "temperature", "wanted"),
    [("Fe", 7000.0, 8.175164e21), ("Fe", 9000.0, 1.889369e23), ("Fe", 12_000.0, 2.865086e24),
     ("Ti", 7000.0, 5.119008e22), ("Ti", 12_000.0, 6.803309e24)],
)  # fmt: skip
def test_ionisation_is_that_of_libskit(element, temperature, wanted):
    assert 1e22 * saha_ratio(element, 0, temperature, 1e22) == pytest.approx(wanted, rel=3e-4)


def test_cold_atoms_are_in_their_ground_levels():
    for element, weight in (("Na", 2.0), ("Mg", 1.0), ("K", 2.0), ("Ca", 1.0)):
        assert partition_function(element, 0, 1000.0) == pytest.approx(weight, rel=1e-6)
    # Silicon's three lowest levels lie 0, 77.115 and 223.157 cm-1 above its ground.
    factors = np.exp(-np.array([0.0, 77.115, 223.157]) * 100 * si.h * si.c / (si.k * 1000.0))
    assert partition_function("Si", 0, 1000.0) == pytest.approx(factors @ [1, 3, 5], rel=1e-3)


def test_stages_sum_to_one_and_go_to_their_limits():
    shares = stage_shares("Fe", np.array([4000.0, 9000.0, 16_000.0]), 1e23)
    assert shares.sum(axis=-1) == pytest.approx(1.0, abs=1e-14)
    assert np.all(np.diff(shares[:, 0]) < 0.0)
    assert stage_shares("Fe", 9000.0, 1e32)[0] > 0.999
    assert stage_shares("Na", 9000.0, 1e15)[1] > 0.999
    first = saha_ratio("Ca", 0, 9000.0, 1e22)
    assert first / saha_ratio("Ca", 0, 9000.0, 2e22) == pytest.approx(2.0, rel=1e-12)


def test_a_boltzmann_plot_tells_the_temperature():
    """ln(I/(g A)) of thin lines against the upper level falls by 1/kT."""
    sent = line_emission(only("Fe"), 8500.0, 5e22)
    iron = LINES.of("Fe", 0)
    height = np.log(sent[iron] / (LINES.upper_weight[iron] * LINES.rate[iron]))
    slope = np.polyfit(LINES.upper[iron], height, 1)[0]
    assert -EV / (si.k * slope) == pytest.approx(8500.0, rel=1e-9)


def test_ion_to_atom_lines_tell_the_electrons():
    one, two = (line_emission(only("Mg"), 9000.0, ne) for ne in (1e22, 4e22))
    ion, atom = np.flatnonzero(LINES.of("Mg", 1))[0], np.flatnonzero(LINES.of("Mg", 0))[0]
    assert one[ion] / one[atom] / (two[ion] / two[atom]) == pytest.approx(4.0, rel=1e-12)


def test_all_photons_of_one_line_add_up():
    """Rate times filling over 4 pi, all of it by hand for one line of sodium."""
    k = np.flatnonzero(LINES.of("Na", 0) & (np.abs(LINES.wavelength - 589.158e-9) < 1e-11))[0]
    neutral = stage_shares("Na", 7000.0, 1e22)[0]
    filled = 4.0 * np.exp(-2.1044292 * EV / si.k / 7000.0) / partition_function("Na", 0, 7000.0)
    wanted = 0.25 * neutral * filled * 6.16e7 / (4.0 * np.pi)
    assert line_emission(0.25 * only("Na"), 7000.0, 1e22)[k] == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("depth", [0.01, 1.0, 30.0])
def test_own_absorption_is_the_integral_over_the_line(depth):
    out = quad(lambda x: -np.expm1(-depth / (1.0 + x * x)), 0.0, np.inf, limit=300)[0]
    assert escape(depth) == pytest.approx(2.0 * out / (np.pi * depth), rel=1e-6)


def test_thin_and_thick_limits_of_own_absorption():
    assert escape(0.0) == 1.0
    assert escape(1e6) == pytest.approx(2.0 / np.sqrt(np.pi * 1e6), rel=1e-5)
    doublet = [
        np.flatnonzero(LINES.of("Na", 0) & (np.abs(LINES.wavelength - at) < 1e-11))[0]
        for at in (589.158e-9, 589.756e-9)
    ]
    thin, thick = (line_emission(only("Na"), 8000.0, 5e22, column=c) for c in (0.0, 1e23))
    assert thin[doublet[0]] / thin[doublet[1]] == pytest.approx(2.0, rel=0.01)
    assert thick[doublet[0]] / thick[doublet[1]] == pytest.approx(np.sqrt(2.0), rel=0.01)


def test_lines_stand_where_their_levels_say():
    gap = (LINES.upper - LINES.lower) * EV / (si.h * si.c)
    assert np.max(np.abs(LINES.wavelength * gap - 1.0)) < 1e-4
    assert LINES.wavelength.min() > 239e-9
    assert LINES.wavelength.max() < 861e-9
    assert {ELEMENTS[k] for k in LINES.element} == set(ELEMENTS)


def test_shipped_tables_are_those_of_their_record():
    assets = files("marsward.data") / "assets"
    for part in tomllib.loads((assets / "libs_lines.toml").read_text(encoding="utf-8")).values():
        held = (assets / part["file"]).read_bytes()
        assert hashlib.sha256(held).hexdigest() == part["sha256"]


def test_oxides_of_minerals_are_those_of_their_formulae():
    forsterite = oxides_of({"MgO": 2.0, "SiO2": 1.0})
    assert forsterite[OXIDES.index("MgO")] == pytest.approx(0.573, abs=0.001)
    magnetite = oxides_of({"FeOT": 1.0, "Fe2O3": 1.0})
    assert magnetite[OXIDES.index("FeOT")] == pytest.approx(0.931, abs=0.001)
    atoms = atoms_of(forsterite[None])[0]
    share = dict(zip(ELEMENTS, atoms, strict=True))
    assert (share["Mg"], share["Si"], share["O"]) == pytest.approx((2 / 7, 1 / 7, 4 / 7), abs=1e-9)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: partition_function("Xe", 0, 8000.0), "no levels"),
        (lambda: partition_function("Fe", 0, 80.0), "1000 to 40000 K"),
        (lambda: saha_ratio("Fe", 0, 8000.0, 0.0), "above 0 m-3"),
        (lambda: saha_ratio("Fe", 2, 8000.0, 1e22), "no ionisation energy"),
        (lambda: line_emission(np.ones(3), 8000.0, 1e22), "11 elements"),
        (lambda: line_emission(-only("Fe"), 8000.0, 1e22), "0 or more"),
        (lambda: oxides_of({"Cr2O3": 1.0}), "is no oxide here"),
        (lambda: atoms_of([[45.0] * 8]), "give 0.45 for 45 %"),
    ],
)
def test_refusals_are_one_sentence(call, word):
    with pytest.raises(InputError, match=word) as caught:
        call()
    assert "\n" not in str(caught.value)
