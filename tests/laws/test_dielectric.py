"""Mixing laws, loss and reflection of media: limits, bounds, inverses and published values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsward.core.errors import InputError
from marsward.core.fields import FIELDS
from marsward.physics import dielectric as d

C = 299_792_458.0
shares = st.floats(0.0, 1.0)
stuff = st.floats(1.0, 12.0)


def two(power, f, first, second):
    return complex(d.mixture([1.0 - f, f], [first, second], power=power))


@given(shares, stuff, stuff)
def test_mixtures_lie_between_layers_side_by_side_and_on_top_of_each_other(f, first, second):
    parallel, serial = two(1.0, f, first, second).real, two(-1.0, f, first, second).real
    looyenga, index = two(d.LOOYENGA, f, first, second).real, two(0.5, f, first, second).real
    assert serial - 1e-9 <= looyenga <= index + 1e-9 <= parallel + 2e-9


@given(shares, stuff, stuff)
def test_looyenga_stays_within_the_bounds_of_isotropic_mixtures(f, first, second):
    ends = (
        complex(d.maxwell_garnett(first, second, f)).real,
        complex(d.maxwell_garnett(second, first, 1.0 - f)).real,
    )
    assert min(ends) - 1e-9 <= two(d.LOOYENGA, f, first, second).real <= max(ends) + 1e-9


@given(st.sampled_from([d.LOOYENGA, d.REFRACTIVE, 1.0, -1.0]), stuff, stuff)
def test_a_mixture_of_one_is_that_one(power, first, second):
    assert two(power, 0.0, first, second) == pytest.approx(first)
    assert two(power, 1.0, first, second) == pytest.approx(second)
    assert complex(d.maxwell_garnett(first, second, 0.0)) == pytest.approx(first)
    assert complex(d.maxwell_garnett(first, second, 1.0)) == pytest.approx(second)


@given(shares, st.floats(0.0, 0.6))
def test_the_share_of_ice_comes_back(part, air):
    ice = part * (1.0 - air)
    mixed = d.mixture([ice, 1.0 - air - ice, air], [d.ICE_PERMITTIVITY, d.BASALT[0], 1.0])
    assert float(d.ice_share(mixed.real, air=air)) == pytest.approx(ice, abs=1e-9)


def test_loss_goes_with_the_share_of_what_loses():
    clean = complex(d.complex_permittivity(3.15))
    dusty = complex(d.complex_permittivity(8.0, 0.02))
    loss = [float(d.loss_tangent(two(d.LOOYENGA, f, clean, dusty))) for f in (0.0, 0.1, 0.5, 1.0)]
    assert loss[0] == 0.0
    assert loss[-1] == pytest.approx(0.02)
    assert np.all(np.diff(loss) > 0.0)


def test_attenuation_of_small_loss_is_the_closed_form():
    # power falls by 2 pi f/c sqrt(eps) tan d nepers of power a metre, one way
    eps, tan, f = 3.5, 0.01, 20e6
    expected = 10.0 / np.log(10.0) * 2.0 * np.pi * f / C * np.sqrt(eps) * tan
    assert float(d.attenuation(eps, tan, f)) == pytest.approx(expected, rel=1e-4)
    assert float(d.attenuation(eps, 0.0, f)) == 0.0


def test_reflection_of_known_media():
    assert complex(d.reflection(1.0, 4.0)) == pytest.approx(-1.0 / 3.0)
    assert complex(d.reflection(4.0, 1.0)) == pytest.approx(1.0 / 3.0)
    assert abs(complex(d.reflection(1.0, 1e12))) == pytest.approx(1.0, abs=3e-6)
    assert float(d.wave_speed(4.0)) == pytest.approx(C / 2.0)


def test_soil_and_ice_are_as_published():
    # porous lunar and Martian soil of 1500 to 2000 kg m-3 has 2.7 to 4
    assert float(d.powder_permittivity(1500.0)) == pytest.approx(2.74, abs=0.02)
    assert float(d.powder_permittivity(0.0)) == 1.0
    cold, warm = d.ice([200.0, 270.0], 20e6)
    assert cold.real == pytest.approx(3.12, abs=0.01)
    assert warm.real == pytest.approx(3.186, abs=0.005)
    # Maetzler & Wegmueller's tail: some 0.01 near melting at 20 MHz, next to nothing at 200 K
    assert 0.005 < float(d.loss_tangent(warm)) < 0.05
    assert float(d.loss_tangent(cold)) < 1e-5
    # a dome that is 95 % ice has the 3.10 of Grima et al. 2009 within their 0.12
    polar = d.mixture([0.95, 0.03, 0.02], [3.10, d.BASALT[0], 1.0])
    assert polar.real == pytest.approx(d.POLAR_ICE[0], abs=0.12)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: d.complex_permittivity(0.5), "permittivity of 0.5 cannot be"),
        (lambda: d.complex_permittivity([3.0, np.nan]), "permittivity of nan cannot be"),
        (lambda: d.complex_permittivity(3.0, -0.1), "loss tangent of -0.1 cannot be"),
        (lambda: d.mixture([0.5, 0.6], [1.0, 3.0]), "add up to 1.1"),
        (lambda: d.mixture([1.5, -0.5], [1.0, 3.0]), "between 0 and 1"),
        (lambda: d.mixture([0.5, 0.5], [1.0, 3.0], power=0.0), "power of a mixture is 0"),
        (lambda: d.maxwell_garnett(3.0, 1.0, 1.2), "between 0 and 1"),
        (lambda: d.ice(300.0, 20e6), "100 to 273.16 K"),
        (lambda: d.ice(200.0, 0.0), "must be positive"),
        (lambda: d.powder_permittivity(-1.0), "density of soil of -1"),
        (lambda: d.ice_share(0.2), "permittivity of 0.2"),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence(call, told):
    with pytest.raises(InputError, match=told) as error:
        call()
    assert "\n" not in str(error.value)


def test_the_shared_names_stand_in_the_table():
    assert FIELDS["permittivity"].units == "1"
    assert FIELDS["loss_tangent"].low == 0.0
    assert FIELDS["echo_power"].units == "dB"
    assert FIELDS["two_way_delay"].units == "s"
