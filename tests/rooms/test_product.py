"""Products: netCDF that comes back as it went, whole or not at all, the same bytes each time."""

import errno
import os
import time

import netCDF4
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from marsward.core.errors import DataError, InputError
from marsward.core.fields import FIELDS, FieldRow, add_fields, field
from marsward.core.product import Product
from marsward.core.provenance import Provenance


def dataset() -> xr.Dataset:
    when = np.array(["2020-07-26T21:14:35.123456789", "2020-07-27"], dtype="datetime64[ns]")
    return xr.Dataset(
        {
            "range": field("range", [1.2e9, np.nan], "time", source="here"),
            "et": field("et", [649070144.307, 1.0], "time"),
            "picture": (("y", "x"), np.arange(12, dtype=np.uint16).reshape(3, 4)),
            "large": ("n", np.pi * np.arange(20000.0)),
            "label": ("time", ["Earth", "Möond"]),
            "lit": ("time", [True, False]),
        },
        coords={"time": when},
        attrs={"yes": True, "none": None, "map": {"b": 1}, "list": ["a", "b"], "n": np.int64(3)},
    )


def test_what_is_saved_comes_back(tmp_path):
    provenance = Provenance(phase="look", parents={"path": "ab"}, citations=("one", "two"))
    given_ = Product("look", dataset(), knowledge=True, provenance=provenance)
    back = Product.open(given_.save(tmp_path / "look.nc"))
    xr.testing.assert_equal(back.dataset, dataset())
    assert back.provenance == provenance
    assert back.knowledge is True
    assert back.name == "look"
    assert back["et"].dtype == np.float64
    assert back["picture"].dtype == np.uint16
    assert back["range"].attrs == dataset()["range"].attrs


def test_attributes_that_netcdf_does_not_know_are_written_plainly(tmp_path):
    back = Product.open(Product("p", dataset()).save(tmp_path / "p.nc"))
    assert back.dataset.attrs["yes"] == 1
    assert back.dataset.attrs["map"] == '{"b": 1}'
    assert back.dataset.attrs["list"] == "a, b"
    assert "none" not in back.dataset.attrs


def test_the_file_says_what_it_is(tmp_path):
    Product("p", dataset(), knowledge=False).save(tmp_path / "p.nc")
    with netCDF4.Dataset(tmp_path / "p.nc") as file:
        assert file.Conventions == "CF-1.11"
        assert file.knowledge == 0
        assert file.title == "p"
        assert "20" not in file.history
        assert file["range"].units == "m"


def test_the_same_bytes_each_time(tmp_path):
    Product("p", dataset()).save(tmp_path / "one.nc")
    time.sleep(1.1)
    Product("p", dataset()).save(tmp_path / "two.nc")
    assert (tmp_path / "one.nc").read_bytes() == (tmp_path / "two.nc").read_bytes()


def test_opening_and_saving_again_changes_nothing(tmp_path):
    first = Product("p", dataset(), True, Provenance(key="k")).save(tmp_path / "one.nc")
    second = Product.open(first).save(tmp_path / "two.nc")
    assert first.read_bytes() == second.read_bytes()


@settings(max_examples=20, deadline=None)
@given(arrays(np.float64, st.integers(1, 50), elements=st.floats(width=64)))
def test_floats_come_back_bit_by_bit(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("bits") / "p.nc"
    back = Product.open(Product("p", xr.Dataset({"v": ("n", values)})).save(path))
    assert back["v"].values.tobytes() == values.tobytes()


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = Product("p", dataset()).save(tmp_path / "p.nc")
    before = path.read_bytes()

    def full(*args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(DataError, match=r"p\.nc: No space left on device; free some space"):
        Product("p", dataset()).save(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["p.nc"]


def test_a_place_that_cannot_be_written(tmp_path):
    with pytest.raises(InputError, match="choose another folder"):
        Product("p", dataset()).save(tmp_path / "nowhere" / "p.nc")


def test_complex_numbers_are_refused_with_what_to_do(tmp_path):
    with pytest.raises(InputError, match="real and imaginary parts as two variables"):
        Product("p", xr.Dataset({"z": ("n", [1j])})).save(tmp_path / "p.nc")
    assert not list(tmp_path.iterdir())


def test_what_is_no_product_is_told_apart(tmp_path):
    with pytest.raises(InputError, match="by the path of its file"):
        Product.open(None)
    with pytest.raises(DataError, match="no product at"):
        Product.open(tmp_path / "p.nc")
    (tmp_path / "text.nc").write_text("hello")
    with pytest.raises(DataError, match="not a netCDF file"):
        Product.open(tmp_path / "text.nc")
    dataset().drop_attrs(deep=False).to_netcdf(tmp_path / "other.nc")
    with pytest.raises(DataError, match="not a product of marsward"):
        Product.open(tmp_path / "other.nc")
    whole = Product("p", dataset()).save(tmp_path / "cut.nc").read_bytes()
    (tmp_path / "cut.nc").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="not a netCDF file"):
        Product.open(tmp_path / "cut.nc")


def test_field_takes_units_and_range_from_one_table():
    lat = field("lat", [-90.0, 90.0], "n")
    assert lat.attrs == {
        "units": "degrees_north",
        "long_name": "planetocentric latitude",
        "standard_name": "latitude",
    }
    with pytest.raises(InputError, match="did you mean 'lat'"):
        field("latt", [0.0], "n")
    with pytest.raises(InputError, match=r"'lat' is 91 degrees_north somewhere"):
        field("lat", [0.0, 91.0], "n")
    with pytest.raises(InputError, match="has 1 axes but 2 dims"):
        field("lat", [0.0], ("n", "m"))
    assert np.isnan(field("lat", [np.nan], "n")).all()


def test_fields_of_other_packages(monkeypatch):
    monkeypatch.setattr("marsward.core.fields.FIELDS", dict(FIELDS))
    row = FieldRow("humidity", "1", "relative humidity", low=0.0)
    add_fields(row)
    assert field("humidity", [0.5], "n").attrs["long_name"] == "relative humidity"
    add_fields(row)
    with pytest.raises(InputError, match="in the table already"):
        add_fields(FieldRow("lat", "m", "something else"))


def test_provenance_reads_what_a_later_version_wrote():
    text = Provenance(key="k").to_json().replace('"key"', '"later": 1, "key"')
    assert Provenance.from_json(text) == Provenance(key="k")
