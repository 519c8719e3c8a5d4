"""Quantities and units: reading, converting, refusing, and as fields of models."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError

from marsward.core.errors import InputError
from marsward.core.quantity import EpochField, convert, format_quantity, parse, quantity
from marsward.core.time import Epoch
from marsward.core.units import _USUAL, fitting, unit

USUAL = [name for line in _USUAL for name in line.split()]


@pytest.mark.parametrize(
    ("text", "to", "value"),
    [
        ("265 km", "m", 265_000.0),
        ("265km", "m", 265_000.0),
        (" -2.5e-3 mm/s ", "m/s", -2.5e-6),
        ("1 AU", "m", 149_597_870_700.0),
        ("1 sol", "s", 1.0274912517 * 86_400.0),
        ("2 h", "min", 120.0),
        ("90 deg", "rad", math.pi / 2.0),
        ("1 arcsec", "urad", 4.848_136_811_095_36),
        ("350.891983 deg/d", "rad/s", math.radians(350.891983) / 86_400.0),
        ("20 degC", "K", 293.15),
        ("-123.15 °C", "K", 150.0),
        ("0 K", "degC", -273.15),
        ("610 Pa", "mbar", 6.1),
        ("6.1 hPa", "Pa", 610.0),
        ("5 %", "", 0.05),
        (0.25, "", 0.25),
        (3, "", 3.0),
        ("0.25", "", 0.25),
        ("42828.375816 km3/s2", "m3/s2", 42_828.375816e9),
        ("0.02 m2/kg", "cm2/g", 0.2),
        ("1361 W/m2", "kW/m^2", 1.361),
        ("12 W/m2/sr/um", "W m-2 sr-1 um-1", 12.0),
        ("250 J m-2 K-1 s-0.5", "J/m2/K/s0.5", 250.0),
        ("550 nm", "um", 0.55),
        ("10 µm", "m", 1e-5),
        ("2 Mbit/s", "bit/s", 2e6),
        ("1 MB", "bit", 8e6),
        ("4 ppd", "px/deg", 4.0),
        ("20 kHz", "1/s", 20_000.0),
        ("3000 N", "kN", 3.0),
        ("1_000 km", "m", 1e6),
        (".5 t", "kg", 500.0),
        ("9.5 e-", "e-", 9.5),
        ("2 e-/DN", "e-/DN", 2.0),
        ("60 rpm", "rad/s", 2.0 * math.pi),
        ("3.7 g0", "m/s2", 3.7 * 9.80665),
    ],
)
def test_parse(text, to, value):
    assert parse(text, to) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "to", "says"),
    [
        (20, "Hz", 'frequency needs a unit: write "20 Hz"'),
        ("20", "Hz", 'frequency needs a unit: write "20 Hz"'),
        ("20 hz", "Hz", 'did you mean "Hz"'),
        ("3 kilometers", "m", 'did you mean "km"'),
        ("3 blorp", "m", "It takes m, km"),
        ("3 s", "m", "use m, km, AU"),
        ("3 m", "", "use a plain number"),
        ("3 %", "m", "plain number but needs a unit"),
        ("nan m", "m", "finite"),
        ("inf", "", "finite"),
        (float("nan"), "", "finite"),
        (float("inf"), "m", "finite"),
        ("1e999 m", "m", "too large"),
        ("1,000 km", "m", "comma"),
        ("km", "m", "not a number"),
        ("", "m", "not a number"),
        (True, "m", "true"),
        (None, "m", "None"),
        ([3], "m", "not a quantity"),
        ("3 dB", "bit", "unknown unit"),
        ("3 m//s", "m/s", "unknown unit"),
        ("3 /s", "Hz", "unknown unit"),
        ("20 Hz", "rad/s", "use deg/s"),
    ],
)
def test_wrong_quantities_say_what_to_type(text, to, says):
    with pytest.raises(InputError) as error:
        parse(text, to, name="frequency")
    assert says in str(error.value)
    assert "frequency" in str(error.value)
    assert "\n" not in str(error.value)


def test_an_unknown_target_unit_is_a_mistake_of_the_program():
    with pytest.raises(InputError, match="unknown unit"):
        quantity("furlong")


@pytest.mark.parametrize("name", USUAL)
def test_every_usual_unit_is_understood(name):
    found = unit(name)
    assert found.scale > 0.0
    assert name in fitting(found)


@given(st.floats(-1e12, 1e12), st.sampled_from(USUAL))
def test_text_of_a_quantity_reads_back_exactly(value, name):
    assert parse(format_quantity(value, name), name) == value


@given(st.floats(-1e12, 1e12), st.sampled_from(USUAL), st.sampled_from(USUAL))
def test_conversion_is_undone_by_its_inverse(value, one, other):
    if unit(one).powers != unit(other).powers:
        with pytest.raises(InputError):
            convert(value, one, other)
        return
    back = convert(convert(value, one, other), other, one)
    assert back == pytest.approx(value, rel=1e-14, abs=1e-12)


def test_arrays_convert():
    assert np.array_equal(convert(np.array([1.0, 2.0]), "km", "m"), [1000.0, 2000.0])
    assert format_quantity(265_000.0, "m") == "265000 m"
    assert format_quantity(math.pi, "rad", digits=3) == "3.14 rad"
    assert format_quantity(0.5, "") == "0.5"


class Orbit(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    altitude: quantity("m", gt=0.0) = 265e3
    eccentricity: quantity("", ge=0.0, lt=1.0) = 0.0
    tilt: quantity("rad", le=math.pi) | None = None
    at: EpochField


def test_fields_read_text_and_write_it_again():
    orbit = Orbit(altitude="0.3 Mm", eccentricity=0.1, tilt="90 deg", at="2021-02-10T11:52:00.25")
    assert orbit.altitude == 300_000.0
    assert orbit.tilt == math.pi / 2.0
    assert orbit.at == Epoch.utc("2021-02-10T11:52:00.25")
    assert orbit.model_dump()["altitude"] == 300_000.0
    again = Orbit.model_validate_json(orbit.model_dump_json())
    assert again == orbit
    assert Orbit(at="2039-01-01T00:00:00 TDB").at.tdb.startswith("2039-01-01")
    assert Orbit(at=Epoch.et(5.0)).at == Epoch.et(5.0)
    assert Orbit(at=["2020-07-27", "2020-07-28"]).at.shape == (2,)


def test_schema_carries_units_and_bounds():
    fields = Orbit.model_json_schema()["properties"]
    assert fields["altitude"]["unit"] == "m"
    assert fields["altitude"]["exclusiveMinimum"] == 0.0
    assert fields["altitude"]["type"] == "string"
    assert "1 km" in fields["altitude"]["examples"]
    assert fields["eccentricity"]["type"] == "number"
    assert fields["eccentricity"]["exclusiveMaximum"] == 1.0
    assert fields["at"]["unit"] == "UTC"


def test_all_wrong_fields_come_at_once_each_with_one_sentence():
    with pytest.raises(ValidationError) as error:
        Orbit(altitude=265, eccentricity=1.5, tilt="4 rad", at="2020-02-30")
    told = {e["loc"][0]: e["msg"] for e in error.value.errors()}
    assert told["altitude"] == 'altitude needs a unit: write "265 m"'
    assert told["eccentricity"] == "eccentricity is 1.5 but must be less than 1"
    assert told["tilt"].startswith("tilt is 4 rad but must be at most 3.14159")
    assert "day is out of range" in told["at"]
    with pytest.raises(ValidationError, match="at is 3, not a time"):
        Orbit(at=3)
    with pytest.raises(ValidationError, match="UTC is not known from"):
        Orbit(at="2050-01-01")
