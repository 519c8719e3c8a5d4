"""Shipped pictures of Earth and Moon and the solar spectrum, checked against their records.

The records stand in assets/sky.toml: source, licence, how each was made, sha256.
"""

from __future__ import annotations

import hashlib
import io
import tomllib
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from marsward.core.errors import DataError, InputError

Grey = NDArray[np.uint8]
_ASSETS = files("marsward.data") / "assets"


@lru_cache(maxsize=1)
def records() -> MappingProxyType[str, dict[str, Any]]:
    """Every asset's record: source, licence, made, reference, bytes, sha256."""
    text = (_ASSETS / "sky.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


def asset_bytes(name: str) -> bytes:
    """One shipped file, its sha256 checked.

    Raises InputError for an unknown name and DataError when the file is missing or changed.
    """
    if name not in records():
        raise InputError(f"no asset is called {name!r}; there are {', '.join(sorted(records()))}")
    try:
        data = (_ASSETS / name).read_bytes()
    except FileNotFoundError:
        raise DataError(
            f"the asset {name} is missing from this installation: reinstall marsward, or run "
            "tools/make_assets.py in a checkout"
        ) from None
    if hashlib.sha256(data).hexdigest() != records()[name]["sha256"]:
        raise DataError(
            f"the asset {name} differs from its record in sky.toml (sha256): reinstall marsward, "
            "or run tools/make_assets.py in a checkout"
        )
    return data


@lru_cache(maxsize=8)
def texture(name: str) -> Grey:
    """Pixels of a shipped picture, (rows, columns) or (rows, columns, 3), uint8, read-only.

    Row 0 is at the north pole; column 0 begins at longitude 180 W.
    """
    with Image.open(io.BytesIO(asset_bytes(name))) as picture:
        grey = picture.convert("L") if picture.mode == "1" else picture
        values = np.array(grey, dtype=np.uint8)
    values.setflags(write=False)
    return values


@lru_cache(maxsize=1)
def solar_spectrum() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wavelength [m] and solar spectral irradiance at 1 au [W m-2 m-1], 10 nm means.

    Gueymard 2004, doi:10.1016/j.solener.2003.08.039 (as in ASTM G173-03).
    """
    lines = asset_bytes("solar_spectrum.csv").decode("ascii").splitlines()[1:]
    table = np.array([[float(x) for x in line.split(",")] for line in lines])
    return table[:, 0] * 1e-9, table[:, 1] * 1e9
