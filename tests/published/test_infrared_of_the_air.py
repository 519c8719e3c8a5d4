"""Infrared of the air against a published k-distribution and against its own lines.

The NASA Ames table (Kahre et al., legacy Mars global climate model 24) is read from a user's copy.
Its five bands are wide: from 12 to 24 um all of it shines with the mean of Planck's law, at 150 K a
third more than the 15 um band itself does, and each distribution's last point (0.25 % of a band)
carries the peak of the lines, three to ten times their mean there. marsward's own table has six
bands and the mean; so it cools less than Ames' with the same lines. Held here: few points of Ames
against all of them (< 0.3 K/sol, < 1 W/m2), absorption at its places of the distribution (7 %),
and the shipped table against its lines without a distribution (< 0.3 K/sol, < 1 W/m2 in the band).
"""

import math

import numpy as np
import pytest

from marsward.physics.air import GRAVITY, HEAT_CAPACITY
from marsward.physics.co2_lines import co2_lines
from marsward.physics.correlated_k import KTable, per_mass
from marsward.physics.k_reduction import random_columns
from marsward.physics.line_by_line import cross_section
from marsward.physics.longwave import longwave

SOL = 88_775.244


@pytest.fixture(scope="module")
def ames(shared_data):
    path = shared_data / "climate" / "CO2H2O_IR_12_95_INTEL"
    if not path.is_file():
        pytest.skip("no copy of the NASA Ames table at hand")
    return KTable.ames(path)


def differences(one, other):
    edges, air, ground = random_columns(60, seed=7)
    a, b = (longwave(edges, air, ground, table=t, non_lte=False) for t in (one, other))
    low = 0.5 * (edges[:, 1:] + edges[:, :-1]) > edges[:, :1] * math.exp(-60.0 / 10.5)
    heating = (a.heating - b.heating)[low] * SOL
    return math.sqrt(np.mean(heating**2)), np.abs(a.to_ground - b.to_ground), b.to_ground


def test_sixteen_points_of_ames_serve_like_all(ames):
    few = ames.reduced(16)
    assert few.points == 16
    heating, ground, _ = differences(few, ames)
    assert heating < 0.3
    assert ground.max() < 1.0


def test_shipped_table_and_ames_agree_as_far_as_their_bands_do(ames):
    """Not within 0.3 K/sol: see the head of this file. A guard against either going astray."""
    heating, ground, whole = differences(KTable.shipped(), ames)
    assert heating < 4.0
    assert (ground / whole).mean() < 0.15


def test_own_lines_have_the_absorption_of_ames_at_its_places(ames):
    """Points 6 to 15 of the band from 12 to 24 um, the air near the ground.

    Up to the fifth the air of Mars is clear (depth below 0.05); there own lines have 10 % more.
    """
    node = np.polynomial.legendre.leggauss(8)[0]
    places = np.concatenate([0.475 * (1.0 + node), 0.95 + 0.025 * (1.0 + node)])
    lines = co2_lines(weakest=1e-27)
    _, sigma = cross_section(lines, 600.0, 200.0, start=416.667, stop=833.333, step=5e-4)
    order = np.sort(per_mass(sigma))
    own = np.interp(places * order.size, np.arange(order.size) + 0.5, order)
    known = ames.k(600.0, 200.0)[32:48]
    assert own[5:15] == pytest.approx(known[5:15], rel=0.07)


def test_shipped_table_against_its_lines_without_a_distribution():
    """The band from 620 to 720 cm-1 of one column, every wave number by itself."""
    edges, air, ground = random_columns(8, seed=21, layers=14, top=0.5)
    p, t, hot = edges[2], air[2], ground[2]
    start, stop, step = 620.0, 720.0, 1e-3
    lines = co2_lines(weakest=1e-27)
    middle = 0.5 * (p[1:] + p[:-1])
    nu = cross_section(lines, 1.0, 200.0, start=start, stop=stop, step=step)[0]
    share = (np.log(p[1:-1]) - np.log(middle[1:])) / (np.log(middle[:-1]) - np.log(middle[1:]))
    rim = np.concatenate([t[:1], share * t[:-1] + (1.0 - share) * t[1:], t[-1:]])

    def planck(x):
        return 3.741771852e-8 * nu**3 / np.expm1(1.438776877 * nu / x)

    def half(ray, x, leaves, enters):
        a = -np.expm1(-x)
        f = np.where(x < 0.01, x * (0.5 - x / 6.0), 1.0 - a / np.maximum(x, 1e-12))
        return ray * (1.0 - a) + leaves * f + enters * (a - f)

    depth = [
        per_mass(cross_section(lines, m, k, start=start, stop=stop, step=step)[1])
        * (0.83 * (p[i] - p[i + 1]) / GRAVITY)
        for i, (m, k) in enumerate(zip(middle, t, strict=True))
    ]
    down, up = np.zeros(p.size), np.zeros(p.size)
    ray = np.zeros(nu.size)
    for i in range(t.size - 1, -1, -1):
        ray = half(ray, depth[i], planck(t[i]), planck(rim[i + 1]))
        ray = half(ray, depth[i], planck(rim[i]), planck(t[i]))
        down[i] = ray.sum() * step
    ray = planck(hot)
    up[0] = ray.sum() * step
    for i in range(t.size):
        ray = half(ray, depth[i], planck(t[i]), planck(rim[i]))
        ray = half(ray, depth[i], planck(rim[i + 1]), planck(t[i]))
        up[i + 1] = ray.sum() * step
    net = down - up
    known = (net[1:] - net[:-1]) * GRAVITY / (HEAT_CAPACITY * (p[:-1] - p[1:])) * SOL
    table = KTable.shipped()
    band = int(np.searchsorted(table.edges, 100.0 * start))
    at = np.flatnonzero(table.band == band)
    only = table.chosen(at, table.weight[at], "one band")
    w = longwave(p, t, hot, table=only, non_lte=False)
    assert w.to_ground[0] == pytest.approx(down[0], abs=0.5)
    low = middle > p[0] * math.exp(-60.0 / 10.5)
    error = (w.heating[0] * SOL - known)[low]
    assert math.sqrt(np.mean(error**2)) < 0.4
