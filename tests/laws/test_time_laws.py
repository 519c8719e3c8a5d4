"""Laws of time: round trips, order, additivity, and clocks that never reach 24 h."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from marsward.core.time import SCALES, TDB_MODELS, Epoch

seconds = st.floats(-8.8e8, 9.7e8)
fractions = st.floats(0.0, 0.999_999)
steps = st.floats(-1e8, 1e8)
instants = st.builds(lambda s, f: Epoch.et(float(int(s)), f), seconds, fractions)
digits = st.integers(0, 12)


@given(seconds, fractions)
def test_parts_are_normal(s, f):
    epoch = Epoch.et(s, f)
    assert epoch.whole == np.floor(epoch.whole)
    assert 0.0 <= epoch.frac < 1.0
    assert abs((epoch.whole - s) + (epoch.frac - f)) <= 1e-15 + np.spacing(abs(s))


@given(st.integers(0, 86_400 * 365 * 57), st.integers(0, 10**12 - 1), st.sampled_from(TDB_MODELS))
def test_utc_text_comes_back_digit_by_digit(second, pico, model):
    text = f"{np.datetime64('1973-01-01T00:00:00') + np.timedelta64(second, 's')}.{pico:012d}"
    assert Epoch.utc(text, tdb_model=model).isot("utc", 12) == text


@given(instants, st.sampled_from(SCALES))
def test_text_in_any_scale_reads_back(epoch, scale):
    text = epoch.isot(scale, 12)
    back = getattr(Epoch, scale.lower())(text)
    assert abs(back - epoch) < 2e-12


@given(instants)
def test_shortest_text_reads_back(epoch):
    assert abs(Epoch.parse(epoch.text) - epoch) < 1e-10


@given(instants, steps)
def test_adding_is_undone_by_subtracting(epoch, step):
    there = epoch + step
    assert abs((there - epoch) - step) <= 1e-15 + np.spacing(abs(step))
    assert abs((there - step) - epoch) <= 1e-15 + 2.0 * np.spacing(abs(step))
    assert (there >= epoch) == (step >= 0.0) or abs(step) < 1e-15


@given(instants, st.floats(1e-9, 1e-3))
def test_small_steps_are_seen_where_one_double_is_blind(epoch, step):
    assert epoch < epoch + step
    assert abs(((epoch + step) - epoch) - step) < 2e-16


@given(instants, st.floats(0.0, 360.0))
def test_mars_clocks_stay_inside_their_day(epoch, lon):
    assert 0.0 <= epoch.ls < 360.0
    assert 0.0 <= epoch.lmst(lon) < 24.0
    assert 0.0 <= epoch.ltst(lon) < 24.0
    assert 0 <= epoch.sol <= 668
    # the equation of time of Mars never exceeds 51 min
    gap = (epoch.ltst(lon) - epoch.lmst(lon) + 12.0) % 24.0 - 12.0
    assert abs(gap) < 0.9


@given(instants)
def test_mars_year_turns_with_ls(epoch):
    year = 686.97 * 86_400.0
    later = epoch + year
    assert later.mars_year - epoch.mars_year in (0, 1, 2)
    assert abs((later.ls - epoch.ls + 180.0) % 360.0 - 180.0) < 0.2


@given(st.lists(seconds, min_size=1, max_size=20))
def test_arrays_are_their_elements(values):
    many = Epoch.et(np.array(values))
    for i, value in enumerate(values):
        one = Epoch.et(value)
        assert many[i] == one
        assert abs(many.ls[i] - one.ls) < 1e-9
        assert many.isot("tt", 6)[i] == one.isot("tt", 6)
