"""Laws of chance: their quantiles against scipy's, their text, and what is no law."""

import numpy as np
import pytest
from scipy import stats

from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.mission.distributions import (
    LAWS,
    Choice,
    Integers,
    LogUniform,
    Normal,
    Triangular,
    TruncatedNormal,
    Uniform,
    distribution,
)
from marsward.mission.sweep_draws import SAMPLINGS, drawn, seed_of, shares, varied_laws

SHARE = np.linspace(0.001, 0.999, 999)
TEXTS = (
    "normal(-11.6 deg, 0.05 deg)", "uniform(2028-11-01, 2028-12-20)", "loguniform(1 m, 1 km)",
    "triangular(0, 1, 4)", "truncated(0 m/s, 1 m/s, -2 m/s, 1500 mm/s)", "integers(1, 6)",
    "choice(clear, global-storm)", "choice(clear: 0.25, global-storm: 0.75)",
    "normal(2028-11-01, 2 d)",
)  # fmt: skip


@pytest.mark.parametrize(
    ("law", "theirs"),
    [
        (Normal("-11.6 deg", "0.05 deg"), stats.norm(-11.6, 0.05)),
        (Uniform("1 km", "3 km"), stats.uniform(1.0, 2.0)),
        (LogUniform("0.1", "20"), stats.loguniform(0.1, 20.0)),
        (Triangular(0, 1, 4), stats.triang(0.25, 0.0, 4.0)),
        (TruncatedNormal(0, 1, -0.5, 2), stats.truncnorm(-0.5, 2.0)),
        (TruncatedNormal(0, 1, 9, 10), stats.truncnorm(9.0, 10.0)),
        (TruncatedNormal(5, 2, -11, -7), stats.truncnorm(-8.0, -6.0, 5.0, 2.0)),
    ],
)
def test_quantiles_are_those_of_scipy(law, theirs):
    np.testing.assert_allclose(law.quantile(SHARE), theirs.ppf(SHARE), rtol=2e-9, atol=1e-12)


@pytest.mark.parametrize("text", TEXTS)
def test_a_law_is_read_back_from_its_text(text):
    law = distribution(text)
    again = distribution(law.text)
    assert again == law
    assert again.values(SHARE).texts == law.values(SHARE).texts
    assert law.name in LAWS


def test_values_keep_the_unit_of_the_law():
    values = Normal("-11.6 deg", "3 arcmin").values(np.array([0.5, 0.8413447460685429]))
    np.testing.assert_allclose(values.held, [-11.6, -11.55], atol=1e-9)
    assert values.unit == "deg"
    assert values.texts[0] == "-11.6 deg"


def test_dates_are_dates():
    values = distribution("uniform(2028-11-01, 2028-12-20)").values(np.array([0.0, 0.5, 1.0]))
    assert values.held.dtype.kind == "M"
    days = (values.held - np.datetime64("2028-11-01")) / np.timedelta64(1, "D")
    np.testing.assert_allclose(days, [0.0, 24.5, 49.0], atol=1e-8)
    assert abs(float(Epoch.parse(values.texts[1]) - Epoch.utc("2028-11-25T12:00"))) < 1e-3


def test_a_choice_keeps_to_its_weights():
    law = Choice("a", "b", "c", weights=[1, 0, 3])
    drawn_ = np.array(law.values(np.linspace(0.0, 1.0, 4001)).texts)
    assert not (drawn_ == "b").any()
    assert np.mean(drawn_ == "a") == pytest.approx(0.25, abs=1e-3)
    assert Choice("1 km", "500 m").values(np.array([0.1, 0.9])).held.tolist() == [1.0, 0.5]


def test_whole_numbers_are_even():
    drawn_ = Integers(-1, 2).values((np.arange(4000) + 0.5) / 4000).held
    assert np.unique(drawn_, return_counts=True)[1].tolist() == [1000] * 4
    assert drawn_.dtype.kind == "i"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("norml(1, 2)", "did you mean 'normal'"),
        ("normal(1)", r"normal\(mean, sigma\)"),
        ("normal(1 deg, 2)", "some have a unit and some have none"),
        ("normal(1 deg, -2 deg)", "below 0"),
        ("uniform(3, 2)", "exchange"),
        ("uniform(1 km, 2 s)", "no unit of its kind"),
        ("uniform(2028-11-01, 5 d)", "stands beside a date"),
        ("uniform(1,,2)", "missing between"),
        ("loguniform(0, 1)", "above 0"),
        ("triangular(0, 5, 4)", "must rise"),
        ("truncated(0, 1, 3, 2)", "does not lie below"),
        ("integers(1.5, 3)", "whole number"),
        ("choice()", "one value or more"),
        ("choice(a: 1, b)", "either all values"),
        ("choice(a, a)", "twice"),
        ("normal(1 foo, 2 foo)", "unknown unit"),
        ("normal(one, two)", "neither a number"),
        ("-11.6 deg", "no distribution"),
        (3, "no distribution"),
    ],
)
def test_what_is_no_law_is_told_in_one_sentence(text, said):
    with pytest.raises(InputError, match=said) as told:
        distribution(text, name="entry.angle")
    assert str(told.value).startswith("entry.angle: ")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_a_member_is_the_same_whatever_n(sampling):
    many = shares(["a.x", "b.y"], 300, 7, sampling)
    few = shares(["a.x", "b.y"], 47, 7, sampling)
    equal = all(np.array_equal(many[name][:47], few[name]) for name in many)
    assert equal is (sampling != "latin-hypercube")
    assert not np.array_equal(many["a.x"], many["b.y"])
    other = shares(["a.x", "b.y"], 300, 8, sampling)
    assert not np.array_equal(many["a.x"], other["a.x"])


def test_a_parameter_does_not_disturb_another():
    assert np.array_equal(shares(["a"], 9, 1)["a"], shares(["b", "a"], 9, 1)["a"])


def test_spread_of_the_samplings():
    """A Latin hypercube has one member in every n-th part; Sobol's mean is far better than 1/√n."""
    cube = shares(["a", "b"], 64, 3, "latin-hypercube")
    for each in cube.values():
        assert sorted(np.floor(64 * each).astype(int).tolist()) == list(range(64))
    mean = np.array([shares(["a", "b"], 256, s, "sobol")["b"].mean() for s in range(20)])
    assert np.abs(mean - 0.5).max() < 0.2 / np.sqrt(12 * 256)


def test_seeds_of_blocks_differ():
    assert len({seed_of(s, k) for s in range(10) for k in range(10)}) == 100
    assert seed_of(2, 3) == seed_of(2, 3) >= 0


def test_calls_that_are_none():
    for wrong in ([("a", "b")], {"a=b": "normal(1, 2)"}, {3: "normal(1, 2)"}):
        with pytest.raises(InputError):
            varied_laws(wrong)
    with pytest.raises(InputError, match="latin-hypercube"):
        shares(["a"], 3, 1, "latin")
    with pytest.raises(InputError, match="number of members"):
        shares(["a"], 0, 1)
    values = drawn(varied_laws({"a.b": "normal(0 m, 1 m)"}), shares(["a.b"], 5, 1))
    assert len(values["a.b"].texts) == 5
