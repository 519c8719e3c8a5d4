"""Parts: frozen, refusing what they do not know, and able to say where each value is from."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from marsward.core.part import Part, plain, value
from marsward.core.quantity import EpochField, quantity
from marsward.core.time import Epoch


class Lens(Part):
    """Glass."""

    focal_length: quantity("m", gt=0, le=10) = value(
        152, unit="mm", origin="published", ref="doi:10.0000/lens", description="to the detector"
    )
    stops: int = value(4, ge=1, le=32)
    begin: EpochField | None = value(None)


class Tube(Part):
    """A lens in a tube."""

    length: quantity("m", gt=0)
    lens: Lens = Lens()


def test_a_default_is_read_in_its_own_unit():
    assert Lens().focal_length == 0.152
    assert Lens(focal_length="15 cm").focal_length == 0.15


def test_a_part_is_frozen_and_refuses_what_it_does_not_know():
    with pytest.raises(ValidationError, match="frozen"):
        Lens().stops = 3
    with pytest.raises(ValidationError, match="Extra inputs"):
        Lens(focus="1 m")


@pytest.mark.parametrize("bad", [0.15, "0.15", "1 s", "0 m", "11 m", "nan m", float("nan"), None])
def test_a_quantity_out_of_order_is_refused(bad):
    with pytest.raises(ValidationError):
        Lens(focal_length=bad)


def test_the_table_says_unit_bounds_default_origin_and_source():
    row = Lens.parameters()[0]
    assert (row.name, row.unit, row.bounds) == ("focal_length", "m", "> 0, ≤ 10")
    assert (row.default, row.origin, row.ref) == ("152 mm", "published", "doi:10.0000/lens")
    assert not row.required
    assert Tube.parameters()[0].required
    assert Tube.parameters()[0].origin == ""


def test_defaults_used_are_those_that_were_not_given():
    assert set(Lens(stops=2).defaults_used) == {"focal_length", "begin"}


def test_canonical_is_json_and_equal_for_equal_parts():
    one = Tube(length="1 m", lens=Lens(begin="2020-07-27"))
    two = Tube(length="100 cm", lens=Lens(begin="2020-07-27T00:00:00"))
    assert json.dumps(one.canonical()) == json.dumps(two.canonical())
    assert one.canonical()["lens"]["focal_length"] == 0.152


def test_canonical_tells_epochs_apart_below_a_microsecond():
    moment = Epoch.utc("2020-07-27")
    one, two = Lens(begin=moment), Lens(begin=moment + 1e-10)
    assert one.canonical() != two.canonical()


def test_an_unknown_origin_is_refused():
    with pytest.raises(ValueError, match="origin 'guess' is not one of"):
        value(1, origin="guess")


def test_a_part_prints_as_a_table():
    assert "focal_length  0.152 m" in str(Lens())


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_plain_keeps_every_finite_number(number):
    assert plain(np.float64(number)) == number
    assert json.loads(json.dumps(plain([number]))) == [number]


def test_plain_takes_what_parts_hold(tmp_path):
    held = {"a": np.arange(3), "b": (1, None), "c": tmp_path, "d": {3, 1}, "e": float("inf")}
    assert plain(held) == {"a": [0, 1, 2], "b": [1, None], "c": str(tmp_path), "d": [1, 3],
                           "e": "inf"}  # fmt: skip
