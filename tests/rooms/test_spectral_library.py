"""The shipped mineral spectra and the reader of ENVI spectral libraries."""

import gzip
import re
from importlib.resources import files

import numpy as np
import pytest

from marsward.core.errors import DataError, InputError
from marsward.data.spectral_library import (
    SpectralLibrary,
    SpectrumRecord,
    mineral_spectra,
    read_envi_library,
)


def test_the_shipped_spectra_are_whole_and_say_where_they_are_from():
    library = mineral_spectra()
    assert 20 <= len(library) <= 30
    assert library.wavelength[0] == pytest.approx(0.38e-6, abs=1e-12)
    assert library.wavelength[-1] == pytest.approx(3.9e-6, rel=1e-6)
    assert np.isfinite(library.reflectance).all()
    assert library.reflectance.min() >= 0.0
    assert library.reflectance.max() < 1.2
    for name in library.names:
        record = library.records[name]
        assert "doi:10." in record.source
        assert 500.0 < record.density < 6000.0
        assert 1e-6 < record.diameter < 1e-3
        assert record.origin in ("published", "assumed")
        assert record.group
    asset = files("marsward.data") / "assets" / "mineral_spectra.npz"
    assert len(asset.read_bytes()) < 400_000


@pytest.mark.parametrize(
    ("name", "band", "shoulders"),
    [
        ("olivine_fo89", 1.05, (0.6, 1.7)),
        ("low_ca_pyroxene", 0.92, (0.75, 1.3)),
        ("low_ca_pyroxene", 1.90, (1.4, 2.5)),
        ("high_ca_pyroxene", 2.30, (1.7, 2.6)),
        ("hematite_fine", 0.86, (0.76, 1.2)),
        ("jarosite", 2.265, (2.2, 2.3)),
        ("nontronite", 2.285, (2.2, 2.33)),
        ("montmorillonite", 2.21, (2.12, 2.27)),
        ("kaolinite", 2.205, (2.12, 2.26)),
        ("gypsum", 1.75, (1.68, 1.82)),
        ("kieserite", 2.10, (1.86, 2.25)),
        ("calcite", 2.34, (2.20, 2.42)),
        ("magnesite", 2.305, (2.20, 2.36)),
        ("water_ice", 1.50, (1.35, 1.85)),
        ("dust", 2.95, (2.5, 3.8)),
    ],
)
def test_minerals_have_their_published_bands(name, band, shoulders):
    """Band centres: Clark et al. 1990, doi:10.1029/JB095iB08p12653, and Viviano-Beck 2014."""
    at = mineral_spectra([name]).at(np.array([shoulders[0], band, shoulders[1]]) * 1e-6)[0]
    assert at[1] < 0.985 * min(at[0], at[2])


def test_the_visible_half_is_that_of_the_usgs(shared_data):
    whole = read_envi_library(shared_data / "spectra" / "s07_AV95_envi.hdr")
    for name, title in (("olivine_fo51", "Olivine KI3188"), ("gypsum", "Gypsum HS333.3B")):
        told = mineral_spectra().records[name]
        assert told.title.startswith(title)
        inside = (whole.wavelength > 0.385e-6) & (whole.wavelength < 2.44e-6)
        there = whole.spectrum(told.title)[inside]
        shipped = mineral_spectra([name]).at(whole.wavelength[inside])[0]
        # the shipped grid is finer than the channels, and straight between its own places
        assert np.abs(shipped - there).max() < 0.012
        assert np.abs(shipped - there).mean() < 0.001


def test_some_of_the_library_and_values_between_channels():
    some = mineral_spectra(["dust", "gypsum"])
    assert some.names == ("dust", "gypsum")
    assert some.spectrum("gypsum") is not mineral_spectra().spectrum("gypsum")
    np.testing.assert_array_equal(some.spectrum("gypsum"), mineral_spectra().spectrum("gypsum"))
    between = some.at([1.0e-6, 1.0025e-6, 1.005e-6, 5e-6])
    assert between[0, 1] == pytest.approx(between[0, [0, 2]].mean(), abs=1e-7)
    assert np.isnan(between[:, 3]).all()
    with pytest.raises(ValueError, match="read-only"):
        some.reflectance[0, 0] = 1.0


def test_an_unknown_spectrum_names_the_nearest():
    with pytest.raises(InputError, match="did you mean 'kieserite'"):
        mineral_spectra(["kiserite"])


def test_a_library_that_does_not_fit_is_refused():
    record = {"a": SpectrumRecord("a", "made here")}
    with pytest.raises(InputError, match="must rise"):
        SpectralLibrary(("a",), np.array([2e-6, 1e-6]), np.ones((1, 2)), record)
    with pytest.raises(InputError, match="cannot hold"):
        SpectralLibrary(("a",), np.array([1e-6, 2e-6]), np.ones((2, 2)), record)


def test_a_real_library_is_read_as_its_bytes_stand(shared_data):
    folder = shared_data / "spectra"
    library = read_envi_library(folder / "s07_AV95_envi.hdr")
    raw = np.frombuffer(gzip.decompress((folder / "s07_AV95_envi.sli.gz").read_bytes()), "<f4")
    rows = raw.reshape(3139, 224).astype(float)
    text = (folder / "s07_AV95_envi.hdr").read_text()
    titles = re.search(r"spectra names = \{(.*?)\}", text, re.S)[1].split(",")
    row = next(k for k, t in enumerate(titles) if "Goethite WS222 Medium" in t)
    order = np.argsort(np.array(library.wavelength))
    assert np.all(np.diff(library.wavelength[order]) > 0.0)
    found = library.spectrum(" ".join(titles[row].split()))
    assert library.records[" ".join(titles[row].split())].source.endswith(f"row {row}")
    # wavelengths overlap between detectors; in rising order the values stay with their channels
    assert sorted(found) == pytest.approx(sorted(rows[row]), abs=1e-7)
    assert not any(name.lower().startswith("error bars") for name in library.names)
    assert np.isnan(library.reflectance).any()  # deleted channels
    assert np.nanmin(library.reflectance) > -1.0
    some = read_envi_library(folder / "s07_AV95_envi.hdr", containing="olivine")
    assert 20 < len(some) < 60


def written(folder, values, *, extra="", names=None, cut=0):
    rows, columns = values.shape
    stored = np.round(values * 10000).astype(">i2").tobytes()
    (folder / "own.sli").write_bytes(stored[: len(stored) - cut])
    names = names or ", ".join(f"rock {k}" for k in range(rows))
    (folder / "own.hdr").write_text(
        f"ENVI\nsamples = {columns}\nlines = {rows}\nbands = 1\nheader offset = 0\n"
        "file type = ENVI Spectral Library\ndata type = 2\nbyte order = 1\n"
        "wavelength units = Nanometers\nreflectance scale factor = 10000\n"
        f"data ignore value = -9999\nspectra names = {{\n {names} }}\n"
        f"wavelength = {{ {', '.join(str(500 + 10 * k) for k in range(columns))} }}\n{extra}"
    )
    return folder / "own.hdr"


def test_a_library_of_scaled_whole_numbers_in_the_other_byte_order(tmp_path):
    values = np.linspace(0.1, 0.9, 12).reshape(3, 4)
    values[1, 2] = -0.9999
    library = read_envi_library(written(tmp_path, values, names="a, a, b"))
    assert library.names == ("a", "a (2)", "b")
    assert library.wavelength == pytest.approx([500e-9, 510e-9, 520e-9, 530e-9])
    assert library.spectrum("b") == pytest.approx(values[2], abs=1e-4)
    assert np.isnan(library.spectrum("a (2)")[2])


def test_damaged_libraries_say_what_is_wrong(tmp_path):
    values = np.full((3, 4), 0.5)
    with pytest.raises(DataError, match="cut short"):
        read_envi_library(written(tmp_path, values, cut=2))
    with pytest.raises(DataError, match="names 2 spectra of 3"):
        read_envi_library(written(tmp_path, values, names="a, b"))
    header = written(tmp_path, values)
    (tmp_path / "own.sli").unlink()
    with pytest.raises(DataError, match="stands no own"):
        read_envi_library(header)
    (tmp_path / "word.hdr").write_text("a letter\n")
    with pytest.raises(DataError, match="no ENVI header"):
        read_envi_library(tmp_path / "word.hdr")
    with pytest.raises(DataError, match="cannot be read"):
        read_envi_library(tmp_path / "none.hdr")
    (tmp_path / "bad.hdr").write_text("ENVI\nsamples = 3\n")
    with pytest.raises(DataError, match="lacks lines and data type"):
        read_envi_library(tmp_path / "bad.hdr")
