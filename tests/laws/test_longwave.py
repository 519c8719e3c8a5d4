"""Infrared of columns of air: closed forms, budgets, derivatives, and what is refused."""

import dataclasses
import math

import numpy as np
import pytest
from scipy.integrate import quad_vec, solve_ivp

from marsward.core.errors import DataError, InputError
from marsward.physics.air import GRAVITY
from marsward.physics.correlated_k import KTable, band_exitance
from marsward.physics.k_reduction import random_columns
from marsward.physics.longwave import longwave
from marsward.physics.non_lte import atomic_oxygen, deactivation, non_lte_share

SIGMA = 5.670374419e-8  # W m-2 K-4, CODATA 2018
SOL = 88_775.244


def grey(*k: float) -> KTable:
    """One band of the whole spectrum, even shares of constant absorptions [m2 kg-1]."""
    return KTable(
        edges=np.array([0.0, math.inf]),
        band=np.zeros(len(k), dtype=np.int64),
        weight=np.full(len(k), 1.0 / len(k)),
        log_pressure=np.array([-8.0, 10.0]),
        temperature=np.array([50.0, 400.0]),
        log_k=np.broadcast_to(np.log(k), (2, 2, len(k))).copy(),
    )


def power(w):
    net = w.down - w.up
    return net[:, 1:] - net[:, :-1]


def test_bands_of_a_black_body_sum_to_the_law_of_stefan():
    t = np.array([90.0, 150.0, 210.0, 300.0])
    sent = band_exitance(np.array([0.0, 5e4, 6.2e4, 7.2e4, 1e5, math.inf]), t)
    assert sent.sum(axis=1) == pytest.approx(SIGMA * t**4, rel=1e-6)
    # a narrow band against Planck's law itself
    narrow = band_exitance(np.array([6.6e4, 6.601e4]), t)[:, 0]
    x = 1.438776877e-2 * 6.6005e4 / t
    law = 2.0 * math.pi * 5.9552149e-17 * 6.6005e4**3 / np.expm1(x) * 10.0
    assert narrow == pytest.approx(law, rel=1e-5)


def test_isothermal_column_is_black_towards_space_and_partly_grey_downwards():
    edges = np.array([700.0, 500.0, 200.0, 30.0, 1.0, 0.0])
    k = (1e-4, 3e-3, 0.2)
    w = longwave(edges, np.full(5, 200.0), 200.0, table=grey(*k), non_lte=False)
    black = SIGMA * 200.0**4
    assert w.up[0] == pytest.approx(black, rel=2e-5)
    depth = 1.66 * np.array(k) * 700.0 / GRAVITY
    assert w.to_ground[0] == pytest.approx(black * np.mean(-np.expm1(-depth)), rel=2e-5)


def test_source_linear_in_optical_depth_against_an_ordinary_differential_equation():
    edges = np.linspace(600.0, 0.0, 121)
    middle = 0.5 * (edges[1:] + edges[:-1])
    k = 0.02

    def temperature(p):
        return 140.0 + 90.0 * (p / 600.0) ** 0.7

    def down(p, flux):
        return 1.66 * k / GRAVITY * (SIGMA * temperature(p) ** 4 - flux)

    known = solve_ivp(down, (0.0, 600.0), [0.0], rtol=1e-9, atol=1e-9).y[0, -1]
    w = longwave(edges, temperature(middle), 230.0, table=grey(k), non_lte=False)
    assert w.to_ground[0] == pytest.approx(known, abs=0.02)


def test_power_of_the_layers_is_what_goes_in_less_what_comes_out():
    edges, air, ground = random_columns(20, seed=4)
    w = longwave(edges, air, ground, emissivity=0.95, dust_depth=np.full(air.shape, 0.01))
    net = w.down - w.up
    assert power(w).sum(axis=1) == pytest.approx(net[:, -1] - net[:, 0], abs=1e-9)
    assert (w.down[:, -1] == 0.0).all()
    reflected = 0.05 * w.to_ground
    assert w.up[:, 0] - reflected == pytest.approx(0.95 * SIGMA * ground**4, rel=2e-4)


def test_derivatives_are_those_of_finite_differences():
    table = grey(1e-4, 2e-2, 1.0, 30.0)
    edges, air, ground = random_columns(6, seed=8, layers=20)
    w = longwave(edges, air, ground, table=table)
    step = 0.25  # K; the table of Planck's law is straight over half a kelvin
    for layer in (0, 1, 7, 18, 19):
        shift = np.zeros(air.shape)
        shift[:, layer] = 2.0 * step
        high, low = (longwave(edges, air + s * shift, ground, table=table) for s in (1.0, -1.0))
        known = (power(high) - power(low))[:, layer] / (4.0 * step)
        assert w.exchange[:, layer] == pytest.approx(known, rel=0.02, abs=1e-5)
    high, low = (longwave(edges, air, ground + s, table=table) for s in (1.0, -1.0))
    known = ((high.down - high.up) - (low.down - low.up))[:, 0] / 2.0
    assert w.ground_slope == pytest.approx(known, rel=4e-3)
    assert (w.exchange < 0.0).all()
    assert (w.relaxation < 0.0).all()


def test_more_layers_change_little():
    edges, air, ground = random_columns(4, seed=2, layers=30)
    fine = np.empty((4, 61))
    fine[:, ::2] = edges
    fine[:, 1::2] = np.sqrt(edges[:, 1:] * edges[:, :-1])
    middle, thin = 0.5 * (edges[:, 1:] + edges[:, :-1]), 0.5 * (fine[:, 1:] + fine[:, :-1])
    spread = np.array(
        [np.interp(-np.log(b), -np.log(a), t) for a, b, t in zip(middle, thin, air, strict=True)]
    )
    one, two = longwave(edges, air, ground), longwave(fine, spread, ground)
    assert one.to_ground == pytest.approx(two.to_ground, abs=0.6)
    assert one.to_space == pytest.approx(two.to_space, abs=0.5)


def test_dust_closes_the_window_and_warms_the_ground():
    edges, air, ground = random_columns(3, seed=5)
    share = (edges[:, :-1] - edges[:, 1:]) / edges[:, :1]
    clear = longwave(edges, air, ground)
    dusty = longwave(edges, air, ground, dust_depth=2.0 * share)
    assert (dusty.to_ground > clear.to_ground + 5.0).all()
    bands = KTable.shipped().bands
    thick = longwave(edges, air, ground, dust_absorption=np.full((*air.shape, bands), 3.0))
    assert thick.to_ground == pytest.approx(SIGMA * air[:, 0] ** 4, rel=0.03)


def test_results_do_not_depend_on_the_workers():
    edges, air, ground = random_columns(150, seed=6)
    one, two = (longwave(edges, air, ground, workers=n) for n in (1, 2))
    assert np.array_equal(one.heating, two.heating)
    assert np.array_equal(one.up, two.up)


def test_reduced_table_keeps_bands_whole_and_serves_on_other_columns():
    table = KTable.shipped().reduced(24)
    assert table.points == 24
    t = np.array([150.0, 200.0, 280.0])
    assert table.exitance(t) @ table.weight == pytest.approx(SIGMA * t**4, rel=1e-3)
    edges, air, ground = random_columns(30, seed=99)
    few = longwave(edges, air, ground, table=table)
    many = longwave(edges, air, ground)
    assert np.abs(few.to_ground - many.to_ground).max() < 2.0
    low = edges[:, 1:] > edges[:, :1] * math.exp(-60.0 / 10.5)
    error = (few.heating - many.heating)[low] * SOL
    assert math.sqrt(np.mean(error**2)) < 0.8


def test_thin_air_cools_less_and_dense_air_as_ever():
    edges, air, _ = random_columns(5, seed=3, layers=50, top=1e-4)
    share = non_lte_share(edges, air, KTable.shipped())
    middle = 0.5 * (edges[:, 1:] + edges[:, :-1])
    assert (share[middle > 0.5] > 0.999).all()
    assert (share[middle < 3e-4] < 0.95).all()
    assert share[middle < 3e-4].mean() < 0.85
    assert ((share > 0.0) & (share <= 1.0)).all()
    # by hand at 1 Pa and 250 K: 2.90e14 cm-3 times 4.2e-12 exp(-11.952 + 4.863) by CO2, 95.1 %
    known = 2.897e14 * (0.951 * 3.504e-15 + 0.049 * 1.798e-15)
    assert deactivation(1.0, 250.0, 0.0) == pytest.approx(known, rel=0.01)
    assert atomic_oxygen(0.05) == pytest.approx(1e-3)
    assert atomic_oxygen(600.0) == 0.0


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"edges": [600.0, 100.0, 200.0]}, "fall"),
        ({"edges": [600.0, 100.0, -1.0]}, "above zero"),
        ({"edges": [600.0, 100.0]}, "bound"),
        ({"temperature": [200.0, math.nan]}, "outside"),
        ({"surface_temperature": 900.0}, "900"),
        ({"emissivity": 1.2}, "1.2"),
        ({"dust_depth": [[-0.1, 0.0]]}, "0 or more"),
        ({"dust_depth": [[0.1, 0.0]], "dust_absorption": 0.0}, "not both"),
        ({"dust_absorption": np.zeros((1, 2, 99))}, "99"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(change, word):
    good = {"edges": [600.0, 100.0, 0.0], "temperature": [200.0, 150.0], "surface_temperature": 210}
    with pytest.raises(InputError, match=word):
        longwave(**(good | change))


def test_bad_tables_are_refused(tmp_path):
    table = grey(0.1, 0.2)
    with pytest.raises(InputError, match="even steps"):
        dataclasses.replace(table, temperature=np.array([400.0, 50.0]))
    with pytest.raises(InputError, match="does not fit"):
        dataclasses.replace(table, weight=np.ones(3))
    with pytest.raises(InputError, match="finite"):
        dataclasses.replace(table, log_k=np.full((2, 2, 2), math.nan))
    with pytest.raises(InputError, match="reduced"):
        table.reduced(3)
    with pytest.raises(DataError, match="cannot read"):
        KTable.ames(tmp_path / "none")
    (tmp_path / "short").write_bytes(b"1234")
    with pytest.raises(DataError, match="not an infrared Ames table"):
        KTable.ames(tmp_path / "short")
    with pytest.raises(InputError, match="no air"):
        table.k(-1.0, 200.0)
    assert table.k(100.0, 200.0) == pytest.approx([0.1, 0.2])


def test_diffusivity_stands_for_all_directions():
    """Flux of a grey isothermal layer over all angles, 1 - 2 E3(tau), within 5 %."""
    for k in (0.003, 0.01, 0.05):
        tau = k * 600.0 / GRAVITY
        exact = 1.0 - 2.0 * quad_vec(lambda m, t=tau: m * np.exp(-t / m), 1e-9, 1.0)[0]
        w = longwave([600.0, 0.0], [200.0], 200.0, table=grey(k))
        assert w.to_ground[0] == pytest.approx(exact * SIGMA * 200.0**4, rel=0.05)
