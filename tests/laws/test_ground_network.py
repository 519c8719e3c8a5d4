"""The network of poles against closed forms, a chain of cells, and scipy's least squares."""

import numpy as np
import pytest
from scipy.optimize import nnls

from marsward.core.errors import InputError
from marsward.physics.columns import GroundColumns
from marsward.physics.ground_linear import network_under_flux
from marsward.physics.ground_network import LayeredGround, Poles, fit_depths, fit_network
from marsward.physics.season import MarsYear
from marsward.physics.soil import dry_volumetric_heat, pore_ice

YEAR = MarsYear()
SOL = 2.0 * np.pi / YEAR.sol_length
LINES = np.concatenate([SOL / YEAR.sols * np.arange(1, 4), SOL * np.arange(1, 4)])
DRY, HEAT = 250.0, float(dry_volumetric_heat(250.0))
ICY, ICE_HEAT = (float(v) for v in pore_ice(DRY, HEAT))
EVEN = LayeredGround(np.empty((1, 0)), np.array([[DRY]]), np.array([[HEAT]]))
TWO = LayeredGround(
    np.array([[0.03], [0.1], [1.0]]), np.tile([DRY, ICY], (3, 1)), np.tile([HEAT, ICE_HEAT], (3, 1))
)
THREE = LayeredGround(
    np.array([[0.02, 0.1]]), np.array([[150.0, 900.0, 300.0]]), np.array([[1e6, 2e6, 1.2e6]])
)


def chain(ground: LayeredGround, s: complex, depth: float) -> tuple[complex, complex]:
    """Y(s) and T(depth)/T(0) of one column cut into cells, from the last one up: the oracle.

    Cells of capacity C joined by conductances g: Y <- s C + g Y/(g + Y), and each cell is g/(g + Y)
    as warm as the one above.
    """
    edge = np.concatenate([[0.0], np.cumsum(ground.thickness[0])])
    skin = ground.inertia[0] / ground.volumetric_heat[0] * np.sqrt(2.0 / abs(s))
    cells = []
    for j, top in enumerate(edge):
        last = j == edge.size - 1
        thick = 12.0 * skin[j] if last else edge[j + 1] - top
        count = int(np.ceil(thick / (0.004 * skin[j])))
        wide = np.full(count, thick / count)
        conduct = ground.inertia[0, j] ** 2 / ground.volumetric_heat[0, j]
        cells.append(np.stack([wide, wide * ground.volumetric_heat[0, j], 0.5 * wide / conduct]))
    wide, heat, half = np.concatenate(cells, axis=1)
    middle = np.cumsum(wide) - 0.5 * wide
    resist = half + np.concatenate([[0.0], half[:-1]])
    y, shares = 0.0j, np.ones(wide.size, dtype=complex)
    for i in range(wide.size - 1, -1, -1):
        own = s * heat[i] + y
        shares[i] = 1.0 / (1.0 + resist[i] * own)
        y = own * shares[i]
    falls = np.concatenate([[1.0], np.cumprod(shares)])
    at = np.concatenate([[0.0], middle])
    real, imag = (np.interp(depth, at, v) for v in (falls.real, falls.imag))
    return y, complex(real, imag)


def test_even_ground_has_the_admittance_of_a_half_space():
    """Y = I sqrt(s), T(z)/T(0) = exp(-z sqrt(s) rho c/I)."""
    s = 1j * LINES
    np.testing.assert_allclose(EVEN.admittance(s)[0], DRY * np.sqrt(s), rtol=1e-12)
    fall = EVEN.transfer(s, [0.0, 0.2])[0]
    np.testing.assert_allclose(fall[0], 1.0)
    np.testing.assert_allclose(fall[1], np.exp(-0.2 * np.sqrt(s) * HEAT / DRY), rtol=1e-12)


@pytest.mark.parametrize("ground", [TWO, THREE])
@pytest.mark.parametrize("omega", [SOL, SOL / YEAR.sols])
def test_layers_agree_with_a_chain_of_cells(ground, omega):
    for k in range(len(ground)):
        one = ground.take(slice(k, k + 1))
        y, fall = chain(one, 1j * omega, 0.15)
        assert abs(one.admittance([1j * omega])[0, 0] / y - 1.0) < 1e-4
        assert abs(one.transfer([1j * omega], [0.15])[0, 0, 0] - fall) < 2e-4 * max(abs(fall), 0.1)


def test_ice_at_no_depth_and_ice_out_of_reach_are_even_ground():
    pair = LayeredGround(
        np.array([[0.0], [np.inf]]), np.tile([DRY, ICY], (2, 1)), np.tile([HEAT, ICE_HEAT], (2, 1))
    )
    y = pair.admittance(1j * LINES)
    np.testing.assert_allclose(y[0], ICY * np.sqrt(1j * LINES), rtol=1e-12)
    np.testing.assert_allclose(y[1], DRY * np.sqrt(1j * LINES), rtol=1e-12)


def test_resistance_adds_up_layer_by_layer():
    k = THREE.inertia[0] ** 2 / THREE.volumetric_heat[0]
    expected = 0.02 / k[0] + 0.1 / k[1] + 0.88 / k[2]
    assert THREE.resistance([0.01, 1.0])[0] == pytest.approx([0.01 / k[0], expected], rel=1e-12)


def test_residues_are_those_of_scipy():
    """The same weighted system handed to scipy.optimize.nnls, residue by residue."""
    poles = Poles.spread(year=YEAR, steps=96)
    ours = fit_network(TWO, poles).residues
    assert (ours >= 0.0).all()
    omega, weight = poles.band
    for k in range(len(TWO)):
        y = TWO.take(slice(k, k + 1)).admittance(1j * omega)[0] / DRY
        size = (weight / np.abs(y))[:, None]
        basis, goal = poles.response(omega) * size, y * size[:, 0]
        theirs, off = nnls(
            np.concatenate([basis.real, basis.imag]), np.concatenate([goal.real, goal.imag])
        )
        miss = basis @ (ours[k] / DRY) - goal
        assert np.sqrt((np.abs(miss) ** 2).sum()) <= off * (1.0 + 1e-5)
        np.testing.assert_allclose(ours[k] / DRY, theirs, atol=2e-3 * theirs.max())


def test_the_fit_is_within_its_stated_error():
    """0.1 % at the lines of the year and the sol for even ground; 0.5 % for most layered."""
    rng = np.random.default_rng(3)
    count = 300
    columns = GroundColumns(
        lat=0.0,
        albedo=0.2,
        inertia=np.exp(rng.uniform(np.log(40), np.log(1000), count)),
        ice_depth=np.exp(rng.uniform(np.log(0.02), np.log(2.0), count)),
    )
    ground = LayeredGround.of(columns)
    poles = Poles.spread(year=YEAR, steps=96)
    even = fit_network(EVEN, poles).admittance(LINES) / EVEN.admittance(1j * LINES)
    assert np.abs(even - 1.0)[0, :4].max() < 1e-3
    miss = np.abs(fit_network(ground, poles).admittance(LINES) / ground.admittance(1j * LINES) - 1)
    assert np.quantile(miss[:, :4].max(axis=1), 0.9) < 5e-3


@pytest.mark.parametrize(("line", "sols"), [(SOL, 40), (SOL / YEAR.sols, 3 * 669)])
def test_sinusoidal_flux(line, sols):
    """T = F/(Y + loss), even and layered, within 0.1 % in amplitude and phase."""
    poles = Poles.spread(year=YEAR, steps=96, count=20)
    ground = LayeredGround(
        np.array([[np.inf], [0.03], [0.1], [0.3], [1.0]]),
        np.tile([DRY, ICY], (5, 1)),
        np.tile([HEAT, ICE_HEAT], (5, 1)),
    )
    time = (np.arange(sols * 96) + 1) * poles.step
    found = network_under_flux(ground, poles, 100.0 * np.cos(line * time), loss=1.0)
    last = time > time[-1] - 2.0 * np.pi / line + 1.0
    wave = 2.0 * np.mean(found[last] * np.exp(-1j * line * time[last])[:, None], axis=0)
    exact = 100.0 / (ground.admittance([1j * line])[:, 0] + 1.0)
    assert np.abs(wave / exact - 1.0).max() < 1e-3


def test_step_of_flux():
    """T = 2 F sqrt(t/pi)/I after a flux sets in, within 0.1 % from a quarter of a sol to a year.

    The flux of a sample stands for the step around it, so it sets in half a step before the first.
    """
    poles = Poles.spread(year=YEAR, steps=96, count=24, once_a_sol=0.0)
    assert poles.slow == 0
    count = 300 * 96
    found = network_under_flux(EVEN, poles, np.full(count, -10.0), start=5.0)[:, 0] - 5.0
    time = (np.arange(count) + 0.5) * poles.step
    exact = -20.0 * np.sqrt(time / np.pi) / DRY
    assert np.abs(found / exact - 1.0)[24:].max() < 1e-3


def test_poles_moved_once_a_sol_keep_the_step():
    """The quick network of the default: the same step within 0.4 %."""
    poles = Poles.spread(year=YEAR, steps=96)
    found = network_under_flux(EVEN, poles, np.full(200 * 96, 10.0))[:, 0]
    time = (np.arange(200 * 96) + 0.5) * poles.step
    miss = found / (20.0 * np.sqrt(time / np.pi) / DRY) - 1.0
    assert np.abs(miss)[48:].max() < 4e-3


def test_depths_follow_their_transfer():
    """Shares sum to one, and give T(z) within 0.5 % of the surface's swing at year and sol."""
    poles = Poles.spread(year=YEAR, steps=96)
    depths = np.array([0.0, 0.05, 0.3, 2.0])
    shares = fit_depths(TWO, poles, depths)
    np.testing.assert_allclose(shares.sum(axis=-1), 1.0, atol=1e-12)
    state = 1.0 - poles.response(LINES)
    found = np.einsum("nmk,wk->nmw", shares, state)
    exact = TWO.transfer(1j * LINES, depths)
    assert np.abs(found - exact)[:, 1:].max() < 5e-3


def test_wrong_layers_are_refused():
    with pytest.raises(InputError, match="one thickness less"):
        LayeredGround(np.empty((1, 0)), np.array([[1.0, 2.0]]), np.array([[1.0, 2.0]]))
    with pytest.raises(InputError, match="above zero"):
        LayeredGround(np.empty((1, 0)), np.array([[-1.0]]), np.array([[1e6]]))
    with pytest.raises(InputError, match="must not be negative"):
        LayeredGround(np.array([[-1.0]]), np.array([[9.0, 9.0]]), np.array([[1e6, 1e6]]))
    with pytest.raises(InputError, match="two poles or more"):
        Poles.spread(year=YEAR, steps=96, count=1)
    with pytest.raises(InputError, match="whole sols"):
        network_under_flux(EVEN, Poles.spread(year=YEAR, steps=96), np.zeros(100))
