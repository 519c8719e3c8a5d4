"""Bending of radio waves against closed Abel pairs and rays followed through the medium."""

import math

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.special import k0e, k1e

from marsward.core.errors import InputError
from marsward.physics.ionosphere import Ionosphere
from marsward.physics.refraction import (
    abel_inverse,
    electron_density,
    electron_refractivity,
    refraction_constant,
    refractivity,
    round_air,
)

RADIUS = 3.39e6


def exponential(n0: float, scale: float, top: float = 120e3):
    """Air whose ln n is n0 exp(-(x - x0)/scale) of the refractive radius x, and x0."""
    x0 = RADIUS * math.exp(n0)
    x = x0 + np.arange(0.0, top, 500.0)
    log_n = n0 * np.exp(-(x - x0) / scale)
    height = x / np.exp(log_n) - RADIUS
    temperature = np.full(x.size, 200.0)
    pressure = np.expm1(log_n) * temperature / refraction_constant()
    return round_air(height, pressure, temperature, radius=RADIUS), x0


@pytest.mark.parametrize(("n0", "scale"), [(4e-6, 10e3), (1e-6, 7e3), (2e-4, 11e3)])
def test_exponential_air_bends_as_the_bessel_function(n0, scale):
    air, x0 = exponential(n0, scale)
    a = x0 + np.array([0.0, 3e3, 17e3, 40e3, 71e3])
    exact = 2.0 * a * n0 / scale * np.exp((x0 - a) / scale) * k0e(a / scale)
    np.testing.assert_allclose(air.bending(a), exact, rtol=2e-6)


def test_excess_path_adds_the_integral_of_bending():
    n0, scale = 4e-6, 10e3
    air, x0 = exponential(n0, scale)
    craft, earth, straight = 1.2e7, 2.8e11, x0 + 12e3
    path, a = air.excess_path(*(np.array([v]) for v in (craft, earth, straight)))
    a, b = float(a[0]), straight
    bending = 2.0 * a * n0 / scale * math.exp((x0 - a) / scale) * k0e(a / scale)
    turn = math.fsum(math.asin(a / r) - math.asin(b / r) for r in (craft, earth))
    assert turn == pytest.approx(bending, rel=1e-5)
    whole = 2.0 * n0 * math.exp((x0 - a) / scale) * a * k1e(a / scale)
    legs = math.sqrt(craft**2 - a**2) - math.sqrt(craft**2 - b**2)
    far = -(a**2 - b**2) / (math.sqrt(earth**2 - a**2) + math.sqrt(earth**2 - b**2))
    assert float(path[0]) == pytest.approx(legs + far + a * bending + whole, rel=1e-5)


def test_a_ray_followed_through_the_medium_bends_and_lags_as_told():
    # dense air, so that n itself counts; ray equation d(n t)/ds = grad n in the plane
    n0, scale, far = 2e-4, 9e3, 5e6
    air, x0 = exponential(n0, scale)

    def index(r):
        n = 1.0
        for _ in range(60):
            n = math.exp(n0 * math.exp(-(n * r - x0) / scale))
        return n

    def slope(r):
        x = index(r) * r
        rate = -n0 / scale * math.exp(-(x - x0) / scale)  # dln n/dx
        n = index(r)
        return n * n * rate / (1.0 - n * r * rate)

    def step(_, y):
        r = math.hypot(y[0], y[1])
        n, up = index(r), slope(r)
        return [y[2] / n, y[3] / n, up * y[0] / r, up * y[1] / r, n]

    impact = x0 + 8e3
    begin = [-math.sqrt(far**2 - impact**2), impact, index(far), 0.0, 0.0]

    def out(_, y):
        return math.hypot(y[0], y[1]) - far

    out.terminal, out.direction = True, 1
    ray = solve_ivp(
        step, (0.0, 3.0 * far), begin, method="DOP853", rtol=1e-12, atol=1e-9, events=out,
        max_step=2e4, first_step=1e3,
    )  # fmt: skip
    end = ray.y[:, -1]
    bending = -math.atan2(end[3], end[2])
    assert float(air.bending(impact)) == pytest.approx(bending, rel=1e-5)
    apart = math.hypot(end[0] - begin[0], end[1] - begin[1])
    straight = abs(begin[0] * end[1] - begin[1] * end[0]) / apart
    path, found = air.excess_path(*(np.array([v]) for v in (far, far, straight)))
    assert float(found[0]) == pytest.approx(impact, abs=0.05)
    assert float(path[0]) == pytest.approx(end[4] - apart, rel=1e-4)


def test_gaussian_pair_comes_back():
    # ln n = n0 exp(-x^2/w^2) bends by 2 sqrt(pi) n0 a/w exp(-a^2/w^2), exactly
    scale = 9e3
    w = math.sqrt(2.0 * RADIUS * scale)
    a = RADIUS + np.arange(0.0, 150e3, 400.0)
    shape = np.exp((RADIUS**2 - a**2) / w**2)
    bending = 2.0 * math.sqrt(math.pi) * 4e-6 * a / w * shape
    index = abel_inverse(a, scale_height=9e3) @ bending
    low = a < RADIUS + 70e3
    np.testing.assert_allclose(index[low], 4e-6 * shape[low], rtol=1e-4)
    plain = abel_inverse(a) @ bending
    np.testing.assert_allclose(plain[low], 4e-6 * shape[low], rtol=1e-3)


def test_abel_matrix_is_its_integral():
    # one hat of bending seen from below, by quadrature
    a = RADIUS + np.array([0.0, 1e3, 2.5e3, 4e3])
    matrix = abel_inverse(a)

    def hat(v):
        return np.interp(v, a, [0.0, 0.0, 1.0, 0.0])

    left = quad(lambda v: hat(v) / math.sqrt(v * v - a[0] ** 2), a[1], a[2], epsabs=0)[0]
    right = quad(lambda v: hat(v) / math.sqrt(v * v - a[0] ** 2), a[2], a[3], epsabs=0)[0]
    assert matrix[0, 2] == pytest.approx((left + right) / math.pi, rel=1e-6)
    assert np.all(np.tril(matrix, -1) == 0.0)


def test_electrons_advance_the_phase_and_hold_the_layers_total():
    layer = Ionosphere()
    z = np.linspace(60e3, 700e3, 20_001)
    for sza in (0.0, 60.0, 85.0, 120.0):
        total = np.trapezoid(electron_density(layer, z, sza), z)
        assert total == pytest.approx(float(layer.total_electrons(sza)), rel=2e-3)
    assert float(electron_refractivity(1e11, 8.4e9)) == pytest.approx(-5.7125e-8, rel=1e-3)
    height = np.arange(0.0, 60e3, 500.0)
    gas = {"pressure": 600.0 * np.exp(-height / 10e3), "temperature": np.full(height.size, 190.0)}
    plain = round_air(height, **gas, radius=RADIUS)
    day = round_air(height, **gas, radius=RADIUS, ionosphere=layer, sza=50.0)
    peak = RADIUS + layer.peak_height + np.array([-30e3, 30e3])
    low, high = day.bending(peak) - plain.bending(peak)
    assert low > 0.0 > high  # rays are thrown off below the peak's side and drawn in above
    half = day.bending(peak, frequency=4.2e9) - plain.bending(peak)
    np.testing.assert_allclose(half, 4.0 * np.array([low, high]), rtol=1e-9)


def test_gases_have_the_refractivities_of_the_table():
    one = refraction_constant({"CO2": 1.0})
    assert one * 101_325.0 / 273.15 == pytest.approx(495.16e-6, rel=1e-12)
    assert refraction_constant({"CO2": 2.0, "N2": 2.0}) == pytest.approx(
        0.5 * (one + refraction_constant({"N2": 1.0}))
    )
    assert float(refractivity(610.0, 210.0)) == pytest.approx(3.80e-6, rel=1e-2)


@pytest.mark.parametrize(
    "call",
    [
        lambda: refractivity(-1.0, 200.0),
        lambda: refractivity(600.0, 0.0),
        lambda: refraction_constant({"SO2": 1.0}),
        lambda: refraction_constant({}),
        lambda: electron_refractivity(-1.0, 8e9),
        lambda: electron_refractivity(1e11, 0.0),
        lambda: abel_inverse([3.4e6, 3.3e6]),
        lambda: round_air([0.0, 1e3], [600.0, 500.0], [200.0, 200.0], radius=RADIUS),
        lambda: round_air(np.arange(5.0), np.full(5, 6e2), np.full(5, 2e2), radius=-1.0),
        lambda: round_air(np.arange(5.0) * 1e3, np.full(5, 6e2), np.full(5, 2e2), radius=RADIUS),
    ],
)
def test_what_cannot_be_is_refused(call):
    with pytest.raises(InputError):
        call()
