"""A table that comes with the package, checked against its record before it is read."""

from __future__ import annotations

import hashlib
import tomllib
from importlib.resources import files

from marsward.core.errors import DataError

__all__ = ["shipped_lines"]

_ASSETS = files("marsward.data") / "assets"


def shipped_lines(name: str, *, what: str, tool: str) -> list[str]:
    """The lines of assets/NAME.csv, as its record in NAME.toml knows them.

    Parameters
    ----------
    name : of table and record
    what : the table is, with its verb, as "the past orbit of Mars is"
    tool : script in tools/ that makes it

    Raises
    ------
    DataError : table or record is missing, or they differ.
    """
    again = f"install marsward again, or run tools/{tool} in a checkout"
    try:
        record = tomllib.loads((_ASSETS / f"{name}.toml").read_text(encoding="utf-8"))
        data = (_ASSETS / f"{name}.csv").read_bytes()
    except FileNotFoundError as error:
        raise DataError(f"{what} missing ({error.filename}): {again}") from None
    if hashlib.sha256(data).hexdigest() != record[name]["sha256"]:
        raise DataError(
            f"the asset {name}.csv differs from its record in {name}.toml (sha256): {again}"
        )
    return data.decode("ascii").splitlines()
