"""Reflectance spectra of minerals: the ones that marsward ships, and any ENVI spectral library.

The shipped ones are chosen from the USGS Spectral Library Version 7 (Kokaly et al. 2017,
doi:10.3133/ds1035) and lie on one grid from 0.38 to 3.9 um; two are not from there, as their
records say. The records stand in assets/mineral_spectra.toml.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import DataError, InputError
from marsward.core.registry import unknown

__all__ = ["SpectralLibrary", "SpectrumRecord", "mineral_spectra", "read_envi_library"]

Array = NDArray[np.float64]
_ASSETS = files("marsward.data") / "assets"
_AGAIN = "install marsward again, or run tools/make_spectra_assets.py in a checkout"
# ENVI's numbers of the types that reflectance is written in.
_ENVI_TYPES = {"2": "i2", "3": "i4", "4": "f4", "5": "f8", "12": "u2", "13": "u4"}
_ENVI_UNITS = {"micrometers": 1e-6, "microns": 1e-6, "um": 1e-6, "nanometers": 1e-9, "nm": 1e-9}
_DELETED = -1e30  # splib07 marks deleted channels with -1.23e34


@dataclass(frozen=True)
class SpectrumRecord:
    """Where one spectrum is from, and the grains it was taken of.

    title : as the library it is from has it
    source : how it was made and from what
    density : of the mineral [kg m-3]
    diameter : of the grains [m]
    origin : of the diameter: "published" where the title says it, else "assumed"
    group : "mafic", "oxide", "sulfate", "phyllosilicate", "silica", "carbonate", "ice", "dust"
    """

    title: str
    source: str
    density: float = np.nan
    diameter: float = np.nan
    origin: str = "assumed"
    group: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class SpectralLibrary:
    """Spectra on one grid of wavelengths.

    names : short names
    wavelength : rising [m] (channels,)
    reflectance : (names, channels); NaN where a channel was deleted or not measured
    records : where each is from, by name
    """

    names: tuple[str, ...]
    wavelength: Array
    reflectance: Array
    records: Mapping[str, SpectrumRecord]

    def __post_init__(self) -> None:
        wavelength = np.array(self.wavelength, dtype=np.float64)
        values = np.array(self.reflectance, dtype=np.float64)
        if wavelength.ndim != 1 or values.shape != (len(self.names), wavelength.size):
            raise InputError(
                f"a library of {len(self.names)} spectra and {wavelength.size} wavelengths cannot "
                f"hold reflectance of the shape {values.shape}"
            )
        if not np.all(np.diff(wavelength) > 0.0):
            raise InputError("the wavelengths of a spectral library must rise")
        wavelength.setflags(write=False)
        values.setflags(write=False)
        object.__setattr__(self, "wavelength", wavelength)
        object.__setattr__(self, "reflectance", values)
        object.__setattr__(self, "records", MappingProxyType(dict(self.records)))

    def __repr__(self) -> str:
        ends = self.wavelength[[0, -1]] * 1e6
        return f"<SpectralLibrary {len(self.names)} spectra, {ends[0]:.3f} to {ends[1]:.3f} um>"

    def __len__(self) -> int:
        return len(self.names)

    def index(self, name: str) -> int:
        """Number of a spectrum; InputError with the nearest name when there is none."""
        if name not in self.names:
            raise InputError(unknown("spectrum", name, self.names))
        return self.names.index(name)

    def spectrum(self, name: str) -> Array:
        """Reflectance of one spectrum (channels,)."""
        return self.reflectance[self.index(name)]

    def only(self, *names: str) -> SpectralLibrary:
        """The same library with some of its spectra, in the order given."""
        which = [self.index(name) for name in names]
        kept = {name: self.records[name] for name in names if name in self.records}
        return SpectralLibrary(tuple(names), self.wavelength, self.reflectance[which], kept)

    def at(self, wavelength: ArrayLike) -> Array:
        """Reflectance at wavelengths [m] (names, …), straight between channels; NaN outside."""
        lam = np.asarray(wavelength, dtype=np.float64)
        rows = [np.interp(lam, self.wavelength, row, np.nan, np.nan) for row in self.reflectance]
        return np.array(rows)

    @property
    def density(self) -> Array:
        """Density of each mineral [kg m-3] (names,)."""
        return np.array([self.records[name].density for name in self.names])

    @property
    def diameter(self) -> Array:
        """Diameter of each mineral's grains [m] (names,)."""
        return np.array([self.records[name].diameter for name in self.names])


@lru_cache(maxsize=1)
def _shipped() -> SpectralLibrary:
    try:
        record = tomllib.loads((_ASSETS / "mineral_spectra.toml").read_text(encoding="utf-8"))
        data = (_ASSETS / "mineral_spectra.npz").read_bytes()
    except FileNotFoundError as error:
        raise DataError(
            f"the mineral spectra of marsward are missing ({error.filename}): {_AGAIN}"
        ) from None
    if hashlib.sha256(data).hexdigest() != record["mineral_spectra"]["sha256"]:
        raise DataError(
            "the asset mineral_spectra.npz differs from its record in mineral_spectra.toml "
            f"(sha256): {_AGAIN}"
        )
    with np.load(io.BytesIO(data)) as table:
        wavelength = table["wavelength_nm"] * 1e-9
        stored = table["reflectance"]
    values = np.where(stored == 65535, np.nan, stored * (1.0 / 50000.0))
    records = {row["name"]: _record(row) for row in record["spectrum"]}
    return SpectralLibrary(tuple(records), wavelength, values, records)


def _record(row: Mapping[str, Any]) -> SpectrumRecord:
    return SpectrumRecord(
        row["title"],
        row["source"],
        row["density_kg_m3"],
        row["diameter_um"] * 1e-6,
        row["diameter_origin"],
        row["group"],
    )


def mineral_spectra(names: Iterable[str] | None = None) -> SpectralLibrary:
    """The spectra that marsward ships, all or those named, 0.38 to 3.9 um every 5 nm.

    USGS Spectral Library Version 7, Kokaly et al. 2017, doi:10.3133/ds1035 (public domain). Raises
    InputError for an unknown name, DataError when the shipped file is missing or damaged.
    """
    whole = _shipped()
    return whole if names is None else whole.only(*names)


def read_envi_library(
    header: str | Path, library: str | Path | None = None, *, containing: str = ""
) -> SpectralLibrary:
    """A spectral library in ENVI's format, such as the sensor libraries of splib07.

    Parameters
    ----------
    header : the .hdr file
    library : the .sli file, plain or gzipped; beside the header under its name when left out
    containing : keep spectra whose title holds this text, whatever its case

    Channels come in rising order; those that the file marks as deleted are NaN, and rows that hold
    no spectrum (wavelengths, resolutions, error bars) are left out. Of two rows with one title the
    second is called "title (2)". Raises DataError when a file is missing, is no ENVI spectral
    library or is cut short.
    """
    header = Path(header)
    told = _envi_header(header)
    library = _beside(header) if library is None else Path(library)
    try:
        rows, columns = int(told["lines"]), int(told["samples"])
    except ValueError as error:
        raise DataError(f"{header.name} does not count its spectra in numbers: {error}") from None
    values = _envi_values(library, told, rows * columns).reshape(rows, columns)
    titles = [" ".join(t.split()) for t in told.get("spectra names", "").split(",")][:rows]
    if len(titles) < rows:
        raise DataError(f"{header.name} names {len(titles)} spectra of {rows}: the header is cut")
    unit = _ENVI_UNITS.get(told.get("wavelength units", "micrometers").lower())
    try:
        wavelength = np.array([float(w) for w in told["wavelength"].split(",")])
    except (KeyError, ValueError):
        raise DataError(f"{header.name} has no list of wavelengths in numbers") from None
    if unit is None or wavelength.size != columns:
        raise DataError(
            f"{header.name} gives {wavelength.size} wavelengths in "
            f"{told.get('wavelength units', 'micrometers')} for {columns} channels"
        )
    order = np.argsort(wavelength, kind="stable")
    order = order[np.concatenate([[True], np.diff(wavelength[order]) > 0.0])]
    kept = [
        k for k, title in enumerate(titles)
        if _is_spectrum(title) and containing.lower() in title.lower()
    ]  # fmt: skip
    names = _distinct([titles[k] for k in kept])
    source = f"{library.name}, row "
    records = {
        name: SpectrumRecord(titles[k], f"{source}{k}") for name, k in zip(names, kept, strict=True)
    }
    return SpectralLibrary(names, wavelength[order] * unit, values[kept][:, order], records)


def _is_spectrum(title: str) -> bool:
    return not re.match(r"(error bars|wavelengths? in|resolution in|bandpass)", title.lower())


def _distinct(titles: list[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    names = []
    for title in titles:
        seen[title] = seen.get(title, 0) + 1
        names.append(title if seen[title] == 1 else f"{title} ({seen[title]})")
    return tuple(names)


def _beside(header: Path) -> Path:
    for ending in (".sli", ".sli.gz"):
        path = header.with_suffix(ending)
        if path.exists():
            return path
    raise DataError(f"beside {header.name} stands no {header.stem}.sli: name the file of spectra")


def _envi_header(path: Path) -> dict[str, str]:
    """Entries of an ENVI header by lower-case key, braces taken off."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise DataError(f"the header {path} cannot be read: {error.strerror}") from None
    if not text.startswith("ENVI"):
        raise DataError(f"{path.name} is no ENVI header: its first word is not ENVI")
    found = re.findall(r"^\s*([^=\n]+?)\s*=\s*(\{.*?\}|[^\n]*)", text, re.S | re.M)
    told = {key.lower(): value.strip().strip("{}").strip() for key, value in found}
    missing = [key for key in ("samples", "lines", "data type") if key not in told]
    if missing:
        raise DataError(f"{path.name} lacks {' and '.join(missing)}: it is no spectral library")
    return told


def _envi_values(path: Path, told: Mapping[str, str], count: int) -> Array:
    """Values of an ENVI library, scaled, NaN where deleted."""
    kind = _ENVI_TYPES.get(told["data type"])
    if kind is None:
        raise DataError(f"{path.name} holds ENVI data type {told['data type']}, not a number")
    try:
        data = path.read_bytes()
        data = gzip.decompress(data) if path.suffix == ".gz" else data
    except FileNotFoundError:
        raise DataError(f"the file of spectra {path} is missing") from None
    except (OSError, EOFError) as error:
        raise DataError(f"the file of spectra {path.name} is damaged: {error}") from None
    form = np.dtype((">" if told.get("byte order", "0") == "1" else "<") + kind)
    start = int(told.get("header offset", "0"))
    if len(data) - start < count * form.itemsize:
        raise DataError(
            f"{path.name} holds {len(data) - start} bytes where its header promises "
            f"{count * form.itemsize}: the file is cut short"
        )
    raw = np.frombuffer(data, form, count, start).astype(np.float64)
    ignore = float(told.get("data ignore value", "nan"))
    gone = (raw < _DELETED) | np.isclose(raw, ignore, rtol=1e-5, atol=0.0)
    scale = float(told.get("reflectance scale factor", "1"))
    return np.where(gone, np.nan, raw / (scale if scale > 0.0 else 1.0))
