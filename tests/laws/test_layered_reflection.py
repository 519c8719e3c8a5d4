"""The echo of a layered column beside transfer matrices, and laws that hold for any column."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsward.core.errors import InputError
from marsward.physics.dielectric import complex_permittivity, reflection
from marsward.physics.layered_reflection import RadarColumns, echo_delays, gradual, reflectivity
from marsward.physics.surface_roughness import (
    coherent_power,
    diffuse_echo,
    fresnel_radius,
    geometric_optics,
    hagfors,
    kirchhoff,
)

C = 299_792_458.0
F = np.linspace(15e6, 25e6, 9)


def by_matrices(columns, frequency):
    """The same by characteristic matrices (Born & Wolf, section 1.6.2), plain numpy."""
    out = np.empty((len(columns), frequency.size), complex)
    for i in range(len(columns)):
        n = np.sqrt(complex_permittivity(columns.permittivity[i], columns.loss_tangent[i]))
        for j, f in enumerate(frequency):
            m = np.eye(2, dtype=complex)
            for index, depth in zip(n, columns.thickness[i], strict=False):
                a = 2.0 * np.pi * f / C * index * depth
                m = m @ np.array(
                    [[np.cos(a), 1j * np.sin(a) / index], [1j * index * np.sin(a), np.cos(a)]]
                )
            b, c = m @ np.array([1.0, n[-1]])
            out[i, j] = (b - c) / (b + c)
    return out


columns_of_three = st.builds(
    RadarColumns,
    st.lists(st.floats(0.0, 400.0), min_size=3, max_size=3),
    st.lists(st.floats(1.0, 9.0), min_size=4, max_size=4),
    st.lists(st.floats(0.0, 0.03), min_size=4, max_size=4),
)


@given(columns_of_three)
def test_layers_reflect_as_transfer_matrices_say(columns):
    assert reflectivity(columns, F) == pytest.approx(by_matrices(columns, F), abs=1e-9)


@given(columns_of_three)
def test_nothing_comes_back_stronger_than_it_went_down(columns):
    assert np.max(np.abs(reflectivity(columns, F))) <= 1.0 + 1e-12
    assert np.max(np.abs(reflectivity(columns.without_loss(), F))) <= 1.0 + 1e-12


@given(columns_of_three, st.integers(0, 3))
def test_a_layer_of_no_thickness_or_of_the_same_stuff_is_not_there(columns, at):
    thick = np.insert(columns.thickness, at, 0.0, axis=1)
    eps, tan = (np.insert(v, at, 5.0, 1) for v in (columns.permittivity, columns.loss_tangent))
    tan[:, at] = 0.01
    more = RadarColumns(thick, eps, tan)
    assert reflectivity(more, F) == pytest.approx(reflectivity(columns, F), abs=1e-10)
    cut = RadarColumns([30.0, 50.0], [3.0, 3.0, 6.0], 0.01)
    whole = RadarColumns([80.0], [3.0, 6.0], 0.01)
    assert reflectivity(cut, F) == pytest.approx(reflectivity(whole, F), abs=1e-12)


def test_quarter_and_half_waves():
    f = 20e6
    quarter = C / f / 4.0 / np.sqrt(2.0)
    assert abs(reflectivity(RadarColumns([quarter], [2.0, 4.0]), f)[0, 0]) < 1e-12
    half = C / f / 2.0 / np.sqrt(7.0)
    through = reflectivity(RadarColumns([half], [7.0, 3.0]), f)[0, 0]
    assert through == pytest.approx(complex(reflection(1.0, 3.0)), abs=1e-12)


def test_a_mirror_below_clear_layers_returns_everything():
    columns = RadarColumns([40.0, 70.0], [2.0, 5.0, 1e14])
    assert np.abs(reflectivity(columns, F)) == pytest.approx(1.0, abs=1e-6)


def test_below_the_surface_is_all_but_the_surface():
    columns = RadarColumns([60.0], [3.1, 7.0], [0.002, 0.01], [0.4, 0.0])
    whole, below = (reflectivity(columns, F, surface=s) for s in (True, False))
    k = 2.0 * np.pi * F / C
    surface = complex(reflection(1.0, complex_permittivity(3.1, 0.002)))
    assert whole - below == pytest.approx(surface * np.exp(-2.0 * (0.4 * k) ** 2)[None], abs=1e-12)
    assert columns.surface_reflectivity[0] == pytest.approx(abs(surface) ** 2)


def test_a_rough_surface_loses_coherence_as_ament_says():
    for s in (0.1, 0.5, 1.5):
        rough = RadarColumns(np.zeros((1, 0)), [[4.0]], 0.0, [[s]])
        power = np.abs(reflectivity(rough, F)[0]) ** 2
        assert power == pytest.approx(coherent_power(s, F) / 9.0, rel=1e-9)
    base = RadarColumns([5e3], [[3.0, 6.0]], 0.0, [[0.0, 0.5]])
    smooth = RadarColumns([5e3], [[3.0, 6.0]])
    ratio = reflectivity(base, F, surface=False) / reflectivity(smooth, F, surface=False)
    # the first base echo: 60 us later than its multiples, here judged by the mean over the band
    assert np.mean(np.abs(ratio)) == pytest.approx(
        np.mean(np.sqrt(coherent_power(0.5, F, np.sqrt(3.0)))), rel=0.02
    )


def test_a_gradual_interface_fades_as_its_width_in_waves():
    # small steps: r goes as sin(q)/q with q = k n width, first order in the contrast
    sharp = RadarColumns([200.0], [3.0, 3.1])
    f = np.linspace(18e6, 22e6, 9)
    for width in (1.0, 3.0, 6.0):
        soft = gradual(sharp, 1, width, sublayers=64)
        q = 2.0 * np.pi * f / C * np.sqrt(3.05) * width
        ratio = np.abs(reflectivity(soft, f, surface=False) / reflectivity(sharp, f, surface=False))
        assert ratio[0] == pytest.approx(np.abs(np.sin(q) / q), abs=0.01)
    fine, coarse = (
        reflectivity(gradual(RadarColumns([50.0], [2.0, 6.0]), 1, 4.0, sublayers=n), f)
        for n in (200, 24)
    )
    assert coarse == pytest.approx(fine, abs=2e-3)


def test_delays_of_interfaces():
    columns = RadarColumns([[10.0, 100.0]], [[4.0, 9.0, 5.0]])
    assert echo_delays(columns)[0] == pytest.approx([40.0 / C, 640.0 / C])
    assert columns.interface_depths[0] == pytest.approx([10.0, 110.0])
    assert len(columns.take(slice(0, 1))) == 1


def test_a_coherent_and_a_diffuse_part_make_the_whole():
    height, f, reflected = 300e3, 20e6, 0.1
    t = np.concatenate([np.linspace(0.0, 5e-5, 8001), np.linspace(5e-5, 3e-3, 20_001)[1:]])
    angle = np.arccos(height / (height + 0.5 * C * t))
    for s, length in ((0.3, 60.0), (0.6, 80.0), (2.0, 150.0)):
        sigma = kirchhoff(angle, s, length, f, reflected)
        diffuse = np.trapezoid(diffuse_echo(t, height, sigma), t)
        coherent = reflected * float(coherent_power(s, f))
        assert diffuse + coherent == pytest.approx(reflected, rel=0.02)
    facets = geometric_optics(angle, 0.03, reflected)
    assert np.trapezoid(diffuse_echo(t, height, facets), t) == pytest.approx(reflected, rel=0.01)
    law = np.trapezoid(diffuse_echo(t, height, hagfors(angle, 2000.0, reflected)), t)
    assert law == pytest.approx(reflected, rel=0.05)


def test_many_waves_of_height_are_facets():
    angle = np.radians([0.0, 1.0, 3.0])
    s, length = 9.0, 400.0
    exact = kirchhoff(angle, s, length, 20e6, 0.1)
    assert exact == pytest.approx(geometric_optics(angle, np.sqrt(2.0) * s / length, 0.1), rel=0.03)
    assert float(fresnel_radius(300e3, 20e6)) == pytest.approx(1500.0, rel=1e-3)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: RadarColumns([10.0], [3.0]), "one permittivity more"),
        (lambda: RadarColumns([-1.0], [3.0, 4.0]), "thickness of layer 1 of radar column 0 is -1"),
        (lambda: RadarColumns([1.0], [3.0, np.nan]), "permittivity of layer 2 of radar column 0"),
        (lambda: RadarColumns([1.0], [3.0, 4.0], [0.1, 0.1, 0.1]), "do not fit"),
        (lambda: reflectivity(RadarColumns([1.0], [3.0, 4.0]), [1e6, 2e6, 4e6]), "even steps"),
        (lambda: reflectivity(RadarColumns([1.0], [3.0, 4.0]), [0.0, 1e6]), "positive"),
        (lambda: gradual(RadarColumns([1.0], [3.0, 4.0]), 2, 0.1), "no interface 2"),
        (lambda: gradual(RadarColumns([1.0], [3.0, 4.0]), 1, 4.0), "thinner than half"),
        (lambda: coherent_power(-1.0, 20e6), "must not be negative"),
        (lambda: geometric_optics(0.1, 0.0, 0.1), "rms slope"),
        (lambda: diffuse_echo(-1e-6, 3e5, 1.0), "from nadir"),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence(call, told):
    with pytest.raises(InputError, match=told) as error:
        call()
    assert "\n" not in str(error.value)
