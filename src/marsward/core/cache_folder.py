"""Where marsward keeps what it can make or fetch again."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def cache_folder() -> Path:
    """The cache folder of this user; the variable MARSWARD_CACHE moves it."""
    given = os.environ.get("MARSWARD_CACHE")
    return Path(given) if given else Path(platformdirs.user_cache_dir("marsward", appauthor=False))
