"""The shipped table of sounders against the lines it is made from."""

import numpy as np
import pytest

from marsward.physics.air import gravity, hydrostatic_heights, layer_pressure
from marsward.physics.air_layers import layer_edges
from marsward.physics.co2_lines import co2_lines
from marsward.physics.correlated_k import per_mass
from marsward.physics.line_by_line import cross_section
from marsward.physics.sounder_channels import SounderChannels
from marsward.physics.sounder_radiance import SounderColumns, nadir_radiance, planck_radiance
from marsward.physics.sounder_table import SounderTable, sorted_absorption

LINES = co2_lines(weakest=1e-27)
STEP = 2.5e-4


def absorption(pressure, warmth, low, high):
    _, k = cross_section(
        LINES, pressure, warmth, start=low + 0.5 * STEP, stop=high - 0.5 * STEP, step=STEP
    )
    return per_mass(k)


@pytest.mark.parametrize(("i", "m", "low"), [(12, 3, 610.0), (6, 4, 664.0), (2, 1, 720.0)])
def test_nodes_are_those_of_the_lines(i, m, low):
    """A table made from other lines than those of today fails here: run its tool again."""
    table = SounderTable.shipped()
    first = round((low * 100.0 - table.edges[0]) / 200.0)
    k = absorption(float(table.pressure[i]), float(table.temperature[m]), low, low + 4.0)
    want = sorted_absorption(k.reshape(2, -1))
    np.testing.assert_allclose(table.log_k[i, m, first : first + 2], want, atol=0.03)


def test_channels_of_the_table_are_those_of_the_lines():
    edges = layer_edges([610.0], 14, 0.05, lowest=1000.0)
    pressure = layer_pressure(edges)[0]
    height = 10.8e3 * np.log(610.0 / pressure)
    air = np.maximum(220.0 - 2e-3 * height, 140.0) + 8.0 * np.sin(height / 9e3)
    _, middle = hydrostatic_heights(edges, air[None])
    mass = -np.diff(edges)[0] / gravity(middle)[0]
    bands = ((620.0, 630.0), (662.0, 672.0))
    channels = SounderChannels(
        tuple(50.0 * (a + b) for a, b in bands), tuple(100.0 * (b - a) for a, b in bands), "box"
    )
    seen = nadir_radiance(SounderColumns(edges, air[None], 235.0), channels).radiance[0]
    for number, (low, high) in enumerate(bands):
        wave = 100.0 * (low + STEP * (np.arange(round((high - low) / STEP)) + 0.5))
        light = planck_radiance(wave, 235.0)
        for j in range(air.size):
            level = planck_radiance(wave, float(air[j]))
            k = absorption(float(pressure[j]), float(air[j]), low, high)
            light = level + (light - level) * np.exp(-k * mass[j])
        assert seen[number] == pytest.approx(light.mean(), rel=5e-3)
